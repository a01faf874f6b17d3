"""Recommendation ITU-R P.530: design of line-of-sight links.

What a link loses in clear air, and how much of the time rain or multipath fading takes its
margin. The parts are `p530_rain` and `p530_multipath`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range
from propagation.itu.p525 import free_space_basic_transmission_loss_db
from propagation.itu.p530_multipath import (
    LinkEnds,
    MultipathClimate,
    MultipathOutage,
    multipath_outage,
)
from propagation.itu.p530_rain import RainAttenuation, rain_attenuation, rain_outage_percent

__all__ = [
    "EDITION",
    "LinkAvailability",
    "RainClimate",
    "clear_air_transmission_loss_db",
    "link_availability",
]

EDITION = "Rec. ITU-R P.530-18"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RainClimate:
    """The rain along a link; numbers or arrays that broadcast.

    Attributes
    ----------
    rain_rate_mm_per_h : array_like
        R_0.01, the rain rate that 0.01 % of the average year exceeds, mm/h.
    k, alpha : array_like
        Coefficients of Rec. ITU-R P.838.
    """

    rain_rate_mm_per_h: ArrayLike
    k: ArrayLike
    alpha: ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class LinkAvailability:
    """How often a link holds; arrays of the broadcast shape.

    Attributes
    ----------
    rain : RainAttenuation
        Attenuation by rain at 0.01 % of time.
    multipath : MultipathOutage
        Multipath fading deeper than the margin, of the worst month and of the year.
    rain_outage_percent : ndarray
        Percentage of the average year in which rain takes more than the margin; at least 0.001,
        where it is an upper bound. Rain lasts: this is unavailability.
    availability_percent : ndarray
        What is left of the average year without the outages by rain and by multipath fading. A
        lower bound where that of rain is an upper one.
    """

    rain: RainAttenuation
    multipath: MultipathOutage
    rain_outage_percent: Floats
    availability_percent: Floats


def clear_air_transmission_loss_db(
    frequency_mhz: ArrayLike,
    distance_km: ArrayLike,
    *,
    gaseous_attenuation_db_per_km: ArrayLike,
) -> Floats:
    """Return the basic transmission loss of a clear line-of-sight path in still air.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz, distance_km : array_like
        Frequency, MHz, and length of the path, km, positive.
    gaseous_attenuation_db_per_km : array_like
        Specific attenuation by oxygen and water vapour (Rec. ITU-R P.676), dB/km, 0 or more.

    Returns
    -------
    ndarray of float64
        Loss, dB.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P530] Rec. ITU-R P.530-18, section 2.1, eq. (1); [P525] for the free space.
    """
    gamma = np.asarray(gaseous_attenuation_db_per_km, dtype=np.float64)
    require_range("gaseous_attenuation_db_per_km", gamma, 0, np.inf, EDITION)
    free_space = free_space_basic_transmission_loss_db(frequency_mhz, distance_km)
    return np.asarray(free_space + gamma * np.asarray(distance_km, dtype=np.float64))


def link_availability(
    fade_margin_db: ArrayLike,
    frequency_mhz: ArrayLike,
    distance_km: ArrayLike,
    *,
    rain: RainClimate,
    ends: LinkEnds,
    climate: MultipathClimate,
) -> LinkAvailability:
    """Return the part of the time in which a link keeps its margin.

    Arguments broadcast; NaN yields NaN. Rain and multipath fading do not come together, so their
    outages add.

    Parameters
    ----------
    fade_margin_db : array_like
        Received power in clear air over the receiver's threshold, dB.
    frequency_mhz : array_like
        1000 to 45 000 MHz, and beyond 5 km at least 15 000 / distance_km.
    distance_km : array_like
        Length of the path, above 0 and to 60 km.
    rain : RainClimate
        Rain rate and coefficients.
    ends : LinkEnds
        Heights of the antennas and the terrain, and the latitude.
    climate : MultipathClimate
        Geoclimatic factor and refractivity.

    Returns
    -------
    LinkAvailability
        Outages by cause, and the availability.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    Warns
    -----
    OutsideValidityWarning
        If the margin is more than rain takes in 0.001 % of the year: the outage is a bound.

    References
    ----------
    .. [P530] Rec. ITU-R P.530-18, sections 2.3, 2.4 and 5.
    """
    showers = rain_attenuation(
        frequency_mhz,
        distance_km,
        0.01,
        rain_rate_mm_per_h=rain.rain_rate_mm_per_h,
        k=rain.k,
        alpha=rain.alpha,
    )
    fading = multipath_outage(
        fade_margin_db, frequency_mhz, distance_km, ends=ends, climate=climate
    )
    wet = rain_outage_percent(fade_margin_db, showers.attenuation_001_db, frequency_mhz)
    return LinkAvailability(showers, fading, wet, 100 - wet - fading.annual_percent)
