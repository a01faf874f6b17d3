"""Filters of lists on pages: an empty one asks for nothing, one that means nothing is refused."""

from enum import StrEnum
from typing import TypeVar

from api.errors import InvalidParameterError
from data.text import Phrase

__all__ = ["asked_choice"]

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
