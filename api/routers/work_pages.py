"""Planned works for people: the list, the form, one work with its sign-ups, what goes together."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from markupsafe import Markup
from shapely import Point
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import work_steps
from api.clock_view import rule_json
from api.conflict import settle, word_of
from api.entered import field_label, kept_reason, refused_fields
from api.errors import InvalidParameterError, status_of
from api.filters import asked_choice
from api.forms import FormState, Refused, Typed
from api.guard import GuardedRoute
from api.history_view import grouped
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.roles import may
from api.service import service_of
from api.whole import OffsetQuery, whole
from api.work_view import NEAR_M, WorkView, read_together, read_work_view, works_rules
from api.works_asked import EDITED, WANTED, may_act, read_place, read_point, said_place
from data.text import Language, text
from gis.errors import FormatError, GisError
from gis.free_ducts import line_length_m
from gis.planned_works import NEXT_STATES
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.works import OPEN_STATES, PlannedWork, SignUpState, WorkKind, WorkState
from gis.works_near import box_around, nearest_first
from maps.words import Words
from maps.work_figure import work_svg
from propagation.compliance.parameters import number

__all__ = ["router", "show_work"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ADDRESS = "/view/works"
_PER_PAGE = 50
_LINKS = ("structure_id", "route_id")
"""What a caller may not be told of, so that the history does not tell it either."""
_OTHERS = ("csrf_token", "seen", "reason", "place", "owner_id", "organisation_id")
_DAYS = ("begins_on", "ends_on", "sign_up_until")
_LONG = ("description",)
_CALLED = {"structure_id": "works.structure"}
_HINTED = {"structure_id": "link_hint", "plan_year": "plan_year_hint"}


@router.get(_ADDRESS)
def works_page(
    request: Request,
    *,
    words: Annotated[str, Query(max_length=200, alias="text")] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    owner_id: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
    near: Annotated[str, Query(max_length=80)] = "",
    within_km: Annotated[float, Query(ge=0.1, le=200)] = 5.0,
    offset: OffsetQuery = 0,
) -> Response:
    """Show planned works, those near a place with their distances; a year's are its plan."""
    service, identity = service_of(request), identity_of(request)
    wanted: dict[str, Any] = {
        "text": words or None,
        "kind": asked_choice("kind", kind, WorkKind),
        "owner_id": owner_id or None,
        "states": [chosen] if (chosen := asked_choice("state", state, WorkState)) else None,
        "plan_year": _asked_year(year),
    }
    place = _asked_point(near)
    with service.register.snapshot() as register:
        owners = {one.id: one.name for one in register.organisations()}
        if place is None:
            found = register.works(identity.scope, **wanted, limit=_PER_PAGE, offset=offset)
            matched = register.count_works(**wanted)
            rows: list[tuple[float | None, PlannedWork]] = [(None, one) for one in found]
        else:
            box = box_around(place, 1000.0 * within_km)
            reached = register.works(identity.scope, **wanted, bbox=box)
            near_by = nearest_first(reached, place, 1000.0 * within_km)
            matched, rows = len(near_by), [*near_by[offset : offset + _PER_PAGE]]
        signed = register.sign_ups(identity.scope)
    asked = {"text": words, "kind": kind, "owner_id": owner_id, "state": state}
    asked |= {"year": year, "near": near, "within_km": f"{within_km:g}"}
    return render(
        request,
        "works.html",
        rows=rows,
        matched=matched,
        offset=offset,
        per_page=_PER_PAGE,
        owners=owners,
        asked=asked,
        filtered=any((words, kind, owner_id, state, year, near)),
        today=service.today(),
        own={one.work_id: one for one in signed if one.organisation_id == identity.scope.own},
        waiting=_waiting(signed, rows, lambda one: may_act(identity, one.owner_id)),
        plan=_plan(request, wanted["plan_year"]),
        kinds=list(WorkKind),
        states=list(WorkState),
    )


def _asked_year(said: str) -> int | None:
    """Return the year of a filter, None where it is empty."""
    year = whole(said.strip())
    if said.strip() and year is None:
        raise InvalidParameterError("works.year_malformed", value=said)
    return year


def _asked_point(near: str) -> Point | None:
    """Return the place of the field of a filter, None where it is empty."""
    if not near.strip():
        return None
    place = read_point(near.strip())
    if place is None:
        raise InvalidParameterError("works.near_malformed", value=near)
    return Point(place)


def _waiting(
    signed: list[Any], rows: list[tuple[float | None, PlannedWork]], mine: Callable[[Any], bool]
) -> dict[str, int]:
    """Return how many sign-ups wait for an answer of the caller, by work."""
    listed = {one.id for _, one in rows if mine(one)}
    found: dict[str, int] = {}
    for one in signed:
        if one.work_id in listed and one.state is SignUpState.ASKED:
            found[one.work_id] = found.get(one.work_id, 0) + 1
    return found


