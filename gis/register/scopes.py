"""Who may see which rows: conditions that stand in the SQL of every read.

Nothing is filtered afterwards, so a count, a page, a box or a search tells no more than a list.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from gis.register.expressions import lies_in
from gis.register.schema import (
    GEOMETRY_COLUMN,
    attachment_levels,
    broadcast_stations,
    cables,
    case_events,
    cases,
    contracts,
    documents,
    ducts,
    installations,
    measurements,
    planned_works,
    routes,
    structures,
    work_sign_ups,
)

__all__ = [
    "PUBLIC",
    "SYSTEM",
    "Role",
    "Scope",
    "visible_cables",
    "visible_cases",
    "visible_contracts",
    "visible_documents",
    "visible_ducts",
    "visible_installations",
    "visible_levels",
    "visible_measurements",
    "visible_protected_points",
    "visible_route_id",
    "visible_routes",
    "visible_sign_ups",
    "visible_structure_id",
    "visible_structures",
]


class Role(StrEnum):
    """What a caller is."""

    PUBLIC = "public"
    VIEWER = "viewer"
    OPERATOR = "operator"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


_SUBMITTED = "submitted"
"""The event before which a request is nobody else's."""

_SEE_ALL = frozenset({Role.STAFF, Role.ADMINISTRATOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Scope:
    """What one caller may see.

    Attributes
    ----------
    role : Role
        What the caller is; a name that is no role raises ValueError.
    organisation_id : str or None
        The organisation of an operator, whose own records it sees too.
    areas : tuple of bytes
        Areas as WKB in which an operator sees structures of others too (`gis.register.grants`).
    """

    role: Role
    organisation_id: str | None = None
    areas: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Accept a role by its name, never anything else."""
        object.__setattr__(self, "role", Role(self.role))

    @property
    def sees_all(self) -> bool:
        """Whether confidential records of every owner are seen."""
        return self.role in _SEE_ALL

    @property
    def own(self) -> str | None:
        """The organisation whose confidential records are seen too."""
        return self.organisation_id if self.role is Role.OPERATOR else None


PUBLIC = Scope(Role.PUBLIC)
"""Somebody who has not said who it is."""
SYSTEM = Scope(Role.SYSTEM)
"""The program itself, for studies and exports that a staff member asked for."""


def visible_structures(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `structures` that a caller's rows meet."""
    if scope.sees_all:
        return true()
    granted = [lies_in(structures.c[GEOMETRY_COLUMN], area) for area in scope.areas]
    own = _owned(structures.c.owner_id, scope)
    return or_(structures.c.confidential == false(), own, *granted)


def visible_installations(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `installations` that a caller's rows meet.

    An installation on a structure that the caller may not see is not seen either, unless it is
    the caller's own.
    """
    if scope.sees_all:
        return true()
    shown = and_(
        installations.c.confidential == false(),
        _sees_structure(installations.c.structure_id, scope),
    )
    return or_(shown, _owned(installations.c.organisation_id, scope))


def visible_levels(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `attachment_levels`.

    Of the structures that are seen, those of the shareable ones, and of those that the caller
    owns or manages: what an owner does not open, it need not tell the places of.
    """
    if scope.sees_all:
        return true()
    seen = and_(
        structures.c.id == attachment_levels.c.structure_id,
        visible_structures(scope),
        or_(
            structures.c.shareable.is_(True),
            _owned(structures.c.owner_id, scope),
            _owned(structures.c.manager_id, scope),
        ),
    )
    return exists(select(structures.c.id).where(seen).correlate_except(structures))


def visible_contracts(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `contracts`: a party sees its own."""
    if scope.sees_all:
        return true()
    mine = (_owned(contracts.c.owner_id, scope), _owned(contracts.c.tenant_id, scope))
    return or_(*mine)


def visible_routes(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `routes` that a caller's rows meet.

    A line is seen by its owner, and by others where neither it nor an end of it is confidential.
    """
    if scope.sees_all:
        return true()
    ends = (
        visible_structure_id(routes.c.from_id, scope),
        visible_structure_id(routes.c.to_id, scope),
    )
    return or_(and_(routes.c.confidential == false(), *ends), _owned(routes.c.owner_id, scope))


def visible_ducts(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `ducts`: those of the shareable lines that are seen, and one's own.

    As of levels, what an owner does not open, it need not tell the places of.
    """
    if scope.sees_all:
        return true()
    opened = or_(routes.c.shareable.is_(True), _owned(routes.c.owner_id, scope))
    seen = and_(routes.c.id == ducts.c.route_id, visible_routes(scope), opened)
    return exists(select(routes.c.id).where(seen).correlate_except(routes))


def visible_cables(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `cables`: open ones in the ducts that are seen, and one's own."""
    if scope.sees_all:
        return true()
    seen = and_(ducts.c.id == cables.c.duct_id, visible_ducts(scope))
    shown = exists(select(ducts.c.id).where(seen).correlate_except(ducts))
    return or_(
        and_(cables.c.confidential == false(), shown), _owned(cables.c.organisation_id, scope)
    )


def visible_documents(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `documents`: the owner's of its own structures and lines."""
    if scope.sees_all:
        return true()
    about = documents.c.subject_id
    mine = [
        exists(
            select(table.c.id)
            .where(and_(table.c.id == about, _owned(table.c.owner_id, scope)))
            .correlate_except(table)
        )
        for table in (structures, routes)
    ]
    return or_(
        and_(documents.c.subject == "structures", mine[0]),
        and_(documents.c.subject == "routes", mine[1]),
    )


def visible_measurements(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `measurements` that a caller's rows meet.

    Measurements are the department's; an organisation sees those of its own stations.
    """
    if scope.sees_all:
        return true()
    if scope.own is None:
        return false()
    own = and_(
        broadcast_stations.c.id == measurements.c.station_id,
        broadcast_stations.c.organisation_id == scope.own,
    )
    return exists(select(broadcast_stations.c.id).where(own).correlate_except(broadcast_stations))


def visible_protected_points(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `protected_points` that a caller's rows meet: the department's."""
    return true() if scope.sees_all else false()


def visible_cases(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `cases` that a caller's rows meet: its parties and the department.

    A draft that was never submitted is its requester's alone.
    """
    if scope.role is Role.SYSTEM:
        return true()
    sent = and_(case_events.c.case_id == cases.c.id, case_events.c.kind == _SUBMITTED)
    submitted = exists(select(case_events.c.case_id).where(sent).correlate_except(case_events))
    read = true() if scope.sees_all else _owned(cases.c.owner_id, scope)
    return or_(_owned(cases.c.requester_id, scope), and_(submitted, read))


def visible_sign_ups(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `work_sign_ups`: who signed up, who announced, the department."""
    if scope.sees_all:
        return true()
    of_own = and_(
        planned_works.c.id == work_sign_ups.c.work_id, _owned(planned_works.c.owner_id, scope)
    )
    announced = exists(select(planned_works.c.id).where(of_own).correlate_except(planned_works))
    return or_(_owned(work_sign_ups.c.organisation_id, scope), announced)


def visible_route_id(route_id: ColumnElement[str], scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a reference to a line may be told."""
    if scope.sees_all:
        return true()
    seen = and_(routes.c.id == route_id, visible_routes(scope))
    return exists(select(routes.c.id).where(seen).correlate_except(routes))


def visible_structure_id(structure_id: ColumnElement[str], scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a reference to a structure may be told."""
    return true() if scope.sees_all else _sees_structure(structure_id, scope)


def _sees_structure(structure_id: ColumnElement[str], scope: Scope) -> ColumnElement[bool]:
    seen = and_(structures.c.id == structure_id, visible_structures(scope))
    return exists(select(structures.c.id).where(seen).correlate_except(structures))


def _owned(organisation_id: ColumnElement[str], scope: Scope) -> ColumnElement[bool]:
    return false() if scope.own is None else organisation_id == scope.own
