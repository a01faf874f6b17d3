"""Batches of profiles as rows, worked on in blocks that stay in the processor's cache."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_rows", "blocks", "some_rows", "spread"]

_T = TypeVar("_T", bound=np.generic)

_BLOCK_VALUES = 65_536  # 512 KiB of float64: smaller blocks cost more calls than they save


def as_rows(values: NDArray[_T], shape: tuple[int, ...]) -> NDArray[_T]:
    """Lay profiles (..., n) out as rows: (1, n) where all paths share one, else (paths, n).

    Parameters
    ----------
    values : ndarray, shape (..., n)
        Profiles, whose leading part broadcasts to `shape`.
    shape : tuple of int
        Shape of the batch of paths.
    """
    n = values.shape[-1]
    if values.size == n:
        return values.reshape(1, n)
    return np.broadcast_to(values, (*shape, n)).reshape(-1, n)


def blocks(paths: int, points: int) -> Iterator[slice]:
    """Yield slices over the rows of a batch; one empty slice where there are none."""
    step = max(1, _BLOCK_VALUES // points)
    for start in range(0, max(paths, 1), step):
        yield slice(start, min(start + step, paths))


def some_rows(values: NDArray[_T], rows: slice | NDArray[np.intp]) -> NDArray[_T]:
    """Take rows by slice or index; a single row is shared by all and stays as it is."""
    if values.shape[0] == 1:
        return values
    if isinstance(rows, slice) or rows.size != values.shape[0]:
        return values[rows]
    return values


def spread(values: NDArray[_T], shape: tuple[int, ...]) -> NDArray[_T]:
    """Broadcast to a shape, at no cost where it is the shape already."""
    return values if values.shape == shape else np.broadcast_to(values, shape)