def _plan(request: Request, year: int | None) -> dict[str, Any] | None:
    """Return what is known of when the plan of a year is due."""
    if year is None or year < 2:
        return None
    service = service_of(request)
    rule, due = works_rules(service).plan_due(year, service.today())
    if rule is None or due is None:
        return None
    return {"rule": rule_json(rule, safe_language(request, page=True)), "due": due}


@router.get(_ADDRESS + "/new")
def new_page(request: Request) -> Response:
    """Show the form of a new announcement."""
    return _form(request, None, None)


@router.post(_ADDRESS + "/new")
def announce(request: Request, typed: Typed) -> Response:
    """Announce a work as the form says."""
    try:
        made = work_steps.announce(
            request,
            typed.get("owner_id") or None,
            _sent(typed),
            read_place(typed.get("place", "")),
            kept_reason(typed.get("reason", "")),
        )
    except GisError as error:
        request.state.address = f"{_ADDRESS}/new"
        return _form(request, None, refused_fields(request, typed, error))
    return RedirectResponse(f"{_ADDRESS}/{made.id}", 303)


@router.get(_ADDRESS + "/together")
def together_page(request: Request) -> Response:
    """Show which works could be done together: the caller's own with others, or all."""
    rule, pairs, owners = read_together(service_of(request), identity_of(request))
    language = safe_language(request, page=True)
    limits = () if rule is None else (number(rule, "distance_m"), number(rule, "days_between"))
    return render(
        request,
        "works_together.html",
        rule=None if rule is None else rule_json(rule, language),
        limits=limits,
        pairs=pairs,
        owners=owners,
    )


@router.get(_ADDRESS + "/{work_id}")
def work_page(request: Request, work_id: str) -> Response:
    """Show one planned work."""
    return show_work(request, work_id)


@router.get(_ADDRESS + "/{work_id}/edit")
def edit_page(request: Request, work_id: str) -> Response:
    """Show the form of an announcement."""
    work_steps.require_own(request, work_id)
    return _form(request, work_id, None)


@router.post(_ADDRESS + "/{work_id}/edit")
def edit(request: Request, work_id: str, typed: Typed) -> Response:
    """Change an announcement as the form says."""
    work_steps.require_own(request, work_id)
    try:
        work_steps.change(
            request,
            work_id,
            _sent(typed),
            read_place(typed.get("place", "")),
            seen=typed.get("seen", ""),
            reason=kept_reason(typed.get("reason", "")),
        )
    except GisError as error:
        return _form(request, work_id, refused_fields(request, typed, error))
    return RedirectResponse(f"{_ADDRESS}/{work_id}", 303)


@router.post(_ADDRESS + "/{work_id}/state")
def move(request: Request, work_id: str, typed: Typed) -> Response:
    """Change the state of a work."""
    work_steps.require_own(request, work_id)
    told = {name: typed.get(name, "") for name in ("state", "state_reason")}

    def done() -> None:
        work_steps.change(request, work_id, told, None, seen=typed.get("seen", ""), reason="")

    return _stepped(request, work_id, typed, "state", done)


@router.post(_ADDRESS + "/{work_id}/sign-ups")
def sign_up(request: Request, work_id: str, typed: Typed) -> Response:
    """Sign up for a work, or change what is wanted."""
    told = {name: typed[name] for name in WANTED if name in typed}

    def done() -> None:
        work_steps.sign_up(request, work_id, typed.get("organisation_id") or None, told)

    return _stepped(request, work_id, typed, "sign_up", done)


@router.post(_ADDRESS + "/{work_id}/sign-ups/{organisation_id}/withdraw")
def withdraw(request: Request, work_id: str, organisation_id: str, typed: Typed) -> Response:
    """Take a sign-up back."""

    def done() -> None:
        work_steps.withdraw(request, work_id, organisation_id)

    return _stepped(request, work_id, typed, "sign_up", done)


@router.post(_ADDRESS + "/{work_id}/sign-ups/{organisation_id}/answer")
def answer(request: Request, work_id: str, organisation_id: str, typed: Typed) -> Response:
    """Accept or refuse a sign-up."""

    def done() -> None:
        work_steps.answer(
            request,
            work_id,
            organisation_id,
            accepted=_accepted(typed),
            answer_reason=kept_reason(typed.get("answer_reason", "")) or None,
            seen=typed.get("seen", ""),
        )

    return _stepped(request, work_id, {**typed, "of": organisation_id}, "answer", done)


def _accepted(typed: Mapping[str, str]) -> bool:
    told = typed.get("accepted", "")
    if told not in ("yes", "no"):
        raise FormatError("infrastructure.not_choice", value=told[:60], expected="yes, no")
    return told == "yes"


