"""What the checks read: plain records of numbers, enumerations and dates.

No geometry lives here: distances, inside flags and fields come filled in by whoever has a map.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from propagation.compliance.records import Confidence, EvidenceKind
from propagation.errors import PropagationError
from propagation.interference.bs412 import Area, Reception
from propagation.interference.dvbt2 import Mode
from propagation.interference.protection import Service
from propagation.profile import Polarization

__all__ = [
    "AZIMUTHS",
    "BoundaryFacts",
    "CommuneFacts",
    "FieldAtPoint",
    "HeightFacts",
    "PairFacts",
    "PlanFacts",
    "ProtectionPoint",
    "StationFacts",
    "TerrainFacts",
    "all_components_dbw",
]

AZIMUTHS: Final = 36
"""Values of a pattern: one each 10 degrees from true north (GE84, Annex 3)."""


_ROUNDING: Final = 4
"""Decimals of a sum of powers in dBW."""


def all_components_dbw(
    total_dbw: float | None, horizontal_dbw: float | None, vertical_dbw: float | None
) -> float | None:
    """Return the effective radiated power of all components of a record, dBW.

    The sum of both polarisations (GE84, Annex 3), or the total on record where that is larger: a
    total that holds the larger part only would hide the other.

    Parameters
    ----------
    total_dbw, horizontal_dbw, vertical_dbw : float or None
        As recorded.

    Returns
    -------
    float or None
        None where nothing is recorded.
    """
    parts = [part for part in (horizontal_dbw, vertical_dbw) if part is not None]
    if not parts:
        return total_dbw
    together = 10 * math.log10(sum(10 ** (part / 10) for part in parts))
    if total_dbw is not None and total_dbw >= together:
        return total_dbw
    return round(together, _ROUNDING)


def _require_pattern(name: str, values: tuple[float, ...]) -> None:
    if len(values) not in (0, AZIMUTHS):
        raise PropagationError(f"{name} needs {AZIMUTHS} values or none, not {len(values)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFacts:
    """A broadcasting station as its record states it.

    Attributes
    ----------
    station_class : str
        Rank in the plan (`national`, `provincial`, `other`).
    erp_total_dbw : float or None
        Total effective radiated power.
    erp_horizontal_dbw, erp_vertical_dbw : float or None
        Its part in each polarisation.
    attenuation_db : tuple of 36 floats
        Reduction of e.r.p. at 0, 10 ... 350 degrees from true north; empty when
        non-directional.
    pattern_source : str
        What the attenuations were computed from; empty where they are those of the record.
    height_above_ground_m : float or None
        Height of the antenna's centre above ground.
    effective_height_max_m : float or None
        Largest effective height.
    confidence : Confidence
        How well the record is known.
    source : str
        Where the record came from.
    service : Service
        Its service, which decides by what rules it is judged.
    mode : Mode or None
        DVB-T2 mode of a television station; None where it is not known.

    Raises
    ------
    PropagationError
        If a pattern has neither 36 values nor none.
    """

    id: str
    name: str
    programme: str
    station_class: str
    frequency_mhz: float
    longitude: float
    latitude: float
    reception: Reception = Reception.STEREO
    polarization: Polarization = Polarization.HORIZONTAL
    erp_total_dbw: float | None = None
    erp_horizontal_dbw: float | None = None
    erp_vertical_dbw: float | None = None
    attenuation_db: tuple[float, ...] = ()
    pattern_source: str = ""
    height_above_ground_m: float | None = None
    effective_height_max_m: float | None = None
    effective_height_m: tuple[float, ...] = ()
    province_code: str | None = None
    confidence: Confidence = Confidence.VERIFIED
    source: str = ""
    service: Service = Service.FM
    mode: Mode | None = None

    def __post_init__(self) -> None:
        """Refuse patterns of another length."""
        _require_pattern("attenuation_db", self.attenuation_db)
        _require_pattern("effective_height_m", self.effective_height_m)

    @property
    def erp_all_dbw(self) -> float | None:
        """Effective radiated power of both polarisations together; None where not known."""
        return all_components_dbw(
            self.erp_total_dbw, self.erp_horizontal_dbw, self.erp_vertical_dbw
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """One line of a channel plan.

    Attributes
    ----------
    erp_max_dbw : float or None
        Largest effective radiated power that the entry allows.
    attenuation_db : tuple of 36 floats
        How far the allowed power is below it at 0, 10 ... 350 degrees from true north, where the
        entry states a pattern; otherwise empty.
    power_max_kw : float or None
        Power as printed when the plan does not say that it is radiated power: it cannot be
        compared with an e.r.p.

    Raises
    ------
    PropagationError
        If a pattern has neither 36 values nor none.
    """

    id: str
    plan_id: str
    frequency_mhz: float
    programme: str
    site_name: str
    station_class: str
    instrument: str
    clause: str
    antenna_height_m: float | None = None
    effective_height_max_m: float | None = None
    erp_max_dbw: float | None = None
    attenuation_db: tuple[float, ...] = ()
    power_max_kw: float | None = None
    polarization: Polarization | None = None
    province_code: str | None = None
    confidence: Confidence = Confidence.VERIFIED
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse patterns of another length."""
        _require_pattern("attenuation_db", self.attenuation_db)


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainFacts:
    """The ground that predictions stood on.

    Attributes
    ----------
    identifier : str
        Name and hash of the elevation source.
    flat : bool
        Whether there was none: nothing predicted on it is better than *needs verification*.
    """

    identifier: str
    flat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryFacts:
    """Where a point lies in relation to one boundary, as valid on the date judged.

    Attributes
    ----------
    inside : bool or None
        Whether the point is inside the unit; None where that cannot be said.
    distance_to_boundary_m : float
        Distance to the outline, 0 or more.
    position_uncertainty_m : float
        How far the outline may be from the truth; the distance inherits it.
    official : bool
        Whether the outline came from the authority; otherwise it is approximate.
    valid_from, valid_to : date or None
        When this outline was in force.
    """

    unit_code: str
    unit_name: str
    inside: bool | None
    distance_to_boundary_m: float
    position_uncertainty_m: float
    official: bool
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def certain(self) -> bool:
        """Whether the point is farther from the outline than the outline may be wrong."""
        return self.inside is not None and (
            self.distance_to_boundary_m > self.position_uncertainty_m
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAtPoint:
    """The field of one station at one point.

    Attributes
    ----------
    field_strength_dbuvm : float
        Field strength; NaN where it is not known.
    time_percent, location_percent : float
        Share of time and of locations for which it is exceeded.
    distance_km : float or None
        Distance from the station.
    height_m : float
        Height of the antenna that receives, above ground.
    area : Area
        Surroundings of the point.
    kind : EvidenceKind
        Prediction or measurement.
    uncertainty_db : float or None
        Expanded uncertainty of a measurement.
    source : str
        Model and edition, or the measurement report.
    boundary : BoundaryFacts or None
        Where the point lies in relation to the station's own province.
    """

    name: str
    longitude: float
    latitude: float
    field_strength_dbuvm: float
    time_percent: float = 50.0
    location_percent: float = 50.0
    distance_km: float | None = None
    height_m: float = 10.0
    area: Area = Area.RURAL
    kind: EvidenceKind = EvidenceKind.PREDICTION
    uncertainty_db: float | None = None
    source: str = ""
    boundary: BoundaryFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionPoint:
    """A point where a wanted station is to be received against one unwanted station.

    Attributes
    ----------
    wanted_dbuvm : float
        Wanted field, 50 % of locations and of time.
    steady_dbuvm, tropospheric_dbuvm : float
        Unwanted field, 50 % of locations, 50 % and 1 % of time.
    discrimination_db : float
        What the receiving antenna takes off the unwanted station (Rec. ITU-R BS.599); 0 is none.
    distance_to_wanted_km, distance_to_unwanted_km : float or None
        Distances to both stations.
    height_m, area, kind, uncertainty_db, source
        As in FieldAtPoint; the uncertainty is that of the ratio of the two fields.
    boundary : BoundaryFacts or None
        Where the point lies in relation to the wanted station's own province; outside it the
        station is not protected.
    """

    name: str
    longitude: float
    latitude: float
    wanted_dbuvm: float
    steady_dbuvm: float
    tropospheric_dbuvm: float
    discrimination_db: float = 0.0
    distance_to_wanted_km: float | None = None
    distance_to_unwanted_km: float | None = None
    height_m: float = 10.0
    area: Area = Area.RURAL
    kind: EvidenceKind = EvidenceKind.PREDICTION
    uncertainty_db: float | None = None
    source: str = ""
    boundary: BoundaryFacts | None = None

    @property
    def known(self) -> bool:
        """Whether all three fields are."""
        return not math.isnan(self.wanted_dbuvm + self.steady_dbuvm + self.tropospheric_dbuvm)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFacts:
    """Another station within reach, and the points where the two meet.

    Attributes
    ----------
    other : StationFacts
        The other station.
    distance_km : float
        Distance between the two.
    received : tuple of ProtectionPoint
        Points of the station's own service; the other one is unwanted there.
    caused : tuple of ProtectionPoint
        Points of the other's service; the station itself is unwanted there.
    """

    other: StationFacts
    distance_km: float
    received: tuple[ProtectionPoint, ...] = ()
    caused: tuple[ProtectionPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuneFacts:
    """The commune that a record names, and where the recorded coordinate lies.

    Attributes
    ----------
    inside_bounds : bool or None
        Whether the coordinate is inside the commune's bounding box.
    distance_to_point_km : float or None
        Distance to the commune's representative point.
    boundary : BoundaryFacts or None
        Relation to the commune's outline; None where only point and bounds are known.
    """

    code: str
    name: str
    inside_bounds: bool | None = None
    distance_to_point_km: float | None = None
    boundary: BoundaryFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightFacts:
    """The effective height computed from the terrain.

    Attributes
    ----------
    effective_height_max_m : float
        Largest over the azimuths.
    source : str
        Elevation source and method.
    effective_height_m : tuple of 36 floats
        At 0, 10 ... 350 degrees from true north, NaN where the terrain is void; empty where only
        the largest is known.

    Raises
    ------
    PropagationError
        If there are neither 36 heights nor none.
    """

    effective_height_max_m: float
    source: str
    effective_height_m: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse heights of another number."""
        _require_pattern("effective_height_m", self.effective_height_m)
