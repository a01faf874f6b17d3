"""The map of a search for a source: bearings, their ellipse, candidates, likely areas."""

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import escape

from data.text import Language, text
from gis.studies.record import Study
from maps.figure_views import SourceMark, SourceView
from maps.palette import SHAPES, SOURCE
from maps.plane import INK, Plane, polar

__all__ = ["source_svg", "source_view"]

_MOST: Final = 12
_FARTHEST_M: Final = 60_000.0
_LEAST_M: Final = 3_000.0
_BEYOND: Final = 1.12
_FLAT: Final = 1e-6
_CANDIDATE: Final = SOURCE["candidate"].colour
_BEARING: Final = SOURCE["bearing"].colour
_LEVEL: Final = SOURCE["level"].colour
_TURNED: Final = ' stroke-dasharray="9 4"'
_AREAS: Final = {
    "levels_95": ("#55605a", 0.12),
    "places_95": ("#c05a00", 0.16),
    "places_50": ("#c05a00", 0.3),
}
"""Colour and strength of each area, the weakest first."""


def source_view(study: Study) -> SourceView:
    """Return what the map of a search for a source shows: all of it stands in the record."""
    asked, results, observed = (
        study.inputs["asked"],
        study.results,
        study.inputs["observed"],
    )
    at = (asked["longitude"], asked["latitude"])

    def placed(longitude: float, latitude: float) -> tuple[float, float]:
        return polar(at, (longitude, latitude))

    marks = [
        SourceMark("candidate", *placed(row["longitude"], row["latitude"]))
        for row in results["candidates"][:_MOST]
    ]
    fixed = results["fix"] or {}
    for row in observed["bearings"]:
        turned = row["station"] in fixed.get("reversed", ())
        angle = (row["bearing_deg"] + 180.0 * turned) % 360.0
        at_row = placed(row["longitude"], row["latitude"])
        marks.append(SourceMark("bearing", *at_row, angle, turned))
    marks += [
        SourceMark("level", *placed(row["longitude"], row["latitude"]))
        for row in observed["levels"]
    ]
    marks += [
        SourceMark("next", *placed(row["longitude"], row["latitude"]))
        for row in (results["next"] or {"points": ()})["points"]
    ]
    return SourceView(
        marks=tuple(marks),
        ellipse=tuple(placed(*corner) for corner in fixed.get("ellipse", ())),
        areas={
            name: tuple(
                tuple(
                    placed(x, y)
                    for x, y in ((west, south), (west, north), (east, north), (east, south))
                )
                for west, south, east, north in rectangles
            )
            for name, rectangles in results["areas"].items()
        },
        crosses_as_read=fixed.get("crosses_as_read", True),
    )


def source_svg(view: SourceView, language: Language | str = Language.VI) -> str:
    """Return the map as SVG, with its title and a description in words.

    Parameters
    ----------
    view : SourceView
        What it shows.
    language : Language
        Language of the words.
    """
    near = [one for one in view.marks if one.distance_m <= _FARTHEST_M]
    far = max((one.distance_m for one in near), default=0.0)
    plane = Plane(max(_LEAST_M, _BEYOND * far), language)
    counts = {
        "radius_km": round(plane.radius_m / 1e3),
        "bearings": sum(one.kind == "bearing" for one in view.marks),
        "candidates": sum(one.kind == "candidate" for one in view.marks),
        "proposed": sum(one.kind == "next" for one in view.marks),
    }
    return plane.drawing(
        "source-map",
        text("sources.map_title", language),
        text("sources.map_told", language, **counts),
        list(_drawn(view, near, plane)),
        list(_keys(view, plane, language)),
    )


def _drawn(view: SourceView, near: Sequence[SourceMark], plane: Plane) -> Iterator[str]:
    for name, (colour, strength) in _AREAS.items():
        for corners in view.areas.get(name, ()):
            yield _area(plane, corners, colour, strength, edge=False)
    if view.ellipse and max(one[1] for one in view.ellipse) <= 2 * plane.radius_m:
        yield _area(plane, view.ellipse, _BEARING, 0.08, edge=True)
    yield from (_ray(plane, one) for one in near if one.bearing_deg is not None)
    yield from (_dot(plane, one) for one in near if one.kind in {"bearing", "level"})
    proposed = [one for one in near if one.kind == "next"]
    for place, one in enumerate(proposed, start=1):
        yield _star(*plane.at(one.azimuth_deg, one.distance_m), f"{place}.")
    ranked = [one for one in view.marks if one.kind == "candidate"]
    for place, one in reversed(list(enumerate(ranked, start=1))):
        if one.distance_m <= plane.radius_m:
            yield plane.mark(place, one.azimuth_deg, one.distance_m, _CANDIDATE)


