"""The period of a report: a month, a quarter or a year, as people write it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from gis.errors import FormatError

__all__ = ["Period", "period_of", "recent_periods"]

_WRITTEN: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:(?P<month>[0-9]{2})|Q(?P<quarter>[1-4])))?"
)
_EARLIEST: Final = 1990
_LATEST: Final = 2199


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or a year.

    Attributes
    ----------
    kind : str
        `month`, `quarter` or `year`.
    first, last : date
        Its days, both its own.
    """

    kind: str
    first: date
    last: date

    @property
    def name(self) -> str:
        """Its name in addresses: `2026-11`, `2026-Q4`, `2026`."""
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}" if self.kind == "year" else f"{self.first.year}-Q{self.number}"

    @property
    def number(self) -> int:
        """The month or the quarter within its year; 1 for a year."""
        return {
            "month": self.first.month,
            "quarter": (self.first.month + 2) // 3,
            "year": 1,
        }[self.kind]


def period_of(written: str) -> Period:
    """Return the period that a name stands for.

    Raises
    ------
    FormatError
        If it stands for none.
    """
    found = _WRITTEN.fullmatch(written)
    year = int(found["year"]) if found else 0
    if found is None or not _EARLIEST <= year <= _LATEST:
        raise FormatError("reports.period", name="period", value=written[:40])
    if found["quarter"]:
        return _from("quarter", year, 3 * int(found["quarter"]) - 2, 3)
    if not found["month"]:
        return _from("year", year, 1, 12)
    if not 1 <= int(found["month"]) <= 12:
        raise FormatError("reports.period", name="period", value=written[:40])
    return _from("month", year, int(found["month"]), 1)


def recent_periods(on: date, months: int = 6) -> list[Period]:
    """Return the period of each kind that holds a day, and those before: what a page offers."""
    quarter, year = (on.month + 2) // 3, on.year
    found = [_from("month", *_earlier(year, on.month, back), 1) for back in range(months)]
    found += [_from("quarter", *_earlier(year, 3 * quarter - 2, 3 * back), 3) for back in range(4)]
    return [*found, *(_from("year", year - back, 1, 12) for back in range(3))]


def _earlier(year: int, month: int, back: int) -> tuple[int, int]:
    place = 12 * year + month - 1 - back
    return place // 12, place % 12 + 1


def _from(kind: str, year: int, month: int, months: int) -> Period:
    after = _earlier(year, month, -months)
    return Period(kind, date(year, month, 1), date(*after, 1) - timedelta(days=1))
