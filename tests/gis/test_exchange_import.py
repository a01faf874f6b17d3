"""Files of structures, stations and plan entries judged and committed to a real register."""

import gc
from dataclasses import replace
from datetime import date

import numpy as np
import openpyxl
import pytest

from gis.errors import ConflictError, FormatError
from gis.exchange.answers import QuestionKind
from gis.exchange.fields import FIELDS, Dimension
from gis.exchange.importing import ImportAnswers, commit, error_report_xlsx, judge
from gis.exchange.report import ImportKind, RowState
from gis.geodesy import distance_km, from_wgs84, to_wgs84
from gis.jurisdictions import jurisdiction_on
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.structures import StructureKind
from propagation.compliance.records import Confidence

HEADERS = ("Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Chiều cao (m)")
GOOD = ("LA1", "Cột ăng ten", "Sao Mai", "106,4133", "10,5361", "42,5")
FM = ("Tên đài", "Chương trình", "Tần số (MHz)", "Kinh độ (WGS 84)", "Vĩ độ", "ERP (kW)")
STATION = ("Đài A", "Chương trình A", "96,9", "106,4133", "10,5361", "2")


def keys(report):
    return [problem.key.rpartition(".")[2] for problem in report.problems]


def kinds(report):
    return [question.kind for question in report.questions]


@pytest.fixture
def department(judged_on):
    return jurisdiction_on(judged_on)


def test_a_good_file_is_brought_in_whole(office, write_table, department):
    file = write_table(
        "cot.csv",
        ("Danh sách cột năm nay",),
        ("Hệ tọa độ: VN-2000, kinh tuyến trục 105°45', múi chiếu 3°",),
        ("STT", "Mã trạm", "Tên trạm", "Loại", "Đơn vị", "X (m)", "Y (m)", "Chiều cao (m)", "Xã"),
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"),
        (1, "LA1", "Tân An 1", "Cột ăng ten", "viễn thông hòa bình", "1.165.112,950",
         "572.595,687", "42,5", "Long An"),
        (2, "LA2", "Kiến Tường", "cot anten", "SAO MAI", "1192018,188", "520777,839", "60 m", ""),
    )  # fmt: skip
    report = judge(file, kind="structures", register=office, jurisdiction=department)
    assert (report.rows, len(report.accepted), report.refused, report.questions) == (2, 2, (), ())
    assert "EPSG:9210" in report.coordinate_system
    assert report.mapping["height_m"] == "Chiều cao (m)"
    assert report.unmapped == ("STT",)
    assert office.structures(SYSTEM) == []
    batch = commit(report, office, author="lan")
    first, second = sorted(office.structures(SYSTEM), key=lambda each: each.code)
    assert distance_km(first.longitude, first.latitude, 106.41508558, 10.53508299) < 1e-5
    assert (first.kind, first.owner_id, first.height_m) == (
        StructureKind.ANTENNA_MAST,
        "hoa",
        42.5,
    )
    assert (second.owner_id, second.height_m, second.commune_name) == ("sao", 60.0, None)
    assert first.provenance.batch_id == batch.id
    assert (first.provenance.row, second.provenance.row) == (5, 6)
    assert first.provenance.confidence is Confidence.SECONDARY
    assert office.import_batches()[0].mapping["code"] == "Mã trạm"


def test_a_dry_run_writes_nothing(office, write_table):
    before = office.version()
    judge(write_table("a.csv", HEADERS, GOOD), kind="structures", register=office)
    assert office.version() == before


def test_bad_rows_are_named_and_good_ones_kept(office, write_table, department):
    file = write_table(
        "a.xlsx",
        HEADERS,
        GOOD,
        ("LA1", *GOOD[1:]),
        ("LA2", "tàu ngầm", *GOOD[2:]),
        ("LA3", "bể", "Không ai", *GOOD[3:]),
        ("LA4", "bể", "Sao Mai", 106.4, None, 3),
        ("LA5", "bể", "Sao Mai", 108.4, 14.1, 3),
        ("LA6", "bể", "Sao Mai", 10.5361, 106.4133, 3),
        ("LA7", "bể", "Sao Mai", 106.4133, 10.5361, "=1+1"),
        ("LA8", "bể", "Sao Mai", 106.4133, 10.5361, 9000),
        ("LA9", "bể", "Sao Mai", 106.4133, 10.5361, "cao"),
        (None, "bể", "Sao Mai", 106.4133, 10.5361, 3),
        ("LA10", "bể", "Sao Mai", 106.42, 10.54, 3),
    )
    report = judge(file, kind="structures", register=office, jurisdiction=department)
    assert [row.record.code for row in report.accepted] == ["LA1", "LA10"]
    assert [(p.row, p.key.rpartition(".")[2]) for p in report.problems] == [
        (3, "duplicate_in_file"), (4, "choice"), (5, "organisation_unknown"),
        (6, "place_missing"), (7, "outside_province"), (8, "swapped"), (9, "formula"),
        (10, "range"), (11, "number"), (12, "missing"),
    ]  # fmt: skip
    formula = report.problems[6]
    assert (formula.file, formula.field, formula.value) == ("a.xlsx", "Chiều cao (m)", "=1+1")
    assert "F9" in formula.say("vi")
    assert "108" in report.problems[4].say("en")
    assert "Cột ăng ten" in report.problems[1].say("vi")
    assert "Antenna mast" in report.problems[1].say("en")
    for problem in report.problems:
        for language in ("vi", "en"):
            said = problem.say(language)
            assert "a.xlsx" in said
            assert str(problem.row) in said
            assert problem.field in said


def test_one_transaction_and_a_judgement_that_is_stale(office, write_table):
    report = judge(write_table("a.csv", HEADERS, GOOD), kind="structures", register=office)
    commit(report, office, author="lan")
    with pytest.raises(ConflictError, match=r"a\.csv"):
        commit(report, office, author="lan")
    assert office.count_structures(SYSTEM) == 1
    assert len(office.import_batches()) == 1


