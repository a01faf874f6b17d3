"""Which of many places to take so that enough of an area is covered at the least cost.

A partial set cover: ``min c x`` subject to ``y_i <= sum_j a_ij x_j``, ``sum w_i y_i >= share W``,
x binary, y between 0 and 1. Cells that the same places cover count as one. Solved by branch and
bound (HiGHS, through `scipy.optimize.milp`), exactly up to a number of places, beyond it until the
cost is proven to lie within a gap of the best.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range

__all__ = ["EXACT_PLACES", "LARGEST_GAP", "Siting", "choose_places"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EXACT_PLACES: Final = 200
"""So many places are chosen from exactly."""

LARGEST_GAP: Final = 0.05
"""How far from the least cost a choice among more places may be, as a share of it."""

_SHORT: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Siting:
    """A choice of places.

    Attributes
    ----------
    places : tuple of int
        Those chosen; empty where all of them together cover too little.
    cost : float
        What they cost together.
    bound : float
        What every choice costs at least.
    covered_share : float
        Share of the weight that they cover; where that is too little, what all places cover.
    reachable_share : float
        Share that all places together cover.
    """

    places: tuple[int, ...]
    cost: float
    bound: float
    covered_share: float
    reachable_share: float

    @property
    def gap(self) -> float:
        """How far the cost may lie above the least, as a share of the cost."""
        return max(self.cost - self.bound, 0.0) / self.cost if self.cost > 0 else 0.0

    @property
    def proven(self) -> bool:
        """Whether nothing costs less."""
        return self.gap <= 1e-6


def choose_places(
    covers: ArrayLike,
    weights: ArrayLike,
    costs: ArrayLike,
    wanted_share: float,
    *,
    most_seconds: float = 60.0,
) -> Siting:
    """Choose the places that cover a share of the weight at the least cost.

    Parameters
    ----------
    covers : array_like of bool, shape (places, cells)
        What each place covers.
    weights : array_like, shape (cells,)
        What each cell counts, 0 or more; something counts.
    costs : array_like, shape (places,)
        What each place costs, above 0.
    wanted_share : float
        Share of the weight to be covered, above 0 to 1.
    most_seconds : float
        When to stop and tell the gap that is left.

    Returns
    -------
    Siting
        The choice.

    Raises
    ------
    OutOfRangeError
        If a weight, a cost or the share is out of range.
    PropagationError
        If shapes disagree, nothing counts, or the solver fails.
    """
    covering = np.asarray(covers, dtype=np.bool_)
    weight = np.asarray(weights, dtype=np.float64)
    cost = np.asarray(costs, dtype=np.float64)
    _require(covering, weight, cost, wanted_share)
    total = float(weight.sum())
    reachable = float(weight[covering.any(axis=0)].sum()) / total
    if reachable < wanted_share - _SHORT:
        return Siting((), 0.0, 0.0, reachable, reachable)
    signatures, merged = _merged(covering, weight)
    chosen, bound = _solved(
        signatures, merged, cost, wanted_share * total * (1 - _SHORT), most_seconds
    )
    places = _without_idle(covering, weight, cost, chosen, wanted_share * total)
    covered = float(weight[covering[places].any(axis=0)].sum()) / total
    return Siting(
        tuple(int(one) for one in places), float(cost[places].sum()), bound, covered, reachable
    )


def _require(covering: Flags, weight: Floats, cost: Floats, wanted_share: float) -> None:
    source = "a partial set cover"
    if covering.ndim != 2 or covering.shape != (cost.size, weight.size):
        raise PropagationError("places and cells of a siting do not agree in number")
    require_range("weights", weight, 0, np.inf, source)
    require_range("costs", cost, 0, np.inf, source, inclusive=False)
    require_range("wanted_share", wanted_share, 0, 1 + 1e-12, source, inclusive=False)
    if not weight.sum() > 0:
        raise PropagationError("no cell of a siting counts")


def _merged(covering: Flags, weight: Floats) -> tuple[Flags, Floats]:
    """Return the different sets of places that cover a cell, and the weight of each."""
    counted = covering.any(axis=0) & (weight > 0)
    packed = np.packbits(covering[:, counted], axis=0).T
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return covering[:, counted][:, first], np.bincount(group.ravel(), weight[counted]).astype(
        np.float64
    )


def _solved(
    covering: Flags, weight: Floats, cost: Floats, wanted: float, most_seconds: float
) -> tuple[NDArray[np.intp], float]:
    """Return the places chosen, and what every choice costs at least."""
    from scipy.optimize import (  # noqa: PLC0415 - a fifth of a second, seldom wanted
        Bounds,
        LinearConstraint,
        milp,
    )
    from scipy.sparse import csr_array, eye_array, hstack  # noqa: PLC0415 - the same

    places, cells = covering.shape
    within = hstack([csr_array(covering.T.astype(np.float64)), -eye_array(cells)])
    enough = np.concatenate([np.zeros(places), weight])
    exact = places <= EXACT_PLACES
    found = milp(
        np.concatenate([cost, np.zeros(cells)]),
        integrality=np.concatenate([np.ones(places), np.zeros(cells)]),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(within, lb=0.0),
            LinearConstraint(enough[np.newaxis], lb=wanted),
        ],
        options={
            "time_limit": most_seconds,
            "mip_rel_gap": 0.0 if exact else 0.8 * LARGEST_GAP,
        },
    )
    if found.x is None:
        raise PropagationError(f"no choice of places was found: {found.message}")
    return np.flatnonzero(found.x[:places] > 0.5), float(found.mip_dual_bound)


def _without_idle(
    covering: Flags, weight: Floats, cost: Floats, chosen: NDArray[np.intp], wanted: float
) -> NDArray[np.intp]:
    """Return a choice without places that it does not need, the dearest let go first."""
    kept = list(chosen)
    for place in sorted(chosen, key=lambda one: (-cost[one], one)):
        rest = [one for one in kept if one != place]
        if float(weight[covering[rest].any(axis=0)].sum()) >= wanted * (1 - _SHORT):
            kept = rest
    return np.array(kept, dtype=np.intp)
