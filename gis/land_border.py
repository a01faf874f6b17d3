"""The land border that ships: points of one stretch, approximate, and what they are."""

import csv
import tomllib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data import path

__all__ = ["BORDER_TABLE", "LandBorder", "land_border"]

BORDER_TABLE: Final = "tables/border_points.csv"
"""What names the points as the source of a fact."""

_ABOUT: Final = "tables/border.toml"


@dataclass(frozen=True, slots=True, eq=False)
class LandBorder:
    """Points of a land border.

    Attributes
    ----------
    country : str
        The country on the other side, as people of both languages read it.
    points : ndarray, shape (n, 2)
        Longitude and latitude, WGS 84 degrees.
    position_uncertainty_km : float
        How far the line drawn may be from the true one.
    source : str
        File and stretch.
    """

    country: str
    points: NDArray[np.float64]
    position_uncertainty_km: float
    source: str


def land_border() -> LandBorder:
    """Return the border that ships."""
    about = tomllib.loads(path(_ABOUT).read_text(encoding="utf-8"))
    with path(BORDER_TABLE).open(encoding="utf-8", newline="") as file:
        rows = [(float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file)]
    return LandBorder(
        country=about["country"],
        points=np.asarray(rows, dtype=np.float64),
        position_uncertainty_km=float(about["position_uncertainty_km"]),
        source=f"{BORDER_TABLE} ({about['stretch']})",
    )
