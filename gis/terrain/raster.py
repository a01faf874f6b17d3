"""Heights from raster files: one file, a folder of tiles, several of them in a stated order."""

import hashlib
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.terrain.file import RasterFile
from gis.terrain.sheet import Bounds, Sheet, sheets_of
from gis.terrain.window import Window

__all__ = ["RasterTerrain", "joined_identifier"]

Floats = NDArray[np.float64]

_LOWEST_M, _HIGHEST_M = -500.0, 9000.0


class RasterTerrain:
    """Heights from GeoTIFF or HGT files, interpolated bilinearly on their own grid.

    Heights belong to the centres of the cells. In the outer half of the outermost cells the
    nearest height holds; beyond, and wherever one of the cells that a point needs is void, the
    height is NaN. Cells that say nodata, NaN, or a height outside -500 to 9000 m are void. Files
    of one grid are read as one; where they overlap the first that is not void counts, and a point
    without a height on one grid is asked of the next. The coordinate system may be any that is
    stated; HGT implies WGS 84.

    An instance can be pickled and shared between threads; it opens files when it reads.

    Parameters
    ----------
    files : sequence of RasterFile or Path
        In the order in which they are asked; a path is opened as one file.
    surface_model : bool
        Whether heights include buildings and trees.
    name : str, optional
        What the files are called together; one file has its own name.
    scratch : Path, optional
        Where windows larger than memory may be kept.

    Raises
    ------
    FormatError
        If a path is not a plain local file, the content is not what a raster of heights is, there
        is no coordinate system, or the dimensions are out of bounds.
    """

    flat = False

    def __init__(
        self,
        files: Path | Sequence[RasterFile],
        *,
        surface_model: bool = False,
        name: str = "",
        scratch: Path | None = None,
    ) -> None:
        opened = [RasterFile.open(files)] if isinstance(files, Path) else list(files)
        self.surface_model = surface_model
        self.files: tuple[RasterFile, ...] = tuple(opened)
        self.name = name or opened[0].name
        self._sheets: tuple[Sheet, ...] = sheets_of(opened, _Heights(), scratch)

    @cached_property
    def identifier(self) -> str:
        """Return the name and the sha256 of the content, or of the files' identifiers."""
        return joined_identifier(self.name, self.files)

    @cached_property
    def cell_m(self) -> float:
        """Return the side of the coarsest cells, metres."""
        return max(sheet.grid.cell_m() for sheet in self._sheets)

    def covers(self, longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
        """Return whether points lie within one of the files, void or not."""
        inside = np.zeros(longitude.shape, dtype=np.bool_)
        for sheet in self._sheets:
            inside |= sheet.covers(longitude, latitude)
        return inside

    def heights_m(self, longitude: ArrayLike, latitude: ArrayLike) -> Floats:
        """Return heights above mean sea level, NaN where unknown.

        Parameters
        ----------
        longitude, latitude : array_like
            WGS 84 degrees; broadcast against each other.
        """
        lon, lat = np.broadcast_arrays(
            np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
        )
        x, y = lon.ravel(), lat.ravel()
        heights = np.full(x.size, np.nan)
        for sheet in self._sheets:
            unknown = np.isnan(heights)
            if not unknown.any():
                break
            heights[unknown] = sheet.at(x[unknown], y[unknown], _bilinear)
        return heights.reshape(lon.shape)

    def windows(self, longitude: float, latitude: float, radius_km: float) -> tuple[Window, ...]:
        """Return the heights around a point in memory, one window for each grid.

        Parameters
        ----------
        longitude, latitude : float
            The point, WGS 84 degrees.
        radius_km : float
            How far around.

        Raises
        ------
        FormatError
            If the part is too large.
        """
        found = [sheet.window(longitude, latitude, radius_km) for sheet in self._sheets]
        return tuple(w for w in found if w.cells.size > 1) or tuple(found[:1])

    @property
    def damaged(self) -> tuple[str, ...]:
        """Return the names of files of which some cells could not be read so far."""
        return tuple(sorted({name for sheet in self._sheets for name in sheet.damaged}))

    def holding(self, bounds: Bounds) -> "RasterTerrain":
        """Return the terrain with the cells of a rectangle read once, for many windows there.

        Its windows have nothing beyond the rectangle.

        Parameters
        ----------
        bounds : tuple of float
            West, south, east, north, WGS 84 degrees.
        """
        held = copy(self)
        held._sheets = tuple(sheet.holding(bounds) for sheet in self._sheets)
        return held


@dataclass(frozen=True, slots=True)
class _Heights:
    """Cells are heights in metres; NaN is void."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    @property
    def void(self) -> float:
        return np.nan

    def cells(self, raw: NDArray[Any], file: RasterFile) -> NDArray[np.float32]:
        """Return heights, with NaN for the voids."""
        with np.errstate(invalid="ignore", over="ignore"):
            cells = raw.astype(np.float32) * np.float32(file.scale) + np.float32(file.offset)
            void = ~((cells >= _LOWEST_M) & (cells <= _HIGHEST_M))
        if file.nodata is not None:
            void |= raw == file.nodata
        cells[void] = np.nan
        return np.asarray(cells, dtype=np.float32)

    def voids(self, cells: NDArray[Any]) -> NDArray[np.bool_]:
        return np.asarray(np.isnan(cells))


def _bilinear(cells: NDArray[Any], row: Floats, column: Floats) -> Floats:
    """Interpolate; a cell of no weight cannot make a void."""
    i = np.minimum(row.astype(np.int64), max(cells.shape[0] - 2, 0))
    j = np.minimum(column.astype(np.int64), max(cells.shape[1] - 2, 0))
    u, v = row - i, column - j
    total = np.zeros(row.shape)
    for di, wi in ((0, 1 - u), (1, u)):
        for dj, wj in ((0, 1 - v), (1, v)):
            weight = wi * wj
            a = np.minimum(i + di, cells.shape[0] - 1)
            b = np.minimum(j + dj, cells.shape[1] - 1)
            total += np.where(weight > 0, weight * cells[a, b].astype(np.float64), 0.0)
    return total


def joined_identifier(name: str, files: Sequence[RasterFile]) -> str:
    """Return a name and the sha256 of a file's content, or of the identifiers of several."""
    if len(files) == 1:
        return f"{name} sha256:{files[0].sha256}"
    lines = "\n".join(file.identifier for file in files)
    return f"{name} sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
