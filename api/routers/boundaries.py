"""Boundaries, for administrators: which are there, a file judged, brought in, taken back."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import outline_uploads
from api.entered import WrongFieldsError
from api.errors import status_of
from api.filters import asked_day
from api.forms import FormState, Refused, Typed, Wrong
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.outline_uploads import Said, SentOutlines
from api.outlines_view import outlines_on
from api.pages import render
from api.service import Service, service_of
from api.whole import whole
from data.text import CONTROL, text
from gis.errors import ConflictError, FormatError, GisError
from gis.exchange.boundaries import MOST_UNCERTAIN_M, BoundaryReport, commit_boundaries
from gis.jurisdictions import jurisdictions

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_SHOWN = 200
_LABELS = {
    "file": "administration.outlines_file",
    "on": "administration.outlines_on",
    "uncertainty_m": "administration.outlines_uncertainty",
    "source": "administration.outlines_source",
    "crs": "administration.outlines_crs",
    "layer": "administration.outlines_layer",
}
_LONGEST = 300


@router.get("/view/boundaries")
def boundaries_page(request: Request, on: Annotated[date | None, Query()] = None) -> Response:
    """Show the outlines of a day, level by level, the form for others, and what was brought in."""
    return _page(request, on=on)


@router.post("/view/boundaries")
def send(
    request: Request, typed: Typed, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Keep a file of outlines and go to what was found in it; a bad one comes back."""
    service = service_of(request)
    try:
        said = _said(typed)
        if file is None or not file.filename:
            raise WrongFieldsError([("file", FormatError("administration.outlines_no_file"))])
        sent = outline_uploads.keep(service.home, file.file, file.filename, said)
        outline_uploads.judged(service.register, sent)
    except GisError as error:
        return _page(request, refused=_refused(request, typed, error))
    return RedirectResponse(f"/view/boundaries/{sent.id}", 303)


@router.get("/view/boundaries/{import_id}")
def preview(request: Request, import_id: str) -> Response:
    """Show what a file of outlines would bring and replace, and what is refused."""
    return _preview(request, outline_uploads.sent_outlines(service_of(request).home, import_id))


@router.post("/view/boundaries/{import_id}/commit")
def commit(
    request: Request, import_id: str, digest: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Put the accepted outlines in the place of those there, as the page showed it."""
    service = service_of(request)
    sent = outline_uploads.sent_outlines(service.home, import_id)
    try:
        report = outline_uploads.judged(service.register, sent)
        if digest != outline_uploads.digest_of(report, service.register):
            raise ConflictError("pages.import_changed", file=sent.file.name)
        if not report.accepted:
            raise ConflictError("pages.import_nothing", file=sent.file.name)
        commit_boundaries(report, service.register, author=identity_of(request).name)
    except GisError as error:
        return _preview(request, sent, problem=error)
    return RedirectResponse("/view/boundaries", 303)


def _said(typed: Mapping[str, str]) -> Said:
    """Return what the form says of a file; all that is wrong at once."""
    wrong: list[tuple[str, GisError]] = []
    on: date | None = None
    try:
        on = asked_day(typed.get("on", "").strip()) or jurisdictions()[-1].on
    except GisError as error:
        wrong.append(("on", error))
    uncertainty_m = _metres(typed.get("uncertainty_m", ""))
    if uncertainty_m is None:
        said = typed.get("uncertainty_m", "")[:40]
        reason = FormatError("exchange.file.uncertainty", value=said, limit=MOST_UNCERTAIN_M)
        wrong.append(("uncertainty_m", reason))
    crs = typed.get("crs", "").strip()
    epsg = whole(crs) if crs else None
    if crs and epsg is None:
        wrong.append(("crs", FormatError("exchange.file.crs_unknown", crs=crs[:40])))
    for name in ("source", "layer"):
        said = typed.get(name, "")
        if len(said) > _LONGEST or CONTROL.search(said):
            wrong.append((name, FormatError("infrastructure.not_text", most=_LONGEST)))
    if wrong or on is None or uncertainty_m is None:
        raise WrongFieldsError(wrong)
    return Said(
        on=on.isoformat(),
        uncertainty_m=uncertainty_m,
        official=typed.get("official", "") == "yes",
        source=typed.get("source", "").strip() or None,
        crs=epsg,
        layer=typed.get("layer", "").strip() or None,
    )


def _metres(said: str) -> float | None:
    try:
        value = float(said.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 < value <= MOST_UNCERTAIN_M else None


def _refused(request: Request, typed: Mapping[str, str], error: GisError) -> Refused:
    """Return the form with what is wrong at its fields; of the file, at the file."""
    language = safe_language(request, page=True)
    kept = {name: value[:_LONGEST] for name, value in typed.items() if name != "csrf_token"}
    wrong = error.wrong if isinstance(error, WrongFieldsError) else [("file", error)]
    said = [Wrong(name, text(_LABELS[name], language), one.say(language)) for name, one in wrong]
    return Refused(status_of(error), kept, said)


def _page(request: Request, *, on: date | None = None, refused: Refused | None = None) -> Response:
    service = service_of(request)
    day = on or service.today()
    batches = [one for one in service.register.import_batches() if one.kind == "boundaries"]
    batches.sort(key=lambda one: (one.imported_at, one.id), reverse=True)
    usual = {"on": jurisdictions()[-1].on.isoformat(), "uncertainty_m": "", "official": "yes"}
    return render(
        request,
        "boundaries.html",
        status_code=200 if refused is None else refused.status,
        on=day,
        levels=outlines_on(service.register, day),
        shown=_SHOWN,
        batches=batches[:_SHOWN],
        refused=refused,
        form=FormState("outlines", refused, usual),
        largest_mb=service.settings.max_upload_mb,
        most_uncertain=MOST_UNCERTAIN_M,
    )


def _preview(request: Request, sent: SentOutlines, *, problem: GisError | None = None) -> Response:
    service = service_of(request)
    report: BoundaryReport | None = None
    try:
        report = outline_uploads.judged(service.register, sent)
    except GisError as error:
        problem = problem or error
    return render(
        request,
        "boundaries_import.html",
        status_code=200 if problem is None else status_of(problem),
        sent=sent,
        problem=problem,
        report=report,
        shown=_SHOWN,
        digest="" if report is None else outline_uploads.digest_of(report, service.register),
        **({} if report is None else _compared(service, report)),
    )


def _compared(service: Service, report: BoundaryReport) -> dict[str, Any]:
    """Return each outline of a file with the one that it replaces."""
    codes = [one.unit_code for one in report.accepted]
    with service.register.snapshot() as now:
        names = {one.code: one.name for one in now.units()}
        stored = {(one.unit_code, one.valid_from): one for one in now.boundaries(codes=codes)}
    rows = [
        (names.get(one.unit_code, ""), one, stored.get((one.unit_code, one.valid_from)))
        for one in report.accepted[:_SHOWN]
    ]
    replaced = sum((one.unit_code, one.valid_from) in stored for one in report.accepted)
    return {"rows": rows, "replaced": replaced}
