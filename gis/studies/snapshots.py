"""Records of the register as JSON and back, so that a study can be run again from its record."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from shapely import MultiPolygon, from_wkb, to_wkb

from gis.errors import FormatError
from gis.register.records import LATER
from gis.studies.record import sha256_of

__all__ = ["geometry_from_hex", "geometry_hex", "record_from_json", "record_to_json"]

_Record = TypeVar("_Record")

_PLAIN = frozenset({type(None), bool, int, float, str})
_ALWAYS = object()
_KNOWN_HINTS: dict[type, dict[str, Any]] = {}
_KNOWN_LAYOUTS: dict[type, tuple[tuple[str, object], ...]] = {}


def record_to_json(record: object) -> dict[str, Any]:
    """Return a record of plain values as JSON values; a geometry becomes its hash.

    Enumerations become their values, dates ISO 8601.
    """
    written = {}
    for name, unsaid in _layout(type(record)):
        value = getattr(record, name)
        if value != unsaid:
            written[name] = value if type(value) in _PLAIN else _encoded(value)
    return written


def record_from_json(kind: type[_Record], content: dict[str, Any]) -> _Record:
    """Return the record that `record_to_json` wrote.

    Raises
    ------
    FormatError
        If the content is not such a record.
    """
    hints = _hints(kind)
    try:
        values = {name: _decoded(hints[name], value) for name, value in content.items()}
        return kind(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("studies.damaged_snapshot", record=kind.__name__) from error


def geometry_hex(geometry: MultiPolygon) -> str:
    """Return a geometry as the hexadecimal of its well-known binary (little endian, 2-D)."""
    return str(to_wkb(geometry, hex=True, output_dimension=2, byte_order=1))


def geometry_from_hex(written: str) -> MultiPolygon:
    """Return the geometry that `geometry_hex` wrote."""
    geometry = from_wkb(written)
    if not isinstance(geometry, MultiPolygon):
        raise FormatError("studies.damaged_snapshot", record="Boundary")
    return geometry


def _hints(kind: type) -> dict[str, Any]:
    known = _KNOWN_HINTS.get(kind)
    if known is None:
        known = _KNOWN_HINTS[kind] = get_type_hints(kind)
    return known


def _layout(kind: type) -> tuple[tuple[str, object], ...]:
    """Return each field of a record with the value that is not written, which nothing equals."""
    known = _KNOWN_LAYOUTS.get(kind)
    if known is None:
        if not is_dataclass(kind):
            raise TypeError(f"{kind.__name__} is no record")
        known = _KNOWN_LAYOUTS[kind] = tuple(
            (item.name, item.default if item.metadata == LATER else _ALWAYS)
            for item in fields(kind)
        )
    return known


def _encoded(value: object) -> Any:
    if type(value) in _PLAIN:  # most values, and the dearest to look at in another order
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [_encoded(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(_encoded(item) for item in value)
    if isinstance(value, Mapping):
        return {str(key): _encoded(item) for key, item in value.items()}
    return record_to_json(value) if is_dataclass(value) else _encoded_scalar(value)


def _encoded_scalar(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, MultiPolygon):
        return sha256_of(geometry_hex(value).encode())
    return value


def _decoded(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _of_union(get_args(hint), value)
    if value is None or hint in (Any, MultiPolygon):
        return value
    if origin is tuple:
        inner = get_args(hint)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_decoded(inner[0], item) for item in value)
        return tuple(_decoded(kind, item) for kind, item in zip(inner, value, strict=True))
    return _of_class(hint, value)


def _of_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return None
    named = [choice for choice in choices if choice is not type(None)]
    return _decoded(named[0], value) if len(named) == 1 else value


def _of_class(hint: Any, value: Any) -> Any:
    if not isinstance(hint, type):
        return value
    if issubclass(hint, datetime | date):
        return hint.fromisoformat(value)
    if issubclass(hint, Enum):
        return hint(value)
    if hint is float:
        return float(value)
    return record_from_json(hint, value) if is_dataclass(hint) else value
