"""What aviation asks of a proposed structure: approval, studies, marking, data.

Being inside a surface or an area is no violation: it asks for an approval, which no record here
shows. So these checks say *needs verification*, with the margin below a surface or above it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from propagation.compliance.parameters import number
from propagation.compliance.records import Confidence, Finding, Outcome, Rule, Value
from propagation.siting.conclusions import found, of_record, of_site, of_top
from propagation.siting.facts import RunwayFacts, SiteFacts, ZoneFacts
from propagation.siting.parameters import (
    AREA_2A,
    DATA,
    HEIGHT,
    MARKING,
    MILITARY,
    SURFACE,
)
from propagation.siting.surfaces import Surface, data_surfaces, in_area_2a, surfaces
from propagation.siting.surroundings import EXTENT_UNKNOWN

__all__ = [
    "area_2a",
    "data_duty",
    "height",
    "marking",
    "military",
    "obstacle_surfaces",
    "surfaces_of",
]

_CLIMBING: Final = frozenset({"approach", "takeoff"})
Rules = Mapping[str, Rule]


def surfaces_of(runway: RunwayFacts, rules: Rules) -> tuple[Surface, ...]:
    """Return every surface in force that the site lies under, the lowest first."""
    own = {
        name.removeprefix(SURFACE): rule
        for name, rule in rules.items()
        if name.startswith(SURFACE)
    }
    return surfaces(runway, own)


def height(site: SiteFacts, rules: Rules) -> tuple[Finding, ...]:
    """Judge the height above ground alone."""
    rule = rules.get(HEIGHT)
    if rule is None:
        return ()
    limit = number(rule, "threshold_m")
    over = site.height_m >= limit
    values: dict[str, Value] = {
        "height_m": site.height_m,
        "limit_m": limit,
        "margin_m": round(limit - site.height_m, 1),
    }
    outcome = Outcome.NEEDS_VERIFICATION if over else Outcome.COMPLIES
    return (
        found(
            "height",
            rule,
            "height_over" if over else "height_below",
            outcome,
            (of_site(site, "height_m", site.height_m),),
            values,
            missing=("approval",),
        ),
    )


def obstacle_surfaces(
    site: SiteFacts,
    runways: Sequence[RunwayFacts],
    zones: Sequence[ZoneFacts],
    rules: Rules,
    *,
    withheld: bool = False,
    lacking: str | None = EXTENT_UNKNOWN,
) -> tuple[Finding, ...]:
    """Judge the surfaces of every runway, and the zones whose height was agreed.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    runways : sequence of RunwayFacts
        Every runway on record.
    zones : sequence of ZoneFacts
        Zones of the kind `agreed_height`.
    rules : mapping
        The rules in force.
    withheld : bool
        Whether runways of the military were left out, so that there may be more.
    lacking : str or None
        Why the runways on record may not be all whose surfaces reach the site, as
        `propagation.siting.surroundings.unseen` says of them; None where they are all.
    """
    rule = rules.get(f"{SURFACE}approach")
    if rule is None:
        return _unruled(rules)
    if lacking == EXTENT_UNKNOWN and not (runways or withheld):
        missing = ("runways",)
        reason = ("surfaces", rule, "surfaces_unknown", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), {}, missing=missing), *_agreed(site, zones, rule))
    under = [(runway, surfaces_of(runway, rules)) for runway in runways]
    findings = [_under(site, runway, hit) for runway, hit in under if hit]
    if not findings:
        findings = [_under_none(site, len(runways), rule, withheld=withheld, lacking=lacking)]
    return (*findings, *_agreed(site, zones, rule))


def _under_none(
    site: SiteFacts, count: int, rule: Rule, *, withheld: bool, lacking: str | None
) -> Finding:
    """Return what it says that a site lies under no surface of the runways on record.

    It is free of them only where these are said to be all that reach it.
    """
    key, outcome, missing = "surfaces_outside", Outcome.COMPLIES, "runway_extent"
    if withheld:
        key, outcome, missing = "surfaces_withheld", Outcome.NOT_ASSESSABLE, "military_runways"
    elif lacking is not None:
        unsaid = lacking == EXTENT_UNKNOWN
        outcome = Outcome.NEEDS_VERIFICATION if unsaid else Outcome.NOT_ASSESSABLE
        key = f"surfaces_{lacking}"
    evidence = (of_site(site, "height_m", site.height_m),)
    return found("surfaces", rule, key, outcome, evidence, {"count": count}, missing=(missing,))


def _unruled(rules: Rules) -> tuple[Finding, ...]:
    """Return that the surfaces of an earlier regime are not known."""
    rule = rules.get(HEIGHT)
    if rule is None:
        return ()
    unruled = found(
        "surfaces",
        rule,
        "surfaces_unruled",
        Outcome.NOT_ASSESSABLE,
        (),
        {},
        missing=("surface_rules",),
    )
    return (unruled,)


def _under(site: SiteFacts, runway: RunwayFacts, hit: tuple[Surface, ...]) -> Finding:
    """Return what the lowest surface of a runway asks."""
    lowest = hit[0]
    margin = lowest.elevation_m - site.top_elevation_m
    values: dict[str, Value] = {
        "runway": runway.name,
        "surface": lowest.name,
        "surfaces": len(hit),
        "surface_elevation_m": round(lowest.elevation_m, 1),
        "allowed_height_m": round(lowest.elevation_m - site.ground_elevation_m, 1),
        "penetration_m": round(max(-margin, 0.0), 1),
        "margin_m": round(margin, 1),
    }
    return found(
        "surfaces",
        lowest.rule,
        f"surfaces_{'penetrated' if margin < 0 else 'below'}",
        Outcome.NEEDS_VERIFICATION,
        (
            of_top(site),
            of_record("aerodrome", runway.name, runway.source, runway.confidence),
            of_record(
                "surface_elevation_m",
                round(lowest.elevation_m, 1),
                runway.source,
                runway.confidence,
            ),
        ),
        values,
        missing=("approval",),
        counterpart=runway.id,
    )


def _agreed(site: SiteFacts, zones: Sequence[ZoneFacts], rule: Rule) -> tuple[Finding, ...]:
    """Return what the zones ask whose height was agreed with the general staff.

    A structure inside is approved whatever its height: that it keeps to what was agreed is told.
    """
    findings = []
    for zone in zones:
        if not zone.inside:
            continue
        limit = zone.height_limit_m
        within = limit is not None and site.height_m <= limit
        values: dict[str, Value] = {
            "zone": zone.name,
            "height_m": site.height_m,
            "limit_m": "–" if limit is None else limit,
        }
        findings.append(
            found(
                "surfaces",
                rule,
                "agreed_within" if within else "agreed_over",
                Outcome.NEEDS_VERIFICATION,
                (
                    of_site(site, "height_m", site.height_m),
                    of_record("height_limit_m", limit, zone.source, zone.confidence),
                ),
                values,
                missing=("approval",),
                counterpart=zone.id,
            )
        )
    return tuple(findings)


def area_2a(site: SiteFacts, runways: Sequence[RunwayFacts], rules: Rules) -> tuple[Finding, ...]:
    """Judge area 2a of every runway that the site lies in."""
    rule = rules.get(AREA_2A)
    if rule is None:
        return ()
    limit = number(rule, "height_m")
    findings = []
    for runway in runways:
        if not in_area_2a(runway):
            continue
        above = site.top_elevation_m - runway.nearest_elevation_m
        over = above >= limit
        findings.append(
            found(
                "area_2a",
                rule,
                "area_2a_over" if over else "area_2a_below",
                Outcome.NEEDS_VERIFICATION if over else Outcome.COMPLIES,
                (
                    of_top(site),
                    of_record(
                        "strip_width_m",
                        runway.strip_width_m,
                        runway.source,
                        runway.strip_confidence,
                    ),
                ),
                {"runway": runway.name, "above_m": round(above, 1), "limit_m": limit},
                missing=("approval",),
                counterpart=runway.id,
            )
        )
    return tuple(findings)


def military(
    site: SiteFacts, runways: Sequence[RunwayFacts], rules: Rules, *, withheld: bool = False
) -> tuple[Finding, ...]:
    """Judge a transmitting mast under the approach and take-off surfaces of the military.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    runways : sequence of RunwayFacts
        Every runway on record.
    rules : mapping
        The rules in force.
    withheld : bool
        Whether runways of the military were left out.
    """
    rule = rules.get(MILITARY)
    if rule is None or not site.transmits:
        return ()
    if withheld:
        evidence = (of_site(site, "transmits", site.transmits),)
        reason = ("military", rule, "military_withheld", Outcome.NOT_ASSESSABLE)
        return (found(*reason, evidence, {}, missing=("military_runways",)),)
    least, shielded = number(rule, "least_m"), number(rule, "shielded_m")
    findings = []
    for runway in runways:
        hit = [one for one in surfaces_of(runway, rules) if one.name in _CLIMBING]
        if not runway.military or not hit:
            continue
        away = max(runway.outward_m(end) for end in (0, 1)) - runway.strip_beyond_m
        key = "military_near" if away < shielded else "military_far"
        if shielded <= away < least:
            key = "military_shielded"
        # nearer than what even a shield allows the ban is plain; beyond it can be permitted, and
        # under a surface whose place is derived nothing is plain
        derived = all(one.rule.confidence is Confidence.DERIVED for one in hit)
        plain = away < shielded and not derived
        outcome = Outcome.VIOLATES if plain else Outcome.NEEDS_VERIFICATION
        findings.append(
            found(
                "military",
                rule,
                key,
                outcome,
                (
                    of_site(site, "transmits", site.transmits),
                    of_record(
                        "strip_distance_m", round(away), runway.source, runway.strip_confidence
                    ),
                ),
                {
                    "runway": runway.name,
                    "distance_m": round(away),
                    "least_m": least,
                    "shielded_m": shielded,
                },
                missing=("military_permit", *(("surface_place",) if derived else ())),
                counterpart=runway.id,
            )
        )
    return tuple(findings)


def marking(site: SiteFacts, *, under: bool | None, rules: Rules) -> tuple[Finding, ...]:
    """Return which lights a structure of this height gets, where marking must be considered.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    under : bool or None
        Whether it lies under an obstacle surface; None where that is not known.
    rules : mapping
        The rules in force.
    """
    rule = rules.get(MARKING)
    if rule is None:
        return ()
    medium, high = number(rule, "medium_m"), number(rule, "high_m")
    values: dict[str, Value] = {"height_m": site.height_m, "limit_m": number(rule, "consider_m")}
    evidence = (of_site(site, "height_m", site.height_m),)
    low = site.height_m < number(rule, "consider_m")
    if low and under is None:
        reason = ("marking", rule, "marking_unknown", Outcome.NOT_ASSESSABLE)
        return (found(*reason, evidence, values, missing=("runways",)),)
    if low and not under:
        return (found("marking", rule, "marking_none", Outcome.COMPLIES, evidence, values),)
    lights = "low" if site.height_m < medium else "medium" if site.height_m < high else "high"
    return (
        found(
            "marking",
            rule,
            f"marking_{lights}",
            Outcome.NEEDS_VERIFICATION,
            evidence,
            values,
            missing=("approval",),
        ),
    )


def data_duty(
    site: SiteFacts,
    runways: Sequence[RunwayFacts],
    rules: Rules,
    *,
    withheld: bool = False,
    lacking: str | None = EXTENT_UNKNOWN,
) -> tuple[Finding, ...]:
    """Return whether the structure, once built, has to be told to those who chart obstacles.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    runways : sequence of RunwayFacts
        Every runway on record.
    rules : mapping
        The rules in force.
    withheld : bool
        Whether runways of the military were left out, so that there may be more.
    lacking : str or None
        As of `obstacle_surfaces`.
    """
    rule = rules.get(DATA)
    if rule is None:
        return ()
    least = {"area_2b": number(rule, "area_2b_m"), "area_2c": number(rule, "area_2c_m")}
    reached = [
        (runway, one)
        for runway in runways
        for one in data_surfaces(runway, rule)
        if site.top_elevation_m > one.elevation_m and site.height_m >= least[one.name]
    ]
    high = site.height_m >= number(rule, "high_m")
    values: dict[str, Value] = {"height_m": site.height_m, "high_m": number(rule, "high_m")}
    if reached and not high:
        runway, lowest = min(reached, key=lambda item: item[1].elevation_m)
        values |= {
            "runway": runway.name,
            "surface": lowest.name,
            "surface_elevation_m": round(lowest.elevation_m, 1),
        }
    if not (high or reached) and (withheld or lacking is not None):
        reason = ("data", rule, "data_unknown", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), values, missing=("runways",)),)
    key = "data_high" if high else "data_area" if reached else "data_none"
    asked = high or bool(reached)
    evidence = (of_site(site, "height_m", site.height_m), *((of_top(site),) if reached else ()))
    outcome = Outcome.NEEDS_VERIFICATION if asked else Outcome.COMPLIES
    return (found("data", rule, key, outcome, evidence, values, missing=("data_sent",)),)
