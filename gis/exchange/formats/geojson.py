"""GeoJSON (RFC 7946), parsed as JSON and nothing else."""

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

from gis.errors import FormatError
from gis.exchange.datum import stated
from gis.exchange.encoding import decode
from gis.exchange.formats.osm import AT_ID, features_of, is_named
from gis.exchange.marks import may_bear
from gis.exchange.safety import Inspected, Limits
from gis.exchange.table import Cell, Row, Table
from gis.geodesy import WGS84
from gis.names import nfc

__all__ = ["coordinate_system", "load", "read"]

_IN_ROWS = ("properties", "geometry", "coordinates")


def load(file: Inspected) -> dict[str, Any]:
    """Return the FeatureCollection of a file, also of an Overpass answer.

    Raises
    ------
    FormatError
        If it is not JSON, too deep, or no collection of features.
    """
    text = decode(file.path.read_bytes(), file.name)
    try:
        content = json.loads(text, parse_constant=_no_constant, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise FormatError(
            "exchange.file.json_broken", file=file.name, row=error.lineno, position=error.colno
        ) from None
    except (RecursionError, ValueError):
        raise FormatError("exchange.file.json_not_plain", file=file.name) from None
    if isinstance(content, dict) and content.get("type") == "Feature":
        content = {"type": "FeatureCollection", "features": [content]}
    if isinstance(content, dict) and isinstance(content.get("elements"), list):
        told = {name: value for name, value in content.items() if name != "elements"}
        content = {**told, "features": features_of(content["elements"])}
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise FormatError("exchange.file.not_a_collection", file=file.name)
    return content


def coordinate_system(content: dict[str, Any]) -> tuple[int | None, str]:
    """Return the EPSG code of a collection and its own words, or None when that is open.

    Without the `crs` member that RFC 7946 dropped, it is WGS 84 (RFC 7946, 4).
    """
    member = content.get("crs")
    if member is None:
        return WGS84, "RFC 7946"
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    words = name if isinstance(name, str) else json.dumps(member)[:80]
    found = stated(words, alone=True)
    return (found.epsg if found is not None else None), words


def read(file: Inspected, limits: Limits) -> Table:
    """Return the features of a file as rows, counted from 1.

    Raises
    ------
    FormatError
        If it is not GeoJSON or too long.
    """
    content = load(file)
    features = content["features"]
    if len(features) > limits.rows:
        raise FormatError("exchange.file.too_many_rows", file=file.name, limit=limits.rows)
    names: dict[str, None] = {}
    for feature in features:
        names.update(dict.fromkeys(_properties(feature)))
    if len(names) > limits.columns:
        raise FormatError("exchange.file.too_many_columns", file=file.name, limit=limits.columns)
    crs, words = coordinate_system(content)
    title = content.get("name")
    return Table(
        file=file.name,
        format=file.format,
        layer=title if isinstance(title, str) else None,
        header=tuple(nfc(name) for name in names),
        header_row=None,
        rows=list(_rows(file.name, features, tuple(names), limits)),
        has_points=True,
        crs=crs,
        crs_text=words,
        beside=tuple(dict.fromkeys(_beside(content))),
    )


def _beside(content: Any) -> Iterator[str]:
    """Yield the words outside of properties and geometries that may bear a mark of secrecy."""
    if isinstance(content, str):
        yield from (content,) if may_bear(content) else ()
    elif isinstance(content, list):
        for one in content:
            yield from _beside(one)
    elif isinstance(content, dict):
        for name, value in content.items():
            if isinstance(value, str) and may_bear(words := f"{name}: {value}"):
                yield words
            elif name not in _IN_ROWS or (name == "properties" and not isinstance(value, dict)):
                yield from _beside(value)


def _rows(file: str, features: list[Any], names: tuple[str, ...], limits: Limits) -> Iterator[Row]:
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict):
            yield Row(number, (None,) * len(names), None, "exchange.problem.feature")
            continue
        held = _properties(feature)
        cells = tuple(_cell(held.get(name)) for name in names)
        if any(isinstance(cell, str) and len(cell) > limits.cell_characters for cell in cells):
            raise FormatError("exchange.file.cell_too_long", file=file, row=number,
                              limit=limits.cell_characters)  # fmt: skip
        geometry = feature.get("geometry")
        point, problem = _point(geometry)
        yield Row(number, cells, point, problem, _line(geometry))


def _properties(feature: Any) -> dict[str, Any]:
    """Return the properties of a feature; an identifier of the map beside them is one of them."""
    own = feature.get("properties") if isinstance(feature, dict) else None
    properties = own if isinstance(own, dict) else {}
    named = isinstance(feature, dict) and is_named(feature.get("id"))
    return {AT_ID: feature["id"], **properties} if named else properties


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return nfc(value).strip()
    if isinstance(value, list) and all(isinstance(part, int | float) for part in value):
        return ";".join(str(part) for part in value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return nfc(json.dumps(value, ensure_ascii=False))


def _point(geometry: Any) -> tuple[tuple[float, float] | None, str | None]:
    if geometry is None:
        return None, None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None, "exchange.problem.not_a_point"
    numbers = coordinates[:2] if isinstance(coordinates, list) else []
    if len(numbers) != 2 or not all(_is_number(number) for number in numbers):
        return None, "exchange.problem.geometry"
    return (float(numbers[0]), float(numbers[1])), None


def _line(geometry: Any) -> tuple[tuple[float, float], ...] | None:
    """Return the vertices of a line, also of one that is called several; None for all else."""
    if not isinstance(geometry, dict):
        return None
    vertices: Any = geometry.get("coordinates")
    several = geometry.get("type") == "MultiLineString" and isinstance(vertices, list)
    if several and len(vertices) == 1:
        vertices = vertices[0]
    elif geometry.get("type") != "LineString":
        return None
    if not isinstance(vertices, list) or not vertices:
        return None
    plain = [one[:2] if isinstance(one, list) else [] for one in vertices]
    if not all(len(one) == 2 and all(map(_is_number, one)) for one in plain):
        return None
    return tuple((float(east), float(north)) for east, north in plain)


def _is_number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value)


def _whole(digits: str) -> int:
    """Return a whole number that a float can hold.

    Raises
    ------
    ValueError
        If it is larger.
    """
    number = int(digits)
    if abs(number) > sys.float_info.max:
        raise ValueError(digits[:12])
    return number


def _no_constant(name: str) -> None:
    raise ValueError(name)
