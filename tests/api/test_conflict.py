"""Two people at one form: who comes second reads what the other wrote, and loses nothing."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from api.service import Service
from gis.register.rows import record_digest
from gis.register.scopes import PUBLIC, SYSTEM

Browsers = Callable[[str], Any]


def typed_of(page: str, action: str) -> dict[str, str]:
    """What a form of a page sends if nobody touches it."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert form is not None, action
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            fields[name[1]] = unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', form[0], re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
        chosen = [value for value, mark in options if mark] or [options[0][0]]
        fields[name] = unescape(chosen[0])
    for name, inner in re.findall(r'<textarea name="([^"]*)".*?>(.*?)</textarea>', form[0], re.S):
        fields[name] = unescape(inner)
    return fields


def cells(page: str) -> dict[str, list[str]]:
    """The table of differences: label, then seen, theirs, typed."""
    part = page[page.index('id="conflict"') : page.index("</table>", page.index('id="conflict"'))]
    rows = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", part, re.S):
        head, *others = re.split(r"<td[^>]*>", row)
        label = re.search(r"<a[^>]*>(.*?)</a>", head)
        assert label is not None
        rows[label[1]] = [re.sub(r"<[^>]+>", "", one).strip() for one in others]
    return rows


def test_the_second_of_two_officers_reads_what_the_first_wrote(
    browser_of: Browsers, service: Service
) -> None:
    structure = service.register.structures(PUBLIC, owner_id="mo-phong-a", limit=1)[0]
    address = f"/view/structures/{structure.id}/edit"
    staff, owner = browser_of("staff"), browser_of("operator")
    page = staff.get(address).text
    mine = typed_of(page, address) | {"height_m": "61.5", "name": "Tên của Sở", "reason": "đo lại"}
    theirs = typed_of(owner.get(address).text, address)
    theirs |= {"name": "Tên của doanh nghiệp", "address": "Ấp 3", "reason": "đổi tên"}
    assert owner.post(address, theirs).status_code == 303

    back = staff.post(address, mine)
    assert back.status_code == 409
    told = cells(back.text)
    assert told["Tên"] == [structure.name, "Tên của doanh nghiệp", "Tên của Sở"]
    assert told["Địa chỉ"][1:] == ["Ấp 3", structure.address or "(để trống)"]
    assert "operator-1" in back.text, "the department is told who"
    again = typed_of(back.text, address)
    assert again["address"] == "Ấp 3", "what only the other changed is taken over"
    assert (again["name"], again["height_m"]) == ("Tên của Sở", "61.5"), "what was typed stays"
    assert f'href="{address}"' in back.text, "the way to theirs"
    assert staff.post(address, again).status_code == 303
    kept = service.register.structure(structure.id, SYSTEM)
    assert (kept.name, kept.address, kept.height_m) == ("Tên của Sở", "Ấp 3", 61.5)


def test_an_operator_is_not_told_who_of_the_department(
    browser_of: Browsers, service: Service
) -> None:
    structure = service.register.structures(PUBLIC, owner_id="mo-phong-a", limit=1)[0]
    address = f"/view/structures/{structure.id}/edit"
    owner, staff = browser_of("operator"), browser_of("staff")
    mine = typed_of(owner.get(address).text, address) | {"height_m": "30", "reason": "x"}
    theirs = typed_of(staff.get(address).text, address) | {"height_m": "33", "reason": "y"}
    assert staff.post(address, theirs).status_code == 303
    back = owner.post(address, mine)
    assert back.status_code == 409
    assert 'id="conflict"' in back.text
    assert "staff-1" not in back.text
    made_up = owner.post(address, mine | {"seen": "0" * 64})
    assert made_up.status_code == 409
    assert cells(made_up.text)["Chiều cao công trình (m)"] == ["–", "33", "30"], (
        "what was seen is unknown"
    )


