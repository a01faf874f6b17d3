"""Days that steps of the desk state: what they may be, and that clocks count by them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gis.cases.clocks import Clock, ClockState
from gis.cases.decisions import load_decisions
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import WorkingCalendar, local_day
from gis.desk.procedure import Standing, read_case
from gis.desk.records import DEPARTMENT, OPENED, PARTY, DeskCase, DeskEvent
from gis.desk.registry import procedure_of
from gis.desk.store import Desk, party_of
from gis.errors import ConflictError, FormatError, GisError
from gis.home import Home
from gis.register import moments
from gis.register.scopes import SYSTEM, Role, Scope
from gis.rules import rule_paths
from tests.prepared import demo_register

CALENDAR = WorkingCalendar(load_decisions())
RULES = CaseRules({name: file.read_bytes() for name, file in rule_paths().items()})
OPERATOR = Scope(Role.OPERATOR, "mo-phong-a")
COMPLAINT: dict[str, Any] = {
    "complainant": "Đài Phát thanh mô phỏng",
    "service": "safety",
    "victim_station": "FM mô phỏng Tân An",
    "victim_station_id": "mp-tan-an",
    "frequency_mhz": 96.9,
    "longitude": 106.45,
    "latitude": 10.65,
    "began_at": "2025-01-06T08:00",
    "effect": "Tiếng rít",
    "own_equipment_checked": "yes",
}
DOSSIER: dict[str, Any] = {
    "applicant": "Câu lạc bộ mô phỏng",
    "type": "amateur",
    "purpose": "issue",
    "applicant_kind": "organisation",
    "asked_years": 10,
    "documents": ["form", "operator_certificate", "id_paper"],
}


Told = tuple[str, str, dict[str, Any]]


def today() -> date:
    """Return the day in Viet Nam: a run may last past midnight."""
    return local_day(moments.now())


def ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = Home(tmp_path_factory.mktemp("days") / "home")
    with demo_register(home.register) as register:
        yield Desk(register, home)


class Work:
    """A case that somebody works on."""

    def __init__(self, desk: Desk, kind: str, scope: Scope = SYSTEM, **facts: Any) -> None:
        self.desk, self.procedure, self.scope = desk, procedure_of(kind), scope
        self.id = desk.open(self.procedure, facts, scope, account="a").id

    def step(self, kind: str, **details: Any) -> None:
        expected = len(self.procedure.told_to(party_of(self.scope), self.standing.events))
        self.desk.append(
            self.procedure, self.id, kind, details, self.scope, account="a", expected=expected
        )

    def refused(self, kind: str, **details: Any) -> GisError:
        with pytest.raises((ConflictError, FormatError)) as caught:
            self.step(kind, **details)
        return caught.value

    @property
    def standing(self) -> Standing:
        case, events = self.desk.case(self.procedure.kind, self.id, SYSTEM)
        at = max(moments.now(), events[-1].at)
        rules, calendar = self.desk.basis()
        return read_case(self.procedure, case, events, at, rules=rules, calendar=calendar)

    def clock(self, name: str) -> Clock:
        return [one for one in self.standing.clocks if one.name == name][-1]


def read(kind: str, facts: dict[str, Any], *told: Told) -> Standing:
    """Where a case stands whose events were recorded on these days."""
    events = [
        DeskEvent(
            sequence=place,
            kind=event,
            party=DEPARTMENT,
            account="a",
            organisation_id=None,
            at=datetime.fromisoformat(f"{day}T02:00:00+00:00"),
            details=details,
        )
        for place, (event, day, details) in enumerate(told, 1)
    ]
    case = DeskCase(
        id="x",
        kind=kind,
        year=2026,
        number=1,
        organisation_id=None,
        account="a",
        facts=facts,
        opened_at=events[0].at,
    )
    at = datetime(2027, 6, 1, tzinfo=UTC)
    return read_case(procedure_of(kind), case, events, at, rules=RULES, calendar=CALENDAR)


def of(standing: Standing, name: str) -> Clock:
    return [one for one in standing.clocks if one.name == name][-1]


ENDED = {"ended_at": "2026-11-21T10:00+07:00", "result": "Hết"}
ACCEPTED = {"class": "safety"}


def test_the_result_is_owed_from_the_stated_end() -> None:
    """Ended on Saturday 21/11/2026, typed on Friday 27: 23, 25 and 26 (24 is a day off)."""
    steps: list[Told] = [(OPENED, "2026-11-16", {}), ("accepted", "2026-11-17", ACCEPTED)]
    standing = read("interference", COMPLAINT, *steps, ("ended", "2026-11-27", ENDED))
    clock = of(standing, "result")
    assert clock.due is not None
    assert clock.due.on == CALENDAR.add_working_days(date(2026, 11, 21), 3)
    told = ("result_told", "2026-12-10", {"happened_on": clock.due.on.isoformat()})
    kept = read("interference", COMPLAINT, *steps, ("ended", "2026-11-27", ENDED), told)
    assert of(kept, "result").state(kept.at) is ClockState.KEPT
    late = read("interference", COMPLAINT, *steps, ("ended", "2026-11-27", ENDED), (*told[:2], {}))
    assert of(late, "result").state(late.at) is ClockState.LATE


def test_the_term_of_safety_counts_from_the_day_of_receipt() -> None:
    facts = {**COMPLAINT, "received_on": "2026-11-02"}
    steps: list[Told] = [(OPENED, "2026-11-16", {}), ("accepted", "2026-11-17", ACCEPTED)]
    clock = of(read("interference", facts, *steps), "resolution_safety")
    assert (local_day(clock.started_at), clock.due and clock.due.on) == (
        date(2026, 11, 2),
        date(2026, 11, 23),
    ), "22 is a Sunday"
    came = ("supplemented", "2026-11-16", {"pattern": "tối", "happened_on": "2026-11-09"})
    whole = read("interference", facts, steps[0], came, steps[1])
    assert local_day(of(whole, "resolution_safety").started_at) == date(2026, 11, 9)


@pytest.mark.parametrize("kind", ["ended", "dismissed"])
def test_what_ends_a_complaint_ends_its_clocks(kind: str) -> None:
    steps: list[Told] = [
        (OPENED, "2026-11-02", {}),
        ("accepted", "2026-11-03", ACCEPTED),
        ("source_found", "2026-11-04", {"cause": "x", "evidence": "y"}),
        ("remedy_ordered", "2026-11-05", {"remedies": ["power"], "until": "2026-12-31"}),
    ]
    before = read("interference", COMPLAINT, *steps)
    running = {one.name for one in before.clocks if one.running}
    assert running == {"resolution_safety", "escalation", "remedy"}
    last = (kind, "2026-11-26", ENDED if kind == "ended" else {"reason": "Rút"})
    after = read("interference", COMPLAINT, *steps, last)
    assert {one.name for one in after.clocks if one.running} == (
        {"result"} if kind == "ended" else set()
    )
    day = date(2026, 11, 21) if kind == "ended" else date(2026, 11, 26)
    ends = {
        local_day(one.ended_at) for one in after.clocks if one.ended_at and one.name in running
    }
    assert ends == {day}


def test_a_complaint_dismissed_before_anything_has_no_clock_that_runs() -> None:
    steps: list[Told] = [
        (OPENED, "2026-11-02", {}),
        ("dismissed", "2026-11-03", {"reason": "Rút"}),
    ]
    assert [one.running for one in read("interference", COMPLAINT, *steps).clocks] == [False]


def test_a_dossier_is_decided_within_its_term_by_the_stated_days() -> None:
    facts = {**DOSSIER, "type": "internal_network", "received_on": "2026-10-01"}
    steps: list[Told] = [
        (OPENED, "2026-11-20", {}),
        ("completed", "2026-11-20", {"happened_on": "2026-10-05"}),
        ("handed_over", "2026-11-23", {"authority": "bureau", "handed_on": "2026-10-06"}),
    ]
    standing = read("dossier", facts, *steps)
    assert of(standing, "completeness").state(standing.at) is ClockState.KEPT
    decision = of(standing, "decision")
    assert decision.due is not None
    assert decision.due.on == date(2026, 11, 3), "28 days from 6 October"
    for decided, state in (("2026-11-03", ClockState.KEPT), ("2026-11-04", ClockState.LATE)):
        told = {"result": "granted", "granted_number": "1", "decided_on": decided}
        done = read("dossier", facts, *steps, ("result_recorded", "2026-11-26", told))
        assert of(done, "decision").state(done.at) is state


def test_a_receipt_lies_back_and_not_ahead_and_is_the_departments(desk: Desk) -> None:
    for day, name in ((ago(-1), "received_on"), (ago(367), "received_on")):
        with pytest.raises(FormatError) as caught:
            Work(desk, "interference", **COMPLAINT, received_on=day)
        assert caught.value.values["name"] == name
    with pytest.raises(FormatError, match="received_on"):
        Work(desk, "dossier", OPERATOR, **DOSSIER, received_on=ago(1))
    case = Work(desk, "interference", **COMPLAINT, received_on=ago(366))
    assert local_day(case.standing.received_at) == today() - timedelta(days=366)
    later = {"began_at": f"{ago(3)}T08:00", "received_on": ago(4)}
    with pytest.raises(FormatError, match="received_on"):
        Work(desk, "interference", **{**COMPLAINT, **later})
    case.step("supplemented", received_on=ago(8), happened_on=ago(7), pattern="tối")
    assert local_day(case.standing.received_at) == today() - timedelta(days=8), "put right"
    last = case.refused("supplemented", received_on=ago(6), happened_on=ago(6))
    assert last.values["name"] == "received_on", "not after the supplement before"


def test_each_step_of_a_complaint_lies_after_what_it_answers(desk: Desk) -> None:
    case = Work(desk, "interference", **COMPLAINT, received_on=ago(10))
    assert case.refused("accepted", happened_on=ago(11), **ACCEPTED).key == "desk.day_before"
    case.step("accepted", happened_on=ago(9), **ACCEPTED)
    found = {"cause": "x", "evidence": "y"}
    case.step("source_found", happened_on=ago(8), **found)
    order = {"remedies": ["power"]}
    assert case.refused("remedy_ordered", happened_on=ago(9), **order).key == "desk.day_before"
    for until in ("1950-01-01", "2199-01-01", ago(1), ago(-1831)):
        wrong = case.refused("remedy_ordered", until=until, **order)
        assert wrong.key == "desk.last_day_wrong"
        assert today().strftime("%d/%m/%Y") in wrong.say("vi")
    case.step("remedy_ordered", until=ago(-1830), happened_on=ago(8), **order)
    assert local_day(case.clock("escalation").started_at) == today() - timedelta(days=8)
    case.step("ended", ended_at=f"{ago(5)}T08:00", result="Hết")
    assert case.refused("result_told", happened_on=ago(6)).key == "desk.day_before"
    case.step("result_told", happened_on=ago(5))
    assert case.clock("result").state(case.standing.at) is ClockState.KEPT


def test_a_moment_of_today_that_is_still_to_come_is_refused(desk: Desk) -> None:
    soon = (moments.now() + timedelta(minutes=20)).isoformat()
    with pytest.raises(FormatError) as caught:
        Work(desk, "interference", **{**COMPLAINT, "began_at": soon})
    assert caught.value.key == "desk.moment_ahead"
    Work(desk, "interference", **{**COMPLAINT, "began_at": moments.now().isoformat()})


def test_the_days_of_a_dossier_follow_each_other(desk: Desk) -> None:
    case = Work(desk, "dossier", **DOSSIER, received_on=ago(20))
    case.step("completed", happened_on=ago(18))
    to = {"authority": "province"}
    for day in ("1950-01-01", ago(19)):
        assert case.refused("handed_over", handed_on=day, **to).values["name"] == "handed_on"
    case.step("handed_over", handed_on=ago(17), **to)
    granted = {"result": "granted", "granted_number": "1"}
    for day in ("1949-01-01", ago(18)):
        wrong = case.refused("result_recorded", decided_on=day, **granted)
        assert wrong.values["name"] == "decided_on"
    for until in ("1900-01-01", ago(5), "2199-01-01"):
        wrong = case.refused("result_recorded", decided_on=ago(5), granted_until=until, **granted)
        assert wrong.values["name"] == "granted_until"
    until = (today() + timedelta(days=9 * 365)).isoformat()
    case.step("result_recorded", decided_on=ago(5), granted_until=until, **granted)


def test_the_days_of_a_plan_follow_each_other(desk: Desk) -> None:
    plan = Work(desk, "inspection_plan", year=str(today().year))
    plan.step("line_added", subject="Đài mô phỏng chưa có trong sổ")
    assert plan.refused("centre_asked", asked_on="2020-01-01").key == "desk.day_long_ago"
    plan.step("centre_asked", asked_on=ago(5))
    assert plan.refused("centre_agreed", agreed_on=ago(6)).key == "desk.day_before"
    plan.step("centre_agreed", agreed_on=ago(4))
    for day in ("2020-01-01", ago(5)):
        assert plan.refused("approved", approved_on=day).values["name"] == "approved_on"
    plan.step("approved", approved_on=ago(4))


def test_an_interference_that_comes_back_is_worked_on_again(desk: Desk) -> None:
    case = Work(desk, "interference", OPERATOR, **{**COMPLAINT, "victim_station_id": ""})
    case.scope = SYSTEM
    case.step("supplemented", received_on=ago(3))
    case.step("accepted", **ACCEPTED)
    case.step("source_found", cause="Máy phát lệch tần", evidence="BB 1")
    case.step("remedy_ordered", remedies=["power"], until=ago(-30))
    before = case.refused("ended", ended_at=f"{ago(4)}T08:00", result="Hết")
    assert before.key == "desk.day_before", "the day of receipt"
    case.step("ended", ended_at=f"{ago(2)}T08:00", result="Hết")
    early = case.refused("recurred", recurred_at=f"{ago(3)}T08:00", effect="Lại nhiễu")
    assert early.values["name"] == "recurred_at"
    case.scope = OPERATOR
    case.step("recurred", recurred_at=f"{ago(1)}T08:00", effect="Lại nhiễu")
    standing = case.standing
    assert standing.state == "accepted"
    again = standing.last("recurred")
    assert again is not None
    assert again.details["class"] == "safety"
    assert standing.holding("ended") is None
    clocks = [(one.name, one.state(standing.at)) for one in standing.clocks]
    assert clocks == [
        ("completeness", ClockState.NO_TERM),
        ("resolution_safety", ClockState.KEPT),
        ("escalation", ClockState.KEPT),
        ("result", ClockState.REPLACED),
        ("resolution_safety", ClockState.RUNNING),
        ("remedy", ClockState.KEPT),
    ]
    assert local_day(case.clock("resolution_safety").started_at) == today(), "when it was told"
    case.scope = SYSTEM
    case.step("reclassified", **{"class": "national", "reason": "Sai"})
    assert local_day(case.clock("resolution_national").started_at) == today()
    case.step("ended", ended_at=f"{ago(0)}T00:01", result="Hết hẳn")
    assert case.refused("result_told").key == "desk_interference.cause_missing", "taken back"
    case.step("result_told", undetermined="Không đo lại được")
    assert case.standing.final
    assert case.clock("result").state(case.standing.at) is ClockState.KEPT


def test_after_the_answer_a_new_complaint_names_the_one_before(desk: Desk) -> None:
    first = Work(desk, "interference", **COMPLAINT)
    linked = Work(desk, "interference", **COMPLAINT, earlier_case=first.id)
    assert linked.standing.facts["earlier_case"] == first.id
    own = {**COMPLAINT, "victim_station_id": ""}
    for scope, named in ((SYSTEM, "nope"), (OPERATOR, first.id)):
        with pytest.raises(FormatError) as caught:
            Work(desk, "interference", scope, **own, earlier_case=named)
        assert caught.value.values["name"] == "earlier_case", "another's is none to it"


def test_a_party_counts_what_it_is_told_of_and_refusals_speak_in_words(desk: Desk) -> None:
    case = Work(desk, "interference", OPERATOR, **{**COMPLAINT, "victim_station_id": ""})
    case.scope = SYSTEM
    case.step("accepted", **ACCEPTED)
    case.step("source_found", cause="x", evidence="y")
    told = case.procedure.told_to(PARTY, case.standing.events)
    assert [one.kind for one in told] == [OPENED, "accepted"]
    case.desk.append(
        case.procedure, case.id, "filed", {"note": "x"}, OPERATOR, account="b", expected=2
    )
    assert case.standing.events[-1].sequence == 4
    wrong = case.refused("result_told")
    assert wrong.key == "desk.not_now"
    assert "“Đã xác định nguồn”" in wrong.say("vi")
    assert "Thêm tệp, ghi chú; " in wrong.say("vi")
    assert "located" not in wrong.say("en")
    assert "remedy_ordered" not in wrong.say("en")
