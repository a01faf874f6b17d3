"""Imports: send a file, see what is accepted, refused and asked, answer, commit, undo."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse

from api import uploads
from api.downloads import MEDIA_TYPES, made_for_download
from api.errors import ForbiddenError
from api.geojson import plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, page_language
from api.pages import wants_page
from api.paging import LimitQuery, links
from api.proposals import owner_of, proposed
from api.schemas import ImportAnswersRequest, ImportCommitRequest
from api.service import Service, service_of
from api.whole import OffsetQuery
from data.text import Language, text
from gis.errors import ConflictError, NotFoundError
from gis.exchange.importing import ImportKind, ImportReport, commit, error_report_xlsx
from gis.home import Home
from gis.register.records import ImportBatch
from gis.register.store import Register

__all__ = [
    "answer_upload",
    "commit_upload",
    "keep_sent",
    "router",
    "undo_batch",
    "upload_of",
]

router = APIRouter(route_class=GuardedRoute, tags=["imports"])

_LOG: Final = logging.getLogger(__name__)
_OPERATORS = (ImportKind.STRUCTURES, ImportKind.POINTS)
"""What an operator may send of its own."""


@router.post("/imports", status_code=201)
def send(
    request: Request,
    file: Annotated[UploadFile, File()],
    kind: Annotated[ImportKind, Form()],
) -> JSONResponse:
    """Send a file to be judged; nothing is written to the register.

    An operator sends structures and points of its own; the department brings them in.
    """
    sent, report = keep_sent(request, file, kind)
    return JSONResponse(
        _judged(request, sent, report), 201, headers={"location": f"/imports/{sent.id}"}
    )


def keep_sent(
    request: Request, file: UploadFile, kind: ImportKind
) -> tuple[uploads.Upload, ImportReport | None]:
    """Keep a file that somebody sends, and judge it for the first time.

    Raises
    ------
    ForbiddenError
        If an operator sends anything but structures and points, or belongs to no organisation.
    FormatError
        If the file cannot be read at all, or a row is marked as a state secret.
    """
    service, identity = service_of(request), identity_of(request)
    own = identity.scope.own
    if not identity.is_staff and (own is None or kind not in _OPERATORS):
        raise ForbiddenError("pages.import_own_structures")
    sent = uploads.keep(
        service.home,
        file.file,
        file_name=file.filename or "",
        kind=kind,
        sent_by=identity.name,
        organisation_id=identity.organisation_id,
        only_owner=own,
    )
    report = uploads.judged_first(service.home, service.register, sent, service.jurisdiction())
    return sent, report


def upload_of(request: Request, import_id: str) -> uploads.Upload:
    """Return a file that the caller may see: the department all, an operator what it sent.

    Raises
    ------
    NotFoundError
        If there is none, or the caller may not know of it.
    """
    sent = uploads.upload(service_of(request).home, import_id)
    if not uploads.may_see(identity_of(request), sent):
        raise NotFoundError("pages.import_unknown", id=import_id[:60])
    return sent


def _judged(
    request: Request, sent: uploads.Upload, report: ImportReport | None = None
) -> dict[str, Any]:
    service = service_of(request)
    if report is None:
        report = uploads.judged(service.home, service.register, sent, service.jurisdiction())
    before = proposed(service.home, sent, report)
    return {
        "id": sent.id,
        "answers": sent.answers,
        "digest": uploads.digest_of(sent, report),
        "proposed": None
        if before is None
        else {
            "file": before.file_name,
            "batch": before.batch_id,
            "answers": dict(before.answers),
        },
        "batch": sent.batch_id,
        **report.to_json(api_language(request)),
        "links": [
            {"rel": "self", "href": f"/imports/{sent.id}"},
            {"rel": "errors", "href": f"/imports/{sent.id}/errors.xlsx"},
        ],
    }


@router.get("/imports/{import_id}")
def judged(request: Request, import_id: str) -> dict[str, Any]:
    """What a file holds, judged against the register as it is now."""
    return _judged(request, upload_of(request, import_id))


@router.post("/imports/{import_id}/answers")
def answer(request: Request, import_id: str, given: ImportAnswersRequest) -> dict[str, Any]:
    """Answer questions; the file is judged again, and an answer that spoils it is not kept."""
    sent = upload_of(request, import_id)
    return _judged(request, *answer_upload(request, sent, given.answers))


def answer_upload(
    request: Request, sent: uploads.Upload, answers: Mapping[str, str]
) -> tuple[uploads.Upload, ImportReport]:
    """Note answers to the questions of a file, and judge it with them.

    Raises
    ------
    ConflictError
        If the file was brought in and what came of it stands; else as `uploads.answer`.
    FormatError
        As `uploads.answer`.
    """
    service = service_of(request)
    _refuse_standing(service.register, sent)
    return uploads.answer(service.home, service.register, sent, answers, service.jurisdiction())


@router.post("/imports/{import_id}/commit", status_code=201)
def commit_import(
    request: Request, import_id: str, given: ImportCommitRequest | None = None
) -> dict[str, Any]:
    """Bring the accepted rows into the register, all of them or none.

    What an operator sent is brought in with the `digest` that was shown with it, so that nobody
    changes its answers, or the records that it changes, between the look and the commit.
    """
    given = given or ImportCommitRequest()
    batch = commit_upload(request, import_id, given.answers, seen=given.digest)
    result: dict[str, Any] = plain(batch)
    return result


def commit_upload(
    request: Request, import_id: str, answers: dict[str, str], *, seen: str | None
) -> ImportBatch:
    """Judge a file once more with its answers and bring in what is accepted.

    Parameters
    ----------
    seen : str or None
        The digest of what was shown; None where nobody looked, which will do only for a file of
        the department's own.

    Raises
    ------
    ConflictError
        If the file was brought in before, or its answers, or what it would do to the register,
        are not those that were seen.
    FormatError
        If questions are open, or no row can be taken.
    """
    service = service_of(request)
    sent = uploads.upload(service.home, import_id)
    _refuse_standing(service.register, sent)
    if seen is None and sent.only_owner is not None:
        raise ConflictError("pages.import_unseen", file=sent.file_name)
    report = None if seen is None else _as_seen(service, sent, seen)
    if answers or report is None:
        sent, report = answer_upload(request, sent, answers)
    _refuse_brought(service, sent, report)
    _require_rows(report)

    def again() -> ImportReport:
        nonlocal report
        if seen is None or answers:
            report = uploads.judged(service.home, service.register, sent, service.jurisdiction())
        else:
            report = _as_seen(service, sent, seen)
        _refuse_brought(service, sent, report)
        _require_rows(report)
        return report

    batch = commit(report, service.register, author=identity_of(request).name, again=again)
    _note(service.home, sent, batch, report)
    return batch


def _as_seen(service: Service, sent: uploads.Upload, seen: str) -> ImportReport:
    """Judge a file and refuse what is not as somebody saw it."""
    report = uploads.judged(service.home, service.register, sent, service.jurisdiction())
    if seen != uploads.digest_of(sent, report):
        raise ConflictError("pages.import_changed", file=sent.file_name)
    return report


def _refuse_brought(service: Service, sent: uploads.Upload, report: ImportReport) -> None:
    """Refuse a file whose import stands, also where that could not be noted beside it.

    The server may have died, or the disk been full, between the one and the other.
    """
    for batch in service.register.import_batches():
        same = (batch.sha256, batch.kind) == (report.sha256, report.kind.value)
        if same and batch.undone_at is None:
            if sent.batch_id is None:
                _note(service.home, sent, batch, report)
            raise ConflictError("pages.import_done", id=batch.id)


def _require_rows(report: ImportReport) -> None:
    if not report.accepted and not report.provisional:
        raise ConflictError("pages.import_nothing", file=report.file_name)


def _note(home: Home, sent: uploads.Upload, batch: ImportBatch, report: ImportReport) -> None:
    """Note beside the file what came of it; what was brought in stands whether or not it can be.

    The file may have been removed meanwhile, or the disk be full.
    """
    try:
        uploads.note_batch(home, sent, batch.id, report.header, owner_of(report))
        uploads.keep_error_reports(home, sent, report)
    except NotFoundError:
        pass
    except OSError as error:
        _LOG.error("import %s is not noted beside its file: %s", batch.id, error)


@router.get("/imports/{import_id}/errors.xlsx", response_class=FileResponse)
def errors(request: Request, import_id: str) -> FileResponse:
    """The refused rows as XLSX, their errors beside them."""
    service = service_of(request)
    sent = upload_of(request, import_id)
    language = page_language(request) if wants_page(request) else api_language(request)
    name = f"{Path(sent.file_name).stem}-errors.xlsx"
    kept = uploads.kept_error_report(service.home, sent, language)
    if kept is not None and _stands(service.register, sent):
        return FileResponse(kept, media_type=MEDIA_TYPES["xlsx"], filename=name)
    report = uploads.judged(service.home, service.register, sent, service.jurisdiction())
    return made_for_download(name, lambda path: error_report_xlsx(report, path, language))


def _refuse_standing(register: Register, sent: uploads.Upload) -> None:
    if _stands(register, sent):
        raise ConflictError("pages.import_done", id=sent.batch_id)


def _stands(register: Register, sent: uploads.Upload) -> bool:
    """Return whether what came of a file is in the register still."""
    return sent.batch_id is not None and register.import_batch(sent.batch_id).undone_at is None


@router.get("/import-batches")
def batches(
    request: Request,
    kind: Annotated[ImportKind | None, Query()] = None,
    limit: LimitQuery = 100,
    offset: OffsetQuery = 0,
) -> dict[str, Any]:
    """What was brought into the register, and from which file."""
    every = service_of(request).register.import_batches()
    found = [batch for batch in every if kind in (None, batch.kind)]
    page = found[offset : offset + limit]
    return {
        "numberMatched": len(found),
        "numberReturned": len(page),
        "links": links(request, limit=limit, offset=offset, matched=len(found)),
        "batches": [plain(batch) for batch in page],
    }


@router.post("/import-batches/{batch_id}/undo")
def undo(request: Request, batch_id: str) -> dict[str, Any]:
    """Take back what an import brought."""
    result: dict[str, Any] = plain(undo_batch(request, batch_id))
    return result


def undo_batch(request: Request, batch_id: str) -> ImportBatch:
    """Take back what an import brought, in the caller's name."""
    register = service_of(request).register
    author = identity_of(request).name
    reason = text("pages.undo_reason", Language.VI, id=batch_id)
    with register.write(author=author, reason=reason) as writer:
        return writer.undo_batch(batch_id)
