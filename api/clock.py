"""The day in Viet Nam: the front doors look at the clock, nothing below them does."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from data.text import VIET_NAM

__all__ = ["end_of_day", "judged_today", "today"]

_LAST: Final = time(23, 59, 59, 999_000, fold=1)


def today() -> date:
    """Return the day in Viet Nam."""
    return datetime.now(VIET_NAM).date()


def end_of_day(day: date) -> datetime:
    """Return the last millisecond of a day in Viet Nam, in UTC."""
    return datetime.combine(day, _LAST, VIET_NAM).astimezone(UTC)


def judged_today(inputs: Mapping[str, object]) -> dict[str, object]:
    """Return the inputs of a study with the day judged: today, where nothing else was said."""
    if "on" in inputs or "jurisdiction" in inputs:
        return dict(inputs)
    return {**inputs, "on": today().isoformat()}
