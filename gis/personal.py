"""The one detector of a person's data: papers, telephone numbers, and words that name such data.

A subscriber's information belongs to the operator, never here. What the detector finds is told by
kind and place, never by value. It reads text as people disguise it: digits of any script and full
width, invisible characters between them, separators of every sort. It tells apart, as far as that
can be told, what only looks alike: days, amounts, coordinates, frequencies, codes with letters,
and tax codes of organisations, which carry a check digit.

Papers are CMND (9 digits) and CCCD or số định danh (12 digits, the first three a province or a
country); telephone numbers those of the national numbering plan, also with 84 before them. What a
number is called goes before what it looks like: `MST 0900123459` is a tax code where its check
digit agrees, `CMND 123456000` is no amount.
"""

import math
import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from gis.personal_words import (
    Called,
    Context,
    called,
    introduces_person,
    keyed,
    money_follows,
    names_person,
    plain_text,
)

__all__ = ["Personal", "in_number", "in_text", "masked"]


class Personal(StrEnum):
    """What was found."""

    PAPER = "paper"
    PHONE = "phone"
    PERSON = "person"
    HEADER = "header"


class _Run(NamedTuple):
    """Digits with separators between them, where they stand, and whether they stand apart."""

    groups: tuple[str, ...]
    separators: tuple[str, ...]
    start: int
    end: int
    joined: bool = False


_MOBILE = r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}"
_FORMER_MOBILE = r"1(?:2\d|6[2-9]|8[68]|99)\d{7}"
_LANDLINE = r"2\d{9}"
_PHONE = re.compile(rf"(?:0|84|0084|840)(?:{_MOBILE}|{_FORMER_MOBILE}|{_LANDLINE})")
_SERVICE = re.compile(r"1[89]00\d{4,6}")
"""Numbers of services, 1800 and 1900, which are nobody's."""
_IDENTITY = re.compile(r"0(?:0[1-9]|[1-9]\d)\d{9}")
_STAMP = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d"
)
_ROUND = "000"
"""An amount ends so; of papers one in a thousand does."""

