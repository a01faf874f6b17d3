"""Inspections through the public API: plan, notice, visit, record, orders, and their documents."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from docx import Document
from starlette.testclient import TestClient

from api.service import Service
from data.text import VIET_NAM
from gis.cases.working_days import calendar_in_use, local_day
from gis.register import moments

Headers = dict[str, str]
KIND = "/desk/inspection"
PLAN = "/desk/inspection_plan"
OWNER = "mo-phong-a"


@pytest.fixture
def staff(token: Callable[[str], Headers]) -> Headers:
    return {**token("staff"), "accept-language": "vi"}


class Desk:
    """The department's officer at work, through the API."""

    def __init__(self, client: TestClient, staff: Headers, service: Service) -> None:
        self.client, self.staff = client, staff
        self.calendar = calendar_in_use(service.home)
        self.today = local_day(moments.now())

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
            "subject": "Đài truyền thanh mô phỏng",
            "origin": "interference",
            "interference_case": "1/2026",
            "station_ids": ["mp-tan-an"],
        }
        return self.step(self.open(**(told | facts)), "visit_begun", begun_on=begun)

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


LICENCE = {"item": "licence", "outcome": "met", "registered": "GP 1"}
OVER = {
    "item": "power",
    "outcome": "not_met",
    "value": 130,
    "unit": "W",
    "uncertainty": 10,
    "expected": 100,
}
DOUBT = {**OVER, "value": 105}


def visited(desk: Desk, case: dict[str, Any], *answers: dict[str, Any]) -> dict[str, Any]:
    when = moments.now().astimezone(VIET_NAM).isoformat(timespec="minutes")
    return desk.step(case, "visited", visited_at=when, checklist=filled(*answers))


def approved_plan(desk: Desk, year: int, *subjects: str) -> dict[str, Any]:
    plan = desk.open(PLAN, year=str(year), centre="Trung tâm Tần số vô tuyến điện khu vực")
    for one in subjects:
        plan = desk.step(plan, "line_added", subject=one, station_ids=["mp-tan-an"], quarter="q1")
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
        station_ids=["mp-tan-an"],
        content="Giấy phép, kiểm định, thông số phát",
    )
    decided = desk.ago(6)
    case = desk.step(case, "decided", decided_on=decided, leader="Ông A, Trưởng phòng")
    case = desk.step(case, "noticed", noticed_on=decided, visit_on=desk.after(decided, 3))
    assert "Thông báo" in desk.letter(case, "inspection_notice") or True
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
    until = (desk.today + timedelta(days=10)).isoformat()
    case = desk.step(case, "ordered", demand="Giảm công suất", until=until)
    order = case["expected"]
    day = desk.today.isoformat()
    case = desk.step(case, "reported", reported_on=day, report_number="3/BC")
    case = desk.step(case, "concluded", concluded_on=day, conclusion="Vượt công suất")
    case = desk.step(case, "delivered", delivered_on=day, recipients=subject)
    assert "closed" not in {one["kind"] for one in case["next"]}
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
