"""The register of one department: open it, ask it, change it.

Example
-------
>>> with Register.open(home.register, create=True) as register:
...     with register.write(author="lan", reason="first rows") as w:
...         w.add_organisations([organisation])
...     register.structures(PUBLIC, bbox=(105.5, 10.4, 106.8, 11.8), limit=50)
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, exc

from gis.errors import ConflictError, StorageError
from gis.register import content, engine
from gis.register.address import Address, address_of
from gis.register.databases.choice import database_at
from gis.register.past import remember, revision_at
from gis.register.reading import Reader
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.writing import Writer

__all__ = ["PUBLIC", "SYSTEM", "Register", "Role", "Scope", "Snapshot"]


class Snapshot(Reader):
    """The register at one moment: every question is answered from the same state."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _connected(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)


class Register(Reader):
    """A register in one GeoPackage or database, safe to share between threads and processes.

    Attributes
    ----------
    address : Path or URL
        The file, or the database of a server.
    engine : Engine
        For the packages that keep more in the same place: the queue, the accounts.
    """

    def __init__(self, address: Address, opened: Engine) -> None:
        self.address = address
        self.engine = opened

    @property
    def path(self) -> Path:
        """The file of a register that is one.

        Raises
        ------
        TypeError
            If a server keeps it.
        """
        if not isinstance(self.address, Path):
            raise TypeError(type(self.address))
        return self.address

    @staticmethod
    def exists(address: str | Address) -> bool:
        """Return whether there is a register, or a file in its place.

        Raises
        ------
        StorageError
            If a server does not answer.
        """
        where = address_of(address)
        return database_at(where).exists(where)

    @classmethod
    def open(
        cls, address: str | Address, *, create: bool = False, longest_s: float | None = None
    ) -> Self:
        """Open a register, bringing one that an older program made forward.

        Parameters
        ----------
        address : str, Path or URL
            A file on a local disk, or `postgresql://user@host/name`.
        create : bool
            Make one where there is none; the database of a server must be there, and empty.
        longest_s : float, optional
            How long one question that reads may take, in seconds; without it, as it takes.

        Raises
        ------
        StorageError
            If there is none and none is to be made, it cannot be used where it is, or a newer
            program made it.
        FormatError
            If what is there is something else.
        """
        where = address_of(address)
        database = database_at(where)
        opened = database.open(where, create=create)
        if longest_s is not None:
            database.limit(opened, longest_s)
        try:
            found = database.revision(where, opened)
            if found is None and not create:
                raise StorageError("errors.register_missing", path=str(where))
            if found != engine.HEAD:
                engine.upgrade(opened)
        except exc.OperationalError as error:
            opened.dispose()
            raise StorageError(
                "errors.register_not_usable", path=str(where), detail=str(error.orig)
            ) from error
        except BaseException:
            opened.dispose()
            raise
        return cls(where, opened)

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
    def snapshot(self, *, whole: bool = False) -> Iterator[Snapshot]:
        """Yield the register as it is now, unmoved by later writes; `whole` as `reading`."""
        with engine.reading(self.engine, whole=whole) as connection:
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
        `gis.register.databases.sqlite` for what happens to the register's own file there.

        Raises
        ------
        ConflictError
            If there is such a file already.
        StorageError
            If a server keeps it, which has a program of its own for that.
        """
        if path.exists():
            raise ConflictError("errors.file_exists", path=str(path))
        database_at(self.address).copy_to(self.engine, path)

    def check(self) -> None:
        """Raise where it is damaged, disagrees with itself or was edited from outside.

        Raises
        ------
        StorageError
            With what is wrong.
        """
        with engine.reading(self.engine, whole=True) as connection:
            database = database_at(self.address)
            database.check_pages(connection)
            database.check(connection)
            content.check_content(connection)
