"""The open defects of an owner as the file that it corrects and sends back.

The columns are those of every export of structures, so that they come back in as an import that
shows its differences; what is wrong stands in a last column, which an import does not read.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from data.text import Language, text
from gis.errors import FormatError
from gis.exchange.exporting import ExportFormat, write_table
from gis.exchange.layers import Filters, Layer, LayerColumn, LayerName, LayerRow, read_layer
from gis.exchange.writing import replaced_atomically
from gis.quality import OwnerQuality
from gis.register.reading import Reader
from gis.register.scopes import Scope

__all__ = ["DEFECTS_COLUMN", "write_defects"]

DEFECTS_COLUMN = "defects"
"""Name of the column that says what is wrong."""

_TABLES = (ExportFormat.XLSX, ExportFormat.CSV)


def write_defects(
    register: Reader,
    scope: Scope,
    found: OwnerQuality,
    format: ExportFormat,
    path: Path,
    *,
    language: Language | str = Language.VI,
    on: date | None = None,
) -> None:
    """Write the structures of an owner that have open defects, and what is wrong with each.

    Parameters
    ----------
    register : Reader
        The register.
    scope : Scope
        What the caller may see.
    found : OwnerQuality
        The owner's defects.
    format : ExportFormat
        `xlsx` or `csv`.
    path : Path
        The file wanted, replaced whole or not at all.
    language : Language
        Of headers, words and defects.
    on : date, optional
        The day judged.

    Raises
    ------
    FormatError
        If the format is no table.
    """
    if format not in _TABLES:
        raise FormatError("exchange.export_unknown", value=format.value)
    wrong: dict[str, list[str]] = {}
    for one in found.defects:
        said = text(f"infrastructure.defect_{one.rule}", language)
        wrong.setdefault(one.structure.id, []).append(said)
    layer = _marked(
        read_layer(register, scope, LayerName.STRUCTURES, language, Filters(on=on)), wrong
    )
    with replaced_atomically(path) as temporary:
        write_table(layer, format, temporary, language, register.organisations())


def _marked(layer: Layer, wrong: Mapping[str, list[str]]) -> Layer:
    """Return a layer with those rows only that are wrong, and why in a last column."""
    place = [column.name for column in layer.columns].index("id")
    rows = [
        LayerRow((*row.values, ". ".join(wrong[row.values[place]])), row.geometry)
        for row in layer.rows
        if row.values[place] in wrong
    ]
    columns = (*layer.columns, LayerColumn(DEFECTS_COLUMN, str))
    return replace(layer, columns=columns, rows=rows)
