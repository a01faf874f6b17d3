"""Licence dossiers through the public API: from intake to the letters, with their clocks."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from docx import Document
from starlette.testclient import TestClient

from api.service import Service
from gis.cases.rule_book import rules_in_use
from gis.cases.working_days import calendar_in_use, local_day
from gis.desk.dossier import DOSSIER_CASES
from gis.desk.dossier_law import dossier_checks, required_documents
from gis.desk.procedure import read_case
from gis.desk.records import DeskCase, DeskEvent
from gis.desk.registry import PROCEDURES
from gis.dossier_words import DOCUMENTS, TYPES
from gis.jobs.worker import work_once
from gis.register import moments
from gis.register.scopes import SYSTEM

from .conftest import OPERATOR, Browser

Headers = dict[str, str]
KIND = "/desk/dossier"
STATION: dict[str, Any] = {
    "applicant": "Đài Truyền thanh mô phỏng",
    "type": "broadcast_other",
    "purpose": "issue",
    "applicant_kind": "organisation",
    "asked_years": 5,
    "documents": ["form"],
    "programme": "Chương trình mô phỏng",
    "frequency_mhz": 95.1,
    "longitude": 106.41,
    "latitude": 10.53,
    "height_above_ground_m": 40,
    "erp_total_w": 100,
}
AMATEUR: dict[str, Any] = {
    "applicant": "Câu lạc bộ vô tuyến mô phỏng",
    "type": "amateur",
    "purpose": "issue",
    "applicant_kind": "organisation",
    "asked_years": 10,
    "documents": ["form", "operator_certificate"],
}


@pytest.fixture
def staff(token: Callable[[str], Headers]) -> Headers:
    return token("staff")


def ago(days: int) -> str:
    return (local_day(moments.now()) - timedelta(days=days)).isoformat()


def opened(client: TestClient, who: Headers, facts: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(KIND, json={"facts": facts}, headers=who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sent(client: TestClient, who: Headers, case: dict[str, Any], kind: str, **details: Any) -> Any:
    body = {"kind": kind, "expected": case["expected"], "details": details}
    return client.post(f"{KIND}/{case['id']}/events", json=body, headers=who)


def took(
    client: TestClient, who: Headers, case: dict[str, Any], kind: str, **details: Any
) -> dict[str, Any]:
    answer = sent(client, who, case, kind, **details)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def words(client: TestClient, who: Headers, case: dict[str, Any], name: str) -> str:
    """The text of a letter, every paragraph and cell of it; its PDF is one too."""
    told = {one["name"]: one for one in case["letters"]}
    document = Document(io.BytesIO(client.get(told[name]["docx"], headers=who).content))
    assert client.get(told[name]["pdf"], headers=who).content.startswith(b"%PDF-")
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def missing(case: dict[str, Any]) -> set[str]:
    return {one["name"] for one in case["missing"]}


def clock(case: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in case["clocks"] if one["name"] == name)
    return found


def test_an_amateur_dossier_goes_from_intake_to_the_answer(
    client: TestClient, staff: Headers
) -> None:
    lacking = {name: told for name, told in AMATEUR.items() if name != "asked_years"}
    lacking["received_on"] = ago(7)
    case = opened(client, staff, lacking)
    assert missing(case) == {"asked_years", "documents.id_paper"}
    assert sent(client, staff, case, "completed").status_code == 409
    said = words(client, staff, case, "dossier_supplement")
    assert "Thời hạn đề nghị (năm)" in said
    assert "Giấy tờ tùy thân" in said
    assert clock(case, "completeness")["state"] == "no_term"
    case = took(client, staff, case, "returned", happened_on=ago(7))
    supplement = clock(case, "supplement")
    assert (supplement["terms"], supplement["rule"]["binding"]) == (["30 calendar_days"], False)
    assert sent(client, staff, case, "cancelled", reason="Không bổ sung").status_code == 409
    case = took(client, staff, case, "supplemented", asked_years=10, happened_on=ago(4))
    assert missing(case) == {"documents.id_paper"}
    refused = sent(client, staff, case, "completed")
    assert refused.status_code == 422
    assert "reason" in refused.text
    done = {"reason": "Đã tra cứu trong cơ sở dữ liệu dân cư", "happened_on": ago(3)}
    case = took(client, staff, case, "completed", **done)
    decision = clock(case, "decision")
    assert decision["terms"] == ["14 calendar_days"]
    assert decision["rule"]["confidence"] == "secondary"
    checks = {one["name"]: one for one in case["panel"]["checks"]}
    assert "Cấp tỉnh" in client.get(f"{KIND}/{case['id']}?lang=vi", headers=staff).text
    assert checks["technical"]["verdict"] == "unknown"
    assert checks["fee"]["verdict"] == "unknown"
    assert {one["name"] for one in case["letters"]} == {"dossier_receipt", "dossier_handover"}
    case = took(client, staff, case, "prechecked", conclusion="not_examined")
    handed = {"authority": "province", "handed_on": ago(2)}
    case = took(client, staff, case, "handed_over", **handed)
    assert "Cấp tỉnh" in words(client, staff, case, "dossier_handover")
    ahead = {"result": "granted", "granted_number": "12/GP", "decided_on": "2150-01-01"}
    early = sent(client, staff, case, "result_recorded", **ahead)
    assert early.status_code == 422
    assert "2150" in early.text
    granted = {"result": "granted", "decided_on": ago(1)}
    assert sent(client, staff, case, "result_recorded", **granted).status_code == 422
    case = took(client, staff, case, "result_recorded", granted_number="12/GP", **granted)
    assert clock(case, "decision")["state"] == "kept"
    case = took(client, staff, case, "result_told")
    assert case["final"]


def test_a_station_is_checked_by_the_software_and_handed_over(
    client: TestClient, service: Service, staff: Headers
) -> None:
    case = opened(client, staff, {k: v for k, v in STATION.items() if k != "erp_total_w"})
    assert missing(case) == {"erp_total_w", "documents.department_consent"}
    assert client.post(f"{KIND}/{case['id']}/precheck", headers=staff).status_code == 409
    case = took(client, staff, case, "supplemented", erp_total_w=100)
    case = took(client, staff, case, "completed", reason="Sở lập văn bản đồng ý")
    said = words(client, staff, case, "dossier_consent")
    assert "95,1" in said
    assert "Nghị định 63/2023/NĐ-CP" in said
    job = client.post(f"{KIND}/{case['id']}/precheck", headers=staff)
    assert job.status_code == 202, job.text
    assert work_once(service.register, service.home, service.ground)
    panel = client.get(f"{KIND}/{case['id']}", headers=staff).json()["panel"]
    study_id = panel["jobs"][0]["study_id"]
    assert study_id is not None, panel
    other = opened(client, staff, {**STATION, "frequency_mhz": 101.3})
    other = took(client, staff, other, "completed", reason="x")
    wrong = sent(client, staff, other, "prechecked", conclusion="objection", study_id=study_id)
    assert wrong.status_code == 422
    nobody = sent(client, staff, case, "prechecked", conclusion="objection", study_id="../x")
    assert nobody.status_code == 404
    case = took(client, staff, case, "prechecked", conclusion="objection", study_id=study_id)
    outcome = case["events"][-1]["details"]["study_outcome"]
    assert (
        outcome
        == client.get(f"/studies/{study_id}", headers=staff).json()["results"]["stations"][0][
            "outcome"
        ]
    )
    said = words(client, staff, case, "dossier_handover")
    assert study_id in said
    assert "không phải chứng cứ" in said


def test_an_operator_files_sees_and_withdraws_its_own(
    client: TestClient, staff: Headers, token: Callable[[str], Headers]
) -> None:
    opened(client, staff, AMATEUR)
    operator = token("operator")
    own = opened(client, operator, STATION)
    listed = client.get(KIND, headers=operator).json()
    assert [one["id"] for one in listed["cases"]] == [own["id"]]
    assert "jobs" not in own["panel"]
    assert client.post(f"{KIND}/{own['id']}/precheck", headers=operator).status_code == 403
    assert {one["kind"] for one in own["next"]} == {"supplemented", "filed", "withdrawn"}
    assert took(client, operator, own, "withdrawn", reason="Chưa cần")["final"]


def test_what_lapses_leads_to_a_renewal_filled_in(
    client: TestClient,
    service: Service,
    token: Callable[[str], Headers],
    browser_of: Callable[[str], Browser],
) -> None:
    stations = service.register.stations(SYSTEM, on=service.today())
    ends = sorted((one.licence_to, one.id) for one in stations if one.licence_to is not None)
    told = client.get("/licences-lapsing?days=36500", headers=token("staff")).json()
    assert [(one["ends_on"], one["station_id"]) for one in told["licences"]] == [
        (day.isoformat(), name) for day, name in ends
    ]
    assert told["unknown"] == sum(1 for one in stations if one.licence_to is None)
    own = client.get("/licences-lapsing?days=36500", headers=token("operator")).json()
    mine = {one.id for one in stations if one.organisation_id == OPERATOR}
    assert {one["station_id"] for one in own["licences"]} <= mine
    browser = browser_of("staff")
    assert 'href="/view/licences"' in browser.get("/view/desk/dossier").text
    assert browser.get("/view/licences?days=36500").text.count("?about=") == len(ends)
    name = ends[0][1]
    page = browser.get(f"/view/desk/dossier?about={name}").text
    assert f'name="expires_on" id="open-expires_on" value="{ends[0][0].isoformat()}"' in page
    assert '<option value="renew" selected>' in page
    assert browser.get("/view/desk/dossier?about=nobody").status_code == 404
    stranger = browser_of("operator").get(f"/view/desk/dossier?about={name}")
    assert stranger.status_code == (200 if name in mine else 422)


def test_the_page_of_a_dossier_shows_its_checks(browser_of: Callable[[str], Browser]) -> None:
    browser = browser_of("staff")
    typed = {name: str(told) for name, told in STATION.items() if name != "documents"}
    moved = browser.post("/view/desk/dossier", {**typed, "documents": "form"})
    assert moved.status_code == 303, moved.text
    address = moved.headers["location"]
    page = browser.get(address)
    assert page.status_code == 200
    assert "Thời hạn đề nghị 5 năm, tối đa 10" in page.text
    assert "Chưa có biểu lệ phí nào" in page.text
    assert browser.post(f"{address}/precheck").status_code == 409
    done = {"kind": "completed", "expected": "1", "reason": "Sở lập văn bản"}
    assert browser.post(f"{address}/events", done).status_code == 303
    assert browser.post(f"{address}/precheck").status_code == 303
    assert "/view/jobs/" in browser.get(address).text


def standing(service: Service, facts: dict[str, Any], *events: tuple[str, datetime]) -> Any:
    """Where a dossier stands whose events came at these moments."""
    told = [
        DeskEvent(
            sequence=place,
            kind=kind,
            party="department",
            account="x",
            organisation_id=None,
            at=at,
        )
        for place, (kind, at) in enumerate(events, 1)
    ]
    case = DeskCase(
        id="x",
        kind="dossier",
        year=told[0].at.year,
        number=1,
        organisation_id=None,
        account="x",
        facts=facts,
        opened_at=told[0].at,
    )
    return read_case(
        DOSSIER_CASES,
        case,
        told,
        told[-1].at,
        rules=rules_in_use(service.home),
        calendar=calendar_in_use(service.home),
    )


def test_a_clock_that_crosses_a_change_of_law_keeps_its_rule(service: Service) -> None:
    """Begun on 14/08/2023: five working days by the circular, beyond its end on 17/08/2023."""
    begun = datetime(2023, 8, 14, 3, tzinfo=UTC)
    found = standing(service, STATION, ("opened", begun))
    (first,) = found.clocks
    assert first.rule.instrument == "Thông tư 05/2015/TT-BTTTT"
    assert first.due.on == date(2023, 8, 21)
    assert first.crosses(begun) == date(2023, 8, 17)
    later = standing(service, STATION, ("opened", begun + timedelta(days=10)))
    assert later.clocks[0].due is None
    assert later.clocks[0].crosses(begun) is None
    network = {**AMATEUR, "type": "internal_network"}
    moment = datetime(2024, 9, 3, 3, tzinfo=UTC)
    after = standing(service, network, ("opened", moment), ("completed", moment))
    assert [(one.name, one.due and one.due.on) for one in after.clocks] == [
        ("completeness", date(2024, 9, 10))
    ]
    handed = standing(
        service, network, ("opened", moment), ("completed", moment), ("handed_over", moment)
    )
    assert handed.clocks[-1].due.on == date(2024, 10, 1)


def test_who_was_not_supplemented_is_cancelled_only_after_the_term(service: Service) -> None:
    begun = datetime(2022, 3, 1, 3, tzinfo=UTC)
    events = [("opened", begun), ("returned", begun)]
    assert "cancelled" not in standing(service, AMATEUR, *events).possible["department"]
    late = begun + timedelta(days=32)
    after = standing(service, AMATEUR, *events, ("filed", late))
    assert "cancelled" in after.possible["department"]


def test_what_is_asked_for_follows_the_day(service: Service) -> None:
    rules = rules_in_use(service.home)
    private = {"type": "private_mobile", "purpose": "issue"}
    assert "id_paper" in required_documents(private, rules, date(2025, 12, 31))
    assert "id_paper" not in required_documents(private, rules, date(2026, 1, 1))
    assert "id_paper" in required_documents(private, rules, date(2027, 3, 1))
    days = (date(2025, 6, 30), date(2025, 7, 1), date(2027, 2, 28), date(2027, 3, 1))
    amateur = {"type": "amateur", "purpose": "issue"}
    deciders = [dossier_checks(amateur, rules, day)[0].values["authority"] for day in days]
    assert deciders == ["bureau", "province", "province", "unknown"]
    pa = {"type": "wireless_pa", "purpose": "renew"}
    assert required_documents(pa, rules, date(2022, 1, 1)) == ("form",)


def test_a_renewal_is_filed_in_time_and_no_longer_than_the_law_allows(service: Service) -> None:
    rules, day = rules_in_use(service.home), date(2026, 11, 24)
    facts = {**STATION, "purpose": "renew", "asked_years": 11, "expires_on": "2026-12-23"}
    found = {one.name: one for one in dossier_checks(facts, rules, day)}
    assert (found["renewal"].verdict, found["renewal"].values["left"]) == ("broken", 29)
    assert found["longest"].verdict == "broken"
    facts |= {"asked_years": 10, "expires_on": "2026-12-24"}
    found = {one.name: one for one in dossier_checks(facts, rules, day)}
    assert {found["renewal"].verdict, found["longest"].verdict} == {"kept"}


def test_a_tariff_that_is_added_is_told_with_its_label(
    client: TestClient, service: Service, staff: Headers
) -> None:
    own = service.home.rules
    own.mkdir()
    line = (
        '[[rule]]\nid = "case.dossier.fee.amateur"\ntitle_vi = "Lệ phí"\ntitle_en = "Fee"\n'
        'instrument = "Văn bản thử"\nclause = "Biểu 1"\nconfidence = "recalled"\n'
        'source = "test"\nbinding = true\n[rule.parameters]\ntypes = ["amateur"]\n'
        'purposes = ["issue"]\namount_vnd = %s\n'
    )
    (own / "fees.toml").write_text(line % "50000", encoding="utf-8")
    case = opened(client, staff, AMATEUR)
    (fee,) = (one for one in case["panel"]["checks"] if one["name"] == "fee")
    assert "50.000" in fee["text"]
    assert fee["rule"]["confidence"] == "recalled"
    (own / "fees.toml").write_text(line % "-1", encoding="utf-8")
    refused = client.get(f"{KIND}/{case['id']}", headers=staff)
    assert refused.status_code == 422
    assert "amount_vnd" in refused.text


def test_every_type_has_its_rule_today_and_every_paper_its_words(service: Service) -> None:
    rules = rules_in_use(service.home)
    for name in TYPES:
        papers = required_documents({"type": name, "purpose": "issue"}, rules, service.today())
        assert papers, name
        assert set(papers) <= set(DOCUMENTS)
    assert PROCEDURES["dossier"] is DOSSIER_CASES


def test_a_tariff_comes_in_as_a_table_and_good_rows_are_kept(
    client: TestClient,
    staff: Headers,
    token: Callable[[str], Headers],
    browser_of: Callable[[str], Browser],
) -> None:
    empty = client.get("/fees", headers=staff).json()
    assert empty["fees"] == []
    assert "56/2026" in empty["known"]["instrument"]
    table = (
        "Tên khoản;Loại hồ sơ;Mục đích;Số tiền (đồng);Văn bản;Điều khoản;Nguồn\n"
        "Lệ phí nghiệp dư;amateur;issue;50.000;Văn bản thử;Biểu 1;thử\n"
        "Phí mạng nội bộ;internal_network;;120000;Văn bản thử;Biểu 2;thử\n"
        "Sai loại;taxi;issue;1;Văn bản thử;Biểu 3;thử\n"
        "Sai tiền;ship;issue;5,5;Văn bản thử;Biểu 3;thử\n"
        "=1+1;ship;issue;5;;Biểu 3;thử\n"
    )
    sent = {"files": {"file": ("bieu.csv", table.encode())}}
    assert browser_of("staff").post("/view/fees/import", **sent).status_code == 403
    administrator = browser_of("administrator")
    page = administrator.post("/view/fees/import", **sent)
    assert page.status_code == 200, page.text
    for told in ("taxi", "5,5", "Lệ phí nghiệp dư", "50.000"):
        assert told in page.text, told
    found = client.get("/fees", headers=token("operator")).json()["fees"]
    assert [(one["amount_vnd"], one["types"]) for one in found] == [
        (50000, ["amateur"]),
        (120000, ["internal_network"]),
    ]
    assert len(found[1]["purposes"]) > 1
    case = opened(client, staff, AMATEUR)
    (fee,) = (one for one in case["panel"]["checks"] if one["name"] == "fee")
    assert (fee["verdict"], fee["rule"]["confidence"]) == ("told", "secondary")
    again = administrator.post("/view/fees/import", **sent)
    assert again.status_code == 200
    assert len(client.get("/fees", headers=staff).json()["fees"]) == 2, "sent twice, kept once"
    broken = administrator.post("/view/fees/import", files={"file": ("a.csv", b"x;y\n1;2\n")})
    assert broken.status_code == 422
    assert client.get("/fees", headers=token("viewer")).status_code == 403
    assert "số tiền (đồng)" in client.get("/fees.csv?lang=vi", headers=staff).text
