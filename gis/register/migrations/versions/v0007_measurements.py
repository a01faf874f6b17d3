"""Measurements, protected points, certificates of stations, population of units.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry, Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add two layers and seven columns; records that were there say nothing of them."""
    _measurements()
    _protected_points()
    for name in ("measurements", "protected_points"):
        database_of(op.get_bind()).enter(op.get_bind(), name, "POINT")
    op.add_column("broadcast_stations", sa.Column("certificate_number", sa.Text()))
    op.add_column("broadcast_stations", sa.Column("certificate_to", Day()))
    op.add_column("broadcast_stations", sa.Column("equipment_conformity", sa.Text()))
    op.add_column("broadcast_stations", sa.Column("equipment_conformity_to", Day()))
    op.add_column("administrative_units", sa.Column("population", sa.Integer()))
    op.add_column("administrative_units", sa.Column("population_year", sa.Integer()))
    op.add_column("administrative_units", sa.Column("population_source", sa.Text()))


def _to(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(target, deferrable=True, initially="DEFERRED")


def _measurements() -> None:
    op.create_table(
        "measurements",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("frequency_mhz", sa.REAL(), nullable=False),
        sa.Column("measured_at", Moment(), nullable=False),
        sa.Column("field_strength_dbuvm", sa.REAL(), nullable=False),
        sa.Column("height_above_ground_m", sa.REAL(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("station_id", sa.Text(), _to("broadcast_stations.id")),
        sa.Column("uncertainty_db", sa.REAL()),
        sa.Column("equipment", sa.Text()),
        sa.Column("report", sa.Text()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )
    op.create_index("measurements_station", "measurements", ["station_id"])
    op.create_index("measurements_frequency", "measurements", ["frequency_mhz"])


def _protected_points() -> None:
    op.create_table(
        "protected_points",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("height_m", sa.REAL()),
        sa.Column("frequency_mhz", sa.REAL()),
        sa.Column("volume", sa.Text()),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), _to("import_batches.id")),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )
