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

from propagation.compiled import scan

__all__ = ["worst_in_sight"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Booleans = NDArray[np.bool_]

_BLOCK = 16
_PART = 4
_PRUNE_FROM = 64


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
def _nearest(records: Floats, count: int, s: float, d: float, best: float, found: int) -> int:
    """Return the record of the least q below `best`, or `found` where there is none.

    No q of a block is below what its steepest slope and its first distance would give.
    """
    for block in range((count - 1) // _BLOCK, -1, -1):
        begin = block * _BLOCK
        end = min(begin + _BLOCK, count)
        gap = s - records[1, end - 1]
        if gap * gap * records[0, begin] > best * (d - records[0, begin]):
            continue
        for part in range((end - 1) // _PART, begin // _PART - 1, -1):
            low = part * _PART
            high = min(low + _PART, end)
            gap = s - records[1, high - 1]
            if gap * gap * records[0, low] > best * (d - records[0, low]):
                continue
            for r in range(high - 1, low - 1, -1):
                gap = s - records[1, r]
                if gap * gap * records[0, r] < best * (d - records[0, r]):
                    best = gap * gap * records[0, r] / (d - records[0, r])
                    found = r
    return found


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
    """
    n = x.size - 1
    records = np.empty((2, n + 1))
    index = np.empty(n + 1, np.int32)
    count = 0
    found = 0
    prune_at = _PRUNE_FROM
    for k in range(2, n + 1):
        d = x[k]
        if rise[k] > rise[k - 1]:
            records[0, count], records[1, count], index[count] = x[k - 1], rise[k], k - 1
            count += 1
        if wanted[k]:
            s = slope[k] - curvature * d
            found = min(found, count - 1)
            gap = s - records[1, found]
            best = gap * gap * records[0, found] / (d - records[0, found])
            limit = enough / d
            if best > limit:
                new = _nearest(records, count, s, d, limit, -1)
            else:
                new = _nearest(records, count, s, d, best, found)
            if new < 0:
                worst[k], at[k] = limit, 0
                continue
            found = new
            gap = s - records[1, found]
            worst[k] = gap * gap * records[0, found] / (d - records[0, found])
            at[k] = index[found]
        if count >= prune_at and k < n:
            mark = index[min(found, count - 1)]
            count = _prune(records, index, count, x[k + 1])
            prune_at = max(_PRUNE_FROM, 2 * count)
            found = 0
            while found < count - 1 and index[found] < mark:
                found += 1
