"""What the register asks of the database that keeps it, whichever it is."""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Select, Table, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from gis.errors import GisError
from gis.register.address import Address
from gis.register.databases.limits import Limit, Watch

__all__ = ["BUSY_TIMEOUT_S", "REGISTER_TABLE", "Database", "keep_to_process"]

BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for another before it gives up."""

REGISTER_TABLE = "register_state"
"""A database that has tables and not this one is somebody else's."""

Row = Mapping[str, Any]


class Database(ABC):
    """One kind of database."""

    def __init__(self) -> None:
        self._limits: WeakKeyDictionary[Engine, Limit] = WeakKeyDictionary()

    # Opening

    @abstractmethod
    def exists(self, address: Address) -> bool:
        """Return whether there is a register, or a file in its place.

        Raises
        ------
        StorageError
            If that cannot be found out.
        """

    @abstractmethod
    def open(self, address: Address, *, create: bool) -> Engine:
        """Return an engine; with `create` there is something to migrate afterwards.

        Raises
        ------
        StorageError
            If there is nothing there and nothing is to be made, or it cannot be used.
        FormatError
            If what is there is something else.
        """

    @abstractmethod
    def revision(self, address: Address, engine: Engine) -> str | None:
        """Return the last migration, None where there is nothing yet.

        Raises
        ------
        FormatError
            If what is there is something else.
        """

    @abstractmethod
    def revision_of(self, connection: Connection) -> str | None:
        """Return the last migration that a register has had, or None for an empty one."""

    # How long questions may take

    def limit(self, engine: Engine, longest_s: float) -> None:
        """Bound each question that reads; asked of an engine that nothing was asked of yet."""
        self._limits[engine] = Limit(engine, longest_s)

    def end_reading(self, engine: Engine) -> None:
        """End the questions that run on an engine with a limit, and soon all others."""
        limit = self._limits.get(engine)
        if limit is not None:
            limit.end_all(self._cancel)

    @abstractmethod
    def _watch(self, watch: Watch) -> AbstractContextManager[object]:
        """Have the database look after the time of questions."""

    @abstractmethod
    def _cancel(self, driver: Any) -> None:
        """End what a driver's connection is at, from another thread."""

    @abstractmethod
    def _was_ended(self, error: exc.DBAPIError) -> bool:
        """Return whether a question failed because it was ended."""

    def _told(
        self, engine: Engine, error: exc.DBAPIError, *, whole: bool = False
    ) -> GisError | None:
        """Return what a person is told of a question that failed, None where it is our mistake."""
        limit = self._limits.get(engine)
        if limit is not None and self._was_ended(error):
            return limit.said(whole=whole)
        return self.said(error)

    # Transactions

    @contextmanager
    def _connected(self, engine: Engine, *, whole: bool = False) -> Iterator[Connection]:
        """Yield a connection for questions, which are watched where the engine has a limit."""
        limit = self._limits.get(engine)
        try:
            with engine.connect() as connection, ExitStack() as watched:
                if limit is not None:
                    watch = watched.enter_context(limit.watching(connection, whole=whole))
                    watched.enter_context(self._watch(watch))
                yield connection
        except exc.DBAPIError as error:
            told = self._told(engine, error, whole=whole)
            if told is None:
                raise
            raise told from error

    @contextmanager
    def reading(self, engine: Engine, *, whole: bool = False) -> Iterator[Connection]:
        """Yield a connection that sees one state of the register until it is given back.

        Questions that read a `whole` layer, for a file, may take longer than others.
        """
        with self._connected(engine, whole=whole) as connection, connection.begin():
            yield connection

    def asking(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Yield a connection for one question, which is answered from one state by itself."""
        return self.reading(engine)

    async def answer(
        self, engine: Engine, query: Select[Any], values: Mapping[str, Any]
    ) -> Sequence[Any]:
        """Return the rows that answer one question, while the event loop does other work.

        Raises
        ------
        GisError
            As `asking`.
        """

        def ask() -> Sequence[Any]:
            with self.asking(engine) as connection:
                return connection.execute(query, values).all()

        return await asyncio.to_thread(ask)

    async def leave(self, engine: Engine) -> None:
        """Close what `answer` keeps open in the event loop that ends."""
        del engine  # a thread's connection goes back to where all are

    @abstractmethod
    def writing(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Yield a connection that alone may write; committed at the end, or nothing is kept.

        Raises
        ------
        ConflictError
            If another writer did not finish within `BUSY_TIMEOUT_S`, or the rows contradict.
        StorageError
            If the disk is full or fails.
        """

    @abstractmethod
    def upgrading(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Yield a connection for migrations, committed at the end, or nothing is kept."""

    def said(self, error: exc.DBAPIError) -> GisError | None:
        """Return what a person is told of a database's error, None where it is our mistake."""
        del error
        return None

    # Migrations

    @abstractmethod
    def create_core(self, connection: Connection) -> None:
        """Prepare an empty database for layers."""

    @abstractmethod
    def enter(
        self, connection: Connection, table: str, geometry_type: str | None, *, view: bool = False
    ) -> None:
        """Make a table or view known as a layer; a table with a geometry gets its index.

        Parameters
        ----------
        connection : Connection
            Inside a transaction.
        table : str
            Name of the table or view.
        geometry_type : str or None
            `POINT`, `MULTIPOLYGON` and so on; None for a table of attributes only.
        view : bool
            A view has no index of its own.
        """

    @abstractmethod
    def refuse(
        self, connection: Connection, table: str, action: str, trigger: str, reason: str
    ) -> None:
        """Let a table refuse every UPDATE or DELETE of a row."""

    @abstractmethod
    def add_reference(self, connection: Connection, table: str, column: str, target: str) -> None:
        """Add a column of text that refers to the `id` of another table, checked at the end."""

    # Rows

    @abstractmethod
    def insert_many(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows that all have the same columns, past what an import need not pay for."""

    @abstractmethod
    def touch(self, connection: Connection, table: Table, layers: Sequence[str], now: str) -> None:
        """Say where others look for it when a layer changed, and how far it reaches."""

    @abstractmethod
    def overwrite_deleted(self, connection: Connection) -> None:
        """Have what this transaction deletes overwritten where the database can."""

    # The past

    @abstractmethod
    def schema(self, connection: Connection) -> str:
        """Return the name by which the tables themselves are reached past what hides them."""

    @abstractmethod
    def hide_index(self, connection: Connection, table: str, rows: Sequence[Row]) -> None:
        """Let questions by boxes find rows of a temporary view beside those of the table."""

    # Keeping

    @abstractmethod
    def check(self, connection: Connection) -> None:
        """Raise where layers, indices and references do not agree.

        Raises
        ------
        StorageError
            With the layer that disagrees.
        """

    @abstractmethod
    def check_pages(self, connection: Connection) -> None:
        """Raise where what is stored is damaged, as far as the database tells.

        Raises
        ------
        StorageError
            With what is wrong.
        """

    @abstractmethod
    def copy_to(self, engine: Engine, path: Path) -> None:
        """Write the register as it is now into a new file.

        Raises
        ------
        StorageError
            If the database is copied by a program of its own.
        """

    @abstractmethod
    def in_use(self, address: Address) -> bool:
        """Return whether some other program of ours has the register open.

        Of a file this process itself must not have it open either.
        """

    @abstractmethod
    def last_numbers(self, connection: Connection) -> dict[str, int]:
        """Return the last number that each counting table gave, also to a row that is gone."""

    @abstractmethod
    def set_last_numbers(self, connection: Connection, numbers: Mapping[str, int]) -> None:
        """Let tables go on counting after these numbers."""


def keep_to_process(engine: Engine) -> None:
    """Give a forked process connections of its own: none may cross a fork."""

    def note(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["pid"] = os.getpid()

    def refuse(_connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info["pid"] != os.getpid():
            record.dbapi_connection = None  # type: ignore[misc]  # SQLAlchemy's own recipe
            raise exc.DisconnectionError

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", refuse)
