"""Jobs: where they stand, live, and how to stop them; seen by their requester and the staff."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.geojson import plain
from api.guard import GuardedRoute
from api.identity import identity_of, is_still
from api.language import api_language, page_language
from api.paging import LimitQuery, links
from api.service import Service, service_of
from api.whole import OffsetQuery
from data.text import Language
from gis.jobs.queue import Job, JobState

__all__ = ["job_json", "router"]

router = APIRouter(route_class=GuardedRoute, tags=["jobs"])

_POLL_S = 0.4
_LONGEST_S = 3600.0


def job_json(job: Job, language: Language) -> dict[str, Any]:
    """Return a job for a program: its state, how far it is, and what came of it."""
    return {
        "id": job.id,
        "kind": job.kind,
        "inputs": job.inputs,
        "state": job.state.value,
        "progress": job.progress,
        "message": job.say_progress(language) or job.state.say(language),
        "error": job.say_error(language),
        "cancel_requested": job.cancel_requested,
        "study": job.study_id,
        "created_at": plain(job.created_at),
        "started_at": plain(job.started_at),
        "finished_at": plain(job.finished_at),
        "links": _links(job),
    }


def _links(job: Job) -> list[dict[str, str]]:
    found = [
        {"rel": "self", "href": f"/jobs/{job.id}"},
        {"rel": "monitor", "href": f"/jobs/{job.id}/events"},
    ]
    if job.study_id is not None:
        found.append({"rel": "result", "href": f"/studies/{job.study_id}"})
    return found


@router.get("/jobs")
def jobs(
    request: Request,
    state: Annotated[JobState | None, Query()] = None,
    limit: LimitQuery = 50,
    offset: OffsetQuery = 0,
) -> dict[str, Any]:
    """Jobs, the newest first."""
    identity, queue = identity_of(request), service_of(request).queue
    wanted: dict[str, Any] = {
        "requested_by": None if identity.is_staff else identity.name,
        "states": None if state is None else [state],
    }
    matched = queue.count(**wanted)
    language = api_language(request)
    found = [job_json(job, language) for job in queue.jobs(**wanted, limit=limit, offset=offset)]
    return {
        "numberMatched": matched,
        "numberReturned": len(found),
        "links": links(request, limit=limit, offset=offset, matched=matched),
        "jobs": found,
    }


@router.get("/jobs/{job_id}")
def job(request: Request, job_id: str) -> dict[str, Any]:
    """One job."""
    found = service_of(request).job(job_id, identity_of(request))
    return job_json(found, api_language(request))


@router.post("/jobs/{job_id}/cancel")
def cancel(request: Request, job_id: str) -> dict[str, Any]:
    """Ask to stop a job."""
    return _cancelled(request, job_id)


@router.delete("/jobs/{job_id}")
def delete(request: Request, job_id: str) -> dict[str, Any]:
    """Ask to stop a job."""
    return _cancelled(request, job_id)


def _cancelled(request: Request, job_id: str) -> dict[str, Any]:
    service = service_of(request)
    service.job(job_id, identity_of(request))
    return job_json(service.queue.cancel(job_id), api_language(request))


@router.get("/jobs/{job_id}/events", response_class=StreamingResponse)
async def events(request: Request, job_id: str) -> StreamingResponse:
    """Progress as server-sent events: `progress` while it goes on, `end` once.

    It breaks off where the caller's account, session or token ends meanwhile.
    """
    service, identity = service_of(request), identity_of(request)
    await asyncio.to_thread(service.job, job_id, identity)
    asked = "lang" in request.query_params or "phusong_lang" not in request.cookies
    language = api_language(request) if asked else page_language(request)
    return StreamingResponse(
        _stream(request, service, job_id, language),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _stream(
    request: Request, service: Service, job_id: str, language: Language
) -> AsyncIterator[str]:
    told = ""
    waited = 0.0
    while not service.stopping.is_set() and waited < _LONGEST_S:
        found = await asyncio.to_thread(service.queue.job, job_id)
        written = json.dumps(job_json(found, language), ensure_ascii=False)
        if found.state.final:
            yield f"event: end\ndata: {written}\n\n"
            return
        if written != told:
            yield f"event: progress\ndata: {written}\n\n"
            told = written
        await asyncio.sleep(_POLL_S)
        waited += _POLL_S
        if await request.is_disconnected() or not await asyncio.to_thread(is_still, request):
            return
