"""A collection as one file: GeoJSON, GeoJSON by lines, CSV, FlatGeobuf, GeoPackage, KML."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas
import orjson
import pandas as pd
import pyogrio
import shapely

from gis.exchange.writing import csv_text
from gis.features.collections import Collection
from gis.features.cql2 import Kind
from gis.features.reading import Feature

__all__ = ["BulkFormat", "write_bulk"]

_RECORD_SEPARATOR: Final = "\x1e"
_WGS84: Final = "EPSG:4326"


class BulkFormat(StrEnum):
    """A format of whole collections; the value is the ending of the file's name."""

    GEOJSON = "geojson"
    GEOJSON_SEQUENCE = "geojsonseq"
    CSV = "csv"
    FLATGEOBUF = "fgb"
    GEOPACKAGE = "gpkg"
    KML = "kml"


def write_bulk(
    collection: Collection, features: Iterable[Feature], wanted: BulkFormat, path: Path
) -> None:
    """Write features into a file.

    Parameters
    ----------
    collection : Collection
        What they are.
    features : iterable of Feature
        Read one after another; a sequence and CSV hold none of them longer than its row.
    wanted : BulkFormat
        The format.
    path : Path
        The file, which must not exist.
    """
    _WRITERS[wanted](collection, features, path)


def _write_sequence(_: Collection, features: Iterable[Feature], path: Path) -> None:
    """Write RFC 8142: a record separator before each feature, a line feed behind."""
    with path.open("x", encoding="utf-8") as stream:
        for one in features:
            stream.write(f"{_RECORD_SEPARATOR}{_written(one)}\n")


def _write_collection(_: Collection, features: Iterable[Feature], path: Path) -> None:
    """Write one object of RFC 7946."""
    with path.open("x", encoding="utf-8") as stream:
        stream.write('{"type": "FeatureCollection", "features": [')
        for number, one in enumerate(features):
            stream.write(f"{',' if number else ''}\n{_written(one)}")
        stream.write("\n]}\n")


def _written(one: Feature) -> str:
    written = {
        "type": "Feature",
        "id": one.id,
        "geometry": _mapping(one),
        "properties": orjson.Fragment(one.told),
    }
    return orjson.dumps(written).decode()


def _mapping(one: Feature) -> Mapping[str, Any] | None:
    shape = _shape(one)
    found: Mapping[str, Any] | None = None if shape is None else shapely.geometry.mapping(shape)
    return found


def _shape(one: Feature) -> Any:
    return shapely.Point(one.geometry) if isinstance(one.geometry, tuple) else one.geometry


def _write_csv(collection: Collection, features: Iterable[Feature], path: Path) -> None:
    """Write a row for each feature; what a spreadsheet would compute is text."""
    names = [one.name for one in collection.properties]
    place = {None: (), "Point": ("longitude", "latitude")}.get(collection.geometry, ("wkt",))
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", *names, *place])
        for one in features:
            said = one.properties
            values = [one.id, *(said[name] for name in names), *_placed(one, place)]
            writer.writerow(_cell(value) for value in values)


def _placed(one: Feature, place: tuple[str, ...]) -> Iterator[Any]:
    if one.geometry is None:
        yield from (None for _ in place)
    elif isinstance(one.geometry, tuple):
        yield from one.geometry
    else:
        yield shapely.to_wkt(one.geometry, rounding_precision=7)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return csv_text(json.dumps(value, ensure_ascii=False))
    return csv_text(value) if isinstance(value, str) else str(value)


def _write_layer(driver: str) -> Callable[[Collection, Iterable[Feature], Path], None]:
    def write(collection: Collection, features: Iterable[Feature], path: Path) -> None:
        known = list(features)
        said = [one.properties for one in known]
        columns: dict[str, Any] = {"id": pd.array([one.id for one in known], dtype="object")}
        for one in collection.properties:
            values = [_plain(each[one.name]) for each in said]
            dtype: Any = _DTYPES.get(one.kind, "object")
            columns[one.name] = pd.array(values, dtype=dtype)
        frame = pd.DataFrame(columns)
        if driver == "KML":
            frame = frame.rename(columns=_IN_KML)
        options: dict[str, Any] = {"driver": driver, "layer": collection.id}
        if driver == "FlatGeobuf":
            options["SPATIAL_INDEX"] = "NO"  # which has no room for a feature without a place
        if collection.geometry is not None:
            shapes = [_shape(one) for one in known]
            frame = geopandas.GeoDataFrame(frame, geometry=shapes, crs=_WGS84)
            kind = collection.geometry
            options["geometry_type"] = "Unknown" if kind == "Geometry" else kind
        pyogrio.write_dataframe(frame, path, **options)

    return write


_IN_KML: Final = {"id": "identifier", "name": "Name"}
"""The driver gives placemarks ids of its own, and their title is the field of that name."""

_DTYPES: Final[Mapping[Kind | None, str]] = MappingProxyType(
    {Kind.NUMBER: "Float64", Kind.BOOLEAN: "boolean"}
)


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


_WRITERS: Final[Mapping[BulkFormat, Callable[[Collection, Iterable[Feature], Path], None]]] = (
    MappingProxyType(
        {
            BulkFormat.GEOJSON: _write_collection,
            BulkFormat.GEOJSON_SEQUENCE: _write_sequence,
            BulkFormat.CSV: _write_csv,
            BulkFormat.FLATGEOBUF: _write_layer("FlatGeobuf"),
            BulkFormat.GEOPACKAGE: _write_layer("GPKG"),
            BulkFormat.KML: _write_layer("KML"),
        }
    )
)
