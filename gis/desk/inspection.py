"""Inspections: from the plan over notice, visit and record to the last order that was kept.

The steps and terms are those of Thông tư 02/2016/TT-BTTTT, Điều 7 to 15, by which inspections of
frequencies go; for infrastructure no circular was found, and they remind. A finding rests on a
record or on a measurement with its uncertainty, never on a prediction.
"""

from collections.abc import Sequence
from typing import Final

from gis.cases.clocks import ClockBook, Extension
from gis.cases.procedure import Field, FieldKind, Step
from gis.desk.inspection_days import DAYS
from gis.desk.inspection_facts import FACTS_RECORDED, FACTS_STEP, FACTS_WRITE, may_record_facts
from gis.desk.inspection_orders import open_orders, order_clocks
from gis.desk.inspection_plan import PLAN
from gis.desk.inspection_rules import INSPECTION, require
from gis.desk.interference import INTERFERENCE
from gis.desk.procedure import Facts, Procedure, Standing
from gis.desk.records import DEPARTMENT, FILED, SUPPLEMENTED
from gis.desk.stated_days import HAPPENED_ON
from gis.desk.subjects import OWNER_REASON
from gis.desk.visit_register import visit_against_register
from gis.desk.visits import checklist_said, read_checklist

__all__ = ["INSPECTION_PROCEDURE", "ORIGINS", "OUTCOMES"]

ORIGINS: Final = ("planned", "unplanned", "interference")
"""Why there is an inspection."""
OUTCOMES: Final = ("complies", "violates", "mixed", "needs_verification")
"""The four outcomes of Điều 12.1, a to d."""

_DEPARTMENT: Final = frozenset({DEPARTMENT})
_NOTE: Final = Field("note")
_REASON: Final = Field("reason", required=True)
_DAY: Final = FieldKind.DAY
_ORDER: Final = Field("order", FieldKind.NUMBER, required=True, least=2.0, most=1e6)

_INTAKE: Final = (
    Field("subject", FieldKind.LINE, required=True),
    Field("origin", FieldKind.CHOICE, required=True, choices=ORIGINS),
    Field("plan_id", FieldKind.LINE),
    Field("subject_id", FieldKind.LINE),
    Field("structure_ids", FieldKind.IDS),
    Field("station_ids", FieldKind.IDS),
    Field("content"),
    Field("reason"),
    Field("interference_case", FieldKind.LINE),
    OWNER_REASON,
)

_RECORDED: Final = frozenset({"recorded", "reported", "concluded", "delivered"})
_BEFORE: Final = frozenset({"opened", "decided", "noticed", "visiting"})
_ALIVE: Final = _BEFORE | _RECORDED

_VISITED: Final = (
    Field("visited_at", FieldKind.MOMENT, required=True),
    Field("checklist", FieldKind.OWN, required=True, read=read_checklist, tell=checklist_said),
    Field("present", FieldKind.LINE),
    _NOTE,
)

_STEPS: Final = {
    SUPPLEMENTED: Step(frozenset({"opened", "decided"}), None, _DEPARTMENT, (_NOTE,)),
    "decided": Step(
        frozenset({"opened"}),
        "decided",
        _DEPARTMENT,
        (
            Field("decided_on", _DAY, required=True),
            Field("decision_number", FieldKind.LINE),
            Field("leader", FieldKind.LINE, required=True),
            Field("members"),
        ),
    ),
    "noticed": Step(
        frozenset({"decided"}),
        "noticed",
        _DEPARTMENT,
        (
            Field("noticed_on", _DAY, required=True),
            Field("visit_on", _DAY, required=True),
            Field("notice_number", FieldKind.LINE),
            Field("place", FieldKind.LINE),
        ),
    ),
    "visit_begun": Step(
        _BEFORE - {"visiting"},
        "visiting",
        _DEPARTMENT,
        (Field("begun_on", _DAY, required=True), _NOTE),
    ),
    "visited": Step(_BEFORE, "visiting", _DEPARTMENT, _VISITED),
    "extended": Step(
        frozenset({"visiting"}),
        None,
        _DEPARTMENT,
        (Field("extension_number", FieldKind.LINE), _REASON),
    ),
    "recorded": Step(
        frozenset({"visiting"}),
        "recorded",
        _DEPARTMENT,
        (
            Field("ended_on", _DAY, required=True),
            Field("outcome", FieldKind.CHOICE, required=True, choices=OUTCOMES),
            Field("record_number", FieldKind.LINE),
            Field("violation_number", FieldKind.LINE),
            Field("verification"),
            _NOTE,
        ),
    ),
    "ordered": Step(
        _RECORDED,
        None,
        _DEPARTMENT,
        (Field("demand", required=True), Field("until", _DAY, required=True), HAPPENED_ON),
    ),
    "order_extended": Step(
        _RECORDED, None, _DEPARTMENT, (_ORDER, Field("until", _DAY, required=True), _REASON)
    ),
    "order_done": Step(
        _RECORDED,
        None,
        _DEPARTMENT,
        (_ORDER, Field("done_on", _DAY, required=True), Field("evidence", required=True)),
    ),
    "reported": Step(
        frozenset({"recorded"}),
        "reported",
        _DEPARTMENT,
        (Field("reported_on", _DAY, required=True), Field("report_number", FieldKind.LINE), _NOTE),
    ),
    "concluded": Step(
        frozenset({"reported"}),
        "concluded",
        _DEPARTMENT,
        (
            Field("concluded_on", _DAY, required=True),
            Field("conclusion_number", FieldKind.LINE),
            Field("conclusion", required=True),
        ),
    ),
    "delivered": Step(
        frozenset({"concluded"}),
        "delivered",
        _DEPARTMENT,
        (Field("delivered_on", _DAY, required=True), Field("recipients", required=True)),
    ),
    FACTS_RECORDED: FACTS_STEP,
    "closed": Step(frozenset({"delivered"}), "closed", _DEPARTMENT, (_NOTE,)),
    FILED: Step(_ALIVE, None, _DEPARTMENT, (_NOTE,)),
    "cancelled": Step(_BEFORE, "cancelled", _DEPARTMENT, (_REASON,)),
}

