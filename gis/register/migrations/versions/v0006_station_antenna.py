"""The antenna of two angles that a broadcast station may have.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the antenna of a broadcast station; stations that were there have none."""
    op.add_column("broadcast_stations", sa.Column("antenna", sa.Text()))
