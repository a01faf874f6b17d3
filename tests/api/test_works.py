"""Planned works: announced, signed up for, answered; who sees what."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import data
from api.identity import new_link, new_token
from api.service import Service
from gis.cases.working_days import calendar_in_use
from gis.register.accounts import Access, Account
from gis.register.scopes import SYSTEM
from gis.register.works import PlannedWork, SignUp, WorkState
from tests.api.conftest import Browser

OWNER, ASKER, OTHER = "mo-phong-a", "mo-phong-b", "mo-phong-c"
Headers = dict[str, str]
TEXTS = ("csv", "geojson", "kml")


@pytest.fixture(autouse=True)
def none_announced(service: Service) -> None:
    """The demonstration's own works are taken out: what is counted here is announced here."""
    with service.register.write(author="test", reason="không có kế hoạch nào") as writer:
        writer.delete(SignUp, [one.id for one in writer.sign_ups(SYSTEM)])
        writer.delete(PlannedWork, [one.id for one in writer.works(SYSTEM)])


@pytest.fixture
def accounts(service: Service, password_hash: str) -> dict[str, Account]:
    """An account of each of three operators."""
    return {
        name: service.accounts.add(
            f"op-{name}", "operator", organisation_id=name, password_hash=password_hash
        )
        for name in (OWNER, ASKER, OTHER)
    }


@pytest.fixture
def headers(
    service: Service, accounts: dict[str, Account], token: Callable[[str], Headers]
) -> dict[str, Headers]:
    """Programs of three operators, a viewer, the department and a stranger."""
    found = {role: token(role) for role in ("anonymous", "viewer", "staff", "administrator")}
    for name, account in accounts.items():
        secret, _ = new_token(service.accounts, account.id, "test", days=1, access=Access.WRITE)
        found[name] = {"authorization": f"Bearer {secret}"}
    return found


@pytest.fixture
def body() -> dict[str, Any]:
    return {
        "values": {
            "name": "Tuyến cống bể đường Hùng Vương",
            "kind": "line",
            "begins_on": "2098-03-01",
            "ends_on": "2098-06-30",
            "sign_up_until": "2098-02-01",
            "plan_year": 2098,
            "ducts": 2,
            "contact": "0272 000 000",
        },
        "geometry": {"type": "LineString", "coordinates": [[106.41, 10.53], [106.42, 10.54]]},
    }


@pytest.fixture
def work(client: TestClient, headers: dict[str, Headers], body: dict[str, Any]) -> dict[str, Any]:
    made = client.post("/planned-works", json=body, headers=headers[OWNER])
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def sign(client: TestClient, work: dict[str, Any], headers: Headers, **values: object) -> Any:
    sent = {"values": values}
    return client.post(f"/planned-works/{work['id']}/sign-ups", json=sent, headers=headers)


@pytest.mark.parametrize(
    ("kind", "clause"), [("line", "điểm i khoản 1 Điều 41"), ("interdisciplinary", None)]
)
def test_works_that_began_are_announced_with_a_warning(
    client: TestClient,
    headers: dict[str, Headers],
    body: dict[str, Any],
    service: Service,
    *,
    kind: str,
    clause: str | None,
) -> None:
    began = service.today() - timedelta(days=1)
    body["values"] |= {"kind": kind, "begins_on": f"{began}", "sign_up_until": None}
    made = client.post("/planned-works", json=body, headers=headers[OWNER])
    assert made.status_code == 201, made.text
    told = made.json()["properties"]
    assert told["open"] is False
    assert "không phải là thông báo trước khi xây dựng" in told["late"]["text"]
    rule = told["late"]["rule"]
    assert (rule and (rule["clause"], rule["confidence"])) == (clause and (clause, "verified"))
    html = {**headers[ASKER], "accept": "text/html"}
    page = client.get(f"/view/works/{made.json()['id']}?lang=en", headers=html).text
    assert "this is no notice before building" in page
    assert sign(client, made.json(), headers[ASKER], ducts=1).status_code == 409
    body["values"]["begins_on"] = f"{service.today()}"
    again = client.post("/planned-works", json=body, headers=headers[OWNER]).json()
    assert again["properties"]["late"] is None


