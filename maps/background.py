"""A background map of vector tiles as pictures: calm, without names, drawn when asked for."""

import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw

from data import path
from gis.basemap import Basemap
from gis.errors import FormatError
from gis.tile_shapes import Shape, TileDamagedError, TileLayer, read_tile

__all__ = ["background_tile", "deepest", "tile_picture"]

_DEEPER: Final = 4
"""Levels beyond the last of a file that are drawn from it."""

_SIDE: Final = 512
_SHARE: Final = _SIDE / 256
_EDGE: Final = 8
_MOST_DRAWN: Final = 60 * _SIDE * _SIDE
"""Pixels that all lines of a tile may be long together."""
_KEPT: Final = 512


@dataclass(frozen=True, slots=True)
class _Style:
    """How a layer is drawn: palette entries, and the width of a line in pixels."""

    rank: int
    area: int | None
    line: int
    width: float


@dataclass(frozen=True, slots=True)
class _Look:
    """How a tile is drawn: the palette, the styles of layers by their name, and of all others."""

    palette: tuple[int, ...]
    styles: dict[str, _Style]
    other: _Style
    main: frozenset[str]
    main_width: float
    hidden: frozenset[str]


@cache
def _look() -> _Look:
    told: dict[str, Any] = tomllib.loads(path("tables/background.toml").read_text("utf-8"))
    colours = [told["land"], told["other"]]
    styles: dict[str, _Style] = {}
    for rank, one in enumerate(told["layer"]):
        style = _Style(rank, len(colours), len(colours) + 1, one["width"])
        colours += [one["area"], one["line"]]
        styles |= dict.fromkeys(one["names"], style)
    return _Look(
        palette=tuple(part for colour in colours for part in ImageColor.getrgb(colour)),
        styles=styles,
        other=_Style(len(told["layer"]), None, 1, 0.5),
        main=frozenset(told["main"]),
        main_width=told["main_width"],
        hidden=frozenset(told["hidden"]),
    )


def deepest(basemap: Basemap) -> int:
    """Return the last level that a map has, or that is drawn of it."""
    return basemap.highest + (_DEEPER if basemap.vector else 0)


@lru_cache(maxsize=_KEPT)
def background_tile(basemap: Basemap, level: int, column: int, row: int) -> bytes | None:
    """Return the picture of a tile of a vector map, PNG; None where the file has none.

    Beyond the last level of the file a part of its tile is drawn larger, sharp.

    Raises
    ------
    FormatError
        If the tile is damaged, or holds more than is drawn.
    """
    deeper = max(0, level - basemap.highest)
    if deeper > _DEEPER:
        return None
    content = basemap.tile(level - deeper, column >> deeper, row >> deeper)
    if content is None:
        return None
    try:
        layers = read_tile(content, hidden=_look().hidden)
        inside = (column & ((1 << deeper) - 1), row & ((1 << deeper) - 1))
        return tile_picture(layers, 1 << deeper, inside)
    except TileDamagedError as error:
        raise FormatError("maps.basemap_damaged", file=basemap.file.name) from error


def tile_picture(
    layers: list[TileLayer], times: int = 1, inside: tuple[int, int] = (0, 0)
) -> bytes:
    """Return the picture of a tile, PNG, twice as wide as it is shown.

    Parameters
    ----------
    layers : list of TileLayer
        What it holds.
    times : int
        How many times larger it is drawn.
    inside : tuple of int
        Which of its parts is drawn then, to the right and down.

    Raises
    ------
    TileDamagedError
        If its lines are longer than those of any map.
    """
    look = _look()
    picture = Image.new("P", (_SIDE, _SIDE), 0)
    picture.putpalette(look.palette)
    pen = ImageDraw.Draw(picture)
    drawn = 0.0
    for style, shape in _in_order(layers, look):
        parts = [(part * times - inside) * _SIDE for part in shape.parts]
        parts = [part for part in parts if _meets(part)]
        if shape.area and style.area is not None:
            _fill(picture, pen, parts, style.area)
            continue
        wide = look.main_width if shape.word in look.main else style.width
        for line in (run for part in parts for run in _seen(part)):
            drawn += float(np.abs(np.diff(line, axis=0)).sum())
            if drawn > _MOST_DRAWN:
                raise TileDamagedError
            pen.line(line.ravel().tolist(), fill=style.line, width=max(1, round(wide * _SHARE)))
    written = io.BytesIO()
    picture.save(written, format="PNG", optimize=True)
    return written.getvalue()


def _in_order(layers: list[TileLayer], look: _Look) -> Iterator[tuple[_Style, Shape]]:
    """Yield what is drawn, the lowest first; main roads over others."""
    styled = [(look.styles.get(layer.name, look.other), layer) for layer in layers]
    for style, layer in sorted(styled, key=lambda pair: pair[0].rank):
        for shape in sorted(layer.shapes, key=lambda one: (not one.area, one.word in look.main)):
            yield style, shape


def _meets(part: NDArray[np.float64]) -> bool:
    low, high = part.min(axis=0), part.max(axis=0)
    return bool((low <= _SIDE + _EDGE).all() and (high >= -_EDGE).all())


def _seen(line: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Yield the stretches of a line whose segments may be seen."""
    low, high = np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])
    seen = ((low <= _SIDE + _EDGE) & (high >= -_EDGE)).all(axis=1)
    turns = np.flatnonzero(np.diff(seen, prepend=False, append=False))
    for begin, end in turns.reshape(-1, 2):
        yield line[begin : end + 1]


def _fill(
    picture: Image.Image, pen: ImageDraw.ImageDraw, rings: list[NDArray[np.float64]], colour: int
) -> None:
    """Fill rings: outer ones turn one way, holes the other (specification, 4.3.4.4)."""
    turns = [_turns_right(ring) for ring in rings]
    if all(turns):
        for ring in rings:
            pen.polygon(ring.ravel().tolist(), fill=colour)
        return
    mask = Image.new("1", picture.size, 0)
    cut = ImageDraw.Draw(mask)
    for ring, outer in zip(rings, turns, strict=True):
        cut.polygon(ring.ravel().tolist(), fill=int(outer))
    pen.bitmap((0, 0), mask, fill=colour)


def _turns_right(ring: NDArray[np.float64]) -> bool:
    """Return whether a ring turns clockwise where down is positive: whether it is an outer one."""
    x, y = ring.T
    return bool(np.dot(x, np.roll(y, -1)) >= np.dot(y, np.roll(x, -1)))
