"""Imports and exports over HTTP: judged, asked, committed, undone; hostile files; who may."""

import csv
import io
import json
import re
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
from starlette.testclient import TestClient

import data
from api import uploads
from api.identity import new_token
from api.service import Service
from api.settings import Settings
from data.text import Language, text
from gis.exchange.importing import ImportKind
from gis.exchange.safety import EXTENSIONS
from gis.register.accounts import Access
from gis.register.scopes import SYSTEM
from tests.api.launching import structures_form

Token = Callable[[str], dict[str, str]]
BrowserOf = Callable[[str], Any]

SAMPLE = data.path("samples/cot_ang_ten_mau.xlsx")
OPERATOR = "mo-phong-a"
CHANNELS = data.path("samples/dai_fm_mau.csv")
NEW_PLAN = "\n".join(
    [
        "Tần số (MHz);Chương trình;Địa điểm;Kinh độ;Vĩ độ;Cấp đài",
        "93,1;Chương trình thử;Tân An;106,4;10,5;Cấp tỉnh",
        "93,7;Chương trình thử 2;Bến Lức;106,5;10,6;Cấp tỉnh",
    ]
).encode()


def send(client: TestClient, headers: dict[str, str], name: str, content: bytes, kind: str) -> Any:
    return client.post(
        "/imports", files={"file": (name, content)}, data={"kind": kind}, headers=headers
    )


def sample(client: TestClient, headers: dict[str, str]) -> Any:
    answer = send(client, headers, SAMPLE.name, SAMPLE.read_bytes(), "structures")
    assert answer.status_code == 201, answer.text
    return answer.json()


def matched(client: TestClient, headers: dict[str, str]) -> int:
    found = client.get("/structures?limit=1", headers=headers).json()["numberMatched"]
    assert isinstance(found, int)
    return found


def test_a_file_is_judged_committed_and_undone(client: TestClient, token: Token) -> None:
    staff = token("staff")
    before = matched(client, staff)
    judged = sample(client, staff)
    assert (judged["rows"], judged["accepted"], judged["refused"]) == (24, 18, 6)
    assert sorted(one["row"] for one in judged["problems"]) == [5, 9, 13, 16, 19, 22]
    assert matched(client, staff) == before, "judging wrote something"

    batch = client.post(f"/imports/{judged['id']}/commit", headers=staff)
    assert batch.status_code == 201, batch.text
    assert batch.json()["imported_by"] == "staff-1"
    assert matched(client, staff) == before + 18
    again = client.post(f"/imports/{judged['id']}/commit", headers=staff)
    assert again.status_code == 409
    assert again.json()["code"] == "pages.import_done"

    listed = client.get("/import-batches", headers=staff).json()
    assert [one["id"] for one in listed["batches"]] == [batch.json()["id"]]
    undone = client.post(f"/import-batches/{batch.json()['id']}/undo", headers=staff)
    assert undone.status_code == 200, undone.text
    assert undone.json()["undone_by"] == "staff-1"
    assert matched(client, staff) == before
    twice = client.post(f"/import-batches/{batch.json()['id']}/undo", headers=staff)
    assert twice.status_code == 409
    assert client.post(f"/imports/{judged['id']}/commit", headers=staff).status_code == 201


def test_a_file_sent_again_after_its_commit_is_the_same_import(
    client: TestClient, token: Token
) -> None:
    staff = token("staff")
    first = sample(client, staff)
    batch = client.post(f"/imports/{first['id']}/commit", headers=staff).json()
    assert sample(client, staff)["batch"] == batch["id"]


def test_a_file_is_brought_in_though_others_write_meanwhile(
    client: TestClient, token: Token, service: Service
) -> None:
    """They write between the look and the commit, all the time."""
    staff = token("staff")
    codes, form, kind = structures_form(3)
    sent = client.post("/imports", content=form, headers={**staff, "content-type": kind}).json()
    end, (one,) = threading.Event(), service.register.structures(SYSTEM, limit=1)

    def write() -> None:
        number = 0
        while not end.is_set():
            number += 1
            with service.register.write(author="lan", reason="thử") as writer:
                writer.update_structures([replace(one, name=f"Cột {number}")])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        batch = client.post(f"/imports/{sent['id']}/commit", headers=staff)
    finally:
        end.set()
        thread.join()
    assert batch.status_code == 201, batch.text
    stored = service.register.structures(SYSTEM)
    assert {each.code for each in stored} >= set(codes)
    service.register.check()


def test_an_import_that_was_not_noted_stands_and_is_not_brought_in_twice(
    client: TestClient, token: Token, settings: Settings, service: Service
) -> None:
    """The server died, or the disk was full, between the commit and the note beside the file."""
    staff = token("staff")
    judged = sample(client, staff)
    folder = settings.home / "uploads" / judged["id"]
    before = (folder / "upload.json").read_bytes()
    batch = client.post(f"/imports/{judged['id']}/commit", headers=staff).json()
    (folder / "upload.json").write_bytes(before)
    again = client.post(f"/imports/{judged['id']}/commit", headers=staff)
    assert (again.status_code, again.json()["code"]) == (409, "pages.import_done")
    assert client.get(f"/imports/{judged['id']}", headers=staff).json()["batch"] == batch["id"]
    assert len(service.register.import_batches()) == 1


