"""Folders, zips and VRT of tiles: one ground without seams, gaps filled in the order stated."""

import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from gis.errors import FormatError
from gis.studies.remarks import source_remarks
from gis.terrain import memory
from gis.terrain.file import RasterFile
from gis.terrain.ground import Ground
from gis.terrain.memory import roomy_array
from gis.terrain.opening import GroundFiles, open_ground
from gis.terrain.raster import RasterTerrain

CENTRE = (106.99, 10.013)


def write_tile(
    file: Path,
    heights: np.ndarray,
    west: float,
    north: float,
    cell: float,
    *,
    crs: str = "EPSG:4326",
    **options: object,
) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        height=heights.shape[0],
        width=heights.shape[1],
        count=1,
        dtype="float32",
        crs=crs,
        transform=Affine(cell, 0.0, west, 0.0, -cell, north),
        **options,
    ) as dataset:
        dataset.write(heights.astype(np.float32), 1)
    return file


def write_hgt(file: Path, heights: np.ndarray) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(heights.astype(">i2").tobytes())
    return file


def rough(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((rows, columns)) * 100


def opened(*paths: Path, **options: object) -> Ground:
    return open_ground(GroundFiles(terrain=paths, **options))


def around(ground: Ground, radius_km: float = 60.0) -> np.ndarray:
    azimuths = np.arange(0.0, 360.0, 11.0)
    return ground.windows(*CENTRE, radius_km).along(azimuths, 0.3, int(radius_km / 0.3) + 1)


@pytest.fixture
def four(tmp_path: Path) -> tuple[Path, Path]:
    """One raster of 2 x 2 degrees, and the same in four tiles that share no cell."""
    cell, side = 1 / 300, 300
    whole = rough(2 * side, 2 * side)
    one = write_tile(tmp_path / "one" / "whole.tif", whole, 106.0, 11.0, cell)
    folder = tmp_path / "four"
    for a in range(2):
        for b in range(2):
            part = whole[a * side : (a + 1) * side, b * side : (b + 1) * side]
            name = f"Copernicus_DSM_COG_10_N{10 - a:02d}_00_E{106 + b}_00_DEM"
            write_tile(folder / name / f"{name}.tif", part, 106.0 + b, 11.0 - a, cell)
    return one, folder


def test_tiles_have_no_seam(four: tuple[Path, Path]) -> None:
    one, folder = four
    whole, tiles = opened(one, surface_model=True), opened(folder)
    rng = np.random.default_rng(2)
    lon, lat = 106 + 2 * rng.random(4000), 9 + 2 * rng.random(4000)
    lon[:2000] = 107 + 0.004 * (rng.random(2000) - 0.5)  # on the seam
    expected = whole.elevation.heights_m(lon, lat)
    assert not np.isnan(expected).any()
    np.testing.assert_allclose(tiles.elevation.heights_m(lon, lat), expected, atol=1e-6)
    np.testing.assert_allclose(
        around(tiles).terrain_height_m, around(whole).terrain_height_m, atol=1e-6
    )
    assert tiles.elevation.surface_model, "GLO-30 measures roofs"
    assert tiles.elevation.identifier.startswith("four sha256:")


def test_hgt_tiles_share_their_edges(tmp_path: Path) -> None:
    """Each has the rows and columns of its neighbours' edges; the plane goes on."""
    for row in range(2):
        for column in range(2):
            lon = 106 + column + np.arange(1201) / 1200
            lat = 11 - row - np.arange(1201) / 1200
            heights = np.round(600 * (lon[None, :] - 106) + 300 * (11 - lat[:, None]))
            write_hgt(tmp_path / f"N{10 - row:02d}E{106 + column}.hgt", heights)
    ground = opened(tmp_path)
    assert ground.elevation.surface_model
    rng = np.random.default_rng(3)
    lon, lat = 106.9 + 0.2 * rng.random(500), 9.9 + 0.2 * rng.random(500)
    expected = 600 * (lon - 106) + 300 * (11 - lat)
    np.testing.assert_allclose(ground.elevation.heights_m(lon, lat), expected, atol=1.01)
    assert not np.isnan(around(ground).terrain_height_m).any()
    assert ground.elevation.covers(np.array([105.9, 107.5]), np.array([10.5, 9.5])).tolist() == [
        False,
        True,
    ]


def test_gaps_are_filled_in_the_order_stated(tmp_path: Path) -> None:
    fine = np.full((200, 200), 10.0)
    fine[50:150, 50:150] = np.nan
    a = write_tile(tmp_path / "fine.tif", fine, 106.8, 10.2, 0.002)
    coarse = write_tile(tmp_path / "coarse.tif", np.full((200, 200), 30.0), 106.0, 11.0, 0.01)
    points = (np.array([106.85, 107.0, 106.3, 109.0]), np.array([10.15, 10.0, 10.5, 10.0]))
    first, second = opened(a, coarse), opened(coarse, a)
    np.testing.assert_array_equal(first.elevation.heights_m(*points), [10, 30, 30, np.nan])
    np.testing.assert_array_equal(second.elevation.heights_m(*points), [30, 30, 30, np.nan])
    sampled = around(first).terrain_height_m
    assert set(np.unique(sampled)) == {10.0, 30.0}
    assert set(np.unique(around(second).terrain_height_m)) == {30.0}
    assert first.elevation.identifier != second.elevation.identifier
    assert first.elevation.name == "fine.tif + coarse.tif"
    assert first.elevation.cell_m == pytest.approx(1112, rel=0.02)


def test_a_source_beside_the_station_is_found(tmp_path: Path) -> None:
    """The station stands west of one source and on another."""
    east = write_tile(tmp_path / "east.tif", np.full((100, 100), 5.0), 107.0, 10.5, 0.01)
    west = write_tile(tmp_path / "west.tif", np.full((300, 300), 3.0), 106.0, 11.0, 0.003331)
    surface = opened(east, west).windows(106.9, 10.1, 40).along(np.array([90.0]), 0.5, 80)
    assert set(np.unique(surface.terrain_height_m)) == {3.0, 5.0}


def test_across_the_antimeridian(tmp_path: Path) -> None:
    """Tiles east and west of 180 degrees are neighbours."""
    for number, west in enumerate((179.0, -180.0)):
        write_tile(tmp_path / f"{number}.tif", np.full((100, 100), 7.0), west, 1.0, 0.01)
    ground = opened(tmp_path)
    surface = ground.windows(179.99, 0.5, 30.0).along(np.array([90.0, 270.0]), 0.3, 100)
    assert (surface.terrain_height_m == 7.0).all()
    assert ground.elevation.heights_m(180.0, 0.5) == 7.0


def spoilt(file: Path) -> Path:
    """Overwrite the compressed bytes of one block in the middle of a tile."""
    with rasterio.open(file) as dataset:
        where, size = (
            int(dataset.get_tag_item(f"BLOCK_{name}_1_1", "TIFF", bidx=1))
            for name in ("OFFSET", "SIZE")
        )
    with file.open("r+b") as stream:
        stream.seek(where)
        stream.write(b"\xff" * size)
    return file


@pytest.mark.parametrize("whole_window", [True, False])
def test_a_tile_damaged_inside_is_read_around_and_said(tmp_path: Path, whole_window: bool) -> None:
    """One block of twenty-five cannot be read: it comes from the next source, or is void."""
    rng = np.random.default_rng(3)
    options = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
    heights = 10 + rng.random((320, 320))
    fine = spoilt(write_tile(tmp_path / "fine.tif", heights, 106.0, 11.0, 0.005, **options))
    coarse = write_tile(tmp_path / "coarse.tif", np.full((99, 99), 30.0), 106.0, 11.0, 0.01)
    inside, outside = (106.48, 10.52), (106.16, 10.84)
    for sources, expected in (((fine,), np.nan), ((fine, coarse), 30.0)):
        ground = opened(*sources)
        assert ground.damaged == ()
        if whole_window:
            surface = ground.windows(106.4, 10.52, 40.0).along(np.array([90.0]), 0.5, 20)
            found = surface.terrain_height_m[0, -1]
        else:
            found = ground.elevation.heights_m(*inside)
            assert 10 <= ground.elevation.heights_m(*outside) <= 11
        np.testing.assert_equal(float(found), expected)
        assert ground.damaged == ("fine.tif",)
        assert [key for key, _ in source_remarks(ground)] == ["terrain.damaged"]


def test_what_is_no_tile_is_left_out_and_said(four: tuple[Path, Path]) -> None:
    _, folder = four
    (folder / "broken.tif").write_bytes(b"II*\0 and nothing behind")
    (folder / "readme.txt").write_text("not looked at")
    ground = opened(folder)
    keys = [key for key, _ in ground.remarks]
    assert keys == ["terrain.unreadable", "terrain.left_out"]
    assert ground.remarks[1][1] == {"file": "broken.tif"}
    assert len(ground.elevation.files) == 4
    empty = folder / "empty"
    empty.mkdir()
    with pytest.raises(FormatError) as caught:
        opened(empty)
    assert caught.value.key == "terrain.no_tiles"


def test_datums_that_differ(tmp_path: Path) -> None:
    cells = np.full((10, 10), 5.0)
    sea = write_tile(tmp_path / "egm96.tif", cells, 106, 11, 0.1, crs="EPSG:4326+5773")
    other = write_tile(tmp_path / "egm2008.tif", cells, 107, 11, 0.1, crs="EPSG:4326+3855")
    delta = write_tile(tmp_path / "vn.tif", cells, 530_000, 1_200_000, 1000.0, crs="EPSG:9210")
    ellipsoid = write_tile(tmp_path / "up.tif", cells, 107, 11, 0.1, crs="EPSG:4979")
    remarks = dict(opened(sea, other).remarks)
    assert remarks["terrain.different_vertical"]["file"] == "egm96.tif"
    assert "EGM2008" in remarks["terrain.different_vertical"]["other_datum"]
    assert not opened(sea, sea).remarks
    remarks = dict(opened(sea, delta).remarks)
    assert "terrain.different_horizontal" in remarks
    assert [key for key, _ in opened(ellipsoid).remarks] == ["terrain.ellipsoidal"]
    with pytest.raises(FormatError) as caught:
        opened(sea, ellipsoid)
    assert caught.value.key == "terrain.mixed_vertical"
    assert "up.tif" in caught.value.say("vi")


def zipped(file: Path, members: dict[str, bytes], **options: object) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, **options)
    return file


