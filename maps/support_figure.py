"""The map of a search for supports: the place or area wanted, and every row of its table."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from markupsafe import escape

from data.text import Language, text
from gis.studies.record import Study
from gis.studies.sharing_asked import SharingWanted
from maps.figure_views import SupportMark, SupportsView
from maps.plane import Plane, length_said, polar

__all__ = ["supports_svg", "supports_view"]

_COLOURS: Final = {
    "fits": ("#0b5394", True),
    "possible": ("#0b5394", False),
    "does_not_fit": ("#6b6b6b", False),
    "existing": ("#0b5394", True),
    "new": ("#0b5394", False),
}
"""Colour of each mark, and whether it is filled."""
_KEYS: Final = {
    "sharing": ("fits", "possible", "does_not_fit"),
    "best_sites": ("existing", "new"),
}
_CIRCLE_STEP_DEG: Final = 5
_LEAST_M: Final = 500.0


def supports_view(study: Study) -> SupportsView:
    """Return what the map of a search for supports, or of a choice of places, shows."""
    wanted = SharingWanted.from_json(study.inputs["wanted"])
    at = (wanted.longitude, wanted.latitude)
    marks = tuple(
        SupportMark(_kind(study.kind, row), *polar(at, (row["longitude"], row["latitude"])))
        for row in study.results["supports" if study.kind == "sharing" else "chosen"]
    )
    return SupportsView(study_kind=study.kind, marks=marks, area=tuple(_area(wanted)))


def _kind(study_kind: str, row: Mapping[str, Any]) -> str:
    if study_kind == "sharing":
        return str(row["fit"])
    return "new" if row["structure_id"] is None else "existing"


def _area(wanted: SharingWanted) -> Iterator[tuple[float, float]]:
    """Yield the corners of what shall be covered, each its azimuth and distance."""
    if wanted.area:
        at = (wanted.longitude, wanted.latitude)
        yield from (polar(at, (corner[0], corner[1])) for corner in wanted.area)
    elif wanted.covers:
        for azimuth in range(0, 360, _CIRCLE_STEP_DEG):
            yield float(azimuth), 1e3 * wanted.radius_km


def supports_svg(view: SupportsView, language: Language | str = Language.VI) -> str:
    """Return the map as SVG, with its title and a description in words.

    Parameters
    ----------
    view : SupportsView
        What it shows.
    language : Language
        Language of the words.
    """
    away = [*(one.distance_m for one in view.marks), *(far for _, far in view.area)]
    plane = Plane(max(_LEAST_M, 1.08 * max(away, default=0.0)), language)
    title = text("supports.map_title", language)
    radius = length_said(round(plane.radius_m), language)
    told = text("supports.map_told", language, count=len(view.marks), radius=radius)
    marks = [_mark(plane, place, one) for place, one in enumerate(view.marks, start=1)]
    best_above = [*([plane.area(view.area)] if view.area else []), *reversed(marks)]
    keys = [_key(plane, kind, language) for kind in _KEYS[view.study_kind]]
    return plane.drawing("supports-map", title, told, best_above, keys)


def _mark(plane: Plane, place: int, mark: SupportMark) -> str:
    colour, filled = _COLOURS[mark.kind]
    return plane.mark(place, mark.azimuth_deg, mark.distance_m, colour, filled=filled)


def _key(plane: Plane, kind: str, language: Language | str) -> str:
    colour, filled = _COLOURS[kind]
    words = escape(text(f"supports.mark.{kind}", language))
    return f'{plane.symbol(0, 0, "1", colour, filled=filled)}<text x="16" y="5">{words}</text>'
