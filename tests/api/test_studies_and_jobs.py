"""Studies over HTTP: asked for, run, read, explained, reported; who may do which."""

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import rasterio
from starlette.testclient import TestClient

from api.identity import new_token
from api.service import Service
from api.submission import MOST_WAITING
from gis.jobs.worker import work_once
from gis.register.accounts import Access
from gis.register.records import Provenance
from gis.register.scopes import SYSTEM
from gis.register.structures import Installation, Structure, StructureKind
from propagation.compliance.records import Confidence

Token = Callable[[str], dict[str, str]]
STATION = "mp-tan-an"
BROADCASTER = "mo-phong-phat-thanh"


def ask(client: TestClient, headers: dict[str, str], kind: str, **wanted: Any) -> Any:
    return client.post(f"/studies/{kind}", json=wanted, headers=headers)


def done(
    client: TestClient, service: Service, headers: dict[str, str], kind: str, **wanted: Any
) -> str:
    """Ask for a study, let a worker do it, and return its id."""
    asked = ask(client, headers, kind, **wanted)
    assert asked.status_code == 202, asked.text
    assert work_once(service.register, service.home, service.ground)
    job = client.get(asked.headers["location"], headers=headers).json()
    assert job["state"] == "done", job["error"]
    assert job["progress"] == 1
    return str(job["study"])


@pytest.fixture
def broadcaster(service: Service, password_hash: str) -> dict[str, str]:
    """An operator's program whose organisation has the stations of the demonstration."""
    account = service.accounts.add(
        "broadcaster", "operator", organisation_id=BROADCASTER, password_hash=password_hash
    )
    secret, _ = new_token(service.accounts, account.id, "t", days=1, access=Access.WRITE)
    return {"authorization": f"Bearer {secret}"}


def test_coverage_from_asking_to_the_report(
    client: TestClient, service: Service, token: Token
) -> None:
    staff = token("staff")
    asked = ask(client, staff, "coverage", station_id=STATION, radius_km=8)
    assert asked.status_code == 202
    job = asked.json()
    assert job["state"] == "queued"
    assert asked.headers["location"] == f"/jobs/{job['id']}"
    assert client.get("/jobs?state=queued", headers=staff).json()["numberMatched"] == 1
    assert work_once(service.register, service.home, service.ground)
    study_id = client.get(f"/jobs/{job['id']}", headers=staff).json()["study"]
    study = client.get(f"/studies/{study_id}", headers=staff).json()
    assert study["kind"] == "coverage"
    assert study["inputs"]["radius_km"] == 8
    raster = client.get(f"/studies/{study_id}/files/coverage.tif", headers=staff)
    with rasterio.open(BytesIO(raster.content)) as dataset:
        assert dataset.crs.to_epsg() == 4326
        assert dataset.tags()["EVIDENCE"] == "prediction"
    contours = client.get(f"/studies/{study_id}/files/contours.geojson", headers=staff)
    assert contours.headers["content-type"].startswith("application/geo+json")
    assert contours.json()["type"] == "FeatureCollection"
    for language, word in (("vi", "Vùng phủ"), ("en", "Coverage")):
        report = client.get(f"/studies/{study_id}/report.html?lang={language}", headers=staff)
        assert f'lang="{language}"' in report.text
        assert word.casefold() in report.text.casefold()
        pdf = client.get(f"/studies/{study_id}/report.pdf?lang={language}", headers=staff)
        assert pdf.content.startswith(b"%PDF-")
        assert pdf.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("ending", ["account", "token"])
def test_the_progress_of_a_job_breaks_off_where_who_asked_is_shut_out(
    client: TestClient, service: Service, token: Token, account: Any, ending: str
) -> None:
    staff = token("staff")
    asked = client.post(
        "/studies/coverage", json={"station_id": STATION, "radius_km": 5}, headers=staff
    )
    job = asked.json()["id"]
    with ThreadPoolExecutor(1) as pool:
        stream = pool.submit(client.get, f"/jobs/{job}/events", headers=staff)
        try:
            with pytest.raises(TimeoutError):
                stream.result(1.5)  # it goes on while nothing changes
            who = account("staff").id
            if ending == "account":
                service.accounts.set_active(who, False)
            else:
                for one in service.accounts.tokens(who):
                    service.accounts.revoke_token(one.id)
            told = stream.result(10)
        finally:
            service.queue.cancel(job)
    assert "event: progress" in told.text
    assert "event: end" not in told.text


