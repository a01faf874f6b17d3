"""The sum of log-normal nuisance fields by the t-LNM method, and the usable field from it.

Over locations a field is log-normal: its level in dB is normal. The sum of two independent
log-normal fields is not, but nearly; Schwartz and Yeh (Bell System Technical Journal 61, 1982,
pages 1441-1462) compute the mean and the variance of its level exactly, and take it for
log-normal again to add the next field. The t-LNM method of EBU Technical Review 312 (Beeke) does
the same and reads those moments from a table, trilinearly; here the integrals themselves are
evaluated, so there is no error of interpolation. Both sources are recalled, not read; what the
method promises is measured by the tests against draws.

Fields are added from the largest to the smallest. Of the orders tried (largest first, smallest
first, shuffled; 2 to 10 fields, sigma 5.5 and 8.3 dB, against a million draws) it has the
smallest largest error of the usable field between 1 and 99 % of locations (0.64 dB; smallest
first 0.72, shuffled 0.73), the median differing by less than 0.06 dB among them; and the result
does not depend on the order in which stations are listed.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.compiled import scan, tally
from propagation.errors import require_range
from propagation.interference.locations import (
    LARGEST_DEVIATION_DB,
    LOCATION_STANDARD_DEVIATION_DB,
)
from propagation.interference.summation import rows_of_fields

__all__ = ["LogNormalSum", "log_normal_sum", "log_normal_usable_dbuvm"]

Floats = NDArray[np.float64]

SOURCE: Final = "EBU Technical Review 312; Schwartz and Yeh 1982"
_NEPER_PER_DB: Final = math.log(10.0) / 10.0
# The trapezium rule over a normal density is exact but for terms of exp(-2 pi a / step), a the
# distance of the nearest pole of the integrand: 13.64 dB over the deviation of the difference.
_STEP: Final = 0.5
_STEPS_ASIDE: Final = 12
_WEIGHT: Final = np.array(
    [
        _STEP * math.exp(-0.5 * (_STEP * step) ** 2) / math.sqrt(2.0 * math.pi)
        for step in range(-_STEPS_ASIDE, _STEPS_ASIDE + 1)
    ]
)
_NODES: Final = 2 * _STEPS_ASIDE + 1
# a field whose mean power is below exp(-24) = 4e-11 of the sum's adds less than 1e-9 dB
_NEGLIGIBLE_NEPER: Final = -24.0


@dataclass(frozen=True, slots=True, eq=False)
class LogNormalSum:
    """The level over locations of the sum of several fields, taken for normal.

    Attributes
    ----------
    mean_dbuvm : ndarray
        Mean level, which is also its median; -inf where nothing contributes.
    standard_deviation_db : ndarray
        Standard deviation of the level; 0 where nothing contributes.
    """

    mean_dbuvm: Floats
    standard_deviation_db: Floats


def log_normal_sum(
    fields_dbuvm: ArrayLike,
    location_standard_deviation_db: float = LOCATION_STANDARD_DEVIATION_DB,
    axis: int = -1,
) -> LogNormalSum:
    """Add uncorrelated log-normal fields by the t-LNM method.

    Every point is computed by itself, one after another and without the interpreter's lock:
    whoever splits the points over threads gets the same bytes.

    Parameters
    ----------
    fields_dbuvm : array_like
        Median fields; -inf contributes nothing, NaN makes the result NaN.
    location_standard_deviation_db : float
        Standard deviation over locations of each field, above 0 and at most 15 dB.
    axis : int
        Axis of the stations.

    Returns
    -------
    LogNormalSum
        Over the axis. EBU Technical Review 312 (t-LNM); Schwartz and Yeh 1982.

    Raises
    ------
    OutOfRangeError
        If the deviation is out of range.
    """
    sigma = location_standard_deviation_db
    _require_deviation("location_standard_deviation_db", sigma)
    flat, shape = rows_of_fields(fields_dbuvm, axis)
    mean, deviation = np.empty(len(flat)), np.empty(len(flat))
    _add_rows(flat, float(sigma), mean, deviation)
    return LogNormalSum(mean.reshape(shape), deviation.reshape(shape))


def log_normal_usable_dbuvm(
    fields_dbuvm: ArrayLike,
    location_standard_deviation_db: float = LOCATION_STANDARD_DEVIATION_DB,
    location_percent: float = 50.0,
    axis: int = -1,
    *,
    wanted_standard_deviation_db: float | None = None,
) -> Floats:
    """Compute the usable field by the t-LNM method.

    The median that the wanted field, log-normal too and uncorrelated, must have to exceed the sum
    of the nuisance fields at a share p of locations:
    ``mean + quantile(p) * sqrt(deviation ** 2 + wanted ** 2)``.

    Parameters
    ----------
    fields_dbuvm : array_like
        Median nuisance fields; -inf contributes nothing, NaN makes the result NaN.
    location_standard_deviation_db : float
        Standard deviation over locations of each nuisance field, above 0 and at most 15 dB.
    location_percent : float
        Share of locations to be served, between 0 and 100.
    axis : int
        Axis of the stations.
    wanted_standard_deviation_db : float, optional
        Standard deviation over locations of the wanted field; that of the others when absent.

    Returns
    -------
    ndarray
        Usable field over the axis; -inf where nothing contributes.

    Raises
    ------
    OutOfRangeError
        If a deviation or the percentage is out of range.
    """
    wanted = wanted_standard_deviation_db
    wanted = location_standard_deviation_db if wanted is None else wanted
    require_range("location_percent", location_percent, 0, 100, SOURCE, inclusive=False)
    found = log_normal_sum(fields_dbuvm, location_standard_deviation_db, axis)
    _require_deviation("wanted_standard_deviation_db", wanted)
    quantile = NormalDist().inv_cdf(location_percent / 100)
    return np.asarray(found.mean_dbuvm + quantile * np.hypot(found.standard_deviation_db, wanted))


def _require_deviation(name: str, deviation_db: float) -> None:
    require_range(name, deviation_db, 0, np.inf, SOURCE, inclusive=False)
    require_range(name, deviation_db, 0, LARGEST_DEVIATION_DB, SOURCE)


@scan
def _add_rows(fields: Floats, sigma: float, mean: Floats, deviation: Floats) -> None:
    """Add the fields of each row, the largest first."""
    ordered = np.empty(fields.shape[1])
    ratio = np.empty(_NODES)
    for row in range(fields.shape[0]):
        count = _descending(fields[row], ordered)
        if count <= 0:
            mean[row] = -np.inf if count == 0 else np.nan
            deviation[row] = 0.0 if count == 0 else np.nan
            continue
        total, spread = ordered[0], sigma
        for position in range(1, count):
            width = math.sqrt(spread * spread + sigma * sigma)
            apart = ordered[position] - total
            if _NEPER_PER_DB * (apart + 0.5 * _NEPER_PER_DB * width * width) < _NEGLIGIBLE_NEPER:
                break  # nor do the smaller ones that follow
            total, spread = _add_two(total, spread, apart, width, ratio)
        mean[row] = total
        deviation[row] = spread


@scan
def _descending(fields: Floats, ordered: Floats) -> int:
    """Sort the fields that contribute; return how many, -1 where one is not known."""
    count = 0
    for field in fields:
        if math.isnan(field):
            return -1
        if field == -np.inf:
            continue
        place = count
        while place > 0 and ordered[place - 1] < field:
            ordered[place] = ordered[place - 1]
            place -= 1
        ordered[place] = field
        count += 1
    return count


@tally
def _add_two(
    total: float, spread: float, apart: float, width: float, ratio: Floats
) -> tuple[float, float]:
    """Return mean and deviation of the sum of a field and one `apart` dB above it.

    With W the difference of the two levels, normal with deviation `width`, the sum's level is
    that of the first plus g(W), g(w) = 10 lg(1 + 10^(w/10)); its covariance with g(W) is
    -spread^2 E g'(W), by Stein's lemma. In nepers of power g(x) = max(x, 0) + ln(1 + u), u =
    exp(-|x|), and the logarithm is a series that the compiler turns into vector instructions:
    2 artanh(t), t = u / (2 + u), at most 1/3, good to 1e-10.
    """
    first = _NEPER_PER_DB * (apart - _STEPS_ASIDE * _STEP * width)
    step = _NEPER_PER_DB * _STEP * width
    _powers(first, step, ratio)
    rise = square = slope = 0.0
    for node in range(_NODES):
        level = first + step * node
        below = ratio[node]
        whole = 1.0 / ((1.0 + below) * (2.0 + below))
        part = below * (1.0 + below) * whole
        share = (2.0 + below) * whole
        part_2 = part * part
        series = part_2 * (1 / 13 + part_2 * (1 / 15 + part_2 * (1 / 17 + part_2 / 19)))
        series = part_2 * (1 / 7 + part_2 * (1 / 9 + part_2 * (1 / 11 + series)))
        series = 2.0 * part * (1.0 + part_2 * (1 / 3 + part_2 * (1 / 5 + series)))
        slope += _WEIGHT[node] * (share if level > 0.0 else below * share)
        level = (level if level > 0.0 else 0.0) + series
        weighted = _WEIGHT[node] * level
        rise += weighted
        square += weighted * level
    rise /= _NEPER_PER_DB
    square /= _NEPER_PER_DB * _NEPER_PER_DB
    variance = spread * spread * (1.0 - 2.0 * slope) + square - rise * rise
    return total + rise, math.sqrt(variance)


@scan
def _powers(first: float, step: float, ratio: Floats) -> None:
    """Fill exp(-abs(x)) at the nodes, in four strands, each value from the one four before."""
    up = math.exp(first)
    down = 1.0 / up
    factor = math.exp(step)
    inverse = 1.0 / factor
    four, fourth = factor**4, inverse**4
    for strand in range(4):
        above, below = up, down
        for node in range(strand, _NODES, 4):
            ratio[node] = above if above < 1.0 else below
            above *= four
            below *= fourth
        up *= factor
        down *= inverse