def test_duplicates_of_the_register_are_refused_or_change_it(office, write_table):
    commit(judge(write_table("a.csv", HEADERS, GOOD), kind="structures", register=office),
           office, author="lan")  # fmt: skip
    again = write_table("b.csv", HEADERS, (*GOOD[:5], "55"), ("LA2", *GOOD[1:]))
    report = judge(again, kind="structures", register=office)
    assert keys(report) == ["duplicate_stored"]
    assert report.states[RowState.NEW] == 1
    report = judge(again, kind="structures", register=office, answers=ImportAnswers(update=True))
    changed = [row for row in report.accepted if row.state is RowState.CHANGED]
    assert [(c.field, c.old, c.new) for c in changed[0].changes] == [("height_m", 42.5, 55.0)]
    assert "42,5 → 55" in changed[0].changes[0].say("vi")
    batch = commit(report, office, author="mai")
    found = {each.code: each for each in office.structures(SYSTEM)}
    assert (found["LA1"].height_m, found["LA1"].provenance.batch_id) == (55.0, batch.id)
    report = judge(again, kind="structures", register=office, answers=ImportAnswers(update=True))
    assert report.states == {RowState.NEW: 0, RowState.CHANGED: 0, RowState.UNCHANGED: 2}


def test_an_operator_brings_only_its_own(office, write_table):
    file = write_table("a.csv", HEADERS, GOOD, ("LA2", "bể", "Hoà Bình", *GOOD[3:]),
                       ("LA3", "bể", "Viễn thông Hoà Bình", *GOOD[3:]))  # fmt: skip
    report = judge(file, kind="structures", register=office, only_owner="sao")
    assert keys(report) == ["organisation_unknown", "owner_not_yours"]
    assert len(report.accepted) == 1
    bare = write_table("b.csv", HEADERS[:2] + HEADERS[3:], GOOD[:2] + GOOD[3:])
    report = judge(bare, kind="structures", register=office, only_owner="hoa")
    assert report.accepted[0].record.owner_id == "hoa"


def test_an_operator_cannot_change_a_record_by_its_identifier(office, write_table):
    commit(judge(write_table("a.csv", HEADERS, GOOD), kind="structures", register=office),
           office, author="lan")  # fmt: skip
    stored = office.structures(SYSTEM)[0]
    theft = write_table("b.csv", ("id", *HEADERS), (stored.id, "X", "bể", "Viễn thông Hoà Bình",
                                                    *GOOD[3:]))  # fmt: skip
    report = judge(theft, kind="structures", register=office, only_owner="hoa")
    assert keys(report) == ["record_not_yours"]
    unknown = write_table("c.csv", ("id", *HEADERS), ("ct-0", "X", "bể", "Viễn thông Hoà Bình",
                                                      *GOOD[3:]))  # fmt: skip
    other = judge(unknown, kind="structures", register=office, only_owner="hoa")
    said = [[p.say("vi").replace(one, "-") for p in found.problems]
            for found, one in ((report, stored.id), (other, "ct-0"))]  # fmt: skip
    assert said[0] == [one.replace("c.csv", "b.csv") for one in said[1]], "nothing is told"


def test_more_rows_than_one_statement_takes(office, write_table):
    places = {f"LA{n}": (round(106.3 + n / 1000, 3), 30.0 + n) for n in range(123)}
    rows = [
        (code, *GOOD[1:3], str(longitude), "10.5361", str(height))
        for code, (longitude, height) in places.items()
    ]
    report = judge(write_table("cot.csv", HEADERS, *rows), kind="structures", register=office)
    batch = commit(report, office, author="lan")
    office.check()
    brought = office.structures(SYSTEM)
    assert {one.code: (one.longitude, one.height_m) for one in brought} == places
    assert {one.provenance.row for one in brought} == set(range(2, 125))
    assert len(office.structures(SYSTEM, bbox=(106.3995, 10, 107, 11))) == 23
    assert len(office.changes(batch_id=batch.id, table_name="structures")) == 123


def test_the_search_for_cycles_goes_on_afterwards(office, write_table):
    commit(judge(write_table("cot.csv", HEADERS, GOOD), kind="structures", register=office),
           office, author="lan")  # fmt: skip
    assert gc.isenabled()
    with pytest.raises(FormatError):
        judge(write_table("khac.csv", ("a", "b"), ("1", "2")), kind="structures", register=office)
    assert gc.isenabled()


def test_a_missing_header_is_named(office, write_table):
    file = write_table("a.csv", ("Loại", "Chủ sở hữu", "Chiều cao (m)"), ("bể", "Sao Mai", "3"))
    report = judge(file, kind="structures", register=office)
    assert [question.answer for question in report.questions] == [
        "column.code", "column.longitude", "column.latitude",
    ]  # fmt: skip
    assert "Mã số" in report.questions[0].say("vi")
    assert (report.rows, report.accepted, report.refused) == (1, (), ())
    with pytest.raises(FormatError):
        commit(report, office, author="lan")


def test_a_file_of_another_kind_is_told_which(office, write_table):
    stations = write_table("dai.csv", FM, STATION)
    with pytest.raises(FormatError, match="looks like “Stations”"):
        judge(stations, kind="structures", register=office)
    masts = write_table("cot.csv", HEADERS, GOOD)
    with pytest.raises(FormatError) as caught:
        judge(masts, kind="stations", register=office)
    assert "Tệp giống loại “Công trình" in caught.value.say("vi")


def test_a_vietnamese_sentence_writes_coordinates_with_a_comma(office, write_table, department):
    file = write_table("a.csv", HEADERS, (*GOOD[:3], "105,854201", "21,028512", "42"))
    report = judge(file, kind="structures", register=office, jurisdiction=department)
    (problem,) = report.problems
    assert "105,854201" in problem.say("vi")
    assert "105.854201" in problem.say("en")


def test_an_owner_that_the_file_does_not_name_is_asked(office, write_table):
    file = write_table("a.csv", HEADERS[:2] + HEADERS[3:], GOOD[:2] + GOOD[3:])
    report = judge(file, kind="structures", register=office)
    assert kinds(report) == [QuestionKind.VALUE]
    pairs = dict(report.questions[0].options[1].answers)
    assert pairs == {"value.owner_id": "sao"}
    with pytest.raises(FormatError, match="questions"):
        commit(report, office, author="lan")
    report = judge(file, kind="structures", register=office,
                   answers=ImportAnswers.from_pairs(pairs))  # fmt: skip
    assert report.accepted[0].record.owner_id == "sao"


