"""What a client may send wrongly: each gets a reason, none a failure of ours."""

import asyncio
import json
import re
import resource
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from api.app import create_app
from api.middleware import BodyLimit
from api.settings import Settings
from api.static_files import JOINED

BAD = [
    ("/structures?x=1", 400),
    ("/structures?Limit=1", 400),
    ("/structures?limit=1&limit=2", 422),
    ("/structures?limit=0", 422),
    ("/structures?limit=1001", 422),
    ("/structures?limit=ten", 422),
    ("/structures?limit=1e3", 422),
    ("/structures?offset=-1", 422),
    ("/structures?offset=99999999999999999999", 422),
    ("/structures?bbox=1,2,3", 422),
    ("/structures?bbox=a,b,c,d", 422),
    ("/structures?bbox=nan,0,1,1", 422),
    ("/structures?bbox=inf,0,1,1", 422),
    ("/structures?bbox=107,10,106,11", 422),
    ("/structures?bbox=10,106,11,107", 422),
    ("/structures?bbox=106,10,107,91", 422),
    ("/structures?bbox=" + "1" * 300, 422),
    ("/structures?kind=castle", 422),
    ("/structures?kind=", 422),
    ("/structures?on=2025-13-01", 422),
    ("/structures?on=01/07/2025", 422),
    ("/structures?lang=fr", 422),
    ("/structures?text=" + "x" * 201, 422),
    ("/stations?service=radio", 422),
    ("/units?kind=xa,castle", 422),
    ("/healthz?x=1", 400),
    ("/openapi.json?x=1", 400),
    ("/static/phusong.css?v=1", 400),
    ("/structures/none", 404),
    ("/stations/none", 404),
    ("/stations/" + "x" * 3000, 404),
    ("/stations/%00", 404),
    ("/stations/%F0%9F%92%A9", 404),
    ("/nowhere", 404),
    ("/structures/", 404),
    ("/static/nothing.css", 404),
    ("/static/", 404),
    ("/static/map", 404),
    ("/static/leaflet", 404),
    ("/static/%00", 404),
    ("/static/" + "x" * 5000, 404),
    ("/static/../app.py", 404),
    ("/static/..%2fapp.py", 404),
    ("/static/%2e%2e/app.py", 404),
    ("/static/map/..%2f..%2f..%2fpyproject.toml", 404),
    ("/static//etc/passwd", 404),
    ("/static/%2fetc%2fpasswd", 404),
    ("/static/leaflet/../../../django-js", 404),
    ("/static/..%5capp.py", 404),
]


@pytest.mark.parametrize(("url", "status"), BAD, ids=[url[:50] for url, _ in BAD])
def test_each_is_a_problem_for_programs_and_a_page_for_people(
    client: TestClient, url: str, status: int
) -> None:
    answer = client.get(url)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    assert answer.headers["content-language"] == "vi"
    page = client.get(url, headers={"accept": "text/html"})
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert '<html lang="vi">' in page.text
    assert "<nav" in page.text


def test_the_reason_is_said_in_the_language_asked_for(client: TestClient) -> None:
    said = client.get("/structures?bbox=1", headers={"accept-language": "en-GB;q=0.9,vi;q=0.1"})
    assert "four numbers" in said.json()["detail"]
    assert "bốn số" in client.get("/structures?bbox=1").json()["detail"]
    assert "bốn số" in client.get("/structures?bbox=1&lang=vi").json()["detail"]
    unknown = client.get("/structures?x=1&lang=en").json()
    assert unknown["code"] == "pages.unknown_parameter"
    assert "bbox" in unknown["detail"]


def test_choices_are_listed_in_no_language(browser_of: Callable[[str], Any]) -> None:
    answer = browser_of("viewer").get("/view/studies?kind=nothing")
    assert answer.status_code == 422
    assert answer.text.count("coverage, interference, compliance, network") == 1


def test_a_stranger_is_asked_to_sign_in(client: TestClient) -> None:
    answer = client.get("/import-batches")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    page = client.get("/import-batches", headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/login?next=/import-batches"


def test_a_body_over_the_limit_is_refused_before_it_is_read(client: TestClient) -> None:
    large = b"name=" + b"x" * (1024 * 1024 + 10)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/login", content=large, headers=kind).status_code == 413

    def pieces() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    assert client.post("/login", content=pieces(), headers=kind).status_code == 413


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"name=a", "application/x-www-form-urlencoded"),
        (b"name=%ff%fe&password=%00", "application/x-www-form-urlencoded"),
        (b"garbage", "multipart/form-data"),
        (b"garbage", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\na',
            "multipart/form-data; boundary=x",
        ),
        (b"{}", "application/json"),
        (b"name=" + b"a" * 201 + b"&password=b", "application/x-www-form-urlencoded"),
    ],
)
def test_bodies_that_are_no_form(client: TestClient, content: bytes, kind: str) -> None:
    answer = client.post("/login", content=content, headers={"content-type": kind})
    assert 400 <= answer.status_code < 500
    if answer.headers["content-type"] == "application/problem+json":
        assert answer.json()["detail"]


def test_every_answer_protects_the_browser(client: TestClient) -> None:
    for url in ("/", "/structures", "/nowhere", "/structures?x=1", "/static/phusong.css"):
        headers = client.get(url).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert client.get("/").headers["cache-control"] == "no-store"


