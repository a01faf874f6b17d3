"""All that a page and a program are told of one structure, as far as a caller may know it."""

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from starlette.requests import Request

from api.clock import end_of_day
from api.geojson import plain
from api.identity import Identity
from api.own_writes import told_changes
from api.service import Service
from api.viewing import changed_rows, note_told
from api.views import jurisdiction_of
from gis.errors import NotFoundError
from gis.free_ducts import DuctPlaces, line_length_m, routes_at
from gis.localities import Locality, localities
from gis.register.history import Change
from gis.register.occupancy import Occupancy, occupancy_seen
from gis.register.reading import Reader
from gis.register.records import BroadcastStation
from gis.register.routes import Route
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM, Scope
from gis.register.store import Snapshot
from gis.register.structures import Contract, Document, Installation, Structure
from gis.studies.antennas_near import installation_row, is_of_station, station_row
from gis.studies.sharing_sites import Site, is_support, sites_of

__all__ = [
    "History",
    "StructureView",
    "may_change",
    "may_edit",
    "note_structure",
    "read_history",
    "read_structure",
    "reading_of",
    "told",
]

_MOST_CHANGES = 40
_MOST_AROUND = 200
_AROUND_DEG = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened to a structure and to what belongs or belonged to it.

    Attributes
    ----------
    changes : sequence of Change
        The newest first.
    sizes : mapping
        How many changes each write among them made altogether.
    last : mapping or None
        The structure as it is, or as it was when it was removed; None where there never was one.
    merged_into : str or None
        The structure that was kept, where this one was merged into it.
    """

    changes: Sequence[Change]
    sizes: Mapping[int, int]
    last: Mapping[str, Any] | None
    merged_into: str | None

    @classmethod
    def none(cls) -> Self:
        """Return what is told to those who may not know."""
        return cls(changes=(), sizes={}, last=None, merged_into=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureView:
    """One structure and what belongs to it.

    Attributes
    ----------
    owners : mapping
        Names of organisations by their id.
    occupancy : Occupancy or None
        None where the caller may not know.
    site : Site or None
        What a search for supports would know of it; None where it is not in searches, or where
        the caller may not know what was free on the day.
    installations, contracts, documents, routes : sequence
        Those that the caller may see, contracts for ducts of the lines too; lines with their
        ducts, None where the caller may not know what is free in them.
    open_day : bool
        Whether what is free on the day is told to all: it is today, as known today.
    now, before : Locality, Locality or None
        Where it lies on the day, and on the last day of the districts.
    around : sequence of Structure
        Those that the caller may see within a few kilometres, itself first.
    history : History
        For the department; empty for others.
    """

    structure: Structure
    on: date
    owners: Mapping[str, str]
    occupancy: Occupancy | None
    site: Site | None
    installations: Sequence[Installation]
    contracts: Sequence[Contract]
    documents: Sequence[Document]
    routes: Sequence[tuple[Route, tuple[DuctPlaces, ...] | None]]
    open_day: bool
    stations: Sequence[BroadcastStation]
    now: Locality
    before: Locality | None
    around: Sequence[Structure]
    history: History

    @property
    def other_installations(self) -> list[Installation]:
        """Installations that are not the antenna of one of the stations, which is told there."""
        radiating = [station_row(one) for one in self.stations]
        return [
            one
            for one in self.installations
            if not is_of_station(installation_row(one, self.structure), radiating, math.inf)
        ]


def reading_of(
    service: Service, identity: Identity, known_on: date | None
) -> AbstractContextManager[Snapshot]:
    """Return the register as it is, or as it was known at the end of a day."""
    if known_on is None:
        return service.register.snapshot()
    return service.register.as_known(end_of_day(known_on), identity.scope)


def may_edit(identity: Identity, structure: Structure) -> bool:
    """Return whether a caller may change a structure: the department, or its owner."""
    own = identity.scope.own
    return identity.is_staff or (own is not None and own == structure.owner_id)


def may_change(identity: Identity, contract: Contract) -> bool:
    """Return whether a caller may change or end a contract: the department, or its owner."""
    own = identity.scope.own
    return identity.is_staff or (own is not None and own == contract.owner_id)


def read_structure(
    service: Service, identity: Identity, structure_id: str, on: date, known_on: date | None
) -> StructureView:
    """Return one structure and what belongs to it.

    Raises
    ------
    NotFoundError
        If there is none of that id that the caller may see.
    """
    scope, today = identity.scope, service.today()
    open_day = on == today and (known_on is None or known_on >= today)
    with reading_of(service, identity, known_on) as register:
        structure = register.structure(structure_id, scope)
        history = _told_history(register, identity, structure_id)
        now, before = localities(register, structure.longitude, structure.latitude, on)
        lines = routes_at(register, scope, structure_id, on, open_day=open_day)
        return StructureView(
            structure=structure,
            on=on,
            owners={one.id: one.name for one in register.organisations()},
            occupancy=occupancy_seen(register, structure, scope, on, open_day=open_day),
            site=_site(register, scope, structure, on, open_day=open_day),
            installations=register.installations(scope, structure_id=structure_id, on=on),
            contracts=[
                *register.contracts(scope, structure_ids=[structure_id]),
                *_let_in_ducts(register, scope, [route.id for route, _ in lines]),
            ],
            documents=register.documents(scope, subject_id=structure_id),
            routes=lines,
            open_day=open_day,
            stations=[
                one for one in register.stations(scope, on=on) if one.structure_id == structure_id
            ],
            now=now,
            before=before,
            around=_around(register, scope, structure, on),
            history=history,
        )


def note_structure(request: Request, view: StructureView, *, page: bool = False) -> None:
    """Keep a look at a structure, at what hangs there and at the lines that end there.

    Its page tells its history too, and which structures stand around it.
    """
    told = changed_rows(view.history.changes) if page else {}
    for layer, records in (
        ("structures", [view.structure]),
        ("installations", view.installations),
        ("routes", [route for route, _ in view.routes]),
    ):
        told.setdefault(layer, []).extend(records)
    note_told(request, **told)
    if page:
        note_told(request, structures=view.around[1:])


def read_history(service: Service, identity: Identity, structure_id: str) -> History:
    """Return the history of a structure, also of one that is no more, for the department.

    Raises
    ------
    NotFoundError
        If there never was one of that id, or the caller is not of the department.
    """
    if not identity.is_staff:
        raise NotFoundError("errors.structures_unknown", id=structure_id)
    with service.register.snapshot() as register:
        found = _history(register, structure_id)
    if found.last is None:
        raise NotFoundError("errors.structures_unknown", id=structure_id)
    return found


def told(view: StructureView) -> dict[str, Any]:
    """Return what a program is told beside the record itself."""
    return {
        "digest": record_digest(view.structure),
        "installations": plain(view.installations),
        "occupancy": _occupied(view.occupancy),
        "contracts": [{**plain(one), "digest": record_digest(one)} for one in view.contracts],
        "documents": plain(view.documents),
        "routes": [
            {
                **plain(route),
                "computed_length_m": round(line_length_m(route), 2),
                "ducts": None if ducts is None else [_place(one) for one in ducts],
            }
            for route, ducts in view.routes
        ],
        "locality": _located(view.now),
        "formerly": None if view.before is None else _located(view.before),
    }


def _place(one: DuctPlaces) -> dict[str, Any]:
    duct = one.duct
    return {"id": duct.id, "code": duct.code, "cables": duct.cables, "free": one.free}


def _occupied(occupancy: Occupancy | None) -> dict[str, Any] | None:
    if occupancy is None:
        return None
    return {
        "free": occupancy.free,
        "unplaced": occupancy.unplaced,
        "levels": [
            {
                "id": one.level.id,
                "height_from_m": one.level.height_from_m,
                "height_to_m": one.level.height_to_m,
                "slots": one.level.slots,
                "reserved": one.level.reserved,
                "let": one.let,
                "free": one.free,
            }
            for one in occupancy.levels
        ],
        "wind_area_m2": plain(occupancy.wind_area_m2),
        "load_kg": plain(occupancy.load_kg),
    }


def _located(locality: Locality) -> dict[str, Any]:
    return {
        "on": locality.on.isoformat(),
        "certain": locality.certain,
        "approximate": locality.approximate,
        **{
            name: [{"code": unit.code, "name": unit.name} for unit in units]
            for name, units in (
                ("communes", locality.communes),
                ("districts", locality.districts),
                ("provinces", locality.provinces),
            )
        },
    }


def _let_in_ducts(register: Reader, scope: Scope, route_ids: Sequence[str]) -> list[Contract]:
    """Return the contracts for ducts of some lines that a caller may see: a party's own."""
    ducts = register.ducts(SYSTEM, route_ids=route_ids)
    return register.contracts(scope, duct_ids=[one.id for one in ducts])


