"""Shapefile and KML: formats that lose something, and the data sheet that says exactly what.

A Shapefile cuts names of fields to 10 characters, knows no yes and no, and ends a text after 254
bytes; KML keeps every value as text. `losses` is what the sheet says, and what a test holds it to.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from data.text import Language, text
from gis.errors import FormatError
from gis.exchange.layers import Layer, LayerColumn, one_reading
from gis.exchange.writing import plain_text

__all__ = ["TEXT_BYTES", "Loss", "data_sheet", "losses", "write_kml", "write_shapefile"]

TEXT_BYTES = 254
"""Bytes of UTF-8 of the longest text of a Shapefile."""

_NAME = 10
_DEGREE_DECIMALS = 9
_SHEET = "phieu_du_lieu.txt"


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a format does not keep.

    Attributes
    ----------
    what : str
        `name`, `flag`, `empty_text`, `text_cut`, `typed` or `no_geometry`.
    field : str
        The field concerned.
    becomes : str
        The name or the type that it has in the file, or how many records are concerned.
    """

    what: str
    field: str
    becomes: str

    def say(self, language: Language | str) -> str:
        """Say it in a language."""
        return text(f"exchange.loss.{self.what}", language, field=self.field, becomes=self.becomes)


def short_names(columns: Sequence[LayerColumn]) -> list[str]:
    """Return the names of fields in a Shapefile: cut to 10 characters, each one only once."""
    taken: set[str] = set()
    found = []
    for column in columns:
        name = column.name[:_NAME]
        number = 1
        while name.casefold() in taken:
            ending = f"_{number}"
            name = column.name[: _NAME - len(ending)] + ending
            number += 1
        taken.add(name.casefold())
        found.append(name)
    return found


def losses(layer: Layer, *, kml: bool) -> list[Loss]:
    """Return what a layer loses as a Shapefile, or as KML."""
    found = []
    for index, (column, short) in enumerate(
        zip(layer.columns, short_names(layer.columns), strict=True)
    ):
        if kml:
            if column.type is not str:
                found.append(Loss("typed", column.name, column.type.__name__))
            continue
        values = [row.values[index] for row in layer.rows]
        if short != column.name:
            found.append(Loss("name", column.name, short))
        if column.type is bool:
            found.append(Loss("flag", column.name, "0, 1"))
        long = sum(len(str(value).encode()) > TEXT_BYTES for value in values if column.type is str)
        if long:
            found.append(Loss("text_cut", column.name, str(long)))
    without = sum(row.geometry is None for row in layer.rows)
    if without:
        found.append(Loss("no_geometry", "geometry", str(without)))
    return found


def data_sheet(layer: Layer, language: Language | str, *, kml: bool) -> str:
    """Return the data sheet of a file: what it is, its fields, and what it loses."""
    lines = [
        text(
            "exchange.sheet.title",
            language,
            layer=layer.title(language),
            format="KML" if kml else "Shapefile",
            count=len(layer.rows),
        ),
        text("exchange.sheet.system", language),
        "",
        text("exchange.sheet.fields", language),
    ]
    names = [column.name for column in layer.columns] if kml else short_names(layer.columns)
    for column, name in zip(layer.columns, names, strict=True):
        lines.append(f"- {name}: {column.name} ({column.type.__name__}), {column.title(language)}")
    lost = losses(layer, kml=kml)
    lines += ["", text("exchange.sheet.lost", language)]
    lines += [f"- {one.say(language)}" for one in lost] or [text("exchange.sheet.none", language)]
    return "\n".join(lines) + "\n"