def test_an_ambiguous_number_is_asked_for_the_whole_column(office, write_table):
    rows = [("LA1", *GOOD[1:5], "1.234"), ("LA2", *GOOD[1:5], "2.500")]
    file = write_table("a.csv", HEADERS, *rows)
    report = judge(file, kind="structures", register=office)
    assert kinds(report) == [QuestionKind.DECIMAL]
    assert "1.234" in report.questions[0].say("vi")
    point = ImportAnswers.from_pairs({"decimal.height_m": "point"})
    report = judge(file, kind="structures", register=office, answers=point)
    assert [row.record.height_m for row in report.accepted] == [1.234, 2.5]
    settled = write_table("b.csv", HEADERS, *rows, ("LA3", *GOOD[1:5], "60,5"))
    report = judge(settled, kind="structures", register=office)
    assert report.questions == ()
    assert keys(report) == ["range", "range"]


_ALL_NUMERIC = [
    (kind, each.name)
    for kind, fields in FIELDS.items()
    for each in fields
    if kind.pointed and each.dimension in (Dimension.LENGTH, Dimension.POWER, Dimension.SERIES)
]


@pytest.mark.parametrize(("kind", "field"), _ALL_NUMERIC)
def test_every_numeric_column_asks_about_an_ambiguous_number(office, write_table, kind, field):
    first, row = {
        ImportKind.STRUCTURES: (HEADERS[:5], GOOD[:5]),
        ImportKind.STATIONS: (FM[:5], STATION[:5]),
        ImportKind.PLAN: (PLAN_HEADERS[:3], ("96,9", "A", "B")),
        ImportKind.MEASUREMENTS: (
            ("Tần số", "Thời gian", "Trường (dBµV/m)", "Kinh độ (WGS 84)", "Vĩ độ"),
            ("96,9", "06/05/2024 09:30", "61,5", "106,4133", "10,5361"),
        ),
        ImportKind.PROTECTED_POINTS: (
            ("Tên", "Loại", "Kinh độ (WGS 84)", "Vĩ độ"),
            ("TSH", "VOR", "106,4133", "10,5361"),
        ),
        ImportKind.RUNWAYS: (
            (
                "Sân bay",
                "Đường cất hạ cánh",
                "Kinh độ (WGS 84)",
                "Vĩ độ",
                "Kinh độ ngưỡng 2",
                "Vĩ độ ngưỡng 2",
                "Nhóm",
                "Loại tiếp cận",
                "elevation_m",
                "end_elevation_m",
            ),
            ("A", "07/25", "106,40", "10,53", "106,42", "10,53", "III", "ILS", "2", "2"),
        ),
        ImportKind.FACILITIES: (
            ("Tên", "Loại", "Kinh độ (WGS 84)", "Vĩ độ"),
            ("A", "DVOR", "106,4133", "10,5361"),
        ),
    }[kind]
    series = field in ("attenuation_db", "effective_height_m")
    cell = "; ".join(["1.234"] * 36) if series else "1.234"
    others = [pair for pair in zip(first, row, strict=True) if pair[0] != field]
    file = write_table("a.csv", *zip(*others, (field, cell), strict=True))
    told = {ImportKind.PLAN: PLAN_VALUES, ImportKind.MEASUREMENTS: {"kind": "fixed"}}
    sure = Confidence.SECONDARY if kind is ImportKind.PLAN else None
    answers = ImportAnswers(values=told.get(kind, {}), confidence=sure)
    report = judge(file, kind=kind, register=office, answers=answers)
    assert [question.answer for question in report.questions] == [f"decimal.{field}"]


@pytest.mark.parametrize("header", ["Chiều cao (m)", "Độ cao (m)"])
def test_both_words_for_height_ask_in_plain_words(office, write_table, header):
    file = write_table("a.csv", (*HEADERS[:5], header), (*GOOD[:5], "1.234"))
    (question,) = judge(file, kind="structures", register=office).questions
    said = {dict(option.answers)["decimal.height_m"]: option.say() for option in question.options}
    assert "1.234 là 1 nghìn 234 đơn vị" in said["comma"]
    assert "1.234 là 1 đơn vị và 234 phần nghìn" in said["point"]


def test_a_power_without_a_unit_is_asked(office, write_table):
    headers = (*FM[:5], "Công suất")
    file = write_table("a.csv", headers, STATION)
    report = judge(file, kind="stations", register=office)
    assert kinds(report) == [QuestionKind.UNIT]
    kilowatts = ImportAnswers.from_pairs({"unit.licence_power_w": "kW"})
    report = judge(file, kind="stations", register=office, answers=kilowatts)
    assert report.accepted[0].record.licence_power_w == 2000


def test_a_datum_that_nobody_names_is_asked(office, write_table):
    file = write_table("a.csv", ("Mã", "Loại", "Đơn vị", "Kinh độ", "Vĩ độ"), GOOD[:5])
    report = judge(file, kind="structures", register=office)
    assert kinds(report) == [QuestionKind.CRS]
    assert [dict(o.answers)["crs"] for o in report.questions[0].options] == ["4326", "4756"]
    wgs84, vn2000 = (
        judge(file, kind="structures", register=office, answers=ImportAnswers(crs=epsg))
        .accepted[0].record
        for epsg in (4326, 4756)
    )  # fmt: skip
    km = distance_km(wgs84.longitude, wgs84.latitude, vn2000.longitude, vn2000.latitude)
    assert km * 1000 == pytest.approx(225.5, abs=1)


def test_a_grid_that_nobody_names_is_asked_with_those_that_fit(office, write_table, department):
    x, y = from_wgs84(106.1, 11.3, 9209)
    file = write_table("a.csv", ("Mã", "Loại", "Đơn vị", "E", "N"),
                       ("LA1", "bể", "Sao Mai", float(x), float(y)))  # fmt: skip
    report = judge(file, kind="structures", register=office, jurisdiction=department)
    assert kinds(report) == [QuestionKind.CRS]
    offered = [int(dict(o.answers)["crs"]) for o in report.questions[0].options]
    assert {9209, 9210} <= set(offered)
    assert 5898 not in offered
    report = judge(file, kind="structures", register=office, jurisdiction=department,
                   answers=ImportAnswers(crs=9209))  # fmt: skip
    record = report.accepted[0].record
    assert (record.longitude, record.latitude) == pytest.approx((106.1, 11.3), abs=1e-7)
    report = judge(file, kind="structures", register=office, answers=ImportAnswers(crs=4326))
    assert keys(report) == ["crs_mismatch"]
    with pytest.raises(FormatError, match="3857"):
        judge(file, kind="structures", register=office, answers=ImportAnswers(crs=3857))


