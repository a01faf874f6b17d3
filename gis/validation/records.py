"""What a check of a model against published values says."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Outcome", "RecommendationResult", "beyond_rounding", "outcome"]


class Outcome(StrEnum):
    """What a whole validation came to."""

    PASSED = "passed"
    FAILED = "failed"
    NOTHING_FOUND = "nothing_found"


@dataclass(frozen=True, slots=True)
class RecommendationResult:
    """One Recommendation against its reference cases.

    Attributes
    ----------
    recommendation : str
        For example `P.1812`.
    cases : int
        How many cases were compared, 1 or more.
    max_difference_db : float
        Largest absolute difference from a reference value, in the unit of the tolerance; NaN
        when a result was not a number, which never passes.
    tolerance_db : float
        Largest difference that passes.
    passed : bool
        Whether every case was within the tolerance.
    relative : bool
        Whether difference and tolerance are shares of the reference value, not dB.
    """

    recommendation: str
    cases: int
    max_difference_db: float
    tolerance_db: float
    passed: bool
    relative: bool = False


def outcome(results: Sequence[RecommendationResult]) -> Outcome:
    """Return what results come to; no result at all is not a success."""
    if not results:
        return Outcome.NOTHING_FOUND
    return Outcome.PASSED if all(r.passed for r in results) else Outcome.FAILED


def beyond_rounding(found: float, printed: str) -> float:
    """Return how far a value lies from a printed one, less half a unit of its last digit."""
    _, _, decimals = printed.strip().partition(".")
    return max(abs(found - float(printed)) - 0.5 * 10.0 ** -len(decimals), 0.0) + 0 * found
