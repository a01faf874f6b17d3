"""Heights from rasters and from the flat delta, and the profiles sampled from them."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from pyproj import Geod
from rasterio.transform import Affine

from data.text import Language
from gis.errors import TerrainUnavailableError
from gis.terrain.ground import Ground
from gis.terrain.profiles import path_profile, radial_surface, ring_profiles
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.profile import RadioClimaticZone

Floats = NDArray[np.float64]


def write(
    file: Path, heights: Floats, transform: Affine, *, crs: str = "EPSG:4326", **options: object
) -> Path:
    rows, columns = heights.shape
    profile = {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": 1,
        "dtype": "float32",
        "crs": crs,
        "transform": transform,
    }
    with rasterio.open(file, "w", **(profile | options)) as dataset:
        dataset.write(heights.astype(dataset.dtypes[0]), 1)
    return file


def from_origin(west: float, north: float, width: float, height: float) -> Affine:
    return Affine(width, 0.0, west, 0.0, -height, north)


def plane(west: float, north: float, cell: float, rows: int, columns: int) -> Floats:
    """Heights of 1500 + 7 lon + 11 lat at the centres of the cells."""
    lon = west + cell * (np.arange(columns) + 0.5)
    lat = north - cell * (np.arange(rows) + 0.5)
    return 1500 + 7 * lon[None, :] + 11 * lat[:, None]


@pytest.mark.parametrize("west", [-70.3, 106.1])
@pytest.mark.parametrize("north", [11.2, -33.4])
def test_half_a_cell_in_four_hemispheres(tmp_path: Path, west: float, north: float) -> None:
    """A plane is reproduced exactly: half a cell's error would be 0.35 or 0.55 m here."""
    cell = 0.1
    file = write(
        tmp_path / "a.tif", plane(west, north, cell, 7, 9), from_origin(west, north, cell, cell)
    )
    source = RasterTerrain(file)
    rng = np.random.default_rng(1)
    lon = west + cell / 2 + rng.random(200) * 8 * cell
    lat = north - cell / 2 - rng.random(200) * 6 * cell
    np.testing.assert_allclose(source.heights_m(lon, lat), 1500 + 7 * lon + 11 * lat, atol=1e-3)


def test_centres_edges_and_outside(tmp_path: Path) -> None:
    heights = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    source = RasterTerrain(write(tmp_path / "a.tif", heights, from_origin(10, 50, 1, 1)))
    got = source.heights_m([[10.5, 12.5], [11.0, 10.01]], [[49.5, 48.5], [49.0, 49.99]])
    np.testing.assert_allclose(got, [[1.0, 6.0], [3.0, 1.0]])
    outside = source.heights_m([9.99, 13.01, 11.0, 11.0, np.nan], [49.5, 49.5, 50.01, 47.99, 49.5])
    assert np.isnan(outside).all()
    assert source.heights_m(11.5, 49.5).shape == ()
    assert source.heights_m([], []).shape == (0,)


def test_one_row_and_one_cell(tmp_path: Path) -> None:
    row = RasterTerrain(write(tmp_path / "r.tif", np.array([[1.0, 3.0]]), from_origin(0, 1, 1, 1)))
    np.testing.assert_allclose(row.heights_m([0.5, 1.0, 1.5], 0.2), [1, 2, 3])
    cell = RasterTerrain(write(tmp_path / "c.tif", np.array([[8.0]]), from_origin(0, 1, 1, 1)))
    assert cell.heights_m(0.9, 0.9) == 8.0


def test_rows_that_run_north(tmp_path: Path) -> None:
    heights = np.array([[1.0, 1.0], [2.0, 2.0]])
    source = RasterTerrain(
        write(tmp_path / "a.tif", heights, Affine(1, 0, 10, 0, 1, 48))  # first row in the south
    )
    np.testing.assert_allclose(source.heights_m(11, [48.5, 49.0, 49.5]), [1, 1.5, 2])


