"""Measurements, protected points, populations and certificates brought in; EIRP questioned."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gis.exchange.answers import QuestionKind
from gis.exchange.exporting import export
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.report import ImportReport, RowState
from gis.jurisdictions import jurisdiction_on
from gis.register.records import BroadcastStation, MeasurementKind, ProtectedPointKind
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.compliance.records import Confidence

Write = Callable[..., Path]

WHERE = ("Kinh độ (WGS 84)", "Vĩ độ")
HEADERS = ("Đài", "Tần số (MHz)", "Ngày đo", "Giờ đo", *WHERE, "Độ cao (m)", "Loại")
ROW = ("dai", "96,9", "06/05/2024", "09:30", "106,41", "10,53", "10", "cố định")
FM = ("Tên đài", "Chương trình", "Tần số (MHz)", *WHERE)


def keys(report: ImportReport) -> list[str]:
    return [problem.key.rpartition(".")[2] for problem in report.problems]


@pytest.fixture
def measured(office: Register, make_station: Callable[..., BroadcastStation]) -> Register:
    with office.write(author="test", reason="r") as w:
        w.add_stations([make_station("dai", frequency_mhz=96.9, name="Đài Tân An")])
    return office


@pytest.fixture
def scene(measured: Register, write_table: Write) -> tuple[Register, Write]:
    return measured, write_table


def brought(register: Register, file: Path, **pairs: str) -> ImportReport:
    told = {name.replace("__", "."): value for name, value in pairs.items()}
    return judge(
        file, kind="measurements", register=register, answers=ImportAnswers.from_pairs(told)
    )


def test_a_table_of_fields_is_brought_in_and_undone(
    measured: Register, write_table: Write
) -> None:
    headers = (*HEADERS, "Cường độ trường (dBµV/m)", "Độ không đảm bảo đo (dB)", "Thiết bị đo")
    file = write_table(
        "do.csv",
        headers,
        (*ROW, "61,5", "3,2", "R&S ESMD"),
        ("đài tân an", "", "06/05/2024 10:05:07", "", *ROW[4:7], "lưu động", "58", "", ""),
        ("", "98,1", "2024-05-06", "9g", *ROW[4:], "40,25", "4", ""),
    )
    report = brought(measured, file)
    assert (report.questions, report.problems, report.unmapped) == ((), [], ())
    batch = commit(report, measured, author="lan")
    found = {one.provenance.row: one for one in measured.measurements(SYSTEM)}
    first, second, third = found[2], found[3], found[4]
    assert first.measured_at == datetime(2024, 5, 6, 2, 30, tzinfo=UTC)
    assert (first.station_id, first.frequency_mhz, first.field_strength_dbuvm) == (
        "dai", 96.9, 61.5)  # fmt: skip
    assert (first.uncertainty_db, first.equipment, first.kind) == (
        3.2, "R&S ESMD", MeasurementKind.FIXED)  # fmt: skip
    assert second.measured_at == datetime(2024, 5, 6, 3, 5, 7, tzinfo=UTC)
    assert (second.station_id, second.frequency_mhz, second.uncertainty_db) == ("dai", 96.9, None)
    assert second.kind is MeasurementKind.DRIVE_TEST
    assert (third.station_id, third.measured_at.hour) == (None, 2)
    again = brought(measured, file, update="yes")
    assert again.states[RowState.UNCHANGED] == 3
    with measured.write(author="lan", reason="hoàn tác") as w:
        w.undo_batch(batch.id)
    assert measured.measurements(SYSTEM) == []


@pytest.mark.parametrize(
    ("unit", "row", "field"),
    [
        ("dBm", ("-55", "8,5", ""), -55 + 107 + 8.5),
        ("dBm", ("-55", "8,5", "1,5"), -55 + 107 + 8.5 + 1.5),
        ("dBµV", ("52", "8,5", ""), 60.5),
        ("dB(µV)", ("52", "8,5", ""), 60.5),
        ("dB(µV/m)", ("60,5", "8,5", "2"), 60.5),
    ],
)
@pytest.mark.parametrize("factor_unit", ["dB/m", "dB(1/m)", "dB"])
def test_a_level_becomes_a_field_with_the_factor_of_the_antenna(
    scene: tuple[Register, Write], unit: str, row: tuple[str, ...], field: float, factor_unit: str
) -> None:
    """By hand: E = P(dBm) + 107 + AF + cable, 50 ohm; a field is a field whatever stands by it."""
    measured, write_table = scene
    headers = (*HEADERS, f"Mức thu ({unit})", f"Hệ số ăng ten ({factor_unit})", "Suy hao cáp (dB)")
    (found,) = brought(measured, write_table("do.csv", headers, (*ROW, *row))).accepted
    assert found.record.field_strength_dbuvm == pytest.approx(field, abs=1e-9)


@pytest.mark.parametrize("unit", ["dBm", "dBµV", "dB(µV)"])
def test_a_level_without_the_factor_is_refused(
    measured: Register, write_table: Write, unit: str
) -> None:
    headers = (*HEADERS, f"Mức thu ({unit})")
    report = brought(measured, write_table("do.csv", headers, (*ROW, "-55"), (*ROW, "61 dBµV/m")))
    assert keys(report) == ["level_without_antenna_factor"]
    said = report.problems[0].say("vi")
    for part in ("do.csv", "hàng 2", "Mức thu", "-55", "107", "50 ohm", "hệ số ăng ten"):
        assert part in said
    assert len(report.accepted) == 1


def test_a_field_without_a_unit_is_asked(measured: Register, write_table: Write) -> None:
    file = write_table("do.csv", (*HEADERS, "Mức thu"), (*ROW, "61"))
    (question,) = brought(measured, file).questions
    assert question.kind is QuestionKind.UNIT
    told = {dict(one.answers)["unit.field_strength_dbuvm"] for one in question.options}
    assert told == {"dBµV/m", "dBµV", "dBm"}
    report = brought(measured, file, unit__field_strength_dbuvm="dBm")
    assert keys(report) == ["level_without_antenna_factor"]


@pytest.mark.parametrize(
    ("unit", "cell", "field"),
    [("V/m", "0,001", 60.0), ("mV/m", "1", 60.0), ("µV/m", "100", 40.0)],
)
def test_volts_per_metre_are_asked_about(
    measured: Register, write_table: Write, unit: str, cell: str, field: float
) -> None:
    file = write_table("do.csv", (*HEADERS, f"Cường độ trường ({unit})"), (*ROW, cell))
    (question,) = brought(measured, file).questions
    assert unit in question.say("vi")
    report = brought(measured, file, unit__field_strength_dbuvm=unit)
    assert report.accepted[0].record.field_strength_dbuvm == pytest.approx(field)
    report = brought(measured, file, unit__field_strength_dbuvm="dBµV/m")
    assert report.accepted[0].record.field_strength_dbuvm == float(cell.replace(",", "."))


def test_a_cell_in_volts_per_metre_is_asked_about_too(
    measured: Register, write_table: Write
) -> None:
    headers = (*HEADERS, "Cường độ trường (dBµV/m)")
    file = write_table("do.csv", headers, (*ROW, "61"), (*ROW[:3], "10:00", *ROW[4:], "62 V/m"))
    (question,) = brought(measured, file).questions
    assert question.key == "exchange.question.unit_linear"
    report = brought(measured, file, unit__field_strength_dbuvm="dBµV/m")
    assert [row.record.field_strength_dbuvm for row in report.accepted] == [61.0, 62.0]


def test_a_standard_uncertainty_is_doubled(measured: Register, write_table: Write) -> None:
    headers = (*HEADERS, "Trường (dBµV/m)", "Độ không đảm bảo đo chuẩn, k = 1 (dB)")
    report = brought(measured, write_table("do.csv", headers, (*ROW, "61", "1,6")))
    assert report.accepted[0].record.uncertainty_db == 3.2


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (0, "đài lạ", "station_unknown"),
        (1, "98,1", "station_frequency"),
        (1, "20000", "range"),
        (2, "hôm qua", "moment"),
        (2, "", "missing"),
        (3, "25:00", "clock"),
        (6, "900", "range"),
        (7, "đoán", "choice"),
        (8, "180", "field_range"),
        (8, "cao", "number"),
        (9, "-1", "range"),
    ],
)
def test_rows_that_are_refused(
    measured: Register, write_table: Write, column: int, value: str, reason: str
) -> None:
    row = [*ROW, "61,5", "3"]
    row[column] = value
    headers = (*HEADERS, "Trường (dBµV/m)", "Độ không đảm bảo (dB)")
    good = (*ROW[:3], "11:00", *ROW[4:], "61,5", "3")
    report = brought(measured, write_table("do.csv", headers, row, good))
    assert keys(report) == [reason]
    assert (report.problems[0].row, len(report.accepted)) == (2, 1)
    for language in ("vi", "en"):
        assert "{" not in report.problems[0].say(language)


def test_neither_station_nor_frequency(measured: Register, write_table: Write) -> None:
    file = write_table("do.csv", (*HEADERS, "Trường (dBµV/m)"), ("", "", *ROW[2:], "61"))
    assert keys(brought(measured, file)) == ["station_or_frequency"]


def test_what_the_rows_do_not_say_is_asked_once(measured: Register, write_table: Write) -> None:
    headers = ("Tần số", "Thời gian", *WHERE, "Trường (dBµV/m)")
    file = write_table("do.csv", headers, ("96,9", "06/05/2024 09:30", "106,41", "10,53", "61"))
    asked = brought(measured, file).questions
    assert [one.answer for one in asked] == ["value.height_above_ground_m", "value.kind"]
    told = {"value__height_above_ground_m": "3", "value__kind": "drive_test"}
    (row,) = brought(measured, file, **told).accepted
    assert (row.record.height_above_ground_m, row.record.kind) == (3.0, MeasurementKind.DRIVE_TEST)


@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_measurements_and_points_leave_and_come_back(
    measured: Register, write_table: Write, tmp_path: Path, format: str
) -> None:
    headers = (*HEADERS, "Trường (dBµV/m)", "Độ không đảm bảo (dB)")
    rows = [(*ROW, "61,5", "3"), ("", "98,1", *ROW[2:], "40,25", "")]
    commit(brought(measured, write_table("do.csv", headers, *rows)), measured, author="lan")
    points = write_table(
        "diem.csv",
        ("Tên", "Loại", *WHERE, "Độ cao (m)", "Tần số (MHz)", "Vùng phục vụ", "Từ ngày"),
        ("TSH", "VOR", "106,6519", "10,8188", "300", "116,8", "40 NM, FL 250", "01/01/2024"),
        ("Trạm Long An", "trạm kiểm soát", "106,41", "10,53", "", "", "", ""),
    )
    report = judge(points, kind="protected_points", register=measured)
    assert (report.questions, report.problems, report.unmapped) == ((), [], ())
    commit(report, measured, author="lan")
    first, second = sorted(measured.protected_points(SYSTEM), key=lambda one: one.kind)
    assert (first.kind, second.kind) == (
        ProtectedPointKind.MONITORING_STATION, ProtectedPointKind.VOR)  # fmt: skip
    assert (second.height_m, second.frequency_mhz, second.volume, second.valid_from) == (
        300.0, 116.8, "40 NM, FL 250", date(2024, 1, 1))  # fmt: skip
    for kind in ("measurements", "protected_points"):
        (file,) = export(measured, SYSTEM, [kind], format, tmp_path / f"{kind}.{format}")
        again = judge(file, kind=kind, register=measured, answers=ImportAnswers(crs=4326))
        assert (again.questions, again.problems) == ((), [])
        assert again.states[RowState.UNCHANGED] == 2


# population


def test_populations_are_brought_in_and_undone(office: Register, write_table: Write) -> None:
    today = jurisdiction_on(date(2025, 8, 1))
    communes = [unit for unit in office.units(on=today.on) if unit.parent_code == "80"][:2]
    file = write_table(
        "dan_so.csv",
        ("Mã xã", "Dân số"),
        (communes[0].code, "12.345"),
        (communes[1].code, "9876"),
        ("99999", "1"),
        (communes[0].code, "3"),
        (communes[1].code, "x"),
    )
    answers = {"value.population_year": "2024", "value.population_source": "Niên giám 2024"}

    def judged(**more: str) -> ImportReport:
        told = ImportAnswers.from_pairs({**answers, **more})
        return judge(file, kind="population", register=office, answers=told, jurisdiction=today)

    asked = judge(file, kind="population", register=office, jurisdiction=today).questions
    assert [one.answer for one in asked] == ["value.population_year", "value.population_source"]
    report = judged()
    assert report.questions == ()
    assert keys(report) == ["code_unknown", "duplicate_in_file", "number"]
    before = office.version()
    batch = commit(report, office, author="lan")
    stored = {unit.id: unit for unit in office.units()}
    first = stored[communes[0].id]
    assert (first.population, first.population_year, first.population_source) == (
        12345, 2024, "Niên giám 2024")  # fmt: skip
    assert first.provenance == communes[0].provenance
    assert judged().states[RowState.UNCHANGED] == 2
    with office.write(author="lan", reason="hoàn tác") as w:
        w.undo_batch(batch.id)
    assert office.version() == before
    assert {unit.id: unit for unit in office.units()}[communes[0].id] == communes[0]


def test_thousands_of_people_are_people(office: Register, write_table: Write) -> None:
    code = next(unit.code for unit in office.units() if unit.parent_code == "80")
    file = write_table(
        "a.csv", ("Mã", "Dân số (nghìn người)", "Năm", "Nguồn"), (code, "12,5", "2024", "GSO")
    )
    (row,) = judge(file, kind="population", register=office).accepted
    assert row.record.population == 12500


# certificates, EIRP


def test_certificates_of_a_station(office: Register, write_table: Write) -> None:
    headers = (
        *FM, "Giấy chứng nhận kiểm định", "Hạn kiểm định", "Chứng nhận hợp quy",
        "Hợp quy đến ngày",
    )  # fmt: skip
    row = ("Đài A", "A", "96,9", "106,41", "10,53", "KĐ-12", "01/03/2027", "A0123", "02/01/2026")
    file = write_table("a.csv", headers, row)
    commit(judge(file, kind="stations", register=office), office, author="lan")
    (station,) = office.stations(SYSTEM)
    assert (station.certificate_number, station.certificate_to) == ("KĐ-12", date(2027, 3, 1))
    assert (station.equipment_conformity, station.equipment_conformity_to) == (
        "A0123", date(2026, 1, 2))  # fmt: skip


@pytest.mark.parametrize("header", ["EIRP (kW)", "Công suất bức xạ đẳng hướng (kW)"])
def test_a_header_that_speaks_of_eirp_is_questioned(
    office: Register, write_table: Write, header: str
) -> None:
    file = write_table("a.csv", (*FM, header), ("Đài A", "A", "96,9", "106,41", "10,53", "10"))
    (question,) = judge(file, kind="stations", register=office).questions
    assert question.kind is QuestionKind.EIRP
    assert "2,15 dB" in question.say("vi")
    for answer, power in (("yes", 40 - 2.15), ("no", 40.0)):
        told = ImportAnswers.from_pairs({"eirp.erp_total_dbw": answer})
        (row,) = judge(file, kind="stations", register=office, answers=told).accepted
        assert row.record.erp_total_dbw == pytest.approx(power, abs=1e-9)


@pytest.mark.parametrize(("raised_db", "asked"), [(2.15, True), (2.0, False), (-2.15, False)])
def test_numbers_that_look_like_eirp_are_questioned(
    office: Register, write_table: Write, raised_db: float, asked: bool
) -> None:
    def table(name: str, powers: tuple[float, ...]) -> Path:
        rows = [
            (f"Đài {n}", "A", f"{96 + n},9", "106,41", "10,53", power)
            for n, power in enumerate(powers)
        ]
        return write_table(name, (*FM, "ERP (dBW)"), *rows)

    first = judge(table("a.xlsx", (30.0, 33.0, 40.0)), kind="stations", register=office)
    commit(first, office, author="lan")
    powers = (30 + raised_db, 33 + raised_db, 40.0)
    file = table("b.xlsx", powers)
    update = ImportAnswers(update=True)
    questions = judge(file, kind="stations", register=office, answers=update).questions
    assert [one.answer for one in questions] == ["eirp.erp_total_dbw"] * asked
    if asked:
        assert questions[0].values["count"] == 2
        told = ImportAnswers.from_pairs({"eirp.erp_total_dbw": "no", "update": "yes"})
        assert judge(file, kind="stations", register=office, answers=told).questions == ()


def test_the_confidence_that_is_told_holds_for_measurements(
    measured: Register, write_table: Write
) -> None:
    file = write_table("do.csv", (*HEADERS, "Trường (dBµV/m)"), (*ROW, "61"))
    (row,) = brought(measured, file, confidence="verified").accepted
    assert row.record.provenance.confidence is Confidence.VERIFIED
