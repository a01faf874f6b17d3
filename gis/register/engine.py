"""Connections to the register: journal, locks, transactions, and bringing an old one forward.

Every connection is in WAL with `synchronous=FULL`, which is asserted, with foreign keys on. Reads
take a deferred transaction and so see one state; writes take `BEGIN IMMEDIATE` under a lock file,
so that there is one writer at a time among all processes, and so that no checkpoint runs beside
another's commit (SQLite before 3.51.3 can damage a file there, https://www.sqlite.org/wal.html).

GDAL brings an SQLite of its own. Where it opens the file in a process that has it open already,
the locks of the two do not see each other (https://www.sqlite.org/howtocorrupt.html, 2.2.1) and it
removes the log on closing; a later commit would go into a file without a name and be lost when the
process dies. Every write looks for that, and brings such a log home. Let GDAL read a copy
(`Register.copy_to`), or read from another process.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from gis.errors import ConflictError, FormatError, StorageError
from gis.register import geopackage
from gis.register.filesystems import require_local

if sys.platform != "win32":
    import fcntl

__all__ = ["BUSY_TIMEOUT_S", "HEAD", "connect", "reading", "revision_of", "upgrade", "writing"]

HEAD = "0019"
"""The last migration: what a register has when this program is done with it."""

BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for another before it gives up."""

_BEGIN = "phusong_begin"
_LOCK_POLL_S = 0.005
_HANDLES = "/proc/self/fd"
_SQLITE_MAGIC = b"SQLite format 3\x00"


def connect(path: Path) -> Engine:
    """Return an engine on a register file; the file must lie on a local disk.

    Raises
    ------
    StorageError
        If the path is on a network file system.
    FormatError
        If there is a file and it is not a database.
    """
    require_local(path)
    _require_database(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        pool_size=4,
        max_overflow=60,
        pool_timeout=60,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkout", _refuse_other_process)
    event.listen(engine, "begin", _begin)
    return engine


def _require_database(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        head = file.read(len(_SQLITE_MAGIC))
    if head and head != _SQLITE_MAGIC:
        raise FormatError("errors.register_not_database", path=str(path))


def _prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(type(connection))
    record.info["pid"] = os.getpid()
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        journal = cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        cursor.execute("PRAGMA cache_size = -32768")  # KiB: a large import stays in memory
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA trusted_schema = ON")  # triggers call the functions below
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        foreign_keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
    if (journal, synchronous, foreign_keys) != ("wal", 2, 1):
        raise StorageError("errors.register_journal", journal=journal, synchronous=synchronous)
    geopackage.register_functions(connection)


def _refuse_other_process(
    _connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Give a forked process connections of its own: SQLite's must not cross a fork."""
    if record.info["pid"] != os.getpid():
        record.dbapi_connection = None  # type: ignore[misc]  # SQLAlchemy's own recipe
        raise exc.DisconnectionError


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    connection.exec_driver_sql(begin)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of the register until it is given back."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that alone may write; committed at the end, or nothing is kept.

    Raises
    ------
    ConflictError
        If another writer did not finish within `BUSY_TIMEOUT_S`, or the rows contradict.
    StorageError
        If the disk is full or fails.
    """
    with _write_lock(engine):
        if _log_without_name(engine):
            engine.dispose()  # closing the last connection brings the log home
        with engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).connect() as connection:
            yield from _transaction(engine, connection)


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
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            raise  # a statement that is wrong is our mistake, not the disk's
        raise StorageError("errors.register_disk_full", detail=str(error.orig)) from error
    except exc.IntegrityError as error:
        raise ConflictError("errors.register_conflict", detail=str(error.orig)) from error


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


def revision_of(connection: Connection) -> str | None:
    """Return the last migration that a register has had, or None for an empty file."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    if "alembic_version" not in names.scalars().all():
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def upgrade(engine: Engine, revision: str = HEAD, versions: tuple[Path, ...] = ()) -> None:
    """Bring a register forward, in one transaction; what is there already is left alone.

    Afterwards layers, GeoPackage tables and R-trees are compared, and on a difference the register
    stays as it was.

    Parameters
    ----------
    engine : Engine
        From `connect`.
    revision : str
        Migration to reach.
    versions : tuple of Path
        Further folders of migrations, for a test of the next one.

    Raises
    ------
    StorageError
        If a newer program made the register, or a layer does not agree with its index.
    """
    with _write_lock(engine), engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")  # a pragma that acts only outside a transaction
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            _migrate(connection, revision, versions)
            geopackage.check(connection)
            connection.commit()
        finally:
            connection.rollback()
            connection.invalidate()  # its pragma must not come back from the pool


def _migrate(connection: Connection, revision: str, versions: tuple[Path, ...]) -> None:
    from alembic import command  # noqa: PLC0415 a tenth of a second that only this needs
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    folder = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", _escaped(folder))
    config.set_main_option("path_separator", "os")
    locations = (folder / "versions", *versions)
    config.set_main_option("version_locations", os.pathsep.join(map(_escaped, locations)))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = revision_of(connection)
    if found is not None and found not in known:
        raise StorageError("errors.register_newer", found=found, known=HEAD)
    command.upgrade(config, revision)


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
