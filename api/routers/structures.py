"""Structures for people: a searchable list, and everything known of one, now and as known then."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.entered import field_label
from api.errors import status_of
from api.filters import asked_choice, asked_day
from api.forms import FormState, Refused
from api.guard import GuardedRoute
from api.history_view import grouped, said
from api.identity import Identity, identity_of
from api.language import safe_language
from api.pages import render
from api.roles import may
from api.service import service_of
from api.structure_inspections import inspections_of
from api.structure_view import (
    StructureView,
    may_change,
    may_edit,
    note_structure,
    read_history,
    read_structure,
    reading_of,
)
from api.tower import tower_of
from api.viewing import note_changes, note_ids, note_told
from api.whole import OffsetQuery
from gis.errors import GisError, NotFoundError
from gis.free_ducts import free_way, line_length_m
from gis.register.structures import Lifecycle, RentUnit, StructureKind
from maps.views import RegisterView
from maps.web import map_fragment
from maps.words import Words

__all__ = ["facts", "router", "show_structure"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_PER_PAGE = 50
_GROUPS: dict[str, tuple[str, ...]] = {
    "record": (
        "code",
        "kind",
        "mast_class",
        "state",
        "owner_id",
        "manager_id",
        "shareable",
        "confidential",
        "valid_from",
        "valid_to",
    ),
    "place": ("latitude", "longitude", "commune_name", "address", "ground_height_m"),
    "build": (
        "height_m",
        "building_height_m",
        "reach_m",
        "concealed",
        "wind_area_limit_m2",
        "load_limit_kg",
        "power_supply",
        "backup_power_hours",
    ),
    "rent": ("rent_asked_vnd", "rent_unit"),
    "safety": (
        "lightning_protected",
        "obstacle_lights",
        "earthing_resistance_ohm",
        "inspected_on",
        "neighbours_inhabited",
        "neighbours_top_m",
        "neighbours_seen_on",
        "neighbours_source",
    ),
}


@router.get("/view/structures")
def structures_page(
    request: Request,
    *,
    text: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    owner_id: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    on: Annotated[str, Query(max_length=10)] = "",
    known_on: Annotated[str, Query(max_length=10)] = "",
    offset: OffsetQuery = 0,
) -> Response:
    """Show the structures of a day, as they are known or were known then."""
    service, identity = service_of(request), identity_of(request)
    day = asked_day(on) or service.today()
    wanted: dict[str, Any] = {
        "text": text or None,
        "kinds": [chosen] if (chosen := asked_choice("kind", kind, StructureKind)) else None,
        "owner_id": owner_id or None,
        "state": asked_choice("state", state, Lifecycle),
        "on": day,
    }
    with reading_of(service, identity, asked_day(known_on)) as register:
        found = register.structures(identity.scope, **wanted, limit=_PER_PAGE, offset=offset)
        matched = register.count_structures(identity.scope, **wanted)
        owners = {one.id: one.name for one in register.organisations()}
    note_told(request, structures=found)
    shown = {"kind": kind, "owner": owners.get(owner_id, owner_id), "text": text}
    return render(
        request,
        "structures.html",
        on_map=f"/map?on={day}#{urlencode({name: one for name, one in shown.items() if one})}",
        structures=found,
        matched=matched,
        offset=offset,
        per_page=_PER_PAGE,
        owners=owners,
        asked={
            "text": text,
            "kind": kind,
            "owner_id": owner_id,
            "state": state,
            "on": on,
            "known_on": known_on,
        },
        filtered=any((text, kind, owner_id, state, on, known_on)),
        kinds=[one.value for one in StructureKind],
        states=[one.value for one in Lifecycle],
        day=day,
    )


@router.get("/view/structures/{structure_id}")
def structure_page(
    request: Request,
    structure_id: str,
    on: Annotated[str, Query(max_length=10)] = "",
    known_on: Annotated[str, Query(max_length=10)] = "",
    way_to: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show one structure: all its fields, who is there, how full it is, and its history."""
    return show_structure(
        request, structure_id, on=asked_day(on), known_on=asked_day(known_on), way_to=way_to
    )


