"""VN-2000 by the official parameters, and geodesics."""

import numpy as np
import pytest
from pyproj import CRS
from pyproj.crs import CoordinateOperation

from gis.errors import FormatError
from gis.geodesy import (
    PROJECTIONS,
    VN2000_TO_WGS84,
    azimuth_deg,
    destination,
    distance_km,
    from_wgs84,
    is_known,
    is_projected,
    is_vn2000,
    to_wgs84,
)

# Tân An, Kiến Tường, Tây Ninh: VN-2000 degrees, grid 9210, grid 9209, WGS 84 degrees.
POINTS = [
    ((106.4133, 10.5361), (572595.687, 1165112.950), (599959.125, 1165181.796),
     (106.41508558, 10.53508299)),
    ((105.94, 10.78), (520777.839, 1192018.188), (548117.462, 1192046.302),
     (105.94178821, 10.77898596)),
    ((106.11, 11.31), (539298.148, 1250656.070), (566589.290, 1250701.377),
     (106.11179106, 11.30898551)),
]  # fmt: skip


@pytest.mark.parametrize(("degrees", "grid_9210", "grid_9209", "wgs84"), POINTS)
def test_three_points_to_a_centimetre(degrees, grid_9210, grid_9209, wgs84):
    for given, epsg in ((degrees, 4756), (grid_9210, 9210), (grid_9209, 9209)):
        lon, lat = to_wgs84(*given, epsg)
        assert distance_km(lon, lat, *wgs84) * 1000 < 0.01
    for expected, epsg in ((grid_9210, 9210), (grid_9209, 9209)):
        assert np.hypot(*np.subtract(from_wgs84(*wgs84, epsg), expected)) < 0.01


def test_reading_vn2000_as_wgs84_is_225_metres_off_to_the_southeast():
    for degrees, _, _, wgs84 in POINTS:
        assert distance_km(*degrees, *wgs84) * 1000 == pytest.approx(225.5, abs=1.0)
        assert azimuth_deg(*degrees, *wgs84) == pytest.approx(120, abs=2)


@pytest.mark.parametrize("epsg", [4756, 9209, 9210, 5897, 3405])
def test_no_step_across_the_parallel_where_the_library_changes_its_mind(epsg):
    lat = 11.04 + np.arange(-200, 201) * 1e-5
    lon = np.full_like(lat, 106.1)
    x, y = from_wgs84(lon, lat, epsg)
    back_lon, back_lat = to_wgs84(x, y, epsg)
    np.testing.assert_allclose(back_lat, lat, atol=1e-11)
    for series in (x - np.polyval(np.polyfit(lat - 11.04, x, 2), lat - 11.04), back_lon - 106.1):
        scale = 111e3 if epsg == 4756 or series is not x else 1.0
        assert np.abs(series).max() * scale < 1e-3
    steps = np.diff(y) * (111e3 if epsg == 4756 else 1.0)
    assert np.ptp(steps) < 1e-3


def test_parameters_are_those_of_epsg_6960():
    operation = CoordinateOperation.from_epsg(6960)
    assert "Coordinate Frame" in operation.method_name
    published = {p.name: p.value for p in operation.params}
    names = ("X-axis translation", "Y-axis translation", "Z-axis translation", "X-axis rotation",
             "Y-axis rotation", "Z-axis rotation", "Scale difference")  # fmt: skip
    assert [published[n] for n in names] == pytest.approx(list(VN2000_TO_WGS84.values()), abs=1e-9)


@pytest.mark.parametrize("epsg", sorted(PROJECTIONS))
def test_grids_are_those_of_the_epsg_registry(epsg):
    values = {p.name: p.value for p in CRS.from_epsg(epsg).coordinate_operation.params}
    grid = PROJECTIONS[epsg]
    assert values["Longitude of natural origin"] == grid.central_meridian_deg
    assert values["Scale factor at natural origin"] == grid.scale
    assert values["False easting"] == 500_000
    assert values["False northing"] == values["Latitude of natural origin"] == 0
    assert ("VN-2000" in CRS.from_epsg(epsg).name) == grid.vn2000


@pytest.mark.parametrize("epsg", [4326, 4756, *sorted(PROJECTIONS)])
def test_round_trip(epsg):
    lon, lat = np.meshgrid(np.linspace(105.4, 107.0, 9), np.linspace(10.2, 11.9, 9))
    x, y = from_wgs84(lon, lat, epsg)
    assert x.shape == lon.shape
    back = to_wgs84(x, y, epsg)
    assert (distance_km(*back, lon, lat) * 1000).max() < 1e-3


def test_not_a_number_stays_so_and_arguments_are_left_alone():
    x = np.array([572595.687, np.nan, np.inf])
    before = x.copy()
    lon, lat = to_wgs84(x, 1165112.950, 9210)
    assert np.isfinite(lon).tolist() == np.isfinite(lat).tolist() == [True, False, False]
    np.testing.assert_array_equal(x, before)
    assert to_wgs84([], [], 9210)[0].shape == (0,)
    assert to_wgs84(572595.687, 1165112.950, 9210)[0].shape == ()


@pytest.mark.parametrize("epsg", [6956, 3857, 0, -1])
def test_other_systems_are_refused(epsg):
    assert not is_known(epsg)
    with pytest.raises(FormatError, match=str(epsg)):
        to_wgs84(1.0, 1.0, epsg)


def test_kinds_of_system():
    assert is_vn2000(4756)
    assert is_vn2000(9210)
    assert not is_vn2000(4326)
    assert not is_vn2000(32648)
    assert is_projected(32648)
    assert not is_projected(4756)


def test_geodesics_agree_with_each_other():
    lon, lat = destination(106.4, 10.5, np.array([0.0, 90.0, 225.0]), np.array([1.0, 50.0, 100.0]))
    np.testing.assert_allclose(distance_km(106.4, 10.5, lon, lat), [1, 50, 100], rtol=1e-12)
    np.testing.assert_allclose(azimuth_deg(106.4, 10.5, lon, lat), [0, 90, 225], atol=1e-9)
    assert azimuth_deg(106.4, 10.5, 106.3, 10.5) == pytest.approx(270, abs=0.02)
