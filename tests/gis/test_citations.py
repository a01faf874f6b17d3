"""A clause that somebody types is found however it is written."""

import re

import pytest

from data import path
from gis.citations import cites

CITED = "điểm i khoản 1 điều 41 nghị định 174/2026/nđ-cp"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("41", True),
        ("41.1", True),
        ("41.1.i", True),
        ("41(1)(i)", True),
        ("41.2", False),
        ("41.1.d", False),
        ("174/2026", True),
        ("1/41", False),
        ("nghị", True),
        ("khoản.điều", False),
        ("i.41", False),
    ],
)
def test_a_clause_is_found_in_full_and_in_short(word: str, *, found: bool) -> None:
    assert cites(CITED, word) is found


def test_vietnamese_clauses_are_written_in_full() -> None:
    short = re.compile(r"(Điều|Articles?) \d+\.\d+(?!\.)|Điều \d+ khoản")
    agreements = re.compile(r"GE84|BWBV|Cam-pu-chia|Campuchia|Cambodia|Region 1")
    found = [
        f"{file.name}: {line[:120]}"
        for file in path("rules").parent.rglob("*")
        if file.suffix in {".toml", ".md"}
        for line in file.read_text(encoding="utf-8").splitlines()
        if short.search(line) and not agreements.search(line)
    ]
    assert found == []
