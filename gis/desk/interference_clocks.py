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

__all__ = ["CLASSED", "DAYS", "class_of", "day_clocks", "received_at"]

CLASSED: Final = ("accepted", "reclassified")
"""Events that say the class."""

DAYS: Final = {OPENED: RECEIVED_ON.name, "measured": "measured_at", "ended": "ended_at"}
"""The detail that says on which day a step was, where it is one of its own."""

_LAST_DAYS: Final = {
    "remedy_ordered": ("remedy", "source", "until"),
    "delay_explained": ("expected", "department", "expected_on"),
}
"""Clock, whom it waits for, and the detail with its last day, by the event that sets it."""


def class_of(events: Sequence[DeskEvent]) -> str | None:
    """Return the class as it was said last; None before any."""
    said = [one for one in events if one.kind in CLASSED]
    return str(said[-1].details["class"]) if said else None


def received_at(event: DeskEvent, events: Sequence[DeskEvent]) -> datetime | None:
    """Return when a complaint was received in full, where an event says its class; else None."""
    if event.kind not in CLASSED:
        return None
    accepted = next((one.sequence for one in events if one.kind == "accepted"), event.sequence)
    full = [
        moment_of(one, DAYS)
        for one in events
        if one.kind in (OPENED, SUPPLEMENTED) and one.sequence < accepted
    ]
    return max(full, default=None)


def day_clocks(standing: Standing, rules: CaseRules) -> Sequence[Clock]:
    """Return a clock for each day that somebody named; a later one replaces the one before."""
    found: list[Clock] = []
    for kind, (name, party, detail) in _LAST_DAYS.items():
        set_ = [one for one in standing.events if one.kind == kind and detail in one.details]
        for place, event in enumerate(set_):
            later = set_[place + 1] if place + 1 < len(set_) else None
            day, begun = date.fromisoformat(str(event.details[detail])), moment_of(event, DAYS)
            found.append(
                Clock(
                    name=name,
                    party=party,
                    rule=rules.rule(f"case.interference.{name}", local_day(begun)),
                    started_at=begun,
                    due=_due(day),
                    ended_at=_ended_at(standing) if later is None else moment_of(later, DAYS),
                    replaced=later is not None,
                )
            )
    return found


def _due(day: date) -> Due | None:
    return Due(day, end_of_day(day)) if day.year <= LAST_YEAR else None


def _ended_at(standing: Standing) -> datetime | None:
    """Return when the interference ended, as it was stated, or the case was dismissed."""
    ended = standing.last("ended") or standing.last("dismissed")
    return None if ended is None else moment_of(ended, DAYS)
