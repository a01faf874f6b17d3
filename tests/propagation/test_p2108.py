"""Clutter loss: values typed from NTIA's test data and computed apart, ranges, the contract."""

from typing import Any

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.itu.p2108 import (
    REPRESENTATIVE_HEIGHT_M,
    TerminalClutter,
    height_gain_correction_db,
    slant_path_clutter_loss_db,
    terrestrial_clutter_loss_db,
)

# Rows of NTIA/p2108-test-data (rounded to 0.1 dB, first value), and the same rows worked out by
# hand from the equations to 0.0001 dB.
HEIGHT_GAIN = [
    (1500, 2, 10, "water", 27, 16.0, 16.0007),
    (1500, 2, 6, "open", 27, 10.9, 10.9221),
    (1500, 2, 10, "suburban", 27, 20.5, 20.4527),
    (1500, 2, 15, "urban", 27, 24.5, 24.4961),
    (1500, 2, 15, "trees", 27, 24.5, 24.4961),
    (1500, 2, 20, "dense_urban", 27, 27.1, 27.0959),
    (3000, 3, 15, "dense_urban", 15, 29.0, 28.9519),
    (900, 2.3, 10, "open", 30, 13.7, 13.7333),
    (30, 2.1, 9.8, "suburban", 24.5, 5.7, 5.7105),
    (1700, 30, 9.8, "suburban", 24.5, 0.0, 0.0000),
    (1700, 30, 30, "suburban", 24.5, 0.0, 0.0000),
]
TERRESTRIAL = [
    (500, 0.25, 50, 17.4, 17.4071),
    (500, 0.25, 1, 3.9, 3.9271),
    (500, 0.25, 99, 30.9, 30.8871),
    (26_600, 15.8, 45, 32.5, 32.4840),
    (67_000, 5.4, 30.5, 30.9, 30.9496),
    (3500, 1, 0.1, 16.8, 16.8100),
    (3500, 1, 99.9, 42.8, 42.7859),
]
SLANT = [
    (30_000, 2, 5, 7.7, 7.6522),
    (30_000, 2, 99, 87.3, 87.2772),
    (10_000, 10.5, 45, 12.4, 12.3753),
    (15_000, 90, 50, 0.0, 0.0000),
    (20_000, 0, 50, 45.6, 45.6475),
    (11_100, 15.5, 80.5, 14.7, 14.7296),
]


@pytest.mark.parametrize("row", HEIGHT_GAIN)
def test_height_gain(row: tuple[float, float, float, str, float, float, float]) -> None:
    f, h, r, clutter, width, published, expected = row
    found = height_gain_correction_db(f, h, r, clutter, street_width_m=width)
    assert found == pytest.approx(published, abs=0.05)
    assert found == pytest.approx(expected, abs=0.0001)


@pytest.mark.parametrize(("f", "d", "p", "published", "expected"), TERRESTRIAL)
def test_terrestrial(f: float, d: float, p: float, published: float, expected: float) -> None:
    found = terrestrial_clutter_loss_db(f, d, p)
    assert found == pytest.approx(published, abs=0.05)
    assert found == pytest.approx(expected, abs=0.0001)


@pytest.mark.parametrize(("f", "theta", "p", "published", "expected"), SLANT)
def test_slant(f: float, theta: float, p: float, published: float, expected: float) -> None:
    found = slant_path_clutter_loss_db(f, theta, p)
    assert found == pytest.approx(published, abs=0.05)
    assert found == pytest.approx(expected, abs=0.0001)


@pytest.mark.parametrize(
    ("model", "arguments", "name"),
    [
        (height_gain_correction_db, (20, 2, 10, "suburban"), "frequency_mhz"),
        (height_gain_correction_db, (4000, 2, 10, "suburban"), "frequency_mhz"),
        (height_gain_correction_db, (1000, 0, 9, "open"), "antenna_height_above_ground_m"),
        (height_gain_correction_db, (2000, 1, 0, "dense_urban"), "clutter_height_m"),
        (terrestrial_clutter_loss_db, (499, 2, 50), "frequency_mhz"),
        (terrestrial_clutter_loss_db, (67_100, 5, 50), "frequency_mhz"),
        (terrestrial_clutter_loss_db, (10_000, 0.24, 50), "distance_km"),
        (terrestrial_clutter_loss_db, (6000, 3, 0), "location_percent"),
        (terrestrial_clutter_loss_db, (6000, 3, 100), "location_percent"),
        (slant_path_clutter_loss_db, (9900, 45, 45), "frequency_mhz"),
        (slant_path_clutter_loss_db, (100_100, 45, 45), "frequency_mhz"),
        (slant_path_clutter_loss_db, (18_000, -0.1, 50), "elevation_deg"),
        (slant_path_clutter_loss_db, (18_000, 90.1, 50), "elevation_deg"),
        (slant_path_clutter_loss_db, (22_000, 25, 0), "location_percent"),
        (slant_path_clutter_loss_db, (22_000, 25, 100), "location_percent"),
    ],
)
def test_each_model_has_its_own_range(model: Any, arguments: tuple[Any, ...], name: str) -> None:
    with pytest.raises(OutOfRangeError, match=r"P\.2108-1, section 3\.[123]") as caught:
        model(*arguments)
    assert caught.value.name == name


def test_street_width_and_kind_of_clutter_are_checked() -> None:
    with pytest.raises(OutOfRangeError, match="street_width_m"):
        height_gain_correction_db(2000, 1, 9, "trees", street_width_m=0)
    with pytest.raises(PropagationError, match="clutter = forest is not one of water, open"):
        height_gain_correction_db(2000, 1, 9, ["trees", "forest"])


def test_heights_of_table_3() -> None:
    assert [REPRESENTATIVE_HEIGHT_M[kind] for kind in TerminalClutter] == [10, 10, 10, 15, 15, 20]


def test_the_terrestrial_loss_does_not_grow_beyond_2_km() -> None:
    loss = terrestrial_clutter_loss_db(3500, [1.9, 2, 2.1, 50], 50)
    assert loss[0] < loss[1] == loss[2] == loss[3]


def test_array_contract() -> None:
    given = np.array([[2.0], [np.nan]])
    kept = given.copy()
    gain = height_gain_correction_db(1500, given, 10, ["water", "suburban", "trees"])
    assert gain.shape == (2, 3)
    assert np.isnan(gain[1]).all()
    np.testing.assert_allclose(gain[0], [16.0007, 20.4527, 20.4527], atol=1e-4)
    np.testing.assert_array_equal(given, kept)
    loss = terrestrial_clutter_loss_db(1000, given, [10, 50, 90])
    assert loss.shape == (2, 3)
    assert np.isnan(loss[1]).all()
    assert (np.diff(loss[0]) > 0).all()
    assert slant_path_clutter_loss_db(30_000, given, [10, 50, 90]).shape == (2, 3)
    assert np.isnan(height_gain_correction_db(np.nan, 30, 10, "open"))
    assert terrestrial_clutter_loss_db([], 1, 50).shape == (0,)
    assert np.shape(slant_path_clutter_loss_db(20_000, 10, 50)) == ()
