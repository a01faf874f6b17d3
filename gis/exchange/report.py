"""What judging a file found: rows accepted and refused, questions, and how it was read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from enum import StrEnum
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from data.text import Language, has, text
from gis.exchange.answers import Question
from gis.exchange.safety import Format
from gis.exchange.table import Cell
from gis.register.allotments import AllotmentPoint
from gis.register.antennas import Antenna, antenna_facts
from gis.register.points import RegistrationPoint
from gis.register.records import (
    AdministrativeUnit,
    BroadcastStation,
    Measurement,
    PlanEntry,
    ProtectedPoint,
)
from gis.register.roads import Road
from gis.register.routes import Cable, Duct, Route
from gis.register.siting import AviationFacility, Runway
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works import PlannedWork

__all__ = [
    "Accepted",
    "Change",
    "ImportKind",
    "ImportRecord",
    "ImportReport",
    "Problem",
    "Refused",
    "RowState",
    "SiteRecord",
]

SiteRecord = Installation | AttachmentLevel | Route | Duct | Cable | Contract | PublishedRent
"""What hangs on structures, lies between them, is let and is asked for it."""

ImportRecord = (
    Structure
    | BroadcastStation
    | PlanEntry
    | Measurement
    | ProtectedPoint
    | AllotmentPoint
    | Runway
    | AviationFacility
    | Road
    | AdministrativeUnit
    | PlannedWork
    | RegistrationPoint
    | SiteRecord
)


class ImportKind(StrEnum):
    """What a file brings."""

    STRUCTURES = "structures"
    STATIONS = "stations"
    PLAN = "plan"
    MEASUREMENTS = "measurements"
    PROTECTED_POINTS = "protected_points"
    ALLOTMENTS = "allotments"
    RUNWAYS = "runways"
    FACILITIES = "aviation_facilities"
    ROADS = "roads"
    POPULATION = "population"
    INSTALLATIONS = "installations"
    LEVELS = "levels"
    ROUTES = "routes"
    DUCTS = "ducts"
    CABLES = "cables"
    CONTRACTS = "contracts"
    PUBLISHED_RENTS = "published_rents"
    WORKS = "planned_works"
    POINTS = "registration_points"

    @property
    def placed(self) -> bool:
        """Whether every row must say where it lies."""
        return self.pointed and self not in (ImportKind.PLAN, ImportKind.POINTS)

    @property
    def pointed(self) -> bool:
        """Whether its records may lie at a point."""
        return self in _POINTED


_FEW = 3
"""So many names are said of those that are not known."""
_MARKED = "exchange.problem.state_secret"
_POINTED = frozenset(
    {
        ImportKind.STRUCTURES,
        ImportKind.STATIONS,
        ImportKind.PLAN,
        ImportKind.MEASUREMENTS,
        ImportKind.PROTECTED_POINTS,
        ImportKind.ALLOTMENTS,
        ImportKind.RUNWAYS,
        ImportKind.FACILITIES,
        ImportKind.POINTS,
    }
)


class RowState(StrEnum):
    """What a row is to the register."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one row cannot be taken.

    Attributes
    ----------
    file, row, field, value
        Where: the file's name, its row, the file's own header, the cell as it stands.
    key : str
        `exchange.problem.<reason>`, with `exchange.expected.<reason>` for what was expected; or
        that of an error of the register.
    values : mapping
        Values of both sentences.
    column : int or None
        Index of the cell from 0.
    """

    file: str
    row: int
    field: str
    value: str
    key: str
    values: Mapping[str, object] = with_default(default_factory=dict)
    column: int | None = None

    def reason(self, language: Language | str = Language.VI) -> str:
        """Say why."""
        return text(self.key, language, **self.values)

    def expected(self, language: Language | str = Language.VI) -> str:
        """Say what was expected; a reason of the register's own expects that it stays so."""
        own = self.key.startswith("exchange.problem.")
        reason = self.key.rpartition(".")[2] if own else "rested_on"
        expected = f"exchange.expected.{reason}"
        return text(expected, language, **self.values)

    def say(self, language: Language | str = Language.VI) -> str:
        """Say all of it in one sentence."""
        return text(
            "exchange.problem_sentence",
            language,
            file=self.file,
            row=str(self.row),
            field=self.field,
            value=self.value,
            reason=self.reason(language),
            expected=self.expected(language),
        )

    def to_json(self, language: Language | str = Language.VI) -> dict[str, Any]:
        """Return it for a program, with both sentences in a language."""
        return {
            "file": self.file,
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "key": self.key,
            "reason": self.reason(language),
            "expected": self.expected(language),
        }


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken, with its cells as they stand."""

    row: int
    cells: Sequence[Cell]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a row would change."""

    field: str
    old: object
    new: object

    def say(self, language: Language | str = Language.VI) -> str:
        """Say it: the field, the old value, the new one."""
        own = f"exchange.field.{self.field}"
        return text(
            "exchange.change_sentence",
            language,
            field=text(own if has(own) else f"register.field.{self.field}", language),
            old=_written(self.old, language),
            new=_written(self.new, language),
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that can be taken.

    Attributes
    ----------
    row : int
        Its number.
    record : ImportRecord
        As it will stand in the register.
    state : RowState
        New, changed or unchanged.
    stored : the same or None
        As it stands in the register now.
    changes : tuple of Change
        What differs.
    """

    row: int
    record: ImportRecord
    state: RowState
    stored: ImportRecord | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """All that judging a file found; nothing was written.

    Attributes
    ----------
    file_name, sha256, size, format, layer
        The file; bytes.
    kind : ImportKind
        What it brings.
    header : tuple of str
        The file's headers.
    mapping : dict
        The file's header for each field that is read.
    unmapped : tuple of str
        Headers that are not read.
    columns : dict
        The number, from 1, of the column of each field that one column alone feeds.
    samples : tuple of tuple of str
        The first values of each column, in the order of the headers.
    coordinate_system : str
        How coordinates were understood.
    rows : int
        Rows with content below the header.
    accepted : tuple of Accepted
        Rows that can be taken.
    refused : tuple of Refused
        Rows that cannot, with their problems.
    questions : tuple of Question
        What must be answered first; while there are any, the rows are judged provisionally.
    register_version : str
        State of the register that it was judged against.
    passed_over : int
        Features of a general map that are none of the kind, and were left out.
    of_unsaid_use : int
        Of these, masts and towers of which the map does not say what they are for.
    unknown_communes : tuple of (int, str)
        Rows that are taken though the register knows no commune, of any day, by the name that
        they state: the name only describes.
    """

    file_name: str
    sha256: str
    size: int
    format: Format
    layer: str | None
    kind: ImportKind
    header: tuple[str, ...]
    mapping: dict[str, str]
    unmapped: tuple[str, ...]
    coordinate_system: str
    rows: int
    accepted: tuple[Accepted, ...]
    refused: tuple[Refused, ...]
    questions: tuple[Question, ...]
    register_version: str
    passed_over: int = 0
    of_unsaid_use: int = 0
    unknown_communes: tuple[tuple[int, str], ...] = ()
    columns: dict[str, int] = with_default(default_factory=dict)
    samples: tuple[tuple[str, ...], ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether questions are open."""
        return bool(self.questions)

    @property
    def problems(self) -> list[Problem]:
        """Every problem of every row, in the order of the file."""
        return [problem for row in self.refused for problem in row.problems]

    @property
    def secrets(self) -> tuple[int, ...]:
        """Numbers of the rows that are marked as a state secret; nothing else is kept of them."""
        return tuple(p.row for p in self.problems if p.key == _MARKED)

    @property
    def states(self) -> dict[RowState, int]:
        """How many accepted rows are new, changed and unchanged."""
        counted = Counter(row.state for row in self.accepted)
        return {state: counted[state] for state in RowState}

    def say(self, language: Language | str = Language.VI) -> str:
        """Say it in one sentence."""
        states = self.states
        said = text(
            "exchange.summary",
            language,
            file=self.file_name,
            rows=self.rows,
            accepted=len(self.accepted),
            refused=len(self.refused),
            questions=len(self.questions),
            **{state.value: count for state, count in states.items()},
        )
        if self.passed_over:
            said += " " + text("exchange.passed_over", language, count=self.passed_over)
        if self.of_unsaid_use:
            said += " " + text("exchange.of_unsaid_use", language, count=self.of_unsaid_use)
        return f"{said} {self._say_communes(language)}".rstrip()

    def _say_communes(self, language: Language | str) -> str:
        """Say which communes are not known, the first few of them."""
        if not self.unknown_communes:
            return ""
        first = self.unknown_communes[:_FEW]
        named = "; ".join(
            text("exchange.unknown_commune", language, row=str(row), name=name)
            for row, name in first
        )
        more = "…" if len(self.unknown_communes) > len(first) else ""
        count = len(self.unknown_communes)
        return text("exchange.unknown_communes", language, count=count, named=named + more)

    def to_json(self, language: Language | str = Language.VI) -> dict[str, Any]:
        """Return it for a program, with its sentences in a language."""
        return {
            "file": self.file_name,
            "sha256": self.sha256,
            "format": self.format.value,
            "layer": self.layer,
            "kind": self.kind.value,
            "coordinate_system": self.coordinate_system,
            "mapping": dict(self.mapping),
            "columns": [
                {"number": number, "header": header, "samples": list(samples)}
                for number, (header, samples) in enumerate(
                    zip(self.header, self.samples, strict=True), start=1
                )
            ],
            "columns_of_fields": dict(self.columns),
            "unmapped": list(self.unmapped),
            "rows": self.rows,
            "passed_over": self.passed_over,
            "of_unsaid_use": self.of_unsaid_use,
            "unknown_communes": [
                {"row": row, "name": name} for row, name in self.unknown_communes
            ],
            "accepted": len(self.accepted),
            "states": {state.value: count for state, count in self.states.items()},
            "changes": [
                {
                    "row": row.row,
                    "id": row.record.id,
                    "changes": [c.say(language) for c in row.changes],
                }
                for row in self.accepted
                if row.changes
            ],
            "refused": len(self.refused),
            "problems": [problem.to_json(language) for problem in self.problems],
            "questions": [_question_json(question, language) for question in self.questions],
        }


def _question_json(question: Question, language: Language | str) -> dict[str, Any]:
    return {
        "kind": question.kind.value,
        "answer": question.answer,
        "field": question.field,
        "question": question.say(language),
        "options": [
            {"answers": dict(option.answers), "text": option.say(language)}
            for option in question.options
        ],
    }


def _written(value: object, language: Language | str) -> str:
    if value is None or value == ():
        return text("exchange.empty", language)
    if isinstance(value, tuple):
        return "; ".join(_written(part, language) for part in value)
    if isinstance(value, BaseGeometry):
        return text("exchange.line_said", language, points=shapely.get_num_coordinates(value))
    if isinstance(value, Antenna):
        return "; ".join(f"{label}: {told}" for label, told in antenna_facts(value, language))
    return _plain(value, language)


def _plain(value: object, language: Language | str) -> str:
    if isinstance(value, bool):
        return text(f"exchange.flag.{'yes' if value else 'no'}", language)
    if isinstance(value, float):
        plain = f"{value:.10g}"
        return plain.replace(".", ",") if language == Language.VI else plain
    return str(value)
