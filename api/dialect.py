"""From the schemas that pydantic writes (OpenAPI 3.1) to those of OpenAPI 3.0.

QGIS, GDAL and OGC's class `oas30` read version 3.0, which has no type `null`, no list of examples
and no kind of content.
"""

from typing import Any

__all__ = ["as_3_0"]

_NULL = {"type": "null"}


def as_3_0(value: Any) -> Any:
    """Return a part of a document of version 3.1 as version 3.0 says it."""
    if isinstance(value, list):
        return [as_3_0(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: as_3_0(item) for name, item in value.items()}
    if isinstance(found.get("anyOf"), list):
        found = _without_null(found)
    if found.pop("contentMediaType", None) is not None:
        found["format"] = "binary"
    if "const" in found and "type" in found:
        found["enum"] = [found.pop("const")]
    examples = found.get("examples")
    if isinstance(examples, list):
        del found["examples"]
        found["example"] = examples[0]
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    others = [one for one in schema["anyOf"] if one != _NULL]
    if len(others) == len(schema["anyOf"]):
        return schema
    rest = {name: item for name, item in schema.items() if name != "anyOf"}
    if len(others) > 1:
        return {**rest, "anyOf": others, "nullable": True}
    (only,) = others
    if "$ref" in only:
        return {**rest, "allOf": [only], "nullable": True}
    return {**only, **rest, "nullable": True}
