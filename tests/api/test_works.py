"""Planned works: announced, signed up for, answered; who sees what."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.identity import new_token
from api.service import Service

OWNER, ASKER, OTHER = "mo-phong-a", "mo-phong-b", "mo-phong-c"
Headers = dict[str, str]


@pytest.fixture
def headers(
    service: Service, password_hash: str, token: Callable[[str], Headers]
) -> dict[str, Headers]:
    """Programs of three operators, a viewer, the department and a stranger."""
    found = {role: token(role) for role in ("anonymous", "viewer", "staff", "administrator")}
    for name in (OWNER, ASKER, OTHER):
        account = service.accounts.add(
            f"op-{name}", "operator", organisation_id=name, password_hash=password_hash
        )
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
