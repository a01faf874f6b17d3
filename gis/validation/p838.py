"""Rec. ITU-R P.838 against a table of an independent program."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.validation.records import RecommendationResult
from gis.validation.relative import Table, check_tables
from propagation.itu.p838 import rain_specific_attenuation

__all__ = ["FOLDER", "TOLERANCE", "check"]

FOLDER = "p838"
TOLERANCE = 1e-4

Floats = NDArray[np.float64]

_TABLES = (
    Table(
        "ITURP838-3_rain_specific_attenuation.csv",
        2,
        ("f", "R", "tau", "el"),
        ("k", "alpha", "gamma_r"),
    ),
)


def check(folder: Path) -> RecommendationResult | None:
    """Compare every row: both coefficients and the attenuation.

    Parameters
    ----------
    folder : Path
        The folder that holds `p838`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no row.

    Raises
    ------
    FormatError
        If the table cannot be read.
    """
    return check_tables("P.838", folder / FOLDER, _TABLES, _rain, TOLERANCE)


def _rain(
    f_ghz: Floats, rate: Floats, tilt: Floats, elevation: Floats
) -> tuple[Floats, Floats, Floats]:
    found = rain_specific_attenuation(
        f_ghz * 1000, rate, polarization_tilt_deg=tilt, elevation_deg=elevation
    )
    return found.k, found.alpha, found.specific_attenuation_db_per_km