@pytest.mark.parametrize("text", ["EPSG:9210", "VN-2000 105-45", "9210"])
def test_a_column_names_the_system_of_each_row(office, write_table, text):
    file = write_table(
        "a.csv", ("Mã", "Loại", "Đơn vị", "X", "Y", "Hệ tọa độ"),
        ("LA1", "bể", "Sao Mai", "1165112,950", "572595,687", text),
        ("LA2", "bể", "Sao Mai", "106,41508558", "10,53508299", "WGS 84"),
        ("LA3", "bể", "Sao Mai", "106,4133", "10,5361", "VN-2000"),
        ("LA4", "bể", "Sao Mai", "106,4133", "10,5361", "HN-72"),
        ("LA5", "bể", "Sao Mai", "106,4133", "10,5361", "9210"),
    )  # fmt: skip
    report = judge(file, kind="structures", register=office)
    assert keys(report) == ["crs_unknown", "crs_mismatch"]
    places = [(row.record.longitude, row.record.latitude) for row in report.accepted]
    assert len(places) == 3
    for lon, lat in places:
        assert distance_km(lon, lat, 106.41508558, 10.53508299) < 1e-5


def _around(count):
    steps = np.arange(count) * 0.011
    return 106.35 + steps, 10.55 + steps / 3


def _stored(office, write_table, count=6):
    lon, lat = _around(count)
    rows = [(f"LA{i}", "bể", "Sao Mai", float(lon[i]), float(lat[i]), 3) for i in range(count)]
    commit(judge(write_table("kho.csv", HEADERS, *rows), kind="structures", register=office),
           office, author="lan")  # fmt: skip


def test_a_file_225_metres_beside_the_register_is_questioned(office, write_table):
    _stored(office, write_table)
    lon, lat = _around(6)
    x, y = from_wgs84(lon, lat, 4756)
    rows = [(f"LA{i}", "bể", "Sao Mai", float(x[i]), float(y[i]), 3) for i in range(6)]
    file = write_table("lech.csv", HEADERS, *rows)
    update = ImportAnswers(update=True)
    report = judge(file, kind="structures", register=office, answers=update)
    assert kinds(report) == [QuestionKind.SHIFTED]
    question = report.questions[0]
    assert question.values["distance"] == pytest.approx(225, abs=2)
    assert question.values["azimuth"] == pytest.approx(120, abs=2)
    answers = ImportAnswers.from_pairs({"update": "yes", **dict(question.options[0].answers)})
    report = judge(file, kind="structures", register=office, answers=answers)
    assert report.questions == ()
    assert report.states[RowState.UNCHANGED] == 6
    kept = ImportAnswers.from_pairs({"update": "yes", **dict(question.options[1].answers)})
    report = judge(file, kind="structures", register=office, answers=kept)
    assert report.questions == ()
    assert report.states[RowState.CHANGED] == 6


def test_a_file_corrected_twice_is_questioned_too(office, write_table):
    _stored(office, write_table)
    lon, lat = _around(6)
    rows = [(f"LA{i}", "bể", "Sao Mai", float(lon[i]), float(lat[i]), 3) for i in range(6)]
    headers = tuple(h.replace("WGS 84", "VN-2000") for h in HEADERS)
    report = judge(write_table("lech.csv", headers, *rows), kind="structures", register=office)
    assert kinds(report) == [QuestionKind.SHIFTED]
    assert dict(report.questions[0].options[0].answers) == {"crs": "4326"}


def test_other_distances_are_not_questioned(office, write_table):
    _stored(office, write_table)
    lon, lat = _around(6)
    rows = [(f"LA{i}", "bể", "Sao Mai", float(lon[i]) + 0.002, float(lat[i]), 3) for i in range(6)]
    report = judge(write_table("b.csv", HEADERS, *rows), kind="structures", register=office)
    assert report.questions == ()


def test_a_central_meridian_that_only_fits_otherwise_is_questioned(
    office, write_table, department
):
    units = [u for u in office.units(on=department.on) if u.name in ("Xã Đức Huệ", "Xã Mỹ Quý",
                                                                      "Xã Hậu Nghĩa")]  # fmt: skip
    assert len(units) == 3
    rows = []
    for i, unit in enumerate(units):
        x, y = from_wgs84(unit.longitude, unit.latitude, 9210)
        rows.append((f"LA{i}", "bể", "Sao Mai", float(y), float(x), unit.name))
    headers = ("Mã", "Loại", "Đơn vị", "X", "Y", "Xã")
    wrong = write_table("sai.csv", ("VN-2000, KTT 105°30'",), headers, *rows)
    report = judge(wrong, kind="structures", register=office, jurisdiction=department)
    assert QuestionKind.CENTRAL_MERIDIAN in kinds(report)
    question = report.questions[kinds(report).index(QuestionKind.CENTRAL_MERIDIAN)]
    assert {"crs": "9210"} in [dict(option.answers) for option in question.options]
    report = judge(wrong, kind="structures", register=office, jurisdiction=department,
                   answers=ImportAnswers(crs=9210))  # fmt: skip
    assert (report.questions, len(report.accepted)) == ((), 3)
    right = write_table("dung.csv", ("VN-2000, KTT 105°45'",), headers, *rows)
    report = judge(right, kind="structures", register=office, jurisdiction=department)
    assert (report.questions, len(report.accepted)) == ((), 3)


def test_a_whole_file_turned_around_is_asked(office, write_table):
    rows = [(f"LA{i}", "bể", "Sao Mai", 10.5 + i / 100, 106.4, 3) for i in range(4)]
    file = write_table("a.csv", HEADERS, *rows)
    report = judge(file, kind="structures", register=office)
    assert kinds(report) == [QuestionKind.SWAPPED]
    swap = ImportAnswers.from_pairs({"swap": "yes"})
    report = judge(file, kind="structures", register=office, answers=swap)
    assert report.accepted[0].record.longitude == pytest.approx(106.4)
    report = judge(file, kind="structures", register=office, answers=ImportAnswers(swap=False))
    assert keys(report) == ["swapped"] * 4


