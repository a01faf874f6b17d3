"""Intermodulation products of carriers that meet on one site, and the channels that they hit.

A product of order n is a sum of n carriers, some taken negative: ``f = |sum c_i f_i|`` with
``sum |c_i| = n`` and no carrier on both sides (those would cancel to a lower order). Of order 2:
2A, A+B, A-B; of order 3: 3A, 2A+B, A+B+C, 2A-B, A+B-C; of order 5 everything from 5A to A+B+C-D-E.

Bandwidth: a product is the convolution of the spectra of its carriers, so it is as wide as their
supports together, ``B = sum |c_i| B_i``: three carriers of 200 kHz give 600 kHz (derived; an upper
bound, the power at its edges is small). A product hits a channel where the two overlap or come
nearer than a guard: ``|f - f_channel| <= (B + B_channel) / 2 + guard``.

The sums of the positive side are sorted once; for each channel and each negative side, those that
fit lie between two places of that list. So what is found costs, not what is possible: 30 carriers
have 2.6 million products of order 5.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from propagation.errors import PropagationError, require_range

__all__ = [
    "ORDERS",
    "Band",
    "ChannelHits",
    "Hit",
    "channel_hits",
    "count_products",
    "formula",
    "hits",
]

ORDERS = (2, 3, 5)
"""Orders that can be asked for; order 4 falls far from every band of its carriers."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOLERANCE_KHZ = 1e-6


@dataclass(frozen=True, slots=True)
class Band:
    """A carrier, or a channel that something receives.

    Attributes
    ----------
    frequency_mhz : float
        Its middle, positive.
    bandwidth_khz : float
        Its width, 0 or more.
    """

    frequency_mhz: float
    bandwidth_khz: float

    def __post_init__(self) -> None:
        """Refuse what is no band."""
        source = "a band has a positive frequency and a width"
        require_range("frequency_mhz", self.frequency_mhz, 0, math.inf, source, inclusive=False)
        require_range("bandwidth_khz", self.bandwidth_khz, 0, math.inf, source)


@dataclass(frozen=True, slots=True)
class Hit:
    """One product on one channel.

    Attributes
    ----------
    channel : int
        Place of the channel in the list given.
    order : int
        Order of the product.
    coefficients : tuple of (int, int)
        Place of each carrier in the list given and how often it is taken; negative is subtracted.
    frequency_mhz, bandwidth_khz : float
        Middle and width of the product.
    offset_khz : float
        Middle of the product less that of the channel.
    """

    channel: int
    order: int
    coefficients: tuple[tuple[int, int], ...]
    frequency_mhz: float
    bandwidth_khz: float
    offset_khz: float

    @property
    def carriers(self) -> frozenset[int]:
        """The carriers that take part."""
        return frozenset(place for place, _ in self.coefficients)


@dataclass(frozen=True, slots=True)
class ChannelHits:
    """The products of one order on one channel.

    Attributes
    ----------
    count : int
        How many there are.
    nearest : Hit
        The one nearest to the middle of the channel; one of them where several are as near.
    """

    count: int
    nearest: Hit


def hits(
    carriers: Sequence[Band],
    channels: Sequence[Band],
    *,
    orders: Sequence[int] = ORDERS,
    guard_khz: float = 0.0,
    must_hold: int | None = None,
) -> tuple[Hit, ...]:
    """Find every product of the carriers that hits a channel.

    Parameters
    ----------
    carriers : sequence of Band
        What transmits on the site.
    channels : sequence of Band
        What is received.
    orders : sequence of int
        Of 2, 3 and 5.
    guard_khz : float
        Gap between the edges of product and channel up to which it is a hit, 0 or more.
    must_hold : int, optional
        Place of a carrier: only products in which it takes part.

    Returns
    -------
    tuple of Hit
        By channel, order, distance from the channel's middle, and formula; each product once,
        whatever the order of its carriers.

    Raises
    ------
    OutOfRangeError
        If the guard is negative.
    PropagationError
        If an order is none of 2, 3 and 5.
    """
    found = [
        hit
        for some in _every(carriers, channels, orders, guard_khz, must_hold)
        for hit in some.all()
    ]
    found.sort(key=_rank)
    return tuple(found)


