"""A coverage study beside the point-to-point function, and its raster as GDAL sees it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from shapely.geometry import shape

from gis.geodesy import destination
from gis.raster import read_raster
from gis.studies.context import StudyContext
from gis.studies.coverage import LEVELS_DBUVM
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.model import default_settings
from gis.studies.record import file_path
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import RasterTerrain

RADIUS_KM, STEP_M = 30.0, 100.0
POINTS = 1000


def rugged(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Waves of 20, 7, 2.5 and 0.9 km in directions of their own, and a scarp of 120 m."""
    height = np.full(lon.shape, 150.0)
    for k, (km, m) in enumerate(((20, 90), (7, 45), (2.5, 20), (0.9, 8))):
        angle = 0.7 + 1.1 * k
        along = (lon - 106.4) * 109.4 * np.cos(angle) + (lat - 10.6) * 110.6 * np.sin(angle)
        height += m * np.sin(2 * np.pi * along / km + k)
    return height + 120 * (lon + lat > 117.12)


@dataclass(frozen=True, slots=True)
class Scene:
    """A coverage over rugged terrain, and the field over the own paths of random points."""

    raster: Path
    contours: dict[float, shapely.Geometry]
    areas_km2: dict[float, float]
    longitude: np.ndarray
    latitude: np.ndarray
    exact: np.ndarray


@pytest.fixture
def scene(
    study_context: Callable[..., StudyContext],
    make_station: Callable[..., object],
    write_terrain: Callable[..., Path],
) -> Scene:
    terrain = Ground(RasterTerrain(write_terrain(rugged)))
    station = make_station(ground_height_m=None, height_above_ground_m=120.0)
    context = study_context(stations=[station], terrain=terrain, workers=2)
    request = {"station_id": "a", "radius_km": RADIUS_KM, "step_m": STEP_M, "on": "2025-08-01"}
    study = run("coverage", request, context)
    rng = np.random.default_rng(12)
    share = (np.arange(POINTS) + rng.uniform(0.1, 0.9, POINTS)) / POINTS
    away = RADIUS_KM * np.sqrt(0.998 * share)  # as many on every square km
    lon, lat = destination(106.4, 10.6, rng.uniform(0.0, 360.0, POINTS), away)
    settings = replace(default_settings(), profile_step_km=STEP_M / 1e3)
    emitter = Emitter(station, terrain, settings)
    (exact,) = fields_at(emitter, context.stage(0, 1, "x"), lon, lat, time_percents=(50.0,))
    features = json.loads(file_path(study, "contours.geojson", context.home).read_bytes())
    return Scene(
        raster=file_path(study, "coverage.tif", context.home),
        contours={
            feature["properties"]["level_dbuvm"]: shape(feature["geometry"])
            for feature in features["features"]
        },
        areas_km2={
            row["field_strength_dbuvm"]: row["area_km2"] for row in study.results["levels"]
        },
        longitude=lon,
        latitude=lat,
        exact=exact,
    )


def test_contours_part_points_as_their_own_paths_do(scene: Scene) -> None:
    """Of 1,000 points at most 1 % are on the wrong side of a contour, and as many each way."""
    assert set(scene.contours) == set(LEVELS_DBUVM)
    crossed = 0
    for level, area in scene.contours.items():
        assert area.is_valid
        inside = shapely.contains_xy(area, scene.longitude, scene.latitude)
        reached = scene.exact >= level
        assert np.mean(inside != reached) <= 0.01
        assert inside.mean() == pytest.approx(reached.mean(), abs=0.005)
        far = np.abs(scene.exact - level) > 3.0  # dB: behind an edge the field jumps
        assert np.mean((inside != reached) & far) <= 0.003
        share = scene.areas_km2[level] / (np.pi * RADIUS_KM**2)
        sampling = 3 * np.sqrt(share * (1 - share) / POINTS)
        assert share == pytest.approx(reached.mean(), abs=sampling + 0.005)
        crossed += 0.05 < reached.mean() < 0.95
    assert crossed >= 2, "levels that every point reaches, or none, would test nothing"


def test_raster_is_the_field_at_any_point(scene: Scene) -> None:
    """Bilinear in the raster against the path to the point itself; a shift would be noticed."""
    raster = read_raster(scene.raster)

    def error(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        column = (lon - raster.grid.west_deg) / raster.grid.pixel_width_deg - 0.5
        row = (raster.grid.north_deg - lat) / raster.grid.pixel_height_deg - 0.5
        i, j = np.floor(row).astype(int), np.floor(column).astype(int)
        u, v = row - i, column - j
        above = (1 - v) * raster.values[i, j] + v * raster.values[i, j + 1]
        below = (1 - v) * raster.values[i + 1, j] + v * raster.values[i + 1, j + 1]
        return (1 - u) * above + u * below - scene.exact

    own = error(scene.longitude, scene.latitude)
    known = ~np.isnan(own)
    assert known.mean() > 0.99
    assert abs(own[known].mean()) < 0.05
    rms = np.sqrt((own[known] ** 2).mean())
    assert rms < 0.5
    half = raster.grid.pixel_width_deg / 2
    moved = error(scene.longitude + half, scene.latitude - half)[known]
    assert np.sqrt(np.nanmean(moved**2)) > 1.3 * rms, "half a pixel must be noticed"


def test_gdal_finds_a_cloud_optimized_geotiff(scene: Scene) -> None:
    """Tiles, overviews and the order of the parts of the file, as GDAL's own validator asks."""
    with rasterio.open(scene.raster) as dataset:
        assert dataset.driver == "GTiff"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "3"
        assert dataset.block_shapes == [(512, 512)]
        assert dataset.overviews(1) == [2]
        assert dataset.crs.to_epsg() == 4326
        assert {"MODEL", "TERRAIN", "UNIT", "STATION"} <= set(dataset.tags())
        values = dataset.read(1)
        heads, tiles = [], []
        for level in (None, 0):
            heads.append(int(dataset.get_tag_item("IFD_OFFSET", "TIFF", bidx=1, ovr=level)))
            tiles.append(int(dataset.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1, ovr=level)))
    assert heads[0] < heads[1] < min(tiles), "every directory stands before the first tile"
    assert tiles[1] < tiles[0], "the coarse tiles stand before the fine ones"
    with rasterio.open(scene.raster, overview_level=0) as coarse:
        assert coarse.shape == tuple(-(-side // 2) for side in values.shape)
        half = coarse.read(1)
    down, across = (shares(*sides) for sides in zip(half.shape, values.shape, strict=True))
    known = ~np.isnan(values)
    weights = down @ known @ across.T
    np.testing.assert_array_equal(np.isnan(half), weights < 1e-9)
    means = down @ np.where(known, values, 0.0) @ across.T / np.maximum(weights, 1e-9)
    np.testing.assert_allclose(half[weights > 1e-9], means[weights > 1e-9], atol=1e-3)


def shares(coarse: int, fine: int) -> np.ndarray:
    """Return how much of each fine pixel along a side lies in each coarse one, as weights."""
    edges = np.arange(coarse + 1) * fine / coarse
    pixel = np.arange(fine)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.clip(overlap, 0, None) * coarse / fine
