"""XLSX, read as text and numbers: formulas are named, never evaluated."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from gis.errors import FormatError
from gis.exchange.formats.ooxml import Area, Book, BrokenBookError
from gis.exchange.marks import CLASSIFICATION, CONFIDENTIAL, as_seen, may_bear, names_of
from gis.exchange.safety import Inspected, Limits
from gis.exchange.sheets import LOOKED_AT, collect, find_header, stamps
from gis.exchange.table import Row, Table, shown
from gis.names import plain_key

__all__ = ["read"]

_BROKEN = (
    KeyError,
    ValueError,
    IndexError,
    OverflowError,
    EOFError,
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    ExpatError,
)
_CELLS_OF_A_HEADER = 3
"""So many cells of a row make it the header of a sheet of which nothing is known."""


class Header(NamedTuple):
    """Its last row, the headers, how many are known, the texts above, what may be stamps there."""

    row: int
    texts: tuple[str, ...]
    known: int
    notes: tuple[str, ...]
    stamps: dict[str, None]


def read(
    file: Inspected,
    recognised: Callable[[Sequence[str]], int],
    choose: Callable[[Sequence[str]], str | None],
    limits: Limits,
) -> Table:
    """Return the sheet that holds the wanted rows.

    Parameters
    ----------
    file : Inspected
        A file that passed `safety.inspect`, which weighed it.
    recognised : callable
        Counts the known headers of a row.
    choose : callable
        Given the names of several sheets that would do, returns one, or None when that must be
        asked; the first is then read.
    limits : Limits
        Bounds.

    Raises
    ------
    FormatError
        If the file is damaged or no sheet has a known header.
    """
    try:
        with Book(file.path) as book:
            return _read(file, book, recognised, choose, limits)
    except FormatError:
        raise
    except _BROKEN as error:
        detail = str(error) if isinstance(error, BrokenBookError | ExpatError) else ""
        raise FormatError(
            "exchange.file.truncated", file=file.name, detail=detail or type(error).__name__
        ) from error


def _read(
    file: Inspected,
    book: Book,
    recognised: Callable[[Sequence[str]], int],
    choose: Callable[[Sequence[str]], str | None],
    limits: Limits,
) -> Table:
    found: dict[str, Header] = {}
    for sheet in book.sheets:
        header = _header(book, sheet, recognised, limits)
        if header is not None:
            found[sheet] = header
    if not found:
        raise FormatError("exchange.file.no_header", file=file.name, sheets="; ".join(book.sheets))
    most = max(header.known for header in found.values())
    close = [name for name, header in found.items() if header.known * 2 > most or not most]
    name = (choose(close) if len(close) > 1 else None) or close[0]
    if name not in found:
        raise FormatError(
            "exchange.file.no_layer", file=file.name, layer=name, layers="; ".join(book.sheets)
        )
    header = found[name]
    width = len(header.texts)
    beside = dict(header.stamps)
    below = (row for row in book.rows(name, limits.columns) if row[0] > header.row)
    rows = _marked(collect(file.name, below, width, limits, beside), header, book.merged[name])
    for other in book.sheets:
        if other != name:
            beside.update(_suspects(book, other, found.get(other), limits))
    beside.update((words, None) for words in book.words() if may_bear(words))
    return Table(
        file=file.name,
        format=file.format,
        layer=name,
        header=header.texts,
        header_row=header.row,
        rows=rows,
        notes=(name, *header.notes),
        beside=tuple(beside),
    )


def _marked(rows: list[Row], header: Header, merged: Sequence[Area]) -> list[Row]:
    """Return rows with what a merged cell says of secrecy in each row that it covers."""
    place = {row.number: index for index, row in enumerate(rows)}
    secrecy = names_of(CLASSIFICATION) | names_of(CONFIDENTIAL)
    done: dict[int, int] = {}
    for column, first, last in sorted(merged):
        overlaps = first <= done.get(column, 0)  # no sound book has such cells
        if overlaps or first not in place or column >= len(header.texts):
            continue
        done[column] = last
        cell = rows[place[first]].cells[column]
        if not may_bear(shown(cell)) and plain_key(as_seen(header.texts[column])) not in secrecy:
            continue
        for index in range(place[first] + 1, len(rows)):
            row = rows[index]
            if row.number > last:
                break
            rows[index] = row._replace(cells=(*row.cells[:column], cell, *row.cells[column + 1 :]))
    return rows


def _suspects(
    book: Book, sheet: str, header: Header | None, limits: Limits
) -> Iterator[tuple[str, None]]:
    """Yield the words of a sheet that is not read, where they may bear a mark of secrecy."""
    if may_bear(sheet):
        yield sheet, None
    if header is not None:
        yield from header.stamps.items()
    names = None if header is None else header.texts
    for number, cells in book.rows(sheet, limits.columns):
        texts = [shown(cell) for cell in cells]
        if header is not None and number <= header.row:
            continue
        if names is None and sum(map(bool, texts)) >= _CELLS_OF_A_HEADER:
            names = tuple(texts)
            continue
        yield from ((words, None) for words in _labelled(names or (), texts) if may_bear(words))


def _labelled(names: Sequence[str], texts: Sequence[str]) -> Iterator[str]:
    """Yield the texts of a row, each with the header that it stands under."""
    for name, text in zip_longest(names, texts, fillvalue=""):
        yield f"{name}: {text}" if name and text else text


def _header(
    book: Book, sheet: str, recognised: Callable[[Sequence[str]], int], limits: Limits
) -> Header | None:
    top = list(islice(book.rows(sheet, limits.columns), LOOKED_AT))
    found = find_header([cells for _, cells in top], recognised)
    if found is None:
        return None
    below, headers, known, _ = found
    rows = [cells for _, cells in top]
    notes = tuple(text for cells in rows[: below - 1] for cell in cells if (text := shown(cell)))
    return Header(top[below - 1][0], headers, known, notes, stamps(rows, found))
