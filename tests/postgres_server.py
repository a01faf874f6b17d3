"""A private PostgreSQL server with PostGIS for one process of tests, on a socket only.

It runs as an unprivileged user in a folder of its own, without writing through to the disk, and is
stopped and removed at the end. A database is made as a copy of a template in tens of milliseconds.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
from sqlalchemy import URL

__all__ = ["Cluster", "PostgresServer", "programs", "running"]

_CONFIGURATION = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 60
shared_buffers = 32MB
autovacuum = off
wal_level = minimal
max_wal_senders = 0
"""


def programs() -> Path | None:
    """Return the folder of initdb and pg_ctl of the newest server that is here with PostGIS."""
    found = [
        path.parent
        for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if Path(f"/usr/share/postgresql/{path.parts[-3]}/extension/postgis.control").is_file()
    ]
    return max(found, key=lambda path: int(path.parts[-2]), default=None)


class PostgresServer:
    """A server that runs.

    Attributes
    ----------
    folder : Path
        Its socket and its data.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._control = psycopg.connect(self._conninfo("postgres"), autocommit=True)

    def _conninfo(self, database: str) -> str:
        return f"host={self.folder} user=phusong dbname={database}"

    def url(self, database: str) -> URL:
        """Return the address of a database."""
        query = {"host": str(self.folder)}
        return URL.create("postgresql", username="phusong", database=database, query=query)

    def connect(self, url: URL) -> psycopg.Connection:
        """Return a connection to a database past the register."""
        return psycopg.connect(self._conninfo(url.database or ""), autocommit=True)

    def execute(self, statement: LiteralString) -> None:
        """Run a statement of the server's administrator."""
        self._control.execute(statement)

    def database(self, template: str = "with_postgis") -> str:
        """Make a database of a template and return its name."""
        name = f"t{next(self._numbers)}"
        self._control.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database."""
        self._control.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def prepare(self) -> None:
        """Make the template of an empty database with PostGIS."""
        self._control.execute("CREATE DATABASE with_postgis TEMPLATE template0 ENCODING 'UTF8'")
        with psycopg.connect(self._conninfo("with_postgis"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
            # what is copied for each test is half as large without the systems that nothing reads
            connection.execute("DELETE FROM spatial_ref_sys WHERE srid <> 4326")
            connection.execute("VACUUM FULL")

    def close(self) -> None:
        """Give the connection back."""
        self._control.close()


class Cluster:
    """The data of a server and its processes, which may be stopped, killed and started again.

    Attributes
    ----------
    folder : Path
        Its socket and its data.
    """

    def __init__(self, binaries: Path, folder: Path, configuration: str = _CONFIGURATION) -> None:
        self.folder = folder
        self._binaries = binaries
        self._as_user: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to be started by root
            shutil.chown(folder, "nobody", "nogroup")
            self._as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        options = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1")
        self._run("initdb", "-U", "phusong", *options, "--no-sync")
        written = f"{configuration}unix_socket_directories = '{folder}'\n"
        (self._data / "postgresql.auto.conf").write_text(written)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *options: str) -> None:
        done = self._try(program, *options)
        assert done.returncode == 0, done.stdout

    def _try(self, program: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [*self._as_user, str(self._binaries / program), "-D", str(self._data), *options]
        return subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self) -> None:
        """Start it and wait until it answers, after a crash when it has recovered."""
        self._run("pg_ctl", "start", "-l", str(self.folder / "log"), "-w")

    def stop(self) -> None:
        """Stop it without ceremony."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-w")

    @property
    def runs(self) -> bool:
        """Whether its first process lives and has started."""
        return self._try("pg_ctl", "status").returncode == 0

    def processes(self) -> list[int]:
        """Return its processes, the one that started the others first; none when it is down."""
        try:
            first = int((self._data / "postmaster.pid").read_text().split()[0])
            return [first, *map(int, _children(first))]
        except (FileNotFoundError, IndexError, ProcessLookupError):
            return []


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@contextmanager
def running(binaries: Path) -> Iterator[PostgresServer]:
    """Start a server and yield it; stop it and remove its folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="phusong-pg-", dir="/tmp"))
    try:
        cluster = Cluster(binaries, folder)
        cluster.start()
        try:
            server = PostgresServer(folder)
            server.prepare()
            yield server
            server.close()
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
