"""Features that the department makes, changes and removes by hand: judged, then kept.

OGC API - Features, part 4. A record is written in the register's one way, so that history, what
rests on it and taking back are those of every write.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.localities import locality_at
from gis.register.reading import Reader
from gis.register.records import BroadcastStation, Provenance
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure
from gis.register.writing import Writer
from gis.structure_edits import refuse_contradictions
from gis.typed_source import typed_source
from propagation.compliance.records import Confidence

__all__ = ["EDITABLE", "Editable", "change_feature", "create_feature", "remove_feature"]

AZIMUTHS: Final = 36
_UNTOLD: Final = frozenset({"id", "longitude", "latitude", "provenance"})
_ELSEWHERE: Final = frozenset({"antenna", "emission", "hours", "mode"})
"""Fields of a station with rules of their own: they come by file or by their page."""


@dataclass(frozen=True)
class Editable:
    """How records of a collection are written.

    Attributes
    ----------
    record : type
        The records.
    one : callable
        Reads one of them.
    add, update : callable
        Writes one of them.
    judge : callable
        Refuses values that contradict each other.
    prefix : str
        Beginning of the ids of what is made here.
    lists : tuple of str
        Fields that hold a number for each of 36 azimuths, or nothing.
    stay : tuple of str
        Fields that say which record it is: stated once.
    """

    record: type[Any]
    one: Callable[[Reader, str], Any]
    add: Callable[[Writer, Any], None]
    update: Callable[[Writer, Any, Any], None]
    judge: Callable[[Any], None]
    prefix: str
    lists: tuple[str, ...] = ()
    stay: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that a feature's properties may state."""
        names = [item.name for item in fields(self.record)]
        return tuple(name for name in names if name not in _UNTOLD | _ELSEWHERE)

    @property
    def required(self) -> tuple[str, ...]:
        """Those that a new one must state."""
        wanting = [item.name for item in fields(self.record) if item.default is MISSING]
        return tuple(name for name in wanting if name not in _UNTOLD)

    def unstated(self) -> dict[str, Any]:
        """Return what fields are where nothing is stated."""
        return {
            item.name: item.default
            for item in fields(self.record)
            if item.name in self.fields and item.default is not MISSING
        }


def _judge_station(new: BroadcastStation) -> None:
    for first, last in (("valid_from", "valid_to"), ("licence_from", "licence_to")):
        begins, ends = getattr(new, first), getattr(new, last)
        if begins is not None and ends is not None and ends < begins:
            raise FormatError("infrastructure.ends_before", name=last, start=begins, end=ends)


EDITABLE: Final[Mapping[str, Editable]] = MappingProxyType(
    {
        "structures": Editable(
            Structure,
            lambda reader, name: reader.structure(name, SYSTEM),
            lambda writer, new: writer.add_structures([new]),
            lambda writer, new, old: writer.update_structures([new], expected=[old]),
            refuse_contradictions,
            "ct",
            stay=("code", "owner_id"),
        ),
        "stations": Editable(
            BroadcastStation,
            lambda reader, name: reader.station(name, SYSTEM),
            lambda writer, new: writer.add_stations([new]),
            lambda writer, new, old: writer.update_stations([new], expected=[old]),
            _judge_station,
            "dai",
            lists=("attenuation_db", "effective_height_m"),
        ),
    }
)
"""How records are written, by collection."""


def create_feature(
    register: Register,
    kind: Editable,
    values: Mapping[str, Any],
    place: tuple[float, float],
    *,
    on: date,
    author: str,
    reason: str,
) -> Any:
    """Make a record and return it.

    Parameters
    ----------
    register : Register
        The register.
    kind : Editable
        What it is.
    values : mapping
        Values by field.
    place : tuple of float
        Longitude and latitude, WGS 84.
    on : date
        The day, for the province around the place.
    author, reason : str
        For the history.

    Raises
    ------
    ConflictError
        If it is there already.
    FormatError
        If values contradict each other, or name what is not there; `name` is the field.
    """
    for name in kind.required:
        if values.get(name) is None:
            raise FormatError("infrastructure.field_needed_named", name=name)
    longitude, latitude = place
    with _naming(values), register.write(author=author, reason=reason) as writer:
        source = Provenance(confidence=Confidence.SECONDARY, source=typed_source(writer, SYSTEM))
        new = kind.record(
            id=f"{kind.prefix}-{uuid.uuid4().hex[:16]}",
            longitude=longitude,
            latitude=latitude,
            provenance=source,
            **{name: value for name, value in values.items() if value is not None},
        )
        kind.judge(new)
        _refuse_nowhere(writer, place, on)
        kind.add(writer, new)
    return new


def change_feature(
    register: Register,
    kind: Editable,
    old: Any,
    values: Mapping[str, Any],
    place: tuple[float, float] | None,
    *,
    on: date,
    author: str,
    reason: str,
) -> Any:
    """Change a record that the caller saw, and return it.

    Parameters
    ----------
    old : record
        As the caller saw it.
    values : mapping
        New values by field; the others stay.
    place : tuple of float or None
        Its new place, where that changes.

    Raises
    ------
    ConflictError
        If somebody changed it since.
    FormatError
        As `create_feature`.
    """
    for name in kind.stay:
        if name in values and values[name] != getattr(old, name):
            raise FormatError("ogc.field_stays", name=name, value=str(getattr(old, name)))
    moved = place is not None and place != (old.longitude, old.latitude)
    longitude, latitude = place if place is not None and moved else (old.longitude, old.latitude)
    with _naming(values), register.write(author=author, reason=reason) as writer:
        new = replace(old, **values, longitude=longitude, latitude=latitude)
        kind.judge(new)
        if moved:
            _refuse_nowhere(writer, (longitude, latitude), on)
        kind.update(writer, new, old)
    return new


def remove_feature(
    register: Register, kind: Editable, old: Any, *, author: str, reason: str
) -> None:
    """Remove a record that the caller saw; its history stays.

    Raises
    ------
    ConflictError
        If somebody changed it since, or another record refers to it.
    """
    with register.write(author=author, reason=reason) as writer:
        if record_digest(kind.one(writer, old.id)) != record_digest(old):
            raise ConflictError("errors.record_changed", id=old.id)
        writer.delete(kind.record, [old.id])


@contextmanager
def _naming(values: Mapping[str, Any]) -> Iterator[None]:
    """Say by its field what a record names and is not there."""
    try:
        yield
    except NotFoundError as error:
        missing = error.values.get("id")
        name = next((name for name, value in values.items() if value == missing), "")
        raise FormatError(error.key, **{**error.values, "name": name}) from error


def _refuse_nowhere(reader: Reader, place: tuple[float, float], on: date) -> None:
    longitude, latitude = place
    if not locality_at(reader, longitude, latitude, on).provinces:
        raise FormatError(
            "infrastructure.place_unknown",
            name="geometry",
            longitude=longitude,
            latitude=latitude,
        )
