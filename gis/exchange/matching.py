"""Rows against the register: what is new, what changes, what is there already."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.exchange.report import Change, ImportKind, ImportRecord, SiteRecord
from gis.geodesy import distance_km
from gis.names import name_key
from gis.register.allotments import AllotmentPoint
from gis.register.lettings import contract_key
from gis.register.points import RegistrationPoint
from gis.register.reading import Reader
from gis.register.records import (
    AdministrativeUnit,
    BroadcastStation,
    Measurement,
    PlanEntry,
    ProtectedPoint,
    Provenance,
)
from gis.register.roads import Road
from gis.register.routes import Cable, Duct, Route
from gis.register.scopes import SYSTEM
from gis.register.siting import AviationFacility, Runway
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works import PlannedWork

__all__ = ["POPULATION", "Index", "changes", "make", "merged", "stored_records"]

_TYPES: dict[ImportKind, type[Any]] = {
    ImportKind.STRUCTURES: Structure,
    ImportKind.STATIONS: BroadcastStation,
    ImportKind.PLAN: PlanEntry,
    ImportKind.MEASUREMENTS: Measurement,
    ImportKind.PROTECTED_POINTS: ProtectedPoint,
    ImportKind.ALLOTMENTS: AllotmentPoint,
    ImportKind.RUNWAYS: Runway,
    ImportKind.FACILITIES: AviationFacility,
    ImportKind.ROADS: Road,
    ImportKind.INSTALLATIONS: Installation,
    ImportKind.LEVELS: AttachmentLevel,
    ImportKind.ROUTES: Route,
    ImportKind.DUCTS: Duct,
    ImportKind.CABLES: Cable,
    ImportKind.CONTRACTS: Contract,
    ImportKind.PUBLISHED_RENTS: PublishedRent,
    ImportKind.WORKS: PlannedWork,
    ImportKind.POINTS: RegistrationPoint,
}
_PREFIXES = {
    ImportKind.STRUCTURES: "ct",
    ImportKind.STATIONS: "dai",
    ImportKind.PLAN: "qh",
    ImportKind.MEASUREMENTS: "do",
    ImportKind.PROTECTED_POINTS: "bv",
    ImportKind.ALLOTMENTS: "pb",
    ImportKind.RUNWAYS: "chc",
    ImportKind.FACILITIES: "dhk",
    ImportKind.ROADS: "duong",
    ImportKind.INSTALLATIONS: "tb",
    ImportKind.LEVELS: "muc",
    ImportKind.ROUTES: "tuyen",
    ImportKind.DUCTS: "ong",
    ImportKind.CABLES: "cap",
    ImportKind.CONTRACTS: "hd",
    ImportKind.PUBLISHED_RENTS: "gia",
    ImportKind.WORKS: "ct",
    ImportKind.POINTS: "dk",
}
POPULATION = ("population", "population_year", "population_source")
"""What a file of populations says of a unit."""
_SAME_SITE_KM = 0.1
_SAME_NAME_KM = 5.0
_DEGREE_TOLERANCE = 1e-7
_COARSEST_DEG = 0.5 / 3600
_RELATIVE_TOLERANCE = 1e-9


@dataclass(slots=True)
class _Held:
    record: ImportRecord
    row: int | None


class Index:
    """Records that the register holds and rows taken so far, found by what makes them one.

    A structure is one by owner and code, a plan entry by plan, carrier, site and first day, a
    station by service and carrier at one site, a measurement by carrier, moment and place, a
    protected point by kind, name, carrier and place, a calculation point by allotment, name, first
    day and place, a line by owner and code, a duct by line and code, a level by structure and
    heights, a contract by owner, number and place; equipment, cables and rents by what they are,
    a runway by aerodrome, name and first day, a facility by kind, name and first day, a road by
    number, name and line, a planned work by owner, name and the day that it begins, a
    registration point by operator and code, or name and address.
    """

    def __init__(self, kind: ImportKind, stored: Iterable[ImportRecord]) -> None:
        self._kind = kind
        self._by_id: dict[str, _Held] = {}
        self._by_key: dict[tuple[object, ...], list[_Held]] = {}
        for record in stored:
            self.add(record, None)

    def add(self, record: ImportRecord, row: int | None) -> None:
        """Take a record in; `row` is None for one that the register holds."""
        held = _Held(record, row)
        self._by_id[record.id] = held
        self._by_key.setdefault(_key(record), []).append(held)

    def by_id(self, record_id: str) -> tuple[ImportRecord, int | None] | None:
        """Return a record and the row that brought it, None for the register."""
        held = self._by_id.get(record_id)
        return None if held is None else (held.record, held.row)

    def same(self, record: ImportRecord) -> tuple[ImportRecord, int | None] | None:
        """Return the record that is the same thing, and the row that brought it."""
        for held in self._by_key.get(_key(record), ()):
            if self.is_same(record, held.record):
                return held.record, held.row
        return None

    def keyed(self, key: tuple[object, ...]) -> ImportRecord | None:
        """Return the first record of a key."""
        held = self._by_key.get(key)
        return held[0].record if held else None

    @staticmethod
    def is_same(record: ImportRecord, other: ImportRecord) -> bool:
        """Return whether two records are the same thing."""
        if _key(record) != _key(other):
            return False
        return not isinstance(record, BroadcastStation) or _one_site(record, other)

    def beside(self, record: ImportRecord) -> ImportRecord | None:
        """Return the stored record that is surely meant, though it may lie elsewhere."""
        for held in self._by_key.get(_key(record), ()):
            if held.row is None and not isinstance(record, BroadcastStation):
                return held.record
            if held.row is None and name_key(_name(held.record)) == name_key(_name(record)):
                return held.record
        return None


def stored_records(register: Reader, kind: ImportKind) -> Sequence[ImportRecord]:
    """Return all records of a kind."""
    listed: dict[ImportKind, Callable[[], Sequence[ImportRecord]]] = {
        ImportKind.STRUCTURES: lambda: register.structures(SYSTEM),
        ImportKind.STATIONS: lambda: register.stations(SYSTEM),
        ImportKind.PLAN: register.plan_entries,
        ImportKind.MEASUREMENTS: lambda: register.measurements(SYSTEM),
        ImportKind.PROTECTED_POINTS: lambda: register.protected_points(SYSTEM),
        ImportKind.ALLOTMENTS: register.allotment_points,
        ImportKind.RUNWAYS: lambda: register.runways(SYSTEM),
        ImportKind.FACILITIES: lambda: register.aviation_facilities(SYSTEM),
        ImportKind.ROADS: register.roads,
        ImportKind.POPULATION: register.units,
        ImportKind.INSTALLATIONS: lambda: register.installations(SYSTEM),
        ImportKind.LEVELS: lambda: register.levels(SYSTEM),
        ImportKind.ROUTES: lambda: register.routes(SYSTEM),
        ImportKind.DUCTS: lambda: register.ducts(SYSTEM),
        ImportKind.CABLES: lambda: register.cables(SYSTEM),
        ImportKind.CONTRACTS: lambda: register.contracts(SYSTEM),
        ImportKind.PUBLISHED_RENTS: register.published_rents,
        ImportKind.WORKS: lambda: register.works(SYSTEM),
        ImportKind.POINTS: lambda: register.points(SYSTEM),
    }
    return listed[kind]()


def make(kind: ImportKind, values: dict[str, Any], provenance: Provenance) -> ImportRecord:
    """Return a record of its values; `id` None makes one of what the record is."""
    if kind is ImportKind.POPULATION:
        counted = {name: values[name] for name in POPULATION}
        unit: AdministrativeUnit = replace(values["unit"], **counted)
        return unit
    plain = dict(values)
    for name in ("confidence", "source", "note"):
        plain.pop(name, None)
    record_id = plain.pop("id", None) or _new_id(kind, plain)
    record: ImportRecord = _TYPES[kind](id=record_id, provenance=provenance, **plain)
    return record


def _new_id(kind: ImportKind, values: Mapping[str, Any]) -> str:
    """Return the id of a record that has none, the same for the same thing every time."""
    if kind is ImportKind.STRUCTURES:
        parts = [values["owner_id"], values["code"].casefold()]
    elif kind not in (ImportKind.STATIONS, ImportKind.PLAN):
        parts = [str(part) for part in _key(_TYPES[kind](id="", provenance=None, **values))]
    else:
        parts = [values["service"].value, str(round(values["frequency_mhz"] * 1000))]
        if kind is ImportKind.PLAN:
            since = values["valid_from"]
            parts += [values["plan_id"], name_key(values["site_name"]), str(since)]
        else:
            place = f"{values['longitude']:.3f} {values['latitude']:.3f}"
            parts += [name_key(values["name"]), place]
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{_PREFIXES[kind]}-{digest[:16]}"


def merged(stored: ImportRecord, read: ImportRecord, changed: Iterable[str]) -> ImportRecord:
    """Return the stored record with the fields that a file changes, and the file's provenance."""
    values = {name: getattr(read, name) for name in changed}
    return replace(stored, **values, provenance=read.provenance)


