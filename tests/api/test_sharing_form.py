"""The form of a sharing request: which support it is about, and where a place is free there."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

from api.service import Service
from data.text import number
from gis.register.occupancy import occupancy_seen
from gis.register.scopes import SYSTEM, Role, Scope

Browsers = Callable[[str], Any]
ASKER, OWNER = Scope(Role.OPERATOR, "mo-phong-a"), "mo-phong-b"
FORM = "/view/sharing?structure_id={}&height_m=30"


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_form_names_the_support_and_its_free_levels(
    browser_of: Browsers, service: Service
) -> None:
    asking, day, register = browser_of("operator"), service.today(), service.register
    known = register.structures(ASKER, owner_id=OWNER)
    seen = {one.id: occupancy_seen(register, one, ASKER, day) for one in known}
    free = [one for one in known if (full := seen[one.id]) and len(full.levels) > 1 and full.free]
    closed = [one for one in known if seen[one.id] is None]
    lowest = seen[free[0].id].levels[0].level
    with register.write(author="test", reason="the owner keeps the lowest level") as writer:
        writer.update_levels([replace(lowest, reserved=lowest.slots)])
    kept = 0
    for one in free[:2]:
        page = asking.get(FORM.format(one.id)).text
        told = words(page)
        assert f"{one.name} · {one.code}" in told
        assert re.search(r'name="height_above_ground_m"[^>]* value="30"', page), "as was wanted"
        for places in occupancy_seen(register, one, ASKER, day).levels:
            ends = places.level.height_from_m, places.level.height_to_m
            said = "–".join(number(end) for end in ends) + " m ("
            assert (f"{said}{places.free} vị trí)" in told) is (places.free > 0), said
            kept += places.free <= 0
    assert kept, "no full level was looked at"
    told = words(asking.get(FORM.format(closed[0].id)).text)
    assert "Chủ sở hữu chưa mở công trình này" in told


def test_a_support_that_the_caller_may_not_see_has_no_name(
    browser_of: Browsers, service: Service
) -> None:
    may = {one.id for one in service.register.structures(ASKER)}
    hidden = next(one for one in service.register.structures(SYSTEM) if one.id not in may)
    page = browser_of("operator").get(FORM.format(hidden.id)).text
    assert f'value="{hidden.id}"' in page, "what was given stays"
    assert hidden.name not in page
    assert 'id="support"' not in page
    assert 'id="free"' not in page
    assert 'id="support"' not in browser_of("staff").get(FORM.format(hidden.id)).text


def test_a_support_is_found_by_the_code_that_its_page_shows(
    browser_of: Browsers, service: Service
) -> None:
    asking, register = browser_of("operator"), service.register
    support = next(one for one in register.structures(ASKER, owner_id=OWNER) if one.code != one.id)
    typed = {"structure_id": f" {support.code} ", "technology": "5G NR", "purpose": "phủ sóng"}
    sent = asking.post("/view/sharing", data=typed)
    assert sent.status_code == 303
    page = asking.get(sent.headers["location"]).text
    assert f"<code>{support.code}</code>" in page
    assert f'href="/view/structures/{support.id}"' in page
    other = replace(support, id="of-another-owner", owner_id="mo-phong-c")
    with register.write(author="test", reason="another owner has the same code") as writer:
        writer.add_structures([other])
    refused = asking.post("/view/sharing", data=typed)
    assert refused.status_code == 422
    assert f"Mã {support.code} là của 2 công trình" in words(refused.text)
    by_id = asking.post("/view/sharing", data={**typed, "structure_id": other.id})
    assert by_id.status_code == 303, "an id is one structure's"


def test_a_code_that_the_caller_may_not_see_is_as_one_that_is_not(
    browser_of: Browsers, service: Service
) -> None:
    may = {one.id for one in service.register.structures(ASKER)}
    hidden = next(one for one in service.register.structures(SYSTEM) if one.id not in may)
    for named in (hidden.code, hidden.id, "không-có"):
        typed = {"structure_id": named, "technology": "5G NR", "purpose": "phủ sóng"}
        refused = browser_of("operator").post("/view/sharing", data=typed)
        assert refused.status_code == 404
        assert f"Không có công trình {named}." in words(refused.text)
