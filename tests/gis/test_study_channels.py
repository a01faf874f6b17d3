"""The search for channels: its cells against forward predictions, workers, cancel, bad input."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gis.errors import CancelledError, FormatError
from gis.geodesy import distance_km
from gis.raster import grid_over, read_raster
from gis.register.records import BroadcastStation, Provenance, Service
from gis.rules import load_rule_pack
from gis.studies.channel_points import TIME_PERCENTS, Candidates, beside_db, protected_points
from gis.studies.channel_proposals import protection_of
from gis.studies.channels_asked import Wanted
from gis.studies.communes import Communes
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.listing import list_studies
from gis.studies.meetings import Meetings, Neighbourhood
from gis.studies.model import default_settings
from gis.studies.record import Study, file_path
from gis.studies.rerun import rerun
from gis.studies.runner import run
from gis.studies.standards import standards_of
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.compliance.records import Confidence
from propagation.interference.bs412 import Persistence, Reception
from propagation.interference.protection import SoundProtection

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
SYNTHETIC = Provenance(confidence=Confidence.SYNTHETIC, source="test")
BOX = (106.75, 10.45, 106.95, 10.65)  # 38 to 60 km east of the station
REQUEST = {
    "erp_kw": 0.1,
    "height_m": 40.0,
    "lowest_mhz": 99.5,
    "highest_mhz": 100.5,
    "service_km": 3.0,
    "bounds": list(BOX),
    "step_m": 4000,
    "proposals": 0,
    "on": "2025-08-01",
}


def small(make: Make, station_id: str = "a", **changes: object) -> BroadcastStation:
    """A station of 30 W on 100.0 MHz whose service ends after some ten kilometres."""
    values = {"erp_total_dbw": 14.8, "height_above_ground_m": 40.0, "provenance": SYNTHETIC}
    return make(station_id, **{**values, **changes})


def on_channel(frequency_mhz: float, **more: object) -> dict[str, object]:
    """Return a search of one channel without a reserve."""
    band = {"lowest_mhz": frequency_mhz, "highest_mhz": frequency_mhz}
    return {**REQUEST, **band, "reserve_db": 0, **more}


def row_of(study: Study, frequency_mhz: float) -> dict[str, Any]:
    return next(row for row in study.results["channels"] if row["frequency_mhz"] == frequency_mhz)


def around_of(stations: list[BroadcastStation], ground: Ground) -> Neighbourhood:
    pack = load_rule_pack(date(2025, 8, 1))
    return Neighbourhood(
        stations={one.id: one for one in stations},
        judged=frozenset(),
        communes=Communes(()),
        provinces={},
        pack=pack,
        standards=standards_of(Service.FM, pack),
        settings=default_settings(profile_step_km=0.5),
        ground=ground,
        reach_km=300.0,
    )


@pytest.fixture
def hills(write_terrain: Callable[..., Path]) -> Ground:
    """Hills of 0 to 300 m, rough at every scale."""
    waves = np.random.default_rng(2).uniform(0, 2 * np.pi, 24)

    def heights(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        total = np.zeros(lon.shape)
        for number, phase in enumerate(waves):
            length = 0.5 / 1.2**number
            along = lon * np.cos(number) + lat * np.sin(number)
            total += length**0.8 * np.sin(2 * np.pi * along / length + phase)
        return 300 * (total - total.min()) / np.ptp(total)

    return Ground(RasterTerrain(write_terrain(heights, west=105.8, north=11.3, side=600)))


def candidates_of(ground: Ground, step_m: float, wanted: Wanted) -> Candidates:
    grid = grid_over(BOX, step_m)
    level = 2.0 if ground.flat else None
    typical = wanted.station(106.85, 10.55, 100.0, ground_height_m=level)
    settings = default_settings(profile_step_km=0.5)
    where = np.ones(grid.shape, dtype=np.bool_)
    return Candidates(grid, where, Emitter(typical, ground, settings), step_m)


def forward_margins(
    candidates: Candidates,
    wanted: Wanted,
    station: BroadcastStation,
    ground: Ground,
    spacing_khz: float,
) -> np.ndarray:
    """Protection margin of each place, every path predicted forward on its own."""
    around = around_of([station], ground)
    settings = default_settings(profile_step_km=0.5)
    stage = StudyContext(None, None, ground).stage(0, 1, "")  # type: ignore[arg-type]
    points = protected_points(
        Meetings(around), Emitter(station, ground, settings), candidates, stage
    )
    assert points is not None
    ratios = [
        float(SoundProtection(Reception.STEREO).ratio_db(spacing_khz, one))
        for one in (Persistence.STEADY, Persistence.TROPOSPHERIC)
    ]
    level = 2.0 if ground.flat else None
    found = []
    for lon, lat in zip(*candidates.places(), strict=True):
        placed = Emitter(
            wanted.station(float(lon), float(lat), 100.0, ground_height_m=level), ground, settings
        )
        fields = fields_at(
            placed, stage, points.longitude, points.latitude, time_percents=TIME_PERCENTS
        )
        margin = points.wanted_dbuvm - fields - np.array(ratios)[:, np.newaxis]
        found.append(float(margin.min()))
    return np.array(found)


def test_a_cell_passes_and_fails_by_a_tenth_of_a_decibel(
    study_context: Context, make_station: Make
) -> None:
    """Over flat ground the margins are those of forward paths; 0.1 dB of reserve decides."""
    station = small(make_station)
    context = study_context(stations=[station])
    free = row_of(run("channels", on_channel(99.5), context), 99.5)
    own = free["best_margin_db"]  # 500 kHz away only the own service counts, alike everywhere
    assert (free["share"], free["closed_by"]) == (1.0, None)
    study = run("channels", on_channel(100.2), context)
    wanted = Wanted.from_json(study.inputs["wanted"])
    places = candidates_of(context.ground, 4000.0, wanted)
    expected = forward_margins(places, wanted, station, context.ground, 200.0)
    assert expected.min() < own - 1
    got = read_raster(file_path(study, "margin.tif", context.home)).values.ravel()
    np.testing.assert_allclose(got, np.minimum(expected, own), atol=0.15)
    best = row_of(study, 100.2)["best_margin_db"]
    assert best > 0.1
    for reserve, passes in ((best - 0.1, True), (best + 0.1, False)):
        again = run("channels", on_channel(100.2, reserve_db=reserve), context)
        assert (row_of(again, 100.2)["area_km2"] > 0) is passes


def test_paths_read_backwards_lose_the_same_over_hills(hills: Ground, make_station: Make) -> None:
    """From a protected point to each place, and from each place to the point."""
    station = small(make_station, longitude=106.5, latitude=10.55)
    wanted = Wanted(erp_kw=0.1, height_m=40.0)
    candidates = candidates_of(hills, 2000.0, wanted)
    around = around_of([station], hills)
    settings = default_settings(profile_step_km=0.5)
    stage = StudyContext(None, None, hills).stage(0, 1, "")  # type: ignore[arg-type]
    points = protected_points(
        Meetings(around), Emitter(station, hills, settings), candidates, stage
    )
    assert points is not None
    lon, lat = candidates.places()
    point = (float(points.longitude[0]), float(points.latitude[0]))
    back = fields_at(candidates.seen_from(*point, 100.0), stage, lon, lat)
    forth = [
        fields_at(
            Emitter(wanted.station(float(x), float(y), 100.0), hills, settings),
            stage,
            np.array([point[0]]),
            np.array([point[1]]),
        )[:, 0]
        for x, y in zip(lon, lat, strict=True)
    ]
    differs = np.abs(back - np.stack(forth, axis=-1))
    assert np.isfinite(differs).all()
    assert differs.max() < 0.05  # the same path, read the other way


def test_beside_a_candidate_its_field_is_that_of_free_space(make_station: Make) -> None:
    """A candidate inside the service: 0.1 kW at 1 km gives 96.9 dB(uV/m), at 1 % to 4.42 more."""
    ground = Ground(FlatTerrain())
    station = small(make_station, longitude=106.85, latitude=10.55, erp_total_dbw=30.0)
    wanted = Wanted(erp_kw=0.1, height_m=40.0)
    candidates = candidates_of(ground, 500.0, wanted)
    settings = default_settings(profile_step_km=0.5)
    stage = StudyContext(None, None, ground).stage(0, 1, "")  # type: ignore[arg-type]
    emitter = Emitter(station, ground, settings)
    points = protected_points(Meetings(around_of([station], ground)), emitter, candidates, stage)
    assert points is not None
    steady, rare = beside_db(points, candidates)
    np.testing.assert_allclose(steady - rare, 2.6 * np.log10(50), atol=1e-6)
    lon, lat = candidates.places()
    place = int(np.argmin(distance_km(lon, lat, 106.90, 10.55)))
    away = distance_km(lon[place], lat[place], points.cells.longitude, points.cells.latitude)
    near = int(np.argmin(away))
    field = 106.92 - 10 - 20 * np.log10(away[near])  # E of 1 kW at 1 km, free space
    assert steady[place] <= points.cells.wanted_dbuvm[near] - field + 0.1


def test_the_same_bytes_with_two_workers_and_again(
    study_context: Context, make_station: Make
) -> None:
    stations = [
        small(make_station),
        small(make_station, "b", frequency_mhz=100.2, longitude=106.7, latitude=10.3),
        small(make_station, "incomplete", erp_total_dbw=None),
    ]
    context = study_context(stations=stations)
    told: list[float] = []
    study = run(
        "channels",
        {**REQUEST, "proposals": 1},
        replace(context, progress=lambda done, _key, _values: told.append(done)),
    )
    assert study.synthetic
    assert [one["id"] for one in study.inputs["not_assessed"]] == ["incomplete"]
    assert told == sorted(told)
    assert told[-1] > 0.98
    assert rerun(study, replace(context, workers=2)).identical
    assert {"count.tif", "best.tif", "margin.tif"} < set(study.files)
    count = read_raster(file_path(study, "count.tif", context.home)).values
    results = study.results
    assert results["most_channels"] == count.max()
    assert results["channels_passing"] == sum(row["area_km2"] > 0 for row in results["channels"])
    assert results["computation"]["cells"] == count.size
    closing = row_of(study, 100.2)["closed_by"]
    assert closing is None or closing["station_id"] in {"a", "b"}


def test_a_proposal_is_checked_by_forward_paths(
    study_context: Context, make_station: Make
) -> None:
    context = study_context(stations=[small(make_station)])
    request = {**REQUEST, "lowest_mhz": 100.2, "highest_mhz": 100.2, "proposals": 1}
    study = run("channels", request, context)
    (one,) = study.results["proposals"]
    assert one["frequency_mhz"] == 100.2
    assert protection_of(one) == "kept"
    assert one["unassessed"] == 0
    assert one["caused"]["station_id"] == "a"
    # the reserve of 1 dB covers what cells and azimuths of the check find beyond those swept
    assert one["caused"]["margin_db"] == pytest.approx(one["margin_db"], abs=0.8)
    assert one["received"]["station_id"] == "a"


@pytest.mark.parametrize(
    ("caused", "received", "unassessed", "expected"),
    [
        (2.0, 1.0, 0, "kept"),
        (0.0, 0.0, 0, "kept"),
        (-0.1, 5.0, 0, "not_kept"),
        (5.0, -0.1, 0, "not_kept"),
        (None, -0.1, 3, "not_kept"),
        (2.0, 1.0, 1, "not_assessed"),
        (None, 4.0, 0, "not_assessed"),
        (4.0, None, 0, "not_assessed"),
        (None, None, 0, "not_assessed"),
    ],
)
def test_protection_is_kept_in_both_directions_or_not_said_to_be(
    caused: float | None, received: float | None, unassessed: int, expected: str
) -> None:
    sides = {"caused": caused, "received": received}
    row = {name: None if db is None else {"margin_db": db} for name, db in sides.items()}
    assert protection_of({**row, "unassessed": unassessed}) == expected


def test_a_neighbouring_channel_inside_the_service_fails(
    study_context: Context, make_station: Make
) -> None:
    """At 300 kHz the ratio is -7 dB: beside its mast a new station drowns the other."""
    station = small(make_station, longitude=106.85, latitude=10.55, erp_total_dbw=30.0)
    context = study_context(stations=[station])
    bounds = [106.9, 10.5, 106.95, 10.55]
    study = run("channels", {**REQUEST, "bounds": bounds, "step_m": 1000}, context)
    for frequency_mhz in (99.7, 100.0, 100.3):
        row = row_of(study, frequency_mhz)
        assert row["area_km2"] == 0
        assert row["best_margin_db"] < -20
        assert row["closed_by"]["station_id"] == "a"
    assert row_of(study, 99.5)["share"] == 1.0


def test_cancelled_it_leaves_nothing(study_context: Context, make_station: Make) -> None:
    context = study_context(stations=[small(make_station)])
    seen: list[str] = []

    def listen(_done: float, key: str, _values: Any) -> None:
        seen.append(key)

    def stop() -> bool:
        return "channels.progress_protection" in seen

    with pytest.raises(CancelledError):
        run("channels", REQUEST, replace(context, progress=listen, cancelled=stop))
    assert list_studies(context.home) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"erp_kw": None}, "There is no erp_kw"),
        ({"height_m": None}, "There is no height_m"),
        ({"erp_kw": 0}, "from 0.001 to 1,000"),
        ({"height_m": "tall"}, "tall"),
        ({"lowest_mhz": 470}, "from 87 to 108"),
        ({"lowest_mhz": 101, "highest_mhz": 100}, "above the highest"),
        ({"lowest_mhz": 99.93, "highest_mhz": 99.96}, "No channel lies"),
        ({"step_m": 10}, "from 100 to 10,000"),
        ({"bounds": [102, 8, 110, 23], "step_m": 500}, "at most 120,000"),
        ({"proposals": 1.5}, "1.5"),
        ({"polarization": "slant"}, "slant"),
        ({"area": "sea"}, "sea"),
        ({"reach_km": 100}, "reach_km"),
        ({"bounds": None}, "no outline"),
    ],
)
def test_wrong_requests_are_told(
    study_context: Context, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(FormatError) as error:
        run("channels", {**REQUEST, **wrong}, study_context())
    assert said in error.value.say("en")


def test_without_stations_every_channel_passes(study_context: Context) -> None:
    context = study_context()
    study = run("channels", REQUEST, context)
    assert {row["share"] for row in study.results["channels"]} == {1.0}
    assert study.results["area_some_km2"] == study.results["area_km2"]
    assert study.results["proposals"] == []
