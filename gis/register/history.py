"""Who changed what, when and why: every change of a row, with the row before and after."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, insert, select, update

from gis.register import moments
from gis.register.schema import change_log, register_state

__all__ = ["Change", "changes", "note_change"]


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
    return [
        Change(
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
        for row in connection.execute(query).mappings()
    ]


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
