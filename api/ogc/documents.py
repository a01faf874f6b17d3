"""What the OGC API says of itself: landing page, conformance, collections, schemas."""

from collections.abc import Mapping
from typing import Any, Final

from api.downloads import MEDIA_TYPES
from api.ogc.crs import CRS84, KNOWN
from api.roles import COLLECTIONS as ALLOWED
from api.roles import Role
from data.text import Language, has, text
from gis.features.collections import COLLECTIONS, Collection, Property
from gis.features.cql2 import Kind
from gis.features.reading import GEOMETRY
from gis.register.records import Bounds

__all__ = [
    "CONFORMANCE",
    "JSON",
    "RELATION",
    "SCHEMA",
    "allowed",
    "collection_document",
    "described_property",
    "landing",
    "link",
    "queryables",
    "schema_of",
]

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA: Final = "application/schema+json"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_FEATURES: Final = "http://www.opengis.net/spec/ogcapi-features-{}/conf/{}"
_TILES: Final = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{}"
_PROCESSES: Final = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{}"
RELATION: Final = "http://www.opengis.net/def/rel/ogc/1.0/{}"
_CQL2: Final = "http://www.opengis.net/spec/cql2/1.0/conf/{}"

CONFORMANCE: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(_FEATURES.format("1/1.0", name) for name in ("core", "oas30", "geojson")),
    _FEATURES.format("2/1.0", "crs"),
    *(_FEATURES.format("3/1.0", n) for n in ("queryables", "queryables-query-parameters",
                                             "filter", "features-filter")),
    *(_FEATURES.format("4/1.0", n) for n in ("create-replace-delete", "update", "features",
                                             "optimistic-locking-etags")),
    *(_TILES.format(n) for n in ("core", "tileset", "tilesets-list", "geodata-tilesets",
                                 "datetime", "mvt", "png", "oas30")),
    *(_PROCESSES.format(n) for n in ("core", "ogc-process-description", "json", "oas30",
                                     "job-list", "dismiss")),
    *(
        _CQL2.format(name)
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "property-property",
            "arithmetic",
        )
    ),
)  # fmt: skip
"""Every requirements class that is met."""

_BULK: Final = ("geojsonseq", "csv", "fgb", "gpkg")
_NUMBERS: Final = {True: "integer", False: "number"}


def link(base: str, path: str, rel: str, kind: str = JSON, title: str = "") -> dict[str, str]:
    """Return a link to an address of this server."""
    found = {"href": f"{base}{path}", "rel": rel, "type": kind}
    return found | ({"title": title} if title else {})


def allowed(role: Role) -> list[Collection]:
    """Return the collections that a role may read."""
    return [one for one in COLLECTIONS.values() if role in ALLOWED[one.id]]


def landing(base: str, language: Language) -> dict[str, Any]:
    """Return the landing page (part 1, 7.2)."""
    return {
        "title": text("ogc.title", language),
        "description": text("ogc.description", language),
        "links": [
            link(base, "/ogc", "self"),
            link(base, "/openapi.json", "service-desc", OPENAPI),
            link(base, "/docs", "service-doc", "text/html"),
            link(base, "/ogc/conformance", "conformance"),
            link(base, "/ogc/conformance", RELATION.format("conformance")),
            link(base, "/ogc/collections", "data"),
            link(base, "/ogc/tileMatrixSets", RELATION.format("tiling-schemes")),
            link(base, "/ogc/processes", RELATION.format("processes")),
            link(base, "/ogc/jobs", RELATION.format("job-list")),
        ],
    }


def collection_document(
    base: str, collection: Collection, extent: Bounds | None, language: Language
) -> dict[str, Any]:
    """Return what a collection is (part 1, 7.13; part 2, 6)."""
    path = f"/ogc/collections/{collection.id}"
    found: dict[str, Any] = {
        "id": collection.id,
        "title": text(f"ogc.collection_{_key(collection)}", language),
        "itemType": "feature",
        "links": [
            link(base, path, "self"),
            link(base, f"{path}/items", "items", GEOJSON),
            *(link(base, f"{path}/bulk?f={f}", "enclosure", MEDIA_TYPES[f]) for f in _BULK),
            link(base, f"{path}/schema", "describedby", SCHEMA),
            link(
                base,
                f"{path}/queryables",
                RELATION.format("queryables"),
                SCHEMA,
            ),
        ],
    }
    if collection.geometry is not None:
        found |= {"crs": list(KNOWN), "storageCrs": CRS84}
        found["links"].append(link(base, f"{path}/tiles", RELATION.format("tilesets-vector")))
    if extent is not None:
        found["extent"] = {"spatial": {"bbox": [list(extent)], "crs": CRS84}}
    return found


def _key(collection: Collection) -> str:
    return collection.id.replace("-", "_")


def queryables(base: str, collection: Collection, language: Language) -> dict[str, Any]:
    """Return what filters and parameters may ask about (part 3, 6.2)."""
    asked = [one for one in collection.properties if one.kind is not None]
    found = _schema(base, collection, "queryables", language)
    found["properties"] = {"id": {"type": "string"}} | _described(asked, language)
    if collection.geometry is not None:
        found["properties"][GEOMETRY] = _geometry(collection)
    found["additionalProperties"] = False
    return found


def schema_of(base: str, collection: Collection, language: Language) -> dict[str, Any]:
    """Return what a feature says."""
    found = _schema(base, collection, "schema", language)
    described = _described(collection.properties, language)
    synthetic = {"synthetic": {"type": "boolean", "title": text("ogc.synthetic", language)}}
    found["properties"] = {"id": {"type": "string", "x-ogc-role": "id"}} | described | synthetic
    if collection.geometry is not None:
        found["properties"][GEOMETRY] = _geometry(collection)
    return found


def _schema(base: str, collection: Collection, kind: str, language: Language) -> dict[str, Any]:
    return {
        "$schema": _DIALECT,
        "$id": f"{base}/ogc/collections/{collection.id}/{kind}",
        "type": "object",
        "title": text(f"ogc.collection_{_key(collection)}", language),
    }


def _geometry(collection: Collection) -> dict[str, str]:
    name = {"Geometry": "any"}.get(collection.geometry or "", (collection.geometry or "").lower())
    return {"x-ogc-role": "primary-geometry", "format": f"geometry-{name}"}


def _described(properties: Any, language: Language) -> dict[str, Mapping[str, Any]]:
    return {one.name: described_property(one, language) for one in properties}


def described_property(one: Property, language: Language) -> dict[str, Any]:
    """Return what a property is, as JSON Schema says it."""
    key = f"register.field.{one.name}"
    found: dict[str, Any] = {"title": text(key, language) if has(key) else one.name}
    if one.kind is None:
        return found | {"type": "array"}
    if one.kind in (Kind.DAY, Kind.MOMENT):
        return found | {"type": "string", "format": one.kind.value}
    if one.kind is Kind.NUMBER:
        return found | {"type": _NUMBERS[one.integer]}
    return found | {"type": one.kind.value} | ({"enum": list(one.words)} if one.words else {})
