"""Drafts: what was typed comes back after a reload, for its account alone, until it is sent."""

from collections.abc import Callable

from playwright.sync_api import expect


def test_a_draft_survives_until_it_is_sent_or_its_owner_leaves(visit: Callable) -> None:
    here = visit("staff")
    page = here.open("/view/desk/interference")
    page.fill("[name=complainant]", "Người nghe đài")
    page.context.set_offline(True)
    page.locator("form button.primary").first.click()
    expect(page.locator("#offline")).to_be_focused()
    expect(page).to_have_url(f"{here.url}/view/desk/interference")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    page.reload()
    assert page.input_value("[name=complainant]") == "", "a draft is offered, not filled in"
    assert here.violations() == []
    page.locator("[data-restore]").click()
    assert page.input_value("[name=complainant]") == "Người nghe đài"
    page.locator("form button.primary").first.click()  # refused: other fields are missing
    page = here.open("/view/desk/interference")
    expect(page.locator("[data-restore]")).to_have_count(1)
    page.locator(".who button").click()
    expect(page.locator(".who")).to_contain_text("Đăng nhập")
    assert page.evaluate("Object.keys(localStorage).length") == 0