def changes(
    stored: ImportRecord,
    read: ImportRecord,
    supplied: Iterable[str],
    half_steps_deg: tuple[float, float] = (0.0, 0.0),
) -> tuple[Change, ...]:
    """Return what differs in the fields that a file supplies.

    Degrees count as equal below 1e-7 (1 cm), or below half a unit of the last digit that the file
    writes (`half_steps_deg` east and north, at most half a second); other numbers relatively
    below 1e-9.
    """
    degrees = {
        name: max(_DEGREE_TOLERANCE, min(half_step * (1 + 1e-6), _COARSEST_DEG))
        for name, half_step in zip(("longitude", "latitude"), half_steps_deg, strict=True)
    }
    own = {each.name for each in fields(stored)}
    found = []
    for name in supplied:
        if name in own:
            old, new = getattr(stored, name), getattr(read, name)
        else:
            old, new = getattr(stored.provenance, name), getattr(read.provenance, name)
        if not _equal(old, new, degrees.get(name)):
            found.append(Change(name, old, new))
    return tuple(found)


def _equal(old: object, new: object, tolerance: float | None = None) -> bool:
    if isinstance(old, float | int) and isinstance(new, float | int):
        if tolerance is None:
            tolerance = _RELATIVE_TOLERANCE * max(1.0, abs(old), abs(new))
        return abs(old - new) <= tolerance
    if isinstance(old, BaseGeometry) and isinstance(new, BaseGeometry):
        return bool(old.equals_exact(new, _DEGREE_TOLERANCE))
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(_equal(a, b) for a, b in zip(old, new, strict=True))
    return old == new


