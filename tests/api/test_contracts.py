"""Contracts are ended and changed on a page and by programs: judged, kept in the history."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from shapely import LineString
from starlette.testclient import TestClient

from api.service import Service
from gis.register.routes import Duct, Route, RouteKind
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.structures import AttachmentLevel, Contract, Structure, StructureKind

BrowserOf = Callable[[str], Any]
Token = Callable[[str], dict[str, str]]
OWN, OTHER = "mo-phong-a", "mo-phong-b"


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fields(page: str, action: str) -> dict[str, str]:
    """The fields of one form of a page as a browser would send them back."""
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        sent[name[1] if name else ""] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select name="([a-z_]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen is not None, name
        sent[name] = unescape(chosen[1])
    del sent["csrf_token"]
    return sent


@pytest.fixture
def let(service: Service) -> tuple[Structure, Contract, Contract]:
    """A structure of A's with a level of two places, let to B and C."""
    found = next(
        one
        for one in service.register.structures(SYSTEM, owner_id=OWN)
        if not one.confidential and one.kind is StructureKind.ANTENNA_MAST
    )
    shown = replace(found, id="cột thử", code="cột thử", shareable=True, height_m=45.0)
    level = AttachmentLevel(
        id="mức", structure_id=shown.id, height_from_m=30.0, height_to_m=36.0, slots=2,
        provenance=found.provenance,
    )  # fmt: skip
    first = Contract(
        id="hđ", number="HĐ-77", owner_id=OWN, tenant_id=OTHER, structure_id=shown.id,
        level_id="mức", slot=1, rent_vnd=7e6, valid_from=date(2020, 1, 1),
        provenance=found.provenance,
    )  # fmt: skip
    second = replace(first, id="hđ2", number="HĐ-78", tenant_id="mo-phong-c", slot=2)
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.add_structures([shown])
        w.add_levels([level])
        w.add_contracts([first, second])
    return shown, first, second


def stored(service: Service, name: str = "hđ") -> Contract:
    (found,) = service.register.contracts(SYSTEM, ids=[name])
    return found


@pytest.mark.parametrize("role", ["operator", "staff"])
def test_a_contract_is_ended_on_its_page_and_taken_back(
    browser_of: BrowserOf,
    service: Service,
    let: tuple[Structure, Contract, Contract],
    role: str,
) -> None:
    structure, contract, _ = let
    browser, here = browser_of(role), "/view/contracts/hđ"
    page = browser.get(f"/view/structures/{structure.id}").text
    assert 'href="/view/contracts/h%C4%91/edit#end"' in page
    form = fields(browser.get(f"{here}/edit").text, "/view/contracts/h%C4%91/end")
    assert form["valid_to"] == service.today().isoformat()
    day = service.today() + timedelta(days=10)
    for wrong, said in (
        ({"valid_to": "2019-12-31"}, "trước khi bắt đầu"),
        ({"valid_to": "mai"}, "không phải một ngày"),
        ({"valid_to": ""}, "không được để trống"),
        ({"reason": " "}, "lý do"),
    ):
        answer = browser.post(f"{here}/end", form | {"reason": "trả chỗ"} | wrong)
        assert answer.status_code == 422, wrong
        assert said in words(answer.text)
        name = next(iter(wrong))
        assert f'id="end-{name}-wrong"' in answer.text
    assert stored(service) == contract
    done = browser.post(f"{here}/end", form | {"valid_to": f"{day}", "reason": "trả chỗ"})
    assert done.headers["location"].endswith("#contracts")
    assert stored(service) == replace(contract, valid_to=day)
    again = browser.post(f"{here}/end", form | {"reason": "lần nữa"})
    assert again.status_code == 409
    assert "vừa được người khác thay đổi" in again.text
    form = fields(browser.get(f"{here}/edit").text, "/view/contracts/h%C4%91/end")
    later = {"valid_to": f"{day + timedelta(days=1)}", "reason": "kéo dài"}
    answer = browser.post(f"{here}/end", form | later)
    assert answer.status_code == 422
    assert "đã kết thúc ngày" in words(answer.text)
    with service.register.snapshot() as register:
        (last,) = register.changes(limit=1)
    assert (last.author, last.reason) == (f"{role}-1", "trả chỗ")
    undo = {"structure_id": structure.id, "reason": "nhầm"}
    assert browser_of("staff").post(f"/view/changes/{last.revision}/undo", undo).status_code == 303
    assert stored(service) == contract


