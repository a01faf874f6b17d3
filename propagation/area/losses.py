"""From the parameters of paths to their losses, Rec. ITU-R P.1812-8, section 4, many at once.

The same equations as `propagation.itu.p1812`, one receiver after another without a branch, so
that the processor takes several at a time. Numbers are the Recommendation's: f in GHz, lengths in
km, heights in m, angles in mrad, p and b0 in per cent.
"""

import math

import numpy as np
from numpy.typing import NDArray

from propagation.area.elementary import (
    arctangent,
    exp,
    exp2,
    log2,
    log10,
    sine_of_third,
)
from propagation.area.trace import (
    D_31,
    D_113,
    D_FK,
    D_LG,
    DCR,
    DCT,
    DLR,
    DLT,
    EXPOSURE,
    HM,
    HRC,
    HRE,
    HRS,
    HTC,
    HTE,
    LOG2_MU1,
    OMEGA,
    PHI,
    SLOPE_R,
    SLOPE_T,
    TAU,
    D,
)
from propagation.compiled import formula, part

__all__ = ["BLOCK", "TIMED", "Medium", "diffraction", "fixed", "timed"]

Floats = NDArray[np.float64]

BLOCK = 256
"""Receivers that are worked on together; a constant, so that rows provably lie apart."""

Medium = tuple[float, float, float]
"""Frequency in GHz, its cube root, and what eq. (29) makes of land."""

Smooth = tuple[float, float, float, float, float]
"""Heights over the smooth Earth, their square roots, and the slope between them, m/km."""

TIMED = 16
"""Rows of what `fixed_losses` leaves for `timed_losses`."""

LBFS, FOCUS, LG_B0, RARE, LD_50, LD_B, FJ, FK = range(8)
DUCT, LG_BETA, GAMMA, ALONG, SCATTER, B0, DRY, LOC = range(8, TIMED)

_LOG2_10 = 3.321928094887362
_LOG10_2 = 0.30102999566398120
_LN_2 = 0.6931471805599453
_LG_E = 0.4342944819032518
_LOG2_4_17 = 2.060047383669515
_SEA_DUCT = 0.75 - 1e-12
_WAVELENGTH = 0.2998


@part
def _knife_edge_db(nu: float) -> float:
    """Return J(nu), eq. (12)."""
    reduced = max(nu, -0.78) - 0.1
    loss = 6.9 + 20.0 * log10(math.sqrt(reduced * reduced + 1.0) + reduced)
    return 0.0 if nu <= -0.78 else loss


@part
def _bullington_db(bend: float, scale: float, d: float) -> float:
    """Return the Bullington loss, eq. (21), from the signed square of nu at 1 m."""
    nu = math.sqrt(abs(bend)) * scale
    luc = _knife_edge_db(-nu if bend < 0.0 else nu)
    return luc + (1.0 - exp(luc * (-1.0 / 6.0))) * (10.0 + 0.02 * d)


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
def _smooth_bend(d: float, smooth: Smooth, c: float, d1: float, step: float, last: float) -> float:
    """Return the signed square of nu at 1 m of the smooth profile at its points, eqs (13) to (19).

    Of a path in sight nu has its maximum at d1 of eq. (24a): the two points beside it are enough.
    """
    h1, h2, root1, root2, slope = smooth
    level = c * d
    up = _steepest(h1, root1, c, step, last)
    down = _steepest(h2, root2, c, step, last)
    hidden = 0.002 * d * max((up + level - slope) * (down + level + slope), 0.0)
    x1 = min(max(float(np.floor(d1 * (1.0 / step))), 1.0), last) * step
    x2 = x1 + step
    along1, along2 = x1 * (d - x1), x2 * (d - x2)
    near1 = c * along1 - h1 - slope * x1
    near2 = c * along2 - h1 - slope * x2
    first = near1 * near1 * along2 < near2 * near2 * along1
    near, along = near1 if first else near2, along1 if first else along2
    clear = -0.002 * d * near * near / along
    return clear if up < slope - level else hidden


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
def _first_term_db(
    d: float, h1: float, h2: float, log2_root: float, root: float, f13: float, ground: float
) -> float:
    """Return the first term of the residue series, eqs (29) to (36).

    `root` is the cube root of 1 / radius, `f13` that of f, and `ground` what eq. (29) makes of
    permittivity, conductivity and polarisation.
    """
    factor = 0.036 / f13 * ground
    k = factor * root
    k2 = k * k
    beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)
    x = 21.88 * beta * f13 * root * root * d
    height = beta * 0.9575 * beta * f13 * f13 * root
    log2_x = log2(x)
    far = 11.0 + 10.0 * _LOG10_2 * log2_x - 17.6 * x
    near = -20.0 * _LOG10_2 * log2_x - 5.6488 * exp2(1.425 * log2_x)
    distance = far if x >= 1.6 else near
    floor = 2.0 + 20.0 * (log10(factor) + _LOG10_2 * log2_root)
    return -distance - _height_gain_db(height * h1, floor) - _height_gain_db(height * h2, floor)