def test_longitudes_beyond_180(tmp_path: Path) -> None:
    source = RasterTerrain(
        write(tmp_path / "a.tif", np.array([[1.0, 2.0, 3.0]]), from_origin(179, 1, 1, 1))
    )
    np.testing.assert_allclose(source.heights_m([179.5, -179.5, -178.5], 0.5), [1, 2, 3])


def test_tiles_join(tmp_path: Path) -> None:
    """Nothing shows where one tile ends: the plane goes on across 512 cells, both ways."""
    cell = 0.001
    values = plane(106.0, 11.0, cell, 530, 1100)
    source = RasterTerrain(write(tmp_path / "a.tif", values, from_origin(106, 11, cell, cell)))
    lon = np.linspace(106.511, 106.514, 31)[None, :]
    lat = 11 - np.linspace(0.511, 0.5135, 26)[:, None]
    np.testing.assert_allclose(source.heights_m(lon, lat), 1500 + 7 * lon + 11 * lat, atol=1e-3)
    far = np.array([106.02, 106.6, 107.05])
    np.testing.assert_allclose(source.heights_m(far, 10.9), 1500 + 7 * far + 11 * 10.9, atol=1e-3)


def test_voids(tmp_path: Path) -> None:
    heights = np.array([[1.0, -9999.0, 3.0, np.nan, 5.0, -32767.0, 7.0]])
    source = RasterTerrain(
        write(tmp_path / "a.tif", heights, from_origin(0, 1, 1, 1), nodata=-9999.0)
    )
    got = source.heights_m([0.5, 1.5, 1.0, 2.5, 3.4, 4.5, 5.5, 6.5], 0.5)
    np.testing.assert_array_equal(np.isnan(got), [0, 1, 1, 0, 1, 0, 1, 0])
    np.testing.assert_allclose(got[[0, 3, 5, 7]], [1, 3, 5, 7])


def test_scaled_integers(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.tif", np.array([[10.0, 30.0]]), from_origin(0, 1, 1, 1), dtype="int16"
    )
    with rasterio.open(file, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.5,), (100.0,)
    np.testing.assert_allclose(RasterTerrain(file).heights_m([0.5, 1.5], 0.5), [105, 115])


def test_vn2000_by_the_official_parameters(tmp_path: Path) -> None:
    """The grid says its own easting; Tân An and Tây Ninh as regulations.md 8.4 has them."""
    points = ((106.41508558, 10.53508299, 572595.687), (106.11179106, 11.30898551, 539298.148))
    west, north, cell = 530_000.0, 1_260_000.0, 1000.0
    east = west + cell * (np.arange(60) + 0.5) - west
    values = np.broadcast_to(east / 10, (100, 60))
    file = write(tmp_path / "a.tif", values, from_origin(west, north, cell, cell), crs="EPSG:9210")
    source = RasterTerrain(file)
    for longitude, latitude, easting in points:
        height = float(source.heights_m(longitude, latitude))
        assert height * 10 + west == pytest.approx(easting, abs=0.01)


def test_utm_and_compound_systems(tmp_path: Path) -> None:
    geod = Geod(ellps="WGS84")
    lon, lat, _ = geod.fwd(105.0, 11.0, 90.0, 5000.0)
    values = np.broadcast_to(np.arange(40.0), (40, 40))
    file = write(
        tmp_path / "u.tif", values, from_origin(495_000, 1_235_000, 1000, 1000), crs="EPSG:32648"
    )
    # 5 km east of the central meridian: 4998 m at the scale of 0.9996
    assert float(RasterTerrain(file).heights_m(lon, lat)) == pytest.approx(9.4980, abs=1e-3)
    compound = write(
        tmp_path / "c.tif", np.full((4, 4), 7.0), from_origin(105, 12, 1, 1), crs="EPSG:4326+5773"
    )
    assert RasterTerrain(compound).heights_m(106.5, 10.5) == 7.0


def test_hgt(tmp_path: Path) -> None:
    heights = np.full((1201, 1201), 2, dtype=">i2")
    heights[0, 0], heights[-1, -1], heights[600, 600] = 11, 22, -32768
    file = tmp_path / "N10E106.hgt"
    file.write_bytes(heights.tobytes())
    source = RasterTerrain(file)
    np.testing.assert_allclose(source.heights_m([106.0, 107.0], [11.0, 10.0]), [11, 22])
    assert np.isnan(source.heights_m(106.5, 10.5))
    assert source.heights_m(106.1, 10.1) == 2.0
    assert source.identifier.startswith("N10E106.hgt sha256:")


