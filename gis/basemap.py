"""A background map in one file: PMTiles, version 3, of pictures or of vector tiles.

The layout is that of the PMTiles specification, version 3: a header of 127 bytes, directories of
varints, tiles numbered along the Hilbert curve of their level. The file is read in place, a tile
and at most four directories at a time; sizes are bounded before anything is read.
"""

import gzip
import io
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from gis.errors import FormatError
from gis.tile_shapes import TileDamagedError, read_tile

__all__ = ["Basemap", "open_basemap", "tile_number"]

_HEADER: Final = struct.Struct("<7sB11Q6B")
_MOST_DIRECTORY_BYTES: Final = 16 << 20
_MOST_TILE_BYTES: Final = 4 << 20
_DEEPEST: Final = 4
_GZIP, _PLAIN = 2, 1
_VECTOR: Final = 1
_TYPES: Final = {2: "image/png", 3: "image/jpeg", 4: "image/webp"}
_DEEPEST_LEVEL: Final = 26


@dataclass(frozen=True, slots=True)
class Basemap:
    """A background map that was opened.

    Attributes
    ----------
    file : Path
        Where it lies.
    media_type : str
        What its tiles are as pictures; vector tiles are drawn as PNG.
    vector : bool
        Whether its tiles are vector tiles.
    lowest, highest : int
        Its levels.
    root : tuple of int
        Offset and length of the first directory.
    leaves_at, tiles_at : int
        Where further directories and the tiles begin.
    zipped : bool
        Whether directories are compressed.
    """

    file: Path
    media_type: str
    vector: bool
    lowest: int
    highest: int
    root: tuple[int, int]
    leaves_at: int
    tiles_at: int
    zipped: bool

    def tile(self, level: int, column: int, row: int) -> bytes | None:
        """Return a tile as it is in the file; None where there is none.

        Raises
        ------
        FormatError
            If the file is not what its header says.
        """
        side = 1 << level if 0 <= level <= _DEEPEST_LEVEL else 0
        if not (self.lowest <= level <= self.highest and 0 <= column < side and 0 <= row < side):
            return None
        return self._numbered(tile_number(level, column, row))

    def first_tile(self) -> bytes | None:
        """Return the tile of the lowest number; None of an empty file.

        Raises
        ------
        FormatError
            As `tile`.
        """
        numbers = _directory(self, *self.root).numbers
        return self._numbered(numbers[0]) if numbers else None

    def _numbered(self, wanted: int) -> bytes | None:
        offset, length = self.root
        for _ in range(_DEEPEST):
            found = _directory(self, offset, length).find(wanted)
            if found is None:
                return None
            offset, length, run = found
            if run:
                return _read(self.file, self.tiles_at + offset, length, _MOST_TILE_BYTES)
            offset += self.leaves_at
        raise FormatError("maps.basemap_damaged", file=self.file.name)


@dataclass(frozen=True, slots=True)
class _Directory:
    """Entries by the number of their first tile: offset, length, how many tiles; 0 is a leaf."""

    numbers: tuple[int, ...]
    entries: tuple[tuple[int, int, int], ...]

    def find(self, wanted: int) -> tuple[int, int, int] | None:
        place = bisect_right(self.numbers, wanted) - 1
        if place < 0:
            return None
        offset, length, run = self.entries[place]
        if run and wanted >= self.numbers[place] + run:
            return None
        return offset, length, run