@part
def _first_terms_db(
    d: float,
    h1: float,
    h2: float,
    log2_root: float,
    omega: float,
    medium: Medium,
    sea: float | None,
) -> float:
    """Weigh land and sea, eq. (28); no sea is computed where `sea` is None."""
    _, f13, land = medium
    root = exp2(log2_root)
    over_land = _first_term_db(d, h1, h2, log2_root, root, f13, land)
    if sea is None:
        return over_land
    over_sea = _first_term_db(d, h1, h2, log2_root, root, f13, sea)
    return omega * over_sea + (1.0 - omega) * over_land


@part
def _clearance(d: float, h1: float, h2: float, c: float, d1: float, f: float) -> float:
    """Return the smallest clearance over the one required for no loss, eqs (23) to (25)."""
    d2 = d - d1
    above = (h1 - c * d1 * d1) * d2 + (h2 - c * d2 * d2) * d1
    required = 17.456 * math.sqrt(max(d1 * d2, 0.0) * (_WAVELENGTH / f) * d)
    return above / max(required, 1e-9 * d)


@part
def _inverse_normal(percent: float) -> float:
    """Return I(percent / 100), eqs (96) and (97)."""
    x = min(max(percent * 0.01, 1e-6), 1.0 - 1e-6)
    t = math.sqrt(-2.0 * _LN_2 * log2(min(x, 1.0 - x)))
    above = (0.010328 * t + 0.802853) * t + 2.515516698
    below = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0
    size = t - above / below
    return size if x <= 0.5 else -size


@part
def _shielding_db(theta: float, horizon: float, f: float, f13: float) -> float:
    """Return Ast or Asr, eq. (48)."""
    excess = max(theta - 0.1 * horizon, 0.0)
    root = 1.0 + 0.361 * excess * math.sqrt(f * horizon)
    return 20.0 * log10(root) + 0.264 * excess * f13


@part
def _sea_duct_db(coast: float, horizon: float, height: float, wet: bool) -> float:
    """Return Act or Acr, eq. (49)."""
    near_km = min(coast, 5.0)
    # 1 + tanh(y) = 2 / (1 + exp(-2 y))
    rise = 2.0 / (1.0 + exp(min(max(-0.14 * (50.0 - height), -600.0), 600.0)))
    gain = -3.0 * exp(-0.25 * near_km * near_km) * rise
    return gain if wet and coast <= horizon and coast <= 5.0 else 0.0


@formula
def diffraction(
    block: Floats,
    bend: int,
    radius: float,
    step: float,
    medium: Medium,
    sea: float | None,
    work: Floats,
    row: int,
) -> None:
    """Write the delta-Bullington losses for one effective radius, eq. (39), to a row of `work`.

    Parameters
    ----------
    block : ndarray, shape (FEATURES * BLOCK,)
        Parameters of the receivers, row after row.
    bend : int
        Row of the actual profile's diffraction parameter.
    radius : float
        Effective radius, km.
    step : float
        Distance between points, km.
    medium : Medium
        The wave and the ground.
    sea : float or None
        What eq. (29) makes of the sea; None where no path crosses any.
    work : ndarray, shape (TIMED * BLOCK,)
        Takes the losses, dB.
    row : int
        Where.
    """
    scale = math.sqrt(medium[0] / _WAVELENGTH)
    horizon = math.sqrt(0.002 * radius)
    c = 500.0 / radius
    log2_radius = log2(radius)
    for i in range(BLOCK):
        d, h1, h2 = block[D * BLOCK + i], block[HTC * BLOCK + i], block[HRC * BLOCK + i]
        root1, root2 = math.sqrt(h1), math.sqrt(h2)
        roots, over = root1 + root2, 1.0 / (h1 + h2)
        b = _nearest_ratio(0.5 * c * d * d * over, (h1 - h2) * over)
        d1 = 0.5 * d * (1.0 + b)
        last = float(np.floor(d * (1.0 / step) + 0.5)) - 2.0
        smooth = (h1, h2, root1, root2, (h2 - h1) / d)
        lbulls = _bullington_db(_smooth_bend(d, smooth, c, d1, step, last), scale, d)
        lbulla = _bullington_db(block[bend * BLOCK + i], scale, d)
        sight = d < horizon * roots
        ratio = d / roots
        within = log2(500.0 * ratio * ratio) if sight else log2_radius
        first = _first_terms_db(
            d, h1, h2, within * (-1.0 / 3.0), block[OMEGA * BLOCK + i], medium, sea
        )
        share = 1.0 - _clearance(d, h1, h2, c, d1, medium[0])
        clear = max(share, 0.0) * max(first, 0.0)
        ldsph = clear if sight else first
        work[row * BLOCK + i] = lbulla + max(ldsph - lbulls, 0.0)