def test_a_work_a_point_and_a_contract_say_it_the_same_way(
    browser_of: Browsers, service: Service
) -> None:
    staff, other = browser_of("staff"), browser_of("staff")
    work = service.register.works(PUBLIC, limit=1)[0]
    point = service.register.points(SYSTEM, limit=1)[0]
    contract = service.register.contracts(SYSTEM)[0]
    for address, name, more in (
        (f"/view/works/{work.id}/edit", "description", {}),
        (f"/view/points/{point.id}/edit", "address", {}),
        (f"/view/contracts/{contract.id}/edit", "number", {"reason": "sửa"}),
    ):
        page = staff.get(address).text
        first = typed_of(other.get(address).text, address) | {name: "Số 8 của người kia", **more}
        mine = typed_of(page, address) | {name: "Số 9 của tôi", **more}
        assert other.post(address, first).status_code == 303, address
        back = staff.post(address, mine)
        assert back.status_code == 409, address
        (row,) = [one for one in cells(back.text).values() if "Số 9 của tôi" in one]
        assert row[1:] == ["Số 8 của người kia", "Số 9 của tôi"], address
        assert staff.post(address, typed_of(back.text, address)).status_code == 303, address


def test_a_link_that_an_owner_may_not_see_is_not_told_by_a_conflict(
    browser_of: Browsers, service: Service
) -> None:
    """The history knows the structure that a work named; its owner of another house does not."""
    work = service.register.works(SYSTEM, owner_id="mo-phong-a", limit=1)[0]
    theirs = [
        one
        for one in service.register.structures(SYSTEM, owner_id="mo-phong-b")
        if one.confidential
    ]
    hidden = theirs[0].id
    address = f"/view/works/{work.id}/edit"
    owner, staff = browser_of("operator"), browser_of("staff")
    mine = typed_of(owner.get(address).text, address) | {"description": "của tôi"}
    linked = typed_of(staff.get(address).text, address) | {"structure_id": hidden}
    assert staff.post(address, linked).status_code == 303
    back = owner.post(address, mine)
    assert back.status_code == 409
    assert hidden not in back.text


def test_an_antenna_that_another_changed_is_not_overwritten(
    browser_of: Browsers, service: Service
) -> None:
    staff = browser_of("staff")
    station = service.register.stations(SYSTEM, limit=1)[0]
    address = f"/view/stations/{station.id}/antenna"
    seen = record_digest(station)
    asked = {"kind": "tr38901_element", "bearing_deg": "30", "seen": seen}
    assert staff.post(address, asked).status_code == 303
    assert staff.post(address, asked | {"bearing_deg": "60"}).status_code == 409
    antenna = service.register.station(station.id, SYSTEM).antenna
    assert antenna is not None
    assert antenna.bearing_deg == 30


def test_an_operator_takes_back_what_it_wrote_itself_and_nothing_else(
    browser_of: Browsers, service: Service
) -> None:
    structure = service.register.structures(PUBLIC, owner_id="mo-phong-a", limit=1)[0]
    here = f"/view/structures/{structure.id}"
    owner, staff = browser_of("operator"), browser_of("staff")
    assert 'id="history"' not in owner.get(here).text, "what others wrote is not told"
    changed = typed_of(owner.get(f"{here}/edit").text, f"{here}/edit")
    changed |= {"name": "Nhầm", "reason": "gõ nhầm"}
    assert owner.post(f"{here}/edit", changed).status_code == 303
    revision = service.register.revision()
    page = owner.get(here).text
    asked = typed_of(page, f"/view/changes/{revision}/undo") | {"reason": "gõ nhầm tên"}
    assert owner.post(f"/view/changes/{revision}/undo", asked).status_code == 303
    assert service.register.structure(structure.id, SYSTEM).name == structure.name

    theirs = typed_of(staff.get(f"{here}/edit").text, f"{here}/edit")
    assert (
        staff.post(f"{here}/edit", theirs | {"name": "Của Sở", "reason": "x"}).status_code == 303
    )
    revision = service.register.revision()
    assert f"/view/changes/{revision}/undo" not in owner.get(here).text
    refused = owner.post(f"/view/changes/{revision}/undo", asked)
    assert refused.status_code == 404
    assert service.register.structure(structure.id, SYSTEM).name == "Của Sở"
    assert owner.post("/view/changes/1/undo", asked).status_code == 404
