"""Every station against every other: the worst margin of each pair that a check found.

Rows are the stations that are to be protected, columns those that disturb. Nothing is predicted:
the margins are those of the findings of `protection_ratios` in a compliance study.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.text import Language, number, text
from gis.errors import FormatError
from gis.exchange.writing import csv_text
from gis.studies.findings import said
from gis.studies.record import Study
from propagation.compliance import protection_ratios

__all__ = ["Matrix", "Pair", "matrix_csv", "matrix_json", "matrix_of"]

_COLUMNS = (
    "wanted_id",
    "wanted_name",
    "wanted_mhz",
    "unwanted_id",
    "unwanted_name",
    "unwanted_mhz",
    "outcome",
    "margin_db",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One direction of two stations.

    Attributes
    ----------
    wanted, unwanted : str
        Who is protected, and against whom.
    outcome : str
        Outcome of the finding.
    margin_db : float or None
        Least margin of all points; None where it could not be assessed.
    finding : mapping
        The finding, as the study holds it.
    """

    wanted: str
    unwanted: str
    outcome: str
    margin_db: float | None
    finding: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The pairs of a check.

    Attributes
    ----------
    study_id : str
        The check.
    stations : sequence of mapping
        `id`, `name` and `frequency_mhz` of the stations that stand in a pair, by frequency.
    pairs : mapping
        Each direction that has a protection ratio, by its wanted and its unwanted station.
    """

    study_id: str
    stations: Sequence[Mapping[str, Any]]
    pairs: Mapping[tuple[str, str], Pair]


def matrix_of(study: Study) -> Matrix:
    """Return the pairs of a compliance study.

    A direction that was judged from both of its stations counts once, with the smaller margin; one
    that could not be assessed counts where neither could.

    Raises
    ------
    FormatError
        If the study is of another kind.
    """
    if study.kind != "compliance":
        raise FormatError("matrix.not_a_check", study=study.id)
    pairs: dict[tuple[str, str], Pair] = {}
    for row in study.results["stations"]:
        for finding in row["findings"]:
            pair = _pair(row["station_id"], finding)
            if pair is not None:
                there = pairs.get((pair.wanted, pair.unwanted))
                if there is None or _weight(pair) < _weight(there):
                    pairs[pair.wanted, pair.unwanted] = pair
    named = {name for key in pairs for name in key}
    stations = [
        {name: one[name] for name in ("id", "name", "frequency_mhz")}
        for one in study.inputs["stations"]
        if one["id"] in named
    ]
    stations.sort(key=lambda one: (one["frequency_mhz"], one["id"]))
    return Matrix(study.id, stations, pairs)


def matrix_json(matrix: Matrix) -> dict[str, Any]:
    """Return a matrix for a program."""
    return {
        "study": matrix.study_id,
        "stations": list(matrix.stations),
        "pairs": [
            {
                "wanted": pair.wanted,
                "unwanted": pair.unwanted,
                "outcome": pair.outcome,
                "margin_db": pair.margin_db,
                "rule": pair.finding["rule"]["id"],
                **{
                    f"reason_{language}": said(
                        pair.finding["reason"], pair.finding["values"], language
                    )
                    for language in Language
                },
            }
            for _, pair in sorted(matrix.pairs.items())
        ],
    }


def matrix_csv(matrix: Matrix, language: Language) -> str:
    """Return a matrix as a table of pairs, one a row, as spreadsheets of a language read it."""
    stations = {one["id"]: one for one in matrix.stations}
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if language == Language.VI else ",")
    writer.writerow(text(f"matrix.csv_{column}", language) for column in _COLUMNS)
    for _, pair in sorted(matrix.pairs.items()):
        cells: list[str] = []
        for one in (stations[pair.wanted], stations[pair.unwanted]):
            mhz = number(one["frequency_mhz"], language)
            cells += [csv_text(one["id"]), csv_text(one["name"]), mhz]
        margin = "" if pair.margin_db is None else number(pair.margin_db, language, 2)
        outcome = text(f"compliance.outcome.{pair.outcome}", language)
        writer.writerow([*cells, outcome, margin])
    return "\ufeff" + written.getvalue()


def _pair(station_id: str, finding: Mapping[str, Any]) -> Pair | None:
    other = finding["counterpart"]
    if finding["check"] != protection_ratios.CHECK or not other:
        return None
    received = ".protection_received_" in finding["reason"]
    wanted, unwanted = (station_id, other) if received else (other, station_id)
    return Pair(wanted, unwanted, finding["outcome"], finding["margin_db"], finding)


def _weight(pair: Pair) -> tuple[bool, float]:
    """Return the place of a pair among those of one direction: the smallest margin first."""
    return pair.margin_db is None, pair.margin_db or 0.0
