"""Sanctions: what an act may cost, by the decree of its day; a guide and no decision."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api.entered import read_entered
from api.facts_form import facts_refused, stated
from api.forms import FormState
from api.guard import GuardedRoute
from api.language import api_language, safe_language
from api.pages import render
from api.sanction_view import behaviour_rows, behaviour_title, sanction_json, victims
from api.service import service_of
from api.whole import MOST, OffsetQuery
from data.text import Language
from gis.days import FIRST_DAY, LAST_DAY
from gis.errors import GisError
from gis.sanctions import SanctionBook, sanctions_in_use
from propagation.compliance.sanction_rules import FIELDS
from propagation.compliance.sanctions import Act

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_FORM: Final = "act"
_FACTS: Final = ("began_on", "ended_on", "judged_on", "power_w", "count", "victim", "organisation")

_PER_PAGE: Final = 25

_Text = Annotated[str, Query(max_length=200)]
_Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY)]


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the form, as it was typed."""

    behaviour: _Text = ""
    began_on: _Text = ""
    ended_on: _Text = ""
    judged_on: _Text = ""
    power_w: _Text = ""
    count: _Text = ""
    victim: _Text = ""
    organisation: _Text = ""


@router.get("/sanctions", tags=["sanctions"])
def rows(request: Request, *, text: _Text = "") -> dict[str, Any]:
    """Every behaviour with its ranges of fines, by decree; a guide and no decision."""
    found = behaviour_rows(sanctions_in_use(service_of(request).home), api_language(request), text)
    return {"numberMatched": len(found), "behaviours": found}


@router.get("/sanctions/{behaviour}", tags=["sanctions"])
def judge(
    request: Request,
    behaviour: str,
    *,
    began_on: _Day = None,
    ended_on: _Day = None,
    judged_on: _Day = None,
    power_w: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    count: Annotated[int | None, Query(le=MOST)] = None,
    victim: _Text = "",
    who: Annotated[Literal["organisation", "person"] | None, Query()] = None,
) -> dict[str, Any]:
    """What an act may cost by the decree of the day on which it ended.

    Without `ended_on` the act goes on; it is judged today unless `judged_on` says another day.
    """
    service, language = service_of(request), api_language(request)
    book = sanctions_in_use(service.home)
    facts = {
        "began_on": began_on,
        "ended_on": ended_on,
        "power_w": power_w,
        "count": count,
        "victim": victim or None,
        "organisation": None if who is None else who == "organisation",
    }
    found = book.judge(behaviour, judged_on or service.today(), **facts)
    return sanction_json(found, behaviour_title(book, behaviour, language), language)


@router.get("/view/sanctions", include_in_schema=False)
def page(
    request: Request,
    asked: Annotated[_Typed, Depends()],
    text: _Text = "",
    offset: OffsetQuery = 0,
) -> Response:
    """Show what an act may cost, the form that asks, and every behaviour."""
    service, language = service_of(request), safe_language(request, page=True)
    book = sanctions_in_use(service.home)
    typed = {name: value.strip() for name, value in asdict(asked).items()}
    answer, refused = None, None
    if typed["behaviour"]:
        try:
            answer = _answer(book, typed, service.today(), language)
        except GisError as error:
            refused = facts_refused("sanctions", typed, error, language)
    usual = {"judged_on": service.today().isoformat()}
    listed = sorted(
        behaviour_rows(book, language, text), key=lambda row: FIELDS.index(row["field"])
    )
    return render(
        request,
        "sanctions.html",
        status_code=200 if refused is None else refused.status,
        form=FormState(_FORM, refused, usual | stated(typed)),
        refused=refused,
        answer=answer,
        rows=listed[offset : offset + _PER_PAGE],
        matched=len(listed),
        offset=offset,
        per_page=_PER_PAGE,
        text=text,
        groups=[(field, _choices(book, field, language)) for field in FIELDS],
        victims={
            key: said
            for rule in book.behaviours.values()
            for key, said in victims(rule, language).items()
        },
        today=service.today(),
    )


def _answer(
    book: SanctionBook, typed: Mapping[str, str], today: date, language: Language
) -> dict[str, Any]:
    names = [name for name in _FACTS if typed[name]]
    facts = read_entered(Act, names, {name: typed[name] for name in names})
    facts.setdefault("judged_on", today)
    found = book.judge(typed["behaviour"], **facts)
    return sanction_json(found, behaviour_title(book, typed["behaviour"], language), language)


def _choices(book: SanctionBook, field: str, language: Language) -> list[tuple[str, str]]:
    return [
        (
            name,
            f"{rule.clause if language is Language.VI else rule.clause_en or rule.clause}: "
            f"{behaviour_title(book, name, language)}",
        )
        for name, rule in book.behaviours.items()
        if rule.parameters["field"] == field
    ]
