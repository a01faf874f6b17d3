"""What decides one path under one effective Earth: its edges, Bullington's point, its clearance.

The same construction as Rec. ITU-R P.1812-8, section 4.3.1, for one path at a time and told in
places: which points of the profile the two rays touch, and where the rays meet. The losses are
computed in `path_bullington` for many paths at once.

Heights here are *raised*: the bulge of the effective Earth is added to the height above mean sea
level, so that rays are straight lines.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError
from propagation.geometry import earth_bulge_m, fresnel_radius_m

__all__ = ["PathEdges", "path_edges", "ray_height_m"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PathEdges:
    """The points that decide a path under one effective Earth radius.

    Attributes
    ----------
    effective_radius_km : float
        The radius.
    earth_bulge_m : ndarray, shape (n,)
        What the curved Earth adds to the heights of the profile.
    line_of_sight : bool
        Whether no point is seen from the transmitter as steeply as the receiver is.
    transmitter_edge, receiver_edge : int
        Index of the point that is seen steepest from each terminal: the first of equals from the
        transmitter, the last from the receiver.
    transmitter_edge_elevation_mrad, receiver_edge_elevation_mrad : float
        Its elevation over the terminal's own horizontal.
    bullington_distance_km, bullington_height_m : float
        Where the rays over the two edges meet: distance from the transmitter and raised height.
        NaN in line of sight, where the construction is not made.
    worst : int
        Index of the point that reaches farthest into the Fresnel zone, the last of equals.
    worst_clearance_m : float
        Height of the straight ray over that point; negative where the point stands above it.
    worst_clearance_ratio : float
        That height over the radius of the first Fresnel zone.
    diffraction_parameter : float
        nu of Bullington's point, and in line of sight of the worst point.
    """

    effective_radius_km: float
    earth_bulge_m: Floats
    line_of_sight: bool
    transmitter_edge: int
    receiver_edge: int
    transmitter_edge_elevation_mrad: float
    receiver_edge_elevation_mrad: float
    bullington_distance_km: float
    bullington_height_m: float
    worst: int
    worst_clearance_m: float
    worst_clearance_ratio: float
    diffraction_parameter: float


def ray_height_m(distance_km: ArrayLike, transmitter_m: float, receiver_m: float) -> Floats:
    """Return the raised height of the straight ray over the points of a profile, m.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distances from the transmitter, the last one that of the receiver.
    transmitter_m, receiver_m : float
        Heights of the antennas above mean sea level.
    """
    d = np.asarray(distance_km, dtype=np.float64)
    return np.asarray(transmitter_m + (receiver_m - transmitter_m) * d / d[-1])


def path_edges(
    distance_km: ArrayLike,
    height_m: ArrayLike,
    *,
    transmitter_height_above_sea_m: float,
    receiver_height_above_sea_m: float,
    effective_radius_km: float,
    frequency_mhz: float,
) -> PathEdges:
    """Find the points that decide a path under one effective Earth radius.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distances from the transmitter, increasing from 0; n at least 3.
    height_m : array_like, shape (n,)
        What stands in the way, above mean sea level: g_i, terrain with clutter, for the
        diffraction model; terrain alone for the horizons of Attachment 1. The heights under the
        terminals themselves are not looked at.
    transmitter_height_above_sea_m, receiver_height_above_sea_m : float
        Heights of the antennas above mean sea level, h_ts and h_rs.
    effective_radius_km : float
        Effective Earth radius, positive; infinite for a flat Earth.
    frequency_mhz : float
        Frequency, positive.

    Returns
    -------
    PathEdges
        The points.

    Raises
    ------
    PropagationError
        If there is no point between the terminals, a value is not finite, the distances do not
        increase from 0, or the radius is not positive.
    OutOfRangeError
        If the frequency is not positive.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, section 4.3.1, eqs (13) to (20), and Attachment 1, eqs (76)
       to (83).
    .. [P526] Rec. ITU-R P.526-15, section 2.1, eq. (2), and section 4.1, eq. (26).
    """
    d, h = np.asarray(distance_km, dtype=np.float64), np.asarray(height_m, dtype=np.float64)
    hts, hrs = float(transmitter_height_above_sea_m), float(receiver_height_above_sea_m)
    _require_profile(d, h, hts, hrs, effective_radius_km)
    length = float(d[-1])
    bulge = earth_bulge_m(d, length, effective_radius_km)
    ahead, raised = d[1:-1], (h + bulge)[1:-1]
    up, down = (raised - hts) / ahead, (raised - hrs) / (length - ahead)  # m/km, eqs (13), (17)
    from_t, from_r = int(up.argmax()), _last_argmax(down)
    slope = (hrs - hts) / length  # eq. (14)
    in_sight = bool(up[from_t] < slope)
    level = 500 / effective_radius_km * length  # the chord's slope over the horizontal, m/km
    radius = fresnel_radius_m(d, length - d, frequency_mhz)[1:-1]
    into = raised - (hts + slope * ahead)
    worst = _last_argmax(into / radius)
    if in_sight:
        at, top = np.nan, np.nan
        nu = np.sqrt(2) * into[worst] / radius[worst]  # eq. (16)
    else:
        at, top = _bullington_point(ahead, up[from_t], down[from_r], (hts, hrs, length))
        above = top - (hts + slope * at)  # eq. (19)
        nu = np.sqrt(2) * above / float(fresnel_radius_m(at, length - at, frequency_mhz))
    return PathEdges(
        effective_radius_km=float(effective_radius_km),
        earth_bulge_m=bulge,
        line_of_sight=in_sight,
        transmitter_edge=from_t + 1,
        receiver_edge=from_r + 1,
        transmitter_edge_elevation_mrad=_elevation_mrad(up[from_t] - level),
        receiver_edge_elevation_mrad=_elevation_mrad(down[from_r] - level),
        bullington_distance_km=float(at),
        bullington_height_m=float(top),
        worst=worst + 1,
        worst_clearance_m=float(-into[worst]),
        worst_clearance_ratio=float(-into[worst] / radius[worst]),
        diffraction_parameter=float(nu),
    )


def _require_profile(d: Floats, h: Floats, hts: float, hrs: float, radius: float) -> None:
    if d.ndim != 1 or d.shape != h.shape or d.size < 3:
        raise PropagationError(
            f"one profile of at least 3 points is needed, not distances of shape {d.shape} "
            f"and heights of shape {h.shape}"
        )
    if not (np.isfinite(d).all() and np.isfinite(h).all() and np.isfinite([hts, hrs]).all()):
        raise PropagationError(
            "a profile or an antenna has a height or distance that is not known"
        )
    if d[0] != 0 or not (np.diff(d) > 0).all():
        raise PropagationError("distance_km must increase from 0, at the transmitter")
    if not radius > 0:
        raise PropagationError(f"effective_radius_km must be positive, not {radius}")


def _bullington_point(
    ahead: Floats, rise_t: float, rise_r: float, ends: tuple[float, float, float]
) -> tuple[float, float]:
    """Return distance and raised height at which the two rays meet, eq. (18).

    Rays of a path that only grazes lie in one line: they meet everywhere, and the middle stands
    for all. Rounding may not carry the point past the profile's inner points.
    """
    hts, hrs, length = ends
    total = rise_t + rise_r
    at = (hrs - hts + rise_r * length) / total if total > 0 else length / 2
    at = float(np.clip(at, ahead[0], ahead[-1]))
    return at, hts + rise_t * at


def _elevation_mrad(slope: float) -> float:
    """Return the elevation of a slope in m/km, eq. (77)."""
    return float(1000 * np.arctan(slope / 1000))


def _last_argmax(values: Floats) -> int:
    return int(values.size - 1 - values[::-1].argmax())
