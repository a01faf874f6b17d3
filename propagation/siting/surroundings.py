"""What lies around a site: a railway, the border, water and protected areas."""

from collections.abc import Mapping, Sequence
from typing import Final

from propagation.compliance.facts import BoundaryFacts
from propagation.compliance.parameters import number, words
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
from propagation.siting.conclusions import found, of_record, of_site
from propagation.siting.facts import SiteFacts, ZoneFacts
from propagation.siting.parameters import BORDER_BELT, LAYERS, RAILWAY

__all__ = [
    "BELT_ZONE",
    "EXTENT",
    "EXTENT_UNKNOWN",
    "RAILWAY_ZONE",
    "border_belt",
    "incomplete",
    "layers",
    "railway",
    "unseen",
]

EXTENT: Final = "_extent"
"""Ending of the kind of a zone that says how far the layer before it was drawn."""

EXTENT_UNKNOWN: Final = "extent_unknown"
"""How far a layer is complete is not on record."""

RAILWAY_ZONE: Final = "railway"
BELT_ZONE: Final = "border_belt"
_STRICTER: Final = (
    Outcome.VIOLATES,
    Outcome.NEEDS_VERIFICATION,
    Outcome.NOT_ASSESSABLE,
    Outcome.COMPLIES,
)
Rules = Mapping[str, Rule]


def railway(
    site: SiteFacts, stated_m: float | None, zones: Sequence[ZoneFacts], rules: Rules
) -> tuple[Finding, ...]:
    """Judge the distance from the nearest railway, the smaller of the stated and the layer's.

    Where only one of the two keeps what is needed, they contradict each other: both are told. A
    layer alone says that no railway is near only as far as it was drawn.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    stated_m : float or None
        Distance from the mast's foot to the edge of the railway that the request states.
    zones : sequence of ZoneFacts
        Zones of the kind `railway`, and how far they were drawn.
    rules : mapping
        The rules in force.
    """
    rule = rules.get(RAILWAY)
    if rule is None:
        return ()
    least = max(number(rule, "factor") * site.height_m, number(rule, "least_m"))
    drawn = [zone for zone in zones if zone.kind == RAILWAY_ZONE]
    nearest = min(drawn, key=lambda zone: zone.distance_m, default=None)
    known: list[tuple[float, Evidence]] = []
    if stated_m is not None:
        known.append((stated_m, of_site(site, "railway_distance_m", stated_m)))
    if nearest is not None:
        away = 0.0 if nearest.inside else nearest.distance_m
        told = ("railway_distance_m", round(away, 1), nearest.source, nearest.confidence)
        known.append((away, of_record(*told)))
    if not known:
        reason = ("railway", rule, "railway_unknown", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), {"least_m": round(least, 1)}, missing=("railway",)),)
    lacking = None if stated_m is not None else unseen(RAILWAY_ZONE, zones, least)
    return (_by_distances(site, known, least, rule, lacking),)


def unseen(kind: str, zones: Sequence[ZoneFacts], around_m: float = 0.0) -> str | None:
    """Return why a layer does not say that nothing of it lies around a site; None where it does.

    Parameters
    ----------
    kind : str
        The layer.
    zones : sequence of ZoneFacts
        Its extents among others.
    around_m : float
        How far around the site nothing may lie.
    """
    extents = [zone for zone in zones if zone.kind == f"{kind}{EXTENT}"]
    if not extents:
        return EXTENT_UNKNOWN
    seen = any(zone.inside and zone.distance_m >= around_m for zone in extents)
    return None if seen else "beyond"


def incomplete(finding: Finding) -> bool:
    """Return whether a finding says only that what is on record may not be all."""
    return finding.reason.endswith(f"_{EXTENT_UNKNOWN}")


def _by_distances(
    site: SiteFacts,
    known: Sequence[tuple[float, Evidence]],
    least_m: float,
    rule: Rule,
    lacking: str | None,
) -> Finding:
    """Judge the distances from a railway that are known, one or two."""
    nearest, farthest = min(away for away, _ in known), max(away for away, _ in known)
    values: dict[str, Value] = {
        "distance_m": round(nearest, 1),
        "least_m": round(least_m, 1),
        "margin_m": round(nearest - least_m, 1),
    }
    key, outcome = "railway_near", Outcome.VIOLATES
    if nearest >= least_m:
        key, outcome = "railway_kept", Outcome.COMPLIES
        if lacking is not None:
            key, outcome = f"railway_{lacking}", Outcome.NEEDS_VERIFICATION
    elif farthest >= least_m:
        key, outcome = "railway_disagree", Outcome.NEEDS_VERIFICATION
        values["other_m"] = round(farthest, 1)
    evidence = (of_site(site, "height_m", site.height_m), *(one for _, one in known))
    return found("railway", rule, key, outcome, evidence, values, missing=("railway",))


