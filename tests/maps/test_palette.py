from itertools import pairwise

import numpy as np
import pytest

from data.text import has
from gis.register.structures import StructureKind
from maps.palette import (
    AREA_COLOURS,
    BACKGROUND,
    COMMUNE,
    DISTRICT,
    FIELD_STRENGTH,
    MARGIN,
    SHAPES,
    STATION,
    STRUCTURES,
    WORK,
    Palette,
    area_colour,
    classify,
    contrast_ratio,
    demonstration,
    interferer_letter,
)
from propagation.interference.bs412 import Area, minimum_usable_field_strength_dbuvm


def test_breaks_are_the_minimum_fields_of_bs412() -> None:
    stereo = [minimum_usable_field_strength_dbuvm("stereo", area) for area in Area]
    mono_rural = minimum_usable_field_strength_dbuvm("mono", Area.RURAL)
    assert FIELD_STRENGTH.breaks == tuple(sorted([mono_rural, *stereo]))


def test_a_value_on_a_break_has_reached_it() -> None:
    values = [np.nan, 10.0, 47.99, 48.0, 53.99, 54.0, 65.9, 66.0, 74.0, 120.0]
    assert classify(values, FIELD_STRENGTH).tolist() == [-1, 0, 0, 1, 1, 2, 2, 3, 4, 4]
    assert classify([-0.01, 0.0], MARGIN).tolist() == [2, 3]
    assert classify(np.nan, MARGIN) == -1
    assert classify(np.empty((0, 3)), MARGIN).shape == (0, 3)


@pytest.mark.parametrize("palette", [FIELD_STRENGTH, MARGIN])
def test_classes_adjoin_and_are_explained(palette: Palette) -> None:
    for before, after in pairwise(palette.classes):
        assert before.upper == after.lower
    assert palette.classes[0].lower is None
    assert palette.classes[-1].upper is None
    assert all(has(c.key) for c in palette.classes)


def test_field_strength_darkens_with_each_class() -> None:
    """Read in grey, or by any kind of colour blindness, more field is darker."""
    ratios = [contrast_ratio(c.colour, "#ffffff") for c in FIELD_STRENGTH.classes if c.colour]
    assert ratios == sorted(ratios)
    assert min(b / a for a, b in pairwise(ratios)) > 1.4


def test_contrast_as_wcag_defines_it() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_every_symbol_is_seen_and_unlike_every_other() -> None:
    assert set(STRUCTURES) == set(StructureKind)
    symbols = [*STRUCTURES.values(), STATION, WORK, DISTRICT, COMMUNE]
    assert len({(symbol.shape, symbol.colour) for symbol in symbols}) == len(symbols)
    for symbol in symbols:
        assert symbol.shape in SHAPES
        assert min(contrast_ratio(symbol.colour, land) for land in (BACKGROUND, "#ffffff")) >= 3.0


def test_interferers_have_colour_and_letter_without_end() -> None:
    assert len({area_colour(number) for number in range(AREA_COLOURS)}) == AREA_COLOURS == 9
    assert area_colour(9) == area_colour(0)
    assert [interferer_letter(rank) for rank in (0, 25, 26, 53)] == ["A", "Z", "A2", "B3"]


def test_demonstration_shows_every_class() -> None:
    shown = demonstration()
    assert len(shown.splitlines()) == len(FIELD_STRENGTH.classes) + len(MARGIN.classes)
    assert "\x1b[48;2;37;52;148m" in shown  # the colour of the highest class
