"""Rec. ITU-R P.1812-8, section 4.7: variability with location."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["VARIED_BELOW_M", "standard_deviation_db"]

Floats = NDArray[np.float64]

VARIED_BELOW_M = 10.0
"""Height above the clutter from which an antenna sees no variability, eq. (66)."""


def standard_deviation_db(
    frequency_mhz: ArrayLike,
    receiver_height_above_ground_m: ArrayLike,
    clutter_height_m: ArrayLike,
    resolution_m: ArrayLike,
) -> Floats:
    """Return the standard deviation of the median loss within a square of the prediction.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    receiver_height_above_ground_m : array_like
        Height of the receiving antenna above ground, m.
    clutter_height_m : array_like
        Representative clutter height at the receiver, m. An antenna below it sees the whole
        variability, one 10 m above it none.
    resolution_m : array_like
        Side of the square over which the prediction speaks, m.

    Returns
    -------
    ndarray of float64
        Standard deviation, dB.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, section 4.7, eqs (64) to (66).
    """
    f = np.asarray(frequency_mhz, dtype=np.float64) / 1000
    above = np.subtract(receiver_height_above_ground_m, clutter_height_m, dtype=np.float64)
    exposure = np.clip(1 - above / VARIED_BELOW_M, 0, 1)
    wa = np.asarray(resolution_m, dtype=np.float64)
    return np.asarray((0.52 + 0.024 * f) * wa**0.28 * exposure)
