"""Registration points as they are entered and visited: judged, screened, then kept; and counted.

Who may act for which operator is decided before; what others may see is decided in the SQL of
every read.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from data.text import Phrase
from gis.errors import ConflictError, FormatError
from gis.exchange.extent import extent_of
from gis.exchange.report import ImportKind
from gis.jurisdictions import Jurisdiction
from gis.names import commune_key
from gis.personal import in_text
from gis.personal_words import Context
from gis.register.points import PointVisit, RegistrationPoint
from gis.register.reading import Reader
from gis.register.records import Provenance
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM, Scope
from gis.register.store import Register
from gis.typed_source import typed_source
from propagation.compliance.records import Confidence

__all__ = [
    "SCREENED",
    "Counted",
    "counted",
    "edit_point",
    "record_visit",
    "refuse_typed",
    "register_point",
]

SCREENED: Mapping[str, Context] = {
    "code": Context.CODE,
    "name": Context.UNKNOWN,
    "address": Context.UNKNOWN,
    "commune_name": Context.UNKNOWN,
    "enterprise": Context.UNKNOWN,
    "contract_number": Context.CODE,
    "state_reason": Context.UNKNOWN,
    "team": Context.UNKNOWN,
    "basis": Context.CODE,
    "conclusion": Context.UNKNOWN,
    "purpose": Context.UNKNOWN,
    "reason": Context.UNKNOWN,
}
"""Texts that a person types, and what numbers in them are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted of the points of one operator, or of one commune.

    Attributes
    ----------
    of : str
        Id of the operator or name of the commune; empty where none is stated.
    points, active : int
        All points, and those that register.
    inspected : int
        Points with a visit in the span.
    visits, sampled, mismatched : int
        Visits, SIMs looked at, and those that did not match.
    breaches : int
        Points that did not meet what they must, in any visit of the span.
    """

    of: str
    points: int
    active: int
    inspected: int
    visits: int
    sampled: int
    mismatched: int
    breaches: int

    @property
    def mismatch_percent(self) -> float | None:
        """Share of the sample that did not match; None without a sample."""
        return 100.0 * self.mismatched / self.sampled if self.sampled else None


def register_point(
    register: Register,
    values: Mapping[str, Any],
    *,
    scope: Scope,
    jurisdiction: Jurisdiction,
    author: str,
    reason: str,
) -> RegistrationPoint:
    """Enter a point.

    Parameters
    ----------
    register : Register
        The register.
    values : mapping
        Fields of `RegistrationPoint` that were told.
    scope : Scope
        The caller, whose organisation is the source.
    jurisdiction : Jurisdiction
        In whose province the point lies.
    author, reason : str
        For the history.

    Raises
    ------
    NotFoundError
        If there is no such operator.
    FormatError
        If it contradicts itself, lies in another province, or a text holds a person's data;
        `name` among its values is the field.
    """
    refuse_typed(values)
    with register.write(author=author, reason=reason) as writer:
        writer.organisation(values["operator_id"])
        source = Provenance(confidence=Confidence.SECONDARY, source=typed_source(writer, scope))
        made = RegistrationPoint(id=f"dk-{uuid.uuid4().hex[:16]}", provenance=source, **values)
        made = _placed(writer, made, jurisdiction)
        writer.add_points([made])
    return made


def edit_point(
    register: Register,
    point_id: str,
    values: Mapping[str, Any],
    *,
    seen: str,
    jurisdiction: Jurisdiction,
    author: str,
    reason: str,
) -> RegistrationPoint:
    """Change some fields of a point.

    Parameters
    ----------
    seen : str
        `record_digest` of the record that the caller saw.
    register, point_id, values, jurisdiction, author, reason
        As `register_point`.

    Raises
    ------
    ConflictError
        If somebody changed it since.
    FormatError, NotFoundError
        As `register_point`.
    """
    refuse_typed(values)
    with register.write(author=author, reason=reason) as writer:
        old = writer.point(point_id, SYSTEM)
        if record_digest(old) != seen:
            raise ConflictError("errors.record_changed", id=point_id)
        new = _placed(writer, replace(old, **values), jurisdiction)
        writer.update_points([new], expected=[old])
    return new


def record_visit(
    register: Register,
    point_id: str,
    values: Mapping[str, Any],
    *,
    on: date,
    author: str,
    reason: str,
) -> PointVisit:
    """Record a visit to a point, as counts only.

    Parameters
    ----------
    on : date
        Today; no visit is of a later day.
    register, point_id, values, author, reason
        As `register_point`; fields of `PointVisit`.

    Raises
    ------
    NotFoundError
        If there is no such point.
    FormatError
        If the counts cannot be, the day is still to come, or a text holds a person's data.
    """
    refuse_typed(values)
    made = PointVisit(id=f"kt-{uuid.uuid4().hex[:16]}", point_id=point_id, **values)
    if made.visited_on > on:
        raise FormatError("points.visit_later", name="visited_on", day=made.visited_on)
    with register.write(author=author, reason=reason) as writer:
        writer.point(point_id, SYSTEM)
        writer.add_visits([made])
    return made


def refuse_typed(values: Mapping[str, Any], *, every: bool = False) -> None:
    """Raise where a text that a person typed holds a person's data.

    Parameters
    ----------
    values : mapping
        What was typed, by field.
    every : bool
        Whether texts are looked at that stand where numbers and days belong, too.

    Raises
    ------
    FormatError
        With the field and the kind of what was found, never what it is.
    """
    for name, told in values.items():
        if not isinstance(told, str) or not (every or name in SCREENED):
            continue
        found = in_text(told, SCREENED.get(name, Context.CODE))
        if found is not None:
            raise FormatError(
                "points.personal_typed", name=name, what=Phrase(f"points.what_{found.value}")
            )


def counted(
    points: Iterable[RegistrationPoint],
    visits: Sequence[PointVisit],
    of: Callable[[RegistrationPoint], str],
) -> list[Counted]:
    """Return what is counted of points and visits, by what a point belongs to.

    Parameters
    ----------
    points : iterable of RegistrationPoint
        Points of which the caller sees every field.
    visits : sequence of PointVisit
        Visits of a span; those of other points do not count.
    of : callable
        What a point belongs to: its operator or its commune.
    """
    grouped: dict[str, list[RegistrationPoint]] = {}
    for point in points:
        grouped.setdefault(of(point), []).append(point)
    by_point: dict[str, list[PointVisit]] = {}
    for visit in visits:
        by_point.setdefault(visit.point_id, []).append(visit)
    return [_sum(name, own, by_point) for name, own in sorted(grouped.items())]


def _sum(
    name: str, points: Sequence[RegistrationPoint], by_point: Mapping[str, Sequence[PointVisit]]
) -> Counted:
    visited = [by_point[one.id] for one in points if one.id in by_point]
    every = [visit for visits in visited for visit in visits]
    return Counted(
        of=name,
        points=len(points),
        active=sum(one.state.value == "active" for one in points),
        inspected=len(visited),
        visits=len(every),
        sampled=sum(one.sampled for one in every),
        mismatched=sum(one.mismatched for one in every),
        breaches=sum(any(one.point_breach for one in visits) for visits in visited),
    )


def _placed(
    reader: Reader, point: RegistrationPoint, jurisdiction: Jurisdiction
) -> RegistrationPoint:
    """Return a point with its commune as the register writes it; refuse one of elsewhere."""
    if point.longitude is not None and point.latitude is not None:
        extent = extent_of(reader, ImportKind.POINTS, jurisdiction)
        if not extent.holds(np.array([point.longitude]), np.array([point.latitude])).all():
            raise FormatError(
                "points.outside_province",
                name="place",
                longitude=point.longitude,
                latitude=point.latitude,
                province=extent.name or jurisdiction.name(),
            )
    if point.commune_name is None:
        return point
    key = commune_key(point.commune_name)
    units = reader.units(on=jurisdiction.on)
    found = {one.name for one in units if commune_key(one.name) == key}
    return replace(point, commune_name=found.pop()) if len(found) == 1 else point
