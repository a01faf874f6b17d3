"""What aeronautical radio facilities ask of a proposed structure: a study of its impact.

Being inside a building restricted area is no violation: it asks for a study, which no record here
shows.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from propagation.compliance.parameters import flag, number
from propagation.compliance.records import Finding, Outcome, Rule, Value
from propagation.siting.conclusions import found, of_record, of_site, of_top
from propagation.siting.facts import FARTHEST_THRESHOLD_M, FacilityFacts, SiteFacts
from propagation.siting.parameters import (
    RADIO_STATION,
    RESTRICTED,
    RESTRICTED_DIRECTIONAL,
    TALL,
)
from propagation.siting.restricted import (
    GROUND,
    Shape,
    directional_limit_m,
    omnidirectional_limit_m,
    shape_of,
)
from propagation.siting.surroundings import EXTENT_UNKNOWN, incomplete

__all__ = ["radio_station", "restricted_areas", "tall"]

_SHAPES: Final = (RESTRICTED, RESTRICTED_DIRECTIONAL)
Rules = Mapping[str, Rule]


def restricted_areas(
    site: SiteFacts,
    facilities: Sequence[FacilityFacts],
    rules: Rules,
    *,
    lacking: str | None = EXTENT_UNKNOWN,
) -> tuple[Finding, ...]:
    """Judge the building restricted areas of every facility that reaches the site.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    facilities : sequence of FacilityFacts
        Every facility on record.
    rules : mapping
        The rules in force.
    lacking : str or None
        Why these may not be all that reach the site, as `propagation.siting.surroundings.unseen`
        says of them; None where they are all.
    """
    rule = rules.get(RESTRICTED)
    if rule is None:
        return ()
    if not facilities and lacking == EXTENT_UNKNOWN:
        reason = ("restricted", rule, "restricted_unknown", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), {}, missing=("facilities",)),)
    findings = [one for facility in facilities for one in _restricted(site, facility, rules)]
    if any(one.outcome is not Outcome.COMPLIES for one in findings):
        return tuple(findings)
    key, outcome = "restricted_outside", Outcome.COMPLIES
    if lacking is None and findings:
        return tuple(findings)
    if lacking is not None:
        unsaid = lacking == EXTENT_UNKNOWN
        key = f"restricted_{lacking}"
        outcome = Outcome.NEEDS_VERIFICATION if unsaid else Outcome.NOT_ASSESSABLE
    evidence = (of_site(site, "height_m", site.height_m),)
    values: dict[str, Value] = {"count": len(facilities)}
    reason = ("restricted", rule, key, outcome)
    return (*findings, found(*reason, evidence, values, missing=("facility_extent",)))


def _restricted(site: SiteFacts, facility: FacilityFacts, rules: Rules) -> tuple[Finding, ...]:
    """Return what a facility asks; nothing where it does not reach the site."""
    for name in _SHAPES:
        rule = rules.get(name)
        shape = None if rule is None else shape_of(rule, facility.kind)
        if rule is None or shape is None:
            continue
        if name == RESTRICTED_DIRECTIONAL:
            if lacking := _lacking(facility, shape):
                if not _near(facility, shape):
                    return ()
                return (_unshaped(facility, rule, "restricted_undirected", lacking),)
            limit = directional_limit_m(shape, facility)
        else:
            limit = omnidirectional_limit_m(shape, facility.distance_m)
        return () if limit is None else (_reached(site, facility, rule, limit),)
    return (_unshaped(facility, rules[RESTRICTED], "restricted_no_shape", ("shape",)),)


def _lacking(facility: FacilityFacts, shape: Shape) -> tuple[str, ...]:
    lacking = () if facility.along_m is not None else ("direction",)
    if shape["to_threshold"] and facility.threshold_m is None:
        lacking = (*lacking, "threshold")
    return lacking


def _near(facility: FacilityFacts, shape: Shape) -> bool:
    """Return whether a facility whose record lacks something could reach the site at all.

    A threshold that is not on record may be as far as any.
    """
    ahead = 0.0
    if shape["to_threshold"]:
        known = facility.threshold_m
        ahead = FARTHEST_THRESHOLD_M if known is None else known
    return facility.distance_m <= max(shape["r_m"] + ahead, shape["side_m"])


def _unshaped(facility: FacilityFacts, rule: Rule, key: str, missing: tuple[str, ...]) -> Finding:
    """Return that where the area of a facility lies is not known."""
    values: dict[str, Value] = {
        "facility": facility.name,
        "distance_m": round(facility.distance_m),
    }
    reason = ("restricted", rule, key, Outcome.NOT_ASSESSABLE)
    return found(*reason, (), values, missing=missing, counterpart=facility.id)


def _reached(site: SiteFacts, facility: FacilityFacts, rule: Rule, limit: float) -> Finding:
    """Return what is asked where the area of a facility lies over the site."""
    values: dict[str, Value] = {
        "facility": facility.name,
        "distance_m": round(facility.distance_m),
    }
    evidence = (
        of_record(
            "facility_distance_m",
            round(facility.distance_m),
            facility.source,
            facility.confidence,
        ),
    )
    arguments = {"counterpart": facility.id}
    if limit == GROUND:
        return found(
            "restricted",
            rule,
            "restricted_ground",
            Outcome.NEEDS_VERIFICATION,
            evidence,
            values,
            missing=("impact_study",),
            **arguments,
        )
    if facility.elevation_m is None:
        return found(
            "restricted",
            rule,
            "restricted_no_elevation",
            Outcome.NOT_ASSESSABLE,
            evidence,
            values,
            missing=("facility_elevation",),
            **arguments,
        )
    over = facility.elevation_m + limit
    margin = over - site.top_elevation_m
    values |= {
        "limit_elevation_m": round(over, 1),
        "allowed_height_m": round(over - site.ground_elevation_m, 1),
        "penetration_m": round(max(-margin, 0.0), 1),
        "margin_m": round(margin, 1),
    }
    return found(
        "restricted",
        rule,
        "restricted_below" if margin >= 0 else "restricted_over",
        Outcome.COMPLIES if margin >= 0 else Outcome.NEEDS_VERIFICATION,
        (of_top(site), *evidence),
        values,
        missing=("impact_study",),
        **arguments,
    )


def tall(site: SiteFacts, rules: Rules) -> tuple[Finding, ...]:
    """Ask for the study of a tall structure, which lies inside no area but needs it all the same.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    rules : mapping
        The rules in force.

    References
    ----------
    .. [ND222] NĐ 222/2026/NĐ-CP, Phụ lục IV, Mục 1, 4.c.iii và 5.g.iii.
    """
    rule = rules.get(TALL)
    if rule is None or not flag(rule, "always") or site.height_m < number(rule, "tall_m"):
        return ()
    values: dict[str, Value] = {"height_m": site.height_m, "limit_m": number(rule, "tall_m")}
    evidence = (of_site(site, "height_m", site.height_m),)
    reason = ("restricted", rule, "restricted_tall", Outcome.NEEDS_VERIFICATION)
    return (found(*reason, evidence, values, missing=("impact_study",)),)


def radio_station(
    site: SiteFacts, restricted: Sequence[Finding], rules: Rules
) -> tuple[Finding, ...]:
    """Judge the clause of radio stations, in the reading that the rule chooses.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    restricted : sequence of Finding
        What `restricted_areas` found; nothing where no rule of such areas is known.
    rules : mapping
        The rules in force.
    """
    rule = rules.get(RADIO_STATION)
    if rule is None or not site.transmits:
        return ()
    strict = flag(rule, "strict")
    unsure = [one.outcome is Outcome.NOT_ASSESSABLE or incomplete(one) for one in restricted]
    unknown = not restricted or any(unsure)
    inside = any(
        one.outcome is Outcome.NEEDS_VERIFICATION and not incomplete(one) for one in restricted
    )
    evidence = (of_site(site, "transmits", site.transmits),)
    if strict or inside:
        key = "radio_strict" if strict else "radio_inside"
        outcome = Outcome.NEEDS_VERIFICATION
    elif unknown:
        key, outcome = "radio_unknown", Outcome.NOT_ASSESSABLE
    else:
        key, outcome = "radio_outside", Outcome.COMPLIES
    missing = ("facilities",) if outcome is Outcome.NOT_ASSESSABLE else ("authority_answer",)
    return (found("radio_station", rule, key, outcome, evidence, {}, missing=missing),)
