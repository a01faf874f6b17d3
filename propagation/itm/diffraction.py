"""Diffraction of the Irregular Terrain Model: two edges, the smooth Earth, and their mixture.

The model takes the loss at two distances far beyond the horizons and draws a line through them;
what does not depend on the distance is computed once for both.
"""

import math
from typing import NamedTuple

from propagation.area.elementary import log10
from propagation.compiled import part
from propagation.itm.functions import cube_root, decay, log

__all__ = [
    "DiffractionLine",
    "Terminals",
    "Wave",
    "deviation_m",
    "diffraction_line",
    "irregularity_over_m",
    "spacing_m",
]

_STANDARD_RADIUS_M = 4 / 3 * 6370e3  # the Earth that Vogler's curves are drawn for
_TWO_PI_KM = 6283.2
_FAR_FROM_EDGE = 5.76  # square of v


class Wave(NamedTuple):
    """What frequency, polarisation and ground give; one for a whole radial.

    Attributes
    ----------
    f : float
        Frequency, MHz.
    number : float
        Wave number, 1/m.
    root : float
        Cube root of f.
    log_f : float
        Natural logarithm of f.
    resistance, reactance : float
        Ground impedance, relative to free space.
    magnitude : float
        Its absolute value.
    """

    f: float
    number: float
    root: float
    log_f: float
    resistance: float
    reactance: float
    magnitude: float


class Terminals(NamedTuple):
    """What a path comes down to, lengths in m, angles in rad; 1 transmits, 2 receives."""

    d: float
    h1: float  # above ground
    h2: float
    he1: float  # effective
    he2: float
    dl1: float  # horizon distances
    dl2: float
    theta1: float  # horizon elevations
    theta2: float
    irregularity: float
    curvature: float  # of the effective Earth, 1/m
    refractivity: float


class DiffractionLine(NamedTuple):
    """Diffraction attenuation as slope (dB/m) and intercept (dB) over the distance in m."""

    slope: float
    intercept: float


class _Edges(NamedTuple):
    """What both distances share."""

    sight_angle: float  # angular distance of the part in sight, rad
    sight: float  # distance of that part, m
    heights_db: float  # height gains of the terminals, and 20 dB
    x_terminals: float  # their part of the normalised distance
    clutter_db: float
    sharpness: float  # root of the height ratio in the weight


@part
def irregularity_over_m(irregularity: float, d: float) -> float:
    """Return the interdecile range of the terrain over a distance; [ERL79], eq. (3)."""
    return irregularity * (1 - 0.8 * decay(d / 50e3))


@part
def deviation_m(irregularity: float) -> float:
    """Return the deviation of terrain within a Fresnel zone; [ERL79], eq. (3.6a)."""
    return 0.78 * irregularity * decay(0.5 * math.sqrt(math.sqrt(irregularity)))


@part
def spacing_m(path: Terminals, wave: Wave) -> float:
    """Return the distance over which diffraction grows by a natural step, m; [ALG], (4.10)."""
    root = cube_root(path.curvature)
    return 1 / (root * root * wave.root)


@part
def diffraction_line(
    path: Terminals, wave: Wave, smooth_sight: float, step: float, is_profile: bool
) -> DiffractionLine:
    """Draw the line of diffraction loss through two distances far beyond the horizons.

    `smooth_sight` is the farthest distance in sight over a smooth Earth, and `step` that of
    `spacing_m`, m; [ALG], eqs (4.9) to (4.14).
    """
    edges = _edges(path, wave, smooth_sight, is_profile)
    d3 = max(smooth_sight, edges.sight + 5 * step)
    d4 = d3 + 10 * step
    a3 = _loss_db(d3, path, wave, edges)
    a4 = _loss_db(d4, path, wave, edges)
    slope = (a4 - a3) / (d4 - d3)
    return DiffractionLine(slope, a3 - slope * d3)


