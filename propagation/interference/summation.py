"""How several nuisance fields add up to one usable field.

Power sum: the fields add as incoherent powers. Simplified multiplication (GE84, Annex 2,
chapter 4): with wanted and unwanted fields log-normal and uncorrelated over locations, the usable
field is the one for which the product of the probabilities of beating each nuisance field alone
equals the wanted share of locations. Two equal fields give +3.01 and +6.40 dB, ten +10.00 and
+17.59 dB.
"""

import math
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.compiled import scan
from propagation.errors import require_range
from propagation.interference.locations import LOCATION_STANDARD_DEVIATION_DB

__all__ = [
    "power_sum_dbuvm",
    "rows_of_fields",
    "simplified_multiplication_dbuvm",
]

Floats = NDArray[np.float64]

_SQRT_HALF: Final = math.sqrt(0.5)
_SQRT_TWO_PI: Final = math.sqrt(2 * math.pi)
_CERTAIN: Final = 8.5  # L(8.5) is 1 to the last bit
_LAST_STEP_DB: Final = 2e-4  # convergence is cubic: what is left is below 1e-10
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
    (GE84, Annex 2, chapter 4). Every point is computed by itself, one after another and without
    the interpreter's lock: whoever splits the points over threads gets the same bytes.

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
    source = "GE84, Annex 2, chapter 4"
    sigma = location_standard_deviation_db
    require_range("location_standard_deviation_db", sigma, 0, np.inf, source, inclusive=False)
    require_range("location_percent", location_percent, 0, 100, source, inclusive=False)
    flat, shape = rows_of_fields(fields_dbuvm, axis)
    target = location_percent / 100
    scale = sigma * math.sqrt(2)
    usable = np.empty(len(flat))
    # one station alone asks for its own field plus sigma sqrt(2) * quantile(p): the start
    _climb(flat, scale, NormalDist().inv_cdf(target) * scale, math.log(target), usable)
    return usable.reshape(shape)


def rows_of_fields(fields_dbuvm: ArrayLike, axis: int) -> tuple[Floats, tuple[int, ...]]:
    """Return fields as rows of stations, shape (points, stations), and the points' own shape."""
    fields = np.moveaxis(np.asarray(fields_dbuvm, dtype=np.float64), axis, -1)
    shape = fields.shape[:-1]
    return np.ascontiguousarray(fields.reshape(math.prod(shape), fields.shape[-1])), shape


@scan
def _climb(
    fields: Floats, scale_db: float, start_db: float, log_target: float, usable: Floats
) -> None:
    """Halley's iteration on ``sum log L(z) - log p`` for each row of fields.

    It steps at most twice as far as Newton's, which would climb a function that is concave and
    increasing without overshooting.
    """
    for row in range(fields.shape[0]):
        largest = -np.inf
        for field in fields[row]:
            if math.isnan(field) or field > largest:
                largest = field
            if math.isnan(field):
                break
        level = largest + start_db
        usable[row] = level
        if not math.isfinite(level):
            continue
        for _ in range(_MOST_STEPS):
            log_share, slope, bend = _log_share(fields[row], level, scale_db)
            lacking = log_target - log_share
            step = lacking * slope / max(slope * slope - 0.5 * lacking * bend, 0.5 * slope * slope)
            step *= scale_db
            level += step
            if abs(step) <= _LAST_STEP_DB:
                break
        usable[row] = level


@scan
def _log_share(fields: Floats, level: float, scale_db: float) -> tuple[float, float, float]:
    """Return ``sum log L(z)`` at a level, its derivative by z, and minus its second one.

    With h = L'(z) / L(z) they are the sums of h and of h (z + h).
    """
    total = slope = bend = 0.0
    for field in fields:
        z = (level - field) / scale_db
        if z > _CERTAIN:
            continue
        beyond = 0.5 * math.erfc(abs(z) * _SQRT_HALF)
        share = 1.0 - beyond if z > 0.0 else beyond
        total += math.log1p(-beyond) if z > 0.0 else math.log(beyond)
        hazard = math.exp(-0.5 * z * z) / (share * _SQRT_TWO_PI)
        slope += hazard
        bend += hazard * (z + hazard)
    return total, slope, bend
