"""A study in a real Chromium, from the button to the map, its layers, a point and its report."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

DISTURBED = "mp-thu-thua"  # its neighbour is 100 kHz and 12 km away
SYMBOLS = ("L_bfs", "L_b0p", "L_d50", "L_ba", "L_bs", "L_b")
LAYERS = {"coverage": {"coverage", "contours"}, "interference": {"dominant", "margin"}}
LAYERS = {kind: own | {"boundary", "graticule"} for kind, own in LAYERS.items()}
MINUTES_MS = 240_000
PRINTED = (
    "/",
    "/view/findings",
    "/view/stations",
    "/view/rules",
    "/view/certification",
    "study",
)


@pytest.fixture(scope="module")
def asked() -> dict[str, str]:
    """The address of each study that was asked for in this module."""
    return {}


def study(here: Any, kind: str, asked: dict[str, str]) -> None:
    """Open a study of the disturbed station; the first time by asking for it as people do."""
    page = here.page
    if kind not in asked:
        here.open(f"/view/stations/{DISTURBED}")
        page.locator(f"button[name=kind][value={kind}]").click()
        at_work_or_done = page.locator("progress").or_(page.locator(".study-files"))
        expect(at_work_or_done.first).to_be_visible()
        page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
        asked[kind] = page.url
    page.goto(asked[kind])


PAPER = """() => [...document.querySelectorAll('main *')]
  .filter(e => e.getClientRects().length && !e.closest('.leaflet-container, svg'))
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 120))"""


COVERED = """() => {
  const words = [...document.querySelectorAll('.map-letter span, .map-title span')];
  const boxes = words.map(one => one.getBoundingClientRect());
  const pairs = words.flatMap((_, i) => words.slice(i + 1).map((_, k) => [i, i + 1 + k]));
  return pairs.filter(([i, k]) => boxes[i].left < boxes[k].right - 1
      && boxes[k].left < boxes[i].right - 1 && boxes[i].top < boxes[k].bottom - 2
      && boxes[k].top < boxes[i].bottom - 2)
    .map(([i, k]) => `${words[i].textContent} | ${words[k].textContent}`);
}"""


@pytest.mark.parametrize(
    "path",
    PRINTED,
)
def test_paper_cuts_nothing_off(visit: Callable, asked: dict[str, str], path: str) -> None:
    """A4 less its margins is 688 pixels wide."""
    here = visit("staff")
    page = here.page
    if path == "study":
        study(here, "coverage", asked)
    else:
        here.open(path)
    page.set_viewport_size({"width": 688, "height": 1010})
    page.emulate_media(media="print")
    assert page.evaluate(PAPER) == []


def test_paper_opens_what_is_folded(visit: Callable) -> None:
    """Printing a page opens its folded sections, and folds them again."""
    page = visit("staff").open("/")
    page.evaluate("""document.querySelector('main').insertAdjacentHTML('beforeend',
      '<details class="report-fold"><summary>a</summary><p>b</p></details>')""")
    seen = "document.querySelector('.report-fold').open"
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.paper = {seen}; }})")
    page.pdf()
    assert page.evaluate("window.paper") is True
    assert page.evaluate(seen) is False


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
@pytest.mark.parametrize("kind", ["coverage", "interference", "compliance"])
def test_a_study_is_asked_for_seen_and_explained(
    visit: Callable, server, asked: dict[str, str], *, kind: str, language: str, width: int
) -> None:
    here = visit("staff", width)
    page = here.page
    study(here, kind, asked)
    address = f"{asked[kind].removeprefix(server.url)}?lang={language}"
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        here.open(address)
        assert page.locator("html").get_attribute("lang") == language
        expect(page.locator("h1")).to_have_count(1)
        assert here.violations() == [], f"as it opens, {scheme}"
    assert page.evaluate("document.documentElement.scrollWidth") == width, "it scrolls sideways"
    if kind != "compliance":
        all_layers_a_popup_and_a_filter(page, kind)
        assert here.violations() == [], "every layer, an object's popup, the table filtered"
        here.picture(f"study-{kind}-{language}-{width}", full_page=False)
        told = a_point_explained(page)
        for symbol in SYMBOLS:
            assert symbol in told
        assert here.violations() == [], "a point explained"
    assert here.complaints == []


def all_layers_a_popup_and_a_filter(page: Page, kind: str) -> None:
    expect(page.locator("#map-rows tr").first).to_be_visible()
    names = [
        layer.get_attribute("data-layer") for layer in page.locator("input[data-layer]").all()
    ]
    assert set(names) >= LAYERS[kind]
    for name in names:
        page.locator(f"input[data-layer={name}]").check()
    whole = page.locator("#map-count").inner_text()
    page.locator("#map-filters input").fill("thu thua")
    expect(page.locator("#map-count")).not_to_have_text(whole)
    page.locator("#map-rows button").first.click()
    expect(page.locator(".leaflet-popup")).to_be_visible()


def a_point_explained(page: Page) -> str:
    """Ask the real server for the loss terms of a point, and return what it tells."""
    page.locator("#map-point input[name=latitude]").fill("10,61")
    page.locator("#map-point input[name=longitude]").fill("106,41")
    page.locator("#map-point button").click()
    details = page.locator("#map-details")
    expect(details).to_contain_text("(69)", timeout=30_000)
    drawn = details.locator(".map-path img")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.naturalWidth") == 360, "the picture is one"
    assert "Fresnel" in str(drawn.get_attribute("alt"))
    expect(page.locator(".leaflet-popup .map-path img")).to_be_hidden()
    told = str(details.inner_text())
    details.locator(".map-path a").click()
    expect(page.locator(".path-figure svg").first).to_be_attached()
    page.go_back()
    return told


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_models_are_offered_with_their_ranges(visit: Callable, language: str, width: int) -> None:
    """At 90.4 MHz: ITM can be chosen, P.452 and Hata stand there with the range, locked."""
    here = visit("staff", width)
    page = here.open(f"/view/stations/{DISTURBED}?lang={language}")
    for kind in ("coverage", "interference"):
        form = page.locator("form", has=page.locator(f"button[name=kind][value={kind}]"))
        models = form.locator("select[name=model]")
        expect(models).to_have_value("p1812")
        models.select_option("itm")
        expect(models).to_have_value("itm")
        for name, least in (("p452", "100"), ("okumura_hata", "150")):
            locked = models.locator(f"option[value={name}]")
            expect(locked).to_be_disabled()
            expect(locked).to_contain_text(least)
    for summary in page.locator(".asked-study summary").all():
        summary.click()
    expect(page.locator("input[name=building_probability_percent]")).to_be_visible()
    expect(page.locator("input[name=radius_km]").first).to_be_visible()
    here.picture(f"station-forms-{language}-{width}")
    assert here.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == width, "it scrolls sideways"
    assert here.complaints == []


def test_the_whole_network_is_asked_for_and_seen(visit: Callable) -> None:
    """The form of the page of studies, the pictures with their letters, on both widths."""
    here = visit("staff")
    page = here.open("/view/studies")
    page.locator("details.card > summary").click()
    page.fill("input[name=step_m]", "2000")
    page.fill("input[name=reach_km]", "30")
    assert here.violations() == [], "the form"
    page.locator("form[method=post][action='/view/studies'] button").click()
    page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
    address = page.url
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        expect(page.locator("#map-rows tr").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for name in ("strongest", "server", "margin", "count"):
            page.locator(f"input[data-layer={name}]").check()
        expect(page.locator(".map-picture")).to_have_count(4)
        expect(page.locator(".map-letter span").first).to_be_visible()
        page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")
        assert page.evaluate(COVERED) == [], "words on the map that cover each other"
        assert here.violations() == [], width
        here.picture(f"study-network-{width}", full_page=False)
    assert here.complaints == []
