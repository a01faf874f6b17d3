"""From radials to a raster: no shift in any hemisphere, as near to own paths as sampling is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import ArrayLike, NDArray

from gis.area_bench import TERRAINS, made_heights
from gis.raster import grid_around
from gis.register.records import BroadcastStation
from gis.studies.context import StudyContext
from gis.studies.coverage import azimuth_count
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around, fields_at, polar_field
from gis.studies.model import default_settings
from gis.terrain.ground import Ground
from gis.terrain.source import RasterTerrain

Floats = NDArray[np.float64]

CELL_DEG = 1 / 1200
HALF = 270  # cells
CENTRES = {
    "north-east": (106.4, 10.6),
    "north-west": (-60.3, 12.2),
    "south-west": (-65.2, -33.4),
    "south-east": (140.1, -25.3),
}


def walled(folder: Path, longitude: float, latitude: float, cells: int) -> Path:
    """Write a plain with a wall of one cell on each of two sides, 300 m high."""
    side = 2 * HALF + 1
    heights = np.full((side, side), 5.0, dtype=np.float32)
    heights[:, HALF + cells] = 300.0  # east
    heights[HALF - cells, :] = 300.0  # north
    corner = Affine.translation(
        longitude - (HALF + 0.5) * CELL_DEG, latitude + (HALF + 0.5) * CELL_DEG
    )
    path = folder / "walls.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=side,
        height=side,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=corner @ Affine.scale(CELL_DEG, -CELL_DEG),
    ) as dataset:
        dataset.write(heights, 1)
    return path


@pytest.mark.parametrize("hemisphere", CENTRES)
def test_a_wall_stands_on_its_pixel(
    hemisphere: str,
    tmp_path: Path,
    make_station: Callable[..., BroadcastStation],
    study_context: Callable[..., StudyContext],
) -> None:
    """Walls east and north throw their shadow from their own pixel on; the other sides none."""
    longitude, latitude = CENTRES[hemisphere]
    cells = 100
    terrain = RasterTerrain(walled(tmp_path, longitude, latitude, cells))
    station = make_station(longitude=longitude, latitude=latitude)
    emitter = Emitter(station, Ground(terrain), default_settings(profile_step_km=0.03))
    stage = study_context().stage(0.0, 1.0, "studies.progress_grid")
    polar = polar_field(
        emitter, stage, radius_km=16.0, step_km=0.03, azimuths_deg=azimuths_around(720)
    )
    grid = grid_around(longitude, latitude, 16.0, 90.0)
    (field, _), _ = polar.to_grid(grid, stage)
    row, column = (int(part) for part in grid.pixel_of(longitude, latitude))
    for line, centres, at, wall in (
        (field[row], grid.longitudes, longitude, longitude + cells * CELL_DEG),
        (field[:, column][::-1], grid.latitudes[::-1], latitude, latitude + cells * CELL_DEG),
    ):
        pixel = float(np.abs(np.diff(centres)).mean())
        away = (centres - wall) / pixel
        mirror = (2 * at - wall - centres) / pixel
        window = np.flatnonzero(np.abs(away) < 6)
        steepest = window[int(np.argmin(np.diff(line[window])))]
        assert abs(away[steepest] + 0.5) <= 1.0
        assert line[(away > -5) & (away < -1)].min() - line[(away > 2) & (away < 5)].max() > 15
        other = line[np.abs(mirror) < 5]
        assert other.min() - line[(away > 2) & (away < 5)].max() > 15


class NearestTerrain(RasterTerrain):
    """Heights of the cell that holds a point, where its parent interpolates: as legitimate."""

    inverse: Affine

    def heights_m(self, longitude: ArrayLike, latitude: ArrayLike) -> Floats:
        inverse = self.inverse
        column = np.floor(inverse.a * np.asarray(longitude) + inverse.c) + 0.5
        row = np.floor(inverse.e * np.asarray(latitude) + inverse.f) + 0.5
        return super().heights_m((column - inverse.c) / inverse.a, (row - inverse.f) / inverse.e)


def made(folder: Path, kind: str, radius_km: float) -> tuple[Path, Affine]:
    """Write made terrain around the station and return the way from degrees to cells."""
    heights = made_heights(kind, 2 * int(radius_km / 110 * 1.06 / CELL_DEG) + 9, seed=3)
    side = heights.shape[0]
    corner = Affine.translation(106.4 - side / 2 * CELL_DEG, 10.6 + side / 2 * CELL_DEG)
    transform = corner @ Affine.scale(CELL_DEG, -CELL_DEG)
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32"}
    path = folder / "made.tif"
    with rasterio.open(path, "w", **profile, crs="EPSG:4326", transform=transform) as dataset:
        dataset.write(heights.astype(np.float32), 1)
    return path, ~transform


@pytest.mark.parametrize("kind", TERRAINS)
@pytest.mark.parametrize(("radius_km", "most"), [(20.0, 0.6), (50.0, 0.6), (100.0, 0.8)])
def test_a_map_is_as_near_to_own_paths_as_two_samplings_are(  # noqa: PLR0917 - fixtures
    kind: str,
    radius_km: float,
    most: float,
    tmp_path: Path,
    make_station: Callable[..., BroadcastStation],
    study_context: Callable[..., StudyContext],
) -> None:
    """5,000 random pixels: own path bilinear against the map, and against own path nearest."""
    path, inverse = made(tmp_path, kind, radius_km)
    bilinear, nearest = RasterTerrain(path), NearestTerrain(path)
    nearest.inverse = inverse
    settings = default_settings(profile_step_km=0.09)
    station = make_station(frequency_mhz=600.0)
    emitters = [Emitter(station, Ground(source), settings) for source in (bilinear, nearest)]
    stage = study_context(workers=2).stage(0.0, 1.0, "studies.progress_grid")
    polar = polar_field(
        emitters[0],
        stage,
        radius_km=radius_km,
        step_km=0.09,
        azimuths_deg=azimuths_around(azimuth_count(radius_km, 90.0)),
        thinned=True,
        time_percents=(10.0,),
    )
    grid = grid_around(106.4, 10.6, radius_km, 90.0)
    field, _ = polar.to_grid(grid, stage)
    rng = np.random.default_rng(11)
    row, column = (rng.integers(0, size, 8000) for size in grid.shape)
    longitude, latitude = grid.longitudes[column], grid.latitudes[row]
    _, away = emitters[0].towards(longitude, latitude)
    inside = np.flatnonzero((away < 0.98 * radius_km) & (away > 0.5))[:5000]
    assert inside.size == 5000
    own, other = (
        fields_at(emitter, stage, longitude[inside], latitude[inside], time_percents=(10.0,))[0]
        for emitter in emitters
    )
    apart = np.sqrt(np.mean((field[0, row[inside], column[inside]] - own) ** 2))
    yardstick = np.sqrt(np.mean((other - own) ** 2))
    assert apart <= most * yardstick
