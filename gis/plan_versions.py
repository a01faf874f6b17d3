"""The versions of channel plans in the register, and two of them compared row by row.

A version is what the lines of one plan id are: an official table that was imported, or the
packaged lines. Lines of two versions are one where service, site and carrier agree, and after that
where a site has one line left in each version for the same programme: such a line moved.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from data.text import Language, text
from gis.errors import NotFoundError
from gis.exchange.writing import csv_text
from gis.names import name_key
from gis.register.reading import Reader
from gis.register.records import PlanEntry

__all__ = [
    "Difference",
    "FieldChange",
    "PlanComparison",
    "PlanVersion",
    "RowDifference",
    "compare",
    "comparison_csv",
    "plan_version",
    "plan_versions",
    "written",
]

_COMPARED = tuple(
    one.name
    for one in fields(PlanEntry)
    if one.name not in ("id", "plan_id", "provenance", "instrument", "clause", "valid_from",
                        "valid_to")
)  # fmt: skip
_RELATIVE = 1e-9
_DEGREES = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """One version of a plan.

    Attributes
    ----------
    id : str
        The plan's id, as its lines name it.
    services : tuple of str
        Services that it plans.
    instruments : tuple of str
        The instruments that its lines name.
    valid_from, valid_to : date or None
        The first and the last day on which any line holds; None is open.
    confidences : tuple of str
        How well its lines are known.
    rows : int
        How many lines it has.
    batches : tuple of str
        The imports that brought them.
    """

    id: str
    services: tuple[str, ...]
    instruments: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    confidences: tuple[str, ...]
    rows: int
    batches: tuple[str, ...]


class Difference(StrEnum):
    """What became of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a line that differs."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A line that two versions do not share.

    Attributes
    ----------
    kind : Difference
        Added, removed or changed.
    old, new : PlanEntry or None
        The line in each version.
    changes : tuple of FieldChange
        What differs, where both have it.
    """

    kind: Difference
    old: PlanEntry | None
    new: PlanEntry | None
    changes: tuple[FieldChange, ...] = ()

    @property
    def entry(self) -> PlanEntry:
        """The line as the later version has it, or else the earlier."""
        entry = self.new if self.new is not None else self.old
        assert entry is not None  # noqa: S101 - one of the two is always there
        return entry


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Two versions compared.

    Attributes
    ----------
    old, new : PlanVersion
        The versions.
    differences : tuple of RowDifference
        By service, carrier and site.
    unchanged : int
        Lines that both have alike.
    """

    old: PlanVersion
    new: PlanVersion
    differences: tuple[RowDifference, ...]
    unchanged: int

    @property
    def counts(self) -> dict[str, int]:
        """How many lines were added, removed and changed."""
        return {
            kind.value: sum(one.kind is kind for one in self.differences) for kind in Difference
        }


def plan_versions(register: Reader) -> list[PlanVersion]:
    """Return the versions that the register holds, by id."""
    lines: defaultdict[str, list[PlanEntry]] = defaultdict(list)
    for entry in register.plan_entries():
        lines[entry.plan_id].append(entry)
    return [_version(plan_id, lines[plan_id]) for plan_id in sorted(lines)]


def plan_version(register: Reader, plan_id: str) -> tuple[PlanVersion, list[PlanEntry]]:
    """Return a version and its lines by carrier and site.

    Raises
    ------
    NotFoundError
        If the register has no line of that plan.
    """
    lines = sorted(register.plan_entries(plan_id=plan_id), key=_order)
    if not lines:
        raise NotFoundError("plans.unknown", plan=plan_id[:80])
    return _version(plan_id, lines), lines


def compare(register: Reader, old_id: str, new_id: str) -> PlanComparison:
    """Compare two versions row by row.

    Raises
    ------
    NotFoundError
        If the register lacks one of them.
    """
    old, before = plan_version(register, old_id)
    new, after = plan_version(register, new_id)
    pairs, gone, come = _matched(before, after)
    found = [RowDifference(Difference.REMOVED, entry, None) for entry in gone]
    found += [RowDifference(Difference.ADDED, None, entry) for entry in come]
    unchanged = 0
    for first, second in pairs:
        changes = _changes(first, second)
        unchanged += not changes
        if changes:
            found.append(RowDifference(Difference.CHANGED, first, second, changes))
    found.sort(key=lambda one: (*_order(one.entry), one.kind.value))
    return PlanComparison(old, new, tuple(found), unchanged)


