"""Raster files of one grid, read as one sheet of cells."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError, TerrainUnavailableError
from gis.lattice import Lattice
from gis.terrain.file import RasterFile
from gis.terrain.grid import RasterGrid, span
from gis.terrain.memory import roomy_array
from gis.terrain.window import Window, plane_of

__all__ = ["Bounds", "Meaning", "Sheet", "sheets_of"]

Floats = NDArray[np.float64]
Cells = NDArray[Any]
Sampler = Callable[[Cells, Floats, Floats], Floats]
Bounds = tuple[float, float, float, float]

_TILE = 512
_TILES_KEPT = 96
_SALVAGED = 64  # cells; what is left around a block that cannot be read
_STRIP_CELLS = 2**24
_EDGE_POINTS = 9


class Meaning(Protocol):
    """What raw cells of a file mean."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the type of the cells."""
        ...

    @property
    def void(self) -> float:
        """Return the cell that says nothing."""
        ...

    def cells(self, raw: Cells, file: RasterFile) -> Cells:
        """Return what raw cells of a file mean."""
        ...

    def voids(self, cells: Cells) -> NDArray[np.bool_]:
        """Return which cells say nothing."""
        ...


class Sheet:
    """Files of one grid; where two have a cell, the first that says something counts.

    It can be pickled and shared between threads; files are opened when they are read.

    Parameters
    ----------
    files : sequence of RasterFile
        Of one grid, as `sheets_of` sorts them.
    meaning : Meaning
        What their cells mean.
    scratch : Path or None
        Where windows larger than memory may be kept.

    Attributes
    ----------
    damaged : set of str
        Names of files of which some cells could not be read; those say nothing.
    """

    def __init__(
        self, files: Sequence[RasterFile], meaning: Meaning, scratch: Path | None = None
    ) -> None:
        places = [_placed(files[0].grid, file) for file in files]
        top, left = (min(place[axis] for place in places) for axis in (0, 1))
        bottom = max(
            row + file.grid.shape[0] for file, (row, _) in zip(files, places, strict=True)
        )
        right = max(col + file.grid.shape[1] for file, (_, col) in zip(files, places, strict=True))
        self.files = tuple(files)
        self.grid: RasterGrid = files[0].grid.moved(top, left, (bottom - top, right - left))
        self._places = tuple((row - top, column - left) for row, column in places)
        self._meaning = meaning
        self._scratch = scratch
        self._used: set[int] = set()
        self.damaged: set[str] = set()
        self._held: tuple[int, int, Cells] | None = None
        self._fresh()

    def _fresh(self) -> None:
        self._tiles: OrderedDict[tuple[int, int], Cells] = OrderedDict()
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the lock and the tiles behind when crossing to another process."""
        return {k: v for k, v in self.__dict__.items() if k not in {"_tiles", "_lock"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a fresh lock and no tiles."""
        self.__dict__.update(state)
        self._fresh()

    def covers(self, longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
        """Return whether points lie within one of the files, void or not."""
        row, column = self.grid.rows_columns(longitude, latitude)
        inside = np.zeros(row.shape, dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            for file, (top, left) in zip(self.files, self._places, strict=True):
                rows, columns = file.grid.shape
                below, beside = row - top, column - left
                inside |= (below >= 0) & (below <= rows) & (beside >= 0) & (beside <= columns)
        return inside

    def at(self, longitude: Floats, latitude: Floats, sample: Sampler) -> Floats:
        """Return what the cells say at points, NaN outside.

        Parameters
        ----------
        longitude, latitude : ndarray, shape (n,)
            WGS 84 degrees.
        sample : callable
            Takes the cells of a tile and fractional rows and columns, 0 at the first centre.
        """
        row, column = self.grid.rows_columns(longitude, latitude)
        rows, columns = self.grid.shape
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
        found = np.full(longitude.size, np.nan)
        if inside.any():
            found[inside] = self._sampled(row[inside] - 0.5, column[inside] - 0.5, sample)
        return found

    def window(self, longitude: float, latitude: float, radius_km: float) -> Window:
        """Return the cells around a point; one void cell where there are none."""
        near = self.grid.cells_near(longitude, latitude)
        plane = plane_of(longitude, latitude, radius_km, near)
        (top, bottom), (left, right) = (
            span(nodes, size) for nodes, size in zip(plane.values, self.grid.shape, strict=True)
        )
        if self._held is not None:
            row, column, held = self._held
            top, bottom = max(top, row), min(bottom, row + held.shape[0])
            left, right = max(left, column), min(right, column + held.shape[1])
        if bottom <= top or right <= left:
            void = np.full((1, 1), self._meaning.void, dtype=self._meaning.dtype)
            return Window(void, plane)
        if self._held is not None:
            cells = held[top - row : bottom - row, left - column : right - column]
        elif not self.files:
            raise TerrainUnavailableError("terrain.not_carried")
        else:
            cells = self._read(top, left, (bottom - top, right - left))
        offset = np.array([top, left], dtype=np.float64)[:, np.newaxis, np.newaxis]
        return Window(cells, Lattice(plane.values - offset, plane.frame))

    def holding(self, bounds: Bounds) -> "Sheet":
        """Return the sheet with the cells of a rectangle read once, and none beyond.

        Parameters
        ----------
        bounds : tuple of float
            West, south, east, north, WGS 84 degrees.
        """
        west, south, east, north = bounds
        here = self.grid.cells_near((west + east) / 2, (south + north) / 2)
        across = np.linspace(0.0, 1.0, _EDGE_POINTS)
        lon, lat = np.meshgrid(west + (east - west) * across, south + (north - south) * across)
        rows, columns = here(lon.ravel(), lat.ravel())
        (top, bottom), (left, right) = (
            (max(0, int(np.floor(of.min())) - 3), min(size, int(np.ceil(of.max())) + 4))
            for of, size in zip((rows, columns), self.grid.shape, strict=True)
        )
        shape = (max(bottom - top, 0), max(right - left, 0))
        held = copy(self)
        held._held = (top, left, self._read(top, left, shape))
        return held

    def carried(self) -> "Sheet":
        """Return the sheet for another machine: what is held of its cells, and no file.

        There it answers from those cells, and refuses what they do not answer.
        """
        held = copy(self)
        held.files, held._places, held._scratch = (), (), None
        return held

    def _read(self, top: int, left: int, shape: tuple[int, int]) -> Cells:
        """Return the cells of a rectangle of the sheet."""
        cells = roomy_array(shape, self._meaning.dtype, self._scratch, self.files[0].name)
        strip = max(1, _STRIP_CELLS // max(shape[1], 1))
        with self._lock:
            for first in range(0, shape[0], strip):
                self._fill(cells[first : first + strip], top + first, left)
        return cells

    def _sampled(self, row: Floats, column: Floats, sample: Sampler) -> Floats:
        """Sample at fractional cell centres, tile by tile."""
        rows, columns = self.grid.shape
        row = np.clip(row, 0, rows - 1)
        column = np.clip(column, 0, columns - 1)
        i = np.minimum(row.astype(np.int64), max(rows - 2, 0))
        j = np.minimum(column.astype(np.int64), max(columns - 2, 0))
        if not self.files:
            self._within_held(i, j)
        tile = (i // _TILE) * (columns // _TILE + 1) + j // _TILE
        order = np.argsort(tile, kind="stable")
        starts = np.flatnonzero(np.diff(tile[order], prepend=-1))
        found = np.empty(row.size)
        with self._lock:
            for members in np.split(order, starts[1:]):
                a, b = int(i[members[0]]) // _TILE, int(j[members[0]]) // _TILE
                cells = self._tile(a, b)
                found[members] = sample(
                    cells, row[members] - a * _TILE, column[members] - b * _TILE
                )
        return found

    def _tile(self, a: int, b: int) -> Cells:
        """Return one tile with the first row and column of its neighbours."""
        if (a, b) in self._tiles:
            self._tiles.move_to_end((a, b))
            return self._tiles[a, b]
        rows, columns = self.grid.shape
        top, left = a * _TILE, b * _TILE
        shape = (min(_TILE + 1, rows - top), min(_TILE + 1, columns - left))
        cells = np.empty(shape, dtype=self._meaning.dtype)
        self._fill(cells, top, left)
        self._tiles[a, b] = cells
        if len(self._tiles) > _TILES_KEPT:
            self._tiles.popitem(last=False)
        return cells

    def _known(self, file: RasterFile, row: int, column: int, shape: tuple[int, int]) -> Cells:
        """Return cells of one file; what is damaged says nothing, the rest is read around it."""
        try:
            return self._meaning.cells(file.read(row, column, *shape), file)
        except FormatError:
            self.damaged.add(file.path.name)
        cells = np.full(shape, self._meaning.void, dtype=self._meaning.dtype)
        for top in range(0, shape[0], _SALVAGED):
            for left in range(0, shape[1], _SALVAGED):
                part = cells[top : top + _SALVAGED, left : left + _SALVAGED]
                with suppress(FormatError):
                    raw = file.read(row + top, column + left, *part.shape)
                    part[...] = self._meaning.cells(raw, file)
        return cells

    def _fill(self, cells: Cells, top: int, left: int) -> None:
        """Write the cells of a rectangle of the sheet."""
        cells[...] = self._meaning.void
        height, width = cells.shape
        if not self.files:
            self._fill_held(cells, top, left)
            return
        for number, (file, (row, column)) in enumerate(zip(self.files, self._places, strict=True)):
            first, last = max(top, row), min(top + height, row + file.grid.shape[0])
            west, east = max(left, column), min(left + width, column + file.grid.shape[1])
            if last <= first or east <= west:
                continue
            part = cells[first - top : last - top, west - left : east - left]
            void = self._meaning.voids(part)
            if not void.any():
                continue
            if number not in self._used:
                self._used.add(number)
                file.note_use()
            known = self._known(file, first - row, west - column, part.shape)
            if void.all():
                part[...] = known
            else:
                np.copyto(part, known, where=void)

    def _fill_held(self, cells: Cells, top: int, left: int) -> None:
        """Write the held cells of a rectangle; `_within_held` judged what is asked of it."""
        row, column, held = self._held_cells()
        first, west = max(top, row), max(left, column)
        last = min(top + cells.shape[0], row + held.shape[0])
        east = min(left + cells.shape[1], column + held.shape[1])
        if last > first and east > west:
            part = held[first - row : last - row, west - column : east - column]
            cells[first - top : last - top, west - left : east - left] = part

    def _held_cells(self) -> tuple[int, int, Cells]:
        if self._held is None:
            raise TerrainUnavailableError("terrain.not_carried")
        return self._held

    def _within_held(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> None:
        """Refuse cells that another machine does not hold, with those beside them."""
        first_row, first_column, held = self._held_cells()
        for asked, first, count, size in zip(
            (rows, columns), (first_row, first_column), held.shape, self.grid.shape, strict=True
        ):
            if asked.min() < first or min(asked.max() + 1, size - 1) >= first + count:
                raise TerrainUnavailableError("terrain.not_carried")


def sheets_of(
    files: Sequence[RasterFile], meaning: Meaning, scratch: Path | None
) -> tuple[Sheet, ...]:
    """Return sheets of the files that share a grid, in the order of the first of each."""
    groups: list[list[RasterFile]] = []
    for file in files:
        for group in groups:
            if group[0].grid.offset_of(file.grid) is not None:
                group.append(file)
                break
        else:
            groups.append([file])
    return tuple(Sheet(group, meaning, scratch) for group in groups)


def _placed(grid: RasterGrid, file: RasterFile) -> tuple[int, int]:
    place = grid.offset_of(file.grid)
    if place is None:
        raise ValueError(f"{file.name} is not on the grid of the sheet")
    return place
