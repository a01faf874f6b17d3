"""Cells into values, each with the problem that it has."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache

from data.text import CONTROL, VIET_NAM
from gis.exchange.conventions import Conventions
from gis.exchange.encoding import legacy_reading
from gis.exchange.fields import (
    FIELDS,
    Dimension,
    Field,
    choice,
    range_of,
    titles_of,
    unit_factor,
)
from gis.exchange.headers import Columns
from gis.exchange.numbers import parse, series_parts, split_unit
from gis.exchange.report import ImportKind, Problem
from gis.exchange.table import Cell, Formula, Row, Table, column_letter, shown
from propagation.constants import DIPOLE_GAIN_DBI

__all__ = ["CellReader", "parse_day", "parse_moment"]

_DASHES = frozenset({"", "-", "--", "—", "–", "...", "…"})
_BLANK = _DASHES | {"n/a", "null", "none", "không có", "không"}
_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00.*)?", re.ASCII)
_LONGEST_TEXT = 500
_HOLES_TOLD = 6
_LARGEST_LEVEL = 200.0
_LEVELS_OF_WATT = {"dbw": 0.0, "dbm": 30.0}
_AZIMUTHS = tuple(range(0, 360, 10))
_CLOCK = re.compile(r"(\d{1,2})[:hg](\d{2})?(?:[:mp](\d{2})?)?", re.ASCII)


_LONGEST_BLANK = max(map(len, _BLANK))


def _blank(field: Field) -> frozenset[str]:
    words = (Dimension.TEXT, Dimension.CHOICE, Dimension.FLAG)
    return _DASHES if field.dimension in words else _BLANK


class CellReader:
    """Reads the cells of one row after another by field.

    Parameters
    ----------
    table : Table
        The table.
    kind : ImportKind
        What it brings.
    columns : Columns
        Where each field is.
    conventions : Conventions
        Decimal signs and units.
    constants : mapping
        Texts for fields without a column.
    """

    def __init__(
        self,
        table: Table,
        kind: ImportKind,
        columns: Columns,
        conventions: Conventions,
        constants: Mapping[str, str],
    ) -> None:
        self._table = table
        self._columns = columns
        self._conventions = conventions
        self._fields = {each.name: each for each in FIELDS[kind]}
        self._blanks = {name: _blank(each) for name, each in self._fields.items()}
        self._constants = {
            name: word
            for name, word in constants.items()
            if word.strip().casefold() not in self._blanks[name]
        }
        self._absent = frozenset(
            name for name, each in self._fields.items() if not each.required and not self.has(name)
        )
        self._row = Row(0, ())
        self.problems: list[Problem] = []

    def begin(self, row: Row) -> None:
        """Turn to a row."""
        self._row = row
        self.problems = []

    def refuse(self, field: str, reason: str, /, **values: object) -> None:
        """Note that the row cannot be taken because of a field."""
        column = self._columns.one.get(field)
        spread = self._columns.azimuths.get(field)
        if column is None and spread:
            column = next(iter(spread.values()))
        header = column.header if column is not None else field
        value = shown(self._row.cells[column.index]) if column is not None else ""
        if not value and field in self._constants:
            value = self._constants[field]
        self.problems.append(
            Problem(
                self._table.file,
                self._row.number,
                header,
                value,
                f"exchange.problem.{reason}",
                values,
                column.index if column is not None else None,
            )
        )

    def knows(self, field: str) -> bool:
        """Return whether rows of this kind have a field."""
        return field in self._fields

    def has(self, field: str) -> bool:
        """Return whether a field has a column or a constant."""
        return field in self._columns.one or field in self._constants

    def cell(self, field: str) -> Cell:
        """Return the cell of a field as it stands, blanks as None; formulas are refused."""
        column = self._columns.one.get(field)
        if column is None:
            return self._constants.get(field)
        value = self._row.cells[column.index]
        if isinstance(value, str):
            if len(value) <= _LONGEST_BLANK and value.casefold() in self._blanks[field]:
                return self._constants.get(field)
            if value in _ERRORS:
                self.refuse(field, "cell_error")
                return None
        if isinstance(value, Formula):
            place = f"{column_letter(column.index)}{self._row.number}"
            self.refuse(field, "formula", cell=place)
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.refuse(field, "number")
            return None
        return self._constants.get(field) if value is None else value

    def text(self, field: str) -> str | None:
        """Return a text on one line, or None."""
        if field in self._absent:
            return None
        value = self.cell(field)
        if value is None:
            if self._fields[field].required and not self._told(field):
                self.refuse(field, "missing")
            return None
        text = value if isinstance(value, str) else shown(value)
        if text.isascii() and text.isprintable() and "  " not in text and len(text) < 100:
            return text
        return self._checked(field, text)

    def _checked(self, field: str, text: str) -> str | None:
        if CONTROL.search(text):
            self.refuse(field, "control_character")
            return None
        if len(text) > _LONGEST_TEXT:
            self.refuse(field, "text_too_long", limit=_LONGEST_TEXT)
            return None
        legacy = legacy_reading(text)
        if legacy is not None:
            self.refuse(field, "legacy_encoding", encoding=legacy.encoding, reading=legacy.reading)
            return None
        return " ".join(text.split())

    def number(self, field: str, within: tuple[float, float] | None = None) -> float | None:
        """Return a number in the field's own unit, within what is sane or what is told."""
        if field in self._absent:
            return None
        value = self._quantity(field)
        if value is None:
            return None
        limits = within or range_of(field)
        if limits is not None and not limits[0] <= value <= limits[1]:
            self.refuse(field, "range", lower=limits[0], upper=limits[1])
            return None
        return value

    def whole(self, field: str) -> int | None:
        """Return a whole number of a cell."""
        value = self.number(field)
        if value is None:
            return None
        if not float(value).is_integer():
            self.refuse(field, "whole_number")
            return None
        return int(value)

    def power(self, field: str) -> float | None:
        """Return a power in the field's own unit: dBW, dBm, W or kW; it must be above zero."""
        watts = self._quantity(field)
        if watts is None:
            return None
        own = self._fields[field].unit
        if own in _LEVELS_OF_WATT:
            value = 10 * math.log10(watts) + _LEVELS_OF_WATT[own]
        else:
            value = watts / (1000 if own == "kw" else 1)
        if field in self._conventions.isotropic:
            value -= DIPOLE_GAIN_DBI
        limits = range_of(field)
        if limits is not None and not limits[0] <= value <= limits[1]:
            self.refuse(field, "range", lower=limits[0], upper=limits[1])
            return None
        return round(value, 9)

    def choice(self, field: str) -> str | None:
        """Return the value of a choice, or None."""
        if field in self._absent:
            return None
        word = self.text(field)
        if word is None:
            return None
        name = self._fields[field].choices or field
        found = choice(name, word)
        if found is None:
            self.refuse(field, "choice", known=titles_of(name))
        return found

    def flag(self, field: str) -> bool | None:
        """Return yes or no, or None."""
        if field in self._absent:
            return None
        value = self.cell(field)
        if value is None or isinstance(value, bool):
            return value
        found = choice("flag", shown(value))
        if found is None:
            self.refuse(field, "flag")
        return None if found is None else found == "yes"

    def day(self, field: str) -> date | None:
        """Return a day, or None."""
        if field in self._absent:
            return None
        value = self.cell(field)
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        found = parse_day(value) if isinstance(value, str) else None
        if found is None:
            self.refuse(field, "day")
        return found

    def moment(self, field: str, clock: str) -> datetime | None:
        """Return a moment, UTC; one without a zone is of Viet Nam.

        Parameters
        ----------
        field : str
            The day, or the moment.
        clock : str
            The field of the time of the day, where that has a column of its own.
        """
        value = self.cell(field)
        if value is None:
            self.refuse(field, "missing")
            return None
        found = _moment(value)
        at = self._clock(clock)
        if found is None:
            self.refuse(field, "moment")
            return None
        if at is not None and found.tzinfo is None:
            found = datetime.combine(found.date(), at)
        local = found if found.tzinfo is not None else found.replace(tzinfo=VIET_NAM)
        return local.astimezone(UTC)

    def _clock(self, field: str) -> time | None:
        value = self.cell(field)
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.time()
        found = _time(shown(value))
        if found is None:
            self.refuse(field, "clock")
        return found

    def measured(self, field: str) -> tuple[float, str] | None:
        """Return a number and the unit that its cell or its column says."""
        value = self.cell(field)
        if value is None:
            self.refuse(field, "missing")
            return None
        unit = self._conventions.units.get(field, "")
        number, own = self._number(field, value)
        linear = unit_factor(self._fields[field].dimension, own) if own else None
        if own and (linear is None or linear[1]):
            unit = own
        if number is None or not math.isfinite(number) or (own and linear is None):
            self.refuse(field, "number")
            return None
        return number, unit

    def circle(self, field: str) -> tuple[float, ...]:
        """Return the values that one cell lists round a circle, however many, or none."""
        value = self.cell(field)
        if value is None:
            return ()
        sign = self._conventions.signs.get(field)
        numbers = [parse(part, sign) for part in series_parts(shown(value))]
        return self._sane_series(field, numbers)

    def series(self, field: str) -> tuple[float, ...]:
        """Return 36 values from true north, or none at all."""
        if field in self._columns.azimuths:
            return self._spread(field)
        value = self.cell(field)
        if value is None:
            return ()
        parts = series_parts(shown(value))
        if len(parts) != len(_AZIMUTHS):
            self.refuse(field, "azimuth_count", count=len(parts))
            return ()
        sign = self._conventions.signs.get(field)
        return self._sane_series(field, [parse(part, sign) for part in parts])

    def _spread(self, field: str) -> tuple[float, ...]:
        columns = self._columns.azimuths[field]
        cells = [
            self._row.cells[columns[azimuth].index] if azimuth in columns else None
            for azimuth in _AZIMUTHS
        ]
        filled = [
            cell for cell in cells if cell is not None and shown(cell).casefold() not in _BLANK
        ]
        if not filled:
            return ()
        if len(filled) != len(_AZIMUTHS):
            holes = [
                f"{azimuth}°"
                for azimuth, cell in zip(_AZIMUTHS, cells, strict=True)
                if cell is None or shown(cell).casefold() in _BLANK
            ]
            missing = ", ".join(holes[:_HOLES_TOLD]) + (" …" if len(holes) > _HOLES_TOLD else "")
            self.refuse(field, "azimuth_hole", count=len(filled), missing=missing)
            return ()
        sign = self._conventions.signs.get(field)
        numbers = [
            float(cell)
            if isinstance(cell, int | float) and not isinstance(cell, bool)
            else parse(shown(cell), sign)
            for cell in filled
        ]
        return self._sane_series(field, numbers)

    def _sane_series(self, field: str, numbers: list[float | None]) -> tuple[float, ...]:
        good = tuple(n for n in numbers if n is not None and math.isfinite(n))
        if len(good) != len(numbers):
            self.refuse(field, "number")
            return ()
        limits = range_of(field)
        if limits is not None and not all(limits[0] <= n <= limits[1] for n in good):
            self.refuse(field, "range", lower=limits[0], upper=limits[1])
            return ()
        return good

    def _quantity(self, field: str) -> float | None:
        """Return a number in m, MHz or W."""
        value = self.cell(field)
        if value is None:
            if self._fields[field].required:
                self.refuse(field, "missing")
            return None
        number, own = self._number(field, value)
        unit = own or self._conventions.units.get(field, self._fields[field].unit)
        factor = unit_factor(self._fields[field].dimension, unit)
        if number is None or factor is None or not math.isfinite(number):
            self.refuse(field, "number")
            return None
        return self._converted(field, number, *factor)

    def _number(self, field: str, value: Cell) -> tuple[float | None, str]:
        """Return the number of a cell, or None, and the unit behind it."""
        if isinstance(value, str):
            digits, own = split_unit(value)
            return parse(digits, self._conventions.signs.get(field)), own
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if plain and isinstance(value, int | float) else None, ""

    def _converted(self, field: str, number: float, factor: float, level: bool) -> float | None:
        power = self._fields[field].dimension is Dimension.POWER
        if (level and abs(number) > _LARGEST_LEVEL) or (power and not level and number <= 0):
            self.refuse(field, "power")
            return None
        return 10 ** ((number - factor) / 10) if level else number * factor

    def _told(self, field: str) -> bool:
        return any(problem.field == self._header(field) for problem in self.problems)

    def _header(self, field: str) -> str:
        column = self._columns.one.get(field)
        return column.header if column is not None else field


def _moment(value: Cell) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return parse_moment(value) if isinstance(value, str) else None


def parse_moment(text: str) -> datetime | None:
    """Return the moment that a text names, with a zone where it says one; None for none."""
    text = text.strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    day = parse_day(text)
    if day is not None:
        return datetime.combine(day, time())
    first, _, last = text.replace("T", " ").replace(",", " ").partition(" ")
    day, clock = parse_day(first), _time(last)
    return None if day is None or clock is None else datetime.combine(day, clock)


def _time(text: str) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return None if hours > 23 or max(minutes, seconds) > 59 else time(hours, minutes, seconds)


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date | None:
    """Return the day that a text names, day before month as Vietnamese writes; None for none."""
    text = text.strip()
    found = _YEAR_FIRST.fullmatch(text)
    parts = found.groups() if found else None
    if parts is None:
        found = _DAY_FIRST.fullmatch(text)
        parts = found.groups()[::-1] if found else None
    if parts is None:
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None
