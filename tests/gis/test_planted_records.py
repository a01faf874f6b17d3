"""Planted violations of records: the plan, powers, heights, dates, and records that contradict.

Each scenario stands twice in a register: once just beyond its limit and once just within.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from data import path
from gis.places import BOUNDS_TOLERANCE_M
from gis.register.records import BroadcastStation, StationClass
from propagation.profile import Polarization
from tests.gis.planted_scenes import (
    EAST_DEG,
    MAST_M,
    NORTH_DEG,
    ON,
    Row,
    Rows,
    Scene,
    away,
    breaches_of_the_law,
    entry_of,
    finding,
    judged,
    objections,
    outline,
    station,
    unit,
)

DAY = date.fromisoformat(ON)
ONE_DAY = timedelta(days=1)
PLAN_2017 = "Thông tư 37/2017/TT-BTTTT"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One violation: the station that commits it, its twin, and what is to be said of both.

    `entry` changes the line of the plan (None: it has none); `place` gives a commune's outline
    (west of the station's longitude by so many metres it begins) for the planted and the clean.
    """

    name: str
    check: str
    rule: str
    outcome: str
    planted: dict[str, Any] = field(default_factory=dict)
    clean: dict[str, Any] = field(default_factory=dict)
    entry: dict[str, Any] | None = None
    entry_east_m: tuple[float, float] = (0.0, 0.0)
    commune_m: tuple[float, float] | None = None
    reasons: tuple[str, str] = ("", "")
    margins_db: tuple[float | None, float | None] = (None, None)
    values: dict[str, Any] = field(default_factory=dict)


ONE_LOUDER = (0.0,) * 20 + (10.0,) + (0.0,) * 15
EARLIER = {"licence_number": "12/GP", "licence_from": DAY - 365 * ONE_DAY}

