"""What is seen on the map is what is downloaded, and what its address brings back."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

WAIT_MS = 20_000
OFF = ("antenna_mast", "station")
KINDS = "fetch('/map/objects?lang=vi').then((one) => one.json()).then((one) => one.table.kinds)"
PLACE = "/map#map=10/10.6618/106.483"


def ready(page: Page) -> Page:
    expect(page.locator("#map-rows tr").first).to_be_visible(timeout=WAIT_MS)
    return page


ROWS = """() => [...document.querySelectorAll('#map-rows tr')].map(row => ({
  kind: row.querySelector('.map-cell-kind').textContent.trim(),
  owner: row.querySelector('.map-cell-owner').textContent,
  name: row.querySelector('.map-name').textContent,
  code: row.querySelector('.map-cell-name .map-quiet')?.textContent
    ?? row.querySelector('.map-name').textContent,
}))"""


def table(page: Page) -> list[dict[str, str]]:
    """Return all rows of the table twin, page by page."""
    found: list[dict[str, str]] = page.evaluate(ROWS)
    following = page.locator("#map-pages [data-page=next]")
    while following.is_visible() and following.is_enabled():
        following.click()
        found += page.evaluate(ROWS)
    return found


def downloaded(page: Page, layer: str, file: Path) -> list[dict[str, Any]]:
    """Return the features of the file of what is seen."""
    more = page.locator("#map-download")
    if not more.is_visible():
        page.locator(".map-more > summary").click()
    more.locator("[name=layer]").select_option(layer)
    with page.expect_download() as awaited:
        more.locator("button[type=submit]").click()
    awaited.value.save_as(file)
    features: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["features"]
    return features


def inside(page: Page, features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the features of the whole register that stand within the frame."""
    box = page.evaluate("""() => {
      const box = map.getBounds();
      return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    }""")
    return [
        one
        for one in features
        if box[0] <= one["geometry"]["coordinates"][0] <= box[2]
        and box[1] <= one["geometry"]["coordinates"][1] <= box[3]
    ]


def codes(some: list[dict[str, Any]]) -> list[str]:
    return sorted(one["properties"]["code"] for one in some)


def test_the_file_holds_what_owner_kinds_and_text_leave(visit: Callable, tmp_path: Path) -> None:
    """The rows of the table twin, those of them within the frame, and no other."""
    here = visit("anonymous")
    page = ready(here.open(PLACE))
    answer = page.request.get(f"{here.url}/ogc/collections/structures/items?limit=10000")
    every = inside(page, answer.json()["features"])
    assert len(every) < len(answer.json()["features"]), "some stand without the frame"
    page.select_option("#map-filters select[name=owner]", index=2)
    count = page.locator("#map-count")
    expect(count).not_to_contain_text("359 trong", timeout=WAIT_MS)
    kinds = page.evaluate(KINDS)
    off = {one["label"] for one in kinds if one["id"] in OFF}
    for kind in OFF:
        page.locator(f"[data-layer=kind-{kind}]").uncheck()
    rows = [one for one in table(page) if one["kind"] not in off]
    assert len({one["owner"] for one in rows}) == 1
    seen = {one["code"] for one in rows}
    wanted = sorted(set(codes(every)) & seen)
    found = downloaded(page, "structures", tmp_path / "owner.geojson")
    assert codes(found) == wanted
    assert len({one["properties"]["kind"] for one in found}) > 1
    expect(page.locator("#map-download-said")).to_contain_text(f"{len(found)} đối tượng")
    assert here.violations() == []
    page.locator("#map-filters button[type=reset]").click()
    page.fill("#map-filters input[name=text]", "mo phong c")
    expect(page).to_have_url(re.compile("text=mo"), timeout=WAIT_MS)
    expect(count).not_to_contain_text("359 trong", timeout=WAIT_MS)
    rows = [one for one in table(page) if one["kind"] not in off]
    wanted = sorted(set(codes(every)) & {one["code"] for one in rows})
    assert wanted
    assert codes(downloaded(page, "structures", tmp_path / "text.geojson")) == wanted
    page.fill("#map-filters input[name=text]", "co")
    expect(page).to_have_url(re.compile("text=co"), timeout=WAIT_MS)
    most = {one["code"] for one in table(page) if one["kind"] not in off} & set(codes(every))
    switched_on = [one for one in every if one["properties"]["kind"] not in OFF]
    assert 2 * len(most) > len(switched_on) > len(most), "the others are fewer"
    found = downloaded(page, "structures", tmp_path / "most.geojson")
    assert codes(found) == sorted(most)


