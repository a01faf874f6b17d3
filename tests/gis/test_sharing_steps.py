"""The states of a sharing request: every event in every state, by every party; clocks by date."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import data
from gis.cases.clocks import Clock, ClockState, due_reminders
from gis.cases.decisions import load_decisions
from gis.cases.evidence import EVIDENCE, freeze, frozen_of
from gis.cases.records import EventKind, Party, SharingEvent, State
from gis.cases.rule_book import CaseRules, rules_in_use
from gis.cases.sharing import Standing, StepRefusedError, read_events, require_step
from gis.cases.sharing_clocks import ClockName
from gis.cases.steps import FINAL, OUTCOMES, STEPS
from gis.cases.working_days import WorkingCalendar
from gis.errors import ConflictError, FormatError, StorageError
from gis.home import Home
from gis.terms import require_cases
from propagation.compliance.records import Confidence
from propagation.errors import PropagationError

CALENDAR = WorkingCalendar(load_decisions())
PACKAGED = data.path("rules/sharing.toml").read_text(encoding="utf-8")
RULES = CaseRules({"sharing.toml": PACKAGED.encode()})
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 in Viet Nam; no holiday before 27 April."""


def happened(
    kinds: Iterable[EventKind | str],
    start: datetime = START,
    step: timedelta = timedelta(minutes=1),
    **details: object,
) -> list[SharingEvent]:
    """Return events one after another, each by a party whose step it is."""
    events = []
    for number, name in enumerate(kinds):
        kind = EventKind(name)
        events.append(
            SharingEvent(
                sequence=number + 1,
                kind=kind,
                party=Party.REQUESTER if kind is EventKind.CONFIRMED else min(STEPS[kind].parties),
                account="test",
                organisation_id=None,
                at=start + number * step,
                details=details if kind is EventKind.LICENCES_STATED else {},
            )
        )
    return events


def stands(
    events: list[SharingEvent], at: datetime | None = None, rules: CaseRules = RULES
) -> Standing:
    return read_events(events, at or (events[-1].at if events else START), rules, CALENDAR)


def clock(standing: Standing, name: ClockName) -> Clock:
    return [one for one in standing.clocks if one.name is name][-1]


ASKED = ("drafted", "submitted")
DISPUTE = (*ASKED, "refused", "escalated")
WAY: dict[State | None, tuple[str, ...]] = {
    None: (),
    State.DRAFT: ("drafted",),
    State.SUBMITTED: ASKED,
    State.RETURNED: (*ASKED, "returned"),
    State.COMPLETE: (*ASKED, "found_complete"),
    State.SURVEYING: (*ASKED, "survey_ordered"),
    State.COUNTERED: (*ASKED, "countered"),
    State.NEGOTIATING: (*ASKED, "countered", "negotiation_opened"),
    State.DISAGREED: (*ASKED, "countered", "negotiation_opened", "negotiation_failed"),
    State.ACCEPTED: (*ASKED, "accepted"),
    State.REFUSED: (*ASKED, "refused"),
    State.CONTRACTED: (*ASKED, "accepted", "contract_concluded", "confirmed"),
    State.DISPUTED: DISPUTE,
    State.MEDIATING: (*DISPUTE, "mediation_opened"),
    State.AGREED: (*DISPUTE, "mediation_opened", "mediation_agreed"),
    State.UNRESOLVED: (*DISPUTE, "mediation_opened", "mediation_failed"),
    State.DECIDED: (*DISPUTE, "mediation_opened", "mediation_failed", "decided"),
    State.WITHDRAWN: (*ASKED, "withdrawn"),
    State.CLOSED: (*ASKED, "refused", "closed"),
}
"""One way to each state."""

