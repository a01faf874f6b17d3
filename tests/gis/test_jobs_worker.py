"""A worker in this process: studies end, fail, stop and are given back."""

import errno
import resource
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from data.text import Language
from gis.errors import NotFoundError, StorageError
from gis.home import Home
from gis.jobs.queue import Job, JobState, Queue
from gis.jobs.worker import Executor, run_worker, work_once
from gis.register.records import BroadcastStation
from gis.register.store import Register
from gis.studies.context import StudyContext
from gis.studies.record import Study, load, save
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.errors import OutOfRangeError, PropagationError

KEY = "studies.progress_gather"


def patient(_kind: str, _inputs: Mapping[str, object], context: StudyContext) -> Study:
    """Report until stopped, at most ten seconds."""
    stage = context.stage(0.0, 1.0, KEY)
    for step in range(500):
        stage.report(step / 500)
        time.sleep(0.02)
    raise AssertionError("nobody stopped it")


def failing(error: Exception) -> Executor:
    def fail(_kind: str, _inputs: Mapping[str, object], _context: StudyContext) -> Study:
        raise error

    return fail


def succeeding(kind: str, inputs: Mapping[str, object], context: StudyContext) -> Study:
    return save(Study("coverage-0123456789abcdef", kind, dict(inputs)), {}, context.home)


def until(condition: Callable[[], bool], seconds: float = 10.0) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds
        time.sleep(0.01)
    return time.monotonic() - started


@pytest.fixture
def queue(register: Register) -> Queue:
    return Queue(register)


@pytest.fixture
def work(register: Register, tmp_path: Path) -> Callable[..., bool]:
    home = Home(tmp_path / "home")
    home.folder.mkdir(exist_ok=True)

    def once(executor: Executor, **options: object) -> bool:
        return work_once(register, home, Ground(FlatTerrain()), executor=executor, **options)

    return once


def submitted(queue: Queue) -> Job:
    return queue.submit("coverage", {"n": 1}, requested_by="lan")


def test_without_a_job_there_is_nothing_to_do(work: Callable[..., bool]) -> None:
    assert work(failing(AssertionError())) is False


def test_a_real_study_is_kept_and_the_job_names_it(
    register: Register,
    study_context: Callable[..., StudyContext],
    make_station: Callable[..., BroadcastStation],
) -> None:
    home = study_context(stations=[make_station("a")]).home
    queue = Queue(register)
    inputs = {"station_id": "a", "radius_km": 2.0, "step_m": 200.0}
    job = queue.submit("coverage", inputs, requested_by="lan")
    assert work_once(register, home, Ground(FlatTerrain()), threads=2) is True
    ended = queue.job(job.id)
    assert (ended.state, ended.error_key) == (JobState.DONE, None)
    study = load(ended.study_id or "", home)
    assert (home.study(study.id) / "coverage.tif").is_file()
    again = queue.submit("coverage", inputs, requested_by="lan")
    assert work_once(register, home, Ground(FlatTerrain())) is True
    assert queue.job(again.id).study_id == study.id


@pytest.mark.parametrize(
    ("error", "vi", "en"),
    [
        (NotFoundError("errors.broadcast_stations_unknown", id="x"), "đài phát x", "station x"),
        (OutOfRangeError("height_m", 0.5, 1.0, 3000.0, "P.1812-8"), "0,5", "from 1 to 3,000"),
        (PropagationError("no profile"), "Mô hình truyền sóng", "no profile"),
        (MemoryError(), "không đủ bộ nhớ", "not enough memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "ổ đĩa", "free space"),
        (KeyError("z"), "KeyError: 'z'", "Please tell the administrator"),
    ],
)
def test_a_failing_job_says_why(
    queue: Queue, work: Callable[..., bool], error: Exception, vi: str, en: str
) -> None:
    job = submitted(queue)
    assert work(failing(error), max_hindered=1) is True
    ended = queue.job(job.id)
    assert (ended.state, ended.study_id, ended.attempts) == (JobState.FAILED, None, 1)
    assert vi in (ended.say_error(Language.VI) or "")
    assert en in (ended.say_error(Language.EN) or "")


@pytest.mark.parametrize(
    ("error", "attempts", "waits"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 1, "The disk is full"),
        (StorageError("errors.register_unreachable", detail="x"), 0, "The register cannot be"),
    ],
)
def test_a_job_that_the_machine_hindered_waits_and_is_taken_again(
    queue: Queue, work: Callable[..., bool], error: Exception, attempts: int, waits: str
) -> None:
    job = submitted(queue)
    assert work(failing(error), worker="one") is True
    waiting = queue.job(job.id)
    assert (waiting.state, waiting.attempts) == (JobState.RUNNING, attempts)
    assert waits in (waiting.say_progress(Language.EN) or "")
    assert work(failing(AssertionError())) is False, "nobody takes it for a while"
    queue.expire("one")
    assert work(succeeding) is True
    assert queue.job(job.id).state is JobState.DONE


