"""DXF in text (AutoCAD DXF reference): points, inserted blocks with attributes, and open lines.

Only the section of entities is read, pair by pair; nothing that it refers to is opened. A drawing
does not say its coordinate system, so that it is always asked about.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gis.errors import FormatError
from gis.exchange.encoding import decode
from gis.exchange.formats.shapes import Shape, shape_of, table_of
from gis.exchange.marks import may_bear
from gis.exchange.safety import Inspected, Limits
from gis.exchange.table import Table
from gis.names import nfc

__all__ = ["HANDLE", "LAYER", "read"]

LAYER, BLOCK, HANDLE = "DXF layer", "DXF block", "DXF handle"
"""Headers of what every entity has."""

_DRAWN = ("POINT", "INSERT", "LINE", "LWPOLYLINE", "POLYLINE")
_PARTS = ("VERTEX", "ATTRIB", "SEQEND")
_WRITTEN, _EXTENDED = (1, 3, 8), range(1000, 1004)
"""Group codes of texts and of the layer; of what programs add to an entity."""
_CLOSED = 1
_CODE = re.compile(r"-?\d{1,5}", re.ASCII)
_FLAGS = re.compile(r"\d{1,5}", re.ASCII)
_LINE_END = re.compile(r"\r\n|\r|\n")
_HALVES = range(0xD800, 0xE000)
_UNICODE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")

Pair = tuple[int, str]


class _Entity(NamedTuple):
    kind: str
    pairs: list[Pair]
    parts: list[tuple[str, list[Pair]]]


@dataclass(slots=True)
class _Left:
    """What of a file is no row: how many entities, and words that may bear a mark."""

    entities: int = 0
    words: dict[str, None] = field(default_factory=dict)

    def take(self, code: int, value: str, *, drawn: bool) -> None:
        """Note what stands in a pair of group code and value."""
        told = code in _EXTENDED or (not drawn and code in _WRITTEN)
        if told and may_bear(words := _plain(value)):
            self.words[words] = None


def read(file: Inspected, limits: Limits) -> Table:
    """Return the drawn entities of a file as rows, counted from 1.

    Raises
    ------
    FormatError
        If it is no DXF in text and UTF-8, or too long.
    """
    names: dict[str, None] = {LAYER: None, BLOCK: None, HANDLE: None}
    found: list[tuple[dict[str, str], Shape]] = []
    text = decode(file.path.read_bytes(), file.name)
    left = _Left()
    for entity in _entities(file.name, text, left):
        if len(found) >= limits.rows:
            raise FormatError("exchange.file.too_many_rows", file=file.name, limit=limits.rows)
        values = _values(entity)
        names.update(dict.fromkeys(values))
        found.append((values, _shape(entity)))
    if left.entities and not found:
        raise FormatError("exchange.file.dxf_nothing", file=file.name, count=left.entities)
    return table_of(
        file, limits, tuple(names), found, crs=None, crs_text="DXF",
        passed_over=left.entities, beside=left.words,
    )  # fmt: skip


def _pairs(name: str, text: str) -> Iterator[Pair]:
    lines = _LINE_END.split(text)
    for index in range(0, len(lines) - 1, 2):
        code = lines[index].strip()
        if not _CODE.fullmatch(code):
            raise FormatError("exchange.file.dxf_broken", file=name, row=index + 1)
        yield int(code), lines[index + 1].strip()


def _entities(name: str, text: str, left: _Left) -> Iterator[_Entity]:
    """Yield the entities of their section that are read; what belongs to one follows it."""
    section, starting, current = "", False, None
    pairs: list[Pair] = []
    for code, value in _pairs(name, text):
        if code == 0:
            starting = value == "SECTION"
            section = "" if value == "ENDSEC" else section
            pairs = []
            if current is not None and value in _PARTS:
                current.parts.append((value, pairs))
                continue
            if current is not None:
                yield current
            own = section == "ENTITIES"
            current = _Entity(value, pairs, []) if own and value in _DRAWN else None
            left.entities += own and value not in (*_DRAWN, *_PARTS)
        elif code == 2 and starting:
            section, starting = value, False
        else:
            pairs.append((code, value))
            left.take(code, value, drawn=current is not None)
    if section or current is not None:
        raise FormatError("exchange.file.truncated", file=name, detail="ENDSEC")


def _values(entity: _Entity) -> dict[str, str]:
    own = dict(reversed(entity.pairs))
    told = {LAYER: own.get(8, ""), BLOCK: own.get(2, ""), HANDLE: own.get(5, "")}
    for kind, pairs in entity.parts:
        attribute = dict(reversed(pairs))
        if kind == "ATTRIB" and attribute.get(2):
            told.setdefault(_plain(attribute[2]), attribute.get(1, ""))
    return {name: _plain(value) for name, value in told.items() if value}


def _plain(text: str) -> str:
    return nfc(_UNICODE.sub(_character, text)).strip()


def _character(found: re.Match[str]) -> str:
    """Return the character of a code; half of a pair is none."""
    code = int(found[1], 16)
    return "\N{REPLACEMENT CHARACTER}" if code in _HALVES else chr(code)


def _shape(entity: _Entity) -> Shape:
    kind, pairs = entity.kind, entity.pairs
    if kind in ("POINT", "INSERT"):
        return shape_of("Point", _vertices(pairs, 10)[:1])
    if kind == "LINE":
        ends = [_vertices(pairs, code)[:1] for code in (10, 11)]
        return shape_of("LineString", ends[0] + ends[1] if all(ends) else None)
    flags = next((value for code, value in pairs if code == 70), "0")
    if not _FLAGS.fullmatch(flags):
        return shape_of("LineString", None)
    if int(flags) & _CLOSED:
        return shape_of("closed", None)
    if kind == "LWPOLYLINE":
        return shape_of("LineString", _vertices(pairs, 10))
    corners = [_vertices(part, 10) for name, part in entity.parts if name == "VERTEX"]
    return shape_of("LineString", [one[0] for one in corners] if all(corners) else None)


def _vertices(pairs: list[Pair], code: int) -> list[tuple[float, float]]:
    try:
        east = [float(value) for found, value in pairs if found == code]
        north = [float(value) for found, value in pairs if found == code + 10]
    except ValueError:
        return []
    return list(zip(east, north, strict=True)) if len(east) == len(north) else []
