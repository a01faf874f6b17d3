"""The yearly plan of inspections: drawn up, agreed with the regional centre, approved.

By Thông tư 02/2016/TT-BTTTT, Điều 8, the department approves its plan of the next year by 15
December, agreed with the regional frequency centre; by Điều 7.2 a subject is planned once a year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from gis.cases.clocks import Clock, ClockBook
from gis.cases.procedure import Field, FieldKind, Step
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import Due, end_of_day, local_day
from gis.desk.happened import require_order
from gis.desk.procedure import Act, Procedure, Standing
from gis.desk.records import DEPARTMENT, FILED, OPENED, DeskCase, DeskEvent
from gis.desk.stated_days import moment_of
from gis.desk.subjects import OWNER_REASON, require_subject, same_subject
from gis.errors import ConflictError, FormatError
from gis.terms import INSPECTION_PLAN_DUE
from propagation.compliance.parameters import number

__all__ = [
    "DRAFT",
    "INSPECTION_PLAN",
    "PLAN",
    "PlanLine",
    "plan_lines",
]

PLAN: Final = "inspection_plan"
"""Kind of the cases that are plans."""
DRAFT: Final = "draft"
FIRST_YEAR: Final = 2016
"""The year of the circular that plans rest on."""
_YEARS_AHEAD: Final = 2
QUARTERS: Final = ("q1", "q2", "q3", "q4")

_DEPARTMENT: Final = frozenset({DEPARTMENT})
_NOTE: Final = Field("note")
_REASON: Final = Field("reason", required=True)
_IDS: Final = (Field("structure_ids", FieldKind.IDS), Field("station_ids", FieldKind.IDS))
_LINE: Final = Field("line", FieldKind.NUMBER, required=True, least=2.0, most=1e6)

_DRAFT: Final = frozenset({DRAFT})
_ALIVE: Final = frozenset({DRAFT, "asked", "agreed", "approved"})

_STEPS: Final = {
    "line_added": Step(
        _DRAFT,
        None,
        _DEPARTMENT,
        (
            Field("subject", FieldKind.LINE, required=True),
            Field("subject_id", FieldKind.LINE),
            *_IDS,
            Field("quarter", FieldKind.CHOICE, choices=QUARTERS),
            Field("reason"),
            OWNER_REASON,
        ),
    ),
    "objects_added": Step(
        _DRAFT, None, _DEPARTMENT, (_LINE, *_IDS, Field("reason"), OWNER_REASON)
    ),
    "line_removed": Step(_DRAFT, None, _DEPARTMENT, (_LINE, _REASON)),
    "centre_asked": Step(
        _DRAFT,
        "asked",
        _DEPARTMENT,
        (Field("asked_on", FieldKind.DAY, required=True), Field("asked_number"), _NOTE),
    ),
    "centre_agreed": Step(
        frozenset({"asked"}),
        "agreed",
        _DEPARTMENT,
        (Field("agreed_on", FieldKind.DAY, required=True), Field("agreed_number"), _NOTE),
    ),
    "approved": Step(
        frozenset({"agreed"}),
        "approved",
        _DEPARTMENT,
        (Field("approved_on", FieldKind.DAY, required=True), Field("approved_number")),
    ),
    "revised": Step(frozenset({"asked", "agreed", "approved"}), DRAFT, _DEPARTMENT, (_REASON,)),
    FILED: Step(_ALIVE, None, _DEPARTMENT, (_NOTE,)),
    "closed": Step(frozenset({"approved"}), "closed", _DEPARTMENT, (_NOTE,)),
    "dropped": Step(_ALIVE, "dropped", _DEPARTMENT, (_REASON,)),
}


_DAYS: Final = {
    "centre_asked": "asked_on",
    "centre_agreed": "agreed_on",
    "approved": "approved_on",
}
_ANSWERS: Final = {"centre_agreed": ("centre_asked",), "approved": ("centre_agreed",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """A subject of a plan.

    Attributes
    ----------
    sequence : int
        The event that added it, which is its name within the plan.
    subject, subject_id : str, str or None
        Who is inspected; its organisation in the register.
    structure_ids, station_ids : tuple of str
        What is visited.
    quarter : str or None
        When.
    reasons, owner_reasons : tuple of str
        Why; and why objects of others are.
    """

    sequence: int
    subject: str
    subject_id: str | None = None
    structure_ids: tuple[str, ...] = ()
    station_ids: tuple[str, ...] = ()
    quarter: str | None = None
    reasons: tuple[str, ...] = field(default=())
    owner_reasons: tuple[str, ...] = field(default=())


def plan_lines(events: Iterable[DeskEvent]) -> list[PlanLine]:
    """Return the lines of a plan as its events leave them, in their order."""
    lines: dict[int, PlanLine] = {}
    for event in events:
        told: Mapping[str, Any] = event.details
        if event.kind == "line_added":
            lines[event.sequence] = PlanLine(
                sequence=event.sequence,
                subject=told["subject"],
                subject_id=told.get("subject_id"),
                structure_ids=tuple(told.get("structure_ids", ())),
                station_ids=tuple(told.get("station_ids", ())),
                quarter=told.get("quarter"),
                reasons=_joined((), filter(None, [told.get("reason")])),
                owner_reasons=_joined((), filter(None, [told.get(OWNER_REASON.name)])),
            )
        elif event.kind == "objects_added":
            line = lines[int(told["line"])]
            lines[line.sequence] = replace(
                line,
                structure_ids=_joined(line.structure_ids, told.get("structure_ids", ())),
                station_ids=_joined(line.station_ids, told.get("station_ids", ())),
                reasons=_joined(line.reasons, filter(None, [told.get("reason")])),
                owner_reasons=_joined(
                    line.owner_reasons, filter(None, [told.get(OWNER_REASON.name)])
                ),
            )
        elif event.kind == "line_removed":
            del lines[int(told["line"])]
    return list(lines.values())


def _joined(first: Sequence[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *more)))


def _require(act: Act) -> None:
    if act.kind == OPENED:
        _require_only_plan(act)
        return
    lines = [] if act.standing is None else plan_lines(act.standing.events)
    if act.kind == "line_added":
        require_subject(act.reader, act.details)
        _require_new_subject(act, lines)
    if act.kind in ("objects_added", "line_removed"):
        wanted = act.details["line"]
        if wanted not in {float(one.sequence) for one in lines}:
            raise FormatError("desk_inspection_plan.line_unknown", name="line", value=wanted)
    if act.kind == "objects_added":
        line = next(one for one in lines if one.sequence == act.details["line"])
        require_subject(
            act.reader,
            {**act.details, "subject": line.subject, "subject_id": line.subject_id},
        )
    if act.kind == "centre_asked" and not lines:
        raise ConflictError("desk_inspection_plan.empty")
    require_order(act)


def _require_only_plan(act: Act) -> None:
    """Refuse a year far away, and a second plan of one: a subject would be planned twice."""
    first, last = FIRST_YEAR, act.today.year + _YEARS_AHEAD
    if not first <= int(str(act.facts["year"])) <= last:
        raise FormatError(
            "desk_inspection_plan.year_far", name="year", first=str(first), last=str(last)
        )
    for case, events in act.beside:
        dropped = any(one.kind == "dropped" for one in events)
        if case.facts["year"] == act.facts["year"] and not dropped:
            raise ConflictError(
                "desk_inspection_plan.year_taken", year=case.facts["year"], number=case.label
            )


def _require_new_subject(act: Act, lines: Sequence[PlanLine]) -> None:
    subject, subject_id = str(act.details["subject"]), act.details.get("subject_id")
    for one in lines:
        if same_subject(subject, subject_id, one.subject, one.subject_id):
            raise ConflictError(
                "desk_inspection_plan.subject_twice",
                subject=subject,
                year=act.facts["year"],
                line=one.sequence,
            )


def _allows(standing: Standing, kind: str) -> bool:
    """Return whether there are lines, for what needs them."""
    if kind in ("objects_added", "line_removed", "centre_asked"):
        return bool(plan_lines(standing.events))
    return True


def _dated(standing: Standing, rules: CaseRules) -> Sequence[Clock]:
    """Return the clock of the plan: it ends on a day of the year before."""
    opened = standing.events[0].at
    rule = rules.rule(INSPECTION_PLAN_DUE, local_day(opened))
    if rule is None:
        return ()
    year = int(str(standing.facts["year"])) - 1
    last = date(year, int(number(rule, "month")), int(number(rule, "day")))
    ended = standing.last("approved") or standing.last("dropped")
    return [
        Clock(
            name="plan",
            party=DEPARTMENT,
            rule=rule,
            started_at=opened,
            due=Due(last, end_of_day(last)),
            ended_at=None if ended is None else moment_of(ended, _DAYS),
        )
    ]


INSPECTION_PLAN: Final = Procedure(
    kind=PLAN,
    intake=(
        Field("year", FieldKind.YEAR, required=True),
        Field("centre", FieldKind.LINE),
        Field("purpose"),
    ),
    steps=_STEPS,
    first=DRAFT,
    final=frozenset({"closed", "dropped"}),
    book=ClockBook(rules={}, parties={}, opens={}, closes={}),
    allows=_allows,
    draws=_allows,
    beside=(PLAN,),
    require=_require,
    days=_DAYS,
    answers=_ANSWERS,
    dated=_dated,
    letters={"inspection_plan": frozenset()},
    undoes={"revised": ("centre_asked", "centre_agreed", "approved")},
)


def planned_case(
    beside: Iterable[tuple[DeskCase, Sequence[DeskEvent]]], plan_id: object
) -> tuple[DeskCase, Sequence[DeskEvent]] | None:
    """Return the plan of an identifier among cases."""
    return next((one for one in beside if one[0].kind == PLAN and one[0].id == plan_id), None)
