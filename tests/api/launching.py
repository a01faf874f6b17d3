"""The real server as a process, for tests that ask it as programs elsewhere do."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PROGRAM = "import sys, api.cli; sys.exit(api.cli.main())"


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

    def start(self, home: Path, *arguments: str, workers: int = 0, terrain: str = "") -> int:
        """Start a command in a home and return its process; what it says goes into the log."""
        self.log.write_text("", encoding="utf-8")
        asked = {
            "arguments": arguments,
            "log": str(self.log),
            "environment": {**ours(home, workers), "PHUSONG_TERRAIN": terrain},
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
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask once and return status, headers and body."""
        headers = {"accept": "application/json"}
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
