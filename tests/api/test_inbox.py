"""What waits on the first page of each person, and the page that needs no account."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

from sqlalchemy import text
from starlette.testclient import TestClient

from api.service import Service
from data.text import VIET_NAM
from gis.cases.records import EventKind
from gis.cases.store import Cases, Wish
from gis.register import moments
from gis.register.schema import case_events
from gis.register.scopes import PUBLIC, Role, Scope

Browsers = Callable[[str], Any]
STAFF = Scope(Role.STAFF)
HTML = {"accept": "text/html"}


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def inbox(page: str) -> str:
    """The part that says what waits."""
    start = page.index('id="inbox-heading"')
    return page[start : page.index("</section>", start)]


def row_of(page: str, case_id: str) -> str:
    """The words of the row of one request, without its name."""
    found = inbox(page)
    start = found.index(f'href="/view/sharing/{case_id}"')
    return words(found[found.index("<br>", start) : found.index("</tr>", start)])


def test_a_request_waits_for_its_owner_and_nobody_else(
    browser_of: Browsers, service: Service
) -> None:
    owner, staff = browser_of("operator"), browser_of("staff")
    structure = service.register.structures(PUBLIC, owner_id="mo-phong-a", limit=1)[0]
    cases = Cases(service.register, service.home)
    asker = Scope(Role.OPERATOR, "mo-phong-b")
    wish = Wish(structure_id=structure.id, technology="5G NR", bands="", purpose="phủ sóng",
                height_above_ground_m=None, wanted_from=None, wanted_to=None,
                attachments=())  # fmt: skip
    made = cases.draft(wish, asker, "b")
    address = f'href="/view/sharing/{made.id}"'
    assert address not in owner.get("/").text, "a draft is its requester's"
    cases.append(made.id, EventKind.SUBMITTED, {}, asker, "b", expected=1)
    assert address in inbox(owner.get("/").text)
    assert address not in inbox(staff.get("/").text), "it waits for the owner, not the department"
    assert row_of(owner.get("/").text, made.id).endswith("tham khảo, không ràng buộc")
    listed = words(owner.get("/view/sharing").text)
    assert re.search(r"hạn \d\d/\d\d/\d{4} \(tham khảo, không ràng buộc\)", listed)


def test_an_answer_is_told_to_who_asked_until_it_takes_a_step(
    browser_of: Browsers, service: Service
) -> None:
    """The requester's first page said nothing of an acceptance, so that it had to look."""
    structure = service.register.structures(PUBLIC, owner_id="mo-phong-b", limit=1)[0]
    cases = Cases(service.register, service.home)
    asker, owner = (Scope(Role.OPERATOR, f"mo-phong-{one}") for one in "ab")
    sent = []
    for number in range(2):
        wish = Wish(structure_id=structure.id, technology=f"5G {number}", purpose="phủ sóng")
        sent.append(cases.draft(wish, asker, "a").id)
        cases.append(sent[-1], EventKind.SUBMITTED, {}, asker, "a", expected=1)
    accepted, refused = sent
    home = browser_of("operator")
    assert accepted not in inbox(home.get("/").text), "nothing came yet"
    cases.append(accepted, EventKind.ACCEPTED, {}, owner, "b", expected=2)
    refusal = {"grounds": ["sharing.ground.load"], "reason": "Cột đã đầy tải"}
    cases.append(refused, EventKind.REFUSED, refusal, owner, "b", expected=2)
    told = {one: row_of(home.get("/").text, one) for one in sent}
    for one, said in ((accepted, "Đã chấp nhận"), (refused, "Đã từ chối")):
        assert f"{said}: Viễn thông Mô phỏng B, " in told[one]
        assert re.search(r"\d\d/\d\d/\d{4} \d\d:\d\d –$", told[one]), "when, and no term"
    assert "Accepted: " in row_of(home.get("/?lang=en").text, accepted)
    waits = row_of(browser_of("staff").get("/?lang=vi").text, accepted)
    assert "đã có trả lời" not in waits, "the department's clock runs; the answer is not for it"
    cases.append(refused, EventKind.ESCALATED, {"reason": "Còn tải"}, asker, "a", expected=3)
    cases.append(
        accepted, EventKind.CO_USE_APPROVED, {"instrument": "12/CV"}, STAFF, "s", expected=3
    )
    page = home.get("/?lang=vi").text
    assert refused not in inbox(page), "it went on itself, so it knows"
    assert "Sở đã chấp thuận dùng chung: " in row_of(page, accepted)
    month_ago = {"at": moments.to_text(moments.now() - timedelta(days=31))}
    with service.register.engine.begin() as connection:
        held = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'case_events'"
        for name in connection.execute(text(held)).scalars().all():  # what happened never changes
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(case_events.update().values(month_ago))
    assert accepted not in inbox(home.get("/").text), "it is no news any more"


