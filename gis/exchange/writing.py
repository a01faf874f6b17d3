"""Files written whole or not at all, and cells that no spreadsheet will run."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell

from data.text import Language, number

__all__ = [
    "csv_cell",
    "csv_text",
    "is_formula_like",
    "plain_text",
    "replaced_atomically",
    "write_sheet",
    "xlsx_cell",
]

_FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@contextmanager
def replaced_atomically(path: Path) -> Iterator[Path]:
    """Yield a path beside the wanted one; at the end it takes its place, after an error nothing.

    Parameters
    ----------
    path : Path
        The file wanted; its folder must exist.
    """
    path = Path(path)
    folder = Path(mkdtemp(prefix=".phusong-", dir=path.parent))
    temporary = folder / path.name
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        for left in folder.iterdir():
            left.unlink(missing_ok=True)
        folder.rmdir()


def is_formula_like(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula."""
    return text.startswith(_FORMULA_LIKE)


def csv_text(text: str) -> str:
    """Return a text for a CSV cell: one that a spreadsheet may run gets an apostrophe in front."""
    return f"'{text}" if is_formula_like(text) else text


def csv_cell(
    value: str | float | date | None, language: Language, decimals: int | None = None
) -> str:
    """Return a value for a CSV cell as spreadsheets of a language read it; no text is run.

    Parameters
    ----------
    value : str, int, float, date or None
        The value; a day is written year first, None is empty.
    language : Language
        Whose decimal sign.
    decimals : int, optional
        How many a float has; without it, as `data.text.number` writes it.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_text(value)
    if isinstance(value, float):
        return number(value, language, decimals)
    return str(value)


def plain_text(text: str) -> str:
    """Return a text without the characters that no XML can hold."""
    return _FORBIDDEN.sub("�", text)


def xlsx_cell(sheet: Any, value: object) -> Cell:
    """Return a cell of a value for a write-only sheet; every text is text.

    A text that a spreadsheet may take for a formula is marked as text, which import knows.
    """
    if isinstance(value, bool | int | float | date) or value is None:
        return WriteOnlyCell(sheet, value)  # type: ignore[arg-type]  # the stubs forget bool, date
    words = plain_text(str(value))[:32_767]
    cell = WriteOnlyCell(sheet, words)
    cell.data_type = "s"
    if is_formula_like(words):
        cell.quotePrefix = True
    return cell


def write_sheet(title: str, rows: Iterable[Sequence[object]], path: Path) -> None:
    """Write a table to a workbook of one sheet, whole or not at all; every text is text.

    Parameters
    ----------
    title : str
        Name of the sheet, cut where it is longer than one may be.
    rows : iterable of sequence
        The heads, then the others.
    path : Path
        The file wanted.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append([xlsx_cell(sheet, value) for value in row])
    with replaced_atomically(path) as temporary:
        book.save(temporary)
