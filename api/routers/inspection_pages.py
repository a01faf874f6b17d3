"""Pages of inspections: the ranking, what a plan holds, what a visit found."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import api.inspection_letters  # noqa: F401 - the tables of letters are registered there
from api.clock_view import rule_json
from api.desk_kinds import PANELS, Panel
from api.desk_steps import SentForm, read_files, sent_files
from api.desk_view import DeskView, desk_of, desk_teller
from api.forms import REFUSALS, FormState, Refused
from api.guard import GuardedRoute
from api.identity import identity_of
from api.inspection_sanctions import guide_rows
from api.inspection_view import asked_lists, found_rows
from api.language import safe_language
from api.pages import render
from api.plan_view import plan_rows
from api.risk_view import RiskAsked, ranked, risk_json
from api.routers.desk_pages import show_case, shown_again
from api.service import service_of
from api.viewing import note_told
from api.visit_steps import (
    Clash,
    keep_visit,
    record_visit,
    require_own,
    sent_visit,
    titled,
    typed_checklist,
)
from api.whole import OffsetQuery, whole
from data.text import Language, text
from gis.desk.inspection import INSPECTION_PROCEDURE
from gis.desk.inspection_orders import orders
from gis.desk.inspection_plan import DRAFT, PLAN, plan_lines
from gis.desk.inspection_rules import INSPECTION, found_of
from gis.desk.planning import add_structures, inspection_facts
from gis.desk.screening import PERSONAL
from gis.desk.visits import Visit, read_visit
from gis.errors import ConflictError, FormatError, GisError, NotFoundError
from propagation.compliance.parameters import number

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_RISK = "/view/inspections/risk"
_ONE = "/view/desk/inspection/{inspection_id}"
_PER_PAGE = 25
_MOST_CHOSEN = 200
Word = Annotated[str, Query(max_length=200)]


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


# the ranking


def _asked(owner_id: Word = "", commune: Word = "", kind: Word = "") -> RiskAsked:
    return RiskAsked(owner_id, commune, kind)


Asked = Annotated[RiskAsked, Depends(_asked)]


@router.get(_RISK)
def risk_page(request: Request, asked: Asked, offset: OffsetQuery = 0) -> Response:
    """Show which structures to visit first, and why."""
    return _risk(request, asked, offset)


def _risk(
    request: Request,
    asked: RiskAsked,
    offset: int,
    problem: GisError | None = None,
    chosen: Collection[str] = (),
) -> Response:
    language = safe_language(request, page=True)
    found = ranked(request, asked)
    shown = found.risks[offset : offset + _PER_PAGE]
    note_told(request, structures=[one.structure for one in shown])
    return render(
        request,
        "inspection_risk.html",
        status_code=200 if problem is None else 422,
        problem=None if problem is None else problem.say(language),
        asked=asked,
        chosen=chosen,
        found=found,
        weights=[
            {"told": rule_json(one, language), "points": number(one, "points")}
            for one in found.weights
        ],
        rows=[(one, risk_json(one, language)) for one in shown],
        plans=[(one.case.id, one.standing.facts["year"]) for one in _drafts(request)],
        matched=len(found.risks),
        offset=offset,
        per_page=_PER_PAGE,
    )


def _drafts(request: Request) -> list[DeskView]:
    """Return the plans that are being drawn up."""
    told = desk_teller(request, safe_language(request, page=True))
    cases = desk_of(request).cases(identity_of(request).scope, kind=PLAN)
    views = [told.view(case, events) for case, events in cases]
    return [one for one in views if one.standing.state == DRAFT]


@router.post(_RISK)
def add_to_plan(
    request: Request, form: SentForm, asked: Asked, offset: OffsetQuery = 0
) -> Response:
    """Add the chosen structures to a plan and show it."""
    chosen = [one for one in form.getlist("structure_id") if isinstance(one, str)]
    try:
        plan = str(form.get("plan_id", ""))
        if not 0 < len(chosen) <= _MOST_CHOSEN:
            raise FormatError("desk_inspection_plan.risk_chosen_none")
        if plan not in {one.case.id for one in _drafts(request)}:
            raise FormatError("desk_inspection_plan.risk_plan_wrong")
        identity = identity_of(request)
        wanted = _reasons(request, asked, chosen)
        with service_of(request).register.snapshot() as reader:
            add_structures(
                desk_of(request), reader, plan, wanted, identity.scope, account=identity.name
            )
    except GisError as error:
        return _risk(request, asked, offset, error, chosen)
    return RedirectResponse(f"/view/desk/{PLAN}/{plan}", 303)


def _reasons(request: Request, asked: RiskAsked, chosen: list[str]) -> dict[str, str]:
    """Return why each chosen structure is visited, in Vietnamese: the plan is a document."""
    found = {one.structure.id: one for one in ranked(request, asked).risks}
    told = {}
    for one in chosen:
        if one not in found:
            raise NotFoundError("errors.structures_unknown", id=one[:60])
        titles = [reason.rule.title_vi for reason in found[one].reasons[:4]]
        told[one] = text(
            "desk_inspection_plan.risk_by_reason", Language.VI, reasons="; ".join(titles)
        )
    return told


# what a plan holds


def _plan_values(request: Request, view: DeskView) -> Mapping[str, Any]:
    language = view.told.language
    return {"lines": plan_rows(request, view, language)}


@router.post("/view/desk/inspection_plan/{inspection_plan_id}/inspections")
def open_inspection(request: Request, inspection_plan_id: str, form: SentForm) -> Response:
    """Open the inspection of a line of a plan."""
    identity, desk = identity_of(request), desk_of(request)
    plan, events = desk.case(PLAN, inspection_plan_id, identity.scope)
    wanted = whole(str(form.get("line", "")))
    line = next((one for one in plan_lines(events) if one.sequence == wanted), None)
    try:
        if line is None:
            raise FormatError(
                "desk_inspection_plan.line_unknown", name="line", value=str(form.get("line"))[:20]
            )
        facts = inspection_facts(plan, line)
        case = desk.open(INSPECTION_PROCEDURE, facts, identity.scope, account=identity.name)
    except REFUSALS as error:
        refused = Refused.of(request, {}, error, {})
        return show_case(request, PLAN, inspection_plan_id, refused=refused)
    return RedirectResponse(f"/view/desk/{INSPECTION}/{case.id}", 303)


# what a visit found


def _inspection_values(request: Request, view: DeskView) -> Mapping[str, Any]:
    language = view.told.language
    asked = asked_lists(request, view)
    objects = [one.seen for one in asked]
    outcome = found_of(view.standing.events).outcome
    return {
        "asked": [one.json(language) for one in asked],
        "found": found_rows(view, objects, language),
        "sanctions": guide_rows(request, view, objects, language),
        "proposed": None if outcome is None else view.said(f"choice.outcome.{outcome}"),
        "orders": orders(view.standing.events),
        "may_visit": "visited" in view.standing.possible[view.party],
        "clash": None,
        "visit_state": FormState("visited"),
        "empty_state": FormState("empty"),
    }


PANELS.update(
    {
        INSPECTION: Panel("inspection_panel.html", _inspection_values),
        PLAN: Panel("inspection_plan_panel.html", _plan_values),
    }
)


@router.post(_ONE + "/checklists")
def typed_visit(request: Request, inspection_id: str, form: SentForm) -> Response:
    """Record a visit that was typed on the page; a refused one comes back with what was typed."""
    identity = identity_of(request)
    typed = _texts(form)
    name = f"{typed.get('list', '')}-{typed.get('object_id', '')}"
    fields = {
        one.name: f"desk_inspection.field.{one.name}"
        for one in INSPECTION_PROCEDURE.fields_of("visited")
    }
    try:
        told = {one: typed.get(one, "") for one in fields if one != "checklist"}
        expected = whole(typed.get("expected", ""))
        if expected is None:
            raise FormatError("requests.expected_malformed")
        desk_of(request).append(
            INSPECTION_PROCEDURE,
            inspection_id,
            "visited",
            {**told, "checklist": typed_checklist(typed)},
            identity.scope,
            account=identity.name,
            expected=expected,
            files=read_files(sent_files(form)),
        )
    except REFUSALS as error:
        language = safe_language(request, page=True)
        told_error = titled(error, [typed.get("list", "")], language)
        refused = Refused.of(request, shown_again(typed, error), told_error, fields)
        panel = {"visit_state": FormState(name, refused)}
        return show_case(request, INSPECTION, inspection_id, refused=refused, panel=panel)
    return RedirectResponse(f"/view/desk/{INSPECTION}/{inspection_id}", 303)


@router.post(_ONE + "/visits")
def sent_form(request: Request, inspection_id: str, form: SentForm) -> Response:
    """Take a telephone's form once; one that cannot be recorded is shown, and may be kept."""
    content, visit = b"", None
    try:
        content = sent_visit(form)
        visit = read_visit(content)
        require_own(visit, inspection_id)
        return _taken(request, inspection_id, visit, content, form)
    except REFUSALS as error:
        refused = Refused.of(request, {}, error, {})
        panel: dict[str, Any] = {}
        personal = getattr(error, "key", "") == PERSONAL
        if visit is not None and visit.case_id == inspection_id and not personal:
            shown = content.decode("utf-8-sig", "replace")
            panel["clash"] = Clash(content=shown, since=_since(error, visit))
        return show_case(request, INSPECTION, inspection_id, refused=refused, panel=panel)


def _since(error: Exception, visit: Visit) -> int:
    return visit.expected if isinstance(error, ConflictError) else 0


def _taken(
    request: Request, case_id: str, visit: Visit, content: bytes, form: FormData
) -> Response:
    decision, language = str(form.get("decision", "")), safe_language(request, page=True)
    expected = whole(str(form.get("expected", ""))) or visit.expected
    if decision == "keep":
        note = text("desk_inspection.clash_kept", Language.VI)
        keep_visit(request, case_id, content, note, expected)
        return RedirectResponse(f"/view/desk/{INSPECTION}/{case_id}", 303)
    new = record_visit(
        request,
        case_id,
        visit,
        expected=expected if decision == "record" else visit.expected,
        files=read_files(sent_files(form)),
    )
    done = "desk_inspection.visit_done" if new else "desk_inspection.visit_again"
    panel = {"clash": Clash(done=text(done, language))}
    return show_case(request, INSPECTION, case_id, panel=panel)
