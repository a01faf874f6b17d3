"""What the rules of a day ask of a licence dossier, and what a dossier is checked for.

Nothing here decides: each check says what the rule is, with its label, and what the dossier says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from gis.cases.rule_book import CaseRules
from gis.dossier_words import BROADCAST
from gis.terms import DOSSIER, DOSSIER_TYPE, FEE, TARIFF_KNOWN
from propagation.compliance.parameters import number, words
from propagation.compliance.records import Rule

__all__ = [
    "Check",
    "application_of",
    "authority_of",
    "consent_of",
    "dossier_checks",
    "lacking_documents",
    "longest_years",
    "required_documents",
    "type_rule",
]

Facts = Mapping[str, object]

_STATION: Final = (
    "programme",
    "frequency_mhz",
    "longitude",
    "latitude",
    "height_above_ground_m",
    "erp_total_w",
)
_STATED: Final = (*_STATION, "polarization", "service")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes
    ----------
    name : str
        What.
    verdict : str
        `kept`, `broken`, `unknown` or `told`, where there is nothing to keep.
    values : mapping
        What the sentence about it says; `papers` are names of documents.
    rule : Rule or None
        What it rests on.
    """

    name: str
    verdict: str
    values: Mapping[str, object] = field(default_factory=dict)
    rule: Rule | None = None


def type_rule(facts: Facts, rules: CaseRules, day: date) -> Rule | None:
    """Return what the law of a day asks of a dossier's type."""
    return rules.rule(f"{DOSSIER_TYPE}.{facts.get('type')}", day)


def authority_of(facts: Facts, rules: CaseRules, day: date) -> str:
    """Return who decides on a day; `unknown` where no rule says it."""
    rule = type_rule(facts, rules, day)
    return "unknown" if rule is None else str(rule.parameters["authority"])


def consent_of(facts: Facts, rules: CaseRules, day: date) -> str:
    """Return whether the department's consent belongs to a dossier: none, required, unknown."""
    rule = type_rule(facts, rules, day)
    return "none" if rule is None else str(rule.parameters["consent"])


def _replaced(facts: Facts, rules: CaseRules, day: date) -> tuple[tuple[str, ...], Rule | None]:
    """Return the papers that are not asked for, since data take their place, and the rule."""
    rule, kind = rules.rule(f"{DOSSIER}papers_by_data", day), type_rule(facts, rules, day)
    code = "" if kind is None else kind.parameters.get("code", "")
    if rule is None or code not in words(rule, "codes"):
        return (), None
    return words(rule, "papers"), rule


def required_documents(facts: Facts, rules: CaseRules, day: date) -> tuple[str, ...]:
    """Return the papers that a dossier of its type and purpose needs by the rules of a day."""
    rule = type_rule(facts, rules, day)
    if rule is None:
        return ()
    own = f"documents_{facts.get('purpose')}"
    listed = words(rule, own if own in rule.parameters else "documents")
    replaced, _ = _replaced(facts, rules, day)
    return tuple(one for one in listed if one not in replaced)


def lacking_documents(facts: Facts, rules: CaseRules, day: date) -> tuple[str, ...]:
    """Return the papers that did not come, as `documents.<paper>`."""
    given = facts.get("documents")
    came = set(given) if isinstance(given, list) else set()
    needed = required_documents(facts, rules, day)
    return tuple(f"documents.{one}" for one in needed if one not in came)


def application_of(facts: Facts, name: str) -> dict[str, object] | None:
    """Return a dossier's station as a check takes it; None where it is none of broadcasting.

    Parameters
    ----------
    facts : mapping
        The facts of the dossier.
    name : str
        What the application is called.
    """
    if facts.get("type") not in BROADCAST:
        return None
    told = {one: facts[one] for one in _STATED if one in facts} | {"name": name}
    if facts.get("type") == "wireless_pa":
        told["service"] = "wireless_public_address"
    if "mode" in facts:
        told["mode"] = facts["mode"]
    if "station_id" in facts:
        told["replaces"] = facts["station_id"]
    elif any(one not in facts for one in _STATION):
        return None
    return told


def dossier_checks(facts: Facts, rules: CaseRules, day: date) -> list[Check]:
    """Return what a dossier is checked for by the rules of the day on which it was opened."""
    rule = type_rule(facts, rules, day)
    found = [
        Check("authority", "told", {"authority": authority_of(facts, rules, day)}, rule),
        _documents(facts, rules, day, rule),
    ]
    replaced, by_data = _replaced(facts, rules, day)
    if by_data is not None:
        found.append(Check("papers_by_data", "told", {"papers": replaced}, by_data))
    consent = consent_of(facts, rules, day)
    if consent != "none":
        verdict = "told" if consent == "required" else "unknown"
        found.append(Check("consent", verdict, {}, rules.rule(f"{DOSSIER}consent", day)))
    if facts.get("purpose") == "renew":
        found.append(_renewal(facts, rules.rule(f"{DOSSIER}renewal", day), day))
    found.append(_longest(facts, rules, day))
    return [*found, *_fees(facts, rules, day), _technical(facts, rules, day)]


def _documents(facts: Facts, rules: CaseRules, day: date, rule: Rule | None) -> Check:
    if rule is None:
        return Check("documents", "unknown")
    missing = lacking_documents(facts, rules, day)
    papers = tuple(one.partition(".")[2] for one in missing)
    return Check("documents", "broken" if missing else "kept", {"papers": papers}, rule)


def _renewal(facts: Facts, rule: Rule | None, day: date) -> Check:
    """Return whether a renewal was filed early enough, from the day on which it was opened."""
    kind, end = str(facts.get("licence_kind", "equipment")), facts.get("expires_on")
    if rule is None or not isinstance(end, str):
        return Check("renewal", "unknown", {}, rule)
    least, left = int(number(rule, kind)), (date.fromisoformat(end) - day).days
    return Check(
        "renewal", "kept" if left >= least else "broken", {"left": left, "least": least}, rule
    )


def longest_years(facts: Facts, rules: CaseRules, day: date) -> float | None:
    """Return for how many years a licence of its kind may be granted; None where no rule says."""
    rule = rules.rule(f"{DOSSIER}longest", day)
    return None if rule is None else number(rule, str(facts.get("licence_kind", "equipment")))


def _longest(facts: Facts, rules: CaseRules, day: date) -> Check:
    asked, rule = facts.get("asked_years"), rules.rule(f"{DOSSIER}longest", day)
    most = longest_years(facts, rules, day)
    if most is None or not isinstance(asked, int | float):
        return Check("longest", "unknown", {}, rule)
    return Check(
        "longest", "kept" if asked <= most else "broken", {"asked": asked, "most": most}, rule
    )


def _fees(facts: Facts, rules: CaseRules, day: date) -> list[Check]:
    """Return the lines of the tariff that hold for a dossier; none is known until one is added."""
    found = [
        Check("fee", "told", {"amount": number(rule, "amount_vnd")}, rule)
        for name, rule in sorted(rules.on(day).items())
        if name.startswith(FEE)
        and facts.get("type") in words(rule, "types")
        and facts.get("purpose") in words(rule, "purposes")
    ]
    return found or [Check("fee", "unknown", {}, rules.rule(TARIFF_KNOWN, day))]


def _technical(facts: Facts, rules: CaseRules, day: date) -> Check:
    rule = rules.rule(f"{DOSSIER}precheck", day)
    if facts.get("type") not in BROADCAST:
        return Check("technical", "unknown", {}, rule)
    ready = application_of(facts, "-") is not None
    return Check("technical_ready" if ready else "technical_lacks", "told", {}, rule)
