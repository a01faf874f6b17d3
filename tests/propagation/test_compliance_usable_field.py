"""Nuisance and usable fields of a station, received and caused, by four methods."""

import math
from dataclasses import replace

import pytest

from propagation.compliance import usable_field
from propagation.compliance.agreement import Agreement, Vote, agreement_of, spread_db
from propagation.compliance.facts_interference import NuisancePoint, ReceptionFacts
from propagation.compliance.objections import solved
from propagation.compliance.records import Outcome, Reservation, summarise
from propagation.compliance.usable_points import drawn, settings, usable_at_points
from propagation.errors import PropagationError
from propagation.interference.acceptance import Acceptance
from propagation.interference.bs412 import Area
from propagation.interference.usable import Method, dominant_contributors
from tests.propagation.site_checks import said, sentences, shipped

NOBODY = -math.inf
SIMPLIFIED = Method.SIMPLIFIED_MULTIPLICATION


def point(wanted: float, *nuisance: float, name: str = "P1", **changes) -> NuisancePoint:
    return NuisancePoint(
        name=name,
        longitude=106.45,
        latitude=10.6,
        wanted_dbuvm=wanted,
        nuisance_dbuvm=nuisance,
        source="ITU-R P.1812-8",
        **changes,
    )


@pytest.fixture
def others(station):
    """Make other stations."""
    return lambda *names: tuple(
        station(id=f"id-{name}", name=f"Đài {name}", frequency_mhz=97.0) for name in names
    )


@pytest.fixture
def check(station, terrain):
    """Run the check with the rules as shipped."""

    def run(
        received=(), names=(), caused=(), ground=terrain, *, subject=None, facts=None, **changes
    ):
        own = facts or ReceptionFacts(wanted=station(), others=names, points=tuple(received))
        findings = said(
            usable_field.check(
                subject or station(),
                own,
                caused,
                ground,
                rule=shipped("fm.usable_field", **changes),
                summation_rule=shipped("fm.summation"),
                minimum_field_rule=shipped("fm.minimum_field"),
            )
        )
        return findings

    return run


def test_ten_equal_nuisance_fields_by_hand(check, others) -> None:
    """50 dB(uV/m) each: 60.00 by power sum, 67.59 by simplified multiplication; wanted 65."""
    names = others(*"abcdefghij")
    (found,) = check([point(80, *[50.0] * 10, name="near"), point(65, *[50.0] * 10)], names)
    assert found.values["point"] == "P1"
    assert found.values["power_sum_dbuvm"] == 60.0
    assert found.values["usable_dbuvm"] == 67.6
    assert found.margin_db == pytest.approx(65 - 67.5925, abs=1e-3)
    assert found.values["lacking_db"] == 2.6
    # by power sum there are 5 dB to spare; t-LNM and the draws say 65.9
    assert found.values["agreement"] == Agreement.MODEL_SENSITIVE
    assert found.values["t_lnm_dbuvm"] == 65.9
    assert found.values["monte_carlo_dbuvm"] == pytest.approx(65.9, abs=0.3)
    assert found.values["spread_db"] == 7.6
    assert found.reason.endswith("received_broken_model_sensitive")
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert Reservation.PREDICTED in found.reservations
    assert found.measure is not None
    assert found.measure["wanted_frequency_mhz"] == 96.9
    nuisances = [one for one in found.evidence if one.name == "nuisance_field_strength_dbuvm"]
    assert len(nuisances) == 5  # at most five of the ten are named
    assert nuisances[0].source.startswith("Đài a, 97 MHz; ITU-R P.1812-8")


def test_two_equal_nuisance_fields_by_hand(check, others) -> None:
    """50 dB(uV/m) each: 53.01 and 56.40; wanted 57 reaches both."""
    (found,) = check([point(57, 50.0, 50.0)], others("a", "b"))
    assert found.values["power_sum_dbuvm"] == 53.0
    assert found.values["usable_dbuvm"] == 56.4
    assert found.values["below_reference"] is False
    assert found.margin_db == pytest.approx(57 - 56.3966, abs=1e-3)
    assert found.reason.endswith("received_kept_robust")
    assert found.outcome is Outcome.COMPLIES
    assert found.values["contributors"] == "Đài a, Đài b"