def border_belt(
    border: BoundaryFacts | None,
    zones: Sequence[ZoneFacts],
    rules: Rules,
) -> tuple[Finding, ...]:
    """Judge the distance from the national border and a layer of its belt, by the stricter.

    A layer may hold a part of the belt only, so that being outside it frees no site that the
    distance does not free.

    Parameters
    ----------
    border : BoundaryFacts or None
        The nearest point of the border; None where none is known.
    zones : sequence of ZoneFacts
        Zones of the kind `border_belt`.
    rules : mapping
        The rules in force.
    """
    rule = rules.get(BORDER_BELT)
    if rule is None:
        return ()
    by_distance = _by_border(rule, border)
    by_layer = _by_layer(rule, zones) if zones else by_distance
    return (min((by_layer, by_distance), key=lambda one: _STRICTER.index(one.outcome)),)


def _by_border(rule: Rule, border: BoundaryFacts | None) -> Finding:
    if border is None:
        reason = ("border_belt", rule, "border_unknown", Outcome.NOT_ASSESSABLE)
        return found(*reason, (), {}, missing=("border",))
    belt = number(rule, "belt_m")
    away, doubt = border.distance_to_boundary_m, border.position_uncertainty_m
    values: dict[str, Value] = {
        "distance_m": round(away),
        "belt_m": belt,
        "uncertainty_m": round(doubt),
    }
    outcome, key = Outcome.COMPLIES, "border_far"
    if away - doubt < belt:
        outcome = Outcome.NEEDS_VERIFICATION
        key = "border_inside" if away < belt else "border_doubtful"
    held = frozenset() if border.official else frozenset({Reservation.APPROXIMATE_BOUNDARY})
    evidence = Evidence(
        EvidenceKind.RECORD,
        "border_distance_m",
        round(away),
        border.unit_name,
        Confidence.VERIFIED if border.official else Confidence.DERIVED,
        doubt,
        held,
    )
    reason = ("border_belt", rule, key, outcome)
    return found(*reason, (evidence,), values, missing=("border_guard",))


def _by_layer(rule: Rule, zones: Sequence[ZoneFacts]) -> Finding:
    nearest = min(zones, key=lambda zone: (not zone.inside, zone.distance_m))
    values: dict[str, Value] = {
        "zone": nearest.name,
        "distance_m": round(nearest.distance_m),
    }
    return found(
        "border_belt",
        rule,
        "border_zone" if nearest.inside else "border_outside_zone",
        Outcome.NEEDS_VERIFICATION if nearest.inside else Outcome.COMPLIES,
        (of_record("zone", nearest.name, nearest.source, nearest.confidence),),
        values,
        missing=("border_guard",),
        counterpart=nearest.id,
    )


def layers(site: SiteFacts, zones: Sequence[ZoneFacts], rules: Rules) -> tuple[Finding, ...]:
    """Judge water and protected areas, a finding for each layer.

    Outside of what a layer was drawn for it says nothing; where that is not on record, to lie in
    none of its zones needs verification.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    zones : sequence of ZoneFacts
        Zones of every kind, extents of layers among them.
    rules : mapping
        The rules in force.
    """
    rule = rules.get(LAYERS)
    if rule is None:
        return ()
    findings = []
    for kind in words(rule, "kinds"):
        known = [zone for zone in zones if zone.kind == kind]
        inside = [zone for zone in known if zone.inside]
        values: dict[str, Value] = {"zone_kind": kind, "count": len(known)}
        check = "layers"
        if not inside:
            findings.append(_outside(site, rule, kind, zones, values))
        for zone in inside:
            findings.append(
                found(
                    check,
                    rule,
                    "layer_inside",
                    Outcome.NEEDS_VERIFICATION,
                    (of_record("zone", zone.name, zone.source, zone.confidence),),
                    {**values, "zone": zone.name},
                    missing=("consent",),
                    counterpart=zone.id,
                )
            )
    return tuple(findings)


def _outside(
    site: SiteFacts,
    rule: Rule,
    kind: str,
    zones: Sequence[ZoneFacts],
    values: Mapping[str, Value],
) -> Finding:
    """Return what a layer says of a site that lies in none of its zones."""
    lacking = unseen(kind, zones)
    if lacking == EXTENT_UNKNOWN and not values["count"]:
        reason = ("layers", rule, "layer_unknown", Outcome.NOT_ASSESSABLE)
        return found(*reason, (), values, missing=("layer",))
    at = of_site(site, "position", f"{site.longitude} {site.latitude}")
    if lacking is None:
        drawn = next(zone for zone in zones if zone.kind == f"{kind}{EXTENT}" and zone.inside)
        extent = of_record("layer_extent", drawn.name, drawn.source, drawn.confidence)
        return found("layers", rule, "layer_outside", Outcome.COMPLIES, (at, extent), values)
    unsaid = lacking == EXTENT_UNKNOWN
    outcome = Outcome.NEEDS_VERIFICATION if unsaid else Outcome.NOT_ASSESSABLE
    reason = ("layers", rule, f"layer_{lacking}", outcome)
    return found(*reason, (at,), values, missing=("layer_extent" if unsaid else "layer",))
