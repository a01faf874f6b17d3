"""Recommendation ITU-R P.2109: building entry loss."""

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range

__all__ = ["EDITION", "FREQUENCIES_MHZ", "Building", "building_entry_loss_db"]

EDITION = "Rec. ITU-R P.2109-2"

FREQUENCIES_MHZ: Final = (80.0, 100_000.0)
"""Frequencies that the Recommendation covers [P2109]."""

Floats = NDArray[np.float64]

_LOWER_LIMIT_DB = -3.0  # C in eq. (1)
_DB_PER_DEGREE = 0.212  # eq. (10)


class Building(StrEnum):
    """How a building is made, section 3."""

    TRADITIONAL = "traditional"
    THERMALLY_EFFICIENT = "thermally_efficient"


class _Coefficients(NamedTuple):
    """Coefficients of Table 1, in the Recommendation's letters."""

    r: float
    s: float
    t: float
    u: float
    v: float
    w: float
    x: float
    y: float
    z: float


_TABLE_1: Final = {
    Building.TRADITIONAL: _Coefficients(12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
    Building.THERMALLY_EFFICIENT: _Coefficients(
        28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1
    ),
}


def building_entry_loss_db(
    frequency_mhz: ArrayLike,
    probability_percent: ArrayLike,
    building: ArrayLike,
    *,
    elevation_deg: ArrayLike = 0.0,
) -> Floats:
    """Return the loss of a terminal inside a building over one outside it.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    frequency_mhz : array_like
        80 to 100 000 MHz.
    probability_percent : array_like
        Percentage of terminals (buildings and places inside them) whose loss is not exceeded,
        between 0 and 100, without these.
    building : array_like of Building
        How the building is made.
    elevation_deg : array_like
        Elevation of the path at the facade, -90 to 90 degrees.

    Returns
    -------
    ndarray of float64
        Loss, dB. It is negative, to -3 dB, for very small probabilities.

    Raises
    ------
    OutOfRangeError
        If a number leaves its range.
    PropagationError
        If a kind of building is not known.

    References
    ----------
    .. [P2109] Rec. ITU-R P.2109-2, section 3, eqs (1) to (10) and Table 1.
    """
    f_mhz = np.asarray(frequency_mhz, dtype=np.float64)
    p = np.asarray(probability_percent, dtype=np.float64)
    theta = np.asarray(elevation_deg, dtype=np.float64)
    require_range("frequency_mhz", f_mhz, *FREQUENCIES_MHZ, EDITION)
    require_range("probability_percent", p, 0, 100, EDITION, inclusive=False)
    require_range("elevation_deg", theta, -90, 90, EDITION)
    kind = np.asarray(building, dtype=np.str_)
    unknown = ~np.isin(kind, [member.value for member in Building])
    if unknown.any():
        expected = ", ".join(Building)
        raise PropagationError(
            f"building = {kind[unknown].flat[0]} is not one of {expected} ({EDITION})"
        )

    lg_f = np.log10(f_mhz / 1e3)  # GHz, as in the Recommendation
    from scipy.special import ndtri  # noqa: PLC0415 - a third of a second, seldom wanted

    deviate = ndtri(p / 100)
    losses = {made: _loss_db(_TABLE_1[made], lg_f, deviate, theta) for made in Building}
    return np.asarray(
        np.where(
            kind == Building.TRADITIONAL.value,
            losses[Building.TRADITIONAL],
            losses[Building.THERMALLY_EFFICIENT],
        )
    )


def _loss_db(table: _Coefficients, lg_f: Floats, deviate: Floats, theta: Floats) -> Floats:
    median = table.r + table.s * lg_f + table.t * lg_f**2  # L_h, eq. (9)
    mu_1 = median + _DB_PER_DEGREE * np.abs(theta)  # eqs (4), (10)
    mu_2 = table.w + table.x * lg_f  # eq. (5)
    sigma_1 = table.u + table.v * lg_f  # eq. (6)
    sigma_2 = table.y + table.z * lg_f  # eq. (7)
    a = deviate * sigma_1 + mu_1  # eq. (2)
    b = deviate * sigma_2 + mu_2  # eq. (3)
    total = 10 ** (0.1 * a) + 10 ** (0.1 * b) + 10 ** (0.1 * _LOWER_LIMIT_DB)
    return np.asarray(10 * np.log10(total))  # eq. (1)
