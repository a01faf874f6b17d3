"""What the check of exposure reads: the antennas of a site."""

import math
from dataclasses import dataclass

__all__ = ["ExposureEmitter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureEmitter:
    """An antenna that transmits.

    Attributes
    ----------
    frequency_mhz : float or None
        Its frequency; it decides which limit holds.
    eirp_dbw : float or None
        Equivalent isotropically radiated power, all polarisations together.
    height_above_ground_m : float or None
        Height of the antenna's centre above ground.
    longitude, latitude : float
        The foot of its structure, degrees.
    east_m, north_m : float
        That foot from the station judged, along the ground.
    broadcasting : bool
        Whether it is a broadcasting station.
    source : str
        Which record it was read from.
    """

    id: str
    name: str
    frequency_mhz: float | None
    eirp_dbw: float | None
    height_above_ground_m: float | None
    longitude: float
    latitude: float
    east_m: float
    north_m: float
    broadcasting: bool
    source: str = ""

    def distance_m(self, east_m: float = 0.0, north_m: float = 0.0) -> float:
        """Return its distance along the ground from a place, the station judged unless said."""
        return math.hypot(self.east_m - east_m, self.north_m - north_m)

    @property
    def known(self) -> bool:
        """Whether everything that its field needs is."""
        return None not in (self.frequency_mhz, self.eirp_dbw, self.height_above_ground_m)
