"""Questions about structures and lines: what stands, hangs, lies and is let."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from gis.register import schema
from gis.register.asking import Asking
from gis.register.filters import among, containing, in_force, inside
from gis.register.records import Bounds
from gis.register.routes import Cable, Duct, Route
from gis.register.scopes import (
    Scope,
    visible_cables,
    visible_contracts,
    visible_documents,
    visible_ducts,
    visible_installations,
    visible_levels,
    visible_routes,
    visible_structures,
)
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Document,
    Installation,
    Lifecycle,
    PublishedRent,
    Structure,
    StructureKind,
)

__all__ = ["SitesReader"]


_GUARDED = {one.name: one for one in (schema.structures, schema.installations, schema.routes)}
"""Layers whose records may be confidential one by one."""


class SitesReader(Asking):
    """What can be asked about structures and lines."""

    def confidential_owners(self, layer: str) -> dict[str, str]:
        """Return whose each confidential record of a layer is, by its id, for the log of looks.

        Parameters
        ----------
        layer : str
            `structures`, `installations` or `routes`.
        """
        table = _GUARDED[layer]
        owner = table.c.organisation_id if layer == "installations" else table.c.owner_id
        query = select(table.c.id, owner).where(table.c.confidential.is_(True))
        with self._connected() as connection:
            return {one: owner for one, owner in connection.execute(query)}

    def structures(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        kinds: Iterable[StructureKind] | None = None,
        owner_id: str | None = None,
        state: Lifecycle | None = None,
        text: str | None = None,
        shareable: bool | None = None,
        on: date | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Structure]:
        """Return the structures that a caller may see.

        Parameters
        ----------
        scope : Scope
            The caller.
        bbox : Bounds, optional
            West, south, east, north in degrees, borders included.
        kinds : iterable of StructureKind, optional
            Only these kinds.
        owner_id : str, optional
            Only of this owner.
        state : Lifecycle, optional
            Only those in this state.
        text : str, optional
            Part of code, name, commune or address, without regard to case and marks.
        shareable : bool, optional
            Only those whose owners let others on, or do not.
        on : date, optional
            Only those that stood on that day.
        limit, offset : int, optional
            The page.

        Raises
        ------
        FormatError
            If the box is not one.
        """
        where = _structure_filters(
            scope,
            bbox,
            text,
            on,
            kinds=kinds,
            owner_id=owner_id,
            shareable=shareable,
            state=state,
        )
        return self._list(Structure, where, limit=limit, offset=offset)

    def count_structures(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        kinds: Iterable[StructureKind] | None = None,
        owner_id: str | None = None,
        state: Lifecycle | None = None,
        text: str | None = None,
        shareable: bool | None = None,
        on: date | None = None,
    ) -> int:
        """Return how many structures `structures` would list without a page."""
        where = _structure_filters(
            scope,
            bbox,
            text,
            on,
            kinds=kinds,
            owner_id=owner_id,
            shareable=shareable,
            state=state,
        )
        return self._count(schema.structures, where)

    def structure(self, structure_id: str, scope: Scope) -> Structure:
        """Return one structure.

        Raises
        ------
        NotFoundError
            If there is none of that id that the caller may see.
        """
        return self._one(Structure, structure_id, [visible_structures(scope)])

    def installations(
        self,
        scope: Scope,
        *,
        structure_id: str | None = None,
        organisation_id: str | None = None,
        on: date | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Installation]:
        """Return the installations that a caller may see."""
        where = _installation_filters(scope, structure_id, organisation_id, on)
        return self._list(Installation, where, limit=limit, offset=offset)

    def count_installations(
        self,
        scope: Scope,
        *,
        structure_id: str | None = None,
        organisation_id: str | None = None,
    ) -> int:
        """Return how many installations `installations` would list without a page."""
        where = _installation_filters(scope, structure_id, organisation_id, None)
        return self._count(schema.installations, where)

    # what may hang, and what is let

    def levels(
        self,
        scope: Scope,
        *,
        structure_ids: Iterable[str] | None = None,
        ids: Iterable[str] | None = None,
    ) -> list[AttachmentLevel]:
        """Return the attachment levels of the structures that a caller may see."""
        table = schema.attachment_levels
        named = among((table.c.structure_id, structure_ids), (table.c.id, ids))
        return self._list(AttachmentLevel, [visible_levels(scope), *named])

    def contracts(
        self,
        scope: Scope,
        *,
        structure_ids: Iterable[str] | None = None,
        level_ids: Iterable[str] | None = None,
        duct_ids: Iterable[str] | None = None,
        ids: Iterable[str] | None = None,
        on: date | None = None,
    ) -> list[Contract]:
        """Return the contracts that a caller may see: a party's own, the department all."""
        table = schema.contracts
        named = among(
            (table.c.structure_id, structure_ids),
            (table.c.level_id, level_ids),
            (table.c.duct_id, duct_ids),
            (table.c.id, ids),
        )
        return self._list(Contract, [visible_contracts(scope), *in_force(table, on), *named])

    def parties_of_requests(self) -> dict[str, tuple[str, str, str]]:
        """Return structure, owner and requester of every request to share, by its id."""
        table = schema.cases
        columns = (table.c.id, table.c.structure_id, table.c.owner_id, table.c.requester_id)
        with self._connected() as connection:
            rows = connection.execute(select(*columns)).all()
        return {name: (structure, owner, requester) for name, structure, owner, requester in rows}

    def published_rents(
        self, *, kind: StructureKind | None = None, on: date | None = None
    ) -> list[PublishedRent]:
        """Return rents that authorities published, of one kind or in force on one day."""
        where = in_force(schema.published_rents, on)
        if kind is not None:
            where.append(schema.published_rents.c.kind == StructureKind(kind).value)
        return self._list(PublishedRent, where)

    def documents(self, scope: Scope, *, subject_id: str | None = None) -> list[Document]:
        """Return the papers about what a caller may see."""
        where = [visible_documents(scope)]
        if subject_id is not None:
            where.append(schema.documents.c.subject_id == subject_id)
        return self._list(Document, where)

    # lines

    def routes(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        owner_id: str | None = None,
        structure_id: str | None = None,
        text: str | None = None,
        on: date | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Route]:
        """Return the lines that a caller may see; the parameters are those of `structures`.

        `structure_id` leaves those that begin or end at one structure.
        """
        where = _route_filters(scope, bbox, text, on, owner_id=owner_id, structure_id=structure_id)
        return self._list(Route, where, limit=limit, offset=offset)

    def count_routes(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        owner_id: str | None = None,
        structure_id: str | None = None,
        text: str | None = None,
        on: date | None = None,
    ) -> int:
        """Return how many lines `routes` would list without a page."""
        return self._count(
            schema.routes,
            _route_filters(scope, bbox, text, on, owner_id=owner_id, structure_id=structure_id),
        )

    def route(self, route_id: str, scope: Scope) -> Route:
        """Return one line.

        Raises
        ------
        NotFoundError
            If there is none of that id that the caller may see.
        """
        return self._one(Route, route_id, [visible_routes(scope)])

    def ducts(
        self,
        scope: Scope,
        *,
        route_ids: Iterable[str] | None = None,
        ids: Iterable[str] | None = None,
        parent_ids: Iterable[str] | None = None,
    ) -> list[Duct]:
        """Return the ducts of the lines that a caller may see."""
        table = schema.ducts
        named = among(
            (table.c.route_id, route_ids), (table.c.id, ids), (table.c.parent_id, parent_ids)
        )
        return self._list(Duct, [visible_ducts(scope), *named])

    def cables(
        self, scope: Scope, *, duct_ids: Iterable[str] | None = None, on: date | None = None
    ) -> list[Cable]:
        """Return the cables that a caller may see."""
        table = schema.cables
        named = among((table.c.duct_id, duct_ids))
        return self._list(Cable, [visible_cables(scope), *in_force(table, on), *named])


