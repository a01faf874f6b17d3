"""Runways, aeronautical facilities and zones of layers, for the planning of sites.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add three layers; a register that was there has none of them."""
    _layer(
        "runways",
        "POINT",
        sa.Column("aerodrome", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("end_longitude", sa.REAL(), nullable=False),
        sa.Column("end_latitude", sa.REAL(), nullable=False),
        sa.Column("elevation_m", sa.REAL(), nullable=False),
        sa.Column("end_elevation_m", sa.REAL(), nullable=False),
        sa.Column("aerodrome_elevation_m", sa.REAL()),
        sa.Column("strip_beyond_m", sa.REAL()),
        sa.Column("strip_width_m", sa.REAL()),
        sa.Column("clearway_m", sa.REAL(), nullable=False),
        sa.Column("end_clearway_m", sa.REAL(), nullable=False),
        sa.Column("design_group", sa.Text(), nullable=False),
        sa.Column("instrument_class", sa.Text(), nullable=False),
        sa.Column("military", sa.Boolean(), nullable=False),
    )
    _layer(
        "aviation_facilities",
        "POINT",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("elevation_m", sa.REAL()),
        sa.Column("direction_deg", sa.REAL()),
        sa.Column("threshold_m", sa.REAL()),
    )
    _layer(
        "planning_zones",
        "MULTIPOLYGON",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mast_classes", sa.Text()),
        sa.Column("height_limit_m", sa.REAL()),
    )


def _layer(name: str, geometry: str, *columns: sa.Column) -> None:  # type: ignore[type-arg]  # of any value
    op.create_table(
        name,
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry(geometry), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        *columns,
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "batch_id",
            sa.Text(),
            sa.ForeignKey("import_batches.id", deferrable=True, initially="DEFERRED"),
        ),
        sa.Column("source_row", sa.Integer()),
        sqlite_autoincrement=True,
    )
    database_of(op.get_bind()).enter(op.get_bind(), name, geometry)
