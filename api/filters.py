"""Filters of lists on pages: an empty one asks for nothing, one that means nothing is refused."""

from datetime import date
from enum import StrEnum
from typing import TypeVar

from api.errors import InvalidParameterError
from data.text import Phrase
from gis.days import read_day

__all__ = ["asked_choice", "asked_day"]

_Choice = TypeVar("_Choice", bound=StrEnum)


def asked_choice(name: str, said: str, choices: type[_Choice]) -> _Choice | None:
    """Return the choice of a filter, None where it is empty.

    Raises
    ------
    InvalidParameterError
        If it is none of the choices.
    """
    if not said:
        return None
    try:
        return choices(said)
    except ValueError:
        raise InvalidParameterError(
            "pages.filter_unknown",
            name=Phrase(f"register.field.{name}"),
            value=said,
            expected=", ".join(choices),
        ) from None


def asked_day(said: str) -> date | None:
    """Return the day of a date field; empty is none.

    Raises
    ------
    InvalidParameterError
        If it is no day.
    """
    if not said:
        return None
    try:
        return read_day(said)
    except ValueError:
        raise InvalidParameterError("infrastructure.not_day", value=said) from None
