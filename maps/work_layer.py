"""Planned works on the map of the register: a row and a mark each, and the lines to be built."""

from collections.abc import Iterator
from typing import Final

from shapely import LineString, get_coordinates

from data.text import Language, number, text
from gis.register.works import PlannedWork
from maps.palette import WORK
from maps.rows import Kind, Row, present
from maps.views import RegisterView

__all__ = ["LINES", "LINE_DASH", "work_lines", "work_rows"]

LINES: Final = "work-lines"
"""Name of the layer of lines."""

LINE_DASH: Final = "7 4"


def work_rows(view: RegisterView, language: Language) -> Iterator[Row]:
    """Yield the row of each planned work; a line is marked at its middle."""
    kind = Kind("work", text("maps.kind_work", language), "works", WORK)
    for work in view.works:
        middle = work.geometry
        if isinstance(middle, LineString):
            middle = middle.interpolate(0.5, normalized=True)
        yield Row(
            kind,
            work.id,
            work.name,
            "",
            view.organisations.get(work.owner_id, work.owner_id),
            middle.x,
            middle.y,
            "",
            work.provenance,
            _details(work, language),
        )


def _details(work: PlannedWork, language: Language) -> tuple[tuple[str, str], ...]:
    return present(
        language,
        work_kind=text(f"register.work_kind.{work.kind.value}", language),
        work_state=text(f"register.work_state.{work.state.value}", language),
        begins=text("maps.value_day", language, day=work.begins_on),
        ends=None if work.ends_on is None else text("maps.value_day", language, day=work.ends_on),
        places=None if work.places is None else number(work.places, language),
        ducts=None if work.ducts is None else number(work.ducts, language),
    )


def work_lines(view: RegisterView) -> Iterator[dict[str, object]]:
    """Yield the lines to be built, as the page's script draws them."""
    for work in view.works:
        if isinstance(work.geometry, LineString):
            places = get_coordinates(work.geometry).round(5).tolist()
            yield {"layer": LINES, "line": places, "colour": WORK.colour, "dash": LINE_DASH}
