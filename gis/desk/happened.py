"""When what is stated may have been: one rule for every kind of case.

What happened cannot lie ahead, nor before what it answers; what is still to come lies ahead,
within reason.
"""

from datetime import date, datetime, timedelta
from typing import Final

from gis.cases.working_days import local_day
from gis.desk.procedure import Act
from gis.desk.records import OPENED, SUPPLEMENTED
from gis.desk.stated_days import HAPPENED_ON, RECEIVED_ON, day_of, stated_day
from gis.errors import FormatError

__all__ = ["FAR", "LONG_AGO", "require_happened", "require_order", "require_soon"]

FAR: Final = timedelta(days=5 * 366)
"""How far ahead a last day may lie: this software's limit, against a slip of the pen."""
LONG_AGO: Final = timedelta(days=366)
"""How far back a step may lie that is recorded now: this software's limit too."""
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By how much the clock of who sends a moment may be ahead of this machine's."""


def require_happened(act: Act, *names: str) -> None:
    """Refuse a day or a moment that is still to come, in Viet Nam.

    Parameters
    ----------
    act : Act
        What is about to happen.
    *names : str
        Details, or else facts, that tell of something past; those that are not stated pass.

    Raises
    ------
    FormatError
        With the name of the first that lies ahead.
    """
    for name in names:
        told = act.details.get(name, act.facts.get(name))
        if not isinstance(told, str):
            continue
        moment = datetime.fromisoformat(told)
        if moment.tzinfo is None and moment.date() > act.today:
            raise FormatError("desk.moment_ahead", name=name, value=moment.date())
        if moment.tzinfo is not None and moment > act.now + _CLOCKS_DIFFER:
            raise FormatError("desk.moment_ahead", name=name, value=moment)


def require_soon(act: Act, name: str, *, last: date | None = None) -> None:
    """Refuse a last day that has passed, or that lies years ahead; one that is not stated passes.

    Parameters
    ----------
    act : Act
        What is about to happen.
    name : str
        The detail.
    last : date, optional
        The day until which it may lie, where something else than `FAR` says it.

    Raises
    ------
    FormatError
        With the name and the day.
    """
    told = act.details.get(name)
    if not isinstance(told, str):
        return
    day, last = date.fromisoformat(told), last or act.today + FAR
    if not act.today <= day <= last:
        raise FormatError("desk.last_day_wrong", name=name, value=day, first=act.today, last=last)


def require_order(act: Act) -> None:
    """Refuse a stated day that lies ahead, long ago, or before what the step answers.

    Raises
    ------
    FormatError
        With the name of the detail, the day and that of what comes before.
    """
    _require_received(act)
    standing = act.standing
    if standing is None:
        return
    days = standing.procedure.days
    day = stated_day(act.kind, act.details, days)
    if day is None:
        return
    name = days.get(act.kind, HAPPENED_ON.name)
    require_happened(act, name)
    if str(act.details[name]) == day.isoformat():  # a moment is of the world, a day of our deeds
        _require_recent(act, name, day)
    answered = standing.procedure.answers.get(act.kind, ())
    last = next((one for one in reversed(standing.events) if one.kind in answered), None)
    if last is None:
        return
    received = last.kind == OPENED
    before = local_day(standing.received_at) if received else day_of(last, days)
    if day < before:
        raise FormatError("desk.day_before", name=name, value=day, before=before)


def _require_received(act: Act) -> None:
    """Refuse a day of receipt that lies ahead, long ago, or after what followed it."""
    told = act.facts.get(RECEIVED_ON.name)
    if act.kind not in (OPENED, SUPPLEMENTED) or not isinstance(told, str):
        return
    day, name = date.fromisoformat(told), RECEIVED_ON.name
    require_happened(act, name)
    if act.standing is None:
        _require_recent(act, name, day)
        return
    standing = act.standing
    followed = [day_of(one, standing.procedure.days) for one in standing.events[1:]]
    if followed and day > min(followed):
        raise FormatError("requests.field_order", name=name, start=day, end=min(followed))


def _require_recent(act: Act, name: str, day: date) -> None:
    """Refuse a day of more than a year ago."""
    if day < act.today - LONG_AGO:
        raise FormatError("desk.day_long_ago", name=name, value=day)
