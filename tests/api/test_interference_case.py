"""A complaint of interference from intake to signed documents, with search and evidence."""

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image
from starlette.testclient import TestClient

from api.clock import today
from api.sanction_view import sanction_json
from api.service import Service
from data.text import Language
from gis.cases.rule_book import CaseRules, rules_in_use
from gis.cases.working_days import calendar_in_use
from gis.desk.interference import INTERFERENCE
from gis.desk.interference_guide import possible_acts
from gis.desk.procedure import Standing, read_case
from gis.desk.records import OPENED, DeskCase, DeskEvent
from gis.home import Home
from gis.register.scopes import SYSTEM
from gis.rules import rule_paths
from gis.sanctions import sanctions_in_use
from gis.studies import StudyContext, run

from .conftest import Browser

Headers = dict[str, str]
KIND = "/desk/interference"
FACTS: dict[str, Any] = {
    "complainant": "Đài Phát thanh mô phỏng",
    "service": "broadcast_provincial",
    "victim_station": "FM mô phỏng Tân An",
    "victim_station_id": "mp-tan-an",
    "frequency_mhz": 96.9,
    "longitude": 106.45,
    "latitude": 10.65,
    "began_at": "2026-07-20T08:00",
    "effect": "Tiếng rít, mất sóng buổi tối",
    "own_equipment_checked": "yes",
}
BEARINGS = (
    "station;latitude;longitude;bearing;convention;error\n"
    "Trạm A;10,60;106,20;60;compass;4\n"
    "Trạm B;10.90;106.50;-100;unit circle;5\n"
    "Trạm D;10.50;106.75;300;compass;5\n"
)
REVERSED = (
    "station;latitude;longitude;bearing;error\n"
    "A;10.45;106.45;0;3\n"
    "B;10.65;106.25;90;3\n"
    "C;10.50;106.30;45;3\n"
    "D;10.85;106.45;0;3\n"
)
PARALLEL = "station;latitude;longitude;bearing;error\nA;10.45;106.45;0;3\nB;10.45;106.55;0;3\n"
LEVELS = "station;latitude;longitude;level\nP1;10.62;106.4;<15\n"