def test_a_zip_is_its_tiles(tmp_path: Path, four: tuple[Path, Path]) -> None:
    one, folder = four
    tiles = {f"deep/{file.name}": file.read_bytes() for file in sorted(folder.rglob("*.tif"))}
    file = zipped(tmp_path / "tiles.zip", {**tiles, "deep/readme.txt": b"not unpacked"})
    cache = tmp_path / "cache"
    ground = opened(file, cache=cache)
    np.testing.assert_allclose(
        around(ground).terrain_height_m, around(opened(one)).terrain_height_m, atol=1e-6
    )
    assert ground.elevation.name == "tiles.zip"
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*")}
    assert len(before) == 2 + 4, "nothing but the folders and the tiles"
    assert opened(file, cache=cache).elevation.identifier == ground.elevation.identifier
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*")} == before
    inside = tmp_path / "zips" / "N10E106.SRTMGL1.hgt.zip"
    inside.parent.mkdir()
    zipped(inside, {"N10E106.hgt": np.full((1201, 1201), 9).astype(">i2").tobytes()})
    assert opened(inside.parent, cache=cache).elevation.heights_m(106.5, 10.5) == 9.0


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("a.tif")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("members", "key"),
    [
        ({"../a.tif": b"II*\0"}, "zip_leaves"),
        ({"/etc/a.tif": b"II*\0"}, "zip_leaves"),
        ({"..\\a.tif": b"II*\0"}, "zip_leaves"),
        ({"C:\\a.tif": b"II*\0"}, "zip_leaves"),
        ({link(): b"/etc/passwd"}, "zip_leaves"),
        ({"a.txt": b"no tile"}, "zip_without_tiles"),
        ({"x/a.tif": b"II*\0", "y/a.tif": b"II*\0"}, "zip_twice"),
        ({"a.tif": bytes(2**27)}, "zip_bomb"),
        ({f"{n}.tif": b"x" for n in range(2001)}, "zip_too_large"),
    ],
    ids=["up", "absolute", "backwards", "drive", "link", "text", "twice", "bomb", "many"],
)
def test_zips_that_are_refused(tmp_path: Path, members: dict[str, bytes], key: str) -> None:
    file = zipped(tmp_path / "a.zip", members)
    with pytest.raises(FormatError) as caught:
        opened(file, cache=tmp_path / "cache")
    assert caught.value.key == f"terrain.{key}"
    assert "a.zip" in caught.value.say("vi")
    assert not list((tmp_path / "cache" / "unpacked").iterdir()), "nothing is left"
    assert not list(tmp_path.parent.glob("a.tif"))


