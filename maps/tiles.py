"""The raster of a study as map tiles, in the colours of the maps.

A tile is read from the Cloud Optimized GeoTIFF by its window, from the overview that is as fine
as the tile; a class is chosen after that, by the palette and the legend of the pages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from data.text import Language, text
from gis.errors import FormatError, NotFoundError
from gis.register.records import Bounds
from gis.studies.record import Study
from gis.web_mercator import MERCATOR, TILE_PX, Tile
from maps.legend_parts import class_swatches
from maps.overlay import class_png
from maps.palette import FIELD_STRENGTH, MARGIN, Palette, mobile_level

__all__ = ["TiledMap", "is_tiled", "map_bounds", "map_tile", "tiled_map"]


@dataclass(frozen=True, slots=True)
class TiledMap:
    """What of a study is drawn, and how.

    Attributes
    ----------
    file : str
        The raster's name among the study's files.
    palette : Palette
        Its classes.
    key : str
        Key of its name.
    """

    file: str
    palette: Palette
    key: str

    def title(self, language: Language) -> str:
        """Return what it is called."""
        return text(self.key, language)

    def legend(self, language: Language) -> list[dict[str, str]]:
        """Return what each colour means."""
        swatches = class_swatches(self.palette, language)
        return [{"colour": one.colour, "meaning": one.text} for one in swatches]


def _levels(study: Study) -> Palette:
    return mobile_level(float(study.inputs["minimum_level_dbm"]))


_MAPS: Final[Mapping[str, Callable[[Study], TiledMap]]] = MappingProxyType(
    {
        "coverage": lambda _: TiledMap("coverage.tif", FIELD_STRENGTH, "maps.tiles_coverage"),
        "network": lambda _: TiledMap("strongest.tif", FIELD_STRENGTH, "maps.tiles_network"),
        "interference": lambda _: TiledMap("interference.tif", MARGIN, "maps.tiles_interference"),
        "mobile": lambda study: TiledMap(
            "level.tif",
            mobile_level(float(study.inputs["minimum_level_dbm"])),
            "maps.tiles_mobile",
        ),
    }
)
"""What of each kind of study is drawn as tiles: its first map."""


def is_tiled(study: Study) -> bool:
    """Return whether something of a study is drawn as tiles."""
    return study.kind in _MAPS


def tiled_map(study: Study) -> TiledMap:
    """Return what of a study is drawn as tiles.

    Raises
    ------
    NotFoundError
        If its kind has no such map.
    """
    if not is_tiled(study):
        raise NotFoundError("ogc.study_without_map", study=study.id)
    return _MAPS[study.kind](study)


def map_bounds(file: Path) -> Bounds:
    """Return where a raster lies: west, south, east, north, degrees."""
    with _opened(file) as source:
        west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    return west, south, east, north


def map_tile(file: Path, palette: Palette, tile: Tile) -> bytes:
    """Return a tile of a raster as PNG.

    Parameters
    ----------
    file : Path
        A GeoTIFF in the palette's unit.
    palette : Palette
        Its classes; one without a colour is transparent, like what is not known.
    tile : Tile
        Which tile.
    """
    return class_png(_values(file, tile), palette)


def _values(file: Path, tile: Tile) -> NDArray[np.float64]:
    west, _, east, north = tile.bounds_m
    pixel_m = (east - west) / TILE_PX
    with (
        _opened(file) as source,
        WarpedVRT(
            source,
            crs=f"EPSG:{MERCATOR}",
            transform=Affine(pixel_m, 0, west, 0, -pixel_m, north),
            width=TILE_PX,
            height=TILE_PX,
            resampling=Resampling.nearest,
        ) as warped,
    ):
        found: NDArray[np.float64] = warped.read(1, out_dtype=np.float64, masked=True).filled(
            np.nan
        )
    return found


def _opened(file: Path) -> rasterio.DatasetReader:
    try:
        return rasterio.open(file, driver="GTiff")
    except rasterio.errors.RasterioIOError as error:
        raise FormatError("maps.raster_unreadable", file=file.name) from error
