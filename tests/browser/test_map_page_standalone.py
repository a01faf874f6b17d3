"""The map page in a real Chromium, with no network but a server of its own on 127.0.0.1."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from shapely import LineString, MultiPolygon, box

from api.static_files import JOINED, joined
from gis.raster import Grid, write_cog
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Provenance,
    Service,
    StationClass,
    UnitKind,
)
from gis.register.roads import Road, RoadKind
from gis.register.structures import Structure, StructureKind
from maps.assets import leaflet_folder
from maps.basemap import ROAD_WIDTHS, drawn_roads
from maps.documents.content import (
    Bullets,
    Facts,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
)
from maps.documents.html import report_page
from maps.overlay import class_overlay, number_overlay
from maps.palette import FIELD_STRENGTH, MARGIN, area_colour
from maps.views import CoverageView, InterferenceView, Interferer, RegisterView
from maps.web import register_map
from propagation.compliance.records import Confidence
from tests.browser.accessibility import violations

STATIC = Path(__file__).parents[2] / "api" / "static"
POLICY = "default-src 'none'; script-src 'self' 'nonce-n0nce'; style-src 'self' 'nonce-n0nce'; "
POLICY += "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'"
SYNTHETIC = Provenance(confidence=Confidence.SYNTHETIC, source="demo")
RECALLED = Provenance(confidence=Confidence.RECALLED, source="TT 37/2017/TT-BTTTT")
TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
HOSTILE = "<img src=x onerror=alert(1)> Cột"
POINT = {
    "heading": "Tại 10,60000; 106,40000",
    "stamps": ["dữ liệu mô phỏng"],
    "notes": ["Kết quả tính toán không phải là chứng cứ."],
    "figure": {
        "svg": '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="40"/>',
        "alt": "Mặt cắt <đường> truyền",
        "href": "/view/path?study=a",
        "link": "Vì sao?",
    },
    "sections": [
        {
            "heading": "Các thành phần suy hao",
            "rows": [
                {"label": f"Thành phần {n}", "value": f"{n},5 dB", "note": f"L_{n}; ({n})"}
                for n in range(20)
            ],
        }
    ],
}

KINDS = [kind for kind in StructureKind if kind is not StructureKind.EXCHANGE]
"""No word of them is in the names of stations that a filter looks for."""


@dataclass
class Site:
    """A page under an address of 127.0.0.1, and what was asked of the server."""

    url: str
    pages: dict[str, str]
    points: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site("", {})

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path in made.pages:
                return self._send(made.pages[parts.path].encode(), "text/html; charset=utf-8")
            if parts.path == "/point":
                made.points.append(parse_qs(parts.query))
                return self._send(json.dumps(POINT).encode(), "application/json")
            content = _static(parts.path)
            if content is None:
                return self.send_error(404)
            return self._send(content, TYPES[Path(parts.path).suffix])

        def _send(self, content: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        yield made
        server.shutdown()
        thread.join()


def _static(path: str) -> bytes | None:
    name = path.removeprefix("/static/")
    if name in JOINED:
        return joined(name)
    folder = leaflet_folder() if name.startswith("leaflet/") else STATIC
    file = folder / name.removeprefix("leaflet/")
    return file.read_bytes() if file.is_file() and file.suffix in TYPES else None


def structure(number: int) -> Structure:
    return Structure(
        id=f"s{number}",
        code=f"MP-{number:04d}",
        name=HOSTILE if number == 0 else f"Cột Tân Trụ {number}",
        kind=KINDS[number % 16],
        owner_id=f"o{number % 4}",
        longitude=106.2 + 0.4 * ((number * 37) % 100) / 100,
        latitude=10.45 + 0.35 * ((number * 61) % 97) / 97,
        height_m=30.0,
        commune_name="Xã Đức Lập",
        provenance=SYNTHETIC if number % 3 else RECALLED,
    )


def road(kind: RoadKind, latitude: float) -> Road:
    line = LineString([(106.15, latitude), (106.65, latitude)])
    source = Provenance(confidence=Confidence.SECONDARY, source="Sở Xây dựng mô phỏng")
    return Road(id=f"{kind}-{latitude}", kind=kind, geometry=line, provenance=source)


def station(number: int) -> BroadcastStation:
    return BroadcastStation(
        id=f"b{number}",
        name=f"Đài số {number}",
        programme="Chương trình 1",
        service=Service.FM,
        station_class=StationClass.PROVINCIAL,
        frequency_mhz=90.4 + number,
        longitude=106.35 + 0.1 * number,
        latitude=10.6,
        erp_total_dbw=30.0,
        provenance=SYNTHETIC,
    )


def view(folder: Path, structures: int) -> RegisterView:
    grid = Grid(106.1, 10.9, 0.005, 0.005, 120, 120)
    east, north = grid.centres()
    away = np.hypot(east - 106.35, north - 10.6)
    files = {
        "field": np.where(away < 0.3, 90 - 150 * away, np.nan).astype(np.float32),
        "margin": (30 - 150 * away).astype(np.float32),
        "rank": np.where(away > 0.2, (east > 106.4).astype(np.int16), -1).astype(np.int16),
    }
    for name, values in files.items():
        nodata = -1 if name == "rank" else None
        content = write_cog(values, grid, tags={}, nodata=nodata, overview_resampling="NEAREST")
        (folder / f"{name}.tif").write_bytes(content)
    about: dict[str, Any] = {
        "study_id": "x-0",
        "station_name": "Đài số 0",
        "model": "ITU-R P.1812-8 (09/2025)",
        "flat_terrain": True,
        "synthetic": True,
    }
    circle = [[106.35 + 0.2 * np.cos(a), 10.6 + 0.2 * np.sin(a)] for a in np.linspace(0, 6.28, 60)]
    contour = {
        "type": "Feature",
        "properties": {"level_dbuvm": 54.0},
        "geometry": {"type": "LineString", "coordinates": circle},
    }
    return RegisterView(
        title="Bản đồ thử",
        jurisdiction="tỉnh Long An",
        on=date(2023, 7, 1),
        structures=tuple(structure(n) for n in range(structures)),
        stations=tuple(station(n) for n in range(3)),
        boundaries=(
            Boundary(
                unit_code="80",
                geometry=MultiPolygon([box(106.15, 10.4, 106.65, 10.85)]),
                position_uncertainty_m=800.0,
                official=False,
                valid_from=None,
                valid_to=None,
                provenance=RECALLED,
            ),
        ),
        units=tuple(
            AdministrativeUnit(
                code=f"u{n}",
                name=f"Xã số {n}",
                kind=UnitKind.COMMUNE if n else UnitKind.DISTRICT,
                parent_code=None,
                valid_from=None,
                valid_to=None,
                longitude=106.2 + 0.1 * n,
                latitude=10.5,
                provenance=RECALLED,
            )
            for n in range(4)
        ),
        organisations={f"o{n}": f"Chủ sở hữu {n}" for n in range(4)},
        roads=drawn_roads(
            [
                road(RoadKind.NATIONAL, 10.5),
                road(RoadKind.STREET, 10.6),
                road(RoadKind.STREET, 10.7),
            ]
        ),
        coverage=CoverageView(
            field_strength=class_overlay(folder / "field.tif", FIELD_STRENGTH),
            contours={"type": "FeatureCollection", "features": [contour]},
            **about,
        ),
        interference=InterferenceView(
            dominant=number_overlay(folder / "rank.tif", [area_colour(0), area_colour(1)]),
            margin=class_overlay(folder / "margin.tif", MARGIN),
            interferers=tuple(
                Interferer(
                    rank=n,
                    name=f"Đài số {n + 1}",
                    colour=area_colour(n),
                    letters_at=((106.3 + 0.2 * n, 10.8),),
                )
                for n in range(2)
            ),
            **about,
        ),
    )


@dataclass
class Opened:
    """A page as it is open, with what it asked for and complained about."""

    page: Page
    requests: list[str]
    complaints: list[str]


@pytest.fixture
def opened(chromium: Browser, site: Site, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    pages: list[Page] = []

    def make(width: int = 1440, language: str = "vi", structures: int = 300) -> Opened:
        address = f"/{language}-{structures}"
        template = "/point?longitude={longitude}&latitude={latitude}&lang={language}"
        site.pages[address] = register_map(
            view(tmp_path, structures), language, data_url=template, nonce="n0nce"
        ).replace("<head>", '<head><link rel="icon" href="data:,">')
        page = chromium.new_page(viewport={"width": width, "height": 900}, locale="vi-VN")
        pages.append(page)
        found = Opened(page, [], [])
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.goto(site.url + address)
        expect(page.locator("#map-rows tr").first).to_be_visible()
        return found

    yield make
    for page in pages:
        page.close()


def everything_on(page: Page) -> None:
    for box_ in page.locator("input[data-layer]").all():
        box_.check()


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_axe_finds_nothing(
    opened: Callable[..., Opened], site: Site, width: int, language: str
) -> None:
    shown = opened(width, language)
    page = shown.page
    assert violations(page) == [], "as it opens"
    everything_on(page)
    page.locator("#map-filters input").fill("tan tru 1")
    expect(page.locator("#map-count")).not_to_contain_text("307 trong 307")
    expect(page.locator("#map-count")).not_to_contain_text("307 of 307")
    page.locator("#map-rows button").first.click()
    expect(page.locator(".leaflet-popup")).to_be_visible()
    assert violations(page) == [], "every layer, an object's popup, the table filtered"
    page.locator("#map-point input[name=latitude]").fill("10,6")
    page.locator("#map-point input[name=longitude]").fill("106.4")
    page.locator("#map-point button").click()
    expect(page.locator("#map-details")).to_contain_text("Thành phần 19")
    assert violations(page) == [], "a point explained"
    assert shown.complaints == []
    hosts = {urlsplit(url).netloc for url in shown.requests if not url.startswith("data:")}
    assert hosts == {urlsplit(site.url).netloc}
    assert len(shown.requests) > 5


def test_a_click_explains_the_point_in_popup_and_panel(
    opened: Callable[..., Opened], site: Site
) -> None:
    page = opened().page
    site.points.clear()
    page.evaluate("map.setView([10.6, 106.4], 10, {animate: false})")
    box_ = page.locator("#map").bounding_box()
    assert box_ is not None
    page.mouse.click(box_["x"] + box_["width"] / 2 + 3, box_["y"] + box_["height"] / 2 + 120)
    for place in (".leaflet-popup", "#map-details"):
        expect(page.locator(place)).to_contain_text("Thành phần 19")
        expect(page.locator(place)).to_contain_text("19,5 dB")
        expect(page.locator(place)).to_contain_text("dữ liệu mô phỏng")
    picture = page.locator("#map-details .map-path img")
    assert picture.evaluate("image => image.naturalWidth") == 360
    assert picture.get_attribute("alt") == "Mặt cắt <đường> truyền"
    link = page.locator("#map-details .map-path a")
    assert link.get_attribute("href") == "/view/path?study=a"
    assert page.locator("#map-details").get_attribute("aria-live") == "polite"
    asked = site.points[-1]
    assert asked["lang"] == ["vi"]
    assert float(asked["longitude"][0]) == pytest.approx(106.402, abs=0.01)
    assert 10.3 < float(asked["latitude"][0]) < 10.6


def test_the_filter_holds_for_table_and_map(opened: Callable[..., Opened]) -> None:
    page = opened().page
    count = """(() => {
      let field = null;
      map.eachLayer((one) => { field = one.objects ? one : field; });
      return field.objects.filter((one) => field.shows(one)).length;
    })()"""
    for box_ in page.locator("input[data-layer^=kind-]").all():
        box_.check()
    assert page.evaluate(count) == 307
    page.locator("#map-filters input").fill("đài số")
    expect(page.locator("#map-rows tr")).to_have_count(3)
    assert page.evaluate(count) == 3
    page.locator("#map-filters input").fill("DAI SO 2")
    expect(page.locator("#map-rows tr")).to_have_count(1)
    page.locator("#map-filters button[type=reset]").click()
    expect(page.locator("#map-count")).to_contain_text("307 trong 307")
    page.locator("#map-filters select[name=owner]").select_option(label="Chủ sở hữu 1")
    expect(page.locator("#map-count")).to_contain_text("75 trong 307")
    assert page.evaluate(count) == 75


def test_the_table_sorts_and_pages_by_keyboard(opened: Callable[..., Opened]) -> None:
    page = opened().page
    head = page.locator("th[data-column=name]")
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    names = page.locator("#map-rows .map-name").all_inner_texts()
    assert names[:3] == [HOSTILE, "Cột Tân Trụ 1", "Cột Tân Trụ 2"]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert page.locator("#map-rows .map-name").first.inner_text() == "Xã số 3"
    page.locator("#map-pages button[data-page=next]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-count")).to_contain_text("trang 2 / 39")
    in_place = """(() => {
      let field = null;
      map.eachLayer((one) => { field = one.objects ? one : field; });
      return field.objects.every((one, place) => one.position === place);
    })()"""
    assert page.evaluate(in_place), "sorting the table leaves the map's own order"


def test_a_row_shows_its_object_and_gets_the_focus_back(opened: Callable[..., Opened]) -> None:
    page = opened().page
    page.locator("#map-filters input").fill("cot tan tru 16")
    expect(page.locator("#map-rows tr").first).to_contain_text("Cột Tân Trụ 16")
    kind = page.locator("input[data-layer=kind-house]")
    assert not kind.is_checked(), "off while a study is shown"
    button = page.locator("#map-rows tr").first.locator("button")
    button.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("Cột Tân Trụ 16")
    expect(popup).to_contain_text("dữ liệu mô phỏng")
    assert kind.is_checked()
    assert popup.locator(".leaflet-popup-close-button").get_attribute("aria-label") == "Đóng"
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    assert page.evaluate("document.activeElement.textContent") == "Hiện trên bản đồ"


def test_a_name_is_text_in_popup_panel_and_table(opened: Callable[..., Opened]) -> None:
    shown = opened()
    page = shown.page
    page.locator("#map-filters input").fill("onerror")
    expect(page.locator("#map-rows tr")).to_have_count(1)
    page.locator("#map-rows button").click()
    for place in ("#map-rows", ".leaflet-popup", "#map-details"):
        expect(page.locator(place)).to_contain_text(HOSTILE)
    assert page.locator("img[src=x]").count() == 0
    assert shown.complaints == []


def test_every_row_and_popup_of_simulated_data_is_stamped(opened: Callable[..., Opened]) -> None:
    page = opened().page
    page.locator("#map-filters input").fill("cot tan tru")
    expect(page.locator("#map-count")).to_contain_text("299 trong")
    for row in page.locator("#map-rows tr").all():
        number = int(re.search(r"Tân Trụ (\d+)", row.inner_text())[1])  # type: ignore[index]
        assert row.locator(".map-stamp").count() == (1 if number % 3 else 0)
    assert page.locator(".map-frame .map-stamp").first.is_visible()


def test_targets_are_large_enough_and_nothing_overflows(opened: Callable[..., Opened]) -> None:
    """WCAG 2.2, criterion 2.5.8: 24 px; and a phone scrolls one way only."""
    page = opened(390).page
    page.locator("#map-rows button").first.click()
    page.locator("#map-filters").scroll_into_view_if_needed()
    small = page.evaluate(
        """[...document.querySelectorAll(`button, select, input:not([type=checkbox]),
            label:has(> input[type=checkbox]), .leaflet-bar a, .leaflet-popup-close-button`)]
          .map(e => [e.className + e.textContent, e.getBoundingClientRect()])
          .filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([h]) => h)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_focus_is_seen_and_the_map_can_be_skipped(opened: Callable[..., Opened]) -> None:
    page = opened().page
    page.keyboard.press("Tab")
    link = page.locator(".map-skip")
    expect(link).to_be_focused()
    assert link.bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    expect(page.locator("#map-table")).to_be_focused()
    page.locator("#map").focus()
    page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) != "none"


