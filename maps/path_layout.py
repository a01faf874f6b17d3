"""Where the parts of a figure go: scales, ticks, lines of text, labels that keep apart."""

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Axes", "nice_step", "rows_of", "spread", "thinned", "wrapped"]

Floats = NDArray[np.float64]
_Value = TypeVar("_Value", float, Floats)

_LETTER = 0.56
"""Mean width of a letter over the size of the font, of the widest of the fonts named."""

_BOLD = 1.12
"""How much wider bold letters are."""

_UNIT_AFTER = re.compile(r"(?<=\d) (?=(?:k?m|mrad|dB|[Mk]Hz)\b|%)|(?<=\bkm) (?=\d)")
"""The gap between a number and its unit, or "km" and the place."""

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axes:
    """Where kilometres and metres lie in a picture; y grows downwards.

    Attributes
    ----------
    left, right, top, bottom : float
        Edges of the drawing in pixels.
    length_km : float
        What `right` stands for; `left` is 0.
    low_m, high_m : float
        What `bottom` and `top` stand for.
    """

    left: float
    right: float
    top: float
    bottom: float
    length_km: float
    low_m: float
    high_m: float

    def x(self, distance_km: _Value) -> _Value:
        """Return the place of a distance."""
        return self.left + distance_km * ((self.right - self.left) / self.length_km)

    def y(self, height_m: _Value) -> _Value:
        """Return the place of a height."""
        per_m = (self.bottom - self.top) / (self.high_m - self.low_m)
        return self.bottom - (height_m - self.low_m) * per_m

    def distances(self, step: float) -> list[float]:
        """Return the multiples of a step along the path."""
        return _multiples(0.0, self.length_km, step)

    def heights(self, step: float) -> list[float]:
        """Return the multiples of a step between the lowest and the highest height."""
        return _multiples(self.low_m, self.high_m, step)


def _multiples(first: float, last: float, step: float) -> list[float]:
    counts = range(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)
    return [round(count * step, 10) for count in counts]


def nice_step(span: float, most: int) -> float:
    """Return 1, 2, 2.5 or 5 times a power of ten that parts a span into at most so many steps."""
    least = span / most
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-12))


def thinned(x: Floats, y: Floats) -> NDArray[np.intp]:
    """Return which points of a line to draw: the lowest and the highest of each half pixel.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        The line in pixels, from left to right or back.
    """
    half = np.floor(2 * np.abs(x - x[0])).astype(np.intp)
    if half[-1] >= x.size:
        return np.arange(x.size)
    starts = np.flatnonzero(np.diff(half, prepend=-1))
    kept = {0, x.size - 1}
    for part in np.split(np.arange(x.size), starts[1:]):
        kept |= {int(part[y[part].argmin()]), int(part[y[part].argmax()])}
    return np.array(sorted(kept), dtype=np.intp)


def wrapped(words: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of a width in pixels, at a size of the font.

    A number stays with its unit.
    """
    letter = size * _LETTER * (_BOLD if bold else 1.0)
    held = _UNIT_AFTER.sub("\u00a0", words)
    return textwrap.wrap(held, max(8, int(width / letter))) or [""]


def spread(places: Sequence[float], gap: float, lower: float, upper: float) -> list[float]:
    """Move labels aside until they keep a gap, in the order of their places.

    Parameters
    ----------
    places : sequence of float
        Where the labels would lie.
    gap : float
        Least distance between two of them; where they do not all fit, what fits.
    lower, upper : float
        Where they have to stay.
    """
    if not places:
        return []
    gap = min(gap, (upper - lower) / max(len(places) - 1, 1))
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    moved = [0.0] * len(places)
    at = -math.inf
    for index in order:
        at = moved[index] = max(places[index], at + gap, lower)
    limit = upper
    for index in reversed(order):
        moved[index] = min(moved[index], limit)
        limit = moved[index] - gap
    return moved


def rows_of(heights: Sequence[int], columns: int) -> list[tuple[int, int]]:
    """Place entries of some rows each in columns of about the same height, in reading order.

    Returns
    -------
    list of tuple
        Column and first row of each entry.
    """
    each = math.ceil(sum(heights) / columns)
    placed, column, row = [], 0, 0
    for height in heights:
        if column < columns - 1 and row >= each:
            column, row = column + 1, 0
        placed.append((column, row))
        row += height
    return placed
