"""Planted faults of allotments: a field too strong, a site outside the area, another channel."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gis.home import Home
from gis.register.allotments import AllotmentPoint
from gis.register.records import BroadcastStation, Service, UnitKind
from gis.studies import StudyContext, load, rerun, run
from gis.terrain.ground import Ground
from propagation.interference.summation import power_sum_dbuvm
from tests.gis.planted_scenes import (
    EAST_DEG,
    GROUND_M,
    NORTH_DEG,
    ON,
    PROVENANCE,
    Finding,
    Plain,
    Row,
    Scene,
    away,
    breaches_of_the_law,
    finding,
    findings,
    judged,
    last,
    outline,
    square_km,
    station,
    unit,
)
from tests.gis.test_planted_remedies import lost, with_less
from tests.prepared import empty_register

AREA = "80"
HALF_KM = 20.0
MODE = "256qam-2/3-rice-32k-1/8"
SITES = ("channel_kept", "site_inside")


def assignment(name: str, km: float, frequency_mhz: float = 514.0, **changes: Any) -> Any:
    """Return a transmitter of 100 W so far east of the plain's middle."""
    place = away(EAST_DEG, NORTH_DEG, 90.0, km) if km else {}
    values = {"erp_total_dbw": 20.0, "mode": MODE, "service": Service.TELEVISION, **place}
    return station(name, frequency_mhz, **{**values, **changes})


def at(name: str, azimuth_deg: float, km: float, **changes: Any) -> AllotmentPoint:
    """Return a calculation point of the allotment, from the plain's middle."""
    values: dict[str, Any] = {
        "id": name,
        "allotment": "TN-26",
        "frequency_mhz": 514.0,
        "area_code": AREA,
        "name": f"Điểm {name}",
        "reference_dbuvm": 200.0,
        "provenance": PROVENANCE,
        **away(EAST_DEG, NORTH_DEG, azimuth_deg, km),
    }
    return AllotmentPoint(**{**values, **changes})


POINTS = (at("north", 0.0, 30.0), at("south", 180.0, 32.0))


def scene(*stations: BroadcastStation, **changes: Any) -> Scene:
    """Return stations, and a square of 40 km whose outline is the area of the allotment."""
    values: dict[str, Any] = {
        "stations": stations,
        "units": [unit(AREA, "Tây Ninh", UnitKind.PROVINCE)],
        "boundaries": [outline(AREA, *square_km(EAST_DEG, NORTH_DEG, HALF_KM))],
        "allotments": POINTS,
        "service": Service.TELEVISION,
    }
    return Scene(**{**values, **changes})


def of_allotment(row: Row) -> list[Finding]:
    return [one for one in findings(row, "allotment") if one["rule"]["id"] == "tv.allotment"]


def states(row: Row) -> list[str]:
    return [last(one).removeprefix("allotment_") for one in of_allotment(row)]


def received(one: Scene, folder: Path, name: str) -> dict[str, float]:
    """Return the summed field at each calculation point: each is the worst of its own scene."""
    found = {}
    for point in one.allotments:
        rows = judged(replace(one, allotments=[point]), folder / point.id)
        told = finding(rows[name], "allotment", "allotment_field_kept")
        assert told["values"]["point"] == point.name
        found[point.id] = point.reference_dbuvm - told["margin_db"]
    return found


