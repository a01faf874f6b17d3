"""What is stated as having happened cannot lie ahead: one rule for every kind of case."""

from datetime import date, datetime, timedelta

from gis.cases.working_days import local_day
from gis.desk.procedure import Act
from gis.errors import FormatError

__all__ = ["require_happened", "require_soon"]

_FAR = timedelta(days=5 * 366)


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
        day = local_day(moment) if moment.tzinfo else moment.date()
        if day > act.today:
            said: date = day if moment.tzinfo is None else moment
            raise FormatError("desk.moment_ahead", name=name, value=said)


def require_soon(act: Act, name: str) -> None:
    """Refuse a last day that has passed, or that lies years ahead; one that is not stated passes.

    Raises
    ------
    FormatError
        With the name and the day.
    """
    told = act.details.get(name)
    if not isinstance(told, str):
        return
    day = date.fromisoformat(told)
    if not act.today <= day <= act.today + _FAR:
        raise FormatError("desk.last_day_wrong", name=name, value=day)
