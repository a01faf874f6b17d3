"""What the aeronautical check reads: test points, and the stations as received there."""

import math
from dataclasses import dataclass
from enum import StrEnum

from propagation.compliance.records import Confidence

__all__ = ["AeronauticalPoint", "BroadcastSignal", "Radionavigation"]


class Radionavigation(StrEnum):
    """What is received in the aircraft."""

    ILS = "ils"
    VOR = "vor"
    COM = "com"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSignal:
    """A broadcasting station at a test point.

    Attributes
    ----------
    frequency_mhz : float
        Its carrier.
    distance_to_judged_m : float
        Distance of its mast from that of the station judged, along the ground.
    distance_km : float
        Distance from the test point.
    erp_dbw : float or None
        Effective radiated power towards the point.
    field_dbuvm : float
        Field at the point, free space as a rule; NaN where it is not known.
    power_dbm : float or None
        Power at the input of the aircraft's receiver. None: taken from the field with a lossless
        isotropic antenna, which is more than any aircraft's antenna and feeder deliver.
    transmitter_power_w : float or None
        Output power of its transmitter, as licensed.
    """

    station_id: str
    name: str
    frequency_mhz: float
    distance_to_judged_m: float
    distance_km: float
    field_dbuvm: float
    erp_dbw: float | None = None
    power_dbm: float | None = None
    transmitter_power_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AeronauticalPoint:
    """A test point of a radionavigation or communication service.

    Attributes
    ----------
    kind : Radionavigation
        ILS localizer, VOR or communication, or that no record says which.
    frequency_mhz : float
        What is received there; NaN where it is not known.
    longitude, latitude, height_m : float
        The point; height above ground.
    signals : tuple of BroadcastSignal
        Broadcasting stations there, the one judged among them.
    source : str
        Where the point came from.
    confidence : Confidence
        How well its record is known.
    """

    id: str
    name: str
    kind: Radionavigation
    frequency_mhz: float
    longitude: float
    latitude: float
    height_m: float
    signals: tuple[BroadcastSignal, ...] = ()
    source: str = ""
    confidence: Confidence = Confidence.VERIFIED

    @property
    def received(self) -> bool:
        """Whether it is known what is received there, which the criteria need."""
        return self.kind is not Radionavigation.UNKNOWN and not math.isnan(self.frequency_mhz)
