"""Planted interference: protection ratios, contours, usable fields, shares, provinces.

Fields follow the power to the decibel, so each limit is met exactly: a scene is judged once as it
is, then again with the disturbing station louder by its margin and 0.01 dB, and by 0.01 dB less.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import norm

from gis.register.records import BroadcastStation, UnitKind
from tests.gis.planted_scenes import (
    EAST_DEG,
    NORTH_DEG,
    Rows,
    Scene,
    away,
    breaches_of_the_law,
    finding,
    findings,
    judged,
    last,
    objections,
    outline,
    square_km,
    station,
    unit,
    value_of,
)

CHECK = "protection_ratios"

# name: wanted carrier, spacing in MHz, distance in km, e.r.p. of both in dBW, ratio, time percent
PAIRS: dict[str, tuple[float, float, float, tuple[float, float], float, float]] = {
    "co-near": (88.0, 0.0, 12.0, (10.0, 10.0), 45.0, 50),
    "co-far": (89.0, 0.0, 60.0, (10.0, 5.0), 37.0, 1),
    "100-khz": (90.0, 0.1, 20.0, (10.0, 0.0), 25.0, 1),
    "200-khz": (91.0, 0.2, 9.0, (10.0, 9.0), 7.0, 1),
    "300-khz": (92.0, 0.3, 6.0, (10.0, 15.0), -7.0, 1),
    "400-khz": (93.0, 0.4, 4.5, (10.0, 18.0), -20.0, 1),
    "10.7-mhz": (94.0, 10.7, 4.5, (10.0, 18.0), -20.0, 1),
}
"""Ratios of stereophonic reception, Rec. ITU-R BS.412-9 (recalled): steady 45 and 33 dB on the
same channel and 100 kHz off, tropospheric 37 and 25; the same for both farther off."""

BESIDE = {"contour_overlap", "usable_field", "service_area"}
"""Checks of the same fields by methods of others, which may see the same cause."""


def in_province(one: BroadcastStation, half_km: float) -> tuple[BroadcastStation, Any, Any]:
    """Return a station with a square province of its own, in which alone it is protected."""
    province = unit(one.id, f"Tỉnh {one.id}", UnitKind.PROVINCE)
    edges = square_km(one.longitude, one.latitude, half_km)
    return replace(one, province_code=one.id), province, outline(one.id, *edges)


def scene_of(*standing: tuple[BroadcastStation, float]) -> Scene:
    """Return stations in provinces of so many kilometres to each side."""
    stations, units, boundaries = zip(*(in_province(*one) for one in standing), strict=True)
    return Scene(stations=stations, units=units, boundaries=boundaries)


def pairs() -> Scene:
    standing = []
    for number, (name, (carrier, spacing, km, (wanted, unwanted), *_)) in enumerate(PAIRS.items()):
        place = away(EAST_DEG, NORTH_DEG - 0.4, 0.0, 15.0 * number) if number else {}
        here = station(
            f"{name}-w", carrier, **{"latitude": NORTH_DEG - 0.4, **place}, erp_total_dbw=wanted
        )
        there = station(
            f"{name}-u",
            round(carrier + spacing, 3),
            **away(here.longitude, here.latitude, 90.0, km),
            erp_total_dbw=unwanted,
        )
        standing += [(here, 0.6 if name == "co-near" else 3.0), (there, 0.6)]
    return scene_of(*standing)


def received(rows: Rows, name: str) -> dict[str, Any]:
    """Return what the wanted station of a pair receives."""
    (found,) = [
        one for one in findings(rows[f"{name}-w"], CHECK) if "protection_received" in last(one)
    ]
    return found


@pytest.fixture(scope="module")
def protection(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Return the pairs as they are, 0.01 dB beyond the limit, and 0.01 dB within."""
    scene = pairs()
    as_is = judged(scene, tmp_path_factory.mktemp("as-is"))
    spare = {f"{name}-u": received(as_is, name)["margin_db"] for name in PAIRS}
    return {
        "as-is": as_is,
        "planted": judged(
            scene.louder({one: by + 0.01 for one, by in spare.items()}),
            tmp_path_factory.mktemp("planted"),
        ),
        "clean": judged(
            scene.louder({one: by - 0.01 for one, by in spare.items()}),
            tmp_path_factory.mktemp("clean"),
        ),
    }


