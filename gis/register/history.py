"""Who changed what, when and why: every change of a row, with the row before and after."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    insert,
    literal,
    or_,
    select,
    union,
    update,
)

from gis.register import moments
from gis.register.expressions import json_text
from gis.register.schema import (
    attachment_levels,
    change_log,
    contracts,
    documents,
    ducts,
    duplicate_decisions,
    installations,
    register_state,
    routes,
)

__all__ = ["Change", "changes", "note_change", "structure_changes"]

_PARTS: tuple[tuple[Table, str], ...] = (
    (attachment_levels, "structure_id"),
    (contracts, "structure_id"),
    (installations, "structure_id"),
    (documents, "subject_id"),
)
"""What belongs to a structure, and which column says to which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one row.

    Attributes
    ----------
    revision : int
        The write that it belongs to; a write is kept whole or not at all.
    at : datetime
        When, UTC.
    author, reason : str
        Who, and why.
    table_name, record_id : str
        Which row.
    old, new : dict or None
        The row before (None: it was added) and after (None: it was removed).
    batch_id : str or None
        The import that did it.
    """

    revision: int
    at: datetime
    author: str
    reason: str
    table_name: str
    record_id: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    batch_id: str | None


def changes(
    connection: Connection,
    *,
    table_name: str | None = None,
    record_id: str | None = None,
    batch_id: str | None = None,
    revision: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Change]:
    """Return changes, newest first."""
    log = change_log
    query = select(log).order_by(log.c.sequence.desc()).offset(offset).limit(limit)
    wanted: tuple[tuple[Column[Any], object], ...] = (
        (log.c.table_name, table_name),
        (log.c.record_id, record_id),
        (log.c.batch_id, batch_id),
        (log.c.revision, revision),
    )
    for field, value in wanted:
        if value is not None:
            query = query.where(field == value)
    return [_change(row) for row in connection.execute(query).mappings()]


def structure_changes(connection: Connection, structure_id: str, limit: int) -> list[Change]:
    """Return what happened to a structure and to what belongs or belonged to it, newest first.

    What was removed or moved elsewhere counts too, until it went; so do decisions of duplicates,
    and contracts for ducts of the lines that end at it.
    """
    log = change_log
    belonging = _records_of(structure_id).subquery()
    query = (
        select(log)
        .join(
            belonging,
            and_(
                log.c.table_name == belonging.c.table_name,
                log.c.record_id == belonging.c.record_id,
            ),
        )
        .where(
            or_(
                log.c.table_name.not_in([table.name for table, _ in _PARTS]),
                _at(structure_id),
                log.c.record_id.in_(_let_in_ducts(structure_id)),
            ),
        )
        .order_by(log.c.sequence.desc())
        .limit(limit)
    )
    return [_change(row) for row in connection.execute(query).mappings()]


def _records_of(structure_id: str) -> Any:
    """Return table and id of a structure, and of all that belongs to it or once did."""
    log, decisions = change_log, duplicate_decisions
    there = [
        select(literal(table.name), table.c.id).where(table.c[column] == structure_id)
        for table, column in _PARTS
    ]
    left = [
        # rows that were only added, which are most, are passed over before their JSON is read
        select(log.c.table_name, log.c.record_id).where(
            log.c.table_name == table.name,
            log.c.old.is_not(None),
            json_text(log.c.old, column) == structure_id,
        )
        for table, column in _PARTS
    ]
    decided = select(literal(decisions.name), decisions.c.id).where(
        or_(decisions.c.first_id == structure_id, decisions.c.second_id == structure_id)
    )
    itself = select(
        literal("structures").label("table_name"), literal(structure_id).label("record_id")
    )
    in_ducts = select(literal(contracts.name), _let_in_ducts(structure_id).subquery().c.id)
    return union(itself, decided, in_ducts, *there, *left)


def _let_in_ducts(structure_id: str) -> Any:
    """Return the contracts for ducts of the lines that end at a structure."""
    lines = select(routes.c.id).where(
        or_(routes.c.from_id == structure_id, routes.c.to_id == structure_id)
    )
    inside = select(ducts.c.id).where(ducts.c.route_id.in_(lines))
    return select(contracts.c.id).where(contracts.c.duct_id.in_(inside))


def _at(structure_id: str) -> ColumnElement[bool]:
    """Return the condition that a change is of something at a structure, before or after it."""
    return or_(
        *(
            json_text(state, column) == structure_id
            for state in (change_log.c.old, change_log.c.new)
            for column in ("structure_id", "subject_id")
        )
    )


def _change(row: RowMapping) -> Change:
    return Change(
        revision=row["revision"],
        at=moments.from_text(row["at"]),
        author=row["author"],
        reason=row["reason"],
        table_name=row["table_name"],
        record_id=row["record_id"],
        old=_loaded(row["old"]),
        new=_loaded(row["new"]),
        batch_id=row["batch_id"],
    )


def note_change(
    connection: Connection,
    *,
    author: str,
    reason: str,
    table_name: str,
    record_id: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
) -> None:
    """Write one change of a table that is not part of the content, as a write of its own."""
    is_revision = register_state.c.name == "revision"
    stored = connection.execute(select(register_state.c.value).where(is_revision)).scalar_one()
    revision = int(stored) + 1
    connection.execute(update(register_state).where(is_revision).values(value=str(revision)))
    change = {
        "revision": revision,
        "at": moments.to_text(moments.now()),
        "author": author,
        "reason": reason,
        "table_name": table_name,
        "record_id": record_id,
        "old": _written(old),
        "new": _written(new),
    }
    connection.execute(insert(change_log), [change])


def _written(row: dict[str, Any] | None) -> str | None:
    return None if row is None else json.dumps(row, ensure_ascii=False, sort_keys=True)


def _loaded(kept: str | None) -> dict[str, Any] | None:
    return None if kept is None else json.loads(kept)
