"""Rec. ITU-R P.1546-6, Annex 5: what a terrain profile says of a path.

The effective height of the transmitting antenna (section 3), the terrain clearance angles
(sections 4.3 and 11) and the share of sea (section 8).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError
from propagation.profile import PathProfile, RadioClimaticZone

__all__ = [
    "FAR_KM",
    "LONG_KM",
    "NEAR_KM",
    "RECEIVER_REACH_KM",
    "SLACK_KM",
    "TRANSMITTER_REACH_KM",
    "ProfileParameters",
    "effective_height_without_terrain_m",
    "profile_parameters",
]

Floats = NDArray[np.float64]

LONG_KM: Final = 15.0
"""From here on the mean height is taken from NEAR_KM to FAR_KM (sections 3.1 and 3.2)."""

NEAR_KM: Final = 3.0
FAR_KM: Final = 15.0

TRANSMITTER_REACH_KM: Final = 15.0
"""How far the terrain counts for the transmitter's clearance angle (section 4.3)."""

RECEIVER_REACH_KM: Final = 16.0
"""How far it counts for the receiver's (section 11)."""

SLACK_KM: Final = 1e-9
"""Distances of a profile are sums of steps."""


class ProfileParameters(NamedTuple):
    """What a profile gives the prediction; `_asdict()` holds arguments of `predict_field`.

    Attributes
    ----------
    distance_km : ndarray
        Length of the path.
    effective_height_m : ndarray
        Effective height h_1 of the transmitting antenna.
    transmitter_clearance_angle_deg, receiver_clearance_angle_deg : ndarray
        Elevation, above the horizontal and without the Earth's curvature, of the line from
        each antenna that just clears the terrain up to 15 km and up to 16 km away.
    transmitter_terrain_height_m, receiver_terrain_height_m : ndarray
        Terrain above sea level at both ends.
    sea_fraction : ndarray
        Share of the path over sea and coastal land, 0 to 1.
    """

    distance_km: Floats
    effective_height_m: Floats
    transmitter_clearance_angle_deg: Floats
    receiver_clearance_angle_deg: Floats
    transmitter_terrain_height_m: Floats
    receiver_terrain_height_m: Floats
    sea_fraction: Floats


def profile_parameters(
    profile: PathProfile,
    *,
    transmitter_height_above_ground_m: ArrayLike,
    receiver_height_above_ground_m: ArrayLike,
) -> ProfileParameters:
    """Return what profiles say of their paths.

    Parameters
    ----------
    profile : PathProfile
        Paths of shape (..., n), n at least 2, with terrain heights; clutter heights are not
        used.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : array_like
        Heights of the antennas above ground, m, broadcasting with (...).

    Returns
    -------
    ProfileParameters
        Arrays that broadcast to the shape (...); NaN terrain yields NaN.

    Raises
    ------
    PropagationError
        If a profile has fewer than 2 points, distances that do not increase or a zone that is
        none.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, sections 3, eqs (6) and (7), 4.3 a), 8 and 11. The
       terrain is averaged between 0.2 d and d below 15 km, between 3 and 15 km from there:
       the integral of the straight lines between the points that lie there, as the reference
       program of Working Party 3K has it, or between the limits where not two points do.
       Coastal land counts as sea (section 8), a point as the path to half-way to its
       neighbours.
    """
    x = np.asarray(profile.distance_km, dtype=np.float64)
    h = np.asarray(profile.terrain_height_m, dtype=np.float64)
    _require_path(profile, x)
    ha = np.asarray(transmitter_height_above_ground_m, dtype=np.float64)
    h2 = np.asarray(receiver_height_above_ground_m, dtype=np.float64)
    d = x[..., -1]
    start, end = np.where(d < LONG_KM, 0.2 * d, NEAR_KM), np.minimum(d, FAR_KM)
    eyes = h[..., 0] + ha, h[..., -1] + h2
    reach = x[..., 1:] <= TRANSMITTER_REACH_KM + SLACK_KM
    back = x[..., -1:] - x[..., :-1]
    return ProfileParameters(
        d,
        np.asarray(eyes[0] - _mean_height_m(x, h, start, end)),
        _highest_deg(h[..., 1:] - eyes[0][..., np.newaxis], x[..., 1:], reach),
        _highest_deg(
            h[..., :-1] - eyes[1][..., np.newaxis], back, back <= RECEIVER_REACH_KM + SLACK_KM
        ),
        h[..., 0],
        h[..., -1],
        _sea_fraction(profile, x),
    )