@part
def _incidence(phi: float, log2_mu1: float) -> float:
    """Return log2 of b0, eqs (4) and (5)."""
    size = abs(phi)
    polar = size > 70.0
    power = 0.3 if polar else -0.935 + 0.0176 * size
    base = _LOG2_4_17 if polar else (-0.015 * size + 1.67) * _LOG2_10
    return base + log2_mu1 * (1.0 + power)


@formula
def fixed(
    block: Floats,
    hts: float,
    radius: float,
    loc_db: float,
    n0: float,
    medium: Medium,
    sea: float | None,
    work: Floats,
) -> None:
    """Write what does not depend on the percentage of time, but for diffraction.

    Parameters
    ----------
    block : ndarray, shape (FEATURES * BLOCK,)
        Parameters of the receivers.
    hts : float
        Height of the transmitter above sea level, m.
    radius : float
        Median effective radius, km.
    loc_db : float
        What locations add at a receiver within the clutter, dB.
    n0 : float
        Surface refractivity, N-units.
    medium, sea
        The wave and the ground.
    work : ndarray, shape (TIMED * BLOCK,)
        Takes the rows but LD_50 and LD_B.
    """
    f, f13 = medium[0], medium[1]
    lg_f = log10(f)
    low = 45.375 - 137.0 * f + 92.5 * f * f if f < 0.5 else 0.0
    spread = 102.45 + 20.0 * lg_f + low
    scatter = 190.1 + 25.0 * lg_f - 2.5 * log10(f * 0.5) * log10(f * 0.5) - 0.15 * n0
    for i in range(BLOCK):
        d, hrs = block[D * BLOCK + i], block[HRS * BLOCK + i]
        dlt, dlr = block[DLT * BLOCK + i], block[DLR * BLOCK + i]
        theta_t = 1000.0 * arctangent(block[SLOPE_T * BLOCK + i] * 0.001)
        theta_r = 1000.0 * arctangent(block[SLOPE_R * BLOCK + i] * 0.001)
        climb = (hts - hrs) * 0.001
        log2_d2 = log2(d * d + climb * climb)
        work[LBFS * BLOCK + i] = 92.4 + 20.0 * lg_f + 10.0 * _LOG10_2 * log2_d2
        work[FOCUS * BLOCK + i] = 2.6 * (1.0 - exp(-0.1 * (dlt + dlr)))
        log2_b0 = _incidence(block[PHI * BLOCK + i], block[LOG2_MU1 * BLOCK + i])
        b0 = exp2(log2_b0)
        work[B0 * BLOCK + i] = b0
        work[LG_B0 * BLOCK + i] = log2_b0 * _LOG10_2
        work[RARE * BLOCK + i] = _inverse_normal(b0)
        theta = 1000.0 * d / radius + theta_t + theta_r
        work[FJ * BLOCK + i] = 1.0 / (1.0 + exp(min(max(16.0 * (theta - 0.3), -600.0), 600.0)))
        work[FK * BLOCK + i] = block[D_FK * BLOCK + i]
        work[SCATTER * BLOCK + i] = scatter + block[D_LG * BLOCK + i] + 0.573 * theta
        wet = block[OMEGA * BLOCK + i] >= _SEA_DUCT
        duct = spread + 20.0 * log10(dlt + dlr)
        duct += _shielding_db(theta_t, dlt, f, f13) + _shielding_db(theta_r, dlr, f, f13)
        if sea is not None:
            duct += _sea_duct_db(block[DCT * BLOCK + i], dlt, hts, wet)
            duct += _sea_duct_db(block[DCR * BLOCK + i], dlr, hrs, wet)
        angle = 1000.0 * d / radius + min(theta_t, 0.1 * dlt) + min(theta_r, 0.1 * dlr)
        work[DUCT * BLOCK + i] = duct + 5e-5 * radius * f13 * angle
        between = min(d - dlt - dlr, 40.0)
        rough = max(block[HM * BLOCK + i] - 10.0, 0.0)
        log2_mu3 = -4.6e-5 * rough * (43.0 + 6.0 * between) / _LN_2
        alpha = max(-0.6 - block[D_31 * BLOCK + i] * block[TAU * BLOCK + i], -3.4)
        roots = math.sqrt(block[HTE * BLOCK + i]) + math.sqrt(block[HRE * BLOCK + i])
        ratio = 500.0 / radius * (d / roots) * (d / roots)
        lg_beta = (log2_b0 + min(alpha * log2(ratio), 0.0) + log2_mu3) * _LOG10_2
        along = (9.51 - 4.8 * lg_beta + 0.198 * lg_beta * lg_beta) * block[D_113 * BLOCK + i]
        work[LG_BETA * BLOCK + i] = lg_beta
        work[GAMMA * BLOCK + i] = 1.076 * exp2(-1.012 * log2(2.0058 - lg_beta) - along / _LN_2)
        work[ALONG * BLOCK + i] = 1.2 + 3.7e-3 * d
        work[DRY * BLOCK + i] = 1.0 - block[OMEGA * BLOCK + i]
        work[LOC * BLOCK + i] = loc_db * block[EXPOSURE * BLOCK + i]


