"""What leaves the register, layer by layer, as columns and rows of one caller's scope."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from data.text import Language, has, text
from gis.errors import FormatError
from gis.exchange.fields import ANTENNA, FIELDS, PLACE, title
from gis.exchange.report import ImportKind
from gis.register.allotments import AllotmentPoint
from gis.register.antennas import Antenna
from gis.register.points import RegistrationPoint
from gis.register.reading import Reader
from gis.register.records import (
    Boundary,
    Bounds,
    BroadcastStation,
    Measurement,
    PlanEntry,
    ProtectedPoint,
    Provenance,
)
from gis.register.roads import Road
from gis.register.routes import Cable, Duct, Route
from gis.register.scopes import Scope
from gis.register.siting import AviationFacility, PlanningZone, Runway
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works import PlannedWork

__all__ = [
    "SHAPED",
    "Filters",
    "Layer",
    "LayerColumn",
    "LayerName",
    "LayerRow",
    "one_reading",
    "read_layer",
    "word_of",
]

_ORIGIN = ("confidence", "source", "batch_id", "row")
_BOUNDARY = ("unit_code", "name", "position_uncertainty_m", "official", "valid_from", "valid_to")
_ZONE = ("id", "kind", "name", "mast_classes", "height_limit_m", "valid_from", "valid_to")
_SKIPPED = frozenset((*PLACE, "geometry", "label", "note", "stamp", "confidence", "source"))
_WORDS = {
    "kind": (
        "structure_kind",
        "measurement_kind",
        "protected_point_kind",
        "facility_kind",
        "planning_zone_kind",
    ),
    "state": ("lifecycle",),
}
_WORDS_OF_LAYER = {
    ("routes", "kind"): ("route_kind",),
    ("roads", "kind"): ("road_kind",),
    ("planned_works", "kind"): ("work_kind",),
    ("planned_works", "state"): ("work_state",),
    ("registration_points", "kind"): ("point_kind",),
    ("registration_points", "state"): ("point_state",),
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
    ROADS = "roads"
    INSTALLATIONS = "installations"
    LEVELS = "levels"
    ROUTES = "routes"
    DUCTS = "ducts"
    CABLES = "cables"
    CONTRACTS = "contracts"
    PUBLISHED_RENTS = "published_rents"
    WORKS = "planned_works"
    POINTS = "registration_points"

    @property
    def placed(self) -> bool:
        """Whether its records have a place of their own, as columns of a table."""
        return not self.outlines and ImportKind(self.value).pointed

    @property
    def mixed(self) -> bool:
        """Whether its records are points and lines, which no Shapefile can hold together."""
        return self is LayerName.WORKS

    @property
    def outlines(self) -> bool:
        """Whether its records are areas, which no table can hold."""
        return self in (LayerName.BOUNDARIES, LayerName.ZONES)

    @property
    def drawn(self) -> bool:
        """Whether its records lie somewhere, by themselves or by what they hang on."""
        own = (LayerName.INSTALLATIONS, LayerName.LEVELS, *SHAPED)
        return self.placed or self.outlines or self in own


SHAPED = (LayerName.ROUTES, LayerName.WORKS, LayerName.ROADS)
"""Layers whose records have a shape of their own, in a table as WKT."""


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
    geometry_type : str or None
        `Point`, `LineString`, `MultiPolygon` or, of points and lines, `Unknown`; None for records
        that lie nowhere.
    columns : tuple of LayerColumn
        Its columns, the geometry aside.
    rows : list of LayerRow
        Its records.
    """

    name: LayerName
    geometry_type: str | None
    columns: tuple[LayerColumn, ...]
    rows: list[LayerRow]

    def title(self, language: Language | str) -> str:
        """Return its name for people."""
        return text(f"exchange.layer.{self.name.value}", language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which records of a layer are wanted.

    Attributes
    ----------
    on : date or None
        Only what is in force on a day.
    kinds : tuple of str
        Only these kinds of structure, line or point; empty for all.
    owner_id : str or None
        Only of this organisation.
    plan_year : int or None
        Only what belongs to the annual plan of a year.
    bbox : Bounds or None
        Only what touches west, south, east, north in degrees.
    """

    on: date | None = None
    kinds: tuple[str, ...] = ()
    owner_id: str | None = None
    plan_year: int | None = None
    bbox: Bounds | None = None


def read_layer(
    register: Reader,
    scope: Scope,
    name: LayerName,
    language: Language | str,
    wanted: Filters,
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
    wanted : Filters
        Which of its records.

    Raises
    ------
    FormatError
        If the layer cannot be filtered in that way, or a box is none.
    """
    _refuse_filters(name, wanted)
    if name is LayerName.BOUNDARIES:
        return _boundaries(register, language, wanted)
    if name is LayerName.ZONES:
        return _zones(register, language, wanted)
    record, read_all = _listed(register, scope, wanted.on)[name]
    place = _placer(register, scope, name)
    found = [(one, place(one)) for one in read_all() if _of_kind_and_owner(one, wanted)]
    annotations = _annotations(record)
    kept = {*record.__annotations__, *ANTENNA}
    own = [
        each.name
        for each in FIELDS[ImportKind(name.value)]
        if each.name not in _SKIPPED and each.name in kept
    ]
    names = [*own, *_ORIGIN, "stamp"]
    readers = [_reader(each, language) for each in names]
    rows = [
        LayerRow(tuple(read(record) for read in readers), shape)
        for record, shape in found
        if _inside(shape, wanted.bbox)
    ]
    columns = tuple(LayerColumn(each, annotations.get(each, str)) for each in names)
    return Layer(name, _GEOMETRIES.get(name), columns, rows)


_GEOMETRIES = {
    **{name: "Point" for name in LayerName if name.placed},
    LayerName.INSTALLATIONS: "Point",
    LayerName.LEVELS: "Point",
    LayerName.ROUTES: "LineString",
    LayerName.ROADS: "LineString",
    LayerName.WORKS: "Unknown",
}
_OWNED = frozenset(
    {
        LayerName.STRUCTURES,
        LayerName.STATIONS,
        LayerName.INSTALLATIONS,
        LayerName.ROUTES,
        LayerName.CABLES,
        LayerName.CONTRACTS,
        LayerName.WORKS,
        LayerName.POINTS,
    }
)
_OF_KINDS = frozenset(
    {
        LayerName.STRUCTURES,
        LayerName.ROUTES,
        LayerName.WORKS,
        LayerName.POINTS,
        LayerName.MEASUREMENTS,
        LayerName.PROTECTED_POINTS,
        LayerName.PUBLISHED_RENTS,
        LayerName.FACILITIES,
        LayerName.ZONES,
        LayerName.ROADS,
    }
)


def _refuse_filters(name: LayerName, wanted: Filters) -> None:
    for told, fits, word in (
        (bool(wanted.kinds), name in _OF_KINDS, "kind"),
        (wanted.owner_id is not None, name in _OWNED, "owner"),
        (wanted.plan_year is not None, name is LayerName.WORKS, "year"),
        (wanted.bbox is not None, name.drawn, "bbox"),
    ):
        if told and not fits:
            raise FormatError("exchange.export_filter", layer=name.value, filter=word)
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        if not all(map(math.isfinite, wanted.bbox)) or west > east or south > north:
            raise FormatError("errors.box_wrong", value=", ".join(map(str, wanted.bbox)))


def _of_kind_and_owner(record: Any, wanted: Filters) -> bool:
    if wanted.kinds and (record.kind is None or record.kind.value not in wanted.kinds):
        return False
    if wanted.plan_year is not None and record.plan_year != wanted.plan_year:
        return False
    if wanted.owner_id is None:
        return True
    names = ("owner_id", "organisation_id", "operator_id")
    return wanted.owner_id == next(
        (getattr(record, name) for name in names if hasattr(record, name)), None
    )


def _inside(shape: BaseGeometry | None, bbox: Bounds | None) -> bool:
    return bbox is None or (shape is not None and bool(shape.intersects(shapely.box(*bbox))))


def _listed(
    register: Reader, scope: Scope, on: date | None
) -> dict[LayerName, tuple[type, Callable[[], Sequence[Any]]]]:
    return {
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
        LayerName.ROADS: (Road, lambda: register.roads(on=on)),
        LayerName.INSTALLATIONS: (Installation, lambda: register.installations(scope, on=on)),
        LayerName.LEVELS: (AttachmentLevel, lambda: register.levels(scope)),
        LayerName.ROUTES: (Route, lambda: register.routes(scope, on=on)),
        LayerName.DUCTS: (Duct, lambda: register.ducts(scope)),
        LayerName.CABLES: (Cable, lambda: register.cables(scope, on=on)),
        LayerName.CONTRACTS: (Contract, lambda: register.contracts(scope, on=on)),
        LayerName.PUBLISHED_RENTS: (PublishedRent, lambda: register.published_rents(on=on)),
        LayerName.WORKS: (PlannedWork, lambda: register.works(scope)),
        LayerName.POINTS: (RegistrationPoint, lambda: register.points(scope, on=on)),
    }


def _placer(
    register: Reader, scope: Scope, name: LayerName
) -> Callable[[Any], BaseGeometry | None]:
    """Return what tells where a record of a layer lies: what hangs on a structure lies there."""
    if name in SHAPED:
        return _line
    if name in (LayerName.INSTALLATIONS, LayerName.LEVELS):
        sites = {one.id: _point(one) for one in register.structures(scope)}
        return lambda record: sites.get(record.structure_id)
    return _point if name.placed else _nowhere


def _line(record: Route | PlannedWork | Road) -> BaseGeometry:
    return record.geometry


def _nowhere(record: object) -> None:
    del record


def word_of(layer: LayerName, field: str, value: object, language: Language | str) -> str | None:
    """Return the word for a value of a choice, or None when the field is none."""
    lists = _WORDS_OF_LAYER.get((layer.value, field)) or _WORDS.get(field, (field,))
    keys = (f"register.{name}.{value}" for name in lists)
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
        elif words in ("<class 'int'>", "int | None"):
            found[name] = int
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
        return ";".join(one_reading(part) for part in value) or None
    return value


def one_reading(value: Any) -> str:
    """Return a number in one reading: three decimals get a zero behind."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    written = str(value)
    return f"{written}0" if written[-4:-3] == "." else written


def _point(record: Any) -> BaseGeometry | None:
    if record.longitude is None or record.latitude is None:
        return None
    return shapely.Point(record.longitude, record.latitude)


def _boundaries(register: Reader, language: Language | str, wanted: Filters) -> Layer:
    names = {unit.code: unit.name for unit in register.units(on=wanted.on)}
    readers = {name: _reader(name, language) for name in (*_BOUNDARY, *_ORIGIN, "stamp")}
    readers["name"] = partial(_name_of, names)
    rows = [
        LayerRow(
            tuple(read(outline) for read in readers.values()),
            _oriented(outline.geometry),
        )
        for outline in register.boundaries(on=wanted.on)
        if _inside(outline.geometry, wanted.bbox)
    ]
    types = _annotations(Boundary)
    columns = tuple(LayerColumn(name, types.get(name, str)) for name in readers)
    return Layer(LayerName.BOUNDARIES, "MultiPolygon", columns, rows)


def _zones(register: Reader, language: Language | str, wanted: Filters) -> Layer:
    readers = {name: _reader(name, language) for name in (*_ZONE, *_ORIGIN, "stamp")}
    rows = [
        LayerRow(tuple(read(zone) for read in readers.values()), _oriented(zone.geometry))
        for zone in register.planning_zones(on=wanted.on)
        if _inside(zone.geometry, wanted.bbox) and _of_kind_and_owner(zone, wanted)
    ]
    types = _annotations(PlanningZone)
    columns = tuple(LayerColumn(name, types.get(name, str)) for name in readers)
    return Layer(LayerName.ZONES, "MultiPolygon", columns, rows)


def _oriented(outline: shapely.MultiPolygon) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.geometry.polygon.orient(part) for part in outline.geoms])


def _name_of(names: dict[str, str], outline: Boundary) -> str | None:
    return names.get(outline.unit_code)
