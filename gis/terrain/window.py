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
from propagation.compiled import formula, scan

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
def _with_voids(cells: Cells, i: int, j: int, u: float, v: float) -> float:
    """Interpolate between cells of which some are void: one of no weight changes nothing."""
    total = 0.0
    for a in range(2):
        across = u if a else 1 - u
        for b in range(2):
            along = v if b else 1 - v
            if across * along > 0:
                below, beside = min(i + a, cells.shape[0] - 1), min(j + b, cells.shape[1] - 1)
                total += across * along * float(cells[below, beside])
    return total


@formula
def _places(cubics: Floats, piece: int, begin: int, scale: float, place: Floats) -> None:
    """Write row and column of the points of one piece of a radial, from `begin` on."""
    a, b = cubics[0, piece], cubics[1, piece]
    rows, columns = place[0], place[1]
    for i in range(rows.size):
        t = (begin + i) * scale - piece
        rows[i] = a[0] + t * (a[1] + t * (a[2] + t * a[3]))
        columns[i] = b[0] + t * (b[1] + t * (b[2] + t * b[3]))


@scan
def _along(
    values: Floats,
    frame: Floats,
    direction: Floats,
    reach: tuple[float, int],
    cubics: Floats,
    place: Floats,
) -> None:
    """Write row and column of the points of one radial."""
    step, pieces = reach
    points = place.shape[1]
    line_cubics(values, frame, np.zeros(2), direction * ((points - 1) * step), pieces, cubics)
    begin = 0
    for piece in range(pieces):
        end = points if piece == pieces - 1 else ((piece + 1) * (points - 1)) // pieces + 1
        _places(cubics, piece, begin, pieces / (points - 1), place[:, begin:end])
        begin = end


@scan
def _bilinear(cells: Cells, place: Floats, heights: Floats) -> None:
    """Interpolate; half a cell beyond the outermost centres the nearest holds, then nothing."""
    rows: int = cells.shape[0]
    columns: int = cells.shape[1]
    for k in range(heights.size):
        row, column = place[0, k], place[1, k]
        if not (-0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5):
            heights[k] = np.nan
            continue
        row, column = min(max(row, 0.0), rows - 1.0), min(max(column, 0.0), columns - 1.0)
        i, j = min(int(row), max(rows - 2, 0)), min(int(column), max(columns - 2, 0))
        u, v = row - i, column - j
        above, left = np.uint64(i), np.uint64(j)  # indices that cannot be negative
        below, right = np.uint64(min(i + 1, rows - 1)), np.uint64(min(j + 1, columns - 1))
        total = (1 - u) * ((1 - v) * float(cells[above, left]) + v * float(cells[above, right]))
        total += u * ((1 - v) * float(cells[below, left]) + v * float(cells[below, right]))
        heights[k] = _with_voids(cells, i, j, u, v) if np.isnan(total) else total


@scan
def _of_cells(cells: NDArray[np.uint8], place: Floats, table: Floats, classes: Floats) -> None:
    """Write what a table says of the cells that hold the points; its last entry is for outside."""
    for k in range(classes.size):
        row, column = np.floor(place[0, k] + 0.5), np.floor(place[1, k] + 0.5)
        inside = 0 <= row < cells.shape[0] and 0 <= column < cells.shape[1]
        entry = cells[np.uint64(row), np.uint64(column)] if inside else 256
        classes[k] = table[np.uint64(entry)]


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
    cubics = np.empty((2, reach[1], 4))
    place = np.empty((2, heights.shape[1]))
    for r in range(directions.shape[0]):
        _along(values, frame, directions[r], reach, cubics, place)
        _bilinear(cells, place, heights[r])


def radial_heights_m(
    window: Window, azimuths_deg: Floats, step_km: float | Floats, points: int
) -> Floats:
    """Return the heights along radials.

    Parameters
    ----------
    window : Window
        Around the transmitter.
    azimuths_deg : ndarray, shape (a,)
        From true north.
    step_km : float or ndarray, shape (a,)
        Distance between points, of all radials or of each.
    points : int
        Points of a radial.

    Returns
    -------
    ndarray, shape (a, points)
        NaN where unknown.
    """
    directions, reach = _strides(azimuths_deg, step_km, points)
    heights = np.empty((azimuths_deg.size, points))
    plane = window.lattice
    _sample_heights(window.cells, plane.values, plane.frame, directions, reach, heights)
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
    cubics = np.empty((2, reach[1], 4))
    place = np.empty((2, classes.shape[1]))
    for r in range(directions.shape[0]):
        _along(values, frame, directions[r], reach, cubics, place)
        _of_cells(cells, place, table, classes[r])


def radial_classes(
    window: Window, azimuths_deg: Floats, step_km: float | Floats, points: int, table: Floats
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
    directions, reach = _strides(azimuths_deg, step_km, points)
    classes = np.empty((azimuths_deg.size, points))
    plane = window.lattice
    _sample_classes(window.cells, plane.values, plane.frame, directions, reach, table, classes)
    return classes


def _strides(
    azimuths_deg: Floats, step_km: float | Floats, points: int
) -> tuple[Floats, tuple[float, int]]:
    """Return the directions of radials, stretched by steps of their own, and how far they go."""
    angles = np.radians(azimuths_deg)
    directions = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    steps = np.asarray(step_km, dtype=np.float64)
    pieces = max(2, int(np.ceil((points - 1) * float(steps.max()) / _NODE_KM)))
    if steps.ndim == 0:
        return directions, (float(steps), pieces)
    return directions * steps[:, np.newaxis], (1.0, pieces)
