"""Inspections for programs: what a visit asks, visits from telephones, plans, the ranking."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from api.data_stamps import case_stamps
from api.desk_view import DeskView, desk_view
from api.downloads import made_for_download
from api.geojson import plain
from api.guard import GuardedRoute
from api.inspection_sanctions import guide_rows
from api.inspection_view import asked_lists, inspected_objects
from api.language import api_language, safe_language
from api.pages import render
from api.paging import LimitQuery, links
from api.plan_view import plan_rows
from api.risk_view import RiskAsked, ranked, risk_json
from api.schemas import VisitBody
from api.service import service_of
from api.viewing import note_told
from api.visit_steps import record_visit
from api.whole import OffsetQuery
from data.text import Language, text
from gis.desk.inspection_plan import PLAN
from gis.desk.inspection_rules import INSPECTION
from gis.desk.visits import VISIT_FORMAT, read_visit
from gis.exchange.writing import write_sheet
from gis.register.structures import StructureKind

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["desk"])

_ONE = "/desk/inspection/{inspection_id}"
_SHEET = ("place", "subject", "objects", "quarter", "reason")


def _risk_asked(
    owner_id: Annotated[str | None, Query(max_length=200)] = None,
    commune: Annotated[str | None, Query(max_length=200)] = None,
    kind: StructureKind | None = None,
) -> RiskAsked:
    return RiskAsked(owner_id or "", commune or "", kind or "")


@router.get("/inspections/risk")
def risk(
    request: Request,
    asked: Annotated[RiskAsked, Depends(_risk_asked)],
    limit: LimitQuery = 50,
    offset: OffsetQuery = 0,
) -> dict[str, Any]:
    """Structures by the reasons to visit them, with points and labels; no evidence of anything."""
    language = api_language(request)
    found = ranked(request, asked)
    shown = found.risks[offset : offset + limit]
    note_told(request, structures=[one.structure for one in shown])
    return {
        "computed_at": plain(found.made_at),
        "numberMatched": len(found.risks),
        "numberReturned": len(shown),
        "links": links(request, limit=limit, offset=offset, matched=len(found.risks)),
        "structures": [risk_json(one, language) for one in shown],
    }


@router.get(_ONE + "/checklists")
def checklists(request: Request, inspection_id: str) -> dict[str, Any]:
    """What a visit of each object asks, with what the register says beside it."""
    language = api_language(request)
    view = desk_view(request, INSPECTION, inspection_id, language)
    return {
        "expected": len(view.standing.events),
        "checklists": [one.json(language) for one in asked_lists(request, view)],
    }


@router.get(_ONE + "/sanctions")
def sanctions(request: Request, inspection_id: str) -> dict[str, Any]:
    """What the acts that visits showed may cost, by the decree of the day; no decision."""
    language = api_language(request)
    view = desk_view(request, INSPECTION, inspection_id, language)
    with service_of(request).register.snapshot() as reader:
        objects = inspected_objects(request, reader, view)
    rows = guide_rows(request, view, objects, language)
    return {"guides": [one.json() for one in rows], "guide": text("sanctions.guide", language)}


@router.get(_ONE + "/form.html")
def phone_form(request: Request, inspection_id: str) -> Response:
    """The form of a visit in one file, for a telephone without a network."""
    language = safe_language(request, page=True)
    view = desk_view(request, INSPECTION, inspection_id, language)
    page = render(
        request,
        "inspection_phone.html",
        view=view,
        data_stamps=case_stamps(service_of(request), view.standing, language),
        lists=[one.json(language) for one in asked_lists(request, view)],
        told=_phone(view, language),
    )
    name = f"inspection-{view.case.number}-{view.case.year}.html"
    page.headers["content-disposition"] = f'attachment; filename="{name}"'
    return page


def _phone(view: DeskView, language: Language) -> dict[str, Any]:
    """Return what the script of the form needs."""
    words = ("saved", "unsaved", "sure", "need_time", "need_one", "need_value")
    more = ("need_note", "need_outcome")
    return {
        "format": VISIT_FORMAT,
        "case": view.case.id,
        "number": f"{view.case.number}-{view.case.year}",
        "expected": len(view.standing.events),
        "words": {
            one: text(f"desk_inspection.phone_{one}", language, time="{time}")
            for one in (*words, *more)
        },
    }


@router.post(_ONE + "/visits")
def add_visit(request: Request, inspection_id: str, body: VisitBody) -> JSONResponse:
    """Take a telephone's form: 201 the first time, 200 whenever it is sent again."""
    visit = read_visit(body.model_dump())
    new = record_visit(request, inspection_id, visit, expected=visit.expected)
    view = desk_view(request, INSPECTION, inspection_id, api_language(request))
    return JSONResponse(view.json(), 201 if new else 200)


@router.get("/desk/inspection_plan/{inspection_plan_id}/lines")
def lines(request: Request, inspection_plan_id: str) -> dict[str, Any]:
    """The lines of a plan as its events leave them."""
    language = api_language(request)
    view = desk_view(request, PLAN, inspection_plan_id, language)
    return {"lines": [one.json() for one in plan_rows(request, view, language)]}


@router.get("/desk/inspection_plan/{inspection_plan_id}/lines.xlsx", response_class=FileResponse)
def sheet(request: Request, inspection_plan_id: str) -> FileResponse:
    """The table of a plan."""
    language = safe_language(request, page=True)
    view = desk_view(request, PLAN, inspection_plan_id, language)
    rows = [
        (
            place,
            row.line.subject,
            "; ".join(row.objects),
            row.quarter or "",
            "; ".join(row.line.reasons),
        )
        for place, row in enumerate(plan_rows(request, view, language), start=1)
    ]
    heads = [text(f"desk_inspection_plan.column_{one}", language) for one in _SHEET]
    title = str(view.standing.facts["year"])
    name = f"inspection-plan-{title}.xlsx"
    return made_for_download(name, lambda path: write_sheet(title, (heads, *rows), path))