def test_a_station_whose_field_is_not_known_is_named(check, others, station) -> None:
    """Kept or undisturbed without it: not assessable; broken without it: broken."""
    dumb = station(id="d", name="Đài D")

    def received(*points):
        own = ReceptionFacts(wanted=station(), others=others("a"), points=points, unknown=(dumb,))
        return check(facts=own)[0]

    for kept in (point(60, NOBODY), point(60, 50.0)):
        found = received(kept)
        assert found.outcome is Outcome.NOT_ASSESSABLE
        assert found.reason == "usable_field.reason.received_stations_unknown"
        assert found.missing == ("compliance.missing.station_fields",)
        assert found.values["left_out"] == "Đài D"
        assert found.margin_db is None
    broken = received(point(60, 70.0))
    assert broken.outcome is Outcome.NEEDS_VERIFICATION
    assert broken.reason.endswith("received_broken_robust")
    assert broken.missing[0] == "compliance.missing.station_fields"
    assert broken.values["left_out"] == "Đài D"


def test_a_point_without_a_field_could_be_the_worst(check, others) -> None:
    """Too weak a point does not count, whatever disturbs there."""
    nan = math.nan
    for unknown in (point(nan, 50.0, name="P2"), point(60, nan, name="P2")):
        (kept,) = check([point(60, 50.0), unknown], others("a"))
        assert kept.outcome is Outcome.NOT_ASSESSABLE
        assert kept.reason == "usable_field.reason.received_points_unknown"
        assert (kept.values["points"], kept.values["points_unknown"]) == (1, 1)
        (broken,) = check([point(60, 70.0), unknown], others("a"))
        assert broken.outcome is Outcome.NEEDS_VERIFICATION
        assert broken.values["points_unknown"] == 1
    (weak,) = check([point(60, 50.0), point(53.9, nan, name="P2")], others("a"))
    assert weak.outcome is Outcome.COMPLIES


def test_what_is_caused_where_a_field_is_not_known(check, station, others) -> None:
    victim = station(id="w", name="Đài W", frequency_mhz=97.0)
    point_of = {"wanted": victim, "others": (station(), *others("a"))}
    for dumb in (victim, station()):
        unable = ReceptionFacts(wanted=victim, others=(), points=(), unknown=(dumb,))
        _, found = check(caused=[unable])
        assert found.outcome is Outcome.NOT_ASSESSABLE
        assert found.reason.endswith("caused_unknown")
        assert found.counterpart == "w"
        assert found.values["left_out"] == dumb.name
    # accepted at one point, and nothing is known of another
    for nuisance in ((40.0, 50.0), (-500.0, 60.0)):
        points = (point(70, *nuisance), point(70, math.nan, 50.0, name="P2"))
        _, found = check(caused=[ReceptionFacts(**point_of, points=points)])
        assert found.outcome is Outcome.NOT_ASSESSABLE
        assert found.reason == "usable_field.reason.caused_points_unknown"
        assert found.counterpart == "w"
    # a third station whose field is not known may raise it above the reference field
    third = ReceptionFacts(**point_of, points=(point(70, 40.0, 50.0),), unknown=others("c"))
    _, found = check(caused=[third])
    assert found.reason == "usable_field.reason.caused_stations_unknown"
    assert found.values["left_out"] == "Đài c"
    # a change after which nobody can say is none that solves it
    assert not solved([found], ("usable_field", "caused", "w"))


def test_robust_where_every_method_breaks_it(check, others) -> None:
    (found,) = check([point(55, 70.0)], others("a"))
    assert found.reason.endswith("received_broken_robust")
    assert found.values["spread_db"] < 0.5  # one field: only the draws differ, by chance
    assert found.values["below_reference"] is False


