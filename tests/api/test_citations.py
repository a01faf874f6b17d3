"""Fields of forms name the clause that they are asked for, and how sure it is."""

import re
from collections.abc import Callable
from dataclasses import fields
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.service import Service
from data import path
from data.text import text
from gis.cases.records import EventKind
from gis.cases.steps import STEPS
from gis.citations import cited, fields_that_cite
from gis.desk.registry import PROCEDURES, procedure_of
from gis.register.points import RegistrationPoint
from gis.register.structures import Contract, Structure
from gis.register.works import PlannedWork
from gis.rules import RulePack, load_rule_pack, spans_of

RECORDS = {
    "structure": Structure,
    "contract": Contract,
    "work": PlannedWork,
    "point": RegistrationPoint,
}
FORMS = {
    "structure": "/view/structures/new",
    "work": "/view/works/new",
    "point": "/view/points/new",
    "site": "/view/sites",
    "station": "/view/applications",
    "channel": "/view/channels",
    "antenna": "/view/stations/mp-tan-an",
    "sharing": "/view/sharing",
    **{kind: f"/view/desk/{kind}" for kind in PROCEDURES},
}
ASKED_BY = {"sharing": "operator"}
"""Who is asked, where it is not the department's staff."""


def fields_asked(form: str) -> set[str]:
    """The fields of a form: of a record, of a case when it is opened, or of a step of a case."""
    kind, _, step = form.partition(".")
    if kind == "sharing" and step:
        return {one.name for one in STEPS[EventKind(step)].fields}
    if kind in PROCEDURES:
        procedure = procedure_of(kind)
        return {one.name for one in (procedure.steps[step].fields if step else procedure.intake)}
    return {one.name for one in fields(RECORDS[form])}


def require_cited(page: str, form: str, pack: RulePack, language: str) -> None:
    """Every field of a form stands on a page, with each of its clauses and a link to the rule."""
    for name in fields_that_cite()[form]:
        assert f'name="{name}"' in page
        for rule in cited(pack, form, name):
            title = rule.title_vi if language == "vi" else rule.title_en
            linked = f'<a href="/view/rules?text={rule.id}">{title}</a>' in page
            assert linked or (form in ASKED_BY and title in page)
            assert rule.instrument in page
            assert (rule.clause if language == "vi" else rule.clause_en or rule.clause) in page
            assert text(f"register.confidence.{rule.confidence.value}", language) in page
        rules = cited(pack, form, name)
        if len(rules) > 1 and form not in ASKED_BY:
            more = text("pages.field_cites_more", language, count=len(rules) - 1)
            first = rules[0].clause if language == "vi" else rules[0].clause_en or rules[0].clause
            assert f"{first} {more}</summary>" in page


def test_every_rule_that_a_field_cites_is_known_and_every_field_is_one(service: Service) -> None:
    pack = load_rule_pack(service.today())
    known = spans_of({one.name: one.read_bytes() for one in path("rules").glob("*.toml")})
    for form, asked in fields_that_cite().items():
        if form in RECORDS or form in PROCEDURES or "." in form:
            assert set(asked) <= fields_asked(form), form
        for name, ids in asked.items():
            assert set(ids) <= set(known), (form, name)
            assert [one.id for one in cited(pack, form, name)] == [
                one for one in ids if one in pack.rules
            ]
    assert cited(pack, "structure", "name") == cited(pack, "no_such_form", "name") == []
    assert cited(pack, "inspection.noticed", "place") == []


def test_no_clause_is_cited_that_nobody_found(service: Service) -> None:
    pack = load_rule_pack(service.today())
    for form, asked in fields_that_cite().items():
        for name in asked:
            for rule in cited(pack, form, name):
                said = (rule.clause_en or rule.clause).casefold()
                assert not any(one in said for one in ("not found", "no official")), (form, name)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_names_the_clauses_and_leads_to_them(
    service: Service, browser_of: Callable[[str], Any], form: str
) -> None:
    pack, browser = load_rule_pack(service.today()), browser_of(ASKED_BY.get(form, "staff"))
    for language in ("vi", "en"):
        page = unescape(browser.get(f"{FORMS[form]}?lang={language}").text)
        require_cited(page, form, pack, language)
    rule = next(one for name in fields_that_cite()[form] for one in cited(pack, form, name))
    shown = unescape(browser_of("staff").get(f"/view/rules?text={rule.id}&lang=vi").text)
    assert rule.title_vi in shown


CASES: dict[str, dict[str, Any]] = {
    "interference": {
        "complainant": "Đài Phát thanh mô phỏng",
        "service": "broadcast_provincial",
        "victim_station": "FM 96,9",
        "frequency_mhz": 96.9,
        "longitude": 106.41,
        "latitude": 10.53,
        "began_at": "2026-11-20T08:00",
        "effect": "Tiếng rít, mất sóng buổi tối",
        "own_equipment_checked": "yes",
    },
    "dossier": {
        "applicant": "Câu lạc bộ vô tuyến mô phỏng",
        "type": "amateur",
        "purpose": "issue",
        "applicant_kind": "organisation",
        "asked_years": 10,
        "documents": ["form", "operator_certificate", "id_paper"],
    },
    "inspection_plan": {"year": "2027"},
}
STEPS_TAKEN: dict[str, list[dict[str, str]]] = {
    "interference": [{"kind": "accepted", "class": "within_province"}],
    "dossier": [{"kind": "completed"}],
}
"""What is done so that other steps become possible."""


@pytest.mark.parametrize("kind", CASES)
def test_steps_of_a_case_name_the_clauses_of_their_own_fields(
    client: TestClient,
    service: Service,
    token: Callable[[str], dict[str, str]],
    browser_of: Callable[[str], Any],
    kind: str,
) -> None:
    pack, browser = load_rule_pack(service.today()), browser_of("staff")
    body = {"facts": CASES[kind]}
    case = client.post(f"/desk/{kind}", json=body, headers=token("staff")).json()
    address, seen = f"/view/desk/{kind}/{case['id']}", set()
    for step in [None, *STEPS_TAKEN.get(kind, [])]:
        if step is not None:
            sent = {**step, "expected": str(case["expected"])}
            answer = browser.post(f"{address}/events", data=sent)
            assert answer.status_code == 303, answer.text
        page = unescape(browser.get(f"{address}?lang=vi").text)
        for one in re.findall(r"<form.*?</form>", page, re.S):
            found = re.search(r'name="kind" value="(\w+)"', one)
            form = f"{kind}.{found[1]}" if found else ""
            if form in fields_that_cite() and "asked-link" in one:
                require_cited(one, form, pack, "vi")
                seen.add(form)
            elif found and "asked-link" in one:
                assert "/view/rules?text=" not in one, "nothing is known of its fields"
    assert seen


def test_a_spoilt_rule_file_takes_the_help_away_and_nothing_else(
    service: Service, browser_of: Callable[[str], Any]
) -> None:
    browser = browser_of("staff")
    assert "/view/rules?text=" in browser.get(FORMS["structure"]).text
    service.home.rules.mkdir(parents=True, exist_ok=True)
    (service.home.rules / "own.toml").write_text("[[rule]]\nid = 1\n", "utf-8")
    page = browser.get(FORMS["structure"])
    assert page.status_code == 200
    assert "/view/rules?text=" not in page.text
