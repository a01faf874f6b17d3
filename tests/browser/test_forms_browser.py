"""A refused form in a real Chromium: the focus stands on what is wrong, nothing typed is lost."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gis.register.scopes import SYSTEM
from gis.register.structures import Contract

pytestmark = pytest.mark.xdist_group("browser")

STATION = "mp-thu-thua"


def refused(page: Page, name: str, typed: dict[str, str]) -> None:
    """Look whether a form came back with its summary, its values and its message."""
    summary = page.locator("#refused")
    expect(summary).to_be_focused()
    for field, value in typed.items():
        expect(page.locator(f"#{field}")).to_have_value(value)
    field = page.locator(f"#{name}")
    expect(field).to_be_visible()
    said = page.locator(f"#{name}-wrong")
    expect(said).to_be_visible()
    expect(field).to_have_accessible_description(said.inner_text())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_forms_come_back(visit: Callable, language: str, width: int) -> None:
    here = visit("staff", width)
    page = here.open(f"/view/stations/{STATION}?lang={language}")
    for summary in page.locator(".asked-study summary").all():
        summary.click()
    page.fill("#coverage-radius_km", "300")
    page.fill("#coverage-step_m", "10")
    page.fill("#coverage-time_percent", "12.5")
    page.select_option("#coverage-model", "itm")
    page.locator("button[name=kind][value=coverage]").click()
    typed = {"coverage-radius_km": "300", "coverage-time_percent": "12.5"}
    here.picture(f"refused-station-{language}-{width}", full_page=False)
    refused(page, "coverage-step_m", {**typed, "coverage-model": "itm"})
    assert here.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == width, "it scrolls sideways"
    page.locator("#coverage-step_m-wrong").scroll_into_view_if_needed()
    here.picture(f"refused-field-{language}-{width}", full_page=False)
    page.locator("a.language").click()
    expect(page.locator("h1")).to_contain_text("Thủ Thừa")

    page = here.open(f"/view/studies?lang={language}")
    page.locator("details.card > summary").click()
    page.fill("#network-lowest_mhz", "400")
    page.fill("#network-highest_mhz", "500")
    page.locator("form[method=post][action='/view/studies'] button").click()
    here.picture(f"refused-network-{language}-{width}")
    refused(page, "network-lowest_mhz", {"network-highest_mhz": "500"})
    assert here.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == width, "it scrolls sideways"
    unasked = [one for one in here.complaints if "422" not in one]
    assert unasked == []


def test_a_contract_is_ended_by_hand(visit: Callable, server: Any) -> None:
    structure = server.register.structures(SYSTEM, owner_id="mo-phong-a", limit=1)[0]
    contract = Contract(
        id="hđ-tay", number="HĐ-TAY", owner_id="mo-phong-a", tenant_id="mo-phong-b",
        structure_id=structure.id, valid_from=date(2026, 1, 1), provenance=structure.provenance,
    )  # fmt: skip
    with server.register.write(author="test", reason="test") as writer:
        writer.add_contracts([contract])
    here = visit("operator", 390)
    page = here.open(f"/view/structures/{structure.id}?lang=vi")
    page.get_by_role("link", name="Chấm dứt hợp đồng HĐ-TAY").click()
    page.fill("#end-valid_to", "2025-12-31")
    page.fill("#end-reason", "trả chỗ")
    page.get_by_role("button", name="Chấm dứt hợp đồng").click()
    here.picture("refused-contract-vi-390")
    refused(page, "end-valid_to", {"end-reason": "trả chỗ"})
    assert here.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "it scrolls sideways"
    page.fill("#end-valid_to", "2030-12-31")
    page.get_by_role("button", name="Chấm dứt hợp đồng").click()
    expect(page.locator("#contracts")).to_contain_text("31/12/2030")
    assert here.violations() == []
    assert [one for one in here.complaints if "422" not in one] == []


SAID = {
    "vi": ("Cần điền ô này.", "Cần chọn một mục.", "Giá trị lớn nhất là 50."),
    "en": ("This field is needed.", "Choose one of them.", "The greatest value is 50."),
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_field_that_is_wanted_is_asked_for_in_the_language_of_the_page(
    visit: Callable, language: str
) -> None:
    """The bubble is the browser's, its words are the page's, and it holds nobody up afterwards."""
    fill, choose, most = SAID[language]
    here = visit("staff", 1440)
    page = here.open(f"/view/organisations?lang={language}")
    form = page.locator("form[method=post][action='/view/organisations']")
    name, kind = form.locator("[name=name]"), form.locator("select")
    kind.evaluate(
        "one => { one.add(new Option('', ''), 0); one.value = ''; one.required = true; }"
    )
    said = "one => one.validationMessage"
    form.locator("button").last.click()
    expect(name).to_be_focused()
    assert name.evaluate(said) == fill
    name.fill("Tổ chức mô phỏng thử ô")
    assert name.evaluate(said) == ""
    form.locator("button").last.click()
    assert kind.evaluate(said) == choose
    kind.select_option(index=1)
    page.route("**/view/organisations", lambda route: route.abort())  # nothing is to be left
    with page.expect_request(lambda one: one.method == "POST"):
        name.press("Enter")
    page.unroute("**/view/organisations")

    page = here.open(f"/view/supports?lang={language}")
    within = page.locator("input[type=number][max]").first
    within.evaluate("one => { one.max = 50; one.value = 51; }")
    within.evaluate("one => one.form.reportValidity()")
    assert within.evaluate(said) == most
