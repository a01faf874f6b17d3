"""From the parameters of paths to their diffraction loss, Rec. ITU-R P.1812-8, section 4.3.

The same equations as `propagation.itu.p1812`, in loops that are short enough for the processor to
look ahead from one receiver to the next. What nobody in a block needs is not computed.
"""

import math

import numpy as np
from numpy.typing import NDArray

from propagation.area.elementary import exp, exp2, log2, log10, sine_of_third
from propagation.area.table import (
    BLOCK,
    D1,
    FIRST,
    HEIGHT,
    LBULLA,
    LOG2_ROOT,
    OTHER,
    OVER,
    RISE,
    ROOT_R,
    ROOT_T,
    WEIGHT,
    WITHIN,
    Medium,
)
from propagation.area.trace import HRC, HTC, OMEGA, STEP, D
from propagation.compiled import formula, part, scan

__all__ = ["diffraction", "smooth_bends", "smooth_earth"]

Floats = NDArray[np.float64]

_LOG10_2 = 0.30102999566398120
_WAVELENGTH = 0.2998


@part
def _knife_edge_db(nu: float) -> float:
    """Return J(nu), eq. (12)."""
    reduced = max(nu, -0.78) - 0.1
    loss = 6.9 + 20.0 * log10(math.sqrt(reduced * reduced + 1.0) + reduced)
    return 0.0 if nu <= -0.78 else loss


@part
def _nearest_ratio(m: float, c: float) -> float:
    """Return b, eq. (24c): where the smooth Earth comes nearest to the ray."""
    share = 1.0 / (m + 1.0)
    root = math.sqrt(3.0 * m * share)
    cosine = 1.5 * c * root * share
    return 2.0 / root * sine_of_third(min(max(cosine, -1.0), 1.0))


@part
def _steepest(h: float, root: float, c: float, step: float, last: float) -> float:
    """Return the steepest slope, m/km, to the points of a smooth Earth seen from a height.

    Slopes have one maximum, at the square root of height over curvature: the two points beside it
    are enough.
    """
    i = min(max(float(np.floor(root / math.sqrt(c) * (1.0 / step))), 1.0), last)
    x1 = i * step
    x2 = x1 + step
    over = h / (x1 * x2)
    return max(-over * x2 - c * x1, -over * x1 - c * x2)


@part
def _height_gain_db(b: float, floor: float) -> float:
    """Return the height gain, eq. (34)."""
    above = max(b, 2.0) - 1.1
    low = b + 0.1 * b * b * b
    high = b > 2.0
    lg = log10(above if high else low)
    gain = 17.6 * math.sqrt(above) - 5.0 * lg - 8.0 if high else 20.0 * lg
    return max(gain, floor)


@part
def _clearance(d: float, h1: float, h2: float, c: float, d1: float, f: float) -> float:
    """Return the smallest clearance over the one required for no loss, eqs (23) to (25)."""
    d2 = d - d1
    above = (h1 - c * d1 * d1) * d2 + (h2 - c * d2 * d2) * d1
    required = 17.456 * math.sqrt(max(d1 * d2, 0.0) * (_WAVELENGTH / f) * d)
    return above / max(required, 1e-9 * d)


@formula
def smooth_earth(block: Floats, work: Floats) -> None:
    """Write what a smooth Earth between the terminals has whatever its radius.

    Parameters
    ----------
    block : ndarray, shape (PARAMETERS * BLOCK,)
        Parameters of the receivers, row after row.
    work : ndarray, shape (TIMED * BLOCK,)
        Takes the roots of the heights, one over their sum, the slope between them in m/km, and
        log2 of the cube root of one over the radius of eq. (26).
    """
    for i in range(BLOCK):
        d, h1, h2 = block[D * BLOCK + i], block[HTC * BLOCK + i], block[HRC * BLOCK + i]
        root1, root2 = math.sqrt(h1), math.sqrt(h2)
        ratio = d / (root1 + root2)
        work[ROOT_T * BLOCK + i] = root1
        work[ROOT_R * BLOCK + i] = root2
        work[OVER * BLOCK + i] = 1.0 / (h1 + h2)
        work[RISE * BLOCK + i] = (h2 - h1) / d
        work[WITHIN * BLOCK + i] = log2(500.0 * ratio * ratio) * (-1.0 / 3.0)


