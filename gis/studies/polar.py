"""A field on the radials of a transmitter, and what it is at points and on grids.

Between radials and ranges the field is interpolated bilinearly, in dB. Nearer to the transmitter
radials stand closer together than the pixels that they serve: with rings the inner half of the
range is computed on every second radial, the next half of it on every fourth, and so on.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import GEOD
from gis.lattice import Lattice, line_cubics, tabulate
from gis.raster import Grid
from propagation.area.elementary import arctangent
from propagation.compiled import formula, passage, scan

__all__ = ["Polar", "pixel_bearings", "plane_of_grid", "ring_firsts"]

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]

_NODE_DEG = 0.2
_PER_DEGREE = 1 / 360.0
_TWICE_DEGREES = 2 * 180.0 / math.pi


def plane_of_grid(grid: Grid, longitude: float, latitude: float) -> Lattice:
    """Tabulate where the pixel centres of a grid lie on the plane of a transmitter.

    Parameters
    ----------
    grid : Grid
        In degrees.
    longitude, latitude : float
        The transmitter.

    Returns
    -------
    Lattice
        From (column, row) to (x, y) in km.
    """

    def at(column: Floats, row: Floats) -> tuple[Floats, Floats]:
        lon = grid.west_deg + (column.ravel() + 0.5) * grid.pixel_width_deg
        lat = grid.north_deg - (row.ravel() + 0.5) * grid.pixel_height_deg
        origin = (np.full(lon.size, longitude), np.full(lon.size, latitude))
        azimuth, _, metres = GEOD.inv(*origin, lon, lat)
        angle, away = np.radians(azimuth), np.asarray(metres) / 1e3
        x, y = away * np.sin(angle), away * np.cos(angle)
        return x.reshape(column.shape), y.reshape(column.shape)

    upper = (float(max(grid.width - 1, 1)), float(max(grid.height - 1, 1)))
    node = _NODE_DEG / grid.pixel_width_deg, _NODE_DEG / grid.pixel_height_deg
    return tabulate(at, (0.0, 0.0), upper, node)


def pixel_bearings(
    grid: Grid, longitude: float, latitude: float, wanted: Flags
) -> tuple[Floats, Floats]:
    """Return azimuth in degrees and range in km of some pixel centres from a transmitter.

    Parameters
    ----------
    grid : Grid
        In degrees.
    longitude, latitude : float
        The transmitter.
    wanted : ndarray of bool, shape (height, width)
        Which pixels.

    Returns
    -------
    tuple of ndarray, shape (k,)
        As `Polar.rows` finds them, row after row.
    """
    plane = plane_of_grid(grid, longitude, latitude)
    azimuth, distance = (np.empty(int(np.count_nonzero(wanted))) for _ in range(2))
    pieces = plane.values.shape[2]
    _pixel_bearings(plane.values, plane.frame, pieces, wanted, azimuth, distance)
    return azimuth, distance


@dataclass(frozen=True, slots=True, eq=False)
class Polar:
    """A quantity on radials.

    Attributes
    ----------
    values : ndarray of float32, shape (q, a, n + 1)
        Quantities on `a` radials at n + 1 equal steps; NaN where there is none.
    start_deg, spacing_deg : float
        Azimuth of the first radial, and the angle between neighbours.
    step_km : float
        Distance between the points of a radial.
    reach_km : float
        Range beyond which nothing is asked.
    rings : int
        How often the radials thin out towards the transmitter.
    """

    values: Values
    start_deg: float
    spacing_deg: float
    step_km: float
    reach_km: float
    rings: int = 0

    @property
    def closed(self) -> bool:
        """Whether the radials go all round."""
        return bool(np.isclose(self.values.shape[1] * self.spacing_deg, 360.0))

    def at(self, azimuth_deg: Floats, distance_km: Floats) -> Floats:
        """Return the quantities at azimuths and ranges, shape (q, ...)."""
        azimuth, distance = np.broadcast_arrays(azimuth_deg, distance_km)
        found = np.empty((self.values.shape[0], azimuth.size))
        _points(
            self.values,
            self._strides(),
            self._layout(),
            np.ascontiguousarray(azimuth, dtype=np.float64).ravel(),
            np.ascontiguousarray(distance, dtype=np.float64).ravel(),
            found,
        )
        return found.reshape(self.values.shape[0], *azimuth.shape)

    def _layout(self) -> Floats:
        """Return first azimuth, radials a turn, points a km, reach, and whether it is closed."""
        return np.array(
            [
                self.start_deg,
                360.0 / self.spacing_deg,
                1 / self.step_km,
                self.reach_km,
                self.closed,
            ],
            dtype=np.float64,
        )

    def _strides(self) -> Indices:
        """Return how many radials lie between those computed, for each step of the range."""
        last = self.values.shape[2] - 1
        strides = np.ones(last, dtype=np.int32)
        for ring in range(self.rings):
            strides[: last // 2 ** (ring + 1)] = 2 ** (ring + 1)
        return strides

    def spans(self, azimuth_deg: Floats, distance_km: Floats) -> tuple[Indices, Indices]:
        """Return which steps of each radial `at` reads for some points.

        Parameters
        ----------
        azimuth_deg, distance_km : ndarray, shape (k,)
            The points.

        Returns
        -------
        tuple of ndarray of int32, shape (a,)
            First and last step; of a radial that is not read, n + 1 and -1.
        """
        _, radials, points = self.values.shape
        firsts = np.full(radials, points, dtype=np.int32)
        lasts = np.full(radials, -1, dtype=np.int32)
        _spans(self._strides(), self._layout(), azimuth_deg, distance_km, firsts, lasts)
        return firsts, lasts

    def rows(self, plane: Lattice, rows: range, columns: int) -> tuple[Values, int]:
        """Return the quantities at the pixel centres of some rows of a grid.

        Parameters
        ----------
        plane : Lattice
            From (column, row) of the pixel centres to (x, y) in km on the transmitter's plane.
        rows : range
            Which rows.
        columns : int
            Columns of the grid.

        Returns
        -------
        ndarray of float32, shape (q, rows, columns)
            NaN beyond the radials.
        int
            Pixels within the reach.
        """
        out = np.empty((self.values.shape[0], len(rows), columns), dtype=np.float32)
        inside = _grid_rows(
            self.values,
            self._strides(),
            self._layout(),
            plane.values,
            plane.frame,
            (rows.start, plane.values.shape[2]),
            out,
        )
        return out, inside


def ring_firsts(count: int, points: int, first: int) -> tuple[Indices, int]:
    """Return the first receiver of each radial with rings, and how many there are.

    Radial j serves the inner 2^-m of the range for the m-th power of two that divides j; its
    receivers begin one step before that.

    Parameters
    ----------
    count : int
        Radials, all round.
    points : int
        Points of a radial.
    first : int
        First receiver that is wanted.
    """
    rings = 0
    while count % 2 ** (rings + 1) == 0 and (points - 1) // 2 ** (rings + 1) > 4 * first:
        rings += 1
    number = np.arange(count)
    firsts = np.full(count, first, dtype=np.int32)
    for ring in range(rings):
        thinned = number % 2 ** (ring + 1) != 0
        begin = max((points - 1) // 2 ** (ring + 1), first)
        firsts[thinned] = np.maximum(firsts[thinned], begin)
    return firsts, rings


@passage
def _between(
    azimuth: float, distance: float, strides: Indices, layout: Floats, count: int
) -> tuple[int, float, int, int, float]:
    """Return between which step and the next, and which radials, a point lies, with its shares.

    Step, share of the next; radials to the left and to the right, share of that; the left one is
    negative beyond the radials.
    """
    step, v, left, right, u = 0, 0.0, -1, -1, 0.0
    if 0.0 <= distance <= layout[3]:
        along = distance * layout[2]
        step = min(int(along), strides.size - 1)
        v = along - step
        stride = strides[np.uint64(step)]
        turned = (azimuth - layout[0]) * _PER_DEGREE
        turned = (turned - np.floor(turned)) * layout[1] / stride
        j = int(turned)
        u = turned - j
        left, right = j * stride, (j + 1) * stride
        if layout[4] != 0.0:
            left -= count if left >= count else 0
            right -= count if right >= count else 0
        elif right > count - 1:
            beyond = turned > (count - 1) / stride + 1e-6
            left, right, u = -1 if beyond else count - 1 - stride, count - 1, 1.0
    return step, v, left, right, u


@scan
def _points(
    values: Values,
    strides: Indices,
    layout: Floats,
    azimuth: Floats,
    distance: Floats,
    out: Floats | Values,
) -> None:
    """Write the quantities at azimuths in degrees and ranges in km, NaN beyond the radials."""
    count: int = values.shape[1]
    for i in range(azimuth.size):
        out[:, i] = np.nan
        step, v, left, right, u = _between(azimuth[i], distance[i], strides, layout, count)
        if left < 0:
            continue
        k = np.uint64(step)
        before, after, beyond = np.uint64(left), np.uint64(right), np.uint64(int(k) + 1)
        for q in range(values.shape[0]):
            near = (1 - u) * float(values[q, before, k]) + u * float(values[q, after, k])
            far = (1 - u) * float(values[q, before, beyond]) + u * float(values[q, after, beyond])
            out[q, i] = (1 - v) * near + v * far


@formula
def _bearings(
    cubics: Floats, piece: int, begin: int, end: int, columns: int, place: Floats
) -> None:
    """Write azimuth in degrees and range in km of the pixels of one piece of a row."""
    a, b = cubics[0, piece], cubics[1, piece]
    scale = cubics.shape[1] / max(columns - 1, 1)
    azimuths, distances = place[0, begin:end], place[1, begin:end]
    for i in range(azimuths.size):
        t = (begin + i) * scale - piece
        x = a[0] + t * (a[1] + t * (a[2] + t * a[3]))
        y = b[0] + t * (b[1] + t * (b[2] + t * b[3]))
        r = math.sqrt(x * x + y * y)
        angle = _TWICE_DEGREES * arctangent(x / (r + abs(y) + 1e-300))
        azimuths[i] = angle if y >= 0 else 180.0 - angle
        distances[i] = r


@scan
def _spans(
    strides: Indices,
    layout: Floats,
    azimuth: Floats,
    distance: Floats,
    firsts: Indices,
    lasts: Indices,
) -> None:
    """Widen the first and last steps of radials to those between which points lie."""
    for i in range(azimuth.size):
        step, _, left, right, _ = _between(azimuth[i], distance[i], strides, layout, firsts.size)
        if left >= 0:
            for radial in (left, right):
                firsts[radial] = min(firsts[radial], step)
                lasts[radial] = max(lasts[radial], step + 1)


@scan
def _pixel_bearings(
    lattice: Floats, frame: Floats, pieces: int, wanted: Flags, azimuth: Floats, distance: Floats
) -> None:
    """Write azimuth in degrees and range in km of the wanted pixels of a grid, row after row."""
    columns = wanted.shape[1]
    cubics, place = np.empty((2, pieces, 4)), np.empty((2, columns))
    found = 0
    for row in range(wanted.shape[0]):
        if wanted[row].any():
            _row_bearings(lattice, frame, row, cubics, place)
            for i in range(columns):
                if wanted[row, i]:
                    azimuth[found], distance[found] = place[0, i], place[1, i]
                    found += 1


@scan
def _row_bearings(lattice: Floats, frame: Floats, row: int, cubics: Floats, place: Floats) -> None:
    """Write azimuth in degrees and range in km of the pixels of a row."""
    columns, pieces = place.shape[1], cubics.shape[1]
    along = np.array([columns - 1.0, 0.0])
    line_cubics(lattice, frame, np.array([0.0, float(row)]), along, pieces, cubics)
    begin = 0
    for piece in range(pieces):
        end = columns if piece == pieces - 1 else ((piece + 1) * (columns - 1)) // pieces + 1
        _bearings(cubics, piece, begin, end, columns, place)
        begin = end


@scan
def _grid_rows(
    values: Values,
    strides: Indices,
    layout: Floats,
    lattice: Floats,
    frame: Floats,
    rows: tuple[int, int],
    out: Values,
) -> int:
    """Write the quantities at the pixel centres of some rows of a grid; see `Polar.rows`."""
    inside = 0
    first, pieces = rows
    columns = out.shape[2]
    cubics = np.empty((2, pieces, 4))
    place = np.empty((2, columns))
    for row in range(out.shape[1]):
        _row_bearings(lattice, frame, first + row, cubics, place)
        for i in range(columns):
            inside += place[1, i] <= layout[3]
        _points(values, strides, layout, place[0], place[1], out[:, row])
    return inside
