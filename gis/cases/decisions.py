"""The weekly days off and the yearly decisions on swapped days, as files.

The files of the administrator's own folder (`Home.holidays`) stand in the place of the packaged
ones of their names, or beside them.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from data import path
from data.text import Language
from gis.errors import FormatError
from gis.plain_text import wrong_at
from propagation.compliance.records import Confidence

__all__ = ["Decision", "Decisions", "Label", "Week", "decision_files", "load_decisions"]

_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_LABEL: Final = ("instrument", "confidence", "source")
_NOTES: Final = ("note_vi", "note_en")
_WEEK: Final = frozenset({"days_off", "valid_from", "valid_to", *_LABEL, *_NOTES})
_DECISION: Final = frozenset({"year", "swap", "off", "worked", *_LABEL, *_NOTES})
_MOST_BYTES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The instrument that orders something, and how well it is known.

    Attributes
    ----------
    instrument, source : str
        What makes it so, and where that was read.
    confidence : Confidence
        How well it is known.
    note_vi, note_en : str
        What a reader must know of it.
    file : str
        The file that says it.
    """

    instrument: str
    confidence: Confidence
    source: str
    note_vi: str
    note_en: str
    file: str

    def note(self, language: Language | str) -> str:
        """Return what a reader must know of it, in a language."""
        return self.note_en if language == Language.EN else self.note_vi


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The weekly days off of a span of time.

    Attributes
    ----------
    days_off : frozenset of int
        As `date.weekday` counts them, Monday 0.
    valid_from, valid_to : date or None
        First and last day; None is open.
    label : Label
        What makes it so.
    """

    label: Label
    days_off: frozenset[int]
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a yearly decision changes.

    Attributes
    ----------
    year : int
        The year that it is about.
    off : mapping of date to date or None
        Days off, and the day worked in their place where there is one.
    worked : mapping of date to date or None
        Days worked, and the day off in whose place they are.
    label : Label
        What makes it so.
    """

    label: Label
    year: int
    off: Mapping[date, date | None]
    worked: Mapping[date, date | None]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything that the files say.

    Attributes
    ----------
    weeks : sequence of Week
        One at most for each day.
    yearly : sequence of Decision
        No day is off by one and worked by another.
    """

    weeks: Sequence[Week]
    yearly: Sequence[Decision]


def decision_files(own: Path | None = None) -> dict[str, Path]:
    """Return the files by name, the administrator's own in the place of packaged ones."""
    found: dict[str, Path] = {}
    for folder in (path("holidays"), own):
        if folder is not None and folder.is_dir():
            found |= {file.name: file for file in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def load_decisions(own: Path | None = None) -> Decisions:
    """Read and judge every file.

    Parameters
    ----------
    own : Path, optional
        The administrator's own folder; it may not be there.

    Raises
    ------
    FormatError
        If a file is no TOML or says what cannot be; the values name file, key and reason.
    """
    weeks: list[Week] = []
    yearly: list[Decision] = []
    for name, file in decision_files(own).items():
        document = _document(name, file)
        for key in document:
            if key not in ("week", "decision"):
                raise _wrong(name, key, "unknown")
        weeks += [_week(name, table) for table in _tables(name, document, "week")]
        yearly += [_decision(name, table) for table in _tables(name, document, "decision")]
    _refuse_two_weeks(weeks)
    _refuse_contradictions(yearly)
    return Decisions(weeks, yearly)


def _document(name: str, file: Path) -> Mapping[str, object]:
    if file.stat().st_size > _MOST_BYTES:
        raise _wrong(name, "-", "too_large")
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise _wrong(name, "-", "not_utf8") from error
    except (ValueError, RecursionError) as error:
        _, line, _ = wrong_at(error)
        where = f"{name}:{line}" if line else name
        raise _wrong(where, "-", "not_toml") from error


def _tables(name: str, document: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    given = document.get(key, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise _wrong(name, key, "tables")
    yield from given


def _week(name: str, table: Mapping[str, object]) -> Week:
    _refuse_unknown(name, table, _WEEK)
    given = table.get("days_off")
    if not isinstance(given, list) or not set(map(str, given)) < set(_WEEKDAYS):
        raise _wrong(name, "days_off", "weekdays")
    start, end = _day(name, table, "valid_from"), _day(name, table, "valid_to")
    if start is not None and end is not None and end < start:
        raise _wrong(name, "valid_to", "reversed")
    return Week(
        days_off=frozenset(_WEEKDAYS.index(one) for one in given),
        valid_from=start,
        valid_to=end,
        label=_label(name, table),
    )


def _decision(name: str, table: Mapping[str, object]) -> Decision:
    _refuse_unknown(name, table, _DECISION)
    year = table.get("year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise _wrong(name, "year", "year")
    off: dict[date, date | None] = {}
    worked: dict[date, date | None] = {}
    for swap in _tables(name, table, "swap"):
        _refuse_unknown(name, swap, frozenset({"off", "worked"}))
        away, made = _day(name, swap, "off"), _day(name, swap, "worked")
        if away is None or made is None:
            raise _wrong(name, "swap", "absent")
        off[away], worked[made] = made, away
    off |= dict.fromkeys(_days(name, table, "off"))
    worked |= dict.fromkeys(_days(name, table, "worked"))
    return Decision(year=year, off=off, worked=worked, label=_label(name, table))


def _label(name: str, table: Mapping[str, object]) -> Label:
    told: dict[str, str] = {}
    for key in (*_LABEL, *_NOTES):
        value = table.get(key, "" if key in _NOTES else None)
        if not isinstance(value, str) or (key in _LABEL and not value.strip()):
            raise _wrong(name, key, "absent")
        told[key] = value
    known = [one.value for one in Confidence]
    if told["confidence"] not in known:
        raise _wrong(name, "confidence", "confidence", expected=", ".join(known))
    return Label(
        instrument=told["instrument"],
        confidence=Confidence(told["confidence"]),
        source=told["source"],
        note_vi=told["note_vi"],
        note_en=told["note_en"],
        file=name,
    )


def _days(name: str, table: Mapping[str, object], key: str) -> list[date]:
    given = table.get(key, [])
    if not isinstance(given, list):
        raise _wrong(name, key, "days")
    found = [_day(name, {key: one}, key) for one in given]
    return [one for one in found if one is not None]


def _day(name: str, table: Mapping[str, object], key: str) -> date | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _wrong(name, key, "days")
    return value


def _refuse_unknown(name: str, table: Mapping[str, object], known: frozenset[str]) -> None:
    for key in table:
        if key not in known:
            raise _wrong(name, key, "unknown")


def _refuse_two_weeks(weeks: Sequence[Week]) -> None:
    for place, one in enumerate(weeks):
        for other in weeks[:place]:
            first = max(one.valid_from or date.min, other.valid_from or date.min)
            last = min(one.valid_to or date.max, other.valid_to or date.max)
            if first <= last:
                raise _wrong(one.label.file, "valid_from", "two_weeks", other=other.label.file)


def _refuse_contradictions(yearly: Sequence[Decision]) -> None:
    off = {day: one.label.file for one in yearly for day in one.off}
    for one in yearly:
        for day in one.worked:
            if day in off:
                raise _wrong(one.label.file, "worked", "contradiction", day=day, other=off[day])


def _wrong(where: str, name: str, reason: str, **values: object) -> FormatError:
    return FormatError(f"calendar.file_{reason}", where=where, name=name, **values)
