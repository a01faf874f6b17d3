"""Line-of-sight links: numbers worked out by hand from the equations, ranges, the contract."""

from typing import Any

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, OutsideValidityWarning
from propagation.itu.p530 import (
    RainClimate,
    clear_air_transmission_loss_db,
    link_availability,
)
from propagation.itu.p530_multipath import (
    LinkEnds,
    MultipathClimate,
    MultipathOutage,
    multipath_outage,
)
from propagation.itu.p530_rain import RainAttenuation, rain_attenuation, rain_outage_percent

# MHz, km, %, mm/h, k, alpha; then gamma_R, r, A_0.01 and A_p, worked out apart.
RAIN = [
    (23_000, 10, 0.01, 95, 0.1286, 1.0214, 13.467527, 0.506575, 68.223135, 68.091563),
    (23_000, 10, 0.001, 95, 0.1286, 1.0214, 13.467527, 0.506575, 68.223135, 132.977925),
    (7_500, 30, 0.1, 95, 0.00332, 1.4, 1.949625, 0.338836, 19.818109, 7.528587),
    (38_000, 2.5, 1, 120, 0.4001, 0.8816, 27.237970, 0.835067, 56.863802, 5.787587),
    (80_000, 0.3, 0.05, 120, 1.1704, 0.7115, 35.291634, 2.418722, 25.608194, 13.407920),
    (7_500, 60, 0.003, 95, 0.00332, 1.4, 1.949625, 0.203067, 23.754261, 35.551477),
]
# dB, MHz, km, heights of both ends and the terrain in m, K, dN_75, latitude; then inclination,
# p_0, worst month and year, worked out apart. The last two take the limit of v_sr and of Delta G.
MULTIPATH = [
    (30, 7_500, 40, 80, 60, 2, 0.0001, 45, 10.5, 0.5, 902.1182, 0.9021182, 0.3039663),
    (35, 7_500, 40, 80, 60, 2, 0.0001, 45, 10.5, 0.5, 902.1182, 0.2852748, 0.09612257),
    (10, 7_500, 40, 80, 60, 2, 0.0001, 45, 10.5, 0.5, 902.1182, 18.20999, 8.470708),
    (1, 7_500, 40, 80, 60, 2, 0.0001, 45, 10.5, 0.5, 902.1182, 46.85651, 42.52649),
    (40, 15_000, 20, 350, 150, 100, 3e-05, 20, 60, 10, 1.772038, 0.0001772038, 1.571964e-05),
    (25, 6_000, 50, 110, 110, 5, 2e-06, 30, -40, 0, 17.71333, 0.05410545, 0.01670684),
    (20, 23_000, 6, 45, 40, 5, 0.0001, 45, 10.5, 0.8333333, 0.8534664, 0.008047513, 0.001637481),
    (30, 7_500, 6, 10, 190, 5, 0.0001, 45, 45, 30, 0.02765284, 2.765284e-05, 2.35228e-06),
    (20, 7_500, 6, 15, 12, 10, 0.0001, 10, 10.5, 0.5, 0.7833364, 0.007408917, 0.001558338),
    (15, 7_500, 10, 30, 20, 5, 0.0001, 45, 80, 1, 41.22305, 0.8357322, 0.0897926),
]
ENDS = LinkEnds(80, 60, 2, 10.5)
CLIMATE = MultipathClimate(1e-4, 45)
RAIN_CLIMATE = RainClimate(95, 0.00332, 1.4)


def rain(f: Any = 23_000, d: Any = 10, p: Any = 0.01, **changes: Any) -> RainAttenuation:
    return rain_attenuation(
        f, d, p, **{"rain_rate_mm_per_h": 95, "k": 0.1286, "alpha": 1.0214, **changes}
    )


def multipath(
    a: Any = 30, f: Any = 7500, d: Any = 40, ends: LinkEnds = ENDS, **air: Any
) -> MultipathOutage:
    return multipath_outage(
        a, f, d, ends=ends, climate=MultipathClimate(air.get("k", 1e-4), air.get("dn", 45))
    )


