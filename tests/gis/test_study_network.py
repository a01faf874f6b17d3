"""A network of 500 stations: tiles, workers, cancel, memory, and the sums by hand."""

import gc
import threading
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gis.errors import CancelledError, FormatError
from gis.raster import Grid, grid_over, read_raster
from gis.raster_tiles import tiles_of
from gis.register.records import BroadcastStation, Provenance, Reception
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.listing import list_studies
from gis.studies.model import default_settings
from gis.studies.network import FILES, tile_side
from gis.studies.network_tile import NetworkTile, Stations, tile_of
from gis.studies.record import file_path
from gis.studies.rerun import rerun
from gis.studies.runner import run
from gis.studies.tile_field import Layout, tile_field
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.compliance.records import Confidence
from propagation.interference.bs412 import BS412_PROTECTION, Persistence, protection_ratio_db
from propagation.interference.running import NOBODY
from propagation.interference.summation import power_sum_dbuvm

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
SYNTHETIC = Provenance(confidence=Confidence.SYNTHETIC, source="test")
PROVINCE = (106.0, 10.2, 106.92, 11.1)  # 100 x 100 km
REQUEST = {"bounds": list(PROVINCE), "step_m": 5000, "reach_km": 20, "on": "2025-08-01"}
SMALL = (106.2, 10.4, 106.5, 10.7)


def network(make: Make, count: int, bounds: tuple[float, ...] = PROVINCE) -> list:
    """Made stations in and around a rectangle, stamped synthetic."""
    drawn = np.random.default_rng(8)
    west, south, east, north = bounds
    return [
        make(
            f"s{number:03d}",
            longitude=float(drawn.uniform(west - 0.1, east + 0.1)),
            latitude=float(drawn.uniform(south - 0.1, north + 0.1)),
            frequency_mhz=round(88 + 0.1 * int(drawn.integers(0, 200)), 1),
            erp_total_dbw=float(drawn.choice([20.0, 27.0, 30.0])),
            height_above_ground_m=float(drawn.uniform(30, 120)),
            reception=[Reception.STEREO, Reception.MONO][number % 2],
            provenance=SYNTHETIC,
        )
        for number in range(count)
    ]


def stations_of(made: list, ground: Ground, reach_km: float, step_m: float) -> Stations:
    settings = default_settings(profile_step_km=0.5)
    layout = Layout.of(reach_km, step_m, 0.5)
    emitters = tuple(Emitter(one, ground, settings) for one in made)
    return Stations(emitters, emitters, layout, BS412_PROTECTION, 54.0)


def computed(stations: Stations, grid: Grid) -> NetworkTile:
    context = StudyContext(None, None, stations.emitters[0].ground)
    return tile_of(stations, grid, context.stage(0, 1, ""))


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

    path = write_terrain(heights, west=105.5, north=11.5, side=640, cell=0.0025)
    return Ground(RasterTerrain(path))


def test_500_stations_the_same_bytes_with_any_number_of_workers(
    study_context: Context, make_station: Make
) -> None:
    context = study_context(stations=network(make_station, 500))
    study = run("network", REQUEST, context)
    assert study.synthetic
    assert study.results["computation"]["tiles"] == 4
    assert len(study.results["transmitters"]) == 500
    again = rerun(study, replace(context, workers=2))
    assert again.identical
    assert set(FILES) < set(study.files)
    leftover = [one.name for one in context.home.studies.iterdir() if one.name.startswith(".")]
    assert leftover == []


