"""OGC API - Processes, part 1 (18-062r2): the abstract tests, each named as theirs.

Studies are really made, by a worker in this process, on the flat ground of the tests.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from api.ogc.processes import PROCESSES
from api.roles import Role
from api.settings import Settings
from gis.jobs.worker import work_once
from tests.api.ogc_server import Served, kept, serving

INPUTS: dict[str, dict[str, Any]] = {
    "coverage": {"station_id": "mp-tan-an", "radius_km": 2, "step_m": 500},
    "interference": {"station_id": "mp-tan-an", "radius_km": 2, "step_m": 1000},
    "compliance": {"station_id": "mp-tan-an"},
    "sharing": {"longitude": 106.41, "latitude": 10.53, "radius_km": 1},
    "site-planning": {
        "longitude": 106.41,
        "latitude": 10.53,
        "kind": "guyed",
        "structure_height_m": 42,
    },
}
PROBLEM = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{}"


@pytest.fixture(scope="module")
def home(kept_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with kept(tmp_path_factory.mktemp(f"processes-{kept_by}") / "home") as settings:
        yield settings


@pytest.fixture(scope="module")
def staff(home: Settings) -> Iterator[Served]:
    with serving(home, "staff") as served:
        yield served


def executed(served: Served, name: str, **more: Any) -> Any:
    body = {"inputs": INPUTS[name], **more}
    return served.client.post(f"/ogc/processes/{name}/execution", json=body)


def rels(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"].rpartition("/")[2]: link["href"] for link in document["links"]}


def local(address: str) -> str:
    return address.removeprefix("http://testserver")


def test_landingpage_and_conformance(staff: Served) -> None:
    """/conf/core/landingpage-success, conformance-success."""
    linked = rels(staff.json("/ogc"))
    assert staff.get(local(linked["processes"])).status_code == 200
    assert staff.get(local(linked["job-list"])).status_code == 200
    met = staff.json("/ogc/conformance")["conformsTo"]
    for name in ("core", "json", "ogc-process-description", "job-list", "dismiss", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}" in met


def test_process_list_and_summary_links(staff: Served) -> None:
    """/conf/core/process-list, process-list-success, pl-limit-definition, pl-limit-response."""
    found = staff.json("/ogc/processes")
    assert [one["id"] for one in found["processes"]] == list(PROCESSES)
    for one in found["processes"]:
        assert one["version"]
        assert one["jobControlOptions"] == ["async-execute", "dismiss"]
        assert staff.get(local(rels(one)["self"])).status_code == 200
    assert len(staff.json("/ogc/processes", limit=2)["processes"]) == 2
    assert staff.get("/ogc/processes", limit=0).status_code == 400


@pytest.mark.parametrize("name", list(PROCESSES))
def test_process_description(staff: Served, name: str) -> None:
    """/conf/core/process, process-success; /conf/ogc-process-description/json-encoding ..."""
    found = staff.json(f"/ogc/processes/{name}")
    assert set(INPUTS[name]) <= set(found["inputs"])
    for one in found["inputs"].values():
        assert one["schema"]
        assert "$ref" not in str(one["schema"])
        assert one["minOccurs"] in (0, 1)
    assert list(found["outputs"]) == ["study"]
    english = staff.json(f"/ogc/processes/{name}", lang="en")
    assert english["title"] != found["title"]


def test_process_exception_no_such_process(staff: Served) -> None:
    for answer in (
        staff.get("/ogc/processes/none"),
        staff.client.post("/ogc/processes/none/execution", json={"inputs": {}}),
    ):
        assert answer.status_code == 404
        assert answer.json()["type"] == PROBLEM.format("no-such-process")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"inputs": {}},
        {"inputs": {"station_id": 1}},
        {"inputs": {"station_id": "mp-tan-an", "nothing": 1}},
        {"inputs": {"station_id": "mp-tan-an", "radius_km": 0}},
        {"inputs": {"station_id": {"href": "http://127.0.0.1/x"}}},
        {"inputs": {"station_id": "mp-tan-an"}, "outputs": {"map": {}}},
        {"inputs": {"station_id": "mp-tan-an"}, "subscriber": {"successUri": "http://x"}},
        [],
    ],
)
def test_process_execute_input_validation(staff: Served, body: Any) -> None:
    answer = staff.client.post("/ogc/processes/coverage/execution", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", list(PROCESSES))
def test_process_execute_success_async_and_job_results(staff: Served, name: str) -> None:
    """/conf/core/process-execute-default-execution-mode, job-creation-success-async, job-success,
    job-results-exception-results-not-ready, job-results-success-async.
    """
    answer = executed(staff, name)
    assert answer.status_code == 201, answer.text
    address = local(answer.headers["location"])
    told = answer.json()
    assert (told["status"], told["type"], told["processID"]) == ("accepted", "process", name)
    assert local(rels(told)["self"]) == address
    early = staff.get(f"{address}/results")
    assert early.status_code == 404
    assert early.json()["type"] == PROBLEM.format("result-not-ready")
    service = staff.service
    assert work_once(service.register, service.home, service.ground)
    done = staff.json(address)
    assert (done["status"], done["progress"]) == ("successful", 100), done
    assert done["created"] <= done["started"] <= done["finished"]
    study = staff.json(local(rels(done)["results"]))["study"]
    assert study == staff.json(f"/studies/{study['id']}") | {"links": study["links"]}
    assert study["kind"] == PROCESSES[name].kind
    for link in study["links"]:
        assert staff.get(local(link["href"])).status_code == 200, link


def test_process_execute_auto_execution_mode_and_qualified_values(staff: Served) -> None:
    """A preference is answered; a value may stand qualified; outputs may be named or left out."""
    inputs = {name: {"value": value} for name, value in INPUTS["coverage"].items()}
    answer = staff.client.post(
        "/ogc/processes/coverage/execution",
        json={"inputs": inputs, "outputs": {"study": {"transmissionMode": "value"}}},
        headers={"prefer": "respond-async"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["preference-applied"] == "respond-async"


def test_dismiss(staff: Served) -> None:
    """/conf/dismiss/job-dismiss-op, job-dismiss-success."""
    address = local(executed(staff, "coverage").headers["location"])
    answer = staff.client.delete(address)
    assert answer.status_code == 200
    assert answer.json()["status"] == "dismissed"
    assert staff.json(address)["status"] == "dismissed"
    assert staff.get(f"{address}/results").status_code == 404


def test_dismiss_of_a_job_that_runs_or_is_done(staff: Served) -> None:
    """/req/dismiss/job-dismiss-success: the answer says so; what is done stays to be had."""
    queue = staff.service.queue
    while (job := queue.lease("w")) is not None:
        queue.fail(job.id, "w", "jobs.failed_memory", {})
    address = local(executed(staff, "coverage").headers["location"])
    job = queue.lease("w")
    assert job is not None
    assert staff.json(address)["status"] == "running"
    stream = staff.client.head(f"/jobs/{job.id}/events")  # ends at once, while the job goes on
    assert (stream.status_code, stream.content) == (200, b"")
    assert staff.client.delete(address).json()["status"] == "dismissed"
    queue.fail(job.id, "w", "jobs.failed_memory", {})
    answer = staff.client.delete(address)
    assert (answer.status_code, answer.json()["status"]) == (200, "dismissed")


def test_job_exception_no_such_job(staff: Served) -> None:
    for method, below in (("GET", ""), ("GET", "/results"), ("DELETE", "")):
        answer = staff.client.request(method, f"/ogc/jobs/none{below}")
        assert answer.status_code == 404
        assert answer.json()["type"] == PROBLEM.format("no-such-job")


def test_job_results_failed(staff: Served) -> None:
    address = local(executed(staff, "coverage").headers["location"])
    queue = staff.service.queue
    while (job := queue.lease("w")) is not None:
        queue.fail(job.id, "w", "jobs.failed_memory", {})
    assert staff.json(address)["status"] == "failed"
    assert staff.get(f"{address}/results").status_code == 400


def test_job_list(staff: Served) -> None:
    """/conf/job-list: type, processID, status, datetime, durations, limit, links."""
    executed(staff, "sharing")
    every = staff.json("/ogc/jobs")["jobs"]
    assert {one["processID"] for one in every} >= {"coverage", "sharing"}
    shown = staff.json("/ogc/jobs", processID="sharing")["jobs"]
    assert shown == [one for one in every if one["processID"] == "sharing"]
    for status in ("accepted", "successful", "dismissed", "failed", "running"):
        found = staff.json("/ogc/jobs", status=status)["jobs"]
        assert found == [one for one in every if one["status"] == status]
    assert staff.json("/ogc/jobs", datetime="../2000-01-01")["jobs"] == []
    assert staff.json("/ogc/jobs", datetime="2000-01-01/..")["jobs"] == every
    started = [one for one in every if "started" in one]
    assert staff.json("/ogc/jobs", minDuration=0)["jobs"] == started
    assert staff.json("/ogc/jobs", minDuration=100_000)["jobs"] == []
    assert staff.json("/ogc/jobs", type="process")["jobs"] == every
    page = staff.json("/ogc/jobs", limit=1)
    assert page["jobs"] == every[:1]
    assert staff.json(local(rels(page)["next"]))["jobs"] == every[1:2]
    filtered = rels(staff.json("/ogc/jobs", processID="coverage", limit=1))["next"]
    assert "processID=coverage" in filtered
    assert "next" not in rels(staff.json("/ogc/jobs", limit=1_000))
    for name, wrong in (("status", "x"), ("type", "x"), ("limit", 0), ("datetime", "x")):
        assert staff.get("/ogc/jobs", **{name: wrong}).status_code == 400


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_roles_and_whose_jobs(home: Settings, staff: Served, role: str) -> None:
    theirs = local(executed(staff, "coverage").headers["location"])
    with serving(home, role) as served:
        assert served.get("/ogc/processes").status_code == 200
        answer = executed(served, "coverage")
        refused = {"anonymous": 401, "viewer": 403}.get(role)
        assert answer.status_code == (refused or 201)
        if refused is None and role == "operator":
            own = local(answer.headers["location"])
            assert served.get(own).status_code == 200
            assert served.get(theirs).status_code == 404
            assert served.client.delete(theirs).status_code == 404
            assert executed(served, "compliance").status_code == 403, "another's station"
            listed = {one["jobID"] for one in served.json("/ogc/jobs")["jobs"]}
            assert listed == {own.rpartition("/")[2]}
    assert staff.json(theirs)["status"] == "accepted"


def test_too_many_jobs(home: Settings) -> None:
    """Jobs are bounded: 429, and no job more."""
    with serving(home, "administrator") as served:
        answers = [executed(served, "coverage").status_code for _ in range(60)]
        assert set(answers) == {201, 429}
        assert answers == sorted(answers)
