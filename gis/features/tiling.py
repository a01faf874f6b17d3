"""Collections as vector tiles (Mapbox Vector Tile, version 2), each caller its share.

A point lies in exactly one tile of a level, so the tiles of a level together have every point
once. A tile holds at most `MOST` features. Where more points lie, one stands for all in its cell
of a grid, and `COUNTED` says for how many; of more lines and areas the largest are kept. What is
smaller than a unit of the tile is no line and no area there.

References
----------
.. [MVT] Mapbox Vector Tile Specification, version 2.1.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.features.collections import Collection
from gis.features.reading import Asked, Choice, Feature, FeatureReader
from gis.register.blobs import blob_bounds
from gis.web_mercator import Tile, fractions

__all__ = ["COUNTED", "EXTENT", "MOST", "VectorTile", "vector_tile"]

EXTENT: Final = 4096
"""Units along a side of a tile."""

MOST: Final = 4096
"""Most features of a tile."""

COUNTED: Final = "point_count"
"""The property that says for how many points one stands."""

_CELLS: Final = 64
"""Cells along a side of a tile, where its points are too many; their square is `MOST`."""

_BUFFER: Final = 64
"""How far lines and areas go on beyond a tile, in its units, so that no edge shows."""


@dataclass(frozen=True, slots=True)
class VectorTile:
    """A tile that was made.

    Attributes
    ----------
    content : bytes
        The tile; empty where nothing lies in it.
    matched : int
        How many features lie there.
    features : sequence of Feature
        Those that the tile has.
    """

    content: bytes
    matched: int
    features: Sequence[Feature]


def vector_tile(
    reader: FeatureReader,
    collection: Collection,
    tile: Tile,
    time: tuple[date | None, date | None] | None = None,
) -> VectorTile:
    """Return a tile of a collection as the reader's caller may see it.

    Parameters
    ----------
    reader : FeatureReader
        Who reads.
    collection : Collection
        One with places.
    tile : Tile
        Which tile.
    time : tuple of date or None, optional
        First and last day: what was there on a day between.
    """
    asked = Asked(boxes=(tile.bounds_deg(_BUFFER / EXTENT),), time=time)
    choose = _points_chosen if collection.geometry == "Point" else _largest
    features, choice = reader.few(collection, asked, MOST, partial(choose, tile))
    places = _placed(features, tile)
    found = [(one, place) for one, place in zip(features, places, strict=True) if place]
    matched = len(found) if choice is None else choice.matched
    content = _encoded(collection, found, choice.counts if choice else {}) if found else b""
    return VectorTile(content, matched, [one for one, _ in found])


def _points_chosen(tile: Tile, ids: Sequence[str], blobs: Sequence[bytes]) -> Choice:
    """Choose the first point of each cell, and count the points of the cell."""
    boxes = _bounds(blobs)
    place = _units(boxes[:, :2], tile)
    inside = _within(place)
    cells = (place // (EXTENT // _CELLS)).astype(np.int64)
    numbers = np.where(inside, cells[:, 1] * _CELLS + cells[:, 0], -1)
    found, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    cells_with = zip(found, first, counts, strict=True)
    chosen = {ids[at]: int(count) for number, at, count in cells_with if number >= 0}
    return Choice(list(chosen), int(inside.sum()), chosen)


def _largest(_: Tile, ids: Sequence[str], blobs: Sequence[bytes]) -> Choice:
    """Choose the features of the largest boxes."""
    boxes = _bounds(blobs)
    sizes = np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    kept = np.argsort(-sizes, kind="stable")[:MOST]
    return Choice([ids[at] for at in kept], len(ids))


def _bounds(blobs: Sequence[bytes]) -> NDArray[np.float64]:
    nowhere = (np.nan,) * 4
    return np.array([blob_bounds(one) or nowhere for one in blobs], dtype=np.float64)


def _units(points: NDArray[np.float64], tile: Tile) -> NDArray[np.float64]:
    """Return longitudes and latitudes in units of a tile, from its north-western corner."""
    x, y = fractions(points[:, 0], points[:, 1])
    scale = EXTENT * 2.0**tile.level
    return np.stack([x * scale - tile.column * EXTENT, y * scale - tile.row * EXTENT], axis=-1)


def _within(place: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(((place >= 0) & (place < EXTENT)).all(axis=1))


def _placed(features: Sequence[Feature], tile: Tile) -> list[BaseGeometry | None]:
    """Return where each feature lies in a tile, None where nothing of it does."""
    shapes = np.array([_shape(one) for one in features], dtype=object)
    if not len(shapes):
        return []
    moved = shapely.transform(shapes, partial(_units, tile=tile))
    points = shapely.get_type_id(moved) == 0
    places = np.empty(len(moved), dtype=object)
    if points.any():
        known = shapely.get_coordinates(moved[points])
        there: Any = shapely.points(np.floor(known))
        places[points] = np.where(_within(known), there, np.array(None))
    if not points.all():
        places[~points] = _cut(moved[~points])
    return [None if one is None or one.is_empty else one for one in places]


def _shape(one: Feature) -> BaseGeometry | None:
    return shapely.Point(one.geometry) if isinstance(one.geometry, tuple) else one.geometry


def _cut(shapes: NDArray[Any]) -> list[BaseGeometry]:
    """Return lines and areas cut to a tile, in whole units, without what nobody could see."""
    side = EXTENT + _BUFFER
    dimensions, broken = shapely.get_dimensions(shapes), ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    cut = shapely.clip_by_rect(shapes, -_BUFFER, -_BUFFER, side, side)
    whole = shapely.set_precision(shapely.simplify(cut, 1.0), 1.0)
    return [
        _of_dimension(one, int(dimension))
        for one, dimension in zip(whole, dimensions, strict=True)
    ]


def _of_dimension(shape: BaseGeometry, dimension: int) -> BaseGeometry:
    """Return the parts of a geometry that are lines, or areas: a touching corner is neither."""
    if shape.geom_type != "GeometryCollection":
        return shape
    parts = [one for one in shapely.get_parts(shape) if shapely.get_dimensions(one) == dimension]
    return shapely.union_all(parts)


def _encoded(
    collection: Collection,
    found: Sequence[tuple[Feature, BaseGeometry]],
    counts: Mapping[str, int],
) -> bytes:
    features = []
    for one, place in found:
        told = {"id": one.id, **one.properties}
        if counts:
            told[COUNTED] = counts[one.id]
        features.append({"geometry": place, "properties": _told(told)})
    options = {"extents": EXTENT, "y_coord_down": True}
    content: bytes = mapbox_vector_tile.encode(
        [{"name": collection.id, "features": features}], default_options=options
    )
    return content


def _told(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a tile can hold: no list, and nothing where nothing is known."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in properties.items()
        if value is not None
    }