def test_areas_and_rasters_tell_the_same(study_context: Context, make_station: Make) -> None:
    context = study_context(stations=network(make_station, 60))
    study = run("network", REQUEST, context)
    raster = {n: read_raster(file_path(study, n, context.home)) for n in FILES}
    grid = raster["strongest.tif"].grid
    areas = np.broadcast_to(grid.pixel_areas_km2(), grid.shape)
    strongest, usable = raster["strongest.tif"].values, raster["usable.tif"].values
    received = strongest >= 54.0
    results = study.results
    assert results["area_km2"] == pytest.approx(areas.sum(), abs=1e-3)
    assert results["area_received_km2"] == pytest.approx(areas[received].sum(), abs=1e-3)
    disturbed = received & (strongest < usable)
    assert 0 < results["area_interfered_km2"] == pytest.approx(areas[disturbed].sum(), abs=1e-3)
    assert results["area_overlapping_km2"] == pytest.approx(
        areas[raster["count.tif"].values >= 2].sum(), abs=1e-3
    )
    margin = raster["margin.tif"].values
    expected = np.where(received, strongest - usable, np.nan)
    np.testing.assert_allclose(margin, expected, atol=2e-5)
    assert (raster["server.tif"].values[~received] == -1).all()
    for row in results["transmitters"]:
        mine = received & (raster["server.tif"].values == row["position"])
        assert row["serves_km2"] == pytest.approx(areas[mine].sum(), abs=1e-3)
        theirs = disturbed & (raster["dominant.tif"].values == row["position"])
        assert row["disturbs_km2"] == pytest.approx(areas[theirs].sum(), abs=1e-3)
        assert row["station_id"] == study.inputs["stations"][row["position"]]["id"]
    assert sum(row["serves_km2"] for row in results["transmitters"]) == pytest.approx(
        results["area_received_km2"], abs=0.1
    )


def test_running_sums_are_the_plain_sums(make_station: Make) -> None:
    """Best server, its nuisance field by the protection ratios, and the count, with numpy."""
    made = network(make_station, 40, SMALL)
    stations = stations_of(made, Ground(FlatTerrain()), 30.0, 1500.0)
    grid = grid_over(SMALL, 1500.0)
    found = computed(stations, grid)
    stage = StudyContext(None, None, Ground(FlatTerrain())).stage(0, 1, "")
    fields = np.full((len(made), 2, *grid.shape), -np.inf)
    for number, emitter in enumerate(stations.emitters):
        one = tile_field(emitter, grid, stations.layout, (50.0, 1.0), stage)
        if one is not None:
            fields[number] = one.field_dbuvm
    served = np.isfinite(fields[:, 0]).any(axis=0)
    server = fields[:, 0].argmax(axis=0)
    np.testing.assert_array_equal(found.server, np.where(served, server, NOBODY))
    np.testing.assert_array_equal(found.strongest_dbuvm[served], fields[:, 0].max(0)[served])
    np.testing.assert_array_equal(found.count, (fields[:, 0] >= 54.0).sum(axis=0))
    for row, column in np.argwhere(served)[::5]:
        best = server[row, column]
        asked = []
        for number, other in enumerate(made):
            spacing = round((other.frequency_mhz - made[best].frequency_mhz) * 1e3)
            steady, rare = (
                protection_ratio_db(spacing, made[best].reception.value, one)
                for one in Persistence
            )
            pair = fields[number, 0, row, column] + steady, fields[number, 1, row, column] + rare
            asked.append(-np.inf if number == best else max(pair))
        assert found.usable_dbuvm[row, column] == pytest.approx(power_sum_dbuvm(asked), abs=1e-9)
        dominant = int(np.argmax(asked)) if np.isfinite(asked).any() else NOBODY
        assert found.dominant[row, column] == dominant
    assert np.isfinite(found.usable_dbuvm).mean() > 0.1


@pytest.mark.parametrize("terrain", ["flat", "hills"])
def test_tiles_are_parts_of_the_whole(make_station: Make, hills: Ground, terrain: str) -> None:
    """No seam: what 16 tiles hold is what one tile holds."""
    ground = hills if terrain == "hills" else Ground(FlatTerrain())
    made = network(make_station, 12, SMALL)
    stations = stations_of(made, ground, 30.0, 500.0)
    grid = grid_over(SMALL, 500.0)
    whole = computed(stations, grid)
    parts = {name: np.full(grid.shape, np.nan) for name in ("strongest_dbuvm", "usable_dbuvm")}
    server = np.empty(grid.shape, dtype=np.int32)
    for place in tiles_of(grid, 17):
        found = computed(stations, grid.part(*place))
        for name, values in parts.items():
            values[place[0].start : place[0].stop, place[1].start : place[1].stop] = getattr(
                found, name
            )
        server[place[0].start : place[0].stop, place[1].start : place[1].stop] = found.server
    difference = np.abs(parts["strongest_dbuvm"] - whole.strongest_dbuvm)
    assert np.nanmax(difference) < 1e-3
    assert np.mean(server == whole.server) > 0.999
    known = np.isfinite(whole.usable_dbuvm)
    np.testing.assert_array_equal(np.isfinite(parts["usable_dbuvm"]), known)
    difference = np.abs(parts["usable_dbuvm"][known] - whole.usable_dbuvm[known])
    assert difference.max() < 1e-3


