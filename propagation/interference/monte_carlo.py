"""The usable field by drawing locations: seeded Monte-Carlo, the yardstick of the methods.

At each of many drawn locations the wanted and every unwanted field deviate from their medians,
log-normally and independently; the usable field is the median of the wanted field that beats the
power sum of the nuisance fields at a share p of the locations. Nothing is assumed of the sum.

The deviates are a table, one row for each station, drawn once by the counter-based generator
Philox (Salmon et al., SC11, 2011) with the seed and the station's number as its key, and used at
every point. So the result depends on neither the order of the points nor on who computes them; a
station draws the same whoever else is there, and the usable fields with and without one station,
which share their deviates, differ by the station and hardly by chance. The price: the sampling
errors of different points are not independent of each other.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.compiled import tally
from propagation.errors import PropagationError, require_range
from propagation.interference.locations import LOCATION_STANDARD_DEVIATION_DB
from propagation.interference.summation import rows_of_fields

__all__ = [
    "DRAWS",
    "SEED",
    "SampledUsableField",
    "location_deviates",
    "location_factors",
    "sampled_usable_field",
]

Floats = NDArray[np.float64]

DRAWS: Final = 10_000
"""Locations drawn unless said otherwise."""
SEED: Final = 1984
"""Key of the generator unless said otherwise."""

_SOURCE: Final = "Monte-Carlo over locations"
_VALUES_AT_ONCE: Final = 640_000
_LEAST_BEYOND: Final = 25
_MANTISSA: Final = 2.0**-53


@dataclass(frozen=True, slots=True, eq=False)
class SampledUsableField:
    """The usable field as drawn.

    Attributes
    ----------
    usable_dbuvm : ndarray
        Usable field; -inf where nothing contributes.
    standard_error_db : ndarray
        Standard error of sampling: half the distance between the order statistics one standard
        deviation of the binomial count to either side, which supposes no distribution.
    """

    usable_dbuvm: Floats
    standard_error_db: Floats


def location_deviates(stations: int, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Draw the standard normal deviates of the wanted field and of every station.

    Parameters
    ----------
    stations : int
        How many unwanted stations there are, in the order in which their fields will come.
    draws : int
        Number of locations, at least 100.
    seed : int
        Seed, 0 or more.

    Returns
    -------
    ndarray, shape (stations + 1, draws)
        Row 0 is the wanted field's, row j + 1 that of station j; a row does not depend on how
        many there are. 8 bytes each: 50 stations and 10,000 draws take 4 MB.

    Raises
    ------
    OutOfRangeError
        If a number is out of range.
    """
    require_range("stations", stations, 0, np.inf, _SOURCE)
    require_range("draws", draws, 100, np.inf, _SOURCE)
    require_range("seed", seed, 0, 2**63, _SOURCE)
    deviates = np.empty((stations + 1, draws))
    half = (draws + 1) // 2
    for row, found in enumerate(deviates):
        generator = np.random.Philox(key=np.array([seed, row], dtype=np.uint64))
        bits = generator.random_raw(2 * half) >> np.uint64(11)
        radius = np.sqrt(-2.0 * np.log((bits[:half] + 1.0) * _MANTISSA))
        angle = (2.0 * math.pi * _MANTISSA) * bits[half:]
        found[:half] = radius * np.cos(angle)
        found[half:] = (radius * np.sin(angle))[: draws - half]
    return deviates


def location_factors(
    deviates: Floats,
    location_standard_deviation_db: float = LOCATION_STANDARD_DEVIATION_DB,
    *,
    wanted_standard_deviation_db: float | None = None,
) -> Floats:
    """Turn deviates into factors of power, once for all points.

    Parameters
    ----------
    deviates : ndarray, shape (k + 1, draws)
        From `location_deviates`.
    location_standard_deviation_db : float
        Standard deviation over locations of each nuisance field, positive.
    wanted_standard_deviation_db : float, optional
        Standard deviation over locations of the wanted field; that of the others when absent.

    Returns
    -------
    ndarray, shape (k + 1, draws)
        In row 0 one over the factor of the wanted field, in row j + 1 the factor of station j.

    Raises
    ------
    OutOfRangeError
        If a deviation is not positive.
    """
    sigma = location_standard_deviation_db
    wanted = sigma if wanted_standard_deviation_db is None else wanted_standard_deviation_db
    require_range("location_standard_deviation_db", sigma, 0, np.inf, _SOURCE, inclusive=False)
    require_range("wanted_standard_deviation_db", wanted, 0, np.inf, _SOURCE, inclusive=False)
    scale = np.full((len(deviates), 1), sigma / 10.0)
    scale[0] = -wanted / 10.0
    return np.asarray(10.0 ** (deviates * scale))