def write_shapefile(layer: Layer, path: Path, language: Language | str) -> None:
    """Write a layer as a Shapefile with its data sheet, all in one archive.

    Raises
    ------
    FormatError
        If the records of the layer lie nowhere.
    """
    _refuse_nowhere(layer, "shp")
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"{layer.name.value}.shp"
        shapes: Any = np.array([row.geometry for row in layer.rows], dtype=object)
        pyogrio.raw.write(
            target,
            geometry=shapely.to_wkb(shapes) if len(shapes) else shapes,
            field_data=[_column(layer, index) for index in range(len(layer.columns))],
            field_mask=[_missing(layer, index) for index in range(len(layer.columns))],
            fields=short_names(layer.columns),
            driver="ESRI Shapefile",
            geometry_type="Polygon" if layer.geometry_type == "MultiPolygon"
            else layer.geometry_type,
            crs="EPSG:4326",
            encoding="UTF-8",
        )  # fmt: skip
        (Path(folder) / _SHEET).write_text(
            data_sheet(layer, language, kml=False), encoding="utf-8"
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def _refuse_nowhere(layer: Layer, format: str) -> None:
    if layer.geometry_type is None:
        raise FormatError("exchange.export_nowhere", layer=layer.name.value, format=format)


def _column(layer: Layer, index: int) -> Any:
    kind = layer.columns[index].type
    values = [row.values[index] for row in layer.rows]
    if kind is date:
        days = [np.datetime64("1970-01-01") if day is None else day for day in values]
        return np.array(days, dtype="datetime64[D]")
    if kind is str:
        return np.array(["" if one is None else cut(str(one)) for one in values], dtype=object)
    plain = [0 if value is None else value for value in values]
    return np.array(plain, dtype="float64" if kind is float else "int32")


def _missing(layer: Layer, index: int) -> Any:
    return np.array([row.values[index] is None for row in layer.rows], dtype=np.bool_)


def cut(words: str) -> str:
    """Return the beginning of a text that a Shapefile keeps, no letter halved."""
    return words.encode()[:TEXT_BYTES].decode(errors="ignore")


def write_kml(layer: Layer, path: Path, language: Language | str) -> None:
    """Write a layer as KML 2.2, its data sheet in the description of the document.

    Raises
    ------
    FormatError
        If the records of the layer lie nowhere.
    """
    _refuse_nowhere(layer, "kml")
    names = [column.name for column in layer.columns]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'
            f"<name>{escape(layer.title(language))}</name>\n"
            f"<description>{escape(data_sheet(layer, language, kml=True))}</description>\n"
        )
        for row in layer.rows:
            values = dict(zip(names, row.values, strict=True))
            stream.write(f"<Placemark><name>{_words(_label(values))}</name><ExtendedData>\n")
            for name, value in values.items():
                if value is not None:
                    stream.write(f"<Data name={quoteattr(name)}><value>{_words(value)}")
                    stream.write("</value></Data>\n")
            stream.write(f"</ExtendedData>{_kml_shape(row.geometry)}</Placemark>\n")
        stream.write("</Document>\n</kml>\n")


def _label(values: dict[str, Any]) -> Any:
    return next((values[name] for name in ("code", "name", "id") if values.get(name)), "")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return one_reading(value)
    return escape(plain_text(value.isoformat() if isinstance(value, date) else str(value)))


def _kml_shape(shape: BaseGeometry | None) -> str:
    if shape is None:
        return ""
    if isinstance(shape, shapely.MultiPolygon):
        return f"<MultiGeometry>{''.join(map(_kml_shape, shape.geoms))}</MultiGeometry>"
    if isinstance(shape, shapely.Polygon):
        inner = "".join(
            f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in shape.interiors
        )
        return (
            f"<Polygon><outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>{inner}</Polygon>"
        )
    name = "LineString" if isinstance(shape, shapely.LineString) else "Point"
    return f"<{name}><coordinates>{_coordinates(shape)}</coordinates></{name}>"


def _ring(ring: BaseGeometry) -> str:
    return f"<LinearRing><coordinates>{_coordinates(ring)}</coordinates></LinearRing>"


def _coordinates(shape: BaseGeometry) -> str:
    rounded = (
        (round(float(x), _DEGREE_DECIMALS), round(float(y), _DEGREE_DECIMALS))
        for x, y in shapely.get_coordinates(shape)
    )
    return " ".join(f"{x},{y}" for x, y in rounded)
