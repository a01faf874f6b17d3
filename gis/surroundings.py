"""What is around a base station, kept in the register: on it depends whether it is inspected.

Of a structure: whether people live near by, how high, on which day that was seen and by what
source. Of an operator's antennas on it: their lowest edge. Both are written through the register's
one way of change, by hand or from a table of many stations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from data.text import Phrase
from gis.certification import station_antennas
from gis.errors import ConflictError, FormatError, GisError
from gis.exchange.table import Cell, Formula, shown
from gis.names import plain_key
from gis.personal import in_text
from gis.register.reading import Reader
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Installation
from gis.register.writing import Writer
from gis.rule_rows import RefusedRow, day_of_cell, read_table

__all__ = [
    "COLUMNS",
    "HIGHEST_M",
    "Surroundings",
    "SurroundingsImport",
    "import_surroundings",
    "keep_surroundings",
]

HIGHEST_M: Final = 1000.0
COLUMNS: Final[Mapping[str, str]] = {
    "structure_id": "mã công trình",
    "organisation_id": "mã doanh nghiệp",
    "inhabited": "có người sinh sống trong bán kính",
    "building_top_m": "đỉnh công trình cao nhất (m)",
    "antenna_lowest_m": "mép dưới anten (m)",
    "seen_on": "ngày khảo sát",
    "source": "nguồn",
}
"""Columns of a table of many stations, with their Vietnamese heads."""

_NEEDED: Final = ("structure_id", "organisation_id", "seen_on", "source")
_HEADS: Final = {plain_key(one): one for one in COLUMNS} | {
    plain_key(head): one for one, head in COLUMNS.items()
}
_FLAGS: Final = {"co": True, "yes": True, "khong": False, "no": False}
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What somebody saw around a base station; None is *not known*.

    Attributes
    ----------
    inhabited : bool or None
        Whether people live in a building within the radius of the rule.
    building_top_m : float or None
        Top of the highest of these buildings, above the ground at the station.
    antenna_lowest_m : float or None
        Lowest edge of the station's antennas above ground.
    seen_on : date
        The day on which that was so.
    source : str
        What it was taken from: a survey, a file, a letter.
    """

    inhabited: bool | None = None
    building_top_m: float | None = None
    antenna_lowest_m: float | None = None
    seen_on: date
    source: str


@dataclass(frozen=True, slots=True)
class SurroundingsImport:
    """What became of a table.

    Attributes
    ----------
    accepted : int
        Rows that were written.
    refused : sequence of RefusedRow
        Those that were not.
    """

    accepted: int
    refused: Sequence[RefusedRow]


def keep_surroundings(
    register: Register,
    station: tuple[str, str],
    given: Surroundings,
    *,
    seen: str,
    on: date,
    author: str,
) -> None:
    """Keep what is around one base station; what is not known is kept as that.

    Parameters
    ----------
    register : Register
        The register.
    station : tuple of str
        The structure, and the operator.
    given : Surroundings
        What was seen.
    seen : str
        `record_digest` of the structure that the caller saw.
    on : date
        The day.
    author : str
        Who writes, for the history; the source is its reason.

    Raises
    ------
    ConflictError
        If somebody changed the structure since.
    FormatError, NotFoundError
        If a value cannot be, or there is no such station; `name` among its values is the field.
    """
    with register.write(author=author, reason=given.source) as writer:
        if record_digest(writer.structure(station[0], SYSTEM)) != seen:
            raise ConflictError("errors.record_changed", id=station[0])
        _keep(writer, station, given, on)


def import_surroundings(
    register: Register, path: Path, *, on: date, author: str, reason: str
) -> SurroundingsImport:
    """Keep what a table says of many stations; a bad row is told and loses no good one.

    A cell that is empty leaves what is on record.

    Raises
    ------
    FormatError
        If the file is no XLSX or CSV, or lacks a column that is needed.
    """
    table = read_table(path, _HEADS)
    columns = {
        _HEADS[plain_key(head)]: place
        for place, head in reversed(list(enumerate(table.header)))
        if plain_key(head) in _HEADS
    }
    lacking = [COLUMNS[one] for one in _NEEDED if one not in columns]
    if lacking:
        raise FormatError("devices.import_columns", file=path.name, columns=", ".join(lacking))
    refused: list[RefusedRow] = []
    accepted = 0
    with register.write(author=author, reason=reason) as writer:
        for row in table.rows:
            cells = {name: row.cells[place] for name, place in columns.items()}
            try:
                _keep_row(writer, cells, on)
                accepted += 1
            except GisError as error:
                refused.append(_refused(row.number, cells, error))
    return SurroundingsImport(accepted, refused)


