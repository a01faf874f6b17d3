"""Registration points for people: the list with its map, one point, forms, statistics."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import point_steps
from api.clock_view import rule_json
from api.conflict import settle, word_of
from api.contact_steps import contact_shown
from api.entered import field_label, refused_fields
from api.errors import status_of
from api.filters import asked_choice, asked_day
from api.forms import FormState, Refused, Typed
from api.guard import GuardedRoute
from api.history_view import grouped
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.point_view import read_point_view, read_statistics
from api.points_asked import CONTACT, EDITED, VISITED
from api.roles import may
from api.service import service_of
from api.whole import OffsetQuery
from data.text import Language
from gis.errors import GisError
from gis.personal import masked
from gis.register.filters import valid_on
from gis.register.points import MISMATCHES, PointKind, PointState, RegistrationPoint
from gis.register.records import UnitKind
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from maps.points_figure import points_svg
from maps.words import Words

__all__ = ["router", "show_point"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ADDRESS = "/view/points"
_PER_PAGE = 50
_OTHERS = ("csrf_token", "seen", "reason", "place", "operator_id")
_CHOICES: Mapping[str, tuple[str, type[StrEnum]]] = {
    "kind": ("point_kind", PointKind),
    "state": ("point_state", PointState),
}
_COMMUNES = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP)
_LONG = ("conclusion",)
_DAYS = ("contract_from", "contract_to", "valid_from", "valid_to", "visited_on", "kept_until")
_NEEDED = ("name", "kind", "visited_on", "sampled", "mismatched", "purpose", "kept_until")


@router.get(_ADDRESS)
def points_page(
    request: Request,
    *,
    words: Annotated[str, Query(max_length=200, alias="text")] = "",
    operator_id: Annotated[str, Query(max_length=200)] = "",
    commune: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    offset: OffsetQuery = 0,
) -> Response:
    """Show the points that the caller may see, those of the page on a map."""
    service, identity = service_of(request), identity_of(request)
    language = safe_language(request, page=True)
    wanted: dict[str, Any] = {
        "text": words or None,
        "operator_id": operator_id or None,
        "commune_name": commune or None,
        "kind": asked_choice("kind", kind, PointKind),
        "state": asked_choice("state", state, PointState),
    }
    with service.register.snapshot() as register:
        found = register.points(identity.scope, **wanted, limit=_PER_PAGE, offset=offset)
        matched = register.count_points(identity.scope, **wanted)
        communes = register.point_communes(identity.scope)
        owners = {one.id: one.name for one in register.organisations()}
        visits = register.visits(identity.scope)
    asked = {"text": words, "operator_id": operator_id, "commune": commune, "kind": kind}
    return render(
        request,
        "points.html",
        rows=list(enumerate(found, start=offset + 1)),
        matched=matched,
        offset=offset,
        per_page=_PER_PAGE,
        owners=owners,
        communes=communes,
        asked={**asked, "state": state},
        filtered=any((words, operator_id, commune, kind, state)),
        last_visits={one.point_id: one for one in reversed(visits)},
        drawn=_map(found, offset, service.today(), language),
        kinds=list(PointKind),
        states=list(PointState),
    )


def _map(found: list[RegistrationPoint], offset: int, on: date, language: Language) -> Markup:
    """Return the map of those points whose place the caller may see."""
    marks = [
        (number, one.longitude, one.latitude, _registers(one, on))
        for number, one in enumerate(found, start=offset + 1)
        if one.longitude is not None and one.latitude is not None
    ]
    return Markup(points_svg(marks, language))  # noqa: S704 - its words are escaped


def _registers(point: RegistrationPoint, on: date) -> bool:
    active = point.state is PointState.ACTIVE
    return active and valid_on(point.valid_from, point.valid_to, on)


@router.get(_ADDRESS + "/new")
def new_page(request: Request) -> Response:
    """Show the form of a new point."""
    return _form(request, None, None)


@router.post(_ADDRESS + "/new")
def register(request: Request, typed: Typed) -> Response:
    """Enter a point as the form says."""
    try:
        made = point_steps.register(
            request, typed.get("operator_id") or None, _sent(typed), typed.get("place", "")
        )
    except GisError as error:
        return _form(request, None, _refused(request, typed, error))
    return RedirectResponse(f"{_ADDRESS}/{made.id}", 303)


@router.get(_ADDRESS + "/statistics")
def statistics_page(
    request: Request,
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show points, visits and mismatches by operator and by commune."""
    span = [asked_day(one) for one in (first, last)]
    found = read_statistics(service_of(request), identity_of(request), *span)
    language = safe_language(request, page=True)
    return render(
        request,
        "points_statistics.html",
        found=found,
        asked={"first": first, "last": last},
        acts=[
            {**act, "what": f"{found.owners.get(one.of, '–')}: {act['what']}"}
            for one in found.operators
            for act in found.acts_json(one.of, language)
        ],
        duties=[rule_json(rule, language) for rule in found.duties],
    )


