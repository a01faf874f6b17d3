"""Recommendation ITU-R P.676-13: attenuation by atmospheric gases, line by line (Annex 1).

1 to 1000 GHz. Slant paths (section 2.2) and the approximate method (Annex 2) are not part of this
module.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range
from propagation.itu.p676_lines import specific_attenuations

__all__ = [
    "EDITION",
    "GaseousAttenuation",
    "specific_attenuation",
    "terrestrial_attenuation_db",
]

EDITION = "ITU-R P.676-13 (08/2022)"

Floats = NDArray[np.float64]

_SOURCE = "Rec. ITU-R P.676-13, Annex 1"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GaseousAttenuation:
    """Specific attenuations by gases, dB/km; arrays of the broadcast shape of the arguments.

    Attributes
    ----------
    dry_air_db_per_km : ndarray
        gamma_o: oxygen, with the continuum of nitrogen.
    water_vapour_db_per_km : ndarray
        gamma_w.
    total_db_per_km : ndarray
        gamma, eq. (1).
    """

    dry_air_db_per_km: Floats
    water_vapour_db_per_km: Floats
    total_db_per_km: Floats


def specific_attenuation(
    frequency_mhz: ArrayLike,
    *,
    dry_air_pressure_hpa: ArrayLike,
    temperature_k: ArrayLike,
    water_vapour_density_g_per_m3: ArrayLike,
) -> GaseousAttenuation:
    """Return the specific attenuation by oxygen and water vapour.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        1000 to 1 000 000 MHz.
    dry_air_pressure_hpa : array_like
        Pressure of dry air, hPa, positive: the barometer's less that of water vapour.
    temperature_k : array_like
        Temperature, K, positive.
    water_vapour_density_g_per_m3 : array_like
        Density of water vapour, g/m3, 0 or more.

    Returns
    -------
    GaseousAttenuation
        Arrays of the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P676] Rec. ITU-R P.676-13 (08/2022), Annex 1, section 1, eqs (1) to (9).
    """
    f = np.asarray(frequency_mhz, dtype=np.float64)
    p = np.asarray(dry_air_pressure_hpa, dtype=np.float64)
    kelvin = np.asarray(temperature_k, dtype=np.float64)
    density = np.asarray(water_vapour_density_g_per_m3, dtype=np.float64)
    require_range("frequency_mhz", f, 1000, 1_000_000, _SOURCE)
    require_range("dry_air_pressure_hpa", p, 0, np.inf, _SOURCE, inclusive=False)
    require_range("temperature_k", kelvin, 0, np.inf, _SOURCE, inclusive=False)
    require_range("water_vapour_density_g_per_m3", density, 0, np.inf, _SOURCE)
    dry, wet = specific_attenuations(f / 1000, p, density, kelvin)
    return GaseousAttenuation(
        dry_air_db_per_km=dry,
        water_vapour_db_per_km=wet,
        total_db_per_km=np.asarray(dry + wet),
    )


def terrestrial_attenuation_db(
    frequency_mhz: ArrayLike,
    distance_km: ArrayLike,
    *,
    dry_air_pressure_hpa: ArrayLike,
    temperature_k: ArrayLike,
    water_vapour_density_g_per_m3: ArrayLike,
) -> Floats:
    """Return the attenuation by gases along a path near the ground.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        1000 to 1 000 000 MHz.
    distance_km : array_like
        Length of the path, km, 0 or more.
    dry_air_pressure_hpa, temperature_k, water_vapour_density_g_per_m3 : array_like
        The air along the path, as in `specific_attenuation`.

    Returns
    -------
    ndarray of float64
        Attenuation, dB.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P676] Rec. ITU-R P.676-13 (08/2022), Annex 1, section 2.1: A = gamma r_0.
    """
    d = np.asarray(distance_km, dtype=np.float64)
    require_range("distance_km", d, 0, np.inf, _SOURCE)
    gases = specific_attenuation(
        frequency_mhz,
        dry_air_pressure_hpa=dry_air_pressure_hpa,
        temperature_k=temperature_k,
        water_vapour_density_g_per_m3=water_vapour_density_g_per_m3,
    )
    return np.asarray(gases.total_db_per_km * d)
