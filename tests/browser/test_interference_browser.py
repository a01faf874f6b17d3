"""A case of interference in a real Chromium: searched, attached, read at two widths."""

from collections.abc import Callable
from pathlib import Path

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
    "Trạm A;10.60;106.20;60;4\nTrạm B;10.90;106.50;190;5\nTrạm D;10.50;106.75;300;5\n"
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
