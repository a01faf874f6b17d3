"""Reading the tables of reference values: rows of cells, numbers, columns by name."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError

__all__ = ["number", "read_columns", "read_rows"]


def read_rows(file: Path) -> list[list[str]]:
    """Read the cells of a comma-separated file; bytes that are no UTF-8 are replaced."""
    with file.open(encoding="utf-8", errors="replace", newline="") as stream:
        return [[cell.strip() for cell in row] for row in csv.reader(stream)]


def number(file: Path, index: int, field: str, cell: str) -> float:
    """Return the number in a cell.

    Raises
    ------
    FormatError
        If it is none; the error names file, line and field.
    """
    try:
        return float(cell)
    except ValueError:
        raise FormatError(
            "validation.not_a_number", file=file.name, row=index + 1, field=field, value=cell
        ) from None


def read_columns(
    file: Path, names: Sequence[str], *, headings: int = 1
) -> Mapping[str, NDArray[np.float64]]:
    """Read columns of numbers by the names in the first line.

    Parameters
    ----------
    file : Path
        The table.
    names : sequence of str
        Names of the columns.
    headings : int
        Number of lines before the first row.

    Raises
    ------
    FormatError
        If a column is missing or a cell is not a number.
    """
    rows = read_rows(file)
    header = rows[0] if rows else []
    for name in names:
        if name not in header:
            raise FormatError("validation.missing_column", file=file.name, field=name)
    places = {name: header.index(name) for name in names}
    filled = [(index, row) for index, row in enumerate(rows) if index >= headings and any(row)]
    return {
        name: np.array(
            [number(file, index, name, (*row, *[""] * len(header))[at]) for index, row in filled],
            dtype=np.float64,
        )
        for name, at in places.items()
    }
