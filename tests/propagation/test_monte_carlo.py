"""The usable field from drawn locations, beside what is known exactly."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.stats import kstest, norm

from propagation.errors import OutOfRangeError, PropagationError
from propagation.interference.monte_carlo import (
    SampledUsableField,
    location_deviates,
    location_factors,
    sampled_usable_field,
)


def sampled(fields, deviates, sigma=8.3, percent=50.0, wanted=None) -> SampledUsableField:
    factors = location_factors(deviates, sigma, wanted_standard_deviation_db=wanted)
    return sampled_usable_field(fields, factors, percent)


def test_deviates_are_normal_independent_and_each_station_s_own() -> None:
    deviates = location_deviates(5, 20_000)
    assert deviates.shape == (6, 20_000)
    for row in deviates:
        assert kstest(row, norm.cdf).pvalue > 1e-3
    assert np.abs(np.corrcoef(deviates) - np.eye(6)).max() < 0.03
    # neither the two halves that one pair of numbers makes
    assert abs(np.corrcoef(deviates[1, :10_000], deviates[1, 10_000:])[0, 1]) < 0.04
    np.testing.assert_array_equal(location_deviates(2, 20_000), deviates[:3])
    assert not np.array_equal(location_deviates(5, 20_000, seed=7), deviates)
    assert location_deviates(1, 101).shape == (2, 101)


def test_these_very_numbers() -> None:
    """Studies are re-run elsewhere: the generator must never change unnoticed."""
    found = location_deviates(1, 100)[:, [0, 1, 99]]
    np.testing.assert_allclose(found, EXPECTED, atol=1e-12)


EXPECTED = [
    [-0.6198806272023683, -0.9947702709188597, -0.16916996054797304],
    [0.7258212332411086, 0.870394138663422, 1.0768635950727294],
]


@pytest.mark.parametrize("percent", [10.0, 50.0, 95.0])
def test_one_field_is_known_exactly(percent: float) -> None:
    exact = 50 + norm.ppf(percent / 100) * np.hypot(8.3, 6.0)
    found = sampled([50.0], location_deviates(1, 200_000), 8.3, percent, wanted=6.0)
    assert abs(found.usable_dbuvm - exact) < 3 * found.standard_error_db
    # the error of a quantile: sqrt(p (1 - p) / n) over the density there
    density = norm.pdf(norm.ppf(percent / 100)) / np.hypot(8.3, 6.0)
    share = percent / 100
    expected = np.sqrt(share * (1 - share) / 200_000) / density
    assert found.standard_error_db == pytest.approx(expected, rel=0.1)


def test_the_stated_error_is_the_real_one() -> None:
    fields = [50.0, 47.0, 40.0]
    found = [sampled(fields, location_deviates(3, 2000, seed)) for seed in range(60)]
    real = np.std([one.usable_dbuvm for one in found])
    stated = np.mean([one.standard_error_db for one in found])
    assert stated == pytest.approx(real, rel=0.3)


def test_against_draws_of_another_generator() -> None:
    fields = np.array([50.0, 47.0, 40.0, 30.0])
    generator = np.random.default_rng(9)
    power = 10 ** ((fields[:, None] + 8.3 * generator.standard_normal((4, 400_000))) / 10)
    level = 10 * np.log10(power.sum(axis=0)) - 8.3 * generator.standard_normal(400_000)
    for percent in (50.0, 90.0):
        found = sampled(fields, location_deviates(4), 8.3, percent)
        assert (
            abs(found.usable_dbuvm - np.percentile(level, percent)) < 4 * found.standard_error_db
        )


def test_array_contract() -> None:
    deviates = location_deviates(2, 1000)
    grid = np.array([[40.0, 40.0], [np.nan, 40.0], [-np.inf, -np.inf], [40.0, -np.inf]])
    found = sampled(grid, deviates)
    assert np.isfinite(found.usable_dbuvm[[0, 3]]).all()
    np.testing.assert_array_equal(found.usable_dbuvm[1:3], [np.nan, -np.inf])
    np.testing.assert_array_equal(found.standard_error_db[1:3], [np.nan, 0.0])
    # a station that does not contribute is as good as absent
    alone = sampled([40.0], deviates[:2])
    assert found.usable_dbuvm[3] == alone.usable_dbuvm
    assert alone.usable_dbuvm.shape == ()
    assert sampled(np.zeros((3, 0)), deviates[:1]).usable_dbuvm.tolist() == [-np.inf] * 3


def test_neither_order_nor_workers_change_a_byte() -> None:
    fields = np.random.default_rng(3).uniform(20, 70, (300, 6))
    deviates = location_deviates(6, 1000)
    whole = sampled(fields, deviates).usable_dbuvm
    back = sampled(fields[::-1], deviates).usable_dbuvm[::-1]
    with ThreadPoolExecutor(4) as pool:
        parts = pool.map(lambda part: sampled(part, deviates), np.array_split(fields, 7))
        found = np.concatenate([part.usable_dbuvm for part in parts])
    assert back.tobytes() == whole.tobytes() == found.tobytes()


def test_what_one_station_adds_is_hardly_chance() -> None:
    """The rise by one station is far less uncertain than the usable fields that it parts."""
    fields, rises = [], []
    for seed in range(20):
        deviates = location_deviates(2, 10_000, seed)
        found = sampled([[50.0, 34.0], [50.0, -np.inf]], deviates).usable_dbuvm
        fields.append(found[0])
        rises.append(found[0] - found[1])
    assert np.std(rises) < 0.06 < 0.5 * np.std(fields)
    assert min(rises) > 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: location_deviates(-1), "stations"),
        (lambda: location_deviates(1, 99), "draws"),
        (lambda: location_deviates(1, seed=-1), "seed"),
        (lambda: sampled([50.0], location_deviates(1), 0.0), "location_standard"),
        (lambda: sampled([50.0], location_deviates(1), 8.3, 0.2), "location_percent"),
        (
            lambda: sampled([50.0], location_deviates(1), 8.3, 99.8),
            "percent = 99.8",
        ),
        (
            lambda: sampled([50.0], location_deviates(1), wanted=0.0),
            "wanted_standard",
        ),
    ],
)
def test_out_of_range(call: object, name: str) -> None:
    assert callable(call)
    with pytest.raises(OutOfRangeError, match=name):
        call()


def test_deviates_of_other_stations_are_refused() -> None:
    with pytest.raises(PropagationError, match="factors of 2 stations for fields of 1"):
        sampled([50.0], location_deviates(2))
