"""Column types of GeoPackage and the columns that tables of the register share.

Types are those of OGC 12-128r19, table 1, and hold the value that is stored: `gis.register.rows`
turns records into it and back.
"""

from sqlalchemy import REAL, Column, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import UserDefinedType

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


class Geometry(UserDefinedType[bytes]):
    """A GeoPackage geometry column of one type; the value is the blob."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return self.name


class Day(UserDefinedType[str]):
    """A GeoPackage DATE: `YYYY-MM-DD`."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return "DATE"


class Moment(UserDefinedType[str]):
    """A GeoPackage DATETIME: `YYYY-MM-DDTHH:MM:SS.SSSZ`, always UTC."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return "DATETIME"


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
