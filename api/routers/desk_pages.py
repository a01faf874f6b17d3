"""The pages of the desk: what runs, the cases of a kind, and one case with its steps."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.data_stamps import case_stamps, register_stamps
from api.desk_downloads import seen_downloads
from api.desk_kinds import PANELS, PREFILLS
from api.desk_steps import SentForm, read_files, sent_files, stated, typed_texts
from api.desk_view import DeskView, desk_of, desk_teller, desk_view, field_json
from api.forms import REFUSALS, FormState, Refused
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import service_of
from api.whole import OffsetQuery, whole
from gis.cases.procedure import Field, FieldKind
from gis.desk.registry import PROCEDURES, procedure_of
from gis.desk.screening import PERSONAL
from gis.desk.store import party_of
from gis.errors import ConflictError, FormatError
from gis.personal import masked

__all__ = ["router", "show_case", "shown_again"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ADDRESS = "/view/desk"
_PER_PAGE = 50
_MOST_RUNNING = 2000
_NEVER_PERSONAL = frozenset({"kind", "expected", "csrf_token"})


@router.get(_ADDRESS)
def desk_page(request: Request) -> Response:
    """Show every case that runs, the most urgent first, and the kinds of cases."""
    identity, language = identity_of(request), safe_language(request, page=True)
    told = desk_teller(request, language)
    views = [
        told.view(case, events)
        for case, events in desk_of(request).cases(identity.scope, limit=_MOST_RUNNING)
    ]
    running = sorted((view for view in views if not view.standing.final), key=_urgency)
    return render(
        request,
        "desk.html",
        data_stamps=register_stamps(service_of(request), language),
        kinds=[
            {
                "kind": kind,
                "may_open": party_of(identity.scope) in one.openers,
                "running": sum(1 for view in running if view.case.kind == kind),
                "all": sum(1 for view in views if view.case.kind == kind),
                "overdue": sum(
                    any(clock.binding for clock in view.standing.overdue)
                    for view in running
                    if view.case.kind == kind
                ),
            }
            for kind, one in PROCEDURES.items()
            if identity.is_staff or party_of(identity.scope) in one.openers
        ],
        rows=[(view, view.json()) for view in running],
    )


def _urgency(view: DeskView) -> tuple[bool, str]:
    """Return what cases are sorted by: the first term that ends, those without one last."""
    ends = [one.due.at.isoformat() for one in view.standing.clocks if one.running and one.due]
    return (not ends, min(ends, default=""))


@router.get(_ADDRESS + "/{kind}")
def kind_page(
    request: Request,
    kind: str,
    offset: OffsetQuery = 0,
    about: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show the cases of a kind, and the form for a new one; `about` a record fills it in."""
    procedure_of(kind)
    usual = PREFILLS[kind](request, about) if about and kind in PREFILLS else {}
    return _list(request, kind, FormState("open", usual=usual), offset)


@router.post(_ADDRESS + "/{kind}")
def open_case(request: Request, kind: str, form: SentForm) -> Response:
    """Open a case and show it."""
    procedure, identity = procedure_of(kind), identity_of(request)
    intake = procedure.intake_of(party_of(identity.scope))
    typed = typed_texts(form, intake)
    try:
        case = desk_of(request).open(
            procedure,
            stated(typed, intake),
            identity.scope,
            account=identity.name,
            files=read_files(sent_files(form)),
        )
    except REFUSALS as error:
        shown = shown_again(typed, error)
        refused = Refused.of(request, shown, error, _labels(kind, intake))
        return _list(request, kind, FormState("open", refused), 0)
    return RedirectResponse(f"{_ADDRESS}/{kind}/{case.id}", status_code=303)


def shown_again(typed: Mapping[str, str], error: Exception) -> Mapping[str, str]:
    """Return what comes back in a form: without a person's data where such was refused."""
    if getattr(error, "key", "") != PERSONAL:
        return typed
    return {
        name: told if name in _NEVER_PERSONAL else masked(told) for name, told in typed.items()
    }


def _labels(kind: str, fields: tuple[Field, ...]) -> Mapping[str, str]:
    return {one.name: f"desk_{kind}.field.{one.name}" for one in fields}


