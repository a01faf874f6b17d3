"""XLSX, read as text and numbers: formulas are named, never evaluated."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from xml.parsers.expat import ExpatError

from gis.errors import FormatError
from gis.exchange.formats.ooxml import Book, BrokenBookError
from gis.exchange.safety import Inspected, Limits
from gis.exchange.sheets import LOOKED_AT, collect, find_header
from gis.exchange.table import Cell, Table, shown

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
Header = tuple[int, tuple[str, ...], int, tuple[str, ...]]
"""Number of its row, the headers, how many are known, the texts above."""


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
    most = max(known for _, _, known, _ in found.values())
    close = [name for name, header in found.items() if header[2] * 2 > most]
    name = (choose(close) if len(close) > 1 else None) or close[0]
    if name not in found:
        raise FormatError(
            "exchange.file.no_layer", file=file.name, layer=name, layers="; ".join(book.sheets)
        )
    number, headers, _, notes = found[name]
    return Table(
        file=file.name,
        format=file.format,
        layer=name,
        header=headers,
        header_row=number,
        rows=collect(file.name, _below(book, name, number, len(headers)), len(headers), limits),
        notes=(name, *notes),
    )


def _header(
    book: Book, sheet: str, recognised: Callable[[Sequence[str]], int], limits: Limits
) -> Header | None:
    top = list(islice(book.rows(sheet, limits.columns), LOOKED_AT))
    found = find_header([cells for _, cells in top], recognised)
    if found is None:
        return None
    below, headers, known = found
    notes = tuple(text for _, cells in top[: below - 1] for cell in cells if (text := shown(cell)))
    return top[below - 1][0], headers, known, notes


def _below(
    book: Book, sheet: str, header: int, width: int
) -> Iterator[tuple[int, Sequence[Cell]]]:
    return (row for row in book.rows(sheet, width) if row[0] > header)
