"""Power sum and simplified multiplication (GE84, Annex 2, chapter 4)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from propagation.errors import OutOfRangeError
from propagation.interference.summation import power_sum_dbuvm, simplified_multiplication_dbuvm

METHODS = [power_sum_dbuvm, simplified_multiplication_dbuvm]
FIELDS = st.lists(st.floats(-50, 120), min_size=1, max_size=12)


def by_scalar_search(fields: list[float], sigma: float = 8.3, share: float = 0.5) -> float:
    """Solve the defining equation anew, one scalar, bracketing, with scipy's log L."""
    width = sigma * math.sqrt(2)

    def excess(usable: float) -> float:
        return float(np.sum(norm.logcdf((usable - np.array(fields)) / width)) - math.log(share))

    return float(brentq(excess, max(fields) - 100, max(fields) + 200, xtol=1e-13))


@pytest.mark.parametrize(
    ("count", "power_db", "simplified_db"),
    [
        (1, 0.0, 0.0),
        # 10 log10 2; L(x) = sqrt(0.5) = 0.70711, x = 0.54495, times 8.3 sqrt(2) = 11.738
        (2, 3.0103, 6.3966),
        # 10 log10 10; L(x) = 0.5 ** 0.1 = 0.93303, x = 1.49880, times 11.738
        (10, 10.0, 17.5925),
    ],
)
def test_equal_fields(count: int, power_db: float, simplified_db: float) -> None:
    fields = [50.0] * count
    assert power_sum_dbuvm(fields) - 50 == pytest.approx(power_db, abs=1e-4)
    assert simplified_multiplication_dbuvm(fields) - 50 == pytest.approx(simplified_db, abs=1e-4)


@given(FIELDS, st.floats(1, 20), st.floats(5, 99))
@settings(max_examples=200)
def test_grid_solver_agrees_with_scalar_search(
    fields: list[float], sigma: float, percent: float
) -> None:
    grid = np.array([[fields, fields], [fields, fields]])
    found = simplified_multiplication_dbuvm(grid, sigma, percent)
    assert found.shape == (2, 2)
    expected = by_scalar_search(fields, sigma, percent / 100)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
def test_order_does_not_matter(method: object, data: st.DataObject) -> None:
    fields = data.draw(FIELDS)
    mixed = data.draw(st.permutations(fields))
    assert callable(method)
    np.testing.assert_allclose(method(mixed), method(fields), atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
@given(fields=FIELDS, extra=st.floats(-50, 120), rise=st.floats(0, 30))
def test_more_or_stronger_stations_never_lower_it(
    method: object, fields: list[float], extra: float, rise: float
) -> None:
    assert callable(method)
    base = method(fields)
    assert base >= max(fields) - 1e-9
    assert method([*fields, extra]) >= base - 1e-8
    assert method([fields[0] + rise, *fields[1:]]) >= base - 1e-8
    # the same rise of all raises the sum by the same
    np.testing.assert_allclose(method([f + rise for f in fields]), base + rise, atol=1e-7)


@given(st.lists(st.floats(40, 60), min_size=1, max_size=12))
def test_comparable_fields_ask_for_more_than_their_power_sum(fields: list[float]) -> None:
    assert simplified_multiplication_dbuvm(fields) >= power_sum_dbuvm(fields) - 1e-8


@pytest.mark.parametrize("method", METHODS)
def test_array_contract(method: object) -> None:
    assert callable(method)
    grid = np.array([[40.0, 40.0], [np.nan, 40.0], [-np.inf, 40.0], [-np.inf, -np.inf]])
    kept = grid.copy()
    two = method([40.0, 40.0])
    np.testing.assert_allclose(method(grid), [two, np.nan, 40.0, -np.inf])
    np.testing.assert_allclose(method(grid.T, axis=0), method(grid))
    np.testing.assert_array_equal(grid, kept)
    assert method(np.zeros((4, 0))).tolist() == [-np.inf] * 4
    assert method(np.zeros((0, 4))).shape == (0,)
    assert method([40.0]).shape == ()
    assert method([40.0]).dtype == np.float64


def test_a_far_weaker_station_adds_nothing() -> None:
    fields = [60.0, -400.0]
    assert simplified_multiplication_dbuvm(fields) == pytest.approx(60.0, abs=1e-9)
    assert power_sum_dbuvm(fields) == pytest.approx(60.0, abs=1e-9)


def test_more_locations_ask_for_more() -> None:
    fields = [50.0, 45.0]
    half = simplified_multiplication_dbuvm(fields, location_percent=50)
    most = simplified_multiplication_dbuvm(fields, location_percent=95)
    # one field alone at 95 %: 1.64485 * 8.3 sqrt(2) = 19.307 dB above it
    alone = simplified_multiplication_dbuvm([50.0], location_percent=95)
    assert alone == pytest.approx(50 + 19.3073, abs=1e-3)
    assert most > alone > half


@pytest.mark.parametrize(
    ("sigma", "percent", "name"),
    [
        (0.0, 50, "location_standard_deviation_db"),
        (-1.0, 50, "location_standard_deviation_db"),
        (8.3, 0, "location_percent"),
        (8.3, 100, "location_percent"),
    ],
)
def test_out_of_range(sigma: float, percent: float, name: str) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        simplified_multiplication_dbuvm([50.0], sigma, percent)