def channel_hits(
    carriers: Sequence[Band],
    channels: Sequence[Band],
    *,
    orders: Sequence[int] = ORDERS,
    guard_khz: float = 0.0,
    must_hold: int | None = None,
    owners: Sequence[int | None] = (),
) -> tuple[ChannelHits, ...]:
    """Count the products on each channel and name the nearest, order by order.

    With many carriers the products of order 5 on one channel are tens of thousands, which nobody
    reads one by one.

    Parameters
    ----------
    carriers, channels, orders, guard_khz, must_hold
        As in `hits`, with its errors.
    owners : sequence of int or None
        The carrier that transmits on each channel, by its place: products in which it takes part
        are its own neighbours and do not count there. Empty where no channel has one.

    Returns
    -------
    tuple of ChannelHits
        By channel and order; a channel that no product of an order hits is left out.
    """
    counts: Counter[tuple[int, int]] = Counter()
    nearest: dict[tuple[int, int], Hit] = {}
    for every in _every(carriers, channels, orders, guard_khz, must_hold):
        some = every.without(owners[every.channel]) if owners else every
        if not some.size:
            continue
        key = (some.channel, some.order)
        counts[key] += some.size
        hit = some.nearest()
        nearest[key] = min(nearest.get(key, hit), hit, key=_rank)
    return tuple(ChannelHits(counts[key], nearest[key]) for key in sorted(nearest))


def _rank(hit: Hit) -> tuple[int, int, float, tuple[tuple[int, int], ...]]:
    return hit.channel, hit.order, round(abs(hit.offset_khz), 6), hit.coefficients


def _every(
    carriers: Sequence[Band],
    channels: Sequence[Band],
    orders: Sequence[int],
    guard_khz: float,
    must_hold: int | None,
) -> Iterator["_Found"]:
    require_range("guard_khz", guard_khz, 0, math.inf, "a gap between two bands")
    for order in sorted(set(orders)):
        for more in range(_fewest_positive(order), order + 1):
            if not _may_reach(carriers, channels, (more, order - more), guard_khz):
                continue
            sides = _Sides(carriers, more, order - more)
            for place, channel in enumerate(channels):
                found = sides.found(place, channel, guard_khz, must_hold)
                if found is not None:
                    yield found


def _may_reach(
    carriers: Sequence[Band], channels: Sequence[Band], sides: tuple[int, int], guard_khz: float
) -> bool:
    """Return whether any sum of some size can come as far as any channel: a bound, no search."""
    if not carriers or not channels:
        return False
    more, less = sides
    low = min(band.frequency_mhz for band in carriers)
    high = max(band.frequency_mhz for band in carriers)
    widest = (more + less) * max(band.bandwidth_khz for band in carriers)
    widest += max(band.bandwidth_khz for band in channels)
    reach_mhz = (widest / 2 + guard_khz + _TOLERANCE_KHZ) / 1e3
    least, most = more * low - less * high, more * high - less * low
    first = min(band.frequency_mhz for band in channels)
    last = max(band.frequency_mhz for band in channels)
    return least <= last + reach_mhz and most >= first - reach_mhz


def count_products(carriers: int, orders: Sequence[int] = ORDERS) -> int:
    """Return how many products a number of carriers has.

    Parameters
    ----------
    carriers : int
        Number of carriers.
    orders : sequence of int
        Of 2, 3 and 5.

    Returns
    -------
    int
        Formulas without a carrier on both sides. A-B and B-A are one.
    """
    total = 0
    for order in sorted(set(orders)):
        for more in range(_fewest_positive(order), order + 1):
            less = order - more
            ways = sum(
                math.comb(carriers, kinds)
                * math.comb(more - 1, kinds - 1)
                * _multisets(carriers - kinds, less)
                for kinds in range(1, min(more, carriers) + 1)
            )
            total += ways // 2 if more == less else ways
    return total


def formula(coefficients: Sequence[tuple[int, int]]) -> tuple[str, tuple[int, ...]]:
    """Write a product in letters, the carriers in the order in which they first stand.

    Parameters
    ----------
    coefficients : sequence of (int, int)
        Place and coefficient of each carrier, as in `Hit`.

    Returns
    -------
    tuple of str and tuple of int
        For example ``2A-B``, and the places of A and B.
    """
    ranked = sorted(coefficients, key=lambda item: (item[1] < 0, -abs(item[1]), item[0]))
    text = ""
    for letter, (_, times) in zip(_LETTERS, ranked, strict=False):
        sign = "-" if times < 0 else "+" if text else ""
        text += f"{sign}{abs(times) if abs(times) > 1 else ''}{letter}"
    return text, tuple(place for place, _ in ranked)


def _fewest_positive(order: int) -> int:
    """Return how many carriers at least are added: more than half, or half of an even order."""
    if order not in ORDERS:
        raise PropagationError(f"order {order} is none of {', '.join(map(str, ORDERS))}")
    return (order + 1) // 2


def _multisets(of: int, size: int) -> int:
    return math.comb(of + size - 1, size) if of else int(size == 0)


