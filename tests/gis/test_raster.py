"""Grids in degrees and the Cloud Optimized GeoTIFF."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Geod

from gis.errors import FormatError
from gis.raster import Grid, grid_around, read_raster, write_cog

GRID = Grid(106.0, 11.0, 0.01, 0.02, 30, 20)


def test_half_a_pixel_is_where_it_belongs() -> None:
    assert GRID.longitudes[0] == pytest.approx(106.005)
    assert GRID.latitudes[0] == pytest.approx(10.99)
    assert GRID.bounds == pytest.approx((106.0, 10.6, 106.3, 11.0))


def test_gdal_sees_the_same_pixel(tmp_path: Path) -> None:
    """GDAL's own index of a pixel's centre is that pixel, in a file read back by GDAL."""
    values = np.arange(600, dtype=np.float32).reshape(GRID.shape)
    file = tmp_path / "a.tif"
    file.write_bytes(write_cog(values, GRID, tags={"UNIT": "dB"}))
    with rasterio.open(file) as dataset:
        row, column = dataset.index(GRID.longitudes[7], GRID.latitudes[3])
        assert (row, column) == (3, 7)
        assert dataset.read(1)[row, column] == values[3, 7]
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.crs.to_epsg() == 4326
        assert np.isnan(dataset.nodata)
        assert dataset.tags()["UNIT"] == "dB"


def test_reads_what_it_wrote(tmp_path: Path) -> None:
    values = np.array([[1, -1], [3, 4]], dtype=np.int16)
    grid = Grid(106.0, 11.0, 0.5, 0.25, 2, 2)
    file = tmp_path / "a.tif"
    file.write_bytes(write_cog(values, grid, tags={}, nodata=-1, overview_resampling="NEAREST"))
    raster = read_raster(file)
    assert raster.grid == grid
    np.testing.assert_array_equal(raster.values, values)
    found = raster.at(np.array([106.1, 106.9, 107.1]), np.array([10.9, 10.6, 10.9]))
    np.testing.assert_array_equal(found, [1, 4, np.nan])


def test_same_values_give_the_same_bytes() -> None:
    values = np.random.default_rng(1).normal(size=(700, 900)).astype(np.float32)
    grid = Grid(106.0, 11.0, 0.001, 0.001, 900, 700)
    first = write_cog(values, grid, tags={"A": "1", "B": "2"})
    assert first == write_cog(values.copy(), grid, tags={"B": "2", "A": "1"})


def test_shape_must_agree() -> None:
    with pytest.raises(ValueError, match="shape"):
        write_cog(np.zeros((3, 3), dtype=np.float32), GRID, tags={})


@pytest.mark.parametrize("latitude", [10.6, -33.0, 60.0])
def test_pixel_areas_are_those_of_the_ellipsoid(latitude: float) -> None:
    """Against the geodesic area of the pixel as a polygon with densified parallels."""
    grid = Grid(106.0, latitude, 0.25, 0.25, 1, 1)
    west, south, east, north = grid.bounds
    along = np.linspace(west, east, 2001)
    lon = np.concatenate([along, along[::-1]])
    lat = np.concatenate([np.full(2001, south), np.full(2001, north)])
    area_m2, _ = Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert grid.pixel_areas_km2()[0, 0] == pytest.approx(abs(area_m2) / 1e6, rel=1e-7)


@pytest.mark.parametrize("latitude", [10.6, 55.0])
def test_a_disc_fits_into_its_grid(latitude: float) -> None:
    grid = grid_around(106.4, latitude, 80.0, 1000.0)
    assert grid.longitudes[grid.width // 2] == pytest.approx(106.4)
    assert grid.latitudes[grid.height // 2] == pytest.approx(latitude)
    geod = Geod(ellps="WGS84")
    azimuths = np.arange(0.0, 360.0, 5.0)
    lon, lat, _ = geod.fwd(
        np.full(72, 106.4), np.full(72, latitude), azimuths, np.full(72, 80_000.0)
    )
    row, _ = grid.pixel_of(np.asarray(lon), np.asarray(lat))
    assert (row >= 0).all()
    _, _, step = geod.inv(106.4, latitude, 106.4 + grid.pixel_width_deg, latitude)
    assert step == pytest.approx(1000.0, rel=1e-4)


def test_what_is_no_such_raster_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.tif"
    text.write_text("not a raster", encoding="utf-8")
    with pytest.raises(FormatError, match=r"text\.tif"):
        read_raster(text)
    virtual = tmp_path / "virtual.tif"
    virtual.write_text("<VRTDataset rasterXSize='1' rasterYSize='1'/>", encoding="utf-8")
    with pytest.raises(FormatError, match=r"virtual\.tif"):
        read_raster(virtual)
    projected = tmp_path / "utm.tif"
    with rasterio.open(
        projected,
        "w",
        driver="GTiff",
        height=2,
        width=2,
        count=1,
        dtype="float32",
        crs="EPSG:32648",
        transform=rasterio.Affine(30, 0, 500_000, 0, -30, 1_200_000),
    ) as dataset:
        dataset.write(np.zeros((2, 2), dtype=np.float32), 1)
    with pytest.raises(FormatError, match="EPSG:4326"):
        read_raster(projected)
