"""Pages of structures: found, shown as far as one may see, edited by who may, taken back."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.service import Service
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    PublishedRent,
    RentUnit,
    Structure,
)
from gis.studies.context import StudyContext
from gis.studies.parts import Gathered
from gis.studies.sharing import compute, gather
from maps.documents.sharing import reason_said
from maps.words import Words

BrowserOf = Callable[[str], Any]
Token = Callable[[str], dict[str, str]]
OWN, OTHER = "mo-phong-a", "mo-phong-b"


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def one_of(service: Service, owner: str, *, confidential: bool = False) -> Structure:
    return next(
        one
        for one in service.register.structures(SYSTEM, owner_id=owner)
        if one.confidential is confidential
    )


@pytest.fixture
def own(service: Service) -> Structure:
    """A structure of the operator's, with a level of three places, one of them let to B."""
    found = one_of(service, OWN)
    shown = replace(found, shareable=True, height_m=45.0, load_limit_kg=500.0)
    provenance = found.provenance
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.update_structures([shown])
        w.add_levels(
            [
                AttachmentLevel(
                    id="mức", structure_id=found.id, height_from_m=30.0, height_to_m=36.0,
                    slots=3, reserved=1, provenance=provenance,
                )
            ]
        )  # fmt: skip
        w.add_contracts(
            [
                Contract(
                    id="hđ", number="HĐ-77", owner_id=OWN, tenant_id=OTHER,
                    structure_id=found.id, level_id="mức", slot=1, rent_vnd=7e6,
                    valid_from=date(2020, 1, 1), provenance=provenance,
                )
            ]
        )  # fmt: skip
    return shown