def test_questions_are_answered_one_by_one(client: TestClient, token: Token) -> None:
    staff = token("staff")
    judged = send(client, staff, "moi.csv", NEW_PLAN, "plan").json()
    asked = {one["answer"] for one in judged["questions"]}
    assert {"crs", "value.plan_id", "value.instrument", "value.clause"} <= asked
    address = f"/imports/{judged['id']}"
    refused = client.post(f"{address}/commit", headers=staff)
    assert refused.status_code == 422
    assert refused.json()["code"] == "exchange.questions_open"

    given = {"value.plan_id": "thu", "value.instrument": "Công văn 1", "value.clause": "Điều 1"}
    given |= {"value.valid_from": "05/09/2026", "confidence": "verified"}
    after = client.post(f"{address}/answers", json={"answers": given}, headers=staff).json()
    assert [one["answer"] for one in after["questions"]] == ["crs"]
    after = client.post(f"{address}/answers", json={"answers": {"crs": "4326"}}, headers=staff)
    assert after.json()["questions"] == []
    assert after.json()["answers"] == {**given, "crs": "4326"}
    taken_back = client.post(f"{address}/answers", json={"answers": {"crs": ""}}, headers=staff)
    assert [one["answer"] for one in taken_back.json()["questions"]] == ["crs"]
    client.post(f"{address}/answers", json={"answers": {"crs": "4326"}}, headers=staff)
    assert client.post(f"{address}/commit", headers=staff).status_code == 201
    entries = client.get("/plan-entries?limit=1000", headers=staff).text
    assert "Chương trình thử 2" in entries


def test_a_system_in_metres_stays_beside_one_in_degrees(client: TestClient, token: Token) -> None:
    staff = token("staff")
    judged = send(client, staff, CHANNELS.name, CHANNELS.read_bytes(), "plan").json()
    address = f"/imports/{judged['id']}/answers"

    def crs_after(value: str) -> str | None:
        sent = {"answers": {"crs": value}}
        found = client.post(address, json=sent, headers=staff).json()["answers"].get("crs")
        assert found is None or isinstance(found, str)
        return found

    assert crs_after("4326") == "4326"
    assert crs_after("9210") == "4326,9210"
    assert crs_after("4756") == "9210,4756"
    assert crs_after("9209") == "4756,9209"
    assert crs_after("") is None


