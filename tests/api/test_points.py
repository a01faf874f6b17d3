"""Registration points: entered, visited, counted; who answers for one; who sees what."""

import csv
import io
import json
import logging
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook
from starlette.testclient import TestClient

from api.identity import new_token
from api.service import Service
from gis.register.accounts import Access
from gis.register.point_contacts import PointContact, PointContacts
from gis.register.points import PointVisit, RegistrationPoint
from gis.register.scopes import SYSTEM
from tests.api.conftest import Browser

OWNER, OTHER = "mo-phong-a", "mo-phong-b"
Headers = dict[str, str]
NAME, PHONE = "Nguyễn Văn An", "0912345678"
SECRETS = ("KH-777", "Công ty Bí Ẩn", "0777/2026/HĐ", "106.413", "Chờ sửa biển hiệu", "authorised")
"""What is not published of the points below."""


@pytest.fixture
def headers(
    service: Service, password_hash: str, token: Callable[[str], Headers]
) -> dict[str, Headers]:
    """Programs of two operators, a viewer, the department and a stranger."""
    found = {role: token(role) for role in ("anonymous", "viewer", "staff", "administrator")}
    for name in (OWNER, OTHER):
        account = service.accounts.add(
            f"op-{name}", "operator", organisation_id=name, password_hash=password_hash
        )
        secret, _ = new_token(service.accounts, account.id, "test", days=1, access=Access.WRITE)
        found[name] = {"authorization": f"Bearer {secret}"}
    return found


def values(**changes: object) -> dict[str, object]:
    return {
        "name": "Đại lý Hùng Vương",
        "code": "KH-777",
        "kind": "authorised",
        "address": "12 Hùng Vương",
        "commune_name": "Phường Long An",
        "enterprise": "Công ty Bí Ẩn",
        "contract_number": "0777/2026/HĐ",
        "contract_from": "2026-07-01",
        "valid_from": "2026-07-01",
        "state_reason": "Chờ sửa biển hiệu",
        **changes,
    }


@pytest.fixture
def point(client: TestClient, headers: dict[str, Headers], service: Service) -> dict[str, Any]:
    with service.register.write(author="t", reason="không có điểm mẫu") as w:
        known = {one.id for one in w.points(SYSTEM)}
        w.delete(PointVisit, [one.id for one in w.visits(SYSTEM)])
        w.delete(RegistrationPoint, known)
    sent = {"values": values(), "place": "10.535, 106.413"}
    made = client.post("/points", json=sent, headers=headers[OWNER])
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def visit(client: TestClient, point: dict[str, Any], headers: Headers, **told: object) -> Any:
    sent = {
        "visited_on": "2026-08-01", "team": "Đoàn 1", "sampled": 50, "mismatched": 12,
        "mismatched_id_number": 5, "mismatched_face": 9, "point_breach": "yes", **told,
    }  # fmt: skip
    return client.post(f"/points/{point['id']}/visits", json={"values": sent}, headers=headers)


