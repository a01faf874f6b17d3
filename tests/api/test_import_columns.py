"""The columns of a file are chosen through the API and on the page."""

import re
from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

Token = Callable[[str], dict[str, str]]
BrowserOf = Callable[[str], Any]
HOSTILE = "<script>alert(1)</script>"
FILE = f"A;B;C;D;E;{HOSTILE}\nLX1;Cột ăng ten;mo-phong-a;106,4133;10,5361;42,5\n".encode()
CHOSEN = {
    "crs": "4326",
    "column.code": "1",
    "column.kind": "2",
    "column.owner_id": "3",
    "column.longitude": "4",
    "column.latitude": "5",
}


def sent(client: TestClient, headers: dict[str, str], content: bytes = FILE) -> Any:
    answer = client.post(
        "/imports", files={"file": ("la.csv", content)}, data={"kind": "structures"},
        headers=headers,
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_columns_are_chosen_kept_and_proposed_again(client: TestClient, token: Token) -> None:
    staff = token("staff")
    judged = sent(client, staff)
    assert judged["columns"][0] == {"number": 1, "header": "A", "samples": ["LX1"]}
    where = f"/imports/{judged['id']}"
    answered = client.post(f"{where}/answers", json={"answers": CHOSEN}, headers=staff)
    assert answered.status_code == 200, answered.text
    assert answered.json()["columns_of_fields"]["code"] == 1
    assert (answered.json()["accepted"], answered.json()["questions"]) == (1, [])

    twice = {"answers": {"column.name": "1"}}
    refused = client.post(f"{where}/answers", json=twice, headers=staff)
    assert (refused.status_code, refused.json()["code"]) == (422, "exchange.column_twice")
    assert client.get(where, headers=staff).json()["answers"] == CHOSEN

    assert client.post(f"{where}/commit", headers=staff).status_code == 201
    again = sent(client, staff, FILE.replace(b"LX1", b"LX2"))
    assert again["proposed"]["answers"] == {
        key: value for key, value in CHOSEN.items() if key != "value.owner_id"
    }


def test_the_page_takes_only_what_was_changed(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    made = staff.post(
        "/view/imports", {"kind": "structures"}, files={"file": ("la.csv", FILE)}
    )  # fmt: skip
    assert made.status_code == 303, made.text
    where = made.headers["location"]
    page = staff.get(where).text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    shown = dict(re.findall(r'name="(shown\.column\.\w+)" value="([^"]*)"', page))
    assert shown["shown.column.code"] == "-"
    chosen = {f"answer.{key}": value for key, value in CHOSEN.items()}
    rest = {f"answer.{key.removeprefix('shown.')}": value for key, value in shown.items()}
    sent_form = {**shown, **rest, **chosen}
    assert staff.post(f"{where}/answers", sent_form).status_code == 303
    assert staff.get(where).text.count('class="plain small"') == len(CHOSEN)

    refused = staff.post(f"{where}/answers", {**sent_form, "answer.column.name": "1"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text

    back = {f"answer.{key}": "" for key in CHOSEN if key.startswith("column.")}
    assert staff.post(f"{where}/answers", back).status_code == 303
    assert staff.get(where).text.count('class="plain small"') == 1


def test_a_column_that_its_header_names_is_not_taken_for_another(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    file = b"Code;Kind;Owner;Longitude;Latitude\nLX3;mast;mo-phong-a;106.4133;10.5361\n"
    made = staff.post(
        "/view/imports", {"kind": "structures"}, files={"file": ("en.csv", file)}
    )  # fmt: skip
    where = made.headers["location"]
    assert 'name="shown.column.code" value="1"' in staff.get(where).text
    asked = {"shown.column.code": "1", "answer.column.code": "1", "shown.column.name": "-"}
    refused = staff.post(f"{where}/answers", {**asked, "answer.column.name": "1"})
    assert refused.status_code == 422
    assert "không thể vào hai trường: Mã số và Tên." in refused.text
    assert 'class="plain small"' not in staff.get(where).text, "nothing was taken"
