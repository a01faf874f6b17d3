"""The map of the province: what the caller may see of the register on a day, and its table."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from zlib import crc32

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.middleware import content_security_policy
from api.pages import render
from api.roles import COLLECTIONS, Role, may
from api.service import service_of
from api.viewing import note, note_ids, note_told, told_of_others
from api.views import area_then, open_works_condition, register_view
from data.text import Language, text
from gis.basemap import Basemap
from gis.errors import FormatError, NotFoundError
from gis.geodesy import distance_km
from gis.localities import localities
from gis.place_search import LONGEST_TEXT, FoundPlace, PlaceKind, find_places
from gis.studies.context import StudyContext
from gis.studies.heard import WITHIN_KM, heard_at
from gis.studies.point import explain_path
from gis.viewings import Told
from maps.background import background_tile
from maps.ground_map import ground_payload
from maps.here import here_answer
from maps.path_figure import path_picture
from maps.point import point_answer
from maps.study_layers import layer_values
from maps.views import RegisterView
from maps.web import MapTools, PreparedMap, prepared_map

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["map"])

_OWN = 8  # maps of operators that are kept at once
_EARLIEST = date(1990, 1, 1)
_Day = Annotated[date | None, Query(ge=_EARLIEST, le=date(2100, 12, 31))]
_Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float, Query(ge=-80, le=80, allow_inf_nan=False)]
_Level = Annotated[int, Path(ge=0, le=26)]
_Tile = Annotated[int, Path(ge=0, le=(1 << 26) - 1)]
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
    made, _ = _prepared(request, language, on)
    fragment = made.fragment(request.state.nonce)
    then = area_then(service_of(request), language, on)
    page = render(request, "map.html", title=made.title, map=fragment, area_then=then)
    origin = service_of(request).settings.map_tiles_origin
    if origin:
        policy = content_security_policy(request.state.nonce, pictures_from=origin)
        page.headers["content-security-policy"] = policy
    return page


@router.get("/map/objects")
def objects(request: Request, on: _Day = None) -> Response:
    """All that stands on the map of a day, as the script of its page reads it."""
    made, told = _prepared(request, api_language(request), on)
    note(request, told)
    return Response(made.data, media_type="application/json")


def _prepared(
    request: Request, language: Language, on: date | None
) -> tuple[PreparedMap, Sequence[Told]]:
    """Return the map of a day and what it tells, kept while the register and the day are the same.

    The map of who sees what an organisation keeps confidential is its own; of those some are kept,
    for the page and what it asks for next.
    """
    service, identity = service_of(request), identity_of(request)
    today = service.today()
    day = on or today

    def make() -> tuple[PreparedMap, Sequence[Told]]:
        view = register_view(service, identity, language, on=day)
        told = told_of_others(request, structures=view.structures)
        return _made(view, language, today, identity.role), told

    stamp = (service.register.version(), today, day, language, identity.scope)
    own = identity.scope.own
    whose = f"{language} {identity.role}" if own is None else f"own {crc32(own.encode()) % _OWN}"
    return service.kept.get(f"map {whose}", stamp, make).value


def _made(view: RegisterView, language: Language, today: date, role: Role) -> PreparedMap:
    asked = f"&on={view.on}"
    return prepared_map(
        view,
        language,
        data_url=_HERE + asked,
        beside=f"/map/objects?lang={language}{asked}",
        tools=MapTools(
            page="/map",
            always={"planned-works": open_works_condition(view.on)},
            search=f"/map/search?lang={language}{asked}",
            today=today,
            files=_FILES,
            layers=tuple(one for one in _LAYERS if role in COLLECTIONS[one]),
            formats=_FORMATS,
            studies=f"/map/layers?lang={language}{asked}",
        ),
    )


@router.get("/map/base")
def base(request: Request) -> dict[str, Any]:
    """What a place is chosen among on the maps of forms: outlines, communes, what stands there."""
    service, language = service_of(request), api_language(request)
    view = register_view(service, identity_of(request), language, on=service.today())
    note_told(request, structures=view.structures)
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
    note_ids(request, structures=[one.id for one in found if one.kind is PlaceKind.STRUCTURE])
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
    request: Request,
    longitude: _Longitude,
    latitude: _Latitude,
    on: _Day = None,
    study: Annotated[str | None, Query(min_length=1, max_length=60)] = None,
) -> dict[str, Any]:
    """What is received at a place, who disturbs it by how much, and in which commune it lies.

    With a study, what its layers say of the place too.
    """
    service, language = service_of(request), api_language(request)
    laid = None if study is None else service.shown_study(study, identity_of(request))
    day = on or service.today()
    context = StudyContext(register=service.register, home=service.home, ground=service.ground)
    with service.register.snapshot() as register:
        now, before = localities(register, longitude, latitude, day)
    heard = heard_at(longitude, latitude, context, on=day)
    pages = may(identity_of(request).role, "GET", "/view/path")
    answer = here_answer(heard, now, before, language, pages=pages)
    if laid is not None:
        values = layer_values(laid, longitude, latitude, service.home, language)
        answer["sections"].insert(1, values)
    return answer


@router.get("/map/path")
def path(
    request: Request,
    station: Annotated[str, Query(min_length=1, max_length=200)],
    longitude: _Longitude,
    latitude: _Latitude,
) -> dict[str, Any]:
    """Why a station is received at a place as it is: every loss term, the profile as a picture.

    One path, by the usual model, no farther than the map looks for stations.
    """
    service, identity, language = service_of(request), identity_of(request), api_language(request)
    with service.register.snapshot() as register:
        found = register.station(station, identity.scope)
    apart_km = distance_km(found.longitude, found.latitude, longitude, latitude)
    if apart_km > WITHIN_KM:
        raise FormatError("maps.path_too_far", station=found.name, limit=WITHIN_KM)
    context = StudyContext(register=service.register, home=service.home, ground=service.ground)
    told = explain_path(found, longitude, latitude, context)
    synthetic = found.provenance.synthetic
    answer = point_answer(told, language, synthetic=synthetic)
    if told["sight"] is not None:
        asked = {"station": station, "longitude": longitude, "latitude": latitude}
        pages = may(identity.role, "GET", "/view/path")
        href = f"/view/path?{urlencode(asked)}" if pages else None
        answer["figure"] = path_picture(told, language, href=href, synthetic=synthetic)
    return answer


@router.get("/map/background/{level}/{column}/{row}", response_class=Response)
def background(request: Request, level: _Level, column: _Tile, row: _Tile) -> Response:
    """A tile of the administrator's background map; 204 where it has none."""
    basemap = service_of(request).basemap
    if basemap is None:
        raise NotFoundError("maps.no_background")
    drawn = background_tile if basemap.vector else Basemap.tile
    content = drawn(basemap, level, column, row)
    headers = {"cache-control": "private, max-age=86400"}
    if content is None:
        return Response(status_code=204, headers=headers)
    return Response(content, media_type=basemap.media_type, headers=headers)
