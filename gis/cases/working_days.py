"""Vietnamese working days, and the day on which a term ends.

Public holidays and the days that the Government swapped come from the package `holidays`; the
weekly days off and yearly decisions come from files (`gis.cases.decisions`), which go before the
package. A moment becomes a day in Asia/Ho_Chi_Minh before anything is counted.

Counting follows Bộ luật Dân sự 91/2015/QH13, Điều 147 and 148, as recalled: the first day is not
counted, a month ends on the day of its number (or on the month's last day where it has none), a
term that ends on a day off ends on the next working day, at 24 o'clock. A rule may say otherwise.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from typing import Final

import holidays

from data.text import VIET_NAM, Language
from gis.cases.decisions import Decision, Decisions, Week, load_decisions
from gis.errors import FormatError
from gis.home import Home
from gis.terms import Counting, Term, TermUnit
from propagation.compliance.records import Confidence

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "DayKind",
    "DayStatus",
    "Due",
    "WorkingCalendar",
    "calendar_in_use",
    "end_of_day",
    "local_day",
    "read_start",
]

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2098
"""The years that the calendar covers: the package computes the lunar new year up to 2099."""

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_COUNTRY: Final = "VN"
_LANGUAGES: Final = {Language.VI: "vi", Language.EN: "en_US"}
_PACKAGE: Final = f"holidays {version('holidays')}"


class DayKind(StrEnum):
    """Why a day is worked or not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SWAPPED_OFF = "swapped_off"
    SWAPPED_WORKED = "swapped_worked"

    @property
    def working(self) -> bool:
        """Whether it is a working day."""
        return self in (DayKind.WORKING, DayKind.SWAPPED_WORKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatus:
    """One day of the calendar and what makes it so.

    Attributes
    ----------
    day : date
        The day, in Viet Nam.
    kind : DayKind
        Why it is worked or not.
    name_vi, name_en : str
        Name of the holiday; empty where it has none.
    instead_of : date or None
        The day that it was swapped with.
    instrument, source : str
        What makes it so, and where that was read; empty for an ordinary working day.
    confidence : Confidence
        How well that is known; *derived* where only the package's reckoning stands behind it.
    """

    day: date
    kind: DayKind
    name_vi: str = ""
    name_en: str = ""
    instead_of: date | None = None
    instrument: str = ""
    confidence: Confidence = Confidence.DERIVED
    source: str = ""

    @property
    def working(self) -> bool:
        """Whether it is a working day."""
        return self.kind.working

    def name(self, language: Language | str) -> str:
        """Return the name of the holiday in a language."""
        return self.name_en if language == Language.EN else self.name_vi


@dataclass(frozen=True, slots=True)
class Due:
    """When a term ends.

    Attributes
    ----------
    on : date
        Its last day, in Viet Nam.
    at : datetime
        The moment after which it has passed, UTC: the end of that day, or the hour.
    """

    on: date
    at: datetime


def local_day(moment: datetime) -> date:
    """Return the day in Viet Nam on which a moment falls.

    Raises
    ------
    FormatError
        If the moment does not say its time zone, or no year holds it.
    """
    if moment.tzinfo is None:
        raise FormatError("errors.moment_without_zone", value=str(moment))
    try:
        return moment.astimezone(VIET_NAM).date()
    except OverflowError:  # the year 0, or 10,000
        raise _no_year(moment.year) from None


def _no_year(year: int) -> FormatError:
    return FormatError("calendar.year", year=str(year), first=str(FIRST_YEAR), last=str(LAST_YEAR))


def read_start(written: str) -> date | datetime:
    """Return the day, or the moment with its zone, that begins a term.

    Raises
    ------
    FormatError
        If it is neither.
    """
    try:
        if _DAY.fullmatch(written):
            return date.fromisoformat(written)
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise FormatError("calendar.start_malformed", value=written[:40]) from None
    if moment.tzinfo is None:
        raise FormatError("calendar.start_malformed", value=written[:40])
    return moment


def end_of_day(day: date) -> datetime:
    """Return the moment at which a day in Viet Nam is over, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), VIET_NAM).astimezone(UTC)


class WorkingCalendar:
    """Working days, from the package and the files.

    Parameters
    ----------
    decisions : Decisions
        The weekly days off and the yearly decisions.
    """

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._years: dict[int, Mapping[date, DayStatus]] = {}

    def decided(self, year: int) -> list[Decision]:
        """Return the yearly decisions that the files hold of a year."""
        return [one for one in self._decisions.yearly if one.year == year]

    def week(self, day: date) -> Week | None:
        """Return the weekly days off that are in force on a day, None where no file says any."""
        for one in self._decisions.weeks:
            if (one.valid_from or date.min) <= day <= (one.valid_to or date.max):
                return one
        return None

    def status(self, day: date) -> DayStatus:
        """Return what a day is and why.

        Raises
        ------
        FormatError
            If its year lies outside the calendar.
        """
        return self._year(day.year).get(day) or self._plain(day)

    def days(self, year: int) -> list[DayStatus]:
        """Return every day of a year.

        Raises
        ------
        FormatError
            If the year lies outside the calendar.
        """
        self._year(year)
        first = date(year, 1, 1)
        count = (date(year + 1, 1, 1) - first).days
        return [self.status(first + timedelta(days=n)) for n in range(count)]

    def is_working_day(self, day: date) -> bool:
        """Return whether a day is worked.

        Raises
        ------
        FormatError
            If its year lies outside the calendar.
        """
        known = self._year(day.year).get(day)
        return self._weekly(day) is None if known is None else known.working

    def next_working_day(self, day: date) -> date:
        """Return a day itself where it is worked, else the next one that is."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, start: date, count: int) -> date:
        """Return the working day that is so many after a day, which is not counted itself.

        Raises
        ------
        FormatError
            If the count is negative, or the calendar ends before.
        """
        if count < 0:
            raise FormatError("calendar.count_negative", value=count)
        day = start
        for _ in range(count):
            day = self.next_working_day(day + timedelta(days=1))
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days come after one day up to another, negative backwards."""
        if end < start:
            return -self.working_days_between(end, start)
        count = (end - start).days
        return sum(self.is_working_day(start + timedelta(days=n + 1)) for n in range(count))

    def end_of_term(
        self, start: date | datetime, term: Term, counting: Counting | None = None
    ) -> Due:
        """Return when a term ends.

        Parameters
        ----------
        start : date or datetime
            The day or the moment of the event that begins it; hours need a moment.
        term : Term
            How long it is.
        counting : Counting, optional
            How terms are counted, where a rule says otherwise.

        Raises
        ------
        FormatError
            If hours are counted from a day, the moment does not say its time zone, or the term
            ends outside the calendar.
        """
        how = counting or Counting()
        if term.unit is TermUnit.HOURS:
            if not isinstance(start, datetime):
                raise FormatError("calendar.hours_need_moment")
            self._year(local_day(start).year)
            end = start + timedelta(hours=term.count)
            self._year(local_day(end).year)
            return Due(local_day(end), end.astimezone(UTC))
        day = local_day(start) if isinstance(start, datetime) else start
        self._year(day.year)
        if how.first_day_counted:
            day -= timedelta(days=1)
        last = self._last_day(day, term)
        if how.moves_to_working_day:
            last = self.next_working_day(last)
        self._year(last.year)
        return Due(last, end_of_day(last))

    def between(self, start: date, end: date) -> list[DayStatus]:
        """Return the holidays and swapped days from one day to another, both included."""
        ordinary = (DayKind.WORKING, DayKind.WEEKEND)
        days = [self.status(start + timedelta(days=n)) for n in range((end - start).days + 1)]
        return [one for one in days if one.kind not in ordinary]

    def _last_day(self, day: date, term: Term) -> date:
        if term.unit is TermUnit.WORKING_DAYS:
            return self.add_working_days(day, term.count)
        if term.unit is TermUnit.CALENDAR_DAYS:
            return day + timedelta(days=term.count)
        months = day.month - 1 + term.count
        year, month = day.year + months // 12, months % 12 + 1
        self._year(year)
        return date(year, month, min(day.day, monthrange(year, month)[1]))

    def _weekly(self, day: date) -> Week | None:
        """Return what makes a day a weekly day off, None where it is none."""
        week = self.week(day)
        return week if week is not None and day.weekday() in week.days_off else None

    def _plain(self, day: date) -> DayStatus:
        week = self._weekly(day)
        if week is None:
            return DayStatus(day=day, kind=DayKind.WORKING)
        return DayStatus(
            day=day,
            kind=DayKind.WEEKEND,
            instrument=week.label.instrument,
            confidence=week.label.confidence,
            source=week.label.source,
        )

    def _year(self, year: int) -> Mapping[date, DayStatus]:
        """Return the days of a year that are not as their weekday says."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise _no_year(year)
        if year not in self._years:
            known = _from_package(year, self._known(year))
            self._years[year] = {**known, **self._decided_days(year)}
        return self._years[year]

    def _known(self, year: int) -> Confidence:
        """Return how well the package's days of a year are known."""
        return Confidence.SECONDARY if self.decided(year) else Confidence.DERIVED

    def _decided_days(self, year: int) -> dict[date, DayStatus]:
        found: dict[date, DayStatus] = {}
        for one in self._decisions.yearly:
            pairs = ((one.off, DayKind.SWAPPED_OFF), (one.worked, DayKind.SWAPPED_WORKED))
            for days, kind in pairs:
                for day, other in days.items():
                    if day.year == year:
                        found[day] = DayStatus(
                            day=day,
                            kind=kind,
                            name_vi=one.label.note_vi,
                            name_en=one.label.note_en,
                            instead_of=other,
                            instrument=one.label.instrument,
                            confidence=one.label.confidence,
                            source=f"{one.label.file}: {one.label.source}",
                        )
        return found


@cache
def _from_package(year: int, confidence: Confidence) -> Mapping[date, DayStatus]:
    """Return holidays and swapped days of a year as the package has them."""
    around = range(year - 1, year + 2)
    named = {
        language: holidays.country_holidays(_COUNTRY, years=around, language=code)
        for language, code in _LANGUAGES.items()
    }

    def one(day: date, kind: DayKind) -> DayStatus:
        return DayStatus(
            day=day,
            kind=kind,
            name_vi=named[Language.VI].get(day) or "",
            name_en=named[Language.EN].get(day) or "",
            source=_PACKAGE,
            confidence=confidence,
        )

    off = {day: one(day, DayKind.HOLIDAY) for day in named[Language.VI] if day.year == year}
    made = named[Language.VI].weekend_workdays
    return off | {day: one(day, DayKind.SWAPPED_WORKED) for day in made if day.year == year}


def calendar_in_use(home: Home) -> WorkingCalendar:
    """Return the calendar that the clocks of this installation rest on.

    Raises
    ------
    FormatError
        If a file of the administrator's own is not what it should be.
    """
    return WorkingCalendar(load_decisions(home.holidays))
