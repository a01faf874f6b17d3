"""Sharing requests: the whole way through the API and the pages, and who sees what."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import insert
from starlette.testclient import TestClient

from api.identity import new_link, new_token
from api.service import Service
from data.text import text
from gis.cases.store import Cases, Wish
from gis.register import engine
from gis.register.accounts import Access
from gis.register.schema import case_events
from gis.register.scopes import PUBLIC, SYSTEM
from gis.rule_files import rule_file

OWNER, REQUESTER, OTHER = "mo-phong-b", "mo-phong-a", "mo-phong-c"
Headers = dict[str, str]


@pytest.fixture
def people(service: Service, password_hash: str) -> dict[str, Any]:
    """Accounts of the requester, the owner and a third operator."""
    return {
        name: service.accounts.add(
            f"op-{name}", "operator", organisation_id=name, password_hash=password_hash
        )
        for name in (REQUESTER, OWNER, OTHER)
    }


@pytest.fixture
def headers(service: Service, people: dict[str, Any]) -> dict[str, Headers]:
    def made(account: Any) -> Headers:
        secret, _ = new_token(service.accounts, account.id, "test", days=1, access=Access.WRITE)
        return {"authorization": f"Bearer {secret}"}

    return {name: made(account) for name, account in people.items()}


@pytest.fixture
def structure_id(service: Service) -> str:
    return service.register.structures(PUBLIC, owner_id=OWNER, limit=1)[0].id


@pytest.fixture
def body(structure_id: str) -> dict[str, Any]:
    return {
        "structure_id": structure_id,
        "technology": "5G NR",
        "purpose": "Phủ sóng khu dân cư",
        "height_above_ground_m": 32.5,
        "wanted_from": "2027-01-04",
        "attachments": ["ban-ve.pdf"],
    }


@pytest.fixture
def step(client: TestClient) -> Callable[..., Any]:
    def take(case: dict[str, Any], headers: Headers, kind: str, **details: Any) -> Any:
        sent = {"kind": kind, "expected": len(case["events"]), "details": details}
        return client.post(f"/sharing-requests/{case['id']}/events", json=sent, headers=headers)

    return take


@pytest.fixture
def submitted(
    client: TestClient, headers: dict[str, Headers], body: dict[str, Any], step: Callable[..., Any]
) -> dict[str, Any]:
    drafted = client.post("/sharing-requests", json=body, headers=headers[REQUESTER])
    assert drafted.status_code == 201, drafted.text
    answer = step(drafted.json(), headers[REQUESTER], "submitted")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_from_request_to_contract(
    submitted: dict[str, Any], headers: dict[str, Headers], step: Callable[..., Any]
) -> None:
    assert submitted["state"] == "submitted"
    clocks = {one["name"]: one for one in submitted["clocks"]}
    answer = clocks["answer"]
    assert answer["state"] == "running"
    assert answer["terms"] == ["7 working_days"]
    assert answer["rule"]["binding"] is False, "another province's rule binds nobody here"
    assert answer["rule"]["of_province"] == "Bắc Ninh"
    assert answer["rule"]["confidence"] == "verified"
    case = step(submitted, headers[OWNER], "accepted", asked_rent_vnd_per_month=3_000_000).json()
    assert case["state"] == "accepted"
    done = {one["name"]: one for one in case["clocks"]}
    assert done["answer"]["state"] == "kept"
    assert done["approval"]["state"] == "running"
    wrong = step(
        case,
        headers[OWNER],
        "contract_concluded",
        number="01/2026",
        signed_on="2026-12-01",
        contract_from="2027-01-04",
        contract_to="2026-01-04",
    )
    assert wrong.status_code == 422
    assert "04/01/2026" in wrong.json()["detail"], "a contract that ends before it begins"
    case = step(
        case,
        headers[OWNER],
        "contract_concluded",
        number="01/2026",
        signed_on="2026-12-01",
        contract_from="2027-01-04",
        agreed_rent_vnd_per_month="2800000",
    ).json()
    assert case["events"][-1]["details"]["agreed_rent_vnd_per_month"] == 2_800_000
    assert case["state"] == "accepted", "one party concludes nothing alone"
    waits = {"sequence": 4, "kind": "contract_concluded", "party": "requester"}
    assert case["unconfirmed"] == waits
    assert step(case, headers[OWNER], "confirmed").status_code == 409
    case = step(case, headers[REQUESTER], "confirmed").json()
    assert case["state"] == "contracted"
    assert case["unconfirmed"] is None


def test_a_structure_with_a_request_is_not_merged_away(
    client: TestClient,
    submitted: dict[str, Any],
    service: Service,
    token: Callable[[str], Headers],
) -> None:
    one = service.register.structure(submitted["structure_id"], SYSTEM)
    other = replace(one, id="sinh-doi", code="SD-1", owner_id="mo-phong-c")
    with service.register.write(author="test", reason="test") as writer:
        writer.add_structures([other])
    sent = {"first_id": one.id, "second_id": other.id, "reason": "một cột", "kept_id": other.id}
    refused = client.post("/duplicates", json=sent, headers=token("staff"))
    assert (refused.status_code, refused.json()["code"]) == (
        409,
        "infrastructure.merge_has_requests",
    )
    kept = client.post("/duplicates", json=sent | {"kept_id": one.id}, headers=token("staff"))
    assert kept.status_code == 201


def test_from_refusal_to_decision_with_frozen_evidence(
    *,
    client: TestClient,
    submitted: dict[str, Any],
    headers: dict[str, Headers],
    token: Callable[[str], Headers],
    step: Callable[..., Any],
    service: Service,
) -> None:
    staff = token("staff")
    refused = step(
        submitted,
        headers[OWNER],
        "refused",
        grounds=["sharing.ground.load", "sharing.ground.space"],
        reason="Cột đã đầy tải",
    ).json()
    assert refused["state"] == "refused"
    case = step(refused, headers[REQUESTER], "escalated", reason="Tải còn 40 %").json()
    frozen = case["events"][-1]["evidence_sha256"]
    address = f"/sharing-requests/{case['id']}/evidence/{len(case['events'])}"
    assert client.get(address, headers=headers[REQUESTER]).status_code == 403
    kept = client.get(address, headers=staff)
    assert hashlib.sha256(kept.content).hexdigest() == frozen
    told = json.loads(kept.content)
    assert told["register"]["version"] == service.register.version()
    assert told["structure"]["id"] == case["structure_id"]
    assert {"occupancy", "prices", "calculation"} <= told.keys()
    with service.register.write(author="test", reason="change") as writer:
        old = service.register.structure(case["structure_id"], PUBLIC)
        writer.add_structures([type(old)(**{**_values(old), "id": "new-one", "code": "new-one"})])
    assert client.get(address, headers=staff).content == kept.content
    assert case["decider"]["authority"] is None, "nobody said what licences the parties have"
    case = step(case, staff, "mediation_opened").json()
    case = step(case, staff, "mediation_failed", reason="Không thống nhất").json()
    assert {one["name"]: one for one in case["clocks"]}["decision"]["state"] == "no_term"
    decision = {
        "instrument": "12/QĐ",
        "decided_on": "2026-12-20",
        "outcome": "share",
        "result": "Cho dùng chung",
    }
    early = step(case, staff, "decided", authority="province", **decision)
    assert early.status_code == 409
    assert "phạm vi giấy phép" in early.json()["detail"]
    licences = {"requester_licence": "wider", "owner_licence": "local"}
    case = step(case, staff, "licences_stated", **licences).json()
    assert case["decider"]["authority"] == "ministry"
    assert step(case, staff, "decided", authority="province", **decision).status_code == 409
    case = step(case, staff, "decided", authority="ministry", **decision).json()
    assert case["state"] == "decided"
    assert step(case, staff, "closed").json()["state"] == "closed"


def _values(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def test_only_the_parties_and_the_department_see_it(
    client: TestClient,
    headers: dict[str, Headers],
    token: Callable[[str], Headers],
    body: dict[str, Any],
    step: Callable[..., Any],
) -> None:
    drafted = client.post("/sharing-requests", json=body, headers=headers[REQUESTER]).json()
    address = f"/sharing-requests/{drafted['id']}"
    seen = {**headers, "staff": token("staff"), "administrator": token("administrator")}

    def who_sees() -> set[str]:
        single = {n for n, h in seen.items() if client.get(address, headers=h).status_code == 200}
        listed = {
            n
            for n, h in seen.items()
            if client.get("/sharing-requests", headers=h).json()["numberMatched"]
        }
        assert single == listed
        return single

    assert who_sees() == {REQUESTER}, "a draft is its requester's own"
    step(drafted, headers[REQUESTER], "submitted")
    assert who_sees() == {REQUESTER, OWNER, "staff", "administrator"}
    sent = {"kind": "accepted", "expected": 2}
    assert client.post(f"{address}/events", json=sent, headers=headers[OTHER]).status_code == 404
    assert client.get(address, headers=token("viewer")).status_code == 403
    assert client.get(address).status_code == 401


def test_who_of_the_other_side_took_a_step_is_not_told(
    *,
    app: FastAPI,
    service: Service,
    client: TestClient,
    people: dict[str, Any],
    submitted: dict[str, Any],
    headers: dict[str, Headers],
    token: Callable[[str], Headers],
    step: Callable[..., Any],
) -> None:
    """Own accounts are named, those of the counterparty and of the department are not."""
    case = step(submitted, headers[OWNER], "accepted").json()
    case = step(case, token("staff"), "co_use_approved", instrument="1").json()
    sent = {"number": "01", "signed_on": "2026-12-01", "contract_from": "2027-01-04"}
    step(case, headers[OWNER], "contract_concluded", **sent)
    address = f"/sharing-requests/{case['id']}"
    asked, owned, staffed = f"op-{REQUESTER}", f"op-{OWNER}", "staff-1"
    named = [asked, asked, owned, staffed, owned]
    for who, sender in (
        (REQUESTER, headers[REQUESTER]),
        (OWNER, headers[OWNER]),
        ("staff", token("staff")),
        ("administrator", token("administrator")),
    ):
        own = {REQUESTER: {asked}, OWNER: {owned}}.get(who, set(named))
        answers = [client.get(address, headers=sender)]
        answers.append(client.get("/sharing-requests", headers=sender))
        for told in (answers[0].json(), answers[1].json()["requests"][0]):
            seen = [event["account"] for event in told["events"]]
            assert seen == [name if name in own else None for name in named], who
        for name in {*named} - own:
            assert all(name not in answer.text for answer in answers), who
    for who, own, other in ((REQUESTER, asked, owned), (OWNER, owned, asked)):
        page = Page(app, service, people[who]).get(f"/view/sharing/{case['id']}")
        assert '<dd><a href="/view/structures/' in page
        timeline = page[page.index('class="timeline"') :]
        assert own in timeline
        assert other not in timeline
        assert staffed not in timeline
        assert "Chỉ có hiệu lực khi bên kia (bên đề nghị) xác nhận" in page


def test_a_step_that_is_not_possible_says_what_is(
    client: TestClient,
    submitted: dict[str, Any],
    headers: dict[str, Headers],
    step: Callable[..., Any],
) -> None:
    theirs = step(submitted, headers[REQUESTER], "accepted")
    assert theirs.status_code == 409
    assert "Rút đề nghị" in theirs.json()["detail"]
    never = step(submitted, headers[OWNER], "mediation_opened")
    assert "Chấp nhận" in never.json()["detail"]
    stale = {**submitted, "events": submitted["events"][:1]}
    late = step(stale, headers[OWNER], "accepted")
    assert late.status_code == 409
    assert "2" in late.json()["detail"]
    answer = step(submitted, headers[OWNER], "refused", reason="x", grounds=["sharing.ground.no"])
    assert answer.status_code == 422
    assert "sharing.ground.technical" in answer.json()["detail"]
    for wrong in (
        {"reason": "x"},
        {"grounds": [], "reason": "x"},
        {"grounds": ["sharing.ground.load"]},
        {"grounds": ["sharing.ground.load"], "reason": "x", "rent": 1},
        {"grounds": {"a": 1}, "reason": "x"},
        {"grounds": [["sharing.ground.load"]], "reason": "x"},
        {"grounds": ["sharing.ground.load"], "reason": "a\u0000"},
        {"grounds": ["sharing.ground.load"], "reason": 3},
    ):
        assert step(submitted, headers[OWNER], "refused", **wrong).status_code == 422, wrong
    same = client.get(f"/sharing-requests/{submitted['id']}", headers=headers[OWNER]).json()
    assert len(same["events"]) == 2, "nothing of this was kept"


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"structure_id": "nowhere"}, 404, "nowhere"),
        ({"height_above_ground_m": 351}, 422, "height_above_ground_m"),
        ({"height_above_ground_m": "NaN"}, 422, "height_above_ground_m"),
        ({"technology": ""}, 422, "technology"),
        ({"technology": "\u0000"}, 422, "technology"),
        ({"purpose": "   "}, 422, "purpose"),
        ({"wanted_to": "2026-01-01"}, 422, "wanted_to"),
        ({"wanted_from": "x"}, 422, "wanted_from"),
        ({"price": 3}, 422, "price"),
        ({"attachments": ["a"] * 21}, 422, "attachments"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    client: TestClient,
    headers: dict[str, Headers],
    body: dict[str, Any],
    *,
    change: dict[str, Any],
    status: int,
    told: str,
) -> None:
    answer = client.post("/sharing-requests", json={**body, **change}, headers=headers[REQUESTER])
    assert answer.status_code == status, answer.text
    assert told in answer.text
    listed = client.get("/sharing-requests", headers=headers[REQUESTER]).json()
    assert listed["numberMatched"] == 0


def test_nobody_asks_for_a_structure_of_its_own_or_a_hidden_one(
    client: TestClient, headers: dict[str, Headers], body: dict[str, Any], service: Service
) -> None:
    own = client.post("/sharing-requests", json=body, headers=headers[OWNER])
    assert own.status_code == 422
    old = service.register.structure(body["structure_id"], PUBLIC)
    hidden = {**_values(old), "id": "hidden", "code": "hidden", "confidential": True}
    with service.register.write(author="test", reason="hidden") as writer:
        writer.add_structures([type(old)(**hidden)])
    asked = {**body, "structure_id": "hidden"}
    assert (
        client.post("/sharing-requests", json=asked, headers=headers[REQUESTER]).status_code == 404
    )


class Page:
    """A signed-in browser of one account."""

    def __init__(self, app: FastAPI, service: Service, account: Any) -> None:
        accept = {"accept": "text/html,application/xhtml+xml"}
        self.client = TestClient(app, follow_redirects=False, headers=accept)
        assert self.client.get(new_link(service.accounts, account.id)).status_code == 303

    def get(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def post(self, url: str, data: dict[str, Any]) -> Any:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/").text)
        assert token is not None
        return self.client.post(url, data={**data, "csrf_token": token[1]})


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_a_request(
    *,
    app: FastAPI,
    service: Service,
    people: dict[str, Any],
    account: Callable[[str], Any],
    structure_id: str,
    language: str,
) -> None:
    asking, owner = (Page(app, service, people[name]) for name in (REQUESTER, OWNER))
    staff = Page(app, service, account("staff"))
    for page in (asking, owner, staff):
        page.client.cookies.set("phusong_lang", language)
    form = asking.get(f"/view/sharing?structure_id={structure_id}")
    assert f'value="{structure_id}"' in form
    assert 'name="purpose"' not in staff.get("/view/sharing"), "staff asks for nothing"
    bad = asking.post("/view/sharing", {"structure_id": structure_id, "technology": "5G"})
    assert bad.status_code == 422
    assert 'href="#sharing-purpose"' in bad.text
    typed = {"structure_id": structure_id, "technology": "5G", "purpose": "Phủ sóng"}
    made = asking.post("/view/sharing", {**typed, "height_above_ground_m": "30,5"})
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    sent = asking.post(f"{address}/events", {"kind": "submitted", "expected": "1"})
    assert sent.status_code == 303
    seen = owner.get(address)
    assert "Bắc Ninh" in seen
    names = {one: text(f"requests.clock.{one}", language) for one in ("answer", "completeness")}
    decides = text(
        "requests.clocks_answer", language, answer=names["answer"], reference=names["completeness"]
    )
    assert decides in seen, "of two clocks beside each other one is to go by"
    for kind in ("accepted", "refused", "countered", "survey_ordered"):
        assert f'name="kind" value="{kind}"' in seen
    assert 'name="kind" value="accepted"' not in asking.get(address)
    assert '<details class="card" open>' not in asking.get(address), "withdrawing is not urged"
    again = owner.post(f"{address}/events", {"kind": "refused", "expected": "2", "reason": "Đầy"})
    assert again.status_code == 422
    assert 'href="#refused-grounds"' in again.text
    assert ">Đầy</textarea>" in again.text, "what was typed stays"
    stale = owner.post(f"{address}/events", {"kind": "accepted", "expected": "1"})
    assert stale.status_code == 409
    for wrong in ({"kind": "nothing", "expected": "2"}, {"kind": "accepted", "expected": "x"}):
        assert owner.post(f"{address}/events", wrong).status_code == 422
    several = {"grounds": ["sharing.ground.load", "sharing.ground.space"], "reason": "Đầy"}
    done = owner.post(f"{address}/events", {"kind": "refused", "expected": "2", **several})
    assert done.status_code == 303, done.text
    raised = {"kind": "escalated", "expected": "3", "reason": "Còn tải"}
    assert asking.post(f"{address}/events", raised).status_code == 303
    assert "/evidence/4" in staff.get(address)
    assert "/evidence/4" not in asking.get(address)
    assert address in staff.get("/view/sharing")
    assert Page(app, service, people[OTHER]).client.get(address).status_code == 404


def test_an_answer_that_is_late_is_shown_and_may_be_escalated(
    app: FastAPI,
    service: Service,
    people: dict[str, Any],
    body: dict[str, Any],
    account: Callable[[str], Any],
) -> None:
    cases, scope = Cases(service.register, service.home), people[REQUESTER].scope
    wish = Wish(structure_id=body["structure_id"], technology="5G", purpose="x")
    drafted = cases.draft(wish, scope, "lan")
    long_ago = {
        "case_id": drafted.id,
        "sequence": 2,
        "kind": "submitted",
        "party": "requester",
        "account": "lan",
        "organisation_id": REQUESTER,
        "at": "2026-02-10T02:00:00.000Z",
        "details": "{}",
        "attachments": "[]",
    }
    with engine.writing(service.register.engine) as connection:
        connection.execute(insert(case_events), [long_ago])
    asking, staff = (Page(app, service, who) for who in (people[REQUESTER], account("staff")))
    address = f"/view/sharing/{drafted.id}"
    for page in (asking, staff):
        listed = page.get("/view/sharing")
        assert "Trả lời đề nghị: hạn 26/02/2026" in listed, "over Tết"
        assert "Quá hạn" in listed
        assert re.search(r"quá [\d.]+ ngày làm việc", page.get(address))
    assert 'name="kind" value="escalated"' in asking.get(address)
    assert "17/02/2026" in asking.get(address), "a day of Tết within the term"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_of_working_days(browser_of: Callable[[str], Any], language: str) -> None:
    staff = browser_of("staff")
    page = unescape(staff.get(f"/view/calendar?year=2026&lang={language}").text)
    assert "31/08/2026" in page
    assert "22/08/2026" in page
    assert page.count('class="month"') == 12
    assert {"vi": "Theo trí nhớ", "en": "Recalled"}[language] in page, "the swap of New Year"
    reckoned = {"vi": "Phần mềm lịch tính theo luật", "en": "Reckoned by the calendar software"}
    assert reckoned[language] in page, "what Tết rests on, in words"
    assert "<td>holidays" not in page
    later = unescape(staff.get(f"/view/calendar?year=2031&lang={language}").text)
    assert {"vi": "chưa có quyết định", "en": "no decision"}[language] in later
    for wrong in ("1999", "2099", "x"):
        assert staff.get(f"/view/calendar?year={wrong}").status_code == 422


def test_an_administrators_files_decide_and_a_bad_one_is_named(
    client: TestClient,
    submitted: dict[str, Any],
    headers: dict[str, Headers],
    browser_of: Callable[[str], Any],
    service: Service,
) -> None:
    address = f"/sharing-requests/{submitted['id']}"
    admin, name = browser_of("administrator"), "sharing.toml"
    file = rule_file(service.home, name)
    changed = file.content.replace('term = "7 working_days"', 'term = "2 months"')
    sent = {"content": changed, "version": file.version}
    assert admin.post(f"/view/rules/files/{name}", sent).status_code == 303
    told = client.get(address, headers=headers[OWNER]).json()
    assert {one["name"]: one["terms"] for one in told["clocks"]}["answer"] == ["2 months"]
    bad = {"content": changed.replace("2 months", "2 moons")}
    bad["version"] = rule_file(service.home, name).version
    refused = admin.post(f"/view/rules/files/{name}", bad)
    assert refused.status_code == 422
    assert "working_days" in refused.text, "an example of a term"
    service.home.holidays.mkdir()
    (service.home.holidays / "2027.toml").write_text("[[decision]]", encoding="utf-8")
    staff = browser_of("staff")
    for answer in (
        client.get(address, headers=headers[OWNER]),
        client.get("/working-days", headers=headers[OWNER]),
        staff.get("/view/sharing"),
        staff.get("/view/calendar"),
    ):
        assert answer.status_code == 422
        assert "2027.toml" in answer.text


def test_working_days_for_programs(client: TestClient, token: Callable[[str], Headers]) -> None:
    viewer = token("viewer")
    year = client.get("/working-days?year=2025", headers=viewer).json()
    days = {one["day"]: one for one in year["days"]}
    assert days["2025-04-26"]["working"] is True
    assert days["2025-05-02"]["instead_of"] == "2025-04-26"
    due = client.get("/working-days/due?start=2025-04-25&term=3wd", headers=viewer).json()
    assert due["due_on"] == "2025-04-29", "Saturday 26 is worked, then Monday and Tuesday"
    assert due["rule"]["confidence"] == "recalled"
    moment = "2025-04-25T10:00:00%2B07:00"
    hours = client.get(f"/working-days/due?start={moment}&term=24h", headers=viewer).json()
    assert hours["due_at"] == "2025-04-26T03:00:00+00:00"
    midnight = "2025-04-25T00:00:00%2B07:00"
    hours = client.get(f"/working-days/due?start={midnight}&term=24h", headers=viewer).json()
    assert hours["due_at"] == "2025-04-25T17:00:00+00:00"
    for wrong in (
        "start=2025-04-25&term=24h",
        "start=x&term=7wd",
        "start=2025-04-25&term=7",
        "start=2025-04-25T10:00:00&term=7wd",
        "start=2098-12-31&term=30d",
    ):
        assert client.get(f"/working-days/due?{wrong}", headers=viewer).status_code == 422, wrong
