"""Data quality, possible duplicates and free ducts, on pages and for programs."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from shapely import LineString
from starlette.testclient import TestClient

from api.service import Service
from gis.quality import RULES
from gis.register.routes import Duct, Route, RouteKind
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure

BrowserOf = Callable[[str], Any]
Token = Callable[[str], dict[str, str]]
OWN, OTHER = "mo-phong-a", "mo-phong-b"


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def twins(service: Service) -> tuple[Structure, Structure]:
    """A mast of the operator's, and what another states of it."""
    one = next(
        one
        for one in service.register.structures(SYSTEM, owner_id=OWN)
        if not one.confidential and not service.register.installations(SYSTEM, structure_id=one.id)
    )
    other = replace(
        one, id="sinh-doi", code="SD-1", owner_id=OTHER, longitude=one.longitude + 1e-4,
        address="1 Nguyễn Huệ",
    )  # fmt: skip
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.add_structures([other])
    return one, other


def test_each_sees_the_quality_of_its_own_and_the_department_of_all(
    client: TestClient, token: Token, browser_of: BrowserOf
) -> None:
    own = client.get("/quality", headers=token("operator")).json()["owners"]
    every = client.get("/quality", headers=token("staff")).json()["owners"]
    assert [one["owner_id"] for one in own] == [OWN]
    assert {OWN, OTHER} < {one["owner_id"] for one in every}
    assert own[0] in every
    assert own[0]["score"] == pytest.approx(
        own[0]["rules_passed"] / own[0]["rules_applied"], abs=1e-4
    )
    assert {each["rule"] for each in own[0]["defects"]} <= set(RULES)
    page = browser_of("operator").get("/view/quality")
    assert page.status_code == 200
    assert f"/quality/{OWN}/defects" in page.text
    assert OTHER not in page.text
    everything = browser_of("staff").get("/view/quality?lang=en").text
    assert f"/quality/{OTHER}/defects" in everything
    assert "The state is missing" in words(everything)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_operator_s_file_is_its_own(
    client: TestClient, token: Token, service: Service, ending: str
) -> None:
    program = token("operator")
    answer = client.get(f"/quality/{OWN}/defects?format={ending}", headers=program)
    assert answer.status_code == 200
    assert f'filename="phusong-defects.{ending}"' in answer.headers["content-disposition"]
    if ending == "csv":
        rows = answer.content.decode("utf-8-sig").splitlines()
        owned = service.register.count_structures(SYSTEM, owner_id=OWN, on=service.today())
        assert 1 < len(rows) <= owned + 1
    assert client.get(f"/quality/{OTHER}/defects", headers=program).status_code == 404
    assert client.get("/quality/none/defects", headers=token("staff")).status_code == 404
    bad = client.get(f"/quality/{OWN}/defects?format=geojson", headers=program)
    assert bad.status_code == 422


def test_a_pair_is_shown_with_its_reasons_and_decided_once(
    browser_of: BrowserOf, service: Service, twins: tuple[Structure, Structure]
) -> None:
    one, other = twins
    staff = browser_of("staff")
    page = staff.get("/view/duplicates")
    assert page.status_code == 200
    said = words(page.text)
    assert "cách nhau 10,9 m" in said
    assert "tên giống 100 %" in said
    sent = {"first_id": one.id, "second_id": other.id, "reason": "đã đến xem"}
    for wrong in (sent, sent | {"kept_id": "apart", "reason": " "}):
        answer = staff.post("/view/duplicates", wrong)
        assert answer.status_code == 422
        assert "Xin chọn gộp hoặc giữ riêng" in answer.text
    assert staff.post("/view/duplicates", sent | {"kept_id": one.id}).status_code == 303
    assert service.register.structure(one.id, SYSTEM).address == "1 Nguyễn Huệ"
    assert f"Đã gộp vào công trình {one.id}" in staff.get("/view/structures/sinh-doi").text
    assert browser_of("operator").get("/view/structures/sinh-doi").status_code == 404
    after = words(staff.get("/view/duplicates").text)
    assert "đã gộp" in after
    assert "đã đến xem" in after
    assert staff.post("/view/duplicates", sent | {"kept_id": one.id}).status_code == 404


