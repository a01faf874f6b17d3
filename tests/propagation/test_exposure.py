"""Far-field exposure by hand, and the check of a site."""

import math

import numpy as np
import pytest

from propagation.compliance import exposure as checked
from propagation.compliance.facts_exposure import ExposureEmitter
from propagation.compliance.records import Outcome
from propagation.errors import OutOfRangeError
from propagation.exposure import (
    exposure_share,
    field_v_per_m,
    safety_distance_m,
    site_distance_m,
)
from tests.propagation.site_checks import ON, by_reason, said, shipped


def test_field_by_hand() -> None:
    # sqrt(29.979 x 1000) = 173.1 V/m at 1 m, 17.31 at 10 m; reflections of 1.6 give 27.7
    assert field_v_per_m(1000.0, 10.0) == pytest.approx(17.31, abs=5e-3)
    assert field_v_per_m(1000.0, 10.0, 1.6) == pytest.approx(27.70, abs=5e-3)
    # 27.5 V/m carries 27.5^2 / 376.73 = 2.007 W/m2, and so does the e.i.r.p. over the sphere
    distance = float(safety_distance_m(1000.0, 27.5))
    assert distance == pytest.approx(6.296, abs=1e-3)
    assert 1000 / (4 * math.pi * distance**2) == pytest.approx(27.5**2 / 376.730_313)


def test_sums_by_hand() -> None:
    # (11/27.5)^2 + (22/27.5)^2 + (16.5/27.5)^2 = 0.16 + 0.64 + 0.36
    assert exposure_share([11, 22, 16.5], [27.5, 27.5, 27.5]) == pytest.approx(1.16)
    # 3 m and 4 m give 5 m
    assert site_distance_m([3, 4]) == pytest.approx(5)


def test_at_the_distance_of_the_site_the_sum_is_one() -> None:
    powers, limits = np.array([3000.0, 500.0, 200.0]), np.array([27.5, 27.5, 41.0])
    distance = site_distance_m(safety_distance_m(powers, limits, 1.6))
    assert exposure_share(field_v_per_m(powers, distance, 1.6), limits) == pytest.approx(1)


def test_bad_input() -> None:
    with pytest.raises(OutOfRangeError, match="distance_m"):
        field_v_per_m(1.0, 0.0)
    with pytest.raises(OutOfRangeError, match="limit_v_per_m"):
        safety_distance_m(1.0, 0.0)
    with pytest.raises(OutOfRangeError, match="eirp_w"):
        safety_distance_m(-1.0, 27.5)


def emitter(**changes) -> ExposureEmitter:
    """Return an antenna of 3281 W e.i.r.p. (2 kW e.r.p.) at 75 m."""
    parts = {
        "id": "station-1", "name": "Đài", "frequency_mhz": 96.9, "eirp_dbw": 35.16,
        "height_above_ground_m": 75.0, "longitude": 106.4, "latitude": 10.6,
        "east_m": 0.0, "north_m": 0.0, "broadcasting": True, "source": "giấy phép",
    }  # fmt: skip
    return ExposureEmitter(**{**parts, **changes})


@pytest.fixture
def check(station):
    """Run the check as shipped."""

    def run(*emitters, base=True, **changes):
        return by_reason(
            said(
                checked.check(
                    station(),
                    emitters,
                    rule=shipped("site.exposure.broadcast", **changes),
                    base_station_rule=shipped("site.exposure.base_station") if base else None,
                )
            )
        )

    return run


def test_alone_by_hand(check) -> None:
    """1.6 sqrt(29.979 x 3281) / 27.5 = 18.25 m."""
    found = check(emitter())
    assert list(found) == ["alone_kept"]
    kept = found["alone_kept"]
    assert kept.outcome is Outcome.COMPLIES
    assert kept.values["distance_m"] == pytest.approx(18.2, abs=0.06)
    # (18.25 / 73)^2
    assert kept.values["share"] == pytest.approx(0.0625, abs=5e-4)


def test_a_low_antenna_asks_for_a_measurement(check) -> None:
    low = check(emitter(height_above_ground_m=20.0))["alone_exceeded"]
    assert low.outcome is Outcome.NEEDS_VERIFICATION
    assert low.measure["distance_m"] == pytest.approx(18.2, abs=0.06)
    assert check(emitter(height_above_ground_m=20.3))["alone_kept"].outcome is Outcome.COMPLIES
    assert "alone_exceeded" in check(emitter(height_above_ground_m=1.0))


