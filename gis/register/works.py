"""Works that owners announce before they build, and who wants to share in them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shapely import LineString, Point

from gis.register.records import Provenance

__all__ = [
    "OPEN_STATES",
    "PlannedWork",
    "SignUp",
    "SignUpState",
    "WorkKind",
    "WorkState",
    "sign_up_id",
]


class WorkKind(StrEnum):
    """What is built."""

    MAST = "mast"  # cột, nhà trạm mới
    LINE = "line"  # tuyến cáp, cống bể, hào
    INTERDISCIPLINARY = "interdisciplinary"  # công trình liên ngành


class WorkState(StrEnum):
    """How far a work is."""

    ANNOUNCED = "announced"
    CLOSED = "closed"
    UNDER_WAY = "under_way"
    DONE = "done"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (WorkState.ANNOUNCED, WorkState.CLOSED, WorkState.UNDER_WAY)
"""States of a work that is still to be built, so that it may be done together with another."""


class SignUpState(StrEnum):
    """Where a sign-up stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedWork:
    """A work that an owner announces, so that others may share in it.

    Attributes
    ----------
    name : str
        What the owner calls it.
    owner_id : str
        The organisation that builds.
    geometry : Point or LineString
        Where, WGS 84.
    description, contact : str or None
        What is built, and who answers questions.
    begins_on : date
        First day of the works.
    ends_on : date or None
        Last day of the works.
    sign_up_until : date or None
        Last day to sign up; the first day of the works where no day is stated.
    plan_year : int or None
        The year of the owner's annual plan that it belongs to.
    places, ducts : int or None
        Places on the structure and ducts that others may have; None where it is not stated.
    capacity : str or None
        What else is offered, in the owner's words.
    state_reason : str or None
        Why it is in its state; never None of a withdrawn one.
    structure_id, route_id : str or None
        The structure or line of the register that it changes or becomes.
    announced_on : date
        The day of the announcement.
    """

    id: str
    name: str
    kind: WorkKind
    owner_id: str
    geometry: Point | LineString
    description: str | None = None
    contact: str | None = None
    begins_on: date
    ends_on: date | None = None
    sign_up_until: date | None = None
    plan_year: int | None = None
    places: int | None = None
    ducts: int | None = None
    capacity: str | None = None
    state: WorkState = WorkState.ANNOUNCED
    state_reason: str | None = None
    structure_id: str | None = None
    route_id: str | None = None
    announced_on: date
    provenance: Provenance

    @property
    def late(self) -> bool:
        """Whether it was announced after the day that the works begin."""
        return self.begins_on < self.announced_on

    def open_on(self, day: date) -> bool:
        """Return whether others may sign up on a day: no later than the works begin."""
        last = self.begins_on if self.sign_up_until is None else self.sign_up_until
        return self.state is WorkState.ANNOUNCED and day <= min(last, self.begins_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What one organisation wants of another's work; there is one of each pair.

    Attributes
    ----------
    id : str
        `sign_up_id` of the work and the organisation.
    places, ducts : int or None
        How many it wants.
    height_above_ground_m : float or None
        Where on the structure.
    note : str or None
        What it wants, in its words.
    asked_on : date
        The day of the sign-up as it stands.
    answered_on : date or None
        The day of the owner's answer.
    answer_reason : str or None
        What the owner said; never None of a refused one.
    """

    id: str
    work_id: str
    organisation_id: str
    places: int | None = None
    ducts: int | None = None
    height_above_ground_m: float | None = None
    note: str | None = None
    state: SignUpState = SignUpState.ASKED
    asked_on: date
    answered_on: date | None = None
    answer_reason: str | None = None


def sign_up_id(work_id: str, organisation_id: str) -> str:
    """Return what the sign-up of an organisation for a work is called."""
    return f"{work_id}|{organisation_id}"
