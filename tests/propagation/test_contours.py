"""Thresholds of protected and interfering contours."""

import pytest

from propagation.errors import ParameterError
from propagation.interference.bs412 import BS412_PROTECTION, Reception
from propagation.interference.contours import (
    ContourThreshold,
    contours_from_parameters,
    listed_thresholds,
    ratio_thresholds,
)
from tests.propagation.site_checks import shipped

FCC = dict(shipped("fm.contour_overlap").parameters)


@pytest.mark.parametrize(
    ("spacing_khz", "interfering"),
    # 47 CFR 73.509: 60 dBu F(50,50) against 40, 54, 100 dBu F(50,10)
    [(0.0, 40.0), (200.0, 54.0), (-200.0, 54.0), (400.0, 100.0), (-600.0, 100.0)],
)
def test_the_rows_of_47_cfr_73_509(spacing_khz: float, interfering: float) -> None:
    found = listed_thresholds(contours_from_parameters(FCC), spacing_khz)
    assert found == (ContourThreshold(60.0, interfering, 10.0),)


@pytest.mark.parametrize("spacing_khz", [100.0, -300.0, 199.9, 500.0])
def test_between_the_rows_it_says_nothing(spacing_khz: float) -> None:
    assert listed_thresholds(contours_from_parameters(FCC), spacing_khz) is None


@pytest.mark.parametrize("spacing_khz", [600.1, 700.0, -10_700.0])
def test_beyond_the_last_row_nothing_is_asked(spacing_khz: float) -> None:
    assert listed_thresholds(contours_from_parameters(FCC), spacing_khz) == ()


def test_protected_field_minus_ratio() -> None:
    # BS.412-9, stereo: 45 and 37 dB on the same channel, 33 and 25 at 100 kHz, -7 at 300 kHz
    def fields(spacing_khz: float, reception: Reception = Reception.STEREO):
        found = ratio_thresholds(BS412_PROTECTION, 54.0, spacing_khz, reception)
        assert all(one.protected_dbuvm == 54.0 for one in found)
        return [(one.interfering_dbuvm, one.time_percent) for one in found]

    assert fields(0.0) == [(9.0, 50.0), (17.0, 1.0)]
    assert fields(-100.0) == [(21.0, 50.0), (29.0, 1.0)]
    assert fields(300.0) == [(61.0, 50.0), (61.0, 1.0)]
    assert fields(0.0, Reception.MONO) == [(18.0, 50.0), (26.0, 1.0)]
    assert fields(500.0) == []
    assert fields(10_700.0) == [(74.0, 50.0), (74.0, 1.0)]


@pytest.mark.parametrize(
    ("changes", "name", "wrong"),
    [
        ({"spacing_khz": [100, 200, 400]}, "spacing_khz", "starts_at_zero"),
        ({"spacing_khz": []}, "spacing_khz", "starts_at_zero"),
        ({"spacing_khz": [0, 400, 200]}, "spacing_khz", "increasing"),
        ({"spacing_khz": [0, 0, 200]}, "spacing_khz", "increasing"),
        ({"interfering_dbuvm": [40, 54]}, "interfering_dbuvm", "length"),
        ({"interfering_dbuvm": [40, 54, "x"]}, "interfering_dbuvm", "numbers"),
        ({"protected_dbuvm": None}, "protected_dbuvm", "number"),
    ],
)
def test_a_bad_table_is_refused(changes: dict[str, object], name: str, wrong: str) -> None:
    with pytest.raises(ParameterError) as caught:
        contours_from_parameters({**FCC, **changes})
    assert (caught.value.name, caught.value.wrong) == (name, wrong)
