"""Cases of interference for programs, besides their steps: contact, search, law, evidence."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse

from api import interference_steps
from api.contact_steps import contacts_of, told_views
from api.desk_downloads import note_evidence
from api.desk_view import desk_of, desk_view
from api.downloads import made_for_download
from api.geojson import plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.interference_evidence import write_evidence
from api.interference_view import beside_case
from api.language import api_language
from api.routers.jobs import job_json
from api.routers.points import ContactAsked, ContactSeen
from api.service import service_of
from data.text import Language
from gis.desk.interference import KIND

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["desk"])

_ONE = "/desk/interference/{interference_id}"
FileId = Annotated[str | None, Field(max_length=60)]


class StudyAsked(BaseModel):
    """Files of the case that hold measurements, by their ids; all else is what the case says."""

    model_config = ConfigDict(extra="forbid")

    bearings: FileId = None
    levels: FileId = None
    log: FileId = None


@router.get(_ONE + "/analysis")
def analysis(request: Request, interference_id: str) -> dict[str, Any]:
    """What stands beside a case: class, contact; for the department search, law, possible acts."""
    view = desk_view(request, KIND, interference_id, api_language(request))
    return beside_case(request, view).json()


@router.post(_ONE + "/contact", status_code=201)
def write_contact(request: Request, interference_id: str, asked: ContactAsked) -> dict[str, Any]:
    """Enter who answers for the complainant, in the place of who did before."""
    told = {**asked.model_dump(), "kept_until": asked.kept_until.isoformat()}
    interference_steps.write_contact(request, interference_id, told)
    note = contacts_of(request).note(interference_id, service_of(request).today())
    return {"contact": plain(note)}


@router.post(_ONE + "/contact/view")
def see_contact(request: Request, interference_id: str, asked: ContactSeen) -> dict[str, Any]:
    """Who answers for the complainant; that it was seen is noted."""
    found = interference_steps.see_contact(request, interference_id, asked.reason)
    told: dict[str, Any] = plain(found)
    return told


@router.post(_ONE + "/contact/remove")
def remove_contact(request: Request, interference_id: str) -> dict[str, Any]:
    """Remove who answers for the complainant before the last day."""
    interference_steps.remove_contact(request, interference_id)
    return {"contact": None}


@router.get(_ONE + "/contact/views")
def contact_views(request: Request, interference_id: str) -> dict[str, Any]:
    """Who wrote, saw or removed the contact of a case, and when."""
    desk_of(request).case(KIND, interference_id, identity_of(request).scope)
    return {"views": plain(told_views(request, interference_id))}


@router.post(_ONE + "/study", status_code=202)
def start_study(request: Request, interference_id: str, asked: StudyAsked) -> JSONResponse:
    """Ask for the search for the source, with the facts of the case filled in."""
    chosen = asked.model_dump(exclude_none=True)
    job = interference_steps.start_study(request, interference_id, chosen)
    return JSONResponse(
        job_json(job, api_language(request)), 202, headers={"location": f"/jobs/{job.id}"}
    )


@router.get(_ONE + "/evidence.zip", response_class=FileResponse)
def evidence(request: Request, interference_id: str) -> FileResponse:
    """The package for the regional centre, which is noted: report, layers, files, custody."""
    view = desk_view(request, KIND, interference_id, Language.VI)
    name = f"can-nhieu-{view.case.number}-{view.case.year}-chung-cu.zip"

    def made(path: Path) -> None:
        write_evidence(request, view, path)
        note_evidence(request, view, path, name)

    return made_for_download(name, made)
