"""Reports that the department owes: JSON, page, workbook, documents, and what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api.downloads import MEDIA_TYPES, made_for_download
from api.errors import explain, status_of
from api.guard import GuardedRoute
from api.language import api_language, page_language, safe_language
from api.pages import render, wants_page
from api.service import service_of
from api.viewing import note_ids
from api.whole import OffsetQuery
from data.text import Language
from gis.errors import FormatError
from gis.register import moments
from gis.reporting.period import Period, period_of, recent_periods
from gis.reporting.report import DepartmentReport, department_report
from gis.reporting.tables import Column, Item, Line, Table
from maps.department_report import (
    charts,
    column_title,
    coverage_facts,
    notes,
    period_title,
    row_title,
    said,
    title,
)
from maps.documents.department import department_document, department_letter
from maps.documents.department_workbook import write_department_xlsx
from maps.documents.docx import report_docx
from maps.documents.letter import letter_docx, letter_pdf
from maps.documents.pdf import report_pdf

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["reports"])

Known = Annotated[
    Literal["then", "now"],
    Query(description="The register as known at the end of the period, or as known now."),
]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number that was asked about; without a row the total."""

    table: str
    column: str
    row: str | None
    known: str


def _cell(
    table: Annotated[str, Query(max_length=60)],
    column: Annotated[str, Query(max_length=60)],
    row: Annotated[str | None, Query(max_length=200, description="Without: the total.")] = None,
    known: Known = "then",
) -> _Cell:
    return _Cell(table, column, row, known)


Cell = Annotated[_Cell, Depends(_cell)]
_SHOWN = 8
"""Rows of a table that the page of the report shows."""

_ROWS_ALONE = 40
"""Rows of one page of a table that stands alone."""

_PER_PAGE = 100
"""Of the list that a number counts."""

_PLACES = {
    "structure": "/view/structures/",
    "station": "/view/stations/",
    "request": "/view/sharing/",
}


def _report(request: Request, period: Period, known: str) -> DepartmentReport:
    service = service_of(request)
    return department_report(
        service.register,
        service.home,
        period,
        moments.now(),
        kept=service.kept,
        as_known=known == "then",
    )


@router.get("/reports/{period}")
def one_report(request: Request, period: str, known: Known = "then") -> dict[str, Any]:
    """A report: `2026-11`, `2026-Q4` or `2026`; each number names the list that it counts."""
    found, language = _report(request, period_of(period), known), api_language(request)
    base = f"/reports/{found.period.name}"
    return {
        "period": found.period.name,
        "title": period_title(found.period, language),
        "first": found.period.first.isoformat(),
        "last": found.period.last.isoformat(),
        "on": found.on.isoformat(),
        "known_at": None if found.known_at is None else found.known_at.isoformat(),
        "ends": found.ends.isoformat(),
        "running": found.running,
        "register": found.version,
        "synthetic": found.synthetic,
        "notes": notes(found, language),
        "tables": [_table_json(one, found, known, language) for one in found.tables],
        "coverage": [
            {
                "generation": one.generation,
                "study": one.study_id,
                "on": None if one.on is None else one.on.isoformat(),
                "percent": one.percent,
                "covered_km2": one.covered_km2,
                "area_km2": one.area_km2,
                "communes": [
                    {"code": code, "name": name, "percent": share}
                    for code, (name, share) in (one.communes or {}).items()
                ],
            }
            for one in found.coverage
        ],
        "links": [
            {"rel": ending, "href": f"{base}/report.{ending}?{urlencode({'known': known})}"}
            for ending in ("xlsx", "docx", "pdf")
        ],
    }


def _table_json(
    table: Table, found: DepartmentReport, known: str, language: Language
) -> dict[str, Any]:
    def line(one: Line, *, total: bool = False) -> dict[str, Any]:
        return {
            "id": None if total else one.id,
            "name": "" if total else row_title(table, one, language),
            "values": dict(one.values),
            "items": {
                column.name: _address((found.period, known), table, None if total else one, column)
                for column in table.columns
                if not column.share and one.values[column.name]
            },
        }

    return {
        "id": table.id,
        "title": title(table, language),
        "columns": [
            {"name": one.name, "title": column_title(one, language)} for one in table.columns
        ],
        "rows": [line(one) for one in table.lines],
        "total": line(table.total, total=True),
    }


def _address(
    asked: tuple[Period, str], table: Table, line: Line | None, column: Column, *, view: str = ""
) -> str:
    """Return where the list of a number is; `asked` is the period and how it is known."""
    period, known = asked
    query = {"table": table.id, "column": column.name, "known": known}
    query |= {} if line is None else {"row": line.id}
    return f"{view}/reports/{period.name}/items?{urlencode(query)}"


@router.get("/reports/{period}/items")
def items(request: Request, period: str, cell: Cell) -> dict[str, Any]:
    """The list that a number of a report counts."""
    report = _report(request, period_of(period), cell.known)
    found = report.table(cell.table).items(cell.row, cell.column)
    _note(request, found)
    return {
        "numberMatched": len(found),
        "items": [
            {
                "kind": one.kind,
                "id": one.id,
                "name": one.name,
                "amount": one.amount,
                "page": _place(one),
            }
            for one in found
        ],
    }


