"""Rows of a table that become rules of an administrator's file: bad rows told, good ones kept."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from gis.errors import FormatError, GisError
from gis.exchange.formats import csv_, xlsx
from gis.exchange.safety import Format, Limits, inspect
from gis.exchange.table import Cell, Table, shown
from gis.names import plain_key

__all__ = [
    "LIMITS",
    "RefusedRow",
    "day_of_cell",
    "fragment",
    "read_table",
    "refused_row",
    "without_known",
]

LIMITS: Final = Limits(file_bytes=2_000_000, unpacked_bytes=20_000_000, rows=1_000, columns=64)
"""What a table of rules may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that was not taken.

    Attributes
    ----------
    row : int
        As the file's own program counts; of TOML the number of the rule.
    field : str
        The column, or the key.
    value : str
        What stands there.
    error : GisError
        What was expected.
    """

    row: int
    field: str
    value: str
    error: GisError


def refused_row(row: int, field: str, value: object, reason: str, **values: object) -> RefusedRow:
    """Return a row that was not taken; `reason` ends the key of what is said."""
    said = str(value)[:80] if value is not None else ""
    error = FormatError(f"devices.row_{reason}", name=field, value=said, **values)
    return RefusedRow(row=row, field=field, value=said, error=error)


def without_known(
    accepted: Sequence[Mapping[str, Any]], known: Collection[str]
) -> tuple[list[Mapping[str, Any]], list[RefusedRow]]:
    """Return the rules whose id is not known yet, and the others as refused."""
    again = [(place, one) for place, one in enumerate(accepted) if one["id"] in known]
    left = [one for one in accepted if one["id"] not in known]
    return left, [refused_row(place + 1, "id", one["id"], "known") for place, one in again]


def fragment(made: Mapping[str, Any]) -> str:
    """Return a rule as TOML writes it."""
    own = [f"{name} = {_toml(value)}" for name, value in made.items() if name != "parameters"]
    parameters = made.get("parameters", {})
    lines = ["", "[[rule]]", *own, "[rule.parameters]"]
    return "\n".join([*lines, *(f"{name} = {_toml(value)}" for name, value in parameters.items())])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def read_table(path: Path, headers: Collection[str]) -> Table:
    """Return the table of an XLSX or CSV file.

    Parameters
    ----------
    path : Path
        The file.
    headers : collection of str
        What headers are known by, as `plain_key` makes them.

    Raises
    ------
    FormatError
        If it is neither, or cannot be read.
    """
    file = inspect(path, LIMITS)

    def known(cells: Sequence[str]) -> int:
        return sum(plain_key(cell) in headers for cell in cells)

    def first(names: Sequence[str]) -> str | None:
        return names[0] if names else None

    if file.format is Format.XLSX:
        return xlsx.read(file, known, first, LIMITS)
    if file.format is Format.CSV:
        return csv_.read(file, known, LIMITS)
    raise FormatError("devices.import_format", file=path.name)


def day_of_cell(name: str, cell: Cell) -> date:
    """Return a day that stands in a cell.

    Raises
    ------
    FormatError
        If none does.
    """
    if isinstance(cell, datetime):
        return cell.date()
    said = shown(cell).strip()
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise FormatError("devices.row_day", name=name, value=said[:80]) from None
