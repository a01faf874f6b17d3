"""How an antenna hangs: its bearing and tilts, and what it radiates in a direction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range

__all__ = ["Directions", "Mounting", "antenna_directions", "erp_towards_dbw"]

Floats = NDArray[np.float64]

_SOURCE = "Rec. ITU-R F.1336-5, recommends 3.4 and 3.5"


class Directions(NamedTuple):
    """Directions as an antenna sees them.

    Attributes
    ----------
    azimuth_deg : ndarray
        From the axis, clockwise, -180 to 180 degrees.
    elevation_deg : ndarray
        From the plane of the axis, upwards, -90 to 90 degrees.
    """

    azimuth_deg: Floats
    elevation_deg: Floats


@dataclass(frozen=True, slots=True)
class Mounting:
    """How an antenna hangs.

    Attributes
    ----------
    bearing_deg : float
        Azimuth of its axis from true north, clockwise, any multiple of the circle.
    mechanical_downtilt_deg : float
        By how much the antenna as a whole leans forward, -90 to 90 degrees. Behind it the
        pattern rises by as much.
    electrical_downtilt_deg : float
        By how much the beam is bent downwards in every azimuth alike, between -90 and 90
        degrees. A pattern that was measured with a tilt has that tilt already.
    """

    bearing_deg: float = 0.0
    mechanical_downtilt_deg: float = 0.0
    electrical_downtilt_deg: float = 0.0

    def __post_init__(self) -> None:
        """Refuse tilts beyond the vertical."""
        require_range("mechanical_downtilt_deg", self.mechanical_downtilt_deg, -90, 90, _SOURCE)
        require_range(
            "electrical_downtilt_deg",
            self.electrical_downtilt_deg,
            -90,
            90,
            _SOURCE,
            inclusive=False,
        )


def antenna_directions(
    azimuth_deg: ArrayLike, elevation_deg: ArrayLike, mounting: Mounting
) -> Directions:
    """Return directions from the site as the antenna that hangs there sees them.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    azimuth_deg : array_like
        From true north, clockwise, degrees, any multiple of the circle.
    elevation_deg : array_like
        Above the horizon, -90 to 90 degrees.
    mounting : Mounting
        How the antenna hangs.

    Returns
    -------
    Directions
        For a pattern without any tilt.

    Raises
    ------
    OutOfRangeError
        If an elevation leaves its range.

    References
    ----------
    .. [F1336] Rec. ITU-R F.1336-5, recommends 3.4, eqs (3b) and (3c), mechanical tilt, here with
       the sign of the azimuth; recommends 3.5 with eq. (1e), electrical tilt.
    """
    azimuth = np.radians(np.asarray(azimuth_deg, dtype=np.float64) - mounting.bearing_deg)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    require_range("elevation_deg", elevation, -90, 90, _SOURCE)
    lean = np.radians(mounting.mechanical_downtilt_deg)
    level, up = np.cos(np.radians(elevation)), np.sin(np.radians(elevation))
    ahead, aside = level * np.cos(azimuth), level * np.sin(azimuth)
    along = ahead * np.cos(lean) - up * np.sin(lean)
    above = ahead * np.sin(lean) + up * np.cos(lean)
    seen = np.degrees(np.arcsin(np.clip(above, -1, 1)))  # 1 + 1e-16 is 1
    bent = seen + mounting.electrical_downtilt_deg
    room = np.where(
        bent >= 0, 90 + mounting.electrical_downtilt_deg, 90 - mounting.electrical_downtilt_deg
    )
    return Directions(*np.broadcast_arrays(np.degrees(np.arctan2(aside, along)), 90 * bent / room))


def erp_towards_dbw(
    erp_maximum_dbw: ArrayLike,
    attenuation_db: Callable[[Floats, Floats], Floats],
    azimuth_deg: ArrayLike,
    elevation_deg: ArrayLike,
    mounting: Mounting,
) -> Floats:
    """Return the power that an antenna radiates in directions from its site.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    erp_maximum_dbw : array_like
        Power in the direction of the maximum, dBW; e.r.p. gives e.r.p., e.i.r.p. gives e.i.r.p.
    attenuation_db : callable
        The pattern: attenuation below the maximum, dB, of azimuth and elevation as the antenna
        sees them, for example `functools.partial(cut_attenuation_db, cuts)`.
    azimuth_deg, elevation_deg : array_like
        Directions from the site: from true north, and above the horizon, -90 to 90 degrees.
    mounting : Mounting
        How the antenna hangs.

    Returns
    -------
    ndarray of float64
        Power, dBW.

    Raises
    ------
    OutOfRangeError
        If an elevation leaves its range.

    References
    ----------
    .. [BS561] Rec. ITU-R BS.561-2: e.r.p. in a given direction.
    """
    seen = antenna_directions(azimuth_deg, elevation_deg, mounting)
    maximum = np.asarray(erp_maximum_dbw, dtype=np.float64)
    return np.asarray(maximum - attenuation_db(seen.azimuth_deg, seen.elevation_deg))
