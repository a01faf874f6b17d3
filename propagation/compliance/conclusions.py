"""From a comparison to a finding: the outcome that the evidence can carry."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from propagation.compliance.facts import BoundaryFacts, PlanFacts, StationFacts, TerrainFacts
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

__all__ = [
    "boundary_evidence",
    "conclude",
    "field_evidence",
    "measured_outcome",
    "not_assessable",
    "of_plan",
    "of_power",
    "of_rule",
    "of_station",
    "unconcluded",
    "where_to_measure",
]

_MISSING: Final = MappingProxyType(
    {
        Reservation.PREDICTED: "compliance.missing.measurement",
        Reservation.APPROXIMATE_BOUNDARY: "compliance.missing.official_boundary",
        Reservation.RECALLED_RULE: "compliance.missing.official_rule",
        Reservation.RECALLED_RECORD: "compliance.missing.confirmed_record",
        Reservation.UNCONFIRMED_RECORD: "compliance.missing.confirmed_record",
        Reservation.UNOFFICIAL_PLAN: "compliance.missing.official_plan_table",
        Reservation.FLAT_TERRAIN: "compliance.missing.terrain",
        Reservation.NO_UNCERTAINTY: "compliance.missing.uncertainty",
        Reservation.NON_BINDING_RULE: "compliance.missing.authority_view",
    }
)
"""What would lift each reservation."""


def conclude(
    finding: Finding,
    *,
    outcome: Outcome,
    measure: Mapping[str, Value] | None = None,
    missing: tuple[str, ...] = (),
) -> Finding:
    """Give a finding the outcome that it can carry, and say what is missing for a better one.

    Parameters
    ----------
    finding : Finding
        The finding with its evidence; its own outcome does not count.
    outcome : Outcome
        Outcome of the bare comparison. *Violates* becomes *needs verification* where anything
        keeps it from standing; so does *complies* on flat terrain.
    measure : mapping, optional
        What to measure and where, if it comes to that.
    missing : tuple of str
        What is missing besides, keys of sentences, if it comes to that.

    Returns
    -------
    Finding
        The finding concluded.
    """
    held = finding.reservations
    forbidden = (outcome is Outcome.VIOLATES and bool(held)) or (
        outcome is Outcome.COMPLIES and Reservation.FLAT_TERRAIN in held
    )
    if forbidden or outcome is Outcome.NEEDS_VERIFICATION:
        wanted = (*missing, *(_MISSING[item] for item in Reservation if item in held))
        return replace(
            finding,
            outcome=Outcome.NEEDS_VERIFICATION,
            missing=wanted or ("compliance.missing.confirmed_record",),
            measure=measure,
            held_back=outcome is Outcome.COMPLIES,
        )
    return replace(finding, outcome=outcome, missing=(), measure=None, held_back=False)


def unconcluded(
    check: str,
    rule: Rule,
    reason: str,
    evidence: tuple[Evidence, ...],
    values: Mapping[str, Value],
    *,
    margin_db: float | None = None,
    counterpart: str | None = None,
) -> Finding:
    """Build a finding with its evidence for `conclude` to give an outcome."""
    return Finding(
        check=check,
        rule=rule,
        outcome=Outcome.NOT_ASSESSABLE,
        evidence=evidence,
        reason=reason,
        values=values,
        margin_db=margin_db,
        counterpart=counterpart,
        missing=("compliance.missing.confirmed_record",),
    )


def measured_outcome(
    margin_db: float, kind: EvidenceKind, uncertainty_db: float | None
) -> Outcome:
    """Judge a margin: a measurement must keep or break the limit by more than it may be wrong.

    Parameters
    ----------
    margin_db : float
        Distance to the limit, positive when it is kept.
    kind : EvidenceKind
        What the margin rests on.
    uncertainty_db : float or None
        Expanded uncertainty of a measurement.
    """
    doubt = uncertainty_db or 0.0 if kind is EvidenceKind.MEASUREMENT else 0.0
    if margin_db - doubt >= 0:
        return Outcome.COMPLIES
    return Outcome.VIOLATES if margin_db + doubt < 0 else Outcome.NEEDS_VERIFICATION


def not_assessable(
    check: str,
    rule: Rule,
    reason: str,
    missing: Iterable[str],
    *,
    evidence: tuple[Evidence, ...] = (),
    values: Mapping[str, Value] | None = None,
    counterpart: str | None = None,
) -> Finding:
    """Build the finding of a check that could not be made; it says what is missing."""
    return Finding(
        check=check,
        rule=rule,
        outcome=Outcome.NOT_ASSESSABLE,
        evidence=evidence,
        reason=reason,
        values=values or {},
        counterpart=counterpart,
        missing=tuple(missing),
    )


def of_station(station: StationFacts, name: str, value: Value) -> Evidence:
    """Return a fact of a station's record as evidence."""
    return Evidence(EvidenceKind.RECORD, name, value, station.source, station.confidence)