class Case:
    """One case, worked on by an account."""

    def __init__(self, client: TestClient, who: Headers, **changed: Any) -> None:
        self.client, self.who = client, who
        facts = {name: one for name, one in (FACTS | changed).items() if one is not None}
        answer = client.post(KIND, json={"facts": facts}, headers=who)
        assert answer.status_code == 201, answer.text
        self.told: dict[str, Any] = answer.json()
        self.at = f"{KIND}/{self.told['id']}"

    def send(self, kind: str, **details: Any) -> Any:
        body = {"kind": kind, "expected": self.told["expected"], "details": details}
        return self.client.post(f"{self.at}/events", json=body, headers=self.who)

    def step(self, kind: str, **details: Any) -> None:
        answer = self.send(kind, **details)
        assert answer.status_code == 201, answer.text
        self.told = answer.json()

    def file(self, name: str, content: bytes) -> str:
        answer = self.client.post(
            f"{self.at}/files",
            data={"expected": str(self.told["expected"])},
            files=[("files", (name, content))],
            headers=self.who,
        )
        assert answer.status_code == 201, answer.text
        self.told = answer.json()
        return str(self.told["events"][-1]["files"][0]["id"])

    def searched(self, service: Service, **chosen: str) -> str:
        """Search for the source as a worker does, and attach what was found."""
        answer = self.client.post(f"{self.at}/study", json=chosen, headers=self.who)
        assert answer.status_code == 202, answer.text
        job = service.queue.job(answer.json()["id"])
        context = StudyContext(service.register, service.home, service.ground)
        found = run("interference_source", dict(job.inputs), context).id
        listed = self.beside()["studies"]
        assert [one["id"] for one in listed][:1] == [found]
        self.step("study_attached", study_id=found)
        return found

    def beside(self) -> dict[str, Any]:
        answer = self.client.get(f"{self.at}/analysis", headers=self.who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def letter(self, name: str) -> str:
        href = next(one["docx"] for one in self.told["letters"] if one["name"] == name)
        answer = self.client.get(href, headers=self.who)
        assert answer.status_code == 200, answer.text
        document = Document(io.BytesIO(answer.content))
        cells = [
            cell.text for table in document.tables for row in table.rows for cell in row.cells
        ]
        assert (
            self.client.get(href.replace("docx", "pdf"), headers=self.who).content[:5] == b"%PDF-"
        )
        return "\n".join([*(one.text for one in document.paragraphs), *cells])


def now() -> str:
    """This moment, as a program sends it."""
    return datetime.now(UTC).isoformat(timespec="minutes")


@pytest.fixture
def staff(token: Callable[[str], Headers]) -> Headers:
    return token("staff")


def test_a_case_goes_from_intake_to_a_signed_answer(
    client: TestClient,
    service: Service,
    staff: Headers,
    browser_of: Callable[[str], Browser],
    tmp_path: Path,
) -> None:
    case = Case(client, staff, latitude=None)
    case.step("returned", reason="Thiếu vĩ độ")
    page = browser_of("staff").get(f"/view{case.at}").text
    began = re.findall(r'datetime-local" name="began_at"[^>]* value="([^"]*)"', page)
    assert began == [FACTS["began_at"][:16]], "as a browser's field reads it"
    assert "Vĩ độ (WGS 84)" in case.letter("interference_supplement")
    case.step("supplemented", latitude=10.65)
    proposed = case.beside()["class_proposed"]
    assert (proposed["class"], proposed["clause"]) == ("within_province", "khoản 3 Điều 78")
    assert proposed["rule"]["confidence"] == "derived"
    case.step("accepted", **{"class": proposed["class"]})
    bearings = case.file("hướng <1>.csv", BEARINGS.encode())
    levels = case.file("=mức.csv", LEVELS.encode())
    found = case.searched(service, bearings=bearings, levels=levels)
    beside = case.beside()
    assert beside["study"]["id"] == found
    shares = [one["probability"] for one in beside["study"]["candidates"]]
    assert shares == sorted(shares, reverse=True)
    assert beside["study"]["fix"]["reason"] is None
    assert any("38" in one["clause"] and "e" in one["clause"] for one in beside["law"])
    assert beside["acts"] == []
    case.step("referred", authority="Trung tâm Tần số vô tuyến điện khu vực II", reason="Cần đo")
    transfer = case.letter("interference_transfer")
    for stamp in ("[dữ liệu mô phỏng]", "[địa hình phẳng giả định: kết quả cần được xác minh]"):
        assert stamp in transfer, "what it rests on is stamped as in reports"
    for words in ("Kính gửi: Trung tâm Tần số vô tuyến điện khu vực II", "hướng _1_.csv",
                  "Không có trong sổ đăng ký"):  # fmt: skip
        assert words in transfer, words
    case.step(
        "measured",
        measured_at="2026-07-25T19:30",
        measured_by="Trung tâm khu vực II",
        result="41 dBµV/m",
    )
    case.step("source_found", cause="Máy phát lệch tần", evidence="BB 12/2026")
    acts = {one["behaviour"]: one for one in case.beside()["acts"]}
    assert acts["interference"]["minimum_vnd"] == 5e6
    assert acts["interference"]["maximum_vnd"] == 1e7
    assert acts["interference"]["clause"] == "khoản 3 Điều 78"
    assert "interference_after_stop" not in acts
    case.step(
        "remedy_ordered",
        remedies=["power", "frequency"],
        until=(today() + timedelta(days=33)).isoformat(),
    )
    assert "đổi tần số; hạn chế công suất" in case.letter("interference_minutes")
    case.step("ended", ended_at=now(), result="Hết can nhiễu")
    assert "Máy phát lệch tần" in case.letter("interference_result")
    require_package(case, found, tmp_path)
    case.step("result_told")
    assert case.told["final"]


def test_a_letter_says_what_the_step_said_that_it_tells_of(
    client: TestClient, staff: Headers
) -> None:
    case = Case(client, staff)
    case.step("returned", reason="Thiếu bản ghi phổ")
    assert "Thiếu bản ghi phổ" in case.letter("interference_supplement")
    case.step("supplemented", pattern="Cả ngày")
    assert "Thiếu bản ghi phổ" not in case.letter("interference_supplement"), "it came"
    case.step("accepted", **{"class": "within_province"})
    transfer = case.letter("interference_transfer")
    assert "Lý do chuyển: …" in transfer, "nobody said why yet"
    case.step(
        "measured", measured_at="2026-07-25T19:30", measured_by="Trung tâm", result="41 dBµV/m"
    )
    case.step("source_found", cause="Máy phát lệch tần", evidence="BB 12")
    until = (today() + timedelta(days=33)).isoformat()
    case.step("remedy_ordered", remedies=["power"], until=until)
    case.step("remedy_ordered", remedies=["frequency"])
    case.step("ended", ended_at=now(), result="Hết can nhiễu")
    minutes = case.letter("interference_minutes")
    assert "Kết quả đo: 41 dBµV/m, đo lúc" in minutes
    assert "Hết can nhiễu" not in minutes
    assert "đổi tần số; thời hạn: …" in minutes, "the second order named no day"
    assert "Kết quả: Hết can nhiễu" in case.letter("interference_result")


def require_package(case: Case, study: str, folder: Path) -> None:
    """The package of evidence: whole, twice the same, each hash true."""
    packages = [case.client.get(f"{case.at}/evidence.zip", headers=case.who) for _ in range(2)]
    assert packages[0].status_code == 200, packages[0].text
    assert packages[0].content == packages[1].content
    package = zipfile.ZipFile(io.BytesIO(packages[0].content))
    names = set(package.namelist())
    assert {"bao-cao.pdf", "ho-so.json", "vu-viec.gpkg", "ban-do.png"} < names
    assert f"tim-nguon/{study}.json" in names
    sent = next(one for one in names if one.startswith("so-do/001-"))
    assert package.read(sent) == BEARINGS.encode()
    sums = dict(
        reversed(line.split("  ")) for line in package.read("SHA256SUMS").decode().split("\n")[:-1]
    )
    assert set(sums) == names - {"SHA256SUMS"}
    for name, sha256 in sums.items():
        assert hashlib.sha256(package.read(name)).hexdigest() == sha256
    custody = package.read("chuoi-luu-giu.csv").decode("utf-8-sig")
    assert "so-do/002-muc.csv,Tệp như đã gửi: =mức.csv,staff" in custody
    path = folder / "layers.gpkg"
    path.write_bytes(package.read("vu-viec.gpkg"))
    layers = sqlite3.connect(path)
    counts = {
        name: layers.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for (name,) in layers.execute("SELECT table_name FROM gpkg_contents")
    }
    layers.close()
    assert counts["huong_song"] == 3
    assert counts["dai_bi_nhieu"] == counts["elip_95"] == 1
    assert counts["ung_vien"] > 1
    assert json.loads(package.read("ho-so.json"))["id"] == case.told["id"]


@pytest.mark.parametrize(("content", "reversed_"), [(PARALLEL, None), (REVERSED, ["D"])])
def test_bearings_that_do_not_cross_and_a_reversed_compass_are_said(
    client: TestClient, service: Service, staff: Headers, content: str, reversed_: Any
) -> None:
    case = Case(client, staff)
    case.step("accepted", **{"class": "within_province"})
    case.searched(service, bearings=case.file("h.csv", content.encode()))
    fix = case.beside()["study"]["fix"]
    if reversed_ is None:
        assert fix["reason"] in {"parallel", "too_far"}, fix
    else:
        assert fix["reversed"] == reversed_
    page = client.get(f"/view{case.at}", headers={**staff, "accept": "text/html"})
    assert page.status_code == 200
    assert "sources." not in page.text
    assert "desk_interference." not in page.text


def test_a_disturbed_station_that_is_told_by_name_does_not_disturb_itself(
    client: TestClient, staff: Headers, service: Service
) -> None:
    station = service.register.station("mp-tan-an", SYSTEM)
    told = {"victim_station_id": None, "frequency_mhz": station.frequency_mhz}
    case = Case(client, staff, victim_station=station.name.upper(), latitude=10.64286, **told)
    assert ["Vĩ độ (WGS 84)", "10,64286"] in case.told["facts_text"]
    asked = client.post(f"{case.at}/study", json={}, headers=staff).json()
    assert service.queue.job(asked["id"]).inputs["station_id"] == "mp-tan-an"
    case = Case(client, staff, victim_station="Đài khác", **told)
    asked = client.post(f"{case.at}/study", json={}, headers=staff).json()
    assert "station_id" not in service.queue.job(asked["id"]).inputs


def test_what_is_wrong_is_said_and_nothing_is_lost(client: TestClient, staff: Headers) -> None:
    case = Case(client, staff, frequency_mhz=None, victim_station_id=None)
    assert [one["name"] for one in case.told["missing"]] == ["frequency_mhz"]
    answer = client.post(f"{case.at}/study", json={}, headers=staff)
    assert answer.status_code == 422
    assert "frequency_mhz" in answer.text
    case.step("supplemented", frequency_mhz=96.9)
    case.step("accepted", **{"class": "national"})
    for study, status in (("interference_source-0000000000000000", 404), ("x", 404)):
        assert case.send("study_attached", study_id=study).status_code == status
    unknown = client.post(f"{case.at}/study", json={"bearings": "x"}, headers=staff)
    assert unknown.status_code == 404
    picture = case.file("a.pdf", b"%PDF-1.4 x")
    refused = client.post(f"{case.at}/study", json={"bearings": picture}, headers=staff)
    assert refused.status_code == 422
    assert "a.pdf" in refused.text
    early = case.send("ended", ended_at="2026-07-01T00:00", result="x")
    assert early.status_code == 422
    assert "ended_at" in early.text
    closed = [case.send("dismissed", reason="Rút").status_code for _ in range(2)]
    assert closed == [201, 409]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("effect", "Gọi 0912 345 678"),
        ("pattern", "CCCD ０８０１９９０１２３４５"),
        ("suspected", "+84.912.345.678"),
    ],
)
def test_texts_with_personal_data_are_refused_and_not_repeated(
    client: TestClient,
    staff: Headers,
    browser_of: Callable[[str], Browser],
    field: str,
    typed: str,
) -> None:
    answer = client.post(KIND, json={"facts": {**FACTS, field: typed}}, headers=staff)
    assert answer.status_code == 422
    assert field in answer.text
    assert typed not in answer.text
    case = Case(client, staff)
    assert case.send("supplemented", **{field: typed}).status_code == 422
    assert case.send("filed", note=typed).status_code == 422
    form = {**{name: str(one) for name, one in FACTS.items()}, field: typed}
    page = browser_of("staff").post(f"/view{KIND}", form)
    assert page.status_code == 422
    assert typed not in page.text


