"""What leaves the register, layer by layer, as columns and rows of one caller's scope."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from data.text import Language, has, text
from gis.exchange.fields import ANTENNA, FIELDS, PLACE, title
from gis.exchange.report import ImportKind
from gis.register.allotments import AllotmentPoint
from gis.register.antennas import Antenna
from gis.register.reading import Reader
from gis.register.records import (
    Boundary,
    BroadcastStation,
    Measurement,
    PlanEntry,
    ProtectedPoint,
    Provenance,
)
from gis.register.scopes import Scope
from gis.register.siting import AviationFacility, PlanningZone, Runway
from gis.register.structures import Structure

__all__ = ["Layer", "LayerColumn", "LayerName", "LayerRow", "read_layer", "word_of"]

_ORIGIN = ("confidence", "source", "batch_id", "row")
_BOUNDARY = ("unit_code", "name", "position_uncertainty_m", "official", "valid_from", "valid_to")
_ZONE = ("id", "kind", "name", "mast_classes", "height_limit_m", "valid_from", "valid_to")
_SKIPPED = frozenset((*PLACE, "label", "note", "stamp", "confidence", "source"))
_Placed = (
    Structure
    | BroadcastStation
    | PlanEntry
    | Measurement
    | ProtectedPoint
    | AllotmentPoint
    | Runway
    | AviationFacility
)
_WORDS = {
    "kind": (
        "structure_kind",
        "measurement_kind",
        "protected_point_kind",
        "facility_kind",
        "planning_zone_kind",
    )
}
_INTEGERS = frozenset({"row"})


class LayerName(StrEnum):
    """A layer that can be exported."""

    STRUCTURES = "structures"
    STATIONS = "stations"
    PLAN = "plan"
    BOUNDARIES = "boundaries"
    MEASUREMENTS = "measurements"
    PROTECTED_POINTS = "protected_points"
    ALLOTMENTS = "allotments"
    RUNWAYS = "runways"
    FACILITIES = "aviation_facilities"
    ZONES = "planning_zones"

    @property
    def outlines(self) -> bool:
        """Whether its records are areas, which no table can hold."""
        return self in (LayerName.BOUNDARIES, LayerName.ZONES)


@dataclass(frozen=True, slots=True)
class LayerColumn:
    """One column.

    Attributes
    ----------
    name : str
        The field's own name.
    type : type
        `str`, `float`, `int`, `bool` or `date`.
    """

    name: str
    type: type

    def title(self, language: Language | str) -> str:
        """Return its header for people."""
        return title(self.name, language)


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One record: its values in the order of the columns, and where it lies."""

    values: tuple[Any, ...]
    geometry: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Attributes
    ----------
    name : LayerName
        Which one.
    geometry_type : str
        `Point` or `MultiPolygon`.
    columns : tuple of LayerColumn
        Its columns, the geometry aside.
    rows : list of LayerRow
        Its records.
    """

    name: LayerName
    geometry_type: str
    columns: tuple[LayerColumn, ...]
    rows: list[LayerRow]

    def title(self, language: Language | str) -> str:
        """Return its name for people."""
        return text(f"exchange.layer.{self.name.value}", language)


def read_layer(
    register: Reader, scope: Scope, name: LayerName, language: Language | str, on: date | None
) -> Layer:
    """Return a layer as one caller may see it.

    Parameters
    ----------
    register : Reader
        The register.
    scope : Scope
        What the caller may see.
    name : LayerName
        Which layer.
    language : Language
        Of the stamp on demonstration data.
    on : date or None
        Only what is in force on a day.
    """
    if name is LayerName.BOUNDARIES:
        return _boundaries(register, language, on)
    if name is LayerName.ZONES:
        return _zones(register, language, on)
    listed: dict[LayerName, tuple[type, Callable[[], Sequence[_Placed]]]] = {
        LayerName.STRUCTURES: (Structure, lambda: register.structures(scope, on=on)),
        LayerName.STATIONS: (BroadcastStation, lambda: register.stations(scope, on=on)),
        LayerName.PLAN: (PlanEntry, lambda: register.plan_entries(on=on)),
        LayerName.MEASUREMENTS: (Measurement, lambda: register.measurements(scope)),
        LayerName.PROTECTED_POINTS: (
            ProtectedPoint,
            lambda: register.protected_points(scope, on=on),
        ),
        LayerName.ALLOTMENTS: (AllotmentPoint, lambda: register.allotment_points(on=on)),
        LayerName.RUNWAYS: (Runway, lambda: register.runways(scope, on=on)),
        LayerName.FACILITIES: (
            AviationFacility,
            lambda: register.aviation_facilities(scope, on=on),
        ),
    }
    record, read_all = listed[name]
    records, annotations = read_all(), _annotations(record)
    kept = {*record.__annotations__, *ANTENNA}
    own = [
        each.name
        for each in FIELDS[ImportKind(name.value)]
        if each.name not in _SKIPPED and each.name in kept
    ]
    names = [*own, *_ORIGIN, "stamp"]
    readers = [_reader(each, language) for each in names]
    rows = [
        LayerRow(tuple(read(record) for read in readers), _point(record)) for record in records
    ]
    columns = tuple(LayerColumn(each, annotations.get(each, str)) for each in names)
    return Layer(name, "Point", columns, rows)


def word_of(field: str, value: object, language: Language | str) -> str | None:
    """Return the word for a value of a choice, or None when the field is none."""
    keys = (f"register.{name}.{value}" for name in _WORDS.get(field, (field,)))
    known = next((key for key in keys if has(key)), None) if isinstance(value, str) else None
    return None if known is None else text(known, language)


def _annotations(record: type) -> dict[str, type]:
    """Return the plain type of each field of a record, from its annotation."""
    found: dict[str, type] = {}
    for name, annotation in record.__annotations__.items():
        words = str(annotation)
        if "tuple" in words or "datetime.datetime" in words:
            found[name] = str
        elif "float" in words:
            found[name] = float
        elif "bool" in words:
            found[name] = bool
        elif "date" in words:
            found[name] = date
    if record is BroadcastStation:
        of_antenna = _annotations(Antenna)
        found |= {column: of_antenna.get(own, str) for column, own in ANTENNA.items()}
    return found | dict.fromkeys(_INTEGERS, int)


def _reader(name: str, language: Language | str) -> Callable[[Any], Any]:
    if name == "stamp":
        return lambda record: _stamp(record.provenance, language)
    if name in _ORIGIN:
        return lambda record: _plain(getattr(record.provenance, name))
    if name in ANTENNA:
        own = ANTENNA[name]
        return lambda record: _plain(getattr(record.antenna, own)) if record.antenna else None
    return lambda record: _plain(getattr(record, name))


def _stamp(provenance: Provenance, language: Language | str) -> str | None:
    return text("register.synthetic_stamp", language) if provenance.synthetic else None


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, tuple):
        return ";".join(_shortest(part) for part in value) or None
    return value


def _shortest(value: Any) -> str:
    """Return a number of a list in one reading: three decimals get a zero behind."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    written = str(value)
    return f"{written}0" if written[-4:-3] == "." else written


