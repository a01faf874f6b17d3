"""The report as DOCX: what the page says, laid out to be signed, the same bytes each time."""

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn
from docx.shared import Mm

from data.text import Language
from gis.home import Home
from gis.studies.record import Study
from maps.documents.content import Facts, Heading, Table
from maps.documents.report import study_docx, study_report
from maps.studies import coverage_view

MakeStudy = Callable[..., Study]
HOSTILE = "a\x00b\x0b<w:t>&amp; \ufffe ]]>"


def opened(content: bytes) -> DocxDocument:
    return Document(io.BytesIO(content))


def words_of(document: DocxDocument) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("language", list(Language))
def test_everything_that_the_report_says_is_in_it(
    make_compliance_study: MakeStudy, language: Language
) -> None:
    study = make_compliance_study()
    report = study_report(study, language)
    found = words_of(opened(study_docx(study, language)))
    for said in (report.title, report.law, report.closing, *report.stamps, *report.signatures):
        assert said in found
    for section in report.sections:
        assert section.heading in found
        for block in section.blocks:
            if isinstance(block, Heading):
                assert block.text in found
            elif isinstance(block, Facts):
                assert all("\n".join(values) in found for _, values in block.rows)
            elif isinstance(block, Table):
                assert all(cell in found for row in block.rows for cell in row)


def test_the_same_study_gives_the_same_bytes(make_compliance_study: MakeStudy) -> None:
    study = make_compliance_study()
    content = study_docx(study)
    assert content == study_docx(study)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2020, 1, 1, 0, 0, 0)}


def test_the_page_is_that_of_an_office(make_compliance_study: MakeStudy) -> None:
    """A4 with the margins of NĐ 30/2020, Phụ lục I: left 30-35, right 15-20, others 20-25 mm."""
    document = opened(study_docx(make_compliance_study()))
    page = document.sections[0]
    millimetres = [
        round(side / Mm(1))
        for side in (page.page_width, page.page_height, page.left_margin, page.right_margin,
                     page.top_margin, page.bottom_margin)
    ]  # fmt: skip
    assert millimetres == [210, 297, 30, 18, 20, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    fields = [one.text for one in page.footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]
    heads = [table._tbl.tr_lst[0] for table in document.tables]
    repeated = [row for row in heads if row.find(f".//{qn('w:tblHeader')}") is not None]
    tables = [
        block
        for section in study_report(make_compliance_study()).sections
        for block in section.blocks
        if isinstance(block, Table)
    ]
    assert len(repeated) == len(tables)


def test_letters_that_xml_cannot_hold_are_replaced(make_compliance_study: MakeStudy) -> None:
    content = study_docx(make_compliance_study(name=HOSTILE))
    found = words_of(opened(content))
    assert "a\ufffdb\ufffd<w:t>&amp; \ufffd ]]>" in found


def test_a_coverage_has_its_picture(coverage_study: Study, home: Home) -> None:
    view = coverage_view(coverage_study, home)
    document = opened(study_docx(coverage_study, view=view))
    (picture,) = document.inline_shapes
    assert picture.width == Mm(162)
    assert picture._inline.docPr.get("descr")
    assert not opened(study_docx(coverage_study)).inline_shapes
