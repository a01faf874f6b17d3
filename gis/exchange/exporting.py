"""The register's layers as files that QGIS, Excel and the import read.

Example
-------
>>> export(register, scope, ["structures"], "gpkg", Path("cong_trinh.gpkg"))
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.text import Language, text
from gis.errors import FormatError
from gis.exchange.fields import title
from gis.exchange.layers import (
    SHAPED,
    Filters,
    Layer,
    LayerColumn,
    LayerName,
    LayerRow,
    read_layer,
    word_of,
)
from gis.exchange.losing import write_kml, write_shapefile
from gis.exchange.safety import LIMITS
from gis.exchange.writing import csv_text, replaced_atomically, xlsx_cell
from gis.register.records import Bounds, Organisation
from gis.register.scopes import Scope
from gis.register.store import Register

__all__ = ["ExportFormat", "LayerName", "export", "formats_of", "write_table"]


class ExportFormat(StrEnum):
    """A format that the register's layers can be written in."""

    GEOPACKAGE = "gpkg"
    GEOJSON = "geojson"
    XLSX = "xlsx"
    CSV = "csv"
    SHAPEFILE = "shp"
    KML = "kml"

    @property
    def ending(self) -> str:
        """Ending of the file's name: a Shapefile is several files in one archive."""
        return "zip" if self is ExportFormat.SHAPEFILE else self.value


_BOLD = Font(bold=True)
_DEGREE_DECIMALS = 9
_ORGANISATIONS = ("owner_id", "organisation_id", "manager_id", "tenant_id", "operator_id")
_TABLES = (ExportFormat.XLSX, ExportFormat.CSV)
_DRAWN = (ExportFormat.SHAPEFILE, ExportFormat.KML)
_EMPTY: Mapping[type, tuple[object, str]] = {
    str: ("", "object"),
    float: (0.0, "float64"),
    int: (0, "int32"),
    bool: (False, "bool"),
    date: (np.datetime64("1970-01-01"), "datetime64[D]"),
}
_ONE_LAYER = (ExportFormat.CSV, ExportFormat.GEOJSON, ExportFormat.SHAPEFILE, ExportFormat.KML)


def formats_of(layer: LayerName) -> list[str]:
    """Return the formats that a layer can be written in: outlines in no table, the rest in all.

    What lies nowhere is not drawn: neither as a Shapefile nor as KML; points and lines together
    are no Shapefile.
    """
    tables = not layer.outlines
    return [
        one.value
        for one in ExportFormat
        if (tables or one not in _TABLES)
        and (layer.drawn or one not in _DRAWN)
        and not (layer.mixed and one is ExportFormat.SHAPEFILE)
    ]


def export(
    register: Register,
    scope: Scope,
    layers: Iterable[LayerName | str],
    format: ExportFormat | str,
    path: Path,
    *,
    language: Language | str = Language.VI,
    on: date | None = None,
    kinds: Iterable[str] = (),
    owner_id: str | None = None,
    plan_year: int | None = None,
    bbox: Bounds | None = None,
) -> tuple[Path, ...]:
    """Write layers as one caller may see them; a file is replaced whole or not at all.

    Parameters
    ----------
    register : Register
        The register, read at one moment.
    scope : Scope
        What the caller may see.
    layers : iterable of LayerName
        `structures`, `routes`, `levels`, `stations` ...
    format : ExportFormat
        `gpkg` and `xlsx` hold all layers in one file; the others hold one, so that more become
        `<name>-<layer>.<ending>`. `shp` is a zip with a data sheet of what it loses, `kml` holds
        its data sheet in its description.
    path : Path
        The file wanted.
    language : Language
        Of headers and words in XLSX and CSV, and of the stamp on demonstration data.
    on : date, optional
        Only what is in force on a day.
    kinds : iterable of str
        Only these kinds of structure, line or point; none is all.
    owner_id : str, optional
        Only of this organisation.
    plan_year : int, optional
        Only what belongs to the annual plan of a year.
    bbox : Bounds, optional
        Only what touches west, south, east, north in degrees.

    Returns
    -------
    tuple of Path
        The files written. Coordinates are WGS 84.

    Raises
    ------
    FormatError
        If a layer or format is unknown, or outlines are wanted as a table.
    """
    try:
        wanted = [LayerName(name) for name in dict.fromkeys(layers)]
        kind = ExportFormat(format)
    except ValueError as error:
        raise FormatError("exchange.export_unknown", value=str(error)) from None
    if not wanted or (kind in _TABLES and any(name.outlines for name in wanted)):
        raise FormatError("exchange.export_no_outlines", format=kind.value)
    if kind is ExportFormat.SHAPEFILE and any(name.mixed for name in wanted):
        raise FormatError("exchange.export_mixed", format=kind.value)
    filters = Filters(on=on, kinds=tuple(kinds), owner_id=owner_id, plan_year=plan_year, bbox=bbox)
    with register.snapshot(whole=True) as now:
        read = [read_layer(now, scope, name, language, filters) for name in wanted]
        organisations = now.organisations()
    path = Path(path)
    if kind in _ONE_LAYER and len(read) > 1:
        targets = [path.with_name(f"{path.stem}-{each.name.value}{path.suffix}") for each in read]
        groups = [[each] for each in read]
    else:
        targets, groups = [path], [read]
    for target, group in zip(targets, groups, strict=True):
        with replaced_atomically(target) as temporary:
            _write(kind, group, temporary, language, organisations)
    return tuple(targets)


