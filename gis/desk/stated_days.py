"""The days that steps state of themselves: clocks, order and reports count by them.

A step that states none counts from when it was recorded; who recorded it and when stays beside.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from data.text import VIET_NAM
from gis.cases.procedure import Field, FieldKind
from gis.cases.working_days import local_day
from gis.desk.records import DeskEvent

__all__ = ["HAPPENED_ON", "RECEIVED_ON", "day_of", "moment_of", "stated_day"]

HAPPENED_ON: Final = Field("happened_on", FieldKind.DAY, department=True)
"""On which day a step was taken that has no day of its own."""

RECEIVED_ON: Final = Field("received_on", FieldKind.DAY, department=True)
"""On which day a complaint or a dossier came, by post or by telephone."""


def stated_day(kind: str, details: Mapping[str, object], days: Mapping[str, str]) -> date | None:
    """Return the day that a step states of itself; None where it states none.

    Parameters
    ----------
    kind : str
        The step.
    details : mapping
        What it says.
    days : mapping of step to detail
        Which detail says it; of other steps it is `happened_on`.
    """
    stated = details.get(days.get(kind, HAPPENED_ON.name))
    return None if stated is None else date.fromisoformat(str(stated)[:10])


def moment_of(event: DeskEvent, days: Mapping[str, str]) -> datetime:
    """Return from when an event counts: from the day that it states, else when it was recorded."""
    stated = stated_day(event.kind, event.details, days)
    return event.at if stated is None else datetime.combine(stated, time(), VIET_NAM)


def day_of(event: DeskEvent, days: Mapping[str, str]) -> date:
    """Return the day in Viet Nam on which an event counts."""
    return local_day(moment_of(event, days))
