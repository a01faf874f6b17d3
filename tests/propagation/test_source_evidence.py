"""Observations weigh candidates as probabilities say, whatever their order."""

import numpy as np
import pytest
from scipy.stats import norm

from propagation.errors import PropagationError
from propagation.interference.source_evidence import (
    Level,
    LevelKind,
    gaussian_offsets,
    log_frequency,
    log_heard,
    log_level,
    posterior,
    uniform_offsets,
)
from propagation.interference.source_information import (
    bearing_outcomes,
    expected_information_bits,
    level_outcomes,
)

NONE = np.zeros(1)


def weighed(order: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Weigh two stations and a source anywhere by three levels taken in some order."""
    clouds = [gaussian_offsets(4.0), gaussian_offsets(4.0), uniform_offsets(-20, 40, 3)]
    predicted = [np.array([[50.0], [40.0], [30.0]]), np.array([[35.0], [45.0], [30.0]])]
    anywhere = np.array([[20.0, 5.0, 0.0], [10.0, 15.0, 0.0], [0.0, 5.0, 20.0]])
    levels = [
        Level(LevelKind.MEASURED, 48.0, 7.0),
        Level(LevelKind.MEASURED, 41.0, 7.0),
        Level(LevelKind.BELOW, 33.0, 7.0),
    ]
    observations = [
        [
            *(log_level(levels[k], one[k], clouds[0].offset_db, NONE) for one in predicted),
            log_level(levels[k], anywhere[k], clouds[2].offset_db, np.zeros(3)),
        ]
        for k in order
    ]
    found = posterior(np.array([0.4, 0.4, 0.2]), clouds, observations)
    return found.probability, found.log_part


def test_the_order_of_observations_changes_no_probability() -> None:
    first, parts = weighed([0, 1, 2])
    last, others = weighed([2, 1, 0])
    assert first == pytest.approx(last, abs=1e-12)
    assert parts.sum(axis=0) == pytest.approx(others.sum(axis=0), abs=1e-9)
    assert first.sum() == pytest.approx(1.0)
    assert first.argmax() == 0


def test_a_level_is_weighed_as_a_normal_deviation() -> None:
    cloud = gaussian_offsets(6.0)
    level = Level(LevelKind.MEASURED, 50.0, 8.0, 0.0)
    told = log_level(level, np.array([41.0]), cloud.offset_db, NONE)
    _, found = cloud.weighed(told)
    # offset and error together are one normal deviation of 10 dB, but for the offsets' finite span
    assert found == pytest.approx(norm.logpdf(9.0, scale=10.0), abs=0.02)
    silent = Level(LevelKind.BELOW, 50.0, 8.0, 0.0)
    _, less = cloud.weighed(log_level(silent, np.array([41.0]), cloud.offset_db, NONE))
    assert less == pytest.approx(norm.logcdf(0.9), abs=0.01)


@pytest.mark.parametrize(
    ("kind", "chance"), [(LevelKind.BELOW, norm.cdf(-1.0)), (LevelKind.ABOVE, norm.cdf(1.0))]
)
def test_silence_speaks_against_a_strong_field_and_a_loud_level_for_it(
    kind: LevelKind, chance: float
) -> None:
    """58 dB predicted, 50 dB the threshold, 8 dB the deviation: one deviation above it."""
    told = log_level(Level(kind, 50.0, 8.0, 0.0), np.array([58.0]), np.zeros((1, 1)), NONE)
    assert np.exp(told).item() == pytest.approx(chance)


def test_a_place_that_stands_for_a_cell_is_less_certain() -> None:
    """8 dB and 6 dB of the cell are 10 dB."""
    level = Level(LevelKind.MEASURED, 50.0, 8.0, 0.0)
    told = log_level(level, np.array([60.0]), np.zeros((1, 1)), np.array([6.0]))
    assert told.item() == pytest.approx(norm.logpdf(10.0, 0.0, 10.0))


def test_a_field_that_is_not_known_tells_nothing_between_candidates() -> None:
    cloud = gaussian_offsets(6.0)
    for kind in LevelKind:
        told = log_level(Level(kind, 50.0, 8.0), np.array([np.nan]), cloud.offset_db, NONE)
        assert np.ptp(told) == 0.0
        assert np.isfinite(told).all()


def test_a_level_of_something_else_is_even_over_100_db_and_as_often_as_stated() -> None:
    """2 % over 100 dB; of silence 2 % either way, half of it each."""
    zero, far = np.zeros((1, 1)), np.array([-200.0])
    loud = log_level(Level(LevelKind.MEASURED, 50.0, 8.0), far, zero, NONE)
    assert np.exp(loud).item() == pytest.approx(0.02 / 100.0)
    for kind, field in ((LevelKind.BELOW, 250.0), (LevelKind.ABOVE, -150.0)):
        told = log_level(Level(kind, 50.0, 8.0), np.array([field]), zero, NONE)
        assert np.exp(told).item() == pytest.approx(0.02 / 2.0)
    unknown = [
        np.exp(log_level(Level(kind, 50.0, 8.0), np.array([np.nan]), zero, NONE)).item()
        for kind in (LevelKind.MEASURED, LevelKind.BELOW, LevelKind.ABOVE)
    ]
    assert unknown == pytest.approx([1 / 100.0, 0.5, 0.5])


def test_a_product_is_read_less_sharply_than_a_carrier() -> None:
    """Of 8 kHz (k = 2): 4 and 2 kHz are 4.47 kHz for a carrier, 4 and 25 are 25.3 otherwise."""
    something = 0.02 / 400.0
    for carrier, spread in ((True, np.sqrt(20.0)), (False, np.sqrt(641.0))):
        told = np.exp(log_frequency(10.0, 8.0, 400.0, carrier=carrier))
        assert told == pytest.approx(norm.pdf(10.0, scale=spread) + something)
    assert log_frequency(10.0, 8.0, 400.0, anywhere=True) == pytest.approx(-np.log(400.0))
    assert np.exp(log_frequency(500.0, 8.0, 400.0)) == pytest.approx(0.02 / 400.0)


def test_what_is_below_the_threshold_is_not_heard() -> None:
    """40 dB predicted, 40 dB the threshold: half; one deviation above it, a sixth."""
    for threshold, chance in ((40.0, 0.5), (34.0, norm.cdf(-1.0)), (46.0, norm.cdf(1.0))):
        told = level_outcomes(np.array([[40.0]]), np.ones(1), 6.0, threshold)
        assert told[0, 0] == pytest.approx(chance)
        assert told.sum() == pytest.approx(1.0)


def test_hours_speak_for_and_against() -> None:
    heard = [True, True, False, False]
    fits = log_heard([1.0, 1.0, 0.0, 0.0], heard)
    against = log_heard([0.0, 0.0, 1.0, 1.0], heard)
    unknown = log_heard([None] * 4, heard)
    assert fits > unknown > against
    assert log_heard([], []) == 0.0


def test_nothing_possible_is_refused() -> None:
    with pytest.raises(PropagationError, match="possible"):
        posterior(np.zeros(1), [gaussian_offsets(1.0)], [])


def test_information_is_nothing_where_both_show_the_same_and_a_bit_where_they_differ() -> None:
    even = np.array([0.5, 0.5])
    how = {"error_deg": 3.0, "reversed_share": 0.0, "gross_share": 0.0}
    sure = np.ones((2, 1))
    north = bearing_outcomes(np.array([[0.0], [0.0]]), sure, np.ones(1), **how)
    other = bearing_outcomes(np.array([[0.0], [120.0]]), sure, np.ones(1), **how)
    assert expected_information_bits(even, (north, other)) == pytest.approx([0.0, 1.0], abs=1e-6)
    assert north.sum(axis=1) == pytest.approx([1.0, 1.0])
    # a compass that may be reversed tells less of opposite directions
    doubtful = {**how, "reversed_share": 0.5}
    a = bearing_outcomes(np.array([[0.0]]), np.ones((1, 1)), np.ones(1), **doubtful)
    b = bearing_outcomes(np.array([[180.0]]), np.ones((1, 1)), np.ones(1), **doubtful)
    assert expected_information_bits(even, (a, b)) == pytest.approx([0.0], abs=1e-9)
    strong = level_outcomes(np.array([[70.0]]), np.ones(1), 6.0, 15.0)
    weak = level_outcomes(np.array([[0.0]]), np.ones(1), 6.0, 15.0)
    assert strong.sum() == pytest.approx(1.0)
    assert expected_information_bits(even, (strong, weak))[0] > 0.95
