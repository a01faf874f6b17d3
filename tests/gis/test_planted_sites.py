"""Planted faults of sites and of what is protected: products, exposure, aviation, border."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from gis.geodesy import distance_km
from gis.register.records import BroadcastStation, ProtectedPointKind, StationClass
from gis.studies.checks.border import gather as gather_border
from tests.gis.planted_scenes import (
    EAST_DEG,
    NORTH_DEG,
    Finding,
    Row,
    Rows,
    Scene,
    away,
    breaches_of_the_law,
    finding,
    free_space_dbuvm,
    judged,
    objections,
    point,
    station,
    value_of,
)

Judge = Callable[..., Rows]
AVIATION = ("aeronautical", "screen_within")
"""So near a point the screen by distance objects too."""


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return a judge of scenes, which keeps to the law in every one of them."""

    def run(*stations: BroadcastStation, **parts: object) -> Rows:
        rows = judged(Scene(stations=stations, **parts), tmp_path_factory.mktemp("scene"))
        assert breaches_of_the_law(rows.values()) == []
        assert not [row for row in rows.values() if row["outcome"] in {"violates", "mixed"}]
        return rows

    return run


def north(km: float) -> dict[str, float]:
    return away(EAST_DEG, NORTH_DEG, 0.0, km)


# --- intermodulation ---


@pytest.mark.parametrize(("width", "hit"), [("202KF8EHF", True), ("198KF8EHF", False)])
def test_a_product_of_two_on_a_shared_mast(judge: Judge, width: str, hit: bool) -> None:
    """2 x 100.0 - 98.0 = 102.0 MHz, 600 kHz wide; a channel begins 299 or 301 kHz off it."""
    rows = judge(
        station("a", 100.0),
        station("b", 98.0),
        station("v", 102.4, emission=width, **north(10.0)),
    )
    for one in ("a", "b"):
        if not hit:
            assert finding(rows[one], "intermodulation", "clear")["outcome"] == "complies"
            assert objections(rows[one]) == set()
            continue
        found = finding(rows[one], "intermodulation", "hit", "v")
        assert found["outcome"] == "needs_verification"
        assert found["values"]["formula"] == "2A-B"
        assert found["values"]["sum"] == "2 × 100000 − 98000"
        assert found["values"]["offset_khz"] == pytest.approx(400.0)
        assert found["values"]["order"] == 3
        assert objections(rows[one]) == {("intermodulation", "hit")}
    assert objections(rows["v"]) == set()


@pytest.mark.parametrize(("third_m", "hit"), [(299.0, True), (301.0, False)])
def test_a_product_of_three_with_a_site_near_by(judge: Judge, third_m: float, hit: bool) -> None:
    """90.0 + 95.0 - 93.7 = 91.3 MHz, where the third stands within 300 m, or a metre beyond."""
    rows = judge(
        station("a", 90.0),
        station("b", 95.0),
        station("c", 93.7, **north(third_m / 1e3)),
        station("v", 91.3, **north(10.0)),
    )
    if not hit:
        assert finding(rows["a"], "intermodulation", "clear")["values"]["carriers"] == 2
        assert {check for row in rows.values() for check, _ in objections(row)} == set()
        return
    found = finding(rows["a"], "intermodulation", "hit", "v")
    assert found["values"]["formula"] == "A+B-C"
    assert found["values"]["sum"] == "90000 + 95000 − 93700"
    assert found["values"]["offset_khz"] == pytest.approx(0.0, abs=1e-6)
    assert found["values"]["product_mhz"] == pytest.approx(91.3)
    assert objections(rows["a"]) == {("intermodulation", "hit")}


# --- exposure ---

SAFE_M = 1.6 * math.sqrt(29.979 * 1640.6) / 27.5
"""1 kW e.r.p. are 1640.6 W e.i.r.p.: 12.90 m in free space, with 1.6 for reflections."""


