"""What a case found, written into the register in a real Chromium, at desktop and phone width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from gis.cases.working_days import local_day
from gis.desk.registry import procedure_of
from gis.desk.store import Desk
from gis.home import Home
from gis.register import moments
from gis.register.scopes import SYSTEM, Scope

from .conftest import Server, Visit

pytestmark = pytest.mark.xdist_group("browser")

FACTS = {
    "applicant": "Đài mô phỏng",
    "type": "broadcast_press",
    "purpose": "renew",
    "applicant_kind": "organisation",
    "asked_years": 5,
    "licence_number": "GP 1",
    "expires_on": "2027-01-01",
    "station_id": "mp-tan-an",
    "frequency_mhz": 97.3,
    "longitude": 106.42,
    "latitude": 10.54,
}


def granted(server: Server) -> str:
    """A dossier that ended with a licence."""
    desk, staff = Desk(server.register, Home(server.register.path.parent)), Scope("staff")
    procedure = procedure_of("dossier")
    case = desk.open(procedure, FACTS, staff, account="lan")
    today = local_day(moments.now()).isoformat()
    steps = (
        ("completed", {"reason": "Đủ"}),
        ("handed_over", {"authority": "bureau", "handed_on": today}),
        (
            "result_recorded",
            {"result": "granted", "decided_on": today, "granted_number": "12/GP"},
        ),
    )
    for place, (kind, told) in enumerate(steps, start=1):
        desk.append(procedure, case.id, kind, told, staff, account="lan", expected=place)
    return f"/view/desk/dossier/{case.id}"


def test_a_licence_is_confirmed_line_by_line_and_taken_back(
    server: Server, visit: Callable[..., Visit]
) -> None:
    address = granted(server)
    phone = visit("staff", 390)
    page = phone.open(f"{address}/licence")
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "it scrolls sideways"
    assert phone.violations() == []
    phone.picture("record-licence-phone")
    wide = visit("staff")
    page = wide.open(address)
    page.locator("a.button[href$='/licence']").click()
    expect(page.locator("input[name='write.licence_number']")).to_be_checked()
    expect(page.locator("input[name='write.licence_power_w']")).not_to_be_checked()
    page.locator("input[name='write.licence_power_w']").check()
    wide.picture("record-licence")
    page.locator("main form[method=post] button.primary").click()
    expect(page.locator("#refused")).to_be_visible()
    expect(page.locator("input[name='value.licence_number']")).to_have_value("12/GP")
    assert server.register.station("mp-tan-an", SYSTEM).licence_frequency_mhz is None
    page.locator("input[name='write.licence_power_w']").uncheck()
    page.locator("main form[method=post] button.primary").click()
    expect(page).to_have_url(f"{server.url}{address}")
    assert server.register.station("mp-tan-an", SYSTEM).licence_frequency_mhz == 97.3
    page = wide.open("/view/stations/mp-tan-an")
    wide.picture("station-history")
    assert wide.violations() == []
    write = page.locator("#history article").first
    write.locator("> details.undo > summary").click()
    write.locator("> details.undo input[name=reason]").fill("Nhầm đài")
    write.locator("> details.undo button").click()
    expect(page.locator("#history article")).to_have_count(3)
    assert server.register.station("mp-tan-an", SYSTEM).licence_frequency_mhz is None
    wide.open("/view/fees")
    assert wide.violations() == []
    wide.picture("fees")
