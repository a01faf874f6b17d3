"""What a case of the desk is, and what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = [
    "DEPARTMENT",
    "FILED",
    "OPENED",
    "PARTY",
    "SUPPLEMENTED",
    "DeskCase",
    "DeskEvent",
    "DeskFile",
]

DEPARTMENT = "department"
PARTY = "party"
"""Who opened a case from outside: a complainant, an applicant."""

OPENED = "opened"
"""The first event of every case."""
SUPPLEMENTED = "supplemented"
"""The event that states facts of the intake anew or for the first time."""

FILED = "filed"
"""The event that adds files and a note, and changes nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCase:
    """One case; it never changes.

    Attributes
    ----------
    id : str
        Its name.
    kind : str
        Its procedure.
    year, number : int
        Its number within the year.
    organisation_id : str or None
        The organisation that opened it; None for the department.
    account : str
        Who opened it.
    facts : mapping
        What it was opened with; what was stated later stands in its events.
    opened_at : datetime
        When, UTC.
    """

    id: str
    kind: str
    year: int
    number: int
    organisation_id: str | None
    account: str
    facts: Mapping[str, object]
    opened_at: datetime

    @property
    def label(self) -> str:
        """Its number as people write it."""
        return f"{self.number}/{self.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent:
    """One thing that happened to a case; it never changes.

    Attributes
    ----------
    sequence : int
        Its place among the events of its case, from 1.
    kind, party : str
        What happened, and in whose place.
    account, organisation_id : str, str or None
        Who, and of which organisation.
    at : datetime
        When it was recorded, UTC; never before the event in front of it.
    details : mapping
        What was said.
    """

    sequence: int
    kind: str
    party: str
    account: str
    organisation_id: str | None
    at: datetime
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFile:
    """A file of an event.

    Attributes
    ----------
    id, case_id : str
        Its name, and its case.
    sequence : int
        The event that it belongs to.
    name, media_type : str
        What it was called, and what it is.
    size_bytes : int
        How long it is.
    sha256 : str
        Hash of what was sent.
    public_sha256 : str or None
        Of a photograph: hash of the copy without position and device.
    at : datetime
        When it was kept, UTC.
    """

    id: str
    case_id: str
    sequence: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    public_sha256: str | None
    at: datetime
