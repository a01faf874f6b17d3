"""A small map of registration points: each has the number of its row in the table beside it."""

from collections.abc import Sequence
from typing import Final

from markupsafe import escape

from data.text import Language, text
from maps.plane import Plane, polar

__all__ = ["points_svg"]

_COLOUR: Final = "#0b5394"
_LEAST_M: Final = 300.0


def points_svg(
    marks: Sequence[tuple[int, float, float, bool]], language: Language | str = Language.VI
) -> str:
    """Return the map as SVG, with its title and a description in words; empty without a mark.

    Parameters
    ----------
    marks : sequence of (int, float, float, bool)
        Number of the row, longitude and latitude in WGS 84 degrees, and whether the point
        registers today.
    language : Language
        Language of the words.
    """
    if not marks:
        return ""
    longitudes, latitudes = [one[1] for one in marks], [one[2] for one in marks]
    middle = (
        (min(longitudes) + max(longitudes)) / 2,
        (min(latitudes) + max(latitudes)) / 2,
    )
    placed = [(number, *polar(middle, (x, y)), filled) for number, x, y, filled in marks]
    plane = Plane(max(_LEAST_M, 1.1 * max(far for _, _, far, _ in placed)), language)
    drawn = [
        plane.mark(number, azimuth, far, _COLOUR, filled=filled)
        for number, azimuth, far, filled in reversed(placed)
    ]
    title = text("points.map_title", language)
    told = text("points.map_told", language, count=len(marks))
    keys = [_key(plane, filled, language) for filled in (True, False)]
    return plane.drawing("points-map", title, told, drawn, keys, middle_marked=False)


def _key(plane: Plane, filled: bool, language: Language | str) -> str:
    words = escape(text(f"points.mark_{'active' if filled else 'other'}", language))
    return f'{plane.symbol(0, 0, "1", _COLOUR, filled=filled)}<text x="16" y="5">{words}</text>'
