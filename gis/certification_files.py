"""The list of inspections as a table for spreadsheets."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from data.text import Language, text
from gis.certification import StationRow
from gis.exchange.exporting import ExportFormat
from gis.exchange.writing import csv_cell, replaced_atomically, write_sheet

__all__ = ["write_certification"]

_COLUMNS: Final = (
    "kind",
    "id",
    "name",
    "owner",
    "commune",
    "technologies",
    "state",
    "last_day",
    "days",
    "certificate",
    "notice",
    "missing",
    "exposure",
    "exposure_unknown",
)

Cell = str | float | int | date | None


def write_certification(
    rows: Sequence[StationRow],
    owners: Mapping[str, str],
    format: ExportFormat,
    path: Path,
    language: Language,
) -> None:
    """Write the list, whole or not at all; no cell is a formula.

    Parameters
    ----------
    rows : sequence of StationRow
        The stations.
    owners : mapping of str to str
        Names of organisations by id.
    format : ExportFormat
        XLSX, else CSV is written.
    path : Path
        The file wanted.
    language : Language
        Of headers and words.
    """
    lines = _lines(rows, owners, language)
    if format is ExportFormat.XLSX:
        write_sheet(text("certification.menu", language), lines, path)
        return
    with (
        replaced_atomically(path) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as stream,
    ):
        writer = csv.writer(stream, delimiter=";" if language is Language.VI else ",")
        for line in lines:
            writer.writerow(csv_cell(value, language) for value in line)


def _lines(
    rows: Sequence[StationRow], owners: Mapping[str, str], language: Language
) -> Iterator[list[Cell]]:
    yield [text(f"certification.column_{name}", language) for name in _COLUMNS]
    for row in rows:
        missing = [text(f"certification.fact_{one}", language) for one in row.listing.missing]
        reach = row.exposure.distance_m
        yield [
            text(f"certification.kind_{row.kind}", language),
            row.id,
            row.name,
            owners.get(row.owner_id or "", row.owner_id),
            row.commune_name,
            ", ".join(row.technologies),
            text(f"certification.state_{row.state.value}", language),
            row.due.last_day,
            row.due.days,
            row.certificate.number,
            row.notice.number,
            "; ".join(missing),
            None if reach is None else round(reach, 1),
            row.exposure.unknown,
        ]
    if any(row.synthetic for row in rows):
        yield [text("certification.synthetic", language)]