_CLOCKS: Final = ("length", "report", "conclusion", "delivery")

_BOOK: Final = ClockBook(
    rules={name: f"case.inspection.{name}" for name in _CLOCKS},
    parties=dict.fromkeys(_CLOCKS, DEPARTMENT),
    opens={
        "visit_begun": ("length",),
        "visited": ("length",),
        "recorded": ("report",),
        "reported": ("conclusion",),
        "concluded": ("delivery",),
    },
    closes={
        "recorded": ("length",),
        "reported": ("report",),
        "concluded": ("conclusion",),
        "delivered": ("delivery",),
        "cancelled": _CLOCKS,
    },
    extends={"extended": Extension(clock="length", parameter="complex_term", from_end=False)},
)


def _missing(facts: Facts) -> tuple[str, ...]:
    needs = {
        "planned": ("plan_id",),
        "unplanned": ("reason",),
        "interference": ("interference_case",),
    }[str(facts["origin"])]
    objects = facts.get("structure_ids") or facts.get("station_ids")
    return (*(one for one in needs if one not in facts), *(() if objects else ("structure_ids",)))


def _letter_allowed(standing: Standing, name: str) -> bool:
    """Return whether a record of violation, or a notice, is what this inspection has."""
    if name == "inspection_violation":
        recorded = standing.last("recorded")
        return recorded is not None and recorded.details["outcome"] in ("violates", "mixed")
    return True


def _allows(standing: Standing, kind: str) -> bool:
    if kind in ("order_done", "order_extended", "closed"):
        return bool(open_orders(standing.events)) == (kind != "closed")
    if kind == FACTS_RECORDED:
        return may_record_facts(standing)
    if kind == "decided":
        return not standing.missing
    if kind in ("visit_begun", "visited") and standing.state in ("opened", "decided"):
        return standing.facts["origin"] == "interference" and not standing.missing
    if kind == "extended":
        return standing.last("extended") is None
    return _letter_allowed(standing, kind)


_AFTER_DECISION: Final = _ALIVE - {"opened"}
_CLOSED: Final[frozenset[str]] = frozenset({"closed"})


def _from(states: Sequence[str]) -> frozenset[str]:
    return frozenset(states) | _CLOSED


INSPECTION_PROCEDURE: Final = Procedure(
    kind=INSPECTION,
    intake=_INTAKE,
    steps=_STEPS,
    first="opened",
    final=frozenset({"closed", "cancelled"}),
    book=_BOOK,
    missing=_missing,
    allows=_allows,
    draws=_allows,
    beside=(INSPECTION, PLAN, INTERFERENCE.kind),
    require=require,
    days=DAYS,
    dated=order_clocks,
    keeps={"visited": visit_against_register},
    writes={FACTS_RECORDED: FACTS_WRITE},
    letters={
        "inspection_decision": _from(tuple(_AFTER_DECISION | {"opened"})),
        "inspection_notice": _from(tuple(_AFTER_DECISION)),
        "inspection_record": _from(("visiting", *_RECORDED)),
        "inspection_violation": _from(tuple(_RECORDED)),
        "inspection_report": _from(tuple(_RECORDED)),
        "inspection_conclusion": _from(("reported", "concluded", "delivered")),
    },
)