def test_identity_and_processes(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tif", plane(0, 1, 0.01, 100, 100), from_origin(0, 1, 0.01, 0.01))
    source = RasterTerrain(file, surface_model=True)
    assert not source.flat
    assert source.surface_model
    again = pickle.loads(pickle.dumps(source))
    assert again.identifier == source.identifier
    assert str(tmp_path) not in source.identifier
    lon, lat = np.meshgrid(np.linspace(0.1, 0.9, 50), np.linspace(0.1, 0.9, 50))
    expected = source.heights_m(lon, lat)
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: again.heights_m(lon, lat), range(8)):
            np.testing.assert_array_equal(got, expected)
    moved = write(tmp_path / "b.tif", np.ones((3, 3)), from_origin(0, 1, 1, 1))
    assert RasterTerrain(moved).identifier.split()[1] != source.identifier.split()[1]


def test_flat_delta() -> None:
    flat = FlatTerrain()
    assert flat.flat
    assert not flat.surface_model
    assert flat.identifier == "flat-delta-2m"
    got = flat.heights_m([[1.0], [np.nan]], [1.0, 2.0])
    np.testing.assert_array_equal(got, [[2, 2], [np.nan, np.nan]])


def test_flat_station_stands_on_its_recorded_ground() -> None:
    """Núi Bà Đen is 986 m high, as recalled, and the plain around it 2 m."""
    flat = Ground(FlatTerrain())
    summit, plain = (106.169167, 11.380833), (106.4151, 10.5351)
    profile = path_profile(flat, summit, plain, step_km=1.0, transmitter_ground_height_m=986.0)
    assert profile.terrain_height_m[0] == 986.0
    np.testing.assert_array_equal(profile.terrain_height_m[1:], 2.0)
    rings, _, _ = ring_profiles(
        flat, summit, [0, 90, 180, 270], 20, 50, transmitter_ground_height_m=986.0
    )
    np.testing.assert_array_equal(rings.terrain_height_m[:, 0], 986.0)
    for call in (
        lambda: path_profile(flat, summit, plain, step_km=1.0),
        lambda: ring_profiles(flat, summit, [0], 20, 50),
        lambda: radial_surface(flat, summit, 0.0, [0, 1, 2]),
    ):
        with pytest.raises(TerrainUnavailableError) as caught:
            call()
        assert "cao độ mặt đất" in caught.value.say(Language.VI)


def test_profile_follows_the_geodesic() -> None:
    geod = Geod(ellps="WGS84")
    tx, rx = (106.0, 10.5), (107.0, 11.5)
    azimuth, _, length_m = geod.inv(*tx, *rx)
    lon, lat, _ = radial_surface(
        Ground(FlatTerrain()),
        tx,
        azimuth,
        np.linspace(0, length_m / 1000, 5),
        transmitter_ground_height_m=2.0,
    )
    assert geod.inv(lon[-1], lat[-1], *rx)[2] < 1e-3
    np.testing.assert_allclose(geod.line_lengths(lon, lat), length_m / 4, rtol=1e-9)
    profile = path_profile(
        Ground(FlatTerrain()), tx, rx, step_km=1.0, transmitter_ground_height_m=2.0
    )
    steps = np.diff(profile.distance_km)
    assert np.ptp(steps) < 1e-9
    assert steps[0] <= 1.0
    assert profile.distance_km[-1] == pytest.approx(length_m / 1000, abs=1e-9)
    assert (profile.zone == RadioClimaticZone.INLAND).all()
    assert not profile.clutter_height_m.any()


