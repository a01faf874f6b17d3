"""Radiated power, pattern, heights and polarisation against the plan entry."""

import math
from dataclasses import replace

import pytest

from propagation.compliance import erp_and_height
from propagation.compliance.facts import HeightFacts
from propagation.compliance.records import Confidence, EvidenceKind, Outcome, Reservation
from propagation.errors import PropagationError
from propagation.profile import Polarization


@pytest.fixture
def check(rule, said, terrain):
    """Run the check; return the findings by their reason."""

    def run(station, plan, height=None, ground=terrain, **changes):
        ruled = rule("fm.plan.erp", **changes)
        findings = said(erp_and_height.check(station, plan, height, ground, rule=ruled))
        return {finding.reason.removeprefix("compliance.reason."): finding for finding in findings}

    return run


def heights(azimuth: int = 0, height_m: float = 60.0) -> HeightFacts:
    """Return effective heights computed from a terrain: one of 36, the others 10 m lower."""
    each = tuple(height_m - 10.0 * (k != azimuth) for k in range(36))
    return HeightFacts(
        effective_height_max_m=height_m, source="3 to 15 km", effective_height_m=each
    )


def test_all_kept(check, station, plan) -> None:
    found = check(station(), plan(polarization=Polarization.HORIZONTAL), heights())
    assert list(found) == [
        "erp_kept",
        "effective_height_kept",
        "antenna_height_kept",
        "effective_height_terrain_kept",
        "polarization_same",
    ]
    assert {finding.outcome for finding in found.values()} == {Outcome.COMPLIES}


def test_a_tolerance_is_kept_in_spite_of_binary_fractions(check, station, plan) -> None:
    """30.01 dBW are 0.010000000000002 dB over 30 dBW in binary: the tolerance of 0.01 is kept."""
    limits = plan(erp_max_dbw=30.0, attenuation_db=(0.0,) * 36)
    kept = check(station(erp_total_dbw=30.01), limits)
    assert kept["erp_kept"].outcome is kept["pattern_kept"].outcome is Outcome.COMPLIES
    over = check(station(erp_total_dbw=30.0101), limits)
    assert over["erp_exceeded"].outcome is over["pattern_exceeded"].outcome is Outcome.VIOLATES


def test_300_watts_over_the_entry(check, station, plan) -> None:
    # entry 2 kW = 33.0103 dBW; recorded 2.3 kW = 10 log10 2300 = 33.6173 dBW
    # excess 2300 - 2000 = 300 W; margin 10 log10 (2000 / 2300) = -0.60698 dB
    erp_dbw = 10 * math.log10(2300)
    limit_dbw = 10 * math.log10(2000)
    found = check(station(erp_total_dbw=erp_dbw), plan(erp_max_dbw=limit_dbw))["erp_exceeded"]
    assert found.outcome is Outcome.VIOLATES
    assert found.margin_db == pytest.approx(-0.60698, abs=1e-5)
    assert found.values["excess_w"] == pytest.approx(300)
    assert found.values["erp_kw"] == pytest.approx(2.3)
    assert found.values["erp_max_kw"] == pytest.approx(2.0)
    assert {item.kind for item in found.evidence} == {EvidenceKind.RECORD}
    assert [item.value for item in found.evidence] == [erp_dbw, limit_dbw]