def test_a_server_that_is_gone_is_said(opened: Callable[..., Opened]) -> None:
    page = opened().page
    page.route("**/point?*", lambda route: route.abort())
    page.locator("#map-point input[name=latitude]").fill("10.6")
    page.locator("#map-point input[name=longitude]").fill("106.4")
    page.locator("#map-point button").click()
    expect(page.locator("#map-details")).to_contain_text("Không liên lạc được với máy chủ")
    page.locator("#map-point input[name=latitude]").fill("106 độ")
    page.locator("#map-point button").click()
    expect(page.locator("#map-details")).to_contain_text("Tọa độ chưa đúng")


def test_a_problem_of_the_server_is_said_in_its_words(opened: Callable[..., Opened]) -> None:
    page = opened().page
    problem = json.dumps({"title": "x", "detail": "Điểm này quá xa đài."})
    page.route("**/point?*", lambda route: route.fulfill(status=422, body=problem))
    page.locator("#map-point input[name=latitude]").fill("10.6")
    page.locator("#map-point input[name=longitude]").fill("106.4")
    page.locator("#map-point button").click()
    expect(page.locator("#map-details")).to_contain_text("Điểm này quá xa đài.")


def test_three_hundred_structures_hardly_delay_it(opened: Callable[..., Opened]) -> None:
    """A ratio of one run, the quietest of five moments each, since machines differ."""

    def ready_ms(structures: int) -> float:
        page = opened(structures=structures).page
        moment = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        page.close()
        return float(moment)

    few, many = zip(*((ready_ms(3), ready_ms(300)) for _ in range(5)), strict=True)
    assert 0 < min(many) < 4 * min(few)


