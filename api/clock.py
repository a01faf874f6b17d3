"""The day in Viet Nam: the front doors look at the clock, nothing below them does."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = ["judged_today", "today"]

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def today() -> date:
    """Return the day in Viet Nam."""
    return datetime.now(_ZONE).date()


def judged_today(inputs: Mapping[str, object]) -> dict[str, object]:
    """Return the inputs of a study with the day judged: today, where nothing else was said."""
    if "on" in inputs or "jurisdiction" in inputs:
        return dict(inputs)
    return {**inputs, "on": today().isoformat()}
