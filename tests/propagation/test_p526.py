"""Diffraction: published numbers, limits, continuity, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.errors import OutOfRangeError
from propagation.itu.p526 import bullington_loss_db, knife_edge_loss_db, spherical_earth_loss_db

EARTH = {"effective_radius_km": 8500.0}


def test_knife_edge_numbers() -> None:
    """Half the field at grazing (6.03 dB); by hand: nu = 1 13.93 dB, nu = 2.4 20.54 dB."""
    np.testing.assert_allclose(knife_edge_loss_db([0, 1, 2.4]), [6.033, 13.926, 20.539], atol=2e-3)


def test_knife_edge_is_clear_below_its_limit() -> None:
    np.testing.assert_array_equal(knife_edge_loss_db([-0.78, -1, -50]), [0, 0, 0])
    assert 0 < knife_edge_loss_db(-0.7799) < 0.02


@given(st.floats(-0.77, 100), st.floats(0.001, 10))
def test_knife_edge_grows(nu: float, step: float) -> None:
    lower, higher = knife_edge_loss_db([nu, nu + step])
    assert higher > lower


def test_bullington_correction() -> None:
    """6 dB at 50 km by hand: 6 + (1 - 1/e)(10 + 1) = 12.953; nothing grows from nothing."""
    assert bullington_loss_db(6, 50) == pytest.approx(12.9533, abs=1e-4)
    assert bullington_loss_db(0, 300) == 0


def test_spherical_earth_of_high_antennas_is_clear() -> None:
    assert spherical_earth_loss_db(5, 300, 300, **EARTH, frequency_mhz=1000) == 0


def test_spherical_earth_interpolates_to_the_horizon() -> None:
    """Eq. (27) ends in the first term at the horizon: no step between the two branches."""
    horizon = np.sqrt(2 * 8500) * 2 * np.sqrt(0.03)
    below, above = spherical_earth_loss_db(
        horizon * np.array([1 - 1e-9, 1 + 1e-9]), 30, 30, **EARTH, frequency_mhz=600
    )
    assert below == pytest.approx(above, abs=1e-4)
    assert above > 15


@given(
    distance=st.floats(1, 400),
    heights=st.tuples(st.floats(1, 500), st.floats(1, 500)),
    frequency=st.floats(30, 6000),
)
def test_spherical_earth_is_reciprocal(
    distance: float, heights: tuple[float, float], frequency: float
) -> None:
    there = spherical_earth_loss_db(distance, *heights, **EARTH, frequency_mhz=frequency)
    back = spherical_earth_loss_db(distance, *heights[::-1], **EARTH, frequency_mhz=frequency)
    assert there == pytest.approx(back, abs=1e-6)


def test_spherical_earth_grows_with_distance_beyond_the_horizon() -> None:
    loss = spherical_earth_loss_db(np.linspace(60, 400, 50), 50, 10, **EARTH, frequency_mhz=100)
    assert (np.diff(loss) > 0).all()


def test_polarization_matters_over_the_sea() -> None:
    """At 30 MHz a vertical wave follows the sea far better than a horizontal one; not so land."""
    loss = spherical_earth_loss_db(
        100,
        10,
        10,
        **EARTH,
        frequency_mhz=30,
        sea_fraction=[[0.0], [1.0]],
        vertical=[False, True],
    )
    gain_over_land, gain_over_sea = loss[:, 0] - loss[:, 1]
    assert abs(gain_over_land) < 1
    assert gain_over_sea > 10
    half = spherical_earth_loss_db(
        100, 10, 10, **EARTH, frequency_mhz=30, sea_fraction=0.5, vertical=True
    )
    assert half == pytest.approx(loss[:, 1].mean())


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0, 10, 10, 100), "distance_km"),
        ((10, 0, 10, 100), "transmitter_effective_height_m"),
        ((10, 10, -1, 100), "receiver_effective_height_m"),
        ((10, 10, 10, 0), "frequency_mhz"),
    ],
)
def test_errors(arguments: tuple[float, float, float, float], name: str) -> None:
    *path, frequency = arguments
    with pytest.raises(OutOfRangeError) as caught:
        spherical_earth_loss_db(*path, **EARTH, frequency_mhz=frequency)
    assert caught.value.name == name


def test_array_contract() -> None:
    distance = np.array([[30.0], [np.nan], [90.0]])
    kept = distance.copy()
    loss = spherical_earth_loss_db(distance, [20, 40], 10, **EARTH, frequency_mhz=100)
    assert loss.shape == (3, 2)
    assert np.isnan(loss).tolist() == [[False] * 2, [True] * 2, [False] * 2]
    np.testing.assert_array_equal(distance, kept)
    assert np.shape(spherical_earth_loss_db(30, 20, 10, **EARTH, frequency_mhz=100)) == ()
    assert spherical_earth_loss_db([], 20, 10, **EARTH, frequency_mhz=100).shape == (0,)
    assert np.isnan(knife_edge_loss_db(np.nan))
    assert knife_edge_loss_db([]).shape == (0,)
