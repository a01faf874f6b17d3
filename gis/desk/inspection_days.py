"""The days that steps of an inspection state, which its terms are counted from."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from data.text import VIET_NAM
from gis.desk.records import DeskEvent

__all__ = ["DAYS", "day_of", "moment_of"]

DAYS: Final[Mapping[str, str]] = {
    "decided": "decided_on",
    "noticed": "noticed_on",
    "visit_begun": "begun_on",
    "visited": "visited_at",
    "recorded": "ended_on",
    "reported": "reported_on",
    "concluded": "concluded_on",
    "delivered": "delivered_on",
    "order_done": "done_on",
}
"""The detail that says on which day each step was taken."""


def day_of(kind: str, details: Mapping[str, object]) -> date | None:
    """Return the day that a step states of itself; None where it states none."""
    stated = details.get(DAYS.get(kind, ""))
    return None if stated is None else date.fromisoformat(str(stated)[:10])


def moment_of(event: DeskEvent, days: Mapping[str, str]) -> datetime:
    """Return from when an event counts: from the day that it states, else when it was recorded."""
    stated = event.details.get(days.get(event.kind, ""))
    if stated is None:
        return event.at
    return datetime.combine(date.fromisoformat(str(stated)[:10]), time(), VIET_NAM)
