"""The worst point of a path, for the Bullington construction.

Rec. ITU-R P.1812-8, section 4.3.1, and P.452-18, section 4.2.1; equation numbers of the former.

Everything here is geometry of rows (c, n) of interior points, without a frequency: what is
returned is the diffraction parameter for a wavelength of 1 m, and eqs (15) and (19) scale it by
the square root of the wavelength.

Slopes are in m/km. The curved Earth is taken into the slopes: a point at distance d with height
g has, seen from the transmitter at height hts, the slope (g - hts) / d + curvature (D - d), where
curvature = 500 / effective radius.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.path_rows import some_rows

__all__ = ["Interior", "actual_parameter", "grazing_parameter", "smooth_parameter"]

Floats = NDArray[np.float64]


class Interior(NamedTuple):
    """The interior points of some paths, shared by every construction upon them.

    Attributes
    ----------
    length : ndarray, shape (c,) or (1,)
        Length D of the path, km.
    ahead, behind : ndarray, shape (c, n) or (1, n)
        Distances d and D - d of the points from transmitter and receiver, km.
    fresnel : ndarray, shape (c, n) or (1, n)
        sqrt(0.002 D / (d (D - d))), 1/sqrt(m): height to diffraction parameter at 1 m.
    """

    length: Floats
    ahead: Floats
    behind: Floats
    fresnel: Floats

    def of(self, rows: NDArray[np.intp]) -> "Interior":
        """Take some of the paths."""
        return Interior(*(some_rows(part, rows) for part in self))


def actual_parameter(
    points: Interior, up: Floats, down: Floats, slope: Floats, curvature: Floats
) -> Floats:
    """Return the diffraction parameter at 1 m of the actual profile.

    Parameters
    ----------
    points : Interior
        The interior points.
    up, down : ndarray, shape (c, n)
        Slopes from the transmitter and from the receiver to the points, m/km, over a flat Earth.
    slope : ndarray, shape (c,)
        Slope from the transmitter to the receiver, m/km.
    curvature : ndarray, shape (c,)
        500 / effective radius, m/km2.

    Returns
    -------
    ndarray, shape (c,)
        nu sqrt(wavelength / 1 m).

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, eqs (13) to (20).
    """
    bent = curvature[:, np.newaxis]
    highest = (up - bent * points.ahead).max(axis=1)
    level = curvature * points.length
    in_sight = highest < slope - level
    clear = np.flatnonzero(in_sight)
    if clear.size == in_sight.size:
        return _worst_in_sight(points, up, slope, curvature)
    lowered = (down - bent * points.behind).max(axis=1)
    result = _bullington_point(points, highest + level, lowered + level, slope)
    if clear.size:
        some, seen = points.of(clear), some_rows(up, clear)
        result[clear] = _worst_in_sight(some, seen, slope[clear], curvature[clear])
    return result


def _worst_in_sight(points: Interior, up: Floats, slope: Floats, curvature: Floats) -> Floats:
    above_ray = (up - slope[:, np.newaxis]) * points.ahead
    return np.asarray(grazing_parameter(points, above_ray, curvature).max(axis=1))


def smooth_parameter(
    points: Interior, transmitter: Floats, receiver: Floats, curvature: Floats
) -> Floats:
    """Return the diffraction parameter at 1 m of a profile of zero heights.

    Parameters
    ----------
    points : Interior
        The interior points.
    transmitter, receiver : ndarray, shape (c,)
        Heights of the antennas above the smooth profile, m, eqs (37a) and (37b).
    curvature : ndarray, shape (c,)
        500 / effective radius, m/km2.

    Returns
    -------
    ndarray, shape (c,)
        nu sqrt(wavelength / 1 m).
    """
    up = -transmitter[:, np.newaxis] / points.ahead
    down = -receiver[:, np.newaxis] / points.behind
    return actual_parameter(points, up, down, (receiver - transmitter) / points.length, curvature)


def grazing_parameter(points: Interior, above_ray: Floats, curvature: Floats) -> Floats:
    """Return the diffraction parameter at 1 m of every point, eq. (15).

    Parameters
    ----------
    points : Interior
        The interior points.
    above_ray : ndarray, shape (c, n)
        Height of the points above the straight ray over a flat Earth, m.
    curvature : ndarray, shape (c,)
        500 / effective radius, m/km2.
    """
    height = curvature[:, np.newaxis] * (points.ahead * points.behind)
    height += above_ray
    height *= points.fresnel
    return height


def _bullington_point(points: Interior, rise_t: Floats, rise_r: Floats, slope: Floats) -> Floats:
    """Return the parameter of the point where the two horizon rays meet, eqs (18) and (19).

    A path that only grazes has both rays in one line: they meet everywhere, with nu = 0. For a
    path in sight the point has no meaning, and its value is not used.
    """
    length = points.length
    total = rise_t + rise_r
    meet = total > 0
    at = (slope + rise_r) * length / np.where(meet, total, 1.0)
    at = np.clip(np.where(meet, at, length / 2), points.ahead[:, 0], points.ahead[:, -1])
    scale = np.sqrt(0.002 * length / (at * (length - at)))
    return np.asarray((rise_t - slope) * at * scale)
