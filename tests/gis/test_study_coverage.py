"""Coverage studies: the grid, its numbers, its bytes, its errors, its cancel."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from shapely.geometry import shape

from gis.errors import (
    CancelledError,
    FormatError,
    GisError,
    NotFoundError,
    TerrainUnavailableError,
)
from gis.home import Home
from gis.raster import grid_around, read_raster
from gis.register.records import UnitKind
from gis.studies.context import StudyContext
from gis.studies.coverage import azimuth_count, default_radius_km, default_step_m
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around, fields_at, polar_field
from gis.studies.listing import list_studies
from gis.studies.model import default_settings
from gis.studies.parts import settings_of
from gis.studies.record import canonical, file_path
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import RasterTerrain

Context = Callable[..., StudyContext]
REQUEST = {"station_id": "a", "radius_km": 20, "step_m": 500, "on": "2025-08-01"}


def hills(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return 60 + 40 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)


def test_pixels_are_the_field_at_their_centres(
    study_context: Context, make_station, write_terrain: Callable[..., Path]
) -> None:
    """On hills, at random pixels, against the path to the pixel's own centre."""
    terrain = Ground(RasterTerrain(write_terrain(hills)))
    context = study_context(stations=[make_station()], terrain=terrain)
    study = run("coverage", {**REQUEST, "radius_km": 12, "step_m": 250}, context)
    raster = read_raster(file_path(study, "coverage.tif", context.home))
    known = np.argwhere(~np.isnan(raster.values))
    chosen = known[np.random.default_rng(3).choice(len(known), 200, replace=False)]
    with rasterio.open(file_path(study, "coverage.tif", context.home)) as dataset:
        lon, lat = (np.array(side) for side in dataset.xy(chosen[:, 0], chosen[:, 1]))
    emitter = Emitter(make_station(), terrain, default_settings())
    exact = fields_at(emitter, context.stage(0, 1, "x"), lon, lat, time_percents=(50.0,))[0]
    difference = raster.values[chosen[:, 0], chosen[:, 1]] - exact
    assert np.median(np.abs(difference)) < 0.3
    assert np.sqrt((difference**2).mean()) < 1.5
    shifted = raster.values[chosen[:, 0] - 1, chosen[:, 1] - 1] - exact
    assert np.nanstd(shifted) > 2 * difference.std(), "the test must notice a shift by a pixel"


def test_flat_ground_gives_circles(study_context: Context, make_station) -> None:
    """The area at or above a level is that of the circle on which a single path meets it."""
    context = study_context(stations=[make_station()])
    study = run("coverage", {**REQUEST, "radius_km": 40}, context)
    emitter = Emitter(make_station(), context.ground, default_settings())
    away = np.linspace(1.0, 40.0, 400)
    lat = 10.6 + away / 110.61  # km a degree along the meridian near 10.6 N
    field = fields_at(emitter, context.stage(0, 1, "x"), np.full(400, 106.4), lat)[0]
    for level in study.results["levels"]:
        radius_km = away[field >= level["field_strength_dbuvm"]].max()
        assert level["area_km2"] == pytest.approx(np.pi * radius_km**2, rel=0.03)
    contours = json.loads(file_path(study, "contours.geojson", context.home).read_bytes())
    for feature, level in zip(contours["features"], study.results["levels"], strict=True):
        told = feature["properties"]
        assert told["level_dbuvm"] == level["field_strength_dbuvm"]
        assert told["software"].startswith("phusong ")
        assert told["terrain"] == context.ground.elevation.identifier
        assert (told["receiver_height_m"], told["location_percent"]) == (10.0, 50.0)
        outline = shape(feature["geometry"])
        assert outline.is_valid
        corners = np.array(outline.geoms[0].exterior.coords)
        east = (corners[:, 0] - 106.4) * 109.46  # km a degree along the parallel of 10.6 N
        north = (corners[:, 1] - 10.6) * 110.61
        expected = np.sqrt(level["area_km2"] / np.pi)
        np.testing.assert_allclose(np.hypot(east, north), expected, rtol=0.03)


