"""Inspections through the public API: plan, notice, visit, record, orders, and their documents."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.service import Service
from data.text import VIET_NAM
from gis.cases.working_days import calendar_in_use, local_day
from gis.register import moments
from gis.register.scopes import SYSTEM

from .conftest import Browser

Headers = dict[str, str]
KIND = "/desk/inspection"
PLAN = "/desk/inspection_plan"
OWNER = "mo-phong-a"
BROADCASTER, BROADCASTER_ID = "Phát thanh Mô phỏng", "mo-phong-phat-thanh"
BESIDE = {"station_ids": ["mp-tan-an"], "owner_reason": "Đài phát trên cột của đối tượng"}
"""A station of the broadcaster, inspected with those of somebody else."""


@pytest.fixture
def staff(token: Callable[[str], Headers]) -> Headers:
    return {**token("staff"), "accept-language": "vi"}


class Desk:
    """The department's officer at work, through the API."""

    def __init__(self, client: TestClient, staff: Headers, service: Service) -> None:
        self.client, self.staff = client, staff
        self.calendar = calendar_in_use(service.home)
        self.today = local_day(moments.now())
        self.service = service
        self.license_power("mp-tan-an", 100.0)
        self.mast = service.register.structures(SYSTEM, owner_id=OWNER, limit=1)[0].id

    def license_power(self, station_id: str, power_w: float) -> None:
        """Let the register say what a station is licensed."""
        with self.service.register.write(author="t", reason="giấy phép") as writer:
            known = writer.station(station_id, SYSTEM)
            writer.update_stations([replace(known, licence_power_w=power_w)])

    def ago(self, working_days: int) -> str:
        """The latest day with so many working days after it, up to today."""
        day = self.today
        while self.calendar.working_days_between(day, self.today) < working_days:
            day -= timedelta(days=1)
        return day.isoformat()

    def after(self, day: str, working_days: int) -> str:
        found = self.calendar.add_working_days(date.fromisoformat(day), working_days)
        return found.isoformat()

    def open(self, kind: str = KIND, **facts: Any) -> dict[str, Any]:
        answer = self.client.post(kind, json={"facts": facts}, headers=self.staff)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def try_step(self, case: dict[str, Any], kind: str, **details: Any) -> Any:
        body = {"kind": kind, "expected": case["expected"], "details": details}
        where = f"/desk/{case['kind']}/{case['id']}/events"
        return self.client.post(where, json=body, headers=self.staff)

    def step(self, case: dict[str, Any], kind: str, **details: Any) -> dict[str, Any]:
        answer = self.try_step(case, kind, **details)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, case: dict[str, Any], kind: str, **details: Any) -> str:
        answer = self.try_step(case, kind, **details)
        assert answer.status_code in (409, 422), answer.text
        now = self.client.get(f"/desk/{case['kind']}/{case['id']}", headers=self.staff).json()
        assert now["expected"] == case["expected"], "what is refused is not kept"
        return str(answer.json()["detail"])

    def visiting(self, begun: str, **facts: Any) -> dict[str, Any]:
        """A case of interference, whose visit begins at once."""
        told = {
            "subject": BROADCASTER,
            "subject_id": BROADCASTER_ID,
            "origin": "interference",
            "interference_case": self.complaint()["id"],
            "station_ids": ["mp-tan-an"],
        }
        return self.step(self.open(**(told | facts)), "visit_begun", begun_on=begun)

    def complaint(self) -> dict[str, Any]:
        """An open complaint about the station that is inspected, received long enough ago."""
        received = (self.today - timedelta(days=90)).isoformat()
        return self.open(
            "/desk/interference",
            complainant="Người nghe đài",
            victim_station_id="mp-tan-an",
            effect="Mất sóng",
            received_on=received,
        )

    def letter(self, case: dict[str, Any], name: str) -> str:
        links = {one["name"]: one for one in case["letters"]}
        answer = self.client.get(links[name]["docx"], headers=self.staff)
        assert answer.status_code == 200, answer.text
        pdf = self.client.get(links[name]["pdf"], headers=self.staff)
        assert pdf.content.startswith(b"%PDF-"), pdf.text[:400]
        document = Document(io.BytesIO(answer.content))
        cells = [
            cell.text for table in document.tables for row in table.rows for cell in row.cells
        ]
        return "\n".join([one.text for one in document.paragraphs] + cells)


@pytest.fixture
def desk(client: TestClient, staff: Headers, service: Service) -> Desk:
    return Desk(client, staff, service)


