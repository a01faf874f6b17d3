"""Antenna patterns: interpolation round the circle, and the receiving antenna of BS.599."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.antenna import bs599_discrimination_db, horizontal_attenuation_db
from propagation.errors import OutOfRangeError, PropagationError

PATTERN = np.array([0, 1, 3, 6, 10, 15, *[20] * 24, 15, 10, 6, 3, 1, 0], dtype=float)


def test_the_36_azimuths_are_met() -> None:
    np.testing.assert_array_equal(horizontal_attenuation_db(PATTERN, np.arange(36) * 10), PATTERN)


def test_between_azimuths_it_is_linear_in_db() -> None:
    np.testing.assert_allclose(
        horizontal_attenuation_db(PATTERN, [5, 12.5, 27, 44]), [0.5, 1.5, 5.1, 12.0]
    )


def test_it_is_cyclic() -> None:
    ramp = np.arange(36.0)
    np.testing.assert_allclose(
        horizontal_attenuation_db(ramp, [355, -5, 715, 360, -360]), [17.5, 17.5, 17.5, 0, 0]
    )


@given(azimuth=st.floats(-1e4, 1e4))
def test_it_never_leaves_the_pattern(azimuth: float) -> None:
    value = horizontal_attenuation_db(PATTERN, azimuth)
    assert PATTERN.min() <= value <= PATTERN.max()
    assert value == pytest.approx(horizontal_attenuation_db(PATTERN, azimuth + 360), abs=1e-8)


def test_many_patterns_broadcast_with_many_azimuths() -> None:
    patterns = np.stack([PATTERN, PATTERN + 1])[:, np.newaxis]
    result = horizontal_attenuation_db(patterns, np.array([0.0, 10.0, np.nan]))
    np.testing.assert_array_equal(result, [[0, 1, np.nan], [1, 2, np.nan]])
    assert np.shape(horizontal_attenuation_db(PATTERN, 20)) == ()
    assert horizontal_attenuation_db(PATTERN, []).shape == (0,)


def test_nan_in_a_pattern_stays_beside_it() -> None:
    holed = PATTERN.copy()
    holed[2] = np.nan
    result = horizontal_attenuation_db(holed, [5, 15, 25, 35])
    assert np.isnan(result).tolist() == [False, True, True, False]


@pytest.mark.parametrize("pattern", [np.zeros(35), np.zeros(37), 3.0, []])
def test_a_pattern_has_36_azimuths(pattern: object) -> None:
    with pytest.raises(PropagationError, match="instead of 36"):
        horizontal_attenuation_db(pattern, 0)  # type: ignore[arg-type]


def test_attenuation_is_not_negative() -> None:
    with pytest.raises(OutOfRangeError) as caught:
        horizontal_attenuation_db(np.full(36, -0.1), 0)
    assert caught.value.name == "attenuation_db36"


def test_bs599_corners() -> None:
    """0 dB to 27 degrees, linear to 12 dB at 60, 12 dB beyond: Rec. ITU-R BS.599, band II."""
    angles = [0, 27, 43.5, 60, 90, 180, 270, 300, 316.5, 333, 360, -43.5, 403.5]
    expected = [0, 0, 6, 12, 12, 12, 12, 12, 6, 0, 0, 6, 6]
    np.testing.assert_allclose(bs599_discrimination_db(angles), expected, atol=1e-12)


@given(angle=st.floats(-720, 720))
def test_bs599_is_the_same_on_both_sides(angle: float) -> None:
    left, right = bs599_discrimination_db([angle, -angle])
    assert left == pytest.approx(right, abs=1e-9)
    assert 0 <= left <= 12


def test_bs599_contract() -> None:
    given_angles = np.array([[30.0], [np.nan]])
    kept = given_angles.copy()
    result = bs599_discrimination_db(given_angles)
    assert result.shape == (2, 1)
    assert np.isnan(result[1, 0])
    np.testing.assert_array_equal(given_angles, kept)
    assert bs599_discrimination_db([]).shape == (0,)
    assert np.shape(bs599_discrimination_db(40)) == ()
