"""Reference attenuation of the Irregular Terrain Model: line of sight, diffraction, scatter."""

import math

from propagation.area.elementary import log10
from propagation.compiled import part
from propagation.itm.diffraction import (
    DiffractionLine,
    Terminals,
    Wave,
    deviation_m,
    diffraction_line,
    irregularity_over_m,
    spacing_m,
)
from propagation.itm.functions import decay, log, phasor

__all__ = ["reference_attenuation"]

_LINE_OF_SIGHT = 1  # codes of PropagationMode
_DIFFRACTION = 2
_TROPOSCATTER = 3
_UNDEFINED_DB = 1001.0  # scatter between terminals so low that it is not defined
_SQRT2 = math.sqrt(2)


@part
def reference_attenuation(path: Terminals, wave: Wave, is_profile: bool) -> tuple[float, int, int]:
    """Return the attenuation below free space in dB, the mode and the warnings of a path.

    References
    ----------
    .. [ALG] Hufford, The ITS Irregular Terrain Model, version 1.2.2: the algorithm, section 4.
    """
    smooth1 = math.sqrt(2 * path.he1 / path.curvature)
    smooth2 = math.sqrt(2 * path.he2 / path.curvature)
    warnings = _warnings(path, smooth1, smooth2)
    smooth = smooth1 + smooth2
    step = spacing_m(path, wave)
    line = diffraction_line(path, wave, smooth, step, is_profile)
    if path.d < smooth:
        loss = _in_sight_db(path, wave, line, smooth)
        return max(loss, 0.0), _LINE_OF_SIGHT, warnings
    loss, mode = _beyond(path, wave, line, (smooth, step))
    return max(loss, 0.0), mode, warnings


@part
def _warnings(path: Terminals, smooth1: float, smooth2: float) -> int:
    """Return the bits of ItmWarning that the geometry of a path sets."""
    bits = 0
    bits |= 0x0080 if abs(path.theta1) > 0.2 else 0
    bits |= 0x0100 if abs(path.theta2) > 0.2 else 0
    bits |= 0x0200 if path.dl1 < 0.1 * smooth1 else 0
    bits |= 0x0400 if path.dl2 < 0.1 * smooth2 else 0
    bits |= 0x0800 if path.dl1 > 3 * smooth1 else 0
    bits |= 0x1000 if path.dl2 > 3 * smooth2 else 0
    bits |= 0x4000 if path.refractivity < 250 else 0
    return bits | _distance_warnings(path)


@part
def _distance_warnings(path: Terminals) -> int:
    bits = 0x0020 if path.d < abs(path.he1 - path.he2) / 0.2 else 0
    bits |= 0x0040 if path.d < 1e3 else 0
    bits |= 0x0008 if path.d > 1000e3 else 0
    bits |= 0x0010 if path.d > 2000e3 else 0
    return bits


@part
def _in_sight_db(path: Terminals, wave: Wave, line: DiffractionLine, smooth: float) -> float:
    """Return the loss before the smooth Earth's horizon; [ERL79], eqs (3.16) to (3.21)."""
    edge = smooth * line.slope + line.intercept
    sight = path.dl1 + path.dl2
    d0 = 0.04 * wave.f * path.he1 * path.he2
    if line.intercept >= 0:
        d0 = min(d0, 0.5 * sight)
        d1 = d0 + 0.25 * (sight - d0)
    else:
        d1 = max(-line.intercept / line.slope, 0.25 * sight)
    a1 = _two_rays_db(d1, path, wave, line, smooth)
    k1, k2, found = 0.0, 0.0, False
    if d0 < d1:
        a0 = _two_rays_db(d0, path, wave, line, smooth)
        q = log(smooth / d0)
        above = (smooth - d0) * (a1 - a0) - (d1 - d0) * (edge - a0)
        k2 = max(0.0, above / ((smooth - d0) * log(d1 / d0) - (d1 - d0) * q))
        found = line.intercept > 0 or k2 > 0
        if found:
            k1 = (edge - a0 - k2 * q) / (smooth - d0)
            if k1 < 0:
                k2 = max(edge - a0, 0.0) / q
                k1 = line.slope if k2 == 0 else 0.0
    if not found:
        k2 = 0.0
        k1 = max(edge - a1, 0.0) / (smooth - d1)
        if k1 == 0:
            k1 = line.slope
    return edge + k1 * (path.d - smooth) + k2 * log(path.d / smooth)


@part
def _two_rays_db(
    d: float, path: Terminals, wave: Wave, line: DiffractionLine, smooth: float
) -> float:
    """Return the loss of a direct and a reflected ray with that of diffraction; [ALG] (4.46)."""
    rough = deviation_m(irregularity_over_m(path.irregularity, d))
    both = path.he1 + path.he2
    sine = both / math.sqrt(d * d + both * both)
    scattered = decay(min(10.0, wave.number * rough * sine))
    reflected = _reflected(sine, wave)
    square = reflected[0] * reflected[0] + reflected[1] * reflected[1]
    q = square * scattered * scattered
    if q < 0.25 or q < sine:
        scattered = math.sqrt(sine / square)
    phase = wave.number * 2 * path.he1 * path.he2 / d
    if phase > math.pi / 2:
        phase = math.pi - (math.pi / 2) ** 2 / phase
    cosine, sine = phasor(phase)
    real = cosine + scattered * reflected[0]
    imaginary = scattered * reflected[1] - sine
    rays = -10 * log10(real * real + imaginary * imaginary)
    w = 1 / (1 + wave.f * path.irregularity / max(10e3, smooth))
    return w * rays + (1 - w) * (line.slope * d + line.intercept)