def test_an_unknown_commune_is_told_and_the_row_is_taken(office, write_table):
    """The name only describes: a former commune is known, one that never was is told."""
    headers = (*HEADERS, "Xã")
    rows = [
        (f"LA{i}", "bể", "Sao Mai", 106.4 + i / 100, 10.5, 3, commune)
        for i, commune in enumerate(("Xã Đức Huệ", "Xã Không Có", "xã mỹ quý đông", None))
    ]
    report = judge(write_table("a.xlsx", headers, *rows), kind="structures", register=office)
    assert (len(report.accepted), report.problems) == (4, [])
    assert report.unknown_communes == ((3, "Xã Không Có"),)
    assert "Xã, phường không có trong sổ ở 1 hàng: hàng 3 “Xã Không Có”." in report.say("vi")
    assert "row 3 “Xã Không Có”" in report.say("en")
    assert report.to_json()["unknown_communes"] == [{"row": 3, "name": "Xã Không Có"}]


def test_one_row_turned_around_says_how_it_is_mended(office, write_table):
    rows = (GOOD, ("LA6", "bể", "Sao Mai", 10.5361, 106.4133, 3))
    report = judge(write_table("a.csv", HEADERS, *rows), kind="structures", register=office)
    (problem,) = report.problems
    said = problem.say("vi")
    assert "đổi chỗ hai ô của hàng này" in said
    assert "tệp hàng lỗi rồi gửi lại" in said


def test_two_headers_over_one_another(office, write_table):
    file = write_table(
        "a.xlsx",
        ("Mã", "Loại", "Đơn vị", "Tọa độ (WGS 84)", None, "Chiều cao (m)"),
        (None, None, None, "Kinh độ", "Vĩ độ", None),
        ("LA1", "bể", "Sao Mai", "106°24'48\"", "10°32'10\"", 3),
    )
    report = judge(file, kind="structures", register=office)
    assert (len(report.accepted), report.accepted[0].row) == (1, 3)
    assert report.accepted[0].record.longitude == pytest.approx(106.413333, abs=1e-6)


def test_two_columns_of_one_meaning_are_asked(office, write_table):
    headers = ("Mã", "Loại", "Đơn vị", "Kinh độ (WGS 84)", "Kinh độ (VN-2000)", "Vĩ độ")
    file = write_table("a.csv", headers, ("LA1", "bể", "Sao Mai", "106,41", "106,42", "10,5"))
    report = judge(file, kind="structures", register=office)
    assert kinds(report) == [QuestionKind.COLUMN]
    answers = ImportAnswers.from_pairs(dict(report.questions[0].options[0].answers))
    report = judge(file, kind="structures", register=office, answers=answers)
    assert (report.questions, report.accepted[0].record.longitude) == ((), 106.41)


def test_text_in_an_old_encoding_inside_xlsx_is_refused_with_its_reading(office, write_table):
    file = write_table("a.xlsx", (*HEADERS, "Tên trạm"), (*GOOD, "Cét ¨ng ten T©n An"),
                       ("LA2", *GOOD[1:], "Coät aêng ten"),
                       ("LA3", *GOOD[1:], "Cột ăng ten"))  # fmt: skip
    report = judge(file, kind="structures", register=office)
    assert [p.values["reading"] for p in report.problems] == ["Cột ăng ten Tân An", "Cột ăng ten"]
    assert [p.values["encoding"] for p in report.problems] == ["TCVN3 (ABC)", "VNI"]
    assert len(report.accepted) == 1
    header = write_table("b.xlsx", (*HEADERS, "Tªn tr¹m"), (*GOOD, "x"))
    with pytest.raises(FormatError, match="Tên trạm"):
        judge(header, kind="structures", register=office)


def test_text_is_composed_on_entry(office, write_table):
    file = write_table("a.csv", (*HEADERS, "Tên trạm"), (*GOOD, "Tra\u0323m Ho\u0300a"))
    report = judge(file, kind="structures", register=office)
    assert report.accepted[0].record.name == "Trạm Hòa"


@pytest.mark.parametrize("text", ["+84 912", "-A1", "@trạm"])
def test_a_text_that_begins_like_a_formula_is_text(office, write_table, text):
    for name in ("a.csv", "a.xlsx"):
        file = write_table(name, (*HEADERS, "Tên trạm"), (*GOOD, text))
        report = judge(file, kind="structures", register=office)
        assert report.accepted[0].record.name == text


def test_a_csv_cell_that_begins_with_an_equals_sign_is_refused(office, write_table):
    bad = '=HYPERLINK("http://a")'
    file = write_table("a.csv", (*HEADERS, "Tên trạm"), (*GOOD, bad), ("LA2", *GOOD[1:], "'=x"))
    report = judge(file, kind="structures", register=office)
    assert [(p.row, p.field, p.value) for p in report.problems] == [(2, "Tên trạm", bad)]
    assert report.accepted[0].record.name == "=x"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_separator_and_unicode(office, tmp_path, separator, encoding):
    file = tmp_path / "a.csv"
    rows = [HEADERS, tuple(cell.replace(",", ".") for cell in GOOD)]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    file.write_bytes(text.encode(encoding))
    report = judge(file, kind="structures", register=office)
    assert report.accepted[0].record.height_m == 42.5


