"""Clocks of a complaint that its steps alone do not give: from receipt, and to days that were set.

The term of a class counts from the day on which the complaint was received with full information
(Thông tư liên tịch 10/2013/TTLT-BTTTT-BQP-BCA, Điều 10: from the request), also where the class
was corrected later. The last day of a remedy and the day that was promised for a late one are
those that a person named.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from gis.cases.clocks import Clock
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import LAST_YEAR, Due, end_of_day, local_day
from gis.desk.procedure import Standing
from gis.desk.records import OPENED, SUPPLEMENTED, DeskEvent
from gis.desk.stated_days import RECEIVED_ON, moment_of

__all__ = ["CLASSED", "DAYS", "RECURRED", "class_of", "day_clocks", "received_at"]

RECURRED: Final = "recurred"
CLASSED: Final = ("accepted", "reclassified", RECURRED)
"""Events that say the class; one that says that it came back keeps the one before."""

DAYS: Final = {OPENED: RECEIVED_ON.name, "measured": "measured_at", "ended": "ended_at"}
"""The detail that says on which day a step was, where it is one of its own."""

_LAST_DAYS: Final = {
    "remedy_ordered": ("remedy", "source", "until"),
    "delay_explained": ("expected", "department", "expected_on"),
}
"""Clock, whom it waits for, and the detail with its last day, by the event that sets it."""
_ENDS: Final = ("ended", "dismissed")


def class_of(events: Sequence[DeskEvent]) -> str | None:
    """Return the class as it was said last; None before any."""
    said = [one for one in events if one.kind in CLASSED]
    return str(said[-1].details["class"]) if said else None


def received_at(event: DeskEvent, events: Sequence[DeskEvent]) -> datetime | None:
    """Return when it was asked to help, where an event says the class; else None.

    That is when the complaint was received in full, or when it was told that it came back.
    """
    if event.kind not in CLASSED:
        return None
    again = [one for one in events if one.kind == RECURRED and one.sequence <= event.sequence]
    if again:
        return moment_of(again[-1], DAYS)
    accepted = next((one.sequence for one in events if one.kind == "accepted"), event.sequence)
    full = [
        moment_of(one, DAYS)
        for one in events
        if one.kind in (OPENED, SUPPLEMENTED) and one.sequence < accepted
    ]
    return max(full, default=None)


def day_clocks(standing: Standing, rules: CaseRules) -> Sequence[Clock]:
    """Return a clock for each day that somebody named; a later one replaces the one before."""
    return [
        _day_clock(standing, rules, event)
        for kind, (_, _, detail) in _LAST_DAYS.items()
        for event in standing.events
        if event.kind == kind and detail in event.details
    ]


def _day_clock(standing: Standing, rules: CaseRules, event: DeskEvent) -> Clock:
    name, party, detail = _LAST_DAYS[event.kind]
    begun = moment_of(event, DAYS)
    end = _end_of(standing, event, detail)
    return Clock(
        name=name,
        party=party,
        rule=rules.rule(f"case.interference.{name}", local_day(begun)),
        started_at=begun,
        due=_due(date.fromisoformat(str(event.details[detail]))),
        ended_at=None if end is None else moment_of(end, DAYS),
        replaced=end is not None and end.kind == event.kind,
    )


def _due(day: date) -> Due | None:
    return Due(day, end_of_day(day)) if day.year <= LAST_YEAR else None


def _end_of(standing: Standing, event: DeskEvent, detail: str) -> DeskEvent | None:
    """Return what ended the clock of a day: another day, the end as stated, or a dismissal."""
    for one in standing.events:
        if one.sequence > event.sequence and (
            one.kind in _ENDS or (one.kind == event.kind and detail in one.details)
        ):
            return one
    return None