def of_power(station: StationFacts) -> tuple[Evidence, ...]:
    """Return the radiated power of a station as evidence: the total, or the sum of its parts."""
    together = station.erp_all_dbw
    if together is None:
        return ()
    if together == station.erp_total_dbw:
        return (of_station(station, "erp_total_dbw", together),)
    parts = (
        ("erp_total_dbw", station.erp_total_dbw),
        ("erp_horizontal_dbw", station.erp_horizontal_dbw),
        ("erp_vertical_dbw", station.erp_vertical_dbw),
    )
    return (
        of_station(station, "erp_all_dbw", together),
        *(of_station(station, name, value) for name, value in parts if value is not None),
    )


def of_plan(plan: PlanFacts, name: str, value: Value) -> Evidence:
    """Return a fact of a plan entry as evidence.

    An entry read in a secondary source only, or derived, is not the plan: nobody violates it.
    """
    source = plan.source or f"{plan.instrument}, {plan.clause}"
    unofficial = plan.confidence in (Confidence.SECONDARY, Confidence.DERIVED)
    held = frozenset({Reservation.UNOFFICIAL_PLAN}) if unofficial else frozenset()
    return Evidence(EvidenceKind.RECORD, name, value, source, plan.confidence, None, held)


def of_rule(rule: Rule, name: str, value: Value) -> Evidence:
    """Return a limit that a second rule sets as evidence; a recalled rule travels with it."""
    held = set()
    if rule.confidence is Confidence.RECALLED:
        held.add(Reservation.RECALLED_RULE)
    if not rule.binding:
        held.add(Reservation.NON_BINDING_RULE)
    source = f"{rule.instrument}, {rule.clause}"
    return Evidence(EvidenceKind.RULE, name, value, source, rule.confidence, None, frozenset(held))


def field_evidence(
    kind: EvidenceKind,
    name: str,
    value: float,
    source: str,
    *,
    terrain: TerrainFacts,
    uncertainty: float | None = None,
) -> Evidence:
    """Return a field as evidence; a prediction on flat terrain carries that along."""
    on_flat = terrain.flat and kind is EvidenceKind.PREDICTION
    held = frozenset({Reservation.FLAT_TERRAIN}) if on_flat else frozenset()
    if kind is EvidenceKind.PREDICTION:
        source = f"{source}; {terrain.identifier}" if source else terrain.identifier
    return Evidence(kind, name, round(value, 2), source, Confidence.DERIVED, uncertainty, held)


def boundary_evidence(boundary: BoundaryFacts) -> tuple[Evidence, ...]:
    """Return the distance to an outline, with how far it may be wrong, and the outline's version.

    An outline that is not official, or a point nearer to it than it may be wrong, keeps a finding
    from saying *violates*.
    """
    held = () if boundary.official and boundary.certain else (Reservation.APPROXIMATE_BOUNDARY,)
    known = Confidence.VERIFIED if boundary.official else Confidence.DERIVED
    distance = Evidence(
        EvidenceKind.RECORD,
        "distance_to_boundary_m",
        round(boundary.distance_to_boundary_m),
        boundary.unit_name,
        known,
        boundary.position_uncertainty_m,
        frozenset(held),
    )
    start, end = boundary.valid_from or "..", boundary.valid_to or ".."
    version = Evidence(
        EvidenceKind.RECORD,
        "boundary_valid",
        f"{start}/{end}",
        boundary.unit_name,
        known,
        reservations=frozenset(held),
    )
    return distance, version


def where_to_measure(
    what: str, *, longitude: float, latitude: float, height_m: float, **values: Value
) -> Mapping[str, Value]:
    """Say what to measure and where.

    Parameters
    ----------
    what : str
        Key of the sentence; everything else fills its placeholders.
    longitude, latitude : float
        The point, WGS 84 degrees.
    height_m : float
        Height of the measuring antenna above ground.
    **values
        Quantity, frequency, point and whatever else the sentence names; `place` is the point as
        people read it.
    """
    return {
        "what": what,
        "longitude": round(longitude, 5),
        "latitude": round(latitude, 5),
        "place": (
            f"{abs(latitude):.5f}°{'N' if latitude >= 0 else 'S'} "
            f"{abs(longitude):.5f}°{'E' if longitude >= 0 else 'W'}"
        ),
        "height_m": height_m,
        **values,
    }
