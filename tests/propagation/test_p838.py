"""P.838: the Recommendation's own table, published values, shapes and limits."""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError
from propagation.itu.p838 import rain_specific_attenuation

# Rec. ITU-R P.838-3, Table 5: GHz, k_H, alpha_H, k_V, alpha_V.
TABLE_5 = np.array(
    [
        [1, 0.0000259, 0.9691, 0.0000308, 0.8592],
        [5, 0.0002162, 1.6969, 0.0002428, 1.5317],
        [6, 0.0007056, 1.5900, 0.0004878, 1.5728],
        [10, 0.01217, 1.2571, 0.01129, 1.2156],
        [12, 0.02386, 1.1825, 0.02455, 1.1216],
        [20, 0.09164, 1.0568, 0.09611, 0.9847],
        [30, 0.2403, 0.9485, 0.2291, 0.9129],
        [40, 0.4431, 0.8673, 0.4274, 0.8421],
        [60, 0.8606, 0.7656, 0.8515, 0.7486],
        [100, 1.3671, 0.6815, 1.3680, 0.6765],
    ]
)


@pytest.mark.parametrize("row", TABLE_5, ids=lambda row: f"{row[0]:g} GHz")
def test_the_table_of_the_recommendation(row: np.ndarray) -> None:
    """As many digits as are printed: half a unit of the last."""
    found = rain_specific_attenuation(row[0] * 1000, 1.0, polarization_tilt_deg=[0, 90])
    for value, printed in zip(found.k, row[[1, 3]], strict=True):
        half = 0.5e-7 if printed < 1e-3 else 0.5e-5 if printed < 0.1 else 0.5e-4
        assert value == pytest.approx(printed, abs=half * 1.001)
    np.testing.assert_allclose(found.alpha, row[[2, 4]], rtol=0, atol=0.5001e-4)


def test_published_values() -> None:
    """Typed from the test data of github.com/inigodelportillo/ITU-Rpy at 6d7f35c: slant paths."""
    found = rain_specific_attenuation(
        14_250, [26.48052, 33.936232], elevation_deg=[31.07699124, 40.232036]
    )
    np.testing.assert_allclose(found.k, [0.03975488, 0.04007624], rtol=2e-7)
    np.testing.assert_allclose(found.alpha, [1.12418043, 1.11804138], rtol=1e-8)
    gamma = found.specific_attenuation_db_per_km
    np.testing.assert_allclose(gamma, [1.58130839, 2.06173213], rtol=1e-8)


def test_every_coefficient_is_kept() -> None:
    """Weighted sums over 31 frequencies from 1 to 1000 GHz, horizontal and vertical.

    Kept from the state that meets the table and the published values above; a change of any
    digit of the 40 coefficients shows in them.
    """
    f = np.geomspace(1000, 1_000_000, 31)[:, np.newaxis]
    found = rain_specific_attenuation(f, 1.0, polarization_tilt_deg=[0, 90])
    weight = np.arange(1, 32)
    np.testing.assert_allclose(
        weight @ np.log10(found.k), [-242.1870294541587, -239.34075488470762], rtol=1e-11
    )
    np.testing.assert_allclose(
        weight @ found.alpha, [403.75983494304717, 390.5740861666294], rtol=1e-11
    )


def test_the_power_law_and_the_polarization() -> None:
    rain = np.array([0.0, 5, 50, 100])
    found = rain_specific_attenuation(30_000, rain)
    power = 0.2403082 * rain**0.9484573
    np.testing.assert_allclose(found.specific_attenuation_db_per_km, power, rtol=1e-6)
    circular = rain_specific_attenuation(30_000, 40, polarization_tilt_deg=45)
    overhead = rain_specific_attenuation(30_000, 40, elevation_deg=90)
    assert circular.k == pytest.approx(overhead.k)
    assert circular.k == pytest.approx((0.2403082 + 0.2290903) / 2, rel=1e-6)
    tilted = rain_specific_attenuation(30_000, 40, polarization_tilt_deg=[-30, 30])
    assert tilted.k[0] == tilted.k[1]


def test_shapes_and_nan() -> None:
    found = rain_specific_attenuation([[10_000], [20_000]], [10.0, np.nan, 0.0])
    for value in (found.k, found.alpha, found.specific_attenuation_db_per_km):
        assert value.shape == (2, 3)
        assert np.isnan(value).tolist() == [[False, True, False]] * 2
    assert found.specific_attenuation_db_per_km[0, 2] == 0
    for name in ("polarization_tilt_deg", "elevation_deg"):
        unknown = rain_specific_attenuation(10_000, [0.0, 10.0], **{name: np.nan})
        assert np.isnan(unknown.specific_attenuation_db_per_km).all()
    unknown = rain_specific_attenuation(np.nan, 0.0)
    assert np.isnan(unknown.specific_attenuation_db_per_km)
    assert unknown.k.shape == ()


@pytest.mark.parametrize(
    ("name", "outside"),
    [
        ("frequency_mhz", 999),
        ("frequency_mhz", 1_000_001),
        ("rain_rate_mm_per_h", -0.1),
        ("polarization_tilt_deg", 90.1),
        ("elevation_deg", -90.1),
    ],
)
def test_ranges(name: str, outside: float) -> None:
    asked = {"frequency_mhz": 10_000, "rain_rate_mm_per_h": 1} | {name: [outside]}
    with pytest.raises(OutOfRangeError) as caught:
        rain_specific_attenuation(**asked)
    assert (caught.value.name, caught.value.value) == (name, outside)
    assert "P.838-3" in caught.value.source
