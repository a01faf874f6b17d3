"""Self-interference of a single-frequency network: what comes too late disturbs.

All transmitters of the network send the same signal. A receiver that synchronises on the first one
that it detects (one that is not too far below the strongest) uses whole what arrives inside the
guard interval; what comes earlier or later is useful in part only, and the rest disturbs. With t
the delay behind that signal, Tu the useful symbol, D the guard interval and Tp the equalisation
interval:

    w(t) = 0                         t <= D - Tp
    w(t) = ((Tu + t) / Tu)^2         D - Tp < t < 0
    w(t) = 1                         0 <= t <= D
    w(t) = ((Tu + D - t) / Tu)^2     D < t <= Tp
    w(t) = 0                         t > Tp
    C = sum w(t_i) P_i,  I = sum (1 - w(t_i)) P_i

This is the weighting of EBU BPN 066 and Rec. ITU-R BT.1368 for DVB-T, **recalled (R-M)** and taken
for DVB-T2 with its own intervals. Powers add; how they vary over locations is for the caller.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.constants import SPEED_OF_LIGHT_M_PER_S
from propagation.errors import PropagationError, require_range

__all__ = ["NetworkFields", "NetworkTiming", "delay_us", "network_fields", "useful_weight"]

Floats = NDArray[np.float64]

_SOURCE: Final = "EBU BPN 066"


@dataclass(frozen=True, slots=True)
class NetworkTiming:
    """The intervals of a mode, microseconds.

    Attributes
    ----------
    useful_symbol_us : float
        Tu.
    guard_interval_us : float
        D.
    equalisation_us : float
        Tp, not shorter than the guard interval: later signals disturb whole.

    Raises
    ------
    OutOfRangeError
        If the intervals do not follow one another.
    """

    useful_symbol_us: float
    guard_interval_us: float
    equalisation_us: float

    def __post_init__(self) -> None:
        """Refuse intervals that do not follow one another."""
        useful = self.useful_symbol_us
        require_range("useful_symbol_us", useful, 0, np.inf, _SOURCE, inclusive=False)
        require_range("guard_interval_us", self.guard_interval_us, 0, useful, _SOURCE)
        longest = useful + self.guard_interval_us
        name = "equalisation_us"
        require_range(name, self.equalisation_us, self.guard_interval_us, longest, _SOURCE)


def useful_weight(delay_us: ArrayLike, timing: NetworkTiming) -> Floats:
    """Return the part of a signal's power that is useful, w(t).

    Parameters
    ----------
    delay_us : array_like
        Delay behind the signal on which the receiver synchronises; negative is before it.
    timing : NetworkTiming
        Intervals of the mode.

    Returns
    -------
    ndarray
        0 to 1, of the shape of the delay; NaN for NaN.
    """
    delay = np.asarray(delay_us, dtype=np.float64)
    useful, guard = timing.useful_symbol_us, timing.guard_interval_us
    outside = np.maximum(np.maximum(delay - guard, -delay), 0.0)
    most = timing.equalisation_us - guard
    falling = ((useful - np.minimum(outside, most)) / useful) ** 2
    inside = (delay >= 0) & (delay <= timing.equalisation_us)
    weight = np.where(inside | (outside < most), falling, 0.0)
    return np.asarray(np.where(np.isnan(delay), np.nan, weight))


def delay_us(distance_km: ArrayLike, transmitter_delay_us: ArrayLike = 0.0) -> Floats:
    """Return when a signal arrives: its path at the speed of light, and its transmitter's delay.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, 0 or more.
    transmitter_delay_us : array_like
        What the transmitter waits.
    """
    require_range("distance_km", distance_km, 0, np.inf, _SOURCE)
    path_us = 1e9 * np.asarray(distance_km, dtype=np.float64) / SPEED_OF_LIGHT_M_PER_S
    return np.asarray(path_us + np.asarray(transmitter_delay_us, dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class NetworkFields:
    """What a network gives at points, all of one shape.

    Attributes
    ----------
    useful_dbuvm, disturbing_dbuvm : ndarray
        Sums of the useful and of the disturbing parts, dB(uV/m); -inf is none.
    ratio_db : ndarray
        Effective C/I; inf where nothing disturbs.
    first : ndarray of int
        Transmitter on which a receiver synchronises; -1 where there is none.
    """

    useful_dbuvm: Floats
    disturbing_dbuvm: Floats
    ratio_db: Floats
    first: NDArray[np.intp]


def network_fields(
    median_dbuvm: ArrayLike,
    rare_dbuvm: ArrayLike,
    arrival_us: ArrayLike,
    timing: NetworkTiming,
    *,
    detection_db: float,
) -> NetworkFields:
    """Add the signals of a network at points.

    Parameters
    ----------
    median_dbuvm : array_like, shape (n, ...)
        Field of each transmitter for 50 % of time: its useful part counts.
    rare_dbuvm : array_like, shape (n, ...)
        The same for 1 % of time: its disturbing part counts.
    arrival_us : array_like, shape (n, ...)
        When each signal arrives (`delay_us`), on one clock.
    timing : NetworkTiming
        Intervals of the mode.
    detection_db : float
        How far below the strongest a signal may be for the receiver to synchronise on it, 0 or
        more.

    Returns
    -------
    NetworkFields
        Sums over the transmitters, shape (...). A field of -inf is no signal.

    Raises
    ------
    PropagationError
        If there is no transmitter.
    OutOfRangeError
        If `detection_db` is negative.
    """
    require_range("detection_db", detection_db, 0, np.inf, _SOURCE)
    median, rare, arrival = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (median_dbuvm, rare_dbuvm, arrival_us))
    )
    if median.ndim == 0 or median.shape[0] == 0:
        raise PropagationError("a network needs a transmitter")
    silent = np.isneginf(median)
    strongest = np.max(median, axis=0)
    heard = np.where(silent | (median < strongest - detection_db), np.inf, arrival)
    earliest = np.min(heard, axis=0)
    behind = np.where(silent, 0.0, arrival - np.where(np.isinf(earliest), 0.0, earliest))
    weight = useful_weight(behind, timing)
    useful = np.sum(weight * 10 ** (0.1 * median), axis=0)
    disturbing = np.sum((1 - weight) * 10 ** (0.1 * rare), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        useful_dbuvm, disturbing_dbuvm = 10 * np.log10(useful), 10 * np.log10(disturbing)
        ratio_db = np.where(disturbing > 0, useful_dbuvm - disturbing_dbuvm, np.inf)
    first = np.where(np.isposinf(earliest), -1, np.argmin(heard, axis=0))
    ratio_db = np.where(np.isnan(useful + disturbing) | (first < 0), np.nan, ratio_db)
    return NetworkFields(useful_dbuvm, disturbing_dbuvm, ratio_db, first)
