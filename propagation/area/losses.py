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
)
from propagation.area.table import (
    ALONG,
    B0,
    BLOCK,
    DRY,
    DUCT,
    FJ,
    FK,
    FOCUS,
    GAMMA,
    LB0P,
    LBC,
    LBFS,
    LD_50,
    LD_B,
    LG_B0,
    LG_BETA,
    LMINBAP,
    LOC,
    LOG2_B0,
    RARE,
    SCATTER,
    THETA_R,
    THETA_T,
    Medium,
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
    HRE,
    HRS,
    HTE,
    HTS,
    LOG2_MU1,
    OMEGA,
    PHI,
    SLOPE_R,
    SLOPE_T,
    TAU,
    D,
    log2_b0,
)
from propagation.compiled import formula, part, scan

__all__ = ["fixed", "timed"]

Floats = NDArray[np.float64]

_LOG2_10 = 3.321928094887362
_LOG10_2 = 0.30102999566398120
_LN_2 = 0.6931471805599453
_LG_E = 0.4342944819032518
_SEA_DUCT = 0.75 - 1e-12
_WAVELENGTH = 0.2998


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
def _angles(block: Floats, radius: float, f: float, n0: float, work: Floats) -> None:
    """Write horizon angles, free space and troposcatter, eqs (8), (44), (57) and (59)."""
    lg_f = log10(f)
    free = 92.4 + 20.0 * lg_f
    scatter = 190.1 + 25.0 * lg_f - 2.5 * log10(f * 0.5) * log10(f * 0.5) - 0.15 * n0
    for i in range(BLOCK):
        d = block[D * BLOCK + i]
        theta_t = 1000.0 * arctangent(block[SLOPE_T * BLOCK + i] * 0.001)
        theta_r = 1000.0 * arctangent(block[SLOPE_R * BLOCK + i] * 0.001)
        climb = (block[HTS * BLOCK + i] - block[HRS * BLOCK + i]) * 0.001
        theta = 1000.0 * d / radius + theta_t + theta_r
        work[THETA_T * BLOCK + i] = theta_t
        work[THETA_R * BLOCK + i] = theta_r
        work[LBFS * BLOCK + i] = free + 10.0 * _LOG10_2 * log2(d * d + climb * climb)
        work[FJ * BLOCK + i] = 1.0 / (1.0 + exp(min(max(16.0 * (theta - 0.3), -600.0), 600.0)))
        work[SCATTER * BLOCK + i] = scatter + block[D_LG * BLOCK + i] + 0.573 * theta


@formula
def _ducting(block: Floats, radius: float, medium: Medium, work: Floats) -> None:
    """Write what focuses, eq. (8), and what of ducting does not depend on p, eqs (46) to (51)."""
    f, f13 = medium[0], medium[1]
    low = 45.375 - 137.0 * f + 92.5 * f * f if f < 0.5 else 0.0
    spread = 102.45 + 20.0 * log10(f) + low
    for i in range(BLOCK):
        dlt, dlr = block[DLT * BLOCK + i], block[DLR * BLOCK + i]
        theta_t, theta_r = work[THETA_T * BLOCK + i], work[THETA_R * BLOCK + i]
        duct = spread + 20.0 * log10(dlt + dlr)
        duct += _shielding_db(theta_t, dlt, f, f13) + _shielding_db(theta_r, dlr, f, f13)
        angle = 1000.0 * block[D * BLOCK + i] / radius
        angle += min(theta_t, 0.1 * dlt) + min(theta_r, 0.1 * dlr)
        work[DUCT * BLOCK + i] = duct + 5e-5 * radius * f13 * angle
        work[FOCUS * BLOCK + i] = 2.6 * (1.0 - exp(-0.1 * (dlt + dlr)))


