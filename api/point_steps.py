"""What a caller does with registration points, for pages and programs: who may, then the deed."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from api.contact_steps import contacts_of, enter_contact, seen_contact
from api.entered import kept_reason
from api.errors import ForbiddenError
from api.identity import identity_of
from api.points_asked import read_registration, read_visit
from api.service import service_of
from api.works_asked import require_act
from data.text import Language, text
from gis import points
from gis.errors import FormatError
from gis.point_rules import last_contact_day, subscriber_rules
from gis.points import refuse_typed
from gis.register.point_contacts import PointContact
from gis.register.points import PointVisit, RegistrationPoint

__all__ = [
    "change",
    "register",
    "remove_contact",
    "require_own",
    "see_contact",
    "visit",
    "write_contact",
]


def register(
    request: Request, operator_id: str | None, sent: Mapping[str, Any], place: str | None
) -> RegistrationPoint:
    """Enter a point of the caller's organisation, or of any for the department.

    Raises
    ------
    ForbiddenError
        If it is another's.
    GisError
        As `gis.points.register_point`.
    """
    service, identity = service_of(request), identity_of(request)
    operator = operator_id or identity.scope.own
    if operator is None:
        raise FormatError("works.no_organisation", name="operator_id")
    require_act(identity, operator, "points.not_for_others")
    return points.register_point(
        service.register,
        {**read_registration(sent, place, whole=True), "operator_id": operator},
        scope=identity.scope,
        jurisdiction=service.jurisdiction(),
        author=identity.name,
        reason=text("points.reason_registered", Language.VI),
    )


def change(
    request: Request,
    point_id: str,
    sent: Mapping[str, Any],
    place: str | None,
    *,
    seen: str,
    reason: str,
) -> RegistrationPoint:
    """Change a point: its operator, or the department.

    Raises
    ------
    ForbiddenError
        If it is another's.
    GisError
        As `gis.points.edit_point`.
    """
    service, identity = service_of(request), identity_of(request)
    require_own(request, point_id)
    why = kept_reason(reason)
    refuse_typed({"reason": why})
    return points.edit_point(
        service.register,
        point_id,
        read_registration(sent, place, whole=False),
        seen=seen,
        jurisdiction=service.jurisdiction(),
        author=identity.name,
        reason=why or text("points.reason_changed", Language.VI),
    )


def visit(request: Request, point_id: str, sent: Mapping[str, Any]) -> PointVisit:
    """Record a visit to a point: the department.

    Raises
    ------
    GisError
        As `gis.points.record_visit`.
    """
    service, identity = service_of(request), identity_of(request)
    service.register.point(point_id, identity.scope)
    return points.record_visit(
        service.register,
        point_id,
        read_visit(sent),
        on=service.today(),
        author=identity.name,
        reason=text("points.reason_visited", Language.VI),
    )


def write_contact(request: Request, point_id: str, sent: Mapping[str, Any]) -> None:
    """Enter who answers for a point: its operator, or the department.

    Raises
    ------
    ForbiddenError
        If it is another's point.
    FormatError
        If a field cannot be taken, or the last day is over or later than the rule allows.
    """
    service = service_of(request)
    require_own(request, point_id)
    today = service.today()
    latest = last_contact_day(subscriber_rules(service.home, today), today)
    enter_contact(request, point_id, sent, latest)


def see_contact(request: Request, point_id: str, reason: str) -> PointContact:
    """Return who answers for a point, and note that the caller saw it, and what for.

    Raises
    ------
    ForbiddenError
        If it is another's point.
    FormatError
        If no reason is given.
    NotFoundError
        If there is no contact.
    """
    require_own(request, point_id)
    return seen_contact(request, point_id, reason)


def remove_contact(request: Request, point_id: str) -> None:
    """Remove who answers for a point: its operator, or the department.

    Raises
    ------
    ForbiddenError
        If it is another's point.
    NotFoundError
        If there is no contact.
    """
    require_own(request, point_id)
    contacts_of(request).remove(point_id)


def require_own(request: Request, point_id: str) -> None:
    """Refuse who may see a point and not act for it.

    Raises
    ------
    NotFoundError
        If the caller may not know of such a point.
    ForbiddenError
        If it is another's.
    """
    identity = identity_of(request)
    point = service_of(request).register.point(point_id, identity.scope)
    if not identity.is_staff and identity.scope.own != point.operator_id:
        raise ForbiddenError("points.not_yours")
