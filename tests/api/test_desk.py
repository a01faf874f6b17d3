"""The department's desk through the public API: opened, completed, worked on, answered, signed."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from PIL import Image
from starlette.testclient import TestClient

from api.identity import new_token
from api.service import Service
from data.text import VIET_NAM
from gis.register import moments
from gis.register.accounts import Access

from .conftest import Browser

Headers = dict[str, str]
WORDS: dict[str, Any] = {
    "complainant": "Đài Phát thanh mô phỏng",
    "service": "broadcast_provincial",
    "victim_station": "FM 96,9",
    "frequency_mhz": 96.9,
    "longitude": 106.41,
    "latitude": 10.53,
    "began_at": "2026-11-20T08:00",
    "effect": "Tiếng rít, mất sóng buổi tối",
    "own_equipment_checked": "yes",
}
KIND = "/desk/interference"
ENDED = {"result": "Hết", "undetermined": "Hết trước khi đo"}


@pytest.fixture
def staff(token: Callable[[str], Headers]) -> Headers:
    return token("staff")


def opened(client: TestClient, who: Headers, **changed: Any) -> dict[str, Any]:
    facts = {name: value for name, value in (WORDS | changed).items() if value is not None}
    answer = client.post(KIND, json={"facts": facts}, headers=who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def took(
    client: TestClient, who: Headers, case: dict[str, Any], kind: str, **details: Any
) -> dict[str, Any]:
    body = {"kind": kind, "expected": case["expected"], "details": details}
    answer = client.post(f"{KIND}/{case['id']}/events", json=body, headers=who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def now() -> str:
    """This moment in Viet Nam, as a page's field says it."""
    return moments.now().astimezone(VIET_NAM).isoformat(timespec="minutes")


def photograph(side: int = 40) -> bytes:
    """A picture with a position, a device and a time in it."""
    picture, exif = Image.new("RGB", (side, side), "green"), Image.Exif()
    exif[0x0110] = "SECRET-DEVICE"
    exif[0x8825] = {1: "N", 2: (10.0, 32.0, 0.0), 3: "E", 4: (106.0, 24.0, 0.0)}
    written = io.BytesIO()
    words = {"comment": b"SECRET-COMMENT", "xmp": b"<x:xmpmeta>SECRET-PLACE</x:xmpmeta>"}
    picture.save(written, "JPEG", exif=exif, **words)
    return written.getvalue()


def test_a_complaint_goes_from_intake_to_a_signed_letter(
    client: TestClient, staff: Headers
) -> None:
    case = opened(client, staff, frequency_mhz=None)
    assert [one["name"] for one in case["missing"]] == ["frequency_mhz"]
    assert "accepted" not in {one["kind"] for one in case["next"]}
    case = took(client, staff, case, "returned", reason="Thiếu tần số")
    case = took(client, staff, case, "supplemented", frequency_mhz="96,9")
    assert case["missing"] == []
    assert case["facts"]["frequency_mhz"] == 96.9
    case = took(client, staff, case, "accepted", **{"class": "within_province"})
    assert [one["state"] for one in case["clocks"] if one["state"] == "no_term"], "no rule says so"
    case = took(
        client,
        staff,
        case,
        "measured",
        measured_at="2026-11-25T19:30",
        measured_by="Trung tâm Tần số vô tuyến điện khu vực",
        result="Tín hiệu trùng kênh 41 dBµV/m",
    )
    case = took(client, staff, case, "source_found", cause="Máy phát lệch tần", evidence="BB 12")
    case = took(client, staff, case, "remedy_ordered", remedies=["power", "frequency"])
    ended = {"ended_at": now(), "result": "Hết can nhiễu"}
    case = took(client, staff, case, "ended", **ended)
    assert {one["name"] for one in case["letters"]} == {
        "interference_result",
        "interference_minutes",
        "interference_report",
    }
    answer = client.get(case["letters"][0]["docx"], headers=staff)
    said = "\n".join(one.text for one in Document(io.BytesIO(answer.content)).paragraphs)
    assert "Kết quả xử lý kháng nghị can nhiễu số 1/" in said
    heads = Document(io.BytesIO(answer.content)).tables[0].cell(0, 0).text.split("\n")
    assert [one.replace("\u00a0", " ") for one in heads[:2]] == [
        "ỦY BAN NHÂN DÂN TỈNH TÂY NINH",
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
    ]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened_file:
        assert opened_file.read("word/document.xml").count(b"<w:pBdr>") == 3, "lines of heads"
    assert "Máy phát lệch tần" in said
    assert "96,9 MHz" in said
    assert "…" not in said.split("Phiếu")[0]
    assert client.get(case["letters"][0]["pdf"], headers=staff).content.startswith(b"%PDF-")
    case = took(client, staff, case, "result_told")
    assert case["final"]
    assert case["next"] == []