@pytest.mark.parametrize("row", RAIN)
def test_rain(row: tuple[float, ...]) -> None:
    f, d, p, rate, k, alpha, *expected = row
    found = rain_attenuation(f, d, p, rain_rate_mm_per_h=rate, k=k, alpha=alpha)
    np.testing.assert_allclose(
        [
            found.specific_attenuation_db_per_km,
            found.path_factor,
            found.attenuation_001_db,
            found.attenuation_db,
        ],
        expected,
        atol=2e-6,
    )


def test_the_path_factor_is_at_most_2_5() -> None:
    found = rain(80_000, 0.05, rain_rate_mm_per_h=30)
    assert found.path_factor == 2.5
    assert found.attenuation_001_db == pytest.approx(
        2.5 * 0.05 * found.specific_attenuation_db_per_km
    )
    dry = rain(rain_rate_mm_per_h=0)
    assert (dry.attenuation_db, dry.path_factor) == (0, 2.5)


@pytest.mark.parametrize("f", [7500, 23_000, 80_000])
@pytest.mark.parametrize("p", [0.001, 0.0107, 0.1, 1])
def test_rain_outage_is_the_inverse(f: float, p: float) -> None:
    found = rain(f, 10, p)
    margin = found.attenuation_db
    if p == 0.001:
        margin = margin - 1e-9
    if p == 1:
        margin = margin + 1e-9
    outage = rain_outage_percent(margin, found.attenuation_001_db, f)
    assert outage == pytest.approx(p, rel=1e-8)


def test_a_margin_beyond_all_rain_is_a_named_bound() -> None:
    with pytest.warns(OutsideValidityWarning, match=r"fade_margin_db .* 0\.001 %"):
        outage = rain_outage_percent([30, 200], 68.22313, 23_000)
    assert outage[1] == 0.001
    assert 0.05 < outage[0] < 0.1
    with pytest.warns(OutsideValidityWarning):
        assert rain_outage_percent(5, 0, 23_000) == 0.001
    with pytest.raises(OutOfRangeError, match=r"fade_margin_db = 7 is outside 7\.2"):
        rain_outage_percent([30, 7], 68.22313, 23_000)


@pytest.mark.parametrize("row", MULTIPATH)
def test_multipath(row: tuple[float, ...]) -> None:
    a, f, d, h_e, h_r, h_t, k, dn, latitude, *expected = row
    found = multipath(a, f, d, LinkEnds(h_e, h_r, h_t, latitude), k=k, dn=dn)
    np.testing.assert_allclose(
        [
            found.path_inclination_mrad,
            found.occurrence_percent,
            found.worst_month_percent,
            found.annual_percent,
        ],
        expected,
        rtol=2e-6,
    )


def test_the_two_ends_are_alike_and_short_paths_do_not_fade() -> None:
    there, back = multipath(), multipath(ends=LinkEnds(60, 80, 2, 10.5))
    assert there.worst_month_percent == back.worst_month_percent
    short = multipath(d=[5, 5.01], f=7500, a=20)
    assert short.occurrence_percent[0] == short.worst_month_percent[0] == 0
    assert short.annual_percent[0] == 0
    assert (short.worst_month_percent[1] > 0).all()


def test_deeper_fades_are_rarer_across_the_transition() -> None:
    found = multipath(np.arange(0, 50, 0.25))
    assert (np.diff(found.worst_month_percent) < 0).all()
    assert (np.diff(found.annual_percent) < 0).all()
    assert (found.annual_percent <= found.worst_month_percent).all()
    assert found.worst_month_percent[0] == pytest.approx(63.212, abs=1e-3)


def test_fading_that_hardly_ever_is_stays_finite() -> None:
    """Where next to nothing fades the outage is next to nothing, without a warning."""
    outage = multipath(10, 7500, 5.01, LinkEnds(700, 10, 2, 10.5), k=1e-14)
    assert 0 < outage.occurrence_percent < 1e-13
    assert 0 < outage.worst_month_percent < 1e-12