def _stepped(
    request: Request, work_id: str, typed: Mapping[str, str], form: str, done: Callable[[], None]
) -> Response:
    """Do one thing to a work and show it; what was refused comes back with its reason."""
    service_of(request).register.work(work_id, identity_of(request).scope)
    try:
        done()
    except GisError as error:
        if status_of(error) in (401, 403):
            raise
        request.state.address = f"{_ADDRESS}/{work_id}"
        return show_work(
            request, work_id, refused=refused_fields(request, typed, error), form=form
        )
    return RedirectResponse(f"{_ADDRESS}/{work_id}#sign-ups", 303)


def _sent(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if name not in _OTHERS}


def show_work(
    request: Request,
    work_id: str,
    *,
    refused: Refused | None = None,
    form: str = "",
    problem: GisError | None = None,
) -> Response:
    """Return the page of a planned work.

    Parameters
    ----------
    request : Request
        The request.
    work_id : str
        Which one.
    refused : Refused, optional
        A form of the page that comes back as it was typed.
    form : str
        Which of its forms: `sign_up`, `answer` or `state`.
    problem : GisError, optional
        Why something was not taken back.
    """
    view = read_work_view(service_of(request), identity_of(request), work_id)
    language = safe_language(request, page=True)
    near = [one.geometry for _, one in view.near]
    drawn = work_svg(view.work.name, view.work.geometry, near, NEAR_M, language)
    status = 200 if problem is None else status_of(problem)
    return render(
        request,
        "work.html",
        status_code=status if refused is None else refused.status,
        view=view,
        work=view.work,
        map=Markup(drawn),  # noqa: S704 - its words are escaped
        near_m=NEAR_M,
        length_m=line_length_m(view.work),
        digests={one.id: record_digest(one) for one in view.sign_ups},
        duties=[rule_json(rule, language) for rule in view.duties],
        late=view.late(language),
        next_states=NEXT_STATES[view.work.state],
        sign_up_form=_sign_up_form(view, refused if form == "sign_up" else None),
        answer_forms=_answer_forms(view, refused if form == "answer" else None),
        state_form=FormState("state", refused if form == "state" else None),
        history=grouped(view.history, view.sizes, Words(language)),
        may_undo=may(identity_of(request).role, "POST", "/view/changes/{revision}/undo"),
        refused=refused,
        problem=None if problem is None else problem.say(language),
    )


def _answer_forms(view: WorkView, refused: Refused | None) -> dict[str, FormState]:
    """Return a form for each sign-up that the caller may answer, the refused one as it came."""
    of = None if refused is None else refused.typed.get("of")
    answering = view.may_edit and view.work.state in OPEN_STATES
    return {
        one.id: FormState(f"answer-{place}", refused if one.organisation_id == of else None)
        for place, one in enumerate(view.sign_ups, start=1)
        if answering and one.state is not SignUpState.WITHDRAWN
    }


def _sign_up_form(view: WorkView, refused: Refused | None) -> FormState:
    own = view.own
    known = {} if own is None else {name: _said(getattr(own, name)) for name in WANTED}
    return FormState("sign_up", refused, known)


def _form(request: Request, work_id: str | None, refused: Refused | None) -> Response:
    """Return the page with the form of an announcement."""
    identity, service = identity_of(request), service_of(request)
    language = safe_language(request, page=True)
    usual: dict[str, str] = {}
    work, digest, conflict = None, "", None
    with service.register.snapshot() as register:
        organisations = {one.id: one.name for one in register.organisations()}
        if work_id is not None:
            work = register.work(work_id, identity.scope)
            digest = record_digest(register.work(work_id, SYSTEM))
            usual = _usual(work)
            links = {name: usual[name] for name in _LINKS}
            refused, conflict = settle(
                request,
                register,
                register.work(work_id, SYSTEM),
                refused,
                lambda one: {**_usual(one), **links},
                said=lambda name, value: _word(name, value, language),
            )
    return render(
        request,
        "work_edit.html",
        status_code=200 if refused is None else refused.status,
        work=work,
        form=FormState("work", refused, usual),
        fields=[_field(name, language) for name in EDITED],
        owners=organisations if identity.is_staff and work is None else {},
        refused=refused,
        conflict=conflict,
        digest=digest,
    )


def _usual(work: PlannedWork) -> dict[str, str]:
    """Return what the form shows of a work."""
    return {name: _said(getattr(work, name)) for name in EDITED} | {
        "place": said_place(work.geometry)
    }


def _word(name: str, value: str, language: Language) -> str:
    return word_of(f"register.work_kind.{value}", value, language) if name == "kind" else value


def _field(name: str, language: Language) -> dict[str, Any]:
    return {
        "name": name,
        "label": text(_CALLED[name], language) if name in _CALLED else field_label(name, language),
        "kinds": list(WorkKind) if name == "kind" else [],
        "type": "date" if name in _DAYS else "text",
        "long": name in _LONG,
        "hint": _HINTED.get(name),
        "needed": name in ("name", "kind", "begins_on"),
    }


def _said(value: object) -> str:
    """Return a value as a form types it."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
