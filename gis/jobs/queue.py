"""The queue of jobs: kept in the register's file, taken by one worker at a time under a lease.

A worker holds a job for as long as its heartbeats come. A job whose lease ran out is taken by the
next worker, and whoever had it can no longer say anything about it; so each job ends once.

A study that goes wrong ends its job at once. One whose worker was cut off (killed, or the machine
went down) is begun anew: from outside that is no fault of the job. But a study may also kill its
worker, by all the memory it takes: so a job that was cut off three times waits behind the others,
and after ten times it fails.
"""

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.jobs.records import Job, JobState, job_from_row, values_to_json
from gis.register import moments
from gis.register.engine import reading, writing
from gis.register.schema import jobs as table
from gis.register.store import Register
from gis.studies.runner import kind_of

__all__ = [
    "KEEP_DAYS",
    "LEASE_S",
    "MAX_CUT_OFF",
    "MAX_HINDERED",
    "Job",
    "JobState",
    "LeaseLostError",
    "Queue",
]

LEASE_S = 30.0
"""How long a worker may be silent before another may take its job."""

KEEP_DAYS = 90.0
"""How long a job that has ended is told of, in days; its study stays for good."""

MAX_CUT_OFF = 10
"""How many workers may end in the middle of a job before it fails."""

MAX_HINDERED = 3
"""How often a job may find the disk full before it fails."""

_SUSPECT = 3
"""How often a job may be cut off before the others come first."""

_NO_VALUES = "{}"
_FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


class LeaseLostError(ConflictError):
    """The worker no longer has the job that it speaks of."""


