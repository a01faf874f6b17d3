"""Compliance studies of television and of wireless public address."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from data.text import Language
from gis.register.records import BroadcastStation, Service
from gis.studies.context import StudyContext
from gis.studies.findings import said
from gis.studies.point import explain_path
from gis.studies.record import canonical
from gis.studies.runner import run

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
REQUEST = {"on": "2026-10-01"}
MODE = "256qam-2/3-rice-32k-1/16"
KM = 1 / 109.46  # degrees a km along the parallel of 10.6 N


@pytest.fixture
def television(make_station: Make) -> Make:
    def make(station_id: str = "tv", **changes: object) -> BroadcastStation:
        given: dict[str, object] = {
            "service": Service.TELEVISION,
            "frequency_mhz": 506.0,
            "programme": f"MUX {station_id}",
            "mode": MODE,
            "erp_total_dbw": 33.0,
            **changes,
        }
        return make_station(station_id, **given)

    return make


def row_of(context: StudyContext, station_id: str = "tv") -> dict[str, Any]:
    study = run("compliance", {**REQUEST, "station_id": station_id, "changes": "none"}, context)
    (row,) = study.results["stations"]
    return row


def findings_of(row: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [finding for finding in row["findings"] if finding["check"] == check]


def test_a_television_station_among_others(study_context: Context, television: Make) -> None:
    """Margin at the worst point = wanted - (unwanted at 1 % of time + 20.0 + 12.79 dB)."""
    own, other = television(), television("b", longitude=106.4 + 60 * KM)
    context = study_context(stations=[own, other])
    row = row_of(context)
    received = next(
        one
        for one in findings_of(row, "protection_ratios")
        if one["reason"].startswith("television.reason.protection_received")
    )
    assert received["outcome"] == "needs_verification"
    assert received["rule"]["id"] == "tv.protection_ratio"
    where = received["measure"]["longitude"], received["measure"]["latitude"]
    wanted = explain_path(own, *where, context)["predictions"][0]["field_strength_dbuvm"]
    rare = explain_path(other, *where, context)["predictions"][1]["field_strength_dbuvm"]
    assert received["margin_db"] == pytest.approx(wanted - rare - 20.0 - 12.79, abs=0.25)
    # the edge is where a roof antenna still has its minimum median field, 51.98 dB(uV/m)
    assert wanted >= 51.9
    assert not findings_of(row, "boundary_protection")
    rules = {finding["rule"]["id"] for finding in row["findings"]}
    assert not [rule for rule in rules if rule.startswith("fm.")]
    checks = {one["check"]: one for one in row["checks"]}
    assert checks["boundary_protection"]["why"] == "compliance.no_finding.silent"
    assert checks["allotment"]["outcome"] == "not_assessable"


def test_adjacent_channels_and_a_station_without_mode(
    study_context: Context, television: Make
) -> None:
    near = television("b", longitude=106.4 + 10 * KM, frequency_mhz=514.0, mode=None)
    fm = television("fm", service=Service.FM, frequency_mhz=100.0, mode=None)
    row = row_of(study_context(stations=[television(), near, fm]))
    found = {one["reason"]: one for one in findings_of(row, "protection_ratios")}
    assert set(found) == {
        "television.reason.protection_received_broken",
        "television.reason.protection_caused_no_mode",
    }
    rules = {one["rule"]["id"] for one in found.values()}
    assert rules == {"tv.protection_ratio.adjacent"}


@pytest.mark.parametrize(
    ("frequency_mhz", "limit_dbuvm"), [(506.0, 21), (610.0, 23)], ids=["21-dB", "23-dB"]
)
def test_television_at_the_border(
    study_context: Context, television: Make, frequency_mhz: float, limit_dbuvm: float
) -> None:
    row = row_of(study_context(stations=[television(frequency_mhz=frequency_mhz)]))
    (found,) = findings_of(row, "border")
    assert found["rule"]["id"] == "tv.border.field"
    assert found["values"]["limit_dbuvm"] == limit_dbuvm
    assert found["outcome"] == "needs_verification"
    assert found["reason"] == "border.reason.television_field_exceeded"


def test_television_at_the_border_without_power(study_context: Context, television: Make) -> None:
    (unknown,) = findings_of(
        row_of(study_context(stations=[television(erp_total_dbw=None)])), "border"
    )
    assert unknown["reason"] == "border.reason.television_field_unknown"
    assert unknown["outcome"] == "not_assessable"


def test_checks_without_a_rule_for_television_say_so(
    study_context: Context, television: Make
) -> None:
    row = row_of(study_context(stations=[television()]))
    checks = {one["check"]: one for one in row["checks"]}
    for check in ("contour_overlap", "usable_field", "service_area"):
        (found,) = findings_of(row, check)
        assert found["reason"] == f"television.reason.{check}_unruled"
        assert found["missing"] == ["television.missing.reception_rule"]
        assert found["outcome"] == checks[check]["outcome"] == "not_assessable"
        assert found["rule"]["advisory"], "it decides nothing"
        for language in Language:
            assert "506" in said(found["reason"], found["values"], language)
            assert said(found["missing"][0], {}, language) != found["missing"][0]


def network_of(context: StudyContext) -> dict[str, Any]:
    return findings_of(row_of(context), "allotment")[-1]


def test_a_network_within_the_guard_interval(study_context: Context, television: Make) -> None:
    own = television(programme="MUX")
    near = television("near", programme="mux", longitude=106.4 + 20 * KM)
    context = study_context(stations=[own, near])
    (alone,) = findings_of(row_of(context), "protection_ratios")
    assert alone["reason"] == "compliance.reason.protection_nobody"
    network = network_of(context)
    assert network["reason"] == "television.reason.network_all_useful"
    assert network["values"]["transmitters"] == 2
    assert network["rule"]["advisory"]


def test_a_network_with_an_echo_beyond_it(study_context: Context, television: Make) -> None:
    """100 km apart: towards the far one's back the echo is 334 us late, beyond 266 us."""
    own = television(programme="MUX")
    far = television(
        "far", programme="MUX", longitude=106.4 + 100 * KM, erp_total_dbw=50.0,
        height_above_ground_m=200.0,
    )  # fmt: skip
    context = study_context(stations=[own, far])
    network = network_of(context)
    assert network["reason"] == "television.reason.network_disturbed"
    assert network["outcome"] == "needs_verification"
    where = network["measure"]["longitude"], network["measure"]["latitude"]
    wanted = explain_path(own, *where, context)["predictions"][0]["field_strength_dbuvm"]
    rare = explain_path(far, *where, context)["predictions"][1]["field_strength_dbuvm"]
    # west of its own transmitter the echo is useless as a whole: C/I is the difference
    assert where[0] < own.longitude
    # 1.6449 x 5.5 x sqrt(2) = 12.79 dB for locations, and noise as in the minimum median field
    needed = 10 * math.log10(10**5.198 + 10 ** ((rare + 20.0 + 12.79) / 10))
    assert network["margin_db"] == pytest.approx(wanted - needed, abs=0.3)


