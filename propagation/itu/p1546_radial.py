"""Rec. ITU-R P.1546-6, Annex 5: what the terrain says of the path to every receiver of a radial.

The numbers of `propagation.itu.p1546_path.profile_parameters` over the same points, carried from
one receiver to the next.
"""

import math

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import scan
from propagation.errors import PropagationError, require_range
from propagation.itu.p1546_path import (
    FAR_KM,
    LONG_KM,
    NEAR_KM,
    RECEIVER_REACH_KM,
    SLACK_KM,
    TRANSMITTER_REACH_KM,
    ProfileParameters,
)
from propagation.profile import RadioClimaticZone

__all__ = ["radial_parameters"]

Floats = NDArray[np.float64]

_LARGEST_STEP_KM = 1.0
_INLAND = int(RadioClimaticZone.INLAND)


def radial_parameters(
    step_km: float,
    terrain_height_m: Floats,
    zone: NDArray[np.int8],
    *,
    transmitter_height_above_ground_m: float,
    receiver_height_above_ground_m: float,
) -> ProfileParameters:
    """Return what the terrain says of the paths from the first point of radials to all others.

    Parameters
    ----------
    step_km : float
        Distance between neighbouring points, above 0 to 1 km.
    terrain_height_m : ndarray, shape (a, n + 1)
        Heights above mean sea level, transmitter first.
    zone : ndarray of int8, shape (a, n + 1)
        RadioClimaticZone codes.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : float
        Heights of the antennas.

    Returns
    -------
    ProfileParameters
        Arrays of shape (a, n + 1); NaN at the transmitter, and from a NaN height on.

    Raises
    ------
    OutOfRangeError
        If the step leaves its range.
    PropagationError
        If the shapes disagree, or a zone is none.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, sections 3, 4.3 a), 8 and 11.
    """
    require_range("step_km", step_km, 0, np.inf, "a radial", inclusive=False)
    require_range("step_km", step_km, 0, _LARGEST_STEP_KM, "a radial")
    heights = np.ascontiguousarray(terrain_height_m, dtype=np.float64)
    if heights.ndim != 2 or zone.shape != heights.shape:
        raise PropagationError("terrain and zones of radials have the same shape (a, n + 1)")
    if not np.isin(zone, [*RadioClimaticZone]).all():
        raise PropagationError("a zone of a profile is none of 1 sea, 3 coastal land, 4 inland")
    found = np.full((4, *heights.shape), np.nan)
    eyes = transmitter_height_above_ground_m, receiver_height_above_ground_m
    _walk(heights, np.ascontiguousarray(zone), float(step_km), eyes, found)
    known = ~np.isnan(found[0])
    x: Floats = np.arange(heights.shape[1], dtype=np.float64) * step_km
    return ProfileParameters(
        np.where(known, x, np.nan),
        found[0],
        found[1],
        found[2],
        np.where(known, heights[:, :1], np.nan),
        np.where(known, heights, np.nan),
        found[3],
    )


@scan
def _walk(
    heights: Floats, zone: NDArray[np.int8], step: float, eyes: tuple[float, float], out: Floats
) -> None:
    """Write effective height, both clearance angles and the share of sea of every receiver."""
    points = heights.shape[1]
    total = np.empty(points)
    for row in range(heights.shape[0]):
        h = heights[row]
        eye = h[0] + eyes[0]
        steepest, sea = -np.inf, 0.0
        total[0] = h[0]
        for k in range(1, points):
            if math.isnan(h[k]) or math.isnan(h[0]):
                break
            total[k] = total[k - 1] + h[k]
            if k * step <= TRANSMITTER_REACH_KM + SLACK_KM:
                steepest = max(steepest, (h[k] - eye) / (1000 * (k * step)))
            sea += 0.5 * ((zone[row, k - 1] != _INLAND) + (zone[row, k] != _INLAND))
            out[0, row, k] = eye - _mean_height(h, total, k, step)
            out[1, row, k] = math.degrees(math.atan(steepest))
            out[2, row, k] = math.degrees(math.atan(_steepest_back(h, k, step, eyes[1])))
            out[3, row, k] = sea / k


@scan
def _mean_height(h: Floats, total: Floats, k: int, step: float) -> float:
    """Return the mean of the straight lines between the outermost points that count."""
    d = k * step
    if k == 1:  # one point lies between 0.2 d and d, so the limits themselves count
        return float(h[0] + 0.6 * (h[1] - h[0]))
    start, end = (0.2 * d, d) if d < LONG_KM else (NEAR_KM, min(d, FAR_KM))
    first, last = int(start / step), int(end / step) + 1
    while first * step < start - SLACK_KM:
        first += 1
    while last * step > end + SLACK_KM:
        last -= 1
    whole = total[last] - total[first] + h[first]
    return float((whole - 0.5 * (h[first] + h[last])) / (last - first))


@scan
def _steepest_back(h: Floats, k: int, step: float, above: float) -> float:
    """Return the slope towards the highest of the points behind a receiver, in its reach."""
    eye = h[k] + above
    steepest = -np.inf
    for i in range(k - 1, -1, -1):
        back = k * step - i * step
        if back > RECEIVER_REACH_KM + SLACK_KM:
            break
        steepest = max(steepest, (h[i] - eye) / (1000 * back))
    return steepest
