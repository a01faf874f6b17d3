"""A yearly plan of inspections as a sheet."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook

from gis.exchange.writing import replaced_atomically, xlsx_cell

__all__ = ["write_sheet"]


def write_sheet(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str | int]], path: Path
) -> None:
    """Write a table to a workbook of one sheet; every text is text.

    Parameters
    ----------
    title : str
        Name of the sheet.
    heads : sequence of str
        The first row.
    rows : iterable of sequence
        The others.
    path : Path
        The file wanted, replaced whole or not at all.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in (heads, *rows):
        sheet.append([xlsx_cell(sheet, value) for value in row])
    with replaced_atomically(path) as temporary:
        book.save(temporary)
