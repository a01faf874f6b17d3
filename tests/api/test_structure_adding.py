"""The department records a structure by hand: a page with its errors, a program, taking back."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.service import Service
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.structures import Lifecycle, Structure, StructureKind
from propagation.compliance.records import Confidence

BrowserOf = Callable[[str], Any]
Token = Callable[[str], dict[str, str]]
HERE = "/view/structures/new"
TYPED = {
    "owner_id": "mo-phong-a",
    "code": "TAY-01",
    "kind": "antenna_mast",
    "state": "in_use",
    "longitude": "106,41",
    "latitude": "10.53",
    "height_m": "42,5",
    "confidential": "no",
    "shareable": "yes",
    "reason": "biên bản 12",
}


def coded(service: Service, code: str = "TAY-01") -> list[Structure]:
    return [one for one in service.register.structures(SYSTEM) if one.code == code]


def test_a_structure_is_recorded_on_its_page_changed_and_taken_back(
    browser_of: BrowserOf, service: Service
) -> None:
    browser = browser_of("staff")
    assert f'href="{HERE}"' in browser.get("/view/structures").text
    page = browser.get(HERE).text
    for name in TYPED:
        assert f'name="{name}"' in page, name
    assert re.search(r'name="code"[^>]* required', page)
    done = browser.post(HERE, TYPED)
    assert done.status_code == 303, done.text
    (made,) = coded(service)
    assert done.headers["location"] == f"/view/structures/{made.id}"
    assert (made.kind, made.state) == (StructureKind.ANTENNA_MAST, Lifecycle.IN_USE)
    told = (made.name, made.longitude, made.latitude, made.height_m)
    assert told == ("TAY-01", 106.41, 10.53, 42.5)
    assert made.provenance.confidence is Confidence.SECONDARY
    assert made.provenance.source == "Sở nhập trên trang"
    with service.register.snapshot() as register:
        (last,) = register.changes(record_id=made.id)
    assert (last.author, last.reason, last.old) == ("staff-1", "biên bản 12", None)
    assert made in service.register.structures(PUBLIC)
    edit = browser.get(f"/view/structures/{made.id}/edit").text
    seen = re.search(r'name="seen" value="([^"]+)"', edit)
    assert seen is not None
    kept = {k: v for k, v in TYPED.items() if k not in ("owner_id", "code")}
    changed = kept | {"name": "Cột mới", "seen": seen[1], "reason": "đặt tên"}
    assert browser.post(f"/view/structures/{made.id}/edit", changed).status_code == 303
    again = browser.post(f"/view/structures/{made.id}/edit", changed | {"name": "Cột khác"})
    assert again.status_code == 409
    assert "vừa được người khác thay đổi" in again.text
    assert coded(service)[0].name == "Cột mới"
    with service.register.snapshot() as register:
        later, first = register.changes(record_id=made.id)
    undo = {"structure_id": made.id, "reason": "nhầm"}
    for revision, there in ((later.revision, 1), (first.revision, 0)):
        assert browser.post(f"/view/changes/{revision}/undo", undo).status_code == 303
        assert len(coded(service)) == there


@pytest.mark.parametrize(
    ("wrong", "status", "name"),
    [
        ({"code": ""}, 422, "code"),
        ({"owner_id": ""}, 422, "owner_id"),
        ({"owner_id": "không có"}, 404, "owner_id"),
        ({"manager_id": "không có"}, 404, "manager_id"),
        ({"kind": "nhà máy"}, 422, "kind"),
        ({"longitude": ""}, 422, "longitude"),
        ({"longitude": "10.53", "latitude": "106.41"}, 422, "longitude"),
        ({"latitude": "21.03", "longitude": "105.85"}, 422, "longitude"),  # Hà Nội
        ({"height_m": "351"}, 422, "height_m"),
        ({"height_m": "cao"}, 422, "height_m"),
        ({"kind": "manhole", "mast_class": "A2b"}, 422, "mast_class"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, 422, "valid_to"),
        ({"rent_asked_vnd": "5000000"}, 422, "rent_unit"),
        ({"address": "Tối mật"}, 422, "address"),
        ({"reason": "tuyệt mật"}, 422, "reason"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    browser_of: BrowserOf, service: Service, wrong: dict[str, str], status: int, name: str
) -> None:
    answer = browser_of("staff").post(HERE, TYPED | wrong)
    assert answer.status_code == status
    assert f'id="edit-{name}-wrong"' in answer.text
    assert 'value="42,5"' in answer.text or "height_m" in wrong, "what was typed stays"
    assert coded(service) == []


def test_a_code_is_given_once_for_each_owner(
    client: TestClient, browser_of: BrowserOf, token: Token, service: Service
) -> None:
    sent = {"values": {k: v for k, v in TYPED.items() if k != "reason"}, "reason": "ghi"}
    first = client.post("/structures", json=sent, headers=token("staff"))
    assert first.status_code == 201
    assert first.json()["properties"]["code"] == "TAY-01"
    again = client.post("/structures", json=sent, headers=token("staff"))
    assert (again.status_code, again.json()["code"]) == (409, "errors.structure_code_exists")
    page = browser_of("staff").post(HERE, TYPED)
    assert page.status_code == 409
    assert 'id="edit-code-wrong"' in page.text
    assert "TAY-01" in unescape(page.text)
    assert len(coded(service)) == 1
    other = {**sent, "values": {**sent["values"], "owner_id": "mo-phong-b"}}
    assert client.post("/structures", json=other, headers=token("staff")).status_code == 201


@pytest.mark.parametrize("role", ["anonymous", "viewer", "operator"])
def test_only_the_department_records(
    client: TestClient, browser_of: BrowserOf, token: Token, service: Service, role: str
) -> None:
    answer = client.post("/structures", json={"values": {}}, headers=token(role))
    assert answer.status_code == (401 if role == "anonymous" else 403)
    if role != "anonymous":
        browser = browser_of(role)
        assert browser.get(HERE).status_code == 403
        assert browser.post(HERE, TYPED).status_code == 403
        assert HERE not in browser.get("/view/structures").text
    assert coded(service) == []
