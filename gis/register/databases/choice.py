"""Which database an address names, or a connection is of."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine

from gis.errors import StorageError
from gis.register.address import Address
from gis.register.databases.base import Database
from gis.register.databases.sqlite import Sqlite

__all__ = ["database_at", "database_of"]

_SQLITE = Sqlite()


def database_at(address: Address) -> Database:
    """Return the database that an address names."""
    return _SQLITE if isinstance(address, Path) else _postgres()


def database_of(bind: Engine | Connection) -> Database:
    """Return the database of an engine or a connection."""
    return _SQLITE if bind.dialect.name == "sqlite" else _postgres()


@cache
def _postgres() -> Database:
    try:
        from gis.register.databases.postgres import Postgres  # noqa: PLC0415 an optional package
    except ModuleNotFoundError as error:
        raise StorageError("errors.register_needs_psycopg") from error
    return Postgres()
