"""The tour of the demonstration register, by keyboard; it stays away once it was answered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(("role", "steps"), [("anonymous", 6), ("operator", 7), ("staff", 9)])
def test_the_tour_is_walked_by_keyboard_and_remembered(
    visit: Callable, *, role: str, steps: int
) -> None:
    here = visit(role, 390)
    page = here.open("/")
    tour = page.locator(".tour")
    assert here.violations() == []
    page.locator(".tour .primary").press("Enter")
    for number in range(1, steps + 1):
        expect(tour.locator("h2")).to_have_text(f"Giới thiệu: bước {number} / {steps}")
        expect(tour.locator("h2")).to_be_focused()
        if number < steps:
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Hướng dẫn sử dụng")
    assert here.violations() == []
    tour.get_by_role("link", name="Xong").press("Enter")
    expect(page.locator("h1")).to_be_visible()
    expect(tour).to_have_count(0)
    page = here.open("/view/guide")
    page.get_by_role("link", name="Đi lại vòng giới thiệu").click()
    expect(tour.locator("h2")).to_have_text(f"Giới thiệu: bước 1 / {steps}")
    page = here.open("/view/stations")
    expect(page.locator(".tour")).to_have_count(0)
