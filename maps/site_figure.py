"""A small map of a proposed site: what stands and transmits around it, and the runways near.

Drawn in the plane around the site, north up, every mark with its number; the same marks as a table
say what each is, how far and in which direction.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from markupsafe import escape

from data.text import Language, number, text
from gis.geodesy import GEOD
from gis.studies.record import Study
from maps.palette import BACKGROUND, SHAPES, STATION
from maps.views import SiteMark, SiteView
from maps.words import Words

__all__ = ["site_mark_rows", "site_svg", "site_view"]

_SIDE: Final = 460
_EDGE: Final = 26.0
_INK: Final = "#1b1b1b"
_GRID: Final = "#c3c8bf"
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_COLOURS: Final = {"support": "#0b5394", "facility": "#7a1fa2", "runway": _INK}
_FARTHEST_M: Final = 12_000.0
_LEAST_M: Final = 600.0
_MOST_MARKS: Final = 30
_RUNWAY = 5.0
_MARK = 9.0


def site_view(study: Study) -> SiteView:
    """Return what the map of a site planning study shows: all of it stands in the record."""
    asked = study.inputs["asked"]
    marks = sorted(_marks(study.inputs, asked), key=lambda one: (one.distance_m, one.name))
    return SiteView(
        name=asked["name"],
        longitude=asked["longitude"],
        latitude=asked["latitude"],
        marks=tuple(marks[:_MOST_MARKS]),
        further=max(len(marks) - _MOST_MARKS, 0),
    )


def _marks(inputs: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[SiteMark]:
    at = (asked["longitude"], asked["latitude"])
    for kind, rows in (("support", inputs["supports"]), ("facility", inputs["facilities"])):
        for row in rows:
            towards, away = _polar(at, (row["longitude"], row["latitude"]))
            if away <= _FARTHEST_M:
                yield SiteMark(kind, row["name"], away, towards)
    for row in inputs["runways"]:
        ends = [
            _polar(at, (row[f"{end}longitude"], row[f"{end}latitude"])) for end in ("", "end_")
        ]
        nearest = min(ends, key=lambda end: end[1])
        if nearest[1] <= _FARTHEST_M:
            name = f"{row['aerodrome']} {row['name']}"
            yield SiteMark("runway", name, nearest[1], nearest[0], tuple(ends))


def _polar(at: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return azimuth and distance of a place."""
    azimuth, _, metres = GEOD.inv(*at, *other)
    return float(azimuth) % 360.0, float(metres)


def site_mark_rows(view: SiteView, words: Words) -> list[tuple[str, str, str, str, str]]:
    """Return every mark as its number, kind, name, distance and direction."""
    return [
        (
            str(place),
            words.sentence(f"planning.mark.{one.kind}"),
            one.name,
            words.number(one.distance_m, 0),
            f"{words.number(one.azimuth_deg, 0)}°",
        )
        for place, one in enumerate(view.marks, start=1)
    ]


def site_svg(view: SiteView, language: Language | str = Language.VI) -> str:
    """Return the map as SVG, with its title and a description in words.

    Parameters
    ----------
    view : SiteView
        What it shows.
    language : Language
        Language of the words.
    """
    radius_m = max([_LEAST_M, *(1.15 * one.distance_m for one in view.marks)])
    title = text("planning.map_title", language, name=view.name or "–")
    told = text("planning.map_told", language, count=len(view.marks), radius_m=round(radius_m))
    scale = (_SIDE / 2 - _EDGE) / radius_m
    marks = "".join(_mark(place, one, scale) for place, one in enumerate(view.marks, start=1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" '
        f'width="{_SIDE}" height="{_SIDE}" role="img" '
        'aria-labelledby="site-map-title site-map-desc" '
        f'lang="{Language(language)}" font-family="{_FONT}" font-size="13" fill="{_INK}">'
        f'<title id="site-map-title">{escape(title)}</title>'
        f'<desc id="site-map-desc">{escape(told)}</desc>'
        f'<rect width="{_SIDE}" height="{_SIDE}" fill="{BACKGROUND}"/>'
        f"{''.join(_rings(radius_m, scale, language))}{marks}"
        f'<path transform="translate({_SIDE / 2:g} {_SIDE / 2:g}) scale(8)" '
        f'd="{SHAPES[STATION.shape]}" fill="{STATION.colour}" stroke="#fff" '
        'stroke-width=".2"/></svg>'
    )


def _rings(radius_m: float, scale: float, language: Language | str) -> Iterator[str]:
    """Yield circles of equal distance with their lengths, and north."""
    middle = _SIDE / 2
    step = 10.0 ** math.floor(math.log10(radius_m))
    step = next(one for one in (step / 2, step, 2 * step, 5 * step) if radius_m / one <= 4)
    for place in range(1, int(radius_m / step) + 1):
        ring = place * step * scale
        told = f"{number(place * step, language)} m"
        yield (
            f'<circle cx="{middle:g}" cy="{middle:g}" r="{ring:.1f}" fill="none" '
            f'stroke="{_GRID}"/><text x="{middle + 3:.1f}" y="{middle + ring - 4:.1f}" '
            f'fill="#55605a">{escape(told)}</text>'
        )
    yield (
        f'<path d="M{middle:g} 6 l6 14 h-12 z" fill="{_INK}"/>'
        f'<text x="{middle + 10:g}" y="19" font-weight="700">'
        f"{escape(text('planning.map_north', language))}</text>"
    )


def _mark(place: int, mark: SiteMark, scale: float) -> str:
    """Return a mark with its number; of a runway the line between its thresholds."""
    colour, line = _COLOURS[mark.kind], ""
    x, y = _at(mark.azimuth_deg, mark.distance_m, scale)
    if mark.ends:
        (x1, y1), (x2, y2) = (_at(*end, scale) for end in mark.ends)
        line = (
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{_RUNWAY:g}"/>'
        )
    return (
        f'{line}<circle cx="{x:.1f}" cy="{y:.1f}" r="{_MARK:g}" fill="{colour}" stroke="#fff"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" '
        f'font-weight="700" fill="#fff">{place}</text>'
    )


def _at(azimuth_deg: float, distance_m: float, scale: float) -> tuple[float, float]:
    turned = math.radians(azimuth_deg)
    return (
        _SIDE / 2 + distance_m * scale * math.sin(turned),
        _SIDE / 2 - distance_m * scale * math.cos(turned),
    )
