"""What a raster says of one place."""

from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer

from gis.errors import FormatError

__all__ = ["value_at"]


def value_at(file: Path, longitude: float, latitude: float) -> float | None:
    """Return the value of the cell that a place lies in; None outside, and where there is none.

    Parameters
    ----------
    file : Path
        A GeoTIFF with a coordinate system, of one band.
    longitude, latitude : float
        The place, WGS 84 degrees.

    Raises
    ------
    FormatError
        If the file is no GeoTIFF, or has no coordinate system.
    """
    try:
        with rasterio.open(file, driver="GTiff") as source:
            if source.crs is None:
                raise FormatError("maps.raster_without_crs", file=file.name)
            to_raster = Transformer.from_crs("EPSG:4326", source.crs, always_xy=True)
            row, column = source.index(*to_raster.transform(longitude, latitude))
            if not (0 <= row < source.height and 0 <= column < source.width):
                return None
            window = ((row, row + 1), (column, column + 1))
            cell = source.read(1, window=window, out_dtype=np.float64, masked=True)
    except rasterio.errors.RasterioIOError as error:
        raise FormatError("maps.raster_unreadable", file=file.name) from error
    value = float(cell.filled(np.nan)[0, 0])
    return None if np.isnan(value) else value
