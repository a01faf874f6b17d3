"""A file as rows of cells, whatever its format was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from gis.exchange.safety import Format

__all__ = ["Cell", "Formula", "Row", "Table", "column_letter", "shown"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a formula, which is never evaluated.

    Attributes
    ----------
    text : str
        As it stands, with its leading sign.
    """

    text: str


Cell = str | int | float | bool | datetime | date | Formula | None


class Row(NamedTuple):
    """One row.

    Attributes
    ----------
    number : int
        As the file's own program counts: the row of a sheet, the number of a feature.
    cells : sequence
        One for each header.
    point : tuple of float or None
        East and north of its geometry, where the format has one.
    geometry_problem : str or None
        Key of the reason why its geometry is no point.
    line : tuple or None
        East and north of each vertex, where its geometry is a line.
    """

    number: int
    cells: Sequence[Cell]
    point: tuple[float, float] | None = None
    geometry_problem: str | None = None
    line: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What was read of a file.

    Attributes
    ----------
    file : str
        The file's name.
    format : Format
        Its format.
    layer : str or None
        Sheet or layer.
    header : tuple of str
        The headers.
    header_row : int or None
        Their row, where there is one.
    rows : list of Row
        The rows below.
    notes : tuple of str
        Texts above the header, and the name of the layer.
    has_points : bool
        Whether the format itself carries positions.
    crs : int or None
        EPSG code of those positions, when the format says it.
    crs_text : str
        What the format says of them, in its own words.
    passed_over : int
        Features of a general map that are none of the kind, and were left out.
    of_unsaid_use : int
        Of these, masts and towers of which the map does not say what they are for.
    beside : tuple of str
        Words of the file outside of its table, as far as they may bear a mark of secrecy.
    """

    file: str
    format: Format
    layer: str | None
    header: tuple[str, ...]
    header_row: int | None
    rows: list[Row]
    notes: tuple[str, ...] = ()
    has_points: bool = False
    crs: int | None = None
    crs_text: str = ""
    passed_over: int = 0
    of_unsaid_use: int = 0
    beside: tuple[str, ...] = ()


def column_letter(index: int) -> str:
    """Return the letter of a column counted from 0: `A`, `B` ... `AA`."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def shown(cell: Cell) -> str:
    """Return a cell as a person would read it."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        return cell.text
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else str(cell)
    return str(cell)
