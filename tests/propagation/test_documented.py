"""The nomenclature and the bibliography name what the code names."""

import re
from pathlib import Path

import pytest

from propagation.itu import p452, p1546, p1812
from propagation.itu.clear_air_result import Definition

ROOT = Path(__file__).parents[2]
NOMENCLATURE = (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8")
REFERENCES = (ROOT / "docs" / "references.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "quantities",
    [{**model.PARAMETERS, **model.TERMS} for model in (p1812, p452, p1546)],
    ids=["P.1812", "P.452", "P.1546"],
)
def test_every_quantity_is_in_the_nomenclature_with_its_equation(
    quantities: dict[str, Definition],
) -> None:
    for name, definition in quantities.items():
        rows = re.findall(rf"^\| `{name}` \|.*$", NOMENCLATURE, re.M)
        symbol = "" if name == "transhorizon" else definition.symbol  # yes or no has none
        told = f"| {symbol} | {definition.equation.strip('()')} |"
        assert any(told in row for row in rows), (name, told)


def test_every_key_that_is_cited_is_in_the_bibliography() -> None:
    cited = {
        key
        for package in ("propagation", "gis", "maps", "api", "data")
        for file in (ROOT / package).rglob("*.py")
        for key in re.findall(r"^\s*\.\. \[(\w+)\]", file.read_text(encoding="utf-8"), re.M)
    }
    cited |= set(re.findall(r"\[([A-Z]+\d*)[\],]", NOMENCLATURE))
    listed = re.findall(r"^\| \[(\w+)\] \|", REFERENCES, re.M)
    assert len(listed) == len(set(listed))
    assert {"P1812", "P452", "P525", "P526", "P676", "P838"} <= cited
    assert cited <= {*listed}, sorted(cited - {*listed})