def test_what_has_not_happened_is_not_recorded(client: TestClient, staff: Headers) -> None:
    case = opened(client, staff)
    later = {"facts": {**WORDS, "began_at": "2150-01-01T08:00"}}
    answer = client.post(KIND, json=later, headers=staff)
    assert (answer.status_code, answer.json()["code"]) == (422, "desk.moment_ahead")
    case = took(client, staff, case, "accepted", **{"class": "within_province"})
    measured = {"measured_at": "2150-01-01T08:00", "measured_by": "TT", "result": "x"}
    ended = {"ended_at": "2150-01-01T08:00", "result": "x"}
    for kind, details in (("measured", measured), ("ended", ended)):
        step = {"kind": kind, "expected": case["expected"], "details": details}
        answer = client.post(f"{KIND}/{case['id']}/events", json=step, headers=staff)
        assert (answer.status_code, answer.json()["code"]) == (422, "desk.moment_ahead")


def test_of_two_officers_who_close_one_case_one_wins(client: TestClient, staff: Headers) -> None:
    case = opened(client, staff)
    body = {"kind": "dismissed", "expected": case["expected"], "details": {"reason": "Rút"}}
    first = client.post(f"{KIND}/{case['id']}/events", json=body, headers=staff)
    second = client.post(f"{KIND}/{case['id']}/events", json=body, headers=staff)
    assert (first.status_code, second.status_code) == (201, 409)


