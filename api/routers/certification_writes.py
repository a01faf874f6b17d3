"""One base station of the list of certification: its facts, its papers, its public notice."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from api.certification_steps import (
    FACTS,
    KINDS,
    PAPER,
    keep_facts,
    keep_paper,
    may_notice,
    note_stations,
    notice_facts,
    notice_letter,
    one_station,
    require_notice,
    rules_told,
    station_json,
)
from api.conflict import settle, word_of
from api.downloads import made_for_download
from api.entered import as_typed
from api.errors import status_of
from api.facts_form import facts_refused
from api.forms import FormState, Refused, Typed
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.sent_tables import sent_table
from api.service import service_of
from data.text import Language, text
from gis.errors import GisError
from gis.register.rows import record_digest
from gis.register.structures import Structure
from gis.rule_rows import LIMITS
from gis.surroundings import COLUMNS, SurroundingsImport, import_surroundings
from maps.documents.letter import letter_docx, letter_pdf

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_PAGE: Final = "/view/certification"
_ENDINGS: Final = (".csv", ".xlsx")
_SHOWN: Final = 200
_Text = Annotated[str, Query(max_length=200)]
_Value = str | float | int | bool | None


class NoticeFormat(StrEnum):
    """What a public notice is written as."""

    DOCX = "docx"
    PDF = "pdf"


class FactsAsked(BaseModel):
    """What is around a base station, and which state of its structure the caller saw."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: str = Field(max_length=200)
    digest: str = Field(max_length=64)
    inhabited: bool | None = None
    building_top_m: Annotated[float | None, Field(allow_inf_nan=False)] = None
    antenna_lowest_m: Annotated[float | None, Field(allow_inf_nan=False)] = None
    seen_on: str = Field(max_length=10)
    source: str = Field(max_length=300)


class PaperAsked(BaseModel):
    """A certificate or a public notice of a base station."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    number: str = Field(default="", max_length=200)
    issuer: str = Field(default="", max_length=200)
    issued_on: str = Field(default="", max_length=10)
    valid_to: str = Field(default="", max_length=10)


@router.post("/certification/surroundings", tags=["register"])
def bring_in_facts(
    request: Request, file: Annotated[UploadFile, File(description="CSV or XLSX")]
) -> dict[str, Any]:
    """Keep what a table says of many base stations; rows that cannot be are told."""
    language = api_language(request)
    found = _imported(request, file, language)
    return {"accepted": found.accepted, "refused": _refused(found, language)}


@router.get("/certification/{structure_id}", tags=["register"])
def one(request: Request, structure_id: str, organisation_id: _Text) -> dict[str, Any]:
    """One base station: where it stands, what decides, from when and by what source."""
    told = one_station(service_of(request), structure_id, organisation_id)
    note_stations(request, told[:1], whole=True)
    return station_json(told, api_language(request))


@router.post("/certification/{structure_id}/surroundings", tags=["register"])
def keep_one(request: Request, structure_id: str, body: FactsAsked) -> dict[str, Any]:
    """Keep what is around one base station; null is not known."""
    service, station = service_of(request), (structure_id, body.organisation_id)
    typed = body.model_dump(exclude={"organisation_id", "digest"}) | {"seen": body.digest}
    keep_facts(service, identity_of(request), station, typed)
    return station_json(one_station(service, *station), api_language(request))


@router.post("/certification/{structure_id}/papers", tags=["register"], status_code=201)
def add_paper(request: Request, structure_id: str, body: PaperAsked) -> dict[str, Any]:
    """Record a certificate or a public notice of one base station."""
    service, station = service_of(request), (structure_id, body.organisation_id)
    keep_paper(service, identity_of(request), station, body.model_dump())
    return station_json(one_station(service, *station), api_language(request))


@router.get("/certification/{structure_id}/notice", tags=["register"], response_class=FileResponse)
def notice_file(
    request: Request,
    structure_id: str,
    organisation_id: _Text,
    format: NoticeFormat = NoticeFormat.DOCX,
) -> FileResponse:
    """The public notice of a base station outside the list, to be completed and signed."""
    service = service_of(request)
    told = one_station(service, structure_id, organisation_id)
    note_stations(request, told[:1])
    require_notice(told[0])
    letter = notice_letter(service, told)
    write = letter_docx if format is NoticeFormat.DOCX else letter_pdf
    content = write(letter)
    name = f"phusong-notice.{format.value}"
    return made_for_download(name, lambda path: path.write_bytes(content))


@router.get("/view/certification/surroundings", include_in_schema=False)
def import_page(request: Request) -> Response:
    """Show the form for a table of facts of many stations."""
    return _import_page(request)


@router.post("/view/certification/surroundings", include_in_schema=False)
def import_typed(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Keep the good rows of a table, and tell the others."""
    language = safe_language(request, page=True)
    try:
        found = _imported(request, file, language)
    except GisError as error:
        return _import_page(request, problem=error)
    return _import_page(request, told=found)


@router.get("/view/certification/{structure_id}", include_in_schema=False)
def station_page(request: Request, structure_id: str, organisation_id: _Text = "") -> Response:
    """Show one base station, what decides whether it must be inspected, and its papers."""
    return _station(request, structure_id, organisation_id)


