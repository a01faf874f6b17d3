"""Antenna patterns: a transmitter's 36 azimuths, and the broadcast receiving antenna.

Patterns of both angles are in `antenna_cuts`, `antenna_f1336` and `antenna_3gpp`; how an antenna
hangs, and what it then radiates in a direction, in `antenna_mounting`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range

__all__ = ["around_circle_db", "bs599_discrimination_db", "horizontal_attenuation_db"]

Floats = NDArray[np.float64]

_AZIMUTHS = 36
_BS599_ANGLE_DEG = (0.0, 27.0, 60.0, 180.0)
_BS599_DISCRIMINATION_DB = (0.0, 0.0, 12.0, 12.0)


def horizontal_attenuation_db(attenuation_db36: ArrayLike, azimuth_deg: ArrayLike) -> Floats:
    """Attenuation of a horizontal radiation pattern in a direction.

    Between the 36 azimuths of the pattern (0, 10 ... 350 degrees from true north) the
    attenuation is interpolated linearly in decibels; the pattern is cyclic.

    Parameters
    ----------
    attenuation_db36 : array_like, shape (..., 36)
        Attenuation relative to the maximum, dB, 0 or more.
    azimuth_deg : array_like
        Directions from true north, clockwise, any multiple of the circle.

    Returns
    -------
    ndarray of float64
        Attenuation, dB, 0 or more, in the broadcast shape of the azimuths and the patterns.

    Raises
    ------
    PropagationError
        If a pattern does not hold 36 azimuths.
    OutOfRangeError
        If an attenuation is negative.

    References
    ----------
    .. [GE84] Final Acts GE84, annex 3: attenuation at 36 azimuths.
    """
    pattern = np.asarray(attenuation_db36, dtype=np.float64)
    if pattern.ndim == 0 or pattern.shape[-1] != _AZIMUTHS:
        found = pattern.shape[-1] if pattern.ndim else 0
        raise PropagationError(f"attenuation_db36 holds {found} azimuths instead of {_AZIMUTHS}")
    require_range("attenuation_db36", pattern, 0, np.inf, "GE84, annex 3")
    return around_circle_db(pattern, azimuth_deg)


def around_circle_db(values_db: ArrayLike, angle_deg: ArrayLike) -> Floats:
    """Value in a direction of values that stand at equal steps round the circle.

    Between two angles it is interpolated linearly in decibels.

    Parameters
    ----------
    values_db : array_like, shape (..., n)
        Values at 0, 360/n, 720/n ... degrees, dB; n is 1 or more.
    angle_deg : array_like
        Directions, degrees, any multiple of the circle.

    Returns
    -------
    ndarray of float64
        Values, dB, in the broadcast shape of the directions and the circles.
    """
    circle = np.asarray(values_db, dtype=np.float64)
    angle = np.asarray(angle_deg, dtype=np.float64)
    n = circle.shape[-1]
    shape = np.broadcast_shapes(circle.shape[:-1], angle.shape)
    position = np.broadcast_to(np.mod(angle, 360) / (360 / n), shape)
    known = np.where(np.isnan(position), 0, position)
    below = np.floor(known).astype(np.intp)
    fraction = position - below
    first = _at(circle, below % n)
    second = _at(circle, (below + 1) % n)
    return np.asarray(first + fraction * (second - first))


def bs599_discrimination_db(angle_deg: ArrayLike) -> Floats:
    """Discrimination of a domestic FM receiving antenna against a wave from aside.

    0 dB to 27 degrees from the axis, then linear to 12 dB at 60 degrees, 12 dB beyond.

    Parameters
    ----------
    angle_deg : array_like
        Angle between the antenna's axis and the wave's direction, degrees, either sense, any
        multiple of the circle.

    Returns
    -------
    ndarray of float64
        Discrimination, dB.

    References
    ----------
    .. [BS599] Rec. ITU-R BS.599, band II.
    """
    angle = np.abs(np.mod(np.asarray(angle_deg, dtype=np.float64) + 180, 360) - 180)
    return np.asarray(np.interp(angle, _BS599_ANGLE_DEG, _BS599_DISCRIMINATION_DB))


def _at(circle: Floats, index: NDArray[np.intp]) -> Floats:
    if circle.ndim == 1:  # most calls, and several times as fast
        return np.asarray(circle[index])
    circle = np.broadcast_to(circle, (*index.shape, circle.shape[-1]))
    return np.asarray(np.take_along_axis(circle, index[..., np.newaxis], axis=-1)[..., 0])
