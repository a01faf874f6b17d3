"""Plan, licence, record and measurement in one row a station, as a page and as CSV."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.downloads import made_for_download
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, page_language, safe_language
from api.pages import render, wants_page
from api.routers.findings import Plan
from api.service import service_of
from data.text import Language, has, number, text
from gis.plan_rows import SOURCES, Item, PlanRow, plan_rows, plan_rows_csv
from gis.register.records import Service
from gis.studies.findings import newest_of_plan
from maps.findings import check_marks
from maps.words import watts
from propagation.compliance.catalogue import number_of

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["register"])


@router.get("/plan-rows.csv", response_class=FileResponse)
def plan_rows_file(request: Request, service: Plan = "fm") -> FileResponse:
    """Plan, licence, record and measurement of each station of a service, as CSV."""
    language = page_language(request) if wants_page(request) else api_language(request)
    written = plan_rows_csv(_rows(request, service), language)
    return made_for_download(
        f"phusong-plan-rows-{service}.csv",
        lambda path: path.write_text(written, encoding="utf-8", newline=""),
    )


@router.get("/view/plan-rows", include_in_schema=False)
def plan_rows_page(
    request: Request, service: Plan = "fm", differing: Annotated[bool, Query()] = False
) -> Response:
    """Show where each station differs from its plan, and what the checks say of it."""
    language = safe_language(request, page=True)
    rows = _rows(request, service)
    here = service_of(request)
    study = newest_of_plan(here.home, service, here.today())
    judged = {} if study is None else {one["station_id"]: one for one in study.results["stations"]}
    outcomes = {
        station_id: {mark.check: mark.outcome for mark in check_marks(row)}
        for station_id, row in judged.items()
    }
    return render(
        request,
        "plan_rows.html",
        rows=[row for row in rows if row.differences or not differing],
        counted={"count": len(rows), "differing": sum(row.differences > 0 for row in rows)},
        items=[item.name for item in rows[0].items] if rows else [],
        study=study,
        outcomes=outcomes,
        number_of=number_of,
        lines=lambda item: list(_lines(item, language)),
        services=[one.value for one in Service],
        service=service,
        differing=differing,
    )


def _rows(request: Request, service: str) -> list[PlanRow]:
    here = service_of(request)
    with here.register.snapshot() as register:
        return plan_rows(register, identity_of(request).scope, Service(service), here.today())


def _lines(item: Item, language: Language) -> Iterator[tuple[str, str]]:
    """Yield each value of an item once, after the sources that state it."""
    sources: dict[str, list[str]] = {}
    for source in SOURCES:
        value = getattr(item, source)
        if value is not None:
            said = _said(item.name, value, language)
            sources.setdefault(said, []).append(text(f"plan_rows.{source}", language))
    for said, names in sources.items():
        yield ", ".join(names), said


def _said(name: str, value: str | float, language: Language) -> str:
    """Return a value as the table writes it; its unit stands at the head of the column."""
    if isinstance(value, str):
        key = f"register.{name}.{value}"
        return text(key, language) if has(key) else value
    told = number(value, language)
    return f"{told} ({watts(value, language)})" if name == "erp_total_dbw" else told
