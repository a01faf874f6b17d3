"""What a person typed, or a program sent, as values of a record: all that is wrong at once."""

import re
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
from starlette.requests import Request

from api.errors import explain, status_of
from api.forms import Refused, Wrong
from api.language import safe_language
from api.whole import whole
from data.text import CONTROL, Language, has, text
from gis.days import read_day
from gis.errors import FormatError, GisError
from gis.exchange.coordinates import axis_of, degrees_typed
from gis.exchange.fields import range_of
from gis.exchange.marks import bears_mark

__all__ = [
    "WrongFieldsError",
    "as_typed",
    "field_label",
    "given_reason",
    "kept_reason",
    "needed_reason",
    "read_entered",
    "refused_fields",
]

_LONGEST = 500
_LONGEST_REASON = 300
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_LONGEST_NUMBER = 40
_FLAGS = {"yes": True, "no": False}


class WrongFieldsError(FormatError):
    """Some fields cannot be taken.

    Attributes
    ----------
    wrong : sequence of (str, GisError)
        Name of each, and why.
    """

    def __init__(self, wrong: Sequence[tuple[str, GisError]]) -> None:
        self.wrong = wrong
        name, error = wrong[0]
        super().__init__("infrastructure.wrong_field", name=name, reason=str(error))

    def say(self, language: Language | str) -> str:
        """Say it in a language."""
        return "; ".join(
            text(self.key, language, name=field_label(name, language), reason=error.say(language))
            for name, error in self.wrong
        )


def field_label(name: str, language: Language | str) -> str:
    """Return what a field of a structure, level or contract is called."""
    own = f"infrastructure.field_{name}"
    key = own if has(own) else f"register.field.{name}"
    return text(key, language) if has(key) else name


def read_entered(record: type, names: Sequence[str], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of some fields of a record; a field that was not sent is not returned.

    Parameters
    ----------
    record : type
        Whose annotations say what each field is.
    names : sequence of str
        The fields that may be set.
    typed : mapping
        As typed; a decimal comma or point, `yes` and `no`, days as YYYY-MM-DD, empty for none.

    Raises
    ------
    WrongFieldsError
        With every field that cannot be read, or may not be set.
    """
    hints = get_type_hints(record)
    values: dict[str, Any] = {}
    wrong: list[tuple[str, GisError]] = [
        (name[:60], FormatError("infrastructure.unknown_field"))
        for name in typed
        if name not in names
    ]
    for name in names:
        if name not in typed:
            continue
        try:
            values[name] = _value(name, hints[name], typed[name])
        except FormatError as error:
            wrong.append((name, error))
    if wrong:
        raise WrongFieldsError(wrong)
    return values


def as_typed(value: object) -> str:
    """Return a value of a record as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return np.format_float_positional(value, trim="-")  # the same number when it is read
    return str(value)


def given_reason(typed: Mapping[str, str]) -> str:
    """Return why something is changed, as a form says.

    Raises
    ------
    FormatError
        If it does not.
    """
    return needed_reason(typed.get("reason", "")[:_LONGEST_REASON])


def needed_reason(reason: str) -> str:
    """Return a reason as the history keeps it.

    Raises
    ------
    FormatError
        If there is none, or as `kept_reason`.
    """
    kept = kept_reason(reason)
    if not kept:
        raise FormatError("infrastructure.reason_needed", name="reason")
    return kept


def kept_reason(reason: str) -> str:
    """Return a reason as the history keeps it; empty where none was given.

    Raises
    ------
    FormatError
        If it holds what no text of a person holds, is too long, or bears the mark of a state
        secret.
    """
    try:
        return _said(reason)
    except FormatError as error:
        raise FormatError(error.key, **{**error.values, "name": "reason"}) from None


def refused_fields(request: Request, typed: Mapping[str, str], error: GisError) -> Refused:
    """Return a form with what was wrong at its fields."""
    language = safe_language(request, page=True)
    kept = {name: value[:_LONGEST] for name, value in typed.items() if name != "csrf_token"}
    if isinstance(error, WrongFieldsError):
        wrong = tuple(
            Wrong(name, field_label(name, language), one.say(language))
            for name, one in error.wrong
        )
        return Refused(422, kept, wrong)
    name = str(error.values.get("name", ""))
    label = field_label(name, language) if name else ""
    return Refused(status_of(error), kept, (Wrong(name, label, explain(error, language)),))


def _value(name: str, hint: Any, sent: object) -> Any:
    said = _said(sent)
    optional = isinstance(hint, types.UnionType) or get_origin(hint) is Union
    if not said:
        if optional:
            return None
        raise FormatError("infrastructure.field_needed")
    if optional:
        (hint,) = (part for part in get_args(hint) if part is not types.NoneType)
    value = _read(hint)(said, name)
    limits = range_of(name)
    if limits is not None and not limits[0] <= value <= limits[1]:
        raise FormatError("infrastructure.out_of_range", low=limits[0], high=limits[1], value=said)
    return value


def _said(sent: object) -> str:
    if isinstance(sent, bool):
        return "yes" if sent else "no"
    said = "" if sent is None else str(sent).strip()
    if len(said) > _LONGEST or CONTROL.search(said):
        raise FormatError("infrastructure.not_text", most=_LONGEST)
    if bears_mark(said):
        raise FormatError("infrastructure.state_secret")
    return said


def _read(hint: Any) -> Callable[[str, str], Any]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return lambda said, _: _member(hint, said)
    return {str: lambda said, _: said, float: _number, int: _count, bool: _flag, date: _day}[hint]


def _member(kinds: type[StrEnum], said: str) -> StrEnum:
    try:
        return kinds(said)
    except ValueError:
        expected = ", ".join(kind.value for kind in kinds)
        raise FormatError(
            "infrastructure.not_choice", value=said[:60], expected=expected
        ) from None


def _number(said: str, name: str) -> float:
    if axis_of(name) is not None:
        return degrees_typed(name, said)
    if name.endswith("_vnd"):
        if not re.fullmatch(r"\d{1,12}(\.0)?", said):
            raise FormatError("infrastructure.not_money", value=said[:60])
    elif not (_NUMBER.fullmatch(said) and len(said) <= _LONGEST_NUMBER):
        raise FormatError("infrastructure.not_number", value=said[:60])
    return float(said.replace(",", "."))


def _count(said: str, _: str) -> int:
    number = whole(said)
    if number is None:
        raise FormatError("infrastructure.not_count", value=said[:60])
    return number


def _flag(said: str, _: str) -> bool:
    if said not in _FLAGS:
        raise FormatError("infrastructure.not_choice", value=said[:60], expected="yes, no")
    return _FLAGS[said]


def _day(said: str, _: str) -> date:
    try:
        return read_day(said)
    except ValueError:
        raise FormatError("infrastructure.not_day", value=said[:60]) from None
