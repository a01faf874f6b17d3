"""Sentences in Vietnamese and English, and numbers and dates as each language writes them.

Each file `messages/<catalogue>.toml` holds one table a sentence with the keys `vi` and `en`; its
name is `<catalogue>.<table>`. Placeholders are `{name}`, filled with values already formatted, or
with numbers, which are written with the language's decimal sign.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from data import path

__all__ = [
    "CONTROL",
    "VIET_NAM",
    "Language",
    "Phrase",
    "catalogue_keys",
    "has",
    "number",
    "text",
    "when",
]

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone in which people of the department read clocks."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff\ud800-\udfff]")
"""Characters that no text of a person holds; tabs and line ends are spaces."""

_COORDINATES = frozenset({"longitude", "latitude"})
"""Placeholders written with up to six decimals; a degree's third one is a hundred metres."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
"""A day as studies keep it; people read it as their language writes it."""


class Language(StrEnum):
    """A language of the product; Vietnamese is the default."""

    VI = "vi"
    EN = "en"


class Phrase(str):
    """The key of a sentence without placeholders, as a value of another; a tuple is a list."""

    __slots__ = ()


@cache
def _catalogue(name: str) -> Mapping[str, Mapping[str, str]]:
    try:
        content = path(f"messages/{name}.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    loaded: dict[str, Mapping[str, str]] = tomllib.loads(content)
    return loaded


def catalogue_keys() -> list[str]:
    """Return the full name of every sentence of every catalogue."""
    names = sorted(file.stem for file in path("messages").glob("*.toml"))
    return [f"{name}.{key}" for name in names for key in _catalogue(name)]


def has(key: str) -> bool:
    """Return whether a sentence exists."""
    name, _, entry = key.partition(".")
    return entry in _catalogue(name)


def number(
    value: float, language: Language | str = Language.VI, decimals: int | None = None
) -> str:
    """Write a number with the language's decimal and grouping signs.

    Parameters
    ----------
    value : float
        The number.
    language : Language
        Vietnamese writes 1.234,5 and English 1,234.5.
    decimals : int, optional
        Fixed number of decimals; without it up to three, trailing zeros dropped.
    """
    pattern = (
        "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals) * (decimals > 0)
    )
    return format_decimal(value, format=pattern, locale=str(language))


def when(moment: date | datetime, language: Language | str = Language.VI) -> str:
    """Write a date, or a moment in the time of Viet Nam, in the language's short form.

    A moment at midnight sharp is a day that somebody wrote without a time.
    """
    if isinstance(moment, datetime):
        there = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(VIET_NAM)
        if there.time() == time.min:
            return when(there.date(), language)
        return format_datetime(moment, "dd/MM/yyyy HH:mm", tzinfo=VIET_NAM, locale=str(language))
    return format_date(moment, "dd/MM/yyyy", locale=str(language))


def text(key: str, language: Language | str = Language.VI, /, **values: object) -> str:
    """Return a sentence in a language with its placeholders filled.

    Parameters
    ----------
    key : str
        `<catalogue>.<name>`, for example `exchange.missing_header`.
    language : Language
        The language wanted.
    **values
        Values of the placeholders; numbers and dates are written as the language does.

    Raises
    ------
    KeyError
        If there is no such sentence, or a placeholder has no value.
    """
    name, _, entry = key.partition(".")
    sentence = _catalogue(name)[entry][str(language)]
    return sentence.format_map({k: _written(k, v, language) for k, v in values.items()})


def _written(name: str, value: object, language: Language | str) -> object:
    if isinstance(value, Phrase):
        return text(value, language)
    if isinstance(value, tuple):
        return "; ".join(str(_written(name, one, language)) for one in value)
    if name in _COORDINATES and isinstance(value, float):
        return format_decimal(value, format="#,##0.######", locale=str(language))
    if isinstance(value, str) and (day := _day(value)) is not None:
        return when(day, language)
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        return value
    return number(value, language) if isinstance(value, int | float) else when(value, language)


def _day(value: str) -> date | None:
    """Return the day that a text is, None if it is none."""
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:  # the 30th of February
        return None
