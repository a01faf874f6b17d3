"""A real application on a copy of the demonstration register, and people of every role."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.identity import new_link, new_token
from api.passwords import hash_password
from api.service import Service
from api.settings import Settings
from gis.demo import load_demonstration
from gis.register.accounts import Access, Account
from gis.register.store import Register
from tests.api.launching import Launcher, launching
from tests.prepared import database_of

PASSWORD = "correct horse battery staple"
OPERATOR = "mo-phong-a"
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture(scope="session")
def demo_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration register, to be copied."""
    path = tmp_path_factory.mktemp("demo") / "register.gpkg"
    with Register.open(path, create=True) as register:
        load_demonstration(register)
    return path


@pytest.fixture
def settings(request: pytest.FixtureRequest, kept_by: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a home whose register is the demonstration, in a file or in PostgreSQL."""
    home = tmp_path / "home"
    if kept_by == "postgis":
        with database_of(request.getfixturevalue("postgres"), load_demonstration) as url:
            yield Settings(home=home, register_address=str(url), workers=0, max_upload_mb=1)
        return
    home.mkdir()
    shutil.copy(request.getfixturevalue("demo_register"), home / "register.gpkg")
    yield Settings(home=home, workers=0, max_upload_mb=1)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A stranger's program."""
    with TestClient(
        app,
        follow_redirects=False,
        raise_server_exceptions=False,
        headers={"accept": "application/json"},
    ) as made:
        yield made


@pytest.fixture
def service(app: FastAPI, client: TestClient) -> Service:
    """What the running application holds."""
    assert client.get("/healthz").status_code == 200
    found: Service = app.state.service
    return found


@pytest.fixture
def account(service: Service, password_hash: str) -> Callable[[str], Account]:
    """Make the account of a role, or find the one made before; the operator is owner A's."""

    def make(role: str) -> Account:
        organisation = OPERATOR if role == "operator" else None
        return service.accounts.by_name(f"{role}-1") or service.accounts.add(
            f"{role}-1", role, organisation_id=organisation, password_hash=password_hash
        )

    return make


@pytest.fixture
def token(service: Service, account: Callable[[str], Account]) -> Callable[[str], dict[str, str]]:
    """Make the headers with which a role's program calls; none for a stranger."""

    def make(role: str) -> dict[str, str]:
        if role == "anonymous":
            return {}
        secret, _ = new_token(
            service.accounts, account(role).id, "test", days=1, access=Access.WRITE
        )
        return {"authorization": f"Bearer {secret}"}

    return make


@dataclass
class Browser:
    """A signed-in browser."""

    client: TestClient

    def get(self, url: str, **more: Any) -> Any:
        return self.client.get(url, **more)

    def csrf(self) -> str:
        """The form token of the session, as a page shows it."""
        found = _CSRF.search(self.get("/view/account").text)
        assert found is not None
        return found[1]

    def post(self, url: str, data: dict[str, str] | None = None, **more: Any) -> Any:
        return self.client.post(url, data={**(data or {}), "csrf_token": self.csrf()}, **more)


@pytest.fixture
def browser_of(
    app: FastAPI, service: Service, account: Callable[[str], Account]
) -> Callable[[str], Browser]:
    """Sign a role in by a one-time link, in a browser of its own; a stranger has a bare one."""

    def make(role: str) -> Browser:
        made = TestClient(
            app,
            follow_redirects=False,
            raise_server_exceptions=False,
            headers={"accept": "text/html,application/xhtml+xml"},
        )
        if role != "anonymous":
            link = new_link(service.accounts, account(role).id)
            assert made.get(link).status_code == 303
        return Browser(made)

    return make


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    with launching(tmp_path_factory.mktemp("launcher") / "said.txt") as launcher:
        yield launcher
