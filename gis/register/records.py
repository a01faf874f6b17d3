"""The records of the register: what a department knows, as plain frozen values.

Coordinates are WGS 84 degrees (EPSG:4326), heights metres, powers as named. Every record carries
where it came from. Vietnamese terms are the law's own; their names for people are in the catalogue
`register` (`register.structure_kind.antenna_mast` and so on).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from shapely import MultiPolygon

from gis.register.antennas import Antenna
from propagation.compliance.records import Confidence
from propagation.profile import Polarization

__all__ = [
    "LATER",
    "AdministrativeUnit",
    "Boundary",
    "Bounds",
    "BroadcastStation",
    "ImportBatch",
    "Measurement",
    "MeasurementKind",
    "Organisation",
    "OrganisationKind",
    "PlanEntry",
    "ProtectedPoint",
    "ProtectedPointKind",
    "Provenance",
    "Reception",
    "Service",
    "StationClass",
    "UnitKind",
    "dated_id",
]

LATER: Final[Mapping[str, bool]] = MappingProxyType({"later": True})
"""Marks a field that records of older registers and studies do not have: without a value nothing
is written of it, so that what was written before stays the same to the byte."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def dated_id(code: str, valid_from: date | None) -> str:
    """Return the row's name of a unit or a boundary: its code and the first day it holds."""
    return code if valid_from is None else f"{code}@{valid_from.isoformat()}"


class OrganisationKind(StrEnum):
    """What an organisation does."""

    OPERATOR = "operator"
    BROADCASTER = "broadcaster"
    INFRASTRUCTURE_OWNER = "infrastructure_owner"
    AUTHORITY = "authority"
    OTHER = "other"


class Service(StrEnum):
    """A broadcasting service with its own plan."""

    FM = "fm"
    TELEVISION = "television"
    WIRELESS_PUBLIC_ADDRESS = "wireless_public_address"


class Reception(StrEnum):
    """How an FM emission is received."""

    MONO = "mono"
    STEREO = "stereo"