CASES = (
    Case(
        name="channel",
        check="plan_identity",
        rule="fm.plan.identity",
        outcome="violates",
        planted={"station_class": StationClass.NATIONAL},
        clean={"station_class": StationClass.NATIONAL},
        entry={"off_khz": (1.1, 1.0)},
        reasons=("frequency_other", "frequency_same"),
        values={"off_khz": 1.1},
    ),
    Case(
        name="raster",
        check="plan_identity",
        rule="fm.raster",
        outcome="needs_verification",
        planted={"off_khz": 0.501},
        clean={"off_khz": 0.5},
        reasons=("raster_left", "raster_kept"),
        values={"off_khz": 0.501, "raster_khz": 100.0},
    ),
    Case(
        name="band",
        check="plan_identity",
        rule="fm.plan.identity.local",
        outcome="violates",
        planted={"frequency_mhz": 108.1},
        clean={"frequency_mhz": 108.0},
        reasons=("band_left", "band_kept"),
        values={"frequency_max_mhz": 108.0},
    ),
    Case(
        name="programme",
        check="plan_identity",
        rule="fm.plan.identity.local",
        outcome="violates",
        planted={"programme": "VOV2"},
        clean={"programme": "vov 1"},
        entry={"programme": "VOV1"},
        reasons=("programme_other", "programme_same"),
        values={"programme": "VOV2", "plan_programme": "VOV1"},
    ),
    Case(
        name="site-1kw",
        check="plan_identity",
        rule="fm.site_tolerance",
        outcome="needs_verification",
        planted={"erp_total_dbw": 30.0},
        clean={"erp_total_dbw": 30.0},
        entry={},
        entry_east_m=(1501.0, 1499.0),
        reasons=("site_left", "site_kept"),
        values={"tolerance_km": 1.5, "distance_km": 1.5},
    ),
    Case(
        name="site-weak",
        check="plan_identity",
        rule="fm.site_tolerance",
        outcome="needs_verification",
        planted={"erp_total_dbw": 29.99},
        clean={"erp_total_dbw": 29.99},
        entry={},
        entry_east_m=(5001.0, 4999.0),
        reasons=("site_left", "site_kept"),
        values={"tolerance_km": 5.0, "distance_km": 5.0},
    ),
    Case(
        name="erp",
        check="erp_and_height",
        rule="fm.plan.erp",
        outcome="violates",
        planted={"erp_total_dbw": 10.02, "station_class": StationClass.NATIONAL},
        clean={"erp_total_dbw": 10.01, "station_class": StationClass.NATIONAL},
        entry={"erp_max_dbw": 10.0},
        reasons=("erp_exceeded", "erp_kept"),
        margins_db=(-0.02, -0.01),
        # 10^1.002 - 10 = 0.046 W, told to a tenth of a watt
        values={"excess_w": 0.0, "margin_db": -0.02},
    ),
    Case(
        name="azimuth",
        check="erp_and_height",
        rule="fm.plan.erp.local",
        outcome="violates",
        planted={"attenuation_db": tuple(9.98 if part else 0.0 for part in ONE_LOUDER)},
        clean={"attenuation_db": tuple(9.99 if part else 0.0 for part in ONE_LOUDER)},
        entry={"attenuation_db": ONE_LOUDER},
        reasons=("pattern_exceeded", "pattern_kept"),
        margins_db=(-0.02, -0.01),
        values={"azimuth_deg": 200},
    ),
    Case(
        name="polarisation",
        check="erp_and_height",
        rule="fm.plan.erp.local",
        outcome="violates",
        planted={"polarization": Polarization.VERTICAL},
        entry={"polarization": Polarization.HORIZONTAL},
        reasons=("polarization_other", "polarization_same"),
    ),
    Case(
        name="effective",
        check="erp_and_height",
        rule="fm.plan.erp.local",
        outcome="violates",
        planted={"effective_height_max_m": 20.51},
        clean={"effective_height_max_m": 20.5},
        entry={"effective_height_max_m": 20.0},
        reasons=("effective_height_exceeded", "effective_height_kept"),
        values={"excess_m": 0.51, "limit_m": 20.0},
    ),
    Case(
        name="mast",
        check="erp_and_height",
        rule="fm.plan.erp.local",
        outcome="violates",
        planted={"height_above_ground_m": 20.51},
        clean={"height_above_ground_m": 20.5},
        entry={"antenna_height_m": 20.0},
        reasons=("antenna_height_exceeded", "antenna_height_kept"),
        values={"excess_m": 0.51},
    ),
    Case(
        name="expired",
        check="validity",
        rule="station.licence",
        outcome="violates",
        planted={**EARLIER, "licence_to": DAY - ONE_DAY},
        clean={**EARLIER, "licence_to": DAY},
        reasons=("licence_expired", "licence_lapses"),
        values={"days": 1, "on": ON},
    ),
    Case(
        name="not-yet",
        check="validity",
        rule="station.licence",
        outcome="needs_verification",
        planted={"licence_from": DAY + ONE_DAY, "licence_to": DAY + 900 * ONE_DAY},
        clean={"licence_from": DAY, "licence_to": DAY + 900 * ONE_DAY},
        reasons=("licence_not_yet", "licence_in_force"),
        values={"days": 1},
    ),
    Case(
        name="term",
        check="validity",
        rule="station.licence",
        outcome="needs_verification",
        planted={"licence_from": date(2020, 1, 1), "licence_to": date(2030, 1, 3)},
        clean={"licence_from": date(2020, 1, 1), "licence_to": date(2030, 1, 1)},
        reasons=("licence_term", "licence_in_force"),
        values={"longest_years": 10},
    ),
    Case(
        name="reversed",
        check="validity",
        rule="station.licence",
        outcome="needs_verification",
        planted={"licence_from": DAY + ONE_DAY, "licence_to": DAY},
        clean={"licence_from": DAY, "licence_to": DAY},
        reasons=("licence_reversed", "licence_lapses"),
    ),
    Case(
        name="outside",
        check="data_audit",
        rule="audit.data",
        outcome="needs_verification",
        commune_m=(-100.0, 100.0),
        reasons=("coordinate_outside", "coordinate_inside"),
        values={"distance_m": 100, "position_uncertainty_m": 10},
    ),
    Case(
        name="on-the-line",
        check="data_audit",
        rule="audit.data",
        outcome="needs_verification",
        commune_m=(9.0, 11.0),
        reasons=("coordinate_near_boundary", "coordinate_inside"),
        values={"distance_m": 9},
    ),
    Case(
        name="audited-height",
        check="data_audit",
        rule="audit.data",
        outcome="needs_verification",
        planted={"effective_height_max_m": 35.1},
        clean={"effective_height_max_m": 34.9},
        reasons=("effective_height_differs", "effective_height_agrees"),
        # level ground: the mast itself, 20 m; the tolerance is the larger of 15 m and 20 %
        values={"computed_m": 20.0, "difference_m": 15.1, "tolerance_m": 15.0},
    ),
    Case(
        name="audited-azimuth",
        check="data_audit",
        rule="audit.data",
        outcome="needs_verification",
        planted={"effective_height_m": (MAST_M,) * 7 + (4.9,) + (MAST_M,) * 28},
        clean={"effective_height_m": (MAST_M,) * 7 + (5.1,) + (MAST_M,) * 28},
        reasons=("effective_height_azimuth_differs", "effective_height_azimuth_agrees"),
        values={"azimuth_deg": 70, "azimuths_differing": 1, "difference_m": -15.1},
    ),
    Case(
        name="class",
        check="data_audit",
        rule="audit.data",
        outcome="needs_verification",
        planted={"erp_total_dbw": 30.01},
        clean={"erp_total_dbw": 30.0},
        reasons=("class_power_implausible", "class_power_plausible"),
        margins_db=(-0.01, 0.0),
        values={"limit_kw": 1.0},
    ),
    Case(
        name="parts",
        check="data_audit",
        rule="audit.data",
        outcome="needs_verification",
        # -3 and -3 dBW are 0.0103 dBW together
        planted={"erp_horizontal_dbw": -3.0, "erp_vertical_dbw": -3.0, "erp_total_dbw": 0.12},
        clean={"erp_horizontal_dbw": -3.0, "erp_vertical_dbw": -3.0, "erp_total_dbw": 0.11},
        reasons=("erp_parts_differ", "erp_parts_agree"),
        values={"difference_db": 0.11},
    ),
)
NUMBERS = {case.name: number for number, case in enumerate(CASES)}


