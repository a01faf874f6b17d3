"""What site planning asks of the register: runways, aeronautical facilities, zones of layers."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shapely import MultiPolygon

from gis.register.records import Provenance
from propagation.siting.facts import Instrument

__all__ = ["AviationFacility", "FacilityKind", "PlanningZone", "Runway", "ZoneKind"]


class FacilityKind(StrEnum):
    """A kind of aeronautical radio facility with a building restricted area of its own."""

    DME = "dme"
    CVOR = "cvor"
    DVOR = "dvor"
    DF = "df"
    MARKER = "marker"
    NDB = "ndb"
    GBAS_RECEIVER = "gbas_receiver"
    VDB = "vdb"
    VDB_MONITOR = "vdb_monitor"
    VHF = "vhf"
    RADAR = "radar"
    LOCALIZER_SINGLE = "llz_single"
    LOCALIZER_DUAL = "llz_dual"
    GLIDE_PATH = "gp"
    MLS_AZIMUTH = "mls_azimuth"
    MLS_ELEVATION = "mls_elevation"


class ZoneKind(StrEnum):
    """What a zone of a layer is.

    An extent says how far the layer of its name was drawn, whether or not anything lies there; of
    runways and facilities, where all are on record that reach so far.
    """

    PLAN = "plan"
    WATER = "water"
    PROTECTED = "protected"
    BORDER_BELT = "border_belt"
    AGREED_HEIGHT = "agreed_height"
    RAILWAY = "railway"
    WATER_EXTENT = "water_extent"
    PROTECTED_EXTENT = "protected_extent"
    RAILWAY_EXTENT = "railway_extent"
    RUNWAY_EXTENT = "runway_extent"
    FACILITY_EXTENT = "facility_extent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runway:
    """A runway; its place is the first threshold.

    Attributes
    ----------
    aerodrome : str
        The aerodrome.
    name : str
        The runway's designators, for example 07L/25R; the first threshold is the first of them.
    end_longitude, end_latitude : float
        The second threshold, WGS 84 degrees.
    elevation_m, end_elevation_m : float
        Of the two thresholds, above mean sea level.
    aerodrome_elevation_m : float or None
        Of the aerodrome; that of the higher threshold where it is not stated.
    strip_beyond_m : float or None
        How far the strip reaches beyond each runway end; that of the rules where it is not stated.
    strip_width_m : float or None
        Whole width of the strip; that of the rules where it is not stated.
    clearway_m, end_clearway_m : float
        Clearway beyond the runway end at the first threshold, and at the second.
    design_group : str
        I, IIA, IIB, IIC, III, IV or V.
    instrument_class : Instrument
        What it is equipped for.
    military : bool
        Whether the aerodrome is a military one.
    """

    id: str
    aerodrome: str
    name: str
    longitude: float
    latitude: float
    end_longitude: float
    end_latitude: float
    elevation_m: float
    end_elevation_m: float
    aerodrome_elevation_m: float | None = None
    strip_beyond_m: float | None = None
    strip_width_m: float | None = None
    clearway_m: float = 0.0
    end_clearway_m: float = 0.0
    design_group: str
    instrument_class: Instrument
    military: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class AviationFacility:
    """An aeronautical radio facility.

    Attributes
    ----------
    elevation_m : float or None
        Of the ground at the antenna, above mean sea level.
    direction_deg : float or None
        Azimuth ahead of a directional antenna, from true north: towards the threshold.
    threshold_m : float or None
        From the antenna to the threshold that it serves.
    """

    id: str
    kind: FacilityKind
    name: str
    longitude: float
    latitude: float
    elevation_m: float | None = None
    direction_deg: float | None = None
    threshold_m: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanningZone:
    """A zone of a layer that a department brought in.

    Attributes
    ----------
    kind : ZoneKind
        What the zone is.
    geometry : MultiPolygon
        Outline, WGS 84.
    mast_classes : tuple of str
        Of a zone of the plan: classes of masts that it allows; empty where it names none.
    height_limit_m : float or None
        Height above ground that was agreed for it.
    """

    id: str
    kind: ZoneKind
    name: str
    geometry: MultiPolygon
    mast_classes: tuple[str, ...] = field(default=())
    height_limit_m: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance
