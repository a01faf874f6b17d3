"""What observations say about the source of an interference: one posterior over all candidates.

Each candidate is a cloud of *ways* in which it may be the source, with weights that sum to 1. A
station of the register stands where it is recorded, with a level that may differ from the
predicted one by an offset (record, model, product of intermodulation): one place, many offsets. A
source that is in no register may stand in any cell of an area with any power: many places, many
powers. So both are weighed by the same observations and are comparable:

``p(c | y) ~ p(c) sum_w w p(y1 | c, w) p(y2 | c, w) ...``

Observations are taken one after the other; what each did to a candidate is the logarithm of
``p(y_k | c, y_1 ... y_k-1)``, so the parts sum up to the whole whatever the order.

A level is log-normal around the prediction, ``y = E + offset + N(0, model^2 + shadowing^2 +
u^2)``, with a small share that has nothing to do with the emission. Not heard is
``P(y < threshold)``, heard at least is ``P(y > threshold)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from propagation.errors import PropagationError

__all__ = [
    "Cloud",
    "Level",
    "LevelKind",
    "Posterior",
    "gaussian_offsets",
    "log_frequency",
    "log_heard",
    "log_level",
    "posterior",
    "uniform_offsets",
]

Floats = NDArray[np.float64]

_OFFSETS: Final = 25
_SPAN: Final = 3.0
_GROSS_RANGE_DB: Final = 100.0
_GROSS_SHARE: Final = 0.02
_CARRIER_KHZ: Final = 2.0
_PRODUCT_KHZ: Final = 25.0


class LevelKind(StrEnum):
    """What is known of a level."""

    MEASURED = "measured"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Level:
    """A level at a point.

    Attributes
    ----------
    kind : LevelKind
        Measured; below or above the value.
    value_dbuvm : float
        The field, or the threshold.
    deviation_db : float
        Standard deviation about the prediction: model, shadowing and measurement together.
    gross_share : float
        Share of levels that are of something else.
    """

    kind: LevelKind
    value_dbuvm: float
    deviation_db: float
    gross_share: float = _GROSS_SHARE


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """The ways in which a candidate may be the source.

    Attributes
    ----------
    log_weight : ndarray, shape (q, m)
        Of each offset at each place; sums up to 1 once exponentiated.
    offset_db : ndarray, shape (q, 1)
        By how much the level is higher than predicted.
    """

    log_weight: Floats
    offset_db: Floats

    def __post_init__(self) -> None:
        """Refuse weights that belong to no offsets."""
        if self.log_weight.shape[0] != self.offset_db.size:
            raise PropagationError("a weight for every offset")

    def weighed(self, log_likelihood: Floats) -> "tuple[Cloud, float]":
        """Return the cloud after an observation, and how likely the observation was."""
        joint = self.log_weight + log_likelihood
        total = float(logsumexp(joint))
        if not np.isfinite(total):
            return self, -np.inf
        return Cloud(joint - total, self.offset_db), total

    def within(self, places: NDArray[np.bool_]) -> "tuple[Cloud, float]":
        """Return the cloud at some of its places alone, and how probable they were, shape (m,)."""
        return self.weighed(np.where(places, 0.0, -np.inf))

    def places(self) -> Floats:
        """Return the probability of each place, shape (m,)."""
        return np.asarray(np.exp(logsumexp(self.log_weight, axis=0)))


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What is believed after the observations.

    Attributes
    ----------
    probability : ndarray, shape (c,)
        Of each candidate, 1 together.
    log_part : ndarray, shape (o, c)
        Natural logarithm of how likely each observation was for each candidate, after those
        before it.
    path : ndarray, shape (o + 1, c)
        Probabilities before any observation, and after each.
    clouds : tuple of Cloud
        As the observations left them.
    """

    probability: Floats
    log_part: Floats
    path: Floats
    clouds: tuple[Cloud, ...] = field(repr=False)

    def log10_factor(self) -> Floats:
        """Return what each observation did to each candidate's odds, decadic, shape (o, c).

        The Bayes factor of a candidate against all the others, as they stood before.
        """
        before, part = self.path[:-1], self.log_part
        found = np.empty_like(part)
        for column in range(part.shape[1]):
            others = np.delete(before, column, axis=1)
            with np.errstate(divide="ignore", invalid="ignore"):
                weight = np.log(others / others.sum(axis=1, keepdims=True))
                rest = logsumexp(weight + np.delete(part, column, axis=1), axis=1)
                found[:, column] = (part[:, column] - rest) / np.log(10)
        return np.nan_to_num(found, nan=0.0, posinf=99.0, neginf=-99.0)


def gaussian_offsets(deviation_db: float, places: int = 1) -> Cloud:
    """Return a cloud whose level is off by a normal deviation, alike at all its places."""
    step = np.linspace(-_SPAN, _SPAN, _OFFSETS)
    weight = -0.5 * step**2
    weight -= logsumexp(weight) + np.log(places)
    grid = np.repeat(weight[:, np.newaxis], places, axis=1)
    return Cloud(grid, (step * deviation_db)[:, np.newaxis])


def uniform_offsets(lower_db: float, upper_db: float, places: int) -> Cloud:
    """Return a cloud whose power is anything between two, alike at all its places."""
    step = np.linspace(lower_db, upper_db, _OFFSETS)
    grid = np.full((_OFFSETS, places), -np.log(_OFFSETS * places))
    return Cloud(grid, step[:, np.newaxis])


