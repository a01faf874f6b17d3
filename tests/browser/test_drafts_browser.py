"""What somebody typed outlives a reload and a lost connection, and nobody else sees it."""

from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Page, expect

from api.identity import SESSION_COOKIE

_PAGE = "/view/structures/mp-ben-luc-cot/edit?lang=en"
_KEPT = "was not sent"
_NOTE = "Checked on the spot, simulated"


def _drafts(page: Page) -> int:
    return page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('phusong-draft:')).length"
    )


def _reason(page: Page):
    return page.locator("main form [name=reason]").first


def test_a_reload_loses_nothing_and_a_sent_form_leaves_nothing(visit: Callable) -> None:
    here = visit("staff")
    page = here.open(_PAGE)
    _reason(page).fill(_NOTE)
    page.reload()
    offer = page.locator(".draft")
    expect(offer).to_contain_text(_KEPT)
    assert here.violations() == []
    offer.get_by_role("button", name="Bring it back").click()
    expect(_reason(page)).to_have_value(_NOTE)
    height = page.locator("main form [name=height_m]")
    height.fill(str(float(height.input_value()) + 1))
    page.locator("main form button.primary").first.click()
    page.wait_for_url(lambda address: "/edit" not in address)
    assert _drafts(page) == 0
    page = here.open(_PAGE)
    expect(page.locator(".draft")).to_have_count(0)


def test_a_lost_connection_is_said_and_costs_nothing(visit: Callable) -> None:
    here = visit("staff", 390)
    page = here.open(_PAGE)
    _reason(page).fill(_NOTE)
    page.context.set_offline(True)
    page.locator("main form button.primary").first.click()
    said = page.get_by_role("alert").filter(has_text="nothing was sent")
    expect(said).to_be_visible()
    expect(_reason(page)).to_have_value(_NOTE)
    page.context.set_offline(False)
    said.get_by_role("button", name="Send again").click()
    page.wait_for_load_state()
    expect(said).to_have_count(0)


def test_a_draft_is_of_one_account_and_ends_with_signing_out(visit: Callable, server) -> None:
    here = visit("staff")
    page = here.open(_PAGE)
    _reason(page).fill(_NOTE)
    assert _drafts(page) == 1
    page.goto(server.link("administrator"))
    here.open(_PAGE)
    expect(_reason(page)).to_have_value("")
    expect(page.locator(".draft")).to_have_count(0)
    assert _drafts(page) == 0
    page.goto(server.link("staff"))
    here.open(_PAGE)
    _reason(page).fill(_NOTE)
    assert _drafts(page) == 1
    page.locator("form[action='/logout'] button").click()
    page.wait_for_load_state()
    assert _drafts(page) == 0


def test_a_server_that_does_not_answer_after_a_while_is_noticed_before_sending(
    visit: Callable,
) -> None:
    here = visit("staff")
    here.page.add_init_script("performance.now = () => 600000")  # the page stood for ten minutes
    page = here.open(_PAGE)
    _reason(page).fill(_NOTE)
    page.context.route("**/session", lambda route: route.abort())
    page.locator("main form button.primary").first.click()
    expect(page.get_by_role("alert").filter(has_text="nothing was sent")).to_be_visible()
    page.context.unroute("**/session")
    page.context.clear_cookies()
    page.get_by_role("button", name="Send again").click()
    said = page.get_by_role("alert").filter(has_text="Your session has ended")
    expect(said.get_by_role("link", name="Sign in")).to_be_visible()
    assert _drafts(page) == 1


def test_an_answer_that_is_no_success_costs_nothing(visit: Callable) -> None:
    """The session was gone within the minute in which the server is not asked first."""
    here = visit("staff")
    page = here.open(_PAGE)
    _reason(page).fill(_NOTE)
    cookies = page.context.cookies()
    page.context.clear_cookies(name=SESSION_COOKIE)
    page.locator("main form button.primary").first.click()
    way = page.get_by_role("link", name="Sign in and return to the form")
    expect(way).to_have_attribute("href", "/login?next=" + quote(_PAGE))
    page.context.add_cookies(cookies)
    way.click()
    page.wait_for_url("**" + _PAGE)
    page.get_by_role("button", name="Bring it back").click()
    expect(_reason(page)).to_have_value(_NOTE)

    page.locator("main form [name=csrf_token]").first.evaluate("one => one.value = 'another'")
    page.locator("main form button.primary").first.click()
    page.get_by_role("link", name="Back to the form").click()
    page.wait_for_url("**" + _PAGE)
    expect(page.locator(".draft")).to_contain_text(_KEPT)

    page.get_by_role("button", name="Bring it back").click()
    page.context.route("**/edit*", lambda route: route.abort(), times=1)
    page.locator("main form button.primary").first.click()
    page.wait_for_timeout(300)
    here.open("/view/structures")
    here.open(_PAGE)
    expect(page.locator(".draft")).to_contain_text(_KEPT)
