"""Lists that take seconds are kept with what they rest on, and made anew when that changed."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.testclient import TestClient

from api.service import Service
from data import path
from gis.kept import KeptResults
from gis.register.scopes import SYSTEM

Headers = dict[str, str]
RISK, CERTIFICATION = "/inspections/risk?limit=500", "/certification"


def test_what_rests_on_the_register_changes_with_it(
    client: TestClient, service: Service, token: Callable[[str], Headers]
) -> None:
    staff = token("staff")

    def told(address: str, who: Headers = staff) -> dict[str, Any]:
        answer = client.get(address, headers=who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    first = {one: told(one) for one in (RISK, CERTIFICATION)}
    assert first == {one: told(one) for one in (RISK, CERTIFICATION)}, "kept, with its moment"
    assert told(RISK, token("administrator")) == first[RISK]
    for role in ("operator", "viewer", "anonymous"):
        for one in (RISK, CERTIFICATION):
            assert client.get(one, headers=token(role)).status_code in (401, 403)
    page = client.get("/view/inspections/risk", headers={**staff, "accept": "text/html"})
    assert "Tính lúc" in page.text
    row = next(one for one in first[RISK]["structures"] if one["last_visit"] != "2026-11-01")
    old = service.register.structure(row["structure_id"], SYSTEM)
    with service.register.write(author="lan", reason="thử") as w:
        w.update_structures([replace(old, inspected_on=service.today())])
    after = told(RISK)
    assert after["computed_at"] > first[RISK]["computed_at"]
    assert told(CERTIFICATION)["computed_at"] > first[CERTIFICATION]["computed_at"]
    by_id = {one["structure_id"]: one for one in after["structures"]}
    assert by_id[old.id]["last_visit"] == service.today().isoformat()
    facts = {"complainant": "Đài", "effect": "mất sóng"}
    opened = client.post("/desk/interference", json={"facts": facts}, headers=staff)
    assert opened.status_code == 201
    third = told(RISK)
    assert third["computed_at"] > after["computed_at"], "a case counts in the ranking"
    service.home.rules.mkdir(exist_ok=True)
    ours = path("rules/inspections.toml").read_text(encoding="utf-8")
    theirs = ours.replace("points = 15", "points = 16")
    (service.home.rules / "inspections.toml").write_text(theirs, encoding="utf-8")
    last = told(RISK)
    points = {each["points"] for one in last["structures"] for each in one["reasons"]}
    assert 16.0 in points
    assert 15.0 not in points


def test_two_who_ask_at_once_wait_for_one_computation() -> None:
    results, made, found = KeptResults(), [], []

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return len(made)

    threads = [
        threading.Thread(target=lambda: found.append(results.get("x", 1, make).value))
        for _ in range(4)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (found, len(made)) == ([1, 1, 1, 1], 1)
    assert results.get("x", 2, make).value == 2
