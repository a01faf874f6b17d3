"""The map of the province: what the caller may see of the register today, and its table."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import service_of
from api.views import register_view
from maps.web import map_fragment

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/map")
def map_page(request: Request) -> Response:
    """Show the map."""
    language = safe_language(request, page=True)
    service = service_of(request)
    view = register_view(service, identity_of(request), language, on=service.today())
    fragment = map_fragment(view, language, nonce=request.state.nonce)
    return render(request, "map.html", title=view.title, map=fragment)
