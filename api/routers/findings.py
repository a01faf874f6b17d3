"""The findings: all stations of a plan with the fifteen checks, and one station check by check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.guard import GuardedRoute
from api.identity import Identity, identity_of
from api.language import safe_language
from api.pages import render
from api.service import Service, may_read, service_of
from api.submission import submit
from gis.errors import NotFoundError
from gis.register.records import Service as BroadcastService
from gis.studies.findings import current_first, newest_of_plan
from gis.studies.listing import newest_readable
from gis.studies.record import Study
from maps.findings import ORDER, CheckMark, check_marks, check_title, told_checks
from maps.words import Words
from propagation.compliance.catalogue import CATALOGUE

__all__ = ["Plan", "router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

Plan = Literal["fm", "television", "wireless_public_address"]
Order = Literal["outcome", "margin", "frequency", "name"]
Wanted = Literal["", "violates", "mixed", "needs_verification", "not_assessable", "complies"]
CheckNumber = Annotated[int, Query(ge=0, le=len(CATALOGUE))]

_DECISIVE = frozenset({"violates", "needs_verification"})


@dataclass(frozen=True, slots=True)
class _Line:
    """One station in the table of a plan."""

    row: dict[str, Any]
    marks: tuple[CheckMark, ...]
    margin_db: float | None

    def outcome(self, check: int) -> str | None:
        """Return the outcome of a check by its number, or the summary for 0."""
        return self.marks[check - 1].outcome if check else self.row["outcome"]


_KEYS: dict[str, Callable[[_Line, int], tuple[Any, ...]]] = {
    "outcome": lambda line, check: (_place(line.outcome(check)), _margin(line)),
    "margin": lambda line, _: (_margin(line),),
    "frequency": lambda line, _: (line.row["frequency_mhz"],),
    "name": lambda _, __: (),
}


@router.get("/view/findings")
def findings_page(
    request: Request,
    service: Plan = "fm",
    outcome: Wanted = "",
    check: CheckNumber = 0,
    order: Order = "outcome",
) -> Response:
    """Show each station of a plan with its outcome of every check."""
    here = service_of(request)
    study = newest_of_plan(here.home, service, here.today())
    lines = [] if study is None else [_line(row) for row in study.results["stations"]]
    shown = [line for line in lines if outcome in ("", line.outcome(check))]
    shown.sort(key=lambda line: (*_KEYS[order](line, check), line.row["name"]))
    words = Words(safe_language(request, page=True))
    with here.register.snapshot() as register:
        there = register.count_stations(
            identity_of(request).scope, service=BroadcastService(service), on=here.today()
        )
    return render(
        request,
        "findings.html",
        study=study,
        checkable=bool(there),
        on=None if study is None else date.fromisoformat(study.inputs["on"]),
        lines=shown,
        of=len(lines),
        outcomes=ORDER,
        counts={name: sum(line.row["outcome"] == name for line in lines) for name in ORDER},
        checks=[
            (number, name, check_title(name, words), _counts(lines, number))
            for number, name in enumerate(CATALOGUE, start=1)
        ],
        chosen={"service": service, "outcome": outcome, "check": check, "order": order},
        services=[one.value for one in BroadcastService],
        orders=tuple(_KEYS),
    )


@router.post("/view/findings")
def check_all(
    request: Request,
    service: Annotated[Plan, Form()] = "fm",
    csrf_token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask for a check of all stations of a plan, and show its job."""
    del csrf_token  # the guard has looked at it
    asked = {"service": service}
    job = submit(service_of(request), identity_of(request), "compliance", asked)
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


@router.get("/view/stations/{station_id}/findings")
def station_findings(
    request: Request,
    station_id: str,
    study: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show the fifteen checks of a station in order, with everything that they rest on.

    A named study may be of an application, or of a station that has left the register since.
    """
    service, identity = service_of(request), identity_of(request)
    found = service.study(study, identity) if study else _newest(service, identity, station_id)
    row = None if found is None else _row_of(found, station_id)
    if study and row is None:
        raise NotFoundError("studies.unknown_study", study=study)
    words = Words(safe_language(request, page=True))
    return render(
        request,
        "station_findings.html",
        station=_told(service, identity, station_id, row),
        study=found,
        row=row,
        on=None if found is None else date.fromisoformat(found.inputs["on"]),
        checks=() if found is None or row is None else told_checks(found, row, words),
        report=f"?station={quote(station_id, safe='')}&lang={words.language.value}",
    )


def _newest(service: Service, identity: Identity, station_id: str) -> Study | None:
    """Return the current check of a station that a caller may read and that can be read."""
    kept = current_first(service.home, service.today())
    wanted = (one for one in kept if station_id in one.stations and may_read(identity, one.access))
    return newest_readable(wanted, service.home)


def _told(
    service: Service, identity: Identity, station_id: str, row: dict[str, Any] | None
) -> dict[str, Any]:
    """Return a station as its check named it, and whether the register has it for the caller.

    Raises
    ------
    NotFoundError
        If neither a check nor the register knows it.
    """
    try:
        with service.register.snapshot() as register:
            station = register.station(station_id, identity.scope)
    except NotFoundError:
        if row is None:
            raise
        registered = False
    else:
        registered = True
        if row is None:
            row = {"name": station.name, "synthetic": station.provenance.synthetic}
    return {
        "id": station_id,
        "name": row["name"],
        "synthetic": row["synthetic"],
        "registered": registered,
    }


def _row_of(study: Study, station_id: str) -> dict[str, Any] | None:
    if study.kind != "compliance":
        return None
    rows = study.results["stations"]
    return next((row for row in rows if row["station_id"] == station_id), None)


def _line(row: dict[str, Any]) -> _Line:
    margins = [
        found["margin_db"]
        for found in row["findings"]
        if found["margin_db"] is not None
        and found["outcome"] in _DECISIVE
        and not found["rule"].get("advisory", False)
    ]
    return _Line(row, check_marks(row), min(margins, default=None))


def _counts(lines: Sequence[_Line], number: int) -> dict[str, int]:
    """Return how many stations have each outcome of a check."""
    found = [line.outcome(number) for line in lines]
    return {name: found.count(name) for name in ORDER if name in found}


def _place(outcome: str | None) -> int:
    return len(ORDER) if outcome is None else ORDER.index(outcome)


def _margin(line: _Line) -> float:
    return inf if line.margin_db is None else line.margin_db
