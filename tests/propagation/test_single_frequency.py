"""Self-interference of single-frequency networks, by hand."""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.interference.dvbt2 import mode_from_text
from propagation.interference.single_frequency import (
    NetworkTiming,
    delay_us,
    network_fields,
    useful_weight,
)

# 32k, guard interval 1/16, pilots every 12 carriers: Tu 3584, D 224, Tp 57/64 x 3584/12 = 266 us
TIMING = NetworkTiming(3584.0, 224.0, 266.0)


def test_weights_by_hand() -> None:
    found = useful_weight([0, 224, 245, 266, 266.1, 5000, np.nan], TIMING)
    # ((3584 + 224 - 245) / 3584)^2 = 0.988315; ((3584 - 42) / 3584)^2 = 0.976700
    np.testing.assert_allclose(found[:4], [1, 1, 0.988315, 0.976700], atol=1e-6)
    assert found[4:6].tolist() == [0, 0]
    assert np.isnan(found[6])
    # before the signal synchronised to: ((3584 - 21) / 3584)^2, and nothing from 42 us on
    np.testing.assert_allclose(useful_weight([-21.0, -42.0], TIMING), [0.988315, 0], atol=1e-6)


def test_the_intervals_of_a_mode() -> None:
    # 57/64 of Tu/6 is 19/128 of Tu, of Tu/12 is 19/256: the two odd guard intervals fill them
    odd = mode_from_text("256qam-2/3-rice-32k-19/128")
    assert odd.equalisation_us(57 / 64) == odd.guard_interval_us == 532.0
    usual = mode_from_text("256qam-2/3-rice-32k-1/16")
    assert usual.equalisation_us(57 / 64) == 266.0
    assert usual.equalisation_us(0.1) == 224.0  # never shorter than the guard interval
    assert mode_from_text("256qam-2/3").equalisation_us(57 / 64) is None


def test_delays() -> None:
    # 67.156 km of path are 224.01 us
    assert delay_us(67.156) == pytest.approx(224.008, abs=1e-3)
    assert delay_us([0.0, 29.9792458], 10.0) == pytest.approx([10, 110])
    with pytest.raises(OutOfRangeError, match="distance_km"):
        delay_us(-1.0)


def test_inside_the_guard_interval_all_is_useful() -> None:
    # two equal fields add to 3.01 dB
    found = network_fields([60.0, 60.0], [62.0, 65.0], [10.0, 234.0], TIMING, detection_db=20.0)
    assert found.useful_dbuvm == pytest.approx(63.0103, abs=1e-4)
    assert found.disturbing_dbuvm == -np.inf
    assert found.ratio_db == np.inf
    assert found.first == 0


def test_beyond_the_equalisation_interval_all_disturbs() -> None:
    # the late one is taken at 1 % of time: 60 - 45 = 15 dB
    found = network_fields([60.0, 40.0], [61.0, 45.0], [10.0, 300.0], TIMING, detection_db=20.0)
    assert found.useful_dbuvm == pytest.approx(60.0, abs=1e-9)
    assert found.ratio_db == pytest.approx(15.0, abs=1e-9)


def test_between_them_a_part_disturbs() -> None:
    # w = 0.988315 at 245 us: C = 1 + 0.988315, I = 0.011685, both fields 60 dB(uV/m)
    found = network_fields([60.0, 60.0], [60.0, 60.0], [0.0, 245.0], TIMING, detection_db=20.0)
    assert found.ratio_db == pytest.approx(10 * np.log10(1.988315 / 0.011685), abs=1e-3)


def test_the_first_signal_decides_even_if_it_is_weak() -> None:
    # the stronger of the two comes too late, so the weak one is what is received
    found = network_fields([40.0, 60.0], [40.0, 60.0], [0.0, 400.0], TIMING, detection_db=20.0)
    assert found.ratio_db == pytest.approx(-20.0)
    # without it the stronger one is whole
    alone = network_fields(
        [-np.inf, 60.0], [-np.inf, 60.0], [0.0, 400.0], TIMING, detection_db=20.0
    )
    assert (alone.first, alone.ratio_db) == (1, np.inf)
    # a transmitter's own delay mends it
    mended = network_fields([40.0, 60.0], [40.0, 60.0], [200.0, 400.0], TIMING, detection_db=20.0)
    assert mended.ratio_db == np.inf


def test_a_signal_far_below_the_strongest_is_not_synchronised_to() -> None:
    # 20.1 dB below: what is received is the strong one, and the weak one before it disturbs
    found = network_fields([39.9, 60.0], [41.0, 62.0], [0.0, 400.0], TIMING, detection_db=20.0)
    assert (found.first, found.ratio_db) == (1, pytest.approx(19.0))
    wider = network_fields([39.9, 60.0], [41.0, 62.0], [0.0, 400.0], TIMING, detection_db=20.2)
    assert (wider.first, wider.ratio_db) == (0, pytest.approx(39.9 - 62.0))
    with pytest.raises(OutOfRangeError, match="detection_db"):
        network_fields([60.0], [60.0], [0.0], TIMING, detection_db=-1.0)


def test_points_side_by_side_and_unknown_ones() -> None:
    found = network_fields(
        [[60.0, np.nan, -np.inf], [40.0, 40.0, -np.inf]],
        [[60.0, np.nan, -np.inf], [45.0, 45.0, -np.inf]],
        [[0.0, 0.0, 0.0], [300.0, 300.0, 300.0]],
        TIMING,
        detection_db=20.0,
    )
    assert found.ratio_db[0] == pytest.approx(15.0)
    assert np.isnan(found.ratio_db[1:]).all()
    assert found.first.tolist() == [0, 0, -1]
    with pytest.raises(PropagationError, match="needs a transmitter"):
        network_fields([], [], [], TIMING, detection_db=20.0)


@pytest.mark.parametrize(
    ("timing", "name"),
    [((0, 0, 0), "useful_symbol_us"), ((100, 101, 101), "guard_interval_us"),
     ((100, 20, 10), "equalisation_us"), ((100, 20, 121), "equalisation_us")],
)  # fmt: skip
def test_intervals_that_do_not_follow(timing: tuple[float, float, float], name: str) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        NetworkTiming(*timing)