def _point(record: _Placed) -> BaseGeometry | None:
    if record.longitude is None or record.latitude is None:
        return None
    return shapely.Point(record.longitude, record.latitude)


def _boundaries(register: Reader, language: Language | str, on: date | None) -> Layer:
    names = {unit.code: unit.name for unit in register.units(on=on)}
    readers = {name: _reader(name, language) for name in (*_BOUNDARY, *_ORIGIN, "stamp")}
    readers["name"] = partial(_name_of, names)
    rows = [
        LayerRow(
            tuple(read(outline) for read in readers.values()),
            _oriented(outline.geometry),
        )
        for outline in register.boundaries(on=on)
    ]
    types = _annotations(Boundary)
    columns = tuple(LayerColumn(name, types.get(name, str)) for name in readers)
    return Layer(LayerName.BOUNDARIES, "MultiPolygon", columns, rows)


def _zones(register: Reader, language: Language | str, on: date | None) -> Layer:
    readers = {name: _reader(name, language) for name in (*_ZONE, *_ORIGIN, "stamp")}
    rows = [
        LayerRow(tuple(read(zone) for read in readers.values()), _oriented(zone.geometry))
        for zone in register.planning_zones(on=on)
    ]
    types = _annotations(PlanningZone)
    columns = tuple(LayerColumn(name, types.get(name, str)) for name in readers)
    return Layer(LayerName.ZONES, "MultiPolygon", columns, rows)


def _oriented(outline: shapely.MultiPolygon) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.geometry.polygon.orient(part) for part in outline.geoms])


def _name_of(names: dict[str, str], outline: Boundary) -> str | None:
    return names.get(outline.unit_code)
