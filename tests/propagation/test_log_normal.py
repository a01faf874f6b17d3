"""The t-LNM sum against integrals by another program, and against a million draws."""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from propagation.errors import OutOfRangeError
from propagation.interference.log_normal import log_normal_sum, log_normal_usable_dbuvm

PERCENT: Final = np.array([1.0, 5.0, 10.0, 50.0, 90.0, 95.0, 99.0])
CASES: Final = {
    "two equal": [50.0] * 2,
    "three equal": [50.0] * 3,
    "five equal": [50.0] * 5,
    "ten equal": [50.0] * 10,
    "two": [50.0, 44.0],
    "three": [50.0, 47.0, 40.0],
    "five": [36.0, 50.0, 48.0, 42.0, 46.0],
    "ten": [50.0 - 2.0 * place for place in range(10)],
    "one above nine": [50.0] + [42.0] * 9,
}


def by_integration(lower: float, sigma: float) -> tuple[float, float]:
    """Mean and deviation of the sum of 0 dB and `lower`, both log-normal: in the plane.

    Straight from the definition: no lemma, and a rule that adapts.
    """

    def level(one: float, two: float) -> float:
        return 10 * math.log10(10 ** (sigma * one / 10) + 10 ** ((lower + sigma * two) / 10))

    def moment(power: int) -> float:
        nodes, weights = np.polynomial.hermite_e.hermegauss(60)
        weights = weights / weights.sum()
        inner = [
            quad(
                lambda two, one=one: level(one, two) ** power * norm.pdf(two),
                -9,
                9,
                epsabs=1e-10,
            )[0]
            for one in nodes
        ]
        return float(np.dot(weights, inner))

    mean = moment(1)
    return mean, math.sqrt(moment(2) - mean**2)


@pytest.mark.parametrize("sigma", [3.0, 5.5, 8.3])
@pytest.mark.parametrize("lower", [0.0, -7.0, -25.0])
def test_the_moments_of_two_are_those_of_the_integrals(lower: float, sigma: float) -> None:
    found = log_normal_sum([lower, 0.0], sigma)
    mean, deviation = by_integration(lower, sigma)
    assert found.mean_dbuvm == pytest.approx(mean, abs=1e-4)
    assert found.standard_deviation_db == pytest.approx(deviation, abs=1e-4)


@pytest.mark.parametrize("sigma", [5.5, 8.3])
@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
def test_against_a_million_draws(fields: list[float], sigma: float) -> None:
    generator = np.random.default_rng(312)
    power = np.zeros(1_000_000)
    for field in fields:
        power += 10 ** ((field + sigma * generator.standard_normal(power.size)) / 10)
    level = 10 * np.log10(power)
    demanded = np.quantile(level - sigma * generator.standard_normal(power.size), PERCENT / 100)
    usable = [log_normal_usable_dbuvm(fields, sigma, percent) for percent in PERCENT]
    apart = np.abs(np.array(usable) - demanded)
    assert apart[3] < 0.15  # asked: 0.5 dB at the median
    assert apart.max() < 0.75  # asked: 1.5 dB between 1 and 99 %

    total = log_normal_sum(fields, sigma)
    assert abs(total.mean_dbuvm - level.mean()) < 0.12
    assert abs(total.standard_deviation_db - level.std()) < 0.3
    # The sum by itself is skew, which no log-normal is. Beside a wanted field that varies too it
    # matters little, as above; alone, its tails are off by what the guide says.
    tails = total.mean_dbuvm + total.standard_deviation_db * norm.ppf(PERCENT / 100)
    apart = np.abs(tails - np.quantile(level, PERCENT / 100))
    assert apart[3] < 0.5
    assert apart[1:-1].max() < 1.0
    assert apart.max() < 2.6


def test_far_weaker_fields_add_what_they_add() -> None:
    base = log_normal_sum([50.0], 8.3)
    assert base.mean_dbuvm == 50
    assert base.standard_deviation_db == 8.3
    # E g(W) for a field far below: the mean of its power over the first one's
    neper = math.log(10) / 10
    low = log_normal_sum([50.0, -5.0], 8.3).mean_dbuvm - 50
    assert low == pytest.approx(math.exp(neper * -55 + (neper * 8.3) ** 2) / neper, rel=0.05)
    assert log_normal_sum([50.0, -150.0], 8.3).mean_dbuvm == 50


def test_array_contract() -> None:
    grid = np.array([[40.0, 40.0], [np.nan, 40.0], [-np.inf, 40.0], [-np.inf, -np.inf]])
    kept = grid.copy()
    two = log_normal_usable_dbuvm([40.0, 40.0])
    np.testing.assert_array_equal(log_normal_usable_dbuvm(grid), [two, np.nan, 40.0, -np.inf])
    np.testing.assert_array_equal(
        log_normal_usable_dbuvm(grid.T, axis=0), [two, np.nan, 40, -np.inf]
    )
    np.testing.assert_array_equal(log_normal_sum(grid).standard_deviation_db[1:], [np.nan, 8.3, 0])
    np.testing.assert_array_equal(grid, kept)
    assert log_normal_usable_dbuvm(np.zeros((4, 0))).tolist() == [-np.inf] * 4
    assert log_normal_usable_dbuvm(np.zeros((0, 4))).shape == (0,)
    assert log_normal_usable_dbuvm([40.0]).shape == ()


@given(
    fields=st.lists(st.floats(-50, 120), min_size=1, max_size=12),
    rise=st.floats(0, 30),
    data=st.data(),
)
def test_order_level_and_strength(fields: list[float], rise: float, data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(fields))
    base = log_normal_usable_dbuvm(fields)
    assert log_normal_usable_dbuvm(mixed) == base  # to the byte
    assert base >= max(fields) - 1e-9
    assert log_normal_usable_dbuvm([*fields, max(fields)]) > base
    np.testing.assert_allclose(
        log_normal_usable_dbuvm(np.array(fields) + rise), base + rise, atol=1e-9
    )


def test_another_deviation_of_the_wanted_field() -> None:
    total = log_normal_sum([50.0, 46.0], 5.5)
    steady = log_normal_usable_dbuvm([50.0, 46.0], 5.5, 95, wanted_standard_deviation_db=8.3)
    width = math.hypot(float(total.standard_deviation_db), 8.3)
    assert steady == pytest.approx(float(total.mean_dbuvm) + 1.644854 * width, abs=1e-5)


def test_threads_do_not_change_a_byte() -> None:
    fields = np.random.default_rng(3).uniform(20, 70, (4000, 6))
    whole = log_normal_usable_dbuvm(fields)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(log_normal_usable_dbuvm, np.array_split(fields, 7)))
    assert np.concatenate(parts).tobytes() == whole.tobytes()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"location_standard_deviation_db": 0.0}, "location_standard_deviation_db"),
        ({"location_standard_deviation_db": 15.1}, "location_standard_deviation_db"),
        ({"wanted_standard_deviation_db": -1.0}, "wanted_standard_deviation_db"),
        ({"location_percent": 0.0}, "location_percent"),
        ({"location_percent": 100.0}, "location_percent"),
    ],
)
def test_out_of_range(arguments: dict[str, float], name: str) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        log_normal_usable_dbuvm([50.0], **arguments)
