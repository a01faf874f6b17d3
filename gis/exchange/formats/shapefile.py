"""Shapefiles in a zip (ESRI Shapefile Technical Description, July 1998; dBASE III tables).

Read byte by byte here: no library looks for files beside it, and nothing outside the archive is
opened. A missing `.prj` leaves the coordinate system open, so that it is asked about.
"""

import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from gis.errors import FormatError
from gis.exchange.datum import from_wkt, stated
from gis.exchange.formats.shapes import Shape, shape_of
from gis.exchange.marks import may_bear
from gis.exchange.safety import Inspected, Limits
from gis.exchange.table import Cell, Row, Table
from gis.names import nfc
from gis.zipped import opened_zip

__all__ = ["read"]

_MAGIC = 9994
_HEADER, _FIELD, _END_OF_FIELDS = 100, 32, 0x0D
_POINTS, _LINES = (1, 11, 21), (3, 13, 23)
_TEXTS = frozenset({"txt", "csv", "xml", "htm", "html", "md", "qmd"})
_TRUE, _FALSE = "YyTt", "NnFf"


class _Column(NamedTuple):
    name: str
    type: str
    start: int
    length: int


class _BrokenError(ValueError):
    """The bytes are not what the format says."""


def read(file: Inspected, choose: Callable[[Sequence[str]], str | None], limits: Limits) -> Table:
    """Return the records of a Shapefile as rows, counted from 1.

    Raises
    ------
    FormatError
        If it is damaged, has no table, is not in UTF-8, or is too long.
    """

    def truncated(detail: str) -> FormatError:
        return FormatError("exchange.file.truncated", file=file.name, detail=detail)

    with opened_zip(file.path, truncated) as archive:
        parts = {name.casefold(): name for name in archive.namelist() if not name.endswith("/")}
        shapes = [name[:-4] for name in parts if name.endswith(".shp")]
        if not shapes:
            raise FormatError(
                "exchange.file.not_what_it_says", file=file.name, format="shp", seen="ZIP"
            )
        wanted = choose(shapes) if len(shapes) > 1 else None
        base = wanted if wanted in shapes else shapes[0]

        def part(ending: str) -> bytes | None:
            name = parts.get(base + ending)
            return None if name is None else archive.read(name)

        table = part(".dbf")
        if table is None:
            raise FormatError("exchange.file.no_table", file=file.name, member=f"{base}.dbf")
        try:
            read = _table(file, base, (part(".shp") or b"", table, part(".prj")), limits)
            beside = (*read.beside, *_beside(file, archive, parts.get(f"{base}.dbf")))
        except (_BrokenError, struct.error) as error:
            raise truncated(str(error)) from None
        return replace(read, beside=tuple(dict.fromkeys(beside)))


def _beside(file: Inspected, archive: zipfile.ZipFile, read: str | None) -> Iterator[str]:
    """Yield the words of the other files of the archive that may bear a mark of secrecy."""
    for name in archive.namelist():
        ending = name.casefold().rpartition(".")[2]
        if ending == "dbf" and name != read:
            table = archive.read(name)
            columns = _columns(table)
            for _, cells in _records(file, table, columns):
                yield from _suspects(columns, cells)
        elif ending in _TEXTS:
            text = nfc(archive.read(name).decode("utf-8", errors="replace"))
            yield from filter(may_bear, text.splitlines())


def _suspects(columns: Sequence[_Column], cells: Sequence[Cell]) -> Iterator[str]:
    for column, cell in zip(columns, cells, strict=True):
        if isinstance(cell, str) and may_bear(words := f"{column.name}: {cell}"):
            yield words


