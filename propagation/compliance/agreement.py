"""Whether a conclusion hangs on the method or model chosen.

A finding decides by one method. Beside it stand the margins by every other; where all fall on the
same side of the limit it is *robust*, otherwise *model-sensitive*. Whether a margin comes from
another method of summation or from another propagation model makes no difference.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Agreement",
    "ModelAgreement",
    "ModelMargin",
    "Vote",
    "agreement_of",
    "compared",
    "spread_db",
]


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


@dataclass(frozen=True, slots=True)
class ModelMargin:
    """The margin of a finding by one model.

    Attributes
    ----------
    model : str
        Its edition.
    method : str or None
        How fields were combined; None where there was one.
    margin_db : float
        Distance to the limit, 0 or positive when it is kept.
    """

    model: str
    method: str | None
    margin_db: float


@dataclass(frozen=True, slots=True)
class ModelAgreement:
    """Whether a finding's conclusion hangs on the model.

    Attributes
    ----------
    verdict : Agreement
        *Robust* where all models and methods conclude the same.
    spread_db : float
        Largest minus smallest margin.
    margins : tuple of ModelMargin
        Of every model and method; the first is the one that decides.
    """

    verdict: Agreement
    spread_db: float
    margins: tuple[ModelMargin, ...]

    def __post_init__(self) -> None:
        """Accept the verdict by its name too, never anything else."""
        object.__setattr__(self, "verdict", Agreement(self.verdict))


def compared(
    margins: Sequence[ModelMargin], *, known: Agreement = Agreement.ROBUST
) -> ModelAgreement | None:
    """Compare the margins of a finding by several models.

    Parameters
    ----------
    margins : sequence of ModelMargin
        The one that decides first; NaN is no vote, an infinite one keeps the limit or breaks it.
    known : Agreement
        What is known already, of the methods of summation; where they disagree, all do.

    Returns
    -------
    ModelAgreement or None
        None where only one model has a say.
    """
    heard = tuple(one for one in margins if not math.isnan(one.margin_db))
    if len({one.model for one in heard}) < 2:
        return None
    found = agreement_of(Vote(one.margin_db) for one in heard)
    verdict = known if known is Agreement.MODEL_SENSITIVE else found
    finite = [one for one in heard if math.isfinite(one.margin_db)]
    return ModelAgreement(
        verdict=verdict,
        spread_db=round(spread_db(one.margin_db for one in finite), 2),
        margins=tuple(
            ModelMargin(one.model, one.method, round(one.margin_db, 2)) for one in finite
        ),
    )
