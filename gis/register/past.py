"""The register as it was known after an earlier write: read from the history, by every question.

For each record that a later write changed, the first of those changes says what it was. Views with
the tables' own names stand before them on one connection until its transaction ends, so that what
may be asked, and who may see what, is said once for both times.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    Text,
    func,
    select,
)

from gis.register import moments, schema
from gis.register.databases.choice import database_of
from gis.register.rows import CODECS, Codec, Row, row_from_json
from gis.register.scopes import Scope

__all__ = ["remember", "revision_at"]

_GUARDED = "confidential"
_OPENED = "shareable"
_ASKED = ("rent_asked_vnd", "rent_unit")
_GEOMETRY = schema.GEOMETRY_COLUMN


def revision_at(connection: Connection, moment: datetime) -> int:
    """Return the last write that was kept at a moment; 0 before the first."""
    log = schema.change_log
    later = select(func.min(log.c.revision)).where(log.c.at > moments.to_text(moment))
    found = connection.execute(later).scalar()
    if found is not None:
        return int(found) - 1
    state = schema.register_state
    kept = select(state.c.value).where(state.c.name == "revision")
    return int(connection.execute(kept).scalar_one())


def remember(connection: Connection, revision: int, scope: Scope) -> None:
    """Let a connection answer, until its transaction ends, as after an earlier write.

    Whoever does not see all sees of the past only what is not confidential today: what was made
    confidential or removed since is treated as confidential already then, and what is not open to
    sharing today as closed already then, but to its own owner and manager. A rent that its owner
    asks no more was asked by nobody then, to all others.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that is rolled back or ends without a write.
    revision : int
        The write after which the register is wanted.
    scope : Scope
        The caller.
    """
    for codec in CODECS:
        then = _first_changes(connection, codec, revision)
        if then:
            known = [row_from_json(codec.name, old) for _, old in then if old is not None]
            if not scope.sees_all and _GUARDED in codec.table.columns:
                _guard(connection, codec, known)
            if not scope.sees_all and _OPENED in codec.table.columns:
                _close(connection, codec, known, scope)
            if not scope.sees_all and _ASKED[0] in codec.table.columns:
                _withdraw(connection, codec, known, scope)
            _shadow(connection, codec, [name for name, _ in then], known)


def _first_changes(
    connection: Connection, codec: Codec[Any], revision: int
) -> list[tuple[str, str | None]]:
    """Return each record that a later write changed, and what it was before (None: not there)."""
    log = schema.change_log
    first = (
        select(func.min(log.c.sequence))
        .where(log.c.table_name == codec.name, log.c.revision > revision)
        .group_by(log.c.record_id)
    )
    query = select(log.c.record_id, log.c.old).where(log.c.sequence.in_(first))
    return [(name, old) for name, old in connection.execute(query)]


def _guard(connection: Connection, codec: Codec[Any], known: list[Row]) -> None:
    """Count as confidential what is not public today."""
    kept = codec.table
    public = select(kept.c.id).where(kept.c.confidential.is_(False))
    open_now = set(connection.execute(public).scalars())
    for row in known:
        row[_GUARDED] = row[_GUARDED] or row["id"] not in open_now


def _close(connection: Connection, codec: Codec[Any], known: list[Row], scope: Scope) -> None:
    """Count as not open to sharing what is not open today, save what was the caller's own."""
    kept = codec.table
    shared = select(kept.c.id).where(kept.c[_OPENED].is_(True))
    open_now = set(connection.execute(shared).scalars())
    for row in known:
        if row[_OPENED] and not _is_own(row, scope) and row["id"] not in open_now:
            row[_OPENED] = False


def _withdraw(connection: Connection, codec: Codec[Any], known: list[Row], scope: Scope) -> None:
    """Leave out a rent that is asked no more, save of what was the caller's own."""
    kept = codec.table
    asking = select(kept.c.id).where(kept.c[_ASKED[0]].is_not(None))
    asked_now = set(connection.execute(asking).scalars())
    for row in known:
        if not _is_own(row, scope) and row["id"] not in asked_now:
            row.update(dict.fromkeys(_ASKED))


def _is_own(row: Row, scope: Scope) -> bool:
    return scope.own is not None and scope.own in (row["owner_id"], row.get("manager_id"))


def _shadow(
    connection: Connection, codec: Codec[Any], changed: list[str], known: list[Row]
) -> None:
    """Put a view before a table: its rows without the changed ones, and those as they were."""
    name, database = codec.name, database_of(connection)
    own = f'{database.schema(connection)}."{name}"'
    run = connection.exec_driver_sql
    run(f'CREATE TEMP TABLE "later_{name}" (id TEXT PRIMARY KEY)')
    database.insert_many(connection, _later(name), [{"id": each} for each in changed])
    run(f'CREATE TEMP TABLE "past_{name}" AS SELECT * FROM {own} WHERE 1 = 0')  # noqa: S608
    numbered = [{**row, "fid": -number} for number, row in enumerate(known, start=1)]
    if numbered:
        database.insert_many(connection, _past(codec.table), numbered)
    run(
        f'CREATE TEMP VIEW "{name}" AS SELECT * FROM {own}'  # noqa: S608 our own names
        f' WHERE id NOT IN (SELECT id FROM "later_{name}")'
        f' UNION ALL SELECT * FROM "past_{name}"'
    )
    if _GEOMETRY in codec.table.columns:
        database.hide_index(connection, name, numbered)


@cache
def _later(name: str) -> Table:
    return Table(f"later_{name}", MetaData(), Column("id", Text))


@cache
def _past(kept: Table) -> Table:
    """Return the table of the rows as they were, of the same types."""
    columns = (Column(each.name, each.type) for each in kept.columns)
    return Table(f"past_{kept.name}", MetaData(), *columns)