@pytest.mark.parametrize(("by", "state"), [(-0.01, "exceeded"), (0.01, "kept")])
def test_the_fields_of_all_assignments_at_the_worst_point(
    tmp_path: Path, by: float, state: str
) -> None:
    """A hundredth of a decibel above the reference network and below, of two transmitters."""
    two = scene(assignment("a", 0.0), assignment("b", 8.0, erp_total_dbw=23.0))
    both = received(two, tmp_path / "both", "a")
    each = [
        received(replace(two, stations=[one]), tmp_path / one.id, one.id) for one in two.stations
    ]
    for point_id, total in both.items():
        alone = [found[point_id] for found in each]
        assert total == pytest.approx(float(power_sum_dbuvm(alone)), abs=1e-6)
        assert total > max(alone) + 1
    limits = [replace(one, reference_dbuvm=both[one.id] + by) for one in POINTS]
    limits[1] = replace(limits[1], reference_dbuvm=both["south"] + 3)
    rows = judged(replace(two, allotments=limits), tmp_path / "judged")
    assert breaches_of_the_law(rows.values()) == []
    for row in rows.values():
        assert states(row) == [*SITES, f"field_{state}"]
        told = finding(row, "allotment", f"allotment_field_{state}")
        assert told["outcome"] == ("complies" if by > 0 else "needs_verification")
        assert told["margin_db"] == pytest.approx(by, abs=0.006)
        assert told["counterpart"] == "TN-26"
        assert told["values"]["point"] == "Điểm north"
        assert told["values"]["points"] == 2


def test_who_is_no_assignment_of_it_adds_nothing(tmp_path: Path) -> None:
    """One on another channel, and one on the channel in an allotment's area of its own."""
    alone = scene(assignment("a", 0.0))
    found = received(alone, tmp_path / "alone", "a")
    there = away(EAST_DEG, NORTH_DEG, 90.0, 60.0)
    beyond = outline("79", *square_km(there["longitude"], there["latitude"], HALF_KM))
    others = replace(
        alone,
        stations=[*alone.stations, assignment("n", 5.0, 522.0), assignment("c", 60.0)],
        units=[*alone.units, unit("79", "Đồng Nai", UnitKind.PROVINCE)],
        boundaries=[*alone.boundaries, beyond],
        allotments=[*POINTS, at("east", 90.0, 90.0, allotment="DN-26", area_code="79")],
    )
    rows = judged(others, tmp_path / "others")
    told = finding(rows["a"], "allotment", "allotment_field_kept")
    assert POINTS[0].reference_dbuvm - told["margin_db"] == found["north"]
    assert {one["counterpart"] for one in of_allotment(rows["c"])} == {"DN-26"}
    assert states(rows["n"]) == ["unknown"]


@pytest.mark.parametrize(
    ("km", "found"),
    [
        (HALF_KM - 0.5, [*SITES, "field_kept"]),
        (HALF_KM + 0.5, ["channel_kept", "site_outside", "field_kept"]),
        (HALF_KM + 49.0, ["channel_kept", "site_outside", "field_kept"]),
        (HALF_KM + 51.0, ["unknown"]),
    ],
)
def test_a_site_inside_outside_and_far_from_the_area(
    tmp_path: Path, km: float, found: list[str]
) -> None:
    row = judged(scene(assignment("a", km)), tmp_path)["a"]
    assert states(row) == found
    for told in of_allotment(row):
        outside = last(told) == "allotment_site_outside"
        assert (told["outcome"] == "needs_verification") is outside
        if outside:
            away_m = abs(km - HALF_KM) * 1e3
            assert told["values"]["distance_to_boundary_m"] == pytest.approx(away_m, abs=60)


@pytest.mark.parametrize(
    ("frequency_mhz", "first"),
    [(514.0009, "channel_kept"), (514.0011, "channel_left"), (522.0, "unknown")],
)
def test_the_channel(tmp_path: Path, frequency_mhz: float, first: str) -> None:
    """Within 1 kHz of its centre; the next channel is of another allotment, if of any."""
    row = judged(scene(assignment("a", 0.0, frequency_mhz)), tmp_path)["a"]
    assert states(row)[0] == first
    outcome = {"kept": "complies", "left": "needs_verification"}.get(first[8:], "not_assessable")
    assert of_allotment(row)[0]["outcome"] == outcome


def test_the_smallest_area_that_holds_a_station_is_its_own(tmp_path: Path) -> None:
    """A commune's allotment within a province's, on one channel."""
    nested = scene(
        assignment("a", 0.0),
        assignment("b", 15.0),
        units=[unit(AREA, "Tây Ninh", UnitKind.PROVINCE), unit("25", "Xã Trong")],
        boundaries=[
            outline(AREA, *square_km(EAST_DEG, NORTH_DEG, HALF_KM)),
            outline("25", *square_km(EAST_DEG, NORTH_DEG, 5.0)),
        ],
        allotments=[*POINTS, at("inner", 0.0, 8.0, allotment="X-26", area_code="25")],
    )
    rows = judged(nested, tmp_path)
    assert {one["counterpart"] for one in of_allotment(rows["a"])} == {"X-26"}
    assert {one["counterpart"] for one in of_allotment(rows["b"])} == {"TN-26"}


