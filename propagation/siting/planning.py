"""Whether an operator may build a mast of this class at a place: its licence, the plan's zones."""

from collections.abc import Mapping, Sequence
from datetime import date

from propagation.compliance.conclusions import of_rule
from propagation.compliance.parameters import number, words
from propagation.compliance.records import Evidence, Finding, Outcome, Rule, Value
from propagation.siting.conclusions import found, of_record, of_site
from propagation.siting.facts import LicenceFacts, MastKind, SiteFacts, ZoneFacts
from propagation.siting.parameters import LICENCE, MAST_CLASS, PLAN_ZONE

__all__ = ["licence", "mast_class", "plan_zone"]

Rules = Mapping[str, Rule]


def mast_class(site: SiteFacts, rule: Rule) -> str | None:
    """Return the class of a mast, A1a to A2c; None where what decides it is not stated.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    rule : Rule
        `siting.mast_class`.
    """
    if site.kind is MastKind.ROOFTOP:
        return _rooftop_class(site, rule)
    if site.kind is MastKind.CONCEALED and site.height_m <= number(rule, "a1b_height_m"):
        return "A1b"
    return "A2b" if site.kind is MastKind.SELF_SUPPORTING else "A2c"


def _rooftop_class(site: SiteFacts, rule: Rule) -> str | None:
    if site.building_height_m is None:
        return None
    share = number(rule, "a1a_share_percent") / 100 * site.building_height_m
    low = site.mast_height_m <= min(share, number(rule, "a1a_mast_m"))
    if low and site.reach_m is None:
        return None
    slender = site.reach_m is not None and site.reach_m <= number(rule, "a1a_reach_m")
    return "A1a" if low and slender else "A2a"


def licence(
    site: SiteFacts, handed_in: LicenceFacts | None, on: date, rules: Rules
) -> tuple[Finding, ...]:
    """Judge the licence that was handed in: kind, area, dates.

    What it states decides first; a licence that states no kind or not both of its days, and is
    wrong in nothing that it states, is not assessable.
    """
    rule = rules.get(LICENCE)
    if rule is None:
        return ()
    if handed_in is None:
        reason = ("licence", rule, "licence_unknown", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), {}, missing=("licence",)),)
    wrong = _wrong(site, handed_in, on, words(rule, "kinds"))
    values: dict[str, Value] = {
        "licence": handed_in.number,
        "on": on.isoformat(),
        "from": _said(handed_in.valid_from),
        "to": _said(handed_in.valid_to),
        "province": site.province_code,
    }
    evidence = tuple(
        of_site(site, name, value)
        for name, value in (
            ("licence_kind", handed_in.kind),
            ("licence_area", " ".join(handed_in.province_codes) or "–"),
            ("licence_from", _said(handed_in.valid_from)),
            ("licence_to", _said(handed_in.valid_to)),
        )
    )
    complete = bool(handed_in.kind) and None not in (handed_in.valid_from, handed_in.valid_to)
    if not (wrong or complete):
        reason = ("licence", rule, "licence_incomplete", Outcome.NOT_ASSESSABLE)
        return (found(*reason, evidence, values, missing=("licence",)),)
    outcome = Outcome.VIOLATES if wrong else Outcome.COMPLIES
    return (found("licence", rule, f"licence_{wrong or 'kept'}", outcome, evidence, values),)


def _wrong(
    site: SiteFacts, handed_in: LicenceFacts, on: date, kinds: tuple[str, ...]
) -> str | None:
    """Return what of a licence does not fit, the first thing of it."""
    if handed_in.kind and handed_in.kind not in kinds:
        return "kind"
    if handed_in.province_codes and site.province_code not in handed_in.province_codes:
        return "area"
    first, last = handed_in.valid_from or date.min, handed_in.valid_to or date.max
    return None if first <= on <= last else "dates"


def _said(day: date | None) -> str:
    return "–" if day is None else day.isoformat()


def plan_zone(site: SiteFacts, zones: Sequence[ZoneFacts], rules: Rules) -> tuple[Finding, ...]:
    """Judge the zone of the passive-infrastructure plan, and the class of mast that it allows.

    Parameters
    ----------
    site : SiteFacts
        The structure.
    zones : sequence of ZoneFacts
        Every zone of the kind `plan` that is on record.
    rules : mapping
        The rules in force.
    """
    rule, classes = rules.get(PLAN_ZONE), rules.get(MAST_CLASS)
    if rule is None or classes is None:
        return ()
    if not zones:
        reason = ("plan_zone", rule, "plan_unknown", Outcome.NOT_ASSESSABLE)
        return (found(*reason, (), {}, missing=("plan_zones",)),)
    own = [zone for zone in zones if zone.inside]
    if not own:
        nearest = min(zones, key=lambda zone: zone.distance_m)
        values: dict[str, Value] = {
            "zone": nearest.name,
            "distance_m": round(nearest.distance_m),
        }
        evidence = (_of_zone(nearest, "zone", nearest.name),)
        reason = ("plan_zone", rule, "plan_outside", Outcome.NEEDS_VERIFICATION)
        return (found(*reason, evidence, values, missing=("plan",), counterpart=nearest.id),)
    return tuple(_class_in(site, zone, rule, classes) for zone in own)


def _class_in(site: SiteFacts, zone: ZoneFacts, rule: Rule, classes: Rule) -> Finding:
    named = mast_class(site, classes)
    values: dict[str, Value] = {
        "zone": zone.name,
        "mast_class": named,
        "allowed": ", ".join(zone.mast_classes) or "–",
    }
    counterpart = zone.id
    if named is None:
        reason = ("plan_zone", rule, "plan_no_class", Outcome.NOT_ASSESSABLE)
        told = {name: value for name, value in values.items() if value is not None}
        return found(*reason, (), told, missing=("class_facts",), counterpart=counterpart)
    evidence = (
        _of_zone(zone, "mast_classes", values["allowed"]),
        of_rule(classes, "mast_class", named),
    )
    if not zone.mast_classes:
        reason = ("plan_zone", rule, "plan_any", Outcome.NOT_ASSESSABLE)
        missing = ("zone_classes",)
        return found(*reason, evidence, values, missing=missing, counterpart=counterpart)
    if named in zone.mast_classes:
        reason = ("plan_zone", rule, "plan_kept", Outcome.COMPLIES)
        return found(*reason, evidence, values, counterpart=counterpart)
    reason = ("plan_zone", rule, "plan_class", Outcome.VIOLATES)
    return found(*reason, evidence, values, missing=("plan",), counterpart=counterpart)


def _of_zone(zone: ZoneFacts, name: str, value: Value) -> Evidence:
    return of_record(name, value, zone.source, zone.confidence)
