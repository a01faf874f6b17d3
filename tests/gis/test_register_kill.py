"""Writers die at any moment and work side by side: what was acknowledged is there, whole."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pyogrio

from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="test")
KILLS = 20
PER_BATCH = 25

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from gis.register.records import *
from gis.register.structures import *
from gis.register.store import Register
from propagation.compliance.records import Confidence

path, name, batches, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
plain = Provenance(confidence=Confidence.SYNTHETIC, source="thử")
owner = Organisation(id=name, name="Tân An", kind=OrganisationKind.OPERATOR, provenance=plain)


def structure(batch, number):
    return Structure(
        id=f"{batch}/{number}", code=f"{batch}/{number}", name=f"Cột Bến Lức {number}",
        kind=StructureKind.ANTENNA_MAST, owner_id=name, longitude=106 + number / 1000,
        latitude=10.5 + number / 1000,
        provenance=Provenance(
            confidence=Confidence.SYNTHETIC, source="thử", batch_id=batch, row=number
        ),
    )


def note(batch):
    return ImportBatch(
        id=batch, file_name="tệp.csv", sha256="0" * 64, format="csv", kind="structures",
        coordinate_system="EPSG:4326", imported_at=datetime.now(UTC), imported_by=name,
        accepted=size, refused=0,
    )


with Register.open(path) as register:
    with register.write(author=name, reason="owner") as w:
        w.add_organisations([owner])
    for each in range(batches):
        batch = f"{name}-{each}"
        with register.write(author=name, reason="import") as w:
            w.add_import_batch(note(batch))
            w.add_structures(structure(batch, number) for number in range(size))
        print(batch, flush=True)
"""


def _writer(path: Path, name: str, batches: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-c", WRITER, str(path), name, str(batches), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _require_whole(path: Path, acknowledged: set[str]) -> None:
    """Open the file as the next program would, and compare all that is kept in it."""
    with Register.open(path) as register:
        register.check()
        kept = {batch.id for batch in register.import_batches()}
        assert acknowledged <= kept, "an acknowledged import was lost"
        batches: dict[str, int] = {}
        for structure in register.structures(SYSTEM):
            batch = str(structure.provenance.batch_id)
            batches[batch] = batches.get(batch, 0) + 1
        assert set(batches) == kept
        assert set(batches.values()) <= {PER_BATCH}, "half an import was kept"
        logged = register.changes(table_name="structures")
        assert len(logged) == PER_BATCH * len(kept)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = connection.execute("SELECT rtreecheck('rtree_structures_geom')").fetchone()
        assert found == ("ok",)
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM structures),"
            " (SELECT count(*) FROM rtree_structures_geom)"
        ).fetchone()
        assert counts[0] == counts[1] == PER_BATCH * len(kept)


def test_a_writer_killed_at_any_moment_loses_nothing_that_it_acknowledged(
    register: Register,
) -> None:
    path = register.path
    register.close()
    moments = random.Random(20250701)
    acknowledged: set[str] = set()
    interrupted = 0
    for kill in range(KILLS):
        process = _writer(path, f"w{kill}", 1000, PER_BATCH)
        assert process.stdout is not None
        first = process.stdout.readline().strip()  # it is at work: from now on, at any moment
        time.sleep(moments.uniform(0.0, 0.12))
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().split()
        process.stdout.close()
        interrupted += process.wait() == -signal.SIGKILL
        acknowledged |= {first, *rest}
        if kill % 5 == 4:
            _require_whole(path, acknowledged)
    assert interrupted == KILLS
    assert len(acknowledged) >= KILLS
    read = pyogrio.read_dataframe(path, layer="structures")
    assert set(read["name"].str.slice(0, 11)) == {"Cột Bến Lức"}
    assert set(read["batch_id"]) >= acknowledged


CREATOR = """
import sys
from pathlib import Path
from gis.register.store import Register
print("begin", flush=True)
Register.open(Path(sys.argv[1]), create=True).close()
"""


def test_a_creation_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    moments = random.Random(20230701)
    unfinished = 0
    for kill in range(KILLS // 3):
        path = tmp_path / f"{kill}.gpkg"
        command = [sys.executable, "-P", "-c", CREATOR, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.uniform(0.0, 0.5))
            process.kill()
        unfinished += process.returncode != 0
        with Register.open(path, create=True) as register:
            register.check()
            assert register.revision() == 0
    assert unfinished > 0


def test_two_processes_write_and_one_reads(register: Register) -> None:
    writers = [_writer(register.path, name, 12, PER_BATCH) for name in ("a", "b")]
    seen: list[int] = []
    while any(process.poll() is None for process in writers):
        with register.snapshot() as snapshot:
            count = snapshot.count_structures(SYSTEM)
            assert count == len(snapshot.structures(SYSTEM)), "one moment, one answer"
            batches = [batch for batch in snapshot.import_batches() if batch.kind == "structures"]
            assert count == PER_BATCH * len(batches), "half a write was seen"
        seen.append(count)
        time.sleep(0.01)
    acknowledged: set[str] = set()
    for process in writers:
        output, _ = process.communicate()
        assert process.returncode == 0
        acknowledged |= set(output.split())
    assert seen == sorted(seen)
    assert len(acknowledged) == 24
    register.close()
    _require_whole(register.path, acknowledged)


READ_ONLY = """
import json, sqlite3, sys
from pathlib import Path
uri = Path(sys.argv[1]).as_uri() + "?mode=ro"
connection = sqlite3.connect(uri, uri=True)
answers = [connection.execute("SELECT count(*) FROM organisations").fetchone()[0]]
try:
    connection.execute("DELETE FROM organisations")
except sqlite3.OperationalError as error:
    answers.append(str(error))
print(json.dumps(answers))
"""


def test_a_reader_without_the_right_to_write_reads_what_is_in_the_log(register: Register) -> None:
    assert register.count_structures(SYSTEM) == 0  # so that the log outlives its writer
    _writer(register.path, "a", 1, PER_BATCH).communicate()
    assert register.count_structures(SYSTEM) == PER_BATCH
    assert register.path.with_name("register.gpkg-wal").stat().st_size > 0
    command = [sys.executable, "-c", READ_ONLY, str(register.path)]
    answers = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert answers == [1, "attempt to write a readonly database"]


def test_a_forked_child_has_connections_of_its_own(register: Register) -> None:
    assert register.count_structures(SYSTEM) == 0
    program = """
import os, sys
from pathlib import Path
from gis.register.store import Register
from gis.register.scopes import SYSTEM
register = Register.open(Path(sys.argv[1]))
register.count_structures(SYSTEM)
child = os.fork()
if child == 0:
    register.count_structures(SYSTEM)
    with register.write(author="child", reason="r") as w:
        w.organisations()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
register.check()
"""
    command = [sys.executable, "-P", "-c", program, str(register.path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_threads_share_a_register(register: Register) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for each in range(5):
                name = f"o{number}-{each}"
                with register.write(author=name, reason="r") as w:
                    w.add_organisations(
                        [
                            Organisation(
                                id=name, name=name, kind=OrganisationKind.OTHER, provenance=KNOWN
                            )
                        ]
                    )
                register.organisation(name)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(register.organisations()) == 20
    register.check()