@lru_cache(maxsize=32)
def _combinations(carriers: int, size: int) -> NDArray[np.int16]:
    """Return all multisets of a size as rows of places."""
    if size == 0:
        return np.zeros((1, 0), dtype=np.int16)
    every = chain.from_iterable(combinations_with_replacement(range(carriers), size))
    return np.fromiter(every, dtype=np.int16).reshape(-1, size)


class _Sides:
    """The sums that are added, sorted, and those that are subtracted."""

    def __init__(self, carriers: Sequence[Band], more: int, less: int) -> None:
        self._order = more + less
        self._frequency = np.array([band.frequency_mhz for band in carriers])
        self._width = np.array([band.bandwidth_khz for band in carriers])
        self._more = _combinations(len(carriers), more)
        self._less = _combinations(len(carriers), less)
        sums = self._frequency[self._more].sum(axis=1)
        by_size = np.argsort(sums, kind="stable")
        self._more, self._sums = self._more[by_size], sums[by_size]
        self._taken = self._frequency[self._less].sum(axis=1)
        self._widest = self._order * float(self._width.max(initial=0.0))

    def _holding(self, carrier: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which sums of either side hold a carrier."""
        return (self._more == carrier).any(axis=1), (self._less == carrier).any(axis=1)

    def found(
        self, place: int, channel: Band, guard_khz: float, must_hold: int | None
    ) -> "_Found | None":
        """Return the products of these sides on one channel, None where there is none."""
        reach_mhz = ((self._widest + channel.bandwidth_khz) / 2 + guard_khz + _TOLERANCE_KHZ) / 1e3
        middle = self._taken + channel.frequency_mhz
        first = np.searchsorted(self._sums, middle - reach_mhz, side="left")
        counts = np.searchsorted(self._sums, middle + reach_mhz, side="right") - first
        if not counts.any():
            return None
        minus = np.repeat(np.arange(counts.size), counts)
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        plus = np.repeat(first, counts) + np.arange(minus.size) - starts
        if must_hold is not None:
            held = self._holding(must_hold)
            wanted = held[0][plus] | held[1][minus]
            plus, minus = plus[wanted], minus[wanted]
        added, taken = self._more[plus], self._less[minus]
        offset_khz = (self._sums[plus] - self._taken[minus] - channel.frequency_mhz) * 1e3
        width_khz = self._width[added].sum(axis=1) + self._width[taken].sum(axis=1)
        reach_khz = (width_khz + channel.bandwidth_khz) / 2 + guard_khz + _TOLERANCE_KHZ
        kept = np.abs(offset_khz) <= reach_khz
        kept &= ~(added[:, :, np.newaxis] == taken[:, np.newaxis, :]).any(axis=(1, 2))
        if not kept.any():
            return None
        parts = (added[kept], taken[kept], offset_khz[kept], width_khz[kept])
        return _Found(place, channel.frequency_mhz, *parts)


class _Found:
    """Products on one channel, as columns."""

    def __init__(
        self,
        channel: int,
        frequency_mhz: float,
        *columns: NDArray[np.int16] | NDArray[np.float64],
    ) -> None:
        self.channel = channel
        self._frequency_mhz = frequency_mhz
        self._added, self._taken, self._offset_khz, self._width_khz = columns
        self.size = len(self._offset_khz)
        self.order = self._added.shape[1] + self._taken.shape[1]

    def without(self, carrier: int | None) -> "_Found":
        """Return the products in which a carrier takes no part."""
        if carrier is None:
            return self
        kept = ~((self._added == carrier).any(axis=1) | (self._taken == carrier).any(axis=1))
        columns = (self._added, self._taken, self._offset_khz, self._width_khz)
        return _Found(self.channel, self._frequency_mhz, *(column[kept] for column in columns))

    def all(self) -> Iterator[Hit]:
        """Yield every product."""
        return map(self._hit, range(self.size))

    def nearest(self) -> Hit:
        """Return the product nearest to the middle."""
        away = np.round(np.abs(self._offset_khz), 6)
        rows = np.flatnonzero(away == away.min())
        return self._hit(int(rows[0]))

    def _hit(self, row: int) -> Hit:
        counted = Counter(map(int, self._added[row]))
        counted.subtract(map(int, self._taken[row]))
        offset_khz = float(self._offset_khz[row])
        return Hit(
            channel=self.channel,
            order=self.order,
            coefficients=tuple(sorted(counted.items())),
            frequency_mhz=self._frequency_mhz + offset_khz / 1e3,
            bandwidth_khz=float(self._width_khz[row]),
            offset_khz=offset_khz,
        )