# What each party may do, written out by hand: R the requester, O the owner, D the department.
ALLOWED: dict[State | None, str] = {
    None: "R:drafted",
    State.DRAFT: "R:submitted R:withdrawn",
    State.SUBMITTED: "R:withdrawn O:found_complete D:found_complete O:returned D:returned"
    " O:survey_ordered O:delayed O:accepted O:refused O:countered",
    State.RETURNED: "R:supplemented R:withdrawn",
    State.COMPLETE: "R:withdrawn O:survey_ordered O:delayed O:accepted O:refused O:countered",
    State.SURVEYING: "R:withdrawn O:delayed O:accepted O:refused O:countered",
    State.COUNTERED: "R:counter_accepted R:withdrawn R:negotiation_opened O:negotiation_opened"
    " D:negotiation_opened"
    " R:escalated O:escalated",
    State.NEGOTIATING: "R:negotiation_agreed O:negotiation_agreed R:negotiation_failed"
    " O:negotiation_failed D:negotiation_agreed D:negotiation_failed R:withdrawn R:escalated"
    " O:escalated",
    State.DISAGREED: "O:countered R:negotiation_opened O:negotiation_opened D:negotiation_opened"
    " R:withdrawn"
    " R:escalated O:escalated",
    State.ACCEPTED: "R:negotiation_opened O:negotiation_opened D:negotiation_opened"
    " D:co_use_approved"
    " R:contract_concluded O:contract_concluded R:withdrawn R:escalated O:escalated",
    State.REFUSED: "O:countered R:withdrawn R:escalated O:escalated D:closed",
    State.CONTRACTED: "D:co_use_approved D:closed",
    State.DISPUTED: "R:withdrawn D:licences_stated D:mediation_opened",
    State.MEDIATING: "R:withdrawn D:licences_stated D:mediation_agreed D:mediation_failed",
    State.AGREED: "D:co_use_approved R:contract_concluded O:contract_concluded R:withdrawn"
    " D:closed",
    State.UNRESOLVED: "R:withdrawn D:licences_stated D:decided",
    State.DECIDED: "D:co_use_approved R:contract_concluded O:contract_concluded D:closed",
    State.WITHDRAWN: "",
    State.CLOSED: "",
}
LETTERS = {Party.REQUESTER: "R", Party.OWNER: "O", Party.DEPARTMENT: "D"}


def test_every_state_is_reached() -> None:
    assert set(WAY) == set(ALLOWED) == {None, *State}
    for state, way in WAY.items():
        assert stands(happened(way)).state is state


@pytest.mark.parametrize("state", list(WAY), ids=lambda state: state.value if state else "none")
@pytest.mark.parametrize("kind", list(EventKind), ids=lambda kind: kind.value)
def test_every_event_in_every_state_is_allowed_or_refused(
    state: State | None, kind: EventKind
) -> None:
    standing = stands(happened(WAY[state]))
    for party in Party:
        if f"{LETTERS[party]}:{kind.value}" in ALLOWED[state].split():
            require_step(standing, kind, party, {})
            continue
        with pytest.raises(StepRefusedError) as caught:
            require_step(standing, kind, party, {})
        for language in ("vi", "en"):
            said = caught.value.say(language)
            possible = standing.possible[party]
            assert said.count(";") == max(0, len(possible) - 1), said
            assert "{" not in said
    assert state not in FINAL or not any(standing.possible.values())


def test_a_co_use_is_approved_once() -> None:
    events = happened((*ASKED, "accepted", "co_use_approved"))
    assert EventKind.CO_USE_APPROVED not in stands(events).possible[Party.DEPARTMENT]


def of(kind: str, party: Party, at: datetime, **details: object) -> SharingEvent:
    """Return one event of one party."""
    event = happened([kind], at)[0]
    return replace(event, party=party, details=details)


