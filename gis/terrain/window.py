"""Part of a raster in memory, sampled along the radials of a transmitter.

Heights are interpolated bilinearly on the raster's own grid; classes and zones are those of the
cell that holds the point. Both as `RasterTerrain` and its kin do for single points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import GEOD
from gis.lattice import Lattice, line_cubics, tabulate
from propagation.compiled import scan

__all__ = ["Window", "plane_of", "radial_classes", "radial_heights_m"]

Floats = NDArray[np.float64]
Cells = NDArray[np.float32]
Locate = Callable[[Floats, Floats], tuple[Floats, Floats]]

_NODE_KM = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Cells of a raster around a transmitter, and where its plane lies on them.

    Attributes
    ----------
    cells : ndarray, shape (rows, columns)
        float32 heights, NaN where void; or uint8 classes.
    lattice : Lattice
        From (x, y) in km to fractional row and column, 0 at the centre of the first cell.
    """

    cells: NDArray[Any]
    lattice: Lattice


def plane_of(longitude: float, latitude: float, radius_km: float, locate: Locate) -> Lattice:
    """Tabulate where the plane of a transmitter lies on a raster.

    Parameters
    ----------
    longitude, latitude : float
        The transmitter, WGS 84 degrees.
    radius_km : float
        How far around.
    locate : callable
        From WGS 84 longitudes and latitudes to fractional rows and columns.
    """

    def at(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        shape = x.shape
        lon, lat, _ = GEOD.fwd(
            np.full(x.size, longitude),
            np.full(x.size, latitude),
            np.degrees(np.arctan2(x, y)).ravel(),
            np.hypot(x, y).ravel() * 1e3,
        )
        around = longitude + np.mod(np.asarray(lon) - longitude + 180.0, 360.0) - 180.0
        row, column = locate(around, np.asarray(lat))
        return row.reshape(shape), column.reshape(shape)

    corner = (radius_km, radius_km)
    return tabulate(at, (-radius_km, -radius_km), corner, (_NODE_KM, _NODE_KM))


@scan
def _bilinear(cells: Cells, row: float, column: float) -> float:
    """Interpolate; half a cell beyond the outermost centres the nearest holds, then nothing."""
    rows: int = cells.shape[0]
    columns: int = cells.shape[1]
    if not (-0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5):
        return np.nan
    row, column = min(max(row, 0.0), rows - 1.0), min(max(column, 0.0), columns - 1.0)
    i, j = min(int(row), max(rows - 2, 0)), min(int(column), max(columns - 2, 0))
    u, v = row - i, column - j
    below, beside = min(i + 1, rows - 1), min(j + 1, columns - 1)
    total = (1 - u) * ((1 - v) * float(cells[i, j]) + v * float(cells[i, beside]))
    total += u * ((1 - v) * float(cells[below, j]) + v * float(cells[below, beside]))
    if not np.isnan(total):
        return total
    total = 0.0  # a cell of no weight cannot make a void
    for a, across in ((i, 1 - u), (below, u)):
        for b, along in ((j, 1 - v), (beside, v)):
            if across * along > 0:
                total += across * along * float(cells[a, b])
    return total


@scan
def _sample_heights(
    cells: Cells,
    values: Floats,
    frame: Floats,
    directions: Floats,
    reach: tuple[float, int],
    heights: Floats,
) -> None:
    """Write the heights along radials.

    Parameters
    ----------
    cells : ndarray, shape (rows, columns)
        Heights, NaN where void.
    values, frame : ndarray
        The window's lattice.
    directions : ndarray, shape (a, 2)
        Sine and cosine of the azimuths.
    reach : tuple
        Step in km, and pieces of the radial that a cubic follows.
    heights : ndarray, shape (a, n + 1)
        Takes the heights.
    """
    step, pieces = reach
    points = heights.shape[1]
    cubics = np.empty((2, pieces, 4))
    length = (points - 1) * step
    for r in range(directions.shape[0]):
        line_cubics(values, frame, np.zeros(2), directions[r] * length, pieces, cubics)
        for k in range(points):
            t = k * pieces / (points - 1)
            piece = min(int(t), pieces - 1)
            t -= piece
            a, b = cubics[0, piece], cubics[1, piece]
            row = a[0] + t * (a[1] + t * (a[2] + t * a[3]))
            column = b[0] + t * (b[1] + t * (b[2] + t * b[3]))
            heights[r, k] = _bilinear(cells, row, column)


def radial_heights_m(window: Window, azimuths_deg: Floats, step_km: float, points: int) -> Floats:
    """Return the heights along radials.

    Parameters
    ----------
    window : Window
        Around the transmitter.
    azimuths_deg : ndarray, shape (a,)
        From true north.
    step_km : float
        Distance between points.
    points : int
        Points of a radial.

    Returns
    -------
    ndarray, shape (a, points)
        NaN where unknown.
    """
    directions, pieces = _directions(azimuths_deg), _pieces(step_km, points)
    heights = np.empty((azimuths_deg.size, points))
    plane = window.lattice
    _sample_heights(
        window.cells, plane.values, plane.frame, directions, (step_km, pieces), heights
    )
    return heights


@scan
def _sample_classes(
    cells: NDArray[np.uint8],
    values: Floats,
    frame: Floats,
    directions: Floats,
    reach: tuple[float, int],
    table: Floats,
    classes: Floats,
) -> None:
    """Write what a table says of the cells along radials; the last entry is for outside."""
    step, pieces = reach
    points = classes.shape[1]
    cubics = np.empty((2, pieces, 4))
    length = (points - 1) * step
    for r in range(directions.shape[0]):
        line_cubics(values, frame, np.zeros(2), directions[r] * length, pieces, cubics)
        for k in range(points):
            t = k * pieces / (points - 1)
            piece = min(int(t), pieces - 1)
            t -= piece
            a, b = cubics[0, piece], cubics[1, piece]
            row = int(np.floor(a[0] + t * (a[1] + t * (a[2] + t * a[3])) + 0.5))
            column = int(np.floor(b[0] + t * (b[1] + t * (b[2] + t * b[3])) + 0.5))
            inside = 0 <= row < cells.shape[0] and 0 <= column < cells.shape[1]
            classes[r, k] = table[cells[row, column]] if inside else table[256]


def radial_classes(
    window: Window, azimuths_deg: Floats, step_km: float, points: int, table: Floats
) -> Floats:
    """Return what a table says of the cells along radials.

    Parameters
    ----------
    window : Window
        Of uint8 classes, around the transmitter.
    azimuths_deg, step_km, points
        As for `radial_heights_m`.
    table : ndarray, shape (257,)
        Value of each class; the last is for points outside the window.

    Returns
    -------
    ndarray, shape (a, points)
        Values.
    """
    directions, pieces = _directions(azimuths_deg), _pieces(step_km, points)
    classes = np.empty((azimuths_deg.size, points))
    plane = window.lattice
    reach = (step_km, pieces)
    _sample_classes(window.cells, plane.values, plane.frame, directions, reach, table, classes)
    return classes


def _directions(azimuths_deg: Floats) -> Floats:
    angles = np.radians(azimuths_deg)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


def _pieces(step_km: float, points: int) -> int:
    return max(2, int(np.ceil((points - 1) * step_km / _NODE_KM)))
