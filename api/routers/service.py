"""The server itself: is it alive, what can programs ask, the files that pages load."""

from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.guard import GuardedRoute
from api.observing import Metrics
from api.ogc.documents import OPENAPI
from api.openapi import described
from api.pages import render
from api.service import public_url, service_of
from api.static_files import static_file

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)


@router.get("/healthz", tags=["service"], summary="Is the server alive?")
async def healthz() -> dict[str, str]:
    """Answer as long as the process lives."""
    return {"status": "ok"}


@router.get("/readyz", tags=["service"], summary="Can the server read its register?")
def readyz(request: Request) -> dict[str, str]:
    """Answer with the version of the register."""
    return {"status": "ready", "register": service_of(request).register_stamp()}


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Answer with counts for Prometheus."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> JSONResponse:
    """Answer with the description of every address for programs, complete in itself."""
    return JSONResponse(described(request.app, public_url(request)), media_type=OPENAPI)


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """Show the addresses for programs, from the same description."""
    # it says nothing that changes while the server runs
    kept = service_of(request).kept.get("docs", None, lambda: _groups(described(request.app)))
    return render(request, "docs.html", groups=kept.value)


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = {"method": method.upper(), "path": path, **operation}
            groups.setdefault(operation.get("tags", ["other"])[0], []).append(shown)
    return groups


@router.get("/static/{path:path}", include_in_schema=False)
async def static(request: Request, path: str) -> Response:
    """Answer with a file that a page loads: ours, or Leaflet's."""
    return await static_file(path, request.scope)