@pytest.mark.parametrize("changed", ["station", "plan", "rule", "reference"])
def test_300_watts_over_on_weaker_ground(check, station, plan, changed: str) -> None:
    recalled = {"confidence": Confidence.RECALLED}
    found = check(
        station(erp_total_dbw=33.6173, **(recalled if changed == "station" else {})),
        plan(**(recalled if changed == "plan" else {})),
        **({"confidence": "recalled"} if changed == "rule" else {}),
        **({"binding": False} if changed == "reference" else {}),
    )["erp_exceeded"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.missing
    assert (
        found.reservations
        == {
            "station": {Reservation.RECALLED_RECORD},
            "plan": {Reservation.RECALLED_RECORD},
            "rule": {Reservation.RECALLED_RULE},
            "reference": {Reservation.NON_BINDING_RULE},
        }[changed]
    )


def test_an_entry_from_a_secondary_source_is_not_the_plan(check, station, plan) -> None:
    found = check(
        station(erp_total_dbw=33.6173, polarization=Polarization.VERTICAL),
        plan(confidence=Confidence.SECONDARY, polarization=Polarization.HORIZONTAL),
    )
    for reason in ("erp_exceeded", "polarization_other"):
        assert found[reason].outcome is Outcome.NEEDS_VERIFICATION
        assert found[reason].reservations == {Reservation.UNOFFICIAL_PLAN}
        assert found[reason].missing == ("compliance.missing.official_plan_table",)
    assert found["effective_height_kept"].outcome is Outcome.COMPLIES


@pytest.mark.parametrize("known", [Confidence.SECONDARY, Confidence.DERIVED])
def test_a_station_known_at_second_hand_is_not_convicted(check, station, plan, known) -> None:
    found = check(station(erp_total_dbw=36.0, confidence=known), plan())["erp_exceeded"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.reservations == {Reservation.UNCONFIRMED_RECORD}
    assert found.missing == ("compliance.missing.confirmed_record",)


def test_a_derived_entry_is_not_the_plan(check, station, plan) -> None:
    found = check(station(erp_total_dbw=36.0), plan(confidence=Confidence.DERIVED))
    assert found["erp_exceeded"].reservations == {Reservation.UNOFFICIAL_PLAN}


def test_a_rule_of_a_secondary_source_may_convict(check, station, plan) -> None:
    found = check(station(erp_total_dbw=36.0), plan(), confidence="secondary")["erp_exceeded"]
    assert found.outcome is Outcome.VIOLATES
    assert found.rule.confidence is Confidence.SECONDARY


def test_synthetic_records_are_records(check, station, plan) -> None:
    synthetic = {"confidence": Confidence.SYNTHETIC}
    found = check(station(erp_total_dbw=33.6173, **synthetic), plan(**synthetic))
    assert found["erp_exceeded"].outcome is Outcome.VIOLATES


@pytest.mark.parametrize(
    ("over_db", "outcome"),
    [(0.009, Outcome.COMPLIES), (0.011, Outcome.VIOLATES), (-5.0, Outcome.COMPLIES)],
)
def test_tolerance(check, station, plan, over_db: float, outcome: Outcome) -> None:
    found = check(station(erp_total_dbw=33.0103 + over_db), plan())
    assert next(iter(found.values())).outcome is outcome


def test_power_that_is_not_said_to_be_radiated(check, station, plan) -> None:
    found = check(station(), plan(erp_max_dbw=None, power_max_kw=10.0))
    finding = found["plan_states_power_only"]
    assert finding.outcome is Outcome.NOT_ASSESSABLE
    assert finding.missing == ("compliance.missing.plan_erp",)
    assert finding.values["power_max_kw"] == 10.0
    assert "plan_states_no_erp" in check(station(), plan(erp_max_dbw=None))


def test_not_assessable(check, station, plan) -> None:
    assert check(station(), None)["erp_no_entry"].outcome is Outcome.NOT_ASSESSABLE
    bare = station(erp_total_dbw=None, height_above_ground_m=None, effective_height_max_m=None)
    found = check(bare, plan(attenuation_db=(0.0,) * 36))
    assert list(found) == [
        "erp_unknown",
        "pattern_unknown",
        "effective_height_unknown",
        "antenna_height_unknown",
        "effective_height_terrain_unknown",
        "plan_states_no_polarization",
    ]
    assert {finding.outcome for finding in found.values()} == {Outcome.NOT_ASSESSABLE}


def test_pattern_by_azimuth(check, station, plan) -> None:
    # 10 dB less is allowed at 120 degrees (index 12); the station takes off 6 dB only there:
    # 33.0103 - 6 = 27.0103 dBW = 502.4 W against 23.0103 dBW = 200 W
    less = [0.0] * 36
    less[12] = 10.0
    entry = plan(attenuation_db=tuple(less))
    lost = [0.0] * 36
    lost[12] = 6.0
    found = check(station(attenuation_db=tuple(lost)), entry)["pattern_exceeded"]
    assert found.outcome is Outcome.VIOLATES
    assert found.values["azimuth_deg"] == 120
    assert found.margin_db == pytest.approx(-4.0)
    assert found.values["excess_w"] == pytest.approx(302.4, abs=0.1)
    lost[12] = 10.0
    kept = check(station(attenuation_db=tuple(lost)), entry)
    assert kept["pattern_kept"].outcome is Outcome.COMPLIES


def test_a_station_without_a_pattern_is_not_convicted_by_a_directional_entry(
    check, station, plan
) -> None:
    half = plan(attenuation_db=(0.0,) * 18 + (10.0,) * 18)
    found = check(station(), half)["pattern_not_recorded"]
    assert found.outcome is Outcome.NOT_ASSESSABLE
    assert found.missing == ("compliance.missing.pattern",)
    # 10 dB less all round keeps every azimuth, whatever the pattern is
    assert "pattern_kept" in check(station(erp_total_dbw=23.0), half)
    # an entry alike in every direction is kept as before
    assert "pattern_kept" in check(station(), plan(attenuation_db=(0.0,) * 36))


def test_a_pattern_computed_from_the_antenna_convicts_nobody(check, station, plan) -> None:
    half = plan(attenuation_db=(0.0,) * 18 + (10.0,) * 18)
    behind = (0.0,) * 18 + (9.0,) * 18
    model = station(attenuation_db=behind, pattern_source="antenna x, 0°")
    found = check(model, half)["pattern_exceeded"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.reservations == {Reservation.UNCONFIRMED_RECORD}
    assert found.evidence[0].source.endswith("antenna x, 0°")
    assert found.margin_db == pytest.approx(-1.0)
    kept = replace(model, attenuation_db=(0.0,) * 18 + (10.0,) * 18)
    assert check(kept, half)["pattern_kept"].outcome is Outcome.COMPLIES


def test_both_polarisations_count(check, station, plan) -> None:
    """40 and 40 dBW are 43.01 dBW together, whatever the total on record says."""
    mixed = {"erp_horizontal_dbw": 40.0, "erp_vertical_dbw": 40.0}
    for total in (40.0, None):
        found = check(station(erp_total_dbw=total, **mixed), plan(erp_max_dbw=40.0))
        exceeded = found["erp_exceeded"]
        assert exceeded.outcome is Outcome.VIOLATES
        assert exceeded.margin_db == pytest.approx(-3.0103, abs=1e-4)
        assert exceeded.evidence[0].name == "erp_all_dbw"
        assert {"erp_horizontal_dbw", "erp_vertical_dbw"} < {
            item.name for item in exceeded.evidence
        }
    pattern = check(
        station(erp_total_dbw=40.0, attenuation_db=(0.0,) * 36, **mixed),
        plan(erp_max_dbw=40.0, attenuation_db=(0.0,) * 36),
    )["pattern_exceeded"]
    assert pattern.margin_db == pytest.approx(-3.0103, abs=1e-4)
    alone = station(erp_total_dbw=40.0, erp_horizontal_dbw=40.0)
    assert "erp_kept" in check(alone, plan(erp_max_dbw=40.0))


def test_a_pattern_without_the_power_it_takes_off_is_said(check, station, plan) -> None:
    found = check(station(), plan(attenuation_db=(3.0,) * 36, erp_max_dbw=None))
    assert found["pattern_without_erp"].outcome is Outcome.NOT_ASSESSABLE
    assert found["pattern_without_erp"].missing == ("compliance.missing.plan_erp",)


def test_heights_above(check, station, plan) -> None:
    tall = station(height_above_ground_m=80.0, effective_height_max_m=None,
                   effective_height_m=(60.0,) * 35 + (90.0,))  # fmt: skip
    found = check(tall, plan())
    exceeded = found["effective_height_at_azimuth_exceeded"]
    assert exceeded.values["excess_m"] == 15.0
    assert exceeded.values["azimuth_deg"] == 350
    assert exceeded.outcome is Outcome.VIOLATES
    # the largest on record decides, whether it stands by azimuth or not
    higher = check(replace(tall, effective_height_max_m=99.0), plan())
    assert higher["effective_height_exceeded"].values["excess_m"] == 24.0
    low = replace(tall, effective_height_m=(60.0,) * 36)
    assert "effective_height_at_azimuth_kept" in check(low, plan())
    assert found["antenna_height_exceeded"].values["excess_m"] == 5.0
    within = check(station(height_above_ground_m=75.5), plan())
    assert "antenna_height_kept" in within


def test_entry_that_states_no_heights(check, station, plan) -> None:
    found = check(station(), plan(antenna_height_m=None, effective_height_max_m=None))
    assert list(found) == ["erp_kept", "plan_states_no_height", "plan_states_no_polarization"]
    for what in ("height", "polarization"):
        finding = found[f"plan_states_no_{what}"]
        assert finding.outcome is Outcome.NOT_ASSESSABLE
        assert finding.missing == (f"compliance.missing.plan_{what}",)


def test_effective_heights_over_the_terrain_ask_to_be_verified(check, station, plan, flat) -> None:
    """The entry allows 75 m: 85 m are within 10 m of it, 86 m at 120 degrees are not."""
    found = check(station(), plan(), heights(12, 86.0))["effective_height_terrain_exceeded"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.reservations == {Reservation.PREDICTED}
    assert "compliance.missing.height_survey" in found.missing
    assert (found.values["azimuth_deg"], found.values["excess_m"]) == (120, 11.0)
    kept = check(station(), plan(), heights(12, 85.0))["effective_height_terrain_kept"]
    assert kept.outcome is Outcome.COMPLIES
    one = (math.nan,) * 35 + (70.0,)
    void = HeightFacts(effective_height_max_m=70.0, source="s", effective_height_m=one)
    assert check(station(), plan(), void)["effective_height_terrain_kept"].values["azimuths"] == 1
    for ground, computed in ((flat, heights()), (None, None)):
        changes = {} if ground is None else {"ground": ground}
        unknown = check(station(), plan(), computed, **changes)
        assert "effective_height_terrain_unknown" in unknown


def test_polarization(check, station, plan) -> None:
    found = check(station(), plan(polarization=Polarization.VERTICAL))
    assert found["polarization_other"].outcome is Outcome.VIOLATES


def test_patterns_have_36_values(station, plan) -> None:
    with pytest.raises(PropagationError, match="attenuation_db needs 36"):
        station(attenuation_db=(0.0,) * 35)
    with pytest.raises(PropagationError, match="effective_height_m needs 36"):
        station(effective_height_m=(0.0,) * 37)
    with pytest.raises(PropagationError, match="attenuation_db needs 36"):
        plan(attenuation_db=(0.0,))
