"""Mobile coverage over HTTP and on its pages: who sees what, what is refused, the table."""

import io
import json
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.cli import main
from api.service import Service
from data.text import text
from gis.register.scopes import SYSTEM
from gis.studies import StudyContext, run

Token = Callable[[str], dict[str, str]]

PAGE = "/view/mobile"
ON = "2026-11-01"
SMALL = {"bounds": [106.35, 10.5, 106.45, 10.6], "step_m": 1000, "reach_km": 8, "on": ON}
OWN = "mo-phong-a"


def made(service: Service, **changes: object) -> Any:
    context = StudyContext(service.register, service.home, service.ground)
    return run("mobile", {**SMALL, **changes}, context)


def test_the_form_asks_with_its_defaults(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    staff = browser_of("staff")
    assert PAGE in staff.get("/view/studies").text
    shown = unescape(staff.get(PAGE).text)
    assert "4G (LTE)" in shown
    assert "-105 dBm" in shown
    answer = staff.post(PAGE, {"technology": "4g", "band": "", "operators": "", "units": ""})
    assert answer.status_code == 303
    job = service.queue.job(answer.headers["location"].rsplit("/", 1)[-1])
    assert job.kind == "mobile"
    assert job.inputs["technology"] == "4g"
    assert "operators" not in job.inputs


def test_roles(browser_of: Callable[[str], Any], client: TestClient, token: Token) -> None:
    for role, status in (("anonymous", 303), ("viewer", 403), ("operator", 200), ("staff", 200)):
        assert browser_of(role).get(PAGE).status_code == status, role
    for role, status in (("anonymous", 401), ("viewer", 403), ("operator", 202), ("staff", 202)):
        answer = client.post("/studies/mobile", json=SMALL, headers=token(role))
        assert answer.status_code == status, role


def test_an_operator_asks_for_itself(client: TestClient, token: Token, service: Service) -> None:
    told = client.post("/studies/mobile", json=SMALL, headers=token("operator"))
    assert service.queue.job(told.json()["id"]).inputs["asked_by"] == OWN
    forged = {**SMALL, "asked_by": "mo-phong-b"}
    answer = client.post("/studies/mobile", json=forged, headers=token("operator"))
    assert answer.status_code == 422


def test_who_reads_which_study(client: TestClient, token: Token, service: Service) -> None:
    """The department's whole one is its own; an operator's is its own; a public one is for all."""
    whole, public = made(service), made(service, public=True)
    own, theirs = made(service, asked_by=OWN), made(service, asked_by="mo-phong-b")
    readers = {
        whole.id: {"staff"},
        public.id: {"staff", "operator", "viewer"},
        own.id: {"staff", "operator"},
        theirs.id: {"staff"},
    }
    for study, allowed in readers.items():
        for role in ("staff", "operator", "viewer"):
            status = 200 if role in allowed else 404
            for path in ("", "/files/server.tif", "/communes", "/report.html"):
                answer = client.get(f"/studies/{study}{path}", headers=token(role))
                assert answer.status_code == status, (study, role, path)
    for role in ("operator", "viewer"):
        listed = client.get("/studies", headers=token(role)).json()["studies"]
        wanted = {study for study, allowed in readers.items() if role in allowed}
        assert {one["id"] for one in listed} == wanted


def test_what_others_keep_confidential_never_goes_in(service: Service) -> None:
    """Neither by name nor by number: the study is that of a register without it."""
    with service.register.snapshot() as register:
        hidden = {
            one.id
            for one in register.installations(SYSTEM)
            if one.confidential and one.organisation_id != OWN
        }
        every = {one.id: one for one in register.installations(SYSTEM)}
        closed = {one.id for one in register.structures(SYSTEM) if one.confidential}
    inputs = made(service, asked_by=OWN).inputs
    public = made(service, public=True).inputs
    whole = made(service).inputs
    ids = [{one["id"] for one in found["stations"]} for found in (inputs, public, whole)]
    assert ids[2] & hidden
    assert not ids[0] & hidden
    assert all(not every[name].confidential for name in ids[1])
    assert all(every[name].structure_id not in closed for name in ids[1])
    assert ids[1] < ids[0] < ids[2]
    assert whole["confidential"]
    assert not public["confidential"]


def test_the_page_shows_map_and_tables(browser_of: Callable[[str], Any], service: Service) -> None:
    study = made(service)
    staff = browser_of("staff")
    page = unescape(staff.get(f"/view/studies/{study.id}").text)
    assert study.synthetic
    for told in (
        "Khoảng trống và số nhà mạng phủ",
        "Máy phát phục vụ tốt nhất",
        "không phải chứng cứ",
        text("documents.stamp_synthetic"),
        study.results["communes"][0]["name"],
        study.inputs["operators"][0]["name"],
        f"/studies/{study.id}/communes?format=xlsx",
    ):
        assert told in page, told
    english = unescape(staff.get(f"/view/studies/{study.id}?lang=en").text)
    assert "Gaps, and operators that cover" in english
    assert study.id in staff.get(PAGE).text
    for ending in ("pdf", "docx"):
        answer = staff.get(f"/studies/{study.id}/report.{ending}")
        assert answer.status_code == 200
        assert len(answer.content) > 5000


def test_the_communes_as_csv_and_workbook(
    client: TestClient, token: Token, service: Service
) -> None:
    study, headers = made(service), token("staff")
    address = f"/studies/{study.id}/communes"
    written = client.get(address, headers={**headers, "accept-language": "en"})
    assert written.headers["content-type"].startswith("text/csv")
    heads, *rows = [line.split(",") for line in written.text.lstrip("\ufeff").splitlines()]
    communes = study.results["communes"]
    assert [row[0] for row in rows[: len(communes)]] == [one["code"] for one in communes]
    assert any("no evidence" in ",".join(row) for row in rows[len(communes) :])
    book = load_workbook(
        io.BytesIO(client.get(address, params={"format": "xlsx"}, headers=headers).content)
    )
    cells = list(book.active.values)
    assert len(cells[0]) == len(heads)
    assert cells[1][1] == communes[0]["name"]
    assert cells[1][2] == pytest.approx(communes[0]["area_km2"])
    other = run(
        "network",
        {"bounds": [106.3, 10.4, 106.5, 10.6], "step_m": 5000, "reach_km": 20, "on": ON},
        StudyContext(service.register, service.home, service.ground),
    )
    answer = client.get(f"/studies/{other.id}/communes", headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"technology": "6g"}, 422),
        ({"band": "1234"}, 422),
        ({"operators": []}, 422),
        ({"operators": ["nobody"]}, 422),
        ({"operators": [OWN, "nobody"]}, 422),
        ({"latitude": 10.5}, 422),
        ({"radius_km": 5}, 422),
        ({"units": ["99999"], "bounds": None}, 404),
        ({"units": ["80"]}, 422),
        ({"longitude": 106.4, "bounds": None}, 422),
        ({"latitude": 10.5, "bounds": None}, 422),
        ({"radius_km": 5, "bounds": None}, 422),
        ({"longitude": 106.4, "latitude": 95, "bounds": None}, 422),
        ({"bounds": [106.5, 10.5, 106.4, 10.6]}, 422),
        ({"bounds": [1.0, 1.0, 1.1, 1.1]}, 422),
        ({"step_m": 0}, 422),
        ({"step_m": 10, "bounds": [105, 9, 108, 12]}, 422),
        ({"reach_km": 1000}, 422),
        ({"minimum_level_dbm": 5}, 422),
        ({"receiver_height_m": 0}, 422),
        ({"location_percent": 100}, 422),
        ({"model": "okumura_hata"}, 422),
        ({"model": "cost231_hata", "receiver_height_m": 50}, 422),
        ({"model": "p1546"}, 422),
        ({"environment": "urban"}, 422),
        ({"jurisdiction": "nowhere"}, 404),
        ({"on": "1800-01-01"}, 404),
        ({"unheard": 1}, 422),
    ],
)
def test_bad_input_is_refused(
    client: TestClient, token: Token, changes: dict[str, object], status: int
) -> None:
    asked = {name: one for name, one in {**SMALL, **changes}.items() if one is not None}
    answer = client.post("/studies/mobile", json=asked, headers=token("staff"))
    assert answer.status_code == status, answer.text


def test_a_form_that_is_wrong_comes_back(browser_of: Callable[[str], Any]) -> None:
    typed = {"technology": "4g", "longitude": "106.4", "latitude": "95", "units": "80001x"}
    answer = browser_of("staff").post(PAGE, typed)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "95" in page
    assert "106.4" in page


def test_on_the_command_line(
    capsys: pytest.CaptureFixture[str], demo_register: Path, tmp_path: Path
) -> None:
    home = tmp_path / "own"
    home.mkdir()
    shutil.copy(demo_register, home / "register.gpkg")
    words = [
        "mobile",
        "--home",
        str(home),
        "--bounds",
        "106.35,10.5,106.45,10.6",
        "--step",
        "1000",
    ]
    more = ["--reach", "8", "--band", "1800", "--public", "--json", "--on", ON]
    assert main([*words, *more]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "mobile"
    assert {one["band"] for one in told["results"]["transmitters"]} == {"1800"}
    assert main([*words, "--minimum", "7"]) != 0
    assert "-150" in capsys.readouterr().err
