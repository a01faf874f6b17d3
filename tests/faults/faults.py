"""What goes wrong: deaths and a full disk, each with what brings the installation back."""

import errno
import mmap
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from tests.faults.installation import Installation, until
from tests.faults.ledger import Ledger

__all__ = ["FAULTS", "Fault"]

Fault = Callable[[Installation, Ledger, random.Random], str]
"""Does it, brings things back, and says what exactly it was."""

_DOWN_S = 0.5
_FULL_S = (0.5, 2.0)
_BLOCK = 1 << 24


def server(installation: Installation, _: Ledger, chance: random.Random) -> str:
    """Kill one of the servers."""
    seat = chance.choice(installation.seats)
    installation.kill(seat)
    time.sleep(chance.uniform(0.0, _DOWN_S))
    installation.start(seat)
    return ""


def worker(installation: Installation, _: Ledger, chance: random.Random) -> str:
    """Kill a worker; its server starts another."""
    seat = chance.choice(installation.seats)
    until(lambda: bool(installation.workers(seat)), "a worker", 45.0)
    pid = chance.choice(installation.workers(seat))
    os.kill(pid, signal.SIGKILL)
    until(lambda: not _lives(pid), "it is dead")
    until(lambda: bool(installation.workers(seat)), "another worker", 45.0)
    return ""


def everything(installation: Installation, _: Ledger, chance: random.Random) -> str:
    """Kill all servers and all workers at one moment."""
    pids = [pid for seat in installation.seats for pid in installation.workers(seat)]
    pids += [seat.pid for seat in installation.seats]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for seat in installation.seats:
        installation.kill(seat)
    time.sleep(chance.uniform(0.0, _DOWN_S))
    for seat in installation.seats:
        installation.start(seat)
    return ""


def database(installation: Installation, _: Ledger, chance: random.Random) -> str:
    """Kill PostgreSQL's first process, one that serves a connection, or all of them."""
    cluster = installation.cluster
    assert cluster is not None
    first, *others = cluster.processes()
    which = chance.choice(("first process", "one process", "all processes"))
    chosen = {"first process": [first], "one process": [chance.choice(others)]}
    for pid in chosen.get(which, [first, *others]):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if which != "one process":
        until(lambda: not any(map(_is_there, [first, *others])), "PostgreSQL is dead")
        time.sleep(chance.uniform(0.0, _DOWN_S))
        cluster.start()
    return which


def disk(installation: Installation, ledger: Ledger, chance: random.Random) -> str:
    """Fill the disk, go on writing, and free it again."""
    refused = ledger.told(503)
    filler = installation.disk / "filler"
    deadline = time.monotonic() + chance.uniform(*_FULL_S)
    with filler.open("wb", buffering=0) as file:
        while time.monotonic() < deadline:
            _fill(file.fileno())
            time.sleep(0.01)
    filler.unlink()
    cluster = installation.cluster
    said = ""
    if cluster is not None and not cluster.runs:
        cluster.start()
        said = "PostgreSQL stopped, "
    return f"{said}{ledger.told(503) - refused} refused"


def _fill(file: int) -> None:
    """Take what is left, to the last page."""
    size = _BLOCK
    while size >= mmap.PAGESIZE:
        try:
            os.posix_fallocate(file, os.fstat(file).st_size, size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            size //= 8


def _is_there(pid: int) -> bool:
    """Return whether a process is there, dead or alive, as PostgreSQL asks before it starts."""
    return Path(f"/proc/{pid}").exists()


def _lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


FAULTS: Mapping[str, Mapping[str, Fault]] = {
    "geopackage": {"server": server, "worker": worker, "everything": everything, "disk": disk},
    "postgis": {"server": server, "worker": worker, "database": database, "disk": disk},
}
"""What may happen, by the database that keeps the register."""
