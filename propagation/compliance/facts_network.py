"""What the check of allotments and single-frequency networks reads: plain records of numbers."""

from dataclasses import dataclass

from propagation.compliance.facts import BoundaryFacts
from propagation.compliance.records import Confidence
from propagation.interference.bs412 import Area

__all__ = ["AllotmentFacts", "CalculationPoint", "NetworkFacts", "NetworkPoint", "Signal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculationPoint:
    """A point around an allotment where its assignments must not be too strong.

    Attributes
    ----------
    field_strength_dbuvm : float
        Sum of the fields of all assignments of the allotment, 1 % of time; NaN if not known.
    reference_dbuvm : float
        Field of the reference network there.
    source : str
        Model and edition.
    """

    name: str
    longitude: float
    latitude: float
    field_strength_dbuvm: float
    reference_dbuvm: float
    height_m: float = 10.0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllotmentFacts:
    """The allotment that an assignment belongs to.

    Attributes
    ----------
    id : str
        The allotment.
    frequency_mhz : float
        Centre of its channel.
    site : BoundaryFacts or None
        Where the station lies in relation to the allotment's area.
    points : tuple of CalculationPoint
        Around it.
    source : str
        Where the allotment was read.
    confidence : Confidence
        How well it is known.
    """

    id: str
    frequency_mhz: float
    site: BoundaryFacts | None = None
    points: tuple[CalculationPoint, ...] = ()
    source: str = ""
    confidence: Confidence = Confidence.RECALLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """The signal of one transmitter of a network at one point.

    Attributes
    ----------
    transmitter : str
        Its name.
    median_dbuvm, rare_dbuvm : float
        Field for 50 % and for 1 % of time.
    arrival_us : float
        When it arrives, on the clock of the network.
    """

    transmitter: str
    median_dbuvm: float
    rare_dbuvm: float
    arrival_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPoint:
    """A point that a network serves, with every signal of the network there."""

    name: str
    longitude: float
    latitude: float
    signals: tuple[Signal, ...]
    height_m: float = 10.0
    area: Area = Area.RURAL
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """The single-frequency network that a station belongs to.

    Attributes
    ----------
    transmitters : int
        How many it has.
    points : tuple of NetworkPoint
        Where it is looked at.
    """

    transmitters: int
    points: tuple[NetworkPoint, ...]