def test_a_decision_is_taken_back_where_it_is_listed(
    browser_of: BrowserOf, service: Service, twins: tuple[Structure, Structure]
) -> None:
    one, other = twins
    staff = browser_of("staff")
    sent = {"first_id": one.id, "second_id": other.id, "reason": "đã đến xem"}
    pair = "|".join(sorted((one.id, other.id)))
    back = {"decision_id": pair, "reason": "nhầm cột"}
    assert staff.post("/view/duplicates/undo", back).status_code == 404
    for kept in (one.id, "apart"):
        assert 'value="sinh-doi"' in staff.get("/view/duplicates").text
        assert staff.post("/view/duplicates", sent | {"kept_id": kept}).status_code == 303
        decided = staff.get("/view/duplicates").text
        assert 'action="/view/duplicates/undo"' in decided
        assert 'value="sinh-doi"' not in decided, "what is decided is asked no more"
        nothing = staff.post("/view/duplicates/undo", back | {"reason": " "})
        assert nothing.status_code == 422
        assert service.register.decisions()
        assert staff.post("/view/duplicates/undo", back).status_code == 303
        assert service.register.decisions() == []
        assert service.register.structure(other.id, SYSTEM) == other
        assert service.register.structure(one.id, SYSTEM) == one
        assert "giống nhau" in words(staff.get("/view/duplicates").text)
    assert staff.post("/view/duplicates", sent | {"kept_id": one.id}).status_code == 303
    kept = service.register.structure(one.id, SYSTEM)
    with service.register.write(author="lan", reason="sửa") as w:
        w.update_structures([replace(kept, name="Tên mới")])
    late = staff.post("/view/duplicates/undo", back)
    assert late.status_code == 409
    assert 'role="alert"' in late.text
    assert [each.id for each in service.register.decisions()] == [pair]


def test_programs_decide_pairs(
    client: TestClient, token: Token, twins: tuple[Structure, Structure]
) -> None:
    one, other = twins
    program = token("staff")
    found = client.get("/duplicates?lang=en", headers=program).json()
    pair = next(each for each in found["pairs"] if other.id in each.values())
    assert {pair["first_id"], pair["second_id"]} == {one.id, other.id}
    assert "of the same kind" in pair["reasons"]
    asked = {"first_id": one.id, "second_id": other.id, "reason": "hai cột cạnh nhau"}
    assert client.post("/duplicates", json=asked, headers=program).status_code == 201
    assert client.post("/duplicates", json=asked, headers=program).status_code == 409
    again = client.get("/duplicates", headers=program).json()
    assert again["decided"][0]["decision"] == "apart"
    assert other.id not in str(again["pairs"])


def test_a_way_of_free_ducts(
    client: TestClient, service: Service, twins: tuple[Structure, Structure], browser_of: BrowserOf
) -> None:
    one, other = twins
    ends = [(one.longitude, one.latitude), (other.longitude, other.latitude)]
    route = Route(
        id="t", code="T-1", kind=RouteKind.DUCT, owner_id=OWN, from_id=one.id, to_id=other.id,
        geometry=LineString(ends), length_m=12.0, shareable=True, provenance=one.provenance,
    )  # fmt: skip
    duct = Duct(id="ô", route_id="t", code="ống 1", cables=2, provenance=one.provenance)
    with service.register.write(author="lan", reason="tuyến") as w:
        w.add_routes([route])
        w.add_ducts([duct])
    found = client.get(f"/free-ducts?from_id={one.id}&to_id={other.id}")
    assert found.status_code == 200
    way = found.json()
    assert (way["built_length_m"], way["structure_ids"]) == (12.0, [one.id, other.id])
    assert way["computed_length_m"] == pytest.approx(10.9, abs=0.1)
    assert way["legs"][0]["ducts"] == [{"id": "ô", "code": "ống 1", "free": 2}]
    assert client.get(f"/free-ducts?from_id={one.id}&to_id=none").status_code == 404
    said = words(browser_of("anonymous").get(f"/view/structures/{one.id}").text)
    assert "ống 1: trống 2 trên 2" in said
    page = browser_of("viewer").get(f"/view/structures/{one.id}?way_to={other.id}")
    assert "Qua 1 tuyến, dài tính toán 10,9 m. Dài hoàn công 12,0 m." in words(page.text)
    none = browser_of("viewer").get(f"/view/structures/{one.id}?way_to=none")
    assert none.status_code == 200
    assert "none" in words(none.text)
    told = client.get(f"/structures/{one.id}").json()["properties"]["routes"]
    assert told[0]["ducts"][0]["free"] == 2
