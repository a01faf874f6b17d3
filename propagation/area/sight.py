"""The point that comes nearest to the ray of a receiver in line of sight, along a radial.

Nearest is in Fresnel radii: the least q = (S - a)^2 x / (d - x), where a is the slope at which the
transmitter sees the point and S that of the receiver, both with the curvature taken in. If point
i lies before j and is as steep, its q is smaller for every receiver, so that only points steeper
than all before them, the records, can be the nearest. (S - a) sqrt(x / (d - x)) are lines in S,
and records that never reach their lower envelope are dropped now and then.
"""

import math

import numpy as np
from numpy.typing import NDArray

from propagation.area.desk import WINDOW
from propagation.compiled import passage, scan

__all__ = ["worst_in_sight"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Booleans = NDArray[np.bool_]

_GROUP = 16
_PRUNE_FROM = 64
_NEVER = 1e30
_TIE = 1 - 1e-13  # what rounding leaves of a bound that is its own record's


@scan
def _prune(records: Floats, index: Indices, count: int, d: float) -> int:
    """Drop records that are nearest to no receiver at or beyond d; return how many stay.

    A record j between i and l is nearest only for slopes between its crossings with them. The
    crossing with i rises with d, up to where the ratio of the roots is sqrt(x_j / x_i).
    """
    highest = records[1, count - 1]
    kept = 0
    for new in range(count):
        x, a = records[0, new], records[1, new]
        while kept >= 2:
            xi, ai = records[0, kept - 2], records[1, kept - 2]
            xj, aj = records[0, kept - 1], records[1, kept - 1]
            upper = aj + (aj - ai) / (math.sqrt(xj / xi) - 1)
            lower = a + (a - aj) / (math.sqrt(x * (d - xj) / (xj * (d - x))) - 1)
            if lower <= upper and upper >= highest:
                break
            kept -= 1
        records[0, kept], records[1, kept], index[kept] = x, a, index[new]
        kept += 1
    return kept


@scan
def _may_beat(records: Floats, low: int, high: int, s: float, best: float, limit: float) -> int:
    """Return how many records of low..high-1, or bounds of groups of them, may have a lesser q.

    `limit` is best x d: (s - a)^2 x / (d - x) < best without a division, several at a time.
    """
    found = 0
    position, slope = records[0, low:high], records[1, low:high]
    for r in range(position.size):
        gap = s - slope[r]
        found += position[r] * (gap * gap + best) < limit
    return found


@scan
def _window_may_beat(records: Floats, low: int, s: float, best: float, limit: float) -> int:
    """Do as `_may_beat` for a window of records; places not taken up yet lie `_NEVER` away."""
    found = 0
    for r in range(WINDOW):
        i = np.uint64(low) + np.uint64(r)  # an index that cannot be negative
        gap = s - records[1, i]
        found += records[0, i] * (gap * gap + best) < limit
    return found


@scan
def _nearest(
    records: Floats,
    groups: Floats,
    span: tuple[int, int],
    s: float,
    d: float,
    best: float,
    found: int,
) -> int:
    """Return the record of the least q below `best` in a span of groups, else `found`.

    No q of a group is below what its steepest slope and its first distance would give.
    """
    for group in range(span[1] - 1, span[0] - 1, -1):
        gap = s - groups[1, group]
        if gap * gap * groups[0, group] > best * (d - groups[0, group]):
            continue
        begin = group * _GROUP
        if _may_beat(records, begin, begin + _GROUP, s, best, best * d) == 0:
            continue
        for r in range(begin + _GROUP - 1, begin - 1, -1):
            gap = s - records[1, r]
            if gap * gap * records[0, r] < best * (d - records[0, r]):
                best = gap * gap * records[0, r] / (d - records[0, r])
                found = r
    return found


@passage
def _climb(records: Floats, count: int, s: float, d: float, found: int) -> int:
    """Return the record that no neighbour beats, from `found` on."""
    gap = s - records[1, found]
    best = gap * gap * records[0, found] / (d - records[0, found])
    for toward in (-1, 1):
        start = found
        while 0 <= found + toward < count:
            r = found + toward
            gap = s - records[1, r]
            if gap * gap * records[0, r] >= best * (d - records[0, r]):
                break
            found = r
            best = gap * gap * records[0, r] / (d - records[0, r])
        if found != start:
            break
    return found


@passage
def _search(
    records: Floats, groups: Floats, count: int, s: float, d: float, limit: float, start: int
) -> int:
    """Return the record of the least q, or -1 where every q exceeds `limit`."""
    found = _climb(records, count, s, d, start)
    gap = s - records[1, found]
    best = gap * gap * records[0, found] / (d - records[0, found])
    if best > limit:
        best, found = limit, -1
    last = (count - 1) // _GROUP + 1
    low = min(max(start // _GROUP - WINDOW // _GROUP // 2, 0), max(last - WINDOW // _GROUP, 0))
    high = min(low + WINDOW // _GROUP, last)
    bound = best * d * _TIE
    far = _may_beat(groups, 0, low, s, best, bound) + _may_beat(groups, high, last, s, best, bound)
    if far + _window_may_beat(records, low * _GROUP, s, best, bound) > 0:
        span = (0, last) if far else (low, high)
        found = _nearest(records, groups, span, s, d, best, found)
    return found


@scan
def _group(records: Floats, groups: Floats, count: int) -> None:
    """Write the first distance and the steepest slope of each group of records."""
    for group in range((count - 1) // _GROUP + 1):
        groups[0, group] = records[0, group * _GROUP]
        groups[1, group] = records[1, min(group * _GROUP + _GROUP, count) - 1]


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
    groups: Floats,
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
        Where every q exceeds `enough` / d the point is not looked for, and this is written.
    worst : ndarray, shape (n + 1,)
        Takes q, m2/km2.
    at : ndarray, shape (n + 1,)
        Takes the point, 0 where it was not looked for.
    records : ndarray, shape (2, n + 1 + WINDOW)
        Room for distance and slope of the records.
    groups : ndarray, shape (2, n + 1)
        Room for those of their groups.
    index : ndarray, shape (n + 1,)
        Room for their points.
    """
    n = x.size - 1
    for r in range(n + 1 + WINDOW):
        records[0, r] = records[1, r] = _NEVER
    count = 0
    found = 0
    prune_at = _PRUNE_FROM
    for k in range(2, n + 1):
        d = x[k]
        if rise[k] > rise[k - 1]:
            records[0, count], records[1, count], index[count] = x[k - 1], rise[k], k - 1
            if count % _GROUP == 0:
                groups[0, count // _GROUP] = x[k - 1]
            groups[1, count // _GROUP] = rise[k]
            count += 1
        if wanted[k]:
            s = slope[k] - curvature * d
            new = _search(records, groups, count, s, d, enough / d, min(found, count - 1))
            if new < 0:
                worst[k], at[k] = enough / d, 0
                continue
            found = new
            gap = s - records[1, found]
            worst[k] = gap * gap * records[0, found] / (d - records[0, found])
            at[k] = index[found]
        if count >= prune_at and k < n:
            mark = index[min(found, count - 1)]
            kept = _prune(records, index, count, x[k + 1])
            for r in range(kept, count):
                records[0, r] = _NEVER
            count = kept
            _group(records, groups, count)
            prune_at = max(_PRUNE_FROM, 2 * count)
            found = count - 1
            while found > 0 and index[found] > mark:
                found -= 1
