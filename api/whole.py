"""Numbers as callers write them; no count here is above a thousand million.

The register keeps whole numbers in 64 bits; what is beyond is refused where it comes in.
"""

import re
from typing import Annotated, Final

from fastapi import Path, Query

__all__ = ["MOST", "NumberPath", "OffsetQuery", "number", "whole"]

MOST: Final = 1_000_000_000
"""The largest whole number that a caller may name."""

_NUMBER: Final = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? *", re.ASCII | re.IGNORECASE)
_DIGITS: Final = len(str(MOST))

OffsetQuery = Annotated[int, Query(ge=0, le=MOST, description="Items to pass over.")]
NumberPath = Annotated[int, Path(ge=1, le=MOST, description="A number in a sequence, from 1.")]


def whole(said: str) -> int | None:
    """Return the whole number that a text is, from 0 to MOST; None where it is none."""
    if not (said.isascii() and said.isdecimal() and len(said) <= _DIGITS):
        return None
    number = int(said)
    return number if number <= MOST else None


def number(said: str) -> float:
    """Return the number that a text is; Python alone would read more (`1_0`, other digits).

    Raises
    ------
    ValueError
        If it is none.
    """
    if _NUMBER.fullmatch(said) is None:
        raise ValueError(said)
    return float(said)
