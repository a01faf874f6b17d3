"""Rec. ITU-R P.1812-8, sections 4.3.4 to 4.9: from the mechanisms to one loss."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.p526 import bullington_loss_db, knife_edge_loss_db, spherical_earth_loss_db
from propagation.itu.p1812_enhancements import (
    LineOfSight,
    ducting_loss_db,
    line_of_sight,
    tropospheric_scatter_loss_db,
)
from propagation.itu.p1812_location import inverse_complementary_normal
from propagation.itu.p1812_path import B0_RADIUS_KM, PathGeometry
from propagation.itu.p1812_result import PathLoss
from propagation.itu.p1812_rows import spread
from propagation.itu.p1812_zones import ZoneSections

__all__ = ["Conditions", "combine"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_WAVELENGTH_M_AT_1_GHZ = 0.2998  # the value of the ITU's own programs (Rec. ITU-R P.2001-5)


class Conditions(NamedTuple):
    """What is asked of the paths: f in GHz, p and pl in per cent, radius in km.

    `b0` is the incidence of ducting, per cent, `phi` the latitude of the path's centre, `n0` the
    surface refractivity, `sigma` the standard deviation with location, dB, and `loc` the loss
    that location adds, dB.
    """

    f: Floats
    p: Floats
    phi: Floats
    radius: Floats
    n0: Floats
    b0: Floats
    sigma: Floats
    loc: Floats


class _Diffraction(NamedTuple):
    """Diffraction losses in dB, and the interpolation between median and b0 % of time."""

    lbulla: Floats
    lbulls: Floats
    ldsph: Floats
    ld50: Floats
    ldb: Floats
    ldp: Floats
    fi: Floats


class _Combined(NamedTuple):
    """The combined losses of sections 4.3.5 to 4.9, dB, and their interpolation factors."""

    fj: Floats
    fk: Floats
    lbd50: Floats
    lbd: Floats
    lminb0p: Floats
    lminbap: Floats
    lbda: Floats
    lbam: Floats
    lbc: Floats
    lb: Floats


def combine(
    path: PathGeometry, zones: ZoneSections, asked: Conditions, vertical: Booleans
) -> PathLoss:
    """Return the prediction; its fields broadcast among themselves, none is larger than needed.

    Parameters
    ----------
    path : PathGeometry
        The paths.
    zones : ZoneSections
        Their land and sea.
    asked : Conditions
        Frequency, percentages and climate.
    vertical : ndarray of bool
        Whether the polarisation is vertical.

    Returns
    -------
    PathLoss
        Fields that broadcast to the shape of the prediction.
    """
    theta = 1000 * path.d / asked.radius + path.theta_t + path.theta_r  # eq. (84)
    sight = line_of_sight(path, asked.f, asked.p, asked.b0)
    bent = _diffraction(path, zones, asked, vertical)
    lba = ducting_loss_db(path, zones, radius=asked.radius, b0=asked.b0, f=asked.f, p=asked.p)
    lbs = tropospheric_scatter_loss_db(path.d, theta, asked.f, asked.p, asked.n0)
    total = _combined(path.d, theta, zones.omega, asked, (sight, bent, lba, lbs))
    return PathLoss(
        **_path_fields(path, zones, asked),
        angular_distance_mrad=theta,
        time_interpolation=bent.fi,
        angular_interpolation=total.fj,
        distance_interpolation=total.fk,
        location_standard_deviation_db=asked.sigma,
        free_space_basic_transmission_loss_db=sight.lbfs,
        line_of_sight_loss_p_db=sight.lb0p,
        line_of_sight_loss_b0_db=sight.lb0b,
        bullington_actual_loss_db=bent.lbulla,
        bullington_smooth_loss_db=bent.lbulls,
        spherical_earth_loss_db=bent.ldsph,
        diffraction_loss_median_db=bent.ld50,
        diffraction_loss_b0_db=bent.ldb,
        diffraction_loss_p_db=bent.ldp,
        basic_loss_diffraction_median_db=total.lbd50,
        basic_loss_diffraction_p_db=total.lbd,
        minimum_loss_line_of_sight_db=total.lminb0p,
        ducting_loss_db=lba,
        minimum_loss_ducting_db=total.lminbap,
        basic_loss_diffraction_ducting_db=total.lbda,
        basic_loss_modified_db=total.lbam,
        tropospheric_scatter_loss_db=lbs,
        basic_loss_median_location_db=total.lbc,
        location_variability_db=asked.loc,
        basic_transmission_loss_db=total.lb,
        vertical=vertical,
    )


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


def _diffraction(
    path: PathGeometry, zones: ZoneSections, asked: Conditions, vertical: Booleans
) -> _Diffraction:
    """Return the delta-Bullington losses, sections 4.3.4 and 4.3.5.

    Both effective radii, the median and the one for b0 % of time, lie on a first axis.
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
    return _Diffraction(lbulla[0], lbulls[0], ldsph[0], ld50, ldb, ldp, fi)


def _combined(
    d: Floats,
    theta: Floats,
    omega: Floats,
    asked: Conditions,
    mechanisms: tuple[LineOfSight, _Diffraction, Floats, Floats],
) -> _Combined:
    """Return the losses of sections 4.3.5 and 4.6 to 4.9."""
    sight, bent, lba, lbs = mechanisms
    fj = 1 - 0.5 * (1 + np.tanh(3 * 0.8 * (theta - 0.3) / 0.3))  # eq. (57)
    fk = 1 - 0.5 * (1 + np.tanh(3 * 0.5 * (d - 20) / 20))  # eq. (58)
    lbd50 = sight.lbfs + bent.ld50  # eq. (42)
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
    lbc = _log_of_sum(nepers * lbs, nepers * lbam) / nepers  # eq. (63)
    lb = np.maximum(sight.lb0p, lbc + asked.loc)  # eq. (69)
    return _Combined(fj, fk, lbd50, lbd, lminb0p, lminbap, lbda, lbam, lbc, lb)


def _log_of_sum(a: Floats, b: Floats) -> Floats:
    """Return log(exp(a) + exp(b)) without overflow; unlike numpy's, NaN passes in silence."""
    return np.asarray(np.maximum(a, b) + np.log1p(np.exp(-np.abs(a - b))))
