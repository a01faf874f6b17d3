"""A report as DOCX, from the same blocks as the page and the PDF: to be edited and signed.

Nothing in it depends on the clock: the document's own dates and those of the parts inside are
fixed, so that the same report gives the same bytes.
"""

import re
from typing import cast

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from maps.documents.content import Report, Section
from maps.documents.docx_blocks import (
    QUIET,
    WIDTH_MM,
    add_block,
    add_field,
    add_line,
    add_stamps,
    cell_rows,
    document_bytes,
    set_page,
    set_styles,
    writable,
)

__all__ = ["report_docx"]


def report_docx(report: Report) -> bytes:
    """Return a report as DOCX: A4, margins of NĐ 30/2020, heads of tables on every page.

    Parameters
    ----------
    report : Report
        The content.
    """
    document = Document()
    _set_page(document, report)
    set_styles(document, report.language)
    _begin(document, report)
    for section in report.sections:
        _section(document, section)
    _sign(document, report)
    return document_bytes(document, report.title, report.language)


# --- the page ---


def _set_page(document: DocxDocument, report: Report) -> None:
    set_page(document)
    foot = document.sections[0].footer.paragraphs[0]
    foot.style = document.styles["Footer"]
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{writable(report.footer)}\t")
    for part in re.split(r"(\{pages?\})", report.page_of):
        if part in {"{page}", "{pages}"}:
            add_field(foot, "PAGE" if part == "{page}" else "NUMPAGES")
        else:
            foot.add_run(part)


# --- the content ---


def _begin(document: DocxDocument, report: Report) -> None:
    if report.issuer:
        add_line(document, report.issuer).runs[0].bold = True
    document.add_paragraph(writable(report.title), style="Title")
    add_line(document, report.subtitle).runs[0].font.color.rgb = QUIET
    if report.stamps:
        add_stamps(add_line(document, ""), report.stamps)
    law = add_line(document, report.law)
    law.paragraph_format.left_indent = Mm(4)
    law.runs[0].italic = True


def _section(document: DocxDocument, section: Section) -> None:
    document.add_paragraph(writable(section.heading), style="Heading 1")
    for block in section.blocks:
        add_block(document, block)


def _sign(document: DocxDocument, report: Report) -> None:
    closing = add_line(document, report.closing)
    closing.paragraph_format.space_before = Pt(18)
    if not report.signatures:
        return
    closing.paragraph_format.keep_with_next = True
    date = add_line(document, report.signed_at)
    date.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    date.paragraph_format.keep_with_next = True
    table = document.add_table(1, len(report.signatures))
    table._tbl.tr_lst[0].get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, who in zip(cell_rows(table)[0], report.signatures, strict=True):
        paragraph = cast(DocxParagraph, cell.paragraphs[0])
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(writable(who)).bold = True
        paragraph.add_run(f"\n{writable(report.signature_hint)}").italic = True
        cell.add_paragraph().paragraph_format.space_after = Pt(60)
