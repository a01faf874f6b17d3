"""Co- and adjacent-channel protection, both ways."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.compliance import protection_ratios
from propagation.compliance.facts import PairFacts, ProtectionPoint, TerrainFacts
from propagation.compliance.objections import objects
from propagation.compliance.records import EvidenceKind, Outcome, Reservation
from propagation.compliance.standards import Standards
from propagation.interference.bs412 import Area
from propagation.interference.protection import Service
from tests.propagation.site_checks import shipped


def point(wanted: float, steady: float, rare: float, name: str = "P1", **changes):
    return ProtectionPoint(
        name=name,
        longitude=106.45,
        latitude=10.6,
        wanted_dbuvm=wanted,
        steady_dbuvm=steady,
        tropospheric_dbuvm=rare,
        source="ITU-R P.1812-8",
        **changes,
    )


@pytest.fixture
def other(station):
    """Make another station, 100 kHz away."""
    return lambda **changes: station(
        **{"id": "station-2", "name": "Đài huyện", "frequency_mhz": 97.0, **changes}
    )


@pytest.fixture
def check(rule, said, terrain):
    """Run the check."""

    def run(station, pairs, ground=terrain, *, minimum="verified", **changes):
        return said(
            protection_ratios.check(
                station,
                pairs,
                ground,
                Standards.read(
                    Service.FM,
                    rule("fm.protection_ratio", **changes),
                    rule("fm.minimum_field", confidence=minimum),
                ),
            )
        )

    return run


def test_100_khz_and_12_km_apart(check, station, other) -> None:
    """The planted pair, by hand."""
    # received at P1: 70 wanted; unwanted 60 steady, 62 tropospheric; 100 kHz stereo 33 and 25 dB
    #   steady 60 + 33 = 93, tropospheric 62 + 25 = 87: margin 70 - 93 = -23 dB
    # received at P2: 80 - max(40 + 33, 45 + 25) = 80 - 73 = 7 dB
    # caused at P3: 66 - max(30 + 33, 45 + 25) = 66 - 70 = -4 dB, tropospheric governs
    pair = PairFacts(
        other=other(),
        distance_km=12.0,
        received=(point(80, 40, 45, "P2"), point(70, 60, 62, "P1")),
        caused=(point(66, 30, 45, "P3"),),
    )
    received, caused = check(station(), [pair], confidence="recalled", minimum="recalled")
    assert received.reason.endswith("protection_received_broken")
    assert received.margin_db == pytest.approx(-23.0)
    assert received.values["spacing_khz"] == 100.0
    assert received.values["distance_km"] == 12.0
    assert received.values["protection_ratio_db"] == 33.0
    assert received.values["ratio_db"] == 10.0
    assert received.values["time_percent"] == 50
    assert received.values["point"] == "P1"
    assert caused.reason.endswith("protection_caused_broken")
    assert caused.margin_db == pytest.approx(-4.0)
    assert caused.values["time_percent"] == 1
    assert caused.values["protection_ratio_db"] == 25.0
    for finding in (received, caused):
        assert finding.outcome is Outcome.NEEDS_VERIFICATION
        assert finding.counterpart == "station-2"
        assert finding.reservations == {Reservation.PREDICTED, Reservation.RECALLED_RULE}
        assert finding.measure is not None
        assert (finding.measure["longitude"], finding.measure["latitude"]) == (106.45, 10.6)
    assert received.measure["wanted_frequency_mhz"] == 96.9
    assert caused.measure["wanted_frequency_mhz"] == 97.0
    assert caused.measure["unwanted_frequency_mhz"] == 96.9


@pytest.mark.parametrize(
    ("own", "its", "received", "caused"),
    [
        ("national", "other", "broken_from_below", "secondary"),
        ("provincial", "other", "broken_from_below", "secondary"),
        ("other", "national", "secondary", "broken_from_below"),
        ("other", "other", "broken", "broken"),
        ("provincial", "provincial", "broken", "broken"),
        # inside its province a provincial station is protected from everybody
        ("provincial", "national", "broken", "broken_from_below"),
        ("national", "provincial", "broken_from_below", "broken"),
    ],
)
def test_a_secondary_station_has_no_claim(  # noqa: PLR0917 (the cases)
    rule, said, terrain, station, other, own, its, received, caused
) -> None:
    """Both ways 70 - (60 + 33) = -23 dB; rank decides whose objection it is."""
    pair = PairFacts(
        other=other(station_class=its), distance_km=12.0,
        received=(point(70, 60, 62),), caused=(point(70, 60, 62),),
    )  # fmt: skip
    found = said(
        protection_ratios.check(
            station(station_class=own), [pair], terrain,
            Standards.read(Service.FM, rule("fm.protection_ratio"), rule("fm.minimum_field")),
            hierarchy_rule=shipped("fm.hierarchy"),
        )
    )  # fmt: skip
    for finding, direction, end in zip(
        found, ("received", "caused"), (received, caused), strict=True
    ):
        assert finding.reason == f"compliance.reason.protection_{direction}_{end}"
        assert finding.margin_db == pytest.approx(-23.0)
        kept = end == "secondary"
        assert finding.outcome is (Outcome.COMPLIES if kept else Outcome.NEEDS_VERIFICATION)
        assert objects(finding) is not kept


def test_without_a_rule_of_rank_all_are_alike(check, station, other) -> None:
    """Before 2018 no such provision is known; kept ratios name no rank."""
    pair = PairFacts(
        other=other(station_class="national"), distance_km=12.0, received=(point(70, 60, 62),)
    )
    assert check(station(station_class="other"), [pair])[0].reason.endswith("received_broken")


def test_kept_by_prediction(check, station, other) -> None:
    pair = PairFacts(other=other(), distance_km=60.0, received=(point(70, 20, 30),))
    received, caused = check(station(), [pair])
    # 70 - max(20 + 33, 30 + 25) = 15
    assert received.outcome is Outcome.COMPLIES
    assert received.margin_db == pytest.approx(15.0)
    assert caused.outcome is Outcome.NOT_ASSESSABLE
    assert caused.missing == ("compliance.missing.test_point",)


def test_flat_terrain_is_never_better(check, station, other, flat) -> None:
    pair = PairFacts(other=other(), distance_km=60.0, received=(point(70, 20, 30),))
    received, _ = check(station(), [pair], flat)
    assert received.outcome is Outcome.NEEDS_VERIFICATION
    assert received.margin_db == pytest.approx(15.0)
    assert received.reason.endswith("received_kept")
    assert "compliance.missing.terrain" in received.missing


def test_nobody_within_400_khz(check, station, other) -> None:
    far = [
        PairFacts(other=other(frequency_mhz=mhz), distance_km=3.0, received=(point(60, 90, 95),))
        for mhz in (97.4, 96.4, 107.5)
    ]
    (found,) = check(station(), far)
    assert found.outcome is Outcome.COMPLIES
    assert found.values["others"] == 3
    assert {item.kind for item in found.evidence} == {EvidenceKind.RECORD}
    (alone,) = check(station(), [])
    assert alone.outcome is Outcome.COMPLIES


@pytest.mark.parametrize(
    ("frequency_mhz", "ratio_db"),
    [(97.3, -20), (96.5, -20), (107.6, -20), (96.9, 45), (96.95, 51), (97.1, 7)],
)
def test_spacings_that_count(check, station, other, frequency_mhz, ratio_db) -> None:
    pair = PairFacts(
        other=other(frequency_mhz=frequency_mhz), distance_km=3.0, received=(point(60, 50, 1),)
    )
    received = next(f for f in check(station(), [pair]) if "received" in f.reason)
    assert received.margin_db == pytest.approx(60 - 50 - ratio_db)


def test_the_wanted_station_sets_the_ratio(check, station, other) -> None:
    # 100 kHz: mono 12 dB; the other station is the mono one
    pair = PairFacts(
        other=other(reception="mono"),
        distance_km=9.0,
        received=(point(70, 50, 1),),
        caused=(point(70, 50, 1),),
    )
    found = {f.reason.split("_")[1]: f.margin_db for f in check(station(), [pair])}
    assert found["received"] == pytest.approx(70 - 50 - 33)
    assert found["caused"] == pytest.approx(70 - 50 - 12)


def test_only_points_of_the_service_are_protected(check, station, other, boundary) -> None:
    """What is too weak or outside does not count, whatever else is not known of it."""
    nan = float("nan")
    pair = PairFacts(
        other=other(),
        distance_km=9.0,
        received=(
            point(53.9, 90, 90, "weak"),
            point(65.9, 90, 90, "weak in town", area=Area.URBAN),
            point(80, 90, 90, "outside", boundary=boundary(inside=False)),
            point(53.9, nan, nan, "weak beside an unknown field"),
            point(nan, 90, 90, "unknown outside", boundary=boundary(inside=False)),
            point(54, 10, 10, "good", boundary=boundary(inside=True)),
        ),
    )
    received = next(f for f in check(station(), [pair]) if "received" in f.reason)
    assert received.outcome is Outcome.COMPLIES
    assert received.values["points"] == 1
    assert received.values["points_unknown"] == 0
    assert received.values["point"] == "good"
    assert received.margin_db == pytest.approx(54 - 43)


@pytest.mark.parametrize("fields", [(float("nan"), 10, 10), (80, float("nan"), 10)])
def test_a_point_without_a_field_could_be_the_worst(check, station, other, fields) -> None:
    def received(*points):
        pair = PairFacts(other=other(), distance_km=9.0, received=points)
        return next(f for f in check(station(), [pair]) if f.values["direction"] == "received")

    kept = received(point(54, 10, 10, "good"), point(*fields, "unknown"))
    assert kept.outcome is Outcome.NOT_ASSESSABLE
    assert kept.reason == "compliance.reason.protection_received_points_unknown"
    assert (kept.values["points"], kept.values["points_unknown"]) == (1, 1)
    assert kept.missing == ("compliance.missing.point_fields",)
    assert kept.margin_db is None
    broken = received(point(54, 54, 10, "bad"), point(*fields, "unknown"))
    assert broken.outcome is Outcome.NEEDS_VERIFICATION
    assert broken.margin_db == pytest.approx(-33)
    assert broken.values["points_unknown"] == 1
    none = received(point(*fields, "unknown"))
    assert none.reason.endswith("received_no_point")
    assert "compliance.missing.point_fields" in none.missing


def test_discrimination_helps(check, station, other) -> None:
    pair = PairFacts(
        other=other(), distance_km=9.0, received=(point(70, 50, 1, discrimination_db=12.0),)
    )
    received = next(f for f in check(station(), [pair]) if "received" in f.reason)
    assert received.margin_db == pytest.approx(70 - (50 - 12 + 33))


MEASURED = {"kind": EvidenceKind.MEASUREMENT, "uncertainty_db": 3.0}


def test_measurements_on_an_official_rule_may_violate(check, station, other) -> None:
    def outcome(wanted: float, **changes: object) -> Outcome:
        place = {**MEASURED, **changes.pop("place", {})}
        pair = PairFacts(other=other(), distance_km=9.0, received=(point(wanted, 40, 1, **place),))
        findings = check(station(), [pair], **changes)
        return next(f for f in findings if "received" in f.reason).outcome

    # 40 + 33 = 73: margin wanted - 73, uncertainty 3
    assert outcome(69.9) is Outcome.VIOLATES
    assert outcome(70.1) is Outcome.NEEDS_VERIFICATION
    assert outcome(75.9) is Outcome.NEEDS_VERIFICATION
    assert outcome(76.0) is Outcome.COMPLIES
    assert outcome(69.9, confidence="recalled") is Outcome.NEEDS_VERIFICATION
    assert outcome(69.9, minimum="recalled") is Outcome.NEEDS_VERIFICATION
    assert outcome(69.9, place={"uncertainty_db": None}) is Outcome.NEEDS_VERIFICATION


def test_approximate_boundary(check, station, other, boundary) -> None:
    place = boundary(inside=True, official=False)
    pair = PairFacts(
        other=other(), distance_km=9.0, received=(point(60, 40, 1, boundary=place, **MEASURED),)
    )
    received = next(f for f in check(station(), [pair]) if "received" in f.reason)
    assert received.outcome is Outcome.NEEDS_VERIFICATION
    assert received.reservations == {Reservation.APPROXIMATE_BOUNDARY}


def test_worst_first_whatever_the_order(check, station, other) -> None:
    pairs = [
        PairFacts(other=other(id=name), distance_km=9.0, received=(point(70, steady, 1),))
        for name, steady in (("a", 10.0), ("b", 50.0), ("c", 30.0))
    ]
    for mixed in itertools.permutations(pairs):
        found = check(station(), mixed)
        assert [f.counterpart for f in found if f.margin_db is not None] == ["b", "c", "a"]
        assert [f.margin_db is None for f in found] == [False] * 3 + [True] * 3


@given(
    wanted=st.floats(54, 110),
    steady=st.floats(-20, 110),
    rare=st.floats(-20, 110),
    spacing=st.integers(-4, 4),
    on_flat=st.booleans(),
)
def test_no_prediction_ever_violates(rule, station, *, wanted, steady, rare, spacing, on_flat):
    near = station(id="x", frequency_mhz=round(96.9 + spacing / 10, 1))
    pair = PairFacts(other=near, distance_km=5.0, received=(point(wanted, steady, rare),))
    found = protection_ratios.check(
        station(),
        [pair],
        TerrainFacts(identifier="t", flat=on_flat),
        Standards.read(Service.FM, rule("fm.protection_ratio"), rule("fm.minimum_field")),
    )
    assert all(finding.outcome is not Outcome.VIOLATES for finding in found)
    if on_flat:
        assert found[0].outcome is not Outcome.COMPLIES
