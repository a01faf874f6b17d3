"""Recommendation ITU-R P.526: diffraction, the parts that Rec. ITU-R P.1812 builds on.

The knife edge, the Bullington construction's correction and the spherical Earth. Where the two
Recommendations print the same method, the equation numbers are those of P.1812-8.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range

__all__ = [
    "EDITION",
    "bullington_loss_db",
    "ground_factor",
    "knife_edge_loss_db",
    "spherical_earth_loss_db",
]

EDITION = "Rec. ITU-R P.526-15"

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_CLEAR_NU = -0.78  # eq. (12): no loss below
_WAVELENGTH_M_AT_1_GHZ = 0.2998  # the value of the ITU's own programs (Rec. ITU-R P.2001-5)
_LAND = (22.0, 0.003)  # relative permittivity, conductivity in S/m
_SEA = (80.0, 5.0)


class _SmoothPath(NamedTuple):
    """A path over the smooth Earth, in the Recommendation's symbols; f in GHz."""

    d: Floats
    hte: Floats
    hre: Floats
    f: Floats
    omega: Floats
    vertical: Booleans


def knife_edge_loss_db(diffraction_parameter: ArrayLike) -> Floats:
    """Return the loss of a single knife edge.

    Parameters
    ----------
    diffraction_parameter : array_like
        The dimensionless parameter nu.

    Returns
    -------
    ndarray of float64
        Loss J(nu), dB; 0 up to nu = -0.78. NaN yields NaN.

    References
    ----------
    .. [P526] Rec. ITU-R P.526-15, eq. (31); [P1812] eq. (12).
    """
    nu = np.asarray(diffraction_parameter, dtype=np.float64)
    reduced = np.maximum(nu, _CLEAR_NU) - 0.1
    loss = 6.9 + 20 * np.log10(np.sqrt(reduced * reduced + 1) + reduced)
    return np.asarray(np.where(nu <= _CLEAR_NU, 0.0, loss))


def bullington_loss_db(knife_edge_db: ArrayLike, distance_km: ArrayLike) -> Floats:
    """Return the Bullington diffraction loss of a path from its equivalent knife edge.

    Parameters
    ----------
    knife_edge_db : array_like
        Loss of the equivalent knife edge (or of the worst point of a path in sight), dB.
    distance_km : array_like
        Length of the path, km.

    Returns
    -------
    ndarray of float64
        Loss, dB.

    References
    ----------
    .. [P526] Rec. ITU-R P.526-15, section 4.5.1; [P1812] eq. (21).
    """
    luc = np.asarray(knife_edge_db, dtype=np.float64)
    d = np.asarray(distance_km, dtype=np.float64)
    return np.asarray(luc + (1 - np.exp(-luc / 6)) * (10 + 0.02 * d))


def spherical_earth_loss_db(
    distance_km: ArrayLike,
    transmitter_effective_height_m: ArrayLike,
    receiver_effective_height_m: ArrayLike,
    *,
    effective_radius_km: ArrayLike,
    frequency_mhz: ArrayLike,
    sea_fraction: ArrayLike = 0.0,
    vertical: ArrayLike = False,
) -> Floats:
    """Return the diffraction loss of the smooth spherical Earth.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, km, positive.
    transmitter_effective_height_m, receiver_effective_height_m : array_like
        Heights of the antennas above the smooth Earth, m, positive.
    effective_radius_km : array_like
        Effective radius of the Earth, km.
    frequency_mhz : array_like
        Frequency, MHz, positive.
    sea_fraction : array_like
        Fraction of the path over sea, 0 to 1; the rest is land.
    vertical : array_like of bool
        Whether the polarisation is vertical.

    Returns
    -------
    ndarray of float64
        Loss, dB. Beyond the horizon of a path with very high antennas it can be negative, as
        the first term of the residue series is.

    Raises
    ------
    OutOfRangeError
        If a distance, a height or a frequency is zero or negative.

    References
    ----------
    .. [P526] Rec. ITU-R P.526-15, section 3.2; [P1812] section 4.3.2, eqs (22) to (27).
    """
    path = _SmoothPath(
        np.asarray(distance_km, dtype=np.float64),
        np.asarray(transmitter_effective_height_m, dtype=np.float64),
        np.asarray(receiver_effective_height_m, dtype=np.float64),
        np.asarray(frequency_mhz, dtype=np.float64) / 1000,
        np.asarray(sea_fraction, dtype=np.float64),
        np.asarray(vertical, dtype=bool),
    )
    _require_positive("distance_km", path.d)
    _require_positive("transmitter_effective_height_m", path.hte)
    _require_positive("receiver_effective_height_m", path.hre)
    _require_positive("frequency_mhz", path.f)
    radius = np.asarray(effective_radius_km, dtype=np.float64)
    roots = np.sqrt(path.hte) + np.sqrt(path.hre)
    in_sight = path.d < np.sqrt(0.002 * radius) * roots  # eq. (22)
    ratio = _clearance_ratio(path, radius)
    marginal = 500 * (path.d / roots) ** 2  # eq. (26)
    first = _first_term_db(path, np.where(in_sight, marginal, radius))
    interpolated = np.where(ratio > 1, 0.0, (1 - ratio) * np.maximum(first, 0))  # eq. (27)
    return np.asarray(np.where(in_sight, interpolated, first))


