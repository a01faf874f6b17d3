"""What could be changed, in both languages: every sentence is used, and says its numbers."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from data.text import Language, catalogue_keys
from gis.studies import changes as module
from gis.studies.changes import change_said, changes_to_export
from propagation.compliance.objections import Helper

ROOT = Path(__file__).parents[2]
SECTORS = [
    {"from_deg": 350, "to_deg": 20, "reduction_db": 3.2},
    {"from_deg": 90, "to_deg": 90, "reduction_db": 0.4},
]
POWER = {"sectors": SECTORS, "all_round": False, "erp_total_dbw": 30.0}
HEIGHT = {
    "height_step_m": 5.0,
    "height_floor_m": 10.0,
    "lowered_m": 15.0,
    "height_above_ground_m": 45.0,
}
CHANNEL = {"channels": 210, "tried": 4, "frequency_mhz": 99.7, "away_khz": -300.0}


def change(kind: str, values: dict[str, Any], **parts: Any) -> dict[str, Any]:
    usual = {
        "passes": True,
        "re_checked": True,
        "judged": "all",
        "outcome": "complies",
        "margin_db": 0.061,
        "side_effects": [],
    }
    return {"kind": kind, "values": values, **usual, **parts}


def said(found: dict[str, Any]) -> str:
    both = changes_to_export([found])[0]
    for language in Language:
        assert both[language.value] == " ".join(change_said(found, language))
        assert "{" not in both[language.value]
        assert "None" not in both[language.value]
    return str(both["en"])


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (change("erp", POWER), "at 350° to 20°: 3.2 dB; 90°: 0.4 dB, and keep it"),
        (
            change("erp", POWER),
            "1,000 W: passes. Checked again: complies, 0.06 dB from the limit.",
        ),
        (
            change("erp", {**POWER, "sectors": SECTORS[:1], "all_round": True}),
            "by 3.2 dB in every direction",
        ),
        (change("erp", POWER, passes=False), "Even 3.2 dB less"),
        (change("erp", POWER, judged="caused"), "own reception was not checked again"),
        (
            change("height", HEIGHT),
            "by 15 m, to 45 m above ground: passes; one step of 5 m higher",
        ),
        (change("height", HEIGHT, passes=False), "Even with the antenna 15 m lower, at 45 m"),
        (change("height", HEIGHT, re_checked=False), "without going below 10 m"),
        (change("channel", CHANNEL, outcome=None), "99.7 MHz (300 kHz away)"),
        (change("channel", CHANNEL, outcome=None), "nothing is left to object to. Nothing else"),
        (change("channel", CHANNEL, passes=False), "Of the 4 nearest channels tried (210"),
        (change("channel", {}, re_checked=False), "raster of this service is not known"),
        (change("erp", POWER, margin_db=None), "Checked again: complies. Nothing else"),
    ],
)
def test_what_is_said(found: dict[str, Any], words: str) -> None:
    assert words.casefold() in said(found).casefold()


@pytest.mark.parametrize("who", [*(one.value for one in Helper), "alone"])
def test_who_could_help(who: str) -> None:
    unsearched = {"passes": False, "re_checked": False, "outcome": None, "margin_db": None}
    told = said(change("advice", {"who": who}, **unsearched))
    assert "looked for" in told or "look for" in told or who == "other_station"
    if who == "other_station":
        assert "comes from another station:" in told
        named = change("advice", {"who": who, "names": "Đài B"}, **unsearched)
        assert "comes from Đài B:" in said(named)


def test_what_newly_objects_is_counted_by_check() -> None:
    beside = [{"check": name} for name in ("plan_identity", "intermodulation", "intermodulation")]
    told = said(change("channel", CHANNEL, side_effects=beside))
    assert re.search(r"Newly objecting: [^;(]+ \(1\); [^;(]+ \(2\)\.$", told)


def test_no_sentence_is_left_over() -> None:
    sources = [
        Path(module.__file__),
        ROOT / "maps/findings.py",
        ROOT / "api/cli/check.py",
    ]
    parts = [
        node.value
        for file in sources
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    for key in catalogue_keys():
        catalogue, _, name = key.partition(".")
        helper = name.removeprefix("by_")
        if catalogue == "remedies" and helper not in {*Helper, "alone"}:
            assert key in parts or name in parts, key


def test_the_guide_says_the_same_in_both_languages() -> None:
    vi, en = ((ROOT / f"data/guide/changes.{one}.md").read_text("utf-8") for one in ("vi", "en"))
    assert vi.count("\n## ") == en.count("\n## ") == 5
    assert vi.count("\n|") == en.count("\n|")
    assert vi.count("\n* ") == en.count("\n* ")
