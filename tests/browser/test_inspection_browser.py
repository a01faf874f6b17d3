"""Inspections in a real Chromium: a form filled in offline and sent twice is recorded once."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.clock import today
from tests.browser.accessibility import violations

pytestmark = pytest.mark.xdist_group("browser")


def opened(page: Page) -> None:
    """Open an inspection of one station that a complaint names, and begin the visit."""
    form = page.url
    page.goto(form.replace("/desk/inspection", "/desk/interference"))
    page.fill("[name=complainant]", "Người nghe đài")
    page.fill("[name=victim_station_id]", "mp-tan-an")
    page.fill("[name=effect]", "Mất sóng")
    page.fill("[name=received_on]", (today() - timedelta(days=9)).isoformat())
    with page.expect_navigation():
        page.locator("form button.primary").click()
    expect(page.locator("h1")).to_contain_text("interference", ignore_case=True)
    page.goto(form)
    page.fill("[name=subject]", "Phát thanh Mô phỏng")
    page.fill("[name=subject_id]", "mo-phong-phat-thanh")
    page.select_option("select[name=origin]", "interference")
    page.fill("[name=interference_case]", f"1/{today().year}")
    page.fill("[name=station_ids]", "mp-tan-an")
    with page.expect_navigation():
        page.locator("form button.primary").click()
    expect(page.locator("h1")).to_contain_text("inspection", ignore_case=True)
    step = page.locator("details.card", has=page.locator("input[value=visit_begun]"))
    step.locator("summary").first.click()
    step.locator("input[name=begun_on]").fill(today().isoformat())
    with page.expect_navigation():
        step.locator("button").click()


def saved_form(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator("a[href*='form.html']").click()
    place = folder / "form.html"
    download.value.save_as(place)
    return place


def filled_offline(chromium: Browser, place: Path, folder: Path, picture: Callable) -> Path:
    """Fill the form in from the disk, with no network, close it, and export it later."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, accept_downloads=True)
    context.set_offline(True)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(place.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "it scrolls sideways"
    assert violations(page) == []
    page.locator("#export").click()
    expect(page.locator("#wrong")).to_be_focused()
    power = page.locator("fieldset[data-item=power]")
    power.locator("select[name=outcome]").select_option("not_met")
    power.locator("input[name=value]").fill("2600")
    page.locator("#export").click()
    expect(page.locator("#wrong li")).to_have_count(2)
    picture(page, "inspection-phone-refused")
    power.locator("input[name=uncertainty]").fill("10")
    power.locator("input[name=shown]").fill("100")
    power.locator("textarea[name=note]").fill("Đo ở đầu ra máy phát")
    page.locator("input[name=visited_at]").fill(
        page.evaluate("new Date(Date.now() + 7 * 36e5).toISOString().slice(0, 16)")
    )
    page.close()

    page = context.new_page()
    page.goto(place.as_uri())
    expect(page.locator("fieldset[data-item=power] input[name=value]")).to_have_value("2600")
    with page.expect_download() as download:
        page.locator("#export").click()
    picture(page, "inspection-phone")
    sent = folder / "visit.json"
    download.value.save_as(sent)
    assert {one for one in asked if not one.startswith(("file:", "blob:"))} == set()
    context.close()
    return sent


def test_a_form_is_filled_offline_and_recorded_once(
    visit: Callable, chromium: Browser, tmp_path: Path, picture: Callable
) -> None:
    here = visit("staff", 390)
    page = here.open("/view/desk/inspection?lang=en")
    opened(page)
    place = saved_form(page, tmp_path)
    sent = filled_offline(chromium, place, tmp_path, picture)
    assert json.loads(sent.read_text(encoding="utf-8"))["format"] == "phusong-visit-1"
    for said in ("The form is recorded.", "recorded before"):
        page.locator("input[name=visit]").set_input_files(sent)
        page.locator("form[action$='/visits'] button").click()
        expect(page.locator("p.notice.good")).to_contain_text(said)
    expect(page.locator("[role=region][aria-labelledby=found-heading] tbody tr")).to_have_count(1)
    expect(page.locator("[role=region][aria-labelledby=found-heading]")).to_contain_text(
        "2,600 ± 10 W"
    )
    expect(page.locator("[role=region][aria-labelledby=found-heading]")).to_contain_text(
        "2,500 W (register); a paper on site says otherwise: 100 W"
    )
    expect(page.locator("#sanctions tbody tr")).to_have_count(1)
    expect(page.locator("#sanctions tbody tr")).to_contain_text("10,000,000 to 15,000,000")
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "it scrolls sideways"
    assert here.violations() == []
    here.picture("inspection-case")
    assert here.complaints == []


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_the_ranking_and_the_plan_are_pages_for_everybody(
    visit: Callable, language: str, width: int
) -> None:
    here = visit("staff", width)
    page = here.open(f"/view/inspections/risk?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") == width, "it scrolls sideways"
    assert here.violations() == []
    here.picture(f"inspection-risk-{language}-{width}")
    if language == "vi":
        page = here.open("/view/desk/inspection_plan?lang=vi")
        page.fill("input[name=year]", str(page.evaluate("new Date().getFullYear()")))
        with page.expect_navigation():
            page.locator("form button.primary").click()
        page.locator("#content a[href='/view/inspections/risk']").first.click()
        page.locator("input[name=structure_id]").nth(0).check()
        page.locator(
            "form[method=post][action^='/view/inspections/risk'] button.primary"
        ).last.click()
        expect(
            page.locator("[role=region][aria-labelledby=lines-heading] tbody tr")
        ).to_have_count(1)
        assert here.violations() == []
        here.picture("inspection-plan")
    assert here.complaints == []
