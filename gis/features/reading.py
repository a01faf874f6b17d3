"""Features of a collection: a page, how many there are, one, and where they lie."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import orjson
import shapely
from shapely import to_wkb
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)

from data.text import VIET_NAM
from gis.errors import NotFoundError
from gis.features.collections import Collection
from gis.features.counts import Counts
from gis.features.cql2 import Kind, Quantity
from gis.features.telling import BY_ID, Told, all_told, told
from gis.features.turns import in_turn
from gis.register import engine, moments
from gis.register.blobs import from_blob, point_coordinates
from gis.register.columns import GEOMETRY_COLUMN, Day
from gis.register.expressions import among
from gis.register.filter_expressions import ends_of, relates
from gis.register.filters import inside
from gis.register.records import Bounds
from gis.register.scopes import Scope
from gis.register.store import Register

__all__ = ["GEOMETRY", "Asked", "Choice", "Feature", "FeatureReader"]

GEOMETRY: Final = "geometry"
"""By what name a filter asks about the place of a feature."""

_ID: Final = "feature_id"

Condition = Callable[[Mapping[str, Quantity]], ColumnElement[bool]]
_Where = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as a caller sees it.

    Attributes
    ----------
    id : str
        Its name in its collection.
    told : str or bytes
        Its properties, as JSON.
    geometry : BaseGeometry or tuple or None
        Longitude and latitude of a point, else the geometry, WGS 84.
    """

    id: str
    told: str | bytes
    geometry: BaseGeometry | tuple[float, float] | None

    @property
    def properties(self) -> dict[str, Any]:
        """Its properties as values, read anew each time."""
        found: dict[str, Any] = orjson.loads(self.told)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a collection.

    Attributes
    ----------
    boxes : tuple of Bounds
        West, south, east, north in degrees: what touches one of them; none asks nothing.
    area : BaseGeometry or None
        What touches it, in degrees.
    time : tuple of date or None
        First and last day, each None where it is open: what was there on a day between.
    properties : mapping
        Values that properties have.
    condition : callable or None
        A filter, from what may be asked about.
    """

    boxes: tuple[Bounds, ...] = ()
    area: BaseGeometry | None = None
    time: tuple[date | None, date | None] | None = None
    properties: Mapping[str, str] | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What is read in the place of more.

    Attributes
    ----------
    ids : sequence of str
        The features.
    matched : int
        How many there are.
    counts : mapping
        For how many a feature stands, by its id; empty where each stands for itself.
    """

    ids: Sequence[str]
    matched: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asking:
    """How a caller asks a collection: columns, what filters may ask about, statements."""

    shown: Mapping[str, ColumnElement[Any]]
    known: Mapping[str, Quantity]
    rows: Select[Any]
    one: Select[Any]


@lru_cache(maxsize=256)
def _asking(collection: Collection, scope: Scope, today: date, dialect: str) -> _Asking:
    """Return how a caller asks a collection on a day, which what is seen may depend on."""
    del today
    table, hidden = collection.table, collection.hidden(scope)
    names = ["id", *(one.name for one in collection.properties)]
    if collection.geometry is not None:
        names.append(GEOMETRY_COLUMN)
    # what stands for a column that the caller may not see, without the label of a result
    instead = {name: getattr(one, "element", one) for name, one in hidden.items()}
    shown = {name: instead.get(name, table.c[name]) for name in names}
    known = {"id": Quantity(Kind.TEXT, table.c.id)}
    for one in collection.properties:
        if one.kind is not None:
            known[one.name] = Quantity(one.kind, shown[one.name])
    if collection.geometry is not None:
        known[GEOMETRY] = Quantity(Kind.GEOMETRY, shown[GEOMETRY_COLUMN])
    rows = select(*(column.label(name) for name, column in shown.items()))
    asked = rows.where(table.c.id == bindparam(_ID, type_=Text()), collection.visible(scope))
    one_told = told(collection, asked, dialect)
    return _Asking(MappingProxyType(shown), MappingProxyType(known), rows, one_told)


