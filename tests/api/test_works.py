"""Planned works: announced, signed up for, answered; who sees what."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.identity import new_link, new_token
from api.service import Service
from gis.register.accounts import Account
from tests.api.conftest import Browser

OWNER, ASKER, OTHER = "mo-phong-a", "mo-phong-b", "mo-phong-c"
Headers = dict[str, str]


@pytest.fixture
def accounts(service: Service, password_hash: str) -> dict[str, Account]:
    """An account of each of three operators."""
    return {
        name: service.accounts.add(
            f"op-{name}", "operator", organisation_id=name, password_hash=password_hash
        )
        for name in (OWNER, ASKER, OTHER)
    }


@pytest.fixture
def headers(
    service: Service, accounts: dict[str, Account], token: Callable[[str], Headers]
) -> dict[str, Headers]:
    """Programs of three operators, a viewer, the department and a stranger."""
    found = {role: token(role) for role in ("anonymous", "viewer", "staff", "administrator")}
    for name, account in accounts.items():
        secret, _ = new_token(service.accounts, account.id, "test", days=1)
        found[name] = {"authorization": f"Bearer {secret}"}
    return found


@pytest.fixture
def body() -> dict[str, Any]:
    return {
        "values": {
            "name": "Tuyến cống bể đường Hùng Vương",
            "kind": "line",
            "begins_on": "2098-03-01",
            "ends_on": "2098-06-30",
            "sign_up_until": "2098-02-01",
            "plan_year": 2098,
            "ducts": 2,
            "contact": "0272 000 000",
        },
        "geometry": {"type": "LineString", "coordinates": [[106.41, 10.53], [106.42, 10.54]]},
    }


@pytest.fixture
def work(client: TestClient, headers: dict[str, Headers], body: dict[str, Any]) -> dict[str, Any]:
    made = client.post("/planned-works", json=body, headers=headers[OWNER])
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def sign(client: TestClient, work: dict[str, Any], headers: Headers, **values: object) -> Any:
    sent = {"values": values}
    return client.post(f"/planned-works/{work['id']}/sign-ups", json=sent, headers=headers)


def test_from_announcement_to_answer(
    client: TestClient, work: dict[str, Any], headers: dict[str, Headers]
) -> None:
    address = f"/planned-works/{work['id']}"
    assert work["geometry"]["type"] == "LineString"
    assert work["properties"]["owner_id"] == OWNER
    assert work["properties"]["open"] is True
    duties = {one["id"]: one for one in work["properties"]["duties"]}
    assert duties["sharing.works.notice"]["clause"] == "Điều 41.1.đ"
    assert duties["sharing.works.notice"]["confidence"] == "verified"
    listed = client.get("/planned-works", headers=headers[ASKER]).json()
    assert [one["id"] for one in listed["features"]] == [work["id"]]
    signed = sign(client, work, headers[ASKER], ducts=1, note="Một ống phi 61")
    assert signed.status_code == 201, signed.text
    seen = client.get(address, headers=headers[OWNER]).json()["properties"]["sign_ups"]
    assert [(one["organisation_id"], one["ducts"], one["state"]) for one in seen] == [
        (ASKER, 1, "asked")
    ]
    assert seen[0]["answer_due"] is None, "no term is known, so no day is invented"
    assert seen[0]["answer_rule"]["confidence"] == "derived"
    answer = f"{address}/sign-ups/{ASKER}/answer"
    bare = {"digest": seen[0]["digest"], "accepted": False}
    assert client.post(answer, json=bare, headers=headers[OWNER]).status_code == 422
    sent = {"digest": seen[0]["digest"], "accepted": True, "reason": "Mời khảo sát"}
    assert client.post(answer, json=sent, headers=headers[OWNER]).json()["state"] == "accepted"
    assert client.post(answer, json=sent, headers=headers[OWNER]).status_code == 409
    own = client.get(address, headers=headers[ASKER]).json()["properties"]["sign_ups"]
    assert own[0]["answer_reason"] == "Mời khảo sát"


def test_who_signed_up_is_for_the_parties(
    client: TestClient, work: dict[str, Any], headers: dict[str, Headers]
) -> None:
    before = {
        name: client.get(f"/planned-works/{work['id']}", headers=headers[name]).json()
        for name in (OTHER, "viewer")
    }
    listed = client.get("/planned-works", headers=headers[OTHER]).json()
    sign(client, work, headers[ASKER], ducts=1)
    for name, told in before.items():
        now = client.get(f"/planned-works/{work['id']}", headers=headers[name])
        assert now.json() == told, name
        assert ASKER not in now.text
    assert client.get("/planned-works", headers=headers[OTHER]).json() == listed
    for name in (OWNER, ASKER, "staff", "administrator"):
        told = client.get(f"/planned-works/{work['id']}", headers=headers[name]).json()
        assert [one["organisation_id"] for one in told["properties"]["sign_ups"]] == [ASKER], name
    history = f"/planned-works/{work['id']}/history"
    assert client.get(history, headers=headers[OWNER]).status_code == 403
    authors = {
        one["author"] for one in client.get(history, headers=headers["staff"]).json()["changes"]
    }
    assert authors == {f"op-{OWNER}", f"op-{ASKER}"}


@pytest.fixture
def operator_browser(
    app: FastAPI, service: Service, accounts: dict[str, Account]
) -> Callable[[str], Browser]:
    """Sign an organisation's account in."""

    def make(organisation: str) -> Browser:
        made = TestClient(
            app,
            follow_redirects=False,
            raise_server_exceptions=False,
            headers={"accept": "text/html"},
        )
        assert made.get(new_link(service.accounts, accounts[organisation].id)).status_code == 303
        return Browser(made)

    return make


