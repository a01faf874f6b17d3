"""The real server as a process: it starts, says where it is, ends cleanly, and may be killed."""

import csv
import hashlib
import http.client
import json
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyogrio
import pytest

from api import uploads
from api.identity import new_token
from gis.home import Home
from gis.jobs.queue import JobState, Queue
from gis.register.accounts import Access, Accounts
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from tests.api.launching import (
    HEADER,
    PROGRAM,
    Client,
    Launcher,
    environment,
    started,
    structures_form,
)
from tests.prepared import demo_register

KILLS = 20
ROWS = 3


def addresses(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the address and the link that a server with a demonstration prints."""
    assert process.stdout is not None
    address, link, said = "", "", []
    while not address or not link:
        line = process.stdout.readline()
        assert line, "".join(said)
        said.append(line)
        found = re.search(r"http://\S+", line)
        if found and "/login/link/" in found[0]:
            link = found[0]
        elif found:
            address = found[0]
    return address, link


def test_demo_serves_prints_a_link_that_works_once_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    with started(tmp_path, "--demo", workers=1) as process:
        address, link = addresses(process)
        server = Client(address)
        assert server.address.startswith("http://127.0.0.1:")
        assert server.request("GET", "/readyz")[0] == 200
        path = urlsplit(link).path
        status, headers, _ = server.request("GET", path)
        assert status == 303
        cookie = headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert server.request("GET", path)[0] >= 400
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    with Register.open(tmp_path / "register.gpkg") as register:
        register.check()
        assert register.count_structures(SYSTEM) == 300
        account = Accounts(register).accounts()[0]
        assert account.password_hash is None, "the demonstration account must have no password"


def test_gdal_reads_what_is_served(launcher: Launcher, tmp_path: Path) -> None:
    """As QGIS does: the address of a layer, nothing else; never the live file."""
    with launcher.serving(tmp_path, "--demo") as server:
        stations = pyogrio.read_dataframe(f"{server.address}/stations?limit=1000")
        near = pyogrio.read_dataframe(f"{server.address}/structures?bbox=106.3,10.4,106.6,10.7")
        outlines = pyogrio.read_dataframe(f"{server.address}/boundaries?limit=100")
    assert "Phát thanh mô phỏng Bến Lức" in set(stations["programme"])
    assert stations.crs.to_epsg() == 4326
    assert 0 < len(near) <= 100
    west, south, east, north = near.total_bounds
    assert 106.3 <= west <= east <= 106.6
    assert 10.4 <= south <= north <= 10.7
    assert set(outlines.geom_type) <= {"Polygon", "MultiPolygon"}


def test_a_second_start_finds_the_register_as_it_was_left(
    launcher: Launcher, tmp_path: Path
) -> None:
    with launcher.serving(tmp_path, "--demo") as server:
        assert server.end(signal.SIGTERM) == 0
    with Register.open(tmp_path / "register.gpkg") as register:
        (one,) = register.structures(SYSTEM, limit=1)
        with register.write(author="test", reason="test") as writer:
            writer.update_structures([replace(one, name="Cột đã đổi tên")])
        version = register.version()
    with launcher.serving(tmp_path, "--demo") as server:
        assert server.request("GET", "/readyz")[0] == 200
    with Register.open(tmp_path / "register.gpkg") as register:
        assert register.version() == version


def test_a_port_that_is_taken_is_one_clear_line(launcher: Launcher, tmp_path: Path) -> None:
    with launcher.serving(tmp_path, "--demo") as server:
        port = str(urlsplit(server.address).port)
        done = subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM, "serve", "--port", port],
            capture_output=True,
            text=True,
            env=environment(tmp_path, 0),
            timeout=60,
            check=False,
        )
    assert done.returncode == 3
    assert port in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["/vsicurl/http://127.0.0.1:9/x.tif", "no-terrain.txt"])
def test_a_terrain_that_is_none_is_one_clear_line(
    launcher: Launcher, tmp_path: Path, name: str
) -> None:
    (tmp_path / "no-terrain.txt").write_text("<VRTDataset/>")
    terrain = name if name.startswith("/") else str(tmp_path / name)
    launcher.start(tmp_path / "home", "serve", "--port", "0", terrain=terrain)
    code, said = launcher.end("wait"), launcher.log.read_text("utf-8")
    assert code == 3, said
    assert "Traceback" not in said
    assert 0 < len(said.strip().splitlines()) <= 2
    assert not (tmp_path / "home").exists(), "nothing is begun"


def test_a_job_survives_a_restart_and_is_done_by_the_next_server(
    launcher: Launcher, tmp_path: Path
) -> None:
    token = demonstration(tmp_path)
    wanted = json.dumps({"station_id": "mp-tan-an", "radius_km": 5}).encode()
    with launcher.serving(tmp_path, workers=0) as server:
        status, headers, _ = server.request("POST", "/studies/coverage", token=token, body=wanted)
        assert status == 202
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    with launcher.serving(tmp_path, workers=1) as server:
        deadline = time.monotonic() + 120
        state = ""
        while state != "done" and time.monotonic() < deadline:
            job = json.loads(server.request("GET", headers["location"], token=token)[2])
            state = job["state"]
            assert state in ("queued", "running", "done"), job
            time.sleep(0.2)
        assert state == "done"
        assert server.request("GET", f"/studies/{job['study']}", token=token)[0] == 200
        assert server.end(signal.SIGINT) == 0


def demonstration(home: Path) -> str:
    """Make the demonstration register and return a staff member's token."""
    with demo_register(home / "register.gpkg") as register:
        accounts = Accounts(register)
        account = accounts.add("staff", "staff")
        return new_token(accounts, account.id, "test", days=1, access=Access.WRITE)[0]


@dataclass
class Acknowledged:
    """What the server said was done."""

    jobs: list[str] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)


