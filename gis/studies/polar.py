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
from propagation.compiled import scan

__all__ = ["Polar", "plane_of_grid", "ring_firsts"]

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Indices = NDArray[np.int32]

_NODE_DEG = 0.2


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
        layout = self._layout()
        _points(
            self.values,
            layout,
            np.ascontiguousarray(azimuth, dtype=np.float64).ravel(),
            np.ascontiguousarray(distance, dtype=np.float64).ravel(),
            found,
        )
        return found.reshape(self.values.shape[0], *azimuth.shape)

    def _layout(self) -> Floats:
        return np.array(
            [
                self.start_deg,
                1 / self.spacing_deg,
                1 / self.step_km,
                self.reach_km,
                self.rings,
                self.closed,
            ],
            dtype=np.float64,
        )

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
        pieces = plane.values.shape[2]
        inside = _grid_rows(
            self.values, self._layout(), plane.values, plane.frame, rows.start, pieces, out
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


@scan
def _points(
    values: Values, layout: Floats, azimuth: Floats, distance: Floats, out: Floats | Values
) -> None:
    """Write the quantities at azimuths in degrees and ranges in km, NaN beyond the radials."""
    count: int = values.shape[1]
    last: int = values.shape[2] - 1
    start, per_degree, per_km, reach = layout[0], layout[1], layout[2], layout[3]
    most, closed = int(layout[4]), layout[5] != 0.0
    for i in range(azimuth.size):
        out[:, i] = np.nan
        if not 0.0 <= distance[i] <= reach:
            continue
        along = distance[i] * per_km
        k = min(int(along), last - 1)
        v = along - k
        ring = 0
        while ring < most and k < last >> (ring + 1):
            ring += 1
        stride = 1 << ring
        turned = (azimuth[i] - start) / 360.0
        turned = (turned - np.floor(turned)) * 360.0 * per_degree / stride
        j = int(turned)
        u = turned - j
        left, right = j * stride, (j + 1) * stride
        if closed:
            left -= count if left >= count else 0
            right -= count if right >= count else 0
        elif right > count - 1:
            if turned > (count - 1) / stride + 1e-6:
                continue
            left, right, u = count - 1 - stride, count - 1, 1.0
        for q in range(values.shape[0]):
            near = (1 - u) * float(values[q, left, k]) + u * float(values[q, right, k])
            far = (1 - u) * float(values[q, left, k + 1]) + u * float(values[q, right, k + 1])
            out[q, i] = (1 - v) * near + v * far


@scan
def _grid_rows(
    values: Values,
    layout: Floats,
    lattice: Floats,
    frame: Floats,
    first: int,
    pieces: int,
    out: Values,
) -> int:
    """Write the quantities at the pixel centres of some rows of a grid; see `Polar.rows`."""
    inside = 0
    columns = out.shape[2]
    cubics = np.empty((2, pieces, 4))
    x, y = np.empty(columns), np.empty(columns)
    azimuths, distances = np.empty(columns), np.empty(columns)
    along = np.array([columns - 1.0, 0.0])
    half_turn = 114.59155902616465  # 2 x 180 / pi
    for row in range(out.shape[1]):
        start = np.array([0.0, float(first + row)])
        line_cubics(lattice, frame, start, along, pieces, cubics)
        for i in range(columns):
            t = i * pieces / max(columns - 1, 1)
            piece = min(int(t), pieces - 1)
            t -= piece
            a, b = cubics[0, piece], cubics[1, piece]
            x[i] = a[0] + t * (a[1] + t * (a[2] + t * a[3]))
            y[i] = b[0] + t * (b[1] + t * (b[2] + t * b[3]))
        for i in range(columns):
            r = math.sqrt(x[i] * x[i] + y[i] * y[i])
            angle = half_turn * arctangent(x[i] / (r + abs(y[i]) + 1e-300))
            azimuths[i] = angle if y[i] >= 0 else 180.0 - angle
            distances[i] = r
            inside += r <= layout[3]
        _points(values, layout, azimuths, distances, out[:, row])
    return inside