@formula
def _nearest_point(block: Floats, radius: float, f: float, work: Floats) -> None:
    """Write where the smooth Earth comes nearest to the ray, and what weighs its loss.

    The weight is that of eq. (27), 0 where there is clearance enough, and 1 beyond the horizon.
    """
    c = 500.0 / radius
    horizon = math.sqrt(0.002 * radius)
    beyond = log2(radius) * (-1.0 / 3.0)
    for i in range(BLOCK):
        d, h1, h2 = block[D * BLOCK + i], block[HTC * BLOCK + i], block[HRC * BLOCK + i]
        over = work[OVER * BLOCK + i]
        b = _nearest_ratio(0.5 * c * d * d * over, (h1 - h2) * over)
        d1 = 0.5 * d * (1.0 + b)
        sight = d < horizon * (work[ROOT_T * BLOCK + i] + work[ROOT_R * BLOCK + i])
        share = max(1.0 - _clearance(d, h1, h2, c, d1, f), 0.0)
        work[D1 * BLOCK + i] = d1
        work[WEIGHT * BLOCK + i] = share if sight else 1.0
        work[LOG2_ROOT * BLOCK + i] = work[WITHIN * BLOCK + i] if sight else beyond


@formula
def _smooth_bend(block: Floats, c: float, work: Floats) -> None:
    """Write the signed square of nu at 1 m of the smooth profile at its points, eqs (13) to (19).

    Of a path in sight nu has its maximum at d1 of eq. (24a): the two points beside it are enough.
    """
    for i in range(BLOCK):
        step = block[STEP * BLOCK + i]
        over_step = 1.0 / step
        d, h1, h2 = block[D * BLOCK + i], block[HTC * BLOCK + i], block[HRC * BLOCK + i]
        slope = work[RISE * BLOCK + i]
        last = float(np.floor(d * over_step + 0.5)) - 2.0
        level = c * d
        up = _steepest(h1, work[ROOT_T * BLOCK + i], c, step, last)
        down = _steepest(h2, work[ROOT_R * BLOCK + i], c, step, last)
        hidden = 0.002 * d * max((up + level - slope) * (down + level + slope), 0.0)
        x1 = min(max(float(np.floor(work[D1 * BLOCK + i] * over_step)), 1.0), last) * step
        x2 = x1 + step
        along1, along2 = x1 * (d - x1), x2 * (d - x2)
        near1 = c * along1 - h1 - slope * x1
        near2 = c * along2 - h1 - slope * x2
        first = near1 * near1 * along2 < near2 * near2 * along1
        near, along = near1 if first else near2, along1 if first else along2
        clear = -0.002 * d * near * near / along
        work[OTHER * BLOCK + i] = clear if up < slope - level else hidden


@scan
def smooth_bends(block: Floats, radius: float, work: Floats) -> None:
    """Write the signed square of nu at 1 m of the smooth profile to the row OTHER.

    Parameters
    ----------
    block : ndarray, shape (PARAMETERS * BLOCK,)
        Parameters of the receivers; of them distance, heights above the smooth profile and step.
    radius : float
        Effective radius, km.
    work : ndarray, shape (TIMED * BLOCK,)
        Room.
    """
    smooth_earth(block, work)
    _nearest_point(block, radius, 1.0, work)
    _smooth_bend(block, 500.0 / radius, work)


@formula
def _bullington(
    block: Floats, source: Floats, bend: int, scale: float, work: Floats, row: int
) -> None:
    """Write the Bullington losses, eq. (21), of the signed squares of nu at 1 m in `source`."""
    for i in range(BLOCK):
        square = source[bend * BLOCK + i]
        nu = math.sqrt(abs(square)) * scale
        luc = _knife_edge_db(-nu if square < 0.0 else nu)
        more = (1.0 - exp(luc * (-1.0 / 6.0))) * (10.0 + 0.02 * block[D * BLOCK + i])
        work[row * BLOCK + i] = luc + more


