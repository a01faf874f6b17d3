"""Organisations on their page: recorded, renamed, never two that a file could not tell apart."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from api.service import Service
from data.text import text

Browsers = Callable[[str], Any]
HERE = "/view/organisations"


def seen_of(page: str, organisation_id: str) -> str:
    found = re.search(
        rf'action="{HERE}/{organisation_id}">.*?name="seen" value="([^"]+)"', page, re.S
    )
    assert found is not None
    return found[1]


def test_one_is_recorded_and_renamed_and_the_history_says_who(
    browser_of: Browsers, service: Service
) -> None:
    staff = browser_of("staff")
    assert staff.post(HERE, {"name": "Sao Mai", "kind": "broadcaster"}).status_code == 303
    made = service.register.organisation("sao-mai")
    assert (made.name, made.kind.value) == ("Sao Mai", "broadcaster")
    assert made.provenance.source == text("register.entered_by_department", "vi")
    seen = seen_of(staff.get(HERE).text, "sao-mai")
    told = {"name": "Đài Sao Mai", "kind": "operator", "seen": seen}
    assert staff.post(f"{HERE}/sao-mai", told).status_code == 303
    assert service.register.organisation("sao-mai").name == "Đài Sao Mai"
    late = staff.post(f"{HERE}/sao-mai", {**told, "name": "Sao Hôm"})
    assert late.status_code == 409, "somebody else changed it since the form was opened"
    assert 'value="Sao Hôm"' in late.text, "what was typed stays"
    assert service.register.organisation("sao-mai").name == "Đài Sao Mai"
    assert staff.post(f"{HERE}/none", told).status_code == 404


def test_two_that_a_file_could_not_tell_apart_are_refused(
    browser_of: Browsers, service: Service
) -> None:
    staff = browser_of("staff")
    before = service.register.organisations()
    for name, code in (
        ("viễn thông mô phỏng a", "khac"),
        ("Khác", "MO PHONG A"),
        ("Khác", "Viễn thông Mô phỏng A"),
    ):
        refused = staff.post(HERE, {"name": name, "kind": "operator", "id": code})
        assert refused.status_code == 409, (name, code)
        assert f'value="{name}"' in unescape(refused.text)
    for typed in (
        {"name": " ", "kind": "operator"},
        {"name": "x", "kind": "king"},
        {"name": "…", "kind": "operator"},
        {"name": "x" * 600, "kind": "other"},
    ):
        assert staff.post(HERE, typed).status_code == 422, typed
    assert service.register.organisations() == before


def test_a_name_is_shown_as_text(browser_of: Browsers) -> None:
    staff = browser_of("staff")
    name = '<b>"Sao" & Mai</b>'
    assert staff.post(HERE, {"name": name, "kind": "other", "id": "sm"}).status_code == 303
    page = staff.get(HERE).text
    assert name not in page
    assert name in unescape(page)
    assert staff.get(f"{HERE}?name=%3Cb%3E").text.count("<b>") == page.count("<b>")
