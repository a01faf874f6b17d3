"""The report and the small map of a proposed site."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from data.text import Language
from gis.home import Home
from gis.studies import Study, StudyContext, run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from maps.documents.content import Figure, Heading, Paragraph, Table
from maps.documents.report import study_docx, study_html, study_pdf, study_report
from maps.site_figure import site_mark_rows, site_svg, site_view
from maps.words import Words
from tests.gis.site_scene import fill, request
from tests.prepared import empty_register

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyContext]:
    home = tmp_path_factory.mktemp("site")
    with empty_register(home / "register.gpkg") as register:
        fill(register)
        yield StudyContext(register, Home(home), Ground(FlatTerrain()))


@pytest.fixture(scope="module")
def studies(context: StudyContext) -> dict[str, Study]:
    return {
        name: run("site_planning", request(name), context)
        for name in ("approach", "dvor", "mast", "clean")
    }


def test_the_map_shows_what_its_table_says(studies: dict[str, Study]) -> None:
    view = site_view(studies["mast"])
    assert site_mark_rows(view, Words(Language.EN)) == [
        ("1", "structure", "Cột có sẵn", "60", "180°")
    ]
    drawn = ET.fromstring(site_svg(view, Language.EN))
    assert [one.text for one in drawn.iter(f"{SVG}text")][-1] == "1"
    # 60 m south of the middle (230), 600 m are 204 px: 230 + 60 * 204 / 600 = 250.4
    mark = next(one for one in drawn.iter(f"{SVG}circle") if one.get("stroke") == "#fff")
    assert (mark.get("cx"), mark.get("cy")) == ("230.0", "250.4")


def test_a_public_report_does_not_say_that_no_surface_is_above(
    studies: dict[str, Study],
) -> None:
    study = studies["clean"]
    none = "Địa điểm không nằm dưới bề mặt nào có trong bộ quy tắc."
    less = "bản công khai không nêu đường cất hạ cánh quân sự"
    assert none in study_html(study, Language.VI)
    assert less not in study_html(study, Language.VI)
    study.inputs["asked"]["public"] = True
    assert none not in study_html(study, Language.VI)
    assert less in study_html(study, Language.VI)
    study.inputs["asked"]["public"] = False


def test_a_runway_is_a_line_and_a_name_is_a_text(studies: dict[str, Study]) -> None:
    study = studies["approach"]
    (mark,) = site_view(study).marks
    assert mark.kind == "runway"
    # 2060 m before threshold 1, so that threshold 2 is 5060 m away, both due east
    assert [round(away) for _, away in mark.ends] == [2060, 5060]
    assert [round(azimuth) for azimuth, _ in mark.ends] == [90, 90]
    study.inputs["asked"]["name"] = "<b>"
    assert "<b>" not in site_svg(site_view(study))
    study.inputs["asked"]["name"] = "approach"
    assert len(list(ET.fromstring(site_svg(site_view(study))).iter(f"{SVG}line"))) == 1


def test_nothing_near_is_said(studies: dict[str, Study]) -> None:
    assert site_view(studies["clean"]).marks == ()
    assert "within 12 km" in study_html(studies["clean"], Language.EN)


@pytest.mark.parametrize("language", list(Language))
def test_the_report_names_every_check_with_its_clause(
    studies: dict[str, Study], language: Language
) -> None:
    study = studies["dvor"]
    report = study_report(study, language)
    summary = next(block for block in report.sections[0].blocks if isinstance(block, Table))
    assert len(summary.rows) == len(study.results["findings"])
    clauses = {row[2] for row in summary.rows}
    wanted = "Article 82(4); Appendix IV" if language is Language.EN else "khoản 4 Điều 82"
    assert any(wanted in clause for clause in clauses)
    page = study_html(study, language)
    assert not re.search(r"\b(planning|compliance)\.[a-z_]+\.[a-z_]+", page)
    assert "None" not in page


def test_layers_are_told_apart_and_a_step_says_which_checks_ask_for_it(
    studies: dict[str, Study],
) -> None:
    """The clause of radio stations, read strictly, asks for the approval of a clean site."""
    study = studies["clean"]
    report = study_report(study, Language.VI)
    tables = [
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Table)
    ]
    layers = [row[0] for row in tables[0].rows if row[0].startswith("Mặt nước và khu vực bảo vệ")]
    assert layers == [
        "Mặt nước và khu vực bảo vệ: mặt nước", "Mặt nước và khu vực bảo vệ: khu vực bảo vệ",
    ]  # fmt: skip
    (steps,) = (one for one in tables if one.caption.startswith("Các bước theo thứ tự"))
    (approval,) = (row for row in steps.rows if row[1].startswith("Chấp thuận độ cao"))
    assert approval[2].startswith("có, theo: ")
    (permit,) = (row for row in steps.rows if row[1].startswith("Giấy phép xây dựng"))
    assert permit[2] == "có"


@pytest.mark.parametrize("language", list(Language))
def test_rows_have_names_of_their_own_and_numbers_do_not_skip(
    context: StudyContext, language: Language
) -> None:
    """A tall mast in the area of a facility: two findings of one check had one name."""
    site = request("dvor", structure_height_m=60)
    study = run("site_planning", site, context)
    report = study_report(study, language)
    summary = next(block for block in report.sections[0].blocks if isinstance(block, Table))
    names = [row[0] for row in summary.rows]
    assert len(names) == len(set(names)), names
    areas = [one for one in names if re.search(r"hạn chế xây dựng|restricted", one)]
    assert areas[0].endswith(": DVOR thử")
    assert re.search(r": .*(tháp cao|tall tower)", areas[1], re.IGNORECASE), areas
    spaced = [one for one in names if re.match(r"Khoảng cách giữa các cột|Spacing", one)]
    assert len(spaced) > 1
    assert all(": " in one for one in spaced), spaced
    lines = [
        block.text
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Heading) and re.match(r"\d+\.\d+", block.text)
    ]
    numbers = [tuple(map(int, re.match(r"(\d+)\.(\d+)", one).groups())) for one in lines]
    assert sorted({first for first, _ in numbers}) == [*range(1, numbers[-1][0] + 1)]
    assert len(numbers) == len(names)
    assert [any(name in one for name in names) for one in lines] == [True] * len(lines)
    notes = study_html(study, language)
    assert not re.search(r"tall_m|(parameter|tham số) [a-z]", notes), "names of parameters"


def test_a_province_is_told_by_its_name_where_it_is_known(context: StudyContext) -> None:
    licence = {"number": "9/GP", "kind": "network", "province_codes": ["79", "99"],
               "valid_from": "2020-01-01", "valid_to": "2030-01-01"}  # fmt: skip
    study = run("site_planning", request("clean", licence=licence), context)
    told = {one: study_html(study, one) for one in Language}
    assert "không có tỉnh Tây Ninh ngày 01/08/2026" in told[Language.VI]
    assert "does not hold Tây Ninh province on 01/08/2026" in told[Language.EN]
    assert "Thành phố Hồ Chí Minh, 99" in told[Language.VI], "one that the register knows not"
    study.inputs["jurisdiction"] = "nobody-now"
    older = study_html(study, Language.VI)
    assert "không có tỉnh có mã 80 ngày 01/08/2026" in older
    assert "the province of code 80" in study_html(study, Language.EN)


def test_the_margins_of_the_summary(studies: dict[str, Study]) -> None:
    report = study_report(studies["approach"], Language.EN)
    summary = next(block for block in report.sections[0].blocks if isinstance(block, Table))
    margins = {row[0]: row[3] for row in summary.rows}
    assert margins["Obstacle limitation surfaces"] == "5.0"
    assert margins["Height of the structure (aviation)"] == "58.0"
    assert margins["Distance from a railway"] == "145.4"  # 200 - 1.3 * 42


def test_paper_has_the_map_a_page_shows_itself(studies: dict[str, Study]) -> None:
    study = studies["mast"]
    on_paper = study_report(study, view=site_view(study))
    blocks = [block for section in on_paper.sections for block in section.blocks]
    assert sum(isinstance(block, Figure) for block in blocks) == 1
    assert study_pdf(study, view=site_view(study)).startswith(b"%PDF")
    assert study_docx(study, view=site_view(study)).startswith(b"PK")


def coverage_of(study: Study, language: Language) -> tuple[list[Table], str]:
    """Return the tables and the words of the section on coverage."""
    heading = {
        Language.VI: "Vùng phủ tăng thêm và chồng lấn", Language.EN: "Coverage gained and overlap"
    }[language]  # fmt: skip
    (section,) = (one for one in study_report(study, language).sections if one.heading == heading)
    told = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    return [one for one in section.blocks if isinstance(one, Table)], "\n".join(told)


@pytest.mark.parametrize("language", list(Language))
def test_the_report_tells_the_coverage_gained(
    studies: dict[str, Study], language: Language
) -> None:
    study = studies["clean"]
    (row,) = study.results["coverage"]
    (table,), told = coverage_of(study, language)
    ((antenna, level, served, *areas, existing, left_out, other),) = table.rows
    words = Words(language)
    assert antenna.startswith("1. ")
    assert "1800" in antenna.replace(".", "").replace(",", "")
    assert ("mặc định" if language is Language.VI else "default") in level
    assert served == words.number(row["served_km2"], 2)
    assert areas == [words.number(0.0, 2), served, words.number(0.0, 2), served]
    assert existing.startswith("0 (")
    assert (left_out, other) == ("0", "0")
    for said in (("dự báo", "P.1812", "chứng cứ", "20 km", "100 m")
                 if language is Language.VI
                 else ("predicted", "P.1812", "no evidence", "20 km", "100 m")):  # fmt: skip
        assert said in told
    assert "None" not in told


def test_the_report_says_why_nothing_is_told_of_a_coverage(
    context: StudyContext, studies: dict[str, Study]
) -> None:
    bare = run("site_planning", request("clean", antennas=None), context)
    assert coverage_of(bare, Language.VI) == (
        [], "Không có ăng ten nào ghi cả tần số và EIRP, nên không tính vùng phủ."
    )  # fmt: skip
    antennas = [
        {"height_above_ground_m": 40, "frequency_mhz": 98, "eirp_dbm": 60},
        {"height_above_ground_m": 30, "technology": "5g"},
    ]
    odd = run("site_planning", request("clean", antennas=antennas), context)
    tables, told = coverage_of(odd, Language.EN)
    assert not tables
    assert "Antenna 1 (98 MHz): 98 MHz belongs to no mobile band" in told
    assert "1 antennas do not state both" in told
    assert "5G (NR)" in study_html(odd, Language.EN)
    older = studies["dvor"]
    kept = older.results.pop("coverage")
    assert "Coverage gained and overlap" not in study_html(older, Language.EN)
    older.results["coverage"] = kept
    assert "Coverage gained and overlap" in study_html(older, Language.EN)
    public = run("site_planning", request("clean", public=True, organisation_id=None), context)
    said = coverage_of(public, Language.EN)[1]
    assert "what the applicant may see only" in said
    assert "No applicant is stated" in said