@pytest.mark.geopackage
def test_the_end_of_a_job_is_written_when_the_disk_takes_it_again(
    register: Register, queue: Queue, work: Callable[..., bool]
) -> None:
    """The system itself refuses to write the end, by the limit on this process's files."""
    job = submitted(queue)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(kind: str, inputs: Mapping[str, object], context: StudyContext) -> Study:
        study = succeeding(kind, inputs, context)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        return study

    thread = threading.Thread(target=work, args=(fill,))
    try:
        thread.start()
        time.sleep(1.0)
        assert queue.job(job.id).state is JobState.RUNNING
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    thread.join(10.0)
    done = queue.job(job.id)
    assert (done.state, done.attempts) == (JobState.DONE, 1)
    register.check()


def test_only_an_unforeseen_error_is_logged(
    queue: Queue, work: Callable[..., bool], caplog: pytest.LogCaptureFixture
) -> None:
    submitted(queue)
    work(failing(NotFoundError("errors.broadcast_stations_unknown", id="x")))
    assert caplog.records == []
    job = submitted(queue)
    work(failing(ZeroDivisionError("by zero")))
    assert job.id in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_cancel_is_heard_within_a_second(queue: Queue, work: Callable[..., bool]) -> None:
    job = submitted(queue)
    thread = threading.Thread(target=work, args=(patient,))
    thread.start()
    until(lambda: queue.job(job.id).progress > 0.0)
    assert queue.job(job.id).say_progress(Language.EN) == "Reading the records"
    queue.cancel(job.id)
    assert until(lambda: queue.job(job.id).state.final) < 1.0
    assert queue.job(job.id).state is JobState.CANCELLED
    thread.join()


@pytest.mark.geopackage
def test_progress_is_written_at_most_twice_a_second(
    register: Register, queue: Queue, work: Callable[..., bool]
) -> None:
    with register.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("CREATE TABLE beats (progress REAL)")
        connection.exec_driver_sql(
            "CREATE TRIGGER beat AFTER UPDATE OF progress ON jobs WHEN new.progress BETWEEN"
            " 0.0001 AND 0.9999 BEGIN INSERT INTO beats VALUES (new.progress); END"
        )
    job = submitted(queue)
    thread = threading.Thread(target=work, args=(patient,))
    started = time.monotonic()
    thread.start()
    time.sleep(2.2)
    queue.cancel(job.id)
    thread.join()
    with register.engine.connect() as connection:
        beats = connection.exec_driver_sql("SELECT count(*) FROM beats").scalar_one()
    assert 1 <= beats <= (time.monotonic() - started) / 0.5 + 1


def test_a_worker_told_to_stop_gives_its_job_back(
    register: Register, queue: Queue, tmp_path: Path
) -> None:
    job, stop = submitted(queue), threading.Event()
    thread = threading.Thread(
        target=run_worker,
        args=(register, Home(tmp_path), Ground(FlatTerrain())),
        kwargs={"stop": stop, "executor": patient},
    )
    thread.start()
    until(lambda: queue.job(job.id).state is JobState.RUNNING)
    stop.set()
    thread.join(2.0)
    assert not thread.is_alive()
    back = queue.job(job.id)
    assert (back.state, back.attempts) == (JobState.QUEUED, 0)


def test_a_slow_study_keeps_its_short_lease(queue: Queue, work: Callable[..., bool]) -> None:
    job = submitted(queue)

    def slow(_kind: str, _inputs: Mapping[str, object], _context: StudyContext) -> Study:
        time.sleep(2.0)
        return Study("coverage-0", "coverage", {})

    thread = threading.Thread(target=work, args=(slow,), kwargs={"lease_s": 1.0})
    thread.start()
    until(lambda: queue.job(job.id).state is JobState.RUNNING)
    while thread.is_alive():
        assert queue.lease("thief") is None
        time.sleep(0.05)
    assert (queue.job(job.id).state, queue.job(job.id).attempts) == (JobState.DONE, 1)


def test_a_worker_that_lost_its_job_stops_and_changes_nothing(
    queue: Queue, work: Callable[..., bool]
) -> None:
    job = submitted(queue)
    thread = threading.Thread(target=work, args=(patient,), kwargs={"worker": "one"})
    thread.start()
    until(lambda: queue.job(job.id).state is JobState.RUNNING)
    while queue.job(job.id).lease_owner != "thief":  # a heartbeat may come in between
        queue.expire("one")
        queue.lease("thief")
    thread.join(2.0)
    assert not thread.is_alive()
    assert queue.job(job.id).lease_owner == "thief"
    queue.finish(job.id, "thief", "coverage-1")
    assert queue.job(job.id).study_id == "coverage-1"
