"""Elevation files that are not what they say: each is refused by name, nothing else is read."""

import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from gis.errors import FormatError
from gis.terrain.source import RasterTerrain

GRID = Affine(0.1, 0.0, 106.0, 0.0, -0.1, 11.0)


def write(file: Path, **options: object) -> Path:
    profile: dict[str, object] = {
        "driver": "GTiff",
        "height": 40,
        "width": 30,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": GRID,
    }
    profile |= options
    with rasterio.open(file, "w", **profile) as dataset:
        if int(str(profile["height"])) <= 4000:
            shape = (int(str(profile["count"])), dataset.height, dataset.width)
            dataset.write(np.arange(np.prod(shape)).reshape(shape).astype(dataset.dtypes[0]))
    return file


def refused(path: Path | str, key: str) -> FormatError:
    with pytest.raises(FormatError) as caught:
        RasterTerrain(Path(path))
    assert caught.value.key == f"terrain.{key}"
    assert Path(path).name in str(caught.value)
    return caught.value


def vrt(target: Path) -> str:
    return (
        '<VRTDataset rasterXSize="30" rasterYSize="40"><SRS>EPSG:4326</SRS>'
        "<GeoTransform>106,0.1,0,11,0,-0.1</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="0">{target}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert RasterTerrain(write(tmp_path / "good.tif")).heights_m(106.05, 10.95) == 0.0


@pytest.mark.parametrize("name", ["a.tif", "a.vrt", "N10E106.hgt"])
def test_vrt_in_disguise(tmp_path: Path, name: str) -> None:
    secret = write(tmp_path / "secret.tif")
    file = tmp_path / name
    file.write_text(vrt(secret), encoding="utf-8")
    with rasterio.open(file, driver="VRT") as dataset:  # GDAL would have followed it
        assert dataset.read(1).max() > 0
    refused(file, "unknown_format")


def test_vrt_of_the_size_of_an_hgt(tmp_path: Path) -> None:
    """The content decides: an HGT has no mark, so its bytes are only ever taken for heights."""
    secret = write(tmp_path / "secret.tif")
    file = tmp_path / "N10E106.hgt"
    text = vrt(secret).encode()
    file.write_bytes(text + b" " * (2 * 1201 * 1201 - len(text)))
    heights = RasterTerrain(file).heights_m(106.5, [10.99, 10.5])
    assert not np.isin(heights, np.arange(1200)).any()


@pytest.mark.parametrize(
    "path",
    [
        "/vsicurl/http://127.0.0.1:9/a.tif",
        "/vsizip/tmp/a.zip/a.tif",
        "/VSIMEM/a.tif",
        "/vsistdin/",
        "http://127.0.0.1:9/a.tif",
        "https://example.org/a.tif",
        "s3://bucket/a.tif",
        "zip:///tmp/a.zip!a.tif",
        "file:///etc/passwd",
        "GTIFF_DIR:1:/tmp/a.tif",
        "NETCDF:/tmp/a.nc:z",
    ],
)
def test_addresses_and_virtual_paths(path: str) -> None:
    with pytest.raises(FormatError) as caught:
        RasterTerrain(Path(path))
    assert caught.value.key in {"terrain.not_local_file", "terrain.file_missing"}


def test_missing_file_and_folder(tmp_path: Path) -> None:
    refused(tmp_path / "none.tif", "file_missing")
    refused(tmp_path, "file_missing")


def test_no_coordinate_system(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "a.tif", crs=None), "no_crs")
    assert "hệ tọa độ" in error.say("vi")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_no_position(tmp_path: Path) -> None:
    refused(write(tmp_path / "a.tif", transform=Affine.identity()), "no_position")


def test_truncated(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.tif", height=400, width=300, tiled=True).read_bytes()
    for share in (0.0005, 0.01, 0.5, 0.9, 0.999):
        file = tmp_path / f"cut{share}.tif"
        file.write_bytes(whole[: int(len(whole) * share)])
        refused(file, "unreadable")


def test_damaged_in_the_middle(tmp_path: Path) -> None:
    """Damage that the header does not show is a void when it is met, never a height, and said."""
    rng = np.random.default_rng(0)
    file = tmp_path / "a.tif"
    profile = {"height": 300, "width": 300, "compress": "deflate", "blockysize": 10}
    write(file, **profile)
    places = (107.0, np.linspace(-18.0, 10.9, 500))
    sound = RasterTerrain(file).heights_m(*places)
    content = bytearray(file.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 4000] = rng.integers(0, 256, 4000, dtype=np.uint8).tobytes()
    file.write_bytes(content)
    source = RasterTerrain(file)
    heights = source.heights_m(*places)
    assert source.damaged == ("a.tif",)
    lost = np.isnan(heights)
    assert 0 < lost.sum() < lost.size
    np.testing.assert_array_equal(heights[~lost], sound[~lost])


def test_header_of_ten_thousand_million_cells(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.tif",
        height=100_000,
        width=100_000,
        dtype="uint8",
        tiled=True,
        SPARSE_OK="TRUE",
        BIGTIFF="YES",
    )
    assert file.stat().st_size < 4_000_000
    error = refused(file, "too_large")
    assert error.values["columns"] == 100_000


def test_blocks_that_unpack_to_gigabytes(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.tif",
        height=60_000,
        width=60_000,
        blockysize=60_000,
        compress="deflate",
        SPARSE_OK="TRUE",
    )
    assert file.stat().st_size < 1_000_000
    refused(file, "too_large")


def test_not_heights(tmp_path: Path) -> None:
    refused(write(tmp_path / "rgb.tif", count=3, dtype="uint8"), "not_heights")
    refused(write(tmp_path / "complex.tif", dtype="complex64"), "not_heights")


def test_feet(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tif")
    with rasterio.open(file, "r+") as dataset:
        dataset.units = ("ft",)
    assert refused(file, "not_metres").values["unit"] == "ft"
    compound = write(tmp_path / "b.tif", crs="EPSG:4326+6360")  # NAVD88, US survey feet
    refused(compound, "not_metres")


def test_heights_beyond_the_earth_are_voids(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tif", dtype="float64")
    with rasterio.open(file, "r+") as dataset:
        dataset.write(np.full((40, 30), 1e300), 1)
    assert np.isnan(RasterTerrain(file).heights_m(107.0, 10.0))


def test_hgt_of_a_wrong_size_or_name(tmp_path: Path) -> None:
    short = tmp_path / "N10E106.hgt"
    short.write_bytes(b"\0" * 1000)
    refused(short, "unknown_format")
    unnamed = tmp_path / "terrain.hgt"
    unnamed.write_bytes(b"\0" * (2 * 1201 * 1201))
    refused(unnamed, "unknown_format")


def test_tiff_mark_and_nothing_behind(tmp_path: Path) -> None:
    for number, tail in enumerate((b"", b"\xff" * 4, struct.pack("<I", 8), b"\0" * 100)):
        file = tmp_path / f"a{number}.tif"
        file.write_bytes(b"II*\0" + tail)
        refused(file, "unreadable")


def test_side_files_are_not_followed(tmp_path: Path) -> None:
    """A side file cannot lend a coordinate system or a mask to a raster that has none."""
    file = write(tmp_path / "a.tif", crs=None)
    (tmp_path / "a.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:4326</SRS></PAMDataset>", encoding="utf-8"
    )
    (tmp_path / "a.prj").write_text('LOCAL_CS["x"]', encoding="utf-8")
    refused(file, "no_crs")
