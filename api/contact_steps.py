"""Who answers for a point or a complainant: entered, seen; who may was decided before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request

from api.identity import identity_of
from api.points_asked import read_contact
from api.service import service_of
from api.work_steps import said
from gis.errors import FormatError
from gis.points import refuse_typed
from gis.register.point_contacts import PointContact, PointContacts

__all__ = ["contacts_of", "enter_contact", "seen_contact"]


def contacts_of(request: Request) -> PointContacts:
    """Return the contacts, as the caller asks for them."""
    identity = identity_of(request)
    register = service_of(request).register
    return PointContacts(register, identity.name, identity.organisation_id)


def enter_contact(
    request: Request, subject_id: str, sent: Mapping[str, Any], latest: date | None
) -> None:
    """Put a contact in the place of the one before.

    Parameters
    ----------
    request : Request
        The request.
    subject_id : str
        The point, or the case.
    sent : mapping
        Fields of `api.points_asked.CONTACT`.
    latest : date or None
        The last day until which it may be kept; None where no rule sets one.

    Raises
    ------
    FormatError
        If a field cannot be taken, or the last day is over or later than that.
    """
    contact = read_contact(sent)
    today = service_of(request).today()
    if contact.kept_until < today or (latest is not None and contact.kept_until > latest):
        raise FormatError(
            "points.kept_until_wrong", name="kept_until", first=today, last=latest or date.max
        )
    _forget_expired(request)
    contacts_of(request).write(subject_id, contact)


def seen_contact(request: Request, subject_id: str, reason: str) -> PointContact:
    """Return a contact, and note that the caller saw it, and what for.

    Raises
    ------
    FormatError
        If no reason is given, or it holds a person's data.
    NotFoundError
        If there is no contact.
    """
    why = said(reason)
    if not why:
        raise FormatError("points.reason_needed", name="reason")
    refuse_typed({"reason": why})
    _forget_expired(request)
    return contacts_of(request).see(subject_id, why, service_of(request).today())


def _forget_expired(request: Request) -> None:
    """Remove what is over while the server runs; the next start does so too."""
    service = service_of(request)
    PointContacts(service.register).forget_expired(service.today())
