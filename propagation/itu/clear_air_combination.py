"""From the mechanisms of propagation in clear air to one loss.

Rec. ITU-R P.1812-8, sections 4.3.4, 4.3.5 and 4.6, and P.452-18, sections 4.2.4, 4.2.5 and 4.5;
the equation numbers are those of the former.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.clear_air_mechanisms import LineOfSight
from propagation.itu.inverse_normal import inverse_complementary_normal
from propagation.itu.p526 import bullington_loss_db, knife_edge_loss_db, spherical_earth_loss_db
from propagation.itu.path_geometry import B0_RADIUS_KM, PathGeometry
from propagation.itu.path_rows import spread
from propagation.itu.path_zones import ZoneSections

__all__ = [
    "Combined",
    "Conditions",
    "Diffraction",
    "Mechanisms",
    "angular_distance_mrad",
    "combined",
    "diffraction",
    "shared_fields",
]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_WAVELENGTH_M_AT_1_GHZ = 0.2998  # the value of the ITU's own programs (Rec. ITU-R P.2001-5)


class Conditions(NamedTuple):
    """What is asked of the paths: f in GHz, p in per cent of time, radius in km.

    `b0` is the incidence of ducting, per cent, `phi` the latitude of the path's centre and `n0`
    the surface refractivity.
    """

    f: Floats
    p: Floats
    phi: Floats
    radius: Floats
    n0: Floats
    b0: Floats


class Diffraction(NamedTuple):
    """Diffraction losses in dB, and the interpolation between median and b0 % of time."""

    lbulla: Floats
    lbulls: Floats
    ldsph: Floats
    ld50: Floats
    ldb: Floats
    ldp: Floats
    fi: Floats


class Mechanisms(NamedTuple):
    """The losses of the mechanisms, dB: `lba` of ducting, `lbs` of tropospheric scatter."""

    sight: LineOfSight
    bent: Diffraction
    lba: Floats
    lbs: Floats


class Combined(NamedTuple):
    """The combined losses, dB, and their interpolation factors; `lb` is that of all mechanisms."""

    fj: Floats
    fk: Floats
    lbd50: Floats
    lbd: Floats
    lminb0p: Floats
    lminbap: Floats
    lbda: Floats
    lbam: Floats
    lb: Floats


def angular_distance_mrad(path: PathGeometry, radius: Floats) -> Floats:
    """Return theta, the angle between the two horizon rays, eq. (84)."""
    return np.asarray(1000 * path.d / radius + path.theta_t + path.theta_r)


def diffraction(
    path: PathGeometry, zones: ZoneSections, asked: Conditions, vertical: Booleans
) -> Diffraction:
    """Return the delta-Bullington losses, eqs (39) to (41).

    Parameters
    ----------
    path : PathGeometry
        The paths.
    zones : ZoneSections
        Their land and sea.
    asked : Conditions
        Frequency, percentage and climate.
    vertical : ndarray of bool
        Whether the polarisation is vertical.

    Returns
    -------
    Diffraction
        Losses that broadcast. Both effective radii, the median and the one for b0 % of time, lie
        on a first axis while they are computed.
    """
    shape = np.broadcast_shapes(path.d.shape, asked.f.shape, zones.omega.shape, vertical.shape)
    nu = np.stack([spread(n, shape) for n in (path.nu_a50, path.nu_ab, path.nu_s50, path.nu_sb)])
    knife_edges = knife_edge_loss_db(nu * np.sqrt(asked.f / _WAVELENGTH_M_AT_1_GHZ))
    bullington = bullington_loss_db(knife_edges, path.d)
    lbulla, lbulls = bullington[:2], bullington[2:]
    median = spread(asked.radius, shape)
    ldsph = spherical_earth_loss_db(
        path.d,
        path.hts - path.hstd,
        path.hrs - path.hsrd,
        effective_radius_km=np.stack([median, np.full_like(median, B0_RADIUS_KM)]),
        frequency_mhz=asked.f * 1000,
        sea_fraction=zones.omega,
        vertical=vertical,
    )
    ld50, ldb = lbulla + np.maximum(ldsph - lbulls, 0)  # eq. (39)
    rare = inverse_complementary_normal(asked.b0 / 100)
    fi = np.where(asked.p > asked.b0, inverse_complementary_normal(asked.p / 100) / rare, 1.0)
    ldp = np.where(asked.p == 50, ld50, ld50 + fi * (ldb - ld50))  # eqs (40), (41)
    return Diffraction(lbulla[0], lbulls[0], ldsph[0], ld50, ldb, ldp, fi)


def combined(
    d: Floats, hidden: Floats, omega: Floats, asked: Conditions, mechanisms: Mechanisms
) -> Combined:
    """Return one loss of all mechanisms, and what leads to it, eqs (42), (43) and (57) to (63).

    Parameters
    ----------
    d, omega : ndarray
        Length of the path, km, and the part of it over sea.
    hidden : ndarray
        How far a path is beyond the horizon, negative in sight: what multiplies 3 xi in the
        interpolation F_j, where each Recommendation has its own measure.
    asked : Conditions
        What is asked.
    mechanisms : Mechanisms
        The losses of the mechanisms, dB.
    """
    sight, bent, lba, lbs = mechanisms
    fj = 1 - 0.5 * (1 + np.tanh(3 * 0.8 * hidden))  # eq. (57)
    fk = 1 - 0.5 * (1 + np.tanh(3 * 0.5 * (d - 20) / 20))  # eq. (58)
    lbd50 = sight.lbfsg + bent.ld50  # eq. (42)
    lbd = sight.lb0p + bent.ldp  # eq. (43)
    inland = (1 - omega) * bent.ldp
    lminb0p = np.where(  # eq. (59)
        asked.p < asked.b0,
        sight.lb0p + inland,
        lbd50 + (sight.lb0b + inland - lbd50) * bent.fi,
    )
    lminbap = 2.5 * _log_of_sum(lba / 2.5, sight.lb0p / 2.5)  # eq. (60)
    lbda = np.where(lminbap <= lbd, lminbap + (lbd - lminbap) * fk, lbd)  # eq. (61)
    lbam = lbda + (lminb0p - lbda) * fj  # eq. (62)
    nepers = -0.2 * np.log(10)
    lb = _log_of_sum(nepers * lbs, nepers * lbam) / nepers  # eq. (63)
    return Combined(fj, fk, lbd50, lbd, lminb0p, lminbap, lbda, lbam, lb)


def _log_of_sum(a: Floats, b: Floats) -> Floats:
    """Return log(exp(a) + exp(b)) without overflow; unlike numpy's, NaN passes in silence."""
    return np.asarray(np.maximum(a, b) + np.log1p(np.exp(-np.abs(a - b))))


