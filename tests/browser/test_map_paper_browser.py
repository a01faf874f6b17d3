"""The map as a picture and on paper: the same as on the screen, with what is needed to read it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server
from tests.browser.people import pdf_pages, pdf_text

WAIT_MS = 20_000
TWICE = 2
PLACE = "/map#map=10.5/10.6/106.45"
WIDE = 3
"""Pixels of the picture by which a line may lie beside where it lies on the screen."""


def ready(page: Page) -> Page:
    expect(page.locator("#map-rows tr").first).to_be_visible(timeout=WAIT_MS)
    return page


def taken(page: Page, file: Path) -> np.ndarray:
    """Return the picture that the button makes, as pixels."""
    if not page.locator("#map-picture").is_visible():
        page.locator(".map-more > summary").click()
    with page.expect_download() as awaited:
        page.locator("#map-picture").click()
    awaited.value.save_as(file)
    return np.asarray(Image.open(file).convert("RGB")).astype(int)


BOUNDARY = """() => {
  const { left, top } = document.getElementById('map').getBoundingClientRect();
  const { clientLeft, clientTop, clientWidth, clientHeight } = document.getElementById('map');
  const found = [];
  for (const path of document.querySelectorAll('.leaflet-boundaries-pane path')) {
    if (path.getAttribute('stroke') !== '#3d3d3d') continue;
    const to = path.getScreenCTM();
    for (let way = 0; way < path.getTotalLength(); way += 3) {
      const { x, y } = path.getPointAtLength(way).matrixTransform(to);
      const at = [x - left - clientLeft, y - top - clientTop];
      if (at.every((side, i) => side > 60 && side < [clientWidth, clientHeight][i] - 60)) {
        found.push(at);
      }
    }
  }
  return found;
}"""
DARK = 130
"""A boundary is #3d3d3d, and what lies below it is light."""


def share_on_lines(page: Page, pixels: np.ndarray) -> float:
    """Return the share of places of boundaries on the screen that are dark in the picture.

    Boundaries are dashed, six pixels of nine.
    """
    places = np.array(page.evaluate(BOUNDARY))
    assert len(places) > 100, "boundaries cross the view"
    dark = pixels.sum(axis=2) < 3 * DARK
    hits = 0
    for x, y in np.round(places * TWICE).astype(int):
        hits += bool(dark[y - WIDE : y + WIDE + 1, x - WIDE : x + WIDE + 1].any())
    return hits / len(places)


@pytest.fixture(params=[1, 2], ids=["plain", "fine"])
def page(server: Server, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A browser on a screen of one or two pixels for each of CSS."""
    size = {"width": 1200, "height": 900}
    context = chromium.new_context(
        viewport=size, device_scale_factor=request.param, locale="vi-VN"
    )
    made = context.new_page()
    made.goto(server.url + "/map")
    yield ready(made)
    context.close()


def test_boundaries_of_the_picture_are_where_the_screen_has_them(
    page: Page, tmp_path: Path
) -> None:
    """At the opening view, after a move by hand and after a zoom."""
    page.locator("[data-layer^=kind-]").evaluate_all("all => all.forEach(one => one.click())")
    assert share_on_lines(page, taken(page, tmp_path / "opening.png")) > 0.6
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 400, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 530, box["y"] + 210, steps=5)
    page.mouse.up()
    page.wait_for_timeout(400)
    assert share_on_lines(page, taken(page, tmp_path / "moved.png")) > 0.6
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(600)
    pixels = taken(page, tmp_path / "near.png")
    assert share_on_lines(page, pixels) > 0.6
    moved = np.roll(pixels, (80, 80), axis=(0, 1))
    assert share_on_lines(page, moved) < 0.5, "elsewhere it is not dark"


def test_the_picture_has_its_legend_below(visit: Callable, tmp_path: Path) -> None:
    page = ready(visit("anonymous", 1200).open(PLACE))
    whole = taken(page, tmp_path / "whole.png")
    height = page.locator("#map").evaluate("one => one.clientHeight") * TWICE
    assert whole.shape[0] > height + 200, "what is on is said below the map"
    below = whole[height:]
    red = (below[:, :, 0] > 150) & (below[:, :, 1] < 80) & (below[:, :, 2] < 80)
    assert (below.sum(axis=2) < 3 * DARK).sum() > 3000, "words"
    for name in ("kind-fm", "kind-antenna_mast"):
        page.locator(f"[data-layer={name}]").uncheck()
    fewer = taken(page, tmp_path / "fewer.png")
    assert fewer.shape[0] <= whole.shape[0]
    below = fewer[height:]
    left = (below[:, :, 0] > 150) & (below[:, :, 1] < 80) & (below[:, :, 2] < 80)
    assert left.sum() <= red.sum()


def test_a_printed_map_is_a_sheet(
    visit: Callable, tool: Callable[[str], str], tmp_path: Path
) -> None:
    page = ready(visit("anonymous").open(PLACE + "&off=kind-fm"))
    paper = tmp_path / "map.pdf"
    page.pdf(path=str(paper), format="A4", print_background=True)
    told = pdf_text(tool("pdftotext"), paper)
    assert pdf_pages(tool("pdfinfo"), paper) <= 2
    assert re.search(r"\b\d+ km\b", told), "the bar of the scale"
    assert re.search(r"khoảng 1:\d", told)
    assert "Số liệu của sổ đăng ký ngày" in told
    assert "dữ liệu mô phỏng" in told
    assert "Cột ăng ten" in told
    assert "#map=10.5/10.6" in told, "the link as text"
    assert "Lập lúc" in told
    for gone in ("Tải GeoTIFF", "Bấm vào bản đồ", "Đài phát thanh FM", "Xem trên bản đồ"):
        assert gone not in told
    page.select_option("#map-filters select[name=kind]", label="Cột ăng ten")
    page.locator(".map-more > summary").click()
    page.get_by_label("In cả bảng").check()
    page.fill("#map-filters input[name=text]", "ben luc")
    expect(page).to_have_url(re.compile("text=ben"), timeout=WAIT_MS)
    page.pdf(path=str(paper), format="A4", print_background=True)
    told = pdf_text(tool("pdftotext"), paper)
    assert "Lọc “ben luc”; Cột ăng ten" in told
    assert page.locator("#map-rows .map-cell-name .map-quiet").first.inner_text() in told