@pytest.mark.parametrize("name", PAIRS)
def test_protection_broken_by_a_hundredth_of_a_decibel(
    protection: dict[str, Rows], name: str
) -> None:
    row = protection["planted"][f"{name}-w"]
    found = finding(row, CHECK, "protection_received_broken", f"{name}-u")
    _, spacing_mhz, _, _, ratio_db, time_percent = PAIRS[name]
    assert found["margin_db"] == pytest.approx(-0.01, abs=0.002)
    assert found["outcome"] == "needs_verification"
    assert found["rule"]["id"] == "fm.protection_ratio"
    assert found["values"]["spacing_khz"] == pytest.approx(1e3 * spacing_mhz)
    assert found["values"]["protection_ratio_db"] == ratio_db
    assert found["values"]["time_percent"] == time_percent
    assert found["values"]["unwanted_km"] > 0
    which = "steady" if time_percent == 50 else "tropospheric"
    unwanted = value_of(found, f"unwanted_{which}_field_strength_dbuvm")
    wanted = value_of(found, "wanted_field_strength_dbuvm")
    assert wanted - unwanted - ratio_db == pytest.approx(-0.01, abs=0.012)
    assert found["measure"]["time_percent"] == time_percent
    # the other way it is kept: what the disturbing station receives
    assert finding(row, CHECK, "protection_caused_kept", f"{name}-u")["margin_db"] > 1
    assert {check for check, _ in objections(row)} <= {CHECK, *BESIDE}


@pytest.mark.parametrize("name", PAIRS)
def test_protection_kept_by_a_hundredth_of_a_decibel(
    protection: dict[str, Rows], name: str
) -> None:
    row = protection["clean"][f"{name}-w"]
    kept = finding(row, CHECK, "protection_received_kept", f"{name}-u")
    assert kept["outcome"] == "complies"
    assert kept["margin_db"] == pytest.approx(0.01, abs=0.002)
    assert {check for check, _ in objections(row)} <= BESIDE


@pytest.mark.parametrize("name", ["co-far", "300-khz"])
def test_what_one_receives_the_other_causes(protection: dict[str, Rows], name: str) -> None:
    disturbing = f"{name}-u"
    caused = finding(protection["planted"][disturbing], CHECK, "protection_caused_broken")
    assert caused["counterpart"] == f"{name}-w"
    assert caused["margin_db"] == pytest.approx(-0.01, abs=0.002)
    kept = protection["clean"][disturbing]
    assert finding(kept, CHECK, "protection_caused_kept")["outcome"] == "complies"
    assert {check for check, _ in objections(kept)} <= BESIDE


# --- contours of the FCC's list ---


@pytest.fixture(scope="module")
def contours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """200 kHz apart: an interfering contour of 54 dB(uV/m) inside one of 60."""
    wanted = station("w", 95.0, erp_total_dbw=20.0)
    unwanted = station(
        "u", 95.2, **away(wanted.longitude, wanted.latitude, 90.0, 12.0), erp_total_dbw=8.0
    )
    scene = scene_of((wanted, 3.0), (unwanted, 0.6))
    as_is = judged(scene, tmp_path_factory.mktemp("as-is"))
    spare = listed_contour(as_is)["margin_db"]
    return {
        name: judged(scene.louder({"u": spare + by}), tmp_path_factory.mktemp(name))
        for name, by in (("planted", 0.02), ("clean", -0.02))
    }


def listed_contour(rows: Rows) -> dict[str, Any]:
    (found,) = [
        one
        for one in findings(rows["w"], "contour_overlap")
        if one["rule"]["id"] == "fm.contour_overlap" and last(one).startswith("received")
    ]
    return found


def test_an_interfering_contour_just_inside_a_protected_one(contours: dict[str, Rows]) -> None:
    found = listed_contour(contours["planted"])
    assert last(found) == "received_overlap"
    assert found["outcome"] == "needs_verification"
    assert found["counterpart"] == "u"
    assert found["margin_db"] == pytest.approx(-0.02, abs=0.011)
    assert (found["values"]["protected_dbuvm"], found["values"]["interfering_dbuvm"]) == (60, 54)
    assert found["values"]["overlap_km2"] == pytest.approx(1.0, abs=0.2), "one cell"
    assert found["rule"]["advisory"]
    assert "non_binding_rule" in found["reservations"]


def test_an_interfering_contour_just_outside(contours: dict[str, Rows]) -> None:
    found = listed_contour(contours["clean"])
    assert last(found) == "received_clear"
    assert found["outcome"] == "complies"
    assert found["margin_db"] == pytest.approx(0.02, abs=0.011)


