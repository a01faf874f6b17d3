"""Share of the service interfered, present and newly caused."""

import pytest

from propagation.compliance import service_area
from propagation.compliance.facts_interference import AreaFacts, AreaShare
from propagation.compliance.records import Outcome, Reservation
from propagation.interference.area_totals import area_totals
from tests.propagation.site_checks import said, sentences, shipped


@pytest.fixture
def area(station):
    """Make a service of 1000 km2, 4 of them interfered."""

    def make(name="station-1", station_class="provincial", **changes):
        parts = {
            "wanted": station(id=name, name=f"Đài {name}", station_class=station_class),
            "covered_km2": 1000.0,
            "interfered_km2": 4.0,
            "cell_km": 1.0,
            "longitude": 106.45,
            "latitude": 10.6,
            "source": "ITU-R P.1812-8",
        }
        return AreaFacts(**{**parts, **changes})

    return make


@pytest.fixture
def check(station, terrain):
    """Run the check."""

    def run(present, caused=(), ground=terrain, **changes):
        rule = shipped("fm.service_area", **changes)
        return said(service_area.check(station(), present, caused, ground, rule=rule))

    return run


@pytest.mark.parametrize(
    ("station_class", "interfered", "outcome"),
    # TVStudy: 0.5 % and 2.0 %; the limit itself is kept
    [
        ("provincial", 5.0, Outcome.COMPLIES),
        ("provincial", 5.01, Outcome.NEEDS_VERIFICATION),
        ("national", 5.01, Outcome.NEEDS_VERIFICATION),
        ("other", 20.0, Outcome.COMPLIES),
        ("other", 20.1, Outcome.NEEDS_VERIFICATION),
    ],
)
def test_thresholds_by_class(check, area, station_class, interfered, outcome) -> None:
    (found,) = check(area(station_class=station_class, interfered_km2=interfered))
    assert found.outcome is outcome
    assert found.values["lost_percent"] == pytest.approx(interfered / 10, abs=0.006)
    assert found.rule.advisory
    if outcome is Outcome.NEEDS_VERIFICATION:
        assert {Reservation.PREDICTED, Reservation.NON_BINDING_RULE} <= found.reservations
        assert found.measure["wanted_frequency_mhz"] == 96.9


def test_the_threshold_is_the_rule_s(check, area) -> None:
    assert check(area())[0].outcome is Outcome.COMPLIES
    assert check(area(), provincial_percent=0.3)[0].outcome is Outcome.NEEDS_VERIFICATION


def test_people_decide_where_they_lose_more(check, area) -> None:
    """0.4 % of the area, but 1 % of the people."""
    (found,) = check(area(covered_population=200_000.0, interfered_population=2000.0))
    assert found.values["population_percent"] == 1.0
    assert found.values["share_percent"] == 1.0
    assert found.reason.endswith("present_exceeded_people")
    (fewer,) = check(area(covered_population=200_000.0, interfered_population=20.0))
    assert fewer.values["share_percent"] == pytest.approx(0.4)
    assert fewer.reason.endswith("present_kept_people")
    (nobody,) = check(area(covered_population=0.0, interfered_population=0.0))
    assert nobody.reason.endswith("present_kept")


def test_where_nobody_interferes_nobody_is_named(check, area) -> None:
    (found,) = check(area(interfered_km2=0.0))
    assert found.reason.endswith("present_clean")
    assert found.outcome is Outcome.COMPLIES


def test_what_is_newly_caused_largest_first(check, area) -> None:
    """Of 1000 km2: 1 km2 kept, 30 km2 exceeded, none not spoken of."""
    cases = [
        area("small", newly_interfered_km2=1.0),
        area("none", newly_interfered_km2=0.0),
        area(
            "large",
            newly_interfered_km2=30.0,
            communes=(AreaShare(id="1", name="Tân Tập", area_km2=20.0),),
        ),
        area(
            "people",
            newly_interfered_km2=2.0,
            covered_population=100.0,
            newly_interfered_population=1.0,
        ),
    ]
    _, *found = check(area(), cases)
    assert [one.counterpart for one in found] == ["large", "people", "small"]
    assert [one.reason.rsplit(".")[-1] for one in found] == [
        "caused_exceeded",
        "caused_exceeded_people",
        "caused_kept",
    ]
    assert found[0].values["communes"] == "Tân Tập"
    assert any(
        one.name == "newly_interfered_km2" and one.value == 30.0 for one in found[0].evidence
    )


def test_no_fields_and_no_service(check, area) -> None:
    (unknown,) = check(None)
    assert unknown.outcome is Outcome.NOT_ASSESSABLE
    assert unknown.reason.endswith("present_unknown")
    (none,) = check(area(covered_km2=0.0, interfered_km2=0.0))
    assert none.reason.endswith("present_none")


def test_on_flat_terrain_nothing_complies(check, area, flat) -> None:
    (found,) = check(area(), ground=flat)
    assert found.outcome is Outcome.NEEDS_VERIFICATION


def test_the_margin_is_in_percent_of_the_service(check, area) -> None:
    """0.5 % are allowed: of 0.4 % a tenth is left, 0.7 % are two tenths too many."""
    for lost, margin in ((4.0, 0.1), (7.0, -0.2)):
        (found,) = check(area(interfered_km2=lost))
        assert found.values["margin_percent"] == margin
        assert [one.value for one in found.evidence if one.name == "margin_percent"] == [margin]
        assert found.margin_db is None, "it is no decibel"


