"""Every role at every route: the table is what is served, and the whole of it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from api import app as application
from api.guard import _IN_PERSON, SAFE_METHODS, GuardedRoute
from api.identity import new_link
from api.roles import ROUTES, Role, RouteTableError, may, require_complete
from gis.register.accounts import Accounts

_FILLED = {
    "{collection_id}": "structures",
    "{feature_id}": "none",
    "{process_id}": "coverage",
    "{tile_matrix_set_id}": "WebMercatorQuad",
    "{tile_matrix}": "8",
    "{level}": "8",
    "{column}": "203",
    "{row}": "120",
    "{tile_row}": "120",
    "{tile_col}": "203",
    "{structure_id}": "none",
    "{station_id}": "none",
    "{contract_id}": "none",
    "{owner_id}": "none",
    "{revision}": "999999",
    "{batch_id}": "none",
    "{import_id}": "none",
    "{study_id}": "coverage-0000000000000000",
    "{name}": "none.xlsx",
    "{job_id}": "none",
    "{case_id}": "none",
    "{grant_id}": "none",
    "{desk_case_id}": "none",
    "{kind}": "interference",
    "{file_id}": "none",
    "{ending}": "pdf",
    "{inspection_id}": "none",
    "{interference_id}": "none",
    "{inspection_plan_id}": "none",
    "{work_id}": "none",
    "{behaviour}": "no_certificate",
    "{point_id}": "none",
    "{visit_id}": "none",
    "{period}": "2026",
    "{organisation_id}": "none",
    "{sequence}": "1",
    "{account_id}": "none",
    "{token_id}": "none",
    "{secret}": "none",
    "{page}": "border",
    "{step}": "1",
    "{layer}": "structures",
    "{plan_id:path}": "none",
    "{path:path}": "phusong.css",
}


_RETURNS = "/login/service/back"
"""Where people come back from an identity service; who was not sent there is refused."""


def nothing() -> None:
    """Answer nothing."""


def filled(path: str) -> str:
    for name, value in _FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path, f"a value for {path} is wanted above"
    return path


def test_the_table_is_what_is_served() -> None:
    served = application._served()
    assert len(served) == len(set(served)), "a route is served twice"
    assert set(served) == set(ROUTES)


def test_nothing_else_is_mounted(app: FastAPI) -> None:
    known = {type(route).__name__ for route in app.routes}
    assert known <= {"GuardedRoute", "_IncludedRouter"}
    assert app.openapi_url is None
    assert app.docs_url is None


def test_a_route_beside_the_table_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RouteTableError, match="/secret"):
        require_complete([*ROUTES, ("GET", "/secret")])

    class Module:
        router = APIRouter(route_class=GuardedRoute)

    Module.router.add_api_route("/secret", nothing, methods=["GET"])
    monkeypatch.setattr(application, "_ROUTERS", (*application._ROUTERS, Module))
    with pytest.raises(RouteTableError, match="/secret"):
        application.create_app()


def test_a_route_without_a_guard_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class Module:
        router = APIRouter()

    Module.router.add_api_route("/healthz", nothing, methods=["GET"])
    monkeypatch.setattr(application, "_ROUTERS", (*application._ROUTERS, Module))
    with pytest.raises(RouteTableError, match="not guarded"):
        application.create_app()


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_role_at_every_route(
    client: TestClient,
    token: Callable[[str], dict[str, str]],
    browser_of: Callable[[str], Any],
    role: Role,
) -> None:
    headers = token(role.value)
    browser = browser_of(role.value)
    form = {"csrf_token": "" if role is Role.ANONYMOUS else browser.csrf()}
    for (method, path), allowed in sorted(ROUTES.items()):
        if path.startswith(_IN_PERSON) and role in allowed:
            sent = form if method == "POST" else None
            answer = browser.client.request(method, filled(path), data=sent)
        else:
            answer = client.request(method, filled(path), headers=headers)
        said = f"{role.value} {method} {path}: {answer.status_code} {answer.text[:200]}"
        if role in allowed:
            assert answer.status_code not in (401, 403) or path == _RETURNS, said
            assert answer.status_code < 500, said
        else:
            assert answer.status_code == (401 if role is Role.ANONYMOUS else 403), said
            assert answer.headers["content-type"] == "application/problem+json", said


@pytest.mark.parametrize("role", [role.value for role in Role if role is not Role.ANONYMOUS])
def test_no_form_of_a_signed_in_person_passes_without_its_token(
    browser_of: Callable[[str], TestClient], role: str
) -> None:
    browser = browser_of(role)
    for (method, path), allowed in sorted(ROUTES.items()):
        if method in SAFE_METHODS or path == "/login" or Role(role) not in allowed:
            continue
        for sent in (None, {"csrf_token": "x"}, {"csrf_token": "ü" * 40}):
            answer = browser.client.request(method, filled(path), data=sent)
            assert answer.status_code == 403, f"{role} {method} {path}"


def test_head_is_get_without_the_body(
    client: TestClient, token: Callable[[str], dict[str, str]]
) -> None:
    asked = [filled(path) for method, path in ROUTES if method == "GET" and "/login" not in path]
    asked += ["/ogc/collections/structures/items?limit=1", "/structures?nothing=1", "/nowhere"]
    codes = set()
    for role in (Role.ANONYMOUS, Role.OPERATOR):
        headers = token(role.value)
        for address in sorted(asked):
            answer = client.head(address, headers=headers)
            assert answer.content == b"", address
            plain = client.get(address, headers=headers)
            said = f"{role.value} {address}: {answer.status_code} for {plain.status_code}"
            assert answer.status_code == plain.status_code, said
            assert answer.headers.get("content-type") == plain.headers.get("content-type"), said
            codes.add(answer.status_code)
    assert {200, 303, 400, 401, 403, 404} <= codes
    secret = new_link(client.app.state.service.accounts, account_of(client))
    assert client.head(secret).status_code == 405, "a link is not used up by who looks at it"
    assert client.get(secret).status_code == 303


def account_of(client: TestClient) -> str:
    accounts: Accounts = client.app.state.service.accounts  # type: ignore[attr-defined]
    return accounts.add("looked-at", "viewer").id


def test_methods_that_are_not_in_the_table_are_refused(client: TestClient) -> None:
    paths = {path for _, path in ROUTES}
    for path in sorted(paths):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if (method, path) not in ROUTES:
                answer = client.request(method, filled(path))
                # 401: /studies/coverage is a study's address too, for whoever may read one
                assert answer.status_code in (401, 404, 405), f"{method} {path}"
                assert answer.headers["content-type"] == "application/problem+json"


def test_who_is_in_no_row_may_nothing() -> None:
    assert not may(Role.ADMINISTRATOR, "GET", "/nowhere")
    assert not may(Role.ADMINISTRATOR, "TRACE", "/")