@pytest.mark.parametrize(("spare_m", "kept"), [(-0.01, False), (0.01, True)])
def test_a_mast_lower_than_the_safety_distance(judge: Judge, spare_m: float, kept: bool) -> None:
    height_m = 2.0 + SAFE_M + spare_m
    row = judge(station("a", erp_total_dbw=30.0, height_above_ground_m=height_m))["a"]
    found = finding(row, "exposure", "alone_kept" if kept else "alone_exceeded")
    assert found["values"]["distance_m"] == pytest.approx(12.9)
    assert found["values"]["share"] == pytest.approx(1.0, abs=0.002)
    assert (found["values"]["share"] > 1) is not kept
    assert found["outcome"] == ("complies" if kept else "needs_verification")
    assert objections(row) == (set() if kept else {("exposure", "alone_exceeded")})


@pytest.mark.parametrize(("spare_m", "kept"), [(-0.01, False), (0.01, True)])
def test_a_limit_that_only_two_antennas_together_exceed(
    judge: Judge, spare_m: float, kept: bool
) -> None:
    """Each takes one half at 12.90 sqrt(2) = 18.25 m above a person."""
    height_m = 2.0 + SAFE_M * math.sqrt(2) + spare_m
    changes = {"erp_total_dbw": 30.0, "height_above_ground_m": height_m}
    rows = judge(station("a", 95.0, **changes), station("b", 100.0, **changes))
    for row in rows.values():
        assert finding(row, "exposure", "alone_kept")["outcome"] == "complies"
        found = finding(row, "exposure", "site_kept" if kept else "site_exceeded")
        assert found["values"]["antennas"] == 2
        assert found["values"]["share"] == pytest.approx(1.0, abs=0.002)
        assert (found["values"]["share"] > 1) is not kept
        assert objections(row) == (set() if kept else {("exposure", "site_exceeded")})


# --- aviation: fields in free space, so every margin by hand ---


def at_km(kind: ProtectedPointKind, frequency_mhz: float, distance: float) -> object:
    """Return a point as high as the antennas, north of the plain's middle."""
    return point(kind, frequency_mhz=frequency_mhz, height_m=22.0, **north(distance))


@pytest.mark.parametrize("spare_db", [-0.01, 0.01])
def test_a1_a_product_radiated_on_an_ils(judge: Judge, spare_db: float) -> None:
    """2 x 107.0 - 105.9 = 108.1 MHz from one mast, 20 dBW each: 66 dB below the carriers.

    32 - (E - 66) - 14 = 0 where E = 84 dB(uV/m): 76.92 + 20 - 84 = 12.92 dB, 4.43 km.
    """
    distance = 10 ** ((free_space_dbuvm(20.0, 1.0) - 84.0 + spare_db) / 20)
    rows = judge(
        station("a", 107.0, erp_total_dbw=20.0),
        station("b", 105.9, erp_total_dbw=20.0),
        points=[at_km(ProtectedPointKind.ILS_LOCALIZER, 108.1, distance)],
    )
    for row in rows.values():
        _aviation(row, "a1", spare_db, abs_db=0.01)


@pytest.mark.parametrize("spare_db", [-0.01, 0.01])
def test_a2_a_carrier_200_khz_below_an_ils(judge: Judge, spare_db: float) -> None:
    """32 - E + 50 = 0 where E = 82 dB(uV/m), at 10 km."""
    erp_dbw = 82.0 - free_space_dbuvm(0.0, 10.0) - spare_db
    row = judge(
        station("a", 107.9, erp_total_dbw=erp_dbw),
        points=[at_km(ProtectedPointKind.ILS_LOCALIZER, 108.1, 10.0)],
    )["a"]
    _aviation(row, "a2", spare_db, abs_db=0.01)


