"""Workers beside a server: started with it, restarted when they die, ended with it."""

import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from gis.errors import GisError
from gis.home import REGISTER_VARIABLE, Home
from gis.jobs.queue import Queue
from gis.jobs.scheduler import Scheduler
from gis.jobs.worker import worker_name
from gis.register.store import Register
from gis.terrain.opening import GroundFiles

__all__ = ["WorkerPool", "start_workers"]

_WATCH_S = 0.2
_STABLE_S = 5.0
_LONGEST_PAUSE_S = 30.0
_END_S = 10.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Seat:
    """The place of one worker, whoever sits there."""

    name: str = ""
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_s: float = 0.0
    start_after: float = 0.0


class WorkerPool:
    """Worker processes, watched by one thread; `start_workers` makes one.

    The thread that starts workers lives as long as they do: on Linux a child is told of its
    parent's death when the thread that started it ends.
    """

    def __init__(self, home: Home, count: int, options: list[str]) -> None:
        self._home = home
        self._options = options
        self._seats = [_Seat() for _ in range(count)]
        self._stop = threading.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="workers", daemon=True)

    @property
    def pids(self) -> list[int]:
        """Return the process numbers of the workers that live."""
        processes = [seat.process for seat in self._seats]
        return [each.pid for each in processes if each is not None and each.poll() is None]

    def start(self) -> None:
        """Start the workers; returns when each has been started once."""
        self._thread.start()
        self._started.wait()

    def stop(self) -> None:
        """Tell the workers to end and wait; their jobs go back to the queue."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> "WorkerPool":
        """Return the pool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def _watch(self) -> None:
        try:
            while True:
                for seat in self._seats:
                    self._fill(seat)
                self._started.set()
                if self._stop.wait(_WATCH_S):
                    return
        finally:
            self._started.set()
            self._end_all()

    def _fill(self, seat: _Seat) -> None:
        """Start a worker where there is none, after a pause if the last soon died."""
        now = time.monotonic()
        if seat.process is not None:
            status = seat.process.poll()
            if status is None:
                return
            _log.warning("worker %s ended with status %s", seat.name, status)
            lived_long = now - seat.started_at > _STABLE_S
            seat.pause_s = 0.0 if lived_long else min(2 * seat.pause_s + 0.2, _LONGEST_PAUSE_S)
            seat.start_after = now + seat.pause_s
            seat.process = None
            self._expire(seat)
        if now >= seat.start_after:
            self._start_one(seat)

    def _start_one(self, seat: _Seat) -> None:
        seat.name, seat.started_at = worker_name(), time.monotonic()
        command = [sys.executable, "-P", "-m", "gis.jobs.worker", *self._options]
        command += ["--name", seat.name, "--parent", str(os.getpid())]
        try:
            seat.process = subprocess.Popen(  # noqa: S603 our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, REGISTER_VARIABLE: self._home.database},
                start_new_session=True,  # Ctrl-C is for the server, which then ends its workers
            )
        except OSError:
            _log.exception("a worker cannot be started")
            seat.pause_s = min(2 * seat.pause_s + 0.2, _LONGEST_PAUSE_S)
            seat.start_after = seat.started_at + seat.pause_s

    def _end_all(self) -> None:
        seats = [seat for seat in self._seats if seat.process is not None]
        for seat in seats:
            if seat.process is not None:
                seat.process.terminate()
        deadline = time.monotonic() + _END_S
        for seat in seats:
            if seat.process is None:
                continue
            try:
                seat.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                seat.process.kill()
                seat.process.wait()
            self._expire(seat)

    def _expire(self, seat: _Seat) -> None:
        """Free the job of a dead worker at once; otherwise its lease does."""
        try:
            with Register.open(self._home.register) as register:
                Queue(register).expire(seat.name)
        except (GisError, SQLAlchemyError) as error:  # the register is down, busy or full
            _log.warning("the job of worker %s is left to its lease: %s", seat.name, error)


def start_workers(
    home: Home,
    count: int,
    ground: GroundFiles,
    *,
    threads: int = 1,
    curves: Path | None = None,
    scheduler: Scheduler | None = None,
) -> WorkerPool:
    """Start workers as processes of their own; `stop` ends them.

    Parameters
    ----------
    home : Home
        Home with a register.
    count : int
        How many; none leaves jobs in the queue.
    ground : GroundFiles
        What the studies stand on.
    threads : int
        Threads of a study.
    curves : Path, optional
        The user's copy of the curves of Rec. ITU-R P.1546.
    scheduler : Scheduler, optional
        Of a cluster that computes tiles.
    """
    options = ["--home", str(home.folder.absolute()), "--threads", str(threads)]
    options += ["--ground", ground.to_json()]
    if curves is not None:
        options += ["--curves", str(curves.absolute())]
    if scheduler is not None:
        options += ["--scheduler", scheduler.to_json()]
    pool = WorkerPool(home, count, options)
    pool.start()
    return pool
