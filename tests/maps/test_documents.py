import ast
import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import numpy as np
import pytest
from PIL import Image

import propagation.compliance
from data.text import Language, has, text
from gis.errors import FormatError
from gis.home import Home
from gis.register.antennas import Antenna, AntennaKind, antenna_facts
from gis.studies.record import Study
from gis.studies.snapshots import record_to_json
from maps.contour_lines import contour_dash, contour_levels
from maps.documents.content import Facts, Figure, Heading, Paragraph, Report, Table
from maps.documents.figure import network_svg
from maps.documents.letter import Letter, letter_docx, letter_pdf
from maps.documents.pdf import report_pdf
from maps.documents.report import study_article, study_html, study_pdf, study_report
from maps.palette import rgb
from maps.studies import coverage_view
from maps.views import Interferer, NetworkView
from maps.words import Words
from propagation.compliance.catalogue import CATALOGUE

MakeStudy = Callable[..., Study]
HOSTILE = '<script>alert(1)</script> #eval("1+1") {{7*7}} $x$ *b* @ref \\ </main>'


@pytest.fixture(params=["coverage", "interference", "compliance"])
def study(request: pytest.FixtureRequest, make_compliance_study: MakeStudy) -> Study:
    if request.param == "compliance":
        return make_compliance_study()
    made: Study = request.getfixturevalue(f"{request.param}_study")
    return made


def words_of(report: Report) -> list[str]:
    """Every word of a report's tables and facts, in order."""
    found: list[str] = []
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                found += [cell for row in block.rows for cell in row]
            elif isinstance(block, Facts):
                found += [value for _, values in block.rows for value in values]
    return found


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


@pytest.mark.parametrize("language", list(Language))
def test_page_and_paper_say_the_same(
    study: Study, language: Language, pdf_text: Callable[[bytes], str]
) -> None:
    report = study_report(study, language)
    page = re.sub(r"<[^>]+>", "", study_html(study, language))
    paper = pdf_text(study_pdf(study, language))
    assert report.title in paper
    assert f'lang="{language}"' in study_html(study, language)
    # The law's sentence and the stamps, word for word.
    for sentence in (report.law, *report.stamps, *report.signatures):
        assert squeezed(sentence) in squeezed(paper)
        assert sentence in page
    # Every section, and a share of the cells: those without a line break on paper.
    for section in report.sections:
        assert squeezed(section.heading) in squeezed(paper)
    short = [cell for cell in words_of(report) if 3 < len(cell) < 12]
    assert len(short) > 10
    assert all(squeezed(cell) in squeezed(paper) for cell in short)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.VI, "Mọi đường truyền được tính là trong đất liền"),
        (Language.EN, "Every path is taken as inland"),
    ],
)
def test_fields_without_zones_say_what_that_means(
    study: Study, language: Language, said: str
) -> None:
    """In the reports, and in the article that a study's page shows."""
    assert said in study_html(study, language)
    assert said in study_article(study, language)
    sources = {
        "zones": {"identifier": "coast-of-2026.tif sha256:00"},
        "land_cover": {"identifier": "cover.tif sha256:11", "table": "t.toml", "added": True},
    }
    zoned = {**study.inputs, "model": {**study.inputs["model"], **sources}}
    page = study_html(replace(study, inputs=zoned), language)
    assert said not in page
    for name in ("coast-of-2026.tif", "cover.tif", "t.toml"):
        assert name in page


@pytest.mark.parametrize(("language", "said"), [("vi", "52,5 N/km"), ("en", "52.5 N/km")])
def test_a_rate_has_the_unit_of_a_rate(study: Study, language: str, said: str) -> None:
    page = study_html(study, language)
    assert said in page
    assert "52,5 km" not in page
    assert "ΔN (N/km)" not in page, "the value brings the unit"


def test_what_has_to_be_said_about_the_ground_is_said(study: Study) -> None:
    remark = {"key": "studies.step_finer", "vi": "Bước tính nhỏ hơn ô.", "en": "A finer step."}
    told = replace(study, results={**study.results, "remarks": [remark]})
    assert remark["vi"] in study_html(told, Language.VI)
    assert remark["en"] in study_html(told, Language.EN)


