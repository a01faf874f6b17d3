"""The small map of a planned work: its line, numbers of the others, words for who does not see."""

import re
from xml.etree import ElementTree

import pytest
from shapely import LineString, Point

from maps.work_figure import work_svg

LINE = LineString([(106.40, 10.53), (106.41, 10.54), (106.42, 10.54)])
TOWN = [Point(106.405, 10.532), LineString([(106.41, 10.53), (106.41, 10.55)])]


@pytest.mark.parametrize(
    ("language", "title"), [("vi", "Vị trí của A &lt;b&gt;"), ("en", "Where")]
)
def test_it_is_drawn_and_told(language: str, title: str) -> None:
    svg = work_svg("A <b>", LINE, TOWN, 2000.0, language)
    ElementTree.fromstring(svg)
    assert title in svg
    assert 'aria-labelledby="work-map-title work-map-desc"' in svg
    assert svg.count("<line ") == 3, "two legs of the work, one of the other line"
    assert {"1", "2"} <= set(re.findall(r">(\d+)</text>", svg))


def test_the_whole_line_is_inside_however_near_others_are() -> None:
    svg = work_svg("A", LINE, (), 10.0)
    ends = re.findall(r'[xy][12]="(-?[\d.]+)"', svg)
    assert len(ends) == 8
    assert all(0 < float(one) < 460 for one in ends)


def test_a_point_alone_has_a_map_too() -> None:
    svg = work_svg("A", Point(106.4, 10.5), (), 2000.0)
    assert "<line " not in svg
    assert "theo số trong danh sách" not in svg
