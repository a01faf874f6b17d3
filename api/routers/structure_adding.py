"""Recording a new structure by hand: the department, on a page and by programs."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.entered import WrongFieldsError, kept_reason, read_entered, refused_fields
from api.forms import FormState, Refused, Typed
from api.geojson import feature
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.routers.structure_writes import AddAsked
from api.service import service_of
from api.structure_form import ADDED, form_fields
from data.text import Language, text
from gis.errors import FormatError, GisError
from gis.register.rows import record_digest
from gis.register.structures import Structure
from gis.structure_edits import NEEDED, add_structure

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_HERE = "/view/structures/new"
_OTHERS = ("csrf_token", "reason")
_USUAL = {"confidential": "no", "kind": "antenna_mast"}


@router.post("/structures", tags=["register"], status_code=201)
def add(request: Request, asked: AddAsked) -> dict[str, Any]:
    """Record a structure: the department."""
    made = _added(request, asked.values, asked.reason)
    return {**feature(made), "digest": record_digest(made)}


@router.get(_HERE, include_in_schema=False)
def new_page(request: Request) -> Response:
    """Show the form of a new structure."""
    return _form(request, None)


@router.post(_HERE, include_in_schema=False)
def add_from_page(request: Request, typed: Typed) -> Response:
    """Record a structure as the form says, or show the form again with what is wrong."""
    try:
        sent = {name: value for name, value in typed.items() if name not in _OTHERS}
        made = _added(request, sent, typed.get("reason", "")[:300])
    except GisError as error:
        return _form(request, refused_fields(request, typed, error))
    return RedirectResponse(f"/view/structures/{made.id}", 303)


def _added(request: Request, sent: Mapping[str, Any], reason: str) -> Structure:
    """Record a structure from what was sent; what is empty is not stated."""
    service, identity = service_of(request), identity_of(request)
    told = {name: value for name, value in sent.items() if value not in ("", None)}
    wrong: list[tuple[str, GisError]] = [
        (name, FormatError("infrastructure.field_needed")) for name in NEEDED if name not in told
    ]
    values: dict[str, Any] = {}
    try:
        values = read_entered(Structure, ADDED, told)
    except WrongFieldsError as error:
        wrong += error.wrong
    if wrong:
        raise WrongFieldsError(wrong)
    return add_structure(
        service.register,
        values,
        scope=identity.scope,
        on=service.today(),
        author=identity.name,
        reason=kept_reason(reason) or text("infrastructure.reason_added", Language.VI),
    )


def _form(request: Request, refused: Refused | None) -> Response:
    """Return the page with the form of a new structure."""
    organisations = service_of(request).register.organisations()
    return render(
        request,
        "structure_edit.html",
        status_code=200 if refused is None else refused.status,
        structure=None,
        form=FormState("edit", refused, _USUAL),
        fields=form_fields(ADDED, safe_language(request, page=True), organisations),
        refused=refused,
        conflict=None,
        digest="",
    )