def test_what_was_made_offline_and_sent_twice_is_one(client: TestClient, staff: Headers) -> None:
    body = {"facts": WORDS, "token": "phone-1"}
    made = [client.post(KIND, json=body, headers=staff).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    step = {"kind": "filed", "expected": 1, "details": {"note": "x"}, "token": "phone-1-a"}
    for _ in range(2):
        answer = client.post(f"{KIND}/{made[0]}/events", json=step, headers=staff)
        assert answer.status_code == 201
        assert len(answer.json()["events"]) == 2


def test_a_token_is_of_its_sender_and_of_one_content(
    client: TestClient, service: Service, staff: Headers, token: Callable[[str], Headers]
) -> None:
    """Programs count from one: the same token of another is another's, and never loses a case."""
    made = service.accounts.add("operator-2", "operator", organisation_id="mo-phong-b")
    secret, _ = new_token(service.accounts, made.id, "test", days=1, access=Access.WRITE)
    senders = (token("operator"), {"authorization": f"Bearer {secret}"}, staff)
    body = {"facts": WORDS, "token": "1"}
    answers = [client.post(KIND, json=body, headers=who) for who in senders]
    assert [one.status_code for one in answers] == [201, 201, 201]
    assert len({one.json()["id"] for one in answers}) == 3
    dossier = {"applicant": "A", "type": "broadcast_press", "purpose": "issue"}
    other = client.post("/desk/dossier", json={"facts": dossier, "token": "1"}, headers=staff)
    assert other.status_code == 201, other.text
    assert other.json()["kind"] == "dossier"
    changed = {"facts": {**WORDS, "effect": "Mất hình"}, "token": "1"}
    answer = client.post(KIND, json=changed, headers=staff)
    assert (answer.status_code, answer.json()["code"]) == (409, "desk.token_used")

    address = f"{KIND}/{answers[2].json()['id']}"
    step = {"kind": "filed", "expected": 1, "details": {"note": "x"}, "token": "a"}
    assert client.post(f"{address}/events", json=step, headers=staff).status_code == 201
    for more in ({"details": {"note": "y"}}, {"kind": "dismissed", "details": {"reason": "x"}}):
        answer = client.post(f"{address}/events", json={**step, **more}, headers=staff)
        assert (answer.status_code, answer.json()["code"]) == (409, "desk.token_used")
    form = {"expected": "1", "note": "x", "token": "a"}
    files = [("files", ("a.csv", b"f;level\n1;2\n"))]
    answer = client.post(f"{address}/files", data=form, files=files, headers=staff)
    assert (answer.status_code, answer.json()["code"]) == (409, "desk.token_used")


def test_a_private_complainant_is_no_name_in_the_case(client: TestClient, staff: Headers) -> None:
    for private in ("Ông Trần Văn B", "Nguyễn Thị Bé"):
        body = {"facts": WORDS | {"complainant": private}}
        answer = client.post("/desk/interference", json=body, headers=staff)
        assert (answer.status_code, answer.json()["code"]) == (422, "desk.person_named")
    for public in ("cá nhân", "Công ty Trần Anh"):
        body = {"facts": WORDS | {"complainant": public}}
        assert client.post("/desk/interference", json=body, headers=staff).status_code == 201
    hidden = (
        ("interference", {**WORDS, "pattern": "0912\n345\n678"}),
        ("interference", {**WORDS, "pattern": "0912;345;678"}),
        ("interference", {**WORDS, "victim_station": "Nguyen Van An 123456789"}),
        ("interference", {**WORDS, "licence_number": "K079088001234 Nguyễn Văn An"}),
    )
    for kind, facts in hidden:
        answer = client.post(f"/desk/{kind}", json={"facts": facts}, headers=staff)
        assert answer.status_code == 422, facts


def test_no_text_of_any_case_takes_a_persons_data(
    client: TestClient, staff: Headers, browser_of: Callable[[str], Browser]
) -> None:
    phone, paper = "0912 345 678", "079123456789"
    dossier = {"applicant": "A", "type": "broadcast_press", "purpose": "issue"}
    inspection = {
        "subject": "A",
        "origin": "interference",
        "interference_case": opened(client, staff)["id"],
        "station_ids": ["mp-tan-an"],
        "reason": "x",
        "owner_reason": "x",
    }
    typed: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("interference", WORDS, {"complainant": f"Ông A, {phone}"}),
        ("interference", WORDS, {"licence_number": f"CCCD {paper}"}),
        ("dossier", dossier, {"applicant": f"Ông A {phone}"}),
        ("dossier", dossier, {"technical": f"gọi {phone}"}),
        ("inspection", inspection, {"subject": f"A ({phone})"}),
        ("inspection", inspection, {"content": f"CCCD {paper}"}),
        ("inspection_plan", {"year": "2027"}, {}),
    ]
    for kind, facts, more in typed:
        answer = client.post(f"/desk/{kind}", json={"facts": facts | more}, headers=staff)
        if not more:
            assert answer.status_code == 201, answer.text
            continue
        assert (answer.status_code, answer.json().get("code")) == (422, "desk.personal_typed"), (
            more
        )
        assert phone not in answer.text
        assert paper not in answer.text
    plan = answer.json()
    line = {"subject": "A", "reason": f"gọi {phone}"}
    step = {"kind": "line_added", "expected": 1, "details": line}
    answer = client.post(f"/desk/inspection_plan/{plan['id']}/events", json=step, headers=staff)
    assert answer.status_code == 422

    opened_one = client.post("/desk/inspection", json={"facts": inspection}, headers=staff).json()
    address = f"/desk/inspection/{opened_one['id']}"
    note = {"item": "licence", "outcome": "not_met", "note": f"chủ máy {phone}"}
    answers = {"list": "radio_station", "object_id": "mp-tan-an", "answers": [note]}
    visit = {"visited_at": "2026-11-20T08:00", "checklist": answers}
    step = {"kind": "visited", "expected": 1, "details": visit}
    answer = client.post(f"{address}/events", json=step, headers=staff)
    assert (answer.status_code, answer.json().get("code")) == (422, "desk.personal_typed")
    sent = json.dumps(
        {
            "format": "phusong-visit-1",
            "case": opened_one["id"],
            "token": "abcdefgh-1",
            "expected": 1,
            "details": visit,
        },
        ensure_ascii=False,
    )
    for form in ({"visit_text": sent}, {"visit_text": sent, "decision": "keep", "expected": "1"}):
        page = browser_of("staff").post(f"/view{address}/visits", form)
        assert page.status_code == 422
        assert phone not in page.text
    form = {
        "list": "radio_station",
        "object_id": "mp-tan-an",
        "expected": "1",
        "visited_at": "2026-11-20T08:00",
        "outcome.licence": "not_met",
        "note.licence": f"chủ máy {phone}",
    }
    page = browser_of("staff").post(f"/view{address}/checklists", form)
    assert page.status_code == 422
    assert phone not in page.text
    for name in (f"CCCD {paper}.csv", f"{phone}.csv"):
        files = [("files", (name, b"f;level\n1;2\n"))]
        form = {"expected": "1"}
        answer = client.post(f"{address}/files", data=form, files=files, headers=staff)
        assert answer.status_code == 422
    step = {"kind": "filed", "expected": 1, "details": {"note": "x"}, "token": "0912345678"}
    assert client.post(f"{address}/events", json=step, headers=staff).status_code == 422
    made = {"plan_id": "fa0912345678abcdefa0912345678abc"}  # digits of an id are nobody's number
    answer = client.post("/desk/inspection", json={"facts": inspection | made}, headers=staff)
    assert answer.status_code == 201, answer.text
    names = (
        "IMG_20261127_083012.jpg",
        "z5123456789012_0a.jpg",
        "BB 12-2026.jpg",
        "20261127083012.jpg",
    )
    for number, name in enumerate(names, start=1):
        files = [("files", (name, photograph()))]
        form = {"expected": str(number)}
        answer = client.post(f"{address}/files", data=form, files=files, headers=staff)
        assert answer.status_code == 201, answer.text