def ask_for_studies(server: Client, token: str, done: Acknowledged) -> None:
    wanted = json.dumps({"station_id": "mp-tan-an", "radius_km": 5}).encode()
    status, headers, body = server.request("POST", "/studies/coverage", token=token, body=wanted)
    if status == 429:  # nobody computes here, and one account may only have so many waiting
        time.sleep(0.05)
        return
    assert status == 202, body
    done.jobs.append(headers["location"].rpartition("/")[2])


def bring_structures_in(server: Client, token: str, done: Acknowledged) -> None:
    codes, form, kind = structures_form(ROWS)
    status, headers, body = server.request("POST", "/imports", token=token, body=form, kind=kind)
    assert status == 201, body
    assert json.loads(body)["accepted"] == ROWS, body
    done.uploads.append(headers["location"].rpartition("/")[2])
    path = f"{headers['location']}/commit"
    status, _, body = server.request("POST", path, token=token, body=b"{}")
    assert status == 201, body
    done.batches.append(json.loads(body)["id"])
    done.codes += codes


def until_it_dies(
    work: Callable[[Client, str, Acknowledged], None],
    server: Client,
    token: str,
    done: Acknowledged,
    wrong: list[str],
) -> None:
    try:
        while True:
            work(server, token, done)
    except (OSError, http.client.HTTPException):
        return
    except AssertionError as error:
        wrong.append(str(error))


def test_twenty_kills_lose_nothing_that_was_acknowledged(
    launcher: Launcher, tmp_path: Path
) -> None:
    token = demonstration(tmp_path)
    done, wrong = Acknowledged(), list[str]()
    moments = random.Random(20250701)
    for _ in range(KILLS):
        launcher.start(tmp_path, "serve", "--port", "0")
        server = Client(launcher.address())
        threads = [
            threading.Thread(target=until_it_dies, args=(work, server, token, done, wrong))
            for work in (ask_for_studies, bring_structures_in)
        ]
        before = len(done.batches)
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 30
        while len(done.batches) == before and not wrong and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 0.3))
        assert launcher.end("kill") == -signal.SIGKILL
        for thread in threads:
            thread.join(60)
    assert not wrong
    assert len(done.jobs) >= KILLS
    assert len(done.batches) >= KILLS
    _require_whole(tmp_path, done)


