"""Conditional equipment as pages and programs are told of it, in a language."""

from typing import Any

from api.clock_view import rule_json
from api.geojson import plain
from data.text import Language, text
from gis.devices import DeviceList
from propagation.compliance.device_rules import CONDITIONS, ISM
from propagation.compliance.devices import Condition, DeviceAnswer, Met, RowAnswer, Verdict
from propagation.compliance.parameters import numbers, words
from propagation.compliance.records import Rule

__all__ = ["answer_json", "row_json"]

_LICENCE = {
    Verdict.MET: "no",
    Verdict.MET_WITH_GAPS: "not_known",
    Verdict.FACTS_MISSING: "not_known",
    Verdict.GAP: "not_known",
    Verdict.NOT_EXEMPT: "yes",
    Verdict.FAILED: "yes",
    Verdict.NO_ROW: "not_known",
}
"""Whether a licence is needed, as far as the data goes."""


def answer_json(found: DeviceAnswer, listed: DeviceList, language: Language) -> dict[str, Any]:
    """Return an answer with its rows, their conditions and their labels."""
    device, conditions = found.device, listed.rules.get(CONDITIONS)
    licence = _LICENCE[found.verdict]
    return {
        "on": listed.on.isoformat(),
        "stated": plain(device),
        "eirp_mw": _rounded(device.eirp_mw),
        "converted": text("devices.converted", language),
        "verdict": found.verdict.value,
        "verdict_text": text(f"devices.verdict_{found.verdict.value}", language),
        "licence_needed": licence,
        "licence_text": text(f"devices.licence_{licence}", language),
        "parts": found.parts,
        "asked": [
            {"name": name, "label": text(f"devices.field_{name}", language)}
            for name in found.asked
        ],
        "rows": [_answered(one, language) for one in found.rows],
        "group_without_limits": None if found.gap is None else rule_json(found.gap, language),
        "general_conditions": []
        if conditions is None
        else list(words(conditions, f"conditions_{language}")),
        "general_conditions_rule": None if conditions is None else rule_json(conditions, language),
        "ism": _in_ism(found, listed),
        "guide": text("devices.guide", language),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _in_ism(found: DeviceAnswer, listed: DeviceList) -> bool:
    """Return whether the device touches a band of ISM equipment."""
    rule = listed.rules.get(ISM)
    if rule is None:
        return False
    bands = zip(
        numbers(rule, "frequency_min_mhz"), numbers(rule, "frequency_max_mhz"), strict=True
    )
    lowest, highest = found.device.frequency_min_mhz, found.device.frequency_max_mhz
    return any(low <= highest and lowest <= high for low, high in bands)


def _answered(one: RowAnswer, language: Language) -> dict[str, Any]:
    return {
        **row_json(one.rule, language),
        "verdict": one.verdict.value,
        "verdict_text": text(f"devices.row_verdict_{one.verdict.value}", language),
        "conditions": [_condition(each, one.rule, language) for each in one.conditions],
    }


def _condition(one: Condition, rule: Rule, language: Language) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": text(f"devices.condition_{one.name}", language),
        "met": one.met.value,
        "met_text": text(f"devices.met_{one.met.value}", language),
        "limit": one.limit,
        "limit_text": _limit(one, rule, language),
        "reference": one.reference or None,
        "asked": list(one.asked),
    }


def _limit(one: Condition, rule: Rule, language: Language) -> str:
    if one.name == "other":
        return "; ".join(words(rule, f"conditions_{language}"))
    if one.name == "frequency":
        return _band(rule, language)
    if one.limit is None:
        missing = one.met is Met.NOT_IN_DATA
        return text("devices.limit_absent", language) if missing else ""
    if one.name == "power":
        reference = text(f"devices.reference_{one.reference or 'unknown'}", language)
        return text("devices.limit_power", language, limit=one.limit, reference=reference)
    return text(f"devices.limit_{one.name}", language, limit=one.limit)


def _band(rule: Rule, language: Language) -> str:
    return text(
        "devices.band",
        language,
        low=rule.parameters["frequency_min_mhz"],
        high=rule.parameters["frequency_max_mhz"],
    )


def row_json(rule: Rule, language: Language) -> dict[str, Any]:
    """Return a row of the list with its label; what it does not state is None."""
    names = ("power_max_mw", "above_mw", "duty_percent_max", "bandwidth_max_khz", "indoor_only")
    reference = rule.parameters.get("power_reference")
    return {
        "rule": rule_json(rule, language),
        "valid_from": plain(rule.valid_from),
        "valid_to": plain(rule.valid_to),
        "standing": rule.parameters["standing"],
        "standing_text": text(f"devices.standing_{rule.parameters['standing']}", language),
        "band": _band(rule, language),
        "frequency_min_mhz": rule.parameters["frequency_min_mhz"],
        "frequency_max_mhz": rule.parameters["frequency_max_mhz"],
        "uses": list(words(rule, "uses")),
        **{name: rule.parameters.get(name) for name in names},
        "power_reference": reference,
        "reference_text": text(f"devices.reference_{reference or 'unknown'}", language),
        "complete": rule.parameters.get("complete") is True,
        "other": list(words(rule, f"conditions_{language}"))
        if "conditions_vi" in rule.parameters
        else [],
    }
