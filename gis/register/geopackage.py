"""GeoPackage 1.4 on plain SQLite: the `gpkg_` tables, R-trees, and their functions.

References
----------
.. [GPKG] OGC 12-128r19, GeoPackage Encoding Standard 1.4: clause 1.1 (tables),
   annex F.3 (R-tree spatial index: triggers and functions).
"""

import math
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from gis.errors import StorageError
from gis.register.arithmetic import COMPUTED, computed
from gis.register.blobs import SRS_ID, blob_bounds, from_blob, plain_point
from gis.register.columns import GEOMETRY_COLUMN

__all__ = [
    "ACCENTI",
    "APPLICATION_ID",
    "CASEI",
    "LIES_IN",
    "LIKE",
    "MEETS",
    "RELATES",
    "USER_VERSION",
    "check",
    "create_core_tables",
    "create_spatial_index",
    "drop_spatial_index",
    "register_functions",
    "register_table",
    "spatial_index_name",
]

APPLICATION_ID = 0x47504B47
"""`GPKG` in the header of the file."""
USER_VERSION = 10400
"""GeoPackage 1.4."""
MEETS = "phusong_meets"
"""Name of the function that says whether the bounds of a geometry meet a box."""

RELATES = "phusong_relates"
"""Name of the function that says whether a geometry stands to an area, WKB, as a word says."""

CASEI, ACCENTI, LIKE = "phusong_casei", "phusong_accenti", "phusong_like"
"""Names of functions on texts: without case, without marks, like a pattern of CQL2."""

LIES_IN = "phusong_lies_in"
"""Name of the function that says whether a point lies in an area, which is WKB."""

_RTREE_DEFINITION = "http://www.geopackage.org/spec120/#extension_rtree"
_WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)

