"""The map in Chromium: found by keyboard, kept in its address, explained where one clicks."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Route, expect

WAIT_MS = 20_000


def ready(page: Page) -> Page:
    expect(page.locator("#map-rows tr").first).to_be_visible(timeout=WAIT_MS)
    return page


@pytest.mark.parametrize("width", [390, 1440])
def test_a_former_commune_is_found_with_the_keyboard_alone(visit: Callable, *, width: int) -> None:
    here = visit("anonymous", width)
    page = ready(here.open("/map"))
    page.locator("#map-search-text").focus()
    page.keyboard.type("thi tran ben luc")
    option = page.locator("#map-search-list [role=option]").filter(has_text="Thị trấn Bến Lức")
    expect(option).to_contain_text("nay thuộc Xã Bến Lức", timeout=WAIT_MS)
    assert here.violations() == [], "with the list open"
    for _ in range(10):
        page.keyboard.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    field = page.locator("#map-search-text")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator("#map-search-list")).to_be_hidden()
    expect(page.locator("#map-details")).to_contain_text("Đài FM thu được", timeout=WAIT_MS)
    assert re.search(r"#map=[\d.]+/10\.6\d+/106\.4\d+", page.url)
    expect(page.locator("#map-search-said")).to_have_text("")
    here.picture(f"map-found-{width}", full_page=False)
    assert here.violations() == []
    assert not here.complaints


def test_a_map_whose_objects_do_not_come_says_so(visit: Callable) -> None:
    here = visit("anonymous")
    here.page.route("**/map/objects*", lambda route: route.abort())
    page = here.open("/map")
    failed = page.get_by_role("alert")
    expect(failed).to_contain_text("không tải được dữ liệu", timeout=WAIT_MS)
    assert here.violations() == []
    here.page.unroute("**/map/objects*")
    page.reload()
    ready(page)
    expect(failed).to_be_hidden()


def test_what_is_filled_in_before_the_objects_come_holds(visit: Callable) -> None:
    here = visit("anonymous")
    page = here.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/map/objects*", hold)
    page.goto(f"{here.url}/map?lang=vi", wait_until="domcontentloaded")
    page.fill("#map-filters input[name=text]", "ben luc")
    page.keyboard.press("Enter")
    layer = page.locator("input[data-layer^=kind-]").first.get_attribute("data-layer")
    page.uncheck(f"input[data-layer='{layer}']")
    expect(page).to_have_url(re.compile(r"/map\?lang=vi$"))
    for one in held:
        one.continue_()
    expect(page.locator("#map-rows tr").first).to_contain_text("Bến Lức", timeout=WAIT_MS)
    expect(page.locator("#map-filters input[name=text]")).to_have_value("ben luc")
    expect(page.locator(f"input[data-layer='{layer}']")).not_to_be_checked()
    expect(page).to_have_url(re.compile(r"text=ben"), timeout=WAIT_MS)


def test_the_address_forgets_a_place_that_was_closed(visit: Callable) -> None:
    page = ready(visit("anonymous").open("/map"))
    page.fill("#map-search-text", "10,53 106,4")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("at=10.53000"), timeout=WAIT_MS)
    page.locator(".leaflet-popup-close-button").click()
    expect(page).not_to_have_url(re.compile("at="), timeout=WAIT_MS)


def test_metres_that_two_grids_read_are_chosen_from_a_list(visit: Callable) -> None:
    page = ready(visit("anonymous").open("/map"))
    page.fill("#map-search-text", "1165454 571000")
    page.keyboard.press("Enter")
    readings = page.locator("#map-search-list [role=option]")
    expect(readings).to_have_count(4, timeout=WAIT_MS)
    expect(readings.nth(1)).to_contain_text("VN-2000 / 105°30′")
    expect(readings.first).to_have_attribute("aria-selected", "true")
    assert "at=" not in page.url, "nobody but who typed it knows which was meant"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"at=10\.53\d+.{1,3}106\.15"), timeout=WAIT_MS)


def test_nothing_found_says_what_to_try(visit: Callable) -> None:
    page = ready(visit("anonymous").open("/map"))
    page.fill("#map-search-text", "khôngcóđâu")
    expect(page.locator("#map-search-said")).to_contain_text("Thử tên xã", timeout=WAIT_MS)
    expect(page.locator("#map-search-list")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_click_fills_the_two_fields_and_what_is_typed_stays(
    visit: Callable, *, width: int
) -> None:
    here = visit("anonymous", width)
    page = ready(here.open("/map"))
    fields = [page.locator(f"#map-point [name={one}]") for one in ("latitude", "longitude")]
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.locator("#map").click(position={"x": box["width"] * 0.3, "y": box["height"] * 0.3})
    expect(page).to_have_url(re.compile(r"at="), timeout=WAIT_MS)
    at = re.search(r"at=([\d.]+)%2F([\d.]+)|at=([\d.]+)/([\d.]+)", page.url)
    assert at is not None
    wanted = [float(one) for one in at.groups() if one]
    typed = [one.input_value() for one in fields]
    assert all(re.fullmatch(r"\d+,\d{5}", one) for one in typed), typed
    told = [float(one.replace(",", ".")) for one in typed]
    assert told == pytest.approx(wanted, abs=2e-5)
    assert not any(one.evaluate("one => one === document.activeElement") for one in fields)
    here.picture(f"map-filled-{width}")
    fields[0].fill("10.6")
    fields[1].fill("106.5")
    fields[1].press("Enter")
    expect(page).to_have_url(re.compile(r"at=10.60000"), timeout=WAIT_MS)
    assert [one.input_value() for one in fields] == ["10.6", "106.5"], "as it was typed"
    page.evaluate("""() => {
      const map = document.getElementById('map');
      const { left, top } = map.getBoundingClientRect();
      const at = { bubbles: true, clientX: left + 60, clientY: top + 60 };
      map.dispatchEvent(new MouseEvent('click', at));
    }""")
    expect(page).not_to_have_url(re.compile(r"at=10.60000"), timeout=WAIT_MS)
    assert fields[1].input_value() == "106.5", "nobody who types is disturbed"
    assert not here.complaints


def test_an_object_offers_what_is_received_where_it_stands(visit: Callable) -> None:
    """A click on the symbol of a mast would else hide who disturbs there."""
    page = ready(visit("anonymous").open("/map"))
    page.locator("#map-rows button").first.click()
    page.locator("#map-details button", has_text="Thu được gì").click()
    expect(page.locator("#map-details")).to_contain_text("Đài FM thu được", timeout=WAIT_MS)


def test_the_address_is_what_is_seen(visit: Callable) -> None:
    """Layers, filters, view and the place that was asked about come back in another browser."""
    page = ready(visit("anonymous").open("/map"))
    page.fill("#map-search-text", "10,53 106,4")
    page.keyboard.press("Enter")
    details = page.locator("#map-details")
    expect(details).to_contain_text("Tại 10,53000; 106,40000", timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("at=10.53000"), timeout=WAIT_MS)
    page.locator("#map-layers input[data-layer=kind-fm]").uncheck()
    page.select_option("#map-filters select[name=kind]", label="Cột ăng ten")
    page.fill("#map-filters input[name=text]", "long")
    expect(page).to_have_url(re.compile("text=long"), timeout=WAIT_MS)
    count = page.locator("#map-count")
    expect(count).not_to_contain_text("359 trong", timeout=WAIT_MS)
    told = count.inner_text()
    other = visit("anonymous")
    again = ready(other.open(page.url.removeprefix(other.url)))
    assert unquote(again.url) == unquote(page.url)
    expect(again.locator("#map-count")).to_have_text(told)
    assert not again.locator("#map-layers input[data-layer=kind-fm]").is_checked()
    expect(again.locator("#map-details")).to_contain_text(
        "Tại 10,53000; 106,40000", timeout=WAIT_MS
    )


def test_another_day_keeps_the_place_and_says_so(visit: Callable) -> None:
    here = visit("anonymous")
    page = ready(here.open("/map#map=11/10.6/106.4"))
    page.locator(".map-more > summary").click()
    assert here.violations() == []
    page.fill("#map-day input[name=on]", "2024-06-30")
    page.locator("#map-day button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("Long An", timeout=WAIT_MS)
    ready(page)
    assert "#map=11/10.6" in page.url
    expect(page.locator(".map-more > summary")).to_contain_text("30/06/2024")


def test_the_slider_goes_to_the_end_of_a_month(visit: Callable) -> None:
    page = ready(visit("anonymous").open("/map?on=2024-06-15"))
    page.locator(".map-more > summary").click()
    page.locator("#map-day input[type=range]").focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"on=2024-05-31"), timeout=WAIT_MS)


def test_what_is_seen_is_downloaded(visit: Callable, tmp_path: Path) -> None:
    page = ready(visit("anonymous").open("/map#map=12/10.6618/106.483"))
    page.select_option("#map-filters select[name=kind]", label="Cột ăng ten")
    page.locator(".map-more > summary").click()
    with page.expect_download() as awaited:
        page.locator("#map-download button[type=submit]").click()
    awaited.value.save_as(tmp_path / "seen.geojson")
    found = json.loads((tmp_path / "seen.geojson").read_text("utf-8"))["features"]
    assert found
    assert {one["properties"]["kind"] for one in found} == {"antenna_mast"}
    for one in found:
        longitude, latitude = one["geometry"]["coordinates"]
        assert 106.2 < longitude < 106.8
        assert 10.4 < latitude < 10.9
    with page.expect_download() as awaited:
        page.locator("#map-picture").click()
    awaited.value.save_as(tmp_path / "seen.png")
    assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "seen.png").stat().st_size > 20_000


def test_a_structure_answers_three_questions(visit: Callable, misplaced: Callable) -> None:
    for role, width in (("staff", 1440), ("anonymous", 390)):
        here = visit(role, width)
        page = here.open("/view/structures/mp-ben-luc-cot")
        expect(page.locator("#question-hang")).to_contain_text("còn 3 vị trí trống")
        below = page.locator("#map").bounding_box()["y"] > page.viewport_size["height"]
        assert below, "the map stands where nobody looks yet"
        expect(page.locator("#map .leaflet-map-pane")).to_be_attached()
        expect(page.locator("#map-rows tr").first).to_be_attached()
        assert misplaced(page.locator("svg.mast")) == []
        here.picture(f"three-questions-{role}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
