"""The whole story of sharing through the public API, with a worker of its own for the studies."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.identity import new_token
from api.service import Service
from gis.jobs.worker import work_once
from gis.register.accounts import Access

Headers = dict[str, str]
FIRST, SECOND, THIRD = "mo-phong-a", "mo-phong-b", "mo-phong-c"
PLACE = {"longitude": 106.10, "latitude": 10.75}
WANTED = {
    **PLACE,
    "within_km": 2,
    "radius_km": 1.5,
    "height_m": 35,
    "frequency_mhz": 900,
    "bandwidth_khz": 200,
    "erp_dbw": 20,
    "minimum_dbuvm": 70,
    "wind_area_m2": 1,
    "weight_kg": 60,
}
HEADER = (
    "Mã công trình,Tên,Loại công trình,Kinh độ,Vĩ độ,Chiều cao (m),Cao độ mặt đất (m),"
    "Dùng chung,Tình trạng,Diện tích đón gió cho phép (m²),Tải trọng cho phép (kg),Chủ sở hữu"
)
FILES = {
    FIRST: ["CT-1,Cột Hựu Thạnh 1,Cột ăng ten,106.103,10.752,42,2,Có,Đang sử dụng,6,500"],
    SECOND: [
        "KB-1,Cột Hựu Thạnh 2,Cột ăng ten,106.120,10.751,30,2,Có,Đang sử dụng,0.5,40",
        "KB-2,Bể Hựu Thạnh,Bể,106.101,10.750,,2,Có,Đang sử dụng,,",
    ],
}


@pytest.fixture
def people(service: Service, password_hash: str) -> dict[str, Headers]:
    made = {}
    for name in (FIRST, SECOND, THIRD):
        account = service.accounts.add(
            f"op-{name}", "operator", organisation_id=name, password_hash=password_hash
        )
        secret, _ = new_token(service.accounts, account.id, "test", days=1, access=Access.WRITE)
        made[name] = {"authorization": f"Bearer {secret}"}
    return made


class Story:
    """What the people of the story do, one call each."""

    def __init__(self, client: TestClient, service: Service) -> None:
        self.client, self.service = client, service

    def bring(self, staff: Headers, owner: str, rows: list[str]) -> list[str]:
        """Import an operator's file, answering what is asked; return the new structures."""
        content = "\n".join([HEADER, *(f"{row},{owner}" for row in rows)]).encode()
        judged = self.client.post(
            "/imports",
            files={"file": (f"{owner}.csv", content)},
            data={"kind": "structures"},
            headers=staff,
        ).json()
        asked = {one["answer"] for one in judged["questions"]}
        if asked:
            given = {"crs": "4326"} if "crs" in asked else {}
            told = self.client.post(
                f"/imports/{judged['id']}/answers", json={"answers": given}, headers=staff
            )
            judged = told.json()
        assert (judged["accepted"], judged["refused"]) == (len(rows), 0), json.dumps(judged)
        done = self.client.post(f"/imports/{judged['id']}/commit", headers=staff)
        assert done.status_code == 201, done.text
        found = self.client.get(
            "/structures",
            params={"owner_id": owner, "text": "Hựu Thạnh", "limit": 100},
            headers=staff,
        )
        assert found.status_code == 200, found.text
        codes = {row.split(",", 1)[0] for row in rows}
        return [
            one["id"] for one in found.json()["features"] if one["properties"]["code"] in codes
        ]

    def study(self, headers: Headers, kind: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Ask for a study, let a worker make it, and read it."""
        asked = self.client.post(f"/studies/{kind}", json=wanted, headers=headers)
        assert asked.status_code == 202, asked.text
        service = self.service
        assert work_once(service.register, service.home, service.ground, worker="story")
        job = self.client.get(f"/jobs/{asked.json()['id']}", headers=headers).json()
        assert job["state"] == "done", json.dumps(job)
        told: dict[str, Any] = self.client.get(f"/studies/{job['study']}", headers=headers).json()
        return told

    def step(self, case: dict[str, Any], headers: Headers, kind: str, **details: Any) -> Any:
        sent = {"kind": kind, "expected": len(case["events"]), "details": details}
        answer = self.client.post(
            f"/sharing-requests/{case['id']}/events", json=sent, headers=headers
        )
        assert answer.status_code == 201, answer.text
        return answer.json()


def row_of(study: dict[str, Any], structure_id: str) -> dict[str, Any]:
    return next(row for row in study["results"]["supports"] if row["structure_id"] == structure_id)


def test_from_two_files_to_a_contract_that_was_decided(  # noqa: PLR0915 - one story
    client: TestClient,
    service: Service,
    token: Callable[[str], Headers],
    people: dict[str, Headers],
) -> None:
    story, staff = Story(client, service), token("staff")

    # two operators' files; the first states where there are places on its mast
    (mast,) = story.bring(staff, FIRST, FILES[FIRST])
    assert len(story.bring(staff, SECOND, FILES[SECOND])) == 2
    for low, high, slots in ((36, 42, 1), (28, 36, 2)):
        values = {"height_from_m": low, "height_to_m": high, "slots": slots, "reserved": 0}
        added = client.post(
            f"/structures/{mast}/levels", json={"values": values}, headers=people[FIRST]
        )
        assert added.status_code == 201, added.text
    upper = added.json()["id"]
    denied = client.post(
        f"/structures/{mast}/levels", json={"values": values}, headers=people[THIRD]
    )
    assert denied.status_code == 403

    # the third finds it
    found = story.study(people[THIRD], "sharing", WANTED)
    assert found["results"]["supports"][0]["structure_id"] == mast
    best = row_of(found, mast)
    assert (best["fit"], best["free_places"], best["mounting_m"]) == ("fits", 3, 35.0)
    assert best["covered_percent"] > 95
    assert best["products"] is None, "nothing hangs there yet"
    assert found["results"]["conclusion"] == "fits"
    assert any(row["fit"] == "does_not_fit" for row in found["results"]["supports"])
    own = story.study(people[FIRST], "sharing", WANTED)
    assert row_of(own, mast)["fit"] == "fits"
    for who, study, offered in ((THIRD, found, True), (FIRST, own, False)):
        headers = {**people[who], "accept": "text/html"}
        page = client.get(f"/view/studies/{study['id']}", headers=headers).text
        assert f"/view/structures/{mast}" in page
        assert (f"/view/sharing?structure_id={mast}" in page) is offered

    # asks, is refused, escalates; the department mediates in vain, and decides
    drafted = client.post(
        "/sharing-requests",
        json={
            "structure_id": mast,
            "technology": "GSM 900",
            "purpose": "Phủ sóng Hựu Thạnh",
            "height_above_ground_m": 35,
        },
        headers=people[THIRD],
    )
    assert drafted.status_code == 201, drafted.text
    case = story.step(drafted.json(), people[THIRD], "submitted")
    assert {one["name"] for one in case["clocks"]} >= {"answer"}
    case = story.step(
        case, people[FIRST], "refused", grounds=["sharing.ground.space"], reason="Hết chỗ"
    )
    case = story.step(case, people[THIRD], "escalated", reason="Còn ba vị trí trống")
    evidence = client.get(
        f"/sharing-requests/{case['id']}/evidence/{len(case['events'])}", headers=staff
    ).json()
    assert sorted(one["slots"] for one in evidence["occupancy"]["levels"]) == [1, 2]
    assert evidence["occupancy"]["contracts"] == []
    case = story.step(case, staff, "mediation_opened")
    case = story.step(case, staff, "mediation_failed", reason="Không thống nhất")
    case = story.step(
        case, staff, "licences_stated", requester_licence="local", owner_licence="local"
    )
    assert case["decider"]["authority"] == "province", "both are licensed within the province"
    case = story.step(
        case,
        staff,
        "decided",
        authority="province",
        instrument="12/QĐ-UBND",
        decided_on="2026-12-20",
        outcome="share",
        result="Cho dùng chung một vị trí",
    )
    case = story.step(
        case,
        people[FIRST],
        "contract_concluded",
        number="01/HĐ",
        signed_on="2026-12-22",
        contract_from="2026-01-01",
    )
    assert case["state"] == "decided", "one party concludes nothing alone"
    case = story.step(case, people[THIRD], "confirmed")
    assert case["state"] == "contracted"

    # the contract is recorded, and the occupancy changes
    contract = {
        "number": "01/HĐ",
        "tenant_id": THIRD,
        "level_id": upper,
        "slot": 1,
        "valid_from": "2026-01-01",
        "case_id": case["id"],
    }
    address = f"/structures/{mast}/contracts"
    recorded = client.post(address, json={"values": contract}, headers=people[FIRST])
    assert recorded.status_code == 201, recorded.text
    twice = client.post(
        address, json={"values": {**contract, "number": "02/HĐ"}}, headers=people[FIRST]
    )
    assert twice.status_code == 409
    assert THIRD not in twice.text, "who has the place is not told"
    again = story.study(people[SECOND], "sharing", WANTED)
    assert row_of(again, mast)["free_places"] == 2

    # its antennas hang there: coverage and intermodulation follow
    hung = client.post(
        "/imports",
        files={
            "file": (
                "thiet_bi.csv",
                (
                    "Mã công trình,Đơn vị,Công nghệ,Độ cao (m),Tần số (MHz),"
                    "Diện tích đón gió (m²),Khối lượng (kg)\n"
                    f"CT-1,{THIRD},GSM 900,35,905,1.0,60\nCT-1,{THIRD},GSM 900,35,910,1.0,60\n"
                ).encode(),
            )
        },
        data={"kind": "installations"},
        headers=staff,
    ).json()
    assert (hung["accepted"], hung["refused"]) == (2, 0), json.dumps(hung)
    assert client.post(f"/imports/{hung['id']}/commit", headers=staff).status_code == 201
    after = row_of(story.study(staff, "sharing", {**WANTED, "weight_kg": 61}), mast)
    assert after["wind_left_m2"] == pytest.approx(4.0)
    assert after["weight_left_kg"] == pytest.approx(380.0)
    assert after["products"] == 2, "2 x 905 - 900 = 910, and 900 + 910 - 905 = 905"
    assert after["covered_percent"] == best["covered_percent"]
    others = row_of(story.study(people[SECOND], "sharing", {**WANTED, "weight_kg": 62}), mast)
    assert others["products"] is None
    assert "others" in {one["key"] for one in others["reasons"]}
