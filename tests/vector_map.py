"""A small background map of vector tiles, written as the specification of PMTiles 3 says."""

import gzip
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from shapely import LineString, Point, Polygon, box

from gis.basemap import tile_number

__all__ = ["LAYERS", "tile_of", "write_vector_map"]

Place = tuple[int, int, int]
LAYERS: list[dict[str, Any]] = [
    {
        "name": "water",
        "features": [
            {
                "geometry": Polygon(
                    box(500, 500, 3500, 3500).exterior, [box(1500, 1500, 2500, 2500).exterior]
                ),
                "properties": {"kind": "lake"},
            }
        ],
    },
    {
        "name": "roads",
        "features": [
            {"geometry": LineString([(0, 300), (4096, 300)]), "properties": {"kind": "highway"}},
            {"geometry": LineString([(0, 3800), (4096, 3800)]), "properties": {"kind": "path"}},
        ],
    },
    {
        "name": "made_up",
        "features": [{"geometry": LineString([(200, 0), (200, 4096)]), "properties": {}}],
    },
    {"name": "places", "features": [{"geometry": Point(9, 9), "properties": {"name": "Ấp"}}]},
]
"""A lake with an island, two roads, a layer of no schema, and a name; up is north."""


def tile_of(layers: Sequence[Mapping[str, Any]]) -> bytes:
    """A vector tile of layers in 4096 units."""
    return bytes(mapbox_vector_tile.encode(list(layers)))


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def write_vector_map(
    file: Path,
    tiles: Mapping[Place, bytes],
    *,
    packed: int = 2,
    levels: tuple[int, int] | None = None,
) -> Path:
    """Write a map of tiles by level, column and row; `packed` 1 as they are, 2 by gzip."""
    numbered = sorted((tile_number(*place), content) for place, content in tiles.items())
    contents = [gzip.compress(one) if packed == 2 else one for _, one in numbered]
    numbers = [number for number, _ in numbered]
    steps = [now - before for before, now in zip([0, *numbers], numbers, strict=False)]
    lengths = [len(one) for one in contents]
    offsets = [sum(lengths[:place]) + 1 for place in range(len(lengths))]
    values = [len(numbers), *steps, *[1] * len(numbers), *lengths, *offsets]
    root = b"".join(map(_varint, values))
    lowest, highest = levels or (min(p[0] for p in tiles), max(p[0] for p in tiles))
    at = 127 + len(root)
    header = struct.pack(
        "<7sB11Q6B", b"PMTiles", 3, 127, len(root), at, 0, at, 0, at, sum(lengths),
        len(numbers), len(numbers), len(numbers), 1, 1, packed, 1, lowest, highest,
    )  # fmt: skip
    file.write_bytes(header.ljust(127, b"\0") + root + b"".join(contents))
    return file
