"""A file as a table: read by its format's driver alone, headers as that format means them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from data.text import Language, text
from gis.exchange.answers import ImportAnswers, Option, Question, QuestionKind
from gis.exchange.formats import (
    csv_,
    dxf,
    geojson,
    geopackage,
    kml,
    opencellid,
    osm,
    shapefile,
    xlsx,
)
from gis.exchange.headers import field_of, recognised
from gis.exchange.report import ImportKind
from gis.exchange.safety import Format, Inspected, Limits
from gis.exchange.table import Table

__all__ = ["table_of", "understood"]

_LAYERS = {
    ImportKind.STRUCTURES: ("structures", "cong_trinh"),
    ImportKind.STATIONS: ("stations", "broadcast_stations", "dai"),
    ImportKind.PLAN: ("plan", "plan_entries", "quy_hoach"),
    ImportKind.MEASUREMENTS: ("measurements", "ket_qua_do"),
    ImportKind.PROTECTED_POINTS: ("protected_points", "diem_bao_ve"),
    ImportKind.ALLOTMENTS: ("allotments", "allotment_points", "phan_bo"),
    ImportKind.RUNWAYS: ("runways", "duong_cat_ha_canh"),
    ImportKind.FACILITIES: ("aviation_facilities", "dai_hang_khong"),
    ImportKind.ROADS: ("roads", "duong_bo", "duong", "giao_thong"),
    ImportKind.POPULATION: ("population", "dan_so"),
    ImportKind.INSTALLATIONS: ("installations", "thiet_bi"),
    ImportKind.LEVELS: ("levels", "attachment_levels", "muc_lap_dat"),
    ImportKind.ROUTES: ("routes", "tuyen"),
    ImportKind.DUCTS: ("ducts", "ong"),
    ImportKind.CABLES: ("cables", "cap"),
    ImportKind.CONTRACTS: ("contracts", "hop_dong"),
    ImportKind.PUBLISHED_RENTS: ("published_rents", "gia_cong_bo"),
    ImportKind.WORKS: ("planned_works", "ke_hoach", "cong_trinh_sap_xay_dung"),
    ImportKind.POINTS: ("registration_points", "diem_dang_ky", "diem_cung_cap_dich_vu"),
}
_DRAWN = (ImportKind.STRUCTURES, ImportKind.ROUTES)
_NAMES: dict[Format, dict[str, str]] = {
    Format.KML: {kml.NAME: "code"},
    Format.KMZ: {kml.NAME: "code"},
    Format.DXF: {dxf.HANDLE: "code", dxf.LAYER: "kind"},
}
"""What a format gives every feature, and the field that it is where no column is it."""


def table_of(
    file: Inspected, kind: ImportKind, answers: ImportAnswers, limits: Limits
) -> tuple[Table, list[Question]]:
    """Return what stands in a file, and the question which layer is meant where that is open.

    Parameters
    ----------
    file : Inspected
        The file; its format is decided, and its driver alone opens it.
    kind : ImportKind
        What it brings.
    answers : ImportAnswers
        What was answered so far.
    limits : Limits
        How large it may be.

    Raises
    ------
    FormatError
        If the file cannot be read.
    """
    asked: list[Question] = []

    def known(cells: Sequence[str]) -> int:
        return recognised(cells, kind)

    def choose(names: Sequence[str]) -> str | None:
        if answers.layer is not None:
            return answers.layer
        own = [name for name in names if name.casefold() in _LAYERS[kind]]
        titles = {text(f"exchange.layer.{kind.value}", language) for language in Language}
        own += [name for name in names if name in titles]
        if own:
            return own[0]
        asked.append(_which_layer(names))
        return None

    readers: dict[Format, Callable[[], Table]] = {
        Format.XLSX: lambda: xlsx.read(file, known, choose, limits),
        Format.CSV: lambda: csv_.read(file, known, limits),
        Format.GEOJSON: lambda: geojson.read(file, limits),
        Format.GEOPACKAGE: lambda: geopackage.read(file, known, choose, limits),
        Format.KML: lambda: kml.read(file, limits),
        Format.KMZ: lambda: kml.read(file, limits),
        Format.DXF: lambda: dxf.read(file, limits),
        Format.SHAPEFILE: lambda: shapefile.read(file, choose, limits),
    }
    return readers[file.format](), asked


def understood(table: Table, kind: ImportKind) -> Table:
    """Return a table with what its format means: tags of a map, names of placemarks, layers."""
    if table.format is Format.CSV and kind is ImportKind.STRUCTURES:
        return opencellid.cells(table) if opencellid.is_cells(table.header) else table
    if table.format is Format.GEOJSON and kind is ImportKind.STRUCTURES:
        own = osm.is_osm(table, lambda header: field_of(header, kind))
        return osm.structures(table) if own else table
    names = _NAMES.get(table.format, {}) if kind in _DRAWN else {}
    fields = {field_of(header, kind) for header in table.header}
    header = tuple(
        names[one] if one in names and names[one] not in fields else one for one in table.header
    )
    return replace(table, header=header)


def _which_layer(names: Sequence[str]) -> Question:
    options = tuple(
        Option((("layer", name),), "exchange.option.layer", {"layer": name}) for name in names
    )
    return Question(
        QuestionKind.LAYER,
        "layer",
        "exchange.question.layer",
        {"layers": "; ".join(names)},
        options,
    )
