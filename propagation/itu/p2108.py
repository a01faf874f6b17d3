"""Recommendation ITU-R P.2108: clutter loss.

Three models, each with its own range: a correction at a terminal among clutter of known height,
a statistical loss of terrestrial paths, and one of paths to an aircraft or a satellite.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range
from propagation.itu.p526 import knife_edge_loss_db

__all__ = [
    "DEFAULT_STREET_WIDTH_M",
    "EDITION",
    "REPRESENTATIVE_HEIGHT_M",
    "TERRESTRIAL_FREQUENCIES_MHZ",
    "TERRESTRIAL_SHORTEST_KM",
    "TerminalClutter",
    "height_gain_correction_db",
    "slant_path_clutter_loss_db",
    "terrestrial_clutter_loss_db",
]

EDITION = "Rec. ITU-R P.2108-1"

Floats = NDArray[np.float64]

_HEIGHT_GAIN = f"{EDITION}, section 3.1"
_TERRESTRIAL = f"{EDITION}, section 3.2"
_SLANT = f"{EDITION}, section 3.3"

_SIGMA_L_DB = 4.0  # eq. (4b)
_SIGMA_S_DB = 6.0  # eq. (5b)
_AT_MOST_KM = 2.0  # eq. (6): the loss does not grow beyond


class TerminalClutter(StrEnum):
    """The surroundings of a terminal, Table 3."""

    WATER = "water"
    OPEN = "open"
    SUBURBAN = "suburban"
    URBAN = "urban"
    TREES = "trees"
    DENSE_URBAN = "dense_urban"


REPRESENTATIVE_HEIGHT_M: Final = {
    TerminalClutter.WATER: 10.0,
    TerminalClutter.OPEN: 10.0,
    TerminalClutter.SUBURBAN: 10.0,
    TerminalClutter.URBAN: 15.0,
    TerminalClutter.TREES: 15.0,
    TerminalClutter.DENSE_URBAN: 20.0,
}
"""Height of the clutter where nothing better is known, m (Table 3)."""

DEFAULT_STREET_WIDTH_M: Final = 27.0
"""Width of the street where nothing better is known, m (section 3.1)."""

TERRESTRIAL_FREQUENCIES_MHZ: Final = (500.0, 67_000.0)
"""Frequencies that the loss of terrestrial paths covers (section 3.2)."""

TERRESTRIAL_SHORTEST_KM: Final = 0.25
"""Shortest terrestrial path that it covers (section 3.2)."""

_WITHOUT_EDGE = (TerminalClutter.WATER.value, TerminalClutter.OPEN.value)


def height_gain_correction_db(
    frequency_mhz: ArrayLike,
    antenna_height_above_ground_m: ArrayLike,
    clutter_height_m: ArrayLike,
    clutter: ArrayLike,
    *,
    street_width_m: ArrayLike = DEFAULT_STREET_WIDTH_M,
) -> Floats:
    """Return the additional loss of a terminal below the height of the clutter around it.

    Arguments broadcast; NaN yields NaN. It is added to the loss to the representative height of
    the clutter, and only by models that count no clutter near that terminal themselves.

    Parameters
    ----------
    frequency_mhz : array_like
        30 to 3000 MHz.
    antenna_height_above_ground_m : array_like
        Height of the antenna, m, positive.
    clutter_height_m : array_like
        Representative height of the clutter, m, positive; see `REPRESENTATIVE_HEIGHT_M`.
    clutter : array_like of TerminalClutter
        Surroundings of the terminal.
    street_width_m : array_like
        Width of the street, m, positive.

    Returns
    -------
    ndarray of float64
        Loss A_h, dB; 0 at and above the height of the clutter. It can be negative where an
        antenna lies little below a roof.

    Raises
    ------
    OutOfRangeError
        If a number leaves its range.
    PropagationError
        If a kind of clutter is not known.

    References
    ----------
    .. [P2108] Rec. ITU-R P.2108-1, section 3.1, eqs (1) and (2).
    """
    f_mhz = np.asarray(frequency_mhz, dtype=np.float64)
    h = np.asarray(antenna_height_above_ground_m, dtype=np.float64)
    r = np.asarray(clutter_height_m, dtype=np.float64)
    w = np.asarray(street_width_m, dtype=np.float64)
    require_range("frequency_mhz", f_mhz, 30, 3000, _HEIGHT_GAIN)
    for name, values in (
        ("antenna_height_above_ground_m", h),
        ("clutter_height_m", r),
        ("street_width_m", w),
    ):
        require_range(name, values, 0, np.inf, _HEIGHT_GAIN, inclusive=False)
    kind = _known_clutter(clutter)

    f = f_mhz / 1e3  # GHz, as in the Recommendation
    h_dif = np.maximum(r - h, 0)  # eq. (2f)
    theta = np.degrees(np.arctan(h_dif / w))  # eq. (2e)
    nu = 0.342 * np.sqrt(f) * np.sqrt(h_dif * theta)  # eqs (2d), (2h)
    behind = knife_edge_loss_db(nu) - 6.03  # eqs (2a), (2c)
    in_open = -(21.8 + 6.2 * np.log10(f)) * np.log10(h / r)  # eqs (2b), (2g)
    below = np.where(np.isin(kind, _WITHOUT_EDGE), in_open, behind)
    return np.asarray(np.where(h >= r, 0 * below, below))  # eq. (1)


def terrestrial_clutter_loss_db(
    frequency_mhz: ArrayLike, distance_km: ArrayLike, location_percent: ArrayLike
) -> Floats:
    """Return the clutter loss of a terrestrial path whose end lies in urban or suburban clutter.

    Arguments broadcast; NaN yields NaN. The antenna is below the roofs.

    Parameters
    ----------
    frequency_mhz : array_like
        500 to 67 000 MHz.
    distance_km : array_like
        Length of the path, at least 0.25 km. Add the loss at both ends only from 1 km.
    location_percent : array_like
        Percentage of locations in which the loss is not exceeded, between 0 and 100, without
        these.

    Returns
    -------
    ndarray of float64
        Loss, dB.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P2108] Rec. ITU-R P.2108-1, section 3.2, eqs (3) to (6).
    """
    f_mhz = np.asarray(frequency_mhz, dtype=np.float64)
    d = np.asarray(distance_km, dtype=np.float64)
    p = np.asarray(location_percent, dtype=np.float64)
    require_range("frequency_mhz", f_mhz, *TERRESTRIAL_FREQUENCIES_MHZ, _TERRESTRIAL)
    require_range("distance_km", d, TERRESTRIAL_SHORTEST_KM, np.inf, _TERRESTRIAL)
    require_range("location_percent", p, 0, 100, _TERRESTRIAL, inclusive=False)

    f = f_mhz / 1e3  # GHz, as in the Recommendation
    at_most = _terrestrial_db(f, np.asarray(_AT_MOST_KM), p)
    return np.asarray(np.minimum(_terrestrial_db(f, d, p), at_most))  # eq. (6)


def slant_path_clutter_loss_db(
    frequency_mhz: ArrayLike, elevation_deg: ArrayLike, location_percent: ArrayLike
) -> Floats:
    """Return the clutter loss of a path from a terminal among clutter to an aircraft or satellite.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        10 000 to 100 000 MHz.
    elevation_deg : array_like
        Elevation of the aircraft or satellite above the horizon, 0 to 90 degrees.
    location_percent : array_like
        Percentage of locations in which the loss is not exceeded, between 0 and 100, without
        these.

    Returns
    -------
    ndarray of float64
        Loss, dB. It can be negative for small percentages: reflections add.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [P2108] Rec. ITU-R P.2108-1, section 3.3, eq. (7).
    """
    f_mhz = np.asarray(frequency_mhz, dtype=np.float64)
    theta = np.asarray(elevation_deg, dtype=np.float64)
    p = np.asarray(location_percent, dtype=np.float64)
    require_range("frequency_mhz", f_mhz, 10_000, 100_000, _SLANT)
    require_range("elevation_deg", theta, 0, 90, _SLANT)
    require_range("location_percent", p, 0, 100, _SLANT, inclusive=False)

    k_1 = 93 * (f_mhz / 1e3) ** 0.175
    angle = 0.05 * (1 - theta / 90) + np.pi * theta / 180  # A_1 = 0.05
    base = -k_1 * np.log1p(-p / 100) / np.tan(angle)
    power = 0.5 * (90 - theta) / 90
    return np.asarray(base**power - 1 + 0.6 * _deviate(p))


def _deviate(p: Floats) -> Floats:
    """Return the standard normal deviate not exceeded by p per cent."""
    from scipy.special import ndtri  # noqa: PLC0415 - a third of a second, seldom wanted

    return np.asarray(ndtri(p / 100))


def _terrestrial_db(f: Floats, d: Floats, p: Floats) -> Floats:
    l_l = -2 * np.log10(10 ** (-5 * np.log10(f) - 12.5) + 10**-16.5)  # eq. (4a)
    l_s = 32.98 + 23.9 * np.log10(d) + 3 * np.log10(f)  # eq. (5a)
    w_l, w_s = 10 ** (-0.2 * l_l), 10 ** (-0.2 * l_s)
    sigma = np.sqrt((_SIGMA_L_DB**2 * w_l + _SIGMA_S_DB**2 * w_s) / (w_l + w_s))  # eq. (3b)
    return np.asarray(-5 * np.log10(w_l + w_s) + sigma * _deviate(p))  # eq. (3a)


def _known_clutter(clutter: ArrayLike) -> NDArray[np.str_]:
    kind = np.asarray(clutter, dtype=np.str_)
    unknown = ~np.isin(kind, [member.value for member in TerminalClutter])
    if unknown.any():
        expected = ", ".join(TerminalClutter)
        raise PropagationError(
            f"clutter = {kind[unknown].flat[0]} is not one of {expected} ({_HEIGHT_GAIN})"
        )
    return kind