def test_from_announcement_to_answer(
    client: TestClient, work: dict[str, Any], headers: dict[str, Headers]
) -> None:
    address = f"/planned-works/{work['id']}"
    assert work["geometry"]["type"] == "LineString"
    assert work["properties"]["owner_id"] == OWNER
    assert work["properties"]["open"] is True
    duties = {one["id"]: one for one in work["properties"]["duties"]}
    assert duties["sharing.works.notice"]["clause"] == "điểm đ khoản 1 Điều 41"
    assert duties["sharing.works.notice"]["confidence"] == "verified"
    listed = client.get("/planned-works", headers=headers[ASKER]).json()
    assert [one["id"] for one in listed["features"]] == [work["id"]]
    signed = sign(client, work, headers[ASKER], ducts=1, note="Một ống phi 61")
    assert signed.status_code == 201, signed.text
    seen = client.get(address, headers=headers[OWNER]).json()["properties"]["sign_ups"]
    assert [(one["organisation_id"], one["ducts"], one["state"]) for one in seen] == [
        (ASKER, 1, "asked")
    ]
    assert seen[0]["answer_due"] is None, "no term is known, so no day is invented"
    assert seen[0]["answer_rule"]["confidence"] == "derived"
    answer = f"{address}/sign-ups/{ASKER}/answer"
    bare = {"digest": seen[0]["digest"], "accepted": False}
    assert client.post(answer, json=bare, headers=headers[OWNER]).status_code == 422
    sent = {"digest": seen[0]["digest"], "accepted": True, "reason": "Mời khảo sát"}
    assert client.post(answer, json=sent, headers=headers[OWNER]).json()["state"] == "accepted"
    assert client.post(answer, json=sent, headers=headers[OWNER]).status_code == 409
    own = client.get(address, headers=headers[ASKER]).json()["properties"]["sign_ups"]
    assert own[0]["answer_reason"] == "Mời khảo sát"


def test_who_signed_up_is_for_the_parties(
    client: TestClient, work: dict[str, Any], headers: dict[str, Headers]
) -> None:
    before = {
        name: client.get(f"/planned-works/{work['id']}", headers=headers[name]).json()
        for name in (OTHER, "viewer")
    }
    listed = client.get("/planned-works", headers=headers[OTHER]).json()
    sign(client, work, headers[ASKER], ducts=1)
    for name, told in before.items():
        now = client.get(f"/planned-works/{work['id']}", headers=headers[name])
        assert now.json() == told, name
        assert ASKER not in now.text
    assert client.get("/planned-works", headers=headers[OTHER]).json() == listed
    for name in (OWNER, ASKER, "staff", "administrator"):
        told = client.get(f"/planned-works/{work['id']}", headers=headers[name]).json()
        assert [one["organisation_id"] for one in told["properties"]["sign_ups"]] == [ASKER], name
    history = f"/planned-works/{work['id']}/history"
    assert client.get(history, headers=headers[OWNER]).status_code == 403
    authors = {
        one["author"] for one in client.get(history, headers=headers["staff"]).json()["changes"]
    }
    assert authors == {f"op-{OWNER}", f"op-{ASKER}"}


@pytest.fixture
def operator_browser(
    app: FastAPI, service: Service, accounts: dict[str, Account]
) -> Callable[[str], Browser]:
    """Sign an organisation's account in."""

    def make(organisation: str) -> Browser:
        made = TestClient(
            app,
            follow_redirects=False,
            raise_server_exceptions=False,
            headers={"accept": "text/html"},
        )
        assert made.get(new_link(service.accounts, accounts[organisation].id)).status_code == 303
        return Browser(made)

    return make


