"""Coverage beyond the province's boundary."""

from datetime import date

import pytest

from propagation.compliance import boundary_protection
from propagation.compliance.facts import FieldAtPoint
from propagation.compliance.records import Confidence, EvidenceKind, Outcome, Reservation
from propagation.interference.bs412 import Area


@pytest.fixture
def point(boundary):
    """Make a point 5 km outside, with a predicted field of 50 dB(uV/m)."""

    def make(field_dbuvm: float = 50.0, *, name: str = "P1", where=None, **changes):
        return FieldAtPoint(
            name=name,
            longitude=106.7,
            latitude=10.61,
            field_strength_dbuvm=field_dbuvm,
            boundary=boundary(**(where or {})),
            **{"source": "ITU-R P.1812-8", **changes},
        )

    return make


MEASURED = {
    "kind": EvidenceKind.MEASUREMENT,
    "uncertainty_db": 2.0,
    "source": "biên bản đo 3/2026",
}


@pytest.fixture
def check(rule, said, terrain):
    """Run the check."""

    def run(station, points, ground=terrain, *, limit="verified", **changes):
        return said(
            boundary_protection.check(
                station,
                points,
                ground,
                rule=rule("fm.boundary_protection", **changes),
                minimum_field_rule=rule("fm.minimum_field", confidence=limit),
            )
        )

    return run


def test_kept(check, station, point) -> None:
    # stereo rural: 54 - 50 = 4 dB at the worse of the two points
    (found,) = check(station(), [point(45.0), point(50.0, name="P2")])
    assert found.outcome is Outcome.COMPLIES
    assert found.margin_db == pytest.approx(4.0)
    assert found.values["point"] == "P2"
    assert found.counterpart == "80"


def test_predicted_excess_says_what_to_measure_where(check, station, point) -> None:
    points = [
        point(60.0, name="P1", where={"distance_to_boundary_m": 1000.0}),
        point(57.0, name="P2", where={"distance_to_boundary_m": 12_000.0}),
        point(50.0, name="P3", where={"distance_to_boundary_m": 20_000.0}),
    ]
    (found,) = check(station(), points)
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.margin_db == pytest.approx(-6.0)
    assert found.values["reach_beyond_km"] == 12.0
    assert Reservation.PREDICTED in found.reservations
    assert found.missing == ("compliance.missing.measurement",)
    assert found.measure is not None
    assert found.measure["longitude"] == 106.7
    assert found.measure["latitude"] == 10.61
    assert found.measure["place"] == "10.61000°N 106.70000°E"
    assert found.measure["height_m"] == 10.0
    assert found.measure["frequency_mhz"] == 96.9
    assert found.measure["limit_dbuvm"] == 54


def test_the_area_of_the_point_sets_the_limit(check, station, point) -> None:
    (found,) = check(station(), [point(60.0, area=Area.URBAN)])
    assert found.margin_db == pytest.approx(6.0)  # 66 - 60
    assert found.outcome is Outcome.COMPLIES


def test_measured_excess_violates(check, station, point) -> None:
    (found,) = check(station(), [point(57.0, **MEASURED)])
    assert found.outcome is Outcome.VIOLATES
    assert found.margin_db == pytest.approx(-3.0)
    assert found.reason.endswith("boundary_measured_exceeded")


@pytest.mark.parametrize(
    ("change", "reservation"),
    [
        ({"uncertainty_db": None}, Reservation.NO_UNCERTAINTY),
        ({"where": {"official": False}}, Reservation.APPROXIMATE_BOUNDARY),
        ({"where": {"position_uncertainty_m": 6000.0}}, Reservation.APPROXIMATE_BOUNDARY),
        ({"limit": "recalled"}, Reservation.RECALLED_RULE),
        ({"confidence": "recalled"}, Reservation.RECALLED_RULE),
        ({"binding": False}, Reservation.NON_BINDING_RULE),
        ({"station": Confidence.RECALLED}, Reservation.RECALLED_RECORD),
    ],
)
def test_measured_excess_on_weaker_ground(check, station, point, change, reservation) -> None:
    change = dict(change)
    place = {k: change.pop(k) for k in ("uncertainty_db", "where") if k in change}
    known = change.pop("station", Confidence.VERIFIED)
    (found,) = check(station(confidence=known), [point(57.0, **{**MEASURED, **place})], **change)
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert reservation in found.reservations


def test_measurement_within_its_uncertainty(check, station, point) -> None:
    for field in (55.5, 52.5):  # 54 -+ 1.5, uncertainty 2
        (found,) = check(station(), [point(field, **MEASURED)])
        assert found.outcome is Outcome.NEEDS_VERIFICATION


def test_flat_terrain_is_never_better(check, station, point, flat) -> None:
    for field in (10.0, 90.0):
        (found,) = check(station(), [point(field)], flat)
        assert found.outcome is Outcome.NEEDS_VERIFICATION
        assert "compliance.missing.terrain" in found.missing
    # a measurement does not stand on the terrain
    (found,) = check(station(), [point(30.0, **MEASURED)], flat)
    assert found.outcome is Outcome.COMPLIES


