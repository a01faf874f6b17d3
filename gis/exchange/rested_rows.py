"""Rows that would take from under contracts and levels what these rest on: tried, never kept.

What no write may do is known to the register alone (`gis.register.resting`). What a file would do
is tried there in a write that is dropped, and the rows to blame are found by halves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from gis.errors import ConflictError, GisError
from gis.exchange.report import Accepted, RowState
from gis.register.resting import RESTED_ON
from gis.register.routes import Duct, Route
from gis.register.store import Register
from gis.register.structures import AttachmentLevel, Structure
from gis.register.writing import Writer

__all__ = ["rested_field", "rested_rows"]

_TABLES: Mapping[type[Any], str] = {
    Structure: "structures",
    AttachmentLevel: "attachment_levels",
    Route: "routes",
    Duct: "ducts",
}
_UPDATES: Mapping[type[Any], Callable[[Writer, Sequence[Any]], None]] = {
    Structure: Writer.update_structures,
    AttachmentLevel: Writer.update_levels,
    Route: Writer.update_routes,
    Duct: Writer.update_ducts,
}
_MOST_TRIALS = 200
"""Beyond them the rows left are taken, and the commit says what stands in the way."""


class _DroppedError(Exception):
    """Ends a write of which nothing is kept."""


def rested_rows(register: Register, accepted: Sequence[Accepted]) -> dict[int, GisError]:
    """Return the rows that what is let, or a level, stands in the way of, with what it is.

    Parameters
    ----------
    register : Register
        Where they are tried; nothing of it is kept.
    accepted : sequence of Accepted
        Rows that could be taken otherwise.
    """
    wanted = [one for one in accepted if rested_field(one) is not None]
    refused: dict[int, GisError] = {}
    trials = _MOST_TRIALS

    def sift(kept: Sequence[Accepted], rows: Sequence[Accepted]) -> Sequence[Accepted]:
        nonlocal trials
        trials -= 1
        error = _tried(register, [*kept, *rows]) if rows and trials >= 0 else None
        if error is None:
            return [*kept, *rows]
        if len(rows) == 1:
            refused[rows[0].row] = error
            return kept
        half = len(rows) // 2
        return sift(sift(kept, rows[:half]), rows[half:])

    sift([], wanted)
    return refused


def rested_field(row: Accepted) -> str | None:
    """Return the first field of a row that others may rest on and that it changes."""
    table = _TABLES.get(type(row.record))
    if table is None or row.state is RowState.UNCHANGED:
        return None
    if row.stored is None:  # only a duct within another can be in the way as soon as it is there
        within = isinstance(row.record, Duct) and row.record.parent_id is not None
        return "parent_id" if within else None
    own = {each.name for each in fields(row.record)}.intersection(RESTED_ON[table])
    changed = {change.field for change in row.changes}
    return next((name for name in RESTED_ON[table] if name in own & changed), None)


def _tried(register: Register, rows: Sequence[Accepted]) -> GisError | None:
    """Return what stands in the way of rows, None where nothing does or nobody can say now."""
    try:
        with register.write(author="", reason="") as writer:
            new = [one.record for one in rows if one.stored is None]
            writer.add_ducts([one for one in new if isinstance(one, Duct)])
            changed = [one.record for one in rows if one.stored is not None]
            _UPDATES[type(rows[0].record)](writer, changed)
            writer.check()
            raise _DroppedError
    except _DroppedError:
        return None
    except ConflictError as error:
        return None if error.key == "errors.register_busy" else error
