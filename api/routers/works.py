"""Planned works for programs: announced by owners, signed up for by others, answered."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from api import work_steps
from api.clock_view import rule_json
from api.entered import kept_reason
from api.geojson import collection, plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language
from api.paging import BoundsDep, LimitQuery, links
from api.service import service_of
from api.whole import OffsetQuery
from api.work_view import read_together, read_work_view
from api.works_asked import shape_of
from gis.register.rows import record_digest
from gis.register.works import SignUp, WorkKind, WorkState

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["planned works"])

_Values = Annotated[dict[str, str | float | int | bool | None], Field(max_length=60)]
_Id = Annotated[str | None, Field(max_length=200)]


class WorkAsked(BaseModel):
    """The fields of an announcement; of the caller's own organisation unless an owner is named."""

    model_config = ConfigDict(extra="forbid")

    owner_id: _Id = None
    values: _Values
    geometry: dict[str, Any]
    reason: str = Field(default="", max_length=300)


class WorkEditAsked(BaseModel):
    """Some fields of an announcement, and which state of it the caller saw (`digest`)."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(max_length=64)
    values: _Values = Field(default_factory=dict)
    geometry: dict[str, Any] | None = None
    reason: str = Field(default="", max_length=300)


class WishAsked(BaseModel):
    """What an organisation wants; the caller's own unless one is named."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: _Id = None
    values: _Values


class AnswerAsked(BaseModel):
    """The owner's answer, and which state of the sign-up it saw (`digest`)."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(max_length=64)
    accepted: bool
    reason: str | None = Field(default=None, max_length=500)


@router.get("/planned-works")
def works(
    request: Request,
    bbox: BoundsDep,
    *,
    text: Annotated[str | None, Query(max_length=200)] = None,
    kind: WorkKind | None = None,
    owner_id: Annotated[str | None, Query(max_length=200)] = None,
    state: WorkState | None = None,
    plan_year: Annotated[int | None, Query(ge=0, le=9999)] = None,
    limit: LimitQuery = 50,
    offset: OffsetQuery = 0,
) -> dict[str, Any]:
    """Planned works as GeoJSON; who signed up for one is told with that one, to its parties."""
    wanted: dict[str, Any] = {
        "bbox": bbox,
        "text": text,
        "kind": kind,
        "owner_id": owner_id,
        "states": None if state is None else [state],
        "plan_year": plan_year,
    }
    with service_of(request).register.snapshot() as register:
        found = register.works(identity_of(request).scope, **wanted, limit=limit, offset=offset)
        matched = register.count_works(**wanted)
    pages = links(request, limit=limit, offset=offset, matched=matched)
    return collection(found, matched=matched, links=pages)


@router.post("/planned-works", status_code=201)
def announce(request: Request, asked: WorkAsked) -> dict[str, Any]:
    """Announce a work."""
    made = work_steps.announce(
        request,
        asked.owner_id,
        asked.values,
        shape_of(asked.geometry),
        kept_reason(asked.reason),
    )
    return _told(request, made.id)


@router.get("/planned-works-together")
def together(request: Request) -> dict[str, Any]:
    """Works of two owners that lie near each other at about the same time: own, or all."""
    rule, pairs, owners = read_together(service_of(request), identity_of(request))
    return {
        "rule": None if rule is None else rule_json(rule, api_language(request)),
        "pairs": [
            {
                "distance_m": round(pair.distance_m, 1),
                "days_between": pair.days_between,
                "end_known": pair.end_known,
                "works": [
                    {"id": one.id, "name": one.name, "owner": owners.get(one.owner_id)}
                    for one in (pair.first, pair.second)
                ],
            }
            for pair in pairs
        ],
    }


@router.get("/planned-works/{work_id}")
def work(request: Request, work_id: str) -> dict[str, Any]:
    """One planned work: duties with their labels, and the sign-ups that the caller may see."""
    return _told(request, work_id)


@router.post("/planned-works/{work_id}")
def change(request: Request, work_id: str, asked: WorkEditAsked) -> dict[str, Any]:
    """Change fields or the state of a planned work: its owner or the department."""
    place = None if asked.geometry is None else shape_of(asked.geometry)
    work_steps.change(
        request,
        work_id,
        asked.values,
        place,
        seen=asked.digest,
        reason=kept_reason(asked.reason),
    )
    return _told(request, work_id)


@router.get("/planned-works/{work_id}/history")
def history(request: Request, work_id: str) -> dict[str, Any]:
    """What happened to a planned work and to its sign-ups, the newest first."""
    view = read_work_view(service_of(request), identity_of(request), work_id)
    return {"changes": plain(list(view.history))}


@router.post("/planned-works/{work_id}/sign-ups", status_code=201)
def sign_up(request: Request, work_id: str, asked: WishAsked) -> dict[str, Any]:
    """Sign up to share in a planned work, or change what is wanted."""
    return _signed(work_steps.sign_up(request, work_id, asked.organisation_id, asked.values))


@router.post("/planned-works/{work_id}/sign-ups/{organisation_id}/withdraw")
def withdraw(request: Request, work_id: str, organisation_id: str) -> dict[str, Any]:
    """Take a sign-up back."""
    return _signed(work_steps.withdraw(request, work_id, organisation_id))


@router.post("/planned-works/{work_id}/sign-ups/{organisation_id}/answer")
def answer(
    request: Request, work_id: str, organisation_id: str, asked: AnswerAsked
) -> dict[str, Any]:
    """Accept or refuse a sign-up: the owner of the work or the department."""
    answered = work_steps.answer(
        request,
        work_id,
        organisation_id,
        accepted=asked.accepted,
        answer_reason=kept_reason(asked.reason or "") or None,
        seen=asked.digest,
    )
    return _signed(answered)


def _told(request: Request, work_id: str) -> dict[str, Any]:
    view = read_work_view(service_of(request), identity_of(request), work_id)
    return view.json(api_language(request))


def _signed(sign_up: SignUp) -> dict[str, Any]:
    return {**plain(sign_up), "digest": record_digest(sign_up)}