def test_the_file_says_what_it_is(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station()])
    study = run("coverage", REQUEST, context)
    with rasterio.open(file_path(study, "coverage.tif", context.home)) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        tags = dataset.tags()
        assert tags["UNIT"] == "dBuV/m"
        assert "P.1812-8" in tags["MODEL"]
        assert tags["TERRAIN"] == "flat-delta-2m"
        assert tags["EVIDENCE"] == "prediction"
        assert (tags["SYNTHETIC"], tags["ON"]) == ("no", study.inputs["on"])
        assert tags["RECEIVER_HEIGHT_M"] == "10"
        assert study.inputs["software"]["numerics_sha256"] in tags["SOFTWARE"]
        values = dataset.read(1)
    middle = values.shape[0] // 2, values.shape[1] // 2
    assert np.nanargmax(values) == np.ravel_multi_index(middle, values.shape)
    assert np.isnan(values[0, 0]), "beyond the radius nothing is known"
    assert study.results["pixels_without_field"] == 0


def test_same_bytes_with_any_number_of_workers(
    tmp_path: Path, study_context: Context, make_station, write_terrain: Callable[..., Path]
) -> None:
    terrain = Ground(RasterTerrain(write_terrain(hills)))
    context = study_context(stations=[make_station()], terrain=terrain)
    written = []
    for workers in (1, 2, 5):
        home = Home(tmp_path / str(workers))
        study = run(
            "coverage",
            REQUEST,
            StudyContext(context.register, home, terrain, workers=workers),
        )
        folder = home.study(study.id)
        written.append({file.name: file.read_bytes() for file in sorted(folder.iterdir())})
    assert written[0] == written[1] == written[2]
    record = written[0]["study.json"].decode()
    assert str(tmp_path) not in record


def test_a_kept_study_is_not_computed_again(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station()])
    first = run("coverage", REQUEST, context)
    calls: list[str] = []
    again = StudyContext(
        context.register,
        context.home,
        context.ground,
        progress=lambda _f, key, _v: calls.append(key),
    )
    assert run("coverage", REQUEST, again) == first
    assert set(calls) == {"studies.progress_gather"}
    file_path(first, "coverage.tif", context.home).write_bytes(b"broken")
    assert run("coverage", REQUEST, again) == first
    assert "studies.progress_field" in calls, "a damaged study is computed again"


def test_inputs_hold_whatever_decides_the_result(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station()])
    base = run("coverage", REQUEST, context)
    changed = [
        {**REQUEST, "time_percent": 1},
        {**REQUEST, "receiver_height_m": 1.5},
        {**REQUEST, "step_m": 1000},
        {**REQUEST, "on": "2025-08-02"},
    ]
    ids = {run("coverage", request, context).id for request in changed}
    assert len(ids | {base.id}) == 5
    with context.register.write(author="test", reason="more power") as writer:
        writer.update_stations([make_station(erp_total_dbw=33.0)])
    stronger = run("coverage", REQUEST, context)
    assert stronger.id not in ids | {base.id}
    gain = stronger.results["field_strength_max_dbuvm"] - base.results["field_strength_max_dbuvm"]
    assert gain == pytest.approx(3.0, abs=0.011)
    for name in ("terrain", "model", "software", "station", "jurisdiction", "on"):
        assert name in base.inputs


