"""The records of a sharing request: what is asked for, and what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

__all__ = ["EventKind", "Party", "SharingEvent", "SharingRequest", "State"]


class Party(StrEnum):
    """Who takes a step of a request."""

    REQUESTER = "requester"
    OWNER = "owner"
    DEPARTMENT = "department"


class State(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    COMPLETE = "complete"
    SURVEYING = "surveying"
    COUNTERED = "countered"
    NEGOTIATING = "negotiating"
    DISAGREED = "disagreed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONTRACTED = "contracted"
    DISPUTED = "disputed"
    MEDIATING = "mediating"
    AGREED = "agreed"
    UNRESOLVED = "unresolved"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class EventKind(StrEnum):
    """What can happen to a request."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    FOUND_COMPLETE = "found_complete"
    RETURNED = "returned"
    SUPPLEMENTED = "supplemented"
    SURVEY_ORDERED = "survey_ordered"
    DELAYED = "delayed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    COUNTERED = "countered"
    COUNTER_ACCEPTED = "counter_accepted"
    NEGOTIATION_OPENED = "negotiation_opened"
    NEGOTIATION_AGREED = "negotiation_agreed"
    NEGOTIATION_FAILED = "negotiation_failed"
    CO_USE_APPROVED = "co_use_approved"
    CONTRACT_CONCLUDED = "contract_concluded"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    ESCALATED = "escalated"
    LICENCES_STATED = "licences_stated"
    MEDIATION_OPENED = "mediation_opened"
    MEDIATION_AGREED = "mediation_agreed"
    MEDIATION_FAILED = "mediation_failed"
    DECIDED = "decided"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingRequest:
    """What one organisation asks of another's structure; it never changes.

    Attributes
    ----------
    id : str
        Its name.
    structure_id, requester_id, owner_id : str
        The structure, who asks, and who owned it when it was asked.
    height_above_ground_m : float or None
        Where on the structure.
    technology, bands, purpose : str
        What shall be installed, in which bands, and what for.
    wanted_from, wanted_to : date or None
        From when to when.
    created_at : datetime
        When it was drafted, UTC.
    """

    id: str
    structure_id: str
    requester_id: str
    owner_id: str
    height_above_ground_m: float | None
    technology: str
    bands: str
    purpose: str
    wanted_from: date | None
    wanted_to: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingEvent:
    """One thing that happened to a request; it never changes.

    Attributes
    ----------
    sequence : int
        Its place among the events of its request, from 1.
    kind : EventKind
        What happened.
    party : Party
        In whose place.
    account, organisation_id : str, str or None
        Who, and of which organisation.
    at : datetime
        When, UTC; never before the event in front of it.
    details : mapping
        What was said, as `gis.cases.details` reads it.
    attachments : tuple of str
        Names of the papers that belong to it.
    """

    sequence: int
    kind: EventKind
    party: Party
    account: str
    organisation_id: str | None
    at: datetime
    details: Mapping[str, object] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
