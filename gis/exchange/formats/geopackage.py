"""GeoPackage, read with SQLite alone: plain tables only, nothing of the file is run."""

import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import FormatError
from gis.exchange.datum import from_wkt, stated
from gis.exchange.marks import may_bear
from gis.exchange.safety import Inspected, Limits
from gis.exchange.table import Cell, Row, Table
from gis.geodesy import is_known
from gis.names import nfc
from gis.register.blobs import from_blob

__all__ = ["Layer", "features", "layers", "open_readonly", "read"]

_TEXT_BYTES = 10_000_000
_OF_THE_FORMAT = ("sqlite_", "rtree_", "gpkg_spatial_ref_sys", "gpkg_extensions")


@dataclass(frozen=True, slots=True)
class Layer:
    """A table of a GeoPackage.

    Attributes
    ----------
    name : str
        The table.
    columns : tuple of str
        Its columns without the geometry.
    geometry : str or None
        The geometry's column.
    crs : int or None
        EPSG code, when the file says one.
    crs_text : str
        What the file says.
    """

    name: str
    columns: tuple[str, ...]
    geometry: str | None
    crs: int | None
    crs_text: str


def open_readonly(file: Inspected) -> sqlite3.Connection:
    """Return a connection that reads the file as it lies there and runs nothing of it."""
    connection = sqlite3.connect(
        f"{file.path.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _TEXT_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.text_factory = lambda content: content.decode("utf-8", errors="replace")
    for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def read(
    file: Inspected,
    recognised: Callable[[Sequence[str]], int],
    choose: Callable[[Sequence[str]], str | None],
    limits: Limits,
) -> Table:
    """Return the layer that holds the wanted rows; its rows are numbered as its `fid`.

    Raises
    ------
    FormatError
        If the file is damaged, or no layer has a known column.
    """
    try:
        with closing(open_readonly(file)) as connection:
            return _read(file, connection, recognised, choose, limits)
    except sqlite3.Error as error:
        raise FormatError("exchange.file.truncated", file=file.name, detail=str(error)) from error


def layers(connection: sqlite3.Connection) -> list[Layer]:
    """Return the plain tables that a GeoPackage lists as its contents."""
    listed = connection.execute(
        "SELECT c.table_name, g.column_name, g.srs_id FROM gpkg_contents c"
        " JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table'"
        " AND m.sql NOT LIKE 'CREATE VIRTUAL%'"
        " LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name"
        " WHERE c.data_type IN ('features', 'attributes') ORDER BY c.table_name"
    ).fetchall()
    return [_layer(connection, *row) for row in listed]


def features(
    connection: sqlite3.Connection, layer: Layer, limit: int
) -> Iterator[tuple[int, tuple[Cell, ...], BaseGeometry | None, str | None]]:
    """Yield number, cells, geometry and the key of what is wrong with the geometry."""
    names = ", ".join(map(_quoted, layer.columns))
    geometry = _quoted(layer.geometry) if layer.geometry else "NULL"
    comma = ", " if names else ""
    found = connection.execute(
        f"SELECT rowid, {geometry}{comma}{names} FROM {_quoted(layer.name)}"  # noqa: S608
        " ORDER BY rowid LIMIT ?",
        (limit,),
    )
    for number, blob, *cells in found:
        shape, problem = _geometry(blob)
        yield number, tuple(_cell(cell) for cell in cells), shape, problem


def _read(
    file: Inspected,
    connection: sqlite3.Connection,
    recognised: Callable[[Sequence[str]], int],
    choose: Callable[[Sequence[str]], str | None],
    limits: Limits,
) -> Table:
    known = {layer.name: layer for layer in layers(connection)}
    counted = {name: recognised(layer.columns) for name, layer in known.items()}
    most = max(counted.values(), default=0)
    if not known:
        raise FormatError("exchange.file.no_header", file=file.name, sheets="; ".join(known))
    close = [name for name, count in counted.items() if count * 2 > most or not most]
    name = (choose(close) if len(close) > 1 else None) or close[0]
    if name not in known:
        raise FormatError("exchange.file.no_layer", file=file.name, layer=name,
                          layers="; ".join(known))  # fmt: skip
    layer = known[name]
    if len(layer.columns) > limits.columns:
        raise FormatError("exchange.file.too_many_columns", file=file.name, limit=limits.columns)
    rows = list(_rows(connection, layer, limits))
    if len(rows) > limits.rows:
        raise FormatError("exchange.file.too_many_rows", file=file.name, limit=limits.rows)
    return Table(
        file=file.name,
        format=file.format,
        layer=name,
        header=tuple(nfc(column) for column in layer.columns),
        header_row=None,
        rows=rows,
        has_points=layer.geometry is not None,
        crs=layer.crs,
        crs_text=layer.crs_text,
        beside=tuple(dict.fromkeys(_beside(connection, layer.name))),
    )


def _beside(connection: sqlite3.Connection, read: str) -> Iterator[str]:
    """Yield the words of all other tables, where they may bear a mark of secrecy."""
    listed = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    for (name,) in listed:
        if name == read or str(name).startswith(_OF_THE_FORMAT):
            continue
        found = connection.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608
        columns = [column for column, *_ in found.description]
        for row in found:
            for column, cell in zip(columns, row, strict=True):
                if isinstance(cell, str) and may_bear(words := f"{nfc(column)}: {nfc(cell)}"):
                    yield words


def _rows(connection: sqlite3.Connection, layer: Layer, limits: Limits) -> Iterator[Row]:
    for number, cells, shape, wrong in features(connection, layer, limits.rows + 1):
        if shape is None or shape.is_empty:
            yield Row(number, cells, None, wrong)
        elif isinstance(shape, shapely.Point):
            yield Row(number, cells, (shape.x, shape.y))
        else:
            yield Row(number, cells, None, "exchange.problem.not_a_point", _line(shape))


def _line(shape: BaseGeometry) -> tuple[tuple[float, float], ...] | None:
    if isinstance(shape, shapely.MultiLineString) and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if not isinstance(shape, shapely.LineString):
        return None
    found = tuple((float(x), float(y)) for x, y in shapely.get_coordinates(shape))
    return found if all(map(math.isfinite, (n for pair in found for n in pair))) else None


def _layer(
    connection: sqlite3.Connection, name: str, geometry: str | None, srs_id: int | None
) -> Layer:
    info = connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
    skipped = {geometry, *(row[1] for row in info if row[5] and "INT" in str(row[2]).upper())}
    columns = tuple(row[1] for row in info if row[1] not in skipped)
    crs, words = _system(connection, srs_id)
    return Layer(name, columns, geometry, crs, words)


def _system(connection: sqlite3.Connection, srs_id: int | None) -> tuple[int | None, str]:
    found = connection.execute(
        "SELECT srs_name, organization, organization_coordsys_id, definition"
        " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if srs_id is None or srs_id in (-1, 0) or found is None:
        return None, found[0] if found else ""
    name, organization, code, definition = found
    if str(organization).casefold() == "epsg" and isinstance(code, int) and is_known(code):
        return code, str(name)
    by_name = stated(str(name))
    by_definition = from_wkt(str(definition))
    if by_definition is not None:
        return by_definition, str(name)
    if by_name is not None and by_name.epsg is not None:
        return by_name.epsg, str(name)
    is_epsg = str(organization).casefold() == "epsg" and isinstance(code, int)
    return (code if is_epsg else None), str(name)


def _geometry(blob: object) -> tuple[BaseGeometry | None, str | None]:
    if blob is None:
        return None, None
    try:
        return from_blob(blob if isinstance(blob, bytes) else b""), None
    except FormatError:
        return None, "exchange.problem.geometry"


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, int | float):
        return value
    return nfc(value).strip() if isinstance(value, str) else "�"


def _quoted(name: str | None) -> str:
    return '"' + str(name).replace('"', '""') + '"'
