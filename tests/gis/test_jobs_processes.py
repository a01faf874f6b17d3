"""Workers as processes of their own: real studies, real signals, sudden deaths."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.text import Language
from gis.home import Home
from gis.jobs.pool import start_workers
from gis.jobs.queue import Job, JobState, Queue
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.studies.listing import list_studies
from gis.studies.record import damaged_files, load
from gis.terrain.opening import GroundFiles
from tests.prepared import demo_register

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

KILLS = 20
JOBS = 40

# Forks a worker for each line it reads, so that twenty workers cost one start of the interpreter.
LAUNCHER = """
import os, random, sys, threading, time
from pathlib import Path
from gis.home import Home
from gis.jobs.worker import run_worker
from gis.register.store import Register
from gis.studies.record import Study, save
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain

home = Home(Path(sys.argv[1]))

def short(kind, inputs, context):
    stage = context.stage(0.0, 1.0, "studies.progress_gather")
    for step in range(3):
        stage.report(step / 3)
        time.sleep(random.Random(inputs["n"]).uniform(0.01, 0.05))
    number = inputs["n"]
    return save(Study(f"coverage-{number:016x}", kind, dict(inputs)), {"a.txt": b"a"}, home)

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        with Register.open(home.register) as register:
            run_worker(register, home, Ground(FlatTerrain()), stop=threading.Event(), lease_s=0.4,
                       max_cut_off=1000, executor=short)
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("dead", flush=True)
"""

# Starts a pool and waits, to be killed itself.
SERVER = """
import sys, time
from pathlib import Path
from gis.home import Home
from gis.jobs.pool import start_workers
from gis.terrain.opening import GroundFiles

