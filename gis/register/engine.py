"""Connections to the register, whichever database keeps it, and bringing an old one forward.

Reads see one state of the register; there is one writer at a time among all processes. How that is
so is said by the module of each database in `gis.register.databases`.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select

from gis.errors import StorageError
from gis.register.databases.choice import database_of

__all__ = [
    "HEAD",
    "answer",
    "asking",
    "end_reading",
    "leave",
    "reading",
    "revision_of",
    "upgrade",
    "writing",
]

HEAD = "0022"
"""The last migration: what a register has when this program is done with it."""


def reading(engine: Engine, *, whole: bool = False) -> AbstractContextManager[Connection]:
    """Yield a connection that sees one state of the register until it is given back.

    Parameters
    ----------
    engine : Engine
        Of an open register.
    whole : bool
        Whether whole layers are read, for a file: the limit of time is longer then.

    Raises
    ------
    TooLongError
        If a question takes longer than the register was opened with, or `end_reading` ends it.
    """
    return database_of(engine).reading(engine, whole=whole)


def end_reading(engine: Engine) -> None:
    """End the questions that read, and soon all others, of an engine with a limit of time."""
    database_of(engine).end_reading(engine)


def asking(engine: Engine) -> AbstractContextManager[Connection]:
    """Yield a connection for one question: cheaper than `reading`, and not for a second one."""
    return database_of(engine).asking(engine)


async def answer(engine: Engine, query: Select[Any], values: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows that answer one question, while the event loop does other work.

    Raises
    ------
    GisError
        As `asking`.
    """
    return await database_of(engine).answer(engine, query, values)


async def leave(engine: Engine) -> None:
    """Close what `answer` keeps open in the event loop that ends."""
    await database_of(engine).leave(engine)


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """Yield a connection that alone may write; committed at the end, or nothing is kept.

    Raises
    ------
    ConflictError
        If another writer did not finish in time, or the rows contradict.
    StorageError
        If the disk is full or fails.
    """
    return database_of(engine).writing(engine)


def revision_of(connection: Connection) -> str | None:
    """Return the last migration that a register has had, or None for an empty one."""
    return database_of(connection).revision_of(connection)


def upgrade(engine: Engine, revision: str = HEAD, versions: tuple[Path, ...] = ()) -> None:
    """Bring a register forward, in one transaction; what is there already is left alone.

    Afterwards layers and their indices are compared, and on a difference the register stays as it
    was.

    Parameters
    ----------
    engine : Engine
        Of an open register.
    revision : str
        Migration to reach.
    versions : tuple of Path
        Further folders of migrations, for a test of the next one.

    Raises
    ------
    StorageError
        If a newer program made the register, or a layer does not agree with its index.
    """
    database = database_of(engine)
    with database.upgrading(engine) as connection:
        _migrate(connection, revision, versions)
        database.check(connection)


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
