"""The figure of a path and its words: what is drawn where, what is said, what cannot be drawn."""

import json
import math
import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import Language
from maps.palette import PATH, contrast_ratio
from maps.path_figure import NARROW, WIDE, path_picture, path_svg
from maps.path_layout import Axes, nice_step, rows_of, spread, thinned, wrapped
from maps.path_words import path_description, path_marks, path_tables, path_title, zone_stretches
from maps.words import Words

SVG = "{http://www.w3.org/2000/svg}"
VI, EN = Words("vi"), Words("en")


def place(distance_km: float, raised_m: float, **more: float) -> dict[str, float]:
    return {"distance_km": distance_km, "raised_height_m": raised_m, **more}


def a_sight(radius_km: float, percent: float, top_m: float) -> dict[str, Any]:
    """A path of 20 km that a hill of 110 m at 15 km and one of 60 m at 5 km hide."""
    edge = {"elevation_mrad": 9.9997}
    return {
        "time_percent": percent,
        "effective_earth_radius_km": radius_km,
        "earth_bulge_m": [0.0, 4.0, 5.0, 4.0, 0.0],
        "line_of_sight": False,
        "transmitter_edge": place(5.0, 64.0, **edge),
        "receiver_edge": place(15.0, 114.0, **edge),
        "bullington_point": place(13.3333, top_m),
        "worst": place(15.0, 114.0, clearance_m=-104.0, clearance_ratio=-0.981),
        "diffraction_parameter": 1.634,
    }


def a_path(**changed: Any) -> dict[str, Any]:
    """A path, in the form of `gis.studies.point.explain_path`."""
    term = {
        "name": "free_space_basic_transmission_loss_db",
        "symbol": "L_bfs",
        "equation": "(8)",
        "value": 98.4,
    }
    parameter = {
        "name": "transhorizon",
        "symbol": "1 transhorizon, 0 line of sight",
        "equation": "(79)",
        "value": 1.0,
    }
    radius = [0.0, 106.0, 122.4, 106.0, 0.0]
    time = {"terms": [term], "parameters": [parameter], "field_strength_dbuvm": 51.26}
    return {
        "station_id": "b0",
        "station": "Đài <b>Tân An</b>",
        "frequency_mhz": 100.0,
        "longitude": 106.5,
        "latitude": 10.6,
        "distance_km": 20.0,
        "azimuth_deg": 98.5,
        "erp_dbw": 30.0,
        "model": "ITU-R P.1812-8 (09/2025)",
        "terrain": {"identifier": "dem.tif sha256:" + "ab" * 32, "flat": False},
        "method": "p1812",
        "remarks": [],
        "profile": {
            "distance_km": [0.0, 5.0, 10.0, 15.0, 20.0],
            "terrain_height_m": [0.0, 60.0, 0.0, 110.0, 0.0],
            "clutter_height_m": [0.0, 0.0, 15.0, 0.0, 12.0],
            "zone": [1, 1, 3, 4, 4],
            "transmitter_height_above_ground_m": 10.0,
            "receiver_height_above_ground_m": 1.5,
        },
        "sight": {
            "ray_height_m": [10.0, 7.875, 5.75, 3.625, 1.5],
            "fresnel_radius_m": radius,
            "median": a_sight(9571.7, 50.0, 143.3),
            "b0": a_sight(19113.0, 3.456, 140.1),
        },
        "predictions": [{"time_percent": 50.0, **time}, {"time_percent": 1.0, **time}],
        **changed,
    }


def in_sight() -> dict[str, Any]:
    path = a_path()
    for earth in ("median", "b0"):
        path["sight"][earth].update(line_of_sight=True, bullington_point=None)
        path["sight"][earth]["worst"].update(clearance_m=52.0, clearance_ratio=0.49)
    return path


def drawn(path: dict[str, Any], language: str = "vi", **more: Any) -> ET.Element:
    return ET.fromstring(path_svg(path, language, **more))


def words_of(figure: ET.Element) -> list[str]:
    return [" ".join(text.itertext()) for text in figure.iter(f"{SVG}text")]


@pytest.mark.parametrize("width", [NARROW, 500, WIDE, 1400])
def test_the_figure_is_an_image_with_a_name_and_a_description(width: int) -> None:
    figure = drawn(a_path(), width=width)
    assert figure.get("role") == "img"
    named = str(figure.get("aria-labelledby")).split()
    ids = {element.get("id"): element for element in figure.iter() if element.get("id")}
    title, description = (ids[name].text or "" for name in named)
    assert title == path_title(a_path(), VI)
    assert all(sentence in description for sentence in path_description(a_path(), VI))
    assert figure.get("width") == str(width)


def test_two_figures_of_a_page_share_no_identifier() -> None:
    wide, narrow = (
        {element.get("id") for element in drawn(a_path(), width=width).iter()} - {None}
        for width in (WIDE, NARROW)
    )
    assert wide
    assert not wide & narrow


