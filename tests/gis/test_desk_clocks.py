"""Clocks of the desk, written out by hand from the terms: Tết, swapped days, a change of law.

With the forty acts of `test_sanctions.py` these are the cases on both sides of 2026-07-01.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from data import path
from gis.cases.clocks import Clock, Clocks, ClockState
from gis.cases.decisions import load_decisions
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import Due, WorkingCalendar, end_of_day
from gis.desk.registry import procedure_of
from gis.rules import rule_paths

CALENDAR = WorkingCalendar(load_decisions())
FILES = {name: file.read_bytes() for name, file in rule_paths().items()}
RULES = CaseRules(FILES)
INSPECTIONS = path("rules/inspections.toml").read_text(encoding="utf-8")

Steps = Sequence[tuple[str, str]]


def moment(written: str) -> datetime:
    """A moment; of a day alone, nine o'clock in Viet Nam."""
    return datetime.fromisoformat(written if "T" in written else f"{written}T09:00:00+07:00")


def clock(kind: str, name: str, steps: Steps, rules: CaseRules = RULES) -> Clock:
    procedure, _, variant = kind.partition(".")
    clocks = Clocks(procedure_of(procedure).book, rules, CALENDAR)
    for event, at in steps:
        clocks.note(event, moment(at), variant)
    (found,) = [one for one in clocks.all if one.name == name]
    return found


CASES: list[tuple[str, str, Steps, str]] = [
    # Tết 2026: off Sat 14/2 to Sun 22/2. Fri 6, 9 to 13 are six; 23 to 26.
    ("inspection", "length", [("visit_begun", "2026-02-05")], "2026-02-26"),
    # A decision makes it 15 from the same beginning: Fri 27 is the 11th, 2 to 5/3.
    (
        "inspection",
        "length",
        [("visit_begun", "2026-02-05"), ("extended", "2026-02-25")],
        "2026-03-05",
    ),
    # The last working day before Tết: 23 to 27 are five, 2 to 6/3.
    ("inspection", "report", [("recorded", "2026-02-13")], "2026-03-06"),
    ("inspection", "conclusion", [("reported", "2026-02-13")], "2026-02-27"),
    # 27 + 20 is Mon 16/2, the eve of Tết: on past the week to Mon 23.
    ("interference", "resolution_safety", [("accepted_safety", "2026-01-27")], "2026-02-23"),
    # 5/1 + 40 is Sat 14/2, the first day off for Tết: on to Mon 23.
    ("interference", "escalation", [("remedy_ordered", "2026-01-05")], "2026-02-23"),
    # A second order does not begin them anew.
    (
        "interference",
        "escalation",
        [("remedy_ordered", "2026-06-01"), ("remedy_ordered", "2026-06-20")],
        "2026-07-13",
    ),
    # Tết 2027: off Thu 4/2 to Wed 10/2. 1 to 3 are three; Thu 11, Fri 12, 15 to 19.
    ("inspection", "delivery", [("concluded", "2027-01-29")], "2027-02-19"),
    # 16/1 + 20 is Fri 5/2: on to Thu 11.
    ("interference", "resolution_safety", [("accepted_safety", "2027-01-16")], "2027-02-11"),
    # Mon 27/4 off for Giỗ Tổ, 30/4 and 1/5: Tue 28, Wed 29, 4 to 8/5 are seven, 11 to 13.
    ("inspection", "delivery", [("concluded", "2026-04-24")], "2026-05-13"),
    # Wed 29; off Thu 30/4 and Fri 1/5; Mon 4, Tue 5.
    ("interference", "result", [("ended", "2026-04-28")], "2026-05-05"),
    # Sat 22/8 worked in the place of Mon 31: 20, 21, 22, 24, 25.
    ("inspection", "conclusion", [("reported", "2026-08-19")], "2026-08-25"),
    # Sat 22, 24 to 28 are six; Mon 31 swapped off, 1 and 2/9 off; 3, 4, 7, 8.
    ("inspection", "report", [("recorded", "2026-08-21")], "2026-09-08"),
    # 2/8 + 20 is Sat 22/8, worked: it does not move.
    ("interference", "resolution_safety", [("accepted_safety", "2026-08-02")], "2026-08-22"),
    # 11/8 + 20 is Mon 31/8, swapped off: on to Thu 3/9.
    ("interference", "resolution_safety", [("accepted_safety", "2026-08-11")], "2026-09-03"),
    # Fri 2/1 swapped off, Sat 10/1 worked (recalled): 29 to 31 are three, 5 to 9 eight, 10, 12.
    ("inspection", "length", [("visit_begun", "2025-12-26")], "2026-01-12"),
    # 21/12 + 20 is Sat 10/1, worked (recalled).
    ("interference", "resolution_safety", [("accepted_safety", "2025-12-21")], "2026-01-10"),
    # Tue 24/11 off: Mon 23, Wed 25 to Fri 27, Mon 30.
    ("inspection", "conclusion", [("reported", "2026-11-20")], "2026-11-30"),
    # 4/11 + 20 is that Tuesday: Wed 25.
    ("interference", "resolution_safety", [("accepted_safety", "2026-11-04")], "2026-11-25"),
    # 15/6 + 20 is Sun 5/7: Mon 6.
    ("interference", "resolution_safety", [("accepted_safety", "2026-06-15")], "2026-07-06"),
    # 30/6 + 20 is Mon 20/7.
    ("interference", "resolution_safety", [("accepted_safety", "2026-06-30")], "2026-07-20"),
    # Recorded on a Saturday: 29, 30, 1 to 3/7 are five, 6 to 10.
    ("inspection", "report", [("recorded", "2026-06-27")], "2026-07-10"),
    # A second visit begins nothing anew: 30, 1 to 3/7 are four, 6 to 10, 13.
    (
        "inspection",
        "length",
        [("visited", "2026-06-29"), ("visited", "2026-07-02")],
        "2026-07-13",
    ),
    # Half an hour before midnight it is still 30/6: 1 to 3.
    ("interference", "result", [("ended", "2026-06-30T23:30:00+07:00")], "2026-07-03"),
    # 17:00 UTC on 30/6 is 1/7 in Viet Nam: 2, 3, 6.
    ("interference", "result", [("ended", "2026-06-30T17:00:00+00:00")], "2026-07-06"),
    # A type of dossier with a rule of its own. Fri 13/2; 23 to 26.
    ("dossier.internal_network", "completeness", [("opened", "2026-02-12")], "2026-02-26"),
    # 26/1 + 28 is Mon 23/2, the first day after Tết; 19/1 + 28 the eve, which moves to it.
    ("dossier.internal_network", "decision", [("handed_over", "2026-01-26")], "2026-02-23"),
    ("dossier.internal_network", "decision", [("handed_over", "2026-01-19")], "2026-02-23"),
    # Counted from completeness: 17/8 + 14 is Mon 31/8, swapped off; handing over begins nothing.
    (
        "dossier.amateur",
        "decision",
        [("completed", "2026-08-17"), ("handed_over", "2026-08-19")],
        "2026-09-03",
    ),
    # 5/6 + 30 is Sun 5/7: Mon 6.
    ("dossier", "supplement", [("returned", "2026-06-05")], "2026-07-06"),
    # The rules until 17/8/2023, over the change: 16 to 18, 21, 22; and 11, 14 to 18, 21 to 24.
    ("dossier.amateur", "completeness", [("opened", "2023-08-15")], "2023-08-22"),
    ("dossier.amateur", "decision", [("handed_over", "2023-08-10")], "2023-08-24"),
]


