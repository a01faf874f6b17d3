"""The checks of a proposed site: outcome, sentence and clause of each case."""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from propagation.compliance.facts import BoundaryFacts, TerrainFacts
from propagation.compliance.records import Confidence, Finding, Outcome, Reservation
from propagation.siting import aviation, facilities, planning, surroundings
from propagation.siting.facts import Instrument, Known, MastKind
from propagation.siting.papers import papers
from propagation.siting.restricted import directional_limit_m, omnidirectional_limit_m, shape_of
from propagation.siting.sharing import sharing, spacing
from tests.propagation.siting_facts import (
    BEFORE,
    DVOR,
    LICENCE,
    ON,
    RULES,
    SUPPORT,
    ZONE,
    runway,
    said,
    site,
)

OMNI, DIRECTED = RULES["aviation.restricted"], RULES["aviation.restricted.directional"]


def one(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = said(findings)
    return finding


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Return outcome and sentence of each finding."""
    every = said(findings)
    return [(each.outcome.value, each.reason.removeprefix("planning.reason.")) for each in every]


def changed(rule: str, **parameters: object) -> dict[str, Any]:
    known = RULES[rule]
    return {**RULES, rule: replace(known, parameters={**known.parameters, **parameters})}


# --- aviation ---


@pytest.mark.parametrize(
    ("height_m", "rules", "outcome", "clause"),
    [
        (99.9, RULES, "complies", "khoản 3 Điều 82"),
        (100.0, RULES, "needs_verification", "khoản 3 Điều 82"),
        (44.9, BEFORE, "complies", "khoản 2 Điều 9"),
        (45.0, BEFORE, "needs_verification", "khoản 2 Điều 9"),
    ],
)
def test_height_by_regime(height_m: float, rules: Any, outcome: str, clause: str) -> None:
    found = one(aviation.height(site(height_m=height_m), rules))
    assert (found.outcome, found.rule.clause) == (outcome, clause)


def test_under_a_surface_the_margin_is_told() -> None:
    """2060 m before threshold 1 the precision approach is at 50 m, the ground at 3 m."""
    under = runway(x_m=-2060.0)
    found = one(aviation.obstacle_surfaces(site(height_m=42.0), [under], [], RULES))
    assert (found.outcome, found.reason) == (
        Outcome.NEEDS_VERIFICATION,
        "planning.reason.surfaces_below",
    )
    assert found.rule.clause == "khoản 1 Điều 82; Phụ lục Ia, Bảng 2-12"
    assert found.values["allowed_height_m"] == 47.0
    assert found.values["margin_m"] == 5.0
    high = one(aviation.obstacle_surfaces(site(height_m=60.0), [under], [], RULES))
    assert high.reason == "planning.reason.surfaces_penetrated"
    assert (high.values["penetration_m"], high.values["margin_m"]) == (13.0, -13.0)


def test_surfaces_that_are_not_known_are_not_judged() -> None:
    assert told(aviation.obstacle_surfaces(site(), [], [], RULES)) == [
        ("not_assessable", "surfaces_unknown")
    ]
    assert told(aviation.obstacle_surfaces(site(), [runway()], [], BEFORE)) == [
        ("not_assessable", "surfaces_unruled")
    ]
    far = runway(x_m=50_000.0)
    for lacking, expected in (
        (None, ("complies", "surfaces_outside")),
        ("extent_unknown", ("needs_verification", "surfaces_extent_unknown")),
        ("beyond", ("not_assessable", "surfaces_beyond")),
    ):
        findings = aviation.obstacle_surfaces(site(), [far], [], RULES, lacking=lacking)
        assert told(findings) == [expected]
    assert told(aviation.obstacle_surfaces(site(), [far], [], RULES))[0][0] != "complies"
    assert told(aviation.obstacle_surfaces(site(), [], [], RULES, lacking=None)) == [
        ("complies", "surfaces_outside")
    ]


@pytest.mark.parametrize(
    ("limit_m", "expected"),
    [
        # what keeps to the height that was agreed must be approved too (khoản 1 Điều 82)
        (42.0, ("needs_verification", "agreed_within")),
        (41.9, ("needs_verification", "agreed_over")),
        (None, ("needs_verification", "agreed_over")),
    ],
)
def test_a_zone_whose_height_was_agreed(limit_m: float | None, expected: Any) -> None:
    zone = replace(ZONE, kind="agreed_height", height_limit_m=limit_m)
    findings = aviation.obstacle_surfaces(site(), [runway(x_m=50_000.0)], [zone], RULES)
    assert told(findings)[1:] == [expected]
    outside = replace(zone, inside=False)
    assert len(aviation.obstacle_surfaces(site(), [runway()], [outside], RULES)) == 1


def test_area_2a_begins_at_three_metres() -> None:
    """At threshold 1, elevation 10 m: a top at 13 m must be approved, one at 12.99 m not."""
    for height, outcome in ((10.0, "needs_verification"), (9.99, "complies")):
        found = one(aviation.area_2a(site(height_m=height), [runway()], RULES))
        assert found.outcome == outcome
        assert found.rule.clause == "khoản 2 Điều 82; Phụ lục II"
    assert aviation.area_2a(site(), [runway(y_m=141.0)], RULES) == ()
    assert aviation.area_2a(site(), [runway()], BEFORE) == ()


@pytest.mark.parametrize(
    ("kind", "cylinder", "cone", "reach"),
    [
        ("dme", 300, 1, 3000), ("cvor", 600, 1, 3000), ("dvor", 600, 1, 3000),
        ("df", 500, 1, 3000), ("marker", 50, 20, 200), ("ndb", 200, 5, 1000),
        ("gbas_receiver", 400, 3, 3000), ("vdb", 300, 0.9, 3000), ("vdb_monitor", 400, 3, 3000),
        ("vhf", 300, 1, 2000), ("radar", 500, 0.25, 15_000),
    ],
)  # fmt: skip
def test_cylinder_and_cone_of_each_facility(
    kind: str, cylinder: float, cone: float, reach: float
) -> None:
    shape = shape_of(OMNI, kind)
    assert shape is not None
    assert omnidirectional_limit_m(shape, cylinder) == -math.inf
    beside = (cylinder + 0.1) * math.tan(cone * math.pi / 180)
    assert omnidirectional_limit_m(shape, cylinder + 0.1) == pytest.approx(beside)
    # the cone rises from the antenna's ground: at its reach it is reach * tan(cone) high
    by_hand = reach * math.tan(cone * math.pi / 180)
    assert omnidirectional_limit_m(shape, reach) == pytest.approx(by_hand)
    assert omnidirectional_limit_m(shape, reach + 0.1) is None


@pytest.mark.parametrize(
    ("distance_m", "height_m", "expected"),
    [
        # a DVOR at 5 m: within 600 m every structure is inside
        (600.0, 3.0, ("needs_verification", "restricted_ground")),
        # 1000 m away the cone is 1000 tan 1° = 17.455 m above 5 m: 22.455 m; the ground is at 3 m,
        # so 19.455 m are free
        (1000.0, 19.4, ("complies", "restricted_below")),
        (1000.0, 19.5, ("needs_verification", "restricted_over")),
        (3000.1, 300.0, ("complies", "restricted_outside")),
    ],
)
def test_near_a_dvor(distance_m: float, height_m: float, expected: Any) -> None:
    near = replace(DVOR, distance_m=distance_m)
    there = site(height_m=height_m)
    findings = facilities.restricted_areas(there, [near], RULES, lacking=None)
    assert told(findings) == [expected]
    unsure = told(facilities.restricted_areas(there, [near], RULES))[-1]
    assert (unsure == ("needs_verification", "restricted_extent_unknown")) is (
        expected[0] == "complies"
    )
    assert findings[0].rule.clause == "khoản 4 Điều 82; Phụ lục IV"


def test_the_margin_at_a_dvor_is_the_cone_s() -> None:
    found = one(facilities.restricted_areas(site(height_m=42.0), [DVOR], RULES))
    assert found.values["limit_elevation_m"] == 22.5
    assert found.values["penetration_m"] == 22.5  # 45 m less 22.455 m


@pytest.mark.parametrize(
    ("along_m", "across_m", "by_hand"),
    [
        # a localizer of one frequency 1000 m behind the threshold: 500 m behind it to the
        # threshold, 500 m to each side: any structure
        (0, 500, -math.inf), (-500, 0, -math.inf), (1000, 0, -math.inf), (-501, 0, None),
        # beside it, from 500 m to 2300 m, a plane up to 10 m: halfway, at 1400 m, 5 m
        (0, 1400, 5.0), (0, 2301, None),
        # ahead, from 1000 m to 1000 + 6000 m, within 30°, a plane up to 70 m: at 4000 m 35 m
        (4000, 0, 35.0), (4000, 4000 * math.tan(math.radians(31)), None), (7001, 0, None),
    ],
)  # fmt: skip
def test_the_shape_of_a_localizer(along_m: float, across_m: float, by_hand: float | None) -> None:
    shape = shape_of(DIRECTED, "llz_single")
    assert shape is not None
    facility = replace(
        DVOR, kind="llz_single", along_m=along_m, across_m=across_m, threshold_m=1000.0
    )
    assert directional_limit_m(shape, facility) == (
        None if by_hand is None else pytest.approx(by_hand)
    )


def test_a_glide_path_needs_no_threshold() -> None:
    """Its own 800 m: halfway from there to 6000 m, at 3400 m, the plane is 35 m high."""
    shape = shape_of(DIRECTED, "gp")
    assert shape is not None
    facility = replace(DVOR, kind="gp", along_m=3400.0, across_m=0.0)
    assert directional_limit_m(shape, facility) == pytest.approx(35.0)


@pytest.mark.parametrize(
    ("kind", "sides", "ahead"),
    [
        # behind it and to each side, the side's plane, its height there; where the shape ahead
        # begins and ends and its angle: with a threshold 1000 m away it is a localizer's 7000 m
        ("llz_single", (500, 500, 2300, 10), (1000, 7000, 30)),
        ("llz_dual", (500, 500, 1500, 20), (1000, 7000, 20)),
        ("gp", (50, 250, 325, 5), (800, 6000, 10)),
        ("mls_azimuth", (20, 600, 1500, 20), (1000, 7000, 40)),
        ("mls_elevation", (20, 200, 1500, 20), (300, 6000, 40)),
    ],
)
def test_the_edges_of_each_directional_shape(
    kind: str, sides: tuple[float, float, float, float], ahead: tuple[float, float, float]
) -> None:
    """A centimetre inside each edge its limit, a centimetre outside none; 70 m high far ahead."""
    shape = shape_of(DIRECTED, kind)
    assert shape is not None
    (behind, half, side, side_height), (first, last, angle) = sides, ahead

    def limit(along_m: float, across_m: float) -> float | None:
        there = replace(DVOR, kind=kind, along_m=along_m, across_m=across_m, threshold_m=1000.0)
        return directional_limit_m(shape, there)

    assert limit(-behind + 0.01, 0.0) == -math.inf
    assert limit(-behind - 0.01, 0.0) is None
    assert limit(first - 0.01, 0.0) == -math.inf
    assert limit(first + 0.01, 0.0) == pytest.approx(0.0, abs=1e-3)
    assert limit(last - 0.01, 0.0) == pytest.approx(70.0, abs=1e-3)
    assert limit(last + 0.01, 0.0) is None
    assert limit(0.0, half - 0.01) == -math.inf
    assert limit(0.0, half + 0.01) == pytest.approx(0.0, abs=1e-2)
    assert limit(0.0, side - 0.01) == pytest.approx(side_height, abs=1e-2)
    assert limit(0.0, side + 0.01) is None
    # 3000 m ahead, on each side of the angle
    across = 3000.0 * math.tan(math.radians(angle))
    assert limit(3000.0, across - 0.01) == pytest.approx(70.0 * (3000 - first) / (last - first))
    assert limit(3000.0, across + 0.01) is None


def test_a_directional_shape_is_recalled() -> None:
    near = replace(DVOR, kind="llz_dual", along_m=0.0, across_m=0.0, threshold_m=900.0)
    found = one(facilities.restricted_areas(site(), [near], RULES))
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert Reservation.RECALLED_RULE in found.reservations


def test_what_a_facility_s_record_lacks_is_named() -> None:
    near = replace(DVOR, kind="llz_dual")
    found = one(facilities.restricted_areas(site(), [near], RULES))
    assert found.missing == ("planning.missing.direction", "planning.missing.threshold")
    only_directed = {name: rule for name, rule in RULES.items() if name != DIRECTED.id}
    assert told(facilities.restricted_areas(site(), [near], only_directed)) == [
        ("not_assessable", "restricted_no_shape")
    ]
    assert told(facilities.restricted_areas(site(), [replace(DVOR, elevation_m=None)], RULES)) == [
        ("not_assessable", "restricted_no_elevation")
    ]
    assert told(facilities.restricted_areas(site(), [], RULES)) == [
        ("not_assessable", "restricted_unknown")
    ]


@pytest.mark.parametrize(
    ("distance_m", "threshold_m", "expected"),
    [
        # 10 km to the threshold, where none is on record, and 6 km beyond it
        (16_000.0, None, ("not_assessable", "restricted_undirected")),
        (16_000.1, None, ("complies", "restricted_outside")),
        # with a threshold 900 m away its direction alone is missing: 6.9 km
        (6900.0, 900.0, ("not_assessable", "restricted_undirected")),
        (6900.1, 900.0, ("complies", "restricted_outside")),
    ],
)
def test_a_threshold_that_is_not_on_record_may_be_as_far_as_any(
    distance_m: float, threshold_m: float | None, expected: Any
) -> None:
    near = replace(DVOR, kind="llz_dual", distance_m=distance_m, threshold_m=threshold_m)
    assert told(facilities.restricted_areas(site(), [near], RULES, lacking=None)) == [expected]
    ahead = replace(near, along_m=-distance_m, across_m=0.0)
    known = expected if threshold_m is None else ("complies", "restricted_outside")
    assert told(facilities.restricted_areas(site(), [ahead], RULES, lacking=None)) == [known]
    if known[0] == "complies":
        assert told(facilities.restricted_areas(site(), [ahead], RULES)) == [
            ("needs_verification", "restricted_extent_unknown")
        ]


def test_a_tall_tower_is_assessed_outside_every_area() -> None:
    (found,) = said(facilities.tall(site(height_m=45.0), RULES))
    assert (found.check, found.outcome) == ("siting.restricted", Outcome.NEEDS_VERIFICATION)
    assert found.rule.clause == "Phụ lục IV, Mục 1, điểm 4.c.iii và 5.g.iii"
    assert facilities.tall(site(height_m=44.9), RULES) == ()
    assert facilities.tall(site(height_m=300.0), BEFORE) == ()
    off = changed("aviation.restricted.tall", always=False)
    assert facilities.tall(site(height_m=300.0), off) == ()


@pytest.mark.parametrize(
    ("strict", "distance_m", "expected"),
    [
        (True, 9000.0, ("needs_verification", "radio_strict")),
        (False, 9000.0, ("complies", "radio_outside")),
        (False, 300.0, ("needs_verification", "radio_inside")),
    ],
)
def test_the_clause_of_radio_stations_is_a_switch(
    strict: bool, distance_m: float, expected: Any
) -> None:
    rules = changed("aviation.radio_station", strict=strict)
    at = [replace(DVOR, distance_m=distance_m)]
    restricted = facilities.restricted_areas(site(), at, rules, lacking=None)
    assert told(facilities.radio_station(site(), restricted, rules)) == [expected]
    unsure = facilities.restricted_areas(site(), at, rules)
    if expected[0] == "complies":
        assert told(facilities.radio_station(site(), unsure, rules)) == [
            ("not_assessable", "radio_unknown")
        ]
    assert facilities.radio_station(site(transmits=False), restricted, rules) == ()


def test_the_narrow_reading_needs_the_facilities() -> None:
    rules = changed("aviation.radio_station", strict=False)
    restricted = facilities.restricted_areas(site(), [], rules)
    assert told(facilities.radio_station(site(), restricted, rules)) == [
        ("not_assessable", "radio_unknown")
    ]
    # of the areas before 2026 no rule is known, so that nothing can be said to lie outside
    earlier = {**BEFORE, "aviation.radio_station": rules["aviation.radio_station"]}
    restricted = facilities.restricted_areas(site(), [DVOR], earlier)
    assert told(facilities.radio_station(site(), restricted, earlier)) == [
        ("not_assessable", "radio_unknown")
    ]


def test_the_clause_of_radio_stations_before_2026() -> None:
    found = one(facilities.radio_station(site(), (), BEFORE))
    assert (found.outcome, found.reason) == (
        Outcome.NEEDS_VERIFICATION,
        "planning.reason.radio_strict",
    )
    assert (found.rule.instrument, found.rule.clause) == ("NĐ 32/2016/NĐ-CP", "khoản 3 Điều 9")
    assert (found.rule.valid_from, found.rule.valid_to) == (date(2016, 6, 26), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("x_m", "expected"),
    [
        # from the end of the strip, 60 m beyond the threshold
        (-1059.0, ("violates", "military_near")),
        (-1060.0, ("needs_verification", "military_shielded")),
        (-4059.0, ("needs_verification", "military_shielded")),
        (-4060.0, ("needs_verification", "military_far")),
    ],
)
def test_military_aerodromes(x_m: float, expected: Any) -> None:
    found = aviation.military(site(), [runway(military=True, x_m=x_m)], RULES)
    assert told(found) == [expected]
    assert aviation.military(site(), [runway(x_m=x_m)], RULES) == ()
    assert aviation.military(site(transmits=False), [runway(military=True)], RULES) == ()


def test_under_a_derived_surface_alone_nothing_is_plain() -> None:
    """999 m out the approach is 187.4 m to each side, the take-off climb, derived, 210.9 m."""
    for y_m, outcome in ((187.0, Outcome.VIOLATES), (188.0, Outcome.NEEDS_VERIFICATION)):
        near = runway(military=True, x_m=-1059.0, y_m=y_m)
        found = one(aviation.military(site(), [near], RULES))
        assert (found.outcome, found.reason) == (outcome, "planning.reason.military_near")
        assert ("planning.missing.surface_place" in found.missing) is (y_m == 188.0)
    assert aviation.military(site(), [runway(military=True, x_m=-1059.0, y_m=211.0)], RULES) == ()


@pytest.mark.parametrize(
    ("group", "outcome"),
    [
        ("IIC", Outcome.VIOLATES),
        # without instruments their numbers were not printed in what was read: those of IIC stand
        ("III", Outcome.NEEDS_VERIFICATION),
        ("IV", Outcome.NEEDS_VERIFICATION),
        ("V", Outcome.NEEDS_VERIFICATION),
    ],
)
def test_an_approach_surface_without_instruments_is_derived_from_group_iii_on(
    group: str, outcome: Outcome
) -> None:
    near = runway(military=True, x_m=-1059.0, group=group, instrument=Instrument.VISUAL)
    assert one(aviation.military(site(), [near], RULES)).outcome is outcome
    equipped = replace(near, instrument=Instrument.NON_PRECISION)
    assert one(aviation.military(site(), [equipped], RULES)).outcome is Outcome.VIOLATES


def test_runways_that_are_withheld_let_nothing_comply() -> None:
    far = [runway(x_m=50_000.0)]
    for known in (far, []):
        assert told(aviation.obstacle_surfaces(site(), known, [], RULES, withheld=True)) == [
            ("not_assessable", "surfaces_withheld")
        ]
        assert told(aviation.military(site(), known, RULES, withheld=True)) == [
            ("not_assessable", "military_withheld")
        ]
        assert told(aviation.data_duty(site(), known, RULES, withheld=True)) == [
            ("not_assessable", "data_unknown")
        ]
    # what a runway that is known asks is asked all the same
    near = [runway(x_m=-2060.0)]
    assert told(aviation.obstacle_surfaces(site(), near, [], RULES, withheld=True)) == [
        ("needs_verification", "surfaces_below")
    ]
    assert aviation.military(site(transmits=False), far, RULES, withheld=True) == ()


@pytest.mark.parametrize(
    ("height_m", "under", "expected"),
    [
        (149.0, None, "marking_unknown"),
        (150.0, None, "marking_high"),
        (149.0, False, "marking_none"), (150.0, False, "marking_high"),
        (44.9, True, "marking_low"), (45.0, True, "marking_medium"),
        (149.9, True, "marking_medium"), (150.0, True, "marking_high"),
    ],
)  # fmt: skip
def test_marking(height_m: float, under: bool | None, expected: str) -> None:
    found = aviation.marking(site(height_m=height_m), under=under, rules=RULES)
    assert told(found)[0][1] == expected


@pytest.mark.parametrize(
    ("height_m", "x_m", "y_m", "expected"),
    [
        (100.0, 60_000.0, 0.0, "data_high"),
        # area 2b 1000 m beyond 2a is at 22 m: a top at 22.1 m, 19.1 m high, rises above it
        (19.1, -1060.0, 0.0, "data_area"), (19.0, -1060.0, 0.0, "data_none"),
        # area 2c beside the runway, 1000 m from the strip, is at 23 m: 20.1 m are above it
        (20.1, 1500.0, 1140.0, "data_area"), (20.0, 1500.0, 1140.0, "data_none"),
        # 100 m from the strip it is at 12.2 m: 14.9 m are above, but less than 15 m
        (14.9, 1500.0, 240.0, "data_none"), (15.0, 1500.0, 240.0, "data_area"),
    ],
)  # fmt: skip
def test_the_duty_to_tell(height_m: float, x_m: float, y_m: float, expected: str) -> None:
    near = [runway(x_m=x_m, y_m=y_m)]
    found = aviation.data_duty(site(height_m=height_m), near, RULES, lacking=None)
    assert told(found)[0][1] == expected


def test_under_area_2b_three_metres_are_told() -> None:
    """1000 m out area 2b is at 22 m: on ground at 20 m 2.99 m rise above it, but are too low."""
    near = [runway(x_m=-1060.0)]
    for height_m, expected in ((2.99, "data_none"), (3.0, "data_area")):
        low = site(height_m=height_m, ground_elevation_m=20.0)
        assert told(aviation.data_duty(low, near, RULES, lacking=None))[0][1] == expected
    high, far = site(height_m=99.9), [runway(x_m=60_000.0)]
    assert told(aviation.data_duty(high, far, RULES, lacking=None)) == [("complies", "data_none")]
    assert told(aviation.data_duty(high, far, RULES)) == [("not_assessable", "data_unknown")]


def test_without_runways_only_the_height_is_told() -> None:
    assert told(aviation.data_duty(site(), [], RULES)) == [("not_assessable", "data_unknown")]


def test_a_usual_strip_is_no_record() -> None:
    """Where the record states no strip, the ban near a military aerodrome is to be verified."""
    near = runway(military=True, x_m=-1059.0, strip_stated=False)
    found = one(aviation.military(site(), [near], RULES))
    assert (found.outcome, found.reason) == (
        Outcome.NEEDS_VERIFICATION,
        "planning.reason.military_near",
    )
    assert Reservation.RECALLED_RECORD in found.reservations


def test_flat_terrain_is_never_enough() -> None:
    """A top below the limit of area 2a, on ground that nobody stated and no terrain knows."""
    flat = site(
        height_m=5.0, ground_stated=False, terrain=TerrainFacts(identifier="flat", flat=True)
    )
    found = one(aviation.area_2a(flat, [runway()], RULES))
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.held_back
    assert Reservation.FLAT_TERRAIN in found.reservations


def test_without_rules_nothing_is_judged() -> None:
    """Before the first decree, or in a pack that somebody emptied."""
    assert aviation.height(site(), {}) == ()
    assert aviation.obstacle_surfaces(site(), [runway()], [], {}) == ()
    assert facilities.restricted_areas(site(), [DVOR], {}) == ()
    assert aviation.marking(site(), under=True, rules={}) == ()
    assert aviation.data_duty(site(), [runway()], {}) == ()
    assert planning.licence(site(), LICENCE, ON, {}) == ()
    assert planning.plan_zone(site(), [ZONE], {}) == ()
    assert sharing(site(), [SUPPORT], 40.0, {}) == ()
    assert spacing(site(), [SUPPORT], {}) == ()
    assert surroundings.railway(site(), 1.0, [], {}) == ()
    assert surroundings.border_belt(border(1.0), [], {}) == ()
    assert surroundings.layers(site(), [ZONE], {}) == ()


# --- licence and plan ---


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("complies", "licence_kept")),
        ({"province_codes": ()}, ("complies", "licence_kept")),
        # the kinds of licences are recalled: no violation, whatever the record says
        ({"kind": "service"}, ("needs_verification", "licence_kind")),
        ({"province_codes": ("79",)}, ("needs_verification", "licence_area")),
        ({"valid_to": date(2026, 7, 31)}, ("needs_verification", "licence_dates")),
        ({"valid_from": date(2026, 8, 2)}, ("needs_verification", "licence_dates")),
        # what it does not state lets nothing be said, unless what it states is wrong already
        ({"valid_from": None}, ("not_assessable", "licence_incomplete")),
        ({"valid_to": None}, ("not_assessable", "licence_incomplete")),
        ({"kind": ""}, ("not_assessable", "licence_incomplete")),
        (
            {"valid_from": None, "valid_to": date(2026, 7, 31)},
            ("needs_verification", "licence_dates"),
        ),
        ({"valid_to": None, "province_codes": ("79",)}, ("needs_verification", "licence_area")),
    ],
)
def test_the_licence(change: dict[str, Any], expected: Any) -> None:
    found = planning.licence(site(), replace(LICENCE, **change), ON, RULES)
    assert told(found) == [expected]


def test_a_rule_that_is_known_lets_a_licence_violate() -> None:
    known = replace(RULES["siting.licence"], confidence=Confidence.VERIFIED)
    late = replace(LICENCE, valid_to=date(2026, 7, 31))
    found = one(planning.licence(site(), late, ON, {"siting.licence": known}))
    assert found.outcome is Outcome.VIOLATES


def test_a_licence_that_was_not_handed_in() -> None:
    assert told(planning.licence(site(), None, ON, RULES)) == [
        ("not_assessable", "licence_unknown")
    ]


ROOF = {"kind": MastKind.ROOFTOP, "building_height_m": 12.0}


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({}, "A2b"), ({"kind": MastKind.GUYED}, "A2c"),
        ({"kind": MastKind.CONCEALED, "height_m": 15.0}, "A1b"),
        ({"kind": MastKind.CONCEALED, "height_m": 15.1}, "A2c"),
        # 20 % of 12 m are 2.4 m: a mast of 2.4 m with 0.5 m of reach is A1a, of 2.5 m A2a
        ({**ROOF, "height_m": 14.4, "reach_m": 0.5}, "A1a"),
        ({**ROOF, "height_m": 14.5, "reach_m": 0.5}, "A2a"),
        ({**ROOF, "height_m": 14.0, "reach_m": 0.6}, "A2a"), ({**ROOF, "height_m": 14.0}, None),
        # of a high building 3 m are the most
        ({**ROOF, "building_height_m": 30.0, "height_m": 33.0, "reach_m": 0.5}, "A1a"),
        ({**ROOF, "building_height_m": 30.0, "height_m": 33.1, "reach_m": 0.5}, "A2a"),
        ({**ROOF, "height_m": 14.4, "reach_m": 0.501}, "A2a"),
        ({**ROOF, "height_m": 14.401, "reach_m": 0.5}, "A2a"),
        ({"kind": MastKind.ROOFTOP, "reach_m": 0.5}, None),
    ],
)  # fmt: skip
def test_the_class_of_a_mast(facts: dict[str, Any], named: str | None) -> None:
    assert planning.mast_class(site(**facts), RULES["siting.mast_class"]) == named


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        ([], ("not_assessable", "plan_unknown")),
        ([replace(ZONE, inside=False)], ("needs_verification", "plan_outside")),
        ([ZONE], ("complies", "plan_kept")),
        ([replace(ZONE, mast_classes=())], ("not_assessable", "plan_any")),
        # the classes are recalled, so that a class that is not allowed is to be verified
        ([replace(ZONE, mast_classes=("A1a",))], ("needs_verification", "plan_class")),
    ],
)
def test_the_zone_of_the_plan(zones: Any, expected: Any) -> None:
    assert told(planning.plan_zone(site(), zones, RULES)) == [expected]
    assert planning.plan_zone(site(), zones, BEFORE) == ()


def test_a_class_that_cannot_be_told() -> None:
    roof = site(kind=MastKind.ROOFTOP)
    assert told(planning.plan_zone(roof, [ZONE], RULES)) == [("not_assessable", "plan_no_class")]


# --- sharing ---


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("needs_verification", "sharing_first")),
        ({"shareable": None, "height_m": None}, ("needs_verification", "sharing_first")),
        ({"height_m": 39.9}, ("complies", "sharing_short")),
        ({"usable": False}, ("complies", "sharing_short")),
        ({"distance_m": 501.0}, ("complies", "sharing_none")),
    ],
)
def test_sharing_first(change: dict[str, Any], expected: Any) -> None:
    found = sharing(site(), [replace(SUPPORT, **change)], 40.0, RULES)
    assert told(found) == [expected]
    assert found[0].rule.clause == "điểm b khoản 4 Điều 13"


def test_a_province_without_a_rule_sees_an_example() -> None:
    found = spacing(site(), [SUPPORT], RULES)
    assert told(found) == [
        ("not_assessable", "spacing_unruled"),
        ("needs_verification", "spacing_other"),
    ]
    example = found[1]
    assert example.rule.advisory
    assert not example.rule.binding
    assert example.values["least_m"] == 250  # outside a town, another operator
    assert Reservation.NON_BINDING_RULE in example.reservations


@pytest.mark.parametrize(
    ("urban", "same", "least_m"),
    [(True, False, 120), (False, False, 250), (True, True, 300), (False, True, 450)],
)
def test_the_spacing_of_bac_ninh(urban: bool, same: bool, least_m: float) -> None:
    """There it binds, and a record breaks it."""
    rules = {**RULES, "siting.spacing.bac-ninh": replace(
        RULES["siting.spacing.bac-ninh"], binding=True, advisory=False)}  # fmt: skip
    there = site(urban=urban, province_code="24")
    for distance, expected in ((least_m - 1, "violates"), (least_m, "complies")):
        support = replace(SUPPORT, distance_m=distance, same_operator=same)
        found = one(spacing(there, [support], rules))
        assert found.outcome == expected
        assert found.rule.clause == "khoản 5 Điều 15"


def test_what_is_not_known_to_stand_near_is_not_said_not_to() -> None:
    """What was found asks for the same; that nothing was found says something only of all."""
    own = site(province_code="24")
    for known in (Known.WITHHELD, Known.NOTHING):
        for supports in ([], [replace(SUPPORT, usable=False, distance_m=499.0)]):
            assert told(sharing(own, supports, 40.0, RULES, known=known)) == [
                ("not_assessable", f"sharing_{known}")
            ]
            assert told(spacing(own, supports, RULES, known=known)) == [
                ("not_assessable", f"spacing_{known}")
            ]
    assert told(sharing(own, [SUPPORT], 40.0, RULES, known=Known.WITHHELD)) == [
        ("needs_verification", "sharing_first")
    ]
    assert told(spacing(own, [SUPPORT], RULES, known=Known.WITHHELD)) == [
        ("needs_verification", "spacing_other")
    ]


def test_a_mast_that_was_not_built_violates_no_spacing() -> None:
    """By a rule that binds, a record of a mast that stands would; a plan may never be built."""
    known = RULES["siting.spacing.bac-ninh"]
    binding = {**RULES, known.id: replace(known, binding=True, advisory=False)}
    own = site(province_code="24")
    assert told(spacing(own, [SUPPORT], binding)) == [("violates", "spacing_other")]
    planned = spacing(own, [replace(SUPPORT, standing=False)], binding)
    assert told(planned) == [("needs_verification", "spacing_other")]
    assert planned[0].missing == ("planning.missing.standing",)


@pytest.mark.parametrize(
    ("distance_m", "expected"),
    [
        # outside a town 250 m from another operator's mast, 450 m from one's own
        (249.0, ("needs_verification", "spacing_any")),
        (250.0, ("not_assessable", "spacing_undecided")),
        (449.0, ("not_assessable", "spacing_undecided")),
        (450.0, ("complies", "spacing_kept")),
    ],
)
def test_an_applicant_who_is_not_known_is_judged_by_both(distance_m: float, expected: Any) -> None:
    support = replace(SUPPORT, same_operator=None, distance_m=distance_m)
    found = spacing(site(province_code="24"), [support], RULES)
    assert told(found) == [expected]
    if expected[1] == "spacing_undecided":
        assert found[0].missing == ("planning.missing.applicant",)
        assert (found[0].values["least_m"], found[0].values["most_m"]) == (250, 450)


def test_a_class_that_is_not_known_may_be_the_line_s() -> None:
    """A mast on a building of unknown height has no class and no height of its own."""
    rules = changed("siting.spacing.bac-ninh", classes=["A2a", "", "A2a", "A2a"])
    roof = site(kind=MastKind.ROOFTOP, province_code="24", urban=True)
    found = spacing(roof, [SUPPORT], rules)  # 60 m away, 120 m in a town if it is A2a
    assert told(found) == [("not_assessable", "spacing_undecided")]
    assert found[0].missing == ("planning.missing.class_facts",)
    outside = replace(roof, urban=False)
    assert told(spacing(outside, [SUPPORT], rules)) == [("not_assessable", "spacing_undecided")]
    assert told(spacing(outside, [replace(SUPPORT, distance_m=250.0)], rules)) == [
        ("complies", "spacing_kept")
    ]
    low = replace(roof, height_m=3.0)  # with its building no higher than what is free
    assert told(spacing(low, [SUPPORT], rules)) == [("complies", "spacing_kept")]


def test_a_small_mast_is_free_of_spacing_from_others_only() -> None:
    roof = site(kind=MastKind.ROOFTOP, building_height_m=12.0, height_m=15.0, province_code="24")
    assert told(spacing(roof, [SUPPORT], RULES)) == [("complies", "spacing_kept")]
    own = replace(SUPPORT, same_operator=True)
    assert told(spacing(roof, [own], RULES)) == [("needs_verification", "spacing_same")]


def test_a_line_may_speak_of_one_class() -> None:
    rules = changed("siting.spacing.bac-ninh", classes=["A2a", "A2a", "A2a", "A2a"])
    there = site(province_code="24")
    assert told(spacing(there, [SUPPORT], rules)) == [("complies", "spacing_kept")]


def test_spacing_needs_the_commune() -> None:
    there = site(urban=None, province_code="24")
    assert told(spacing(there, [SUPPORT], RULES)) == [("not_assessable", "spacing_no_zone")]


# --- surroundings ---


@pytest.mark.parametrize(
    ("stated_m", "height_m", "outcome"),
    [
        # 1.3 * 42 = 54.6 m
        (54.6, 42.0, "complies"), (54.5, 42.0, "needs_verification"),
        # 1.3 * 3 = 3.9 m, but 5 m are the least
        (4.9, 3.0, "needs_verification"), (5.0, 3.0, "complies"),
    ],
)  # fmt: skip
def test_the_railway(stated_m: float, height_m: float, outcome: str) -> None:
    found = one(surroundings.railway(site(height_m=height_m), stated_m, [], RULES))
    assert found.outcome == outcome


def test_the_railway_by_a_rule_whose_instrument_is_known() -> None:
    rules = {**RULES, "siting.railway": replace(RULES["siting.railway"], binding=True)}
    assert told(surroundings.railway(site(), 54.5, [], rules)) == [("violates", "railway_near")]


def test_the_railway_of_a_layer() -> None:
    line = replace(ZONE, kind="railway", inside=False, distance_m=54.0)
    assert told(surroundings.railway(site(), None, [line], RULES)) == [
        ("needs_verification", "railway_near")
    ]
    # 1.3 * 42 = 54.6 m: the smaller counts where both say the same
    far, close = replace(line, distance_m=80.0), replace(line, inside=True)
    for stated, zone, expected in (
        (60.0, far, ("complies", "railway_kept")),
        (20.0, line, ("needs_verification", "railway_near")),
        (54.0, far, ("needs_verification", "railway_disagree")),
        (60.0, line, ("needs_verification", "railway_disagree")),
        (60.0, close, ("needs_verification", "railway_disagree")),
    ):
        found = one(surroundings.railway(site(), stated, [zone], RULES))
        assert told((found,)) == [expected]
        assert len(found.evidence) == 3
    assert (found.values["distance_m"], found.values["other_m"]) == (0.0, 60.0)
    assert surroundings.railway(site(), 60.0, [far], RULES)[0].values["distance_m"] == 60.0
    assert told(surroundings.railway(site(), None, [], RULES)) == [
        ("not_assessable", "railway_unknown")
    ]


def border(distance_m: float, *, official: bool = False) -> BoundaryFacts:
    return BoundaryFacts(
        unit_code="KH", unit_name="biên giới", inside=False, distance_to_boundary_m=distance_m,
        position_uncertainty_m=500.0, official=official,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("distance_m", "expected"),
    [
        (1500.0, ("complies", "border_far")),
        (1499.0, ("needs_verification", "border_doubtful")),
        (999.0, ("needs_verification", "border_inside")),
    ],
)
def test_the_border(distance_m: float, expected: Any) -> None:
    assert told(surroundings.border_belt(border(distance_m), [], RULES)) == [expected]


def test_of_a_layer_of_the_belt_and_the_distance_the_stricter_counts() -> None:
    belt = replace(ZONE, kind="border_belt")
    assert told(surroundings.border_belt(border(9000.0), [belt], RULES)) == [
        ("needs_verification", "border_zone")
    ]
    outside = replace(belt, inside=False)
    assert told(surroundings.border_belt(border(9000.0), [outside], RULES)) == [
        ("complies", "border_outside_zone")
    ]
    assert told(surroundings.border_belt(border(10.0), [outside], RULES)) == [
        ("needs_verification", "border_inside")
    ]
    assert told(surroundings.border_belt(None, [outside], RULES)) == [
        ("not_assessable", "border_unknown")
    ]
    assert told(surroundings.border_belt(None, [belt], RULES)) == [
        ("needs_verification", "border_zone")
    ]
    assert told(surroundings.border_belt(None, [], RULES)) == [
        ("not_assessable", "border_unknown")
    ]


def test_layers() -> None:
    water = replace(ZONE, kind="water")
    assert told(surroundings.layers(site(), [water], RULES)) == [
        ("needs_verification", "layer_inside"),
        ("not_assessable", "layer_unknown"),
    ]
    away = replace(water, inside=False)
    drawn = replace(ZONE, kind="water_extent")
    for zones, outcome in (
        ([away, drawn], ("complies", "layer_outside")),
        ([drawn], ("complies", "layer_outside")),  # drawn as far as here, and nothing is here
        ([away, replace(drawn, inside=False)], ("not_assessable", "layer_beyond")),
        ([away], ("needs_verification", "layer_extent_unknown")),
        ([away, replace(drawn, kind="protected_extent")],
         ("needs_verification", "layer_extent_unknown")),
    ):  # fmt: skip
        assert told(surroundings.layers(site(), zones, RULES))[0] == outcome


@pytest.mark.parametrize(
    ("stated_m", "edge_m", "outcome"),
    [
        (None, 5000.0, ("complies", "railway_kept")),
        (None, 10.0, ("needs_verification", "railway_beyond")),  # a railway may lie just outside
        (None, None, ("needs_verification", "railway_extent_unknown")),
        (500.0, None, ("complies", "railway_kept")),
    ],
)
def test_a_layer_of_railways_speaks_as_far_as_it_was_drawn(
    stated_m: float | None, edge_m: float | None, outcome: tuple[str, str]
) -> None:
    zones = [replace(ZONE, kind="railway", inside=False, distance_m=2000.0)]
    if edge_m is not None:
        zones.append(replace(ZONE, kind="railway_extent", distance_m=edge_m))
    assert told(surroundings.railway(site(), stated_m, zones, RULES)) == [outcome]


# --- papers ---


def test_the_papers_in_their_order() -> None:
    far = [runway(x_m=50_000.0)]
    clear = (
        *aviation.height(site(), RULES),
        *aviation.obstacle_surfaces(site(), far, [], RULES, lacking=None),
        *sharing(site(), [], 40.0, RULES),
        *aviation.data_duty(site(), far, RULES, lacking=None),
    )
    steps = papers(clear, RULES)
    assert [step.step for step in steps] == [
        "planning", "notice", "sharing", "aviation", "land", "permit", "data", "inspection",
        "licence",
    ]  # fmt: skip
    by_step = {step.step: step for step in steps}
    assert (by_step["aviation"].needed, by_step["aviation"].working_days) == ("no", 10)
    assert (by_step["permit"].needed, by_step["permit"].working_days) == ("yes", 10)
    assert (by_step["sharing"].needed, by_step["land"].working_days) == ("no", None)
    asked = papers(aviation.height(site(height_m=120.0), RULES), RULES)
    assert [(step.needed, step.because) for step in asked if step.step == "aviation"] == [
        ("yes", ("siting.height",))
    ]
    unknown = papers(aviation.obstacle_surfaces(site(), [], [], RULES), RULES)
    assert [(step.needed, step.because) for step in unknown if step.step == "aviation"] == [
        ("unknown", ("siting.surfaces",))
    ]
    unsure = papers(aviation.obstacle_surfaces(site(), far, [], RULES), RULES)
    assert [step.needed for step in unsure if step.step == "aviation"] == ["unknown"]
    assert papers(clear, BEFORE) == ()
