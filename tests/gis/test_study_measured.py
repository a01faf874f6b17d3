"""Measurements beside the prediction: pairs, statistics by hand, what is left out."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gis.errors import GisError
from gis.geodesy import destination
from gis.measurements import Taken
from gis.register.records import BroadcastStation, Measurement, MeasurementKind, Provenance
from gis.studies.context import StudyContext
from gis.studies.measured import compare_measured
from gis.studies.point import explain_path
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="BB 1")
AT = datetime(2024, 5, 6, tzinfo=UTC)


def measurement(name: str, longitude: float, latitude: float, **changes: object) -> Measurement:
    values: dict[str, object] = {
        "id": name,
        "frequency_mhz": 96.9,
        "longitude": longitude,
        "latitude": latitude,
        "measured_at": AT + timedelta(seconds=sum(name.encode())),
        "field_strength_dbuvm": 60.0,
        "height_above_ground_m": 10.0,
        "kind": MeasurementKind.FIXED,
        "station_id": "dai",
        "provenance": KNOWN,
    }
    return Measurement(**{**values, **changes})  # type: ignore[arg-type]  # values by name


@pytest.fixture
def station(make_station: Callable[..., BroadcastStation]) -> BroadcastStation:
    return make_station("dai", frequency_mhz=96.9)


@pytest.fixture
def context(study_context: Callable[..., StudyContext], station: BroadcastStation) -> StudyContext:
    return study_context(stations=[station])


def around(station: BroadcastStation, distances_km: Sequence[float]) -> list[tuple[float, float]]:
    azimuths = np.linspace(10, 170, len(distances_km))
    lon, lat = destination(
        station.longitude, station.latitude, azimuths, np.array(distances_km, dtype=np.float64)
    )
    return [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]


def test_each_point_is_predicted_as_the_path_to_it_is_explained(
    context: StudyContext, station: BroadcastStation
) -> None:
    places = around(station, [3.0, 12.0, 31.0])
    points = [
        measurement(f"m{n}", *place, height_above_ground_m=height)
        for n, (place, height) in enumerate(zip(places, (10.0, 1.5, 10.0), strict=True))
    ]
    told = compare_measured(station, Taken(tuple(points), ()), context)
    assert [pair["id"] for pair in told["pairs"]] == ["m0", "m1", "m2"]
    assert [round(pair["distance_km"], 3) for pair in told["pairs"]] == [3.0, 12.0, 31.0]
    explained = explain_path(station, *places[0], context)
    field = explained["predictions"][0]["field_strength_dbuvm"]
    assert told["pairs"][0]["predicted_dbuvm"] == pytest.approx(field, abs=0.05)
    assert told["pairs"][1]["predicted_dbuvm"] < told["pairs"][0]["predicted_dbuvm"]


def test_the_statistics_by_hand(context: StudyContext, station: BroadcastStation) -> None:
    """Errors +4, -2 and +1 dB: mean 1, standard deviation 3, root mean square sqrt(7)."""
    places = around(station, [3.0, 12.0, 31.0])
    first = [measurement(f"m{n}", *place) for n, place in enumerate(places)]
    predicted = [
        pair["predicted_dbuvm"]
        for pair in compare_measured(station, Taken(tuple(first), ()), context)["pairs"]
    ]
    points = [
        replace(point, field_strength_dbuvm=field - error)
        for point, field, error in zip(first, predicted, (4.0, -2.0, 1.0), strict=True)
    ]
    told = compare_measured(station, Taken(tuple(points), ()), context)
    overall = told["overall"]
    assert overall["count"] == 3
    assert overall["mean_error_db"] == pytest.approx(1.0, abs=1e-5)
    assert overall["standard_deviation_db"] == pytest.approx(3.0, abs=1e-5)
    assert overall["rms_error_db"] == pytest.approx(7**0.5, abs=1e-5)
    fields = np.array(predicted)
    wanted = np.corrcoef(fields, fields - np.array([4.0, -2.0, 1.0]))[0, 1]
    assert overall["correlation"] == pytest.approx(wanted, abs=1e-5)
    classes = [(one["from_km"], one["to_km"], one["count"]) for one in told["by_distance"]]
    assert classes == [(1.0, 5.0, 1), (10.0, 20.0, 1), (20.0, 50.0, 1)]
    alone = told["by_distance"][0]
    assert (alone["standard_deviation_db"], alone["correlation"]) == (None, None)
    assert [one["clutter_height_m"] for one in told["by_land_cover"]] == [None]
    assert told["without_uncertainty"] == 3


def test_the_same_bytes_with_any_number_of_workers(
    context: StudyContext, station: BroadcastStation
) -> None:
    taken = Taken(
        tuple(measurement(f"m{n}", *place) for n, place in enumerate(around(station, [2.0] * 40))),
        (),
    )
    one = json.dumps(compare_measured(station, taken, context), sort_keys=True)
    backwards = Taken(taken.measurements[::-1], ())
    two = json.dumps(compare_measured(station, backwards, replace(context, workers=2)),
                     sort_keys=True)  # fmt: skip
    assert one == two


def test_what_cannot_be_compared_is_named(
    context: StudyContext, station: BroadcastStation
) -> None:
    (place,) = around(station, [5.0])
    points = (measurement("good", *place), measurement("low", *place, height_above_ground_m=0.6))
    told = compare_measured(station, Taken(points, ()), context)
    assert told["left_out"] == [{"id": "low", "reason": "height"}]
    assert told["overall"]["count"] == 1


def test_only_so_many_are_compared_and_the_rest_is_said(
    context: StudyContext, station: BroadcastStation
) -> None:
    points = tuple(
        measurement(f"m{n:02}", *place) for n, place in enumerate(around(station, [2.0] * 21))
    )
    told = compare_measured(station, Taken(points, ()), context, most=3)
    in_time = sorted(points, key=lambda one: (one.measured_at, one.id))
    assert [pair["id"] for pair in told["pairs"]] == [in_time[n].id for n in (0, 10, 20)]
    assert told["compared_of"] == 21
    assert (told["outdated"], told["since"]) == ([], None)


def test_a_station_without_a_power_is_refused(
    context: StudyContext, station: BroadcastStation
) -> None:
    bare = replace(station, erp_total_dbw=None)
    with pytest.raises(GisError) as raised:
        compare_measured(bare, Taken((measurement("m", 106.5, 10.6),), ()), context)
    assert raised.value.key == "studies.station_without_erp_total_dbw"
