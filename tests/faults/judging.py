"""Whether the register holds what was acknowledged, once, and nothing by halves."""

import hashlib
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing

import psycopg
from sqlalchemy import URL

from api import uploads
from gis.home import UNFINISHED
from gis.jobs.queue import MAX_CUT_OFF, MAX_HINDERED, JobState, Queue
from gis.register.history import Change
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure
from gis.studies.listing import list_studies
from gis.studies.record import damaged_files, load
from tests.faults.installation import Installation, until
from tests.faults.ledger import Kept, Ledger
from tests.faults.writers import CONTENDED, ROWS

__all__ = ["count_ends", "require_all", "require_state"]

_STEPS_OF_SQLITE = (
    "CREATE TABLE ends (job_id TEXT, state TEXT)",
    "CREATE TRIGGER ended AFTER UPDATE OF state ON jobs"
    " WHEN new.state NOT IN ('queued', 'running')"
    " BEGIN INSERT INTO ends VALUES (new.id, new.state); END",
)
_STEPS_OF_POSTGRES = (
    "CREATE TABLE ends (job_id TEXT, state TEXT)",
    "CREATE FUNCTION note_end() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN INSERT INTO ends VALUES (new.id, new.state); RETURN new; END $$",
    "CREATE TRIGGER ended AFTER UPDATE OF state ON jobs FOR EACH ROW"
    " WHEN (new.state NOT IN ('queued', 'running')) EXECUTE FUNCTION note_end()",
)
_GIVEN_UP = {
    "jobs.failed_attempts": lambda job: job.cut_off == MAX_CUT_OFF,
    "jobs.failed_disk": lambda job: job.hindered == MAX_HINDERED - 1,
}
"""Of a job whose workers died, or found the disk full, as often as it may be tried."""
_INDICES = (
    "SELECT c.relname, bt_index_check(i.indexrelid, true) FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam"
    " WHERE m.amname = 'btree' AND c.relpersistence = 'p'"
)
_HEAPS = (
    "SELECT c.relname, v.* FROM pg_class c, LATERAL verify_heapam(c.oid) v"
    " WHERE c.relkind = 'r' AND c.relpersistence = 'p'"
)


def _conninfo(address: URL) -> str:
    return f"host={address.query['host']} user={address.username} dbname={address.database}"


def count_ends(installation: Installation) -> None:
    """Have the database itself note every end of a job."""
    address = installation.address
    if isinstance(address, URL):
        with psycopg.connect(_conninfo(address), autocommit=True) as connection:
            for step in _STEPS_OF_POSTGRES:
                connection.execute(step)
        return
    with closing(sqlite3.connect(address)) as file:
        for step in _STEPS_OF_SQLITE:
            file.execute(step)


def require_state(installation: Installation, ledger: Ledger) -> None:
    """Look while nobody writes: every structure as acknowledged, indices and pages sound."""
    _require_sound_pages(installation)
    with Register.open(installation.address) as register:
        register.check()
        found = {one.id: one for one in register.structures(SYSTEM)}
        waiting = {job.id: job.state for job in Queue(register).jobs()}
    for kept in ledger.structures.values():
        if kept.code != CONTENDED:
            _require_as_acknowledged(kept, found.get(kept.id))
    assert ledger.jobs <= waiting.keys(), "a job was lost"
    codes = Counter(one.code for one in found.values())
    for brought in ledger.imports:
        assert all(codes[code] == 1 for code in brought.codes), f"not once: {brought}"


def _require_as_acknowledged(kept: Kept, found: Structure | None) -> None:
    if kept.removed:
        assert found is None, f"was removed: {kept}"
        return
    assert found is not None, f"was lost: {kept}"
    assert (found.name, found.code, found.height_m) == (kept.name, kept.code, 42.5), kept


