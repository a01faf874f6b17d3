"""What the terrain between the terminals says: how much it hides, how rough it is.

Both read the upper convex hull of the terrain over a flat Earth.
"""

import numpy as np
from numpy.typing import NDArray

from propagation.area.hull import extreme, push, tangent
from propagation.compiled import scan

__all__ = ["flat_ground"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

_BLOCK = 16
_GROUP = 16  # blocks
_SMOOTH_M = 10.0  # eq. (56): a roughness up to this changes nothing


@scan
def _roughest(
    x: Floats, h: Floats, highest: Floats, low: int, high: int, base: float, m: float, start: int
) -> int:
    """Return the point of low..high that stands highest above base + m x.

    `highest` holds the largest heights of blocks of points, and of groups of blocks, which bound
    what they can be.
    """
    found = min(max(start, low), high)
    best = h[found] - (base + m * x[found])
    last = x.size - 1
    size = _BLOCK * _GROUP
    for group in range(low // size, high // size + 1):
        begin = group * size
        nearest = x[begin] if m > 0 else x[min(begin + size - 1, last)]
        if highest[1, group] - (base + m * nearest) < best:
            continue
        first = max(begin, low) // _BLOCK
        for block in range(first, min(begin + size - 1, high) // _BLOCK + 1):
            begin = block * _BLOCK
            end = begin + _BLOCK - 1
            nearest = x[begin] if m > 0 else x[min(end, last)]
            if highest[0, block] - (base + m * nearest) < best:
                continue
            for i in range(max(begin, low), min(end, high) + 1):
                rough = h[i] - (base + m * x[i])
                if rough > best:
                    best = rough
                    found = i
    return found


@scan
def flat_ground(
    x: Floats,
    h: Floats,
    ends: Floats,
    rise: Floats,
    horizons: Indices,
    begin: int,
    exact: bool,
    surfaces: Floats,
    rough: Floats,
    hull: Floats,
    index: Indices,
) -> None:
    """Write the surfaces of the diffraction model and the roughness seen by each receiver.

    Parameters
    ----------
    x, h : ndarray, shape (n + 1,)
        Distance and terrain height of the points.
    ends : ndarray, shape (4, n + 1)
        Height of the transmitter (one value), of each receiver, and the fitted smooth surface at
        both terminals.
    rise : ndarray, shape (n + 1,)
        Steepest slope from the transmitter over a flat Earth before each receiver.
    horizons : ndarray, shape (2, n + 1)
        Points of the horizons of transmitter and receivers.
    begin : int
        First receiver that is asked about, at least 2.
    exact : bool
        Whether the roughness matters where it is at most 10 m.
    surfaces : ndarray, shape (2, n + 1)
        Takes the ends of the smooth surface for diffraction, eqs (89) to (91).
    rough : ndarray, shape (n + 1,)
        Takes the roughness, eqs (93) and (95).
    hull : ndarray, shape (3, n + 1)
        Room for the upper hull of the terrain.
    index : ndarray, shape (n + 1,)
        Room for its points.
    """
    n = x.size - 1
    highest = np.full((2, n // _BLOCK + 1), -1e30)
    hull[0, 0], hull[1, 0], hull[2, 0], index[0] = x[1], h[1], 0.0, 1
    highest[0, 0] = highest[1, 0] = h[1]
    top = touch = peak = rim = found = 0
    hts = ends[0, 0]
    for k in range(2, n + 1):
        if k >= begin:
            d, hrs, fit_t, fit_r = x[k], ends[1, k], ends[2, k], ends[3, k]
            slope = (hrs - hts) / d
            low_t, low_r = fit_t, fit_r
            if rise[k] > slope:
                touch = tangent(hull, top, touch, d, hrs)
                i = index[touch]
                toward_t = rise[k] - slope
                toward_r = (h[i] - hrs) / (d - x[i]) + slope
                peak = extreme(hull, top, peak, slope)
                i = index[peak]
                obstruction = ((h[i] - hts) / x[i] - slope) * x[i]
                share = toward_t / (toward_t + toward_r)
                low_t = fit_t - obstruction * share
                low_r = fit_r - obstruction * (1 - share)
            surfaces[0, k] = min(low_t, h[0])
            surfaces[1, k] = min(low_r, h[k])
            hst, hsr = min(fit_t, h[0]), min(fit_r, h[k])
            m = (hsr - hst) / d
            low = min(horizons[0, k], horizons[1, k])
            high = max(horizons[0, k], horizons[1, k])
            if low == high:
                i = low
            else:
                rim = extreme(hull, top, rim, m)
                i = index[rim]
                known = low <= i <= high
                if not known and (exact or h[i] - (hst + m * x[i]) > _SMOOTH_M):
                    found = _roughest(x, h, highest, low, high, hst, m, found)
                    i = found
            rough[k] = h[i] - (hst + m * x[i])
        top = push(hull, top, x[k], h[k])
        index[top] = k
        block = k // _BLOCK
        highest[0, block] = max(highest[0, block], h[k])
        group = block // _GROUP
        highest[1, group] = max(highest[1, group], h[k])