@router.get(_ADDRESS + "/{point_id}")
def point_page(request: Request, point_id: str) -> Response:
    """Show one point."""
    return show_point(request, point_id)


@router.get(_ADDRESS + "/{point_id}/edit")
def edit_page(request: Request, point_id: str) -> Response:
    """Show the form of a point."""
    point_steps.require_own(request, point_id)
    return _form(request, point_id, None)


@router.post(_ADDRESS + "/{point_id}/edit")
def edit(request: Request, point_id: str, typed: Typed) -> Response:
    """Change a point as the form says."""
    point_steps.require_own(request, point_id)
    try:
        point_steps.change(
            request,
            point_id,
            _sent(typed),
            typed.get("place", ""),
            seen=typed.get("seen", ""),
            reason=typed.get("reason", ""),
        )
    except GisError as error:
        return _form(request, point_id, _refused(request, typed, error))
    return RedirectResponse(f"{_ADDRESS}/{point_id}", 303)


@router.post(_ADDRESS + "/{point_id}/visits")
def visit(request: Request, point_id: str, typed: Typed) -> Response:
    """Record a visit as the form says."""
    told = {name: typed[name] for name in VISITED if name in typed}
    return _stepped(
        request, point_id, typed, "visit", lambda: point_steps.visit(request, point_id, told)
    )


@router.post(_ADDRESS + "/{point_id}/contact")
def write_contact(request: Request, point_id: str, typed: Typed) -> Response:
    """Enter who answers for a point."""
    told = {name: typed[name] for name in CONTACT if name in typed}
    return _stepped(
        request,
        point_id,
        typed,
        "contact",
        lambda: point_steps.write_contact(request, point_id, told),
    )


@router.post(_ADDRESS + "/{point_id}/contact/view")
def see_contact(request: Request, point_id: str, typed: Typed) -> Response:
    """Show who answers for a point, once, and note that it was seen."""
    try:
        found = point_steps.see_contact(request, point_id, typed.get("reason", ""))
    except GisError as error:
        return _back(request, point_id, typed, "see", error)
    request.state.address = f"{_ADDRESS}/{point_id}"
    answer = show_point(request, point_id, contact=found)
    answer.headers["cache-control"] = "no-store"
    return answer


@router.post(_ADDRESS + "/{point_id}/contact/remove")
def remove_contact(request: Request, point_id: str, typed: Typed) -> Response:
    """Remove who answers for a point."""
    return _stepped(
        request,
        point_id,
        typed,
        "contact",
        lambda: point_steps.remove_contact(request, point_id),
    )


def _stepped(
    request: Request, point_id: str, typed: Mapping[str, str], form: str, done: Callable[[], Any]
) -> Response:
    """Do one thing to a point and show it; what was refused comes back with its reason."""
    try:
        done()
    except GisError as error:
        return _back(request, point_id, typed, form, error)
    return RedirectResponse(f"{_ADDRESS}/{point_id}", 303)


def _back(
    request: Request, point_id: str, typed: Mapping[str, str], form: str, error: GisError
) -> Response:
    """Return the page of a point with a form that was refused."""
    service_of(request).register.point(point_id, identity_of(request).scope)
    if status_of(error) in (401, 403):
        raise error
    request.state.address = f"{_ADDRESS}/{point_id}"
    return show_point(request, point_id, refused=_refused(request, typed, error), form=form)