def fields(page: str) -> dict[str, str]:
    """The fields of the edit form as a browser would send them back."""
    form = page.split('action="/view/structures/')[1]
    sent = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', form)
    }
    for name, options in re.findall(r'<select name="([a-z_]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        assert first is not None
        sent[name] = unescape((chosen or first)[1])
    del sent["csrf_token"]
    return sent


def test_the_list_is_filtered_and_paged(client: TestClient, service: Service) -> None:
    html = {"accept": "text/html"}
    every = service.register.count_structures(PUBLIC, on=service.today())
    page = client.get("/view/structures", headers=html)
    assert page.status_code == 200
    assert f"{every}" in words(page.text)
    assert page.text.count('<th scope="row">') == min(50, every)
    some = client.get(f"/view/structures?kind=antenna_mast&owner_id={OWN}", headers=html)
    kinds = set(re.findall(r"<td>([^<]*)</td>\s*<td>[^<]*</td>\s*<td class=\"number\"", some.text))
    assert kinds == {"Cột ăng ten"}
    none = client.get("/view/structures?state=planned&lang=en", headers=html)
    assert "Nothing matches what is chosen" in none.text
    client.cookies.clear()
    assert client.get("/view/structures?on=1900-01-01x", headers=html).status_code == 422
    for name, wrong, one in (("kind", "mast", "antenna_mast"), ("state", "gone", "retired")):
        refused = client.get(f"/view/structures?{name}={wrong}", headers=html)
        assert refused.status_code == 422
        assert f"“{wrong}” không phải một trong" in unescape(refused.text)
        assert one in refused.text
    past = client.get("/view/structures?known_on=2000-01-01", headers=html)
    assert "Không có dòng nào khớp điều kiện đang chọn" in past.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_page_has_fields_places_and_localities(
    client: TestClient, own: Structure, language: str
) -> None:
    page = client.get(
        f"/view/structures/{own.id}?lang={language}", headers={"accept": "text/html"}
    )
    assert page.status_code == 200
    said = words(page.text)
    assert own.code in said
    assert ("Còn trống tất cả: 1 vị trí" if language == "vi" else "Free in all: 1 places") in said
    assert ("Huyện" if language == "vi" else "District") in said
    assert ("gần đúng" if language == "vi" else "approximate") in said
    assert "30/06/2025" in said
    assert page.text.count("<h1") == 1


def test_who_is_there_is_for_the_parties(
    browser_of: BrowserOf, client: TestClient, own: Structure, token: Token
) -> None:
    for role, seen in (
        ("anonymous", False),
        ("viewer", False),
        ("operator", True),
        ("staff", True),
    ):
        page = browser_of(role).get(f"/view/structures/{own.id}").text
        assert ("HĐ-77" in page) is seen, role
        assert ("Tải trọng đã dùng" in page) is seen, role
        assert ('<h2 id="history-heading">' in page) is (role == "staff")
        answer = client.get(f"/structures/{own.id}", headers=token(role)).json()["properties"]
        assert answer["occupancy"]["free"] == 1
        assert bool(answer["contracts"]) is seen
        assert (answer["occupancy"]["load_kg"] is not None) is seen


def test_free_places_of_other_days_are_the_owner_s(
    browser_of: BrowserOf, client: TestClient, own: Structure, token: Token
) -> None:
    days = ("on=2019-12-31", "on=2020-01-01", "on=2100-01-01", "known_on=2100-01-01", "")
    for role, told in (("anonymous", 2), ("viewer", 2), ("operator", 5), ("staff", 5)):
        answers = [
            client.get(f"/structures/{own.id}?{day}", headers=token(role)).json()["properties"]
            for day in days
        ]
        shown = [one["occupancy"] is not None for one in answers]
        assert shown == [told == 5] * 3 + [True] * 2, role
        page = words(browser_of(role).get(f"/view/structures/{own.id}?on=2019-12-31").text)
        assert ("chỉ công khai cho hôm nay" in page) is (told == 2), role


def test_what_is_confidential_is_not_found(
    browser_of: BrowserOf, service: Service, client: TestClient, token: Token
) -> None:
    hidden = one_of(service, OTHER, confidential=True)
    for role in ("anonymous", "viewer", "operator", "staff"):
        wanted = 200 if role == "staff" else 404
        assert browser_of(role).get(f"/view/structures/{hidden.id}").status_code == wanted
        for known in ("", "?known_on=2100-01-01"):
            answer = client.get(f"/structures/{hidden.id}{known}", headers=token(role))
            assert answer.status_code == wanted
            assert wanted == 200 or hidden.name not in answer.text
    operator = browser_of("operator")
    for path in ("edit", "levels", "contracts"):
        answer = operator.post(f"/view/structures/{hidden.id}/{path}", {"number": "x"})
        assert answer.status_code == 404
        assert hidden.name not in answer.text


def test_another_s_record_is_not_edited_and_nothing_leaks(
    browser_of: BrowserOf, service: Service, client: TestClient, token: Token
) -> None:
    other = one_of(service, OTHER)
    operator, program = browser_of("operator"), token("operator")
    version = service.register.version()
    answers = [operator.get(f"/view/structures/{other.id}/edit")]
    answers += [
        operator.post(f"/view/structures/{other.id}/{path}", {"number": "x", "seen": "y"})
        for path in ("edit", "levels", "contracts")
    ]
    edit = {"digest": "x", "values": {"name": "y"}, "reason": "z"}
    answers.append(client.post(f"/structures/{other.id}", json=edit, headers=program))
    for path in ("levels", "contracts"):
        sent = {"values": {}}
        answers.append(client.post(f"/structures/{other.id}/{path}", json=sent, headers=program))
    for answer in answers:
        assert answer.status_code == 403
        assert "Chỉ chủ sở hữu" in answer.text or "Only the owner" in answer.text
        assert other.code not in answer.text
    assert service.register.version() == version
    assert (
        f"/view/structures/{other.id}/edit"
        not in operator.get(f"/view/structures/{other.id}").text
    )


@pytest.mark.parametrize("role", ["operator", "staff", "administrator"])
def test_the_form_saves_what_was_changed_and_nothing_else(
    browser_of: BrowserOf, service: Service, own: Structure, role: str
) -> None:
    browser = browser_of(role)
    address = f"/view/structures/{own.id}/edit"
    sent = fields(browser.get(address).text) | {"reason": "đo lại"}
    assert browser.post(address, sent).status_code == 303
    assert service.register.structure(own.id, SYSTEM) == own
    sent |= {"height_m": "46,5", "state": "in_use", "shareable": "", "inspected_on": "2026-05-06"}
    assert browser.post(address, sent).status_code == 303
    changed = service.register.structure(own.id, SYSTEM)
    assert (changed.height_m, changed.state, changed.shareable) == (46.5, "in_use", None)
    (last,) = service.register.changes(limit=1)
    assert (last.author, last.reason) == (f"{role}-1", "đo lại")


def test_two_at_the_same_record_do_not_overwrite_each_other(
    browser_of: BrowserOf, own: Structure, service: Service
) -> None:
    first, second = browser_of("operator"), browser_of("staff")
    address = f"/view/structures/{own.id}/edit"
    sent = [fields(one.get(address).text) | {"reason": "sửa"} for one in (first, second)]
    assert first.post(address, sent[0] | {"address": "1 Nguyễn Huệ"}).status_code == 303
    late = second.post(address, sent[1] | {"address": "2 Lê Lợi"})
    assert late.status_code == 409
    assert "vừa được người khác thay đổi" in late.text
    assert 'value="2 Lê Lợi"' in late.text, "what was typed stays"
    assert service.register.structure(own.id, SYSTEM).address == "1 Nguyễn Huệ"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"height_m": "cao"}, "không phải một số"),
        ({"height_m": "351"}, "quá 350 m"),
        ({"height_m": "-1"}, "ngoài khoảng"),
        ({"rent_asked_vnd": "7.500"}, "chữ số liền nhau"),
        ({"rent_asked_vnd": "7500000", "rent_unit": ""}, "đơn vị tính"),
        ({"valid_from": "2026-02-30"}, "không phải một ngày"),
        ({"valid_from": "2026-02-03", "valid_to": "2020-01-01"}, "trước khi bắt đầu"),
        ({"longitude": "10.5", "latitude": "106.4"}, "bị đổi chỗ"),
        ({"longitude": "112", "latitude": "10"}, "không nằm trong tỉnh nào"),
        ({"name": ""}, "không được để trống"),
        ({"kind": "house", "mast_class": "a1a"}, "Chỉ cột ăng ten"),
        ({"kind": "castle"}, "không phải một trong"),
        ({"owner_id": OTHER}, "Không có trường này"),
        ({"reason": " "}, "lý do"),
        ({"manager_id": "không có"}, "không có"),
    ],
)
def test_a_wrong_form_comes_back_with_its_reason(
    browser_of: BrowserOf, service: Service, own: Structure, changed: dict[str, str], said: str
) -> None:
    browser = browser_of("operator")
    address = f"/view/structures/{own.id}/edit"
    sent = fields(browser.get(address).text) | {"reason": "sửa"} | changed
    answer = browser.post(address, sent)
    assert answer.status_code in (404, 422), answer.text
    assert said in words(answer.text)
    assert service.register.structure(own.id, SYSTEM) == own


