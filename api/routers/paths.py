"""The profile of one path: its record, its figure, and the page that shows both."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from api.choices import path_choices
from api.errors import explain, status_of
from api.forms import FormState
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.schemas import Environment, Model
from api.service import Service, service_of
from data.text import Phrase, text
from gis.errors import FormatError, GisError, NotFoundError
from gis.exchange.coordinates import axis_of, degrees_typed
from gis.register.records import BroadcastStation
from gis.studies.asked import PATH_INPUTS, PathAsked, path_asked, path_recorded
from gis.studies.context import StudyContext
from gis.studies.emitter import NEAREST_KM
from gis.studies.method import MODEL_INPUTS
from gis.studies.point import explain_path
from gis.studies.requests import Reader
from gis.studies.snapshots import record_from_json
from maps.path_figure import NARROW, WIDE, path_svg
from maps.path_words import path_description, path_stamps, path_tables, path_title
from maps.words import Words
from propagation.errors import PropagationError

__all__ = ["path_page_address", "router"]

router = APIRouter(route_class=GuardedRoute, tags=["studies"])

_Named = Annotated[str | None, Query(min_length=1, max_length=200)]
_Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float, Query(ge=-80, le=80, allow_inf_nan=False)]
_Height = Annotated[float | None, Query(ge=1, le=3000, allow_inf_nan=False)]
_Time = Annotated[float | None, Query(ge=1, le=50, allow_inf_nan=False)]
_Locations = Annotated[float | None, Query(ge=1, le=99, allow_inf_nan=False)]
_Model = Annotated[Model | None, Query()]
_Environment = Annotated[Environment | None, Query()]
_Width = Annotated[int, Query(ge=NARROW, le=2000)]
_Written = Annotated[str | None, Query(max_length=200)]

_DECIMAL = re.compile(r"-?\d{1,9}(?:\.\d{1,12})?")
_EXAMPLES = {
    "longitude": "106,41",
    "latitude": "10,54",
    "receiver_height_m": "10",
    "time_percent": "10",
    "location_percent": "95",
}
_LABELS = {
    "longitude": "paths.form_longitude",
    "latitude": "paths.form_latitude",
    "receiver_height_m": "paths.form_height",
    "time_percent": "pages.ask_time",
    "location_percent": "pages.ask_locations",
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


@dataclass(frozen=True, slots=True)
class _Place:
    """From where to where."""

    longitude: _Longitude
    latitude: _Latitude
    station: _Named = None
    study: _Named = None


@dataclass(frozen=True, slots=True)
class _How:
    """How it is predicted; what is not said is as the study has it, or the usual."""

    model: _Model = None
    environment: _Environment = None
    time_percent: _Time = None
    location_percent: _Locations = None
    receiver_height_m: _Height = None

    def inputs(self) -> dict[str, object]:
        """Return what was said."""
        said = {name: getattr(self, name) for name in PATH_INPUTS}
        return {name: value for name, value in said.items() if value is not None}


@router.get("/path")
def path(
    request: Request, place: Annotated[_Place, Depends()], how: Annotated[_How, Depends()]
) -> dict[str, Any]:
    """The path from a station to a point: profile, both Earths, edges, every loss term.

    Name a station of the register, or a study whose station is taken as it recorded it, with its
    model and settings.
    """
    start = _start(request, place.station, place.study)
    return _explained(request, start, (place.longitude, place.latitude), how.inputs())


@router.get("/path.svg", response_class=Response)
def path_figure(
    request: Request,
    place: Annotated[_Place, Depends()],
    how: Annotated[_How, Depends()],
    width: _Width = WIDE,
) -> Response:
    """The figure of a path, in the language of the call."""
    start = _start(request, place.station, place.study)
    told = _explained(request, start, (place.longitude, place.latitude), how.inputs())
    if told["sight"] is None:
        raise FormatError("paths.too_near", station=start.station.name, limit=NEAREST_KM)
    drawn = path_svg(told, api_language(request), width=width, synthetic=told["synthetic"])
    return Response(
        drawn,
        media_type="image/svg+xml",
        headers={"content-disposition": 'inline; filename="path.svg"'},
    )


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the form, as it was typed."""

    longitude: _Written = None
    latitude: _Written = None
    receiver_height_m: _Written = None
    time_percent: _Written = None
    location_percent: _Written = None
    model: _Written = None
    environment: _Written = None

    def place(self) -> tuple[float, float]:
        """Return longitude and latitude."""
        return _number("longitude", self.longitude), _number("latitude", self.latitude)

    def inputs(self) -> dict[str, object]:
        """Return how it is to be predicted, without what was left empty."""
        numbers = ("receiver_height_m", "time_percent", "location_percent")
        words = {name: getattr(self, name) for name in MODEL_INPUTS}
        given = {name: getattr(self, name) for name in numbers}
        return {
            **{name: word for name, word in words.items() if word},
            **{name: _number(name, typed) for name, typed in given.items() if typed},
        }