@pytest.mark.parametrize(
    ("f1", "f2", "at", "constant", "form"),
    [
        (107.8, 107.1, 108.5, 72.0, "b1_near"),
        # 72 - 60 lg(0.5 / 0.4)
        (107.6, 107.0, 108.2, 66.185, "b1_below"),
    ],
)
@pytest.mark.parametrize("spare_db", [-0.03, 0.03])
def test_b1_a_product_made_in_a_receiver(  # noqa: PLR0917 (numbers of the criterion)
    judge: Judge, f1: float, f2: float, at: float, constant: float, form: str, spare_db: float
) -> None:
    """2 N1 + N2 + constant = 0, N = E - 20 lg f - 77.21 dBm, two sites 10 km from a VOR."""
    away_db = 20 * math.log10(f1) * 2 + 20 * math.log10(f2) + 3 * 77.21
    field = (away_db - constant - spare_db) / 3
    erp_dbw = field - free_space_dbuvm(0.0, 10.0)
    there = north(10.0)
    rows = judge(
        station("a", f1, erp_total_dbw=erp_dbw),
        station(
            "b", f2, erp_total_dbw=erp_dbw,
            **away(there["longitude"], there["latitude"], 90.0, 10.0),
        ),
        points=[at_km(ProtectedPointKind.VOR, at, 10.0)],
    )  # fmt: skip
    for row in rows.values():
        found = _aviation(row, form, spare_db, abs_db=0.03)
        assert found["values"]["f1_mhz"] == f1
        assert found["values"]["constant_db"] == pytest.approx(constant, abs=0.01)


@pytest.mark.parametrize("spare_db", [-0.01, 0.01])
def test_b2_a_carrier_that_blocks(judge: Judge, spare_db: float) -> None:
    """At 106 MHz 5 dBm: E = 5 + 20 lg 106 + 77.21 = 122.72 dB(uV/m), 1 km from the mast."""
    erp_dbw = 5.0 + 20 * math.log10(106.0) + 77.21 - free_space_dbuvm(0.0, 1.0) - spare_db
    row = judge(
        station("a", 106.0, erp_total_dbw=erp_dbw, station_class=StationClass.NATIONAL,
                height_above_ground_m=120.0),
        points=[point(ProtectedPointKind.ILS_LOCALIZER, frequency_mhz=110.3, height_m=122.0,
                      **north(1.0))],
    )["a"]  # fmt: skip
    found = _aviation(row, "b2", spare_db, abs_db=0.02)
    assert found["values"]["limit_dbm"] == 5.0


def _aviation(row: Row, form: str, spare_db: float, *, abs_db: float) -> Finding:
    """Check a criterion on both sides of its limit, and that no other objects."""
    kept = spare_db > 0
    found = finding(row, "aeronautical", f"{form}_{'kept' if kept else 'exceeded'}")
    assert found["margin_db"] == pytest.approx(spare_db, abs=abs_db)
    assert found["outcome"] == ("complies" if kept else "needs_verification")
    assert found["rule"]["id"] == "fm.aeronautical"
    assert "recalled_rule" in found["reservations"]
    told = {one for one in objections(row) if one[0] == "aeronautical"} - {AVIATION}
    assert told == (set() if kept else {("aeronautical", f"{form}_exceeded")})
    return found


@pytest.mark.parametrize(("km", "kept"), [(29.9, False), (30.1, True)])
def test_the_screen_by_distance(judge: Judge, km: float, kept: bool) -> None:
    """GE84, Table 5.1: 35 dBW on 107.0 MHz ask for 52 km; 30 dBW for 30 km."""
    row = judge(
        station("a", 107.0, erp_total_dbw=30.0),
        points=[point(ProtectedPointKind.VOR, frequency_mhz=113.0, height_m=300.0, **north(km))],
    )["a"]
    found = finding(row, "aeronautical", "screen_kept" if kept else "screen_within")
    assert found["values"]["needed_km"] == pytest.approx(30.0)
    assert found["rule"]["id"] == "fm.aeronautical.separation"
    assert objections(row) == (set() if kept else {AVIATION})


# --- monitoring station, blanketing ---


def test_a_monitoring_station_at_its_limit(judge: Judge) -> None:
    """80 dB(uV/m), 0.01 dB over and 0.01 dB under."""
    site = point(ProtectedPointKind.MONITORING_STATION, **north(2.0))
    one = station("a", erp_total_dbw=20.0)
    row = judge(one, points=[site])["a"]
    (as_is,) = [
        each for each in row["findings"]
        if each["rule"]["id"] == "site.monitoring"
    ]  # fmt: skip
    for spare_db, state in ((-0.01, "monitoring_exceeded"), (0.01, "monitoring_kept")):
        louder = replace(one, erp_total_dbw=20.0 + as_is["margin_db"] - spare_db)
        row = judge(louder, points=[site])["a"]
        found = finding(row, "protected_sites", state, site.id)
        assert found["margin_db"] == pytest.approx(spare_db, abs=1e-6)
        assert found["values"]["limit_dbuvm"] == 80
        assert objections(row) == (
            {("protected_sites", "monitoring_exceeded")} if spare_db < 0 else set()
        )


