"""ITM over a large area: what is interpolated stands in the record and is said."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around
from gis.studies.method import Method, method_recorded
from gis.studies.model import default_settings
from gis.studies.predictors.base import INTERPOLATED, RECEIVERS
from gis.studies.predictors.itm import Itm
from gis.studies.predictors.registry import predictor_of
from gis.studies.runner import run
from gis.studies.walk import Walk
from gis.terrain.ground import Ground
from gis.terrain.source import RasterTerrain
from propagation.itm.prediction import EDITION
from propagation.itm.records import RadioClimate


def hills(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return 60 + 40 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)


def test_a_record_that_does_not_say_how_often_means_every_receiver() -> None:
    written = {"name": "itm", "edition": EDITION, "options": {"climate": "desert"}}
    assert method_recorded(written, None).predictor == Itm(RadioClimate.DESERT, 1)
    new = predictor_of("itm", {}, None)
    assert new.options()["irregularity_every"] == 8
    assert predictor_of("itm", new.options(), None) == new


def test_receivers_beyond_300_steps_are_counted(
    make_station: Callable[..., object],
    study_context: Callable[..., StudyContext],
    write_terrain: Callable[..., Path],
) -> None:
    ground = Ground(RasterTerrain(write_terrain(hills)))
    station, stage = make_station(), study_context().stage(0.0, 1.0, "studies.progress_grid")
    predictors = [Itm(RadioClimate.DESERT, every) for every in (1, 8)]
    emitter = Emitter(station, ground, default_settings(), Method(predictors[0]))
    walk = Walk.over(emitter, 18.0, 0.05, 0.0, azimuths_around(8), (50.0,), False)
    radials, _ = walk.radials(slice(0, 8))
    exact, fast = (one.along(radials, walk.emission, stage.check) for one in predictors)
    assert exact.notes[INTERPOLATED] == 0
    beyond = radials.terrain_height_m.shape[1] - 300
    assert 0 < fast.notes[INTERPOLATED] < 8 * beyond < fast.notes[RECEIVERS]
    error_db = np.abs(exact.losses_db - fast.losses_db)[0]
    near, far = error_db[:, 10:300], error_db[:, 300:]
    assert near.max() == 0
    assert 0 < far.max() < 4
    assert np.sqrt(np.mean(far**2)) < 0.1


def test_the_study_says_so(
    make_station: Callable[..., object], study_context: Callable[..., StudyContext]
) -> None:
    context = study_context(stations=[make_station()])
    request = {"station_id": "a", "radius_km": 16, "on": "2025-08-01", "model": "itm"}
    said = {}
    for step_m in (50, 500):
        study = run("coverage", {**request, "step_m": step_m}, context)
        assert study.inputs["model"]["options"]["irregularity_every"] == 8
        said[step_m] = {one["key"] for one in study.results["remarks"]}
    assert "studies.itm_irregularity" in said[50]
    assert "studies.itm_irregularity" not in said[500]
