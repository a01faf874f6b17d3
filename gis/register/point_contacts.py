"""Who answers for a registration point, or for the complainant of a case: a named field.

It has a purpose, a last day and a log of views. Its subject is named by the id of a point
(`dk-...`) or of a case of the desk; where this says point, a case is meant too.

It is kept beside the register's history, which forgets nothing, so that it can be forgotten: after
its last day it is never shown again, and the next start, or the next question, removes it. The log
says who wrote, saw and removed it and when, never what it says; it stays.
"""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, union_all

from gis.errors import NotFoundError
from gis.register import engine, moments
from gis.register.databases.choice import database_of
from gis.register.desk_tables import desk_cases
from gis.register.points_tables import (
    point_contact_views,
    point_contacts,
    registration_points,
)
from gis.register.store import Register

__all__ = ["ContactNote", "ContactView", "PointContact", "PointContacts"]

_PROGRAM = "phusong"
_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNote:
    """That there is a contact, why and until when; not who.

    Attributes
    ----------
    purpose : str
        What the contact is kept for.
    kept_until : date
        The last day on which it is shown; then it is removed.
    written_at : datetime
        When it was entered, UTC.
    """

    purpose: str
    kept_until: date
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PointContact:
    """A person who answers for a point.

    Attributes
    ----------
    name : str
        The person.
    phone : str or None
        How the person is reached.
    purpose, kept_until
        As of `ContactNote`.
    """

    name: str
    phone: str | None = None
    purpose: str
    kept_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """One deed with a contact: `written`, `seen`, `removed` or `expired`.

    Attributes
    ----------
    account : str
        Who.
    organisation_id : str or None
        Of which organisation.
    at : datetime
        When, UTC.
    reason : str or None
        What it was looked at for.
    """

    account: str
    organisation_id: str | None
    at: datetime
    action: str
    reason: str | None


class PointContacts:
    """The contacts of the points of one register.

    Parameters
    ----------
    register : Register
        The register.
    account : str
        Who asks.
    organisation_id : str or None
        Of which organisation.
    """

    def __init__(
        self, register: Register, account: str = _PROGRAM, organisation_id: str | None = None
    ) -> None:
        self._engine = register.engine
        self._account = account
        self._organisation_id = organisation_id

    def note(self, point_id: str, on: date) -> ContactNote | None:
        """Return whether a point has a contact on a day, why and until when; not who."""
        with engine.reading(self._engine) as connection:
            row = _row(connection, point_id)
        if row is None or row["kept_until"] < on.isoformat():
            return None
        return ContactNote(
            purpose=row["purpose"],
            kept_until=date.fromisoformat(row["kept_until"]),
            written_at=moments.from_text(row["written_at"]),
        )

    def write(self, point_id: str, contact: PointContact) -> None:
        """Put a contact in the place of the one before."""
        values = {
            "point_id": point_id,
            "name": contact.name,
            "phone": contact.phone,
            "purpose": contact.purpose,
            "kept_until": contact.kept_until.isoformat(),
            "written_by": self._account,
            "written_at": moments.to_text(moments.now()),
        }
        with engine.writing(self._engine) as connection:
            _forget(connection, [point_id])
            connection.execute(insert(point_contacts), [values])
            self._log(connection, point_id, "written", None)

    def see(self, point_id: str, reason: str, on: date) -> PointContact:
        """Return a contact, and note that it was seen; what is not noted is not seen.

        Raises
        ------
        NotFoundError
            If there is none, or its last day is over.
        """
        with engine.writing(self._engine) as connection:
            row = _row(connection, point_id)
            if row is None or row["kept_until"] < on.isoformat():
                raise NotFoundError("points.contact_none")
            self._log(connection, point_id, "seen", reason)
        return PointContact(
            name=row["name"],
            phone=row["phone"],
            purpose=row["purpose"],
            kept_until=date.fromisoformat(row["kept_until"]),
        )

    def remove(self, point_id: str) -> None:
        """Remove a contact before its last day.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with engine.writing(self._engine) as connection:
            if _row(connection, point_id) is None:
                raise NotFoundError("points.contact_none")
            _forget(connection, [point_id])
            self._log(connection, point_id, "removed", None)

    def views(self, point_id: str) -> list[ContactView]:
        """Return who did what with the contact of a point, the newest first."""
        log = point_contact_views
        names = [log.c[one.name] for one in fields(ContactView)]
        query = select(*names).where(log.c.point_id == point_id)
        with engine.reading(self._engine) as connection:
            found = connection.execute(query.order_by(log.c.sequence.desc()).limit(_LISTED))
            rows = [dict(row) for row in found.mappings()]
        return [ContactView(**{**row, "at": moments.from_text(row["at"])}) for row in rows]

    def last_days(self, on: date) -> dict[str, int]:
        """Return how many contacts are kept until which day, and how many the next removal takes.

        Parameters
        ----------
        on : date
            The day of the removal.

        Returns
        -------
        dict
            By day, YYYY-MM-DD; those that go on the day `on` under an empty one.
        """
        contacts = point_contacts
        query = select(contacts.c.point_id, contacts.c.kept_until)
        with engine.reading(self._engine) as connection:
            going = set(connection.execute(_over(on)).scalars())
            rows = connection.execute(query.order_by(contacts.c.kept_until)).all()
        return dict(Counter("" if row[0] in going else row[1] for row in rows))

    def forget_expired(self, on: date) -> int:
        """Remove the contacts whose last day is over, and those whose subject is no more.

        Returns
        -------
        int
            How many were removed.
        """
        query = _over(on)
        with engine.reading(self._engine) as connection:
            if not connection.execute(query).first():
                return 0
        with engine.writing(self._engine) as connection:
            gone = list(connection.execute(query).scalars())
            _forget(connection, gone)
            for point_id in gone:
                self._log(connection, point_id, "expired", None)
        return len(gone)

    def _log(self, connection: Connection, point_id: str, action: str, reason: str | None) -> None:
        noted = {
            "point_id": point_id,
            "account": self._account,
            "organisation_id": self._organisation_id,
            "at": moments.to_text(moments.now()),
            "action": action,
            "reason": reason,
        }
        connection.execute(insert(point_contact_views), [noted])


def _over(on: date) -> Select[Any]:
    """Return the query for contacts whose last day is over, or whose subject is no more."""
    contacts = point_contacts
    known = union_all(select(registration_points.c.id), select(desk_cases.c.id))
    over = (contacts.c.kept_until < on.isoformat()) | contacts.c.point_id.not_in(known)
    return select(contacts.c.point_id).where(over)


def _row(connection: Connection, point_id: str) -> dict[str, Any] | None:
    query = select(point_contacts).where(point_contacts.c.point_id == point_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def _forget(connection: Connection, point_ids: list[str]) -> None:
    """Remove contacts, and overwrite where they stood, as far as the database can."""
    database_of(connection).overwrite_deleted(connection)
    connection.execute(delete(point_contacts).where(point_contacts.c.point_id.in_(point_ids)))
