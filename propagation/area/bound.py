"""How large a field of Rec. ITU-R P.1812 can be, whatever the terrain.

By eq. (69) of P.1812-8, Annex 1, the loss is at least that of line of sight with multipath and
focusing, for the same percentage of time and for any percentage of locations. By eqs (8) to (11)
that one lies below free space by at most 2.6 lg(50/p): 4.42 dB at 1 % of time, nothing at 50 %.
Free space over the slant distance is at least free space over the horizontal one.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range
from propagation.itu.p1812 import field_strength_dbuvm

__all__ = ["largest_field_dbuvm"]

Floats = NDArray[np.float64]

_FREE_SPACE_DB: Final = 92.4  # eq. (8), for GHz and km, as the Recommendation rounds it
_FOCUSING_DB: Final = 2.6


def largest_field_dbuvm(
    frequency_mhz: float, distance_km: ArrayLike, erp_dbw: ArrayLike, time_percent: float
) -> Floats:
    """Return a field that no path of a length exceeds.

    Parameters
    ----------
    frequency_mhz : float
        30 to 6000 MHz.
    distance_km : array_like
        Length of the path, positive.
    erp_dbw : array_like
        Effective radiated power towards the receiver.
    time_percent : float
        1 to 50 % of time.

    Returns
    -------
    ndarray
        dB(uV/m), of the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If frequency or percentage leaves the range of the method.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8 (09/2025), Annex 1, eqs (8) to (11) and (69).
    """
    require_range("time_percent", time_percent, 1, 50, "Rec. ITU-R P.1812-8")
    distance = np.asarray(distance_km, dtype=np.float64)
    require_range("distance_km", distance, 0, np.inf, "Rec. ITU-R P.1812-8", inclusive=False)
    free = _FREE_SPACE_DB + 20 * math.log10(frequency_mhz / 1e3) + 20 * np.log10(distance)
    least = free - _FOCUSING_DB * math.log10(50.0 / time_percent)
    return field_strength_dbuvm(least, frequency_mhz=frequency_mhz, erp_dbw=erp_dbw)
