"""Cases of the department's own desk, what happened to them, and their files.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Moment

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add three tables; none is ever changed or emptied by a row."""
    _cases()
    _events()
    _files()
    connection = op.get_bind()
    for table in ("desk_cases", "desk_events", "desk_files"):
        for action in ("UPDATE", "DELETE"):
            name, reason = f"{table}_no_{action.lower()}", f"{table} are only added to"
            database_of(connection).refuse(connection, table, action, name, reason)


def _of_case() -> "sa.Column[str]":
    key = sa.ForeignKey("desk_cases.id", deferrable=True, initially="DEFERRED")
    return sa.Column("case_id", sa.Text(), key, nullable=False)


def _cases() -> None:
    op.create_table(
        "desk_cases",
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Text()),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("token", sa.Text()),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.UniqueConstraint("kind", "year", "number", name="desk_cases_number"),
        sa.UniqueConstraint("token", name="desk_cases_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("desk_cases_organisation", "desk_cases", ["organisation_id"])


def _events() -> None:
    op.create_table(
        "desk_events",
        _of_case(),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text()),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("token", sa.Text()),
        sa.PrimaryKeyConstraint("case_id", "sequence"),
        sa.UniqueConstraint("case_id", "token", name="desk_events_token"),
    )


def _files() -> None:
    op.create_table(
        "desk_files",
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        _of_case(),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("public_sha256", sa.Text()),
        sa.Column("at", Moment(), nullable=False),
    )
    op.create_index("desk_files_case", "desk_files", ["case_id"])
