"""What the check of exposure reads: the antennas of a site."""

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
    distance_m : float
        Distance from the station judged, along the ground.
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
    distance_m: float
    broadcasting: bool
    source: str = ""

    @property
    def known(self) -> bool:
        """Whether everything that its field needs is."""
        return None not in (self.frequency_mhz, self.eirp_dbw, self.height_above_ground_m)
