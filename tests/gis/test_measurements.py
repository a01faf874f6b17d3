"""Whose measurements they are: by name, by a carrier that one station has, and since when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from gis.measurements import Taken, measurements_of
from gis.plan_rows import plan_rows
from gis.register import moments
from gis.register.records import (
    BroadcastStation,
    Measurement,
    MeasurementKind,
    Provenance,
    Service,
)
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.store import Register
from gis.studies.checks import meeting
from gis.studies.checks.scene import Asked
from propagation.compliance.records import Confidence

Make = Callable[..., BroadcastStation]
KNOWN = Provenance(confidence=Confidence.VERIFIED, source="BB 1")
ON = date(2026, 6, 1)


def measurement(name: str, **changes: object) -> Measurement:
    values: dict[str, object] = {
        "id": name,
        "frequency_mhz": 96.9,
        "longitude": 106.5,
        "latitude": 10.6,
        "measured_at": datetime(2024, 5, 6, 2, tzinfo=UTC),
        "field_strength_dbuvm": 60.0,
        "height_above_ground_m": 10.0,
        "kind": MeasurementKind.FIXED,
        "station_id": "dai",
        "provenance": KNOWN,
    }
    return Measurement(**{**values, **changes})  # type: ignore[arg-type]  # values by name


@pytest.fixture
def fill(register: Register) -> Callable[..., Register]:
    def make(stations: list[BroadcastStation], *measured: Measurement) -> Register:
        with register.write(author="lan", reason="r") as w:
            w.add_stations(stations)
            w.add_measurements(measured)
        return register

    return make


def told(taken: Taken) -> tuple[list[str], list[str], list[str]]:
    return [one.id for one in taken.measurements], list(taken.ambiguous), list(taken.outdated)


def test_by_name_and_by_a_carrier_that_one_station_has(fill, make_station: Make) -> None:
    first = make_station("dai", frequency_mhz=96.9)
    alone = make_station("mot", frequency_mhz=98.1)
    twin = make_station("hai", frequency_mhz=96.9, longitude=107.5)
    register = fill(
        [first, alone, twin],
        measurement("named"),
        measurement("bare", station_id=None),
        measurement("only", station_id=None, frequency_mhz=98.14),
        measurement("between", station_id=None, frequency_mhz=98.2),
    )
    assert told(measurements_of(register, first, SYSTEM, ON)) == (["named"], ["bare"], [])
    assert told(measurements_of(register, alone, SYSTEM, ON)) == (["only"], [], [])
    assert measurements_of(register, first, PUBLIC, ON) == Taken(())


def test_a_station_that_was_gone_by_then_shares_no_carrier(fill, make_station: Make) -> None:
    now = make_station("dai", valid_from=date(2024, 1, 1))
    gone = make_station("cu", valid_to=date(2023, 12, 31))
    new = make_station("moi", service=Service.TELEVISION, valid_from=date(2025, 1, 1))
    bare = measurement("bare", station_id=None, frequency_mhz=100.0)
    register = fill([now, gone, new], bare)
    assert told(measurements_of(register, now, SYSTEM, ON)) == (["bare"], [], [])
    late = replace(bare, id="late", measured_at=datetime(2025, 5, 6, tzinfo=UTC))
    with register.write(author="lan", reason="r") as w:
        w.add_measurements([late])
    assert told(measurements_of(register, now, SYSTEM, ON)) == (["bare"], ["late"], [])


def test_a_day_is_one_of_viet_nam(fill, make_station: Make) -> None:
    """23:30 UTC on the 5th is the 6th in Viet Nam."""
    station = make_station("dai", frequency_mhz=96.9, valid_from=date(2024, 5, 6))
    register = fill(
        [station], measurement("m", measured_at=datetime(2024, 5, 5, 23, 30, tzinfo=UTC))
    )
    assert told(measurements_of(register, station, SYSTEM, date(2024, 5, 6)))[0] == ["m"]
    assert told(measurements_of(register, station, SYSTEM, date(2024, 5, 5)))[0] == []


def test_what_is_older_than_the_record_is_outdated(fill, make_station: Make) -> None:
    station = make_station("dai", frequency_mhz=96.9, valid_from=date(2025, 1, 1))
    register = fill(
        [station],
        measurement("old"),
        measurement("new", measured_at=datetime(2025, 5, 6, tzinfo=UTC)),
        measurement("other", frequency_mhz=97.1, measured_at=datetime(2025, 5, 6, tzinfo=UTC)),
    )
    taken = measurements_of(register, station, SYSTEM, ON)
    assert told(taken) == (["new"], [], ["old", "other"])
    assert taken.since == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("change", "outdated"),
    [
        ({"erp_total_dbw": 33.0}, True),
        ({"frequency_mhz": 96.92}, True),
        ({"longitude": 106.41}, True),
        ({"longitude": 106.4001}, False),
        ({"programme": "Khác"}, False),
    ],
)
def test_a_change_in_the_register_makes_them_old(
    fill, make_station: Make, change: dict[str, object], outdated: bool
) -> None:
    station = make_station("dai", frequency_mhz=96.9)
    register = fill([station], measurement("m"))
    changed = replace(station, **change)  # type: ignore[arg-type]  # values by name
    with register.write(author="lan", reason="r") as w:
        w.update_stations([changed])
    taken = measurements_of(register, changed, SYSTEM, date(2099, 1, 1))
    assert bool(taken.outdated) is outdated
    assert (taken.since is None) is not outdated
    assert taken.since is None or abs((taken.since - moments.now().date()).days) <= 1


def test_verdict_table_and_comparison_take_the_same(
    fill, make_station: Make, study_context
) -> None:
    station = make_station("dai", name="Đài A", frequency_mhz=96.9, valid_from=date(2024, 1, 1))
    later = datetime(2024, 6, 1, tzinfo=UTC)
    register = fill(
        [station],
        measurement("named", frequency_mhz=96.94, measured_at=later),
        measurement("bare", station_id=None, measured_at=later),
        measurement("old", measured_at=datetime(2019, 1, 1, tzinfo=UTC)),
        measurement("high", height_above_ground_m=30.0, measured_at=later),
    )
    context = study_context()
    with register.snapshot() as reader:
        taken = measurements_of(reader, station, SYSTEM, ON)
        (row,) = plan_rows(reader, SYSTEM, Service.FM, ON)
        gathered = meeting.gather(Asked(reader, context, ON, None, [station], [station]))
    assert told(taken) == (["bare", "high", "named"], [], ["old"])
    assert row.measurements == 3
    assert [one["id"] for one in gathered["measurements"]] == ["bare", "named"]
    assert {one["station_id"] for one in gathered["measurements"]} == {"dai"}
    remarks = dict(meeting.remarks(gathered, {"dai": "Đài A"}))
    assert remarks == {
        "studies.measured_outdated_since": {
            "station": "Đài A",
            "count": 1,
            "since": "2024-01-01",
        },
        "studies.measured_high": {"station": "Đài A", "count": 1},
    }
