"""The point that comes nearest to the ray of a receiver in line of sight, along a radial.

Nearest is in Fresnel radii: the least q = (S - a)^2 x / (d - x), where a is the slope at which the
transmitter sees the point and S that of the receiver, both with the curvature taken in. If point
i lies before j and is as steep, its q is smaller for every receiver, so that only points steeper
than all before them, the records, can be the nearest. (S - a) sqrt(x / (d - x)) are lines in S,
and records that never reach their lower envelope are dropped now and then.

Of two records the later is nearer where (S - a) of it over (S - a) of the earlier is less than the
root of x of the earlier (d - x) of the later over x of the later (d - x) of the earlier. The left
grows with S and the right with d, so that the nearest record moves only forward as S falls and d
grows: some neighbouring receivers need no record before the nearest of the greatest S and the
least d among them, and none after that of the least S and the greatest d.
"""

import math

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import passage, scan

__all__ = ["worst_in_sight"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Booleans = NDArray[np.bool_]

_LANES = 16
"""Neighbouring receivers that share their records; a constant, so that loops are vector code."""

_PRUNE_FROM = 96
_NEVER = 1e300
X, A, ROOT, ROOM, UPPER, NEAR = range(6)
S, D, ABOVE, BELOW, WHICH = range(5)


@scan
def _prune(records: Floats, index: Indices, count: int, d: float) -> int:
    """Drop records that are nearest to no receiver at or beyond d; return how many stay.

    A record between two others is nearest only for slopes between its crossings with them. The
    crossing with the one before rises with d, up to where the roots are those of x alone.
    """
    highest = records[A, count - 1]
    for r in range(count):
        records[ROOM, r] = math.sqrt(d - records[X, r])
    kept = 0
    for new in range(count):
        a, root, room = records[A, new], records[ROOT, new], records[ROOM, new]
        while kept >= 2:
            j = kept - 1
            if records[UPPER, j] >= highest:
                far, near = records[ROOT, j] * room, root * records[ROOM, j]
                if a + (a - records[A, j]) * far / (near - far) <= records[UPPER, j]:
                    break
            kept -= 1
        if kept > 0:
            before = records[ROOT, kept - 1]
            records[UPPER, kept] = a + (a - records[A, kept - 1]) * before / (root - before)
        records[X, kept], records[A, kept], index[kept] = records[X, new], a, index[new]
        records[ROOT, kept], records[ROOM, kept] = root, room
        kept += 1
    return kept


@scan
def _last_least(records: Floats, count: int, s: float, d: float) -> int:
    """Return the last of the first records whose q is the least for a receiver."""
    x, a, near = records[X, :count], records[A, :count], records[NEAR, :count]
    for r in range(near.size):
        gap = s - a[r]
        near[r] = gap * gap * x[r] / (d - x[r])
    bits = near.view(np.int64)  # in the order of the numbers, none of which is negative
    least = bits[0]
    for r in range(bits.size):
        least = min(least, bits[r])
    found = bits.size - 1
    while bits[found] > least:
        found -= 1
    return found


@scan
def _nearest(records: Floats, low: int, high: int, lanes: Floats) -> None:
    """Write the least q of records low..high, and the last that has it, for each lane."""
    for i in range(_LANES):
        lanes[ABOVE * _LANES + i], lanes[BELOW * _LANES + i] = _NEVER, 1.0
        lanes[WHICH * _LANES + i] = low
    for r in range(low, high + 1):
        x, a, which = records[X, r], records[A, r], float(r)
        for i in range(_LANES):
            gap, below = lanes[S * _LANES + i] - a, lanes[D * _LANES + i] - x
            above = gap * gap * x
            best, over = lanes[ABOVE * _LANES + i], lanes[BELOW * _LANES + i]
            nearer = (below > 0.0) & (above * over <= best * below)
            lanes[ABOVE * _LANES + i] = above if nearer else best
            lanes[BELOW * _LANES + i] = below if nearer else over
            lanes[WHICH * _LANES + i] = which if nearer else lanes[WHICH * _LANES + i]


@passage
def _take_up(
    x: Floats, rise: Floats, begin: int, end: int, records: Floats, index: Indices, count: int
) -> tuple[int, int]:
    """Take up what some receivers see; return how many records the first and the last have."""
    at_first = count
    for k in range(begin, end):
        if rise[k] > rise[k - 1]:
            records[X, count], records[A, count], index[count] = x[k - 1], rise[k], k - 1
            records[ROOT, count] = math.sqrt(x[k - 1])
            count += 1
            at_first += 1 if k == begin else 0
    return at_first, count


@passage
def _seat(
    x: Floats,
    slope: Floats,
    curvature: float,
    wanted: Booleans,
    begin: int,
    end: int,
    lanes: Floats,
) -> tuple[float, float]:
    """Give each receiver a lane; return the least and the greatest slope of those wanted."""
    least, most = _NEVER, -_NEVER
    for i in range(_LANES):
        k = min(begin + i, end - 1)
        s = slope[k] - curvature * x[k]
        lanes[S * _LANES + i], lanes[D * _LANES + i] = s, x[k]
        least = min(least, s) if wanted[k] else least
        most = max(most, s) if wanted[k] else most
    return least, most


@scan
def worst_in_sight(
    x: Floats,
    rise: Floats,
    slope: Floats,
    curvature: float,
    wanted: Booleans,
    enough: float,
    worst: Floats,
    at: Indices,
    records: Floats,
    index: Indices,
) -> None:
    """Find the point that comes nearest to the ray of each wanted receiver, all in sight.

    Parameters
    ----------
    x : ndarray, shape (n + 1,)
        Distance of the points, km.
    rise : ndarray, shape (n + 1,)
        Steepest slope seen from the transmitter before each receiver, m/km; its steps are the
        records.
    slope : ndarray, shape (n + 1,)
        Slope from the transmitter to each receiver over a flat Earth, m/km.
    curvature : float
        500 / effective radius, m/km2.
    wanted : ndarray of bool, shape (n + 1,)
        Which receivers, in sight, are asked about.
    enough : float
        Where every q exceeds `enough` / d the point need not be looked for: this or q is written.
    worst : ndarray, shape (n + 1,)
        Takes q, m2/km2.
    at : ndarray, shape (n + 1,)
        Takes the point, 0 where it was not looked for.
    records : ndarray, shape (6, n + 1)
        Room for the records.
    index : ndarray, shape (n + 1,)
        Room for their points.
    """
    last = x.size - 1
    lanes = np.empty(5 * _LANES)
    count = 0
    prune_at = _PRUNE_FROM
    for begin in range(2, last + 1, _LANES):
        if count >= prune_at:
            count = _prune(records, index, count, x[begin])
            prune_at = max(_PRUNE_FROM, 2 * count)
        end = min(begin + _LANES, last + 1)
        at_first, count = _take_up(x, rise, begin, end, records, index, count)
        least, most = _seat(x, slope, curvature, wanted, begin, end, lanes)
        if most < least:
            continue
        high = count - 1
        clear = False
        if least >= records[A, high]:
            high = _last_least(records, count, least, x[end - 1])
            clear = records[NEAR, high] > enough / x[begin]
        if clear:
            for k in range(begin, end):
                if wanted[k]:
                    worst[k], at[k] = enough / x[k], 0
            continue
        low = _last_least(records, min(at_first, high + 1), most, x[begin])
        _nearest(records, low, high, lanes)
        for k in range(begin, end):
            if wanted[k]:
                i = k - begin
                worst[k] = lanes[ABOVE * _LANES + i] / lanes[BELOW * _LANES + i]
                at[k] = index[int(lanes[WHICH * _LANES + i])]
