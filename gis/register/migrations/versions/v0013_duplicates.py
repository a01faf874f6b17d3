"""What people decided of structures that may be one.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add one table."""
    op.create_table(
        "duplicate_decisions",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("second_id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("kept_id", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    database_of(op.get_bind()).enter(op.get_bind(), "duplicate_decisions", None)
