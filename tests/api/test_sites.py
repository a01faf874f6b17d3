"""Site planning over HTTP, on its page, in its reports and on the command line."""

import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.cli import main
from api.service import Service
from gis.register.records import Provenance
from gis.register.siting import AviationFacility, FacilityKind
from gis.register.structures import Structure, StructureKind
from gis.studies import StudyContext, run
from propagation.compliance.records import Confidence

Token = Callable[[str], dict[str, str]]

SITE: dict[str, Any] = {
    "name": "Cột <thử>", "longitude": 106.4, "latitude": 10.6, "kind": "self_supporting",
    "structure_height_m": 42, "ground_height_m": 3, "on": "2026-08-01",
    "antennas": [{"height_above_ground_m": 40, "frequency_mhz": 1800, "eirp_dbm": 60}],
}  # fmt: skip
OPERATOR = "mo-phong-a"


def made(service: Service, inputs: dict[str, object]) -> str:
    """Run what a job was asked for; return the study's id."""
    context = StudyContext(service.register, service.home, service.ground)
    return run("site_planning", inputs, context).id


def asked(client: TestClient, headers: dict[str, str], **changes: object) -> Any:
    sent = {name: value for name, value in {**SITE, **changes}.items() if value is not None}
    return client.post("/studies/site-planning", json=sent, headers=headers)


def test_a_site_is_asked_for_judged_and_reported(
    client: TestClient, service: Service, token: Token
) -> None:
    staff = token("staff")
    accepted = asked(client, staff)
    assert accepted.status_code == 202, accepted.text
    job = service.queue.job(accepted.json()["id"])
    assert job.kind == "site_planning"
    identifier = made(service, dict(job.inputs))
    told = client.get(f"/studies/{identifier}", headers=staff).json()
    assert told["results"]["outcome"] == "needs_verification"
    surfaces = {
        (one["outcome"], one["reason"].rpartition(".")[2])
        for one in told["results"]["findings"]
        if one["check"] == "siting.surfaces"
    }
    assert surfaces == {("needs_verification", "surfaces_extent_unknown")}, (
        "one runway is on record"
    )
    assert {one["check"] for one in told["results"]["findings"]} >= {
        "siting.height", "siting.sharing", "siting.border_belt", "exposure",
    }  # fmt: skip
    for language, words in (
        (
            "vi",
            (
                "Báo cáo xét địa điểm",
                "Vùng phủ tăng thêm",
                "Trình tự thủ tục",
                "do bên đề nghị khai",
                "khoản 3 Điều 82",
                "&lt;thử&gt;",
            ),
        ),
        ("en", ("Site planning report", "The sequence of papers", "Article 82(3)")),
    ):
        page = client.get(f"/studies/{identifier}/report.html?lang={language}", headers=staff).text
        for word in words:
            assert word in page, word
        assert "<thử>" not in page
        assert "planning." not in page
    pdf = client.get(f"/studies/{identifier}/report.pdf", headers=staff)
    assert pdf.content.startswith(b"%PDF")
    docx = client.get(f"/studies/{identifier}/report.docx", headers=staff)
    assert docx.content.startswith(b"PK")


def test_sites_are_for_the_department_and_operators(client: TestClient, token: Token) -> None:
    for role, status in (("viewer", 403), ("operator", 202), ("staff", 202), ("anonymous", 401)):
        assert asked(client, token(role)).status_code == status, role


