"""What may not happen to an inspection: by the circular, and by what was found."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from gis.cases.rule_book import CaseRules
from gis.desk.checklists import Shown, Tally, checklist, tally
from gis.desk.happened import require_happened, require_soon
from gis.desk.inspection_days import DAYS, day_of
from gis.desk.inspection_orders import open_orders
from gis.desk.inspection_plan import plan_lines, planned_case, require_known, same_subject
from gis.desk.procedure import Act, Standing
from gis.desk.records import OPENED, SUPPLEMENTED, DeskCase, DeskEvent
from gis.desk.visit_register import answers_with_register
from gis.errors import ConflictError, FormatError
from gis.terms import INSPECTION_NOTICE, INSPECTION_ONCE, term_of
from propagation.compliance.parameters import number

__all__ = ["INSPECTION", "found_of", "notice_days", "require"]

INSPECTION: Final = "inspection"

_LONG_AGO: Final = timedelta(days=366)


def found_of(events: Sequence[DeskEvent]) -> Tally:
    """Return what the visits of a case found."""
    visits = [one.details for one in events if one.kind == "visited"]
    filled: list[tuple[date, Any]] = [
        (day, answers_with_register(told))
        for told in visits
        if (day := day_of("visited", told)) is not None
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
        require_known(act.reader, act.facts)
        if act.facts["origin"] == "planned":
            _require_planned(act)
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
    lines = plan_lines(events)
    if not any(same_subject(subject, subject_id, one.subject, one.subject_id) for one in lines):
        raise ConflictError(
            "desk_inspection.not_in_plan", subject=subject, year=str(case.facts["year"])
        )
    _require_once(act, case)


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
    day = day_of(act.kind, act.details)
    if day is None:
        return
    name = DAYS[act.kind]
    require_happened(act, name)
    before = _last_day(act.standing)
    if act.kind != "order_done" and before is not None and day < before:
        raise FormatError("desk_inspection.day_before", name=name, value=day, before=before)
    if day < act.today - _LONG_AGO:
        raise FormatError("desk_inspection.day_long_ago", name=name, value=day)


def _last_day(standing: Standing | None) -> date | None:
    """Return the day of the step before; of visits, which may come in any order, the first."""
    events = () if standing is None else standing.events
    days = [
        found
        for one in events
        if one.kind not in ("visited", "order_done")
        and (found := day_of(one.kind, one.details)) is not None
    ]
    return max(days, default=None)


def _notice(act: Act, standing: Standing) -> None:
    """Refuse a notice that comes too late before the visit."""
    sent, visit = (date.fromisoformat(str(act.details[one])) for one in ("noticed_on", "visit_on"))
    if not sent <= visit <= act.today + _LONG_AGO:
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
    noticed = standing.last("noticed")
    if noticed is not None and str(act.details["begun_on"]) < str(noticed.details["visit_on"]):
        day = date.fromisoformat(str(noticed.details["visit_on"]))
        raise ConflictError("desk_inspection.before_notice", visit_on=day)


def _visited(act: Act, standing: Standing) -> None:
    """Refuse a checklist of what this inspection is not about."""
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
    days = [day_of(one.kind, one.details) for one in standing.events if one.kind == "visited"]
    last = max((one for one in days if one is not None), default=None)
    ended = day_of("recorded", act.details)
    if last is not None and ended is not None and ended < last:
        raise FormatError("desk_inspection.day_before", name="ended_on", value=ended, before=last)


def _ordered(act: Act, _standing: Standing) -> None:
    require_soon(act, "until")


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
    "order_done": _order_named,
}
