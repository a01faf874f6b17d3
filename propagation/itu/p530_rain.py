"""Recommendation ITU-R P.530, section 2.4: attenuation of a line-of-sight link by rain."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import OutsideValidityWarning, require_range

__all__ = ["EDITION", "RainAttenuation", "rain_attenuation", "rain_outage_percent"]

EDITION = "Rec. ITU-R P.530-18"

Floats = NDArray[np.float64]

_SECTION = f"{EDITION}, section 2.4.1"
_LARGEST_PATH_FACTOR = 2.5
_LOWEST_PERCENT, _HIGHEST_PERCENT = 0.001, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class RainAttenuation:
    """Rain on a link; arrays of the broadcast shape.

    Attributes
    ----------
    specific_attenuation_db_per_km : ndarray
        gamma_R at the rain rate that is exceeded for 0.01 % of time, dB/km.
    path_factor : ndarray
        r, the effective over the real length of the path.
    attenuation_001_db : ndarray
        A_0.01, exceeded for 0.01 % of time, dB.
    attenuation_db : ndarray
        A_p, exceeded for the percentage of time asked, dB.
    """

    specific_attenuation_db_per_km: Floats
    path_factor: Floats
    attenuation_001_db: Floats
    attenuation_db: Floats


def rain_attenuation(
    frequency_mhz: ArrayLike,
    distance_km: ArrayLike,
    time_percent: ArrayLike,
    *,
    rain_rate_mm_per_h: ArrayLike,
    k: ArrayLike,
    alpha: ArrayLike,
) -> RainAttenuation:
    """Return the attenuation by rain that is exceeded for a percentage of the average year.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        1000 to 100 000 MHz.
    distance_km : array_like
        Length of the path, above 0 and to 60 km.
    time_percent : array_like
        Percentage of an average year in which the attenuation is exceeded, 0.001 to 1.
    rain_rate_mm_per_h : array_like
        Rain rate R_0.01 that is exceeded for 0.01 % of an average year (integration of one
        minute), mm/h, 0 or more.
    k, alpha : array_like
        Coefficients of Rec. ITU-R P.838 for the frequency, the polarisation and the elevation
        of the path, positive.

    Returns
    -------
    RainAttenuation
        Attenuation and what leads to it.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P530] Rec. ITU-R P.530-18, section 2.4.1, steps 1 to 5; where the denominator of the path
       factor falls below 0.4, the factor is 2.5.
    """
    f_mhz = _checked_frequency(frequency_mhz)
    d = np.asarray(distance_km, dtype=np.float64)
    p = np.asarray(time_percent, dtype=np.float64)
    rate = np.asarray(rain_rate_mm_per_h, dtype=np.float64)
    k_, alpha_ = np.asarray(k, dtype=np.float64), np.asarray(alpha, dtype=np.float64)
    require_range("distance_km", d, np.nextafter(0, 1), 60, _SECTION)
    require_range("time_percent", p, _LOWEST_PERCENT, _HIGHEST_PERCENT, _SECTION)
    require_range("rain_rate_mm_per_h", rate, 0, np.inf, _SECTION)
    require_range("k", k_, 0, np.inf, _SECTION, inclusive=False)
    require_range("alpha", alpha_, 0, np.inf, _SECTION, inclusive=False)

    f = f_mhz / 1e3  # GHz, as in the Recommendation
    gamma = k_ * rate**alpha_  # step 2
    inverse = 0.477 * d**0.633 * rate ** (0.073 * alpha_) * f**0.123 - 10.579 * (
        1 - np.exp(-0.024 * d)
    )
    r = 1 / np.maximum(inverse, 1 / _LARGEST_PATH_FACTOR)  # step 3
    a_001 = gamma * d * r  # step 4
    c_1, c_2, c_3 = _coefficients(f)
    a_p = a_001 * c_1 * p ** -(c_2 + c_3 * np.log10(p))  # step 5
    return RainAttenuation(*np.broadcast_arrays(gamma, r, a_001, a_p))


def rain_outage_percent(
    fade_margin_db: ArrayLike, attenuation_001_db: ArrayLike, frequency_mhz: ArrayLike
) -> Floats:
    """Return the percentage of the average year in which rain takes more than a margin.

    Arguments broadcast; NaN yields NaN. It is the inverse of `rain_attenuation`.

    Parameters
    ----------
    fade_margin_db : array_like
        Margin for rain, dB, at least what is exceeded for 1 % of time.
    attenuation_001_db : array_like
        A_0.01, dB, 0 or more.
    frequency_mhz : array_like
        1000 to 100 000 MHz.

    Returns
    -------
    ndarray of float64
        Percentage, 0.001 to 1. Where the margin is more than what 0.001 % of time exceeds, it is
        0.001, an upper bound, and there is an `OutsideValidityWarning`.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P530] Rec. ITU-R P.530-18, section 2.4.1, step 5 solved for p.
    """
    f = _checked_frequency(frequency_mhz) / 1e3
    margin = np.asarray(fade_margin_db, dtype=np.float64)
    a_001 = np.asarray(attenuation_001_db, dtype=np.float64)
    require_range("attenuation_001_db", a_001, 0, np.inf, _SECTION)
    c_1, c_2, c_3 = _coefficients(f)
    margin, a_1 = np.broadcast_arrays(margin, a_001 * c_1)  # A at p = 1 %
    short = margin < a_1
    if short.any():
        lowest = float(a_1[short].flat[0])
        require_range("fade_margin_db", margin[short].flat[0], lowest, np.inf, _SECTION)
    at_least = a_1 * _LOWEST_PERCENT ** -(c_2 + c_3 * np.log10(_LOWEST_PERCENT))
    beyond = margin > at_least
    if beyond.any():
        warnings.warn(
            f"fade_margin_db is above the attenuation of {_LOWEST_PERCENT} % of time, the lowest "
            f"percentage of {_SECTION}: the outage is at most that",
            OutsideValidityWarning,
            stacklevel=2,
        )
    ratio = np.minimum(margin, at_least) / np.where(a_1 > 0, a_1, 1)
    lg_ratio = np.log10(np.where(a_1 > 0, ratio, 1))
    lg_p = (np.sqrt(c_2**2 - 4 * c_3 * lg_ratio) - c_2) / (2 * c_3)
    return np.asarray(np.where(beyond, _LOWEST_PERCENT, 10**lg_p))


def _coefficients(f: Floats) -> tuple[Floats, Floats, Floats]:
    """Return C_1, C_2, C_3 of step 5; f in GHz."""
    c_0 = np.where(f >= 10, 0.12 + 0.4 * np.log10((f / 10) ** 0.8), 0.12)
    c_1 = 0.07**c_0 * 0.12 ** (1 - c_0)
    c_2 = 0.855 * c_0 + 0.546 * (1 - c_0)
    c_3 = 0.139 * c_0 + 0.043 * (1 - c_0)
    return c_1, c_2, c_3


def _checked_frequency(frequency_mhz: ArrayLike) -> Floats:
    f_mhz = np.asarray(frequency_mhz, dtype=np.float64)
    require_range("frequency_mhz", f_mhz, 1000, 100_000, _SECTION)
    return f_mhz
