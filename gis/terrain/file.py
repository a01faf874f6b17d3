"""A raster file that is not trusted: GeoTIFF or SRTM HGT, known by its content.

The driver is named beforehand and checked against the content, so that a file that calls itself
GeoTIFF can never send the reader to another file or to a network. Only a VRT in the folder that
the administrator named for them may name other files, all of them in that folder.
"""

import hashlib
import os
import re
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window as RasterWindow

from gis.errors import FormatError
from gis.terrain.grid import RasterGrid

__all__ = ["HGT_NAME", "RasterFile", "sha256_of_file"]

HGT_NAME = re.compile(r"[NS]\d{2}[EW]\d{3}(\.SRTM\w*)?\.hgt", re.IGNORECASE)
"""Names of HGT files, which say which square they cover."""

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)  # a Path halves the two slashes
_HGT_SIDES = {(1201, 1201), (3601, 3601), (3601, 1801)}
_MAX_SIDE = 65_536
_MAX_CELLS = 2**32
_MAX_BLOCK_BYTES = 2**28
_METRES = {"", "m", "metre", "metres", "meter", "meters"}
_COPERNICUS = "copernicus_dsm_"
_SETTINGS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no side files
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
    "GDAL_CACHEMAX": 64,
}


@dataclass(frozen=True, slots=True, eq=False)
class RasterFile:
    """One band of a file on a grid.

    Attributes
    ----------
    path : Path
        The file, resolved.
    driver : str
        The one driver that its content allows.
    grid : RasterGrid
        Where its cells lie.
    dtype : str
        Of the raw cells.
    nodata : float or None
        Raw value that says nothing.
    scale, offset : float
        From raw cells to values.
    vertical_datum : str
        What heights are measured from, as the file or its product says; empty where neither does.
    sources : tuple of Path
        The files that a VRT names.
    """

    path: Path
    driver: str
    grid: RasterGrid
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    vertical_datum: str
    sources: tuple[Path, ...] = ()
    _digest: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        heights: bool = True,
        sources: tuple[Path, ...] = (),
        sha256: str = "",
    ) -> "RasterFile":
        """Look at a file's header and three of its cells.

        Parameters
        ----------
        path : Path
            The file.
        heights : bool
            Whether its cells are heights in metres, and not classes.
        sources : tuple of Path
            The files that a VRT names, which was looked through already.
        sha256 : str
            Of its content, where that is known already.

        Raises
        ------
        FormatError
            If the path is not a plain local file, the content is not what such a raster is, there
            is no coordinate system, or the dimensions are out of bounds. Nothing larger than the
            header has been read by then.
        """
        file, driver = (path, "VRT") if sources else recognise(path)
        with _opened(file, driver) as dataset:
            _judge(dataset, file.name, heights=heights)
            made = cls(
                path=file,
                driver=driver,
                grid=RasterGrid.of(dataset),
                dtype=dataset.dtypes[0],
                nodata=dataset.nodata,
                scale=float(dataset.scales[0]),
                offset=float(dataset.offsets[0]),
                vertical_datum=_vertical_datum(dataset, file, driver),
                sources=sources,
                _digest=[sha256] if sha256 else [],
            )
            rows, columns = dataset.shape
            for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 2)):
                dataset.read(1, window=RasterWindow(column, row, 1, 1))
        return made

    @property
    def name(self) -> str:
        """Return the file's name without its folder."""
        return self.path.name

    @property
    def product_is_surface(self) -> bool:
        """Return whether the product is known to measure roofs and tree tops (GLO-30, SRTM)."""
        return self.driver == "SRTMHGT" or self.name.lower().startswith(_COPERNICUS)

    @property
    def sha256(self) -> str:
        """Return the sha256 of the file's content, with that of its sources, read once."""
        if not self._digest:
            parts = [sha256_of_file(path) for path in (self.path, *self.sources)]
            whole = hashlib.sha256("\n".join(parts).encode()).hexdigest()
            self._digest.append(whole if self.sources else parts[0])
        return self._digest[0]

    @property
    def identifier(self) -> str:
        """Return name and sha256."""
        return f"{self.name} sha256:{self.sha256}"

    def read(self, row: int, column: int, height: int, width: int) -> NDArray[Any]:
        """Return raw cells.

        Raises
        ------
        FormatError
            If the file turns out to be damaged where it is read.
        """
        with _opened(self.path, self.driver) as dataset:
            raw = dataset.read(1, window=RasterWindow(column, row, width, height))
        return np.asarray(raw)

    def note_use(self) -> None:
        """Note on the file that it was used now, for a cache that drops what nobody uses."""
        with suppress(OSError):
            os.utime(self.path, (time.time(), self.path.stat().st_mtime))


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _opened(path: Path, driver: str) -> Iterator[Any]:
    """Open a file by its one driver; every failure inside names the file."""
    try:
        with warnings.catch_warnings(), rasterio.Env(**_SETTINGS):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, driver=driver, sharing=False) as dataset:
                yield dataset
    except (RasterioError, OSError) as error:
        raise FormatError("terrain.unreadable", file=path.name) from error