def filled(*answers: dict[str, Any], list: str = "radio_station") -> dict[str, Any]:
    return {"list": list, "object_id": "mp-tan-an", "answers": [*answers]}


LICENCE = {"item": "licence", "outcome": "met", "shown": "GP 1"}
OVER = {
    "item": "power",
    "outcome": "not_met",
    "value": 130,
    "unit": "W",
    "uncertainty": 10,
}
DOUBT = {**OVER, "value": 105}


def visited(desk: Desk, case: dict[str, Any], *answers: dict[str, Any]) -> dict[str, Any]:
    when = moments.now().astimezone(VIET_NAM).isoformat(timespec="minutes")
    return desk.step(case, "visited", visited_at=when, checklist=filled(*answers))


def approved_plan(desk: Desk, year: int, *subjects: str) -> dict[str, Any]:
    plan = desk.open(PLAN, year=str(year), centre="Trung tâm Tần số vô tuyến điện khu vực")
    for one in subjects:
        plan = desk.step(plan, "line_added", subject=one, quarter="q1", **BESIDE)
    plan = desk.step(plan, "centre_asked", asked_on=desk.ago(3), asked_number="10/SKHCN")
    plan = desk.step(plan, "centre_agreed", agreed_on=desk.ago(2), agreed_number="5/TTKV")
    return desk.step(plan, "approved", approved_on=desk.ago(1), approved_number="7/QĐ")


def test_an_inspection_goes_from_the_plan_to_the_last_order(desk: Desk) -> None:
    subject = "Đài Phát thanh mô phỏng"
    plan = approved_plan(desk, desk.today.year, subject)
    case = desk.open(
        subject=subject,
        origin="planned",
        plan_id=plan["id"],
        content="Giấy phép, kiểm định, thông số phát",
        **BESIDE,
    )
    decided = desk.ago(6)
    case = desk.step(case, "decided", decided_on=decided, leader="Ông A, Trưởng phòng")
    case = desk.step(case, "noticed", noticed_on=decided, visit_on=desk.after(decided, 3))
    decision = desk.letter(case, "inspection_decision")
    assert re.search(
        r"GIÁM ĐỐC SỞ KHOA HỌC[^#]+TỈNH TÂY NINH[^#]+quyền hạn của Sở"
        r"[^#]+QUYẾT ĐỊNH:[^#]+Ông A, Trưởng",
        decision,
    )
    assert "mp-tan-an" in decision
    assert re.search(
        rf"^(?!.*Kính gửi).*- {subject};", desk.letter(case, "inspection_notice"), re.S
    )
    case = desk.step(case, "visit_begun", begun_on=desk.ago(2))
    case = visited(desk, case, LICENCE, OVER, {"item": "fees", "outcome": "not_applicable"})
    case = desk.step(
        case,
        "recorded",
        ended_on=desk.today.isoformat(),
        outcome="mixed",
        record_number="01/BB",
        violation_number="02/BBVP",
    )
    told = desk.client.get(f"{KIND}/{case['id']}/sanctions", headers=desk.staff).json()
    (guide,) = told["guides"]
    act = guide["sanction"]
    assert (act["behaviour"], act["counted_on"]) == ("radio_wrong_frequency", str(desk.today))
    assert (act["minimum_vnd"], act["maximum_vnd"]) == (2e6, 5e6), "130 W: up to 500 W"
    page = desk.client.get(f"/view{KIND}/{case['id']}", headers=desk.staff).text
    assert act["said"] in page
    for name in ("inspection_record", "inspection_violation"):
        letter = desk.letter(case, name)
        assert act["said"] in letter
        assert "khoản 6 Điều 66 Nghị định 174/2026/NĐ-CP" in letter
        assert "không phải quyết định xử phạt" in letter
    record = desk.letter(case, "inspection_record")
    assert "130 ± 10 W" in record
    assert "100 W" in record
    assert "có chấp hành, có vi phạm (điểm c)" in record
    violations = desk.letter(case, "inspection_violation")
    for words in ("130 ± 10 W", BROADCASTER, str(BESIDE["owner_reason"])):
        assert words in violations, "whose the station is, and why it is inspected"
    assert "Giấy phép sử dụng tần số" not in violations
    until = (desk.today + timedelta(days=10)).isoformat()
    case = desk.step(case, "ordered", demand="Giảm công suất", until=until)
    order = case["expected"]
    day = desk.today.isoformat()
    case = desk.step(case, "reported", reported_on=day, report_number="3/BC")
    case = desk.step(case, "concluded", concluded_on=day, conclusion="Vượt công suất")
    case = desk.step(case, "delivered", delivered_on=day, recipients=subject)
    assert "closed" not in {one["kind"] for one in case["next"]}
    conclusion = desk.letter(case, "inspection_conclusion")
    assert "Vượt công suất" in conclusion
    assert act["said"] in conclusion
    assert "01/BB" in desk.letter(case, "inspection_report")
    case = desk.step(case, "order_done", order=order, done_on=day, evidence="Số đo 98 W")
    case = desk.step(case, "closed")
    assert case["final"]
    assert {one["state"] for one in case["clocks"]} == {"kept"}
    assert [one["name"] for one in case["clocks"]] == [
        "length",
        "report",
        "conclusion",
        "delivery",
        "order",
    ]
    assert subject in desk.letter(plan, "inspection_plan")


