"""Classes from raster files: land cover, radio-climatic zones.

The class of a point is that of the cell that holds it, everywhere.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.terrain.file import RasterFile
from gis.terrain.raster import joined_identifier
from gis.terrain.sheet import Bounds, sheets_of
from gis.terrain.tables import ClassTable
from gis.terrain.window import Window, radial_classes

__all__ = ["ClassRaster"]

Floats = NDArray[np.float64]

_NO_CLASS = 255


class ClassRaster:
    """Values by the classes of GeoTIFF files.

    Parameters
    ----------
    files : sequence of RasterFile
        In the order in which they are asked.
    table : ClassTable
        What the classes mean; a class that is not in it means nothing, like nodata.
    name : str, optional
        What the files are called together; one file has its own name.
    scratch : Path, optional
        Where windows larger than memory may be kept.
    """

    def __init__(
        self,
        files: Sequence[RasterFile],
        table: ClassTable,
        *,
        name: str = "",
        scratch: Path | None = None,
    ) -> None:
        self.files = tuple(files)
        self.table = table
        self.name = name or files[0].name
        self._sheets = sheets_of(files, _Rows(table.codes), scratch)

    @cached_property
    def identifier(self) -> str:
        """Return the name and the sha256 of the content, or of the files' identifiers."""
        return joined_identifier(self.name, self.files)

    def values_at(self, longitude: Floats, latitude: Floats) -> Floats:
        """Return what the table says at points, NaN where there is no class.

        Parameters
        ----------
        longitude, latitude : ndarray
            WGS 84 degrees, of one shape.
        """
        x, y = longitude.ravel(), latitude.ravel()
        values = np.full(x.size, np.nan)
        table = self.table.by_row()

        def sample(cells: NDArray[Any], row: Floats, column: Floats) -> Floats:
            i = np.minimum((row + 0.5).astype(np.intp), cells.shape[0] - 1)
            j = np.minimum((column + 0.5).astype(np.intp), cells.shape[1] - 1)
            return np.asarray(table[cells[i, j]])

        for sheet in self._sheets:
            unknown = np.isnan(values)
            if not unknown.any():
                break
            values[unknown] = sheet.at(x[unknown], y[unknown], sample)
        return values.reshape(longitude.shape)

    def windows(self, longitude: float, latitude: float, radius_km: float) -> tuple[Window, ...]:
        """Return the classes around a point in memory, one window for each grid.

        They are rows of the table, as `along` reads them.
        """
        return tuple(sheet.window(longitude, latitude, radius_km) for sheet in self._sheets)

    @property
    def damaged(self) -> tuple[str, ...]:
        """Return the names of files of which some cells could not be read so far."""
        return tuple(sorted({name for sheet in self._sheets for name in sheet.damaged}))

    def holding(self, bounds: Bounds) -> "ClassRaster":
        """Return the classes with the cells of a rectangle read once, as `RasterTerrain.holding`.

        Parameters
        ----------
        bounds : tuple of float
            West, south, east, north, WGS 84 degrees.
        """
        held = copy(self)
        held._sheets = tuple(sheet.holding(bounds) for sheet in self._sheets)
        return held

    def along(
        self, windows: Sequence[Window], azimuths_deg: Floats, step_km: float | Floats, points: int
    ) -> Floats:
        """Return what the table says along radials, shape (a, points); NaN without a class."""
        table = self.table.by_row()
        values = radial_classes(windows[0], azimuths_deg, step_km, points, table)
        for window in windows[1:]:
            unknown = np.isnan(values)
            if not unknown.any():
                break
            other = radial_classes(window, azimuths_deg, step_km, points, table)
            np.copyto(values, other, where=unknown)
        return values


@dataclass(frozen=True, slots=True)
class _Rows:
    """Cells are rows of a table of classes; 255 is none of them."""

    codes: tuple[int, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.uint8)

    @property
    def void(self) -> float:
        return _NO_CLASS

    def cells(self, raw: NDArray[Any], file: RasterFile) -> NDArray[np.uint8]:
        """Return the row of each class."""
        if raw.dtype == np.uint8:
            every = np.arange(256, dtype=np.uint8)
            return np.asarray(self._rows(every.astype(np.int64), file)[raw])
        return self._rows(raw, file)

    def _rows(self, raw: NDArray[Any], file: RasterFile) -> NDArray[np.uint8]:
        codes = np.array(self.codes, dtype=np.int64)
        rows = np.minimum(np.searchsorted(codes, raw), codes.size - 1)
        unknown = codes[rows] != raw
        if file.nodata is not None:
            unknown |= raw == file.nodata
        return np.where(unknown, _NO_CLASS, rows).astype(np.uint8)

    def voids(self, cells: NDArray[Any]) -> NDArray[np.bool_]:
        return np.asarray(cells == _NO_CLASS)
