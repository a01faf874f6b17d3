"""Rec. ITU-R P.2108 against the test data of NTIA's program: values, and rows it must refuse.

The set is a folder `p2108` with one table a model; the column `rtn` is 0 where there is a value,
rounded to 0.1 dB, and otherwise the input must be refused.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.validation.records import RecommendationResult
from gis.validation.tables import read_columns
from propagation.errors import OutOfRangeError, PropagationError
from propagation.itu.p2108 import (
    TerminalClutter,
    height_gain_correction_db,
    slant_path_clutter_loss_db,
    terrestrial_clutter_loss_db,
)

__all__ = ["FOLDER", "TOLERANCE_DB", "check"]

FOLDER = "p2108"
TOLERANCE_DB = 0.05

Floats = NDArray[np.float64]

_STATUS = "rtn"
_CLUTTER = dict(enumerate(TerminalClutter, start=1))


class _Table(NamedTuple):
    """A table: its file, what is asked, what is answered, and the model."""

    file: str
    asked: tuple[str, ...]
    answered: str
    model: Callable[..., Floats]


def check(folder: Path) -> RecommendationResult | None:
    """Compare every row of the three tables.

    Parameters
    ----------
    folder : Path
        The folder that holds `p2108`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no row. A row that should be refused and is answered counts as
        an infinite difference.

    Raises
    ------
    FormatError
        If a table cannot be read, or the model refuses a row that has a value.
    """
    differences = [
        difference
        for table in _TABLES
        if (folder / FOLDER / table.file).is_file()
        for difference in _differences_db(folder / FOLDER / table.file, table)
    ]
    if not differences:
        return None
    largest = float(np.max(differences))  # NaN stays NaN, and does not pass
    return RecommendationResult(
        "P.2108", len(differences), largest, TOLERANCE_DB, largest <= TOLERANCE_DB
    )


def _differences_db(file: Path, table: _Table) -> list[float]:
    columns = read_columns(file, (*table.asked, _STATUS, table.answered))
    rows = zip(*(columns[name] for name in (*table.asked, _STATUS, table.answered)), strict=True)
    return [
        _difference_db(file, table, row[:-2], row[-1], refused=row[-2] != 0)
        for row in (tuple(float(value) for value in row) for row in rows)
    ]


def _difference_db(
    file: Path, table: _Table, asked: tuple[float, ...], answer: float, *, refused: bool
) -> float:
    try:
        found = float(table.model(*asked))
    except PropagationError as error:
        if refused and isinstance(error, OutOfRangeError):
            return 0.0
        raise FormatError("validation.not_a_case", file=file.name, value=str(error)) from error
    return float("inf") if refused else abs(found - answer)


def _height_gain(f_ghz: float, h: float, width: float, height: float, clutter: float) -> Floats:
    return height_gain_correction_db(
        f_ghz * 1000, h, height, _CLUTTER.get(int(clutter), str(clutter)), street_width_m=width
    )


def _terrestrial(f_ghz: float, distance_km: float, percent: float) -> Floats:
    return terrestrial_clutter_loss_db(f_ghz * 1000, distance_km, percent)


def _slant(f_ghz: float, elevation_deg: float, percent: float) -> Floats:
    return slant_path_clutter_loss_db(f_ghz * 1000, elevation_deg, percent)


_TABLES = (
    _Table(
        "HeightGainTerminalCorrectionModelTestData.csv",
        ("f__ghz", "h__meter", "w_s__meter", "R__meter", "clutter_type"),
        "A_h__db",
        _height_gain,
    ),
    _Table(
        "TerrestrialStatisticalModelTestData.csv",
        ("f__ghz", "d__km", "p"),
        "L_ctt__db",
        _terrestrial,
    ),
    _Table(
        "AeronauticalStatisticalModelTestData.csv",
        ("f__ghz", "theta_deg", "p"),
        "L_ces__db",
        _slant,
    ),
)
