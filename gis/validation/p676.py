"""Rec. ITU-R P.676 against tables of specific attenuations of two independent programs.

`p676_13_gamma_every_10th.csv` (edition 13), `ITURP676-13_gamma.csv`, and the table of edition 12,
which agrees with edition 13 to the tolerance. Slant paths are not built, so their tables in the
same folder are not read.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.validation.records import RecommendationResult
from gis.validation.relative import Table, check_tables
from propagation.itu.p676 import specific_attenuation

__all__ = ["FOLDER", "TOLERANCE", "check"]

FOLDER = "p676"
TOLERANCE = 1e-4

Floats = NDArray[np.float64]

_TABLES = (
    Table(
        "p676_13_gamma_every_10th.csv",
        1,
        ("f (GHz)", "P (hPa)", "T (k)", "rho (g/m3)"),
        ("gamma0 (dB/km)", "gammaw (dB/km)"),
    ),
    Table("ITURP676-13_gamma.csv", 2, ("f", "P", "T", "rho"), ("gamma0", "gammaw")),
    Table("ITURP676-12_gamma.csv", 2, ("f", "P", "T", "rho"), ("gamma0", "gammaw")),
)


def check(folder: Path) -> RecommendationResult | None:
    """Compare every row: dry air and water vapour.

    Parameters
    ----------
    folder : Path
        The folder that holds `p676`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no row.

    Raises
    ------
    FormatError
        If a table cannot be read.
    """
    return check_tables("P.676", folder / FOLDER, _TABLES, _attenuations, TOLERANCE)


def _attenuations(
    f_ghz: Floats, pressure: Floats, temperature: Floats, density: Floats
) -> tuple[Floats, Floats]:
    found = specific_attenuation(
        f_ghz * 1000,
        dry_air_pressure_hpa=pressure,
        temperature_k=temperature,
        water_vapour_density_g_per_m3=density,
    )
    return found.dry_air_db_per_km, found.water_vapour_db_per_km
