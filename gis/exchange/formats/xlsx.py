"""XLSX, read as text and numbers: formulas are named, never evaluated."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from gis.errors import FormatError
from gis.exchange.safety import Inspected, Limits
from gis.exchange.sheets import LOOKED_AT, Found, collect, find_header
from gis.exchange.table import Cell, Formula, Table, column_letter, shown

__all__ = ["read"]

_BROKEN = (
    KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, OSError,
    zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, InvalidFileException,
)  # fmt: skip
_LAST_ROW = 1_048_576


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
        book = load_workbook(
            file.path, read_only=True, data_only=False, keep_links=False, keep_vba=False
        )
        with closing(book):
            return _read(file, book, recognised, choose, limits)
    except FormatError:
        raise
    except _BROKEN as error:
        raise FormatError(
            "exchange.file.truncated", file=file.name, detail=type(error).__name__
        ) from error


def _read(
    file: Inspected,
    book: Workbook,
    recognised: Callable[[Sequence[str]], int],
    choose: Callable[[Sequence[str]], str | None],
    limits: Limits,
) -> Table:
    found: dict[str, Found] = {}
    for sheet in book.worksheets:
        if isinstance(sheet, ReadOnlyWorksheet):
            header = find_header(_first_rows(sheet, limits), recognised)
            if header is not None:
                found[sheet.title] = header
    if not found:
        raise FormatError(
            "exchange.file.no_header", file=file.name, sheets="; ".join(book.sheetnames)
        )
    most = max(known for _, _, known in found.values())
    close = [name for name, header in found.items() if header[2] * 2 > most]
    name = (choose(close) if len(close) > 1 else None) or close[0]
    if name not in found:
        raise FormatError("exchange.file.no_layer", file=file.name, layer=name,
                          layers="; ".join(book.sheetnames))  # fmt: skip
    sheet = book[name]
    first, headers, _ = found[name]
    top = _first_rows(sheet, limits)[: first - 1]
    rows = _rows(sheet, first + 1, len(headers), limits, file.name)
    notes = tuple(text for row in top for cell in row if (text := shown(cell)))
    return Table(
        file=file.name,
        format=file.format,
        layer=name,
        header=headers,
        header_row=first,
        rows=collect(file.name, rows, len(headers), limits),
        notes=(name, *notes),
    )


def _first_rows(sheet: Any, limits: Limits) -> list[tuple[Cell, ...]]:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=LOOKED_AT, max_col=limits.columns, values_only=True)
    return [tuple(_value(value) for value in row) for row in rows]


def _rows(
    sheet: Any, first: int, width: int, limits: Limits, file: str
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    sheet.reset_dimensions()
    doubtful = False
    values = sheet.iter_rows(min_row=first, max_col=min(width, limits.columns), values_only=True)
    kept: dict[int, tuple[Cell, ...]] = {}
    for number, row in enumerate(values, start=first):
        if number > _LAST_ROW:
            raise FormatError("exchange.file.too_many_rows", file=file, limit=limits.rows)
        cells = tuple(_value(value) for value in row)
        if not doubtful and any(isinstance(cell, Formula) for cell in cells):
            doubtful = True
            kept = _texts_marked_as_such(sheet, first, width)
        yield number, _with_texts(number, cells, kept) if doubtful else cells


def _with_texts(
    number: int, cells: tuple[Cell, ...], kept: dict[int, tuple[Cell, ...]]
) -> tuple[Cell, ...]:
    texts = kept.get(number)
    if texts is None:
        return cells
    return tuple(text if text is not None else cell
                 for cell, text in zip(cells, texts, strict=False))  # fmt: skip


def _texts_marked_as_such(sheet: Any, first: int, width: int) -> dict[int, tuple[Cell, ...]]:
    """Return the cells that begin like a formula and are marked as text, by row."""
    found: dict[int, tuple[Cell, ...]] = {}
    sheet.reset_dimensions()
    rows = sheet.iter_rows(min_row=first, max_col=width)
    for number, row in enumerate(rows, start=first):
        texts = tuple(
            cell.value
            if isinstance(cell.value, str)
            and cell.value.startswith("=")
            and cell.data_type != "f"
            and getattr(cell, "style_array", None) is not None
            and cell.style_array.quotePrefix
            else None
            for cell in row
        )
        if any(texts):
            found[number] = texts
    return found


def _value(value: object) -> Cell:
    if value is None or isinstance(value, bool | int | float | datetime | date):
        return value
    if isinstance(value, str):
        return Formula(value) if value.startswith("=") and len(value) > 1 else value
    if isinstance(value, time):
        return value.isoformat()
    text = getattr(value, "text", None)
    return Formula(str(text or f"={type(value).__name__}"))


def address(column: int, row: int) -> str:
    """Return the name of a cell, `C7`."""
    return f"{column_letter(column)}{row}"