def test_damaged_zips(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"a.tif": rough(50, 50).tobytes()}).read_bytes()
    middle = bytearray(whole)
    middle[200:300] = bytes(100)
    for number, content in enumerate((whole[:-40], b"PK\3\4", bytes(middle))):
        file = tmp_path / f"{number}.zip"
        file.write_bytes(content)
        with pytest.raises(FormatError) as caught:
            opened(file, cache=tmp_path / "cache")
        assert caught.value.key == "terrain.zip_damaged"


def vrt(source: str, *, relative: int = 1, extra: str = "", band: str = "") -> str:
    return (
        '<VRTDataset rasterXSize="600" rasterYSize="600"><SRS>EPSG:4326</SRS>'
        "<GeoTransform>106,0.0033333333333333335,0,11,0,-0.0033333333333333335</GeoTransform>"
        f'{extra}<VRTRasterBand dataType="Float32" band="1"{band}><SimpleSource>'
        f'<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )


def test_a_vrt_of_the_administrators_folder(tmp_path: Path, four: tuple[Path, Path]) -> None:
    one, _ = four
    file = one.parent / "a.vrt"
    file.write_text(vrt("whole.tif"))
    ground = opened(file, vrt_folder=one.parent)
    expected = around(opened(one)).terrain_height_m
    np.testing.assert_allclose(around(ground).terrain_height_m, expected, atol=1e-6)
    before = ground.elevation.identifier
    write_tile(one, rough(600, 600, 5), 106.0, 11.0, 1 / 300)
    assert opened(file, vrt_folder=one.parent).elevation.identifier != before
    with pytest.raises(FormatError) as caught:
        opened(file, vrt_folder=tmp_path / "four")
    assert caught.value.key == "terrain.vrt_not_here"
    with pytest.raises(FormatError) as caught:
        opened(file)
    assert caught.value.key == "terrain.unknown_format"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (vrt("../four/a.tif"), "vrt_source_outside"),
        (vrt("/etc/passwd", relative=0), "vrt_source_outside"),
        (vrt("/vsicurl/http://127.0.0.1:9/a.tif", relative=0), "not_local_file"),
        (vrt("http://127.0.0.1:9/a.tif", relative=0), "not_local_file"),
        (vrt("b.vrt"), "unknown_format"),
        (vrt("none.tif"), "file_missing"),
        (vrt("whole.tif", band=' subClass="VRTDerivedRasterBand"'), "vrt_not_plain"),
        (vrt("whole.tif", extra="<GDALWarpOptions/>"), "vrt_not_plain"),
        (vrt("whole.tif").replace("SimpleSource", "KernelFilteredSource"), "vrt_not_plain"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + vrt("whole.tif"), "unreadable"),
        ("<VRTDataset/>", "vrt_not_plain"),
        ("not xml", "unreadable"),
    ],
    ids=range(12),
)
def test_vrts_that_are_refused(four: tuple[Path, Path], content: str, key: str) -> None:
    one, _ = four
    (one.parent / "b.vrt").write_text(vrt("whole.tif"))
    file = one.parent / "a.vrt"
    file.write_text(content)
    with pytest.raises(FormatError) as caught:
        opened(file, vrt_folder=one.parent)
    assert caught.value.key == f"terrain.{key}"