def _site(
    register: Reader, scope: Scope, structure: Structure, on: date, *, open_day: bool
) -> Site | None:
    """Return what a search for supports would know of a structure."""
    own = scope.own is not None and scope.own == structure.owner_id
    if not is_support(structure) or not (open_day or scope.sees_all or own):
        return None
    place = jurisdiction_of(on).province_code
    return sites_of(register, scope, [structure], on, place)[structure.id]


def _around(register: Reader, scope: Scope, structure: Structure, on: date) -> list[Structure]:
    """Return a structure and those of the day near it, for a map."""
    east, north = structure.longitude, structure.latitude
    box = (east - _AROUND_DEG, north - _AROUND_DEG, east + _AROUND_DEG, north + _AROUND_DEG)
    near = register.structures(scope, bbox=box, on=on, limit=_MOST_AROUND)
    return [structure, *(one for one in near if one.id != structure.id)]


def _told_history(register: Reader, identity: Identity, structure_id: str) -> History:
    """Return the history to the department; to an operator what it wrote itself."""
    if identity.is_staff:
        return _history(register, structure_id)
    if identity.scope.own is None:
        return History.none()
    found = register.structure_changes(structure_id, _MOST_CHANGES)
    own = told_changes(register, identity, found)
    return replace(History.none(), changes=own, sizes=_sizes(register, own))


def _sizes(register: Reader, changes: Sequence[Change]) -> dict[int, int]:
    return {one: register.count_changes(one) for one in {each.revision for each in changes}}


def _history(register: Reader, structure_id: str) -> History:
    changes = register.structure_changes(structure_id, _MOST_CHANGES)
    own = register.changes(table_name="structures", record_id=structure_id, limit=1)
    gone = bool(own) and own[0].new is None
    kept = [one.kept_id for one in register.decisions() if one.gone_id == structure_id]
    return History(
        changes=changes,
        sizes=_sizes(register, changes),
        last=(own[0].new or own[0].old) if own else None,
        merged_into=kept[0] if gone and kept else None,
    )
