"""Coordinate in the named commune, effective height against terrain, power by class."""

import math

import pytest

from propagation.compliance import data_audit
from propagation.compliance.facts import CommuneFacts, HeightFacts
from propagation.compliance.records import Outcome, Reservation
from propagation.errors import PropagationError


@pytest.fixture
def check(rule, said, terrain):
    """Run the check with the house rule; return coordinate, height, class."""

    def run(station, commune=None, height_m=None, ground=terrain, *, binding=False):
        height = None if height_m is None else HeightFacts(
            effective_height_max_m=height_m, source="3 to 15 km"
        )  # fmt: skip
        found = data_audit.check(
            station, commune, height, ground, rule=rule("audit.data", binding=binding)
        )
        return said(found)

    return run


@pytest.fixture
def commune(boundary):
    """Make the facts of a commune with an outline, 800 m inside it."""

    def make(**changes):
        where = boundary(
            **{"inside": True, "distance_to_boundary_m": 800.0, "unit_name": "xã Bình Đức"}
            | changes
        )
        return CommuneFacts(code="27823", name="xã Bình Đức", boundary=where)

    return make


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({}, Outcome.COMPLIES, "coordinate_inside"),
        ({"inside": False}, Outcome.NEEDS_VERIFICATION, "coordinate_outside"),
        (
            {"position_uncertainty_m": 900.0},
            Outcome.NEEDS_VERIFICATION,
            "coordinate_near_boundary",
        ),
        (
            {"inside": False, "position_uncertainty_m": 900.0},
            Outcome.NEEDS_VERIFICATION,
            "coordinate_near_boundary",
        ),
        ({"inside": None}, Outcome.NOT_ASSESSABLE, "coordinate_no_outline"),
    ],
)
def test_coordinate(check, station, commune, *, changes, outcome, reason) -> None:
    found, _, _ = check(station(), commune(**changes))
    assert found.outcome is outcome
    assert found.reason == f"compliance.reason.{reason}"


def test_house_rules_never_violate_even_with_an_official_outline(check, station, commune) -> None:
    found, _, _ = check(station(), commune(inside=False))
    assert found.reservations == {Reservation.NON_BINDING_RULE}
    assert "compliance.missing.site_visit" in found.missing
    # only an administrator's binding rule on an official outline could
    assert check(station(), commune(inside=False), binding=True)[0].outcome is Outcome.VIOLATES
    approximate = commune(inside=False, official=False)
    found, _, _ = check(station(), approximate, binding=True)
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.reservations == {Reservation.APPROXIMATE_BOUNDARY}


def test_commune_known_by_point_and_bounds_only(check, station) -> None:
    inside = CommuneFacts(code="1", name="xã A", inside_bounds=True, distance_to_point_km=2.0)
    assert check(station(), inside)[0].outcome is Outcome.NOT_ASSESSABLE
    outside = CommuneFacts(code="1", name="xã A", inside_bounds=False, distance_to_point_km=22.0)
    found = check(station(), outside, binding=True)[0]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.reservations == {Reservation.APPROXIMATE_BOUNDARY}
    nothing = CommuneFacts(code="1", name="xã A")
    assert check(station(), nothing)[0].outcome is Outcome.NOT_ASSESSABLE
    assert check(station(), None)[0].missing == ("compliance.missing.commune",)


@pytest.mark.parametrize(
    ("stored_m", "computed_m", "outcome"),
    [
        # tolerance 15 m or 20 %, the larger: 60 -> 15 m; 300 -> 60 m
        (75.0, 60.0, Outcome.COMPLIES),
        (75.1, 60.0, Outcome.NEEDS_VERIFICATION),
        (44.9, 60.0, Outcome.NEEDS_VERIFICATION),
        (360.0, 300.0, Outcome.COMPLIES),
        (239.9, 300.0, Outcome.NEEDS_VERIFICATION),
        (None, 60.0, Outcome.NOT_ASSESSABLE),
        (75.0, None, Outcome.NOT_ASSESSABLE),
    ],
)
def test_effective_height(check, station, stored_m, computed_m, outcome) -> None:
    _, found, _ = check(station(effective_height_max_m=stored_m), None, computed_m)
    assert found.outcome is outcome


def test_effective_height_from_the_pattern(check, station) -> None:
    pattern = (40.0,) * 35 + (75.0,)
    recorded = station(effective_height_max_m=None, effective_height_m=pattern)
    _, found, _ = check(recorded, None, 60.0)
    assert found.values["stored_m"] == 75.0


