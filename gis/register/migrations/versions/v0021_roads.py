"""Roads, for the background of the map.

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add a layer; a register that was there has no roads."""
    op.create_table(
        "roads",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("LINESTRING"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("name", sa.Text()),
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
    database_of(op.get_bind()).enter(op.get_bind(), "roads", "LINESTRING")
