"""Contours of a gridded quantity as GeoJSON."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import contourpy
import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, make_valid
from shapely.geometry import mapping

from gis.raster import Grid

__all__ = ["area_above_km2", "contour_features", "contour_polygon"]

Floats = NDArray[np.float64]

_Filled = tuple[list[Floats], list[NDArray[np.uint32]]]
_DECIMALS = 6  # 0.1 m


def contour_polygon(values: Floats, grid: Grid, level: float) -> MultiPolygon:
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
    masked = np.ma.masked_invalid(np.asarray(values, dtype=np.float64))
    if min(grid.shape) < 2 or masked.count() == 0:
        return MultiPolygon()
    generator = contourpy.contour_generator(
        grid.longitudes,
        grid.latitudes,
        masked,
        name="serial",
        corner_mask=True,
        fill_type=contourpy.FillType.OuterOffset,
    )
    points, offsets = cast("_Filled", generator.filled(level, np.inf))
    polygons = [
        _polygon(ring_points, ring_offsets)
        for ring_points, ring_offsets in zip(points, offsets, strict=True)
    ]
    return _multi([polygon for polygon in polygons if polygon is not None])


def contour_features(
    values: Floats,
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


def area_above_km2(values: Floats, grid: Grid, level: float) -> float:
    """Return the area of the pixels whose value reaches a level; NaN does not."""
    reached = np.asarray(values, dtype=np.float64) >= level
    return float((reached * grid.pixel_areas_km2()).sum())


def _polygon(points: Floats, offsets: NDArray[np.uint32]) -> Polygon | None:
    rings = [np.round(points[start:end], _DECIMALS) for start, end in pairwise(offsets)]
    shell, *holes = rings
    if len(np.unique(shell, axis=0)) < 3:
        return None
    polygon = Polygon(shell, [hole for hole in holes if len(np.unique(hole, axis=0)) >= 3])
    return polygon if polygon.area > 0 else None


def _multi(polygons: Sequence[Polygon]) -> MultiPolygon:
    """Join polygons; where rounding made one touch itself it is repaired."""
    parts: list[Polygon] = []
    for polygon in polygons:
        valid = polygon if polygon.is_valid else make_valid(polygon)
        for part in getattr(valid, "geoms", [valid]):
            if isinstance(part, Polygon):
                parts.append(part)
    return MultiPolygon(parts)