def effective_height_without_terrain_m(
    distance_km: ArrayLike,
    transmitter_height_above_ground_m: ArrayLike,
    declared_effective_height_m: ArrayLike,
) -> Floats:
    """Return the effective height of an antenna where there is no terrain data.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, km.
    transmitter_height_above_ground_m : array_like
        Height h_a of the antenna above ground, m.
    declared_effective_height_m : array_like
        Height h_eff above the average terrain between 3 and 15 km that was declared for the
        direction, m.

    Returns
    -------
    ndarray of float64
        h_1, m: h_a up to 3 km, h_eff from 15 km, linear between.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, sections 3.1.1 and 3.2, eqs (4), (5) and (7).
    """
    d = np.asarray(distance_km, dtype=np.float64)
    ha = np.asarray(transmitter_height_above_ground_m, dtype=np.float64)
    heff = np.asarray(declared_effective_height_m, dtype=np.float64)
    return np.asarray(ha + (heff - ha) * np.clip((d - NEAR_KM) / (FAR_KM - NEAR_KM), 0, 1))


def _require_path(profile: PathProfile, x: Floats) -> None:
    if x.shape[-1] < 2:
        raise PropagationError("a profile needs at least 2 points")
    if np.any(np.diff(x) <= 0):
        raise PropagationError("distance_km of a profile must increase")
    if not np.isin(profile.zone, [*RadioClimaticZone]).all():
        raise PropagationError("a zone of a profile is none of 1 sea, 3 coastal land, 4 inland")


def _mean_height_m(x: Floats, h: Floats, start: Floats, end: Floats) -> Floats:
    """Average the terrain between two distances along each path."""
    start, end = _outermost_points(x, start, end)
    x0, x1, h0, h1 = x[..., :-1], x[..., 1:], h[..., :-1], h[..., 1:]
    left = np.clip(start[..., np.newaxis], x0, x1)
    right = np.clip(end[..., np.newaxis], x0, x1)
    slope = (h1 - h0) / (x1 - x0)
    middle = h0 + slope * ((left + right) / 2 - x0)
    return np.asarray(np.sum(middle * (right - left), axis=-1) / (end - start))


def _outermost_points(x: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Move limits to the outermost points between them, where there are two."""
    inside = (x >= start[..., np.newaxis] - SLACK_KM) & (x <= end[..., np.newaxis] + SLACK_KM)
    two = np.count_nonzero(inside, axis=-1) > 1
    first = np.min(np.where(inside, x, np.inf), axis=-1)
    last = np.max(np.where(inside, x, -np.inf), axis=-1)
    return np.where(two, first, start), np.where(two, last, end)


def _highest_deg(rise_m: Floats, away_km: Floats, within: NDArray[np.bool_]) -> Floats:
    """Return the elevation of the highest of the points within reach."""
    slope = np.where(within, rise_m / (1000 * away_km), -np.inf)
    return np.asarray(np.rad2deg(np.arctan(np.max(slope, axis=-1))))


def _sea_fraction(profile: PathProfile, x: Floats) -> Floats:
    step = np.diff(x) / 2
    cells = np.concatenate(
        [step[..., :1], step[..., 1:] + step[..., :-1], step[..., -1:]], axis=-1
    )
    cells, zone = np.broadcast_arrays(cells, profile.zone)
    sea = np.where(zone == RadioClimaticZone.INLAND, 0.0, cells)
    return np.asarray(np.sum(sea, axis=-1) / np.sum(cells, axis=-1))