def test_the_same_question_is_the_same_study(
    client: TestClient, service: Service, token: Token
) -> None:
    staff = token("staff")
    wanted = {"station_id": STATION, "radius_km": 6}
    first = done(client, service, staff, "coverage", **wanted)
    assert done(client, service, staff, "coverage", **wanted) == first
    assert client.get("/studies", headers=staff).json()["numberMatched"] == 1


def test_a_point_tells_every_loss_term_and_who_disturbs(
    client: TestClient, service: Service, token: Token
) -> None:
    viewer = token("viewer")
    study = done(client, service, token("staff"), "interference", station_id=STATION, radius_km=8)
    where = f"/studies/{study}/point?longitude=106.45&latitude=10.55"
    told = client.get(f"{where}&lang=en", headers=viewer).json()
    notes = " ".join(row["note"] for section in told["sections"] for row in section["rows"])
    for symbol in ("L_b", "L_bs", "L_ba"):
        assert symbol in notes.replace("<sub>", "_")
    assert told["stamps"], "flat terrain and demonstration data are stamped"
    assert client.get(where, headers=viewer).json() != told, "the language is heard"
    assert client.get(f"/studies/{study}/point?longitude=106", headers=viewer).status_code == 422
    far = f"/studies/{study}/point?longitude=-100&latitude=10"
    assert client.get(far, headers=viewer).status_code == 422


@pytest.mark.parametrize(
    ("kind", "wanted", "expected"),
    [
        ("coverage", {}, (422, "station_id")),
        ("coverage", {"station_id": STATION, "radius": 5}, (422, "radius")),
        ("coverage", {"station_id": STATION, "radius_km": 0}, (422, "radius_km")),
        ("coverage", {"station_id": STATION, "radius_km": "far"}, (422, "radius_km")),
        ("coverage", {"station_id": STATION, "radius_km": 300, "step_m": 10}, (422, "40.000.000")),
        ("interference", {"station_id": STATION, "step_m": 10}, (422, "40.000.000")),
        ("coverage", {"station_id": "nobody"}, (404, "nobody")),
        ("coverage", {"station_id": "dai-fm-rfd-095-0"}, (422, "Biên Hòa")),
        ("coverage", {"station_id": STATION, "on": "soon"}, (422, "on")),
        ("coverage", {"station_id": STATION, "jurisdiction": "mars"}, (404, "mars")),
        ("interference", {"station_id": STATION, "summation": "loud"}, (422, "summation")),
        ("compliance", {"station_id": ["a"]}, (422, "station_id")),
        ("network", {"station_id": STATION}, (422, "station_id")),
        ("network", {"stations": ["nobody"]}, (422, "nobody")),
        ("network", {"stations": []}, (422, "stations")),
        ("network", {"bounds": [106, 10, 107]}, (422, "bounds")),
        ("network", {"bounds": [107, 10, 106, 11]}, (422, "bounds")),
        ("network", {"step_m": 10}, (422, "10")),
        ("network", {"reach_km": 5}, (422, "reach_km")),
        ("network", {"lowest_mhz": 100, "highest_mhz": 90}, (422, "100")),
        ("network", {"lowest_mhz": 400, "highest_mhz": 500}, (422, "400 đến 500 MHz")),
        ("network", {"bounds": [150, 40, 150.1, 40.1]}, (422, "không đài nào")),
    ],
)
def test_what_cannot_be_asked_is_said_at_once_and_no_job_is_made(
    client: TestClient, token: Token, kind: str, wanted: dict[str, Any], expected: tuple[int, str]
) -> None:
    staff = token("staff")
    status, name = expected
    answer = ask(client, staff, kind, **wanted)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert name in answer.text
    assert client.get("/jobs", headers=staff).json()["numberMatched"] == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"radius_km": NaN}'])
