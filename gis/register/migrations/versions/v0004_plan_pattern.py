"""The radiation pattern that a line of a plan allows.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the 36 attenuations of a plan entry; lines that were there state none."""
    op.add_column("plan_entries", sa.Column("attenuation_db", sa.Text()))
