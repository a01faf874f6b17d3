"""Recommendation ITU-R P.838-3: specific attenuation by rain, 1 to 1000 GHz."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range

__all__ = ["EDITION", "RainAttenuation", "rain_specific_attenuation"]

EDITION = "ITU-R P.838-3 (03/2005)"

Floats = NDArray[np.float64]

_SOURCE = "Rec. ITU-R P.838-3"


class _Fit(NamedTuple):
    """A sum of Gaussians over the logarithm of the frequency, and a straight line."""

    gaussians: tuple[tuple[float, float, float], ...]  # a, b, c
    slope: float
    constant: float


_LG_K_HORIZONTAL = _Fit(  # Table 1
    (
        (-5.33980, -0.10008, 1.13098),
        (-0.35351, 1.26970, 0.45400),
        (-0.23789, 0.86036, 0.15354),
        (-0.94158, 0.64552, 0.16817),
    ),
    -0.18961,
    0.71147,
)
_LG_K_VERTICAL = _Fit(  # Table 2
    (
        (-3.80595, 0.56934, 0.81061),
        (-3.44965, -0.22911, 0.51059),
        (-0.39902, 0.73042, 0.11899),
        (0.50167, 1.07319, 0.27195),
    ),
    -0.16398,
    0.63297,
)
_ALPHA_HORIZONTAL = _Fit(  # Table 3
    (
        (-0.14318, 1.82442, -0.55187),
        (0.29591, 0.77564, 0.19822),
        (0.32177, 0.63773, 0.13164),
        (-5.37610, -0.96230, 1.47828),
        (16.1721, -3.29980, 3.43990),
    ),
    0.67849,
    -1.95537,
)
_ALPHA_VERTICAL = _Fit(  # Table 4
    (
        (-0.07771, 2.33840, -0.76284),
        (0.56727, 0.95545, 0.54039),
        (-0.20238, 1.14520, 0.26809),
        (-48.2991, 0.791669, 0.116226),
        (48.5833, 0.791459, 0.116479),
    ),
    -0.053739,
    0.83433,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RainAttenuation:
    """Attenuation by rain; arrays of the broadcast shape of the arguments.

    Attributes
    ----------
    k, alpha : ndarray
        Coefficients of the power law, eqs (4) and (5), for mm/h and dB/km.
    specific_attenuation_db_per_km : ndarray
        gamma_R = k R^alpha, eq. (1).
    """

    k: Floats
    alpha: Floats
    specific_attenuation_db_per_km: Floats


def rain_specific_attenuation(
    frequency_mhz: ArrayLike,
    rain_rate_mm_per_h: ArrayLike,
    *,
    polarization_tilt_deg: ArrayLike = 0.0,
    elevation_deg: ArrayLike = 0.0,
) -> RainAttenuation:
    """Return the specific attenuation by rain, with the coefficients that lead to it.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        1000 to 1 000 000 MHz.
    rain_rate_mm_per_h : array_like
        Rain rate, mm/h, 0 or more.
    polarization_tilt_deg : array_like
        Tilt of the polarisation from the horizontal, -90 to 90 degrees: 0 is horizontal, 90
        vertical, 45 stands for circular.
    elevation_deg : array_like
        Elevation of the path, -90 to 90 degrees; 0 for a terrestrial link.

    Returns
    -------
    RainAttenuation
        Arrays of the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P838] Rec. ITU-R P.838-3 (03/2005), eqs (1) to (5), Tables 1 to 4.
    """
    f = np.asarray(frequency_mhz, dtype=np.float64)
    rain = np.asarray(rain_rate_mm_per_h, dtype=np.float64)
    tilt = np.asarray(polarization_tilt_deg, dtype=np.float64)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    require_range("frequency_mhz", f, 1000, 1_000_000, _SOURCE)
    require_range("rain_rate_mm_per_h", rain, 0, np.inf, _SOURCE)
    require_range("polarization_tilt_deg", tilt, -90, 90, _SOURCE)
    require_range("elevation_deg", elevation, -90, 90, _SOURCE)
    lg_f = np.log10(f / 1000)
    k_h, k_v = 10 ** _fitted(_LG_K_HORIZONTAL, lg_f), 10 ** _fitted(_LG_K_VERTICAL, lg_f)
    a_h, a_v = _fitted(_ALPHA_HORIZONTAL, lg_f), _fitted(_ALPHA_VERTICAL, lg_f)
    turn = np.cos(np.radians(elevation)) ** 2 * np.cos(np.radians(2 * tilt))
    k = (k_h + k_v + (k_h - k_v) * turn) / 2  # eq. (4)
    alpha = (k_h * a_h + k_v * a_v + (k_h * a_h - k_v * a_v) * turn) / (2 * k)  # eq. (5)
    gamma = k * rain**alpha  # eq. (1)
    unknown = np.isnan(gamma + rain)  # 0 mm/h hides an unknown exponent
    values = (np.where(unknown, np.nan, value) for value in (k, alpha, gamma))
    k, alpha, gamma = (np.asarray(value) for value in values)
    return RainAttenuation(k=k, alpha=alpha, specific_attenuation_db_per_km=gamma)


def _fitted(fit: _Fit, lg_f: Floats) -> Floats:
    """Return the value of a fit, eq. (2) or (3)."""
    total = fit.slope * lg_f + fit.constant
    for a, b, c in fit.gaussians:
        total = total + a * np.exp(-(((lg_f - b) / c) ** 2))
    return np.asarray(total)
