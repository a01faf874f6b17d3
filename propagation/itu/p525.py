"""Recommendation ITU-R P.525: free space."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.constants import FREE_SPACE_LOSS_CONSTANT_DB
from propagation.errors import require_range
from propagation.units import dbuvm_from_dbwm2

__all__ = ["EDITION", "field_strength_dbuvm", "free_space_basic_transmission_loss_db"]

EDITION = "Rec. ITU-R P.525-5"

Floats = NDArray[np.float64]


def free_space_basic_transmission_loss_db(
    frequency_mhz: ArrayLike, distance_km: ArrayLike
) -> Floats:
    """Return the basic transmission loss of free space between isotropic antennas.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz, positive.
    distance_km : array_like
        Distance between the antennas, km, positive.

    Returns
    -------
    ndarray of float64
        Loss, dB.

    Raises
    ------
    OutOfRangeError
        If an argument is zero or negative.

    References
    ----------
    .. [P525] Rec. ITU-R P.525-5, eqs (4) and (5), with the constant unrounded (32.448 dB).
    """
    f = _positive("frequency_mhz", frequency_mhz)
    d = _positive("distance_km", distance_km)
    return np.asarray(FREE_SPACE_LOSS_CONSTANT_DB + 20 * np.log10(f) + 20 * np.log10(d))


def field_strength_dbuvm(eirp_dbw: ArrayLike, distance_km: ArrayLike) -> Floats:
    """Return the field strength in free space.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    eirp_dbw : array_like
        Equivalent isotropically radiated power towards the point, dBW.
    distance_km : array_like
        Distance from the transmitter, km, positive.

    Returns
    -------
    ndarray of float64
        Field strength, dB(uV/m).

    Raises
    ------
    OutOfRangeError
        If a distance is zero or negative.

    References
    ----------
    .. [P525] Rec. ITU-R P.525-5, section 2.1: 74.8 dB for 1 W at 1 km, here unrounded.
    """
    d_m = _positive("distance_km", distance_km) * 1000
    spread_db = 10 * np.log10(4 * np.pi * d_m**2)
    return dbuvm_from_dbwm2(np.asarray(eirp_dbw, dtype=np.float64) - spread_db)


def _positive(name: str, values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, 0, np.inf, EDITION, inclusive=False)
    return array
