"""Reading the profile files in which the study group publishes its validation sets."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.validation.tables import number

__all__ = [
    "cell_of",
    "numbers_between",
    "row_index",
    "value_after",
]


def row_index(file: Path, rows: Sequence[Sequence[str]], start: str) -> int:
    """Return the index of the first row that starts with a label."""
    for index, row in enumerate(rows):
        if row and row[0].casefold().startswith(start.casefold()):
            return index
    raise FormatError("validation.missing_section", file=file.name, field=start)


def value_after(file: Path, rows: Sequence[Sequence[str]], start: str) -> float:
    """Return the number beside a label."""
    index = row_index(file, rows, start)
    cell = rows[index][1] if len(rows[index]) > 1 else ""
    return number(file, index, start, cell)


def numbers_between(
    file: Path, rows: Sequence[Sequence[str]], start: str, end: str, width: int
) -> NDArray[np.float64]:
    """Return the rows between two labels as numbers, each row of the same width."""
    first, last = row_index(file, rows, start) + 1, row_index(file, rows, end)
    return np.array(
        [
            [number(file, index, start, cell) for cell in (*rows[index], *[""] * width)[:width]]
            for index in range(first, last)
        ],
        dtype=np.float64,
    ).reshape(-1, width)


def cell_of(file: Path, header: Sequence[str], row: Sequence[str], column: str) -> str:
    """Return the cell of a row under a column."""
    if column not in header:
        raise FormatError("validation.missing_column", file=file.name, field=column)
    position = header.index(column)
    return row[position] if position < len(row) else ""
