"""What is of PostgreSQL alone: old registers coming forward, one writer, errors, other readers."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from shapely import LineString
from sqlalchemy import URL, Engine, insert, inspect, text
from sqlalchemy.exc import ProgrammingError

from api.settings import Settings
from gis.errors import ConflictError, FormatError, StorageError
from gis.home import REGISTER_VARIABLE, Home
from gis.jobs.pool import WorkerPool
from gis.register import blobs, engine, schema
from gis.register.address import address_of
from gis.register.databases import postgres as ours
from gis.register.databases.choice import database_at
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.store import Register
from tests.postgres_server import PostgresServer
from tests.prepared import empty_register

pytestmark = pytest.mark.geopackage  # whatever the others are kept in

BOX = (106.3, 10.4, 106.5, 10.6)
SECRET = "mật-khẩu-thử"


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[URL]:
    """An empty database with PostGIS."""
    name = postgres.database()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def register(database: URL) -> Iterator[Register]:
    """A register with the rows of `fill`."""
    with Register.open(database, create=True) as opened:
        fill(opened.engine)
        yield opened


def fill(opened: Engine) -> None:
    """Add rows as the first program that kept a register would have."""
    blob = blobs.point_blob(106.4, 10.5)
    known = {"confidence": "verified", "source": "sổ cũ"}
    owner = {"id": "vt", "name": "Viễn thông", "kind": "operator", **known}
    rows = [
        {
            "id": f"s{n}",
            "code": str(n),
            "name": "Cột cũ",
            "kind": "antenna_mast",
            "owner_id": "vt",
            "confidential": False,
            "valid_from": "2020-02-29",
            "search": "cot cu",
            "geom": blob,
            **known,
        }
        for n in range(50)
    ]
    with engine.writing(opened) as connection:
        connection.execute(insert(schema.organisations), [owner])
        connection.execute(insert(schema.structures), rows)


def write(register: Register, *statements: str) -> None:
    with engine.writing(register.engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("revision", ["0001", "0006", "0010", "0014", "0016", "0020"])
def test_an_old_register_comes_forward_with_its_data(database: URL, revision: str) -> None:
    opened = database_at(database).open(database, create=True)
    engine.upgrade(opened, revision)
    with engine.reading(opened) as connection:
        assert engine.revision_of(connection) == revision
    fill(opened)
    opened.dispose()
    with Register.open(database) as again:
        found = again.structures(SYSTEM, bbox=BOX)
        assert [one.name for one in found] == ["Cột cũ"] * 50
        assert {str(one.valid_from) for one in found} == {"2020-02-29"}
        with engine.reading(again.engine) as connection:
            assert engine.revision_of(connection) == engine.HEAD
            database_at(database).check(connection)


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_the_migrations_make_the_tables_that_the_code_names(register: Register) -> None:
    found = inspect(register.engine)
    dialect = register.engine.dialect
    kinds = (
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), c.collname FROM pg_attribute a"
    )
    kinds += " LEFT JOIN pg_collation c ON c.oid = a.attcollation WHERE a.attnum > 0"
    kinds += " AND NOT a.attisdropped AND a.attrelid = CAST(:name AS regclass)"
    for table in schema.metadata.sorted_tables:
        with register.engine.connect() as connection:
            made = {
                name: (kind, collation)
                for name, kind, collation in connection.execute(text(kinds), {"name": table.name})
            }
        assert made.keys() == {each.name for each in table.columns}
        strict = {one["name"]: not one["nullable"] for one in found.get_columns(table.name)}
        for each in table.columns:
            kind, collation = made[each.name]
            wanted = each.type.compile(dialect).lower().replace(" ", "")
            if wanted == "integer" and each is not table.autoincrement_column:
                wanted = "bigint"
            told = f'{kind}collate"c"' if collation == "C" else kind
            assert told.lower().replace(" ", "") == wanted, (table.name, each.name)
            assert strict[each.name] == (not each.nullable), (table.name, each.name)
        indices = {one["name"] for one in found.get_indexes(table.name)}
        assert {each.name for each in table.indexes} <= indices
        assert {
            (key["constrained_columns"][0], key["referred_table"], key["options"]["initially"])
            for key in found.get_foreign_keys(table.name)
        } == {(key.parent.name, key.column.table.name, "DEFERRED") for key in table.foreign_keys}


def test_other_programs_find_layers_days_and_an_index(
    register: Register, postgres: PostgresServer
) -> None:
    with postgres.connect(register.address) as connection:
        layers = connection.execute(
            "SELECT f_table_name, type, srid FROM geometry_columns ORDER BY 1"
        ).fetchall()
        assert ("structures", "POINT", 4326) in layers
        assert ("boundaries", "MULTIPOLYGON", 4326) in layers
        assert ("installation_sites", "POINT", 4326) in layers
        place, day = connection.execute(
            "SELECT ST_AsText(geom), valid_from FROM structures WHERE valid_from < '2021-01-01'"
        ).fetchone()
        assert (place, day.isoformat()) == ("POINT(106.4 10.5)", "2020-02-29")
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            "EXPLAIN SELECT * FROM structures WHERE geom && ST_MakeEnvelope(1, 1, 2, 2, 4326)"
        ).fetchall()
        assert "structures_geom" in str(plan)
        with pytest.raises(Exception, match="the history is not rewritten"):
            connection.execute("TRUNCATE change_log")


def test_a_lost_index_is_noticed(
    register: Register, postgres: PostgresServer, database: URL
) -> None:
    with postgres.connect(database) as connection:
        connection.execute("DROP INDEX structures_geom")
    with pytest.raises(StorageError, match="structures"):
        register.check()


def test_one_writer_at_a_time_and_readers_see_one_state(
    register: Register, database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = {"kind": "operator", "confidence": "verified", "source": "t"}
    order: list[str] = []

    def second() -> None:
        with Register.open(database) as own, engine.writing(own.engine) as connection:
            order.append("second")
            connection.execute(insert(schema.organisations), [owner | {"id": "2", "name": "2"}])

    with register.snapshot() as before:
        assert [one.id for one in before.organisations()] == ["vt"]
        with engine.writing(register.engine) as connection:
            thread = threading.Thread(target=second)
            thread.start()
            connection.execute(insert(schema.organisations), [owner | {"id": "1", "name": "1"}])
            thread.join(0.5)
            order.append("first")
        thread.join(30)
        assert order == ["first", "second"]
        assert [one.id for one in before.organisations()] == ["vt"]
    assert [one.id for one in register.organisations()] == ["1", "2", "vt"]
    monkeypatch.setattr(ours, "BUSY_TIMEOUT_S", 0.05)
    with engine.writing(register.engine), pytest.raises(ConflictError) as busy:  # noqa: SIM117
        with engine.writing(register.engine):
            pass
    assert busy.value.key == "errors.register_busy"


def test_a_full_disk_is_said_and_keeps_nothing(register: Register) -> None:
    """A limit on temporary files is the full disk that a test can have."""
    with pytest.raises(StorageError) as full:
        write(
            register,
            "UPDATE structures SET name = 'x'",
            "SET LOCAL temp_file_limit = 64",
            "SET LOCAL work_mem = 64",
            "SELECT count(*) FROM (SELECT n FROM generate_series(1, 90000) n ORDER BY random()) x",
        )
    assert full.value.key == "errors.register_disk_full"
    assert {one.name for one in register.structures(SYSTEM)} == {"Cột cũ"}


def test_a_wrong_statement_is_not_the_servers_fault(register: Register) -> None:
    with pytest.raises(ProgrammingError), engine.writing(register.engine) as connection:
        connection.exec_driver_sql("DELETE FROM nowhere")


def test_a_connection_that_breaks_keeps_nothing_and_is_forgotten(register: Register) -> None:
    change, cut = (
        "UPDATE structures SET name = 'x'",
        "SELECT pg_terminate_backend(pg_backend_pid())",
    )
    with pytest.raises(StorageError) as broken:
        write(register, change, cut, change)
    assert broken.value.key == "errors.register_unreachable"
    assert {one.name for one in register.structures(SYSTEM)} == {"Cột cũ"}
    with register.write(author="lan", reason="lại"):
        pass


def test_a_connection_that_was_closed_while_nobody_used_it_is_replaced(
    postgres: PostgresServer, database: URL, register: Register
) -> None:
    assert register.count_structures(SYSTEM) == 50
    with postgres.connect(database) as other:
        closed = other.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert closed is not None
    assert closed[0] >= 1
    assert register.count_structures(SYSTEM) == 50
    with engine.asking(register.engine) as connection:
        assert connection.exec_driver_sql("SELECT 7").scalar_one() == 7
    with engine.reading(register.engine) as connection:  # the same connection, as it was
        level = connection.exec_driver_sql("SHOW transaction_isolation").scalar_one()
    assert level == "repeatable read"


@pytest.mark.parametrize("words", ["\0", "cột\0cũ"])
def test_a_letter_that_it_cannot_hold_is_refused(register: Register, words: str) -> None:
    with pytest.raises(FormatError) as refused:
        register.structures(PUBLIC, text=words)
    assert refused.value.key == "errors.register_value_refused"
    with pytest.raises(FormatError):
        register.structures(PUBLIC, owner_id=words)


def test_what_is_no_register_is_left_as_it_is(postgres: PostgresServer, database: URL) -> None:
    with pytest.raises(StorageError, match="phusong init"):
        Register.open(database)
    assert not Register.exists(database)
    with postgres.connect(database) as connection:
        connection.execute("CREATE TABLE someone (a int)")
    with pytest.raises(FormatError) as refused:
        Register.open(database, create=True)
    assert refused.value.key == "errors.database_not_register"
    with postgres.connect(database) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (2,)  # with that of PostGIS


def test_what_a_server_lacks_is_said(postgres: PostgresServer) -> None:
    plain = postgres.database("template0")
    with postgres.connect(postgres.url(plain)) as connection:
        connection.execute("CREATE ROLE humble LOGIN")
        connection.execute("GRANT CREATE ON SCHEMA public TO humble")
    humble = postgres.url(plain).set(username="humble")
    with pytest.raises(StorageError) as refused:
        Register.open(humble, create=True)
    assert refused.value.key == "errors.register_no_postgis"
    with pytest.raises(StorageError) as refused:
        Register.open(postgres.url("nowhere"), create=True)
    assert refused.value.key == "errors.register_unreachable"
    postgres.execute("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    with pytest.raises(StorageError, match="SQL_ASCII"):
        Register.open(postgres.url("ascii"), create=True)


@pytest.mark.parametrize(
    "told", ["mysql://lan@máy/sổ", f"postgresql://lan:{SECRET}@máy:cổng/sổ", "postgresql://máy"]
)
def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(told: str) -> None:
    with pytest.raises(FormatError) as refused:
        address_of(told)
    assert SECRET not in refused.value.say("vi") + refused.value.say("en")


def test_a_password_is_never_told(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = f"postgresql://lan:{SECRET}@/nowhere?host={postgres.folder}"
    monkeypatch.setenv(REGISTER_VARIABLE, told)
    settings = Settings(home=tmp_path)
    address = settings.place.register
    assert isinstance(address, URL)
    assert address.password == SECRET
    with pytest.raises(StorageError) as refused:
        Register.open(address)
    shown = [str(settings), repr(settings), repr(settings.place), str(address), repr(address)]
    shown += [refused.value.say("vi"), str(settings.model_dump())]
    assert not [one for one in shown if SECRET in one]


def test_a_worker_is_told_the_register_where_nobody_sees_it(
    postgres: PostgresServer, database: URL, tmp_path: Path
) -> None:
    Register.open(database, create=True).close()
    told = database.set(password=SECRET).render_as_string(hide_password=False)
    pool = WorkerPool(Home(tmp_path, told), 1, ["--home", str(tmp_path)])
    pool.start()
    try:
        with postgres.connect(database) as connection:
            for _ in range(600):
                found = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'phusong'"
                    " AND datname = current_database()"
                ).fetchone()
                if found != (0,):
                    break
                threading.Event().wait(0.1)
            assert found != (0,)
        lines = subprocess.run(
            ["ps", "-eo", "args"], capture_output=True, text=True, check=True
        ).stdout
        assert "gis.jobs.worker" in lines
        assert SECRET not in lines
    finally:
        pool.stop()


def test_a_process_that_forks_has_connections_of_its_own(register: Register) -> None:
    assert register.revision() == 0
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if len(register.structures(SYSTEM)) == 50 else 1)
        except BaseException:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert len(register.structures(SYSTEM)) == 50


def test_without_the_driver_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from gis.errors import StorageError\n"
        "from gis.register.store import Register\n"
        "try: Register.open('postgresql://lan@/so', create=True)\n"
        "except StorageError as error: print(error.key)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout == "errors.register_needs_psycopg\n"


def test_two_registers_answer_boxes_alike(register: Register, tmp_path: Path) -> None:
    """Borders of boxes are told by the coordinates, not by the rounded ones of an index."""
    x, y = 106.40000000000001, 10.499999999999998
    known = {"confidence": "verified", "source": "t", "confidential": False, "search": ""}
    row = {"id": "p", "code": "p", "name": "p", "kind": "antenna_mast", "owner_id": "vt", **known}
    line = blobs.to_blob(LineString([(106.1, 10.1), (106.2, 10.123456789012345)]))
    route = {"id": "r", "code": "r", "kind": "duct", "owner_id": "vt", "from_id": "s0",
             "to_id": "s1", "geom": line, **known}  # fmt: skip
    with empty_register(tmp_path / "register.gpkg") as other:
        fill(other.engine)
        for one in (register, other):
            with engine.writing(one.engine) as connection:
                row["geom"] = blobs.point_blob(x, y)
                connection.execute(insert(schema.structures), [row])
                connection.execute(insert(schema.routes), [route])
        step = 1e-14
        for west, south, east, north in (
            (x, y, x, y),
            (x + step, y, 107.0, 11.0),
            (106.0, 10.0, x - step, 11.0),
            (106.0, 10.0, 106.4, y),
            (106.4, 10.5, 106.4, 10.5),
            (106.0, 10.123456789012345, 106.3, 10.2),
            (106.0, 10.123456789012347, 106.3, 10.2),
            (-180.0, -90.0, 180.0, 90.0),
        ):
            box = (west, south, east, north)
            first = {one.id for one in register.structures(SYSTEM, bbox=box)}
            assert first == {one.id for one in other.structures(SYSTEM, bbox=box)}, box
            lines = [one.id for one in register.routes(SYSTEM, bbox=box)]
            assert lines == [one.id for one in other.routes(SYSTEM, bbox=box)], box