@pytest.mark.parametrize(
    "given",
    [{"crs": "x"}, {"crs": "1234"}, {"nothing": "1"}, {"confirm": "love"}, {"update": "maybe"}],
)
def test_answers_that_mean_nothing_are_refused(
    client: TestClient, token: Token, given: dict[str, str]
) -> None:
    staff = token("staff")
    judged = send(client, staff, CHANNELS.name, CHANNELS.read_bytes(), "plan").json()
    answer = client.post(
        f"/imports/{judged['id']}/answers", json={"answers": given}, headers=staff
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    address = f"/imports/{judged['id']}"
    body = {"answers": given}
    assert client.post(f"{address}/commit", json=body, headers=staff).status_code == 422
    after = client.get(address, headers=staff)
    assert after.status_code == 200, "a wrong answer spoils nothing"
    assert after.json()["answers"] == judged["answers"]
    right = client.post(f"{address}/answers", json={"answers": {"crs": "4326"}}, headers=staff)
    assert right.json()["answers"] == {"crs": "4326"}


def test_the_error_report_holds_formulas_as_text(client: TestClient, token: Token) -> None:
    staff = token("staff")
    judged = sample(client, staff)
    for moment in ("before", "after the commit"):
        answer = client.get(f"/imports/{judged['id']}/errors.xlsx?lang=en", headers=staff)
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        rows, problems = book.worksheets
        assert (rows.max_row, problems.max_row) == (7, 7), moment
        cells = [cell for sheet in book.worksheets for row in sheet.rows for cell in row]
        like_formulas = [cell for cell in cells if str(cell.value).startswith("=")]
        assert like_formulas, "the sample holds =1+1"
        assert {cell.data_type for cell in like_formulas} == {"s"}
        client.post(f"/imports/{judged['id']}/commit", headers=staff)


def test_files_made_for_download_leave_nothing(
    client: TestClient, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    staff = token("staff")
    made = client.get("/exports/structures?format=xlsx", headers=staff)
    assert made.status_code == 200
    assert client.get("/exports/boundaries?format=csv", headers=staff).status_code == 422
    assert not list(tmp_path.glob("phusong-*"))


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return made.getvalue()


VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
HOSTILE = {
    "VRT": ("x.geojson", VRT + b"</OGRVRTLayer></OGRVRTDataSource>"),
    "truncated": ("x.xlsx", SAMPLE.read_bytes()[:3000]),
    "bomb": ("x.xlsx", bomb()),
    "empty": ("x.csv", b""),
    "program": ("x.exe", b"MZ" + b"\0" * 100),
    "not a GeoPackage": ("x.gpkg", b"SQLite format 3\0" + b"\xff" * 5000),
    "deep": ("x.geojson", b'{"a":' * 50_000),
    "path": ("../../x.csv", b"a,b\n1,2\n"),
    "nul": ("x.csv", b"Ma so\0;Ten\n1;2\n"),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_files_are_refused_and_not_kept(
    client: TestClient, token: Token, service: Service, name: str, language: str
) -> None:
    file, content = HOSTILE[name]
    staff = token("staff")
    answer = client.post(
        f"/imports?lang={language}",
        files={"file": (file, content)},
        data={"kind": "structures"},
        headers=staff,
    )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    problem = answer.json()
    assert problem["status"] == 422
    assert problem["detail"]
    assert problem["code"]
    assert "Traceback" not in answer.text
    assert not list(service.home.uploads.iterdir())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_file_beyond_the_limit_is_413(
    client: TestClient, token: Token, settings: Settings, language: str
) -> None:
    content = b"x" * (settings.max_body_bytes + 1)
    answer = client.post(
        f"/imports?lang={language}",
        files={"file": ("x.csv", content)},
        data={"kind": "structures"},
        headers=token("staff"),
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == text("pages.status_413", language)
    assert re.search(r"x\.csv.* MB", answer.json()["detail"])


def test_what_is_sent_must_be_a_file_of_a_known_kind(client: TestClient, token: Token) -> None:
    staff = token("staff")
    assert send(client, staff, "x.csv", b"a", "cats").status_code == 422
    nothing = client.post("/imports", data={"kind": "plan"}, headers=staff)
    assert nothing.status_code == 422
    for unknown in ("plan-0000000000000000", "%252e%252e", "a" * 300, "upload.json"):
        assert client.get(f"/imports/{unknown}", headers=staff).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_the_department_may_bring_in(
    client: TestClient, token: Token, browser_of: BrowserOf, role: str
) -> None:
    sent = sample(client, token("staff"))["id"]
    assert client.get("/import-batches", headers=token(role)).status_code == 403
    assert client.post(f"/imports/{sent}/commit", headers=token(role)).status_code == 403
    browser = browser_of(role)
    assert browser.post(f"/view/imports/{sent}/commit").status_code == 403
    assert browser.post("/view/import-batches/x/undo").status_code == 403


def test_a_viewer_may_send_nothing(
    client: TestClient, token: Token, browser_of: BrowserOf
) -> None:
    answer = send(client, token("viewer"), SAMPLE.name, SAMPLE.read_bytes(), "structures")
    assert answer.status_code == 403
    browser = browser_of("viewer")
    assert browser.get("/view/imports").status_code == 403
    sent = browser.post("/view/imports", {"kind": "structures"}, files={"file": ("x.csv", b"a;b")})
    assert sent.status_code == 403


# What an operator sends back

OWN_HEAD = "Mã hồ sơ;Mã công trình;Loại;Chủ sở hữu;Kinh độ (WGS 84);Vĩ độ;Tên\n"


def structures_of(client: TestClient, staff: dict[str, str]) -> tuple[Any, Any]:
    """Return a structure of the operator's, and one of another owner's."""
    found = client.get("/structures?limit=300", headers=staff).json()["features"]
    own = next(one for one in found if one["properties"]["owner_id"] == OPERATOR)
    other = next(one for one in found if one["properties"]["owner_id"] != OPERATOR)
    return own, other


def line(structure: Any, **changes: str) -> str:
    held = structure["properties"]
    longitude, latitude = structure["geometry"]["coordinates"][:2]
    values = {"id": structure["id"], "code": held["code"], "owner": held["owner_id"],
              "name": "Đã sửa"} | changes  # fmt: skip
    return (f"{values['id']};{values['code']};{held['kind']};{values['owner']};"
            f"{longitude};{latitude};{values['name']}\n")  # fmt: skip


def test_an_operator_sends_its_defects_back_and_the_department_brings_them_in(
    client: TestClient, token: Token
) -> None:
    operator, staff = token("operator"), token("staff")
    defects = client.get(f"/quality/{OPERATOR}/defects?format=xlsx", headers=operator)
    assert defects.status_code == 200
    answer = send(client, operator, "loi.xlsx", defects.content, "structures")
    assert answer.status_code == 201, answer.text
    assert answer.json()["questions"] == []
    assert answer.json()["states"]["unchanged"] + answer.json()["states"]["changed"] > 0
    assert answer.json()["states"]["new"] == 0

    own, _ = structures_of(client, staff)
    again = send(client, operator, "a.csv", (OWN_HEAD + line(own)).encode(), "structures").json()
    assert (again["states"]["changed"], again["refused"]) == (1, 0)
    url = f"/imports/{again['id']}"
    assert client.get(url, headers=operator).json()["states"]["changed"] == 1
    assert client.get(f"{url}/errors.xlsx", headers=operator).status_code == 200
    assert client.post(f"{url}/commit", headers=operator).status_code == 403
    held = f"/structures/{own['id']}"
    before = client.get(held, headers=staff).json()["properties"]["name"]
    assert before != "Đã sửa", "nothing is written before the department brings it in"
    seen = {"digest": again["digest"]}
    assert client.post(f"{url}/commit", json=seen, headers=staff).status_code == 201
    assert client.get(held, headers=staff).json()["properties"]["name"] == "Đã sửa"


def test_rows_of_others_are_refused_without_a_word_of_them(
    client: TestClient, token: Token
) -> None:
    operator, staff = token("operator"), token("staff")
    own, other = structures_of(client, staff)
    content = OWN_HEAD + "".join([
        line(own),
        line(other),
        line(other, owner=OPERATOR),
        line(other, owner=OPERATOR, id="khong-co"),
        line(other, id=""),
        line(other, owner=OPERATOR, id=""),
    ])  # fmt: skip
    judged = send(client, operator, "a.csv", content.encode(), "structures").json()
    told = [(one["row"], one["key"].rpartition(".")[2]) for one in judged["problems"]]
    assert told == [
        (3, "owner_not_yours"), (4, "record_not_yours"), (5, "record_not_yours"),
        (6, "owner_not_yours"),
    ], "a code that another owner has too is a new one of its own"  # fmt: skip
    fourth, fifth = (judged["problems"][n] | {"row": 0, "value": ""} for n in (1, 2))
    assert fourth == fifth, "an identifier of another's is as unknown as none's"
    held = other["properties"]
    if held.get("name"):
        assert held["name"] not in json.dumps(judged, ensure_ascii=False)
    seen = {"digest": judged["digest"]}
    staffs = client.post(f"/imports/{judged['id']}/commit", json=seen, headers=staff)
    assert staffs.status_code == 201
    assert staffs.json()["accepted"] == 2
    unchanged = client.get(f"/structures/{other['id']}", headers=staff).json()["properties"]
    assert (unchanged["name"], unchanged["owner_id"]) == (held["name"], held["owner_id"])


@pytest.mark.parametrize("answers", [{"value.owner_id": "mo-phong-b"}, {"update": "yes"}])
def test_no_answer_makes_rows_another_owners(
    client: TestClient, token: Token, answers: dict[str, str]
) -> None:
    operator, staff = token("operator"), token("staff")
    _, other = structures_of(client, staff)
    bare = OWN_HEAD.replace("Chủ sở hữu;", "")
    content = bare + line(other, id="").replace(f"{other['properties']['owner_id']};", "")
    judged = send(client, operator, "a.csv", content.encode(), "structures").json()
    url = f"/imports/{judged['id']}/answers"
    again = client.post(url, json={"answers": answers}, headers=operator).json()
    assert again["states"]["changed"] == 0
    seen = {"digest": again["digest"]}
    done = client.post(f"/imports/{judged['id']}/commit", json=seen, headers=staff)
    kept = client.get(f"/structures/{other['id']}", headers=staff).json()["properties"]
    assert kept["name"] == other["properties"]["name"]
    assert done.status_code in (201, 409)


def test_the_department_brings_in_what_it_saw(
    client: TestClient, token: Token, browser_of: BrowserOf, service: Service
) -> None:
    operator, staff = token("operator"), token("staff")
    own, _ = structures_of(client, staff)
    content = OWN_HEAD + line(own)
    sent = send(client, operator, "a.csv", content.encode(), "structures").json()
    url, before = f"/imports/{sent['id']}", service.register.version()

    def commit(**body: str) -> tuple[int, str]:
        answer = client.post(f"{url}/commit", json=body, headers=staff)
        return answer.status_code, answer.json().get("code", "")

    def told(**answers: str) -> Any:
        return client.post(f"{url}/answers", json={"answers": answers}, headers=operator)

    browser = browser_of("staff")
    shown = re.search(r'name="digest" value="(\w+)"', page_of(browser.get(f"/view{url}")))
    assert shown is not None
    seen = client.get(url, headers=staff).json()["digest"]
    assert seen == shown[1] == sent["digest"]
    assert commit() == (409, "pages.import_unseen")
    changed = told(update="yes")
    assert changed.status_code == 200
    assert changed.json()["digest"] != seen
    assert commit(digest=seen) == (409, "pages.import_changed")
    page = browser.post(f"/view{url}/commit", {"digest": shown[1]})
    assert page.status_code == 409
    assert changed.json()["digest"] in page_of(page), "the page shows what is to be seen now"
    assert browser.post(f"/view{url}/commit").status_code == 409
    assert service.register.version() == before
    assert browser.post(f"/view{url}/commit", {"digest": changed.json()["digest"]}).is_redirect
    late = told(update="")
    assert (late.status_code, late.json()["code"]) == (409, "pages.import_done")
    kept = uploads.upload(service.home, sent["id"])
    assert kept.batch_id is not None
    assert kept.answers == {"update": "yes"}


def test_what_changed_in_the_register_since_the_look_is_not_written_over(
    client: TestClient, token: Token, service: Service
) -> None:
    operator, staff = token("operator"), token("staff")
    own, other = structures_of(client, staff)
    sent = send(client, operator, "a.csv", (OWN_HEAD + line(own)).encode(), "structures").json()
    url = f"/imports/{sent['id']}"

    def named(structure: Any, name: str) -> None:
        record = service.register.structure(structure["id"], SYSTEM)
        with service.register.write(author="lan", reason="sửa") as writer:
            writer.update_structures([replace(record, name=name)])

    seen = client.get(url, headers=staff).json()["digest"]
    named(other, "Cột khác đã sửa")
    assert client.get(url, headers=staff).json()["digest"] == seen, "it says the same of the file"
    named(own, "Sở đã sửa")
    late = client.post(f"{url}/commit", json={"digest": seen}, headers=staff)
    assert (late.status_code, late.json()["code"]) == (409, "pages.import_changed")
    assert service.register.structure(own["id"], SYSTEM).name == "Sở đã sửa"
    now = client.get(url, headers=staff).json()
    assert now["digest"] != seen
    assert "Sở đã sửa" in json.dumps(now, ensure_ascii=False)
    body = {"digest": now["digest"], "answers": {"update": "yes"}}
    assert client.post(f"{url}/commit", json=body, headers=staff).status_code == 201


def test_an_operator_sees_what_it_sent_and_nothing_else(
    client: TestClient, token: Token, browser_of: BrowserOf, service: Service
) -> None:
    operator, staff = token("operator"), token("staff")
    own, _ = structures_of(client, staff)
    content = (OWN_HEAD + line(own)).encode()
    departments = send(client, staff, "cua-so.csv", content, "structures").json()["id"]
    theirs = send(client, operator, "cua-minh.csv", content, "structures").json()["id"]
    assert departments != theirs, "the same bytes are two imports"
    unknown = client.get("/imports/structures-0000000000000000", headers=operator).json()
    for method, path, body in (
        ("GET", "", None), ("POST", "/answers", {"answers": {"crs": "4326"}}),
        ("GET", "/errors.xlsx", None),
    ):  # fmt: skip
        answer = client.request(
            method, f"/imports/{departments}{path}", json=body, headers=operator
        )
        assert (answer.status_code, answer.json()["code"]) == (404, unknown["code"])
    assert client.get(f"/imports/{theirs}", headers=staff).status_code == 200
    page = browser_of("operator").get("/view/imports")
    assert {".kml", ".kmz", ".zip"} <= set(re.findall(r'accept="([^"]+)', page.text)[0].split(","))
    assert page.status_code == 200
    assert "cua-minh.csv" in page.text
    assert "cua-so.csv" not in page.text
    assert "import-batches" not in page.text
    assert browser_of("operator").get(f"/view/imports/{departments}").status_code == 404
    shown = browser_of("operator").get(f"/view/imports/{theirs}").text
    assert f"/view/imports/{theirs}/commit" not in shown
    assert text("pages.import_department_commits", Language.VI) in shown
    other = service.accounts.add("khac", "operator", organisation_id="mo-phong-b",
                                 password_hash=None)  # fmt: skip
    secret, _ = new_token(service.accounts, other.id, "test", days=1, access=Access.WRITE)
    stranger = {"authorization": f"Bearer {secret}"}
    assert client.get(f"/imports/{theirs}", headers=stranger).status_code == 404


def test_an_operator_sends_structures_only(
    client: TestClient, token: Token, browser_of: BrowserOf
) -> None:
    answer = send(client, token("operator"), CHANNELS.name, CHANNELS.read_bytes(), "plan")
    assert (answer.status_code, answer.json()["code"]) == (403, "pages.import_own_structures")
    browser = browser_of("operator")
    sent = browser.post("/view/imports", {"kind": "contracts"}, files={"file": ("x.csv", b"a;b")})
    assert sent.status_code == 403
    assert text("pages.import_own_structures", Language.VI) in page_of(sent)


def test_only_the_last_files_of_an_operator_wait(
    client: TestClient, token: Token, service: Service
) -> None:
    operator, staff = token("operator"), token("staff")
    own, _ = structures_of(client, staff)
    kept = sample(client, staff)["id"]
    for number in range(22):
        content = OWN_HEAD + line(own, name=f"Tên {number}")
        send(client, operator, f"{number}.csv", content.encode(), "structures")
    waiting = [one for one in uploads.uploads(service.home) if one.only_owner == OPERATOR]
    assert [one.file_name for one in waiting] == [f"{n}.csv" for n in range(21, 1, -1)]
    assert client.get(f"/imports/{kept}", headers=staff).status_code == 200


# Pages


def page_of(answer: Any) -> str:
    """The text of a page; no sentence is missing in it."""
    assert answer.headers["content-type"].startswith("text/html")
    found = answer.text
    assert isinstance(found, str)
    return found


def sent_by_page(browser: Any, name: str, content: bytes, kind: str) -> str:
    answer = browser.post("/view/imports", {"kind": kind}, files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert isinstance(location, str)
    return location


def test_the_page_takes_a_file_through_to_the_undo(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    address = sent_by_page(staff, SAMPLE.name, SAMPLE.read_bytes(), "structures")
    shown = page_of(staff.get(f"{address}?lang=en"))
    assert "24 rows; 18 accepted" in shown
    assert "=1+1" in shown
    assert "MAU-0014" in shown
    assert '<button class="primary" aria-describedby="commit-why">Bring in 18 rows' in shown
    assert staff.post(f"{address}/commit").status_code == 303
    done = page_of(staff.get(f"{address}?lang=en"))
    assert "18 rows are in the register; 6 were refused." in done
    again = staff.post(f"{address}/commit")
    assert again.status_code == 409
    assert 'role="alert"' in page_of(again)

    listed = page_of(staff.get("/view/imports?lang=en"))
    undo = re.search(r'action="(/view/import-batches/[^"]+/undo)"', listed)
    assert undo is not None
    assert staff.post(undo[1]).status_code == 303
    assert "undone" in page_of(staff.get("/view/imports?lang=en"))
    twice = staff.post(undo[1])
    assert twice.status_code == 409
    assert 'role="alert"' in page_of(twice)
    assert "was undone by staff-1" in page_of(staff.get(f"{address}?lang=en"))


def test_the_page_takes_allotments_and_gives_them_back(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    rows = [
        "Mã phân bổ;Tên phân bổ;Tên điểm;Kênh;Mã đơn vị hành chính;Kinh độ (WGS 84);Vĩ độ;"
        "Trường tham chiếu (dBµV/m)",
        "TN-26;Tây Ninh 26;Điểm bắc;26;80;106,41;11,03;21,5",
        "TN-26;Tây Ninh 26;Điểm nam;27;80;106,41;10,53;24",
    ]
    address = sent_by_page(staff, "phan_bo.csv", "\n".join(rows).encode(), "allotments")
    shown = page_of(staff.get(f"{address}?lang=en"))
    assert "DVB-T2 allotments" in shown
    assert "Điểm bắc" in shown
    assert "Tây Ninh 26" in shown
    assert "The rows of the allotment TN-26 contradict each other: the first says 514" in shown
    assert staff.post(f"{address}/commit").status_code == 303
    exported = staff.get("/exports/allotments?format=geojson").json()["features"]
    assert [one["properties"]["name"] for one in exported] == ["Điểm bắc"]


def test_the_page_takes_an_annual_plan_and_lists_it(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    rows = [
        "Tên công trình;Loại;Chủ đầu tư;Khởi công;Kế hoạch năm;WKT;Hệ tọa độ;Ngày công bố",
        "Tuyến A;cống bể;Viễn thông Mô phỏng A;01/03/2098;2098;"
        '"LINESTRING(106.41 10.53, 106.42 10.54)";WGS 84;30/11/2097',
        'Cột B;trạm;Viễn thông Mô phỏng B;01/05/2098;2098;"POINT(105.85 21.02)";WGS 84;30/11/2097',
    ]
    address = sent_by_page(staff, "ke_hoach.csv", "\n".join(rows).encode(), "planned_works")
    shown = page_of(staff.get(f"{address}?lang=en"))
    assert "Planned works, annual plans" in shown
    assert "2 rows; 1 accepted" in shown
    assert "Tuyến A" in shown
    assert "Cable or duct line" in shown
    assert "outside" in shown
    assert staff.post(f"{address}/commit").status_code == 303
    listed = page_of(staff.get("/view/works?year=2098&lang=en"))
    assert "Annual plan 2098" in listed
    assert "Tuyến A" in listed
    assert "Cột B" not in listed


def test_the_page_asks_and_says_why_it_waits(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    address = sent_by_page(staff, "moi.csv", NEW_PLAN, "plan")
    shown = page_of(staff.get(address))
    assert "ghi chú của tệp" not in shown, "the file says nothing"
    assert 'accept="{}"'.format(",".join(EXTENSIONS)) in staff.get("/view/imports").text
    assert re.search(r'aria-describedby="commit-why" disabled', shown)
    assert text("pages.import_commit_questions", Language.VI, count=6) in shown
    radio = re.search(r'type="radio" name="(option\.\d+)" value="(crs=4326)"', shown)
    assert radio is not None
    given = {radio[1]: radio[2], "answer.value.plan_id": "thu"}
    given |= {"answer.value.instrument": "Công văn <b>", "answer.value.clause": "1"}
    sure = re.search(r'type="radio" name="(option\.\d+)" value="confidence=verified"', shown)
    assert sure is not None
    given |= {"answer.value.valid_from": "-", sure[1]: "confidence=verified"}
    assert staff.post(f"{address}/answers", given).status_code == 303
    shown = page_of(staff.get(address))
    assert "disabled" not in shown
    assert "WGS 84 (EPSG:4326)" in shown
    assert "Công văn &lt;b&gt;" in shown
    assert staff.post(f"{address}/answers", {"answer.crs": ""}).status_code == 303
    assert "disabled" in page_of(staff.get(address))


def test_an_answer_that_breaks_the_judging_is_not_kept(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    address = sent_by_page(staff, "moi.csv", NEW_PLAN, "plan")
    nonsense = staff.post(f"{address}/answers", {"answer.crs": "x"})
    assert nonsense.status_code == 422
    assert 'role="alert"' in page_of(nonsense)
    assert staff.post(f"{address}/answers", {"answer.crs": "9210"}).status_code == 303
    broken = staff.post(f"{address}/answers", {"answer.crs": "1234"})
    assert broken.status_code == 422
    assert "EPSG:1234" in page_of(broken)
    for shown in (broken, staff.get(address)):
        assert "EPSG:9210" in page_of(shown), "what was answered before stands"
    assert staff.get(address).status_code == 200


def test_the_owner_of_every_row_is_chosen_from_the_organisations(
    browser_of: BrowserOf, service: Service
) -> None:
    staff = browser_of("staff")
    content = "Mã cột;Loại;Kinh độ WGS84;Vĩ độ WGS84\nX-1;Cột ăng ten;106,40;10,55\n".encode()
    address = sent_by_page(staff, "cot.csv", content, "structures")
    owner = service.register.organisations()[0]
    shown = page_of(staff.get(address))
    assert f'value="value.owner_id={owner.id}"' in shown
    name = re.search(rf'name="(option\.\d+)"(?:(?!name=).)*value="value\.owner_id={owner.id}"',
                     shown, re.DOTALL)  # fmt: skip
    assert name is not None
    staff.post(f"{address}/answers", {name[1]: f"value.owner_id={owner.id}"})
    assert owner.name in page_of(staff.get(address))


def test_records_that_are_there_change_only_when_asked(
    browser_of: BrowserOf, service: Service
) -> None:
    staff = browser_of("staff")
    address = sent_by_page(staff, SAMPLE.name, SAMPLE.read_bytes(), "structures")
    staff.post(f"{address}/commit")
    book = openpyxl.load_workbook(SAMPLE)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    sheet.cell(2, header.index("Chiều cao (m)") + 1).value = 61.5
    changed = io.BytesIO()
    book.save(changed)
    address = sent_by_page(staff, "sua.xlsx", changed.getvalue(), "structures")
    shown = page_of(staff.get(address))
    assert 'name="answer.update" value="yes"' in shown
    staff.post(f"{address}/answers", {"answer.update": "yes"})
    shown = page_of(staff.get(address))
    assert 'name="answer.update" value="yes"' not in shown
    assert "→ 61,5" in shown
    assert text("pages.import_state_unchanged", Language.VI, count=17) in shown
    staff.post(f"{address}/commit")
    code = str(sheet.cell(2, header.index("Mã cột") + 1).value)
    with service.register.snapshot() as register:
        heights = [one.height_m for one in register.structures(_everything()) if one.code == code]
    assert heights == [61.5]


def _everything() -> Any:
    from gis.register.scopes import SYSTEM

    return SYSTEM


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", list(HOSTILE))
def test_the_page_says_what_is_wrong_with_a_file(
    browser_of: BrowserOf, name: str, language: str
) -> None:
    file, content = HOSTILE[name]
    staff = browser_of("staff")
    answer = staff.post(
        f"/view/imports?lang={language}", {"kind": "plan"}, files={"file": (file, content)}
    )
    assert answer.status_code == 422
    shown = page_of(answer)
    assert f'<html lang="{language}">' in shown
    assert 'class="notice bad" role="alert"' in shown
    assert '<option value="plan" selected>' in shown


def test_a_long_list_is_cut_and_says_so(browser_of: BrowserOf) -> None:
    rows = [f"L-{n};Cột ăng ten;X;{106.3 + n / 1e4:.5f};10.55123" for n in range(450)]
    content = "\n".join(["Mã cột;Loại;Chủ sở hữu;Kinh độ WGS84;Vĩ độ WGS84", *rows]).encode()
    staff = browser_of("staff")
    address = sent_by_page(staff, "dai.csv", content, "structures")
    shown = page_of(staff.get(f"{address}?lang=en"))
    assert "The first 200 of 450" in shown
    assert shown.count('<th scope="row" class="number">') <= 400


def test_the_samples_can_be_downloaded(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    for name in re.findall(r'href="(/samples/[^"]+)"', page_of(staff.get("/view/imports"))):
        answer = staff.get(name)
        assert answer.status_code == 200
        assert answer.content == data.path(f"samples/{name.rpartition('/')[2]}").read_bytes()
    assert staff.get("/samples/demonstration.toml").status_code == 404


# Exports


def structures_in(content: bytes, ending: str, folder: Path) -> int:
    if ending == "geojson":
        return len(json.loads(content)["features"])
    if ending == "csv":
        return len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) - 1
    if ending == "xlsx":
        return int(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].max_row) - 1
    (folder / "x.gpkg").write_bytes(content)
    return int(pyogrio.read_info(folder / "x.gpkg")["features"])


@pytest.mark.parametrize("role", ["viewer", "operator", "staff"])
@pytest.mark.parametrize("ending", ["gpkg", "geojson", "xlsx", "csv"])
def test_an_export_holds_what_the_caller_may_see(
    client: TestClient, token: Token, tmp_path: Path, role: str, ending: str
) -> None:
    answer = client.get(f"/exports/structures?format={ending}&lang=en", headers=token(role))
    assert answer.status_code == 200
    assert f'filename="phusong-structures.{ending}"' in answer.headers["content-disposition"]
    seen = matched(client, token(role))
    assert structures_in(answer.content, ending, tmp_path) == seen
    if role != "staff":
        assert seen < matched(client, token("staff")), "the demonstration hides some from others"


def test_exports_have_their_limits(client: TestClient, token: Token) -> None:
    viewer = token("viewer")
    assert client.get("/exports/structures").status_code == 401
    assert client.get("/exports/accounts", headers=viewer).status_code == 422
    assert client.get("/exports/structures?format=exe", headers=viewer).status_code == 422
    assert client.get("/exports/boundaries?format=xlsx", headers=viewer).status_code == 422
    assert client.get("/exports/boundaries?format=geojson", headers=viewer).status_code == 200
    on = client.get("/exports/stations?format=geojson&on=1900-01-01", headers=viewer)
    every = client.get("/exports/stations?format=geojson", headers=viewer)
    assert len(on.json()["features"]) < len(every.json()["features"])


def test_pages_link_to_the_exports(browser_of: BrowserOf) -> None:
    for role, page in (("staff", "/view/imports"), ("viewer", "/view/stations")):
        browser = browser_of(role)
        links = re.findall(r'href="(/exports/[^"]+)"', page_of(browser.get(page)))
        assert len(links) >= 4
        for link in links:
            assert browser.get(link.replace("&amp;", "&")).status_code == 200, link
    assert "/exports/" not in page_of(browser_of("anonymous").get("/view/stations"))


def test_answers_of_the_last_file_of_the_same_shape_are_proposed(
    client: TestClient, token: Token, browser_of: BrowserOf
) -> None:
    staff, head = token("staff"), "Mã trạm;Loại;Đơn vị;Kinh độ;Vĩ độ;Cao\n"
    owner = client.get("/structures?limit=1", headers=staff).json()["features"][0]
    name = owner["properties"]["owner_id"]
    first = f"{head}P1;Cột ăng ten;{name};106,41;10,65;1.234\n".replace("1.234", "30").encode()
    judged = send(client, staff, "a.csv", first, "structures").json()
    assert judged["proposed"] is None
    assert [one["answer"] for one in judged["questions"]] == ["crs"]
    answers = {"crs": "4756", "update": "yes"}
    done = client.post(f"/imports/{judged['id']}/commit", json={"answers": answers}, headers=staff)
    assert done.status_code == 201, done.text
    again = first.replace(b"P1", b"P2")
    second = send(client, staff, "b.csv", again, "structures").json()
    assert second["proposed"] == {
        "file": "a.csv", "batch": done.json()["id"], "answers": {"crs": "4756"}
    }  # fmt: skip
    other = send(client, staff, "c.csv", again.replace(b"Cao", b"Chieu cao"), "structures").json()
    assert other["proposed"] is None
    browser = browser_of("staff")
    page = browser.get(f"/view/imports/{second['id']}").text
    assert 'name="answer.crs" value="4756"' in page
    taken = client.post(
        f"/imports/{second['id']}/answers",
        json={"answers": second["proposed"]["answers"]},
        headers=staff,
    ).json()
    assert (taken["questions"], taken["proposed"]) == ([], None)


def test_answers_for_one_owner_are_not_proposed_for_another(
    client: TestClient, token: Token, service: Service
) -> None:
    staff, head = token("staff"), "Mã trạm;Loại;Kinh độ;Vĩ độ\n"
    first, second = [one.id for one in service.register.organisations()][:2]

    def sent(code: str, owner: str) -> Any:
        content = f"{head}{code};Bể;106,41{code[1]};10,65\n".encode()
        judged = send(client, staff, f"{code}.csv", content, "structures").json()
        url = f"/imports/{judged['id']}/answers"
        given = {"answers": {"value.owner_id": owner}}
        return judged, client.post(url, json=given, headers=staff).json()

    def brought(judged: Any, crs: str) -> None:
        answers = {"answers": {"crs": crs}}
        done = client.post(f"/imports/{judged['id']}/commit", json=answers, headers=staff)
        assert done.status_code == 201, done.text

    brought(sent("P1", first)[0], "4326")
    brought(sent("P2", second)[0], "4756")
    unknown, known = sent("P3", first)
    assert unknown["proposed"]["answers"] == {"crs": "4756"}, "the last of the shape"
    assert known["proposed"]["answers"] == {"crs": "4326"}, "the last of that owner"
    assert sent("P4", second)[1]["proposed"]["file"] == "P2.csv"


@pytest.mark.geopackage
def test_a_file_with_a_secret_row_is_not_kept(
    client: TestClient, token: Token, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    content = "Mã trạm;Loại;Đơn vị;Kinh độ (WGS 84);Vĩ độ;Độ mật\nXYZZY;Bể;A;106,4;10,6;Tối mật\n"
    answer = send(client, token("staff"), "m.csv", content.encode(), "structures")
    assert (answer.status_code, answer.json()["code"]) == (422, "exchange.file.secret_rows")
    assert "2" in answer.json()["detail"]
    kept = [file for file in service.home.folder.rglob("*") if file.is_file()]
    assert kept
    assert not [file for file in kept if "XYZZY" in file.read_bytes().decode(errors="ignore")]
    assert "XYZZY" not in answer.text + caplog.text


SECRET = {
    "rows": "Mã trạm;Loại;Đơn vị;Kinh độ (WGS 84);Vĩ độ;Độ mật\n"
    "XYZZY;Bể;A;106,4;10,6;Tối mật\nB;Bể;A;106,41;10,6;\n",
    "file": "TUYỆT MẬT\nMã trạm;Loại;Đơn vị;Kinh độ (WGS 84);Vĩ độ\nXYZZY;Bể;A;106,4;10,6\n",
}


@pytest.mark.parametrize("content", list(SECRET.values()), ids=list(SECRET))
@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/answers"), ("POST", "/commit"), ("GET", "/errors.xlsx")],
)
def test_a_secret_that_is_found_later_is_discarded_too(
    *,
    client: TestClient,
    token: Token,
    service: Service,
    method: str,
    path: str,
    page: bool,
    content: str,
) -> None:
    """As of a file that was kept before its marks were known."""
    sent = uploads.keep(
        service.home,
        io.BytesIO(content.encode()),
        file_name="m.csv",
        kind=ImportKind.STRUCTURES,
        sent_by="staff-1",
    )
    of_page = page and path != "/errors.xlsx"
    more: dict[str, Any] = {}
    if path == "/answers":
        more = {"data": {"answer.crs": "4326"}} if of_page else {"json": {"answers": {}}}
    before = service.register.version()
    answer = client.request(
        method,
        f"{'/view' if of_page else ''}/imports/{sent.id}{path}",
        headers={**token("staff"), "accept": "text/html" if page else "application/json"},
        **more,
    )
    assert answer.status_code == 422
    assert service.register.version() == before
    assert not (service.home.uploads / sent.id).exists()
    kept = [file for file in service.home.folder.rglob("*") if file.is_file()]
    assert not [file for file in kept if "XYZZY" in file.read_bytes().decode(errors="ignore")]
    assert "XYZZY" not in answer.text
    again = client.get(f"/imports/{sent.id}", headers=token("staff"))
    assert again.status_code == 404


@pytest.mark.parametrize("format", ["shp", "kml"])
def test_exports_that_lose_something_carry_their_data_sheet(
    client: TestClient, token: Token, format: str
) -> None:
    answer = client.get(
        f"/exports/structures?format={format}&bbox=106,10,107,11&kind=antenna_mast",
        headers=token("staff"),
    )
    assert answer.status_code == 200
    if format == "kml":
        assert b"<description>" in answer.content
    else:
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert {"phieu_du_lieu.txt", "structures.shp"} <= set(names)
    refused = client.get("/exports/contracts?format=kml", headers=token("staff"))
    assert refused.status_code == 422


def test_a_kind_of_two_words_is_an_import_too(client: TestClient, token: Token) -> None:
    content = (
        "Loại;Giá (đồng);Đơn vị tính;Quyết định;Điều khoản\nCột ăng ten;5000000;vị trí;QĐ;I\n"
    )
    answer = send(client, token("staff"), "g.csv", content.encode(), "published_rents")
    assert answer.status_code == 201, answer.text
    assert answer.json()["accepted"] == 1
    read = client.get(f"/imports/{answer.json()['id']}", headers=token("staff"))
    assert read.status_code == 200


def test_the_page_of_a_kind_without_a_place(
    client: TestClient, token: Token, browser_of: BrowserOf
) -> None:
    head = "Loại;Giá (đồng);Đơn vị tính;Quyết định;Điều khoản"
    content = f"{head}\nCột ăng ten;6000000;vị trí;QĐ 7;II\n"
    sent = send(client, token("staff"), "g.csv", content.encode(), "published_rents").json()
    page = browser_of("staff").get(f"/view/imports/{sent['id']}")
    assert page.status_code == 200
    assert "QĐ 7" in page.text