def test_each_person_has_its_own_desk(client: TestClient, browser_of: Browsers) -> None:
    assert 'id="inbox-heading"' not in client.get("/", headers=HTML).text
    assert 'id="inbox-heading"' not in browser_of("viewer").get("/").text
    told = words(browser_of("operator").get("/").text)
    for word in ("công trình của tôi", "thiếu sót trong số liệu của tôi", "công trình sắp xây"):
        assert word in told
    assert "Cán bộ Sở" not in told, "an operator has no use for the department's errands"
    staff = browser_of("staff")
    opened = staff.post(
        "/view/desk/interference", {"complainant": "Đài mô phỏng", "effect": "rít"}
    )
    assert opened.status_code == 303
    assert f'href="{opened.headers["location"]}"' in inbox(staff.get("/").text)
    assert 'href="/view/reports"' in staff.get("/").text
    cards = {role: browser_of(role).get("/").text for role in ("staff", "administrator")}
    shown = {role: 'id="errand-administrator"' in told for role, told in cards.items()}
    assert shown == {"staff": False, "administrator": True}
    assert 'id="errand-administrator"' not in client.get("/", headers=HTML).text


def test_a_viewer_reads_how_to_complain(client: TestClient) -> None:
    for page in ("/", "/map"):
        assert 'href="/view/complaints"' in client.get(page, headers=HTML).text
    told = words(client.get("/view/complaints", headers=HTML).text)
    assert "Tần số bị can nhiễu (MHz) (nên ghi)" in told
    assert "Nơi bị nhiễu (địa chỉ, hoặc vĩ độ, kinh độ) (nên ghi)" in told
    for absent in ("Tổ chức kháng nghị", "Mã đài trong cơ sở dữ liệu"):
        assert absent not in told, "a listener has none of it"
    assert "khoản 2 Điều 38 (Đã kiểm chứng; ràng buộc)" in told
    assert "3 ngày làm việc" in told
    assert "khoản 4 Điều 8" in told
    unknown = told.partition("Chưa tra được thời hạn nào cho: ")[2].partition(".")[0]
    assert unknown.count("; ") >= 2, "no term is invented"
    english = words(client.get("/view/complaints?lang=en", headers=HTML).text)
    assert "How to complain of interference" in english


def test_an_operator_may_go_on_after_a_step_that_it_is_not_told_of(
    browser_of: Browsers,
) -> None:
    """Its page counted the department's steps too, so that each of its own was refused."""
    owner, staff = browser_of("operator"), browser_of("staff")
    facts = {"complainant": "Viễn thông A", "effect": "mất sóng", "service": "mobile",
             "victim_station": "BTS 1", "frequency_mhz": "1815", "longitude": "106.4",
             "latitude": "10.6", "began_at": "2026-07-01T08:00",
             "own_equipment_checked": "yes"}  # fmt: skip
    here = owner.post("/view/desk/interference", facts).headers["location"]
    accepted = {"kind": "accepted", "class": "national", "expected": "1"}
    assert staff.post(f"{here}/events", accepted).status_code == 303
    measured = {"kind": "measured", "measured_at": "2026-07-02T08:00", "measured_by": "Trung tâm",
                "result": "có phát xạ lạ", "expected": "2"}  # fmt: skip
    assert staff.post(f"{here}/events", measured).status_code == 303
    page = owner.get(here).text
    seen = re.search(r'value="filed">\s*<input type="hidden" name="expected" value="(\d+)"', page)
    assert seen is not None
    filed = {"kind": "filed", "note": "gửi thêm", "expected": seen[1]}
    done = owner.post(f"{here}/events", filed)
    assert done.status_code in (303, 422), words(done.text)
    assert "đã có thêm bước" not in done.text


