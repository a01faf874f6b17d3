"""The land table of GE84, its interpolation and clamping; the field at the border."""

import math
from itertools import product

import pytest

from propagation.compliance import border
from propagation.compliance.facts_border import BorderFacts, BorderPointFacts
from propagation.compliance.records import EvidenceKind, Outcome, Reservation, summarise
from propagation.errors import OutOfRangeError
from propagation.interference.protection import Service
from tests.propagation.site_checks import by_reason, said, shipped

DISTANCE = "fm.border.distance"

# Final Acts Geneva 1984, Annex 4, as printed: powers descending
PRINTED = {
    55: (520, 520, 530, 540, 560, 600, 630, 670),
    50: (460, 460, 470, 490, 510, 540, 580, 610),
    45: (410, 410, 420, 430, 450, 480, 520, 560),
    40: (350, 350, 370, 380, 400, 430, 470, 500),
    35: (300, 300, 310, 330, 340, 380, 420, 450),
    30: (250, 250, 260, 270, 290, 320, 360, 400),
    25: (140, 190, 210, 220, 240, 280, 320, 350),
    20: (70, 140, 160, 180, 190, 230, 270, 300),
    15: (45, 100, 130, 140, 150, 190, 230, 260),
    10: (35, 65, 90, 100, 120, 150, 190, 220),
    5: (30, 45, 65, 75, 95, 120, 160, 180),
    0: (20, 35, 50, 60, 80, 100, 140, 150),
}
HEIGHTS = (10, 37.5, 75, 150, 300, 600, 1200, 1800)


def test_every_value_of_the_land_table() -> None:
    rule = shipped(DISTANCE)
    for power, place in product(PRINTED, range(8)):
        found = border.coordination_distance_km(rule, power, HEIGHTS[place])
        assert found == pytest.approx(PRINTED[power][place], abs=1e-9)


@pytest.mark.parametrize(
    ("erp_dbw", "height_m", "distance_km"),
    [
        # 10 kW at 150 m is 380 km; half way to 300 m: (380 + 400) / 2
        (40, 225, 390),
        # half way from 30 to 35 dBW at 75 m: (260 + 310) / 2
        (32.5, 75, 285),
        # 33 dBW, 100 m: at 100 m the rows of 30 and 35 dBW are 260 + 10/3 and 310 + 20/3;
        # three fifths from the first to the second
        (33, 100, 263.3333333 + 0.6 * (316.6666667 - 263.3333333)),
        # clamped to 10 and 1800 m
        (40, -50, 350),
        (40, 2500, 500),
    ],
)
def test_interpolation_and_clamping(erp_dbw: float, height_m: float, distance_km: float) -> None:
    found = border.coordination_distance_km(shipped(DISTANCE), erp_dbw, height_m)
    assert found == pytest.approx(distance_km, abs=1e-6)


@pytest.mark.parametrize("erp_dbw", [-0.1, 55.1])
def test_power_outside_the_table(erp_dbw: float) -> None:
    with pytest.raises(OutOfRangeError, match=r"erp_dbw.*GE84"):
        border.coordination_distance_km(shipped(DISTANCE), erp_dbw, 75)


def point(**changes) -> BorderPointFacts:
    parts = {
        "longitude": 106.0, "latitude": 11.0, "distance_km": 50.0, "azimuth_deg": 315.0,
        "tropospheric_dbuvm": 20.0, "steady_dbuvm": 5.0, "source": "P.1812-8",
    }  # fmt: skip
    return BorderPointFacts(**{**parts, **changes})


@pytest.fixture
def check(station, terrain):
    """Run the check of a station of 33 dBW, 100 m effective height."""

    def run(*points, ground=None, **changes):
        parts = {
            "country": "Campuchia", "points": points or (point(),), "position_uncertainty_km": 1.0,
            "official": False, "source": "bảng điểm", "erp_dbw": 33.0, "effective_height_m": 100.0,
        }  # fmt: skip
        facts = BorderFacts(**{**parts, **changes})
        findings = border.check(
            station(), facts, ground or terrain, rule=shipped(DISTANCE),
            field_rule=shipped("fm.border.field"),
        )  # fmt: skip
        return by_reason(said(findings))

    return run


