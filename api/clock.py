"""The day in Viet Nam: the front doors look at the clock, nothing below them does."""

from collections.abc import Mapping
from datetime import date, datetime

from data.text import VIET_NAM

__all__ = ["judged_today", "today"]


def today() -> date:
    """Return the day in Viet Nam."""
    return datetime.now(VIET_NAM).date()


def judged_today(inputs: Mapping[str, object]) -> dict[str, object]:
    """Return the inputs of a study with the day judged: today, where nothing else was said."""
    if "on" in inputs or "jurisdiction" in inputs:
        return dict(inputs)
    return {**inputs, "on": today().isoformat()}
