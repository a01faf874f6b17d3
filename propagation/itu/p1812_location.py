"""Rec. ITU-R P.1812-8, section 4.7 and Attachment 2: variability with location."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["inverse_complementary_normal", "standard_deviation_db"]

Floats = NDArray[np.float64]

_C = (2.515516698, 0.802853, 0.010328)  # eq. (97)
_D = (1.432788, 0.189269, 0.001308)


def inverse_complementary_normal(probability: ArrayLike) -> Floats:
    """Return the Recommendation's approximation of the inverse complementary normal distribution.

    Parameters
    ----------
    probability : array_like
        Probability x, 0.000001 to 0.999999; beyond, the value at the limit, as the
        Recommendation says.

    Returns
    -------
    ndarray of float64
        I(x): positive below one half, negative above.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, Attachment 2, eqs (96) and (97).
    """
    x = np.clip(np.asarray(probability, dtype=np.float64), 1e-6, 1 - 1e-6)
    tail = np.minimum(x, 1 - x)
    t = np.sqrt(-2 * np.log(tail))
    numerator = (_C[2] * t + _C[1]) * t + _C[0]
    denominator = ((_D[2] * t + _D[1]) * t + _D[0]) * t + 1
    magnitude = t - numerator / denominator
    return np.asarray(np.where(x <= 0.5, magnitude, -magnitude))


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
    exposure = np.clip(1 - above / 10, 0, 1)
    wa = np.asarray(resolution_m, dtype=np.float64)
    return np.asarray((0.52 + 0.024 * f) * wa**0.28 * exposure)
