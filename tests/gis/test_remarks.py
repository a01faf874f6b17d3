"""Bad ground: an error or a named remark with the place, and the rest of the area computed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gis.errors import GisError, TerrainUnavailableError
from gis.geodesy import distance_km
from gis.raster import read_raster
from gis.studies import run
from gis.studies.context import StudyContext
from gis.studies.coverage import azimuth_count
from gis.studies.point import explain_path
from gis.studies.predictors.p1812 import P1812
from gis.studies.predictors.registry import MODELS
from gis.studies.record import file_path
from gis.studies.remarks import Gaps, remarks_json
from gis.studies.steps import COARSEST_STEP_KM, FINEST_STEP_KM, area_step_km
from gis.terrain.ground import Ground, Surface
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.profile import Polarization

Context = Callable[..., StudyContext]
Write = Callable[..., Path]

AT = {"longitude": 106.4, "latitude": 10.6}


def coverage(context: StudyContext, **request: object) -> dict:
    return run("coverage", {"station_id": "a", "step_m": 500, **request}, context).results


def keyed(results: dict) -> dict[str, dict]:
    return {remark["key"]: remark for remark in results["remarks"]}


def test_a_void_is_named_with_its_place(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    def holed(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return np.where((abs(lon - 106.5) < 0.01) & (abs(lat - 10.6) < 0.01), np.nan, 5.0)

    ground = Ground(RasterTerrain(write_terrain(holed)))
    context = study_context(stations=[make_station(**AT)], terrain=ground)
    results = coverage(context, radius_km=20)
    remark = keyed(results)["studies.ground_void"]
    assert "106,4" not in remark["vi"]
    longitude = float(remark["en"].split("longitude ")[1].split(",")[0])
    latitude = float(remark["en"].split("latitude ")[1].split(" ")[0])
    assert longitude == pytest.approx(106.49, abs=0.006)
    assert latitude == pytest.approx(10.6, abs=0.013)
    away = float(remark["en"].split("(")[1].split(" km")[0])
    assert away == pytest.approx(float(distance_km(106.4, 10.6, longitude, latitude)), abs=0.01)
    assert 0 < results["pixels_without_field"] < 300, "only behind the hole"
    assert results["levels"][0]["area_km2"] > 1000


def test_a_radius_beyond_the_source(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    ground = Ground(RasterTerrain(write_terrain(lambda lon, _lat: 5.0 + 0 * lon)))
    context = study_context(stations=[make_station(**AT)], terrain=ground)
    results = coverage(context, radius_km=60)
    remark = keyed(results)["studies.ground_beyond"]
    assert "nằm ngoài phạm vi dữ liệu độ cao" in remark["vi"]
    away = float(remark["en"].split("(")[1].split(" km")[0])
    assert away == pytest.approx(43.8, abs=1.0)  # 106.0 E and 11.0 N are that far
    assert results["pixels_without_field"] > 0
    assert results["field_strength_max_dbuvm"] > 60
    whole = coverage(context, radius_km=20)
    assert whole["remarks"] == []
    assert whole["pixels_without_field"] == 0


def test_a_station_without_any_ground(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    ground = Ground(RasterTerrain(write_terrain(lambda lon, _lat: np.nan * lon)))
    context = study_context(stations=[make_station(**AT)], terrain=ground)
    with pytest.raises(TerrainUnavailableError) as caught:
        coverage(context, radius_km=10)
    assert caught.value.key == "studies.no_terrain_around"


def test_a_step_finer_than_the_source_is_allowed_and_said(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    ground = Ground(RasterTerrain(write_terrain(lambda lon, _lat: 5.0 + 0 * lon)))
    context = study_context(stations=[make_station(**AT)], terrain=ground)
    assert "studies.step_finer" not in keyed(coverage(context, radius_km=5, step_m=500))
    remark = keyed(coverage(context, radius_km=5, step_m=50))["studies.step_finer"]
    assert "50 m" in remark["en"]
    assert "276" in remark["en"]  # 0.0025 degrees


def test_an_antenna_in_the_ground_is_said(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    ground = Ground(RasterTerrain(write_terrain(lambda lon, _lat: 300.0 + 0 * lon)))
    station = make_station(**AT, ground_height_m=2.0, height_above_ground_m=60.0)
    context = study_context(stations=[station], terrain=ground)
    remark = keyed(coverage(context, radius_km=5))["studies.antenna_below_ground"]
    assert "62 m" in remark["en"]
    assert "300 m" in remark["en"]
    assert "106.40000" in remark["vi"]


@pytest.mark.parametrize(
    ("recorded", "terrain", "said"),
    [(60.0, 5.0, True), (16.0, 5.0, True), (14.0, 5.0, False), (1.0, 12.0, True)],
)
def test_a_mast_ground_unlike_the_terrain_is_said_with_both_heights(
    study_context: Context,
    make_station: Callable,
    write_terrain: Write,
    *,
    recorded: float,
    terrain: float,
    said: bool,
) -> None:
    ground = Ground(RasterTerrain(write_terrain(lambda lon, _lat: terrain + 0 * lon)))
    station = make_station(**AT, ground_height_m=recorded, height_above_ground_m=60.0)
    context = study_context(stations=[station], terrain=ground)
    remarks = keyed(coverage(context, radius_km=5))
    assert ("studies.mast_ground_differs" in remarks) is said
    told = explain_path(station, 106.45, 10.6, context)["remarks"]
    assert ("studies.mast_ground_differs" in {one["key"] for one in told}) is said
    if said:
        sentence = remarks["studies.mast_ground_differs"]["en"]
        assert f"is {recorded:g} m" in sentence
        assert f"have {terrain:g} m" in sentence
        assert "10 m apart" in sentence


def test_a_low_antenna_below_the_terrain_is_said_however_little_the_ground_differs(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    ground = Ground(RasterTerrain(write_terrain(lambda lon, _lat: 8.0 + 0 * lon)))
    station = make_station(**AT, ground_height_m=2.0, height_above_ground_m=5.0)
    context = study_context(stations=[station], terrain=ground)
    assert "studies.antenna_below_ground" in keyed(coverage(context, radius_km=5))


@pytest.mark.parametrize(
    ("polarization", "model", "said"),
    [
        (Polarization.MIXED, "p1812", True),
        (Polarization.MIXED, "itm", True),
        (Polarization.VERTICAL, "p1812", False),
    ],
)
def test_mixed_polarisation_is_said(
    study_context: Context,
    make_station: Callable,
    *,
    polarization: Polarization,
    model: str,
    said: bool,
) -> None:
    context = study_context(stations=[make_station(**AT, polarization=polarization)])
    remarks = keyed(coverage(context, radius_km=5, model=model))
    assert ("studies.polarization_mixed" in remarks) is said
    if said:
        assert MODELS[model].edition in remarks["studies.polarization_mixed"]["en"]


def test_profiles_follow_the_terrain_and_say_where_they_do_not(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    """A ridge one cell wide that profiles of 250 m pass by shades what lies behind it."""

    def ridge(lon: np.ndarray, _lat: np.ndarray) -> np.ndarray:
        return np.where(np.abs(lon - 106.4215) < 0.00016, 300.0, 5.0)

    fine = {"west": 106.34, "north": 10.66, "cell": 0.0003, "side": 400}
    ground = Ground(RasterTerrain(write_terrain(ridge, **fine)))
    context = study_context(stations=[make_station(**AT)], terrain=ground)
    study = run("coverage", {"station_id": "a", "radius_km": 5, "step_m": 500}, context)
    settings = study.inputs["model"]["settings"]
    assert settings["profile_step_km"] == pytest.approx(0.0332, abs=2e-4)
    assert study.results["computation"]["range_step_m"] == pytest.approx(500 / 16)
    assert "studies.step_coarser" not in keyed(study.results)
    raster = read_raster(file_path(study, "coverage.tif", context.home))
    behind, opposite = raster.at(np.array([106.435, 106.365]), np.array([10.6, 10.6]))
    assert behind < opposite - 15.0

    slow = keyed(coverage(context, radius_km=1.5, step_m=500, model="p452"))
    sentence = slow["studies.step_coarser"]["en"]
    assert "250 m apart" in sentence
    assert "33.2 m" in sentence


def test_a_large_area_of_small_pixels_keeps_the_pixels_step(write_terrain: Write) -> None:
    def step(cell: float, radials_km: float, step_km: float = 1.0) -> float:
        name = f"{cell}.tif"
        terrain = write_terrain(lambda lon, _lat: 0 * lon, cell=cell, side=32, name=name)
        return area_step_km(Ground(RasterTerrain(terrain)), P1812(), radials_km, step_km)

    assert step(0.0003, 150.0 * azimuth_count(150.0, 90.0), 0.09) == 0.09
    assert step(0.0003, 12e6 * 0.16) == pytest.approx(1 / 6, abs=1e-4), "a whole part of 1 km"
    assert step(0.0003, 12e6 * 0.4) == COARSEST_STEP_KM
    assert step(0.0003, 100.0 * azimuth_count(100.0, 1000.0)) == pytest.approx(0.033, abs=2e-4)
    assert step(0.00001, 1.0) == FINEST_STEP_KM
    assert step(0.01, 1.0) == COARSEST_STEP_KM
    assert area_step_km(Ground(FlatTerrain()), P1812(), 1.0, 1.0) == COARSEST_STEP_KM


@pytest.mark.parametrize("height", [-5.0, 0.0, 3001.0])
def test_an_antenna_below_its_own_ground_is_refused(
    study_context: Context, make_station: Callable, height: float
) -> None:
    context = study_context(stations=[make_station(height_above_ground_m=height)])
    with pytest.raises(GisError) as caught:
        coverage(context, radius_km=5)
    assert caught.value.key == "studies.station_outside_height_above_ground_m"


def test_a_receiver_on_the_mast(study_context: Context, make_station: Callable) -> None:
    station, context = make_station(**AT), study_context()
    told = explain_path(station, 106.4, 10.6, context)
    assert told["method"] == "free_space"
    assert np.isfinite(told["predictions"][0]["field_strength_dbuvm"])
    assert [remark["key"] for remark in told["remarks"]] == ["studies.point_on_mast"]
    beside = explain_path(station, 106.4005, 10.6, context)
    assert beside["remarks"] == []


def test_a_point_sees_a_wall_one_cell_wide(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    """Steps of 250 m would pass beside it."""

    def wall(lon: np.ndarray, _lat: np.ndarray) -> np.ndarray:
        return np.where(np.abs(lon - 106.4345) < 0.00016, 300.0, 5.0)

    fine = {"west": 106.37, "north": 10.63, "cell": 0.0003, "side": 300}
    ground = Ground(RasterTerrain(write_terrain(wall, **fine)))
    told = explain_path(make_station(**AT), 106.45, 10.6, study_context(terrain=ground))
    assert max(told["profile"]["terrain_height_m"]) > 150
    assert told["sight"]["median"]["line_of_sight"] is False


def test_a_path_across_a_void_says_where(
    study_context: Context, make_station: Callable, write_terrain: Write
) -> None:
    ground = Ground(RasterTerrain(write_terrain(lambda lon, _lat: 5.0 + 0 * lon, side=200)))
    context = study_context(terrain=ground)
    with pytest.raises(TerrainUnavailableError) as caught:
        explain_path(make_station(longitude=106.3, latitude=10.7), 106.7, 10.7, context)
    assert float(caught.value.values["longitude"]) == pytest.approx(106.5, abs=0.005)
    assert "106.50" in caught.value.say("vi")


def test_remarks_of_the_sources_stand_in_every_study(
    study_context: Context, make_station: Callable
) -> None:
    said = ("terrain.left_out", {"file": "N10E106.hgt"})
    ground = Ground(FlatTerrain(), remarks=(said, said))
    context = study_context(stations=[make_station()], terrain=ground)
    assert [r["key"] for r in coverage(context, radius_km=5)["remarks"]] == ["terrain.left_out"]
    wanted = {"station_id": "a", "radius_km": 5, "step_m": 500}
    assert keyed(run("interference", wanted, context).results)["terrain.left_out"]
    found = run("compliance", {"station_id": "a", "changes": "none"}, context).results
    assert "N10E106.hgt" in keyed(found)["terrain.left_out"]["vi"]


def test_gaps_add_up() -> None:
    """Blocks of radials together name the nearest gap, whichever has it."""

    def surface(first: int) -> Surface:
        heights = np.zeros((2, 10))
        heights[1, first:] = np.nan
        no = np.zeros((2, 10), dtype=np.bool_)
        return Surface(heights, np.zeros((2, 10)), np.zeros((2, 10), np.int8), no, ~no)

    one = Gaps.of(surface(4), np.array([0.0, 90.0]), 0.5)
    other = Gaps.of(surface(7), np.array([180.0, 270.0]), 0.5)
    assert one.missing == {"elevation": (6, 2.0, 90.0), "zones": (20, 0.0, 0.0)}
    for both in (
        one.and_those(other),
        other.and_those(one),
        Gaps().and_those(one).and_those(other),
    ):
        assert both.points == 40
        assert both.missing == {"elevation": (9, 2.0, 90.0), "zones": (40, 0.0, 0.0)}
    assert remarks_json([]) == []


def test_a_receiver_at_another_height_than_the_levels_is_said(
    study_context: Context, make_station: Callable
) -> None:
    context = study_context(stations=[make_station(**AT)])
    assert "studies.receiver_height" not in keyed(coverage(context, radius_km=5))
    told = keyed(coverage(context, radius_km=5, receiver_height_m=1.5))
    assert "1.5 m" in told["studies.receiver_height"]["en"]
    assert "1,5 m" in told["studies.receiver_height"]["vi"]
