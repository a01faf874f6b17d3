"""A Cloud Optimized GeoTIFF that is written tile by tile, so that no memory holds all of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.windows import Window

from gis.raster import Grid, optimize, overviews, plain_profile

__all__ = ["Tile", "TiledRaster", "cog_by_tiles", "tiles_of"]

Tile = tuple[range, range]
"""Rows and columns of a grid."""

_BLOCK = 256


def tiles_of(grid: Grid, side: int) -> list[Tile]:
    """Cut a grid into squares of so many pixels, row after row; the last ones are what is left."""
    rows, columns = (
        [range(first, min(first + side, size)) for first in range(0, size, side)]
        for size in grid.shape
    )
    return [(row, column) for row in rows for column in columns]


class TiledRaster:
    """One band of a grid, in a file while it is written.

    Parameters
    ----------
    dataset : rasterio dataset
        Open for writing.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def write(self, tile: Tile, values: NDArray[Any]) -> None:
        """Write the values of a tile."""
        rows, columns = tile
        window = Window(columns.start, rows.start, len(columns), len(rows))
        self._dataset.write(values, 1, window=window)


@contextmanager
def cog_by_tiles(
    path: Path,
    grid: Grid,
    dtype: str,
    *,
    tags: Mapping[str, str],
    nodata: float,
    overview_resampling: str = "AVERAGE",
) -> Iterator[TiledRaster]:
    """Yield a raster to be written tile by tile; what was written becomes a file at the end.

    The same tiles in the same order give the same bytes. Nothing is left when the body raises.

    Parameters
    ----------
    path : Path
        Where the Cloud Optimized GeoTIFF will be; a plain one stands beside it until then.
    grid : Grid
        Where the values are.
    dtype : str
        `float32`, `int16`.
    tags : mapping
        Text tags, written in the order of their names.
    nodata : float
        Value of missing pixels.
    overview_resampling : str
        `AVERAGE` for quantities, `NEAREST` for indices.
    """
    plain = path.with_name(f"{path.name}.plain")
    profile = {**plain_profile(grid, dtype, nodata), "tiled": True, "BIGTIFF": "IF_SAFER"}
    profile |= {"blockxsize": _BLOCK, "blockysize": _BLOCK}
    try:
        with rasterio.open(plain, "w", **profile) as dataset:
            dataset.update_tags(**dict(sorted(tags.items())))
            yield TiledRaster(dataset)
            dataset.build_overviews(overviews(grid), Resampling[overview_resampling.lower()])
        with rasterio.open(plain) as dataset:
            optimize(dataset, str(path))
    finally:
        plain.unlink(missing_ok=True)