def _list(request: Request, kind: str, form: FormState, offset: int) -> Response:
    procedure, language = procedure_of(kind), safe_language(request, page=True)
    desk, scope = desk_of(request), identity_of(request).scope
    told = desk_teller(request, language)
    views = [
        told.view(case, events)
        for case, events in desk.cases(scope, kind=kind, limit=_PER_PAGE, offset=offset)
    ]
    return render(
        request,
        "desk_list.html",
        data_stamps=register_stamps(service_of(request), language),
        status_code=200 if form.refused is None else form.refused.status,
        kind=kind,
        prefix=f"desk_{kind}",
        form=form,
        refused=form.refused,
        may_open=party_of(scope) in procedure.openers,
        fields=[field_json(one, kind, language) for one in procedure.intake_of(party_of(scope))],
        rows=[(view, view.json()) for view in views],
        offset=offset,
        per_page=_PER_PAGE,
        matched=desk.count(scope, kind=kind),
    )


@router.get(_ADDRESS + "/{kind}/{desk_case_id}")
def case_page(request: Request, kind: str, desk_case_id: str) -> Response:
    """Show one case: facts, clocks, steps, documents, timeline."""
    return show_case(request, kind, desk_case_id)


@router.post(_ADDRESS + "/{kind}/{desk_case_id}/events")
def step(request: Request, kind: str, desk_case_id: str, form: SentForm) -> Response:
    """Take a step; a refused one comes back with its reason."""
    procedure, identity = procedure_of(kind), identity_of(request)
    taken = str(form.get("kind", ""))
    party = party_of(identity.scope)
    fields = procedure.fields_of(taken, party) if taken in procedure.steps else ()
    typed = typed_texts(form, fields)
    try:
        if taken not in procedure.steps:
            raise ConflictError("desk.step_unknown", value=taken[:40])
        desk_of(request).append(
            procedure,
            desk_case_id,
            taken,
            stated(typed, fields),
            identity.scope,
            account=identity.name,
            expected=_expected(typed),
            files=read_files(sent_files(form)),
        )
    except REFUSALS as error:
        refused = Refused.of(request, shown_again(typed, error), error, _labels(kind, fields))
        forms = {taken: FormState(taken, refused)}
        return show_case(request, kind, desk_case_id, forms=forms, refused=refused)
    return RedirectResponse(f"{_ADDRESS}/{kind}/{desk_case_id}", status_code=303)


def _expected(typed: Mapping[str, str]) -> int:
    number = whole(typed.get("expected", ""))
    if number is None:
        raise FormatError("requests.expected_malformed")
    return number


def show_case(
    request: Request,
    kind: str,
    desk_case_id: str,
    *,
    forms: Mapping[str, FormState] = MappingProxyType({}),
    refused: Refused | None = None,
    panel: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """Return the page of one case.

    Parameters
    ----------
    request : Request
        The request.
    kind, desk_case_id : str
        The case.
    forms : mapping of step to FormState
        Forms of steps that came back.
    refused : Refused or None
        What was refused.
    panel : mapping
        What the part of its kind shows in the place of the usual. `usual` holds what the software
        proposes for the fields of a step, by the step.

    Raises
    ------
    NotFoundError
        If there is none that the caller may see.
    """
    request.state.address = f"{_ADDRESS}/{kind}/{desk_case_id}"
    view = desk_view(request, kind, desk_case_id, safe_language(request, page=True))
    told = view.json(desk_of(request).files(desk_case_id, identity_of(request).scope))
    own = PANELS.get(kind)
    beside = {**({} if own is None else own.values(request, view)), **panel}
    usual = beside.pop("usual", {})
    return render(
        request,
        "desk_case.html",
        data_stamps=case_stamps(service_of(request), view.standing, view.told.language),
        status_code=200 if refused is None else refused.status,
        kind=kind,
        prefix=f"desk_{kind}",
        view=view,
        case=told,
        refused=refused,
        forms={one["kind"]: _state(one, view, forms, usual) for one in told["next"]},
        panel_template=None if own is None else own.template,
        downloads=seen_downloads(request, desk_case_id),
        **beside,
    )


def _state(
    told: Mapping[str, Any],
    view: DeskView,
    forms: Mapping[str, FormState],
    proposed: Mapping[str, Mapping[str, str]],
) -> FormState:
    """Return the form of a step: as it came back, or showing the facts and what is proposed."""
    name = str(told["kind"])
    if name in forms:
        return forms[name]
    facts = {one.name for one in view.procedure.intake}
    usual = {
        field["name"]: _typed(field, view.standing.facts[field["name"]])
        for field in told["fields"]
        if field["name"] in facts and field["name"] in view.standing.facts
    }
    return FormState(name, usual={**usual, **proposed.get(name, {})})


def _typed(field: Mapping[str, Any], value: object) -> str:
    """Return a fact as a form shows it: choices between spaces, several texts one a line."""
    if not isinstance(value, list):
        return str(value)
    return (" " if field["kind"] == FieldKind.SEVERAL else "\n").join(map(str, value))
