"""What may not happen to an inspection: by the circular, and by what was found."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from gis.cases.rule_book import CaseRules
from gis.cases.working_days import local_day
from gis.desk.checklists import Shown, Tally, checklist, tally
from gis.desk.happened import LONG_AGO, require_happened, require_soon
from gis.desk.inspection_cause import require_cause, require_since_complaint
from gis.desk.inspection_days import DAYS
from gis.desk.inspection_orders import open_orders, orders
from gis.desk.inspection_plan import PlanLine, plan_lines, planned_case
from gis.desk.procedure import Act, Standing
from gis.desk.records import OPENED, SUPPLEMENTED, DeskCase, DeskEvent
from gis.desk.stated_days import HAPPENED_ON, day_of, stated_day
from gis.desk.subjects import require_subject, same_subject
from gis.desk.visit_register import answers_with_register
from gis.errors import ConflictError, FormatError
from gis.terms import INSPECTION_NOTICE, INSPECTION_ONCE, term_of
from propagation.compliance.parameters import number

__all__ = ["INSPECTION", "found_of", "notice_days", "require"]

INSPECTION: Final = "inspection"
_ANY_TIME: Final = ("ordered", "order_done")
"""Steps that wait for no other but their own: they may lie before what was recorded last."""


def found_of(events: Sequence[DeskEvent]) -> Tally:
    """Return what the visits of a case found."""
    visits = [one.details for one in events if one.kind == "visited"]
    filled: list[tuple[date, Any]] = [
        (day, answers_with_register(told))
        for told in visits
        if (day := stated_day("visited", told, DAYS)) is not None
    ]
    return tally(filled)


def notice_days(rules: CaseRules, origin: str, day: date) -> int:
    """Return how many working days a notice comes before the visit; none where no rule says."""
    rule = rules.rule(INSPECTION_NOTICE, day)
    term = None if rule is None else term_of(rule, f"{origin}_term")
    return 0 if term is None else term.count


def require(act: Act) -> None:
    """Refuse what an inspection does not leave room for.

    Raises
    ------
    ConflictError, FormatError
        With the reason and the rule.
    """
    if act.kind in (OPENED, SUPPLEMENTED):
        require_subject(act.reader, act.facts)
        if act.facts["origin"] == "planned":
            _require_planned(act)
        if act.facts["origin"] == "interference":
            require_cause(act)
        return
    _require_days(act)
    judge = _JUDGES.get(act.kind)
    if judge is not None and act.standing is not None:
        judge(act, act.standing)


def _require_planned(act: Act) -> None:
    """Refuse a planned inspection without its line in an approved plan, and a second one."""
    if "plan_id" not in act.facts:
        return
    plan = planned_case(act.beside, act.facts["plan_id"])
    if plan is None:
        raise FormatError("desk_inspection.plan_unknown", name="plan_id")
    case, events = plan
    if not _approved(events):
        raise ConflictError("desk_inspection.plan_not_approved", number=case.label)
    subject, subject_id = str(act.facts["subject"]), act.facts.get("subject_id")
    line = next(
        (
            one
            for one in plan_lines(events)
            if same_subject(subject, subject_id, one.subject, one.subject_id)
        ),
        None,
    )
    if line is None:
        raise ConflictError(
            "desk_inspection.not_in_plan", subject=subject, year=str(case.facts["year"])
        )
    _require_of_line(act, line)
    _require_once(act, case)


def _require_of_line(act: Act, line: PlanLine) -> None:
    """Refuse objects that the plan's line does not name, where it names any."""
    planned = {*line.structure_ids, *line.station_ids}
    for field in ("structure_ids", "station_ids"):
        ids: Any = act.facts.get(field, ())
        for one in ids:
            if planned and one not in planned:
                raise ConflictError(
                    "desk_inspection.object_not_planned", object=one, line=line.sequence
                )


def _approved(events: Sequence[DeskEvent]) -> bool:
    state = [one.kind for one in events if one.kind in ("approved", "revised", "dropped")]
    return bool(state) and state[-1] == "approved"


def _require_once(act: Act, plan: DeskCase) -> None:
    year = str(plan.facts["year"])
    rule = act.rules.rule(INSPECTION_ONCE, act.today)
    if rule is None:
        return
    years = {case.id: str(case.facts["year"]) for case, _ in act.beside if "year" in case.facts}
    found = [
        case
        for case, events in act.beside
        if case.kind == INSPECTION
        and not any(one.kind == "cancelled" for one in events)
        and years.get(str(_fact(case, events, "plan_id"))) == year
        and _fact(case, events, "origin") == "planned"
        and same_subject(
            str(act.facts["subject"]),
            act.facts.get("subject_id"),
            str(_fact(case, events, "subject")),
            _fact(case, events, "subject_id"),
        )
    ]
    if len(found) >= number(rule, "most"):
        raise ConflictError(
            "desk_inspection.twice_a_year",
            subject=act.facts["subject"],
            year=year,
            number=found[0].label,
            rule=f"{rule.instrument}, {rule.clause}",
        )


def _fact(case: DeskCase, events: Sequence[DeskEvent], name: str) -> object:
    """Return a fact as it was last stated."""
    stated = [
        one.details[name] for one in events if one.kind == SUPPLEMENTED and name in one.details
    ]
    return stated[-1] if stated else case.facts.get(name)


