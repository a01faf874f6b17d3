"""The queue of long work.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from gis.register.schema import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table of jobs."""
    _jobs()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.REAL(), nullable=False),
        sa.Column("message_key", sa.Text()),
        sa.Column("message_values", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Text()),
        sa.Column("error_key", sa.Text()),
        sa.Column("error_values", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("started_at", Moment()),
        sa.Column("finished_at", Moment()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", Moment()),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="jobs_state"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_state_sequence", "jobs", ["state", "sequence"])
