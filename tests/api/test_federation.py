"""Signing in by a real identity service (Canaille) on loopback."""

import base64
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwk, jwt
from starlette.testclient import TestClient

from api.app import create_app
from api.errors import FederationError
from api.identity import new_link
from api.service import Service
from api.settings import Settings

PASSWORD = "correct horse battery staple"
BACK = "http://testserver/login/service/back"
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]*)"')


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _canaille(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [Path(sys.executable).parent / "canaille", *words],
        cwd=folder,
        env={**os.environ, "CANAILLE_CONFIG": str(folder / "config.toml")},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the identity service has its settings and keys."""
    return tmp_path_factory.mktemp("canaille")


@pytest.fixture(scope="module")
def provider(folder: Path) -> Iterator[str]:
    """The address of an identity service with two people and this server as its client."""
    config = folder / "config.toml"
    database = f'[CANAILLE_SQL]\nDATABASE_URI = "sqlite:///{folder / "people.sqlite"}"\n'
    config.write_text(f'SECRET_KEY = "test"\n{database}[CANAILLE_OIDC]\n')
    key = json.loads(_canaille(folder, "jwk", "create", "rsa"))
    pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in key.items())
    config.write_text(f"{config.read_text()}ACTIVE_JWKS = [{{{pairs}}}]\n")
    _canaille(folder, "install")
    for name in ("lan", "mai"):
        person = ("--user-name", name, "--password", PASSWORD, "--family-name", name)
        _canaille(folder, "create", "user", *person, "--emails", f"{name}@example.vn")
    ours = ("--client-id", "phusong", "--client-secret", "s3cret", "--client-name", "PhuSong")
    how = ("--grant-types", "authorization_code", "--response-types", "code")
    scopes = ("--scope", "openid", "--scope", "profile", "--scope", "email")
    told = ("--token-endpoint-auth-method", "client_secret_basic", "--redirect-uris", BACK)
    _canaille(folder, "create", "client", *ours, *how, *scopes, *told)
    _canaille(folder, "set", "client", "phusong", "--audience", "phusong")  # none by default
    port = _free_port()
    address = f"http://127.0.0.1:{port}/"
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [Path(sys.executable).parent / "canaille", "run", "--bind", f"127.0.0.1:{port}"],
            cwd=folder,
            env={**os.environ, "CANAILLE_CONFIG": str(config)},
            stdout=log,
            stderr=log,
        ) as running,
    ):
        try:
            _wait_for(address, running)
            yield address
        finally:
            running.terminate()


def _wait_for(address: str, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        assert running.poll() is None, "the identity service stopped"
        try:
            httpx.get(f"{address}.well-known/openid-configuration").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the identity service does not answer")


@pytest.fixture
def settings(settings: Settings, provider: str, tmp_path: Path) -> Settings:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    return settings.model_copy(
        update={
            "oidc_issuer": provider,
            "oidc_client_id": "phusong",
            "oidc_client_secret_file": secret,
        }
    )


def browser(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False, headers={"accept": "text/html"})


def at_the_service(address: str, name: str) -> str:
    """Sign in there as a person does and return where the service sends the browser.

    Not twice within a second: its tokens are made of the second, and it refuses its own twins.
    """
    time.sleep(1.1)
    with httpx.Client(follow_redirects=False) as client:
        answer = client.get(address)
        for _ in range(10):
            if answer.is_redirect:
                target = answer.request.url.join(answer.headers["location"])
                if str(target).startswith(BACK):
                    return str(target)
                answer = client.get(target)
                continue
            found = _CSRF.search(answer.text)
            assert found is not None, answer.text[:500]
            typed = {"login": name, "password": PASSWORD, "answer": "accept"}
            sent = {key: value for key, value in typed.items() if f'name="{key}"' in answer.text}
            form = {"csrf_token": found[1], **sent}
            answer = client.post(answer.request.url, data=form)
    raise AssertionError("the identity service does not send the browser back")


def link(client: TestClient, service: Service, name: str, person: str) -> Any:
    """Make an account, link it with a person of the service and return what is said."""
    account = service.accounts.by_name(name) or service.accounts.add(name, "staff")
    client.get(new_link(service.accounts, account.id))
    page = client.get("/view/account").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    away = client.post("/view/account/link", data={"csrf_token": found[1]})
    assert away.status_code == 303
    return client.get(at_the_service(away.headers["location"], person))


def linked(client: TestClient, service: Service, name: str, person: str) -> None:
    back = link(client, service, name, person)
    assert back.headers["location"] == "/view/account?done=linked"
    assert "Đã nối" in client.get("/view/account?done=linked").text


def test_a_linked_account_is_opened_and_no_other(app: FastAPI, service: Service) -> None:
    client = browser(app)
    linked(client, service, "lan-so", "lan")
    client = browser(app)
    assert "/login/service?next=/" in client.get("/login").text
    away = client.get("/login/service?next=/view/stations")
    address = away.headers["location"]
    for word in ("code_challenge_method=S256", "nonce=", "state=", "scope=openid"):
        assert word in address
    back = client.get(at_the_service(address, "lan"))
    assert (back.status_code, back.headers["location"]) == (303, "/view/stations")
    assert "lan-so" in client.get("/view/account").text

    other = browser(app)
    refused = other.get(at_the_service(other.get("/login/service").headers["location"], "mai"))
    assert refused.status_code == 400
    assert "mai" in refused.text
    assert other.get("/view/account").status_code == 303, "somebody without an account got in"

    known = service.accounts.by_name("lan-so")
    assert known is not None
    service.accounts.set_active(known.id, False)
    closed = browser(app)
    back = closed.get(at_the_service(closed.get("/login/service").headers["location"], "lan"))
    assert back.status_code == 400


def test_one_person_of_the_service_opens_one_account(app: FastAPI, service: Service) -> None:
    linked(browser(app), service, "first", "lan")
    refused = link(browser(app), service, "second", "lan")
    assert refused.status_code == 409
    assert "đã nối với một tài khoản khác" in refused.text
    second = service.accounts.by_name("second")
    assert second is not None
    assert second.subject is None


def test_a_way_back_is_for_one_browser_and_one_time(app: FastAPI, service: Service) -> None:
    linked(browser(app), service, "lan-so", "lan")
    client, thief = browser(app), browser(app)
    back = at_the_service(client.get("/login/service").headers["location"], "lan")
    assert thief.get(back).status_code == 400, "another browser came in its place"
    thief.get("/login/service")
    assert thief.get(back).status_code == 400
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 400, "it was used twice"
    assert client.get("/login/service/back?error=access_denied").status_code == 400


def test_a_token_for_another_visit_is_refused(
    app: FastAPI, service: Service, settings: Settings
) -> None:
    linked(browser(app), service, "lan-so", "lan")
    client = browser(app)
    back = at_the_service(client.get("/login/service").headers["location"], "lan")
    with sqlite3.connect(settings.place.departures) as file:
        kept = json.loads(file.execute("SELECT kept FROM departures").fetchone()[0])
        file.execute("UPDATE departures SET kept = ?", (json.dumps(kept | {"nonce": "other"}),))
    file.close()
    refused = client.get(back)
    assert refused.status_code == 400
    assert "/view/account" not in refused.headers.get("location", "")


def test_an_unsigned_token_opens_nothing(service: Service, provider: str) -> None:
    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"iss": provider, "sub": "lan", "aud": "phusong", "exp": now + 60, "iat": now}
    for header in ({"alg": "none"}, {"alg": "HS256"}):
        forged = f"{part(header)}.{part(claims | {'nonce': 'n'})}."
        with pytest.raises(FederationError):
            service.federation._claims({"id_token": forged}, "n")


def test_a_token_for_another_server_of_the_service_opens_nothing(
    service: Service, provider: str, folder: Path
) -> None:
    """Signed by the service, of this visit, by this client, but for somebody else."""
    told = tomllib.loads((folder / "config.toml").read_text())
    (written,) = told["CANAILLE_OIDC"]["ACTIVE_JWKS"]
    key, now = jwk.import_key(written), int(time.time())
    claims = {"iss": provider, "sub": "lan", "azp": "phusong", "nonce": "n"}
    claims |= {"exp": now + 60, "iat": now}

    def signed(audience: Any) -> dict[str, str]:
        header = {"alg": "RS256", "kid": written["kid"]}
        return {"id_token": jwt.encode(header, claims | {"aud": audience}, key)}

    for ours in ("phusong", ["other", "phusong"]):
        assert service.federation._claims(signed(ours), "n")["sub"] == "lan"
    for others in ("other", ["other"], ["other", "another"], ""):
        with pytest.raises(FederationError):
            service.federation._claims(signed(others), "n")


def test_a_service_that_is_away_or_another_is_said(settings: Settings) -> None:
    port = _free_port()
    for issuer in (f"http://127.0.0.1:{port}", settings.oidc_issuer.rstrip("/")):
        app = create_app(settings.model_copy(update={"oidc_issuer": issuer}))
        with TestClient(app, follow_redirects=False, headers={"accept": "text/html"}) as client:
            answer = client.get("/login/service")
            assert answer.status_code == 400
            assert "s3cret" not in answer.text


def test_without_a_service_there_is_no_way_to_one(
    settings: Settings,
) -> None:
    app = create_app(settings.model_copy(update={"oidc_issuer": ""}))
    with TestClient(app, follow_redirects=False) as client:
        assert client.get("/login/service").status_code == 404
        assert "/login/service" not in client.get("/login").text
        assert client.get("/login/service/back?code=x&state=y").status_code == 400
