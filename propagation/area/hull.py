"""The upper convex hull of the points that a radial has passed, left to right, as a stack.

`edge[j]` is the slope from vertex j - 1 to vertex j; slopes fall along the hull. Searches gallop
from a vertex where the last receiver found its own, since neighbours rarely differ by much.
"""

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import passage

__all__ = ["extreme", "push", "tangent"]

Floats = NDArray[np.float64]


@passage
def tangent(hull: Floats, top: int, start: int, d: float, y: float) -> int:
    """Return the vertex where the line from (d, y), right of the hull, touches it.

    It is the last vertex whose edge, drawn on to d, does not fall below y: the last of equals.

    Parameters
    ----------
    hull : ndarray, shape (3, n)
        Position, height and edge of each vertex.
    top, start : int
        Last vertex, and where to begin.
    d, y : float
        The point.
    """
    low = min(start, top)
    step = 1
    if low == 0 or hull[1, low] + hull[2, low] * (d - hull[0, low]) >= y:
        high = low + 1
        while high <= top and hull[1, high] + hull[2, high] * (d - hull[0, high]) >= y:
            low = high
            step *= 2
            high = low + step
        high = min(high, top + 1)
    else:
        high = low
        low = high - 1
        while low > 0 and hull[1, low] + hull[2, low] * (d - hull[0, low]) < y:
            high = low
            step *= 2
            low = high - step
        low = max(low, 0)
    while high - low > 1:
        middle = (low + high) // 2
        if hull[1, middle] + hull[2, middle] * (d - hull[0, middle]) >= y:
            low = middle
        else:
            high = middle
    return low


@passage
def extreme(hull: Floats, top: int, start: int, slope: float) -> int:
    """Return the vertex highest above a line of a slope: the last whose edge is as steep."""
    low = min(start, top)
    step = 1
    if low == 0 or hull[2, low] >= slope:
        high = low + 1
        while high <= top and hull[2, high] >= slope:
            low = high
            step *= 2
            high = low + step
        high = min(high, top + 1)
    else:
        high = low
        low = high - 1
        while low > 0 and hull[2, low] < slope:
            high = low
            step *= 2
            low = high - step
        low = max(low, 0)
    while high - low > 1:
        middle = (low + high) // 2
        if hull[2, middle] >= slope:
            low = middle
        else:
            high = middle
    return low


@passage
def push(hull: Floats, top: int, d: float, y: float) -> int:
    """Take up a point right of the hull; return its vertex. Points in one line all stay."""
    while top > 0 and hull[1, top] + hull[2, top] * (d - hull[0, top]) < y:
        top -= 1
    hull[2, top + 1] = (y - hull[1, top]) / (d - hull[0, top])
    hull[0, top + 1] = d
    hull[1, top + 1] = y
    return top + 1
