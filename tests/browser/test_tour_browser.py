"""The tour of the demonstration register, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from api.roles import Role
from api.tour import steps_of


@pytest.mark.parametrize(
    ("role", "width"), [("anonymous", 390), ("operator", 1440), ("staff", 390)]
)
def test_it_leads_through_its_pages_and_stays_away(visit: Callable, role: str, width: int) -> None:
    here = visit(role, width)
    page = here.open("/?lang=vi")
    tour = page.locator(".tour")
    expect(tour).to_be_visible()
    assert here.violations() == []
    tour.locator("a.primary").focus()
    for step in steps_of(Role(role)):
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address, path=step.path: address.split("?")[0].endswith(path))
        expect(tour.locator("h2")).to_contain_text(f"{step.number} / {step.of}")
        expect(tour.locator("h2")).to_be_focused()
        page.keyboard.press("Tab")
        if step.number == 2:
            assert here.violations() == []
    tour.get_by_role("link", name="Xong").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{here.url}/")
    expect(tour).to_have_count(0)
    page = here.open("/view/guide")
    expect(page.locator("a[href='/view/tour/1']")).to_be_visible()
