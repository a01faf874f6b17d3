"""Products of carriers: hand-computed sites, and every formula against a plain enumeration."""

import time
from collections import Counter
from itertools import combinations_with_replacement

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.interference.intermodulation import (
    Band,
    channel_hits,
    count_products,
    formula,
    hits,
)

FM = 200.0
SITE = [Band(99.0, FM), Band(101.0, FM), Band(95.0, FM)]


def described(found):
    """Return (formula, frequency) of each hit."""
    return {(formula(hit.coefficients)[0], round(hit.frequency_mhz, 6)) for hit in found}


def test_two_signal_product_by_hand() -> None:
    # 2 x 101.0 - 99.0 = 103.0 MHz: 3 carriers of 200 kHz, 600 kHz wide
    (hit,) = hits(SITE[:2], [Band(103.0, FM)], orders=[3])
    assert formula(hit.coefficients) == ("2A-B", (1, 0))
    assert hit.frequency_mhz == pytest.approx(103.0)
    assert hit.bandwidth_khz == pytest.approx(600)
    assert hit.offset_khz == pytest.approx(0, abs=1e-6)
    assert hit.carriers == {0, 1}


def test_three_signal_product_by_hand() -> None:
    # 99.0 + 101.0 - 95.0 = 105.0 MHz; 101 + 95 - 99 = 97.0; 99 + 95 - 101 = 93.0
    for frequency, minus in ((105.0, 2), (97.0, 0), (93.0, 1)):
        found = [h for h in hits(SITE, [Band(frequency, 0)], orders=[3]) if len(h.carriers) == 3]
        assert [formula(hit.coefficients)[0] for hit in found] == ["A+B-C"]
        assert formula(found[0].coefficients)[1][-1] == minus


def test_second_order_by_hand() -> None:
    # a difference falls low, a sum and a harmonic fall high: 2.0, 200.0 and 202.0 MHz
    channels = [Band(2.0, 0), Band(200.0, 0), Band(202.0, 0)]
    found = hits([Band(99.0, 0), Band(101.0, 0)], channels, orders=[2])
    assert [(hit.channel, formula(hit.coefficients)[0]) for hit in found] == [
        (0, "A-B"), (1, "A+B"), (2, "2A"),
    ]  # fmt: skip


def test_fifth_order_by_hand() -> None:
    # 3 x 101 - 2 x 99 = 105.0; 2 x 101 + 95 - 2 x 99 = 99.0 is another formula
    found = hits(SITE, [Band(105.0, 0)], orders=[5])
    assert ("3A-2B", 105.0) in described(found)
    assert ("2A+B-2C", 99.0) in described(hits(SITE, [Band(99.0, 0)], orders=[5]))


def test_edges_and_guard() -> None:
    # the product is 600 kHz wide and the channel 200: they touch 400 kHz apart
    def found(offset_khz: float, guard_khz: float) -> int:
        channel = Band(103.0 + offset_khz / 1e3, FM)
        return len(hits(SITE[:2], [channel], orders=[3], guard_khz=guard_khz))

    assert (found(400, 0), found(401, 0)) == (1, 0)
    assert (found(450, 50), found(451, 50)) == (1, 0)


