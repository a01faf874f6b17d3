"""Horizons of every receiver along a radial, by what is carried from one to the next.

The curvature of the effective Earth differs a little from receiver to receiver, with the mean
height of its path. For two curvatures that bracket it the horizons are followed exactly: the
transmitter's by a running maximum, the receiver's by an upper convex hull of the curved terrain.
The horizon for a curvature between lies, point for point, between those of the two (elevations
are straight lines in the curvature, the steeper the farther), and is looked for there. When the
curvature leaves its bracket, the bracket is drawn anew. Nothing is approximated.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import passage, scan
from propagation.itm.profile import Ends, Horizons

__all__ = ["Follower", "follower", "horizons_at"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_HALF_WIDTH = 0.02  # of the bracket, relative


class Follower(NamedTuple):
    """What is carried along; a row each for the lower and the upper curvature.

    Attributes
    ----------
    curvatures : ndarray, shape (2,)
        The bracket, 1/m; zeros before the first receiver.
    curved : ndarray, shape (2, n)
        Terrain less the Earth's bulge.
    hull : ndarray, shape (2, n)
        Points of the upper hull, nearest to the transmitter first.
    state : ndarray, shape (2, 3)
        Points on the hull; the transmitter's horizon; where on the hull the last receiver's is.
    steepest : ndarray, shape (2,)
        Elevation of that horizon.
    seen : ndarray, shape (1,)
        Last point that was taken in.
    """

    curvatures: Floats
    curved: Floats
    hull: Integers
    state: Integers
    steepest: Floats
    seen: Integers


@scan
def follower(points: int) -> Follower:
    """Return a follower that has seen nothing of a radial."""
    return Follower(
        np.zeros(2),
        np.empty((2, points)),
        np.empty((2, points), dtype=np.int64),
        np.zeros((2, 3), dtype=np.int64),
        np.full(2, -np.inf),
        np.zeros(1, dtype=np.int64),
    )


@scan
def horizons_at(heights: Floats, ends: Ends, curvature: float, carried: Follower) -> Horizons:
    """Return the horizons of the receiver at `ends.intervals`; receivers come in their order."""
    k = ends.intervals
    low, high = carried.curvatures
    if not low <= curvature <= high:
        carried.curvatures[0] = curvature * (1 - _HALF_WIDTH)
        carried.curvatures[1] = curvature * (1 + _HALF_WIDTH)
        carried.state[:] = 0
        carried.steepest[:] = -np.inf
        carried.seen[0] = 0
    z1 = heights[0] + ends.h1
    for i in range(carried.seen[0] + 1, k):
        elevation = (heights[i] - z1) / (i * ends.step)
        for side in range(2):
            _take_in(i, side, heights[i], elevation, ends.step, carried)
    carried.seen[0] = k - 1
    first1 = max(carried.state[1, 1] - 1, 1)
    last1 = min(carried.state[0, 1] + 1, k - 1)
    z2 = heights[k] + ends.h2
    far = _highest(k, 0, z2, ends.step, carried)
    near = _highest(k, 1, z2, ends.step, carried)
    return _between(heights, ends, curvature, (first1, last1), (max(far - 1, 1), near + 1))


@passage
def _take_in(
    i: int, side: int, height: float, elevation: float, step: float, carried: Follower
) -> None:
    """Add a point to the running maximum and to the hull of one curvature."""
    x = i * step
    bulge = 0.5 * carried.curvatures[side] * x
    up = elevation - bulge
    if up > carried.steepest[side]:
        carried.steepest[side] = up
        carried.state[side, 1] = i
    curved, hull = carried.curved[side], carried.hull[side]
    curved[i] = height - bulge * x
    size = carried.state[side, 0]
    while size >= 2:
        b, a = hull[size - 1], hull[size - 2]
        if (curved[b] - curved[a]) * (i - a) > (curved[i] - curved[a]) * (b - a):
            break
        size -= 1
    hull[size] = i
    carried.state[side, 0] = size + 1


@passage
def _highest(k: int, side: int, z2: float, step: float, carried: Follower) -> int:
    """Return the point of the hull that stands highest from the receiver's antenna.

    It is looked for on either side of the former one, farther and farther, then by halves.
    """
    curved, hull = carried.curved[side], carried.hull[side]
    x = k * step
    top = z2 - 0.5 * carried.curvatures[side] * x * x
    left, right = 0, carried.state[side, 0] - 1
    middle, reach = min(carried.state[side, 2], max(right - 1, 0)), 0
    is_low = is_high = False
    while left < right:
        a, b = hull[middle], hull[middle + 1]
        if (curved[b] - curved[a]) * (k - b) > (top - curved[b]) * (b - a):
            left, is_low = middle + 1, True
        else:
            right, is_high = middle, True
        if is_low and is_high:
            middle = (left + right) // 2
        elif is_low:
            middle = min(left + reach, right - 1)
        else:
            middle = max(right - 1 - reach, 0)
        reach = 2 * reach + 1
    carried.state[side, 2] = left
    return int(hull[left])


@scan
def _between(
    heights: Floats,
    ends: Ends,
    curvature: float,
    range1: tuple[int, int],
    range2: tuple[int, int],
) -> Horizons:
    """Return the horizons among candidate points, as `profile.horizons` does among all."""
    n, step = ends.intervals, ends.step
    z1, z2 = heights[0] + ends.h1, heights[n] + ends.h2
    d = n * step
    bulge = 0.5 * curvature
    theta1 = (z2 - z1) / d - d * bulge
    theta2 = (z1 - z2) / d - d * bulge
    at1, at2 = n, 0
    for i in range(range1[0], range1[1] + 1):
        x1 = i * step
        up1 = (heights[i] - z1) / x1 - x1 * bulge
        if up1 > theta1:
            theta1, at1 = up1, i
    for i in range(range2[0], min(range2[1], n - 1) + 1):
        x2 = (n - i) * step
        up2 = (heights[i] - z2) / x2 - x2 * bulge
        if up2 > theta2:
            theta2, at2 = up2, i
    return Horizons(theta1, theta2, at1 * step, (n - at2) * step)
