"""A register in a GeoPackage: journal, locks and transactions of SQLite.

Every connection is in WAL with `synchronous=FULL`, which is asserted, with foreign keys on. Reads
take a deferred transaction and so see one state; writes take `BEGIN IMMEDIATE` under a lock file,
so that there is one writer at a time among all processes, and so that no checkpoint runs beside
another's commit (SQLite before 3.51.3 can damage a file there, https://www.sqlite.org/wal.html).

GDAL brings an SQLite of its own. Where it opens the file in a process that has it open already,
the locks of the two do not see each other (https://www.sqlite.org/howtocorrupt.html, 2.2.1) and it
removes the log on closing; a later commit would go into a file without a name and be lost when the
process dies. Every write looks for that, and brings such a log home. Let GDAL read a copy
(`Register.copy_to`), or read from another process. For the same reason nothing here opens the
file past SQLite, however shortly: closing any handle frees the locks that the whole process holds
on it, and whoever closes next takes itself for the last and removes the log that others write.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    exc,
    insert,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from gis.errors import ConflictError, FormatError, GisError, StorageError, system_reason
from gis.register import geopackage
from gis.register.address import Address
from gis.register.blobs import blob_bounds
from gis.register.columns import GEOMETRY_COLUMN
from gis.register.databases.base import BUSY_TIMEOUT_S, REGISTER_TABLE, Database, keep_to_process
from gis.register.databases.limits import Watch
from gis.register.filesystems import require_local

if sys.platform != "win32":
    import fcntl

__all__ = ["Sqlite"]

_BEGIN = "phusong_begin"
_LOCK_POLL_S = 0.005
_HANDLES = "/proc/self/fd"
_TOO_DEEP = ("parser stack overflow", "Expression tree is too large")
"""What SQLite says of a question that nests deeper than it reads."""
_STEPS = 20_000
"""Between two looks at the clock: a millisecond or so, and more than a page needs."""
_AT_ONCE = 50
"""Rows of a layer in one statement: an R-tree opens its nodes anew for each statement."""
_CHANGED = text("UPDATE gpkg_contents SET last_change = :now WHERE table_name = :layer")


class Sqlite(Database):
    """A GeoPackage on a local disk."""

    def exists(self, address: Address) -> bool:
        """Return whether there is a file."""
        return _path(address).exists()

    def open(self, address: Address, *, create: bool) -> Engine:
        """Return an engine on a file, which is made where it is to be."""
        path = _path(address)
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not path.exists():
            raise StorageError("errors.register_missing", path=str(path))
        engine = _connect(path)
        try:
            if not path.exists():
                _make(path)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def revision(self, address: Address, engine: Engine) -> str | None:
        """Return the last migration of a file, without touching one that is not a register."""
        path = _path(address)
        try:
            if path.exists() and path.stat().st_size:
                uri = f"{path.absolute().as_uri()}?mode=ro"
                with closing(sqlite3.connect(uri, uri=True)) as file:
                    tables = {row[0] for row in file.execute("SELECT name FROM sqlite_master")}
                if tables and REGISTER_TABLE not in tables:
                    raise FormatError("errors.register_not_register", path=str(path))
            with engine.connect() as connection:
                return self.revision_of(connection)
        except (sqlite3.DatabaseError, exc.DatabaseError) as error:
            if isinstance(error, sqlite3.OperationalError | exc.OperationalError):
                raise
            raise FormatError("errors.register_not_database", path=str(path)) from error

    def revision_of(self, connection: Connection) -> str | None:
        """Return the last migration, or None for an empty file."""
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        if "alembic_version" not in names.scalars().all():
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Yield a connection that alone may write."""
        with _write_lock(engine):
            if _log_without_name(engine):
                engine.dispose()  # closing the last connection brings the log home
            with engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).connect() as connection:
                yield from _transaction(engine, connection)

    @contextmanager
    def upgrading(self, engine: Engine) -> Iterator[Connection]:
        """Yield a connection on which references are not followed by the rows of others."""
        with _write_lock(engine), engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")  # a pragma that acts only outside of one
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            finally:
                connection.rollback()
                connection.invalidate()  # its pragma must not come back from the pool

    @contextmanager
    def _watch(self, watch: Watch) -> Iterator[None]:
        """Have SQLite look at the clock; not while a function of ours is inside one call."""
        watch.driver.set_progress_handler(watch.over, _STEPS)
        try:
            yield
        finally:
            watch.driver.set_progress_handler(None, 0)

    def _cancel(self, driver: Any) -> None:
        """Do nothing: SQLite sees it at its next look at the clock."""

    def _was_ended(self, error: exc.DBAPIError) -> bool:
        """Return whether a look at the clock ended a question."""
        return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT

    def said(self, error: exc.DBAPIError) -> GisError | None:
        """Return what a person is told where the disk is at fault, or who asked, not we."""
        if isinstance(error, exc.DataError):
            return FormatError("errors.register_value_refused", detail=str(error.orig))
        if not isinstance(error, exc.OperationalError):
            return None
        if str(error.orig).startswith(_TOO_DEEP):
            return FormatError("errors.question_deep")
        if _is_ours(error):
            return None
        return StorageError("errors.register_unreadable", detail=str(error.orig))

    def create_core(self, connection: Connection) -> None:
        """Turn an empty file into a GeoPackage without contents."""
        geopackage.create_core_tables(connection)

    def enter(
        self, connection: Connection, table: str, geometry_type: str | None, *, view: bool = False
    ) -> None:
        """Enter a table or view in the contents, with its R-tree."""
        geopackage.register_table(connection, table, geometry_type, view=view)

    def refuse(
        self, connection: Connection, table: str, action: str, trigger: str, reason: str
    ) -> None:
        """Let a table refuse every UPDATE or DELETE of a row."""
        connection.exec_driver_sql(
            f"CREATE TRIGGER {trigger} BEFORE {action} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )

    def add_reference(self, connection: Connection, table: str, column: str, target: str) -> None:
        """Add a column of text that refers to the `id` of another table."""
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ADD COLUMN {column} TEXT"
            f" REFERENCES {target} (id) DEFERRABLE INITIALLY DEFERRED"
        )

    def insert_many(
        self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Insert rows that all have the same columns."""
        statement = insert(table).compile(dialect=connection.dialect, column_keys=list(rows[0]))
        names = [each.name for each in table.columns if each.name in rows[0]]  # as compiled
        values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
        another = f", ({', '.join('?' * len(names))})"
        several = _AT_ONCE if GEOMETRY_COLUMN in table.columns else 1
        whole = len(rows) - len(rows) % several
        for count, part in ((several, rows[:whole]), (1, rows[whole:])):
            given = [
                tuple(chain.from_iterable(map(values, part[at : at + count])))
                for at in range(0, len(part), count)
            ]
            if given:
                connection.exec_driver_sql(f"{statement}{another * (count - 1)}", given)

    def touch(self, connection: Connection, table: Table, layers: Sequence[str], now: str) -> None:
        """Say in the GeoPackage's contents when a layer changed, and how far it reaches."""
        connection.execute(_CHANGED, [{"now": now, "layer": layer} for layer in layers])
        if GEOMETRY_COLUMN in table.columns:
            index = geopackage.spatial_index_name(table.name)
            sides = "min(minx), min(miny), max(maxx), max(maxy)"
            connection.exec_driver_sql(
                "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) ="  # noqa: S608 our names
                f' (SELECT {sides} FROM "{index}") WHERE table_name IN (?, ?)',
                (table.name, layers[-1]),
            )

    def overwrite_deleted(self, connection: Connection) -> None:
        """Have what this transaction deletes overwritten in the file."""
        connection.exec_driver_sql("PRAGMA secure_delete = ON")

    def schema(self, connection: Connection) -> str:
        """Return the name of the file beside that of temporary tables."""
        del connection
        return "main"

    def hide_index(
        self, connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Put a view with the boxes of these rows before the R-tree."""
        index = geopackage.spatial_index_name(table)
        sides = "minx REAL, maxx REAL, miny REAL, maxy REAL"
        run = connection.exec_driver_sql
        run(f'CREATE TEMP TABLE "past_{index}" (id INTEGER PRIMARY KEY, {sides})')
        boxes = []
        for row in rows:
            box = None if row[GEOMETRY_COLUMN] is None else blob_bounds(row[GEOMETRY_COLUMN])
            if box is not None:
                west, south, east, north = box
                boxes.append((row["fid"], west, east, south, north))
        if boxes:
            run(f'INSERT INTO "past_{index}" VALUES (?, ?, ?, ?, ?)', boxes)  # noqa: S608 our names
        run(
            f'CREATE TEMP VIEW "{index}" AS SELECT id, minx, maxx, miny, maxy FROM main."{index}"'  # noqa: S608
            f' UNION ALL SELECT * FROM "past_{index}"'
        )

    def check(self, connection: Connection) -> None:
        """Compare layers, GeoPackage tables and R-trees."""
        geopackage.check(connection)

    def check_pages(self, connection: Connection) -> None:
        """Have SQLite look through the file."""
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        if found != ["ok"]:
            raise StorageError("errors.register_damaged", detail=str(found[0]))

    def copy_to(self, engine: Engine, path: Path) -> None:
        """Write the register as it is now into a new file, complete in itself."""
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")  # a copy is made outside a transaction
            connection.exec_driver_sql("VACUUM INTO ?", (str(path),))
            connection.exec_driver_sql("BEGIN")

    def in_use(self, address: Address) -> bool:
        """Return whether anybody has the file open: only who is alone may leave the journal."""
        with closing(sqlite3.connect(_path(address), timeout=0)) as file:
            try:
                mode = file.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            except sqlite3.OperationalError:
                return True
            except sqlite3.DatabaseError:
                return False  # no register at all, as whoever opens it will say
        return bool(mode == "wal")

    def last_numbers(self, connection: Connection) -> dict[str, int]:
        """Return what SQLite keeps of AUTOINCREMENT."""
        rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {name: int(number) for name, number in rows}

    def set_last_numbers(self, connection: Connection, numbers: Mapping[str, int]) -> None:
        """Write what SQLite keeps of AUTOINCREMENT."""
        for name, number in numbers.items():
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, number))


def _path(address: Address) -> Path:
    if not isinstance(address, Path):
        raise TypeError(type(address))
    return address


def _connect(path: Path) -> Engine:
    require_local(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        pool_size=8,
        max_overflow=56,
        pool_timeout=60,
    )
    event.listen(engine, "connect", _prepare)
    keep_to_process(engine)
    event.listen(engine, "begin", _begin)
    return engine


def _make(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite's files beside it follow it.

    Raises
    ------
    StorageError
        If the folder may not be written.
    """
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise StorageError(
            "errors.register_not_usable", path=str(path), detail=system_reason(error)
        ) from error


def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(type(connection))
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        journal = _write_ahead(cursor)
        cursor.execute("PRAGMA cache_size = -32768")  # KiB: a large import stays in memory
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA trusted_schema = ON")  # triggers call the functions below
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        foreign_keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
    if (journal, synchronous, foreign_keys) != ("wal", 2, 1):
        raise StorageError("errors.register_journal", journal=journal, synchronous=synchronous)
    geopackage.register_functions(connection)


def _write_ahead(cursor: sqlite3.Cursor) -> str:
    """Have writes go to a log, and return what is so.

    SQLite does not wait where two programs change a new file to that at once: one is refused.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            return str(cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(_LOCK_POLL_S)


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    connection.exec_driver_sql(begin)


def _transaction(engine: Engine, connection: Connection) -> Iterator[Connection]:
    try:
        transaction = connection.begin()
    except exc.OperationalError as error:
        raise ConflictError("errors.register_busy") from error
    try:
        with transaction:
            yield connection
        _bring_home(engine, connection)
    except exc.OperationalError as error:
        if _is_ours(error):
            raise
        raise StorageError("errors.register_disk_full", detail=str(error.orig)) from error
    except exc.IntegrityError as error:
        raise ConflictError("errors.register_conflict", detail=str(error.orig)) from error


def _is_ours(error: exc.OperationalError) -> bool:
    """Return whether a statement is wrong, which is our mistake and not the disk's."""
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _log_without_name(engine: Engine) -> bool:
    """Return whether this process holds a log that somebody removed."""
    removed = f"{Path(engine.url.database or '').resolve()}-wal (deleted)"
    try:
        handles = os.listdir(_HANDLES)  # noqa: PTH208 names only, ten times as fast
    except FileNotFoundError:
        return False
    for handle in handles:
        with suppress(OSError):
            if os.readlink(f"{_HANDLES}/{handle}") == removed:  # noqa: PTH115 not a path to follow
                return True
    return False


def _bring_home(engine: Engine, connection: Connection) -> None:
    """Copy what was just committed into the register's file where its log was removed."""
    if not _log_without_name(engine):
        return
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute("PRAGMA wal_checkpoint(FULL)")  # past `begin`: outside a transaction
    connection.invalidate()
    engine.dispose()


@contextmanager
def _write_lock(engine: Engine) -> Iterator[None]:
    """Hold the lock file beside the register; the system frees it when a process dies."""
    if sys.platform == "win32":
        yield
        return
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    with Path(f"{engine.url.database}-lock").open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ConflictError("errors.register_busy") from None
                time.sleep(_LOCK_POLL_S)
        yield
