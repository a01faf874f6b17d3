"""What to change about planted faults: applied, the finding is gone; with less it is not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.text import Language
from gis.errors import CancelledError
from gis.register.records import BroadcastStation, ProtectedPointKind
from gis.studies.changes import change_said
from gis.studies.findings import finding_from_json
from propagation.compliance.objections import Subject, objects, subject_of
from propagation.compliance.records import Finding, Outcome
from propagation.compliance.remedies import Radiated, reduced
from tests.gis.planted_scenes import (
    EAST_DEG,
    NORTH_DEG,
    Scene,
    away,
    free_space_dbuvm,
    judged,
    point,
    station,
)
from tests.gis.test_planted_sites import east_of_the_border

Json = dict[str, Any]
Judge = Callable[..., Json]
LISTED, BY_RATIO = "fm.contour_overlap", "fm.contour_overlap.ratio"


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Return the row of the first station of a scene, judged alone."""
    runs = iter(range(1000))

    def run(
        stations: Sequence[BroadcastStation], points: Sequence[Any] = (), **asked: Any
    ) -> Json:
        one = stations[0].id
        scene = Scene(stations=stations, points=points)
        return judged(scene, tmp_path / str(next(runs)), station_id=one, **asked)[one]

    return run


def found_in(row: Json) -> list[Finding]:
    return [finding_from_json(one) for one in row["findings"]]


def objecting(row: Json) -> set[Subject]:
    return {subject_of(one) for one in found_in(row) if objects(one)}


def proposals(row: Json, subject: Subject) -> dict[str, Json]:
    """Return the changes of the finding about a subject that objects, by their kind.

    Every finding of the row that objects has a change or says who could help, in words.
    """
    told = {}
    for written in row["findings"]:
        one = finding_from_json(written)
        if not objects(one):
            assert "changes" not in written
            continue
        assert written["changes"], one.reason
        for change in written["changes"]:
            for language in Language:
                said = " ".join(change_said(change, language))
                assert said
                assert "{" not in said
        if subject_of(one) == subject:
            told = {change["kind"]: change for change in written["changes"]}
    assert told, (subject, objecting(row))
    return told


