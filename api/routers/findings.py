"""The findings of all stations: what the newest check said, and a button to check again."""

import math
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import Service, service_of
from api.submission import submit
from data.text import Language
from gis.studies.findings import basis, export
from gis.studies.record import Study, list_studies

__all__ = ["newest_check", "router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_DECISIVE = ("violates", "needs_verification")
_ORDER = ("violates", "mixed", "needs_verification", "not_assessable", "complies")


@router.get("/view/findings")
def findings_page(request: Request) -> Response:
    """Show each station with its outcome and the clauses that decided it."""
    service, language = service_of(request), safe_language(request, page=True)
    newest = newest_check(service)
    stations = [] if newest is None else [_row(station, language) for station in export(newest)]
    stations.sort(key=lambda row: (_ORDER.index(row["outcome"]), row["name"]))
    return render(
        request,
        "findings.html",
        study=newest,
        on=None if newest is None else date.fromisoformat(newest.inputs["on"]),
        stations=stations,
        networks=[one.id for one in list_studies(service.home, kind="network")[:1]],
        counts={name: sum(row["outcome"] == name for row in stations) for name in _ORDER},
    )


def newest_check(service: Service) -> Study | None:
    """Return the newest check of all stations; one of a single station lies under that station."""
    checks = list_studies(service.home, kind="compliance")
    return next((study for study in checks if len(study.inputs["judged"]) > 1), None)


@router.post("/view/findings")
def check_all(request: Request, csrf_token: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Ask for a check of all stations, and show its job."""
    del csrf_token  # the guard has looked at it
    job = submit(service_of(request), identity_of(request), "compliance", {})
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _row(station: dict[str, Any], language: Language) -> dict[str, Any]:
    decisive = [found for found in station["findings"] if found["outcome"] in _DECISIVE]
    if not decisive:  # then what keeps it from being judged
        decisive = [f for f in station["findings"] if f["outcome"] == "not_assessable"]
    decisive.sort(key=_gravity)
    clauses = [basis(found["rule"], language) for found in decisive]
    margins = [found["margin_db"] for found in decisive if found["margin_db"] is not None]
    return {
        **station,
        "clauses": list(dict.fromkeys(clauses)),
        "worst_margin_db": min(margins, default=None),
        "first": decisive[0] if decisive else None,
    }


def _gravity(found: dict[str, Any]) -> tuple[int, float]:
    """Return the place of a finding among those that decide: the worst outcome, then margin."""
    place = _ORDER.index(found["outcome"])
    return place, math.inf if found["margin_db"] is None else found["margin_db"]
