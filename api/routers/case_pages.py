"""The pages of sharing requests: the list with a form, and one request with its steps."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.case_steps import case_of, cases_of, take_step
from api.case_view import CaseView, viewer
from api.errors import InvalidParameterError
from api.forms import REFUSALS, FormState, Refused
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.roles import may
from api.schemas import SharingRequestBody
from api.service import service_of
from api.viewing import note_ids
from api.whole import OffsetQuery, whole
from gis.cases.records import EventKind
from gis.cases.store import Wish
from gis.errors import FormatError, NotFoundError
from gis.register.occupancy import Occupancy, occupancy_seen
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ADDRESS = "/view/sharing"
_PER_PAGE = 50
_FORM = "sharing"
_SEVERAL = frozenset({"grounds"})
_OTHER = frozenset({"csrf_token", "kind", "expected", "attachments"})


async def _form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_form)]


def _typed(form: FormData) -> dict[str, str]:
    told = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    return told | {name: " ".join(map(str, form.getlist(name))) for name in _SEVERAL & told.keys()}


@router.get(_ADDRESS)
def sharing_page(
    request: Request,
    structure_id: Annotated[str, Query(max_length=200)] = "",
    height_m: Annotated[float | None, Query(ge=0, le=350, allow_inf_nan=False)] = None,
    offset: OffsetQuery = 0,
) -> Response:
    """Show the requests of the caller, and an operator the form for a new one."""
    height = "" if height_m is None else f"{height_m:g}"
    usual = {"structure_id": structure_id, "height_above_ground_m": height}
    return _list(request, FormState(_FORM, usual=usual), offset)


@router.post(_ADDRESS)
def draft(request: Request, form: Form) -> Response:
    """Draft a request and show it."""
    typed, identity = _typed(form), identity_of(request)
    try:
        told = {name: value.strip() for name, value in typed.items() if value.strip()}
        told.pop("csrf_token", None)
        papers = told.pop("attachments", "").splitlines()
        if "height_above_ground_m" in told:
            told["height_above_ground_m"] = told["height_above_ground_m"].replace(",", ".")
        body = SharingRequestBody.model_validate(
            {**told, "attachments": [one.strip() for one in papers if one.strip()]}
        )
        wish = Wish(**{**body.model_dump(), "attachments": tuple(body.attachments)})
        made = cases_of(service_of(request)).draft(wish, identity.scope, identity.name)
    except REFUSALS as error:
        return _list(request, FormState(_FORM, Refused.of(request, typed, error)), 0)
    return RedirectResponse(f"{_ADDRESS}/{made.id}", status_code=303)


def _list(request: Request, form: FormState, offset: int) -> Response:
    service, identity = service_of(request), identity_of(request)
    cases, language = cases_of(service), safe_language(request, page=True)
    told = viewer(service, cases, identity, language)
    found = cases.requests(identity.scope, limit=_PER_PAGE, offset=offset)
    views = [told.case(one, events) for one, events in found]
    structures = _structures(request, {view.request.structure_id for view in views})
    may_draft = may(identity.role, "POST", _ADDRESS)
    support, full = _wanted(request, form.typed("structure_id").strip() if may_draft else "")
    note_ids(request, structures=[*structures, *([] if support is None else [support.id])])
    return render(
        request,
        "sharing.html",
        status_code=200 if form.refused is None else form.refused.status,
        form=form,
        refused=form.refused,
        may_draft=may_draft,
        support=support,
        full=full,
        rows=[(view, view.json(), structures[view.request.structure_id]) for view in views],
        offset=offset,
        per_page=_PER_PAGE,
        matched=cases.count(identity.scope),
    )


def _wanted(request: Request, wanted_id: str) -> tuple[Structure | None, Occupancy | None]:
    """Return the support that a form names and how full it is, as far as the caller may know."""
    service, scope = service_of(request), identity_of(request).scope
    with service.register.snapshot() as register:
        try:
            support = register.structure(wanted_id, scope)
        except NotFoundError:
            return None, None
        return support, occupancy_seen(register, support, scope, service.today())


def _structures(request: Request, ids: set[str]) -> Mapping[str, Any]:
    """Return the structures that requests are about; their parties know them."""
    with service_of(request).register.snapshot() as register:
        return {one: register.structure(one, SYSTEM) for one in ids}


@router.get(_ADDRESS + "/{case_id}")
def case_page(request: Request, case_id: str) -> Response:
    """Show one request: timeline, clocks, and the steps that the caller may take now."""
    language = safe_language(request, page=True)
    return _case(request, case_of(request, case_id, language), {})


@router.post(_ADDRESS + "/{case_id}/events")
def step(request: Request, case_id: str, form: Form) -> Response:
    """Take a step; a refused one comes back with its reason."""
    language = safe_language(request, page=True)
    view = case_of(request, case_id, language)
    typed = _typed(form)
    kind = _kind(typed)
    try:
        details: dict[str, object] = {
            name: form.getlist(name) if name in _SEVERAL else value
            for name, value in typed.items()
            if name not in _OTHER
        }
        take_step(
            request,
            case_id,
            kind,
            details,
            expected=_expected(typed),
            attachments=typed.get("attachments", ""),
        )
    except REFUSALS as error:
        request.state.address = f"{_ADDRESS}/{case_id}"
        refused = Refused.of(request, typed, error)
        return _case(
            request,
            case_of(request, case_id, language),
            {kind.value: FormState(kind.value, refused)},
            refused,
        )
    return RedirectResponse(f"{_ADDRESS}/{view.request.id}", status_code=303)


def _kind(typed: Mapping[str, str]) -> EventKind:
    told = typed.get("kind", "")
    try:
        return EventKind(told)
    except ValueError:
        raise InvalidParameterError("requests.kind_unknown", value=told[:40]) from None


def _expected(typed: Mapping[str, str]) -> int:
    number = whole(typed.get("expected", ""))
    if number is None:
        raise FormatError("requests.expected_malformed")
    return number


def _case(
    request: Request,
    view: CaseView,
    forms: Mapping[str, FormState],
    refused: Refused | None = None,
) -> Response:
    told = view.json()
    structure = _structures(request, {view.request.structure_id})[view.request.structure_id]
    return render(
        request,
        "sharing_request.html",
        status_code=200 if refused is None else refused.status,
        view=view,
        case=told,
        structure=structure,
        refused=refused,
        forms={
            one["kind"]: forms.get(one["kind"], FormState(one["kind"])) for one in told["next"]
        },
    )
