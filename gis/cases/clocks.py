"""Clocks of a case: when each began and ends, by which rule, and whether it is late.

A clock rests on the version of its rule that was in force on the day it began. Where no rule or no
term is known it runs without an end, and says so: nothing is invented.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from gis.cases.rule_book import CaseRules, rules_in_use
from gis.cases.working_days import Due, WorkingCalendar, calendar_in_use, local_day
from gis.home import Home
from gis.terms import REMINDER, Term, TermUnit, term_of
from propagation.compliance.parameters import flag, numbers
from propagation.compliance.records import Rule

__all__ = [
    "Clock",
    "ClockBook",
    "ClockState",
    "Clocks",
    "Extension",
    "Reminder",
    "basis_in_use",
    "due_reminders",
]


class ClockState(StrEnum):
    """How a clock stands at a moment."""

    RUNNING = "running"
    OVERDUE = "overdue"
    KEPT = "kept"
    LATE = "late"
    NO_TERM = "no_term"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An event that lengthens a clock.

    Attributes
    ----------
    clock : str
        The clock.
    parameter : str
        The parameter of the clock's rule that holds the further term.
    from_end : bool
        Whether the further term follows the first one; else it begins with it.
    """

    clock: str
    parameter: str
    from_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBook:
    """The clocks that a procedure has, and what its events do to them.

    Attributes
    ----------
    rules : mapping of clock to rule id
        What the term of each is of.
    parties : mapping of clock to party
        Who is waited for; a clock that is not in it waits for nobody of the procedure.
    opens, closes : mapping of event to clocks
        Clocks that an event begins, where they do not run already, and those that it ends.
    extends : mapping of event to Extension
        Events that lengthen a clock.
    replaces : mapping of event to clocks
        Clocks that an event ends, where they run, because another takes their place.
    later : mapping of clock to events
        Events that begin a clock only where its rule says `from_completeness`; the others that
        open it do so only where the rule does not.
    """

    rules: Mapping[str, str]
    parties: Mapping[str, str]
    opens: Mapping[str, Sequence[str]]
    closes: Mapping[str, Sequence[str]]
    extends: Mapping[str, Extension] = field(default_factory=dict)
    replaces: Mapping[str, Sequence[str]] = field(default_factory=dict)
    later: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock.

    Attributes
    ----------
    name : str
        What it waits for.
    party : str or None
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
    replaced : bool
        Whether it ended because another took its place.
    """

    name: str
    party: str | None
    rule: Rule | None
    started_at: datetime
    terms: tuple[Term, ...] = ()
    due: Due | None = None
    ended_at: datetime | None = None
    replaced: bool = False

    @property
    def running(self) -> bool:
        """Whether what it waits for has not come."""
        return self.ended_at is None

    @property
    def binding(self) -> bool:
        """Whether to be late breaks a rule; a reference is only told."""
        return self.rule is None or self.rule.binding

    @property
    def unit(self) -> TermUnit:
        """What its time is counted in: as its term is, days of a calendar for months and hours."""
        if not self.terms or self.terms[-1].unit is TermUnit.WORKING_DAYS:
            return TermUnit.WORKING_DAYS
        return TermUnit.CALENDAR_DAYS

    def crosses(self, at: datetime) -> date | None:
        """Return the last day of its rule, where the clock runs on beyond it; else None."""
        end = None if self.rule is None else self.rule.valid_to
        last = local_day(self.ended_at or at)
        if self.running and self.due is not None:
            last = max(last, self.due.on)
        return end if end is not None and last > end else None

    def state(self, at: datetime) -> ClockState:
        """Return how it stands at a moment."""
        if self.replaced:
            return ClockState.REPLACED
        if self.due is None:
            return ClockState.NO_TERM
        late = (self.ended_at or at) >= self.due.at
        if self.running:
            return ClockState.OVERDUE if late else ClockState.RUNNING
        return ClockState.LATE if late else ClockState.KEPT


class Clocks:
    """The clocks of one case, as its events come one after another.

    Parameters
    ----------
    book : ClockBook
        What the events do to them.
    rules : CaseRules
        The terms.
    calendar : WorkingCalendar
        The working days.
    """

    def __init__(self, book: ClockBook, rules: CaseRules, calendar: WorkingCalendar) -> None:
        self._book = book
        self._rules = rules
        self._calendar = calendar
        self._clocks: list[Clock] = []

    @property
    def all(self) -> Sequence[Clock]:
        """Every clock, the oldest first."""
        return tuple(self._clocks)

    def running(self, name: str) -> Clock | None:
        """Return a clock that runs."""
        return next((one for one in self._clocks if one.name == name and one.running), None)

    def note(
        self, kind: str, at: datetime, variant: str = "", begins: datetime | None = None
    ) -> None:
        """Let an event end, begin and extend clocks.

        Parameters
        ----------
        kind : str
            The event.
        at : datetime
            When it came, UTC.
        variant : str, optional
            The rule `<rule>.<variant>` goes before the general one, where it is in force.
        begins : datetime, optional
            From when the clocks count that it begins; usually from then on.

        Raises
        ------
        FormatError
            If a term ends outside the calendar.
        """
        self.close(self._book.closes.get(kind, ()), at)
        self.close(self._book.replaces.get(kind, ()), at, replaced=True)
        for name in self._book.opens.get(kind, ()):
            self._open(name, kind, begins or at, variant)
        if kind in self._book.extends:
            self._extend(self._book.extends[kind])

    def close(self, names: Sequence[str], at: datetime, *, replaced: bool = False) -> None:
        """End clocks that run."""
        self._clocks = [
            replace(one, ended_at=at, replaced=replaced)
            if one.running and one.name in names
            else one
            for one in self._clocks
        ]

    def _open(self, name: str, kind: str, at: datetime, variant: str) -> None:
        day, base = local_day(at), self._book.rules[name]
        own = self._rules.rule(f"{base}.{variant}", day) if variant else None
        rule = own or self._rules.rule(base, day)
        if self.running(name) is not None or not self._begins(name, kind, rule):
            return
        term = None if rule is None else term_of(rule)
        counting = self._rules.counting(day)
        self._clocks.append(
            Clock(
                name=name,
                party=self._book.parties.get(name),
                rule=rule,
                started_at=at,
                terms=() if term is None else (term,),
                due=None if term is None else self._calendar.end_of_term(at, term, counting),
            )
        )

    def _begins(self, name: str, kind: str, rule: Rule | None) -> bool:
        """Return whether an event begins a clock, which its rule may count from elsewhere."""
        later = self._book.later.get(name)
        if later is None:
            return True
        return (rule is not None and flag(rule, "from_completeness")) == (kind in later)

    def _extend(self, extension: Extension) -> None:
        clock = self.running(extension.clock)
        rule = None if clock is None else clock.rule
        term = None if rule is None else term_of(rule, extension.parameter)
        if clock is None or clock.due is None or term is None or term in clock.terms[1:]:
            return
        counting = self._rules.counting(local_day(clock.started_at))
        begins = clock.due.on if extension.from_end else clock.started_at
        due = self._calendar.end_of_term(begins, term, counting)
        later = due if due.at > clock.due.at else clock.due
        changed = replace(clock, due=later, terms=(*clock.terms, term))
        self._clocks = [changed if one is clock else one for one in self._clocks]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A clock that its party is reminded of.

    Attributes
    ----------
    clock : Clock
        The clock.
    working_days_left : int
        Working days until its last day, negative where it has passed.
    left : int
        The same in the unit of its term.
    """

    clock: Clock
    working_days_left: int
    left: int


def due_reminders(
    clocks: Sequence[Clock], at: datetime, rules: CaseRules, calendar: WorkingCalendar
) -> list[Reminder]:
    """Return the running clocks that are near their end or past it, the most urgent first."""
    day = local_day(at)
    rule = rules.rule(REMINDER, day)
    if rule is None:
        return []
    most = max(numbers(rule, "working_days_before"))
    found = [
        _reminder(one, one.due.on, day, calendar)
        for one in clocks
        if one.running and one.due is not None
    ]
    near = [one for one in found if one.working_days_left <= most]
    return sorted(near, key=lambda one: one.working_days_left)


def _reminder(clock: Clock, last: date, day: date, calendar: WorkingCalendar) -> Reminder:
    working = calendar.working_days_between(day, last)
    counted = clock.unit is TermUnit.WORKING_DAYS
    return Reminder(clock, working, working if counted else (last - day).days)


def basis_in_use(home: Home) -> tuple[CaseRules, WorkingCalendar]:
    """Return the rules and the calendar of this installation.

    Raises
    ------
    FormatError
        If somebody spoilt a file of either.
    """
    return rules_in_use(home), calendar_in_use(home)
