"""P.676: published values, sums, shapes and limits."""

from typing import Any

import numpy as np
import pytest

from propagation.errors import OutOfRangeError
from propagation.itu.p676 import specific_attenuation, terrestrial_attenuation_db
from propagation.itu.p676_lines import OXYGEN, WATER_VAPOUR

AIR: dict[str, Any] = {
    "dry_air_pressure_hpa": 1013.25,
    "temperature_k": 288.15,
    "water_vapour_density_g_per_m3": 7.5,
}


def test_published_values() -> None:
    """Typed from the test data of github.com/inigodelportillo/ITU-Rpy at 6d7f35c.

    12, 20 and 60 GHz are of edition 12, whose table of oxygen is the same.
    """
    found = specific_attenuation([1000, 2000, 3000], **AIR)
    dry = [0.00538865816790655, 0.0067160384744085, 0.00707596013272624]
    wet = [5.09046173249644e-05, 0.000204381378650376, 0.000462792856493146]
    np.testing.assert_allclose(found.dry_air_db_per_km, dry, rtol=1e-12)
    np.testing.assert_allclose(found.water_vapour_db_per_km, wet, rtol=1e-12)
    found = specific_attenuation([12_000, 20_000, 60_000], **AIR)
    np.testing.assert_allclose(
        found.dry_air_db_per_km, [0.008698264, 0.01188355, 14.6234748], rtol=1e-6
    )
    np.testing.assert_allclose(
        found.water_vapour_db_per_km, [0.009535388, 0.097047305, 0.154841841], rtol=1e-4
    )


def test_every_line_is_where_and_as_strong_as_kept() -> None:
    """Sums over the tables, kept from the state that meets both reference tables to 1e-13.

    1350 published rows pin each number between 1 and 1000 GHz; without them these sums do, and a
    change of any one digit shows in them.
    """
    kept = {
        "oxygen": [199963.952191, 762138.142, 2508.967, 12180.68, 0.0, -578.347, -1858.004],
        "water vapour": [478951.396092, 634806.3092, 2753.886, 22001.28, 459.81, 3630.504, 614.73],
    }
    for name, table in {"oxygen": OXYGEN, "water vapour": WATER_VAPOUR}.items():
        numbers = np.array(table)
        order = np.arange(1, len(table) + 1)
        np.testing.assert_allclose(order @ numbers, kept[name], rtol=1e-12, err_msg=name)
        assert (np.diff(numbers[:, 0]) > 0).all()
    assert (len(OXYGEN), len(WATER_VAPOUR)) == (44, 35)


def test_terms_add_up_and_grow_with_the_path() -> None:
    found = specific_attenuation([5000, 22_235, 60_000, 300_000], **AIR)
    total = found.dry_air_db_per_km + found.water_vapour_db_per_km
    np.testing.assert_array_equal(found.total_db_per_km, total)
    path = terrestrial_attenuation_db([5000, 22_235, 60_000, 300_000], 12.5, **AIR)
    np.testing.assert_allclose(path, 12.5 * total, rtol=1e-15)
    assert terrestrial_attenuation_db(60_000, 0, **AIR) == 0


def test_peaks_are_at_the_lines() -> None:
    """Water vapour near 22.2 and 183.3 GHz, oxygen near 118.75 GHz (Fig. 1)."""
    f = np.linspace(10_000, 200_000, 19_001)
    found = specific_attenuation(f, **AIR)
    for gas, low, high, peak in [
        (found.water_vapour_db_per_km, 15_000, 30_000, 22_235),
        (found.water_vapour_db_per_km, 150_000, 199_000, 183_310),
        (found.dry_air_db_per_km, 100_000, 140_000, 118_750),
    ]:
        inside = (f > low) & (f < high)
        assert f[inside][gas[inside].argmax()] == pytest.approx(peak, rel=0.02)
    dry = specific_attenuation(22_235, **AIR | {"water_vapour_density_g_per_m3": 0})
    assert dry.water_vapour_db_per_km == 0
    assert dry.dry_air_db_per_km > 0


def test_shapes_and_nan() -> None:
    """A batch larger than a block says what each value says alone."""
    f = np.linspace(1000, 1e6, 4000).reshape(2, 2000)
    found = specific_attenuation(f, **AIR | {"temperature_k": [[280.0], [300.0]]})
    assert found.total_db_per_km.shape == (2, 2000)
    alone = specific_attenuation(f[1, 1777], **AIR | {"temperature_k": 300.0})
    assert alone.total_db_per_km.shape == ()
    assert alone.total_db_per_km == found.total_db_per_km[1, 1777]
    assert specific_attenuation([], **AIR).total_db_per_km.shape == (0,)
    for name, value in AIR.items():
        found = specific_attenuation(30_000, **AIR | {name: [value, np.nan]})
        for part in (found.dry_air_db_per_km, found.water_vapour_db_per_km):
            assert np.isnan(part).tolist() == [False, True]
    assert np.isnan(terrestrial_attenuation_db([np.nan, 1000], [1, np.nan], **AIR)).all()


@pytest.mark.parametrize(
    ("name", "outside"),
    [
        ("dry_air_pressure_hpa", 0),
        ("temperature_k", 0),
        ("water_vapour_density_g_per_m3", -0.1),
        ("frequency_mhz", 999),
        ("frequency_mhz", 1_000_001),
        ("distance_km", -1),
    ],
)
def test_ranges(name: str, outside: float) -> None:
    asked = {"frequency_mhz": 10_000, "distance_km": 1, **AIR} | {name: [outside]}
    with pytest.raises(OutOfRangeError) as caught:
        terrestrial_attenuation_db(**asked)
    assert (caught.value.name, caught.value.value) == (name, outside)
    assert "P.676-13" in caught.value.source
