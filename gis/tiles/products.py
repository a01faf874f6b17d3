"""The elevation products that can be fetched, tile by tile of one degree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gis.errors import FormatError

__all__ = [
    "GLO30_ADDRESS",
    "MOST_SQUARES",
    "Product",
    "Square",
    "squares_around",
    "squares_within",
]

GLO30_ADDRESS = "https://copernicus-dem-30m.s3.amazonaws.com"
"""Copernicus GLO-30 in the public data programme of AWS."""

MOST_SQUARES = 400
"""Tiles of one call."""

_KM_PER_DEGREE = 110.5


@dataclass(frozen=True, slots=True, order=True)
class Square:
    """A square of one degree, by its south-western corner in whole degrees."""

    latitude: int
    longitude: int

    @property
    def name(self) -> str:
        """Return the name that SRTM gives it, such as N10E106."""
        return f"{self._north}{self._east}"

    @property
    def _north(self) -> str:
        return f"{'S' if self.latitude < 0 else 'N'}{abs(self.latitude):02d}"

    @property
    def _east(self) -> str:
        return f"{'W' if self.longitude < 0 else 'E'}{abs(self.longitude):03d}"

    @property
    def glo30_name(self) -> str:
        """Return the name that Copernicus GLO-30 gives it."""
        return f"Copernicus_DSM_COG_10_{self._north}_00_{self._east}_00_DEM"


class Product(StrEnum):
    """A product that can be fetched."""

    GLO30 = "glo30"
    SRTM = "srtm"

    @property
    def driver(self) -> str:
        """Return the one driver that opens its tiles."""
        return "GTiff" if self is Product.GLO30 else "SRTMHGT"

    def file_name(self, square: Square) -> str:
        """Return what a tile is called where it is kept."""
        return f"{square.glo30_name}.tif" if self is Product.GLO30 else f"{square.name}.hgt"

    def address(self, base: str, square: Square) -> str:
        """Return where a server of the product's layout has a tile."""
        if self is Product.GLO30:
            return f"{base.rstrip('/')}/{square.glo30_name}/{square.glo30_name}.tif"
        return f"{base.rstrip('/')}/{square.name}.SRTMGL1.hgt.zip"

    def names_in_folders(self, square: Square) -> tuple[str, ...]:
        """Return what people's files of a tile are called, in lower case."""
        if self is Product.GLO30:
            return (f"{square.glo30_name}.tif".lower(),)
        endings = (".hgt", ".srtmgl1.hgt", ".hgt.zip", ".srtmgl1.hgt.zip", ".srtmgl3.hgt.zip")
        return tuple(square.name.lower() + ending for ending in endings)


def squares_within(west: float, south: float, east: float, north: float) -> tuple[Square, ...]:
    """Return the squares that meet a box, from south-west to north-east.

    Parameters
    ----------
    west, south, east, north : float
        WGS 84 degrees; east may lie beyond 180.

    Raises
    ------
    FormatError
        If it is no box, or too large.
    """
    sane = -90 <= south < north <= 90 and -180 <= west < east <= 540
    if not sane or east - west > 360:
        raise FormatError("terrain.wrong_box", west=west, south=south, east=east, north=north)
    rows = range(math.floor(south), math.ceil(north))
    columns = range(math.floor(west), math.ceil(east))
    if len(rows) * len(columns) > MOST_SQUARES:
        raise FormatError(
            "terrain.too_many_squares", squares=len(rows) * len(columns), limit=MOST_SQUARES
        )
    found = {Square(lat, (lon + 180) % 360 - 180) for lat in rows for lon in columns}
    return tuple(sorted(found))


def squares_around(longitude: float, latitude: float, radius_km: float) -> Sequence[Square]:
    """Return the squares that meet the box around a circle; errors as of `squares_within`."""
    up = radius_km / _KM_PER_DEGREE
    farthest = min(abs(latitude) + up, 89.0)
    along = min(up / math.cos(math.radians(farthest)), 179.9)
    return squares_within(
        longitude - along if longitude - along >= -180 else longitude - along + 360,
        max(latitude - up, -90.0),
        longitude + along if longitude - along >= -180 else longitude + along + 360,
        min(latitude + up, 90.0),
    )
