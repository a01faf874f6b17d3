"""The register of one department: open it, ask it, change it.

Example
-------
>>> with Register.open(home.register, create=True) as register:
...     with register.write(author="lan", reason="first rows") as w:
...         w.add_organisations([organisation])
...     register.structures(PUBLIC, bbox=(105.5, 10.4, 106.8, 11.8), limit=50)
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, exc

from gis.errors import ConflictError, FormatError, StorageError, system_reason
from gis.register import content, engine, geopackage
from gis.register.past import remember, revision_at
from gis.register.reading import Reader
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.writing import Writer

__all__ = ["PUBLIC", "SYSTEM", "Register", "Role", "Scope", "Snapshot"]

_REGISTER_TABLE = "register_state"


class Snapshot(Reader):
    """The register at one moment: every question is answered from the same state."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _connected(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)


class Register(Reader):
    """A register in one GeoPackage, safe to share between threads and processes.

    Attributes
    ----------
    path : Path
        The file.
    engine : Engine
        For the packages that keep more in the same file: the queue, the accounts.
    """

    def __init__(self, path: Path, opened: Engine) -> None:
        self.path = path
        self.engine = opened

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Self:
        """Open a register, bringing one that an older program made forward.

        Parameters
        ----------
        path : Path
            The file, on a local disk.
        create : bool
            Make one where there is none.

        Raises
        ------
        StorageError
            If there is none and none is to be made, the disk is not a local one or may not be
            written, or a newer program made it.
        FormatError
            If the file is something else.
        """
        path = Path(path)
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not path.exists():
            raise StorageError("errors.register_missing", path=str(path))
        opened = engine.connect(path)
        try:
            if not path.exists():
                _make(path)
            found = _revision(path, opened)
            if found is None and not create:
                raise StorageError("errors.register_missing", path=str(path))
            if found != engine.HEAD:
                engine.upgrade(opened)
        except exc.OperationalError as error:
            opened.dispose()
            raise StorageError(
                "errors.register_not_usable", path=str(path), detail=str(error.orig)
            ) from error
        except BaseException:
            opened.dispose()
            raise
        return cls(path, opened)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Return the register itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def _connected(self) -> AbstractContextManager[Connection]:
        return engine.reading(self.engine)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Yield the register as it is now, unmoved by later writes."""
        with engine.reading(self.engine) as connection:
            yield Snapshot(connection)

    @contextmanager
    def as_known(self, when: datetime | int, scope: Scope) -> Iterator[Snapshot]:
        """Yield the register as it was known at a moment; every question is answered from then.

        What no longer is public, or open to sharing, is not shown as such to those who do not see
        all, whatever it was then.

        Parameters
        ----------
        when : datetime or int
            The moment, or the number of the last write to count (`Reader.revision`), which a
            frozen study or finding keeps.
        scope : Scope
            The caller, the same as in the questions.
        """
        with engine.reading(self.engine) as connection:
            revision = when if isinstance(when, int) else revision_at(connection, when)
            remember(connection, revision, scope)
            try:
                yield Snapshot(connection)
            finally:
                connection.rollback()  # what stands before the tables goes with the transaction

    @contextmanager
    def write(self, *, author: str, reason: str) -> Iterator[Writer]:
        """Yield a writer: at the end all of it is kept, after an error nothing.

        Parameters
        ----------
        author : str
            Who writes: an account's id, or the name of a program.
        reason : str
            Why, in a few words; both stand in the history.

        Raises
        ------
        ConflictError
            If another writer does not finish, or what was written contradicts itself.
        """
        with engine.writing(self.engine) as connection:
            writer = Writer(connection, author, reason)
            yield writer
            writer.finish()

    def copy_to(self, path: Path) -> None:
        """Write the register as it is now into a new file, complete in itself.

        This is what GDAL may read in the process that has the register open; see
        `gis.register.engine` for what happens to the register's own file there.

        Raises
        ------
        ConflictError
            If there is such a file already.
        """
        if path.exists():
            raise ConflictError("errors.file_exists", path=str(path))
        with self.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")  # a copy is made outside a transaction
            connection.exec_driver_sql("VACUUM INTO ?", (str(path),))
            connection.exec_driver_sql("BEGIN")

    def check(self) -> None:
        """Raise where the file is damaged, disagrees with itself or was edited from outside.

        Raises
        ------
        StorageError
            With what is wrong.
        """
        with engine.reading(self.engine) as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            if found != ["ok"]:
                raise StorageError("errors.register_damaged", detail=str(found[0]))
            geopackage.check(connection)
            content.check_content(connection)


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


def _revision(path: Path, opened: Engine) -> str | None:
    """Return the last migration of a file, without touching one that is not a register."""
    try:
        if path.exists() and path.stat().st_size:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
                tables = {row[0] for row in file.execute("SELECT name FROM sqlite_master")}
            if tables and _REGISTER_TABLE not in tables:
                raise FormatError("errors.register_not_register", path=str(path))
        with engine.reading(opened) as connection:
            return engine.revision_of(connection)
    except (sqlite3.DatabaseError, exc.DatabaseError) as error:
        if isinstance(error, sqlite3.OperationalError | exc.OperationalError):
            raise
        raise FormatError("errors.register_not_database", path=str(path)) from error