def test_the_contact_is_a_named_field_outside_of_the_case(
    client: TestClient,
    service: Service,
    staff: Headers,
    token: Callable[[str], Headers],
    browser_of: Callable[[str], Browser],
) -> None:
    operator = token("operator")
    case = Case(client, operator)
    today = service.today()
    contact = {"name": "Trần Thị Mô Phỏng", "phone": "02723999888", "purpose": "Hẹn lịch đo"}
    late = {**contact, "kept_until": (today + timedelta(days=800)).isoformat()}
    assert client.post(f"{case.at}/contact", json=late, headers=operator).status_code == 422
    sent = {**contact, "kept_until": (today + timedelta(days=60)).isoformat()}
    assert client.post(f"{case.at}/contact", json=sent, headers=operator).status_code == 201
    wrong = {**sent, "purpose": "Gọi 0912345678"}
    refused = client.post(f"{case.at}/contact", json=wrong, headers=operator)
    assert refused.status_code == 422
    assert "0912345678" not in refused.text
    seen = client.post(f"{case.at}/contact/view", json={"reason": "Hẹn đo"}, headers=staff)
    assert seen.json()["name"] == contact["name"]
    log = client.get(f"{case.at}/contact/views", headers=operator).json()["views"]
    assert [one["action"] for one in log] == ["seen", "written"]
    for address in (case.at, f"{case.at}/analysis", KIND, f"/view{case.at}"):
        assert contact["name"] not in client.get(address, headers=staff).text
    package = client.get(f"{case.at}/evidence.zip", headers=staff)
    for name in zipfile.ZipFile(io.BytesIO(package.content)).namelist():
        content = zipfile.ZipFile(io.BytesIO(package.content)).read(name)
        assert contact["name"].encode() not in content
        assert contact["phone"].encode() not in content
    assert client.get(f"{case.at}/evidence.zip", headers=operator).status_code == 403
    assert set(client.get(f"{case.at}/analysis", headers=operator).json()) == {
        "class_proposed", "class_chosen", "contact",
    }  # fmt: skip
    hidden = Case(client, staff)
    for path, body in (
        ("contact", sent),
        ("contact/view", {"reason": "x"}),
        ("contact/remove", None),
    ):
        assert client.post(f"{hidden.at}/{path}", json=body, headers=operator).status_code == 404
    page = browser_of("staff").post(f"/view{case.at}/contact/view", {"reason": "Hẹn đo"})
    assert contact["phone"] in page.text
    assert page.headers["cache-control"] == "no-store"
    assert browser_of("staff").post(f"/view{case.at}/contact/remove", {}).status_code == 303
    gone = client.post(f"{case.at}/contact/view", json={"reason": "x"}, headers=staff)
    assert gone.status_code == 404


