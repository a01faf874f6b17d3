"""What the OGC API answers with, as schemas of OpenAPI 3.0."""

from typing import Any, Final

from api.ogc.documents import described_property
from api.ogc.tile_schemas import TILE_SCHEMAS
from data.text import Language
from gis.exchange.fields import range_of
from gis.features.collections import Collection
from gis.features.writing import AZIMUTHS, Editable

__all__ = ["SCHEMAS", "feature_schema", "page_schema", "properties_schema", "sent_schema"]

_LINKS: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_PLACES: Final = (
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
)

_LONGEST: Final = 500
_POSITION: Final = {
    "type": "array",
    "minItems": 2,
    "maxItems": 2,
    "items": {"type": "number", "minimum": -90, "maximum": 90},
    "description": "Longitude and latitude, degrees, WGS 84; longitudes from -180 to 180.",
}

SCHEMAS: Final[dict[str, Any]] = {
    "Link": {
        "type": "object",
        "required": ["href", "rel", "type"],
        "properties": {
            name: {"type": "string"} for name in ("href", "rel", "type", "title", "hreflang")
        },
    },
    "LandingPage": {
        "type": "object",
        "required": ["title", "description", "links"],
        "properties": {
            "title": {"type": "string"},
            "description": {"type": "string"},
            "links": _LINKS,
        },
    },
    "Conformance": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
    },
    "Collection": {
        "type": "object",
        "required": ["id", "title", "links"],
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "itemType": {"type": "string", "enum": ["feature"]},
            "crs": {"type": "array", "items": {"type": "string"}},
            "storageCrs": {"type": "string"},
            "extent": {
                "type": "object",
                "required": ["spatial"],
                "properties": {
                    "spatial": {
                        "type": "object",
                        "required": ["bbox", "crs"],
                        "properties": {
                            "bbox": {
                                "type": "array",
                                "items": {
                                    "type": "array",
                                    "minItems": 4,
                                    "maxItems": 4,
                                    "items": {"type": "number"},
                                },
                            },
                            "crs": {"type": "string"},
                        },
                    }
                },
            },
            "links": _LINKS,
        },
    },
    "Collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": _LINKS,
            "collections": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Collection"},
            },
        },
    },
    "JsonSchema": {
        "type": "object",
        "required": ["$schema", "$id", "type", "title", "properties"],
        "properties": {"properties": {"type": "object"}, "title": {"type": "string"}},
    },
    "Geometry": {
        "type": "object",
        "nullable": True,
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": list(_PLACES)},
            "coordinates": {"type": "array", "items": {}},
        },
    },
    "Feature": {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"$ref": "#/components/schemas/Geometry"},
            "properties": {"type": "object"},
            "links": _LINKS,
        },
    },
    "FeatureCollection": {
        "type": "object",
        "required": ["type", "features", "numberMatched", "numberReturned", "links"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": _LINKS,
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
        },
    },
    **TILE_SCHEMAS,
    "ProcessSummary": {
        "type": "object",
        "required": ["id", "version", "title", "jobControlOptions", "links"],
        "properties": {
            **{name: {"type": "string"} for name in ("id", "version", "title", "description")},
            "jobControlOptions": _TEXTS,
            "outputTransmission": _TEXTS,
            "links": _LINKS,
        },
    },
    "Processes": {
        "type": "object",
        "required": ["processes", "links"],
        "properties": {
            "processes": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/ProcessSummary"},
            },
            "links": _LINKS,
        },
    },
    "Process": {
        "allOf": [
            {"$ref": "#/components/schemas/ProcessSummary"},
            {
                "type": "object",
                "required": ["inputs", "outputs"],
                "properties": {"inputs": {"type": "object"}, "outputs": {"type": "object"}},
            },
        ]
    },
    "StatusInfo": {
        "type": "object",
        "required": ["jobID", "type", "status", "links"],
        "properties": {
            **{name: {"type": "string"} for name in ("jobID", "processID", "message")},
            "type": {"type": "string", "enum": ["process"]},
            "status": {
                "type": "string",
                "enum": ["accepted", "running", "successful", "failed", "dismissed"],
            },
            "progress": {"type": "integer", "minimum": 0, "maximum": 100},
            **{
                name: {"type": "string", "format": "date-time"}
                for name in ("created", "started", "finished")
            },
            "links": _LINKS,
        },
    },
    "Jobs": {
        "type": "object",
        "required": ["jobs", "links"],
        "properties": {
            "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/StatusInfo"}},
            "links": _LINKS,
        },
    },
    "Results": {
        "type": "object",
        "required": ["study"],
        "properties": {"study": {"type": "object"}},
    },
}
"""By their names among the components."""


def properties_schema(collection: Collection) -> dict[str, Any]:
    """Return what the properties of a collection's features are, each of which may be unknown."""
    known = {
        one.name: _nullable(described_property(one, Language.EN)) for one in collection.properties
    }
    return {"type": "object", "properties": known | {"synthetic": {"type": "boolean"}}}


def _nullable(described: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {**described, "nullable": True}
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    if found["type"] == "array":
        found["items"] = {}
    return found


def sent_schema(collection: Collection, kind: Editable, *, whole: bool) -> dict[str, Any]:
    """Return what may be sent of a feature: all of it, or what shall change."""
    shown = properties_schema(collection)["properties"]
    stated = {name: _bounded(name, shown[name], kind) for name in kind.fields}
    required = list(kind.required)
    for name in required:
        stated[name] = {key: item for key, item in stated[name].items() if key != "nullable"}
        if "enum" in stated[name]:
            stated[name]["enum"] = [one for one in stated[name]["enum"] if one is not None]
    passed_over: dict[str, Any] = {name: {} for name in shown if name not in stated}
    properties: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": stated | passed_over,
    }
    point = {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"type": "string", "enum": ["Point"]}, "coordinates": _POSITION},
    }
    found: dict[str, Any] = {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "geometry": point,
            "properties": properties,
        },
    }
    if whole:
        properties["required"] = required
        found["required"] = ["type", "geometry", "properties"]
    return found


def _bounded(name: str, described: dict[str, Any], kind: Editable) -> dict[str, Any]:
    """Return what a field may be: within the sane range of its kind, a text not too long."""
    if name in kind.lists:
        numbers = {"type": "number", "minimum": -10_000, "maximum": 10_000}
        return {**described, "items": numbers, "minItems": AZIMUTHS, "maxItems": AZIMUTHS}
    limits = range_of(name)
    if limits is not None:
        return {**described, "minimum": limits[0], "maximum": limits[1]}
    if described["type"] == "string" and "enum" not in described and "format" not in described:
        return {**described, "maxLength": _LONGEST}
    return described


def feature_schema(collection: Collection) -> dict[str, Any]:
    """Return what a feature of a collection is."""
    own = {"properties": {"properties": properties_schema(collection)}}
    return {"allOf": [{"$ref": "#/components/schemas/Feature"}, own]}


def page_schema(collection: Collection) -> dict[str, Any]:
    """Return what a page of a collection's features is."""
    own = {"properties": {"features": {"items": feature_schema(collection)}}}
    return {"allOf": [{"$ref": "#/components/schemas/FeatureCollection"}, own]}