def test_the_field_is_that_of_each_pixels_own_path(make_station: Make, hills: Ground) -> None:
    made = [make_station("a", longitude=106.3, latitude=10.5), make_station("b", longitude=106.7)]
    settings = default_settings(profile_step_km=0.5)
    stage = StudyContext(None, None, hills).stage(0, 1, "")
    grid = grid_over(SMALL, 500.0)
    longitude, latitude = grid.centres()
    for one in made:
        emitter = Emitter(one, hills, settings)
        found = tile_field(emitter, grid, Layout.of(60.0, 500.0, 0.5), (50.0, 1.0), stage)
        lon, lat = longitude[::7, ::7].ravel(), latitude[::7, ::7].ravel()
        own = fields_at(emitter, stage, lon, lat)
        mapped = found.field_dbuvm[:, ::7, ::7].reshape(2, -1)
        assert np.median(np.abs(own - mapped)) < 0.5


def test_beyond_the_reach_nobody_is_asked(make_station: Make) -> None:
    stations = stations_of([make_station()], Ground(FlatTerrain()), 12.0, 500.0)
    grid = grid_over((106.3, 10.5, 106.6, 10.7), 500.0)
    found = computed(stations, grid)
    _, away = stations.emitters[0].towards(*grid.centres())
    np.testing.assert_array_equal(np.isnan(found.strongest_dbuvm), away > 12.0)
    assert found.unknown.max() == 0
    assert found.cut_off == {0}


def test_a_reach_that_cuts_coverage_off_is_said(
    study_context: Context, make_station: Make
) -> None:
    context = study_context(stations=[make_station()])
    wanted = {**REQUEST, "step_m": 1000, "bounds": [106.0, 10.2, 106.8, 11.0]}
    told = {
        reach: [
            one["key"]
            for one in run("network", {**wanted, "reach_km": reach}, context).results["remarks"]
        ]
        for reach in (12, 100)
    }
    assert "studies.network_cut_off" in told[12]
    assert "studies.network_cut_off" not in told[100]


def test_remarks_are_counted_where_there_are_too_many(
    study_context: Context, make_station: Make, hills: Ground
) -> None:
    """All 60 antennas lie in the ground of the hills; forty are named."""
    made = [replace(one, height_above_ground_m=1.0) for one in network(make_station, 60, SMALL)]
    context = study_context(stations=made, terrain=hills)
    study = run("network", {**REQUEST, "bounds": list(SMALL)}, context)
    told = study.results["remarks"]
    assert len(told) == 41
    assert told[-1]["key"] == "studies.network_more_remarks"
    assert told[-1]["en"].startswith("2")


