"""What a caller does with planned works, for pages and programs alike: who may, then the deed."""

from collections.abc import Mapping
from typing import Any

from shapely import LineString, Point
from starlette.requests import Request

from api.errors import ForbiddenError
from api.identity import identity_of
from api.service import service_of
from api.works_asked import read_wish, read_work, require_act
from data.text import Language, text
from gis import planned_works
from gis.errors import FormatError, GisError
from gis.register.scopes import SYSTEM
from gis.register.works import PlannedWork, SignUp

__all__ = ["announce", "answer", "change", "require_own", "sign_up", "withdraw"]

Place = Point | LineString | GisError | None


def announce(
    request: Request, owner_id: str | None, sent: Mapping[str, Any], place: Place, reason: str
) -> PlannedWork:
    """Announce a work of the caller's organisation, or of any for the department.

    Raises
    ------
    ForbiddenError
        If it is another's.
    GisError
        As `gis.planned_works.announce`.
    """
    service, identity = service_of(request), identity_of(request)
    owner = owner_id or identity.scope.own
    if owner is None:
        raise FormatError("works.no_organisation", name="owner_id")
    require_act(identity, owner, "works.not_for_others")
    return planned_works.announce(
        service.register,
        {**read_work(sent, place, whole=True), "owner_id": owner},
        scope=identity.scope,
        on=service.today(),
        jurisdiction=service.jurisdiction(),
        author=identity.name,
        reason=reason or text("works.reason_announced", Language.VI),
    )


def change(
    request: Request,
    work_id: str,
    sent: Mapping[str, Any],
    place: Place,
    *,
    seen: str,
    reason: str,
) -> PlannedWork:
    """Change an announcement, its state among it: its owner, or the department.

    Raises
    ------
    ForbiddenError
        If it is another's.
    GisError
        As `gis.planned_works.edit_work`.
    """
    service, identity = service_of(request), identity_of(request)
    require_own(request, work_id)
    return planned_works.edit_work(
        service.register,
        work_id,
        read_work(sent, place, whole=False),
        seen=seen,
        scope=identity.scope,
        jurisdiction=service.jurisdiction(),
        author=identity.name,
        reason=reason or text("works.reason_changed", Language.VI),
    )


def sign_up(
    request: Request, work_id: str, organisation_id: str | None, sent: Mapping[str, Any]
) -> SignUp:
    """Sign the caller's organisation up, or any for the department.

    Raises
    ------
    ForbiddenError
        If it is another's.
    GisError
        As `gis.planned_works.sign_up`.
    """
    service, identity = service_of(request), identity_of(request)
    organisation = organisation_id or identity.scope.own
    service.register.work(work_id, identity.scope)
    if organisation is None:
        raise FormatError("works.no_organisation", name="organisation_id")
    require_act(identity, organisation, "works.not_for_others")
    return planned_works.sign_up(
        service.register,
        work_id,
        organisation,
        read_wish(sent),
        on=service.today(),
        author=identity.name,
        reason=text("works.reason_signed_up", Language.VI),
    )


def withdraw(request: Request, work_id: str, organisation_id: str) -> SignUp:
    """Take a sign-up of the caller's organisation back, or any for the department.

    Raises
    ------
    ForbiddenError
        If it is another's.
    GisError
        As `gis.planned_works.withdraw`.
    """
    service, identity = service_of(request), identity_of(request)
    service.register.work(work_id, identity.scope)
    require_act(identity, organisation_id, "works.not_for_others")
    return planned_works.withdraw(
        service.register,
        work_id,
        organisation_id,
        author=identity.name,
        reason=text("works.reason_withdrawn", Language.VI),
    )


def answer(
    request: Request,
    work_id: str,
    organisation_id: str,
    *,
    accepted: bool,
    answer_reason: str | None,
    seen: str,
) -> SignUp:
    """Answer a sign-up: the owner of the work, or the department.

    Raises
    ------
    ForbiddenError
        If the work is another's.
    GisError
        As `gis.planned_works.answer`.
    """
    service, identity = service_of(request), identity_of(request)
    require_own(request, work_id)
    return planned_works.answer(
        service.register,
        work_id,
        organisation_id,
        accepted=accepted,
        answer_reason=answer_reason,
        seen=seen,
        on=service.today(),
        author=identity.name,
        reason=text("works.reason_answered", Language.VI),
    )


def require_own(request: Request, work_id: str) -> None:
    """Refuse who may see a work and not change it.

    Raises
    ------
    NotFoundError
        If there is no such work.
    ForbiddenError
        If it is another's.
    """
    identity = identity_of(request)
    work = service_of(request).register.work(work_id, SYSTEM)
    if not identity.is_staff and identity.scope.own != work.owner_id:
        raise ForbiddenError("works.not_yours")