def test_levels_and_contracts_are_added_by_the_owner(
    browser_of: BrowserOf, service: Service, own: Structure
) -> None:
    operator = browser_of("operator")
    here = f"/view/structures/{own.id}"
    level = {"height_from_m": "10", "height_to_m": "15,5", "slots": "2", "reserved": "0"}
    assert operator.post(f"{here}/levels", level).status_code == 303
    for wrong, said in (
        ({"height_to_m": "5"}, "độ cao đầu"),
        ({"height_to_m": "60"}, "cao hơn công trình"),
        ({"slots": "0"}, "ngoài khoảng 1 đến 500"),
        ({"slots": "2", "reserved": "3"}, "ít nhất một vị trí"),
        ({"slots": "hai"}, "số nguyên"),
    ):
        answer = operator.post(f"{here}/levels", level | wrong)
        assert answer.status_code == 422
        assert said in words(answer.text)
    let = {"number": "HĐ 9", "tenant_id": OTHER, "level_id": "mức", "slot": "2",
           "valid_from": "2026-01-01", "valid_to": "", "rent_unit": ""}  # fmt: skip
    assert operator.post(f"{here}/contracts", let).status_code == 303
    for wrong, code in (
        ({}, 409),
        ({"slot": "9"}, 422),
        ({"slot": "3", "valid_to": "2025-01-01"}, 422),
        ({"level_id": ""}, 422),
        ({"number": ""}, 422),
    ):
        answer = operator.post(f"{here}/contracts", let | wrong)
        assert answer.status_code == code, wrong
        assert "HĐ 9" in answer.text or wrong == {"number": ""}
    assert len(service.register.levels(SYSTEM, structure_ids=[own.id])) == 2
    assert len(service.register.contracts(SYSTEM, structure_ids=[own.id])) == 2


