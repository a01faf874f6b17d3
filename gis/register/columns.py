"""Column types of the register and the columns that its tables share.

In a GeoPackage types are those of OGC 12-128r19, table 1. In PostgreSQL they are PostGIS's
geometry, DATE and TIMESTAMP WITH TIME ZONE, and values are read and written as a GeoPackage holds
them: `gis.register.rows` turns records into such values and back, whoever keeps them.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import REAL, Column, Dialect, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import UserDefinedType

from gis.register.blobs import SRS_ID, from_ewkb, to_ewkb

__all__ = [
    "GEOMETRY_COLUMN",
    "Day",
    "Geometry",
    "Moment",
    "fid",
    "geometry",
    "identifier",
    "layer",
    "metadata",
    "provenance",
    "real",
    "reference",
    "text",
    "validity",
]

GEOMETRY_COLUMN = "geom"

metadata = MetaData()

_POSTGRESQL = "postgresql"


class Geometry(UserDefinedType[bytes]):
    """A geometry column of one type; the value is a GeoPackage's blob."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return self.name

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return how a blob is written where a geometry is not one."""
        return _unless_none(to_ewkb) if dialect.name == _POSTGRESQL else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return how a blob is read where a geometry is not one."""
        del coltype
        return _unless_none(from_ewkb) if dialect.name == _POSTGRESQL else None


def _unless_none(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else step(value)


@compiles(Geometry, _POSTGRESQL)
def _geometry(type_: Geometry, _compiler: object, **_: object) -> str:
    return f"geometry({type_.name}, {SRS_ID})"


class Day(UserDefinedType[str]):
    """A DATE; the value is `YYYY-MM-DD`."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return "DATE"


class Moment(UserDefinedType[str]):
    """A DATETIME; the value is `YYYY-MM-DDTHH:MM:SS.SSSZ`, always UTC."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return "DATETIME"


@compiles(Moment, _POSTGRESQL)
def _moment(_type: Moment, _compiler: object, **_: object) -> str:
    return "TIMESTAMP(3) WITH TIME ZONE"


def fid() -> Column[int]:
    """Return the number of a row of a layer."""
    return Column("fid", Integer, primary_key=True, autoincrement=True)


def layer(name: str, *columns: SchemaItem) -> Table:
    """Return a table that GDAL shows; a number once given to a row is never given again."""
    return Table(name, metadata, fid(), *columns, sqlite_autoincrement=True)


def identifier() -> Column[str]:
    """Return the record's own name."""
    return Column("id", Text, nullable=False, unique=True)


def text(name: str, *, required: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=not required)


def real(name: str, *, required: bool = False) -> Column[float]:
    """Return a column of numbers."""
    return Column(name, REAL, nullable=not required)


def geometry(kind: str, *, required: bool) -> Column[bytes]:
    """Return the column of a layer's geometry."""
    return Column(GEOMETRY_COLUMN, Geometry(kind), nullable=not required)


def reference(name: str, target: str, *, required: bool = False) -> Column[str]:
    """Return a foreign key that is checked when the transaction commits."""
    key = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Column(name, Text, key, nullable=not required)


def validity() -> tuple[Column[str], Column[str]]:
    """Return the first and the last day on which a record holds."""
    return Column("valid_from", Day), Column("valid_to", Day)


def provenance() -> tuple[Column[str], Column[str], Column[str], Column[int]]:
    """Return where a record came from."""
    return (
        text("confidence", required=True),
        text("source", required=True),
        reference("batch_id", "import_batches.id"),
        Column("source_row", Integer),
    )
