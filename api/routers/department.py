"""Where the department is reached, for administrators: entered, changed, taken back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.entered import WrongFieldsError
from api.errors import status_of
from api.forms import FormState, Refused, Typed, Wrong
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import service_of
from api.whole import whole
from data.text import text
from gis.department import (
    MOST,
    contact_of,
    former_contacts,
    keep_contact,
    read_contact,
    take_back_contact,
)
from gis.errors import GisError

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_HERE = "/view/department"
_FORMER = 50


@router.get(_HERE)
def department_page(request: Request, kept: bool = False) -> Response:
    """Show what was entered, its form, and every former version."""
    return _page(request, kept=kept)


@router.post(_HERE)
def keep(request: Request, typed: Typed) -> Response:
    """Keep what was typed, or show the form again with what is wrong."""
    try:
        contact, wrong = read_contact(typed)
        if wrong:
            raise WrongFieldsError(wrong)
        keep_contact(
            service_of(request).register,
            contact,
            seen=typed.get("seen", ""),
            author=identity_of(request).name,
        )
    except GisError as error:
        return _page(request, refused=_refused(request, typed, error))
    return RedirectResponse(f"{_HERE}?kept=true", 303)


@router.post("/view/department/restore")
def restore(
    request: Request,
    revision: Annotated[str, Form(max_length=20)] = "",
    seen: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Put back what held before a change."""
    try:
        take_back_contact(
            service_of(request).register,
            whole(revision) or 0,
            seen=seen,
            author=identity_of(request).name,
        )
    except GisError as error:
        return _page(request, refused=_refused(request, {}, error))
    return RedirectResponse(f"{_HERE}?kept=true", 303)


def _refused(request: Request, typed: Mapping[str, str], error: GisError) -> Refused:
    """Return the form with what is wrong at its fields."""
    language = safe_language(request, page=True)
    wrong = error.wrong if isinstance(error, WrongFieldsError) else [("", error)]
    return Refused(
        status_of(error),
        {name: typed.get(name, "")[:1000] for name in MOST if name in typed},
        [
            Wrong(name, text(f"department.{name}", language) if name else "", one.say(language))
            for name, one in wrong
        ],
    )


def _page(request: Request, *, kept: bool = False, refused: Refused | None = None) -> Response:
    service, language = service_of(request), safe_language(request, page=True)
    contact = contact_of(service.register)
    return render(
        request,
        "department.html",
        status_code=200 if refused is None else refused.status,
        kept=kept and refused is None,
        refused=refused,
        department=service.jurisdiction().department(language),
        contact=contact,
        form=FormState("contact", refused, asdict(contact)),
        most=MOST,
        former=former_contacts(service.register, _FORMER),
    )
