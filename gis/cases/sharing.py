"""A sharing request as a pure function of its events: where it stands and what may come next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from data.text import Language, text
from gis.cases.clocks import Clock, Clocks, ClockState
from gis.cases.records import EventKind, Party, SharingEvent, State
from gis.cases.rule_book import CaseRules
from gis.cases.sharing_clocks import BOOK, OPENS, ClockName
from gis.cases.steps import FINAL, NO_SHARE, STEPS
from gis.cases.working_days import WorkingCalendar, local_day
from gis.errors import ConflictError
from gis.terms import DECIDER
from propagation.compliance.parameters import flag
from propagation.compliance.records import Rule

__all__ = ["Decider", "Standing", "StepRefusedError", "read_events", "require_step"]


class StepRefusedError(ConflictError):
    """A step that is not possible now, or not this party's; it says what is possible."""

    def say(self, language: Language | str) -> str:
        """Say it in a language, with what is possible now in the same."""
        possible = str(self.values.get("possible", ""))
        named = [text(f"requests.event.{name}", language) for name in possible.split()]
        none = text("requests.nothing_possible", language)
        values = {**self.values, "possible": "; ".join(named) or none}
        for name, catalogue in (("event", "event"), ("state", "state"), ("party", "party")):
            if name in values:
                values[name] = text(f"requests.{catalogue}.{values[name]}", language)
        return text(self.key, language, **values)


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides a dispute, as far as that follows from the parties and the date.

    Attributes
    ----------
    authority : str or None
        `province` or `ministry`; None where it does not follow from what is known.
    rule : Rule or None
        What it rests on, with its label.
    """

    authority: str | None
    rule: Rule | None

    def name(self, language: Language | str) -> str:
        """Return what the authority is called on that date."""
        if self.authority is None:
            return text("requests.decider_unknown_name", language)
        told = (
            None
            if self.rule is None
            else self.rule.parameters.get(f"{self.authority}_{Language(language).value}")
        )
        return str(told) if told else text(f"requests.authority.{self.authority}", language)


@dataclass(slots=True)
class _Fold:
    """What the events said so far."""

    state: State | None = None
    deemed_at: datetime | None = None
    approved: bool = False
    stated: SharingEvent | None = None
    outcome: object = None
    escalated_on: date | None = None
    licences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a request stands at a moment.

    Attributes
    ----------
    state : State or None
        Its state; None before the first event.
    at : datetime
        The moment, UTC.
    clocks : sequence of Clock
        Every clock, the oldest first.
    possible : mapping of Party to tuple of EventKind
        What each party may do now.
    deemed_at : datetime or None
        When a rule made the request complete without anybody saying so.
    decider : Decider or None
        Who decides, where there is a dispute.
    stated : SharingEvent or None
        What one party recorded of an agreement that the other has not confirmed.
    """

    state: State | None
    at: datetime
    clocks: Sequence[Clock]
    possible: Mapping[Party, tuple[EventKind, ...]]
    deemed_at: datetime | None = None
    decider: Decider | None = None
    stated: SharingEvent | None = None

    @property
    def final(self) -> bool:
        """Whether nothing can follow."""
        return self.state in FINAL

    @property
    def overdue(self) -> list[Clock]:
        """The running clocks whose term has passed."""
        return [one for one in self.clocks if one.state(self.at) is ClockState.OVERDUE]


_AUTHORITIES: Final = ("province", "ministry")
"""Between these the parties and the date decide; others are the parties' own choice."""
_OF_AGREEMENT: Final = (EventKind.CO_USE_APPROVED, EventKind.CONTRACT_CONCLUDED)
"""Steps that nothing leaves room for where it was decided that nothing is shared."""


def read_events(
    events: Sequence[SharingEvent],
    at: datetime,
    rules: CaseRules,
    calendar: WorkingCalendar,
) -> Standing:
    """Return where a request stands.

    Parameters
    ----------
    events : sequence of SharingEvent
        Everything that happened, in its order.
    at : datetime
        The moment that is asked about, UTC.
    rules, calendar
        What terms and steps rest on.

    Raises
    ------
    FormatError
        If a rule file is spoilt, or a term ends outside the calendar.
    """
    fold, clocks = _Fold(), Clocks(BOOK, rules, calendar)
    for event in events:
        _deem(fold, clocks, event.at)
        effect = _effect(fold, event)
        if effect is None:
            fold.stated = event
        else:
            clocks.note(effect, event.at)
            _take(fold, event, effect)
    _deem(fold, clocks, at)
    decider = None if fold.escalated_on is None else _decider(fold, rules, fold.escalated_on)
    possible = {
        party: tuple(kind for kind in EventKind if _may(kind, party, fold, clocks, at))
        for party in Party
    }
    return Standing(
        state=fold.state,
        at=at,
        clocks=clocks.all,
        possible=MappingProxyType(possible),
        deemed_at=fold.deemed_at,
        decider=decider,
        stated=fold.stated,
    )


