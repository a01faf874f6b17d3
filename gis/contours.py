"""Contours of a gridded quantity as GeoJSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry import mapping

from gis.raster import Grid
from gis.tracing import rings_at

__all__ = ["area_above_km2", "contour_features", "contour_polygon", "geojson_text"]

Floats = NDArray[np.float64]
Values = NDArray[np.floating[Any]]
Indices = NDArray[np.int32]

_DECIMALS = 6  # 0.1 m


def contour_polygon(values: Values, grid: Grid, level: float) -> MultiPolygon:
    """Return the area where a quantity reaches a level, by linear interpolation of centres.

    Parameters
    ----------
    values : ndarray, shape (height, width)
        The quantity at the pixel centres; NaN where unknown, and never inside the area.
    grid : Grid
        Where the values are.
    level : float
        The level, in the unit of the values.

    Returns
    -------
    MultiPolygon
        In degrees, coordinates rounded to 0.1 m, empty where the level is never reached.
    """
    cells, starts, outer = rings_at(values, level)
    if outer.size == 0:
        return MultiPolygon()
    corner = np.array([grid.west_deg, grid.north_deg])
    pixel = np.array([grid.pixel_width_deg, -grid.pixel_height_deg])
    points = np.round(corner + (cells + 0.5) * pixel, _DECIMALS)
    wide = _twice_areas(points, starts) != 0
    kept = np.flatnonzero(wide & wide[outer])
    if kept.size == 0:
        return MultiPolygon()
    kept = kept[np.argsort(outer[kept], kind="stable")]
    of_point = np.repeat(np.arange(outer.size), np.diff(starts))
    rings = np.asarray(shapely.linearrings(points, indices=of_point))
    _, polygon = np.unique(outer[kept], return_inverse=True)
    return _valid(np.asarray(shapely.polygons(rings[kept], indices=polygon)))


def contour_features(
    values: Values,
    grid: Grid,
    levels: Sequence[float],
    *,
    level_name: str,
    properties: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a GeoJSON feature collection of the areas at or above each level.

    Parameters
    ----------
    values, grid
        As in `contour_polygon`.
    levels : sequence of float
        Levels, in the unit of the values.
    level_name : str
        Name of the property that holds the level, with its unit: `level_dbuvm`.
    properties : mapping
        Further properties of each feature.
    """
    features = []
    for level in levels:
        area = contour_polygon(values, grid, level)
        features.append(
            {
                "type": "Feature",
                "properties": {
                    **properties,
                    level_name: level,
                    "area_km2": area_above_km2(values, grid, level),
                },
                "geometry": mapping(area),
            }
        )
    return {"type": "FeatureCollection", "features": features}


def geojson_text(collection: Mapping[str, Any]) -> bytes:
    """Return a feature collection as JSON on one line, UTF-8; outlines have many numbers."""
    written = json.dumps(
        collection, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return written.encode() + b"\n"


def area_above_km2(values: Values, grid: Grid, level: float) -> float:
    """Return the area of the pixels whose value reaches a level; NaN does not."""
    reached = np.count_nonzero(values >= level, axis=1)
    return float(reached @ grid.pixel_areas_km2()[:, 0])


def _twice_areas(points: Floats, starts: Indices) -> Floats:
    """Return twice the signed area of closed rings that lie one after another."""
    first = np.repeat(points[starts[:-1]], np.diff(starts), axis=0)
    x, y = (points - first).T
    products: Floats = np.zeros(x.size)
    products[1:] = x[:-1] * y[1:] - x[1:] * y[:-1]
    products[starts[:-1]] = 0.0  # from one ring to the next
    return np.asarray(np.add.reduceat(products, starts[:-1]))


def _valid(polygons: NDArray[np.object_]) -> MultiPolygon:
    """Join polygons; where rounding made one touch itself it is repaired."""
    broken = ~np.asarray(shapely.is_valid(polygons))
    polygons[broken] = shapely.make_valid(polygons[broken])
    parts = shapely.get_parts(shapely.get_parts(polygons))  # a collection may hold collections
    return MultiPolygon([part for part in parts if isinstance(part, Polygon)])
