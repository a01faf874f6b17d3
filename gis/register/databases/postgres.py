"""A register in PostgreSQL with PostGIS: connections, transactions, the one writer, indices.

Reads are REPEATABLE READ and so see one state. A write holds one advisory lock of its database to
its end, so that there is one writer at a time among all machines: the order of revisions, and who
changed what since somebody looked, are those of a GeoPackage. It reads at READ COMMITTED, as
nobody else writes meanwhile, and its first question must see what the writer before it kept.

Texts sort by code points, numbers are of double precision and whole numbers of 64 bits, whatever
the server's habits, so that the same rows give the same answers as in a GeoPackage.
"""

import asyncio
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import Loader
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Integer,
    Select,
    Table,
    create_engine,
    event,
    exc,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.pool import ConnectionPoolEntry

from gis.errors import ConflictError, FormatError, GisError, StorageError
from gis.register.address import Address
from gis.register.columns import GEOMETRY_COLUMN, metadata
from gis.register.databases.base import (
    BUSY_TIMEOUT_S,
    REGISTER_TABLE,
    Database,
    keep_to_process,
)
from gis.register.databases.limits import Watch
from gis.register.databases.waiting import Lane

__all__ = ["Postgres", "RegisterDialect"]

_WRITER_LOCK = 0x50687553  # "PhuS"
_PROGRAM = "phusong"
_LAST_USED = "phusong_last_used"
_ENDED = "57014"
"""SQLSTATE of a question that its time, or somebody, ended."""
_IDLE_S = 10.0
"""After so long a connection may have been cut on the way without a word."""
_SETTINGS = (
    "SET TIME ZONE 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET synchronous_commit = on",
    f"SET application_name = '{_PROGRAM}'",
)
_UNHURRIED = (
    f"SELECT set_config('lock_timeout', '{int(BUSY_TIMEOUT_S * 1000)}', true),"
    " set_config('statement_timeout', '0', true)"
)
"""What a write begins with: it waits for another so long, and its questions may take theirs."""
_OWN_TABLES = (
    "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm')"
    " AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
)
_WITHOUT_INDEX = (
    "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE t.typname = 'geometry' AND c.relkind = 'r' AND NOT a.attisdropped"
    " AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))"
    " AND NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
    " JOIN pg_am m ON m.oid = x.relam WHERE i.indrelid = c.oid AND i.indisvalid"
    " AND m.amname = 'gist' AND a.attnum = ANY (i.indkey))"
)
_UNCHECKED = (
    "SELECT 1 FROM pg_constraint WHERE NOT convalidated"
    " AND connamespace = to_regnamespace(quote_ident(current_schema()))"
)
_OTHERS = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"  # noqa: S608 our own name
    f" AND pid <> pg_backend_pid() AND application_name = '{_PROGRAM}'"
)
_REFUSE = """
CREATE OR REPLACE FUNCTION phusong_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23000'; END $$
"""


class _Types(PGTypeCompiler):
    def visit_TEXT(self, type_: Any, **options: Any) -> str:  # noqa: N802 SQLAlchemy's name
        del type_, options
        return 'TEXT COLLATE "C"'

    def visit_REAL(self, type_: Any, **options: Any) -> str:  # noqa: N802 SQLAlchemy's name
        del type_, options
        return "DOUBLE PRECISION"

    def visit_INTEGER(self, type_: Any, **options: Any) -> str:  # noqa: N802 SQLAlchemy's name
        of_column = options.get("type_expression") is not None
        return "BIGINT" if of_column else super().visit_INTEGER(type_, **options)


class _WholeNumber(Integer):
    """A number that the driver sends in as many bits as it has, not cast to 32 of them."""


class RegisterDialect(PGDialect_psycopg):
    """PostgreSQL with the types of a register."""

    type_compiler_cls = _Types
    colspecs = {**PGDialect_psycopg.colspecs, Integer: _WholeNumber}  # noqa: RUF012 as there
    supports_statement_cache = True


registry.register("postgresql.phusong", __name__, RegisterDialect.__name__)


class _DayLoader(Loader):
    def load(self, data: Any) -> str:
        return bytes(data).decode("ascii")