def test_no_paper_says_the_words_of_another_step(desk: Desk) -> None:
    day = desk.ago(0)
    case = visited(desk, desk.visiting(day, content="Giấy phép"), OVER)
    case = desk.step(case, "recorded", ended_on=day, outcome="violates", violation_number="2")
    case = desk.step(case, "ordered", demand="Giảm công suất", until=day)
    case = desk.step(
        case, "order_extended", order=case["expected"], until=day, reason="Chờ thiết bị về"
    )
    decision = desk.letter(case, "inspection_decision")
    assert "Lý do: …" in decision
    assert "Chờ thiết bị về" not in decision
    plan = approved_plan(desk, desk.today.year, "Đài A")
    assert "văn bản số 5/TTKV" in desk.letter(plan, "inspection_plan")
    plan = desk.step(plan, "revised", reason="Thêm đối tượng")
    assert "5/TTKV" not in desk.letter(plan, "inspection_plan"), "the centre agreed to another"


def test_a_subject_is_planned_and_inspected_once_a_year(desk: Desk) -> None:
    plan = desk.open(PLAN, year=str(desk.today.year))
    plan = desk.step(plan, "line_added", subject="Đài Hòa Bình")
    said = desk.refused(plan, "line_added", subject="đài  Hoà Bình")
    assert "dòng 2" in said
    assert "khoản 2 Điều 7" in said
    owner = {"subject": "Viễn thông Mô phỏng A", "subject_id": OWNER}
    plan = desk.step(plan, "line_added", **owner)
    assert "dòng 3" in desk.refused(plan, "line_added", **owner)
    second = desk.client.post(
        PLAN, json={"facts": {"year": plan["facts"]["year"]}}, headers=desk.staff
    )
    assert second.status_code == 409
    facts = {"subject": "Đài Hòa Bình", "origin": "planned", "plan_id": plan["id"]}
    early = desk.client.post(KIND, json={"facts": facts}, headers=desk.staff)
    assert "chưa được phê duyệt" in early.text
    for kind, name in (("centre_asked", "asked_on"), ("centre_agreed", "agreed_on")):
        plan = desk.step(plan, kind, **{name: desk.ago(1)})
    assert "approved" in {one["kind"] for one in plan["next"]}
    plan = desk.step(plan, "approved", approved_on=desk.ago(0))
    elsewhere = {**facts, "subject": "Không có trong kế hoạch"}
    answer = desk.client.post(KIND, json={"facts": elsewhere}, headers=desk.staff)
    assert "không có trong kế hoạch năm" in answer.text
    first = desk.open(**facts)
    again = desk.client.post(KIND, json={"facts": facts}, headers=desk.staff)
    assert again.status_code == 409
    assert "không quá một lần trong năm" in again.text
    desk.open(**{**facts, "origin": "unplanned", "reason": "Phản ánh"})
    desk.step(first, "cancelled", reason="Hoãn")
    desk.open(**facts)


def test_the_plan_is_due_on_15_december_of_the_year_before(desk: Desk) -> None:
    late = approved_plan(desk, desk.today.year, "Đài A")
    (clock,) = late["clocks"]
    assert clock["due_on"] == f"{desk.today.year - 1}-12-15"
    assert clock["state"] == "late"
    coming = approved_plan(desk, desk.today.year + 1, "Đài A")
    expected = "kept" if desk.ago(1) <= f"{desk.today.year}-12-15" else "late"
    assert [one["state"] for one in coming["clocks"]] == [expected]
    far = desk.client.post(PLAN, json={"facts": {"year": "2097"}}, headers=desk.staff)
    assert far.status_code == 422


