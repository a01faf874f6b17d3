"""Applications judged against the plan: what they change, both ways, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gis.errors import FormatError, GisError, NotFoundError
from gis.home import Home
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.studies.context import StudyContext
from gis.studies.point import explain_path
from gis.studies.record import Study, canonical
from gis.studies.rerun import rerun
from gis.studies.runner import run
from gis.studies.snapshots import record_from_json

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
ON = "2026-11-23"
KM_EAST = 1 / 109.46  # degrees of longitude a km along the parallel of 10.6 N
NEW: dict[str, Any] = {
    "programme": "Chương trình mới",
    "frequency_mhz": 100.1,
    "longitude": 106.4 + 20 * KM_EAST,
    "latitude": 10.6,
    "erp_total_w": 100,
    "height_above_ground_m": 60,
    "ground_height_m": 2,
}


@pytest.fixture
def plan(make_station: Make) -> list[BroadcastStation]:
    """Two stations of 100 W, 40 km apart, on channels too far apart to disturb each other."""
    return [
        make_station("a", erp_total_dbw=20.0),
        make_station("b", erp_total_dbw=20.0, longitude=106.4 + 40 * KM_EAST, frequency_mhz=100.5),
    ]


def judged(context: StudyContext, **application: object) -> Study:
    asked = {"on": ON, "changes": "none", "application": {**NEW, **application}}
    return run("compliance", asked, context)


def changes(study: Study) -> dict[str, dict[str, Any]]:
    return {row["station_id"]: row for row in study.results["new_interference"]["stations"]}


def findings(study: Study, check: str) -> list[dict[str, Any]]:
    (row,) = study.results["stations"]
    return [finding for finding in row["findings"] if finding["check"] == check]


def test_an_application_is_judged_and_not_registered(study_context: Context, plan) -> None:
    context = study_context(stations=plan)
    version = context.register.version()
    study = judged(context)
    assert context.register.version() == version
    assert study.inputs["application"] == {"station_id": "application", "replaced": None}
    (row,) = study.results["stations"]
    assert row["station_id"] == "application"
    station = next(one for one in study.inputs["stations"] if one["id"] == "application")
    assert station["provenance"]["source"] == "application"
    assert station["erp_total_dbw"] == pytest.approx(20.0)
    assert {check["check"] for check in row["checks"]} >= {"plan_identity", "service_area"}
    # it stands on its own mast among the carriers of check 8 and the antennas of check 13
    assert [one["id"] for one in study.inputs["checks"]["sites"]["stations"]] == [
        "a", "application", "b",
    ]  # fmt: skip
    assert rerun(study, context).identical


def test_both_directions_azimuth_by_azimuth(study_context: Context, plan) -> None:
    """The fields of a row are those of the paths to its point; margins are their difference."""
    context = study_context(stations=plan)
    study = judged(context)
    new = record_from_json(
        BroadcastStation,
        next(one for one in study.inputs["stations"] if one["id"] == "application"),
    )
    row = changes(study)["a"]
    assert row["spacing_khz"] == 100.0
    assert row["distance_km"] == pytest.approx(20.0, abs=0.02)
    assert [one["azimuth_deg"] for one in row["directions"]] == [10.0 * k for k in range(36)]
    east = row["directions"][9]
    for side, wanted, unwanted in (("caused", plan[0], new), ("received", new, plan[0])):
        found = east[side]
        where = found["longitude"], found["latitude"]
        own = explain_path(wanted, *where, context)["predictions"][0]
        steady, rare = explain_path(unwanted, *where, context)["predictions"][:2]
        nuisance = max(steady["field_strength_dbuvm"] + 33.0, rare["field_strength_dbuvm"] + 25.0)
        assert found["wanted_dbuvm"] == pytest.approx(own["field_strength_dbuvm"], abs=0.2)
        assert found["nuisance_dbuvm"] == pytest.approx(nuisance, abs=0.2)
        assert found["margin_db"] == pytest.approx(
            found["wanted_dbuvm"] - found["nuisance_dbuvm"], abs=0.011
        )
    # towards the application a is disturbed most; it is disturbed most from the west, where a is
    margins = [one["caused"]["margin_db"] for one in row["directions"]]
    assert margins.index(min(margins)) == 9
    mine = [one["received"]["margin_db"] for one in row["directions"]]
    assert mine.index(min(mine)) == 27
    assert row["received_margin_db"] == min(mine)
    assert row["own_margin_db"] == pytest.approx(min(margins), abs=0.011)


def test_alone_beside_a_the_usable_field_rises_from_nothing(study_context: Context, plan) -> None:
    """Only the application disturbs a: its nuisance field is the usable field after, by hand."""
    study = judged(study_context(stations=plan))
    row = changes(study)["a"]
    worst = max(one["caused"]["nuisance_dbuvm"] for one in row["directions"])
    assert row["usable_before_dbuvm"] is None
    assert row["usable_after_dbuvm"] == pytest.approx(worst, abs=0.011)
    assert row["rise_db"] == pytest.approx(worst - 54.0, abs=0.011)
    assert row["protection_margin_before_db"] is None
    assert row["protection_margin_after_db"] == row["own_margin_db"]
    area = row["area"]
    assert area["interfered_before_km2"] == 0.0
    assert area["newly_interfered_km2"] == area["interfered_after_km2"] > 0
    assert area["newly_interfered_percent"] == pytest.approx(
        100 * area["newly_interfered_km2"] / area["covered_km2"], abs=0.001
    )
    caused = next(one for one in findings(study, "service_area") if one["counterpart"] == "a")
    assert caused["values"]["lost_km2"] == pytest.approx(area["newly_interfered_km2"], abs=0.06)
    # b, 400 kHz off, has a ratio of -20 dB: touched, and much less
    assert list(changes(study)) == ["a", "b"]
    assert changes(study)["b"]["rise_db"] < row["rise_db"]


def test_a_station_that_replaces_itself_changes_nothing(study_context: Context, plan) -> None:
    near = plan[0].longitude + 15 * KM_EAST
    third = BroadcastStation(
        **{
            **{name: getattr(plan[1], name) for name in plan[1].__dataclass_fields__},
            "id": "c", "name": "Đài c", "longitude": near, "frequency_mhz": 100.1,
        }
    )  # fmt: skip
    context = study_context(stations=[plan[0], third])
    asked = {"on": ON, "changes": "none"}
    study = run("compliance", {**asked, "application": {"replaces": "a"}}, context)
    assert {one["id"] for one in study.inputs["stations"]} == {"application", "c"}
    assert study.results["new_interference"]["replaces"] == "a"
    row = changes(study)["c"]
    assert row["rise_db"] == 0.0
    assert row["protection_margin_before_db"] == row["protection_margin_after_db"] < 0
    assert row["area"]["newly_interfered_km2"] == 0.0
    assert row["area"]["no_longer_interfered_km2"] == 0.0
    assert row["area"]["interfered_before_km2"] > 0
    # 3 dB less takes 3 dB off what it does
    less = run(
        "compliance",
        {**asked, "application": {"replaces": "a", "erp_total_dbw": 17.0}},
        context,
    )
    lower = changes(less)["c"]
    assert lower["rise_db"] == pytest.approx(-3.0, abs=0.011)
    assert lower["protection_margin_after_db"] == pytest.approx(
        lower["protection_margin_before_db"] + 3.0, abs=0.011
    )
    assert lower["area"]["no_longer_interfered_km2"] > 0
    # the checks say of the record in its place what they say of the record itself
    registered = run("compliance", {**asked, "station_id": "a"}, context)
    for check in ("protection_ratios", "usable_field", "service_area", "contour_overlap"):
        same = [
            (one["outcome"], one["reason"], one["margin_db"], one["counterpart"])
            for one in findings(study, check)
        ]
        assert same == [
            (one["outcome"], one["reason"], one["margin_db"], one["counterpart"])
            for one in findings(registered, check)
        ]
    assert json.dumps(changes(registered)["c"]["directions"]) == json.dumps(row["directions"])


def test_what_one_causes_the_other_receives(study_context: Context, plan) -> None:
    """Registered stations have the table too: that of b is that of a, the other way round."""
    near = study_context(stations=[plan[0]], terrain=None)
    with near.register.write(author="test", reason="scene") as writer:
        writer.add_stations(
            [
                BroadcastStation(
                    **{
                        **{n: getattr(plan[1], n) for n in plan[1].__dataclass_fields__},
                        "frequency_mhz": 100.1,
                    }
                )
            ]
        )
    asked = {"on": ON, "changes": "none"}
    one, other = (run("compliance", {**asked, "station_id": name}, near) for name in ("a", "b"))
    caused = [row["caused"] for row in changes(one)["b"]["directions"]]
    received = [row["received"] for row in changes(other)["a"]["directions"]]
    assert caused == received
    assert "new_interference" not in run("compliance", {"on": ON}, near).results


def test_the_same_bytes_with_one_worker_or_two(study_context: Context, plan, tmp_path) -> None:
    context = study_context(stations=plan)
    homes = [Home(tmp_path / name) for name in ("one", "two")]
    studies = [
        judged(replace(context, home=home, workers=count))
        for count, home in enumerate(homes, start=1)
    ]
    assert canonical(studies[0].results) == canonical(studies[1].results)


def test_what_a_record_knew_of_the_old_place_goes(
    study_context: Context, make_station: Make, make_plan_entry
) -> None:
    old = make_station(
        erp_total_dbw=20.0, erp_horizontal_dbw=20.0, commune_name="Xã cũ", channel="K1",
        plan_entry_id="q-a", licence_number="1/GP", effective_height_max_m=70.0,
    )  # fmt: skip
    context = study_context(stations=[old], entries=[make_plan_entry()])

    def asked(**change: object) -> dict[str, Any]:
        wanted = {"on": ON, "changes": "none", "application": {"replaces": "a", **change}}
        study = run("compliance", wanted, context)
        return next(one for one in study.inputs["stations"] if one["id"] == "application")

    moved = asked(longitude=106.5)
    assert (moved["commune_name"], moved["ground_height_m"]) == (None, None)
    assert (moved["channel"], moved["plan_entry_id"]) == ("K1", "q-a")
    assert (moved["licence_number"], moved["effective_height_max_m"]) == (None, None)
    retuned = asked(frequency_mhz=101.0)
    assert (retuned["channel"], retuned["plan_entry_id"]) == (None, None)
    assert (retuned["commune_name"], retuned["ground_height_m"]) == ("Xã cũ", 2.0)
    assert asked(erp_total_dbw=21.0)["erp_horizontal_dbw"] is None
    assert asked(erp_total_dbw=20.0)["erp_horizontal_dbw"] == 20.0
    assert context.register.station("a", SYSTEM).licence_number == "1/GP"


@pytest.mark.parametrize(
    ("change", "key", "name"),
    [
        ({"frequency_mhz": None}, "applications.lacks", "frequency_mhz"),
        ({"erp_total_w": None}, "applications.lacks", "erp_total_w"),
        ({"erp_total_dbw": 20}, "applications.power_twice", "erp_total_dbw"),
        ({"erp_total_w": 0}, "studies.wrong_number", "erp_total_w"),
        ({"latitude": float("nan")}, "studies.wrong_number", "latitude"),
        ({"height_above_ground_m": "60 m"}, "studies.wrong_number", "height_above_ground_m"),
        ({"attenuation_db": [0.0] * 35}, "studies.wrong_numbers", "attenuation_db"),
        ({"attenuation_db": [0.0] * 35 + [-1]}, "studies.wrong_numbers", "attenuation_db"),
        ({"attenuation_db": "none"}, "studies.wrong_numbers", "attenuation_db"),
        ({"station_class": "regional"}, "studies.wrong_choice", "station_class"),
        ({"service": "television", "mode": "fast"}, "applications.mode", "mode"),
        ({"emission": "nonsense"}, "applications.emission", "emission"),
        ({"mode": "256qam-2/3"}, "applications.mode_unused", "mode"),
        ({"province_code": "999"}, "studies.wrong_choice", "province_code"),
        ({"programme": " "}, "studies.wrong_text", "programme"),
        ({"name": "x" * 201}, "applications.too_long", "name"),
        ({"power": 3}, "studies.unknown_input", "power"),
    ],
)
def test_what_is_wrong_is_named(
    study_context: Context, change: dict[str, Any], key: str, name: str
) -> None:
    with pytest.raises(FormatError) as refused:
        judged(study_context(), **change)
    assert refused.value.key == key
    assert refused.value.values["name"] == name
    assert name in refused.value.say("vi")


def test_a_station_to_be_replaced_has_to_be_there(study_context: Context) -> None:
    with pytest.raises(NotFoundError):
        judged(study_context(), replaces="nowhere")


@pytest.mark.parametrize("beside", [{"station_id": "a"}, {"service": "fm"}])
def test_an_application_is_asked_for_alone(study_context: Context, beside: dict[str, str]) -> None:
    with pytest.raises(GisError, match="alone"):
        run("compliance", {"on": ON, "application": NEW, **beside}, study_context())
    with pytest.raises(GisError, match="by name"):
        run("compliance", {"on": ON, "application": "a"}, study_context())
