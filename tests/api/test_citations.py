"""Fields of forms name the clause that they are asked for, and how sure it is."""

from collections.abc import Callable
from dataclasses import fields
from html import unescape
from typing import Any

import pytest

from api.service import Service
from gis.citations import cited, fields_that_cite
from gis.register.points import RegistrationPoint
from gis.register.structures import Contract, Structure
from gis.register.works import PlannedWork
from gis.rules import load_rule_pack

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
}


def test_every_rule_that_a_field_cites_is_in_force_and_every_field_is_one(
    service: Service,
) -> None:
    pack = load_rule_pack(service.today())
    for form, asked in fields_that_cite().items():
        for name, ids in asked.items():
            assert [one.id for one in cited(pack, form, name)] == list(ids)
            if form in RECORDS:
                assert name in {one.name for one in fields(RECORDS[form])}
    assert cited(pack, "structure", "name") == cited(pack, "no_such_form", "name") == []


@pytest.mark.parametrize("form", FORMS)
def test_a_form_names_the_clauses_and_leads_to_them(
    service: Service, browser_of: Callable[[str], Any], form: str
) -> None:
    pack, browser = load_rule_pack(service.today()), browser_of("staff")
    for language in ("vi", "en"):
        page = unescape(browser.get(f"{FORMS[form]}?lang={language}").text)
        for name in fields_that_cite()[form]:
            assert f'name="{name}"' in page
            for rule in cited(pack, form, name):
                title = rule.title_vi if language == "vi" else rule.title_en
                assert f'<a href="/view/rules?text={rule.id}">{title}</a>' in page
                assert rule.instrument in page
                assert (rule.clause if language == "vi" else rule.clause_en or rule.clause) in page
    shown = unescape(browser.get(f"/view/rules?text={rule.id}&lang=vi").text)
    assert rule.title_vi in shown


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
