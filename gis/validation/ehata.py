"""NTIA's extended Hata model against the cases that its program was published with.

The set is a folder `ehata` with `test-inputs.csv` (a path and its loss a row) and `pfls/NAME`
(the number of intervals, their length in m, and the heights in m, mobile station first).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.validation.records import RecommendationResult, beyond_rounding
from gis.validation.tables import number
from propagation.errors import PropagationError
from propagation.hata.extended import Release, extended_hata_loss
from propagation.hata.okumura import Environment

__all__ = ["FOLDER", "TOLERANCE_DB", "Case", "check", "predict", "read_cases", "read_profile"]

FOLDER = "ehata"
TOLERANCE_DB = 1e-4

_CASES = "test-inputs.csv"
_URBAN = {"23": Environment.URBAN, "24": Environment.URBAN, "22": Environment.SUBURBAN}


@dataclass(frozen=True, slots=True)
class Case:
    """One row: a path, what is asked of it, and the loss as it is printed."""

    row: int
    profile: str
    frequency_mhz: float
    base_height_m: float
    mobile_height_m: float
    environment: Environment
    loss_db: str


def check(folder: Path) -> RecommendationResult | None:
    """Compare every row, with the release of the program that computed them.

    Parameters
    ----------
    folder : Path
        The folder that holds `ehata`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no case. Differences are those beyond the rounding of what is
        printed.

    Raises
    ------
    FormatError
        If a file of the set cannot be read; the error names file, line and field.
    """
    file = folder / FOLDER / _CASES
    if not file.is_file():
        return None
    differences = [
        beyond_rounding(predict(folder / FOLDER, case, Release.FIRST), case.loss_db)
        for case in read_cases(file)
    ]
    if not differences:
        return None
    largest = float(np.max(differences))
    return RecommendationResult(
        "eHata", len(differences), largest, TOLERANCE_DB, largest <= TOLERANCE_DB
    )


def predict(folder: Path, case: Case, release: Release) -> float:
    """Predict one row, dB; `folder` is that of the set."""
    heights, step = read_profile(folder / "pfls" / case.profile)
    try:
        loss = extended_hata_loss(
            heights[::-1],  # ours begin at the base station
            step,
            frequency_mhz=case.frequency_mhz,
            base_height_m=case.base_height_m,
            mobile_height_m=case.mobile_height_m,
            environment=case.environment,
            release=release,
        )
    except PropagationError as error:
        raise FormatError(
            "validation.not_a_profile", file=case.profile, value=str(error)
        ) from error
    return float(loss.basic_transmission_loss_db)


def read_cases(file: Path) -> list[Case]:
    """Read the rows of a set.

    Raises
    ------
    FormatError
        If a column is missing or a number is none.
    """
    with file.open(encoding="utf-8", errors="replace", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [_case(file, line, row) for line, row in enumerate(rows, start=2)]


def read_profile(file: Path) -> tuple[NDArray[np.float64], float]:
    """Read the heights of a path, m, as they stand, and the step between them, m.

    Raises
    ------
    FormatError
        If there is no such file, or it is no profile.
    """
    if not file.is_file():
        raise FormatError("validation.not_a_profile", file=file.name, value="no such file")
    cells = file.read_text(encoding="utf-8", errors="replace").replace("\n", ",").split(",")
    values = [number(file, 0, "profile", cell) for cell in cells if cell.strip()]
    if len(values) < 3 or len(values) != int(values[0]) + 3:
        raise FormatError(
            "validation.not_a_profile", file=file.name, value=f"{len(values)} numbers"
        )
    return np.array(values[2:]), values[1]


def _case(file: Path, line: int, row: Mapping[str, str | None]) -> Case:
    def cell(column: str) -> str:
        value = row.get(column)
        if value is None:
            raise FormatError("validation.missing_column", file=file.name, field=column)
        return value

    def value(column: str) -> float:
        return number(file, line - 1, column, cell(column))

    value("Path Loss(dB)")
    return Case(
        line,
        cell("pfl file name"),
        value("f"),
        value("hb"),
        value("hm"),
        _URBAN.get(cell("env"), Environment.OPEN),
        cell("Path Loss(dB)"),
    )