def log_level(level: Level, predicted_dbuvm: Floats, offset_db: Floats, blur_db: Floats) -> Floats:
    """Return how likely a level is, for each offset and place.

    Parameters
    ----------
    level : Level
        What is known.
    predicted_dbuvm : ndarray, shape (m,)
        Field from each place; NaN where it is not known, which tells nothing.
    offset_db : ndarray, shape (q, 1)
        What is added to it.
    blur_db : ndarray, shape (m,)
        What a place that stands for a cell adds to the deviation.

    Returns
    -------
    ndarray, shape (q, m)
        Logarithm of the density, for dB, or of the probability.
    """
    deviation = np.hypot(level.deviation_db, blur_db)
    known = ~np.isnan(predicted_dbuvm)
    predicted = np.where(known, predicted_dbuvm, level.value_dbuvm)
    away = (level.value_dbuvm - predicted - offset_db) / deviation
    if level.kind is LevelKind.MEASURED:
        own = -0.5 * away**2 - np.log(deviation * np.sqrt(2 * np.pi))
        nothing = -np.log(_GROSS_RANGE_DB)
    else:
        own = log_ndtr(away if level.kind is LevelKind.BELOW else -away)
        nothing = -np.log(2.0)
    found = np.log1p(-level.gross_share) + own
    if level.gross_share > 0:
        found = np.logaddexp(found, np.log(level.gross_share) + nothing)
    return np.asarray(np.where(known, found, nothing))


def log_frequency(
    away_khz: float,
    uncertainty_khz: float,
    width_khz: float,
    *,
    carrier: bool = True,
    anywhere: bool = False,
) -> float:
    """Return how likely a frequency is that was read, as a density over kHz.

    Parameters
    ----------
    away_khz : float
        Read less expected.
    uncertainty_khz : float
        Expanded uncertainty (k = 2) of the reading.
    width_khz : float
        Range over which a frequency of something else is even.
    carrier : bool
        Whether a carrier is expected (2 kHz of tolerance) or a product, whose middle is read
        less sharply (25 kHz).
    anywhere : bool
        Whether the emission has no frequency of its own: even over the range.
    """
    nobody = -float(np.log(width_khz))
    if anywhere:
        return nobody
    spread = float(np.hypot(uncertainty_khz / 2, _CARRIER_KHZ if carrier else _PRODUCT_KHZ))
    own = -0.5 * (away_khz / spread) ** 2 - float(np.log(spread * np.sqrt(2 * np.pi)))
    return float(np.logaddexp(own, np.log(_GROSS_SHARE) + nobody))


def log_heard(
    transmits: Sequence[float | None],
    heard: Sequence[bool],
    *,
    detection: float = 0.9,
    false_alarm: float = 0.05,
    always: float = 0.5,
) -> float:
    """Return how likely a log of hearing and silence is.

    Parameters
    ----------
    transmits : sequence of float or None
        Share of each entry's time in which the candidate transmits; None throughout where its
        hours are not known.
    heard : sequence of bool
        Whether the interference was there.
    detection, false_alarm : float
        Probability of hearing it where it transmits, and where it does not.
    always : float
        Probability that a candidate of unknown hours transmits all the time; otherwise every share
        of the entries is as likely.
    """
    if not heard:
        return 0.0
    if any(share is None for share in transmits):
        yes = sum(heard)
        no = len(heard) - yes
        steady = yes * np.log(detection) + no * np.log1p(-detection)
        shares = np.linspace(0.0, 1.0, 101)[:, np.newaxis]
        known = shares * detection + (1 - shares) * false_alarm
        varied = (yes * np.log(known) + no * np.log1p(-known)).ravel()
        mixed = logsumexp(varied) - np.log(shares.size)
        return float(np.logaddexp(np.log(always) + steady, np.log1p(-always) + mixed))
    total = 0.0
    for share, was in zip(transmits, heard, strict=True):
        chance = float(share or 0.0) * detection + (1 - float(share or 0.0)) * false_alarm
        total += float(np.log(chance if was else 1 - chance))
    return total


def posterior(
    prior: Floats, clouds: Sequence[Cloud], observations: Sequence[Sequence[Floats | float]]
) -> Posterior:
    """Return what is believed of each candidate after the observations.

    Parameters
    ----------
    prior : ndarray, shape (c,)
        Before; made to sum up to 1.
    clouds : sequence of Cloud
        The ways of each candidate.
    observations : sequence of sequences
        For each observation and candidate the logarithm of how likely it is in each way: what
        broadcasts with the cloud's weights.

    Raises
    ------
    PropagationError
        If nothing is possible.
    """
    if not np.any(prior > 0):
        raise PropagationError("no candidate is possible")
    with np.errstate(divide="ignore"):
        log_odds = np.log(prior / prior.sum())
    current = list(clouds)
    parts = np.zeros((len(observations), len(current)))
    path = [np.exp(log_odds)]
    for row, observed in enumerate(observations):
        for column, each in enumerate(observed):
            current[column], parts[row, column] = current[column].weighed(np.asarray(each))
        log_odds = log_odds + parts[row]
        log_odds -= logsumexp(log_odds)
        path.append(np.exp(log_odds))
    return Posterior(path[-1], parts, np.array(path), tuple(current))