def said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fields(page: str, action: str) -> dict[str, str]:
    """The fields of a form as a browser would send them back."""
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    sent = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', form)
    }
    for name, text in re.findall(r'<textarea name="([a-z_]+)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = unescape(text)
    for name, options in re.findall(r'<select name="([a-z_]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        assert first is not None
        sent[name] = unescape((chosen or first)[1])
    del sent["csrf_token"]
    return sent


TYPED = {
    "name": "Cột mới Bến Lức",
    "kind": "mast",
    "begins_on": "2098-05-01",
    "sign_up_until": "2098-04-01",
    "plan_year": "2098",
    "places": "2",
    "place": "10,5351 106,4151",
}


def test_the_whole_way_on_pages(
    operator_browser: Callable[[str], Browser], browser_of: Callable[[str], Browser]
) -> None:
    owner, asker = operator_browser(OWNER), operator_browser(ASKER)
    assert "Chưa có công trình sắp xây dựng nào" in owner.get("/view/works").text
    made = owner.post("/view/works/new", TYPED)
    assert made.status_code == 303, said(made.text)
    address = made.headers["location"]
    page = asker.get(address)
    assert page.status_code == 200
    assert "Nghị định 174/2026/NĐ-CP, điểm đ khoản 1 Điều 41" in said(page.text)
    assert page.text.count("<h1") == 1
    assert f"{address}/edit" not in page.text
    assert asker.post(f"{address}/sign-ups", {"places": "2", "note": "5G"}).status_code == 303
    assert "2 đăng ký" not in said(owner.get("/view/works").text)
    assert "1 đăng ký chờ trả lời" in said(owner.get("/view/works").text)
    assert "Đơn vị của bạn: Chờ trả lời" in said(asker.get("/view/works").text)
    for other in (operator_browser(OTHER), browser_of("viewer")):
        for shown in (address, "/view/works"):
            text = said(other.get(shown).text)
            assert "5G" not in text
            assert "chờ trả lời" not in text.casefold()
    seen = fields(owner.get(address).text, f"{address}/sign-ups/{ASKER}/answer")
    answer = f"{address}/sign-ups/{ASKER}/answer"
    bare = owner.post(answer, seen | {"accepted": "no"})
    assert bare.status_code == 422
    assert "Phải nêu lý do" in bare.text
    assert 'aria-invalid="true"' in bare.text
    assert owner.post(answer, seen | {"accepted": "yes"}).status_code == 303
    assert "Được chấp nhận" in said(asker.get(address).text)
    sent = fields(owner.get(f"{address}/edit").text, f"{address}/edit")
    assert sent["place"] == "10.5351, 106.4151"
    fewer = owner.post(f"{address}/edit", sent | {"places": "1"})
    assert fewer.status_code == 409
    assert "chấp nhận 2 vị trí mà chỉ cho dùng chung 1" in said(fewer.text)
    assert owner.post(f"{address}/edit", sent | {"name": "Cột Bến Lức 2"}).status_code == 303
    state = fields(owner.get(address).text, f"{address}/state")
    refused = owner.post(f"{address}/state", state | {"state": "withdrawn"})
    assert refused.status_code == 422
    assert owner.post(f"{address}/state", state | {"state": "under_way"}).status_code == 303
    late = asker.post(f"{address}/sign-ups", {"places": "1"})
    assert late.status_code == 409
    assert "không nhận đăng ký nữa" in said(late.text)
    assert asker.post(f"{address}/sign-ups/{ASKER}/withdraw").status_code == 303
    assert "Đã rút đăng ký" in said(owner.get(address).text)


def test_a_withdrawn_work_is_answered_no_more(operator_browser: Callable[[str], Browser]) -> None:
    owner, asker = operator_browser(OWNER), operator_browser(ASKER)
    address = owner.post("/view/works/new", TYPED).headers["location"]
    assert asker.post(f"{address}/sign-ups", {"places": "1"}).status_code == 303
    answer = f"{address}/sign-ups/{ASKER}/answer"
    seen = fields(owner.get(address).text, answer)
    state = fields(owner.get(address).text, f"{address}/state")
    gone = state | {"state": "withdrawn", "state_reason": "hết vốn"}
    assert owner.post(f"{address}/state", gone).status_code == 303
    assert answer not in owner.get(address).text
    late = owner.post(answer, seen | {"accepted": "yes"})
    assert late.status_code == 409
    assert "không trả lời đăng ký nữa" in said(late.text)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("role", ["viewer", "operator", "staff", "administrator"])
def test_every_page_in_both_languages(
    browser_of: Callable[[str], Browser], work: dict[str, Any], role: str, language: str
) -> None:
    browser = browser_of(role)
    pages = ["", f"/{work['id']}"]
    if role != "viewer":
        pages += ["/new", "/together"]
    if role in ("staff", "administrator"):
        pages += [f"/{work['id']}/edit"]
    for page in pages:
        answer = browser.get(f"/view/works{page}?lang={language}")
        assert answer.status_code == 200, answer.text[:300]
        assert answer.text.count("<h1") == 1
        assert f'<html lang="{language}">' in answer.text
    menu = browser.get("/view/works").text
    assert '<a href="/view/works" aria-current="page">' in menu


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"name": ""}, "Tên"),
        ({"name": "x" * 501}, "Tên"),
        ({"name": "a\u0000b"}, "Tên"),
        ({"description": "a\ud800"}, "description"),
        ({"kind": "castle"}, "Loại"),
        ({"begins_on": "2098-13-01"}, "Ngày bắt đầu thi công"),
        ({"begins_on": None}, "Ngày bắt đầu thi công"),
        ({"ends_on": "2098-01-01"}, "01/01/2098"),
        ({"sign_up_until": "2098-03-02"}, "02/03/2098"),
        ({"plan_year": 98}, "Thuộc kế hoạch năm"),
        ({"places": -1}, "Số vị trí cho dùng chung"),
        ({"places": 1.5}, "Số vị trí cho dùng chung"),
        ({"structure_id": "nowhere"}, "nowhere"),
        ({"route_id": "nowhere"}, "nowhere"),
        ({"owner": "x"}, "owner"),
        ({"state": "done"}, "Đã xong"),
    ],
)
def test_what_cannot_be_announced_is_refused(
    client: TestClient,
    headers: dict[str, Headers],
    body: dict[str, Any],
    values: dict[str, Any],
    name: str,
) -> None:
    sent = json.dumps({**body, "values": {**body["values"], **values}}).encode("ascii")
    typed = {**headers[OWNER], "content-type": "application/json"}
    answer = client.post("/planned-works", content=sent, headers=typed)
    assert answer.status_code in (404, 422), answer.text
    assert name in answer.json()["detail"]
    assert client.get("/planned-works", headers=headers[OWNER]).json()["numberMatched"] == 0


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point"},
        {"type": "Point", "coordinates": [106.4]},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Point", "coordinates": [206.4, 10.5]},
        {"type": "Point", "coordinates": [True, 10.5]},
        {"type": "Point", "coordinates": {"a": 1}},
        {"type": "Polygon", "coordinates": [[[106.4, 10.5]]]},
        {"type": "LineString", "coordinates": [[106.4, 10.5]]},
        {"type": "LineString", "coordinates": [[106.4, 10.5], [106.4, 10.5]]},
        {"type": "LineString", "coordinates": [[106.4, 10.5]] * 2001},
        {"type": "Point", "coordinates": [105.85, 21.02]},
        {"type": "LineString", "coordinates": [[106.4, 10.5], [105.85, 21.02]]},
        {"type": ["Point"], "coordinates": [106.4, 10.5]},
    ],
)
def test_a_place_that_is_none_or_elsewhere_is_refused(
    client: TestClient, headers: dict[str, Headers], body: dict[str, Any], geometry: Any
) -> None:
    sent = {**body, "geometry": geometry}
    answer = client.post("/planned-works", json=sent, headers=headers[OWNER])
    assert answer.status_code == 422
    assert "Vị trí" in answer.json()["detail"] or "105,85" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("", "Phải nêu vị trí"),
        ("đâu đó", "Dòng 1"),
        ("10.5, 106.4\nx", "Dòng 2"),
        ("21.02, 105.85", "không nằm trong"),
        ("10.5, 106.4\n10.5, 106.4", "trùng nhau"),
        ("10.5, 106.4\n" * 2001, "2.000"),
        ("10.5\u0000, 106.4", "Dòng 1"),
    ],
)
def test_a_typed_place_is_refused_at_its_field(
    operator_browser: Callable[[str], Browser], place: str, told: str
) -> None:
    answer = operator_browser(OWNER).post("/view/works/new", {**TYPED, "place": place})
    assert answer.status_code == 422
    assert told in said(answer.text)
    assert 'id="work-place-wrong"' in answer.text
    assert TYPED["name"] in answer.text


