"""What was observed of an interference: bearings, levels, its frequency, when it was heard."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from data.text import VIET_NAM
from propagation.interference.source_evidence import LevelKind

__all__ = [
    "BearingSeen",
    "FrequencySeen",
    "LevelSeen",
    "LogEntry",
    "Observed",
    "ever_together",
    "share_together",
    "share_transmitting",
]

_HOURS: Final = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BearingSeen:
    """A bearing of the interfering emission.

    Attributes
    ----------
    station : str
        Whose compass it was read on.
    bearing_deg : float
        Clockwise from true north.
    error_deg : float
        Standard error.
    at : str or None
        When, ISO 8601.
    """

    station: str
    longitude: float
    latitude: float
    height_above_ground_m: float
    bearing_deg: float
    error_deg: float
    at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSeen:
    """A field strength of the interfering emission, or that it was not heard.

    Attributes
    ----------
    kind : LevelKind
        Measured; below or above the value.
    value_dbuvm : float
        The field, or the threshold.
    uncertainty_db : float
        Expanded uncertainty (k = 2).
    """

    name: str
    longitude: float
    latitude: float
    height_above_ground_m: float
    kind: LevelKind
    value_dbuvm: float
    uncertainty_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencySeen:
    """The frequency of the interfering emission, with its expanded uncertainty (k = 2)."""

    frequency_mhz: float
    uncertainty_khz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A time in which the interference was there, or was not."""

    start: datetime
    end: datetime
    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Everything that was observed."""

    bearings: tuple[BearingSeen, ...] = ()
    levels: tuple[LevelSeen, ...] = ()
    frequency: FrequencySeen | None = None
    log: tuple[LogEntry, ...] = ()


def share_transmitting(hours: str | None, entry: LogEntry) -> float | None:
    """Return the share of a time in which a station transmits; None where its hours are not known.

    Parameters
    ----------
    hours : str or None
        Local hours as the register writes them, for example 05:00-09:00, 16:00-23:00.
    entry : LogEntry
        The time.
    """
    return share_together((hours,), entry)


def share_together(hours: Sequence[str | None], entry: LogEntry) -> float | None:
    """Return the share of a time in which stations transmit all at once.

    Parameters
    ----------
    hours : sequence of (str or None)
        Of each, as the register writes them. Of those whose hours are not known nothing is
        assumed; None where that is all of them.
    entry : LogEntry
        The time.
    """
    spans = _common(hours)
    if spans is None:
        return None
    start, end = (one.astimezone(VIET_NAM) for one in (entry.start, entry.end))
    length = (end - start).total_seconds()
    if length <= 0:
        minute = start.hour * 60 + start.minute
        return float(any(first <= minute < last for first, last in spans))
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    on = 0.0
    while midnight < end:
        for first, last in spans:
            begins = max(start, midnight + timedelta(minutes=first))
            ends = min(end, midnight + timedelta(minutes=last))
            on += max((ends - begins).total_seconds(), 0.0)
        midnight += timedelta(days=1)
    return min(on / length, 1.0)


def ever_together(hours: Sequence[str | None]) -> bool:
    """Return whether stations ever transmit all at once, by their hours as far as known."""
    return _common(hours) != []


def _common(hours: Sequence[str | None]) -> list[tuple[int, int]] | None:
    """Return the minutes of a day in which all transmit; None where no hours are known."""
    known = [spans for spans in map(_spans, hours) if spans]
    if not known:
        return None
    spans = list(known[0])
    for other in known[1:]:
        spans = [
            (max(a, c), min(b, d)) for a, b in spans for c, d in other if max(a, c) < min(b, d)
        ]
    return spans


def _spans(hours: str | None) -> Sequence[tuple[int, int]]:
    """Return the minutes of a day in which a station transmits; over midnight there are two."""
    spans = []
    for found in _HOURS.finditer(hours or ""):
        first, last = (int(found[k]) * 60 + int(found[k + 1]) for k in (1, 3))
        if first < last:
            spans.append((first, last))
        else:
            spans += [(first, _MINUTES), (0, last)]
    return spans
