"""What a token may do, who signs in elsewhere, and grants of areas.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

from gis.register.schema import Day, Moment

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add two columns and a table; tokens that were there may go on writing."""
    op.add_column(
        "api_tokens", sa.Column("access", sa.Text(), nullable=False, server_default="write")
    )
    op.add_column("accounts", sa.Column("subject", sa.Text()))
    op.create_index("accounts_subject", "accounts", ["subject"], unique=True)
    op.create_table(
        "grants",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column(
            "organisation_id",
            sa.Text(),
            sa.ForeignKey("organisations.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("area", sa.LargeBinary(), nullable=False),
        sa.Column("first_day", Day(), nullable=False),
        sa.Column("last_day", Day(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment()),
        sa.Column("revoked_by", sa.Text()),
    )
    op.create_index("grants_organisation", "grants", ["organisation_id"])