def test_a_photograph_is_kept_whole_and_shown_bare(client: TestClient, staff: Headers) -> None:
    case = opened(client, staff)
    sent = photograph()
    answer = client.post(
        f"{KIND}/{case['id']}/files",
        data={"expected": "1", "note": "cột"},
        files=[("files", ("ảnh.jpg", sent, "image/jpeg"))],
        headers=staff,
    )
    assert answer.status_code == 201, answer.text
    file = answer.json()["events"][-1]["files"][0]
    assert client.get(file["href"], headers=staff).content == sent
    bare = client.get(file["public_href"], headers=staff).content
    assert all(told in sent for told in (b"SECRET-DEVICE", b"SECRET-COMMENT", b"SECRET-PLACE"))
    assert b"SECRET" not in bare
    assert not Image.open(io.BytesIO(bare)).getexif()


def test_a_photograph_of_a_telephone_passes_with_a_step(
    client: TestClient, staff: Headers, browser_of: Callable[[str], Browser]
) -> None:
    """Longer than a form may be, shorter than the limit of uploads."""
    case = opened(client, staff)
    noise, written = Image.effect_noise((900, 900), 90), io.BytesIO()
    noise.save(written, "JPEG", quality=95)
    sent = written.getvalue()
    assert 520_000 < len(sent) < 1_000_000
    files = {"files": ("ảnh.jpg", sent, "image/jpeg")}
    address = f"{KIND}/{case['id']}/files"
    answer = client.post(address, data={"expected": "1"}, files=files, headers=staff)
    assert answer.status_code == 201, answer.text
    step = {"kind": "filed", "expected": "2", "note": "cột"}
    moved = browser_of("staff").post(f"/view{KIND}/{case['id']}/events", step, files=files)
    assert moved.status_code == 303
    body = {"facts": {"complainant": "x" * 600_000}}
    assert client.post(KIND, json=body, headers=staff).status_code == 413


