"""The irregularity of terrain: the interdecile range about a fitted line.

The deciles are those of at most 245 heights. Each is sought in a window about a guess: the heights
above the window are counted, the few within it sorted. The guesses are the deciles of the path
before, since those of neighbouring paths are close; they decide how soon a decile is found, never
which.
"""

import math

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import passage, scan, tally
from propagation.itm.profile import Ends

__all__ = ["irregularity_m", "room_for_samples"]

Floats = NDArray[np.float64]

_MOST_SAMPLES = 245
_FEW = 16  # samples that are sorted without being halved first
_HALVINGS = 12  # of a window that holds more
_PER_DEVIATION = 0.1755  # density of the normal distribution at its first and last decile


@scan
def room_for_samples() -> Floats:
    """Return room for `irregularity_m`: samples, their places, some of them, two guesses."""
    room = np.zeros((4, _MOST_SAMPLES))
    for j in range(_MOST_SAMPLES):
        room[1, j] = j
    return room


@scan
def irregularity_m(heights: Floats, ends: Ends, start: float, end: float, room: Floats) -> float:
    """Return the interdecile range about the fitted line, extended to long paths, m.

    The terrain counts from `start` to `end`, m; [ERL79], eq. (3), inverted.
    """
    first, last = start / ends.step, end / ends.step
    if last - first < 2:
        return 0.0
    tenth = min(max(4, int(0.1 * (last - first + 8))), 25)
    count = 10 * tenth - 5
    samples, near = room[0, :count], room[2]
    places = room[1]
    _sample(heights, first, (last - first) / (count - 1), ends.intervals, places, samples)
    deviation = _flatten(samples, places)
    gap = deviation / (_PER_DEVIATION * count)
    above = _nth_largest(samples, tenth, room[3, 0], gap, near)
    room[3, 0] = above
    for j in range(count):
        samples[j] = -samples[j]
    below = _nth_largest(samples, tenth, room[3, 1], gap, near)
    room[3, 1] = below
    return float((above + below) / (1 - 0.8 * math.exp(-(end - start) / 50e3)))


@scan
def _sample(
    heights: Floats, first: float, apart: float, intervals: int, places: Floats, samples: Floats
) -> None:
    """Interpolate heights at even places, the first and their distance counted in intervals."""
    final = samples.shape[0] - 1
    for j in range(final):
        place = first + places[j] * apart
        samples[j] = _height_m(heights, np.int32(place), place)
    place = first + final * apart
    samples[final] = _height_m(heights, np.int32(min(place, intervals - 1)), place)


@passage
def _height_m(heights: Floats, i: np.int32, place: float) -> float:
    """Interpolate between a point and the next; indices without a sign are not wrapped."""
    at = np.uint64(np.int64(i))
    low = heights[at]
    return float(low + (heights[at + np.uint64(1)] - low) * (place - i))


@tally
def _flatten(samples: Floats, places: Floats) -> float:
    """Take the fitted line off, the ends at half weight, and return the standard deviation."""
    count = samples.shape[0]
    length = count - 1.0
    middle = 0.5 * length
    total = -0.5 * (samples[0] + samples[count - 1])
    moment = 0.5 * (samples[0] - samples[count - 1]) * middle
    for j in range(count):
        total += samples[j]
        moment += samples[j] * (places[j] - middle)
    slope = moment * 12 / ((length * length + 2.0) * length)
    base = total / length - slope * middle
    square = 0.0
    for j in range(count):
        samples[j] -= base + places[j] * slope
        square += samples[j] * samples[j]
    return math.sqrt(square / count)


@scan
def _nth_largest(samples: Floats, rank: int, guess: float, gap: float, near: Floats) -> float:
    """Return the sample of a rank from the top; `gap` is how far apart they may lie there.

    The window about the guess is moved, and doubled, until it holds the sample; windows in turn
    overlap a little, so that none is passed over.
    """
    gap += 1e-9 + 1e-12 * abs(guess)
    off = _beyond(samples, guess, 0.0) - rank
    guess += (off + 0.5) * gap
    width = (3.0 + 0.5 * abs(off)) * gap
    more = _beyond(samples, guess, width)
    kept = _within(samples, guess, width, near)
    while not more < rank <= more + kept:
        up = 1.0 if more >= rank else -1.0
        guess += up * 2.9 * width
        width *= 2
        more = _beyond(samples, guess, width)
        kept = _within(samples, guess, width, near)
    for _ in range(_HALVINGS):
        if kept <= _FEW:
            break
        upper = _beyond(near[:kept], guess, 0.0)
        is_upper = rank - more <= upper
        kept = _keep(near[:kept], guess, is_upper)
        more += 0 if is_upper else upper
        width *= 0.5
        guess += width if is_upper else -width
    return _from_top(near[:kept], rank - more)


@tally
def _beyond(samples: Floats, guess: float, width: float) -> int:
    """Return how many samples lie above a guess by more than a width."""
    count = 0
    for j in range(samples.shape[0]):
        count += 1 if samples[j] - guess > width else 0
    return count


@scan
def _within(samples: Floats, guess: float, width: float, near: Floats) -> int:
    """Copy the samples within a width of a guess and return how many they are."""
    kept = np.uint64(0)
    for j in range(samples.shape[0]):
        value = samples[j]
        near[kept] = value
        kept += np.uint64(1 if abs(value - guess) <= width else 0)
    return int(kept)


@scan
def _keep(near: Floats, guess: float, is_upper: bool) -> int:
    """Keep the samples above a guess, or the others, and return how many they are."""
    kept = 0
    for value in near:
        if (value > guess) == is_upper:
            near[kept] = value
            kept += 1
    return kept


@scan
def _from_top(near: Floats, rank: int) -> float:
    """Sort the samples and return the one of a rank from the top."""
    for j in range(1, near.shape[0]):
        value = near[j]
        i = j
        while i > 0 and near[i - 1] > value:
            near[i] = near[i - 1]
            i -= 1
        near[i] = value
    return float(near[near.shape[0] - rank])