class _MomentLoader(Loader):
    """Reads `2023-07-01 01:02:03.456+00` as `2023-07-01T01:02:03.456Z`."""

    def load(self, data: Any) -> str:
        day, _, time = bytes(data).decode("ascii").removesuffix("+00").partition(" ")
        whole, _, part = time.partition(".")
        return f"{day}T{whole}.{part.ljust(3, '0')}Z"


class Postgres(Database):
    """A database of a PostgreSQL server with PostGIS."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes: WeakKeyDictionary[Engine, Lane] = WeakKeyDictionary()
        self._timeouts: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()

    def exists(self, address: Address) -> bool:
        """Return whether the database holds a register."""
        engine = self.open(address, create=False)
        try:
            with self.reading(engine) as connection:
                return self.revision_of(connection) is not None
        finally:
            engine.dispose()

    def open(self, address: Address, *, create: bool) -> Engine:
        """Return an engine; the database itself is there already."""
        del create
        if not isinstance(address, URL):
            raise TypeError(type(address))
        engine = create_engine(
            address.set(drivername="postgresql+phusong"),
            connect_args={"client_encoding": "UTF8"},
            isolation_level="REPEATABLE READ",
            pool_size=16,
            max_overflow=4,
            pool_timeout=60,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "checkout", _require_alive)
        keep_to_process(engine)
        return engine

    def revision(self, address: Address, engine: Engine) -> str | None:
        """Return the last migration of a database, untouched where it is somebody else's."""
        with self.reading(engine) as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
            if encoding != "UTF8":
                raise StorageError("errors.register_encoding", encoding=encoding)
            tables = set(connection.exec_driver_sql(_OWN_TABLES).scalars())
            if tables and REGISTER_TABLE not in tables:
                raise FormatError("errors.database_not_register", path=str(address))
            return self.revision_of(connection)

    def revision_of(self, connection: Connection) -> str | None:
        """Return the last migration, or None for an empty database."""
        there = connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar()
        if there is None:
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)

    def limit(self, engine: Engine, longest_s: float) -> None:
        """Have every connection begin with the limit, which costs a question nothing."""
        super().limit(engine, longest_s)
        self._timeouts[engine] = f"SET statement_timeout = {_milliseconds(longest_s)}"

        def begin(opened: psycopg.Connection[Any], _record: ConnectionPoolEntry) -> None:
            opened.execute(self._timeouts[engine])
            opened.commit()

        event.listen(engine, "connect", begin)

    def _watch(self, watch: Watch) -> AbstractContextManager[object]:
        """Do nothing: the server looks at the clock by itself."""
        del watch
        return nullcontext()

    def _cancel(self, driver: Any) -> None:
        """Ask the server to end what a connection is at."""
        with suppress(psycopg.Error):  # it is gone, and so is the question
            driver.cancel()

    def _was_ended(self, error: exc.DBAPIError) -> bool:
        """Return whether the server says so."""
        return getattr(error.orig, "sqlstate", None) == _ENDED

    @contextmanager
    def reading(self, engine: Engine, *, whole: bool = False) -> Iterator[Connection]:
        """Yield a connection that sees one state of the register until it is given back."""
        with super().reading(engine, whole=whole) as connection:
            limit = self._limits.get(engine)
            if whole and limit is not None:
                longest = _milliseconds(limit.longest(whole=True))
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {longest}")
            yield connection

    @contextmanager
    def asking(self, engine: Engine) -> Iterator[Connection]:
        """Yield a connection without a transaction: the server is asked once, not three times."""
        with self._connected(engine) as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    async def answer(
        self, engine: Engine, query: Select[Any], values: Mapping[str, Any]
    ) -> Sequence[Any]:
        """Return the rows that answer one question, on a connection of the event loop."""
        lane = self._lanes.get(engine)
        if lane is None or lane.loop is not asyncio.get_running_loop():
            settings = [*_SETTINGS, *filter(None, [self._timeouts.get(engine)])]
            lane = self._lanes[engine] = Lane(engine, settings)
        try:
            return await lane.ask(query, values)
        except psycopg.Error as error:
            failed = exc.DBAPIError.instance(
                None, None, error, psycopg.Error, dialect=engine.dialect
            )
            told = self._told(engine, failed) if isinstance(failed, exc.DBAPIError) else None
            if told is None:
                raise
            raise told from error

    async def leave(self, engine: Engine) -> None:
        """Close the connections of the event loop that ends."""
        lane = self._lanes.pop(engine, None)
        if lane is not None:
            await lane.close()

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Yield a connection that alone may write."""
        try:
            with (
                engine.execution_options(isolation_level="READ COMMITTED").connect() as connection,
                connection.begin(),
            ):
                connection.exec_driver_sql(_UNHURRIED)
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
                yield connection
        except exc.DBAPIError as error:
            told = self.said(error)
            if told is None:
                raise
            raise told from error

    @contextmanager
    def upgrading(self, engine: Engine) -> Iterator[Connection]:
        """Yield a connection that alone may write; PostgreSQL takes changes of tables back too."""
        with self.writing(engine) as connection:
            yield connection

    def said(self, error: exc.DBAPIError) -> GisError | None:
        """Return what a person is told, by the class of SQLSTATE."""
        cause = error.orig
        state = getattr(cause, "sqlstate", None) or ""
        detail = _detail(cause)
        if state in {"55P03", "40001", "40P01", _ENDED}:
            return ConflictError("errors.register_busy")
        if state.startswith(("53", "58")) and state != "53300":
            return StorageError("errors.register_disk_full", detail=detail)
        if isinstance(error, exc.IntegrityError):
            return ConflictError("errors.register_conflict", detail=detail)
        if isinstance(error, exc.DataError) or state in {"22P05", "54001"}:
            return FormatError("errors.register_value_refused", detail=detail)
        if isinstance(error, exc.OperationalError):
            return StorageError("errors.register_unreachable", detail=detail)
        return None

    def create_core(self, connection: Connection) -> None:
        """See that PostGIS is in the database."""
        there = "SELECT 1 FROM pg_extension WHERE extname = 'postgis'"
        if connection.exec_driver_sql(there).scalar() is not None:
            return
        try:
            connection.exec_driver_sql("CREATE EXTENSION postgis")
        except exc.DBAPIError as error:
            raise StorageError("errors.register_no_postgis", detail=_detail(error.orig)) from error

    def enter(
        self, connection: Connection, table: str, geometry_type: str | None, *, view: bool = False
    ) -> None:
        """Give a table with a geometry its GiST index; PostGIS lists layers by itself."""
        if geometry_type is not None and not view:
            connection.exec_driver_sql(
                f'CREATE INDEX "{table}_{GEOMETRY_COLUMN}" ON "{table}"'
                f" USING gist ({GEOMETRY_COLUMN})"
            )

    def refuse(
        self, connection: Connection, table: str, action: str, trigger: str, reason: str
    ) -> None:
        """Let a table refuse every UPDATE or DELETE of a row, and being emptied."""
        connection.exec_driver_sql(_REFUSE)
        refused = f"EXECUTE FUNCTION phusong_refuse('{reason}')"
        connection.exec_driver_sql(
            f"CREATE TRIGGER {trigger} BEFORE {action} ON {table} FOR EACH ROW {refused}"
        )
        if action == "DELETE":
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {refused}"
            )

    def add_reference(self, connection: Connection, table: str, column: str, target: str) -> None:
        """Add a column of text that refers to the `id` of another table."""
        connection.exec_driver_sql(
            f'ALTER TABLE {table} ADD COLUMN {column} TEXT COLLATE "C"'
            f" REFERENCES {target} (id) DEFERRABLE INITIALLY DEFERRED"
        )

    def insert_many(
        self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Insert rows that all have the same columns, by COPY."""
        columns = [each for each in table.columns if each.name in rows[0]]
        steps = [each.type.bind_processor(connection.dialect) for each in columns]
        pairs = [(each.name, step) for each, step in zip(columns, steps, strict=True)]
        names = ", ".join(f'"{each.name}"' for each in columns)
        statement = f'COPY "{table.name}" ({names}) FROM STDIN'
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]  # by `_prepare`
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(
                        [row[name] if step is None else step(row[name]) for name, step in pairs]
                    )
        except psycopg.Error as error:
            raise exc.DBAPIError.instance(
                statement, None, error, psycopg.Error, dialect=connection.dialect
            ) from error

    def touch(self, connection: Connection, table: Table, layers: Sequence[str], now: str) -> None:
        """Do nothing: PostgreSQL keeps no list of layers with their days and extents."""

    def overwrite_deleted(self, connection: Connection) -> None:
        """Do nothing: what is deleted goes with the next VACUUM, and from logs with their age."""

    def schema(self, connection: Connection) -> str:
        """Return the schema of the tables, past that of temporary ones."""
        name = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        return str(name)

    def hide_index(
        self, connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Do nothing: a question by a box asks the view itself."""

    def check(self, connection: Connection) -> None:
        """Look for layers without a sound index and for references that were never checked."""
        layer = connection.exec_driver_sql(_WITHOUT_INDEX).scalar()
        if layer is not None:
            raise StorageError("errors.register_index_differs", layer=layer)
        if connection.exec_driver_sql(_UNCHECKED).first() is not None:
            raise StorageError("errors.register_references_broken")

    def check_pages(self, connection: Connection) -> None:
        """Do nothing: the server's administrator has pg_checksums and pg_amcheck for that."""

    def copy_to(self, engine: Engine, path: Path) -> None:
        """Refuse: pg_dump makes copies, `phusong move` a GeoPackage."""
        del engine, path
        raise StorageError("errors.register_copy_elsewhere")

    def in_use(self, address: Address) -> bool:
        """Return whether another connection of ours is open."""
        engine = self.open(address, create=False)
        try:
            with self.reading(engine) as connection:
                return connection.exec_driver_sql(_OTHERS).first() is not None
        finally:
            engine.dispose()

    def last_numbers(self, connection: Connection) -> dict[str, int]:
        """Return the last number that each sequence gave."""
        found = {}
        for name, sequence in self._sequences(connection).items():
            last, given = connection.exec_driver_sql(
                f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608 the server's name
            ).one()
            if given:
                found[name] = int(last)
        return found

    def set_last_numbers(self, connection: Connection, numbers: Mapping[str, int]) -> None:
        """Let each sequence go on after these numbers."""
        sequences = self._sequences(connection)
        for name, number in numbers.items():
            if name in sequences:
                connection.exec_driver_sql(
                    "SELECT setval(%s::regclass, %s)", (sequences[name], number)
                )

    def _sequences(self, connection: Connection) -> dict[str, str]:
        """Return the sequence of each table that counts, by the table's name."""
        counting = {
            table.name: table.autoincrement_column.name
            for table in metadata.tables.values()
            if table.autoincrement_column is not None
        }
        query = "SELECT pg_get_serial_sequence(%s, %s)"
        found = {
            name: connection.exec_driver_sql(query, (name, column)).scalar()
            for name, column in counting.items()
        }
        return {name: str(sequence) for name, sequence in found.items() if sequence is not None}


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))  # 0 would be no limit


