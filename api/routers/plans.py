"""Versions of channel plans: listed, read and compared, as pages and for programs."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.downloads import made_for_download
from api.errors import status_of
from api.geojson import plain
from api.guard import GuardedRoute
from api.language import api_language, page_language, safe_language
from api.pages import render, wants_page
from api.plan_json import comparison_json, plan_json
from api.service import service_of
from api.validity import span
from data.text import Language, has, text
from gis.errors import GisError
from gis.plan_versions import (
    PlanVersion,
    RowDifference,
    compare,
    comparison_csv,
    plan_version,
    plan_versions,
    written,
)

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["register"])

PlanId = Annotated[str, Query(min_length=1, max_length=500)]
MaybePlan = Annotated[str, Query(max_length=500)]
_SHOWN = 500


@router.get("/plans")
def plans(request: Request) -> dict[str, Any]:
    """The versions of channel plans in the register."""
    with service_of(request).register.snapshot() as register:
        return {"plans": [plan_json(version) for version in plan_versions(register)]}


@router.get("/plans/compare", response_model=None)
def compare_plans(
    request: Request, old: PlanId, new: PlanId, format: Literal["json", "csv"] = "json"
) -> Response | dict[str, Any]:
    """Two versions compared row by row: lines added, removed and changed, each with its fields."""
    with service_of(request).register.snapshot() as register:
        compared = compare(register, old, new)
    if format == "json":
        return comparison_json(compared)
    language = page_language(request) if wants_page(request) else api_language(request)
    written_csv = comparison_csv(compared, language)
    return made_for_download(
        "phusong-plans.csv",
        lambda path: path.write_text(written_csv, encoding="utf-8", newline=""),
    )


@router.get("/plans/{plan_id:path}")
def plan(request: Request, plan_id: str) -> dict[str, Any]:
    """One version with its lines."""
    with service_of(request).register.snapshot() as register:
        version, lines = plan_version(register, plan_id)
    return {**plan_json(version), "lines": plain(lines)}


@router.get("/view/plans", include_in_schema=False)
def plans_page(request: Request) -> Response:
    """List the versions, and offer to compare two."""
    with service_of(request).register.snapshot() as register:
        versions = plan_versions(register)
    return render(
        request,
        "plans.html",
        versions=[_row(one, safe_language(request, page=True)) for one in versions],
        old="",
        new="",
    )


@router.get("/view/plans/compare", include_in_schema=False)
def compare_page(request: Request, old: MaybePlan = "", new: MaybePlan = "") -> Response:
    """Show what two versions do not share."""
    language = safe_language(request, page=True)
    compared, problem = None, None
    with service_of(request).register.snapshot() as register:
        versions = plan_versions(register)
        try:
            compared = compare(register, old, new) if old and new else None
        except GisError as error:
            problem = error
    found = () if compared is None else compared.differences
    return render(
        request,
        "plan_compare.html",
        status_code=200 if problem is None else status_of(problem),
        problem=problem,
        versions=[_row(one, language) for one in versions],
        old=old,
        new=new,
        compared=compared,
        differences=[_difference(one, language) for one in found[:_SHOWN]],
        matched=len(found),
    )


@router.get("/view/plans/{plan_id:path}", include_in_schema=False)
def plan_page(request: Request, plan_id: str) -> Response:
    """Show the lines of one version."""
    language = safe_language(request, page=True)
    with service_of(request).register.snapshot() as register:
        version, lines = plan_version(register, plan_id)
    return render(
        request,
        "plan.html",
        version=_row(version, language),
        lines=lines[:_SHOWN],
        matched=len(lines),
    )


def _row(version: PlanVersion, language: Language) -> dict[str, Any]:
    """Return what the pages show of a version."""
    named = f"register.plan.{version.id}"
    return {
        "id": version.id,
        "name": text(named, language) if has(named) else version.id,
        "services": [text(f"register.service.{one}", language) for one in version.services],
        "instruments": version.instruments,
        "validity": span(version.valid_from, version.valid_to, language),
        "confidences": [text(f"register.confidence.{one}", language)
                        for one in version.confidences],
        "synthetic": "synthetic" in version.confidences,
        "rows": version.rows,
        "batches": version.batches,
    }  # fmt: skip


def _difference(one: RowDifference, language: Language) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "entry": one.entry,
        "changes": [
            text(
                "plans.change",
                language,
                field=text(f"register.field.{change.field}", language),
                old=written(change.old, language) or text("exchange.empty", language),
                new=written(change.new, language) or text("exchange.empty", language),
            )
            for change in one.changes
        ],
    }
