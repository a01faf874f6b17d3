"""An administrative document by Nghị định 30/2020/NĐ-CP, before it is DOCX or PDF.

The parts are those of Phụ lục I, mục II of that decree (recalled; the text was not at hand):
national title, issuing body, number and symbol, place and day, kind and summary, grounds, content,
signature, recipients. Number, day and name stay empty: a person fills them in and signs.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from maps.documents.content import Block, Bullets, Heading, Paragraph, block_kind
from maps.documents.docx_blocks import (
    WIDTH_MM,
    add_block,
    add_line,
    add_stamps,
    cell_rows,
    document_bytes,
    rule_below,
    set_page,
    set_styles,
    writable,
)
from maps.documents.glyphs import printable
from maps.documents.pdf import compiled

__all__ = ["MIDDLE", "Letter", "letter_docx", "letter_pdf", "recipient_lines"]

_TEMPLATE = Path(__file__).with_name("letter.typ")
_NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
MIDDLE: Final = "# "
"""How a line begins that stands in the middle, in bold capitals: who decides, and that."""
_LEFT: Final = 0.42
"""Share of the width that the issuing body has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A document to be completed and signed.

    Attributes
    ----------
    superior, issuer : str
        The body above (empty where there is none), and the one that issues it.
    number, place_day : str
        Number and symbol, place and day, with room for what a person fills in.
    kind : str
        Name of the kind, in capitals; empty for a letter (công văn).
    subject : str
        What it is about.
    grounds : tuple of str
        What it rests on.
    addressees : tuple of str
        To whom a letter goes.
    blocks : sequence of Block
        What it says.
    recipients : tuple of str
        Who gets it.
    signers : tuple of str
        Who signs, from left to right; the last stands beside the recipients.
    draft : str
        The stamp of a draft.
    stamps : tuple of str
        What must be said of the data that it rests on, in the words of reports.
    checks : tuple of str
        What must be checked before it is signed: on a page of its own, no part of the document.
    checks_title : str
        The heading of that page.
    """

    superior: str
    issuer: str
    number: str
    place_day: str
    kind: str
    subject: str
    grounds: tuple[str, ...]
    addressees: tuple[str, ...]
    blocks: Sequence[Block]
    recipients: tuple[str, ...]
    signers: tuple[str, ...]
    draft: str
    stamps: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    checks_title: str = ""


def letter_pdf(letter: Letter) -> bytes:
    """Return a document as a tagged PDF, from the same content as the DOCX.

    Raises
    ------
    FormatError
        If the compiler refuses it.
    """
    blocks = [{"block": block_kind(one), **_plain(asdict(one))} for one in letter.blocks]
    lines = recipient_lines(letter.recipients)
    told = {**asdict(letter), "blocks": blocks, "recipients": lines}
    told |= {"nation": _NATION, "motto": _MOTTO}
    content, _ = printable(told)
    return compiled(_TEMPLATE, "letter", content, format="pdf", pdf_standards=["ua-1"])


def recipient_lines(recipients: Sequence[str]) -> list[str]:
    """Return who gets a document, each with a dash: a semicolon after each, the last a stop."""
    last = len(recipients) - 1
    return [
        f"- {one.strip().rstrip(';.')}{'.' if place == last else ';'}"
        for place, one in enumerate(recipients)
    ]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in values.items()
    }


def letter_docx(letter: Letter) -> bytes:
    """Return a document as DOCX: A4, margins and parts of NĐ 30/2020, to be edited and signed."""
    document = Document()
    set_page(document)
    set_styles(document, "vi")
    document.styles["Normal"].font.size = Pt(13)
    _head(document, letter)
    _title(document, letter)
    for ground in letter.grounds:
        if ground.startswith(MIDDLE):
            words = ground.removeprefix(MIDDLE).upper()
            _centred(document.add_paragraph(), words, 13, bold=True)
        else:
            _body(document, ground).runs[0].italic = True
    for block in letter.blocks:
        if isinstance(block, Paragraph):
            _body(document, block.text).runs[0].bold = block.strong
        elif isinstance(block, Heading):
            _centred(document.add_paragraph(style="Heading 2"), block.text.upper(), 13, bold=True)
        else:
            add_block(document, block)
    if letter.blocks and isinstance(letter.blocks[-1], Paragraph):
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    _foot(document, letter)
    if letter.checks:
        heading = add_line(document, letter.checks_title)
        heading.runs[0].bold, heading.paragraph_format.page_break_before = True, True
        add_block(document, Bullets(letter.checks))
    return document_bytes(document, f"{letter.kind} {letter.subject}".strip(), "vi")


def _head(document: DocxDocument, letter: Letter) -> None:
    table = document.add_table(2, 2)
    table.autofit = False
    rows = cell_rows(table)
    for row in rows:
        row[0].width, row[1].width = Mm(_LEFT * WIDTH_MM), Mm((1 - _LEFT) * WIDTH_MM)
    first = rows[0][0].paragraphs[0]
    if letter.superior:
        _centred(first, letter.superior, 12)
        first = rows[0][0].add_paragraph()
    _centred(first, letter.issuer, 12, bold=True)
    rule_below(rows[0][0].add_paragraph(), _LEFT * WIDTH_MM, 0.28)
    _centred(rows[0][1].paragraphs[0], _NATION, 12, bold=True)
    _centred(rows[0][1].add_paragraph(), _MOTTO, 13, bold=True)
    rule_below(rows[0][1].add_paragraph(), (1 - _LEFT) * WIDTH_MM, 0.6)
    _centred(rows[1][0].paragraphs[0], letter.number, 13)
    if not letter.kind:
        _centred(rows[1][0].add_paragraph(), letter.subject, 12)
    _centred(rows[1][1].paragraphs[0], letter.place_day, 13, italic=True)
    for stamp in filter(None, (letter.draft, *letter.stamps)):
        add_stamps(rows[1][1].add_paragraph(), (stamp,))


def _title(document: DocxDocument, letter: Letter) -> None:
    if letter.kind:
        _centred(document.add_paragraph(), letter.kind, 14, bold=True)
        _centred(document.add_paragraph(), letter.subject, 14, bold=True)
        rule_below(document.add_paragraph(), WIDTH_MM, 0.22)
    for one in letter.addressees:
        _centred(document.add_paragraph(), one, 13)


def _body(document: DocxDocument, words: str) -> DocxParagraph:
    paragraph = add_line(document, words)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.paragraph_format.space_after = Pt(6)
    return paragraph


def _foot(document: DocxDocument, letter: Letter) -> None:
    table = document.add_table(1, 1 + len(letter.signers))
    cells = cell_rows(table)[0]
    first = cells[0].paragraphs[0]
    run = first.add_run("Nơi nhận:")
    run.bold, run.italic, run.font.size = True, True, Pt(12)
    for one in recipient_lines(letter.recipients):
        cells[0].add_paragraph().add_run(writable(one)).font.size = Pt(11)
    for cell, who in zip(cells[1:], letter.signers, strict=True):
        _centred(cell.paragraphs[0], who, 13, bold=True)
        cell.add_paragraph().paragraph_format.space_after = Pt(60)


def _centred(
    paragraph: DocxParagraph,
    words: str,
    size_pt: float,
    *,
    bold: bool = False,
    italic: bool = False,
) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(writable(words))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size_pt)
