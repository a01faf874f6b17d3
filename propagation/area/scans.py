"""What one radial carries from receiver to receiver: slopes, sums and runs of zones.

A radial is points 0..n at equal steps, point 0 the transmitter. Receiver k stands on point k and
sees points 1..k-1, so every scan first answers receiver k and then takes point k up. Slopes are in
m/km, distances in km, heights in m; `curvature` is 500 / effective radius, 0 for a flat Earth.
"""

import numpy as np
from numpy.typing import NDArray

from propagation.area.hull import push, tangent
from propagation.compiled import scan
from propagation.profile import RadioClimaticZone

__all__ = ["receiver_slopes", "smooth_surface", "transmitter_slopes", "zone_runs"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Booleans = NDArray[np.bool_]
Zones = NDArray[np.int8]

_SEA = int(RadioClimaticZone.SEA)
_INLAND = int(RadioClimaticZone.INLAND)


@scan
def transmitter_slopes(
    x: Floats, height: Floats, hts: float, curvature: float, rise: Floats, first: Indices
) -> None:
    """Find the steepest point that the transmitter sees before each receiver.

    Writes the slope to `rise` and the point, the first among equals, to `first`.
    """
    highest = -1e30
    at = 0
    for k in range(1, x.size):
        rise[k] = highest
        first[k] = at
        slope = (height[k] - hts) / x[k] - curvature * x[k]
        if slope > highest:
            highest = slope
            at = k


@scan
def receiver_slopes(
    x: Floats,
    height: Floats,
    hrs: Floats,
    curvature: float,
    wanted: Booleans,
    fall: Floats,
    last: Indices,
    hull: Floats,
    index: Indices,
) -> None:
    """Find the steepest point that each wanted receiver sees towards the transmitter.

    Writes the slope to `fall` and the point, the last among equals, to `last`. The points that
    can be it form the upper convex hull of the heights less `curvature` x^2, which takes three
    rows of `hull`, and their points `index`.
    """
    n = x.size - 1
    hull[0, 0], hull[1, 0], hull[2, 0] = x[1], height[1] - curvature * x[1] * x[1], 0.0
    index[0] = 1
    top = 0
    at = 0
    for k in range(2, n + 1):
        d = x[k]
        drop = curvature * d * d
        if wanted[k]:
            at = tangent(hull, top, at, d, hrs[k] - drop)
            i = index[at]
            fall[k] = (height[i] - hrs[k]) / (d - x[i]) - curvature * (d - x[i])
            last[k] = i
        top = push(hull, top, d, height[k] - drop)
        index[top] = k


@scan
def smooth_surface(x: Floats, h: Floats, at_transmitter: Floats, at_receiver: Floats) -> None:
    """Fit the smooth surface to the terrain up to each receiver, eqs (85) to (88)."""
    v1 = 0.0
    v2 = 0.0
    for k in range(1, x.size):
        d, before = x[k], x[k - 1]
        step = d - before
        v1 += step * (h[k] + h[k - 1])
        v2 += step * (h[k] * (2 * d + before) + h[k - 1] * (d + 2 * before))
        at_transmitter[k] = (2 * v1 * d - v2) / (d * d)
        at_receiver[k] = (v2 - v1 * d) / (d * d)


@scan
def zone_runs(zone: Zones, runs: Indices) -> None:
    """Write how land and sea share the path to each receiver, in halves of a step.

    A point stands for the path half-way to its neighbours, a terminal for its own half only.

    Parameters
    ----------
    zone : ndarray, shape (n + 1,)
        RadioClimaticZone code of each point.
    runs : ndarray, shape (5, n + 1)
        Takes the sea on the path, the longest run over land and over inland, the distance over
        land from the transmitter and from the receiver to the sea (-1 without sea).
    """
    sea = 1 if zone[0] == _SEA else 0
    land = longest_land = 1 - sea
    inland = longest_inland = 1 if zone[0] == _INLAND else 0
    shore = 0 if sea else -1
    last_sea = 0 if sea else -1
    for k in range(1, zone.size):
        wet = zone[k] == _SEA
        dry = zone[k] == _INLAND
        if wet and shore < 0:
            shore = 2 * k - 1
        runs[0, k] = sea + (1 if wet else 0)
        runs[1, k] = longest_land if wet else max(longest_land, land + 1)
        runs[2, k] = max(longest_inland, inland + 1) if dry else longest_inland
        runs[3, k] = shore
        runs[4, k] = 0 if wet else (2 * (k - last_sea) - 1 if last_sea >= 0 else -1)
        sea += 2 if wet else 0
        land = 0 if wet else land + 2
        inland = inland + 2 if dry else 0
        longest_land = max(longest_land, land)
        longest_inland = max(longest_inland, inland)
        if wet:
            last_sea = k
