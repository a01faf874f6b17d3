"""On which channels, and at which places, a new station could stand.

A channel passes at a place when the new station keeps the protection of every other station there
(its field, raised by the protection ratio of the spacing, stays below the wanted field wherever
that is protected) and reaches its own minimum field against what the others do to it. The margin
of a channel at a place is the smaller of the two.

Of a station that is to be protected only its *headroom* counts: the least difference, over its
protected points, of its own field and the field that the new station would have there. Channels
of every spacing share it, for within a few hundred kHz a path loses the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range
from propagation.interference.nuisance import nuisance_of
from propagation.interference.protection import Protection, has_ratio

__all__ = [
    "NOBODY",
    "ChannelNuisance",
    "ChannelProtection",
    "PassingChannels",
    "channels_khz",
    "passing_channels",
    "protection_margin_db",
    "service_margin_db",
]

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Indices = NDArray[np.int16]

NOBODY: Final = -1
"""Index of no station and of no channel."""

_SOURCE: Final = "channel finder"
_WHOLE_KHZ: Final = 1e-6


def channels_khz(lowest_mhz: float, highest_mhz: float, raster_khz: float) -> Floats:
    """Return the carriers of a band: the multiples of a raster, both ends included.

    Parameters
    ----------
    lowest_mhz, highest_mhz : float
        Ends of the band.
    raster_khz : float
        Distance between channels, positive.

    Returns
    -------
    ndarray, shape (channels,)
        kHz, ascending; empty where no multiple lies in the band.

    Raises
    ------
    OutOfRangeError
        If an end or the raster is not positive and finite.
    """
    for name, value in (("lowest_mhz", lowest_mhz), ("highest_mhz", highest_mhz)):
        require_range(name, value, 0, 1e6, _SOURCE, inclusive=False)
    require_range("raster_khz", raster_khz, 0, 1e6, _SOURCE, inclusive=False)
    first = math.ceil(lowest_mhz * 1e3 / raster_khz - _WHOLE_KHZ)
    last = math.floor(highest_mhz * 1e3 / raster_khz + _WHOLE_KHZ)
    carriers: Floats = np.round(np.arange(first, last + 1, dtype=np.float64) * raster_khz, 3)
    return carriers


def protection_margin_db(
    steady_headroom_db: ArrayLike,
    tropospheric_headroom_db: ArrayLike,
    spacing_khz: float,
    protection: Protection,
) -> Floats:
    """Return by how much a new station keeps the protection of another.

    Parameters
    ----------
    steady_headroom_db, tropospheric_headroom_db : array_like
        Wanted field less the field of the new station, for 50 % and for 1 % of time, the least of
        all protected points.
    spacing_khz : float
        New minus protected carrier.
    protection : Protection
        What protects the station.

    Returns
    -------
    ndarray
        dB, of the broadcast shape; below 0 the protection is broken, NaN where a headroom is not
        known.
    """
    steady, rare = (
        np.asarray(headroom, dtype=np.float64)
        for headroom in (steady_headroom_db, tropospheric_headroom_db)
    )
    return -nuisance_of(protection, -steady, -rare, spacing_khz).governing_dbuvm


class ChannelProtection:
    """The least protection margin of every channel at every place, station after station.

    Stations are added in one order; then the same stations give the same bytes.

    Parameters
    ----------
    carriers_khz : ndarray, shape (channels,)
        The channels.
    places : int
        How many places there are.

    Attributes
    ----------
    margin_db : ndarray of float32, shape (channels, places)
        The least margin so far, inf where nobody is protected; NaN where one is not known.
    station : ndarray of int16, shape (channels, places)
        Index of the station whose it is, of equal margins the one added first; NOBODY.
    """

    def __init__(self, carriers_khz: Floats, places: int) -> None:
        self._carriers_khz = carriers_khz
        self.margin_db: Values = np.full((carriers_khz.size, places), np.inf, dtype=np.float32)
        self.station: Indices = np.full(self.margin_db.shape, NOBODY, dtype=np.int16)

    def add(
        self,
        index: int,
        carrier_khz: float,
        protection: Protection,
        headroom_db: Floats,
    ) -> None:
        """Add a station that is to be protected.

        Parameters
        ----------
        index : int
            Who it is, 0 or more.
        carrier_khz : float
            Its carrier.
        protection : Protection
            What protects it.
        headroom_db : ndarray, shape (2, places)
            Its headroom for 50 % and for 1 % of time.
        """
        steady, rare = headroom_db
        for channel, spacing_khz in _related(self._carriers_khz, carrier_khz, protection):
            margin = protection_margin_db(steady, rare, spacing_khz, protection)
            row = self.margin_db[channel]
            found = margin.astype(np.float32)
            less = (found < row) | (np.isnan(found) & ~np.isnan(row))
            row[less] = found[less]
            self.station[channel, less] = index


class ChannelNuisance:
    """What the other stations do on every channel at places of reception, added as powers.

    Parameters
    ----------
    carriers_khz : ndarray, shape (channels,)
        The channels.
    places : int
        How many places there are.
    protection : Protection
        What protects the new station's reception.
    """

    def __init__(self, carriers_khz: Floats, places: int, protection: Protection) -> None:
        self._carriers_khz = carriers_khz
        self._protection = protection
        self._power: Values = np.zeros((carriers_khz.size, places), dtype=np.float32)

    def add(self, carrier_khz: float, fields_dbuvm: ArrayLike) -> None:
        """Add one station.

        Parameters
        ----------
        carrier_khz : float
            Its carrier.
        fields_dbuvm : array_like, shape (2, places)
            Its field for 50 % and for 1 % of time; -inf is none, NaN is not known.
        """
        steady, rare = np.asarray(fields_dbuvm, dtype=np.float64)
        for channel, spacing_khz in _related(self._carriers_khz, carrier_khz, self._protection):
            # seen from the new station: the other's carrier less its own
            found = nuisance_of(self._protection, steady, rare, -spacing_khz).governing_dbuvm
            self._power[channel] += (10 ** (found / 10)).astype(np.float32)

    def usable_dbuvm(self, channel: int) -> Floats:
        """Return the power sum on a channel, -inf where nobody disturbs, NaN where not known."""
        with np.errstate(divide="ignore"):  # log10(0) is -inf, as it should be
            return np.asarray(10 * np.log10(self._power[channel].astype(np.float64)))


def service_margin_db(
    own_dbuvm: ArrayLike, usable_dbuvm: ArrayLike, minimum_dbuvm: float, served_percent: float
) -> Floats:
    """Return by how much a new station serves the points around it.

    Parameters
    ----------
    own_dbuvm : array_like, shape (..., points)
        Its own median field at the points around each place.
    usable_dbuvm : array_like, shape (..., points)
        What the others ask there; -inf is nothing.
    minimum_dbuvm : float
        Minimum field of its reception.
    served_percent : float
        Share of the points that have to be served, above 0 to 100.

    Returns
    -------
    ndarray, shape (...)
        The margin that so many of the points have at least; NaN where one is not known.

    Raises
    ------
    OutOfRangeError
        If the share is out of range.
    """
    require_range("served_percent", served_percent, 0, 100, _SOURCE)
    require_range("served_percent", served_percent, 0, np.inf, _SOURCE, inclusive=False)
    own = np.asarray(own_dbuvm, dtype=np.float64)
    margin = own - np.maximum(np.asarray(usable_dbuvm, dtype=np.float64), minimum_dbuvm)
    points = margin.shape[-1]
    needed = max(1, math.ceil(served_percent / 100 * points - 1e-9))
    if needed == points:
        return np.asarray(margin.min(axis=-1))
    ordered = np.sort(margin, axis=-1)[..., points - needed]  # NaN sorts last
    return np.asarray(np.where(np.isnan(margin).any(axis=-1), np.nan, ordered))


@dataclass(frozen=True, slots=True, eq=False)
class PassingChannels:
    """What passes at each place.

    Attributes
    ----------
    passes : ndarray of bool, shape (channels, places)
        Whether a channel passes.
    count : ndarray of int16, shape (places,)
        How many pass.
    best : ndarray of int16, shape (places,)
        The channel of the largest margin, of equal ones the lowest; NOBODY where none passes.
    best_margin_db : ndarray of float32, shape (places,)
        Its margin, also where none passes; NaN where none is known.
    """

    passes: NDArray[np.bool_]
    count: Indices
    best: Indices
    best_margin_db: Values


def passing_channels(margin_db: Values, reserve_db: float = 0.0) -> PassingChannels:
    """Return what passes: margins that reach a reserve.

    Parameters
    ----------
    margin_db : ndarray of float32, shape (channels, places)
        Margins; NaN passes nowhere.
    reserve_db : float
        What is kept for the differences of the method.

    Raises
    ------
    PropagationError
        If there is no channel.
    """
    if margin_db.shape[0] == 0:
        raise PropagationError("no channel to choose from")
    passes = margin_db >= np.float32(reserve_db)
    known = np.where(np.isnan(margin_db), np.float32(-np.inf), margin_db)
    best = known.argmax(axis=0)
    largest = np.take_along_axis(known, best[np.newaxis], axis=0)[0]
    count = np.count_nonzero(passes, axis=0)
    return PassingChannels(
        passes=passes,
        count=count.astype(np.int16),
        best=np.where(count > 0, best, NOBODY).astype(np.int16),
        best_margin_db=np.where(np.isneginf(largest), np.float32(np.nan), largest),
    )


def _related(
    carriers_khz: Floats, carrier_khz: float, protection: Protection
) -> Sequence[tuple[int, float]]:
    """Return the channels at whose spacing a carrier counts, with the spacing to the hertz."""
    return [
        (channel, spacing)
        for channel, spacing in enumerate(
            round(float(one) - carrier_khz, 3) for one in carriers_khz
        )
        if has_ratio(protection, spacing)
    ]