def test_the_site_sums_over_frequencies(check) -> None:
    """Two of 18.25 m at 27 m height: each (18.25 / 25)^2 = 0.533, together 1.066."""
    own = emitter(height_above_ground_m=27.0)
    other = emitter(id="b", name="BTS", frequency_mhz=950.0, broadcasting=False,
                    height_above_ground_m=27.0)  # fmt: skip
    found = check(own, other)
    assert found["alone_kept"].outcome is Outcome.COMPLIES
    site = found["site_exceeded"]
    assert site.outcome is Outcome.NEEDS_VERIFICATION
    assert site.values["share"] == pytest.approx(2 * (18.25 / 25) ** 2, abs=2e-3)
    assert site.values["distance_m"] == pytest.approx(18.25 * math.sqrt(2), abs=0.06)
    # 30 m away along the ground the other one adds (18.25^2) / (25^2 + 30^2) only
    away = check(own, emitter(id="b", height_above_ground_m=27.0, east_m=30.0))["site_kept"]
    assert away.values["share"] == pytest.approx(0.5329 + 18.25**2 / 1525, abs=2e-3)
    assert list(check(own, emitter(id="b", east_m=51.0))) == ["alone_kept"]


def test_the_worst_foot_may_be_a_neighbours(check) -> None:
    """30 dBW e.i.r.p. at 80 m; 38 dBW (6310 W) at 8 m, 27 m east and 36 m south: 45 m away.

    At the neighbour's foot 6 m below it: 1.6 sqrt(29.979 x 6310) / 6 = 116.0 V/m, (116 / 27.5)^2 =
    17.79; from the own antenna 1.6 sqrt(29.979 x 1000) / sqrt(78^2 + 45^2) = 3.08 V/m, 0.0125.
    At the own foot (1.6 sqrt(29.979 x 6310) / sqrt(6^2 + 45^2))^2 = 235 (V/m)^2, 0.311.
    """
    own = emitter(eirp_dbw=30.0, height_above_ground_m=80.0)
    other = emitter(
        id="b", name="Cột bên", eirp_dbw=38.0, height_above_ground_m=8.0, east_m=27.0,
        north_m=-36.0, longitude=106.4002, latitude=10.5997,
    )  # fmt: skip
    site = check(own, other)["site_exceeded"]
    assert site.values["share"] == pytest.approx(17.81, abs=0.02)
    assert site.values["own_share"] == pytest.approx(0.33, abs=0.01)
    assert site.values["foot"] == "Cột bên"
    assert (site.measure["longitude"], site.measure["latitude"]) == (106.4002, 10.5997)


def test_the_limit_is_that_of_the_emitter(check) -> None:
    """A lower limit for broadcasting leaves base stations as they are."""
    found = check(
        emitter(), emitter(id="b", frequency_mhz=950.0, broadcasting=False), limit_v_per_m=13.75
    )
    assert found["alone_kept"].values["distance_m"] == pytest.approx(36.5, abs=0.06)
    assert found["site_kept"].values["share"] == pytest.approx(0.0625 * 5, abs=2e-3)


def test_what_lacks_data_leaves_the_sum_open(check) -> None:
    found = check(emitter(), emitter(id="b", eirp_dbw=None))
    assert found["site_unknown"].outcome is Outcome.NOT_ASSESSABLE
    assert found["site_unknown"].values["unknown"] == 1
    low = check(emitter(height_above_ground_m=10.0), emitter(id="b", eirp_dbw=None))
    assert low["site_exceeded"].outcome is Outcome.NEEDS_VERIFICATION
    old = check(emitter(), emitter(id="b", frequency_mhz=950.0, broadcasting=False), base=False)
    assert old["site_unknown"].outcome is Outcome.NOT_ASSESSABLE


def test_own_data_missing(check) -> None:
    assert check()["unknown"].missing == (
        "compliance.missing.erp", "compliance.missing.antenna_height",
    )  # fmt: skip
    assert check(emitter(eirp_dbw=None))["unknown"].missing == ("compliance.missing.erp",)
    assert check(emitter(frequency_mhz=None))["unknown"].missing == ("exposure.missing.frequency",)
    beyond = check(emitter(frequency_mhz=60.0), frequency_min_mhz=87.0)["out_of_scope"]
    assert beyond.outcome is Outcome.NOT_ASSESSABLE


def test_scopes_by_version() -> None:
    base = shipped("site.exposure.base_station")
    assert (base.parameters["frequency_min_mhz"], base.parameters["frequency_max_mhz"]) == (
        110, 6000,
    )  # fmt: skip
    assert base.valid_from.isoformat() == "2023-07-01" and base.valid_from <= ON  # noqa: PT018
    assert shipped("site.exposure.broadcast").parameters["limit_v_per_m"] == 27.5
