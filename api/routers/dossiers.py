"""Licence dossiers beside the desk's own routes: the technical look, and licences that lapse."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.clock_view import rule_json
from api.desk_dossier import ask_precheck
from api.desk_view import desk_of, desk_view
from api.forms import REFUSALS, Refused
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.routers.desk_pages import show_case
from api.routers.jobs import job_json
from api.service import service_of
from data.text import Language
from gis.register.records import BroadcastStation
from gis.terms import DOSSIER
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["desk"])

_DAYS = 365
DaysQuery = Annotated[int, Query(ge=0, le=36_500)]


@dataclass(frozen=True, slots=True)
class _Lapsing:
    """The licences that ended or end soon, by the day of their end."""

    on: date
    least_days: int | None
    rule: Rule | None
    rows: list[tuple[BroadcastStation, date, int]]
    unknown: int


def _lapsing(request: Request, days: int) -> _Lapsing:
    """Return the licences that a caller may renew: the department all, others their own."""
    service, scope = service_of(request), identity_of(request).scope
    today = service.today()
    stations = service.register.stations(scope, on=today)
    mine = [one for one in stations if scope.sees_all or one.organisation_id == scope.own]
    rows = [
        (one, one.licence_to, (one.licence_to - today).days)
        for one in mine
        if one.licence_to is not None and (one.licence_to - today).days <= days
    ]
    rule = desk_of(request).basis()[0].rule(f"{DOSSIER}renewal", today)
    return _Lapsing(
        on=today,
        least_days=None if rule is None else int(number(rule, "equipment")),
        rule=rule,
        rows=sorted(rows, key=lambda row: (row[1], row[0].id)),
        unknown=sum(1 for one in mine if one.licence_to is None),
    )


@router.get("/licences-lapsing")
def lapsing(request: Request, days: DaysQuery = _DAYS) -> dict[str, Any]:
    """Frequency licences that ended or end within some days, and when a renewal is filed."""
    found, language = _lapsing(request, days), api_language(request)
    return {
        "on": found.on.isoformat(),
        "least_days": found.least_days,
        "rule": None if found.rule is None else rule_json(found.rule, language),
        "unknown": found.unknown,
        "licences": [
            {
                "station_id": station.id,
                "station": station.name,
                "licence_number": station.licence_number,
                "ends_on": end.isoformat(),
                "days_left": left,
            }
            for station, end, left in found.rows
        ],
    }


@router.get("/view/licences", include_in_schema=False)
def lapsing_page(request: Request, days: DaysQuery = _DAYS) -> Response:
    """Show the licences that lapse, each with the way to its renewal."""
    found = _lapsing(request, days)
    language = safe_language(request, page=True)
    rule = None if found.rule is None else rule_json(found.rule, language)
    return render(request, "licences.html", found=found, rule=rule, days=days)


@router.post("/desk/dossier/{desk_case_id}/precheck", status_code=202)
def precheck(request: Request, desk_case_id: str) -> dict[str, Any]:
    """Ask for the check of a dossier's broadcasting station, as of an application."""
    language = api_language(request)
    return job_json(
        ask_precheck(request, desk_view(request, "dossier", desk_case_id, language)), language
    )


@router.post("/view/desk/dossier/{desk_case_id}/precheck", include_in_schema=False)
def precheck_page(request: Request, desk_case_id: str) -> Response:
    """Ask for the check of a dossier's station and show the dossier again."""
    address = f"/view/desk/dossier/{desk_case_id}"
    try:
        ask_precheck(request, desk_view(request, "dossier", desk_case_id, Language.VI))
    except REFUSALS as error:
        refused = Refused.of(request, {}, error, {})
        return show_case(request, "dossier", desk_case_id, refused=refused)
    return RedirectResponse(address, status_code=303)
