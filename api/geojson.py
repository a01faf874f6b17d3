"""Records of the register as GeoJSON (RFC 7946): longitude first, names with their units."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import shapely

from gis.register.points import RegistrationPoint
from gis.register.records import AdministrativeUnit, Boundary, ImportBatch, PlanEntry
from gis.register.works import PlannedWork

__all__ = ["collection", "feature", "plain"]

_POSITION = ("longitude", "latitude")
_PLACELESS = (PlanEntry, AdministrativeUnit, RegistrationPoint)
_BULKY = frozenset({"geometry"})


def plain(value: object) -> Any:
    """Return a value as JSON knows it: dates in ISO 8601, enumerations by value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    return value


def _fields(record: Any) -> dict[str, Any]:
    return {
        item.name: plain(getattr(record, item.name))
        for item in dataclasses.fields(record)
        if item.name not in _BULKY
    }


def feature(record: Any) -> dict[str, Any]:
    """Return one record as a feature; its identifier stands outside the properties too."""
    properties = _fields(record)
    for name in _POSITION:
        properties.pop(name, None)
    provenance = properties.pop("provenance", None)
    if provenance is not None:
        properties["confidence"] = provenance["confidence"]
        properties["source"] = provenance["source"]
        properties["synthetic"] = provenance["confidence"] == "synthetic"
    return {
        "type": "Feature",
        "id": _identifier(record),
        "geometry": _geometry(record),
        "properties": properties,
    }


def _identifier(record: Any) -> str:
    if isinstance(record, Boundary):
        return record.unit_code
    if isinstance(record, AdministrativeUnit):
        return record.code
    return str(record.id)


def _geometry(record: Any) -> dict[str, Any] | None:
    if isinstance(record, Boundary | PlannedWork):
        geometry: dict[str, Any] = shapely.geometry.mapping(record.geometry)
        return geometry
    if isinstance(record, ImportBatch):
        return None
    if isinstance(record, _PLACELESS) and record.longitude is None:
        return None
    return {"type": "Point", "coordinates": [record.longitude, record.latitude]}


def collection(
    records: Iterable[Any], *, matched: int, links: list[dict[str, str]]
) -> dict[str, Any]:
    """Return a page of records as a feature collection."""
    features = [feature(record) for record in records]
    return {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(features),
        "links": links,
        "features": features,
    }