def _require_whole(home: Path, done: Acknowledged) -> None:
    sent = {each.id: each for each in uploads.uploads(Home(home))}
    assert set(done.uploads) <= set(sent)
    for upload in sent.values():
        content = uploads.file_of(Home(home), upload).read_bytes()
        assert upload.id.endswith(hashlib.sha256(content).hexdigest()[:16]), "half a file"
    with Register.open(home / "register.gpkg") as register:
        register.check()
        queue = Queue(register)
        assert all(queue.job(job).state is JobState.QUEUED for job in done.jobs)
        batches = {batch.id: batch for batch in register.import_batches()}
        assert set(done.batches) <= set(batches)
        stored: dict[str | None, list[Any]] = {}
        for structure in register.structures(SYSTEM):
            stored.setdefault(structure.provenance.batch_id, []).append(structure)
        there = {structure.code for each in stored.values() for structure in each}
        assert set(done.codes) <= there
        for batch in batches.values():
            assert len(stored[batch.id]) == batch.accepted == ROWS, "half an import"


def test_twenty_kills_of_the_import_command_leave_all_or_nothing(
    launcher: Launcher, tmp_path: Path
) -> None:
    demonstration(tmp_path)
    moments = random.Random(20230701)
    file, rows = tmp_path / "cot.csv", 400
    batches, wait_s = 0, 0.0
    for turn in range(KILLS + 2):
        spared = turn in (0, KILLS + 1)  # the first tells how long it takes, the last goes on
        structures_table(file, turn, rows)
        launcher.start(tmp_path, "import", str(file), "--kind", "structures")
        begun = time.monotonic()
        if not spared:
            time.sleep(wait_s * moments.uniform(0.5, 1.0))
        code = launcher.end("wait" if spared else "kill")
        wait_s = wait_s or time.monotonic() - begun
        before, batches = batches, whole_imports(tmp_path, rows)
        wait_s *= 0.9 if batches > before else 1.2  # towards the moment of the commit
        assert batches in (before, before + 1)
        assert code in (0, -signal.SIGKILL), launcher.log.read_text("utf-8")
        if spared or code == 0:
            assert (code, batches) == (0, before + 1), "an acknowledged import was lost"
    assert 2 < batches < KILLS + 2, "the kills came at no interesting moment"


def structures_table(file: Path, turn: int, rows: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(HEADER)
        for number in range(rows):
            name = f"{turn}-{number}"
            place = (f"{106.2 + number / 4000:.6f}", f"{10.55 + turn / 500:.6f}")
            writer.writerow((name, f"Cột {name}", "Cột ăng ten", "mo-phong-a", *place, "WGS84"))


def whole_imports(home: Path, rows: int) -> int:
    """Return how many imports the register holds, each of them whole."""
    with Register.open(home / "register.gpkg") as register:
        register.check()
        batches = len(register.import_batches())
        assert register.count_structures(SYSTEM) == 300 + rows * batches, "half an import"
    return batches


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_client_breaks_is_never_the_servers_fault(
    launcher: Launcher, tmp_path: Path, method: str
) -> None:
    with launcher.serving(tmp_path, "--demo") as server:
        for path in (
            "/stations?bbox=1,2,3",
            "/stations?limit=0",
            "/stations/%00",
            "/%ff",
            "/a//b",
        ):
            status, headers, body = server.request(
                method, path, body=b"\xff{" if method == "POST" else None
            )
            assert 400 <= status < 500, (path, status, body)
            assert headers["content-type"].startswith("application/problem+json"), path