def test_the_plan_section_lists_the_pattern(make_compliance_study: MakeStudy) -> None:
    made = make_compliance_study()
    entry = {"id": "e", "plan_id": "p", "instrument": "TT 1", "erp_max_dbw": 30.0,
             "provenance": {"confidence": "secondary", "source": "t"},
             "attenuation_db": [0.0] * 12 + [10.0] + [0.0] * 23}  # fmt: skip
    row = {**made.results["stations"][0], "plan_entry_id": "e"}
    planned = replace(
        made,
        inputs={**made.inputs, "plan_entries": [entry]},
        results={**made.results, "stations": [row]},
    )

    def tables(study: Study) -> list[Table]:
        blocks = [
            block for section in study_report(study, "en").sections for block in section.blocks
        ]
        named = "Horizontal pattern in the plan entry: largest power at each azimuth"
        return [b for b in blocks if isinstance(b, Table) and b.caption == named]

    (table,) = tables(planned)
    assert len(table.rows) == 36
    assert table.rows[12] == ("120", "10.0", "20.0")
    assert tables(made) == []


def test_vietnamese_letters_arrive_whole(
    make_compliance_study: MakeStudy, pdf_text: Callable[[bytes], str]
) -> None:
    pangram = "Ước gì ẵm kỹ nữ, ngoẹo đầu, thẫn thờ, xỉu ỷ ợ ẫ ặ ệ ộ ử ỹ"
    paper = pdf_text(study_pdf(make_compliance_study(name=pangram)))
    assert squeezed(pangram) in squeezed(paper)


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("វិទ្យុ ស្វាយរៀង", True),
        ("中文电台", True),
        ("วิทยุ", True),
        ("Radio 😀👨\u200d👩\u200d👧", True),
        ("A\u0000B\u0007\u000bC", True),
        ("e\u17d2 a\ufeff", True),
        ("Радио Ελλάς", False),
        ("Đài ỹ\u0303 a\u0323\u0302\u200b", False),
        ("\ufffd", False),
    ],
)
def test_a_letter_without_a_glyph_is_replaced_and_said(
    make_compliance_study: MakeStudy,
    pdf_text: Callable[[bytes], str],
    *,
    name: str,
    lost: bool,
) -> None:
    study = make_compliance_study(2, name=f"Đài {name} phát")
    for language in Language:
        paper = pdf_text(study_pdf(study, language))
        stamp = text("documents.stamp_unprintable", language, sign="\ufffd")
        assert (squeezed(stamp) in squeezed(paper)) is lost
        assert "Đài" in paper
        assert "phát" in paper, "the rest of the name stands"
    assert name.replace("\u0000", "\ufffd") in study_html(study) or "\u0007" in name


def test_a_report_that_cannot_be_set_is_a_clear_error(make_compliance_study: MakeStudy) -> None:
    report = replace(study_report(make_compliance_study(), "en"), title="")
    with pytest.raises(FormatError, match="HTML or the DOCX"):
        report_pdf(report)


@pytest.mark.parametrize(("people", "told"), [(1234, "1,234"), (0, "0"), (None, None)])
def test_people_newly_interfered_are_told_where_they_are_known(
    make_compliance_study: MakeStudy, people: int | None, told: str | None
) -> None:
    area = {
        "newly_interfered_km2": 3.0,
        "newly_interfered_percent": 1.5,
        "newly_interfered_population": people,
        "covered_km2": 200.0,
        "no_longer_interfered_km2": 0.0,
        "communes": [],
    }
    row = {
        "name": "Đài kia", "synthetic": False, "spacing_khz": 100.0, "rise_db": 0.5,
        "protection_margin_before_db": 2.0, "protection_margin_after_db": 1.0, "area": area,
        "received_margin_db": 4.0, "own_margin_db": 1.0, "directions": [],
    }  # fmt: skip
    made = make_compliance_study()
    changed = {"stations": [row], "not_assessed": []}
    study = replace(made, results={**made.results, "new_interference": changed})
    tables = [
        block
        for section in study_report(study, "en").sections
        for block in section.blocks
        if isinstance(block, Table) and "Newly interfered (km²)" in block.columns
    ]
    (table,) = tables
    head = "People newly interfered"
    assert (head in table.columns) is (told is not None)
    if told is not None:
        assert table.rows[0][table.columns.index(head)] == told