def test_files_of_stations_and_works_follow_the_filters_too(
    visit: Callable, tmp_path: Path
) -> None:
    here = visit("staff")
    page = ready(here.open("/map"))
    names = {}
    for layer, kind in (("stations", "kind-fm"), ("planned-works", "kind-work")):
        every = downloaded(page, layer, tmp_path / f"{layer}.geojson")
        page.select_option(
            "#map-filters select[name=kind]",
            label={"kind-fm": "Phát thanh FM", "kind-work": "Công trình sắp xây dựng"}[kind],
        )
        expect(page).to_have_url(re.compile("kind=(fm|work)"), timeout=WAIT_MS)
        rows = sorted(one["name"] for one in table(page))
        names[layer] = rows
        assert sorted(one["properties"]["name"] for one in every) == rows
        page.fill("#map-filters input[name=text]", rows[0])
        expect(page).to_have_url(re.compile("text="), timeout=WAIT_MS)
        few = downloaded(page, layer, tmp_path / f"{layer}-text.geojson")
        kept = sorted(one["name"] for one in table(page))
        assert sorted(one["properties"]["name"] for one in few) == kept
        assert len(kept) < len(rows)
        page.locator("#map-filters button[type=reset]").click()
        expect(page).not_to_have_url(re.compile("text="), timeout=WAIT_MS)
    page.locator("[data-layer=kind-fm]").uncheck()
    page.locator("#map-download [name=layer]").select_option("stations")
    page.locator("#map-download button[type=submit]").click()
    expect(page.locator("#map-download-said")).to_contain_text("Không có gì của lớp này")


def test_an_address_that_is_pasted_is_followed(visit: Callable) -> None:
    here = visit("anonymous")
    page = ready(here.open("/map"))
    page.fill("#map-search-text", "10,53 106,4")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("at=10.53000"), timeout=WAIT_MS)
    page.evaluate("window.stays = true")
    asked = (
        "#map=12/10.6618/106.483&off=kind-fm&text=ben+luc&kind=antenna_mast&at=10.66000/106.48000"
    )
    # the map settles just then: what it was about to write must not take the place of what came
    page.evaluate(
        "asked => { location.hash = asked; document.getElementById('map-link').click(); }", asked
    )
    expect(page.locator("#map-details")).to_contain_text("Tại 10,66000", timeout=WAIT_MS)
    expect(page.locator("#map-count")).not_to_contain_text("359 trong", timeout=WAIT_MS)
    assert not page.locator("[data-layer=kind-fm]").is_checked()
    assert page.locator("#map-filters input[name=text]").input_value() == "ben luc"
    assert page.evaluate("map.getZoom()") == 12
    page.evaluate("location.hash = '#map=11/10.6/106.4'")
    expect(page.locator("#map-count")).to_contain_text("359 trong", timeout=WAIT_MS)
    assert page.locator("[data-layer=kind-fm]").is_checked()
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    assert page.evaluate("[map.getCenter().lat, map.getCenter().lng]") == pytest.approx(
        [10.6, 106.4], abs=1e-3
    )
    page.evaluate("location.hash = '#map-table'")
    page.wait_for_timeout(300)
    assert page.evaluate("map.getZoom()") == 11, "a part of the page is no view"
    assert page.evaluate("window.stays"), "the page was not loaded again"
    assert not here.complaints


@pytest.mark.parametrize("width", [390, 1440])
def test_the_popup_says_the_answer_in_short(visit: Callable, *, width: int) -> None:
    """On a phone the whole answer stands below the map."""
    here = visit("anonymous", width)
    page = ready(here.open("/map"))
    page.fill("#map-search-text", "10,53 106,4")
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup-content")
    expect(popup).to_contain_text("dBµV/m", timeout=WAIT_MS)
    short = popup.locator(".map-card-brief")
    if width > 400:
        expect(short).to_have_count(0)
        return
    expect(short).to_contain_text(
        ["Thu tốt nhất", "Nhiễu nặng nhất", "Dự báo, không phải chứng cứ."]
    )
    expect(popup.locator(".map-stamp").first).to_have_text("dữ liệu mô phỏng")
    whole = "one => one.scrollHeight <= one.clientHeight + 1"
    assert all(one.evaluate(whole) for one in short.all()), "two lines are enough"
    here.picture("map-brief-390", full_page=False)
    assert here.violations() == []
