"""What stands near that could be shared, and the least spacing of masts that a province sets."""

from collections.abc import Mapping, Sequence

from propagation.compliance.parameters import number, words
from propagation.compliance.records import Finding, Outcome, Rule, Value
from propagation.siting.conclusions import found, of_record, of_site
from propagation.siting.facts import SiteFacts, SupportFacts
from propagation.siting.parameters import (
    MAST_CLASS,
    SHARING,
    SPACING,
    spacing_rows,
)
from propagation.siting.planning import mast_class

__all__ = ["sharing", "spacing"]

Rules = Mapping[str, Rule]


def sharing(
    site: SiteFacts, supports: Sequence[SupportFacts], needed_m: float, rules: Rules
) -> tuple[Finding, ...]:
    """Judge whether an owner has to be asked first.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    supports : sequence of SupportFacts
        What stands near, the nearest first.
    needed_m : float
        Height at which the antennas are wanted.
    rules : mapping
        The rules in force.
    """
    rule = rules.get(SHARING)
    if rule is None:
        return ()
    radius = number(rule, "radius_m")
    near = [one for one in supports if one.distance_m <= radius]
    would = [one for one in near if _serves(one, needed_m)]
    values: dict[str, Value] = {
        "radius_m": radius,
        "needed_m": needed_m,
        "count": len(near),
        "serving": len(would),
    }
    if not would:
        key = "sharing_short" if near else "sharing_none"
        needed = (of_site(site, "needed_height_m", needed_m),)
        return (found("sharing", rule, key, Outcome.COMPLIES, needed, values),)
    first = would[0]
    values |= {
        "support": first.name,
        "owner": first.owner,
        "distance_m": round(first.distance_m),
        "support_height_m": "–" if first.height_m is None else first.height_m,
    }
    evidence = (
        of_site(site, "needed_height_m", needed_m),
        of_record("support_distance_m", round(first.distance_m), first.source, first.confidence),
        of_record("support_height_m", first.height_m, first.source, first.confidence),
        of_record("shareable", first.shareable, first.source, first.confidence),
    )
    reason = ("sharing", rule, "sharing_first", Outcome.NEEDS_VERIFICATION)
    missing = ("owner_answer",)
    return (found(*reason, evidence, values, missing=missing, counterpart=first.id),)


def _serves(support: SupportFacts, needed_m: float) -> bool:
    """Return whether a support might carry the antennas: what is not known is asked."""
    high = support.height_m is None or support.height_m >= needed_m
    return high and support.shareable is not False


def spacing(
    site: SiteFacts, supports: Sequence[SupportFacts], rules: Rules
) -> tuple[Finding, ...]:
    """Judge the least spacing by every province's rule: its own, and others as examples.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    supports : sequence of SupportFacts
        What stands near, the nearest first.
    rules : mapping
        The rules in force; those of spacing bear the name of their province.
    """
    of_all = [rule for name, rule in sorted(rules.items()) if name.startswith(SPACING)]
    own = [rule for rule in of_all if site.province_code in words(rule, "province_codes")]
    examples = [rule for rule in of_all if rule not in own and rule.advisory]
    judged = tuple(
        one for rule in (*own, *examples) for one in _by_rule(site, supports, rule, rules)
    )
    if own or SHARING not in rules:
        return judged
    reason = ("spacing", rules[SHARING], "spacing_unruled", Outcome.NOT_ASSESSABLE)
    values: dict[str, Value] = {"province": site.province_code}
    return (found(*reason, (), values, missing=("spacing_rule",)), *judged)


def _by_rule(
    site: SiteFacts, supports: Sequence[SupportFacts], rule: Rule, rules: Rules
) -> tuple[Finding, ...]:
    if site.urban is None:
        reason = ("spacing", rule, "spacing_no_zone", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), {}, missing=("commune",)),)
    classes = rules.get(MAST_CLASS)
    named = None if classes is None else mast_class(site, classes)
    near = []
    for one in supports:
        least = _least_m(site, one, named, rule)
        if one.distance_m < least:
            near.append(_too_near(site, one, least, rule))
    if near:
        return tuple(near)
    reason = ("spacing", rule, "spacing_kept", Outcome.COMPLIES)
    evidence = (of_site(site, "height_m", site.height_m),)
    return (found(*reason, evidence, {"count": len(supports)}),)


def _least_m(site: SiteFacts, support: SupportFacts, named: str | None, rule: Rule) -> float:
    """Return the largest spacing of the lines that speak of the pair, 0 where none does."""
    zone = "urban" if site.urban else "outside"
    operator = "same" if support.same_operator else "other"
    found_m = 0.0
    for row in spacing_rows(rule):
        speaks = (
            row["zone"] == zone
            and row["operator"] == operator
            and (not row["classes"] or named in str(row["classes"]).split())
            and site.mast_height_m > float(row["above_height_m"])
        )
        found_m = max(found_m, float(row["distance_m"])) if speaks else found_m
    return found_m


def _too_near(site: SiteFacts, support: SupportFacts, least_m: float, rule: Rule) -> Finding:
    values: dict[str, Value] = {
        "support": support.name,
        "owner": support.owner,
        "distance_m": round(support.distance_m),
        "least_m": least_m,
        "margin_m": round(support.distance_m - least_m),
    }
    evidence = (
        of_site(site, "height_m", site.height_m),
        of_record(
            "support_distance_m",
            round(support.distance_m),
            support.source,
            support.confidence,
        ),
    )
    return found(
        "spacing",
        rule,
        "spacing_same" if support.same_operator else "spacing_other",
        Outcome.VIOLATES,
        evidence,
        values,
        missing=("owner_answer",),
        counterpart=support.id,
    )
