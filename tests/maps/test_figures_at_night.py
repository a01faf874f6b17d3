"""Every colour of a figure has a counterpart for dark screens, and is read there."""

import re
from importlib import resources
from itertools import chain
from pathlib import Path

import pytest

from maps import palette
from maps.palette import contrast_ratio

STYLE = resources.files("api").joinpath("static/figures.css").read_text(encoding="utf-8")
MODULES = sorted(Path(palette.__file__).parent.glob("*_figure.py"))
MODULES.append(Path(palette.__file__).with_name("plane.py"))
NAMES = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", STYLE))
SURFACES = {"ground", "panel", "grid", "earth", "water", "shore", "edge"}


def used() -> set[str]:
    written = chain.from_iterable(re.findall(r"#[0-9a-f]{3,6}\b", m.read_text()) for m in MODULES)
    named = [palette.BACKGROUND, palette.SERIES, palette.STATION.colour]
    marks = [one.colour for one in palette.SOURCE.values()]
    return {*written, *named, *marks, *palette.PATH.values()}


def test_every_colour_has_its_counterpart() -> None:
    assert len(used()) > 20
    told = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{3,6})"', STYLE))
    assert used() - told == set()


@pytest.mark.parametrize("name", sorted(NAMES.keys() - SURFACES))
@pytest.mark.parametrize("surface", ["ground", "panel"])
def test_what_is_written_is_read(name: str, surface: str) -> None:
    assert contrast_ratio(NAMES[name], NAMES[surface]) >= 4.5


def test_lines_are_seen() -> None:
    assert contrast_ratio(NAMES["edge"], NAMES["panel"]) >= 3
    for surface in ("earth", "water"):
        assert contrast_ratio(NAMES["ink"], NAMES[surface]) >= 3