def _require_positive(name: str, values: Floats) -> None:
    require_range(name, values, 0, np.inf, EDITION, inclusive=False)


def _clearance_ratio(path: _SmoothPath, radius: Floats) -> Floats:
    """Return the smallest clearance over the one that is required for no loss."""
    d, hte, hre = path.d, path.hte, path.hre
    both = hte + hre
    c = (hte - hre) / both  # eq. (24d)
    m = 250 * d * d / (radius * both)  # eq. (24e)
    cosine = np.clip(1.5 * c * np.sqrt(3 * m / (m + 1) ** 3), -1, 1)
    b = 2 * np.sqrt((m + 1) / (3 * m)) * np.cos((np.pi + np.arccos(cosine)) / 3)  # eq. (24c)
    d1 = d / 2 * (1 + b)  # eq. (24a)
    d2 = d - d1  # eq. (24b)
    above_1 = (hte - 500 * d1 * d1 / radius) * d2
    above_2 = (hre - 500 * d2 * d2 / radius) * d1
    clearance = (above_1 + above_2) / d  # eq. (23)
    wavelength = _WAVELENGTH_M_AT_1_GHZ / path.f
    required = 17.456 * np.sqrt(np.maximum(d1 * d2, 0) * wavelength / d)  # eq. (25)
    return np.asarray(clearance / np.maximum(required, 1e-9))


def _first_term_db(path: _SmoothPath, radius: Floats) -> Floats:
    """Weigh land and sea, eq. (28); the sea is computed only where a path crosses some."""
    land = _first_term_over(_LAND, path, radius)
    if not np.any(path.omega > 0):
        return land + 0 * path.omega
    sea = _first_term_over(_SEA, path, radius)
    return path.omega * sea + (1 - path.omega) * land


def ground_factor(frequency_ghz: ArrayLike, *, vertical: ArrayLike) -> tuple[Floats, Floats]:
    """Return what eqs (29a) and (29b) make of the ground alone, of land and of sea.

    Parameters
    ----------
    frequency_ghz : array_like
        Frequency, GHz, positive.
    vertical : array_like of bool
        Whether the polarisation is vertical.

    Returns
    -------
    tuple of ndarray
        Factors of 0.036 (effective radius x frequency)^(-1/3), dimensionless.
    """
    return _ground_factor(_LAND, frequency_ghz, vertical), _ground_factor(
        _SEA, frequency_ghz, vertical
    )


def _ground_factor(ground: tuple[float, float], f: ArrayLike, vertical: ArrayLike) -> Floats:
    permittivity, conductivity = ground
    loss = (18 * conductivity / np.asarray(f, dtype=np.float64)) ** 2
    factor = ((permittivity - 1) ** 2 + loss) ** -0.25
    return np.asarray(np.where(vertical, factor * np.sqrt(permittivity**2 + loss), factor))


def _first_term_over(ground: tuple[float, float], path: _SmoothPath, radius: Floats) -> Floats:
    f = path.f
    k = 0.036 * (radius * f) ** (-1 / 3) * _ground_factor(ground, f, path.vertical)  # eq. (29)
    k2 = k * k
    beta = (1 + 1.6 * k2 + 0.67 * k2 * k2) / (1 + 4.5 * k2 + 1.53 * k2 * k2)  # eq. (30)
    x = 21.88 * beta * (f / radius**2) ** (1 / 3) * path.d  # eq. (31)
    b_per_m = beta * (0.9575 * beta * (f * f / radius) ** (1 / 3))  # eqs (32), (35)
    lg_x = np.log10(x)
    far = 11 + 10 * lg_x - 17.6 * x
    near = -20 * lg_x - 5.6488 * x**1.425
    distance_term = np.where(x >= 1.6, far, near)  # eq. (33)
    floor = 2 + 20 * np.log10(k)
    gains = _height_gain_db(b_per_m * path.hte, floor) + _height_gain_db(b_per_m * path.hre, floor)
    return np.asarray(-distance_term - gains)  # eq. (36)


def _height_gain_db(b: Floats, floor: Floats) -> Floats:
    """Return the height gain, eq. (34), not below the limit that the ground sets."""
    above = np.maximum(b, 2) - 1.1
    high = 17.6 * np.sqrt(above) - 5 * np.log10(above) - 8
    low = 20 * np.log10(b + 0.1 * b**3)
    return np.asarray(np.maximum(np.where(b > 2, high, low), floor))