@part
def _edges(path: Terminals, wave: Wave, smooth_sight: float, is_profile: bool) -> _Edges:
    sight = path.dl1 + path.dl2
    gain1, x1 = _terminal(path.dl1, path.he1, wave)
    gain2, x2 = _terminal(path.dl2, path.he2, wave)
    rough = deviation_m(irregularity_over_m(path.irregularity, smooth_sight))
    heights = path.h1 * path.h2
    clutter = min(15.0, 5 * log10(1 + 1e-5 * heights * wave.f * rough))  # [ERL79] (3.38c)
    excess = path.he1 * path.he2 - heights
    if is_profile:
        heights += 10  # low antennas on a known path, [ERL79], page 3-8
    return _Edges(
        -max(path.theta1 + path.theta2, -sight * path.curvature),
        sight,
        gain1 + gain2 + 20,
        x1 + x2,
        clutter,
        math.sqrt(1 + excess / heights),
    )


@part
def _loss_db(d: float, path: Terminals, wave: Wave, edges: _Edges) -> float:
    """Return the diffraction loss at a distance; [ERL79], eq. (3.23) for the weight."""
    angle = d * path.curvature - edges.sight_angle
    beyond = d - edges.sight
    knife = _two_edges_db(angle, beyond, path, wave)
    smooth = _smooth_earth_db(angle, beyond, wave, edges)
    rough = min(irregularity_over_m(path.irregularity, d) * wave.number, _TWO_PI_KM)
    q = (edges.sharpness + (edges.sight - edges.sight_angle / path.curvature) / d) * rough
    w = 25.1 / (25.1 + math.sqrt(q))
    return w * smooth + (1 - w) * knife + edges.clutter_db


@part
def _two_edges_db(angle: float, beyond: float, path: Terminals, wave: Wave) -> float:
    """Return the loss of the two horizons as knife edges; [TN101], eq. (I.1)."""
    common = 0.0795775 * wave.number * angle * angle * beyond
    v1 = common * path.dl1 / (beyond + path.dl1)
    v2 = common * path.dl2 / (beyond + path.dl2)
    return _fresnel_db(v1) + _fresnel_db(v2)


@part
def _fresnel_db(v2: float) -> float:
    """Return the loss of a knife edge from the square of v; [ERL79], eqs (3.27)."""
    near = 6.02 + 9.11 * math.sqrt(v2) - 1.27 * v2
    return near if v2 < _FAR_FROM_EDGE else 12.953 + 10 * log10(v2)


@part
def _normalised(radius: float, d: float, wave: Wave) -> tuple[float, float]:
    """Return K and the normalised distance of a stretch over a radius; [VOG], eqs (2), (6)."""
    c = cube_root(_STANDARD_RADIUS_M / radius)
    k = 0.017778 * c / (wave.root * wave.magnitude)
    return k, (1.607 - k) * c * c * wave.root * d / 1000


@part
def _terminal(dl: float, he: float, wave: Wave) -> tuple[float, float]:
    """Return the height gain of a terminal, dB, and its part of the normalised distance."""
    k, x = _normalised(0.5 * dl * dl / he, dl, wave)
    return _height_gain_db(x, k), x


@part
def _smooth_earth_db(angle: float, beyond: float, wave: Wave, edges: _Edges) -> float:
    """Return the loss of the smooth Earth by the method of three radii; [VOG], [ALG] (4.20)."""
    _, x0 = _normalised(beyond / angle, beyond, wave)
    x = x0 + edges.x_terminals
    return 0.05751 * x - 10 * log10(x) - edges.heights_db


@part
def _height_gain_db(x: float, k: float) -> float:
    """Return the height function F(x, K); [ALG], section 6."""
    log_x, w = log(x), -log(k)
    far = 0.05751 * x - 4.343 * log_x
    low = 17.372 * log_x - 117
    share = 0.0134 * x * decay(0.005 * x)
    far = (1 - share) * far + share * low if x < 2000 else far
    near = 2.5e-5 * x * x / k - 8.686 * w - 15
    if k < 1e-5 or x * w * w * w > 5495:
        near = low if x > 1 else -117.0
    return far if x >= 200 else near
