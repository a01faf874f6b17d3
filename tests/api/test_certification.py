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
    assert every["numberMatched"] > len(every["stations"]) == 30
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

    def facts(**more: str) -> dict[str, str]:
        seen = browser.get(f"{MAST}?{OWNER}").text.split('name="seen" value="')[1].split('"')[0]
        given = {"seen_on": "2026-11-01", "source": "Biên bản khảo sát 5", **more}
        return {"organisation_id": "mo-phong-b", "seen": seen, **given}

    assert browser.post(f"{MAST}/facts", facts(inhabited="no")).status_code == 303
    outside = unescape(browser.get(f"{MAST}?{OWNER}").text)
    assert "Ngoài danh mục" in outside
    assert "Biên bản khảo sát 5" in outside
    notice = outside.split(f'href="{MAST}/notice?')[1].split('"')[0]
    printed = unescape(browser.get(f"{MAST}/notice?{notice}").text)
    for words in ("BẢN CÔNG BỐ TRẠM GỐC", "BẢN NHÁP", "bán kính 100 m", "vĩ độ; kinh độ"):
        assert words in printed, words
    late = facts(inhabited="yes", building_top_m="30,5", antenna_lowest_m="34")
    assert browser.post(f"{MAST}/facts", late).status_code == 303
    inside = unescape(browser.get(f"{MAST}?{OWNER}").text)
    assert "phải kiểm định, chu kỳ 5 năm" in inside
    assert browser.post(f"{MAST}/facts", late).status_code == 409, "somebody saved since"
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
    seen = browser.get(f"{MAST}?{OWNER}").text.split('name="seen" value="')[1].split('"')[0]
    for name, value in (
        ("building_top_m", "high"),
        ("antenna_lowest_m", "-3"),
        ("inhabited", "maybe"),
        ("source", ""),
        ("seen_on", "2090-01-01"),
    ):
        given = {"seen_on": "2026-11-01", "source": "x", "seen": seen, name: value}
        answer = browser.post(f"{MAST}/facts", {"organisation_id": "mo-phong-b", **given})
        assert answer.status_code == 422, name
        assert f'id="facts-{name}-wrong"' in answer.text, name
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
    assert "Không có dòng nào khớp điều kiện đang chọn" in unescape(page)
    some = unescape(browser_of("staff").get("/view/certification?state=wanted").text)
    assert "format=xlsx&state=wanted" in some
    assert 'href="/view/certification" aria-current="page"' in some


def test_a_program_keeps_facts_papers_and_draws_the_notice(
    client: TestClient, token: Callable[[str], Any]
) -> None:
    staff, station = token("staff"), "/certification/mp-ben-luc-cot"
    own = {"organisation_id": "mo-phong-b"}
    told = client.get(station, params=own, headers=staff).json()
    assert told["state"] == "facts_missing"
    assert client.get(f"{station}/notice", params=own, headers=staff).status_code == 422
    body = {**own, "digest": told["digest"], "seen_on": "2026-11-01", "source": "Biên bản 5"}
    kept = client.post(f"{station}/surroundings", json={**body, "inhabited": False}, headers=staff)
    assert kept.json()["must_be_inspected"] == "not"
    assert kept.json()["surroundings"]["source"] == "Biên bản 5"
    again = client.post(f"{station}/surroundings", json=body, headers=staff)
    assert again.status_code == 409
    for ending, begins in (("docx", b"PK"), ("pdf", b"%PDF-")):
        asked = {**own, "format": ending}
        answer = client.get(f"{station}/notice", params=asked, headers=staff)
        assert answer.content.startswith(begins), answer.text[:300]
    paper = {**own, "kind": "notice", "number": "1/CB", "issued_on": "2026-11-02"}
    added = client.post(f"{station}/papers", json=paper, headers=staff)
    assert (added.status_code, added.json()["state"]) == (201, "notice")
    table = b"structure_id,organisation_id,inhabited,seen_on,source\nmp-ben-luc-cot,mo-phong-b,"
    table += "có,2026-11-03,Biên bản 6\nx,y,có,2026-11-03,z\n".encode()
    sent = {"file": ("facts.csv", table)}
    found = client.post("/certification/surroundings", files=sent, headers=staff).json()
    assert (found["accepted"], [one["row"] for one in found["refused"]]) == (1, [3])
    for role in ("viewer", "operator"):
        assert client.get(station, params=own, headers=token(role)).status_code == 403
