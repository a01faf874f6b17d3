"""The channel finder by hand: two margins, the smaller decides, 0.1 dB decides a place.

Ratios of Rec. ITU-R BS.412-9 for stereo, steady and tropospheric (recalled): 45 and 37 dB on the
channel, 33 and 25 at 100 kHz, 7 and 7 at 200, -7 at 300, -20 at 400 and at 10.7 MHz.
"""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.interference.bs412 import Reception
from propagation.interference.channel_finder import (
    NOBODY,
    ChannelNuisance,
    ChannelProtection,
    channels_khz,
    passing_channels,
    protection_margin_db,
    service_margin_db,
)
from propagation.interference.protection import SoundProtection

STEREO = SoundProtection(Reception.STEREO)
FAR_DB = 200.0


def test_the_band_has_210_channels() -> None:
    channels = channels_khz(87.0, 107.9, 100.0)
    assert (channels.size, channels[0], channels[-1]) == (210, 87_000.0, 107_900.0)
    np.testing.assert_array_equal(channels_khz(99.95, 100.05, 100.0), [100_000.0])
    assert channels_khz(99.96, 99.99, 100.0).size == 0
    with pytest.raises(OutOfRangeError, match="raster_khz"):
        channels_khz(87.0, 108.0, 0.0)


@pytest.mark.parametrize(
    ("spacing_khz", "steady_db", "tropospheric_db"),
    [
        (0, 45, 37),
        (100, 33, 25),
        (-200, 7, 7),
        (300, -7, -7),
        (-400, -20, -20),
        (10_700, -20, -20),
    ],
)
def test_the_headroom_less_the_ratio(
    spacing_khz: float, steady_db: float, tropospheric_db: float
) -> None:
    """Whichever of the two is scarcer decides, to 0.1 dB."""
    kept = protection_margin_db(steady_db + 0.1, tropospheric_db + 5.0, spacing_khz, STEREO)
    assert float(kept) == pytest.approx(0.1)
    broken = protection_margin_db(steady_db + 5.0, tropospheric_db - 0.1, spacing_khz, STEREO)
    assert float(broken) == pytest.approx(-0.1)


def test_a_place_passes_and_fails_by_a_tenth_of_a_decibel() -> None:
    """A station on 100.0 MHz; three places with 45.1, 44.9 and an unknown headroom."""
    channels = channels_khz(99.5, 100.5, 100.0)
    margins = ChannelProtection(channels, 3)
    headroom = np.array([[45.1, 44.9, np.nan], [FAR_DB] * 3])
    margins.add(4, 100_000.0, STEREO, headroom)
    found = passing_channels(margins.margin_db)
    own = int(np.flatnonzero(channels == 100_000.0)[0])
    assert found.passes[own].tolist() == [True, False, False]
    assert margins.margin_db[own, :2] == pytest.approx([0.1, -0.1], abs=1e-5)
    assert margins.station[own].tolist() == [4, 4, 4]
    # 500 kHz apart nobody is protected; nine of the eleven channels are near enough
    assert np.isinf(margins.margin_db[[0, -1]]).all()
    assert (margins.station[[0, -1]] == NOBODY).all()
    assert found.count.tolist() == [11, 10, 2]
    assert passing_channels(margins.margin_db, 0.2).passes[own].tolist() == [False] * 3


def test_of_two_stations_the_scarcer_decides_in_any_order() -> None:
    channels = channels_khz(100.0, 100.0, 100.0)
    rooms = {1: np.array([[50.0, 46.0]] * 2), 2: np.array([[47.0, 49.0]] * 2)}
    for order in ((1, 2), (2, 1)):
        margins = ChannelProtection(channels, 2)
        for index in order:
            margins.add(index, 100_000.0, STEREO, rooms[index])
        np.testing.assert_allclose(margins.margin_db, [[2.0, 1.0]], atol=1e-5)
        assert margins.station.tolist() == [[2, 1]]


def test_two_equal_nuisance_fields_ask_three_decibels_more() -> None:
    """E(50,50) of 10 dB(uV/m) on the channel asks 55; E(50,1) of 20 asks 57; two of them 60.01."""
    channels = channels_khz(99.6, 100.0, 100.0)
    nuisance = ChannelNuisance(channels, 1, STEREO)
    own, beside = channels.size - 1, channels.size - 5
    assert np.isneginf(nuisance.usable_dbuvm(own))
    nuisance.add(100_000.0, [[10.0], [20.0]])
    assert float(nuisance.usable_dbuvm(own)[0]) == pytest.approx(57.0, abs=1e-4)
    assert float(nuisance.usable_dbuvm(beside)[0]) == pytest.approx(0.0, abs=1e-4)  # 20 - 20
    nuisance.add(100_000.0, [[10.0], [20.0]])
    assert float(nuisance.usable_dbuvm(own)[0]) == pytest.approx(60.0103, abs=1e-3)
    nuisance.add(100_000.0, [[np.nan], [20.0]])
    assert np.isnan(nuisance.usable_dbuvm(own)[0])


def test_the_service_is_what_enough_directions_have() -> None:
    """60, 58, 56 and 50 dB(uV/m) against a minimum of 54 and 57 of nuisance in one direction."""
    own, usable = np.array([60.0, 58.0, 56.0, 50.0]), np.array([-np.inf, 57.0, -np.inf, -np.inf])
    for percent, margin in ((100.0, -4.0), (75.0, 1.0), (50.0, 2.0), (25.0, 6.0), (1.0, 6.0)):
        assert float(service_margin_db(own, usable, 54.0, percent)) == pytest.approx(margin)
    assert np.isnan(service_margin_db(own, np.array([np.nan, 0.0, 0.0, 0.0]), 54.0, 50.0))
    for percent in (0.0, 101.0):
        with pytest.raises(OutOfRangeError, match="served_percent"):
            service_margin_db(own, usable, 54.0, percent)


def test_the_best_channel_is_the_lowest_of_the_largest_margins() -> None:
    margin = np.array([[1.0, -3.0, np.nan], [5.0, -2.0, np.nan], [5.0, -9.0, np.nan]])
    found = passing_channels(margin.astype(np.float32), 1.0)
    assert found.count.tolist() == [3, 0, 0]
    assert found.best.tolist() == [1, NOBODY, NOBODY]
    np.testing.assert_array_equal(found.best_margin_db, np.float32([5.0, -2.0, np.nan]))
    with pytest.raises(PropagationError, match="no channel"):
        passing_channels(margin[:0].astype(np.float32))
