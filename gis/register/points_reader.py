"""Questions about registration points and visits to them.

What is published of a point, its name, address, commune and operator, everybody may read while it
registers. The rest is its operator's and the department's: such fields come as None to others, and
a condition on one finds nothing for them, so that no count, box or search tells what a list hides.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal, null, or_, select
from sqlalchemy import true as always

from data.text import VIET_NAM
from gis.register import moments
from gis.register.asking import Asking
from gis.register.filters import containing, in_force, inside
from gis.register.points import PointKind, PointState, PointVisit, RegistrationPoint
from gis.register.points_tables import point_visits, registration_points
from gis.register.records import Bounds
from gis.register.scopes import Scope

__all__ = ["PointsReader", "hidden_of_points", "visible_points"]

_PUBLISHED = frozenset({"id", "name", "operator_id", "address", "commune_name", "state",
                        "confidence"})  # fmt: skip


class PointsReader(Asking):
    """What can be asked about registration points."""

    def points(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        kind: PointKind | None = None,
        operator_id: str | None = None,
        commune_name: str | None = None,
        state: PointState | None = None,
        text: str | None = None,
        on: date | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[RegistrationPoint]:
        """Return the points that a caller may see, by name.

        Parameters
        ----------
        scope : Scope
            The caller; of points whose details it may not see only what is published is told.
        bbox : Bounds, optional
            West, south, east, north in degrees.
        kind, state, on : optional
            Only of this channel, in this state, registering on that day.
        operator_id, commune_name : str, optional
            Only of this operator, in this commune.
        text : str, optional
            Part of name, address or commune, or the operator's code, without regard to case.
        limit, offset : int, optional
            The page.
        """
        where = _filters(
            scope,
            bbox,
            text,
            on,
            kind=kind,
            operator_id=operator_id,
            commune_name=commune_name,
            state=state,
        )
        return self._list(
            RegistrationPoint,
            where,
            limit=limit,
            offset=offset,
            hidden=hidden_of_points(scope),
            order=(registration_points.c.name,),
        )

    def count_points(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        kind: PointKind | None = None,
        operator_id: str | None = None,
        commune_name: str | None = None,
        state: PointState | None = None,
        text: str | None = None,
        on: date | None = None,
    ) -> int:
        """Return how many points `points` would list without a page."""
        where = _filters(
            scope,
            bbox,
            text,
            on,
            kind=kind,
            operator_id=operator_id,
            commune_name=commune_name,
            state=state,
        )
        return self._count(registration_points, where)

    def point(self, point_id: str, scope: Scope) -> RegistrationPoint:
        """Return one point.

        Raises
        ------
        NotFoundError
            If there is none of that id, or the caller may not know of it.
        """
        return self._one(
            RegistrationPoint, point_id, [visible_points(scope)], hidden=hidden_of_points(scope)
        )

    def point_communes(self, scope: Scope) -> list[str]:
        """Return the names of the communes of the points that a caller may see."""
        named = registration_points.c.commune_name
        query = select(named).where(visible_points(scope), named.is_not(None)).distinct()
        with self._connected() as connection:
            return list(connection.execute(query.order_by(named)).scalars())

    def own_points(self, scope: Scope) -> list[RegistrationPoint]:
        """Return the points of which a caller sees every field, by name."""
        order = (registration_points.c.name,)
        return self._list(RegistrationPoint, [_details(scope)], order=order)

    def visits(
        self,
        scope: Scope,
        *,
        point_id: str | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> list[PointVisit]:
        """Return the visits that a caller may see, the newest first: the operator's own points'.

        Parameters
        ----------
        scope : Scope
            The caller.
        point_id : str, optional
            Only to this point.
        first, last : date, optional
            Only within these days.
        """
        visits = point_visits
        where = [_of_seen_point(visits.c.point_id, scope)]
        if point_id is not None:
            where.append(visits.c.point_id == point_id)
        if first is not None:
            where.append(visits.c.visited_on >= first.isoformat())
        if last is not None:
            where.append(visits.c.visited_on <= last.isoformat())
        return self._list(PointVisit, where, order=(visits.c.visited_on.desc(),))

    def visit(self, visit_id: str, scope: Scope) -> PointVisit:
        """Return one visit.

        Raises
        ------
        NotFoundError
            If there is none of that id, or the caller may not know of it.
        """
        seen = _of_seen_point(point_visits.c.point_id, scope)
        return self._one(PointVisit, visit_id, [seen])


def visible_points(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on points: what registers today is published, one's own is seen."""
    if scope.sees_all:
        return always()
    today = moments.now().astimezone(VIET_NAM).date()
    published = and_(
        registration_points.c.state == PointState.ACTIVE.value,
        *in_force(registration_points, today),
    )
    return or_(published, _details(scope))


def _details(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on points of which a caller sees every field."""
    if scope.sees_all:
        return always()
    return false() if scope.own is None else registration_points.c.operator_id == scope.own


def _of_seen_point(point_id: ColumnElement[str], scope: Scope) -> ColumnElement[bool]:
    if scope.sees_all:
        return always()
    points = registration_points
    own = select(points.c.id).where(points.c.id == point_id, _details(scope))
    return exists(own.correlate_except(points))


def hidden_of_points(scope: Scope) -> dict[str, ColumnElement[Any]]:
    """Return what stands for each column that is not published, where details are not seen."""
    if scope.sees_all:
        return {}
    names = [one.name for one in registration_points.c if one.name not in _PUBLISHED]
    instead: dict[str, ColumnElement[Any]] = {"source": literal("")}
    return {
        name: case(
            (_details(scope), registration_points.c[name]), else_=instead.get(name, null())
        ).label(name)
        for name in names
    }


def _filters(
    scope: Scope,
    bbox: Bounds | None,
    text: str | None,
    on: date | None,
    *,
    kind: PointKind | None,
    operator_id: str | None,
    commune_name: str | None,
    state: PointState | None,
) -> list[ColumnElement[bool]]:
    points = registration_points
    where = [visible_points(scope)]
    if text and text.strip():
        coded = and_(_details(scope), func.lower(points.c.code) == text.strip().lower())
        where.append(or_(and_(always(), *containing(points, text)), coded))
    if operator_id is not None:
        where.append(points.c.operator_id == operator_id)
    if commune_name is not None:
        where.append(points.c.commune_name == commune_name)
    if state is not None:
        where.append(points.c.state == PointState(state).value)
    unpublished = [*inside(points, bbox), *in_force(points, on)]
    if kind is not None:
        unpublished.append(points.c.kind == PointKind(kind).value)
    if unpublished:
        where += [_details(scope), *unpublished]
    return where
