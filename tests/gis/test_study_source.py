"""A search for a source in a made register: hypotheses, posterior, next measurement, remedies."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rasterio

from gis.errors import FormatError, NotFoundError
from gis.geodesy import azimuth_deg, destination
from gis.register.records import BroadcastStation, Service
from gis.rules import load_rule_pack
from gis.studies import Study, StudyContext, rerun, run
from gis.studies.record import file_path
from gis.studies.source_hypotheses import hypotheses
from gis.studies.source_observed import LogEntry, share_transmitting
from gis.studies.source_records import Mechanism, SourceRules, Victim
from propagation.interference.protection import SoundProtection
from tests.gis.source_trial import ON

Make = Callable[..., BroadcastStation]
VICTIM = (106.5, 10.6)
CULPRIT = (106.62, 10.72)


def place(azimuth: float, km: float) -> dict[str, float]:
    lon, lat = destination(*VICTIM, azimuth, km)
    return {"longitude": float(lon), "latitude": float(lat)}


def bearing(name: str, azimuth: float, km: float, turn: float = 0.0) -> dict[str, Any]:
    at = place(azimuth, km)
    angle = float(azimuth_deg(at["longitude"], at["latitude"], *CULPRIT)) + turn
    return {"station": name, **at, "bearing_deg": angle % 360.0, "error_deg": 3.0}


@pytest.fixture
def stations(make_station: Make) -> list[BroadcastStation]:
    """Return a wanted station, a culprit on its channel, and others that could be."""
    return [
        make_station("wanted", frequency_mhz=100.0, **place(200, 15), erp_total_dbw=27.0),
        make_station(
            "culprit", frequency_mhz=100.0, longitude=CULPRIT[0], latitude=CULPRIT[1],
            erp_total_dbw=25.0, hours="05:00-09:00, 16:00-22:00",
        ),
        make_station("other", frequency_mhz=100.0, **place(250, 22), erp_total_dbw=25.0,
                     hours="00:00-24:00"),
        make_station("beside", frequency_mhz=100.2, **place(120, 18), erp_total_dbw=30.0),
        make_station("unknown", frequency_mhz=100.0, **place(330, 40), erp_total_dbw=None),
    ]  # fmt: skip


@pytest.fixture
def study(study_context: Callable[..., StudyContext], stations: Any) -> tuple[Study, StudyContext]:
    context = study_context(stations=stations)
    return run("interference_source", asked(), context), context


def asked(**changes: Any) -> dict[str, Any]:
    request = {
        "name": "Vụ 1", "station_id": "wanted", "longitude": VICTIM[0], "latitude": VICTIM[1],
        "on": "2026-08-01", "half_side_km": 15,
        "bearings": [bearing("A", 10, 12), bearing("B", 140, 9, 180.0), bearing("C", 280, 6)],
        "levels_csv": "name;latitude;longitude;level\nP1;10.62;106.55;44\n",
        "log": [
            {"from": "2026-07-20T17:00:00+07:00", "to": "2026-07-20T18:00:00+07:00",
             "heard": True},
            {"from": "2026-07-20T12:00:00+07:00", "to": "2026-07-20T13:00:00+07:00",
             "heard": False},
        ],
    }  # fmt: skip
    return {**request, **changes}


def test_the_culprit_comes_first_and_everything_says_why(study: Any) -> None:
    found, context = study
    first, *others = found.results["candidates"]
    assert first["key"] == "co_channel:culprit"
    assert first["probability"] > 0.9
    assert first["excess_db"] > 0
    assert first["hours"] == "05:00-09:00, 16:00-22:00"
    assert {"co_channel:other", "adjacent:beside", "not_in_register"} <= {
        one["key"] for one in others
    }
    unknown = next(one for one in others if one["key"] == "co_channel:unknown")
    assert unknown["assumed"] == ["erp_total_dbw"]
    assert found.results["wanted_predicted"]
    fixed = found.results["fix"]
    assert fixed["reversed"] == ["B"]
    assert abs(fixed["longitude"] - CULPRIT[0]) < 0.03
    # hours: heard while the culprit transmits, silent while the other would
    log = next(one for one in found.results["observations"] if one["kind"] == "log")
    factors = {one["key"]: one["log10_factor"] for one in log["effects"]}
    assert factors["co_channel:culprit"] > 0 > factors["co_channel:other"]
    with rasterio.open(file_path(found, "places.tif", context.home)) as raster:
        held = raster.read(1)
    assert 0 < held.min() <= 50
    assert held.max() == pytest.approx(100.0, abs=1e-3)
    assert found.results["areas"]["places_50"]


def test_the_measures_of_the_law_are_tried_and_one_is_the_smallest(study: Any) -> None:
    found, _ = study
    cured = found.results["remedies"]
    assert cured["key"] == "co_channel:culprit"
    measures = {one["measure"]: one for one in cured["measures"]}
    assert list(measures) == [
        "frequency", "power", "height", "polarisation", "directivity", "time",
    ]  # fmt: skip
    assert sum(one["smallest"] for one in measures.values()) == 1
    power = measures["power"]["values"]["reduction_db"]
    excess = found.results["candidates"][0]["excess_db"]
    assert excess <= power <= excess + 0.51
    shifted = measures["frequency"]["values"]
    assert abs(shifted["shift_khz"]) >= 100


def test_the_next_measurement_tells_the_first_two_apart(study: Any) -> None:
    found, _ = study
    told = found.results["next"]
    bits = [one["bits"] for one in told["points"]]
    assert bits == sorted(bits, reverse=True)
    assert 0 < bits[0] <= told["entropy_bits"] + 1e-6
    assert {one["kind"] for one in told["points"]} == {"bearing", "level"}


def test_a_search_is_computed_again_from_its_record(study: Any) -> None:
    found, context = study
    assert rerun(found, context).agrees
    again = run("interference_source", asked(), context)
    assert again.id == found.id


def test_without_observations_the_source_may_be_anywhere(
    study_context: Callable[..., StudyContext], stations: list[BroadcastStation]
) -> None:
    context = study_context(stations=stations[:1])
    request = asked(bearings=None, levels_csv=None, log=None)
    found = run("interference_source", request, context)
    assert [one["key"] for one in found.results["candidates"]] == ["not_in_register"]
    assert found.results["candidates"][0]["probability"] == pytest.approx(1.0)
    assert found.results["fix"] is None
    assert found.results["next"] is None
    assert found.results["remedies"] is None
    for wrong, error in (
        ({"station_id": "nobody"}, NotFoundError),
        ({"station_id": None}, FormatError),
        ({"bearings": [{"station": "A"}]}, FormatError),
        ({"more": 1}, FormatError),
    ):
        with pytest.raises(error):
            run("interference_source", asked(**wrong), context)


def test_mechanisms_are_found_by_their_carriers(make_station: Make) -> None:
    pack = load_rule_pack(ON)
    site = {"longitude": 106.4, "latitude": 10.6}
    stations = [
        make_station("a", frequency_mhz=98.0, **site),
        make_station("b", frequency_mhz=96.0, **site),
        make_station("image", frequency_mhz=121.4),
        make_station("spaced", frequency_mhz=89.3),
        make_station("half", frequency_mhz=50.0, service=Service.WIRELESS_PUBLIC_ADDRESS),
        make_station("mask", frequency_mhz=101.0, longitude=106.45, latitude=10.6),
        make_station("far", frequency_mhz=100.6),
    ]
    victim = Victim(
        longitude=106.45, latitude=10.62, height_above_ground_m=10.0, frequency_mhz=100.0,
        bandwidth_khz=200.0, service="fm", wanted_dbuvm=60.0, protection=SoundProtection("stereo"),
    )  # fmt: skip
    found = hypotheses(victim, stations, SourceRules.of(pack))
    by_key = {one.key: one for one in found}
    product = by_key["intermodulation:3:a+b"]
    assert product.values["formula"] == "2A-B"
    assert product.emission_mhz == pytest.approx(100.0)
    assert by_key["harmonic:2:half"].emitter.frequency_mhz == pytest.approx(100.0)
    assert not by_key["image:image"].on_air
    assert by_key["out_of_band:mask"].values["mask_dbc"] == 85
    assert by_key["local_oscillator:spaced"].emitter.longitude == victim.longitude
    assert by_key["if_spacing:spaced"].mechanism is Mechanism.IF_SPACING


def test_hours_are_shares_of_an_entry() -> None:
    from datetime import datetime

    from data.text import VIET_NAM

    def share(hours: str | None, first: str, last: str) -> float | None:
        start, end = (
            datetime.fromisoformat(one).replace(tzinfo=VIET_NAM) for one in (first, last)
        )
        return share_transmitting(hours, LogEntry(start=start, end=end, heard=True))

    assert share("05:00-09:00, 16:00-22:00", "2026-07-20 08:00", "2026-07-20 10:00") == 0.5
    assert share("22:00-02:00", "2026-07-20 23:00", "2026-07-21 03:00") == 0.75
    assert share("00:00-24:00", "2026-07-20 23:00", "2026-07-22 03:00") == 1.0
    assert share("05:00-09:00", "2026-07-20 08:00", "2026-07-20 08:00") == 1.0
    assert share(None, "2026-07-20 08:00", "2026-07-20 10:00") is None
    assert np.isfinite(share("05:00-09:00", "2026-07-20 10:00", "2026-07-20 12:00") or 0.0)
