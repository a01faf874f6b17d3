"""The pages for people: what they say, in both languages, and what they never do."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.menu import MENU, menu_of
from api.roles import Role, may
from api.service import Service
from api.settings import Settings
from gis.register.scopes import SYSTEM

HTML = {"accept": "text/html"}
PUBLIC = ("/", "/map", "/login", "/view/stations", "/view/stations/mp-duc-hoa", "/docs")


def words(page: str) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("url", PUBLIC)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_public_page_in_both_languages(client: TestClient, url: str, language: str) -> None:
    page = client.get(f"{url}?lang={language}", headers=HTML)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert page.headers["content-language"] == language
    assert re.search(r"<title>[^<]+ · Phủ Sóng</title>", page.text)
    assert page.text.count("<h1") == 1
    outside = set(re.findall(r"https?://[^\s\"'<>]+", page.text))
    assert {url for url in outside if "w3.org" not in url} == set()
    nonce = re.search(r"'nonce-([^']+)'", page.headers["content-security-policy"])
    assert nonce is not None
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page.text)
    assert all("application/json" in tag or f'nonce="{nonce[1]}"' in tag for tag in inline)
    assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", page.text)


def test_the_language_link_keeps_the_address(client: TestClient) -> None:
    page = client.get("/view/stations?text=tan&order=frequency", headers=HTML).text
    assert 'href="/view/stations?text=tan&amp;order=frequency&amp;lang=en"' in page
    english = client.get("/view/stations?text=tan&order=frequency&lang=en", headers=HTML)
    assert "phusong_lang=en" in english.headers["set-cookie"]
    assert '<html lang="en">' in client.get("/", headers=HTML).text, "the choice is remembered"
    assert '<html lang="vi">' in client.get("/?lang=vi", headers=HTML).text


def test_home_knows_its_three_people(client: TestClient, browser_of: Callable[[str], Any]) -> None:
    page = words(client.get("/", headers=HTML).text)
    people = [page.index(who) for who in ("Người xem bản đồ", "Doanh nghiệp", "Cán bộ Sở")]
    assert people == sorted(people), "first what needs no account"
    assert "<h1>Cột, đài phát và can nhiễu: tra cứu</h1>" in client.get("/", headers=HTML).text
    assert "<h1>Việc hôm nay</h1>" in browser_of("viewer").get("/").text
    assert "/view/imports" not in client.get("/", headers=HTML).text
    staff = browser_of("staff").get("/").text
    assert 'href="/view/imports"' in staff
    assert "<b>300</b>" in staff


def test_an_empty_register_teaches_what_to_do(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new", workers=0)
    app = create_app(settings)
    assert not (tmp_path / "new").exists(), "nothing is opened before it is served"
    with TestClient(app) as client:
        page = words(client.get("/", headers=HTML).text)
        assert "chưa có công trình và đài nào" in page
        assert "phusong demo" not in page, "a stranger has no command line"
        assert "Dữ liệu mô phỏng" not in page
        assert client.get("/units").json()["numberMatched"] > 300
        stations = words(client.get("/view/stations", headers=HTML).text)
        assert "Chưa có đài phát nào" in stations
        assert client.get("/map", headers=HTML).status_code == 200


def test_an_existing_register_is_opened_as_it_is(service: Service) -> None:
    before = service.register.version()
    with TestClient(create_app(service.settings)) as again:
        assert again.get("/readyz").json()["register"] == before[:12]


def test_the_map_is_small_and_stamped(client: TestClient) -> None:
    page = client.get("/map", headers=HTML)
    assert len(page.content) < 1_000_000
    assert "dữ liệu mô phỏng" in page.text
    assert "/static/leaflet/leaflet.js" in page.text
    assert client.get("/static/map/all.js").status_code == 200
    objects = client.get("/map/objects")
    assert len(objects.content) < 1_000_000
    assert "dữ liệu mô phỏng" in objects.text


def test_stations_are_found_without_marks_and_sorted(client: TestClient) -> None:
    page = words(client.get("/view/stations?text=tan hung", headers=HTML).text)
    assert "Tân Hưng" in page
    assert "Đức Hòa" not in page
    rows = re.findall(
        r'<td class="number">([\d,]+)</td>\s*<td class="number">',
        client.get("/view/stations?order=frequency", headers=HTML).text,
    )
    frequencies = [float(row.replace(",", ".")) for row in rows]
    assert frequencies == sorted(frequencies)
    assert len(frequencies) > 20
    none = words(client.get("/view/stations?text=zzz", headers=HTML).text)
    assert "Không có dòng nào khớp điều kiện đang chọn" in none


def test_a_station_shows_every_parameter_with_how_well_it_is_known(client: TestClient) -> None:
    page = client.get("/view/stations/mp-duc-hoa", headers=HTML).text
    rows = re.findall(
        r'<tr><th scope="row">(.*?)</th><td><div class="known"><span>(.*?)</span>(.*?)</div>', page
    )
    assert len(rows) == 40
    for label, value, source in rows:
        assert label
        assert ("chưa nêu" in source) == (value == "–"), label
        assert ("Dữ liệu mô phỏng" in source) == (value != "–"), label
    shown = {label: value for label, value, _ in rows}
    assert shown["Tần số"] == "93,6 MHz"
    assert shown["Mã tỉnh"].startswith("Tỉnh "), "by name"
    assert re.search(r"MHz: .*, Dòng \d+", shown["Dòng quy hoạch"]), "in words, not its key"
    assert shown["Công suất bức xạ hiệu dụng ERP"] == "31,139 dBW (1,3 kW)"
    real = client.get("/view/stations?text=vov", headers=HTML).text
    known = re.search(r"/view/stations/(dai-[\w.-]+)", real)
    assert known is not None
    page = client.get(f"/view/stations/{known[1]}", headers=HTML).text
    assert "Dữ liệu mô phỏng" not in re.sub(r"<footer.*", "", page, flags=re.DOTALL)


def test_a_station_whose_papers_ended_says_so_wherever_it_shows(
    client: TestClient, service: Service
) -> None:
    station = service.register.station("mp-duc-hoa", SYSTEM)
    with service.register.write(author="test", reason="test") as writer:
        writer.add_stations([replace(station, id="ended", licence_to=date(2018, 1, 22))])
    told = "giấy phép đã hết hạn ngày 22/01/2018"
    listed = words(client.get("/view/stations?papers=ended", headers=HTML).text)
    assert told in listed
    assert "dòng quy hoạch đã hết hiệu lực ngày 22/01/2018" in listed
    assert "Tân Hưng" not in listed
    assert told in words(client.get("/view/stations/ended", headers=HTML).text)
    shown = client.get("/map/objects?lang=vi").text
    assert told in shown
    first = r'"\d+(?:,\d+)? MHz \*"'
    assert re.search(rf"{first}[^{{}}]*{told}", shown), "its label is the frequency with a mark"
    in_order = words(client.get("/view/stations/mp-tan-hung", headers=HTML).text)
    assert "đã hết hạn" not in in_order


def test_who_may_ask_sees_the_buttons(browser_of: Callable[[str], Any]) -> None:
    url = "/view/stations/mp-duc-hoa"
    for role, buttons in (("anonymous", 0), ("viewer", 0), ("operator", 3), ("staff", 3)):
        page = browser_of(role).get(url).text
        assert len(re.findall(r'name="kind" value="', page)) == buttons, role


def test_asking_for_a_study_makes_a_job(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    browser = browser_of("staff")
    answer = browser.post("/view/stations/mp-duc-hoa/studies", {"kind": "coverage"})
    assert answer.status_code == 303
    (job,) = service.queue.jobs()
    assert answer.headers["location"] == f"/view/jobs/{job.id}"
    assert job.inputs["station_id"] == "mp-duc-hoa"
    assert job.kind == "coverage"
    wrong = browser.post("/view/stations/mp-duc-hoa/studies", {"kind": "magic"})
    assert wrong.status_code == 422
    assert browser.post("/view/stations/none/studies", {"kind": "coverage"}).status_code == 404


def test_a_name_is_text_everywhere(
    client: TestClient, service: Service, browser_of: Callable[[str], Any]
) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    station = service.register.station("mp-duc-hoa", SYSTEM)
    changed = replace(station, id="hostile", name=hostile, programme=hostile, hours=hostile)
    with service.register.write(author="test", reason="test") as writer:
        writer.add_stations([changed])
    browser_of("administrator").post("/view/users", {"name": hostile, "role": "staff"})
    staff = browser_of("administrator")
    shown = staff.get("/map/objects")
    assert hostile in [row[1] for row in shown.json()["table"]["rows"]], "as it is, for the script"
    for url in (
        "/view/stations",
        "/view/stations/hostile",
        "/map",
        "/map/objects",
        "/view/users",
    ):
        page = staff.get(url).text
        assert "<script>alert" not in page, url
        assert "<img src=x" not in page, url
    search = client.get("/view/stations", params={"text": hostile}, headers=HTML).text
    assert "<script>alert" not in search
    error = client.get("/structures", params={hostile: "1"}, headers=HTML).text
    assert "<script>alert" not in error


@pytest.mark.parametrize(
    ("role", "there", "absent"),
    [
        ("anonymous", ("/map", "/view/stations"), ("/view/path", "/view/jobs", "/view/imports")),
        ("viewer", ("/view/studies", "/view/path"), ("/view/users", "/view/jobs")),
        ("operator", ("/view/path", "/view/imports"), ("/view/users", "/view/findings")),
        ("staff", ("/view/imports", "/view/findings"), ("/view/users",)),
        ("administrator", ("/view/users", "/view/imports"), ()),
    ],
)
def test_the_menu_has_what_a_role_may_open(
    browser_of: Callable[[str], Any], role: str, there: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    page = browser_of(role).get("/").text
    menu = page[page.index("<nav") : page.index("</nav>")]
    for target in there:
        assert f'href="{target}"' in menu
    for target in absent:
        assert f'href="{target}"' not in menu
        assert f'href="{target}"' not in page


def test_a_menu_has_groups_and_each_page_once(browser_of: Callable[[str], Any]) -> None:
    pages = [target for _, group in MENU for target, _ in group]
    assert len(pages) == len(set(pages))
    for role in Role:
        shown = [one for group in menu_of(role, "/") for one in group.entries]
        assert {one.path for one in shown} == {one for one in pages if may(role, "GET", one)}
    staff = browser_of("staff").get("/view/desk").text
    menu = staff[staff.index("<nav") : staff.index("</nav>")]
    assert menu.count('class="menu-group"') == 5
    assert re.findall(r'<summary aria-current="true">([^<]+)', menu) == ["Bàn việc"]


def test_the_page_that_is_open_is_marked(client: TestClient) -> None:
    for url, current in (
        ("/", "/"),
        ("/map", "/map"),
        ("/view/stations/mp-duc-hoa", "/view/stations"),
    ):
        page = client.get(url, headers=HTML).text
        assert re.findall(r'href="([^"]+)" aria-current="page"', page) == [current]


def test_the_footer_says_what_the_data_rest_on(client: TestClient, service: Service) -> None:
    foot = words(client.get("/", headers=HTML).text.partition("<footer")[2])
    assert f"phiên bản {service.register_stamp()}" in foot
    assert "Có dữ liệu mô phỏng" in foot
    assert "Địa hình: phẳng 2 m" in foot


def test_docs_list_every_operation(client: TestClient) -> None:
    page = client.get("/docs", headers=HTML).text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page