def test_from_a_point_to_its_statistics(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any]
) -> None:
    assert point["geometry"]["coordinates"] == [106.413, 10.535]
    assert visit(client, point, headers["staff"]).status_code == 201
    duties = {one["id"]: one for one in point["properties"]["duties"]}
    assert duties["subscriber.duty.published"]["clause"] == "điểm g khoản 9 Điều 34"
    found = client.get("/points-statistics", headers=headers["staff"]).json()
    (row,) = found["operators"]
    assert (row["of"], row["points"], row["inspected"], row["sampled"]) == (OWNER, 1, 1, 50)
    assert row["mismatch_percent"] == 24.0
    acts = {one["behaviour"]: one for one in row["acts"]}
    assert {name: one["count"] for name, one in acts.items()} == {
        "subscriber_sims": 12,
        "subscriber_points": 1,
    }
    sims, points = (acts[name]["sanction"] for name in ("subscriber_sims", "subscriber_points"))
    assert (sims["minimum_vnd"], sims["maximum_vnd"]) == (20e6, 40e6), "the step from 11 to 20"
    assert (points["minimum_vnd"], points["maximum_vnd"]) == (10e6, 20e6), "the step up to 2"
    own = client.get("/points-statistics", headers=headers[OWNER]).json()["operators"][0]["acts"]
    assert [one["count"] for one in own] == [12, 1]
    assert all("sanction" not in one for one in own), "ranges are the department's guide"
    before = visit(client, point, headers["staff"], visited_on="2026-06-30", mismatched=9)
    assert before.status_code == 201
    (row,) = client.get("/points-statistics", headers=headers["staff"]).json()["operators"]
    counts = [(one["behaviour"], one["count"], one["seen_on"]) for one in row["acts"]]
    assert counts == [
        ("subscriber_sims", 12, "2026-08-01"),
        ("subscriber_points", 1, "2026-08-01"),
        ("subscriber_sims", 9, "2026-06-30"),
        ("subscriber_points", 1, "2026-06-30"),
    ], "an act under the former decree counts for itself"
    assert row["acts"][2]["sanction"]["known"] == "amount_not_in_data"
    page = client.get(f"/view/points/{point['id']}", headers=headers["staff"]).text
    assert "20.000.000 đến 40.000.000 đồng" in page
    assert [one["of"] for one in found["communes"]] == ["Phường Long An"]
    later = client.get("/points-statistics?first=2026-09-01", headers=headers["staff"]).json()
    assert later["total"]["visits"] == 0
    assert later["total"]["mismatch_percent"] is None


def test_a_visit_has_a_record_to_sign(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any]
) -> None:
    made = visit(client, point, headers["staff"], conclusion="Yêu cầu khắc phục").json()
    address = f"/points/{point['id']}/visits/{made['id']}/record"
    answer = client.get(f"{address}.docx", headers=headers["staff"])
    document = Document(io.BytesIO(answer.content))
    cells = [one.text for table in document.tables for row in table.rows for one in row.cells]
    said = "\n".join([*(one.text for one in document.paragraphs), *cells])
    for words in ("BIÊN BẢN KIỂM TRA", "Yêu cầu khắc phục", "ĐẠI DIỆN ĐIỂM", "Đoàn 1", "50"):
        assert words in said, words
    pdf = client.get(f"{address}.pdf", headers=headers["staff"])
    assert pdf.content.startswith(b"%PDF-"), pdf.text[:300]
    assert (
        f"{address}.docx"
        in client.get(f"/view/points/{point['id']}", headers=headers["staff"]).text
    )
    assert client.get(f"{address}.pdf", headers=headers[OWNER]).status_code == 403
    missing = address.replace(made["id"], "x")
    assert client.get(f"{missing}.pdf", headers=headers["staff"]).status_code == 404


WRONG: tuple[dict[str, object], ...] = (
    {"mismatched": 51, "mismatched_face": 51},
    {"mismatched_name": 13},
    {"mismatched_id_number": 1, "mismatched_face": 1},
    {"sampled": "-1"},
    {"sampled": "1,5"},
    {"sampled": ""},
    {"sampled": PHONE},
    {"visited_on": PHONE},
    {PHONE: "x"},
    {"visited_on": "2126-01-01"},
    {"visited_on": "hôm qua"},
    {"conclusion": f"SIM của {PHONE} sai"},
    {"conclusion": "CCCD 079 123 456 789"},
    {"team": "Họ tên: Trần Văn Bình"},
    {"subscriber_name": "x"},
)