# clocks and sanctions on both sides of a change of law

CHANGED = """
[[rule]]
id = "case.interference.resolution.national"
title_vi = "Thời hạn mới"
title_en = "New term"
instrument = "Văn bản mô phỏng"
clause = "Điều 1"
valid_from = 2026-07-01
confidence = "recalled"
source = "thử nghiệm"
binding = false
advisory = true
[rule.parameters]
term = "10 working_days"
"""


def standing(home: Home, rules: CaseRules, class_: str, accepted: date, at: date) -> Standing:
    """A case that was accepted on a day, looked at on another."""
    begun = datetime(accepted.year, accepted.month, accepted.day, 2, tzinfo=UTC)
    facts: dict[str, object] = dict(FACTS)
    case = DeskCase(
        id="x", kind="interference", year=2026, number=1, organisation_id=None, account="a",
        facts=facts, opened_at=begun,
    )  # fmt: skip
    told: dict[str, object] = {"class": class_}
    events = [
        DeskEvent(sequence=1, kind=OPENED, party="department", account="a",
                  organisation_id=None, at=begun),
        DeskEvent(sequence=2, kind="accepted", party="department", account="a",
                  organisation_id=None, at=begun, details=told),
    ]  # fmt: skip
    now = datetime(at.year, at.month, at.day, 3, tzinfo=UTC)
    return read_case(INTERFERENCE, case, events, now, rules=rules, calendar=calendar_in_use(home))