def shared_fields(
    path: PathGeometry,
    zones: ZoneSections,
    asked: Conditions,
    mechanisms: Mechanisms,
    total: Combined,
) -> dict[str, Floats]:
    """Return the fields of a ClearAirLoss but for the total and the polarisation."""
    sight, bent, lba, lbs = mechanisms
    return {
        **_path_fields(path, zones, asked),
        "time_interpolation": bent.fi,
        "angular_interpolation": total.fj,
        "distance_interpolation": total.fk,
        "free_space_basic_transmission_loss_db": sight.lbfs,
        "line_of_sight_loss_p_db": sight.lb0p,
        "line_of_sight_loss_b0_db": sight.lb0b,
        "bullington_actual_loss_db": bent.lbulla,
        "bullington_smooth_loss_db": bent.lbulls,
        "spherical_earth_loss_db": bent.ldsph,
        "diffraction_loss_median_db": bent.ld50,
        "diffraction_loss_b0_db": bent.ldb,
        "diffraction_loss_p_db": bent.ldp,
        "basic_loss_diffraction_median_db": total.lbd50,
        "basic_loss_diffraction_p_db": total.lbd,
        "minimum_loss_line_of_sight_db": total.lminb0p,
        "ducting_loss_db": lba,
        "minimum_loss_ducting_db": total.lminbap,
        "basic_loss_diffraction_ducting_db": total.lbda,
        "basic_loss_modified_db": total.lbam,
        "tropospheric_scatter_loss_db": lbs,
    }


def _path_fields(path: PathGeometry, zones: ZoneSections, asked: Conditions) -> dict[str, Floats]:
    return {
        "distance_km": path.d,
        "transmitter_height_above_sea_m": path.hts,
        "receiver_height_above_sea_m": path.hrs,
        "transhorizon": path.transhorizon,
        "transmitter_horizon_distance_km": path.dlt,
        "receiver_horizon_distance_km": path.dlr,
        "transmitter_horizon_elevation_mrad": path.theta_t,
        "receiver_horizon_elevation_mrad": path.theta_r,
        "angular_distance_mrad": angular_distance_mrad(path, asked.radius),
        "sea_fraction": zones.omega,
        "longest_land_section_km": zones.dtm,
        "longest_inland_section_km": zones.dlm,
        "transmitter_coast_distance_km": zones.dct,
        "receiver_coast_distance_km": zones.dcr,
        "path_centre_latitude_deg": asked.phi,
        "ducting_incidence_percent": asked.b0,
        "median_effective_earth_radius_km": asked.radius,
        "smooth_surface_at_transmitter_m": path.hst_fit,
        "smooth_surface_at_receiver_m": path.hsr_fit,
        "ducting_surface_at_transmitter_m": path.hst,
        "ducting_surface_at_receiver_m": path.hsr,
        "diffraction_surface_at_transmitter_m": path.hstd,
        "diffraction_surface_at_receiver_m": path.hsrd,
        "transmitter_diffraction_height_m": path.hts - path.hstd,
        "receiver_diffraction_height_m": path.hrs - path.hsrd,
        "transmitter_effective_height_m": path.hte,
        "receiver_effective_height_m": path.hre,
        "terrain_roughness_m": path.hm,
    }
