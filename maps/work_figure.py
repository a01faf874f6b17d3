"""A small map of a planned work: its line or point, other planned works near it, what stands there.

Drawn in the plane around its middle, north up. The other works have the numbers of the list beside
the map, which says in words what each is and how far.
"""

import math
from collections.abc import Iterator, Sequence

from markupsafe import escape
from shapely import LineString, Point, get_coordinates

from data.text import Language, number, text
from maps.palette import BACKGROUND

__all__ = ["work_svg"]

_SIDE = 460.0
_EDGE = 28.0
_INK = "#1b1b1b"
_GRID = "#c3c8bf"
_WORK = "#b3261e"
_OTHER = "#0b5394"
_STRUCTURE = "#55605a"
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_METRES_PER_DEGREE = 111_320.0
_LEAST_M = 300.0

Shape = Point | LineString


class _Plane:
    """The plane around a point: degrees to pixels, a degree of longitude as long as it is there."""

    def __init__(self, middle: Point, radius_m: float) -> None:
        self._middle = middle
        self._narrow = math.cos(math.radians(middle.y))
        self.scale = (_SIDE / 2 - _EDGE) / radius_m
        self.radius_m = radius_m

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return the pixel of a place."""
        east_m = (longitude - self._middle.x) * self._narrow * _METRES_PER_DEGREE
        north_m = (latitude - self._middle.y) * _METRES_PER_DEGREE
        return _SIDE / 2 + east_m * self.scale, _SIDE / 2 - north_m * self.scale


def work_svg(
    name: str,
    work: Shape,
    others: Sequence[Shape],
    structures: Sequence[tuple[float, float]],
    radius_m: float,
    language: Language | str = Language.VI,
) -> str:
    """Return the map as SVG, with its title and a description in words.

    Parameters
    ----------
    name : str
        What the work is called.
    work : Point or LineString
        Where it lies, WGS 84.
    others : sequence of Point or LineString
        The other works, in the order of their numbers.
    structures : sequence of tuple
        Longitude and latitude of what stands near.
    radius_m : float
        How far the other works were looked for around its middle.
    language : Language
        Language of the words.
    """
    middle = work.centroid
    reach_m = max(_LEAST_M, min(radius_m, max(_reaches(middle, (work, *others))) * 1.2))
    reach_m = max(reach_m, max(_reaches(middle, (work,))) * 1.1)
    plane = _Plane(middle, reach_m)
    told = text("works.map_told", language, name=name, count=len(others), radius=round(radius_m))
    dots = (
        f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{_STRUCTURE}"/>'
        for x, y in (plane.at(*place) for place in structures)
        if 0 < x < _SIDE and 0 < y < _SIDE
    )
    numbered = (_numbered(plane, place, one) for place, one in enumerate(others, start=1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE:g} {_SIDE:g}" '
        f'width="{_SIDE:g}" height="{_SIDE:g}" role="img" aria-labelledby="work-map-title" '
        f'lang="{Language(language)}" font-family="{_FONT}" font-size="13" fill="{_INK}">'
        f'<title id="work-map-title">{escape(told)}</title>'
        f'<rect width="{_SIDE:g}" height="{_SIDE:g}" fill="{BACKGROUND}"/>'
        f"{''.join(_rings(plane, language))}{''.join(dots)}{''.join(numbered)}"
        f"{_drawn(plane, work, _WORK, 5.0)}</svg>"
    )


def _reaches(middle: Point, shapes: Sequence[Shape]) -> Iterator[float]:
    """Yield how far each shape reaches from a point, in metres."""
    narrow = math.cos(math.radians(middle.y))
    for shape in shapes:
        offsets = (get_coordinates(shape) - (middle.x, middle.y)) * _METRES_PER_DEGREE
        yield float(max(math.hypot(east * narrow, north) for east, north in offsets))


def _drawn(plane: _Plane, shape: Shape, colour: str, width: float) -> str:
    pixels = [plane.at(x, y) for x, y in get_coordinates(shape)]
    if len(pixels) == 1:
        ((x, y),) = pixels
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width * 1.8:g}" fill="{colour}" '
            'stroke="#fff" stroke-width="2"/>'
        )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
    return (
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _numbered(plane: _Plane, place: int, shape: Shape) -> str:
    x, y = plane.at(shape.centroid.x, shape.centroid.y)
    return (
        f"{_drawn(plane, shape, _OTHER, 3.0)}"
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="{_OTHER}" stroke="#fff"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" '
        f'font-weight="700" fill="#fff">{place}</text>'
    )


def _rings(plane: _Plane, language: Language | str) -> Iterator[str]:
    """Yield circles of equal distance with their lengths, and north."""
    middle = _SIDE / 2
    step = 10.0 ** math.floor(math.log10(plane.radius_m))
    step = next(one for one in (step / 2, step, 2 * step, 5 * step) if plane.radius_m / one <= 4)
    for place in range(1, int(plane.radius_m / step) + 1):
        ring = place * step * plane.scale
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