@pytest.mark.parametrize(
    ("origin", "days", "more"),
    [("planned", 3, {}), ("unplanned", 1, {"reason": "Phản ánh"})],
)
def test_notice_comes_so_many_working_days_before(
    desk: Desk, origin: str, days: int, more: dict[str, str]
) -> None:
    if origin == "planned":
        more = {"plan_id": approved_plan(desk, desk.today.year, "Đài A")["id"]}
    case = desk.open(subject="Đài A", origin=origin, **BESIDE, **more)
    sent = desk.ago(4)
    case = desk.step(case, "decided", decided_on=sent, leader="Ông A")
    assert "visit_begun" not in {one["kind"] for one in case["next"]}
    early = desk.after(sent, days - 1)
    said = desk.refused(case, "noticed", noticed_on=sent, visit_on=early)
    assert f"phải trước {days}" in said
    right = desk.after(sent, days)
    case = desk.step(case, "noticed", noticed_on=sent, visit_on=right)
    day_before = (date.fromisoformat(right) - timedelta(days=1)).isoformat()
    assert "không bắt đầu trước" in desk.refused(case, "visit_begun", begun_on=day_before)
    desk.step(case, "visit_begun", begun_on=right)


@pytest.mark.parametrize(("extended", "most"), [(False, 10), (True, 15)])
def test_a_visit_is_kept_within_its_length(desk: Desk, extended: bool, most: int) -> None:
    for days, state in ((most, "kept"), (most + 1, "late")):
        begun = desk.ago(most + 3)
        case = desk.visiting(begun)
        if extended:
            case = desk.step(case, "extended", reason="Phức tạp")
            assert "extended" not in {one["kind"] for one in case["next"]}
        when = f"{begun}T09:00"
        case = desk.step(case, "visited", visited_at=when, checklist=filled(LICENCE))
        ended = desk.after(begun, days)
        case = desk.step(case, "recorded", ended_on=ended, outcome="complies", record_number="1")
        assert case["clocks"][0]["state"] == state, (days, case["clocks"][0])
        assert case["clocks"][0]["due_on"] == desk.after(begun, most)


@pytest.mark.parametrize(
    ("clock", "step", "field", "most"),
    [
        ("report", "reported", "reported_on", 10),
        ("conclusion", "concluded", "concluded_on", 5),
        ("delivery", "delivered", "delivered_on", 10),
    ],
)
def test_report_conclusion_and_delivery_have_their_terms(
    desk: Desk, clock: str, step: str, field: str, most: int
) -> None:
    for days, state in ((most, "kept"), (most + 1, "late")):
        begun = desk.ago(most + 2)
        case = desk.visiting(begun)
        when = f"{begun}T09:00"
        case = desk.step(case, "visited", visited_at=when, checklist=filled(LICENCE))
        case = desk.step(case, "recorded", ended_on=begun, outcome="complies", record_number="1")
        for kind, name, more in (
            ("reported", "reported_on", {}),
            ("concluded", "concluded_on", {"conclusion": "Đúng"}),
            ("delivered", "delivered_on", {"recipients": "Đài"}),
        ):
            day = desk.after(begun, days) if kind == step else begun
            case = desk.step(case, kind, **{name: day}, **more)
            if kind == step:
                break
        assert {one["name"]: one["state"] for one in case["clocks"]}[clock] == state
        assert field in case["events"][-1]["details"]


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"item": "nothing", "outcome": "met"}, "không có mục"),
    ({"item": "licence", "outcome": "perhaps"}, "phải là một trong"),
    ({"item": "licence", "outcome": "met", "colour": "red"}, "colour"),
    ({"item": "licence", "outcome": "met", "value": 3, "unit": "W"}, "không đo giá trị"),
    ({**OVER, "unit": None}, "phải có đơn vị W"),
    ({**OVER, "unit": "kW"}, "không phải W"),
    ({**OVER, "uncertainty": None}, "độ không đảm bảo"),
    ({**OVER, "uncertainty": -1}, "một số từ 0"),
    ({**OVER, "value": float("1e300")}, "một số từ"),
    ({**OVER, "value": True}, "một số từ"),
    ({**OVER, "value": 99}, "không vượt mức"),
    ({**OVER, "outcome": "met"}, "quá độ không đảm bảo"),
    ({**OVER, "outcome": "not_checked"}, "đạt hoặc không đạt"),
    ({**OVER, "value": 115, "outcome": "met"}, "quá độ không đảm bảo"),
    ({**OVER, "expected": 200}, "expected"),
    ({**LICENCE, "registered": "GP 9"}, "registered"),
    ({"item": "power", "outcome": "not_met", "note": "Nghi vượt"}, "giá trị đo"),
    ({"item": "licence", "outcome": "not_met"}, "đã thấy gì"),
    ({**OVER, "behaviour_id": "murder"}, "hành vi phải là"),
    ({**LICENCE, "behaviour_id": "radio_no_licence"}, "chỉ mục không đạt"),
    ({**LICENCE, "note": "x" * 2001}, "dài quá"),
    ({"item": "licence", "outcome": "not_checked"}, "Chưa có mục nào"),
]