def test_programs_edit_with_the_digest_that_they_saw(
    client: TestClient, token: Token, own: Structure, service: Service
) -> None:
    program = token("operator")
    seen = client.get(f"/structures/{own.id}", headers=program).json()["properties"]["digest"]
    asked = {"digest": seen, "values": {"height_m": 47.5, "concealed": True}, "reason": "đo lại"}
    answer = client.post(f"/structures/{own.id}", json=asked, headers=program)
    assert answer.status_code == 200
    assert service.register.structure(own.id, SYSTEM).height_m == 47.5
    assert client.post(f"/structures/{own.id}", json=asked, headers=program).status_code == 409
    bad = {**asked, "digest": answer.json()["digest"], "values": {"height_m": [1]}}
    assert client.post(f"/structures/{own.id}", json=bad, headers=program).status_code == 422
    wrong = {**bad, "values": {"code": "x", "height_m": "y"}}
    answer = client.post(f"/structures/{own.id}", json=wrong, headers=program)
    assert answer.status_code == 422
    level = {"values": {"height_from_m": 5, "height_to_m": 9, "slots": 1}}
    made = client.post(f"/structures/{own.id}/levels", json=level, headers=program)
    assert (made.status_code, made.json()["slots"]) == (201, 1)
    assert made.json()["provenance"]["source"] == service.register.organisation(OWN).name
    let = {
        "number": "9/HĐ",
        "tenant_id": OTHER,
        "valid_from": "2027-01-01",
        "level_id": made.json()["id"],
    }
    address = f"/structures/{own.id}/contracts"
    made = client.post(address, json={"values": let}, headers=token("staff"))
    assert made.status_code == 201, made.text
    assert made.json()["provenance"]["source"] == "Sở nhập trên trang"


def test_staff_take_a_change_back_and_are_told_when_they_cannot(
    browser_of: BrowserOf, service: Service, own: Structure, client: TestClient, token: Token
) -> None:
    operator, staff = browser_of("operator"), browser_of("staff")
    address = f"/view/structures/{own.id}/edit"
    revisions = []
    for height in ("46", "48"):
        sent = fields(operator.get(address).text) | {"height_m": height, "reason": "đo"}
        assert operator.post(address, sent).status_code == 303
        revisions.append(service.register.revision())
    page = words(staff.get(f"/view/structures/{own.id}").text)
    assert "46 → 48" in page
    undo = {"structure_id": own.id, "table_name": "structures", "record_id": own.id}
    early = staff.post(f"/view/changes/{revisions[0]}/undo", undo | {"reason": "nhầm"})
    assert early.status_code == 409
    assert "đã thay đổi sau đó" in words(early.text)
    assert staff.post(f"/view/changes/{revisions[1]}/undo", undo).status_code == 422
    done = staff.post(f"/view/changes/{revisions[1]}/undo", undo | {"reason": "nhầm"})
    assert done.status_code == 303
    assert service.register.structure(own.id, SYSTEM).height_m == 46.0
    program = token("staff")
    back = service.register.revision()
    answer = client.post(f"/changes/{back}/undo", json={"reason": "không nhầm"}, headers=program)
    assert answer.json()["undone"] == back
    assert service.register.structure(own.id, SYSTEM).height_m == 48.0
    history = client.get(f"/structures/{own.id}/history", headers=program).json()["changes"]
    assert history[0]["reason"] == "không nhầm"
    missing = client.post("/changes/99999/undo", json={"reason": "x"}, headers=program)
    assert missing.status_code == 404