def test_the_blanketing_distance_by_hand(judge: Judge) -> None:
    """0.394 sqrt(P/kW) km: 394 m of 1 kW, 12.5 m of 1 W; who lives there is not on record."""
    rows = judge(station("a", 95.0, erp_total_dbw=30.0), station("b", 96.0, **north(5.0)))
    for name, metres in (("a", 394), ("b", 12)):
        found = finding(rows[name], "protected_sites", "blanketing_unknown")
        assert found["values"]["distance_m"] == pytest.approx(metres, abs=1)
        assert found["outcome"] == "needs_verification"
        assert found["rule"]["advisory"]
        assert "protected_sites.missing.population" in found["missing"]
        assert rows[name]["outcome"] != "needs_verification"


# --- the border ---


def east_of_the_border(distance: float) -> dict[str, float]:
    """Return a place on 11.3 N so far from the nearest point of the border that ships."""
    every = np.asarray(gather_border(None)["points"])  # type: ignore[arg-type]  # asks nothing
    near, far = 106.2, 109.5
    for _ in range(60):
        middle = (near + far) / 2
        nearest = float(np.min(distance_km(middle, 11.3, every[:, 0], every[:, 1])))
        near, far = (middle, far) if nearest < distance else (near, middle)
    return {"longitude": near, "latitude": 11.3}


@pytest.mark.parametrize(("spare_km", "kept"), [(-0.1, False), (0.1, True)])
def test_the_coordination_distance(judge: Judge, spare_km: float, kept: bool) -> None:
    """GE84, Annex 4: 0 dBW and 60 m, 35 + 15 x (60 - 37.5) / (75 - 37.5) = 44 km over land.

    The outline may be 3.2 km off, so 47.2 km are needed.
    """
    row = judge(station("a", height_above_ground_m=60.0, **east_of_the_border(47.2 + spare_km)))[
        "a"
    ]
    found = finding(row, "border", "distance_kept" if kept else "distance_within")
    assert found["values"]["needed_km"] == 44.0
    assert found["values"]["distance_km"] == pytest.approx(47.2 + spare_km, abs=0.051)
    assert found["outcome"] == ("complies" if kept else "needs_verification")
    assert found["rule"]["id"] == "fm.border.distance"
    told = {one for one in objections(row) if "distance" in one[1]}
    assert told == (set() if kept else {("border", "distance_within")})


@pytest.mark.parametrize(("km", "name", "limit"), [(60.0, "tropospheric", 15), (8.0, "steady", 7)])
def test_the_field_on_the_border(judge: Judge, km: float, name: str, limit: int) -> None:
    one = station("a", **east_of_the_border(km))
    as_is = _on_border(judge(one)["a"], name)
    for spare_db in (-0.01, 0.01):
        louder = replace(one, erp_total_dbw=as_is["margin_db"] - spare_db)
        found = _on_border(judge(louder)["a"], name)
        state = "kept" if spare_db > 0 else "exceeded"
        assert found["reason"] == f"border.reason.field_{name}_{state}"
        assert found["margin_db"] == pytest.approx(spare_db, abs=1e-6)
        assert found["values"]["limit_dbuvm"] == limit
        assert found["outcome"] == ("complies" if spare_db > 0 else "needs_verification")
        field = value_of(found, f"{name}_field_at_border_dbuvm")
        assert field == pytest.approx(limit - spare_db, abs=0.006)


def _on_border(row: Row, name: str) -> Finding:
    some: Sequence[Finding] = row["findings"]
    (found,) = [one for one in some if f"border.reason.field_{name}" in one["reason"]]
    return found
