"""What one station changes at the test points of another, by hand."""

import math

import numpy as np
import pytest

from propagation.compliance.facts import BoundaryFacts, StationFacts
from propagation.compliance.facts_interference import NuisancePoint, ReceptionFacts
from propagation.compliance.new_interference import change_at_points
from propagation.compliance.records import Confidence
from propagation.interference.bs412 import Area, Reception
from propagation.profile import Polarization

MINIMUM = {Area.RURAL: 54.0, Area.URBAN: 66.0, Area.LARGE_CITY: 74.0}
TWO_EQUAL_DB = 6.40
"""Two equal nuisance fields by simplified multiplication, sigma 8.3 dB (issue, by hand)."""


def station(station_id: str) -> StationFacts:
    return StationFacts(
        id=station_id,
        name=f"Đài {station_id}",
        programme="x",
        station_class="other",
        frequency_mhz=100.0,
        longitude=106.4,
        latitude=10.6,
        reception=Reception.STEREO,
        polarization=Polarization.HORIZONTAL,
        confidence=Confidence.VERIFIED,
        source="test",
    )


def point(name: str, wanted: float, *nuisance: float, **changes: object) -> NuisancePoint:
    return NuisancePoint(
        name=name,
        longitude=106.4,
        latitude=10.6,
        wanted_dbuvm=wanted,
        nuisance_dbuvm=nuisance,
        **changes,
    )


def change(*points: NuisancePoint, replaced: list[float] | None = None):
    others = tuple(station(name) for name in ("old", "new"))[: len(points[0].nuisance_dbuvm)]
    facts = ReceptionFacts(wanted=station("w"), others=others, points=points)
    return change_at_points(
        facts,
        "new",
        MINIMUM.__getitem__,
        replaced_dbuvm=None if replaced is None else np.array(replaced),
        location_standard_deviation_db=8.3,
    )


def test_an_equal_field_beside_one_raises_the_usable_field_by_6_40_db() -> None:
    found = change(point("a", 70.0, 60.0, -math.inf), point("b", 72.0, 60.0, 60.0))
    assert found is not None
    assert (found.points, found.point.name) == (2, "b")
    assert found.usable_before_dbuvm == pytest.approx(60.0)
    assert found.usable_after_dbuvm == pytest.approx(60.0 + TWO_EQUAL_DB, abs=0.005)
    assert found.rise_db == pytest.approx(TWO_EQUAL_DB, abs=0.005)
    # a: 70 - 60 before and after; b: 72 - 60, then 72 - 66.40
    assert found.usable_margin_before_db == pytest.approx(10.0)
    assert found.usable_margin_after_db == pytest.approx(72.0 - 66.40, abs=0.005)
    assert found.protection_margin_before_db == pytest.approx(10.0)
    assert found.protection_margin_after_db == pytest.approx(10.0)
    assert found.own_margin_db == pytest.approx(12.0)


def test_a_rise_below_the_minimum_field_is_none() -> None:
    """Usable field 40 to 46.4 dB(uV/m), minimum field 54: nobody notices."""
    found = change(point("a", 70.0, 40.0, 40.0))
    assert found is not None
    assert found.rise_db == 0.0
    assert found.usable_after_dbuvm == pytest.approx(46.40, abs=0.005)
    # alone at a point: from the minimum field of 54 to 60
    alone = change(point("a", 70.0, -math.inf, 60.0))
    assert alone is not None
    assert alone.usable_before_dbuvm == -math.inf
    assert alone.rise_db == pytest.approx(6.0)
    assert alone.usable_margin_before_db == math.inf


def test_what_is_replaced_counts_before_and_not_after() -> None:
    """A field of 60 in the place of one of 63: the usable field falls by 3 dB."""
    found = change(point("a", 70.0, -math.inf, 60.0), replaced=[63.0])
    assert found is not None
    assert found.usable_before_dbuvm == pytest.approx(63.0)
    assert found.usable_after_dbuvm == pytest.approx(60.0)
    assert found.rise_db == pytest.approx(-3.0)
    assert found.protection_margin_before_db == pytest.approx(7.0)
    assert found.protection_margin_after_db == pytest.approx(10.0)
    same = change(point("a", 70.0, 58.0, 60.0), replaced=[60.0])
    assert same is not None
    assert same.rise_db == pytest.approx(0.0, abs=1e-9)


def test_points_that_are_not_protected_do_not_count() -> None:
    outside = BoundaryFacts(
        unit_code="80", unit_name="X", inside=False, distance_to_boundary_m=5000.0,
        position_uncertainty_m=10.0, official=True,
    )  # fmt: skip
    points = (
        point("outside", 70.0, 60.0, 80.0, boundary=outside),
        point("weak", 53.9, 60.0, 80.0),
        point("town", 65.9, 60.0, 80.0, area=Area.URBAN),
        point("unknown", 70.0, math.nan, 80.0),
    )
    assert change(*points) is None
    kept = change(*points, point("kept", 70.0, 60.0, 50.0))
    assert kept is not None
    assert (kept.points, kept.point.name) == (1, "kept")


def test_a_replaced_field_that_is_not_known_leaves_the_point_out() -> None:
    assert change(point("a", 70.0, 60.0, 50.0), replaced=[math.nan]) is None


def test_a_station_that_is_not_among_the_others_changes_nothing() -> None:
    assert change(point("a", 70.0, 60.0)) is None
