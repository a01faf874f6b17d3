"""Some pixels of a tile have the field of the whole tile, though less is walked for them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gis.raster import Grid, grid_over
from gis.register.records import BroadcastStation
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter
from gis.studies.model import default_settings
from gis.studies.tile_field import Layout, pixels_field, pixels_fields, tile_field
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain

Make = Callable[..., BroadcastStation]
Mask = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
PERCENTS = (50.0, 1.0)
GRID = grid_over((106.3, 10.4, 106.8, 10.8), 1000.0)


def rough(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Hills of up to 300 m, with a lake of which nothing is known."""
    total = sum(
        0.7**number * np.sin(40 * 1.4**number * (lon * np.cos(number) + lat * np.sin(number)))
        for number in range(12)
    )
    heights = 150 + 60 * np.asarray(total)
    lake = np.hypot(lon - 106.62, lat - 10.7) < 0.02
    return np.where(lake, np.nan, heights)


@pytest.fixture(params=["flat", "hills"])
def ground(request: pytest.FixtureRequest, write_terrain: Callable[..., Path]) -> Ground:
    if request.param == "flat":
        return Ground(FlatTerrain())
    return Ground(RasterTerrain(write_terrain(rough, west=105.5, north=11.4, side=900)))


@pytest.fixture
def stage(study_context: Callable[..., StudyContext]) -> Stage:
    return study_context().stage(0.0, 1.0, "studies.progress_grid")


def emitter_of(ground: Ground, make: Make, longitude: float, latitude: float) -> Emitter:
    station = make("a", longitude=longitude, latitude=latitude, ground_height_m=5.0)
    return Emitter(station, ground, default_settings(profile_step_km=0.5))


MASKS: dict[str, Mask] = {
    "one pixel": lambda lon, lat: (lon == lon[0, 7]) & (lat == lat[9, 0]),
    "a crooked province": lambda lon, lat: np.abs(lat - 10.6 - 0.1 * np.sin(20 * lon)) < 0.05,
    "behind the lake": lambda lon, lat: np.hypot(lon - 106.66, lat - 10.74) < 0.05,
    "scattered": lambda lon, lat: np.floor(997 * lon + 1013 * lat) % 23 == 0,
    "all": lambda lon, _lat: lon > 0,
}


@pytest.mark.parametrize("mask", list(MASKS))
@pytest.mark.parametrize("place", [(106.55, 10.6), (106.31, 10.79), (107.4, 10.5), (105.7, 10.7)])
def test_some_pixels_have_the_field_of_the_tile(
    ground: Ground, make_station: Make, place: tuple[float, float], mask: str, stage: Stage
) -> None:
    """Mast within, at the edge, and far on either side; also where the reach cuts the tile."""
    emitter = emitter_of(ground, make_station, *place)
    wanted = MASKS[mask](*GRID.centres())
    assert wanted.any()
    layout = Layout.of(90.0, 1000.0, 0.5)
    whole = tile_field(emitter, GRID, layout, PERCENTS, stage)
    some = pixels_field(emitter, GRID, layout, PERCENTS, stage, wanted=wanted)
    if whole is None:
        assert some is None
        return
    assert some is not None
    np.testing.assert_allclose(some, whole.field_dbuvm[:, wanted], rtol=0, atol=1e-3)


def test_no_pixel_wanted_is_no_field(make_station: Make, stage: Stage) -> None:
    emitter = emitter_of(Ground(FlatTerrain()), make_station, 106.55, 10.6)
    layout = Layout.of(90.0, 1000.0, 0.5)
    nothing = np.zeros(GRID.shape, dtype=np.bool_)
    assert pixels_field(emitter, GRID, layout, PERCENTS, stage, wanted=nothing) is None
    far = Grid(112.0, 10.8, 0.01, 0.01, 4, 4)
    every = np.ones(far.shape, dtype=np.bool_)
    assert pixels_field(emitter, far, layout, PERCENTS, stage, wanted=every) is None


def test_several_tiles_in_one_walk_have_the_fields_of_each(
    ground: Ground, make_station: Make, stage: Stage
) -> None:
    """Near, around and far from the mast, none wanted, and one that lies beyond the reach."""
    emitter = emitter_of(ground, make_station, 106.55, 10.6)
    layout = Layout.of(90.0, 1000.0, 0.5)
    tiles = [
        grid_over(bounds, 1000.0)
        for bounds in (
            (106.3, 10.4, 106.8, 10.8),
            (106.9, 10.7, 107.3, 11.0),
            (105.8, 9.9, 106.1, 10.2),
            (106.4, 10.5, 106.7, 10.7),
            (108.5, 10.4, 108.6, 10.5),
        )
    ]
    masks = [MASKS["scattered"](*tile.centres()) for tile in tiles]
    masks[3][:] = False
    together = pixels_fields(
        emitter, list(zip(tiles, masks, strict=True)), layout, PERCENTS, stage
    )
    assert [one is None for one in together] == [False, False, False, True, True]
    for tile, mask, found in zip(tiles[:3], masks, together, strict=False):
        alone = pixels_field(emitter, tile, layout, PERCENTS, stage, wanted=mask)
        whole = tile_field(emitter, tile, layout, PERCENTS, stage)
        assert found is not None
        assert alone is not None
        assert whole is not None
        np.testing.assert_allclose(found, alone, rtol=0, atol=1e-3)
        np.testing.assert_allclose(found, whole.field_dbuvm[:, mask], rtol=0, atol=1e-3)