def section(page: str, name: str) -> str:
    """The words of one of the three questions."""
    found = re.search(rf'id="question-{name}">(.*?)\n  </(?:div|figure)>', page, re.DOTALL)
    assert found is not None
    return words(found[1])


def test_three_questions_are_answered(
    client: TestClient, token: Token, own: Structure, service: Service
) -> None:
    rent = PublishedRent(
        id="giá", kind=own.kind, rent_unit=RentUnit.POSITION, amount_vnd=2e6,
        instrument="QĐ 1/QĐ-UBND", clause="Điều 1", provenance=own.provenance,
    )  # fmt: skip
    asking = replace(own, rent_asked_vnd=7.5e6, rent_unit=RentUnit.POSITION)
    with service.register.write(author="lan", reason="giá") as w:
        w.update_structures([asking])
        w.add_published_rents([rent])
    page = client.get(f"/view/structures/{own.id}", headers=token("staff")).text
    hang = section(page, "hang")
    assert "Có: diện tích đón gió còn" in hang
    assert "Theo sổ còn 1 vị trí trống, cao nhất ở tầng 30–36 m." in hang
    cost = section(page, "cost")
    assert "Chủ sở hữu chào: 7.500.000 đồng/tháng" in cost
    assert "Đã công bố: 2.000.000 đồng/tháng" in cost
    assert "QĐ 1/QĐ-UBND, Điều 1" in cost
    assert "Đã công bố: 6.000.000 đồng/tháng" in cost  # of the demonstration
    assert "cao hơn giá công bố 25 %" in cost
    with service.register.write(author="lan", reason="đóng") as w:
        w.update_structures([replace(asking, shareable=False)])
    closed = client.get(f"/view/structures/{own.id}?lang=en", headers=token("staff")).text
    assert "not open to sharing" in section(closed, "hang")


def test_the_forms_that_a_tower_leads_to_know_where_it_stands(
    browser_of: BrowserOf, own: Structure
) -> None:
    operator = browser_of("operator")
    told = words(operator.get(f"/view/structures/{own.id}").text)
    assert "HĐ-77: " in told
    assert "chưa ghi ngày hết hạn · Vị trí số 1 · 7.000.000 đồng/tháng" in told
    page = browser_of("staff").get(f"/view/structures/{own.id}").text
    place = f"?latitude={own.latitude}&amp;longitude={own.longitude}"
    for form in ("/view/sites", "/view/applications"):
        assert f'href="{form}{place}"' in page
        asked = browser_of("staff").get(f"{form}{unescape(place)}").text
        for name in ("latitude", "longitude"):
            assert f'value="{getattr(own, name):.5f}"' in asked, name
    assert browser_of("staff").get("/view/applications?latitude=north").status_code == 422


def test_the_elevation_shows_no_more_than_the_lists(
    client: TestClient, token: Token, own: Structure
) -> None:
    """Who is up there is for the parties, in the drawing too."""
    address = f"/view/structures/{own.id}"
    seen = client.get(address, headers=token("staff")).text
    told = client.get(address).text
    names = re.compile(r'<svg[^>]*class="mast".*?</svg>', re.DOTALL)
    staff, stranger = (names.search(page) for page in (seen, told))
    assert staff is not None
    assert stranger is not None
    listed = words(told[told.index('id="who-heading"') :].partition("</section>")[0])
    for name in re.findall(r"m · ([^<]+)</text>", stranger[0]):
        assert unescape(name).rstrip("…").partition(" ×")[0] in listed


def test_nobody_is_offered_to_ask_for_a_place_on_its_own(
    browser_of: BrowserOf, service: Service
) -> None:
    operator = browser_of("operator")
    own, theirs = (replace(one_of(service, who), shareable=True) for who in (OWN, OTHER))
    with service.register.write(author="lan", reason="chuẩn bị") as writer:
        writer.update_structures([own, theirs])
    for structure, offered in ((own, False), (theirs, True)):
        page = operator.get(f"/view/structures/{structure.id}").text
        assert (f"/view/sharing?structure_id={structure.id}" in page) is offered