def test_what_is_not_known_is_not_assessable(tmp_path: Path) -> None:
    """No allotment at all or none that day, an area without an outline, an unknown power."""
    station_there = assignment("a", 0.0, province_code=AREA)
    later = [replace(one, valid_from=date(2026, 1, 1)) for one in POINTS]
    for name, none in (("none", ()), ("later", later)):
        row = judged(scene(station_there, allotments=none), tmp_path / name)["a"]
        assert states(row) == ["unknown"]
    row = judged(scene(station_there, boundaries=()), tmp_path / "outline")["a"]
    assert states(row) == ["channel_kept", "area_unknown", "field_kept"]
    silent = scene(station_there, assignment("b", 8.0, erp_total_dbw=None))
    row = judged(silent, tmp_path / "silent")["a"]
    assert states(row) == [*SITES, "no_point"]
    assert of_allotment(row)[-1]["outcome"] == "not_assessable"


def test_the_same_twice_and_from_the_record_alone(tmp_path: Path) -> None:
    """The record holds points and outline: a register without them changes nothing of it."""
    home = Home(tmp_path)
    two = scene(assignment("a", 0.0), assignment("b", 8.0))
    with empty_register(home.register) as register:
        with register.write(author="test", reason="scene") as writer:
            writer.add_stations(two.stations)
            writer.add_units(two.units)
            writer.replace_boundaries(two.boundaries)
            writer.add_allotment_points(two.allotments)
        ground = Ground(Plain(GROUND_M))
        context = StudyContext(register, home, ground, workers=1)
        request = {"on": ON, "service": "television"}
        study = run("compliance", request, context)
        assert run("compliance", request, context).id == study.id
        gathered = study.inputs["checks"]["allotment"]["points"]
        assert [one["id"] for one in gathered] == ["north", "south"]
        with register.write(author="test", reason="gone") as writer:
            writer.delete(AllotmentPoint, ["north", "south"])
            writer.replace_boundaries([outline(AREA, 100.0, 10.0, 101.0, 11.0)])
        again = rerun(
            load(study.id, home), StudyContext(None, home, Ground(Plain(GROUND_M)), workers=2)
        )
        assert (again.identical, again.findings_equal, again.differences) == (True, True, ())
        other = run("compliance", request, context)
        assert other.inputs["checks"]["allotment"] == {}


def test_less_power_keeps_to_the_reference_and_no_more_than_it_takes(tmp_path: Path) -> None:
    """What is proposed is enough with the other assignment as it is, half of it is not."""
    two = scene(assignment("a", 0.0, erp_total_dbw=26.0), assignment("b", 8.0))
    both = received(two, tmp_path / "both", "a")
    north, south = POINTS
    limits = [
        replace(north, reference_dbuvm=both["north"] - 2.0),
        replace(south, reference_dbuvm=both["south"] + 3.0),
    ]
    limited = replace(two, allotments=limits)
    row = judged(limited, tmp_path / "asked", station_id="a", changes="erp")["a"]
    told = finding(row, "allotment", "allotment_field_exceeded")
    (change,) = [one for one in told["changes"] if one["kind"] == "erp"]
    assert change["passes"]
    assert change["re_checked"]
    decibels = lost(change)
    assert decibels[0] > 2.0, "the other assignment keeps radiating"
    first, other = limited.stations
    for share, state in ((1.0, "kept"), (0.5, "exceeded")):
        lower = with_less(first, [share * each for each in decibels])
        folder = tmp_path / f"then{share}"
        after = judged(replace(limited, stations=[lower, other]), folder)["a"]
        assert states(after)[-1] == f"field_{state}"
