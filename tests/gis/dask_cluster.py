"""A scheduler of dask.distributed and its workers, processes on this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client, Security

from gis.jobs.scheduler import Scheduler
from tests.gis.dask_certificates import Authority

ROOT = Path(__file__).parents[2]


class DaskProcesses:
    """A scheduler and its workers, with an authority by TLS."""

    def __init__(self, folder: Path, authority: Authority | None = None) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.log = folder / "log.txt"
        self._tls: tuple[object, ...] = ()
        self._security = None
        if authority is not None:
            pair = authority.pair("cluster")
            files = ("--tls-cert", pair.certificate, "--tls-key", pair.key)
            self._tls = ("--protocol", "tls", "--tls-ca-file", authority.ca, *files)
            self._security = Security(
                require_encryption=True,
                tls_ca_file=str(authority.ca),
                tls_client_cert=str(pair.certificate),
                tls_client_key=str(pair.key),
            )
        self._scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", self._file
        )
        self.workers: list[subprocess.Popen[bytes]] = []
        deadline = time.monotonic() + 60
        while not self._file.exists():
            assert self._scheduler.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with self.client() as client:
            self.address = str(client.scheduler.address)
        self.place = Scheduler(self.address)

    def _start(self, module: str, *arguments: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *self._tls]
        command += ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*command, *map(str, arguments)], cwd=ROOT, stdout=log, stderr=log
            )

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Yield a connection of the test's own."""
        file, security = str(self._file), self._security
        with Client(scheduler_file=file, set_as_default=False, security=security) as client:
            yield client

    def add_workers(self, count: int) -> None:
        """Start workers of one thread each, and wait until the scheduler knows them."""
        self.workers = [one for one in self.workers if one.poll() is None]
        wanted = len(self.workers) + count
        for _ in range(count):
            options = ("--nthreads", 1, "--no-nanny", "--host", "127.0.0.1")
            place = ("--scheduler-file", self._file, "--local-directory", self._folder)
            self.workers.append(self._start("dask_worker", *options, *place))
        with self.client() as client:
            client.wait_for_workers(wanted, timeout=60)

    def kill_worker(self) -> None:
        """Kill one without a word."""
        victim = self.workers.pop()
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()

    def tasks_done(self) -> int:
        """Return how many tasks of jobs the workers brought to an end."""

        def count(dask_scheduler: object) -> int:
            prefix = dask_scheduler.task_prefixes.get("do_task")  # type: ignore[attr-defined]
            return 0 if prefix is None else prefix.state_counts["memory"]

        with self.client() as client:
            return int(client.run_on_scheduler(count))

    def end(self) -> None:
        """End all of them; a worker that is told may be cut off in its goodbye, and then stays."""
        for process in self.workers:
            process.kill()
        self._scheduler.terminate()
        for process in (*self.workers, self._scheduler):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
