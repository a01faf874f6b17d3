"""Recommendation ITU-R P.1812-8: path-specific prediction for point-to-area services.

30 MHz to 6 GHz, 0.25 to 3000 km, 1 to 50 % of time, 1 to 99 % of locations, outdoors; both
antennas 1 to 3000 m above ground. Building entry (section 4.8) is not part of this module, nor
is the alternative for profiles that are not analysed (Attachment 4).
"""

import warnings
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import OutsideValidityWarning, require_range
from propagation.geometry import effective_earth_radius_km
from propagation.itu.analysed import AnalysedPaths, analysed_paths
from propagation.itu.clear_air_combination import Conditions
from propagation.itu.clear_air_result import complete, for_polarization, known_polarization
from propagation.itu.inverse_normal import inverse_complementary_normal
from propagation.itu.p1812_combination import Location, combine
from propagation.itu.p1812_location import standard_deviation_db
from propagation.itu.p1812_result import PARAMETERS, TERMS, PathLoss
from propagation.itu.path_zones import ducting_incidence_percent, with_coasts
from propagation.profile import PathProfile, Polarization

__all__ = [
    "DISTANCES_KM",
    "EDITION",
    "FREQUENCIES_MHZ",
    "HEIGHTS_M",
    "LOCATION_PERCENTS",
    "PARAMETERS",
    "RESOLUTIONS_M",
    "TERMS",
    "TIME_PERCENTS",
    "PathLoss",
    "basic_transmission_loss",
    "field_strength_dbuvm",
    "loss_of_paths",
]

EDITION = "ITU-R P.1812-8 (09/2025)"

FREQUENCIES_MHZ: Final = (30.0, 6000.0)
"""Frequencies that the Recommendation covers (Annex 1, section 1)."""

DISTANCES_KM: Final = (0.25, 3000.0)
"""Lengths of path that it covers (Annex 1, section 1)."""

HEIGHTS_M: Final = (1.0, 3000.0)
"""Heights of either antenna above ground that it covers (Annex 1, section 1)."""

TIME_PERCENTS: Final = (1.0, 50.0)
"""Percentages of time that it covers (Annex 1, section 1)."""

LOCATION_PERCENTS: Final = (1.0, 99.0)
"""Percentages of locations that it covers (Annex 1, section 1)."""

RESOLUTIONS_M: Final = (50.0, 1000.0)
"""Sides of the square over which locations vary for which sigma_L is given (section 4.7)."""

Floats = NDArray[np.float64]

_SOURCE = "Rec. ITU-R P.1812-8"


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
    location_percent: ArrayLike = 50.0,
    location_standard_deviation_db: ArrayLike | None = None,
    prediction_resolution_m: ArrayLike = 100.0,
    polarization: str = Polarization.HORIZONTAL,
    transmitter_coast_distance_km: ArrayLike | None = None,
    receiver_coast_distance_km: ArrayLike | None = None,
) -> PathLoss:
    """Predict the basic transmission loss of paths, with every term that leads to it.

    All arguments broadcast with the batch shape (...) of the profile; NaN, in a profile or an
    argument, yields NaN in every loss of that path.

    Parameters
    ----------
    profile : PathProfile
        Paths of shape (..., n), n at least 4, 0.25 to 3000 km long. Clutter stands on the
        interior points; at the receiver it only counts for the variability with location.
    frequency_mhz : array_like
        30 to 6000 MHz.
    time_percent : array_like
        Percentage of an average year for which the loss is not exceeded, 1 to 50.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : array_like
        Heights of the antennas above ground, 1 to 3000 m.
    path_centre_latitude_deg : array_like
        Latitude of the middle of the path, -80 to 80 degrees.
    lapse_rate_nunits_per_km : array_like
        Average lapse rate of refractivity in the lowest kilometre, N-units/km, below 157.
    surface_refractivity_nunits : array_like
        Sea-level surface refractivity at the middle of the path, N-units.
    location_percent : array_like
        Percentage of locations for which the loss is not exceeded, 1 to 99.
    location_standard_deviation_db : array_like, optional
        Standard deviation with location, dB; by default the Recommendation's, from frequency,
        receiving height and clutter at the receiver. At 50 % of locations, and at a receiver
        over the sea, it has no effect.
    prediction_resolution_m : array_like
        Side of the square over which locations vary, m; the Recommendation speaks of 50 m to
        1 km, and other values are computed with a warning.
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

    Warns
    -----
    OutsideValidityWarning
        If the resolution leaves 50 m to 1 km and variability with location is asked for.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8 (09/2025), Annex 1, with Attachments 1 and 2.
    """
    htg = _within(
        "transmitter_height_above_ground_m", transmitter_height_above_ground_m, *HEIGHTS_M
    )
    hrg = _within("receiver_height_above_ground_m", receiver_height_above_ground_m, *HEIGHTS_M)
    paths = analysed_paths(profile, htg, hrg, effective_earth_radius_km(lapse_rate_nunits_per_km))
    zones = with_coasts(
        paths.zones, transmitter_coast_distance_km, receiver_coast_distance_km, _SOURCE
    )
    return loss_of_paths(
        paths._replace(zones=zones),
        frequency_mhz=frequency_mhz,
        time_percent=time_percent,
        path_centre_latitude_deg=path_centre_latitude_deg,
        surface_refractivity_nunits=surface_refractivity_nunits,
        location_percent=location_percent,
        location_standard_deviation_db=location_standard_deviation_db,
        prediction_resolution_m=prediction_resolution_m,
        polarization=polarization,
    )