def said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fields(page: str, action: str) -> dict[str, str]:
    """The fields of a form as a browser would send them back."""
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    sent = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', form)
    }
    for name, text in re.findall(r'<textarea name="([a-z_]+)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = unescape(text)
    for name, options in re.findall(r'<select name="([a-z_]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        assert first is not None
        sent[name] = unescape((chosen or first)[1])
    del sent["csrf_token"]
    return sent


TYPED = {
    "name": "Cột mới Bến Lức",
    "kind": "mast",
    "begins_on": "2098-05-01",
    "sign_up_until": "2098-04-01",
    "plan_year": "2098",
    "places": "2",
    "place": "10,5351 106,4151",
}


def test_the_whole_way_on_pages(
    operator_browser: Callable[[str], Browser], browser_of: Callable[[str], Browser]
) -> None:
    owner, asker = operator_browser(OWNER), operator_browser(ASKER)
    assert "Không có công trình nào như vậy" in owner.get("/view/works").text
    made = owner.post("/view/works/new", TYPED)
    assert made.status_code == 303, said(made.text)
    address = made.headers["location"]
    page = asker.get(address)
    assert page.status_code == 200
    assert "Nghị định 174/2026/NĐ-CP, Điều 41.1.đ" in said(page.text)
    assert page.text.count("<h1") == 1
    assert f"{address}/edit" not in page.text
    assert asker.post(f"{address}/sign-ups", {"places": "2", "note": "5G"}).status_code == 303
    assert "2 đăng ký" not in said(owner.get("/view/works").text)
    assert "1 đăng ký chờ trả lời" in said(owner.get("/view/works").text)
    assert "Đơn vị của bạn: Chờ trả lời" in said(asker.get("/view/works").text)
    for other in (operator_browser(OTHER), browser_of("viewer")):
        for shown in (address, "/view/works"):
            text = said(other.get(shown).text)
            assert "5G" not in text
            assert "chờ trả lời" not in text.casefold()
    seen = fields(owner.get(address).text, f"{address}/sign-ups/{ASKER}/answer")
    answer = f"{address}/sign-ups/{ASKER}/answer"
    bare = owner.post(answer, seen | {"accepted": "no"})
    assert bare.status_code == 422
    assert "Phải nêu lý do" in bare.text
    assert 'aria-invalid="true"' in bare.text
    assert owner.post(answer, seen | {"accepted": "yes"}).status_code == 303
    assert "Được chấp nhận" in said(asker.get(address).text)
    sent = fields(owner.get(f"{address}/edit").text, f"{address}/edit")
    assert sent["place"] == "10.5351, 106.4151"
    fewer = owner.post(f"{address}/edit", sent | {"places": "1"})
    assert fewer.status_code == 409
    assert "Đã chấp nhận 2 vị trí mà chỉ cho dùng chung 1" in said(fewer.text)
    assert owner.post(f"{address}/edit", sent | {"name": "Cột Bến Lức 2"}).status_code == 303
    state = fields(owner.get(address).text, f"{address}/state")
    refused = owner.post(f"{address}/state", state | {"state": "withdrawn"})
    assert refused.status_code == 422
    assert owner.post(f"{address}/state", state | {"state": "under_way"}).status_code == 303
    late = asker.post(f"{address}/sign-ups", {"places": "1"})
    assert late.status_code == 409
    assert "không nhận đăng ký nữa" in said(late.text)
    assert asker.post(f"{address}/sign-ups/{ASKER}/withdraw").status_code == 303
    assert "Đã rút đăng ký" in said(owner.get(address).text)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("role", ["viewer", "operator", "staff", "administrator"])
def test_every_page_in_both_languages(
    browser_of: Callable[[str], Browser], work: dict[str, Any], role: str, language: str
) -> None:
    browser = browser_of(role)
    pages = ["", f"/{work['id']}"]
    if role != "viewer":
        pages += ["/new", "/together"]
    if role in ("staff", "administrator"):
        pages += [f"/{work['id']}/edit"]
    for page in pages:
        answer = browser.get(f"/view/works{page}?lang={language}")
        assert answer.status_code == 200, answer.text[:300]
        assert answer.text.count("<h1") == 1
        assert f'<html lang="{language}">' in answer.text
    menu = browser.get("/view/works").text
    assert '<a href="/view/works" aria-current="page">' in menu
