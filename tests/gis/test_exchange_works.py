"""Annual plans of planned works: brought in row by row, taken out again, the same both ways."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pytest
from openpyxl import load_workbook
from shapely import LineString, Point

from gis.errors import FormatError
from gis.exchange.exporting import ExportFormat, export
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.planned_works import answer, sign_up, withdraw
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.rows import record_digest
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.store import Register
from gis.register.works import PlannedWork, WorkKind, WorkState
from propagation.compliance.records import Confidence
from tests.prepared import empty_register

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="hồ sơ")
HEADERS = (
    "Tên công trình", "Loại", "Chủ đầu tư", "Khởi công", "Hoàn thành", "Hạn đăng ký",
    "Kế hoạch năm", "Số ống", "WKT", "Hệ tọa độ",
)  # fmt: skip
LINE = (
    "Tuyến A", "cống bể", "Sao Mai", "01/03/2027", "30/06/2027", "01/02/2027", "2027", "2",
    "LINESTRING(106.41 10.53, 106.42 10.54)", "WGS 84",
)  # fmt: skip
TOLD = ImportAnswers(values={"announced_on": "2026-11-30"})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Register]:
    with empty_register(tmp_path / "register.gpkg") as register:
        with register.write(author="lan", reason="tổ chức") as w:
            w.add_organisations(
                [
                    Organisation(
                        id=name, name=words, kind=OrganisationKind.OPERATOR, provenance=KNOWN
                    )
                    for name, words in (("sao", "Sao Mai"), ("hoa", "Hoa Sen"))
                ]
            )
        yield register


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def made(*rows: tuple[str, ...], headers: tuple[str, ...] = HEADERS) -> Path:
        file = tmp_path / "ke-hoach.csv"
        lines = [";".join(f'"{cell}"' for cell in row) for row in (headers, *rows)]
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    return made


def bring(office: Register, file: Path, **more: Any) -> Any:
    answers = ImportAnswers(values={"announced_on": "2026-11-30"}, **more)
    report = judge(file, kind="planned_works", register=office, answers=answers)
    assert report.questions == ()
    return report


def test_a_plan_is_brought_in(office: Register, write: Callable[..., Path]) -> None:
    mast = (
        "Cột B", "trạm mới", "Hoa Sen", "01/05/2027", "", "", "2027", "",
        "POINT(106.43 10.55)", "WGS 84",
    )  # fmt: skip
    report = bring(office, write(LINE, mast))
    commit(report, office, author="lan")
    line, point = office.works(SYSTEM)
    assert (line.name, line.kind, line.owner_id) == ("Tuyến A", WorkKind.LINE, "sao")
    assert (line.begins_on, line.ends_on) == (date(2027, 3, 1), date(2027, 6, 30))
    assert (line.plan_year, line.ducts, line.state) == (2027, 2, WorkState.ANNOUNCED)
    assert line.announced_on == date(2026, 11, 30)
    assert line.geometry.equals(LineString([(106.41, 10.53), (106.42, 10.54)]))
    assert point.geometry == Point(106.43, 10.55)
    assert office.changes(limit=1)[0].author == "lan"


def test_the_day_of_the_announcement_is_asked(
    office: Register, write: Callable[..., Path]
) -> None:
    report = judge(write(LINE), kind="planned_works", register=office)
    assert [one.answer for one in report.questions] == ["value.announced_on"]


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("Loại", "nhà máy", "choice"),
        ("Chủ đầu tư", "Ai đó", "organisation_unknown"),
        ("Khởi công", "", "missing"),
        ("Hoàn thành", "01/01/2027", "span"),
        ("Hạn đăng ký", "02/03/2027", "closes_late"),
        ("Kế hoạch năm", "27", "range"),
        ("Số ống", "1,5", "whole_number"),
        ("WKT", "POLYGON((0 0,1 0,1 1,0 0))", "not_a_line"),
        ("WKT", "", "place_missing"),
        ("WKT", "LINESTRING(106.41 10.53, 90.0 10.54)", "line_outside"),
        ("WKT", "POINT(90 10.5)", "outside_country"),
    ],
)
def test_a_bad_row_is_named_and_the_good_one_kept(
    office: Register, write: Callable[..., Path], header: str, value: str, reason: str
) -> None:
    bad = dict(zip(HEADERS, LINE, strict=True)) | {"Tên công trình": "Tuyến X", header: value}
    report = bring(office, write(tuple(bad.values()), LINE))
    assert [one.record.name for one in report.accepted] == ["Tuyến A"]
    ((problem,),) = (one.problems for one in report.refused)
    assert problem.key == f"exchange.problem.{reason}", problem.say("en")
    assert problem.row == 2
    if value:
        assert value in problem.say()


def test_columns_of_degrees_are_a_point(office: Register, write: Callable[..., Path]) -> None:
    headers = (*HEADERS[:8], "Kinh độ (WGS 84)", "Vĩ độ")
    report = bring(office, write((*LINE[:8], "106,43", "10,55"), headers=headers))
    assert report.accepted[0].record.geometry == Point(106.43, 10.55)


def test_out_and_in_again_changes_nothing(
    office: Register, write: Callable[..., Path], tmp_path: Path
) -> None:
    commit(bring(office, write(LINE)), office, author="lan")
    for format in (
        ExportFormat.CSV,
        ExportFormat.XLSX,
        ExportFormat.GEOJSON,
        ExportFormat.GEOPACKAGE,
    ):
        (file,) = export(
            office, PUBLIC, ["planned_works"], format, tmp_path / f"out.{format.ending}"
        )
        report = bring(office, file, update=True)
        assert [one.state for one in report.accepted] == ["unchanged"], format
        assert report.refused == ()


def test_an_export_is_of_a_year_and_an_owner(
    office: Register, write: Callable[..., Path], tmp_path: Path
) -> None:
    next_year = (*LINE[:6], "2028", *LINE[7:])
    other = ("-Tuyến D", LINE[1], "Hoa Sen", *LINE[3:])
    commit(bring(office, write(LINE, ("Tuyến C", *next_year[1:]), other)), office, author="lan")
    wanted: dict[str, Any] = {"plan_year": 2027, "owner_id": "hoa"}
    (file,) = export(office, PUBLIC, ["planned_works"], "xlsx", tmp_path / "a.xlsx", **wanted)
    sheet = load_workbook(file).active
    assert sheet is not None
    names = [cell for cell in sheet[2] if "Tuyến D" in str(cell.value)]
    assert sheet.max_row == 2
    assert names[0].data_type == "s", "a name that looks like a formula is text"
    (file,) = export(office, PUBLIC, ["planned_works"], "gpkg", tmp_path / "a.gpkg", **wanted)
    assert list(geopandas.read_file(file).geom_type) == ["LineString"]
    (kml,) = export(office, PUBLIC, ["planned_works"], "kml", tmp_path / "a.kml", **wanted)
    assert "LineString" in kml.read_text(encoding="utf-8")
    with pytest.raises(FormatError):
        export(office, PUBLIC, ["planned_works"], "shp", tmp_path / "a.zip")
    with pytest.raises(FormatError):
        export(office, PUBLIC, ["structures"], "csv", tmp_path / "b.csv", plan_year=2027)


def test_a_file_does_not_offer_less_than_was_accepted(
    office: Register, write: Callable[..., Path]
) -> None:
    commit(bring(office, write(LINE)), office, author="lan")
    (work,) = office.works(SYSTEM)
    by: dict[str, Any] = {"author": "hoa", "reason": "x", "on": date(2026, 12, 1)}
    made = sign_up(office, work.id, "hoa", {"ducts": 2}, **by)
    answer(office, work.id, "hoa", accepted=True, answer_reason=None,
           seen=record_digest(made), **by)  # fmt: skip
    fewer = (*LINE[:7], "1", *LINE[8:])
    good = ("Tuyến B", *LINE[1:])
    report = bring(office, write(fewer, good), update=True)
    assert [one.record.name for one in report.accepted] == ["Tuyến B"]
    assert report.refused[0].problems[0].key == "exchange.problem.offers_less"
    batch = commit(report, office, author="lan")
    office_works = {one.name for one in office.works(SYSTEM)}
    assert office_works == {"Tuyến A", "Tuyến B"}
    with office.write(author="lan", reason="thôi") as w:
        w.undo_batch(batch.id)
    assert [one.name for one in office.works(SYSTEM)] == ["Tuyến A"]
    assert isinstance(office.works(SYSTEM)[0], PlannedWork)


@pytest.fixture
def dated(office: Register, write: Callable[..., Path]) -> Register:
    """The register with a work that has all its days."""
    commit(bring(office, write(LINE)), office, author="lan")
    return office


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("Khởi công", "01/01/2027", "closes_late"),
        ("Khởi công", "01/08/2027", "span"),
        ("Chủ đầu tư", "Hoa Sen", "owner_signed_up"),
    ],
)
def test_a_row_that_contradicts_what_the_register_has_is_named_and_the_others_kept(
    dated: Register, write: Callable[..., Path], header: str, value: str, reason: str
) -> None:
    (work,) = dated.works(SYSTEM)
    by: dict[str, Any] = {"author": "hoa", "reason": "x"}
    sign_up(dated, work.id, "hoa", {"ducts": 1}, on=date(2026, 12, 1), **by)
    headers = ("id", "Tên công trình", "Loại", "Chủ đầu tư", "Khởi công", "WKT", "Hệ tọa độ")
    usual = dict(zip(HEADERS, LINE, strict=True)) | {"id": ""}
    bad = usual | {"id": work.id, header: value}
    good = usual | {"Tên công trình": "Tuyến B"}
    rows = [tuple(row[name] for name in headers) for row in (bad, good)]
    report = bring(dated, write(*rows, headers=headers), update=True)
    assert [one.record.name for one in report.accepted] == ["Tuyến B"]
    ((problem,),) = (one.problems for one in report.refused)
    assert (problem.key, problem.row) == (f"exchange.problem.{reason}", 2)
    assert value in problem.say()
    commit(report, dated, author="lan")
    assert {one.name for one in dated.works(SYSTEM)} == {"Tuyến A", "Tuyến B"}
    withdraw(dated, work.id, "hoa", **by)
    again = bring(dated, write(*rows, headers=headers), update=True)
    assert bool(again.refused) is (reason != "owner_signed_up")