def test_counts_that_cannot_be_and_personal_texts_are_refused(
    client: TestClient,
    headers: dict[str, Headers],
    point: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for told in WRONG:
        answer = visit(client, point, headers["staff"], **told)
        assert answer.status_code == 422, told
        assert PHONE not in answer.text + caplog.text
        assert "079" not in answer.text
    kept = client.get(f"/points/{point['id']}", headers=headers["staff"]).json()
    assert kept["properties"]["visits"] == []


def test_what_a_person_types_into_the_form_comes_back_without_it(
    browser_of: Callable[[str], Browser], service: Service, point: dict[str, Any]
) -> None:
    staff = browser_of("staff")
    address = f"/view/points/{point['id']}"
    sent = {
        "visited_on": "2026-08-01", "sampled": "10", "mismatched": "0",
        "conclusion": "Nhắc nhở chủ điểm, gọi ０９１２ ３４５ ６７８ để hẹn",
    }  # fmt: skip
    back = staff.post(f"{address}/visits", sent)
    page = unescape(back.text)
    assert back.status_code == 422
    assert "Nội dung có số điện thoại" in page
    assert "Nhắc nhở chủ điểm, gọi … để hẹn" in page
    assert "０９１２" not in page
    assert 'href="#visit-conclusion"' in page
    edited = staff.post(f"{address}/edit", {**values(name=f"Shop {PHONE}"), "place": "",
                                            "seen": point["properties"]["digest"]})  # fmt: skip
    assert edited.status_code == 422
    assert PHONE not in edited.text
    assert service.register.point(point["id"], SYSTEM).name == "Đại lý Hùng Vương"


# who sees what


def seen_by(client: TestClient, headers: Headers, point: dict[str, Any]) -> str:
    """All that a caller is told of a point by every address that tells of points."""
    told = [
        client.get(address, headers=headers).text
        for address in (
            "/points",
            f"/points/{point['id']}",
            "/exports/registration_points?format=geojson",
            "/exports/registration_points?format=csv",
            "/exports/registration_points?format=kml",
            "/exports/registration_points?format=csv&lang=en",
        )
    ]
    told += [
        client.get(address, headers={**headers, "accept": "text/html"}).text
        for address in ("/view/points", f"/view/points/{point['id']}")
    ]
    book = client.get("/exports/registration_points?format=xlsx", headers=headers).content
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        told += [archive.read(name).decode() for name in archive.namelist()]
    return "\n".join(told)


def test_others_are_told_what_is_published_and_no_more(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any]
) -> None:
    visit(client, point, headers["staff"], conclusion="Yêu cầu khắc phục")
    assert client.get("/points", headers=headers["anonymous"]).status_code == 401
    own = seen_by(client, headers[OWNER], point)
    for secret in SECRETS:
        assert secret in own, secret
    assert "Yêu cầu khắc phục" in own
    for caller in ("viewer", OTHER):
        told = seen_by(client, headers[caller], point)
        assert "Đại lý Hùng Vương" in told
        assert "12 Hùng Vương" in told
        for secret in (*SECRETS[:5], "Yêu cầu khắc phục", point["properties"]["digest"]):
            assert secret not in told, (caller, secret)
        one = client.get(f"/points/{point['id']}", headers=headers[caller]).json()
        shown = {name for name, value in one["properties"].items() if value not in (None, "", [])}
        assert one["geometry"] is None
        assert shown == {
            "id", "name", "operator_id", "operator", "address", "commune_name", "state",
            "confidence", "synthetic", "own", "duties",
        }  # fmt: skip


def test_no_filter_or_count_tells_what_is_hidden(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any]
) -> None:
    box = "bbox=106.4,10.5,106.5,10.6"
    hidden = ("kind=authorised", box, "text=KH-777", "kind=authorised&text=Hùng")
    for query in (*hidden, "text=Bí", "text=0777", "state=suspended"):
        matched = {
            caller: client.get(f"/points?{query}", headers=headers[caller]).json()["numberMatched"]
            for caller in ("viewer", OTHER, OWNER, "staff")
        }
        own = 1 if query in hidden else 0
        assert matched == {"viewer": 0, OTHER: 0, OWNER: own, "staff": own}, query
    for caller in ("viewer", OTHER):
        for part in ("kind=authorised", "on=2026-08-01", box):
            address = f"/exports/registration_points?format=csv&{part}"
            rows = client.get(address, headers=headers[caller]).text.strip().splitlines()
            assert len(rows) == 1, "the header alone"
        listed = client.get("/points?text=hung+vuong", headers=headers[caller]).json()
        assert [one["id"] for one in listed["features"]] == [point["id"]]


