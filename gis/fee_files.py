"""The tariff of licence dossiers from a table: each row a rule `case.dossier.fee.*`.

No tariff ships, as none was at hand. The rows become rules in the administrator's own `fees.toml`,
so that an import has the history and the taking back of every rule file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from data.text import Language, text
from gis.dossier_words import PURPOSES, TYPES
from gis.errors import FormatError
from gis.exchange.table import Cell, Formula, shown
from gis.home import Home
from gis.names import plain_key
from gis.register.store import Register
from gis.rule_files import keep_rule_file, rule_file
from gis.rule_rows import (
    RefusedRow,
    day_of_cell,
    fragment,
    read_table,
    refused_row,
    without_known,
)
from gis.rules import versions_of
from gis.terms import FEE

__all__ = ["FIELDS", "TARIFF", "FeeImport", "header_of", "import_fees", "read_fees"]

TARIFF: Final = "fees.toml"
"""The rule file that holds the tariff."""

FIELDS: Final[Mapping[str, str]] = {
    "title_vi": "tên khoản",
    "title_en": "tên tiếng Anh",
    "types": "loại hồ sơ",
    "purposes": "mục đích",
    "amount_vnd": "số tiền (đồng)",
    "instrument": "văn bản",
    "clause": "điều khoản",
    "source": "nguồn",
    "confidence": "độ tin cậy",
    "valid_from": "hiệu lực từ",
    "valid_to": "hiệu lực đến",
    "note_vi": "ghi chú",
}
"""The columns, with their Vietnamese headers."""

_NEEDED: Final = ("title_vi", "types", "amount_vnd", "instrument", "clause", "source")
_HEADERS: Final = {plain_key(name): name for name in FIELDS} | {
    plain_key(header): name for name, header in FIELDS.items()
}
_CONFIDENCES: Final = ("verified", "secondary", "recalled", "derived")
_AMOUNT: Final = re.compile(r"\d{1,12}|\d{1,3}(?:([., ])\d{3})(?:\1\d{3}){0,3}")
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeImport:
    """What a file holds.

    Attributes
    ----------
    accepted : sequence of mapping
        The rows that can be taken, each a rule as TOML holds it.
    refused : sequence of RefusedRow
        Those that cannot.
    """

    accepted: Sequence[Mapping[str, Any]]
    refused: Sequence[RefusedRow]


def header_of(name: str, language: Language | str) -> str:
    """Return the header of a column in a language."""
    return name if language == Language.EN else FIELDS[name]


def read_fees(path: Path) -> FeeImport:
    """Judge the rows of a tariff: XLSX or CSV.

    Raises
    ------
    FormatError
        If the file cannot be read at all, lacks a column, or has no row.
    """
    table = read_table(path, _HEADERS)
    columns = {
        _HEADERS[plain_key(header)]: place
        for place, header in reversed(list(enumerate(table.header)))
        if plain_key(header) in _HEADERS
    }
    lacking = [FIELDS[name] for name in _NEEDED if name not in columns]
    if lacking:
        raise FormatError("devices.import_columns", file=path.name, columns=", ".join(lacking))
    accepted: list[Mapping[str, Any]] = []
    refused: list[RefusedRow] = []
    for row in table.rows:
        made, wrong = _one(row.number, row.cells, columns)
        wrong = wrong or _judged(row.number, made)
        refused += wrong
        if not wrong and made["id"] in {one["id"] for one in accepted}:
            refused.append(refused_row(row.number, "id", made["id"], "twice"))
        elif not wrong:
            accepted.append(made)
    if not accepted and not refused:
        raise FormatError("devices.import_empty", file=path.name)
    return FeeImport(accepted=accepted, refused=refused)


def import_fees(
    register: Register, home: Home, path: Path, *, replace: bool, author: str, on: date
) -> FeeImport:
    """Take the good rows of a file into the tariff in use, and return what was refused.

    Parameters
    ----------
    register, home
        Where the tariff and its history are kept.
    path : Path
        The file.
    replace : bool
        Whether the rows take the place of the tariff, or are added to it.
    author : str
        Who imports.
    on : date
        Today.

    Raises
    ------
    FormatError
        If the file cannot be read, or the tariff would not be sound.
    ConflictError
        If somebody changed the tariff meanwhile.
    """
    found, before = read_fees(path), rule_file(home, TARIFF)
    kept = "" if replace else before.content
    known = set(versions_of({TARIFF: kept.encode()})) if kept else set()
    accepted, again = without_known(found.accepted, known)
    if accepted:
        fragments = [fragment(one) for one in accepted]
        content = "\n".join([kept.rstrip("\n"), *fragments] if kept else fragments)
        keep_rule_file(
            register, home, TARIFF, f"{content}\n", author=author, expected=before.version, on=on
        )
    return FeeImport(accepted=accepted, refused=[*found.refused, *again])


def _one(
    number: int, cells: Sequence[Cell], columns: Mapping[str, int]
) -> tuple[dict[str, Any], list[RefusedRow]]:
    values: dict[str, Any] = {}
    wrong: list[RefusedRow] = []
    for name, place in columns.items():
        cell = cells[place]
        if isinstance(cell, Formula):
            wrong.append(refused_row(number, name, cell.text, "formula"))
        elif cell is None or not shown(cell).strip():
            if name in _NEEDED:
                wrong.append(refused_row(number, name, "", "needed"))
        else:
            try:
                values[name] = _value(name, cell)
            except FormatError as error:
                said = shown(cell)[:80]
                wrong.append(RefusedRow(row=number, field=name, value=said, error=error))
    return _made(values), wrong


def _value(name: str, cell: Cell) -> Any:
    said = shown(cell).strip()
    if name == "amount_vnd":
        return _amount(name, cell, said)
    if name in ("valid_from", "valid_to"):
        return day_of_cell(name, cell)
    if name == "types":
        return _words(name, said, "type", TYPES)
    if name == "purposes":
        return _words(name, said, "purpose", PURPOSES)
    if name == "confidence":
        return _words(name, said, "", _CONFIDENCES)[0]
    return said[:_LONGEST]


def _amount(name: str, cell: Cell, said: str) -> int:
    """Return an amount in đồng, which has no fractions: `50.000` and `50,000` are one."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if 0 <= cell <= 1e12 and float(cell).is_integer():
            return int(cell)
    elif _AMOUNT.fullmatch(said):
        return int(re.sub(r"\D", "", said))
    raise FormatError("devices.row_number", name=name, value=said[:80])


