"""Tokens of senders: what was made without a connection and is sent twice is kept once.

A token names one content of one sender. Another content under it is refused: it would be lost
without a word.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, select

from gis.cases.details import read_details
from gis.desk.files import SentFile
from gis.desk.procedure import Procedure
from gis.desk.records import SUPPLEMENTED, DeskEvent
from gis.errors import ConflictError, FormatError
from gis.register.schema import desk_files

__all__ = ["own_token", "plain_token", "require_said", "require_same"]

_LONGEST_TOKEN: Final = 80


def plain_token(token: str | None) -> str | None:
    """Return a token as a step keeps it; of what is empty there is none.

    Raises
    ------
    FormatError
        If it is too long.
    """
    if token is None or not token.strip():
        return None
    if len(token) > _LONGEST_TOKEN:
        raise FormatError("desk.token_long", most=_LONGEST_TOKEN)
    return token.strip()


def own_token(token: str | None, kind: str, account: str) -> str | None:
    """Return a token as a case keeps it: of its sender and kind, so that no two senders meet."""
    known = plain_token(token)
    return None if known is None else f"{kind}\n{account}\n{known}"


def require_same(same: bool) -> None:
    """Refuse another content under a token that was used: it would be lost without a word."""
    if not same:
        raise ConflictError("desk.token_used")


def require_said(
    connection: Connection,
    procedure: Procedure,
    event: DeskEvent,
    *,
    case_id: str,
    kind: str,
    given: Mapping[str, object],
    files: Sequence[SentFile],
) -> None:
    """Refuse what an event does not say that carries the same token."""
    require_same(event.kind == kind)
    said = read_details(procedure.fields_of(kind), given, whole=kind != SUPPLEMENTED)
    require_same(all(event.details.get(name) == value for name, value in said.items()))
    query = select(desk_files.c.sha256).where(
        desk_files.c.case_id == case_id, desk_files.c.sequence == event.sequence
    )
    kept = set(connection.execute(query).scalars())
    require_same({one.sha256 for one in files} <= kept)
