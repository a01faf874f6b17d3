"""The path from a station to a point: record, figure, page, and everything typed wrongly."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from api.service import Service
from gis.jobs.worker import work_once

Token = Callable[[str], dict[str, str]]

STATION = "mp-tan-an"
PLACE = "longitude=106.6&latitude=10.7"
PATH = f"/path?station={STATION}&{PLACE}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def studied(client: TestClient, service: Service, token: Token) -> str:
    """A finished coverage study of the station."""
    staff = token("staff")
    asked = {"station_id": STATION, "radius_km": 5, "receiver_height_m": 1.5}
    job = client.post("/studies/coverage", json=asked, headers=staff).json()
    assert work_once(service.register, service.home, service.ground)
    study: str = client.get(f"/jobs/{job['id']}", headers=staff).json()["study"]
    return study


def test_the_record_has_both_earths_and_every_term(client: TestClient, token: Token) -> None:
    told = client.get(PATH, headers=token("viewer")).json()
    assert told["station_id"] == STATION
    assert told["synthetic"] is True
    assert set(told["sight"]) == {"ray_height_m", "fresnel_radius_m", "median", "b0"}
    assert len(told["predictions"][0]["terms"]) == 20
    assert len(told["sight"]["b0"]["earth_bulge_m"]) == len(told["profile"]["distance_km"])
    low = client.get(f"{PATH}&receiver_height_m=1.5", headers=token("viewer")).json()
    assert low["profile"]["receiver_height_above_ground_m"] == 1.5


@pytest.mark.parametrize(("language", "word"), [("vi", "Mặt cắt"), ("en", "Path profile")])
def test_the_figure_is_an_svg_in_the_language(
    client: TestClient, token: Token, language: str, word: str
) -> None:
    query = PATH.replace("/path", "/path.svg")
    answer = client.get(f"{query}&lang={language}&width=500", headers=token("viewer"))
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["x-content-type-options"] == "nosniff"
    drawn = ET.fromstring(answer.text)
    assert drawn.tag == f"{SVG}svg"
    assert drawn.get("width") == "500"
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert word in str(title.text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (422, "longitude")),
        (PLACE, (422, "đài")),
        (f"{PLACE}&station=nobody", (404, "nobody")),
        (f"{PLACE}&study=coverage-0000000000000000", (404, "coverage-0000000000000000")),
        (f"{PLACE}&station={STATION}&study=coverage-0000000000000000", (422, "study")),
        (f"{PLACE}&station=dai-fm-rfd-095-0", (422, "Biên Hòa")),
        (f"longitude=-100&latitude=10&station={STATION}", (422, "1.000")),
        (f"longitude=106&latitude=85&station={STATION}", (422, "latitude")),
        (f"longitude=nan&latitude=10&station={STATION}", (422, "longitude")),
        (f"{PLACE}&station={STATION}&receiver_height_m=0", (422, "receiver_height_m")),
        (f"{PLACE}&station={STATION}&colour=red", (400, "colour")),
    ],
)
@pytest.mark.parametrize("route", ["/path", "/path.svg"])
def test_what_cannot_be_asked_is_a_problem(
    client: TestClient, token: Token, route: str, query: str, expected: tuple[int, str]
) -> None:
    answer = client.get(f"{route}?{query}", headers=token("viewer"))
    assert answer.status_code == expected[0], answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert expected[1] in answer.text


def test_at_the_mast_there_is_a_record_and_no_figure(client: TestClient, token: Token) -> None:
    viewer = token("viewer")
    station = client.get(f"/stations/{STATION}").json()
    longitude, latitude = station["geometry"]["coordinates"][:2]
    query = f"station={STATION}&longitude={longitude}&latitude={latitude + 0.0005}"
    assert client.get(f"/path?{query}", headers=viewer).json()["method"] == "free_space"
    answer = client.get(f"/path.svg?{query}", headers=viewer)
    assert answer.status_code == 422
    assert "0,25 km" in answer.json()["detail"]


def test_a_narrower_figure_than_there_is_is_refused(client: TestClient, token: Token) -> None:
    query = PATH.replace("/path", "/path.svg")
    assert client.get(f"{query}&width=100", headers=token("viewer")).status_code == 422


def test_a_study_lends_its_station_and_its_points_the_figure(
    client: TestClient, token: Token, studied: str
) -> None:
    viewer = token("viewer")
    by_study = client.get(f"/path?study={studied}&{PLACE}", headers=viewer).json()
    low = client.get(f"{PATH}&receiver_height_m=1.5", headers=viewer).json()
    assert by_study == low, "the height of the study"
    high = client.get(f"/path?study={studied}&{PLACE}&receiver_height_m=10", headers=viewer).json()
    assert high == client.get(PATH, headers=viewer).json()
    weaker = low["predictions"][0]["field_strength_dbuvm"]
    assert weaker < high["predictions"][0]["field_strength_dbuvm"]
    told = client.get(f"/studies/{studied}/point?{PLACE}&lang=en", headers=viewer).json()
    figure = told["figure"]
    assert ET.fromstring(figure["svg"]).get("role") == "img"
    place = "longitude=106.6&latitude=10.7&receiver_height_m=1.5"
    assert figure["href"] == f"/view/path?study={studied}&{place}", "the height of the study"
    assert "first Fresnel zone" in figure["alt"]
    field = told["sections"][0]["rows"][0]["value"]
    assert float(field.split()[0]) == pytest.approx(weaker, abs=0.06)
    assert figure["link"] == "Why? See the path profile"


def page(browser: Any, query: str, status: int = 200) -> str:
    answer = browser.get(f"/view/path{query}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return str(answer.text)


def test_the_page_shows_figure_tables_and_links(browser_of: Callable[[str], Any]) -> None:
    browser = browser_of("viewer")
    shown = page(
        browser, f"?station={STATION}&longitude=106,6&latitude=10,7&receiver_height_m=1,5"
    )
    assert shown.count('role="img"') == 2, "one for wide screens and paper, one for narrow"
    for symbol in ("L_bfs", "L_ba", "L_bs", "(69)", "(70)"):
        assert symbol in shown
    assert "50 % thời gian" in shown
    assert "1 % thời gian" in shown
    assert "dữ liệu mô phỏng" in shown
    link = shown.split('href="/path.svg?')[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(f"/path.svg?{link}").status_code == 200
    assert "receiver_height_m=1.5" in link


def test_another_model_explains_in_its_own_words(
    client: TestClient, token: Token, browser_of: Callable[[str], Any]
) -> None:
    query = f"{PATH}&model=itm&time_percent=10&location_percent=90"
    told = client.get(query, headers=token("viewer")).json()
    assert told["model"] == "NTIA ITM 1.4"
    assert [one["time_percent"] for one in told["predictions"]] == [10.0]
    assert told["inputs"]["model"]["settings"]["location_percent"] == 90
    drawn = client.get(query.replace("/path", "/path.svg"), headers=token("viewer"))
    assert "NTIA ITM 1.4" in drawn.text
    shown = page(browser_of("viewer"), query.removeprefix("/path"))
    for word in ("Cơ chế truyền", "Độ gồ ghề của địa hình", "10 % thời gian", "A_ref", "mục 4"):
        assert word in shown
    assert '<option value="itm" selected>' in shown
    assert "L_bulla" not in shown
    link = shown.split('href="/path.svg?')[1].split('"')[0].replace("&amp;", "&")
    assert "model=itm" in link
    assert "location_percent=90" in link
    assert browser_of("viewer").get(f"/path.svg?{link}").status_code == 200


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ("model=p452", 422, "96.9 MHz is outside the 100 to 6,000 MHz"),
        ("model=p1546", 422, "PHUSONG_P1546_CURVES"),
        ("model=okumura_hata", 422, "outside the 150 to 1,500 MHz"),
        ("model=hata", 422, "model"),
        ("model=itm&environment=open", 422, "takes no environment"),
        ("time_percent=0.5", 422, "time_percent"),
        ("time_percent=nan", 422, "time_percent"),
        ("location_percent=99.5", 422, "location_percent"),
    ],
)
def test_what_a_model_does_not_cover_is_refused_here_too(
    client: TestClient, token: Token, more: str, status: int, told: str
) -> None:
    headers = {**token("viewer"), "accept-language": "en"}
    for address in (PATH, PATH.replace("/path", "/path.svg")):
        answer = client.get(f"{address}&{more}", headers=headers)
        assert answer.status_code == status
        assert told in answer.text


def test_the_page_asks_before_it_shows(browser_of: Callable[[str], Any]) -> None:
    shown = page(browser_of("viewer"), f"?station={STATION}")
    assert f'<option value="{STATION}" selected>' in shown
    assert 'role="alert"' not in shown
    assert "<svg" not in shown.split("<main")[1]


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        (f"?station={STATION}&longitude=&latitude=10,7", 422, "Kinh độ (°): hãy điền"),
        (f"?station={STATION}&longitude=106+dặm&latitude=10,7", 422, "“106 dặm”"),
        (f"?station={STATION}&longitude=106&latitude=95", 422, "95"),
        (f"?station={STATION}&longitude=1e2&latitude=10", 422, "“1e2”"),
        (f"?station={STATION}&longitude=106&latitude=10&receiver_height_m=0", 422, "từ 1 đến"),
        (
            f"?station={STATION}&longitude=106&latitude=10&receiver_height_m=0,5",
            422,
            "Độ cao ăng ten thu (m) = 0,5 phải",
        ),
        ("?longitude=106&latitude=10", 422, "Hãy chọn một đài"),
        (f"?station={STATION}&longitude=106&latitude=10&time_percent=x", 422, "thời gian"),
        (f"?station={STATION}&longitude=106&latitude=10&time_percent=60", 422, "từ 1 đến 50"),
        (f"?station={STATION}&longitude=106&latitude=10&location_percent=0,1", 422, "1 đến 99"),
        (f"?station={STATION}&longitude=106&latitude=10&model=p452", 422, "100 đến 6.000 MHz"),
        (f"?station={STATION}&longitude=106&latitude=10&model=magic", 422, "magic"),
        ("?station=nobody&longitude=106&latitude=10", 404, "nobody"),
        ("?study=nothing&longitude=106&latitude=10", 404, "nothing"),
        ("?station=dai-fm-rfd-095-0&longitude=106&latitude=10", 422, "Biên Hòa"),
        (f"?station={STATION}&longitude=%3Cscript%3E&latitude=10", 422, "“&lt;script&gt;”"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_the_form(
    browser_of: Callable[[str], Any], query: str, status: int, word: str
) -> None:
    shown = page(browser_of("viewer"), query, status)
    assert word in shown
    assert 'role="alert"' in shown
    assert '<form class="inline card"' in shown


def test_the_page_at_the_mast_says_why_there_is_no_figure(
    client: TestClient, browser_of: Callable[[str], Any]
) -> None:
    at = client.get(f"/stations/{STATION}").json()["geometry"]["coordinates"]
    shown = page(
        browser_of("viewer"), f"?station={STATION}&longitude={at[0]}&latitude={at[1] + 0.0005}"
    )
    assert "không gian tự do" in shown
    assert "<svg" not in shown.split("<main")[1]


def test_a_stranger_is_asked_to_sign_in(browser_of: Callable[[str], Any]) -> None:
    answer = browser_of("anonymous").get(f"/view/path?station={STATION}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/view/path")


def test_a_station_leads_to_its_paths(browser_of: Callable[[str], Any]) -> None:
    address = f'href="/view/path?station={STATION}"'
    assert address in browser_of("viewer").get(f"/view/stations/{STATION}").text
    assert address not in browser_of("anonymous").get(f"/view/stations/{STATION}").text
