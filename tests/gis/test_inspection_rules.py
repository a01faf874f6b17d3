"""What an inspection does not leave room for: notice, cause, subject, objects, days of orders."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from gis.desk.inspection_rules import notice_days
from gis.desk.store import Desk
from gis.errors import ConflictError, FormatError, GisError
from gis.home import Home
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from tests.gis.test_desk_days import CALENDAR, RULES, Work, ago, today
from tests.prepared import demo_register

BROADCASTER = {"subject": "Phát thanh Mô phỏng", "subject_id": "mo-phong-phat-thanh"}
A = {"subject": "Viễn thông Mô phỏng A", "subject_id": "mo-phong-a"}
STATION = {"station_ids": ["mp-tan-an"]}
WHY = {"reason": "Phản ánh"}
NEARER = {"complainant": "Người nghe", "victim_station_id": "mp-tan-an", "effect": "Mất sóng"}


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Register, Home]]:
    home = Home(tmp_path_factory.mktemp("rules") / "home")
    with demo_register(home.register) as opened:
        yield opened, home


@pytest.fixture(scope="module")
def desk(register: tuple[Register, Home]) -> Desk:
    return Desk(*register)


@pytest.fixture(scope="module")
def mast(register: tuple[Register, Home]) -> str:
    """A mast of A."""
    return register[0].structures(SYSTEM, owner_id="mo-phong-a", limit=1)[0].id


def refused(desk: Desk, **facts: Any) -> GisError:
    with pytest.raises((ConflictError, FormatError)) as caught:
        Work(desk, "inspection", **facts)
    return caught.value


def checklist(at: str = "mp-tan-an") -> dict[str, Any]:
    answers = [{"item": "licence", "outcome": "met", "shown": "GP 1"}]
    return {"list": "radio_station", "object_id": at, "answers": answers}


@pytest.fixture
def plans() -> Iterator[list[Work]]:
    """Plans that a test made; they are dropped, since a year has one."""
    made: list[Work] = []
    yield made
    for one in made:
        one.step("dropped", reason="x")


def approved(plans: list[Work], desk: Desk, *lines: dict[str, Any]) -> str:
    plans.append(Work(desk, "inspection_plan", year=str(today().year)))
    for one in lines:
        plans[-1].step("line_added", **one)
    plans[-1].step("centre_asked", asked_on=ago(3))
    plans[-1].step("centre_agreed", agreed_on=ago(2))
    plans[-1].step("approved", approved_on=ago(1))
    return plans[-1].id


def test_a_visit_waits_for_the_day_of_which_notice_was_given(desk: Desk) -> None:
    case = Work(desk, "inspection", origin="unplanned", **BROADCASTER, **STATION, **WHY)
    case.step("decided", decided_on=ago(9), leader="Ông A")
    sent = today() - timedelta(days=9)
    visit = CALENDAR.add_working_days(sent, notice_days(RULES, "unplanned", sent))
    case.step("noticed", noticed_on=sent.isoformat(), visit_on=visit.isoformat())
    early = f"{visit - timedelta(days=1)}T09:00"
    wrong = case.refused("visited", visited_at=early, checklist=checklist())
    assert wrong.key == "desk_inspection.before_notice"
    case.step("visited", visited_at=f"{visit}T09:00", checklist=checklist())


@pytest.mark.parametrize(("days", "taken"), [(366, True), (367, False)])
def test_a_year_back_and_a_year_ahead_is_the_furthest(desk: Desk, days: int, taken: bool) -> None:
    case = Work(desk, "inspection", origin="unplanned", **BROADCASTER, **STATION, **WHY)
    decided = {"decided_on": ago(days), "leader": "Ông A"}
    if not taken:
        assert case.refused("decided", **decided).key == "desk.day_long_ago"
        case.step("decided", **decided | {"decided_on": ago(0)})
        wrong = case.refused("noticed", noticed_on=ago(0), visit_on=ago(-days))
        assert wrong.key == "desk_inspection.visit_day"
        return
    case.step("decided", **decided)
    case.step("noticed", noticed_on=ago(0), visit_on=ago(-days))


def test_only_a_complaint_that_runs_and_is_about_this_goes_without_notice(
    desk: Desk, mast: str
) -> None:
    facts = {"origin": "interference", **BROADCASTER, **STATION}
    assert refused(desk, interference_case="1/1999", **facts).key == "desk_inspection.case_unknown"
    complaint = Work(desk, "interference", **NEARER, received_on=ago(20))
    case = Work(desk, "inspection", interference_case=complaint.id, **facts)
    for name, kind, more in (
        ("begun_on", "visit_begun", {}),
        ("visited_at", "visited", {"checklist": checklist()}),
    ):
        stated = {name: ago(21) if name == "begun_on" else f"{ago(21)}T09:00"}
        assert case.refused(kind, **stated, **more).key == "desk.day_before"
    case.step("visited", visited_at=f"{ago(20)}T09:00", checklist=checklist())
    other = {"origin": "interference", **A, "structure_ids": [mast]}
    wrong = refused(desk, interference_case=complaint.id, **other)
    assert wrong.key == "desk_inspection.case_of_other"
    Work(desk, "inspection", interference_case=complaint.id, **other, **WHY)
    complaint.step("dismissed", reason="Rút")
    assert (
        refused(desk, interference_case=complaint.id, **facts).key == "desk_inspection.case_over"
    )


def test_objects_are_the_subjects_own_or_somebody_says_why(desk: Desk, mast: str) -> None:
    facts = {"origin": "unplanned", **A, **WHY}
    wrong = refused(desk, **facts, **STATION)
    assert wrong.key == "desk_inspection.object_of_other"
    assert "Phát thanh Mô phỏng" in wrong.say("vi")
    Work(desk, "inspection", **facts, structure_ids=[mast])
    Work(desk, "inspection", **facts, **STATION, owner_reason="Đài trên cột của A")
    planned = Work(desk, "inspection_plan", year=str(today().year + 1))
    line = planned.refused("line_added", **A, **STATION)
    assert line.key == "desk_inspection.object_of_other"
    planned.step("dropped", reason="x")


def test_a_subject_is_named_as_the_register_names_it(desk: Desk, plans: list[Work]) -> None:
    facts = {"origin": "unplanned", **WHY}
    folded = {"subject": "VIEN THONG  MO PHONG A"}
    assert refused(desk, **facts, **folded).values["id"] == "mo-phong-a"
    other = {"subject": "Viễn thông Mô phỏng B", "subject_id": "mo-phong-a"}
    assert refused(desk, **facts, **other).key == "desk_inspection.subject_named"
    outside = "Đài truyền thanh xã Mô Phỏng"
    plan_id = approved(plans, desk, A, {"subject": outside})
    plans[-1].step("revised", reason="Thêm")
    assert plans[-1].refused("line_added", **folded).values["id"] == "mo-phong-a"
    bare = {"subject": "DAI TRUYEN THANH XA MO PHONG"}
    assert plans[-1].refused("line_added", **bare).key == "desk_inspection_plan.subject_twice"
    plans[-1].step("centre_asked", asked_on=ago(1))
    plans[-1].step("centre_agreed", agreed_on=ago(1))
    plans[-1].step("approved", approved_on=ago(1))
    first = Work(desk, "inspection", origin="planned", plan_id=plan_id, subject=outside)
    again = refused(desk, origin="planned", plan_id=plan_id, **bare)
    assert again.key == "desk_inspection.twice_a_year"
    first.step("cancelled", reason="x")


def test_a_planned_inspection_is_of_what_stands_in_its_line(desk: Desk, plans: list[Work]) -> None:
    plan_id = approved(plans, desk, {**BROADCASTER, **STATION})
    facts = {"origin": "planned", "plan_id": plan_id, **BROADCASTER}
    wrong = refused(desk, **facts, station_ids=["mp-tan-an", "mp-ben-luc"])
    assert wrong.key == "desk_inspection.object_not_planned"
    Work(desk, "inspection", **facts, **STATION)


def test_an_order_is_done_after_it_was_given(desk: Desk) -> None:
    complaint = Work(desk, "interference", **NEARER, received_on=ago(30))
    facts = {"origin": "interference", "interference_case": complaint.id}
    case = Work(desk, "inspection", **facts, **BROADCASTER, **STATION)
    case.step("visited", visited_at=f"{ago(10)}T09:00", checklist=checklist())
    case.step("recorded", ended_on=ago(9), outcome="complies", record_number="1")
    order = {"demand": "Bổ sung nhật ký", "until": ago(-9)}
    assert case.refused("ordered", happened_on=ago(10), **order).key == "desk.day_before"
    case.step("ordered", happened_on=ago(9), **order)
    named = {"order": len(case.standing.events), "evidence": "BB"}
    wrong = case.refused("order_done", done_on=ago(10), **named)
    assert (wrong.key, wrong.values["name"]) == ("desk.day_before", "done_on")
    case.step("order_done", done_on=ago(9), **named)


@pytest.mark.parametrize(
    ("kind", "told", "name"),
    [
        (None, {"victim_station_id": "nope"}, "victim_station_id"),
        ("source_found", {"station_id": "nope", "cause": "x", "evidence": "y"}, "station_id"),
    ],
)
def test_a_station_of_a_complaint_is_in_the_register(
    desk: Desk, kind: str | None, told: dict[str, Any], name: str
) -> None:
    if kind is None:
        with pytest.raises(FormatError) as caught:
            Work(desk, "interference", **{**NEARER, **told})
        assert caught.value.values["name"] == name
        return
    case = Work(desk, "interference", **NEARER)
    whole = {
        "service": "fixed", "victim_station": "x", "frequency_mhz": 90, "longitude": 106,
        "latitude": 10, "began_at": f"{ago(3)}T08:00", "own_equipment_checked": "yes",
    }  # fmt: skip
    case.step("supplemented", **whole)
    case.step("accepted", **{"class": "national"})
    assert case.refused(kind, **told).values["name"] == name
    case.step(kind, **{**told, "station_id": "", "outside_station": "Máy phát lạ ở chợ"})
