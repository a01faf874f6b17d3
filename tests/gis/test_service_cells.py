"""The cells of a station's service: the fields of points, and communes of a grid."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from gis.raster import grid_around
from gis.register.records import BroadcastStation, UnitKind
from gis.rules import load_rule_pack
from gis.studies.communes import Commune, Communes
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.model import default_settings
from gis.studies.service_cells import TIME_PERCENTS, served_cells
from gis.terrain.ground import Ground
from gis.terrain.raster import RasterTerrain
from propagation.interference.nuisance import nuisance_of
from propagation.interference.protection import SoundProtection

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]


def everywhere(grid):  # type: ignore[no-untyped-def]
    """Say that all is rural, in no commune, and protected above 54 dB(uV/m)."""
    nothing = np.zeros(grid.shape, dtype=np.int64)
    return nothing, nothing - 1, np.full(grid.shape, 54.0), np.ones(grid.shape, dtype=np.bool_)


@pytest.fixture
def hills(write_terrain) -> Ground:  # type: ignore[no-untyped-def]
    """Rolling hills of 60 m."""
    file = write_terrain(lambda lon, lat: 30 + 30 * np.sin(lon * 90) * np.cos(lat * 70))
    return Ground(RasterTerrain(file))


def test_cells_hold_the_fields_of_their_points(
    study_context: Context, make_station: Make, hills: Ground
) -> None:
    """Own and unwanted fields are those of each cell's own path, but for the radials' spacing."""
    own = make_station("a", erp_total_dbw=13.0, height_above_ground_m=40.0)
    other = make_station("b", longitude=106.55, frequency_mhz=100.1, erp_total_dbw=20.0)
    context = study_context(stations=[own, other], terrain=hills)
    settings = default_settings(profile_step_km=0.5)
    emitters = [Emitter(one, hills, settings) for one in (own, other)]
    stage = context.stage(0, 1, "x")
    cells = served_cells(emitters[0], emitters[1:], everywhere, SoundProtection("stereo"), stage)
    (unwanted,) = cells.unwanted
    assert cells.left_out == ()
    assert cells.wanted_dbuvm.size > 100
    assert cells.wanted_dbuvm.min() >= 54.0
    exact = fields_at(emitters[0], stage, cells.longitude, cells.latitude, time_percents=(50.0,))
    apart = np.abs(exact[0] - cells.wanted_dbuvm)
    assert np.median(apart) < 0.5
    there = fields_at(
        emitters[1], stage, cells.longitude, cells.latitude, time_percents=TIME_PERCENTS
    )
    assert np.median(np.abs(there - unwanted.field_dbuvm)) < 0.7
    steady, rare = unwanted.field_dbuvm[:2].astype(np.float64)
    asked = nuisance_of(SoundProtection("stereo"), steady, rare, 100.0).governing_dbuvm
    np.testing.assert_array_equal(asked, unwanted.nuisance_dbuvm)


def test_windows_in_memory_give_the_paths_that_files_give(
    study_context: Context, make_station: Make, hills: Ground
) -> None:
    """Points over ground in memory: the same field as over the ground read path by path."""
    station = make_station("a")
    context = study_context(stations=[station], terrain=hills)
    emitter = Emitter(station, hills, default_settings(profile_step_km=0.25))
    rng = np.random.default_rng(3)
    longitude, latitude = 106.4 + rng.uniform(-0.3, 0.3, 80), 10.6 + rng.uniform(-0.25, 0.25, 80)
    stage = context.stage(0, 1, "x")
    windows = hills.windows(station.longitude, station.latitude, 60.0)
    read = fields_at(emitter, stage, longitude, latitude)
    held = fields_at(emitter, stage, longitude, latitude, windows=windows)
    assert np.isfinite(read).all()
    np.testing.assert_allclose(held, read, atol=2e-3)


def test_communes_of_a_grid_are_those_of_its_points(make_unit, make_boundary) -> None:  # type: ignore[no-untyped-def]
    """The outline that holds a pixel's centre decides, then the nearest point within 10 km."""
    ward = make_unit("1", 106.4, 10.6, kind=UnitKind.WARD)
    outlined = Commune(ward, "80", make_boundary("1", 106.3, 10.5, 106.45, 10.7))
    pointed = Commune(make_unit("2", 106.55, 10.6), "80", None)
    communes = Communes((outlined, pointed))
    pack = load_rule_pack(date(2026, 11, 23))
    grid = grid_around(106.4, 10.6, 40.0, 1000.0)
    kinds, members = communes.on_grid(grid, pack)
    longitude, latitude = grid.centres()
    np.testing.assert_array_equal(
        kinds.ravel(), communes.areas_at(longitude.ravel(), latitude.ravel(), pack)
    )
    row, column = grid.pixel_of(np.array([106.4, 106.55, 106.75]), np.array([10.6, 10.6, 10.6]))
    assert members[row, column].tolist() == [0, 1, -1]
