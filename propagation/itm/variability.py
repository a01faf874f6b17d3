"""Variability of the Irregular Terrain Model with time, location and situation.

The curves are those of section 10 of [TN101] for seven climates, in the algorithm's own fits.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import part, scan
from propagation.itm.diffraction import Terminals, Wave, irregularity_over_m
from propagation.itm.functions import decay

__all__ = ["CLIMATES", "Climate", "Deviates", "climate_of", "normal_deviate", "varied_loss_db"]

Floats = NDArray[np.float64]

_SINGLE_MESSAGE, _ACCIDENTAL, _MOBILE = 0, 1, 2
_EXTREME = 0x2000  # bit of ItmWarning

# One row a climate: five numbers of the median, of the deviation below it (c1, c2 in dB, x1, x2,
# x3 in km) and above it; the factor and limit beyond which it is straight; three numbers each of
# the dependence on frequency below and above. [ALG], section 5 and table 5.1.
CLIMATES: Final[Floats] = np.array(
    [
        [-9.67, 12.7, 144.9, 190.3, 133.8, 2.13, 159.5, 762.2, 123.6, 94.5,
         2.11, 102.3, 636.9, 134.8, 95.6, 1.224, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        [-0.62, 9.19, 228.9, 205.2, 143.6, 2.66, 7.67, 100.4, 172.5, 136.4,
         6.87, 15.53, 138.7, 143.7, 98.6, 0.801, 2.161, 1.0, 0.0, 0.0, 0.93, 0.31, 2.00],
        [1.26, 15.5, 262.6, 185.2, 99.8, 6.11, 6.65, 138.2, 242.2, 178.6,
         10.08, 9.60, 165.3, 225.7, 129.7, 1.380, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        [-9.21, 9.05, 84.1, 101.1, 98.6, 1.98, 13.11, 139.1, 132.7, 193.5,
         3.68, 159.3, 464.4, 93.1, 94.2, 1.000, 20.0, 1.0, 0.0, 0.0, 0.93, 0.19, 1.79],
        [-0.62, 9.19, 228.9, 205.2, 143.6, 2.68, 7.16, 93.7, 186.8, 133.5,
         4.75, 8.12, 93.2, 135.9, 113.4, 1.224, 1.282, 0.92, 0.25, 1.77, 0.93, 0.31, 2.00],
        [-0.39, 2.86, 141.7, 315.9, 167.4, 6.86, 10.38, 187.8, 169.6, 108.9,
         8.58, 13.97, 216.0, 152.0, 122.7, 1.518, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        [3.15, 857.9, 2222.0, 164.8, 116.3, 8.51, 169.8, 609.8, 119.9, 106.6,
         8.43, 8.19, 136.2, 188.5, 122.9, 1.518, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    ]
)  # fmt: skip


class Deviates(NamedTuple):
    """Standard normal deviates of the percentages, and how they go together.

    Attributes
    ----------
    time, location, situation : float
        Positive below 50 %.
    mode : int
        Code of VariabilityMode, 0 to 3.
    with_location, with_situation : bool
        Whether these vary at all.
    """

    time: float
    location: float
    situation: float
    mode: int
    with_location: bool
    with_situation: bool


class Curve(NamedTuple):
    """A curve over the effective distance: c1 and c2 in dB, x1, x2 and x3 in km."""

    c1: float
    c2: float
    x1: float
    x2: float
    x3: float


class Climate(NamedTuple):
    """What climate and frequency give; one for a whole radial."""

    median: Curve
    below: Curve  # of the deviation in time below and above the median
    above: Curve
    factor: float  # of the deviation beyond a limit
    straight: float  # that limit
    beyond: float  # part of the distance that frequency adds, m


@scan
def normal_deviate(fraction: float) -> float:
    """Return the deviate that a fraction exceeds, within 4.5e-4; [AS], formula 26.2.23."""
    tail = 1 - fraction if fraction > 0.5 else fraction
    t = math.sqrt(-2 * math.log(tail))
    above = (0.010328 * t + 0.802853) * t + 2.515516
    below = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1
    deviate = t - above / below
    return -deviate if fraction > 0.5 else deviate


@scan
def climate_of(row: Floats, wave: Wave) -> Climate:
    """Join a row of CLIMATES with the frequency."""
    q = math.log(0.133 * wave.number)
    below = row[17] + row[18] / ((row[19] * q) ** 2 + 1)
    above = row[20] + row[21] / ((row[22] * q) ** 2 + 1)
    return Climate(
        Curve(row[0], row[1], row[2], row[3], row[4]),
        Curve(row[5] * below, row[6] * below, row[7], row[8], row[9]),
        Curve(row[10] * above, row[11] * above, row[12], row[13], row[14]),
        row[15],
        row[16],
        (575.7e12 / wave.number) ** (1 / 3),
    )


@part
def varied_loss_db(
    reference: float, path: Terminals, wave: Wave, climate: Climate, deviates: Deviates
) -> tuple[float, int]:
    """Return the attenuation not exceeded for the percentages, dB, and the warning bits.

    References
    ----------
    .. [ALG] Hufford, The ITS Irregular Terrain Model, version 1.2.2: the algorithm, section 5.
    .. [AS] Abramowitz and Stegun, Handbook of Mathematical Functions.
    """
    effective = _effective_distance_km(path, climate)
    z_t, z_l, z_s = _together(deviates)
    farthest = max(abs(z_t), abs(z_l), abs(z_s))
    warnings = _EXTREME if farthest > 3.10 else 0
    sigma_s = 5 + 3 * decay(effective / 100) if deviates.with_situation else 0.0
    rough = wave.number * irregularity_over_m(path.irregularity, path.d)
    sigma_l = 10 * rough / (rough + 13) if deviates.with_location else 0.0
    sigma_t = _deviation_in_time_db(z_t, effective, climate)
    median = _curve_db(climate.median, effective)
    y_t, y_l = sigma_t * z_t, sigma_l * z_l
    rest = sigma_s**2 + y_t**2 / (7.8 + z_s**2) + y_l**2 / (24 + z_s**2)  # eq. (5.11)
    if deviates.mode == _SINGLE_MESSAGE:
        shift = math.sqrt(sigma_t**2 + sigma_l**2 + rest) * z_s
    elif deviates.mode == _ACCIDENTAL:
        shift = y_t + math.sqrt(sigma_l**2 + rest) * z_s
    elif deviates.mode == _MOBILE:
        shift = math.sqrt(sigma_t**2 + sigma_l**2) * z_t + math.sqrt(rest) * z_s
    else:
        shift = y_t + y_l + math.sqrt(rest) * z_s
    loss = reference - median - shift
    if loss < 0:
        loss *= (29 - loss) / (29 - 10 * loss)
    return loss, warnings


@part
def _together(deviates: Deviates) -> tuple[float, float, float]:
    """Return the deviates of time, location and situation as their mode joins them."""
    z_t, z_l, z_s = deviates.time, deviates.location, deviates.situation
    if deviates.mode == _SINGLE_MESSAGE:
        return z_s, z_s, z_s
    if deviates.mode == _ACCIDENTAL:
        return z_t, z_s, z_s
    if deviates.mode == _MOBILE:
        return z_t, z_t, z_s
    return z_t, z_l, z_s


@part
def _effective_distance_km(path: Terminals, climate: Climate) -> float:
    """Return the distance that the curves are read at; eq. (5.3)."""
    limit = math.sqrt(18000e3 * path.he1) + math.sqrt(18000e3 * path.he2) + climate.beyond
    if path.d < limit:
        return 130 * path.d / limit
    return 130 + (path.d - limit) / 1000


@part
def _deviation_in_time_db(z: float, effective: float, climate: Climate) -> float:
    """Return the deviation with time on the side of the median that is asked; eq. (5.6)."""
    if z < 0:
        return _curve_db(climate.below, effective)
    above = _curve_db(climate.above, effective)
    if z > climate.straight:
        above *= climate.factor + (1 - climate.factor) * climate.straight / z
    return above


@part
def _curve_db(curve: Curve, effective: float) -> float:
    """Return a curve at an effective distance in km; [TN101], (III.69)."""
    away = (effective - curve.x2) / curve.x3
    ratio = effective / curve.x1
    square = ratio * ratio
    return (curve.c1 + curve.c2 / (1 + away * away)) * square / (1 + square)