def test_an_operator_has_its_own_sites_judged_only(
    client: TestClient, service: Service, token: Token
) -> None:
    operator = token("operator")
    refused = asked(client, operator, organisation_id="mo-phong-b")
    assert refused.status_code == 403
    job = service.queue.job(asked(client, operator).json()["id"])
    assert (job.inputs["organisation_id"], job.inputs["public"]) == (OPERATOR, True)
    identifier = made(service, dict(job.inputs))
    assert client.get(f"/studies/{identifier}", headers=operator).status_code == 200
    others = made(service, {**SITE, "name": "của Sở"})
    assert client.get(f"/studies/{others}", headers=operator).status_code == 404
    assert client.get(f"/studies/{identifier}", headers=token("viewer")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"longitude": 10.6, "latitude": 106.4}, "exchanged"),
        ({"longitude": 107.5, "latitude": 10.2}, "at sea or abroad"),
        ({"longitude": 106.7, "latitude": 10.8}, "Hồ Chí Minh"),
        ({"structure_height_m": 351}, "350"),
        ({"structure_height_m": "cao"}, "structure_height_m"),
        ({"kind": "tower"}, "kind"),
        ({"structure_height_m": None}, "structure_height_m"),
        ({"antennas": [{"height_above_ground_m": 50}]}, "42"),
        ({"tower": 1}, "tower"),
        ({"antennas": [{"height_above_ground_m": 40, "technology": "6g"}]}, "technology"),
        ({"organisation_id": "nobody"}, "nobody"),
    ],
)
def test_what_cannot_be_judged_is_said(
    client: TestClient, token: Token, changes: dict[str, Any], told: str
) -> None:
    answer = asked(client, {**token("staff"), "accept-language": "en"}, **changes)
    assert answer.status_code in {404, 422}
    assert told in answer.text


FORM = {
    "name": "Cột thử", "longitude": "106,4", "latitude": "10,6", "kind": "self_supporting",
    "structure_height_m": "42", "ground_height_m": "3", "antenna_height_m": "40",
    "frequency_mhz": "1800", "eirp_dbm": "60", "technology": "5g", "urban": "no",
    "organisation_id": OPERATOR,
    "licence_number": "12/GP", "licence_kind": "network", "licence_provinces": "80, 79",
    "licence_from": "2020-01-01", "licence_to": "2030-01-01", "railway_distance_m": "200",
}  # fmt: skip


def test_the_form_asks_and_the_page_shows(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    browser = browser_of("staff")
    page = browser.get("/view/sites").text
    assert 'href="/view/sites" aria-current="page"' in page
    answer = browser.post("/view/sites", FORM)
    assert answer.status_code == 303, answer.text
    job = service.queue.job(answer.headers["location"].rpartition("/")[2])
    assert job.inputs["licence"] == {
        "number": "12/GP", "kind": "network", "province_codes": ["80", "79"],
        "valid_from": "2020-01-01", "valid_to": "2030-01-01",
    }  # fmt: skip
    assert job.inputs["antennas"] == [
        {"height_above_ground_m": 40, "frequency_mhz": 1800, "eirp_dbm": 60, "technology": "5g"}
    ]
    assert job.inputs["urban"] is False
    assert "Cột thử" in browser.get(f"/view/jobs/{job.id}").text
    identifier = made(service, {**dict(job.inputs), "on": "2026-08-01"})
    shown = unescape(browser.get(f"/view/studies/{identifier}").text)
    for words in ("Kết luận chung", "Giấy phép 12/GP đúng loại", "Trình tự thủ tục"):
        assert words in shown, words
    assert "Cột thử" in browser.get("/view/studies?kind=site_planning").text
    assert f"/view/studies/{identifier}" in browser.get("/view/sites").text
    assert "/view/sites" not in browser_of("viewer").get("/").text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"structure_height_m": "351"}, "351"),
        ({"structure_height_m": "bảy"}, "không phải là số"),
        ({"structure_height_m": ""}, "Hãy cho biết"),
        ({"longitude": "10,6", "latitude": "106,4"}, "đổi chỗ"),
        ({"longitude": "<script>"}, "<script>"),
        ({"licence_from": "hôm nay"}, "hôm nay"),
    ],
)
def test_a_wrong_form_comes_back(
    browser_of: Callable[[str], Any], changes: dict[str, str], told: str
) -> None:
    answer = browser_of("operator").post("/view/sites", {**FORM, **changes})
    assert answer.status_code == 422
    assert told in unescape(answer.text)
    summary = unescape(answer.text).split('id="refused"')[1].split("</section>")[0]
    assert summary.count("Chiều cao đỉnh trên mặt đất") <= 1, "a field is named once"
    assert 'value="12/GP"' in answer.text, "what was typed stays"
    assert "<script>" not in answer.text.split("<main", 1)[1]