def _require_days(act: Act) -> None:
    """Refuse a day that has not come, that is long ago, or that lies before the step before."""
    day = stated_day(act.kind, act.details, DAYS)
    if day is None:
        return
    name = DAYS.get(act.kind, HAPPENED_ON.name)
    require_happened(act, name)
    before = _last_day(act.standing)
    if act.kind not in _ANY_TIME and before is not None and day < before:
        raise FormatError("desk.day_before", name=name, value=day, before=before)
    if day < act.today - LONG_AGO:
        raise FormatError("desk.day_long_ago", name=name, value=day)


def _last_day(standing: Standing | None) -> date | None:
    """Return the day of the step before; of visits, which may come in any order, the first."""
    events = () if standing is None else standing.events
    days = [
        found
        for one in events
        if one.kind not in ("visited", *_ANY_TIME)
        and (found := stated_day(one.kind, one.details, DAYS)) is not None
    ]
    return max(days, default=None)


def _notice(act: Act, standing: Standing) -> None:
    """Refuse a notice that comes too late before the visit."""
    sent, visit = (date.fromisoformat(str(act.details[one])) for one in ("noticed_on", "visit_on"))
    if not sent <= visit <= act.today + LONG_AGO:
        raise FormatError("desk_inspection.visit_day", name="visit_on", value=visit)
    origin = str(standing.facts["origin"])
    needed = notice_days(act.rules, origin, sent)
    left = act.calendar.working_days_between(sent, visit)
    if left < needed:
        raise ConflictError(
            "desk_inspection.notice_late",
            left=left,
            needed=needed,
            earliest=act.calendar.add_working_days(sent, needed),
        )


def _begun(act: Act, standing: Standing) -> None:
    """Refuse a visit that begins before the day of which notice was given."""
    _require_noticed(act, standing, "begun_on")


def _require_noticed(act: Act, standing: Standing, name: str) -> None:
    """Refuse a visit before the day of which notice was given, or before the complaint came."""
    day = date.fromisoformat(str(act.details[name])[:10])
    noticed = standing.last("noticed")
    if noticed is not None and day < date.fromisoformat(str(noticed.details["visit_on"])):
        visit_on = date.fromisoformat(str(noticed.details["visit_on"]))
        raise ConflictError("desk_inspection.before_notice", visit_on=visit_on)
    require_since_complaint(act, day, name)


def _visited(act: Act, standing: Standing) -> None:
    """Refuse a visit before its day, and a checklist of what this inspection is not about."""
    _require_noticed(act, standing, "visited_at")
    told: Any = act.details["checklist"]
    known = checklist(told["list"])
    ids: Any = standing.facts.get(f"{known.object}_ids", ())
    if told["object_id"] not in ids:
        raise ConflictError(
            "desk_inspection.object_elsewhere", object=told["object_id"], list=known.id
        )


def _recorded(act: Act, standing: Standing) -> None:
    """Refuse an outcome that nothing shows, and one without the record that it needs."""
    outcome = str(act.details["outcome"])
    found = found_of(standing.events)
    proven, met = found.of(Shown.PROVEN), found.of(Shown.MET)
    signs = bool(proven) or bool(found.of(Shown.DOUBTFUL))
    if outcome in ("violates", "mixed") and not proven:
        raise ConflictError("desk_inspection.nothing_proven")
    if outcome == "mixed" and not met:
        raise ConflictError("desk_inspection.nothing_met")
    if outcome == "complies" and (signs or not met):
        raise ConflictError("desk_inspection.not_complying")
    if outcome == "needs_verification" and not signs:
        raise ConflictError("desk_inspection.no_signs")
    needed = {
        "complies": ("record_number",),
        "violates": ("violation_number",),
        "mixed": ("record_number", "violation_number"),
        "needs_verification": ("record_number", "verification"),
    }[outcome]
    for name in needed:
        if name not in act.details:
            raise FormatError("desk_inspection.record_absent", name=name)
    _require_after_visits(act, standing)


def _require_after_visits(act: Act, standing: Standing) -> None:
    visits = [one.details for one in standing.events if one.kind == "visited"]
    days = [stated_day("visited", one, DAYS) for one in visits]
    last = max((one for one in days if one is not None), default=None)
    ended = stated_day("recorded", act.details, DAYS)
    if last is not None and ended is not None and ended < last:
        raise FormatError("desk.day_before", name="ended_on", value=ended, before=last)


def _ordered(act: Act, standing: Standing) -> None:
    require_soon(act, "until")
    recorded = standing.last("recorded")
    if recorded is not None:
        _require_since(act, day_of(recorded, DAYS))


def _require_since(act: Act, before: date) -> None:
    """Refuse a stated day before that of what the step answers."""
    day, name = stated_day(act.kind, act.details, DAYS), DAYS.get(act.kind, HAPPENED_ON.name)
    if day is not None and day < before:
        raise FormatError("desk.day_before", name=name, value=day, before=before)


def _order_done(act: Act, standing: Standing) -> None:
    """Refuse an order that was done before it was given."""
    _order_named(act, standing)
    (order,) = [
        one for one in orders(standing.events) if float(one.sequence) == act.details["order"]
    ]
    _require_since(act, local_day(order.ordered_at))


def _order_named(act: Act, standing: Standing) -> None:
    names = [one.sequence for one in open_orders(standing.events)]
    if act.details["order"] not in {float(one) for one in names}:
        raise FormatError(
            "desk_inspection.order_unknown",
            name="order",
            known=", ".join(str(one) for one in names),
        )
    require_soon(act, "until")


_JUDGES: Final = {
    "noticed": _notice,
    "visit_begun": _begun,
    "visited": _visited,
    "recorded": _recorded,
    "ordered": _ordered,
    "order_extended": _order_named,
    "order_done": _order_done,
}