def _station(
    request: Request,
    structure_id: str,
    organisation_id: str,
    *,
    facts: Refused | None = None,
    paper: Refused | None = None,
) -> Response:
    service, language = service_of(request), safe_language(request, page=True)
    row, rules = one_station(service, structure_id, organisation_id)
    note_stations(request, [row], whole=True)
    structure, wrong = row.structure, facts or paper
    conflict = None
    known = {name: as_typed(getattr(row.facts, name)) for name in FACTS[:3]}
    if structure is not None:
        known |= {"source": structure.neighbours_source or ""}
        known |= {"seen_on": as_typed(structure.neighbours_seen_on or service.today())}
        with service.register.snapshot() as register:
            facts, conflict = settle(
                request,
                register,
                structure,
                facts,
                _surroundings,
                said=lambda name, value: _word(name, value, language),
                label=lambda name: text(f"certification.field_{name}", language),
            )
    return render(
        request,
        "certification_station.html",
        status_code=200 if wrong is None else wrong.status,
        row=row,
        seen="" if structure is None else record_digest(structure),
        conflict=conflict,
        form=FormState("facts", facts, known),
        paper=FormState("paper", paper, {"kind": "certificate"}),
        refused=wrong,
        owners={one.id: one.name for one in service.register.organisations()},
        may_notice=may_notice(row),
        kinds=KINDS,
        rules=rules_told(rules, language),
        day=service.today(),
    )


def _surroundings(structure: Structure) -> dict[str, str]:
    """Return what the form shows of what is around a structure."""
    return {
        "inhabited": as_typed(structure.neighbours_inhabited),
        "building_top_m": as_typed(structure.neighbours_top_m),
        "seen_on": as_typed(structure.neighbours_seen_on),
        "source": structure.neighbours_source or "",
    }


def _word(name: str, value: str, language: Language) -> str:
    return word_of(f"certification.{value}", value, language) if name == "inhabited" else value


@router.get("/view/certification/{structure_id}/notice", include_in_schema=False)
def notice(request: Request, structure_id: str, organisation_id: _Text = "") -> Response:
    """Show the public notice of a base station outside the list, to be printed."""
    service, language = service_of(request), safe_language(request, page=True)
    row, rules = one_station(service, structure_id, organisation_id)
    note_stations(request, [row])
    require_notice(row)
    owners = {one.id: one.name for one in service.register.organisations()}
    return render(
        request,
        "certification_notice.html",
        row=row,
        facts=notice_facts(row, language),
        owner=owners.get(row.owner_id or "", ""),
        rules=rules_told(rules, language),
        day=service.today(),
    )


@router.post("/view/certification/{structure_id}/facts", include_in_schema=False)
def record_facts(request: Request, structure_id: str, typed: Typed) -> Response:
    """Keep what is around a base station, and show what follows."""
    station = structure_id, typed.get("organisation_id", "")
    try:
        keep_facts(service_of(request), identity_of(request), station, typed)
    except GisError as error:
        kept = {name: typed.get(name, "") for name in (*FACTS, "seen")}
        language = safe_language(request, page=True)
        told = facts_refused("certification", kept, error, language)
        return _station(request, *station, facts=told)
    return _shown(*station)


@router.post("/view/certification/{structure_id}/papers", include_in_schema=False)
def record_paper(request: Request, structure_id: str, typed: Typed) -> Response:
    """Record a certificate or a public notice of a base station."""
    station = structure_id, typed.get("organisation_id", "")
    try:
        keep_paper(service_of(request), identity_of(request), station, typed)
    except GisError as error:
        kept = {name: typed.get(name, "") for name in (*PAPER, "kind")}
        language = safe_language(request, page=True)
        told = facts_refused("certification", kept, error, language)
        return _station(request, *station, paper=told)
    return _shown(*station)


def _shown(structure_id: str, organisation_id: str) -> Response:
    query = urlencode({"organisation_id": organisation_id})
    return RedirectResponse(f"{_PAGE}/{quote(structure_id, safe='')}?{query}", 303)


def _import_page(
    request: Request, told: SurroundingsImport | None = None, problem: GisError | None = None
) -> Response:
    language = safe_language(request, page=True)
    return render(
        request,
        "certification_import.html",
        status_code=200 if problem is None else status_of(problem),
        told=told,
        refused=[] if told is None else _refused(told, language),
        problem=None if problem is None else problem.say(language),
        columns="; ".join(COLUMNS.values()),
    )


def _refused(found: SurroundingsImport, language: Language) -> list[dict[str, Any]]:
    return [
        {"row": one.row, "field": one.field, "value": one.value, "why": one.error.say(language)}
        for one in found.refused[:_SHOWN]
    ]


def _imported(request: Request, file: UploadFile, language: Language) -> SurroundingsImport:
    service = service_of(request)
    name = Path(file.filename or "").name[:80]
    with sent_table(file, _ENDINGS, LIMITS.file_bytes) as kept:
        return import_surroundings(
            service.register,
            kept,
            on=service.today(),
            author=identity_of(request).name,
            reason=text("certification.import_reason", language, file=name),
        )