def lost(change: Json) -> list[float]:
    """Return the reduction of each of the 36 azimuths."""
    found = [0.0] * 36
    for sector in change["values"]["sectors"]:
        last = sector["to_deg"] + (360 if sector["to_deg"] < sector["from_deg"] else 0)
        for azimuth in range(sector["from_deg"], last + 10, 10):
            found[azimuth % 360 // 10] = sector["reduction_db"]
    return found


def with_less(one: BroadcastStation, decibels: Sequence[float]) -> BroadcastStation:
    less = reduced(
        Radiated(erp_total_dbw=one.erp_total_dbw, attenuation_db=one.attenuation_db), decibels
    )
    return replace(one, erp_total_dbw=less.erp_total_dbw, attenuation_db=less.attenuation_db)


def power_is_proven(
    judge: Judge,
    stations: Sequence[BroadcastStation],
    subject: Subject,
    change: Json,
    **parts: Any,
) -> None:
    """Apply a reduction: the finding is gone; with half of the decibels, it is there."""
    one, *rest = stations
    assert change["passes"]
    assert change["re_checked"]
    for share, gone in ((1.0, True), (0.5, False)):
        applied = with_less(one, [share * each for each in lost(change)])
        after = judge([applied, *rest], **parts, changes="none")
        assert (subject not in objecting(after)) is gone, share


def height_is_proven(
    judge: Judge,
    stations: Sequence[BroadcastStation],
    subject: Subject,
    change: Json,
    **parts: Any,
) -> None:
    """Lower the antenna: the finding is gone; one step higher, it is there."""
    one, *rest = stations
    assert change["passes"]
    at_m, step_m = (change["values"][name] for name in ("height_above_ground_m", "height_step_m"))
    for height_m, gone in ((at_m, True), (at_m + step_m, False)):
        applied = replace(one, height_above_ground_m=height_m)
        after = judge([applied, *rest], **parts, changes="none")
        assert (subject not in objecting(after)) is gone, height_m


# --- the border ---


def test_less_power_towards_the_border(judge: Judge) -> None:
    """3 dB over 7 dB(uV/m) half of the time, 20 km from it: less power westwards alone."""
    subject = ("border", "steady", None)
    quiet = station("a", height_above_ground_m=60.0, **east_of_the_border(20.0))
    (as_is,) = [
        one for one in found_in(judge([quiet], changes="none")) if subject_of(one) == subject
    ]
    assert as_is.margin_db is not None
    loud = [replace(quiet, erp_total_dbw=as_is.margin_db + 3.0)]
    told = proposals(judge(loud), subject)
    assert set(told) == {"erp", "height"}
    power_is_proven(judge, loud, subject, told["erp"])
    assert max(lost(told["erp"])) >= 3.0
    assert max(lost(told["erp"])[2:17]) == 0.0
    height_is_proven(judge, loud, subject, told["height"])


# --- contours ---


def test_a_contour_drawn_back_out_of_another(judge: Judge) -> None:
    """3 dB more than touches: less power towards the other service, a lower antenna, a channel."""
    subject = ("contour_overlap", f"caused {LISTED}", "w")
    wanted = station("w", 95.0, erp_total_dbw=20.0)
    place = away(wanted.longitude, wanted.latitude, 90.0, 30.0)
    quiet = station("u", 95.2, **place, erp_total_dbw=8.0, height_above_ground_m=60.0)
    (as_is,) = [
        one
        for one in found_in(judge([quiet, wanted], changes="none"))
        if subject_of(one) == subject
    ]
    assert as_is.margin_db is not None
    loud = replace(quiet, erp_total_dbw=8.0 + as_is.margin_db + 3.0)
    row = judge([loud, wanted])
    told = proposals(row, subject)
    assert set(told) == {"erp", "height", "channel"}
    power_is_proven(judge, [loud, wanted], subject, told["erp"])
    assert max(lost(told["erp"])[:18]) == 0.0, "only towards the west"
    height_is_proven(judge, [loud, wanted], subject, told["height"])
    channel = told["channel"]
    assert channel["passes"]
    assert channel["values"]["frequency_mhz"] == 95.4, "400 kHz from it, where nothing overlaps"
    assert channel["values"]["tried"] == 4, "95.1, 95.3 and 95.0 were nearer"
    for at, passes in ((95.1, False), (95.3, False), (95.0, False), (95.4, True)):
        after = judge([replace(loud, frequency_mhz=at), wanted], changes="none")
        unknown = {
            subject_of(one) for one in found_in(after) if one.outcome is Outcome.NOT_ASSESSABLE
        }
        new = objecting(after) - objecting(row)
        assert (subject not in objecting(after) | unknown and not new) is passes, at


# --- aviation ---


def test_a_carrier_that_an_ils_stands(judge: Judge) -> None:
    """200 kHz below an ILS, 3.05 dB over its limit: 3.1 dB less northwards, or 300 kHz below."""
    subject = ("aeronautical", "a2", None)
    erp_dbw = 82.0 - free_space_dbuvm(0.0, 10.0) + 3.05
    loud = [station("a", 107.9, erp_total_dbw=erp_dbw)]
    where = away(EAST_DEG, NORTH_DEG, 0.0, 10.0)
    ils = point(ProtectedPointKind.ILS_LOCALIZER, frequency_mhz=108.1, height_m=22.0, **where)
    told = proposals(judge(loud, [ils]), subject)
    assert set(told) == {"erp", "channel"}
    assert told["erp"]["values"]["sectors"] == [{"from_deg": 0, "to_deg": 0, "reduction_db": 3.1}]
    power_is_proven(judge, loud, subject, told["erp"], points=[ils])
    channel = told["channel"]
    assert (channel["passes"], channel["values"]["tried"]) == (True, 1)
    assert channel["values"]["frequency_mhz"] == 107.8
    tuned = [replace(loud[0], frequency_mhz=107.8)]
    assert subject not in objecting(judge(tuned, [ils], changes="none"))


def test_a_product_of_two_in_an_aircraft_hangs_on_the_other_station_too(judge: Judge) -> None:
    """The other carrier stays in the scene while power is looked for: some must go, not none."""
    subject = ("aeronautical", "b1", None)
    there = away(EAST_DEG, NORTH_DEG, 0.0, 10.0)
    loud = [
        station("a", 107.8, erp_total_dbw=40.0),
        station(
            "b",
            107.1,
            erp_total_dbw=40.0,
            **away(there["longitude"], there["latitude"], 90.0, 10.0),
        ),
    ]
    vor = point(ProtectedPointKind.VOR, frequency_mhz=108.5, height_m=22.0, **there)
    told = proposals(judge(loud, [vor]), subject)
    power_is_proven(judge, loud, subject, told["erp"], points=[vor])
    assert max(lost(told["erp"])) > 1.0


# --- intermodulation ---


def test_the_nearest_channel_without_a_product_on_anybody(judge: Judge) -> None:
    """2A - B moves twice as far as A does; 428 kHz are needed, so 99.7 or 100.3 MHz.

    With 99.7 it falls on a third station at 101.4 MHz: a new hit, so it is 100.3.
    """
    subject = ("intermodulation", "hit", "v")
    others = [
        station("b", 98.0),
        station("v", 102.0, emission="256KF8EHF", **away(EAST_DEG, NORTH_DEG, 0.0, 10.0)),
        station("w", 101.4, emission="256KF8EHF", **away(EAST_DEG, NORTH_DEG, 180.0, 10.0)),
    ]
    one = station("a", 100.0)
    told = proposals(judge([one, *others]), subject)
    assert set(told) == {"channel"}
    channel = told["channel"]
    assert channel["passes"]
    assert channel["values"]["frequency_mhz"] == 100.3
    assert channel["values"]["tried"] == 6
    hit = {
        at: {
            subject[2]
            for subject in objecting(
                judge([replace(one, frequency_mhz=at), *others], changes="none")
            )
            if subject[0] == "intermodulation"
        }
        for at in (99.9, 100.1, 99.8, 100.2, 99.7, 100.3)
    }
    assert hit == {
        99.9: {"v", "w"}, 100.1: {"v"}, 99.8: {"v", "w"}, 100.2: {"v"}, 99.7: {"w"}, 100.3: set()
    }  # fmt: skip


# --- who listens ---


def test_a_search_says_how_far_it_is_and_hears_a_cancel(tmp_path: Path) -> None:
    scene = Scene(
        stations=[
            station("a", 100.0),
            station("b", 98.0),
            station("v", 102.0, emission="256KF8EHF", **away(EAST_DEG, NORTH_DEG, 0.0, 10.0)),
        ]
    )
    told: list[tuple[float, str]] = []

    def listen(done: float, key: str, values: object) -> None:
        del values
        told.append((done, key))

    judged(scene, tmp_path / "whole", station_id="a", listening={"progress": listen})
    searched = [done for done, key in told if key == "studies.progress_changes"]
    assert len(set(searched)) >= 5, "one step for each channel tried"
    assert searched == sorted(searched)
    assert 0.3 < searched[0] < 0.5
    assert max(done for done, _ in told) <= 1.0

    told.clear()
    with pytest.raises(CancelledError):
        judged(
            scene,
            tmp_path / "stopped",
            station_id="a",
            listening={
                "progress": listen,
                "cancelled": lambda: sum("changes" in key for _, key in told) >= 2,
            },
        )
    assert sum("changes" in key for _, key in told) == 2, "no candidate more was begun"
