"""What the register says of the objects of an inspection, beside what is looked at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from gis.desk.checklists import Checklist, Item, checklists
from gis.errors import NotFoundError
from gis.register.reading import Reader
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure

__all__ = ["InspectedObject", "Registered", "inspected_object", "lists_of", "registered"]

Place = tuple[float, float]
Value = str | float | bool | date | Place | None

_BANDWIDTH: Final = re.compile(r"([0-9]*)([HKMG])([0-9]*)")
_KHZ: Final = {"H": 1e-3, "K": 1.0, "M": 1e3, "G": 1e6}


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedObject:
    """A structure or a station that is visited.

    Attributes
    ----------
    kind : str
        `structure` or `station`.
    id, name : str
        Which; of what the register does not know the identifier is its name.
    owner_id, commune_name : str or None
        Whose, and where.
    longitude, latitude : float or None
        Where, WGS 84 degrees.
    record : Structure, BroadcastStation or None
        As the register has it.
    """

    kind: str
    id: str
    name: str
    owner_id: str | None = None
    commune_name: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    record: Structure | BroadcastStation | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says beside an item.

    Attributes
    ----------
    value : str, float, bool, date, tuple or None
        As it says it, of a place latitude and longitude; None where it says nothing.
    expected : float or None
        What a measured value is held against: the item's own limit, else this value.
    """

    value: Value
    expected: float | None


def inspected_object(reader: Reader, kind: str, object_id: str) -> InspectedObject:
    """Return an object by its identifier; what is not in the register keeps only that."""
    try:
        if kind == "structure":
            structure = reader.structure(object_id, SYSTEM)
            return InspectedObject(
                kind=kind,
                id=object_id,
                name=structure.name,
                owner_id=structure.owner_id,
                commune_name=structure.commune_name,
                longitude=structure.longitude,
                latitude=structure.latitude,
                record=structure,
            )
        station = reader.station(object_id, SYSTEM)
    except NotFoundError:
        return InspectedObject(kind=kind, id=object_id, name=object_id)
    return InspectedObject(
        kind=kind,
        id=object_id,
        name=station.name,
        owner_id=station.organisation_id,
        commune_name=station.commune_name,
        longitude=station.longitude,
        latitude=station.latitude,
        record=station,
    )


def lists_of(seen: InspectedObject) -> list[Checklist]:
    """Return the checklists of a kind of object."""
    return [one for one in checklists().values() if one.object == seen.kind]


def registered(
    reader: Reader, known: Checklist, seen: InspectedObject
) -> Mapping[str, Registered]:
    """Return what the register says beside each item of a list, by the item's name."""
    return {one.id: _beside(reader, one, seen) for one in known.items}


def _beside(reader: Reader, item: Item, seen: InspectedObject) -> Registered:
    value = None if item.register is None else _value(reader, item.register, seen)
    if item.comparison is None:
        return Registered(value, None)
    if item.limit is None and isinstance(value, float | int) and not isinstance(value, bool):
        return Registered(value, float(value))
    return Registered(value, item.limit)


def _value(reader: Reader, name: str, seen: InspectedObject) -> Value:
    record = seen.record
    if record is None:
        return None
    if name == "site":
        return _place(seen)
    if name == "documents":
        return _papers(reader, seen)
    return (
        _of_station(record, name) if isinstance(record, BroadcastStation) else _plain(record, name)
    )


def _of_station(record: BroadcastStation, name: str) -> Value:
    """Return what a station's licence states, where it is on record, else what the record has."""
    if name == "bandwidth_khz":
        return _bandwidth_khz(record.emission)
    if name == "structure":
        return record.structure_id
    licensed = _plain(record, f"licence_{name}")
    return _plain(record, name) if licensed is None else licensed


def _plain(record: Structure | BroadcastStation, name: str) -> Value:
    value: Value = getattr(record, name, None)
    return value


def _place(seen: InspectedObject) -> Place | None:
    """Return the licensed place of a station where it is on record, else where it stands."""
    record = seen.record
    longitude, latitude = seen.longitude, seen.latitude
    if isinstance(record, BroadcastStation) and None not in (
        record.licence_longitude,
        record.licence_latitude,
    ):
        longitude, latitude = record.licence_longitude, record.licence_latitude
    return None if latitude is None or longitude is None else (latitude, longitude)


def _papers(reader: Reader, seen: InspectedObject) -> str | None:
    """Return the papers of a structure by title and number."""
    found = reader.documents(SYSTEM, subject_id=seen.id)
    told = [" ".join(part for part in (one.title, one.number) if part) for one in found]
    return "; ".join(told)[:200] or None


def _bandwidth_khz(emission: str | None) -> float | None:
    """Return the necessary bandwidth that a class of emission begins with (RR, Appendix 1)."""
    found = _BANDWIDTH.match(emission or "")
    if found is None or not (found[1] or found[3]):
        return None
    return float(f"{found[1] or 0}.{found[3] or 0}") * _KHZ[found[2]]
