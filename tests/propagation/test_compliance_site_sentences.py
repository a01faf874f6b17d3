"""The catalogues of the checks of sites hold every sentence that the checks use, and no other."""

import ast
import re
from pathlib import Path

import pytest

import propagation.compliance as package
from data import path
from propagation.compliance.catalogue import CATALOGUE
from tests.propagation.site_checks import sentences

FOLDER = Path(package.__path__[0])
CHECKS = ("aeronautical", "border", "exposure", "intermodulation", "protected_sites", "validity")


def patterns(check: str) -> set[str]:
    """Return what the string literals of a check's modules match, holes and all."""
    found = set()
    for module in FOLDER.glob(f"*{check}*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z0-9_]+"
                    for part in node.values
                ]
                found.add("".join(parts))
    return found - {r"[a-z0-9_]+"}


@pytest.mark.parametrize("check", CHECKS)
def test_no_sentence_is_left_over(check: str) -> None:
    used = [re.compile(one) for one in patterns(check)]
    for key in sentences(check):
        entry = key.split(".")[-1]
        assert any(one.fullmatch(key) or one.fullmatch(entry) for one in used), key


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_is_in_the_catalogue_and_has_its_pages(check: str) -> None:
    assert check in CATALOGUE
    vi, en = (path(f"guide/{check}.{language}.md").read_text("utf-8") for language in ("vi", "en"))
    assert vi.count("\n## ") == en.count("\n## ") >= 4
    assert vi.count("\n|") == en.count("\n|")
