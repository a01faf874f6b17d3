"""Files of bearings, levels and times, judged before a search: what was read, and what was not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile

from data.text import Language, number, text, when
from gis.errors import FormatError
from gis.exchange.encoding import decode
from gis.exchange.observed import MOST_CHARACTERS, Rows, read_bearings, read_levels, read_log

__all__ = ["TEXTS", "Judged", "judge", "texts_of", "unread"]

TEXTS: Final[Mapping[str, Callable[[str], Rows]]] = {
    "bearings_csv": read_bearings,
    "levels_csv": read_levels,
    "log_csv": read_log,
}
"""The fields that hold the text of a file, and what reads it."""

_COLUMNS: Final = {
    "bearings_csv": ("station", "latitude", "longitude", "bearing_deg", "error_deg", "at"),
    "levels_csv": ("name", "latitude", "longitude", "level", "uncertainty_db"),
    "log_csv": ("from", "to", "heard"),
}
_NUMBERS: Final = {
    "latitude": 5,
    "longitude": 5,
    "bearing_deg": 1,
    "error_deg": 1,
    "uncertainty_db": 1,
}
"""Decimals of the numbers that are shown."""

_MOST_BYTES: Final = 4 * MOST_CHARACTERS
_SHOWN: Final = 20
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Judged:
    """What a text held, in words.

    Attributes
    ----------
    summary : str
        How many rows were read, and of which kind the file is.
    remarks : list of str
        What was not read or was converted, row by row.
    columns : list of str
        Heads of the rows that are shown.
    numeric : frozenset of int
        Columns of numbers.
    rows : list of list of str
        The first rows.
    further : int
        How many more there are.
    """

    summary: str
    remarks: list[str]
    columns: list[str]
    numeric: frozenset[int]
    rows: list[list[str]]
    further: int


def texts_of(form: FormData) -> tuple[dict[str, str], set[str], list[FormatError]]:
    """Return the texts of a form, a file's in the place of what stood in its field.

    Returns
    -------
    typed : dict of str to str
        Every text by the name of its field.
    sent : set of str
        The fields whose text is that of a file.
    wrong : list of FormatError
        Files that are no text; each names its field.
    """
    typed = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    sent, wrong = set(), []
    for name in TEXTS:
        file = form.get(f"{name}_file")
        if isinstance(file, UploadFile) and file.filename:
            try:
                typed[name] = _decoded(file)
                sent.add(name)
            except FormatError as error:
                wrong.append(FormatError(error.key, **{**error.values, "name": name}))
    return typed, sent, wrong


def _decoded(file: UploadFile) -> str:
    name = (file.filename or "")[-_LONGEST_NAME:]
    content = file.file.read(_MOST_BYTES + 1)
    if not content.strip():
        raise FormatError("pages.file_empty", file=name)
    if len(content) > _MOST_BYTES:
        raise FormatError("sources.text_too_long", most=MOST_CHARACTERS)
    return decode(content, name)


def judge(
    typed: Mapping[str, str], language: Language
) -> tuple[dict[str, Judged], list[FormatError]]:
    """Return what each text that was filled in held, and what of them is refused altogether."""
    found, wrong = {}, []
    for name, read in TEXTS.items():
        if not typed.get(name, "").strip():
            continue
        try:
            found[name] = _judged(name, read(typed[name]), language)
        except FormatError as error:
            wrong.append(FormatError(error.key, **{**error.values, "name": name}))
    return found, wrong


def _judged(name: str, read: Rows, language: Language) -> Judged:
    merged = any("records" in row for row in read.rows)
    key = "sources.read_kraken" if merged else f"sources.read_{name.removesuffix('_csv')}"
    columns = [
        one for one in _COLUMNS[name] if any(_cell(row, one, language) for row in read.rows)
    ]
    return Judged(
        summary=text(key, language, count=len(read.rows)),
        remarks=[text(one, language, **values) for one, values in read.remarks],
        columns=[text(f"sources.cell_{one}", language) for one in columns],
        numeric=frozenset(
            place for place, one in enumerate(columns) if one in _NUMBERS or one == "level"
        ),
        rows=[[_cell(row, one, language) for one in columns] for row in read.rows[:_SHOWN]],
        further=max(0, len(read.rows) - _SHOWN),
    )


def _cell(row: Mapping[str, Any], column: str, language: Language) -> str:
    if column == "level":
        below = row.get("below_dbuvm")
        value = row["field_strength_dbuvm"] if below is None else below
        return ("< " if below is not None else "") + number(value, language, 1)
    if column == "heard":
        return text(f"maps.value_{'yes' if row['heard'] else 'no'}", language)
    value = row.get(column)
    if value is None:
        return ""
    if column in _NUMBERS:
        return number(value, language, _NUMBERS[column])
    if column in {"at", "from", "to"}:
        return when(datetime.fromisoformat(value), language)
    return str(value)


def unread(judged: Mapping[str, Judged], names: Sequence[str]) -> bool:
    """Return whether something of some texts has to be looked at by a person."""
    return any(judged[name].remarks for name in names if name in judged)
