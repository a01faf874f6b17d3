"""What stands in the way of one path: both Earths, the ray, its Fresnel zone, the edges.

Heights are raised by the bulge of the effective Earth where the name says so, as in
`propagation.itu.path_edges`: over them rays are straight.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from propagation.geometry import effective_earth_radius_km, fresnel_radius_m
from propagation.itu.path_edges import PathEdges, path_edges, ray_height_m
from propagation.itu.path_geometry import B0_RADIUS_KM
from propagation.itu.path_zones import ducting_incidence_percent, zone_sections
from propagation.profile import PathProfile

__all__ = ["CLEAR_SHARE", "sight_json"]

Floats = NDArray[np.float64]

CLEAR_SHARE = 0.6
"""Share of the first Fresnel zone that has to be free for no loss worth speaking of."""


def sight_json(
    profile: PathProfile,
    centre_latitude_deg: Floats,
    *,
    heights_above_ground_m: tuple[float, float],
    lapse_rate_nunits_per_km: float,
    frequency_mhz: float,
) -> dict[str, Any]:
    """Return what stands in the way of a path, as JSON values; no model decides it.

    Parameters
    ----------
    profile : PathProfile
        One path, of shape (1, n).
    centre_latitude_deg : ndarray, shape (1,)
        Latitude of its centre.
    heights_above_ground_m : tuple of float
        Heights of the transmitting and of the receiving antenna.
    lapse_rate_nunits_per_km : float
        Delta N, which gives the median effective Earth radius.
    frequency_mhz : float
        Frequency.

    Returns
    -------
    dict
        `ray_height_m` and `fresnel_radius_m` at the points of the profile, and for `median` and
        `b0` the effective Earth radius with the time for which it holds, the bulge it adds to
        the heights, whether the terminals see each other over terrain and clutter, the edges
        seen from both, Bullington's point (None in sight), the worst clearance, and nu.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, sections 3.5 to 3.8 and 4.3.1.
    .. [P526] Rec. ITU-R P.526-15, section 2.1, eq. (2).
    """
    d = np.ravel(profile.distance_km)
    terrain, clutter = profile.terrain_height_m[0], profile.clutter_height_m[0].copy()
    clutter[[0, -1]] = 0.0  # eq. (1c): clutter stands on every point but the terminals
    ends = (
        float(terrain[0]) + heights_above_ground_m[0],
        float(terrain[-1]) + heights_above_ground_m[1],
    )
    zones = zone_sections(profile)
    b0 = ducting_incidence_percent(centre_latitude_deg, zones.dtm, zones.dlm)
    ray = ray_height_m(d, *ends)

    def seen(radius_km: float, time_percent: float) -> dict[str, Any]:
        found = path_edges(
            d,
            terrain + clutter,
            transmitter_height_above_sea_m=ends[0],
            receiver_height_above_sea_m=ends[1],
            effective_radius_km=radius_km,
            frequency_mhz=frequency_mhz,
        )
        return {"time_percent": round(time_percent, 3), **_edges_json(found, d, terrain + clutter)}

    return {
        "ray_height_m": _rounded(ray),
        "fresnel_radius_m": _rounded(fresnel_radius_m(d, d[-1] - d, frequency_mhz)),
        "median": seen(float(effective_earth_radius_km(lapse_rate_nunits_per_km)), 50.0),
        "b0": seen(B0_RADIUS_KM, float(np.ravel(b0)[0])),
    }


def _edges_json(found: PathEdges, d: Floats, height_m: Floats) -> dict[str, Any]:
    raised = height_m + found.earth_bulge_m

    def edge(index: int, elevation_mrad: float) -> dict[str, Any]:
        return {**_place(d[index], raised[index]), "elevation_mrad": round(elevation_mrad, 3)}

    bullington = None
    if not math.isnan(found.bullington_distance_km):
        bullington = _place(found.bullington_distance_km, found.bullington_height_m)
    return {
        "effective_earth_radius_km": round(found.effective_radius_km, 1),
        "earth_bulge_m": _rounded(found.earth_bulge_m),
        "line_of_sight": found.line_of_sight,
        "transmitter_edge": edge(found.transmitter_edge, found.transmitter_edge_elevation_mrad),
        "receiver_edge": edge(found.receiver_edge, found.receiver_edge_elevation_mrad),
        "bullington_point": bullington,
        "worst": {
            **_place(d[found.worst], raised[found.worst]),
            "clearance_m": round(found.worst_clearance_m, 2),
            "clearance_ratio": round(found.worst_clearance_ratio, 3),
        },
        "diffraction_parameter": round(found.diffraction_parameter, 4),
    }


def _place(distance_km: float, raised_height_m: float) -> dict[str, Any]:
    return {
        "distance_km": round(float(distance_km), 4),
        "raised_height_m": round(float(raised_height_m), 2),
    }


def _rounded(values: Floats) -> list[float]:
    rounded: list[float] = np.round(values, 2).tolist()
    return rounded
