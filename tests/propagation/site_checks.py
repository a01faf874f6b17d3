"""Rules and words that the tests of the checks of sites share."""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date

from data import path
from data.text import Language, has, text
from gis.rules import load_rule_pack
from propagation.compliance.records import Confidence, Finding, Rule

ON = date(2026, 11, 23)


def shipped(rule_id: str, on: date = ON, **changes: object) -> Rule:
    """Return a rule as shipped, with other parameters, confidence or force where asked."""
    rule = load_rule_pack(on).rule(rule_id)
    parts = {
        name: changes.pop(name, getattr(rule, name))
        for name in ("confidence", "binding", "advisory", "valid_from", "valid_to")
    }
    return Rule(
        id=rule.id,
        title_vi=rule.title_vi,
        title_en=rule.title_en,
        instrument=rule.instrument,
        clause=rule.clause,
        source=rule.source,
        parameters={**rule.parameters, **changes},
        confidence=Confidence(str(parts["confidence"])),
        binding=bool(parts["binding"]),
        advisory=bool(parts["advisory"]),
        valid_from=parts["valid_from"],
        valid_to=parts["valid_to"],
    )


def said(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Say every sentence of the findings in both languages; return the findings."""
    found = tuple(findings)
    for finding in found:
        keys = [(finding.reason, finding.values)]
        keys += [(key, finding.values) for key in finding.missing]
        keys += [(label(finding.check, item.name), {}) for item in finding.evidence]
        if finding.measure is not None:
            assert {"longitude", "latitude", "height_m", "quantity"} <= set(finding.measure)
            keys.append((str(finding.measure["what"]), finding.measure))
        for key, values in keys:
            for language in Language:
                sentence = text(key, language, **values)
                assert sentence
                assert "None" not in sentence
    return found


def label(check: str, name: str) -> str:
    """Return the key of what a fact is called: the check's own word, else the common one."""
    own = f"{check}.evidence.{name}"
    return own if has(own) else f"compliance.evidence.{name}"


def by_reason(findings: Sequence[Finding]) -> dict[str, Finding]:
    """Return the findings by the last part of their reason."""
    return {finding.reason.rsplit(".")[-1]: finding for finding in findings}


def sentences(catalogue: str) -> set[str]:
    """Return the keys of one catalogue."""
    content = path(f"messages/{catalogue}.toml").read_text(encoding="utf-8")
    return {f"{catalogue}.{key}" for key in tomllib.loads(content)}
