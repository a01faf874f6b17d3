"""The properties of a feature as JSON, which the database itself writes.

A page of a thousand features has some 34,000 values. Made into Python's and back into text they
cost twice what they cost as text from the start, all of it under the interpreter's lock; SQLite
and PostgreSQL write them without it (docs/performance.md).

SQLite besides takes the lock anew for every row, and waits for it behind every other request. A
page of it therefore comes as one row that holds all others.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, LargeBinary, Select, Text, literal_column, select
from sqlalchemy.types import TypeEngine

from gis.features.collections import Collection, Property
from gis.features.cql2 import Kind
from gis.register.columns import GEOMETRY_COLUMN, Geometry

__all__ = ["BY_ID", "Told", "all_told", "told"]

_SYNTHETIC: Final = "synthetic"
"""The property that says whether a feature was made up, of collections that say how sure it is."""

Told = tuple[str, str | bytes, bytes | None]
"""Id, properties as JSON, and the place as the register keeps it."""

_PAGE: Final = "page"
_ROW, _FIELD = b"\x1e", b"\x1f"
"""What stands between rows and fields that come as one: JSON has neither."""


def _column(name: str, type_: TypeEngine[Any] | None = None) -> ColumnElement[Any]:
    return literal_column(f"{_PAGE}.{name}", type_)


BY_ID: Final = _column("id", Text())
"""What told rows are ordered by, where the database is to order them."""


def told(collection: Collection, rows: Select[Any], dialect: str) -> Select[Any]:
    """Return the question for id, properties as JSON and place of rows, in no order.

    Parameters
    ----------
    collection : Collection
        Whose rows they are.
    rows : Select
        The rows as the caller may see them: a column of each property's name, `id` and the place.
    dialect : str
        Of the database, `sqlite` or `postgresql`.
    """
    return select(*_columns(collection, dialect)).select_from(rows.subquery(_PAGE))


def all_told(
    connection: Connection,
    collection: Collection,
    rows: Select[Any],
    count: ColumnElement[int] | None = None,
) -> tuple[list[Told], int | None]:
    """Return rows by id, and a number that is asked for with them.

    Parameters
    ----------
    connection : Connection
        To the register.
    collection, rows
        As in `told`.
    count : ColumnElement, optional
        The number.

    Returns
    -------
    list of Told
        The rows.
    int or None
        The number; None where none is asked for or, of PostgreSQL, where there are no rows.
    """
    more = () if count is None else (count,)
    if connection.dialect.name == "sqlite" and collection.geometry in (None, "Point"):
        joined, *numbers = connection.execute(_joined(collection, rows).add_columns(*more)).one()
        found = [_parted(one) for one in joined.split(_ROW)] if joined else []
    else:
        asked = told(collection, rows, connection.dialect.name).add_columns(*more)
        answers = connection.execute(asked).all()
        width = len(_columns(collection, connection.dialect.name))
        found = [(one[0], one[1], one[2] if width > 2 else None) for one in answers]
        numbers = list(answers[0][width:]) if answers else []
    found.sort(key=lambda one: one[0])
    return found, numbers[0] if numbers else None


def _joined(collection: Collection, rows: Select[Any]) -> Select[Any]:
    return select(_all_columns(collection)).select_from(rows.subquery(_PAGE))


def _parted(row: bytes) -> Told:
    name, place, properties = row.split(_FIELD)
    return orjson.loads(name), properties, bytes.fromhex(place.decode()) if place else None


@lru_cache
def _columns(collection: Collection, dialect: str) -> Sequence[ColumnElement[Any]]:
    """Return the columns of the answer, which are the same whoever asks."""
    found = [BY_ID, literal_column(_properties(collection, dialect), Text())]
    if collection.geometry is not None:
        found.append(_column(GEOMETRY_COLUMN, Geometry(collection.geometry)))
    return found


@lru_cache
def _all_columns(collection: Collection) -> ColumnElement[Any]:
    """Return the columns of all rows as one value, in SQLite's words."""
    place = "''" if collection.geometry is None else f"hex({_PAGE}.{GEOMETRY_COLUMN})"
    fields = (f"json_quote({_PAGE}.id)", place, _properties(collection, "sqlite"))
    row = f" || char({_FIELD[0]}) || ".join(fields)
    return literal_column(f"CAST(group_concat({row}, char({_ROW[0]})) AS BLOB)", LargeBinary())


def _properties(collection: Collection, dialect: str) -> str:
    names = [one.name for one in collection.properties]
    value, whole = _DIALECTS[dialect]
    values = {one.name: value(one, f"{_PAGE}.{one.name}") for one in collection.properties}
    if "confidence" in names:
        made_up = Property(_SYNTHETIC, Kind.BOOLEAN)
        values[_SYNTHETIC] = value(made_up, f"({_PAGE}.confidence = 'synthetic')")
    return whole(values)


def _in_sqlite(one: Property, column: str) -> str:
    """Return a value as JSON; `quote` alone writes a number so that it reads back as it was."""
    if one.kind is Kind.NUMBER and not one.integer:
        return f"CASE WHEN {column} IS NOT NULL THEN json(quote({column})) END"
    if one.kind is Kind.BOOLEAN:
        return f"CASE {column} WHEN 1 THEN json('true') WHEN 0 THEN json('false') END"
    return f"json({column})" if one.kind is None else column


def _whole_in_sqlite(values: Mapping[str, str]) -> str:
    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return f"json_object({pairs})"


def _in_postgresql(one: Property, column: str) -> str:
    if one.kind is Kind.MOMENT:
        return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    return f"CAST({column} AS json)" if one.kind is None else column


def _whole_in_postgresql(values: Mapping[str, str]) -> str:
    row = ", ".join(f'{value} AS "{name}"' for name, value in values.items())
    return f"(SELECT CAST(row_to_json(told) AS text) FROM (SELECT {row}) AS told)"  # noqa: S608


_Value = Callable[[Property, str], str]
_Whole = Callable[[Mapping[str, str]], str]
_DIALECTS: Final[Mapping[str, tuple[_Value, _Whole]]] = MappingProxyType(
    {
        "sqlite": (_in_sqlite, _whole_in_sqlite),
        "postgresql": (_in_postgresql, _whole_in_postgresql),
    }
)