def test_a_change_is_judged_as_a_new_contract_is(
    browser_of: BrowserOf, service: Service, let: tuple[Structure, Contract, Contract]
) -> None:
    _, contract, _ = let
    browser, here = browser_of("operator"), "/view/contracts/hđ/edit"
    form = fields(browser.get(here).text, "/view/contracts/h%C4%91/edit") | {"reason": "sửa"}
    assert browser.post(here, form).status_code == 303
    assert stored(service) == contract, "what was not touched stays as it was"
    for wrong, status, name in (
        ({"slot": "2"}, 409, "slot"),
        ({"slot": "3"}, 422, "slot"),
        ({"level_id": "không có"}, 404, "level_id"),
        ({"level_id": ""}, 422, "slot"),
        ({"valid_to": "2019-01-01"}, 422, "valid_to"),
        ({"number": ""}, 422, "number"),
        ({"rent_vnd": "7.5"}, 422, "rent_vnd"),
        ({"case_id": "không có"}, 422, "case_id"),
    ):
        answer = browser.post(here, form | wrong)
        assert answer.status_code == status, wrong
        assert f'id="change-{name}-wrong"' in answer.text, wrong
    for wrong in ({"tenant_id": "mo-phong-c"}, {"owner_id": OTHER}, {"id": "x"}):
        assert browser.post(here, form | wrong).status_code == 422
    assert stored(service) == contract
    told = {"number": "77/HĐ", "slot": "", "level_id": "", "rent_vnd": "8000000",
            "rent_unit": "position", "valid_to": "2030-01-01"}  # fmt: skip
    assert browser.post(here, form | told).status_code == 303
    changed = stored(service)
    assert (changed.number, changed.slot, changed.level_id) == ("77/HĐ", None, None)
    assert (changed.rent_vnd, changed.valid_to) == (8e6, date(2030, 1, 1))
    assert browser.post(here, form).status_code == 409, "changed since the form was shown"


def test_neither_a_tenant_nor_a_stranger_changes_a_contract(
    browser_of: BrowserOf,
    client: TestClient,
    service: Service,
    token: Token,
    let: tuple[Structure, Contract, Contract],
) -> None:
    _, contract, _ = let
    turned = replace(contract, owner_id=OTHER, tenant_id=OWN)
    apart = replace(contract, id="hđ3", owner_id=OTHER, tenant_id="mo-phong-c", number="HĐ-99")
    with service.register.write(author="lan", reason="đổi chủ") as w:
        w.delete(Contract, ["hđ", "hđ2"])
        w.update_structures([replace(let[0], owner_id=OTHER)])
        w.add_contracts([turned, replace(apart, slot=2)])
    end = {"digest": record_digest(turned), "valid_to": "2027-01-01", "reason": "x"}
    change = {"digest": record_digest(turned), "values": {"number": "x"}, "reason": "x"}
    operator = browser_of("operator")
    page = operator.get("/view/structures/cột thử").text
    assert "HĐ-77" in page
    assert "/view/contracts/" not in page
    for name, status in (("hđ", 403), ("hđ3", 404), ("không có", 404)):
        answers = [operator.get(f"/view/contracts/{name}/edit")]
        answers += [
            operator.post(f"/view/contracts/{name}/{path}", {"valid_to": "2027-01-01"})
            for path in ("edit", "end")
        ]
        for path, body in (("", change), ("/end", end)):
            address = f"/contracts/{name}{path}"
            answers.append(client.post(address, json=body, headers=token("operator")))
        for answer in answers:
            assert answer.status_code == status, name
            assert "HĐ-99" not in answer.text
    assert stored(service) == turned
    for role in ("viewer", "anonymous"):
        answer = client.post("/contracts/hđ/end", json=end, headers=token(role))
        assert answer.status_code in (401, 403)


