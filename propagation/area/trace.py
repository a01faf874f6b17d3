"""The path to every receiver of a radial: the parameters of Rec. ITU-R P.1812-8, Attachment 1."""

import numpy as np
from numpy.typing import NDArray

from propagation.area.desk import (
    CLEAR,
    ENDS,
    FALL,
    FLAT,
    HIDDEN,
    HORIZONS,
    HULL,
    INDEX,
    RECORDS,
    RISE,
    RUNS,
    SLOPE,
    SLOPES,
    SURFACES,
    UNUSED,
    WORST,
    Desk,
)
from propagation.area.elementary import exp, exp2, log2
from propagation.area.ground import flat_ground
from propagation.area.scans import (
    receiver_slopes,
    smooth_surface,
    transmitter_slopes,
    zone_runs,
)
from propagation.area.sight import worst_in_sight
from propagation.compiled import formula, part, scan

__all__ = ["FEATURES", "PARAMETERS", "distance_terms", "inland_terms", "log2_b0", "trace"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Booleans = NDArray[np.bool_]
Zones = NDArray[np.int8]

FEATURES = 24
"""Parameters of a receiver; the rows of what `trace` writes, named below."""

D, HRS, DLT, DLR, SLOPE_T, SLOPE_R, HTC, HRC, HTE, HRE = range(10)
HM, BEND_50, BEND_B, OMEGA, TAU, LOG2_MU1, DCT, DCR, PHI, EXPOSURE = range(10, 20)
D_LG, D_31, D_113, D_FK = range(20, FEATURES)
HTS, STEP = range(FEATURES, FEATURES + 2)

PARAMETERS = FEATURES + 2
"""Rows of a block of receivers: their parameters, then what their radial has, the height of the
transmitter above sea level in m and the distance between points in km."""

_LOG2_10 = 3.321928094887362
_LOG10_2 = 0.30102999566398120
_LOG2_4_17 = 2.060047383669515
_FAR_KM = 500.0  # P.1812-8, section 3.4: no coast on the path


@scan
def _bend(
    x: Floats,
    height: Floats,
    desk: Desk,
    curvature: float,
    enough: float,
    begin: int,
    slopes: Floats,
    horizons: Indices,
    bend: Floats,
) -> None:
    """Find the Bullington point of each receiver over one surface and one curvature.

    Parameters
    ----------
    x, height : ndarray, shape (n + 1,)
        Distance and height of the points.
    desk : Desk
        Holds the heights of the terminals.
    curvature : float
        500 / effective radius, m/km2.
    enough : float
        As for `worst_in_sight`.
    begin : int
        First receiver that is asked about, at least 2.
    slopes : ndarray, shape (2, n + 1)
        Takes the horizon slopes of transmitter and receiver, m/km, over the curved Earth, as eqs
        (79) and (82) have them.
    horizons : ndarray, shape (2, n + 1)
        Takes the points of the horizons, eqs (80) and (83).
    bend : ndarray, shape (n + 1,)
        Takes the square of the diffraction parameter for a wavelength of 1 m with its sign.
    """
    numbers, points, marks = desk
    n = x.size - 1
    hts, hrs = numbers[ENDS, 0], numbers[ENDS + 1]
    rise, fall, worst, slope = numbers[RISE], numbers[FALL], numbers[WORST], numbers[SLOPE]
    hidden, clear = marks[HIDDEN], marks[CLEAR]
    transmitter_slopes(x, height, hts, curvature, rise, horizons[0])
    for k in range(1, n + 1):
        slope[k] = (hrs[k] - hts) / x[k]
        hidden[k] = k >= begin and rise[k] > slope[k] - curvature * x[k]
        clear[k] = k >= begin and not hidden[k]
    hull, index = numbers[HULL : HULL + 3], points[INDEX]
    receiver_slopes(x, height, hrs, curvature, hidden, fall, horizons[1], hull, index)
    records = numbers[RECORDS : RECORDS + 6]
    worst_in_sight(x, rise, slope, curvature, clear, enough, worst, horizons[1], records, index)
    for k in range(1, n + 1):
        level = curvature * x[k]
        if hidden[k]:
            up, down = rise[k] + level - slope[k], fall[k] + level + slope[k]
            bend[k] = 0.002 * x[k] * max(up * down, 0.0)
            slopes[0, k], slopes[1, k] = rise[k], fall[k]
        elif clear[k]:
            bend[k] = -0.002 * x[k] * worst[k]
            slopes[0, k], slopes[1, k] = slope[k] - level, -slope[k] - level
            horizons[0, k] = horizons[1, k]


@part
def log2_b0(phi: float, log2_mu1: float) -> float:
    """Return log2 of b0, eqs (4) and (5)."""
    size = abs(phi)
    polar = size > 70.0
    power = 0.3 if polar else -0.935 + 0.0176 * size
    base = _LOG2_4_17 if polar else (-0.015 * size + 1.67) * _LOG2_10
    return base + log2_mu1 * (1.0 + power)


@formula
def distance_terms(x: Floats, found: Floats) -> None:
    """Write what depends on the distance alone."""
    for k in range(1, x.size):
        d = x[k]
        log2_d = log2(d)
        found[D, k] = d
        found[D_LG, k] = 20 * _LOG10_2 * log2_d  # eq. (44)
        found[D_31, k] = 3.5e-9 * exp2(3.1 * log2_d)  # eq. (55a)
        found[D_113, k] = 1e-6 * exp2(1.13 * log2_d)  # eq. (53a)
        # eq. (58): 1 + tanh(y) = 2 / (1 + exp(-2 y))
        found[D_FK, k] = 1 - 1 / (1 + exp(min(max(-0.15 * (d - 20), -600.0), 600.0)))


@scan
def inland_terms(x: Floats, found: Floats) -> None:
    """Write the sections of paths that are inland from end to end."""
    for k in range(1, x.size):
        found[OMEGA, k] = 0.0
        found[TAU, k] = found[LOG2_MU1, k] = x[k]
        found[DCT, k] = found[DCR, k] = _FAR_KM
    _incidence(found[TAU], found[LOG2_MU1])


@formula
def _incidence(tau: Floats, log2_mu1: Floats) -> None:
    """Write tau and log2 of mu1, eqs (2) and (3), over the longest runs dlm and dtm."""
    for k in range(1, tau.size):
        dlm, dtm = tau[k], log2_mu1[k]
        run = exp2(2.41 * log2(max(dlm, 1e-30)))
        tau[k] = 1 - exp(max(-4.12e-4 * run, -600.0))  # nothing is left beyond 360 km
        near = exp2(max(-dtm / (16 - 6.6 * tau[k]) * _LOG2_10, -900.0))
        far = exp2(-5 * (0.496 + 0.354 * tau[k]) * _LOG2_10)
        log2_mu1[k] = min(0.2 * log2(near + far), 0.0)


@scan
def _zones(x: Floats, zone: Zones, runs: Indices, found: Floats) -> None:
    """Write the sections over land and sea, and what they make of the incidence of ducting."""
    half = x[1] / 2
    zone_runs(zone, runs)
    for k in range(1, x.size):
        found[OMEGA, k] = runs[0, k] / (2.0 * k)
        found[LOG2_MU1, k], found[TAU, k] = runs[1, k] * half, runs[2, k] * half
        found[DCT, k] = runs[3, k] * half if runs[3, k] >= 0 else _FAR_KM
        found[DCR, k] = runs[4, k] * half if runs[4, k] >= 0 else _FAR_KM
    _incidence(found[TAU], found[LOG2_MU1])


@scan
def _often(phi: Floats, log2_mu1: Floats, begin: int, percent: float) -> bool:
    """Return whether a percentage of time reaches b0, eqs (4) and (5), at any receiver."""
    least = 1e300
    for k in range(begin, phi.size):
        least = min(least, log2_b0(phi[k], log2_mu1[k]))
    return log2(percent) > least - 1e-9


@scan
def trace(
    x: Floats,
    h: Floats,
    g: Floats,
    zone: Zones,
    begin: int,
    heights: tuple[float, float],
    curvatures: tuple[float, float],
    latitude: tuple[float, float, float],
    enough: float,
    percents: tuple[float, float],
    flags: tuple[bool, bool, bool],
    desk: Desk,
    found: Floats,
) -> bool:
    """Write the parameters of every receiver that is asked about.

    Returns whether the median effective radius counts for the diffraction of any: below b0 % of
    time the Recommendation asks for the other one only, eqs (40), (41), (60) and (61).

    Parameters
    ----------
    x, h, g : ndarray, shape (n + 1,)
        Distance, terrain height, and terrain height with clutter, of the points; equal steps.
    zone : ndarray, shape (n + 1,)
        RadioClimaticZone codes.
    begin : int
        First receiver that is asked about, at least 2.
    heights : tuple of float
        Transmitter and receiver above ground, m.
    curvatures : tuple of float
        500 / effective radius, median and exceeded for b0 % of time, m/km2.
    latitude : tuple of float
        Latitude of the path's centre as a polynomial of degree 2 of its length, degrees and km.
    enough : float
        As for `worst_in_sight`; it applies where the nearest point itself is not needed.
    percents : tuple of float
        Least and greatest percentage of time.
    flags : tuple of bool
        Whether there is clutter, whether every point is inland, and whether every parameter is
        wanted exactly.
    desk : Desk
        What the scans write on, for at least as many points.
    found : ndarray, shape (FEATURES, n + 1)
        Takes the parameters; holds those of `distance_terms` before, and of `inland_terms` where
        every point is inland.
    """
    clutter, inland, exact = flags
    numbers, points, _ = desk
    ends, surfaces = numbers[ENDS : ENDS + 4], numbers[SURFACES : SURFACES + 2]
    slopes, horizons = numbers[SLOPES : SLOPES + 2], points[HORIZONS : HORIZONS + 2]
    unused = points[UNUSED : UNUSED + 2]
    ends[0, 0] = hts = h[0] + heights[0]
    for k in range(x.size):
        ends[1, k] = h[k] + heights[1]
    smooth_surface(x, h, ends[2], ends[3])
    own = found[SLOPE_T : SLOPE_R + 1]
    _bend(x, h, desk, curvatures[0], 1e300, begin, own, horizons, found[BEND_50])
    enough = 1e300 if exact else enough
    if not inland:
        _zones(x, zone, points[RUNS : RUNS + 5], found)
    for k in range(1, x.size):
        found[PHI, k] = latitude[0] + x[k] * (latitude[1] + x[k] * latitude[2])
    median = exact or _often(found[PHI], found[LOG2_MU1], begin, percents[1])
    if clutter and median:
        _bend(x, g, desk, curvatures[0], enough, begin, slopes, unused, found[BEND_50])
    if percents[0] < 50.0:
        _bend(x, g, desk, curvatures[1], enough, begin, slopes, unused, found[BEND_B])
    flat, hull = numbers[FLAT], numbers[HULL : HULL + 3]
    transmitter_slopes(x, h, hts, 0.0, flat, unused[0])
    flat_ground(x, h, ends, flat, horizons, begin, exact, surfaces, found[HM], hull, points[INDEX])
    for k in range(1, x.size):
        d = x[k]
        found[HRS, k] = ends[1, k]
        if k >= begin:
            found[DLT, k], found[DLR, k] = x[horizons[0, k]], d - x[horizons[1, k]]
        found[HTC, k], found[HRC, k] = hts - surfaces[0, k], ends[1, k] - surfaces[1, k]
        found[HTE, k] = hts - min(ends[2, k], h[0])
        found[HRE, k] = ends[1, k] - min(ends[3, k], h[k])
        above = (heights[1] - (g[k] - h[k])) / 10
        sea = zone[k] == 1
        found[EXPOSURE, k] = 0.0 if sea else min(max(1 - above, 0.0), 1.0)
    return median
