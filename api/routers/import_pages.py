"""The imports: send a file, read what was found in it, answer in place, commit, undo."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, File, Form, UploadFile
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import uploads
from api.errors import status_of
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import page_language
from api.pages import render
from api.proposals import proposed
from api.roles import may
from api.routers.exports import SAMPLES
from api.routers.imports import (
    answer_upload,
    commit_upload,
    keep_sent,
    undo_batch,
    upload_of,
)
from api.service import Service, service_of
from data.text import Language, Phrase, has, text, when
from gis.errors import FormatError, GisError
from gis.exchange.answers import Question
from gis.exchange.datum import crs_name
from gis.exchange.exporting import ExportFormat, LayerName, formats_of
from gis.exchange.fields import FIELDS, title, title_key
from gis.exchange.headers import NO_COLUMN, index_of
from gis.exchange.importing import ImportKind
from gis.exchange.report import Accepted, ImportReport, Problem, RowState, SiteRecord
from gis.exchange.safety import EXTENSIONS
from gis.names import name_key
from gis.register.allotments import AllotmentPoint
from gis.register.points import RegistrationPoint
from gis.register.records import (
    AdministrativeUnit,
    BroadcastStation,
    Measurement,
    PlanEntry,
    ProtectedPoint,
)
from gis.register.roads import Road
from gis.register.routes import Cable, Duct, Route
from gis.register.siting import AviationFacility, Runway
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works import PlannedWork

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_SHOWN = 200
_WAITING = 20
_RADIOS = 6
_ANSWER = "answer."
_OPTION = "option."
_SHOWN_COLUMN = "shown."
_MOST_OPTIONS = 1500
_LISTED_COLUMNS = 200
_COLUMN = "column."
_KINDS = {
    ProtectedPoint: "protected_point_kind",
    PlannedWork: "work_kind",
    RegistrationPoint: "point_kind",
}
_STORED = "exchange.problem.duplicate_stored"
_COLUMN_MISSING = "exchange.question.column_missing"
_STRANGER = "exchange.problem.organisation_unknown"
_STRANGERS = 20
_LONGEST_NAME = 200


@router.get("/view/imports")
def imports_page(request: Request, kind: ImportKind = ImportKind.STRUCTURES) -> Response:
    """Show the form, what waits to be brought in, and what was brought in."""
    return _list(request, kind=kind.value)


@router.post("/view/imports")
def send(
    request: Request,
    file: Annotated[UploadFile, File()],
    kind: Annotated[ImportKind, Form()],
) -> Response:
    """Keep a file and go to what was found in it; one that cannot be read is not kept."""
    try:
        sent, _ = keep_sent(request, file, kind)
    except GisError as error:
        return _list(request, problem=error, kind=kind.value)
    return RedirectResponse(f"/view/imports/{sent.id}", 303)


@router.get("/view/imports/{import_id}")
def preview(request: Request, import_id: str) -> Response:
    """Show what a file holds: what is accepted, what is refused, what it asks."""
    return _preview(request, upload_of(request, import_id))


async def _form(request: Request) -> FormData:
    return await request.form()


@router.post("/view/imports/{import_id}/answers")
def answer(
    request: Request, import_id: str, form: Annotated[FormData, Depends(_form)]
) -> Response:
    """Judge again with the answers of the form, and note them where the file can be read so."""
    sent = upload_of(request, import_id)
    try:
        given = _given(form)
        answer_upload(request, sent, given)
    except uploads.REMOVED as error:
        return _list(request, problem=error)
    except GisError as error:
        return _preview(request, upload_of(request, import_id), problem=error)
    return RedirectResponse(f"/view/imports/{sent.id}", 303)


def _given(form: FormData) -> dict[str, str]:
    """Return the answers of a form: texts under their own key, choices as what they stand for."""
    given: dict[str, str] = {}
    shown = {name.removeprefix(_SHOWN_COLUMN): value for name, value in form.multi_items()
             if name.startswith(_SHOWN_COLUMN)}  # fmt: skip
    _refuse_twice(form, shown)
    for name, value in form.multi_items():
        if not isinstance(value, str) or value == shown.get(name.removeprefix(_ANSWER)):
            continue
        if name.startswith(_ANSWER):
            given[name.removeprefix(_ANSWER)] = value
        elif name.startswith(_OPTION):
            given.update(parse_qsl(value))
    return given


def _refuse_twice(form: FormData, shown: Collection[str]) -> None:
    """Raise where the form of columns names one column for two fields, changed or not."""
    taken: dict[object, str] = {}
    for key in shown:
        column, field = form.get(_ANSWER + key), key.partition(".")[2]
        if column in (None, "", NO_COLUMN):
            continue
        if column in taken:
            raise FormatError(
                "exchange.column_twice",
                header=str(column)[:_LONGEST_NAME],
                field=_called(taken[column]),
                other=_called(field),
            )
        taken[column] = field


def _called(field: str) -> str:
    key = title_key(field)
    return Phrase(key) if has(key) else field[:_LONGEST_NAME]


@router.post("/view/imports/{import_id}/commit")
def commit(
    request: Request, import_id: str, digest: Annotated[str | None, Form()] = None
) -> Response:
    """Bring the accepted rows in, all of them or none, with the answers that the page showed."""
    sent = uploads.upload(service_of(request).home, import_id)
    try:
        commit_upload(request, import_id, {}, seen=digest)
    except uploads.REMOVED as error:
        return _list(request, problem=error)
    except GisError as error:
        return _preview(request, upload_of(request, import_id), problem=error)
    return RedirectResponse(f"/view/imports/{sent.id}", 303)


@router.post("/view/import-batches/{batch_id}/undo")
def undo(request: Request, batch_id: str) -> Response:
    """Take back what an import brought."""
    try:
        batch = undo_batch(request, batch_id)
    except GisError as error:
        return _list(request, problem=error)
    outlines = batch.kind == "boundaries" and may(
        identity_of(request).role, "GET", "/view/boundaries"
    )
    return RedirectResponse("/view/boundaries" if outlines else "/view/imports", 303)


def _list(
    request: Request,
    *,
    problem: GisError | None = None,
    kind: str = ImportKind.STRUCTURES.value,
) -> Response:
    service, identity = service_of(request), identity_of(request)
    sent = [one for one in uploads.uploads(service.home) if uploads.may_see(identity, one)]
    of_batch = {one.batch_id: one.id for one in sent if one.batch_id is not None}
    batches = [batch for batch in service.register.import_batches()
               if identity.is_staff or batch.id in of_batch]  # fmt: skip
    batches.sort(key=lambda batch: (batch.imported_at, batch.id), reverse=True)
    waiting = [one for one in sent if one.batch_id is None]
    return render(
        request,
        "imports.html",
        status_code=200 if problem is None else status_of(problem),
        problem=problem,
        kind=kind,
        kinds=[
            one.value for one in ImportKind if identity.is_staff or one is ImportKind.STRUCTURES
        ],
        largest_mb=service.settings.max_upload_mb,
        extensions=list(EXTENSIONS),
        samples=SAMPLES if identity.is_staff else {},
        waiting=waiting[:_WAITING],
        more_waiting=max(0, len(waiting) - _WAITING),
        batches=batches[:_SHOWN],
        matched=len(batches),
        of_batch=of_batch,
        export_on="",
        layers=[one.value for one in LayerName],
        formats_of={one.value: formats_of(one) for one in LayerName},
        formats=[one.value for one in ExportFormat],
    )


def _preview(
    request: Request, sent: uploads.Upload, *, problem: GisError | None = None
) -> Response:
    service = service_of(request)
    language = page_language(request)
    batch = None if sent.batch_id is None else service.register.import_batch(sent.batch_id)
    brought_in = batch is not None and batch.undone_at is None
    report: ImportReport | None = None
    if not brought_in:
        try:
            report = uploads.judged(service.home, service.register, sent, service.jurisdiction())
        except uploads.REMOVED as error:
            return _list(request, problem=error)
        except FormatError as error:
            problem = problem or error
    before = None if report is None else proposed(service.home, sent, report)
    return render(
        request,
        "import.html",
        status_code=200 if problem is None else status_of(problem),
        problem=problem,
        sent=sent,
        batch=batch,
        brought_in=brought_in,
        report=report,
        digest="" if report is None else uploads.digest_of(sent, report),
        answers=_answered(sent.answers, service, language, report),
        proposal=before,
        proposed=[] if before is None else _answered(before.answers, service, language, report),
        **({} if report is None else _shown(report, sent, language)),
    )


def _shown(report: ImportReport, sent: uploads.Upload, language: Language) -> dict[str, Any]:
    """Return what the page shows of a report, long lists cut."""
    by_state = {
        state: [row for row in report.accepted if row.state is state]
        for state in (RowState.CHANGED, RowState.NEW, RowState.UNCHANGED)
    }
    problems = report.problems
    known = sum(problem.key == _STORED for problem in problems)
    states = report.states
    return {
        "rows": [
            (state.value, len(rows), [_row(row, language) for row in rows[:_SHOWN]])
            for state, rows in by_state.items()
            if rows
        ],
        "problems": problems[:_SHOWN],
        "shown": _SHOWN,
        "questions": [
            _asked(one, language) for one in report.questions if one.key != _COLUMN_MISSING
        ],
        "open": len(report.questions),
        "spread": [
            (title(field, language), header)
            for field, header in report.mapping.items()
            if field not in report.columns
        ],
        **_columns(report, sent, language),
        "strangers": _strangers(problems),
        "known": 0 if sent.answers.get("update") == "yes" else known,
        "to_bring": states[RowState.NEW] + states[RowState.CHANGED],
    }


def _columns(report: ImportReport, sent: uploads.Upload, language: Language) -> dict[str, Any]:
    """Return what the form of columns shows: every field, every column, and what feeds what."""
    missing = {one.field for one in report.questions if one.key == _COLUMN_MISSING}
    fields = [
        {
            "name": one.name,
            "title": title(one.name, language),
            "required": one.required or one.name in missing,
            "missing": one.name in missing,
            "number": report.columns.get(one.name),
        }
        for one in FIELDS[report.kind]
        if one.name in report.columns or one.name not in report.mapping
    ]
    fed = set(report.columns.values())
    spread = {
        header
        for name, told in report.mapping.items()
        if name not in report.columns
        for header in told.split(", ")
    }
    listed = [
        {"number": number, "header": header, "samples": "; ".join(samples),
         "unused": number not in fed and header not in spread}
        for number, (header, samples) in enumerate(
            zip(report.header, report.samples, strict=True), start=1
        )
        if header.strip()
    ]  # fmt: skip
    return {
        "fields": fields,
        "missing": [one["title"] for one in fields if one["missing"]],
        "file_columns": listed[:_LISTED_COLUMNS],
        "many": len(fields) * len(listed) > _MOST_OPTIONS,
        "unused": [one for one in listed if one["unused"]][:_LISTED_COLUMNS],
        "chosen": [key for key in sent.answers if key.startswith(_COLUMN)],
    }


def _strangers(problems: Sequence[Problem]) -> list[tuple[str, int]]:
    """Return what a file calls organisations that the register does not know, with their rows."""
    named: dict[str, list[str]] = {}
    for one in problems:
        if one.key == _STRANGER and len(one.value) <= _LONGEST_NAME:
            named.setdefault(name_key(one.value), []).append(one.value.strip())
    told = [(names[0], len(names)) for names in named.values()]
    return sorted(told, key=lambda pair: -pair[1])[:_STRANGERS]


def _row(row: Accepted, language: Language) -> dict[str, Any]:
    record = row.record
    if isinstance(record, Structure):
        name, about = record.code, record.name
    elif isinstance(record, BroadcastStation):
        name, about = record.name, _on_air(record, record.programme, language)
    elif isinstance(record, PlanEntry):
        name, about = record.programme, _on_air(record, record.site_name, language)
    elif isinstance(record, Measurement):
        name, about = _measured(record, language)
    elif isinstance(record, AllotmentPoint):
        name = record.name
        about = _on_air(record, record.allotment_name or record.allotment, language)
    elif isinstance(record, Runway | AviationFacility | Road):
        name, about = _around(record, language)
    elif isinstance(record, ProtectedPoint | PlannedWork | RegistrationPoint):
        name, about = record.name, text(f"register.{_KINDS[type(record)]}.{record.kind}", language)
    elif isinstance(record, AdministrativeUnit):
        name, about = record.name, record.code
    else:
        name, about = _of_site(record)
    return {
        "row": row.row,
        "name": name,
        "about": about,
        "longitude": getattr(record, "longitude", None),
        "latitude": getattr(record, "latitude", None),
        "changes": [change.say(language) for change in row.changes],
    }


def _around(record: Runway | AviationFacility | Road, language: Language) -> tuple[str, str]:
    """Return what lies around: what it is called, and about what it is."""
    if isinstance(record, Runway):
        return record.name, record.aerodrome
    if isinstance(record, AviationFacility):
        return record.name, text(f"register.facility_kind.{record.kind}", language)
    return record.code or record.name or record.id, text(
        f"register.road_kind.{record.kind}", language
    )


def _of_site(record: SiteRecord) -> tuple[str, str]:
    """Return what a row of lines, levels, contracts or rents is called, and about what it is."""
    if isinstance(record, Route):
        return record.code, f"{record.from_id} – {record.to_id}"
    if isinstance(record, Duct):
        return record.code, record.route_id
    if isinstance(record, Cable):
        return record.name, f"{record.duct_id}; {record.organisation_id}"
    if isinstance(record, Installation):
        return record.technology, f"{record.structure_id}; {record.organisation_id}"
    return _of_letting(record)


def _of_letting(record: AttachmentLevel | Contract | PublishedRent) -> tuple[str, str]:
    if isinstance(record, AttachmentLevel):
        span = f"{record.height_from_m:g}–{record.height_to_m:g} m"
        return record.structure_id, f"{span}; {record.slots}"
    if isinstance(record, Contract):
        return record.number, f"{record.owner_id} – {record.tenant_id}"
    return record.instrument, record.clause


def _on_air(
    record: BroadcastStation | PlanEntry | AllotmentPoint, words: str, language: Language
) -> str:
    return text("pages.import_on_air", language, words=words, frequency=record.frequency_mhz)


def _measured(record: Measurement, language: Language) -> tuple[str, str]:
    """Return what was measured when, and how well; one without an uncertainty says so."""
    name = text(
        "pages.import_measured",
        language,
        frequency=record.frequency_mhz,
        field=record.field_strength_dbuvm,
    )
    if record.uncertainty_db is None:
        how_well = text("pages.import_without_uncertainty", language)
    else:
        how_well = text("pages.import_uncertainty", language, value=record.uncertainty_db)
    return name, f"{when(record.measured_at, language)}; {how_well}"


def _asked(question: Question, language: Language) -> dict[str, Any]:
    options = [
        {"value": urlencode(option.answers), "text": option.say(language)}
        for option in question.options
    ]
    return {
        "text": question.say(language),
        "answer": question.answer,
        "options": options,
        "form": "text" if not options else "radio" if len(options) <= _RADIOS else "select",
    }


def _answered(
    answers: Mapping[str, str],
    service: Service,
    language: Language,
    report: ImportReport | None,
) -> list[tuple[str, str, str]]:
    """Return key, name and value of every answer that was given."""
    owners = {one.id: one.name for one in service.register.organisations()}
    header = () if report is None else report.header
    return [
        (
            key,
            _answer_name(key, language),
            _answer_column(value, header, language)
            if key.startswith(_COLUMN)
            else _answer_value(key, value, owners, language),
        )
        for key, value in sorted(answers.items())
    ]


def _answer_column(value: str, header: Sequence[str], language: Language) -> str:
    """Return what a column is called, by the number or the header that an answer gives."""
    if value == NO_COLUMN:
        return text("pages.import_no_column", language)
    index = index_of(value, header)
    return header[index] if 0 <= index < len(header) else value


def _answer_name(key: str, language: Language) -> str:
    name, _, field = key.partition(".")
    try:
        called = title(field, language) if field else ""
        return text(f"pages.import_answer_{name}", language, field=called)
    except KeyError:
        return key


def _answer_value(key: str, value: str, owners: Mapping[str, str], language: Language) -> str:
    if key == "crs":
        parts = [part.strip() for part in value.split(",")]
        return ", ".join(crs_name(int(part)) if part.isdecimal() else part for part in parts)
    if key == "confidence":
        return text(f"register.confidence.{value}", language)
    if key in ("update", "swap") or key.startswith("eirp."):
        return text(f"exchange.flag.{value}", language)
    if key == "value.owner_id":
        return owners.get(value, value)
    return value
