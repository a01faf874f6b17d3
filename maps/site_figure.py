"""A small map of a proposed site: what stands and transmits around it, and the runways near.

Drawn in the plane around the site, north up, every mark with its number; the same marks as a table
say what each is, how far and in which direction.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from data.text import Language, text
from gis.studies.record import Study
from maps.figure_views import SiteMark, SiteView
from maps.plane import INK, Plane, length_said, polar
from maps.words import Words

__all__ = ["site_mark_rows", "site_svg", "site_view"]

_COLOURS: Final = {"support": "#0b5394", "facility": "#7a1fa2", "runway": INK}
_FARTHEST_M: Final = 12_000.0
_LEAST_M: Final = 600.0
_MOST_MARKS: Final = 30
_RUNWAY: Final = 5.0


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
            towards, away = polar(at, (row["longitude"], row["latitude"]))
            if away <= _FARTHEST_M:
                yield SiteMark(kind, row["name"], away, towards, id=row["id"])
    for row in inputs["runways"]:
        ends = [polar(at, (row[f"{end}longitude"], row[f"{end}latitude"])) for end in ("", "end_")]
        nearest = min(ends, key=lambda end: end[1])
        if nearest[1] <= _FARTHEST_M:
            name = f"{row['aerodrome']} {row['name']}"
            yield SiteMark("runway", name, nearest[1], nearest[0], tuple(ends), row["id"])


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
    plane = Plane(max([_LEAST_M, *(1.15 * one.distance_m for one in view.marks)]), language)
    count, radius_m = len(view.marks), round(plane.radius_m)
    title = text("planning.map_title", language, name=view.name or "–")
    told = text("planning.map_told", language, count=count, radius=length_said(radius_m, language))
    marks = [_mark(place, one, plane) for place, one in enumerate(view.marks, start=1)]
    return plane.drawing("site-map", title, told, marks)


def _mark(place: int, mark: SiteMark, plane: Plane) -> str:
    """Return a mark with its number; of a runway the line between its thresholds."""
    colour = _COLOURS[mark.kind]
    line = plane.line(mark.ends, colour, _RUNWAY) if mark.ends else ""
    return line + plane.mark(place, mark.azimuth_deg, mark.distance_m, colour)
