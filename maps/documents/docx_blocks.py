"""Blocks as paragraphs and tables of a DOCX, for reports and letters alike."""

import io
import re
import zipfile
from datetime import datetime
from typing import Any, Final

from docx.document import Document as DocxDocument
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as DocxTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from maps.documents.content import Block, Bullets, Facts, Figure, Heading, Paragraph, Table
from maps.documents.pdf import figure_png

__all__ = [
    "QUIET",
    "WIDTH_MM",
    "add_block",
    "add_field",
    "add_line",
    "add_stamps",
    "cell_rows",
    "document_bytes",
    "rule_below",
    "set_page",
    "set_styles",
    "writable",
]

_FONT: Final = "Times New Roman"
_DAY: Final = datetime(2020, 1, 1)
QUIET: Final = RGBColor(0x4D, 0x57, 0x51)
_STAMP: Final = RGBColor(0x7A, 0x2E, 0x00)
_OUTCOMES: Final = {
    "violates": RGBColor(0xA3, 0x20, 0x1A),
    "mixed": RGBColor(0x8A, 0x52, 0x0E),
    "needs_verification": RGBColor(0x8A, 0x52, 0x0E),
    "complies": RGBColor(0x1D, 0x6B, 0x34),
    "not_assessable": RGBColor(0x4D, 0x57, 0x51),
}
WIDTH_MM: Final = 210.0 - 30.0 - 18.0
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold."""


def set_page(document: DocxDocument) -> None:
    """Set A4 with the margins of NĐ 30/2020."""
    page = document.sections[0]
    page.start_type = WD_SECTION.NEW_PAGE
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(18)


def document_bytes(document: DocxDocument, title: str, language: str) -> bytes:
    """Return the document with its own dates and those of its parts fixed."""
    properties = document.core_properties
    properties.title, properties.author = writable(title)[:255], "PhuSong"
    properties.language, properties.comments = language, ""
    properties.created = properties.modified = _DAY
    written, fixed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return fixed.getvalue()


def writable(words: str) -> str:
    """Return words without the characters that XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", words)


def add_field(paragraph: DocxParagraph, name: str) -> None:
    """Add a field that the word processor fills in."""
    run = paragraph.add_run()
    for kind, content in (("begin", None), (None, name), ("separate", None), ("end", None)):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = content
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def set_styles(document: DocxDocument, language: str) -> None:
    """Set fonts and sizes, and the language."""
    for name, size_pt in (("Normal", 12), ("Footer", 9), ("List Bullet", 12), ("Caption", 10)):
        _set_font(document, name, size_pt)
    for name, size_pt in (("Title", 16), ("Heading 1", 13), ("Heading 2", 12)):
        _set_font(document, name, size_pt)
        document.styles[name].font.bold = True
        document.styles[name].font.color.rgb = RGBColor(0, 0, 0)
    normal = document.styles["Normal"]
    normal.paragraph_format.space_after = Pt(4)
    document.styles["Caption"].font.italic = True
    document.styles["Caption"].font.bold = False
    document.styles["Caption"].font.color.rgb = QUIET
    document.styles["Caption"].paragraph_format.keep_with_next = True
    tongue = OxmlElement("w:lang")
    tongue.set(qn("w:val"), "vi-VN" if language == "vi" else "en-GB")
    normal.element.get_or_add_rPr().append(tongue)


def _set_font(document: DocxDocument, name: str, size_pt: float) -> None:
    style = document.styles[name]
    style.font.name, style.font.size = _FONT, Pt(size_pt)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:cs", "w:hAnsi"):
        fonts.set(qn(script), _FONT)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


def add_line(document: DocxDocument, words: str) -> DocxParagraph:
    """Add a paragraph."""
    paragraph = document.add_paragraph()
    paragraph.add_run(writable(words))
    return paragraph


def rule_below(paragraph: DocxParagraph, width_mm: float, share: float) -> None:
    """Draw a line in the middle of an empty paragraph, over a share of the width it has."""
    form, aside = paragraph.paragraph_format, Mm(width_mm * (1 - share) / 2)
    form.left_indent, form.right_indent = aside, aside
    form.space_before, form.space_after = Pt(0), Pt(4)
    form.line_spacing = Pt(3)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def add_stamps(paragraph: DocxParagraph, stamps: tuple[str, ...]) -> None:
    """Add warnings after what a paragraph says."""
    for stamp in stamps:
        run = paragraph.add_run(f" [{writable(stamp)}]")
        run.bold, run.font.color.rgb = True, _STAMP


def add_block(document: DocxDocument, block: Block) -> None:
    """Add a block."""
    match block:
        case Paragraph():
            add_line(document, block.text).runs[0].bold = block.strong
        case Heading():
            heading = document.add_paragraph(style="Heading 2")
            run = heading.add_run(writable(block.text))
            if block.outcome in _OUTCOMES:
                run.font.color.rgb = _OUTCOMES[block.outcome]
            add_stamps(heading, block.stamps)
        case Bullets():
            for item in block.items:
                document.add_paragraph(writable(item), style="List Bullet")
        case Facts():
            _facts(document, block)
        case Table():
            _table(document, block)
        case Figure():
            _figure(document, block)


def _facts(document: DocxDocument, facts: Facts) -> None:
    widths = (0.3 * WIDTH_MM, 0.7 * WIDTH_MM)
    table = _grid(document, len(facts.rows), widths)
    cells = cell_rows(table)
    for row, (label, values) in zip(cells, facts.rows, strict=True):
        _fill(row[0], label, colour=QUIET)
        _fill(row[1], "\n".join(values))
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _table(document: DocxDocument, content: Table) -> None:
    document.add_paragraph(writable(content.caption), style="Caption")
    shares = content.widths or (1,) * len(content.columns)
    widths = [WIDTH_MM * share / sum(shares) for share in shares]
    table = _grid(document, len(content.rows) + 1, widths)
    cells = cell_rows(table)
    for row, words in zip(cells, (content.columns, *content.rows), strict=True):
        for column, (cell, said) in enumerate(zip(row, words, strict=True)):
            _fill(cell, said, bold=row is cells[0], right=column in content.numeric)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _grid(document: DocxDocument, rows: int, widths_mm: Any) -> DocxTable:
    """Add an empty table with columns of fixed widths, whose rows stay whole."""
    table: DocxTable = document.add_table(rows, len(widths_mm), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width_mm in zip(table._tbl.tblGrid.gridCol_lst, widths_mm, strict=True):
        column.w = Mm(width_mm)
    for row in table._tbl.tr_lst:
        row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width_mm in zip(row.tc_lst, widths_mm, strict=True):
            cell.width = Mm(width_mm)
    return table


def cell_rows(table: DocxTable) -> list[list[_Cell]]:
    """Return the cells row by row; the library's own way looks each of them up again."""
    return [[_Cell(cell, table) for cell in row.tc_lst] for row in table._tbl.tr_lst]


def _fill(
    cell: _Cell,
    words: str,
    *,
    bold: bool = False,
    right: bool = False,
    colour: RGBColor | None = None,
) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(writable(words))
    run.font.size, run.bold = Pt(10), bold
    if colour is not None:
        run.font.color.rgb = colour


def _figure(document: DocxDocument, figure: Figure) -> None:
    document.add_paragraph(writable(figure.caption), style="Caption")
    document.add_picture(io.BytesIO(figure_png(figure)), width=Mm(WIDTH_MM))
    drawn = document.inline_shapes[-1]._inline.docPr
    drawn.set("descr", writable(figure.alternative))