@pytest.mark.parametrize(
    ("class_", "accepted", "due"),
    [
        ("safety", date(2026, 6, 25), date(2026, 7, 15)),
        ("safety", date(2026, 7, 1), date(2026, 7, 21)),
        ("international", date(2026, 6, 25), None),
        ("national", date(2026, 6, 30), None),
        ("national", date(2026, 7, 1), date(2026, 7, 15)),
        ("within_province", date(2026, 7, 1), None),
        ("exempt", date(2026, 7, 1), None),
    ],
)
def test_a_clock_keeps_the_rule_of_its_beginning(
    service: Service, class_: str, accepted: date, due: date | None
) -> None:
    own = {name: file.read_bytes() for name, file in rule_paths(own=service.home.rules).items()}
    old = own["desk.toml"].decode()
    mark = 'id = "case.interference.resolution.national"'
    closed = old.replace(mark, f"{mark}\nvalid_to = 2026-06-30")
    assert closed != old
    rules = CaseRules({**own, "desk.toml": (closed + CHANGED).encode()})
    found = standing(service.home, rules, class_, accepted, date(2026, 8, 1))
    clock = next(one for one in found.clocks if one.name == f"resolution_{class_}")
    assert (None if clock.due is None else clock.due.on) == due
    assert clock.rule is not None
    assert rules_in_use(service.home).rule("case.interference.classes", accepted) is not None


