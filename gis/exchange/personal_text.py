"""Text files of cases looked through for a person's data: tables by columns, the rest by lines.

The detector is the one of imports. Measurements are no subscribers: below a header that says
frequency, time or cell long numbers are none of anybody's, and two forms without a header are
known by what they are. A record of the KrakenSDR begins with an epoch; in its numbered columns a
number within the column's range is that quantity. A sweep has a level below zero in every row, and
a column of equally spaced or equal numbers: frequencies. A number with a zero before it is never a
quantity, so that telephone numbers and papers are seen there too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from gis.exchange.personal_file import csv_rows
from gis.exchange.personal_grid import (
    MOST_FOUND,
    Found,
    GridScreen,
    PersonalDataError,
    Where,
    of_words,
)

__all__ = ["refuse_personal_text"]

_HEADER_ROWS: Final = 40
_SHORT: Final = re.compile(r"[-+]?\d{0,7}(?:[.,]\d{1,14})?")
_QUANTITY: Final = re.compile(r"[-+]?(?:0|[1-9]\d{0,14})(?:\.\d{0,15})?(?:[eE][-+]?\d{1,2})?")
_BELOW_ZERO: Final = re.compile(r"-\d{1,3}(?:\.\d+)?")
_LETTER: Final = re.compile(r"[^\W\d_]")
_KRAKEN_COLUMNS: Final = 11
_KRAKEN: Final[Mapping[int, tuple[float, float]]] = {
    0: (9.4e8, 4.2e12),
    1: (-360.0, 720.0),
    2: (-1e3, 1e6),
    3: (-400.0, 400.0),
    4: (1e6, 1e10),
    6: (-1e9, 1e9),
    8: (-90.0, 90.0),
    9: (-180.0, 180.0),
    10: (-360.0, 720.0),
}
"""Columns of the KrakenSDR's record by their quantity: epoch in s or ms, degrees, confidence, dB,
Hz, latency in ms, latitude, longitude, heading."""
_SPECTRUM: Final = (-1e6, 1e6)
_FEWEST_ROWS: Final = 3
_SPACING_HZ: Final = 2.0
_LONGEST: Final = 2000

Row = tuple[int, list[str]]


def refuse_personal_text(content: str) -> None:
    """Raise where a text file holds a person's data.

    Parameters
    ----------
    content : str
        All of it, decoded.

    Raises
    ------
    PersonalDataError
        With the places, never what stands there.
    """
    found: list[Found] = []
    screen = GridScreen(found)
    rows = list(csv_rows(content))
    known = set() if _has_words(rows) else _frequencies(rows)
    for number, cells in rows:
        screen.take(number, list(_looked_at(number, cells, known)))
        if len(found) >= MOST_FOUND:
            break
    _screen_lines(content, found)
    if found:
        raise PersonalDataError("desk.personal_file", found=found[:MOST_FOUND])


def _screen_lines(content: str, found: list[Found]) -> None:
    """Look at sentences whole: a separator of tables parts `Họ tên: A, B` too."""
    for number, line in enumerate(content.splitlines(), start=1):
        if len(found) >= MOST_FOUND:
            return
        if (":" in line or "=" in line) and _is_sentence(line):
            what = of_words(line[:_LONGEST])
            if what is not None and not any(one.row == number for one in found):
                found.append(Found(what=what, where=Where.OTHER, row=number))


def _is_sentence(line: str) -> bool:
    return sum(map(str.isalpha, line)) > 2 * sum(map(str.isdigit, line))


def _looked_at(number: int, cells: Sequence[str], known: set[int]) -> Iterator[tuple[int, str]]:
    """Yield the cells of a row that may be a person's data, with their columns."""
    kraken = _is_kraken(cells)
    for column, cell in enumerate(cells):
        bare = cell.strip()
        if number > _HEADER_ROWS and _SHORT.fullmatch(bare):
            continue
        if _QUANTITY.fullmatch(bare) and (
            column in known or (kraken and _of_kraken(column, float(bare)))
        ):
            continue
        yield column, cell


def _is_kraken(cells: Sequence[str]) -> bool:
    first = cells[0].strip() if len(cells) >= _KRAKEN_COLUMNS else ""
    return bool(_QUANTITY.fullmatch(first)) and _of_kraken(0, float(first))


def _of_kraken(column: int, value: float) -> bool:
    within = _KRAKEN.get(column, _SPECTRUM if column >= _KRAKEN_COLUMNS else None)
    return within is not None and within[0] <= value <= within[1]


def _has_words(rows: Sequence[Row]) -> bool:
    """Return whether the first row of a table is a header."""
    cells = next((cells for _, cells in rows if any(one.strip() for one in cells)), [])
    return any(_LETTER.search(one) for one in cells)


def _frequencies(rows: Sequence[Row]) -> set[int]:
    """Return the columns of a sweep without a header that are frequencies in Hz."""
    told = [[one.strip() for one in cells] for _, cells in rows if any(cells)]
    if len(told) < _FEWEST_ROWS or not all(_has_level(cells) for cells in told):
        return set()
    return {column for column in range(len(told[0])) if _is_spaced(told, column)}


def _has_level(cells: Sequence[str]) -> bool:
    return any(_BELOW_ZERO.fullmatch(one) for one in cells)


def _is_spaced(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Return whether all numbers of a column are one, or lie equally far apart."""
    cells = [row[column] if column < len(row) else "" for row in rows]
    if not all(_QUANTITY.fullmatch(one) for one in cells):
        return False
    values = sorted({float(one) for one in cells})
    steps = [after - before for before, after in pairwise(values)]
    return not steps or max(steps) - min(steps) <= _SPACING_HZ
