"""Inspection (kiểm định) of stations: the list, one base station, its papers and notice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.certification_steps import note_stations, row_json, rules_told
from api.clock_view import rule_json
from api.downloads import made_for_download
from api.errors import InvalidParameterError
from api.geojson import plain
from api.guard import GuardedRoute
from api.language import api_language, page_language, safe_language
from api.pages import render, wants_page
from api.service import Service, service_of
from api.whole import OffsetQuery
from gis.certification import StationRow, certification_rows
from gis.certification_files import write_certification
from gis.errors import FormatError
from gis.exchange.exporting import ExportFormat
from gis.names import plain_key
from gis.rule_files import pack_in_use
from propagation.compliance.certification import (
    State,
)
from propagation.compliance.parameters import (
    BASE_STATION,
    CERTIFICATE,
    PUBLIC_NOTICE,
)
from propagation.compliance.records import Rule

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_PAGE: Final = "/view/certification"
_PER_PAGE: Final = 30
_TABLES: Final = (ExportFormat.XLSX, ExportFormat.CSV)
_PAPER: Final = ("number", "issuer", "issued_on", "valid_to")
_KINDS: Final = ("certificate", "notice")
_HIGHEST_M: Final = 1000.0

_Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class _Filter:
    """Which stations of the list are wanted."""

    owner_id: _Text = ""
    commune: _Text = ""
    state: Annotated[str, Query(max_length=40)] = ""


@router.get("/certification", tags=["register"])
def stations(
    request: Request, wanted: Annotated[_Filter, Depends()], offset: OffsetQuery = 0
) -> dict[str, Any]:
    """Which stations must be inspected, what is due, and which facts are wanted."""
    found = _rows(service_of(request), wanted)
    rows, rules = found.rows, found.rules
    shown = rows[offset : offset + _PER_PAGE]
    note_stations(request, shown)
    language = api_language(request)
    return {
        "computed_at": plain(found.made_at),
        "numberMatched": len(rows),
        "stations": [row_json(one, language) for one in shown],
        "rules": [
            rule_json(rules[name], language)
            for name in (BASE_STATION, PUBLIC_NOTICE, CERTIFICATE)
            if name in rules
        ],
    }


@router.get("/certification/table", tags=["register"], response_class=FileResponse)
def table(
    request: Request,
    wanted: Annotated[_Filter, Depends()],
    format: Annotated[ExportFormat, Query()] = ExportFormat.XLSX,
) -> FileResponse:
    """The list as a file for spreadsheets."""
    if format not in _TABLES:
        raise FormatError("exchange.export_unknown", value=format.value)
    service = service_of(request)
    rows = _rows(service, wanted).rows
    note_stations(request, rows)
    owners = {one.id: one.name for one in service.register.organisations()}
    language = page_language(request) if wants_page(request) else api_language(request)
    return made_for_download(
        f"phusong-certification.{format.value}",
        lambda path: write_certification(rows, owners, format, path, language),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Stations of the list, the rules, and when they were judged."""

    rows: Sequence[StationRow]
    rules: Mapping[str, Rule]
    made_at: datetime


def _rows(service: Service, wanted: _Filter) -> _Rows:
    """Return the stations of today that a filter leaves, and the rules."""
    found = _of_place(service, wanted)
    return replace(found, rows=_in_state(found.rows, wanted.state))


def _of_place(service: Service, wanted: _Filter) -> _Rows:
    """Return the stations of today of an owner and a commune, in any state."""
    found = _kept(service)
    commune = plain_key(wanted.commune)
    rows = [
        row
        for row in found.rows
        if (not wanted.owner_id or row.owner_id == wanted.owner_id)
        and (not commune or commune in plain_key(row.commune_name or ""))
    ]
    return replace(found, rows=rows)


def _kept(service: Service) -> _Rows:
    """Return every station of today; kept until register, rules or the day change.

    All of it is the department's: no other role reaches these routes.
    """
    day = service.today()
    pack = pack_in_use(day, service.home)

    def make() -> Sequence[StationRow]:
        with service.register.snapshot() as register:
            return certification_rows(register, pack.rules, day)

    stamp = (day, pack.version, service.register.version())
    found = service.kept.get("certification", stamp, make)
    return _Rows(found.value, pack.rules, found.made_at)


def _in_state(rows: Sequence[StationRow], state: str) -> list[StationRow]:
    """Return the stations that are in a state, empty for any.

    Raises
    ------
    InvalidParameterError
        If the state is none.
    """
    if state and state not in set(State):
        expected = ", ".join(State)
        raise InvalidParameterError("certification.state_unknown", value=state, expected=expected)
    return [row for row in rows if not state or row.state.value == state]


@router.get(_PAGE, include_in_schema=False)
def page(
    request: Request, wanted: Annotated[_Filter, Depends()], offset: OffsetQuery = 0
) -> Response:
    """Show which stations must be inspected and what is due."""
    service = service_of(request)
    found = _of_place(service, wanted)
    every, rows = found.rows, _in_state(found.rows, wanted.state)
    shown = rows[offset : offset + _PER_PAGE]
    note_stations(request, shown)
    return render(
        request,
        "certification.html",
        rows=shown,
        matched=len(rows),
        offset=offset,
        per_page=_PER_PAGE,
        counts={one.value: sum(row.state is one for row in every) for one in State},
        owners={one.id: one.name for one in service.register.organisations()},
        asked=asdict(wanted),
        query={name: value for name, value in asdict(wanted).items() if value},
        states=[one.value for one in State],
        day=service.today(),
        made_at=found.made_at,
        rules=rules_told(found.rules, safe_language(request, page=True)),
    )