def _refused(request: Request, typed: Mapping[str, str], error: GisError) -> Refused:
    """Return a form that comes back without what it held of a person's data."""
    whole = {"seen", "operator_id"}
    if "kept_until" in typed:  # the form of a contact, whose name and number are its own
        whole |= {"name", "phone"}
    kept = {name: told if name in whole else masked(told) for name, told in typed.items()}
    return refused_fields(request, kept, error)


def _sent(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if name not in _OTHERS}


def show_point(
    request: Request,
    point_id: str,
    *,
    refused: Refused | None = None,
    form: str = "",
    contact: Any = None,
    problem: GisError | None = None,
) -> Response:
    """Return the page of a registration point.

    Parameters
    ----------
    request : Request
        The request.
    point_id : str
        Which one.
    refused : Refused, optional
        A form of the page that comes back as it was typed.
    form : str
        Which of its forms: `visit`, `contact` or `see`.
    contact : PointContact, optional
        Who answers for the point, where the caller just asked.
    problem : GisError, optional
        Why something was not taken back.
    """
    view = read_point_view(request, identity_of(request), point_id)
    language = safe_language(request, page=True)
    status = 200 if problem is None else status_of(problem)
    forms = {
        name: FormState(name, refused if form == name else None)
        for name in ("visit", "contact", "see")
    }
    return render(
        request,
        "point.html",
        status_code=status if refused is None else refused.status,
        view=view,
        point=view.point,
        map=_map([view.point], 0, view.on, language),
        forms=forms,
        visit_fields=[_field(name, language) for name in VISITED],
        kept_contact=contact_shown(
            "points.contact_",
            language,
            view.contact,
            views=view.views,
            last_day=view.last_contact_day,
            owners=view.owners,
        ),
        mismatches=MISMATCHES,
        acts=view.acts_json(language),
        contact=contact,
        duties=[rule_json(rule, language) for rule in view.duties],
        history=grouped(view.history, view.sizes, Words(language)),
        may_undo=may(identity_of(request).role, "POST", "/view/changes/{revision}/undo"),
        refused=refused,
        problem=None if problem is None else problem.say(language),
    )


def _form(request: Request, point_id: str | None, refused: Refused | None) -> Response:
    """Return the page with the form of a point."""
    identity, service = identity_of(request), service_of(request)
    language = safe_language(request, page=True)
    usual: dict[str, str] = {"state": PointState.ACTIVE.value}
    point, digest, conflict = None, "", None
    with service.register.snapshot() as register:
        organisations = {one.id: one.name for one in register.organisations()}
        units = register.units(on=service.today(), kinds=_COMMUNES)
        communes = sorted({one.name for one in units})
        if point_id is not None:
            point = register.point(point_id, SYSTEM)
            digest = record_digest(point)
            usual = _usual(point)
            refused, conflict = settle(
                request,
                register,
                point,
                refused,
                _usual,
                said=lambda name, value: _word(name, value, language),
            )
    return render(
        request,
        "point_edit.html",
        status_code=200 if refused is None else refused.status,
        point=point,
        form=FormState("point", refused, usual),
        fields=[_field(name, language) for name in EDITED],
        owners=organisations if identity.is_staff and point is None else {},
        communes=communes,
        refused=refused,
        conflict=conflict,
        digest=digest,
    )


def _usual(point: RegistrationPoint) -> dict[str, str]:
    """Return what the form shows of a point."""
    usual = {name: _said(getattr(point, name)) for name in EDITED}
    known = point.latitude is not None
    return usual | {"place": f"{point.latitude:.7g}, {point.longitude:.8g}" if known else ""}


def _word(name: str, value: str, language: Language) -> str:
    words, choices = _CHOICES.get(name, ("", None))
    return word_of(f"register.{words}.{value}", value, language) if choices else value


def _field(name: str, language: Language) -> dict[str, Any]:
    words, choices = _CHOICES.get(name, ("", None))
    number = name in ("sampled", "mismatched", *MISMATCHES)
    return {
        "name": name,
        "label": field_label(name, language),
        "words": words,
        "choices": [] if choices is None else [one.value for one in choices],
        "flag": name == "point_breach",
        "type": "date" if name in _DAYS else "number" if number else "text",
        "long": name in _LONG,
        "needed": name in _NEEDED,
    }


def _said(value: object) -> str:
    """Return a value as a form types it."""
    return "" if value is None else str(value)