def test_a_point_that_does_not_register_is_not_published(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any]
) -> None:
    address, digest = f"/points/{point['id']}", point["properties"]["digest"]
    for changed in (
        {"state": "suspended"}, {"state": "active", "valid_to": "2026-07-02"},
        {"valid_from": "2126-01-01", "valid_to": ""},
    ):  # fmt: skip
        sent = {"digest": digest, "values": changed}
        answer = client.post(address, json=sent, headers=headers[OWNER])
        assert answer.status_code == 200, answer.text
        digest = answer.json()["properties"]["digest"]
        for caller in ("viewer", OTHER):
            assert client.get(address, headers=headers[caller]).status_code == 404
            listed = client.get("/points", headers=headers[caller]).json()
            assert listed["numberMatched"] == 0
            page = client.get("/view/points", headers={**headers[caller], "accept": "text/html"})
            assert "Phường Long An" not in page.text, "not by the list of communes either"
        assert client.get(address, headers=headers[OWNER]).status_code == 200


def test_an_operator_acts_for_its_own_points_only(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any]
) -> None:
    address = f"/points/{point['id']}"
    edit = {"digest": point["properties"]["digest"], "values": {"name": "x"}}
    contact = {"name": NAME, "purpose": "y", "kept_until": "2027-01-01"}
    for path, body in (
        (address, edit),
        (f"{address}/contact", contact),
        (f"{address}/contact/view", {"reason": "z"}),
        (f"{address}/contact/remove", None),
    ):
        for caller in (OTHER, "viewer"):
            answer = client.post(path, json=body, headers=headers[caller])
            assert answer.status_code == 403, path
    assert client.get(f"{address}/contact/views", headers=headers[OTHER]).status_code == 403
    assert visit(client, point, headers[OWNER]).status_code == 403
    other = {"operator_id": OWNER, "values": values(code="B")}
    assert client.post("/points", json=other, headers=headers[OTHER]).status_code == 403
    stats = client.get("/points-statistics", headers=headers[OTHER]).json()
    assert (stats["operators"], stats["total"]) == ([], None)
    assert client.get("/points-statistics", headers=headers["viewer"]).status_code == 403
    assert client.get(f"{address}/history", headers=headers[OWNER]).status_code == 403
    stale = client.post(address, json={**edit, "digest": "x"}, headers=headers[OWNER])
    assert stale.status_code == 409


# who answers for a point


def test_a_contact_is_seen_by_a_deed_that_is_noted(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any], service: Service
) -> None:
    address = f"/points/{point['id']}"
    until = (service.today() + timedelta(days=30)).isoformat()
    sent = {"name": NAME, "phone": PHONE, "purpose": "Hẹn lịch kiểm tra", "kept_until": until}
    written = client.post(f"{address}/contact", json=sent, headers=headers[OWNER])
    assert written.status_code == 201, written.text
    for caller in ("staff", OWNER, OTHER, "viewer"):
        told = seen_by(client, headers[caller], point)
        assert NAME not in told
        assert PHONE not in told
    history = client.get(f"{address}/history", headers=headers["staff"]).text
    assert NAME not in history
    bare = client.post(f"{address}/contact/view", json={"reason": " "}, headers=headers["staff"])
    assert bare.status_code == 422
    reason = {"reason": "Hẹn đoàn số 3"}
    seen = client.post(f"{address}/contact/view", json=reason, headers=headers["staff"])
    assert (seen.json()["name"], seen.json()["phone"]) == (NAME, PHONE)
    for caller, officer, why in (("staff", "staff-1", "Hẹn đoàn số 3"), (OWNER, "", None)):
        log = client.get(f"{address}/contact/views", headers=headers[caller]).json()["views"]
        assert [(one["account"], one["action"], one["reason"]) for one in log] == [
            (officer, "seen", why),
            (f"op-{OWNER}", "written", None),
        ]
    gone = client.post(f"{address}/contact/remove", headers=headers[OWNER])
    assert gone.json() == {"contact": None}
    again = client.post(f"{address}/contact/view", json=reason, headers=headers["staff"])
    assert again.status_code == 404


