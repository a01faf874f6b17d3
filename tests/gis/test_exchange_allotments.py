"""Allotments of television brought in: good rows, rows that contradict each other, and back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gis.exchange.answers import QuestionKind
from gis.exchange.exporting import export
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.report import ImportReport, RowState
from gis.register.allotments import AllotmentPoint
from gis.register.records import Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.compliance.records import Confidence

Write = Callable[..., Path]

WHERE = ("Kinh độ (WGS 84)", "Vĩ độ")
FIELD = "Cường độ trường tham chiếu (dBµV/m)"
HEADERS = ("Mã phân bổ", "Tên", "Tần số (MHz)", "Kênh", "Mã đơn vị hành chính", *WHERE, FIELD)
NORTH = ("TN-26", "Điểm bắc", "514", "", "80", "106,41", "11,03", "21,5")
SOUTH = ("TN-26", "Điểm nam", "", "26", "80", "106,41", "10,33", "24")


def brought(register: Register, file: Path, **pairs: str) -> ImportReport:
    told = {name.replace("__", "."): value for name, value in pairs.items()}
    answers = ImportAnswers.from_pairs(told)
    return judge(file, kind="allotments", register=register, answers=answers)


def keys(report: ImportReport) -> list[str]:
    return [problem.key.rpartition(".")[2] for problem in report.problems]


@pytest.mark.parametrize("name", ["pb.csv", "pb.xlsx"])
def test_a_row_is_a_calculation_point(office: Register, write_table: Write, name: str) -> None:
    headers = (*HEADERS, "Tên phân bổ", "Từ ngày")
    rows = [(*row, "Tây Ninh", "01/01/2025") for row in (NORTH, SOUTH)]
    report = brought(office, write_table(name, headers, *rows))
    assert (report.questions, report.problems, report.unmapped) == ((), [], ())
    before = office.version()
    batch = commit(report, office, author="lan")
    north, south = sorted(office.allotment_points(), key=lambda one: one.name)
    assert north == AllotmentPoint(
        id=north.id, allotment="TN-26", allotment_name="Tây Ninh", frequency_mhz=514.0,
        area_code="80", name="Điểm bắc", longitude=106.41, latitude=11.03, reference_dbuvm=21.5,
        valid_from=date(2025, 1, 1), provenance=north.provenance,
    )  # fmt: skip
    assert (south.frequency_mhz, south.reference_dbuvm) == (514.0, 24.0)
    assert office.allotment_points(on=date(2024, 12, 31)) == []
    assert office.version() != before
    again = brought(office, write_table(name, headers, *rows), update="yes")
    assert again.states[RowState.UNCHANGED] == 2
    louder = [(*NORTH[:-1], "22,5", *rows[0][-2:]), rows[1]]
    changed = brought(office, write_table(name, headers, *louder), update="yes")
    (row,) = [one for one in changed.accepted if one.state is RowState.CHANGED]
    assert [(one.field, one.old, one.new) for one in row.changes] == [
        ("reference_dbuvm", 21.5, 22.5)
    ]
    with office.write(author="lan", reason="hoàn tác") as w:
        w.undo_batch(batch.id)
    assert (office.allotment_points(), office.version()) == ([], before)


@pytest.mark.parametrize(
    ("row", "reason", "header"),
    [
        ((*SOUTH[:2], "522", "", *SOUTH[4:]), "allotment_contradicts", "Tần số (MHz)"),
        ((*SOUTH[:3], "27", *SOUTH[4:]), "allotment_contradicts", "Kênh"),
        ((*SOUTH[:4], "79", *SOUTH[5:]), "allotment_contradicts", "Mã đơn vị hành chính"),
        ((*SOUTH[:4], "999", *SOUTH[5:]), "code_unknown", "Mã đơn vị hành chính"),
        ((*SOUTH[:3], "", *SOUTH[4:]), "channel_or_frequency", "Tần số (MHz)"),
        ((*SOUTH[:3], "49", *SOUTH[4:]), "channel_number", "Kênh"),
        ((*SOUTH[:2], "515", "26", *SOUTH[4:]), "channel_frequency", "Tần số (MHz)"),
        ((*SOUTH[:2], "98,1", "", *SOUTH[4:]), "band", "Tần số (MHz)"),
        ((*SOUTH[:-1], "24 dBm"), "reference_unit", FIELD),
        ((*SOUTH[:-1], "241"), "field_range", FIELD),
        ((*SOUTH[:-1], ""), "missing", FIELD),
        (("", *SOUTH[1:]), "missing", "Mã phân bổ"),
        (NORTH, "duplicate_in_file", "Tên"),
    ],
)
def test_a_bad_row_is_refused_with_its_field_and_the_good_one_stays(
    office: Register, write_table: Write, row: tuple[str, ...], reason: str, header: str
) -> None:
    report = brought(office, write_table("pb.csv", HEADERS, NORTH, row))
    assert keys(report) == [reason]
    (problem,) = report.problems
    assert (problem.row, problem.field) == (3, header)
    for language in ("vi", "en"):
        assert problem.expected(language)
    assert len(report.accepted) == 1


def test_an_allotment_may_change_from_a_day_on(office: Register, write_table: Write) -> None:
    headers = (*HEADERS, "Từ ngày", "Đến ngày")
    later = (*NORTH[:2], "522", *NORTH[3:], "01/01/2026", "")
    file = write_table("pb.csv", headers, (*NORTH, "", "31/12/2025"), later)
    report = brought(office, file)
    assert (report.problems, len(report.accepted)) == ([], 2)


def test_a_reference_without_a_unit_is_asked(office: Register, write_table: Write) -> None:
    file = write_table("pb.csv", (*HEADERS[:-1], "Trường tham chiếu"), NORTH)
    (question,) = brought(office, file).questions
    assert question.kind is QuestionKind.UNIT
    (row,) = brought(office, file, unit__reference_dbuvm="dBµV/m").accepted
    assert row.record.reference_dbuvm == 21.5


@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_allotments_leave_and_come_back(
    office: Register, write_table: Write, tmp_path: Path, format: str
) -> None:
    commit(brought(office, write_table("pb.csv", HEADERS, NORTH, SOUTH)), office, author="lan")
    (file,) = export(office, SYSTEM, ["allotments"], format, tmp_path / f"ra.{format}")
    again = judge(file, kind="allotments", register=office, answers=ImportAnswers(crs=4326))
    assert (again.questions, again.problems) == ((), [])
    assert again.states[RowState.UNCHANGED] == 2


def test_a_register_without_them_has_the_version_that_it_had(register: Register) -> None:
    known = Provenance(confidence=Confidence.VERIFIED, source="quyết định thử")
    point = AllotmentPoint(
        id="p", allotment="A", frequency_mhz=514.0, area_code="80", name="Bắc",
        longitude=106.4, latitude=11.0, reference_dbuvm=20.0, provenance=known,
    )  # fmt: skip
    old = register.version()
    with register.write(author="lan", reason="r") as w:
        w.add_allotment_points([point])
    with register.write(author="lan", reason="r") as w:
        w.update_allotment_points([replace(point, reference_dbuvm=21.0)], [point])
    assert register.allotment_points()[0].reference_dbuvm == 21.0
    assert [one.author for one in register.changes(table_name="allotment_points")] == ["lan"] * 2
    register.check()
    with register.write(author="lan", reason="r") as w:
        w.delete(AllotmentPoint, ["p"])
    assert register.version() == old