def test_600_khz_apart_contours_are_drawn_though_no_ratio_asks(tmp_path: Path) -> None:
    """A strong station 3 km away overlaps by 100 dB(uV/m) only near itself; 60 km away nowhere."""
    wanted = station("w", 95.0, erp_total_dbw=20.0)
    at = (wanted.longitude, wanted.latitude)
    near = station("near", 95.6, **away(*at, 90.0, 3.0), erp_total_dbw=30.0)
    far = station("far", 94.4, **away(*at, 270.0, 60.0), erp_total_dbw=30.0)
    rows = judged(scene_of((wanted, 3.0), (near, 3.0), (far, 0.6)), tmp_path)
    listed = [one for one in findings(rows["w"], "contour_overlap")
              if one["rule"]["id"] == "fm.contour_overlap"]  # fmt: skip
    told = {(one["counterpart"], last(one)): one for one in listed}
    overlap = told["near", "received_overlap"]
    assert overlap["values"]["spacing_khz"] == 600.0
    # 1 kW e.r.p. in free space: 106.9 dB(uV/m) at 1 km, 100 at 2.2 km; less over the ground
    assert 1 <= overlap["values"]["overlap_km2"] <= 3.15 * 2.2**2
    assert told["far", "received_clear_far"]["outcome"] == "complies"


# --- usable fields ---

SIGMA_DB = 8.3 * 2**0.5


def second_dbuvm(first_dbuvm: float, usable_dbuvm: float) -> float:
    """Return the second of two nuisance fields that make a usable field together.

    Simplified multiplication: the probabilities of the two multiply to one half.
    """
    share = 0.5 / norm.cdf((usable_dbuvm - first_dbuvm) / SIGMA_DB)
    return usable_dbuvm - SIGMA_DB * float(norm.ppf(share))


def test_the_second_field_by_hand() -> None:
    """60 and 60.5 dB: 0.5/11.738 = 0.0426, Phi 0.51699; 0.5/0.51699 = 0.96714 is 1.840 sigma."""
    assert second_dbuvm(60.0, 60.5) == pytest.approx(60.5 - 1.840 * 11.738, abs=0.02)


TRIPLES = {
    # name: carrier, the first nuisance field, usable field planted and clean
    "rise": (92.0, 62.0, 62.51, 62.49),
    "reference": (94.0, 53.0, 54.01, 53.99),
}


def triples() -> Scene:
    standing = []
    for number, (name, (carrier, *_)) in enumerate(TRIPLES.items()):
        place = away(EAST_DEG, NORTH_DEG, 0.0, 15.0 * number) if number else {}
        wanted = station(f"{name}-w", carrier, **place, erp_total_dbw=20.0)
        # on one mast, so that the two differ alike at every point
        there = away(wanted.longitude, wanted.latitude, 90.0, 15.0)
        first = station(f"{name}-e", carrier + 0.1, **there)
        second = station(f"{name}-n", carrier + 0.1, **there, erp_total_dbw=-15.0)
        standing += [(wanted, 3.0), (first, 0.4), (second, 0.4)]
    return scene_of(*standing)


def nuisance_dbuvm(rows: Rows, name: str, which: str) -> float:
    """Return a nuisance field at the decisive test point, where it alone disturbs."""
    found = [
        one
        for one in findings(rows[f"{name}-{which}"], "usable_field")
        if one["counterpart"] == f"{name}-w"
    ]
    return float(value_of(found[0], "usable_field_simplified_multiplication_dbuvm"))


