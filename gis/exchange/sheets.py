"""Where the header of a sheet is, and which sheet is meant."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from gis.errors import FormatError
from gis.exchange.marks import CLASSIFICATION, CONFIDENTIAL, may_bear, names_of
from gis.exchange.safety import Limits
from gis.exchange.table import Cell, Row, shown
from gis.names import nfc, plain_key

__all__ = ["LOOKED_AT", "Found", "collect", "find_header", "stamps"]

LOOKED_AT = 40
"""Rows in which a header is looked for."""

Found = tuple[int, tuple[str, ...], int, int]
"""Index of the first row below the header, the headers, how many are known, in how many rows."""

_CELLS_OF_A_HEADER = 3
"""So many cells of a row make it the header of a table of which nothing is known."""

_LONGEST_HEADER = 120
_NUMBERING = re.compile(r"\(?\s*([0-9]{1,3}|[a-z])\s*\)?", re.IGNORECASE)


def find_header(
    rows: Sequence[Sequence[Cell]], recognised: Callable[[Sequence[str]], int]
) -> Found | None:
    """Return the header of the first rows of a sheet, or None.

    The row with most known headers; two rows are read as one where the upper spans several
    columns of the lower. Where no header is known, the first row of several different words, for
    a person to say what its columns are.
    """
    best: Found | None = None
    texts = [tuple(_header(cell) for cell in row) for row in rows[:LOOKED_AT]]
    for index, row in enumerate(texts):
        known = recognised(row)
        if known and (best is None or known > best[2]):
            best = index + 1, row, known, 1
        if index + 1 < len(texts):
            both = _two_rows(row, texts[index + 1])
            known = recognised(both)
            below = [cell for cell in texts[index + 1] if cell]
            told = _trimmed(both) != _trimmed(texts[index + 1])
            if told and known > (best[2] if best else 0) and recognised(below) >= len(below) > 0:
                best = index + 2, both, known, 2
    best = best or _foreign(texts)
    return None if best is None else (best[0], _trimmed(best[1]), *best[2:])


def _foreign(texts: Sequence[tuple[str, ...]]) -> Found | None:
    """Return the first row that may be headers that nobody knows, with a row below it, or None."""
    for index, row in enumerate(texts[:-1]):
        words = [cell for cell in row if cell]
        below = [cell for cell in texts[index + 1] if cell]
        if len(words) < _CELLS_OF_A_HEADER or len(below) < 2:
            continue
        named = all(any(map(str.isalpha, cell)) and len(cell) <= _LONGEST_HEADER for cell in words)
        return (index + 1, row, 0, 1) if named and len(set(words)) == len(words) else None
    return None


def stamps(top: Sequence[Sequence[Cell]], found: Found) -> dict[str, None]:
    """Return the words above a header that may bear a mark of secrecy.

    Of the upper row of two, those that are the header of a column of secrecy are none.
    """
    below, _, _, deep = found
    above = [(index, shown(cell)) for index, row in enumerate(top[: below - 1]) for cell in row]
    headers = names_of(CLASSIFICATION) | names_of(CONFIDENTIAL)
    return {
        words: None
        for index, words in above
        if may_bear(words) and (index < below - deep or plain_key(words) not in headers)
    }


def collect(
    file: str,
    rows: Iterable[tuple[int, Sequence[Cell]]],
    width: int,
    limits: Limits,
    beside: dict[str, None],
) -> list[Row]:
    """Return the rows that hold anything, cut to the header's width.

    What is cut off and may bear a mark of secrecy is noted in `beside`.

    Raises
    ------
    FormatError
        If there are more rows than the limit, or a cell is longer than a cell can be.
    """
    kept: list[Row] = []
    for number, cells in rows:
        beside.update((word, None) for cell in cells[width:] if may_bear(word := shown(cell)))
        cut = tuple(
            _kept(file, number, cell, limits) if isinstance(cell, str) else cell
            for cell in cells[:width]
        )
        if all(cell is None or cell == "" for cell in cut) or (not kept and _is_numbering(cut)):
            continue
        if len(kept) >= limits.rows:
            raise FormatError("exchange.file.too_many_rows", file=file, limit=limits.rows)
        kept.append(Row(number, cut + (None,) * (width - len(cut))))
    return kept


def _kept(file: str, row: int, cell: str, limits: Limits) -> str:
    if len(cell) > limits.cell_characters:
        raise FormatError(
            "exchange.file.cell_too_long", file=file, row=row, limit=limits.cell_characters
        )
    return cell if cell.isalnum() and cell.isascii() else nfc(cell).strip()


def _header(cell: Cell) -> str:
    return re.sub(r"\s+", " ", nfc(shown(cell))).strip(" *:")


def _two_rows(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    return tuple(low or high for high, low in zip(above, below, strict=True))


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    width = max((i + 1 for i, cell in enumerate(row) if cell), default=0)
    return tuple(row[:width])


def _is_numbering(cells: Sequence[Cell]) -> bool:
    """Return whether a row only numbers the columns: (1), (2), (3) ..."""
    texts = [shown(cell) for cell in cells if shown(cell)]
    numbers = [found[1] for text in texts if (found := _NUMBERING.fullmatch(text))]
    if len(numbers) < max(3, len(texts)):
        return False
    plain = [int(number) for number in numbers if number.isdecimal()]
    return all(b - a == 1 for a, b in pairwise(plain))
