"""Clocks of a sharing request: when each began and ends, by which rule, and whether it is late.

A clock rests on the version of its rule that was in force on the day it began. Where no rule or no
term is known it runs without an end, and says so: nothing is invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gis.cases.records import EventKind, Party
from gis.cases.rule_book import SharingRules
from gis.cases.working_days import Due, WorkingCalendar, local_day
from gis.terms import (
    ANSWER,
    APPROVAL,
    COMPLETENESS,
    DECISION,
    MEDIATION,
    REMINDER,
    SUPPLEMENT,
    Term,
    term_of,
)
from propagation.compliance.parameters import flag, numbers
from propagation.compliance.records import Rule

__all__ = [
    "CLOSES",
    "OPENS",
    "Clock",
    "ClockName",
    "ClockState",
    "Clocks",
    "Reminder",
    "due_reminders",
]


class ClockName(StrEnum):
    """What a clock waits for."""

    COMPLETENESS = "completeness"
    SUPPLEMENT = "supplement"
    ANSWER = "answer"
    APPROVAL = "approval"
    MEDIATION = "mediation"
    DECISION = "decision"


class ClockState(StrEnum):
    """How a clock stands at a moment."""

    RUNNING = "running"
    OVERDUE = "overdue"
    KEPT = "kept"
    LATE = "late"
    NO_TERM = "no_term"


_RULES: Final = MappingProxyType(
    {
        ClockName.COMPLETENESS: COMPLETENESS,
        ClockName.SUPPLEMENT: SUPPLEMENT,
        ClockName.ANSWER: ANSWER,
        ClockName.APPROVAL: APPROVAL,
        ClockName.MEDIATION: MEDIATION,
        ClockName.DECISION: DECISION,
    }
)
_PARTIES: Final = MappingProxyType(
    {
        ClockName.COMPLETENESS: Party.OWNER,
        ClockName.SUPPLEMENT: Party.REQUESTER,
        ClockName.ANSWER: Party.OWNER,
        ClockName.APPROVAL: Party.DEPARTMENT,
        ClockName.MEDIATION: Party.DEPARTMENT,
    }
)
"""Who is waited for; a decision is nobody's step here: who decides depends on the parties."""

_ASKED: Final = (ClockName.COMPLETENESS, ClockName.ANSWER)
_ALL: Final = tuple(ClockName)

OPENS: Final = MappingProxyType(
    {
        EventKind.SUBMITTED: _ASKED,
        EventKind.SUPPLEMENTED: _ASKED,
        EventKind.FOUND_COMPLETE: (ClockName.ANSWER,),
        EventKind.SURVEY_ORDERED: (ClockName.ANSWER,),
        EventKind.RETURNED: (ClockName.SUPPLEMENT,),
        EventKind.ACCEPTED: (ClockName.APPROVAL,),
        EventKind.COUNTER_ACCEPTED: (ClockName.APPROVAL,),
        EventKind.NEGOTIATION_AGREED: (ClockName.APPROVAL,),
        EventKind.MEDIATION_AGREED: (ClockName.APPROVAL,),
        EventKind.ESCALATED: (ClockName.MEDIATION,),
        EventKind.MEDIATION_FAILED: (ClockName.DECISION,),
    }
)
"""Clocks that an event begins, where they do not run already."""

CLOSES: Final = MappingProxyType(
    {
        EventKind.FOUND_COMPLETE: (ClockName.COMPLETENESS,),
        EventKind.RETURNED: _ASKED,
        EventKind.SUPPLEMENTED: (ClockName.SUPPLEMENT,),
        EventKind.SURVEY_ORDERED: (ClockName.COMPLETENESS,),
        EventKind.ACCEPTED: _ASKED,
        EventKind.REFUSED: _ASKED,
        EventKind.COUNTERED: _ASKED,
        EventKind.CO_USE_APPROVED: (ClockName.APPROVAL,),
        EventKind.NEGOTIATION_OPENED: (ClockName.APPROVAL,),
        EventKind.ESCALATED: (*_ASKED, ClockName.APPROVAL),
        EventKind.MEDIATION_AGREED: (ClockName.MEDIATION,),
        EventKind.MEDIATION_FAILED: (ClockName.MEDIATION,),
        EventKind.DECIDED: (ClockName.DECISION,),
        EventKind.WITHDRAWN: _ALL,
        EventKind.CLOSED: _ALL,
    }
)
"""Clocks that an event ends."""