def test_kept_by_the_treaty_s_method_but_not_by_chance_alone(check, others) -> None:
    """One field at 55.0, wanted 55.05: the draws' own error must not make it sensitive."""
    (found,) = check([point(55.05, 55.0)], others("a"))
    assert found.reason.endswith("received_kept_robust")


def test_kept_but_one_method_objects() -> None:
    assert agreement_of([Vote(1.0), Vote(-0.1)]) is Agreement.MODEL_SENSITIVE
    assert agreement_of([Vote(1.0), Vote(-0.1, 0.2)]) is Agreement.ROBUST
    assert agreement_of([Vote(1.0), Vote(math.nan)]) is Agreement.ROBUST
    assert agreement_of([Vote(-1.0), Vote(-2.0)]) is Agreement.ROBUST
    assert agreement_of([]) is Agreement.ROBUST
    assert agreement_of([Vote(0.0), Vote(-1.0)]) is Agreement.MODEL_SENSITIVE
    assert spread_db([1.0, 4.0, -math.inf, math.nan]) == 3.0
    assert spread_db([NOBODY]) == 0.0


def test_nobody_disturbs(check, others) -> None:
    (found,) = check([point(60, NOBODY)], others("a"))
    assert found.reason.endswith("received_nobody")
    assert found.outcome is Outcome.COMPLIES


def test_only_points_where_it_is_protected_count(check, others, boundary) -> None:
    names = others("a")
    outside = boundary(inside=False)
    bad = [
        point(53.9, 90.0),  # below the minimum of 54 dB(uV/m)
        point(60, 90.0, boundary=outside),
        point(60, math.nan),
        point(math.nan, 90.0),
        point(60, 90.0, area=Area.URBAN),  # there 66 dB(uV/m) are needed
    ]
    (none,) = check(bad, names)
    assert none.outcome is Outcome.NOT_ASSESSABLE
    assert none.reason.endswith("received_no_point")
    assert none.values["points"] == 5
    inside = boundary(inside=True)
    (found,) = check([*bad, point(60, 40.0, name="good", boundary=inside)], names)
    assert found.values["point"] == "good"
    assert found.values["points"] == 1
    assert any(one.name == "distance_to_boundary_m" for one in found.evidence)


def test_on_flat_terrain_nothing_complies(check, others, flat) -> None:
    (found,) = check([point(80, 40.0)], others("a"), ground=flat)
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert Reservation.FLAT_TERRAIN in found.reservations


@pytest.fixture
def against(check, station, others):
    """Judge the station at the points of another one, beside a third."""

    def run(*points, ground=None, **changes):
        (third,) = others("third")
        victim = station(id="victim", name="Đài bị nhiễu", frequency_mhz=97.0)
        facts = ReceptionFacts(wanted=victim, others=(station(), third), points=points)
        more = {} if ground is None else {"ground": ground}
        _, *found = check([point(80, NOBODY)], (third,), [facts], **more, **changes)
        return found

    return run


def test_below_the_reference_field(against) -> None:
    """46 beside 46 dB(uV/m): 52.4, below 54; alone, 54 itself."""
    (found,) = against(point(60, 46.0, 46.0))
    assert found.values["state"] == Acceptance.BELOW_REFERENCE_FIELD
    assert found.values["usable_dbuvm"] == 52.4
    assert found.margin_db == pytest.approx(54 - 52.3966, abs=1e-3)
    assert found.outcome is Outcome.COMPLIES
    assert found.counterpart == "victim"
    assert found.reason.endswith("caused_below_reference_field_robust")
    (alone,) = against(point(60, 54.0, NOBODY))
    assert alone.values["state"] == Acceptance.BELOW_REFERENCE_FIELD
    assert alone.margin_db == 0.0