@formula
def _sea_ducting(block: Floats, work: Floats) -> None:
    """Take what ducting over a sea near the terminals gains from its loss, eq. (49)."""
    for i in range(BLOCK):
        dlt, dlr = block[DLT * BLOCK + i], block[DLR * BLOCK + i]
        wet = block[OMEGA * BLOCK + i] >= _SEA_DUCT
        gain = _sea_duct_db(block[DCT * BLOCK + i], dlt, block[HTS * BLOCK + i], wet)
        gain += _sea_duct_db(block[DCR * BLOCK + i], dlr, block[HRS * BLOCK + i], wet)
        work[DUCT * BLOCK + i] += gain


@formula
def _incident(block: Floats, work: Floats) -> None:
    """Write the incidence of ducting, eqs (2) to (5), and how far the receiver is in clutter."""
    for i in range(BLOCK):
        log2_of = log2_b0(block[PHI * BLOCK + i], block[LOG2_MU1 * BLOCK + i])
        b0 = exp2(log2_of)
        work[LOG2_B0 * BLOCK + i] = log2_of
        work[B0 * BLOCK + i] = b0
        work[LG_B0 * BLOCK + i] = log2_of * _LOG10_2
        work[RARE * BLOCK + i] = _inverse_normal(b0)
        work[DRY * BLOCK + i] = 1.0 - block[OMEGA * BLOCK + i]
        work[LOC * BLOCK + i] = block[EXPOSURE * BLOCK + i]
        work[FK * BLOCK + i] = block[D_FK * BLOCK + i]


@formula
def _anomalous(block: Floats, radius: float, work: Floats) -> None:
    """Write what of anomalous propagation does not depend on p, eqs (52) to (56)."""
    flat = 500.0 / radius
    for i in range(BLOCK):
        d = block[D * BLOCK + i]
        between = min(d - block[DLT * BLOCK + i] - block[DLR * BLOCK + i], 40.0)
        rough = max(block[HM * BLOCK + i] - 10.0, 0.0)
        log2_mu3 = -4.6e-5 * rough * (43.0 + 6.0 * between) / _LN_2
        alpha = max(-0.6 - block[D_31 * BLOCK + i] * block[TAU * BLOCK + i], -3.4)
        ratio = d / (math.sqrt(block[HTE * BLOCK + i]) + math.sqrt(block[HRE * BLOCK + i]))
        log2_mu2 = min(alpha * log2(flat * ratio * ratio), 0.0)
        lg_beta = (work[LOG2_B0 * BLOCK + i] + log2_mu2 + log2_mu3) * _LOG10_2
        along = (9.51 - 4.8 * lg_beta + 0.198 * lg_beta * lg_beta) * block[D_113 * BLOCK + i]
        work[LG_BETA * BLOCK + i] = lg_beta
        work[GAMMA * BLOCK + i] = 1.076 * exp2(-1.012 * log2(2.0058 - lg_beta) - along / _LN_2)
        work[ALONG * BLOCK + i] = 1.2 + 3.7e-3 * d


@scan
def fixed(
    block: Floats,
    radius: float,
    n0: float,
    medium: Medium,
    wet: bool,
    work: Floats,
) -> None:
    """Write what does not depend on the percentage of time, but for diffraction.

    Parameters
    ----------
    block : ndarray, shape (PARAMETERS * BLOCK,)
        Parameters of the receivers.
    radius : float
        Median effective radius, km.
    n0 : float
        Surface refractivity, N-units.
    medium : Medium
        The wave and the ground.
    wet : bool
        Whether a path may cross sea.
    work : ndarray, shape (TIMED * BLOCK,)
        Takes the rows but LD_50 and LD_B.
    """
    _angles(block, radius, medium[0], n0, work)
    _ducting(block, radius, medium, work)
    if wet:
        _sea_ducting(block, work)
    _incident(block, work)
    _anomalous(block, radius, work)


@part
def _log_of_sum(a: float, b: float) -> float:
    """Return log(exp(a) + exp(b))."""
    return max(a, b) + _LN_2 * log2(1.0 + exp(max(-abs(a - b), -600.0)))


