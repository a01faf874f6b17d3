"""Which structures are visited first: each reason on both sides, and what it is not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data import path
from gis.cases.rule_book import CaseRules
from gis.certification import certification_rows
from gis.demo import load_demonstration
from gis.desk.checklists import checklists
from gis.desk.records import DeskCase, DeskEvent
from gis.desk.risk import Around, around, findings_of_stations, ranking, weights_on
from gis.home import Home
from gis.point_sanctions import POINTS, SIMS
from gis.register.records import Confidence, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Document, Lifecycle, Structure, StructureKind
from gis.rules import load_rule_pack, rule_paths
from gis.sanctions import SanctionBook
from propagation.compliance.certification import State
from propagation.compliance.records import Rule

TODAY = date(2026, 11, 27)
SOURCE = Provenance(confidence=Confidence.DERIVED, source="test")
SOUND = Structure(
    id="m",
    code="M",
    name="Cột",
    kind=StructureKind.ANTENNA_MAST,
    owner_id="o",
    longitude=106.4,
    latitude=10.5,
    height_m=30.0,
    state=Lifecycle.IN_USE,
    valid_from=date(2024, 1, 1),
    lightning_protected=True,
    earthing_resistance_ohm=4.0,
    inspected_on=date(2026, 1, 1),
    provenance=SOURCE,
)
PAPER = Document(
    id="d",
    subject="structures",
    subject_id="m",
    title="Giấy kiểm định",
    valid_to=TODAY,
    provenance=SOURCE,
)
NEAR = Around(papers=[PAPER])


@pytest.fixture(scope="module")
def rules() -> Mapping[str, Rule]:
    files = {name: file.read_bytes() for name, file in rule_paths().items()}
    return weights_on(CaseRules(files), TODAY)


def reasons(rules: Mapping[str, Rule], near: Around = NEAR, **changed: Any) -> set[str]:
    (found,) = ranking([replace(SOUND, **changed)], {"m": near}, rules, TODAY)
    assert found.score == sum(one.points for one in found.reasons)
    return {one.name for one in found.reasons}


@pytest.mark.parametrize(
    ("name", "over", "under"),
    [
        ("age", {"valid_from": date(2016, 11, 20)}, {"valid_from": date(2017, 1, 1)}),
        ("age_unknown", {"valid_from": None}, {}),
        ("earthing_missing", {"earthing_resistance_ohm": None}, {}),
        ("earthing_large", {"earthing_resistance_ohm": 10.1}, {"earthing_resistance_ohm": 10.0}),
        ("lightning", {"lightning_protected": None}, {"lightning_protected": True}),
        ("tall", {"height_m": 50.0}, {"height_m": 49.9}),
        (
            "wind_unknown",
            {"height_m": 50.0},
            {"height_m": 50.0, "wind_area_limit_m2": 9.0},
        ),
        ("exposure", {"building_height_m": 12.0}, {"building_height_m": None}),
        ("never_visited", {"inspected_on": None}, {}),
        ("long_ago", {"inspected_on": date(2023, 11, 1)}, {"inspected_on": date(2024, 1, 1)}),
    ],
)
def test_a_reason_holds_on_one_side_only(
    rules: Mapping[str, Rule], name: str, over: dict[str, Any], under: dict[str, Any]
) -> None:
    assert reasons(rules) == set(), "a sound structure has none"
    assert name in reasons(rules, **over)
    assert name not in reasons(rules, **under)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("papers", Around()),
        ("papers", Around(papers=[replace(PAPER, valid_to=date(2026, 11, 26))])),
        ("predicted", replace(NEAR, predicted=["FM"])),
        ("records", replace(NEAR, records=["FM"])),
        ("order", replace(NEAR, overdue=["1/2026"])),
        ("complaint", replace(NEAR, complaints=[("1/2026", date(2025, 1, 1))])),
    ],
)
def test_what_is_around_it_counts(rules: Mapping[str, Rule], name: str, near: Around) -> None:
    assert reasons(rules, near) == {name}


def test_an_old_complaint_and_a_new_visit_count_no_more(rules: Mapping[str, Rule]) -> None:
    old = replace(NEAR, complaints=[("1/2020", date(2020, 1, 1))])
    assert reasons(rules, old) == set()
    visited = replace(NEAR, visits=[TODAY])
    assert reasons(rules, visited, inspected_on=None) == set()


def test_what_hangs_on_it_is_held_against_its_wind_area(rules: Mapping[str, Rule]) -> None:
    for limit, expected in ((6.0, set()), (5.9, {"wind_over"})):
        near = replace(NEAR, wind_areas_m2=[2.5, 3.5])
        assert reasons(rules, near, wind_area_limit_m2=limit) == expected


def test_days_are_those_in_viet_nam_and_an_order_is_late_the_day_after(
    tmp_path: Any,
) -> None:
    """23:30 in UTC is the next day in Viet Nam; on its last day an order is kept."""
    with Register.open(tmp_path / "register.gpkg", create=True) as register:
        load_demonstration(register)
        station = next(one for one in register.stations(SYSTEM) if one.structure_id)
        structure_id = str(station.structure_id)
        found = happened("source_found", 1, station_id=station.id)
        near = around(register, [(a_case("interference"), [found])], {}, {}, TODAY)
        assert near[structure_id].complaints == [("1/2026", date(2026, 11, 2))]
        filled = {"list": "infrastructure", "object_id": structure_id, "answers": []}
        events = [
            happened("visited", 1, visited_at="2026-10-01T09:00", checklist=filled),
            happened("ordered", 2, demand="x", until=TODAY.isoformat()),
        ]
        for day, late in ((TODAY, []), (TODAY + timedelta(days=1), ["1/2026"])):
            near = around(register, [(a_case("inspection"), events)], {}, {}, day)
            assert list(near[structure_id].overdue) == late


def a_case(kind: str) -> DeskCase:
    at = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    return DeskCase(
        id="c",
        kind=kind,
        year=2026,
        number=1,
        organisation_id=None,
        account="a",
        facts={},
        opened_at=at,
    )


def happened(kind: str, sequence: int, **details: Any) -> DeskEvent:
    return DeskEvent(
        sequence=sequence,
        kind=kind,
        party="department",
        account="a",
        organisation_id=None,
        at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC),
        details=details,
    )


def test_without_its_rule_a_reason_does_not_count(rules: Mapping[str, Rule]) -> None:
    fewer = {name: rule for name, rule in rules.items() if name != "tall"}
    assert reasons(fewer, height_m=80.0, wind_area_limit_m2=9.0) == set()


def test_every_weight_is_labelled_as_ours(rules: Mapping[str, Rule]) -> None:
    assert len(rules) == 18
    for rule in rules.values():
        assert not rule.binding
        assert rule.confidence.value == "derived"


def test_the_demonstration_is_ranked_with_what_cases_say(
    rules: Mapping[str, Rule], tmp_path: Any
) -> None:
    with Register.open(tmp_path / "register.gpkg", create=True) as register:
        load_demonstration(register)
        stations = [one for one in register.stations(SYSTEM) if one.structure_id]
        station = stations[0]
        at = datetime(2026, 11, 1, 8, tzinfo=UTC)
        case = DeskCase(
            id="c",
            kind="interference",
            year=2026,
            number=1,
            organisation_id=None,
            account="a",
            facts={},
            opened_at=at,
        )
        event = DeskEvent(
            sequence=1,
            kind="source_found",
            party="department",
            account="a",
            organisation_id=None,
            at=at,
            details={"station_id": station.id},
        )
        findings = findings_of_stations(Home(tmp_path), TODAY)
        assert findings == {}, "no study was made"
        rules_of_day = load_rule_pack(TODAY).rules
        near = around(register, [(case, [event])], {station.id: "predicted"}, rules_of_day, TODAY)
        rows = certification_rows(register, rules_of_day, TODAY)
        found = ranking(register.structures(SYSTEM, on=TODAY), near, rules, TODAY)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    (one,) = [one for one in found if one.structure.id == station.structure_id]
    names = {reason.name: reason for reason in one.reasons}
    assert names["complaint"].value == "1/2026"
    assert names["predicted"].value == station.name
    due = {row.id for row in rows if row.structure and row.state in (State.OVERDUE, State.WANTED)}
    due |= {
        one.structure_id
        for one in stations
        for row in rows
        if row.id == one.id and row.state in (State.OVERDUE, State.WANTED)
    }
    ranked = {one.structure.id: {reason.name for reason in one.reasons} for one in found}
    assert due & set(ranked)
    assert {name for name, reasons in ranked.items() if "certificate" in reasons} == due & set(
        ranked
    ), "as the list of certification has it"
    reaching = {
        row.id: row.exposure.distance_m
        for row in rows
        if row.structure is not None
        and row.exposure.distance_m is not None
        and row.exposure.distance_m
        >= min(one.height_above_ground_m or 999.0 for one in row.antennas) - 2.0
    }
    told = {
        one.structure.id: reason.value
        for one in found
        for reason in one.reasons
        if reason.name == "exposure" and reason.value is not None
    }
    assert {name: reaching[name] for name in set(reaching) & set(ranked)} == told
    assert len(told) > 1, "antennas whose limit is computed to reach the ground"
    kinds = {one.structure.kind for one in found}
    assert StructureKind.POWER_POLE not in kinds


def test_every_act_of_a_checklist_is_in_the_rules_of_sanctions() -> None:
    book = SanctionBook({"sanctions.toml": path("rules/sanctions.toml").read_bytes()})
    named = {
        name for known in checklists().values() for item in known.items for name in item.behaviours
    }
    assert named <= set(book.behaviours)
    assert {SIMS, POINTS} <= set(book.behaviours)


def test_checklists_are_whole() -> None:
    for known in checklists().values():
        ids = [one.id for one in known.items]
        assert len(ids) == len(set(ids))
        for item in known.items:
            assert not item.measured or (item.unit and item.comparison)
            assert item.confidence in {"verified", "secondary", "derived", "recalled"}
            assert item.limit is None or item.comparison is not None