def test_a_link_does_not_lead_a_vrt_outside(four: tuple[Path, Path]) -> None:
    one, folder = four
    (one.parent / "linked.tif").symlink_to(next(folder.rglob("*.tif")))
    file = one.parent / "a.vrt"
    file.write_text(vrt("linked.tif"))
    with pytest.raises(FormatError) as caught:
        opened(file, vrt_folder=one.parent)
    assert caught.value.key == "terrain.vrt_source_outside"


def test_large_windows_live_in_a_file(
    tmp_path: Path, four: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = four
    expected = around(opened(one)).terrain_height_m
    monkeypatch.setattr(memory, "IN_MEMORY_BYTES", 1000)
    ground = opened(one, cache=tmp_path / "cache")
    np.testing.assert_array_equal(around(ground).terrain_height_m, expected)
    assert (tmp_path / "cache").is_dir()
    assert not list((tmp_path / "cache").iterdir()), "the file has no name"


def test_a_window_that_is_too_large() -> None:
    with pytest.raises(FormatError) as caught:
        roomy_array((100_000, 100_000), np.float32, None, "lidar.tif")
    assert caught.value.key == "terrain.window_too_large"
    assert caught.value.values["gigabytes"] == pytest.approx(37.3)


def test_use_is_noted_on_the_tile(four: tuple[Path, Path]) -> None:
    one, _ = four

    os.utime(one, (1e9, 1e9))
    opened(one).elevation.heights_m(107.0, 10.0)
    assert one.stat().st_mtime == 1e9
    assert one.stat().st_atime > 1.7e9


def test_one_file_is_what_it_was(four: tuple[Path, Path]) -> None:
    one, _ = four
    alone, listed = RasterTerrain(one), RasterTerrain([RasterFile.open(one)])
    assert alone.identifier == listed.identifier
    assert alone.identifier.startswith("whole.tif sha256:")
