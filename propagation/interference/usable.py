"""The usable field by every method at once, and who makes it up."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.interference.locations import LOCATION_STANDARD_DEVIATION_DB
from propagation.interference.log_normal import log_normal_usable_dbuvm
from propagation.interference.summation import (
    power_sum_dbuvm,
    simplified_multiplication_dbuvm,
)

__all__ = ["ANALYTIC", "Method", "dominant_contributors", "usable_fields_dbuvm"]

Floats = NDArray[np.float64]


class Method(StrEnum):
    """How nuisance fields are combined."""

    SIMPLIFIED_MULTIPLICATION = "simplified_multiplication"
    POWER_SUM = "power_sum"
    LOG_NORMAL = "t_lnm"
    MONTE_CARLO = "monte_carlo"


ANALYTIC: Final = (Method.SIMPLIFIED_MULTIPLICATION, Method.POWER_SUM, Method.LOG_NORMAL)
"""The methods that draw nothing; the treaty's own (GE84, Annex 2, chapter 4) first."""


def usable_fields_dbuvm(
    nuisance_dbuvm: ArrayLike,
    location_standard_deviation_db: float = LOCATION_STANDARD_DEVIATION_DB,
) -> Mapping[Method, Floats]:
    """Compute the usable field at 50 % of locations by each analytic method.

    Parameters
    ----------
    nuisance_dbuvm : array_like, shape (..., k)
        Nuisance fields; -inf contributes nothing, NaN makes the result NaN.
    location_standard_deviation_db : float
        Standard deviation over locations of each field, above 0 and at most 15 dB.

    Returns
    -------
    mapping of Method to ndarray, shape (...)
        In the order of `ANALYTIC`; -inf where nothing contributes.

    Raises
    ------
    OutOfRangeError
        If the deviation is out of range.
    """
    sigma = location_standard_deviation_db
    return {
        Method.SIMPLIFIED_MULTIPLICATION: simplified_multiplication_dbuvm(nuisance_dbuvm, sigma),
        Method.POWER_SUM: power_sum_dbuvm(nuisance_dbuvm),
        Method.LOG_NORMAL: log_normal_usable_dbuvm(nuisance_dbuvm, sigma),
    }


def dominant_contributors(
    nuisance_dbuvm: ArrayLike, share_percent: float = 90.0, most: int = 5
) -> tuple[int, ...]:
    """Return who makes up the nuisance at one point.

    Parameters
    ----------
    nuisance_dbuvm : array_like, shape (k,)
        Nuisance fields of the stations; NaN and -inf are nobody.
    share_percent : float
        Share of the power sum to be explained.
    most : int
        At most so many.

    Returns
    -------
    tuple of int
        Positions of the stations, the largest first and of equal ones the first listed, up to the
        one with which the share is reached; empty where nobody contributes.
    """
    fields = np.asarray(nuisance_dbuvm, dtype=np.float64)
    fields = np.where(np.isnan(fields), -np.inf, fields)
    order = np.argsort(-fields, kind="stable")[: np.count_nonzero(fields > -np.inf)]
    if order.size == 0:
        return ()
    power = np.cumsum(10 ** ((fields[order] - fields[order[0]]) / 10))
    reached = int(np.searchsorted(power, share_percent / 100 * power[-1])) + 1
    return tuple(int(position) for position in order[: min(reached, most)])
