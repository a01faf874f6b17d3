"""A small map of a planned work: its line or point, and the other planned works near it.

Every other work has the number of the list beside the map, which says what it is and how far.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from markupsafe import escape
from shapely import LineString, Point, get_coordinates

from data.text import Language, text
from maps.plane import Plane, polar

__all__ = ["work_svg"]

_WORK: Final = "#b3261e"
_OTHER: Final = "#0b5394"
_WIDE: Final = 5.0
_NARROW: Final = 3.0
_LEAST_M: Final = 300.0

Shape = Point | LineString


def work_svg(
    name: str,
    work: Shape,
    others: Sequence[Shape],
    around_m: float,
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
    around_m : float
        How far from its middle they were looked for.
    language : Language
        Language of the words.
    """
    middle = (work.centroid.x, work.centroid.y)
    reach_m = max(far for one in (work, *others) for _, far in _polar(middle, one))
    own_m = max(far for _, far in _polar(middle, work))
    plane = Plane(max(_LEAST_M, 1.1 * own_m, min(1.1 * reach_m, around_m)), language)
    title = text("works.map_title", language, name=name)
    told = text("works.map_told", language, count=len(others), radius=round(around_m))
    lines = [_drawn(plane, middle, one, _OTHER, _NARROW) for one in others]
    marks = [_numbered(plane, middle, place, one) for place, one in enumerate(others, start=1)]
    keys = [_key(plane, "", "work", _WORK, language), _key(plane, "1", "other", _OTHER, language)]
    drawn = [_drawn(plane, middle, work, _WORK, _WIDE), *lines, *marks]
    return plane.drawing("work-map", title, told, drawn, keys if others else keys[:1])


def _polar(middle: tuple[float, float], shape: Shape) -> Iterator[tuple[float, float]]:
    for x, y in get_coordinates(shape):
        yield polar(middle, (float(x), float(y)))


def _drawn(
    plane: Plane, middle: tuple[float, float], shape: Shape, colour: str, width: float
) -> str:
    """Return the line of a work; of a point nothing, its mark says where it is."""
    legs = pairwise(_polar(middle, shape))
    return "".join(plane.line(ends, colour, width) for ends in legs)


def _numbered(plane: Plane, middle: tuple[float, float], place: int, shape: Shape) -> str:
    ((azimuth_deg, distance_m),) = _polar(middle, shape.centroid)
    return plane.mark(place, azimuth_deg, distance_m, _OTHER)


def _key(plane: Plane, mark: str, kind: str, colour: str, language: Language | str) -> str:
    words = escape(text(f"works.mark_{kind}", language))
    return f'{plane.symbol(0, 0, mark, colour, filled=True)}<text x="16" y="5">{words}</text>'
