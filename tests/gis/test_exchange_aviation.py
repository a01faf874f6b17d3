"""Runways, aeronautical facilities and zones of layers: in, refused, out, undone."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gis.errors import ConflictError, FormatError
from gis.exchange.exporting import export
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.report import ImportReport, RowState
from gis.exchange.zones import commit_zones, judge_zones
from gis.register.records import Provenance
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.siting import AviationFacility, FacilityKind, PlanningZone, Runway, ZoneKind
from gis.register.store import Register
from propagation.compliance.records import Confidence
from propagation.siting.facts import Instrument

Write = Callable[..., Path]

RUNWAYS = (
    "Sân bay", "Đường cất hạ cánh", "Kinh độ (WGS 84)", "Vĩ độ", "Kinh độ ngưỡng 2",
    "Vĩ độ ngưỡng 2", "Cao độ ngưỡng 1 (m)", "Cao độ ngưỡng 2 (m)", "Chiều rộng dải bay (m)",
    "Nhóm", "Loại tiếp cận", "Quân sự",
)  # fmt: skip
RUNWAY = ("Thử", "09/27", "106,40", "10,60", "106,4274", "10,60", "10", "12", "280", "III",
          "ILS", "không")  # fmt: skip
FACILITIES = ("Loại", "Tên", "Kinh độ (WGS 84)", "Vĩ độ", "Cao độ (m)", "Hướng (°)")
FACILITY = ("DVOR", "TTT", "106,40", "10,61", "5", "")


def brought(register: Register, file: Path, kind: str, **answers: Any) -> ImportReport:
    return judge(file, kind=kind, register=register, answers=ImportAnswers(**answers))


@pytest.mark.parametrize("name", ["chc.csv", "chc.xlsx"])
def test_a_row_is_a_runway(office: Register, write_table: Write, name: str) -> None:
    before = office.version()
    report = brought(office, write_table(name, RUNWAYS, RUNWAY), "runways")
    assert (report.questions, report.problems, report.unmapped) == ((), [], ())
    batch = commit(report, office, author="lan")
    (found,) = office.runways(SYSTEM)
    assert found == Runway(
        id=found.id, aerodrome="Thử", name="09/27", longitude=106.40, latitude=10.60,
        end_longitude=106.4274, end_latitude=10.60, elevation_m=10.0, end_elevation_m=12.0,
        strip_width_m=280.0, design_group="III", instrument_class=Instrument.PRECISION,
        provenance=found.provenance,
    )  # fmt: skip
    assert office.runways(PUBLIC) == []
    again = brought(office, write_table(name, RUNWAYS, RUNWAY), "runways", update=True)
    assert again.states[RowState.UNCHANGED] == 1
    with office.write(author="lan", reason="hoàn tác") as w:
        w.undo_batch(batch.id)
    assert (office.runways(SYSTEM), office.version()) == ([], before)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (9, "VI", "design_group"), (9, "", "missing"), (10, "lạ", "choice"),
        (4, "106,4001", "runway_length"), (4, "107", "runway_length"), (4, "190", "range"),
        (5, "", "missing"), (6, "9999", "range"), (6, "", "missing"), (11, "có thể", "flag"),
        (2, "10,60", "outside_country"),
    ],
)  # fmt: skip
def test_a_bad_runway_is_refused(
    office: Register, write_table: Write, column: int, value: str, reason: str
) -> None:
    row = (*RUNWAY[:column], value, *RUNWAY[column + 1 :])
    report = brought(office, write_table("chc.csv", RUNWAYS, row), "runways")
    assert reason in [problem.key.rpartition(".")[2] for problem in report.problems]
    for problem in report.problems:
        for language in ("vi", "en"):
            assert problem.expected(language)
    assert report.accepted == ()


def test_a_row_is_a_facility(office: Register, write_table: Write) -> None:
    localizer = ("ILS LLZ một tần số", "LLZ 25", "106,38", "10,60", "4", "90")
    file = write_table("dai.csv", (*FACILITIES, "Cách ngưỡng (m)"), (*FACILITY, ""),
                       (*localizer, "2200"))  # fmt: skip
    commit(brought(office, file, "aviation_facilities"), office, author="lan")
    dvor, llz = sorted(office.aviation_facilities(SYSTEM), key=lambda one: one.kind)
    assert dvor == AviationFacility(
        id=dvor.id, kind=FacilityKind.DVOR, name="TTT", longitude=106.40, latitude=10.61,
        elevation_m=5.0, provenance=dvor.provenance,
    )  # fmt: skip
    assert (llz.kind, llz.direction_deg, llz.threshold_m) == ("llz_single", 90.0, 2200.0)
    assert office.aviation_facilities(PUBLIC) == []


@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_both_leave_and_come_back(
    office: Register, write_table: Write, tmp_path: Path, format: str
) -> None:
    file = write_table("chc.csv", RUNWAYS, RUNWAY)
    commit(brought(office, file, "runways"), office, author="lan")
    file = write_table("dai.csv", FACILITIES, FACILITY)
    commit(brought(office, file, "aviation_facilities"), office, author="lan")
    for kind in ("runways", "aviation_facilities"):
        (out,) = export(office, SYSTEM, [kind], format, tmp_path / f"{kind}.{format}")
        again = brought(office, out, kind, crs=4326)
        assert (again.questions, again.problems) == ((), [])
        assert again.states[RowState.UNCHANGED] == 1


def feature(**changes: Any) -> dict[str, Any]:
    ring = [[106.4, 10.6], [106.5, 10.6], [106.5, 10.7], [106.4, 10.7], [106.4, 10.6]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"name": "Vùng 1", "mast_classes": "A1a, A2b", "valid_from": "2026-01-01",
                       **changes.pop("properties", {})},
        **changes,
    }  # fmt: skip


def written(folder: Path, *features: dict[str, Any]) -> Path:
    file = folder / "vung.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def test_a_feature_is_a_zone(office: Register, tmp_path: Path) -> None:
    before = office.version()
    file = written(tmp_path, feature(), feature(properties={"name": ""}))
    report = judge_zones(file, office, kind=ZoneKind.PLAN, source="QĐ thử")
    assert [problem.row for problem in report.problems] == [2]
    batch = commit_zones(report, office, author="lan")
    (zone,) = office.planning_zones()
    assert (zone.kind, zone.name, zone.mast_classes) == ("plan", "Vùng 1", ("A1a", "A2b"))
    assert zone.provenance.source == "QĐ thử"
    assert office.planning_zones(on=date(2025, 12, 31)) == []
    again = judge_zones(file, office, kind=ZoneKind.PLAN)
    assert "zone_known" in again.problems[0].key
    with pytest.raises(ConflictError):
        commit_zones(report, office, author="lan")
    with office.write(author="lan", reason="hoàn tác") as w:
        w.undo_batch(batch.id)
    assert (office.planning_zones(), office.version()) == ([], before)


def test_zones_leave_and_are_known_again(office: Register, tmp_path: Path) -> None:
    file = written(tmp_path, feature(properties={"height_limit_m": 30.0}))
    commit_zones(judge_zones(file, office, kind=ZoneKind.PLAN), office, author="lan")
    (zone,) = office.planning_zones()
    (out,) = export(office, PUBLIC, ["planning_zones"], "geojson", tmp_path / "ra.geojson")
    again = judge_zones(out, office, kind=ZoneKind.PLAN)
    assert [problem.key for problem in again.problems] == ["exchange.problem.zone_known"]
    with office.write(author="lan", reason="r") as w:
        w.delete(PlanningZone, [zone.id])
    (back,) = judge_zones(out, office, kind=ZoneKind.PLAN).accepted
    assert (back.id, back.mast_classes, back.height_limit_m, back.valid_from) == (
        zone.id, ("A1a", "A2b"), 30.0, date(2026, 1, 1),
    )  # fmt: skip
    with pytest.raises(FormatError):
        export(office, PUBLIC, ["planning_zones"], "csv", tmp_path / "ra.csv")


_BOW = [[106.4, 10.6], [106.5, 10.7], [106.5, 10.6], [106.4, 10.7], [106.4, 10.6]]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"properties": {"mast_classes": "A3"}}, "mast_class"),
        ({"properties": {"height_limit_m": "cao"}}, "range"),
        ({"properties": {"valid_from": "hôm nay"}}, "day"),
        ({"properties": {"valid_to": "2025-01-01"}}, "span"),
        ({"properties": {"ten": "x"}}, "zone_unknown_field"),
        ({"geometry": None}, "outline_damaged"),
        ({"geometry": {"type": "Point", "coordinates": [106.4, 10.6]}}, "not_an_outline"),
        ({"geometry": {"type": "Polygon", "coordinates": [_BOW]}}, "outline_invalid"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
         "outline_outside"),
    ],
)  # fmt: skip
def test_a_bad_zone_is_refused(
    office: Register, tmp_path: Path, wrong: dict[str, Any], reason: str
) -> None:
    report = judge_zones(written(tmp_path, feature(**wrong)), office, kind=ZoneKind.PLAN)
    (problem,) = report.problems
    assert problem.key == f"exchange.problem.{reason}"
    for language in ("vi", "en"):
        assert problem.say(language)


def test_a_zone_that_bears_a_mark_is_kept_nowhere(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "vung.geojson"
    zones = [feature(properties={"name": name}) for name in ("Khu XYZZY (tuyệt mật)", "Hồ")]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": zones}))
    report = judge_zones(file, office, kind=ZoneKind.PROTECTED)
    assert [one.name for one in report.accepted] == ["Hồ"]
    assert [(one.row, one.key) for one in report.problems] == [
        (1, "exchange.problem.state_secret")
    ]
    assert "XYZZY" not in repr(report)
    whole = file.rename(tmp_path / "Tối mật.geojson")
    with pytest.raises(FormatError) as caught:
        judge_zones(whole, office, kind=ZoneKind.PROTECTED)
    assert caught.value.key == "exchange.file.state_secret"


def test_zones_come_as_geojson(office: Register, write_table: Write) -> None:
    with pytest.raises(FormatError) as caught:
        judge_zones(write_table("a.csv", ("name",), ("x",)), office, kind=ZoneKind.PLAN)
    assert caught.value.key == "exchange.file.zones_format"


def test_the_history_knows_them(register: Register) -> None:
    known = Provenance(confidence=Confidence.VERIFIED, source="thử")
    facility = AviationFacility(
        id="d", kind=FacilityKind.DVOR, name="TTT", longitude=106.4, latitude=10.6,
        provenance=known,
    )  # fmt: skip
    old = register.version()
    with register.write(author="lan", reason="r") as w:
        w.add_aviation_facilities([facility])
    register.check()
    assert [one.author for one in register.changes(table_name="aviation_facilities")] == ["lan"]
    with register.write(author="lan", reason="r") as w:
        w.delete(AviationFacility, ["d"])
        w.delete(PlanningZone, [])
    assert register.version() == old
