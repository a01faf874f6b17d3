"""Calculation points of the allotments of television.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add a layer; a register that was there has no allotments."""
    op.create_table(
        "allotment_points",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("allotment", sa.Text(), nullable=False),
        sa.Column("allotment_name", sa.Text()),
        sa.Column("frequency_mhz", sa.REAL(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reference_dbuvm", sa.REAL(), nullable=False),
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
    database_of(op.get_bind()).enter(op.get_bind(), "allotment_points", "POINT")
