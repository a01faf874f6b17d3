"""How often the machine hindered a job, which is told apart from workers that were cut off.

Revision ID: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add a column that is 0 for the jobs that were there."""
    op.add_column("jobs", sa.Column("hindered", sa.Integer(), nullable=False, server_default="0"))
