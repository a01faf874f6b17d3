"""What the OGC API says of tiles, as schemas of OpenAPI 3.0 (17-083r4, 20-057)."""

from typing import Any, Final

__all__ = ["TILE_SCHEMAS"]

_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer", "minimum": 0}
_NUMBER: Final = {"type": "number"}
_PAIR: Final = {"type": "array", "minItems": 2, "maxItems": 2, "items": _NUMBER}
_LINKS: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["href", "rel", "type"],
        "properties": {
            **{name: _TEXT for name in ("href", "rel", "type", "title")},
            "templated": {"type": "boolean"},
        },
    },
}
_SUMMARY: Final = {
    "title": _TEXT,
    "dataType": {"type": "string", "enum": ["vector", "map"]},
    "crs": _TEXT,
    "tileMatrixSetURI": _TEXT,
    "links": _LINKS,
    "boundingBox": {
        "type": "object",
        "required": ["lowerLeft", "upperRight", "crs"],
        "properties": {"lowerLeft": _PAIR, "upperRight": _PAIR, "crs": _TEXT},
    },
}
_REQUIRED: Final = ["dataType", "crs", "tileMatrixSetURI", "links"]


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _record(required: dict[str, Any], more: dict[str, Any] | None = None) -> dict[str, Any]:
    found = {"type": "object", "required": list(required)}
    return {**found, "properties": {**required, **(more or {})}}


_MATRIX: Final = _record(
    {
        "id": _TEXT,
        "scaleDenominator": _NUMBER,
        "cellSize": _NUMBER,
        "pointOfOrigin": _PAIR,
        **{
            name: {"type": "integer", "minimum": 1}
            for name in ("tileWidth", "tileHeight", "matrixWidth", "matrixHeight")
        },
    },
    {"cornerOfOrigin": {"type": "string", "enum": ["topLeft"]}},
)
_LIMITS: Final = _record(
    {
        "tileMatrix": _TEXT,
        **{name: _WHOLE for name in ("minTileRow", "maxTileRow", "minTileCol", "maxTileCol")},
    }
)
_LAYER: Final = _record(
    {"id": _TEXT, "dataType": {"type": "string", "enum": ["vector"]}},
    {"geometryDimension": _WHOLE, "propertiesSchema": {"type": "object"}},
)

TILE_SCHEMAS: Final[dict[str, Any]] = {
    "TileMatrixSets": _record(
        {
            "tileMatrixSets": _list_of(
                _record({"id": _TEXT, "links": _LINKS}, {"title": _TEXT, "uri": _TEXT})
            )
        },
        {"links": _LINKS},
    ),
    "TileMatrixSet": _record(
        {"id": _TEXT, "crs": _TEXT, "tileMatrices": _list_of(_MATRIX)},
        {"uri": _TEXT, "title": _TEXT, "orderedAxes": _list_of(_TEXT)},
    ),
    "TileSets": _record(
        {
            "tilesets": _list_of(
                {"type": "object", "required": _REQUIRED, "properties": _SUMMARY}
            ),
        },
        {"links": _LINKS},
    ),
    "TileSet": {
        "type": "object",
        "required": _REQUIRED,
        "properties": {
            **_SUMMARY,
            "layers": _list_of(_LAYER),
            "legend": _list_of(_record({"colour": _TEXT, "meaning": _TEXT})),
            "tileMatrixSetLimits": _list_of(_LIMITS),
        },
    },
}
"""By their names among the components."""
