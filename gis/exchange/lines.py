"""Lines of rows: from a geometry or a cell of WKT, or straight where a row says only its ends."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString

from gis.exchange.extent import Extent
from gis.exchange.places import Place
from gis.exchange.table import Row, Table
from gis.geodesy import WGS84, distance_km, to_wgs84
from gis.register.structures import Structure

__all__ = ["LineProblem", "Vertices", "drawn", "line_of", "straight", "vertices_of"]

Vertices = tuple[tuple[float, float], ...]
"""East and north of each vertex, in the system of the file."""

_END_WITHIN_KM = 0.2
_SRID = re.compile(r"\s*SRID\s*=\s*\d+\s*;", re.IGNORECASE)
_LONGEST_WKT = 32_767


class LineProblem(NamedTuple):
    """Why a line cannot be taken: the reason and its values."""

    reason: str
    values: Mapping[str, object]


def vertices_of(row: Row, table: Table, cell: object) -> Vertices | str | None:
    """Return the vertices of a row's line as they stand, a reason why not, or None without any."""
    if table.has_points and row.line is not None:
        return row.line
    if isinstance(cell, str) and cell.strip():
        return _of_wkt(cell)
    if cell is not None:
        return "not_a_line"
    if table.has_points and (row.point is not None or row.geometry_problem is not None):
        return "not_a_line"
    return None


def _of_wkt(text: str) -> Vertices | str:
    if len(text) > _LONGEST_WKT:
        return "not_a_line"
    try:
        shape = shapely.from_wkt(_SRID.sub("", text))
    except shapely.errors.GEOSException:
        return "not_a_line"
    if isinstance(shape, shapely.MultiLineString) and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if not isinstance(shape, LineString) or shape.is_empty:
        return "not_a_line"
    found = tuple((float(x), float(y)) for x, y in shapely.get_coordinates(shape))
    return found if np.isfinite(np.array(found)).all() else "not_a_line"


def line_of(
    vertices: Vertices, place: Place, ends: tuple[Structure, Structure], extent: Extent
) -> LineString | LineProblem:
    """Return a line in WGS 84, or why it cannot be that of its row.

    Its ends must lie within 200 m of the two structures, one way or the other round.
    """
    found = drawn(vertices, place, extent)
    if isinstance(found, LineProblem):
        return found
    lon, lat = shapely.get_coordinates(found).T
    off = min(_off_km(lon, lat, ends), _off_km(lon[::-1], lat[::-1], ends))
    if off > _END_WITHIN_KM:
        return LineProblem(
            "line_ends", {"distance": round(off * 1000), "within": round(_END_WITHIN_KM * 1000)}
        )
    return found


def drawn(vertices: Vertices, place: Place, extent: Extent) -> LineString | LineProblem:
    """Return a line in WGS 84, or why it is none or lies outside."""
    given = np.array(vertices, dtype=np.float64)
    if place.swapped:
        given = given[:, ::-1]
    if len(given) < 2 or not (np.ptp(given, axis=0) > 0).any():
        return LineProblem("not_a_line", {})
    lon, lat = to_wgs84(given[:, 0], given[:, 1], WGS84 if place.epsg is None else place.epsg)
    if not extent.holds(np.asarray(lon), np.asarray(lat)).all():
        return LineProblem("line_outside", {"province": extent.name or "Việt Nam"})
    return LineString(np.column_stack((lon, lat)))


def straight(ends: tuple[Structure, Structure]) -> LineString | LineProblem:
    """Return the straight line between two structures."""
    first, last = ((end.longitude, end.latitude) for end in ends)
    return LineProblem("ends_at_one_place", {}) if first == last else LineString([first, last])


def _off_km(
    lon: NDArray[np.float64], lat: NDArray[np.float64], ends: tuple[Structure, Structure]
) -> float:
    """Return how far the worse end of a line lies from its structure."""
    return max(
        float(distance_km(lon[index], lat[index], end.longitude, end.latitude))
        for index, end in zip((0, -1), ends, strict=True)
    )
