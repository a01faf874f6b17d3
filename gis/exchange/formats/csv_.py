"""CSV with any of four separators, in UTF-8 or UTF-16."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from gis.errors import FormatError
from gis.exchange.encoding import decode
from gis.exchange.safety import Inspected, Limits
from gis.exchange.sheets import LOOKED_AT, Found, collect, find_header, stamps
from gis.exchange.table import Cell, Formula, Table

__all__ = ["read"]

_SEPARATORS = (";", ",", "\t", "|")
_FORMULA_SIGN = "="
_TEXT_MARK = "'"


def read(file: Inspected, recognised: Callable[[Sequence[str]], int], limits: Limits) -> Table:
    """Return the table of a CSV file.

    The separator is the one with which most headers are known. A cell that begins with `=` is a
    formula to every spreadsheet, so it counts as one; `'=` marks it as text.

    Raises
    ------
    FormatError
        If the text cannot be read, a quoted cell does not end, or no header is known.
    """
    text = decode(file.path.read_bytes(), file.name)
    told = text[:6].casefold().startswith("sep=") and text[4:5] in _SEPARATORS
    separator, found = _sniffed(file.name, text, text[4] if told else None, recognised)
    first, header = found[:2]
    top = _head(text, separator)[: first - 1]
    beside = stamps(top, found)
    width = min(len(header), limits.columns)
    rows = collect(file.name, _rows(file.name, text, separator, first), width, limits, beside)
    return Table(
        file=file.name,
        format=file.format,
        layer=None,
        header=header[: limits.columns],
        header_row=first,
        rows=rows,
        notes=tuple(cell.strip() for row in top for cell in row if cell.strip()),
        beside=tuple(beside),
    )


def _sniffed(
    file: str, text: str, told: str | None, recognised: Callable[[Sequence[str]], int]
) -> tuple[str, Found]:
    best: tuple[int, int, str, Found] | None = None
    for separator in (told,) if told else _SEPARATORS:
        found = find_header(_head(text, separator), recognised)
        if found is not None and (best is None or (found[2], len(found[1])) > best[:2]):
            best = found[2], len(found[1]), separator, found
    if best is None:
        line = next((line for line in text.splitlines() if line.strip()), "")
        raise FormatError("exchange.file.no_header_line", file=file, line=line[:120])
    return best[2], best[3]


def _head(text: str, separator: str) -> list[list[str]]:
    """Return the first rows, as many as can be read."""
    rows: list[list[str]] = []
    try:
        for row in _reader(text[:200_000], separator):
            rows.append(row)
            if len(rows) >= LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows


def _rows(
    file: str, text: str, separator: str, skip: int
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    reader = _reader(text, separator)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > skip:
                yield number, tuple(_cell(cell) for cell in row)
    except csv.Error as error:
        raise FormatError(
            "exchange.file.csv_broken", file=file, row=number + 1, detail=str(error)
        ) from None


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _cell(cell: str) -> Cell:
    if cell.startswith(_FORMULA_SIGN) and len(cell) > 1:
        return Formula(cell)
    if cell.startswith(_TEXT_MARK) and cell[1:2] in ("=", "+", "-", "@", "\t", "\r"):
        return cell[1:]
    return cell