class FeatureReader:
    """Reads the collections of a register as one caller may see them.

    Parameters
    ----------
    register : Register
        The register.
    scope : Scope
        The caller.
    counts : Counts, optional
        What was counted before; nothing by default.
    """

    def __init__(self, register: Register, scope: Scope, counts: Counts | None = None) -> None:
        self._engine = register.engine
        self._scope = scope
        self._counts = Counts() if counts is None else counts

    def page(
        self, collection: Collection, asked: Asked, *, limit: int, offset: int = 0
    ) -> tuple[list[Feature], int]:
        """Return features by their ids, and how many there are without a page.

        Raises
        ------
        FormatError
            If the box or the filter makes no sense.
        """
        where = self._where(collection, asked)
        near = bool(asked.boxes) or asked.area is not None
        find = self._found_near if near else self._found_by_id
        with in_turn(self._engine), engine.reading(self._engine) as connection:
            rows, matched = find(connection, collection, where, (limit, offset))
        return list(_features(collection, rows)), matched

    def _found_by_id(
        self, connection: Connection, collection: Collection, where: _Where, part: tuple[int, int]
    ) -> tuple[list[Told], int]:
        """Follow the index of ids; how many there are is counted once."""
        limit, offset = part
        chosen = self._asking(collection).rows.where(*where).order_by(collection.table.c.id)
        rows, _ = all_told(connection, collection, chosen.limit(limit).offset(offset))
        if 0 < len(rows) < limit or (offset == 0 and not rows):
            return rows, offset + len(rows)
        return rows, self._counts.count(connection, collection.table, where)

    def _found_near(
        self, connection: Connection, collection: Collection, where: _Where, part: tuple[int, int]
    ) -> tuple[list[Told], int]:
        """Follow the index of places, which knows no order: what is found is counted with it."""
        limit, offset = part
        table = collection.table
        found = select(table.c.fid, table.c.id).where(*where).cte("found")
        page = select(found.c.fid).order_by(found.c.id).limit(limit).offset(offset)
        count = select(func.count()).select_from(found).scalar_subquery()
        chosen = self._asking(collection).rows.where(table.c.fid.in_(page))
        rows, matched = all_told(connection, collection, chosen, count)
        if matched is None:
            matched = self._counts.count(connection, table, where) if offset else 0
        return rows, matched

    def each(self, collection: Collection, asked: Asked) -> Iterator[Feature]:
        """Yield every feature that is asked for, by id, from one state of the register."""
        chosen = self._asking(collection).rows.where(*self._where(collection, asked))
        query = told(collection, chosen, self._engine.dialect.name)
        with engine.reading(self._engine, whole=True) as connection:
            streamed = connection.execution_options(yield_per=1_000)
            rows = streamed.execute(query.order_by(BY_ID))
            for part in rows.partitions():
                yield from _features(collection, part)

    def few(
        self,
        collection: Collection,
        asked: Asked,
        most: int,
        choose: Callable[[Sequence[str], Sequence[bytes]], Choice],
    ) -> tuple[list[Feature], Choice | None]:
        """Return what is asked for by id, or a choice of it where it is more than so many.

        Parameters
        ----------
        collection : Collection
            One with places.
        asked : Asked
            What is asked for; it states a box.
        most : int
            Most features that are read as they are.
        choose : callable
            From all ids and places, as the register keeps them, to what is read.

        Returns
        -------
        list of Feature
            By their ids, all from one state of the register.
        Choice or None
            What was chosen; None where nothing was left out.
        """
        asking, key = self._asking(collection), collection.table.c.id
        place = asking.shown[GEOMETRY_COLUMN]
        where = self._where(collection, asked)
        with in_turn(self._engine), engine.reading(self._engine) as connection:
            known = connection.execute(select(key, place).where(*where).order_by(key)).all()
            ids, chosen = [one[0] for one in known], None
            if len(ids) > most:
                chosen = choose(ids, [one[1] for one in known])
            wanted = ids if chosen is None else chosen.ids
            shown = asking.rows.where(collection.visible(self._scope), among(key, wanted))
            rows, _ = all_told(connection, collection, shown)
        return list(_features(collection, rows)), chosen

    def one(self, collection: Collection, feature_id: str) -> Feature:
        """Return one feature.

        Raises
        ------
        NotFoundError
            If there is none of that id that the caller may see.
        """
        query = self._asking(collection).one
        with engine.asking(self._engine) as connection:
            rows = connection.execute(query, {_ID: feature_id}).all()
        return _only(collection, rows, feature_id)

    async def soon(self, collection: Collection, feature_id: str) -> Feature:
        """Return what `one` returns, while the event loop does other work."""
        query = self._asking(collection).one
        rows = await engine.answer(self._engine, query, {_ID: feature_id})
        return _only(collection, rows, feature_id)

    def extent(self, collection: Collection) -> Bounds | None:
        """Return the box of all that the caller may see, None where nothing has a place."""
        if collection.geometry is None:
            return None
        place = self._asking(collection).shown[GEOMETRY_COLUMN]
        left, low, right, high = ends_of(place)
        sides = (func.min(left), func.min(low), func.max(right), func.max(high))
        query = select(*sides).where(collection.visible(self._scope))
        with engine.reading(self._engine) as connection:
            row: Any = tuple(connection.execute(query).one())
        return None if None in row else row

    def known(self, collection: Collection) -> Mapping[str, Quantity]:
        """Return what a filter may ask about: columns as the caller sees them."""
        return self._asking(collection).known

    def _asking(self, collection: Collection) -> _Asking:
        today = moments.now().astimezone(VIET_NAM).date()
        return _asking(collection, self._scope, today, self._engine.dialect.name)

    def _where(self, collection: Collection, asked: Asked) -> list[ColumnElement[bool]]:
        where = [collection.visible(self._scope)]
        if collection.geometry is not None:
            where += self._inside(collection, asked)
        if asked.time is not None and collection.time is not None:
            where += self._within(collection, asked.time)
        known = self._asking(collection).known
        for name, value in (asked.properties or {}).items():
            where.append(_equals(known[name], value))
        if asked.condition is not None:
            where.append(asked.condition(known))
        return where

    def _inside(self, collection: Collection, asked: Asked) -> Iterable[ColumnElement[bool]]:
        """Yield the conditions on the place, as the caller sees it."""
        place = self._asking(collection).shown[GEOMETRY_COLUMN]
        boxes = asked.boxes if asked.area is None else (asked.area.bounds,)
        if not boxes:
            return
        yield place.is_not(None)
        joins = len(boxes) == 1 and self._engine.dialect.name == "sqlite"
        yield or_(*(and_(*inside(collection.table, box, by_join=joins)) for box in boxes))
        if asked.area is not None:
            yield relates(place, to_wkb(asked.area), "intersects")

    def _within(
        self, collection: Collection, time: tuple[date | None, date | None]
    ) -> Iterable[ColumnElement[bool]]:
        shown = self._asking(collection).shown
        first, last = (shown[name] for name in collection.time or ())
        begin, end = time
        if begin is not None:
            yield or_(last.is_(None), last >= literal(begin.isoformat(), Day()))
        if end is not None:
            yield or_(first.is_(None), first <= literal(end.isoformat(), Day()))


def _equals(known: Quantity, value: str) -> ColumnElement[bool]:
    if known.kind is Kind.NUMBER:
        return known.sql == float(value)
    if known.kind is Kind.BOOLEAN:
        return known.sql.is_(value == "true")
    return known.sql == value


def _only(collection: Collection, rows: Sequence[Any], feature_id: str) -> Feature:
    if not rows:
        raise NotFoundError("errors.feature_unknown", id=feature_id[:80])
    return next(_features(collection, rows))


def _features(collection: Collection, rows: Sequence[Any]) -> Iterator[Feature]:
    if collection.geometry is None:
        return (Feature(row[0], row[1], None) for row in rows)
    return (Feature(row[0], row[1], _place(collection, row[2])) for row in rows)


def _place(
    collection: Collection, blob: bytes | None
) -> BaseGeometry | tuple[float, float] | None:
    if blob is None:
        return None
    if collection.geometry == "Point":
        return point_coordinates(blob)
    return shapely.force_2d(from_blob(blob))