def test_a_rise_that_is_accepted(against) -> None:
    """35 dB(uV/m) beside 60, by hand."""
    # at 60.3: z = 0.0256 and 2.155, L = 0.51019 * 0.98442 = 0.50224; the slope of ln L there is
    # (0.3988 / 0.51019 + 0.0391 / 0.98442) / 11.738 = 0.0700 a dB: 60.3 - ln(1.00448) / 0.0700
    (found,) = against(point(60, 35.0, 60.0))
    assert found.values["state"] == Acceptance.RISE_ACCEPTED
    assert found.values["usable_dbuvm"] == 60.2
    assert found.values["rise_db"] == pytest.approx(0.236, abs=0.005)
    assert found.margin_db == pytest.approx(0.5 - 0.236, abs=0.003)
    assert found.outcome is Outcome.COMPLIES
    assert found.reason.endswith("caused_rise_accepted_robust")


def test_agreement_has_to_be_sought(against) -> None:
    """60 beside 60 dB(uV/m): +6.40 dB by simplified multiplication."""
    (found,) = against(point(60, 60.0, 60.0), point(60, 30.0, 60.0, name="P2"))
    assert found.values["state"] == Acceptance.AGREEMENT_REQUIRED
    assert found.values["point"] == "P1"
    assert found.values["rise_db"] == 6.4
    assert found.values["without_dbuvm"] == 60.0
    assert found.margin_db == pytest.approx(0.5 - 6.3966, abs=1e-3)
    assert found.reason.endswith("caused_agreement_required_robust")
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.rule.advisory
    assert summarise((found,)) != Outcome.NEEDS_VERIFICATION
    (alone,) = against(point(60, 60.0, NOBODY))
    assert alone.reason.endswith("caused_agreement_required_alone_robust")
    assert alone.margin_db == pytest.approx(-6.0)


def test_the_methods_part_over_a_rise(against) -> None:
    """52 beside 52: 58.4 by simplified multiplication, 55.0 by power sum; limits at 56."""
    (found,) = against(point(60, 52.0, 52.0), reference_field_dbuvm=56.0)
    assert found.values["state"] == Acceptance.AGREEMENT_REQUIRED
    assert found.reason.endswith("caused_agreement_required_model_sensitive")
    (lone,) = against(point(60, 49.0, 49.0), reference_field_dbuvm=55.5)
    assert lone.reason.endswith("caused_below_reference_field_robust")


def test_a_station_that_adds_nothing_is_not_spoken_of(against, check, station, others) -> None:
    assert against(point(60, NOBODY, 60.0)) == []
    victim = station(id="victim")
    stranger = ReceptionFacts(wanted=victim, others=others("a"), points=(point(60, 70.0),))
    assert len(check([point(80, 40.0)], others("a"), [stranger])) == 1


def test_the_other_one_has_no_point(against) -> None:
    (found,) = against(point(50, 70.0, NOBODY))
    assert found.outcome is Outcome.NOT_ASSESSABLE
    assert found.reason.endswith("caused_no_point")
    assert found.counterpart == "victim"


def test_worst_first(check, station, others) -> None:
    (third,) = others("third")
    facts = [
        ReceptionFacts(
            wanted=station(id=f"victim-{rise}", name="Đài"),
            others=(third, station()),
            points=(point(60, 60.0, nuisance),),
        )
        for rise, nuisance in (("small", 45.0), ("large", 62.0), ("none", NOBODY))
    ]
    hidden = replace(facts[0], points=(point(10, 60.0, 60.0),))
    _, *found = check([point(80, NOBODY)], (third,), [hidden, *facts])
    assert [one.counterpart for one in found] == ["victim-large", "victim-small", "victim-small"]
    assert found[-1].outcome is Outcome.NOT_ASSESSABLE