def _several_in_one() -> bytes:
    """A JPEG of two pictures, as telephones write them."""
    first, written = Image.new("RGB", (50, 40), "red"), io.BytesIO()
    first.save(written, "MPO", save_all=True, append_images=[Image.new("RGB", (50, 40), "blue")])
    return written.getvalue()


def _spoilt_exif(entries: bytes) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "JPEG", exif=b"Exif\0\0" + entries)
    return written.getvalue()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(_several_in_one(), id="several pictures in one"),
        pytest.param(
            _spoilt_exif(b"II*\0\x08\0\0\0\x01\0\x12\x01\x05\0\x01\0\0\0\xff\xff" + b"\0" * 6),
            id="orientation outside the file",
        ),
        pytest.param(_spoilt_exif(b"MM\0*\0\0\0\x08\xff\xff"), id="data cut off"),
    ],
)
def test_photographs_as_telephones_write_them_are_kept(
    client: TestClient, staff: Headers, sent: bytes
) -> None:
    case = opened(client, staff)
    files = [("files", ("a.jpg", sent, "image/jpeg"))]
    address = f"{KIND}/{case['id']}/files"
    answer = client.post(address, data={"expected": "1"}, files=files, headers=staff)
    assert answer.status_code == 201, answer.text
    file = answer.json()["events"][-1]["files"][0]
    assert file["media_type"] == "image/jpeg"
    assert client.get(file["href"], headers=staff).content == sent
    bare = Image.open(io.BytesIO(client.get(file["public_href"], headers=staff).content))
    assert (bare.format, bare.size) in {("JPEG", (50, 40)), ("JPEG", (8, 8))}
    assert not bare.getexif()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jpg", b"\xff\xd8\xff" + b"x" * 50, "không phải một ảnh"),
        ("a.html", b"<script>x</script>", "chỉ nhận ảnh"),
        ("a.bin", b"\x00\x01\x02\xff", "chỉ nhận ảnh"),
        ("a.csv", b"", "rỗng"),
    ],
)
def test_what_is_no_file_of_a_case_is_refused(
    client: TestClient, staff: Headers, name: str, content: bytes, reason: str
) -> None:
    case = opened(client, staff)
    answer = client.post(
        f"{KIND}/{case['id']}/files",
        data={"expected": "1"},
        files=[("files", (name, content))],
        headers={**staff, "accept-language": "vi"},
    )
    assert answer.status_code == 422
    assert reason in answer.text
    assert len(client.get(f"{KIND}/{case['id']}", headers=staff).json()["events"]) == 1


def test_an_operator_sees_its_own_case_and_what_it_is_told(
    client: TestClient, staff: Headers, token: Callable[[str], Headers]
) -> None:
    hidden = opened(client, staff)
    operator = token("operator")
    own = opened(client, operator)
    assert client.get(KIND, headers=operator).json()["numberMatched"] == 1
    assert client.get(f"{KIND}/{hidden['id']}", headers=operator).status_code == 404
    case = took(client, staff, client.get(f"{KIND}/{own['id']}", headers=staff).json(), "filed")
    seen = client.get(f"{KIND}/{own['id']}", headers=operator).json()
    assert [one["kind"] for one in seen["events"]] == ["opened"]
    assert (case["expected"], seen["expected"]) == (2, 1), "what it is not told of it cannot count"
    after = took(client, operator, seen, "filed", note="x")
    assert [one["sequence"] for one in after["events"]] == [1, 2]
    assert {one["kind"] for one in seen["next"]} == {"supplemented", "filed"}
    assert client.get("/view/desk", headers=token("viewer")).status_code == 403


