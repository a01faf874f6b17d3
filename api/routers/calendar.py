"""Working days: the calendar of a year as a page and for programs, and the end of a term."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.clock_view import day_json, rule_json, said_term
from api.guard import GuardedRoute
from api.language import api_language, safe_language
from api.pages import render
from api.service import service_of
from data.text import Language
from gis.cases.decisions import Decision
from gis.cases.rule_book import rules_in_use
from gis.cases.working_days import (
    FIRST_YEAR,
    LAST_YEAR,
    DayKind,
    DayStatus,
    calendar_in_use,
    local_day,
    read_start,
)
from gis.terms import COUNTING, Term

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["sharing"])

Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]
_ORDINARY = (DayKind.WORKING, DayKind.WEEKEND)


@router.get("/working-days")
def working_days(request: Request, year: Year = None) -> dict[str, Any]:
    """The holidays and swapped days of a year, each with its label."""
    service, language = service_of(request), api_language(request)
    asked = year or service.today().year
    calendar = calendar_in_use(service.home)
    days = calendar.days(asked)
    return {
        "year": asked,
        "working_days": sum(one.working for one in days),
        "days": [day_json(one, language) for one in days if one.kind not in _ORDINARY],
        "decisions": [_decision(one, language) for one in calendar.decided(asked)],
    }


@router.get("/working-days/due")
def due(
    request: Request,
    start: Annotated[str, Query(max_length=40, description="A day, or a moment with its zone.")],
    term: Annotated[str, Query(max_length=40, examples=["7wd"])],
) -> dict[str, Any]:
    """When a term ends, by the rule in force on its first day."""
    service, language = service_of(request), api_language(request)
    calendar, rules = calendar_in_use(service.home), rules_in_use(service.home)
    begins, asked = read_start(start), Term.parse(term)
    day = local_day(begins) if isinstance(begins, datetime) else begins
    found = calendar.end_of_term(begins, asked, rules.counting(day))
    rule = rules.rule(COUNTING, day)
    return {
        "start": begins.isoformat(),
        "term": str(asked),
        "term_text": said_term(asked, language),
        "due_on": found.on.isoformat(),
        "due_at": found.at.isoformat(),
        "rule": None if rule is None else rule_json(rule, language),
        "days_off": [day_json(one, language) for one in calendar.between(day, found.on)],
    }


def _decision(one: Decision, language: Language) -> dict[str, Any]:
    label = one.label
    return {
        "instrument": label.instrument,
        "confidence": label.confidence.value,
        "source": label.source,
        "note": label.note(language),
        "file": label.file,
    }


@router.get("/view/calendar", include_in_schema=False)
def calendar_page(request: Request, year: Year = None) -> Response:
    """Show the working days of a year, with what makes each other day so."""
    service, language = service_of(request), safe_language(request, page=True)
    asked = year or service.today().year
    calendar = calendar_in_use(service.home)
    days = calendar.days(asked)
    return render(
        request,
        "calendar.html",
        year=asked,
        first_year=FIRST_YEAR,
        last_year=LAST_YEAR,
        today=service.today(),
        months=[_weeks([one for one in days if one.day.month == m]) for m in range(1, 13)],
        counts=[
            sum(one.working for one in days if one.day.month == month) for month in range(1, 13)
        ],
        special=[one for one in days if one.kind not in _ORDINARY],
        week=calendar.week(days[0].day),
        decisions=[_decision(one, language) for one in calendar.decided(asked)],
    )


def _weeks(days: Sequence[DayStatus]) -> list[list[DayStatus | None]]:
    """Return the days of a month in rows of a week, Monday first."""
    cells: list[DayStatus | None] = [None] * days[0].day.weekday()
    cells += days
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]
