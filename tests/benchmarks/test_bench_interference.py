"""Speed of the summations. Run with `pytest tests/benchmarks --benchmark-enable`.

On one core: a million points a second of six fields each by simplified multiplication and by
t-LNM, four million by power sum; 1,800 points of 10,000 draws in a third of a second. Machines
differ, so that is read from the report; what is asserted is a ratio of one run.
"""

import time
from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.special import ndtr

from propagation.interference.log_normal import log_normal_usable_dbuvm
from propagation.interference.monte_carlo import (
    location_deviates,
    location_factors,
    sampled_usable_field,
)
from propagation.interference.summation import power_sum_dbuvm, simplified_multiplication_dbuvm

METHODS = (power_sum_dbuvm, simplified_multiplication_dbuvm, log_normal_usable_dbuvm)
RISES = np.linspace(-30.0, 60.0, 200)


def fields(points: int, stations: int = 6) -> np.ndarray:
    return np.random.default_rng(6).uniform(20, 70, (points, stations))


def seconds(call: Callable[[], object]) -> float:
    call()
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
def test_hundred_thousand_points(benchmark: BenchmarkFixture, method: Callable) -> None:
    asked = fields(100_000)
    found = benchmark.pedantic(method, (asked,), rounds=3, warmup_rounds=1)
    assert np.isfinite(found).all()


def test_a_plan_s_test_points(benchmark: BenchmarkFixture) -> None:
    """50 stations of 36 points, 6 of them heard at each, 10,000 draws."""
    asked = np.full((50 * 36, 50), -np.inf)
    asked[:, :6] = fields(50 * 36)

    def run() -> np.ndarray:
        return sampled_usable_field(asked, location_factors(location_deviates(50))).usable_dbuvm

    assert np.isfinite(benchmark.pedantic(run, rounds=3, warmup_rounds=1)).all()


def test_cost_grows_with_points_and_with_fields_that_matter() -> None:
    """Twice the points take twice the time; forty fields too weak to matter, little more."""
    one, two = fields(100_000), fields(200_000)
    many = np.concatenate([one, np.full((100_000, 40), -150.0)], axis=1)
    for method in (simplified_multiplication_dbuvm, log_normal_usable_dbuvm):
        base = seconds(lambda method=method: method(one))
        assert seconds(lambda method=method: method(two)) < 3 * base
        assert seconds(lambda method=method: method(many)) < 6 * base


def test_an_iteration_is_cheaper_than_a_search() -> None:
    """Simplified multiplication to 1e-10 dB in less time than a table of 200 steps to 0.5 dB."""
    asked = fields(2000)

    def by_table() -> np.ndarray:
        level = asked.max(axis=1)[:, np.newaxis] + RISES
        share = ndtr((level[:, :, np.newaxis] - asked[:, np.newaxis]) / (8.3 * np.sqrt(2)))
        return level[np.arange(2000), np.argmax(share.prod(axis=2) >= 0.5, axis=1)]

    found = simplified_multiplication_dbuvm(asked)
    assert np.abs(by_table() - found).max() < 0.5
    assert seconds(lambda: simplified_multiplication_dbuvm(asked)) < 0.2 * seconds(by_table)
