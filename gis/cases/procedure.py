"""What procedures of the department are made of: steps, and the fields that a step asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from data.text import Language

__all__ = ["LARGEST_VND", "Field", "FieldKind", "Step"]

StateT = TypeVar("StateT", bound=str)
PartyT = TypeVar("PartyT", bound=str)

LARGEST_VND: Final = 1e12
"""The largest rent, in đồng a month."""


class FieldKind(StrEnum):
    """How a detail of an event is read."""

    TEXT = "text"
    LINE = "line"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    CHOICE = "choice"
    SEVERAL = "several"
    GROUNDS = "grounds"
    AUTHORITY = "authority"
    YEAR = "year"
    IDS = "ids"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Field:
    """One detail of an event.

    Attributes
    ----------
    name : str
        Its name, with the unit.
    kind : FieldKind
        How it is read.
    required : bool
        Whether the event says nothing without it.
    choices : tuple of str
        What a choice is among.
    least, most : float
        The range of a number; both ends belong to it.
    read : callable or None
        Of a value of its own kind: what judges it and returns it as JSON values.
    tell : callable or None
        Of such a value: what says it in a language.
    recorded : bool
        Whether the desk itself writes it; nobody is asked for it.
    department : bool
        Whether the department alone is asked for it.
    """

    name: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    least: float = 0.0
    most: float = LARGEST_VND
    read: Callable[[object], object] | None = None
    tell: Callable[[Any, Language], str] | None = None
    recorded: bool = False
    department: bool = False


@dataclass(frozen=True, slots=True)
class Step(Generic[StateT, PartyT]):
    """What an event needs and does.

    Attributes
    ----------
    sources : frozenset of str
        The states in which it may happen; empty for the first event of a case.
    target : str or None
        The state after it; None leaves the state as it is.
    parties : frozenset of str
        Whose step it is.
    fields : tuple of Field
        What it says.
    mutual : bool
        Whether what one party records has no effect before the other confirms it.
    """

    sources: frozenset[StateT]
    target: StateT | None
    parties: frozenset[PartyT]
    fields: tuple[Field, ...] = ()
    mutual: bool = False
