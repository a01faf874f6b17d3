"""The report of a period as a workbook: a sheet for each table, and a list of what was counted."""

from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook

from data.text import Language, text
from gis.exchange.writing import replaced_atomically, xlsx_cell
from gis.reporting.report import DepartmentReport
from gis.reporting.tables import Line, Table
from maps.department_report import (
    column_title,
    coverage_facts,
    notes,
    period_title,
    row_title,
    title,
)

__all__ = ["write_department_xlsx"]

_LONGEST_TITLE: Final = 31
_DECIMALS: Final = 3

Cell = str | float | int | None


def write_department_xlsx(report: DepartmentReport, path: Path, language: Language) -> None:
    """Write a report to a workbook; every text is text, whatever it begins with.

    Parameters
    ----------
    report : DepartmentReport
        The numbers.
    path : Path
        Where; its folder exists.
    language : Language
        Language of the words.
    """
    book = Workbook(write_only=True)
    named = period_title(report.period, language)
    first: list[list[Cell]] = [[text("reports.document_title", language, period=named)]]
    first += [[one] for one in notes(report, language)]
    _sheet(book, text("reports.basis", language), first)
    for number, table in enumerate(report.tables, 1):
        _sheet(book, f"{number}. {title(table, language)}", _rows(table, language))
    covered: list[list[Cell]] = [[text("mobile.prediction", language)]]
    covered += [[label, told] for label, told in coverage_facts(report, language)]
    for one in report.coverage:
        for code, (name, share) in (one.communes or {}).items():
            covered.append([one.generation, code, name, _rounded(share)])
    _sheet(book, text("reports.coverage", language), covered)
    with replaced_atomically(path) as temporary:
        book.save(temporary)


def _sheet(book: Any, named: str, rows: list[list[Cell]]) -> None:
    safe = "".join(" " if one in "[]:*?/\\" else one for one in named)
    sheet = book.create_sheet(safe[:_LONGEST_TITLE])
    for row in rows:
        sheet.append([xlsx_cell(sheet, value) for value in row])


def _rows(table: Table, language: Language) -> list[list[Cell]]:
    heads: list[Cell] = [
        text("reports.code", language),
        text(f"reports.row_{table.by}", language),
        *(column_title(one, language) for one in table.columns),
    ]
    body = [
        [line.id, row_title(table, line, language), *_values(table, line)] for line in table.lines
    ]
    total: list[Cell] = ["", text("reports.total", language), *_values(table, table.total)]
    notes_below: list[list[Cell]] = [[text(one, language)] for one in table.notes]
    return [heads, *body, total, *notes_below]


def _values(table: Table, line: Line) -> list[Cell]:
    return [_rounded(line.values[one.name]) for one in table.columns]


def _rounded(value: float | None) -> Cell:
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, _DECIMALS)
