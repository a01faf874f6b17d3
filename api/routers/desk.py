"""Cases of the desk for programs: opened, told of, and taken a step further."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from api.desk_downloads import note_original, seen_downloads
from api.desk_kinds import PANELS
from api.desk_letters import case_letter
from api.desk_steps import read_files
from api.desk_view import desk_of, desk_teller, desk_view, field_json
from api.downloads import MEDIA_TYPES
from api.geojson import plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language
from api.paging import LimitQuery, links
from api.schemas import DeskCaseBody, DeskStepBody
from api.service import service_of
from api.viewing import note_case
from api.whole import MOST, OffsetQuery
from data.text import Language
from gis.cases.details import LONGEST_TEXT
from gis.desk.files import MOST_FILES, content_of
from gis.desk.records import FILED
from gis.desk.registry import PROCEDURES, procedure_of
from gis.desk.store import party_of
from gis.errors import NotFoundError
from maps.documents.letter import letter_docx, letter_pdf

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["desk"])


@router.get("/desk")
def kinds(request: Request) -> dict[str, Any]:
    """The kinds of cases, with the facts that each is opened with."""
    language, party = api_language(request), party_of(identity_of(request).scope)
    return {
        "kinds": [
            {
                "kind": kind,
                "openers": sorted(one.openers),
                "intake": [field_json(field, kind, language) for field in one.intake_of(party)],
                "links": [{"rel": "cases", "href": f"/desk/{kind}"}],
            }
            for kind, one in PROCEDURES.items()
        ]
    }


@router.get("/desk/{kind}")
def cases(
    request: Request, kind: str, limit: LimitQuery = 50, offset: OffsetQuery = 0
) -> dict[str, Any]:
    """Cases of a kind, the newest first: for the department all, for others their own."""
    procedure_of(kind)
    desk, scope = desk_of(request), identity_of(request).scope
    told = desk_teller(request, api_language(request))
    matched = desk.count(scope, kind=kind)
    found = [
        told.view(case, events).json()
        for case, events in desk.cases(scope, kind=kind, limit=limit, offset=offset)
    ]
    note_case(request, *found)
    return {
        "numberMatched": matched,
        "numberReturned": len(found),
        "links": links(request, limit=limit, offset=offset, matched=matched),
        "cases": found,
    }


@router.post("/desk/{kind}", status_code=201)
def open_case(request: Request, kind: str, body: DeskCaseBody) -> dict[str, Any]:
    """Open a case; with a token of the caller's own, sending it twice opens it once."""
    identity = identity_of(request)
    case = desk_of(request).open(
        procedure_of(kind), body.facts, identity.scope, account=identity.name, token=body.token
    )
    return _told(request, kind, case.id)


@router.get("/desk/{kind}/{desk_case_id}")
def one_case(request: Request, kind: str, desk_case_id: str) -> dict[str, Any]:
    """One case: facts, what is missing, events, clocks with their rules, what may follow."""
    return _told(request, kind, desk_case_id)


@router.post("/desk/{kind}/{desk_case_id}/events", status_code=201)
def add_event(
    request: Request, kind: str, desk_case_id: str, body: DeskStepBody
) -> dict[str, Any]:
    """Take a step; `expected` is how many events the caller saw."""
    identity = identity_of(request)
    desk_of(request).append(
        procedure_of(kind),
        desk_case_id,
        body.kind,
        body.details,
        identity.scope,
        account=identity.name,
        expected=body.expected,
        token=body.token,
    )
    return _told(request, kind, desk_case_id)


class SentFiles(BaseModel):
    """Files of one step, with a note."""

    model_config = ConfigDict(extra="forbid")

    files: Annotated[
        list[UploadFile], Field(min_length=1, json_schema_extra={"maxItems": MOST_FILES})
    ]
    expected: Annotated[int, Field(ge=1, le=MOST)]
    note: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    token: Annotated[str | None, Field(max_length=80)] = None


@router.post("/desk/{kind}/{desk_case_id}/files", status_code=201)
def add_files(
    request: Request,
    kind: str,
    desk_case_id: str,
    body: Annotated[SentFiles, Form(media_type="multipart/form-data")],
) -> dict[str, Any]:
    """Add photographs, measurements or papers to a case."""
    identity = identity_of(request)
    desk = desk_of(request)
    desk.case(kind, desk_case_id, identity.scope)
    desk.append(
        procedure_of(kind),
        desk_case_id,
        FILED,
        {"note": body.note},
        identity.scope,
        account=identity.name,
        expected=body.expected,
        files=read_files(body.files),
        token=body.token,
    )
    return _told(request, kind, desk_case_id)


@router.get("/desk/{kind}/{desk_case_id}/files/{file_id}")
def one_file(
    request: Request, kind: str, desk_case_id: str, file_id: str, public: bool = False
) -> Response:
    """A file as it was sent, which is noted, or a photograph without position and device."""
    view = desk_view(request, kind, desk_case_id, api_language(request))
    told = {one.sequence for one in view.events}
    files = desk_of(request).files(desk_case_id, identity_of(request).scope)
    found = next((one for one in files if one.id == file_id and one.sequence in told), None)
    if found is None or (public and found.public_sha256 is None):
        raise NotFoundError("desk.file_unknown", id=file_id[:20])
    sha256 = str(found.public_sha256) if public else found.sha256
    copy = "-public" if public else ""
    name = f"{desk_case_id[:8]}-{found.id[:8]}{copy}.{_ending(found.media_type)}"
    content = content_of(service_of(request).home, sha256)
    if not public:
        note_original(request, desk_case_id, found)
    return Response(
        content,
        media_type="image/jpeg" if public else found.media_type,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.get("/desk/{kind}/{desk_case_id}/letters/{name}.{ending}")
def letter(
    request: Request, kind: str, desk_case_id: str, name: str, ending: Literal["docx", "pdf"]
) -> Response:
    """A letter of a case as a draft, to be completed and signed."""
    view = desk_view(request, kind, desk_case_id, Language.VI)
    made = case_letter(request, view, name)
    content = letter_docx(made) if ending == "docx" else letter_pdf(made)
    named = f"{kind}-{view.case.number}-{view.case.year}-{name}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{named}"'}
    return Response(content, media_type=MEDIA_TYPES[ending], headers=headers)


def _ending(media_type: str) -> str:
    return {
        "image/jpeg": "jpg",
        "image/png": "png",
        "application/pdf": "pdf",
        "text/csv": "csv",
    }.get(media_type, "txt")


def _told(request: Request, kind: str, desk_case_id: str) -> dict[str, Any]:
    files = desk_of(request).files(desk_case_id, identity_of(request).scope)
    view = desk_view(request, kind, desk_case_id, api_language(request))
    note_case(request, view.json())
    panel = PANELS.get(kind)
    told = None if panel is None else panel.told(request, view)
    fetched = seen_downloads(request, desk_case_id)
    return {
        **view.json(files),
        **({} if told is None else {"panel": plain(told)}),
        **({} if fetched is None else {"downloads": plain(fetched)}),
    }