def _table(
    file: Inspected, base: str, parts: tuple[bytes, bytes, bytes | None], limits: Limits
) -> Table:
    shapes, table, system = parts
    columns = _columns(table)
    if len(columns) > limits.columns:
        raise FormatError("exchange.file.too_many_columns", file=file.name, limit=limits.columns)
    count = struct.unpack_from("<I", table, 4)[0]
    if count > limits.rows:
        raise FormatError("exchange.file.too_many_rows", file=file.name, limit=limits.rows)
    records, drawn = list(_records(file, table, columns)), list(_shapes(shapes))
    if len(records) != len(drawn):
        raise FormatError("exchange.file.shapes_differ", file=file.name, layer=base,
                          records=len(records), shapes=len(drawn))  # fmt: skip
    numbered = enumerate(zip(records, drawn, strict=True), start=1)
    rows = [Row(number, cells, *shape) for number, ((kept, cells), shape) in numbered if kept]
    words = (system or b"").decode("utf-8", errors="replace").strip()
    said = from_wkt(words) if words else None
    if said is None and words:
        named = stated(words.partition(",")[0])
        said = None if named is None else named.epsg
    return Table(
        file=file.name,
        format=file.format,
        layer=base,
        header=tuple(column.name for column in columns),
        header_row=None,
        rows=rows,
        has_points=True,
        crs=said,
        crs_text=words[:80],
        beside=tuple(
            words for kept, cells in records if not kept for words in _suspects(columns, cells)
        ),
    )


def _columns(table: bytes) -> list[_Column]:
    found: list[_Column] = []
    place, start = _FIELD, 1
    while place < len(table) and table[place] != _END_OF_FIELDS:
        block = table[place : place + _FIELD]
        if len(block) < _FIELD:
            raise _BrokenError("dbf header")
        name = block[:11].split(b"\0")[0].decode("utf-8", errors="replace")
        found.append(_Column(nfc(name).strip(), chr(block[11]), start, block[16]))
        start += block[16]
        place += _FIELD
    if not found:
        raise _BrokenError("dbf header")
    return found


def _records(
    file: Inspected, table: bytes, columns: Sequence[_Column]
) -> Iterator[tuple[bool, tuple[Cell, ...]]]:
    """Yield of each record whether it stands, not marked as deleted, and its cells."""
    count, header, length = struct.unpack_from("<IHH", table, 4)
    if length < columns[-1].start + columns[-1].length or header + count * length > len(table):
        raise _BrokenError("dbf")
    for index in range(count):
        record = table[header + index * length : header + (index + 1) * length]
        yield (
            record[:1] != b"*",
            tuple(
                _cell(file, index + 1, column, record[column.start : column.start + column.length])
                for column in columns
            ),
        )


def _cell(file: Inspected, row: int, column: _Column, raw: bytes) -> Cell:
    try:
        text = nfc(raw.rstrip(b"\0 ").decode("utf-8")).strip()
    except UnicodeDecodeError as error:
        raise FormatError(
            "exchange.file.table_encoding", file=file.name, row=row, field=column.name,
            byte=hex(raw[error.start]),
        ) from None  # fmt: skip
    if not text or set(text) == {"*"} or (column.type == "D" and set(text) == {"0"}):
        return None
    if column.type in "NF":
        return _number(text)
    if column.type == "D":
        return _day(text)
    if column.type == "L":
        return True if text in _TRUE else False if text in _FALSE else None
    return text


def _number(text: str) -> Cell:
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return text


def _day(text: str) -> Cell:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return text


def _shapes(content: bytes) -> Iterator[Shape]:
    if len(content) < _HEADER or struct.unpack_from(">i", content)[0] != _MAGIC:
        raise _BrokenError("shp header")
    place = _HEADER
    while place + 8 <= len(content):
        length = struct.unpack_from(">i", content, place + 4)[0] * 2
        body = content[place + 8 : place + 8 + length]
        if length < 4 or len(body) < length:
            raise _BrokenError(f"shp {place}")
        yield _shape(body)
        place += 8 + length


def _shape(body: bytes) -> Shape:
    kind = struct.unpack_from("<i", body)[0]
    if kind == 0:
        return Shape(None, None, None)
    if kind in _POINTS:
        return shape_of("Point", [struct.unpack_from("<2d", body, 4)])
    if kind not in _LINES:
        return shape_of("other", None)
    parts, points = struct.unpack_from("<2i", body, 36)
    if parts != 1:
        return shape_of("several", None)
    if points < 0 or 48 + points * 16 > len(body):
        raise _BrokenError("shp line")
    numbers = struct.unpack_from(f"<{2 * points}d", body, 48)
    return shape_of("LineString", list(zip(numbers[::2], numbers[1::2], strict=True)))
