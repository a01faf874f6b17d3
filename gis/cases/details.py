"""What an event says, read strictly from a form or from JSON: nothing unknown, none dropped."""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from data.text import CONTROL, VIET_NAM
from gis.cases.procedure import Field, FieldKind
from gis.days import read_day, within_years
from gis.errors import FormatError
from gis.exchange.coordinates import axis_of, degrees_typed

__all__ = ["LONGEST_TEXT", "MOST_ATTACHMENTS", "read_attachments", "read_details"]

LONGEST_TEXT: Final = 4000
"""Characters of one text."""
MOST_ATTACHMENTS: Final = 20
_LONGEST_NAME: Final = 200
_MOST_IDS: Final = 500
_YEAR: Final = re.compile(r"20[0-9]{2}")


def read_details(
    asked: Sequence[Field],
    given: Mapping[str, object],
    *,
    grounds: Collection[str] = (),
    authorities: Collection[str] = (),
    whole: bool = True,
) -> dict[str, object]:
    """Return what an event says, as JSON values; what is empty is not stated.

    Parameters
    ----------
    asked : sequence of Field
        The fields of the event.
    given : mapping
        What was typed or sent, by the names of the fields.
    grounds, authorities : collection of str
        The grounds of a refusal and the authorities that the rules list on that day.
    whole : bool
        Whether a required field that is not stated is refused; else it may follow later.

    Raises
    ------
    FormatError
        With the name of the field, what was given and what was expected.
    """
    fields = {one.name: one for one in asked if not one.recorded}
    told = {name: value for name, value in given.items() if value not in ("", None, [], ())}
    for name in told:
        if name not in fields:
            raise FormatError("requests.field_unknown", name=name[:60], known=", ".join(fields))
    listed = {FieldKind.GROUNDS: tuple(grounds), FieldKind.AUTHORITY: tuple(authorities)}
    read: dict[str, object] = {}
    for name, field in fields.items():
        if name in told:
            choices = listed.get(field.kind, field.choices)
            read[name] = _value(field, told[name], choices)
        elif field.required and whole:
            raise FormatError("requests.field_absent", name=name)
    _require_order(read, "contract_from", "contract_to")
    return read


def read_attachments(given: object) -> tuple[str, ...]:
    """Return the names of papers, one a line or as a list.

    Raises
    ------
    FormatError
        If they are no names, or too many.
    """
    lines = given.splitlines() if isinstance(given, str) else given
    if not isinstance(lines, Sequence) or not all(isinstance(one, str) for one in lines):
        raise FormatError("requests.field_text", name="attachments")
    names = tuple(_text("attachments", one, _LONGEST_NAME) for one in lines if one.strip())
    if len(names) > MOST_ATTACHMENTS:
        raise FormatError(
            "requests.too_many_attachments", most=MOST_ATTACHMENTS, name="attachments"
        )
    return names


def _value(field: Field, given: object, choices: Sequence[str]) -> object:
    if field.read is not None:
        return field.read(given)
    if field.kind is FieldKind.NUMBER:
        return _number(field, given)
    if field.kind in _NAMED:
        return _NAMED[field.kind](field.name, given)
    if field.kind in (FieldKind.GROUNDS, FieldKind.SEVERAL):
        several = [given] if isinstance(given, str) else given
        if not isinstance(several, Sequence):
            raise _not_listed(field.name, choices)
        return sorted({_choice(field.name, one, choices) for one in several})
    if field.kind in (FieldKind.CHOICE, FieldKind.AUTHORITY):
        return _choice(field.name, given, choices)
    longest = _LONGEST_NAME if field.kind is FieldKind.LINE else LONGEST_TEXT
    return _text(field.name, given, longest)


def _text(name: str, given: object, longest: int) -> str:
    if not isinstance(given, str):
        raise FormatError("requests.field_text", name=name)
    said = unicodedata.normalize("NFC", given).replace("\r\n", "\n").strip()
    if not said:
        raise FormatError("requests.field_absent", name=name)
    if CONTROL.search(said):
        raise FormatError("requests.field_control", name=name)
    if len(said) > longest:
        raise FormatError("requests.field_long", name=name, most=longest)
    return said


def _number(field: Field, given: object) -> float:
    told = {"name": field.name, "least": field.least, "most": field.most}
    if isinstance(given, str) and axis_of(field.name) is not None:
        given = degrees_typed(field.name, given)
    try:
        value = float(given.replace(",", ".") if isinstance(given, str) else given)  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        raise FormatError("requests.field_number", **told) from None
    if isinstance(given, bool) or not math.isfinite(value):
        raise FormatError("requests.field_number", **told)
    if not field.least <= value <= field.most:
        raise FormatError("requests.field_number", **told)
    return value


def _day(name: str, given: object) -> str:
    try:
        return read_day(str(given)).isoformat()
    except ValueError:
        raise FormatError("requests.field_day", name=name, value=str(given)[:40]) from None


def _moment(name: str, given: object) -> str:
    """Return a moment with its zone; what states none was read from a clock in Viet Nam."""
    try:
        moment = datetime.fromisoformat(str(given))
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=VIET_NAM)
        if not within_years(zoned.year):
            raise ValueError(zoned.year)
        return zoned.astimezone(VIET_NAM).isoformat(timespec="minutes")
    except (OverflowError, ValueError):
        raise FormatError("requests.field_moment", name=name, value=str(given)[:40]) from None


def _year(name: str, given: object) -> str:
    """Return a year of this century as text: it is a name, not an amount."""
    said = str(given).strip()
    if isinstance(given, bool) or not _YEAR.fullmatch(said):
        raise FormatError("requests.field_year", name=name, value=said[:40])
    return said


def _ids(name: str, given: object) -> list[str]:
    """Return identifiers, one a line or as a list, each once."""
    lines = given.splitlines() if isinstance(given, str) else given
    if not isinstance(lines, Sequence):
        raise FormatError("requests.field_text", name=name)
    several = [one for one in lines if not isinstance(one, str) or one.strip()]
    if len(several) > _MOST_IDS:
        raise FormatError("requests.too_many_ids", name=name, most=_MOST_IDS)
    return list(dict.fromkeys(_text(name, one, _LONGEST_NAME) for one in several))


def _choice(name: str, given: object, choices: Sequence[str]) -> str:
    if not isinstance(given, str) or given not in choices:
        raise _not_listed(name, choices)
    return given


def _not_listed(name: str, choices: Sequence[str]) -> FormatError:
    return FormatError("requests.field_choice", name=name, expected=", ".join(choices))


def _require_order(read: Mapping[str, object], first: str, last: str) -> None:
    start, end = read.get(first), read.get(last)
    if isinstance(start, str) and isinstance(end, str) and end < start:
        raise FormatError("requests.field_order", name=last, start=start, end=end)


_NAMED: Final[Mapping[FieldKind, Callable[[str, object], object]]] = {
    FieldKind.DAY: _day,
    FieldKind.MOMENT: _moment,
    FieldKind.YEAR: _year,
    FieldKind.IDS: _ids,
}
"""What reads a detail that is judged by itself, by its kind."""
