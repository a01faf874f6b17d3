"""Line-of-sight links over HTTP, on their page and on the command line."""

import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from api.cli import main

Token = Callable[[str], dict[str, str]]

LINK = {
    "from_longitude": "106.4", "from_latitude": "10.6", "from_height_m": "80",
    "to_longitude": "106.6", "to_latitude": "10.7", "to_height_m": "60",
    "frequency_mhz": "7500", "transmitter_power_dbm": "27", "transmitter_gain_dbi": "36",
    "receiver_gain_dbi": "34", "other_losses_db": "3", "receiver_threshold_dbm": "-75",
}  # fmt: skip
KNOWN = {
    "rain_rate_mm_per_h": "95", "rain_source": "P.837-7",
    "geoclimatic_factor_log10": "-4", "refractivity_increase_nunits": "45",
    "multipath_source": "P.530-18 & <maps>",
}  # fmt: skip


def query(**more: str) -> str:
    return urlencode({**LINK, **more})


def test_a_link_is_a_record_and_a_figure(client: TestClient, token: Token) -> None:
    staff = token("staff")
    told = client.get(f"/link?{query(**KNOWN)}", headers=staff).json()
    assert told["availability_percent"] > 99.9
    assert told["evidence"] == "prediction"
    assert told["inputs"]["link"]["rain_source"] == "P.837-7"
    drawn = client.get(f"/link.svg?{query()}&width=500&lang=en", headers=staff)
    assert drawn.headers["content-type"] == "image/svg+xml"
    title = ET.fromstring(drawn.text).find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert str(title.text).startswith("Link from latitude 10.60000")
    vietnamese = client.get(f"/link.svg?{query()}&lang=vi", headers=staff)
    assert "Tuyến từ vĩ độ 10,60000" in vietnamese.text


@pytest.mark.parametrize("address", ["/link", "/link.svg", "/view/link"])
def test_links_are_for_the_department_and_operators(
    client: TestClient, token: Token, address: str
) -> None:
    for role, status in (("viewer", 403), ("operator", 200), ("staff", 200)):
        answer = client.get(f"{address}?{query()}", headers=token(role))
        assert answer.status_code == status, answer.text
    assert client.get(f"{address}?{query()}").status_code == 401


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"frequency_mhz": "900"}, "frequency_mhz = 900 must be a number from 1,000 to 45,000"),
        ({"frequency_mhz": "nan"}, "frequency_mhz"),
        ({"from_height_m": "tall"}, "from_height_m"),
        ({"to_longitude": "107.9"}, "links of 0.05 to 60 km can be computed"),
        ({"rain_rate_mm_per_h": "95"}, "rain_source"),
        ({"polarization": "circular"}, "polarization"),
    ],
)
def test_what_cannot_be_a_link_is_said(
    client: TestClient, token: Token, more: dict[str, str], told: str
) -> None:
    headers = {**token("staff"), "accept-language": "en"}
    for address in ("/link", "/link.svg"):
        answer = client.get(f"{address}?{query(**more)}", headers=headers)
        assert answer.status_code == 422
        assert told in answer.text


def test_a_link_without_an_end_is_said(client: TestClient, token: Token) -> None:
    answer = client.get("/link?from_longitude=106", headers=token("staff"))
    assert answer.status_code == 422
    assert "to_longitude" in answer.text


def test_the_page_shows_the_link_and_keeps_what_was_typed(
    browser_of: Callable[[str], Any],
) -> None:
    browser = browser_of("operator")
    typed = {name: value.replace(".", ",") for name, value in {**LINK, **KNOWN}.items()}
    raw = browser.get(f"/view/link?{urlencode(typed)}").text
    page = unescape(raw)
    for word in (
        "Độ khả dụng trong năm trung bình", "Dự trữ pha-đinh", "A_0.01", "P.530, mục 2.4.1",
        "phút mỗi năm", "ước tính để quy hoạch", "không phải là chứng cứ",
        "miền Fresnel thứ nhất", 'value="106,4"',
    ):  # fmt: skip
        assert word in page, word
    assert page.count('role="img"') == 2
    assert "<maps>" not in raw, "a source is shown as text"
    link = page.split('href="/link.svg?')[1].split('"')[0]
    assert browser.get(f"/link.svg?{link}").status_code == 200
    assert 'href="/view/link" aria-current="page"' in page
    assert "/view/link" not in browser_of("viewer").get("/").text


def test_the_page_asks_before_it_shows(browser_of: Callable[[str], Any]) -> None:
    page = browser_of("staff").get("/view/link").text
    assert 'role="alert"' not in page
    assert "<svg" not in page.split("<main")[1]
    assert 'name="receiver_threshold_dbm"' in page


def test_an_empty_form_is_answered(browser_of: Callable[[str], Any]) -> None:
    answer = browser_of("staff").get("/view/link?from_latitude=&to_latitude=&frequency_mhz=")
    assert answer.status_code == 422
    assert "Hãy điền" in unescape(answer.text)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"frequency_mhz": ""}, "Hãy điền Tần số (MHz): một số từ 1.000 đến 45.000"),
        ({"frequency_mhz": "bảy"}, "Tần số (MHz) “bảy” không phải là số"),
        ({"from_height_m": "0"}, "Ăng ten A trên mặt đất (m) = 0 phải là một số từ 1 đến 1.000"),
        ({"rain_rate_mm_per_h": "95"}, "Nguồn của cường độ mưa: Cường độ mưa R0,01"),
        ({"geoclimatic_factor_log10": "-4"}, "dN75 (đơn vị N) phải đi cùng log10 K"),
        ({"to_longitude": "<script>"}, "“<script>”"),
        ({"polarization": "xiên"}, "xiên"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_the_form(
    browser_of: Callable[[str], Any], more: dict[str, str], told: str
) -> None:
    answer = browser_of("staff").get(f"/view/link?{query(**more)}")
    assert answer.status_code == 422
    assert told in unescape(answer.text)
    assert 'role="alert"' in answer.text
    assert "<script>”" not in answer.text


def test_the_command_prints_a_table_and_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["link", "--from", "106.4,10.6", "--from-height", "80", "--to", "106.6,10.7"]
    words += ["--to-height", "60", "--frequency", "7500", "--power", "27", "--from-gain", "36"]
    words += ["--to-gain", "34", "--losses", "3", "--threshold", "-75", "--rain-rate", "95"]
    words += ["--rain-source", "P.837-7", "--json"]
    figure = tmp_path / "link.svg"
    assert main([*words, "--figure", str(figure)]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["missing"] == ["geoclimatic_factor_log10", "refractivity_increase_nunits"]
    assert "Dự trữ pha-đinh" in err
    assert "ước tính để quy hoạch" in err
    assert ET.fromstring(figure.read_text("utf-8")).tag.endswith("svg")
    assert main([*words, "--dn75", "45"]) != 0
    assert "geoclimatic_factor_log10" in capsys.readouterr().err