def test_roads_lie_under_everything_and_can_be_hidden(opened: Callable[..., Opened]) -> None:
    page = opened().page
    drawn = page.locator(".leaflet-roads-pane path")
    expect(drawn).to_have_count(2)
    widths = [float(path.get_attribute("stroke-width") or 0) for path in drawn.all()]
    assert widths == [ROAD_WIDTHS[RoadKind.STREET], ROAD_WIDTHS[RoadKind.NATIONAL]]
    assert all(str(path.get_attribute("d")).count("M") for path in drawn.all())
    level = "name => Number(getComputedStyle(map.getPane(name)).zIndex)"
    levels = [page.evaluate(level, name) for name in ("land", "roads", "coverage", "boundaries")]
    assert levels == sorted(levels)
    expect(page.locator("body")).to_contain_text("Sở Xây dựng mô phỏng")
    page.locator("input[data-layer=roads]").uncheck()
    expect(drawn).to_have_count(0)
    page.locator("input[data-layer=roads]").check()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(drawn).to_have_count(2)
    assert page.get_by_text("Đường bộ").first.is_visible()


def test_paper_has_every_row(opened: Callable[..., Opened]) -> None:
    page = opened(structures=60).page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#map-rows tr")).to_have_count(67)
    page.emulate_media(media="print")
    assert not page.locator("#map-filters").is_visible()
    assert page.locator("#map-rows tr").last.is_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_paper_has_the_whole_map(opened: Callable[..., Opened], width: int) -> None:
    """A4 less its margins is 688 pixels wide; what the screen shows is made smaller, not cut."""
    page = opened(width=width).page
    size = "document.querySelector('.folium-map').getBoundingClientRect()"
    screen = page.evaluate(f"{size}.width / {size}.height")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 688, "height": 1010})
    page.emulate_media(media="print")
    assert page.evaluate(f"{size}.width") <= 688
    assert page.evaluate(f"{size}.width / {size}.height") == pytest.approx(screen, rel=0.01)


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_a_report(chromium: Browser, site: Site, width: int) -> None:
    table = Table("Bảng", ("Đài", "Dự trữ (dB)"), (("A" * 300, "1,0"),), frozenset({1}))
    blocks = [
        Heading("1. Kiểm tra: vi phạm", ("dữ liệu mô phỏng",), "violates", "vi phạm"),
        Facts((("Lý do", ("một", "hai")),)),
        Bullets(("một", "hai")),
        table,
        Paragraph("Ghi chú", strong=True),
    ]
    report = Report(
        language="vi",
        title="Báo cáo",
        subtitle="tỉnh Long An",
        issuer="Sở",
        stamps=("địa hình phẳng giả định",),
        law="Kết quả tính toán không phải là chứng cứ.",
        sections=(Section("Kết quả", blocks), Section("Đài khác", blocks)),
        closing="Hết.",
        signatures=("Người lập", "Lãnh đạo"),
        signature_hint="(ký)",
        signed_at="ngày …",
        footer="PhuSong",
        page_of="{page} / {pages}",
    )
    site.pages["/report"] = report_page(report, nonce="n0nce")
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(site.url + "/report")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("getComputedStyle(document.querySelector('.report h1')).lineHeight") != (
        "normal"
    ), "the style sheet was let in by its nonce"
    page.close()
