"""The refused rows as XLSX: each original row with what is wrong beside it, ready to be mended."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from data.text import Language, text
from gis.exchange.report import ImportReport, Problem
from gis.exchange.table import Cell, Formula
from gis.exchange.writing import replaced_atomically, xlsx_cell

__all__ = ["error_report_xlsx"]

_MARK = PatternFill("solid", fgColor="FFD9D2")
_BOLD = Font(bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")


def error_report_xlsx(
    report: ImportReport, path: Path, language: Language | str = Language.VI
) -> Path:
    """Write the refused rows with their errors beside them.

    The first sheet has the file's own headers, so that it can be mended and brought in again; the
    second lists every problem. Cells that begin like a formula are written as text; one that held
    a formula bears no mark of a text that was meant, so that import refuses it again.

    Parameters
    ----------
    report : ImportReport
        What was judged.
    path : Path
        The file to write; replaced whole or not at all.
    language : Language
        Of the sentences.

    Returns
    -------
    Path
        The file written.
    """
    book = Workbook(write_only=True)
    rows = book.create_sheet(text("exchange.report.rows", language))
    problems = book.create_sheet(text("exchange.report.problems", language))
    _write_rows(rows, report, language)
    _write_problems(problems, report, language)
    with replaced_atomically(path) as temporary:
        book.save(temporary)
    return path


def _write_rows(sheet: Any, report: ImportReport, language: Language | str) -> None:
    sheet.freeze_panes = "A2"
    extra = (text("exchange.report.row", language), text("exchange.report.errors", language))
    sheet.column_dimensions[get_column_letter(len(report.header) + 1)].width = 90
    sheet.append([_headed(sheet, title) for title in (*report.header, *extra)])
    for refused in report.refused:
        marked = {problem.column for problem in refused.problems}
        cells = [
            _original(sheet, cell, marked=index in marked)
            for index, cell in enumerate(refused.cells)
        ]
        said = "\n".join(_reason(problem, language) for problem in refused.problems)
        sheet.append([*cells, refused.row, _wrapped(sheet, said)])


def _write_problems(sheet: Any, report: ImportReport, language: Language | str) -> None:
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDE", (8, 24, 28, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    names = ("row", "field", "value", "reason", "expected")
    titles = [text(f"exchange.report.{name}", language) for name in names]
    sheet.append([_headed(sheet, title) for title in titles])
    for problem in report.problems:
        sheet.append(
            [
                problem.row,
                *(xlsx_cell(sheet, part) for part in (problem.field, problem.value)),
                _wrapped(sheet, problem.reason(language)),
                _wrapped(sheet, problem.expected(language)),
            ]
        )


def _reason(problem: Problem, language: Language | str) -> str:
    return text(
        "exchange.report.reason_sentence",
        language,
        field=problem.field,
        reason=problem.reason(language),
        expected=problem.expected(language),
    )


def _original(sheet: Any, cell: Cell, *, marked: bool) -> SheetCell:
    written = xlsx_cell(sheet, cell.text if isinstance(cell, Formula) else cell)
    if isinstance(cell, Formula):
        written.quotePrefix = False
    if marked:
        written.fill = _MARK
    return written


def _headed(sheet: Any, title: str) -> SheetCell:
    written = xlsx_cell(sheet, title)
    written.font = _BOLD
    return written


def _wrapped(sheet: Any, words: str) -> SheetCell:
    written = xlsx_cell(sheet, words)
    written.alignment = _WRAP
    return written
