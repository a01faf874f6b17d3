"""A sharing request in a real Chromium: typed by an operator, followed by staff."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from gis.cases.records import EventKind
from gis.cases.store import Cases
from gis.home import Home
from gis.register.scopes import PUBLIC, Role, Scope

OWNER = Scope(Role.OPERATOR, "mo-phong-b")


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_a_request_is_typed_sent_refused_and_followed(
    visit: Callable, server, language: str, width: int
) -> None:
    structure = server.register.structures(PUBLIC, owner_id="mo-phong-b", limit=1)[0]
    asking = visit("operator", width)
    page = asking.open(f"/view/sharing?structure_id={structure.id}&lang={language}")
    page.locator("input[name=technology]").fill("5G NR")
    page.locator("textarea[name=purpose]").fill("Phủ sóng khu dân cư mới")
    page.locator("form.card button.primary").click()
    expect(page.locator("h1")).to_contain_text(structure.name)
    assert asking.violations() == []
    page.locator("details:has(input[value=submitted]) summary").click()
    page.locator("form:has(input[value=submitted]) button").click()
    expect(page.locator("#clocks-heading")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("Bắc Ninh")
    case_id = page.url.rpartition("/")[2].partition("?")[0]
    cases = Cases(server.register, Home(server.register.path.parent))
    refusal = {"grounds": ["sharing.ground.load"], "reason": "Cột đã đầy tải"}
    cases.append(case_id, EventKind.REFUSED, refusal, OWNER, "b", expected=2)
    page.reload()
    page.locator("details:has(input[value=escalated]) > summary").first.click()
    page.locator("form:has(input[value=escalated]) button").click()
    expect(page.locator("#refused")).to_be_focused()
    page.locator("form:has(input[value=escalated]) textarea[name=reason]").fill("Còn tải")
    page.locator("form:has(input[value=escalated]) button").click()
    expect(page.locator("#decider-heading")).to_be_visible()
    for role in ("operator", "staff"):
        here = visit(role, width)
        for address in (f"/view/sharing/{case_id}", "/view/sharing"):
            shown = here.open(f"{address}?lang={language}")
            here.picture(f"sharing-{role}-{language}-{address.count('/')}")
            assert here.violations() == []
            assert shown.evaluate("document.documentElement.scrollWidth") == width
        assert here.complaints == []