def _dot(plane: Plane, mark: SourceMark) -> str:
    x, y = plane.at(mark.azimuth_deg, mark.distance_m)
    colour = _BEARING if mark.kind == "bearing" else _LEVEL
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" stroke="#fff"/>'


def _star(x: float, y: float, words: str) -> str:
    """Return the sign of a proposed measurement, with its number beside it."""
    symbol = SOURCE["next"]
    return (
        f'<path d="{SHAPES[symbol.shape]}" transform="translate({x:.1f} {y:.1f}) scale(7)" '
        f'fill="{symbol.colour}"/><text x="{x + 9:.1f}" y="{y + 4:.1f}" font-size="11" '
        f'fill="{symbol.colour}">{words}</text>'
    )


def _area(
    plane: Plane,
    corners: Sequence[tuple[float, float]],
    colour: str,
    strength: float,
    *,
    edge: bool,
) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (plane.at(*one) for one in corners))
    line = f' stroke="{colour}" stroke-width="1.5"' if edge else ""
    return f'<polygon points="{points}" fill="{colour}" fill-opacity="{strength:g}"{line}/>'


def _ray(plane: Plane, mark: SourceMark) -> str:
    """Return the line along which a bearing points, to the edge of the map."""
    x, y = plane.at(mark.azimuth_deg, mark.distance_m)
    middle = plane.at(0.0, 0.0)
    ahead = plane.at(mark.bearing_deg or 0.0, 2 * plane.radius_m)
    dx, dy = ahead[0] - middle[0], ahead[1] - middle[1]
    side = 2 * middle[0]
    share = min(
        1.0,
        *(
            ((side if step > 0 else 0.0) - start) / step
            for start, step in ((x, dx), (y, dy))
            if abs(step) > _FLAT
        ),
    )
    dx, dy = share * dx, share * dy
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x + dx:.1f}" y2="{y + dy:.1f}" '
        f'stroke="{_BEARING}" stroke-width="1.2"{_TURNED if mark.turned else ""}/>'
    )


def _keys(view: SourceView, plane: Plane, language: Language | str) -> Iterator[str]:
    kinds = {one.kind for one in view.marks}
    if "candidate" in kinds:
        yield _key(plane.symbol(0, 0, "1", _CANDIDATE, filled=True), "candidate", language)
    if "bearing" in kinds:
        dot = f'<circle r="4" fill="{_BEARING}"/><path d="M0 0h12" stroke="{_BEARING}"/>'
        yield _key(dot, "bearing", language)
    if any(one.turned for one in view.marks):
        line = f'<path d="M-10 0h22" stroke="{_BEARING}" stroke-width="1.5"{_TURNED}/>'
        yield _key(line, "turned", language)
    if "level" in kinds:
        yield _key(f'<circle r="4" fill="{_LEVEL}"/>', "level", language)
    if "next" in kinds:
        yield _key(_star(0, 0, ""), "next", language)
    if view.ellipse:
        ring = f'<ellipse rx="9" ry="5" fill="none" stroke="{_BEARING}" stroke-width="1.5"/>'
        yield _key(ring, "ellipse" if view.crosses_as_read else "ellipse_reversed", language)
    if view.areas.get("places_95"):
        yield _key(_swatch("places_50"), "places", language)
    if view.areas.get("levels_95"):
        yield _key(_swatch("levels_95"), "levels", language)


def _swatch(name: str) -> str:
    colour, strength = _AREAS[name]
    return (
        f'<rect x="-9" y="-7" width="18" height="14" fill="{colour}" '
        f'fill-opacity="{strength:g}" stroke="{INK}" stroke-width=".4"/>'
    )


def _key(sign: str, name: str, language: Language | str) -> str:
    return f'{sign}<text x="16" y="5">{escape(text(f"sources.key_{name}", language))}</text>'