def test_a_contact_has_a_purpose_and_a_last_day_that_is_not_too_late(
    client: TestClient, headers: dict[str, Headers], point: dict[str, Any], service: Service
) -> None:
    address = f"/points/{point['id']}/contact"
    today = service.today()
    good = {"name": NAME, "purpose": "Hẹn lịch", "kept_until": today.isoformat()}
    for changes in (
        {"purpose": ""}, {"purpose": f"gọi {PHONE}"}, {"name": ""},
        {"kept_until": (today - timedelta(days=1)).isoformat()},
        {"kept_until": (today + timedelta(days=3000)).isoformat()},
    ):  # fmt: skip
        answer = client.post(address, json={**good, **changes}, headers=headers[OWNER])
        assert answer.status_code == 422, changes
    assert client.post(address, json=good, headers=headers[OWNER]).status_code == 201


@pytest.mark.geopackage
def test_after_its_last_day_a_contact_is_gone_from_the_file_too(
    service: Service, point: dict[str, Any]
) -> None:
    register, today = service.register, service.today()
    contacts = PointContacts(register, "lan")
    last = today + timedelta(days=1)
    contacts.write(point["id"], PointContact(name=NAME, phone="02723999888", purpose="x",
                                             kept_until=last))  # fmt: skip
    assert contacts.note(point["id"], last) is not None
    assert contacts.note(point["id"], last + timedelta(days=1)) is None
    assert contacts.forget_expired(last) == 0
    assert contacts.forget_expired(last + timedelta(days=1)) == 1
    assert [one.action for one in contacts.views(point["id"])] == ["expired", "written"]
    path = register.path
    register.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"02723999888" not in path.read_bytes()
    register.check()


def test_the_start_of_the_server_removes_what_is_over(
    service: Service, point: dict[str, Any]
) -> None:
    old = PointContact(name=NAME, purpose="x", kept_until=date(2020, 1, 1))
    PointContacts(service.register, "lan").write(point["id"], old)
    with Service.open(service.settings).register as register:
        views = PointContacts(register).views(point["id"])
    assert [one.action for one in views] == ["expired", "written"]


# imports


def sheet(*rows: tuple[object, ...]) -> bytes:
    made = Workbook()
    for row in (("Mã điểm", "Tên điểm", "Loại điểm", "Doanh nghiệp viễn thông", "Địa chỉ"), *rows):
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def send(client: TestClient, headers: Headers, name: str, content: bytes) -> Any:
    return client.post(
        "/imports",
        files={"file": (name, content)},
        data={"kind": "registration_points"},
        headers=headers,
    )


