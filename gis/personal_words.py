"""What words say of a person's data: headers of columns, and what a number or a name is called.

The words are in data/tables/personal.toml.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from data import path
from gis.names import plain_key

__all__ = [
    "Called",
    "Context",
    "called",
    "context_of",
    "introduces_person",
    "is_person",
    "is_personal_header",
    "keyed",
    "money_follows",
    "names_person",
    "plain_text",
]

_BETWEEN = 6
_LONGEST_HEADER, _MOST_DIGITS = 120, 2
_DAY_OR_YEAR = r"(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?\d{2,4}|(?:19|20)\d\d\b)"
_PASSPORT = re.compile(r"\b(?:ho chieu|passport)\b\D{0,14}?\b[a-z]\d{7}\b")
_NOT_SEEN = frozenset("\u115f\u1160\u3164\u034f")
_MARKS_ON_DIGITS = re.compile(
    "(?<=[0-9])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f"
    "\ufe20-\ufe2f\U000e0100-\U000e01ef]+"
)
_NOT_BETWEEN = re.compile(r"[\s\d.:;,\-_/()=#+]")


class Context(StrEnum):
    """What the header above says that a number is."""

    UNKNOWN = "unknown"
    AMOUNT = "amount"
    PLACE = "place"
    TAX = "tax"
    CODE = "code"


class Called(StrEnum):
    """What a number is called just before it."""

    PAPER = "paper"
    PHONE = "phone"
    TAX = "tax"


class _Plain(dict[int, str]):
    """What stands for each character, found once: of a digit of any script its value."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kind = unicodedata.category(character)
        plain = character
        if kind == "Nd":
            plain = str(unicodedata.decimal(character))
        elif kind in ("Pd", "Zs"):
            plain = "-" if kind == "Pd" else " "
        elif kind in ("Cf", "Me") or character in _NOT_SEEN:
            plain = ""
        self[code] = plain
        return plain


_PLAIN = _Plain()