def test_communes_by_outline_and_by_point(
    study_context: Context, make_station, make_unit, make_boundary
) -> None:
    """Half of the outlined commune lies beyond the level; the others are judged at one point."""
    units = [
        make_unit("near", 106.42, 10.61),
        make_unit("outlined", 106.5, 10.6),
        make_unit("beyond", 109.0, 10.6),
        make_unit("district", 106.41, 10.6, kind=UnitKind.DISTRICT),
    ]
    boundaries = [make_boundary("outlined", 106.42, 10.58, 106.60, 10.62)]
    context = study_context(stations=[make_station()], units=units, boundaries=boundaries)
    study = run("coverage", {**REQUEST, "radius_km": 25}, context)
    rows = {row["code"]: row for row in study.results["communes"]}
    assert set(rows) == {"near", "outlined"}
    assert rows["near"]["method"] == "point"
    assert rows["near"]["approximate"]
    assert rows["near"]["covered_share"] == {"54": 1.0, "66": 1.0, "74": 1.0}
    assert rows["outlined"]["method"] == "area"
    assert not rows["outlined"]["approximate"]
    raster = read_raster(file_path(study, "coverage.tif", context.home))
    lon, lat = np.meshgrid(np.linspace(106.421, 106.599, 300), np.linspace(10.581, 10.619, 60))
    sampled = raster.at(lon, lat)
    for level, share in rows["outlined"]["covered_share"].items():
        assert share == pytest.approx(np.mean(sampled >= float(level)), abs=0.05)


def test_units_of_another_day_do_not_count(study_context: Context, make_station, make_unit):
    units = [
        make_unit("old", 106.42, 10.61, valid_to=date(2025, 6, 30)),
        make_unit("new", 106.42, 10.61, valid_from=date(2025, 7, 1)),
    ]
    context = study_context(stations=[make_station()], units=units)
    before = run("coverage", {**REQUEST, "on": "2025-06-30"}, context)
    after = run("coverage", {**REQUEST, "on": "2025-07-01"}, context)
    assert [row["code"] for row in before.results["communes"]] == ["old"]
    assert [row["code"] for row in after.results["communes"]] == ["new"]
    assert before.inputs["jurisdiction"] != after.inputs["jurisdiction"]


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        ({"station_id": "a", "radius": 20}, "studies.unknown_input"),
        ({"station_id": ""}, "studies.wrong_text"),
        ({}, "studies.wrong_text"),
        ({"station_id": "a", "radius_km": 301}, "studies.wrong_number"),
        ({"station_id": "a", "radius_km": "20"}, "studies.wrong_number"),
        ({"station_id": "a", "radius_km": True}, "studies.wrong_number"),
        ({"station_id": "a", "radius_km": float("nan")}, "studies.wrong_number"),
        ({"station_id": "a", "time_percent": 0.5}, "studies.wrong_number"),
        ({"station_id": "a", "on": "01/08/2025"}, "studies.wrong_date"),
        ({"station_id": "a", "on": 20250801}, "studies.wrong_date"),
        ({"station_id": "a", "radius_km": 300, "step_m": 50}, "studies.too_many_pixels"),
    ],
)
def test_requests_are_read_strictly(
    study_context: Context, make_station, request_: dict[str, object], key: str
) -> None:
    context = study_context(stations=[make_station()])
    with pytest.raises(FormatError) as caught:
        run("coverage", request_, context)
    assert caught.value.key == key
    assert caught.value.say("vi") != caught.value.say("en")
    assert list_studies(context.home) == []


def test_unknown_station_kind_and_jurisdiction(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station()])
    with pytest.raises(NotFoundError):
        run("coverage", {"station_id": "nobody"}, context)
    with pytest.raises(NotFoundError):
        run("coverage", {"station_id": "a", "jurisdiction": "nowhere"}, context)
    with pytest.raises(FormatError, match="kind"):
        run("weather", {"station_id": "a"}, context)


def test_a_station_that_cannot_be_assessed(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station(erp_total_dbw=None)])
    with pytest.raises(GisError) as caught:
        run("coverage", {"station_id": "a"}, context)
    assert caught.value.key == "studies.station_without_erp_total_dbw"


def test_a_station_beside_the_terrain(
    study_context: Context, make_station, write_terrain: Callable[..., Path]
) -> None:
    """The raster ends at 106.8 E; a station at 108 E has a recorded height but no paths."""
    terrain = Ground(RasterTerrain(write_terrain(hills)))
    context = study_context(stations=[make_station(longitude=108.0)], terrain=terrain)
    with pytest.raises(TerrainUnavailableError, match="Đài a"):
        run("coverage", REQUEST, context)


