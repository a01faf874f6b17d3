"""A register moved between databases and back holds the same, and nothing goes halfway."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, insert

from gis.errors import ConflictError, GisError, NotFoundError, StorageError
from gis.jobs.queue import Queue
from gis.register import engine, schema
from gis.register.accounts import Accounts
from gis.register.columns import metadata
from gis.register.databases.choice import database_at
from gis.register.moving import move, proof_of
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure
from tests.postgres_server import PostgresServer
from tests.prepared import demo_register

pytestmark = pytest.mark.geopackage  # the files in it are meant

BOX = (105.9, 10.3, 106.5, 10.9)


def silent(*_: object) -> None:
    """Show no progress."""


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[URL]:
    """An empty database with PostGIS."""
    name = postgres.database()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration after some life: changed, taken back, with accounts and work."""
    path = tmp_path_factory.mktemp("lived") / "register.gpkg"
    with demo_register(path) as register:
        first, second, *_ = register.structures(SYSTEM, limit=2)
        with register.write(author="lan", reason="bỏ") as w:
            w.delete(Structure, [one.id for one in _unused(register)[:1]])
        with register.write(author="lan", reason="tắt") as w:
            w.update_structures([first, second])
        Accounts(register).add("Nguyễn Văn Lan", "staff")
        Queue(register).submit("coverage", {"n": 1}, requested_by="lan")
        with engine.writing(register.engine) as connection:
            row = {
                "id": "g",
                "organisation_id": "mo-phong-a",
                "unit_code": "80",
                "area": bytes(range(256)),
                "first_day": "2026-01-01",
                "last_day": "2026-02-01",
                "reason": "thử",
                "author": "lan",
                "created_at": "2026-01-01T00:00:00.000Z",
            }
            connection.execute(insert(schema.grants), [row])
    return path


def _unused(register: Register) -> list[Structure]:
    hung = {one.structure_id for one in register.installations(SYSTEM)}
    hung |= {one.structure_id for one in register.stations(SYSTEM)}
    return [one for one in register.structures(SYSTEM) if one.id not in hung]


def held(register: Register) -> dict[str, object]:
    with engine.reading(register.engine) as connection:
        return {
            "rows": {name: proof_of(connection, one) for name, one in metadata.tables.items()},
            "numbers": database_at(register.address).last_numbers(connection),
        }


def answers(register: Register) -> list[object]:
    with register.as_known(1, SYSTEM) as then:
        past = then.structures(SYSTEM, bbox=BOX)
    return [
        register.version(),
        register.structures(PUBLIC, bbox=BOX, text="cột"),
        register.plan_entries(),
        [(one.unit_code, one.geometry) for one in register.boundaries()],
        past,
    ]


def test_there_and_back_a_register_holds_and_answers_the_same(
    lived: Path, database: URL, tmp_path: Path
) -> None:
    said: list[float] = []
    there = move(lived, database, lambda part, *_: said.append(part))
    assert said == sorted(said)
    assert said[-1] > 0.9
    assert there.counts["structures"] == 299
    assert there.counts["change_log"] > 1000
    back = tmp_path / "back.gpkg"
    again = move(database, back, silent)
    assert again == there
    with Register.open(lived) as first, Register.open(database) as second:
        first_holds, first_answers = held(first), answers(first)
        assert held(second) == first_holds
        assert answers(second) == first_answers
        second.check()
    with Register.open(back) as third:
        assert held(third) == first_holds
        assert answers(third) == first_answers
        third.check()
        assert first_holds["rows"]["accounts"][0] == 1
        assert first_holds["numbers"]["structures"] == 300  # also the number of the row that went


def test_a_moved_register_goes_on_counting_where_it_was(lived: Path, database: URL) -> None:
    move(lived, database, silent)
    with Register.open(database) as register:
        revision, structure = register.revision(), _unused(register)[0]
        with register.write(author="lan", reason="đi") as w:
            w.delete(Structure, [structure.id])
        with register.write(author="lan", reason="lại") as w:
            w.add_structures([structure])
        assert register.revision() == revision + 2
        with engine.reading(register.engine) as connection:
            numbers = database_at(database).last_numbers(connection)
        assert numbers["structures"] == 301
        register.check()


def test_a_place_that_holds_anything_is_left_alone(
    lived: Path, postgres: PostgresServer, database: URL, tmp_path: Path
) -> None:
    move(lived, database, silent)
    with pytest.raises(ConflictError) as refused:
        move(lived, database, silent)
    assert refused.value.key == "errors.move_target_filled"
    foreign = postgres.url(postgres.database())
    with postgres.connect(foreign) as connection:
        connection.execute("CREATE TABLE someone (a int)")
    with pytest.raises(GisError) as refused:
        move(lived, foreign, silent)
    assert refused.value.key == "errors.database_not_register"
    text = tmp_path / "thư.gpkg"
    text.write_text("không phải cơ sở dữ liệu")
    with pytest.raises(GisError) as refused:
        move(lived, text, silent)
    assert refused.value.key == "errors.register_not_database"
    assert text.read_text() == "không phải cơ sở dữ liệu"
    with pytest.raises(ConflictError):
        move(lived, lived, silent)
    with pytest.raises(NotFoundError):
        move(tmp_path / "none.gpkg", database, silent)


HOLDER = """
import sys
from gis.register.store import Register
with Register.open(sys.argv[1]) as register:
    register.revision()
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("which", ["file", "database"])
def test_a_register_that_another_program_has_open_stays(
    which: str, lived: Path, database: URL, tmp_path: Path
) -> None:
    source: Path | URL = lived
    if which == "database":
        move(lived, database, silent)
        source = database
    command = [sys.executable, "-P", "-c", HOLDER, str(source)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(ConflictError) as refused:
            move(source, tmp_path / "target.gpkg", silent)
        assert refused.value.key == "errors.move_in_use"
        assert not (tmp_path / "target.gpkg").exists()
        holder.stdin.close()
    move(source, tmp_path / "target.gpkg", silent)


def test_a_newer_register_is_not_moved(lived: Path, database: URL, tmp_path: Path) -> None:
    newer = tmp_path / "newer.gpkg"
    move(lived, newer, silent)
    with Register.open(newer) as register, engine.writing(register.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9998'")
    with pytest.raises(StorageError) as refused:
        move(newer, database, silent)
    assert refused.value.key == "errors.register_newer"
    assert not Register.exists(database)


def test_a_copy_that_differs_is_not_kept(lived: Path, database: URL, tmp_path: Path) -> None:
    Register.open(database, create=True).close()
    spoilt = tmp_path / "spoilt.gpkg"
    move(lived, spoilt, silent)
    with Register.open(spoilt) as register, engine.writing(register.engine) as connection:
        # a moment that no server keeps as it stands: past its thousandths
        connection.exec_driver_sql("UPDATE accounts SET created_at = '2026-01-01T00:00:00.0001Z'")
    with pytest.raises(StorageError) as refused:
        move(spoilt, database, silent)
    assert refused.value.values == {"layer": "accounts"}
    with Register.open(database) as register:
        assert register.revision() == 0
        assert register.structures(SYSTEM) == []
