"""Conditional equipment for anybody, and the import for an administrator."""

from collections.abc import Callable
from html import unescape
from typing import Any

from starlette.testclient import TestClient

ASKED = "frequency_min_mhz=2412&frequency_max_mhz=2432&power_mw=100&power_reference=erp&use=wlan"
FILE = (
    "title_vi,instrument,clause,source,frequency_min_mhz,frequency_max_mhz,uses\n"
    "<b>Video</b>,TT 08/2021,PL9,Công báo,1000,1010,wireless_video\n"
    "Sai,TT 08/2021,PL9,Công báo,1000,0,wireless_video\n"
)


def test_anybody_may_ask(client: TestClient) -> None:
    told = client.get(f"/devices/check?{ASKED}&on=2026-11-23&lang=en").json()
    assert told["verdict"] == "met_with_gaps"
    assert told["licence_needed"] == "not_known"
    assert told["eirp_mw"] == 164.059
    assert "2.15 dB" in told["converted"]
    assert told["ism"] is True
    assert len(told["general_conditions"]) == 6
    (row,) = told["rows"]
    assert row["rule"]["confidence"] == "secondary"
    states = {one["name"]: one["met"] for one in row["conditions"]}
    assert states["power"] == "met"
    assert states["bandwidth"] == states["duty"] == "not_in_data"
    listed = client.get("/devices?lang=en").json()
    assert len(listed["rows"]) >= 20
    assert any("UWB" in one or "ultra" in one for one in listed["groups_without_limits"])


def test_what_cannot_be_is_refused(client: TestClient) -> None:
    for query, status in (
        ("frequency_min_mhz=0", 422),
        ("frequency_min_mhz=nan", 422),
        ("frequency_min_mhz=1e99", 422),
        ("frequency_min_mhz=100&power_mw=5", 422),
        ("frequency_min_mhz=100&use=spying", 422),
        ("", 422),
        ("frequency_min_mhz=100&colour=red", 400),
    ):
        assert client.get(f"/devices/check?{query}").status_code == status, query


def test_the_page_tells_each_condition(browser_of: Callable[[str], Any]) -> None:
    browser = browser_of("anonymous")
    page = unescape(browser.get(f"/view/devices?{ASKED}").text)
    for words in ("2,15 dB", "EIRP của thiết bị: 164,059 mW", "chưa có trong dữ liệu", "Điều 6",
                  "không phải sự cho phép"):  # fmt: skip
        assert words in page, words
    assert 'action="/view/devices/import"' not in page
    wrong = browser.get("/view/devices?frequency_min_mhz=two&power_mw=-")
    assert wrong.status_code == 422
    for name in ("frequency_min_mhz", "power_mw"):
        assert f'id="device-{name}-wrong"' in wrong.text
    assert 'value="two"' in wrong.text


def test_an_administrator_brings_in_a_list(browser_of: Callable[[str], Any]) -> None:
    browser = browser_of("administrator")
    answer = browser.post(
        "/view/devices/import", {"mode": "add"}, files={"file": ("danh_muc.csv", FILE.encode())}
    )
    page = unescape(answer.text)
    assert answer.status_code == 200
    assert "Nhận 1 dòng, từ chối 1." in page
    assert "<b>Video</b>" not in answer.text, "a title is shown as text"
    assert "frequency_max_mhz" in page
    assert "<b>Video</b>" in unescape(browser.get("/view/devices").text)
    refused = browser.post("/view/devices/import", files={"file": ("a.exe", b"MZ")})
    assert refused.status_code == 422
    assert "không phải XLSX" in unescape(refused.text)
    for role in ("staff", "operator", "viewer"):
        sent = browser_of(role).post("/view/devices/import", files={"file": ("a.csv", b"x")})
        assert sent.status_code == 403