def test_within_the_distance(check) -> None:
    found = check()["distance_within"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.values["needed_km"] == pytest.approx(295.3)
    assert found.missing[0] == "border.missing.coordination"
    assert Reservation.NON_BINDING_RULE in found.reservations


def test_beyond_the_distance_by_more_than_the_line_is_uncertain(check) -> None:
    # 295.33 km are needed, and the line may be 1 km off
    assert check(point(distance_km=296.4))["distance_kept"].outcome is Outcome.COMPLIES
    assert "distance_within" in check(point(distance_km=296.3))


def test_a_height_from_the_terrain_is_a_prediction_and_flat_terrain_clears_nobody(
    check, flat
) -> None:
    far, how = point(distance_km=900.0), "ITU-R P.1546-6, 3-15 km"
    found = check(far, ground=flat, effective_height_computed=how)["distance_kept"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert {Reservation.FLAT_TERRAIN, Reservation.PREDICTED} <= found.reservations
    assert "compliance.missing.terrain" in found.missing
    height = next(one for one in found.evidence if one.name == "effective_height_m")
    assert (height.kind, height.source.split("; ")[0]) == (EvidenceKind.PREDICTION, how)
    known = check(far, effective_height_computed=how)["distance_kept"]
    assert known.outcome is Outcome.COMPLIES
    recorded = check(far, ground=flat)["distance_kept"]
    assert recorded.outcome is Outcome.COMPLIES  # the record's own height needs no terrain


def test_the_nearest_point_is_judged(check) -> None:
    found = check(point(distance_km=400.0), point(distance_km=290.0, azimuth_deg=200.0))
    assert found["distance_within"].values["azimuth_deg"] == 200


def test_small_power_and_odd_heights_are_said(check) -> None:
    # 0 dBW at 1800 m is 150 km
    low = check(point(distance_km=152.0), erp_dbw=-3.0, effective_height_m=3000.0)
    assert low["distance_kept_low_power"].outcome is Outcome.COMPLIES
    assert low["distance_kept_low_power"].values["needed_km"] == 150
    assert "distance_within_low_power" in check(erp_dbw=-3.0)
    assert "distance_within_clamped" in check(effective_height_m=9.0)
    assert "distance_kept_clamped" in check(point(distance_km=900.0), effective_height_m=1801.0)
    beyond = check(erp_dbw=55.5)["power_beyond_table"]
    assert beyond.outcome is Outcome.NOT_ASSESSABLE


def test_missing_facts(check, station, terrain) -> None:
    assert check(erp_dbw=None)["distance_unknown"].missing == ("compliance.missing.erp",)
    height = check(effective_height_m=None)["distance_unknown"]
    assert height.missing == ("compliance.missing.effective_height",)
    unknown = check(point(tropospheric_dbuvm=math.nan, steady_dbuvm=math.nan))
    for name in ("tropospheric", "steady"):
        assert unknown[f"field_{name}_unknown"].outcome is Outcome.NOT_ASSESSABLE
    (absent,) = said(
        border.check(
            station(), None, terrain, rule=shipped(DISTANCE), field_rule=shipped("fm.border.field")
        )
    )
    assert absent.outcome is Outcome.NOT_ASSESSABLE


@pytest.mark.parametrize(
    ("tropospheric", "steady", "reasons"),
    [
        (15.0, 7.0, ["field_tropospheric_kept", "field_steady_kept"]),
        (15.1, 7.1, ["field_tropospheric_exceeded", "field_steady_exceeded"]),
    ],
)
def test_field_triggers(check, tropospheric: float, steady: float, reasons: list[str]) -> None:
    """54 - 39 = 15 and 54 - 47 = 7 dB(uV/m)."""
    found = check(point(tropospheric_dbuvm=tropospheric, steady_dbuvm=steady))
    assert list(found)[1:] == reasons
    exceeded = reasons[0].endswith("exceeded")
    for reason, percent in zip(reasons, (1, 50), strict=True):
        outcome = Outcome.NEEDS_VERIFICATION if exceeded else Outcome.COMPLIES
        assert found[reason].outcome is outcome
        if exceeded:
            assert found[reason].measure["time_percent"] == percent
            assert found[reason].margin_db == pytest.approx(-0.1)


def test_a_point_without_a_field_could_be_the_largest(check) -> None:
    found = check(point(tropospheric_dbuvm=1.0), point(tropospheric_dbuvm=math.nan))
    kept = found["field_tropospheric_points_unknown"]
    assert kept.outcome is Outcome.NOT_ASSESSABLE
    assert (kept.values["points"], kept.values["points_unknown"]) == (1, 1)
    assert found["field_steady_kept"].values["points_unknown"] == 0
    exceeded = check(point(), point(tropospheric_dbuvm=math.nan))["field_tropospheric_exceeded"]
    assert exceeded.outcome is Outcome.NEEDS_VERIFICATION
    assert exceeded.values["points_unknown"] == 1
    assert "compliance.missing.point_fields" in exceeded.missing


@pytest.fixture
def television(station, terrain):
    """Run the check of a television station."""

    def run(frequency_mhz, *points):
        facts = BorderFacts(
            country="Campuchia", points=points, position_uncertainty_km=1.0, official=False,
            source="bảng điểm",
        )  # fmt: skip
        one = station(service=Service.TELEVISION, frequency_mhz=frequency_mhz)
        rule = shipped("tv.border.field")
        (found,) = said(border.check_television(one, facts, terrain, rule=rule))
        return found

    return run


@pytest.mark.parametrize(
    ("frequency_mhz", "limit_dbuvm"), [(474, 21), (582, 21), (586, 23), (690, 23), (722, 25)]
)
def test_triggers_of_television(television, frequency_mhz: float, limit_dbuvm: float) -> None:
    """21 dB(uV/m) in 470-582 MHz, 23 in 582-718, 25 in 718-862 (GE06, recalled)."""
    kept = television(frequency_mhz, point(tropospheric_dbuvm=limit_dbuvm))
    assert kept.outcome is Outcome.COMPLIES
    assert kept.reason == "border.reason.television_field_kept"
    exceeded = television(frequency_mhz, point(tropospheric_dbuvm=limit_dbuvm + 0.1))
    assert exceeded.reason == "border.reason.television_field_exceeded"
    assert exceeded.outcome is Outcome.NEEDS_VERIFICATION
    assert exceeded.margin_db == pytest.approx(-0.1)
    assert exceeded.measure["time_percent"] == 1
    assert exceeded.rule.advisory


def test_television_of_which_nothing_is_known(television) -> None:
    for frequency_mhz in (469.0, 870.0):
        found = television(frequency_mhz, point())
        assert found.reason == "border.reason.television_no_trigger"
        assert found.outcome is Outcome.NOT_ASSESSABLE
    assert television(474.0).reason == "border.reason.no_line"
    unknown = television(474.0, point(tropospheric_dbuvm=math.nan))
    assert unknown.reason == "border.reason.television_field_unknown"


def test_the_largest_field_is_judged_wherever_it_is(check) -> None:
    found = check(
        point(tropospheric_dbuvm=10.0),
        point(distance_km=70.0, azimuth_deg=280.0, tropospheric_dbuvm=22.0),
    )
    assert found["field_tropospheric_exceeded"].values["azimuth_deg"] == 280


def test_flat_terrain_and_measurements(check, flat) -> None:
    kept = check(point(tropospheric_dbuvm=1.0), ground=flat)["field_tropospheric_kept"]
    assert kept.outcome is Outcome.NEEDS_VERIFICATION
    measured = point(tropospheric_dbuvm=40.0, kind=EvidenceKind.MEASUREMENT, uncertainty_db=2.0)
    assert check(measured)["field_tropospheric_exceeded"].outcome is Outcome.NEEDS_VERIFICATION


def test_it_never_decides_the_summary(check) -> None:
    found = tuple(check().values())
    assert {Outcome.NEEDS_VERIFICATION} <= {finding.outcome for finding in found}
    assert all(finding.rule.advisory for finding in found)
    assert summarise(found).value == "not_assessable"  # nothing that decides was found
