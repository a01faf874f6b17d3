"""Versions of plans over HTTP, as pages and on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.cli import main
from api.settings import Settings

Token = Callable[[str], dict[str, str]]


@pytest.fixture
def ids(client: TestClient, token: Token) -> list[str]:
    found = client.get("/plans", headers=token("staff")).json()["plans"]
    return [one["id"] for one in found]


def test_the_plans_of_the_demonstration(client: TestClient, token: Token, ids: list[str]) -> None:
    assert {"fm-mo-phong", "fm-rfd-cu"} <= set(ids)
    one = client.get("/plans/fm-rfd-cu", headers=token("staff")).json()
    assert one["rows"] == len(one["lines"]) > 0
    gone = client.get("/plans/khong/co", headers=token("staff"))
    assert gone.status_code == 404
    assert gone.headers["content-type"] == "application/problem+json"


def test_two_plans_compared_for_a_program(client: TestClient, token: Token) -> None:
    query = "/plans/compare?old=fm-rfd-cu&new=fm-mo-phong"
    found: dict[str, Any] = client.get(query, headers=token("staff")).json()
    assert found["removed"] + found["changed"] + found["unchanged"] == found["old"]["rows"]
    assert len(found["differences"]) == found["added"] + found["removed"] + found["changed"]
    table = client.get(f"{query}&format=csv&lang=en", headers=token("staff"))
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) > len(found["differences"])
    wrong = client.get("/plans/compare?old=fm-rfd-cu&new=x", headers=token("staff"))
    assert wrong.status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages(browser_of: Callable[[str], Any], language: str) -> None:
    staff = browser_of("staff")
    listed = staff.get(f"/view/plans?lang={language}")
    assert listed.status_code == 200
    assert 'href="/view/plans/fm-rfd-cu"' in listed.text
    assert staff.get("/view/plans/fm-rfd-cu").status_code == 200
    assert staff.get("/view/plans/fm-x").status_code == 404
    compared = staff.get("/view/plans/compare?old=fm-rfd-cu&new=fm-mo-phong")
    assert compared.status_code == 200
    assert "/plans/compare?old=fm-rfd-cu&amp;new=fm-mo-phong&amp;format=csv" in compared.text
    wrong = staff.get("/view/plans/compare?old=fm-rfd-cu&new=<b>")
    assert wrong.status_code == 404
    assert 'role="alert"' in wrong.text
    assert "<b>" not in wrong.text.partition("</header>")[2].partition("alert")[2][:200]


@pytest.mark.geopackage
def test_the_command_line(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(settings.home)]
    assert main(["plans", "list", *home, "--json"]) == 0
    assert {one["id"] for one in json.loads(capsys.readouterr().out)["plans"]} >= {"fm-rfd-cu"}
    file = tmp_path / "khac.csv"
    arguments = ["plans", "compare", "fm-rfd-cu", "fm-mo-phong", *home, "--csv", str(file)]
    assert main(arguments) == 1
    assert file.read_text(encoding="utf-8").startswith("\ufeff")
    assert main(["plans", "compare", "fm-rfd-cu", "fm-rfd-cu", *home]) == 0
    assert main(["plans", "compare", "fm-rfd-cu", "x", *home]) == 3
