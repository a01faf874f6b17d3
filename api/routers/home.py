"""The first page: what people come with, and where that begins."""

from collections.abc import Mapping
from typing import Final, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.first_steps import first_steps
from api.guard import GuardedRoute
from api.identity import identity_of
from api.inbox import inbox_of
from api.language import safe_language
from api.pages import render
from api.roles import Role, may
from api.service import service_of
from gis.department import contact_of
from gis.register.structures import StructureKind

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ERRANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "staff": (
        "/view/desk",
        "/view/imports",
        "/view/sites",
        "/view/matrix",
        "/view/findings",
        "/view/studies",
        "/view/reports",
    ),
    "operator": (
        "/view/supports",
        "/view/sharing",
        "/view/sites",
        "/view/works",
        "/view/desk",
        "/view/imports",
    ),
    "administrator": (
        "/view/users",
        "/view/backups",
        "/view/health",
        "/view/rules",
    ),
    "viewer": (
        "/map",
        "/view/stations",
        "/view/complaints",
        "/view/studies",
    ),
}
"""Who comes, and the pages on which their errands begin."""
_OWN = {
    Role.STAFF: ("staff", "viewer"),
    Role.ADMINISTRATOR: ("staff", "administrator", "viewer"),
    Role.OPERATOR: ("operator", "viewer"),
    Role.VIEWER: ("viewer",),
}
"""Whose errands are shown to somebody who is signed in."""
_ALL = ("viewer", "operator", "staff")
"""Whose errands are shown to somebody who is not: first what needs no account."""


@router.get("/")
def home(request: Request, signed_in: Literal["link"] | None = None) -> Response:
    """Show the errands, what the register holds, and what to do while it holds nothing."""
    service = service_of(request)
    identity = identity_of(request)
    today = service.today()
    masts = [StructureKind.ANTENNA_MAST]
    with service.register.snapshot() as register:
        figures = {
            "structures": register.count_structures(identity.scope, on=today),
            "masts": register.count_structures(identity.scope, kinds=masts, on=today),
            "stations": register.count_stations(identity.scope, on=today),
            "plan_entries": len(register.plan_entries(on=today)),
        }
    language = safe_language(request, page=True)
    shown = _OWN.get(identity.role, _ALL)
    jurisdiction = service.jurisdiction()
    return render(
        request,
        "home.html",
        signed_in=signed_in is not None and identity.account is not None,
        department=jurisdiction.department(language),
        contact=contact_of(service.register),
        province=jurisdiction.name(language),
        today=today,
        figures=figures,
        synthetic=service.holds_synthetic(),
        steps=first_steps(request),
        empty=not figures["structures"] and not figures["stations"],
        inbox=inbox_of(request, language),
        errands=[
            (who, [path for path in _ERRANDS[who] if may(identity.role, "GET", path)])
            for who in shown
        ],
    )