def standing(case: Case, *, planted: bool) -> BroadcastStation:
    """Return the station of a case: each on a site of its own, 500 kHz from the next."""
    number = NUMBERS[case.name]
    changes = dict(case.planted if planted else case.clean)
    off_mhz = changes.pop("off_khz", 0.0) / 1e3
    place = away(EAST_DEG, NORTH_DEG, 90.0, 3.0 * (number % 5))
    place = away(*place.values(), 0.0, 3.0 * (number // 5))
    carrier = {"frequency_mhz": round(88.0 + 0.5 * number + off_mhz, 6)}
    made = station(case.name, **{**carrier, **place, **changes})
    return replace(made, commune_name=f"Xã {case.name}") if case.commune_m else made


def scene(*, planted: bool) -> Scene:
    """Return all cases in one register."""
    stations, entries, units, boundaries = [], [], [], []
    for case in CASES:
        one = standing(case, planted=planted)
        if case.entry is not None:
            changes = dict(case.entry)
            off_khz = changes.pop("off_khz", (0.0, 0.0))[not planted]
            east_km = case.entry_east_m[not planted] / 1e3
            place = away(one.longitude, one.latitude, 90.0, east_km) if east_km else {}
            frequency_mhz = round(one.frequency_mhz - off_khz / 1e3, 6)
            entries.append(entry_of(one, frequency_mhz=frequency_mhz, **place, **changes))
            one = replace(one, plan_entry_id=entries[-1].id)
        if case.commune_m is not None:
            units.append(unit(f"c-{case.name}", f"Xã {case.name}"))
            west_km = case.commune_m[not planted] / 1e3
            west = away(one.longitude, one.latitude, 270.0, west_km)["longitude"]
            edges = (west, one.latitude - 0.05, west + 0.1, one.latitude + 0.05)
            boundaries.append(outline(f"c-{case.name}", *edges))
        stations.append(one)
    return Scene(stations=stations, entries=entries, units=units, boundaries=boundaries)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return judged(scene(planted=True), tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return judged(scene(planted=False), tmp_path_factory.mktemp("clean"))


def by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_a_planted_violation_is_found_and_nothing_else(planted: Rows, case: Case) -> None:
    row: Row = planted[case.name]
    found = finding(row, case.check, case.reasons[0])
    assert found["outcome"] == case.outcome
    assert found["rule"]["id"] == case.rule
    assert found["counterpart"] is None
    if case.margins_db[0] is not None:
        assert found["margin_db"] == pytest.approx(case.margins_db[0], abs=1e-9)
    for name, value in case.values.items():
        assert found["values"][name] == pytest.approx(value), name
    assert objections(row) == {(case.check, case.reasons[0])}
    kinds = {item["kind"] for item in found["evidence"]}
    assert kinds == {"record"} or found["outcome"] != "violates"


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_its_twin_just_within_the_limit_raises_nothing(clean: Rows, case: Case) -> None:
    row = clean[case.name]
    kept = finding(row, case.check, case.reasons[1])
    assert kept["outcome"] == "complies"
    if case.margins_db[1] is not None:
        assert kept["margin_db"] == pytest.approx(case.margins_db[1], abs=1e-9)
    assert objections(row) == set()


def test_what_violates_are_records_only(planted: Rows, clean: Rows) -> None:
    rows = [*planted.values(), *clean.values()]
    assert breaches_of_the_law(rows) == []
    violating = {
        row["station_id"]
        for row in rows
        for one in row["findings"]
        if one["outcome"] == "violates"
    }
    assert violating == {case.name for case in CASES if case.outcome == "violates"}


def test_a_station_that_a_complete_table_does_not_hold(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The annexes list national stations one by one; once they are whole, who is missing is not.

    The same station is only not assessable while the table is not complete.
    """
    one = station("a", 95.0, station_class=StationClass.NATIONAL)
    rules = path("rules/fm_plan.toml").read_text(encoding="utf-8")
    complete = {"fm_plan.toml": rules.replace("table_complete = false", "table_complete = true")}

    def judge(name: str, **parts: Any) -> Row:
        return judged(Scene(stations=[one], **parts), tmp_path_factory.mktemp(name))["a"]

    absent = judge("absent", rules=complete)
    found = finding(absent, "plan_identity", "plan_entry_absent")
    assert found["outcome"] == "violates"
    assert found["rule"]["instrument"] == PLAN_2017
    assert objections(absent) == {("plan_identity", "plan_entry_absent")}
    assert objections(judge("listed", rules=complete, entries=[entry_of(one)])) == set()
    open_table = judge("open")
    assert finding(open_table, "plan_identity", "plan_table_absent")["outcome"] == "not_assessable"
    assert objections(open_table) == set()


def test_a_certificate_that_lapsed_lapses_or_is_not_recorded(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """From 150 W of the transmitter on; an empty field does not say that there is none."""
    dates = {
        "lapsed": DAY - ONE_DAY,
        "last-day": DAY,
        "lapses": DAY + 90 * ONE_DAY,
        "good": DAY + 91 * ONE_DAY,
    }
    stations = [
        station("strong", 95.0, licence_power_w=150.0),
        station("weak", 96.0, licence_power_w=149.9),
        *(
            station(
                name,
                97.0 + number,
                licence_power_w=150.0,
                certificate_number="7/KD",
                certificate_to=last_day,
            )
            for number, (name, last_day) in enumerate(dates.items())
        ),
        station(
            "unfit", 103.0, equipment_conformity="3/HQ", equipment_conformity_to=DAY - ONE_DAY
        ),
        station("fit", 104.0, equipment_conformity="3/HQ", equipment_conformity_to=DAY),
    ]
    stations = [
        replace(one, **away(EAST_DEG, NORTH_DEG, 0.0, 3.0 * number) if number else {})
        for number, one in enumerate(stations)
    ]
    rows = judged(Scene(stations=stations), tmp_path_factory.mktemp("certificate"))
    absent = finding(rows["strong"], "validity", "certificate_needed")
    assert absent["outcome"] == "not_assessable"
    assert absent["rule"]["id"] == "station.certificate"
    assert absent["missing"]
    not_needed = finding(rows["weak"], "validity", "certificate_not_needed")
    assert not_needed["outcome"] == "complies"
    lapsed = finding(rows["lapsed"], "validity", "certificate_expired")
    assert lapsed["outcome"] == "violates"
    assert lapsed["values"]["days"] == 1
    assert finding(rows["last-day"], "validity", "certificate_lapses")["values"]["days"] == 0
    assert finding(rows["lapses"], "validity", "certificate_lapses")["outcome"] == "complies"
    assert finding(rows["good"], "validity", "certificate_in_force")["outcome"] == "complies"
    unfit = finding(rows["unfit"], "validity", "conformity_expired")
    assert unfit["outcome"] == "needs_verification", "what became of it is not in the texts"
    objecting = {name: objections(row) for name, row in rows.items()}
    assert objecting == {name: set() for name in rows} | {
        "lapsed": {("validity", "certificate_expired")},
        "unfit": {("validity", "conformity_expired")},
    }


def test_a_coordinate_beyond_the_bounds_of_its_commune(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Where only a box is known: 2 m beyond its tolerance, and 2 m within."""
    tolerance_deg = BOUNDS_TOLERANCE_M / 111_320
    two_metres_deg = 2 / 111_320
    south = NORTH_DEG + tolerance_deg
    stations = [
        station("beyond", 95.0, commune_name="Xã A", latitude=NORTH_DEG - two_metres_deg),
        station(
            "within", 96.0, commune_name="Xã A", latitude=NORTH_DEG + two_metres_deg,
            longitude=EAST_DEG + 0.02,
        ),
    ]  # fmt: skip
    box = (EAST_DEG - 0.1, south, EAST_DEG + 0.1, south + 0.1)
    rows = judged(
        Scene(stations=stations, units=[unit("c", "Xã A", bounds=box)]),
        tmp_path_factory.mktemp("bounds"),
    )
    beyond = finding(rows["beyond"], "data_audit", "coordinate_outside_bounds")
    assert beyond["outcome"] == "needs_verification"
    assert "approximate_boundary" in beyond["reservations"]
    assert objections(rows["beyond"]) == {("data_audit", "coordinate_outside_bounds")}
    assert objections(rows["within"]) == set()
