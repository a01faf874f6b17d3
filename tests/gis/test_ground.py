"""The ground of a study: land cover, zones, and both the same for one path and for radials."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from gis.errors import FormatError, TerrainUnavailableError
from gis.geodesy import destination
from gis.studies import rerun, run
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around, polar_field
from gis.studies.method import Method
from gis.studies.model import default_settings
from gis.studies.point import explain_path
from gis.studies.predictors.registry import predictor_of
from gis.studies.record import file_path
from gis.studies.walk import Walk
from gis.terrain.ground import Ground
from gis.terrain.opening import GroundFiles, open_ground
from gis.terrain.tables import clutter_table, worldcover
from propagation.profile import PathProfile, RadioClimaticZone

Context = Callable[..., StudyContext]

SEA, COAST, INLAND = (int(zone) for zone in RadioClimaticZone)
STATION = (106.4037, 10.6043)


def write_classes(
    file: Path, cells: np.ndarray, *, west: float = 106.0, north: float = 11.0, cell: float = 0.01
) -> Path:
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        height=cells.shape[0],
        width=cells.shape[1],
        count=1,
        dtype=str(cells.dtype),
        crs="EPSG:4326",
        transform=Affine(cell, 0.0, west, 0.0, -cell, north),
        nodata=0,
    ) as dataset:
        dataset.write(cells, 1)
    return file


@pytest.fixture
def cover(tmp_path: Path) -> Path:
    """Built-up, trees, water and crops in patches of 3 km."""
    rng = np.random.default_rng(4)
    patches = rng.choice(np.array([10, 40, 50, 80], dtype=np.uint8), size=(27, 27))
    return write_classes(tmp_path / "cover.tif", np.kron(patches, np.ones((3, 3), np.uint8)))


@pytest.fixture
def zones(tmp_path: Path) -> Path:
    """Sea in the east, 10 km of coast, inland in the west."""
    columns = np.where(np.arange(81) < 50, INLAND, np.where(np.arange(81) < 59, COAST, SEA))
    return write_classes(tmp_path / "zones.tif", np.tile(columns, (81, 1)).astype(np.uint8))


@pytest.fixture
def ground(write_terrain: Callable[..., Path], cover: Path, zones: Path) -> Ground:
    terrain = write_terrain(lambda lon, lat: 30 * np.sin(60 * lon) * np.cos(50 * lat))
    return open_ground(GroundFiles(terrain=(terrain,), land_cover=(cover,), zones=(zones,)))


def test_single_paths_and_radials_say_the_same(ground: Ground) -> None:
    """But for points that lie within a thousandth of a cell of the edge between two."""
    azimuths = np.arange(0.0, 360.0, 7.0)
    along = ground.windows(*STATION, 30.0).along(azimuths, 0.1, 301)
    lon, lat = destination(*STATION, azimuths[:, None], 0.1 * np.arange(301.0)[None, :])
    there = ground.at(np.asarray(lon), np.asarray(lat))
    np.testing.assert_allclose(along.terrain_height_m, there.terrain_height_m, atol=2e-3)
    for name in ("clutter_height_m", "zone"):
        differ = getattr(along, name) != getattr(there, name)
        assert len(np.unique(getattr(there, name))) == 3
        edge = np.minimum.reduce(
            [np.abs(np.mod(100 * x + 0.5, 1.0) - 0.5) for x in (np.asarray(lon), np.asarray(lat))]
        )
        assert (edge[differ] < 1e-3).all()
        assert differ.mean() < 1e-3


def test_areas_and_points_have_the_same_field(
    ground: Ground, make_station: Callable, study_context: Context
) -> None:
    """A receiver of a radial has the field of its own path, clutter and zones included."""
    station = make_station(longitude=STATION[0], latitude=STATION[1])
    emitter = Emitter(station, ground, default_settings(profile_step_km=0.1))
    stage = study_context().stage(0, 1, "studies.progress_field", station="")
    azimuths = azimuths_around(24)
    polar = polar_field(emitter, stage, radius_km=28.8, step_km=0.1, azimuths_deg=azimuths)

    def by_paths(emitter: Emitter) -> np.ndarray:
        profile, end = emitter.paths(azimuths, np.full(24, 28.8), 289)
        return emitter.fields_dbuvm(profile, azimuths, (station.latitude + end) / 2, (50.0, 1.0))

    own = by_paths(emitter)
    np.testing.assert_allclose(polar.field_strength_dbuvm[:, :, 288], own, atol=1e-3)
    bare = Emitter(station, Ground(ground.elevation), default_settings(profile_step_km=0.1))
    assert np.abs(own - by_paths(bare)).max() > 1.0


def test_contours_name_what_the_raster_names(
    ground: Ground, make_station: Callable, study_context: Context
) -> None:
    """Land cover, zones and software too."""
    station = make_station(longitude=STATION[0], latitude=STATION[1])
    context = study_context(stations=[station], terrain=ground)
    study = run("coverage", {"station_id": "a", "radius_km": 10, "step_m": 500}, context)
    with rasterio.open(file_path(study, "coverage.tif", context.home)) as dataset:
        tags = dataset.tags()
    contours = json.loads(file_path(study, "contours.geojson", context.home).read_bytes())
    for name in ("MODEL", "SOFTWARE", "TERRAIN", "LAND_COVER", "ZONES", "EVIDENCE", "ON"):
        told = {feature["properties"][name.lower()] for feature in contours["features"]}
        assert told == {tags[name]}, name


def test_worldcover_and_what_it_does_not_know(tmp_path: Path) -> None:
    cells = np.array([[10, 20, 50, 80, 95, 7, 0]], dtype=np.uint8)
    file = write_classes(tmp_path / "c.tif", cells, west=0, north=1, cell=1)
    ground = open_ground(GroundFiles(land_cover=(file,)))
    surface = ground.at(np.arange(8) + 0.5, np.full(8, 0.5))
    np.testing.assert_array_equal(surface.clutter_height_m, [15, 0, 10, 0, 15, 0, 0, 0])
    np.testing.assert_array_equal(surface.uncovered, [0, 0, 0, 0, 0, 1, 1, 1])
    assert worldcover().codes == (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100)


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    """Any codes, also beyond a byte."""
    table = tmp_path / "corine.toml"
    table.write_text(
        "[class.111]\nclutter_height_m = 20\n[class.523]\nclutter_height_m = 0.0\n"
        "[class.311]\nclutter_height_m = 17.5\n"
    )
    cells = np.array([[111, 311, 523, 999]], dtype=np.int16)
    file = write_classes(tmp_path / "c.tif", cells, west=0, north=1, cell=1)
    ground = open_ground(GroundFiles(land_cover=(file,), land_cover_table=table))
    surface = ground.at(np.arange(4) + 0.5, np.full(4, 0.5))
    np.testing.assert_array_equal(surface.clutter_height_m, [20, 17.5, 0, 0])
    along = ground.windows(0.5, 0.5, 300.0).along(np.array([90.0]), 111.0, 3)
    np.testing.assert_array_equal(along.clutter_height_m, [[20, 17.5, 0]])
    assert ground.land_cover is not None
    assert "corine.toml sha256:" in ground.land_cover.table.identifier


@pytest.mark.parametrize(
    ("content", "key", "said"),
    [
        ("[class.5]\nclutter_height_m = -1\n", "table_height", "5"),
        ("[class.5]\nclutter_height_m = 'high'\n", "table_height", "high"),
        ("[class.5]\nclutter_height_m = true\n", "table_height", "5"),
        ("[class.5]\nclutter_height_m = nan\n", "table_height", "nan"),
        ("[class.5]\nheight = 4\n", "table_height", "None"),
        ("[class.forest]\nclutter_height_m = 4\n", "table_code", "forest"),
        ("[forest]\nclutter_height_m = 4\n", "table_empty", "t.toml"),
        ("class = 4\n", "table_empty", "t.toml"),
        ("[class.5\n", "table_unreadable", "t.toml"),
        ("\xff", "table_unreadable", "t.toml"),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, content: str, key: str, said: str) -> None:
    file = tmp_path / "t.toml"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(FormatError) as caught:
        clutter_table(file)
    assert caught.value.key == f"terrain.{key}"
    assert said in str(caught.value)
    assert "t.toml" in caught.value.say("vi")


def test_heights_are_no_classes(write_terrain: Callable[..., Path]) -> None:
    file = write_terrain(lambda lon, _lat: 0 * lon)
    with pytest.raises(FormatError) as caught:
        open_ground(GroundFiles(zones=(file,)))
    assert caught.value.key == "terrain.not_classes"


def test_a_surface_model_adds_no_clutter_twice(
    write_terrain: Callable[..., Path], cover: Path
) -> None:
    terrain = write_terrain(lambda lon, _lat: 0 * lon, name="Copernicus_DSM_COG_10_N10_00.tif")
    bare = GroundFiles(terrain=(terrain,), land_cover=(cover,), surface_model=False)
    roofs = GroundFiles(terrain=(terrain,), land_cover=(cover,))
    lon, lat = np.meshgrid(np.linspace(106.1, 106.7, 40), np.linspace(10.3, 10.9, 40))
    assert open_ground(bare).at(lon, lat).clutter_height_m.any()
    ground = open_ground(roofs)
    assert ground.elevation.surface_model
    assert not ground.at(lon, lat).clutter_height_m.any()
    assert not ground.windows(*STATION, 20).land_cover
    assert [key for key, _ in ground.remarks] == ["terrain.surface_without_clutter"]


def test_the_zones_of_the_south(shared: Path) -> None:
    file = shared / "data" / "zones" / "rcz_south_vietnam_0p01deg.tif"
    ground = open_ground(GroundFiles(zones=(file,)))
    places = {"Bà Đen": (106.17, 11.38), "Tân An": (106.4, 10.5), "Côn Sơn": (107.6, 9.2)}
    lon, lat = np.array(list(places.values())).T
    np.testing.assert_array_equal(ground.at(lon, lat).zone, [INLAND, COAST, SEA])
    along = ground.windows(106.41, 10.53, 150.0).along(np.array([135.0, 315.0]), 0.5, 301)
    assert set(np.unique(along.zone[0])) == {SEA, COAST}
    assert along.zone[0, -1] == SEA
    assert along.zone[1, -1] == INLAND
    assert not along.unzoned.any()


def test_the_sea_lies_at_0_m_where_heights_are_void(
    write_terrain: Callable[..., Path], zones: Path
) -> None:
    """Elevation products have no tiles over open sea."""
    terrain = write_terrain(lambda lon, _lat: np.where(lon < 106.55, 4.0, np.nan))
    ground = open_ground(GroundFiles(terrain=(terrain,), zones=(zones,)))
    surface = ground.at(np.array([106.49, 106.57, 106.7, 107.5]), np.full(4, 10.6))
    np.testing.assert_array_equal(surface.terrain_height_m, [4.0, np.nan, 0.0, np.nan])
    np.testing.assert_array_equal(surface.zone, [INLAND, COAST, SEA, INLAND])
    np.testing.assert_array_equal(surface.unzoned, [0, 0, 0, 1])


def test_settings_cross_to_a_worker(tmp_path: Path) -> None:
    given = GroundFiles(
        terrain=(tmp_path / "a", tmp_path / "b"), surface_model=True, cache=tmp_path / "c"
    )
    assert GroundFiles.from_json(given.to_json()) == given
    assert GroundFiles.from_json(GroundFiles().to_json()) == GroundFiles()


def test_a_study_names_its_ground(
    study_context: Context, make_station: Callable, ground: Ground
) -> None:
    station = make_station(longitude=STATION[0], latitude=STATION[1])
    context = study_context(stations=[station], terrain=ground)
    request = {"station_id": station.id, "radius_km": 10, "step_m": 500}
    study = run("coverage", request, context)
    model = study.inputs["model"]
    assert model["zones"]["identifier"].startswith("zones.tif sha256:")
    assert model["land_cover"]["identifier"].startswith("cover.tif sha256:")
    assert model["land_cover"]["table"].startswith("worldcover.toml sha256:")
    assert model["land_cover"]["added"] is True
    assert rerun(study, context).identical
    bare = StudyContext(context.register, context.home, Ground(ground.elevation))
    with pytest.raises(TerrainUnavailableError) as caught:
        rerun(study, bare)
    assert "zones.tif" in str(caught.value)
    other = run("coverage", request, bare)
    assert other.id != study.id
    assert "zones" not in other.inputs["model"]
    told = explain_path(station, STATION[0] + 0.05, STATION[1], context)["inputs"]
    assert told["model"]["land_cover"] == model["land_cover"]
    assert told["model"]["zones"] == model["zones"]
    assert told["software"] == study.inputs["software"]
    assert json.dumps(study.inputs)


@pytest.mark.parametrize(
    ("name", "frequency"), [("p452", 600.0), ("p1546", 600.0), ("ehata", 1800.0)]
)
def test_models_read_the_same_ground_along_radials_and_over_paths(
    *,
    ground: Ground,
    study_context: Context,
    make_station: Callable,
    write_curves: Callable[..., Path],
    name: str,
    frequency: float,
) -> None:
    """Clutter, coast and sea: losses along radials are those of the paths, to 1e-6 dB."""
    station = make_station(
        longitude=STATION[0], latitude=STATION[1], frequency_mhz=frequency, ground_height_m=None
    )
    predictor = predictor_of(name, {}, write_curves("curves"))
    emitter = Emitter(station, ground, default_settings(), Method(predictor))
    walk = Walk.over(emitter, 30.0, 0.25, 0.0, azimuths_around(24), (50.0,), False)
    radials, _ = walk.radials(slice(0, 24))
    assert {SEA, COAST, INLAND} == set(np.unique(radials.zone))
    check = study_context().stage(0.0, 1.0, "studies.progress_grid").check
    found = predictor.along(radials, walk.emission, check).losses_db
    for k in (6, 31, 64, 120):
        part, d = slice(0, k + 1), k * radials.step_km
        paths = PathProfile(
            np.arange(k + 1) * radials.step_km,
            radials.terrain_height_m[:, part],
            radials.clutter_height_m[:, part],
            radials.zone[:, part],
        )
        latitude = radials.centre_latitude_deg @ (1.0, d, d * d)
        own = predictor.over(paths, latitude, walk.emission)
        assert not np.isnan(own).any()
        np.testing.assert_allclose(found[..., k], own, rtol=0, atol=1e-6)


def test_what_a_model_does_not_read_is_said_and_clutter_counts_once(
    study_context: Context, make_station: Callable, ground: Ground
) -> None:
    """P.1812 carries the land cover, so P.2108 is refused; ITM does not, and may have it."""
    station = make_station(longitude=STATION[0], latitude=STATION[1], frequency_mhz=600.0)
    context = study_context(stations=[station], terrain=ground)
    request = {"station_id": station.id, "radius_km": 6, "step_m": 500, "clutter_model": "p2108"}
    with pytest.raises(FormatError) as caught:
        run("coverage", request, context)
    assert caught.value.key == "studies.clutter_in_land_cover"
    assert caught.value.say("en").startswith(
        "Rec. ITU-R P.2108-1 is not added where paths carry the land cover cover.tif"
    )
    assert "tính hai lần" in caught.value.say("vi")
    study = run("coverage", {**request, "model": "itm"}, context)
    keys = {one["key"] for one in study.results["remarks"]}
    assert keys >= {
        "studies.model_without_land_cover",
        "studies.model_without_zones",
        "studies.clutter_distances",
        "studies.model_distances",
    }