@lru_cache(maxsize=1024)
def plain_text(text: str) -> str:
    """Return a text with its disguises taken off: digits as ASCII, nothing invisible.

    Compatibility forms are folded, decimal digits of every script become 0 to 9, dashes and spaces
    one each; format characters and marks on digits go.
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return _MARKS_ON_DIGITS.sub("", plain)


def keyed(plain: str) -> str:
    """Return a text in lower case without marks, each character where it was."""
    if plain.isascii():
        return plain.lower()
    return "".join(map(_key_of, plain))


@lru_cache(maxsize=4096)
def _key_of(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()[:1]
    return "d" if base in "đð" else base


@lru_cache(maxsize=8192)
def context_of(header: str) -> Context:
    """Return what a header says that the numbers below it are."""
    key = plain_key(plain_text(header))
    if _any_of("introduced", "tax").search(key):
        return Context.TAX
    named = (Context.AMOUNT, Context.PLACE, Context.CODE)
    return next(
        (one for one in named if _any_of("told_apart", one.value).search(key)), Context.UNKNOWN
    )


@lru_cache(maxsize=8192)
def is_personal_header(text: str, *, in_header_row: bool = False) -> bool:
    """Return whether a text is the header of a column of a person's data.

    Parameters
    ----------
    text : str
        The whole text of a cell, with or without marks, spaces or punctuation.
    in_header_row : bool
        Whether it stands where headers stand, so that words of everyday use count too.
    """
    if not 2 <= len(text) <= _LONGEST_HEADER:
        return False
    plain = plain_text(text)
    if sum(map(str.isdigit, plain)) > _MOST_DIGITS:
        return False
    parted = re.sub(r"(?<=[a-zà-ỹ])(?=[A-Z])", " ", plain)
    words = " ".join(plain_key(parted).split())
    listed = _headers()
    if words.startswith(tuple(f"{one} " for one in listed["counted"])):
        return False
    squashed = words.replace(" ", "")
    if squashed in _squashed("whole") or squashed.startswith(tuple(listed["beginnings"])):
        return True
    if in_header_row and squashed in _squashed("in_header_row"):
        return True
    return _any_of("headers", "within").search(words) is not None


def called(before: str) -> Called | None:
    """Return what a number is called in the words before it; of several the last counts.

    Parameters
    ----------
    before : str
        Of `keyed`.
    """
    last: tuple[int, Called] | None = None
    for meaning in Called:
        for found in _any_of("introduced", meaning.value).finditer(before):
            between = _NOT_BETWEEN.sub("", before[found.end() :])
            if len(between) <= _BETWEEN and (last is None or found.end() > last[0]):
                last = found.end(), meaning
    return None if last is None else last[1]


def introduces_person(plain: str, words: str) -> bool:
    """Return whether a text names a person: by name, birth, home or passport.

    Parameters
    ----------
    plain : str
        Of `plain_text`.
    words : str
        Its `keyed`.
    """
    if _born().search(words) or _PASSPORT.search(words) or _at_home().search(words):
        return True
    return any(_is_name(plain[found.end() :]) for found in _named().finditer(words))


def names_person(before: str) -> bool:
    """Return whether a text ends with the name of a person: a surname and what follows it.

    Parameters
    ----------
    before : str
        Of `plain_text`.
    """
    words = re.split(r"[^\w]+", before.strip(" \t\n:;,.-_()#"))
    return any(_is_person(words[-size:]) for size in (2, 3, 4, 5) if size <= len(words))


def is_person(plain: str) -> bool:
    """Return whether a text is nothing but how a person is called: `Ông Trần Văn B`.

    Parameters
    ----------
    plain : str
        Of `plain_text`.
    """
    words = [one for one in re.split(r"[^\w]+", plain) if one]
    while words and keyed(words[0]) in _words()["introduced"]["called"]:
        words = words[1:]
        if words and len(words) <= 5 and all(one[:1].isupper() for one in words):
            return True
    return len(words) <= 5 and _is_person(words)


def _is_person(words: list[str]) -> bool:
    """Return whether words are a surname and one to four more, each with a capital."""
    if len(words) < 2 or not all(one[:1].isupper() and one.isalpha() for one in words):
        return False
    return keyed(words[0]) in _words()["introduced"]["surnames"]


def money_follows(plain: str, at: int) -> bool:
    """Return whether a unit of money or frequency stands behind a number."""
    return _units().match(plain, at) is not None


def _is_name(behind: str) -> bool:
    """Return whether two words with capitals follow, as in a person's name."""
    following = behind.split()[:2]
    return len(following) == 2 and all(one[:1].isupper() for one in following)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(path("tables/personal.toml").read_text(encoding="utf-8"))


def _headers() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = _words()["headers"]
    return listed


@cache
def _squashed(name: str) -> frozenset[str]:
    return frozenset(one.replace(" ", "") for one in _headers()[name])


def _either(words: Iterable[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in ordered) + ")"


@cache
def _any_of(table: str, name: str) -> re.Pattern[str]:
    """Return a pattern of any of the words of a list; digits may stand right behind."""
    return re.compile(rf"(?<![^\W\d_]){_either(_words()[table][name])}(?![^\W\d_])")


@cache
def _born() -> re.Pattern[str]:
    return re.compile(rf"\b{_either(_words()['introduced']['birth'])}\b\D{{0,6}}{_DAY_OR_YEAR}")


@cache
def _at_home() -> re.Pattern[str]:
    return re.compile(rf"\b{_either(_words()['introduced']['home'])}\s*[:=]\s*\S")


@cache
def _named() -> re.Pattern[str]:
    return re.compile(rf"\b{_either(_words()['introduced']['name'])}\s*[:=]\s*")


@cache
def _units() -> re.Pattern[str]:
    return re.compile(rf"\s*{_either(_words()['told_apart']['units'])}(?![^\W\d_])", re.IGNORECASE)
