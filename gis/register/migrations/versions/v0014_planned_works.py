"""Works that owners announce, and who signed up to share in them.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

from gis.register.databases.choice import database_of
from gis.register.schema import Day, Geometry

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add two tables; a register that was there has none of them."""
    _works()
    _sign_ups()


def _reference(name: str, target: str, *, required: bool = False) -> "sa.Column[str]":
    key = sa.ForeignKey(target, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.Text(), key, nullable=not required)


def _works() -> None:
    op.create_table(
        "planned_works",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("geom", Geometry("GEOMETRY"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _reference("owner_id", "organisations.id", required=True),
        sa.Column("description", sa.Text()),
        sa.Column("contact", sa.Text()),
        sa.Column("begins_on", Day(), nullable=False),
        sa.Column("ends_on", Day()),
        sa.Column("sign_up_until", Day()),
        sa.Column("plan_year", sa.Integer()),
        sa.Column("places", sa.Integer()),
        sa.Column("ducts", sa.Integer()),
        sa.Column("capacity", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text()),
        _reference("structure_id", "structures.id"),
        _reference("route_id", "routes.id"),
        sa.Column("announced_on", Day(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _reference("batch_id", "import_batches.id"),
        sa.Column("source_row", sa.Integer()),
        sa.Column("search", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("planned_works_owner", "planned_works", ["owner_id"])
    database_of(op.get_bind()).enter(op.get_bind(), "planned_works", "GEOMETRY")


def _sign_ups() -> None:
    op.create_table(
        "work_sign_ups",
        sa.Column("fid", sa.Integer(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        _reference("work_id", "planned_works.id", required=True),
        _reference("organisation_id", "organisations.id", required=True),
        sa.Column("places", sa.Integer()),
        sa.Column("ducts", sa.Integer()),
        sa.Column("height_above_ground_m", sa.REAL()),
        sa.Column("note", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_on", Day(), nullable=False),
        sa.Column("answered_on", Day()),
        sa.Column("answer_reason", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_index("work_sign_ups_work", "work_sign_ups", ["work_id"])
    database_of(op.get_bind()).enter(op.get_bind(), "work_sign_ups", None)
