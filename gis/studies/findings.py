"""Findings as JSON and back, and the list that `phusong check --json` writes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from data.text import Language, has, text
from gis.home import Home
from gis.plans import named_plan
from gis.studies.changes import changes_to_export
from gis.studies.listing import list_studies, newest_readable
from gis.studies.record import Study
from gis.studies.snapshots import record_from_json, record_to_json
from gis.studies.summary import Summary
from propagation.compliance.agreement import ModelAgreement
from propagation.compliance.records import Confidence, Evidence, Finding, Outcome, Rule

__all__ = [
    "agreement_said",
    "basis",
    "current_first",
    "export",
    "finding_from_json",
    "finding_to_json",
    "force_of",
    "newest_of_plan",
    "reason_said",
    "said",
]

_EVIDENCE = ("kind", "name", "value", "source", "confidence", "uncertainty", "reservations")
_RULE = ("id", "instrument", "clause", "valid_from", "valid_to", "confidence", "source", "binding")
"""What every kept study says of a rule; `clause_en` came later."""


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON values, whole: the rule version, every number, every reason."""
    return record_to_json(finding)


def finding_from_json(written: Mapping[str, Any]) -> Finding:
    """Return the finding that `finding_to_json` wrote; it passes through the constructor again.

    What could be changed about it, which stands beside it in a study, is no part of it.

    Raises
    ------
    ForbiddenVerdictError
        If the law of findings forbids it.
    FormatError
        If its rule or its evidence cannot be read.
    """
    parts = {name: value for name, value in written.items() if name != "changes"}
    parts["rule"] = record_from_json(Rule, written["rule"])
    parts["evidence"] = tuple(
        record_from_json(Evidence, {**item, "reservations": frozenset(item["reservations"])})
        for item in written["evidence"]
    )
    parts["outcome"] = Outcome(written["outcome"])
    parts["missing"] = tuple(written["missing"])
    parts["reservations"] = frozenset(written["reservations"])
    if written.get("agreement") is not None:
        parts["agreement"] = record_from_json(ModelAgreement, written["agreement"])
    return Finding(**parts)


def force_of(rule: Mapping[str, Any]) -> str:
    """Return what a rule's word is worth: `binding`, `unverified`, `reference` or `advisory`.

    One that binds and is only remembered is `unverified`: nobody has held its text against it.
    """
    if rule.get("advisory", False):
        return "advisory"
    if not rule["binding"]:
        return "reference"
    return "unverified" if rule["confidence"] == Confidence.RECALLED else "binding"


def said(key: str, values: Mapping[str, object], language: Language | str) -> str:
    """Return a sentence of a finding; its key where the catalogue has none."""
    return text(key, language, **named_plan(values, language)) if has(key) else key


def agreement_said(written: Mapping[str, Any], language: Language | str) -> str:
    """Return what other models say of a finding's margin; empty where nobody asked them."""
    agreement = written.get("agreement")
    if agreement is None:
        return ""
    margins: dict[str, float] = {}
    for one in agreement["margins"]:  # of each model by the method that decides, the first
        margins.setdefault(one["model"], one["margin_db"])
    told = "; ".join(
        said(
            "compliance.agreement.margin",
            {"model": model, "margin_db": round(margin, 1)},
            language,
        )
        for model, margin in margins.items()
    )
    values = {"margins": told, "spread_db": round(agreement["spread_db"], 1)}
    return said(f"compliance.agreement.{agreement['verdict']}", values, language)


def reason_said(written: Mapping[str, Any], language: Language | str) -> str:
    """Return the sentence of a finding as a study holds it, with what other models say."""
    values = written["values"]
    told = [said(written["reason"], values, language)]
    if "unwanted_km" in values:
        told.append(said("compliance.reason.protection_mast", values, language))
    return " ".join(filter(None, [*told, agreement_said(written, language)]))


def basis(rule: Mapping[str, Any], language: Language | str) -> str:
    """Return the instrument and the clause of a rule, as a study or a finding holds it."""
    clause = _clause_en(rule) if Language(language) is Language.EN else rule["clause"]
    return f"{rule['instrument']}, {clause}"


def _clause_en(rule: Mapping[str, Any]) -> str:
    """Return the clause in English: the only one it has where a study is older than that."""
    return str(rule.get("clause_en") or rule["clause"])


def export(study: Study) -> list[dict[str, Any]]:
    """Return the findings of a compliance study, station by station, with the reasons spelt out.

    Parameters
    ----------
    study : Study
        A study of the kind `compliance`.
    """
    return [_station(item) for item in study.results["stations"]]


def _station(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "station_id": item["station_id"],
        "name": item["name"],
        "programme": item["programme"],
        "frequency_mhz": item["frequency_mhz"],
        "synthetic": item["synthetic"],
        "outcome": item["outcome"],
        "checks": [_check(row) for row in item.get("checks", ())],
        "findings": [_finding(finding) for finding in item["findings"]],
    }


def _check(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a check of the catalogue with its outcome, or with why it has none."""
    told = {
        f"{what}_{language}": None if key is None else said(key, {}, language)
        for what, key in (("title", f"compliance.check.{row['check']}"), ("why", row["why"]))
        for language in Language
    }
    return {"number": row["number"], "check": row["check"], "outcome": row["outcome"], **told}


def _finding(written: Mapping[str, Any]) -> dict[str, Any]:
    rule = written["rule"]
    return {
        "check": written["check"],
        "rule": {name: rule[name] for name in _RULE}
        | {"clause_en": _clause_en(rule), "advisory": rule.get("advisory", False)},
        "outcome": written["outcome"],
        "confidence": rule["confidence"],
        "evidence": [{name: item[name] for name in _EVIDENCE} for item in written["evidence"]],
        "margin_db": written["margin_db"],
        "counterpart": written["counterpart"],
        "missing": [_missing(key, written["values"]) for key in written["missing"]],
        "measure": _measure(written["measure"]),
        "changes": changes_to_export(written.get("changes", ())),
        "reservations": written["reservations"],
        "agreement": written.get("agreement"),
        "reason_vi": reason_said(written, Language.VI),
        "reason_en": reason_said(written, Language.EN),
    }


def _missing(key: str, values: Mapping[str, object]) -> dict[str, str]:
    return {"key": key, **{str(one): said(key, values, one) for one in Language}}


def _measure(written: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if written is None:
        return None
    key = str(written.get("what", ""))
    values = {name: value for name, value in written.items() if name != "what"}
    return {
        **written,
        "vi": said(key, values, Language.VI),
        "en": said(key, values, Language.EN),
    }


def newest_of_plan(home: Home, service: str, today: date) -> Study | None:
    """Return the newest check of all stations of a plan; one of a single station is no such.

    A check of an earlier day, or of one still to come, does not stand in the place of one of today
    or of the latest day before, however late it was asked for.

    Parameters
    ----------
    home : Home
        Where studies live.
    service : str
        Which plan.
    today : date
        Today.
    """
    kept = current_first(home, today)
    return newest_readable((one for one in kept if one.plan == service), home)


def current_first(home: Home, today: date) -> list[Summary]:
    """Return all checks: by the day judged, then by when they were asked for.

    Today's come first, then those of earlier days, the latest first, then those of days to come.
    """

    def order(one: Summary) -> tuple[bool, int]:
        on = date.fromisoformat(one.on)
        return on > today, abs((today - on).days)

    return sorted(list_studies(home, kind="compliance"), key=order)
