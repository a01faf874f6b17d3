"""Where ground heights come from: rasters that the department owns, or a flat delta."""

import re
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.errors import FormatError
from gis.terrain.raster import RasterTerrain
from gis.terrain.sheet import Bounds
from gis.terrain.window import Window

__all__ = ["ElevationSource", "FlatTerrain", "RasterTerrain", "flat_height_m"]

_FLAT = re.compile(r"flat-delta-(-?\d+(?:\.\d+)?)m")

Floats = NDArray[np.float64]


class ElevationSource(Protocol):
    """Anything that knows how high the ground is.

    Attributes
    ----------
    identifier : str
        Name and, for a file, the sha256 of its content; part of every study's inputs.
    flat : bool
        Whether the heights are an assumption; results on them are at most *needs verification*.
    surface_model : bool
        Whether heights include buildings and trees, so that no clutter may be added.
    cell_m : float
        How far apart heights are known, metres; 0 where they are the same everywhere.
    """

    @property
    def identifier(self) -> str:
        """Return name and sha256."""
        ...

    @property
    def flat(self) -> bool:
        """Return whether the heights are an assumption."""
        ...

    @property
    def surface_model(self) -> bool:
        """Return whether heights include buildings and trees."""
        ...

    @property
    def cell_m(self) -> float:
        """Return how far apart heights are known, metres."""
        ...

    @property
    def damaged(self) -> tuple[str, ...]:
        """Return the names of files of which some cells could not be read so far."""
        ...

    def heights_m(self, longitude: ArrayLike, latitude: ArrayLike) -> Floats:
        """Return heights above mean sea level, NaN where unknown.

        Parameters
        ----------
        longitude, latitude : array_like
            WGS 84 degrees; broadcast against each other.
        """
        ...

    def covers(self, longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
        """Return whether the source reaches points, void or not."""
        ...

    def windows(self, longitude: float, latitude: float, radius_km: float) -> tuple[Window, ...]:
        """Return the heights around a point in memory; none where they are all the same.

        A point without a height in one window is asked of the next.

        Parameters
        ----------
        longitude, latitude : float
            The point, WGS 84 degrees.
        radius_km : float
            How far around.
        """
        ...

    def holding(self, bounds: Bounds) -> "ElevationSource":
        """Return the source with what lies in a rectangle read once, for many windows there.

        Parameters
        ----------
        bounds : tuple of float
            West, south, east, north, WGS 84 degrees.
        """
        ...


class FlatTerrain:
    """The stated assumption in place of terrain data: one height everywhere.

    Parameters
    ----------
    height_m : float
        Height of the plain above mean sea level; 2 m is the Mekong delta's.

    Raises
    ------
    FormatError
        If the height is not a finite number.
    """

    flat = True
    surface_model = False
    cell_m = 0.0
    damaged: tuple[str, ...] = ()

    def __init__(self, height_m: float = 2.0) -> None:
        if not np.isfinite(height_m):
            raise FormatError("terrain.not_metres", file="flat", unit=str(height_m))
        self.height_m = float(height_m)

    def windows(
        self,
        longitude: float,  # noqa: ARG002
        latitude: float,  # noqa: ARG002
        radius_km: float,  # noqa: ARG002
    ) -> tuple[Window, ...]:
        """Return nothing: the height is the same everywhere."""
        return ()

    def holding(self, bounds: Bounds) -> "FlatTerrain":  # noqa: ARG002
        """Return itself: there is nothing to be read."""
        return self

    def covers(self, longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
        """Return that it reaches everywhere."""
        return np.isfinite(longitude) & np.isfinite(latitude)

    @property
    def identifier(self) -> str:
        """Return the name of the assumption with its height."""
        return f"flat-delta-{self.height_m:g}m"

    def heights_m(self, longitude: ArrayLike, latitude: ArrayLike) -> Floats:
        """Return the one height in the broadcast shape; NaN where a coordinate is NaN."""
        lon, lat = np.broadcast_arrays(
            np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
        )
        return np.where(np.isfinite(lon) & np.isfinite(lat), self.height_m, np.nan)


def flat_height_m(identifier: str) -> float | None:
    """Return the height of the flat delta that an identifier names; None where it names data."""
    found = _FLAT.fullmatch(identifier)
    return None if found is None else float(found[1])