pool = start_workers(Home(Path(sys.argv[1])), 1, GroundFiles())
print(*pool.pids, flush=True)
time.sleep(60)
"""


LONG = (150.0, 90.0)
"""Radius and step of a study that takes seconds, so that it can be stopped on the way."""


def until(condition: Callable[[], bool], seconds: float = 30.0) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds
        time.sleep(0.02)
    return time.monotonic() - started


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def queue(home: Home) -> Iterator[Queue]:
    with demo_register(home.register) as register:
        yield Queue(register)


@pytest.fixture
def ask(home: Home, queue: Queue) -> Callable[..., Job]:
    with Register.open(home.register) as register:
        station = next(
            each
            for each in register.stations(SYSTEM)
            if None not in (each.ground_height_m, each.erp_total_dbw, each.height_above_ground_m)
        )

    def submit(radius_km: float, step_m: float, **changes: object) -> Job:
        request = {"station_id": station.id, "radius_km": radius_km, "step_m": step_m}
        return queue.submit("coverage", request | changes, requested_by="lan")

    return submit


def test_workers_finish_fail_cancel_and_come_back(
    home: Home, queue: Queue, ask: Callable[..., Job]
) -> None:
    small, large = ask(2.0, 200.0), ask(*LONG)
    unknown, last = ask(2.0, 200.0, station_id="nowhere"), ask(3.0, 200.0)
    with start_workers(home, 1, GroundFiles()) as pool:
        until(lambda: queue.job(small.id).state.final)
        done = queue.job(small.id)
        assert (done.state, done.error_key) == (JobState.DONE, None)
        study = load(done.study_id or "", home)
        assert study.inputs["station"]["id"] == small.inputs["station_id"]
        assert damaged_files(study, home) == []

        until(lambda: queue.job(large.id).progress > 0.05)
        (first_pid,) = pool.pids
        os.kill(first_pid, signal.SIGKILL)
        until(lambda: queue.job(large.id).attempts == 2)
        assert first_pid not in pool.pids
        until(lambda: queue.job(large.id).progress > 0.05)
        queue.cancel(large.id)
        assert until(lambda: queue.job(large.id).state.final) < 2.0
        assert queue.job(large.id).state is JobState.CANCELLED

        until(lambda: queue.job(last.id).state.final)
        failed = queue.job(unknown.id)
        assert failed.state is JobState.FAILED
        assert failed.say_error(Language.VI) == "Không có đài phát nowhere."
        assert failed.say_error(Language.EN) == "There is no broadcasting station nowhere."
        assert queue.job(last.id).state is JobState.DONE
        (pid,) = pool.pids
    assert not alive(pid)
    assert pool.pids == []


def test_a_pool_that_stops_gives_its_job_back(
    home: Home, queue: Queue, ask: Callable[..., Job]
) -> None:
    job = ask(*LONG)
    with start_workers(home, 1, GroundFiles()):
        until(lambda: queue.job(job.id).progress > 0.0)
    back = queue.job(job.id)
    assert (back.state, back.attempts) == (JobState.QUEUED, 0)


def test_workers_end_when_their_server_is_killed(
    home: Home, queue: Queue, ask: Callable[..., Job]
) -> None:
    job = ask(*LONG)
    command = [sys.executable, "-P", "-c", SERVER, str(home.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        until(lambda: queue.job(job.id).state is JobState.RUNNING)
        server.kill()
    until(lambda: not alive(pid), 5.0)
    assert (queue.job(job.id).state, queue.job(job.id).attempts) == (JobState.QUEUED, 0)


def count_ends(home: Home) -> None:
    """Have the file itself note each time that a job ends."""
    with closing(sqlite3.connect(home.register)) as file:
        file.execute("CREATE TABLE ends (job_id TEXT, state TEXT)")
        file.execute(
            "CREATE TRIGGER ended AFTER UPDATE OF state ON jobs"
            " WHEN new.state NOT IN ('queued', 'running')"
            " BEGIN INSERT INTO ends VALUES (new.id, new.state); END"
        )


def ends_of(home: Home) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(home.register)) as file:
        return sorted(file.execute("SELECT job_id, state FROM ends"))


def test_two_servers_share_the_queue_and_one_is_killed(
    home: Home, queue: Queue, ask: Callable[..., Job]
) -> None:
    """The other ends every job, and none twice."""
    jobs = [ask(100.0, 150.0 + n) for n in range(4)]
    count_ends(home)
    command = [sys.executable, "-P", "-c", SERVER, str(home.folder)]
    servers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        until(lambda: sum(queue.job(job.id).state is JobState.RUNNING for job in jobs) == 2)
        owners = {queue.job(job.id).lease_owner for job in jobs} - {None}
        assert len(owners) == 2
        servers[0].kill()
        until(lambda: all(queue.job(job.id).state.final for job in jobs), 120.0)
    finally:
        for server in servers:
            server.kill()
            server.communicate()
    assert ends_of(home) == sorted((job.id, "done") for job in jobs)
    assert len({queue.job(job.id).study_id for job in jobs}) == len(jobs)


def test_a_worker_without_a_register_says_so_and_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "gis.jobs.worker", "--home", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 1
    assert "There is no register" in ended.stderr


def test_twenty_sudden_deaths_lose_no_job_and_end_none_twice(home: Home, tmp_path: Path) -> None:
    with Register.open(home.register, create=True) as register:
        queue = Queue(register)
        jobs = [queue.submit("coverage", {"n": n}, requested_by="lan") for n in range(JOBS)]
        count_ends(home)
        _kill_workers(home, tmp_path, queue)
        ended = [queue.job(job.id) for job in jobs]
        register.check()
    assert {job.state for job in ended} == {JobState.DONE}
    assert ends_of(home) == sorted((job.id, "done") for job in jobs)
    assert [job.study_id for job in ended] == [f"coverage-{n:016x}" for n in range(JOBS)]
    kept = [load(study.id, home) for study in list_studies(home)]
    assert sorted(study.inputs["n"] for study in kept) == list(range(JOBS))
    assert all(damaged_files(study, home) == [] for study in kept)
    assert sum(job.attempts - 1 for job in ended) >= KILLS // 4  # the kills met running jobs


def _kill_workers(home: Home, tmp_path: Path, queue: Queue) -> None:
    """Kill workers one after another; the last finishes what is left."""
    script = tmp_path / "launcher.py"
    script.write_text(LAUNCHER, encoding="utf-8")
    moment = random.Random(412)
    with subprocess.Popen(
        [sys.executable, "-P", str(script), str(home.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as launcher:
        assert launcher.stdin is not None
        assert launcher.stdout is not None
        for turn in range(KILLS + 1):
            launcher.stdin.write("go\n")
            launcher.stdin.flush()
            pid = int(launcher.stdout.readline())
            if turn < KILLS:
                time.sleep(moment.uniform(0.02, 0.5))
                assert queue.count(states=[JobState.QUEUED, JobState.RUNNING]) > 0
            else:
                until(lambda: not queue.count(states=[JobState.QUEUED, JobState.RUNNING]))
            os.kill(pid, signal.SIGKILL)
            assert launcher.stdout.readline() == "dead\n"
        launcher.stdin.close()


_TOLD_IN_THE_MIDDLE = """
import os, signal, threading
from gis.jobs import worker
stop = threading.Event()
worker._end_when_told(os.getppid(), stop)
with stop._cond:  # as `wait` does between two of its steps
    os.kill(os.getpid(), signal.SIGTERM)
    sum(range(1000))
os._exit(0 if stop.wait(10) else 1)
"""


def test_a_signal_in_the_middle_of_waiting_stops_and_does_not_hang() -> None:
    """The handler may run while the main thread holds the event's own lock."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", _TOLD_IN_THE_MIDDLE], timeout=60, check=False
    )
    assert done.returncode == 0
