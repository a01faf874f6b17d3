"""Measured against predicted: a page under the station, and the same for programs."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.errors import status_of
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.measured_rows import classes_of, statistics_cells
from api.pages import render
from api.service import service_of
from gis.errors import GisError
from gis.measurements import Taken, measurements_of
from gis.register.records import BroadcastStation
from gis.studies.context import StudyContext
from gis.studies.measured import compare_measured

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["studies"])

_MOST = 500
_SHOWN = 200


@router.get("/stations/{station_id}/measured")
def measured(request: Request, station_id: str) -> dict[str, Any]:
    """Measurements of a station beside its prediction; at most 500, evenly through them."""
    station, taken = _taken(request, station_id)
    return compare_measured(station, taken, _context(request), most=_MOST)


@router.get("/view/stations/{station_id}/measured", include_in_schema=False)
def measured_page(request: Request, station_id: str) -> Response:
    """Show how far the prediction is from what was measured."""
    language = safe_language(request, page=True)
    station, taken = _taken(request, station_id)
    told: dict[str, Any] | None = None
    problem: GisError | None = None
    if taken.measurements:
        try:
            told = compare_measured(station, taken, _context(request), most=_MOST)
        except GisError as error:
            problem = error
    rows = [] if told is None else list(classes_of(told, language))
    return render(
        request,
        "measured.html",
        status_code=200 if problem is None else status_of(problem),
        station=station,
        taken=taken,
        told=told,
        problem=problem,
        rows=[(name, statistics_cells(row, language)) for name, row in rows],
        pairs=[] if told is None else [_dated(one) for one in told["pairs"][:_SHOWN]],
    )


def _dated(pair: dict[str, Any]) -> dict[str, Any]:
    return {**pair, "at": datetime.fromisoformat(pair["measured_at"])}


def _taken(request: Request, station_id: str) -> tuple[BroadcastStation, Taken]:
    scope, here = identity_of(request).scope, service_of(request)
    with here.register.snapshot() as register:
        station = register.station(station_id, scope)
        return station, measurements_of(register, station, scope, here.today())


def _context(request: Request) -> StudyContext:
    service = service_of(request)
    return StudyContext(
        register=service.register,
        home=service.home,
        ground=service.ground,
        workers=service.settings.threads,
    )
