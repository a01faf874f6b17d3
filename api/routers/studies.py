"""Studies: ask for one (202 and a job), read it, its files, its points and its report."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from api.downloads import MEDIA_TYPES
from api.guard import GuardedRoute
from api.identity import Identity, identity_of
from api.language import api_language, page_language
from api.middleware import content_security_policy
from api.pages import wants_page
from api.paging import LimitQuery, links
from api.routers.jobs import job_json
from api.routers.paths import path_page_address
from api.schemas import (
    BestSitesRequest,
    ChannelsRequest,
    ComplianceRequest,
    CoverageRequest,
    InterferenceRequest,
    InterferenceSourceRequest,
    MobileRequest,
    NetworkRequest,
    SharingRequest,
    SitePlanningRequest,
)
from api.service import may_read, service_of
from api.submission import submit
from api.viewing import note_study
from api.whole import OffsetQuery
from data.text import Language
from gis.errors import NotFoundError
from gis.home import Home
from gis.register.records import BroadcastStation
from gis.studies.asked import path_recorded
from gis.studies.context import StudyContext
from gis.studies.listing import survey
from gis.studies.point import explain, explain_path
from gis.studies.record import Study, file_path
from gis.studies.snapshots import record_from_json
from gis.studies.summary import Summary
from maps.documents.report import study_docx, study_html, study_pdf
from maps.path_figure import path_picture
from maps.point import point_answer
from maps.site_figure import site_view
from maps.source_figure import source_view
from maps.studies import channels_view, coverage_view, mobile_view, network_view
from maps.support_figure import supports_view
from maps.views import Pictures

__all__ = ["router", "study_json"]

router = APIRouter(route_class=GuardedRoute, tags=["studies"])

_MEDIA = {
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".geojson": "application/geo+json",
    ".json": "application/json",
}
_PICTURES: Mapping[str, Callable[[Study, Home], Pictures]] = {
    "channels": channels_view,
    "coverage": coverage_view,
    "mobile": mobile_view,
    "network": network_view,
    "best_sites": lambda study, _: supports_view(study),
    "sharing": lambda study, _: supports_view(study),
    "interference_source": lambda study, _: source_view(study),
    "site_planning": lambda study, _: site_view(study),
}
"""What the report of a kind of study shows."""
_Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float, Query(ge=-80, le=80, allow_inf_nan=False)]
StationQuery = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="One station of a compliance study, reported in full.",
    ),
]


@router.post("/studies/coverage", status_code=202)
def coverage(request: Request, wanted: CoverageRequest) -> JSONResponse:
    """Ask for the coverage of a station."""
    return _accepted(request, "coverage", wanted.inputs())


@router.post("/studies/interference", status_code=202)
def interference(request: Request, wanted: InterferenceRequest) -> JSONResponse:
    """Ask where a station is disturbed, and by whom."""
    return _accepted(request, "interference", wanted.inputs())


@router.post("/studies/interference-source", status_code=202)
def interference_source(request: Request, wanted: InterferenceSourceRequest) -> JSONResponse:
    """Ask where an interference comes from: candidates ranked, what to measure next, remedies."""
    return _accepted(request, "interference_source", wanted.inputs())


@router.post("/studies/compliance", status_code=202)
def compliance(request: Request, wanted: ComplianceRequest) -> JSONResponse:
    """Ask for the findings of a station, or of all; an operator for its own station."""
    return _accepted(request, "compliance", wanted.inputs())


@router.post("/studies/network", status_code=202)
def network(request: Request, wanted: NetworkRequest) -> JSONResponse:
    """Ask for the coverage and interference of a whole network of FM stations."""
    return _accepted(request, "network", wanted.inputs())


@router.post("/studies/mobile", status_code=202)
def mobile(request: Request, wanted: MobileRequest) -> JSONResponse:
    """Ask for the coverage of mobile networks; an operator for what it may see."""
    return _accepted(request, "mobile", wanted.inputs())


@router.post("/studies/channels", status_code=202)
def channels(request: Request, wanted: ChannelsRequest) -> JSONResponse:
    """Ask where, and on which channels, a transmitter could be placed."""
    return _accepted(request, "channels", wanted.inputs())


@router.post("/studies/sharing", status_code=202)
def sharing(request: Request, wanted: SharingRequest) -> JSONResponse:
    """Ask which existing supports would carry an antenna somewhere, and why."""
    return _accepted(request, "sharing", wanted.inputs())


@router.post("/studies/best-sites", status_code=202)
def best_sites(request: Request, wanted: BestSitesRequest) -> JSONResponse:
    """Ask which places, together, cover an area at the least cost."""
    return _accepted(request, "best_sites", wanted.inputs())


@router.post("/studies/site-planning", status_code=202)
def site_planning(request: Request, wanted: SitePlanningRequest) -> JSONResponse:
    """Ask for the planning report of a proposed site; an operator for its own."""
    return _accepted(request, "site_planning", wanted.inputs())


def _accepted(request: Request, kind: str, inputs: dict[str, object]) -> JSONResponse:
    job = submit(service_of(request), identity_of(request), kind, inputs)
    return JSONResponse(
        job_json(job, api_language(request)), 202, headers={"location": f"/jobs/{job.id}"}
    )


@router.get("/studies")
def studies(
    request: Request,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    limit: LimitQuery = 50,
    offset: OffsetQuery = 0,
) -> dict[str, Any]:
    """Studies that the caller may read, the newest first."""
    identity = identity_of(request)
    kept = survey(service_of(request).home, kind=kind)
    found = [study for study in kept.studies if may_read(identity, study.access)]
    page = found[offset : offset + limit]
    return {
        "numberMatched": len(found),
        "numberReturned": len(page),
        "links": links(request, limit=limit, offset=offset, matched=len(found)),
        "studies": [_brief(study) for study in page],
        "damaged": kept.damaged if identity.is_staff else [],
    }


def _brief(study: Summary) -> dict[str, Any]:
    return {
        "id": study.id,
        "kind": study.kind,
        "on": study.on,
        "station": study.station,
        "flat_terrain": study.flat,
        "links": [{"rel": "self", "href": f"/studies/{study.id}"}],
    }


@router.get("/studies/{study_id}")
def study(request: Request, study_id: str) -> dict[str, Any]:
    """The whole record of a study: what decided it, what came out, its files with their hashes."""
    return study_json(_read(request, study_id), identity_of(request))


def _read(request: Request, study_id: str) -> Study:
    """Return a study that is shown whole, and keep the look at what it names."""
    found = service_of(request).study(study_id, identity_of(request))
    note_study(request, found)
    return found


def study_json(found: Study, identity: Identity) -> dict[str, Any]:
    """Return the record of a study as a caller may read it."""
    return {
        "id": found.id,
        "kind": found.kind,
        "inputs": _told(found.inputs, identity),
        "results": found.results,
        "files": found.files,
    }


def _told(inputs: Any, identity: Identity) -> Any:
    """Return inputs without the names of structures, which may be confidential, for all but staff.

    The register hides a station's structure from those who may not see it; so does a study.
    """
    if identity.is_staff:
        return inputs
    if isinstance(inputs, dict):
        return {
            name: None if name == "structure_id" else _told(value, identity)
            for name, value in inputs.items()
        }
    return [_told(item, identity) for item in inputs] if isinstance(inputs, list) else inputs


@router.get("/studies/{study_id}/files/{name}", response_class=FileResponse)
def study_file(request: Request, study_id: str, name: str) -> Response:
    """One file of a study, as it was written."""
    service = service_of(request)
    found = _read(request, study_id)
    path = file_path(found, name, service.home)
    tag = f'"{found.files[name]}"'
    headers = {"etag": tag, "cache-control": "private, max-age=0, must-revalidate"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return FileResponse(
        path, media_type=_MEDIA[path.suffix], filename=f"{found.id}-{name}", headers=headers
    )


@router.get("/studies/{study_id}/point")
def point(
    request: Request, study_id: str, longitude: _Longitude, latitude: _Latitude
) -> dict[str, Any]:
    """Why the field at a point is what it is: every loss term, and who disturbs there.

    Computed with the station, the model and the settings as the study recorded them, and with
    the terrain of today.
    """
    service = service_of(request)
    found = service.study(study_id, identity_of(request))
    if "station" not in found.inputs:
        raise NotFoundError("pages.study_without_points", study=found.id)
    station: BroadcastStation = record_from_json(BroadcastStation, found.inputs["station"])
    context = StudyContext(register=service.register, home=service.home, ground=service.ground)
    asked = path_recorded(found.inputs, service.settings.p1546_curves)
    if found.kind == "interference":
        on = date.fromisoformat(found.inputs["on"])
        explained = explain(station, longitude, latitude, context, on=on, asked=asked)
    else:
        explained = explain_path(station, longitude, latitude, context, asked=asked)
    language, synthetic = _language(request), station.provenance.synthetic
    answer = point_answer(explained, language, synthetic=synthetic)
    told = explained.get("path", explained)
    if told["sight"] is not None:
        href = path_page_address(found.id, told)
        answer["figure"] = path_picture(told, language, href=href, synthetic=synthetic)
    return answer


@router.get("/studies/{study_id}/report.html", response_class=HTMLResponse)
def report_html(request: Request, study_id: str, station: StationQuery = None) -> HTMLResponse:
    """The report of a study, a page of its own that can be kept and printed."""
    found = _read(request, study_id)
    nonce = request.state.nonce
    policy = content_security_policy(nonce, inline_style=True)
    return HTMLResponse(
        study_html(found, _language(request), station_id=station),
        headers={"content-security-policy": policy},
    )


@router.get("/studies/{study_id}/report.pdf", response_class=Response)
def report_pdf(request: Request, study_id: str, station: StationQuery = None) -> Response:
    """The report of a study as PDF."""
    return _report(request, study_id, station, "pdf")


@router.get("/studies/{study_id}/report.docx", response_class=Response)
def report_docx(request: Request, study_id: str, station: StationQuery = None) -> Response:
    """The report of a study as DOCX, to be edited and signed."""
    return _report(request, study_id, station, "docx")


_WRITERS = {"pdf": (study_pdf, "inline"), "docx": (study_docx, "attachment")}


def _report(request: Request, study_id: str, station: str | None, ending: str) -> Response:
    service = service_of(request)
    found = _read(request, study_id)
    language = _language(request)
    pictures = _PICTURES.get(found.kind)
    view = None if pictures is None else pictures(found, service.home)
    write, disposition = _WRITERS[ending]
    name = f"{found.id}-{language.value}.{ending}"
    return Response(
        write(found, language, view=view, station_id=station),
        media_type=MEDIA_TYPES[ending],
        headers={"content-disposition": f'{disposition}; filename="{name}"'},
    )


def _language(request: Request) -> Language:
    """Return the language of a page's own calls, which send no Accept-Language of a program."""
    browser = wants_page(request) or "phusong_lang" in request.cookies
    return page_language(request) if browser else api_language(request)