def test_bodies_that_are_no_request(client: TestClient, token: Token, body: bytes) -> None:
    headers = {**token("staff"), "content-type": "application/json"}
    answer = client.post("/studies/coverage", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_jobs_are_for_those_who_asked_and_for_the_department(
    client: TestClient, token: Token, broadcaster: dict[str, str]
) -> None:
    asked = ask(client, broadcaster, "coverage", station_id=STATION, radius_km=5)
    path = asked.headers["location"]
    other = token("operator")
    assert client.get(path, headers=broadcaster).status_code == 200
    assert client.get(path, headers=token("staff")).status_code == 200
    for method, below in (("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("DELETE", "")):
        assert client.request(method, path + below, headers=other).status_code == 404
    assert client.get("/jobs", headers=other).json()["numberMatched"] == 0
    assert client.get("/jobs", headers=broadcaster).json()["numberMatched"] == 1
    assert client.get(path, headers=broadcaster).json()["state"] == "queued"


@pytest.mark.parametrize(("method", "below"), [("POST", "/cancel"), ("DELETE", "")])
def test_a_queued_job_is_cancelled_at_once(
    client: TestClient, service: Service, token: Token, method: str, below: str
) -> None:
    staff = token("staff")
    path = ask(client, staff, "compliance").headers["location"]
    assert client.request(method, path + below, headers=staff).json()["state"] == "cancelled"
    assert not work_once(service.register, service.home, service.ground)
    assert client.request(method, path + below, headers=staff).json()["state"] == "cancelled"


def test_events_end_with_the_job(client: TestClient, service: Service, token: Token) -> None:
    staff = token("staff")
    path = ask(client, staff, "coverage", station_id=STATION, radius_km=5).headers["location"]
    assert work_once(service.register, service.home, service.ground)
    with client.stream("GET", f"{path}/events?lang=en", headers=staff) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = list(stream.iter_lines())
    assert lines[0] == "event: end"
    told = json.loads(lines[1].removeprefix("data: "))
    assert told["state"] == "done"
    assert told["study"]


def test_a_job_that_fails_says_why(client: TestClient, service: Service, token: Token) -> None:
    staff = token("staff")
    job = service.queue.submit("coverage", {"station_id": "gone"}, requested_by="somebody")
    assert work_once(service.register, service.home, service.ground)
    told = client.get(f"/jobs/{job.id}?lang=en", headers=staff).json()
    assert told["state"] == "failed"
    assert "gone" in told["error"]
    assert told["study"] is None


def test_findings_are_for_the_department_and_for_the_own_station(
    client: TestClient, service: Service, token: Token, broadcaster: dict[str, str]
) -> None:
    assert ask(client, token("viewer"), "compliance", station_id=STATION).status_code == 403
    assert ask(client, token("operator"), "compliance", station_id=STATION).status_code == 403
    assert ask(client, broadcaster, "compliance").status_code == 403, "all stations"
    own = done(client, service, broadcaster, "compliance", station_id=STATION, changes="none")
    everyone = done(client, service, token("staff"), "compliance")
    readers = {"staff": token("staff"), "viewer": token("viewer"), "operator": token("operator")}
    expected = {
        own: {"staff": 200, "viewer": 404, "operator": 404, "own": 200},
        everyone: {"staff": 200, "viewer": 404, "operator": 404, "own": 404},
    }
    for study, statuses in expected.items():
        for role, status in statuses.items():
            headers = broadcaster if role == "own" else readers[role]
            for below in ("", "/report.html", "/report.pdf", "/files/geometries.json"):
                got = client.get(f"/studies/{study}{below}", headers=headers).status_code
                assert got == status, (study, role, below)
    assert client.get("/studies", headers=readers["viewer"]).json()["numberMatched"] == 0
    assert client.get("/studies", headers=broadcaster).json()["numberMatched"] == 1


def test_findings_for_a_broadcaster_hold_no_confidential_antenna(
    client: TestClient, service: Service, token: Token, broadcaster: dict[str, str]
) -> None:
    """Another operator's antenna on the mast goes into the department's findings only."""
    station = service.register.station(STATION, SYSTEM)
    owner = next(iter(service.register.organisations()))
    where = {"longitude": station.longitude, "latitude": station.latitude}
    made_up = Provenance(confidence=Confidence.SYNTHETIC, source="test")
    mast = Structure(
        id="mast-x", code="X", name="Cột X", kind=StructureKind.ANTENNA_MAST,
        owner_id=owner.id, provenance=made_up, **where,
    )  # fmt: skip
    hidden = Installation(
        id="hidden-x", structure_id="mast-x", organisation_id=owner.id, technology="KÍN-5G",
        frequency_mhz=450.0, eirp_dbm=60.0, height_above_ground_m=30.0, provenance=made_up,
    )  # fmt: skip
    with service.register.write(author="test", reason="hidden antenna") as writer:
        writer.add_structures([mast])
        writer.add_installations([hidden])
    own = done(client, service, broadcaster, "compliance", station_id=STATION, changes="none")
    whole = done(client, service, token("staff"), "compliance", station_id=STATION, changes="none")
    assert own != whole
    assert "KÍN-5G" in client.get(f"/studies/{whole}", headers=token("staff")).text
    assert client.get(f"/studies/{whole}", headers=broadcaster).status_code == 404
    for below in ("", "/report.html", "/files/geometries.json"):
        told = client.get(f"/studies/{own}{below}", headers=broadcaster)
        assert told.status_code == 200
        assert "KÍN-5G" not in told.text
        assert "hidden-x" not in told.text


def test_a_study_tells_no_confidential_structure(
    client: TestClient, service: Service, token: Token
) -> None:
    """A station's structure is hidden by the register; the study of that station hides it too."""
    station = service.register.station(STATION, SYSTEM)
    assert station.structure_id is not None
    study = done(client, service, token("staff"), "interference", station_id=STATION, radius_km=5)
    paths = [
        f"/studies/{study}",
        *(f"/studies/{study}/report.html?lang={x}" for x in ("vi", "en")),
    ]
    structures = {one.structure_id for one in service.register.stations(SYSTEM)} - {None}
    for path in paths:
        told = client.get(path, headers=token("viewer")).text
        assert not [name for name in structures if str(name) in told], path
    assert str(station.structure_id) in client.get(paths[0], headers=token("staff")).text


NETWORK = {"bounds": [106.2, 10.4, 106.6, 10.7], "step_m": 2000, "reach_km": 30}


def test_a_network_is_asked_for_by_the_department_and_read_by_whoever_signed_in(  # noqa: PLR0917
    client: TestClient,
    service: Service,
    token: Token,
    broadcaster: dict[str, str],
    tmp_path: Path,
    tool: Callable[[str], str],
) -> None:
    for headers in (token("viewer"), token("operator"), broadcaster):
        assert ask(client, headers, "network", **NETWORK).status_code == 403
    assert ask(client, {}, "network", **NETWORK).status_code == 401
    study = done(client, service, token("staff"), "network", **NETWORK)
    told = client.get(f"/studies/{study}", headers=token("viewer")).json()
    assert told["results"]["area_received_km2"] > 0
    assert {one["structure_id"] for one in told["inputs"]["stations"]} == {None}
    structures = {one.structure_id for one in service.register.stations(SYSTEM)} - {None}
    assert structures
    for language, word in (("vi", "cả mạng"), ("en", "whole network")):
        path = f"/studies/{study}/report.html?lang={language}"
        report = client.get(path, headers=token("viewer")).text
        assert word in report
        assert not [name for name in structures if str(name) in report]
        pdf = client.get(path.replace("html", "pdf"), headers=token("viewer"))
        assert pdf.content.startswith(b"%PDF-")
        assert pdf.content.count(b"/Figure") == 2, "the strongest field and the best servers"
    raster = client.get(f"/studies/{study}/files/server.tif", headers=token("viewer"))
    with rasterio.open(BytesIO(raster.content)) as dataset:
        tags = dataset.tags()
        assert (tags["EVIDENCE"], tags["SYNTHETIC"]) == ("prediction", "yes")
        names = [one["name"] for one in told["inputs"]["stations"]]
        assert tags["NAMES"].splitlines() == [f"{n}={name}" for n, name in enumerate(names)]
    file = tmp_path / "server.tif"
    file.write_bytes(raster.content)
    said = subprocess.run([tool("gdalinfo"), file], check=True, capture_output=True, text=True)
    assert "SYNTHETIC=yes" in said.stdout
    assert f"NAMES=0={names[0]}\n1={names[1]}\n" in said.stdout, "another program reads it too"
    point = client.get(
        f"/studies/{study}/point?longitude=106.4&latitude=10.5", headers=token("viewer")
    )
    assert point.status_code == 404
    for path in (f"/studies/{study}", f"/studies/{study}/files/count.tif"):
        assert client.get(path).status_code == 401


def test_the_form_of_a_network(
    service: Service, browser_of: Callable[[str], Any], client: TestClient, token: Token
) -> None:
    staff, viewer = browser_of("staff"), browser_of("viewer")
    assert 'action="/view/studies"' in staff.get("/view/studies").text
    assert 'name="reach_km"' not in viewer.get("/view/studies").text
    assert viewer.post("/view/studies", {}).status_code == 403
    wanted = {"step_m": "4000", "reach_km": "10", "threshold_dbuvm": "", "lowest_mhz": ""}
    asked = staff.post("/view/studies", wanted)
    assert asked.status_code == 303
    wrong = staff.post("/view/studies", {"step_m": "x"})
    assert wrong.status_code == 422
    assert 'id="network-step_m-wrong">cần một số<' in wrong.text
    assert staff.post("/view/studies", {"step_m": "1"}).status_code == 422
    assert work_once(service.register, service.home, service.ground)
    study = client.get("/studies", headers=token("staff")).json()["studies"][0]["id"]
    for language in ("vi", "en"):
        page = staff.get(f"/view/studies/{study}?lang={language}")
        assert page.status_code == 200
        assert "map-ground" in page.text
        assert "map-point" not in page.text, "there is no station whose field could be explained"
    assert f"/view/studies/{study}" in viewer.get("/view/studies?kind=network").text


def test_a_study_that_is_not_there_is_not_found(client: TestClient, token: Token) -> None:
    staff = token("staff")
    for path in ("coverage-0000000000000000", "coverage-..%2f..%2fx", "%2e%2e%2f", "x" * 500):
        assert client.get(f"/studies/{path}", headers=staff).status_code == 404
        assert client.get(f"/studies/{path}/files/study.json", headers=staff).status_code == 404


def test_nobody_fills_the_queue(
    client: TestClient, service: Service, token: Callable[[str], dict[str, str]]
) -> None:
    wanted = {"station_id": "mp-tan-an"}
    operator, staff = token("operator"), token("staff")
    for _ in range(MOST_WAITING):
        last = client.post("/studies/coverage", json=wanted, headers=operator)
        assert last.status_code == 202
    refused = client.post("/studies/coverage", json=wanted, headers=operator)
    assert refused.status_code == 429
    assert refused.json()["code"] == "pages.too_many_jobs"
    assert service.queue.count() == MOST_WAITING
    assert client.post("/studies/coverage", json=wanted, headers=staff).status_code == 202
    client.post(f"/jobs/{last.json()['id']}/cancel", headers=operator)
    assert client.post("/studies/coverage", json=wanted, headers=operator).status_code == 202


@pytest.mark.parametrize(
    ("kind", "inputs", "subject"),
    [
        ("sharing", {"longitude": 106.4, "latitude": 10.5, "height_m": 25.0},
         "quanh 10,50000; 106,40000, ăng ten cao 25 m"),
        ("best_sites", {"area": [[106, 10], [107, 10], [107, 11]]}, "một vùng có 3 đỉnh"),
        ("mobile", {"technology": "5g"}, "mạng 5G"),
        ("channels", {"erp_kw": 1.0, "height_m": 60.0}, "1 kW"),
        ("site_planning", {"name": "Cột chợ mới"}, "Cột chợ mới"),
        ("site_planning", {"longitude": 106.4, "latitude": 10.5}, "quanh 10,50000; 106,40000"),
        ("network", {}, "Tất cả các đài"),
    ],
)  # fmt: skip
def test_a_job_says_what_it_is_about(
    service: Service, browser_of: Callable[[str], Any], kind: str, inputs: Any, subject: str
) -> None:
    """A place, a network or a mast: never all stations where none is meant."""
    service.queue.submit(kind, inputs, requested_by="staff-1")
    page = browser_of("staff").get("/view/jobs").text
    rows = page.split("<tbody>")[1]
    assert subject in rows
    assert ("Tất cả các đài" in rows) is (kind == "network")
