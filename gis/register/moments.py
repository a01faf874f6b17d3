"""Moments as the register stores them: UTC, milliseconds, `YYYY-MM-DDTHH:MM:SS.SSSZ`.

The text sorts as the moments do. Whoever shows one to a person uses `data.text.when`, which turns
it into the time of Viet Nam.
"""

from datetime import UTC, datetime

from gis.errors import FormatError

__all__ = ["from_text", "now", "to_text"]


def now() -> datetime:
    """Return the present moment, UTC, without what lies below a millisecond."""
    return from_text(to_text(datetime.now(UTC)))


def to_text(moment: datetime) -> str:
    """Return a moment as stored.

    Raises
    ------
    FormatError
        If the moment does not say its time zone.
    """
    if moment.tzinfo is None:
        raise FormatError("errors.moment_without_zone", value=str(moment))
    utc = moment.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_text(stored: str) -> datetime:
    """Return the moment that a stored text names."""
    return datetime.fromisoformat(stored)
