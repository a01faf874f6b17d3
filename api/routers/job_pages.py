"""Pages of jobs: the list, and one job while it runs."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import Service, service_of
from api.subjects import kind_subject
from api.whole import OffsetQuery
from data.text import Language, text
from gis.errors import NotFoundError
from gis.jobs.queue import Job, JobState
from gis.register.scopes import SYSTEM

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_PER_PAGE = 50


_NAMED = frozenset({"site_planning", "interference_source"})
"""Kinds whose questions may have a name of their own."""


@router.get("/view/jobs")
def jobs_page(request: Request, offset: OffsetQuery = 0) -> Response:
    """List jobs, the newest first: the own ones, for the department all."""
    service, identity = service_of(request), identity_of(request)
    whose = None if identity.is_staff else identity.name
    language = safe_language(request, page=True)
    found = service.queue.jobs(requested_by=whose, limit=_PER_PAGE, offset=offset)
    return render(
        request,
        "jobs.html",
        jobs=[(job, *_subject(service, job, language)) for job in found],
        matched=service.queue.count(requested_by=whose),
        offset=offset,
        per_page=_PER_PAGE,
    )


@router.get("/view/jobs/{job_id}")
def job_page(request: Request, job_id: str) -> Response:
    """Show how far a job is, and go to its study when it is done."""
    service = service_of(request)
    job = service.job(job_id, identity_of(request))
    if job.state is JobState.DONE and job.study_id is not None:
        return RedirectResponse(f"/view/studies/{job.study_id}", status_code=303)
    language = safe_language(request, page=True)
    subject, synthetic = _subject(service, job, language)
    return render(
        request,
        "job.html",
        job=job,
        subject=subject,
        synthetic=synthetic,
        message=job.say_progress(language) or job.state.say(language),
        error=job.say_error(language),
    )


@router.post("/view/jobs/{job_id}/cancel")
def cancel(
    request: Request, job_id: str, csrf_token: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Ask to stop a job, and show it."""
    del csrf_token  # the guard has looked at it
    service = service_of(request)
    service.job(job_id, identity_of(request))
    service.queue.cancel(job_id)
    return RedirectResponse(f"/view/jobs/{job_id}", status_code=303)


def _subject(service: Service, job: Job, language: Language) -> tuple[str, bool]:
    """Return what a job is about, in words, and whether it is simulated."""
    station_id, application = job.inputs.get("station_id"), job.inputs.get("application")
    if station_id is not None and job.kind != "interference_source":
        return _station(service, str(station_id))
    if isinstance(application, Mapping):
        named = _applied(service, application, language)
    else:
        own = job.inputs.get("name") if job.kind in _NAMED else None
        named = str(own or kind_subject(job.kind, job.inputs, language))
    return named, service.holds_synthetic()


def _station(service: Service, station_id: str) -> tuple[str, bool]:
    try:
        station = service.register.station(station_id, SYSTEM)
    except NotFoundError:
        return station_id, False
    return station.name, station.provenance.synthetic


def _applied(service: Service, application: Mapping[str, object], language: Language) -> str:
    """Return the name of an application: its own, or what it would replace or bring."""
    own, replaced = application.get("name"), application.get("replaces")
    if own:
        named = str(own)
    elif replaced:
        named, _ = _station(service, str(replaced))
    else:
        named = str(application.get("programme") or "–")
    return text("pages.jobs_application", language, name=named)
