"""A line-of-sight link between two points: its record, its figure, and the page of both."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, make_dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from api.errors import explain, status_of
from api.guard import GuardedRoute
from api.language import api_language, safe_language
from api.pages import render
from api.service import service_of
from data.text import Language, Phrase, text
from gis.errors import FormatError, GisError
from gis.exchange.coordinates import axis_of, degrees_typed, parse_angle
from gis.studies.link import LINK_INPUTS, explain_link, link_asked
from maps.link_words import link_result, link_tables
from maps.path_figure import NARROW, WIDE, path_svg
from maps.path_words import path_description, path_stamps, path_title
from maps.words import Words
from propagation.errors import PropagationError

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["links"])

_Number = Annotated[float, Query(allow_inf_nan=False)]
_Optional = Annotated[float | None, Query(allow_inf_nan=False)]
_Words = Annotated[str | None, Query(max_length=200)]
_Width = Annotated[int, Query(ge=NARROW, le=2000)]

_DECIMAL = re.compile(r"[-+]?\d{1,9}(?:\.\d{1,12})?")
_WORDS = frozenset({"polarization", "rain_source", "multipath_source"})
_GROUPS = {
    "from": ("from_latitude", "from_longitude", "from_height_m"),
    "to": ("to_latitude", "to_longitude", "to_height_m"),
    "radio": (
        "frequency_mhz",
        "polarization",
        "transmitter_power_dbm",
        "transmitter_gain_dbi",
        "receiver_gain_dbi",
        "other_losses_db",
        "receiver_threshold_dbm",
    ),
    "rain": ("rain_rate_mm_per_h", "rain_source"),
    "multipath": (
        "geoclimatic_factor_log10",
        "refractivity_increase_nunits",
        "multipath_source",
    ),
    "air": ("temperature_c", "water_vapour_density_g_per_m3"),
}
"""What the form asks for, in its order."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A link, as of `gis.studies.link.LinkAsked`."""

    from_longitude: _Number
    from_latitude: _Number
    from_height_m: _Number
    to_longitude: _Number
    to_latitude: _Number
    to_height_m: _Number
    frequency_mhz: _Number
    transmitter_power_dbm: _Number
    transmitter_gain_dbi: _Number
    receiver_gain_dbi: _Number
    receiver_threshold_dbm: _Number
    other_losses_db: _Optional = None
    polarization: Annotated[Literal["horizontal", "vertical"] | None, Query()] = None
    rain_rate_mm_per_h: _Optional = None
    rain_source: _Words = None
    geoclimatic_factor_log10: _Optional = None
    refractivity_increase_nunits: _Optional = None
    multipath_source: _Words = None
    temperature_c: _Optional = None
    water_vapour_density_g_per_m3: _Optional = None


_Typed = make_dataclass(
    "_Typed", [(name, _Words, field(default=None)) for name in LINK_INPUTS], frozen=True
)
"""What stands in the form, as it was typed."""


@router.get("/link")
def link(request: Request, asked: Annotated[_Link, Depends()]) -> dict[str, Any]:
    """A line-of-sight link: budget, clearance, rain, multipath fading, availability.

    A planning estimate by Rec. ITU-R P.530; the rain rate and the values of its digital maps are
    asked for, with their sources.
    """
    return _explained(request, asdict(asked))


@router.get("/link.svg", response_class=Response)
def link_figure(
    request: Request, asked: Annotated[_Link, Depends()], width: _Width = WIDE
) -> Response:
    """The figure of a link, in the language of the call."""
    told = _explained(request, asdict(asked))
    return Response(
        path_svg(told, api_language(request), width=width),
        media_type="image/svg+xml",
        headers={"content-disposition": 'inline; filename="link.svg"'},
    )


@router.get("/view/link", include_in_schema=False)
def link_page(request: Request, form: Annotated[Any, Depends(_Typed)]) -> Response:
    """Show a link, or the form that asks for one; what is wrong is said beside the form."""
    typed = {name: (value or "").strip() for name, value in asdict(form).items()}
    language = safe_language(request, page=True)
    told, wrong, status = None, None, 200
    try:
        if any(name in request.query_params for name in LINK_INPUTS):
            told = _explained(request, _read(typed))
    except (GisError, PropagationError) as error:
        wrong, status = explain(_labelled(error), language), status_of(error)
    given = {name: value for name, value in typed.items() if value}
    return render(
        request,
        "link.html",
        status_code=status,
        typed=typed,
        groups=_GROUPS,
        planes=("horizontal", "vertical"),
        wrong=wrong,
        shown=None if told is None else _shown(told, Words(language)),
        query=urlencode({**_plain(given), "lang": language.value}),
    )


def _explained(request: Request, said: Mapping[str, object]) -> dict[str, Any]:
    given = {name: value for name, value in said.items() if value is not None}
    return explain_link(link_asked(given), service_of(request).ground)


def _read(typed: Mapping[str, str]) -> dict[str, object]:
    """Read a form as people of either language fill it in; what is empty is not said."""
    return {
        name: value if name in _WORDS else _number(name, value)
        for name, value in typed.items()
        if value
    }


def _number(name: str, written: str) -> float:
    if axis_of(name) is not None:
        return degrees_typed(name, written)
    tidy = _tidy(written)
    if not _DECIMAL.fullmatch(tidy):
        raise FormatError("links.wrong_number", name=name, value=written[:40])
    return float(tidy)


def _tidy(written: str) -> str:
    return written.removesuffix("°").replace("\u2212", "-").replace(",", ".")


def _plain(given: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed as a program writes it."""
    plain = {name: value if name in _WORDS else _tidy(value) for name, value in given.items()}
    angles = {name: parse_angle(given[name]) for name in given if axis_of(name) is not None}
    return plain | {name: str(one.degrees) for name, one in angles.items() if one is not None}


def _labelled(error: Exception) -> Exception:
    """Name the fields as the form does, where an error names its parameters."""
    if not isinstance(error, GisError):
        return error
    named = {
        key: Phrase(f"links.form_{value}")
        for key in ("name", "other", "value")
        if isinstance(value := error.values.get(key), str) and value in LINK_INPUTS
    }
    return type(error)(error.key, **{**error.values, **named})


def _shown(told: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return everything that the page shows of a link."""
    figures = {
        name: Markup(path_svg(told, words.language, width=width))  # noqa: S704 - words escaped
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    }
    notes = [remark[words.language.value] for remark in told["remarks"]]
    return {
        "title": path_title(told, words),
        "stamps": path_stamps(told, words, synthetic=False),
        "remarks": notes,
        "notes": [
            _note(words.language, key) for key in ("links.estimate", "maps.stamp_prediction")
        ],
        "figures": figures,
        "sentences": path_description(told, words),
        "result": link_result(told, words),
        "sources": [told["inputs"]["link"][name] for name in ("rain_source", "multipath_source")],
        **link_tables(told, words),
    }


def _note(language: Language, key: str) -> str:
    return text(key, language)
