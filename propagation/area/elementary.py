"""Elementary functions of one number, without branches, for loops that run as vector code.

The libraries' own are called number by number. These are polynomials, the minimax fits named at
each, with relative errors below 4e-16 beside the rounding; arguments must be finite. Their terms
are summed in groups of four (Estrin's scheme), so that few wait for one another.
"""

import math

import numpy as np

from propagation.compiled import part

__all__ = ["arctangent", "exp", "exp2", "log2", "log10", "sine_of_third"]

_ROUNDING = 6755399441055744.0  # 1.5 2^52: a sum with it is a whole number in the low bits
_EXPONENT = 4503599627370496.0  # 2^52
_EXPONENT_BITS = 0x4330000000000000
_MANTISSA = 0x000FFFFFFFFFFFFF
_ONE_BITS = 0x3FF0000000000000
_SQRT2 = 1.4142135623730951
_LOG2_E = 1.4426950408889634
_LOG10_2 = 0.30102999566398120
_HALF_PI = 1.5707963267948966
_TAN_22, _TAN_67 = 0.41421356237309503, 2.414213562373095


@part
def exp2(x: float) -> float:
    """Return 2^x for -1000 < x < 1000; degree 12 on [-1/2, 1/2]."""
    shifted = x + _ROUNDING
    f = x - (shifted - _ROUNDING)
    f2 = f * f
    f4 = f2 * f2
    a = 1.0 + f * 0.6931471805599453 + f2 * (0.24022650695910072 + f * 0.0555041086648217)
    b = 0.009618129107628484 + f * 0.0013333558146390353
    b = b + f2 * (0.00015403530393362755 + f * 1.5252733856293466e-05)
    c = 1.3215486815999978e-06 + f * 1.0178051192960649e-07
    c = c + f2 * (7.054894386348348e-09 + f * 4.456675341049206e-10)
    p = a + f4 * (b + f4 * (c + f4 * 2.5733568308756892e-11))
    bits = np.float64(p).view(np.int64) + (np.float64(shifted).view(np.int64) << np.int64(52))
    return float(np.int64(bits).view(np.float64))


@part
def log2(x: float) -> float:
    """Return log2(x) for a positive normal x; degree 8 in the square of (m - 1) / (m + 1)."""
    bits = np.float64(x).view(np.uint64)
    above = np.uint64((bits >> np.uint64(52)) | np.uint64(_EXPONENT_BITS)).view(np.float64)
    m = np.uint64((bits & np.uint64(_MANTISSA)) | np.uint64(_ONE_BITS)).view(np.float64)
    large = m > _SQRT2
    m = m * 0.5 if large else m
    e = above - (_EXPONENT + (1022.0 if large else 1023.0))
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    a = 2.8853900817779268 + z * 0.9617966939259754
    a = a + z2 * (0.5770780163556936 + z * 0.412198583073463)
    b = 0.32059890453872275 + z * 0.26230754780023596
    b = b + z2 * (0.22198981902561918 + z * 0.1911389922870324)
    p = a + z4 * (b + z4 * 0.191334029264787)
    return e + s * p


@part
def exp(x: float) -> float:
    """Return e^x for |x| < 690."""
    return exp2(x * _LOG2_E)


@part
def log10(x: float) -> float:
    """Return the decimal logarithm of a positive normal x."""
    return log2(x) * _LOG10_2


@part
def arctangent(x: float) -> float:
    """Return atan(x); turned towards 0 first, then degree 11 in the square."""
    size = abs(x)
    steep, middle = size > _TAN_67, size > _TAN_22
    above = -1.0 if steep else (size - 1.0 if middle else size)
    below = size if steep else (size + 1.0 if middle else 1.0)
    y = above / below
    z = y * y
    z2 = z * z
    z4 = z2 * z2
    a = -0.3333333333333312 + z * 0.19999999999940837
    a = a + z2 * (-0.14285714279244968 + z * 0.11111110744657099)
    b = -0.09090896801472813 + z * 0.07692045194561481
    b = b + z2 * (-0.06662950246036792 + z * 0.05846866752275139)
    c = -0.05035049795312439 + z * 0.03796390316111083 + z2 * -0.017803896394812564
    p = a + z4 * (b + z4 * c)
    turned = _HALF_PI if steep else (0.5 * _HALF_PI if middle else 0.0)
    angle = turned + (y + y * z * p)
    return -angle if x < 0.0 else angle


@part
def sine_of_third(x: float) -> float:
    """Return sin(asin(x) / 3) for |x| <= 1; degree 12 in the square, then degree 6."""
    size = abs(x)
    near_one = size > 0.5
    z = (1.0 - size) * 0.5 if near_one else size * size
    q = math.sqrt(z) if near_one else size
    z2 = z * z
    z4 = z2 * z2
    a = 0.16666666666664942 + z * 0.07500000000385201
    a = a + z2 * (0.044642856805998936 + z * 0.03038195969768514)
    b = 0.022371749733164054 + z * 0.01735977964134998
    b = b + z2 * (0.01388484282640208 + z * 0.012170138592391726)
    c = 0.0065293020047365695 + z * 0.019513468251252167
    c = c + z2 * (-0.016187392271599134 + z * 0.03187962140081284)
    p = a + z4 * (b + z4 * c)
    angle = q + q * z * p
    angle = (_HALF_PI - 2.0 * angle if near_one else angle) / 3.0
    w = angle * angle
    w2 = w * w
    a = -0.16666666666666666 + w * 0.008333333333333106
    b = -0.00019841269840773396 + w * 2.755731870703006e-06
    p = a + w2 * (b + w2 * (-2.505183201026986e-08 + w * 1.5985749758183062e-10))
    sine = angle + angle * w * p
    return -sine if x < 0.0 else sine