@pytest.mark.parametrize("first", [Party.REQUESTER, Party.OWNER])
@pytest.mark.parametrize(
    ("way", "kind", "target"),
    [
        (WAY[State.NEGOTIATING], "negotiation_agreed", State.ACCEPTED),
        (WAY[State.ACCEPTED], "contract_concluded", State.CONTRACTED),
        (WAY[State.AGREED], "contract_concluded", State.CONTRACTED),
        (WAY[State.DECIDED], "contract_concluded", State.CONTRACTED),
    ],
)
def test_no_party_concludes_alone(
    way: tuple[str, ...], kind: str, target: State, first: Party
) -> None:
    other = Party.OWNER if first is Party.REQUESTER else Party.REQUESTER
    before = happened(way)
    at = before[-1].at + timedelta(days=1)
    events = [*before, of(kind, first, at)]
    alone = stands(events)
    assert alone.state is stands(before).state
    assert alone.clocks == stands(before).clocks, "it begins and ends no clock"
    assert alone.stated == events[-1]
    assert {p for p in Party if EventKind.CONFIRMED in alone.possible[p]} == {other}
    require_step(alone, EventKind.CONFIRMED, other, {})
    for party in (first, Party.DEPARTMENT):
        with pytest.raises(StepRefusedError):
            require_step(alone, EventKind.CONFIRMED, party, {})
    again = stands([*events, of(kind, other, at)])
    assert again.stated is not None
    assert again.stated.party is other, "one who says something else has it confirmed"
    assert again.state is stands(before).state
    both = stands([*events, of("confirmed", other, at + timedelta(days=1))])
    assert both.state is target
    assert both.stated is None
    assert not any(EventKind.CONFIRMED in kinds for kinds in both.possible.values())


def test_what_was_recorded_alone_falls_when_the_state_changes() -> None:
    before = happened(WAY[State.ACCEPTED])
    at = before[-1].at
    events = [*before, of("contract_concluded", Party.OWNER, at)]
    assert stands([*events, of("co_use_approved", Party.DEPARTMENT, at)]).stated == events[-1]
    for kind in ("negotiation_opened", "escalated", "withdrawn"):
        after = stands([*events, of(kind, Party.REQUESTER, at)])
        assert after.stated is None
        assert EventKind.CONFIRMED not in after.possible[Party.REQUESTER]


def test_a_negotiation_before_the_department_is_agreed_at_once() -> None:
    events = happened((*WAY[State.NEGOTIATING], "negotiation_agreed"))
    assert events[-1].party is Party.DEPARTMENT
    assert stands(events).state is State.ACCEPTED


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_contract_follows_where_nothing_is_shared(outcome: str) -> None:
    events = happened(WAY[State.UNRESOLVED])
    events += [of("decided", Party.DEPARTMENT, events[-1].at, outcome=outcome)]
    standing = stands(events)
    open_to_them = outcome != "no_share"
    for kind, party in (
        (EventKind.CONTRACT_CONCLUDED, Party.REQUESTER),
        (EventKind.CONTRACT_CONCLUDED, Party.OWNER),
        (EventKind.CO_USE_APPROVED, Party.DEPARTMENT),
    ):
        assert (kind in standing.possible[party]) is open_to_them
    assert EventKind.CLOSED in standing.possible[Party.DEPARTMENT]


def test_each_agreement_is_approved_anew() -> None:
    approved = happened((*ASKED, "accepted", "co_use_approved"), step=timedelta(days=1))
    assert not clock(stands(approved), ClockName.APPROVAL).running
    at = approved[-1].at + timedelta(days=1)
    negotiating = [*approved, of("negotiation_opened", Party.OWNER, at)]
    anew = [*negotiating, of("negotiation_agreed", Party.DEPARTMENT, at + timedelta(days=1))]
    dispute = [
        of(kind, Party.REQUESTER if kind == "escalated" else Party.DEPARTMENT, at)
        for kind in ("escalated", "mediation_opened", "mediation_agreed")
    ]
    for events in (anew, [*approved, *dispute]):
        standing = stands(events)
        approval = clock(standing, ClockName.APPROVAL)
        assert approval.running
        assert approval.started_at == events[-1].at
        assert EventKind.CO_USE_APPROVED in standing.possible[Party.DEPARTMENT]
    decided = [*approved, *dispute[:2], of("mediation_failed", Party.DEPARTMENT, at)]
    decided += [of("decided", Party.DEPARTMENT, at, outcome="share")]
    assert EventKind.CO_USE_APPROVED in stands(decided).possible[Party.DEPARTMENT]