@pytest.mark.parametrize(
    ("ended", "known", "least"),
    [
        ("2026-06-30T23:59", "amount_not_in_data", None),
        ("2026-07-01T00:00", "range", 30e6),
        ("2026-07-28T09:00", "range", 30e6),
    ],
)
def test_acts_are_told_by_the_decree_of_the_day_on_which_they_ended(
    service: Service, ended: str, known: str, least: float | None
) -> None:
    events = [
        event(1, OPENED, date(2026, 5, 3)),
        event(2, "accepted", date(2026, 5, 4), **{"class": "safety"}),
        event(3, "source_found", date(2026, 5, 5), cause="x", evidence="BB 1"),
        event(4, "ended", date(2026, 7, 29), ended_at=f"{ended}+07:00", result="Hết"),
    ]
    case = DeskCase(
        id="x", kind="interference", year=2026, number=1, organisation_id=None, account="a",
        facts={**FACTS, "service": "safety", "began_at": "2026-05-02T08:00+07:00"},
        opened_at=events[0].at,
    )  # fmt: skip
    rules, calendar = rules_in_use(service.home), calendar_in_use(service.home)
    at = datetime(2026, 11, 27, 3, tzinfo=UTC)
    standing = read_case(INTERFERENCE, case, events, at, rules=rules, calendar=calendar)
    book = sanctions_in_use(service.home)
    acts = {one.act.behaviour: one for one in possible_acts(standing, "safety", book, rules)}
    told = sanction_json(acts["interference"], "x", Language.VI)
    assert (told["known"], told["minimum_vnd"]) == (known, least)
    assert "interference_after_stop" in acts


def event(sequence: int, kind: str, day: date, **details: object) -> DeskEvent:
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return DeskEvent(
        sequence=sequence, kind=kind, party="department", account="a", organisation_id=None, at=at,
        details=details,
    )  # fmt: skip


def test_a_corrected_class_counts_from_the_day_of_receipt(service: Service) -> None:
    """Received in full on Wed 3 June, accepted on the 8th, corrected on the 15th: 23 June."""
    received = date(2026, 6, 3)
    events = [
        event(1, OPENED, date(2026, 6, 1)),
        event(2, "returned", date(2026, 6, 2)),
        event(3, "supplemented", received),
        event(4, "accepted", date(2026, 6, 8), **{"class": "national"}),
        event(5, "reclassified", date(2026, 6, 15), **{"class": "safety"}),
    ]
    case = DeskCase(
        id="x", kind="interference", year=2026, number=1, organisation_id=None, account="a",
        facts=dict(FACTS), opened_at=events[0].at,
    )  # fmt: skip
    rules, calendar = rules_in_use(service.home), calendar_in_use(service.home)
    at = datetime(2026, 6, 24, 3, tzinfo=UTC)
    found = read_case(INTERFERENCE, case, events, at, rules=rules, calendar=calendar)
    clocks = {one.name: one for one in found.clocks}
    safety, old = clocks["resolution_safety"], clocks["resolution_national"]
    assert (safety.started_at.date(), safety.due and safety.due.on) == (
        received,
        date(2026, 6, 23),
    )
    assert safety.state(at) == "overdue"
    assert (old.state(at), old.ended_at) == ("replaced", events[-1].at)
    assert found.state == "accepted"


