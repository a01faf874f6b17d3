"""Points where subscribers' information is registered, and visits to them as counts only.

Nothing here is about a subscriber: a visit says how many SIMs were looked at and how many did not
match, never whose. Who answers for a point stands apart, in `gis.register.point_contacts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gis.errors import FormatError
from gis.register.records import Provenance

__all__ = [
    "MISMATCHES",
    "PointKind",
    "PointState",
    "PointVisit",
    "RegistrationPoint",
    "contradictions",
    "visit_contradictions",
]


class PointKind(StrEnum):
    """The channels of registration, TT 08/2026/TT-BKHCN Điều 4.1, by the letter of the clause."""

    VNEID = "vneid"  # a) qua VNeID
    APP = "app"  # b) ứng dụng của doanh nghiệp viễn thông
    OWN = "own"  # c) điểm cố định do doanh nghiệp viễn thông thiết lập
    AUTHORISED = "authorised"  # d) điểm có địa điểm cố định của doanh nghiệp được ủy quyền

    @property
    def fixed(self) -> bool:
        """Whether it has a fixed address."""
        return self in (PointKind.OWN, PointKind.AUTHORISED)


class PointState(StrEnum):
    """Whether a point registers subscribers."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationPoint:
    """A point where subscribers' information is registered.

    Attributes
    ----------
    code : str or None
        What the operator calls it.
    kind : PointKind or None
        Channel; None only where the caller may not see it.
    operator_id : str
        The telecom enterprise whose subscribers register there.
    address, commune_name : str or None
        Where; a fixed point has an address.
    longitude, latitude : float or None
        WGS 84 degrees.
    enterprise : str or None
        The enterprise that is authorised, of a point of that kind.
    contract_number, contract_from, contract_to
        Its contract with the operator, and the days that this holds.
    state_reason : str or None
        Why it is in its state.
    valid_from, valid_to : date or None
        First and last day on which it registers.
    """

    id: str
    code: str | None = None
    name: str
    kind: PointKind | None
    operator_id: str
    address: str | None = None
    commune_name: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    enterprise: str | None = None
    contract_number: str | None = None
    contract_from: date | None = None
    contract_to: date | None = None
    state: PointState = PointState.ACTIVE
    state_reason: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance


MISMATCHES = (
    "mismatched_id_number",
    "mismatched_name",
    "mismatched_birth_date",
    "mismatched_face",
    "mismatched_other",
)
"""SIMs of a sample by what did not match: the four facts of TT 08/2026/TT-BKHCN Điều 4, 5, and
anything else. One SIM may stand in several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointVisit:
    """One visit to a point: counts, and what was concluded.

    Attributes
    ----------
    team : str or None
        Which unit or team came.
    basis : str or None
        The plan or decision by which it came.
    sampled : int
        SIMs looked at.
    mismatched : int
        SIMs of them whose information did not match, in whatever way.
    mismatched_id_number, mismatched_name, mismatched_birth_date, mismatched_face
        Of those, by the fact that did not match.
    mismatched_other : int
        Of those, in another way.
    point_breach : bool
        Whether the point itself does not meet what it must.
    conclusion : str or None
        What was found and asked for, without any subscriber's information.
    """

    id: str
    point_id: str
    visited_on: date
    team: str | None = None
    basis: str | None = None
    sampled: int
    mismatched: int
    mismatched_id_number: int = 0
    mismatched_name: int = 0
    mismatched_birth_date: int = 0
    mismatched_face: int = 0
    mismatched_other: int = 0
    point_breach: bool = False
    conclusion: str | None = None


def contradictions(point: RegistrationPoint) -> Iterator[FormatError]:
    """Yield where a point contradicts itself; `name` among the values is the field."""
    if point.kind is None:
        yield FormatError("points.field_missing", name="kind")
        return
    if point.kind.fixed and not point.address:
        yield FormatError("points.address_needed", name="address")
    if point.kind is PointKind.AUTHORISED:
        for name in ("enterprise", "contract_number"):
            if not getattr(point, name):
                yield FormatError("points.contract_needed", name=name)
    for first, last in (("valid_from", "valid_to"), ("contract_from", "contract_to")):
        begins, ends = getattr(point, first), getattr(point, last)
        if begins is not None and ends is not None and ends < begins:
            yield FormatError("points.ends_before", name=last, start=begins, end=ends)


def visit_contradictions(visit: PointVisit) -> Iterator[FormatError]:
    """Yield where the counts of a visit cannot be; `name` among the values is the field."""
    counts = {name: getattr(visit, name) for name in MISMATCHES}
    for name, count in {
        "sampled": visit.sampled,
        "mismatched": visit.mismatched,
        **counts,
    }.items():
        if count < 0:
            yield FormatError("points.count_negative", name=name)
    if visit.mismatched > visit.sampled:
        yield FormatError("points.more_than_sampled", name="mismatched", most=visit.sampled)
    for name, count in counts.items():
        if count > visit.mismatched:
            yield FormatError("points.more_than_mismatched", name=name, most=visit.mismatched)
    if sum(counts.values()) < visit.mismatched:
        yield FormatError("points.kinds_missing", name="mismatched", told=sum(counts.values()))
