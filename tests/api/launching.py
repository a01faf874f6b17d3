"""The real server as a process, for tests that ask it as programs elsewhere do."""

import csv
import http.client
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gis.home import REGISTER_VARIABLE

PROGRAM = "import sys, api.cli; sys.exit(api.cli.main())"
HEADER = ("Mã cột", "Tên cột", "Loại công trình", "Chủ sở hữu", "Kinh độ", "Vĩ độ", "Hệ tọa độ")


LAUNCHER = """
import json, os, signal, sys
import api.app, api.cli, api.cli.import_, api.cli.serve, gis.exchange.importing, uvicorn

for line in sys.stdin:
    asked = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.environ.update(asked["environment"])
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        code = api.cli.main(asked["arguments"])
        sys.stdout.flush()
        os._exit(code)
    print(pid, flush=True)
    if sys.stdin.readline() == "kill\\n":
        os.kill(pid, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass
class Launcher:
    """Forks `phusong` from a process that has imported it, so that twenty starts cost one."""

    process: subprocess.Popen[str]
    log: Path

    def _say(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def start(
        self, home: Path, *arguments: str, workers: int = 0, terrain: str = "", register: str = ""
    ) -> int:
        """Start a command in a home and return its process; what it says goes into the log."""
        self.log.write_text("", encoding="utf-8")
        more = {"PHUSONG_TERRAIN": terrain, REGISTER_VARIABLE: register}
        asked = {
            "arguments": arguments,
            "log": str(self.log),
            "environment": {**ours(home, workers), **more},
        }
        return int(self._say(json.dumps(asked)))

    def end(self, how: str) -> int:
        """Let the command end (`wait`) or `kill` it with SIGKILL; return its exit status."""
        return int(self._say(how))

    def address(self) -> str:
        """Wait until the command has said where it serves."""
        deadline = time.monotonic() + 60
        while (found := re.search(r"http://\S+(?=\s)", self.log.read_text("utf-8"))) is None:
            assert time.monotonic() < deadline, self.log.read_text("utf-8")
            time.sleep(0.01)
        return found[0]

    @contextmanager
    def serving(self, home: Path, *options: str, workers: int = 0) -> Iterator["Server"]:
        """Serve a home; the server is killed at the end, unless it was ended before."""
        pid = self.start(home, "serve", "--port", "0", *options, workers=workers)
        server = Server(self.address(), pid, self)
        try:
            yield server
        finally:
            if not server.ended:
                self.end("kill")


@contextmanager
def launching(log: Path) -> Iterator[Launcher]:
    """Start a process that launches."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", LAUNCHER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(Path("/nowhere"), 0),
    ) as process:
        try:
            yield Launcher(process, log)
            assert process.stdin is not None
            process.stdin.close()
        except BaseException:
            process.kill()
            raise


@dataclass
class Client:
    """Who asks a running server."""

    address: str

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: bytes | None = None,
        kind: str = "application/json",
        timeout: float = 30.0,
        seen: str | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask once and return status, headers and body; `seen` is the ETag of what is changed."""
        headers = {"accept": "application/json"} | ({} if seen is None else {"if-match": seen})
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if body is not None:
            headers["content-type"] = kind
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=timeout)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read()
        finally:
            connection.close()


@dataclass
class Server(Client):
    """A running server."""

    pid: int
    launcher: Launcher
    ended: bool = False

    def end(self, how: signal.Signals) -> int:
        """Send a signal and return the exit status."""
        os.kill(self.pid, how)
        self.ended = True
        return self.launcher.end("wait")


def ours(home: Path, workers: int) -> dict[str, str]:
    return {"PHUSONG_HOME": str(home), "PHUSONG_WORKERS": str(workers), "PHUSONG_LANG": "en"}


def environment(home: Path, workers: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PHUSONG_")}
    return {**clean, **ours(home, workers)}


@contextmanager
def started(home: Path, *options: str, workers: int) -> Iterator[subprocess.Popen[str]]:
    """Start a server as people do, from nothing."""
    command = [sys.executable, "-P", "-c", PROGRAM, "serve", "--port", "0", *options]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(home, workers),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def structures_form(rows: int) -> tuple[list[str], bytes, str]:
    """Return codes, and a form with its media type: a CSV of structures that no register has."""
    run = uuid.uuid4().hex[:10]
    codes = [f"{run}-{number}" for number in range(rows)]
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(HEADER)
    for code in codes:
        longitude, latitude = 106.2 + random.random() / 5, 10.55 + random.random() / 10
        place = (f"{longitude:.6f}", f"{latitude:.6f}")
        writer.writerow((code, f"Cột {code}", "Cột ăng ten", "mo-phong-a", *place, "WGS84"))
    form = (
        '--limit\r\ncontent-disposition: form-data; name="kind"\r\n\r\nstructures\r\n'
        '--limit\r\ncontent-disposition: form-data; name="file"; filename="cot.csv"\r\n\r\n'
        f"{content.getvalue()}\r\n--limit--\r\n"
    )
    return codes, form.encode(), "multipart/form-data; boundary=limit"