def test_a_class_is_corrected_with_a_reason_and_days_that_were_set_are_clocks(
    client: TestClient, token: Callable[[str], Headers], staff: Headers
) -> None:
    case = Case(client, token("operator"))
    case.who = staff
    case.step("accepted", **{"class": "within_province"})
    assert case.send("reclassified", **{"class": "safety"}).status_code == 422, (
        "a reason is needed"
    )
    same = case.send("reclassified", reason="x", **{"class": "within_province"})
    assert same.status_code == 422
    case.step("reclassified", reason="Ảnh hưởng đài dẫn đường", **{"class": "safety"})
    assert case.beside()["class_chosen"] == "safety"
    own = client.get(case.at, headers=token("operator")).json()
    assert [one["details"]["class"] for one in own["events"][1:]] == ["within_province", "safety"]
    assert case.send("reclassified", reason="x", **{"class": "exempt"}).status_code == 201
    stale = case.send("reclassified", reason="x", **{"class": "national"})
    assert stale.status_code == 409, "another officer was faster"
    case.told = client.get(case.at, headers=staff).json()
    day = today() + timedelta(days=20)
    assert case.send("delay_explained", expected_on="2150-01-01", reason="x").status_code == 422
    case.step("delay_explained", expected_on=day.isoformat(), reason="Chờ đo đêm")
    case.step("source_found", cause="Máy phát", evidence="BB 1")
    case.step("remedy_ordered", remedies=["power"], until=day.isoformat())
    later = day + timedelta(days=5)
    case.step("remedy_ordered", remedies=["power"], until=later.isoformat())
    clocks = [(one["name"], one["state"], one["due_on"]) for one in case.told["clocks"]]
    assert ("remedy", "replaced", day.isoformat()) in clocks
    assert ("remedy", "running", later.isoformat()) in clocks
    assert ("expected", "running", day.isoformat()) in clocks
    escalation = next(one for one in case.told["clocks"] if one["name"] == "escalation")
    assert (escalation["terms"], escalation["rule"]["binding"]) == (["40 calendar_days"], False)
    page = client.get("/view/desk", headers={**staff, "accept": "text/html"}).text
    assert "Khắc phục theo yêu cầu" in page
    case.step("ended", ended_at=now(), result="Hết")
    assert not [
        one
        for one in case.told["clocks"]
        if one["name"] in {"remedy", "escalation", "expected"} and one["ended_at"] is None
    ]


def test_who_fetched_an_original_or_the_package_is_noted_for_the_department(
    client: TestClient, token: Callable[[str], Headers], staff: Headers
) -> None:
    own = token("operator")
    case = Case(client, own)
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG")
    file_id = case.file("anh.jpg", content.getvalue())
    address = f"{case.at}/files/{file_id}"
    assert client.get(f"{address}?public=true", headers=own).status_code == 200
    original = client.get(address, headers=own)
    package = client.get(f"{case.at}/evidence.zip", headers=staff)
    assert client.get(f"{case.at}/files/nobody", headers=staff).status_code == 404
    assert client.get(address, headers=token("viewer")).status_code == 403
    told = client.get(case.at, headers=staff).json()["downloads"]
    assert [(one["account"], one["what"], one["sha256"]) for one in told] == [
        ("staff-1", "evidence", hashlib.sha256(package.content).hexdigest()),
        ("operator-1", "original", hashlib.sha256(original.content).hexdigest()),
    ]
    assert "downloads" not in client.get(case.at, headers=own).json()
    html = {"accept": "text/html", "accept-language": "en"}
    assert told[0]["sha256"] in client.get(f"/view{case.at}", headers={**staff, **html}).text
    assert told[0]["sha256"] not in client.get(f"/view{case.at}", headers={**own, **html}).text
    again = client.get(f"{case.at}/evidence.zip", headers=staff)
    assert again.content == package.content, "the log is no part of the package"


def test_letters_and_pages_of_a_demonstration_case_are_stamped(
    client: TestClient,
    staff: Headers,
    browser_of: Callable[[str], Browser],
    pdf_text: Callable[[bytes], str],
) -> None:
    """Paper, page and list say simulated data; flat terrain only where a search is attached."""
    case = Case(client, staff)
    case.step("accepted", **{"class": "within_province"})
    assert case.told["letters"]
    for one in case.told["letters"]:
        assert "[dữ liệu mô phỏng]" in case.letter(one["name"]), one["name"]
        paper = pdf_text(client.get(one["pdf"], headers=staff).content)
        assert "dữ liệu mô phỏng" in paper
        assert "địa hình phẳng" not in paper
    tag = '<span class="tag synthetic">dữ liệu mô phỏng</span>'
    for page in (f"/view{case.at}", "/view/desk", "/view/desk/interference"):
        assert tag in browser_of("staff").get(page).text, page
