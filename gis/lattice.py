"""Smooth maps of a plane, tabulated on a lattice, so that no pixel needs a geodesic of its own.

Around a transmitter positions are x and y in km on its azimuthal equidistant plane: the geodesic
of azimuth A and length r ends at (r sin A, r cos A). Where such a point lies on a raster, and
where a pixel lies on the plane, are smooth functions; geodesy and projections are asked at the
nodes of a lattice only, and cubics run between them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import scan

__all__ = ["MARGIN", "Lattice", "line_cubics", "tabulate"]

Floats = NDArray[np.float64]

MARGIN = 2
"""Nodes beyond the rectangle on each side."""


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Two smooth functions of the plane.

    Attributes
    ----------
    values : ndarray, shape (2, m, k)
        Both functions at the nodes, first axis of nodes along v, second along u.
    frame : ndarray, shape (4,)
        u and v of the first node, and the nodes' distances along u and v.
    """

    values: Floats
    frame: Floats


def tabulate(
    function: Callable[[Floats, Floats], tuple[Floats, Floats]],
    lower: tuple[float, float],
    upper: tuple[float, float],
    spacing: tuple[float, float],
) -> Lattice:
    """Ask a function of (u, v) at the nodes of a lattice around a rectangle.

    Parameters
    ----------
    function : callable
        Takes arrays of u and v, returns two arrays.
    lower, upper : tuple of float
        Corners of the rectangle, (u, v).
    spacing : tuple of float
        Largest distance of nodes along u and v; there are at least four across.
    """
    axes, frame = [], []
    for low, high, most in zip(lower, upper, spacing, strict=True):
        parts = max(4, int(np.ceil((high - low) / most)))
        step = (high - low) / parts
        axes.append(low + step * np.arange(-MARGIN, parts + MARGIN + 1))
        frame.append((axes[-1][0], step))
    u, v = np.meshgrid(*axes)
    first, second = function(u, v)
    return Lattice(
        np.ascontiguousarray(np.stack([first, second])),
        np.array([frame[0][0], frame[1][0], frame[0][1], frame[1][1]]),
    )


@scan
def _weight(node: int, t: float) -> float:
    """Return the weight of one of four nodes, at -1, 0, 1 and 2, for a point at t."""
    if node == 0:
        return -t * (t - 1) * (t - 2) / 6
    if node == 1:
        return (t + 1) * (t - 1) * (t - 2) / 2
    if node == 2:
        return -(t + 1) * t * (t - 2) / 2
    return (t + 1) * t * (t - 1) / 6


@scan
def _value(values: Floats, frame: Floats, u: float, v: float) -> tuple[float, float]:
    """Return both functions at a point."""
    s, t = (u - frame[0]) / frame[2], (v - frame[1]) / frame[3]
    i = min(max(int(np.floor(t)), 1), values.shape[1] - 3)
    j = min(max(int(np.floor(s)), 1), values.shape[2] - 3)
    first = second = 0.0
    for a in range(4):
        across = _weight(a, t - i)
        for b in range(4):
            weight = across * _weight(b, s - j)
            first += weight * values[0, i - 1 + a, j - 1 + b]
            second += weight * values[1, i - 1 + a, j - 1 + b]
    return first, second


@scan
def line_cubics(
    values: Floats, frame: Floats, start: Floats, along: Floats, pieces: int, cubics: Floats
) -> None:
    """Write both functions along a line as cubics of 0 to 1 in each of its equal pieces.

    Parameters
    ----------
    values, frame : ndarray
        A lattice's.
    start, along : ndarray, shape (2,)
        The line is start + t along, t from 0 to 1.
    pieces : int
        How many pieces.
    cubics : ndarray, shape (2, pieces, 4)
        Takes the coefficients, constant first.
    """
    nodes = np.empty((2, pieces + 3))
    for j in range(pieces + 3):
        t = (j - 1) / pieces
        nodes[0, j], nodes[1, j] = _value(
            values, frame, start[0] + t * along[0], start[1] + t * along[1]
        )
    for c in range(2):
        for j in range(pieces):
            a, b, e, f = nodes[c, j], nodes[c, j + 1], nodes[c, j + 2], nodes[c, j + 3]
            cubics[c, j, 0] = b
            cubics[c, j, 1] = e - a / 3 - b / 2 - f / 6
            cubics[c, j, 2] = (a + e) / 2 - b
            cubics[c, j, 3] = (f - a) / 6 + (b - e) / 2
