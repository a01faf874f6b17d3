"""The search for supports over HTTP, on its page and on the command line."""

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
from gis.studies import StudyContext, run

Token = Callable[[str], dict[str, str]]

PAGE = "/view/supports"
PLACE = {"longitude": 106.41, "latitude": 10.53}


def test_an_operator_asks_with_the_form(
    browser_of: Callable[[str], Any], service: Service, account: Callable[[str], Any]
) -> None:
    operator = browser_of("operator")
    shown = operator.get(PAGE)
    assert shown.status_code == 200
    assert "Tìm công trình dùng chung" in shown.text
    answer = operator.post(
        PAGE, {**{k: str(v) for k, v in PLACE.items()}, "height_m": "25", "frequency_mhz": ""}
    )
    assert answer.status_code == 303
    job = service.queue.job(answer.headers["location"].rsplit("/", 1)[-1])
    assert job.kind == "sharing"
    assert job.inputs["height_m"] == 25.0
    assert job.inputs["asked_by"] == account("operator").organisation_id


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"longitude": "", "latitude": "10.5"}, "Cần nêu"),
        ({"longitude": "106.4", "latitude": "95"}, "80"),
        ({"longitude": "106.4", "latitude": "10.5", "frequency_mhz": "900"}, "Thiếu"),
        ({"area": "106.4, 10.5\n106.5"}, "Vùng cần phủ sóng"),
        ({"area": "106,10\n107,11\n107,10\n106,11"}, "không tự cắt"),
    ],
)
def test_a_form_that_is_wrong_comes_back(
    browser_of: Callable[[str], Any], typed: dict[str, str], told: str
) -> None:
    answer = browser_of("staff").post(PAGE, typed)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert told in page
    for value in typed.values():
        assert value.splitlines()[0] in page if value else True


def test_nobody_says_for_whom_it_asks(client: TestClient, token: Token, service: Service) -> None:
    answer = client.post(
        "/studies/sharing", json={**PLACE, "asked_by": "x"}, headers=token("staff")
    )
    assert answer.status_code == 422
    told = client.post("/studies/sharing", json=PLACE, headers=token("staff"))
    assert told.status_code == 202
    job = service.queue.job(told.json()["id"])
    assert job.inputs["asked_by"] is None


@pytest.mark.parametrize("kind", ["sharing", "best-sites"])
def test_an_operator_asks_about_today_only(
    client: TestClient, token: Token, service: Service, kind: str
) -> None:
    """Free places of other days would tell when others' contracts begin and end."""
    coverage = {"radius_km": 1.0, "frequency_mhz": 900, "erp_dbw": 20, "minimum_dbuvm": 60}
    asked = {**PLACE, **coverage, "on": "2025-08-01"}
    refused = client.post(f"/studies/{kind}", json=asked, headers=token("operator"))
    assert refused.status_code == 422
    assert "hôm nay" in refused.json()["detail"]
    today = {**asked, "on": service.today().isoformat()}
    for role, wanted in (("operator", today), ("staff", asked)):
        answer = client.post(f"/studies/{kind}", json=wanted, headers=token(role))
        assert answer.status_code == 202, answer.text