def test_an_area_that_is_not_known_could_be_lost(check, area) -> None:
    """Of 1000 km2 4 are lost; (4 + u) / (1000 + u) is 0.5 % where u is 1.005 km2."""
    (few,) = check(area(unknown_km2=1.0))
    assert few.outcome is Outcome.COMPLIES
    (many,) = check(area(unknown_km2=1.01))
    assert many.outcome is Outcome.NOT_ASSESSABLE
    assert many.reason.endswith("present_area_unknown")
    assert many.missing == ("service_area.missing.area_fields",)
    (nearly_all,) = check(area(covered_km2=1.0, interfered_km2=0.0, unknown_km2=5000.0))
    assert nearly_all.outcome is Outcome.NOT_ASSESSABLE
    (broken,) = check(area(interfered_km2=6.0, unknown_km2=5000.0))
    assert broken.outcome is Outcome.NEEDS_VERIFICATION
    assert broken.values["unknown_km2"] == 5000.0


def test_an_area_that_is_not_known_could_be_taken(check, area) -> None:
    _, found = check(area(), [area("b", newly_interfered_km2=0.0, unknown_km2=100.0)])
    assert found.outcome is Outcome.NOT_ASSESSABLE
    assert found.reason.endswith("caused_area_unknown")
    assert found.counterpart == "b"


def test_a_station_whose_field_is_not_known_could_take_more(check, area, station) -> None:
    dumb = station(id="c", name="Đài C")
    for lost in (0.0, 4.0):
        (kept,) = check(area(interfered_km2=lost, unknown=(dumb,)))
        assert kept.outcome is Outcome.NOT_ASSESSABLE
        assert kept.reason == "service_area.reason.present_stations_unknown"
        assert kept.missing == ("compliance.missing.station_fields",)
        assert kept.values["left_out"] == "Đài C"
    (broken,) = check(area(interfered_km2=50.0, unknown=(dumb,)))
    assert broken.outcome is Outcome.NEEDS_VERIFICATION
    assert "compliance.missing.station_fields" in broken.missing
    assert any(
        one.name == "station_without_field" and one.value == "Đài C" for one in broken.evidence
    )


def test_what_is_caused_where_one_of_the_two_is_not_known(check, area, station) -> None:
    other = station(id="b", name="Đài B")
    bare = {"covered_km2": 0.0, "interfered_km2": 0.0, "wanted": other}
    for dumb in (other, station()):
        _, found = check(area(), [area(**bare, unknown=(dumb,))])
        assert found.outcome is Outcome.NOT_ASSESSABLE
        assert found.reason.endswith("caused_unknown")
        assert found.counterpart == "b"
        assert found.values["left_out"] == dumb.name


def test_no_place_to_measure(check, area) -> None:
    (found,) = check(area(interfered_km2=50.0, longitude=None, latitude=None))
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.measure is None
    assert found.missing


def test_facts_from_totals(station, check) -> None:
    """Three cells of 4 km2: one lost to B in commune Y, newly; two served in X."""
    totals = area_totals(
        [70.0, 70.0, 60.0],
        54.0,
        [50.0, 50.0, 65.0],
        4.0,
        usable_without_dbuvm=[50.0, 50.0, 55.0],
        commune_index=[0, 0, 1],
        communes=2,
        dominant_index=[0, 0, 1],
        stations=2,
        population_per_km2=[10.0, 10.0, 100.0],
    )
    facts = service_area.area_facts(
        station(),
        totals,
        [("x", "Xã X"), ("y", "Xã Y")],
        [("a", "Đài A"), ("b", "Đài B")],
        cell_km=2.0,
        worst=(106.5, 10.7),
        source="ITU-R P.1812-8",
    )
    assert (facts.covered_km2, facts.interfered_km2, facts.newly_interfered_km2) == (12, 4, 4)
    assert (facts.covered_population, facts.newly_interfered_population) == (480, 400)
    assert facts.communes == (AreaShare(id="y", name="Xã Y", area_km2=4.0, population=400.0),)
    assert facts.interferers == (AreaShare(id="b", name="Đài B", area_km2=4.0, population=400.0),)
    (found,) = check(facts)
    assert found.values["lost_percent"] == 33.33
    assert found.values["population_percent"] == 83.33
    assert found.values["interferers"] == "Đài B"
    plain = area_totals([70.0, 60.0], 54.0, [50.0, 65.0], 4.0, commune_index=[0, 1], communes=2)
    bare = service_area.area_facts(station(), plain, [("x", "X"), ("y", "Y")], [], cell_km=2.0)
    assert bare.newly_interfered_km2 is None
    assert bare.communes == (AreaShare(id="y", name="Y", area_km2=4.0),)


def test_sentences_are_all_there_and_all_used() -> None:
    reasons = {"present_unknown", "present_none", "present_clean", "caused_unknown"}
    reasons |= {
        f"{way}_{what}_unknown" for way in ("present", "caused") for what in ("area", "stations")
    }
    for way in ("present", "caused"):
        for kept in ("kept", "exceeded"):
            reasons |= {f"{way}_{kept}", f"{way}_{kept}_people"}
    evidence = {
        *("covered_km2", "interfered_km2", "newly_interfered_km2", "unknown_km2"),
        *("covered_population", "lost_population", "commune_km2", "interferer_km2"),
        "margin_percent",
    }
    assert sentences("service_area") == {
        *(f"service_area.reason.{one}" for one in reasons),
        *(f"service_area.evidence.{one}" for one in evidence),
        *("service_area.missing.fields", "service_area.missing.area_fields"),
        "service_area.measure.worst",
    }