def open_basemap(file: Path) -> Basemap:
    """Open a PMTiles file.

    Raises
    ------
    FormatError
        If it is none, of another version, holds no tiles that are shown, or its first tile is
        damaged.
    """
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEADER.size)
    except OSError as error:
        raise FormatError("maps.basemap_unreadable", file=file.name) from error
    if len(head) < _HEADER.size or not head.startswith(b"PMTiles\x03"):
        raise FormatError("maps.basemap_not_pmtiles", file=file.name)
    _, _, *told = _HEADER.unpack(head)
    root_at, root_bytes, _, _, leaves_at, _, tiles_at, *_ = told[:11]
    _, inner, packed, kind, lowest, highest = told[11:]
    packings = (_PLAIN, _GZIP) if kind == _VECTOR else (0, _PLAIN)
    if kind not in (_VECTOR, *_TYPES) or packed not in packings or inner not in (_PLAIN, _GZIP):
        raise FormatError("maps.basemap_no_pictures", file=file.name)
    basemap = Basemap(
        file=file,
        media_type=_TYPES.get(kind, _TYPES[2]),
        vector=kind == _VECTOR,
        lowest=lowest,
        highest=highest,
        root=(root_at, root_bytes),
        leaves_at=leaves_at,
        tiles_at=tiles_at,
        zipped=inner == _GZIP,
    )
    if basemap.vector:
        _require_sound(basemap)
    return basemap


def _require_sound(basemap: Basemap) -> None:
    """Refuse a vector map whose levels are none, or whose first tile cannot be read."""
    try:
        if not basemap.lowest <= basemap.highest <= _DEEPEST_LEVEL:
            raise TileDamagedError
        first = basemap.first_tile()
        if first is None:
            raise TileDamagedError
        read_tile(first)
    except TileDamagedError as error:
        raise FormatError("maps.basemap_damaged", file=basemap.file.name) from error


def tile_number(level: int, column: int, row: int) -> int:
    """Return the number of a tile: all tiles of lower levels, then its place on the curve."""
    number = ((1 << 2 * level) - 1) // 3
    side = 1 << level >> 1
    while side:
        right, lower = int(column & side > 0), int(row & side > 0)
        number += side * side * ((3 * right) ^ lower)
        column, row = column & (side - 1), row & (side - 1)
        if not lower:
            if right:
                column, row = side - 1 - column, side - 1 - row
            column, row = row, column
        side >>= 1
    return number


@lru_cache(maxsize=64)
def _directory(basemap: Basemap, offset: int, length: int) -> _Directory:
    """Return a directory; those read last are kept."""
    content = _read(basemap.file, offset, length, _MOST_DIRECTORY_BYTES)
    try:
        if basemap.zipped:
            with gzip.open(io.BytesIO(content)) as stream:
                content = stream.read(_MOST_DIRECTORY_BYTES)
        return _parsed(_varints(content))
    except (OSError, EOFError, StopIteration, ValueError, zlib.error) as error:
        raise FormatError("maps.basemap_damaged", file=basemap.file.name) from error


def _parsed(values: Iterator[int]) -> _Directory:
    count = next(values)
    if count > _MOST_DIRECTORY_BYTES:
        raise OSError
    numbers, last = [], 0
    for _ in range(count):
        last += next(values)
        numbers.append(last)
    runs = [next(values) for _ in range(count)]
    lengths = [next(values) for _ in range(count)]
    offsets: list[int] = []
    for place in range(count):
        told = next(values)
        follows = place and not told
        offsets.append(offsets[-1] + lengths[place - 1] if follows else told - 1)
    return _Directory(tuple(numbers), tuple(zip(offsets, lengths, runs, strict=True)))


def _varints(content: bytes) -> Iterator[int]:
    value, shift = 0, 0
    for byte in content:
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            yield value
            value, shift = 0, 0
        elif shift > 56:
            raise ValueError
        else:
            shift += 7


def _read(file: Path, offset: int, length: int, most: int) -> bytes:
    try:
        if not (offset >= 0 and 0 < length <= most):
            raise OSError
        with file.open("rb") as stream:
            stream.seek(offset)
            content = stream.read(length)
    except (OSError, OverflowError, ValueError) as error:
        raise FormatError("maps.basemap_damaged", file=file.name) from error
    if len(content) < length:
        raise FormatError("maps.basemap_damaged", file=file.name)
    return content