def test_confidential_masts_stay_out_of_an_operator_s_report(
    client: TestClient, service: Service, token: Token
) -> None:
    known = Provenance(confidence=Confidence.VERIFIED, source="thử")
    with service.register.write(author="test", reason="d") as writer:
        writer.add_aviation_facilities(
            [
                AviationFacility(
                    id="d", kind=FacilityKind.DVOR, name="DVOR thử", longitude=106.4,
                    latitude=10.609, elevation_m=4.0, provenance=known,
                )
            ]
        )  # fmt: skip
    job = service.queue.job(asked(client, token("operator")).json()["id"])
    identifier = made(service, dict(job.inputs))
    told = client.get(f"/studies/{identifier}", headers=token("operator")).json()
    (finding,) = [f for f in told["results"]["findings"] if f["check"] == "siting.restricted"]
    assert finding["outcome"] == "needs_verification"
    assert not any(row["confidential"] for row in told["inputs"]["supports"])


def test_the_map_shows_neighbours_as_far_as_its_reader_may_see_them(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    """A kilometre away: further than the study looks, within what the page's map shows."""
    known = Provenance(confidence=Confidence.VERIFIED, source="thử")
    with service.register.write(author="test", reason="d") as writer:
        writer.add_structures(
            [
                Structure(
                    id=name, code=name, name=name, kind=StructureKind.ANTENNA_MAST,
                    owner_id="mo-phong-b", longitude=106.4, latitude=10.609, height_m=30.0,
                    confidential=hidden, provenance=known,
                )
                for name, hidden in (("Cot-Ro", False), ("Cot-Kin", True))
            ]
        )  # fmt: skip
    identifier = made(service, {**SITE, "organisation_id": OPERATOR, "public": True})
    pages = {
        role: browser_of(role).get(f"/view/studies/{identifier}").text
        for role in ("staff", "operator")
    }
    assert ["Cot-Ro" in page for page in pages.values()] == [True, True]
    assert "Cot-Kin" in pages["staff"]
    assert "Cot-Kin" not in pages["operator"]
    assert "996 m, " in pages["operator"], "how far it is"


@pytest.mark.geopackage
def test_zones_are_brought_in_by_a_command(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PHUSONG_HOME", str(service.home.folder))
    ring = [[106.3, 10.5], [106.5, 10.5], [106.5, 10.7], [106.3, 10.7], [106.3, 10.5]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    zones = [
        {"type": "Feature", "geometry": shape, "properties": {"name": "Vùng 1"}},
        {"type": "Feature", "geometry": None, "properties": {"name": "Vùng 2"}},
    ]
    file = tmp_path / "vung.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": zones}))
    command = ["zones", "import", str(file), "--kind", "plan", "--official"]
    assert main([*command, "--dry-run"]) != 0
    assert service.register.planning_zones() == []
    assert main(command) != 0, "a zone was refused"
    assert "vung.geojson" in capsys.readouterr().out
    (zone,) = service.register.planning_zones()
    assert (zone.name, zone.kind, zone.provenance.confidence) == ("Vùng 1", "plan", "verified")


@pytest.mark.geopackage
def test_the_command_line(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PHUSONG_HOME", str(service.home.folder))
    file = tmp_path / "site.json"
    file.write_text(json.dumps(SITE), encoding="utf-8")
    report = tmp_path / "site.pdf"
    out = tmp_path / "out.json"
    code = main(["plan-site", str(file), "--height", "120", "--report", str(report),
                 "--json", str(out), "--lang", "en"])  # fmt: skip
    said = capsys.readouterr().out
    assert code == 0
    assert "Article 82(3)" in said
    assert report.read_bytes().startswith(b"%PDF")
    told = json.loads(out.read_text(encoding="utf-8"))
    (height,) = [one for one in told["findings"] if one["check"] == "siting.height"]
    assert (height["outcome"], height["clause"]) == ("needs_verification", "khoản 3 Điều 82")
    assert height["margin_m"] == -20
    assert main(["plan-site", "--at", "10.6,106.4", "--kind", "guyed", "--height", "42"]) != 0
    assert "bị đảo" in capsys.readouterr().err
