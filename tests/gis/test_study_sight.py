"""What stands in the way of a path, as the record of a point tells it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from gis.errors import FormatError
from gis.studies.asked import PATH_INPUTS, PathAsked, path_asked
from gis.studies.context import StudyContext
from gis.studies.point import explain_path
from gis.studies.requests import Reader
from gis.terrain.ground import Ground
from gis.terrain.opening import GroundFiles, open_ground
from gis.terrain.source import RasterTerrain
from propagation.itu.p526 import bullington_loss_db, knife_edge_loss_db

Context = Callable[..., StudyContext]
Write = Callable[..., Path]

RIDGE_AT_DEG = 106.5


def ridge(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """A ridge of 300 m, running north, 1.1 km to each foot."""
    return np.maximum(0.0, 300.0 - 30_000.0 * abs(lon - RIDGE_AT_DEG)) + 0.0 * lat


@pytest.fixture
def hill(study_context: Context, write_terrain: Write) -> StudyContext:
    return study_context(terrain=Ground(RasterTerrain(write_terrain(ridge))))


def term(told: dict[str, Any], name: str) -> float:
    steady = told["predictions"][0]
    return next(t["value"] for t in steady["terms"] + steady["parameters"] if t["name"] == name)


def test_a_ridge_is_the_edge_of_both_terminals(hill: StudyContext, make_station: Any) -> None:
    told = explain_path(make_station(), 106.6, 10.6, hill)
    away = 0.5 * told["distance_km"]  # the ridge stands in the middle
    for name in ("median", "b0"):
        sight = told["sight"][name]
        assert sight["line_of_sight"] is False
        for edge in ("transmitter_edge", "receiver_edge", "bullington_point", "worst"):
            assert sight[edge]["distance_km"] == pytest.approx(away, abs=0.15), edge
        assert sight["worst"]["clearance_ratio"] < -1
    # The centres of cells lie 0.00125 degrees beside the crest: 262.5 m there, 6.26 m of bulge
    # (500 x 10.94^2 km / 9563 km), and a ray from 60 to 10 m, 35 m high in its middle and 34.7 m
    # 0.137 km nearer to the receiver, over the centre there.
    assert told["sight"]["median"]["worst"]["clearance_m"] == pytest.approx(-234.05, abs=0.05)


def test_the_record_gives_the_loss_of_the_model(hill: StudyContext, make_station: Any) -> None:
    """nu of the record makes L_bulla of the terms; its horizons are those of Attachment 1."""
    for longitude in (106.45, 106.6):
        told = explain_path(make_station(), longitude, 10.6, hill)
        nu = told["sight"]["median"]["diffraction_parameter"]
        loss = float(bullington_loss_db(knife_edge_loss_db(nu), told["distance_km"]))
        assert loss == pytest.approx(term(told, "bullington_actual_loss_db"), abs=2e-3)
    seen = told["sight"]["median"]["transmitter_edge"]
    assert seen["distance_km"] == pytest.approx(
        term(told, "transmitter_horizon_distance_km"), abs=1e-3
    )
    assert seen["elevation_mrad"] == pytest.approx(
        term(told, "transmitter_horizon_elevation_mrad"), abs=1e-3
    )


def test_arrays_are_those_of_the_profile_and_json(hill: StudyContext, make_station: Any) -> None:
    told = explain_path(make_station(), 106.6, 10.6, hill)
    points, sight = len(told["profile"]["distance_km"]), told["sight"]
    for values in (
        sight["ray_height_m"],
        sight["fresnel_radius_m"],
        sight["median"]["earth_bulge_m"],
        sight["b0"]["earth_bulge_m"],
    ):
        assert len(values) == points
    assert sight["ray_height_m"][0] == 60.0
    assert sight["ray_height_m"][-1] == 10.0
    assert sight["fresnel_radius_m"][0] == sight["fresnel_radius_m"][-1] == 0.0
    radii = [sight[name]["effective_earth_radius_km"] for name in ("median", "b0")]
    bulges = [max(sight[name]["earth_bulge_m"]) for name in ("median", "b0")]
    assert bulges[0] / bulges[1] == pytest.approx(radii[1] / radii[0], abs=0.01)
    json.dumps(told, allow_nan=False)


def test_a_plain_is_in_sight_near_and_hidden_far(
    study_context: Context, make_station: Any
) -> None:
    context = study_context()
    near = explain_path(make_station(), 106.45, 10.6, context)["sight"]
    assert near["median"]["line_of_sight"]
    assert near["median"]["bullington_point"] is None
    assert near["b0"]["line_of_sight"]
    far = explain_path(make_station(), 107.0, 10.6, context)["sight"]
    assert not far["median"]["line_of_sight"]
    assert far["median"]["effective_earth_radius_km"] < far["b0"]["effective_earth_radius_km"]
    assert far["b0"]["effective_earth_radius_km"] == 19113.0
    assert 0 < far["b0"]["time_percent"] < 50


def test_clutter_is_an_edge_too(
    study_context: Context, make_station: Any, write_terrain: Write, tmp_path: Path
) -> None:
    """A belt of trees (ESA WorldCover 10, 15 m) on a plain stands over a receiver of 10 m."""
    cells = np.full((40, 100), 60, dtype=np.uint8)
    cells[:, 54:56] = 10
    cover = tmp_path / "cover.tif"
    with rasterio.open(
        cover,
        "w",
        driver="GTiff",
        height=40,
        width=100,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(0.01, 0.0, 106.0, 0.0, -0.01, 10.8),
    ) as dataset:
        dataset.write(cells, 1)
    plain = write_terrain(lambda lon, _lat: 5.0 + 0.0 * lon)
    ground = open_ground(GroundFiles(terrain=(plain,), land_cover=(cover,)))
    context = study_context(terrain=ground)
    told = explain_path(make_station(), 106.565, 10.6, context)
    edge = told["sight"]["median"]["receiver_edge"]
    index = told["profile"]["distance_km"].index(edge["distance_km"])
    clutter = told["profile"]["clutter_height_m"][index]
    bulge = told["sight"]["median"]["earth_bulge_m"][index]
    assert clutter == 15.0
    assert edge["raised_height_m"] == pytest.approx(5.0 + clutter + bulge, abs=0.02)


def at_height(height_m: float) -> PathAsked:
    return path_asked(Reader({"receiver_height_m": height_m}, *PATH_INPUTS), None)


def test_a_receiver_of_another_height(hill: StudyContext, make_station: Any) -> None:
    low, high = (
        explain_path(make_station(), 106.6, 10.6, hill, asked=at_height(height))
        for height in (1.5, 400.0)
    )
    assert low["profile"]["receiver_height_above_ground_m"] == 1.5
    assert high["sight"]["ray_height_m"][-1] == 400.0
    weak, strong = (one["predictions"][0]["field_strength_dbuvm"] for one in (low, high))
    assert strong > weak + 5
    for height in (0.9, 3001.0, float("nan")):
        with pytest.raises(FormatError) as caught:
            at_height(height)
        assert "receiver_height_m" in caught.value.say("vi")


def test_at_the_mast_there_is_no_sight(hill: StudyContext, make_station: Any) -> None:
    assert explain_path(make_station(), 106.4, 10.6005, hill)["sight"] is None