def show_structure(
    request: Request,
    structure_id: str,
    *,
    on: date | None = None,
    known_on: date | None = None,
    way_to: str = "",
    refused: Refused | None = None,
    form: str = "",
    problem: GisError | None = None,
) -> Response:
    """Return the page of a structure.

    Parameters
    ----------
    request : Request
        The request.
    structure_id : str
        Which one.
    on, known_on : date, optional
        The day in the world, today by default, and the day at whose end it was known so.
    way_to : str
        Where a way of free ducts is wanted to; empty for none.
    refused : Refused, optional
        A form of the page that comes back as it was typed.
    form : str
        Which of its forms: `level` or `contract`.
    problem : GisError, optional
        Why something was not taken back.
    """
    service, identity = service_of(request), identity_of(request)
    try:
        view = read_structure(service, identity, structure_id, on or service.today(), known_on)
    except NotFoundError:
        if known_on is not None:
            raise
        return _show_removed(request, structure_id, problem)
    note_structure(request, view, page=True)
    words = Words(safe_language(request, page=True))
    editing = may_edit(identity, view.structure) and known_on is None
    status = 200 if problem is None else status_of(problem)
    fragment = map_fragment(
        RegisterView(
            title=view.structure.name,
            jurisdiction=view.structure.name,
            on=view.on,
            structures=view.around,
            stations=view.stations,
            organisations=view.owners,
            chosen=view.structure.id,
        ),
        words.language,
        nonce=request.state.nonce,
        below=True,
    )
    return render(
        request,
        "structure.html",
        map=fragment,
        status_code=status if refused is None else refused.status,
        view=view,
        structure=view.structure,
        tower=tower_of(service, identity, view, words.language),
        inspections=inspections_of(request, view, words.language) if _inspects(identity) else None,
        groups=[(name, facts(view, names, words)) for name, names in _GROUPS.items()],
        known_on=known_on,
        **_way(request, view, way_to, words),
        lengths={route.id: line_length_m(route) for route, _ in view.routes},
        history=grouped(view.history.changes, view.history.sizes, words),
        may_edit=editing,
        duct_codes={one.duct.id: one.duct.code for _, all_ in view.routes for one in all_ or ()},
        changeable={
            one.id for one in view.contracts if known_on is None and may_change(identity, one)
        },
        may_undo=may(identity.role, "POST", "/view/changes/{revision}/undo") and known_on is None,
        forms={one: FormState(one, refused if one == form else None) for one in FORMS},
        refused=refused,
        problem=None if problem is None else problem.say(words.language),
        rent_units=[one.value for one in RentUnit],
    )


def _inspects(identity: Identity) -> bool:
    """Return whether inspections are told on the page: they are the department's cases."""
    return may(identity.role, "GET", "/view/inspections/risk")


def _show_removed(request: Request, structure_id: str, problem: GisError | None) -> Response:
    """Return the page of a structure that is no more: its history, for the department."""
    identity = identity_of(request)
    found = read_history(service_of(request), identity, structure_id)
    note_changes(request, found.changes)
    words = Words(safe_language(request, page=True))
    return render(
        request,
        "structure_removed.html",
        status_code=200 if problem is None else status_of(problem),
        structure_id=structure_id,
        last=found.last,
        merged_into=found.merged_into,
        history=grouped(found.changes, found.sizes, words),
        may_undo=may(identity.role, "POST", "/view/changes/{revision}/undo"),
        problem=None if problem is None else problem.say(words.language),
    )


FORMS = ("level", "contract")
"""The forms of the page of a structure."""


def _way(request: Request, view: StructureView, way_to: str, words: Words) -> dict[str, Any]:
    """Return the way of free ducts that was asked for, or why there is none."""
    asked: dict[str, Any] = {"way_to": way_to, "way": None, "way_problem": None}
    if way_to:
        service, scope = service_of(request), identity_of(request).scope
        start, end, today = view.structure.id, way_to.strip(), view.on == service.today()
        with service.register.snapshot() as register:
            try:
                way = free_way(register, scope, start, end, view.on, open_day=today)
            except NotFoundError as error:
                return asked | {"way_problem": error.say(words.language)}
        note_told(request, routes=[leg.route for leg in way.legs])
        note_ids(request, structures=way.structure_ids)
        asked["way"] = way
    return asked


def facts(view: StructureView, names: Sequence[str], words: Words) -> list[tuple[str, str]]:
    """Return label and value of some fields; one that is not known is a dash."""
    return [
        (field_label(name, words.language), said(name, _value(view, name), words))
        for name in names
    ]


def _value(view: StructureView, name: str) -> object:
    value = getattr(view.structure, name)
    return view.owners.get(value, value) if name in ("owner_id", "manager_id") else value