def _note(request: Request, found: Sequence[Item]) -> None:
    """Keep a look at the structures and lines that a number counts."""
    note_ids(
        request,
        structures=[one.id for one in found if one.kind == "structure"],
        routes=[one.id for one in found if one.kind == "route"],
    )


def _place(item: Item) -> str | None:
    """Return the page of what is counted; a line has none of its own."""
    if item.kind == "route":
        return None
    return f"{_PLACES.get(item.kind, f'/view/desk/{item.kind}/')}{item.id}"


@router.get("/reports/{period}/report.{ending}")
def document(
    request: Request, period: str, ending: Literal["xlsx", "docx", "pdf"], known: Known = "then"
) -> Response:
    """A report as a workbook or as a document to be signed."""
    found = _report(request, period_of(period), known)
    language = page_language(request) if wants_page(request) else api_language(request)
    named = f"phusong-report-{found.period.name}.{ending}"
    if ending == "xlsx":
        return made_for_download(named, lambda path: write_department_xlsx(found, path, language))
    if language is Language.VI:
        letter = department_letter(found, service_of(request).today())
        made = letter_docx(letter) if ending == "docx" else letter_pdf(letter)
    else:
        content = department_document(found, language)
        made = report_docx(content) if ending == "docx" else report_pdf(content)
    headers = {"content-disposition": f'attachment; filename="{named}"'}
    return Response(made, media_type=MEDIA_TYPES[ending], headers=headers)


@router.get("/view/reports", include_in_schema=False)
def reports_page(
    request: Request,
    period: Annotated[str, Query(max_length=20)] = "",
    other: Annotated[str, Query(max_length=20)] = "",
    known: Known = "then",
    whole: Annotated[str, Query(max_length=60)] = "",
    *,
    offset: OffsetQuery = 0,
) -> Response:
    """Show the report of a period, this month's by default; a wrong one is said at its field.

    Its tables have their first rows; the one named by `whole` stands alone, page by page.
    """
    language, today = safe_language(request, page=True), service_of(request).today()
    recent = recent_periods(today)
    asked = other.strip() or period.strip()
    wanted, wrong, status = recent[0], "", 200
    try:
        wanted = period_of(asked) if asked else wanted
    except FormatError as error:
        wrong, status = explain(error, language), status_of(error)
    found = _report(request, wanted, known)
    alone = [one for one in found.tables if one.id == whole]
    rows = slice(offset, offset + _ROWS_ALONE) if alone else slice(_SHOWN)
    return render(
        request,
        "reports.html",
        alone=bool(alone),
        status_code=status,
        wrong=wrong,
        typed=asked if wrong else "",
        report=found,
        known=known,
        periods=[(one.name, period_title(one, language)) for one in recent],
        title=period_title(found.period, language),
        notes=notes(found, language),
        charts=() if alone else charts(found, language),
        coverage=coverage_facts(found, language),
        tables=[_shown(one, (found, known), language, rows) for one in alone or found.tables],
        offset=offset,
        per_page=_ROWS_ALONE,
    )


def _shown(
    table: Table, asked: tuple[DepartmentReport, str], language: Language, rows: slice
) -> dict[str, Any]:
    """Return a table as its page shows it: rows that hold something, numbers with their list."""
    found, known = asked

    def cells(line: Line, *, total: bool = False) -> list[tuple[str, str]]:
        place = None if total else line
        return [
            (
                said(one, line.values[one.name], language),
                ""
                if one.share or not line.values[one.name]
                else _address((found.period, known), table, place, one, view="/view"),
            )
            for one in table.columns
        ]

    lines = [one for one in table.lines if any(one.values.values())]
    return {
        "id": table.id,
        "title": title(table, language),
        "notes": table.notes,
        "head": f"reports.row_{table.by}",
        "columns": [column_title(one, language) for one in table.columns],
        "rows": [(row_title(table, one, language), cells(one)) for one in lines[rows]],
        "count": len(lines),
        "total": cells(table.total, total=True),
        "hidden": len(table.lines) - len(lines),
    }


@router.get("/view/reports/{period}/items", include_in_schema=False)
def items_page(request: Request, period: str, cell: Cell, *, offset: OffsetQuery = 0) -> Response:
    """Show the list that a number of a report counts."""
    language = safe_language(request, page=True)
    found = _report(request, period_of(period), cell.known)
    counts = found.table(cell.table)
    listed = counts.items(cell.row, cell.column)
    shown = listed[offset : offset + _PER_PAGE]
    _note(request, shown)
    head = next(one for one in counts.columns if one.name == cell.column)
    line = next((one for one in counts.lines if one.id == cell.row), None)
    return render(
        request,
        "report_items.html",
        period=found.period.name,
        period_title=period_title(found.period, language),
        known=cell.known,
        table=title(counts, language),
        row=None if line is None else row_title(counts, line, language),
        column=column_title(head, language),
        items=[(one, _place(one)) for one in shown],
        matched=len(listed),
        offset=offset,
        per_page=_PER_PAGE,
        sums=said(head, sum(one.amount for one in listed), language) if head.sums else None,
    )