@router.get("/view/path", include_in_schema=False)
def path_page(
    request: Request,
    typed: Annotated[_Typed, Depends()],
    station: _Written = None,
    study: _Written = None,
) -> Response:
    """Show a path, or the form that asks for one; what is wrong is said beside the form."""
    language = safe_language(request, page=True)
    service = service_of(request)
    told, wrong, status, start = None, None, 200, None
    try:
        if study or station:
            start = _start(request, station or None, study or None)
        if typed.longitude is not None or typed.latitude is not None:
            start = start or _start(request, None, None)
            told = _explained(request, start, typed.place(), typed.inputs())
    except (GisError, PropagationError) as error:
        wrong, status = explain(_labelled(error), language), status_of(error)
    curves = service.settings.p1546_curves
    written = {name: value or "" for name, value in asdict(typed).items()}
    return render(
        request,
        "path.html",
        status_code=status,
        form=FormState("path", usual=written),
        typed=written,
        station=station or "",
        study=study or "",
        stations=[] if study else _stations(service, request),
        choices=path_choices(None if start is None else start.station, curves, language),
        usual=_usual(start),
        wrong=wrong,
        shown=None if told is None else _shown(told, Words(language)),
        query=urlencode(
            {
                **({"study": study} if study else {"station": station or ""}),
                **({} if told is None else _asked_again(told, typed)),
                "lang": language.value,
            }
        ),
    )


class _Start(NamedTuple):
    """The station that a path begins at, and how a study of it predicts."""

    station: BroadcastStation
    recorded: PathAsked | None


def _usual(start: _Start | None) -> dict[str, object]:
    """Return what holds where the form is left empty."""
    known = PathAsked() if start is None or start.recorded is None else start.recorded
    return {
        "receiver_height_m": known.settings.receiver_height_above_ground_m,
        "location_percent": known.settings.location_percent,
        "time_percent": known.time_percents,
        "model": known.method.predictor.name,
    }


def _asked_again(told: Mapping[str, Any], typed: _Typed) -> dict[str, Any]:
    """Return the place and the way of a path as a query says them."""
    return {**_place(told), **typed.inputs()}


def _start(request: Request, station_id: str | None, study_id: str | None) -> _Start:
    """Return the station that a caller names, itself or by a study of it."""
    if station_id and study_id:
        raise FormatError("paths.not_both")
    service, identity = service_of(request), identity_of(request)
    if study_id:
        inputs = service.study(study_id, identity).inputs
        if "station" not in inputs:
            raise NotFoundError("pages.study_without_points", study=study_id)
        recorded: BroadcastStation = record_from_json(BroadcastStation, inputs["station"])
        return _Start(recorded, path_recorded(inputs, service.settings.p1546_curves))
    if not station_id:
        raise FormatError("paths.missing_station")
    with service.register.snapshot() as register:
        return _Start(register.station(station_id, identity.scope), None)


def _explained(
    request: Request, start: _Start, place: tuple[float, float], how: Mapping[str, object]
) -> dict[str, Any]:
    service = service_of(request)
    context = StudyContext(register=service.register, home=service.home, ground=service.ground)
    reader = Reader(how, *PATH_INPUTS)
    asked = path_asked(reader, service.settings.p1546_curves, start.recorded)
    told = explain_path(start.station, *place, context, asked=asked)
    return {**told, "synthetic": start.station.provenance.synthetic}


def _labelled(error: Exception) -> Exception:
    """Name the field of the form, where an error names its parameter."""
    label = _LABELS.get(str(error.values.get("name"))) if isinstance(error, GisError) else None
    if not isinstance(error, GisError) or label is None:
        return error
    return type(error)(error.key, **{**error.values, "name": Phrase(label)})


def _number(name: str, written: str | None) -> float:
    """Read a number as people of either language type it."""
    known = {"name": Phrase(_LABELS[name]), "example": _EXAMPLES[name]}
    if axis_of(name) is not None and (written or "").strip():
        return degrees_typed(name, written or "")
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
        "model": told["model"],
        "stamps": path_stamps(told, words, synthetic=synthetic),
        "notes": notes,
    }
    if told["sight"] is None:
        strength = told["predictions"][0]["field_strength_dbuvm"]
        field = words.value("field_dbuvm", None if strength is None else round(strength, 1))
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
