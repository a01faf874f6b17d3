"""Checklists of visits: what is looked at, as data, and what was found, judged strictly.

An item that is not met is shown by a record (a paper, what was seen) or by a measurement with its
uncertainty. A measured value that its uncertainty leaves in doubt is a sign to verify, no more.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final

from data import path
from data.text import Language
from gis.errors import NotFoundError

__all__ = [
    "Checklist",
    "Comparison",
    "Found",
    "Item",
    "Outcome",
    "Shown",
    "Tally",
    "checklist",
    "checklists",
    "excess",
    "shown_by",
    "tally",
]

_TABLE: Final = "tables/checklists.toml"


class Outcome(StrEnum):
    """What was found of an item."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_CHECKED = "not_checked"
    NOT_APPLICABLE = "not_applicable"


class Comparison(StrEnum):
    """How a measured value is held against what is licensed or required."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    EQUAL = "equal"


class Shown(StrEnum):
    """What an answer shows."""

    MET = "met"
    PROVEN = "proven"
    DOUBTFUL = "doubtful"
    UNHELD = "unheld"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is looked at.

    Attributes
    ----------
    id, title_vi, title_en : str
        Its name, and what it asks.
    instrument, clause, clause_en, confidence, source : str
        What it rests on, with its label.
    unit : str or None
        Unit of its value; None where nothing is measured.
    measured : bool
        Whether "not met" needs a measured value.
    comparison : Comparison or None
        How a value is held against what is licensed or required.
    tolerance : float
        Within which values are equal, in the unit.
    limit : float or None
        What is required where no licence says it.
    least, most : float
        Range of a value that can be typed.
    register : str or None
        What the register says of it: a field of the record, or a word of `gis.desk.registered`.
    records : str or None
        The field of the register's record that an officer may write what was seen into.
    behaviours : tuple of str
        Acts of the sanctions' data that an item not met may be; the first is proposed.
    """

    id: str
    title_vi: str
    title_en: str
    instrument: str
    clause: str
    clause_en: str
    confidence: str
    source: str
    unit: str | None = None
    measured: bool = False
    comparison: Comparison | None = None
    tolerance: float = 0.0
    limit: float | None = None
    least: float = 0.0
    most: float = 1e9
    register: str | None = None
    records: str | None = None
    behaviours: tuple[str, ...] = ()

    def title(self, language: Language | str) -> str:
        """Return what it asks in a language."""
        return self.title_en if language == Language.EN else self.title_vi

    def basis(self, language: Language | str) -> str:
        """Return instrument and clause in a language."""
        clause = self.clause_en if language == Language.EN else self.clause
        return f"{self.instrument}, {clause}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What is looked at on one kind of object.

    Attributes
    ----------
    id, title_vi, title_en : str
        Its name.
    object : str
        What it is of: `structure` or `station`.
    items : tuple of Item
        In the order of the form.
    """

    id: str
    object: str
    title_vi: str
    title_en: str
    items: tuple[Item, ...]

    def title(self, language: Language | str) -> str:
        """Return its name in a language."""
        return self.title_en if language == Language.EN else self.title_vi

    def item(self, item_id: str) -> Item | None:
        """Return an item by its name."""
        return next((one for one in self.items if one.id == item_id), None)


@cache
def checklists() -> Mapping[str, Checklist]:
    """Return every checklist by its name."""
    told = tomllib.loads(path(_TABLE).read_text(encoding="utf-8"))
    return {row["id"]: _checklist(row) for row in told["checklist"]}


def checklist(list_id: str) -> Checklist:
    """Return one checklist.

    Raises
    ------
    NotFoundError
        If there is none of that name.
    """
    found = checklists().get(list_id)
    if found is None:
        known = ", ".join(checklists())
        raise NotFoundError("desk_inspection.list_unknown", value=list_id[:40], known=known)
    return found


def _checklist(row: Mapping[str, Any]) -> Checklist:
    items = tuple(_item(one) for one in row["item"])
    return Checklist(**{**{name: row[name] for name in row if name != "item"}, "items": items})


def _item(row: Mapping[str, Any]) -> Item:
    told = dict(row)
    if "comparison" in told:
        told["comparison"] = Comparison(told["comparison"])
    return Item(**{**told, "behaviours": tuple(told.get("behaviours", ()))})


def excess(item: Item, value: float, expected: float) -> float:
    """Return by how much a value lies beyond what is expected, its tolerance taken off.

    Negative or zero where it keeps it. Without a comparison nothing is beyond.
    """
    if item.comparison is Comparison.AT_MOST:
        return value - expected
    if item.comparison is Comparison.AT_LEAST:
        return expected - value
    if item.comparison is Comparison.EQUAL:
        return abs(value - expected) - item.tolerance
    return 0.0


def shown_by(item: Item, answer: Mapping[str, Any]) -> Shown:
    """Return what an answer shows: a value within its uncertainty of the limit proves nothing.

    A value that neither a rule nor the register says what to hold against shows nothing either:
    said to be met it stands as it is, said not to be met it is a sign.

    Parameters
    ----------
    item : Item
        The item.
    answer : mapping
        Of `gis.desk.visit_register.answers_with_register`.
    """
    outcome = answer["outcome"]
    if outcome == Outcome.MET:
        unheld = item.comparison is not None and "value" in answer
        return Shown.UNHELD if unheld and answer.get("expected") is None else Shown.MET
    if outcome != Outcome.NOT_MET:
        return Shown.NOTHING
    if "value" not in answer or item.comparison is None:
        return Shown.PROVEN
    if answer.get("expected") is None:
        return Shown.DOUBTFUL
    beyond = excess(item, answer["value"], answer["expected"])
    return Shown.PROVEN if beyond > answer["uncertainty"] else Shown.DOUBTFUL


@dataclass(frozen=True, slots=True)
class Found:
    """What was found last of an item of one object.

    Attributes
    ----------
    list, object_id : str
        Of which checklist, on which object.
    item : Item
        The item.
    answer : mapping
        What was found.
    shown : Shown
        What that shows.
    seen_on : date
        The day of the visit.
    """

    list: Checklist
    object_id: str
    item: Item
    answer: Mapping[str, Any]
    shown: Shown
    seen_on: date


@dataclass(frozen=True, slots=True)
class Tally:
    """What all visits of a case found, the last of each item and object.

    Attributes
    ----------
    found : sequence of Found
        Every item that was looked at.
    """

    found: Sequence[Found] = field(default_factory=list)

    def of(self, shown: Shown) -> list[Found]:
        """Return what shows one thing."""
        return [one for one in self.found if one.shown is shown]

    @property
    def outcome(self) -> str | None:
        """Which of the four outcomes of Điều 12.1 the findings amount to; None before any."""
        met, proven = bool(self.of(Shown.MET)), bool(self.of(Shown.PROVEN))
        if proven:
            return "mixed" if met else "violates"
        if self.of(Shown.DOUBTFUL):
            return "needs_verification"
        return "complies" if met else None


def tally(filled: Iterable[tuple[date, Mapping[str, Any]]]) -> Tally:
    """Return what checklists found, in the order of their visits; later answers stand.

    Parameters
    ----------
    filled : iterable of tuple of date and mapping
        Days of visits, and checklists as `gis.desk.visit_register.answers_with_register`
        returns them.
    """
    last: dict[tuple[str, str, str], Found] = {}
    for day, one in filled:
        known = checklist(str(one["list"]))
        for answer in one["answers"]:
            item = known.item(answer["item"])
            if item is None or answer["outcome"] == Outcome.NOT_CHECKED:
                continue
            key = (known.id, str(one["object_id"]), item.id)
            last[key] = Found(known, key[1], item, answer, shown_by(item, answer), day)
    return Tally(list(last.values()))
