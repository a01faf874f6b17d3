"""Sharing requests for programs: seen by their parties and the department, changed by steps."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.case_steps import case_of, cases_of, take_step
from api.case_view import viewer
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language
from api.paging import LimitQuery, links
from api.schemas import SharingRequestBody, SharingStepBody
from api.service import service_of
from api.viewing import note_file, note_ids
from api.whole import NumberPath, OffsetQuery
from gis.cases.evidence import frozen_of
from gis.cases.store import Wish
from gis.errors import NotFoundError

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["sharing"])


@router.get("/sharing-requests")
def sharing_requests(
    request: Request, limit: LimitQuery = 50, offset: OffsetQuery = 0
) -> dict[str, Any]:
    """Sharing requests, the newest first: an operator's own, for the department all."""
    service, identity = service_of(request), identity_of(request)
    cases = cases_of(service)
    told = viewer(service, cases, identity, api_language(request))
    matched = cases.count(identity.scope)
    found = [
        told.case(one, events)
        for one, events in cases.requests(identity.scope, limit=limit, offset=offset)
    ]
    note_ids(request, structures=[one.request.structure_id for one in found])
    return {
        "numberMatched": matched,
        "numberReturned": len(found),
        "links": links(request, limit=limit, offset=offset, matched=matched),
        "requests": [one.json() for one in found],
    }


@router.post("/sharing-requests", status_code=201)
def draft(request: Request, body: SharingRequestBody) -> dict[str, Any]:
    """Draft a request; nobody else sees it before its event *submitted*."""
    identity = identity_of(request)
    wish = Wish(**{**body.model_dump(), "attachments": tuple(body.attachments)})
    made = cases_of(service_of(request)).draft(wish, identity.scope, identity.name)
    return case_of(request, made.id, api_language(request)).json()


@router.get("/sharing-requests/{case_id}")
def sharing_request(request: Request, case_id: str) -> dict[str, Any]:
    """One request: events, clocks with rule and label, and what each party may do now."""
    return case_of(request, case_id, api_language(request)).json()


@router.post("/sharing-requests/{case_id}/events", status_code=201)
def add_event(request: Request, case_id: str, body: SharingStepBody) -> dict[str, Any]:
    """Take a step; `expected` is how many events the caller saw."""
    take_step(
        request,
        case_id,
        body.kind,
        dict(body.details),
        expected=body.expected,
        attachments=body.attachments,
    )
    return case_of(request, case_id, api_language(request)).json()


@router.get("/sharing-requests/{case_id}/evidence/{sequence}")
def evidence(request: Request, case_id: str, sequence: NumberPath) -> Response:
    """The evidence that an escalation froze, to the byte."""
    asked, events = cases_of(service_of(request)).request(case_id, identity_of(request).scope)
    found = next((frozen_of(one) for one in events if one.sequence == sequence), None)
    if found is None:
        raise NotFoundError("requests.evidence_none", sequence=sequence)
    note_ids(request, structures=[asked.structure_id])
    note_file(request, "installations")
    name = f"evidence-{case_id[:12]}-{sequence}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(found, media_type="application/json", headers=headers)
