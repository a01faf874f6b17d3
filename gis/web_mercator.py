"""Tiles of the quad tree of Web Mercator: the tile matrix set WebMercatorQuad.

References
----------
.. [TMS] OGC 17-083r4, Two Dimensional Tile Matrix Set and Tile Set Metadata: annex D.1.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.errors import NotFoundError
from gis.register.records import Bounds

__all__ = ["DEEPEST", "HALF_M", "MERCATOR", "TILE_PX", "Tile", "fractions", "tile_at"]

MERCATOR: Final = 3857
"""EPSG code of Web Mercator."""

HALF_M: Final = 20037508.342789244
"""Half of the side of the square that the quad tree divides, m."""

TILE_PX: Final = 256
"""Side of a tile in pixels, as the tile matrix set states it."""

DEEPEST: Final = 24
"""The deepest tile matrix of the set."""

_FARTHEST_DEG: Final = 89.9


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile.

    Attributes
    ----------
    level : int
        Its tile matrix; 0 is one tile for the world.
    row, column : int
        From the north and from the west, from 0.
    """

    level: int
    row: int
    column: int

    @property
    def bounds_m(self) -> Bounds:
        """West, south, east, north, m in Web Mercator."""
        side = 2 * HALF_M / 2**self.level
        west, north = self.column * side - HALF_M, HALF_M - self.row * side
        return west, north - side, west + side, north

    def bounds_deg(self, margin: float = 0.0) -> Bounds:
        """Return west, south, east, north, degrees.

        Parameters
        ----------
        margin : float
            How far the box goes beyond the tile, in sides of it.
        """
        count = 2**self.level
        west, east = self.column - margin, self.column + 1 + margin
        north, south = self.row - margin, self.row + 1 + margin
        return (
            max(-180.0, west / count * 360 - 180),
            max(-90.0, _latitude(south / count)),
            min(180.0, east / count * 360 - 180),
            min(90.0, _latitude(north / count)),
        )


def _latitude(fraction: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * fraction))))


def tile_at(level: int, row: int, column: int) -> Tile:
    """Return a tile.

    Raises
    ------
    NotFoundError
        If the tile matrix set has none there.
    """
    if not 0 <= level <= DEEPEST:
        raise NotFoundError("ogc.tile_matrix_unknown", deepest=DEEPEST)
    if not (0 <= row < 2**level and 0 <= column < 2**level):
        raise NotFoundError("ogc.tile_outside", last=2**level - 1)
    return Tile(level, row, column)


def fractions(
    longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where places lie in the square of the quad tree.

    Parameters
    ----------
    longitude_deg, latitude_deg : ndarray
        WGS 84.

    Returns
    -------
    tuple of ndarray
        From the west and from the north, in sides of the square; beyond 0 to 1 nothing is in it.
    """
    phi = np.radians(np.clip(latitude_deg, -_FARTHEST_DEG, _FARTHEST_DEG))
    return longitude_deg / 360 + 0.5, 0.5 - np.arcsinh(np.tan(phi)) / (2 * math.pi)
