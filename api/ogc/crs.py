"""Coordinate reference systems by their URIs (OGC API - Features, part 2: 18-058r1).

Axes stand as each system's authority orders them: latitude first in EPSG:4326 and EPSG:4756,
longitude first in CRS84, east first in the grids.
"""

import re
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api.errors import BadParameterError
from gis.geodesy import PROJECTIONS, VN2000, WGS84, from_wgs84, is_projected, to_wgs84

__all__ = ["CRS84", "KNOWN", "Place", "area_of", "coordinates_in", "epsg_of", "uri_of"]

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
    unit = "m" if is_projected(epsg) else "°"
    if max(map(abs, sides)) > _FARTHEST[unit]:
        raise BadParameterError("ogc.bbox_off", value=", ".join(map(str, sides)), unit=unit)
    low, high = sides[:2], sides[2:]
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1]), low])
    steps = np.linspace(0, 4, 4 * _STEPS + 1)
    first, second = (np.interp(steps, range(5), axis) for axis in corners.T)
    east, north = (second, first) if epsg in _LATITUDE_FIRST else (first, second)
    points = np.stack(to_wgs84(east, north, epsg), axis=-1)
    if not np.isfinite(points).all() or np.abs(points).max() > _FARTHEST["°"]:
        raise BadParameterError("ogc.bbox_off", value=", ".join(map(str, sides)), unit=unit)
    area = shapely.Polygon([*points[:-1], points[0]])
    return area if area.is_valid and area.area > 0 else shapely.LineString(points)
