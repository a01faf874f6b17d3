"""Functions of one number for the loops of the model, without branches."""

import math

import numpy as np

from propagation.area.elementary import exp, log2
from propagation.compiled import part

__all__ = ["cube_root", "decay", "log", "phasor"]

_LN_2 = 0.6931471805599453
_FARTHEST = 600.0
_THIRD = np.uint64(0x55555556)  # of 2^32, and a little
_INVERSE_ROOT = np.uint64(0x553EF0FF)  # from which a third of the upper bits of x is taken


@part
def log(x: float) -> float:
    """Return the natural logarithm of a positive normal x."""
    return log2(x) * _LN_2


@part
def decay(x: float) -> float:
    """Return e^-x for x above -690; e^-600 for what is beyond."""
    return exp(-min(x, _FARTHEST))


@part
def phasor(x: float) -> tuple[float, float]:
    """Return cosine and sine of an angle from 0 to pi, to 1e-15.

    They are those of half the angle's distance from a right angle, by their series.
    """
    y = 0.5 * x - 0.25 * math.pi
    z = y * y
    sine = 1 / 362880 + z * (-1 / 39916800 + z * (1 / 6227020800 - z * (1 / 1307674368000)))
    sine = y + y * z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z * sine)))
    cosine = -1 / 3628800 + z * (1 / 479001600 + z * (-1 / 87178291200 + z / 20922789888000))
    cosine = 1 + z * (-1 / 2 + z * (1 / 24 + z * (-1 / 720 + z * (1 / 40320 + z * cosine))))
    return -2 * sine * cosine, (cosine - sine) * (cosine + sine)


@part
def cube_root(x: float) -> float:
    """Return the cube root of a positive normal x, by two steps of fourth order to 1e-15.

    They better the inverse of the root, whose first guess is within 4 % by a third of the
    exponent.
    """
    upper = np.float64(x).view(np.uint64) >> np.uint64(32)
    third = np.uint64(upper * _THIRD) >> np.uint64(32)
    y = np.uint64((_INVERSE_ROOT - third) << np.uint64(32)).view(np.float64)
    h = 1.0 - x * y * y * y
    y += y * h * (1 / 3 + h * (2 / 9 + h * (14 / 81)))
    h = 1.0 - x * y * y * y
    y += y * h * (1 / 3 + h * (2 / 9 + h * (14 / 81)))
    return float(x * y * y)
