"""Rings around the pixels that reach a level, found in one pass over a grid.

A ring runs between pixel centres that reach the level and their neighbours that do not, always
with the former on its left, and crosses the line between two such centres where linear
interpolation has the level; beside an unknown centre it touches the known one. In a square whose
opposite corners reach the level alone they are joined when the mean of its corners reaches it.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import scan

__all__ = ["Rings", "rings_at"]

Values = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.int32]
Rings = tuple[Floats, Indices, Indices]


def rings_at(values: Values, level: float) -> Rings:
    """Return the closed rings around everything that reaches a level.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        Values at the centres of pixels; NaN and infinities are unknown.
    level : float
        Least value inside.

    Returns
    -------
    ndarray, shape (points, 2)
        Column and row of the points of all rings, each ring with its first point at its end.
    ndarray of int32, shape (rings + 1,)
        Where each ring starts, and the number of points.
    ndarray of int32, shape (rings,)
        The outer ring to which each belongs, its own number for an outer ring; holes stand
        behind their outer ring.
    """
    inside = np.zeros((values.shape[0] + 2, values.shape[1] + 2), dtype=np.bool_)
    inside[1:-1, 1:-1] = (values >= level) & (values < np.inf)
    along = np.flatnonzero(inside[:, 1:] != inside[:, :-1])
    across = np.count_nonzero(inside[1:] != inside[:-1])
    most = along.size // 2  # every ring passes between columns at least twice
    points = np.empty((along.size + across + most, 2))
    starts = np.zeros(most + 1, dtype=np.int32)
    outer = np.empty(most, dtype=np.int32)
    owner = np.zeros((inside.shape[0], inside.shape[1] - 1), dtype=np.int32)
    count = _trace(values, level, inside, along, owner, points, starts, outer)
    return points[: starts[count]], starts[: count + 1], outer[:count]


@scan
def _trace(
    values: Values,
    level: float,
    inside: Mask,
    along: NDArray[np.intp],
    owner: Indices,
    points: Floats,
    starts: Indices,
    outer: Indices,
) -> int:
    """Write the rings and return how many they are.

    `inside` has a margin of one pixel, `along` says where it changes along its rows, and `owner`
    takes the ring that passes there, from 1.
    """
    count, last = 0, 0
    columns: int = owner.shape[1]
    for place in along:
        i, j = place // columns, place % columns
        if owner[i, j] == 0:
            # a ring is met first where it is farthest left: an outer one comes in there
            comes_in = inside[i, j + 1]
            outer[count] = count if comes_in else outer[last - 1]
            start = (i, j + 1, 1) if comes_in else (i, j, -1)
            end = _follow(values, level, inside, start, count + 1, owner, points, starts[count])
            count += 1
            starts[count] = end
        last = owner[i, j]
    return count


@scan
def _follow(
    values: Values,
    level: float,
    inside: Mask,
    start: tuple[int, int, int],
    number: int,
    owner: Indices,
    points: Floats,
    at: int,
) -> int:
    """Write the ring that passes a pixel downwards or upwards; return where it ends."""
    begun = at
    i, j, down = start
    on = 0
    while at == begun or on != 0 or (i, j, down) != start:
        # (i, j) reaches the level, what lies to the right of (down, on) does not
        right_i, right_j = i + on, j - down
        if on == 0:
            owner[i, min(j, right_j)] = number
        t = _part(values, level, i - 1, j - 1, right_i - 1, right_j - 1)
        points[at, 0] = j - 1 + t * (right_j - j)
        points[at, 1] = i - 1 + t * (right_i - i)
        at += 1
        ahead = inside[i + down, j + on]
        k, m = right_i + down, right_j + on
        if inside[k, m] and (ahead or _joined(values, level, i - 1, j - 1, k - 1, m - 1)):
            i, j = k, m
            down, on = on, -down
        elif ahead:
            i, j = i + down, j + on
        else:
            down, on = -on, down
    points[at] = points[begun]
    return at + 1


@scan
def _part(values: Values, level: float, i: int, j: int, k: int, m: int) -> float:
    """Return how far from a pixel that reaches the level to its neighbour the level lies."""
    if not (0 <= k < values.shape[0] and 0 <= m < values.shape[1]):
        return 0.0
    high, low = float(values[i, j]), float(values[k, m])
    return (high - level) / (high - low) if math.isfinite(low) else 0.0


@scan
def _joined(values: Values, level: float, i: int, j: int, k: int, m: int) -> bool:
    """Return whether two opposite corners of a square that reach the level are joined."""
    total = float(values[i, j]) + float(values[k, m]) + float(values[i, m]) + float(values[k, j])
    return bool(math.isfinite(total) and total / 4 >= level)