def test_station_with_all_its_characteristics(office, write_table):
    azimuths = tuple(f"suy hao {a}" for a in range(0, 360, 10))
    headers = (*FM, "Phân cực", "Chiều cao anten (m)", "Loại phát xạ", "Giờ phát", "Số giấy phép",
               "Ngày cấp", "Ngày hết hạn", "Công suất (W)", "Chế độ thu", "Cấp",
               "Độ cao hiệu dụng theo góc phương vị", *azimuths)  # fmt: skip
    heights = ";".join(str(40 + i) for i in range(36))
    pattern = tuple("0,5" if i % 2 else "3" for i in range(36))
    row = (*STATION, "đứng", "60", "256KF8EHF", "5h00 - 23h30", "123/GP", "01/02/2023",
           "2028-01-31", "1000", "mono", "tỉnh", heights, *pattern)  # fmt: skip
    report = judge(write_table("a.csv", headers, row), kind="stations", register=office)
    assert report.problems == []
    commit(report, office, author="lan")
    station = office.stations(SYSTEM)[0]
    assert isinstance(station, BroadcastStation)
    assert station.erp_total_dbw == pytest.approx(33.0103, abs=1e-4)
    assert station.attenuation_db == tuple(0.5 if i % 2 else 3.0 for i in range(36))
    assert station.effective_height_m == tuple(40.0 + i for i in range(36))
    assert (station.polarization, station.reception, station.station_class) == (
        "vertical", "mono", "provincial")  # fmt: skip
    assert (station.hours, station.emission) == ("05:00-23:30", "256KF8EHF")
    assert (station.licence_from, station.licence_to) == (date(2023, 2, 1), date(2028, 1, 31))
    assert (station.licence_power_w, station.service) == (1000.0, Service.FM)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Tần số (MHz)", "96,95", "raster"), ("Tần số (MHz)", "300", "band"),
        ("Tần số (MHz)", "86,9", "band"), ("Tần số (MHz)", "", "missing"),
        ("ERP (kW)", "0", "power"), ("ERP (kW)", "-2", "power"), ("ERP (kW)", "2 MHz", "number"),
        ("Phân cực", "xiên", "choice"), ("Loại phát xạ", "FM stereo", "emission"),
        ("Giờ phát", "25:00-26:00", "hours"), ("Ngày cấp", "31/02/2024", "day"),
        ("Ngày hết hạn", "01/01/2020", "span"), ("Chiều cao anten (m)", "-5", "range"),
        ("Nhãn", "chắc chắn", "label"), ("Giản đồ", ";".join("0" * 35), "azimuth_count"),
        ("Giản đồ", ";".join(["0"] * 35 + ["-3"]), "range"), ("Chương trình", "", "missing"),
    ],
)  # fmt: skip
def test_stations_that_are_refused(office, write_table, column, value, reason):
    headers = (*FM, "Phân cực", "Loại phát xạ", "Giờ phát", "Ngày cấp", "Ngày hết hạn",
               "Chiều cao anten (m)", "Nhãn", "Giản đồ")  # fmt: skip
    good = (*STATION, "ngang", "256KF8EHF", "24/24", "01/01/2023", "31/12/2027", "60", "V2",
            ";".join("0" * 36))  # fmt: skip
    fine = judge(write_table("a.csv", headers, good), kind="stations", register=office)
    assert fine.problems == []
    row = list(good)
    row[headers.index(column)] = value
    other = ("Đài B", *good[1:2], "99,9", *good[3:])
    report = judge(write_table("b.csv", headers, row, other), kind="stations", register=office)
    assert keys(report) == [reason]
    assert (report.problems[0].field, report.problems[0].value) == (column, value)
    assert len(report.accepted) == 1
    assert report.problems[0].expected("vi")


def test_thirty_five_azimuths_in_columns(office, write_table):
    headers = (*FM, *(str(a) for a in range(0, 350, 10)))
    file = write_table("a.xlsx", headers, (*STATION, *([1.0] * 35)))
    report = judge(file, kind="stations", register=office)
    assert keys(report) == ["azimuth_hole"]
    assert report.problems[0].values == {"count": 35, "missing": "350°"}


def test_a_station_at_the_same_place_on_the_same_carrier_is_a_duplicate(office, write_table):
    commit(judge(write_table("a.csv", FM, STATION), kind="stations", register=office),
           office, author="lan")  # fmt: skip
    same = ("Tên khác", *STATION[1:])
    far = ("Đài A", "B", "96,9", "106,1", "11,3", "1")
    report = judge(write_table("b.csv", FM, same, far), kind="stations", register=office)
    assert keys(report) == ["duplicate_stored"]
    assert len(report.accepted) == 1


def test_powers_in_other_units(office, write_table):
    headers = (*FM[:5], "ERP (dBW)", "ERP ngang (W)", "ERP đứng (dBm)")
    row = (*STATION[:5], "30", "1000", "60")
    report = judge(write_table("a.csv", headers, row), kind="stations", register=office)
    station = report.accepted[0].record
    assert (station.erp_total_dbw, station.erp_horizontal_dbw, station.erp_vertical_dbw) == (
        pytest.approx(30), pytest.approx(30), pytest.approx(30))  # fmt: skip


def test_the_fm_rows_as_the_regulations_print_them(office, write_table):
    values = {"plan_id": "fm-cu", "instrument": "Quy hoạch cũ", "clause": "Bảng 1",
              "valid_from": "-"}  # fmt: skip
    file = write_table(
        "fm.csv",
        ("Freq MHz", "Programme", "Site", "Lon/Lat as printed", "h_ant m", "P kW", "Label"),
        ("101.0", "VOV1", "Núi Bà Đen", "106E1009 / 11N2251", "60", "20", "V2 S-PLAN (historic)"),
        ("95.0", "VOV", "Biên Hòa", "106E5204 / 10N5707", "100", "10", "V2 S-PLAN"),
        ("96.9", "Đài PT-TH Long An", "Tân An", "—", "—", "—", "R-M"),
        ("94.0", "VOV1", "TP.HCM", "—", "—", "—", "R-L"),
    )
    report = judge(file, kind="plan", register=office, answers=ImportAnswers(values=values))
    assert kinds(report) == [QuestionKind.CRS]
    answers = ImportAnswers(values=values, crs=4326)
    report = judge(file, kind="plan", register=office, answers=answers)
    commit(report, office, author="lan")
    entries = {(e.frequency_mhz, e.programme): e for e in office.plan_entries()}
    assert len(entries) == 4
    peak = entries[101.0, "VOV1"]
    assert (peak.longitude, peak.latitude) == pytest.approx((106.169167, 11.380833), abs=1e-6)
    assert (peak.power_max_kw, peak.antenna_height_m, peak.erp_max_dbw) == (20.0, 60.0, None)
    assert peak.provenance.confidence is Confidence.SECONDARY
    own = entries[96.9, "Đài PT-TH Long An"]
    assert (own.longitude, own.provenance.confidence) == (None, Confidence.RECALLED)
    assert "R-M" in own.provenance.source


PLAN_HEADERS = ("Tần số (MHz)", "Chương trình", "Địa điểm", "ERP (kW)")
PLAN_VALUES = {"plan_id": "fm", "instrument": "TT", "clause": "Phụ lục III",
               "valid_from": "05/09/2026"}  # fmt: skip
PLAN_TOLD = ImportAnswers(values=PLAN_VALUES, crs=4326, confidence=Confidence.VERIFIED)