def test_points_inside_do_not_count_unless_the_outline_may_be_wrong(check, station, point) -> None:
    inside = {"inside": True, "distance_to_boundary_m": 300.0}
    (found,) = check(station(), [point(90.0, where=inside)])
    assert found.outcome is Outcome.NOT_ASSESSABLE
    assert found.missing == ("compliance.missing.boundary_point",)
    vague = {**inside, "position_uncertainty_m": 2000.0, "official": False}
    (found,) = check(station(), [point(90.0, where=vague)])
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert Reservation.APPROXIMATE_BOUNDARY in found.reservations
    assert found.values["reach_beyond_km"] == 0


def test_the_nearest_that_the_true_boundary_may_be_counts(check, station, point) -> None:
    """52 dB on an outline that may be 3 km wrong, 56 dB 3 km inside it: 54 may be reached."""
    vague = {"position_uncertainty_m": 3000.0, "official": False}
    on_the_line = point(52.0, name="L", where={**vague, "distance_to_boundary_m": 0.0})
    within = {**vague, "inside": True, "distance_to_boundary_m": 3000.4}
    (found,) = check(station(), [on_the_line, point(56.0, name="I", where=within)])
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.margin_db == pytest.approx(-2.0)
    assert found.values["point"] == "I"
    # where it is reached outside already, that is said, not the stronger field inside
    beyond = point(55.0, name="L", where={**vague, "distance_to_boundary_m": 0.0})
    (found,) = check(station(), [beyond, point(60.0, name="I", where=within)])
    assert found.values["point"] == "L"
    assert found.margin_db == pytest.approx(-1.0)
    # and it complies only where the nearest possible boundary keeps it too
    (found,) = check(station(), [on_the_line, point(53.0, name="I", where=within)])
    assert found.outcome is Outcome.COMPLIES
    assert found.values["point"] == "I"


def test_who_is_protected_inside_only(station) -> None:
    inside_only = {
        name: boundary_protection.protected_inside_only(station(station_class=name))
        for name in ("national", "provincial", "other")
    }
    assert inside_only == {"national": False, "provincial": True, "other": True}


def test_no_boundary_or_no_field(check, station, point) -> None:
    for points, missing in (([], "boundary"), ([point(float("nan"))], "point_fields")):
        (found,) = check(station(), points)
        assert found.outcome is Outcome.NOT_ASSESSABLE
        assert found.missing == (f"compliance.missing.{missing}",)


def test_a_point_without_a_field_could_be_beyond_the_limit(check, station, point) -> None:
    """Kept where it is known, and not assessable; broken, and broken; inside it does not count."""
    nan = float("nan")
    deep = {"inside": True, "distance_to_boundary_m": 9000.0}
    (kept,) = check(station(), [point(40.0), point(nan), point(nan, where=deep)])
    assert kept.outcome is Outcome.NOT_ASSESSABLE
    assert kept.reason == "compliance.reason.boundary_predicted_points_unknown"
    assert kept.values["points_unknown"] == 1
    assert kept.margin_db is None
    assert [one.value for one in kept.evidence if one.name == "points_unknown"] == [1]
    (broken,) = check(station(), [point(80.0), point(nan)])
    assert broken.outcome is Outcome.NEEDS_VERIFICATION
    assert broken.values["points_unknown"] == 1
    assert "compliance.missing.point_fields" in broken.missing
    (inside,) = check(station(), [point(40.0), point(nan, where=deep)])
    assert inside.outcome is Outcome.COMPLIES


def test_outline_names_its_version(check, station, point) -> None:

    (found,) = check(station(), [point(where={"valid_from": date(2025, 7, 1)})])
    version = [item.value for item in found.evidence if item.name == "boundary_valid"]
    assert version == ["2025-07-01/.."]


def test_whom_the_rule_speaks_of(check, station, point) -> None:
    assert check(station(station_class="national"), [point(90.0)]) == ()
    assert check(station(province_code="79"), [point(90.0)]) == ()
    assert len(check(station(), [point(90.0)])) == 1


def test_a_field_kept_at_a_drivers_height_keeps_nothing(check, station, point) -> None:
    """At 1.5 m the field is weaker than at the 10 m of the limit: only an excess stands."""
    (found,) = check(station(), [point(30.0, height_m=1.5, **MEASURED)])
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.reason.endswith("boundary_measured_low")
    assert (found.values["height_m"], found.values["points"]) == (1.5, 0)
    (height,) = [one for one in found.evidence if one.name == "receiving_height_m"]
    assert height.value == 1.5
    assert found.measure["height_m"] == 10.0
    (found,) = check(station(), [point(57.0, height_m=1.5, **MEASURED)])
    assert found.outcome is Outcome.VIOLATES


def test_measured_points_speak_of_themselves_only(check, station, point) -> None:
    high = [point(40.0 + n, name=f"H{n}", **MEASURED) for n in range(3)]
    low = point(50.0, name="L", height_m=1.5, **MEASURED)
    (found,) = check(station(), [*high, low])
    assert found.outcome is Outcome.COMPLIES
    assert found.reason.endswith("boundary_measured_kept_at_points")
    assert (found.values["point"], found.values["points"], found.values["points_low"]) == (
        "H2",
        3,
        1,
    )
    doubtful = point(53.0, name="L", height_m=1.5, **MEASURED)  # 1 dB below, 2 dB of doubt
    (found,) = check(station(), [*high, doubtful])
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.values["point"] == "L"
