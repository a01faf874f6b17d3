"""Geometry of paths: published and hand-computed numbers, limits, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation import geometry
from propagation.errors import OutOfRangeError


def test_four_thirds_earth() -> None:
    """A lapse of 39.25 N-units/km is k = 4/3; 45 N-units/km gives the set's 8930.776786 km."""
    np.testing.assert_allclose(
        geometry.effective_earth_radius_km([0, 39.25, 45]), [6371, 6371 * 4 / 3, 8930.776786]
    )


@pytest.mark.parametrize("lapse", [157, 200, -1000])
def test_a_ray_that_follows_the_earth_has_no_radius(lapse: float) -> None:
    with pytest.raises(OutOfRangeError):
        geometry.effective_earth_radius_km(lapse)


def test_bulge_is_largest_in_the_middle() -> None:
    """50 km over k = 4/3: 25 * 25 * 500 / 8494.7 = 36.8 m; none at the ends."""
    bulge = geometry.earth_bulge_m([0, 10, 25, 40, 50], 50, 8494.67)
    np.testing.assert_allclose(bulge, [0, 23.544, 36.788, 23.544, 0], atol=5e-3)


def test_fresnel_zone() -> None:
    """100 MHz, 10 km from both ends: sqrt(2.998 m * 5 km) = 122.4 m; zones grow with sqrt(n)."""
    first = geometry.fresnel_radius_m(10, 10, 100)
    assert first == pytest.approx(122.43, abs=0.01)
    assert geometry.fresnel_radius_m(10, 10, 100, zone=4) == pytest.approx(2 * first)
    assert geometry.fresnel_radius_m(0, 10, 100) == 0


def test_wavelength() -> None:
    np.testing.assert_allclose(geometry.wavelength_m([300, 100]), [0.999308, 2.997925], atol=1e-6)
    with pytest.raises(OutOfRangeError):
        geometry.wavelength_m(0)


def test_radio_horizon() -> None:
    """The rule of thumb 4.12 sqrt(h) for k = 4/3."""
    assert geometry.radio_horizon_km(100, 8494.67) == pytest.approx(41.2, abs=0.05)
    with pytest.raises(OutOfRangeError):
        geometry.radio_horizon_km(-1, 8494.67)


def test_latitude_of_the_middle_of_a_path() -> None:
    """The set's path from Kippure to Dalton (235.1 km) has its centre at 53.68658428 degrees."""
    latitude = geometry.path_latitude_deg(
        53.18333333, -6.333333333, 54.16666667, -3.183333333, 235.1 / 2
    )
    assert latitude == pytest.approx(53.68658428, abs=1e-8)


@given(lat=st.floats(-89, 89), lon=st.floats(-180, 180), km=st.floats(0, 3000))
def test_due_north_a_degree_is_a_degree(lat: float, lon: float, km: float) -> None:
    there = geometry.path_latitude_deg(lat, lon, 90, lon, km)
    expected = lat + np.degrees(km / 6371)
    folded = expected if expected <= 90 else 180 - expected
    assert there == pytest.approx(folded, abs=1e-5)


def test_across_the_date_line_and_both_hemispheres() -> None:
    np.testing.assert_allclose(
        geometry.path_latitude_deg([0, 10, -10], [179, 179, 179], [0, 10, -10], -179, [50, 0, 0]),
        [0, 10, -10],
        atol=1e-9,
    )


def test_array_contract() -> None:
    result = geometry.earth_bulge_m(np.array([[1.0], [np.nan]]), 20, [8000, 9000, 10000])
    assert result.shape == (2, 3)
    assert np.isnan(result[1]).all()
    assert geometry.fresnel_radius_m([], 1, 100).shape == (0,)
    assert np.shape(geometry.radio_horizon_km(10, 8500)) == ()
    assert np.isnan(geometry.effective_earth_radius_km(np.nan))
