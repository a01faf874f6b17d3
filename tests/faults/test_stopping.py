"""A server that is told to stop: requests are answered, jobs go back, and it ends soon."""

import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from api.identity import new_token
from gis.jobs.queue import JobState, Queue
from gis.register import engine
from gis.register.accounts import Access, Accounts
from gis.register.store import Register
from tests.api.launching import Client, Launcher, launching, structures_form
from tests.api.ogc_server import SLOW_FILTER, add_long_names
from tests.faults.installation import until
from tests.prepared import demo_register

WITHIN_S = 15.0
"""Ten for requests, of which none here takes so long, and then the workers; on a busy machine."""


@dataclass
class Stopping:
    """A server with a worker, and what is in the register beside it."""

    launcher: Launcher
    client: Client
    pid: int
    register: Register
    token: str


@pytest.fixture
def serving(kept_by: str, tmp_path: Path) -> Iterator[Stopping]:
    assert kept_by
    home = tmp_path / "home"
    with (
        launching(tmp_path / "said.txt") as launcher,
        demo_register(home / "register.gpkg") as register,
    ):
        accounts = Accounts(register)
        account = accounts.add("staff", "staff")
        token, _ = new_token(accounts, account.id, "t", days=1, access=Access.WRITE)
        at = "" if isinstance(register.address, Path) else str(register.address)
        pid = launcher.start(home, "serve", "--port", "0", workers=1, register=at)
        yield Stopping(launcher, Client(launcher.address()), pid, register, token)


def asked_for(serving: Stopping) -> str:
    """Ask for a study that takes long, and wait until it is being made."""
    wanted = {"station_id": "mp-tan-an", "radius_km": 150, "step_m": 90}
    status, headers, body = serving.client.request(
        "POST", "/studies/coverage", token=serving.token, body=json.dumps(wanted).encode()
    )
    assert status == 202, body
    job_id = headers["location"].rpartition("/")[2]
    queue = Queue(serving.register)
    until(lambda: queue.job(job_id).progress > 0.0, "the study is being made")
    return job_id


def half_sent(serving: Stopping) -> tuple[http.client.HTTPConnection, bytes]:
    """Begin to send a file; return the connection and what is still to be sent."""
    _, form, kind = structures_form(3)
    connection = http.client.HTTPConnection(urlsplit(serving.client.address).netloc, timeout=30)
    connection.putrequest("POST", "/imports")
    for name, value in (
        ("authorization", f"Bearer {serving.token}"),
        ("content-type", kind),
        ("content-length", str(len(form))),
        ("accept", "application/json"),
    ):
        connection.putheader(name, value)
    connection.endheaders(form[:50])
    return connection, form[50:]


@contextmanager
def slow(register: Register) -> Iterator[str]:
    """Yield the address of a question that would take half a minute and more.

    Filters are slow in a GeoPackage only; in PostgreSQL the question waits for a lock.
    """
    address = "/ogc/collections/structures/items?" + urlencode({"filter": SLOW_FILTER})
    if isinstance(register.address, Path):
        with register.write(author="t", reason="t") as writer:
            add_long_names(writer)
        yield address
        return
    with engine.writing(register.engine) as connection:
        connection.exec_driver_sql("LOCK TABLE structures IN ACCESS EXCLUSIVE MODE")
        yield address


def test_what_was_asked_is_answered_and_jobs_go_back(serving: Stopping) -> None:
    job_id = asked_for(serving)
    live = http.client.HTTPConnection(urlsplit(serving.client.address).netloc, timeout=30)
    live.request(
        "GET", f"/jobs/{job_id}/events", headers={"authorization": f"Bearer {serving.token}"}
    )
    heard = live.getresponse()
    assert heard.readline() == b"event: progress\n"
    connection, rest = half_sent(serving)
    time.sleep(1.0)
    begun = time.monotonic()
    os.kill(serving.pid, signal.SIGTERM)
    time.sleep(1.0)
    connection.send(rest)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()
    assert serving.launcher.end("wait") == 0
    assert time.monotonic() - begun < WITHIN_S
    assert b"event: end" not in heard.read(), "live progress is cut"
    live.close()
    back = Queue(serving.register).job(job_id)
    assert (back.state, back.attempts) == (JobState.QUEUED, 0)
    assert "Traceback" not in serving.launcher.log.read_text("utf-8")
    serving.register.check()


def test_a_question_that_takes_too_long_is_ended_in_time(serving: Stopping) -> None:
    with slow(serving.register) as address:
        connection = http.client.HTTPConnection(
            urlsplit(serving.client.address).netloc, timeout=30
        )
        head = {"authorization": f"Bearer {serving.token}", "accept": "application/json"}
        connection.request("GET", address, headers=head)
        time.sleep(1.0)
        begun = time.monotonic()
        os.kill(serving.pid, signal.SIGTERM)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("retry-after")) == (503, "5"), answer.read()
        assert json.loads(answer.read())["code"] == "errors.server_stops"
        connection.close()
        assert serving.launcher.end("wait") == 0
        assert time.monotonic() - begun < WITHIN_S
    assert "Traceback" not in serving.launcher.log.read_text("utf-8")
    serving.register.check()
