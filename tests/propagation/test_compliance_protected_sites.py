"""Monitoring stations, and blanketing near the mast."""

import math

import pytest

from propagation.compliance import protected_sites
from propagation.compliance.facts_protected_sites import MonitoringFacts
from propagation.compliance.records import EvidenceKind, Outcome
from tests.propagation.site_checks import by_reason, said, shipped


def monitor(**changes) -> MonitoringFacts:
    parts = {
        "id": "m", "name": "Trạm KS II", "longitude": 106.7, "latitude": 10.8,
        "distance_km": 40.0, "field_dbuvm": 70.0, "source": "P.1812-8",
    }  # fmt: skip
    return MonitoringFacts(**{**parts, **changes})


@pytest.fixture
def check(station, terrain):
    """Run the check of a station of 2 kW as shipped."""

    def run(*sites, population=None, imported=True, ground=None, **changes):
        findings = protected_sites.check(
            station(**changes), sites if imported else None, population, ground or terrain,
            rule=shipped("site.monitoring"), blanketing_rule=shipped("fm.blanketing"),
        )  # fmt: skip
        assert all(finding.rule.advisory for finding in findings)
        return by_reason(said(findings))

    return run


@pytest.mark.parametrize(("kw", "metres"), [(1.0, 394), (2.0, 557), (20.0, 1762), (0.1, 124.7)])
def test_blanketing_distance(kw: float, metres: float) -> None:
    """47 CFR 73.318 (recalled): 0.394 sqrt(P) km for 115 dB(uV/m)."""
    found = protected_sites.blanketing_distance_km(
        shipped("fm.blanketing"), 30 + 10 * math.log10(kw)
    )
    assert 1e3 * found == pytest.approx(metres, rel=2e-3)


def test_blanketing_by_who_lives_there(check) -> None:
    unknown = check()["blanketing_unknown"]
    assert unknown.outcome is Outcome.NEEDS_VERIFICATION
    assert unknown.missing[0] == "protected_sites.missing.population"
    inhabited = check(population=350.4)["blanketing_inhabited"]
    assert (inhabited.outcome, inhabited.values["population"]) == (
        Outcome.NEEDS_VERIFICATION, 350,
    )  # fmt: skip
    assert check(population=0.0)["blanketing_empty"].outcome is Outcome.COMPLIES
    assert check(population=0.9)["blanketing_empty"].outcome is Outcome.COMPLIES
    assert "blanketing_inhabited" in check(population=1.0)
    assert check(erp_total_dbw=None)["blanketing_no_erp"].outcome is Outcome.NOT_ASSESSABLE


def test_monitoring_limit(check) -> None:
    kept = check(monitor(field_dbuvm=80.0))["monitoring_kept"]
    assert (kept.outcome, kept.margin_db) == (Outcome.COMPLIES, 0)
    over = check(monitor(field_dbuvm=80.2))["monitoring_exceeded"]
    assert over.outcome is Outcome.NEEDS_VERIFICATION
    assert over.counterpart == "m"
    assert over.measure["latitude"] == 10.8
    measured = monitor(field_dbuvm=95.0, kind=EvidenceKind.MEASUREMENT, uncertainty_db=2.0)
    assert check(measured)["monitoring_exceeded"].outcome is Outcome.NEEDS_VERIFICATION


def test_monitoring_near_far_and_unknown(check, flat) -> None:
    assert check(monitor(distance_km=50.1))["monitoring_far"].outcome is Outcome.COMPLIES
    assert check()["monitoring_far"].values["count"] == 0
    unknown = check(imported=False)["monitoring_unknown"]
    assert unknown.missing == ("protected_sites.missing.monitoring",)
    lost = check(monitor(field_dbuvm=math.nan))["monitoring_no_field"]
    assert lost.outcome is Outcome.NOT_ASSESSABLE
    on_flat = check(monitor(), ground=flat)["monitoring_kept"]
    assert on_flat.outcome is Outcome.NEEDS_VERIFICATION
