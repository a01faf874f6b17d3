"""OGC API - Processes, part 1 (18-062r2): studies as processes, jobs, their results."""

from datetime import UTC, date
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.errors import BadParameterError
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language
from api.ogc.accepted import require_json_accepted
from api.ogc.asked import time_of
from api.ogc.documents import RELATION, link
from api.ogc.processes import (
    OUTPUT,
    PROCESSES,
    STATUSES,
    Execute,
    NoSuchJobError,
    NoSuchProcessError,
    NotReadyError,
    Process,
    described,
    inputs_of,
    status_info,
    summary,
)
from api.routers.studies import study_json
from api.service import public_url, service_of
from api.submission import submit
from api.whole import OffsetQuery
from data.text import VIET_NAM
from gis.errors import NotFoundError
from gis.jobs.queue import Job, JobState
from gis.register.moments import now
from maps.tiles import is_tiled

__all__ = ["router"]

router = APIRouter(
    route_class=GuardedRoute, tags=["ogc"], dependencies=[Depends(require_json_accepted)]
)

_KINDS: Final = {one.kind: one.id for one in PROCESSES.values()}
_Status = Literal["accepted", "running", "successful", "failed", "dismissed"]
_ProcessId = Annotated[str, Path(max_length=60)]
Limit = Annotated[int, Query(ge=1, le=1_000, description="Most of them on a page.")]
Seconds = Annotated[int | None, Query(ge=0, le=100_000_000)]


@router.get("/ogc/processes")
def processes(request: Request, limit: Limit = 100) -> dict[str, Any]:
    """The processes that there are."""
    base, language = public_url(request), api_language(request)
    listed = list(PROCESSES.values())[:limit]
    return {
        "processes": [summary(base, one, language) for one in listed],
        "links": [link(base, "/ogc/processes", "self")],
    }


@router.get("/ogc/processes/{process_id}")
def process(request: Request, process_id: _ProcessId) -> dict[str, Any]:
    """One process with its inputs and outputs."""
    return described(public_url(request), _process(process_id), api_language(request))


@router.post("/ogc/processes/{process_id}/execution", status_code=201)
def execute(request: Request, process_id: _ProcessId, wanted: Execute) -> JSONResponse:
    """Make a study: always as a job; Location says where it stands."""
    found = _process(process_id)
    inputs = inputs_of(found, wanted)
    job = submit(service_of(request), identity_of(request), found.kind, inputs)
    headers = {"location": f"{public_url(request)}/ogc/jobs/{job.id}"}
    if "respond-async" in request.headers.get("prefer", ""):
        headers["preference-applied"] = "respond-async"
    told = status_info(public_url(request), job, api_language(request))
    return JSONResponse(told, 201, headers=headers)


@router.get("/ogc/jobs")
def jobs(
    request: Request,
    *,
    limit: Limit = 100,
    offset: OffsetQuery = 0,
    process_id: Annotated[str | None, Query(alias="processID", max_length=60)] = None,
    kind: Annotated[Literal["process"] | None, Query(alias="type")] = None,
    status: Annotated[_Status | None, Query()] = None,
    datetime: Annotated[str | None, Query(max_length=100)] = None,
    min_duration: Annotated[Seconds, Query(alias="minDuration")] = None,
    max_duration: Annotated[Seconds, Query(alias="maxDuration")] = None,
) -> dict[str, Any]:
    """Jobs of processes, the newest first: the caller's own, for the department all."""
    del kind  # there are no others
    identity, queue = identity_of(request), service_of(request).queue
    states = None if status is None else [s for s, name in STATUSES.items() if name == status]
    known = queue.jobs(requested_by=None if identity.is_staff else identity.name, states=states)
    found = [job for job in known if job.kind in _KINDS]
    if process_id is not None:
        found = [job for job in found if _KINDS[job.kind] == process_id]
    if datetime is not None:
        span = time_of(datetime)  # read once, and refused where there is no job to compare it with
        found = [job for job in found if _within(job, *span)]
    found = [job for job in found if _lasted(job, min_duration, max_duration)]
    base, language = public_url(request), api_language(request)
    page = found[offset : offset + limit]
    links = [link(base, "/ogc/jobs", "self")]
    if offset + limit < len(found):
        asked: dict[str, Any] = {**request.query_params, "limit": limit, "offset": offset + limit}
        links.append(link(base, f"/ogc/jobs?{urlencode(asked)}", "next"))
    return {"jobs": [status_info(base, one, language) for one in page], "links": links}


def _within(job: Job, first: date | None, last: date | None) -> bool:
    day = job.created_at.replace(tzinfo=job.created_at.tzinfo or UTC).astimezone(VIET_NAM).date()
    return (first is None or first <= day) and (last is None or day <= last)


def _lasted(job: Job, least: int | None, most: int | None) -> bool:
    if least is None and most is None:
        return True
    if job.started_at is None:
        return False
    ended = job.finished_at or now()
    seconds = (ended - job.started_at).total_seconds()
    return (least is None or seconds >= least) and (most is None or seconds <= most)


@router.get("/ogc/jobs/{job_id}")
def job(request: Request, job_id: str) -> dict[str, Any]:
    """Where a job stands."""
    return status_info(public_url(request), _job(request, job_id), api_language(request))


@router.get("/ogc/jobs/{job_id}/results")
def results(request: Request, job_id: str) -> dict[str, Any]:
    """The results of a job: the record of its study."""
    found = _job(request, job_id)
    if found.state is JobState.FAILED:
        reason = found.say_error(api_language(request)) or found.state.say(api_language(request))
        raise BadParameterError("ogc.job_failed", reason=reason)
    if found.study_id is None:
        raise NotReadyError("ogc.not_ready", id=job_id[:60])
    identity = identity_of(request)
    study = service_of(request).study(found.study_id, identity)
    base, address = public_url(request), f"/studies/{study.id}"
    links = [
        link(base, address, "via"),
        link(base, f"{address}/report.html", "alternate", "text/html"),
        *(link(base, f"{address}/files/{name}", "item", "*/*") for name in study.files),
    ]
    if is_tiled(study):
        path = f"/ogc/studies/{study.id}/map/tiles"
        links.append(link(base, path, RELATION.format("tilesets-map")))
    return {OUTPUT: study_json(study, identity) | {"links": links}}


@router.delete("/ogc/jobs/{job_id}")
def dismiss(request: Request, job_id: str) -> dict[str, Any]:
    """Dismiss a job: one that waits or runs is stopped; what is done stays."""
    _job(request, job_id)
    stopped = service_of(request).queue.cancel(job_id)
    told = status_info(public_url(request), stopped, api_language(request))
    return told | {"status": "dismissed"}


def _process(process_id: str) -> Process:
    found = PROCESSES.get(process_id)
    if found is None:
        raise NoSuchProcessError("ogc.process_unknown", name=process_id[:60])
    return found


def _job(request: Request, job_id: str) -> Job:
    try:
        found = service_of(request).job(job_id, identity_of(request))
    except NotFoundError as error:
        raise NoSuchJobError(error.key, **error.values) from error
    if found.kind not in _KINDS:
        raise NoSuchJobError("jobs.unknown", id=job_id[:60])
    return found
