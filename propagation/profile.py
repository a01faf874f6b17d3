"""The path profile: what lies between a transmitter and a receiver."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from propagation.errors import PropagationError

__all__ = ["PathProfile", "Polarization", "RadioClimaticZone"]

Floats = NDArray[np.float64]


class RadioClimaticZone(IntEnum):
    """Radio-climatic zone of a profile point; the codes of Rec. ITU-R P.1812-8, section 3.2."""

    SEA = 1
    COASTAL_LAND = 3
    INLAND = 4


class Polarization(StrEnum):
    """Polarisation of an emission; mixed takes the larger field of the two."""

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, eq=False)
class PathProfile:
    """One path or many of the same number of points, transmitter first.

    Attributes
    ----------
    distance_km : ndarray, shape (..., n)
        Distance from the transmitter along the path, increasing, first value 0.
    terrain_height_m : ndarray, shape (..., n)
        Terrain height above mean sea level.
    clutter_height_m : ndarray, shape (..., n)
        Representative clutter height above the terrain (Rec. ITU-R P.1812-8, Table 2); 0 where
        the terrain is bare, and everywhere when the terrain heights are a surface model's.
    zone : ndarray of int8, shape (..., n)
        RadioClimaticZone code of each point.

    Raises
    ------
    PropagationError
        If the shapes disagree or the distances do not start at 0.
    """

    distance_km: Floats
    terrain_height_m: Floats
    clutter_height_m: Floats
    zone: NDArray[np.int8]

    def __post_init__(self) -> None:
        """Refuse profiles that no model could read."""
        shape = self.terrain_height_m.shape
        for name in ("distance_km", "clutter_height_m", "zone"):
            if np.broadcast_shapes(getattr(self, name).shape, shape) != shape:
                raise PropagationError(f"{name} does not broadcast to the terrain's shape {shape}")
        if not np.all(self.distance_km[..., 0] == 0):
            raise PropagationError("distance_km must start at 0, at the transmitter")
