"""How somebody who is disturbed complains: what to note, where to send it, what follows when."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.clock_view import rule_json, said_term
from api.desk_view import field_json
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import service_of
from data.text import Language
from gis.cases.procedure import FieldKind
from gis.cases.rule_book import rules_in_use
from gis.department import contact_of
from gis.desk.interference import CLASSES, KIND
from gis.desk.registry import procedure_of
from gis.desk.store import party_of
from gis.terms import term_of

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_DUTIES: Final = ("full_information", "where", "evidence")
"""What a complainant is told before anything runs, as ends of the ids of rules."""
_STAGES: Final = (
    "completeness",
    *(f"resolution.{one}" for one in CLASSES),
    "expected",
    "remedy",
    "escalation",
    "result",
)
"""What follows, in its order."""
_STATED: Final = frozenset({f"case.{KIND}.expected", f"case.{KIND}.remedy"})
"""Rules whose last day is one that somebody names."""
_NOT_ASKED: Final = frozenset({"received_on", "earlier_case"})
"""Fields of the intake that the department fills in."""
_SENDER: Final = ("sender_name", "sender_address", "sender_telephone", "place")
"""Who complains, how that person is answered, and where: asked so on paper alone."""
_NOT_ON_PAPER: Final = frozenset({"complainant", "victim_station_id", "latitude", "longitude"})
"""Fields that those stand for, or that only the register knows."""


@router.get("/view/complaints")
def complaints_page(request: Request) -> Response:
    """Show how to complain; it needs no account."""
    language = safe_language(request, page=True)
    stages, unknown = [], []
    for rule, term in _rules(request, _STAGES, language):
        if term or rule["binding"] or rule["id"] in _STATED:
            stages.append((rule, term))
        else:
            unknown.append(rule["title"])
    return render(
        request,
        "complaints.html",
        **_for_people(_asked(request, language)),
        stated=_STATED,
        stages=stages,
        unknown=unknown,
    )


@router.get("/view/complaints/form")
def paper_form(request: Request) -> Response:
    """Show the same fields as a form for paper, which nobody needs an account for."""
    language = safe_language(request, page=True)
    asked = _for_people(_asked(request, language))
    return render(request, "complaint_form.html", **asked, sender=_SENDER)


def _asked(request: Request, language: Language) -> dict[str, Any]:
    """Return what a complaint is asked for, to whom it goes, and what obliges to what."""
    service, procedure = service_of(request), procedure_of(KIND)
    intake = procedure.intake_of(party_of(identity_of(request).scope))
    needed = {one.name for one in intake if one.required} | set(procedure.missing({}))
    return {
        "department": service.jurisdiction().department(language),
        "contact": contact_of(service.register),
        "fields": [
            {
                **field_json(one, KIND, language),
                "needed": one.name in needed,
                "long": one.kind is FieldKind.TEXT,
            }
            for one in intake
            if one.name not in _NOT_ASKED
        ],
        "duties": [rule for rule, _ in _rules(request, _DUTIES, language)],
    }


def _for_people(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same without what a listener has not: a register's number, an organisation."""
    fields = [one for one in asked["fields"] if one["name"] not in _NOT_ON_PAPER]
    return {**asked, "fields": fields}


def _rules(
    request: Request, names: tuple[str, ...], language: Language
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield rules of complaints in force today, each with its term in words; empty without one."""
    service = service_of(request)
    rules = rules_in_use(service.home)
    for name in names:
        rule = rules.rule(f"case.{KIND}.{name}", service.today())
        if rule is not None:
            term = term_of(rule)
            yield rule_json(rule, language), "" if term is None else said_term(term, language)
