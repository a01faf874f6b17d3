"""Degrees as people type them: decimal, degrees-minutes-seconds, `106E1009`.

The forms that a plan, a licence and a phone show: `106°10'09,5"E`, `106 10 09`, `106-10-09`,
`10º32'`, `E106.1692`, `106,1692`, `106E1009` (106°10′09″E, as in the FM channel plan), two
coordinates in one cell, Vietnamese Đ (đông) and B (bắc) for E and N.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gis.errors import FormatError
from gis.exchange.numbers import tidy

__all__ = ["Angle", "Axis", "axis_of", "degrees_typed", "parse_angle", "parse_pair"]


class Axis(StrEnum):
    """Which coordinate a number is."""

    LONGITUDE = "longitude"
    LATITUDE = "latitude"


@dataclass(frozen=True, slots=True)
class Angle:
    """One coordinate.

    Attributes
    ----------
    degrees : float
        Positive east and north.
    axis : Axis or None
        What its letter says; None without a letter.
    half_step_deg : float
        Half a unit of its last digit: what rounding on writing may have taken or given.
    """

    degrees: float
    axis: Axis | None
    half_step_deg: float


_EAST, _WEST, _NORTH, _SOUTH = "E", "W", "N", "S"
_LETTERS = {
    "E": _EAST,
    "Đ": _EAST,
    "W": _WEST,
    "T": _WEST,
    "N": _NORTH,
    "B": _NORTH,
    "S": _SOUTH,
}
_NUMBER = r"\d{1,3}"
_DECIMALS = r"(?:[.,]\d+)?"
_DEGREE_SIGN = r"(?:độ|[°º˚⁰ᵒoO*dĐđ])"
_MINUTE_SIGN = r"(?:['’‘′ʹ´`]|phút|ph|m)"
_SECOND_SIGN = r"(?:[\"”“″ʺ¨]|['’′´]{2}|giây|s)"
_FORMS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?P<d>[+-]?\d{{1,3}}[.,]\d+)\s*{_DEGREE_SIGN}?",
        rf"(?P<d>[+-]?{_NUMBER})\s*{_DEGREE_SIGN}?",
        rf"(?P<d>{_NUMBER})\s*{_DEGREE_SIGN}\s*(?P<m>\d{{1,2}}{_DECIMALS})\s*{_MINUTE_SIGN}?",
        rf"(?P<d>{_NUMBER})\s*{_DEGREE_SIGN}\s*(?P<m>\d{{1,2}})\s*{_MINUTE_SIGN}\s*"
        rf"(?P<s>\d{{1,2}}{_DECIMALS})\s*{_SECOND_SIGN}?",
        rf"(?P<d>{_NUMBER})[ :-](?P<m>\d{{1,2}})[ :-](?P<s>\d{{1,2}}{_DECIMALS})",
        rf"(?P<d>{_NUMBER})[ :-](?P<m>\d{{1,2}}{_DECIMALS})",
        r"(?P<d>\d{2,3})\.(?P<m>\d{1,2})\.(?P<s>\d{1,2}(?:,\d+)?)",
    )
)
_PACKED = re.compile(
    r"(?P<d>\d{1,3})(?P<letter>[EWNS])(?P<m>\d{2})(?P<s>\d{2}(?:[.,]\d+)?)", re.ASCII
)
_OUTER_LETTER = re.compile(r"(?P<first>[EWNSĐB])?\.?\s*(?P<rest>.*?)\s*(?P<last>[EWNSĐBT])?")


@lru_cache(maxsize=65536)
def parse_angle(text: str) -> Angle | None:
    """Return one coordinate in degrees, or None when the text is none.

    Minutes and seconds must be below 60, and longitude at most 180 and latitude at most 90 when a
    letter says which it is.
    """
    text = tidy(text)
    if not text or len(text) > 40:
        return None
    packed = _PACKED.fullmatch(text.replace(" ", "").upper())
    if packed is not None:
        return _angle(packed, packed["letter"])
    found = _OUTER_LETTER.fullmatch(_with_capital_letters(text))
    if found is None or (found["first"] and found["last"]):
        return None
    letter = found["first"] or found["last"]
    for form in _FORMS:
        matched = form.fullmatch(found["rest"].strip())
        if matched is not None:
            return _angle(matched, _LETTERS[letter] if letter else None)
    return None


@lru_cache(maxsize=65536)
def parse_pair(text: str) -> tuple[Angle, Angle] | None:
    """Return two coordinates written in one cell, in their order, or None.

    They are parted by a semicolon, a slash, a comma with a space, or a space.
    """
    text = tidy(text)
    if len(text) > 80:
        return None
    for cut in _cuts(text):
        first, second = parse_angle(text[: cut[0]]), parse_angle(text[cut[1] :])
        if first is not None and second is not None:
            return first, second
    return None


def axis_of(name: str) -> Axis | None:
    """Return which coordinate a field of a form or a record is, by its name; None for others."""
    return next((axis for axis in Axis if name == axis or name.endswith(f"_{axis}")), None)


def degrees_typed(name: str, written: str) -> float:
    """Return the coordinate that a field of a form holds, in any form that `parse_angle` reads.

    Parameters
    ----------
    name : str
        Name of the field, one that has an `axis_of`.
    written : str
        What was typed.

    Returns
    -------
    float
        Degrees, positive east and north.

    Raises
    ------
    FormatError
        If it is no coordinate, or by its letter the other one; an example is told.
    """
    axis, found = axis_of(name), parse_angle(written)
    if found is None or found.axis not in (None, axis):
        raise FormatError(f"exchange.{axis}_wanted", name=name, value=written[:40])
    return found.degrees


def _with_capital_letters(text: str) -> str:
    last = text[-1] if text[-1] == "s" or text[-2:-1].isalpha() else text[-1].upper()
    return text[0].upper() + text[1:-1] + last if len(text) > 1 else text


def _cuts(text: str) -> list[tuple[int, int]]:
    """Return where a pair can be parted, the surest first."""
    sure = [found.span() for found in re.finditer(r"\s*[;/|]\s*|\s*,\s+", text)]
    if len(sure) == 1:
        return sure
    comma = [found.span() for found in re.finditer(r",", text)]
    if len(comma) == 1 and ("." in text or text[comma[0][0] - 1] in _LETTERS):
        return comma
    spaces = [found.span() for found in re.finditer(r" ", text)]
    letters = [(f.end(), f.end()) for f in re.finditer(r"[EWNSĐB](?=\s*\d)", text)]
    middle = len(text) / 2
    return sorted(spaces + letters, key=lambda cut: abs(cut[0] - middle))


def _angle(found: re.Match[str], letter: str | None) -> Angle | None:
    parts = found.groupdict()
    degrees, minutes, seconds = (
        float((parts.get(name) or "0").replace(",", ".")) for name in ("d", "m", "s")
    )
    if minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    half_step = _half_step_deg(parts)
    if letter is None:
        return Angle(value, None, half_step) if abs(value) <= 180 else None
    axis = Axis.LONGITUDE if letter in (_EAST, _WEST) else Axis.LATITUDE
    if degrees < 0 or value > (180 if axis is Axis.LONGITUDE else 90):
        return None
    return Angle(-value if letter in (_WEST, _SOUTH) else value, axis, half_step)


def _half_step_deg(parts: Mapping[str, str | None]) -> float:
    """Return half a unit of the last digit of the finest part that is written."""
    name = next(name for name in "smd" if parts.get(name))
    decimals = (parts[name] or "").replace(",", ".").partition(".")[2]
    return 0.5 * 10.0 ** -len(decimals) / {"d": 1, "m": 60, "s": 3600}[name]
