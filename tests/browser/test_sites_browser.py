"""Site planning in a real Chromium: the form, what is wrong with it, the report with its map."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

MINUTES_MS = 240_000
ORDER = "#lead-heading, .study-files, #map, #map-table, #results"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [390, 1440])
def test_a_site_is_filled_in_and_judged(visit: Callable[..., Any], width: int) -> None:
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
    order = page.locator(ORDER).evaluate_all("all => all.map(one => one.id || one.className)")
    assert order[:4] == ["lead-heading", "actions study-files", "map", "map-table"], order
    the_mast_is_drawn_and_read(page, "Cột thử")
    expect(page.locator(".leaflet-shapes-looked-pane path")).to_have_count(2)
    for details in page.locator("details").all():
        details.evaluate("one => { one.open = true; }")
    here.picture(f"site-report-{width}")
    assert page.evaluate(OVERFLOW) <= 0
    assert here.violations() == []


def the_mast_is_drawn_and_read(page: Page, name: str) -> None:
    """Make sure that the mast is on the map, and that the keyboard leads there from its row."""
    page.locator("#map").scroll_into_view_if_needed()
    row = page.locator("#map-rows tr").first
    expect(row).to_contain_text("Cột, đài được xét")
    expect(page.locator("input[data-layer=kind-judged-mast]")).to_be_checked()
    expect(page.locator(".map-title-judged span", has_text=name).first).to_be_visible()
    button = row.locator("button")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text(name)
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_worst_points_of_a_station_have_lines(visit: Callable[..., Any], width: int) -> None:
    here = visit("staff", width)
    page = here.open("/view/stations/mp-thu-thua")
    page.locator("button[name=kind][value=compliance]").click()
    page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
    the_mast_is_drawn_and_read(page, "Thủ Thừa")
    worst = page.locator(".leaflet-shapes-worst-pane path")
    expect(worst.first).to_be_attached()
    expect(page.locator("#map .map-letter span").first).to_be_visible()
    page.locator("#map-filters [name=text]").fill("Khánh Hậu")
    expect(page.locator("#map-rows tr").filter(has_not_text="Khánh Hậu")).to_have_count(0)
    row = page.locator("#map-rows tr", has_text="Điểm bất lợi nhất").first
    expect(row).to_contain_text("Cách cột, đài được xét")
    row.locator("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text("Dự trữ")
    page.keyboard.press("Escape")
    page.locator("input[data-layer=worst]").focus()
    page.keyboard.press("Space")
    expect(worst).to_have_count(0)
    assert page.evaluate(OVERFLOW) <= 0
    assert here.violations() == []
    here.picture(f"station-judged-{width}")


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
