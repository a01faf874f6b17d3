"""Passive infrastructure as the register keeps it: what stands, what hangs on it, what is let.

The law's own words are in the catalogue `register` (`register.structure_kind.antenna_mast` and so
on). Lines between structures are in `gis.register.routes`.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gis.register.records import LATER, Provenance

__all__ = [
    "AttachmentLevel",
    "Contract",
    "Document",
    "Installation",
    "Lifecycle",
    "MastClass",
    "PowerSupply",
    "PublishedRent",
    "RentUnit",
    "Structure",
    "StructureKind",
]


class StructureKind(StrEnum):
    """Passive infrastructure (Luật Viễn thông 24/2023/QH15, Điều 3.22) and carriers of others."""

    HOUSE = "house"  # nhà
    STATION = "station"  # trạm
    ANTENNA_MAST = "antenna_mast"  # cột ăng ten
    CABLE_POLE = "cable_pole"  # cột treo cáp
    CULVERT = "culvert"  # cống
    MANHOLE = "manhole"  # bể
    CABLE_DUCT = "cable_duct"  # ống cáp
    TRENCH = "trench"  # hào
    TUNNEL = "tunnel"  # tuy nen kỹ thuật
    CABINET = "cabinet"  # tủ
    OTHER_TELECOM = "other_telecom"
    DATA_CENTRE = "data_centre"  # hạ tầng số from here on
    EXCHANGE = "exchange"
    PUBLIC_WIFI = "public_wifi"
    IOT_GATEWAY = "iot_gateway"
    POWER_POLE = "power_pole"  # liên ngành from here on
    LIGHTING_POLE = "lighting_pole"
    BRIDGE = "bridge"
    ROAD = "road"
    BUILDING = "building"
    WATER_WORK = "water_work"


class MastClass(StrEnum):
    """Class of an antenna mast by its size and place (names: regulations of the provinces)."""

    A1A = "a1a"
    A1B = "a1b"
    A2A = "a2a"
    A2B = "a2b"
    A2C = "a2c"


class Lifecycle(StrEnum):
    """Where a structure or a line is between its plan and its end."""

    PLANNED = "planned"
    APPROVED = "approved"
    UNDER_CONSTRUCTION = "under_construction"
    IN_USE = "in_use"
    RETIRED = "retired"


class PowerSupply(StrEnum):
    """What feeds the equipment of a structure."""

    GRID = "grid"
    GRID_AND_GENERATOR = "grid_and_generator"
    GENERATOR = "generator"
    SOLAR = "solar"
    NONE = "none"


class RentUnit(StrEnum):
    """What a rent is paid for, each month."""

    POSITION = "position"  # một vị trí lắp đặt trên cột
    STRUCTURE = "structure"
    METRE_OF_CABLE = "metre_of_cable"
    KILOMETRE_OF_DUCT = "kilometre_of_duct"
    SQUARE_METRE = "square_metre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Something that an antenna or a cable can stand on or lie in.

    Attributes
    ----------
    code : str
        The owner's own code; unique for each owner.
    height_m : float or None
        Height of the structure above ground, or above the roof of the building that it stands on.
    ground_height_m : float or None
        Height of the ground above mean sea level.
    commune_name : str or None
        Commune as the owner stated it.
    confidential : bool
        Seen only by its owner and by the department.
    valid_from, valid_to : date or None
        When it stood there; None is open.
    state : Lifecycle or None
        Where it is between plan and end.
    manager_id : str or None
        The organisation that looks after it, where that is not the owner.
    mast_class : MastClass or None
        Class of a mast as the owner stated it.
    building_height_m : float or None
        Height of the building that a mast stands on; None on the ground or where not known.
    reach_m : float or None
        Horizontal distance from the mast's centre to its outermost part, arms and antennas
        included.
    concealed : bool or None
        Whether it is camouflaged or made to look like its surroundings.
    wind_area_limit_m2, load_limit_kg : float or None
        What antennas and cables may it carry altogether.
    power_supply : PowerSupply or None
        What feeds it.
    backup_power_hours : float or None
        For how long without it.
    rent_asked_vnd : float or None
        What the owner asks for each `rent_unit` and month.
    rent_unit : RentUnit or None
        What that is paid for.
    lightning_protected, obstacle_lights : bool or None
        Whether it has them.
    earthing_resistance_ohm : float or None
        As last measured.
    inspected_on : date or None
        Day of the last inspection.
    neighbours_inhabited : bool or None
        Whether people live in a building near by, within the radius of the rule on inspection.
    neighbours_top_m : float or None
        Top of the highest of these buildings, above the ground at the structure.
    neighbours_seen_on : date or None
        The day on which that was so.
    neighbours_source : str or None
        What it was taken from.
    """

    id: str
    code: str
    name: str
    kind: StructureKind
    owner_id: str
    longitude: float
    latitude: float
    height_m: float | None = None
    ground_height_m: float | None = None
    commune_name: str | None = None
    address: str | None = None
    shareable: bool | None = None
    confidential: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    state: Lifecycle | None = field(default=None, metadata=LATER)
    manager_id: str | None = field(default=None, metadata=LATER)
    mast_class: MastClass | None = field(default=None, metadata=LATER)
    building_height_m: float | None = field(default=None, metadata=LATER)
    reach_m: float | None = field(default=None, metadata=LATER)
    concealed: bool | None = field(default=None, metadata=LATER)
    wind_area_limit_m2: float | None = field(default=None, metadata=LATER)
    load_limit_kg: float | None = field(default=None, metadata=LATER)
    power_supply: PowerSupply | None = field(default=None, metadata=LATER)
    backup_power_hours: float | None = field(default=None, metadata=LATER)
    rent_asked_vnd: float | None = field(default=None, metadata=LATER)
    rent_unit: RentUnit | None = field(default=None, metadata=LATER)
    lightning_protected: bool | None = field(default=None, metadata=LATER)
    obstacle_lights: bool | None = field(default=None, metadata=LATER)
    earthing_resistance_ohm: float | None = field(default=None, metadata=LATER)
    inspected_on: date | None = field(default=None, metadata=LATER)
    neighbours_inhabited: bool | None = field(default=None, metadata=LATER)
    neighbours_top_m: float | None = field(default=None, metadata=LATER)
    neighbours_seen_on: date | None = field(default=None, metadata=LATER)
    neighbours_source: str | None = field(default=None, metadata=LATER)
    provenance: Provenance

    @property
    def top_m(self) -> float | None:
        """Return the height of its top above ground, the building included; None if not known."""
        if self.height_m is None:
            return None
        return self.height_m + (self.building_height_m or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Equipment of one organisation on a structure.

    Attributes
    ----------
    wind_area_m2, weight_kg : float or None
        What it takes of what the structure may carry.
    valid_from, valid_to : date or None
        When it hung there.
    lowest_edge_m : float or None
        Lowest edge of its antennas above ground.
    """

    id: str
    structure_id: str
    organisation_id: str
    technology: str
    height_above_ground_m: float | None = None
    azimuth_deg: float | None = None
    frequency_mhz: float | None = None
    eirp_dbm: float | None = None
    confidential: bool = True
    wind_area_m2: float | None = field(default=None, metadata=LATER)
    weight_kg: float | None = field(default=None, metadata=LATER)
    valid_from: date | None = field(default=None, metadata=LATER)
    valid_to: date | None = field(default=None, metadata=LATER)
    lowest_edge_m: float | None = field(default=None, metadata=LATER)
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentLevel:
    """A span of heights of a structure with places for antennas or cables.

    Attributes
    ----------
    height_from_m, height_to_m : float
        Above ground.
    slots : int
        Places at this level.
    reserved : int
        Of these, those that the owner keeps for itself.
    """

    id: str
    structure_id: str
    height_from_m: float
    height_to_m: float
    slots: int
    reserved: int = 0
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A place that is let: at a level of a structure, or in a duct.

    One place is never let twice for the same day.

    Attributes
    ----------
    number : str
        Number of the contract between the parties.
    owner_id, tenant_id : str
        Who lets, and to whom.
    structure_id, level_id : str or None
        The structure, and the level; without one it is for the structure, but not known where:
        others may be let there on the same days.
    duct_id : str or None
        The duct.
    slot : int or None
        Which place, from 1.
    rent_vnd, rent_unit : float or None, RentUnit or None
        Rent for each unit and month.
    case_id : str or None
        The request that it came from.
    """

    id: str
    number: str
    owner_id: str
    tenant_id: str
    structure_id: str | None = None
    level_id: str | None = None
    duct_id: str | None = None
    slot: int | None = None
    rent_vnd: float | None = None
    rent_unit: RentUnit | None = None
    case_id: str | None = None
    valid_from: date
    valid_to: date | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRent:
    """A rent that an authority fixed or published.

    Attributes
    ----------
    kind : StructureKind
        What it is for.
    mast_class : MastClass or None
        Of masts, the class; None for all.
    province_code : str or None
        Where it holds.
    amount_vnd : float
        For each unit and month.
    """

    id: str
    kind: StructureKind
    mast_class: MastClass | None = None
    rent_unit: RentUnit
    amount_vnd: float
    province_code: str | None = None
    instrument: str
    clause: str
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper about a structure or a line, by its number; the paper itself stays where it is.

    Attributes
    ----------
    subject : str
        Table of the record that it is about, `structures` or `routes`.
    subject_id : str
        That record.
    """

    id: str
    subject: str
    subject_id: str
    title: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    valid_to: date | None = None
    provenance: Provenance
