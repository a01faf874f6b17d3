"""A worker: takes jobs from the queue one after another and runs the studies they name.

Process entry: `python -P -m gis.jobs.worker --home DIR`, with `--ground JSON`, `--curves PATH` and
`--threads N` and `--scheduler JSON` where there are such. The worker ends when it is told to
(SIGTERM, SIGINT: the job goes back to the queue) and when the process that started it dies.
"""

import argparse
import ctypes
import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

from gis.errors import CancelledError, ConflictError, GisError, StorageError
from gis.home import REGISTER_VARIABLE, Home
from gis.jobs.cluster import cluster_at
from gis.jobs.queue import LEASE_S, MAX_CUT_OFF, MAX_HINDERED, Job, LeaseLostError, Queue
from gis.jobs.scheduler import Scheduler
from gis.register.store import Register
from gis.studies.context import StudyContext
from gis.studies.record import Study
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.opening import GroundFiles, open_ground
from propagation.errors import OutOfRangeError, PropagationError

__all__ = ["Executor", "main", "run_worker", "work_once", "worker_name"]

Executor = Callable[[str, Mapping[str, object], StudyContext], Study]
"""Runs a study: `gis.studies.runner.run`, or what a test puts in its place."""

_LISTEN_S = 0.2
_WRITE_S = 0.5
_IDLE_S = 0.5
_TROUBLE_S = 5.0
_FULL_S = 15.0
_END_ATTEMPTS = 10
_WATCH_S = 0.1
_UNWIND_S = 20.0
_DETAIL_LENGTH = 200
_PR_SET_PDEATHSIG = 1

_log = logging.getLogger(__name__)


