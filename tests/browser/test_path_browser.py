"""A path in a real Chromium: its page on screens and on paper, and nothing over anything else."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

PATH = "/view/path?station=mp-tan-an&receiver_height_m=1,5"
NEAR = f"{PATH}&longitude=106,5&latitude=10,6"
FAR = f"{PATH}&longitude=107,6&latitude=9,8"


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
@pytest.mark.parametrize("path", [NEAR, FAR], ids=["in sight", "hidden"])
def test_a_page_that_fits_and_figures_in_which_no_word_covers_another(
    visit: Callable[..., Any],
    misplaced: Callable[..., list[str]],
    *,
    path: str,
    language: str,
    width: int,
) -> None:
    here = visit("viewer", width)
    page = here.open(f"{path}&lang={language}")
    assert here.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    shown, hidden = (
        (".path-wide", ".path-narrow") if width > 720 else (".path-narrow", ".path-wide")
    )
    expect(page.locator(f"{shown} svg")).to_be_visible()
    expect(page.locator(f"{hidden} svg")).to_be_hidden()
    figure = page.locator(f"{shown} svg")
    assert figure.locator("text").count() > 20
    assert misplaced(figure) == []
    here.picture(f"path-{language}-{width}")
    assert here.complaints == []


def test_the_form_is_filled_by_hand_and_works_without_script(
    visit: Callable[..., Any], server: Any
) -> None:
    page = visit("viewer").open("/view/path?station=mp-tan-an")
    page.locator("input[name=latitude]").fill("10,6")
    page.locator("input[name=longitude]").fill("106,5")
    page.locator("main form button.primary").click()
    expect(page.locator("figure svg").first).to_be_visible()
    assert "longitude=106%2C5" in page.url
    page.locator("input[name=latitude]").fill("mười")
    page.locator("main form button.primary").click()
    expect(page.get_by_role("alert")).to_contain_text("“mười”")
    expect(page.locator("input[name=longitude]")).to_have_value("106,5")
    expect(page.locator("input[name=latitude]")).to_have_value("mười")
    assert server.url in page.url


def test_paper_has_the_wide_figure_and_both_tables(visit: Callable[..., Any]) -> None:
    page = visit("viewer").open(FAR)
    page.set_viewport_size({"width": 688, "height": 1010})
    page.emulate_media(media="print")
    expect(page.locator(".path-wide svg")).to_be_visible()
    expect(page.locator(".path-narrow svg")).to_be_hidden()
    expect(page.locator("main form")).to_be_hidden()
    cut = page.evaluate(
        """() => [...document.querySelectorAll('main table, main figure')]
          .filter(e => e.getClientRects().length)
          .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
          .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert cut == []
