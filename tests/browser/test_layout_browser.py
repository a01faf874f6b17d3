"""How pages are laid out: any width, the reader's spacing, colours and motion, and paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import fits, tab_to

STRUCTURE = "mp-ben-luc-cot"
PAGES = (
    ("/", "staff"),
    ("/map", "staff"),
    ("/view/structures", "staff"),
    (f"/view/structures/{STRUCTURE}", "staff"),
    (f"/view/structures/{STRUCTURE}/edit", "staff"),
    ("/view/stations", "staff"),
    ("/view/certification", "staff"),
    ("/view/points/statistics", "staff"),
    ("/view/sanctions", "staff"),
    ("/view/rules", "staff"),
    ("/view/reports?period=2026", "staff"),
    ("/view/desk/interference", "staff"),
    ("/view/retention", "administrator"),
)
"""One page of each kind: first page, map, lists, a record, forms, words, counts, settings."""
WIDTHS = (320, 390, 768, 1024)

CUT = """() => [...document.querySelectorAll('main :is(.scroll, .report-scroll):has(> table)')]
  .filter(box => !box.matches('.pairs') && box.checkVisibility())
  .filter(box => !(box.matches('.many') && innerWidth >= 992))
  .filter(box => box.scrollWidth > box.clientWidth)
  .map(box => `${box.scrollWidth} in ${box.clientWidth}: ${box.outerHTML.slice(0, 300)}`)"""
NEXT_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SCROLLED = f"""async () => {{
  for (const one of document.querySelectorAll('.once-near')) {{
    one.scrollIntoView();
    await {NEXT_FRAMES};
  }}
  scrollTo(0, 0);
  await {NEXT_FRAMES};
}}"""
"""Past all that is laid out only when it comes near."""

ONE_WORD_WIDE = """() => {
  const found = [];
  for (const cell of document.querySelectorAll('main :is(td, th)')) {
    const words = cell.innerText.trim();
    if (!cell.checkVisibility() || cell.closest('.stacked thead')) continue;
    if (!/\\S\\s+\\S/.test(words)) continue;
    const style = getComputedStyle(cell);
    const room = cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (room < 3 * parseFloat(style.fontSize)) found.push(`${Math.round(room)} px: ${words}`);
  }
  return found;
}"""
"""Cells of several words in less than about six characters, each half as wide as its size."""

SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
"""The reader's own spacing of WCAG 1.4.12, without a style element, which a page refuses."""

CLIPPED = """() => [...document.querySelectorAll('main *, .top *')]
  .filter(one => one.clientWidth > 2 && !one.matches('input, select, textarea')
    && !one.closest('svg, .leaflet-container, .visually-hidden, .stacked thead')
    && /hidden|clip/.test(getComputedStyle(one).overflow)
    && (one.scrollWidth > one.clientWidth + 2 || one.scrollHeight > one.clientHeight + 2))
  .map(one => one.outerHTML.slice(0, 120))"""

BROKEN = """() => {
  const found = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (node.parentElement.closest('code, svg, .visually-hidden, option')) continue;
    for (const one of node.data.matchAll(/\\d[\\d./,]*\\d/g)) {
      const range = document.createRange();
      range.setStart(node, one.index);
      range.setEnd(node, one.index + one[0].length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1) found.push(one[0]);
    }
  }
  return found;
}"""
"""Dates and numbers of which a part stands on the next line."""

RUNNING = "document.getAnimations().filter(one => one.playState === 'running').length"
WATCH_ZOOM = """() => new MutationObserver(() => {
  if (document.querySelector('.leaflet-zoom-anim')) document.body.dataset.zoomed = '';
}).observe(document.querySelector('.leaflet-container'),
  { attributes: true, attributeFilter: ['class'], subtree: true })"""


def _opened(visit: Callable, path: str, role: str, width: int) -> Page:
    page = visit(role, width).open(path)
    if path == "/map":
        expect(page.locator("#map-rows tr").first).to_be_visible()
    return page


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_a_page_fits_every_width(same_visit: Callable, path: str, role: str) -> None:
    page = _opened(same_visit, path, role, 1440)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SCROLLED)
        assert page.evaluate(CUT) == [], f"tables are cut at {width}"
        fits(page)
        if width >= 768:
            assert page.evaluate(ONE_WORD_WIDE) == [], f"columns one word wide at {width}"
    page.set_viewport_size({"width": 320, "height": 900})
    page.evaluate(SPACED)
    fits(page)
    assert page.evaluate(CLIPPED) == [], "text is cut"
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_table_that_does_not_fit_is_cards_and_one_again(visit: Callable) -> None:
    page = visit("staff").open("/view/structures")
    box = page.locator(".scroll").first
    head = box.locator("thead th").nth(1)
    cell = box.locator("tbody tr").first.locator("td").first
    expect(head).to_be_in_viewport()
    page.set_viewport_size({"width": 768, "height": 900})
    expect(box).to_have_class("scroll stacked")
    label = cell.evaluate("one => getComputedStyle(one, '::before').content")
    assert label.strip('"') == f"{head.inner_text()}: ", "the cell says its column"
    assert box.locator("table").aria_snapshot().startswith("- table"), "it is a table to be read"
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(box).to_have_class("scroll")


