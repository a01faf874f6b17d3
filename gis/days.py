"""Days that a person typed or a program sent: of years that a register can be of."""

from datetime import date
from typing import Final

__all__ = ["FIRST_DAY", "LAST_DAY", "read_day", "within_years"]

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)
"""Ends of what may have happened or may be agreed: further away no clock of a country is known."""


def within_years(year: int) -> bool:
    """Return whether a year is one that days are taken of."""
    return FIRST_DAY.year <= year <= LAST_DAY.year


def read_day(written: str) -> date:
    """Return the day that a text is.

    Raises
    ------
    ValueError
        If it is none as YYYY-MM-DD, or of a year further away.
    """
    day = date.fromisoformat(written)
    if not within_years(day.year):
        raise ValueError(written)
    return day