@pytest.fixture(scope="module")
def usable(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Return the triples with each nuisance field where it should be."""
    scene = triples()
    alone = {}
    for which, silent in (("e", "n"), ("n", "e")):
        some = [one for one in scene.stations if not one.id.endswith(f"-{silent}")]
        alone[which] = judged(replace(scene, stations=some), tmp_path_factory.mktemp(which))
    found = {}
    for place, kind in ((2, "planted"), (3, "clean")):
        louder = {}
        for name, numbers in TRIPLES.items():
            first = numbers[1]
            second = second_dbuvm(first, numbers[place])
            louder[f"{name}-e"] = first - nuisance_dbuvm(alone["e"], name, "e")
            louder[f"{name}-n"] = second - nuisance_dbuvm(alone["n"], name, "n")
        found[kind] = judged(scene.louder(louder), tmp_path_factory.mktemp(kind))
    return found


def caused(rows: Rows, name: str) -> dict[str, Any]:
    (found,) = [
        one
        for one in findings(rows[f"{name}-n"], "usable_field")
        if one["counterpart"] == f"{name}-w"
    ]
    return found


@pytest.mark.parametrize("name", TRIPLES)
def test_a_usable_field_raised_beyond_what_is_accepted(usable: dict[str, Rows], name: str) -> None:
    found = caused(usable["planted"], name)
    _, first, raised, _ = TRIPLES[name]
    assert last(found).startswith("caused_agreement_required")
    assert found["outcome"] == "needs_verification"
    assert found["rule"]["id"] == "fm.usable_field"
    assert found["values"]["rise_db"] == pytest.approx(raised - first, abs=0.011)
    assert found["values"]["usable_dbuvm"] >= 54.0
    assert found["margin_db"] == pytest.approx(-0.01, abs=0.006)
    if name == "reference":
        assert found["values"]["usable_dbuvm"] == pytest.approx(raised, abs=0.06)


@pytest.mark.parametrize(
    ("name", "state"), [("rise", "rise_accepted"), ("reference", "below_reference_field")]
)
def test_a_usable_field_that_is_accepted(usable: dict[str, Rows], name: str, state: str) -> None:
    found = caused(usable["clean"], name)
    assert found["values"]["state"] == state
    assert found["outcome"] == "complies"
    assert found["margin_db"] == pytest.approx(0.01, abs=0.006)


# --- share of a service ---

SHARES = {"planted": (-16.7, "present_exceeded"), "clean": (-17.0, "present_kept")}
"""E.r.p. of the disturbing station, dBW."""


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Some 400 cells of 1 km: two per cent are eight of them."""
    wanted = station("w", 95.0, erp_total_dbw=28.0)
    there = away(wanted.longitude, wanted.latitude, 90.0, 12.0)
    found = {}
    for name, (erp_dbw, _) in SHARES.items():
        unwanted = station("u", 95.1, **there, erp_total_dbw=erp_dbw)
        scene = scene_of((wanted, 10.0), (unwanted, 0.6))
        found[name] = judged(scene, tmp_path_factory.mktemp(name))
    return found


@pytest.mark.parametrize("name", SHARES)
def test_the_share_of_a_service_that_is_interfered(shares: dict[str, Rows], name: str) -> None:
    row, (_, reason) = shares[name]["w"], SHARES[name]
    found = finding(row, "service_area", reason)
    share, covered = found["values"]["share_percent"], found["values"]["covered_km2"]
    lost = found["values"]["lost_km2"]
    assert share == pytest.approx(100 * lost / covered, abs=0.05)
    assert found["values"]["most_percent"] == 2.0
    assert 2.0 < share < 2.7 if name == "planted" else 1.4 < share <= 2.0
    assert found["outcome"] == ("complies" if name == "clean" else "needs_verification")
    assert found["values"]["interferers"] == "Đài u"


def test_nothing_predicted_violates(
    protection: dict[str, Rows],
    contours: dict[str, Rows],
    usable: dict[str, Rows],
    shares: dict[str, Rows],
) -> None:
    scenes = (protection, contours, usable, shares)
    rows = [row for some in scenes for each in some.values() for row in each.values()]
    assert breaches_of_the_law(rows) == []
    assert not [row for row in rows if row["outcome"] in {"violates", "mixed"}]


# --- stations whose field cannot be computed ---


@pytest.fixture(scope="module")
def dumb(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Two stations on one channel, 5 km apart: the power of the other is not on record, or is."""
    one = station("a", 95.0)
    there = away(one.longitude, one.latitude, 90.0, 5.0)
    found = {}
    for name, other in (
        ("dumb", station("b", 95.0, **there, erp_total_dbw=None)),
        ("off-table", station("b", 96.0, **there, erp_total_dbw=None)),
    ):
        scene = Scene(stations=(one, other))
        found[name] = judged(scene, tmp_path_factory.mktemp(name))
    return found


@pytest.mark.parametrize("check", ["usable_field", "service_area"])
def test_a_neighbour_of_unknown_power_does_not_vanish(dumb: dict[str, Rows], check: str) -> None:
    received, caused = findings(dumb["dumb"]["a"], check)
    assert received["outcome"] == "not_assessable"
    assert last(received).endswith("_stations_unknown")
    assert received["missing"] == ["compliance.missing.station_fields"]
    assert received["values"]["left_out"] == "Đài b"
    assert value_of(received, "station_without_field") == "Đài b"
    assert caused["outcome"] == "not_assessable"
    assert (last(caused), caused["counterpart"]) == ("caused_unknown", "b")
    assert caused["values"]["left_out"] == "Đài b"
    # the other way round: what b receives and what it does to a hang on b itself
    own, taken = findings(dumb["dumb"]["b"], check)
    assert {own["outcome"], taken["outcome"]} == {"not_assessable"}
    assert (last(taken), taken["counterpart"]) == ("caused_unknown", "a")


@pytest.mark.parametrize("check", ["usable_field", "service_area"])
def test_a_neighbour_beyond_the_table_does_not_count(dumb: dict[str, Rows], check: str) -> None:
    (found,) = findings(dumb["off-table"]["a"], check)
    assert found["outcome"] == "complies"