def test_a_name_is_no_markup_and_nothing_is_fetched() -> None:
    svg = path_svg(a_path())
    assert "<b>" not in svg
    assert "&lt;b&gt;Tân An" in svg
    assert "style=" not in svg
    assert "<script" not in svg
    assert set(re.findall(r"(?:href|src|url)[=(]([^ )>]+)", svg)) <= {
        f"#path-{WIDE}-{name}" for name in ("plot", "trees", "sea", "coast", "land")
    }


def test_where_the_curves_lie() -> None:
    """The ray runs from antenna to antenna, on the scale that the ticks say."""
    figure = drawn(a_path())
    ray = next(p for p in figure.iter(f"{SVG}path") if p.get("stroke") == PATH["ray"])
    numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", str(ray.get("d")))]
    frame = figure.findall(f"{SVG}rect")[1]
    left, right = (
        float(frame.get("x", "")),
        float(frame.get("x", "")) + float(frame.get("width", "")),
    )
    assert (numbers[0], numbers[-2]) == (left, right)
    at = {
        text.text: float(text.get("y", "")) - 4.5
        for text in figure.iter(f"{SVG}text")
        if text.get("text-anchor") == "end" and re.fullmatch(r"-?\d+", text.text or "")
    }
    per_m = (at["0"] - at["100"]) / 100
    assert numbers[1] == pytest.approx(at["0"] - 10.0 * per_m, abs=0.3)
    assert numbers[-1] == pytest.approx(at["0"] - 1.5 * per_m, abs=0.3)


def test_everything_that_decides_is_marked_and_said() -> None:
    figure = drawn(a_path())
    said = words_of(figure)
    numbers = [text.text for text in figure.iter(f"{SVG}text") if text.get("font-weight") == "700"]
    assert sorted(numbers) == sorted(2 * "123456"), "above the drawing and in the key"
    told = " ".join(said).replace("\u00a0", " ")
    for word in (
        "phần dưới cắt",
        "0,6 miền Fresnel",
        "tối đa 15 m",
        "3,5 % thời gian",
        "19.113 km",
    ):
        assert word in told, word
    for zone in ("biển, từ km 0 đến km 7,5", "đất ven biển, từ km 7,5", "nội địa, từ km 12,5"):
        assert zone in told, zone
    assert "Phát: ăng ten 10 m" in told
    assert "Thu: ăng ten 1,5 m" in told
    assert "abababababab…" in told, "a hash is shortened"
    assert "ab" * 10 not in told


def test_a_path_in_sight_marks_the_worst_point_alone() -> None:
    marks = path_marks(in_sight(), EN)
    assert [mark.earth for mark in marks] == ["median", "b0"]
    assert all("Fresnel" in mark.words for mark in marks)
    told = path_description(in_sight(), EN)
    assert "line of sight" in told[1]
    assert "0.49" in told[1]
    assert "rays over the edges" not in " ".join(words_of(drawn(in_sight(), "en")))


def test_points_that_coincide_are_one_mark() -> None:
    path = a_path()
    for earth in ("median", "b0"):
        path["sight"][earth]["transmitter_edge"] = place(15.0, 114.0, elevation_mrad=5.0)
        path["sight"][earth]["bullington_point"] = place(15.0, 114.0)
    marks = path_marks(path, EN)
    assert len(marks) == 2
    assert marks[0].words.count("which is also") == 2


def test_a_bullington_point_far_above_is_said_to_be_so() -> None:
    path = a_path()
    path["sight"]["median"]["bullington_point"] = place(13.3, 9000.0)
    figure = drawn(path, "en")
    assert sum("beyond the top" in said.replace("\u00a0", " ") for said in words_of(figure)) == 1
    ticks = [said for said in words_of(figure) if re.fullmatch(r"[\d,]+", said)]
    assert "5,000" not in ticks, "the ground is not flattened"


def test_demonstration_and_flat_ground_are_stamped() -> None:
    flat = a_path(terrain={"identifier": "flat-delta-2m", "flat": True})
    said = words_of(drawn(flat, "vi", synthetic=True))
    assert "dữ liệu mô phỏng" in said
    assert "địa hình phẳng giả định" in said
    assert "dữ liệu mô phỏng" not in words_of(drawn(flat, "vi"))


def test_the_language_is_heard_everywhere() -> None:
    vietnamese, english = (" ".join(words_of(drawn(a_path(), one))) for one in ("vi", "en"))
    assert "1,5" in vietnamese
    assert "1.5" in english
    assert "miền Fresnel" not in english
    assert drawn(a_path(), "en").get("lang") == "en"


def test_what_has_no_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure"):
        path_svg(a_path(sight=None))
    with pytest.raises(ValueError, match="360"):
        path_svg(a_path(), width=359)


