"""What an organisation's account wrote itself: that alone it is told of, and may take back."""

from collections.abc import Sequence
from typing import Any, Final

from api.identity import Identity
from gis.errors import NotFoundError
from gis.register.history import Change
from gis.register.reading import Reader
from gis.register.scopes import SYSTEM

__all__ = ["require_own_write", "told_changes"]

_OWNED: Final = {
    "structures": "owner_id",
    "planned_works": "owner_id",
    "registration_points": "operator_id",
}
"""Tables of records that an organisation writes, and the column that says whose they are."""
_OF_STRUCTURES: Final = frozenset({"attachment_levels", "contracts"})


def told_changes(
    reader: Reader, identity: Identity, changes: Sequence[Change]
) -> Sequence[Change]:
    """Return the changes that a caller is told of: the department all, others their own."""
    if identity.is_staff:
        return changes
    own = {one.revision for one in changes if _wrote(identity, one)}
    whole = {one for one in own if _is_own_write(reader, identity, one)}
    return [one for one in changes if one.revision in whole]


def require_own_write(reader: Reader, identity: Identity, revision: int) -> None:
    """Refuse a write that is not wholly the caller's; the department may take back any.

    Raises
    ------
    NotFoundError
        As if there were no such write.
    """
    if not identity.is_staff and not _is_own_write(reader, identity, revision):
        raise NotFoundError("errors.write_unknown", revision=revision)


def _wrote(identity: Identity, change: Change) -> bool:
    return change.author == identity.name and change.batch_id is None


def _is_own_write(reader: Reader, identity: Identity, revision: int) -> bool:
    """Return whether an account made a write, and all of it is of its organisation still."""
    own = identity.scope.own
    done = reader.changes(revision=revision)
    return (
        own is not None
        and bool(done)
        and all(_wrote(identity, one) and _owners(reader, one) == {own} for one in done)
    )


def _owners(reader: Reader, change: Change) -> set[Any]:
    """Return whose a record was and is; None among them where that is not known."""
    rows = [row for row in (change.old, change.new) if row is not None]
    column = _OWNED.get(change.table_name)
    if column is not None:
        return {row[column] for row in rows}
    if change.table_name not in _OF_STRUCTURES:
        return {None}
    return {_owner_of_structure(reader, row.get("structure_id")) for row in rows}


def _owner_of_structure(reader: Reader, structure_id: str | None) -> str | None:
    try:
        return reader.structure(structure_id or "", SYSTEM).owner_id
    except NotFoundError:
        return None