def worker_name() -> str:
    """Return a name that no other worker has: machine, process and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def work_once(
    register: Register,
    home: Home,
    ground: Ground,
    *,
    worker: str | None = None,
    threads: int = 1,
    curves: Path | None = None,
    scheduler: Scheduler | None = None,
    stop: threading.Event | None = None,
    lease_s: float = LEASE_S,
    max_cut_off: int = MAX_CUT_OFF,
    max_hindered: int = MAX_HINDERED,
    executor: Executor = run,
) -> bool:
    """Take one job and bring it to its end; return whether there was one.

    Parameters
    ----------
    register, home, ground : Register, Home, Ground
        What studies are run with.
    worker : str, optional
        Name of the worker; without one a new name.
    threads : int
        Threads of a study.
    curves : Path, optional
        The user's copy of the curves of Rec. ITU-R P.1546.
    scheduler : Scheduler, optional
        Of a cluster that computes tiles.
    stop : Event, optional
        When set, the job is given back to the queue.
    lease_s : float
        How long the worker may be silent before another takes the job.
    max_cut_off : int
        How many workers may end in the middle of a job before it fails.
    max_hindered : int
        How often a job may find the disk full before it fails.
    executor : callable
        Runs the study.
    """
    name = worker or worker_name()
    queue = Queue(register, max_cut_off=max_cut_off)
    job = queue.lease(name, lease_s)
    if job is None:
        return False
    last = job.hindered + 1 >= max_hindered
    hold = _Hold(queue, job.id, name, lease_s, stop or threading.Event(), last)
    beat = threading.Thread(target=hold.beat, name=f"heartbeat {job.id}", daemon=True)
    beat.start()
    try:
        with cluster_at(scheduler) as cluster:
            context = StudyContext(
                register=register,
                home=home,
                ground=ground,
                progress=hold.report,
                cancelled=hold.should_stop,
                workers=threads,
                cluster=cluster,
                p1546_curves=curves,
            )
            end = _outcome(job, context, hold, executor)
    finally:
        hold.ended.set()
        beat.join()
    _keep(end, hold)
    return True


def run_worker(
    register: Register,
    home: Home,
    ground: Ground,
    *,
    stop: threading.Event,
    worker: str | None = None,
    threads: int = 1,
    curves: Path | None = None,
    scheduler: Scheduler | None = None,
    lease_s: float = LEASE_S,
    max_cut_off: int = MAX_CUT_OFF,
    max_hindered: int = MAX_HINDERED,
    executor: Executor = run,
) -> None:
    """Take jobs until told to stop; parameters as of `work_once`."""
    name = worker or worker_name()
    while not stop.is_set():
        try:
            if not work_once(
                register,
                home,
                ground,
                worker=name,
                threads=threads,
                curves=curves,
                scheduler=scheduler,
                stop=stop,
                lease_s=lease_s,
                max_cut_off=max_cut_off,
                max_hindered=max_hindered,
                executor=executor,
            ):
                stop.wait(_IDLE_S)
        except (GisError, SQLAlchemyError):  # the register is busy or its disk is full
            _log.exception("the queue cannot be used")
            stop.wait(_TROUBLE_S)


@dataclass(slots=True)
class _Hold:
    """The lease on one job, while it is being worked on."""

    queue: Queue
    job_id: str
    worker: str
    lease_s: float
    stop: threading.Event
    last: bool
    ended: threading.Event = field(default_factory=threading.Event)
    cancel_wanted: bool = False
    lost: bool = False
    _said: tuple[float, str | None, Mapping[str, object]] = (0.0, None, {})

    def report(self, fraction: float, key: str, values: Mapping[str, object], /) -> None:
        """Note the progress; the heartbeat writes it."""
        self._said = (fraction, key, values)

    def should_stop(self) -> bool:
        """Return whether the study must end without a result."""
        return self.cancel_wanted or self.lost or self.stop.is_set()

    def beat(self) -> None:
        """Keep the lease and listen for a cancel, until the study has ended."""
        written, written_at = self._said, time.monotonic()
        while not self.ended.wait(min(_LISTEN_S, self.lease_s / 4)):
            try:
                said, silent_s = self._said, time.monotonic() - written_at
                due_s = self.lease_s / 3 if said == written else min(_WRITE_S, self.lease_s / 3)
                if silent_s >= due_s:
                    self.cancel_wanted = self.queue.heartbeat(
                        self.job_id, self.worker, *said, lease_s=self.lease_s
                    )
                    written, written_at = said, time.monotonic()
                else:
                    self.cancel_wanted = self.queue.cancel_wanted(self.job_id, self.worker)
            except LeaseLostError:
                self.lost = True
                return
            except Exception:  # it is tried again; the study need not suffer
                _log.exception("no heartbeat for job %s", self.job_id)


def _outcome(
    job: Job, context: StudyContext, hold: _Hold, executor: Executor
) -> Callable[[], None]:
    """Run the study and return what is to be said to the queue about it."""
    queue, mine = hold.queue, (hold.job_id, hold.worker)
    try:
        study = executor(job.kind, job.inputs, context)
    except CancelledError as error:
        if hold.cancel_wanted:
            return lambda: queue.cancelled(*mine)
        if hold.should_stop():
            return lambda: queue.release(*mine)
        key, values = error.key, error.values
    except StorageError as error:  # of the register, which comes back: the study is not to blame
        _log.warning("job %s waits: %s", job.id, error)
        return lambda: queue.postpone(*mine, _TROUBLE_S, "jobs.waits_register", counted=False)
    except Exception as error:  # whatever it is, the person who asked is told
        key, values = _reason(error)
        if key == "jobs.failed_disk" and not hold.last:
            _log.warning("job %s waits: %s", job.id, error)
            return lambda: queue.postpone(*mine, _FULL_S, "jobs.waits_disk", counted=True)
        if key == "jobs.failed":
            _log.exception("job %s failed", job.id)
    else:
        study_id = study.id
        return lambda: queue.finish(*mine, study_id)
    return lambda: queue.fail(*mine, key, values)


def _reason(error: Exception) -> tuple[str, dict[str, object]]:
    """Return the sentence about why a study failed."""
    if isinstance(error, GisError):
        return error.key, error.values
    if isinstance(error, OutOfRangeError):
        parts = ("name", "value", "lower", "upper", "source")
        return "jobs.failed_range", {name: getattr(error, name) for name in parts}
    detail = f"{type(error).__name__}: {error}"[:_DETAIL_LENGTH]
    if isinstance(error, PropagationError):
        return "jobs.failed_model", {"detail": str(error)[:_DETAIL_LENGTH]}
    if isinstance(error, MemoryError):
        return "jobs.failed_memory", {}
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
        return "jobs.failed_disk", {}
    return "jobs.failed", {"detail": detail}


def _keep(end: Callable[[], None], hold: _Hold) -> None:
    """Tell the queue how the job ended, waiting for a register that is busy, down or full."""
    for attempt in range(_END_ATTEMPTS):
        try:
            end()
            return
        except LeaseLostError:
            _log.warning("job %s was taken by another worker", hold.job_id)
            return
        except (ConflictError, StorageError, SQLAlchemyError):
            _log.exception("the end of job %s is not written yet", hold.job_id)
            if hold.stop.wait(min(2.0**attempt * 0.1, _TROUBLE_S)):
                break
    _log.error("job %s is left to its lease", hold.job_id)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker as a process of its own; return its exit status."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
    parent = os.getppid() if given.parent is None else given.parent
    stop = threading.Event()
    _end_when_told(parent, stop)
    home = Home(given.home, os.environ.get(REGISTER_VARIABLE, ""))
    try:
        ground = open_ground(GroundFiles.from_json(given.ground))
        register = Register.open(home.register)
    except GisError as error:
        _log.error("%s", error)
        return 1
    with register:
        run_worker(
            register,
            home,
            ground,
            stop=stop,
            worker=given.name,
            threads=given.threads,
            curves=given.curves,
            scheduler=given.scheduler,
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -P -m gis.jobs.worker")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--ground", default=GroundFiles().to_json())
    parser.add_argument("--curves", type=Path)
    parser.add_argument("--scheduler", type=Scheduler.from_json)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--name")
    parser.add_argument("--parent", type=int)
    return parser


def _end_when_told(parent: int, stop: threading.Event) -> None:
    """Stop at a signal or when the parent dies; a study that then hangs is left to its lease.

    The handler of a signal only notes it: it runs between two steps of the main thread, which may
    hold the lock of the very event that `set` would then wait for, and with it every other thread.
    """
    told: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    def watch() -> None:
        while not told and os.getppid() == parent:
            time.sleep(_WATCH_S)
        stop.set()
        time.sleep(_UNWIND_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
