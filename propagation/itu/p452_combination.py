"""Rec. ITU-R P.452-18, section 4: what it makes of the mechanisms, of gases and of antennas."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.clear_air_combination import (
    Conditions,
    Mechanisms,
    angular_distance_mrad,
    combined,
    diffraction,
    shared_fields,
)
from propagation.itu.clear_air_mechanisms import (
    ducting_loss_db,
    line_of_sight,
    scatter_beyond_time_db,
    separation_km,
)
from propagation.itu.p452_result import PathLoss
from propagation.itu.p676_lines import specific_attenuations
from propagation.itu.path_geometry import PathGeometry
from propagation.itu.path_zones import ZoneSections

__all__ = ["Air", "absorption", "combine", "coupling_loss_db", "tropospheric_scatter_loss_db"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_SCATTER_DENSITY_G_PER_M3 = 3.0  # section 4.3


class Air(NamedTuple):
    """What gases take off: of the ray along the path, and of the one that is scattered.

    `rho` in g/m3, `dry` and `wet` in dB/km along the path, `along` and `scattered` in dB.
    """

    rho: Floats
    dry: Floats
    wet: Floats
    along: Floats
    scattered: Floats


def absorption(
    path: PathGeometry,
    zones: ZoneSections,
    f: Floats,
    pressure_hpa: Floats,
    temperature_k: Floats,
) -> Air:
    """Return the gaseous absorption, eqs (9) and (9a).

    Parameters
    ----------
    path : PathGeometry
        The paths.
    zones : ZoneSections
        Their land and sea.
    f : ndarray
        Frequency, GHz.
    pressure_hpa, temperature_k : ndarray
        Pressure of dry air, hPa, and temperature, K.
    """
    rho = 7.5 + 2.5 * zones.omega  # eq. (9a)
    dry, wet = specific_attenuations(f, pressure_hpa, rho, temperature_k)
    thin = np.asarray(_SCATTER_DENSITY_G_PER_M3)
    high = sum(specific_attenuations(f, pressure_hpa, thin, temperature_k))
    return Air(rho, dry, wet, (dry + wet) * separation_km(path), high * path.d)


def combine(
    path: PathGeometry,
    zones: ZoneSections,
    asked: Conditions,
    medium: tuple[Air, Floats],
    vertical: Booleans,
) -> PathLoss:
    """Return the prediction; its fields broadcast among themselves, none is larger than needed.

    Parameters
    ----------
    path : PathGeometry
        The paths.
    zones : ZoneSections
        Their land and sea.
    asked : Conditions
        Frequency, percentage of time and climate.
    medium : tuple of Air and ndarray
        What gases take off, and the aperture to medium coupling loss of scatter, dB.
    vertical : ndarray of bool
        Whether the polarisation is vertical.

    Returns
    -------
    PathLoss
        Fields that broadcast to the shape of the prediction.
    """
    air, coupling = medium
    theta = angular_distance_mrad(path, asked.radius)
    ducting = ducting_loss_db(path, zones, radius=asked.radius, b0=asked.b0, f=asked.f, p=asked.p)
    scatter = tropospheric_scatter_loss_db(path.d, theta, asked.f, asked.p, asked.n0)
    mechanisms = Mechanisms(
        line_of_sight(path, asked.f, asked.p, asked.b0, air.along),
        diffraction(path, zones, asked, vertical),
        ducting + (air.dry + air.wet) * path.d,
        scatter + coupling + air.scattered,
    )
    total = combined(path.d, path.slope_excess / 0.3, zones.omega, asked, mechanisms)
    return PathLoss(
        **shared_fields(path, zones, asked, mechanisms, total),
        slope_excess_m_per_km=path.slope_excess,
        water_vapour_density_g_per_m3=air.rho,
        dry_air_specific_attenuation_db_per_km=air.dry,
        water_vapour_specific_attenuation_db_per_km=air.wet,
        gaseous_absorption_db=air.along,
        free_space_and_gas_loss_db=mechanisms.sight.lbfsg,
        aperture_coupling_loss_db=coupling,
        scatter_gaseous_absorption_db=air.scattered,
        basic_transmission_loss_db=total.lb,
        vertical=vertical,
    )


def coupling_loss_db(transmitter_gain_dbi: Floats, receiver_gain_dbi: Floats) -> Floats:
    """Return Lc, what two narrow beams lose of the scattering volume, eq. (45b)."""
    return np.asarray(0.051 * np.exp(0.055 * (transmitter_gain_dbi + receiver_gain_dbi)))


def tropospheric_scatter_loss_db(
    d: Floats, theta: Floats, f: Floats, p: Floats, n0: Floats
) -> Floats:
    """Return tropospheric scatter not exceeded for p % of time, eq. (45) without Lc and Ag."""
    rare = 10.1 * np.log10(50 / p) ** 0.7
    return 190 + scatter_beyond_time_db(d, theta, f, n0) - rare
