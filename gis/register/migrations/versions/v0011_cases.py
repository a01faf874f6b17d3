"""Sharing requests and what happened to them.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the two tables; neither is ever changed or emptied by a row."""
    _cases()
    _case_events()
    connection = op.get_bind()
    for table in ("cases", "case_events"):
        for action in ("UPDATE", "DELETE"):
            name, reason = f"{table}_no_{action.lower()}", f"{table} are only added to"
            database_of(connection).refuse(connection, table, action, name, reason)


def _reference(name: str, target: str, *, required: bool = True) -> "sa.Column[str]":
    key = sa.ForeignKey(target, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.Text(), key, nullable=not required)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        _reference("structure_id", "structures.id"),
        _reference("requester_id", "organisations.id"),
        _reference("owner_id", "organisations.id"),
        sa.Column("height_above_ground_m", sa.REAL()),
        sa.Column("technology", sa.Text(), nullable=False),
        sa.Column("bands", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("wanted_from", Day()),
        sa.Column("wanted_to", Day()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("requester_id <> owner_id", name="cases_two_parties"),
        sqlite_autoincrement=True,
    )
    op.create_index("cases_requester", "cases", ["requester_id"])
    op.create_index("cases_owner", "cases", ["owner_id"])


def _case_events() -> None:
    op.create_table(
        "case_events",
        _reference("case_id", "cases.id"),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text()),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sequence"),
    )
