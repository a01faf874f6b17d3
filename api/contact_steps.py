"""Who answers for a point or a complainant: entered, seen; who may was decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.requests import Request

from api.entered import kept_reason
from api.identity import identity_of
from api.points_asked import CONTACT, NEEDED_OF_CONTACT, read_contact
from api.service import service_of
from data.text import Language, text
from gis.errors import FormatError
from gis.points import refuse_typed
from gis.register.point_contacts import ContactNote, ContactView, PointContact, PointContacts

__all__ = ["contact_shown", "contacts_of", "enter_contact", "seen_contact", "told_views"]


def contacts_of(request: Request) -> PointContacts:
    """Return the contacts, as the caller asks for them."""
    identity = identity_of(request)
    register = service_of(request).register
    return PointContacts(register, identity.name, identity.organisation_id)


def told_views(request: Request, subject_id: str) -> list[ContactView]:
    """Return who did what with a contact; who is of another organisation, and why, is not told."""
    identity = identity_of(request)
    return [
        one
        if identity.is_staff or one.organisation_id == identity.scope.own
        else replace(one, account="", reason=None)
        for one in contacts_of(request).views(subject_id)
    ]


def contact_shown(
    words: str,
    language: Language,
    note: ContactNote | None,
    *,
    views: Sequence[ContactView],
    last_day: date | None,
    owners: Mapping[str, str],
) -> dict[str, Any]:
    """Return what `contact.html` shows of a contact.

    Parameters
    ----------
    words : str
        How the keys of the heading and of the sentence for no contact begin.
    language : Language
        Of the words.
    note : ContactNote or None
        That there is a contact, why and until when.
    views, last_day, owners
        Who did what with it, until when one may be kept, names of organisations by id.
    """
    return {
        "heading": text(f"{words}heading", language),
        "none": text(f"{words}none", language),
        "note": note,
        "views": views,
        "last_day": last_day,
        "owners": owners,
        "fields": [
            {
                "name": name,
                "label": text(f"points.contact_{name}", language),
                "required": name in NEEDED_OF_CONTACT,
                "type": "date" if name == "kept_until" else "text",
            }
            for name in CONTACT
        ],
    }


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
    why = kept_reason(reason)
    if not why:
        raise FormatError("points.reason_needed", name="reason")
    refuse_typed({"reason": why})
    _forget_expired(request)
    return contacts_of(request).see(subject_id, why, service_of(request).today())


def _forget_expired(request: Request) -> None:
    """Remove what is over while the server runs; the next start does so too."""
    service = service_of(request)
    PointContacts(service.register).forget_expired(service.today())