def test_clear_air() -> None:
    """20 lg(4 pi f d / c) + gamma d, worked out apart."""
    assert clear_air_transmission_loss_db(
        7500, 40, gaseous_attenuation_db_per_km=0.0095
    ) == pytest.approx(142.370208, abs=1e-6)
    assert clear_air_transmission_loss_db(
        23_000, 10, gaseous_attenuation_db_per_km=0.21
    ) == pytest.approx(141.782340, abs=1e-6)
    with pytest.raises(OutOfRangeError, match="gaseous_attenuation_db_per_km"):
        clear_air_transmission_loss_db(7500, 40, gaseous_attenuation_db_per_km=-0.1)


def test_availability_adds_the_outages_by_cause() -> None:
    found = link_availability(
        30, 23_000, 10, rain=RainClimate(95, 0.1286, 1.0214), ends=ENDS, climate=CLIMATE
    )
    wet = rain_outage_percent(30, rain().attenuation_001_db, 23_000)
    fading = multipath(30, 23_000, 10)
    assert found.rain_outage_percent == wet
    assert found.multipath.annual_percent == fading.annual_percent
    assert found.rain.attenuation_db == pytest.approx(68.09156, abs=1e-5)
    assert found.availability_percent == 100 - wet - fading.annual_percent
    assert found.availability_percent == pytest.approx(99.93, abs=0.005)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"f": 999}, "frequency_mhz"),
        ({"f": 100_001}, "frequency_mhz"),
        ({"d": 0}, "distance_km"),
        ({"d": 60.1}, "distance_km"),
        ({"p": 0.0009}, "time_percent"),
        ({"p": 1.1}, "time_percent"),
        ({"rain_rate_mm_per_h": -1}, "rain_rate_mm_per_h"),
        ({"k": 0}, "k"),
        ({"alpha": 0}, "alpha"),
    ],
)
def test_ranges_of_rain(changes: dict[str, float], name: str) -> None:
    with pytest.raises(OutOfRangeError, match=r"P\.530-18, section 2\.4\.1") as caught:
        rain(**changes)
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"a": -1}, "fade_depth_db"),
        ({"f": 45_001}, "frequency_mhz"),
        ({"f": 0}, "frequency_mhz"),
        ({"f": 374}, "frequency_mhz"),
        ({"d": 0}, "distance_km"),
        ({"d": 185.1}, "distance_km"),
        ({"ends": LinkEnds(80, 60, 2, 91)}, "latitude_deg"),
        ({"k": 0}, "geoclimatic_factor"),
        ({"dn": -1}, "refractivity_increase_nunits"),
        ({"k": 2e-4}, "occurrence_percent"),
    ],
)
def test_ranges_of_multipath(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(OutOfRangeError, match=r"P\.530-18, section 2\.3") as caught:
        multipath(**changes)
    assert caught.value.name == name


def test_a_low_frequency_is_allowed_where_nothing_fades() -> None:
    assert multipath(f=400, d=5).worst_month_percent == 0
    with pytest.raises(OutOfRangeError, match="attenuation_001_db"):
        rain_outage_percent(3, -1, 23_000)


def test_array_contract() -> None:
    given = np.array([[10.0], [np.nan]])
    kept = given.copy()
    wet = rain(d=given, p=[0.01, 0.1, 1])
    for name in ("specific_attenuation_db_per_km", "path_factor", "attenuation_001_db"):
        assert getattr(wet, name).shape == (2, 3)
    assert np.isnan(wet.attenuation_db[1]).all()
    assert (np.diff(wet.attenuation_db[0]) < 0).all()
    fading = multipath(a=[20, 30, 40], d=given)
    assert fading.occurrence_percent.shape == fading.annual_percent.shape == (2, 3)
    assert np.isnan(fading.worst_month_percent[1]).all()
    np.testing.assert_array_equal(given, kept)
    assert np.isnan(rain_outage_percent(np.nan, 50, 23_000))
    assert rain(d=[]).attenuation_db.shape == (0,)
    assert multipath(a=[]).annual_percent.shape == (0,)
    both = link_availability(
        20,
        [7500, 23_000],
        10,
        rain=RainClimate(95, [0.00332, 0.1286], [1.4, 1.02]),
        ends=ENDS,
        climate=CLIMATE,
    )
    assert both.availability_percent.shape == (2,)
    assert both.availability_percent[0] > both.availability_percent[1]