def test_nobody_is_waited_for_to_approve_while_the_price_is_negotiated() -> None:
    events = happened((*ASKED, "accepted", "negotiation_opened"), step=timedelta(days=1))
    approval = clock(stands(events), ClockName.APPROVAL)
    assert approval.ended_at == events[-1].at
    failed = stands([*events, of("negotiation_failed", Party.OWNER, events[-1].at)])
    assert [one.name for one in failed.clocks if one.running] == []


def test_an_answer_that_does_not_come_may_be_escalated() -> None:
    events = happened(ASKED)
    due = clock(stands(events), ClockName.ANSWER).due
    assert due is not None
    assert due.on == date(2026, 3, 11), "3 to 6 are four, 9, 10, 11"
    before, after = (stands(events, due.at + timedelta(seconds=n)) for n in (-1, 0))
    assert clock(before, ClockName.ANSWER).state(before.at) is ClockState.RUNNING
    assert clock(after, ClockName.ANSWER).state(after.at) is ClockState.OVERDUE
    assert [one.name for one in after.overdue] == [ClockName.ANSWER]
    assert EventKind.ESCALATED not in before.possible[Party.REQUESTER]
    assert EventKind.ESCALATED in after.possible[Party.REQUESTER]
    assert EventKind.ESCALATED not in after.possible[Party.OWNER]
    late = [*events, happened(["accepted"], due.at + timedelta(days=1))[0]]
    assert clock(stands(late), ClockName.ANSWER).state(late[-1].at) is ClockState.LATE


def test_a_survey_and_force_majeure_lengthen_the_answer() -> None:
    # 15 calendar days from Mon 2/3 are Tue 17/3; 15 working days more are Tue 7/4.
    surveyed = clock(stands(happened((*ASKED, "survey_ordered"))), ClockName.ANSWER)
    assert surveyed.due is not None
    assert surveyed.due.on == date(2026, 3, 17)
    delayed = clock(stands(happened((*ASKED, "survey_ordered", "delayed"))), ClockName.ANSWER)
    assert delayed.due is not None
    assert delayed.due.on == date(2026, 4, 7)
    assert [str(one) for one in delayed.terms] == [
        "7 working_days",
        "15 calendar_days",
        "15 working_days",
    ]
    twice = clock(
        stands(happened((*ASKED, "survey_ordered", "delayed", "delayed"))), ClockName.ANSWER
    )
    assert twice.due == delayed.due, "at most 15 working days"


def test_a_supplement_begins_the_clocks_again() -> None:
    events = happened((*ASKED, "returned", "supplemented"), step=timedelta(days=1))
    standing = stands(events)
    answers = [one for one in standing.clocks if one.name is ClockName.ANSWER]
    assert [one.running for one in answers] == [False, True]
    assert answers[1].started_at == events[-1].at
    supplement = clock(standing, ClockName.SUPPLEMENT)
    assert supplement.due is None
    assert supplement.state(standing.at) is ClockState.NO_TERM
    assert supplement.party is Party.REQUESTER


REGIMES = [
    # day of the escalation, licences of requester and owner, who decides, how well that is known.
    # Before 1/7/2025 the ministry decides whatever the licences are (recalled).
    (
        "2024-05-06",
        "local",
        "local",
        "ministry",
        Confidence.RECALLED,
        "Bộ Thông tin và Truyền thông",
    ),
    (
        "2025-03-03",
        "unknown",
        "unknown",
        "ministry",
        Confidence.RECALLED,
        "Bộ Khoa học và Công nghệ",
    ),
    ("2025-06-30", "local", "local", "ministry", Confidence.RECALLED, "Bộ Khoa học và Công nghệ"),
    # NĐ 133/2025: both licensed within the province, from 1/7/2025 to 28/2/2027 (ends 1/3/2027).
    ("2025-07-01", "local", "local", "province", Confidence.SECONDARY, "UBND cấp tỉnh"),
    ("2026-11-26", "local", "wider", "ministry", Confidence.SECONDARY, "Bộ Khoa học và Công nghệ"),
    ("2026-11-26", "wider", "unknown", "ministry", Confidence.SECONDARY, "Bộ Khoa học"),
    ("2026-11-26", "local", "unknown", None, Confidence.SECONDARY, "chưa xác định được"),
    ("2027-02-28", "local", "local", "province", Confidence.SECONDARY, "UBND cấp tỉnh"),
    ("2027-03-01", "local", "local", "ministry", Confidence.RECALLED, "Bộ Khoa học và Công nghệ"),
]


