"""Exposure of people near antennas: far-field free space, and sums over frequencies.

A power flux-density of ``P / (4 pi d^2)`` goes with a field ``E = k sqrt(Z0 P / (4 pi)) / d``,
where P is the e.i.r.p., Z0 the impedance of free space and k what reflections multiply the field
by: 1 in free space, up to 2 where a perfect mirror adds in phase. Near an antenna (within a few
wavelengths or its own length) the far field does not hold, and full power is assumed in every
direction.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.constants import FREE_SPACE_IMPEDANCE_OHM
from propagation.errors import require_range

__all__ = ["exposure_share", "field_v_per_m", "safety_distance_m", "site_distance_m"]

Floats = NDArray[np.float64]

_SOURCE = "a distance and a limit are positive"


def field_v_per_m(
    eirp_w: ArrayLike, distance_m: ArrayLike, reflection_factor: float = 1.0
) -> Floats:
    """Return the field of an antenna in its far field.

    Parameters
    ----------
    eirp_w : array_like
        Equivalent isotropically radiated power, W, 0 or more.
    distance_m : array_like
        Distance, positive.
    reflection_factor : float
        What reflections multiply the field by.

    Returns
    -------
    ndarray
        Field, V/m.

    Raises
    ------
    OutOfRangeError
        If a distance is not positive or a power is negative.

    References
    ----------
    .. [P525] Rec. ITU-R P.525-5, section 2.1 (there with 30 ohm for Z0 / (4 pi)).
    """
    require_range("distance_m", distance_m, 0, math.inf, _SOURCE, inclusive=False)
    return np.asarray(reflection_factor * _at_one_metre(eirp_w) / np.asarray(distance_m, float))


def safety_distance_m(
    eirp_w: ArrayLike, limit_v_per_m: ArrayLike, reflection_factor: float = 1.0
) -> Floats:
    """Return the distance at which the field of an antenna has fallen to a limit.

    Parameters
    ----------
    eirp_w, reflection_factor
        As in `field_v_per_m`.
    limit_v_per_m : array_like
        Limit of the field, V/m, positive.

    Returns
    -------
    ndarray
        Distance, m.

    Raises
    ------
    OutOfRangeError
        If a limit is not positive or a power is negative.
    """
    require_range("limit_v_per_m", limit_v_per_m, 0, math.inf, _SOURCE, inclusive=False)
    return np.asarray(reflection_factor * _at_one_metre(eirp_w) / np.asarray(limit_v_per_m, float))


def exposure_share(fields_v_per_m: ArrayLike, limits_v_per_m: ArrayLike) -> float:
    """Return the sum over frequencies of the squares of field over limit; 1 is the limit.

    Parameters
    ----------
    fields_v_per_m, limits_v_per_m : array_like
        Field and limit of each frequency, V/m.

    Raises
    ------
    OutOfRangeError
        If a limit is not positive.
    """
    require_range("limits_v_per_m", limits_v_per_m, 0, math.inf, _SOURCE, inclusive=False)
    shares = np.asarray(fields_v_per_m, float) / np.asarray(limits_v_per_m, float)
    return float(np.sum(shares**2))


def site_distance_m(distances_m: ArrayLike) -> float:
    """Return the distance from one mast at which the sum over its antennas is 1.

    Each share falls with the square of the distance, so it is the root of the sum of the squares
    of the safety distances, all antennas taken at one point.

    Parameters
    ----------
    distances_m : array_like
        Safety distance of each antenna.
    """
    return float(np.sqrt(np.sum(np.asarray(distances_m, float) ** 2)))


def _at_one_metre(eirp_w: ArrayLike) -> Floats:
    require_range("eirp_w", eirp_w, 0, math.inf, "a power is not negative")
    return np.sqrt(FREE_SPACE_IMPEDANCE_OHM / (4 * math.pi) * np.asarray(eirp_w, float))