def test_each_product_once_and_none_that_cancels() -> None:
    """Against a plain enumeration of all multisets, for five carriers and every order."""
    rng = np.random.default_rng(20261123)
    carriers = [Band(float(f), 0.0) for f in np.round(rng.uniform(87, 108, 5), 1)]
    for order in (2, 3, 5):
        expected: Counter = Counter()
        for more in range((order + 1) // 2, order + 1):
            for plus in combinations_with_replacement(range(5), more):
                for minus in combinations_with_replacement(range(5), order - more):
                    if set(plus) & set(minus):
                        continue
                    value = sum(carriers[i].frequency_mhz for i in plus)
                    value -= sum(carriers[i].frequency_mhz for i in minus)
                    if value > 0 and not (more * 2 == order and value == 0):
                        expected[round(value, 6), plus, minus] += 1
        everything = hits(carriers, [Band(300.0, 2e6)], orders=[order])
        positive = [hit for hit in everything if hit.frequency_mhz > 1e-9]
        assert len(positive) == len(expected) == len({h.coefficients for h in positive})
        assert {round(h.frequency_mhz, 6) for h in positive} == {key[0] for key in expected}


@pytest.mark.parametrize(
    ("carriers", "orders", "count"),
    [
        (1, [2], 1),  # 2A
        (2, [2], 4),  # 2A, 2B, A+B, A-B
        (2, [3], 6),  # 3A, 3B, 2A+B, A+2B, 2A-B, 2B-A
        (3, [3], 19),  # 3 + 6 + 1 added; 6 of 2A-B, 3 of A+B-C
        (0, [2, 3, 5], 0),
    ],
)
def test_count(carriers: int, orders: list[int], count: int) -> None:
    assert count_products(carriers, orders) == count


def test_only_products_of_one_carrier() -> None:
    channel = Band(103.0, 2000.0)
    every = hits(SITE, [channel], orders=[3, 5])
    held = hits(SITE, [channel], orders=[3, 5], must_hold=2)
    assert held == tuple(hit for hit in every if 2 in hit.carriers)
    assert 0 < len(held) < len(every)


def test_counted_by_channel_as_one_by_one() -> None:
    channels = [Band(103.0, FM), Band(97.0, FM), Band(60.0, FM)]
    every = hits(SITE, channels, guard_khz=100)
    counted = channel_hits(SITE, channels, guard_khz=100)
    groups = Counter((hit.channel, hit.order) for hit in every)
    assert {(c.nearest.channel, c.nearest.order): c.count for c in counted} == groups
    for some in counted:
        mine = [
            h for h in every if (h.channel, h.order) == (some.nearest.channel, some.nearest.order)
        ]
        assert abs(some.nearest.offset_khz) == pytest.approx(abs(mine[0].offset_khz), abs=1e-6)
    assert not any(some.nearest.channel == 2 for some in counted)


def test_a_channel_is_not_hit_by_products_of_its_own_carrier() -> None:
    # 2 x 101 - 101.2 = 100.8: 400 kHz from 101.2 and 600 wide, but made of it
    carriers = [Band(101.0, FM), Band(101.2, FM)]
    assert channel_hits(carriers, [Band(101.2, FM)], orders=[3])
    assert channel_hits(carriers, [Band(101.2, FM)], orders=[3], owners=[1]) == ()
    (kept,) = channel_hits(SITE, [Band(97.0, FM)], orders=[3], owners=[2])
    assert kept.nearest.coefficients == ((0, 2), (1, -1))
    assert len(channel_hits(SITE, [Band(97.0, FM)], orders=[3], owners=[None])) == 1


def test_thirty_carriers_are_quick() -> None:
    """Order 5 has 3,258,006 formulas; a channel in the middle of the band is hit by thousands."""
    carriers = [Band(87.5 + 0.7 * n, FM) for n in range(30)]
    channels = [Band(96.95, FM), Band(118.5, 25.0), Band(112.0, 25.0)]
    assert count_products(30, [5]) == 3_258_006
    start = time.perf_counter()
    found = channel_hits(carriers, channels, must_hold=4)
    assert time.perf_counter() - start < 10
    assert max(some.count for some in found) > 5_000


def test_bad_input() -> None:
    with pytest.raises(PropagationError, match="order 4"):
        hits(SITE, [Band(103.0, FM)], orders=[4])
    with pytest.raises(OutOfRangeError, match="guard_khz"):
        hits(SITE, [Band(103.0, FM)], guard_khz=-1)
    with pytest.raises(OutOfRangeError, match="frequency_mhz"):
        Band(0.0, FM)
    with pytest.raises(OutOfRangeError, match="bandwidth_khz"):
        Band(99.0, -1)
    assert hits([], [Band(103.0, FM)]) == ()
    assert hits(SITE, []) == ()
