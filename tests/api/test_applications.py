"""Applications: the form, who may ask, and the report of what would change."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.cli import main
from api.service import Service
from gis.register.scopes import SYSTEM
from gis.studies import StudyContext, run
from gis.studies.application import read_application

PAGE = "/view/applications"
NEW = {
    "programme": "Chương trình mới",
    "frequency_mhz": "98,3",
    "longitude": "106.45",
    "latitude": "10.55",
    "erp_total_w": "50",
    "height_above_ground_m": "40",
    "ground_height_m": "2",
}


def field(page: str, name: str) -> str:
    (found,) = re.findall(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', page)
    return str(found)


def test_the_form_asks_for_a_check_and_writes_nothing(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    staff, version = browser_of("staff"), service.register.version()
    answer = staff.post(PAGE, {**NEW, "attenuation_db": " ".join(["0"] * 35 + ["3,5"])})
    assert answer.status_code == 303
    job = service.queue.job(answer.headers["location"].rsplit("/", 1)[-1])
    assert job.kind == "compliance"
    asked = job.inputs["application"]
    assert asked["frequency_mhz"] == 98.3
    assert asked["attenuation_db"] == [0.0] * 35 + [3.5]
    assert "station_class" not in asked, "what is left empty is not stated"
    assert service.register.version() == version


@pytest.mark.parametrize(
    ("change", "name", "vi", "en"),
    [
        ({"frequency_mhz": ""}, "frequency_mhz", "thiếu", "lacks"),
        ({"frequency_mhz": "abc"}, "frequency_mhz", "phải là một số", "must be a number"),
        ({"erp_total_w": ""}, "erp_total_w", "thiếu", "lacks"),
        ({"latitude": "95"}, "latitude", "-80 đến 80", "-80 to 80"),
        ({"attenuation_db": "0 1 2"}, "attenuation_db", "36 số", "36 numbers"),
        ({"province_code": "999"}, "province_code", "không hợp lệ", "not valid"),
        ({"replaces": "nowhere"}, "replaces", "nowhere", "nowhere"),
        ({"programme": "A\u000bB"}, "programme", "ký tự điều khiển", "control character"),
        ({"mode": "256qam-2/3"}, "mode", "DVB-T2", "DVB-T2"),
    ],
)
def test_a_refused_form_comes_back_as_it_was_typed(
    browser_of: Callable[[str], Any],
    service: Service,
    *,
    change: dict[str, str],
    name: str,
    vi: str,
    en: str,
) -> None:
    staff, typed = browser_of("staff"), {**NEW, **change}
    for language, told in (("vi", vi), ("en", en)):
        answer = staff.post(f"{PAGE}?lang={language}", typed)
        page = unescape(answer.text)
        assert answer.status_code in {404, 422}
        assert f'href="#application-{name}"' in page
        said = re.search(rf'id="application-{name}-wrong">([^<]*)<', page)
        assert said is not None
        assert told in said[1]
        assert 'aria-invalid="true"' in field(page, name)
        for other, value in typed.items():
            if other != "province_code" and value:
                assert f'value="{value}"' in field(page, other)
        assert re.search(rf'class="language" href="{PAGE}\?lang=', page)
    assert service.queue.count() == 0


def test_a_change_of_a_station_begins_with_what_is_registered(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    station = service.register.station("mp-tan-an", SYSTEM)
    staff = browser_of("staff")
    assert f'href="{PAGE}?replaces=mp-tan-an"' in staff.get("/view/stations/mp-tan-an").text
    page = unescape(staff.get(f"{PAGE}?replaces=mp-tan-an").text)
    assert 'value="mp-tan-an"' in field(page, "replaces")
    assert f'value="{station.frequency_mhz:g}"' in field(page, "frequency_mhz")
    assert f'<option value="{station.station_class.value}" selected' in page
    assert staff.get(f"{PAGE}?replaces=nowhere").status_code == 404
    guest = browser_of("anonymous").get("/view/stations/mp-tan-an").text
    assert PAGE not in guest


def test_programs_ask_with_a_body_and_only_staff_may(
    client: TestClient, token: Callable[[str], dict[str, str]], service: Service
) -> None:
    body = {"application": {"replaces": "mp-tan-an", "erp_total_w": 900}}
    assert client.post("/studies/compliance", json=body).status_code == 401
    assert (
        client.post("/studies/compliance", json=body, headers=token("operator")).status_code == 403
    )
    staff = token("staff")
    answer = client.post("/studies/compliance", json=body, headers=staff)
    assert answer.status_code == 202
    for wrong in (
        {"application": {"frequency_mhz": 98.3}},
        {"application": {"replaces": "mp-tan-an", "power": 3}},
        {"application": {"replaces": "mp-tan-an", "erp_total_w": -1}},
        {"application": {"replaces": "mp-tan-an"}, "station_id": "mp-tan-an"},
        {"application": {"replaces": "mp-tan-an", "name": "A\u000bB\u0000C"}},
        {"application": {"replaces": "mp-tan-an", "programme": "A\u0085B"}},
        {"application": {"replaces": "mp-tan-an", "name": "\ud800"}},
    ):
        refused = client.post(
            "/studies/compliance",
            content=json.dumps(wrong),
            headers={**staff, "content-type": "application/json"},
        )
        assert refused.status_code == 422, wrong
    assert (
        client.post(
            "/studies/compliance", json={"application": {"replaces": "nowhere"}}, headers=staff
        ).status_code
        == 404
    )
    assert service.queue.count() == 1


def test_the_page_of_the_study_shows_both_directions(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    """A change of one of two near stations of the demonstration."""
    context = StudyContext(service.register, service.home, service.ground)
    inputs = {
        "on": "2026-11-23",
        "changes": "none",
        "application": {"replaces": "mp-thu-thua", "erp_total_w": 20, "ground_height_m": 2},
    }
    study = run("compliance", inputs, context)
    rows = study.results["new_interference"]["stations"]
    assert rows, "a neighbour on a near channel"
    page = unescape(browser_of("staff").get(f"/view/studies/{study.id}?lang=en").text)
    assert "What it changes for every other station" in page
    assert "Application in the place of" in page
    assert rows[0]["name"] in page
    assert study.id in browser_of("staff").get(PAGE).text
    assert browser_of("operator").get(f"/view/studies/{study.id}").status_code == 404


def test_the_command_reads_a_file_and_names_it(
    tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(service.home.folder)
    file = tmp_path / "ho_so.json"
    for written, told in (
        ("{", "dòng 1, cột 2"),
        ("[]", "ho_so.json"),
        (json.dumps({"frequency_mhz": 98.3}), "ho_so.json: "),
        (json.dumps({"replaces": "nowhere"}), "nowhere"),
    ):
        file.write_text(written, encoding="utf-8")
        assert main(["check", "--application", str(file), "--home", home]) == 3
        assert told in capsys.readouterr().err
    short = tmp_path / "ho_so.toml"
    short.write_text('name = "a', encoding="utf-8")
    assert main(["check", "--application", str(short), "--home", home]) == 3
    assert "dừng giữa chừng" in capsys.readouterr().err
    short.write_bytes(b'name = "\xff"')
    assert main(["check", "--application", str(short), "--home", home]) == 3
    assert "UTF-8" in capsys.readouterr().err
    other = tmp_path / "ho_so.txt"
    other.touch()
    assert main(["check", "--application", str(other), "--home", home]) == 3
    assert ".toml" in capsys.readouterr().err
    assert main(["check", "--application", str(tmp_path / "no.toml"), "--home", home]) == 3
    assert "no.toml" in capsys.readouterr().err
    toml = tmp_path / "ho_so.toml"
    toml.write_text('replaces = "mp-tan-an"\nerp_total_w = 900\n', encoding="utf-8")
    assert read_application(toml) == {"replaces": "mp-tan-an", "erp_total_w": 900}


def test_a_job_says_what_it_is_about(browser_of: Callable[[str], Any], service: Service) -> None:
    """An application, a search and a check of a plan are not all stations."""
    staff = browser_of("staff")
    station = service.register.station("mp-tan-an", SYSTEM)
    for page, typed, said in (
        (PAGE, NEW, "Application: Chương trình mới"),
        (PAGE, {**NEW, "name": "Đài xin phép"}, "Application: Đài xin phép"),
        (PAGE, {"replaces": "mp-tan-an", "erp_total_w": "9"}, f"Application: {station.name}"),
        ("/view/channels", {"erp_kw": "0.5", "height_m": "45"}, "Channel search for 0.5 kW at 45"),
        ("/view/findings", {"service": "fm"}, "All stations: FM radio"),
    ):
        asked = staff.post(page, typed)
        assert asked.status_code == 303, page
        assert said in unescape(staff.get(f"{asked.headers['location']}?lang=en").text)
        assert said in unescape(staff.get("/view/jobs?lang=en").text)
