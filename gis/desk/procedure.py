"""A procedure of the desk as data, and where a case stands by it: from its events alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from data.text import Phrase
from gis.cases.clocks import Clock, ClockBook, Clocks, ClockState
from gis.cases.procedure import Field, Step
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import WorkingCalendar, local_day
from gis.desk.records import DEPARTMENT, OPENED, PARTY, SUPPLEMENTED, DeskCase, DeskEvent
from gis.desk.stated_days import moment_of
from gis.errors import ConflictError
from gis.home import Home
from gis.register.reading import Reader
from gis.register.scopes import Scope
from gis.register.store import Register
from gis.register.writing import Writer

__all__ = ["Act", "Facts", "Procedure", "Standing", "Write", "read_case"]

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is about to happen to a case, with all that may speak against it.

    Attributes
    ----------
    kind : str
        The event; the first one opens the case.
    details, facts : mapping
        What it says, and the facts of the case as they will stand.
    standing : Standing or None
        Where the case stands; None where it is opened now.
    today : date
        The day, in Viet Nam.
    beside : sequence of pairs
        The other cases of the kinds that the procedure looks at, with their events.
    reader : Reader
        The register.
    register : Register
        The same, for what it knew earlier.
    home : Home
        Where studies lie.
    rules, calendar
        What terms rest on.
    now : datetime
        The moment, UTC.
    scope : Scope
        Who does it, and what that caller may see.
    case : DeskCase or None
        The case; None where it is opened now.
    """

    kind: str
    details: Facts
    facts: Facts
    standing: "Standing | None"
    today: date
    beside: Sequence[tuple[DeskCase, Sequence[DeskEvent]]]
    reader: Reader
    register: Register
    home: Home
    rules: CaseRules
    calendar: WorkingCalendar
    now: datetime
    scope: Scope
    case: DeskCase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What an event writes into the register, in the transaction that keeps it.

    Attributes
    ----------
    reason : callable
        Why, for the history: it names the case.
    write : callable
        Writes, and returns what the event keeps of that besides what was said.
    """

    reason: Callable[[Act], str]
    write: Callable[[Act, Writer], Mapping[str, object]]


def _nothing_against(_act: Act) -> None:
    return None


def _from_itself(_event: DeskEvent, _events: Sequence[DeskEvent]) -> datetime | None:
    return None


def _no_days(_standing: "Standing", _rules: CaseRules) -> Sequence[Clock]:
    return ()


def _nothing_missing(_facts: Facts) -> tuple[str, ...]:
    return ()


def _same(event: DeskEvent) -> str:
    return event.kind


def _nothing_lacking(_facts: Facts, _rules: CaseRules, _day: date) -> tuple[str, ...]:
    return ()


def _no_variant(_facts: Facts) -> str:
    return ""


def _as_said(
    _home: Home, _standing: "Standing", _kind: str, details: Mapping[str, object]
) -> Mapping[str, object]:
    return details


def _always(_standing: "Standing", _kind: str) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """How cases of one kind go.

    Attributes
    ----------
    kind : str
        Its name, in addresses and catalogues.
    intake : tuple of Field
        The facts that a case is opened with; those that are required are needed to open it.
    steps : mapping of event to Step
        Every event but the first. `supplemented` states facts of the intake anew.
    first : str
        The state of a case that was just opened.
    final : frozenset of str
        States that nothing leads out of.
    book : ClockBook
        Its clocks; the first event is `opened`.
    openers : frozenset of str
        Who may open a case: the department, a party.
    told : frozenset of str
        Events of the department that the party is told of, with what they say.
    missing : callable
        The facts that a complete case states and this one does not.
    lacking : callable
        What else it lacks by the rules of the day on which it was received.
    variant : callable
        Which rules of its clocks go before the general ones, by the facts.
    effect : callable
        What an event is to the clocks, where that depends on what it says.
    allows : callable
        Whether a case leaves room for a step that its state knows.
    completes : callable
        What the desk records of an event, from what was said: it may look things up, and refuse.
    beside : tuple of str
        Kinds of other cases that speak for or against what happens.
    require : callable
        Refuses what may not happen, in the transaction that would write it.
    days : mapping of event to detail
        Which detail says on which day an event happened; of others it is `happened_on`.
    answers : mapping of event to events
        What an event answers: it cannot have happened before the last of them.
    keeps : mapping of event to callable
        What an event keeps besides what was said, once it may happen; it may refuse, too.
    begins : callable
        From when the clocks count that an event begins, where that is an earlier moment.
    dated : callable
        Clocks that end on a day that somebody set, not after a term.
    letters : mapping of letter to states
        The documents of a case, and in which states each is drawn; empty is any.
    draws : callable
        Whether a case has a document that its state knows.
    undoes : mapping of event to events
        Steps whose words no longer hold once another came, so that no letter says them.
    writes : mapping of event to Write
        Events that change the register as well.
    """

    kind: str
    intake: tuple[Field, ...]
    steps: Mapping[str, Step[str, str]]
    first: str
    final: frozenset[str]
    book: ClockBook
    openers: frozenset[str] = frozenset({DEPARTMENT})
    told: frozenset[str] = frozenset()
    missing: Callable[[Facts], tuple[str, ...]] = _nothing_missing
    lacking: Callable[[Facts, CaseRules, date], tuple[str, ...]] = _nothing_lacking
    variant: Callable[[Facts], str] = _no_variant
    effect: Callable[[DeskEvent], str] = _same
    allows: Callable[["Standing", str], bool] = _always
    beside: tuple[str, ...] = ()
    require: Callable[[Act], None] = _nothing_against
    days: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    begins: Callable[[DeskEvent, Sequence[DeskEvent]], datetime | None] = _from_itself
    dated: Callable[["Standing", CaseRules], Sequence[Clock]] = _no_days
    completes: Callable[[Home, "Standing", str, Mapping[str, object]], Mapping[str, object]] = (
        _as_said
    )
    letters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    draws: Callable[["Standing", str], bool] = _always
    undoes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keeps: Mapping[str, Callable[[Act], Mapping[str, object]]] = field(default_factory=dict)
    writes: Mapping[str, Write] = field(default_factory=dict)

    def told_to(self, party: str, events: Sequence[DeskEvent]) -> list[DeskEvent]:
        """Return the events that a party is told of: the department of all."""
        if party == DEPARTMENT:
            return list(events)
        return [one for one in events if one.party == PARTY or one.kind in self.told]

    def letters_now(self, standing: "Standing") -> tuple[str, ...]:
        """Return the documents that a case has now."""
        return tuple(
            name
            for name, states in self.letters.items()
            if (not states or standing.state in states) and self.draws(standing, name)
        )

    def intake_of(self, party: str = DEPARTMENT) -> tuple[Field, ...]:
        """Return the facts that a party may state."""
        return _asked(self.intake, party)

    def fields_of(self, kind: str, party: str = DEPARTMENT) -> tuple[Field, ...]:
        """Return what an event of a party says; facts that are stated anew are all voluntary."""
        fields = self.steps[kind].fields
        return _asked((*self.intake, *fields) if kind == SUPPLEMENTED else fields, party)

    def moment(self, event: DeskEvent) -> datetime:
        """Return from when an event counts."""
        return moment_of(event, self.days)

    def facts_of(self, case: DeskCase, events: Sequence[DeskEvent]) -> dict[str, object]:
        """Return the facts of the intake as they were last stated."""
        facts, names = dict(case.facts), {one.name for one in self.intake}
        for event in events:
            if event.kind == SUPPLEMENTED:
                facts |= {name: told for name, told in event.details.items() if name in names}
        return facts

    def told_of(self, case: DeskCase, events: Sequence[DeskEvent]) -> list[DeskEvent]:
        """Return the events; the first one says the facts, and so when the case was received."""
        facts = self.facts_of(case, events)
        return [replace(one, details=facts) if one.kind == OPENED else one for one in events]


def _asked(fields: tuple[Field, ...], party: str) -> tuple[Field, ...]:
    return tuple(one for one in fields if party == DEPARTMENT or not one.department)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a case stands at a moment.

    Attributes
    ----------
    procedure : Procedure
        How it goes.
    state : str
        Its state.
    at : datetime
        The moment, UTC.
    rules : CaseRules
        The rules that it was read by.
    facts : mapping
        The facts of the intake as they were last stated.
    missing : tuple of str
        Facts that a complete case states and this one does not.
    events : sequence of DeskEvent
        What happened.
    received_at : datetime
        When it came: on the day that was stated, else when it was opened.
    clocks : sequence of Clock
        Every clock, the oldest first.
    possible : mapping of party to tuple of events
        What each may do now.
    """

    procedure: Procedure
    state: str
    at: datetime
    rules: CaseRules
    facts: Facts
    missing: tuple[str, ...]
    events: Sequence[DeskEvent]
    received_at: datetime
    clocks: Sequence[Clock]
    possible: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        """Whether nothing can follow."""
        return self.state in self.procedure.final

    @property
    def overdue(self) -> list[Clock]:
        """The running clocks whose term has passed."""
        return [one for one in self.clocks if one.state(self.at) is ClockState.OVERDUE]

    def require(self, kind: str, party: str) -> None:
        """Refuse a step that is not possible now.

        Raises
        ------
        ConflictError
            Saying in words what is possible.
        """
        catalogue, possible = f"desk_{self.procedure.kind}", self.possible[party]
        if kind in possible:
            return
        named = tuple(Phrase(f"{catalogue}.event.{one}") for one in possible)
        raise ConflictError(
            "desk.not_now",
            state=Phrase(f"{catalogue}.state.{self.state}"),
            possible=named or Phrase("requests.nothing_possible"),
        )

    def last(self, kind: str) -> DeskEvent | None:
        """Return the last event of a kind."""
        return next((one for one in reversed(self.events) if one.kind == kind), None)

    def holding(self, kind: str) -> DeskEvent | None:
        """Return the last event of a kind, unless a later one took back what it said."""
        last, undoes = self.last(kind), self.procedure.undoes
        if last is None:
            return None
        later = [one.kind for one in self.events if one.sequence > last.sequence]
        return None if any(kind in undoes.get(one, ()) for one in later) else last


