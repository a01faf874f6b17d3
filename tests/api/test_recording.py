"""What a case found is written into the register: by a person, once, and taken back."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.service import Service
from data.text import VIET_NAM
from gis.cases.working_days import local_day
from gis.register import moments
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM

from .conftest import OPERATOR, Browser

Headers = dict[str, str]
Token = Callable[[str], Headers]
STATION = "mp-tan-an"
FACTS: dict[str, Any] = {
    "applicant": "Đài mô phỏng",
    "type": "broadcast_press",
    "purpose": "amend",
    "applicant_kind": "organisation",
    "asked_years": 5,
    "licence_number": "GP 1",
    "expires_on": "2027-01-01",
    "station_id": STATION,
    "frequency_mhz": 97.3,
    "longitude": 106.42,
    "latitude": 10.54,
    "height_above_ground_m": 75,
    "erp_total_w": 500,
    "polarization": "vertical",
}


@pytest.fixture
def staff(token: Token) -> Headers:
    return {**token("staff"), "accept-language": "vi"}


def took(
    client: TestClient, who: Headers, case: dict[str, Any], kind: str, **details: Any
) -> dict[str, Any]:
    answer = sent(client, who, case, kind, **details)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sent(client: TestClient, who: Headers, case: dict[str, Any], kind: str, **details: Any) -> Any:
    body = {"kind": kind, "expected": case["expected"], "details": details}
    return client.post(f"/desk/{case['kind']}/{case['id']}/events", json=body, headers=who)


def granted(client: TestClient, staff: Headers, who: Headers | None = None) -> dict[str, Any]:
    opened = client.post("/desk/dossier", json={"facts": FACTS}, headers=who or staff)
    assert opened.status_code == 201, opened.text
    today = local_day(moments.now()).isoformat()
    case = took(client, staff, opened.json(), "completed", reason="Đủ")
    case = took(client, staff, case, "handed_over", authority="bureau", handed_on=today)
    return took(
        client,
        staff,
        case,
        "result_recorded",
        result="granted",
        decided_on=today,
        granted_number="12/GP-CTS",
        granted_until="2031-11-23",
    )


def of(service: Service) -> BroadcastStation:
    return service.register.station(STATION, SYSTEM)


def test_a_granted_licence_is_recorded_beside_the_record_and_taken_back(
    client: TestClient, service: Service, staff: Headers, browser_of: Callable[[str], Browser]
) -> None:
    case = granted(client, staff)
    address = f"/desk/dossier/{case['id']}/licence"
    told = client.get(address, headers=staff).json()
    values = {one["name"]: one for one in told["values"]}
    assert values["licence_number"]["proposed"] == "12/GP-CTS"
    assert values["licence_erp_total_w"]["proposed"] == "500"
    assert values["licence_power_w"]["proposed"] == ""
    before = of(service)
    browser = browser_of("staff")
    page = browser.get(f"/view{address}").text
    assert 'name="write.licence_number" value="1" checked' in page
    chosen = {one["name"]: one["proposed"] for one in told["values"] if one["changes"]}
    typed = {f"value.{name}": value for name, value in chosen.items()}
    typed |= {f"write.{name}": "1" for name in chosen}
    typed |= {"station_id": STATION, "seen": told["digest"], "expected": str(told["expected"])}
    none = {name: one for name, one in typed.items() if not name.startswith("write.")}
    assert browser.post(f"/view{address}", none).status_code == 422
    assert of(service) == before
    assert browser.post(f"/view{address}", typed).status_code == 303
    after = of(service)
    assert after.licence_number == "12/GP-CTS"
    assert after.licence_to == date(2031, 11, 23)
    assert after.licence_frequency_mhz == 97.3
    assert after.licence_erp_total_dbw == pytest.approx(26.9897)
    assert after.licence_source == f"Hồ sơ cấp phép số {case['number']}"
    assert (after.frequency_mhz, after.provenance) == (before.frequency_mhz, before.provenance)
    again = browser.post(f"/view{address}", typed)
    assert again.status_code == 409, "sent twice: the case has moved on, nothing is written twice"
    (change,) = service.register.changes(
        table_name="broadcast_stations", record_id=STATION, limit=1
    )
    assert (change.author, change.reason) == (
        "staff-1",
        f"Ghi giấy phép 12/GP-CTS từ hồ sơ cấp phép số {case['number']}",
    )
    case = client.get(f"/desk/dossier/{case['id']}", headers=staff).json()
    assert case["events"][-1]["details"]["revision"] == change.revision
    rows = client.get("/plan-rows.csv?service=fm", headers=staff).text
    assert "10.54000, 106.42000" in rows
    undone = browser.post(
        f"/view/changes/{change.revision}/undo", {"station_id": STATION, "reason": "Nhầm đài"}
    )
    assert undone.headers["location"] == f"/view/stations/{STATION}#history"
    assert of(service) == before
    stale = browser.post(
        f"/view/changes/{change.revision}/undo", {"station_id": STATION, "reason": "Lần nữa"}
    )
    assert stale.status_code == 409
    assert 'role="alert"' in stale.text
    closed = took(client, staff, case, "result_told")
    assert [one["kind"] for one in closed["next"]] == ["licence_recorded"]


def test_a_licence_is_not_recorded_on_what_is_not_known_changed_or_of_another(
    client: TestClient, service: Service, staff: Headers, token: Token
) -> None:
    case = granted(client, staff)
    digest = client.get(f"/desk/dossier/{case['id']}/licence", headers=staff).json()["digest"]
    told: dict[str, Any] = {
        "station_id": STATION,
        "seen": digest,
        "values": {"licence_number": "12/GP"},
    }

    def refused(status: int, **changed: Any) -> str:
        answer = sent(client, staff, case, "licence_recorded", **(told | changed))
        assert answer.status_code == status, answer.text
        return str(answer.json()["detail"])

    assert "khong-co" in refused(422, station_id="khong-co")
    assert "thay đổi" in refused(409, seen="0" * 64)
    wrong: Any
    for wrong in (
        {},
        [],
        "x",
        {"licence_number": ""},
        {"licence_from": "2031-01-01", "licence_to": "2030-01-01"},
        {"licence_longitude": 106.4},
        {"licence_latitude": 99},
        {"frequency_mhz": 98.0},
        {"licence_number": {"a": 1}},
        {"licence_number": "Số CCCD 079123456789"},
    ):
        refused(422, values=wrong)
    for value in ("9" * 400, 10**20, 1e308, "\x00", "x" * 5000, True, {"x": []}):
        for name in ("licence_number", "licence_to", "licence_frequency_mhz"):
            answer = sent(
                client, staff, case, "licence_recorded", **(told | {"values": {name: value}})
            )
            assert answer.status_code in (409, 422), (name, value)
    own = next(
        one
        for one in service.register.stations(SYSTEM, on=service.today())
        if one.organisation_id != OPERATOR
    )
    theirs = granted(client, staff, token("operator"))
    answer = sent(client, staff, theirs, "licence_recorded", **(told | {"station_id": own.id}))
    assert (answer.status_code, own.name in answer.text) == (409, False)
    operator = token("operator")
    assert sent(client, operator, theirs, "licence_recorded", **told).status_code == 409
    seen = client.get(f"/desk/dossier/{theirs['id']}", headers=operator).json()
    assert "licence_recorded" not in {one["kind"] for one in seen["next"]}
    ungranted = client.post("/desk/dossier", json={"facts": FACTS}, headers=staff).json()
    where = f"/desk/dossier/{ungranted['id']}/licence"
    assert client.get(where, headers=staff).status_code == 409
    assert sent(client, staff, ungranted, "licence_recorded", **told).status_code == 409
    assert of(service).licence_source is None


def visited(client: TestClient, staff: Headers, service: Service) -> dict[str, Any]:
    """An inspection of a mast and a station, recorded."""
    mast = service.register.structures(SYSTEM, owner_id=OPERATOR, limit=1)[0].id
    complaint = {"complainant": "x", "effect": "x", "victim_station_id": STATION}
    told = client.post("/desk/interference", json={"facts": complaint}, headers=staff).json()
    facts = {
        "subject": "x",
        "origin": "interference",
        "interference_case": told["number"],
        "owner_reason": "x",
        "structure_ids": [mast],
        "station_ids": [STATION],
    }
    opened = client.post("/desk/inspection", json={"facts": facts}, headers=staff)
    assert opened.status_code == 201, opened.text
    now = moments.now().astimezone(VIET_NAM)
    earthing = {"value": 6.5, "unit": "Ω", "uncertainty": 0.4}
    lists: dict[str, tuple[str, list[dict[str, Any]]]] = {
        "infrastructure": (
            mast,
            [
                {"item": "earthing_resistance", "outcome": "met", **earthing},
                {"item": "lightning", "outcome": "not_met", "note": "Kim thu sét gãy"},
            ],
        ),
        "radio_station": (STATION, [{"item": "certificate_term", "outcome": "met"}]),
    }
    case = opened.json()
    for name, (object_id, answers) in lists.items():
        told = {"list": name, "object_id": object_id, "answers": answers}
        when = now.isoformat(timespec="minutes")
        case = took(client, staff, case, "visited", visited_at=when, checklist=told)
    return took(
        client,
        staff,
        case,
        "recorded",
        ended_on=local_day(now).isoformat(),
        outcome="mixed",
        record_number="1/BB",
        violation_number="2/BB",
    )


def test_what_was_seen_on_site_is_recorded_value_by_value(
    client: TestClient, service: Service, staff: Headers, browser_of: Callable[[str], Browser]
) -> None:
    case = visited(client, staff, service)
    address = f"/desk/inspection/{case['id']}/facts"
    mast, station = client.get(address, headers=staff).json()["objects"]
    values = {one["name"]: one for one in mast["values"]}
    assert values["earthing_resistance_ohm"]["proposed"] == "6.5"
    assert values["lightning_protected"]["proposed"] == "no"
    assert values["inspected_on"]["proposed"] == service.today().isoformat()
    assert {one["name"] for one in station["values"]} == {"certificate_to"}
    browser = browser_of("staff")
    page = browser.get(f"/view{address}").text
    assert "checked" not in page.split("<form", 1)[1], "nothing is chosen for anybody"
    typed = {
        "object": "structure",
        "object_id": mast["object_id"],
        "seen": mast["digest"],
        "expected": str(case["expected"]),
        "write.earthing_resistance_ohm": "1",
        "value.earthing_resistance_ohm": "6,5",
        "value.lightning_protected": "no",
        "write.inspected_on": "1",
        "value.inspected_on": "2026-01-01",
    }
    wrong = browser.post(f"/view{address}", typed)
    assert wrong.status_code == 422
    assert "6,5" in wrong.text
    typed["value.inspected_on"] = service.today().isoformat()
    before = service.register.structure(mast["object_id"], SYSTEM)
    assert browser.post(f"/view{address}", typed).status_code == 303
    after = service.register.structure(mast["object_id"], SYSTEM)
    assert (after.earthing_resistance_ohm, after.inspected_on) == (6.5, service.today())
    assert after.lightning_protected == before.lightning_protected
    history = browser.get(f"/view/structures/{mast['object_id']}").text
    assert f"Kiểm tra số {case['number']}" in history
    assert "6.5 ± 0.4 Ω" in history
    case = client.get(f"/desk/inspection/{case['id']}", headers=staff).json()
    told = {"object": "station", "object_id": STATION, "seen": station["digest"]}
    for values_, status in (
        ({"frequency_mhz": 97.0}, 422),
        ({"certificate_to": "2030-06-30"}, 201),
        ({"certificate_to": "2030-06-30"}, 409),
    ):
        answer = sent(client, staff, case, "facts_recorded", **told, values=values_)
        assert answer.status_code == status, answer.text
    assert of(service).certificate_to == date(2030, 6, 30)
