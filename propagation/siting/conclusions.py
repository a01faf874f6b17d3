"""What the checks of a site share: the evidence of the proposal, and how a finding is made."""

from collections.abc import Mapping

from propagation.compliance.conclusions import conclude, unconcluded
from propagation.compliance.records import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Reservation,
    Rule,
    Value,
)
from propagation.siting.facts import SiteFacts

__all__ = ["found", "of_record", "of_site", "of_top"]


def of_site(site: SiteFacts, name: str, value: Value) -> Evidence:
    """Return what the request states as evidence."""
    return Evidence(EvidenceKind.RECORD, name, value, site.source)


def of_top(site: SiteFacts) -> Evidence:
    """Return the elevation of the top as evidence; on terrain it is a prediction."""
    value = round(site.top_elevation_m, 1)
    if site.ground_stated:
        return of_site(site, "top_elevation_m", value)
    return Evidence(
        EvidenceKind.PREDICTION,
        "top_elevation_m",
        value,
        site.terrain.identifier,
        Confidence.DERIVED,
        None,
        frozenset({Reservation.FLAT_TERRAIN}) if site.terrain.flat else frozenset(),
    )


def of_record(name: str, value: Value, source: str, confidence: Confidence) -> Evidence:
    """Return a fact of the register as evidence."""
    return Evidence(EvidenceKind.RECORD, name, value, source, confidence)


def found(  # noqa: PLR0917 (the parts of one finding)
    check: str,
    rule: Rule,
    key: str,
    outcome: Outcome,
    evidence: tuple[Evidence, ...],
    values: Mapping[str, Value],
    *,
    missing: tuple[str, ...] = (),
    counterpart: str | None = None,
) -> Finding:
    """Return a finding with the outcome that its evidence can carry.

    Parameters
    ----------
    check : str
        Last part of the name of the check.
    key : str
        Name of the sentence that explains it.
    missing : tuple of str
        Names of what is missing for a better outcome.
    """
    finding = unconcluded(
        f"siting.{check}",
        rule,
        f"planning.reason.{key}",
        evidence,
        values,
        counterpart=counterpart,
    )
    if outcome is Outcome.NOT_ASSESSABLE:
        return Finding(
            finding.check,
            rule,
            outcome,
            evidence,
            finding.reason,
            values,
            counterpart=counterpart,
            missing=tuple(f"planning.missing.{name}" for name in missing),
        )
    return conclude(
        finding, outcome=outcome, missing=tuple(f"planning.missing.{name}" for name in missing)
    )
