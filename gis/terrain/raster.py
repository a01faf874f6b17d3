"""A raster of heights from a file that is not trusted: GeoTIFF or SRTM HGT."""

import hashlib
import re
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import rasterio
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window as RasterWindow

from gis.errors import FormatError
from gis.geodesy import VN2000, from_wgs84
from gis.lattice import MARGIN, Lattice
from gis.terrain.window import Window, plane_of

__all__ = ["RasterTerrain"]

Floats = NDArray[np.float64]

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HGT_NAME = re.compile(r"[NS]\d{2}[EW]\d{3}(\.SRTM\w*)?\.hgt", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)  # a Path halves the two slashes
_HGT_SIDES = {(1201, 1201), (3601, 3601), (3601, 1801)}
_MAX_SIDE = 65_536
_MAX_CELLS = 2**32
_MAX_BLOCK_BYTES = 2**28
_TILE = 512
_TILES_KEPT = 96
_LOWEST_M, _HIGHEST_M = -500.0, 9000.0
_VN2000_DATUMS = {"Vietnam 2000", "VN-2000"}
_METRES = {"", "m", "metre", "metres", "meter", "meters"}
_SETTINGS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no side files
    "GDAL_PAM_ENABLED": "NO",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
    "GDAL_CACHEMAX": 64,
}


