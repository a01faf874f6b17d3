"""Orders of an inspection: what was demanded, until when, and whether it was done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from gis.cases.clocks import Clock
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import Due, end_of_day, local_day
from gis.desk.inspection_days import DAYS
from gis.desk.procedure import Standing
from gis.desk.records import DeskEvent
from gis.desk.stated_days import moment_of
from gis.terms import INSPECTION_ORDER

__all__ = ["Order", "open_orders", "order_clocks", "orders"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One demand with its deadline.

    Attributes
    ----------
    sequence : int
        The event that made it, which is its name within the case.
    demand : str
        What is demanded.
    until : date
        Its last day, as it was last set.
    ordered_at : datetime
        When, UTC.
    done_at : datetime or None
        When it was done; None while it is open.
    evidence : str or None
        What shows that it was done.
    """

    sequence: int
    demand: str
    until: date
    ordered_at: datetime
    done_at: datetime | None = None
    evidence: str | None = None


def orders(events: Iterable[DeskEvent]) -> list[Order]:
    """Return the orders of a case, as its events leave them."""
    found: dict[int, Order] = {}
    for event in events:
        told = event.details
        if event.kind == "ordered":
            found[event.sequence] = Order(
                sequence=event.sequence,
                demand=str(told["demand"]),
                until=date.fromisoformat(str(told["until"])),
                ordered_at=moment_of(event, DAYS),
            )
        elif event.kind == "order_extended":
            one = found[_named(event)]
            found[one.sequence] = replace(one, until=date.fromisoformat(str(told["until"])))
        elif event.kind == "order_done":
            one = found[_named(event)]
            found[one.sequence] = replace(
                one, done_at=moment_of(event, DAYS), evidence=str(told["evidence"])
            )
    return list(found.values())


def _named(event: DeskEvent) -> int:
    return int(float(str(event.details["order"])))


def open_orders(events: Iterable[DeskEvent]) -> list[Order]:
    """Return the orders that were not done."""
    return [one for one in orders(events) if one.done_at is None]


def order_clocks(standing: Standing, rules: CaseRules) -> Sequence[Clock]:
    """Return a clock for each order, which ends on the day that the order says."""
    return [
        Clock(
            name="order",
            party="subject",
            rule=rules.rule(INSPECTION_ORDER, local_day(one.ordered_at)),
            started_at=one.ordered_at,
            due=Due(one.until, end_of_day(one.until)),
            ended_at=one.done_at,
        )
        for one in orders(standing.events)
    ]
