"""What NTIA's extended Hata model takes from a profile, path by path.

A profile is a row of heights in m, evenly spaced, the mobile station first.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import scan
from propagation.itm.profile import (
    Ends,
    Window,
    curvature_of,
    fitted,
    horizons,
    window_sums,
)

__all__ = ["FEATURES", "terrain_features"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_STANDARD_REFRACTIVITY = 301.0

FEATURES: Final = (
    "mobile_height_m",
    "base_height_m",
    "decile_10_m",
    "decile_50_m",
    "decile_90_m",
    "slope_mrad",
    "mobile_horizon_km",
    "base_horizon_km",
    "ridge_height_m",
    "sea_fraction",
    "sea_end",
)
"""What is found, by column: ridge_height_m is NaN of a path with two horizons or none; sea_end
is 1 where the sea lies at the mobile station, 0 at the base station, 0.5 evenly."""


@scan
def terrain_features(
    heights: Floats,
    sea: NDArray[np.bool_],
    rows: Integers,
    asked: Floats,
    first_release: bool,
    features: Floats,
) -> None:
    """Analyse every path; `asked` holds step, base height and mobile height in its columns."""
    for k in range(asked.shape[0]):
        profile = heights[rows[k]]
        n, step = profile.shape[0] - 1, asked[k, 0]
        base, mobile = asked[k, 1], asked[k, 2]
        near, far = _drops(profile, step, first_release)
        features[k, 0] = mobile + near
        features[k, 1] = base + far
        deciles = _deciles(profile, step)
        features[k, 2], features[k, 3], features[k, 4] = deciles
        features[k, 5] = _slope_mrad(profile, step)
        ends = Ends(n, step, mobile, base)
        features[k, 6], features[k, 7], features[k, 8] = _horizon_and_ridge(profile, ends)
        features[k, 9], features[k, 10] = _sea(sea[rows[k]])


@scan
def _mean(heights: Floats, first: int, last: int) -> float:
    return float(heights[first : last + 1].sum() / (last - first + 1))


@scan
def _drops(heights: Floats, step: float, first_release: bool) -> tuple[float, float]:
    """Return how far the ground at either end stands above that 3 to 15 km away, m.

    Between 3 and 15 km the difference comes in by and by; in the first release the mean height
    did, by itself.
    """
    n, xi = heights.shape[0] - 1, step * 0.001
    d = n * xi
    if d < 3:
        return 0.0, 0.0
    close = int(3.0 / xi)
    far, weight = (n, (d - 3) / 12) if d <= 15 else (int(15.0 / xi), 1.0)
    near, other = _mean(heights, close, far), _mean(heights, n - far, n - close)
    if first_release:
        return heights[0] - weight * near, heights[n] - weight * other
    return weight * (heights[0] - near), weight * (heights[n] - other)


@scan
def _deciles(heights: Floats, step: float) -> tuple[float, float, float]:
    """Return the heights exceeded on 10, 50 and 90 % of the 10 km at the mobile station."""
    n, xi = heights.shape[0] - 1, step * 0.001
    d = n * xi
    last = n if d < 10 else int(10.0 / xi)
    falling = -np.sort(-heights[: last + 1])
    points = last + 1
    factor = 1.0
    if d < 10:  # what the whole 10 km would have
        factor = (1 - 0.8 * math.exp(-0.2)) / (1 - 0.8 * math.exp(-0.02 * d))
    h10 = falling[max(int(0.1 * points - 1), 0)]
    h50 = falling[max(int(0.5 * points - 1), 0)]
    h90 = falling[max(int(0.9 * points - 1), 0)]
    return factor * h10, factor * h50, factor * h90


@scan
def _slope_mrad(heights: Floats, step: float) -> float:
    """Return the slope of the ground over the 5 to 10 km at the mobile station."""
    d = (heights.shape[0] - 1) * step
    steepest, flattest, five = -1e31, 1e31, 0.0
    for length in range(5000, 10001, 1000):
        if d < length:
            break
        points = int(length / step)
        window = Window(0, points)
        total, moment = window_sums(heights, window)
        rise = fitted(window, total, moment, float(points)) - fitted(window, total, moment, 0.0)
        slope = -1000 * rise / length
        flattest, steepest = min(flattest, slope), max(steepest, slope)
        if length == 5000:
            five = slope
    if d <= 5000 or steepest * flattest < 0:
        return five
    return steepest if steepest >= 0 else flattest


@scan
def _horizon_and_ridge(heights: Floats, ends: Ends) -> tuple[float, float, float]:
    """Return both horizons in km, and the height of the ridge over the line of sight, m.

    It is a single ridge when both stations have the same horizon, within half a step. The line of
    sight is weighed as in NTIA's program: each antenna by the distance to its own horizon.
    """
    n, step = ends.intervals, ends.step
    d = n * step
    curvature = curvature_of(heights.sum() / (n + 1), _STANDARD_REFRACTIVITY).curvature
    seen = horizons(heights, ends, curvature)
    dl1, dl2 = seen.dl1, seen.dl2
    ridge = math.nan
    if abs(d - dl1 - dl2) <= 0.5 * step:
        edge = round(dl1 / step)
        z1, z2 = ends.h1 + heights[0], ends.h2 + heights[n]
        ridge = heights[edge] - (z2 * dl2 + z1 * dl1) / d + 0.5 * curvature * dl1 * dl2
        ridge = max(ridge, 0.0)
    return dl1 / 1000, dl2 / 1000, ridge


@scan
def _sea(sea: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the part of the points over sea, and at which end most of them lie."""
    points = sea.shape[0]
    half = (points - 1) // 2
    near = sea[:half].sum()
    far = sea[half:].sum()
    end = 0.5 if near == far else (1.0 if near > far else 0.0)
    return (near + far) / points, end