class Queue:
    """Jobs, as people ask for them and as workers take them.

    Parameters
    ----------
    register : Register
        The register whose file keeps the queue.
    max_cut_off : int
        How many workers may end in the middle of a job before it fails.
    keep_days : float
        How long a job that has ended is told of.
    """

    def __init__(
        self,
        register: Register,
        *,
        max_cut_off: int = MAX_CUT_OFF,
        keep_days: float = KEEP_DAYS,
    ) -> None:
        self._engine = register.engine
        self._max_cut_off = max_cut_off
        self._keep_days = keep_days

    # What people do

    def submit(
        self,
        kind: str,
        inputs: Mapping[str, object],
        *,
        requested_by: str,
        organisation_id: str | None = None,
    ) -> Job:
        """Ask for a study; jobs that ended long ago are forgotten on the way, never a study.

        Parameters
        ----------
        kind : str
            One of `gis.studies.runner.KINDS`.
        inputs : mapping
            The request, JSON values.
        requested_by, organisation_id : str
            Account that asks, and its organisation.

        Raises
        ------
        FormatError
            If there is no such kind, or the request is not made of JSON values.
        """
        kind_of(kind)
        try:
            written = json.dumps(dict(inputs), ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise FormatError("jobs.inputs_not_json", detail=str(error)[:200]) from error
        job_id = uuid.uuid4().hex
        with writing(self._engine) as connection:
            _forget(connection, self._keep_days)
            connection.execute(
                insert(table).values(
                    id=job_id,
                    kind=kind,
                    inputs=written,
                    state=JobState.QUEUED.value,
                    progress=0.0,
                    message_values=_NO_VALUES,
                    error_values=_NO_VALUES,
                    requested_by=requested_by,
                    organisation_id=organisation_id,
                    created_at=moments.to_text(moments.now()),
                    attempts=0,
                    hindered=0,
                    cancel_requested=False,
                )
            )
            return _job(connection, job_id)

    def job(self, job_id: str) -> Job:
        """Return a job.

        Raises
        ------
        NotFoundError
            If there is none of this id.
        """
        with reading(self._engine) as connection:
            return _job(connection, job_id)

    def jobs(
        self,
        *,
        requested_by: str | None = None,
        organisation_id: str | None = None,
        states: Collection[JobState] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Job]:
        """Return jobs, the newest first; a filter that is None lets all pass."""
        wanted = _filters(requested_by, organisation_id, states)
        query = select(table).where(*wanted).order_by(table.c.sequence.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [job_from_row(row) for row in rows]

    def count(
        self,
        *,
        requested_by: str | None = None,
        organisation_id: str | None = None,
        states: Collection[JobState] | None = None,
    ) -> int:
        """Return how many jobs there are; filters as of `jobs`."""
        wanted = _filters(requested_by, organisation_id, states)
        query = select(func.count()).select_from(table).where(*wanted)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def over(self) -> int:
        """Return how many jobs are forgotten when the next one is asked for."""
        query = select(func.count()).select_from(table).where(_long_ended(self._keep_days))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def cancel(self, job_id: str) -> Job:
        """Ask to stop a job: a queued one stops at once, a running one when its worker hears it.

        A job that has ended stays as it is.

        Raises
        ------
        NotFoundError
            If there is none of this id.
        """
        with writing(self._engine) as connection:
            job = _job(connection, job_id)
            now = moments.now()
            if job.state is JobState.QUEUED or _deserted(job, now):
                _end(connection, job_id, JobState.CANCELLED, cancel_requested=True)
            elif job.state is JobState.RUNNING:
                query = update(table).where(table.c.id == job_id)
                connection.execute(query.values(cancel_requested=True))
            return _job(connection, job_id)

    # What workers do

    def lease(self, worker: str, lease_s: float = LEASE_S) -> Job | None:
        """Take the oldest job that is queued, or that its worker deserted; None if there is none.

        Those that were cut off again and again come last.

        Parameters
        ----------
        worker : str
            A name that no other worker has.
        lease_s : float
            How long the worker may be silent.
        """
        with reading(self._engine) as connection:  # an idle worker must not hold up writers
            if _next(connection) is None:
                return None
        with writing(self._engine) as connection:
            while (job := _next(connection)) is not None:
                if job.cancel_requested:
                    _end(connection, job.id, JobState.CANCELLED)
                elif job.cut_off >= self._max_cut_off:
                    _end(
                        connection,
                        job.id,
                        JobState.FAILED,
                        error_key="jobs.failed_attempts",
                        error_values=values_to_json({"attempts": job.cut_off}),
                    )
                else:
                    return _take(connection, job, worker, lease_s)
        return None

    def heartbeat(
        self,
        job_id: str,
        worker: str,
        progress: float,
        key: str | None = None,
        values: Mapping[str, object] | None = None,
        *,
        lease_s: float = LEASE_S,
    ) -> bool:
        """Say that the worker lives and how far it is; return whether a person wants it to stop.

        Parameters
        ----------
        job_id, worker : str
            The job and who has it.
        progress : float
            Share done, 0 to 1.
        key, values : str, mapping
            Sentence about what is being done; without one the last stays.
        lease_s : float
            How long the worker may be silent from now on.

        Raises
        ------
        LeaseLostError
            If the worker no longer has the job; nothing is changed.
        """
        changes: dict[str, Any] = {
            "progress": min(max(float(progress), 0.0), 1.0),
            "lease_until": _after(lease_s),
        }
        if key is not None:
            changes |= {"message_key": key, "message_values": values_to_json(values or {})}
        with writing(self._engine) as connection:
            _change_held(connection, job_id, worker, changes)
            return _job(connection, job_id).cancel_requested

    def cancel_wanted(self, job_id: str, worker: str) -> bool:
        """Return whether a person wants the job to stop, without writing anything.

        Raises
        ------
        LeaseLostError
            If the worker no longer has the job.
        """
        query = select(table.c.cancel_requested).where(_held(job_id, worker))
        with reading(self._engine) as connection:
            wanted = connection.execute(query).scalar()
        if wanted is None:
            raise LeaseLostError("jobs.lease_lost", id=job_id)
        return bool(wanted)

    def finish(self, job_id: str, worker: str, study_id: str) -> None:
        """End a job with its study, also when a cancel came too late.

        Raises
        ------
        LeaseLostError
            If the worker no longer has the job; nothing is changed.
        """
        changes = _ending(JobState.DONE) | {"study_id": study_id, "progress": 1.0}
        with writing(self._engine) as connection:
            _change_held(connection, job_id, worker, changes)

    def fail(self, job_id: str, worker: str, key: str, values: Mapping[str, object]) -> None:
        """End a job with the sentence that says why there is no study.

        Raises
        ------
        LeaseLostError
            If the worker no longer has the job; nothing is changed.
        """
        sentence = {"error_key": key, "error_values": values_to_json(values)}
        with writing(self._engine) as connection:
            _change_held(connection, job_id, worker, _ending(JobState.FAILED) | sentence)

    def cancelled(self, job_id: str, worker: str) -> None:
        """End a job that a person stopped.

        Raises
        ------
        LeaseLostError
            If the worker no longer has the job; nothing is changed.
        """
        with writing(self._engine) as connection:
            _change_held(connection, job_id, worker, _ending(JobState.CANCELLED))

    def release(self, job_id: str, worker: str) -> None:
        """Give a job back in good order; it keeps its place and the attempt is not counted.

        Raises
        ------
        LeaseLostError
            If the worker no longer has the job; nothing is changed.
        """
        changes = _FREE | {
            "state": JobState.QUEUED.value,
            "progress": 0.0,
            "message_key": None,
            "message_values": _NO_VALUES,
            "started_at": None,
            "attempts": table.c.attempts - 1,
        }
        with writing(self._engine) as connection:
            if _change_held(connection, job_id, worker, changes).cancel_requested:
                _end(connection, job_id, JobState.CANCELLED)

    def postpone(
        self, job_id: str, worker: str, seconds: float, key: str, *, counted: bool
    ) -> None:
        """Leave a job that the machine hindered for a while; then any worker may take it.

        Parameters
        ----------
        job_id, worker : str
            The job and who has it.
        seconds : float
            How long nobody takes it.
        key : str
            Sentence that says what is waited for.
        counted : bool
            Whether it counts among the times after which the job fails.

        Raises
        ------
        LeaseLostError
            If the worker no longer has the job; nothing is changed.
        """
        changes: dict[str, Any] = {
            "lease_until": _after(seconds),
            "message_key": key,
            "message_values": _NO_VALUES,
            "attempts": table.c.attempts - (0 if counted else 1),
            "hindered": table.c.hindered + (1 if counted else 0),
        }
        with writing(self._engine) as connection:
            _change_held(connection, job_id, worker, changes)

    def expire(self, worker: str) -> None:
        """End the lease of a worker that is known to be dead, so that nobody need wait for it."""
        running = and_(table.c.state == JobState.RUNNING.value, table.c.lease_owner == worker)
        with reading(self._engine) as connection:
            if connection.execute(select(table.c.id).where(running)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(update(table).where(running).values(lease_until=_after(0.0)))


def _filters(
    requested_by: str | None,
    organisation_id: str | None,
    states: Collection[JobState] | None,
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if requested_by is not None:
        wanted.append(table.c.requested_by == requested_by)
    if organisation_id is not None:
        wanted.append(table.c.organisation_id == organisation_id)
    if states is not None:
        wanted.append(table.c.state.in_([state.value for state in states]))
    return wanted


def _forget(connection: Connection, keep_days: float) -> None:
    """Remove jobs that ended before; what still waits or runs is kept, however old."""
    connection.execute(delete(table).where(_long_ended(keep_days)))


def _long_ended(keep_days: float) -> ColumnElement[bool]:
    ended = table.c.state.in_([state.value for state in JobState if state.final])
    before = moments.to_text(moments.now() - timedelta(days=keep_days))
    return and_(ended, table.c.finished_at < before)


def _job(connection: Connection, job_id: str) -> Job:
    row = connection.execute(select(table).where(table.c.id == job_id)).mappings().first()
    if row is None:
        raise NotFoundError("jobs.unknown", id=job_id[:60])
    return job_from_row(row)


def _next(connection: Connection) -> Job | None:
    now = moments.to_text(moments.now())
    running = table.c.state == JobState.RUNNING.value
    free = or_(table.c.state == JobState.QUEUED.value, and_(running, table.c.lease_until <= now))
    suspect = table.c.attempts - table.c.hindered >= _SUSPECT
    query = select(table).where(free).order_by(suspect, table.c.sequence).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else job_from_row(row)


def _take(connection: Connection, job: Job, worker: str, lease_s: float) -> Job:
    changes = {
        "state": JobState.RUNNING.value,
        "progress": 0.0,
        "message_key": None,
        "message_values": _NO_VALUES,
        "started_at": moments.to_text(moments.now()),
        "attempts": job.attempts + 1,
        "lease_owner": worker,
        "lease_until": _after(lease_s),
    }
    connection.execute(update(table).where(table.c.id == job.id).values(changes))
    return _job(connection, job.id)


def _held(job_id: str, worker: str) -> ColumnElement[bool]:
    return and_(
        table.c.id == job_id,
        table.c.state == JobState.RUNNING.value,
        table.c.lease_owner == worker,
    )


def _change_held(
    connection: Connection, job_id: str, worker: str, changes: Mapping[str, Any]
) -> Job:
    """Change a job that the worker has, and return it."""
    query = update(table).where(_held(job_id, worker)).values(dict(changes))
    if connection.execute(query).rowcount != 1:
        raise LeaseLostError("jobs.lease_lost", id=job_id)
    return _job(connection, job_id)


def _ending(state: JobState) -> dict[str, Any]:
    return _FREE | {"state": state.value, "finished_at": moments.to_text(moments.now())}


def _end(connection: Connection, job_id: str, state: JobState, **changes: Any) -> None:
    query = update(table).where(table.c.id == job_id)
    connection.execute(query.values(_ending(state) | changes))


def _deserted(job: Job, now: datetime) -> bool:
    return job.lease_until is not None and job.lease_until <= now


def _after(seconds: float) -> str:
    return moments.to_text(moments.now() + timedelta(seconds=seconds))
