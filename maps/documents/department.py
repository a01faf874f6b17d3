"""The report of a period as a document: DOCX and PDF from the same content."""

from datetime import date
from typing import Final

from data.text import Language, text
from gis.jurisdictions import jurisdiction_on
from gis.reporting.report import DepartmentReport
from gis.reporting.tables import Column, Line
from gis.reporting.tables import Table as Counts
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
from maps.documents.content import (
    Block,
    Bullets,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
)
from maps.documents.letter import Letter
from maps.documents.letter_head import office_letter

__all__ = ["department_document", "department_letter"]

_SIGNERS: Final = ("prepared", "checked", "approved")
_WIDEST: Final = 7
"""Columns of numbers of one table on paper; more follow in a table below."""


def department_document(
    report: DepartmentReport, language: Language | str = Language.VI
) -> Report:
    """Return the report of a period as a document.

    Parameters
    ----------
    report : DepartmentReport
        The numbers.
    language : Language
        Language of the words.
    """
    tongue = Language(language)
    jurisdiction = jurisdiction_on(report.on)
    named = period_title(report.period, tongue)
    sections = [
        Section(text("reports.basis", tongue), [Bullets(tuple(notes(report, tongue)))]),
        Section(text("reports.charts", tongue), _figures(report, tongue)),
        *(Section(title(one, tongue), _blocks(one, tongue)) for one in report.tables),
        Section(text("reports.coverage", tongue), _coverage(report, tongue)),
    ]
    stamps = (text("documents.stamp_synthetic", tongue),) if report.synthetic else ()
    return Report(
        language=tongue.value,
        title=text("reports.document_title", tongue, period=named),
        subtitle=text(
            "reports.document_subtitle", tongue, on=report.on, place=jurisdiction.name(tongue)
        ),
        issuer=jurisdiction.department(tongue),
        stamps=stamps,
        law=text("reports.law", tongue),
        sections=tuple(sections),
        closing=text("reports.closing", tongue, version=report.version[:12]),
        signatures=tuple(text(f"documents.signature_{who}", tongue) for who in _SIGNERS),
        signature_hint=text("documents.signature_hint", tongue),
        signed_at=text("documents.signed_at", tongue),
        footer=text("reports.document_title", tongue, period=named),
        page_of=text("documents.page_of", tongue, page="{page}", pages="{pages}"),
    )


def department_letter(report: DepartmentReport, day: date) -> Letter:
    """Return the report of a period as a document by NĐ 30/2020, in Vietnamese: BÁO CÁO.

    Parameters
    ----------
    report : DepartmentReport
        The numbers.
    day : date
        The day on which it is drawn up.
    """
    made = department_document(report, Language.VI)
    province = jurisdiction_on(day).name("vi")
    blocks: list[Block] = [Paragraph(made.subtitle), Paragraph(made.law)]
    for section in made.sections:
        blocks += [Heading(section.heading), *section.blocks]
    return office_letter(
        day,
        "BC",
        kind=text("reports.letter_kind", "vi"),
        subject=text(
            "reports.letter_subject", "vi", period=period_title(report.period, Language.VI)
        ),
        grounds=(),
        addressees=(text("reports.letter_to", "vi", province=province),),
        blocks=[*blocks, Paragraph(made.closing)],
        recipients=(text("reports.letter_above", "vi"), text("reports.letter_kept", "vi")),
        signers=tuple(one.upper() for one in made.signatures),
        stamps=made.stamps,
    )


def _figures(report: DepartmentReport, language: Language) -> list[Block]:
    return [Figure(one.title, one.alternative, one.svg, ()) for one in charts(report, language)]


def _blocks(table: Counts, language: Language) -> list[Block]:
    found: list[Block] = [Paragraph(text(one, language)) for one in table.notes]
    lines = [one for one in table.lines if any(one.values.values())]
    left_out = len(table.lines) - len(lines)
    if not lines:
        return [*found, Paragraph(text("reports.none", language))]
    parts = [table.columns[at : at + _WIDEST] for at in range(0, len(table.columns), _WIDEST)]
    for part in parts:
        held = [one for one in lines if any(one.values[each.name] for each in part)]
        if held:
            found.append(_part(table, list(part), held, language))
    if left_out:
        found.append(Paragraph(text("reports.left_out", language, count=left_out)))
    return found


def _part(table: Counts, columns: list[Column], lines: list[Line], language: Language) -> Table:
    def cells(line: Line) -> list[str]:
        return [said(one, line.values[one.name], language) for one in columns]

    total = (text("reports.total", language), *cells(table.total))
    return Table(
        caption=title(table, language),
        columns=(
            text(f"reports.row_{table.by}", language),
            *(column_title(one, language) for one in columns),
        ),
        rows=(
            *((row_title(table, one, language), *cells(one)) for one in lines),
            total,
        ),
        numeric=frozenset(range(1, 1 + len(columns))),
        widths=(3, *(1 for _ in columns)),
    )


def _coverage(report: DepartmentReport, language: Language) -> list[Block]:
    rows = tuple((label, (told,)) for label, told in coverage_facts(report, language))
    found: list[Block] = [Paragraph(text("mobile.prediction", language)), Facts(rows)]
    known = [one for one in report.coverage if one.communes]
    if not known:
        return found
    names = {code: name for one in known for code, (name, _) in (one.communes or {}).items()}
    lines = tuple(
        (name, *(_percent((one.communes or {}).get(code), language) for one in known))
        for code, name in sorted(names.items(), key=lambda one: (one[1], one[0]))
    )
    heads = (text(f"mobile.generation_{one.generation}", language) for one in known)
    table = Table(
        caption=text("reports.coverage_communes", language),
        columns=(text("reports.row_commune", language), *heads),
        rows=lines,
        numeric=frozenset(range(1, 1 + len(known))),
    )
    return [*found, table]


def _percent(found: tuple[str, float | None] | None, language: Language) -> str:
    share = None if found is None else found[1]
    return said(Column("share", "", whole="-"), share, language)
