"""Units: published numbers, round trips, errors, the array contract."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation import units
from propagation.errors import OutOfRangeError

DECIBELS = st.floats(-250, 250)
POSITIVE = st.floats(1e-12, 1e12)
FREQUENCY = st.floats(0.1, 300_000)


@given(power=POSITIVE)
def test_watts_and_back(power: float) -> None:
    assert units.w_from_dbw(units.dbw_from_w(power)) == pytest.approx(power, rel=1e-12)
    assert units.w_from_dbm(units.dbm_from_w(power)) == pytest.approx(power, rel=1e-12)
    assert units.kw_from_dbw(units.dbw_from_kw(power)) == pytest.approx(power, rel=1e-12)
    assert units.dbw_from_w(power * 1000) == pytest.approx(units.dbw_from_kw(power), abs=1e-10)


@given(level=DECIBELS)
def test_levels_and_back(level: float) -> None:
    assert units.dbw_from_dbm(units.dbm_from_dbw(level)) == pytest.approx(level, abs=1e-10)
    assert units.dbw_from_w(units.w_from_dbw(level)) == pytest.approx(level, abs=1e-10)
    assert units.dbm_from_w(units.w_from_dbm(level)) == pytest.approx(level, abs=1e-10)
    assert units.dbw_from_kw(units.kw_from_dbw(level)) == pytest.approx(level, abs=1e-10)
    assert units.dbuvm_from_mvm(units.mvm_from_dbuvm(level)) == pytest.approx(level, abs=1e-10)
    assert units.dbuvm_from_dbwm2(units.dbwm2_from_dbuvm(level)) == pytest.approx(level, abs=1e-10)
    assert units.erp_db_from_eirp_db(units.eirp_db_from_erp_db(level)) == pytest.approx(
        level, abs=1e-10
    )


@given(field=DECIBELS, frequency=FREQUENCY, gain=st.floats(-30, 60))
def test_field_to_power_and_back(field: float, frequency: float, gain: float) -> None:
    power = units.dbm_from_dbuvm(field, frequency, gain)
    assert units.dbuvm_from_dbm(power, frequency, gain) == pytest.approx(field, abs=1e-10)


@given(field=DECIBELS, frequency=FREQUENCY)
def test_a_decade_of_frequency_costs_20_db(field: float, frequency: float) -> None:
    low, high = units.dbm_from_dbuvm(field, np.array([frequency, 10 * frequency]))
    assert low - high == pytest.approx(20, abs=1e-9)


def test_published_constants() -> None:
    """Rec. ITU-R P.525-5, section 4, prints them rounded to 0.1 dB; BS.561 prints 2.15 dB."""
    assert units.dbm_from_dbuvm(0, 1000) == pytest.approx(-167.2 + 30, abs=0.05)
    assert units.dbwm2_from_dbuvm(0) == pytest.approx(-145.8, abs=0.05)
    assert units.eirp_db_from_erp_db(0) == 2.15


def test_numbers_anyone_knows() -> None:
    assert units.dbw_from_kw(1) == 30
    assert units.dbm_from_w(1) == 30
    assert units.dbuvm_from_mvm(1) == 60
    assert units.mvm_from_dbuvm(54) == pytest.approx(0.501187, rel=1e-6)
    assert units.kw_from_dbw(43.0103) == pytest.approx(20, rel=1e-6)


@pytest.mark.parametrize(
    ("convert", "name"),
    [
        (units.dbw_from_w, "power_w"),
        (units.dbm_from_w, "power_w"),
        (units.dbw_from_kw, "power_kw"),
        (units.dbuvm_from_mvm, "field_strength_mvm"),
        pytest.param(partial(units.dbm_from_dbuvm, 60), "frequency_mhz", id="field to power"),
        pytest.param(partial(units.dbuvm_from_dbm, -60), "frequency_mhz", id="power to field"),
    ],
)
@pytest.mark.parametrize("value", [0, -1, [1, 2, -3.5]])
def test_no_logarithm_of_what_is_not_positive(
    convert: Callable[..., object], name: str, value: object
) -> None:
    with pytest.raises(OutOfRangeError) as caught:
        convert(value)
    assert caught.value.name == name
    assert caught.value.value <= 0


@pytest.mark.parametrize("name", sorted(units.__all__))
def test_array_contract(name: str) -> None:
    """Broadcast, float64, 0-d, empty, NaN, nothing modified: for every conversion."""
    convert = getattr(units, name)
    rest = (100.0,) if name in {"dbm_from_dbuvm", "dbuvm_from_dbm"} else ()
    given_values = np.array([[1.0, np.nan], [3.0, 4.0]])
    kept = given_values.copy()
    result = convert(given_values, *rest)
    assert result.shape == (2, 2)
    assert result.dtype == np.float64
    assert np.isnan(result).tolist() == [[False, True], [False, False]]
    np.testing.assert_array_equal(given_values, kept)
    assert np.shape(convert(5, *rest)) == ()
    assert convert([], *rest).shape == (0,)
    assert convert(np.array([1, 2], dtype=np.int16), *rest).dtype == np.float64


def test_fields_frequencies_and_gains_broadcast() -> None:
    power = units.dbm_from_dbuvm(np.zeros((2, 1, 1)), np.array([[88.0], [108.0]]), np.zeros(3))
    assert power.shape == (2, 2, 3)