def test_rings_are_the_paths_one_by_one(tmp_path: Path) -> None:
    cell = 0.01
    rng = np.random.default_rng(3)
    values = rng.random((100, 100)) * 50
    source = Ground(
        RasterTerrain(write(tmp_path / "a.tif", values, from_origin(106, 11, cell, cell)))
    )
    tx = (106.5, 10.5)
    ring, lon, lat = ring_profiles(source, tx, np.arange(0, 360, 45), 12.0, 25)
    assert ring.terrain_height_m.shape == (8, 25)
    for k in range(8):
        one = path_profile(source, tx, (float(lon[k]), float(lat[k])), step_km=0.5)
        np.testing.assert_allclose(one.terrain_height_m, ring.terrain_height_m[k], atol=1e-6)


def test_void_on_the_path(tmp_path: Path) -> None:
    values = np.full((10, 10), 5.0)
    values[:, 6] = np.nan
    source = Ground(
        RasterTerrain(write(tmp_path / "a.tif", values, from_origin(106, 11, 0.1, 0.1)))
    )
    with pytest.raises(TerrainUnavailableError) as caught:
        path_profile(source, (106.2, 10.5), (106.9, 10.5), step_km=1.0)
    assert float(caught.value.values["distance_km"]) == pytest.approx(38.3, abs=1.1)  # 106.55 E
    assert "a.tif" in str(caught.value)
    ring, _, _ = ring_profiles(source, (106.2, 10.5), [90.0, 0.0], 45.0, 20)
    assert np.isnan(ring.terrain_height_m[0]).any()
    assert not np.isnan(ring.terrain_height_m[1]).any()


def test_void_under_the_station_takes_its_record(tmp_path: Path) -> None:
    values = np.full((10, 10), 5.0)
    values[5, 2] = np.nan
    source = Ground(
        RasterTerrain(write(tmp_path / "a.tif", values, from_origin(106, 11, 0.1, 0.1)))
    )
    tx = (106.25, 10.45)
    _, _, surface = radial_surface(
        source, tx, 90.0, [0.0, 15.0, 30.0], transmitter_ground_height_m=8.0
    )
    np.testing.assert_array_equal(surface.terrain_height_m, [8.0, 5.0, 5.0])
    _, _, known = radial_surface(
        source, (106.75, 10.45), 270.0, [0.0, 5.0], transmitter_ground_height_m=8.0
    )
    assert known.terrain_height_m[0] == 5.0


def test_the_rburg_profile(shared: Path, tmp_path: Path) -> None:
    """The ITU's profile from Regensburg to Munich, against an independent elevation model."""
    crop = np.load(shared / "data" / "terrain" / "globe30s_regensburg_munich.npz")
    cell = float(crop["cell"])
    file = write(
        tmp_path / "globe.tif",
        crop["z"],
        from_origin(float(crop["lon_left"]), float(crop["lat_top"]), cell, cell),
        dtype="int16",
    )
    lines = (
        (shared / "reference" / "p1812" / "profiles" / "rburg.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    first = next(n for n, line in enumerate(lines) if "{Begin of Profile}" in line)
    last = next(n for n, line in enumerate(lines) if "{End of Profile}" in line)
    rows = [line.split(",")[:2] for line in lines[first + 1 : last] if line[:1].isdigit()]
    published = np.array(rows, dtype=np.float64)
    site: dict[str, float] = {
        line.split(":,")[0]: float(line.split(":,")[1])
        for line in lines[:8]
        if "LAT" in line or "LON" in line
    }
    profile = path_profile(
        Ground(RasterTerrain(file)),
        (site["Tx LON"], site["Tx LAT"]),
        (site["Rx LON"], site["Rx LAT"]),
        step_km=0.1,
    )
    length_km = profile.distance_km[-1]
    assert length_km == pytest.approx(published[-1, 0], abs=1.0)  # rounded sites, 96.2 km stated
    heights = np.interp(published[:, 0], profile.distance_km, profile.terrain_height_m)
    difference = heights - published[:, 1]
    assert abs(difference.mean()) < 1.0
    assert np.sqrt((difference**2).mean()) < 9.5
    shifted = np.interp(published[:, 0], profile.distance_km + 2.0, profile.terrain_height_m)
    assert np.sqrt(((shifted - published[:, 1]) ** 2).mean()) > 11.0, "the test tells places apart"
