"""The contours of a coverage beside the point-to-point function at random points."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely import contains_xy
from shapely.geometry import shape

from gis.demo.broadcasting import known_stations, stations
from gis.raster import read_raster
from gis.register.records import BroadcastStation, Service
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.parts import settings_of
from gis.studies.record import file_path
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain

POINTS = 1000
RADIUS_KM = 25.0


def strongest_station() -> BroadcastStation:
    """Return the FM station of the demonstration with the largest power."""
    known = [one for one in (*known_stations(), *stations()) if one.service is Service.FM]
    powers = {one.id: one.erp_total_dbw for one in known}
    best = max(known, key=lambda one: powers[one.id] or -np.inf)
    return replace(best, organisation_id=None, structure_id=None, plan_entry_id=None)


def rolling(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return 60 + 40 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)


@pytest.mark.parametrize("hilly", [False, True])
def test_contours_are_where_the_point_function_says(
    hilly: bool,
    study_context: Callable[..., StudyContext],
    write_terrain: Callable[..., Path],
) -> None:
    """Over flat ground and hills: what a contour holds is at its level or above it."""
    strongest = strongest_station()
    west, north = strongest.longitude - 0.3, strongest.latitude + 0.3
    terrain = RasterTerrain(write_terrain(rolling, west=west, north=north, side=600))
    ground = Ground(terrain if hilly else FlatTerrain())
    context = study_context(stations=[strongest], terrain=ground, workers=2)
    asked = {"station_id": strongest.id, "radius_km": RADIUS_KM, "step_m": 90}
    study = run("coverage", {**asked, "on": "2025-08-01"}, context)
    rng = np.random.default_rng(17)
    away = RADIUS_KM * np.sqrt(rng.uniform(0.001, 0.95, POINTS)) / 111.2
    turn = rng.uniform(0, 2 * np.pi, POINTS)
    lon = strongest.longitude + away * np.sin(turn) / np.cos(np.radians(strongest.latitude))
    lat = strongest.latitude + away * np.cos(turn)
    emitter = Emitter(strongest, ground, settings_of(study.inputs))
    stage = context.stage(0, 1, "studies.progress_field")
    (field,) = fields_at(emitter, stage, lon, lat, time_percents=(50.0,))
    raster = read_raster(file_path(study, "coverage.tif", context.home)).at(lon, lat)
    assert abs(np.mean(raster - field)) < 0.1
    contours = json.loads(file_path(study, "contours.geojson", context.home).read_text("utf-8"))
    found = 0
    for contour in contours["features"]:
        level = contour["properties"]["level_dbuvm"]
        inside = contains_xy(shape(contour["geometry"]), lon, lat)
        found += inside.any() and not inside.all()
        wrong = inside != (field >= level)
        assert wrong.sum() <= POINTS // 100, level
        assert np.all(np.abs(field[wrong] - level) < 2.0), level
    assert found >= 1, "at least one contour must part the points"
