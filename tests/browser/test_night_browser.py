"""At night nothing glares: figures, maps and matrices are dark, as Chromium draws them."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, expect

from gis.register.antennas import Antenna, AntennaKind
from gis.register.scopes import SYSTEM

WAIT_MS = 30_000
STATION = "mp-thu-thua"
PATH = "/view/path?station=mp-tan-an&receiver_height_m=1,5&longitude=106,5&latitude=10,6"

GLARING = """least => {
  const colour = said => (said.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = said => { const [r, g, b] = colour(said).map(v => {
    v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const seen = said => said !== 'none' && (colour(said)[3] ?? 1) > .5;
  const found = [];
  for (const node of document.querySelectorAll('main *')) {
    const { width, height } = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    if (width * height < 600 || style.visibility === 'hidden') continue;
    const what = `${node.tagName} ${node.getAttribute('class') || ''}`;
    if (seen(style.backgroundColor) && light(style.backgroundColor) > least)
      found.push(`${what} on ${style.backgroundColor}`);
    const drawn = node instanceof SVGGeometryElement && style.fill.startsWith('rgb');
    const whole = drawn && node.ownerSVGElement.getBoundingClientRect();
    if (drawn && width * height > .1 * whole.width * whole.height && style.fillOpacity > .5
      && light(style.fill) > least) found.push(`${what} filled ${style.fill}`);
  }
  return found;
}"""
"""What is lighter than a relative luminance: grounds, and shapes as large as a ground."""

WRITTEN = """() => {
  const light = said => { const [r, g, b] = said.match(/[\\d.]+/g).map(Number).map(v => {
    v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  return [...document.querySelectorAll('main svg[role=img] text')]
    .map(text => [text.textContent, text.getAttribute('fill'), light(getComputedStyle(text).fill)])
    .filter(([words, fill, found]) => (fill === '#fff' ? found > .05 : found < .25))
    .map(([words, fill, found]) => `${words} ${fill} ${found}`);
}"""
"""Words of figures that are too dark for the ground; those on a bright mark must be dark."""


def at_night(visit: Callable[..., Any], path: str, role: str = "staff") -> Any:
    """Open a page as a browser does that asks for dark colours."""
    here = visit(role)
    here.page.emulate_media(color_scheme="dark")
    here.open(path)
    return here


def require_dark(page: Page) -> None:
    """Nothing on the page is a light ground, and figures are written in light ink."""
    assert page.evaluate(GLARING, 0.3) == []
    assert page.evaluate(WRITTEN) == []


@pytest.mark.parametrize(
    ("path", "drawn"),
    [
        ("/view/structures/mp-ben-luc-cot", "svg.mast"),
        ("/view/reports?period=2026", ".bars-wide svg"),
        (PATH, ".path-wide svg"),
        ("/view/points", ".site-map svg"),
        ("/view/matrix", "main"),
        ("/map", ".leaflet-land-pane path"),
    ],
)
def test_no_ground_is_light(visit: Callable[..., Any], path: str, drawn: str) -> None:
    here = at_night(visit, path)
    expect(here.page.locator(drawn).first).to_be_attached(timeout=WAIT_MS)
    require_dark(here.page)
    assert here.violations() == []
    here.page.emulate_media(color_scheme="light")
    assert here.page.evaluate(GLARING, 0.3), "by day there are light grounds: the test sees"


def test_a_pattern_is_dark_too(visit: Callable[..., Any], server: Any) -> None:
    station = server.register.station(STATION, SYSTEM)
    hung = replace(station, antenna=Antenna(kind=AntennaKind.TR38901_ELEMENT, bearing_deg=60.0))
    with server.register.write(author="test", reason="hung") as writer:
        writer.update_stations([hung])
    here = at_night(visit, f"/view/stations/{STATION}")
    expect(here.page.locator(".antenna-cuts svg")).to_have_count(2)
    require_dark(here.page)
    with server.register.write(author="test", reason="bare") as writer:
        writer.update_stations([station])


def test_a_picker_is_dark(visit: Callable[..., Any]) -> None:
    page = at_night(visit, "/view/structures/new").page
    page.locator("[data-picker] button").first.click()
    expect(page.locator(".picker-part[data-ready]")).to_be_visible(timeout=WAIT_MS)
    require_dark(page)
    drawn = Image.open(io.BytesIO(page.locator(".picker-map").screenshot())).convert("L")
    assert ImageStat.Stat(drawn).mean[0] < 70


def test_paper_and_files_stay_light(visit: Callable[..., Any]) -> None:
    """What is printed and what is saved as a picture has the colours of the day."""
    page = at_night(visit, "/view/structures/mp-ben-luc-cot").page
    page.emulate_media(color_scheme="dark", media="print")
    ground = page.locator("svg.mast > rect").first
    assert ground.evaluate("one => getComputedStyle(one).fill") == "rgb(243, 244, 239)"
    page.emulate_media(color_scheme="dark", media="screen")
    page.goto(page.url.split("/view")[0] + "/map")
    expect(page.locator("#map-rows tr").first).to_be_visible()
    page.locator(".map-more > summary").click()
    with page.expect_download() as downloaded:
        page.locator("#map-picture").click()
    saved = Image.open(downloaded.value.path()).convert("L")
    assert ImageStat.Stat(saved).mean[0] > 180
    assert page.evaluate(GLARING, 0.3) == [], "and the page is dark again"


def test_the_profile_on_the_map_is_dark(visit: Callable[..., Any]) -> None:
    """A picture reads no style of its page, so the night is put into it."""
    page = at_night(visit, "/map").page
    expect(page.locator("#map-rows tr").first).to_be_visible()
    asked = PATH.replace("/view/path", "/path.svg").replace(",", ".")
    svg = page.request.get(page.url.split("/map")[0] + asked)
    assert svg.headers["content-type"].startswith("image/svg+xml"), svg.text()
    figure = {"svg": svg.text(), "alt": "x", "href": None, "link": ""}
    page.route("**/told.json", lambda one: one.fulfill(json={"heading": "", "figure": figure}))
    page.evaluate(
        """async () => {
          const told = await PhuSongPoint.ask("/told.json", [0, 0], "vi", { say: String });
          document.querySelector("#map-details").replaceChildren(told);
        }"""
    )
    drawn = page.locator("#map-details .map-path img")
    expect(drawn).to_be_visible()
    page.wait_for_function("() => document.querySelector('.map-path img').naturalWidth > 100")
    seen = Image.open(io.BytesIO(drawn.screenshot())).convert("L")
    assert ImageStat.Stat(seen).mean[0] < 90