def test_what_is_not_known_of_a_support_is_never_a_yes(
    client: TestClient, token: Token, own: Structure, service: Service
) -> None:
    """The page says what the search says of the same support."""
    unknown = replace(own, wind_area_limit_m2=None, load_limit_kg=None)
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.update_structures([unknown])
    hang = section(client.get(f"/view/structures/{own.id}", headers=token("staff")).text, "hang")
    reasons = "chưa biết diện tích đón gió còn lại; chưa biết tải trọng còn lại"
    assert f"Có thể: {reasons}." in hang
    asked = {"longitude": own.longitude, "latitude": own.latitude, "radius_km": 0.1,
             "within_km": 0.1, "height_m": 36.0}  # fmt: skip
    with service.register.snapshot() as register:
        asked["on"] = service.today().isoformat()
        context = StudyContext(register=service.register, home=service.home, ground=service.ground)
        inputs = gather(asked, register, context).inputs
    (row,) = (
        one
        for one in compute(Gathered(inputs), context).results["supports"]
        if one["structure_id"] == own.id
    )
    assert row["fit"] == "possible"
    said = [
        reason_said(one["key"], one["values"], Words("vi"))
        for one in row["reasons"]
        if one["key"] != "height"
    ]
    assert "; ".join(said) == reasons


def test_who_transmits_here_counts_mobile_installations(
    browser_of: BrowserOf, own: Structure, service: Service
) -> None:
    """With their certification for the department, and no more than the lists show."""
    hung = service.register.installations(SYSTEM, structure_id=own.id, on=service.today())
    owners = {one.organisation_id for one in hung}
    names = {one.id: one.name for one in service.register.organisations()}
    staff = browser_of("staff").get(f"/view/structures/{own.id}").text
    told = section(staff, "transmit")
    for owner in owners:
        count = sum(one.organisation_id == owner for one in hung)
        assert f"{names[owner]}: {count} bộ thiết bị di động (" in told
        assert f"/view/certification/{own.id}?organisation_id={owner}" in staff
    assert "Kiểm định: " in told
    assert "Phơi nhiễm của mọi ăng ten" in told
    stranger = browser_of("anonymous").get(f"/view/structures/{own.id}").text
    seen = {one.organisation_id for one in service.register.installations(
        PUBLIC, structure_id=own.id, on=service.today())}  # fmt: skip
    assert {one for one in owners if names[one] in section(stranger, "transmit")} == seen
    assert "Kiểm định" not in section(stranger, "transmit")
    assert "Phơi nhiễm" not in section(stranger, "transmit")


def test_the_antenna_of_a_station_is_told_once(client: TestClient, token: Token) -> None:
    page = client.get("/view/structures/mp-ben-luc-cot", headers=token("staff")).text
    listed = words(page[page.index('id="who-heading"') :].partition("</section>")[0])
    assert listed.count("88,9 MHz") == 1, listed
    assert listed.count("947,5 MHz") == 3, "what others transmit stays"


def test_the_page_marks_its_own_structure_on_its_map(client: TestClient, own: Structure) -> None:
    page = client.get(f"/view/structures/{own.id}").text
    told = json.loads(re.search(r'id="map-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    kind, name, code = told["table"]["rows"][told["chosen"]][:3]
    assert (told["table"]["kinds"][kind]["group"], name, code) == (
        "structures", own.name, own.code,
    )  # fmt: skip


def test_sections_teach_where_they_are_empty(browser_of: BrowserOf, own: Structure) -> None:
    for role, taught in (("anonymous", False), ("operator", True), ("staff", True)):
        page = browser_of(role).get(f"/view/structures/{own.id}").text
        assert ("Sổ chưa ghi giấy tờ nào của công trình này" in page) is taught, role
        assert ('id="inspections"' in page) is (role == "staff"), role
        edit = f'href="/view/structures/{own.id}/edit"'
        assert page.count(edit) == (2 if taught else 0), role
        if taught:
            assert page.index(edit) < page.index('id="questions-heading"')