@part
def _reflected(sine: float, wave: Wave) -> tuple[float, float]:
    """Return the real and the imaginary part of the ground's coefficient of reflection."""
    real, imaginary = wave.resistance, wave.reactance
    both = sine + real
    square = both * both + imaginary * imaginary
    rest = (sine - real) * both - imaginary * imaginary
    return rest / square, -2 * sine * imaginary / square


@part
def _beyond(
    path: Terminals, wave: Wave, line: DiffractionLine, lengths: tuple[float, float]
) -> tuple[float, int]:
    """Return the loss beyond the smooth Earth's horizon, and what carries the wave.

    `lengths` are the distance of that horizon and the step of `spacing_m`. Scatter never carries
    before a distance that is known without it.
    """
    smooth, step = lengths
    diffracted = line.slope * path.d + line.intercept
    sight = path.dl1 + path.dl2
    nearest = max(smooth, sight + 1.088 * step * wave.log_f)
    if path.d <= nearest:
        return diffracted, _DIFFRACTION
    angle = -max(path.theta1 + path.theta2, -sight * path.curvature)
    d5, d6 = sight + 200e3, sight + 400e3
    far, gain = _scatter_db(d6, path, wave, angle, -1.0)
    near, _ = _scatter_db(d5, path, wave, angle, gain)
    if near >= 1000:
        return diffracted, _DIFFRACTION
    slope = (far - near) / 200e3
    crossing = (near - line.intercept - slope * d5) / (line.slope - slope)
    dx = max(nearest, crossing)
    if path.d <= dx:
        return diffracted, _DIFFRACTION
    return slope * (path.d - dx) + line.slope * dx + line.intercept, _TROPOSCATTER


@part
def _scatter_db(
    d: float, path: Terminals, wave: Wave, sight_angle: float, farther: float
) -> tuple[float, float]:
    """Return the loss of scatter at a distance, and its frequency gain; [ALG], eq. (4.63).

    `farther` is the gain at the farther of the two distances, -1 before it is known.
    """
    gain = farther
    if farther <= 15:
        angle = path.theta1 + path.theta2 + d * path.curvature
        r1 = 2 * wave.number * angle * path.he1
        r2 = 2 * wave.number * angle * path.he2
        if r1 < 0.2 and r2 < 0.2:
            return _UNDEFINED_DB, farther
        gain = _frequency_gain_db(d, r1, r2, angle, path)
        if gain > 15 and farther >= 0:
            gain = farther  # [ALG], page 12
    angle = d * path.curvature - sight_angle
    loss = _attenuation_db(angle * d) + 10 * log10(wave.number * 47.7 * angle**4)
    drier = 0.1 * (path.refractivity - 301) * decay(angle * d / 40e3)
    return loss - drier + gain, gain


@part
def _frequency_gain_db(d: float, r1: float, r2: float, angle: float, path: Terminals) -> float:
    """Return H0 of asymmetrical paths; [TN101], section 9.2, [ALG], eqs (4.66), (4.67)."""
    apart = path.dl1 - path.dl2
    ratio = path.he2 / path.he1
    if apart < 0:
        apart = -apart
        ratio = 1 / ratio
    asymmetry = (d - apart) / (d + apart)
    q = min(max(0.1, ratio / asymmetry), 10.0)
    s = max(0.1, asymmetry)
    crossover = (d - apart) * (d + apart) * angle * 0.25 / d
    ns = path.refractivity
    wet = (0.031 - ns * 2.32e-3 + ns * ns * 5.67e-6) * decay(min(1.7, crossover / 8e3) ** 6)
    eta = crossover / 1.7556e3 * (1 + wet)
    gain = (_curves_db(r1, eta) + _curves_db(r2, eta)) / 2
    asymmetrical = 6 * (0.6 - log10(max(eta, 1.0))) * log10(s) * log10(q)
    gain = max(gain + min(gain, asymmetrical), 0.0)
    if eta < 1:
        inner = (1 + _SQRT2 / r1) * (1 + _SQRT2 / r2)
        both = r1 + r2
        none = 10 * log10(inner * inner * both / (both + 2 * _SQRT2))
        gain = eta * gain + (1 - eta) * none
    return gain


@part
def _curves_db(r: float, eta: float) -> float:
    """Return H0 between the curves of eta 1 to 5, as far as they are drawn; [ALG], (6.13)."""
    eta = min(max(eta, 1.0), 5.0)
    second, third, fourth = eta >= 2, eta >= 3, eta >= 4
    lower = 4.0 if fourth else (3.0 if third else (2.0 if second else 1.0))
    a = 395.0 if fourth else (177.0 if third else (80.0 if second else 25.0))
    b = 80.0 if fourth else (68.0 if third else (45.0 if second else 24.0))
    next_a = 705.0 if fourth else (395.0 if third else (177.0 if second else 80.0))
    next_b = 105.0 if fourth else (80.0 if third else (68.0 if second else 45.0))
    share = eta - lower
    return (1 - share) * _curve_db(r, a, b) + share * _curve_db(r, next_a, next_b)


@part
def _curve_db(r: float, a: float, b: float) -> float:
    inverse = 1 / (r * r)
    return 10 * log10(1 + a * inverse * inverse + b * inverse)


@part
def _attenuation_db(td: float) -> float:
    """Return the attenuation function F of angle times distance (m); [ALG], (6.9)."""
    near, middle = td <= 10e3, td <= 70e3
    base = 133.4 if near else (104.6 if middle else 71.8)
    slope = 0.332e-3 if near else (0.212e-3 if middle else 0.157e-3)
    curve = -10.0 if near else (-2.5 if middle else 5.0)
    return base + slope * td + curve * log10(td)
