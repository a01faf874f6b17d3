"""What a station's licence states, kept apart from the record; downloads from cases of the desk.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Moment

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add columns of a station, which those that were there leave empty, and a log."""
    for name in ("frequency_mhz", "longitude", "latitude", "height_above_ground_m"):
        op.add_column("broadcast_stations", sa.Column(f"licence_{name}", sa.REAL()))
    op.add_column("broadcast_stations", sa.Column("licence_erp_total_dbw", sa.REAL()))
    for name in ("polarization", "source"):
        op.add_column("broadcast_stations", sa.Column(f"licence_{name}", sa.Text()))
    _downloads()


def _downloads() -> None:
    op.create_table(
        "desk_downloads",
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column(
            "case_id",
            sa.Text(),
            sa.ForeignKey("desk_cases.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text()),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("desk_downloads_case", "desk_downloads", ["case_id"])
    connection = op.get_bind()
    for action in ("UPDATE", "DELETE"):
        name, reason = f"desk_downloads_no_{action.lower()}", "desk_downloads are only added to"
        database_of(connection).refuse(connection, "desk_downloads", action, name, reason)
