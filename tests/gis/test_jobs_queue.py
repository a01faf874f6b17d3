"""The queue: who may take a job, who may end it, and what is left when a worker goes."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from data.text import Language, has
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.jobs.queue import MAX_CUT_OFF, JobState, LeaseLostError, Queue
from gis.register.engine import writing
from gis.register.schema import jobs as table
from gis.register.store import Register

REQUEST = {"station_id": "a", "radius_km": 2.0}


@pytest.fixture
def queue(register: Register) -> Iterator[Queue]:
    return Queue(register)


def submitted(queue: Queue, **changes: object) -> str:
    return queue.submit("coverage", REQUEST | changes, requested_by="lan").id


def test_a_submitted_job_waits_with_everything_that_was_asked(queue: Queue) -> None:
    job = queue.submit("coverage", REQUEST, requested_by="lan", organisation_id="dost")
    assert (job.kind, job.inputs, job.state) == ("coverage", REQUEST, JobState.QUEUED)
    assert (job.requested_by, job.organisation_id, job.attempts) == ("lan", "dost", 0)
    assert job.created_at.tzinfo is not None
    assert queue.job(job.id) == job


def test_an_unknown_kind_is_refused_and_leaves_nothing(queue: Queue) -> None:
    with pytest.raises(FormatError) as caught:
        queue.submit("weather", {}, requested_by="lan")
    assert "coverage" in caught.value.say(Language.VI)
    assert queue.jobs() == []


@pytest.mark.parametrize("value", [float("nan"), date(2025, 8, 1), {1, 2}])
def test_what_json_cannot_hold_is_refused(queue: Queue, value: object) -> None:
    with pytest.raises(FormatError) as caught:
        queue.submit("coverage", {"x": value}, requested_by="lan")
    assert caught.value.key == "jobs.inputs_not_json"
    assert queue.jobs() == []


def test_the_same_request_may_be_queued_again(queue: Queue) -> None:
    assert submitted(queue) != submitted(queue)


def test_an_unknown_job_is_not_found(queue: Queue) -> None:
    for ask in (queue.job, queue.cancel):
        with pytest.raises(NotFoundError):
            ask("0")


def test_jobs_come_newest_first_and_can_be_narrowed(queue: Queue) -> None:
    first, second = submitted(queue), submitted(queue)
    other = queue.submit("compliance", {}, requested_by="minh", organisation_id="ptth").id
    assert [job.id for job in queue.jobs()] == [other, second, first]
    assert [job.id for job in queue.jobs(requested_by="lan")] == [second, first]
    assert [job.id for job in queue.jobs(organisation_id="ptth")] == [other]
    assert [job.id for job in queue.jobs(limit=1, offset=1)] == [second]
    queue.cancel(second)
    assert [job.id for job in queue.jobs(states=[JobState.CANCELLED])] == [second]
    assert queue.count(requested_by="lan", states=[JobState.QUEUED]) == 1


def test_the_oldest_job_is_taken_first_and_only_once(queue: Queue) -> None:
    first, second = submitted(queue), submitted(queue)
    taken = [queue.lease("one"), queue.lease("two"), queue.lease("three")]
    assert [job and job.id for job in taken] == [first, second, None]
    job = queue.job(first)
    assert (job.state, job.lease_owner, job.attempts) == (JobState.RUNNING, "one", 1)
    assert job.started_at is not None


def test_many_workers_at_once_never_take_the_same_job(register: Register) -> None:
    queue = Queue(register)
    expected = {submitted(queue, n=n) for n in range(30)}
    taken: Counter[str] = Counter()
    errors: list[Exception] = []
    together = threading.Barrier(4)

    def work(name: str) -> None:
        try:
            with Register.open(register.address) as own:
                together.wait()
                while (job := Queue(own).lease(name)) is not None:
                    taken[job.id] += 1
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert taken == Counter(expected)


def test_a_heartbeat_keeps_the_lease_and_the_progress(queue: Queue) -> None:
    job_id = submitted(queue)
    queue.lease("one", lease_s=0.0)
    assert (
        queue.heartbeat(job_id, "one", 0.25, "studies.progress_field", {"station": "A"}) is False
    )
    assert queue.lease("two") is None
    job = queue.job(job_id)
    assert (job.progress, job.lease_owner) == (0.25, "one")
    assert job.say_progress(Language.VI) == "Tính cường độ trường của đài A"
    queue.heartbeat(job_id, "one", 7.0)
    assert queue.job(job_id).progress == 1.0
    assert queue.job(job_id).say_progress(Language.EN) == "Computing the field of A"


def test_a_job_whose_lease_ran_out_is_taken_by_the_next(queue: Queue) -> None:
    job_id = submitted(queue)
    queue.lease("one", lease_s=0.0)
    taken = queue.lease("two")
    assert taken is not None
    assert (taken.id, taken.attempts, taken.lease_owner) == (job_id, 2, "two")
    queue.heartbeat(job_id, "two", 0.1, "studies.progress_field", {"station": "A"})
    assert queue.job(job_id).say_progress(Language.EN) == (
        "Computing the field of A (attempt 2: the one before was cut off, begun anew)"
    )


def test_who_lost_the_lease_cannot_say_anything_about_the_job(queue: Queue) -> None:
    job_id = submitted(queue)
    queue.lease("one", lease_s=0.0)
    taken = queue.lease("two")
    for speak in (
        lambda: queue.heartbeat(job_id, "one", 0.9),
        lambda: queue.cancel_wanted(job_id, "one"),
        lambda: queue.finish(job_id, "one", "coverage-0"),
        lambda: queue.fail(job_id, "one", "jobs.failed", {"detail": "x"}),
        lambda: queue.cancelled(job_id, "one"),
        lambda: queue.release(job_id, "one"),
    ):
        with pytest.raises(LeaseLostError) as caught:
            speak()
        assert isinstance(caught.value, ConflictError)
        assert job_id in caught.value.say(Language.VI)
    assert queue.job(job_id) == taken
    queue.finish(job_id, "two", "coverage-1")
    assert queue.job(job_id).study_id == "coverage-1"


def test_a_job_ends_once(queue: Queue) -> None:
    job_id = submitted(queue)
    queue.lease("one")
    queue.finish(job_id, "one", "coverage-1")
    ended = queue.job(job_id)
    assert (ended.state, ended.progress, ended.lease_owner) == (JobState.DONE, 1.0, None)
    assert ended.finished_at is not None
    with pytest.raises(LeaseLostError):
        queue.finish(job_id, "one", "coverage-2")
    assert queue.cancel(job_id) == ended
    assert queue.lease("two") is None


def test_a_job_that_ends_its_workers_lets_the_others_go_first_and_fails_at_last(
    queue: Queue,
) -> None:
    job_id, next_id = submitted(queue), submitted(queue)
    order = []
    for number in range(MAX_CUT_OFF + 1):
        taken = queue.lease(f"worker {number}", lease_s=0.0)
        assert taken is not None
        order.append(taken.id)
        if taken.id == next_id:
            queue.finish(next_id, f"worker {number}", "coverage-1")
    assert order == [job_id] * 3 + [next_id] + [job_id] * (MAX_CUT_OFF - 3)
    assert queue.lease("another") is None
    job = queue.job(job_id)
    assert (job.state, job.attempts, job.cut_off) == (JobState.FAILED, MAX_CUT_OFF, MAX_CUT_OFF)
    assert "10 lần" in (job.say_error(Language.VI) or "")
    assert "10 times" in (job.say_error(Language.EN) or "")


def test_a_full_disk_is_not_counted_as_a_worker_that_was_cut_off(register: Register) -> None:
    queue = Queue(register, max_cut_off=2)
    job_id = submitted(queue)
    for number in range(3):
        assert queue.lease(f"full {number}") is not None
        queue.postpone(job_id, f"full {number}", 0.0, "jobs.waits_disk", counted=True)
    for number in range(2):
        assert queue.lease(f"killed {number}", lease_s=0.0) is not None
    assert queue.lease("last") is None
    job = queue.job(job_id)
    assert (job.state, job.hindered, job.cut_off) == (JobState.FAILED, 3, 2)


def test_a_failure_keeps_its_values_as_each_language_writes_them(queue: Queue) -> None:
    job_id = submitted(queue)
    queue.lease("one")
    queue.fail(job_id, "one", "errors.unit_unknown", {"code": "80", "on": date(2025, 8, 1)})
    assert queue.job(job_id).say_error(Language.VI) == (
        "Không có đơn vị hành chính mã 80 vào ngày 01/08/2025."
    )
    values = {"at": datetime(2025, 8, 1, tzinfo=UTC), "x": 0.5, "path": Path("a"), "n": None}
    other = submitted(queue)
    queue.lease("one")
    queue.fail(other, "one", "jobs.failed", values | {"inf": float("inf")})
    kept = queue.job(other).error_values
    assert kept == values | {"path": "a", "inf": "inf"}


def test_a_queued_job_is_cancelled_at_once(queue: Queue) -> None:
    job_id = submitted(queue)
    job = queue.cancel(job_id)
    assert (job.state, job.cancel_requested) == (JobState.CANCELLED, True)
    assert job.finished_at is not None
    assert queue.lease("one") is None


def test_a_running_job_is_cancelled_when_its_worker_hears_it(queue: Queue) -> None:
    job_id = submitted(queue)
    queue.lease("one")
    assert queue.cancel_wanted(job_id, "one") is False
    assert queue.cancel(job_id).state is JobState.RUNNING
    assert queue.cancel_wanted(job_id, "one") is True
    assert queue.heartbeat(job_id, "one", 0.5) is True
    queue.cancelled(job_id, "one")
    assert queue.job(job_id).state is JobState.CANCELLED


def test_a_deserted_job_is_cancelled_without_its_worker(queue: Queue) -> None:
    before, after = submitted(queue), submitted(queue)
    queue.lease("one", lease_s=0.0)
    assert queue.cancel(before).state is JobState.CANCELLED
    queue.lease("one")
    queue.cancel(after)
    queue.expire("one")
    assert queue.lease("two") is None
    assert (queue.job(after).state, queue.job(after).attempts) == (JobState.CANCELLED, 1)


def test_a_job_given_back_keeps_its_place_and_costs_no_attempt(queue: Queue) -> None:
    first = submitted(queue)
    submitted(queue)
    for _ in range(5):
        taken = queue.lease("one")
        assert taken is not None
        assert (taken.id, taken.attempts) == (first, 1)
        queue.heartbeat(first, "one", 0.5, "studies.progress_gather", {})
        queue.release(first, "one")
        job = queue.job(first)
        assert (job.state, job.attempts, job.progress) == (JobState.QUEUED, 0, 0.0)
        assert (job.message_key, job.lease_owner, job.started_at) == (None, None, None)


def test_a_cancelled_job_that_is_given_back_does_not_run_again(queue: Queue) -> None:
    job_id = submitted(queue)
    queue.lease("one")
    queue.cancel(job_id)
    queue.release(job_id, "one")
    assert queue.job(job_id).state is JobState.CANCELLED


def test_only_the_dead_workers_job_is_freed(queue: Queue) -> None:
    first, second = submitted(queue), submitted(queue)
    queue.lease("dead")
    queue.lease("alive")
    queue.expire("dead")
    taken = queue.lease("other")
    assert taken is not None
    assert taken.id == first
    assert queue.lease("other") is None
    assert queue.job(second).lease_owner == "alive"


def test_the_queue_is_there_after_a_restart_and_moves_no_content(register: Register) -> None:
    version = register.version()
    job = Queue(register).submit("coverage", REQUEST, requested_by="lan")
    register.close()
    with Register.open(register.address) as again:
        assert Queue(again).job(job.id) == job
        assert again.version() == version
        again.check()


def test_every_state_has_a_name() -> None:
    for state in JobState:
        assert has(f"jobs.state_{state}")
        assert state.say(Language.VI) != state.say(Language.EN)
    assert [state for state in JobState if state.final] == ["done", "failed", "cancelled"]


def test_a_job_that_ended_long_ago_is_forgotten_and_nothing_else(register: Register) -> None:
    queue = Queue(register, keep_days=30)
    jobs = {name: submitted(queue) for name in ("done", "failed", "cancelled", "recent")}
    for name, job_id in jobs.items():
        assert queue.lease("w") is not None
        if name == "failed":
            queue.fail(job_id, "w", "jobs.failed_memory", {})
        elif name == "cancelled":
            queue.cancelled(job_id, "w")
        else:
            queue.finish(job_id, "w", "coverage-0123456789abcdef")
    waiting, running = submitted(queue), submitted(queue)
    assert queue.lease("w").id == waiting  # type: ignore[union-attr]
    old = "2020-01-01T00:00:00.000000Z"
    with writing(register.engine) as connection:
        for name, job_id in jobs.items():
            if name != "recent":
                change = update(table).where(table.c.id == job_id)
                connection.execute(change.values(finished_at=old, created_at=old))
        for job_id in (waiting, running):
            change = update(table).where(table.c.id == job_id)
            connection.execute(change.values(created_at=old))
    new = submitted(queue)
    assert {job.id for job in queue.jobs()} == {jobs["recent"], waiting, running, new}