@pytest.mark.parametrize(("answer", "reason"), BROKEN)
def test_a_checklist_is_judged_strictly(desk: Desk, answer: dict[str, Any], reason: str) -> None:
    case = desk.visiting(desk.ago(0))
    told = {name: value for name, value in answer.items() if value is not None}
    when = f"{desk.today}T00:01"
    assert reason in desk.refused(case, "visited", visited_at=when, checklist=filled(told))


def test_a_checklist_is_of_this_inspection(desk: Desk) -> None:
    case = desk.visiting(desk.ago(0))
    when = f"{desk.today}T00:01"
    elsewhere = {**filled(LICENCE), "object_id": "mp-ben-luc"}
    said = desk.refused(case, "visited", visited_at=when, checklist=elsewhere)
    assert "không thuộc" in said
    wrong = filled({"item": "lightning", "outcome": "met"}, list="infrastructure")
    assert "không thuộc" in desk.refused(case, "visited", visited_at=when, checklist=wrong)
    twice = filled(LICENCE, LICENCE)
    assert "hai lần" in desk.refused(case, "visited", visited_at=when, checklist=twice)
    none = {**filled(LICENCE), "list": "x"}
    assert desk.try_step(case, "visited", visited_at=when, checklist=none).status_code == 404
    assert desk.try_step(case, "visited", visited_at=when, checklist=[]).status_code == 422
    unknown = {"facts": {"subject": "A", "origin": "unplanned", "station_ids": ["nowhere"]}}
    answer = desk.client.post(KIND, json=unknown, headers=desk.staff)
    assert answer.status_code == 422
    assert "nowhere" in answer.text


@pytest.mark.parametrize(
    ("answers", "right", "wrong"),
    [
        ([LICENCE], {"complies"}, {"violates", "mixed", "needs_verification"}),
        ([{**OVER, "value": 115}], {"violates", "needs_verification"}, {"complies", "mixed"}),
        ([DOUBT], {"needs_verification"}, {"complies", "violates", "mixed"}),
        ([LICENCE, DOUBT], {"needs_verification"}, {"complies", "violates", "mixed"}),
        ([OVER], {"violates", "needs_verification"}, {"complies", "mixed"}),
        ([LICENCE, OVER], {"mixed", "violates", "needs_verification"}, {"complies"}),
    ],
)
def test_an_outcome_needs_what_shows_it(
    desk: Desk, answers: list[dict[str, Any]], right: set[str], wrong: set[str]
) -> None:
    day = desk.ago(0)
    case = visited(desk, desk.visiting(day), *answers)
    papers = {"record_number": "1", "violation_number": "2", "verification": "Đo lại"}
    for one in sorted(wrong):
        desk.refused(case, "recorded", ended_on=day, outcome=one, **papers)
    for one in sorted(right):
        other = visited(desk, desk.visiting(day), *answers)
        bare = desk.refused(other, "recorded", ended_on=day, outcome=one)
        assert "phải có" in bare
        done = desk.step(other, "recorded", ended_on=day, outcome=one, **papers)
        letters = {letter["name"] for letter in done["letters"]}
        assert ("inspection_violation" in letters) is (one in ("violates", "mixed"))


def test_what_is_allowed_is_the_rules_and_the_registers_alone(desk: Desk) -> None:
    """A limit sent with an answer is refused; a paper on site is told, and decides nothing."""
    day = desk.ago(0)
    case = desk.visiting(day, structure_ids=[desk.mast], owner_reason="Đài đặt trên cột này")
    field = {"item": "exposure", "value": 60, "unit": "V/m", "uncertainty": 5}
    ohm = {"item": "earthing_resistance", "value": 500, "unit": "Ω", "uncertainty": 10}
    for told in (field, ohm):
        sheet = {"list": "infrastructure", "object_id": desk.mast}
        for more in ({"expected": 1000}, {"shown": 1000}):
            sheet["answers"] = [{**told, **more, "outcome": "met"}]
            desk.refused(case, "visited", visited_at=f"{day}T00:01", checklist=sheet)
    desk.license_power("mp-tan-an", 2500.0)
    low = {"item": "power", "value": 2000, "unit": "W", "uncertainty": 10, "shown": 1}
    said = desk.refused(
        case,
        "visited",
        visited_at=moments.now().astimezone(VIET_NAM).isoformat(),
        checklist=filled({**low, "outcome": "not_met"}),
    )
    assert "không vượt mức" in said
    case = visited(desk, case, {**low, "outcome": "met"})
    desk.license_power("mp-tan-an", 1.0)
    case = desk.step(case, "recorded", ended_on=day, outcome="complies", record_number="1")
    record = desk.letter(case, "inspection_record")
    assert "2.500 W (cơ sở dữ liệu); giấy tờ tại chỗ ghi khác: 1 W" in record


