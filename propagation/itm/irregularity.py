"""The irregularity of terrain: the interdecile range about a fitted line.

The deciles are those of at most 245 heights above the line. The heights are taken as whole numbers
of 3e-9 of their standard deviation, so that many are compared at once: a decile is exact to
1.5e-9 of the deviation. Each decile is sought by counting the heights beyond a guess: the first
guess is the decile of the path before, since those of neighbouring paths are close, the next ones
follow from the count and, near by, go from height to height. Guesses decide how soon a decile is
found, never which.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import passage, scan, tally
from propagation.itm.profile import Ends

__all__ = ["Room", "irregularity_m", "room_for_samples"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

_ROW: Final = 264  # room for a number of each sample, of which there are at most 245
_ROUND: Final = 64  # heights are counted in rounds of so many
_LAST: Final = 1073741824.0  # 2^30; numbers without a sign then hold all distances
_UNIT: Final = _LAST / 3.2  # in a deviation; beyond 3.17 of them never lies a tenth
_LEAST: Final = -1073741825
_FARTHEST: Final = 1073741824
_ROUNDED: Final = 1e-12  # of the sum of squares: what is left of it is not known better
_MANY: Final = 1000  # more than there are samples
_PER_DEVIATION = 0.1755  # density of the normal distribution at its first and last decile
_NEAR = 2  # heights that a search passes one by one
_PER_DEVIATION = 0.1755  # density of the normal distribution at its first and last decile


class Room(NamedTuple):
    """What the irregularity of one path after another is worked out on.

    Attributes
    ----------
    numbers : ndarray, shape (264,)
        Of each sample the place between two points; then its height.
    pairs : ndarray, shape (2 * 264,)
        The heights of both points.
    whole : ndarray of int32, shape (2 * 264,)
        The point before each sample; its height above the line in units of the deviation.
    deciles : ndarray, shape (2,)
        Those of the path before, m: the last, and the first with its sign turned.
    """

    numbers: Floats
    pairs: Floats
    whole: Integers
    deciles: Floats


class _Search(NamedTuple):
    """A decile is beyond `low` and at most `high`, `more` and `less` heights are beyond these."""

    guess: int
    low: int
    high: int
    more: int
    less: int
    nearest: int  # the least height beyond `low`
    gap: float  # between heights, as it seems
    is_found: bool


@scan
def room_for_samples() -> Room:
    """Return room for `irregularity_m`."""
    return Room(
        np.zeros(_ROW), np.zeros(2 * _ROW), np.zeros(2 * _ROW, dtype=np.int32), np.zeros(2)
    )


@scan
def irregularity_m(heights: Floats, ends: Ends, start: float, end: float, room: Room) -> float:
    """Return the interdecile range about the fitted line, extended to long paths, m.

    The terrain counts from `start` to `end`, m; [ERL79], eq. (3), inverted.
    """
    first, last = start / ends.step, end / ends.step
    if last - first < 2:
        return 0.0
    tenth = min(max(4, int(0.1 * (last - first + 8))), 25)
    count = 10 * tenth - 5
    apart = (last - first) / (count - 1)
    numbers, pairs, whole = room.numbers, room.pairs, room.whole
    _sample(heights, first, apart, ends.intervals, count, numbers, pairs, whole)
    unit = _flatten(count, numbers, pairs, whole)
    if unit == 0:
        return 0.0
    above, below = _deciles(tenth, unit, whole, room.deciles)
    room.deciles[0], room.deciles[1] = above, below
    return float((above + below) / (1 - 0.8 * math.exp(-(end - start) / 50e3)))


@passage
def _in_rounds(count: int) -> int:
    """Return how many numbers whole rounds have; no loop then has a rest to do one by one."""
    return (count + _ROUND - 1) // _ROUND * _ROUND


@tally
def _sample(
    heights: Floats,
    first: float,
    apart: float,
    intervals: int,
    count: int,
    numbers: Floats,
    pairs: Floats,
    whole: Integers,
) -> None:
    """Write the points about even places, the first and their distance counted in intervals."""
    most = np.int32(intervals - 1)
    place = first
    for j in range(_in_rounds(count)):
        i = min(np.int32(place), most)
        whole[j] = i
        numbers[j] = place - i
        place += apart
    for j in range(count):
        at = np.uint64(np.int64(whole[j]))  # indices without a sign are not wrapped
        low, high = heights[at], heights[at + np.uint64(1)]
        pairs[2 * j] = low
        pairs[2 * j + 1] = high
    level = pairs[0]  # of no height over the first
    for j in range(2 * count, 2 * _in_rounds(count)):
        pairs[j] = level


@passage
def _flatten(count: int, numbers: Floats, pairs: Floats, whole: Integers) -> float:
    """Write the heights above the fitted line as whole numbers; return how many make a metre.

    The line gives the ends half weight. A level line yields 0.
    """
    length = count - 1.0
    middle = 0.5 * length
    total, moment, square = _moments(count, numbers, pairs)
    if square == 0:
        return 0.0
    first, last = numbers[0], numbers[count - 1]
    mean = (total - 0.5 * (first + last)) / length
    turn = moment + 0.5 * (first - last) * middle
    slope = turn * 12 / ((length * length + 2.0) * length)
    about = square + mean * (mean * count - 2 * total)
    about += slope * (slope * count * (count + 1.0) * length / 12 - 2 * moment)
    unit = _UNIT / math.sqrt(max(about, _ROUNDED * square) / count)
    _count(count, mean - slope * middle, slope, unit, numbers, whole)
    return unit


@tally
def _moments(count: int, numbers: Floats, pairs: Floats) -> tuple[float, float, float]:
    """Write the heights of samples over the first point.

    Returns their sum, their first moment about the middle, and the sum of their squares.
    """
    off, base = -0.5 * (count - 1.0), pairs[0]
    total = moment = square = 0.0
    for j in range(_in_rounds(count)):
        low = pairs[2 * j]
        height = low - base + (pairs[2 * j + 1] - low) * numbers[j]
        numbers[j] = height
        total += height
        moment += height * off
        off += 1.0
        square += height * height
    return total, moment, square


@tally
def _count(
    count: int, base: float, slope: float, unit: float, numbers: Floats, whole: Integers
) -> None:
    """Write the heights above a line in units; what lies beyond the last is of no rank."""
    line, rise = base * unit, slope * unit
    for j in range(_in_rounds(count)):
        height = numbers[j] * unit - line
        whole[_ROW + j] = np.int32(min(max(height, -_LAST), _LAST))
        line += rise


@passage
def _deciles(tenth: int, unit: float, whole: Integers, near: Floats) -> tuple[float, float]:
    """Return the tenth of the heights from above, and the same from below, its sign turned."""
    count = 10 * tenth - 5
    size = _in_rounds(count)
    for j in range(count, size):
        whole[_ROW + j] = _LEAST
    gap = _UNIT / (_PER_DEVIATION * count)
    upper = _begun(near[0] * unit, gap)
    lower = _begun(near[1] * unit, gap)
    while not (upper.is_found and lower.is_found):
        more, above, less, below = _beyond(whole, size, upper.guess, -lower.guess)
        upper = _moved(upper, more, above, tenth)
        lower = _moved(lower, less - (size - count), -below, tenth)
    return _in_metres(upper.guess, unit), _in_metres(lower.guess, unit)


@scan
def _in_metres(key: int, unit: float) -> float:
    """Return the middle of what was cut off to a whole number."""
    return (key + (0.5 if key > 0 else (-0.5 if key < 0 else 0.0))) / unit


@scan
def _begun(guess: float, gap: float) -> _Search:
    first = int(min(max(guess, -_FARTHEST), _FARTHEST))
    return _Search(first, -_FARTHEST, _FARTHEST, _MANY, -1, _FARTHEST, gap, False)


@scan
def _moved(search: _Search, count: int, nearest: int, rank: int) -> _Search:
    """Return a search after the heights beyond its guess were counted."""
    guess, low, high, more, less, known, gap, is_found = search
    if is_found:
        return search
    if count >= rank:
        low, more, known = guess, count, nearest
        is_found = count == rank or nearest >= high
        guess = nearest
    else:
        high, less = guess, count
        is_found = guess <= known < _FARTHEST
    if is_found:
        return _Search(guess, low, high, more, less, known, gap, True)
    if more == _MANY:
        guess = max(high - int((rank - less + 0.5) * gap), -_FARTHEST)
    elif less < 0:
        guess = min(max(low + int((more - rank - 0.5) * gap), known), _FARTHEST)
    elif more - rank <= _NEAR:
        guess = known
    else:
        share = min(max((more - rank + 0.25) / (more - less), 0.1), 0.9)
        guess = max(low + int(share * (high - low)), known)
        guess = known if guess >= high else guess
    return _Search(guess, low, high, more, less, known, 2 * gap, False)


@tally
def _beyond(whole: Integers, size: int, upper: int, lower: int) -> tuple[int, int, int, int]:
    """Return how many lie above a number and the next above, how many below another and the next.

    As numbers without a sign, the distances of those on the other side are the largest.
    """
    top, bottom = np.int32(upper), np.int32(lower)
    one = np.int32(1)
    more = less = np.int32(0)
    up = down = np.uint32(4294967295)
    for j in range(size):
        key = whole[_ROW + j]
        more = np.int32(more + np.int32(key > top))
        less = np.int32(less + np.int32(key < bottom))
        over = np.uint32(key - top - one)
        up = over if over < up else up
        under = np.uint32(bottom - key - one)
        down = under if under < down else down
    return int(more), int(top) + int(up) + 1, int(less), int(bottom) - int(down) - 1
