"""The DVB-T2 mode of a television station.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the mode of a broadcast station; stations that were there have none."""
    op.add_column("broadcast_stations", sa.Column("mode", sa.Text()))
