"""Every sentence of the catalogue `compliance` that the checks use is there, and no other."""

import ast
import re
from pathlib import Path

import propagation.compliance as package
from data.text import catalogue_keys, has
from propagation.compliance import (
    boundary_protection,
    data_audit,
    erp_and_height,
    plan_identity,
    protection_ratios,
)
from propagation.compliance.records import (
    Confidence,
    EvidenceKind,
    Outcome,
    Reservation,
    Summary,
)

MODULES = sorted(Path(package.__path__[0]).glob("*.py"))
CHECKS = (boundary_protection, data_audit, erp_and_height, plan_identity, protection_ratios)


def pattern(node: ast.expr) -> str | None:
    """Return the expression that a string literal, or a string with holes, matches."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(part.value) if isinstance(part, ast.Constant) else r"[a-z_]+"
            for part in node.values
        ]
        return "".join(parts)
    return None


def literals() -> set[str]:
    nodes = (
        node
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr)
    )
    return {found for node in nodes if (found := pattern(node))}


def test_whole_keys_exist() -> None:
    keys = {
        re.sub(r"\\(.)", r"\1", one)
        for one in literals()
        if re.fullmatch(r"compliance(\\\.[a-z_]+)+", one) and not one.endswith("_")
    }
    assert len(keys) > 20
    assert {key for key in keys if not has(key)} == set()


def test_no_sentence_is_left_over() -> None:
    used = [re.compile(one) for one in literals() if one != r"[a-z_]+"]
    for key in catalogue_keys():
        name = key.removeprefix("compliance.")
        group, _, entry = name.partition(".")
        if name == key or group not in {"reason", "missing", "measure", "evidence"}:
            continue
        assert any(one.fullmatch(key) or one.fullmatch(entry) for one in used), key


def test_enumerations_have_names() -> None:
    named = {
        "outcome": Outcome,
        "summary": Summary,
        "evidence_kind": EvidenceKind,
        "confidence": Confidence,
        "reservation": Reservation,
    }
    for group, members in named.items():
        for member in members:
            assert has(f"compliance.{group}.{member.value}")
    for check in CHECKS:
        assert has(f"compliance.check.{check.CHECK}")
    assert has("compliance.binding.true")
    assert has("compliance.binding.false")
