"""The inverse complementary cumulative normal distribution, as the ITU-R P series approximates it.

Rec. ITU-R P.1812-8, Attachment 2, and P.452-18, Attachment 3 to Annex 1, print the same.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["inverse_complementary_normal"]

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
