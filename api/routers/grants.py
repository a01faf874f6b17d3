"""Grants, for administrators: who may see the confidential structures of an area."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.errors import status_of
from api.filters import asked_day
from api.guard import GuardedRoute
from api.identity import identity_of
from api.pages import render
from api.service import service_of
from gis.errors import FormatError, GisError
from gis.register.grants import LONGEST_DAYS
from gis.register.records import UnitKind

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

DayField = Annotated[str, Form(max_length=10)]
_ASKED = {"organisation_id": "", "unit_code": "", "first_day": "", "last_day": "", "reason": ""}
_WIDEST_FIRST = {kind: place for place, kind in enumerate(UnitKind)}


@router.get("/view/grants")
def grants_page(request: Request) -> Response:
    """Show the grants and the form for another."""
    return _page(request, _ASKED)


@router.post("/view/grants")
def give(
    request: Request,
    *,
    organisation_id: Annotated[str, Form(max_length=200)] = "",
    unit_code: Annotated[str, Form(max_length=40)] = "",
    first_day: DayField = "",
    last_day: DayField = "",
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Give one, or show the form as it was filled with what is wrong."""
    asked = {
        "organisation_id": organisation_id,
        "unit_code": unit_code,
        "first_day": first_day,
        "last_day": last_day,
        "reason": reason,
    }
    try:
        first, last = asked_day(first_day), asked_day(last_day)
        if first is None or last is None:
            raise FormatError("errors.grant_days", most=LONGEST_DAYS)
        service_of(request).grants.give(
            organisation_id,
            unit_code,
            first,
            last,
            reason=reason,
            author=identity_of(request).name,
        )
    except GisError as error:
        return _page(request, asked, problem=error)
    return RedirectResponse("/view/grants", 303)


@router.post("/view/grants/{grant_id}/revoke")
def revoke(request: Request, grant_id: str) -> Response:
    """Take one back."""
    service_of(request).grants.revoke(grant_id, author=identity_of(request).name)
    return RedirectResponse("/view/grants", 303)


def _page(request: Request, asked: dict[str, str], *, problem: GisError | None = None) -> Response:
    service, today = service_of(request), service_of(request).today()
    with service.register.snapshot() as register:
        organisations = register.organisations()
        units = {one.code: one for one in register.units()}
        drawn = {one.unit_code for one in register.boundaries(on=today)}
    choices = [one for code, one in units.items() if code in drawn]
    choices.sort(key=lambda one: (_WIDEST_FIRST[one.kind], one.name))
    return render(
        request,
        "grants.html",
        status_code=200 if problem is None else status_of(problem),
        grants=service.grants.all(),
        names={one.id: one.name for one in organisations},
        places={code: one.name for code, one in units.items()},
        organisations=organisations,
        units=choices,
        asked=asked,
        today=today,
        longest=LONGEST_DAYS,
        problem=problem,
    )
