"""Coordinate reference systems by their URIs (OGC API - Features, part 2: 18-058r1).

Axes stand as each system's authority orders them: latitude first in EPSG:4326 and EPSG:4756,
longitude first in CRS84, east first in the grids.
"""

import re
from functools import partial
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api.errors import BadParameterError
from gis.errors import FormatError
from gis.geodesy import PROJECTIONS, VN2000, WGS84, from_wgs84, is_projected, to_wgs84

__all__ = [
    "CRS84",
    "KNOWN",
    "Place",
    "area_of",
    "coordinates_in",
    "epsg_of",
    "in_degrees",
    "uri_of",
]

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_URI: Final = "http://www.opengis.net/def/crs/EPSG/0/{}"
_EPSG: Final = re.compile(r"http://www\.opengis\.net/def/crs/EPSG/[0-9.]+/(\d{4,5})", re.ASCII)
_LATITUDE_FIRST: Final = frozenset({WGS84, VN2000})
_STEPS: Final = 32
_FARTHEST: Final = {"m": 2e7, "°": 360.0}
"""How far from its origin a coordinate of a system can be said to lie."""

Place = BaseGeometry | tuple[float, float]


def uri_of(epsg: int | None) -> str:
    """Return the URI of a system; None is CRS84."""
    return CRS84 if epsg is None else _URI.format(epsg)


KNOWN: Final = tuple(uri_of(code) for code in (None, WGS84, VN2000, *PROJECTIONS))
"""Every system in which features are given, the default first."""


def epsg_of(name: str, uri: str | None) -> int | None:
    """Return the EPSG code of a URI, None for CRS84 and where nothing is asked.

    Raises
    ------
    BadParameterError
        If it is none of those known here.
    """
    if uri is None or uri == CRS84:
        return None
    found = _EPSG.fullmatch(uri)
    if found is None or uri_of(int(found[1])) not in KNOWN:
        raise BadParameterError("ogc.crs_unknown", name=name, value=uri[:120])
    return int(found[1])


def coordinates_in(place: Place, epsg: int | None) -> dict[str, Any]:
    """Return the GeoJSON of a place in a system, its axes in the system's order."""
    if isinstance(place, tuple):
        return {"type": "Point", "coordinates": _moved(place, epsg)}
    if epsg is not None:
        place = shapely.transform(place, lambda points: _all_moved(points, epsg))
    found: dict[str, Any] = shapely.geometry.mapping(place)
    return found


def _moved(point: tuple[float, float], epsg: int | None) -> tuple[float, float]:
    if epsg is None:
        return point
    x, y = _all_moved(np.array([point]), epsg)[0]
    return float(x), float(y)


def _all_moved(points: Any, epsg: int) -> Any:
    first, second = from_wgs84(points[:, 0], points[:, 1], epsg)
    ordered = (second, first) if epsg in _LATITUDE_FIRST else (first, second)
    return np.stack(ordered, axis=-1)


def area_of(sides: tuple[float, float, float, float], epsg: int) -> BaseGeometry:
    """Return a box of a system as an area in degrees, its sides in small steps.

    Parameters
    ----------
    sides : tuple of float
        Lower corner and upper corner, axes in the system's order.
    epsg : int
        The system.

    Raises
    ------
    BadParameterError
        If it does not lie on the Earth.
    """
    low, high = sides[:2], sides[2:]
    line = shapely.LineString([low, (high[0], low[1]), high, (low[0], high[1]), low])
    try:
        edge = in_degrees(line, epsg)
    except FormatError as error:
        said = ", ".join(map(str, sides))
        raise BadParameterError("ogc.bbox_off", value=said, unit=_unit(epsg)) from error
    area = shapely.Polygon(edge.coords)
    return area if area.is_valid and area.area > 0 else edge


def in_degrees(shape: BaseGeometry, epsg: int) -> BaseGeometry:
    """Return a shape of a system, its axes in the system's order, in degrees.

    Its sides go in small steps: what is straight in a grid is not straight in degrees.

    Raises
    ------
    FormatError
        If it does not lie on the Earth.
    """
    if not np.abs(shape.bounds).max() <= _FARTHEST[_unit(epsg)]:
        raise FormatError("ogc.shape_off", value=shape.wkt[:80], unit=_unit(epsg))
    step = shape.length / (4 * _STEPS)
    fine = shapely.segmentize(shape, step) if step > 0 else shape
    moved = shapely.transform(fine, partial(_all_back, epsg=epsg))
    points = shapely.get_coordinates(moved)
    if not np.isfinite(points).all() or np.abs(points).max() > _FARTHEST["°"]:
        raise FormatError("ogc.shape_off", value=shape.wkt[:80], unit=_unit(epsg))
    return moved


def _all_back(points: Any, epsg: int) -> Any:
    first, second = points[:, 0], points[:, 1]
    east, north = (second, first) if epsg in _LATITUDE_FIRST else (first, second)
    return np.stack(to_wgs84(east, north, epsg), axis=-1)


def _unit(epsg: int) -> str:
    return "m" if is_projected(epsg) else "°"
