"""A case of interference in a real Chromium: searched, attached, read at two widths."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser")

TYPED = {
    "complainant": "Đài Phát thanh mô phỏng",
    "victim_station": "FM mô phỏng Tân An",
    "victim_station_id": "mp-tan-an",
    "frequency_mhz": "96.9",
    "longitude": "106.45",
    "latitude": "10.65",
    "began_at": "2026-07-20T08:00",
    "effect": "Tiếng rít, mất sóng buổi tối",
}
BEARINGS = (
    "station;latitude;longitude;bearing;error\n"
    "Trạm A;10.60;106.20;75;4\nTrạm B;10.90;106.50;10;5\nTrạm D;10.50;106.75;300;5\n"
)


def test_a_case_is_searched_for_and_read_at_every_width(
    visit: Callable, picture: Callable, tmp_path: Path
) -> None:
    desk = visit("staff")
    page: Page = desk.open("/view/desk/interference")
    for name, value in TYPED.items():
        page.locator(f"form [name={name}]").fill(value)
    page.select_option("select[name=service]", "broadcast_provincial")
    page.select_option("select[name=own_equipment_checked]", "yes")
    page.locator("form button.primary").first.click()
    expect(page.locator("#class-heading")).to_be_visible()
    case = page.url
    accept = page.locator("details.card", has=page.locator("input[value=accepted]"))
    accept.locator("summary").first.click()
    expect(accept.locator("select[name=class]")).to_have_value("within_province")
    accept.locator("button").click()
    measured = tmp_path / "huong.csv"
    measured.write_text(BEARINGS, encoding="utf-8")
    filed = page.locator("details.card", has=page.locator("input[value=filed]"))
    filed.locator("summary").first.click()
    filed.locator("input[type=file]").set_input_files(measured)
    filed.locator("button").click()
    page.locator("#study select[name=bearings]").select_option(index=1)
    page.locator("#study form button.primary").click()
    page.wait_for_url("**/view/studies/**", timeout=120_000)
    the_map_of_the_search(page, desk)
    page.goto(case)
    page.locator("#study form.inline button").first.click()
    expect(page.locator("#study figure svg")).to_be_visible()
    found = page.locator("details.card", has=page.locator("input[value=source_found]"))
    found.locator("summary").first.click()
    found.locator("[name=cause]").fill("Máy phát lệch tần")
    found.locator("[name=evidence]").fill("BB 12")
    found.locator("button").click()
    expect(page.locator("#acts-heading")).to_be_visible()
    picture(page, "interference-1440")
    telephone = visit("staff", 390)
    phone = telephone.page
    phone.goto(case)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390, "it scrolls sideways"
    picture(phone, "interference-390")
    assert desk.violations() == []
    assert telephone.violations() == []
    with page.expect_download() as package:
        page.locator("a[href$='evidence.zip']").click()
    package.value.save_as(tmp_path / "evidence.zip")
    assert (tmp_path / "evidence.zip").stat().st_size > 10_000


def the_map_of_the_search(page: Page, desk: Any) -> None:
    """Bearings (B is read backwards), ellipse, numbers, cells; by keyboard and on paper."""
    expect(page.locator("#map-rows tr").first).to_contain_text("Máy thu bị nhiễu")
    for name in ("numbers", "bearings", "ellipse", "source-places", "kind-next"):
        expect(page.locator(f"input[data-layer={name}]")).to_be_checked()
    assert page.locator(".leaflet-shapes-bearings-pane path[stroke-dasharray='9 4']").count() == 1
    assert page.locator(".leaflet-shapes-ellipse-pane path").count() == 2
    expect(page.locator("#map .map-letter span", has_text="1").first).to_be_visible()
    button = page.locator("#map-rows tr", has_text="1. ").first.locator("button")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text("Xác suất")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    assert desk.violations() == []
    page.locator("input[data-layer=bearings]").focus()
    page.keyboard.press("Space")
    expect(page.locator(".leaflet-shapes-bearings-pane path")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.locator("#map")).to_be_visible()
    page.emulate_media(media="screen")


def test_files_are_judged_beside_their_fields(visit: Callable, tmp_path: Path) -> None:
    measured = tmp_path / "huong.csv"
    measured.write_text(BEARINGS + "Trạm E;10.5;106.8;x;5\n", encoding="utf-8")
    phone = visit("staff", 390)
    page: Page = phone.open("/view/sources")
    page.set_input_files("[name=bearings_csv_file]", measured)
    page.locator("button[value=judge]").click()
    expect(page.locator("#judged")).to_be_focused()
    expect(page.locator("#source-bearings_csv-part .notice")).to_contain_text("Dòng 5")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert phone.violations() == []