def test_programs_change_and_end_with_the_digest_that_they_saw(
    client: TestClient, service: Service, token: Token, let: tuple[Structure, Contract, Contract]
) -> None:
    program = token("operator")
    shown = client.get(f"/structures/{let[0].id}", headers=program).json()["properties"]
    seen = {one["id"]: one["digest"] for one in shown["contracts"]}
    asked = {"digest": seen["hđ"], "values": {"rent_vnd": 8_000_000}, "reason": "giá mới"}
    answer = client.post("/contracts/hđ", json=asked, headers=program)
    assert (answer.status_code, answer.json()["rent_vnd"]) == (200, 8e6)
    assert client.post("/contracts/hđ", json=asked, headers=program).status_code == 409
    ended = {"digest": answer.json()["digest"], "valid_to": "2026-12-31", "reason": "trả chỗ"}
    answer = client.post("/contracts/hđ/end", json=ended, headers=program)
    assert (answer.status_code, answer.json()["valid_to"]) == (200, "2026-12-31")
    assert client.post("/contracts/hđ/end", json=ended, headers=program).status_code == 409
    assert stored(service).valid_to == date(2026, 12, 31)
    taken = {"digest": seen["hđ2"], "values": {"slot": 1}, "reason": "đổi chỗ"}
    assert client.post("/contracts/hđ2", json=taken, headers=program).status_code == 409
    free = taken | {"values": {"slot": 1, "valid_from": "2027-01-01"}}
    assert client.post("/contracts/hđ2", json=free, headers=program).status_code == 200


def test_a_contract_for_a_duct_stands_at_the_ends_of_its_line(
    browser_of: BrowserOf, service: Service, let: tuple[Structure, Contract, Contract]
) -> None:
    structure, contract, _ = let
    other = next(
        one
        for one in service.register.structures(SYSTEM, owner_id=OWN)
        if one.longitude != structure.longitude and not one.confidential
    )
    line = Route(
        id="tuyến", code="T1", name="T1", kind=RouteKind.DUCT, owner_id=OWN,
        from_id=structure.id, to_id=other.id, provenance=contract.provenance,
        geometry=LineString([(one.longitude, one.latitude) for one in (structure, other)]),
    )  # fmt: skip
    pipes = [
        Duct(id=f"ống{n}", route_id="tuyến", code=f"{n}", cables=1, provenance=line.provenance)
        for n in (1, 2)
    ]
    closed = replace(line, id="lạ", code="X1", owner_id=OTHER, shareable=False)
    foreign = replace(pipes[0], id="ống lạ", route_id="lạ")
    in_duct = replace(
        contract, id="trong", number="HĐ-80", structure_id=None, level_id=None, duct_id="ống1"
    )
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.add_routes([line, closed])
        w.add_ducts([*pipes, foreign])
        w.add_contracts([in_duct])
    operator, here = browser_of("operator"), "/view/contracts/trong/edit"
    assert "HĐ-80" in operator.get(f"/view/structures/{other.id}").text
    form = fields(operator.get(here).text, here) | {"reason": "đổi ống"}
    assert "level_id" not in form
    for wrong, status in (({"duct_id": "ống lạ"}, 404), ({"duct_id": ""}, 422),
                          ({"duct_id": "không"}, 404), ({"slot": "2"}, 422)):  # fmt: skip
        answer = operator.post(here, form | wrong)
        assert answer.status_code == status, wrong
        assert f'id="change-{next(iter(wrong))}-wrong"' in answer.text
    done = operator.post(here, form | {"duct_id": "ống2"})
    assert done.headers["location"].startswith("/view/structures/")
    assert stored(service, "trong") == replace(in_duct, duct_id="ống2")
    page = browser_of("staff").get(f"/view/structures/{structure.id}").text
    assert "đổi ống" in words(page), "the history of the structure tells of it"