def _write(
    kind: ExportFormat,
    layers: Sequence[Layer],
    path: Path,
    language: Language | str,
    organisations: Sequence[Organisation],
) -> None:
    if kind is ExportFormat.GEOPACKAGE:
        for layer in layers:
            _write_geopackage(layer, path)
    elif kind is ExportFormat.GEOJSON:
        _write_geojson(layers[0], path)
    elif kind is ExportFormat.SHAPEFILE:
        write_shapefile(layers[0], path, language)
    elif kind is ExportFormat.KML:
        write_kml(layers[0], path, language)
    else:
        words = _Words(language, organisations)
        if kind is ExportFormat.XLSX:
            _write_xlsx(layers, path, words)
        else:
            _write_csv(layers[0], path, words)


def write_table(
    layer: Layer,
    format: ExportFormat,
    path: Path,
    language: Language | str,
    organisations: Sequence[Organisation],
) -> None:
    """Write one layer as XLSX or CSV, as `export` does, over whatever stands at the path."""
    _write(format, [layer], path, language, organisations)


class _Words:
    """Values as people read them, in a language."""

    def __init__(self, language: Language | str, organisations: Sequence[Organisation]) -> None:
        self.language = language
        names = [each.name for each in organisations]
        self._owners = {
            each.id: each.name for each in organisations if names.count(each.name) == 1
        }

    def header(self, layer: Layer) -> list[str]:
        """Return the headers of a table, the place behind the identifier."""
        titles = [column.title(self.language) for column in layer.columns]
        place = [title(name, self.language) for name in _place_names(layer)]
        return [titles[0], *titles[1:], *place]

    def row(self, layer: Layer, row: LayerRow) -> list[Any]:
        """Return the values of a table's row in the order of the headers."""
        values = [
            self._word(layer, column, value)
            for column, value in zip(layer.columns, row.values, strict=True)
        ]
        return [*values, *_place(layer, row)]

    def _word(self, layer: Layer, column: LayerColumn, value: Any) -> Any:
        if isinstance(value, bool):
            return text(f"exchange.flag.{'yes' if value else 'no'}", self.language)
        if column.name in _ORGANISATIONS:
            return self._owners.get(value, value)
        return word_of(layer.name, column.name, value, self.language) or value


def _place_names(layer: Layer) -> tuple[str, ...]:
    """Return the columns of a table that say where a record of a layer lies."""
    if layer.name in SHAPED:
        return ("geometry",)
    return ("longitude", "latitude") if layer.name.placed else ()


