"""What the Irregular Terrain Model takes from a profile: horizons, heights, irregularity.

A profile is a row of heights in m, evenly spaced, the transmitter first; indices count its
intervals. `fitted` serves a single path and every path of a radial.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import part, scan
from propagation.itm.diffraction import Terminals
from propagation.itm.functions import decay

__all__ = [
    "Ends",
    "Horizons",
    "Surface",
    "Window",
    "considered",
    "curvature_of",
    "fit_window",
    "fitted",
    "horizons",
    "mean_height_m",
    "terminals",
    "window_sums",
]

Floats = NDArray[np.float64]

_ACTUAL_CURVATURE = 157e-9  # of the Earth, 1/m: a radius of 6370 km


class Ends(NamedTuple):
    """A path's length and the heights of its antennas above ground, m."""

    intervals: int
    step: float
    h1: float
    h2: float


class Surface(NamedTuple):
    """Surface refractivity, N-units, and the curvature of the effective Earth, 1/m."""

    refractivity: float
    curvature: float


class Horizons(NamedTuple):
    """Elevations in rad and distances in m, of the transmitter's and the receiver's horizon."""

    theta1: float
    theta2: float
    dl1: float
    dl2: float


class Window(NamedTuple):
    """First and last point of a stretch of a profile."""

    first: int
    last: int


@scan
def mean_height_m(heights: Floats, intervals: int) -> float:
    """Return the mean height of the middle four fifths of a path."""
    edge = int(0.1 * intervals)
    total = 0.0
    for i in range(edge, intervals - edge + 1):
        total += heights[i]
    return total / (intervals - 2 * edge + 1)


@scan
def curvature_of(mean_height: float, sea_level_refractivity: float) -> Surface:
    """Return refractivity and effective curvature at a height; [TN101], eqs (4.3), (4.4)."""
    refractivity = sea_level_refractivity * math.exp(-mean_height / 9460)
    curvature = _ACTUAL_CURVATURE * (1 - 0.04665 * math.exp(refractivity / 179.3))
    return Surface(refractivity, curvature)


@scan
def horizons(heights: Floats, ends: Ends, curvature: float) -> Horizons:
    """Return the horizons of both antennas; in sight, each is the other; [TN101], (6.15)."""
    n, step = ends.intervals, ends.step
    z1 = heights[0] + ends.h1
    z2 = heights[n] + ends.h2
    d = n * step
    bulge = 0.5 * curvature
    theta1 = (z2 - z1) / d - d * bulge
    theta2 = (z1 - z2) / d - d * bulge
    at1, at2 = n, 0
    for i in range(1, n):
        x1, x2 = i * step, (n - i) * step
        up1 = (heights[i] - z1) / x1 - x1 * bulge
        up2 = (heights[i] - z2) / x2 - x2 * bulge
        if up1 > theta1:
            theta1, at1 = up1, i
        if up2 > theta2:
            theta2, at2 = up2, i
    return Horizons(theta1, theta2, at1 * step, (n - at2) * step)


@scan
def considered(ends: Ends, seen: Horizons) -> tuple[float, float]:
    """Return where the terrain that counts begins and ends, m: fifteen masts from each."""
    d = ends.intervals * ends.step
    start = min(15 * ends.h1, 0.1 * seen.dl1)
    return start, d - min(15 * ends.h2, 0.1 * seen.dl2)


@scan
def fit_window(intervals: int, start: float, end: float) -> Window:
    """Return the points between two distances counted in intervals, two at least."""
    first = int(max(start, 0.0))
    last = intervals - int(max(intervals - end, 0.0))
    if last <= first:
        first = max(first - 1, 0)
        last = intervals - max(intervals - (last + 1), 0)
    return Window(first, last)


@scan
def window_sums(heights: Floats, window: Window) -> tuple[float, float]:
    """Return sum and first moment about its middle of a stretch, its ends at half weight."""
    middle = 0.5 * (window.first + window.last)
    total = 0.5 * (heights[window.first] + heights[window.last])
    moment = 0.5 * (heights[window.last] - heights[window.first]) * (window.last - middle)
    for i in range(window.first + 1, window.last):
        total += heights[i]
        moment += heights[i] * (i - middle)
    return total, moment


@scan
def fitted(window: Window, total: float, moment: float, at: float) -> float:
    """Return the height of the line fitted to a stretch at a point of the profile, m."""
    length = window.last - window.first
    slope = moment * 12 / ((length * length + 2.0) * length)
    return total / length + slope * (at - 0.5 * (window.first + window.last))


@part
def in_plain_sight(d: float, seen: Horizons) -> bool:
    """Return whether the horizons lie so far that the path is taken over its fitted plane."""
    return seen.dl1 + seen.dl2 > 1.5 * d


@part
def terminals(
    d: float,
    antennas: tuple[float, float],
    seen: Horizons,
    surface: Surface,
    irregularity: float,
    drops: tuple[float, float],
) -> Terminals:
    """Return the parameters of a path; the drops are those of the ground below its antennas.

    A drop counts where the antenna's ground stands above the fitted line.
    """
    h1, h2 = antennas
    he1 = h1 + max(drops[0], 0.0)
    he2 = h2 + max(drops[1], 0.0)
    if in_plain_sight(d, seen):
        dl1 = rough_horizon_m(he1, surface.curvature, irregularity)
        dl2 = rough_horizon_m(he2, surface.curvature, irregularity)
        if dl1 + dl2 <= d:
            higher = (d / (dl1 + dl2)) ** 2
            he1, he2 = he1 * higher, he2 * higher
            dl1 = rough_horizon_m(he1, surface.curvature, irregularity)
            dl2 = rough_horizon_m(he2, surface.curvature, irregularity)
        theta1 = rough_elevation_rad(he1, dl1, surface.curvature, irregularity)
        theta2 = rough_elevation_rad(he2, dl2, surface.curvature, irregularity)
        seen = Horizons(theta1, theta2, dl1, dl2)
    return Terminals(
        d, h1, h2, he1, he2, seen.dl1, seen.dl2, seen.theta1, seen.theta2,
        irregularity, surface.curvature, surface.refractivity,
    )  # fmt: skip


@part
def rough_horizon_m(he: float, curvature: float, irregularity: float) -> float:
    """Return the distance of the horizon over irregular terrain; [ALG], eq. (3.3)."""
    smooth = math.sqrt(2 * he / curvature)
    return smooth * decay(0.07 * math.sqrt(irregularity / max(he, 5.0)))


@part
def rough_elevation_rad(he: float, dl: float, curvature: float, irregularity: float) -> float:
    """Return the elevation of that horizon; [ALG], eq. (3.4)."""
    smooth = math.sqrt(2 * he / curvature)
    return (0.65 * irregularity * (smooth / dl - 1) - 2 * he) / smooth