def test_nobody_acts_for_another(
    client: TestClient, work: dict[str, Any], headers: dict[str, Headers], body: dict[str, Any]
) -> None:
    address = f"/planned-works/{work['id']}"
    theirs = client.post(
        "/planned-works", json={**body, "owner_id": ASKER}, headers=headers[OWNER]
    )
    assert theirs.status_code == 403
    edit = {"digest": work["properties"]["digest"], "values": {"name": "x"}}
    assert client.post(address, json=edit, headers=headers[ASKER]).status_code == 403
    sent: dict[str, Any] = {"organisation_id": OTHER, "values": {"ducts": 1}}
    sign_ups = f"{address}/sign-ups"
    assert client.post(sign_ups, json=sent, headers=headers[ASKER]).status_code == 403
    sign(client, work, headers[ASKER], ducts=1)
    answered = {"digest": "x", "accepted": True}
    for organisation in (ASKER, OTHER, "none"):
        denied = client.post(
            f"{sign_ups}/{organisation}/answer", json=answered, headers=headers[OTHER]
        )
        assert denied.status_code == 403
        withdrawn = client.post(f"{sign_ups}/{organisation}/withdraw", headers=headers[OTHER])
        assert withdrawn.status_code == (404 if organisation == OTHER else 403)
    assert sign(client, work, headers[OWNER], ducts=1).status_code == 422
    assert sign(client, work, headers["staff"], ducts=1).status_code == 422
    sent = {"organisation_id": OTHER, "values": {"ducts": 1}}
    assert client.post(sign_ups, json=sent, headers=headers["staff"]).status_code == 201


