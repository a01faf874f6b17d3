"""What happened to requests and cases within a period, and how they stood at its end.

One rule: what happened counts on the day that is stated of it, whenever it was recorded, so that
the months of a year add up to its quarters and to the year. A month that is over changes where
somebody records later what happened in it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from gis.cases.clocks import Clock, ClockState
from gis.cases.records import EventKind, SharingEvent, SharingRequest, State
from gis.cases.rule_book import CaseRules
from gis.cases.sharing import read_events
from gis.cases.steps import FINAL
from gis.cases.working_days import WorkingCalendar
from gis.desk.procedure import Procedure, read_case
from gis.desk.records import DeskCase, DeskEvent
from gis.reporting.tables import Column, Item, Placed, Table, counted

__all__ = ["Basis", "desk_table", "request_table"]

_TERMS: Final = (
    Column("running", "reports.column.running"),
    Column("overdue", "reports.column.overdue"),
    Column("kept", "reports.column.kept"),
    Column("late", "reports.column.late"),
    Column("kept_rate", "reports.column.kept_rate", part="kept", whole="ended"),
)
_ENDED: Final = Column("ended", "reports.column.ended")
_DESK: Final = (
    Column("opened", "reports.column.opened"),
    Column("closed", "reports.column.closed"),
    *_TERMS[:-1],
    _ENDED,
    _TERMS[-1],
)
_REQUESTS: Final = (
    Column("opened", "reports.column.submitted"),
    Column("closed", "reports.column.closed"),
    Column("disputed", "reports.column.disputed"),
    *_TERMS[:-1],
    _ENDED,
    _TERMS[-1],
)


@dataclass(frozen=True, slots=True)
class Basis:
    """The period, and what terms rest on.

    Attributes
    ----------
    begins, ends : datetime
        Its first moment, and the last that counts, UTC.
    rules, calendar
        What terms rest on.
    """

    begins: datetime
    ends: datetime
    rules: CaseRules
    calendar: WorkingCalendar

    def holds(self, at: datetime) -> bool:
        """Return whether a moment lies in the period."""
        return self.begins <= at <= self.ends


def _terms(
    basis: Basis, clocks: Sequence[Clock], item: Item, row: str, *, final: bool
) -> Iterator[Placed]:
    """Yield a case where it runs on, and each term that ended in the period."""
    if not final:
        late = any(_overdue(one, basis.ends) for one in clocks)
        yield Placed(item, row, frozenset({"running", "overdue"} if late else {"running"}))
    for one in clocks:
        if one.ended_at is None or not basis.holds(one.ended_at):
            continue
        state = one.state(basis.ends)
        if state in (ClockState.KEPT, ClockState.LATE):
            yield Placed(item, row, frozenset({"ended", state.value}))


def _overdue(clock: Clock, at: datetime) -> bool:
    """Return whether a clock ran at a moment and its term had passed, whatever came later."""
    ran = clock.started_at <= at and (clock.ended_at is None or clock.ended_at > at)
    return ran and replace(clock, ended_at=None).state(at) is ClockState.OVERDUE


def desk_table(
    cases: Iterable[tuple[DeskCase, Sequence[DeskEvent]]],
    procedures: Mapping[str, Procedure],
    basis: Basis,
) -> Table:
    """Return the cases of the desk by kind; kinds without a case are rows too.

    Parameters
    ----------
    cases : iterable of case and its events
        All of them.
    procedures : mapping of str to Procedure
        The kinds.
    basis : Basis
        The period.
    """
    placed: list[Placed] = []
    for case, events in cases:
        if events and case.kind in procedures:
            placed += _desk_case(case, events, procedures[case.kind], basis)
    return counted("desk", "kind", _DESK, dict.fromkeys(procedures, ""), placed)


def _desk_case(
    case: DeskCase, events: Sequence[DeskEvent], procedure: Procedure, basis: Basis
) -> Iterator[Placed]:
    standing = read_case(
        procedure, case, events, basis.ends, rules=basis.rules, calendar=basis.calendar
    )
    item, steps = Item(case.kind, case.id, case.label), procedure.steps
    endings = [
        procedure.moment(one)
        for one in events
        if one.kind in steps and steps[one.kind].target in procedure.final
    ]
    counts = {"opened"} if basis.holds(standing.received_at) else set()
    counts |= {"closed"} if any(map(basis.holds, endings)) else set()
    if counts:
        yield Placed(item, case.kind, frozenset(counts))
    over = standing.received_at > basis.ends or any(one <= basis.ends for one in endings)
    yield from _terms(basis, standing.clocks, item, case.kind, final=over)


def request_table(
    requests: Iterable[tuple[SharingRequest, Sequence[SharingEvent]]],
    operators: Mapping[str, str],
    basis: Basis,
) -> Table:
    """Return the requests to share by the owner who was asked; drafts are none yet.

    Parameters
    ----------
    requests : iterable of request and its events
        All of them.
    operators : mapping of str to str
        Names of organisations by id.
    basis : Basis
        The period.
    """
    placed: list[Placed] = []
    for request, events in requests:
        told = [one for one in events if one.at <= basis.ends]
        placed += _request(request, told, basis) if told else ()
    used: Collection[str] = {one.row for one in placed}
    rows = {code: name for code, name in operators.items() if code in used}
    return counted("requests", "operator", _REQUESTS, rows, placed)


def _request(
    request: SharingRequest, events: Sequence[SharingEvent], basis: Basis
) -> Iterator[Placed]:
    standing = read_events(events, basis.ends, basis.rules, basis.calendar)
    if standing.state in (None, State.DRAFT):
        return
    item = Item("request", request.id, f"{request.technology} – {request.structure_id}")
    dates = {kind: [one.at for one in events if one.kind is kind] for kind in EventKind}
    counts = set()
    if basis.holds(min(dates[EventKind.SUBMITTED], default=events[0].at)):
        counts.add("opened")
    if standing.state in FINAL and basis.holds(events[-1].at):
        counts.add("closed")
    if counts:
        yield Placed(item, request.owner_id, frozenset(counts))
    for _ in filter(basis.holds, dates[EventKind.ESCALATED]):
        yield Placed(item, request.owner_id, frozenset({"disputed"}))
    final = standing.final
    yield from _terms(basis, standing.clocks, item, request.owner_id, final=final)