@formula
def _anomalous_db(work: Floats, lg_p: float, lg_p50: float) -> None:
    """Write the loss of anomalous propagation, blended with free space, eqs (45) and (60)."""
    for i in range(BLOCK):
        lb0p = work[LBFS * BLOCK + i] + work[FOCUS * BLOCK + i] * lg_p50
        lg_ratio = lg_p - work[LG_BETA * BLOCK + i]
        power = exp2(work[GAMMA * BLOCK + i] * lg_ratio * _LOG2_10)
        lba = work[DUCT * BLOCK + i] - 12.0 + work[ALONG * BLOCK + i] * lg_ratio + 12.0 * power
        work[LMINBAP * BLOCK + i] = 2.5 * _log_of_sum(lba * 0.4, lb0p * 0.4)


@formula
def _blended(work: Floats, p: float, median: bool, lg_p50: float, rare_scatter: float) -> None:
    """Write the median loss over locations and its least, eqs (8), (38) to (43), (61) to (63)."""
    often = _inverse_normal(p)
    for i in range(BLOCK):
        lbfs, focus, b0 = work[LBFS * BLOCK + i], work[FOCUS * BLOCK + i], work[B0 * BLOCK + i]
        ld50, lminbap = work[LD_50 * BLOCK + i], work[LMINBAP * BLOCK + i]
        lb0p = lbfs + focus * lg_p50
        lb0b = lbfs + focus * (work[LG_B0 * BLOCK + i] - 1.6989700043360187)
        fi = often / work[RARE * BLOCK + i] if p > b0 else 1.0
        ldp = ld50 if median else ld50 + fi * (work[LD_B * BLOCK + i] - ld50)
        lbd50, lbd = lbfs + ld50, lb0p + ldp
        inland = work[DRY * BLOCK + i] * ldp
        often_loss = lbd50 + (lb0b + inland - lbd50) * fi
        lminb0p = lb0p + inland if p < b0 else often_loss
        mixed = lminbap + (lbd - lminbap) * work[FK * BLOCK + i]
        lbda = mixed if lminbap <= lbd else lbd
        lbam = lbda + (lminb0p - lbda) * work[FJ * BLOCK + i]
        nepers = -0.2 / _LG_E
        lbs = work[SCATTER * BLOCK + i] - rare_scatter
        lbc = _log_of_sum(nepers * lbs, nepers * lbam) / nepers
        work[LB0P * BLOCK + i], work[LBC * BLOCK + i] = lb0p, lbc


@formula
def _located(work: Floats, loc_db: float, loss: Floats) -> None:
    """Write the basic transmission loss, eqs (64) to (69), for one percentage of locations."""
    for i in range(BLOCK):
        median = work[LBC * BLOCK + i] + loc_db * work[LOC * BLOCK + i]
        loss[i] = max(work[LB0P * BLOCK + i], median)


@scan
def timed(work: Floats, p: float, median: bool, located: Floats, loss: Floats) -> None:
    """Write the basic transmission loss not exceeded for p % of time, eqs (10) to (69).

    Parameters
    ----------
    work : ndarray, shape (TIMED * BLOCK,)
        From `fixed` and `diffraction`.
    p : float
        Per cent, 1 to 50.
    median : bool
        Whether p is 50.
    located : ndarray, shape (l,)
        What locations add at a receiver within the clutter, dB.
    loss : ndarray, shape (l, BLOCK)
        Takes the losses, dB.
    """
    lg_p50 = log10(p / 50.0)
    rare_scatter = 10.125 * exp2(0.7 * log2(max(-lg_p50, 1e-30)))
    _anomalous_db(work, log10(p), lg_p50)
    _blended(work, p, median, lg_p50, rare_scatter)
    for place in range(located.size):
        _located(work, located[place], loss[place])
