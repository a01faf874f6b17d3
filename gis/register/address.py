"""Where a register is kept: the path of a GeoPackage, or the address of a PostgreSQL database."""

from pathlib import Path

from sqlalchemy import URL, exc, make_url

from gis.errors import FormatError

__all__ = ["Address", "address_of", "is_database"]

Address = Path | URL
"""A file, or a database; `str()` of an address never tells a password."""

_SCHEMES = ("postgresql", "postgres")


def is_database(told: str) -> bool:
    """Return whether a text names a database of a server."""
    return told.partition("://")[0].partition("+")[0] in _SCHEMES and "://" in told


def address_of(told: str | Path | URL) -> Address:
    """Return the address that a text names: `postgresql://user@host/name`, or a path.

    Raises
    ------
    FormatError
        If the address cannot be read; what it says is not repeated, as it may hold a password.
    """
    if isinstance(told, Path | URL):
        return told
    if not told.strip():
        raise FormatError("errors.register_address_empty")
    if not is_database(told):
        if "://" in told:
            raise FormatError("errors.register_address", scheme=told.partition("://")[0][:40])
        return Path(told)
    try:
        url = make_url(told)
    except (exc.ArgumentError, ValueError) as error:
        raise FormatError("errors.register_address", scheme="postgresql") from error
    if not url.database:
        raise FormatError("errors.register_address", scheme="postgresql")
    return url.set(drivername="postgresql")
