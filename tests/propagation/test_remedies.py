"""The searches for what to change, against answers known by hand."""

import math

import pytest

from propagation.compliance.remedies import (
    Radiated,
    Sector,
    channels_near,
    reduced,
    sectors,
    smallest_lowering,
    smallest_reduction,
)


def needs(wanted: dict[int, float]):
    """Return a question that passes where each place loses enough, and what was asked."""
    asked: list[tuple[float, ...]] = []

    def passes(reduction_db: tuple[float, ...]) -> bool:
        asked.append(reduction_db)
        return all(reduction_db[place] >= least - 1e-9 for place, least in wanted.items())

    return passes, asked


@pytest.mark.parametrize("guess_db", [0.0, 0.4, 3.14, 3.2, 39.0])
def test_each_sector_has_the_fewest_decibels(guess_db: float) -> None:
    """3.14 dB needed at 90 and 100 degrees, 0.31 at 350 and 0: 3.2 and 0.4 in whole tenths."""
    passes, asked = needs({9: 3.14, 10: 2.0, 35: 0.31, 0: 0.05})
    found = smallest_reduction(passes, most_db=40.0, guess_db=guess_db)
    assert found is not None
    assert sectors(found) == (Sector(90, 100, 3.2), Sector(350, 0, 0.4))
    assert len(asked) < 60
    assert not passes(tuple(each / 2 for each in found))
    for place, each in enumerate(found):
        if each:
            less = (*found[:place], each - 0.1, *found[place + 1 :])
            assert passes(less) == (place in {0, 10}), "the worst azimuth decides its sector"


def test_a_limit_all_round_asks_all_azimuths() -> None:
    passes, _ = needs(dict.fromkeys(range(36), 1.139))
    found = smallest_reduction(passes, most_db=40.0, guess_db=1.139)
    assert found == (1.2,) * 36
    assert sectors(found) == (Sector(0, 350, 1.2),)


def test_where_no_azimuth_is_told_apart_all_lose_the_same() -> None:
    passes, asked = needs({9: 2.0})
    assert smallest_reduction(passes, most_db=40.0, guess_db=2.0, by_azimuth=False) == (2.0,) * 36
    assert asked[1:] == [(2.0,) * 36, (1.9,) * 36]


def test_what_no_reduction_cures_is_said() -> None:
    passes, asked = needs({9: 40.1})
    assert smallest_reduction(passes, most_db=40.0, guess_db=40.1) is None
    assert asked == [(40.0,) * 36]
    assert smallest_reduction(needs({9: 0.1})[0], most_db=0.0) is None


def test_less_power_in_a_sector_goes_into_the_pattern() -> None:
    station = Radiated(erp_total_dbw=30.0, erp_horizontal_dbw=27.0)
    east = reduced(station, tuple(3.2 if place in {9, 10} else 0.0 for place in range(36)))
    assert east.erp_total_dbw == 30.0
    assert east.attenuation_db == (0.0,) * 9 + (3.2, 3.2) + (0.0,) * 25
    assert reduced(station, (1.2,) * 36) == Radiated(
        erp_total_dbw=28.8, erp_horizontal_dbw=25.8, attenuation_db=()
    )


def test_the_largest_power_stays_the_reference() -> None:
    """A pattern of 10 dB but towards 0 degrees; 4 dB less there: 26 dBW, the rest 6 dB below."""
    station = Radiated(
        erp_total_dbw=30.0, erp_vertical_dbw=30.0, attenuation_db=(0.0,) + (10.0,) * 35
    )
    found = reduced(station, (4.0,) + (0.0,) * 35)
    assert found.erp_total_dbw == found.erp_vertical_dbw == 26.0
    assert found.attenuation_db == (0.0,) + (6.0,) * 35


@pytest.mark.parametrize("step_m", [1.0, 5.0])
@pytest.mark.parametrize("highest_m", [59.0, 55.0, 33.0, 10.0])
def test_the_highest_antenna_that_passes(step_m: float, highest_m: float) -> None:
    found = smallest_lowering(lambda m: m <= highest_m, 60.0, step_m=step_m, floor_m=10.0)
    assert found == 60.0 - step_m * math.ceil((60.0 - highest_m) / step_m)


def test_an_antenna_is_not_lowered_below_the_floor() -> None:
    tried: list[float] = []

    def never(height_m: float) -> bool:
        tried.append(height_m)
        return False

    assert smallest_lowering(never, 62.0, step_m=5.0, floor_m=10.0) is None
    assert min(tried) == 12.0
    assert smallest_lowering(lambda m: True, 12.0, step_m=5.0, floor_m=10.0) is None


def test_channels_come_nearest_first() -> None:
    band = {"raster_khz": 100.0, "lower_mhz": 87.0, "upper_mhz": 108.0}
    near = channels_near(100.03, **band)
    assert near[:4] == (100.0, 100.1, 99.9, 100.2)
    assert len(near) == 211
    assert {87.0, 108.0} < set(near)
    assert channels_near(87.0, **band)[:2] == (87.1, 87.2)
    assert 87.0 not in channels_near(87.0, **band)
    tv = channels_near(
        474.0, raster_khz=8000.0, lower_mhz=470.0, upper_mhz=694.0, origin_mhz=474.0
    )
    assert tv[:2] == (482.0, 490.0)
    assert max(tv) == 690.0
