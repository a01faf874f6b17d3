"""The choice of places: against trying every choice, and the gap beyond."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.errors import PropagationError
from propagation.set_cover import EXACT_PLACES, LARGEST_GAP, choose_places


def least_cost(covers, weights, costs, share) -> float:
    """Return the least cost by trying every choice; inf where none covers enough."""
    count, least = len(costs), np.inf
    for size in range(count + 1):
        for chosen in combinations(range(count), size):
            covered = weights[covers[list(chosen)].any(axis=0)].sum() if chosen else 0.0
            if covered >= share * weights.sum() * (1 - 1e-9):
                least = min(least, float(costs[list(chosen)].sum()))
    return least


@given(
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.3, 0.5, 0.8, 0.95, 1.0]),
    density=st.floats(0.05, 0.6),
)
def test_nothing_costs_less(seed: int, share: float, density: float) -> None:
    random = np.random.default_rng(seed)
    covers = random.uniform(size=(8, 30)) < density
    weights, costs = (
        random.integers(0, 5, 30).astype(float),
        random.integers(1, 6, 8).astype(float),
    )
    weights[0] = 1.0
    found = choose_places(covers, weights, costs, share)
    least = least_cost(covers, weights, costs, share)
    if np.isinf(least):
        assert found.places == ()
        assert found.covered_share == found.reachable_share < share
        return
    assert found.cost == pytest.approx(least)
    assert found.proven
    assert found.covered_share >= share - 1e-9
    chosen = weights[covers[list(found.places)].any(axis=0)].sum() / weights.sum()
    assert found.covered_share == pytest.approx(chosen)


def test_two_cheap_places_before_a_dear_one() -> None:
    covers = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]], dtype=bool)
    assert choose_places(covers, np.ones(4), [3, 1, 1], 1.0).places == (1, 2)
    assert choose_places(covers, np.ones(4), [1.5, 1, 1], 1.0).places == (0,)
    assert choose_places(covers, [5, 0, 1, 0], [9, 1, 1], 0.8).places == (1,)


def test_many_places_within_the_gap() -> None:
    random = np.random.default_rng(3)
    at, cells = random.uniform(0, 10, (EXACT_PLACES + 100, 2)), random.uniform(0, 10, (900, 2))
    covers = np.hypot(*(at[:, np.newaxis] - cells).transpose(2, 0, 1)) < 1.2
    found = choose_places(covers, np.ones(900), random.uniform(1, 2, len(at)), 0.9)
    assert found.covered_share >= 0.9
    assert 0 < found.bound <= found.cost
    assert found.gap <= LARGEST_GAP


@pytest.mark.parametrize(
    ("covers", "weights", "costs", "share"),
    [
        ([[True]], [-1.0], [1.0], 0.5),
        ([[True]], [1.0], [0.0], 0.5),
        ([[True]], [1.0], [1.0], 0.0),
        ([[True]], [1.0], [1.0], 1.1),
        ([[True]], [0.0], [1.0], 0.5),
        ([[True, False]], [1.0], [1.0], 0.5),
    ],
)
def test_what_cannot_be_asked(covers, weights, costs, share) -> None:
    with pytest.raises(PropagationError):
        choose_places(covers, weights, costs, share)
