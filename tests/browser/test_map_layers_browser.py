"""Studies on the map of the register in Chromium: by keyboard, kept in the address, read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gis.home import Home
from gis.studies import StudyContext, run
from gis.studies.published import publish
from gis.studies.record import Study
from gis.studies.summary import access_of
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from maps.palette import interferer_letter
from tests.browser.people import pdf_pages, pdf_text

WAIT_MS = 20_000


@pytest.fixture(scope="module")
def network(server: Any) -> Study:
    """A small network on the public map."""
    home = Home(server.folder)
    context = StudyContext(register=server.register, home=home, ground=Ground(FlatTerrain()))
    asked = {"bounds": [106.3, 10.5, 106.5, 10.7], "step_m": 1000, "reach_km": 60}
    study = run("network", asked, context)
    publish(study.id, access_of(study.kind, study.inputs), home, by="test")
    return study


def ready(page: Page) -> Page:
    expect(page.locator("#map-rows tr").first).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#map-studies select")).to_be_enabled(timeout=WAIT_MS)
    return page


@pytest.mark.parametrize("width", [390, 1440])
def test_a_layer_is_laid_read_and_kept_in_the_address(
    visit: Callable, network: Study, width: int
) -> None:
    here = visit("anonymous", width)
    page = ready(here.open("/map#map=10/10.6/106.4"))
    select = page.locator("#map-studies select")
    select.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".leaflet-strongest-pane img")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#map-studies .map-legend").first).to_contain_text("đủ thu")
    expect(page.locator(".map-watermark")).to_contain_text("địa hình phẳng giả định")
    page.get_by_label("Đài gây nhiễu mạnh nhất", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.locator(".leaflet-interferer-pane img")).to_be_visible()
    expect(page.locator(".leaflet-strongest-pane img")).to_have_count(0)
    page.locator("#map-studies input[name=opacity]").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".leaflet-interferer-pane img")).to_have_css("opacity", "0.7")
    page.locator("#map-search-text").fill("10,6 106,4")
    page.keyboard.press("Enter")
    details = page.locator("#map-details")
    expect(details).to_contain_text("Trị số của các lớp dự báo", timeout=WAIT_MS)
    expect(details).to_contain_text("Đài phục vụ tốt nhất")
    fold = details.locator("details").first
    fold.locator("summary").click()
    expect(fold.locator("img")).to_be_visible(timeout=WAIT_MS)
    expect(fold).to_contain_text("Suy hao")
    here.picture(f"map-layer-{width}")
    assert here.violations() == [], "a layer on, a path unfolded"
    assert not here.complaints
    assert re.search(rf"study={network.id}&layers=interferer&opacity=70", page.url)
    other = visit("anonymous", width)
    again = ready(other.open(page.url.removeprefix(other.url)))
    expect(again.locator(".leaflet-interferer-pane img")).to_have_css("opacity", "0.7")
    assert again.locator("[data-study-layer=interferer]").is_checked()
    expect(again.locator("#map-details")).to_contain_text(
        "Trị số của các lớp dự báo", timeout=WAIT_MS
    )
    assert again.url.partition("&study")[2] == page.url.partition("&study")[2]
    select = again.locator("#map-studies select")
    select.select_option("")
    expect(again.locator(".leaflet-interferer-pane img")).to_have_count(0)
    expect(again.locator(".map-watermark")).not_to_contain_text("địa hình")


@pytest.mark.parametrize("width", [390, 1440])
def test_a_letter_names_who_disturbs_and_another_day_is_said(
    visit: Callable, network: Study, width: int
) -> None:
    """On the map of a day: whose area a letter is of, and that the prediction is of another."""
    here = visit("anonymous", width)
    page = ready(here.open(f"/map?on=2015-01-31#study={network.id}&layers=interferer"))
    letters = page.locator(".leaflet-letters-pane .map-letter span")
    expect(letters.first).to_be_visible(timeout=WAIT_MS)
    rows = network.results["transmitters"]
    disturbing = {interferer_letter(row["rank"]) for row in rows if row["disturbs_km2"] > 0}
    assert set(letters.all_inner_texts()) == disturbing
    legend = page.locator("#map-studies .map-layer", has_text="Đài gây nhiễu mạnh nhất")
    told = legend.locator(".map-legend li").all_inner_texts()
    assert {one.split(".")[0] for one in told} == disturbing
    for place in (".map-watermark", ".map-studies-layers > .map-stamps"):
        expect(page.locator(place)).to_contain_text("không phải của ngày đang xem 31/01/2015")
    page.locator("#map-studies .map-none input").check()
    expect(letters).to_have_count(0)
    here.picture(f"map-other-day-{width}")
    assert here.violations() == []
    assert not here.complaints


def test_at_night_with_a_layer_on(visit: Callable, network: Study) -> None:
    here = visit("staff")
    here.page.emulate_media(color_scheme="dark")
    page = ready(here.open(f"/map#study={network.id}&layers=server,margin"))
    expect(page.locator(".leaflet-margin-pane img")).to_be_visible(timeout=WAIT_MS)
    page.locator(".map-more > summary").click()
    assert here.violations() == []
    here.picture("map-layer-night")


@pytest.mark.usefixtures("network")
def test_a_link_to_a_layer_that_is_not_there_says_so(visit: Callable) -> None:
    page = ready(visit("anonymous").open("/map#study=network-0000000000000000"))
    expect(page.locator("#map-studies")).to_contain_text("không có, hoặc bạn không được xem")


def test_a_picture_and_a_geotiff_of_what_is_seen(visit: Callable, network: Study) -> None:
    page = ready(visit("anonymous").open(f"/map#map=10/10.6/106.4&study={network.id}"))
    link = page.locator("#map-studies a").first
    expect(link).to_contain_text("GeoTIFF", timeout=WAIT_MS)
    with page.expect_download() as downloaded:
        link.click()
    assert downloaded.value.suggested_filename == f"{network.id}-strongest.tif"
    page.locator(".map-more > summary").click()
    with page.expect_download() as downloaded:
        page.locator("#map-picture").click()
    assert downloaded.value.suggested_filename.endswith(".png")


def test_a_background_is_asked_for_once_it_is_wanted(visit: Callable) -> None:
    here = visit("anonymous")
    page = ready(here.open("/map#map=9/10.9/106.4"))
    assert not [url for url in here.requests if "/map/background/" in url]
    page.locator("[data-layer=tiles]").focus()
    page.keyboard.press("Space")
    tiles = page.locator(".leaflet-background-pane img.leaflet-tile-loaded")
    expect(tiles.first).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("nền mô phỏng <b>")
    page.locator(".map-more > summary").click()
    with page.expect_download():
        page.locator("#map-picture").click()
    assert here.violations() == []
    assert not here.complaints


def test_map_and_list_lead_to_each_other_with_the_same_filters(visit: Callable) -> None:
    here = visit("anonymous")
    page = ready(here.open("/map"))
    page.select_option("#map-filters select[name=kind]", label="Cột ăng ten")
    page.select_option("#map-filters select[name=owner]", index=2)
    owner = page.locator("#map-filters select[name=owner] option:checked").inner_text()
    count = page.locator("#map-count")
    expect(count).to_contain_text("trong")
    expect(page.locator("#map-twin")).to_have_attribute("href", re.compile("owner_id="))
    shown = int(re.match(r"\D*(\d+)", count.inner_text())[1])
    page.locator("#map-twin").click()
    expect(page.locator("select[name=kind] option:checked")).to_have_text("Cột ăng ten")
    expect(page.locator("select[name=owner_id] option:checked")).to_have_text(owner)
    expect(page.locator("main [role=status]").first).to_contain_text(str(shown))
    page.get_by_role("link", name="Xem danh sách này trên bản đồ").click()
    ready(page)
    expect(page.locator("#map-filters select[name=owner] option:checked")).to_have_text(owner)
    expect(page.locator("#map-count")).to_contain_text(str(shown))
    page = ready(visit("anonymous").open("/map#kind=nothing"))
    expect(page.locator("#map-count")).to_contain_text("không có trên bản đồ này: nothing")


def test_pictures_are_one_of_several_and_a_pasted_address_lays_them(
    visit: Callable, network: Study
) -> None:
    page = ready(visit("anonymous").open(f"/map#study={network.id}&layers=interferer"))
    expect(page.locator(".leaflet-interferer-pane img")).to_be_visible(timeout=WAIT_MS)
    none = page.get_by_role("radio", name="Không hình nào trong các hình dưới đây")
    assert not none.is_checked()
    none.check()
    expect(page.locator(".leaflet-interferer-pane img")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"layers=&"), timeout=WAIT_MS)
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="Trường mạnh nhất trong các đài").is_checked()
    expect(page.locator(".leaflet-strongest-pane img")).to_be_visible()
    page.get_by_role("radio", name="Đài gây nhiễu mạnh nhất").check()
    expect(page.locator("#map-studies input:checked")).to_have_count(1)
    pasted = f"#map=10/10.6/106.4&study={network.id}&layers=server&at=10.55000/106.40000"
    page.evaluate("pasted => { location.hash = pasted; }", pasted)
    expect(page.locator(".leaflet-server-pane img")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#map-details")).to_contain_text(
        "Trị số của các lớp dự báo", timeout=WAIT_MS
    )
    expect(page.locator("#map-details")).to_contain_text("Tại 10,55000")


def test_a_layer_on_paper_is_its_legend_without_what_only_a_screen_can_use(
    visit: Callable, network: Study, tool: Callable[[str], str], tmp_path: Path
) -> None:
    page = ready(
        visit("anonymous").open(f"/map#map=10/10.6/106.4&study={network.id}&at=10.60000/106.40000")
    )
    values = page.locator("#map-details")
    expect(values).to_contain_text("Trị số của các lớp dự báo", timeout=WAIT_MS)
    paper = tmp_path / "layer.pdf"
    page.pdf(path=str(paper), format="A4", print_background=True)
    told = pdf_text(tool("pdftotext"), paper)
    assert pdf_pages(tool("pdfinfo"), paper) <= 2
    assert "đủ thu" in told, "the legend of what is on"
    assert "địa hình phẳng giả định" in told
    assert "Trị số của các lớp dự báo" in told
    for gone in ("Tải GeoTIFF", "Bấm vào bản đồ", "Độ đậm của lớp", "Không hiện lớp nào"):
        assert gone not in told
