"""Points where subscribers' information is registered, visits, and who answers for a point.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry, Moment

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add four tables; a register that was there has none of them."""
    _points()
    _visits()
    _contacts()


def _reference(name: str, target: str, *, required: bool = False) -> "sa.Column[str]":
    key = sa.ForeignKey(target, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.Text(), key, nullable=not required)


def _points() -> None:
    op.create_table(
        "registration_points",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("POINT")),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("code", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _reference("operator_id", "organisations.id", required=True),
        sa.Column("address", sa.Text()),
        sa.Column("commune_name", sa.Text()),
        sa.Column("enterprise", sa.Text()),
        sa.Column("contract_number", sa.Text()),
        sa.Column("contract_from", Day()),
        sa.Column("contract_to", Day()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text()),
        sa.Column("valid_from", Day()),
        sa.Column("valid_to", Day()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _reference("batch_id", "import_batches.id"),
        sa.Column("source_row", sa.Integer()),
        sa.Column("search", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("registration_points_operator", "registration_points", ["operator_id"])
    database_of(op.get_bind()).enter(op.get_bind(), "registration_points", "POINT")


def _visits() -> None:
    op.create_table(
        "point_visits",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        _reference("point_id", "registration_points.id", required=True),
        sa.Column("visited_on", Day(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("basis", sa.Text()),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("mismatched", sa.Integer(), nullable=False),
        sa.Column("mismatched_id_number", sa.Integer(), nullable=False),
        sa.Column("mismatched_name", sa.Integer(), nullable=False),
        sa.Column("mismatched_birth_date", sa.Integer(), nullable=False),
        sa.Column("mismatched_face", sa.Integer(), nullable=False),
        sa.Column("mismatched_other", sa.Integer(), nullable=False),
        sa.Column("point_breach", sa.Boolean(), nullable=False),
        sa.Column("conclusion", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_index("point_visits_point", "point_visits", ["point_id"])
    database_of(op.get_bind()).enter(op.get_bind(), "point_visits", None)


def _contacts() -> None:
    op.create_table(
        "point_contacts",
        sa.Column("point_id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text()),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kept_until", Day(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", Moment(), nullable=False),
    )
    op.create_table(
        "point_contact_views",
        sa.Column("sequence", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("point_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text()),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_index("point_contact_views_point", "point_contact_views", ["point_id"])
