"""Building entry loss: values of an independent program, worked-out ones, ranges, the contract."""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.itu.p2109 import Building, building_entry_loss_db

# Rows of the table of crc-covlib's tests: MHz, %, building, degrees, dB.
PUBLISHED = [
    (80, 0.000001, "traditional", -15, -2.9620730063651752),
    (80, 0.000001, "thermally_efficient", 67.5, 4.4796439207211716),
    (80, 4.166667583, "traditional", 60, 10.3516787840268485),
    (80, 4.166667583, "thermally_efficient", -37.5, 33.4984347155819080),
    (80, 12.500000750, "traditional", 30, 9.6098784103214339),
    (80, 16.666667333, "thermally_efficient", -82.5, 50.1501372152802105),
]
# At 1 GHz and 50 % the formulas reduce to the constants of Table 1 alone:
# 10 lg(10^1.264 + 10^0.91 + 10^-0.3) and 10 lg(10^2.819 + 10^2.78 + 10^-0.3).
AT_1_GHZ = {Building.TRADITIONAL: 14.3128, Building.THERMALLY_EFFICIENT: 31.0114}


@pytest.mark.parametrize(("f", "p", "building", "elevation", "expected"), PUBLISHED)
def test_published(f: float, p: float, building: str, elevation: float, expected: float) -> None:
    found = building_entry_loss_db(f, p, building, elevation_deg=elevation)
    assert found == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("building", Building)
def test_medians_at_1_ghz(building: Building) -> None:
    assert building_entry_loss_db(1000, 50, building) == pytest.approx(
        AT_1_GHZ[building], abs=1e-4
    )


def test_ranges() -> None:
    for f in (79.9, 100_001):
        with pytest.raises(OutOfRangeError, match=r"frequency_mhz .* 80 to 100000 .*P\.2109-2"):
            building_entry_loss_db(f, 50, "traditional")
    for p in (0, 100):
        with pytest.raises(OutOfRangeError, match="probability_percent"):
            building_entry_loss_db(1000, p, "traditional")
    for elevation in (-90.1, 90.1):
        with pytest.raises(OutOfRangeError, match="elevation_deg"):
            building_entry_loss_db(1000, 50, "traditional", elevation_deg=elevation)
    with pytest.raises(PropagationError, match="building = tent is not one of traditional"):
        building_entry_loss_db(1000, 50, "tent")


def test_array_contract() -> None:
    given = np.array([[1000.0], [np.nan]])
    kept = given.copy()
    loss = building_entry_loss_db(given, [10, 50, 90], list(Building)[:1] * 3)
    assert loss.shape == (2, 3)
    assert np.isnan(loss[1]).all()
    assert (np.diff(loss[0]) > 0).all()
    np.testing.assert_array_equal(given, kept)
    both = building_entry_loss_db(1000, 50, list(Building), elevation_deg=[[-30], [30]])
    np.testing.assert_allclose(both[0], both[1])
    assert building_entry_loss_db([], 50, "traditional").shape == (0,)
    assert np.shape(building_entry_loss_db(1000, 50, "traditional")) == ()