def test_a_confidential_structure_is_not_told(
    client: TestClient, service: Service, headers: dict[str, Headers], body: dict[str, Any]
) -> None:
    own, hidden = (
        next(
            one.id
            for one in service.register.structures(SYSTEM, owner_id=owner)
            if one.confidential
        )
        for owner in (OWNER, ASKER)
    )
    linked = {**body, "values": {**body["values"], "structure_id": hidden}}
    unseen = client.post("/planned-works", json=linked, headers=headers[OWNER])
    linked["values"]["structure_id"] = "nowhere"
    unknown = client.post("/planned-works", json=linked, headers=headers[OWNER])
    assert unseen.status_code == unknown.status_code == 404
    assert unseen.json()["detail"].replace(hidden, "nowhere") == unknown.json()["detail"]
    linked["values"]["structure_id"] = own
    made = client.post("/planned-works", json=linked, headers=headers[OWNER]).json()
    assert made["properties"]["structure_id"] == own
    for path in (
        "/planned-works",
        f"/planned-works/{made['id']}",
        "/exports/planned_works?format=csv",
    ):
        assert own in client.get(path, headers=headers[OWNER]).text
        assert own not in client.get(path, headers=headers[ASKER]).text


def test_exports_hold_announcements_only(
    client: TestClient, work: dict[str, Any], headers: dict[str, Headers]
) -> None:
    sign(client, work, headers[ASKER], ducts=1, note="bí mật của bên đăng ký")
    for name in (OWNER, ASKER, OTHER, "viewer", "staff"):
        for query in ("format=csv", "format=geojson", "format=csv&year=2098&owner=" + OWNER):
            told = client.get(f"/exports/planned_works?{query}", headers=headers[name])
            assert told.status_code == 200
            assert "Hùng Vương" in told.text
            assert "bí mật" not in told.text
    other_year = client.get("/exports/planned_works?format=csv&year=2097", headers=headers[OWNER])
    assert "Hùng Vương" not in other_year.text
    assert client.get("/exports/planned_works?format=csv").status_code == 401


def test_no_login_name_is_told(
    client: TestClient,
    service: Service,
    *,
    work: dict[str, Any],
    headers: dict[str, Headers],
    body: dict[str, Any],
    browser_of: Callable[[str], Browser],
) -> None:
    sent = {**body, "owner_id": ASKER}
    by_staff = client.post("/planned-works", json=sent, headers=headers["staff"]).json()
    owner = service.register.organisation(OWNER).name
    assert work["properties"]["source"] == owner
    assert by_staff["properties"]["source"] == "Sở nhập trên trang"
    writes = {one.author for one in service.register.changes(table_name="planned_works")}
    assert {"op-mo-phong-a", "staff-1"} <= writes, "the history has both accounts"
    names = writes & {one.name for one in service.accounts.accounts()}
    pages = [f"/view/works/{one['id']}" for one in (work, by_staff)]
    lists = [f"/planned-works/{one['id']}" for one in (work, by_staff)]
    lists += ["/planned-works", *(f"/exports/planned_works?format={one}" for one in TEXTS)]
    told = [browser_of("viewer").get(page).text for page in ("/view/works", *pages)]
    told += [client.get(one, headers=headers["viewer"]).text for one in lists]
    for text in told:
        assert "Hùng Vương" in text
        assert not [name for name in names if name in text]


