"""The irregularity of terrain: the interdecile range about a fitted line.

The deciles are those of at most 245 heights above the line. The heights are taken as whole numbers
of a 2^-27th of their standard deviation, which is exact to 1e-8 of the result and lets many be
compared at once. Each decile is sought by counting the heights beyond a guess: the first guess is
the decile of the path before, since those of neighbouring paths are close, the next ones follow
from the count and, near by, go from height to height. Guesses decide how soon a decile is found,
never which.
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
_UNIT: Final = 134217728.0  # 2^27; no residual of 245 is beyond 15.7 deviations
_LEAST: Final = -2147483648
_FARTHEST: Final = 2147483640
_MANY: Final = 1000  # more than there are samples
_NEAR = 2  # heights that a search passes one by one
_PER_DEVIATION = 0.1755  # density of the normal distribution at its first and last decile


class Room(NamedTuple):
    """What the irregularity of one path after another is worked out on.

    Attributes
    ----------
    numbers : ndarray, shape (3 * 256,)
        Of each sample the place between two points and the heights of both; then its own height.
    whole : ndarray of int32, shape (2 * 256,)
        The point before each sample; its height above the line in units of the deviation.
    deciles : ndarray, shape (2,)
        Those of the path before, m: the last, and the first with its sign turned.
    """

    numbers: Floats
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
    return Room(np.zeros(3 * _ROW), np.zeros(2 * _ROW, dtype=np.int32), np.zeros(2))


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
    _sample(heights, first, apart, ends.intervals, count, room.numbers, room.whole)
    deviation = _flatten(count, room.numbers, room.whole)
    if deviation == 0:
        return 0.0
    above, below = _deciles(tenth, deviation, room)
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
    whole: Integers,
) -> None:
    """Write the points about even places, the first and their distance counted in intervals."""
    most = np.int32(intervals - 1)
    for j in range(_in_rounds(count)):
        place = first + j * apart
        i = min(np.int32(place), most)
        whole[j] = i
        numbers[j] = place - i
    for j in range(count):
        at = np.uint64(np.int64(whole[j]))  # indices without a sign are not wrapped
        numbers[_ROW + j] = heights[at]
        numbers[2 * _ROW + j] = heights[at + np.uint64(1)]


@scan
def _flatten(count: int, numbers: Floats, whole: Integers) -> float:
    """Write the heights above the fitted line, its ends at half weight; return their deviation."""
    length = count - 1.0
    middle = 0.5 * length
    total, moment = _moments(count, numbers)
    total -= 0.5 * (numbers[0] + numbers[count - 1])
    moment += 0.5 * (numbers[0] - numbers[count - 1]) * middle
    slope = moment * 12 / ((length * length + 2.0) * length)
    square = _above_line(count, total / length - slope * middle, slope, numbers)
    deviation = math.sqrt(square / count)
    _count_in_units(count, _UNIT / max(deviation, 1e-300), numbers, whole)
    return deviation


@tally
def _moments(count: int, numbers: Floats) -> tuple[float, float]:
    """Write the heights of samples; return their sum and first moment about the middle."""
    middle = 0.5 * (count - 1.0)
    total = moment = 0.0
    for j in range(_in_rounds(count)):
        low = numbers[_ROW + j]
        height = low + (numbers[2 * _ROW + j] - low) * numbers[j]
        height = height if j < count else 0.0
        numbers[j] = height
        total += height
        moment += height * (j - middle)
    return total, moment


@tally
def _above_line(count: int, base: float, slope: float, numbers: Floats) -> float:
    """Write the heights above a line; return the sum of their squares."""
    square = 0.0
    for j in range(_in_rounds(count)):
        height = numbers[j] - (base + j * slope)
        height = height if j < count else 0.0
        numbers[j] = height
        square += height * height
    return square


@tally
def _count_in_units(count: int, unit: float, numbers: Floats, whole: Integers) -> None:
    for j in range(_in_rounds(count)):
        whole[_ROW + j] = np.int32(numbers[j] * unit)


@scan
def _deciles(tenth: int, deviation: float, room: Room) -> tuple[float, float]:
    """Return the tenth of the heights from above, and the same from below, its sign turned."""
    count = 10 * tenth - 5
    size = _in_rounds(count)
    keys = room.whole[_ROW : _ROW + size]
    keys[count:] = _LEAST
    unit = _UNIT / deviation
    gap = _UNIT / (_PER_DEVIATION * count)
    upper = _begun(room.deciles[0] * unit, gap)
    lower = _begun(room.deciles[1] * unit, gap)
    while not (upper.is_found and lower.is_found):
        more, above, less, below = _beyond(keys, upper.guess, -lower.guess)
        upper = _moved(upper, more, above, tenth)
        lower = _moved(lower, less - (size - count), -below, tenth)
    return upper.guess / unit, lower.guess / unit


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
        share = min(max((more - rank + 0.5) / (more - less), 0.1), 0.9)
        guess = max(low + int(share * (high - low)), known)
        guess = known if guess >= high else guess
    return _Search(guess, low, high, more, less, known, 2 * gap, False)


@tally
def _beyond(keys: Integers, upper: int, lower: int) -> tuple[int, int, int, int]:
    """Return how many lie above a number and the next above, how many below another and the next.

    As numbers without a sign, the distances of those on the other side are the largest.
    """
    top, bottom = np.int32(upper), np.int32(lower)
    one = np.int32(1)
    more = less = np.int32(0)
    up = down = np.uint32(4294967295)
    for j in range(keys.shape[0]):
        key = keys[j]
        more = np.int32(more + np.int32(key > top))
        less = np.int32(less + np.int32(key < bottom))
        over = np.uint32(key - top - one)
        up = over if over < up else up
        under = np.uint32(bottom - key - one)
        down = under if under < down else down
    return int(more), int(top) + int(up) + 1, int(less), int(bottom) - int(down) - 1
