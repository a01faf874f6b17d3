"""The inspections of a structure, and what they found at it: for those who may see the cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request

from api.desk_view import DeskView, desk_of, desk_teller
from api.identity import identity_of
from api.inspection_view import FoundRow, found_rows
from api.service import service_of
from api.structure_view import StructureView
from data.text import Language
from gis.desk.checklists import Shown
from gis.desk.inspection_orders import open_orders
from gis.desk.inspection_rules import INSPECTION
from gis.desk.records import DeskCase, DeskEvent
from gis.desk.registered import InspectedObject, inspected_object

__all__ = ["InspectedHere", "inspections_of"]

_TOLD = frozenset({Shown.PROVEN, Shown.DOUBTFUL, Shown.UNHELD})
"""Findings that are told one by one; what was met is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedHere:
    """One inspection of a structure or of a station on it.

    Attributes
    ----------
    id, title, state : str
        The case, its title and where it stands, in words.
    days : tuple of date
        On which days something of the structure was looked at.
    rows : tuple of FoundRow
        What was not met, is doubtful or is held against nothing.
    met : int
        How many items were met.
    orders : int
        Orders of the whole case that are open.
    """

    id: str
    title: str
    state: str
    days: tuple[date, ...]
    rows: tuple[FoundRow, ...]
    met: int
    orders: int


def inspections_of(
    request: Request, view: StructureView, language: Language
) -> list[InspectedHere]:
    """Return the inspections of a structure that a caller may see, the newest first."""
    scope = identity_of(request).scope
    here = {view.structure.id, *(one.id for one in view.stations)}
    cases = [
        (case, events)
        for case, events in desk_of(request).cases(scope, kind=INSPECTION)
        if here & set(_objects(case, events))
    ]
    if not cases:
        return []
    told = desk_teller(request, language)
    names = _names(request, view)
    return [_told(told.view(case, events), here, names, language) for case, events in cases]


def _objects(case: DeskCase, events: list[DeskEvent]) -> Iterator[str]:
    """Yield the structures and stations that a case ever named or looked at."""
    told: list[Mapping[str, Any]] = [case.facts, *(one.details for one in events)]
    for said in told:
        for name in ("structure_ids", "station_ids"):
            yield from said.get(name, ())
        seen = said.get("checklist")
        if seen is not None:
            yield seen["object_id"]


def _names(request: Request, view: StructureView) -> list[InspectedObject]:
    with service_of(request).register.snapshot() as reader:
        structure = inspected_object(reader, "structure", view.structure.id)
        stations = [inspected_object(reader, "station", one.id) for one in view.stations]
    return [structure, *stations]


def _told(
    view: DeskView, here: set[str], names: list[InspectedObject], language: Language
) -> InspectedHere:
    rows = [row for row in found_rows(view, names, language) if row.found.object_id in here]
    return InspectedHere(
        id=view.case.id,
        title=view.said("case_title", number=view.case.label),
        state=view.said(f"state.{view.standing.state}"),
        days=tuple(sorted({row.found.seen_on for row in rows})),
        rows=tuple(row for row in rows if row.found.shown in _TOLD),
        met=sum(row.found.shown is Shown.MET for row in rows),
        orders=len(open_orders(view.standing.events)),
    )