def test_a_search_is_read_by_who_asked_and_the_department(
    client: TestClient, token: Token, service: Service, account: Callable[[str], Any]
) -> None:
    context = StudyContext(service.register, service.home, service.ground)
    own = account("operator").organisation_id
    study = run(
        "sharing", {**PLACE, "within_km": 10, "asked_by": own, "on": "2025-08-01"}, context
    )
    other = run("sharing", {**PLACE, "within_km": 9, "on": "2025-08-01"}, context)
    for role, mine, theirs in (("operator", 200, 404), ("staff", 200, 200), ("viewer", 404, 404)):
        headers = token(role)
        assert client.get(f"/studies/{study.id}", headers=headers).status_code == mine, role
        assert client.get(f"/studies/{other.id}", headers=headers).status_code == theirs, role
    page = client.get(
        f"/view/studies/{study.id}", headers={**token("operator"), "accept": "text/html"}
    )
    assert page.status_code == 200
    assert "Kết luận" in page.text
    report = client.get(f"/studies/{study.id}/report.pdf?lang=en", headers=token("operator"))
    assert report.content.startswith(b"%PDF")
    listed = client.get("/view/supports", headers={**token("operator"), "accept": "text/html"})
    assert study.id in listed.text
    assert other.id not in listed.text


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--home", str(tmp_path)]) == 0
    capsys.readouterr()
    arguments = ["--lon", "106.41", "--lat", "10.53", "--within", "5", "--on", "2025-08-01"]
    home = ["--home", str(tmp_path)]
    assert main(["sharing", *arguments, *home, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["results"]["supports"]
    assert main(["sharing", *arguments, *home, "--lang", "en"]) == 0
    assert "Mounting height" in capsys.readouterr().out


def test_places_that_cover_an_area(
    browser_of: Callable[[str], Any], client: TestClient, token: Token, service: Service
) -> None:
    operator = browser_of("operator")
    page = "/view/best-sites"
    assert "Chọn vị trí phủ một vùng" in operator.get(page).text
    wanted = {**PLACE, "within_km": 6, "radius_km": 3, "frequency_mhz": 900, "erp_dbw": 20}
    wanted |= {"minimum_dbuvm": 80, "height_m": 35}
    refused = operator.post(page, {k: str(v) for k, v in PLACE.items()})
    assert refused.status_code == 422
    assert "Thiếu" in unescape(refused.text)
    answer = operator.post(page, {name: str(value) for name, value in wanted.items()})
    assert answer.status_code == 303
    job = service.queue.job(answer.headers["location"].rsplit("/", 1)[-1])
    context = StudyContext(service.register, service.home, service.ground)
    study = run("best_sites", {**job.inputs, "on": "2025-08-01"}, context)
    headers = {**token("operator"), "accept": "text/html"}
    shown = unescape(client.get(f"/view/studies/{study.id}", headers=headers).text)
    assert "Các vị trí được chọn" in shown
    assert "dữ liệu mô phỏng" in shown
    assert study.id in client.get(page, headers=headers).text
    report = client.get(f"/studies/{study.id}/report.docx?lang=en", headers=token("operator"))
    assert report.content.startswith(b"PK")


NOWHERE = {"longitude": 106.41, "latitude": 10.53, "within_km": 0, "height_m": 30}


def test_a_search_that_found_nothing_says_what_to_do_next(  # noqa: PLR0917
    client: TestClient,
    service: Service,
    token: Token,
    browser_of: Callable[[str], Any],
    account: Callable[[str], Any],
    pdf_text: Callable[[bytes], str],
) -> None:
    """Stamped though no record went in, nothing to sign, and links that fill the forms in."""
    context = StudyContext(service.register, service.home, service.ground)
    own = account("operator").organisation_id
    study = run("sharing", {**NOWHERE, "asked_by": own}, context)
    assert study.results["supports"] == []
    assert study.synthetic
    operator = browser_of("operator")
    page = unescape(operator.get(f"/view/studies/{study.id}").text)
    assert 'class="report-stamp">dữ liệu mô phỏng' in page
    assert 'class="report-signatures"' not in page
    assert "xét một địa điểm mới" in page
    steps = page.split('<ul class="next">')[1].split("</ul>")[0]
    wider, lower, site = re.findall(r'<a href="([^"]*)"', steps)
    for address, words in (
        (wider, 'name="within_km" id="sharing-within_km" value="1"'),
        (lower, 'name="height_m" id="sharing-height_m" value="20"'),
    ):
        form = operator.get(address).text
        assert words in re.sub(r'(name="\w+")[^>]*?(id="[^"]*")[^>]*?(value="[^"]*")',
                               r"\1 \2 \3", form), address  # fmt: skip
        assert 'value="10.53"' in form
    assert 'value="10.53000"' in operator.get(site).text
    paper = client.get(f"/studies/{study.id}/report.pdf?lang=vi", headers=token("staff")).content
    assert "dữ liệu mô phỏng" in pdf_text(paper)
    assert "Người lập" not in pdf_text(paper)
    docx = client.get(f"/studies/{study.id}/report.docx?lang=vi", headers=token("staff"))
    assert docx.status_code == 200
    listed = browser_of("staff").get("/view/studies").text
    row = listed.split(study.id, 1)[1].split("</tr>")[0]
    assert "quanh 10,53000; 106,41000, ăng ten cao 30 m" in row
    assert "tag synthetic" in row
    assert operator.get("/view/supports?like=sharing-0000000000000000").status_code == 404