_CORE_TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (
      srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
      organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (
      table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
      description TEXT DEFAULT '',
      last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
      min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
      CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (
      table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
      srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
      CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
      CONSTRAINT uk_gc_table_name UNIQUE (table_name),
      CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
      CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (
      table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
      scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
_REFERENCE_SYSTEMS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
    ("WGS 84 geodetic", SRS_ID, "EPSG", SRS_ID, _WGS84_WKT, "longitude, latitude in degrees"),
)


def _bound(index: int) -> Callable[[bytes | None], float | None]:
    axis = index % 2

    def bound(blob: bytes | None) -> float | None:
        place = plain_point(blob)
        if place is not None:  # the way of nearly every row
            value = place[axis]
            return None if math.isnan(value) else value
        bounds = None if blob is None else blob_bounds(blob)
        return None if bounds is None else bounds[index]

    return bound


def _is_empty(blob: bytes | None) -> int | None:
    place = plain_point(blob)
    if place is not None:
        return int(any(map(math.isnan, place)))
    return None if blob is None else int(blob_bounds(blob) is None)


def _meets(blob: bytes | None, west: float, south: float, east: float, north: float) -> int | None:
    """Return whether a geometry's bounds meet a box, borders included; None for no geometry."""
    place = plain_point(blob)
    if place is not None:
        x, y = place
        return int(west <= x <= east and south <= y <= north)
    bounds = None if blob is None else blob_bounds(blob)
    if bounds is None:
        return None
    left, low, right, high = bounds
    return int(right >= west and left <= east and high >= south and low <= north)


def _lies_in(blob: bytes | None, area: bytes) -> int:
    """Return whether a point lies in an area, its border included."""
    if blob is None:
        return 0
    place = from_blob(blob)
    return int(bool(_prepared(area).intersects(place)))


def _relates(blob: bytes | None, area: bytes, relation: str) -> int | None:
    """Return whether a geometry stands so to an area, None where there is no geometry."""
    if blob is None:
        return None
    if relation != "disjoint" and not _meets(blob, *_prepared(area).bounds):
        return 0
    mirrored = {"contains": "within", "within": "contains"}.get(relation, relation)
    return int(bool(getattr(_prepared(area), mirrored)(from_blob(blob))))


def _casei(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text.casefold())


def _accenti(text: str | None) -> str | None:
    if text is None:
        return None
    spread = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(one for one in spread if not unicodedata.combining(one))


def _like(text: str | None, pattern: str | None) -> int | None:
    """Return whether a text is like a pattern of `%`, `_` and what a backslash takes as it is."""
    if text is None or pattern is None:
        return None
    return int(_pattern(pattern).fullmatch(text) is not None)


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern that never goes back before a part that was found: linear in each part."""
    parts: list[str] = [""]
    for piece in re.findall(r"\\.|.", pattern, re.DOTALL):
        if piece == "%":
            parts.append("")
        else:
            parts[-1] += "." if piece == "_" else re.escape(piece[-1])
    first, *rest = parts
    if not rest:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
    return re.compile(f"{first}{between}.*{rest[-1]}", re.DOTALL)


@lru_cache(maxsize=64)
def _prepared(area: bytes) -> BaseGeometry:
    found = shapely.from_wkb(area)
    shapely.prepare(found)
    return found


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the R-tree triggers and questions about boxes call."""
    connection.create_function(MEETS, 5, _meets, deterministic=True)
    connection.create_function(LIES_IN, 2, _lies_in, deterministic=True)
    connection.create_function(RELATES, 3, _relates, deterministic=True)
    connection.create_function(CASEI, 1, _casei, deterministic=True)
    connection.create_function(ACCENTI, 1, _accenti, deterministic=True)
    connection.create_function(COMPUTED, 3, computed, deterministic=True)
    connection.create_function(LIKE, 2, _like, deterministic=True)
    for index, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        connection.create_function(name, 1, _bound(index), deterministic=True)
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)


def create_core_tables(connection: Connection) -> None:
    """Turn an empty database into a GeoPackage without contents."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {USER_VERSION}")
    for statement in _CORE_TABLES:
        connection.exec_driver_sql(statement)
    for row in _REFERENCE_SYSTEMS:
        connection.exec_driver_sql(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", row
        )


def register_table(
    connection: Connection, table: str, geometry_type: str | None, *, view: bool = False
) -> None:
    """Enter a table or view in the contents; a table with a geometry gets its R-tree.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    table : str
        Name of the table or view.
    geometry_type : str or None
        `POINT`, `MULTIPOLYGON` and so on; None for a table of attributes only.
    view : bool
        A view has no index of its own.
    """
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
        " VALUES (?, ?, ?, ?)",
        (table, *(("features", table, SRS_ID) if geometry_type else ("attributes", table, None))),
    )
    if geometry_type is None:
        return
    connection.exec_driver_sql(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
        (table, GEOMETRY_COLUMN, geometry_type, SRS_ID),
    )
    if not view:
        create_spatial_index(connection, table)


def spatial_index_name(table: str) -> str:
    """Return the name of a table's R-tree."""
    return f"rtree_{table}_{GEOMETRY_COLUMN}"


def create_spatial_index(connection: Connection, table: str) -> None:
    """Create and fill the R-tree of a table, with the triggers that keep it.

    A migration that rebuilds a table calls `drop_spatial_index` before and this after.
    """
    index, geometry = spatial_index_name(table), GEOMETRY_COLUMN
    bounds = f"ST_MinX({geometry}), ST_MaxX({geometry}), ST_MinY({geometry}), ST_MaxY({geometry})"
    for statement in (
        f'CREATE VIRTUAL TABLE "{index}" USING rtree(id, minx, maxx, miny, maxy)',
        f'INSERT INTO "{index}" SELECT fid, {bounds} FROM "{table}"'  # noqa: S608 our own names
        f" WHERE {geometry} NOT NULL AND NOT ST_IsEmpty({geometry})",
        *_triggers(table, index, geometry),
    ):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')",
        (table, geometry, _RTREE_DEFINITION),
    )


def drop_spatial_index(connection: Connection, table: str) -> None:
    """Drop the R-tree of a table and its triggers."""
    index = spatial_index_name(table)
    for name in _trigger_conditions(GEOMETRY_COLUMN):
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{index}_{name}"')
    connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{index}"')
    connection.exec_driver_sql(
        "DELETE FROM gpkg_extensions WHERE table_name = ? AND column_name = ?",
        (table, GEOMETRY_COLUMN),
    )


def _trigger_conditions(geometry: str) -> dict[str, tuple[str, str]]:
    """Return event and condition of each trigger of annex F.3 by its name."""
    new = f"(NEW.{geometry} NOTNULL AND NOT ST_IsEmpty(NEW.{geometry}))"
    no_new = f"(NEW.{geometry} ISNULL OR ST_IsEmpty(NEW.{geometry}))"
    old = f"(OLD.{geometry} NOTNULL AND NOT ST_IsEmpty(OLD.{geometry}))"
    no_old = f"(OLD.{geometry} ISNULL OR ST_IsEmpty(OLD.{geometry}))"
    of_geometry = f"UPDATE OF {geometry}"
    return {
        "insert": ("INSERT", new),
        "update2": (of_geometry, f"OLD.fid = NEW.fid AND {no_new}"),
        "update4": ("UPDATE", f"OLD.fid != NEW.fid AND {no_new}"),
        "update5": ("UPDATE", f"OLD.fid != NEW.fid AND {new}"),
        "update6": (of_geometry, f"OLD.fid = NEW.fid AND {new} AND {old}"),
        "update7": (of_geometry, f"OLD.fid = NEW.fid AND {new} AND {no_old}"),
        "delete": ("DELETE", f"OLD.{geometry} NOT NULL"),
    }


def _triggers(table: str, index: str, geometry: str) -> Iterable[str]:
    bounds = ", ".join(f"ST_{side}(NEW.{geometry})" for side in ("MinX", "MaxX", "MinY", "MaxY"))
    insert = f'INSERT OR REPLACE INTO "{index}" VALUES (NEW.fid, {bounds})'  # noqa: S608
    delete_old = f'DELETE FROM "{index}" WHERE id = OLD.fid'  # noqa: S608
    actions = {
        "insert": insert,
        "update2": delete_old,
        "update4": f'DELETE FROM "{index}" WHERE id IN (OLD.fid, NEW.fid)',  # noqa: S608
        "update5": f"{delete_old}; {insert}",
        "update6": f'UPDATE "{index}" SET (minx, maxx, miny, maxy) = ({bounds})'  # noqa: S608
        " WHERE id = NEW.fid",
        "update7": insert,
        "delete": delete_old,
    }
    for name, (event, condition) in _trigger_conditions(geometry).items():
        yield (
            f'CREATE TRIGGER "{index}_{name}" AFTER {event} ON "{table}" WHEN {condition}'
            f" BEGIN {actions[name]}; END"
        )


def check(connection: Connection) -> None:
    """Raise where the GeoPackage tables, the R-trees and the layers do not agree.

    Raises
    ------
    StorageError
        With the layer that disagrees.
    """
    layers = connection.exec_driver_sql(
        "SELECT c.table_name, g.column_name, m.type FROM gpkg_contents c"
        " LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name"
        " LEFT JOIN sqlite_master m ON m.name = c.table_name"
    ).all()
    for table, geometry, kind in layers:
        if kind is None:
            raise StorageError("errors.register_layer_missing", layer=table)
        if geometry is not None and kind == "table":
            _check_spatial_index(connection, table)
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StorageError("errors.register_references_broken")


def _check_spatial_index(connection: Connection, table: str) -> None:
    index, geometry = spatial_index_name(table), GEOMETRY_COLUMN
    triggers = connection.exec_driver_sql(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
        " AND name LIKE ?",
        (table, f"{index}_%"),
    ).scalar_one()
    entered = connection.exec_driver_sql(
        "SELECT count(*) FROM gpkg_extensions WHERE table_name = ? AND column_name = ?"
        " AND extension_name = 'gpkg_rtree_index'",
        (table, geometry),
    ).scalar_one()
    if triggers != len(_trigger_conditions(geometry)) or entered != 1:
        raise StorageError("errors.register_index_differs", layer=table)
    differing = connection.exec_driver_sql(
        f'SELECT (SELECT count(*) FROM "{table}" t'  # noqa: S608 our own names
        f"  WHERE t.{geometry} NOT NULL AND NOT ST_IsEmpty(t.{geometry})"
        f'  AND NOT EXISTS (SELECT 1 FROM "{index}" r WHERE r.id = t.fid'
        f"   AND r.minx <= ST_MinX(t.{geometry}) AND r.maxx >= ST_MaxX(t.{geometry})"
        f"   AND r.miny <= ST_MinY(t.{geometry}) AND r.maxy >= ST_MaxY(t.{geometry})))"
        f' + (SELECT count(*) FROM "{index}" r WHERE r.id NOT IN (SELECT fid FROM "{table}"'
        f"   WHERE {geometry} NOT NULL AND NOT ST_IsEmpty({geometry})))"
    ).scalar_one()
    if differing:
        raise StorageError("errors.register_index_differs", layer=table)
