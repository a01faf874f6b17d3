"""A fuller list of exempt equipment from a file: row by row, bad rows told, good ones kept.

The rows become rules in the administrator's own `device_list.toml`, so that an import has the
history and the taking back of every rule file. It adds to the list in use or takes its place.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from gis.errors import FormatError
from gis.exchange.table import Cell, Formula, shown
from gis.home import Home
from gis.names import plain_key
from gis.plain_text import wrong_at
from gis.register.store import Register
from gis.rule_files import RuleFile, keep_rule_file, rule_file
from gis.rule_rows import (
    LIMITS,
    RefusedRow,
    day_of_cell,
    fragment,
    read_table,
    refused_row,
    without_known,
)
from gis.rules import versions_of
from propagation.compliance.device_rules import ROW

__all__ = ["LIST", "DeviceImport", "import_devices", "read_devices"]

LIST: Final = "device_list.toml"
"""The rule file that holds the list."""

_TEXTS: Final = ("id", "title_vi", "title_en", "instrument", "clause", "clause_en", "source")
_NOTES: Final = ("note_vi", "note_en")
_NUMBERS: Final = (
    "frequency_min_mhz",
    "frequency_max_mhz",
    "power_max_mw",
    "above_mw",
    "duty_percent_max",
    "bandwidth_max_khz",
)
_FLAGS: Final = ("indoor_only", "complete")
_LISTS: Final = ("uses", "conditions_vi", "conditions_en")
_CHOICES: Final = ("standing", "power_reference", "confidence")
_DAYS: Final = ("valid_from", "valid_to")
_NEEDED: Final = (
    "title_vi",
    "instrument",
    "clause",
    "source",
    "frequency_min_mhz",
    "frequency_max_mhz",
    "uses",
)
_FIELDS: Final = (*_TEXTS, *_NOTES, *_NUMBERS, *_FLAGS, *_LISTS, *_CHOICES, *_DAYS)
_VIETNAMESE: Final[Mapping[str, str]] = {
    "id": "mã",
    "title_vi": "tên thiết bị",
    "title_en": "tên tiếng Anh",
    "instrument": "văn bản",
    "clause": "điều khoản",
    "clause_en": "điều khoản tiếng Anh",
    "source": "nguồn",
    "note_vi": "ghi chú",
    "note_en": "ghi chú tiếng Anh",
    "frequency_min_mhz": "tần số từ (MHz)",
    "frequency_max_mhz": "tần số đến (MHz)",
    "power_max_mw": "công suất tối đa (mW)",
    "above_mw": "trên mức (mW)",
    "duty_percent_max": "chu kỳ làm việc tối đa (%)",
    "bandwidth_max_khz": "băng thông tối đa (kHz)",
    "indoor_only": "chỉ trong nhà",
    "complete": "đủ điều kiện",
    "uses": "mục đích sử dụng",
    "conditions_vi": "điều kiện khác",
    "conditions_en": "điều kiện khác tiếng Anh",
    "standing": "diện",
    "power_reference": "loại công suất",
    "confidence": "độ tin cậy",
    "valid_from": "hiệu lực từ",
    "valid_to": "hiệu lực đến",
}
_HEADERS: Final = {plain_key(name): name for name in _FIELDS} | {
    plain_key(header): name for name, header in _VIETNAMESE.items()
}
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}([.,]\d{1,9})?")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
_YES: Final = {"co": True, "yes": True, "true": True, "x": True}
_NO: Final = {"khong": False, "no": False, "false": False}
_ID: Final = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceImport:
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


def read_devices(path: Path) -> DeviceImport:
    """Judge the rows of a file: XLSX, CSV, or TOML with `[[rule]]` tables.

    Raises
    ------
    FormatError
        If the file cannot be read at all, or has no row.
    """
    rows = _tables(path) if path.suffix.lower() == ".toml" else _table_rows(path)
    accepted: list[Mapping[str, Any]] = []
    refused: list[RefusedRow] = []
    seen: set[tuple[str, str]] = set()
    for number, made, wrong in rows:
        found = wrong or _wrong(number, made)
        key = (str(made.get("id")), str(made.get("valid_from")))
        if not found and key in seen:
            found = [refused_row(number, "id", made.get("id"), "twice")]
        refused += found
        if not found:
            seen.add(key)
            accepted.append(made)
    if not accepted and not refused:
        raise FormatError("devices.import_empty", file=path.name)
    return DeviceImport(accepted=accepted, refused=refused)


def import_devices(
    register: Register,
    home: Home,
    path: Path,
    *,
    replace: bool,
    author: str,
    on: date,
) -> tuple[DeviceImport, RuleFile]:
    """Take the good rows of a file into the list in use, and return what was refused.

    Parameters
    ----------
    register, home
        Where the list and its history are kept.
    path : Path
        The file.
    replace : bool
        Whether the rows take the place of the list, or are added to it.
    author : str
        Who imports.
    on : date
        Today.

    Raises
    ------
    FormatError
        If the file cannot be read, or the list would not be sound.
    ConflictError
        If somebody changed the list meanwhile.
    """
    found, before = read_devices(path), rule_file(home, LIST)
    kept = "" if replace else before.content
    found = _without_known(found, kept)
    if found.accepted:
        fragments = [fragment(one) for one in found.accepted]
        content = "\n".join([kept.rstrip("\n"), *fragments] if kept else fragments)
        before = keep_rule_file(
            register, home, LIST, f"{content}\n", author=author, expected=before.version, on=on
        )
    return found, before


def _without_known(found: DeviceImport, kept: str) -> DeviceImport:
    """Refuse the rows whose id the list has already."""
    known = set(versions_of({LIST: kept.encode()})) if kept else set()
    accepted, again = without_known(found.accepted, known)
    return DeviceImport(accepted=accepted, refused=[*found.refused, *again])


_Read = tuple[int, dict[str, Any], list[RefusedRow]]


def _wrong(number: int, made: Mapping[str, Any]) -> list[RefusedRow]:
    """Return why a row could not be a rule, as the rules themselves are judged."""
    try:
        versions_of({LIST: fragment(made).encode()})
    except FormatError as error:
        name = str(error.values.get("name", ""))
        value = {**made, **made.get("parameters", {})}.get(name)
        row = RefusedRow(row=number, field=name, value=str(value or "")[:80], error=error)
        return [row]
    return []


# tables of TOML


def _tables(path: Path) -> list[_Read]:
    if path.stat().st_size > LIMITS.file_bytes:
        raise FormatError("devices.import_large", file=path.name, most=LIMITS.file_bytes / 1e6)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        _, line, _ = wrong_at(error)
        raise FormatError("devices.import_not_toml", file=path.name, line=line) from error
    given = document.get("rule")
    if not isinstance(given, list) or len(given) > LIMITS.rows:
        raise FormatError("devices.import_no_rules", file=path.name, most=LIMITS.rows)
    return [_table(place, one) for place, one in enumerate(given, 1)]


def _table(place: int, given: object) -> _Read:
    made = dict(given) if isinstance(given, dict) else {}
    name = made.get("id")
    if not (isinstance(name, str) and _ID.fullmatch(name.removeprefix(ROW))):
        return place, made, [refused_row(place, "id", name, "id", prefix=ROW)]
    made["id"] = f"{ROW}{name.removeprefix(ROW)}"
    keys = [*made, *(made["parameters"] if isinstance(made.get("parameters"), dict) else ())]
    strange = [key for key in keys if not re.fullmatch(r"[a-z_]{1,40}", str(key))]
    return place, made, [refused_row(place, key, "", "key") for key in strange]


# rows of XLSX and CSV


def _table_rows(path: Path) -> list[_Read]:
    table = read_table(path, _HEADERS)
    columns = {
        _HEADERS[plain_key(header)]: place
        for place, header in reversed(list(enumerate(table.header)))
        if plain_key(header) in _HEADERS
    }
    lacking = [_VIETNAMESE[name] for name in _NEEDED if name not in columns]
    if lacking:
        raise FormatError("devices.import_columns", file=path.name, columns=", ".join(lacking))
    return [_one(row.number, row.cells, columns) for row in table.rows]


def _one(number: int, cells: Sequence[Cell], columns: Mapping[str, int]) -> _Read:
    """Return a row as a rule, with what is wrong in its cells."""
    values: dict[str, Any] = {}
    wrong: list[RefusedRow] = []
    for name, place in columns.items():
        cell = cells[place]
        if isinstance(cell, Formula):
            wrong.append(refused_row(number, name, cell.text, "formula"))
            continue
        if cell is None or not shown(cell).strip():
            if name in _NEEDED:
                wrong.append(refused_row(number, name, "", "needed"))
            continue
        try:
            values[name] = _value(name, cell)
        except FormatError as error:
            said = shown(cell)[:80]
            wrong.append(RefusedRow(row=number, field=name, value=said, error=error))
    return number, _made(values), wrong


def _value(name: str, cell: Cell) -> Any:
    said = shown(cell).strip()
    if name in _NUMBERS:
        return _number(name, cell, said)
    if name in _FLAGS:
        found = (_YES | _NO).get(plain_key(said))
        if found is None:
            raise FormatError("devices.row_flag", name=name, value=said[:80])
        return found
    if name in _LISTS:
        return [one.strip() for one in said.split(";") if one.strip()]
    if name in _DAYS:
        return day_of_cell(name, cell)
    return said[:500]


def _number(name: str, cell: Cell, said: str) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if not _NUMBER.fullmatch(said):
        raise FormatError("devices.row_number", name=name, value=said[:80])
    if _THOUSANDS.fullmatch(said) and not name.endswith("_mhz"):
        raise FormatError("devices.row_ambiguous", name=name, value=said[:80])
    return float(said.replace(",", "."))


def _made(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row as a rule; what is not stated is not in the data."""
    own = {
        name: values[name] for name in (*_TEXTS, *_NOTES, *_DAYS, "confidence") if name in values
    }
    band = "_".join(f"{values.get(name, 0):g}" for name in _NUMBERS[:2])
    uses = "_".join(values.get("uses", ()))
    made = re.sub(r"[^a-z0-9_]+", "_", plain_key(str(own.pop("id", f"{band}_{uses}"))))[:60]
    conditions = values.get("conditions_vi")
    more = {"conditions_en": conditions} if conditions and "conditions_en" not in values else {}
    parameters = {
        name: values[name]
        for name in (*_NUMBERS, *_FLAGS, *_LISTS, "standing", "power_reference")
        if name in values
    }
    return {
        "id": f"{ROW}{made}",
        "title_en": values.get("title_vi", ""),
        "confidence": "secondary",
        "binding": True,
        **own,
        "parameters": {"standing": "exempt", **parameters, **more},
    }