@pytest.mark.parametrize("row", REGIMES, ids=lambda row: "-".join(map(str, row[:3])))
def test_who_decides_follows_from_the_parties_and_the_date(row: tuple) -> None:
    day, requester, owner, authority, confidence, name = row
    start = datetime.fromisoformat(f"{day}T09:00:00+07:00")
    way = (*WAY[State.UNRESOLVED], "licences_stated")
    events = happened(way, start, requester_licence=requester, owner_licence=owner)
    standing = stands(events)
    assert standing.decider is not None
    assert standing.decider.authority == authority
    assert standing.decider.rule is not None
    assert standing.decider.rule.confidence is confidence
    assert name in standing.decider.name("vi")
    for asked in ("province", "ministry"):
        told = {"authority": asked}
        if asked == authority:
            require_step(standing, EventKind.DECIDED, Party.DEPARTMENT, told)
        else:
            with pytest.raises(ConflictError):
                require_step(standing, EventKind.DECIDED, Party.DEPARTMENT, told)
    if authority is not None:
        require_step(standing, EventKind.DECIDED, Party.DEPARTMENT, {"authority": "court"})


@pytest.mark.parametrize(
    ("moment", "confidence", "instrument", "last"),
    [
        # The last minute of 30/11/2025 in Viet Nam: still the default of this software. 1 to 5/12
        # are five, Mon 8, Tue 9.
        ("2025-11-30T16:59:00+00:00", Confidence.DERIVED, "Quy ước", "2025-12-09"),
        # A minute later Bắc Ninh's decision is in force. 2 to 5/12 are four, 8, 9, 10.
        ("2025-11-30T17:00:00+00:00", Confidence.VERIFIED, "72/2025", "2025-12-10"),
        # Under Long An, before the merger. 2 to 4/7 (Wed to Fri) are three, 7 to 10.
        ("2025-06-30T17:30:00+00:00", Confidence.DERIVED, "Quy ước", "2025-07-10"),
        ("2025-06-30T16:30:00+00:00", Confidence.DERIVED, "Quy ước", "2025-07-09"),
        # Tue 10/2/2026: over Tết to Thu 26.
        ("2026-02-10T09:00:00+07:00", Confidence.VERIFIED, "72/2025", "2026-02-26"),
    ],
)
def test_a_clock_rests_on_the_rule_of_the_day_it_began(
    moment: str, confidence: Confidence, instrument: str, last: str
) -> None:
    events = happened(ASKED, datetime.fromisoformat(moment), step=timedelta(0))
    answer = clock(stands(events, events[-1].at + timedelta(days=90)), ClockName.ANSWER)
    assert answer.rule is not None
    assert answer.due is not None
    assert answer.rule.confidence is confidence
    assert not answer.rule.binding
    assert instrument in answer.rule.instrument
    assert answer.due.on == date.fromisoformat(last)


def test_reminders_come_before_the_end_and_after_it() -> None:
    events = happened(ASKED)
    left = {}
    for day in range(2, 14):
        at = datetime(2026, 3, day, 2, 30, tzinfo=UTC)
        found = due_reminders(stands(events, at).clocks, at, RULES, CALENDAR)
        for one in found:
            if one.clock.name is ClockName.ANSWER:
                left[day] = one.working_days_left
    assert left == {6: 3, 7: 3, 8: 3, 9: 2, 10: 1, 11: 0, 12: -1, 13: -2}