def test_what_terrain_does_not_know_is_counted(
    make_station: Make, write_terrain: Callable[..., Path]
) -> None:
    def heights(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return np.where(lon > 106.45, -9999.0, 5.0 + 0 * lat)

    ground = Ground(RasterTerrain(write_terrain(heights)))
    stations = stations_of([make_station()], ground, 20.0, 500.0)
    found = computed(stations, grid_over((106.3, 10.5, 106.55, 10.7), 500.0))
    assert found.unknown[:, -1].min() == 1
    assert found.unknown[:, 0].max() == 0
    assert "elevation" in found.gaps[0].missing


def test_cancel_is_heard_within_a_second(study_context: Context, make_station: Make) -> None:
    wanted = threading.Event()
    asked: list[float] = []

    def cancelled() -> bool:
        if wanted.is_set() and not asked:
            asked.append(time.monotonic())
        return wanted.is_set()

    context = study_context(stations=network(make_station, 200), workers=2, cancelled=cancelled)
    timer = threading.Timer(1.5, wanted.set)
    timer.start()
    with pytest.raises(CancelledError):
        run("network", {**REQUEST, "step_m": 250, "reach_km": 100}, context)
    assert time.monotonic() - asked[0] < 1.0
    assert list_studies(context.home) == []
    assert [one for one in context.home.studies.iterdir() if one.is_dir()] == []


def test_memory_is_bounded_by_the_tile(study_context: Context, make_station: Make) -> None:
    """Twice or four times the area, and twice the stations, do not take much more memory."""
    context = study_context(stations=network(make_station, 24))
    names = [f"s{number:03d}" for number in range(24)]

    def peak(east: float, north: float, count: int) -> int:
        """Return the lower of two peaks: what other tests left to be collected counts in one."""
        return min(once_peak(east, north, count) for _ in range(2))

    def once_peak(east: float, north: float, count: int) -> int:
        wanted = {**REQUEST, "bounds": [106.0, 10.2, east, north], "step_m": 1000}
        gc.collect()
        tracemalloc.start()
        try:
            study = run("network", {**wanted, "stations": names[:count]}, context)
            assert study.results["computation"]["tiles"] >= 8
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    run("network", REQUEST, context)
    once = peak(106.88, 11.07, 12)
    assert peak(107.76, 11.07, 12) < 1.25 * once
    assert peak(107.76, 11.94, 12) < 1.5 * once
    assert peak(106.88, 11.07, 24) < 1.25 * once


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ({"bounds": [106, 10, 107]}, "bounds"),
        ({"bounds": [107, 10, 106, 11]}, "bounds"),
        ({"bounds": [106, 10, "107", 11]}, "bounds"),
        ({"stations": []}, "stations"),
        ({"stations": ["nobody"]}, "nobody"),
        ({"stations": "a"}, "stations"),
        ({"step_m": 1}, "step_m"),
        ({"step_m": 10}, "10"),
        ({"reach_km": 1000}, "reach_km"),
        ({"threshold_dbuvm": True}, "threshold_dbuvm"),
        ({"lowest_mhz": 100, "highest_mhz": 90}, "100"),
        ({"lowest_mhz": 90, "highest_mhz": 91}, "từ 90 đến 91 MHz: 1 đài FM"),
        ({"bounds": [110, 15, 110.1, 15.1]}, "Trong 1 đài đã chọn, không đài nào"),
        ({"bounds": None}, "Tây Ninh"),
        ({"radius_km": 1}, "radius_km"),
    ],
)
def test_what_cannot_be_asked(
    study_context: Context, make_station: Make, wanted: dict[str, Any], name: str
) -> None:
    context = study_context(stations=[make_station()])
    with pytest.raises(FormatError) as raised:
        run("network", {**REQUEST, **wanted}, context)
    assert name in raised.value.say("vi")


def test_stations_by_name_frequency_and_what_they_lack(
    study_context: Context, make_station: Make
) -> None:
    made = [
        make_station("a"),
        make_station("b", frequency_mhz=101.0),
        make_station("c", erp_total_dbw=None),
        make_station("far", longitude=108.0),
    ]
    context = study_context(stations=made)
    every = run("network", REQUEST, context)
    assert [one["id"] for one in every.inputs["stations"]] == ["a", "b"]
    assert every.results["not_assessed"] == [
        {"id": "c", "name": "Đài c", "missing": ["erp_total_dbw"]}
    ]
    named = run("network", {**REQUEST, "stations": ["b"]}, context)
    assert [one["id"] for one in named.inputs["stations"]] == ["b"]
    with pytest.raises(FormatError, match="each of the 1 stations"):
        run("network", {**REQUEST, "stations": ["c"]}, context)
    low = run("network", {**REQUEST, "highest_mhz": 100.5}, context)
    assert [one["id"] for one in low.inputs["stations"]] == ["a"]


def test_the_province_where_no_rectangle_is_named(
    study_context: Context, make_station: Make, make_boundary: Callable[..., Any]
) -> None:
    outline = make_boundary("80", 106.3, 10.5, 106.5, 10.7)
    context = study_context(stations=[make_station()], boundaries=[outline])
    wanted = {k: v for k, v in REQUEST.items() if k != "bounds"}
    study = run("network", {**wanted, "step_m": 500}, context)
    assert study.results["area_km2"] == pytest.approx(21.88 * 22.12, rel=0.03)
    assert rerun(study, context).identical


@pytest.mark.parametrize(
    ("pixels", "stations", "side"),
    [(400, 500, 128), (1000, 500, 256), (1000, 5000, 128), (9, 1, 16)],
)
def test_a_tile_keeps_its_limit(pixels: int, stations: int, side: int) -> None:
    grid = Grid(106.0, 11.0, 0.001, 0.001, pixels, pixels)
    assert tile_side(grid, stations) == side