def test_works_near_in_space_and_time_are_told_to_their_owners(
    client: TestClient, work: dict[str, Any], headers: dict[str, Headers], body: dict[str, Any]
) -> None:
    body["values"] |= {"name": "Mở rộng đường", "kind": "interdisciplinary"}
    body["geometry"] = {"type": "Point", "coordinates": [106.4102, 10.5301]}
    client.post("/planned-works", json=body, headers=headers[ASKER])
    for name, count in ((OWNER, 1), (ASKER, 1), ("staff", 1), (OTHER, 0)):
        told = client.get("/planned-works-together", headers=headers[name]).json()
        assert len(told["pairs"]) == count
        assert told["rule"]["confidence"] == "derived"
    own = client.get(f"/planned-works/{work['id']}", headers=headers[OWNER]).json()
    assert [one["name"] for one in own["properties"]["together"]] == ["Mở rộng đường"]
    other = client.get(f"/planned-works/{work['id']}", headers=headers[OTHER]).json()
    assert other["properties"]["together"] == []


def test_an_end_that_is_not_known_is_said(
    client: TestClient,
    work: dict[str, Any],
    headers: dict[str, Headers],
    body: dict[str, Any],
    operator_browser: Callable[[str], Browser],
) -> None:
    body["values"] |= {"name": "Tuyến dở dang", "begins_on": "2090-01-01", "ends_on": None}
    body["values"] |= {"sign_up_until": None}
    assert client.post("/planned-works", json=body, headers=headers[ASKER]).status_code == 201
    (pair,) = client.get("/planned-works-together", headers=headers[OWNER]).json()["pairs"]
    assert (pair["days_between"], pair["end_known"]) == (0, False)
    owner = operator_browser(OWNER)
    for page in ("together", work["id"]):
        told = said(owner.get(f"/view/works/{page}").text)
        assert "chưa biết ngày kết thúc của “Tuyến dở dang”" in told


def test_filters_of_the_list(browser_of: Callable[[str], Browser], work: dict[str, Any]) -> None:
    viewer = browser_of("viewer")
    shown = f'href="/view/works/{work["id"]}"'
    for query, there in (
        ("", True),
        ("year=2098", True),
        ("year=2097", False),
        ("kind=mast", False),
        (f"owner_id={OWNER}", True),
        (f"owner_id={OTHER}", False),
        ("state=done", False),
        ("text=hung+vuong", True),
        ("near=10.53,+106.41&within_km=1", True),
        ("near=10.7,+106.41&within_km=1", False),
    ):
        page = viewer.get(f"/view/works?{query}")
        assert page.status_code == 200
        assert (shown in page.text) is there, query
    assert "Hạn gửi kế hoạch năm 2098: 30/11/2097" in said(
        viewer.get("/view/works?year=2098").text
    )
    assert viewer.get("/view/works?near=x").status_code == 422
    hostile = viewer.get('/view/works?text="><script>x&near=10.53,106.41')
    assert hostile.status_code == 200
    assert "&lt;script&gt;x" in hostile.text
    assert "<script>x" not in hostile.text
    assert '""><script' not in hostile.text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("year=abcd", "Kế hoạch năm: “abcd” không phải một năm"),
        ("year=-1", "“-1”"),
        ('year="><b', '“"><b”'),
        ("kind=x", "Loại: “x” không phải một trong: mast, line, interdisciplinary"),
        ("kind=<script>x", "“<script>x”"),
        ("state=x", "Tình trạng: “x” không phải một trong: announced"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    browser_of: Callable[[str], Browser], query: str, told: str
) -> None:
    answer = browser_of("viewer").get(f"/view/works?{query}")
    assert answer.status_code == 422
    assert told in said(answer.text)
    assert "<script>x" not in answer.text
    assert '“"><b' not in answer.text