@pytest.mark.parametrize(("width", "language"), [(320, "en"), (390, "vi")])
def test_a_telephone_has_a_head_of_one_row(visit: Callable, width: int, language: str) -> None:
    here = visit("administrator", width)
    page = here.open(f"/view/structures?lang={language}")
    top = page.locator(".top").bounding_box()
    assert top["height"] < 60, "one row"
    left = [page.locator(one).bounding_box()["x"] for one in (".brand", "h1", "main .scroll")]
    assert max(left) - min(left) <= 1, "one left edge"
    expect(page.locator(".language")).to_be_visible()
    expect(page.locator(".who")).to_be_hidden()
    tab_to(page, page.locator(".menu-all > summary"))
    page.keyboard.press("Enter")
    leave = page.locator(".who button")
    expect(leave).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("a.account")).to_be_focused()
    assert page.locator(".menu a").first.bounding_box()["x"] == 0
    fits(page)
    assert here.violations() == []
    leave.click()
    expect(page).to_have_url(f"{here.url}/")


@pytest.mark.parametrize(("asked", "moving"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_who_asked_for_that(visit: Callable, asked: str, moving: bool) -> None:
    here = visit("staff")
    here.page.emulate_media(reduced_motion=asked)
    page = _opened(lambda *_: here, "/map", "staff", 1440)
    before = page.url
    page.evaluate(WATCH_ZOOM)
    page.locator(".leaflet-control-zoom-in").click()
    if moving:
        expect(page.locator("body[data-zoomed]")).to_be_attached()
        return
    page.wait_for_url(lambda now: now != before)
    expect(page.locator("body[data-zoomed]")).not_to_be_attached()
    page.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".leaflet-pan-anim").count() == 0
    page.locator("main button").first.hover()
    assert page.evaluate(RUNNING) == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_forced_colours_keep_the_focus_and_the_marks(visit: Callable) -> None:
    here = visit("staff")
    page = here.page
    page.emulate_media(forced_colors="active")
    here.open("/view/certification")
    for _ in range(14):
        page.keyboard.press("Tab")
        seen = page.evaluate("""() => {
          const one = document.activeElement, style = getComputedStyle(one);
          return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
            && style.outlineColor !== getComputedStyle(document.body).backgroundColor;
        }""")
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
    line = "one => getComputedStyle(one).borderBottomColor"
    here_now = page.locator(".menu summary[aria-current]").evaluate(line)
    others = page.locator(".menu summary:not([aria-current])").first.evaluate(line)
    assert here_now != others, "the menu says where one is"
    for one in ("main .chip", "main button", "main input[type=search]", "main select"):
        width = page.locator(one).first.evaluate("one => getComputedStyle(one).borderTopWidth")
        assert width != "0px", f"{one} has an edge"


def test_paper_shows_the_parameters_of_rules(visit: Callable) -> None:
    page = visit("staff").open("/view/rules?text=fm.")
    folded = page.locator("details.paper-fold")
    assert folded.count() > 0
    assert folded.first.get_attribute("open") is None
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(one.get_attribute("open") is not None for one in folded.all())
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folded.first.get_attribute("open") is None


def test_a_date_or_a_number_never_breaks_on_a_telephone(visit: Callable) -> None:
    here = visit("staff", 390)
    for path in ("/view/desk", "/view/stations/mp-duc-hoa", "/view/reports", "/view/structures"):
        page = here.open(path)
        assert page.evaluate(BROKEN) == [], path


def test_paper_has_no_menu_and_keeps_the_list_of_a_form(visit: Callable) -> None:
    page = visit("staff").open("/view/inspections/risk")
    assert page.locator("main .button:visible, main button:visible").count() > 0
    page.emulate_media(media="print")
    assert page.locator(":is(.top, .skip, main form input, main select):visible").count() == 0
    assert page.locator("main :is(.button, button):visible").count() == 0
    expect(page.locator("form table tbody tr").first).to_be_visible()
    group = page.locator("thead").first.evaluate("one => getComputedStyle(one).display")
    assert group == "table-header-group", "heads on every sheet"


def test_an_anchor_below_what_is_not_laid_out_yet_is_seen(visit: Callable) -> None:
    """What stands above it has only about its height until it comes near."""
    page = visit("staff", 390).open("/view/structures/mp-ben-luc-cot#history")
    expect(page.locator("#history-heading")).to_be_in_viewport()
    page.goto(page.url.replace("#history", "#around-heading"))
    expect(page.locator("#around-heading")).to_be_in_viewport()


def test_what_is_laid_out_near_does_not_cut_its_outlines(visit: Callable) -> None:
    page = visit("staff").open("/view/structures/mp-ben-luc-cot")
    clips = page.evaluate(
        "() => [...document.querySelectorAll('.once-near')]"
        ".map((one) => getComputedStyle(one).overflowClipMargin)"
    )
    assert clips
    assert set(clips) == {"6px"}, "an outline of 3 px stands 2 px off what has the focus"
