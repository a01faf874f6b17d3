"""Grants: an organisation may see the confidential structures of an area for some days.

What stands on them, their contracts and papers stay their owners'. The area is the outline of the
unit as it was when the grant was given; a later outline opens nothing more.
"""

import uuid
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from shapely import to_wkb
from sqlalchemy import insert, select, update

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.register import engine, moments
from gis.register.history import note_change
from gis.register.schema import grants
from gis.register.store import Register

__all__ = ["LONGEST_DAYS", "Grant", "Grants"]

LONGEST_DAYS = 366
"""The most days of one grant; it is given again by a person, or it ends."""

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One organisation's look at one area.

    Attributes
    ----------
    unit_code : str
        Administrative unit whose outline is the area.
    first_day, last_day : date
        The days on which it holds, both included.
    reason : str
        What it was given for.
    author, revoked_by : str
        Who gave it, and who took it back.
    """

    id: str
    organisation_id: str
    unit_code: str
    first_day: date
    last_day: date
    reason: str
    author: str
    created_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether it opens something on a day."""
        return self.revoked_at is None and self.first_day <= day <= self.last_day


class Grants:
    """The grants of one register."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._engine = register.engine

    def give(
        self,
        organisation_id: str,
        unit_code: str,
        first_day: date,
        last_day: date,
        *,
        reason: str,
        author: str,
    ) -> Grant:
        """Let an organisation see the confidential structures of a unit.

        Raises
        ------
        FormatError
            If the days are the wrong way round or too many, or the reason is missing or too long.
        NotFoundError
            If there is no such organisation, or no outline of the unit on the first day.
        """
        self._register.organisation(organisation_id)
        if not 0 <= (last_day - first_day).days < LONGEST_DAYS:
            raise FormatError("errors.grant_days", most=LONGEST_DAYS)
        if not 0 < len(reason.strip()) <= _LONGEST_REASON:
            raise FormatError("errors.grant_reason", longest=_LONGEST_REASON)
        outlines = self._register.boundaries(codes=[unit_code], on=first_day)
        if not outlines:
            raise NotFoundError("errors.grant_unit", unit=unit_code[:40])
        grant = Grant(
            id=uuid.uuid4().hex,
            organisation_id=organisation_id,
            unit_code=unit_code,
            first_day=first_day,
            last_day=last_day,
            reason=reason.strip(),
            author=author,
            created_at=moments.now(),
        )
        with engine.writing(self._engine) as connection:
            row = _row(grant) | {"area": to_wkb(outlines[0].geometry)}
            connection.execute(insert(grants), [row])
            _note(connection, author, None, grant)
        return grant

    def revoke(self, grant_id: str, *, author: str) -> None:
        """Take a grant back, from this moment on.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        ConflictError
            If it was taken back already.
        """
        with engine.writing(self._engine) as connection:
            row = connection.execute(select(grants).where(grants.c.id == grant_id)).mappings()
            kept = row.one_or_none()
            if kept is None:
                raise NotFoundError("errors.grant_unknown", id=grant_id[:60])
            if kept["revoked_at"] is not None:
                raise ConflictError("errors.grant_revoked")
            now = moments.to_text(moments.now())
            changed = {"revoked_at": now, "revoked_by": author}
            connection.execute(update(grants).where(grants.c.id == grant_id).values(changed))
            _note(connection, author, _grant(kept), _grant({**kept, **changed}))

    def all(self) -> list[Grant]:
        """Return every grant, the newest first."""
        query = select(grants).order_by(grants.c.created_at.desc(), grants.c.id)
        with engine.reading(self._engine) as connection:
            return [_grant(row) for row in connection.execute(query).mappings()]

    def areas(self, organisation_id: str, day: date) -> tuple[bytes, ...]:
        """Return the areas that an organisation may see on a day, as WKB."""
        query = select(grants.c.area).where(
            grants.c.organisation_id == organisation_id,
            grants.c.revoked_at.is_(None),
            grants.c.first_day <= day.isoformat(),
            grants.c.last_day >= day.isoformat(),
        )
        with engine.reading(self._engine) as connection:
            return tuple(connection.execute(query.order_by(grants.c.id)).scalars())


def _note(connection: Any, author: str, old: Grant | None, new: Grant) -> None:
    note_change(
        connection,
        author=author,
        reason="grant",
        table_name=grants.name,
        record_id=new.id,
        old=None if old is None else _row(old),
        new=_row(new),
    )


def _row(grant: Grant) -> dict[str, Any]:
    return {field.name: _plain(getattr(grant, field.name)) for field in fields(grant)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moments.to_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _grant(row: Any) -> Grant:
    values = {field.name: row[field.name] for field in fields(Grant)}
    for name in ("first_day", "last_day"):
        values[name] = date.fromisoformat(values[name])
    for name in ("created_at", "revoked_at"):
        values[name] = None if values[name] is None else moments.from_text(values[name])
    return Grant(**values)
