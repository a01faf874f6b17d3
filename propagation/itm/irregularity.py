"""The irregularity of terrain: the interdecile range about a fitted line.

The deciles are those of at most 245 heights, found by counting how many lie above a guess. The
guesses of the path before are kept, since the deciles of neighbouring paths are close; they
decide how soon a decile is found, never which.
"""

import math

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import scan, tally
from propagation.itm.profile import Ends

__all__ = ["irregularity_m", "room_for_samples"]

Floats = NDArray[np.float64]

_MOST_SAMPLES = 245
_LEAPS = 12  # before a decile is approached sample by sample
_PER_DEVIATION = 0.1755  # density of the normal distribution at its first and last decile


@scan
def room_for_samples() -> Floats:
    """Return room for `irregularity_m`: the samples, and a guess of each decile."""
    return np.zeros(_MOST_SAMPLES + 2)


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
    samples = room[:count]
    _sample(heights, first, (last - first) / (count - 1), ends.intervals, samples)
    deviation = _flatten(samples)
    gap = deviation / (_PER_DEVIATION * count)
    above = _nth_largest(samples, tenth, room[_MOST_SAMPLES], gap)
    room[_MOST_SAMPLES] = above
    for j in range(count):
        samples[j] = -samples[j]
    below = _nth_largest(samples, tenth, room[_MOST_SAMPLES + 1], gap)
    room[_MOST_SAMPLES + 1] = below
    return float((above + below) / (1 - 0.8 * math.exp(-(end - start) / 50e3)))


@scan
def _sample(heights: Floats, first: float, apart: float, intervals: int, samples: Floats) -> None:
    """Interpolate heights at even places, the first and their distance counted in intervals."""
    lowest = int(first) + 1
    for j in range(samples.shape[0]):
        place = first + j * apart
        i = min(max(math.ceil(place), lowest), intervals)
        samples[j] = heights[i] + (heights[i] - heights[i - 1]) * (place - i)


@tally
def _flatten(samples: Floats) -> float:
    """Take the fitted line off, the ends at half weight, and return the standard deviation."""
    count = samples.shape[0]
    length = count - 1.0
    middle = 0.5 * length
    total = -0.5 * (samples[0] + samples[count - 1])
    moment = 0.5 * (samples[0] - samples[count - 1]) * middle
    for j in range(count):
        total += samples[j]
        moment += samples[j] * (j - middle)
    slope = moment * 12 / ((length * length + 2.0) * length)
    base = total / length - slope * middle
    square = 0.0
    for j in range(count):
        samples[j] -= base + j * slope
        square += samples[j] * samples[j]
    return math.sqrt(square / count)


@scan
def _nth_largest(samples: Floats, rank: int, guess: float, gap: float) -> float:
    """Return the sample of a rank from the top; `gap` is how far apart they may lie there.

    A guess above which fewer lie is lowered; one above which too many lie is raised by the gaps
    that are missing, and at last sample by sample.
    """
    count, following = _above(samples, guess)
    while count < rank:
        guess -= (rank - count + 1) * gap + 1e-9 + 1e-12 * abs(guess)
        gap *= 1.5
        count, following = _above(samples, guess)
    gap = min(gap, (following - guess) / max(count - rank, 1) + gap)
    for _ in range(_LEAPS):
        if count - rank <= 3:
            break
        raised = guess + (count - rank - 1) * gap
        more, beyond = _above(samples, raised)
        if more < rank:
            gap *= 0.4
        else:
            guess, count, following = raised, more, beyond
    while count >= rank:
        guess = following
        count, following = _above(samples, guess)
    return guess


@tally
def _above(samples: Floats, guess: float) -> tuple[int, float]:
    """Return how many samples lie above a guess, and the lowest of them."""
    count = 0
    lowest = 1e300
    for j in range(samples.shape[0]):
        value = samples[j]
        count += 1 if value > guess else 0
        candidate = value if value > guess else 1e300
        lowest = min(lowest, candidate)
    return count, lowest
