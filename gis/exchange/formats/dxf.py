"""DXF in text (AutoCAD DXF reference): points, inserted blocks with attributes, and open lines.

Only the section of entities is read, pair by pair; nothing that it refers to is opened. A drawing
does not say its coordinate system, so that it is always asked about.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from gis.errors import FormatError
from gis.exchange.encoding import decode
from gis.exchange.formats.shapes import Shape, shape_of, table_of
from gis.exchange.safety import Inspected, Limits
from gis.exchange.table import Table
from gis.names import nfc

__all__ = ["HANDLE", "LAYER", "read"]

LAYER, BLOCK, HANDLE = "DXF layer", "DXF block", "DXF handle"
"""Headers of what every entity has."""

_DRAWN = ("POINT", "INSERT", "LINE", "LWPOLYLINE", "POLYLINE")
_PARTS = ("VERTEX", "ATTRIB", "SEQEND")
_CLOSED = 1
_UNICODE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")

Pair = tuple[int, str]


class _Entity(NamedTuple):
    kind: str
    pairs: list[Pair]
    parts: list[tuple[str, list[Pair]]]


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
    for entity in _entities(file.name, text):
        if len(found) >= limits.rows:
            raise FormatError("exchange.file.too_many_rows", file=file.name, limit=limits.rows)
        values = _values(entity)
        names.update(dict.fromkeys(values))
        found.append((values, _shape(entity)))
    return table_of(file, limits, tuple(names), found, crs=None, crs_text="DXF")


def _pairs(name: str, text: str) -> Iterator[Pair]:
    lines = text.splitlines()
    for index in range(0, len(lines) - 1, 2):
        code = lines[index].strip()
        if not code.lstrip("-").isdecimal():
            raise FormatError("exchange.file.dxf_broken", file=name, row=index + 1)
        yield int(code), lines[index + 1].strip()


def _entities(name: str, text: str) -> Iterator[_Entity]:
    """Yield the entities of their section; what belongs to one follows it."""
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
            drawn = section == "ENTITIES" and value in _DRAWN
            current = _Entity(value, pairs, []) if drawn else None
        elif code == 2 and starting:
            section, starting = value, False
        else:
            pairs.append((code, value))
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
    return nfc(_UNICODE.sub(lambda found: chr(int(found[1], 16)), text)).strip()


def _shape(entity: _Entity) -> Shape:
    kind, pairs = entity.kind, entity.pairs
    if kind in ("POINT", "INSERT"):
        return shape_of("Point", _vertices(pairs, 10)[:1])
    if kind == "LINE":
        return shape_of("LineString", [*_vertices(pairs, 10), *_vertices(pairs, 11)])
    flags = next((value for code, value in pairs if code == 70), "0")
    if flags.isdecimal() and int(flags) & _CLOSED:
        return shape_of("closed", None)
    if kind == "LWPOLYLINE":
        return shape_of("LineString", _vertices(pairs, 10))
    corners = [_vertices(part, 10) for name, part in entity.parts if name == "VERTEX"]
    return shape_of("LineString", [vertex for one in corners for vertex in one])


def _vertices(pairs: list[Pair], code: int) -> list[tuple[float, float]]:
    try:
        east = [float(value) for found, value in pairs if found == code]
        north = [float(value) for found, value in pairs if found == code + 10]
    except ValueError:
        return []
    return list(zip(east, north, strict=False))