def test_a_network_of_which_one_transmitter_is_not_known(
    study_context: Context, television: Make
) -> None:
    own = television(programme="MUX")
    dumb = television("dumb", programme="MUX", longitude=106.4 + 20 * KM, erp_total_dbw=None)
    network = network_of(study_context(stations=[own, dumb]))
    assert network["reason"] == "television.reason.network_no_point"
    assert network["outcome"] == "not_assessable"


def test_plan_lines_are_those_of_the_service(
    study_context: Context, television: Make, make_plan_entry: Callable[..., Any]
) -> None:
    entries = [
        make_plan_entry(service=Service.TELEVISION, frequency_mhz=506.0, programme="MUX tv"),
        make_plan_entry("q-b", frequency_mhz=506.0),
    ]
    context = study_context(stations=[television(plan_entry_id="q-b")], entries=entries)
    row = row_of(context)
    assert row["plan_entry_id"] == "q-a"
    reasons = [one["reason"] for one in findings_of(row, "plan_identity")]
    assert "compliance.reason.channel_kept" in reasons
    assert "compliance.reason.frequency_same" in reasons
    assert "compliance.reason.site_no_tolerance" in reasons


def test_wireless_public_address(study_context: Context, make_station: Make) -> None:
    stations = [
        make_station(one, service=Service.WIRELESS_PUBLIC_ADDRESS, frequency_mhz=58.0,
                     erp_total_dbw=13.0, longitude=106.4 + n * KM)
        for n, one in enumerate(("pa", "pb"))
    ]  # fmt: skip
    context = study_context(stations=stations)
    row = row_of(context, "pa")
    (protection,) = findings_of(row, "protection_ratios")
    assert protection["reason"] == "public_address.reason.protection_unknown"
    assert protection["outcome"] == "not_assessable"
    assert protection["missing"] == ["public_address.missing.protection_ratio"]
    raster = next(
        one for one in findings_of(row, "plan_identity")
        if one["reason"] == "public_address.reason.raster_unknown"
    )  # fmt: skip
    assert raster["outcome"] == "not_assessable"
    for check in ("contour_overlap", "usable_field", "service_area", "border"):
        (found,) = findings_of(row, check)
        assert found["reason"] == f"public_address.reason.{check}_unruled"
        assert found["outcome"] == "not_assessable"
        for language in Language:
            assert "58" in said(found["reason"], found["values"], language)
    assert row["outcome"] == "not_assessable"
    assert not [one for one in row["findings"] if one["rule"]["id"].startswith("fm.")]


def test_the_same_bytes_twice(study_context: Context, television: Make) -> None:
    context = study_context(stations=[television(), television("b", longitude=106.5)])
    request = {**REQUEST, "service": "television"}
    first, again = (run("compliance", request, context).results for _ in range(2))
    assert canonical(first) == canonical(again)
