"""Registration points for programs: the published list, an operator's own, visits, who answers."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from api import point_steps
from api.contact_steps import contacts_of, told_views
from api.downloads import MEDIA_TYPES
from api.geojson import collection, plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language
from api.paging import BoundsDep, LimitQuery, links
from api.point_letters import visit_record
from api.point_view import read_point_view, read_statistics
from api.service import service_of
from api.whole import OffsetQuery
from gis.register.points import PointKind, PointState
from gis.sanctions import sanctions_in_use
from maps.documents.letter import letter_docx, letter_pdf

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["registration points"])

_Values = Annotated[dict[str, str | float | int | bool | None], Field(max_length=60)]
_Id = Annotated[str | None, Field(max_length=200)]
_Place = Annotated[str | None, Field(max_length=80)]


class PointAsked(BaseModel):
    """The fields of a point; of the caller's own organisation unless an operator is named."""

    model_config = ConfigDict(extra="forbid")

    operator_id: _Id = None
    values: _Values
    place: _Place = None


class PointEditAsked(BaseModel):
    """Some fields of a point, and which state of it the caller saw (`digest`)."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(max_length=64)
    values: _Values = Field(default_factory=dict)
    place: _Place = None
    reason: str = Field(default="", max_length=300)


class VisitAsked(BaseModel):
    """A visit as counts only."""

    model_config = ConfigDict(extra="forbid")

    values: _Values


class ContactAsked(BaseModel):
    """Who answers for a point, why that is kept and until when."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    phone: str = Field(default="", max_length=60)
    purpose: str = Field(max_length=300)
    kept_until: date


class ContactSeen(BaseModel):
    """What a contact is looked at for."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=300)


@router.get("/points")
def points(
    request: Request,
    bbox: BoundsDep,
    *,
    text: Annotated[str | None, Query(max_length=200)] = None,
    kind: PointKind | None = None,
    operator_id: Annotated[str | None, Query(max_length=200)] = None,
    commune: Annotated[str | None, Query(max_length=200)] = None,
    state: PointState | None = None,
    limit: LimitQuery = 50,
    offset: OffsetQuery = 0,
) -> dict[str, Any]:
    """Registration points as GeoJSON: what is published of all, every field of one's own."""
    scope = identity_of(request).scope
    wanted: dict[str, Any] = {
        "bbox": bbox,
        "text": text,
        "kind": kind,
        "operator_id": operator_id,
        "commune_name": commune,
        "state": state,
    }
    with service_of(request).register.snapshot() as register:
        found = register.points(scope, **wanted, limit=limit, offset=offset)
        matched = register.count_points(scope, **wanted)
    pages = links(request, limit=limit, offset=offset, matched=matched)
    return collection(found, matched=matched, links=pages)


@router.post("/points", status_code=201)
def register(request: Request, asked: PointAsked) -> dict[str, Any]:
    """Enter a point."""
    made = point_steps.register(request, asked.operator_id, asked.values, asked.place)
    return _told(request, made.id)


@router.get("/points-statistics")
def statistics(
    request: Request,
    first: Annotated[date | None, Query(description="First day of the visits.")] = None,
    last: Annotated[date | None, Query(description="Last day of the visits.")] = None,
) -> dict[str, Any]:
    """Points, visits and mismatches by operator and commune: all, or an operator's own."""
    found = read_statistics(service_of(request), identity_of(request), first, last)
    return found.json(api_language(request))


@router.get("/points/{point_id}")
def point(request: Request, point_id: str) -> dict[str, Any]:
    """One point; its visits for its operator and the department."""
    return _told(request, point_id)


@router.post("/points/{point_id}")
def change(request: Request, point_id: str, asked: PointEditAsked) -> dict[str, Any]:
    """Change fields of a point: its operator or the department."""
    point_steps.change(
        request, point_id, asked.values, asked.place, seen=asked.digest, reason=asked.reason
    )
    return _told(request, point_id)


@router.get("/points/{point_id}/history")
def history(request: Request, point_id: str) -> dict[str, Any]:
    """What happened to a point and to its visits, the newest first."""
    view = read_point_view(request, identity_of(request), point_id)
    return {"changes": plain(list(view.history))}


@router.get("/points/{point_id}/visits/{visit_id}/record.{ending}")
def record(
    request: Request, point_id: str, visit_id: str, ending: Literal["docx", "pdf"]
) -> Response:
    """The record of a visit, to be completed and signed."""
    service = service_of(request)
    book = sanctions_in_use(service.home)
    with service.register.snapshot() as register:
        letter = visit_record(register, point_id, visit_id, book)
    made = letter_docx(letter) if ending == "docx" else letter_pdf(letter)
    headers = {"content-disposition": f'attachment; filename="phusong-visit-record.{ending}"'}
    return Response(made, media_type=MEDIA_TYPES[ending], headers=headers)


@router.post("/points/{point_id}/visits", status_code=201)
def visit(request: Request, point_id: str, asked: VisitAsked) -> dict[str, Any]:
    """Record a visit as counts only."""
    made: dict[str, Any] = plain(point_steps.visit(request, point_id, asked.values))
    return made


@router.post("/points/{point_id}/contact", status_code=201)
def write_contact(request: Request, point_id: str, asked: ContactAsked) -> dict[str, Any]:
    """Enter who answers for a point, in the place of who did before."""
    told = {**asked.model_dump(), "kept_until": asked.kept_until.isoformat()}
    point_steps.write_contact(request, point_id, told)
    note = contacts_of(request).note(point_id, service_of(request).today())
    return {"contact": plain(note)}


@router.post("/points/{point_id}/contact/view")
def see_contact(request: Request, point_id: str, asked: ContactSeen) -> dict[str, Any]:
    """Who answers for a point; that it was seen is noted."""
    found: dict[str, Any] = plain(point_steps.see_contact(request, point_id, asked.reason))
    return found


@router.post("/points/{point_id}/contact/remove")
def remove_contact(request: Request, point_id: str) -> dict[str, Any]:
    """Remove who answers for a point."""
    point_steps.remove_contact(request, point_id)
    return {"contact": None}


@router.get("/points/{point_id}/contact/views")
def contact_views(request: Request, point_id: str) -> dict[str, Any]:
    """Who wrote, saw or removed the contact of a point, and when."""
    point_steps.require_own(request, point_id)
    return {"views": plain(told_views(request, point_id))}


def _told(request: Request, point_id: str) -> dict[str, Any]:
    view = read_point_view(request, identity_of(request), point_id)
    return view.json(api_language(request))
