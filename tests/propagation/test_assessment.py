"""Served, disturbed, by whom: points and grids."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.errors import PropagationError
from propagation.interference.assessment import Summation, assess_interference

NONE = -np.inf


def test_one_point_by_hand() -> None:
    # co-channel, 100 kHz and 500 kHz away, stereo; wanted 70
    # co-channel: 20 + 45 = 65 steady; 30 + 37 = 67 tropospheric
    # 100 kHz:    30 + 33 = 63 steady; 33 + 25 = 58 tropospheric
    # 500 kHz:    nothing
    found = assess_interference(
        70, [20, 30, 90], [30, 33, 95], [0, 100, 500], "stereo", minimum_field_dbuvm=54
    )
    np.testing.assert_array_equal(found.nuisance.governing_dbuvm, [67, 63, NONE])
    assert found.dominant_index == 0
    assert found.dominant_tropospheric
    assert found.carrier_to_interference_db == 70 - 30
    assert found.protection_ratio_db == 37
    # 67 + 10 log10(1 + 10 ** -0.4) = 67 + 1.4554
    assert found.usable_power_sum_dbuvm == pytest.approx(68.4554, abs=1e-4)
    # L((71.5722 - 67) / 11.738) L((71.5722 - 63) / 11.738) = 0.6516 * 0.7674 = 0.5000
    assert found.usable_simplified_dbuvm == pytest.approx(71.5722, abs=1e-4)
    assert found.margin_db == pytest.approx(70 - 71.5722, abs=1e-4)
    assert found.interfered
    assert not found.served
    by_power = assess_interference(
        70,
        [20, 30, 90],
        [30, 33, 95],
        [0, 100, 500],
        "stereo",
        minimum_field_dbuvm=54,
        summation=Summation.POWER_SUM,
    )
    assert by_power.served
    assert by_power.margin_db == pytest.approx(70 - 68.4554, abs=1e-4)


def test_the_minimum_field_is_no_term_of_the_sum() -> None:
    """GE84 4.3.7.1 accepts a usable field up to 54: it must be able to be lower than that."""
    found = assess_interference(60, [-10], [0], [0], "stereo", minimum_field_dbuvm=54)
    assert found.usable_simplified_dbuvm == pytest.approx(37)  # max(-10 + 45, 0 + 37)
    assert found.required_dbuvm == 54
    assert found.served


def test_neither_served_nor_interfered_where_noise_alone_is_too_strong() -> None:
    found = assess_interference(50, [40], [40], [0], "stereo", minimum_field_dbuvm=54)
    assert not found.served
    assert not found.interfered


def test_grid() -> None:
    wanted = np.array([[70.0, 40.0], [np.nan, 70.0]])
    steady = np.full((2, 2, 2), 10.0)
    steady[1, 1] = [60.0, np.nan]
    found = assess_interference(
        wanted, steady, steady, [0, 200], "mono", minimum_field_dbuvm=[[48, 48], [48, 60]]
    )
    np.testing.assert_array_equal(found.served, [[True, False], [False, False]])
    np.testing.assert_array_equal(found.interfered, np.zeros((2, 2), dtype=bool))
    # an unknown field: nobody is called dominant, nothing is called served
    np.testing.assert_array_equal(found.dominant_index, [[0, 0], [0, -1]])
    assert np.isnan(found.margin_db[1, 1])
    assert np.isnan(found.carrier_to_interference_db[1]).all()
    # co-channel mono steady: 10 + 36 = 46; C/I = 70 - 10
    assert found.carrier_to_interference_db[0, 0] == 60


def test_nobody_disturbs() -> None:
    found = assess_interference([60, np.nan], [[80], [80]], [[90], [90]], [500], "stereo",
                                minimum_field_dbuvm=54)  # fmt: skip
    np.testing.assert_array_equal(found.dominant_index, [-1, -1])
    np.testing.assert_array_equal(found.carrier_to_interference_db, [np.inf, np.nan])
    np.testing.assert_array_equal(found.usable_simplified_dbuvm, [NONE, NONE])
    np.testing.assert_array_equal(found.served, [True, False])


def test_no_station_at_all() -> None:
    empty = np.zeros((2, 0))
    found = assess_interference(
        [60, np.nan], empty, empty, np.zeros(0), "stereo", minimum_field_dbuvm=54
    )
    np.testing.assert_array_equal(found.served, [True, False])
    np.testing.assert_array_equal(found.dominant_index, [-1, -1])
    np.testing.assert_array_equal(found.margin_db, [np.inf, np.nan])
    np.testing.assert_array_equal(found.carrier_to_interference_db, [np.inf, np.nan])


def test_receiving_antenna_changes_who_dominates() -> None:
    arguments = (70, [30, 28], [30, 28], [0, 0], "stereo")
    plain = assess_interference(*arguments, minimum_field_dbuvm=54)
    pointed = assess_interference(*arguments, minimum_field_dbuvm=54, discrimination_db=[12, 0])
    assert (plain.dominant_index, pointed.dominant_index) == (0, 1)
    # the first one behind 12 dB: 18, the second 28 governs: C/I = 42
    assert pointed.carrier_to_interference_db == 42
    assert pointed.margin_db > plain.margin_db


def test_shapes_that_disagree() -> None:
    with pytest.raises(PropagationError, match="one axis"):
        assess_interference(70, 30, 30, 0, "stereo", minimum_field_dbuvm=54)
    with pytest.raises(PropagationError, match="one axis"):
        assess_interference([70, 70], np.zeros((3, 1)), np.zeros((3, 1)), [0], "stereo",
                            minimum_field_dbuvm=54)  # fmt: skip


@given(
    wanted=st.floats(20, 100),
    fields=st.lists(st.floats(-20, 100), min_size=1, max_size=5),
    rise=st.floats(0, 20),
)
def test_a_stronger_interferer_never_helps(
    wanted: float, fields: list[float], rise: float
) -> None:
    spacing = np.arange(len(fields)) * 100.0
    stronger = [fields[0] + rise, *fields[1:]]
    base, worse = (
        assess_interference(wanted, f, f, spacing, "stereo", minimum_field_dbuvm=54)
        for f in (fields, stronger)
    )
    assert worse.margin_db <= base.margin_db + 1e-7
    assert not (base.served and base.interfered)
    assert bool(base.served | base.interfered) == (wanted >= 54)


@given(st.permutations(range(4)))
def test_order_of_stations_only_permutes_the_index(order: list[int]) -> None:
    fields = np.array([10.0, 40.0, 55.0, 30.0])
    spacing = np.array([0.0, 100.0, 300.0, 200.0])
    base = assess_interference(70, fields, fields, spacing, "stereo", minimum_field_dbuvm=54)
    mixed = assess_interference(
        70, fields[order], fields[order], spacing[order], "stereo", minimum_field_dbuvm=54
    )
    assert order[int(mixed.dominant_index)] == base.dominant_index
    assert mixed.margin_db == pytest.approx(base.margin_db, abs=1e-8)
