"""Regular grids in longitude and latitude, north up, and the Cloud Optimized GeoTIFF.

A `Grid` names the outer edges of its pixels. Values belong to pixel centres, half a pixel inside;
row 0 is the northernmost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.shutil import copy as copy_raster

from gis.errors import FormatError

__all__ = [
    "Grid",
    "Raster",
    "grid_around",
    "grid_over",
    "optimize",
    "overviews",
    "plain_profile",
    "read_raster",
    "write_cog",
]

Floats = NDArray[np.float64]

_SEMI_MAJOR_M = 6_378_137.0  # WGS 84
_FLATTENING = 1 / 298.257223563
_ECCENTRICITY = np.sqrt(_FLATTENING * (2 - _FLATTENING))
_CRS = "EPSG:4326"
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid in degrees (EPSG:4326), north up.

    Attributes
    ----------
    west_deg, north_deg : float
        Outer edges of the first pixel.
    pixel_width_deg, pixel_height_deg : float
        Size of a pixel, both positive.
    width, height : int
        Columns and rows.
    """

    west_deg: float
    north_deg: float
    pixel_width_deg: float
    pixel_height_deg: float
    width: int
    height: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def longitudes(self) -> Floats:
        """Longitude of the centre of each column, degrees."""
        steps: Floats = np.arange(self.width, dtype=np.float64) + 0.5
        return self.west_deg + steps * self.pixel_width_deg

    @property
    def latitudes(self) -> Floats:
        """Latitude of the centre of each row, degrees, north first."""
        steps: Floats = np.arange(self.height, dtype=np.float64) + 0.5
        return self.north_deg - steps * self.pixel_height_deg

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north edges, degrees."""
        south = self.north_deg - self.height * self.pixel_height_deg
        east = self.west_deg + self.width * self.pixel_width_deg
        return self.west_deg, south, east, self.north_deg

    @property
    def transform(self) -> Affine:
        """The transform of GDAL, from the corner of a pixel to degrees."""
        return Affine(
            self.pixel_width_deg, 0, self.west_deg, 0, -self.pixel_height_deg, self.north_deg
        )

    def part(self, rows: range, columns: range) -> "Grid":
        """Return the grid of some neighbouring rows and columns."""
        return Grid(
            self.west_deg + columns.start * self.pixel_width_deg,
            self.north_deg - rows.start * self.pixel_height_deg,
            self.pixel_width_deg,
            self.pixel_height_deg,
            len(columns),
            len(rows),
        )

    def centres(self) -> tuple[Floats, Floats]:
        """Return longitude and latitude of every pixel centre, shape (height, width)."""
        longitude, latitude = np.meshgrid(self.longitudes, self.latitudes)
        return longitude, latitude

    def pixel_of(self, longitude: Floats, latitude: Floats) -> tuple[NDArray[np.intp], ...]:
        """Return row and column of the pixel that holds each point; -1 outside the grid."""
        column = np.floor((np.asarray(longitude) - self.west_deg) / self.pixel_width_deg)
        row = np.floor((self.north_deg - np.asarray(latitude)) / self.pixel_height_deg)
        inside = (column >= 0) & (column < self.width) & (row >= 0) & (row < self.height)
        return (
            np.where(inside, row, -1).astype(np.intp),
            np.where(inside, column, -1).astype(np.intp),
        )

    def pixel_areas_km2(self) -> Floats:
        """Return the area of a pixel of each row on the WGS 84 ellipsoid, shape (height, 1)."""
        steps: Floats = np.arange(self.height + 1, dtype=np.float64)
        zone = _zone_m2(np.radians(self.north_deg - steps * self.pixel_height_deg))
        width_rad = float(np.radians(self.pixel_width_deg))
        areas: Floats = width_rad * (zone[:-1] - zone[1:]) * 1e-6
        return areas[:, np.newaxis]


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A grid with values.

    Attributes
    ----------
    values : ndarray, shape (height, width)
        First band; missing pixels are NaN in floating-point rasters.
    grid : Grid
        Where they are.
    tags : dict
        Text tags of the file: unit, model, stamp.
    """

    values: NDArray[Any]
    grid: Grid
    tags: dict[str, str]

    def at(self, longitude: Floats, latitude: Floats) -> Floats:
        """Return the value of the pixel that holds each point, NaN outside."""
        row, column = self.grid.pixel_of(longitude, latitude)
        return np.where(row >= 0, self.values[row, column], np.nan).astype(np.float64)


def _zone_m2(latitude_rad: Floats) -> Floats:
    """Area between the equator and a parallel for one radian of longitude (authalic latitude)."""
    e = _ECCENTRICITY
    sine = np.sin(latitude_rad)
    semi_minor_m = _SEMI_MAJOR_M * (1 - _FLATTENING)
    return np.asarray(
        semi_minor_m**2 / 2 * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e)
    )