def _refused(row: int, cells: Mapping[str, Cell], error: GisError) -> RefusedRow:
    name = str(error.values.get("name", "structure_id"))
    value = "" if name == "source" else shown(cells.get(name))[:80]
    return RefusedRow(row=row, field=COLUMNS.get(name, name), value=value, error=error)


def _keep_row(writer: Writer, cells: Mapping[str, Cell], on: date) -> None:
    told = {name: _cell(name, cell) for name, cell in cells.items()}
    for name in _NEEDED:
        if told.get(name) is None:
            raise FormatError("certification.row_needed", name=name)
    station = str(told.pop("structure_id")), str(told.pop("organisation_id"))
    before = _known(writer, station, on)
    stated = {name: value for name, value in told.items() if value is not None}
    _keep(writer, station, Surroundings(**{**before, **stated}), on)


def _known(reader: Reader, station: tuple[str, str], on: date) -> dict[str, Any]:
    structure, _, facts = station_antennas(reader, station, on)
    return {
        "inhabited": structure.neighbours_inhabited,
        "building_top_m": structure.neighbours_top_m,
        "antenna_lowest_m": facts.antenna_lowest_m,
    }


def _cell(name: str, cell: Cell) -> Any:
    if isinstance(cell, Formula):
        raise FormatError("devices.row_formula", name=name, value=cell.text[:80])
    said = "" if cell is None else shown(cell).strip()
    if not said:
        return None
    if name == "seen_on":
        return day_of_cell(name, cell)
    if name == "inhabited":
        if plain_key(said) not in _FLAGS:
            raise FormatError("devices.row_flag", name=name, value=said[:80])
        return _FLAGS[plain_key(said)]
    if name.endswith("_m"):
        try:
            return float(said.replace(",", "."))
        except ValueError:
            raise FormatError("devices.row_number", name=name, value=said[:80]) from None
    return said


def _keep(writer: Writer, station: tuple[str, str], given: Surroundings, on: date) -> None:
    structure, own, facts = station_antennas(writer, station, on)
    _require_sense(given, facts.antenna_centre_m, on)
    before = structure.neighbours_seen_on
    if before is not None and given.seen_on < before:
        raise FormatError("certification.older_facts", name="seen_on", day=before)
    kept = replace(
        structure,
        neighbours_inhabited=given.inhabited,
        neighbours_top_m=given.building_top_m,
        neighbours_seen_on=given.seen_on,
        neighbours_source=given.source,
    )
    if kept != structure:
        writer.update_structures([kept], expected=[structure])
    edges = [replace(one, lowest_edge_m=given.antenna_lowest_m) for one in _lowest(own)]
    changed = [one for one in edges if one not in own]
    if facts.antenna_lowest_m != given.antenna_lowest_m and changed:
        writer.update_installations(changed)


def _lowest(own: Sequence[Installation]) -> list[Installation]:
    """Return the antennas whose edge is the station's: the lowest, and those of no height."""
    known = [one.height_above_ground_m for one in own if one.height_above_ground_m is not None]
    return [
        one
        for one in own
        if one.height_above_ground_m is None or one.height_above_ground_m == min(known)
    ]


def _require_sense(given: Surroundings, centre_m: float | None, on: date) -> None:
    for name in ("building_top_m", "antenna_lowest_m"):
        value = getattr(given, name)
        if value is not None and not 0 <= value <= HIGHEST_M:
            raise FormatError("certification.wrong_height", name=name, most=HIGHEST_M)
    lowest = given.antenna_lowest_m
    if lowest is not None and centre_m is not None and lowest > centre_m:
        raise FormatError("certification.edge_above", name="antenna_lowest_m", centre=centre_m)
    if given.seen_on > on:
        raise FormatError("certification.seen_later", name="seen_on", day=on)
    if not given.source.strip() or len(given.source) > _LONGEST:
        raise FormatError("certification.source_needed", name="source", most=_LONGEST)
    found = in_text(given.source)
    if found is not None:
        raise FormatError(
            "points.personal_typed", name="source", what=Phrase(f"points.what_{found.value}")
        )