@pytest.mark.parametrize(
    ("term", "unit", "passed"),
    [("5 working_days", "working_days", -8), ("7 calendar_days", "calendar_days", -10)],
)
def test_lateness_is_counted_in_the_unit_of_the_term(term: str, unit: str, passed: int) -> None:
    """Both end on Monday 9 March; on the 19th ten days have passed, eight of them working days."""
    rules = changed(('term = "7 working_days"', f'term = "{term}"'))
    at = datetime(2026, 3, 19, 2, 30, tzinfo=UTC)
    clocks = stands(happened(ASKED), at, rules).clocks
    (found,) = (
        one
        for one in due_reminders(clocks, at, rules, CALENDAR)
        if one.clock.name is ClockName.ANSWER
    )
    assert (found.clock.unit, found.left, found.working_days_left) == (unit, passed, -8)
    assert not found.clock.binding, "another province's rule is a reference here"


def changed(*pairs: tuple[str, str]) -> CaseRules:
    content = PACKAGED
    for old, new in pairs:
        assert old in content
        content = content.replace(old, new)
    return CaseRules({"sharing.toml": content.encode()})


def test_a_request_is_deemed_complete_only_where_a_rule_says_so() -> None:
    events = happened(ASKED)
    later = START + timedelta(days=60)
    assert stands(events, later).state is State.SUBMITTED
    deeming = changed(("deemed_complete = false", "deemed_complete = true"))
    standing = stands(events, later, deeming)
    assert standing.state is State.COMPLETE
    assert standing.deemed_at == datetime(2026, 3, 16, 17, tzinfo=UTC), "10 working days"
    assert EventKind.FOUND_COMPLETE not in standing.possible[Party.OWNER]
    at_once = standing.deemed_at
    assert at_once is not None
    assert stands(events, at_once - timedelta(seconds=1), deeming).state is State.SUBMITTED


def test_an_answer_may_be_counted_from_completeness() -> None:
    rules = changed(
        ("from_completeness = false", "from_completeness = true"),
        ("deemed_complete = false", "deemed_complete = true"),
    )
    asked = stands(happened(ASKED), None, rules)
    assert [one.name for one in asked.clocks] == [ClockName.COMPLETENESS]
    assert EventKind.ESCALATED not in asked.possible[Party.REQUESTER]
    events = happened((*ASKED, "found_complete"), step=timedelta(days=1))
    assert clock(stands(events, None, rules), ClockName.ANSWER).started_at == events[-1].at
    surveyed = stands(happened((*ASKED, "survey_ordered")), None, rules)
    assert clock(surveyed, ClockName.ANSWER).running
    deemed = stands(happened(ASKED), START + timedelta(days=20), rules)
    assert clock(deemed, ClockName.ANSWER).started_at == deemed.deemed_at


def test_the_provinces_own_rule_goes_before_the_model(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.rules.mkdir()
    own = PACKAGED[PACKAGED.index('[[rule]]\nid = "sharing.answer"') :]
    own = own[: own.index("[[rule]]", 10)]
    own = own.replace('"sharing.answer"', '"sharing.answer.80"')
    own = own.replace("valid_to = 2025-11-30\n", "").replace(
        '"7 working_days"', '"5 working_days"'
    )
    (home.rules / "tay_ninh.toml").write_text(own, encoding="utf-8")
    answer = clock(stands(happened(ASKED), None, rules_in_use(home)), ClockName.ANSWER)
    assert answer.rule is not None
    assert answer.rule.id == "sharing.answer.80"
    assert answer.due is not None
    assert answer.due.on == date(2026, 3, 9), "3 to 6, 9"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('term = "7 working_days"', 'term = "7 weeks"'),
        ('term = "7 working_days"', "term = 7"),
        ('survey_term = "15 calendar_days"', 'survey_term = "0 calendar_days"'),
        ("from_completeness = false\n", ""),
        ("first_day_counted = false\n", ""),
        ("deemed_complete = false", 'deemed_complete = "no"'),
        ('term = "10 working_days"\ndeemed_complete = false', "deemed_complete = true"),
        ('local = "province"', 'local = "king"'),
        ('local = "province"\n', ""),
        ("working_days_before = [3, 1, 0]", "working_days_before = [1.5]"),
        ("order = 1\n", ""),
        ('states = ["decided"]', 'states = "decided"'),
    ],
)
def test_a_rule_that_no_clock_could_read_is_refused(old: str, new: str) -> None:
    with pytest.raises(FormatError) as caught:
        changed((old, new)).on(date(2026, 11, 26))
    assert "sharing.toml:" in caught.value.say("vi")