def _key(record: ImportRecord) -> tuple[object, ...]:
    if isinstance(record, Structure):
        return record.owner_id, record.code.casefold()
    if isinstance(record, AdministrativeUnit):
        return record.code, record.valid_from
    if isinstance(record, SiteRecord | PlannedWork):
        return _site_key(record)
    if isinstance(record, Runway | AviationFacility | RegistrationPoint | Road):
        return _standing_key(record)
    if isinstance(record, Measurement | ProtectedPoint | AllotmentPoint):
        return (*_own_key(record), *_metres(record))
    return _broadcast_key(record)


def _standing_key(
    record: Runway | AviationFacility | RegistrationPoint | Road,
) -> tuple[object, ...]:
    """Return what makes a runway, a facility, a registration point or a road one."""
    if isinstance(record, RegistrationPoint):
        return _point_key(record)
    if isinstance(record, Road):
        return _road_key(record)
    of = record.aerodrome if isinstance(record, Runway) else record.kind.value
    return name_key(of), name_key(record.name), record.valid_from


def _road_key(record: Road) -> tuple[object, ...]:
    """Return what makes a road one: its number, its name, and where it runs to a decimetre."""
    vertices = shapely.get_coordinates(record.geometry).round(6) + 0.0  # no negative zero
    line = hashlib.sha256(vertices.tobytes()).hexdigest()
    return name_key(record.code or ""), name_key(record.name or ""), line, record.valid_from


def _point_key(record: RegistrationPoint) -> tuple[object, ...]:
    if record.code is not None:
        return record.operator_id, record.code.casefold()
    return record.operator_id, name_key(record.name), name_key(record.address or "")


def _broadcast_key(record: BroadcastStation | PlanEntry) -> tuple[object, ...]:
    kilohertz = round((record.frequency_mhz or 0.0) * 1000)
    if isinstance(record, BroadcastStation):
        return record.service.value, kilohertz
    site = name_key(record.site_name)
    return record.plan_id, record.service.value, kilohertz, site, record.valid_from


def _site_key(record: SiteRecord | PlannedWork) -> tuple[object, ...]:
    """Return what makes a record of lines, levels, contracts, rents or works one."""
    if isinstance(record, PlannedWork):
        return record.owner_id, name_key(record.name), record.begins_on
    if isinstance(record, Route):
        return record.owner_id, record.code.casefold()
    if isinstance(record, Duct):
        return record.route_id, record.code.casefold()
    if isinstance(record, AttachmentLevel):
        return record.structure_id, record.height_from_m, record.height_to_m
    return _let_key(record)


def _let_key(record: Contract | Cable | Installation | PublishedRent) -> tuple[object, ...]:
    """Return what makes a record of what hangs or lies in a place, or is paid for it, one."""
    if isinstance(record, Contract):
        return contract_key(record)
    if isinstance(record, Cable):
        return record.duct_id, record.organisation_id, name_key(record.name), record.valid_from
    if isinstance(record, Installation):
        where = (record.structure_id, record.organisation_id, name_key(record.technology))
        how = (record.height_above_ground_m, record.azimuth_deg, record.frequency_mhz)
        return *where, *how, record.valid_from
    what = (record.kind.value, record.mast_class, record.rent_unit.value, record.province_code)
    return *what, name_key(record.instrument), record.valid_from


def _own_key(record: Measurement | ProtectedPoint | AllotmentPoint) -> tuple[object, ...]:
    """Return what makes a record one beside the place where it lies."""
    kilohertz = round((record.frequency_mhz or 0.0) * 1000)
    if isinstance(record, Measurement):
        return kilohertz, record.measured_at
    named = name_key(record.name)
    if isinstance(record, AllotmentPoint):
        return record.allotment, named, record.valid_from
    return record.kind.value, named, kilohertz, record.valid_from


def _metres(record: Measurement | ProtectedPoint | AllotmentPoint) -> tuple[str, str]:
    """Return a place to about a metre."""
    return f"{record.longitude:.5f}", f"{record.latitude:.5f}"


def _name(record: ImportRecord) -> str:
    if isinstance(record, Measurement | SiteRecord):
        return ""
    return (record.site_name if isinstance(record, PlanEntry) else record.name) or ""


def _one_site(a: BroadcastStation, b: ImportRecord) -> bool:
    if not isinstance(b, BroadcastStation):
        return False
    km = float(distance_km(a.longitude, a.latitude, b.longitude, b.latitude))
    return km < _SAME_SITE_KM or (km < _SAME_NAME_KM and name_key(a.name) == name_key(b.name))