def comparison_csv(compared: PlanComparison, language: Language | str) -> str:
    """Return a comparison as CSV with one line for each field that differs."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if language == Language.VI else ",")
    heads = ("difference", "frequency", "site", "programme", "field", "old", "new")
    writer.writerow([text(f"plans.column_{head}", language) for head in heads])
    for one in compared.differences:
        entry = one.entry
        row = [
            text(f"plans.{one.kind.value}", language),
            _cell(entry.frequency_mhz, language),
            _cell(entry.site_name, language),
            _cell(entry.programme, language),
        ]
        for change in one.changes or (FieldChange("", None, None),):
            label = text(f"register.field.{change.field}", language) if change.field else ""
            writer.writerow([*row, label, *(_cell(v, language) for v in (change.old, change.new))])
    return "\ufeff" + stream.getvalue()


def _cell(value: Any, language: Language | str) -> str:
    """Return a cell of a table: a number stays one, a text is never run."""
    told = written(value, language)
    return told if isinstance(value, float) else csv_text(told)


def _version(plan_id: str, lines: Sequence[PlanEntry]) -> PlanVersion:
    begins, ends = [one.valid_from for one in lines], [one.valid_to for one in lines]
    return PlanVersion(
        id=plan_id,
        services=_distinct(one.service.value for one in lines),
        instruments=_distinct(one.instrument for one in lines),
        valid_from=None if None in begins else min(one for one in begins if one is not None),
        valid_to=None if None in ends else max(one for one in ends if one is not None),
        confidences=_distinct(one.provenance.confidence.value for one in lines),
        rows=len(lines),
        batches=_distinct(one.provenance.batch_id or "" for one in lines),
    )


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values) - {""}))


def _order(entry: PlanEntry) -> tuple[str, float, str, str]:
    return entry.service.value, entry.frequency_mhz, name_key(entry.site_name), entry.id


Pairs = list[tuple[PlanEntry, PlanEntry]]


def _matched(
    before: Sequence[PlanEntry], after: Sequence[PlanEntry]
) -> tuple[Pairs, list[PlanEntry], list[PlanEntry]]:
    """Return lines that are one, those that are gone and those that have come."""
    pairs: Pairs = []
    gone, come = list(before), list(after)
    for key in (_channel_at_site, _programme_at_site):
        gone, come, found = _paired(gone, come, key)
        pairs += found
    return pairs, gone, come


def _paired(
    gone: list[PlanEntry], come: list[PlanEntry], key: Any
) -> tuple[list[PlanEntry], list[PlanEntry], Pairs]:
    """Pair the lines whose key is one line's in each version."""
    old, new = _by_key(gone, key), _by_key(come, key)
    pairs = [
        (lines[0], new[name][0])
        for name, lines in old.items()
        if len(lines) == 1 and len(new.get(name, ())) == 1
    ]
    taken = {id(one) for pair in pairs for one in pair}
    return (
        [one for one in gone if id(one) not in taken],
        [one for one in come if id(one) not in taken],
        pairs,
    )


def _by_key(lines: Iterable[PlanEntry], key: Any) -> dict[tuple[object, ...], list[PlanEntry]]:
    found: defaultdict[tuple[object, ...], list[PlanEntry]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return found


def _channel_at_site(entry: PlanEntry) -> tuple[object, ...]:
    site = name_key(entry.site_name)
    return entry.service.value, site, round(entry.frequency_mhz * 1000)


def _programme_at_site(entry: PlanEntry) -> tuple[object, ...]:
    return entry.service.value, name_key(entry.site_name), name_key(entry.programme)


def _changes(old: PlanEntry, new: PlanEntry) -> tuple[FieldChange, ...]:
    found = []
    for name in _COMPARED:
        first, second = getattr(old, name), getattr(new, name)
        if not _alike(name, first, second):
            found.append(FieldChange(name, first, second))
    return tuple(found)


def _alike(name: str, first: Any, second: Any) -> bool:
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(
            _alike(name, one, other) for one, other in zip(first, second, strict=True)
        )
    if isinstance(first, float) and isinstance(second, float):
        tolerance = _RELATIVE * max(1.0, abs(first), abs(second))
        if name in ("longitude", "latitude"):
            tolerance = _DEGREES
        return abs(first - second) <= tolerance
    if name in ("programme", "site_name"):
        return name_key(first) == name_key(second)
    return bool(first == second)


def written(value: Any, language: Language | str) -> str:
    """Return a value of a line as people read it; empty for none."""
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return " ".join(written(part, language) for part in value)
    if isinstance(value, float):
        plain = f"{value:.10g}"
        return plain.replace(".", ",") if language == Language.VI else plain
    return value.value if isinstance(value, StrEnum) else str(value)