def test_cancel_is_heard_within_a_second(study_context: Context, make_station) -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 60

    context = study_context(stations=[make_station()])
    context = StudyContext(context.register, context.home, context.ground, cancelled=cancelled)
    with pytest.raises(CancelledError):
        run("coverage", {"station_id": "a", "radius_km": 150, "step_m": 100}, context)
    ended = time.monotonic()
    assert max(np.diff([*asked, ended])) < 1
    assert list_studies(context.home) == []
    assert not list(context.home.studies.glob("*")) if context.home.studies.exists() else True


def test_progress_never_goes_back(study_context: Context, make_station) -> None:
    told: list[float] = []
    context = study_context(stations=[make_station()])
    context = StudyContext(
        context.register,
        context.home,
        context.ground,
        progress=lambda fraction, _key, _values: told.append(fraction),
    )
    run("coverage", {**REQUEST, "radius_km": 60, "step_m": 100}, context)
    assert told == sorted(told)
    assert 0.0 <= told[0] <= told[-1] <= 1.0
    assert len(told) > 10


def test_extent_that_nobody_asked_for(make_station) -> None:
    """300 W: 20 + 1.5 * 24.8 = 57.2, rounded up to 60 km; a mountain reaches its horizon."""
    assert default_radius_km(make_station(erp_total_dbw=10 * np.log10(300))) == 60.0
    assert default_radius_km(make_station(erp_total_dbw=40.0)) == 80.0
    # 4.12 * (sqrt(986 + 60) + sqrt(10)) = 146.3 km
    mountain = make_station(ground_height_m=986.0, erp_total_dbw=30.0)
    assert default_radius_km(mountain) == 150.0
    assert default_step_m(60.0) == 500.0


def test_radials_stand_a_pixels_diagonal_apart_or_its_side_where_asked(
    study_context: Context, make_station, write_terrain: Callable[..., Path]
) -> None:
    """Full radials are near to the usual ones, and are told apart."""
    assert azimuth_count(60.0, 500.0) == 540  # 2 pi 60 km / 0.707 km = 533, to a multiple of 36
    assert azimuth_count(60.0, 500.0, full=True) == 792  # 754, to a multiple of 72
    assert azimuth_count(300.0, 100.0) == 13824  # 13329, to 576
    terrain = Ground(RasterTerrain(write_terrain(hills)))
    context = study_context(stations=[make_station()], terrain=terrain)
    usual = run("coverage", {**REQUEST, "radius_km": 20}, context)
    full = run("coverage", {**REQUEST, "radius_km": 20, "full_radials": True}, context)
    assert usual.id != full.id
    assert "full_radials" not in usual.inputs
    step_m = usual.inputs["step_m"]
    arcs = [study.results["computation"]["arc_at_edge_m"] for study in (full, usual)]
    assert arcs[0] <= step_m < arcs[1] <= step_m * 1.4143
    fields = [
        read_raster(file_path(study, "coverage.tif", context.home)).values
        for study in (usual, full)
    ]
    apart = np.abs(fields[0] - fields[1])
    assert np.nanmax(apart) > 0
    assert np.sqrt(np.nanmean(apart**2)) < 0.5
    unthinned = polar_field(
        Emitter(make_station(), terrain, settings_of(full.inputs)),
        context.stage(0, 1, "x"),
        radius_km=20.0,
        step_km=step_m / 1e3,
        azimuths_deg=azimuths_around(azimuth_count(20.0, step_m, full=True)),
        time_percents=(50.0,),
    )
    (wanted,), _ = unthinned.to_grid(
        grid_around(106.4, 10.6, 20.0, step_m), context.stage(0, 1, "x")
    )
    np.testing.assert_array_equal(fields[1], wanted)


def test_canonical_results(study_context: Context, make_station) -> None:
    study = run("coverage", REQUEST, study_context(stations=[make_station()]))
    assert json.loads(canonical(study.results)) == study.results
    assert json.loads(canonical(study.inputs)) == study.inputs
