"""What stands near that could be shared, and the least spacing of masts that a province sets."""

from collections.abc import Mapping, Sequence

from propagation.compliance.parameters import number, words
from propagation.compliance.records import Evidence, Finding, Outcome, Rule, Value
from propagation.siting.conclusions import found, of_record, of_site
from propagation.siting.facts import Known, MastKind, SiteFacts, SupportFacts
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
    site: SiteFacts,
    supports: Sequence[SupportFacts],
    needed_m: float,
    rules: Rules,
    *,
    known: Known = Known.ALL,
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
    known : Known
        How far what stands near is known: only where all is, nothing can be said to serve.
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
        key, outcome = "sharing_short" if near else "sharing_none", Outcome.COMPLIES
        if known is not Known.ALL:
            key, outcome = f"sharing_{known}", Outcome.NOT_ASSESSABLE
        needed = (of_site(site, "needed_height_m", needed_m),)
        missing = (f"supports_{known}",)
        return (found("sharing", rule, key, outcome, needed, values, missing=missing),)
    first = would[0]
    values |= {
        "support": first.name,
        "owner": first.owner,
        "distance_m": round(first.distance_m),
        "support_height_m": "–" if first.height_m is None else first.height_m,
    }
    evidence = (
        of_site(site, "needed_height_m", needed_m),
        _distance(first),
        of_record("support_height_m", first.height_m, first.source, first.confidence),
        of_record("shareable", first.shareable, first.source, first.confidence),
    )
    reason = ("sharing", rule, "sharing_first", Outcome.NEEDS_VERIFICATION)
    missing = ("owner_answer",)
    return (found(*reason, evidence, values, missing=missing, counterpart=first.id),)


def _serves(support: SupportFacts, needed_m: float) -> bool:
    """Return whether a support might carry the antennas: what is not known is asked."""
    return support.usable and (support.height_m is None or support.height_m >= needed_m)


def spacing(
    site: SiteFacts,
    supports: Sequence[SupportFacts],
    rules: Rules,
    *,
    known: Known = Known.ALL,
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
    known : Known
        How far what stands near is known: only where all is, the spacing can be kept.
    """
    of_all = [rule for name, rule in sorted(rules.items()) if name.startswith(SPACING)]
    own = [rule for rule in of_all if site.province_code in words(rule, "province_codes")]
    examples = [rule for rule in of_all if rule not in own and rule.advisory]
    judged = tuple(
        one for rule in (*own, *examples) for one in _by_rule(site, supports, rule, rules, known)
    )
    if own or SHARING not in rules:
        return judged
    reason = ("spacing", rules[SHARING], "spacing_unruled", Outcome.NOT_ASSESSABLE)
    values: dict[str, Value] = {"province": site.province_code}
    return (found(*reason, (), values, missing=("spacing_rule",)), *judged)


def _by_rule(
    site: SiteFacts, supports: Sequence[SupportFacts], rule: Rule, rules: Rules, known: Known
) -> tuple[Finding, ...]:
    if site.urban is None:
        reason = ("spacing", rule, "spacing_no_zone", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), {}, missing=("commune",)),)
    classes = rules.get(MAST_CLASS)
    named = None if classes is None else mast_class(site, classes)
    near = []
    for one in supports:
        least, most = _least_m(site, one, named, rule)
        if one.distance_m < least:
            near.append(_too_near(site, one, least, rule))
        elif one.distance_m < most:
            near.append(_undecided(site, one, (least, most), rule, named))
    if near:
        return tuple(near)
    key, outcome = "spacing_kept", Outcome.COMPLIES
    if known is not Known.ALL:
        key, outcome = f"spacing_{known}", Outcome.NOT_ASSESSABLE
    evidence, values = (of_site(site, "height_m", site.height_m),), {"count": len(supports)}
    missing = (f"supports_{known}",)
    return (found("spacing", rule, key, outcome, evidence, values, missing=missing),)


def _least_m(
    site: SiteFacts, support: SupportFacts, named: str | None, rule: Rule
) -> tuple[float, float]:
    """Return the largest spacing of the lines that speak of the pair, 0 where none does.

    Twice: of the lines that speak of it whatever is not known may be, and of those that may.
    """
    zone = "urban" if site.urban else "outside"
    same = support.same_operator
    operators = ("same", "other") if same is None else ("same" if same else "other",)
    rows = [row for row in spacing_rows(rule) if row["zone"] == zone]
    by_operator = []
    for operator in operators:
        own = [row for row in rows if row["operator"] == operator]
        sure = [float(row["distance_m"]) for row in own if _speaks(site, named, row)]
        open_m = [float(row["distance_m"]) for row in own if _speaks(site, named, row) is None]
        by_operator.append((max(sure, default=0.0), max([*sure, *open_m], default=0.0)))
    return min(least for least, _ in by_operator), max(most for _, most in by_operator)


def _speaks(site: SiteFacts, named: str | None, row: Mapping[str, str | float]) -> bool | None:
    """Return whether a line speaks of such a mast; None where that is not known."""
    classes = str(row["classes"]).split()
    if site.mast_height_m <= float(row["above_height_m"]):
        return False
    if classes and named is not None and named not in classes:
        return False
    unknown = site.kind is MastKind.ROOFTOP and site.building_height_m is None
    return None if unknown or (classes and named is None) else True


def _undecided(
    site: SiteFacts,
    support: SupportFacts,
    limits_m: tuple[float, float],
    rule: Rule,
    named: str | None,
) -> Finding:
    """Return that a mast stands between the limits that what is not known leaves open."""
    values: dict[str, Value] = {
        "support": support.name,
        "owner": support.owner,
        "distance_m": round(support.distance_m),
        "least_m": limits_m[0],
        "most_m": limits_m[1],
    }
    missing = ("applicant",) if support.same_operator is None else ()
    if named is None or (site.kind is MastKind.ROOFTOP and site.building_height_m is None):
        missing = (*missing, "class_facts")
    reason = ("spacing", rule, "spacing_undecided", Outcome.NOT_ASSESSABLE)
    evidence = (_distance(support),)
    return found(*reason, evidence, values, missing=missing, counterpart=support.id)


def _distance(support: SupportFacts) -> Evidence:
    away = round(support.distance_m)
    return of_record("support_distance_m", away, support.source, support.confidence)


def _too_near(site: SiteFacts, support: SupportFacts, least_m: float, rule: Rule) -> Finding:
    values: dict[str, Value] = {
        "support": support.name,
        "owner": support.owner,
        "distance_m": round(support.distance_m),
        "least_m": least_m,
        "margin_m": round(support.distance_m - least_m),
    }
    evidence = (of_site(site, "height_m", site.height_m), _distance(support))
    told = {True: "same", False: "other", None: "any"}[support.same_operator]
    # what was not built yet may never be
    outcome = Outcome.VIOLATES if support.standing else Outcome.NEEDS_VERIFICATION
    missing = ("owner_answer",) if support.standing else ("standing",)
    return found(
        "spacing",
        rule,
        f"spacing_{told}",
        outcome,
        evidence,
        values,
        missing=missing,
        counterpart=support.id,
    )