def _require_sound_pages(installation: Installation) -> None:
    address = installation.address
    if isinstance(address, URL):
        return
    with closing(sqlite3.connect(address)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = file.execute("SELECT rtreecheck('rtree_structures_geom')").fetchone()
        assert found == ("ok",)


def require_all(installation: Installation, ledger: Ledger) -> dict[str, int]:
    """Look at everything at the end, and return counts."""
    with Register.open(installation.address) as register:
        _wait_for_jobs(Queue(register))
    require_state(installation, ledger)
    _require_sound_indices(installation)
    counts = {}
    with Register.open(installation.address) as register:
        history = register.changes(table_name="structures")
        stored = register.structures(SYSTEM)
        batches = {batch.id: batch.accepted for batch in register.import_batches()}
        counts["jobs"] = _require_jobs(installation, Queue(register), ledger)
        counts["given up"] = ledger.given_up
    by_record: dict[str, list[Change]] = defaultdict(list)
    for change in reversed(history):
        by_record[change.record_id].append(change)
    for kept in ledger.structures.values():
        if kept.code != CONTENDED:
            _require_history(kept, by_record[kept.id])
        else:
            counts["contended"] = _require_chain(by_record[kept.id], ledger)
    counts["unsure"] = _require_whole(stored, by_record, ledger)
    counts["imports"] = _require_imports(stored, batches, ledger)
    _require_uploads(installation)
    counts["history"] = len(history)
    return counts


def _wait_for_jobs(queue: Queue) -> None:
    unfinished = [state for state in JobState if not state.final]
    until(lambda: queue.count(states=unfinished) == 0, "the jobs are done", 120.0)


def _require_history(kept: Kept, changes: list[Change]) -> None:
    """Each write stands in the history once, in its order."""
    named = [None if change.new is None else change.new["name"] for change in changes]
    wanted = [*kept.names, None] if kept.removed else kept.names
    assert named == wanted, f"{named} of {kept}"


def _require_chain(changes: list[Change], ledger: Ledger) -> int:
    """Nobody overwrote what it did not see: each change is of what its writer had read."""
    made = {change.new["name"]: change.old and change.old["name"] for change in changes
            if change.new is not None}  # fmt: skip
    assert len(made) == len(changes), "a change was kept twice"
    for seen in ledger.contended:
        assert seen.after in made, f"was lost: {seen}"
        assert made[seen.after] == seen.before, f"{seen} overwrote {made[seen.after]}"
    return len(changes)


def _require_whole(
    stored: list[Structure], by_record: dict[str, list[Change]], ledger: Ledger
) -> int:
    """What was not acknowledged is there wholly, once, or not at all."""
    by_code: dict[str, list[Structure]] = defaultdict(list)
    for one in stored:
        by_code[one.code].append(one)
    there = 0
    for code, name in ledger.unsure_new.items():
        found = by_code[code]
        assert len(found) <= 1, f"{code} is there twice"
        for one in found:
            assert (one.name, one.height_m) == (name, 42.5), f"half of {code}"
            assert len(by_record[one.id]) == 1
            there += 1
    known = {kept.code for kept in ledger.structures.values()} | ledger.unsure_new.keys()
    strange = {code for code in by_code if code.startswith("fault-")} - known
    assert not strange, f"nobody wrote {strange}"
    return there


def _require_imports(stored: list[Structure], batches: dict[str, int], ledger: Ledger) -> int:
    rows: Counter[str | None] = Counter(one.provenance.batch_id for one in stored)
    for batch, accepted in batches.items():
        assert rows[batch] == accepted == ROWS, "half an import"
    assert {one.batch for one in ledger.imports} <= batches.keys(), "an import was lost"
    assert len({one.batch for one in ledger.imports}) == len(ledger.imports)
    return len(batches)


def _require_jobs(installation: Installation, queue: Queue, ledger: Ledger) -> int:
    """Each job ended once, with its own study, whole; or failed after its last attempt."""
    jobs = queue.jobs()
    assert ledger.jobs <= {job.id for job in jobs}, "a job was lost"
    for job in jobs:
        if job.state is not JobState.DONE:
            assert job.error_key in _GIVEN_UP, f"was not done: {job}"
            assert _GIVEN_UP[job.error_key](job), f"was given up too soon: {job}"
            ledger.given_up += 1
    assert sorted(_ends(installation)) == sorted((job.id, job.state.value) for job in jobs)
    named = [job.study_id or "" for job in jobs if job.state is JobState.DONE]
    assert len(set(named)) == len(named)
    kept = {each.id for each in list_studies(installation.home)}
    assert set(named) <= kept, "a study was lost"
    assert len(kept) <= len(jobs)
    for study_id in named:
        assert not damaged_files(load(study_id, installation.home), installation.home)
    return len(jobs)


def _ends(installation: Installation) -> list[tuple[str, str]]:
    address, query = installation.address, "SELECT job_id, state FROM ends"
    if isinstance(address, URL):
        with psycopg.connect(_conninfo(address)) as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]
    with closing(sqlite3.connect(address)) as file:
        return [(row[0], row[1]) for row in file.execute(query)]


def _require_sound_indices(installation: Installation) -> None:
    """Have PostgreSQL compare every index with its table, and look through every table."""
    address = installation.address
    if not isinstance(address, URL):
        return
    with psycopg.connect(_conninfo(address), autocommit=True) as connection:
        assert len(connection.execute(_INDICES).fetchall()) > 50
        assert connection.execute(_HEAPS).fetchall() == []


def _require_uploads(installation: Installation) -> None:
    """Every file that was sent is whole, under its hash."""
    home = installation.home
    folders = [one for one in home.uploads.iterdir() if not one.name.startswith(UNFINISHED)]
    sent = uploads.uploads(home)
    assert {one.name for one in folders} == {one.id for one in sent}, "half an upload"
    for one in sent:
        content = uploads.file_of(home, one).read_bytes()
        assert one.id.endswith(hashlib.sha256(content).hexdigest()[:16]), "half a file"