_EXTENDS: Final = MappingProxyType(
    {EventKind.SURVEY_ORDERED: "survey_term", EventKind.DELAYED: "delay_term"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock.

    Attributes
    ----------
    name : ClockName
        What it waits for.
    party : Party or None
        Whom it waits for; None where that depends on the parties of a dispute.
    rule : Rule or None
        The rule that its term is of.
    started_at : datetime
        When it began, UTC; the first day is the day of that moment in Viet Nam.
    terms : tuple of Term
        The term, and those that extended it.
    due : Due or None
        When it ends; None where no term is known.
    ended_at : datetime or None
        When what it waited for came; None while it runs.
    """

    name: ClockName
    party: Party | None
    rule: Rule | None
    started_at: datetime
    terms: tuple[Term, ...] = ()
    due: Due | None = None
    ended_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether what it waits for has not come."""
        return self.ended_at is None

    def state(self, at: datetime) -> ClockState:
        """Return how it stands at a moment."""
        if self.due is None:
            return ClockState.NO_TERM
        late = (self.ended_at or at) >= self.due.at
        if self.running:
            return ClockState.OVERDUE if late else ClockState.RUNNING
        return ClockState.LATE if late else ClockState.KEPT


class Clocks:
    """The clocks of one request, as its events come one after another.

    Parameters
    ----------
    rules : SharingRules
        The terms.
    calendar : WorkingCalendar
        The working days.
    """

    def __init__(self, rules: SharingRules, calendar: WorkingCalendar) -> None:
        self._rules = rules
        self._calendar = calendar
        self._clocks: list[Clock] = []

    @property
    def all(self) -> Sequence[Clock]:
        """Every clock, the oldest first."""
        return tuple(self._clocks)

    def running(self, name: ClockName) -> Clock | None:
        """Return a clock that runs."""
        return next((one for one in self._clocks if one.name is name and one.running), None)

    def note(self, kind: EventKind, at: datetime) -> None:
        """Let an event end, begin and extend clocks.

        Raises
        ------
        FormatError
            If a term ends outside the calendar.
        """
        self.close(CLOSES.get(kind, ()), at)
        for name in OPENS.get(kind, ()):
            self._open(name, kind, at)
        if kind in _EXTENDS:
            self._extend(_EXTENDS[kind])

    def close(self, names: Sequence[ClockName], at: datetime) -> None:
        """End clocks that run."""
        self._clocks = [
            replace(one, ended_at=at) if one.running and one.name in names else one
            for one in self._clocks
        ]

    def _open(self, name: ClockName, kind: EventKind, at: datetime) -> None:
        day = local_day(at)
        rule = self._rules.rule(_RULES[name], day)
        if self.running(name) is not None or not _begins(name, kind, rule):
            return
        term = None if rule is None else term_of(rule)
        counting = self._rules.counting(day)
        self._clocks.append(
            Clock(
                name=name,
                party=_PARTIES.get(name),
                rule=rule,
                started_at=at,
                terms=() if term is None else (term,),
                due=None if term is None else self._calendar.end_of_term(at, term, counting),
            )
        )

    def _extend(self, parameter: str) -> None:
        """Lengthen the answer's term: a survey from its beginning, force majeure from its end."""
        clock = self.running(ClockName.ANSWER)
        term = None if clock is None or clock.rule is None else term_of(clock.rule, parameter)
        if clock is None or clock.due is None or term is None or term in clock.terms[1:]:
            return
        counting = self._rules.counting(local_day(clock.started_at))
        begins = clock.due.on if parameter == "delay_term" else clock.started_at
        due = self._calendar.end_of_term(begins, term, counting)
        later = due if due.at > clock.due.at else clock.due
        changed = replace(clock, due=later, terms=(*clock.terms, term))
        self._clocks = [changed if one is clock else one for one in self._clocks]


def _begins(name: ClockName, kind: EventKind, rule: Rule | None) -> bool:
    """Return whether an event begins the answer's clock, which a rule may count from elsewhere."""
    if name is not ClockName.ANSWER:
        return True
    later = rule is not None and flag(rule, "from_completeness")
    return later == (kind in (EventKind.FOUND_COMPLETE, EventKind.SURVEY_ORDERED))


@dataclass(frozen=True, slots=True)
class Reminder:
    """A clock that its party is reminded of.

    Attributes
    ----------
    clock : Clock
        The clock.
    working_days_left : int
        Working days until its last day, negative where it has passed.
    """

    clock: Clock
    working_days_left: int


def due_reminders(
    clocks: Sequence[Clock], at: datetime, rules: SharingRules, calendar: WorkingCalendar
) -> list[Reminder]:
    """Return the running clocks that are near their end or past it, the most urgent first."""
    day = local_day(at)
    rule = rules.rule(REMINDER, day)
    if rule is None:
        return []
    most = max(numbers(rule, "working_days_before"))
    found = [
        Reminder(one, calendar.working_days_between(day, one.due.on))
        for one in clocks
        if one.running and one.due is not None
    ]
    near = [one for one in found if one.working_days_left <= most]
    return sorted(near, key=lambda one: one.working_days_left)
