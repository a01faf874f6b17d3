"""Arithmetic of a question in a GeoPackage, with the limits that PostgreSQL has of itself."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["COMPUTED", "OPERATORS", "computed"]

COMPUTED: Final = "phusong_computed"
"""Name of the function that computes with two numbers as a word says."""


def computed(one: float | None, other: float | None, operator: str) -> float | None:
    """Return what is computed, None where a number is not known or is divided by zero.

    Raises
    ------
    OverflowError
        If a double cannot hold it; SQLite then says that a value is too big.
    """
    if one is None or other is None or (operator in ("/", "%", "div") and other == 0):
        return None
    try:
        return OPERATORS[operator](float(one), float(other))
    except ValueError as error:  # a root of a negative number, zero to a negative power
        raise OverflowError(operator) from error


def _held(number: float, *, zero: bool = True) -> float:
    """Return a number; `zero` says whether it may be 0, or is too small to be held."""
    if not math.isfinite(number) or (number == 0 and not zero):
        raise OverflowError(number)
    return number


def _divided(one: float, other: float) -> float:
    return _held(one / other, zero=one == 0)


def _left_over(one: float, other: float) -> float:
    return _held(one - _held(other * math.trunc(_divided(one, other))))


OPERATORS: Final[Mapping[str, Callable[[float, float], float]]] = MappingProxyType(
    {
        "+": lambda one, other: _held(one + other),
        "-": lambda one, other: _held(one - other),
        "*": lambda one, other: _held(one * other, zero=one == 0 or other == 0),
        "/": _divided,
        "%": _left_over,
        "div": lambda one, other: float(math.floor(_divided(one, other))),
        "^": lambda one, other: _held(math.pow(one, other), zero=one == 0),
    }
)
"""What can be computed with two numbers."""
