"""The antenna of two angles of a station: its record, its power by direction, its fields."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gis.errors import FormatError
from gis.raster import Grid, read_raster
from gis.register.antennas import (
    Antenna,
    AntennaKind,
    SideLobeQuality,
    antenna_from_text,
    antenna_to_text,
)
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around, fields_at, polar_field
from gis.studies.model import default_settings
from gis.studies.point import explain_path
from gis.studies.record import file_path
from gis.studies.runner import run
from gis.studies.snapshots import record_from_json, record_to_json
from gis.studies.tile_field import Layout, tile_field
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.antenna_f1336 import SideLobes

MakeStation = Callable[..., BroadcastStation]

CUTS = Antenna(
    kind=AntennaKind.CUTS,
    name="Yagi 4",
    bearing_deg=30.0,
    mechanical_downtilt_deg=2.0,
    electrical_downtilt_deg=1.5,
    horizontal_attenuation_db=tuple(
        round(12 * abs(np.sin(np.pi * n / 360)), 1) for n in range(360)
    ),
    vertical_attenuation_db=tuple(round(25 * abs(np.sin(np.pi * n / 360)), 1) for n in range(360)),
)
ELEMENT = Antenna(
    kind=AntennaKind.TR38901_ELEMENT,
    horizontal_beamwidth_deg=90.0,
    vertical_beamwidth_deg=10.0,
    electrical_downtilt_deg=4.0,
)
KINDS = [
    CUTS,
    ELEMENT,
    Antenna(kind=AntennaKind.F1336_OMNIDIRECTIONAL, maximum_gain_dbi=10.0),
    Antenna(
        kind=AntennaKind.F1336_SECTORAL,
        maximum_gain_dbi=15.0,
        horizontal_beamwidth_deg=65.0,
        side_lobes=SideLobes.PEAK,
        side_lobe_quality=SideLobeQuality.IMPROVED,
    ),
    Antenna(kind=AntennaKind.TR36942_SECTOR, bearing_deg=120.0),
]


def hills(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return 60 + 40 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)


@pytest.fixture
def stage(study_context: Callable[..., StudyContext]) -> Stage:
    return study_context().stage(0.0, 1.0, "studies.progress_grid")


@pytest.mark.parametrize("antenna", KINDS, ids=lambda one: one.kind.value)
def test_a_record_comes_back_as_it_was(
    register: Register, make_station: MakeStation, antenna: Antenna
) -> None:
    station = make_station(antenna=antenna)
    with register.write(author="lan", reason="new") as writer:
        writer.add_stations([station])
    assert register.station("a", SYSTEM) == station
    assert antenna_from_text(antenna_to_text(antenna)) == antenna
    assert record_from_json(BroadcastStation, record_to_json(station)) == station


def test_without_an_antenna_nothing_is_written_of_it(make_station: MakeStation) -> None:
    """Records of studies made before stay the same bytes."""
    assert "antenna" not in record_to_json(make_station())
    assert record_to_json(make_station(antenna=ELEMENT))["antenna"]["kind"] == "tr38901_element"


def test_formulas_say_what_they_take() -> None:
    plain = Antenna(kind=AntennaKind.TR38901_ELEMENT)
    assert (plain.horizontal_beamwidth_deg, plain.side_lobe_attenuation_db) == (65.0, 30.0)
    round_ = Antenna(kind=AntennaKind.F1336_OMNIDIRECTIONAL, maximum_gain_dbi=8.0)
    assert (round_.side_lobes, round_.side_lobe_quality) == (
        SideLobes.AVERAGE,
        SideLobeQuality.TYPICAL,
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bearing_deg": 361.0}, ("axis", "361", "0 … 360")),
        ({"bearing_deg": float("nan")}, ("axis", "NaN", "0 … 360")),
        ({"mechanical_downtilt_deg": 46.0}, ("Mechanical downtilt", "46", "-45 … 45")),
        ({"horizontal_attenuation_db": ()}, ("Horizontal cut", "needs")),
        ({"horizontal_attenuation_db": (0.0,) * 35}, ("Horizontal cut", "35", "36 or 360")),
        ({"horizontal_attenuation_db": (-1.0,) * 36}, ("Horizontal cut", "-1", "0 … 200")),
        (
            {"horizontal_attenuation_db": (3.0,) * 36, "vertical_attenuation_db": (3.0,) * 36},
            ("Horizontal cut", "3", "maximum"),
        ),
        ({"vertical_beamwidth_deg": 7.0}, ("Vertical beamwidth", "7", "nothing")),
        ({"name": "a\nb"}, ("Name", "one line")),
        ({"kind": AntennaKind.F1336_SECTORAL}, ("gain", "needs")),
    ],
)
def test_what_is_no_antenna_is_refused(changes: dict[str, object], words: tuple[str, ...]) -> None:
    with pytest.raises(FormatError) as caught:
        replace(CUTS, **changes)
    said = str(caught.value)
    assert all(word in said for word in words), said
    assert caught.value.say("vi") != said


def test_f1336_does_not_reach_down_to_fm(make_station: MakeStation) -> None:
    with pytest.raises(FormatError, match="400"):
        Emitter(make_station(antenna=KINDS[2]), Ground(FlatTerrain()), default_settings())
    television = make_station(antenna=KINDS[2], frequency_mhz=506.0)
    Emitter(television, Ground(FlatTerrain()), default_settings())


def test_by_hand_a_tilted_beam_over_flat_ground(make_station: MakeStation, stage: Stage) -> None:
    """North of the mast, in sight: the field is that of an aerial alike all round, less the
    element's 12 (e / 10)^2 at the angle e between the ray and the beam, in closed form.
    """
    plain = make_station()
    tilted = make_station(antenna=ELEMENT)
    km = np.array([1.0, 2.0, 5.0, 10.0])
    fields = []
    for station in (plain, tilted):
        emitter = Emitter(station, Ground(FlatTerrain()), default_settings())
        lon, lat, _ = _north(emitter, km)
        fields.append(fields_at(emitter, stage, lon, lat, time_percents=(50.0,))[0])
    radius_km = 6371 * 157 / (157 - default_settings().lapse_rate_nunits_per_km)
    ray = np.degrees(np.arctan(-50 / (km * 1e3) - km / (2 * radius_km)))
    bent = ray + 4.0
    bent *= np.where(bent >= 0, 90 / 94, 90 / 86)  # F.1336, eq. (1e)
    np.testing.assert_allclose(fields[0] - fields[1], 12 * (bent / 10) ** 2, rtol=0, atol=1e-5)


def _north(emitter: Emitter, km: np.ndarray) -> tuple[np.ndarray, ...]:
    from gis.geodesy import GEOD

    count = km.size
    start = (np.full(count, emitter.station.longitude), np.full(count, emitter.station.latitude))
    return GEOD.fwd(*start, np.zeros(count), km * 1e3)


def test_the_36_azimuths_are_the_licences(make_station: MakeStation) -> None:
    """Predictions read the antenna of two angles, and the 36 azimuths only without one."""
    azimuths = np.array([0.0, 90.0])
    level = np.zeros(2)
    pattern = (0.0,) * 9 + (20.0,) * 27
    ground, settings = Ground(FlatTerrain()), default_settings()
    licensed = Emitter(make_station(attenuation_db=pattern), ground, settings)
    np.testing.assert_allclose(licensed.erp_dbw(azimuths, level), [30.0, 10.0])
    both = Emitter(make_station(attenuation_db=pattern, antenna=KINDS[4]), ground, settings)
    # 120 and 30 degrees from the sector's axis
    np.testing.assert_allclose(both.erp_dbw(azimuths, level), [10.0, 30 - 12 * (30 / 65) ** 2])


@pytest.mark.parametrize("antenna", [CUTS, ELEMENT], ids=lambda one: one.kind.value)
def test_radials_and_paths_leave_alike(
    make_station: MakeStation, stage: Stage, write_terrain: Callable[..., Path], antenna: Antenna
) -> None:
    """On hills: what the antenna takes off on a radial is what it takes off on a path."""
    ground = Ground(RasterTerrain(write_terrain(hills)))
    settings = default_settings()
    bare, tilted = (
        Emitter(make_station(antenna=one), ground, settings) for one in (None, antenna)
    )
    asked = {"radius_km": 15.0, "step_km": 0.25, "azimuths_deg": azimuths_around(16)}
    taken = [
        polar_field(one, stage, time_percents=(50.0,), **asked).field_strength_dbuvm[0]
        for one in (bare, tilted)
    ]
    taken = (taken[0] - taken[1])[:, 1:]
    km = np.arange(1, 61) * 0.25
    for row, azimuth in enumerate(azimuths_around(16)):
        for k in (12, 30, 60):
            profile, _ = tilted.paths(np.array([azimuth]), km[k - 1 : k], k + 1)
            leaving = tilted.departures_deg(profile.distance_km, profile.terrain_height_m)[:, -1]
            expected = 30.0 - tilted.erp_dbw(np.array([azimuth]), leaving)[0]
            assert taken[row, k - 1] == pytest.approx(expected, abs=2e-3)
    assert taken.std() > 0.5, "the directions must differ"


def test_a_coverage_is_less_by_the_pattern_and_says_so(
    study_context: Callable[..., StudyContext], make_station: MakeStation
) -> None:
    """Every pixel of a coverage over flat ground, against the pattern in closed form."""
    request = {"station_id": "a", "radius_km": 12, "step_m": 400, "on": "2025-08-01"}
    context = study_context(stations=[make_station()])
    bare = run("coverage", request, context)
    tilted = make_station(antenna=ELEMENT, attenuation_db=(40.0,) * 36)
    with context.register.write(author="lan", reason="antenna") as writer:
        writer.update_stations([tilted])
    study = run("coverage", request, context)
    told = study.inputs["station"]["antenna"]
    assert (told["kind"], told["electrical_downtilt_deg"]) == ("tr38901_element", 4.0)
    rasters = [read_raster(file_path(one, "coverage.tif", context.home)) for one in (bare, study)]
    taken = rasters[0].values - rasters[1].values
    grid = rasters[0].grid
    lon, lat = np.meshgrid(grid.longitudes, grid.latitudes)
    emitter = Emitter(tilted, context.ground, default_settings())
    azimuth, km = (side.reshape(lon.shape) for side in emitter.towards(lon.ravel(), lat.ravel()))
    km = np.maximum(km, 1e-3)
    radius_km = 6371 * 157 / (157 - default_settings().lapse_rate_nunits_per_km)
    ray = np.degrees(np.arctan(-50 / (km * 1e3) - km / (2 * radius_km))) + 4.0
    vertical = 12 * (ray * np.where(ray >= 0, 90 / 94, 90 / 86) / 10) ** 2
    across = 12 * ((np.mod(azimuth + 180, 360) - 180) / 90) ** 2
    expected = np.minimum(np.minimum(vertical, 30) + np.minimum(across, 30), 30)
    known = ~np.isnan(taken) & (km > 1)
    smooth = known & (expected < 29)
    assert smooth.sum() > 1000
    # between points and radials the field is interpolated, over the kink at 30 dB coarsely
    np.testing.assert_allclose(taken[smooth], expected[smooth], rtol=0, atol=0.05)
    np.testing.assert_allclose(taken[known], expected[known], rtol=0, atol=0.3)


def test_near_the_mast_the_wave_leaves_along_the_slant(make_station: MakeStation) -> None:
    emitter = Emitter(make_station(antenna=ELEMENT), Ground(FlatTerrain()), default_settings())
    bare = Emitter(make_station(), Ground(FlatTerrain()), default_settings())
    away = np.array([0.0, 0.05, 0.2])
    north = np.zeros(3)
    taken = bare.free_space_dbuvm(north, away) - emitter.free_space_dbuvm(north, away)
    slant = -np.degrees(np.arctan2(50.0, away * 1e3))
    bent = (slant + 4.0) * 90 / np.where(slant + 4.0 >= 0, 94, 86)
    expected = np.minimum(np.minimum(12 * (bent / 10) ** 2, 30.0), 30.0)
    np.testing.assert_allclose(taken, expected, rtol=0, atol=1e-9)


def test_a_tile_takes_the_same_as_the_whole(
    make_station: MakeStation, stage: Stage, write_terrain: Callable[..., Path]
) -> None:
    """A tile far from the mast still looks from the mast: its horizon lies before the tile."""
    ground = Ground(RasterTerrain(write_terrain(hills)))
    station = make_station(antenna=ELEMENT)
    emitter = Emitter(station, ground, default_settings())
    layout = Layout.of(20.0, 250.0, 0.25)
    degrees, half = 0.0025, 20
    whole = Grid(106.4, 10.7, degrees, degrees, 40, 2 * half)
    full = tile_field(emitter, whole, layout, (50.0,), stage)
    assert full is not None
    parts = []
    for north in (10.7, 10.7 - half * degrees):
        part = Grid(106.4, north, degrees, degrees, 40, half)
        found = tile_field(emitter, part, layout, (50.0,), stage)
        assert found is not None
        parts.append(found.field_dbuvm)
    together = np.concatenate(parts, axis=1)
    np.testing.assert_allclose(together, full.field_dbuvm, rtol=0, atol=2e-3)


def test_the_explanation_says_where_the_wave_goes(
    study_context: Callable[..., StudyContext], make_station: MakeStation
) -> None:
    context = study_context(stations=[make_station()])
    far = explain_path(make_station(antenna=ELEMENT), 106.4, 11.4, context)
    assert far["departure"]["towards"] == "horizon"
    near = explain_path(make_station(antenna=ELEMENT), 106.4, 10.61, context)
    assert near["departure"]["towards"] == "receiver"
    by_hand = np.degrees(np.arctan(50 / 1106.1 + 1.1061 / (2 * 8.9) / 1e3))
    assert near["departure"]["elevation_deg"] == pytest.approx(-by_hand, abs=0.001)
    assert near["erp_dbw"] == pytest.approx(30 - near["departure"]["attenuation_db"], abs=1e-3)
    bare = explain_path(make_station(), 106.4, 10.61, context)
    assert "departure" not in bare
    fields = [path["predictions"][0]["field_strength_dbuvm"] for path in (bare, near)]
    assert fields[0] - fields[1] == pytest.approx(near["departure"]["attenuation_db"], abs=2e-3)