READ = {
    # parameters that a rule may lack, and what reads them
    "term": "a clock's term",
    "survey_term": "longer where a survey is needed",
    "delay_term": "longer for force majeure",
    "of_province": "said beside the clock",
    "ministry_vi": "what the ministry is called",
    "ministry_en": "what the ministry is called",
}


def test_every_parameter_is_required_or_listed_here() -> None:
    seen = set()
    for rule in RULES.on(date(2026, 11, 26)).values():
        for name in rule.parameters:
            without = replace(
                rule, parameters={k: v for k, v in rule.parameters.items() if k != name}
            )
            if name in READ:
                seen.add(name)
                require_cases(without)
                continue
            with pytest.raises(PropagationError, match=name):
                require_cases(without)
    assert seen == set(READ)


def test_without_a_rule_a_clock_runs_without_an_end() -> None:
    bare = CaseRules({})
    standing = stands(happened(ASKED), START + timedelta(days=400), bare)
    answer = clock(standing, ClockName.ANSWER)
    assert (answer.rule, answer.due) == (None, None)
    assert answer.state(standing.at) is ClockState.NO_TERM
    assert EventKind.ESCALATED in standing.possible[Party.REQUESTER]
    assert due_reminders(standing.clocks, standing.at, bare, CALENDAR) == []
    dispute = stands(happened(WAY[State.UNRESOLVED]), None, bare)
    assert dispute.decider is not None
    assert dispute.decider.authority is None


def test_every_ground_and_rule_carries_its_label() -> None:
    for day in (date(2023, 8, 1), date(2025, 7, 1), date(2026, 11, 26), date(2027, 3, 1)):
        grounds = RULES.grounds(day)
        assert [one.id.rpartition(".")[2] for one in grounds] == [
            "technical",
            "load",
            "space",
            "safety",
            "integrity",
            "interference",
            "planning",
            "other",
        ]
        for rule in RULES.on(day).values():
            assert rule.instrument
            assert rule.source
            if rule.parameters.get("of_province"):
                assert not rule.binding


def test_frozen_evidence_that_was_changed_is_found_out() -> None:
    kept = freeze({"register": {"version": "a"}, "prices": [3.5, None]})
    event = happened(WAY[State.DISPUTED])[-1]
    good = SharingEvent(
        **{**{n: getattr(event, n) for n in SharingEvent.__slots__}, "details": {EVIDENCE: kept}}
    )
    assert frozen_of(good) == kept["text"]
    assert frozen_of(event) is None
    spoilt = {**kept, "text": kept["text"].replace('"a"', '"b"')}
    bad = SharingEvent(
        **{**{n: getattr(event, n) for n in SharingEvent.__slots__}, "details": {EVIDENCE: spoilt}}
    )
    with pytest.raises(StorageError, match="SHA-256"):
        frozen_of(bad)
    with pytest.raises(FormatError):
        freeze({"a": float("nan")})


@settings(deadline=None, max_examples=60)
@given(choices=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)), max_size=25))
def test_any_walk_of_allowed_steps_is_sound(choices: list[tuple[int, int]]) -> None:
    """At every moment no clock ends before it began, one of a name runs, and final is final."""
    events: list[SharingEvent] = []
    at = START
    for choice, days in choices:
        at += timedelta(days=days)
        standing = stands(events, at)
        possible = [(p, k) for p, kinds in standing.possible.items() for k in kinds]
        if not possible:
            assert standing.final
            break
        party, kind = possible[choice % len(possible)]
        events.append(
            SharingEvent(
                sequence=len(events) + 1,
                kind=kind,
                party=party,
                account="test",
                organisation_id=None,
                at=at,
            )
        )
        after = stands(events, at)
        assert after == stands(events, at), "the same events, the same standing"
        running = [one.name for one in after.clocks if one.running]
        assert len(running) == len(set(running))
        assert not (after.final and running)
        for one in after.clocks:
            assert one.ended_at is None or one.ended_at >= one.started_at
            assert one.due is None or one.due.at > one.started_at