def test_the_paper_is_tagged_and_has_its_language_and_title(study: Study) -> None:
    content = study_pdf(study)
    assert content.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in content
    assert b"/StructTreeRoot" in content
    assert b"/Lang(vi)" in content
    assert b"/CreationDate" not in content or b"19700101" in content
    assert b"pdfuaid:part" in content
    assert b"/URI" not in content


def test_the_same_study_gives_the_same_bytes(study: Study) -> None:
    assert study_pdf(study) == study_pdf(study)
    assert study_html(study) == study_html(study)
    assert study_pdf(study, "en") != study_pdf(study, "vi")


def test_stations_are_folded_on_a_page_of_many_and_nowhere_else(
    make_compliance_study: MakeStudy,
) -> None:
    many, one = make_compliance_study(3), make_compliance_study()
    folded = study_article(many, opened=frozenset())
    assert folded.count("<details") == folded.count("<summary") == folded.count("</details>") == 3
    assert "<details open" not in folded
    outcome = many.results["stations"][0]["outcome"]
    assert study_article(many, opened={outcome}).count('class="report-fold" open') >= 1
    for page in (study_html(many), study_article(many), study_article(one, opened=())):
        assert "<details" not in page


def test_a_clause_is_read_in_the_language_of_the_page(make_compliance_study: MakeStudy) -> None:
    study = make_compliance_study()
    for row in study.results["stations"]:
        for finding in row["findings"]:
            finding["rule"] |= {"clause": "Phụ lục 1", "clause_en": "Annex 1"}
            for item in finding["evidence"]:
                item["source"] = f"{finding['rule']['instrument']}, Phụ lục 1"
    assert "Annex 1" in study_article(study, "en")
    assert "Phụ lục 1" not in study_article(study, "en")
    assert "Annex 1" not in study_article(study, "vi")


def test_the_paper_of_a_coverage_study_shows_its_map(
    coverage_study: Study, home: Home, tool: Callable[[str], str], tmp_path: Path
) -> None:
    view = coverage_view(coverage_study, home)
    (figure,) = [
        block
        for section in study_report(coverage_study, view=view).sections
        for block in section.blocks
        if isinstance(block, Figure)
    ]
    assert "data:image/png" in figure.svg
    drawn = re.findall(r'stroke-dasharray="([^"]+)"', figure.svg)
    assert drawn == [contour_dash(level) or "none" for level in contour_levels(view.contours)]
    assert len(figure.legend) == 4 + len(drawn) + 1
    assert not re.search(r'href="(?!data:)', figure.svg)
    without, paper = study_pdf(coverage_study), study_pdf(coverage_study, view=view)
    assert paper == study_pdf(coverage_study, view=view)
    file = tmp_path / "report.pdf"
    file.write_bytes(paper)
    shot = tmp_path / "page"
    subprocess.run([tool("pdftoppm"), "-r", "60", "-png", str(file), str(shot)], check=True)
    pages = [np.asarray(Image.open(page).convert("RGB")) for page in tmp_path.glob("page*.png")]
    deep = np.array(rgb("#253494"))
    assert sum(int((np.abs(page - deep).max(axis=2) < 3).sum()) for page in pages) > 200
    assert b"/Figure" not in without


def test_letters_of_a_network_have_room(coverage_study: Study, home: Home) -> None:
    """Of two that stand beside each other the one that serves more keeps its letter.

    Masts have stars, areas have round letters: nobody takes one for the other.
    """
    picture = coverage_view(coverage_study, home).field_strength
    south, west, north, east = picture.bounds
    at = ((west + east) / 2, (south + north) / 2)
    places = (at, (at[0] + 0.001, at[1]), (at[0] + 0.3 * (east - west), at[1]), None)
    servers = tuple(
        Interferer(
            rank=rank,
            name=f"Đài {rank}",
            mast_at=place,
            letters_at=() if place is None else (place,),
        )
        for rank, place in enumerate(places)
    )
    view = NetworkView(
        study_id="network-1",
        station_name="",
        model="P",
        flat_terrain=True,
        synthetic=True,
        strongest=picture,
        server=picture,
        margin=picture,
        count=picture,
        threshold_dbuvm=54.0,
        servers=servers,
        further=0,
    )
    for name, sign in (("strongest", "path"), ("server", "circle")):
        svg = network_svg(view, name, Language.VI)
        assert re.findall(rf"<{sign}[^>]*/><text[^>]*>([A-Z])<", svg) == ["A", "C"]
        assert ("<circle" in svg) is (name == "server")