def test_a_value_that_nothing_can_be_held_against_concludes_nothing(desk: Desk) -> None:
    day = desk.ago(0)
    told = {"item": "unwanted", "value": -40, "unit": "dBc", "uncertainty": 2, "shown": -60}
    met = visited(desk, desk.visiting(day), {**told, "outcome": "met"})
    papers = {"record_number": "1", "verification": "Đo lại", "violation_number": "2"}
    for outcome in ("complies", "violates", "needs_verification"):
        desk.refused(met, "recorded", ended_on=day, outcome=outcome, **papers)
    sign = visited(desk, desk.visiting(day), {**told, "outcome": "not_met"})
    desk.refused(sign, "recorded", ended_on=day, outcome="violates", **papers)
    desk.step(sign, "recorded", ended_on=day, outcome="needs_verification", **papers)


def test_orders_are_followed_until_each_is_done(desk: Desk) -> None:
    day = desk.ago(0)
    case = visited(desk, desk.visiting(day), OVER)
    case = desk.step(case, "recorded", ended_on=day, outcome="violates", violation_number="2")
    past = (desk.today - timedelta(days=1)).isoformat()
    assert "từ hôm nay" in desk.refused(case, "ordered", demand="Giảm", until=past)
    case = desk.step(case, "ordered", demand="Giảm công suất", until=day)
    number = case["expected"]
    assert str(number) in desk.refused(case, "order_done", order=99, done_on=day, evidence="x")
    later = (desk.today + timedelta(days=9)).isoformat()
    case = desk.step(case, "order_extended", order=number, until=later, reason="Chờ thiết bị")
    (clock,) = [one for one in case["clocks"] if one["name"] == "order"]
    assert (clock["due_on"], clock["state"]) == (later, "running")
    case = desk.step(case, "order_done", order=number, done_on=day, evidence="Biên bản đo")
    assert "order_done" not in {one["kind"] for one in case["next"]}


def telephone(case: dict[str, Any], **changed: Any) -> dict[str, Any]:
    when = moments.now().astimezone(VIET_NAM).isoformat(timespec="minutes")
    return {
        "format": "phusong-visit-1",
        "case": case["id"],
        "token": "a1b2c3d4e5f6",
        "expected": case["expected"],
        "details": {"visited_at": when, "checklist": filled(LICENCE)},
    } | changed


def test_a_telephones_form_is_taken_once(desk: Desk) -> None:
    case = desk.visiting(desk.ago(0))
    form = telephone(case)
    where = f"{KIND}/{case['id']}/visits"
    sent = [desk.client.post(where, json=form, headers=desk.staff) for _ in range(3)]
    assert [one.status_code for one in sent] == [201, 200, 200]
    assert {one.json()["expected"] for one in sent} == {case["expected"] + 1}
    changed = {**form, "details": {**form["details"], "note": "sửa sau khi gửi"}}
    clash = desk.client.post(where, json=changed, headers=desk.staff)
    assert clash.status_code == 409, "other content under the same token is not passed over"
    anew = {**changed, "expected": case["expected"] + 1}
    assert desk.client.post(where, json=anew, headers=desk.staff).status_code == 201
    other = desk.visiting(desk.ago(0))
    stray = desk.client.post(f"{KIND}/{other['id']}/visits", json=form, headers=desk.staff)
    assert stray.status_code == 409
    assert "hồ sơ khác" in stray.text
    for broken in ({}, {"format": "x"}, {**form, "token": "a b"}, {**form, "expected": 0}):
        assert desk.client.post(where, json=broken, headers=desk.staff).status_code == 422


