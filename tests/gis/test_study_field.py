"""The predicted field: radials against single paths, pattern, sectors, walls."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gis.errors import GisError
from gis.geodesy import GEOD
from gis.raster import grid_around
from gis.register.records import BroadcastStation
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around, azimuths_towards, fields_at, polar_field
from gis.studies.model import default_settings
from gis.terrain.ground import Ground
from gis.terrain.profiles import path_profile
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.itu import p1812

RNG = np.random.default_rng(7)
MakeStation = Callable[..., BroadcastStation]


@pytest.fixture
def stage(study_context: Callable[..., StudyContext]) -> Stage:
    return study_context().stage(0.0, 1.0, "studies.progress_grid")


def hills(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Smooth hills of 3 to 5 km, 20 to 100 m high."""
    return 60 + 40 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)


def scattered(station: BroadcastStation, count: int, radius_km: float) -> tuple[np.ndarray, ...]:
    azimuth = RNG.uniform(0, 360, count)
    away = radius_km * np.sqrt(RNG.uniform(0.0005, 1, count))
    lon, lat, _ = GEOD.fwd(
        np.full(count, station.longitude), np.full(count, station.latitude), azimuth, away * 1e3
    )
    return np.asarray(lon), np.asarray(lat), azimuth, away


def test_points_are_p1812_over_their_own_paths(make_station: MakeStation, stage: Stage) -> None:
    """fields_at equals P.1812 called by hand on the geodesic profile of gis.terrain."""
    station, terrain = make_station(erp_total_dbw=33.0), Ground(FlatTerrain())
    settings = default_settings()
    lon, lat, _, away = scattered(station, 12, 60.0)
    fields = fields_at(Emitter(station, terrain, settings), stage, lon, lat)
    for k in range(12):
        profile = path_profile(
            terrain,
            (station.longitude, station.latitude),
            (lon[k], lat[k]),
            step_km=0.25,
            transmitter_ground_height_m=2.0,
        )
        for row, percent in enumerate((50.0, 1.0)):
            loss = p1812.basic_transmission_loss(
                profile,
                frequency_mhz=100.0,
                time_percent=percent,
                transmitter_height_above_ground_m=60.0,
                receiver_height_above_ground_m=10.0,
                path_centre_latitude_deg=(station.latitude + lat[k]) / 2,
                lapse_rate_nunits_per_km=52.5,
                surface_refractivity_nunits=380.0,
            ).basic_transmission_loss_db
            # E = 199.36 + 20 lg f - L_b for 1 kW, f in GHz; 33 dBW is 3 dB above 1 kW
            by_hand = 199.36 + 20 * np.log10(0.1) - float(loss) + 3.0
            assert fields[row, k] == pytest.approx(by_hand, abs=0.05), away[k]


def test_radials_meet_single_paths_on_flat_ground(make_station: MakeStation, stage: Stage) -> None:
    station = make_station(attenuation_db=tuple(float(k % 12) for k in range(36)))
    emitter = Emitter(station, Ground(FlatTerrain()), default_settings())
    polar = polar_field(
        emitter, stage, radius_km=50.0, step_km=0.5, azimuths_deg=azimuths_around(360)
    )
    lon, lat, _, _ = scattered(station, 400, 49.5)
    difference = polar.at(lon, lat) - fields_at(emitter, stage, lon, lat)
    assert np.abs(difference[:, :]).max() < 0.6  # within a step of the nearest ranges
    assert np.sqrt((difference**2).mean()) < 0.05


def test_radials_meet_single_paths_over_hills(
    make_station: MakeStation, stage: Stage, write_terrain: Callable[..., Path]
) -> None:
    terrain = Ground(RasterTerrain(write_terrain(hills)))
    emitter = Emitter(make_station(), terrain, default_settings(profile_step_km=0.1))
    polar = polar_field(
        emitter, stage, radius_km=16.0, step_km=0.25, azimuths_deg=azimuths_around(540)
    )
    lon, lat, _, _ = scattered(emitter.station, 300, 15.5)
    difference = polar.at(lon, lat)[0] - fields_at(emitter, stage, lon, lat)[0]
    assert np.median(np.abs(difference)) < 0.25
    assert np.sqrt((difference**2).mean()) < 1.0


def test_a_sector_is_a_part_of_the_circle(make_station: MakeStation, stage: Stage) -> None:
    emitter = Emitter(make_station(), Ground(FlatTerrain()), default_settings())
    settings = {"radius_km": 60.0, "step_km": 1.0, "time_percents": (50.0,)}
    whole = polar_field(emitter, stage, azimuths_deg=azimuths_around(360), **settings)
    part = polar_field(
        emitter, stage, azimuths_deg=azimuths_towards(355.0, 20.0, 1.0), start_km=30.0, **settings
    )
    assert not part.polar.closed
    azimuth = np.array([336.0, 350.0, 359.9, 0.1, 14.9, 5.0, 90.0, 5.0])
    away = np.array([31.0, 40.0, 55.5, 59.9, 45.0, 20.0, 45.0, 61.0])
    found = part.at_polar(azimuth, away)[0]
    np.testing.assert_array_equal(np.isnan(found), [0, 0, 0, 0, 0, 1, 1, 1])
    inside = ~np.isnan(found)
    np.testing.assert_allclose(
        found[inside], whole.at_polar(azimuth, away)[0][inside], rtol=0, atol=1e-4
    )


