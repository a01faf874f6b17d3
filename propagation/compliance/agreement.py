"""Whether a conclusion hangs on the method or model chosen.

A finding decides by one method. Beside it stand the margins by every other; where all fall on the
same side of the limit it is *robust*, otherwise *model-sensitive*.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Agreement", "Vote", "agreement_of", "spread_db"]


class Agreement(StrEnum):
    """Whether all methods conclude the same."""

    ROBUST = "robust"
    MODEL_SENSITIVE = "model_sensitive"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one method or model says.

    Attributes
    ----------
    margin_db : float
        Distance to the limit, 0 or positive when it is kept; NaN is no vote.
    doubt_db : float
        A margin as small as that does not count against the others: the error of sampling.
    """

    margin_db: float
    doubt_db: float = 0.0


def agreement_of(votes: Iterable[Vote]) -> Agreement:
    """Return *robust* unless one vote keeps the limit and another breaks it, both beyond doubt."""
    kept = broken = False
    for vote in votes:
        certain = abs(vote.margin_db) >= vote.doubt_db
        kept |= certain and vote.margin_db >= 0
        broken |= certain and vote.margin_db < 0
    return Agreement.MODEL_SENSITIVE if kept and broken else Agreement.ROBUST


def spread_db(levels: Iterable[float]) -> float:
    """Return largest minus smallest of the finite levels; 0 where there are none."""
    finite = [level for level in levels if math.isfinite(level)]
    return max(finite) - min(finite) if finite else 0.0
