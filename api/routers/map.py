"""The map of the province: what the caller may see of the register on a day, and its table."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.service import service_of
from api.views import register_view
from data.text import Language, text
from gis.localities import localities
from gis.place_search import LONGEST_TEXT, FoundPlace, PlaceKind, find_places
from gis.studies.context import StudyContext
from gis.studies.heard import heard_at
from maps.ground_map import ground_payload
from maps.here import here_answer
from maps.web import MapTools, map_fragment

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["map"])

_EARLIEST = date(1990, 1, 1)
_Day = Annotated[date | None, Query(ge=_EARLIEST, le=date(2100, 12, 31))]
_Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float, Query(ge=-80, le=80, allow_inf_nan=False)]
_FILES = "/ogc/collections/{layer}/bulk"
_LAYERS = ("structures", "stations", "planned-works", "boundaries")
_FORMATS = (
    ("geojson", "GeoJSON"),
    ("gpkg", "GeoPackage"),
    ("kml", "KML"),
    ("csv", "CSV"),
    ("fgb", "FlatGeobuf"),
)
_HERE = "/map/here?longitude={longitude}&latitude={latitude}&lang={language}"


@router.get("/map", include_in_schema=False)
def map_page(request: Request, on: _Day = None) -> Response:
    """Show the map."""
    language = safe_language(request, page=True)
    service = service_of(request)
    today = service.today()
    day = on or today
    view = register_view(service, identity_of(request), language, on=day)
    asked = f"&on={day}"
    fragment = map_fragment(
        view,
        language,
        data_url=_HERE + asked,
        tools=MapTools(
            page="/map",
            search=f"/map/search?lang={language}{asked}",
            today=today,
            files=_FILES,
            layers=_LAYERS,
            formats=_FORMATS,
        ),
        nonce=request.state.nonce,
    )
    return render(request, "map.html", title=view.title, map=fragment)


@router.get("/map/base", include_in_schema=False)
def base(request: Request) -> dict[str, Any]:
    """What a place is chosen among on the maps of forms: outlines, communes, what stands there."""
    service, language = service_of(request), api_language(request)
    view = register_view(service, identity_of(request), language, on=service.today())
    return ground_payload(view)


@router.get("/map/search")
def search(
    request: Request,
    query: Annotated[str, Query(alias="text", min_length=1, max_length=LONGEST_TEXT)],
    on: _Day = None,
) -> dict[str, Any]:
    """Where something is: coordinates, a commune of today or of before, a station, a structure."""
    service, language = service_of(request), api_language(request)
    with service.register.snapshot() as register:
        found = find_places(register, identity_of(request).scope, query, on or service.today())
    return {"places": [_told(one, language) for one in found]}


def _told(one: FoundPlace, language: Language) -> dict[str, Any]:
    values: dict[str, object] = {}
    if one.kind is PlaceKind.STATION and one.frequency_mhz is not None:
        values["frequency"] = one.frequency_mhz
    if one.until is not None:
        values["until"] = one.until
    about = [text(f"maps.search_kind_{one.kind}", language, **values)]
    about += [one.within] if one.within else []
    if one.now:
        about.append(text("maps.search_now", language, names=", ".join(one.now)))
    return {
        "kind": one.kind.value,
        "id": one.id,
        "name": one.name,
        "about": "; ".join(about),
        "longitude": one.longitude,
        "latitude": one.latitude,
    }


@router.get("/map/here")
def here(
    request: Request, longitude: _Longitude, latitude: _Latitude, on: _Day = None
) -> dict[str, Any]:
    """What is received at a place, who disturbs it by how much, and in which commune it lies."""
    service = service_of(request)
    day = on or service.today()
    context = StudyContext(register=service.register, home=service.home, ground=service.ground)
    with service.register.snapshot() as register:
        now, before = localities(register, longitude, latitude, day)
    heard = heard_at(longitude, latitude, context, on=day)
    return here_answer(heard, now, before, api_language(request))
