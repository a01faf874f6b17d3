"""The register: organisations, structures, stations, plans, units, imports, history.

Revision ID: 0001
"""

import secrets

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry, Moment

revision = "0001"
down_revision = None

_LAYERS = {
    "organisations": None,
    "import_batches": None,
    "installations": None,
    "structures": "POINT",
    "broadcast_stations": "POINT",
    "plan_entries": "POINT",
    "administrative_units": "POINT",
    "boundaries": "MULTIPOLYGON",
}

_INSTALLATION_SITES = """
CREATE VIEW installation_sites AS
SELECT i.fid AS OGC_FID, s.geom AS geom, i.id AS id, i.structure_id AS structure_id,
  s.code AS structure_code, i.organisation_id AS organisation_id, i.technology AS technology,
  i.height_above_ground_m AS height_above_ground_m, i.azimuth_deg AS azimuth_deg,
  i.frequency_mhz AS frequency_mhz, i.eirp_dbm AS eirp_dbm, i.confidential AS confidential,
  i.confidence AS confidence, i.source AS source
FROM installations i JOIN structures s ON s.id = i.structure_id
"""


def upgrade() -> None:
    """Make an empty file a register."""
    connection = op.get_bind()
    database_of(connection).create_core(connection)
    _register_state()
    _import_batches()
    _organisations()
    _structures()
    _installations()
    _plan_entries()
    _broadcast_stations()
    _administrative_units()
    _boundaries()
    _change_log()
    for event in ("UPDATE", "DELETE"):
        database_of(connection).refuse(
            connection,
            "change_log",
            event,
            f"change_log_{event}_refused",
            "the history is not rewritten",
        )
    for name, geometry in _LAYERS.items():
        database_of(connection).enter(connection, name, geometry)
    op.execute(_INSTALLATION_SITES)
    database_of(connection).enter(connection, "installation_sites", "POINT", view=True)
    notes = sa.table("register_state", sa.column("name"), sa.column("value"))
    named = {"revision": "0", "uuid": secrets.token_hex(16)}
    op.bulk_insert(notes, [{"name": name, "value": value} for name, value in named.items()])


def _to(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(target, deferrable=True, initially="DEFERRED")


def _register_state() -> None:
    op.create_table(
        "register_state",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )


def _import_batches() -> None:
    op.create_table(
        "import_batches",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("coordinate_system", sa.Text(), nullable=False),
        sa.Column("imported_at", Moment(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("undone_at", Moment()),
        sa.Column("undone_by", sa.Text()),
        sqlite_autoincrement=True,
    )


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )


def _structures() -> None:
    op.create_table(
        "structures",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), _to("organisations.id"), nullable=False),
        sa.Column("height_m", sa.REAL()),
        sa.Column("ground_height_m", sa.REAL()),
        sa.Column("commune_name", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("shareable", sa.Boolean()),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sa.Column("search", sa.Text(), nullable=False),
        sa.UniqueConstraint("owner_id", "code", name="structures_owner_code"),
        sqlite_autoincrement=True,
    )


def _installations() -> None:
    op.create_table(
        "installations",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("structure_id", sa.Text(), _to("structures.id"), nullable=False),
        sa.Column("organisation_id", sa.Text(), _to("organisations.id"), nullable=False),
        sa.Column("technology", sa.Text(), nullable=False),
        sa.Column("height_above_ground_m", sa.REAL()),
        sa.Column("azimuth_deg", sa.REAL()),
        sa.Column("frequency_mhz", sa.REAL()),
        sa.Column("eirp_dbm", sa.REAL()),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )
    op.create_index("installations_structure", "installations", ["structure_id"])


def _plan_entries() -> None:
    op.create_table(
        "plan_entries",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT")),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("frequency_mhz", sa.REAL(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("site_name", sa.Text(), nullable=False),
        sa.Column("station_class", sa.Text(), nullable=False),
        sa.Column("antenna_height_m", sa.REAL()),
        sa.Column("effective_height_max_m", sa.REAL()),
        sa.Column("erp_max_dbw", sa.REAL()),
        sa.Column("power_max_kw", sa.REAL()),
        sa.Column("polarization", sa.Text()),
        sa.Column("province_code", sa.Text()),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )


def _broadcast_stations() -> None:
    op.create_table(
        "broadcast_stations",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("station_class", sa.Text(), nullable=False),
        sa.Column("frequency_mhz", sa.REAL(), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("organisation_id", sa.Text(), _to("organisations.id")),
        sa.Column("structure_id", sa.Text(), _to("structures.id")),
        sa.Column("plan_entry_id", sa.Text(), _to("plan_entries.id")),
        sa.Column("erp_total_dbw", sa.REAL()),
        sa.Column("erp_horizontal_dbw", sa.REAL()),
        sa.Column("erp_vertical_dbw", sa.REAL()),
        sa.Column("attenuation_db", sa.Text()),
        sa.Column("polarization", sa.Text(), nullable=False),
        sa.Column("height_above_ground_m", sa.REAL()),
        sa.Column("ground_height_m", sa.REAL()),
        sa.Column("effective_height_max_m", sa.REAL()),
        sa.Column("effective_height_m", sa.Text()),
        sa.Column("reception", sa.Text(), nullable=False),
        sa.Column("emission", sa.Text()),
        sa.Column("hours", sa.Text()),
        sa.Column("commune_name", sa.Text()),
        sa.Column("province_code", sa.Text()),
        sa.Column("licence_number", sa.Text()),
        sa.Column("licence_from", Day()),
        sa.Column("licence_to", Day()),
        sa.Column("licence_power_w", sa.REAL()),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sa.Column("search", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )


def _administrative_units() -> None:
    op.create_table(
        "administrative_units",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT")),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text()),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("bounds", sa.Text()),
        sa.Column("area_km2", sa.REAL()),
        sa.Column("merged_from", sa.Text()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )
    op.create_index("administrative_units_code", "administrative_units", ["code"])


def _boundaries() -> None:
    op.create_table(
        "boundaries",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("position_uncertainty_m", sa.REAL(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )
    op.create_index("boundaries_unit", "boundaries", ["unit_code"])


def _change_log() -> None:
    op.create_table(
        "change_log",
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("old", sa.Text()),
        sa.Column("new", sa.Text()),
        sa.Column("batch_id", sa.Text()),
        sa.CheckConstraint("old IS NOT NULL OR new IS NOT NULL", name="change_log_says_something"),
        sqlite_autoincrement=True,
    )
    op.create_index("change_log_batch", "change_log", ["batch_id"])
    op.create_index("change_log_record", "change_log", ["table_name", "record_id", "revision"])
