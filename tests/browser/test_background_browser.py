"""A background of vector tiles on the map, in a real Chromium."""

import io
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, serving
from tests.vector_map import LAYERS, tile_of, write_vector_map

WAIT_MS = 20_000
COLOURS = """images => {
  const found = new Set();
  for (const image of images) {
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4 * 97) {
      found.add(Array.from(data.slice(at, at + 4)).join(" "));
    }
  }
  return Array.from(found);
}"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose background is a vector map of levels 6 to 8, the same tile all over."""
    folder, tile = tmp_path_factory.mktemp("vector"), tile_of(LAYERS)
    places = {
        (level, column, row): tile
        for level in (6, 7, 8)
        for column in range(195 >> (8 - level), (208 >> (8 - level)) + 1)
        for row in range(114 >> (8 - level), (126 >> (8 - level)) + 1)
    }
    file = write_vector_map(folder / "nen.pmtiles", places)
    with serving(tmp_path_factory.mktemp("home"), file) as served:
        yield served


@pytest.mark.parametrize("level", [8, 11])
def test_vector_tiles_are_drawn_under_the_map(
    drawn: Server, chromium: Browser, level: int
) -> None:
    page = chromium.new_page(viewport={"width": 1200, "height": 900}, locale="vi-VN")
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{drawn.url}/map#map={level}/10.6/106.4")
    assert "/map/background/" not in " ".join(asked), "off until somebody switches it on"
    page.locator("[data-layer=tiles]").check()
    tiles = page.locator(".leaflet-background-pane img.leaflet-tile-loaded")
    expect(tiles.first).to_be_visible(timeout=WAIT_MS)
    page.wait_for_load_state("networkidle")
    assert set(tiles.evaluate_all("all => all.map((one) => one.naturalWidth)")) == {512}
    colours = set(tiles.evaluate_all(COLOURS))
    assert {"244 243 239 255", "201 221 230 255"} <= colours, "land and water"
    seen = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        shot = Image.open(io.BytesIO(tiles.first.screenshot())).convert("L")
        seen.append(ImageStat.Stat(shot).mean[0])
    assert (seen[0] > 180, seen[1] < 90) == (True, True), "dark at night, light by day"
    assert {urlsplit(one).netloc for one in asked if one.startswith("http")} == {
        urlsplit(drawn.url).netloc
    }
    assert complaints == []
    page.close()