@pytest.mark.parametrize("spread", [True, False], ids=["a column each", "one cell"])
def test_a_plan_with_patterns(office, write_table, spread):
    pattern = tuple(f"{k % 5},5" for k in range(36))
    if spread:
        headers = (*PLAN_HEADERS, *(str(a) for a in range(0, 360, 10)))
        cells = pattern
    else:
        headers = (*PLAN_HEADERS, "Giản đồ (dB)")
        cells = ("; ".join(pattern),)
    file = write_table("a.csv", headers, ("96,9", "Tỉnh", "Tân An", "5", *cells))
    report = judge(file, kind="plan", register=office, answers=PLAN_TOLD)
    assert (report.problems, report.unmapped) == ([], ())
    commit(report, office, author="lan")
    (entry,) = office.plan_entries()
    assert entry.attenuation_db == tuple(k % 5 + 0.5 for k in range(36))
    assert (entry.valid_from, entry.provenance.confidence) == (
        date(2026, 9, 5), Confidence.VERIFIED)  # fmt: skip


def test_an_official_table_asks_once_what_its_rows_do_not_say(office, write_table):
    file = write_table("a.csv", PLAN_HEADERS, ("96,9", "Tỉnh", "Tân An", "5"))
    report = judge(file, kind="plan", register=office)
    assert [question.answer for question in report.questions] == [
        "value.plan_id", "value.instrument", "value.clause", "value.valid_from", "confidence",
    ]  # fmt: skip
    sure = {dict(option.answers)["confidence"] for option in report.questions[-1].options}
    assert sure == {"verified", "secondary", "derived", "recalled"}
    open_ended = ImportAnswers.from_pairs(
        {f"value.{name}": value for name, value in PLAN_VALUES.items()}
        | {"value.valid_from": "-", "confidence": "recalled"}
    )
    (row,) = judge(file, kind="plan", register=office, answers=open_ended).accepted
    assert (row.record.valid_from, row.record.provenance.confidence) == (
        None, Confidence.RECALLED)  # fmt: skip


def test_a_plan_row_with_its_channel_twice_is_refused_and_the_rest_goes_on(office, write_table):
    rows = [("96,9", "Tỉnh", "Tân An", "5"), ("96,9", "Khác", "tân an", "3"),
            ("98,1", "Tỉnh", "Tân An", "5")]  # fmt: skip
    report = judge(write_table("a.csv", PLAN_HEADERS, *rows), kind="plan", register=office,
                   answers=PLAN_TOLD)  # fmt: skip
    (problem,) = report.problems
    assert (problem.row, problem.field, problem.value) == (3, "Tần số (MHz)", "96,9")
    assert (keys(report), problem.values["first"]) == (["duplicate_in_file"], "2")
    assert len(report.accepted) == 2


def test_a_plan_pattern_of_35_azimuths_is_refused(office, write_table):
    row = ("96,9", "Tỉnh", "Tân An", "5", ";".join("0" for _ in range(35)))
    file = write_table("a.csv", (*PLAN_HEADERS, "Giản đồ (dB)"), row)
    report = judge(file, kind="plan", register=office, answers=PLAN_TOLD)
    (problem,) = report.problems
    assert problem.field == "Giản đồ (dB)"
    assert report.accepted == ()


def test_the_packaged_fm_rows_come_in_by_the_front_door(office):
    from data import path

    file = path("plans/fm_regulations_1_3.csv")
    report = judge(file, kind="plan", register=office, answers=ImportAnswers(crs=4326))
    assert (len(report.accepted), report.refused) == (report.rows, ())
    assert {row.record.provenance.confidence for row in report.accepted} == {
        Confidence.SECONDARY, Confidence.RECALLED}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), [("cot_ang_ten_mau.xlsx", "structures"),
                                            ("dai_fm_mau.csv", "plan")])  # fmt: skip
def test_the_packaged_samples_are_understood(register, name, kind):
    from data import path
    from gis.demo import load_demonstration

    load_demonstration(register)
    report = judge(path(f"samples/{name}"), kind=kind, register=register)
    assert report.rows == len(report.accepted) + len(report.refused)
    assert len(report.accepted) > 0


def test_the_packaged_plan_over_the_demonstration_changes_nothing(register):
    from data import path
    from gis.demo import load_demonstration

    load_demonstration(register)
    report = judge(path("samples/dai_fm_mau.csv"), kind="plan", register=register,
                   answers=ImportAnswers(crs=4326))  # fmt: skip
    assert report.refused == ()
    assert {row.state for row in report.accepted} == {RowState.UNCHANGED}


def test_a_note_stays_with_the_source(office, write_table):
    headers = (*HEADERS, "Nguồn", "Ghi chú")
    file = write_table("a.csv", headers, (*GOOD, "Kiểm kê 2025", "Đo tại hiện trường"))
    commit(judge(file, kind="structures", register=office), office, author="lan")
    assert office.structures(SYSTEM)[0].provenance.source == "Kiểm kê 2025. Đo tại hiện trường"
    file = write_table("b.csv", (*HEADERS, "Ghi chú"), (*GOOD[:5], "43", "Sơn lại"))
    update = ImportAnswers(update=True)
    commit(judge(file, kind="structures", register=office, answers=update), office, author="lan")
    assert office.structures(SYSTEM)[0].provenance.source == (
        "Kiểm kê 2025. Đo tại hiện trường. Sơn lại"
    )


@pytest.mark.parametrize(("written", "state"), [
    ("106,4133", RowState.UNCHANGED), ("106,4134", RowState.CHANGED),
    ("106°24'48\"", RowState.UNCHANGED), ("106,413299", RowState.CHANGED),
])  # fmt: skip
def test_rounding_on_writing_is_no_change_of_place(office, write_table, written, state):
    file = write_table("a.csv", HEADERS, (*GOOD[:3], "106,413304", *GOOD[4:]))
    commit(judge(file, kind="structures", register=office), office, author="lan")
    file = write_table("b.csv", HEADERS, (*GOOD[:3], written, *GOOD[4:]))
    report = judge(file, kind="structures", register=office, answers=ImportAnswers(update=True))
    assert [row.state for row in report.accepted] == [state]


def test_synthetic_rows_stay_synthetic(office, write_table):
    file = write_table("a.csv", (*HEADERS, "Ghi chú dữ liệu", "Nhãn"),
                       (*GOOD, "dữ liệu mô phỏng", "V1"))  # fmt: skip
    report = judge(file, kind="structures", register=office)
    assert report.accepted[0].record.provenance.synthetic


