"""Where the department is reached: entered, refused, shown to everybody, taken back."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

HTML = {"accept": "text/html"}
HERE = "/view/department"
GIVEN = {
    "address": "Số 0 đường Mô Phỏng, xã Mô Phỏng",
    "telephone": "+84 (0) 000 000 000",
    "email": "mo-phong@example.vn",
    "hours": "8 giờ đến 16 giờ",
    "centre": "Trung tâm mô phỏng, 1 đường Thử",
}
MISSING = "Sở chưa nhập địa chỉ"


def seen(page: str) -> str:
    """What the form says that its reader saw."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_what_is_entered_is_shown_and_taken_back(
    browser_of: Callable[[str], Any], client: TestClient
) -> None:
    administrator = browser_of("administrator")
    pages = ("/", "/view/complaints", "/view/complaints/form")
    for page in pages:
        assert MISSING in client.get(page, headers=HTML).text
        assert f'href="{HERE}"' not in client.get(page, headers=HTML).text
        assert f'<a href="{HERE}">Nhập địa chỉ của Sở</a>' in administrator.get(page).text
    before = seen(administrator.get(HERE).text)
    kept = administrator.post(HERE, {**GIVEN, "seen": before})
    assert (kept.status_code, kept.headers["location"]) == (303, f"{HERE}?kept=true")
    for page in pages:
        told = unescape(client.get(page, headers=HTML).text)
        assert 'href="tel:+840000000000"' in told
        assert 'href="mailto:mo-phong@example.vn"' in told
        assert GIVEN["address"] in told
        assert GIVEN["hours"] in told
        assert GIVEN["centre"] in told
        assert MISSING not in told
    late = administrator.post(HERE, {**GIVEN, "hours": "sáng", "seen": before})
    assert late.status_code == 409
    assert "Người khác vừa sửa" in late.text
    page = administrator.get(HERE).text
    revision = re.findall(r'name="revision" value="(\d+)"', page)
    assert len(revision) == 1
    back = {"revision": revision[0], "seen": seen(page)}
    assert administrator.post(f"{HERE}/restore", back).status_code == 303
    assert MISSING in client.get("/view/complaints", headers=HTML).text
    assert len(re.findall(r'name="revision"', administrator.get(HERE).text)) == 2, (
        "kept as history"
    )
    unknown = {"revision": "999999", "seen": seen(administrator.get(HERE).text)}
    assert administrator.post(f"{HERE}/restore", unknown).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("telephone", "gọi cho tôi", "Số điện thoại gồm chữ số"),
        ("email", 'a"onclick=x@b', "Địa chỉ thư điện tử có dạng"),
        ("email", "a@b.vn?bcc=c@d.vn", "Địa chỉ thư điện tử có dạng"),
        ("address", "x" * 301, "300"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    browser_of: Callable[[str], Any], client: TestClient, field: str, value: str, told: str
) -> None:
    administrator = browser_of("administrator")
    before = seen(administrator.get(HERE).text)
    answer = administrator.post(HERE, {**GIVEN, field: value, "seen": before})
    assert answer.status_code == 422
    assert told in unescape(answer.text)
    assert f'id="contact-{field}-wrong"' in answer.text
    assert unescape(answer.text).count(GIVEN["hours"]) == 1, "what was typed stays"
    assert MISSING in client.get("/view/complaints", headers=HTML).text


def test_markup_is_words(browser_of: Callable[[str], Any], client: TestClient) -> None:
    administrator = browser_of("administrator")
    typed = {"address": "<script>alert(1)</script>", "seen": seen(administrator.get(HERE).text)}
    assert administrator.post(HERE, typed).status_code == 303
    assert "<script>alert" not in client.get("/", headers=HTML).text


def test_only_administrators_enter_it(browser_of: Callable[[str], Any]) -> None:
    for role in ("operator", "staff"):
        one = browser_of(role)
        assert one.get(HERE).status_code == 403
        assert one.post(HERE, GIVEN).status_code == 403


def test_anybody_prints_the_form(client: TestClient) -> None:
    told = unescape(client.get("/view/complaints/form", headers=HTML).text)
    assert "Đơn phản ánh nhiễu" in told
    for one in ("Tần số bị can nhiễu (MHz)", "Nơi bị nhiễu", "ký, ghi rõ họ tên"):
        assert one in told
    assert "khoản 2 Điều 38" in told
    assert "<input" not in told[told.index("paper-form") :], "it is for paper"


def test_the_general_undo_is_not_its_way_back(
    browser_of: Callable[[str], Any], client: TestClient, token: Callable[[str], Any]
) -> None:
    administrator = browser_of("administrator")
    before = seen(administrator.get(HERE).text)
    assert administrator.post(HERE, {**GIVEN, "seen": before}).status_code == 303
    revision = re.search(r'name="revision" value="(\d+)"', administrator.get(HERE).text)
    assert revision
    answer = client.post(
        f"/changes/{revision[1]}/undo", json={"reason": "thử"}, headers=token("administrator")
    )
    assert answer.status_code == 404, answer.text
    assert GIVEN["address"] in unescape(administrator.get(HERE).text)
