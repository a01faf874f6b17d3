"""The tables of the register, as they are after the last migration.

Column types are those of GeoPackage (OGC 12-128r19, table 1) and hold the value that is stored:
`gis.register.rows` turns records into it and back. Layers that GDAL shows have an integer `fid`
and a text `id`, which is the record's own.
"""

from sqlalchemy import (
    REAL,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import UserDefinedType

__all__ = [
    "GEOMETRY_COLUMN",
    "Day",
    "Geometry",
    "Moment",
    "accounts",
    "administrative_units",
    "allotment_points",
    "api_tokens",
    "attachment_levels",
    "aviation_facilities",
    "boundaries",
    "broadcast_stations",
    "cables",
    "case_events",
    "cases",
    "change_log",
    "contracts",
    "documents",
    "ducts",
    "duplicate_decisions",
    "import_batches",
    "installations",
    "jobs",
    "login_links",
    "measurements",
    "metadata",
    "organisations",
    "plan_entries",
    "planning_zones",
    "protected_points",
    "published_rents",
    "register_state",
    "routes",
    "runways",
    "sessions",
    "structures",
]

GEOMETRY_COLUMN = "geom"

metadata = MetaData()


class Geometry(UserDefinedType[bytes]):
    """A GeoPackage geometry column of one type; the value is the blob."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return self.name


class Day(UserDefinedType[str]):
    """A GeoPackage DATE: `YYYY-MM-DD`."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return "DATE"


class Moment(UserDefinedType[str]):
    """A GeoPackage DATETIME: `YYYY-MM-DDTHH:MM:SS.SSSZ`, always UTC."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in the table definition."""
        return "DATETIME"


def _fid() -> Column[int]:
    return Column("fid", Integer, primary_key=True, autoincrement=True)


def _layer(name: str, *columns: SchemaItem) -> Table:
    """Return a table that GDAL shows; a number once given to a row is never given again."""
    return Table(name, metadata, _fid(), *columns, sqlite_autoincrement=True)


def _id() -> Column[str]:
    return Column("id", Text, nullable=False, unique=True)


def _text(name: str, *, required: bool = False) -> Column[str]:
    return Column(name, Text, nullable=not required)


def _real(name: str, *, required: bool = False) -> Column[float]:
    return Column(name, REAL, nullable=not required)


def _geometry(kind: str, *, required: bool) -> Column[bytes]:
    return Column(GEOMETRY_COLUMN, Geometry(kind), nullable=not required)


def _reference(name: str, target: str, *, required: bool = False) -> Column[str]:
    """Return a foreign key that is checked when the transaction commits."""
    key = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Column(name, Text, key, nullable=not required)


def _validity() -> tuple[Column[str], Column[str]]:
    return Column("valid_from", Day), Column("valid_to", Day)


def _provenance() -> tuple[Column[str], Column[str], Column[str], Column[int]]:
    return (
        _text("confidence", required=True),
        _text("source", required=True),
        _reference("batch_id", "import_batches.id"),
        Column("source_row", Integer),
    )


register_state = Table(
    "register_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

import_batches = _layer(
    "import_batches",
    _id(),
    _text("file_name", required=True),
    _text("sha256", required=True),
    _text("format", required=True),
    _text("kind", required=True),
    _text("coordinate_system", required=True),
    Column("imported_at", Moment, nullable=False),
    _text("imported_by", required=True),
    Column("accepted", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    _text("mapping", required=True),
    Column("undone_at", Moment),
    _text("undone_by"),
)

organisations = _layer(
    "organisations",
    _id(),
    _text("name", required=True),
    _text("kind", required=True),
    *_provenance(),
)

structures = _layer(
    "structures",
    _geometry("POINT", required=True),
    _id(),
    _text("code", required=True),
    _text("name", required=True),
    _text("kind", required=True),
    _reference("owner_id", "organisations.id", required=True),
    _real("height_m"),
    _real("ground_height_m"),
    _text("commune_name"),
    _text("address"),
    Column("shareable", Boolean),
    Column("confidential", Boolean, nullable=False),
    *_validity(),
    *_provenance(),
    _text("search", required=True),
    _text("state"),
    _reference("manager_id", "organisations.id"),
    _text("mast_class"),
    _real("building_height_m"),
    _real("reach_m"),
    Column("concealed", Boolean),
    _real("wind_area_limit_m2"),
    _real("load_limit_kg"),
    _text("power_supply"),
    _real("backup_power_hours"),
    _real("rent_asked_vnd"),
    _text("rent_unit"),
    Column("lightning_protected", Boolean),
    Column("obstacle_lights", Boolean),
    _real("earthing_resistance_ohm"),
    Column("inspected_on", Day),
    UniqueConstraint("owner_id", "code", name="structures_owner_code"),
)

installations = _layer(
    "installations",
    _id(),
    _reference("structure_id", "structures.id", required=True),
    _reference("organisation_id", "organisations.id", required=True),
    _text("technology", required=True),
    _real("height_above_ground_m"),
    _real("azimuth_deg"),
    _real("frequency_mhz"),
    _real("eirp_dbm"),
    Column("confidential", Boolean, nullable=False),
    *_provenance(),
    _real("wind_area_m2"),
    _real("weight_kg"),
    *_validity(),
    Index("installations_structure", "structure_id"),
)

attachment_levels = _layer(
    "attachment_levels",
    _id(),
    _reference("structure_id", "structures.id", required=True),
    Column("height_from_m", REAL, nullable=False),
    Column("height_to_m", REAL, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("reserved", Integer, nullable=False),
    *_provenance(),
    Index("attachment_levels_structure", "structure_id"),
)

routes = _layer(
    "routes",
    _geometry("LINESTRING", required=True),
    _id(),
    _text("code", required=True),
    _text("name"),
    _text("kind", required=True),
    _reference("owner_id", "organisations.id", required=True),
    _reference("from_id", "structures.id", required=True),
    _reference("to_id", "structures.id", required=True),
    _real("length_m"),
    _text("state"),
    Column("shareable", Boolean),
    Column("confidential", Boolean, nullable=False),
    *_validity(),
    *_provenance(),
    _text("search", required=True),
    Index("routes_from", "from_id"),
    Index("routes_to", "to_id"),
    UniqueConstraint("owner_id", "code", name="routes_owner_code"),
)

ducts = _layer(
    "ducts",
    _id(),
    _reference("route_id", "routes.id", required=True),
    _text("code", required=True),
    _reference("parent_id", "ducts.id"),
    _real("inner_diameter_mm"),
    Column("cables", Integer, nullable=False),
    *_provenance(),
    Index("ducts_route", "route_id"),
)

cables = _layer(
    "cables",
    _id(),
    _reference("duct_id", "ducts.id", required=True),
    _reference("organisation_id", "organisations.id", required=True),
    _text("name", required=True),
    _real("outer_diameter_mm"),
    Column("fibres", Integer),
    Column("confidential", Boolean, nullable=False),
    *_validity(),
    *_provenance(),
    Index("cables_duct", "duct_id"),
)

contracts = _layer(
    "contracts",
    _id(),
    _text("number", required=True),
    _reference("owner_id", "organisations.id", required=True),
    _reference("tenant_id", "organisations.id", required=True),
    _reference("structure_id", "structures.id"),
    _reference("level_id", "attachment_levels.id"),
    _reference("duct_id", "ducts.id"),
    Column("slot", Integer),
    _real("rent_vnd"),
    _text("rent_unit"),
    _text("case_id"),
    Column("valid_from", Day, nullable=False),
    Column("valid_to", Day),
    *_provenance(),
    Index("contracts_structure", "structure_id"),
    Index("contracts_level", "level_id"),
    Index("contracts_duct", "duct_id"),
)

published_rents = _layer(
    "published_rents",
    _id(),
    _text("kind", required=True),
    _text("mast_class"),
    _text("rent_unit", required=True),
    Column("amount_vnd", REAL, nullable=False),
    _text("province_code"),
    _text("instrument", required=True),
    _text("clause", required=True),
    *_validity(),
    *_provenance(),
)

documents = _layer(
    "documents",
    _id(),
    _text("subject", required=True),
    _text("subject_id", required=True),
    _text("title", required=True),
    _text("number"),
    _text("issuer"),
    Column("issued_on", Day),
    Column("valid_to", Day),
    *_provenance(),
    Index("documents_subject", "subject", "subject_id"),
)

duplicate_decisions = _layer(
    "duplicate_decisions",
    _id(),
    _text("first_id", required=True),
    _text("second_id", required=True),
    _text("decision", required=True),
    _text("kept_id"),
    _text("reason", required=True),
)

plan_entries = _layer(
    "plan_entries",
    _geometry("POINT", required=False),
    _id(),
    _text("plan_id", required=True),
    _text("service", required=True),
    Column("frequency_mhz", REAL, nullable=False),
    _text("programme", required=True),
    _text("site_name", required=True),
    _text("station_class", required=True),
    _real("antenna_height_m"),
    _real("effective_height_max_m"),
    _real("erp_max_dbw"),
    _real("power_max_kw"),
    _text("polarization"),
    _text("province_code"),
    _text("instrument", required=True),
    _text("clause", required=True),
    *_validity(),
    *_provenance(),
    _text("attenuation_db"),
)

broadcast_stations = _layer(
    "broadcast_stations",
    _geometry("POINT", required=True),
    _id(),
    _text("name", required=True),
    _text("programme", required=True),
    _text("service", required=True),
    _text("station_class", required=True),
    Column("frequency_mhz", REAL, nullable=False),
    _text("channel"),
    _reference("organisation_id", "organisations.id"),
    _reference("structure_id", "structures.id"),
    _reference("plan_entry_id", "plan_entries.id"),
    _real("erp_total_dbw"),
    _real("erp_horizontal_dbw"),
    _real("erp_vertical_dbw"),
    _text("attenuation_db"),
    _text("polarization", required=True),
    _real("height_above_ground_m"),
    _real("ground_height_m"),
    _real("effective_height_max_m"),
    _text("effective_height_m"),
    _text("reception", required=True),
    _text("emission"),
    _text("hours"),
    _text("commune_name"),
    _text("province_code"),
    _text("licence_number"),
    Column("licence_from", Day),
    Column("licence_to", Day),
    _real("licence_power_w"),
    *_validity(),
    *_provenance(),
    _text("search", required=True),
    _text("antenna"),
    _text("certificate_number"),
    Column("certificate_to", Day),
    _text("equipment_conformity"),
    Column("equipment_conformity_to", Day),
    _text("mode"),
)

administrative_units = _layer(
    "administrative_units",
    _geometry("POINT", required=False),
    _id(),
    _text("code", required=True),
    _text("name", required=True),
    _text("kind", required=True),
    _text("parent_code"),
    *_validity(),
    _text("bounds"),
    _real("area_km2"),
    _text("merged_from"),
    *_provenance(),
    Column("population", Integer),
    Column("population_year", Integer),
    _text("population_source"),
    Index("administrative_units_code", "code"),
)

boundaries = _layer(
    "boundaries",
    _geometry("MULTIPOLYGON", required=True),
    _id(),
    _text("unit_code", required=True),
    Column("position_uncertainty_m", REAL, nullable=False),
    Column("official", Boolean, nullable=False),
    *_validity(),
    *_provenance(),
    Index("boundaries_unit", "unit_code"),
)

measurements = _layer(
    "measurements",
    _geometry("POINT", required=True),
    _id(),
    Column("frequency_mhz", REAL, nullable=False),
    Column("measured_at", Moment, nullable=False),
    Column("field_strength_dbuvm", REAL, nullable=False),
    Column("height_above_ground_m", REAL, nullable=False),
    _text("kind", required=True),
    _reference("station_id", "broadcast_stations.id"),
    _real("uncertainty_db"),
    _text("equipment"),
    _text("report"),
    *_provenance(),
    Index("measurements_station", "station_id"),
    Index("measurements_frequency", "frequency_mhz"),
)

protected_points = _layer(
    "protected_points",
    _geometry("POINT", required=True),
    _id(),
    _text("kind", required=True),
    _text("name", required=True),
    _real("height_m"),
    _real("frequency_mhz"),
    _text("volume"),
    *_validity(),
    *_provenance(),
)

allotment_points = _layer(
    "allotment_points",
    _geometry("POINT", required=True),
    _id(),
    _text("allotment", required=True),
    _text("allotment_name"),
    Column("frequency_mhz", REAL, nullable=False),
    _text("area_code", required=True),
    _text("name", required=True),
    Column("reference_dbuvm", REAL, nullable=False),
    *_validity(),
    *_provenance(),
)

runways = _layer(
    "runways",
    _geometry("POINT", required=True),
    _id(),
    _text("aerodrome", required=True),
    _text("name", required=True),
    _real("end_longitude", required=True),
    _real("end_latitude", required=True),
    _real("elevation_m", required=True),
    _real("end_elevation_m", required=True),
    _real("aerodrome_elevation_m"),
    _real("strip_beyond_m"),
    _real("strip_width_m"),
    _real("clearway_m", required=True),
    _real("end_clearway_m", required=True),
    _text("design_group", required=True),
    _text("instrument_class", required=True),
    Column("military", Boolean, nullable=False),
    *_validity(),
    *_provenance(),
)

aviation_facilities = _layer(
    "aviation_facilities",
    _geometry("POINT", required=True),
    _id(),
    _text("kind", required=True),
    _text("name", required=True),
    _real("elevation_m"),
    _real("direction_deg"),
    _real("threshold_m"),
    *_validity(),
    *_provenance(),
)

planning_zones = _layer(
    "planning_zones",
    _geometry("MULTIPOLYGON", required=True),
    _id(),
    _text("kind", required=True),
    _text("name", required=True),
    _text("mast_classes"),
    _real("height_limit_m"),
    *_validity(),
    *_provenance(),
)

change_log = Table(
    "change_log",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("revision", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    _text("author", required=True),
    _text("reason", required=True),
    _text("table_name", required=True),
    _text("record_id", required=True),
    _text("old"),
    _text("new"),
    _text("batch_id"),
    CheckConstraint("old IS NOT NULL OR new IS NOT NULL", name="change_log_says_something"),
    Index("change_log_record", "table_name", "record_id", "revision"),
    Index("change_log_batch", "batch_id"),
    sqlite_autoincrement=True,
)

accounts = _layer(
    "accounts",
    _id(),
    _text("name", required=True),
    Column("name_key", Text, nullable=False, unique=True),
    _text("role", required=True),
    _reference("organisation_id", "organisations.id"),
    _text("password_hash"),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    CheckConstraint(
        "role IN ('viewer', 'operator', 'staff', 'administrator')", name="accounts_role"
    ),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    _reference("account_id", "accounts.id", required=True),
    _text("csrf_secret", required=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("sessions_account", "account_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _text("name", required=True),
    _reference("account_id", "accounts.id", required=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Index("api_tokens_account", "account_id"),
)

login_links = Table(
    "login_links",
    metadata,
    Column("digest", Text, primary_key=True),
    _reference("account_id", "accounts.id", required=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

jobs = Table(
    "jobs",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    _id(),
    _text("kind", required=True),
    _text("inputs", required=True),
    _text("state", required=True),
    Column("progress", REAL, nullable=False),
    _text("message_key"),
    _text("message_values", required=True),
    _text("study_id"),
    _text("error_key"),
    _text("error_values", required=True),
    _text("requested_by", required=True),
    _text("organisation_id"),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    _text("lease_owner"),
    Column("lease_until", Moment),
    CheckConstraint(
        "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="jobs_state"
    ),
    Index("jobs_state_sequence", "state", "sequence"),
    sqlite_autoincrement=True,
)

cases = Table(
    "cases",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    _id(),
    _text("kind", required=True),
    _reference("structure_id", "structures.id", required=True),
    _reference("requester_id", "organisations.id", required=True),
    _reference("owner_id", "organisations.id", required=True),
    _real("height_above_ground_m"),
    _text("technology", required=True),
    _text("bands", required=True),
    _text("purpose", required=True),
    Column("wanted_from", Day),
    Column("wanted_to", Day),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("requester_id <> owner_id", name="cases_two_parties"),
    Index("cases_requester", "requester_id"),
    Index("cases_owner", "owner_id"),
    sqlite_autoincrement=True,
)
"""What is asked for; rows are added, never changed: triggers of the migration see to it."""

case_events = Table(
    "case_events",
    metadata,
    _reference("case_id", "cases.id", required=True),
    Column("sequence", Integer, nullable=False),
    _text("kind", required=True),
    _text("party", required=True),
    _text("account", required=True),
    _text("organisation_id"),
    Column("at", Moment, nullable=False),
    _text("details", required=True),
    _text("attachments", required=True),
    PrimaryKeyConstraint("case_id", "sequence"),
)
"""What happened to each; rows are added, never changed."""