def test_a_contract_is_recorded_once_and_no_structure_is_let_beyond_its_places(
    client: TestClient, token: Token, service: Service, let: tuple[Structure, Contract, Contract]
) -> None:
    bare = replace(let[0], id="cột trần", code="cột trần")
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.add_structures([bare])
    here, owner = f"/structures/{bare.id}", token("operator")

    def post(path: str, **values: Any) -> Any:
        return client.post(path, json={"values": values, "reason": "ghi"}, headers=owner)

    def recorded(number: str, **more: Any) -> Any:
        told = {"number": number, "tenant_id": OTHER, "valid_from": "2026-01-01", **more}
        return post(f"{here}/contracts", **told)

    assert [recorded("A").status_code, recorded("B").status_code] == [201, 201], "no level known"
    again = recorded("a")
    assert (again.status_code, again.json()["code"]) == (409, "infrastructure.contract_known")
    levels = {"height_from_m": 20, "height_to_m": 25, "slots": 1}
    assert post(f"{here}/levels", **levels).status_code == 201
    full = recorded("C")
    assert (full.status_code, full.json()["code"]) == (409, "errors.structure_full")
    (first, second) = service.register.contracts(SYSTEM, structure_ids=[bare.id])
    for contract, path, sent in (
        (first, "/end", {"valid_to": "2027-01-01"}),
        (second, "", {"values": {"rent_vnd": 5_000_000}}),
    ):  # what stood before its level was recorded may be ended and changed
        asked = {**sent, "digest": record_digest(contract), "reason": "sửa"}
        done = client.post(f"/contracts/{contract.id}{path}", json=asked, headers=owner)
        assert done.status_code == 200, done.text
    ended = service.register.contracts(SYSTEM, ids=[first.id])[0]
    sent = {"values": {"valid_to": None}, "digest": record_digest(ended), "reason": "kéo dài"}
    more = client.post(f"/contracts/{first.id}", json=sent, headers=owner)
    assert (more.status_code, more.json()["code"]) == (409, "errors.structure_full")


@pytest.mark.parametrize("why", [" ", "a\x00b", "Bỏ vì Tuyệt mật"])
def test_a_reason_is_a_text_that_the_history_may_keep(
    client: TestClient,
    token: Token,
    service: Service,
    let: tuple[Structure, Contract, Contract],
    why: str,
) -> None:
    structure, contract, _ = let
    owner, staff = token("operator"), token("staff")
    revision, before = service.register.revision(), service.register.version()
    seen = {"digest": record_digest(contract), "reason": why}
    shown = {"digest": record_digest(structure), "reason": why}
    pair = {"first_id": "a", "second_id": "b", "kept_id": None, "reason": why}
    for path, sent, headers in (
        ("/contracts/hđ/end", {**seen, "valid_to": "2027-01-01"}, owner),
        ("/contracts/hđ", {**seen, "values": {"rent_vnd": 1}}, owner),
        (f"/structures/{structure.id}", {**shown, "values": {"name": "y"}}, owner),
        (f"/changes/{revision}/undo", {"reason": why}, staff),
        ("/duplicates", pair, staff),
    ):
        answer = client.post(path, json=sent, headers=headers)
        assert answer.status_code == 422, path
        assert "Tuyệt mật" not in answer.text
    assert service.register.version() == before


@pytest.mark.parametrize("marked", ["Tối mật", "Ghi chú: Mật", "TOP SECRET"])
def test_no_mark_of_a_state_secret_is_kept_by_hand(
    client: TestClient,
    token: Token,
    service: Service,
    let: tuple[Structure, Contract, Contract],
    marked: str,
) -> None:
    structure, contract, _ = let
    before, owner = service.register.version(), token("operator")
    line = {"type": "LineString", "coordinates": [[106.41, 10.53], [106.42, 10.54]]}
    work = {"name": "Tuyến", "kind": "line", "begins_on": "2030-01-01", "description": marked}
    letting = {"number": marked, "tenant_id": OTHER, "valid_from": "2031-01-01"}
    for path, sent in (
        (f"/structures/{structure.id}",
         {"digest": record_digest(structure), "values": {"address": marked}, "reason": "sửa"}),
        (f"/structures/{structure.id}/contracts", {"values": letting}),
        ("/contracts/hđ",
         {"digest": record_digest(contract), "values": {"number": marked}, "reason": "sửa"}),
        ("/planned-works", {"values": work, "geometry": line}),
    ):  # fmt: skip
        answer = client.post(path, json=sent, headers=owner)
        assert answer.status_code == 422, path
        assert "độ mật của Nhà nước" in answer.text
    assert service.register.version() == before