def sampled_usable_field(
    fields_dbuvm: ArrayLike, factors: Floats, location_percent: float = 50.0
) -> SampledUsableField:
    """Compute the usable field from drawn locations.

    Parameters
    ----------
    fields_dbuvm : array_like, shape (..., k)
        Median nuisance fields; -inf contributes nothing, NaN makes the result NaN.
    factors : ndarray, shape (k + 1, draws)
        From `location_factors`; station j of the fields has row j + 1.
    location_percent : float
        Share of locations to be served; at least 25 draws must lie to either side of it.

    Returns
    -------
    SampledUsableField
        Of the points, shape (...).

    Raises
    ------
    OutOfRangeError
        If the percentage is out of range.
    PropagationError
        If the factors are those of another number of stations.
    """
    rows, shape = rows_of_fields(fields_dbuvm, -1)
    if len(factors) != rows.shape[1] + 1:
        raise PropagationError(
            f"factors of {len(factors) - 1} stations for fields of {rows.shape[1]}"
        )
    draws = factors.shape[1]
    least = 100.0 * _LEAST_BEYOND / draws
    require_range("location_percent", location_percent, least, 100.0 - least, _SOURCE)
    ranks = _ranks(draws, location_percent / 100.0)
    usable, error = np.empty(len(rows)), np.empty(len(rows))
    at_once = max(1, _VALUES_AT_ONCE // draws)
    for start in range(0, len(rows), at_once):
        part = slice(start, start + at_once)
        usable[part], error[part] = _of_rows(rows[part], factors, ranks)
    return SampledUsableField(usable.reshape(shape), error.reshape(shape))


def _ranks(draws: int, share: float) -> tuple[int, int, int]:
    """Return the positions of the quantile, and of those a standard deviation to either side."""
    middle = math.ceil(draws * share - 1e-9) - 1
    aside = round(math.sqrt(draws * share * (1.0 - share)))
    return middle - aside, middle, middle + aside


def _of_rows(
    fields: Floats, factors: Floats, ranks: tuple[int, int, int]
) -> tuple[Floats, Floats]:
    """Return usable field and standard error at a few points."""
    largest = np.max(fields, axis=1, initial=-np.inf)
    base = np.where(np.isfinite(largest), largest, 0.0)
    ratios = 10.0 ** ((fields - base[:, np.newaxis]) / 10.0)
    demanded = np.empty((len(fields), factors.shape[1]))
    _demand(np.where(np.isnan(ratios), 0.0, ratios), factors, demanded)
    demanded.partition(ranks, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing contributes: all are -inf
        low, usable, high = (10.0 * np.log10(demanded[:, rank]) + base for rank in ranks)
        error = np.where(np.isneginf(usable), 0.0, 0.5 * (high - low))
    unknown = np.isnan(largest)
    return np.where(unknown, np.nan, usable), np.where(unknown, np.nan, error)


@tally
def _demand(ratios: Floats, factors: Floats, demanded: Floats) -> None:
    """Fill the power that the wanted median must have at each point and draw."""
    for row in range(ratios.shape[0]):
        for draw in range(factors.shape[1]):
            demanded[row, draw] = 0.0
        for station in range(ratios.shape[1]):
            ratio = ratios[row, station]
            if ratio > 0.0:
                for draw in range(factors.shape[1]):
                    demanded[row, draw] += ratio * factors[station + 1, draw]
        for draw in range(factors.shape[1]):
            demanded[row, draw] *= factors[0, draw]
