"""The profile of one path: its record, its figure, and the page that shows both."""

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from api.errors import explain, status_of
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.service import Service, service_of
from data.text import Language, Phrase, text
from gis.errors import FormatError, GisError, NotFoundError
from gis.register.records import BroadcastStation
from gis.studies.context import StudyContext
from gis.studies.emitter import NEAREST_KM
from gis.studies.method import method_title
from gis.studies.model import RECEIVER_HEIGHT_M
from gis.studies.point import explain_path
from gis.studies.record import Study
from gis.studies.snapshots import record_from_json
from maps.path_figure import NARROW, WIDE, path_svg
from maps.path_words import path_description, path_stamps, path_tables, path_title
from maps.words import Words
from propagation.errors import PropagationError

__all__ = ["other_model", "path_page_address", "router"]

router = APIRouter(route_class=GuardedRoute, tags=["studies"])

_Named = Annotated[str | None, Query(min_length=1, max_length=200)]
_Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float, Query(ge=-80, le=80, allow_inf_nan=False)]
_Height = Annotated[float, Query(ge=1, le=3000, allow_inf_nan=False)]
_Width = Annotated[int, Query(ge=NARROW, le=2000)]
_Typed = Annotated[str | None, Query(max_length=200)]

_DECIMAL = re.compile(r"-?\d{1,9}(?:\.\d{1,12})?")
_EXAMPLES = {"longitude": "106,41", "latitude": "10,54", "receiver_height_m": "10"}
_LABELS = {
    "longitude": "paths.form_longitude",
    "latitude": "paths.form_latitude",
    "receiver_height_m": "paths.form_height",
}


def path_page_address(study_id: str, told: Mapping[str, Any]) -> str:
    """Return the address of the page of a path from the station of a study.

    Parameters
    ----------
    study_id : str
        The study.
    told : mapping
        The path, of `gis.studies.point.explain_path`.
    """
    return f"/view/path?{urlencode({'study': study_id, **_place(told)})}"


def other_model(study: Study, told: Mapping[str, Any], language: Language) -> str:
    """Return a warning where a study's map is by another model than the path; nothing else.

    Parameters
    ----------
    study : Study
        The study, of one station.
    told : mapping
        The path, of `gis.studies.point.explain_path`.
    language : Language
        Language of the words.
    """
    used = method_title(study.inputs["model"]) if "model" in study.inputs else told["model"]
    if used == told["model"]:
        return ""
    return text("pages.point_other_model", language, used=used, here=told["model"])


@router.get("/path")
def path(
    request: Request,
    *,
    longitude: _Longitude,
    latitude: _Latitude,
    station: _Named = None,
    study: _Named = None,
    receiver_height_m: _Height = RECEIVER_HEIGHT_M,
) -> dict[str, Any]:
    """The path from a station to a point: profile, both Earths, edges, every loss term.

    Name a station of the register, or a study whose station is taken as it recorded it.
    """
    start = _start(request, station, study)
    return _explained(request, start, longitude, latitude, receiver_height_m)


@router.get("/path.svg", response_class=Response)
def path_figure(
    request: Request,
    *,
    longitude: _Longitude,
    latitude: _Latitude,
    station: _Named = None,
    study: _Named = None,
    receiver_height_m: _Height = RECEIVER_HEIGHT_M,
    width: _Width = WIDE,
) -> Response:
    """The figure of a path, in the language of the call."""
    start = _start(request, station, study)
    told = _explained(request, start, longitude, latitude, receiver_height_m)
    if told["sight"] is None:
        raise FormatError("paths.too_near", station=start.name, limit=NEAREST_KM)
    drawn = path_svg(told, api_language(request), width=width, synthetic=told["synthetic"])
    return Response(
        drawn,
        media_type="image/svg+xml",
        headers={"content-disposition": 'inline; filename="path.svg"'},
    )


@router.get("/view/path", include_in_schema=False)
def path_page(
    request: Request,
    *,
    longitude: _Typed = None,
    latitude: _Typed = None,
    station: _Typed = None,
    study: _Typed = None,
    receiver_height_m: _Typed = None,
) -> Response:
    """Show a path, or the form that asks for one; what is wrong is said beside the form."""
    typed = {"longitude": longitude, "latitude": latitude, "receiver_height_m": receiver_height_m}
    language = safe_language(request, page=True)
    told, wrong, status, warning = None, None, 200, ""
    try:
        if longitude is not None or latitude is not None:
            start = _start(request, station or None, study or None)
            told = _explained(request, start, *_numbers(typed))
            if study:
                known = service_of(request).study(study, identity_of(request))
                warning = other_model(known, told, language)
    except (GisError, PropagationError) as error:
        wrong, status = explain(_labelled(error), language), status_of(error)
    return render(
        request,
        "path.html",
        status_code=status,
        typed={name: value or "" for name, value in typed.items()},
        station=station or "",
        study=study or "",
        stations=[] if study else _stations(service_of(request), request),
        default_height=RECEIVER_HEIGHT_M,
        wrong=wrong,
        warning=warning,
        shown=None if told is None else _shown(told, Words(language)),
        query=urlencode(
            {
                **({"study": study} if study else {"station": station or ""}),
                **({} if told is None else _place(told)),
                "lang": language.value,
            }
        ),
    )


