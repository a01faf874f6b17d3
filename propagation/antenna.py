"""Antenna patterns: a transmitter's 36 azimuths, and the broadcast receiving antenna."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range

__all__ = ["bs599_discrimination_db", "horizontal_attenuation_db"]

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
    azimuth = np.asarray(azimuth_deg, dtype=np.float64)
    shape = np.broadcast_shapes(pattern.shape[:-1], azimuth.shape)
    pattern = np.broadcast_to(pattern, (*shape, _AZIMUTHS))
    position = np.broadcast_to(np.mod(azimuth, 360) / (360 / _AZIMUTHS), shape)
    known = np.where(np.isnan(position), 0, position)
    below = np.floor(known).astype(np.intp)
    fraction = position - below
    first = _at(pattern, below % _AZIMUTHS)
    second = _at(pattern, (below + 1) % _AZIMUTHS)
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


def _at(pattern: Floats, index: NDArray[np.intp]) -> Floats:
    return np.asarray(np.take_along_axis(pattern, index[..., np.newaxis], axis=-1)[..., 0])