def test_steps_that_came_meanwhile_are_told(browser_of: Browsers) -> None:
    staff = browser_of("staff")
    facts = {"complainant": "Đài", "effect": "rít"}
    here = staff.post("/view/desk/interference", facts).headers["location"]
    asked = {"kind": "returned", "reason": "thiếu tần số", "expected": "1"}
    assert staff.post(f"{here}/events", asked).status_code == 303
    late = staff.post(f"{here}/events", asked | {"kind": "dismissed", "reason": "trùng"})
    assert late.status_code == 409
    told = words(late.text[late.text.index('id="conflict"') :])
    assert told.startswith('id="conflict"') or "đã có thêm bước" in told
    assert "Trả lại" in told
    assert "trùng" in late.text, "what was typed stays"


def test_the_map_of_a_form_shows_what_each_may_see(
    client: TestClient, browser_of: Browsers
) -> None:
    def seen(answer: Any) -> set[tuple[str, float, float]]:
        told = answer.json()
        assert len(told["communes"]) > 50
        return {(name, y, x) for name, y, x, kind in told["marks"] if kind == "structure"}

    stranger = seen(client.get("/map/base"))
    operator, staff = (seen(browser_of(one).get("/map/base")) for one in ("operator", "staff"))
    assert stranger < operator < staff


def test_a_reference_that_has_passed_is_told_in_its_own_days_and_is_not_red(
    client: TestClient, token: Callable[[str], dict[str, str]], browser_of: Browsers
) -> None:
    """Twenty calendar days from receipt, ninety days ago: seventy have passed; nobody is bound."""
    today = moments.now().astimezone(VIET_NAM).date()
    facts = {
        "complainant": "Đài mô phỏng", "service": "safety", "victim_station": "VOR",
        "frequency_mhz": 113.5, "longitude": 106.4, "latitude": 10.6, "effect": "rít",
        "began_at": f"{today - timedelta(days=95)}T08:00", "own_equipment_checked": "yes",
        "received_on": str(today - timedelta(days=90)),
    }  # fmt: skip
    staff = token("staff")
    case = client.post("/desk/interference", json={"facts": facts}, headers=staff).json()
    at = f"/desk/interference/{case['id']}"
    step = {"kind": "accepted", "expected": case["expected"], "details": {"class": "safety"}}
    case = client.post(f"{at}/events", json=step, headers=staff).json()
    (clock,) = (one for one in case["clocks"] if one["name"] == "resolution_safety")
    assert (clock["state"], clock["rule"]["binding"]) == ("overdue", False)
    passed = (today - date.fromisoformat(clock["due_on"])).days
    (told,) = case["reminders"]
    assert (told["left"], told["unit"]) == (-passed, "calendar_days")
    browser = browser_of("staff")
    row = inbox(browser.get("/").text)
    row = row[row.index(f'href="/view{at}"') :].partition("</tr>")[0]
    assert "quá mốc tham khảo" in row
    assert "violates" not in row
    page = browser.get(f"/view{at}").text
    assert f"quá {passed} ngày (tham khảo, không ràng buộc)" in words(page)
    assert 'class="notice bad"' not in page
    assert "chip violates" not in page
    listed = browser.get("/view/desk/interference").text
    assert "Quá hạn (tham khảo, không ràng buộc)" in listed
    assert "chip violates" not in listed


def test_a_review_that_ends_after_the_answer_says_that_the_answer_decides(
    browser_of: Browsers, service: Service
) -> None:
    structure = service.register.structures(PUBLIC, owner_id="mo-phong-a", limit=1)[0]
    cases, asker = Cases(service.register, service.home), Scope(Role.OPERATOR, "mo-phong-b")
    wish = Wish(structure_id=structure.id, technology="5G NR", bands="", purpose="phủ sóng",
                height_above_ground_m=None, wanted_from=None, wanted_to=None,
                attachments=())  # fmt: skip
    made = cases.draft(wish, asker, "b")
    cases.append(made.id, EventKind.SUBMITTED, {}, asker, "b", expected=1)
    page = words(browser_of("operator").get(f"/view/sharing/{made.id}").text)
    assert len(re.findall(r"Thời hạn trả lời \(\d\d/\d\d/\d{4}\) tính từ ngày nhận", page)) == 1