class RasterTerrain:
    """Heights from one GeoTIFF or HGT file, interpolated bilinearly on its own grid.

    Heights belong to the centres of the cells. In the outer half of the outermost cells the
    nearest height holds; beyond, and wherever one of the cells that a point needs is void, the
    height is NaN. Cells that say nodata, NaN, or a height outside -500 to 9000 m are void. The
    coordinate system may be any that is stated; HGT implies WGS 84.

    An instance can be pickled and shared between threads; it opens the file when it reads.

    Parameters
    ----------
    path : Path
        The file.
    surface_model : bool
        Whether its heights include buildings and trees.

    Raises
    ------
    FormatError
        If the path is not a plain local file, the content is not what a raster of heights is,
        there is no coordinate system, or the dimensions are out of bounds. Nothing larger than
        the header has been read by then.
    """

    flat = False

    def __init__(self, path: Path, *, surface_model: bool = False) -> None:
        self.surface_model = surface_model
        self._path, self._driver = _recognise(path)
        self._tiles: OrderedDict[tuple[int, int], NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()
        with self._opened() as dataset:
            _judge(dataset, self.name)
            self._crs = _horizontal(CRS.from_user_input(dataset.crs))
            self._inverse = ~dataset.transform
            self._west = dataset.bounds.left
            self._shape: tuple[int, int] = dataset.shape
            self._nodata = dataset.nodata
            self._scale, self._offset = float(dataset.scales[0]), float(dataset.offsets[0])
            rows, columns = self._shape
            for corner in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 2)):
                self._window(dataset, RasterWindow(corner[1], corner[0], 1, 1))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the lock and the tiles behind when crossing to another process."""
        return {k: v for k, v in self.__dict__.items() if k not in {"_tiles", "_lock"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up a fresh lock and no tiles."""
        self.__dict__.update(state)
        self._tiles = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """Return the file's name without its folder."""
        return self._path.name

    @cached_property
    def identifier(self) -> str:
        """Return the file's name and the sha256 of its content, read once."""
        with self._path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return f"{self.name} sha256:{digest}"

    def heights_m(self, longitude: ArrayLike, latitude: ArrayLike) -> Floats:
        """Return heights above mean sea level, NaN where unknown.

        Parameters
        ----------
        longitude, latitude : array_like
            WGS 84 degrees; broadcast against each other.

        Raises
        ------
        FormatError
            If the file turns out to be damaged where it is read.
        """
        lon, lat = np.broadcast_arrays(
            np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
        )
        x, y = self._projected(lon.ravel(), lat.ravel())
        row, column = self._row_column(x, y)
        rows, columns = self._shape
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
        heights = np.full(lon.size, np.nan)
        if inside.any():
            heights[inside] = self._interpolated(row[inside] - 0.5, column[inside] - 0.5)
        return heights.reshape(lon.shape)

    def window(self, longitude: float, latitude: float, radius_km: float) -> Window:
        """Return the heights around a point in memory.

        Parameters
        ----------
        longitude, latitude : float
            The point, WGS 84 degrees.
        radius_km : float
            How far around.

        Raises
        ------
        FormatError
            If the file turns out to be damaged where it is read.
        """
        plane = plane_of(longitude, latitude, radius_km, self._cells_of(longitude, latitude))
        (top, bottom), (left, right) = (
            _span(nodes, size) for nodes, size in zip(plane.values, self._shape, strict=True)
        )
        if bottom <= top or right <= left:
            return Window(np.full((1, 1), np.nan, dtype=np.float32), plane)
        with self._lock, self._opened() as dataset:
            cells = self._window(dataset, RasterWindow(left, top, right - left, bottom - top))
        offset = np.array([top, left], dtype=np.float64)[:, np.newaxis, np.newaxis]
        return Window(cells, Lattice(plane.values - offset, plane.frame))

    def _cells_of(
        self, longitude: float, latitude: float
    ) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
        """Return the function from degrees near a point to rows and columns without a step."""
        turn = 0.0
        if self._crs.is_geographic:
            x, _ = self._forward(np.array([longitude]), np.array([latitude]))
            turn = float(self._west + np.mod(x[0] - self._west, 360.0) - x[0])

        def cells(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
            x, y = self._forward(lon, lat)
            row, column = self._row_column(x + turn, y)
            return row - 0.5, column - 0.5

        return cells

    def _row_column(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return fractional row and column, 0 at the outer edge of the first cell."""
        inverse = self._inverse
        return inverse.d * x + inverse.e * y + inverse.f, inverse.a * x + inverse.b * y + inverse.c

    def _projected(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return the points in the raster's own system, within its turn of the Earth."""
        x, y = self._forward(lon, lat)
        if self._crs.is_geographic:
            x = self._west + np.mod(x - self._west, 360.0)
        return x, y

    def _forward(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return the points in the raster's own coordinate system."""
        if self._crs.is_geographic and self._crs.equals(CRS(4326), ignore_axis_order=True):
            return lon, lat
        if _on_vn2000(self._crs):
            project = Transformer.from_crs(self._crs.geodetic_crs, self._crs, always_xy=True)
            return _pair(project.transform(*from_wgs84(lon, lat, VN2000)))
        forward = Transformer.from_crs(4326, self._crs, always_xy=True)
        return _pair(forward.transform(lon, lat))

    def _interpolated(self, row: Floats, column: Floats) -> Floats:
        """Interpolate at fractional cell centres, tile by tile."""
        rows, columns = self._shape
        row = np.clip(row, 0, rows - 1)
        column = np.clip(column, 0, columns - 1)
        i = np.minimum(row.astype(np.int64), max(rows - 2, 0))
        j = np.minimum(column.astype(np.int64), max(columns - 2, 0))
        tile = (i // _TILE) * (columns // _TILE + 1) + j // _TILE
        order = np.argsort(tile, kind="stable")
        starts = np.flatnonzero(np.diff(tile[order], prepend=-1))
        heights = np.empty(row.size)
        with self._lock, self._opened() as dataset:
            for members in np.split(order, starts[1:]):
                a, b = int(i[members[0]]) // _TILE, int(j[members[0]]) // _TILE
                cells = self._tile(dataset, a, b)
                heights[members] = _bilinear(
                    cells, row[members] - a * _TILE, column[members] - b * _TILE
                )
        return heights

    def _tile(self, dataset: Any, a: int, b: int) -> NDArray[np.float32]:
        """Return one tile with the first row and column of its neighbours."""
        if (a, b) in self._tiles:
            self._tiles.move_to_end((a, b))
            return self._tiles[a, b]
        rows, columns = self._shape
        top, left = a * _TILE, b * _TILE
        height, width = min(_TILE + 1, rows - top), min(_TILE + 1, columns - left)
        cells = self._window(dataset, RasterWindow(left, top, width, height))
        self._tiles[a, b] = cells
        if len(self._tiles) > _TILES_KEPT:
            self._tiles.popitem(last=False)
        return cells

    def _window(self, dataset: Any, window: RasterWindow) -> NDArray[np.float32]:
        """Read cells as heights with NaN for the voids."""
        raw = dataset.read(1, window=window)
        with np.errstate(invalid="ignore", over="ignore"):
            cells = raw.astype(np.float32) * np.float32(self._scale) + np.float32(self._offset)
            void = ~((cells >= _LOWEST_M) & (cells <= _HIGHEST_M))
        if self._nodata is not None:
            void |= raw == self._nodata
        cells[void] = np.nan
        return np.asarray(cells, dtype=np.float32)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the file by its one driver; every failure inside names the file."""
        try:
            with warnings.catch_warnings(), rasterio.Env(**_SETTINGS):
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                with rasterio.open(self._path, driver=self._driver, sharing=False) as dataset:
                    yield dataset
        except (RasterioError, OSError) as error:
            raise FormatError("terrain.unreadable", file=self.name) from error


def _span(nodes: Floats, size: int) -> tuple[int, int]:
    """Return the cells of one axis that a lattice's rectangle covers, with some to spare."""
    inner = nodes[MARGIN:-MARGIN, MARGIN:-MARGIN]
    low, high = float(inner.min()), float(inner.max())
    spare = 3 + 0.02 * (high - low)
    return max(0, int(np.floor(low - spare))), min(size, int(np.ceil(high + spare)) + 1)


def _bilinear(cells: NDArray[np.float32], row: Floats, column: Floats) -> Floats:
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


def _recognise(path: Path) -> tuple[Path, str]:
    """Return the resolved path and the one driver that its content allows."""
    written = str(path)
    if _ADDRESS.match(written) or written.lower().startswith(("/vsi", "vsi")):
        raise FormatError("terrain.not_local_file", file=written)
    file = Path(path).resolve()
    if not file.is_file():
        raise FormatError("terrain.file_missing", file=written)
    if str(file).lower().startswith("/vsi"):
        raise FormatError("terrain.not_local_file", file=written)
    with file.open("rb") as stream:
        magic = stream.read(4)
    if magic in _TIFF_MAGIC:
        return file, "GTiff"
    sizes = {2 * rows * columns for rows, columns in _HGT_SIDES}
    if _HGT_NAME.fullmatch(file.name) and file.stat().st_size in sizes:
        return file, "SRTMHGT"
    raise FormatError("terrain.unknown_format", file=file.name)


def _judge(dataset: Any, name: str) -> None:
    """Refuse from the header alone what could not be a raster of heights."""
    rows, columns = dataset.shape
    dtype = np.dtype(dataset.dtypes[0])
    block = dataset.block_shapes[0]
    if (
        max(rows, columns) > _MAX_SIDE
        or rows * columns > _MAX_CELLS
        or block[0] * block[1] * dtype.itemsize > _MAX_BLOCK_BYTES
    ):
        raise FormatError(
            "terrain.too_large", file=name, columns=columns, rows=rows, limit=_MAX_SIDE
        )
    if dataset.count != 1 or dtype.kind not in "iuf":
        raise FormatError(
            "terrain.not_heights", file=name, bands=dataset.count, dtype=dataset.dtypes[0]
        )
    if dataset.crs is None:
        raise FormatError("terrain.no_crs", file=name)
    if dataset.transform.is_identity or dataset.transform.determinant == 0:
        raise FormatError("terrain.no_position", file=name)
    unit = dataset.units[0] or _vertical_unit(CRS.from_user_input(dataset.crs))
    if unit.lower() not in _METRES:
        raise FormatError("terrain.not_metres", file=name, unit=unit)


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


def _vertical_unit(crs: CRS) -> str:
    """Return the unit of a compound system's heights, empty without one."""
    return next((axis.unit_name for axis in crs.axis_info if axis.direction == "up"), "")