def loss_of_paths(
    paths: AnalysedPaths,
    *,
    frequency_mhz: ArrayLike,
    time_percent: ArrayLike,
    path_centre_latitude_deg: ArrayLike,
    surface_refractivity_nunits: ArrayLike,
    location_percent: ArrayLike = 50.0,
    location_standard_deviation_db: ArrayLike | None = None,
    prediction_resolution_m: ArrayLike = 100.0,
    polarization: str = Polarization.HORIZONTAL,
) -> PathLoss:
    """Predict the basic transmission loss of paths that were analysed before.

    Parameters
    ----------
    paths : AnalysedPaths
        The paths.
    frequency_mhz, time_percent, path_centre_latitude_deg, surface_refractivity_nunits,
    location_percent, location_standard_deviation_db, prediction_resolution_m, polarization
        As of `basic_transmission_loss`, which says what is returned, raised and warned of, too.
    """
    f = _within("frequency_mhz", frequency_mhz, *FREQUENCIES_MHZ)
    p = _within("time_percent", time_percent, *TIME_PERCENTS)
    pl = _within("location_percent", location_percent, *LOCATION_PERCENTS)
    phi = _within("path_centre_latitude_deg", path_centre_latitude_deg, -80, 80)
    n0 = _within("surface_refractivity_nunits", surface_refractivity_nunits, 0, np.inf)
    path, zones = paths.geometry, paths.zones
    _within("path length in km", path.d, *DISTANCES_KM)
    if location_standard_deviation_db is None:
        sigma = _sigma_db(paths, f, pl, prediction_resolution_m)
    else:
        sigma = _within(
            "location_standard_deviation_db", location_standard_deviation_db, 0, np.inf
        )
    b0 = ducting_incidence_percent(phi, zones.dtm, zones.dlm)
    asked = Conditions(f / 1000, p, phi, paths.radius_km, n0, b0)
    location = Location(sigma, _loc_db(paths, pl, sigma))
    loss = for_polarization(
        lambda vertical: combine(path, zones, asked, location, vertical),
        known_polarization(polarization),
        np.broadcast(path.d, *zones, *asked, *location).ndim,
    )
    unused = b0 + pl + zones.dct + zones.dcr + paths.unknown  # their NaN must reach the loss
    return complete(loss, loss.basic_transmission_loss_db + unused)


def field_strength_dbuvm(
    basic_transmission_loss_db: ArrayLike, *, frequency_mhz: ArrayLike, erp_dbw: ArrayLike
) -> Floats:
    """Return the field strength that a basic transmission loss leaves of a radiated power.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    basic_transmission_loss_db : array_like
        Basic transmission loss, dB.
    frequency_mhz : array_like
        30 to 6000 MHz.
    erp_dbw : array_like
        Effective radiated power towards the receiver, dBW; 30 dBW is the 1 kW for which the
        Recommendation's curves are drawn.

    Returns
    -------
    ndarray of float64
        Field strength, dB(uV/m), exceeded for the percentages for which the loss is not.

    Raises
    ------
    OutOfRangeError
        If a frequency leaves its range.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, section 4.10, eq. (70).
    """
    f = _within("frequency_mhz", frequency_mhz, *FREQUENCIES_MHZ) / 1000
    loss = np.asarray(basic_transmission_loss_db, dtype=np.float64)
    erp = np.asarray(erp_dbw, dtype=np.float64)
    return np.asarray(199.36 + 20 * np.log10(f) - loss + (erp - 30))


def _within(name: str, values: ArrayLike, lower: float, upper: float) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, lower, upper, _SOURCE)
    return array


def _sigma_db(paths: AnalysedPaths, f: Floats, pl: Floats, resolution_m: ArrayLike) -> Floats:
    wa = np.asarray(resolution_m, dtype=np.float64)
    require_range("prediction_resolution_m", wa, 0, np.inf, _SOURCE, inclusive=False)
    lower, upper = RESOLUTIONS_M
    if np.any(pl != 50) and np.any((wa < lower) | (wa > upper)):
        warnings.warn(
            f"prediction_resolution_m leaves the 50 to 1000 m of {_SOURCE}, section 4.7",
            OutsideValidityWarning,
            stacklevel=4,
        )
    return standard_deviation_db(
        f, paths.receiver_height_above_ground_m, paths.receiver_clutter_height_m, wa
    )


def _loc_db(paths: AnalysedPaths, pl: Floats, sigma: Floats) -> Floats:
    """Return what locations add to the median loss, eq. (67): nothing at 50 % or over the sea."""
    varied = -inverse_complementary_normal(pl / 100) * sigma
    return np.asarray(np.where((pl == 50) | paths.receiver_at_sea, 0.0, varied))
