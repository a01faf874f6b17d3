"""Free space: the Recommendation's own constants, the two formulas against each other, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.errors import OutOfRangeError
from propagation.itu import p525
from propagation.units import dbm_from_dbuvm, eirp_db_from_erp_db


def test_published_loss() -> None:
    """Rec. ITU-R P.525-5, eq. (5): 32.4 + 20 lg f + 20 lg d."""
    frequency, distance = np.array([100.0, 1000.0]), np.array([[1.0], [50.0]])
    expected = 32.4 + 20 * np.log10(frequency) + 20 * np.log10(distance)
    loss = p525.free_space_basic_transmission_loss_db(frequency, distance)
    np.testing.assert_allclose(loss, expected, atol=0.05)


def test_published_field() -> None:
    """74.8 dB(uV/m) for 1 W e.i.r.p. at 1 km (section 2.1); 106.92 for 1 kW e.r.p. (P.1546)."""
    assert p525.field_strength_dbuvm(0, 1) == pytest.approx(74.8, abs=0.05)
    assert p525.field_strength_dbuvm(eirp_db_from_erp_db(30), 1) == pytest.approx(106.92, abs=0.01)


@given(eirp=st.floats(-50, 60), distance=st.floats(0.01, 5000), frequency=st.floats(1, 300_000))
def test_field_and_loss_say_the_same(eirp: float, distance: float, frequency: float) -> None:
    field = p525.field_strength_dbuvm(eirp, distance)
    through_loss = eirp + 30 - p525.free_space_basic_transmission_loss_db(frequency, distance)
    assert dbm_from_dbuvm(field, frequency) == pytest.approx(through_loss, abs=1e-6)


@pytest.mark.parametrize("value", [0, -2])
def test_what_is_not_positive_is_refused(value: float) -> None:
    with pytest.raises(OutOfRangeError, match="frequency_mhz"):
        p525.free_space_basic_transmission_loss_db(value, 1)
    with pytest.raises(OutOfRangeError, match="distance_km"):
        p525.free_space_basic_transmission_loss_db(1, value)
    with pytest.raises(OutOfRangeError, match="distance_km"):
        p525.field_strength_dbuvm(0, value)


def test_array_contract() -> None:
    loss = p525.free_space_basic_transmission_loss_db([[100.0], [np.nan]], [1, 2, 3])
    assert loss.shape == (2, 3)
    assert loss.dtype == np.float64
    assert np.isnan(loss[1]).all()
    assert (np.diff(loss[0]) > 0).all()
    assert p525.free_space_basic_transmission_loss_db([], 1).shape == (0,)
    assert np.shape(p525.field_strength_dbuvm(30, 10)) == ()