def _structure_filters(
    scope: Scope,
    bbox: Bounds | None,
    text: str | None,
    on: date | None,
    *,
    kinds: Iterable[StructureKind] | None,
    owner_id: str | None,
    shareable: bool | None,
    state: Lifecycle | None,
) -> list[ColumnElement[bool]]:
    structures = schema.structures
    where = [visible_structures(scope), *in_force(structures, on), *inside(structures, bbox)]
    if kinds is not None:
        where.append(structures.c.kind.in_([StructureKind(kind).value for kind in kinds]))
    if owner_id is not None:
        where.append(structures.c.owner_id == owner_id)
    if shareable is not None:
        where.append(structures.c.shareable == shareable)
    if state is not None:
        where.append(structures.c.state == state.value)
    return [*where, *containing(structures, text)]


def _installation_filters(
    scope: Scope, structure_id: str | None, organisation_id: str | None, on: date | None
) -> list[ColumnElement[bool]]:
    where = [visible_installations(scope), *in_force(schema.installations, on)]
    if structure_id is not None:
        where.append(schema.installations.c.structure_id == structure_id)
    if organisation_id is not None:
        where.append(schema.installations.c.organisation_id == organisation_id)
    return where


def _route_filters(
    scope: Scope,
    bbox: Bounds | None,
    text: str | None,
    on: date | None,
    *,
    owner_id: str | None,
    structure_id: str | None,
) -> list[ColumnElement[bool]]:
    routes = schema.routes
    where = [visible_routes(scope), *in_force(routes, on), *inside(routes, bbox)]
    if owner_id is not None:
        where.append(routes.c.owner_id == owner_id)
    if structure_id is not None:
        where.append(or_(routes.c.from_id == structure_id, routes.c.to_id == structure_id))
    return [*where, *containing(routes, text)]
