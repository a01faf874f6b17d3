"""What is to survive: two servers with their workers on one home, its register, a disk that fills.

The home, and the database where a server keeps the register, lie on one small file system.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL

from api.identity import new_token
from gis.demo import load_demonstration
from gis.home import Home
from gis.register.accounts import Access, Accounts
from gis.register.address import Address
from gis.register.store import Register
from tests.api.launching import Client, Launcher, launching
from tests.postgres_server import Cluster, PostgresServer, programs

__all__ = ["Installation", "installed", "until"]

WORKERS = 1
_AS_IN_AN_OFFICE = """
listen_addresses = ''
max_connections = 100
shared_buffers = 32MB
max_wal_size = 64MB
checkpoint_timeout = 30s
"""
"""What keeps data stays as PostgreSQL has it: fsync, full_page_writes, synchronous_commit."""


def until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


@dataclass
class Seat:
    """The place of one server, whichever process sits there."""

    launcher: Launcher
    log: Path
    pid: int = 0
    client: Client | None = None
    starts: int = 0


@dataclass
class Installation:
    """What runs.

    Attributes
    ----------
    disk : Path
        Where the file system is mounted.
    logs : Path
        A folder elsewhere.
    home : Home
        On the disk.
    token : str
        Of a member of staff who may write.
    seats : list of Seat
        The servers.
    cluster : Cluster or None
        The database server.
    """

    disk: Path
    logs: Path
    home: Home
    token: str = ""
    seats: list[Seat] = field(default_factory=list)
    cluster: Cluster | None = None

    @property
    def address(self) -> Address:
        """Where the register is."""
        return self.home.register

    def start(self, seat: Seat) -> None:
        """Start a server; returns when it answers."""
        seat.starts += 1
        seat.launcher.log = seat.log.with_suffix(f".{seat.starts}.txt")
        seat.pid = seat.launcher.start(
            self.home.folder, "serve", "--port", "0", workers=WORKERS, register=self.home.database
        )
        seat.client = Client(seat.launcher.address())

    def kill(self, seat: Seat) -> None:
        """Kill a server; its workers are told by the system."""
        seat.client = None
        assert seat.launcher.end("kill") == -signal.SIGKILL

    def clients(self) -> list[Client]:
        """Return the servers that are there, as far as anybody knows."""
        return [seat.client for seat in self.seats if seat.client is not None]

    def workers(self, seat: Seat) -> list[int]:
        """Return the workers of a server that live."""
        children = []
        for task in Path(f"/proc/{seat.pid}/task").iterdir():
            children += (task / "children").read_text().split()
        return [int(pid) for pid in children if b"gis.jobs.worker" in _command(pid)]

    def ready(self) -> bool:
        """Return whether every server reads the register."""
        return len(self.clients()) == len(self.seats) and all(
            self._reads(each) for each in self.clients()
        )

    def _reads(self, client: Client) -> bool:
        try:
            return client.request("GET", "/readyz", timeout=5.0)[0] == 200
        except OSError:
            return False

    def failures(self) -> list[str]:
        """Return what the servers' logs tell of failures that nobody foresaw."""
        found = []
        for log in sorted(self.logs.glob("*.txt")):
            found += [line for line in log.read_text("utf-8").splitlines() if '"failure"' in line]
        return found


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@contextmanager
def installed(database: str, disk: Path, logs: Path) -> Iterator[Installation]:
    """Set up an installation on a disk, with the demonstration, and run it."""
    folder = disk / "home"
    with ExitStack() as stack:
        cluster, address = None, ""
        if database == "postgis":
            cluster, url = _database(disk / "postgres")
            stack.callback(_stop, cluster)
            address = url.render_as_string(hide_password=False)
        home = Home(folder, address)
        with Register.open(home.register, create=True) as register:
            home.ensure()
            load_demonstration(register)
            accounts = Accounts(register)
            account = accounts.add("staff", "staff")
            token, _ = new_token(accounts, account.id, "t", days=1, access=Access.WRITE)
        made = Installation(disk, logs, home, token, cluster=cluster)
        os.environ["PHUSONG_REQUESTS_PER_S"] = "10000"
        for number in (1, 2):
            log = logs / f"server-{number}.txt"
            made.seats.append(Seat(stack.enter_context(_launching(log)), log))
        try:
            for seat in made.seats:
                made.start(seat)
            yield made
        finally:
            for seat in made.seats:
                if seat.client is not None:
                    made.kill(seat)


@contextmanager
def _launching(log: Path) -> Iterator[Launcher]:
    with launching(log) as launcher:
        yield launcher


def _database(folder: Path) -> tuple[Cluster, URL]:
    binaries = programs()
    assert binaries is not None, "PostgreSQL with PostGIS is not installed"
    folder.mkdir()
    cluster = Cluster(binaries, folder, _AS_IN_AN_OFFICE)
    cluster.start()
    server = PostgresServer(folder)
    server.execute("CREATE DATABASE phusong TEMPLATE template0 ENCODING 'UTF8'")
    with server.connect(server.url("phusong")) as connection:
        connection.execute("CREATE EXTENSION postgis")
        connection.execute("CREATE EXTENSION amcheck")
    server.close()
    return cluster, server.url("phusong")


def _stop(cluster: Cluster) -> None:
    if cluster.processes():
        cluster.stop()
