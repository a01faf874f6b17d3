"""What a vector tile holds (Mapbox Vector Tile 2.1): the lines and areas of its layers.

Tiles come from outside: the bytes, the features and the vertices of one are bounded, and its
coordinates are kept within a tile's width around it.
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from google.protobuf.message import DecodeError
from mapbox_vector_tile.Mapbox.vector_tile_pb2 import tile as TileMessage  # noqa: N812 - a class
from numpy.typing import NDArray

__all__ = ["Shape", "TileDamagedError", "TileLayer", "read_tile"]

MOST_BYTES: Final = 4 << 20
"""Of one tile, unpacked."""
MOST_FEATURES: Final = 60_000
MOST_VERTICES: Final = 300_000

_LINE, _AREA = 2, 3
_MOVE, _DRAW, _CLOSE = 1, 2, 7
_GZIP_OR_ZLIB: Final = 47
_EXTENTS: Final = range(1, 65_537)
_AROUND: Final = 1.0
_WORDS: Final = ("kind", "class", "pmap:kind", "highway", "kind_detail")
"""Attributes by which the usual schemas say what a feature is."""


class TileDamagedError(Exception):
    """A tile is none, or larger than any that is drawn."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A feature.

    Attributes
    ----------
    area : bool
        Whether it is an area, by rings; else lines.
    word : str
        What the tile says it is, in the words of its schema; empty where it does not.
    parts : tuple of ndarray, shape (n, 2)
        Lines or rings, in shares of the tile's side, from its upper left corner.
    """

    area: bool
    word: str
    parts: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True)
class TileLayer:
    """A layer of a tile."""

    name: str
    shapes: tuple[Shape, ...]


def read_tile(content: bytes, *, hidden: Collection[str] = ()) -> list[TileLayer]:
    """Return the layers of a tile.

    Parameters
    ----------
    content : bytes
        The tile, as it is or packed by gzip.
    hidden : collection of str
        Layers that are not wanted.

    Raises
    ------
    TileDamagedError
        If it is no vector tile, or holds more than is drawn.
    """
    message = TileMessage()
    try:
        message.ParseFromString(_unpacked(content))
    except DecodeError as error:
        raise TileDamagedError from error
    wanted = [layer for layer in message.layers if layer.name not in hidden]
    if sum(len(layer.features) for layer in wanted) > MOST_FEATURES:
        raise TileDamagedError
    left = MOST_VERTICES
    found = []
    for layer in wanted:
        shapes, left = _shapes(layer, left)
        found.append(TileLayer(layer.name, shapes))
    return found


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        plain = content
    else:
        try:
            plain = zlib.decompressobj(_GZIP_OR_ZLIB).decompress(content, MOST_BYTES + 1)
        except zlib.error as error:
            raise TileDamagedError from error
    if len(plain) > MOST_BYTES:
        raise TileDamagedError
    return plain


def _shapes(layer: Any, left: int) -> tuple[tuple[Shape, ...], int]:
    """Return the shapes of a layer, and how many more vertices a tile may have."""
    if layer.extent not in _EXTENTS:
        raise TileDamagedError
    naming = {place: key for place, key in enumerate(layer.keys) if key in _WORDS}
    shapes = []
    for feature in layer.features:
        if feature.type not in (_LINE, _AREA):
            continue
        left -= len(feature.geometry) // 2
        if left < 0:
            raise TileDamagedError
        parts = _parts(np.array(feature.geometry, dtype=np.int64), layer.extent)
        shapes.append(Shape(feature.type == _AREA, _word(feature, layer, naming), parts))
    return tuple(shapes), left


def _word(feature: Any, layer: Any, naming: dict[int, str]) -> str:
    told = {}
    for key, value in zip(feature.tags[::2], feature.tags[1::2], strict=False):
        if key in naming and value < len(layer.values):
            told[naming[key]] = layer.values[value].string_value
    return next((told[name] for name in _WORDS if told.get(name)), "")


def _parts(values: NDArray[np.int64], extent: int) -> tuple[NDArray[np.float64], ...]:
    """Return the lines or rings of a geometry (specification, 4.3)."""
    steps = (values >> 1) ^ -(values & 1)
    at, here = 0, np.zeros(2, dtype=np.int64)
    parts: list[list[NDArray[np.int64]]] = []
    while at < len(values):
        command, count = int(values[at]) & 7, int(values[at]) >> 3
        at += 1
        if command == _CLOSE:
            continue
        end = at + 2 * count
        if command not in (_MOVE, _DRAW) or not count or end > len(values):
            raise TileDamagedError
        places = here + np.cumsum(steps[at:end].reshape(-1, 2), axis=0)
        at, here = end, places[-1]
        if command == _MOVE:
            parts.append([places[-1:]])
        elif not parts:
            raise TileDamagedError
        else:
            parts[-1].append(places)
    drawn = (np.concatenate(part) / extent for part in parts if len(part) > 1)
    return tuple(np.clip(part, -_AROUND, 1.0 + _AROUND) for part in drawn)