def local(path: Path) -> Path:
    """Return a path resolved, and refuse addresses and GDAL's virtual paths.

    Raises
    ------
    FormatError
        If it is none of this machine's plain paths.
    """
    written = str(path)
    if _ADDRESS.match(written) or written.lower().startswith(("/vsi", "vsi")):
        raise FormatError("terrain.not_local_file", file=written)
    found = Path(path).resolve()
    if str(found).lower().startswith("/vsi"):
        raise FormatError("terrain.not_local_file", file=written)
    return found


def recognise(path: Path) -> tuple[Path, str]:
    """Return the resolved path and the one driver that its content allows.

    Raises
    ------
    FormatError
        If it is no plain local file of a known format.
    """
    file = local(path)
    if not file.is_file():
        raise FormatError("terrain.file_missing", file=str(path))
    with file.open("rb") as stream:
        magic = stream.read(4)
    if magic in _TIFF_MAGIC:
        return file, "GTiff"
    sizes = {2 * rows * columns for rows, columns in _HGT_SIDES}
    if HGT_NAME.fullmatch(file.name) and file.stat().st_size in sizes:
        return file, "SRTMHGT"
    raise FormatError("terrain.unknown_format", file=file.name)


def _judge(dataset: Any, name: str, *, heights: bool) -> None:
    """Refuse from the header alone what could not be such a raster."""
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
    if dataset.count != 1 or dtype.kind not in ("iuf" if heights else "iu"):
        key = "terrain.not_heights" if heights else "terrain.not_classes"
        raise FormatError(key, file=name, bands=dataset.count, dtype=dataset.dtypes[0])
    if dataset.crs is None:
        raise FormatError("terrain.no_crs", file=name)
    if dataset.transform.is_identity or dataset.transform.determinant == 0:
        raise FormatError("terrain.no_position", file=name)
    unit = dataset.units[0] or _vertical_unit(CRS.from_user_input(dataset.crs))
    if heights and unit.lower() not in _METRES:
        raise FormatError("terrain.not_metres", file=name, unit=unit)


def _vertical_unit(crs: CRS) -> str:
    """Return the unit of a compound system's heights, empty without one."""
    return next((axis.unit_name for axis in crs.axis_info if axis.direction == "up"), "")


def _vertical_datum(dataset: Any, file: Path, driver: str) -> str:
    """Return what heights are measured from, as the system or else the product says."""
    crs = CRS.from_user_input(dataset.crs)
    for part in crs.sub_crs_list:
        if part.is_vertical:
            datum = part.datum
            return str(part.name if datum is None else datum.name)
    if len(crs.axis_info) == _WITH_HEIGHT and crs.ellipsoid is not None:
        return ELLIPSOID
    if driver == "SRTMHGT":
        return "EGM96 geoid"
    return "EGM2008 geoid" if file.name.lower().startswith(_COPERNICUS) else ""


ELLIPSOID = "ellipsoid"
"""Vertical datum of a three-dimensional system, whose heights are not above mean sea level."""

_WITH_HEIGHT = 3