def read_case(
    procedure: Procedure,
    case: DeskCase,
    events: Sequence[DeskEvent],
    at: datetime,
    *,
    rules: CaseRules,
    calendar: WorkingCalendar,
) -> Standing:
    """Return where a case stands.

    Parameters
    ----------
    procedure : Procedure
        How it goes.
    case, events
        The case and everything that happened, in its order.
    at : datetime
        The moment that is asked about, UTC.
    rules, calendar
        What its terms rest on.

    Raises
    ------
    FormatError
        If a rule file is spoilt, or a term ends outside the calendar.
    """
    clocks = Clocks(procedure.book, rules, calendar)
    state, told = procedure.first, procedure.told_of(case, events)
    for place, event in enumerate(told):
        clocks.note(
            procedure.effect(event),
            procedure.moment(event),
            procedure.variant(procedure.facts_of(case, told[: place + 1])),
            procedure.begins(event, told),
        )
        step = procedure.steps.get(event.kind)
        if step is not None and step.target is not None:
            state = step.target
    facts = procedure.facts_of(case, events)
    received_at = procedure.moment(told[0]) if told else case.opened_at
    received_on = local_day(received_at)
    standing = Standing(
        procedure=procedure,
        state=state,
        at=at,
        rules=rules,
        facts=MappingProxyType(facts),
        missing=(*procedure.missing(facts), *procedure.lacking(facts, rules, received_on)),
        events=tuple(events),
        received_at=received_at,
        clocks=clocks.all,
    )
    dated = procedure.dated(standing, rules)
    standing = replace(standing, clocks=(*standing.clocks, *dated))
    possible = {party: _possible(standing, party) for party in (DEPARTMENT, PARTY)}
    return replace(standing, possible=MappingProxyType(possible))


def _possible(standing: Standing, party: str) -> tuple[str, ...]:
    return tuple(
        kind
        for kind, step in standing.procedure.steps.items()
        if party in step.parties
        and standing.state in step.sources
        and standing.procedure.allows(standing, kind)
    )
