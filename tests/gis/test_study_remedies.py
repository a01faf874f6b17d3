"""What to change: each proposal is applied, the study run again, and the finding is gone.

With half of the decibels, one step less of height or any nearer channel it is not.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gis.home import Home
from gis.register.records import BroadcastStation, StationClass
from gis.studies.context import StudyContext
from gis.studies.findings import finding_from_json
from gis.studies.record import canonical
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.compliance.objections import Subject, objects, subject_of
from propagation.compliance.records import Finding
from propagation.compliance.remedies import Radiated, reduced
from tests.prepared import empty_register

Make = Callable[..., BroadcastStation]
Json = dict[str, Any]
KM_PER_DEGREE = 109.46  # along the parallel of 10.6 N


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., Json]:
    """Run the study of station `a` over flat terrain, in a register of its own each time."""
    runs = iter(range(1000))

    def judged(stations: Sequence[BroadcastStation], workers: int = 1, **given: Any) -> Json:
        home = Home(tmp_path / str(next(runs)))
        others = {name: given.pop(name, ()) for name in ("entries", "units", "boundaries")}
        with empty_register(home.register) as register:
            with register.write(author="test", reason="scene") as writer:
                writer.add_plan_entries(others["entries"])
                writer.add_stations(stations)
                writer.add_units(others["units"])
                writer.replace_boundaries(others["boundaries"])
            context = StudyContext(register, home, Ground(FlatTerrain()), workers=workers)
            given.setdefault("station_id", "a")
            study = run("compliance", {"on": "2025-08-01", **given}, context)
        return next(row for row in study.results["stations"] if row["station_id"] == "a")

    return judged


def findings_of(row: Json) -> list[Finding]:
    return [finding_from_json(one) for one in row["findings"]]


def objecting(findings: Sequence[Finding], subject: Subject) -> bool:
    return any(objects(one) and subject_of(one) == subject for one in findings)


def proposals(row: Json, subject: Subject) -> dict[str, Json]:
    """Return the changes of the finding about a subject that objects, by their kind."""
    (found,) = [
        one
        for one in row["findings"]
        if subject_of(finding_from_json(one)) == subject and objects(finding_from_json(one))
    ]
    return {change["kind"]: change for change in found["changes"]}


def reduction(change: Json, share: float = 1.0) -> list[float]:
    found = [0.0] * 36
    for sector in change["values"]["sectors"]:
        last = sector["to_deg"] + (360 if sector["to_deg"] < sector["from_deg"] else 0)
        for azimuth in range(sector["from_deg"], last + 10, 10):
            found[azimuth % 360 // 10] = share * sector["reduction_db"]
    return found


def with_reduction(station: BroadcastStation, decibels: Sequence[float]) -> BroadcastStation:
    less = reduced(
        Radiated(erp_total_dbw=station.erp_total_dbw, attenuation_db=station.attenuation_db),
        decibels,
    )
    return replace(station, erp_total_dbw=less.erp_total_dbw, attenuation_db=less.attenuation_db)


def proven(
    judge: Callable[..., Json],
    stations: Sequence[BroadcastStation],
    subject: Subject,
    change: Json,
    **given: Any,
) -> None:
    """Apply a reduction of power: the finding is gone; with half of it, it is there."""
    station, *rest = stations
    assert change["passes"]
    assert change["re_checked"]
    applied = replace(
        station,
        erp_total_dbw=change["values"]["erp_total_dbw"],
        attenuation_db=tuple(change["values"]["attenuation_db"]),
    )
    by_sectors = with_reduction(station, reduction(change))
    assert by_sectors.erp_total_dbw == pytest.approx(applied.erp_total_dbw)
    assert by_sectors.attenuation_db == pytest.approx(applied.attenuation_db)
    after = findings_of(judge([applied, *rest], **given, changes="none"))
    assert not objecting(after, subject)
    half = with_reduction(station, reduction(change, 0.5))
    assert objecting(findings_of(judge([half, *rest], **given, changes="none")), subject)
    same = [one for one in after if subject_of(one) == subject]
    outcomes = [None] if not same else [one.outcome.value for one in same]
    assert change["outcome"] in outcomes


def test_300_w_over_the_entry(judge, make_station: Make, make_plan_entry) -> None:
    """1300 W against 1000 W: 1.139 dB over, so 1.2 dB in every direction."""
    station = make_station(erp_total_dbw=31.139434, plan_entry_id="q-a")
    given = {"entries": [make_plan_entry()]}
    row = judge([station], **given)
    subject = ("erp_and_height", "erp", None)
    found = proposals(row, subject)
    assert set(found) == {"erp"}
    assert found["erp"]["values"]["sectors"] == [
        {"from_deg": 0, "to_deg": 350, "reduction_db": 1.2}
    ]
    assert found["erp"]["values"]["all_round"] is True
    assert found["erp"]["outcome"] == "complies"
    assert found["erp"]["margin_db"] == pytest.approx(0.0606, abs=1e-4)
    assert found["erp"]["side_effects"] == []
    proven(judge, [station], subject, found["erp"], **given)


def test_a_pattern_over_the_entry(judge, make_station: Make, make_plan_entry) -> None:
    """10 dB lower at 120 and 4 dB at 130 degrees: one sector, its worst azimuth decides."""
    pattern = (0.0,) * 12 + (10.0, 4.0) + (0.0,) * 22
    station = make_station(plan_entry_id="q-a", attenuation_db=(0.0,) * 36)
    given = {"entries": [make_plan_entry(attenuation_db=pattern)]}
    subject = ("erp_and_height", "pattern", None)
    found = proposals(judge([station], **given), subject)
    assert found["erp"]["values"]["sectors"] == [
        {"from_deg": 120, "to_deg": 130, "reduction_db": 10.0}
    ]
    assert found["erp"]["values"]["erp_total_dbw"] == 30.0
    proven(judge, [station], subject, found["erp"], **given)


def test_an_antenna_over_the_entry(judge, make_station: Make, make_plan_entry) -> None:
    """72 m where the entry allows 60: three steps of 5 m, twelve of 1 m, and not one less."""
    station = make_station(height_above_ground_m=72.0, plan_entry_id="q-a")
    given = {"entries": [make_plan_entry()]}
    subject = ("erp_and_height", "antenna", None)
    for step_m, height_m in ((5.0, 57.0), (1.0, 60.0)):
        row = judge([station], **given, height_step_m=step_m)
        change = proposals(row, subject)["height"]
        assert change["values"]["height_above_ground_m"] == height_m
        assert change["outcome"] == "complies"
        for metres, kept in ((height_m, True), (height_m + step_m, False)):
            lowered = replace(station, height_above_ground_m=metres)
            after = findings_of(judge([lowered], **given, changes="none"))
            assert objecting(after, subject) is not kept
    lowest = proposals(judge([station], **given, height_floor_m=70.0), subject)["height"]
    assert (lowest["passes"], lowest["re_checked"], lowest["outcome"]) == (False, False, None)


@pytest.fixture
def neighbours(make_station: Make) -> list[BroadcastStation]:
    """Two stations of 100 W on one channel, 180 km apart, and one 300 kHz below the second."""
    weak = {"erp_total_dbw": 20.0, "ground_height_m": 2.0}
    east = 106.4 + 180 / KM_PER_DEGREE
    return [
        make_station(**weak, height_above_ground_m=90.0),
        make_station("b", **weak, longitude=east),
        make_station("c", **weak, longitude=east, frequency_mhz=99.7),
    ]


@pytest.mark.parametrize("check", ["protection_ratios", "usable_field", "service_area"])
def test_the_power_that_disturbs_a_neighbour(judge, neighbours, check: str) -> None:
    """Less power towards the other station, 90 degrees, and nowhere else."""
    subject = (check, "caused", "b")
    change = proposals(judge(neighbours), subject)["erp"]
    proven(judge, neighbours, subject, change)
    lost = reduction(change)
    assert lost[9] == max(lost) > 0.5
    assert max(lost[14:], default=0.0) == max(lost[:5], default=0.0) == 0.0
    # all stations judged at once come to the same reduction, from shifted powers alone
    row = judge(neighbours, station_id=None, changes="erp")
    shifted = proposals(row, subject)["erp"]
    assert shifted["values"] == change["values"]
    assert (shifted["judged"], change["judged"]) == ("caused", "all")
    assert set(proposals(row, subject)) == {"erp"}


def test_the_height_that_disturbs_a_neighbour(judge, neighbours) -> None:
    """5 W are some tenths of a decibel too much from 90 m, and are not from a lower antenna."""
    station, *rest = neighbours
    subject = ("protection_ratios", "caused", "b")
    row = judge([replace(station, erp_total_dbw=7.2), *rest], height_step_m=5.0)
    change = proposals(row, subject)["height"]
    assert change["passes"]
    height_m = change["values"]["height_above_ground_m"]
    assert 10.0 <= height_m <= 85.0
    for metres, kept in ((height_m, True), (height_m + 5.0, False)):
        lowered = replace(station, erp_total_dbw=7.2, height_above_ground_m=metres)
        after = findings_of(judge([lowered, *rest], changes="none"))
        assert objecting(after, subject) is not kept


def test_the_channel_proposed_is_the_nearest_that_passes(judge, neighbours) -> None:
    """99.9 and 100.1 meet b, 99.8 meets c: 100.2 MHz is the first that nobody is hit by."""
    station, *rest = neighbours
    before = findings_of(judge(neighbours, changes="none"))
    row = judge(neighbours)
    for way in ("caused", "received"):
        subject = ("protection_ratios", way, "b")
        change = proposals(row, subject)["channel"]
        assert change["passes"]
        assert change["values"]["frequency_mhz"] == 100.2
        assert change["values"]["tried"] == 4
    hit = {"protection_ratios", "usable_field", "service_area"}
    old = {subject_of(one) for one in before if one.check in hit and objects(one)}
    for frequency_mhz, passes in ((99.9, False), (100.1, False), (99.8, False), (100.2, True)):
        tuned = replace(station, frequency_mhz=frequency_mhz)
        after = findings_of(judge([tuned, *rest], changes="none"))
        new = {subject_of(one) for one in after if one.check in hit and objects(one)}
        assert (not new - old and subject not in new) is passes, frequency_mhz


def test_a_carrier_off_the_plan_goes_back_to_it(
    judge, make_station: Make, make_plan_entry
) -> None:
    station = make_station(frequency_mhz=100.34, plan_entry_id="q-a")
    given = {"entries": [make_plan_entry()]}
    row = judge([station], **given)
    (plan,) = (proposals(row, ("plan_identity", "frequency", None))["channel"],)
    assert (plan["passes"], plan["values"]["frequency_mhz"]) == (True, 100.0)
    raster = proposals(row, ("plan_identity", "raster", None))["channel"]
    assert (raster["passes"], raster["values"]["frequency_mhz"]) == (True, 100.3)


def test_covering_beyond_the_province(judge, make_station: Make, make_unit, make_boundary) -> None:
    """A province that ends 10 km east: less power eastwards; or a lower antenna."""
    east = 106.4 + 10 / KM_PER_DEGREE
    station = make_station(
        station_class=StationClass.PROVINCIAL, province_code="80", erp_total_dbw=24.0
    )
    given = {
        "units": [make_unit("80", 106.4, 10.6, kind="tinh", name="Tỉnh X", parent_code=None)],
        "boundaries": [make_boundary("80", 105.4, 9.6, east, 11.6)],
    }
    subject = ("boundary_protection", "predicted", "80")
    found = proposals(judge([station], **given), subject)
    assert set(found) == {"erp", "height"}
    proven(judge, [station], subject, found["erp"], **given)
    lost = reduction(found["erp"])
    assert lost[9] == max(lost) > 1.0
    assert max(lost[18:]) == 0.0, "the province goes on for 100 km to the west"


def test_exposure_at_the_foot_of_a_low_mast(judge, make_station: Make) -> None:
    """5 kW at 20 m: 1.6 sqrt(29.98 x 5000 x 1.64) / 27.5 = 28.84 m, not 18: 4.096 dB, so 4.1."""
    station = make_station(erp_total_dbw=36.9897, height_above_ground_m=20.0)
    subject = ("exposure", "alone", None)
    change = proposals(judge([station]), subject)["erp"]
    assert change["values"]["sectors"] == [{"from_deg": 0, "to_deg": 350, "reduction_db": 4.1}]
    proven(judge, [station], subject, change)


def test_where_nothing_passes_the_best_is_told(judge, make_station: Make) -> None:
    """Two stations on one mast and channel: 40 dB less is tried, the lowest antenna, and said."""
    weak = {"erp_total_dbw": 20.0}
    stations = [make_station(**weak), make_station("b", **weak, programme="khác")]
    found = proposals(judge(stations), ("protection_ratios", "caused", "b"))
    assert found["erp"]["passes"] is False
    assert found["erp"]["values"]["sectors"][0]["reduction_db"] == 40.0
    assert found["erp"]["margin_db"] < 0
    assert found["height"]["passes"] is False
    assert found["height"]["values"]["height_above_ground_m"] == 10.0
    assert found["channel"]["passes"] is True


def test_same_bytes_whoever_works(judge, neighbours) -> None:
    once, again = judge(neighbours), judge(neighbours, workers=2)
    assert canonical(once) == canonical(again)