def grid_around(longitude: float, latitude: float, radius_km: float, pixel_m: float) -> Grid:
    """Return the grid that holds a disc, with the centre of its middle pixel at a point.

    Parameters
    ----------
    longitude, latitude : float
        Centre of the disc, degrees.
    radius_km : float
        Radius of the disc.
    pixel_m : float
        Size of a pixel at the centre's latitude, in both directions.
    """
    pixel_width, pixel_height = _pixel_deg(latitude, pixel_m)
    half_rows = int(np.ceil(radius_km * 1e3 / pixel_m))
    phi = np.radians(latitude)
    farthest = np.radians(abs(latitude) + half_rows * pixel_height)
    widening = np.cos(phi) / max(float(np.cos(farthest)), 0.05)
    half_columns = int(np.ceil(half_rows * widening))
    return Grid(
        west_deg=longitude - (half_columns + 0.5) * pixel_width,
        north_deg=latitude + (half_rows + 0.5) * pixel_height,
        pixel_width_deg=pixel_width,
        pixel_height_deg=pixel_height,
        width=2 * half_columns + 1,
        height=2 * half_rows + 1,
    )


def grid_over(bounds: tuple[float, float, float, float], pixel_m: float) -> Grid:
    """Return the grid that holds a rectangle in degrees, centred on it.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north, degrees.
    pixel_m : float
        Size of a pixel at the middle latitude, in both directions.
    """
    west, south, east, north = bounds
    pixel_width, pixel_height = _pixel_deg((south + north) / 2, pixel_m)
    width = max(1, int(np.ceil((east - west) / pixel_width - 1e-9)))
    height = max(1, int(np.ceil((north - south) / pixel_height - 1e-9)))
    return Grid(
        west_deg=(west + east - width * pixel_width) / 2,
        north_deg=(south + north + height * pixel_height) / 2,
        pixel_width_deg=pixel_width,
        pixel_height_deg=pixel_height,
        width=width,
        height=height,
    )


def _pixel_deg(latitude: float, pixel_m: float) -> tuple[float, float]:
    """Return width and height in degrees of a square pixel at a latitude."""
    e2 = _ECCENTRICITY**2
    phi = np.radians(latitude)
    curvature = 1 - e2 * np.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1 - e2) / curvature**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(phi)
    return float(np.degrees(pixel_m / parallel_m)), float(np.degrees(pixel_m / meridian_m))


def write_cog(
    values: NDArray[Any],
    grid: Grid,
    *,
    tags: Mapping[str, str],
    nodata: float | None = None,
    overview_resampling: str = "AVERAGE",
    threads: int = 1,
) -> bytes:
    """Return the bytes of a Cloud Optimized GeoTIFF; the same values give the same bytes.

    Parameters
    ----------
    values : ndarray, shape (height, width)
        Of a type that GeoTIFF holds: float32, int16, uint8.
    grid : Grid
        Where they are.
    tags : mapping
        Text tags, written in the order of their names.
    nodata : float, optional
        Value of missing pixels; NaN for floating-point values without it.
    overview_resampling : str
        `AVERAGE` for quantities, `NEAREST` for indices.
    threads : int
        Threads that compress; the bytes are the same for any number.
    """
    if values.shape != grid.shape:
        raise ValueError(f"values of shape {values.shape} on a grid of shape {grid.shape}")
    if nodata is None and np.issubdtype(values.dtype, np.floating):
        nodata = float("nan")
    with MemoryFile() as plain, MemoryFile() as optimized:
        with plain.open(**plain_profile(grid, values.dtype.name, nodata)) as dataset:
            dataset.write(values, 1)
            dataset.update_tags(**dict(sorted(tags.items())))
            dataset.build_overviews(overviews(grid), Resampling[overview_resampling.lower()])
        with plain.open() as dataset:
            optimize(dataset, optimized.name, threads)
        return bytes(optimized.read())


def plain_profile(grid: Grid, dtype: str, nodata: float | None) -> dict[str, Any]:
    """Return how a GeoTIFF of one band on a grid is opened for writing."""
    return {
        "driver": "GTiff",
        "width": grid.width,
        "height": grid.height,
        "count": 1,
        "dtype": dtype,
        "crs": _CRS,
        "transform": grid.transform,
        "nodata": nodata,
    }


def optimize(dataset: Any, target: str, threads: int = 1) -> None:
    """Copy an open dataset with its overviews to a Cloud Optimized GeoTIFF."""
    copy_raster(
        dataset,
        target,
        driver="COG",
        COMPRESS="DEFLATE",
        LEVEL="2",
        PREDICTOR="YES",
        BLOCKSIZE=str(_BLOCK),
        NUM_THREADS=str(threads),
    )


def overviews(grid: Grid) -> list[int]:
    """Return the factors of overviews, the last of which fits into one block."""
    factors = [1]
    while max(grid.shape) / factors[-1] > _BLOCK:
        factors.append(2 * factors[-1])
    return factors[1:]


def read_raster(path: Path) -> Raster:
    """Read the first band of a GeoTIFF in EPSG:4326, north up.

    Raises
    ------
    FormatError
        If it is not such a file.
    """
    try:
        with rasterio.open(path, driver="GTiff") as dataset:
            transform = dataset.transform
            if dataset.crs is None or dataset.crs.to_epsg() != 4326 or transform.e >= 0:
                raise FormatError("studies.raster_not_geographic", file=path.name)
            grid = Grid(
                transform.c, transform.f, transform.a, -transform.e, dataset.width, dataset.height
            )
            return Raster(dataset.read(1), grid, dict(dataset.tags()))
    except rasterio.errors.RasterioIOError as error:
        raise FormatError("studies.raster_unreadable", file=path.name) from error
