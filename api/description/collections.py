"""The operations of the OGC API with the properties of each collection written out."""

import copy
from typing import Any, Final

from api.ogc.documents import GEOJSON, SCHEMA, described_property
from api.ogc.processes import OUTPUT, PROCESSES, Process, inputs_schema
from api.ogc.schemas import SCHEMAS, feature_schema, page_schema, sent_schema
from api.ogc.tiles import TILE_MATRIX_SET
from api.roles import COLLECTIONS as ALLOWED
from api.roles import Role
from data.text import Language
from gis.features.collections import COLLECTIONS, Collection
from gis.features.cql2 import Kind
from gis.features.writing import EDITABLE

__all__ = ["components", "written_out"]

_ROOT: Final = "/ogc/collections/{collection_id}"
_BULK: Final = f"{_ROOT}/bulk"
_EXECUTION: Final = "/ogc/processes/{process_id}/execution"
_NAMED: Final = {"collection_id": list(COLLECTIONS), "process_id": list(PROCESSES)}
_ITEMS: Final = f"{_ROOT}/items"
_TILES: Final = f"{_ROOT}/tiles"
_MAP_TILES: Final = "/ogc/studies/{study_id}/map/tiles"
_TILE_NAMES: Final = {
    "collection_id": [one.id for one in COLLECTIONS.values() if one.geometry is not None],
    "tile_matrix_set_id": [TILE_MATRIX_SET],
}
_PLAIN: Final = {
    "/ogc": ("application/json", "LandingPage"),
    "/ogc/conformance": ("application/json", "Conformance"),
    "/ogc/collections": ("application/json", "Collections"),
    _ROOT: ("application/json", "Collection"),
    "/ogc/processes": ("application/json", "Processes"),
    "/ogc/processes/{process_id}": ("application/json", "Process"),
    "/ogc/jobs": ("application/json", "Jobs"),
    "/ogc/jobs/{job_id}": ("application/json", "StatusInfo"),
    "/ogc/jobs/{job_id}/results": ("application/json", "Results"),
    f"{_ROOT}/queryables": (SCHEMA, "JsonSchema"),
    f"{_ROOT}/schema": (SCHEMA, "JsonSchema"),
    "/ogc/tileMatrixSets": ("application/json", "TileMatrixSets"),
    "/ogc/tileMatrixSets/{tile_matrix_set_id}": ("application/json", "TileMatrixSet"),
    _TILES: ("application/json", "TileSets"),
    f"{_TILES}/{{tile_matrix_set_id}}": ("application/json", "TileSet"),
    _MAP_TILES: ("application/json", "TileSets"),
    f"{_MAP_TILES}/{{tile_matrix_set_id}}": ("application/json", "TileSet"),
}
_LONGEST_VALUE: Final = 400
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "ETag of the feature as it was read.",
    "schema": {"type": "string", "maxLength": 200},
}


def written_out(paths: dict[str, Any]) -> dict[str, Any]:
    """Return the paths with those of items for each collection, and all answers described."""
    found: dict[str, Any] = {}
    for path, methods in paths.items():
        if path in _PLAIN:
            _describe(methods, path)
        _name(methods, _TILE_NAMES if "/tile" in path else _NAMED)
        if path == _EXECUTION:
            found |= {
                path.replace("{process_id}", one.id): _execution(one, copy.deepcopy(methods))
                for one in PROCESSES.values()
            }
            continue
        if not path.startswith((_ITEMS, _BULK)):
            found[path] = methods
            continue
        for collection in COLLECTIONS.values():
            own = path.replace("{collection_id}", collection.id)
            kept = {
                method: copy.deepcopy(operation)
                for method, operation in methods.items()
                if method in ("get", "options") or collection.id in EDITABLE
            }
            found[own] = _of(collection, path, kept)
    return found


def _execution(process: Process, methods: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that executes a process, with its own inputs."""
    operation = methods["post"]
    operation["operationId"] += "_" + process.kind
    operation["parameters"] = [
        one for one in operation["parameters"] if one.get("name") != "process_id"
    ]
    inputs = inputs_schema(process)
    schema = {
        "type": "object",
        "additionalProperties": False,
        **({"required": ["inputs"]} if inputs.get("required") else {}),
        "properties": {
            "inputs": inputs,
            "outputs": {
                "type": "object",
                "additionalProperties": False,
                "properties": {OUTPUT: {"type": "object"}},
            },
            "response": {"type": "string", "enum": ["raw", "document"]},
        },
    }
    operation["requestBody"]["content"] = {"application/json": {"schema": schema}}
    answered = {"$ref": "#/components/schemas/StatusInfo"}
    operation["responses"]["201"]["content"] = {"application/json": {"schema": answered}}
    return methods


def components() -> dict[str, Any]:
    """Return the schemas that the operations refer to."""
    return dict(SCHEMAS)


def _describe(methods: dict[str, Any], path: str) -> None:
    kind, name = _PLAIN[path]
    for operation in methods.values():
        schema = {"$ref": f"#/components/schemas/{name}"}
        operation["responses"]["200"]["content"] = {kind: {"schema": schema}}


def _name(methods: dict[str, Any], known: dict[str, list[str]]) -> None:
    """Say which names there are where a part of an address is one of a few."""
    for operation in methods.values():
        for parameter in operation.get("parameters", ()):
            if parameter.get("name") in known:
                parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}


def _of(collection: Collection, path: str, methods: dict[str, Any]) -> dict[str, Any]:
    """Return the operations on a collection's items, with its own properties as parameters."""
    for method, operation in methods.items():
        operation["operationId"] += "_" + collection.id.replace("-", "_")
        roles = ALLOWED[collection.id] & {Role(one) for one in operation["x-roles"]}
        operation["x-roles"] = [role.value for role in Role if role in roles]
        kept = [one for one in operation["parameters"] if one.get("name") != "collection_id"]
        operation["parameters"] = kept
        if path == _BULK:
            operation["parameters"] = kept + _parameters(collection)
            continue
        paged = method == "get" and path == _ITEMS
        schema = page_schema(collection) if paged else feature_schema(collection)
        for status in {"200", "201"} & set(operation["responses"]):
            operation["responses"][status]["content"] = {GEOJSON: {"schema": schema}}
        if paged:
            operation["parameters"] = kept + _parameters(collection)
        elif method not in ("get", "options"):
            _describe_write(collection, method, path, operation)
    return methods


def _describe_write(
    collection: Collection, method: str, path: str, operation: dict[str, Any]
) -> None:
    if path != _ITEMS:
        operation["parameters"].append(_IF_MATCH)
    if "requestBody" in operation:
        whole = method != "patch"
        schema = sent_schema(collection, EDITABLE[collection.id], whole=whole)
        kinds = operation["requestBody"]["content"]
        operation["requestBody"]["content"] = {kind: {"schema": schema} for kind in kinds}


def _parameters(collection: Collection) -> list[dict[str, Any]]:
    found = []
    for one in collection.properties:
        if one.kind is None:
            continue
        schema = described_property(one, Language.EN)
        title = schema.pop("title")
        if one.kind in (Kind.DAY, Kind.MOMENT, Kind.TEXT) and not one.words:
            schema = {"type": "string", "maxLength": _LONGEST_VALUE}
        elif one.kind is Kind.NUMBER:
            schema = {"type": "number"}
        described = {"name": one.name, "in": "query", "required": False, "description": title}
        found.append({**described, "schema": schema})
    return found
