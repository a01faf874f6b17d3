"""Inspection (kiểm định) of stations: the list, one base station, its papers and notice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from api.clock_view import rule_json
from api.downloads import made_for_download
from api.entered import read_entered
from api.errors import InvalidParameterError
from api.facts_form import facts_refused, stated
from api.forms import FormState, Refused, Typed
from api.geojson import plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, page_language, safe_language
from api.pages import render, wants_page
from api.service import Service, service_of
from api.whole import OffsetQuery
from data.text import Language, text
from gis.certification import StationRow, base_station, certification_rows
from gis.certification_files import write_certification
from gis.errors import FormatError, GisError
from gis.exchange.exporting import ExportFormat
from gis.names import plain_key
from gis.register.structures import Document
from gis.rule_files import pack_in_use
from gis.structure_edits import add_paper
from propagation.compliance.certification import (
    BaseStationFacts,
    Listed,
    State,
)
from propagation.compliance.parameters import (
    BASE_STATION,
    CERTIFICATE,
    EXPOSURE_BASE_STATION,
    PUBLIC_NOTICE,
)
from propagation.compliance.records import Rule

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_PAGE: Final = "/view/certification"
_PER_PAGE: Final = 50
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
    language = api_language(request)
    return {
        "computed_at": plain(found.made_at),
        "numberMatched": len(rows),
        "stations": [_json(one, language) for one in rows[offset : offset + _PER_PAGE]],
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


def _json(row: StationRow, language: Language) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "id": row.id,
        "name": row.name,
        "owner_id": row.owner_id,
        "commune_name": row.commune_name,
        "technologies": list(row.technologies),
        "state": row.state.value,
        "state_text": text(f"certification.state_{row.state.value}", language),
        "must_be_inspected": row.listing.listed.value,
        "missing": list(row.listing.missing),
        "last_day": plain(row.due.last_day),
        "days": row.due.days,
        "certificate": plain(row.certificate) if row.certificate.recorded else None,
        "notice": plain(row.notice) if row.notice.recorded else None,
        "exposure_distance_m": row.exposure.distance_m,
        "exposure_antennas_unknown": row.exposure.unknown,
        "synthetic": row.synthetic,
    }


@router.get(_PAGE, include_in_schema=False)
def page(
    request: Request, wanted: Annotated[_Filter, Depends()], offset: OffsetQuery = 0
) -> Response:
    """Show which stations must be inspected and what is due."""
    service = service_of(request)
    found = _of_place(service, wanted)
    every, rows = found.rows, _in_state(found.rows, wanted.state)
    return render(
        request,
        "certification.html",
        rows=rows[offset : offset + _PER_PAGE],
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
        rules=_labels(request, found.rules),
    )


def _labels(request: Request, rules: Mapping[str, Rule]) -> list[dict[str, Any]]:
    language = safe_language(request, page=True)
    names = (BASE_STATION, PUBLIC_NOTICE, CERTIFICATE, EXPOSURE_BASE_STATION)
    return [rule_json(rules[name], language) for name in names if name in rules]


@dataclass(frozen=True, slots=True)
class _Stated:
    """What somebody states of the surroundings of a base station, as it was typed."""

    inhabited: Annotated[str, Query(max_length=40)] = ""
    building_top_m: Annotated[str, Query(max_length=40)] = ""
    antenna_lowest_m: Annotated[str, Query(max_length=40)] = ""


@router.get("/view/certification/{structure_id}", include_in_schema=False)
def station_page(
    request: Request,
    structure_id: str,
    facts: Annotated[_Stated, Depends()],
    organisation_id: _Text = "",
) -> Response:
    """Show one base station, ask what decides whether it must be inspected, and answer."""
    return _station(request, structure_id, organisation_id, facts)


def _station(
    request: Request,
    structure_id: str,
    organisation_id: str,
    facts: _Stated,
    paper: Refused | None = None,
) -> Response:
    service, language = service_of(request), safe_language(request, page=True)
    typed = {name: value.strip() for name, value in asdict(facts).items()}
    refused, known = None, None
    try:
        known = _read(typed)
    except GisError as error:
        refused = facts_refused("certification", typed, error, language)
    row, rules = _one(service, structure_id, organisation_id, known)
    wrong = refused or paper
    return render(
        request,
        "certification_station.html",
        status_code=200 if wrong is None else wrong.status,
        row=row,
        form=FormState("facts", refused, stated(typed)),
        paper=FormState("paper", paper, {"kind": "certificate"}),
        refused=wrong,
        owners={one.id: one.name for one in service.register.organisations()},
        query=stated(typed) | {"organisation_id": organisation_id},
        may_notice=row.listing.listed is Listed.NOT or row.notice.recorded,
        kinds=_KINDS,
        rules=_labels(request, rules),
        day=service.today(),
    )


def _read(typed: Mapping[str, str]) -> BaseStationFacts:
    """Read the facts of a form.

    Raises
    ------
    FormatError
        If a value cannot be read, or a height cannot be.
    """
    given = stated(typed)
    values = read_entered(BaseStationFacts, list(given), given)
    for name, value in values.items():
        if isinstance(value, float) and not 0 <= value <= _HIGHEST_M:
            raise FormatError("certification.wrong_height", name=name, most=_HIGHEST_M)
    return BaseStationFacts(**values)


def _one(
    service: Service, structure_id: str, organisation_id: str, known: BaseStationFacts | None
) -> tuple[StationRow, Mapping[str, Rule]]:
    day = service.today()
    rules = pack_in_use(day, service.home).rules
    with service.register.snapshot() as register:
        row = base_station(register, rules, day, (structure_id, organisation_id), known)
    return row, rules


@router.get("/view/certification/{structure_id}/notice", include_in_schema=False)
def notice(
    request: Request,
    structure_id: str,
    facts: Annotated[_Stated, Depends()],
    organisation_id: _Text = "",
) -> Response:
    """Show the public notice of a base station outside the list, to be printed.

    Raises
    ------
    FormatError
        If what is known does not say that the station is outside the list.
    """
    service = service_of(request)
    known = _read({name: value.strip() for name, value in asdict(facts).items()})
    row, rules = _one(service, structure_id, organisation_id, known)
    if row.listing.listed is not Listed.NOT and not row.notice.recorded:
        raise FormatError("certification.notice_not_possible", structure=row.name)
    owners = {one.id: one.name for one in service.register.organisations()}
    return render(
        request,
        "certification_notice.html",
        row=row,
        structure=row.structure,
        owner=owners.get(row.owner_id or "", ""),
        rules=_labels(request, rules),
        day=service.today(),
    )


@router.post("/view/certification/{structure_id}/papers", include_in_schema=False)
def record_paper(request: Request, structure_id: str, typed: Typed) -> Response:
    """Record a certificate or a public notice of a base station."""
    service, language = service_of(request), safe_language(request, page=True)
    organisation_id = typed.get("organisation_id", "")
    row, _ = _one(service, structure_id, organisation_id, None)
    given = {name: typed.get(name, "").strip() for name in _PAPER}
    try:
        values = read_entered(Document, _PAPER, given)
        add_paper(
            service.register,
            structure_id,
            {**values, "title": _title(typed.get("kind", ""), row, service)},
            scope=identity_of(request).scope,
            author=identity_of(request).name,
            reason="certification",
        )
    except GisError as error:
        kept = {**given, "kind": typed.get("kind", "")}
        told = facts_refused("certification", kept, error, language)
        return _station(request, structure_id, organisation_id, _Stated(), told)
    query = urlencode({"organisation_id": organisation_id})
    return RedirectResponse(f"{_PAGE}/{quote(row.id, safe='')}?{query}", 303)


def _title(kind: str, row: StationRow, service: Service) -> str:
    """Return the title by which a paper is known: what it is, and whose."""
    if kind not in _KINDS:
        raise FormatError("certification.kind_unknown", name="kind", expected=", ".join(_KINDS))
    owner = service.register.organisation(row.owner_id or "").name
    return text(f"certification.paper_title_{kind}", Language.VI, owner=owner)
