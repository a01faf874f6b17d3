"""What the check of intermodulation reads: what transmits on a site, and what is received."""

from dataclasses import dataclass
from enum import StrEnum

from propagation.compliance.records import Confidence

__all__ = ["CarrierFacts", "SiteFacts", "VictimFacts", "VictimKind"]


class VictimKind(StrEnum):
    """What a product may disturb."""

    CHANNEL = "channel"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierFacts:
    """Something that transmits on the site or near it.

    Attributes
    ----------
    frequency_mhz, bandwidth_khz : float
        Its carrier.
    distance_m : float
        Distance from the station judged, along the ground.
    erp_dbw : float or None
        Effective radiated power.
    source : str
        Which record it was read from.
    confidence : Confidence
        How well the record is known.
    """

    id: str
    name: str
    frequency_mhz: float
    bandwidth_khz: float
    distance_m: float
    erp_dbw: float | None = None
    source: str = ""
    confidence: Confidence = Confidence.VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimFacts:
    """A broadcast channel that listeners receive, or a registered receiver.

    Attributes
    ----------
    frequency_mhz, bandwidth_khz : float
        What it receives.
    distance_km : float
        Distance from the station judged.
    confidence : Confidence
        How well the record is known.
    """

    id: str
    name: str
    kind: VictimKind
    frequency_mhz: float
    bandwidth_khz: float
    distance_km: float
    confidence: Confidence = Confidence.VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A site, seen from one of its stations.

    Attributes
    ----------
    bandwidth_khz : float
        Bandwidth of the station judged.
    carriers : tuple of CarrierFacts
        Everything else that transmits there or near.
    victims : tuple of VictimFacts
        Everything that is received, the station's own channel left out.
    unknown_frequencies : int
        How many antennas there transmit on a frequency that no record states.
    """

    bandwidth_khz: float
    carriers: tuple[CarrierFacts, ...] = ()
    victims: tuple[VictimFacts, ...] = ()
    unknown_frequencies: int = 0
