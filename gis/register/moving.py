"""A register is copied whole to another place, and the two are proved equal before it is kept.

All rows of all tables go, with their numbers: history, accounts, requests, cases, jobs. What a
GeoPackage says of itself for others (contents, R-trees) is made anew. Studies, uploads and other
files stay in the home folder; they are not the register's.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, delete, func, select

from gis.errors import ConflictError, FormatError, NotFoundError, StorageError
from gis.register import engine, moments
from gis.register.address import Address
from gis.register.blobs import wkb_of
from gis.register.columns import Geometry
from gis.register.databases.choice import database_at, database_of
from gis.register.rows import is_kept
from gis.register.schema import metadata, register_state
from gis.register.store import Register

__all__ = ["Moved", "copy", "move", "proof_of"]

_AT_ONCE = 1000

Progress = Callable[[float, str, Mapping[str, object]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was copied.

    Attributes
    ----------
    counts : dict
        Rows of each table.
    digest : str
        SHA-256 of what both registers hold, by `proof_of`.
    """

    counts: dict[str, int]
    digest: str


def move(source: Address, target: Address, progress: Progress) -> Moved:
    """Copy a register to a place that holds none.

    Parameters
    ----------
    source, target : Path or URL
        From where to where; the source stays as it is.
    progress : callable
        Told how far it is.

    Raises
    ------
    NotFoundError
        If there is no register at the source.
    FormatError
        If the target is a folder.
    ConflictError
        If the target holds anything, or a server has one of the two open.
    StorageError
        If a newer program made the source, or the copy is not equal; nothing is kept then.
    """
    if not Register.exists(source):
        raise NotFoundError("errors.move_no_source", path=str(source))
    if str(source) == str(target):
        raise ConflictError("errors.move_onto_itself", path=str(target))
    if isinstance(target, Path) and target.is_dir():
        raise FormatError("errors.register_address_folder", path=str(target))
    for address in (source, target):
        if Register.exists(address) and database_at(address).in_use(address):
            raise ConflictError("errors.move_in_use", path=str(address))
    with (
        Register.open(source) as old,
        Register.open(target, create=True) as new,
        engine.writing(old.engine) as read,
    ):
        return _made(read, new, progress)


def copy(register: Register, target: Address, progress: Progress) -> Moved:
    """Copy one state of a register, which may be at work, to a place that holds none.

    Raises
    ------
    ConflictError
        If the target holds anything.
    StorageError
        If the copy is not equal; nothing is kept then.
    """
    with Register.open(target, create=True) as new, engine.reading(register.engine) as read:
        return _made(read, new, progress)


def _made(read: Connection, new: Register, progress: Progress) -> Moved:
    with engine.writing(new.engine) as written:
        _require_empty(written, new.address)
        counts = _copied(read, written, progress)
        digest = _proved(read, written, progress)
    return Moved(counts=counts, digest=digest)


def proof_of(connection: Connection, table: Table) -> tuple[int, str]:
    """Return the number of a table's rows, and a SHA-256 of all of them in their order.

    Geometries count as WKB, so that a register has the same proof in every database.
    """
    digest, count = hashlib.sha256(), 0
    for row in chain.from_iterable(_parts(connection, table)):
        told = {name: _plain(table, name, value) for name, value in row.items()}
        digest.update(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())
        digest.update(b"\n")
        count += 1
    return count, digest.hexdigest()


def _plain(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is not None and isinstance(kind, Geometry):
        return wkb_of(value).hex()
    if value is not None and isinstance(kind, LargeBinary):
        return value.hex()
    return value


def _parts(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """Yield rows, many at once, in the order of the primary key, else of the record's own name."""
    order = list(table.primary_key.columns) or [table.c.id]
    query = select(table).order_by(*order)
    found = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    for part in found.mappings().partitions(_AT_ONCE):
        yield [dict(row) for row in part]


def _require_empty(connection: Connection, target: Address) -> None:
    for table in metadata.sorted_tables:
        filled = connection.execute(select(table).limit(1)).first() is not None
        if filled and table is not register_state:
            raise ConflictError("errors.move_target_filled", path=str(target))


def _copied(read: Connection, written: Connection, progress: Progress) -> dict[str, int]:
    database = database_of(written)
    written.execute(delete(register_state))
    counts = {
        table.name: int(read.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
    }
    every, done = max(sum(counts.values()), 1), 0
    now = moments.to_text(moments.now())
    for table in metadata.sorted_tables:
        for rows in _parts(read, table):
            database.insert_many(written, table, rows)
            done += len(rows)
            progress(0.6 * done / every, "cli.move_copying", {"layer": table.name})
        if is_kept(table.name):
            database.touch(written, table, [table.name], now)
    database.set_last_numbers(written, database_of(read).last_numbers(read))
    return counts


def _proved(read: Connection, written: Connection, progress: Progress) -> str:
    """Return the digest of both registers.

    Raises
    ------
    StorageError
        If they differ.
    """
    whole, tables = hashlib.sha256(), metadata.sorted_tables
    for number, table in enumerate(tables):
        progress(0.6 + 0.4 * number / len(tables), "cli.move_proving", {"layer": table.name})
        before, after = proof_of(read, table), proof_of(written, table)
        if before != after:
            raise StorageError("errors.move_differs", layer=table.name)
        whole.update(f"{table.name} {after}\n".encode())
    database = database_of(written)
    if database.last_numbers(written) != database_of(read).last_numbers(read):
        raise StorageError("errors.move_differs", layer="sequence")
    database.check(written)
    return whole.hexdigest()
