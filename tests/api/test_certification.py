"""Inspection of stations for the department: list, file, one station, its papers and notice."""

from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from api.service import Service
from gis.register.scopes import SYSTEM
from gis.register.structures import Document

MAST = "/view/certification/mp-ben-luc-cot"
OWNER = "organisation_id=mo-phong-b"


def test_the_list_for_a_program(client: TestClient, token: Callable[[str], Any]) -> None:
    staff = token("staff")
    every = client.get("/certification?lang=en", headers=staff).json()
    assert every["numberMatched"] > len(every["stations"]) == 50
    wanted = client.get("/certification?state=wanted", headers=staff).json()
    assert {one["kind"] for one in wanted["stations"]} == {"broadcast"}
    own = client.get("/certification?owner_id=mo-phong-b", headers=staff).json()
    assert {one["owner_id"] for one in own["stations"]} == {"mo-phong-b"}
    assert own["stations"][0]["missing"][0] == "inhabited"
    assert own["stations"][0]["exposure_distance_m"] > 1
    assert client.get("/certification?state=lost", headers=staff).status_code == 422
    for role in ("viewer", "operator"):
        assert client.get("/certification", headers=token(role)).status_code == 403


def test_the_list_as_a_file(client: TestClient, token: Callable[[str], Any]) -> None:
    staff = token("staff")
    for ending in ("csv", "xlsx"):
        answer = client.get(f"/certification/table?format={ending}&state=wanted", headers=staff)
        assert answer.status_code == 200
        assert f"phusong-certification.{ending}" in answer.headers["content-disposition"]
        assert len(answer.content) > 500
    assert client.get("/certification/table?format=kml", headers=staff).status_code == 422


def test_a_base_station_is_judged_recorded_and_announced(
    browser_of: Callable[[str], Any],
) -> None:
    browser = browser_of("staff")
    asked = unescape(browser.get(f"{MAST}?{OWNER}").text)
    assert "Ủy ban nhân dân cấp xã" in asked, "who can find out"
    assert f"{MAST}/notice" not in asked
    assert browser.get(f"{MAST}/notice?{OWNER}").status_code == 422
    outside = unescape(browser.get(f"{MAST}?{OWNER}&inhabited=no").text)
    assert "Ngoài danh mục" in outside
    notice = outside.split(f'href="{MAST}/notice?')[1].split('"')[0]
    printed = unescape(browser.get(f"{MAST}/notice?{notice}").text)
    for words in ("BẢN CÔNG BỐ TRẠM GỐC", "BẢN NHÁP", "bán kính 100 m", "vĩ độ"):
        assert words in printed, words
    inside = unescape(
        browser.get(f"{MAST}?{OWNER}&inhabited=yes&building_top_m=30,5&antenna_lowest_m=40").text
    )
    assert "phải kiểm định, chu kỳ 5 năm" in inside
    paper = {"organisation_id": "mo-phong-b", "kind": "certificate", "number": "<i>12</i>",
             "issued_on": "2022-03-01", "issuer": "", "valid_to": ""}  # fmt: skip
    assert browser.post(f"{MAST}/papers", paper).status_code == 303
    kept = browser.get(f"{MAST}?{OWNER}").text
    assert "01/03/2027" in kept
    assert "<i>12</i>" not in kept
    structure = unescape(browser.get("/view/structures/mp-ben-luc-cot").text)
    assert "Giấy chứng nhận kiểm định trạm gốc" in structure


def test_wrong_fields_are_said_at_the_field(browser_of: Callable[[str], Any]) -> None:
    browser = browser_of("staff")
    for query, name in (
        ("building_top_m=high", "building_top_m"),
        ("antenna_lowest_m=-3", "antenna_lowest_m"),
        ("inhabited=maybe", "inhabited"),
    ):
        answer = browser.get(f"{MAST}?{OWNER}&{query}")
        assert answer.status_code == 422, query
        assert f'id="facts-{name}-wrong"' in answer.text, query
    paper = {"organisation_id": "mo-phong-b", "kind": "spell", "issued_on": "2026-01-01"}
    for more, name in (
        ({}, "kind"),
        ({"kind": "notice", "valid_to": "2025-01-01"}, "valid_to"),
        ({"kind": "notice", "issued_on": "31/12/2026"}, "issued_on"),
        ({"kind": "certificate", "issued_on": "9999-12-31"}, "issued_on"),
    ):
        answer = browser.post(f"{MAST}/papers", {**paper, **more})
        assert answer.status_code == 422, more
        assert f'id="paper-{name}-wrong"' in answer.text, more
    assert browser.get("/view/certification/none?organisation_id=x").status_code == 404
    assert browser.get(f"{MAST}?organisation_id=nobody").status_code == 404


def test_a_day_far_away_that_a_file_brought_breaks_no_list(
    client: TestClient, token: Callable[[str], Any], service: Service
) -> None:
    with service.register.write(author="test", reason="test") as writer:
        structure = writer.structure("mp-ben-luc-cot", SYSTEM)
        writer.add_documents(
            [
                Document(
                    id="far",
                    subject="structures",
                    subject_id=structure.id,
                    title="Giấy chứng nhận kiểm định trạm gốc",
                    issued_on=date(9999, 12, 31),
                    provenance=structure.provenance,
                )
            ]
        )
    for address in ("/certification", "/certification/table", "/inspections/risk"):
        answer = client.get(address, headers=token("staff"))
        assert answer.status_code == 200, (address, answer.text[:200])


def test_the_page_filters(browser_of: Callable[[str], Any]) -> None:
    page = browser_of("staff").get("/view/certification?state=wanted&commune=zzz").text
    assert "Không có đài nào" in unescape(page)
    some = unescape(browser_of("staff").get("/view/certification?state=wanted").text)
    assert "format=xlsx&state=wanted" in some
    assert 'href="/view/certification" aria-current="page"' in some
