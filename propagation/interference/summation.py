"""How several nuisance fields add up to one usable field.

Power sum: the fields add as incoherent powers. Simplified multiplication (GE84, Annex 2,
chapter 4): with wanted and unwanted fields log-normal and uncorrelated over locations, the usable
field is the one for which the product of the probabilities of beating each nuisance field alone
equals the wanted share of locations. Two equal fields give +3.01 and +6.40 dB, ten +10.00 and
+17.59 dB.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range

__all__ = [
    "LOCATION_STANDARD_DEVIATION_DB",
    "power_sum_dbuvm",
    "simplified_multiplication_dbuvm",
]

Floats = NDArray[np.float64]

LOCATION_STANDARD_DEVIATION_DB: Final = 8.3
"""Standard deviation over locations of one VHF field. GE84, Annex 2, chapter 4 (recalled, R-H)."""

_LOG_SQRT_2PI: Final = 0.5 * math.log(2 * math.pi)
_TOLERANCE_DB: Final = 1e-9
_MOST_STEPS: Final = 100


def power_sum_dbuvm(fields_dbuvm: ArrayLike, axis: int = -1) -> Floats:
    """Add fields as powers.

    Parameters
    ----------
    fields_dbuvm : array_like
        Fields; -inf contributes nothing, NaN makes the sum NaN.
    axis : int
        Axis of the stations.

    Returns
    -------
    ndarray
        Sum over the axis; -inf where nothing contributes.
    """
    fields = np.asarray(fields_dbuvm, dtype=np.float64)
    largest = np.max(fields, axis=axis, keepdims=True, initial=-np.inf)
    base = np.where(np.isneginf(largest), 0.0, largest)
    power = np.sum(10 ** ((fields - base) / 10), axis=axis)
    with np.errstate(divide="ignore"):  # nothing contributes: log10(0) is -inf, as it should be
        return np.asarray(np.squeeze(base, axis=axis) + 10 * np.log10(power))


def simplified_multiplication_dbuvm(
    fields_dbuvm: ArrayLike,
    location_standard_deviation_db: float = LOCATION_STANDARD_DEVIATION_DB,
    location_percent: float = 50.0,
    axis: int = -1,
) -> Floats:
    """Combine nuisance fields by the simplified multiplication method.

    Solves ``prod L((E_u - E_s) / (sigma sqrt 2)) = p`` for ``E_u``, L the normal distribution
    (GE84, Annex 2, chapter 4). In logarithms the left side is concave and increasing, so
    Newton's iteration started at or below the root climbs to it without overshooting.

    Parameters
    ----------
    fields_dbuvm : array_like
        Nuisance fields; -inf contributes nothing, NaN makes the result NaN.
    location_standard_deviation_db : float
        Standard deviation over locations of each field, positive.
    location_percent : float
        Share of locations to be served, between 0 and 100.
    axis : int
        Axis of the stations.

    Returns
    -------
    ndarray
        Usable field over the axis; -inf where nothing contributes.

    Raises
    ------
    OutOfRangeError
        If the deviation is not positive or the percentage is outside 0 to 100.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - a fifth of a second, seldom wanted

    source = "GE84, Annex 2, chapter 4"
    sigma = location_standard_deviation_db
    require_range("location_standard_deviation_db", sigma, 0, np.inf, source, inclusive=False)
    require_range("location_percent", location_percent, 0, 100, source, inclusive=False)
    fields = np.moveaxis(np.asarray(fields_dbuvm, dtype=np.float64), axis, -1)
    flat = fields.reshape(math.prod(fields.shape[:-1]), fields.shape[-1])
    target = location_percent / 100
    # one station alone asks for its own field plus sigma sqrt(2) * quantile(p): the start
    start = np.max(flat, axis=-1, initial=-np.inf) + sigma * math.sqrt(2) * float(ndtri(target))
    usable = start.copy()
    solvable = np.isfinite(start)
    usable[solvable] = _climb(
        start[solvable], flat[solvable], sigma * math.sqrt(2), math.log(target)
    )
    return np.asarray(usable.reshape(fields.shape[:-1]))


def _climb(start: Floats, fields: Floats, scale_db: float, log_target: float) -> Floats:
    """Newton's iteration on ``sum log L(z) - log p``, rows that have arrived are left alone."""
    from scipy.special import log_ndtr  # noqa: PLC0415 - as above

    usable = start.copy()
    active = np.arange(start.size)
    for _ in range(_MOST_STEPS):
        if active.size == 0:
            break
        z = (usable[active, np.newaxis] - fields[active]) / scale_db
        log_share = log_ndtr(z)
        density = np.exp(-0.5 * z * z - _LOG_SQRT_2PI - log_share)
        step = scale_db * (log_target - log_share.sum(axis=-1)) / density.sum(axis=-1)
        usable[active] += step
        active = active[np.abs(step) > _TOLERANCE_DB]
    return usable