def test_names_stay_names(
    make_compliance_study: MakeStudy, pdf_text: Callable[[bytes], str]
) -> None:
    study = make_compliance_study(name=HOSTILE, programme=HOSTILE)
    page = study_html(study)
    assert "<script" not in page
    assert page.count("</main>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; #eval(&#34;1+1&#34;) {{7*7}}" in page
    assert squeezed(HOSTILE) in squeezed(pdf_text(study_pdf(study)))


def test_a_page_needs_nothing_else(study: Study) -> None:
    page = study_html(study)
    assert not re.search(r"(?:src|href)=|https?:|url\(|@import", page)
    assert page.count("<h1>") == 1
    assert "<title>Báo cáo" in page


def test_an_article_brings_no_frame(study: Study) -> None:
    article = study_article(study)
    assert article.lstrip().startswith("<article")
    assert "<html" not in article
    assert "<style" not in article


def test_coverage_says_areas_and_how_communes_were_judged(coverage_study: Study) -> None:
    report = study_report(coverage_study)
    found = words_of(report)
    areas = {
        row["field_strength_dbuvm"]: row["area_km2"] for row in coverage_study.results["levels"]
    }
    assert "2.838,2" in found
    assert areas[74.0] == pytest.approx(2838.2, abs=0.05)
    assert "stereo, thành phố lớn" in found
    assert "81,2 %" in found
    assert "theo điểm (gần đúng)" in found
    assert "Xã <b>Đậm</b>" in found


def test_interference_names_every_station_considered(interference_study: Study) -> None:
    found = words_of(study_report(interference_study))
    assert "17,3" in found or "17,4" in found  # km from Tân An 0 to Tân An 1
    assert "gây nhiễu mạnh nhất ở một phần vùng tính" in found
    assert "chưa xét được, thiếu: Công suất bức xạ hiệu dụng ERP" in found
    assert "10,6800; 106,6200 (vĩ độ; kinh độ, WGS 84)" in found


def test_a_finding_carries_clause_numbers_and_what_to_do(
    make_compliance_study: MakeStudy,
) -> None:
    report = study_report(make_compliance_study())
    found = words_of(report)
    joined = "\n".join(found)
    assert "Vi phạm" in found
    assert "Cần xác minh" in found
    assert "Chưa đủ cơ sở đánh giá" in found
    assert "Thông tư 37/2017/TT-BTTTT, Phụ lục II" in found
    assert "Thông tư 37/2017/TT-BTTTT, Phụ lục II (Nguồn thứ cấp)" in found
    assert "Công suất không vượt quy hoạch" in found
    assert not any(one.startswith("fm.plan.erp:") for one in found)
    assert "Quy định bắt buộc" in found
    assert "Phương pháp tham khảo, không bắt buộc áp dụng tại địa bàn này" in found
    assert "31,139 dBW (1,3 kW)" in found
    assert "61,25 dBµV/m ± 5,5 dBµV/m" in found
    assert "-12,5 dB" in found
    assert "10,61234; 106,51234 (vĩ độ; kinh độ, WGS 84)" in found
    assert joined.count("hồ sơ #1 [x]") == 1, "a source is told once and named by its number"
    headings = [b for s in report.sections for b in s.blocks if isinstance(b, Heading)]
    assert [h.outcome for h in headings[:4]] == [
        "mixed",
        "violates",
        "needs_verification",
        "not_assessable",
    ]


def test_one_station_lists_all_considered_with_distance(make_compliance_study: MakeStudy) -> None:
    study = make_compliance_study()
    tables = [
        block
        for section in study_report(study).sections
        for block in section.blocks
        if isinstance(block, Table) and "khoảng cách" in block.caption
    ]
    assert [row[0] for row in tables[0].rows] == ["Đài Tân An 1", "Đài Tân An 2"]
    assert tables[0].rows[1][3] == "3. Nhiễu cùng kênh và kênh lân cận: Cần xác minh"
    assert tables[0].rows[0][3] == "giãn cách tần số không có tỷ số bảo vệ"


def test_many_stations_have_an_overview(make_compliance_study: MakeStudy) -> None:
    report = study_report(make_compliance_study(3))
    assert report.sections[0].heading == "Tổng hợp"
    overview = next(b for b in report.sections[0].blocks if isinstance(b, Table))
    assert len(overview.rows) == 3
    assert overview.rows[0][0].endswith("(dữ liệu mô phỏng)")
    assert overview.rows[0][4] == "-12,5"


def test_data_sets_and_hashes_are_named(study: Study) -> None:
    found = words_of(study_report(study))
    assert study.id in found
    assert "địa hình phẳng giả định, cao 2 m" in found
    assert "ITU-R P.1812-8 (09/2025)" in found
    assert all(digest in found for digest in study.files.values())
    assert sum(bool(re.fullmatch(r"[0-9a-f]{64}", cell)) for cell in found) == 1 + len(study.files)


def test_an_old_study_is_still_printed(make_compliance_study: MakeStudy) -> None:
    """A sentence whose placeholders have changed since shows a dash, and no error."""
    assert Words("vi").sentence("maps.point_interferer", {"name": "A"}) == "A, – MHz"
    assert Words("vi").sentence("compliance.no_such_sentence") == "compliance.no_such_sentence"
    assert "compliance.no_such_sentence" in study_html(make_compliance_study())


def test_a_study_without_a_report_is_refused() -> None:
    with pytest.raises(FormatError, match="no report for studies of the kind weather"):
        study_report(Study("weather-0", "weather", {}))


def test_every_quantity_that_evidence_names_has_a_label() -> None:
    folder = Path(propagation.compliance.__file__).parent
    names = set()
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _EVIDENCE:
                position = _EVIDENCE[ast.unparse(node.func)]
                argument = node.args[position] if len(node.args) > position else None
                if isinstance(argument, ast.Constant):
                    names.add(argument.value)
    assert len(names) > 8
    missing = {
        name
        for name in names
        if not has(f"documents.quantity.{name}")
        and not has(f"register.field.{name}")
        and not has(f"compliance.evidence.{name}")
        and not any(has(f"{check}.evidence.{name}") for check in CATALOGUE)
    }
    assert not missing


_EVIDENCE = {"of_station": 1, "of_plan": 1, "of_rule": 1, "field_evidence": 1, "Evidence": 1}


def test_the_antenna_of_a_station_stands_in_its_report(coverage_study: Study) -> None:
    antenna = Antenna(
        kind=AntennaKind.TR38901_ELEMENT, bearing_deg=30.5, electrical_downtilt_deg=4.0
    )
    station = {**coverage_study.inputs["station"], "antenna": record_to_json(antenna)}
    told = replace(coverage_study, inputs={**coverage_study.inputs, "station": station})
    page = study_html(told, Language.VI)
    for label, value in antenna_facts(antenna, Language.VI):
        assert label in page
        assert value in page
    assert "30,5" in page
    assert "3GPP TR 38.901" not in study_html(coverage_study, Language.VI)


def test_recipients_of_a_letter_end_as_the_decree_says_and_read_whole(
    pdf_text: Callable[[bytes], str],
) -> None:
    letter = Letter(
        superior="",
        issuer="SỞ",
        number="Số: /BC",
        place_day="ngày",
        kind="BÁO CÁO",
        subject="x",
        grounds=(),
        addressees=(),
        blocks=[Paragraph("Nội dung")],
        recipients=("Như trên;", "Người ươm mơ", "Lưu: VT"),
        signers=("GIÁM ĐỐC",),
        draft="",
    )
    paper = pdf_text(letter_pdf(letter))
    document = docx.Document(io.BytesIO(letter_docx(letter)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for said in (paper, "\n".join(cells)):
        lines = [line.split("  ")[0].strip() for line in said.splitlines()]
        at = lines.index("Nơi nhận:")
        assert lines[at + 1 : at + 4] == ["- Như trên;", "- Người ươm mơ;", "- Lưu: VT."]
