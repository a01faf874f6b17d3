"""Small SQLite files beside the register, for what must not wait for whoever writes there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gis.alone import alone_in
from gis.errors import ConflictError, StorageError

__all__ = ["SideFile"]

_BUSY_S = 10.0


class SideFile:
    """One file with its tables; every server process on one home shares it.

    Parameters
    ----------
    path : Path
        Where it is kept; made where there is none.
    tables : sequence of str
        Statements that make its tables where they are missing.
    lasting : bool
        Whether what is kept must outlive the loss of power, not only of the process.
    """

    def __init__(self, path: Path, *tables: str, lasting: bool = False) -> None:
        self._path = path
        self._tables = tables
        self._synchronous = "FULL" if lasting else "NORMAL"

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Yield the file to one writer at a time; kept at the end, or nothing is.

        Raises
        ------
        ConflictError
            If others write there and do not come to an end.
        StorageError
            If it cannot be read or kept.
        """
        with self._opened("BEGIN IMMEDIATE") as database:
            yield database

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the file as it is; errors as of `changing`."""
        with self._opened("BEGIN") as database:
            yield database

    @contextmanager
    def _opened(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            with closing(
                sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
            ) as database:
                database.execute(f"PRAGMA synchronous = {self._synchronous}")
                self._make(database)
                database.execute(begin)
                yield database
                database.execute("COMMIT")
        except sqlite3.Error as error:
            raise _told(error) from error

    def _make(self, database: sqlite3.Connection) -> None:
        """Make the tables once a file: a reader must not wait for a writer."""
        if _has_tables(database):
            return
        with alone_in(self._path.parent):  # two that turn to WAL at once: one fails unasked
            if _has_tables(database):
                return
            database.execute("PRAGMA journal_mode = WAL")
            for table in self._tables:
                database.execute(table)


def _has_tables(database: sqlite3.Connection) -> bool:
    return bool(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _told(error: sqlite3.Error) -> ConflictError | StorageError:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return ConflictError("errors.register_busy")
    return StorageError("errors.register_disk_full", detail=str(error))