def test_power_follows_the_pattern(make_station: MakeStation, stage: Stage) -> None:
    """20 dB less towards the south is 20 dB less field there, and nothing elsewhere."""
    pattern = tuple(20.0 if k == 18 else 0.0 for k in range(36))
    plain, cut = make_station(), make_station(attenuation_db=pattern)
    lon, lat = np.array([106.4, 106.4]), np.array([10.3, 10.9])
    fields = [
        fields_at(Emitter(one, Ground(FlatTerrain()), default_settings()), stage, lon, lat)[0]
        for one in (plain, cut)
    ]
    np.testing.assert_allclose(fields[0] - fields[1], [20.0, 0.0], atol=1e-9)


def test_a_wall_shades_from_its_own_pixel_on(
    make_station: MakeStation, stage: Stage, write_terrain: Callable[..., Path]
) -> None:
    """A wall 200 m high and one cell wide, 12 km east: light before it, shade behind it."""
    wall = 106.5125

    def heights(lon: np.ndarray, _lat: np.ndarray) -> np.ndarray:
        return np.where(np.abs(lon - wall) < 0.0026, 200.0, 5.0)

    terrain = Ground(RasterTerrain(write_terrain(heights)))
    emitter = Emitter(make_station(), terrain, default_settings(profile_step_km=0.05))
    polar = polar_field(
        emitter, stage, radius_km=20.0, step_km=0.25, azimuths_deg=azimuths_around(360)
    )
    grid = grid_around(106.4, 10.6, 20.0, 250.0)
    field, _ = polar.to_grid(grid, stage)
    row = field[0, grid.height // 2]
    away = (grid.longitudes - wall) / grid.pixel_width_deg  # in pixels
    before = row[(away > -8) & (away < -2.5)]
    behind = row[(away > 2.5) & (away < 8)]
    assert before.min() - behind.max() > 15.0
    west = row[np.abs(grid.longitudes - (2 * 106.4 - wall)) < 0.02]
    assert west.min() > behind.max() + 15.0, "the mirror image must not be shaded"
    window = np.flatnonzero(np.abs(away) < 8)
    steepest = window[int(np.argmin(np.diff(row[window])))]
    assert abs(away[steepest] + 0.5) <= 2.0


def test_near_the_mast_it_is_free_space(make_station: MakeStation, stage: Stage) -> None:
    """At 100 m, 50 m below the antenna: 106.92 + 0 - 20 lg(0.1118 km) dB(uV/m) for 1 kW."""
    emitter = Emitter(make_station(), Ground(FlatTerrain()), default_settings())
    lon, lat, _ = GEOD.fwd(106.4, 10.6, 45.0, 100.0)
    single = fields_at(emitter, stage, np.array([lon]), np.array([lat]))[0, 0]
    by_hand = 106.92 - 20 * np.log10(np.hypot(0.100, 0.050))
    assert single == pytest.approx(by_hand, abs=0.02)
    polar = polar_field(
        emitter, stage, radius_km=5.0, step_km=1.0, azimuths_deg=azimuths_around(36)
    )
    assert polar.at(np.array([lon]), np.array([lat]))[0, 0] == pytest.approx(single, abs=1e-9)


@pytest.mark.parametrize("name", ["erp_total_dbw", "height_above_ground_m", "ground_height_m"])
def test_what_is_missing_is_named(make_station: MakeStation, name: str) -> None:
    with pytest.raises(GisError) as caught:
        Emitter(make_station(**{name: None}), Ground(FlatTerrain()), default_settings())
    assert caught.value.key == f"studies.station_without_{name}"
    assert "Đài a" in caught.value.say("vi")


@pytest.mark.parametrize(
    ("name", "value"), [("height_above_ground_m", 0.5), ("frequency_mhz", 7000.0)]
)
def test_what_the_model_does_not_cover_is_named(
    make_station: MakeStation, name: str, value: float
) -> None:
    with pytest.raises(GisError) as caught:
        Emitter(make_station(**{name: value}), Ground(FlatTerrain()), default_settings())
    assert caught.value.key == f"studies.station_outside_{name}"
    assert caught.value.say("vi") != caught.value.say("en")


def test_terrain_makes_the_recorded_ground_height_needless(
    make_station: MakeStation, write_terrain: Callable[..., Path], stage: Stage
) -> None:
    terrain = Ground(RasterTerrain(write_terrain(hills)))
    emitter = Emitter(make_station(ground_height_m=None), terrain, default_settings())
    field = fields_at(emitter, stage, np.array([106.45]), np.array([10.6]))
    assert np.isfinite(field).all()


def test_a_void_costs_only_the_paths_across_it(
    make_station: MakeStation, write_terrain: Callable[..., Path], stage: Stage
) -> None:
    """East of the raster nothing is known; the field there is missing, and only there."""
    terrain = Ground(RasterTerrain(write_terrain(hills, side=200)))  # ends at 106.5 E, 10.5 N
    emitter = Emitter(make_station(latitude=10.7), terrain, default_settings())
    field = fields_at(
        emitter, stage, np.array([106.3, 106.45, 106.6]), np.array([10.7, 10.7, 10.7])
    )
    np.testing.assert_array_equal(np.isnan(field[0]), [False, False, True])
