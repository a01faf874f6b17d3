"""Where the cells of a raster lie on the Earth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.transform import Affine

from gis.geodesy import VN2000, distance_km, from_wgs84, to_wgs84
from gis.lattice import MARGIN

__all__ = ["RasterGrid", "span"]

Floats = NDArray[np.float64]

_VN2000_DATUMS = {"Vietnam 2000", "VN-2000"}
_SAME_CELL = 1e-6
_SAME_PLACE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class RasterGrid:
    """A grid of cells in a coordinate system.

    Attributes
    ----------
    crs : CRS
        Horizontal, without heights and without a shift.
    transform : Affine
        From column and row, 0 at the outer edge of the first cell, to coordinates.
    shape : tuple of int
        Rows and columns.
    """

    crs: CRS
    transform: Affine
    shape: tuple[int, int]

    @classmethod
    def of(cls, dataset: Any) -> "RasterGrid":
        """Return the grid of an open dataset."""
        crs = _horizontal(CRS.from_user_input(dataset.crs))
        rows, columns = dataset.shape
        return cls(crs, dataset.transform, (int(rows), int(columns)))

    @property
    def datum(self) -> str:
        """Name of the horizontal datum, empty where the system names none."""
        base = self.crs.geodetic_crs
        return "" if base is None or base.datum is None else str(base.datum.name)

    def rows_columns(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """Return fractional rows and columns, 0 at the outer edge of the first cell."""
        x, y = self._forward(longitude, latitude)
        if self.crs.is_geographic:
            x = self._turned(x)
        return self._row_column(x, y)

    def cells_near(
        self, longitude: float, latitude: float
    ) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
        """Return the function from degrees near a point to rows and columns without a step.

        They are 0 at the centre of the first cell.
        """
        turn = 0.0
        if self.crs.is_geographic:
            x, _ = self._forward(np.array([longitude]), np.array([latitude]))
            turn = float(self._turned(x)[0] - x[0])

        def cells(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
            x, y = self._forward(lon, lat)
            row, column = self._row_column(x + turn, y)
            return row - 0.5, column - 0.5

        return cells

    def lonlat(self, row: float, column: float) -> tuple[float, float]:
        """Return where fractional row and column lie, WGS 84 degrees."""
        x, y = self._coordinates(row, column)
        if _on_vn2000(self.crs):
            back = Transformer.from_crs(self.crs, self.crs.geodetic_crs, always_xy=True)
            lon, lat = to_wgs84(*back.transform(x, y), VN2000)
        else:
            lon, lat = Transformer.from_crs(self.crs, 4326, always_xy=True).transform(x, y)
        return (float(lon) + 180.0) % 360.0 - 180.0, float(lat)

    def cell_m(self) -> float:
        """Return the longer side of the cell in the middle, metres."""
        row, column = self.shape[0] / 2, self.shape[1] / 2
        here = self.lonlat(row, column)
        sides = [
            float(distance_km(*here, *self.lonlat(row + down, column + along)))
            for down, along in ((1, 0), (0, 1))
        ]
        return max(sides) * 1e3

    def offset_of(self, other: "RasterGrid") -> tuple[int, int] | None:
        """Return row and column of another grid's first cell on this one; None if they differ."""
        ours, theirs = self.transform, other.transform
        mine, its = (np.array([t.a, t.b, t.d, t.e]) for t in (ours, theirs))
        alike = np.abs(mine - its).max() <= _SAME_CELL * np.abs(mine).max()
        if not alike or not self.crs.equals(other.crs):
            return None
        x = theirs.c
        if self.crs.is_geographic:
            x = ours.c + (x - ours.c + 180.0) % 360.0 - 180.0
        row, column = self._row_column(x, theirs.f)
        if max(abs(row - round(row)), abs(column - round(column))) > _SAME_PLACE:
            return None
        return round(row), round(column)

    def moved(self, row: int, column: int, shape: tuple[int, int]) -> "RasterGrid":
        """Return the same grid with another first cell and another shape."""
        x, y = self._coordinates(row, column)
        t = self.transform
        return RasterGrid(self.crs, Affine(t.a, t.b, x, t.d, t.e, y), shape)

    def _turned(self, x: Floats) -> Floats:
        """Return longitudes within half a turn of the middle of the grid."""
        middle, _ = self._coordinates(self.shape[0] / 2, self.shape[1] / 2)
        return middle - 180.0 + np.mod(x - middle + 180.0, 360.0)

    def _coordinates(self, row: float, column: float) -> tuple[float, float]:
        t = self.transform
        return t.a * column + t.b * row + t.c, t.d * column + t.e * row + t.f

    def _row_column(self, x: Any, y: Any) -> tuple[Any, Any]:
        inverse = ~self.transform
        return inverse.d * x + inverse.e * y + inverse.f, inverse.a * x + inverse.b * y + inverse.c

    def _forward(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return the points in the raster's own coordinate system."""
        if self.crs.is_geographic and self.crs.equals(CRS(4326), ignore_axis_order=True):
            return lon, lat
        if _on_vn2000(self.crs):
            project = Transformer.from_crs(self.crs.geodetic_crs, self.crs, always_xy=True)
            return _pair(project.transform(*from_wgs84(lon, lat, VN2000)))
        forward = Transformer.from_crs(4326, self.crs, always_xy=True)
        return _pair(forward.transform(lon, lat))


def span(nodes: Floats, size: int) -> tuple[int, int]:
    """Return the cells of one axis that a lattice's rectangle covers, with some to spare."""
    inner = nodes[MARGIN:-MARGIN, MARGIN:-MARGIN]
    low, high = float(inner.min()), float(inner.max())
    spare = 3 + 0.02 * (high - low)
    return max(0, int(np.floor(low - spare))), min(size, int(np.ceil(high + spare)) + 1)


def _horizontal(crs: CRS) -> CRS:
    """Return the part of a system that says where, without heights and without a shift."""
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    return crs.sub_crs_list[0] if crs.is_compound else crs.to_2d()


def _on_vn2000(crs: CRS) -> bool:
    """Return whether a system rests on VN-2000, which is only left by EPSG:6960."""
    base = crs.geodetic_crs
    return base is not None and base.datum is not None and base.datum.name in _VN2000_DATUMS


def _pair(found: tuple[Any, ...]) -> tuple[Floats, Floats]:
    return np.asarray(found[0], dtype=np.float64), np.asarray(found[1], dtype=np.float64)
