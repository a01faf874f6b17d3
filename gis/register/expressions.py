"""What a question says that each database says in its own words: boxes, areas, lists, JSON."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Double,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    column,
    literal,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from gis.register.blobs import SRS_ID
from gis.register.columns import GEOMETRY_COLUMN
from gis.register.geopackage import LIES_IN, MEETS, spatial_index_name

__all__ = [
    "among",
    "among_given",
    "json_list",
    "json_text",
    "lies_in",
    "meets_box",
    "met_by_index",
    "written",
]

_SQLITE, _POSTGRESQL = "sqlite", "postgresql"
_DEGREES = Double[float]()


class _Condition(FunctionElement[bool]):
    """A condition that stands in its own brackets."""

    type = Boolean()

    def self_group(self, against: Any = None) -> Any:
        """Return itself: `(...) = 1`, which SQLite would get else, keeps it from every index."""
        del against
        return self


class _MeetsBox(_Condition):
    inherit_cache = True
    name = "meets_box"


class _MetByIndex(_Condition):
    inherit_cache = True
    name = "met_by_index"


class _LiesIn(_Condition):
    inherit_cache = True
    name = "lies_in"


class _Among(_Condition):
    inherit_cache = True
    name = "among"


class _JsonText(FunctionElement[str]):
    inherit_cache = True
    name = "json_text"
    type = Text()


def meets_box(kept_in: Table, west: float, south: float, east: float, north: float) -> _Condition:
    """Return the condition that a row's geometry meets a box: by the index, then exactly."""
    return _MeetsBox(kept_in.c.fid, kept_in.c[GEOMETRY_COLUMN], *_sides(west, south, east, north))


def met_by_index(
    kept_in: Table, west: float, south: float, east: float, north: float
) -> _Condition:
    """Return `meets_box` in SQLite's words, of a question that reads the index beside the table.

    It spares the list of all that lies in the box, but two of them cannot be alternatives: the
    index would be read whole for each row.
    """
    place = kept_in.c[GEOMETRY_COLUMN]
    number = _number_in_index(kept_in.name)
    return _MetByIndex(kept_in.c.fid, place, number, *_sides(west, south, east, north))


def _sides(*sides: float) -> list[ColumnElement[float]]:
    return [literal(float(side), _DEGREES) for side in sides]


@lru_cache
def _number_in_index(kept_in: str) -> ColumnElement[int]:
    """Return the column of an index that holds the numbers of rows."""
    return table(spatial_index_name(kept_in), column("id", Integer())).c.id


def lies_in(geometry: ColumnElement[bytes], area: bytes) -> _Condition:
    """Return the condition that a place lies in an area, given as WKB, its border included."""
    return _LiesIn(geometry, literal(area, LargeBinary()))


def among(kept: ColumnElement[Any], words: Iterable[str]) -> _Condition:
    """Return the condition that a column holds one of some texts, however many."""
    return _Among(kept, literal(json_list(words), Text()))


def among_given(kept: ColumnElement[Any], parameter: str) -> _Condition:
    """Return `among` for a `json_list` that is given when the statement runs."""
    return _Among(kept, bindparam(parameter, type_=Text()))


def json_list(words: Iterable[str]) -> str:
    """Return texts as one value."""
    return json.dumps(list(words), ensure_ascii=False)


def json_text(kept: ColumnElement[Any], name: str) -> ColumnElement[str]:
    """Return a member of the JSON object that a column holds, as text."""
    return _JsonText(kept, literal(name, Text()))


def written(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> list[str]:
    """Return each part of an expression as it stands in a statement."""
    return [compiler.process(each, **options) for each in element.clauses]


@compiles(_MeetsBox, _SQLITE)
def _box_by_rtree(element: _MeetsBox, compiler: SQLCompiler, **options: Any) -> str:
    """Ask the index, whose boxes are rounded outwards: only at the border the coordinates too."""
    number, geometry, *bounds = element.clauses
    table = number.table.name
    index = spatial_index_name(table)
    place = f'(SELECT {geometry.name} FROM "{table}" WHERE fid = "{index}".id)'  # noqa: S608 our own names
    found = compiler.process(number, **options)
    near = _near(place, [compiler.process(each, **options) for each in bounds])
    return f'({found} IN (SELECT id FROM "{index}" WHERE {near}))'  # noqa: S608


@compiles(_MetByIndex, _SQLITE)
def _box_by_join(element: _MetByIndex, compiler: SQLCompiler, **options: Any) -> str:
    number, geometry, indexed, *bounds = element.clauses
    joined = compiler.process(indexed == number, **options)
    place, *sides = (compiler.process(each, **options) for each in (geometry, *bounds))
    return f"({joined} AND {_near(place, sides)})"


def _near(place: str, bounds: Sequence[str]) -> str:
    """Return what a row of the index fulfils, and at the border of the box its place."""

    def compared(*columns: str) -> str:
        pairs = zip(columns, bounds, strict=True)
        return " AND ".join(f"{column} {side}" for column, side in pairs)

    near = compared("maxx >=", "maxy >=", "minx <=", "miny <=")
    within = compared("minx >=", "miny >=", "maxx <=", "maxy <=")
    return f"{near} AND ({within} OR {MEETS}({place}, {', '.join(bounds)}))"


@compiles(_MeetsBox, _POSTGRESQL)
def _box_by_gist(element: _MeetsBox, compiler: SQLCompiler, **options: Any) -> str:
    """Ask the index, whose boxes are rounded outwards, then the coordinates themselves."""

    def said(clause: ColumnElement[Any]) -> str:
        return compiler.process(clause, **options)

    _, geometry, west, south, east, north = element.clauses
    box = ", ".join(map(said, (west, south, east, north)))
    place = said(geometry)
    return (
        f"({place} && ST_MakeEnvelope({box}, {SRS_ID})"
        f" AND ST_XMax({place}) >= {said(west)} AND ST_YMax({place}) >= {said(south)}"
        f" AND ST_XMin({place}) <= {said(east)} AND ST_YMin({place}) <= {said(north)})"
    )


@compiles(_LiesIn, _SQLITE)
def _lies_by_function(element: _LiesIn, compiler: SQLCompiler, **options: Any) -> str:
    geometry, area = written(element, compiler, **options)
    return f"({LIES_IN}({geometry}, {area}) = 1)"


@compiles(_LiesIn, _POSTGRESQL)
def _lies_by_postgis(element: _LiesIn, compiler: SQLCompiler, **options: Any) -> str:
    geometry, area = written(element, compiler, **options)
    return f"ST_Intersects({geometry}, ST_GeomFromWKB({area}, {SRS_ID}))"


@compiles(_Among, _SQLITE)
def _among_json_each(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    kept, words = written(element, compiler, **options)
    return f"({kept} IN (SELECT value FROM json_each({words})))"  # noqa: S608


@compiles(_Among, _POSTGRESQL)
def _among_elements(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    kept, words = written(element, compiler, **options)
    return f"({kept} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST({words} AS jsonb)))))"


@compiles(_JsonText, _SQLITE)
def _member_by_extract(element: _JsonText, compiler: SQLCompiler, **options: Any) -> str:
    kept, name = written(element, compiler, **options)
    return f"json_extract({kept}, '$.' || {name})"


@compiles(_JsonText, _POSTGRESQL)
def _member_by_arrow(element: _JsonText, compiler: SQLCompiler, **options: Any) -> str:
    kept, name = written(element, compiler, **options)
    return f"(CAST({kept} AS json) ->> {name})"