def require_step(
    standing: Standing, kind: EventKind, party: Party, details: Mapping[str, object]
) -> None:
    """Refuse a step that is not possible now.

    Raises
    ------
    StepRefusedError
        Saying what is possible.
    """
    if kind not in standing.possible[party]:
        somebody = any(kind in kinds for kinds in standing.possible.values())
        raise StepRefusedError(
            "requests.not_yours" if somebody else "requests.not_now",
            event=kind.value,
            party=party.value,
            possible=" ".join(standing.possible[party]),
            state="none" if standing.state is None else standing.state.value,
        )
    if kind is EventKind.DECIDED and details.get("authority") in _AUTHORITIES:
        _require_decider(standing, str(details["authority"]))


def _require_decider(standing: Standing, authority: str) -> None:
    decider = standing.decider
    known = None if decider is None else decider.authority
    if known is None:
        raise StepRefusedError(
            "requests.decider_unknown", possible=EventKind.LICENCES_STATED.value
        )
    if known != authority:
        raise ConflictError("requests.decider_other", name="authority")


def _effect(fold: _Fold, event: SharingEvent) -> EventKind | None:
    """Return what comes into effect; None of what a party records and the other must confirm."""
    if event.kind is EventKind.CONFIRMED and fold.stated is not None:
        return fold.stated.kind
    waits = STEPS[event.kind].mutual and event.party is not Party.DEPARTMENT
    return None if waits else event.kind


def _take(fold: _Fold, event: SharingEvent, effect: EventKind) -> None:
    target = STEPS[effect].target
    if target is not None:
        fold.state, fold.stated = target, None
    if effect in (EventKind.SUBMITTED, EventKind.SUPPLEMENTED):
        fold.deemed_at = None
    if effect is EventKind.ESCALATED or ClockName.APPROVAL in OPENS.get(effect, ()):
        fold.approved = False  # what was approved holds no longer
    if effect is EventKind.CO_USE_APPROVED:
        fold.approved = True
    if effect is EventKind.ESCALATED:
        fold.escalated_on = local_day(event.at)
    if effect is EventKind.DECIDED:
        fold.outcome = event.details.get("outcome")
    if effect is EventKind.LICENCES_STATED:
        fold.licences = {name: str(value) for name, value in event.details.items()}


def _deem(fold: _Fold, clocks: Clocks, at: datetime) -> None:
    """Make a request complete that nobody looked at in time, where a rule says so."""
    clock = clocks.running(ClockName.COMPLETENESS)
    if fold.state is not State.SUBMITTED or clock is None or clock.rule is None:
        return
    if clock.due is None or at < clock.due.at or not flag(clock.rule, "deemed_complete"):
        return
    fold.state, fold.deemed_at = State.COMPLETE, clock.due.at
    clocks.note(EventKind.FOUND_COMPLETE, clock.due.at)


def _may(kind: EventKind, party: Party, fold: _Fold, clocks: Clocks, at: datetime) -> bool:
    step = STEPS[kind]
    if party not in step.parties:
        return False
    if fold.state is None:
        return not step.sources
    return fold.state in step.sources and _is_open(kind, party, fold, clocks, at)


def _is_open(kind: EventKind, party: Party, fold: _Fold, clocks: Clocks, at: datetime) -> bool:
    """Return whether what happened before leaves room for a step that its state knows."""
    if kind in _OF_AGREEMENT and fold.state is State.DECIDED and fold.outcome == NO_SHARE:
        return False
    if kind is EventKind.CO_USE_APPROVED:
        return not fold.approved
    if kind is EventKind.CONFIRMED:
        return fold.stated is not None and party is not fold.stated.party
    if kind is EventKind.ESCALATED:
        return _may_escalate(party, clocks, at)
    return True


def _may_escalate(party: Party, clocks: Clocks, at: datetime) -> bool:
    """Return whether a party may go to the department: an answer is waited for until its term."""
    waited = clocks.running(ClockName.ANSWER) or clocks.running(ClockName.COMPLETENESS)
    if waited is None:
        return True
    return party is Party.REQUESTER and waited.state(at) in (
        ClockState.OVERDUE,
        ClockState.NO_TERM,
    )


def _decider(fold: _Fold, rules: CaseRules, on: date) -> Decider:
    rule = rules.rule(DECIDER, on)
    if rule is None:
        return Decider(None, None)
    local, wider = str(rule.parameters["local"]), str(rule.parameters["wider"])
    scopes = [fold.licences.get(f"{party}_licence", "unknown") for party in ("requester", "owner")]
    if local == wider or "wider" in scopes:
        return Decider(wider, rule)
    return Decider(local if scopes == ["local", "local"] else None, rule)
