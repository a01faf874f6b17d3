"""What was removed, moved or merged away stays in the history, for the department alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from api.service import Service
from gis.duplicates import decide
from gis.register.scopes import SYSTEM
from gis.register.structures import AttachmentLevel, Contract, Structure
from tests.api.conftest import Browser

OWN, OTHER = "mo-phong-a", "mo-phong-b"
Token = Callable[[str], dict[str, str]]
BrowserOf = Callable[[str], Browser]


@pytest.fixture
def pair(service: Service) -> tuple[Structure, Structure]:
    """Two statements of one mast by two owners, far from every other; the second has a level."""
    found = next(one for one in service.register.structures(SYSTEM, owner_id=OWN))
    kept = replace(
        found, id="giữ", code="giữ", name="Cột giữ", longitude=105.6, latitude=10.9,
        height_m=45.0, confidential=False, valid_from=None, valid_to=None,
    )  # fmt: skip
    gone = replace(kept, id="bỏ", code="bỏ", name="Cột bỏ", owner_id=OTHER)
    level = AttachmentLevel(
        id="mức", structure_id="bỏ", height_from_m=30.0, height_to_m=36.0, slots=3,
        provenance=found.provenance,
    )  # fmt: skip
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.add_structures([kept, gone])
        w.add_levels([level])
    return kept, gone


def told(client: TestClient, token: Token, structure_id: str) -> list[tuple[str, str, bool]]:
    """Table, record and whether it was removed, of each change, the newest first."""
    answer = client.get(f"/structures/{structure_id}/history", headers=token("staff"))
    assert answer.status_code == 200
    return [
        (one["table_name"], one["record_id"], one["new"] is None)
        for one in answer.json()["changes"]
    ]


def test_removed_and_moved_parts_stay_in_the_history(
    client: TestClient, service: Service, token: Token, pair: tuple[Structure, Structure]
) -> None:
    kept, _ = pair
    (level,) = service.register.levels(SYSTEM, structure_ids=["bỏ"])
    contract = Contract(
        id="hđ", number="HĐ-9", owner_id=OTHER, tenant_id=OWN, structure_id="bỏ", level_id="mức",
        valid_from=date(2026, 1, 1), provenance=kept.provenance,
    )  # fmt: skip
    moved = replace(level, id="chuyển")
    steps = (
        lambda w: (w.add_contracts([contract]), w.add_levels([moved])),
        lambda w: w.delete(Contract, ["hđ"]),
        lambda w: w.update_levels([replace(moved, structure_id="giữ")]),
        lambda w: w.update_levels([replace(moved, structure_id="giữ", slots=9)]),
        lambda w: w.delete(AttachmentLevel, ["mức"]),
    )
    for step in steps:
        with service.register.write(author="lan", reason="sửa") as w:
            step(w)
    found = told(client, token, "bỏ")
    assert found == [
        ("attachment_levels", "mức", True),
        ("attachment_levels", "chuyển", False),
        ("contracts", "hđ", True),
        ("attachment_levels", "chuyển", False),
        ("contracts", "hđ", False),
        ("attachment_levels", "mức", False),
        ("structures", "bỏ", False),
    ], "what the moved level did later is told at the other structure"
    assert told(client, token, "giữ")[:2] == [("attachment_levels", "chuyển", False)] * 2


@pytest.mark.usefixtures("pair")
def test_what_was_merged_away_has_its_history_for_the_department(
    client: TestClient, service: Service, token: Token, browser_of: BrowserOf
) -> None:
    decide(service.register, "giữ", "bỏ", kept_id="giữ", author="lan", reason="là một")
    for role in ("anonymous", "viewer", "operator", "staff"):
        answer = client.get("/structures/bỏ/history", headers=token(role))
        page = browser_of(role).get("/view/structures/bỏ")
        if role == "staff":
            assert (answer.status_code, page.status_code) == (200, 200)
            assert answer.json()["merged_into"] == "giữ"
            assert "Đã gộp vào công trình giữ" in page.text
            assert "Cột bỏ" in page.text
            continue
        assert answer.status_code in (401, 403), role
        assert page.status_code == 404, role
        assert "Cột bỏ" not in page.text
    assert {("structures", "bỏ", True), ("attachment_levels", "mức", False)} <= set(
        told(client, token, "bỏ")
    )
    assert ("duplicate_decisions", "bỏ|giữ", False) in told(client, token, "giữ")
    for missing in ("không có", "bỏ?known_on=2000-01-01"):
        assert browser_of("staff").get(f"/view/structures/{missing}").status_code == 404
    answer = client.get("/structures/không có/history", headers=token("staff"))
    assert answer.status_code == 404
    assert 'href="/view/structures/b%E1%BB%8F"' in browser_of("staff").get("/view/duplicates").text
    assert client.get("/structures/giữ/history", headers=token("staff")).json() | {
        "changes": 0
    } == {"changes": 0, "merged_into": None}


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize("changed_since", [False, True])
def test_a_merge_is_taken_back_from_the_page_of_what_went(
    service: Service, browser_of: BrowserOf, changed_since: bool
) -> None:
    decide(service.register, "giữ", "bỏ", kept_id="giữ", author="lan", reason="là một")
    merge = service.register.revision()
    if changed_since:
        (level,) = service.register.levels(SYSTEM, structure_ids=["giữ"])
        with service.register.write(author="lan", reason="thêm chỗ") as w:
            w.update_levels([replace(level, slots=4)])
    undo = {"structure_id": "bỏ", "reason": "nhầm"}
    answer = browser_of("staff").post(f"/view/changes/{merge}/undo", undo)
    there = {one.id for one in service.register.structures(SYSTEM)}
    assert ("bỏ" in there) is not changed_since
    if changed_since:
        assert answer.status_code == 409
        assert "đã thay đổi sau đó" in answer.text
        assert "Đã gộp vào công trình giữ" in answer.text
    else:
        assert answer.status_code == 303
        assert service.register.levels(SYSTEM, structure_ids=["bỏ"])
