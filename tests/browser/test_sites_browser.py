"""Site planning in a real Chromium: the form, what is wrong with it, the report with its map."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

MINUTES_MS = 240_000
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [390, 1440])
def test_a_site_is_filled_in_and_judged(
    visit: Callable[..., Any], misplaced: Callable[[Locator], list[str]], width: int
) -> None:
    here = visit("operator", width)
    page = here.open("/view/sites")
    page.fill("[name=name]", f"Cột thử {width}")
    page.fill("[name=latitude]", "10.54")
    page.fill("[name=longitude]", "106.41")
    page.fill("[name=structure_height_m]", "42")
    page.fill("[name=antenna_height_m]", "40")
    page.fill("[name=frequency_mhz]", "1800")
    page.fill("[name=eirp_dbm]", "60")
    assert page.evaluate(OVERFLOW) <= 0
    assert here.violations() == []
    here.picture(f"site-form-{width}")
    page.locator("form[action='/view/sites'] button.primary").click()
    page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
    expect(page.locator("figure.site-map svg")).to_be_visible()
    order = page.locator("main :is(h1, figure)").evaluate_all("all => all.map(one => one.tagName)")
    assert order == ["H1", "FIGURE"], "the heading stands before the drawing"
    assert misplaced(page.locator("figure.site-map svg")) == []
    for details in page.locator("details").all():
        details.evaluate("one => { one.open = true; }")
    here.picture(f"site-report-{width}")
    assert page.evaluate(OVERFLOW) <= 0
    assert here.violations() == []


def test_a_wrong_site_comes_back(visit: Callable[..., Any]) -> None:
    here = visit("staff", 390)
    page = here.open("/view/sites")
    page.fill("[name=latitude]", "10.2")
    page.fill("[name=longitude]", "107.5")
    page.fill("[name=structure_height_m]", "42")
    page.locator("form[action='/view/sites'] button.primary").click()
    expect(page.locator("#refused")).to_be_visible()
    assert page.locator("[name=structure_height_m]").input_value() == "42"
    assert here.violations() == []
    assert page.evaluate(OVERFLOW) <= 0