def test_every_point_by_every_method(station, others) -> None:
    facts = ReceptionFacts(
        wanted=station(),
        others=others("a", "b", "c"),
        points=(point(60, 50.0, 50.0, NOBODY), point(60, NOBODY, NOBODY, NOBODY)),
    )
    numbers = settings(shipped("fm.usable_field"), shipped("fm.summation"))
    locations = drawn(numbers, 3)
    first, second = usable_at_points(facts, numbers, locations)
    assert set(first.usable_dbuvm) == set(Method)
    assert first.usable_dbuvm[Method.POWER_SUM] == pytest.approx(53.0103, abs=1e-4)
    assert first.usable_dbuvm[SIMPLIFIED] == pytest.approx(56.3966, abs=1e-4)
    sampled = first.usable_dbuvm[Method.MONTE_CARLO]
    assert abs(sampled - first.usable_dbuvm[Method.LOG_NORMAL]) < 3 * first.standard_error_db
    assert [one.id for one in first.contributors] == ["id-a", "id-b"]
    assert set(second.usable_dbuvm.values()) == {NOBODY}
    assert second.contributors == ()
    assert second.standard_error_db == 0.0
    assert usable_at_points(replace(facts, points=()), numbers, locations) == ()


def test_locations_drawn_once_change_nothing(station, others, terrain) -> None:
    own = ReceptionFacts(wanted=station(), others=others("a"), points=(point(60, 55.0),))
    rules = {
        "rule": shipped("fm.usable_field"),
        "summation_rule": shipped("fm.summation"),
        "minimum_field_rule": shipped("fm.minimum_field"),
    }
    numbers = settings(rules["rule"], rules["summation_rule"])
    alone = usable_field.check(station(), own, [], terrain, **rules)
    assert alone == usable_field.check(
        station(), own, [], terrain, **rules, locations=drawn(numbers, 50)
    )


def test_who_dominates() -> None:
    assert dominant_contributors([50.0, 60.0, 30.0]) == (1,)  # 60 is 90.8 % of the power
    assert dominant_contributors([50.0, 59.0, 30.0]) == (1, 0)
    assert dominant_contributors([50.0, 50.0, NOBODY, math.nan]) == (0, 1)
    assert dominant_contributors([50.0] * 9) == (0, 1, 2, 3, 4)
    assert dominant_contributors([NOBODY]) == ()
    assert dominant_contributors([]) == ()


def test_facts_that_do_not_fit_are_refused(station, others) -> None:
    with pytest.raises(PropagationError, match=r"station-1, P1: 2 nuisance fields for 1 stations"):
        ReceptionFacts(wanted=station(), others=others("a"), points=(point(60, 1.0, 2.0),))
    with pytest.raises(PropagationError, match="at most 36 test points, not 37"):
        ReceptionFacts(wanted=station(), others=(), points=(point(60),) * 37)


def test_sentences_are_all_there_and_all_used() -> None:
    agreements = [one.value for one in Agreement]
    reasons = {"received_no_point", "received_nobody", "caused_no_point", "caused_unknown"}
    for what in ("points", "stations"):
        reasons |= {f"{way}_{what}_unknown" for way in ("received", "caused")}
    for agreement in agreements:
        reasons |= {f"received_{one}_{agreement}" for one in ("kept", "broken")}
        reasons |= {
            f"caused_{state}_{agreement}"
            for state in (
                Acceptance.BELOW_REFERENCE_FIELD,
                Acceptance.RISE_ACCEPTED,
                Acceptance.AGREEMENT_REQUIRED,
                f"{Acceptance.AGREEMENT_REQUIRED}_alone",
            )
        }
    evidence = {f"usable_field_{method}_dbuvm" for method in Method}
    evidence |= {
        "usable_field_without_dbuvm",
        "standard_error_db",
        "nuisance_field_strength_dbuvm",
        "location_standard_deviation_db",
    }
    assert sentences("usable_field") == {
        *(f"usable_field.reason.{one}" for one in reasons),
        *(f"usable_field.evidence.{one}" for one in evidence),
        "usable_field.measure.nuisance",
    }