def _by_azimuth(rule, station, terrain, heights):
    facts = HeightFacts(
        effective_height_max_m=60.0, source="3 to 15 km", effective_height_m=tuple(heights)
    )
    return data_audit.check(station, None, facts, terrain, rule=rule("audit.data", binding=False))


def test_effective_heights_by_azimuth(rule, said, station, terrain) -> None:
    """Turned by 90 degrees, with the same maximum: only the comparison by azimuth sees it.

    60 m northwards, 20 m elsewhere; tolerance 15 m (20 % of 20 m is 4 m, of 60 m 12 m).
    """
    computed = [60.0] + [20.0] * 35
    turned = [20.0] * 9 + [60.0] + [20.0] * 26
    for stored, off in ((computed, 0), (turned, 2)):
        recorded = station(effective_height_max_m=60.0, effective_height_m=tuple(stored))
        found = said(_by_azimuth(rule, recorded, terrain, computed))
        assert len(found) == 4
        assert found[1].outcome is Outcome.COMPLIES, "the largest is the same"
        assert found[3].values["azimuths_differing"] == off
        wanted = Outcome.NEEDS_VERIFICATION if off else Outcome.COMPLIES
        assert found[3].outcome is wanted
    assert found[3].values["azimuth_deg"] == 0, "of two equally far off the first"
    assert found[3].values["difference_m"] == -40.0
    assert "compliance.missing.height_survey" in found[3].missing


def test_effective_heights_over_a_void(rule, said, station, terrain) -> None:
    recorded = station(effective_height_m=(90.0,) + (20.0,) * 35)
    computed = [math.nan] + [20.0] * 35
    found = said(_by_azimuth(rule, recorded, terrain, computed))
    assert found[3].outcome is Outcome.COMPLIES
    assert found[3].values["azimuths"] == 35
    assert len(_by_azimuth(rule, recorded, terrain, [math.nan] * 36)) == 3
    assert len(_by_azimuth(rule, recorded, terrain, [])) == 3


def test_effective_height_on_flat_terrain(check, station, flat) -> None:
    _, found, _ = check(station(), None, 75.0, flat)
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert "compliance.missing.terrain" in found.missing


def test_power_by_class(check, station) -> None:
    # provincial: 46 dBW = 39.8 kW
    assert check(station(erp_total_dbw=46.0))[2].outcome is Outcome.COMPLIES
    above = check(station(erp_total_dbw=47.0))[2]
    assert above.outcome is Outcome.NEEDS_VERIFICATION
    assert above.margin_db == pytest.approx(-1.0)
    other = check(station(erp_total_dbw=33.0, station_class="other"))[2]
    assert other.margin_db == pytest.approx(-3.0)
    assert check(station(erp_total_dbw=None))[2].outcome is Outcome.NOT_ASSESSABLE
    with pytest.raises(PropagationError, match="regional_erp_max_dbw"):
        check(station(station_class="regional"))


@pytest.mark.parametrize(
    ("horizontal_dbw", "vertical_dbw", "total_dbw", "off_db"),
    [
        (30.0, 30.0, 33.0103, 0.0),  # 1 kW and 1 kW: their sum
        (30.0, 30.0, 30.0, -3.01),  # the larger alone hides the other
        (30.0, None, 30.0, 0.0),
        (30.0, None, 20.0, -10.0),  # 100 W in all, and 1 kW of it horizontal
        (30.0, 20.0, 31.0, 0.59),  # 1.1 kW is 30.41 dBW
        (None, 27.0, 27.09, 0.0),  # rounding
    ],
)
def test_the_total_power_and_its_parts(
    rule, said, station, terrain, *, horizontal_dbw, vertical_dbw, total_dbw, off_db
) -> None:
    recorded = station(
        erp_total_dbw=total_dbw, erp_horizontal_dbw=horizontal_dbw, erp_vertical_dbw=vertical_dbw
    )
    found = said(
        data_audit.check(recorded, None, None, terrain, rule=rule("audit.data", binding=False))
    )
    assert len(found) == 4
    assert found[3].outcome is (Outcome.NEEDS_VERIFICATION if off_db else Outcome.COMPLIES)
    assert found[3].values["difference_db"] == pytest.approx(off_db, abs=0.1)


def test_no_parts_or_no_total(rule, station, terrain) -> None:
    for changes in ({}, {"erp_total_dbw": None, "erp_horizontal_dbw": 30.0}):
        found = data_audit.check(
            station(**changes), None, None, terrain, rule=rule("audit.data", binding=False)
        )
        assert len(found) == 3
