"""The demonstration, served from a temporary folder, with what its people would have made."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from api.identity import new_link, new_token
from api.roles import Role
from gis.demo import load_demonstration, load_demonstration_desk
from gis.home import Home
from gis.register.account_records import Access
from gis.register.accounts import Accounts
from gis.register.store import Register

__all__ = ["Served", "served"]

ROOT = Path(__file__).parents[2]
_SERVE = "import sys, api.cli; sys.exit(api.cli.main())"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_NAMES = {
    Role.VIEWER: "Người xem",
    Role.OPERATOR: "Doanh nghiệp",
    Role.STAFF: "Cán bộ Sở",
    Role.ADMINISTRATOR: "Quản trị",
}
_OPERATOR = "mo-phong-a"
_PLACE = {"longitude": 106.4, "latitude": 10.6}
_SITE = {
    **_PLACE,
    "name": "Cột dự kiến",
    "kind": "self_supporting",
    "structure_height_m": 42,
    "antennas": [{"height_above_ground_m": 40, "frequency_mhz": 1800, "eirp_dbm": 60}],
}
_DISTURBED = {"station_id": "mp-thu-thua"}
_SAMPLE = ROOT / "data" / "samples" / "cot_ang_ten_mau.xlsx"
_LONGEST_S = 600


class Served:
    """A server of the demonstration, and who may look.

    Attributes
    ----------
    url : str
        Its address, without a slash at the end.
    made : dict
        What the addresses of `listed` name in braces.
    """

    def __init__(self, url: str, register: Register) -> None:
        self.url = url
        self._accounts = Accounts(register)
        self._ids = {
            role: self._accounts.add(
                name, role.value, organisation_id=_OPERATOR if role is Role.OPERATOR else None
            ).id
            for role, name in _NAMES.items()
        }
        self.made = _Making(self).all()

    def link(self, role: Role) -> str:
        """Return a fresh one-time link."""
        return self.url + new_link(self._accounts, self._ids[role])

    def client(self, role: Role) -> httpx.Client:
        """Return a client that may write as a role."""
        secret, _ = new_token(
            self._accounts, self._ids[role], "pictures", days=1, access=Access.WRITE
        )
        headers = {"authorization": f"Bearer {secret}", "accept-language": "vi"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=120)


class _Making:
    """Asks for studies and an import, and finds the demonstration's cases."""

    def __init__(self, server: Served) -> None:
        self._staff = server.client(Role.STAFF)
        self._operator = server.client(Role.OPERATOR)

    def all(self) -> dict[str, str]:
        jobs = {
            "compliance": self._ask(self._staff, "compliance", {}),
            "coverage": self._ask(self._staff, "coverage", _DISTURBED),
            "interference": self._ask(self._staff, "interference", _DISTURBED),
            "site": self._ask(self._staff, "site-planning", _SITE),
            "sharing": self._ask(self._operator, "sharing", {**_PLACE, "radius_km": 10}),
        }
        waited = {
            name: self._wait(self._operator if name == "sharing" else self._staff, job)
            for name, job in jobs.items()
        }
        return {
            **waited,
            "job": jobs["coverage"],
            "import": self._import(),
            **{
                name: self._of(f"/desk/{kind}")
                for name, kind in (
                    ("complaint", "interference"),
                    ("dossier", "dossier"),
                    ("inspection", "inspection"),
                )
            },
            "request": self._of("/sharing-requests"),
            "work": self._of("/planned-works"),
            "point": self._of("/points"),
            "plan": self._of("/plans"),
            "quarter": _quarter(),
        }

    @staticmethod
    def _ask(client: httpx.Client, kind: str, sent: dict[str, Any]) -> str:
        return str(_said(client.post(f"/studies/{kind}", json=sent))["id"])

    @staticmethod
    def _wait(client: httpx.Client, job: str) -> str:
        until = time.monotonic() + _LONGEST_S
        while time.monotonic() < until:
            told = _said(client.get(f"/jobs/{job}"))
            if told["state"] == "done":
                return str(told["study"])
            if told["state"] in {"failed", "cancelled"}:
                raise RuntimeError(told)
            time.sleep(0.5)
        raise TimeoutError(job)

    def _import(self) -> str:
        with _SAMPLE.open("rb") as file:
            sent = self._staff.post(
                "/imports", files={"file": (_SAMPLE.name, file)}, data={"kind": "structures"}
            )
        return str(_said(sent)["id"])

    def _of(self, path: str) -> str:
        told = _said(self._staff.get(path))
        rows = next(
            value
            for value in told.values()
            if isinstance(value, list) and value and "id" in value[0]
        )
        return str(rows[0]["id"])


def _quarter() -> str:
    today = time.gmtime()
    return f"{today.tm_year}-Q{(today.tm_mon - 1) // 3 + 1}"


def _said(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:500]}")
    said: dict[str, Any] = answer.json()
    return said


@contextmanager
def served() -> Iterator[Served]:
    """Serve the demonstration as `phusong serve --demo` loads it, until the block ends."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with Register.open(home.register, create=True) as register:
            load_demonstration(register)
            load_demonstration_desk(register, home)
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _SERVE, "serve", "--port", "0"],
                env={**os.environ, "PHUSONG_HOME": folder, "PHUSONG_LANG": "vi"},
                stdout=subprocess.PIPE,
                cwd=ROOT,
                text=True,
            )
            try:
                yield Served(_address(process), register)
            finally:
                process.terminate()
                process.communicate(timeout=60)


def _address(process: "subprocess.Popen[str]") -> str:
    said = ""
    while (found := _ADDRESS.search(said)) is None:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError(f"the server ended: {said}")
        said += line
    return found[0]
