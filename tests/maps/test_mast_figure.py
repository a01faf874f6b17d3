"""The elevation of a structure: heights where they belong, words for what is drawn."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest

from data.text import Language
from maps.mast_figure import Hung, MastView, Span, mast_svg

VIEW = MastView(
    name="Cột <A> & B",
    height_m=50.0,
    building_m=10.0,
    levels=[Span(30.0, 40.0, 3, 2), Span(40.0, 50.0, 2, 0)],
    hung=[Hung(45.0, "Nhà mạng A"), Hung(45.0, "Nhà mạng B"), Hung(58.0, "Đài <FM>")],
)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(view: MastView = VIEW, language: Language = Language.VI) -> ET.Element:
    return ET.fromstring(mast_svg(view, language))


def number(node: ET.Element, name: str) -> float:
    return float(node.attrib[name])


def test_heights_are_to_scale() -> None:
    root = drawn()
    ticks = {
        float(re.sub(r" m$", "", "".join(node.itertext()))): number(node, "y") - 4
        for node in root.iter(f"{SVG}text")
        if node.get("text-anchor") == "end"
    }
    scale = (ticks[0] - ticks[50]) / 50
    for height, y in ticks.items():
        assert ticks[0] - y == pytest.approx(height * scale, abs=0.06)
    (circles,) = [sorted({number(node, "cy") for node in root.iter(f"{SVG}circle")})]
    assert [ticks[0] - y for y in circles] == pytest.approx([58 * scale, 45 * scale], abs=0.06)
    polygon = next(root.iter(f"{SVG}polygon")).attrib["points"].split()
    heights = sorted({round(ticks[0] - float(point.split(",")[1]), 1) for point in polygon})
    assert heights == pytest.approx([10 * scale, 60 * scale], abs=0.06)


def test_places_names_and_words_say_the_same() -> None:
    root = drawn()
    words = [node.text for node in root.iter(f"{SVG}text")]
    assert "trống 2/3" in words
    assert "đầy, 2 chỗ" in words
    assert "58 m · Đài <FM>" in words
    said = root.findtext(f"{SVG}desc") or ""
    assert "Tầng 30–40 m: trống 2 trong 3 chỗ." in said
    assert "Nhà mạng A ở 45 m." in said
    assert "free 2/3" in "".join(drawn(language=Language.EN).itertext())


def test_letters_are_large_enough_on_a_telephone_and_long_names_take_two_lines() -> None:
    root = drawn(replace(VIEW, hung=[Hung(45.0, "Công ty Viễn thông Mô phỏng A")]))
    drawn_px = (390 - 68) / float(root.attrib["viewBox"].split()[2])
    sizes = [float(node.attrib["font-size"]) for node in root.iter() if "font-size" in node.attrib]
    assert min(sizes) * drawn_px >= 11
    names = [node.text for node in root.iter(f"{SVG}text") if node.get("class") == "name"]
    assert names == ["45 m · Công ty Viễn", "thông Mô phỏng A"]


def test_names_at_one_height_do_not_meet() -> None:
    many = MastView(
        name="x", height_m=30.0, building_m=0.0, levels=[],
        hung=[Hung(28.0, f"Nhà mạng số {n} có tên rất dài ở trên cột này") for n in range(20)],
    )  # fmt: skip
    names = [node for node in drawn(many).iter(f"{SVG}text") if node.get("class") == "name"]
    places = [number(node, "y") for node in names]
    assert len(places) == 20
    assert all(b - a >= 14.9 for a, b in pairwise(places))
    assert places[-1] <= 460
    assert all(len(node.text or "") <= 24 for node in names)
