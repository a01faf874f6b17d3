"""Days that are counted in whole years."""

from datetime import date

__all__ = ["years_later"]


def years_later(day: date, years: int) -> date:
    """Return the same day of a later year; the 28th for the 29th of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
