"""What is around a base station, on which its inspection depends; edges of antennas.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

from gis.register.schema import Day

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add columns, which the records that were there leave empty."""
    op.add_column("structures", sa.Column("neighbours_inhabited", sa.Boolean()))
    op.add_column("structures", sa.Column("neighbours_top_m", sa.REAL()))
    op.add_column("structures", sa.Column("neighbours_seen_on", Day()))
    op.add_column("structures", sa.Column("neighbours_source", sa.Text()))
    op.add_column("installations", sa.Column("lowest_edge_m", sa.REAL()))
