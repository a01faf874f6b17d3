"""Fields added up one after another equal the whole added up at once."""

import numpy as np
import pytest

from propagation.errors import PropagationError
from propagation.interference.running import NOBODY, RunningFields, RunningNuisance
from propagation.interference.summation import power_sum_dbuvm

STATIONS, SHAPE = 40, (11, 7)


@pytest.fixture
def fields() -> np.ndarray:
    """Fields of 40 stations, some unknown, shape (40, 11, 7)."""
    made = np.random.default_rng(3).uniform(-20, 110, (STATIONS, *SHAPE))
    made[::5, 2] = np.nan
    made[:, 0, 0] = np.nan
    return made


def test_the_strongest_the_server_and_the_count(fields: np.ndarray) -> None:
    running = RunningFields(SHAPE, 54.0)
    for index, field in enumerate(fields):
        running.add(index, field)
    known = np.where(np.isnan(fields), -np.inf, fields)
    served = ~np.isnan(fields).all(axis=0)
    np.testing.assert_array_equal(running.strongest_db[served], known.max(axis=0)[served])
    np.testing.assert_array_equal(running.server_index[served], known.argmax(axis=0)[served])
    np.testing.assert_array_equal(running.count, (known >= 54.0).sum(axis=0))
    np.testing.assert_array_equal(running.unknown, np.isnan(fields).sum(axis=0))
    running.add(STATIONS, np.full(SHAPE, -np.inf))
    assert np.isnan(running.strongest_db[0, 0])
    assert running.server_index[0, 0] == NOBODY


def test_the_running_sum_is_the_plain_sum(fields: np.ndarray) -> None:
    running = RunningNuisance(SHAPE)
    for index, field in enumerate(fields):
        running.add(index, field)
    known = np.where(np.isnan(fields), -np.inf, fields)
    np.testing.assert_allclose(
        running.power_sum_dbuvm, power_sum_dbuvm(known, axis=0), rtol=0, atol=1e-10
    )
    contributing = np.isfinite(known).any(axis=0)
    largest = known.argmax(axis=0)[contributing]
    np.testing.assert_array_equal(running.dominant_index[contributing], largest)
    np.testing.assert_array_equal(running.largest_dbuvm, known.max(axis=0))
    np.testing.assert_array_equal(running.unknown, np.isnan(fields).sum(axis=0))
    assert running.power_sum_dbuvm[0, 0] == -np.inf
    assert running.dominant_index[0, 0] == NOBODY


def test_some_points_at_a_time_is_the_same_as_all(fields: np.ndarray) -> None:
    whole, parts = RunningNuisance(SHAPE), RunningNuisance(SHAPE)
    for index, field in enumerate(fields):
        where = np.random.default_rng(index).random(SHAPE) < 0.3
        whole.add(index, np.where(where, field, -np.inf))
        parts.add(index, field[where], where)
    for name in ("power_sum_dbuvm", "largest_dbuvm", "dominant_index", "unknown"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_of_equals_the_first_counts() -> None:
    fields, nuisance = RunningFields((1,), 0.0), RunningNuisance((1,))
    for index in (3, 1):
        fields.add(index, [60.0])
        nuisance.add(index, [60.0])
    assert fields.server_index[0] == nuisance.dominant_index[0] == 3
    assert nuisance.power_sum_dbuvm[0] == pytest.approx(60.0 + 10 * np.log10(2))


@pytest.mark.parametrize(("index", "field"), [(-1, [1.0, 2.0]), (0, [1.0]), (0, [[1.0, 2.0]])])
def test_what_does_not_fit_is_refused(index: int, field: list) -> None:
    with pytest.raises(PropagationError):
        RunningFields((2,), 54.0).add(index, field)
    with pytest.raises(PropagationError):
        RunningNuisance((2,)).add(index, field if np.ndim(field) == 1 else [1.0])
