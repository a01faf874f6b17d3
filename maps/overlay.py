"""A raster of a study as a picture that lies right on a Web Mercator map.

Leaflet stretches a picture linearly between its corners in Web Mercator (EPSG:3857). A raster in
degrees laid there as it is would be wrong in the middle, by 90 m for a degree of latitude at
11 N and by kilometres for a country; so it is resampled to EPSG:3857 first, nearest
neighbour, so that no colour appears that is nobody's class.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.warp import reproject, transform_bounds

from gis.errors import FormatError
from maps.palette import Palette, classify, rgb
from maps.views import Overlay

__all__ = [
    "MAX_DIMENSION",
    "class_overlay",
    "class_png",
    "number_overlay",
    "to_mercator",
]

MAX_DIMENSION = 1024
"""Longest side of a picture in pixels: what a screen shows, and small enough to embed."""

_MERCATOR = "EPSG:3857"
_HIDDEN = 255
"""Position of the transparent entry in a picture's palette."""

Bounds = tuple[float, float, float, float]


def to_mercator(
    file: Path, *, max_dimension: int = MAX_DIMENSION
) -> tuple[NDArray[np.float64], Bounds]:
    """Return the first band of a GeoTIFF in Web Mercator, and where it lies.

    Parameters
    ----------
    file : Path
        A GeoTIFF with a coordinate system; read as such whatever its name says.
    max_dimension : int
        Longest side of the result in pixels; a larger raster is thinned out.

    Returns
    -------
    ndarray, shape (height, width)
        Values, north first, NaN where the file has none.
    tuple of float
        South, west, north, east of the outer edges, degrees.

    Raises
    ------
    FormatError
        If the file is no GeoTIFF or has no coordinate system.
    """
    try:
        with rasterio.open(file, driver="GTiff") as source:
            if source.crs is None:
                raise FormatError("maps.raster_without_crs", file=file.name)
            values = source.read(1, out_dtype=np.float64, masked=True).filled(np.nan)
            crs, transform, bounds = source.crs, source.transform, source.bounds
    except rasterio.errors.RasterioIOError as error:
        raise FormatError("maps.raster_unreadable", file=file.name) from error
    west, south, east, north = transform_bounds(crs, _MERCATOR, *bounds, densify_pts=101)
    width, height = _size(values.shape, (east - west) / (north - south), max_dimension)
    warped = np.full((height, width), np.nan)
    reproject(
        values,
        warped,
        src_transform=transform,
        src_crs=crs,
        src_nodata=np.nan,
        dst_transform=Affine((east - west) / width, 0, west, 0, (south - north) / height, north),
        dst_crs=_MERCATOR,
        dst_nodata=np.nan,
        resampling=Resampling.nearest,
    )
    back = Transformer.from_crs(_MERCATOR, "EPSG:4326", always_xy=True)
    (west_deg, east_deg), (south_deg, north_deg) = back.transform([west, east], [south, north])
    return warped, (south_deg, west_deg, north_deg, east_deg)


def class_overlay(file: Path, palette: Palette, *, max_dimension: int = MAX_DIMENSION) -> Overlay:
    """Return a raster of a quantity as a picture of a palette's classes.

    Parameters
    ----------
    file : Path
        A GeoTIFF in the palette's unit.
    palette : Palette
        Its classes; one without a colour is transparent, like what is not known.
    max_dimension : int
        Longest side of the picture in pixels.
    """
    values, bounds = to_mercator(file, max_dimension=max_dimension)
    return Overlay(bounds, class_png(values, palette))


def class_png(values: NDArray[np.float64], palette: Palette) -> bytes:
    """Return a picture of a palette's classes, transparent where a value is not known."""
    return _png(classify(values, palette), [c.colour for c in palette.classes])


def number_overlay(
    file: Path, colours: Sequence[str], *, max_dimension: int = MAX_DIMENSION
) -> Overlay:
    """Return a raster of numbers as a picture.

    Parameters
    ----------
    file : Path
        A GeoTIFF with the number of a station, and -1 or no value elsewhere.
    colours : sequence of str
        Colour of each number; they may come again.
    max_dimension : int
        Longest side of the picture in pixels.
    """
    values, bounds = to_mercator(file, max_dimension=max_dimension)
    different = list(dict.fromkeys(colours))
    known = ~np.isnan(values) & (values >= 0) & (values < len(colours))
    places = np.where(known, np.nan_to_num(values), -1).astype(np.intp)
    classes = np.array([*(different.index(one) for one in colours), -1])[places]
    return Overlay(bounds, _png(np.where(known, classes, -1).astype(np.int16), different))


def _size(shape: tuple[int, ...], aspect: float, max_dimension: int) -> tuple[int, int]:
    """Return width and height of square pixels, no finer than the source."""
    longest = min(max(shape), max_dimension)
    if aspect >= 1:
        return longest, max(1, round(longest / aspect))
    return max(1, round(longest * aspect)), longest


def _png(classes: NDArray[np.int16], colours: Sequence[str | None]) -> bytes:
    """Return a PNG with one palette entry a class; -1 and colourless classes are transparent."""
    hidden = [position for position, colour in enumerate(colours) if colour is None]
    pixels = np.where((classes < 0) | np.isin(classes, hidden), _HIDDEN, classes).astype(np.uint8)
    entries = [rgb(colour) if colour is not None else (0, 0, 0) for colour in colours]
    entries += [(0, 0, 0)] * (256 - len(entries))
    picture = Image.fromarray(pixels)
    picture.putpalette([channel for entry in entries for channel in entry])
    written = io.BytesIO()
    picture.save(written, format="PNG", optimize=True, transparency=_HIDDEN)
    return written.getvalue()