def test_a_write_is_taken_back_on_the_page(
    browser_of: Callable[[str], Browser], service: Service, work: dict[str, Any]
) -> None:
    staff, address = browser_of("staff"), f"/view/works/{work['id']}"
    state = fields(staff.get(address).text, f"{address}/state")
    assert staff.post(f"{address}/state", state | {"state": "closed"}).status_code == 303
    undo = f"/view/changes/{service.register.revision()}/undo"
    assert undo in staff.get(address).text
    bare = staff.post(undo, {"work_id": work["id"]})
    assert bare.status_code == 422
    assert "lý do" in said(bare.text)
    taken = staff.post(undo, {"work_id": work["id"], "reason": "nhầm"})
    assert taken.status_code == 303
    assert taken.headers["location"] == f"{address}#history"
    assert service.register.work(work["id"], SYSTEM).state == "announced"
    operator = browser_of("operator")
    assert 'id="history"' not in operator.get(address).text


def test_a_term_that_an_administrator_fills_runs_on_working_days(
    client: TestClient, service: Service, work: dict[str, Any], headers: dict[str, Headers]
) -> None:
    sign(client, work, headers[ASKER], ducts=1)
    text = data.path("rules/planned_works.toml").read_text("utf-8")
    told = text.replace(
        'id = "sharing.works.answer"', 'id = "sharing.works.answer"\nparameters = { term = "5wd" }'
    )
    service.home.rules.mkdir(exist_ok=True)
    (service.home.rules / "planned_works.toml").write_text(told, encoding="utf-8")
    seen = client.get(f"/planned-works/{work['id']}", headers=headers[OWNER]).json()
    (one,) = seen["properties"]["sign_ups"]
    calendar = calendar_in_use(service.home)
    start = date.fromisoformat(one["asked_on"])
    assert one["answer_due"] == calendar.add_working_days(start, 5).isoformat()


def test_the_map_shows_what_is_to_be_built(
    client: TestClient, service: Service, headers: dict[str, Headers], work: dict[str, Any]
) -> None:
    """To whom the list is open; a line is drawn, and marked at its middle."""

    def shown(who: str) -> dict[str, Any]:
        data: dict[str, Any] = client.get("/map/objects?lang=vi", headers=headers[who]).json()
        return data

    name = work["properties"]["name"]
    for who in (OTHER, "viewer", "staff"):
        data = shown(who)
        (row,) = [one for one in data["table"]["rows"] if one[1] == name]
        assert row[4:6] == pytest.approx([106.415, 10.535], abs=1e-5)
        told = [data["table"]["details"][detail][1] for detail in row[8]]
        assert [v for v in told if v in ("2", "01/03/2098")][::-1] == ["2", "01/03/2098"]
        (line,) = [one for one in data["shapes"] if one["layer"] == "work-lines"]
        assert line["line"] == [[106.41, 10.53], [106.42, 10.54]]
    stranger = shown("anonymous")
    assert name not in json.dumps(stranger, ensure_ascii=False)
    assert stranger["shapes"] == []
    (kept,) = service.register.works(SYSTEM)
    with service.register.write(author="lan", reason="thử") as writer:
        writer.update_works([replace(kept, state=WorkState.WITHDRAWN, state_reason="bỏ")])
    assert name not in json.dumps(shown("staff"), ensure_ascii=False), "it is not built"


def test_a_stranger_is_offered_no_file_of_works(
    client: TestClient, headers: dict[str, Headers], browser_of: Callable[[str], Browser]
) -> None:
    """Works are for whoever is signed in: the map offers a file of them to nobody else."""
    option = '<option value="planned-works">'
    assert option not in client.get("/map").text
    assert '<option value="stations">' in client.get("/map").text
    address = "/ogc/collections/planned-works/bulk?f=geojson"
    assert client.get(address, headers=headers["anonymous"]).status_code == 401
    for role in ("viewer", "operator", "staff"):
        assert option in browser_of(role).get("/map").text, role
    assert "Ai có tài khoản cũng xem được" in browser_of("viewer").get("/view/works").text
