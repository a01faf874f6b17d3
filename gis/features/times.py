"""Days and moments as RFC 3339 writes them, and in no other way of ISO 8601."""

import re
from datetime import date, datetime
from typing import Final

__all__ = ["day_of", "moment_of"]

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:)(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_LEAP: Final = "60"


def day_of(said: str) -> date:
    """Return a day.

    Raises
    ------
    ValueError
        If it is written in another way, or is none of the calendar.
    """
    if _DAY.fullmatch(said) is None:
        raise ValueError(said)
    return date.fromisoformat(said)


def moment_of(said: str) -> datetime:
    """Return a moment with its zone; a leap second is the second before it.

    Raises
    ------
    ValueError
        If it is written in another way, or is none of the calendar.
    """
    found = _MOMENT.fullmatch(said)
    if found is None:
        raise ValueError(said)
    minute, second, rest, zone = found.groups(default="")
    return datetime.fromisoformat(
        f"{minute}{'59' if second == _LEAP else second}{rest}{zone}".upper()
    )
