"""Questions about works that owners announce."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, null

from gis.register.asking import Asking
from gis.register.filters import containing, inside
from gis.register.records import Bounds
from gis.register.schema import planned_works, work_sign_ups
from gis.register.scopes import (
    Scope,
    visible_route_id,
    visible_sign_ups,
    visible_structure_id,
)
from gis.register.works import PlannedWork, SignUp, WorkKind, WorkState

__all__ = ["WorksReader", "hidden_of_works"]


class WorksReader(Asking):
    """What can be asked about announced works; an announcement itself is public."""

    def works(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        kind: WorkKind | None = None,
        owner_id: str | None = None,
        states: Iterable[WorkState] | None = None,
        plan_year: int | None = None,
        text: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[PlannedWork]:
        """Return announced works, what begins first before the others.

        A work's `structure_id` and `route_id` are None where the caller may not see those.

        Parameters
        ----------
        scope : Scope
            The caller.
        bbox : Bounds, optional
            West, south, east, north in degrees; what touches it.
        kind, owner_id, states, plan_year : optional
            Only of this kind, this owner, in one of these states, of the plan of this year.
        text : str, optional
            Part of name or description, without regard to case and marks.
        limit, offset : int, optional
            The page.
        """
        where = _filters(
            bbox, text, kind=kind, owner_id=owner_id, states=states, plan_year=plan_year
        )
        hidden = hidden_of_works(scope)
        return self._list(
            PlannedWork,
            where,
            limit=limit,
            offset=offset,
            hidden=hidden,
            order=(planned_works.c.begins_on,),
        )

    def count_works(
        self,
        *,
        bbox: Bounds | None = None,
        kind: WorkKind | None = None,
        owner_id: str | None = None,
        states: Iterable[WorkState] | None = None,
        plan_year: int | None = None,
        text: str | None = None,
    ) -> int:
        """Return how many works `works` would list without a page."""
        where = _filters(
            bbox, text, kind=kind, owner_id=owner_id, states=states, plan_year=plan_year
        )
        return self._count(planned_works, where)

    def work(self, work_id: str, scope: Scope) -> PlannedWork:
        """Return one announced work.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        return self._one(PlannedWork, work_id, [], hidden=hidden_of_works(scope))

    def sign_ups(
        self, scope: Scope, *, work_id: str | None = None, organisation_id: str | None = None
    ) -> list[SignUp]:
        """Return the sign-ups that a caller may see: the owner's, its own, the department's."""
        where = [visible_sign_ups(scope)]
        if work_id is not None:
            where.append(work_sign_ups.c.work_id == work_id)
        if organisation_id is not None:
            where.append(work_sign_ups.c.organisation_id == organisation_id)
        return self._list(SignUp, where)


def _filters(
    bbox: Bounds | None,
    text: str | None,
    *,
    kind: WorkKind | None,
    owner_id: str | None,
    states: Iterable[WorkState] | None,
    plan_year: int | None,
) -> list[ColumnElement[bool]]:
    where = [*inside(planned_works, bbox), *containing(planned_works, text)]
    if kind is not None:
        where.append(planned_works.c.kind == WorkKind(kind).value)
    if owner_id is not None:
        where.append(planned_works.c.owner_id == owner_id)
    if states is not None:
        where.append(planned_works.c.state.in_([WorkState(one).value for one in states]))
    if plan_year is not None:
        where.append(planned_works.c.plan_year == plan_year)
    return where


def hidden_of_works(scope: Scope) -> dict[str, ColumnElement[Any]]:
    """Return what stands for the structure and the line of a work where they may not be told."""
    structure_id, route_id = planned_works.c.structure_id, planned_works.c.route_id
    seen = {
        "structure_id": case(
            (visible_structure_id(structure_id, scope), structure_id), else_=null()
        ),
        "route_id": case((visible_route_id(route_id, scope), route_id), else_=null()),
    }
    return {name: shown.label(name) for name, shown in seen.items()}
