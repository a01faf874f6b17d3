"""The geometry of a record as the register's rows hold it: GeoPackage's blob, whoever keeps them.

PostGIS keeps extended WKB; `to_ewkb` and `from_ewkb` turn one into the other without touching a
coordinate.

References
----------
.. [GPKG] OGC 12-128r19, GeoPackage Encoding Standard 1.4: clause 2.1.3 (geometry encoding).
"""

import math
import struct

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import FormatError

__all__ = [
    "SRS_ID",
    "blob_bounds",
    "from_blob",
    "from_ewkb",
    "plain_point",
    "point_blob",
    "point_coordinates",
    "to_blob",
    "to_ewkb",
    "wkb_of",
]

SRS_ID = 4326

_MAGIC = b"GP"
_LITTLE_ENDIAN, _EMPTY = 0x01, 0x10
_ENVELOPE_DOUBLES = (0, 4, 6, 6, 8)
_POINT = struct.Struct("<2sBBiBIdd")
_POINT_HEADER = (_MAGIC, 0, _LITTLE_ENDIAN, SRS_ID, 1, 1)
_POINT_PREFIX = _POINT.pack(*_POINT_HEADER, 0.0, 0.0)[:13]
_ENVELOPE_HEADER = struct.Struct("<2sBBidddd")
_HAS_SRID = 0x20000000
_EWKB_POINT = struct.Struct("<BIIdd")
_EWKB_POINT_PREFIX = _EWKB_POINT.pack(1, 1 | _HAS_SRID, SRS_ID, 0.0, 0.0)[:9].hex().upper()


def point_blob(longitude: float, latitude: float) -> bytes:
    """Return the blob of a point, without an envelope as the standard advises for points."""
    return _POINT.pack(*_POINT_HEADER, longitude, latitude)


def point_coordinates(blob: bytes) -> tuple[float, float]:
    """Return longitude and latitude of a point's blob, exactly as they were stored."""
    if len(blob) == _POINT.size and blob.startswith(_POINT_PREFIX):
        longitude, latitude = _POINT.unpack(blob)[-2:]
        return longitude, latitude
    point = from_blob(blob)
    if not isinstance(point, shapely.Point):
        raise FormatError("errors.geometry_not_point", value=point.geom_type)
    return point.x, point.y


def to_blob(geometry: BaseGeometry) -> bytes:
    """Return the blob of a two-dimensional geometry with its envelope in the header."""
    if isinstance(geometry, shapely.Point) and not geometry.is_empty:
        return point_blob(geometry.x, geometry.y)
    wkb = shapely.to_wkb(geometry, byte_order=1, output_dimension=2)
    if geometry.is_empty:
        return struct.pack("<2sBBi", _MAGIC, 0, _LITTLE_ENDIAN | _EMPTY, SRS_ID) + wkb
    west, south, east, north = geometry.bounds
    flags = _LITTLE_ENDIAN | 1 << 1
    return _ENVELOPE_HEADER.pack(_MAGIC, 0, flags, SRS_ID, west, east, south, north) + wkb


def from_blob(blob: bytes) -> BaseGeometry:
    """Return the geometry of a blob, whoever wrote it.

    Raises
    ------
    FormatError
        If the bytes are not a GeoPackage geometry.
    """
    try:
        return shapely.from_wkb(blob[_header_size(blob) :])
    except (shapely.errors.ShapelyError, ValueError, IndexError) as error:
        raise FormatError("errors.geometry_damaged") from error


def _header_size(blob: bytes) -> int:
    envelope = blob[3] >> 1 & 0x07
    if blob[:2] != _MAGIC or envelope >= len(_ENVELOPE_DOUBLES):
        raise ValueError
    return 8 + 8 * _ENVELOPE_DOUBLES[envelope]


def blob_bounds(blob: bytes) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north from the cheapest place that says it; None: empty."""
    if len(blob) == _POINT.size and blob.startswith(_POINT_PREFIX):
        x, y = _POINT.unpack(blob)[-2:]
        return None if math.isnan(x) or math.isnan(y) else (x, y, x, y)
    if blob[3] & _EMPTY:
        return None
    if _header_size(blob) > 8:
        order = "<" if blob[3] & _LITTLE_ENDIAN else ">"
        west, east, south, north = struct.unpack_from(f"{order}4d", blob, 8)
        return west, south, east, north
    geometry = from_blob(blob)
    if geometry.is_empty:
        return None
    west, south, east, north = geometry.bounds
    return west, south, east, north


def plain_point(blob: bytes | None) -> tuple[float, float] | None:
    """Return the coordinates of a point written as this program writes it, else None: quickly."""
    if blob is not None and len(blob) == _POINT.size and blob.startswith(_POINT_PREFIX):
        x, y = _POINT.unpack(blob)[-2:]
        return x, y
    return None


def wkb_of(blob: bytes) -> bytes:
    """Return the WKB that a blob holds, as it stands there."""
    return blob[_header_size(blob) :]


def to_ewkb(blob: bytes) -> str:
    """Return a blob as PostGIS reads it: extended WKB in hexadecimal digits."""
    place = plain_point(blob)
    if place is not None:
        return _EWKB_POINT.pack(1, 1 | _HAS_SRID, SRS_ID, *place).hex()
    wkb = wkb_of(blob)
    order = "<" if wkb[0] else ">"
    (kind,) = struct.unpack_from(f"{order}I", wkb, 1)
    return (wkb[:1] + struct.pack(f"{order}II", kind | _HAS_SRID, SRS_ID) + wkb[5:]).hex()


def from_ewkb(told: str) -> bytes:
    """Return the blob of what PostGIS wrote, coordinates exactly as they were stored."""
    if len(told) == 2 * _EWKB_POINT.size and told.startswith(_EWKB_POINT_PREFIX):
        return _POINT_PREFIX + bytes.fromhex(told[len(_EWKB_POINT_PREFIX) :])
    return to_blob(shapely.from_wkb(bytes.fromhex(told)))
