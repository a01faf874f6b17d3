"""Days that are counted in whole years."""

from datetime import MAXYEAR, date

__all__ = ["years_later"]


def years_later(day: date, years: int) -> date:
    """Return the same day of a later year; the 28th for the 29th of February.

    Beyond the last year of the calendar it is the calendar's last day.
    """
    year = day.year + years
    if year > MAXYEAR:
        return date.max
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, day.month, 28 if (day.month, day.day) == (2, 29) and not leap else day.day)
