"""Okumura-Hata and COST 231-Hata against values computed by hand from the printed formulas."""

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.hata.okumura import cost231_hata_loss_db, okumura_hata_loss_db

# 900 MHz, 30 m, 1.5 m, 5 km: lg f = 2.954243, lg hb = 1.477121, lg d = 0.698970.
# 69.55 + 77.2830 - 20.4138 + (44.9 - 9.6751) 0.698970 = 126.4192 + 24.6211 = 151.0403;
# a(hm) of a medium city: (3.249667 - 0.7) 1.5 - (4.608618 - 0.8) = 0.0159.
# Of a large city: 3.2 lg(17.625)^2 - 4.97 = 3.2 1.552478 - 4.97 = -0.0019.
# Suburban: 2 lg(32.142857)^2 + 5.4 = 2 2.271227 + 5.4 = 9.9425.
# Open: 4.78 8.727549 - 18.33 2.954243 + 40.94 = 41.7177 - 54.1513 + 40.94 = 28.5064.
BY_HAND = [
    ("urban", "medium", 151.0244),
    ("suburban", "medium", 141.0819),
    ("open", "medium", 122.5180),
    ("urban", "large", 151.0410),
]


@pytest.mark.parametrize(("environment", "city_size", "loss"), BY_HAND)
def test_okumura_hata_by_hand(environment: str, city_size: str, loss: float) -> None:
    found = okumura_hata_loss_db(
        900,
        5,
        base_height_m=30,
        mobile_height_m=1.5,
        environment=environment,
        city_size=city_size,
    )
    assert float(found) == pytest.approx(loss, abs=2e-3)


def test_okumura_hata_in_a_large_city_at_150_mhz() -> None:
    """69.55 + 56.9266 - 8.29 0.664642^2 + 1.1 - 27.64 + (44.9 - 13.1) lg 10; 100 m, 3 m."""
    found = okumura_hata_loss_db(150, 10, base_height_m=100, mobile_height_m=3, city_size="large")
    assert float(found) == pytest.approx(128.0745, abs=2e-3)


def test_cost231_by_hand() -> None:
    """1800 MHz, 50 m, 2 m, 2 km.

    46.3 + 33.9 3.255273 - 2 (3.580800 - 0.7) + (5.078225 - 0.8) - 13.82 1.698970
    + (44.9 - 11.128254) 0.301030 = 46.3 + 110.3537 - 5.7616 + 4.2782 - 23.4798 + 10.1663.
    """
    found = cost231_hata_loss_db(
        1800, 2, base_height_m=50, mobile_height_m=2, metropolitan=[False, True]
    )
    np.testing.assert_allclose(found, [141.8568, 144.8568], atol=2e-3)


def test_they_meet_at_1500_mhz() -> None:
    """The two fits were made to agree within a decibel where one takes over from the other."""
    same = {"base_height_m": 60, "mobile_height_m": 1.5}
    hata, cost = okumura_hata_loss_db(1500, 5, **same), cost231_hata_loss_db(1500, 5, **same)
    assert abs(float(hata) - float(cost)) < 1.4


def test_arrays_broadcast_and_nan_stays() -> None:
    f, d = np.array([[150.0], [1500.0], [np.nan]]), np.array([1.0, 20.0, 5.0, np.nan])
    for size in ("medium", "large"):
        loss = okumura_hata_loss_db(
            f, d, base_height_m=[30, 200, 90, 90], mobile_height_m=[1, 10, 3, 3], city_size=size
        )
        assert loss.shape == (3, 4)
        np.testing.assert_array_equal(np.isnan(loss), np.isnan(f) | np.isnan(d))
    cost = cost231_hata_loss_db(
        1800, d, base_height_m=90, mobile_height_m=[[3], [np.nan]], metropolitan=True
    )
    np.testing.assert_array_equal(np.isnan(cost), [[False, False, False, True], [True] * 4])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("frequency_mhz", (149.9, 1500.1)),
        ("distance_km", (0.99, 20.1)),
        ("base_height_m", (29.9, 200.1)),
        ("mobile_height_m", (0.9, 10.1)),
    ],
)
def test_ranges_are_errors(name: str, values: tuple[float, float]) -> None:
    given = {"distance_km": 5, "base_height_m": 60, "mobile_height_m": 1.5}
    for value in values:
        with pytest.raises(OutOfRangeError) as caught:
            okumura_hata_loss_db(**({"frequency_mhz": 900, **given} | {name: value}))
        assert caught.value.name == name
        beyond = {149.9: 1499.9, 1500.1: 2000.1}.get(value, value)
        with pytest.raises(OutOfRangeError) as caught:
            cost231_hata_loss_db(**({"frequency_mhz": 1800, **given} | {name: beyond}))
        assert caught.value.name == name


def test_unknown_surroundings() -> None:
    with pytest.raises(PropagationError, match="urban, suburban, open"):
        okumura_hata_loss_db(900, 5, base_height_m=60, mobile_height_m=2, environment="forest")
    with pytest.raises(PropagationError, match="medium, large"):
        okumura_hata_loss_db(900, 5, base_height_m=60, mobile_height_m=2, city_size="small")
