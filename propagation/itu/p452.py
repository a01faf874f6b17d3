"""Recommendation ITU-R P.452-18: interference between stations on the surface of the Earth.

The clear-air part, 100 MHz to 50 GHz, up to 10 000 km, 0.001 to 50 % of time. Clutter stands on
the profile, as edition 18 has it. Hydrometeor scatter (section 5) is not part of this module.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range
from propagation.geometry import effective_earth_radius_km
from propagation.itu.analysed import AnalysedPaths, analysed_paths
from propagation.itu.clear_air_combination import Conditions
from propagation.itu.clear_air_result import complete, for_polarization, known_polarization
from propagation.itu.p452_combination import absorption, combine, coupling_loss_db
from propagation.itu.p452_result import PARAMETERS, TERMS, PathLoss
from propagation.itu.path_zones import ducting_incidence_percent, with_coasts
from propagation.profile import PathProfile, Polarization

__all__ = [
    "CLEAR_OF_CLUTTER_KM",
    "DISTANCES_KM",
    "EDITION",
    "FREQUENCIES_MHZ",
    "PARAMETERS",
    "TERMS",
    "TIME_PERCENTS",
    "PathLoss",
    "basic_transmission_loss",
    "loss_of_paths",
]

EDITION = "ITU-R P.452-18 (10/2023)"

FREQUENCIES_MHZ: Final = (100.0, 50_000.0)
"""Frequencies that the Recommendation covers [P452]."""

DISTANCES_KM: Final = (0.0, 10_000.0)
"""Lengths of path that it covers [P452]; it names no shortest one."""

TIME_PERCENTS: Final = (0.001, 50.0)
"""Percentages of time that it covers (Annex 1, section 3.1)."""

Floats = NDArray[np.float64]

_SOURCE = "Rec. ITU-R P.452-18"
CLEAR_OF_CLUTTER_KM: Final = 0.05 - 1e-9  # distances are differences: 50 m must count as 50 m
"""Clutter nearer than this to a terminal does not count (Annex 1, section 3.2.2)."""


def basic_transmission_loss(
    profile: PathProfile,
    *,
    frequency_mhz: ArrayLike,
    time_percent: ArrayLike,
    transmitter_height_above_ground_m: ArrayLike,
    receiver_height_above_ground_m: ArrayLike,
    path_centre_latitude_deg: ArrayLike,
    lapse_rate_nunits_per_km: ArrayLike,
    surface_refractivity_nunits: ArrayLike,
    transmitter_gain_dbi: ArrayLike = 0.0,
    receiver_gain_dbi: ArrayLike = 0.0,
    dry_air_pressure_hpa: ArrayLike = 1013.0,
    temperature_k: ArrayLike = 288.15,
    polarization: str = Polarization.HORIZONTAL,
    transmitter_coast_distance_km: ArrayLike | None = None,
    receiver_coast_distance_km: ArrayLike | None = None,
) -> PathLoss:
    """Predict the basic transmission loss of paths in clear air, with every term that leads to it.

    The loss is that between isotropic antennas: the gains only enter the coupling loss of
    tropospheric scatter. All arguments broadcast with the batch shape (...) of the profile; NaN,
    in a profile or an argument, yields NaN in every loss of that path.

    Parameters
    ----------
    profile : PathProfile
        Paths of shape (..., n), n at least 4, up to 10 000 km long. Clutter stands on the points
        that are 50 m or more from both terminals.
    frequency_mhz : array_like
        100 to 50 000 MHz.
    time_percent : array_like
        Percentage of an average year for which the loss is not exceeded, 0.001 to 50.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : array_like
        Heights of the antennas above ground, m, positive.
    path_centre_latitude_deg : array_like
        Latitude of the middle of the path, -90 to 90 degrees.
    lapse_rate_nunits_per_km : array_like
        Average lapse rate of refractivity in the lowest kilometre, N-units/km, below 157.
    surface_refractivity_nunits : array_like
        Sea-level surface refractivity at the middle of the path, N-units.
    transmitter_gain_dbi, receiver_gain_dbi : array_like
        Gains of the antennas towards their horizons along the path, dBi.
    dry_air_pressure_hpa, temperature_k : array_like
        Pressure of dry air, hPa, and temperature, K, both positive, for the gases.
    polarization : Polarization
        Mixed takes, path by path, the polarisation with the smaller loss.
    transmitter_coast_distance_km, receiver_coast_distance_km : array_like, optional
        Distance over land from the terminal to the sea along the path, km; by default that of
        the profile's zones (0 at sea, 500 without sea).

    Returns
    -------
    PathLoss
        Arrays of the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If an argument or the length of a path leaves its range.
    PropagationError
        If a profile has too few points, distances that do not increase, or unknown zones; or if
        the polarisation is none.

    References
    ----------
    .. [P452] Rec. ITU-R P.452-18 (10/2023), Annex 1, sections 3 and 4, with Attachments 2 and 3.
    """
    htg = _positive("transmitter_height_above_ground_m", transmitter_height_above_ground_m)
    hrg = _positive("receiver_height_above_ground_m", receiver_height_above_ground_m)
    lapse = np.asarray(lapse_rate_nunits_per_km, dtype=np.float64)
    require_range("lapse_rate_nunits_per_km", lapse, -1000, 157, _SOURCE, inclusive=False)
    paths = analysed_paths(_bare_at_the_ends(profile), htg, hrg, effective_earth_radius_km(lapse))
    zones = with_coasts(
        paths.zones, transmitter_coast_distance_km, receiver_coast_distance_km, _SOURCE
    )
    ends = profile.clutter_height_m[..., 0] + profile.clutter_height_m[..., -1]
    return loss_of_paths(
        paths._replace(zones=zones, unknown=0 * ends),
        frequency_mhz=frequency_mhz,
        time_percent=time_percent,
        path_centre_latitude_deg=path_centre_latitude_deg,
        surface_refractivity_nunits=surface_refractivity_nunits,
        transmitter_gain_dbi=transmitter_gain_dbi,
        receiver_gain_dbi=receiver_gain_dbi,
        dry_air_pressure_hpa=dry_air_pressure_hpa,
        temperature_k=temperature_k,
        polarization=polarization,
    )


def loss_of_paths(
    paths: AnalysedPaths,
    *,
    frequency_mhz: ArrayLike,
    time_percent: ArrayLike,
    path_centre_latitude_deg: ArrayLike,
    surface_refractivity_nunits: ArrayLike,
    transmitter_gain_dbi: ArrayLike = 0.0,
    receiver_gain_dbi: ArrayLike = 0.0,
    dry_air_pressure_hpa: ArrayLike = 1013.0,
    temperature_k: ArrayLike = 288.15,
    polarization: str = Polarization.HORIZONTAL,
) -> PathLoss:
    """Predict the basic transmission loss of paths that were analysed before.

    Parameters
    ----------
    paths : AnalysedPaths
        The paths, without the clutter nearer than 50 m to a terminal.
    frequency_mhz, time_percent, path_centre_latitude_deg, surface_refractivity_nunits,
    transmitter_gain_dbi, receiver_gain_dbi, dry_air_pressure_hpa, temperature_k, polarization
        As of `basic_transmission_loss`, which says what is returned and raised, too.
    """
    f = _within("frequency_mhz", frequency_mhz, *FREQUENCIES_MHZ) / 1000
    p = _within("time_percent", time_percent, *TIME_PERCENTS)
    phi = _within("path_centre_latitude_deg", path_centre_latitude_deg, -90, 90)
    n0 = _within("surface_refractivity_nunits", surface_refractivity_nunits, 0, np.inf)
    pressure = _positive("dry_air_pressure_hpa", dry_air_pressure_hpa)
    temperature = _positive("temperature_k", temperature_k)
    path, zones = paths.geometry, paths.zones
    _within("path length in km", path.d, *DISTANCES_KM)
    b0 = ducting_incidence_percent(phi, zones.dtm, zones.dlm)
    asked = Conditions(f, p, phi, paths.radius_km, n0, b0)
    air = absorption(path, zones, f, pressure, temperature)
    gains = [np.asarray(g, dtype=np.float64) for g in (transmitter_gain_dbi, receiver_gain_dbi)]
    coupling = coupling_loss_db(*gains)
    loss = for_polarization(
        lambda vertical: combine(path, zones, asked, (air, coupling), vertical),
        known_polarization(polarization),
        np.broadcast(path.d, *zones, *asked, *air, coupling).ndim,
    )
    unused = b0 + coupling + zones.dct + zones.dcr + paths.unknown  # their NaN must reach the loss
    return complete(loss, loss.basic_transmission_loss_db + unused)


def _bare_at_the_ends(profile: PathProfile) -> PathProfile:
    """Return the profile without the clutter nearer than 50 m to a terminal.

    What is no height stays, to be refused or to become NaN where the path is analysed.
    """
    distance = np.asarray(profile.distance_km, dtype=np.float64)
    near = distance < CLEAR_OF_CLUTTER_KM
    near |= distance > distance[..., -1:] - CLEAR_OF_CLUTTER_KM
    clutter = profile.clutter_height_m
    bare = np.where(near & np.isfinite(clutter), 0.0, clutter)
    return replace(profile, clutter_height_m=bare)


def _within(name: str, values: ArrayLike, lower: float, upper: float) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, lower, upper, _SOURCE)
    return array


def _positive(name: str, values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, 0, np.inf, _SOURCE, inclusive=False)
    return array