@pytest.mark.parametrize(("kind", "name", "steps", "last"), CASES, ids=str)
def test_clocks_written_out_by_hand(kind: str, name: str, steps: Steps, last: str) -> None:
    found = clock(kind, name, steps)
    assert found.due is not None
    assert found.due.on == date.fromisoformat(last)
    assert found.due.at == moment(f"{last}T17:00:00+00:00"), "24 o'clock in Viet Nam"
    assert found.state(found.due.at) is ClockState.OVERDUE
    assert found.state(moment(f"{last}T16:59:59+00:00")) is ClockState.RUNNING


def changed(rule_id: str, old: Mapping[str, str], new: Mapping[str, str] | None) -> CaseRules:
    """The rules with one that ends on 30/6/2026, and what came in its place."""
    blocks = INSPECTIONS.split("[[rule]]")
    (block,) = [one for one in blocks if f'id = "{rule_id}"' in one]
    former, _, terms = block.partition("[rule.parameters]")
    head = former.replace("confidence =", "valid_to = 2026-06-30\nconfidence =", 1)
    told = [f"{head}[rule.parameters]{terms}"]
    if new is not None:
        for name, term in old.items():
            terms = terms.replace(f'"{term}"', f'"{new[name]}"')
        later = former.replace("valid_from = 2016-03-25", "valid_from = 2026-07-01")
        told.append(f"{later}[rule.parameters]{terms}")
    blocks[blocks.index(block) : blocks.index(block) + 1] = told
    return CaseRules({**FILES, "inspections.toml": "[[rule]]".join(blocks).encode()})


REPORT = changed("case.inspection.report", {"term": "10 working_days"}, {"term": "7 working_days"})
GONE = changed("case.inspection.report", {}, None)
LENGTH = changed(
    "case.inspection.length",
    {"term": "10 working_days", "complex_term": "15 working_days"},
    {"term": "8 working_days", "complex_term": "12 working_days"},
)

