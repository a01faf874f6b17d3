"""Organisations: the department lists them, records one, changes what one is called."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.entered import WrongFieldsError, read_entered
from api.errors import status_of
from api.forms import FormState, Refused, Typed, Wrong
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import service_of
from data.text import Language, text
from gis.errors import FormatError, GisError
from gis.organisations import add_organisation, change_organisation
from gis.register.records import Organisation, OrganisationKind
from gis.register.rows import record_digest

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_HERE = "/view/organisations"
_NEW = ""  # no organisation has this code
_LABELS = {
    "name": "organisations.name",
    "kind": "organisations.kind",
    "id": "organisations.id",
}
_LONGEST = 500


@router.get(_HERE)
def organisations_page(
    request: Request, name: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show the organisations, and the form of another; `name` is one that a file names."""
    return _page(request, name=name)


@router.post(_HERE)
def add(request: Request, typed: Typed) -> Response:
    """Record one, or show the form again with what is wrong."""
    identity = identity_of(request)
    try:
        values = _read(typed, ("id", "name", "kind"))
        add_organisation(
            service_of(request).register,
            values,
            scope=identity.scope,
            author=identity.name,
            reason=text("organisations.reason_added", Language.VI),
        )
    except GisError as error:
        return _page(request, _NEW, _refused(request, typed, error))
    return RedirectResponse(_HERE, 303)


@router.post("/view/organisations/{organisation_id}")
def change(request: Request, organisation_id: str, typed: Typed) -> Response:
    """Change what one is called or does, or show its form again with what is wrong."""
    service = service_of(request)
    service.register.organisation(organisation_id)
    try:
        change_organisation(
            service.register,
            organisation_id,
            _read(typed, ("name", "kind")),
            seen=typed.get("seen", ""),
            author=identity_of(request).name,
            reason=text("organisations.reason_changed", Language.VI),
        )
    except GisError as error:
        return _page(request, organisation_id, _refused(request, typed, error))
    return RedirectResponse(_HERE, 303)


def _read(typed: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Return what the form says; a code that is left empty is not stated."""
    sent = {name: typed.get(name, "").strip() for name in names}
    if not sent.get("id"):
        sent.pop("id", None)
    return read_entered(Organisation, names, sent)


def _refused(request: Request, typed: Mapping[str, str], error: GisError) -> Refused:
    """Return the form with what is wrong at its fields."""
    language = safe_language(request, page=True)
    name = str(error.values.get("name", ""))
    wrong = error.wrong if isinstance(error, WrongFieldsError) else [(name, error)]
    return Refused(
        422 if isinstance(error, FormatError) else status_of(error),
        {name: value[:_LONGEST] for name, value in typed.items() if name != "csrf_token"},
        [
            Wrong(
                name if name in _LABELS else "",
                text(_LABELS[name], language) if name in _LABELS else "",
                one.say(language),
            )
            for name, one in wrong
        ],
    )


def _page(
    request: Request,
    which: str | None = None,
    refused: Refused | None = None,
    *,
    name: str = "",
) -> Response:
    """Return the page; `which` form was refused: the new one's, or that of an organisation."""
    listed = sorted(service_of(request).register.organisations(), key=lambda one: one.name)

    def form(called: str, of: str, usual: Mapping[str, str]) -> FormState:
        return FormState(called, refused if which == of else None, usual)

    return render(
        request,
        "organisations.html",
        status_code=200 if refused is None else refused.status,
        rows=[(one, form(f"edit-{n}", one.id, _usual(one))) for n, one in enumerate(listed)],
        digest=record_digest,
        new=form("new", _NEW, {"name": name, "kind": OrganisationKind.OPERATOR.value}),
        refused=refused,
        which=which,
        kinds=list(OrganisationKind),
    )


def _usual(one: Organisation) -> dict[str, str]:
    return {"name": one.name, "kind": one.kind.value}