def _words(name: str, said: str, choice: str, known: Sequence[str]) -> list[str]:
    """Return words of a list, by their names or as forms show them, parted by semicolons."""
    shown_as = {plain_key(one): one for one in known}
    for one in known:
        key = f"desk_dossier.choice.{choice}.{one}" if choice else f"register.confidence.{one}"
        shown_as |= {plain_key(text(key, language)): one for language in Language}
    found = []
    for part in filter(None, (one.strip() for one in said.split(";"))):
        if plain_key(part) not in shown_as:
            raise FormatError(
                "requests.field_choice", name=name, value=part[:60], expected=", ".join(known)
            )
        found.append(shown_as[plain_key(part)])
    return list(dict.fromkeys(found))


def _made(values: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        name: values[name]
        for name in FIELDS
        if name in values and name not in ("types", "purposes", "amount_vnd")
    }
    day = values.get("valid_from")
    parts = [str(values.get("title_vi", "")), "" if day is None else str(day)]
    slug = re.sub(r"[^a-z0-9]+", "_", plain_key(" ".join(parts))).strip("_")[:80]
    return {
        "id": f"{FEE}{slug}",
        "title_en": values.get("title_vi", ""),
        "confidence": "secondary",
        "binding": True,
        **own,
        "parameters": {
            "types": values.get("types", []),
            "purposes": values.get("purposes", list(PURPOSES)),
            "amount_vnd": values.get("amount_vnd", 0),
        },
    }


def _judged(number: int, made: Mapping[str, Any]) -> list[RefusedRow]:
    """Return why a row could not be a rule, as the rules themselves are judged."""
    try:
        versions_of({TARIFF: fragment(made).encode()})
    except FormatError as error:
        name = str(error.values.get("name", ""))
        said = str({**made, **made["parameters"]}.get(name) or "")[:80]
        return [RefusedRow(row=number, field=name, value=said, error=error)]
    return []