def test_several_sheets_are_asked_or_told_by_their_name(office, tmp_path):
    book = openpyxl.Workbook()
    for name, code in (("Sheet1", "A"), ("Khác", "B")):
        sheet = book.create_sheet(name)
        sheet.append(HEADERS)
        sheet.append((code, *GOOD[1:]))
    book.save(tmp_path / "a.xlsx")
    report = judge(tmp_path / "a.xlsx", kind="structures", register=office)
    assert kinds(report) == [QuestionKind.LAYER]
    other = ImportAnswers.from_pairs({"layer": "Khác"})
    report = judge(tmp_path / "a.xlsx", kind="structures", register=office, answers=other)
    assert (report.questions, report.accepted[0].record.code) == ((), "B")
    book["Khác"].title = "Công trình"
    book.save(tmp_path / "b.xlsx")
    report = judge(tmp_path / "b.xlsx", kind="structures", register=office)
    assert (report.questions, report.accepted[0].record.code) == ((), "B")


@pytest.mark.parametrize("pairs", [{"crs": "x"}, {"decimal.height_m": "dot"}, {"hello": "1"},
                                   {"swap": "maybe"}, {"confirm": "all"}])  # fmt: skip
def test_answers_that_are_none(pairs):
    with pytest.raises(FormatError, match=next(iter(pairs))):
        ImportAnswers.from_pairs(pairs)


def test_the_error_report_keeps_the_rows_and_marks_the_cells(office, write_table, tmp_path):
    file = write_table("a.xlsx", (*HEADERS, "Tên trạm"), (*GOOD[:5], "cao", "+84"),
                       ("LA2", *GOOD[1:5], "=1+1", "@x"), (*GOOD, "tốt"))  # fmt: skip
    report = judge(file, kind="structures", register=office)
    error_report_xlsx(report, tmp_path / "loi.xlsx", "vi")
    book = openpyxl.load_workbook(tmp_path / "loi.xlsx")
    rows = list(book.worksheets[0].iter_rows())
    assert [cell.value for cell in rows[0][:7]] == [*HEADERS, "Tên trạm"]
    assert [cell.value for cell in rows[1][:8]] == [*GOOD[:5], "cao", "+84", 2]
    assert "một số" in rows[1][8].value
    assert rows[1][5].fill.fgColor.rgb.endswith("FFD9D2")
    assert not rows[1][0].fill.fgColor.rgb.endswith("FFD9D2")
    assert (rows[2][5].value, rows[2][5].data_type, rows[2][5].quotePrefix) == ("=1+1", "s", False)
    assert rows[2][6].quotePrefix, "a text that begins like a formula was meant as one"
    assert len(rows) == 3
    assert len(list(book.worksheets[1].iter_rows())) == 3
    mended = judge(tmp_path / "loi.xlsx", kind="structures", register=office)
    assert (mended.rows, keys(mended)) == (2, ["number", "formula"])


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_formula_that_was_reported_is_refused_until_it_is_mended(
    office, write_table, tmp_path, ending
):
    """As a text it came back in the report, and was then taken for the name of a mast."""
    headers = (*HEADERS, "Tên trạm", "Ghi chú")
    file = write_table(f"a.{ending}", headers, (*GOOD, "=1+1", "-3.5"),
                       ("LA2", *GOOD[1:], "=A1", "+84"))  # fmt: skip
    report = judge(file, kind="structures", register=office)
    assert keys(report) == ["formula", "formula"]
    path = error_report_xlsx(report, tmp_path / "loi.xlsx")
    again = judge(path, kind="structures", register=office)
    assert [(one.field, one.value) for one in again.problems] == [
        ("Tên trạm", "=1+1"), ("Tên trạm", "=A1")
    ]  # fmt: skip
    assert [one.reason("vi").partition("chứa")[2] for one in again.problems] == [
        one.reason("vi").partition("chứa")[2] for one in report.problems
    ]
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.cell(2, headers.index("Tên trạm") + 1).value = "Cột một"
    book.save(path)
    half = judge(path, kind="structures", register=office)
    assert [row.record.name for row in half.accepted] == ["Cột một"], "only what was mended"
    assert keys(half) == ["formula"]


def test_the_report_speaks_both_languages_and_json(office, write_table):
    file = write_table("a.csv", HEADERS, GOOD, ("LA2", "tàu", *GOOD[2:]))
    report = judge(file, kind="structures", register=office)
    assert report.say("vi") != report.say("en")
    said = report.to_json("en")
    assert (said["rows"], said["accepted"], said["refused"]) == (2, 1, 1)
    assert said["problems"][0]["row"] == 3


def test_excel_days_and_numbers(office, write_table):
    headers = (*HEADERS, "Từ ngày", "Dùng chung")
    file = write_table("a.xlsx", headers, (1001, *GOOD[1:5], 42, date(2020, 7, 1), True))
    record = judge(file, kind="structures", register=office).accepted[0].record
    assert (record.code, record.height_m) == ("1001", 42.0)
    assert (record.valid_from, record.shareable) == (date(2020, 7, 1), True)


def test_transforms_are_the_official_ones_through_a_file(office, write_table):
    file = write_table("a.csv", ("Mã", "Loại", "Đơn vị", "E (VN-2000 105-45)", "N"),
                       ("LA1", "bể", "Sao Mai", "520777.839", "1192018.188"))  # fmt: skip
    record = judge(file, kind="structures", register=office).accepted[0].record
    lon, lat = to_wgs84(105.94, 10.78, 4756)
    assert distance_km(record.longitude, record.latitude, lon, lat) < 1e-5
    assert distance_km(record.longitude, record.latitude, 105.94178821, 10.77898596) < 1e-5


@pytest.mark.parametrize("name", ["compare", ".."])
def test_a_plan_that_could_not_be_opened_is_refused(office, write_table, name):
    file = write_table("a.csv", PLAN_HEADERS, ("96,9", "Tỉnh", "Tân An", "5"))
    told = replace(PLAN_TOLD, values={**PLAN_VALUES, "plan_id": name})
    report = judge(file, kind="plan", register=office, answers=told)
    assert keys(report) == ["plan_id_reserved"]
    assert report.problems[0].value == name
