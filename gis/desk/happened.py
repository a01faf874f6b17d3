"""What is stated as having happened cannot lie ahead: one rule for every kind of case."""

from datetime import date, datetime

from gis.cases.working_days import local_day
from gis.desk.procedure import Act
from gis.errors import FormatError

__all__ = ["require_happened"]


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