def test_letters_can_be_read_on_what_lies_behind_them() -> None:
    for colour in ("ray", "b0", "ground_edge"):
        assert contrast_ratio(PATH[colour], "#ffffff") >= 4.5, colour


def test_tables_have_every_value_in_both_times() -> None:
    tables = path_tables(a_path(), VI)
    assert tables["times"] == ["50 % thời gian", "1 % thời gian"]
    assert tables["losses"][0] == (
        "Suy hao không gian tự do",
        "98,4 dB",
        "98,4 dB",
        "L_bfs",
        "(8)",
    )
    assert tables["losses"][-1] == (
        "Cường độ trường",
        "51,3 dBµV/m",
        "51,3 dBµV/m",
        "E",
        "P.1812, (70)",
    )
    assert tables["parameters"] == [("Loại đường truyền", "khuất chân trời", "–", "(79)")]
    assert len(tables["points"]) == 8
    assert tables["points"][3][-2:] == ("-104,0", "-0,98")
    assert len(tables["profile"]) == 5
    assert tables["profile"][2] == (
        "10,00", "0,0", "15,0", "5,0", "5,0", "5,8", "122,4", "đất ven biển",
    )  # fmt: skip
    json.dumps(tables)


def test_zones_meet_halfway() -> None:
    assert zone_stretches(a_path()) == [(1, 0.0, 7.5), (3, 7.5, 12.5), (4, 12.5, 20.0)]


def test_the_picture_of_the_panel_says_what_it_shows() -> None:
    picture = path_picture(a_path(), Language.EN, href="/view/path?study=x", synthetic=True)
    assert ET.fromstring(picture["svg"]).get("width") == str(NARROW)
    assert picture["alt"].startswith("Path profile from Đài <b>Tân An</b>")
    assert "6: " in picture["alt"]
    assert picture["href"] == "/view/path?study=x"


def test_many_zones_are_summed_up() -> None:
    path = a_path()
    points = 41
    path["profile"].update(
        distance_km=np.linspace(0, 20, points).tolist(),
        terrain_height_m=[2.0] * points,
        clutter_height_m=[0.0] * points,
        zone=[1 if index % 2 else 4 for index in range(points)],
    )
    for name in ("ray_height_m", "fresnel_radius_m"):
        path["sight"][name] = np.linspace(10, 10, points).tolist()
    for earth in ("median", "b0"):
        path["sight"][earth]["earth_bulge_m"] = [0.0] * points
    told = " ".join(words_of(drawn(path))).replace("\u00a0", " ")
    assert "biển, 10 km trong 20 đoạn" in told


@given(st.floats(1e-3, 1e6), st.integers(2, 12))
def test_a_nice_step_is_nice_and_no_smaller_than_needed(span: float, most: int) -> None:
    step = nice_step(span, most)
    assert span / step <= most * (1 + 1e-9)
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 6) in (1, 2, 2.5, 5)
    axes = Axes(0, 100, 0, 100, length_km=span, low_m=0, high_m=span)
    assert 1 <= len(axes.distances(step)) <= most + 1


@given(st.lists(st.floats(0, 300), max_size=12))
def test_labels_keep_apart_and_inside(places: list[float]) -> None:
    moved = spread(places, 22.0, 10.0, 290.0)
    gap = min(22.0, 280.0 / max(len(places) - 1, 1))
    ordered = sorted(moved)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(ordered))
    assert all(10.0 - 1e-6 <= at <= 290.0 + 1e-6 for at in moved)
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    assert [moved[index] for index in order] == ordered, "none overtakes another"


@given(st.integers(2, 4000), st.integers(0, 2**31))
def test_a_thinned_line_keeps_its_ends_and_its_extremes(points: int, seed: int) -> None:
    x = np.linspace(60.0, 360.0, points)
    y = np.random.default_rng(seed).normal(0, 50, points)
    for line, heights in ((x, y), (x[::-1], y[::-1])):
        kept = thinned(line, heights)
        assert kept[0] == 0
        assert kept[-1] == points - 1
        assert (np.diff(kept) > 0).all()
        assert heights[kept].max() == heights.max()
        assert heights[kept].min() == heights.min()
        assert kept.size <= min(points, 2 * 602 + 2)


def test_a_number_stays_with_its_unit() -> None:
    lines = wrapped("cao 1.202,4 m ở km 15,98 trong 50 % thời gian", 13 * 13 * 0.56, 13)
    assert [line.replace("\u00a0", "_") for line in lines] == [
        "cao 1.202,4_m",
        "ở km_15,98",
        "trong 50_%",
        "thời gian",
    ]


def test_columns_are_filled_one_after_the_other() -> None:
    assert rows_of([1, 2, 1, 2], 2) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert rows_of([1, 1], 1) == [(0, 0), (0, 1)]