def test_a_clash_is_said_and_nothing_is_lost(
    desk: Desk, browser_of: Callable[[str], Browser]
) -> None:
    case = desk.visiting(desk.ago(0))
    form = json.dumps(telephone(case))
    desk.step(case, "filed", note="Ghi chú của người khác")
    browser, page = browser_of("staff"), f"/view/desk/inspection/{case['id']}"
    send = {"files": {"visit": ("visit.json", form.encode(), "application/json")}}
    answer = browser.post(f"{page}/visits", **send)
    assert answer.status_code == 409
    assert "Ghi chú của người khác" in answer.text
    assert "a1b2c3d4e5f6" in answer.text, "the form stands on the page"
    kept = {"visit_text": form, "expected": str(case["expected"] + 1), "decision": "record"}
    answer = browser.post(f"{page}/visits", kept)
    assert answer.status_code == 200
    assert "Phiếu đã được ghi." in answer.text
    again = browser.post(f"{page}/visits", **send)
    assert "không ghi lần nữa" in again.text
    now = desk.client.get(f"{KIND}/{case['id']}", headers=desk.staff).json()
    assert [one["kind"] for one in now["events"]].count("visited") == 1
    now = desk.step(now, "recorded", ended_on=desk.ago(0), outcome="complies", record_number="1")
    late = telephone(now, token="ffffffffffff")
    late["details"]["note"] = "đến muộn"
    body = {"visit": ("late.json", json.dumps(late).encode(), "application/json")}
    answer = browser.post(f"{page}/visits", files=body)
    assert answer.status_code == 409
    keep = {"visit_text": json.dumps(late), "expected": str(now["expected"]), "decision": "keep"}
    assert browser.post(f"{page}/visits", keep).status_code == 303
    now = desk.client.get(f"{KIND}/{case['id']}", headers=desk.staff).json()
    (file,) = now["events"][-1]["files"]
    assert desk.client.get(file["href"], headers=desk.staff).json() == late
    for wrong in (b"", b"{", b"[1]", b"x" * 500_000):
        bad = {"visit": ("visit.json", wrong, "application/json")}
        assert browser.post(f"{page}/visits", files=bad).status_code == 422


def test_a_telephones_form_is_stamped_where_data_are_simulated(desk: Desk) -> None:
    case = desk.visiting(desk.ago(5))
    form = desk.client.get(f"/desk/inspection/{case['id']}/form.html?lang=vi", headers=desk.staff)
    assert form.status_code == 200
    assert '<strong class="stamp">dữ liệu mô phỏng</strong>' in form.text


def test_what_the_register_says_stands_beside_each_item(desk: Desk) -> None:
    case = desk.visiting(desk.ago(0), structure_ids=[desk.mast], owner_reason="x")
    told = desk.client.get(f"{KIND}/{case['id']}/checklists", headers=desk.staff).json()
    lists = {(one["list"], one["object_id"]): one for one in told["checklists"]}
    assert set(lists) == {
        ("infrastructure", desk.mast),
        ("certification", desk.mast),
        ("radio_station", "mp-tan-an"),
    }
    station = desk.client.get("/stations/mp-tan-an", headers=desk.staff).json()["properties"]
    items = {one["item"]: one for one in lists["radio_station", "mp-tan-an"]["items"]}
    assert items["frequency"]["expected"] == station["frequency_mhz"]
    assert items["power"]["unit"] == "W"
    earth = {one["item"]: one for one in lists["infrastructure", desk.mast]["items"]}
    assert earth["earthing_resistance"]["expected"] == 10.0
    assert all(one["confidence_text"] for one in earth.values())