@formula
def _first_distance(block: Floats, f13: float, ground: float, work: Floats) -> None:
    """Write the distance term of the residue series, eqs (29) to (33), with its sign turned.

    `ground` is what eq. (29) makes of permittivity, conductivity and polarisation.
    """
    factor = 0.036 / f13 * ground
    for i in range(BLOCK):
        root = exp2(work[LOG2_ROOT * BLOCK + i])
        k = factor * root
        k2 = k * k
        beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)
        x = 21.88 * beta * f13 * root * root * block[D * BLOCK + i]
        log2_x = log2(x)
        far = 11.0 + 10.0 * _LOG10_2 * log2_x - 17.6 * x
        near = -20.0 * _LOG10_2 * log2_x - 5.6488 * exp2(1.425 * log2_x)
        work[HEIGHT * BLOCK + i] = beta * 0.9575 * beta * f13 * f13 * root
        work[FIRST * BLOCK + i] = -far if x >= 1.6 else -near


@formula
def _first_heights(block: Floats, f13: float, ground: float, work: Floats) -> None:
    """Take the height gains of both terminals, eqs (34) to (36), from the distance term."""
    base = 2.0 + 20.0 * log10(0.036 / f13 * ground)
    for i in range(BLOCK):
        floor = base + 20.0 * _LOG10_2 * work[LOG2_ROOT * BLOCK + i]
        height = work[HEIGHT * BLOCK + i]
        gain = _height_gain_db(height * block[HTC * BLOCK + i], floor)
        gain += _height_gain_db(height * block[HRC * BLOCK + i], floor)
        work[FIRST * BLOCK + i] -= gain


@formula
def _keep_land(work: Floats) -> None:
    """Set the first terms over land aside."""
    for i in range(BLOCK):
        work[OTHER * BLOCK + i] = work[FIRST * BLOCK + i]


@formula
def _weigh(block: Floats, work: Floats) -> None:
    """Weigh the first terms over sea and over land, eq. (28)."""
    for i in range(BLOCK):
        omega = block[OMEGA * BLOCK + i]
        over_land = (1.0 - omega) * work[OTHER * BLOCK + i]
        work[FIRST * BLOCK + i] = omega * work[FIRST * BLOCK + i] + over_land


@formula
def _delta(work: Floats, row: int) -> None:
    """Write the delta-Bullington loss, eq. (39)."""
    for i in range(BLOCK):
        spherical = work[WEIGHT * BLOCK + i] * max(work[FIRST * BLOCK + i], 0.0)
        more = max(spherical - work[OTHER * BLOCK + i], 0.0)
        work[row * BLOCK + i] = work[LBULLA * BLOCK + i] + more


@formula
def _anyone(work: Floats, row: int) -> bool:
    """Return whether any value of a row exceeds 0."""
    found = 0
    for i in range(BLOCK):
        found += work[row * BLOCK + i] > 0.0
    return found > 0


@scan
def diffraction(
    block: Floats,
    bend: int,
    radius: float,
    medium: Medium,
    sea: float,
    work: Floats,
    row: int,
) -> None:
    """Write the delta-Bullington losses for one effective radius, eq. (39), to a row of `work`.

    Parameters
    ----------
    block : ndarray, shape (PARAMETERS * BLOCK,)
        Parameters of the receivers, row after row.
    bend : int
        Row of the actual profile's diffraction parameter.
    radius : float
        Effective radius, km.
    medium : Medium
        The wave and the ground.
    sea : float
        What eq. (29) makes of the sea; 0 where no path crosses any.
    work : ndarray, shape (TIMED * BLOCK,)
        Holds the rows of `smooth_earth`; takes the losses, dB.
    row : int
        Where.
    """
    f, f13, land = medium
    scale = math.sqrt(f / _WAVELENGTH)
    _nearest_point(block, radius, f, work)
    if not _anyone(work, WEIGHT):
        _bullington(block, block, bend, scale, work, row)
        return
    _bullington(block, block, bend, scale, work, LBULLA)
    _first_distance(block, f13, land, work)
    _first_heights(block, f13, land, work)
    if sea > 0.0:
        _keep_land(work)
        _first_distance(block, f13, sea, work)
        _first_heights(block, f13, sea, work)
        _weigh(block, work)
    _smooth_bend(block, 500.0 / radius, work)
    _bullington(block, work, OTHER, scale, work, OTHER)
    _delta(work, row)