_GAP = r"[^\w°]|_"
"""Whatever is no letter and no digit; a sign of degrees says that a coordinate follows."""
_RUN = re.compile(rf"\d(?:(?:{_GAP})*\d)+")
_SPLIT = re.compile(rf"(?:{_GAP})+")
_APART = re.compile(r"\s*[\n\r;]\s*|[^\w°]{4,}|\s*[%=<>&]\s*|, +|: +|\s+[-|/]\s+|\s{2,}|\t")
"""What stands between two numbers sooner than within one."""
_DAY = re.compile(
    r"(?<!\d)(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:19|20)\d\d"
    r"|(?:19|20)\d\d[/.\-]\d{1,2}[/.\-]\d{1,2})(?!\d)"
)
_CLOCK = re.compile(r"(?<!\d)[0-2]?\d[:h][0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?!\d)")
_BEFORE_CLOCK = re.compile(r"(?<=\d)[T ](?=[0-2]\d:[0-5]\d)")
_FRACTION = re.compile(r"(?<![\d.,])(?!84[.,]\d{9})(?:0|[1-9]\d{0,2})[.,]\d{4,}(?!\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LETTER = r"[^\W\d_]"
_SERIAL = re.compile(r"[A-Z]{2}$")
"""Right before digits, as in the serial number of a device."""
_LISTED = 13
"""So many digits of numbers that stand apart may be one; of more, five groups at most are."""
_LETTER_BEFORE = re.compile(rf"{_LETTER}[\-_/.]?$")
_LETTER_BEHIND = re.compile(rf"[\-_/.]?{_LETTER}")

_NEAR = 24
"""Characters before a number in which it is called something."""
_LONGEST_NAME = 48
_FEWEST_DIGITS, _MOST_DIGITS = 10, 15
_FEWEST_OF_ANY = 8
_FEWEST_OF_BIRTH = 4
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_LARGEST = 1e15
_SMALLEST = 1e7


def in_text(text: str, context: Context = Context.UNKNOWN) -> Personal | None:
    """Return what a text holds of a person's data, or None.

    Parameters
    ----------
    text : str
        Of a form, a cell, a comment, a name.
    context : Context
        What the header above it says that it is.
    """
    return next((kind for kind, _, _ in _found(plain_text(text), context)), None)


def masked(text: str) -> str:
    """Return a text without what it holds of a person's data, so that it can be shown again."""
    plain = plain_text(text)
    for kind, start, end in reversed(list(_found(plain, Context.UNKNOWN))):
        if kind is Personal.PERSON:
            return "…"
        plain = f"{plain[:start]}…{plain[end:]}"
    return plain if in_text(plain) is None else "…"


def in_number(value: float, context: Context = Context.UNKNOWN) -> Personal | None:
    """Return what a number of a spreadsheet is of a person's data, or None.

    A spreadsheet drops the zero before a number, so that it is judged with its zeros again.

    Parameters
    ----------
    value : float
        As the file stores it; what is not whole is none.
    context : Context
        What the header above it says that it is.
    """
    if not (math.isfinite(value) and _SMALLEST <= value < _LARGEST and value == int(value)):
        return None
    digits = str(int(value))
    if context is Context.TAX:
        sizes = [size for size in (10, 13) if size >= len(digits)]
        if any(_is_tax_code(digits.zfill(size)) for size in sizes):
            return None
    if digits.endswith(_ROUND) or context in (Context.AMOUNT, Context.PLACE, Context.CODE):
        return None
    return _judged(digits, context) or _with_zeros(digits)


def _with_zeros(digits: str) -> Personal | None:
    """Return what a number is with the zeros that a spreadsheet dropped."""
    if _is_tax_code(digits):
        return None
    if len(digits) in (9, 10) and _PHONE.fullmatch(f"0{digits}"):
        return Personal.PHONE
    whole = digits.zfill(12)
    is_identity = len(digits) in (10, 11) and _IDENTITY.fullmatch(whole) and whole[3] in "0123"
    return Personal.PAPER if is_identity else None


def _found(plain: str, context: Context) -> Iterator[tuple[Personal, int, int]]:
    """Yield what a text without disguises holds, and where."""
    digits = sum(map(str.isdigit, plain))
    if digits < _FEWEST_OF_BIRTH and ":" not in plain and "=" not in plain:
        return
    words = keyed(plain)
    if introduces_person(plain, words):
        yield Personal.PERSON, 0, len(plain)
    if digits < _FEWEST_OF_ANY:
        return
    for run in _runs(_without_days(plain)):
        found = _of_run(run, plain, words, context)
        if found is not None:
            yield found, run.start, run.end


def _without_days(plain: str) -> str:
    """Return a text with days, times and decimal fractions as letters, of the same length."""
    bare = _BEFORE_CLOCK.sub("x", plain)
    for pattern in (_DAY, _CLOCK, _FRACTION):
        bare = pattern.sub(lambda found: "x" * len(found[0]), bare)
    return bare


def _runs(text: str) -> Iterator[_Run]:
    """Yield runs of digits; where they stand apart, each by itself, and together if they are one.

    `091, 234, 5678` is one number with strange separators; `0912345678, 0987654321` are two.
    """
    for found in _RUN.finditer(text):
        at = found.start()
        parts = []
        for gap in _APART.finditer(found[0]):
            parts.append((at, found.start() + gap.start()))
            at = found.start() + gap.end()
        parts.append((at, found.end()))
        runs = [_run(text, start, end) for start, end in parts]
        whole = _run(text, found.start(), found.end())
        if len(runs) > 1:
            runs.append(whole._replace(joined=True))
        yield from runs


def _run(text: str, start: int, end: int) -> _Run:
    part = text[start:end]
    groups = tuple(one for one in _SPLIT.split(part) if one)
    return _Run(groups, tuple(_SPLIT.findall(part)), start, end)


def _of_run(run: _Run, plain: str, words: str, context: Context) -> Personal | None:
    digits = "".join(run.groups)
    if len(digits) < _FEWEST_OF_ANY or _SERVICE.fullmatch(digits):
        return None
    name = called(words[max(0, run.start - _NEAR) : run.start])
    if name in (Called.PAPER, Called.PHONE):
        return Personal(name.value)
    if name is Called.TAX:
        context = Context.TAX
    is_tax = context is Context.TAX and len(digits) in (10, 13) and _is_tax_code(digits)
    if is_tax or _SERIAL.search(plain[: run.start][-2:]):
        return None
    if context is Context.CODE and names_person(plain[: run.start][-_LONGEST_NAME:]):
        context = Context.UNKNOWN
    spans = _windows(run) if not run.joined else _joined_windows(run, plain)
    spoken = next(filter(None, (_spoken(run, *span) for span in spans)), None)
    if spoken is not None or not _stands_alone(run, plain, context):
        return spoken
    return _judged(digits, context)


def _stands_alone(run: _Run, plain: str, context: Context) -> bool:
    """Return whether nothing around digits says that they are something else than a paper."""
    if context in (Context.AMOUNT, Context.PLACE, Context.CODE) or run.joined:
        return False
    before = plain[max(0, run.start - 2) : run.start]
    attached = _LETTER_BEFORE.search(before) or _LETTER_BEHIND.match(plain, run.end)
    return _is_even(run) and not attached and not money_follows(plain, run.end)


def _windows(run: _Run) -> Iterator[tuple[int, int]]:
    """Yield the spans of groups that may be a number: the whole, and what begins with 0 or 84."""
    yield 0, len(run.groups)
    for first, group in enumerate(run.groups):
        begins = group[0] in "08" and "".join(run.groups[first : first + 3])[:3] != "000"
        size = 0
        for last in range(first, len(run.groups) if begins else first):
            size += len(run.groups[last])
            if size > _MOST_DIGITS:
                break
            if size >= _FEWEST_DIGITS:
                yield first, last + 1


def _joined_windows(run: _Run, plain: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of numbers that stand apart and may be one number written apart.

    Of many numbers only those count that begin as a number does, with 0 and two digits more; an
    amount of money is none of it.
    """
    many = sum(map(len, run.groups)) > _LISTED
    money = money_follows(plain, run.end)
    for first, last in _windows(run):
        begins = run.groups[first]
        if many and not (begins[0] == "0" and len(begins) > 2):
            continue
        if not (money and last == len(run.groups)):
            yield first, last


def _spoken(run: _Run, first: int, last: int) -> Personal | None:
    """Return what groups are that no other number looks like: of the numbering plan, or a CCCD."""
    groups, separators = run.groups[first:last], run.separators[first : last - 1]
    slashed = any("/" in one for one in separators)
    if slashed and any(_YEAR.fullmatch(one) for one in groups[1:]):
        return None  # the number of an office's paper
    if not (len(groups) <= 5 or max(map(len, groups)) <= 2):
        return None
    if run.joined and len(groups) > 5 and _is_list(run, groups):
        return None
    digits = "".join(groups)
    if _PHONE.fullmatch(digits):
        return Personal.PHONE
    return Personal.PAPER if len(digits) == 12 and _IDENTITY.fullmatch(digits) else None


def _is_list(run: _Run, groups: tuple[str, ...]) -> bool:
    """Return whether small numbers that stand apart are many, or each larger than the one before.

    `05, 06, 07, 08, 09, 10` are months; `0, 9, 1, 2, 3, 4, 5, 6, 7, 8` is a telephone number.
    """
    numbers = [int(one) for one in groups]
    rising = all(a < b for a, b in pairwise(numbers))
    return rising or sum(map(len, run.groups)) > _LISTED


def _judged(digits: str, context: Context) -> Personal | None:
    """Return what digits are of which nothing but their number says that they are a paper."""
    if _PHONE.fullmatch(digits):
        return None if context is Context.TAX and _is_tax_code(digits) else Personal.PHONE
    if len(digits) == 12 and _IDENTITY.fullmatch(digits):
        return Personal.PAPER
    if len(digits) not in (9, 12) or digits.endswith(_ROUND) or _STAMP.fullmatch(digits):
        return None
    return Personal.PAPER


def _is_even(run: _Run) -> bool:
    """Return whether groups are as those of a paper: of one size, with one separator."""
    sizes = {len(one) for one in run.groups}
    return len(run.groups) == 1 or (len(sizes) == 1 and len(set(run.separators)) == 1)


def _is_tax_code(digits: str) -> bool:
    """Return whether 10 digits, or the first 10 of 13, carry the check digit of a tax code.

    The check digit is 10 less the remainder by 11 of the weighed sum of the nine before it; the
    rule is recalled, and agrees with the published codes of Viettel, VNPT and MobiFone.
    """
    if len(digits) not in (10, 13):
        return False
    weighed = sum(int(d) * w for d, w in zip(digits, _TAX_WEIGHTS, strict=False))
    return int(digits[9]) == 10 - weighed % 11