def _prepare(opened: Any, _record: ConnectionPoolEntry) -> None:
    connection: psycopg.Connection[Any] = opened
    connection.adapters.register_loader("date", _DayLoader)
    connection.adapters.register_loader("timestamptz", _MomentLoader)
    for setting in _SETTINGS:
        connection.execute(setting)
    connection.commit()


def _require_alive(opened: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Have a connection that the server closed replaced, and one that lay idle for long looked at.

    A server that closes a connection says so: there is something to read.

    Raises
    ------
    DisconnectionError
        If it is closed: the pool opens another.
    """
    connection: psycopg.Connection[Any] = opened
    last = record.info.get(_LAST_USED)
    record.info[_LAST_USED] = now = time.monotonic()
    if last is None:
        return
    try:
        told, _, _ = select.select([connection.fileno()], [], [], 0.0)
        if told or now - last > _IDLE_S:
            connection.execute("")
            connection.rollback()
    except (psycopg.Error, OSError, ValueError) as error:
        raise exc.DisconnectionError from error


def _detail(cause: BaseException | None) -> str:
    """Return the first sentence of the server, without the values of rows that it adds."""
    if isinstance(cause, psycopg.Error) and cause.diag.message_primary:
        return cause.diag.message_primary
    return str(cause).strip().partition("\n")[0]
