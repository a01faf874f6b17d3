"""Which measurement would tell two candidates apart best: expected information, in bits.

A measurement has outcomes: a bearing in sectors, a level in steps, or nothing heard. Its expected
information is ``H(sum_c p_c q_c) - sum_c p_c H(q_c)``, with q_c the probabilities of the outcomes
if c is the source and p_c what is believed of the two: the mutual information between source and
outcome, 1 bit where two equally likely candidates are told apart for sure.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from propagation.interference.bearings import concentration

__all__ = ["bearing_outcomes", "expected_information_bits", "level_outcomes"]

Floats = NDArray[np.float64]

_SECTORS: Final = 72
_LEVELS_DBUVM: Final = np.arange(-20.0, 121.0, 4.0)


def bearing_outcomes(
    azimuth_deg: Floats,
    heard: Floats,
    weight: Floats,
    *,
    error_deg: float,
    reversed_share: float,
    gross_share: float,
) -> Floats:
    """Return how probable each outcome of a bearing is at points, for one candidate.

    Parameters
    ----------
    azimuth_deg : ndarray, shape (g, m)
        From each point to each place of the candidate.
    heard : ndarray, shape (g, m)
        Probability that it is heard there.
    weight : ndarray, shape (m,)
        Probability of each place.
    error_deg, reversed_share, gross_share : float
        Of the bearing.

    Returns
    -------
    ndarray, shape (g, sectors + 1)
        The last outcome is that nothing is heard.
    """
    kappa = float(concentration(error_deg))
    middle = (np.arange(_SECTORS) + 0.5) * (360.0 / _SECTORS)
    found = np.zeros((azimuth_deg.shape[0], _SECTORS + 1))
    for place in range(weight.size):
        away = np.cos(np.radians(middle - azimuth_deg[:, place, np.newaxis]))
        straight, turned = (np.exp(kappa * (one - 1)) for one in (away, -away))
        own = (1 - reversed_share) * straight / straight.sum(axis=1, keepdims=True)
        own += reversed_share * turned / turned.sum(axis=1, keepdims=True)
        own = (1 - gross_share) * own + gross_share / _SECTORS
        audible = heard[:, place, np.newaxis]
        found[:, :-1] += weight[place] * audible * own
        found[:, -1] += weight[place] * (1 - audible[:, 0])
    return found


def level_outcomes(
    predicted_dbuvm: Floats, weight: Floats, deviation_db: float, threshold_dbuvm: float
) -> Floats:
    """Return how probable each outcome of a level is at points, for one candidate.

    Parameters
    ----------
    predicted_dbuvm : ndarray, shape (g, m)
        At each point from each way of the candidate.
    weight : ndarray, shape (m,)
        Probability of each way.
    deviation_db : float
        Of a level about its prediction.
    threshold_dbuvm : float
        Below it nothing is heard.

    Returns
    -------
    ndarray, shape (g, steps + 2)
        The first outcome is that nothing is heard.
    """
    edges = np.maximum(_LEVELS_DBUVM, threshold_dbuvm)
    below = ndtr((edges - predicted_dbuvm[..., np.newaxis]) / deviation_db)
    ends = np.ones_like(below[..., :1])
    steps = np.diff(np.concatenate([0 * ends, below, ends], axis=-1), axis=-1)
    return np.asarray(np.einsum("gmk,m->gk", steps, weight))


def expected_information_bits(probability: Floats, outcomes: tuple[Floats, ...]) -> Floats:
    """Return what a measurement is expected to tell, at each point.

    Parameters
    ----------
    probability : ndarray, shape (c,)
        Of the candidates that are to be told apart, 1 together.
    outcomes : tuple of ndarray, shape (g, k)
        Probabilities of the outcomes for each of them.

    Returns
    -------
    ndarray, shape (g,)
        Bits, 0 to the entropy of the candidates.
    """
    mixed = sum(p * q for p, q in zip(probability, outcomes, strict=True))
    known = sum(p * _entropy(q) for p, q in zip(probability, outcomes, strict=True))
    return np.asarray(np.maximum(_entropy(np.asarray(mixed)) - known, 0.0))


def _entropy(outcomes: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(outcomes > 0, outcomes * np.log2(outcomes), 0.0)
    return np.asarray(-part.sum(axis=-1))