def test_a_file_with_personal_data_is_refused_and_nothing_of_it_is_kept(
    client: TestClient,
    headers: dict[str, Headers],
    service: Service,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    row = ("A1", f"Điểm {PHONE}", "c", "Viễn thông Mô phỏng A", "1 Hùng Vương")
    for name, content in (("diem.xlsx", sheet(row)), (f"{PHONE}.xlsx", sheet())):
        answer = send(client, headers[OWNER], name, content)
        assert answer.status_code == 422
        assert answer.json()["code"] == "points.personal_data"
        assert PHONE not in answer.text + caplog.text
    assert (
        "hàng 2, cột B: số điện thoại"
        in send(client, {**headers[OWNER], "accept-language": "vi"}, "diem.xlsx", sheet(row)).text
    )
    left = [one for one in service.home.uploads.rglob("*") if one.is_file()]
    assert left == []
    for file in service.home.folder.rglob("*"):
        if file.is_file():
            assert PHONE.encode() not in file.read_bytes(), file
            assert PHONE not in file.name


def test_an_operator_sends_its_points_and_the_department_brings_them_in(
    client: TestClient, headers: dict[str, Headers]
) -> None:
    rows = [
        ("A1", "Điểm Một", "c", "Viễn thông Mô phỏng A", "1 Hùng Vương"),
        ("A2", "Điểm Hai", "c", "Viễn thông Mô phỏng B", "2 Hùng Vương"),
    ]
    sent = send(client, headers[OWNER], "diem.xlsx", sheet(*rows)).json()
    assert (sent["accepted"], sent["refused"]) == (1, 1)
    assert sent["problems"][0]["key"] == "exchange.problem.owner_not_yours"
    done = client.post(
        f"/imports/{sent['id']}/commit", json={"digest": sent["digest"]}, headers=headers["staff"]
    )
    assert done.status_code == 201, done.text
    listed = client.get("/points?text=A1", headers=headers[OWNER]).json()
    assert [one["properties"]["name"] for one in listed["features"]] == ["Điểm Một"]
    told = client.get("/exports/registration_points?format=csv&lang=vi", headers=headers[OWNER])
    rows_told = list(csv.reader(io.StringIO(told.text), delimiter=";"))
    assert "Điểm Một" in [row[rows_told[0].index("Tên")] for row in rows_told]


# pages


def test_pages_of_every_role(
    browser_of: Callable[[str], Browser], point: dict[str, Any], service: Service
) -> None:
    address = f"/view/points/{point['id']}"
    staff, operator, viewer = (browser_of(role) for role in ("staff", "operator", "viewer"))
    good = {"visited_on": "2026-08-01", "sampled": "10", "mismatched": "2",
            "mismatched_face": "2", "point_breach": "no"}  # fmt: skip
    assert staff.post(f"{address}/visits", good).status_code == 303
    until = (service.today() + timedelta(days=30)).isoformat()
    contact = {"name": NAME, "phone": PHONE, "purpose": "Hẹn lịch", "kept_until": until}
    assert operator.post(f"{address}/contact", contact).status_code == 303
    page = unescape(staff.get(address).text)
    assert PHONE not in page
    assert "Hẹn lịch" in page
    shown = staff.post(f"{address}/contact/view", {"reason": "Hẹn đoàn"})
    assert NAME in unescape(shown.text)
    assert shown.headers["cache-control"] == "no-store"
    listed = unescape(staff.get("/view/points").text)
    assert "không khớp 2 trong 10 SIM" in listed
    assert "<svg" in listed.split("<main")[1]
    counted = unescape(staff.get("/view/points/statistics").text)
    assert "2 SIM có thông tin không khớp" in counted
    assert operator.get("/view/points/statistics?first=2026-01-01").status_code == 200
    assert "20,0" in counted
    public = unescape(viewer.get("/view/points").text)
    assert "Đại lý Hùng Vương" in public
    assert "<svg" not in public.split("<main")[1]
    assert viewer.get("/view/points/new").status_code == 403
    new = {**values(code="M2", name="Điểm mới", kind="own"), "place": "10.54, 106.42"}
    made = operator.post("/view/points/new", new)
    assert made.status_code == 303, made.text
    wrong = operator.post("/view/points/new", {**new, "address": "", "place": "xyz"})
    assert wrong.status_code == 422
    assert 'href="#point-place"' in wrong.text
    undo = {"reason": "Nhầm", "point_id": point["id"], "table_name": "registration_points",
            "record_id": point["id"]}  # fmt: skip
    revision = service.register.changes(table_name="registration_points",
                                        record_id=point["id"])[0].revision  # fmt: skip
    kept = staff.post(f"/view/changes/{revision}/undo", undo)
    assert kept.status_code == 409, "a visit rests on it"
    assert "Đại lý Hùng Vương" in unescape(kept.text)
    for query in ("kind=x", "state=9", "offset=-1"):
        assert staff.get(f"/view/points?{query}").status_code == 422
    assert json.loads(viewer.get("/points", headers={"accept": "application/json"}).text)
