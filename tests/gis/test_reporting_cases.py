"""Cases within periods: by the stated day, so that months add up to quarters and to the year."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data.text import VIET_NAM
from gis.cases.decisions import load_decisions
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import WorkingCalendar
from gis.desk.records import DEPARTMENT, OPENED, DeskCase, DeskEvent
from gis.desk.registry import PROCEDURES
from gis.reporting.cases import Basis, desk_table
from gis.reporting.period import Period, period_of
from gis.reporting.tables import Table
from gis.rules import rule_paths

CALENDAR = WorkingCalendar(load_decisions())
RULES = CaseRules({name: file.read_bytes() for name, file in rule_paths().items()})
FLOWS = ("opened", "closed", "ended", "kept", "late")
FIRST = date(2025, 1, 1)
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
QUARTERS = [f"2025-Q{quarter}" for quarter in range(1, 5)]
Case = tuple[DeskCase, list[DeskEvent]]

STEPS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "interference": [
        ("accepted", {"class": "safety"}),
        ("source_found", {"cause": "x", "evidence": "y"}),
        ("remedy_ordered", {"remedies": ["power"], "until": "2025-12-31"}),
        ("ended", {"result": "x"}),
        ("result_told", {}),
    ],
    "dossier": [
        ("returned", {}),
        ("supplemented", {}),
        ("completed", {}),
        ("handed_over", {"authority": "bureau"}),
        ("result_recorded", {"result": "granted"}),
        ("result_told", {}),
    ],
    "inspection": [
        ("visit_begun", {}),
        ("recorded", {"outcome": "complies"}),
        ("reported", {}),
        ("concluded", {"conclusion": "x"}),
        ("delivered", {"recipients": "x"}),
        ("closed", {}),
    ],
}


def made(number: int, kind: str, facts: dict[str, Any], told: list[tuple[Any, ...]]) -> Case:
    events = [
        DeskEvent(
            sequence=place,
            kind=event,
            party=DEPARTMENT,
            account="a",
            organisation_id=None,
            at=at,
            details=details,
        )
        for place, (event, at, details) in enumerate(told, 1)
    ]
    case = DeskCase(
        id=f"c{number}",
        kind=kind,
        year=2025,
        number=number,
        organisation_id=None,
        account="a",
        facts=facts,
        opened_at=events[0].at,
    )
    return case, events


@st.composite
def case(draw: st.DrawFn, number: int) -> Case:
    """A case whose steps were stated of days before they were recorded, or of none."""
    kind = draw(st.sampled_from(sorted(STEPS)))
    procedure = PROCEDURES[kind]
    day, recorded = FIRST + timedelta(days=draw(st.integers(-40, 360))), None
    facts: dict[str, Any] = {"type": "internal_network", "origin": "unplanned"}
    told: list[tuple[Any, ...]] = []
    steps = [(OPENED, {}), *STEPS[kind]][: draw(st.integers(1, 1 + len(STEPS[kind])))]
    for event, details in steps:
        day += timedelta(days=draw(st.integers(0, 45)))
        late = day + timedelta(days=draw(st.integers(0, 60)))
        recorded = late if recorded is None else max(recorded, late)
        said = dict(details)
        if draw(st.booleans()):
            name = procedure.days.get(event, "happened_on")
            stated = f"{day}T10:00+07:00" if name.endswith("_at") else day.isoformat()
            (facts if event == OPENED else said)[name] = stated
        else:
            day = recorded  # it counts from there, and the desk refuses what lies before it
            if event == "ended":
                said["ended_at"] = f"{recorded}T10:00+07:00"
        told.append((event, datetime.combine(recorded, time(4), UTC), said))
    return made(number, kind, facts, told)


def basis(period: Period) -> Basis:
    begins, ends = (
        datetime.combine(day, moment, VIET_NAM)
        for day, moment in ((period.first, time()), (period.last, time(23, 59, 59, 999_000)))
    )
    return Basis(begins, ends, RULES, CALENDAR)


def table(cases: list[Case], name: str) -> Table:
    return desk_table(cases, PROCEDURES, basis(period_of(name)))


def flows(cases: list[Case], names: list[str]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for name in names:
        told = table(cases, name)
        for line in told.lines:
            for column in FLOWS:
                found[line.id, column] += int(line.values[column] or 0)
                assert len(told.items(line.id, column)) == line.values[column]
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6).flatmap(lambda count: st.tuples(*(case(n) for n in range(count)))))
def test_twelve_months_are_four_quarters_and_the_year(cases: tuple[Case, ...]) -> None:
    year = flows(list(cases), ["2025"])
    assert flows(list(cases), QUARTERS) == year
    assert flows(list(cases), MONTHS) == year


def test_what_happened_in_november_counts_there_though_december_recorded_it() -> None:
    """A complaint of 30 November, typed in December with its end of that day."""
    december = datetime(2025, 12, 10, 4, tzinfo=UTC)
    ended = {"ended_at": "2025-11-30T10:00+07:00", "result": "x"}
    one = made(
        1,
        "interference",
        {"received_on": "2025-11-28"},
        [(OPENED, december, {}), ("accepted", december, {"class": "safety"}),
         ("ended", december, ended), ("result_told", december, {})],
    )  # fmt: skip
    november, last = (table([one], name).total.values for name in ("2025-11", "2025-12"))
    assert (november["opened"], november["closed"], november["ended"]) == (1, 0, 1)
    assert (november["running"], november["overdue"]) == (1, 0)
    assert (last["opened"], last["closed"], last["ended"], last["late"]) == (0, 1, 1, 1)
    assert table([one], "2025-10").total.values["running"] == 0


def test_a_term_that_had_passed_at_the_end_of_a_month_was_overdue_then() -> None:
    opened, done = (datetime(2025, month, 3, 4, tzinfo=UTC) for month in (1, 6))
    steps = [(OPENED, opened, {}), ("accepted", opened, {"class": "safety"})]
    one = made(1, "interference", {}, [*steps, ("dismissed", done, {"reason": "x"})])
    for month, overdue in (("2025-01", 1), ("2025-05", 1), ("2025-06", 0)):
        assert table([one], month).total.values["overdue"] == overdue, month
    assert table([one], "2025-06").total.values["late"] == 1
