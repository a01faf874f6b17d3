"""Where the rows of a table lie: two numbers and a coordinate system each.

Nothing is guessed: a row whose system nobody has named waits for an answer.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gis.exchange.answers import ImportAnswers
from gis.exchange.cells import CellReader
from gis.exchange.conventions import Conventions
from gis.exchange.coordinates import Angle, Axis, parse_angle, parse_pair
from gis.exchange.datum import Statement, stated
from gis.exchange.fields import PLACE, tables
from gis.exchange.headers import Columns
from gis.exchange.numbers import parse, split_unit
from gis.exchange.table import Cell, Row, Table, shown
from gis.geodesy import is_known, is_projected

__all__ = ["Measure", "Place", "PlaceReader"]


class Measure(StrEnum):
    """What coordinates are counted in."""

    DEGREES = "degrees"
    METRES = "metres"


class Place(NamedTuple):
    """Where a row says that it is.

    Attributes
    ----------
    x, y : float
        East and north: degrees or metres.
    measure : Measure
        Which of the two.
    epsg : int or None
        Their system; None while nobody named it.
    swapped : bool
        Whether they stood in each other's column; `x` and `y` are then already put right.
    half_steps_deg : tuple of float
        Half a unit of the last digit written, of `x` and of `y`; 0 for metres and for numbers
        that a format keeps whole.
    """

    x: float
    y: float
    measure: Measure
    epsg: int | None
    swapped: bool
    half_steps_deg: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _One:
    value: float
    axis: Axis | None
    half_step_deg: float = 0.0


class PlaceReader:
    """Reads the place of one row after another.

    Parameters
    ----------
    table, columns, conventions, answers
        As judged so far.
    reader : CellReader
        Takes the problems.
    """

    def __init__(
        self,
        table: Table,
        columns: Columns,
        conventions: Conventions,
        answers: ImportAnswers,
        reader: CellReader,
    ) -> None:
        self._table = table
        self._one = columns.one
        self._signs = conventions.signs
        self._answers = answers
        self._reader = reader
        extent = tables()["extent"]
        west, south, east, north = extent["national"]
        self._longitude, self._latitude = (west, east), (south, north)
        self._easting = tuple(extent["easting"])
        self._northing = tuple(extent["northing"])
        self._whole = self._of_whole_file()

    @property
    def statement(self) -> Statement | None:
        """What the headers or the notes say of the system."""
        return self._whole

    def place(self, row: Row, *, required: bool) -> Place | None:
        """Return where a row lies, or None when it does not say or says it badly."""
        if self._table.has_points:
            return self._of_geometry(row, required=required)
        for first, second in (("longitude", "latitude"), ("easting", "northing"), ("x", "y")):
            if first in self._one:
                return self._of_two(first, second, required=required)
        return self._of_one_cell(required=required)

    def at(self, field: str, x: float, y: float) -> Place | None:
        """Return the place of two numbers of a field, in the system that the file names."""
        return self._placed(field, _One(x, None), _One(y, None), named=True)

    def _of_geometry(self, row: Row, *, required: bool) -> Place | None:
        if row.geometry_problem is not None:
            self._reader.refuse("geometry", row.geometry_problem.rpartition(".")[2])
            return None
        if row.point is None:
            if required:
                self._reader.refuse("geometry", "place_missing")
            return None
        return self.at("geometry", *row.point)

    def _of_two(self, first: str, second: str, *, required: bool) -> Place | None:
        a, b = self._reader.cell(first), self._reader.cell(second)
        for name, cell in ((first, a), (second, b)):
            if cell is None and (required or (a is None) != (b is None)):
                if not self._reader.problems:
                    self._reader.refuse(name, "place_missing")
                return None
        if a is None or b is None:
            return None
        east, north = self._one_number(first, a), self._one_number(second, b)
        for name, number in ((first, east), (second, north)):
            if number is None:
                self._reader.refuse(name, "coordinate")
        if east is None or north is None:
            return None
        return self._placed(first, east, north, named=first not in ("x", "y"))

    def _of_one_cell(self, *, required: bool) -> Place | None:
        if "position" not in self._one:
            return None
        cell = self._reader.cell("position")
        if cell is None:
            if required and not self._reader.problems:
                self._reader.refuse("position", "place_missing")
            return None
        pair = parse_pair(shown(cell))
        if pair is None:
            self._reader.refuse("position", "coordinate")
            return None
        first, second = (_of_angle(angle) for angle in pair)
        return self._placed("position", first, second, named=False)

    def _one_number(self, name: str, cell: Cell) -> _One | None:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _One(float(cell), None) if math.isfinite(cell) else None
        if not isinstance(cell, str):
            return None
        angle = parse_angle(cell)
        if angle is not None and not self._in_metres(name, angle, cell):
            return _of_angle(angle)
        digits, unit = split_unit(cell)
        number = parse(digits, self._signs.get(name)) if unit.casefold() in ("", "m") else None
        return None if number is None else _One(number, None)

    def _in_metres(self, name: str, angle: Angle, cell: str) -> bool:
        """Return whether `572.595` in a column of metres is a thousand times as much."""
        grouped = angle.axis is None and parse(cell, self._signs.get(name)) is not None
        column = self._one[name]
        metres = name in ("easting", "northing") or column.unit.casefold() == "m"
        return grouped and metres

    def _placed(self, field: str, a: _One, b: _One, *, named: bool) -> Place | None:
        degrees = abs(a.value) <= 180 and abs(b.value) <= 180
        measure = Measure.DEGREES if degrees else Measure.METRES
        if a.axis is not None and a.axis is b.axis:
            self._reader.refuse(field, "same_axis")
            return None
        turned = self._turned(a, b, measure)
        east, north = (b, a) if turned else (a, b)
        epsg = self._system(field, measure)
        if epsg is not None and not self._agrees(field, epsg, measure):
            return None
        steps = (east.half_step_deg, north.half_step_deg) if degrees else (0.0, 0.0)
        return Place(east.value, north.value, measure, epsg, turned and named, steps)

    def _turned(self, a: _One, b: _One, measure: Measure) -> bool:
        """Return whether north stands before east."""
        if a.axis is not None or b.axis is not None:
            return a.axis is Axis.LATITUDE or b.axis is Axis.LONGITUDE
        east, north = (
            (self._longitude, self._latitude)
            if measure is Measure.DEGREES
            else (self._easting, self._northing)
        )
        straight = _within(a.value, east) and _within(b.value, north)
        return not straight and _within(a.value, north) and _within(b.value, east)

    def _agrees(self, field: str, epsg: int, measure: Measure) -> bool:
        if not is_known(epsg):
            self._reader.refuse("crs" if "crs" in self._one else field, "crs_unknown")
            return False
        if is_projected(epsg) != (measure is Measure.METRES):
            self._reader.refuse(field, "crs_mismatch", crs=f"EPSG:{epsg}")
            return False
        return True

    def _system(self, field: str, measure: Measure) -> int | None:
        projected = measure is Measure.METRES
        for epsg in reversed(self._answers.systems):
            if is_known(epsg) and is_projected(epsg) == projected:
                return epsg
        if "crs" in self._one:
            cell = self._reader.cell("crs")
            if cell is not None:
                said = stated(shown(cell), alone=True)
                if said is None:
                    return 0
                found = said.resolve(projected=projected)
                return said.epsg if found is None else found
        if self._table.has_points:
            return self._table.crs
        said = self._one[field].statement if field in self._one else None
        said = said or self._whole
        if said is None and self._answers.systems:
            return self._answers.systems[-1]
        return None if said is None else said.resolve(projected=projected)

    def _of_whole_file(self) -> Statement | None:
        """Return what any header of a place, or the only note about it, says."""
        for name in (*PLACE[:-1], "geometry"):
            column = self._one.get(name)
            if column is not None and column.statement is not None:
                return column.statement
        said = {
            (found.epsg, found.vn2000): found
            for note in self._table.notes
            if (found := stated(note)) is not None
        }
        return next(iter(said.values())) if len(said) == 1 else None


def _of_angle(angle: Angle) -> _One:
    return _One(angle.degrees, angle.axis, angle.half_step_deg)


def _within(value: float, limits: tuple[float, ...]) -> bool:
    return limits[0] <= value <= limits[1]