OVER_THE_CHANGE: list[tuple[CaseRules, str, Steps, str | None]] = [
    # Ten days of the former rule: 1 to 3/7 are three, 6 to 10 eight, 13, 14.
    (REPORT, "report", [("recorded", "2026-06-30")], "2026-07-14"),
    (REPORT, "report", [("recorded", "2026-06-30T23:59:00+07:00")], "2026-07-14"),
    # Seven of the new one: 2, 3, 6 to 10.
    (REPORT, "report", [("recorded", "2026-07-01")], "2026-07-10"),
    (REPORT, "report", [("recorded", "2026-06-30T17:00:00+00:00")], "2026-07-10"),
    # A rule that ended with nothing in its place: no day is invented.
    (GONE, "report", [("recorded", "2026-06-30")], "2026-07-14"),
    (GONE, "report", [("recorded", "2026-07-01")], None),
    # Begun before and extended after: the rule of its beginning, 15 days. 30, 1 to 3/7 are four,
    # 6 to 10 nine, 13 to 17 fourteen, 20.
    (LENGTH, "length", [("visit_begun", "2026-06-29"), ("extended", "2026-07-03")], "2026-07-20"),
    # Begun after: 12 days. 2, 3, 6 to 10, 13 to 17.
    (LENGTH, "length", [("visit_begun", "2026-07-01"), ("extended", "2026-07-03")], "2026-07-17"),
]


@pytest.mark.parametrize(("rules", "name", "steps", "last"), OVER_THE_CHANGE)
def test_a_clock_keeps_the_rule_of_its_beginning(
    rules: CaseRules, name: str, steps: Steps, last: str | None
) -> None:
    found = clock("inspection", name, steps, rules)
    if last is None:
        assert (found.rule, found.due) == (None, None)
        assert found.state(moment("2030-01-01")) is ClockState.NO_TERM
        return
    assert found.due is not None
    assert found.due.on == date.fromisoformat(last)


def test_a_clock_of_which_no_term_is_known_has_no_end() -> None:
    for kind, day in (("interference", "2026-07-01"), ("dossier.amateur", "2023-08-18")):
        found = clock(kind, "completeness", [("opened", day)])
        assert found.rule is not None
        assert (found.due, found.state(moment("2030-01-01"))) == (None, ClockState.NO_TERM)


def test_what_came_on_the_last_day_is_kept_and_after_it_late() -> None:
    begun = ("recorded", "2026-02-13")
    for ended, state in (
        ("2026-03-06T23:59:00+07:00", ClockState.KEPT),
        ("2026-03-07T00:00:00+07:00", ClockState.LATE),
    ):
        found = clock("inspection", "report", [begun, ("reported", ended)])
        assert found.state(moment("2026-04-01")) is state


def test_an_extension_never_shortens_a_term() -> None:
    short = changed(
        "case.inspection.length",
        {"term": "10 working_days", "complex_term": "15 working_days"},
        {"term": "10 working_days", "complex_term": "3 working_days"},
    )
    begun = ("visit_begun", "2026-07-01")
    found = clock("inspection", "length", [begun, ("extended", "2026-07-03")], short)
    plain = clock("inspection", "length", [begun], short)
    assert (found.due, len(found.terms)) == (plain.due, 2)


@pytest.mark.parametrize(
    ("due", "ended", "at", "crossed"),
    [
        (None, None, "2026-06-30", False),  # no term: the day on which it is looked at decides
        (None, None, "2026-07-01", True),
        ("2026-06-30", None, "2026-06-20", False),
        ("2026-07-01", None, "2026-06-20", True),  # it runs beyond the rule
        ("2026-07-01", "2026-06-30", "2027-01-01", False),  # it ended within it
        ("2026-06-30", "2026-07-01", "2027-01-01", True),
        (None, "2026-06-30", "2027-01-01", False),
    ],
)
def test_a_clock_crosses_the_end_of_its_rule(
    due: str | None, ended: str | None, at: str, crossed: bool
) -> None:
    rule = GONE.rule("case.inspection.report", date(2026, 6, 1))
    assert rule is not None
    assert rule.valid_to == date(2026, 6, 30)
    day = None if due is None else date.fromisoformat(due)
    one = Clock(
        name="report",
        party=None,
        rule=rule,
        started_at=moment("2026-06-01"),
        due=None if day is None else Due(day, end_of_day(day)),
        ended_at=None if ended is None else moment(ended),
    )
    assert one.crosses(moment(at)) == (rule.valid_to if crossed else None)
    assert replace(one, rule=None).crosses(moment(at)) is None
