"""Numbers as people type them, with the column's own decimal sign.

`1.234` is a thousand and more in a Vietnamese file and little more than one in an English one. A
column whose other cells do not settle it is asked about; nothing is guessed.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

__all__ = [
    "DecimalSign",
    "column_sign",
    "group",
    "is_ambiguous",
    "parse",
    "series_parts",
    "split_unit",
    "tidy",
]

_NUMBER = re.compile(r"[+-]?(?:\d[\d.,' ]*|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d+", re.ASCII)
_ONE_GROUP = re.compile(r"[+-]?([1-9]\d{0,2})([.,])(\d{3})", re.ASCII)
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(?:[. ']\d{3})*(?:,\d*)?|[+-]?\d+(?:,\d*)?|[+-]?,\d+", re.ASCII),
    ".": re.compile(
        r"[+-]?\d{1,3}(?:[, ']\d{3})*(?:\.\d*)?|[+-]?\d+(?:\.\d*)?|[+-]?\.\d+", re.ASCII
    ),
}
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}", re.ASCII)
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f\t ]+")
_LONGEST = 40
_SERIES_SEPARATORS = (";", "|", "/", "\t", " ", ",")


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    COMMA = "comma"
    POINT = "point"

    @property
    def character(self) -> str:
        """The sign itself."""
        return "," if self is DecimalSign.COMMA else "."


def tidy(text: str) -> str:
    """Return a text with one kind of space and of minus, without spaces around it."""
    return _SPACES.sub(" ", text.replace("\N{MINUS SIGN}", "-").replace("’", "'")).strip()


@lru_cache(maxsize=65536)
def split_unit(text: str) -> tuple[str, str]:
    """Return the number and what follows it: `('60,5', 'm')` of `60,5 m`."""
    text = tidy(text)
    found = _NUMBER.match(text) if len(text) <= _LONGEST else None
    if found is None:
        return text, ""
    return found.group().rstrip(" '"), text[found.end() :].strip()


def is_ambiguous(text: str) -> bool:
    """Return whether a text is one number with a decimal comma and another with a point."""
    return _ONE_GROUP.fullmatch(split_unit(text)[0]) is not None


def group(text: str) -> tuple[str, str, str]:
    """Return an ambiguous number's digits, its sign and the three digits behind it."""
    found = _ONE_GROUP.fullmatch(split_unit(text)[0])
    if found is None:
        raise ValueError(text)
    return found[1], found[2], found[3]


def series_parts(text: str) -> list[str]:
    """Return the numbers that one cell lists, as they are written."""
    text = text.strip("[](){} ")
    for separator in _SERIES_SEPARATORS:
        parts = [part.strip() for part in text.split(separator)]
        if len(parts) > 10:
            return [part for part in parts if part]
    return [text]


def column_sign(texts: Iterable[str]) -> DecimalSign | None:
    """Return the decimal sign that a column's own cells prove, or None.

    A cell proves it when it can be read in one way only; cells that prove opposite signs prove
    nothing.
    """
    proved = {sign for text in texts if (sign := _proved(split_unit(text)[0])) is not None}
    return proved.pop() if len(proved) == 1 else None


@lru_cache(maxsize=65536)
def parse(text: str, sign: DecimalSign | None) -> float | None:
    """Return the number that a text is, or None when it is none.

    Parameters
    ----------
    text : str
        One number without its unit.
    sign : DecimalSign or None
        The column's sign; it decides only what is ambiguous, and with None that is no number.
    """
    text = tidy(text)
    if len(text) > _LONGEST:
        return None
    if _SCIENTIFIC.fullmatch(text):
        return float(text.replace(",", "."))
    own = _proved(text) or sign
    if own is None:
        return float(text) if _PLAIN.fullmatch(text) else None
    if not _GROUPED[own.character].fullmatch(text):
        return None
    groups = ". '" if own is DecimalSign.COMMA else ", '"
    return float(text.translate({ord(c): None for c in groups}).replace(",", "."))


def _proved(number: str) -> DecimalSign | None:
    """Return the sign that one number can only have; None when both would do or none is seen."""
    points, commas = number.count("."), number.count(",")
    if points and commas:
        last = max(number.rfind("."), number.rfind(","))
        return DecimalSign.POINT if number[last] == "." else DecimalSign.COMMA
    if points + commas == 0 or _ONE_GROUP.fullmatch(number):
        return None
    if points + commas == 1:
        return DecimalSign.POINT if points else DecimalSign.COMMA
    return DecimalSign.COMMA if points else DecimalSign.POINT
