"""The communes of a mobile coverage as a table for spreadsheets."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from data.text import Language, text
from gis.errors import FormatError
from gis.exchange.writing import csv_cell, write_sheet
from gis.studies.record import Study

__all__ = ["communes_csv", "write_communes_xlsx"]

_AREAS: Final = ("area_km2", "covered_km2", "gap_km2", "unknown_km2", "overlap_km2", "shared_km2")
_DECIMALS: Final = 3

Cell = str | float | None


def communes_csv(study: Study, language: Language) -> str:
    """Return the communes of a study, one a row, as spreadsheets of a language read them.

    Raises
    ------
    FormatError
        If the study is of another kind.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if language == Language.VI else ",")
    for row in _rows(study, language):
        writer.writerow(csv_cell(value, language, _DECIMALS) for value in row)
    return "\ufeff" + written.getvalue()


def write_communes_xlsx(study: Study, path: Path, language: Language) -> None:
    """Write the communes of a study to a workbook of one sheet.

    Raises
    ------
    FormatError
        If the study is of another kind.
    """
    write_sheet(text("mobile.communes", language), list(_rows(study, language)), path)


def _rows(study: Study, language: Language) -> Iterator[list[Cell]]:
    """Yield the heads, then the communes, then what has to be known of them."""
    if study.kind != "mobile":
        raise FormatError("mobile.not_mobile", study=study.id)
    operators = [one["name"] for one in study.inputs["operators"]]
    heads = ("code", "name", *_AREAS, "covered_percent")
    yield [
        *(text(f"mobile.column_{name}", language) for name in heads),
        *(text("mobile.column_operator_percent", language, name=name) for name in operators),
        *(text(f"mobile.column_{name}", language) for name in _AFTER),
    ]
    for row in study.results["communes"]:
        yield _row(row, language)
    notes = ["prediction", *(["synthetic"] if study.synthetic else [])]
    for note in notes:
        yield [text(f"mobile.{note}", language)]


_AFTER: Final = ("population", "population_covered", "method", "whole")


def _row(row: dict[str, Any], language: Language) -> list[Cell]:
    return [
        row["code"],
        row["name"],
        *(row[name] for name in _AREAS),
        round(100 * row["share_covered"], _DECIMALS),
        *(round(100 * (share or 0.0), _DECIMALS) for share in row["operators"]),
        row["population"],
        row["population_covered"],
        text(f"mobile.method_{row['method']}", language),
        text("documents.yes" if row["whole"] else "documents.no", language),
    ]
