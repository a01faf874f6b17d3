"""Rec. ITU-R P.2109 against a table of an independent program."""

from pathlib import Path

import numpy as np

from gis.errors import FormatError
from gis.validation.records import RecommendationResult
from gis.validation.tables import read_columns
from propagation.errors import PropagationError
from propagation.itu.p2109 import Building, building_entry_loss_db

__all__ = ["FOLDER", "TOLERANCE_DB", "check"]

FOLDER = "p2109"
TOLERANCE_DB = 1e-4

_FILE = "p2109_every_12th.csv"
_COLUMNS = (
    "freqency (GHz)",  # spelt so in the table
    "probability (%)",
    "building type",
    "elevation angle (deg)",
    "building entry loss (dB)",
)
_BUILDINGS = np.array([Building.TRADITIONAL.value, Building.THERMALLY_EFFICIENT.value])


def check(folder: Path) -> RecommendationResult | None:
    """Compare every row.

    Parameters
    ----------
    folder : Path
        The folder that holds `p2109`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no row.

    Raises
    ------
    FormatError
        If the table cannot be read, or holds what the model refuses.
    """
    file = folder / FOLDER / _FILE
    if not file.is_file():
        return None
    columns = read_columns(file, _COLUMNS)
    f_ghz, percent, kind, elevation, answer = (columns[name] for name in _COLUMNS)
    if not kind.size:
        return None
    if not np.isin(kind, (1, 2)).all():
        raise FormatError("validation.not_a_case", file=file.name, value=_COLUMNS[2])
    try:
        found = building_entry_loss_db(
            f_ghz * 1000, percent, _BUILDINGS[kind.astype(np.intp) - 1], elevation_deg=elevation
        )
    except PropagationError as error:
        raise FormatError("validation.not_a_case", file=file.name, value=str(error)) from error
    largest = float(np.max(np.abs(found - answer)))  # NaN stays NaN, and does not pass
    return RecommendationResult(
        "P.2109", answer.size, largest, TOLERANCE_DB, largest <= TOLERANCE_DB
    )