def test_static_files_are_kept_by_the_browser_and_asked_for_again(client: TestClient) -> None:
    for name, kind in (
        ("phusong.css", "text/css"),
        ("frame.css", "text/css"),
        ("map/all.js", "text/javascript"),
    ):
        file = client.get(f"/static/{name}")
        assert file.headers["content-type"].startswith(kind)
        assert file.headers["cache-control"] == "no-cache"
        again = client.get(f"/static/{name}", headers={"if-none-match": file.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(f"/static/{name}", headers={"if-none-match": '"other"'})
        assert other.content == file.content
    leaflet = client.get("/static/leaflet/leaflet.js")
    assert leaflet.status_code == 200
    assert leaflet.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize("name", sorted(JOINED))
def test_a_joined_file_is_its_parts_in_order(client: TestClient, name: str) -> None:
    parts = [client.get(f"/static/{one}").content for one in JOINED[name]]
    assert len(parts) > 1
    assert client.get(f"/static/{name}").content == b"\n".join(parts)


def test_the_description_is_complete_in_itself(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    written = json.dumps(document)
    names = set(document["components"]["schemas"])
    used = {value["$ref"] for value in _objects(document) if isinstance(value.get("$ref"), str)}
    assert used <= {
        "#/components/parameters/lang",
        *(f"#/components/schemas/{name}" for name in names),
    }
    ours = r'"type": "http"|http://www\.opengis\.net|http://testserver'
    assert "http" not in re.sub(ours, "", written)
    for path in ("/structures", "/stations/{station_id}", "/studies/coverage", "/healthz"):
        assert path in document["paths"]
    operation = document["paths"]["/import-batches"]["get"]
    assert operation["x-roles"] == ["staff", "administrator"]
    assert "problem+json" in json.dumps(operation["responses"]["403"])


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for item in value.values() for found in _objects(item))]
    if isinstance(value, list):
        return [found for item in value for found in _objects(item)]
    return []


@hypothesis(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(["/structures", "/stations", "/units", "/boundaries", "/view/stations"]),
    query=st.dictionaries(
        st.sampled_from(["bbox", "text", "kind", "on", "limit", "offset", "lang", "code", "x"]),
        st.text(max_size=40),
        max_size=4,
    ),
)
def test_nothing_that_a_client_asks_is_a_failure_of_ours(
    client: TestClient, path: str, query: dict[str, str]
) -> None:
    answer = client.get(path, params=query)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_damaged_request_of_a_signed_in_person_is_said_on_a_page(
    browser_of: Callable[[str], Any],
) -> None:
    browser = browser_of("administrator")
    page = browser.post("/view/users", {"name": "x" * 300, "role": "staff"})
    assert page.status_code == 422
    assert "administrator-1" in page.text, "the menu of the signed-in person"
    missing = browser.get("/nowhere")
    assert missing.status_code == 404
    assert "administrator-1" in missing.text


def test_the_address_of_another_site_is_no_link_of_ours(client: TestClient) -> None:
    page = client.get("http://testserver//evil.example/x", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert 'href="//' not in page.text


def test_a_fault_of_ours_protects_the_browser_and_tells_nothing(
    app: FastAPI, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    kept, app.state.service.accounts = app.state.service.accounts, None
    answer = client.get("/structures", headers={"authorization": "Bearer x"})
    link = client.get("/login/link/a-secret-of-a-link")
    app.state.service.accounts = kept
    assert answer.status_code == link.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "AttributeError" not in answer.text
    assert "'/structures' failed" in caplog.text
    assert "a-secret-of-a-link" not in caplog.text


def test_a_full_disk_is_said_and_is_no_fault_of_ours(
    client: TestClient, token: Callable[[str], dict[str, str]], settings: Settings
) -> None:
    """The system itself refuses to write, by the limit on this process's files."""
    headers = token("staff")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        answer = client.post(
            "/imports",
            data={"kind": "structures"},
            files={"file": ("a.csv", b"a;b\n" * 1000)},
            headers=headers,
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "errors.register_disk_full"
    assert answer.headers["retry-after"] == "5"
    assert str(settings.home) not in answer.text
    assert "content-security-policy" in answer.headers
    assert list((settings.home / "uploads").iterdir()) == [], "nothing half-written"


def test_only_files_may_be_large(settings: Settings) -> None:
    roomy = create_app(settings.model_copy(update={"max_upload_mb": 4}))
    large = b"name=" + b"x" * (1024 * 1024)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    with TestClient(roomy, raise_server_exceptions=False) as client:
        assert client.post("/login", content=large, headers=kind).status_code == 413
        assert client.post("/imports", content=large, headers=kind).status_code == 401


@pytest.mark.parametrize("pause_s", [0.0, 30.0])
def test_a_body_that_does_not_come_is_not_waited_for(pause_s: float) -> None:
    """The first second of a body of a hundred bytes, then nothing; or one byte, and the rest."""
    seen: list[int] = []

    async def app(_: Any, receive: Any, __: Any) -> None:
        while (await receive()).get("more_body"):
            seen.append(1)

    async def receive() -> dict[str, Any]:
        if len(seen) < 2 or not pause_s:
            return {"type": "http.request", "body": b"x", "more_body": len(seen) < 2}
        await asyncio.sleep(pause_s)
        raise AssertionError("it was waited for")

    async def send(_: Any) -> None:
        raise AssertionError("nothing to send")

    limited = BodyLimit(app, 1000, silence_s=0.05)
    scope = {"type": "http", "path": "/login", "headers": [(b"content-length", b"100")]}
    if not pause_s:
        asyncio.run(limited(scope, receive, send))
        return
    with pytest.raises(HTTPException) as caught:
        asyncio.run(limited(scope, receive, send))
    assert caught.value.status_code == 408
