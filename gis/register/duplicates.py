"""What a person decided of two structures that may be one."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Decision", "DuplicateDecision", "pair_id"]


class Decision(StrEnum):
    """What was decided."""

    APART = "apart"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateDecision:
    """A decision of two structures; who decided and when is in the history.

    Attributes
    ----------
    id : str
        `pair_id` of the two.
    first_id, second_id : str
        The two, in the order of their identifiers; one of them is no more where they were merged.
    kept_id : str or None
        The one that was kept where they were merged.
    reason : str
        Why, in the words of who decided.
    """

    id: str
    first_id: str
    second_id: str
    decision: Decision
    kept_id: str | None = None
    reason: str

    @property
    def gone_id(self) -> str | None:
        """The one that was merged into the other; None where both stay."""
        if self.kept_id is None:
            return None
        return self.first_id if self.kept_id == self.second_id else self.second_id


def pair_id(one: str, other: str) -> str:
    """Return what a pair of structures is called, whichever is named first."""
    first, second = sorted((one, other))
    return f"{first}|{second}"
