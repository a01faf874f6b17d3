"""How long things are kept, for administrators: what goes when, and the removal of contacts."""

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.retention_view import kept
from api.service import service_of
from gis.register.point_contacts import PointContacts

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_NEXT = 12


@router.get("/view/retention")
def retention_page(request: Request) -> Response:
    """Show what is kept how long, what the next removal takes, and which contacts go when."""
    service = service_of(request)
    contacts = PointContacts(service.register).last_days(service.today())
    return render(
        request,
        "retention.html",
        kept=kept(service, safe_language(request, page=True)),
        going=contacts.pop("", 0),
        next_days=[(date.fromisoformat(day), contacts[day]) for day in sorted(contacts)[:_NEXT]],
        later=sum(contacts[day] for day in sorted(contacts)[_NEXT:]),
    )


@router.post("/view/retention/contacts")
def forget(request: Request) -> Response:
    """Remove the contacts whose last day is over, as `phusong forget` does."""
    service = service_of(request)
    PointContacts(service.register, identity_of(request).name).forget_expired(service.today())
    return RedirectResponse("/view/retention", 303)
