"""Values of options that several commands read."""

from datetime import date

from gis.errors import FormatError

__all__ = ["day"]


def day(written: str | None) -> date | None:
    """Return a day written as ISO 8601, None for none.

    Raises
    ------
    FormatError
        If it is no day.
    """
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise FormatError("cli.day_malformed", value=written[:40]) from None
