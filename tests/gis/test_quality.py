"""Open defects of an owner: each rule on both sides, the score, and the file that comes back."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gis.errors import FormatError
from gis.exchange.exporting import ExportFormat
from gis.exchange.fields import title
from gis.exchange.importing import commit, judge
from gis.exchange.report import RowState
from gis.jurisdictions import jurisdiction_on
from gis.quality import RULES, Seen, Verdict, defects_of, quality
from gis.quality_files import write_defects
from gis.register.records import Provenance
from gis.register.scopes import SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import (
    Lifecycle,
    MastClass,
    RentUnit,
    Structure,
    StructureKind,
)
from propagation.compliance.records import Confidence

DAY = date(2026, 6, 1)
GOOD = Structure(
    id="a", code="A", name="Cột A", kind=StructureKind.ANTENNA_MAST, owner_id="hoa",
    longitude=106.4151, latitude=10.5351, height_m=42.0, commune_name="Phường Long An",
    shareable=True, state=Lifecycle.IN_USE, mast_class=MastClass.A2B, rent_asked_vnd=5e6,
    rent_unit=RentUnit.POSITION, earthing_resistance_ohm=4.0, inspected_on=date(2026, 1, 1),
    valid_from=date(2020, 1, 1), valid_to=date(2040, 1, 1),
    provenance=Provenance(confidence=Confidence.VERIFIED, source="hồ sơ"),
)  # fmt: skip


def seen(**changes: object) -> Seen:
    around = {"inside": True, "commune_known": True, "in_commune": True, "levels": 1}
    other = {name: changes.pop(name) for name in list(changes) if name in around}
    return Seen(structure=replace(GOOD, **changes), on=DAY, **{**around, **other})


FAILS = {
    "height_missing": {"height_m": None},
    "height_impossible": {"height_m": 351.0},
    "state_missing": {"state": None},
    "class_missing": {"mast_class": None},
    "class_of_no_mast": {"kind": StructureKind.HOUSE},
    "class_and_building": {"building_height_m": 12.0},
    "outside_province": {"inside": False},
    "commune_missing": {"commune_name": None},
    "commune_wrong": {"in_commune": False},
    "sharing_unsaid": {"shareable": None},
    "rent_missing": {"rent_asked_vnd": None},
    "rent_unit_missing": {"rent_unit": None},
    "levels_missing": {"levels": 0},
    "days_reversed": {"valid_to": date(2019, 1, 1)},
    "retired_without_end": {"state": Lifecycle.RETIRED, "valid_to": None},
    "inspection_old": {"inspected_on": date(2022, 1, 1)},
    "earthing_large": {"earthing_resistance_ohm": 10.5},
}


def test_every_rule_has_its_case() -> None:
    assert set(FAILS) == set(RULES)
    assert defects_of(seen())[1] == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fails_on_its_defect_alone(rule: str) -> None:
    assert RULES[rule](seen()) in (Verdict.PASSES, Verdict.SILENT)
    assert RULES[rule](seen(**FAILS[rule])) is Verdict.FAILS
    applied, failed = defects_of(seen(**FAILS[rule]))
    assert rule in failed
    assert applied >= len(failed)
    others = set(failed) - {rule}
    assert others <= {"class_and_building"}, "a house with a class has no building below it"


@pytest.mark.parametrize(
    ("mast_class", "building_m", "verdict"),
    [
        (MastClass.A1A, None, Verdict.FAILS),
        (MastClass.A1A, 12.0, Verdict.PASSES),
        (MastClass.A1B, None, Verdict.SILENT),
        (MastClass.A2A, None, Verdict.FAILS),
        (MastClass.A2B, None, Verdict.PASSES),
        (MastClass.A2C, 9.0, Verdict.FAILS),
    ],
)
def test_class_and_building(
    mast_class: MastClass, building_m: float | None, verdict: Verdict
) -> None:
    case = seen(mast_class=mast_class, building_height_m=building_m)
    assert RULES["class_and_building"](case) is verdict


@pytest.fixture
def judged(office: Register) -> Register:
    with office.write(author="lan", reason="thử") as w:
        w.add_structures(
            [
                replace(GOOD, valid_to=None),
                replace(GOOD, id="b", code="B", height_m=None, state=None),
                replace(GOOD, id="c", code="C", longitude=112.0, latitude=10.0),
                replace(GOOD, id="d", code="D", commune_name="Huyện Bến Lức"),
                replace(GOOD, id="e", code="E", owner_id="sao", confidential=True),
            ]
        )
    return office


def test_the_score_is_the_share_of_what_applied(judged: Register) -> None:
    hoa, sao = quality(judged, jurisdiction_on(DAY), DAY)
    assert (hoa.owner_id, hoa.structures, sao.owner_id, sao.structures) == ("hoa", 4, "sao", 1)
    by_structure = {
        name: {one.rule for one in hoa.defects if one.structure.id == name} for name in "abcd"
    }
    assert by_structure == {
        "a": {"levels_missing"},
        "b": {"levels_missing", "height_missing", "state_missing"},
        "c": {"levels_missing", "outside_province", "commune_wrong"},
        "d": {"levels_missing", "commune_wrong"},
    }
    assert hoa.passed == hoa.applied - len(hoa.defects)
    assert hoa.score == hoa.passed / hoa.applied
    assert hoa.by_rule == {
        "levels_missing": 4,
        "commune_wrong": 2,
        "height_missing": 1,
        "outside_province": 1,
        "state_missing": 1,
    }
    assert [
        one.owner_id for one in quality(judged, jurisdiction_on(DAY), DAY, owner_id="sao")
    ] == ["sao"]
    assert quality(judged, jurisdiction_on(DAY), date(2019, 1, 1)) == []


@pytest.mark.parametrize("format", [ExportFormat.XLSX, ExportFormat.CSV])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_file_comes_back_in(
    judged: Register, tmp_path: Path, format: ExportFormat, language: str
) -> None:
    """As it left it changes nothing; corrected it changes what was corrected."""
    place = jurisdiction_on(DAY)
    found = quality(judged, place, DAY, owner_id="hoa")[0]
    path = tmp_path / f"loi.{format.value}"
    owner = Scope(Role.OPERATOR, "hoa")
    write_defects(judged, owner, found, format, path, language=language, on=DAY)
    asked = {"kind": "structures", "register": judged, "jurisdiction": place}
    report = judge(path, **asked, only_owner="hoa")
    assert report.questions == ()
    assert {row.state for row in report.accepted} == {RowState.UNCHANGED}
    assert len(report.accepted) == 3
    assert len(report.refused) == 1, "the one in the sea must be corrected first"
    told = {"vi": "Lỗi cần sửa", "en": "To be corrected"}[language]
    assert report.unmapped[-1] == told, "what is wrong is not read"


def test_a_corrected_file_changes_what_was_corrected(judged: Register, tmp_path: Path) -> None:
    place = jurisdiction_on(DAY)
    found = quality(judged, place, DAY, owner_id="hoa")[0]
    path = tmp_path / "loi.csv"
    write_defects(judged, Scope(Role.OPERATOR, "hoa"), found, ExportFormat.CSV, path, on=DAY)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=";")
    row = next(one for one in rows if one[0] == "b")
    row[header.index(title("height_m"))] = "41,5"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([header, row])
    report = judge(path, kind="structures", register=judged, jurisdiction=place)
    commit(report, judged, author="lan")
    assert judged.structure("b", SYSTEM).height_m == 41.5
    (left,) = quality(judged, place, DAY, owner_id="hoa")
    assert "height_missing" not in left.by_rule
    assert left.score is not None
    assert found.score is not None
    assert left.score > found.score


def test_the_file_holds_only_what_the_caller_may_see_and_is_a_table(
    judged: Register, tmp_path: Path
) -> None:
    sao = quality(judged, jurisdiction_on(DAY), DAY, owner_id="sao")[0]
    path = tmp_path / "loi.csv"
    write_defects(judged, Scope(Role.OPERATOR, "hoa"), sao, ExportFormat.CSV, path, on=DAY)
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 1
    with pytest.raises(FormatError):
        write_defects(judged, SYSTEM, sao, ExportFormat.GEOJSON, path, on=DAY)
