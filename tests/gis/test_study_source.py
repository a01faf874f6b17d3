"""A search for a source in a made register: hypotheses, posterior, next measurement, remedies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from data import path
from data.text import VIET_NAM
from gis.administration import packaged_boundaries, packaged_units
from gis.errors import FormatError, NotFoundError
from gis.geodesy import azimuth_deg, destination
from gis.register.records import BroadcastStation, Service
from gis.rules import load_rule_pack
from gis.studies import Study, StudyContext, rerun, run
from gis.studies.interference_source import compute
from gis.studies.parts import Gathered
from gis.studies.record import file_path
from gis.studies.runner import gathered_of
from gis.studies.source_hypotheses import hypotheses
from gis.studies.source_observed import (
    BearingSeen,
    LogEntry,
    share_together,
    share_transmitting,
)
from gis.studies.source_readings import one_a_place
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
    victim = fm_victim()
    found = hypotheses(victim, stations, SourceRules.of(pack))
    by_key = {one.key: one for one in found}
    product = by_key["intermodulation:3:a+b"]
    assert product.values["formula"] == "2A-B"
    assert product.emission_mhz == pytest.approx(100.0)
    assert by_key["harmonic:2:half"].emitter.frequency_mhz == pytest.approx(100.0)
    assert not by_key["image:image"].on_air
    # spurious emission: 70 dBc in 100 kHz, even over the 200 kHz of the channel
    assert by_key["spurious:mask"].values["mask_dbc"] == pytest.approx(67.0)
    assert by_key["local_oscillator:spaced"].emitter.longitude == victim.longitude
    assert by_key["if_spacing:spaced"].mechanism is Mechanism.IF_SPACING


def test_hours_are_shares_of_an_entry() -> None:
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


def fm_victim(**changes: Any) -> Victim:
    given: dict[str, Any] = {
        "longitude": 106.45, "latitude": 10.62, "height_above_ground_m": 10.0,
        "frequency_mhz": 100.0, "bandwidth_khz": 200.0, "service": "fm", "wanted_dbuvm": 60.0,
        "protection": SoundProtection("stereo"),
    }  # fmt: skip
    return Victim(**given | changes)


def test_a_receiver_makes_products_of_strong_carriers_alone(make_station: Make) -> None:
    stations = [
        make_station("a", frequency_mhz=98.0, longitude=106.44, erp_total_dbw=30.0),
        make_station("b", frequency_mhz=96.0, longitude=106.48, erp_total_dbw=30.0),
        make_station("c", frequency_mhz=106.7, longitude=106.43, erp_total_dbw=30.0),
        make_station("weak", frequency_mhz=102.0, longitude=106.44, erp_total_dbw=-30.0),
        make_station("far", frequency_mhz=104.0, longitude=107.4, erp_total_dbw=30.0),
        make_station("outside", frequency_mhz=60.0, longitude=106.44, erp_total_dbw=30.0),
    ]
    levels = {98.0: 96.0, 96.0: 90.0, 106.7: 92.0}
    asked_for: list[str] = []

    def predicts(emitters: Any) -> Any:
        asked_for.extend(one.id for one in emitters)
        return np.array([[levels[one.frequency_mhz] + k for one in emitters] for k in (0, 8)])

    rules = SourceRules.of(load_rule_pack(ON))
    found = hypotheses(fm_victim(), stations, rules, predicts)
    assert sorted(asked_for) == ["a", "b", "c"]  # others cannot be strong, or do not pass
    made = {one.key: one for one in found if one.mechanism is Mechanism.RECEIVER_INTERMODULATION}
    assert set(made) == {"receiver_intermodulation:3:a+b", "receiver_intermodulation:2:b+c"}
    on_channel = made["receiver_intermodulation:3:a+b"]
    assert on_channel.values["formula"] == "2A-B"
    assert on_channel.received_dbuvm == pytest.approx((72.0, 96.0))  # 2 x 96 + 90 - 2 x 105
    assert on_channel.values["levels_dbuvm"] == [96.0, 90.0]
    assert not on_channel.on_air
    intermediate = made["receiver_intermodulation:2:b+c"]
    assert intermediate.values["intermediate"]
    assert intermediate.received_dbuvm == pytest.approx((57.0, 73.0))  # 92 + 90 - 125
    # the carriers stand apart, so that no transmitter makes the product
    assert not any(one.mechanism.startswith("intermodulation") for one in found)


def test_products_of_near_sites_are_weaker_the_farther_they_stand_apart(
    make_station: Make,
) -> None:
    def made(metres: float) -> dict[str, Any]:
        lon, lat = destination(106.4, 10.6, 90.0, metres / 1e3)
        stations = [
            make_station("a", frequency_mhz=98.0, longitude=106.4, latitude=10.6),
            make_station("b", frequency_mhz=96.0, longitude=float(lon), latitude=float(lat)),
        ]
        found = hypotheses(fm_victim(), stations, SourceRules.of(load_rule_pack(ON)))
        return {one.mechanism: one for one in found if "order" in one.values}

    same, near, nearer = made(20.0), made(280.0), made(140.0)
    assert set(same) == {Mechanism.INTERMODULATION}
    assert set(near) == {Mechanism.INTERMODULATION_NEAR}
    assert near[Mechanism.INTERMODULATION_NEAR].values["apart_m"] == 280
    weaker = [
        float(one[Mechanism.INTERMODULATION_NEAR].emitter.erp_total_dbw) for one in (nearer, near)
    ]
    assert weaker[0] - weaker[1] == pytest.approx(20 * np.log10(2), abs=0.01)
    assert made(320.0) == {}  # beyond the distance of the check of intermodulation


def test_public_address_stations_are_candidates_like_others(make_station: Make) -> None:
    at = {"longitude": 106.44, "latitude": 10.61}
    stations = [
        make_station("pa", frequency_mhz=54.0, service=Service.WIRELESS_PUBLIC_ADDRESS, **at),
        make_station("fm", frequency_mhz=102.0, **at),
        make_station("pa2", frequency_mhz=56.0, service=Service.WIRELESS_PUBLIC_ADDRESS, **at),
    ]
    rules = SourceRules.of(load_rule_pack(ON))

    def keys(victim: Victim) -> dict[str, Any]:
        return {one.key: one for one in hypotheses(victim, stations, rules)}

    harmonic = keys(fm_victim(frequency_mhz=107.9))["harmonic:2:pa"]
    assert harmonic.emission_mhz == pytest.approx(108.0)
    assert keys(fm_victim())["intermodulation:3:fm+pa+pa2"].values["formula"] == "A+B-C"
    public = {"service": "wireless_public_address", "protection": None}
    assert "co_channel:pa" in keys(fm_victim(frequency_mhz=54.0, **public))


def test_what_is_outside_the_register_has_parts_that_add_up(
    study_context: Callable[..., StudyContext], stations: list[BroadcastStation]
) -> None:
    """A receiver at the border, a bearing across it: abroad, an exempt device, or unregistered."""
    context = study_context(
        stations=stations, units=packaged_units(), boundaries=packaged_boundaries()
    )
    at = {"longitude": 106.2, "latitude": 10.9}
    away = [
        {"station": "A", **at, "bearing_deg": 265.0, "error_deg": 3.0},
        {"station": "B", "longitude": 106.22, "latitude": 10.88, "bearing_deg": 275.0,
         "error_deg": 3.0},
    ]  # fmt: skip
    found = run("interference_source", asked(**at, bearings=away, levels_csv=None), context)
    outside = next(one for one in found.results["candidates"] if "parts" in one)
    parts = {one["mechanism"]: one for one in outside["parts"]}
    assert set(parts) == {"unregistered", "exempt_device", "foreign", "nothing_on_air"}
    for name in ("probability", "prior"):
        total = sum(one[name] for one in parts.values())
        assert total == pytest.approx(outside[name], abs=1e-5)
    assert parts["foreign"]["probability"] > 3 * parts["unregistered"]["probability"]
    assert parts["foreign"]["longitude"] < at["longitude"]
    assert parts["exempt_device"]["values"]["rules"] == ["device.row.audio_87"]
    assert found.results["observations"][0]["effects"][-1]["key"].startswith("not_in_register:")
    # a band that no exempt device has, far from any border
    asked_for = asked(station_id=None, frequency_mhz=150.0, service="other", bearings=None)
    inland = run("interference_source", asked_for, context)
    outside = next(one for one in inland.results["candidates"] if "parts" in one)
    assert {one["mechanism"] for one in outside["parts"]} == {"unregistered", "nothing_on_air"}


def test_a_product_of_carriers_that_never_transmit_at_once_is_none(make_station: Make) -> None:
    """00-04 and 12-13: no minute of the day has both, so there is no product at any time."""
    day = datetime(2026, 7, 20, tzinfo=VIET_NAM)
    night, noon = "00:00-04:00", "12:00-13:00"
    for hour in range(24):
        begin = day.replace(hour=hour)
        entry = LogEntry(start=begin, end=begin.replace(minute=59), heard=True)
        assert share_together((night, noon), entry) == 0.0
    rules, at = SourceRules.of(load_rule_pack(ON)), {"longitude": 106.44, "latitude": 10.6}

    def products(first: str, second: str) -> set[str]:
        stations = [
            make_station("a", frequency_mhz=98.0, hours=first, erp_total_dbw=30.0, **at),
            make_station("b", frequency_mhz=96.0, hours=second, erp_total_dbw=30.0, **at),
            make_station("c", frequency_mhz=103.0, hours="00:00-24:00", **at),
            make_station("d", frequency_mhz=106.0, hours="00:00-24:00", **at),
        ]

        def predicts(emitters: Any) -> Any:
            return np.full((2, len(emitters)), 95.0)

        found = hypotheses(fm_victim(), stations, rules, predicts)
        return {one.key for one in found if one.values.get("order") == 3 and one.values["formula"]}

    both = {"intermodulation:3:a+b", "receiver_intermodulation:3:a+b"}
    assert both <= products(night, "03:00-13:00")
    apart = products(night, noon)
    assert not both & apart
    # the next product of the order is told in its place: 2 x 103 - 106
    assert "intermodulation:3:c+d" in apart


def test_a_mask_names_a_television_transmitter_beside_a_narrow_channel(make_station: Make) -> None:
    """Channel 21, 10 kW, 110 m away; 25 kHz on 469.9 MHz lie on the skirt of its mask."""
    lon, lat = destination(106.45, 10.62, 90.0, 0.11)
    near = make_station(
        "tv", service=Service.TELEVISION, frequency_mhz=474.0, erp_total_dbw=40.0,
        longitude=float(lon), latitude=float(lat),
    )  # fmt: skip
    victim = fm_victim(
        frequency_mhz=469.9, bandwidth_khz=25.0, service="other", protection=None,
        wanted_dbuvm=None,
    )  # fmt: skip
    rules = SourceRules.of(load_rule_pack(ON))
    (found,) = hypotheses(victim, [near], rules)
    assert found.key == "out_of_band:tv"
    # -62.7 dB in 4 kHz, 8 dB more in 25 kHz: -14.7 dBW
    assert found.values["mask_dbc"] == pytest.approx(54.7, abs=0.1)
    assert found.values["mask"] == "source.mask.television"
    assert found.emitter.erp_total_dbw == pytest.approx(40.0 - 54.7, abs=0.1)
    # far away it does nothing even in free space
    assert not hypotheses(victim, [replace(near, longitude=107.0, erp_total_dbw=0.0)], rules)


def test_readings_of_one_station_do_not_grow_sharper_by_their_number() -> None:
    one = BearingSeen(
        station="A", longitude=106.5, latitude=10.6, height_above_ground_m=3.0, bearing_deg=10.0,
        error_deg=5.0,
    )  # fmt: skip
    turned = [replace(one, bearing_deg=10.0 + (3.0 if k % 2 else -3.0)) for k in range(30)]
    (merged,), remarks = one_a_place(turned)
    assert merged.bearing_deg == pytest.approx(10.0, abs=0.01)
    # the compass's 5 degrees stay; 3 degrees of scatter are averaged over 30
    assert merged.error_deg == pytest.approx(np.hypot(5.0, 3.0 / np.sqrt(30)), abs=0.01)
    assert remarks == [("sources.readings_merged", {"count": 30, "bearings": 1})]
    # elsewhere, or of another compass, they are bearings of their own
    away = [one, replace(one, longitude=106.52), replace(one, station="B")]
    assert one_a_place(away) == (tuple(away), [])
    # half of them point elsewhere: not averaged down, and said
    (mixed,), remarks = one_a_place([one, replace(one, bearing_deg=70.0)] * 15)
    assert mixed.error_deg > 25.0
    assert [key for key, _ in remarks] == ["sources.readings_merged", "sources.readings_scatter"]


def test_thirty_rows_of_a_file_shrink_no_ellipse_and_the_result_says_so(
    study_context: Callable[..., StudyContext], stations: list[BroadcastStation]
) -> None:
    def fixed(times: int) -> dict[str, Any]:
        rows = ["station;latitude;longitude;bearing;error"]
        for one in (bearing("A", 10, 12), bearing("C", 280, 6)):
            at = ";".join(f"{one[k]:.6f}" for k in ("latitude", "longitude", "bearing_deg"))
            rows += [f"{one['station']};{at};3"] * times
        request = asked(bearings=None, bearings_csv="\n".join(rows), levels_csv=None, log=None)
        return dict(run("interference_source", request, context).results)

    context = study_context(stations=stations[:2])
    once, often = fixed(1), fixed(30)
    for name in ("semi_major_km", "semi_minor_km"):
        assert often["fix"][name] == pytest.approx(once["fix"][name], rel=0.01)
    assert once["candidates"][0]["probability"] == pytest.approx(
        often["candidates"][0]["probability"], rel=0.01
    )
    assert not any("60" in one["en"] for one in once["remarks"])
    assert any("60 readings of bearings became 2" in one["en"] for one in often["remarks"])


def test_stations_that_stand_at_the_crossing_are_named_even_where_nothing_explains_them(
    study_context: Callable[..., StudyContext],
    stations: list[BroadcastStation],
    make_station: Make,
) -> None:
    lon, lat = destination(*CULPRIT, 45.0, 0.03)
    at = {"longitude": float(lon), "latitude": float(lat)}
    more = [
        make_station("beyond", frequency_mhz=103.3, erp_total_dbw=30.0, **at),
        make_station("silent", service=Service.WIRELESS_PUBLIC_ADDRESS, frequency_mhz=61.3, **at),
    ]
    context = study_context(stations=[stations[0], stations[2], *more])
    found = run("interference_source", asked(levels_csv=None, log=None), context)
    told = {one["id"]: one for one in found.results["standing"]}
    assert set(told) == {"beyond", "silent"}
    assert told["silent"]["keys"] == []
    assert told["beyond"]["keys"] == ["spurious:beyond"]
    assert told["silent"]["distance_km"] < 0.5
    keys = {one["key"] for one in found.results["candidates"]}
    assert "spurious:beyond" in keys


def test_an_older_record_is_refused_with_what_it_lacks(study: Any) -> None:
    found, context = study
    rules = found.inputs["rules"]
    kept = {name: rule for name, rule in rules["rules"].items() if "mask" not in name}
    older = {**found.inputs, "rules": {**rules, "rules": kept}}
    geometries = gathered_of(found, context.home).geometries
    with pytest.raises(FormatError) as error:
        compute(Gathered(older, geometries), context)
    assert error.value.key == "sources.older_record"
    assert "source.mask.fm" in str(error.value.values["names"])
    # a rule that lacks what is read today is named with it
    lacking = {**rules["rules"]["source.weighing"]}
    lacking["parameters"] = {
        name: value for name, value in lacking["parameters"].items() if name != "exempt_erp_dbw"
    }
    older = {
        **found.inputs,
        "rules": {**rules, "rules": {**rules["rules"], "source.weighing": lacking}},
    }
    with pytest.raises(FormatError) as error:
        compute(Gathered(older, geometries), context)
    assert error.value.key == "rules.parameter_absent"
    assert error.value.values["name"] == "exempt_erp_dbw"


@pytest.mark.parametrize(
    "name",
    ["same_site_m", "exempt_percent", "exempt_erp_dbw", "exempt_span_db", "spurious_dbc"],
)
def test_own_rules_that_lack_a_key_are_refused_by_its_name(tmp_path: Path, name: str) -> None:
    lines = path("rules/sources.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"{name} =")]
    assert len(kept) < len(lines)
    (tmp_path / "sources.toml").write_text("".join(kept), encoding="utf-8")
    with pytest.raises(FormatError) as error:
        load_rule_pack(ON, own=tmp_path)
    assert error.value.key == "rules.parameter_absent"
    assert error.value.values["name"] == name
    assert error.value.values["file"] == "sources.toml"


def test_own_rules_without_a_mechanism_or_with_a_mask_that_turns_back_are_refused(
    tmp_path: Path,
) -> None:
    whole = path("rules/sources.toml").read_text(encoding="utf-8")
    for old, new, name in (
        ('"spurious", ', '"other", ', "mechanisms: spurious"),
        ("[3.81, 4.2, 6, 12]", "[3.81, 4.2, 4.2, 12]", "offsets_mhz"),
        ("[-32.8, -73, -85, -110]", "[-32.8, -73]", "levels_db"),
    ):
        assert old in whole
        (tmp_path / "sources.toml").write_text(whole.replace(old, new), encoding="utf-8")
        with pytest.raises(FormatError) as error:
            load_rule_pack(ON, own=tmp_path)
        assert error.value.values["name"] == name


def test_hours_of_a_product_are_those_in_which_all_transmit() -> None:
    day = datetime(2026, 7, 20, 8, tzinfo=VIET_NAM)
    entry = LogEntry(start=day, end=day.replace(hour=12), heard=True)
    assert share_together(("05:00-10:00", "09:00-23:00"), entry) == 0.25
    assert share_together(("05:00-10:00", "10:00-23:00"), entry) == 0.0
    assert share_together(("05:00-10:00", None), entry) == 0.5
    assert share_together((None, None), entry) is None