def test_the_pages_lead_through_a_case(browser_of: Callable[[str], Browser]) -> None:
    browser = browser_of("staff")
    page = browser.post("/view/desk/interference", {"complainant": "A", "frequency_mhz": "x"})
    assert page.status_code == 422
    assert "Tần số bị can nhiễu (MHz)" in page.text
    typed = {name: str(value) for name, value in WORDS.items()}
    moved = browser.post("/view/desk/interference", typed)
    assert moved.status_code == 303
    address = moved.headers["location"]
    page = browser.get(address)
    assert page.status_code == 200
    assert "Tiếng rít" in page.text
    step = {"kind": "accepted", "expected": "1", "class": "within_province"}
    assert browser.post(f"{address}/events", step).status_code == 303
    stale = browser.post(f"{address}/events", step)
    assert stale.status_code == 409
    assert "đã thay đổi" in stale.text
    listed = browser.get("/view/desk").text
    assert "1/" in listed
    assert "Ngày tiếp nhận" not in listed, "it was entered on the day it was received"
    late = browser.post("/view/desk/interference", {**typed, "received_on": "2026-11-21"})
    for there in ("/view/desk", "/view/desk/interference", late.headers["location"]):
        assert "Ngày tiếp nhận 21/11/2026" in browser.get(there).text, there
    hint = "Người dân: ghi “cá nhân”."
    assert browser.get("/view/desk").text.count(hint) == 0
    assert browser.get("/view/desk/interference").text.count(hint) == 1, "the form alone says it"
    assert browser.get("/view/desk/nothing").status_code == 404


@pytest.mark.parametrize("field", ["nobody", "complainant!r", "complainant:>20", "result.x"])
def test_a_template_with_an_unknown_field_is_refused_with_its_line(
    client: TestClient, service: Service, staff: Headers, field: str
) -> None:
    case = opened(client, staff)
    case = took(client, staff, case, "accepted", **{"class": "within_province"})
    case = took(
        client, staff, case, "ended", ended_at=now(), result="Hết", undetermined="Hết trước khi đo"
    )
    own = service.home.letters
    own.mkdir()
    (own / "interference_result.toml").write_text(
        f'kind = "THÔNG BÁO"\nsubject = "x"\nbody = [\n  "{{{field}}}",\n]\n', encoding="utf-8"
    )
    answer = client.get(case["letters"][0]["docx"], headers=staff)
    assert answer.status_code == 422
    named = re.split(r"[!:]", field)[0]
    assert re.search(rf"interference_result\.toml.*4.*{re.escape(named)}", answer.text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'kind = "{result}"\nsubject = "x"\nbody = ["y"]\n', r"dòng 1.*kind"),
        (b'subject = "x"\nsymbol = "{nobody}"\nbody = ["y"]\n', r"dòng 2.*symbol"),
        (b'subject = "x"\nbody = [\n"\xff"]\n', r"dòng 3.*UTF-8"),
        (b'subject = "x"\nbody = [', r"TOML"),
        (b"", r"thiếu subject"),
        (b'subject = "x"\nbody = [" "]\n', r"thiếu body"),
    ],
)
def test_a_spoilt_template_says_where_and_why(
    client: TestClient, service: Service, staff: Headers, content: bytes, told: str
) -> None:
    case = took(client, staff, opened(client, staff), "accepted", **{"class": "within_province"})
    case = took(
        client, staff, case, "ended", ended_at=now(), result="Hết", undetermined="Hết trước khi đo"
    )
    service.home.letters.mkdir()
    (service.home.letters / "interference_result.toml").write_bytes(content)
    for ending in ("docx", "pdf"):
        answer = client.get(case["letters"][0][ending], headers=staff)
        assert answer.status_code == 422
        detail = answer.json()["detail"]
        assert re.search(told, detail), detail
        assert "None" not in detail
        assert "HTML" not in detail


def test_a_letter_is_the_same_bytes_twice(client: TestClient, staff: Headers) -> None:
    case = opened(client, staff)
    case = took(client, staff, case, "accepted", **{"class": "within_province"})
    case = took(
        client, staff, case, "ended", ended_at=now(), result="Hết", undetermined="Hết trước khi đo"
    )
    made = [client.get(case["letters"][0]["docx"], headers=staff).content for _ in range(2)]
    assert made[0] == made[1]
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(made[0])).namelist()