def _start(request: Request, station_id: str | None, study_id: str | None) -> BroadcastStation:
    """Return the station that a caller names, itself or by a study of it."""
    if station_id and study_id:
        raise FormatError("paths.not_both")
    service, identity = service_of(request), identity_of(request)
    if study_id:
        inputs = service.study(study_id, identity).inputs
        if "station" not in inputs:
            raise NotFoundError("pages.study_without_points", study=study_id)
        recorded: BroadcastStation = record_from_json(BroadcastStation, inputs["station"])
        return recorded
    if not station_id:
        raise FormatError("paths.missing_station")
    with service.register.snapshot() as register:
        return register.station(station_id, identity.scope)


def _explained(
    request: Request,
    start: BroadcastStation,
    longitude: float,
    latitude: float,
    receiver_height_m: float,
) -> dict[str, Any]:
    service = service_of(request)
    context = StudyContext(register=service.register, home=service.home, ground=service.ground)
    told = explain_path(start, longitude, latitude, context, receiver_height_m=receiver_height_m)
    return {**told, "synthetic": start.provenance.synthetic}


def _numbers(typed: Mapping[str, str | None]) -> tuple[float, float, float]:
    height = typed["receiver_height_m"]
    return (
        _number("longitude", typed["longitude"]),
        _number("latitude", typed["latitude"]),
        RECEIVER_HEIGHT_M if not height else _number("receiver_height_m", height),
    )


def _labelled(error: Exception) -> Exception:
    """Name the field of the form, where an error names its parameter."""
    label = _LABELS.get(str(error.values.get("name"))) if isinstance(error, GisError) else None
    if not isinstance(error, GisError) or label is None:
        return error
    return type(error)(error.key, **{**error.values, "name": Phrase(label)})


def _number(name: str, written: str | None) -> float:
    """Read a number as people of either language type it."""
    known = {"name": Phrase(_LABELS[name]), "example": _EXAMPLES[name]}
    tidy = (written or "").strip().removesuffix("°").replace(",", ".")
    if not tidy:
        raise FormatError("paths.missing_value", **known)
    if not _DECIMAL.fullmatch(tidy):
        raise FormatError("paths.wrong_number", value=(written or "")[:40], **known)
    return float(tidy)


def _stations(service: Service, request: Request) -> list[tuple[str, str]]:
    """Return identifier and name of each station of today that the caller may see."""
    words = Words(safe_language(request, page=True))
    with service.register.snapshot() as register:
        found = register.stations(identity_of(request).scope, on=service.today())
    named = ((one.name, one.frequency_mhz, one.id) for one in found)
    return [
        (key, f"{name}, {words.value('frequency_mhz', frequency)}")
        for name, frequency, key in sorted(named)
    ]


def _place(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the point of a path as a query says it."""
    place = {name: told[name] for name in ("longitude", "latitude")}
    if told["profile"] is not None:
        place["receiver_height_m"] = told["profile"]["receiver_height_above_ground_m"]
    return place


def _shown(told: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return everything that the page shows of a path."""
    synthetic = told["synthetic"]
    notes = [remark[words.language.value] for remark in told["remarks"]]
    notes.append(text("maps.stamp_prediction", words.language))
    heading = {
        "title": path_title(told, words),
        "stamps": path_stamps(told, words, synthetic=synthetic),
        "notes": notes,
    }
    if told["sight"] is None:
        field = words.value("field_dbuvm", round(told["steady"]["field_strength_dbuvm"], 1))
        near = text("paths.too_near", words.language, station=told["station"], limit=NEAREST_KM)
        free = text("paths.near_field", words.language, field=field)
        return {**heading, "near": f"{near} {free}"}
    figures = {
        name: Markup(  # noqa: S704 - every word in it is escaped
            path_svg(told, words.language, width=width, synthetic=synthetic)
        )
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    }
    return {
        **heading,
        "near": None,
        "figures": figures,
        "sentences": path_description(told, words),
        **path_tables(told, words),
    }