def test_the_pages_lead_from_the_ranking_to_the_visit(
    desk: Desk, browser_of: Callable[[str], Browser]
) -> None:
    browser = browser_of("staff")
    plan = desk.open(PLAN, year=str(desk.today.year))
    page = browser.get(f"/view/inspections/risk?owner_id={OWNER}")
    assert page.status_code == 200
    chosen = re.findall(r'name="structure_id" value="([^"]+)"', page.text)[:2]
    ranked = "/view/inspections/risk?kind=antenna_mast&offset=25"
    nothing = browser.post(ranked, {"plan_id": plan["id"]})
    assert nothing.status_code == 422
    assert "ít nhất một công trình" in nothing.text
    assert 'value="antenna_mast" selected' in nothing.text, "the filter stays"
    assert "kind=antenna_mast&amp;offset=0" in nothing.text, "and so does the page"
    refused = browser.post(ranked, {"plan_id": "x", "structure_id": chosen[0]})
    assert refused.status_code == 422
    masts = desk.client.get("/inspections/risk?kind=antenna_mast&limit=1000", headers=desk.staff)
    kinds = {one["kind"] for one in masts.json()["structures"]}
    assert kinds == {"antenna_mast"}
    wrong = desk.client.get("/inspections/risk?kind=lighthouse", headers=desk.staff)
    assert wrong.status_code == 422
    for one in chosen:
        moved = browser.post(
            f"/view/inspections/risk?owner_id={OWNER}",
            {"plan_id": plan["id"], "structure_id": one},
        )
        assert moved.status_code == 303
    lines = desk.client.get(f"{PLAN}/{plan['id']}/lines", headers=desk.staff).json()["lines"]
    assert [one["structure_ids"] for one in lines] == [chosen], "one line a subject"
    assert lines[0]["subject_id"] == OWNER
    sheet = desk.client.get(f"{PLAN}/{plan['id']}/lines.xlsx", headers=desk.staff)
    rows = list(load_workbook(io.BytesIO(sheet.content)).active.values)
    assert rows[1][1] == lines[0]["subject"]
    plan = desk.client.get(f"{PLAN}/{plan['id']}", headers=desk.staff).json()
    for kind in ("asked", "agreed"):
        plan = desk.step(plan, f"centre_{kind}", **{f"{kind}_on": desk.ago(0)})
    desk.step(plan, "approved", approved_on=desk.ago(0))
    view = f"/view/desk/inspection_plan/{plan['id']}"
    line = {"line": str(lines[0]["line"])}
    moved = browser.post(f"{view}/inspections", line)
    assert moved.status_code == 303
    again = browser.post(f"{view}/inspections", line)
    assert again.status_code == 409
    assert "không quá một lần trong năm" in again.text
    case_page = moved.headers["location"]
    assert browser.get(case_page).status_code == 200
    assert browser.get(case_page + "?lang=en").status_code == 200


def test_a_visit_typed_on_the_page_comes_back_with_its_reason(
    desk: Desk, browser_of: Callable[[str], Browser]
) -> None:
    case = desk.visiting(desk.ago(0))
    browser, page = browser_of("staff"), f"/view/desk/inspection/{case['id']}"
    typed = {
        "list": "radio_station",
        "object_id": "mp-tan-an",
        "expected": str(case["expected"]),
        "visited_at": f"{desk.today}T00:01",
        "outcome.power": "not_met",
        "value.power": "130",
        "unit.power": "W",
        "note.power": "đo ở đầu ra",
    }
    answer = browser.post(f"{page}/checklists", typed)
    assert answer.status_code == 422
    assert "Mục “Công suất phát”: giá trị đo phải có độ không đảm bảo." in answer.text
    assert 'value="130"' in answer.text
    assert "đo ở đầu ra" in answer.text
    answer = browser.post(f"{page}/checklists", {**typed, "uncertainty.power": "10,5"})
    assert answer.status_code == 303
    shown = browser.get(page).text
    assert "130 ± 10,5 W" in shown
    assert "vi phạm (điểm b)" in shown


def test_nobody_but_the_department_sees_inspections(
    desk: Desk, token: Callable[[str], Headers]
) -> None:
    case = desk.visiting(
        desk.ago(0),
        subject="Viễn thông Mô phỏng A",
        subject_id=OWNER,
        owner_reason="x",
        reason="x",
    )
    operator = token("operator")
    assert desk.client.get(f"{KIND}/{case['id']}", headers=operator).status_code == 404
    assert desk.client.get(KIND, headers=operator).json()["numberMatched"] == 0
    facts = {"facts": {"subject": "A", "origin": "unplanned"}}
    assert desk.client.post(KIND, json=facts, headers=operator).status_code == 409
    assert desk.client.get("/inspections/risk", headers=operator).status_code == 403


def test_the_page_of_a_structure_tells_its_inspections(
    desk: Desk, browser_of: Callable[[str], Browser]
) -> None:
    """What was not met is said there, to the department alone."""
    station = desk.service.register.station("mp-tan-an", SYSTEM)
    case = visited(desk, desk.visiting(desk.ago(0)), LICENCE, OVER)
    where = f"/view/structures/{station.structure_id}"
    page = browser_of("staff").get(where).text
    told = page[page.index('id="inspections"') :].partition("</section>")[0]
    assert f'href="/view/desk/inspection/{case["id"]}"' in told
    assert "1 nội dung đạt" in told
    assert "130 ± 10 W" in told
    assert "<b>không đạt</b>" in told
    for role in ("anonymous", "viewer", "operator"):
        shown = browser_of(role).get(where).text
        assert 'id="inspections"' not in shown
        assert case["id"] not in shown
    other = next(
        one.id
        for one in desk.service.register.structures(SYSTEM, owner_id=OWNER, limit=9)
        if one.id != station.structure_id
    )
    assert "Chưa có cuộc kiểm tra nào" in browser_of("staff").get(f"/view/structures/{other}").text
