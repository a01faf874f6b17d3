"""What happened to requests and cases within a period, and how they stood at its end."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
        late = any(one.state(basis.ends) is ClockState.OVERDUE for one in clocks)
        yield Placed(item, row, frozenset({"running", "overdue"} if late else {"running"}))
    for one in clocks:
        if one.ended_at is None or not basis.holds(one.ended_at):
            continue
        state = one.state(basis.ends)
        if state in (ClockState.KEPT, ClockState.LATE):
            yield Placed(item, row, frozenset({"ended", state.value}))


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
        told = [one for one in events if one.at <= basis.ends]
        if told and case.kind in procedures:
            placed += _desk_case(case, told, procedures[case.kind], basis)
    return counted("desk", "kind", _DESK, dict.fromkeys(procedures, ""), placed)


def _desk_case(
    case: DeskCase, events: Sequence[DeskEvent], procedure: Procedure, basis: Basis
) -> Iterator[Placed]:
    standing = read_case(
        procedure, case, events, basis.ends, rules=basis.rules, calendar=basis.calendar
    )
    item = Item(case.kind, case.id, case.label)
    counts = {"opened"} if basis.holds(case.opened_at) else set()
    steps = procedure.steps
    ending = next(
        (one for one in events if one.kind in steps and steps[one.kind].target in procedure.final),
        None,
    )
    counts |= {"closed"} if ending is not None and basis.holds(ending.at) else set()
    if counts:
        yield Placed(item, case.kind, frozenset(counts))
    yield from _terms(basis, standing.clocks, item, case.kind, final=standing.final)


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
    if any(map(basis.holds, dates[EventKind.ESCALATED])):
        counts.add("disputed")
    if standing.state in FINAL and basis.holds(events[-1].at):
        counts.add("closed")
    if counts:
        yield Placed(item, request.owner_id, frozenset(counts))
    final = standing.final
    yield from _terms(basis, standing.clocks, item, request.owner_id, final=final)
