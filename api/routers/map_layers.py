"""Studies as layers of the map of the register, for whoever may see them; the public map."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from api.guard import GuardedRoute
from api.identity import Identity, identity_of
from api.language import api_language
from api.roles import may
from api.service import Service, service_of
from api.views import picture_view
from data.text import Language, text, when
from gis.errors import NotFoundError
from gis.studies.listing import survey
from gis.studies.method import method_title
from gis.studies.published import MAPPED_KINDS, publish, withdraw
from gis.studies.record import file_path
from gis.studies.summary import Summary, access_of
from maps.study_layers import layer_files, layer_json, other_day

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["map"])

_MOST_LISTED = 100
_Day = Annotated[date | None, Query()]
_GEOTIFF = "image/tiff; application=geotiff; profile=cloud-optimized"


@router.get("/map/layers")
def layers(request: Request, on: _Day = None) -> dict[str, Any]:
    """Studies whose pictures the caller may lay on the map, the newest of each kind first.

    With the day that the map shows, those of the register of that day come before others.
    """
    service, identity, language = service_of(request), identity_of(request), api_language(request)
    found = [one for kind in MAPPED_KINDS for one in _shown(service, identity, kind)]
    if on is not None:
        found.sort(key=lambda one: one.on != on.isoformat())
    makes = may(identity.role, "POST", "/view/studies")
    return {
        "studies": [
            {"id": one.id, "label": _label(one, language)} for one in found[:_MOST_LISTED]
        ],
        "empty": text("maps.studies_none_staff" if makes else "maps.studies_none", language),
        "make": "/view/studies" if makes else None,
    }


def _shown(service: Service, identity: Identity, kind: str) -> list[Summary]:
    kept = survey(service.home, kind=kind).studies
    return [one for one in kept if service.may_see_on_map(identity, one.access, one.id)]


def _label(one: Summary, language: Language) -> str:
    station = None if one.station is None else one.stations[one.station]
    count = len(one.stations) or one.counted
    title = text(f"pages.study_title_{one.kind}", language, station=station, count=count)
    model = "" if one.model is None else method_title(one.model)
    parts = (title, when(date.fromisoformat(one.on), language), model)
    return ", ".join(part for part in parts if part)


@router.get("/map/layers/{study_id}")
def layer(request: Request, study_id: str, on: _Day = None) -> dict[str, Any]:
    """The pictures of a study with their legend, as the map draws them.

    With the day that the map shows, it is stamped where the study is of the register of another.
    """
    service, language = service_of(request), api_language(request)
    study = service.shown_study(study_id, identity_of(request))
    kept = service.kept.get(
        f"map layer {language}",
        study.id,
        lambda: layer_json(study, picture_view(service, study), language),
    )
    made: dict[str, Any] = kept.value
    return {**made, "stamps": [*made["stamps"], *other_day(study, on, language)]}


@router.get("/map/layers/{study_id}/files/{name}", response_class=FileResponse)
def layer_file(request: Request, study_id: str, name: str) -> Response:
    """The GeoTIFF of a layer, as it was written."""
    service = service_of(request)
    study = service.shown_study(study_id, identity_of(request))
    if name not in layer_files(study).values():
        raise NotFoundError("studies.unknown_file", study=study.id, file=name[:60])
    path = file_path(study, name, service.home)
    return FileResponse(path, media_type=_GEOTIFF, filename=f"{study.id}-{name}")


@router.post("/view/studies/{study_id}/publish", include_in_schema=False)
def put_on_map(request: Request, study_id: str) -> Response:
    """Put a study on the public map."""
    service, identity = service_of(request), identity_of(request)
    study = service.study(study_id, identity)
    publish(study.id, access_of(study.kind, study.inputs), service.home, by=identity.name)
    return _back(study.id)


@router.post("/view/studies/{study_id}/withdraw", include_in_schema=False)
def take_off_map(request: Request, study_id: str) -> Response:
    """Take a study off the public map."""
    service = service_of(request)
    study = service.study(study_id, identity_of(request))
    withdraw(study.id, service.home)
    return _back(study.id)


def _back(study_id: str) -> Response:
    return RedirectResponse(f"/view/studies/{quote(study_id, safe='')}", status_code=303)