def test_a_refused_step_leaves_no_file_behind(
    client: TestClient, service: Service, staff: Headers
) -> None:
    case = opened(client, staff)
    sent = [("files", ("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 40)), ("files", ("b.txt", b"y"))]
    late = [("files", ("b.txt", "ghi chú".encode()))]
    for files, expected in ((sent, "1"), (late, "7")):
        answer = client.post(
            f"{KIND}/{case['id']}/files",
            data={"expected": expected},
            files=files,
            headers=staff,
        )
        assert answer.status_code in (409, 422)
    kept = service.home.desk_files
    assert not [one for one in kept.rglob("*") if one.is_file()]


def test_a_text_file_of_subscribers_is_refused_and_measurements_are_kept(
    client: TestClient, service: Service, staff: Headers, browser_of: Callable[[str], Browser]
) -> None:
    case = opened(client, staff)
    people = b"STT;Ghi ch\xc3\xba\n1;m\xe1\xba\xa5t s\xc3\xb3ng, g\xe1\xbb\x8di 0912 345 678\n"
    sent = {"data": {"expected": "1"}, "files": [("files", ("a.csv", people))], "headers": staff}
    refused = client.post(f"{KIND}/{case['id']}/files", **sent)
    assert refused.status_code == 422
    assert "345" not in refused.text
    page = browser_of("staff").post(
        f"/view{KIND}/{case['id']}/events",
        {"kind": "filed", "expected": "1"},
        files=[("files", ("a.csv", people))],
    )
    assert page.status_code == 422
    assert "số điện thoại" in page.text
    assert "345" not in page.text.replace(case["id"], "")
    assert not [one for one in service.home.desk_files.rglob("*") if one.is_file()]
    measured = b"timestamp;frequency_hz;level\n1693912345;446006250;-41.5\n"
    kept = client.post(
        f"{KIND}/{case['id']}/files",
        data={"expected": "1"},
        files=[("files", ("do.csv", measured))],
        headers=staff,
    )
    assert kept.status_code == 201, kept.text


def test_a_result_tells_cause_and_evidence_or_why_there_is_none(
    client: TestClient, staff: Headers
) -> None:
    """An end lies on the day of intake or after it; a private person is never “cá nhân”."""
    case = opened(client, staff, complainant="cá nhân", victim_station="Máy thu hình")
    case = took(client, staff, case, "accepted", **{"class": "within_province"})

    def refused(kind: str, **details: Any) -> dict[str, Any]:
        body = {"kind": kind, "expected": case["expected"], "details": details}
        answer = client.post(f"{KIND}/{case['id']}/events", json=body, headers=staff)
        assert answer.status_code == 422, answer.text
        told: dict[str, Any] = answer.json()
        return told

    before = (moments.now() - timedelta(days=1)).astimezone(VIET_NAM)
    early = refused("ended", ended_at=before.isoformat(timespec="minutes"), result="Hết")
    assert early["code"] == "desk.day_before"
    assert "không được sớm hơn" in early["detail"]
    case = took(client, staff, case, "ended", ended_at=now(), result="Hết can nhiễu")
    names = {one["name"] for one in case["letters"]}
    assert "interference_result" not in names, "it would have gaps for cause and evidence"
    assert refused("result_told")["code"] == "desk_interference.cause_missing"
    case = took(client, staff, case, "result_told", undetermined="Máy đo không thu được tín hiệu")
    (letter,) = (one for one in case["letters"] if one["name"] == "interference_result")
    content = client.get(letter["docx"], headers=staff).content
    document = Document(io.BytesIO(content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    said = "\n".join([*(one.text for one in document.paragraphs), *cells])
    assert "không xác định được; lý do: Máy đo không thu được tín hiệu" in said
    assert "Xét kháng nghị can nhiễu của người kháng nghị ngày" in said
    assert "Ông/Bà …………" in said
    assert "cá nhân" not in said
