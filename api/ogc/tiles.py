"""What the OGC API says of tiles: the tile matrix set, and sets of tiles (20-057, 17-083r4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from api.ogc.crs import CRS84
from api.ogc.documents import RELATION, described_property, link
from data.text import Language, text
from gis.errors import NotFoundError
from gis.features.collections import Collection
from gis.features.tiling import COUNTED
from gis.register.records import Bounds
from gis.web_mercator import DEEPEST, HALF_M, MERCATOR, TILE_PX, Tile, fractions, tile_at
from maps.tiles import TiledMap

__all__ = [
    "MVT",
    "PNG",
    "TILE_MATRIX_SET",
    "TileSet",
    "map_tiles",
    "require_known",
    "tile_asked",
    "tile_matrix_set",
    "tile_matrix_sets",
    "vector_tiles",
]

MVT: Final = "application/vnd.mapbox-vector-tile"
PNG: Final = "image/png"
TILE_MATRIX_SET: Final = "WebMercatorQuad"
_URI: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{TILE_MATRIX_SET}"
_CRS: Final = f"http://www.opengis.net/def/crs/EPSG/0/{MERCATOR}"
_SCHEMES: Final = "/ogc/tileMatrixSets"
_PIXEL_M: Final = 0.00028
"""Side of the standard's pixel (17-083r4, 6.2.1)."""
_DIMENSIONS: Final = {"Point": 0, "LineString": 1, "MultiPolygon": 2}
_ADDRESS: Final = "{tileMatrix}/{tileRow}/{tileCol}"


def tile_asked(tile_matrix_set_id: str, level: int, row: int, column: int) -> Tile:
    """Return the tile that an address names.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    require_known(tile_matrix_set_id)
    return tile_at(level, row, column)


def require_known(tile_matrix_set_id: str) -> None:
    """Refuse every tile matrix set but the one that there is."""
    if tile_matrix_set_id != TILE_MATRIX_SET:
        raise NotFoundError(
            "ogc.tile_set_unknown", name=tile_matrix_set_id[:60], known=TILE_MATRIX_SET
        )


def tile_matrix_sets(base: str) -> dict[str, Any]:
    """Return which tile matrix sets there are."""
    address = f"{_SCHEMES}/{TILE_MATRIX_SET}"
    one = {
        "id": TILE_MATRIX_SET,
        "title": TILE_MATRIX_SET,
        "uri": _URI,
        "crs": _CRS,
        "links": [link(base, address, "self")],
    }
    return {"tileMatrixSets": [one], "links": [link(base, _SCHEMES, "self")]}


def tile_matrix_set() -> dict[str, Any]:
    """Return the definition of WebMercatorQuad (17-083r4, annex D.1)."""
    return {
        "id": TILE_MATRIX_SET,
        "title": TILE_MATRIX_SET,
        "uri": _URI,
        "crs": _CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_tile_matrix(level) for level in range(DEEPEST + 1)],
    }


def _tile_matrix(level: int) -> dict[str, Any]:
    size_m = 2 * HALF_M / TILE_PX / 2**level
    return {
        "id": str(level),
        "scaleDenominator": size_m / _PIXEL_M,
        "cellSize": size_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_M, HALF_M],
        "tileWidth": TILE_PX,
        "tileHeight": TILE_PX,
        "matrixWidth": 2**level,
        "matrixHeight": 2**level,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSet:
    """A set of tiles.

    Attributes
    ----------
    base, path, source : str
        How the world reaches this server; where the sets of tiles are, and what they show.
    kind, media_type, short : str
        `vector` or `map`; what a tile is, and what `f` calls that.
    title : str
        What it is called.
    extent : Bounds or None
        Where something lies: west, south, east, north, degrees.
    more : mapping
        What else its document says.
    """

    base: str
    path: str
    source: str
    kind: str
    media_type: str
    short: str
    title: str
    extent: Bounds | None
    more: Mapping[str, Any]

    def listed(self) -> dict[str, Any]:
        """Return the list of sets, of which this is the one."""
        links = [link(self.base, self.path, "self")]
        return {"tilesets": [self._summary()], "links": links}

    def document(self) -> dict[str, Any]:
        """Return what it is (17-083r4, 8)."""
        return {**self._summary(), **self.more, **_limits(self.extent)}

    def _summary(self) -> dict[str, Any]:
        address = f"{self.path}/{TILE_MATRIX_SET}"
        template = {
            "href": f"{self.base}{address}/{_ADDRESS}?f={self.short}",
            "rel": "item",
            "type": self.media_type,
            "templated": True,
        }
        found: dict[str, Any] = {
            "title": self.title,
            "dataType": self.kind,
            "crs": _CRS,
            "tileMatrixSetURI": _URI,
            "links": [
                link(self.base, address, "self"),
                link(self.base, f"{_SCHEMES}/{TILE_MATRIX_SET}", RELATION.format("tiling-scheme")),
                link(self.base, self.source, "geodata"),
                template,
            ],
        }
        if self.extent is not None:
            corners = {"lowerLeft": list(self.extent[:2]), "upperRight": list(self.extent[2:])}
            found["boundingBox"] = {**corners, "crs": CRS84}
        return found


def vector_tiles(
    base: str, collection: Collection, extent: Bounds | None, language: Language
) -> TileSet:
    """Return the vector tiles of a collection, whose extent is that which the caller sees."""
    source = f"/ogc/collections/{collection.id}"
    named = text(f"ogc.collection_{collection.id.replace('-', '_')}", language)
    described = {one.name: described_property(one, language) for one in collection.properties}
    counted = {COUNTED: {"type": "integer", "title": text("ogc.point_count", language)}}
    layer: dict[str, Any] = {
        "id": collection.id,
        "dataType": "vector",
        "propertiesSchema": {"type": "object", "properties": described | counted},
    }
    if collection.geometry in _DIMENSIONS:
        layer["geometryDimension"] = _DIMENSIONS[collection.geometry]
    return TileSet(
        base=base,
        path=f"{source}/tiles",
        source=source,
        kind="vector",
        media_type=MVT,
        short="mvt",
        title=text("ogc.tiles_of", language, title=named),
        extent=extent,
        more={"layers": [layer]},
    )


def map_tiles(
    base: str, study_id: str, drawn: TiledMap, extent: Bounds, language: Language
) -> TileSet:
    """Return the map tiles of a study, with what their colours mean."""
    return TileSet(
        base=base,
        path=f"/ogc/studies/{study_id}/map/tiles",
        source=f"/studies/{study_id}",
        kind="map",
        media_type=PNG,
        short="png",
        title=text("ogc.map_tiles_of", language, title=drawn.title(language)),
        extent=extent,
        more={"legend": drawn.legend(language)},
    )


def _limits(extent: Bounds | None) -> dict[str, Any]:
    """Return the tiles of each level in which something may lie."""
    if extent is None:
        return {}
    west, south, east, north = extent
    x, y = fractions(np.array([west, east]), np.array([north, south]))
    found = []
    for level in range(DEEPEST + 1):
        last = 2**level - 1
        columns, rows = (np.clip(np.floor(one * 2**level), 0, last) for one in (x, y))
        found.append(
            {
                "tileMatrix": str(level),
                "minTileRow": int(rows[0]),
                "maxTileRow": int(rows[1]),
                "minTileCol": int(columns[0]),
                "maxTileCol": int(columns[1]),
            }
        )
    return {"tileMatrixSetLimits": found}