class StationClass(StrEnum):
    """Rank of a station in the plan: national before provincial before others."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    OTHER = "other"


class MeasurementKind(StrEnum):
    """How a field strength was measured."""

    FIXED = "fixed"
    DRIVE_TEST = "drive_test"


class ProtectedPointKind(StrEnum):
    """What a point is whose reception is protected from broadcasting."""

    ILS_LOCALIZER = "ils_localizer"
    VOR = "vor"
    COM = "com"
    MONITORING_STATION = "monitoring_station"
    TEST_POINT = "test_point"


class UnitKind(StrEnum):
    """Kind of an administrative unit."""

    PROVINCE = "tinh"
    CITY_PROVINCE = "thanh_pho_truc_thuoc_trung_uong"
    DISTRICT = "huyen"
    TOWN = "thi_xa"
    CITY = "thanh_pho"
    COMMUNE = "xa"
    WARD = "phuong"
    TOWNSHIP = "thi_tran"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a record came from.

    Attributes
    ----------
    confidence : Confidence
        How well it is known; `SYNTHETIC` is demonstration data and shows as such everywhere.
    source : str
        Document, file or person.
    batch_id : str or None
        The import that brought it.
    row : int or None
        Row of that file, counted as the file's own program counts.
    """

    confidence: Confidence
    source: str
    batch_id: str | None = None
    row: int | None = None

    @property
    def synthetic(self) -> bool:
        """Whether this is demonstration data."""
        return self.confidence is Confidence.SYNTHETIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An operator, broadcaster, owner or authority."""

    id: str
    name: str
    kind: OrganisationKind
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastStation:
    """A broadcasting station with the characteristics of GE84, Annex 3.

    Attributes
    ----------
    erp_total_dbw : float or None
        Total effective radiated power, the sum of both polarisations; checks take the sum where
        it is larger (`gis.radiated`).
    erp_horizontal_dbw, erp_vertical_dbw : float or None
        Per polarisation.
    attenuation_db : tuple of 36 floats
        Reduction of e.r.p. at 0, 10 ... 350 degrees from true north; empty when
        non-directional.
    height_above_ground_m : float or None
        Height of the antenna's centre above ground.
    ground_height_m : float or None
        Height of the ground above mean sea level.
    effective_height_m : tuple of 36 floats
        Effective height per azimuth; empty when not stated.
    emission : str or None
        Class of emission, for example 256KF8EHF.
    antenna : Antenna or None
        Its pattern of both angles, which predictions take in the place of `attenuation_db`;
        comparisons of records keep that one where there is one.
    mode : str or None
        DVB-T2 mode of a television station as `propagation.interference.dvbt2.mode_from_text`
        reads it, for example 256qam-2/3-rice-32k-1/16.
    hours : str or None
        Hours of operation, for example 05:00-23:00.
    licence_power_w : float or None
        Transmitter output power in the licence.
    licence_frequency_mhz, licence_longitude, licence_latitude, licence_height_above_ground_m,
    licence_erp_total_dbw, licence_polarization : float or Polarization or None
        What the licence states, where it was recorded apart; the fields without `licence_` are
        the station as it stands.
    licence_source : str or None
        The dossier that what the licence states was taken from.
    certificate_number, certificate_to : str or None, date or None
        The inspection certificate of the station (kiểm định) and its last day.
    equipment_conformity, equipment_conformity_to : str or None, date or None
        The certificate of conformity of the transmitter and its last day.
    """

    id: str
    name: str
    programme: str
    service: Service
    station_class: StationClass
    frequency_mhz: float
    longitude: float
    latitude: float
    channel: str | None = None
    organisation_id: str | None = None
    structure_id: str | None = None
    plan_entry_id: str | None = None
    erp_total_dbw: float | None = None
    erp_horizontal_dbw: float | None = None
    erp_vertical_dbw: float | None = None
    attenuation_db: tuple[float, ...] = ()
    polarization: Polarization = Polarization.HORIZONTAL
    height_above_ground_m: float | None = None
    ground_height_m: float | None = None
    effective_height_max_m: float | None = None
    effective_height_m: tuple[float, ...] = ()
    reception: Reception = Reception.STEREO
    emission: str | None = None
    hours: str | None = None
    commune_name: str | None = None
    province_code: str | None = None
    licence_number: str | None = None
    licence_from: date | None = None
    licence_to: date | None = None
    licence_power_w: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    antenna: Antenna | None = field(default=None, metadata=LATER)
    certificate_number: str | None = field(default=None, metadata=LATER)
    certificate_to: date | None = field(default=None, metadata=LATER)
    equipment_conformity: str | None = field(default=None, metadata=LATER)
    equipment_conformity_to: date | None = field(default=None, metadata=LATER)
    mode: str | None = field(default=None, metadata=LATER)
    licence_frequency_mhz: float | None = field(default=None, metadata=LATER)
    licence_longitude: float | None = field(default=None, metadata=LATER)
    licence_latitude: float | None = field(default=None, metadata=LATER)
    licence_height_above_ground_m: float | None = field(default=None, metadata=LATER)
    licence_erp_total_dbw: float | None = field(default=None, metadata=LATER)
    licence_polarization: Polarization | None = field(default=None, metadata=LATER)
    licence_source: str | None = field(default=None, metadata=LATER)
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """One line of a channel plan.

    Attributes
    ----------
    plan_id : str
        The plan's version, for example `fm-tt37-2017`.
    erp_max_dbw : float or None
        Largest effective radiated power that the entry allows.
    attenuation_db : tuple of 36 floats
        Reduction of that power at 0, 10 ... 350 degrees from true north that the entry asks for;
        empty when it states none.
    power_max_kw : float or None
        Power as printed when the plan does not say that it is radiated power.
    """

    id: str
    plan_id: str
    service: Service
    frequency_mhz: float
    programme: str
    site_name: str
    station_class: StationClass
    longitude: float | None = None
    latitude: float | None = None
    antenna_height_m: float | None = None
    effective_height_max_m: float | None = None
    erp_max_dbw: float | None = None
    attenuation_db: tuple[float, ...] = ()
    power_max_kw: float | None = None
    polarization: Polarization | None = None
    province_code: str | None = None
    instrument: str
    clause: str
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrativeUnit:
    """A province, district or commune during a span of time.

    Attributes
    ----------
    population : int or None
        People who live there, counted or estimated in `population_year`.
    population_source : str or None
        Who counted them, and where it is printed.
    """

    code: str
    name: str
    kind: UnitKind
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    longitude: float | None = None
    latitude: float | None = None
    bounds: Bounds | None = None
    area_km2: float | None = None
    merged_from: tuple[str, ...] = ()
    population: int | None = field(default=None, metadata=LATER)
    population_year: int | None = field(default=None, metadata=LATER)
    population_source: str | None = field(default=None, metadata=LATER)
    provenance: Provenance

    @property
    def id(self) -> str:
        """The row's name: the code and the first day on which the unit exists."""
        return dated_id(self.code, self.valid_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A field strength that somebody measured at a point.

    Attributes
    ----------
    frequency_mhz : float
        Carrier that the receiver was tuned to.
    measured_at : datetime
        UTC; the register keeps it to the millisecond.
    field_strength_dbuvm : float
        As measured, dB(uV/m).
    height_above_ground_m : float
        Height of the measuring antenna.
    station_id : str or None
        The station that was measured, where the report says so.
    uncertainty_db : float or None
        Expanded uncertainty (k = 2); no outcome may rest on a measurement that states none.
    equipment, report : str or None
        Receiver and antenna; number of the measurement report.
    """

    id: str
    frequency_mhz: float
    longitude: float
    latitude: float
    measured_at: datetime
    field_strength_dbuvm: float
    height_above_ground_m: float
    kind: MeasurementKind
    station_id: str | None = None
    uncertainty_db: float | None = None
    equipment: str | None = None
    report: str | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedPoint:
    """A point whose reception is protected: an aeronautical service, a monitoring station.

    Attributes
    ----------
    height_m : float or None
        Above ground; of an aeronautical test point above mean sea level, as `volume` says.
    frequency_mhz : float or None
        Carrier that is received there; None for a whole band.
    volume : str or None
        The service volume that the point stands for, in words.
    """

    id: str
    kind: ProtectedPointKind
    name: str
    longitude: float
    latitude: float
    height_m: float | None = None
    frequency_mhz: float | None = None
    volume: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boundary:
    """The outline of a unit, with how far it may be from the truth.

    Attributes
    ----------
    geometry : MultiPolygon
        Outline, WGS 84.
    position_uncertainty_m : float
        Every distance to this boundary inherits it.
    official : bool
        Whether it came from the authority; otherwise it is shown as approximate.
    """

    unit_code: str
    geometry: MultiPolygon
    position_uncertainty_m: float
    official: bool
    valid_from: date | None
    valid_to: date | None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBatch:
    """One file brought into the register, or judged without being brought in.

    Attributes
    ----------
    imported_at : datetime
        UTC; the register keeps it to the millisecond.
    mapping : dict
        The file's header for each field that was read.
    undone_at, undone_by : datetime, str or None
        When and by whom the batch was undone.
    """

    id: str
    file_name: str
    sha256: str
    format: str
    kind: str
    coordinate_system: str
    imported_at: datetime
    imported_by: str
    accepted: int
    refused: int
    mapping: dict[str, str] = field(default_factory=dict)
    undone_at: datetime | None = None
    undone_by: str | None = None
