"""Okumura-Hata (150 to 1500 MHz) and COST 231-Hata (1500 to 2000 MHz): median loss in towns.

Both are fits to measurements around Tokyo: quasi-smooth terrain, base station above the roofs,
1 to 20 km. Neither sees the path.
"""

from enum import StrEnum
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range

__all__ = [
    "BASE_HEIGHTS_M",
    "COST231_FREQUENCIES_MHZ",
    "COST231_SOURCE",
    "DISTANCES_KM",
    "MOBILE_HEIGHTS_M",
    "OKUMURA_FREQUENCIES_MHZ",
    "OKUMURA_SOURCE",
    "CitySize",
    "Environment",
    "cost231_hata_loss_db",
    "known",
    "okumura_hata_loss_db",
]

Floats = NDArray[np.float64]
_Kind = TypeVar("_Kind", bound=StrEnum)

OKUMURA_SOURCE = "Okumura-Hata, Hata 1980"
COST231_SOURCE = "COST 231-Hata, COST 231 final report, section 4.4.1"

OKUMURA_FREQUENCIES_MHZ: Final = (150.0, 1500.0)
"""Frequencies that Hata's formula covers [HATA]."""

COST231_FREQUENCIES_MHZ: Final = (1500.0, 2000.0)
"""Frequencies that COST 231's covers [COST231]."""

DISTANCES_KM: Final = (1.0, 20.0)
"""Lengths of path that both cover [HATA]."""

BASE_HEIGHTS_M: Final = (30.0, 200.0)
"""Effective heights of the base station's antenna that both cover [HATA]."""

MOBILE_HEIGHTS_M: Final = (1.0, 10.0)
"""Heights of the mobile station's antenna above ground that both cover [HATA]."""

_LARGE_CITY_SPLIT_MHZ = 300.0  # the fits for large cities: up to 200 MHz, from 400 MHz


class Environment(StrEnum):
    """Surroundings of the mobile station."""

    URBAN = "urban"
    SUBURBAN = "suburban"
    OPEN = "open"


class CitySize(StrEnum):
    """Size of the city, which decides how the loss depends on the mobile station's height."""

    MEDIUM = "medium"
    LARGE = "large"


def okumura_hata_loss_db(
    frequency_mhz: ArrayLike,
    distance_km: ArrayLike,
    *,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    environment: str = Environment.URBAN,
    city_size: str = CitySize.MEDIUM,
) -> Floats:
    """Return the median basic transmission loss by the formula of Hata.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        150 to 1500 MHz.
    distance_km : array_like
        1 to 20 km.
    base_height_m : array_like
        Effective height of the base station's antenna, 30 to 200 m.
    mobile_height_m : array_like
        Height of the mobile station's antenna above ground, 1 to 10 m.
    environment : Environment
        Urban, suburban or open.
    city_size : CitySize
        Medium (and small) or large. For a large city Hata gives one fit up to 200 MHz and one
        from 400 MHz; they are parted at 300 MHz.

    Returns
    -------
    ndarray of float64
        Loss, dB.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.
    PropagationError
        If environment or city size is none of the known.

    References
    ----------
    .. [HATA] Hata, Empirical formula for propagation loss in land mobile radio services, 1980.
    """
    f = _within("frequency_mhz", frequency_mhz, *OKUMURA_FREQUENCIES_MHZ, OKUMURA_SOURCE)
    d, hb, hm = _geometry(distance_km, base_height_m, mobile_height_m, OKUMURA_SOURCE)
    place, size = known(Environment, environment), known(CitySize, city_size)
    lg_f = np.log10(f)
    loss = 69.55 + 26.16 * lg_f - _mobile_correction_db(f, hm, size) + _distance_db(d, hb)
    if place is Environment.SUBURBAN:
        loss = loss - 2 * np.log10(f / 28) ** 2 - 5.4
    elif place is Environment.OPEN:
        loss = loss - 4.78 * lg_f**2 + 18.33 * lg_f - 40.94
    return np.asarray(loss)


def cost231_hata_loss_db(
    frequency_mhz: ArrayLike,
    distance_km: ArrayLike,
    *,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    metropolitan: ArrayLike = False,
) -> Floats:
    """Return the median basic transmission loss by Hata's formula as COST 231 extended it.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        1500 to 2000 MHz.
    distance_km : array_like
        1 to 20 km.
    base_height_m : array_like
        Effective height of the base station's antenna, 30 to 200 m.
    mobile_height_m : array_like
        Height of the mobile station's antenna above ground, 1 to 10 m.
    metropolitan : array_like of bool
        Whether in the centre of a metropolis (3 dB more); otherwise a medium city or suburbs with
        some trees.

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
    .. [COST231] COST Action 231, Digital mobile radio towards future generation systems, final
       report, 1999, section 4.4.1.
    """
    f = _within("frequency_mhz", frequency_mhz, *COST231_FREQUENCIES_MHZ, COST231_SOURCE)
    d, hb, hm = _geometry(distance_km, base_height_m, mobile_height_m, COST231_SOURCE)
    correction = _mobile_correction_db(f, hm, CitySize.MEDIUM)
    centre = np.where(np.asarray(metropolitan, dtype=bool), 3.0, 0.0)
    return np.asarray(46.3 + 33.9 * np.log10(f) - correction + _distance_db(d, hb) + centre)


def _within(name: str, values: ArrayLike, lower: float, upper: float, source: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, lower, upper, source)
    return array


def _geometry(
    distance_km: ArrayLike, base_height_m: ArrayLike, mobile_height_m: ArrayLike, source: str
) -> tuple[Floats, Floats, Floats]:
    return (
        _within("distance_km", distance_km, *DISTANCES_KM, source),
        _within("base_height_m", base_height_m, *BASE_HEIGHTS_M, source),
        _within("mobile_height_m", mobile_height_m, *MOBILE_HEIGHTS_M, source),
    )


def _distance_db(d: Floats, hb: Floats) -> Floats:
    lg_hb = np.log10(hb)
    return np.asarray(-13.82 * lg_hb + (44.9 - 6.55 * lg_hb) * np.log10(d))


def _mobile_correction_db(f: Floats, hm: Floats, size: CitySize) -> Floats:
    """Return the correction for the mobile station's height, a(hm)."""
    if size is CitySize.MEDIUM:
        lg_f = np.log10(f)
        return np.asarray((1.1 * lg_f - 0.7) * hm - (1.56 * lg_f - 0.8))
    low = 8.29 * np.log10(1.54 * hm) ** 2 - 1.1
    high = 3.2 * np.log10(11.75 * hm) ** 2 - 4.97
    return np.asarray(np.where(f < _LARGE_CITY_SPLIT_MHZ, low, high) + 0 * f)


def known(kind: type[_Kind], name: str) -> _Kind:
    """Return a choice that was given as such or by its name."""
    try:
        return kind(name)
    except ValueError as error:
        raise PropagationError(f"{name!r} is none of {', '.join(kind)}") from error