def _place(layer: Layer, row: LayerRow) -> list[Any]:
    shape = row.geometry
    if layer.name in SHAPED and shape is not None:
        written = shapely.to_wkt(shape, rounding_precision=_DEGREE_DECIMALS)
        if len(written) > LIMITS.cell_characters:
            names = [column.name for column in layer.columns]
            raise FormatError(
                "exchange.export_line_too_long",
                code=row.values[names.index("code" if "code" in names else "name")],
                limit=LIMITS.cell_characters,
            )
        return [written]
    point = [shape.x, shape.y] if isinstance(shape, shapely.Point) else [None, None]
    return point[: len(_place_names(layer))]


def _write_xlsx(layers: Sequence[Layer], path: Path, words: _Words) -> None:
    written = [[words.row(layer, row) for row in layer.rows] for layer in layers]
    book = Workbook(write_only=True)
    for layer, rows in zip(layers, written, strict=True):
        sheet = book.create_sheet(layer.title(words.language))
        sheet.freeze_panes = "C2"
        headers = words.header(layer)
        for index, header in enumerate(headers, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = max(12, len(header) + 2)
        cells = [xlsx_cell(sheet, header) for header in headers]
        for cell in cells:
            cell.font = _BOLD
        sheet.append(cells)
        for values in rows:
            sheet.append([xlsx_cell(sheet, value) for value in values])
    book.save(path)


def _write_csv(layer: Layer, path: Path, words: _Words) -> None:
    vietnamese = words.language == Language.VI
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";" if vietnamese else ",")
        writer.writerow(words.header(layer))
        for row in layer.rows:
            writer.writerow(_csv_cell(value, vietnamese) for value in words.row(layer, row))


def _csv_cell(value: Any, vietnamese: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return _unambiguous(value, vietnamese)
    return csv_text(value) if isinstance(value, str) else str(value)


def _unambiguous(value: float, vietnamese: bool) -> str:
    """Return a number that has one reading: three decimals get a zero behind."""
    plain = np.format_float_positional(value, trim="0")
    whole, _, decimals = plain.partition(".")
    if decimals == "0":
        return whole
    padded = f"{decimals}0" if len(decimals) == 3 else decimals
    return f"{whole}{',' if vietnamese else '.'}{padded}"


def _write_geojson(layer: Layer, path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f'{{"type": "FeatureCollection", "name": "{layer.name.value}",\n')
        stream.write('"features": [')
        for index, row in enumerate(layer.rows):
            stream.write(",\n" if index else "\n")
            json.dump(_feature(layer, row), stream, ensure_ascii=False, allow_nan=False)
        stream.write("\n]}\n")


def _feature(layer: Layer, row: LayerRow) -> dict[str, Any]:
    values = {
        column.name: value.isoformat() if isinstance(value, date) else value
        for column, value in zip(layer.columns, row.values, strict=True)
    }
    geometry = None if row.geometry is None else shapely.geometry.mapping(row.geometry)
    if geometry is not None:
        geometry["coordinates"] = _rounded(geometry["coordinates"])
    return {"type": "Feature", "properties": values, "geometry": geometry}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, _DEGREE_DECIMALS)
    return [_rounded(part) for part in coordinates]


def _write_geopackage(layer: Layer, path: Path) -> None:
    geometries = np.array([row.geometry for row in layer.rows], dtype=object)
    columns = list(zip(*(row.values for row in layer.rows), strict=True)) or [
        () for _ in layer.columns
    ]
    arrays = [
        _array(column, values) for column, values in zip(layer.columns, columns, strict=True)
    ]
    pyogrio.raw.write(
        path,
        geometry=None if layer.geometry_type is None else _wkb(geometries),
        field_data=[data for data, _ in arrays],
        field_mask=[mask for _, mask in arrays],
        fields=[column.name for column in layer.columns],
        layer=layer.name.value,
        driver="GPKG",
        geometry_type=layer.geometry_type,
        crs=None if layer.geometry_type is None else "EPSG:4326",
        append=path.exists(),
    )


def _wkb(geometries: NDArray[Any]) -> Any:
    return shapely.to_wkb(geometries) if len(geometries) else geometries


def _array(column: LayerColumn, values: Sequence[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the values of a column and which of them are missing."""
    empty, kind = _EMPTY[column.type]
    filled = [empty if value is None else value for value in values]
    missing = np.array([value is None for value in values], dtype=np.bool_)
    return np.array(filled, dtype=kind), missing