@part
def _log_of_sum(a: float, b: float) -> float:
    """Return log(exp(a) + exp(b))."""
    return max(a, b) + _LN_2 * log2(1.0 + exp(max(-abs(a - b), -600.0)))


@formula
def timed(work: Floats, p: float, median: bool, loss: Floats) -> None:
    """Write the basic transmission loss not exceeded for p % of time, eqs (10) to (69).

    Parameters
    ----------
    work : ndarray, shape (TIMED * BLOCK,)
        From `fixed` and `diffraction`.
    p : float
        Per cent, 1 to 50.
    median : bool
        Whether p is 50.
    loss : ndarray, shape (BLOCK,)
        Takes the losses, dB.
    """
    lg_p = log10(p)
    lg_p50 = log10(p / 50.0)
    often = _inverse_normal(p)
    rare_scatter = 10.125 * exp2(0.7 * log2(max(-lg_p50, 1e-30)))
    for i in range(BLOCK):
        lbfs, focus, b0 = work[LBFS * BLOCK + i], work[FOCUS * BLOCK + i], work[B0 * BLOCK + i]
        ld50 = work[LD_50 * BLOCK + i]
        lb0p = lbfs + focus * lg_p50
        lb0b = lbfs + focus * (work[LG_B0 * BLOCK + i] - 1.6989700043360187)
        fi = often / work[RARE * BLOCK + i] if p > b0 else 1.0
        ldp = ld50 if median else ld50 + fi * (work[LD_B * BLOCK + i] - ld50)
        lbd50, lbd = lbfs + ld50, lb0p + ldp
        inland = work[DRY * BLOCK + i] * ldp
        often_loss = lbd50 + (lb0b + inland - lbd50) * fi
        lminb0p = lb0p + inland if p < b0 else often_loss
        lg_ratio = lg_p - work[LG_BETA * BLOCK + i]
        power = exp2(work[GAMMA * BLOCK + i] * lg_ratio * _LOG2_10)
        lba = work[DUCT * BLOCK + i] - 12.0 + work[ALONG * BLOCK + i] * lg_ratio + 12.0 * power
        lminbap = 2.5 * _log_of_sum(lba * 0.4, lb0p * 0.4)
        mixed = lminbap + (lbd - lminbap) * work[FK * BLOCK + i]
        lbda = mixed if lminbap <= lbd else lbd
        lbam = lbda + (lminb0p - lbda) * work[FJ * BLOCK + i]
        nepers = -0.2 / _LG_E
        lbs = work[SCATTER * BLOCK + i] - rare_scatter
        lbc = _log_of_sum(nepers * lbs, nepers * lbam) / nepers
        loss[i] = max(lb0p, lbc + work[LOC * BLOCK + i])
