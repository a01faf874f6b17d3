"""Which collections there are: the records of each, where they lie, and who sees what of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from sqlalchemy import ColumnElement, Table, true

from gis.features.cql2 import Kind
from gis.register.allotments import AllotmentPoint
from gis.register.points import RegistrationPoint
from gis.register.points_reader import hidden_of_points, visible_points
from gis.register.reading import hidden_structure
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Measurement,
    PlanEntry,
)
from gis.register.routes import Route
from gis.register.rows import Codec, codec_of
from gis.register.scopes import (
    Scope,
    visible_installations,
    visible_measurements,
    visible_routes,
    visible_structures,
)
from gis.register.structures import Installation, Structure
from gis.register.works import PlannedWork
from gis.register.works_reader import hidden_of_works

__all__ = ["COLLECTIONS", "Collection", "Property"]

Hidden = Mapping[str, ColumnElement[Any]]
_UNTOLD: Final = frozenset({"batch_id", "source_row"})
_ABOUT_PROVENANCE: Final = (("confidence", str), ("source", str))


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a collection's features.

    Attributes
    ----------
    name : str
        As in the record; its ending is its unit.
    kind : Kind or None
        What it is; None for a list, which no filter asks about.
    integer : bool
        Whether it is a whole number.
    words : tuple of str
        All that it may say, of a list of words; empty where that is open.
    """

    name: str
    kind: Kind | None
    integer: bool = False
    words: tuple[str, ...] = ()


def _everyone(_scope: Scope) -> ColumnElement[bool]:
    return true()


def _nothing(_scope: Scope) -> Hidden:
    return {}


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes
    ----------
    id : str
        Its name in addresses.
    record : type
        The records.
    visible, hidden : callable
        The condition that a caller's rows meet, and what stands for columns that it may not see.
    geometry : str or None
        `Point`, `MultiLineString` ... None where features have no place.
    time : tuple of str or None
        Columns of the first and the last day of a feature.
    """

    id: str
    record: type[Any]
    geometry: str | None
    visible: Callable[[Scope], ColumnElement[bool]] = field(default=_everyone)
    hidden: Callable[[Scope], Hidden] = field(default=_nothing)
    time: tuple[str, str] | None = None

    @cached_property
    def codec(self) -> Codec[Any]:
        """How its records are kept."""
        return codec_of(self.record)

    @property
    def table(self) -> Table:
        """Where they are kept."""
        return self.codec.table

    @cached_property
    def properties(self) -> tuple[Property, ...]:
        """What its features say, in the order of the record."""
        hints = get_type_hints(self.record)
        names = [one.name for one in fields(self.record)]
        plain = [name for name in names if name in self.codec.columns and name != "id"]
        found = [_property(name, hints[name]) for name in plain if name not in _UNTOLD]
        if "provenance" in names:
            found += [_property(name, hint) for name, hint in _ABOUT_PROVENANCE]
        return tuple(found)


def _property(name: str, hint: Any) -> Property:
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
    if get_origin(hint) is not None:
        return Property(name, None)
    if issubclass(hint, StrEnum):
        return Property(name, Kind.TEXT, words=tuple(one.value for one in hint))
    if issubclass(hint, bool):
        return Property(name, Kind.BOOLEAN)
    if issubclass(hint, int | float):
        return Property(name, Kind.NUMBER, integer=issubclass(hint, int))
    if issubclass(hint, datetime):
        return Property(name, Kind.MOMENT)
    return Property(name, Kind.DAY if issubclass(hint, date) else Kind.TEXT)


_VALID: Final = ("valid_from", "valid_to")

COLLECTIONS: Final[Mapping[str, Collection]] = MappingProxyType(
    {
        one.id: one
        for one in (
            Collection("structures", Structure, "Point", visible_structures, time=_VALID),
            Collection("routes", Route, "LineString", visible_routes, time=_VALID),
            Collection("installations", Installation, None, visible_installations, time=_VALID),
            Collection(
                "stations", BroadcastStation, "Point", hidden=hidden_structure, time=_VALID
            ),
            Collection("plan-entries", PlanEntry, "Point", time=_VALID),
            Collection("allotment-points", AllotmentPoint, "Point", time=_VALID),
            Collection("units", AdministrativeUnit, "Point", time=_VALID),
            Collection("boundaries", Boundary, "MultiPolygon", time=_VALID),
            Collection(
                "registration-points",
                RegistrationPoint,
                "Point",
                visible_points,
                hidden_of_points,
                _VALID,
            ),
            Collection(
                "planned-works",
                PlannedWork,
                "Geometry",
                hidden=hidden_of_works,
                time=("begins_on", "ends_on"),
            ),
            Collection("measurements", Measurement, "Point", visible_measurements),
        )
    }
)
"""Every collection by its name."""
