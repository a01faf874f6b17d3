"""Antenna patterns of both angles from two cuts, as manufacturers publish them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.antenna import around_circle_db
from propagation.errors import PropagationError, require_range

__all__ = ["Cuts", "cut_attenuation_db"]

Floats = NDArray[np.float64]

_SOURCE = "antenna pattern"


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """A horizontal and, perhaps, a vertical cut through a pattern.

    Attributes
    ----------
    horizontal_attenuation_db : ndarray, shape (n,)
        Attenuation below the maximum at equal steps of azimuth from the axis, clockwise: 36 or
        360 values or any other number, dB, 0 or more.
    vertical_attenuation_db : ndarray, shape (m,), or None
        The same at equal steps of the angle below the horizon: 0 is the axis, 90 degrees straight
        down, 180 behind, 270 straight up. None: the same at every elevation.
    """

    horizontal_attenuation_db: Floats
    vertical_attenuation_db: Floats | None = None

    def __post_init__(self) -> None:
        """Take both as arrays; refuse what is no circle of attenuations."""
        for name in ("horizontal_attenuation_db", "vertical_attenuation_db"):
            given = getattr(self, name)
            if given is None and name.startswith("vertical"):
                continue
            values = np.array(given, dtype=np.float64)
            if values.ndim != 1 or values.size < 2:
                raise PropagationError(
                    f"{name} has the shape {values.shape} instead of (n,), n 2 or more"
                )
            require_range(name, values, 0, np.inf, _SOURCE)
            values.flags.writeable = False
            object.__setattr__(self, name, values)


def cut_attenuation_db(cuts: Cuts, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Floats:
    """Return the attenuation of a pattern in directions between its cuts.

    Arguments broadcast; NaN yields NaN. In each cut the attenuation is interpolated linearly in
    dB. Between them the vertical cut's departures in front and behind are added to the horizontal
    cut, weighted by the azimuth; where the cuts agree on the axis and behind it, both are met.

    Parameters
    ----------
    cuts : Cuts
        The pattern.
    azimuth_deg : array_like
        From the antenna's axis, clockwise, degrees, any multiple of the circle.
    elevation_deg : array_like
        Above the plane of the axis, -90 to 90 degrees.

    Returns
    -------
    ndarray of float64
        Attenuation below the maximum, dB. Where the sum is below 0 it is 0: no direction exceeds
        the maximum.

    Raises
    ------
    OutOfRangeError
        If an elevation leaves its range.

    References
    ----------
    .. [GIL] F. Gil, A. R. Claro, J. M. Ferreira, C. Pardelinha, L. M. Correia, "A 3D
       interpolation method for base-station-antenna radiation patterns", IEEE Antennas and
       Propagation Magazine 43 (2), 2001: horizontal projection interpolation.
    """
    azimuth = np.asarray(azimuth_deg, dtype=np.float64)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    require_range("elevation_deg", elevation, -90, 90, _SOURCE)
    level = around_circle_db(cuts.horizontal_attenuation_db, azimuth)
    if cuts.vertical_attenuation_db is None:
        return np.asarray(level + 0 * elevation)
    behind = np.abs(np.mod(azimuth + 180, 360) - 180) / 180
    axis, back = around_circle_db(cuts.horizontal_attenuation_db, [0, 180])
    in_front = around_circle_db(cuts.vertical_attenuation_db, -elevation) - axis
    in_back = around_circle_db(cuts.vertical_attenuation_db, 180 + elevation) - back
    return np.asarray(np.maximum(level + (1 - behind) * in_front + behind * in_back, 0))
